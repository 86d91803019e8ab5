"""Matrix notation: a term with at most two free indices recognised as a matrix expression.

Every factor is consumed, or the term is refused and printed in index notation. A product is a small tensor network: its
sums are eliminated one after the other, and each elimination is a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, TWO, Add, Apply, Bracket, Count, Mul, Name, Num, Pow, Reduce, Ref, Term
from symback.algebra.traverse import free_indices, substitute, walk
from symback.notation.index import closing, denominator, inverted
from symback.notation.pieces import ROW_OF_ONES, Piece, Refused, entrywise, frame, inner_product, lifted, number_of, sized
from symback.notation.trees import (
    Array,
    Diagonal,
    DiagonalOf,
    Divided,
    Function,
    Identity,
    Indicator,
    Minus,
    Ones,
    Raised,
    Reduced,
    ScalarTerm,
    Scaled,
    SquaredNorm,
    Total,
    Tree,
    hadamard,
    matrix_product,
    row_scaled,
    transpose,
    transposes,
)

Axes = Callable[[Name, int], tuple[Index, ...]]


def recognise(term: Term, indices: tuple[Index, ...], axes: Axes) -> Tree | None:
    """The matrix expression of a term whose free indices are rows and columns of the result; None where there is none.

    ``axes`` gives the indices of a name (read at so many places): an array is read whole, or the term is refused.

    >>> from symback.algebra.terms import ref, total
    >>> i, j = Index("i", "n"), Index("j", "m")
    >>> shapes = {"W": (j, i), "d": (j,)}
    >>> recognise(total([j], ref("W", j, i) * ref("d", j)), (i,), lambda name, places: shapes[name])
    MatrixProduct(parts=(Transpose(body=Array(name='W')), Array(name='d')))
    """
    if len(indices) > 2 or not all(_read_whole(n, axes) for n in walk(term) if isinstance(n, Ref)):
        return None
    single = {i: Size.of(0) for i in indices if i.size.constant == 1}
    row, col = ([None if i in single else i for i in indices] + [None, None])[:2]
    try:
        tree = _filled(natural(substitute(term, single) if single else term), row, col)
        sized(tree)
    except Refused:
        return None
    return tree


def _read_whole(read: Ref, axes: Axes) -> bool:
    """Whether each place runs over its whole axis."""
    own = axes(read.name, len(read.places))
    ranges = [p.single.size if isinstance(p.single, Index) else p + 1 for p in read.places]
    return len(own) == len(ranges) and all(size is axis.size and not size.indices for size, axis in zip(ranges, own, strict=True))


def _filled(piece: Piece, row: Index | None, col: Index | None) -> Tree:
    """A piece as the whole right side: a scalar other than a number fills the shape with ones."""
    if not piece.scalar or isinstance(number_of(piece.tree), Num) or (row is None and col is None):
        return lifted(piece, row, col)
    ones = [Ones()] * (row is not None) + [ROW_OF_ONES] * (col is not None)
    return Scaled((piece.tree,), matrix_product(tuple(ones)))


@singledispatch
def natural(node: Any) -> Piece:
    """A term as a piece over its free indices, in whatever orientation is shortest."""
    raise Refused


def _plain_scalar(node: Term) -> bool:
    return not any(
        isinstance(n, Reduce) or (isinstance(n, Ref) and n.places) or (isinstance(n, Count) and n.size.indices) for n in walk(node)
    )


@natural.register
def _(node: Num) -> Piece:
    return Piece(None, None, ScalarTerm(node))


@natural.register
def _(node: Count) -> Piece:
    if node.size.indices:
        raise Refused
    return Piece(None, None, ScalarTerm(node))


@natural.register
def _(node: Ref) -> Piece:
    if not node.places:
        return Piece(None, None, ScalarTerm(node))
    if len(node.places) > 2:
        raise Refused
    row, col = ([_axis(p) for p in node.places] + [None])[:2]
    if row is not None and row is col:
        return Piece(row, None, DiagonalOf(Array(node.name)))
    return Piece(row, col, Array(node.name))


def _axis(place: Size) -> Index | None:
    """The index a place consists of; None for the only place of an axis of size 1 (the caller's shapes are checked)."""
    index = place.single
    if isinstance(index, Index):
        return index
    if place.constant == 0:
        return None
    raise Refused


@natural.register
def _(node: Bracket) -> Piece:
    if isinstance(node.left, Count) and isinstance(node.right, Count) and (node.left.size.indices or node.right.size.indices):
        left, right = node.left.size.single, node.right.size.single
        if node.relation == "=" and isinstance(left, Index) and isinstance(right, Index) and left.size is right.size and left is not right:
            return Piece(left, right, Identity())
        raise Refused
    row, col, (first, second) = together([node.left, node.right])
    return Piece(row, col, Indicator(node.relation, first, second))


def together(terms: Sequence[Term]) -> tuple[Index | None, Index | None, tuple[Tree, ...]]:
    """Several terms in one frame."""
    pieces = [natural(t) for t in terms]
    row, col = frame(pieces)
    return row, col, tuple(lifted(p, row, col) for p in pieces)


@natural.register
def _(node: Add) -> Piece:
    if _plain_scalar(node):
        return Piece(None, None, ScalarTerm(node))
    row, col, trees = together(node.args)
    return Piece(row, col, Total(trees))


@natural.register
def _(node: Apply) -> Piece:
    if _plain_scalar(node):
        return Piece(None, None, ScalarTerm(node))
    row, col, trees = together(node.args)
    return Piece(row, col, Function(node.op, trees, row is None and col is None))


@natural.register
def _(node: Pow) -> Piece:
    if _plain_scalar(node):
        return Piece(None, None, ScalarTerm(node))
    if not _plain_scalar(node.exponent):
        raise Refused
    base = natural(node.base)
    if node.exponent is MINUS_ONE and not base.scalar:
        return Piece(base.row, base.col, Divided(ScalarTerm(Num(1)), base.tree))
    return Piece(base.row, base.col, Raised(base.tree, node.exponent, len(base.indices) == 2))


@natural.register
def _(node: Mul) -> Piece:
    if _plain_scalar(node):
        return Piece(None, None, ScalarTerm(node))
    return Network(node.args, ()).piece()


@natural.register
def _(node: Reduce) -> Piece:
    if node.index.size.constant == 1:
        return natural(substitute(node.body, {node.index: Size.of(0)}))
    if node.index.size.indices:
        raise Refused
    if node.kind == "sum":
        sums, body = [node.index], node.body
        while isinstance(body, Reduce) and body.kind == "sum" and body.index.size.constant != 1 and body.index not in sums:
            sums.append(body.index)
            body = body.body
        return Network((body,), tuple(sums)).piece()
    return _reduced(node)


def _reduced(node: Reduce) -> Piece:
    if node.kind == "mean" and not _entrywise_over(node):
        total = Network((node.body,), (node.index,)).piece()
        return Piece(total.row, total.col, Scaled((), total.tree, (ScalarTerm(Count(node.index.size)),)))
    body = natural(node.body)
    if body.indices == (node.index,):
        return Piece(None, None, Reduced(node.kind, lifted(body, node.index, None), "all"))
    if node.index not in body.indices:
        raise Refused
    other = next(i for i in body.indices if i is not node.index)
    down = transposes(lifted(body, node.index, other)) < transposes(lifted(body, other, node.index))
    tree = lifted(body, node.index, other) if down else lifted(body, other, node.index)
    return Piece(other, None, Reduced(node.kind, tree, "columns" if down else "rows"))


def _entrywise_over(node: Reduce) -> bool:
    """Whether no factor of a mean's body has less than all its indices: then it is the mean of an array, not a product's."""
    factors = node.body.args if isinstance(node.body, Mul) else (node.body,)
    free = set(free_indices(node.body))
    return all(set(free_indices(f)) in (set(), free) for f in factors)


class Network:
    """A product with sums: pieces joined along the summed indices."""

    def __init__(self, factors: tuple[Term, ...], sums: tuple[Index, ...]) -> None:
        self.sums = list(sums)
        self.pieces: list[Piece] = []
        self.scalars: list[Piece] = []
        self.take_all(factors)

    def take_all(self, factors: tuple[Term, ...]) -> None:
        """Split factors into pieces; every power by which the last ones divide goes under the bar."""
        last = closing(factors)
        for position, factor in enumerate(factors):
            self.take(factor, denominator(factor) if position < last else inverted(factor))

    def take(self, factor: Term, under: Term | None) -> None:
        """Split a factor into pieces; a product inside is taken apart unless it is a scalar of its own."""
        if isinstance(factor, Mul) and not _plain_scalar(factor):
            self.take_all(factor.args)
            return
        if isinstance(factor, Reduce) and factor.kind == "sum" and len(free_indices(factor)) > 2 and factor.index not in self.sums:
            self.sums.append(factor.index)
            self.take_all((factor.body,))
            return
        found = natural(factor if under is None else under)
        order = len(self.pieces) + len(self.scalars)
        piece = Piece(found.row, found.col, found.tree, order, under is not None)
        (self.scalars if piece.scalar else self.pieces).append(piece)

    def piece(self) -> Piece:
        """The whole product as one piece."""
        self.norm()
        while self.sums:
            self.eliminate(min(reversed(self.sums), key=lambda k: len(self.others(k))))
        row, col = frame(self.pieces)
        return self.scaled(row, col, self.joined(row, col))

    def norm(self) -> None:
        """The sum of the squares of all entries of a matrix is a norm."""
        for piece in self.pieces:
            row, col, tree = piece.row, piece.col, piece.tree
            alone = not any(p is not piece and (row in p.indices or col in p.indices) for p in self.pieces)
            if alone and row in self.sums and col in self.sums and isinstance(tree, Raised) and tree.exponent is TWO and not piece.inverse:
                self.pieces.remove(piece)
                self.sums = [k for k in self.sums if k not in (row, col)]
                self.scalars.append(Piece(None, None, SquaredNorm(tree.base), piece.order))
                return

    def others(self, index: Index) -> tuple[Index, ...]:
        """The indices that the pieces with ``index`` have besides it, in order."""
        return tuple(dict.fromkeys(i for p in self.pieces if index in p.indices for i in p.indices if i is not index))

    def eliminate(self, index: Index) -> None:
        """Sum over one index."""
        self.sums.remove(index)
        touched = [p for p in self.pieces if index in p.indices]
        others = self.others(index)
        if len(others) > 2:
            raise Refused
        order = min((p.order for p in touched), default=0)
        if not touched:
            self.scalars.append(Piece(None, None, ScalarTerm(Count(index.size)), len(self.pieces)))
            return
        self.pieces = [p for p in self.pieces if index not in p.indices]
        alone = [p for p in touched if p.indices == (index,)]
        if not others:
            self.scalars.append(Piece(None, None, inner_product(alone, index), order))
            return
        left = entrywise([p for p in touched if others[0] in p.indices], others[0], index)
        if len(others) == 1:
            vector = entrywise(alone, index, None) if alone else Ones()
            self.pieces.append(Piece(others[0], None, matrix_product((left, vector)), order))
            return
        right = entrywise([p for p in touched if others[1] in p.indices], index, others[1])
        middle = (Diagonal(entrywise(alone, index, None)),) if alone else ()
        self.pieces.append(Piece(others[0], others[1], matrix_product((left, *middle, right)), order))

    def joined(self, row: Index | None, col: Index | None) -> Tree | None:
        """What is left, as one tree over rows and columns; None where only scalars are."""
        if not self.pieces:
            return None
        if row is None or col is None:
            return entrywise(self.pieces, row, col)
        both = [p for p in self.pieces if len(p.indices) == 2]
        rows = [p for p in self.pieces if p.indices == (row,)]
        cols = [p for p in self.pieces if p.indices == (col,)]
        if not both:
            return matrix_product((entrywise(rows, row, None), entrywise(cols, None, col)))
        core = entrywise(both, row, col)
        if rows and cols:
            return hadamard((core, matrix_product((entrywise(rows, row, None), entrywise(cols, None, col)))))
        if rows:
            return row_scaled(entrywise(rows, row, None), core)
        return transpose(row_scaled(entrywise(cols, col, None), transpose(core))) if cols else core

    def scaled(self, row: Index | None, col: Index | None, body: Tree | None) -> Piece:
        """The scalar factors in front of the rest; a −1 is a sign."""
        signs = [p for p in self.scalars if number_of(p.tree) is MINUS_ONE and not p.inverse]
        rest = [p for p in self.scalars if p not in signs]
        tops = tuple(p.tree for p in rest if not p.inverse)
        bottoms = tuple(p.tree for p in rest if p.inverse)
        if body is None:
            body, tops = (tops[-1], tops[:-1]) if tops else (ScalarTerm(Num(1)), ())
        elif tops and isinstance(tops[-1], ScalarTerm) and isinstance(body, Divided) and number_of(body.top) is ONE:
            body, tops = Divided(tops[-1], body.bottom), tops[:-1]
        tree = Scaled(tops, body, bottoms) if tops or bottoms else body
        return Piece(row, col, Minus(tree) if len(signs) % 2 else tree)


__all__ = ["natural", "recognise"]

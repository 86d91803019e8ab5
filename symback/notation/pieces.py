"""Pieces of a matrix expression: a tree, the index its rows run over and the index its columns run over."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symback.algebra.sizes import Index
from symback.algebra.terms import TWO, Num, Term
from symback.notation.trees import (
    Diagonal,
    DiagonalOf,
    Divided,
    Function,
    Hadamard,
    Identity,
    Indicator,
    MatrixProduct,
    Minus,
    Ones,
    Raised,
    Reduced,
    ScalarOf,
    ScalarTerm,
    Scaled,
    SquaredNorm,
    Total,
    Trace,
    Transpose,
    Tree,
    hadamard,
    matrix_product,
    transpose,
    transposes,
)

ROW_OF_ONES = Transpose(Ones())


class Refused(Exception):
    """Raised where a term has no form in matrix notation."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A tree whose rows run over one index and whose columns over another (None: a single one).

    ``order`` is where its first factor was written; ``inverse`` marks what is divided by.
    """

    row: Index | None
    col: Index | None
    tree: Tree
    order: int = 0
    inverse: bool = False

    @property
    def indices(self) -> tuple[Index, ...]:
        """The indices it runs over."""
        return tuple(i for i in (self.row, self.col) if i is not None)

    @property
    def scalar(self) -> bool:
        """Whether it is a number."""
        return not self.indices


def number_of(tree: Tree) -> Term | None:
    """The term of a plain scalar."""
    return tree.term if isinstance(tree, ScalarTerm) else None


def lifted(piece: Piece, row: Index | None, col: Index | None) -> Tree:
    """A piece in a frame: transposed where needed, repeated along an index it does not have."""
    if set(piece.indices) - {row, col}:
        raise Refused
    if piece.scalar:
        return piece.tree if isinstance(piece.tree, ScalarTerm | ScalarOf) else ScalarOf(piece.tree)
    if (piece.row, piece.col) == (row, col):
        return piece.tree
    if (piece.row, piece.col) == (col, row):
        return transpose(piece.tree)
    column = piece.tree if piece.col is None else transpose(piece.tree)
    if piece.indices == (row,):
        return column if col is None else matrix_product((column, ROW_OF_ONES))
    return transpose(column) if row is None else matrix_product((Ones(), transpose(column)))


def frame(pieces: Iterable[Piece]) -> tuple[Index | None, Index | None]:
    """The rows and columns that pieces have together."""
    row: Index | None = None
    col: Index | None = None
    known = sorted(pieces, key=lambda p: -len(p.indices))
    for piece in known:
        for index in piece.indices:
            if index in (row, col):
                continue
            if row is None and col is None:
                row, col = piece.row, piece.col
            elif row is None:
                row = index
            elif col is None:
                col = index
            else:
                raise Refused
    return row, col


def sized(tree: Tree) -> tuple[bool, bool]:
    """Whether the number of rows and of columns can be told from what is printed; ones and I have none of their own.

    Refused where a sum would run over a range that nothing shows.
    """
    match tree:
        case Ones():
            return False, True
        case Identity():
            return False, False
        case Transpose(body):
            rows, cols = sized(body)
            return cols, rows
        case MatrixProduct(parts):
            shapes = [sized(p) for p in parts]
            if not all(left[1] or right[0] for left, right in itertools.pairwise(shapes)):
                raise Refused
            return shapes[0][0], shapes[-1][1]
        case Hadamard(parts) | Total(parts) | Function(args=parts):
            return _any_sized(parts)
        case Divided(one, other) | Indicator(left=one, right=other):
            return _any_sized((one, other))
        case Scaled(tops, body, bottoms):
            _any_sized((*tops, *bottoms))
            return sized(body)
        case Minus(body) | Raised(base=body):
            return sized(body)
        case Diagonal(body) | DiagonalOf(body):
            rows, _ = sized(body)
            return rows, rows or isinstance(tree, DiagonalOf)
        case Trace(body) | SquaredNorm(body) | Reduced(body=body):
            if not all(sized(body)):
                raise Refused
        case ScalarOf(body):
            sized(body)
    return True, True


def _any_sized(parts: Sequence[Tree]) -> tuple[bool, bool]:
    shapes = [sized(p) for p in parts if not isinstance(p, ScalarTerm | ScalarOf)]
    return (any(rows for rows, _ in shapes), any(cols for _, cols in shapes)) if shapes else (True, True)


def entrywise(pieces: Sequence[Piece], row: Index | None, col: Index | None) -> Tree:
    """Pieces over the same indices multiplied and divided entry by entry, in the order they were written.

    Where it takes fewer transposes they are joined the other way round and the whole is transposed: (G ⊙ X)ᵀ.
    """
    tree = _joined(pieces, row, col)
    if row is None or col is None:
        return tree
    turned = transpose(_joined(pieces, col, row))
    return turned if transposes(turned) < transposes(tree) else tree


def _joined(pieces: Sequence[Piece], row: Index | None, col: Index | None) -> Tree:
    ordered = sorted(pieces, key=lambda p: p.order)
    tops = tuple(lifted(p, row, col) for p in ordered if not p.inverse)
    bottoms = tuple(lifted(p, row, col) for p in ordered if p.inverse)
    top = hadamard(tops) if tops else ScalarTerm(Num(1))
    return Divided(top, hadamard(bottoms)) if bottoms else top


def inner_product(pieces: list[Piece], index: Index) -> Tree:
    """Σ over the only index of some pieces: a trace, a squared norm, a sum with ones, or a product of two columns."""
    ordered = sorted(pieces, key=lambda p: (p.inverse, p.order))
    if len(ordered) > 1 and not ordered[0].inverse:
        first = lifted(ordered[0], index, None)
        return matrix_product((transpose(first), entrywise(ordered[1:], index, None)))
    tree = entrywise(ordered, index, None)
    match tree:
        case DiagonalOf(body=square):
            return Trace(square)
        case Raised(base=base, exponent=exponent) if exponent is TWO:
            return SquaredNorm(base)
    return matrix_product((ROW_OF_ONES, tree))

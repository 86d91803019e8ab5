"""Formulas as SymPy expressions in the user's own symbols: matrix expressions where the matrix notation has one, else indexed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Ref, Relation, Term
from symback.algebra.traverse import names, refs
from symback.errors import UnknownTerm
from symback.network.lettering import lettering
from symback.network.program import Program
from symback.notation.matrix import recognise
from symback.notation.trees import (
    Array,
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
)
from symback.reading.lazy import sp
from symback.reading.names import spelled_name
from symback.reading.sympy_functions import elementwise
from symback.reading.sympy_writing import RELATIONS, applied, plain_name, size, write
from symback.typeset.style import DEFAULT

Extent = tuple[Any, Any]
"""Rows and columns as SymPy sizes, each None where a part does not show it (ones, an identity)."""


class NoMatrix(Exception):
    """SymPy has no matrix expression for this."""


def to_sympy(definition: Definition, program: Program, things: Mapping[str, Any], put_in: Callable[[Term], Term] | None = None) -> Any:
    """The body of a definition as a SymPy expression.

    ``things`` holds the SymPy objects of a declaration by their names: a MatrixSymbol stands in matrix expressions, an IndexedBase in
    indexed ones; what has no object gets one of its name. ``put_in`` replaces names of definitions in what opaque rows read.

    >>> from symback.algebra.terms import ref, total
    >>> from symback.network.program import Leaf
    >>> i, j = Index("i", "n"), Index("j", "m")
    >>> net = Program("", (Leaf("W", (j, i)), Leaf("d", (j,))), (), ())
    >>> to_sympy(Definition("g", (i,), total([j], ref("W", j, i) * ref("d", j))), net, {})
    W.T*d
    """
    assert isinstance(definition.body, Term)
    return _Writer(program, things, put_in).expression(definition.body, definition.indices)


class _Writer:
    """Expressions over the names of a program, in the objects of a user."""

    def __init__(self, program: Program, things: Mapping[str, Any], put_in: Callable[[Term], Term] | None) -> None:
        self.program, self.things, self.put_in = program, things, put_in
        self.axes = lettering(program, DEFAULT).axes
        shapes = [part for thing in things.values() for part in getattr(thing, "shape", None) or ()]
        symbols = {s for part in shapes for s in getattr(part, "free_symbols", ())}
        self.sizes = {size(Size.of(spelled_name(s.name))): s for s in symbols}

    def expression(self, body: Term, indices: tuple[Index, ...]) -> Any:
        """A matrix expression where there is one."""
        try:
            return self.matrix(body, indices)
        except NoMatrix:
            known = {n: thing for n in names(body) if (thing := self.known(n)) is not None}
            return write(body, known).xreplace(self.sizes)

    def known(self, name: Name) -> Any:
        """What stands for a name where it is read entry by entry; None where only its name can."""
        found = self.opaque(name)
        return self.things.get(name) if found is None and isinstance(name, str) else found

    def matrix(self, body: Term, indices: tuple[Index, ...]) -> Any:
        """The body as a matrix expression, or as a scalar made of such; NoMatrix where there is none."""
        tree = recognise(body, indices, self.axes) if indices or any(r.places for r in refs(body)) else ScalarTerm(body)
        if tree is None:
            raise NoMatrix
        shape = self.shape(indices)
        if not indices:
            return self.scalar(tree)
        return self.build(tree, shape)

    def shape(self, indices: tuple[Index, ...]) -> Extent:
        """Rows and columns of an array; one axis is a column."""
        if len(indices) > 2 or any(i.size.indices for i in indices):
            raise NoMatrix
        rows, columns = [*(self.size(i.size) for i in indices), sp.S.One, sp.S.One][:2]
        return rows, columns

    def size(self, value: Size) -> Any:
        """A size in the user's symbols."""
        return size(value).xreplace(self.sizes)

    def array(self, name: Name) -> Any:
        """The matrix a name stands for."""
        found = self.opaque(name)
        if found is None and isinstance(name, str):
            found = self.things.get(name)
        if found is None:
            return sp.MatrixSymbol(plain_name(name), *self.shape(self.axes(name, 0)))
        if not getattr(found, "is_Matrix", False):
            raise NoMatrix
        return found

    def opaque(self, name: Name) -> Any:
        """An inverse, a determinant or a solution as SymPy writes it; None for any other name."""
        definition = self.program.definition.get(name)
        if definition is None or not isinstance(definition.body, Opaque):
            return None
        try:
            operands = [self.operand(n) for n in definition.body.operands]
        except NoMatrix:
            return None
        return solved(definition.body.row, operands)

    def operand(self, name: Name) -> Any:
        """What an opaque row reads; its own formula where names of definitions are put in."""
        definition = self.program.definition.get(name)
        if self.put_in is None or definition is None or isinstance(definition.body, Opaque):
            return self.array(name)
        return self.matrix(self.put_in(definition.body), definition.indices)

    # trees ----------------------------------------------------------------------------------------------------------

    def extent(self, tree: Tree) -> Extent | None:
        """Rows and columns as far as a tree shows them; None for a scalar."""
        match tree:
            case Array(name):
                shape = self.shape(self.axes(name, 0))
                return None if shape == (1, 1) else shape
            case Ones():
                return None, sp.S.One
            case Identity():
                return None, None
            case Transpose(body):
                inner = self.extent(body)
                return None if inner is None else inner[::-1]
            case MatrixProduct(parts):
                first, last = self.extent(parts[0]), self.extent(parts[-1])
                found = (None if first is None else first[0], None if last is None else last[1])
                return None if found == (1, 1) else found
            case Hadamard(parts) | Total(parts) | Function(args=parts):
                return self.together(parts)
            case Divided(one, other) | Indicator(left=one, right=other):
                return self.together((one, other))
            case Scaled(body=body) | Minus(body) | Raised(base=body):
                return self.extent(body)
            case Diagonal(body) | DiagonalOf(body) | Reduced(body=body):
                return self.reduced(tree, self.extent(body) or (None, None))
        return None

    @staticmethod
    def reduced(tree: Diagonal | DiagonalOf | Reduced, inner: Extent) -> Extent | None:
        """The extent of a diagonal matrix, of a diagonal, or of what is left of a matrix."""
        if isinstance(tree, Diagonal):
            return inner[0], inner[0]
        if isinstance(tree, Reduced) and tree.over == "all":
            return None
        return (inner[1] if isinstance(tree, Reduced) and tree.over == "columns" else inner[0]), sp.S.One

    def together(self, parts: tuple[Tree, ...]) -> Extent | None:
        """The extent of parts that meet entry by entry."""
        found = [e for p in parts if (e := self.extent(p)) is not None]
        if not found:
            return None
        rows, columns = (next((e[k] for e in found if e[k] is not None), None) for k in (0, 1))
        return rows, columns

    def build(self, tree: Tree, shape: Extent) -> Any:
        """A tree as a matrix expression of a shape; a scalar fills it."""
        own = self.extent(tree)
        if own is None:
            return times(self.scalar(tree), sp.OneMatrix(*self.whole(shape)))
        shape = tuple(a if a is not None else b for a, b in zip(own, shape, strict=True))
        match tree:
            case Array(name):
                return self.array(name)
            case Ones():
                return sp.OneMatrix(*self.whole(shape))
            case Identity():
                return sp.Identity(self.whole((shape[0] or shape[1], sp.S.One))[0])
            case Transpose(body):
                return transposed(self.build(body, shape[::-1]))
            case MatrixProduct(parts):
                return self.product(parts, shape)
            case Hadamard(parts):
                return self.hadamard([self.factor(p, shape) for p in parts])
            case Divided(top, bottom):
                below = self.factor(bottom, shape)
                inverse = sp.HadamardPower(below, -1) if below.is_Matrix else 1 / below
                return self.hadamard([self.factor(top, shape), inverse])
            case Scaled(tops, body, bottoms):
                return times(self.scale(tops, bottoms), self.build(body, shape))
            case Total(parts):
                return sp.MatAdd(*(self.build(p, shape) for p in parts))
            case Minus(body):
                return times(sp.S.NegativeOne, self.build(body, shape))
            case Raised(base, exponent, _):
                return sp.HadamardPower(self.build(base, shape), self.scalar(ScalarTerm(exponent)))
            case Function(operation, args, _):
                return self.function(operation, [self.factor(a, shape) for a in args])
            case Indicator(relation, left, right):
                difference = sp.MatAdd(self.build(left, shape), times(sp.S.NegativeOne, self.build(right, shape)))
                return elementwise(_truth(relation), difference)
            case Diagonal(body):
                return sp.DiagMatrix(self.build(body, (shape[0] or shape[1], sp.S.One)))
            case DiagonalOf(body):
                return sp.DiagonalOf(self.build(body, (shape[0], shape[0])))
            case Reduced():
                return self.mean(tree)
        raise UnknownTerm(tree, "sympy")

    def scalar(self, tree: Tree) -> Any:
        """A tree as a scalar expression."""
        match tree:
            case ScalarTerm(term):
                known = {n: thing for n in names(term) if (thing := self.known(n)) is not None}
                return write(term, known).xreplace(self.sizes)
            case ScalarOf(body) | Transpose(body):
                return self.scalar(body)
            case Array(name):
                zeros = (Size.of(0),) * len(self.axes(name, 0))
                return self.scalar(ScalarTerm(Ref(name, zeros)))
            case MatrixProduct(parts):
                return sp.MatrixElement(self.product(parts, (sp.S.One, sp.S.One)), 0, 0)
            case Hadamard(parts):
                return reduce(mul, map(self.scalar, parts))
            case Divided(top, bottom):
                return self.scalar(top) / self.scalar(bottom)
            case Scaled(tops, body, bottoms):
                return self.scale(tops, bottoms) * self.scalar(body)
            case Total(parts):
                return reduce(add, map(self.scalar, parts))
            case Minus(body):
                return -self.scalar(body)
            case Raised(base, exponent, _):
                return self.scalar(base) ** self.scalar(ScalarTerm(exponent))
            case Function(operation, args, _):
                return applied(operation, [self.scalar(a) for a in args])
            case Indicator(relation, left, right):
                return _truth(relation)(self.scalar(left) - self.scalar(right))
            case Trace(body):
                return sp.Trace(self.build(body, (None, None)))
            case SquaredNorm(body):
                inner = self.build(body, (None, None))
                return sp.Trace(matmul(transposed(inner), inner))
            case Reduced():
                return self.mean(tree)
        raise UnknownTerm(tree, "sympy")

    def whole(self, shape: Extent) -> Extent:
        """A shape that is known."""
        if None in shape:
            raise NoMatrix
        return shape

    def factor(self, tree: Tree, shape: Extent) -> Any:
        """A part that meets others entry by entry; a scalar stays one."""
        return self.scalar(tree) if self.extent(tree) is None else self.build(tree, shape)

    def scale(self, tops: tuple[Tree, ...], bottoms: tuple[Tree, ...]) -> Any:
        """Scalars in front and under the bar."""
        return reduce(mul, map(self.scalar, tops), sp.S.One) / reduce(mul, map(self.scalar, bottoms), sp.S.One)

    def product(self, parts: tuple[Tree, ...], shape: Extent) -> Any:
        """A matrix product: each size between two parts is shown by one of them."""
        extents = [self.extent(p) or (sp.S.One, sp.S.One) for p in parts]
        between = [extents[k][1] if extents[k][1] is not None else extents[k + 1][0] for k in range(len(parts) - 1)]
        stops = [shape[0], *between, shape[1]]
        return reduce(matmul, [self.build(p, (stops[k], stops[k + 1])) for k, p in enumerate(parts)])

    @staticmethod
    def hadamard(parts: list[Any]) -> Any:
        """Matrices multiplied entry by entry, scalars in front."""
        matrices = [p for p in parts if p.is_Matrix]
        front = reduce(mul, [p for p in parts if not p.is_Matrix], sp.S.One)
        body = sp.HadamardProduct(*matrices) if len(matrices) > 1 else matrices[0]
        return times(front, body)

    @staticmethod
    def function(operation: str, args: list[Any]) -> Any:
        """An operation on the entries of one matrix; SymPy has none for the entries of two."""
        matrices = [a for a in args if a.is_Matrix]
        if len(matrices) != 1:
            raise NoMatrix
        return elementwise(lambda t: applied(operation, [t if a.is_Matrix else a for a in args]), matrices[0])

    def mean(self, tree: Reduced) -> Any:
        """A mean over all entries, the rows or the columns; SymPy has no other reduction of a matrix."""
        if tree.kind != "mean":
            raise NoMatrix
        body = self.build(tree.body, (None, None))
        rows, columns = body.shape
        if tree.over == "all":
            i, j = (sp.S.Zero if n == 1 else sp.Dummy(letter, integer=True) for n, letter in ((rows, "i"), (columns, "j")))
            limits = [(index, 0, n - 1) for index, n in ((i, rows), (j, columns)) if n != 1]
            return sp.Sum(body[i, j], *limits) / (rows * columns) if limits else body[i, j]
        turned, count = (body, columns) if tree.over == "rows" else (transposed(body), rows)
        return times(1 / count, matmul(turned, sp.OneMatrix(count, 1)))


def transposed(matrix: Any) -> Any:
    """The transpose of a matrix; nothing in it is worked out, as `.T` would."""
    return matrix.T if isinstance(matrix, sp.MatrixSymbol | sp.Transpose | sp.Inverse | sp.MatrixBase) else sp.Transpose(matrix)


def times(number: Any, matrix: Any) -> Any:
    """A matrix with a number in front; nothing in it is worked out, as `*` would."""
    parts = matrix.args if isinstance(matrix, sp.MatMul) else (matrix,)
    front = number if parts[0].is_Matrix else number * parts[0]
    matrices = [p for p in parts if p.is_Matrix]
    return sp.MatMul(*([] if front == 1 else [front]), *matrices) if front != 1 or len(matrices) > 1 else matrices[0]


def matmul(left: Any, right: Any) -> Any:
    """A product of two matrices, numbers in front, nothing worked out."""
    parts = [p for m in (left, right) for p in (m.args if isinstance(m, sp.MatMul) else (m,))]
    front = reduce(mul, [p for p in parts if not p.is_Matrix], sp.S.One)
    return times(front, sp.MatMul(*(p for p in parts if p.is_Matrix)))


def _truth(relation: Relation) -> Callable[[Any], Any]:
    """1 where a difference compares so with 0, else 0."""
    return lambda t: sp.Piecewise((sp.S.One, getattr(sp, RELATIONS[relation])(t, 0)), (sp.S.Zero, True))


def solved(row: str, operands: list[Any]) -> Any:
    """An opaque row as SymPy writes it; None where SymPy has no such thing."""
    match row:
        case "inv":
            return sp.Inverse(*operands)
        case "det":
            return sp.Determinant(*operands)
        case "logabsdet":
            return sp.log(sp.Abs(sp.Determinant(*operands)))
        case "signdet":
            return sp.sign(sp.Determinant(*operands))
        case "solve":
            return matmul(sp.Inverse(operands[0]), operands[1])
    return None


__all__ = ["to_sympy"]

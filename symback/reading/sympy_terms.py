"""Matrix expressions of SymPy to terms, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import pairwise
from typing import Any

from symback.algebra.sizes import Size
from symback.algebra.terms import ONE, ZERO, Mul, Ref, Term, add, apply, bracket, mul, reduce_over
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, at, is_one
from symback.reading.lazy import nodes, sp
from symback.reading.linear import kron
from symback.reading.shaping import concatenate
from symback.reading.sympy_scalars import Scalars, operation_of, unsupported
from symback.reading.sympy_sizes import ask, size_of
from symback.reading.syntax import bounded_power

MAX_POWER = 64


class Converter(Scalars):
    """Terms from scalar and matrix expressions."""

    def entry(self, node: Any, i: Size, j: Size) -> Term:
        """An entry of a matrix expression."""
        match node:
            case sp.MatrixSymbol():
                return Ref(self.name(node), (i, j))
            case sp.MatAdd():
                self._same_shapes(node)
                return self._sum(self.order.terms(node), lambda part: self.entry(part, i, j))
            case sp.MatMul():
                return self._matmul(list(node.args), i, j)
            case sp.Transpose():
                return self.entry(node.arg, j, i)
            case sp.HadamardProduct():
                self._same_shapes(node)
                return mul([self.entry(part, i, j) for part in node.args])
            case sp.HadamardPower():
                exponent = node.exp if not getattr(node.exp, "is_Matrix", False) else None
                raised = self.entry(node.exp, i, j) if exponent is None else self.scalar(exponent)
                return bounded_power(self.entry(node.base, i, j), raised, str(node))
            case nodes.Entrywise():
                return self._entrywise(node.function, self.entry(node.matrix, i, j))
            case sp.ElementwiseApplyFunction():
                return self._entrywise(node.function, self.entry(node.expr, i, j))
            case nodes.AxisSum():
                return self._axis_sum(node, i, j)
            case nodes.Repeated():
                rows, columns = map(size_of, node.vector.shape)
                return self.entry(node.vector, Size.of(0) if is_one(rows) else i, Size.of(0) if is_one(columns) else j)
            case sp.Identity():
                return bracket(i, "=", j)
            case sp.OneMatrix():
                return ONE
            case sp.ZeroMatrix():
                return ZERO
            case sp.Inverse():
                return at(self.scope.opaque_read("inv", (self.array(node.arg),)), (i, j))
            case sp.MatPow():
                return self._matrix_power(node, i, j)
            case sp.DiagMatrix():
                (vector,) = node.args
                places = (Size.of(0), i) if is_one(size_of(vector.shape[0])) else (i, Size.of(0))
                return Mul((bracket(i, "=", j), self.entry(vector, *places)))
            case sp.Adjoint():
                return self.entry(node.arg, j, i)
            case sp.KroneckerProduct():
                return at(reduce(lambda a, b: kron(self.scope, a, b), map(self.array, node.args)), (i, j))
            case sp.BlockMatrix():
                height, width = node.blockshape
                lines = [concatenate(self.scope, [self.array(node.blocks[r, c]) for c in range(width)], 1) for r in range(height)]
                return at(concatenate(self.scope, lines, 0), (i, j))
            case sp.MatrixBase():
                return self._explicit(node, i, j)
            case sp.MatrixSlice():
                rows_, columns_ = map(size_of, node.parent.shape)
                return self.entry(node.parent, self._sliced(node.rowslice, i, rows_), self._sliced(node.colslice, j, columns_))
        raise unsupported(node)

    def array(self, node: Any) -> Array:
        """A matrix expression as an array value, for an opaque row."""
        i, j = (self.scope.index(size_of(n)) for n in node.shape)
        return Array((i, j), self.entry(node, *(Size.of(0) if is_one(k.size) else Size.of(k) for k in (i, j))), text=str(node))

    def _sliced(self, part: Any, place: Size, size: Size) -> Size:
        start, stop, step = part
        if step != 1:
            raise Misfit(f"a slice with step {step}: SymPy 1.14 gives it a wrong shape", "write the entries, or use sp.IndexedBase")
        ask(size - self.place(stop))
        return self.place(start) + place

    def _same_shapes(self, node: Any) -> None:
        first, *rest = node.args
        for other in rest:
            if tuple(map(size_of, first.shape)) != tuple(map(size_of, other.shape)):
                rows, columns = map(size_of, other.shape)
                bias = is_one(rows) != is_one(columns) and isinstance(node, sp.MatAdd)
                remedy = f"a bias is repeated by sb.add_bias({first}, {other})" if bias else "entries that meet need one shape"
                raise Misfit(f"{first} is {first.shape} and {other} is {other.shape}", remedy, sizes=True)

    def _matmul(self, parts: list[Any], i: Size, j: Size) -> Term:
        """``Σ_k Σ_l A_ik B_kl C_lj``, scalars in front."""
        scalars = [p for p in parts if not getattr(p, "is_Matrix", False)]
        matrices = [p for p in parts if getattr(p, "is_Matrix", False)]
        inner = []
        for left, right in pairwise(matrices):
            sizes = size_of(left.shape[1]), size_of(right.shape[0])
            if sizes[0] is not sizes[1]:
                found = f"{left} is {left.shape} and {right} is {right.shape}: the inner sizes {sizes[0]} and {sizes[1]} differ"
                hint = f"did you mean {right}.T?" if size_of(right.shape[1]) is sizes[0] else ""
                raise Misfit(found, hint, sizes=True)
            inner.append(self.scope.index(sizes[0]))
        stops = [i, *(Size.of(0) if is_one(k.size) else Size.of(k) for k in inner), j]
        factors = [self.entry(m, stops[n], stops[n + 1]) for n, m in enumerate(matrices)]
        product = reduce_over("sum", [k for k in inner if not is_one(k.size)], mul(factors))
        if not scalars:
            return product
        front = self._product(scalars, self.scalar)
        head = front.args if isinstance(front, Mul) else (front,)
        tail = product.args if isinstance(product, Mul) and not inner else (product,)
        return Mul((*head, *tail))

    def _matrix_power(self, node: Any, i: Size, j: Size) -> Term:
        if not node.exp.is_Integer or not 0 < abs(int(node.exp)) <= MAX_POWER:
            raise unsupported(node)
        base = node.base if node.exp > 0 else sp.Inverse(node.base)
        return self._matmul([base] * abs(int(node.exp)), i, j)

    def _entrywise(self, function: Any, argument: Term) -> Term:
        if not isinstance(function, sp.Lambda):
            name = operation_of(function)
            if name is None:
                raise unsupported(function)
            return apply(name, argument)
        (variable,) = function.variables
        before, self.dummies = self.dummies, {**self.dummies, variable: argument}
        try:
            return self.scalar(function.expr)
        finally:
            self.dummies = before

    def _axis_sum(self, node: Any, i: Size, j: Size) -> Term:
        size = size_of(node.matrix.shape[node.axis])
        index = self.scope.index(size)
        place = Size.of(0) if is_one(size) else Size.of(index)
        body = self.entry(node.matrix, place, j) if node.axis == 0 else self.entry(node.matrix, i, place)
        return body if is_one(size) else reduce_over("sum", [index], body)

    def _explicit(self, node: Any, i: Size, j: Size) -> Term:
        """An entry of a written-out matrix; a symbolic place selects it by brackets."""
        rows = [i.constant] if i.constant is not None else list(range(node.shape[0]))
        columns = [j.constant] if j.constant is not None else list(range(node.shape[1]))
        parts = []
        for a in rows:
            for b in columns:
                chosen = [bracket(p, "=", n) for p, n in ((i, a), (j, b)) if p.constant is None]
                parts.append(conditions.times(conditions.condition(chosen), self.scalar(node[a, b])))
        return add([p for p in parts if p is not ZERO])


def term_uses(expressions: Iterable[Any]) -> dict[Any, bool]:
    """Each thing that is read, and whether it is a term of a sum wherever it occurs, as a bias is."""
    alone: dict[Any, bool] = {}
    for expression in expressions:
        _note_uses(expression, False, alone)
    return alone


def _note_uses(node: Any, alone: bool, found: dict[Any, bool]) -> None:
    """For each thing that is read whether it is a term of a sum wherever it occurs."""
    here = node.base if isinstance(node, sp.Indexed) else node.parent if isinstance(node, sp.MatrixElement) else node
    if isinstance(here, sp.Symbol | sp.MatrixSymbol | sp.IndexedBase):
        found[here] = found.get(here, True) and alone
        return
    inner = isinstance(node, sp.Add | sp.MatAdd) or (alone and isinstance(node, nodes.Repeated | sp.Transpose))
    for child in node.flat() if isinstance(node, sp.MatrixBase) else node.args:
        _note_uses(child, inner, found)

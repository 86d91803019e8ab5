"""Rows that make arrays from sizes, and masks: eye, ones, arange, tril, diag."""

from __future__ import annotations

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ONE, ZERO, Count, Relation, Term, bracket
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, at, is_one
from symback.reading.rows import Build, Function, row
from symback.reading.scope import Scope, shown

Shape = tuple[Size, ...]


def _extent(scope: Scope, size: Size) -> Size:
    if not shown(scope, size, 1):
        raise Misfit(f"the size {size} is not known to be at least 1")
    return size


def _filled(value: Term) -> Build:
    return lambda scope, shape: Array(tuple(scope.index(_extent(scope, s)) for s in shape), value)


def _like(value: Term) -> Build:
    return lambda scope, x: Array(x.axes, value)


def _full(scope: Scope, shape: Shape, value: Array) -> Array:
    if value.rank:
        raise Misfit(f"full takes one number, and {value.says}")
    return Array(tuple(scope.index(_extent(scope, s)) for s in shape), value.body)


def _place(axis: Index) -> Size:
    return Size.of(0) if is_one(axis.size) else Size.of(axis)


def _eye(scope: Scope, n: Size, m: Size | None, k: Size) -> Array:
    rows, columns = scope.index(_extent(scope, n)), scope.index(_extent(scope, n if m is None else m))
    return Array(
        (rows, columns), ONE if is_one(n) and (m or n) is n and k.constant == 0 else bracket(_place(rows) + k, "=", _place(columns))
    )


def _arange(scope: Scope, start: Size, stop: Size | None, step: Size) -> Array:
    """``start + step·i`` for i below ⌈(stop − start)/step⌉."""
    first, last = (Size.of(0), start) if stop is None else (start, stop)
    if not provably_at_least(step, 1):
        raise Misfit(f"the step {step} of arange is not known to be at least 1")
    index = scope.index(_extent(scope, (last - first + step - 1) // step))
    return Array((index,), Count(first + step * _place(index)))


def _triangle(relation: Relation) -> Build:
    """``[j <= i + k] x_ij`` over the last two axes."""

    def build(scope: Scope, x: Array, k: Size) -> Array:
        if x.rank < 2:
            raise Misfit(f"tril and triu take a matrix, and {x.says}", sizes=True)
        rows, columns = x.axes[-2:]
        return Array(x.axes, conditions.times(bracket(_place(columns), relation, _place(rows) + k), x.body))

    return build


def _diag(scope: Scope, x: Array) -> Array:
    """The diagonal matrix of a vector, or the diagonal of a square matrix."""
    if x.rank == 1:
        rows = x.axes[0]
        columns = scope.index(rows.size)
        return Array((rows, columns), conditions.times(ONE if is_one(rows.size) else bracket(rows, "=", columns), x.body))
    if x.rank == 2:
        if not (x.shape[0] is x.shape[1] or scope.agree(*x.shape)):
            raise Misfit(f"diag takes a vector or a square matrix, and {x.says}", sizes=True)
        return Array(x.axes[:1], at(x, (x.axes[0], x.axes[0])))
    raise Misfit(f"diag takes a vector or a square matrix, and {x.says}", sizes=True)


def _tri(scope: Scope, n: Size, m: Size | None, k: Size) -> Array:
    rows, columns = scope.index(_extent(scope, n)), scope.index(_extent(scope, n if m is None else m))
    return Array((rows, columns), bracket(_place(columns), "<=", _place(rows) + k))


def _identity(scope: Scope, n: Size) -> Array:
    return _eye(scope, n, None, Size.of(0))


ROWS: tuple[Function, ...] = (
    row("eye", _eye, "n: size, m: size? = None, k: size = size 0"),
    row("identity", _identity, "n: size"),
    row("ones", _filled(ONE), "shape: shape"),
    row("zeros", _filled(ZERO), "shape: shape"),
    row("full", _full, "shape: shape, value"),
    row("ones_like", _like(ONE), "x"),
    row("zeros_like", _like(ZERO), "x"),
    row("arange", _arange, "start: size, stop: size? = None, step: size = size 1"),
    row("tril", _triangle("<="), "x, k: size = size 0"),
    row("triu", _triangle(">="), "x, k: size = size 0"),
    row("tri", _tri, "n: size, m: size? = None, k: size = size 0"),
    row("diag", _diag, "x"),
    row("diagonal", _diag, "x"),
)

"""Rows that make arrays from sizes, and masks: eye, ones, arange, tril, diag."""

from __future__ import annotations

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ONE, ZERO, Bracket, Count, Relation, Term, bracket
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, at, counted, is_empty, is_one
from symback.reading.rows import Build, Function, row
from symback.reading.scope import Scope, shown

Shape = tuple[Size, ...]


def _extent(scope: Scope, size: Size) -> Size:
    if not (is_empty(size) or shown(scope, size, 1)):
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
    single = is_one(rows.size) and is_one(columns.size) and k.constant == 0
    return Array((rows, columns), ONE if single else bracket(_place(rows) + k, "=", _place(columns)))


def _arange(scope: Scope, start: Size, stop: Size | None, step: Size) -> Array:
    """``start + step·i`` for each i with which that is before stop."""
    first, last = (Size.of(0), start) if stop is None else (start, stop)
    index = scope.index(_extent(scope, counted(first, last, step)))
    return Array((index,), Count(first + step * _place(index)))


def _triangle(relation: Relation) -> Build:
    """``[j <= i + k] x_ij`` over the last two axes."""

    def build(scope: Scope, x: Array, k: Size) -> Array:
        if x.rank < 2:
            raise Misfit(f"tril and triu take a matrix, and {x.says}", sizes=True)
        rows, columns = x.axes[-2:]
        return Array(x.axes, conditions.times(bracket(_place(columns), relation, _place(rows) + k), x.body))

    return build


def _diag(scope: Scope, x: Array, k: Size) -> Array:
    """The matrix with a vector on a diagonal, or a diagonal of a matrix."""
    if x.rank == 2:
        return diagonal(scope, x, k)
    if x.rank != 1:
        raise Misfit(f"diag takes a vector or a square matrix, and {x.says}", sizes=True)
    rows = x.axes[0]
    if k.constant == 0:
        columns = scope.index(rows.size)
        return Array((rows, columns), conditions.times(ONE if is_one(rows.size) else bracket(rows, "=", columns), x.body))
    right, down = _shifts(k)
    whole = rows.size + right + down
    row_, column = scope.index(whole), scope.index(whole)
    place = Size.of(row_) - down
    inside = [bracket(row_, ">=", down)] if down.constant != 0 else [bracket(row_, "<", rows.size)]
    mask = conditions.condition([*inside, Bracket("=", Count(Size.of(column) - right), Count(place))])
    return Array((row_, column), conditions.times(mask, at(x, (place,))))


def diagonal(scope: Scope, x: Array, offset: Size, takes: str = "diag takes a vector or a square matrix") -> Array:
    """``x[i, i + k]``, as long as both axes last."""
    if x.rank != 2:
        raise Misfit(f"{takes}, and {x.says}", sizes=True)
    right, down = _shifts(offset)
    rows, columns = x.shape[0] - down, x.shape[1] - right
    if square(scope, x):
        rows = columns = x.shape[0] - right - down
    length = next((a for a, b in ((rows, columns), (columns, rows)) if provably_at_least(b - a)), None)
    if length is None:
        raise Misfit(f"{takes}, and {x.says}", "slice it until it is square", sizes=True)
    index = scope.index(_extent(scope, length))
    place = _place(index)
    return Array((index,), at(x, (place + down, place + right)))


def square(scope: Scope, x: Array) -> bool:
    """Whether both axes of a matrix have one size, for sure or by solving for a size."""
    return x.shape[0] is x.shape[1] or (not all(s.constant for s in x.shape) and scope.agree(*x.shape))


def _shifts(offset: Size) -> tuple[Size, Size]:
    """How many columns to the right and rows down a diagonal starts."""
    for right, down in ((offset, Size.of(0)), (Size.of(0), -offset)):
        if provably_at_least(right) and provably_at_least(down):
            return right, down
    raise Misfit(f"the offset {offset} is not known to be positive or negative")


def _tri(scope: Scope, n: Size, m: Size | None, k: Size) -> Array:
    rows, columns = scope.index(_extent(scope, n)), scope.index(_extent(scope, n if m is None else m))
    return Array((rows, columns), bracket(_place(columns), "<=", _place(rows) + k))


def identity(scope: Scope, n: Size) -> Array:
    """The unit matrix."""
    return _eye(scope, n, None, Size.of(0))


ROWS: tuple[Function, ...] = (
    row("eye", _eye, "N|n: size, M|m: size? = None, k: size = size 0"),
    row("identity", identity, "n: size"),
    row("ones", _filled(ONE), "shape: shape"),
    row("zeros", _filled(ZERO), "shape: shape"),
    row("full", _full, "shape: shape, value"),
    row("ones_like", _like(ONE), "x"),
    row("zeros_like", _like(ZERO), "x"),
    row("arange", _arange, "start: size, stop: size? = None, step: size = size 1"),
    row("tril", _triangle("<="), "x, k: size = size 0"),
    row("triu", _triangle(">="), "x, k: size = size 0"),
    row("tri", _tri, "N|n: size, M|m: size? = None, k: size = size 0"),
    row("diag", _diag, "x, k: size = size 0"),
    row("diagonal", diagonal, "x, offset: size = size 0"),
)

"""Indexing with integers, slices, ``None`` and ``...``, as NumPy does it."""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType
from typing import TypeAlias

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import Bracket, Count, Mul, Term, bracket
from symback.algebra.traverse import substitute
from symback.reading.arrays import Array, Misfit, is_one
from symback.reading.scope import Scope, shown

Slice: TypeAlias = tuple[Size | None, ...]
Item: TypeAlias = Size | Slice | EllipsisType | None


def subscripted(scope: Scope, array: Array, items: Sequence[Item], zero_outside: bool = False) -> Array:
    """``array[items]``; with ``zero_outside`` a place out of range reads 0."""
    given = _expanded(array, items)
    moves: dict[Index, Size] = {}
    axes: list[Index] = []
    guards: list[Bracket] = []
    remaining = iter(array.axes)
    for item in given:
        if item is None:
            axes.append(scope.index(1))
            continue
        axis = next(remaining)
        size = axis.size.substitute(moves)
        if isinstance(item, Size):
            place = item if zero_outside else from_the_end(scope, item, size)
            if zero_outside:
                guards += _range_brackets(place, size)
            moves[axis] = place
        else:
            assert isinstance(item, tuple)
            index, place = _slice(scope, axis, size, item)
            axes.append(index)
            moves[axis] = place
    body = substitute(array.body, {i: p for i, p in moves.items() if not is_one(i.size)})
    return Array(tuple(axes), _guarded(guards, body), array.boolean)


def _guarded(guards: list[Bracket], body: Term) -> Term:
    return Mul((*guards, body)) if guards else body


def _expanded(array: Array, items: Sequence[Item]) -> list[Item]:
    """The items with ``...`` and what is left unsaid spelled out as whole slices."""
    taken = sum(1 for item in items if item is not None and item is not ...)
    dots = [n for n, item in enumerate(items) if item is ...]
    if taken > array.rank or len(dots) > 1:
        raise Misfit(f"{array.says} and is indexed {taken} times", f"give at most {array.rank} places", sizes=True)
    whole: list[Item] = [(None, None, None)] * (array.rank - taken)
    where = dots[0] if dots else len(items)
    return [*items[:where], *whole, *items[where + len(dots) :]]


def from_the_end(scope: Scope, place: Size, size: Size) -> Size:
    """A place that is negative for sure counts from the end; a number asks for an axis that is long enough."""
    if provably_at_least(-place, 1):
        place = place + size
    value, extent = place.constant, size.constant
    if value is not None and extent is not None and not 0 <= value < extent:
        raise Misfit(f"the place {value if value >= 0 else value - extent} is outside an axis of size {size}", "places count from 0")
    if not place.indices:
        for gap in (place, size - 1 - place):
            if not scope.require(gap):
                raise Misfit(f"the place {place} is not known to lie in an axis of size {size}", "places count from 0")
    return place


def _range_brackets(place: Size, size: Size) -> list[Bracket]:
    low = [] if provably_at_least(place) else [bracket(place, ">=", 0)]
    high = [] if provably_at_least(size - 1 - place) else [Bracket("<", Count(place), Count(size))]
    return [*low, *high]


def _slice(scope: Scope, axis: Index, size: Size, item: Slice) -> tuple[Index, Size]:
    """The index of the sliced axis and the place it reads."""
    if item == (None, None, None):
        index = axis if size is axis.size else scope.index(size, axis.name)
        return index, Size.of(index)
    step = Size.of(1) if item[2] is None else item[2]
    backwards = provably_at_least(-step, 1)
    if not backwards and not provably_at_least(step, 1):
        raise Misfit(f"the step {step} is not known to be positive or negative")
    start, length = _backward(scope, size, item, -step) if backwards else _forward(scope, size, item, step)
    if provably_at_least(-length):
        return scope.index(0), Size.of(0)
    if not shown(scope, length, 1):
        raise Misfit(f"the slice has {length} entries, which is not known to be at least 1")
    index = scope.index(length)
    return index, start if is_one(length) else start + step * Size.of(index)


def _forward(scope: Scope, size: Size, item: Slice, step: Size) -> tuple[Size, Size]:
    start = _bound(scope, item[0], size, Size.of(0))
    stop = _bound(scope, item[1], size, size)
    return start, (stop - start + step - 1) // step


def _backward(scope: Scope, size: Size, item: Slice, step: Size) -> tuple[Size, Size]:
    start = _bound(scope, item[0], size, size - 1, last=1)
    stop = Size.of(-1) if item[1] is None else _bound(scope, item[1], size, size, last=1)
    return start, (start - stop + step - 1) // step


def _bound(scope: Scope, given: Size | None, size: Size, default: Size, last: int = 0) -> Size:
    """A bound of a slice, counted from the start and cut off at the ends where that is sure; backwards (``last`` is 1) they are n − 1 and −1."""
    if given is None:
        return default
    bound = given + size if provably_at_least(-given, 1) else given
    if provably_at_least(-bound, last):
        return Size.of(-last)
    limit = size - last
    if provably_at_least(bound - limit):
        return limit
    if not (scope.require(bound) and scope.require(limit - bound)):
        written = str(given).replace("'", "")
        raise Misfit(f"the bound {written} of a slice is not known to lie in an axis of size {size}", "give sizes for which it does")
    return bound

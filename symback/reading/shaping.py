"""Rows that move entries without changing them: reshape, transpose, concatenate, stack, flip, pad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ZERO, Add, Bracket, Count, Mul, Term, bracket
from symback.algebra.traverse import substitute
from symback.network.hints import shape_text
from symback.reading import conditions
from symback.reading.arrays import Array, Indices, Misfit, at, broadcast, elementwise, is_empty, is_one, over, position, positions
from symback.reading.rows import Function, row
from symback.reading.scope import Scope

Shape = tuple[Size, ...]


def _transpose(scope: Indices, x: Array, axes: tuple[int, ...] | None) -> Array:
    order = tuple(range(x.rank))[::-1] if axes is None else tuple(position(x, a) for a in axes)
    if sorted(order) != list(range(x.rank)):
        raise Misfit(f"transpose needs each axis of {x.text} once: {x.says}", sizes=True)
    return replace(x, axes=tuple(x.axes[a] for a in order))


def _swapaxes(scope: Indices, x: Array, first: int, second: int) -> Array:
    a, b = position(x, first), position(x, second)
    order = list(range(x.rank))
    order[a], order[b] = b, a
    return replace(x, axes=tuple(x.axes[n] for n in order))


def moved(x: Array, source: int, destination: int) -> Array:
    """The array with one axis at another place, both counted from 0."""
    axes = list(x.axes)
    axes.insert(destination, axes.pop(source))
    return replace(x, axes=tuple(axes))


def _moveaxis(scope: Indices, x: Array, source: int, destination: int) -> Array:
    return moved(x, position(x, source), position(x, destination))


def _expand_dims(scope: Indices, x: Array, axis: int) -> Array:
    axes = list(x.axes)
    axes.insert(position(x, axis, x.rank + 1), scope.index(1))
    return replace(x, axes=tuple(axes))


def _squeeze(scope: Indices, x: Array, axis: int | tuple[int, ...] | None) -> Array:
    chosen = [p for p in positions(x, axis) if axis is not None or is_one(x.axes[p].size)]
    if any(not is_one(x.axes[p].size) for p in chosen):
        raise Misfit(f"squeeze drops axes of size 1, and {x.says}", sizes=True)
    return replace(x, axes=tuple(i for p, i in enumerate(x.axes) if p not in chosen))


def _flip(scope: Indices, x: Array, axis: int | tuple[int, ...] | None) -> Array:
    chosen = {x.axes[p] for p in positions(x, axis) if not is_one(x.axes[p].size)}
    moves = {i: i.size - 1 - Size.of(i) for i in x.axes if i in chosen}
    return Array(x.axes, substitute(x.body, moves), x.boolean)


def _roll(scope: Scope, x: Array, shift: Size, axis: int | None) -> Array:
    """``y[i] = [i >= s]·x[i − s] + [i < s]·x[i − s + n]`` for 0 <= s <= n."""
    if axis is None and x.rank != 1:
        return _reshape(scope, _roll(scope, raveled(scope, x), shift, 0), x.shape)
    along = x.axes[position(x, axis or 0)]
    back = shift if provably_at_least(shift) else shift + along.size
    if not (scope.require(back) and scope.require(along.size - back)):
        raise Misfit(f"the shift {shift} is not known to lie within an axis of size {along.size}")
    if is_one(along.size):
        return x
    here = Size.of(along)
    first, second = (substitute(x.body, {along: p}) for p in (here - back, here - back + along.size))
    return Array(x.axes, Add((Mul((bracket(here, ">=", back), first)), Mul((bracket(here, "<", back), second)))))


def _broadcast_to(scope: Indices, x: Array, shape: Shape) -> Array:
    target = Array(tuple(scope.index(s) for s in shape), Count(0), text=f"the shape {shape_text(shape)}")
    whole = elementwise(scope, (target, x), lambda _, body: body, x.boolean)
    if whole.shape != target.shape:
        raise Misfit(f"{x.says} and does not broadcast to {shape_text(shape)}", sizes=True)
    return whole


def concatenate(scope: Indices, arrays: list[Array] | Array, axis: int | None) -> Array:
    """Brackets with shifted places: ``[k < D]·x[k] + [k >= D]·h[k − D]``."""
    if axis is None:
        return raveled(scope, arrays) if isinstance(arrays, Array) else concatenate(scope, [raveled(scope, a) for a in arrays], 0)
    if isinstance(arrays, Array):
        if arrays.rank < 2:
            raise Misfit("concatenate joins arrays with at least one axis", "use stack")
        along = position(arrays, axis, arrays.rank - 1)
        turned = moved(arrays, 0, along)
        return regrouped(scope, turned, (*turned.shape[:along], turned.shape[along] * turned.shape[along + 1], *turned.shape[along + 2 :]))
    rank = arrays[0].rank
    if not rank or any(a.rank != rank for a in arrays):
        raise Misfit("concatenate joins arrays with the same number of axes: " + " and ".join(a.says for a in arrays), sizes=True)
    along = position(arrays[0], axis)
    others = _same_other_axes(scope, arrays, along)
    whole = Size.of(0)
    for array in arrays:
        whole = whole + array.axes[along].size
    index = scope.index(whole)
    axes = (*others[:along], index, *others[along:])
    return Array(axes, _joined(arrays, along, others, index), all(a.boolean for a in arrays))


def _same_other_axes(scope: Indices, arrays: Sequence[Array], along: int) -> tuple[Index, ...]:
    first = arrays[0]
    for array in arrays[1:]:
        for n, (a, b) in enumerate(zip(first.shape, array.shape, strict=True)):
            if n != along and not (a is b or scope.agree(a, b)):
                raise Misfit(f"{first.says} and {array.says}: the sizes {a} and {b} differ", sizes=True)
    return (*first.axes[:along], *first.axes[along + 1 :])


def _joined(arrays: Sequence[Array], along: int, others: tuple[Index, ...], index: Index) -> Term:
    parts: list[Term] = []
    start = Size.of(0)
    filled = [a for a in arrays if not is_empty(a.axes[along].size)]
    for number, array in enumerate(filled):
        stop = start + array.axes[along].size
        low = [bracket(index, ">=", start)] if number else []
        high = [bracket(index, "<", stop)] if number < len(filled) - 1 else []
        entry = at(array, (*others[:along], Size.of(index) - start, *others[along:]))
        parts.append(conditions.times(conditions.condition((*low, *high)), entry))
        start = stop
    return ZERO if not parts else parts[0] if len(parts) == 1 else Add(tuple(parts))


def _stack(scope: Indices, arrays: list[Array] | Array, axis: int) -> Array:
    """A new axis: brackets for a list, an index for a comprehension."""
    if isinstance(arrays, Array):
        return _moveaxis(scope, arrays, 0, axis % arrays.rank if -arrays.rank <= axis < arrays.rank else axis)
    if len({a.rank for a in arrays}) != 1:
        raise Misfit("stack takes arrays of one shape: " + " and ".join(a.says for a in arrays), sizes=True)
    for array in arrays[1:]:
        if array.shape != arrays[0].shape and not all(scope.agree(a, b) for a, b in zip(arrays[0].shape, array.shape, strict=True)):
            raise Misfit(f"stack takes arrays of one shape: {arrays[0].says} and {array.says}", sizes=True)
    axes, bodies = broadcast(scope, arrays)
    index = scope.index(len(arrays))
    parts = [conditions.times(bracket(index, "=", n), b) for n, b in enumerate(bodies)] if len(bodies) > 1 else list(bodies)
    where = position(Array(axes, Count(0)), axis, len(axes) + 1)
    return Array((*axes[:where], index, *axes[where:]), parts[0] if len(parts) == 1 else Add(tuple(parts)))


def _vstack(scope: Indices, arrays: list[Array] | Array) -> Array:
    if isinstance(arrays, Array):
        return _stack(scope, arrays, 0) if arrays.rank < 3 else concatenate(scope, arrays, 0)
    rows = [replace(a, axes=(scope.index(1), *a.axes)) if a.rank == 1 else a for a in arrays]
    return concatenate(scope, rows, 0)


def _hstack(scope: Indices, arrays: list[Array] | Array) -> Array:
    rank = arrays.rank - 1 if isinstance(arrays, Array) else arrays[0].rank
    return concatenate(scope, arrays, 0 if rank == 1 else 1)


def raveled(scope: Indices, x: Array) -> Array:
    """The entries in row-major order along one axis."""
    return x if x.rank == 1 else regrouped(scope, x, (_product(x.shape),))


def _product(sizes: Sequence[Size]) -> Size:
    return prod(sizes, start=Size.of(1))


def _reshape(scope: Indices, x: Array, shape: Shape) -> Array:
    """Entries in row-major order under another shape; one size may be -1."""
    unknown = [n for n, s in enumerate(shape) if s.constant == -1]
    whole = _product(x.shape)
    if len(unknown) == 1:
        rest = _product([s for n, s in enumerate(shape) if n not in unknown])
        missing = whole // rest
        shape = tuple(missing if n in unknown else s for n, s in enumerate(shape))
    if not scope.agree(_product(shape), whole):
        raise Misfit(f"{x.says} and has {whole} entries, the shape {shape_text(shape)} has {_product(shape)}", sizes=True)
    return regrouped(scope, x, shape)


def regrouped(scope: Indices, x: Array, shape: Shape) -> Array:
    """Axes that multiply to the same size go together; in each group ``Σ [place of old = place of new]`` or an affine place."""
    new = [scope.index(s) for s in shape]
    moves: dict[Index, Size] = {}
    sums: list[Index] = []
    guards: list[Bracket] = []
    for old_group, new_group in _groups(x.axes, new):
        target = _flat(new_group)
        live = [i for i in old_group if not is_one(i.size)]
        if len(live) == 1:
            moves[live[0]] = target
        elif live:
            sums += live
            guards.append(Bracket("=", Count(target), Count(_flat(live))))
    body = substitute(x.body, moves)
    for guard in reversed(guards):
        body = Mul((guard, body))
    return Array(tuple(new), over("sum", sums, body), x.boolean)


def _flat(indices: Sequence[Index]) -> Size:
    """The row-major place ``(i·B + j)·C + k``."""
    place = Size.of(0)
    for index in indices:
        place = place * index.size + (Size.of(0) if is_one(index.size) else Size.of(index))
    return place


def _groups(old: Sequence[Index], new: Sequence[Index]) -> list[tuple[list[Index], list[Index]]]:
    """The finest split of both lists into groups of equal size; whole against whole where there is none."""
    left = [i for i in old if not is_one(i.size)]
    right = [i for i in new if not is_one(i.size)]
    groups: list[tuple[list[Index], list[Index]]] = []
    while left or right:
        cut = _first_cut(left, right)
        groups.append((left[: cut[0]], right[: cut[1]]))
        left, right = left[cut[0] :], right[cut[1] :]
    return groups


def _first_cut(left: Sequence[Index], right: Sequence[Index]) -> tuple[int, int]:
    for a in range(1, len(left) + 1):
        for b in range(1, len(right) + 1):
            if _product([i.size for i in left[:a]]) is _product([i.size for i in right[:b]]):
                return a, b
    return len(left), len(right)


def _pad(scope: Indices, x: Array, widths: Size | tuple) -> Array:  # type: ignore[type-arg]
    """Zeros around: ``[0 <= i − p < n]·x[i − p]``."""
    moves: dict[Index, Size] = {}
    axes: list[Index] = []
    guards: list[Bracket] = []
    for axis, (before, after) in zip(x.axes, _pairs(x, widths), strict=True):
        index = scope.index(axis.size + before + after)
        place = Size.of(index) - before
        moves[axis] = place
        axes.append(index)
        guards += [] if before.constant == 0 else [bracket(index, ">=", before)]
        guards += [] if after.constant == 0 else [bracket(index, "<", before + axis.size)]
    body = substitute(x.body, {i: p for i, p in moves.items() if not is_one(i.size)})
    return Array(tuple(axes), conditions.times(conditions.condition(guards), body) if guards else body)


def _pairs(x: Array, widths: Size | tuple) -> list[tuple[Size, Size]]:  # type: ignore[type-arg]
    if isinstance(widths, Size):
        widths = ((widths, widths),) * x.rank
    elif len(widths) == 2 and all(isinstance(w, Size) for w in widths):
        widths = (widths,) * x.rank
    pairs = [w if isinstance(w, tuple) else (w, w) for w in widths]
    if len(pairs) != x.rank or any(len(p) != 2 or not all(isinstance(s, Size) and provably_at_least(s) for s in p) for p in pairs):
        raise Misfit(f"pad needs a pair of widths (0 or more) for each axis: {x.says}", "write np.pad(x, ((p, p), (q, q)))", sizes=True)
    return pairs


ROWS: tuple[Function, ...] = (
    row("transpose", _transpose, "x, axes: order = None"),
    row("permute_dims", _transpose, "x, axes: order = None"),
    row("swapaxes", _swapaxes, "x, axis1: axis, axis2: axis"),
    row("moveaxis", _moveaxis, "x, source: axis, destination: axis"),
    row("expand_dims", _expand_dims, "x, axis: axis"),
    row("squeeze", _squeeze, "x, axis: axes = None"),
    row("flip", _flip, "x, axis: axes = None"),
    row("roll", _roll, "x, shift: size, axis: axis? = None"),
    row("broadcast_to", _broadcast_to, "x, shape: shape"),
    row("concatenate", concatenate, "arrays: arrays, axis: axis? = 0"),
    row("stack", _stack, "arrays: arrays, axis: axis = 0"),
    row("array", lambda scope, arrays: _stack(scope, arrays, 0), "object: arrays"),
    row("asarray", lambda scope, arrays: _stack(scope, arrays, 0), "object: arrays"),
    row("vstack", _vstack, "arrays: arrays"),
    row("hstack", _hstack, "arrays: arrays"),
    row("ravel", raveled, "x"),
    row("copy", lambda scope, x: x, "x"),
    row("reshape", _reshape, "x, shape: shape"),
    row("pad", _pad, "x, pad_width: widths"),
)

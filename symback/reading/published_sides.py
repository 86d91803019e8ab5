"""The sides of a published statement brought to common indices."""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Mul, Num, Term
from symback.algebra.traverse import binders, free_indices, substitute
from symback.reading.published_context import Context, Value
from symback.reading.published_reads import row_vectors
from symback.reading.published_values import squeezed
from symback.reading.sides import Side
from symback.reading.stacking import stacked


def aligned(values: list[Value | str], texts: list[tuple[str, int]], ctx: Context) -> tuple[Side, ...]:
    """Values as sides at common indices: free letters first, then the axes of the first side that has any."""
    reference = next((v for v in values if isinstance(v, Value) and (v.rank or not _constant_value(v)) and not v.any_size), None)
    if reference is None:
        reference = next((v for v in values if isinstance(v, Value)), None)
    axes = _own_axes(reference, ctx) if reference is not None else ()
    bodies = [_fitted(v, reference, axes, ctx) for v in values]
    read = dict.fromkeys(i for b in bodies if isinstance(b, Term) for i in free_indices(b))
    letters = tuple(i for i in ctx.free.values() if i in read)
    indices = (*letters, *axes)
    made = []
    for (shown, position), body, value in zip(texts, bodies, values, strict=True):
        if isinstance(body, str) and isinstance(value, Value) and reference is not None and _stacks(value, reference):
            own = _own_axes(value, ctx)
            made.append(Side(shown, position, (*letters, *own), value.entry(*map(Size.of, own))))
        elif isinstance(body, str):
            made.append(Side(shown, position, indices, None, body))
        else:
            made.append(Side(shown, position, indices, body))
    return tuple(made)


def _stacks(one: Value, other: Value) -> bool:
    """Whether one of two values has the axes of the other stacked: which of the two orders is meant shows when they are compared."""
    shapes = (one.shape, other.shape)
    return any(a is not None for a in (stacked(*shapes), stacked(*shapes[::-1])))


def of_side(side: Side, ctx: Context) -> Value:
    """A side as an array."""
    body = side.body
    assert body is not None
    found = squeezed(side.indices, lambda *places: substitute(body, dict(zip(side.indices, places, strict=True))))
    return replace(found, row=True) if found.rank == len(side.indices) == 1 and row_vectors(ctx.program) else found


def _constant_value(found: Value) -> bool:
    """Whether a value is a number written out, which every entry may equal."""
    if found.rank or found.any_size:
        return False
    term = found.entry()
    return isinstance(term, Num) or (isinstance(term, Mul) and all(isinstance(a, Num) for a in term.args))


def _own_axes(found: Value, ctx: Context) -> tuple[Index, ...]:
    """The axes of a value, told apart from each other and from the free letters."""
    used = {(i.name, i.mark) for i in ctx.free.values()}
    own: list[Index] = []
    for axis in found.axes:
        mark = axis.mark
        index = Index(axis.name, axis.size, mark) if (axis.name, mark) not in used else ctx.fresh(axis.name, axis.size)
        used.add((index.name, index.mark))
        own.append(index)
    return tuple(own)


def _fitted(found: Value | str, reference: Value | None, axes: tuple[Index, ...], ctx: Context) -> Term | str:
    """The entry of a value at the common axes, or what does not fit."""
    if isinstance(found, str) or reference is None:
        return found if isinstance(found, str) else ""
    places = tuple(map(Size.of, axes))
    if found.fills == "identity" and len(axes) not in (0, 2):
        return f"this is a multiple of the identity, and the other side {reference.says}"
    if found.any_size and len(axes) != 2 and found.fills != "ones":
        return f"this is a matrix, and the other side {reference.says}"
    if found.any_size:
        return _renamed(found.entry(*places), axes) if axes else "the size of this cannot be told"
    if not found.rank and axes and _constant_value(found):
        ctx.note("a number beside an array is meant for every entry")
        return found.entry()
    if found.repeats is not None and reference.rank == 2 and found.shape[0] is reference.shape[1 - found.repeats]:
        return _renamed(found.entry(places[1 - found.repeats]), axes)
    if found.shape != reference.shape or (found.repeats is not None) != (reference.repeats is not None):
        return f"this is {found.says}, and the other side {reference.says}"
    if found.rank == 1 and found.row != reference.row:
        if found.fixed or reference.fixed:
            return f"this is {found.says}, and the other side {reference.says}"
        ctx.note("a row and a column of one length are compared entry by entry")
    return _renamed(found.entry(*places), axes)


def _renamed(body: Term, axes: tuple[Index, ...]) -> Term:
    """A body whose binders look like none of the free indices."""
    return substitute(body, {}, axes) if axes and binders(body) else body

"""The loop of a recurrence: along which axis a group of definitions reads itself, and in which direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Ref
from symback.algebra.traverse import refs
from symback.errors import NumericError
from symback.network.program import recurrence_groups

Read = tuple[Name, Name, int]


@dataclass(frozen=True, slots=True)
class Loop:
    """``axis`` holds the index each definition is looped over, ``step`` is 1 (forward) or -1, ``inner`` the groups inside."""

    axis: Mapping[Name, Index]
    step: int
    inner: tuple[tuple[Definition, ...], ...]

    @property
    def longest(self) -> Index:
        """The index with the largest size, where the sizes differ by a number."""
        indices = list(self.axis.values())
        return max(indices, key=lambda i: (i.size - indices[0].size).constant or 0)


def reads_itself(group: Sequence[Definition]) -> bool:
    """Whether a group of definitions is a recurrence."""
    return len(group) > 1 or group[0].name in group[0].reads


def plan(group: Sequence[Definition], fixed: Mapping[Index, object]) -> Loop:
    """The loop that computes a recurrence group; ``fixed`` are the indices that outer loops hold.

    Along the axis every read is at the same place or at places on one side; reads at the same place order the body (and may
    again form a recurrence, along another axis).
    """
    first = group[0]
    for index in first.indices:
        if index in fixed:
            continue
        axis = _assigned(group, first, index)
        shifts = None if axis is None else _shifts(group, axis)
        if axis is None or shifts is None:
            continue
        values = [s for _, _, s in shifts]
        if any(values) and (all(s <= 0 for s in values) or all(s >= 0 for s in values)):
            return Loop(axis, 1 if min(values) < 0 else -1, _inner(group, shifts))
    names = ", ".join(str(d.name) for d in group)
    raise NumericError(names, "no axis was found along which these read only earlier places", "write the recurrence along one axis")


def _reads(group: Sequence[Definition], definition: Definition) -> list[Ref]:
    names = {d.name for d in group}
    return [] if isinstance(definition.body, Opaque) else [r for r in refs(definition.body) if r.name in names]


def _assigned(group: Sequence[Definition], first: Definition, index: Index) -> dict[Name, Index] | None:
    """The axis of each definition that keeps the distance to its readers constant."""
    table = {d.name: d for d in group}
    axis: dict[Name, Index] = {first.name: index}
    pending = [first]
    while pending:
        reader = pending.pop(0)
        for read in _reads(group, reader):
            found = [i for i, p in zip(table[read.name].indices, read.places, strict=True) if _shift(p, axis[reader.name]) is not None]
            if read.name in axis:
                continue
            if not found:
                return None
            axis[read.name] = found[0]
            pending.append(table[read.name])
    return axis


def _shift(place: Size, index: Index) -> int | None:
    return (place - Size.of(index)).constant


def _shifts(group: Sequence[Definition], axis: Mapping[Name, Index]) -> list[Read] | None:
    found: list[Read] = []
    table = {d.name: d for d in group}
    for definition in group:
        for read in _reads(group, definition):
            position = table[read.name].indices.index(axis[read.name])
            shift = _shift(read.places[position], axis[definition.name])
            if shift is None:
                return None
            found.append((definition.name, read.name, shift))
    return found


def _inner(group: Sequence[Definition], shifts: Sequence[Read]) -> tuple[tuple[Definition, ...], ...]:
    """The definitions in the order of one pass: only reads at the same place count."""
    same: dict[Name, list[Name]] = {}
    for reader, read, shift in shifts:
        if shift == 0:
            same.setdefault(reader, []).append(read)
    stand_ins = [Definition(d.name, (), Opaque("", tuple(same.get(d.name, ())))) for d in group]
    table = {d.name: d for d in group}
    return tuple(tuple(table[d.name] for d in part) for part in recurrence_groups(stand_ins))

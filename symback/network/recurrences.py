"""Whether a circle of definitions is a recurrence: along one axis every way round goes the same direction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Ref
from symback.algebra.traverse import refs

Edge = tuple[Name, Name, int]


def is_circle(group: Sequence[Definition]) -> bool:
    """Whether a group reads itself."""
    return len(group) > 1 or group[0].name in group[0].reads


def recurrence_axes(group: Sequence[Definition]) -> dict[Name, int] | None:
    """For each definition of a circle the axis it recurs along, or None where the circle is no recurrence."""
    if any(isinstance(d.body, Opaque) or not d.indices for d in group):
        return None
    ranks = [range(len(d.indices)) for d in group] if len(group) < 6 else [range(min(len(d.indices), 2)) for d in group]
    choices = product(*ranks) if len(group) < 12 else ((n,) * len(group) for n in range(min(len(d.indices) for d in group)))
    for choice in choices:
        axes = {d.name: axis for d, axis in zip(group, choice, strict=True)}
        edges = _edges(group, axes)
        if edges is not None and (_one_way(edges, len(group)) or _one_way([(a, b, -s) for a, b, s in edges], len(group))):
            return axes
    return None


def _edges(group: Sequence[Definition], axes: dict[Name, int]) -> list[Edge] | None:
    """(reader, read, shift along the axis), or None where a shift is no number."""
    edges: list[Edge] = []
    for definition in group:
        assert not isinstance(definition.body, Opaque)
        index = definition.indices[axes[definition.name]]
        for read in refs(definition.body):
            if read.name in axes:
                shift = _shift(read, axes[read.name], index)
                if shift is None:
                    return None
                edges.append((definition.name, read.name, shift))
    return edges


def _shift(read: Ref, axis: int, index: Index) -> int | None:
    split = read.places[axis].coefficient(index)
    return split[1].constant if split is not None and split[0].constant == 1 else None


def _one_way(edges: Sequence[Edge], count: int) -> bool:
    """Whether every circle has a negative sum of shifts: no circle is positive under weights (n+1)·shift + 1."""
    best: dict[Name, int] = {}
    for _ in range(count + 1):
        changed = False
        for reader, read, shift in edges:
            reach = best.get(reader, 0) + (count + 1) * shift + 1
            if reach > best.get(read, 0):
                best[read], changed = reach, True
        if not changed:
            return True
    return False

"""Where labels go: each takes the best of its places, until none of them wants to move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symback.sheets.drawing_records import Edge, Label

GAP, OVERLAP, PASSES = 0.06, 100.0, 6
"""What labels keep free around them, what an overlap costs, how often they may move."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line with its label at one place, and what that costs by itself."""

    edge: Edge
    label: Label
    cost: float


def settled(choices: Sequence[Sequence[Place]]) -> tuple[tuple[Place, ...], float]:
    """One place for each label, and what they cost together: one after the other moves to where it costs least among the others.

    >>> from symback.sheets.records import Math
    >>> a, b = (Label(x, 0, 1, 1, Math("a", "a", "a")) for x in (0, 2))
    >>> line = Edge(((0, 0), (2, 0)))
    >>> found, cost = settled([[Place(line, a, 0.0)], [Place(line, a, 0.0), Place(line, b, 1.0)]])
    >>> [place.label.x for place in found], cost
    ([0, 2], 1.0)
    """
    chosen: list[Place | None] = [None] * len(choices)
    for _ in range(PASSES):
        before = list(chosen)
        for k, places in enumerate(choices):
            others = [p.label for j, p in enumerate(chosen) if j != k and p is not None]
            chosen[k] = min(places, key=lambda p, rest=others: _total(p, rest))  # type: ignore[misc]
        if chosen == before:
            break
    found = tuple(p for p in chosen if p is not None)
    clashes = sum(a.label.overlaps(b.label, GAP) for k, a in enumerate(found) for b in found[:k])
    return found, sum(p.cost for p in found) + OVERLAP * clashes


def _total(place: Place, others: Sequence[Label]) -> float:
    return place.cost + OVERLAP * sum(place.label.overlaps(other, GAP) for other in others)


__all__ = ["GAP", "OVERLAP", "Place", "settled"]

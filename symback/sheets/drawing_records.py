"""A drawing as plain numbers, in centimetres, x to the right and y downwards: computed once, drawn by every markup."""

from __future__ import annotations

from dataclasses import dataclass

from symback.sheets.records import Math

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A formula or a word in the middle of an estimated box; ``halo`` wipes out what lies under it."""

    x: float
    y: float
    width: float
    height: float
    math: Math
    size: float = 10
    halo: bool = False

    def overlaps(self, other: Label, gap: float = 0.0) -> bool:
        """Whether two boxes come closer than a gap.

        >>> a = Label(0, 0, 2, 1, Math("a", "a", "a"))
        >>> a.overlaps(Label(1.9, 0, 2, 1, a.math)), a.overlaps(Label(2.1, 0, 2, 1, a.math))
        (True, False)
        """
        across = abs(self.x - other.x) < (self.width + other.width) / 2 + gap
        return across and abs(self.y - other.y) < (self.height + other.height) / 2 + gap


@dataclass(frozen=True, slots=True)
class Node:
    """A circle or a box with rounded corners (``radius`` is that of the corners; a circle is as wide as its box), with its labels."""

    name: str
    x: float
    y: float
    width: float
    height: float
    radius: float
    labels: tuple[Label, ...] = ()
    framed: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    """A line through points, with the three corners of its arrow head where it has one."""

    points: tuple[Point, ...]
    head: tuple[Point, ...] = ()
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn; ``says`` is a sentence for below the drawing, or instead of one where there are no nodes."""

    width: float = 0
    height: float = 0
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    titles: tuple[Label, ...] = ()
    says: str = ""

    @property
    def labels(self) -> tuple[Label, ...]:
        """Every label."""
        return (*self.titles, *(k for n in self.nodes for k in n.labels), *(e.label for e in self.edges if e.label is not None))


__all__ = ["Drawing", "Edge", "Label", "Node", "Point"]

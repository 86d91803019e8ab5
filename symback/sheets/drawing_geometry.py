"""Lines, rims, arrow heads and boxes: the geometry of drawings."""

from __future__ import annotations

import math
from dataclasses import replace

from symback.sheets.drawing_records import Drawing, Edge, Label, Node, Point

FREE = 0.16
"""What stays free beside a node."""


def arrow(start: Node, end: Node) -> Edge:
    """A straight arrow from the rim of one node to the rim of another."""
    a, b = (start.x, start.y), (end.x, end.y)
    first, last = rim(start, b), rim(end, a)
    return Edge((first, last), head(first, last))


def rim(node: Node, towards: Point) -> Point:
    """Where a line from the middle of a node towards a point leaves it; straight sides count as if they had sharp corners."""
    dx, dy = towards[0] - node.x, towards[1] - node.y
    if 2 * node.radius >= node.height:
        return _round_rim(node, dx, dy)
    scale = min(node.width / 2 / abs(dx) if dx else math.inf, node.height / 2 / abs(dy) if dy else math.inf)
    return node.x + scale * dx, node.y + scale * dy


def _round_rim(node: Node, dx: float, dy: float) -> Point:
    """The same for a circle, or one drawn out to both sides, by halving."""
    straight = (node.width - node.height) / 2
    inside, outside = 0.0, 1.0
    for _ in range(40):
        middle = (inside + outside) / 2
        beyond = math.hypot(max(abs(middle * dx) - straight, 0.0), middle * dy) > node.radius
        inside, outside = (inside, middle) if beyond else (middle, outside)
    return node.x + outside * dx, node.y + outside * dy


def head(start: Point, end: Point, length: float = 0.17, half: float = 0.055) -> tuple[Point, Point, Point]:
    """The corners of an arrow head at the end of a line."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    size = math.hypot(dx, dy) or 1.0
    dx, dy = dx / size, dy / size
    back = (end[0] - length * dx, end[1] - length * dy)
    return end, (back[0] - half * dy, back[1] + half * dx), (back[0] + half * dy, back[1] - half * dx)


def surroundings(node: Node) -> Label:
    """A node as something that labels keep away from."""
    return Label(node.x, node.y, node.width + 2 * FREE, node.height + 0.06, node.labels[0].math)


def hits(edge: Edge, node: Node) -> bool:
    """Whether a line passes through a node other than its ends."""
    inside = Label(node.x, node.y, node.width - 0.2, node.height - 0.2, node.labels[0].math)
    return crosses(edge, inside)


def crosses(edge: Edge, box: Label) -> bool:
    """Whether a line enters a box (clipping by Liang and Barsky)."""
    (x, y), (u, v) = edge.points[0], edge.points[-1]
    enter, leave = 0.0, 1.0
    for start, step, middle, size in ((x, u - x, box.x, box.width), (y, v - y, box.y, box.height)):
        low, high = middle - size / 2, middle + size / 2
        if abs(step) < 1e-9:
            if not low < start < high:
                return False
            continue
        first, second = sorted(((low - start) / step, (high - start) / step))
        enter, leave = max(enter, first), min(leave, second)
    return enter < leave


def framed(drawing: Drawing, margin: float = 0.1) -> Drawing:
    """The drawing moved so that everything lies between 0 and its width and height."""
    boxes = [*((n.x, n.y, n.width, n.height) for n in drawing.nodes), *((k.x, k.y, k.width, k.height) for k in drawing.labels)]
    boxes += [(x, y, 0.0, 0.0) for e in drawing.edges for x, y in e.points]
    left, top = min(x - w / 2 for x, _, w, _ in boxes) - margin, min(y - h / 2 for _, y, _, h in boxes) - margin
    right, bottom = max(x + w / 2 for x, _, w, _ in boxes) + margin, max(y + h / 2 for _, y, _, h in boxes) + margin
    return moved(replace(drawing, width=round(right - left, 3), height=round(bottom - top, 3)), -left, -top)


def moved(drawing: Drawing, dx: float, dy: float) -> Drawing:
    """A drawing shifted."""

    def shift(found: Label) -> Label:
        return replace(found, x=found.x + dx, y=found.y + dy)

    def shifted(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple((x + dx, y + dy) for x, y in points)

    nodes = tuple(replace(n, x=n.x + dx, y=n.y + dy, labels=tuple(map(shift, n.labels))) for n in drawing.nodes)
    edges = tuple(
        replace(e, points=shifted(e.points), head=shifted(e.head), label=None if e.label is None else shift(e.label)) for e in drawing.edges
    )
    return replace(drawing, nodes=nodes, edges=edges, titles=tuple(map(shift, drawing.titles)))


__all__ = ["arrow", "crosses", "framed", "head", "hits", "moved", "rim", "surroundings"]

"""Definitions as boxes with arrows between them: the drawing of a network that is too large, or too free, for units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from symback.network.lettering import Lettering
from symback.network.program import PARAMETERS, Program
from symback.sheets.drawing_geometry import framed, head
from symback.sheets.drawing_labels import label, width
from symback.sheets.drawing_layout import PAGE, SIZE, SMALL
from symback.sheets.drawing_records import Drawing, Edge, Label, Node, Point
from symback.sheets.records import Math
from symback.typeset.boxes import Box

MOST_BOXES = 14
TALLEST = 20.5
BOX, ACROSS, DOWN, BEND = 0.95, 0.75, 0.45, 0.5
"""The height of a box, the free space beside and below boxes, the width of a way past a box."""


@dataclass(frozen=True)
class Blocks:
    """The definitions of a program in layers; a way that passes a layer has a place of its own there."""

    program: Program
    table: Lettering

    @cached_property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """What each definition reads, its parameters and what is only a number left out."""
        return {str(d.name): tuple(str(n) for n in d.reads if not self._small(str(n))) for d in self.program.definitions}

    def _small(self, name: str) -> bool:
        return name in self.program.leaf and self.program.leaf[name].role in (*PARAMETERS, "constant")

    def parameters(self, name: str) -> tuple[str, ...]:
        """The parameters that a definition reads, shown inside its box."""
        return tuple(str(n) for n in self.program.definition[name].reads if self._small(str(n))) if name in self.reads else ()

    @cached_property
    def level(self) -> Mapping[str, int]:
        """The layer of each box: one more than that of what it reads; those that read each other stand in their order."""
        found: dict[str, int] = {}
        for group in self.program.groups:
            for definition in group:
                name = str(definition.name)
                found[name] = 1 + max((found.get(r, 0) for r in self.reads[name]), default=0)
        for name, reads in self.reads.items():
            for leaf in reads:
                if leaf not in self.reads:
                    found[leaf] = min(found.get(leaf, found[name] - 1), found[name] - 1)
        return found

    @cached_property
    def ways(self) -> tuple[tuple[str, ...], ...]:
        """Every arrow: where it begins, the places where it passes a layer, where it ends."""
        found = []
        for name, reads in self.reads.items():
            for read in reads:
                passed = range(self.level[read] + 1, self.level[name])
                found.append((read, *(f"{read}>{k}" for k in passed), name))
        return tuple(found)

    @cached_property
    def layers(self) -> tuple[tuple[str, ...], ...]:
        """The boxes and passages of each layer, ordered so that few arrows cross: each towards the middle of its neighbours."""
        levels = dict(self.level) | {p: int(p.rpartition(">")[2]) for way in self.ways for p in way[1:-1]}
        layers = [[n for n in levels if levels[n] == k] for k in range(max(levels.values()) + 1)]
        pairs = [pair for way in self.ways for pair in pairwise(way)]
        for sweep in range(6):
            for k in range(1, len(layers)) if sweep % 2 == 0 else range(len(layers) - 2, -1, -1):
                other = layers[k - 1 if sweep % 2 == 0 else k + 1]
                layers[k].sort(key=lambda n, beside=other, own=layers[k][:]: _middle(n, beside, own, pairs))  # type: ignore[misc]
        return tuple(tuple(layer) for layer in layers if layer)

    @cached_property
    def across(self) -> bool:
        """Whether the layers stand side by side; else one below the other."""
        return sum(max(self.size(n) for n in layer) + ACROSS for layer in self.layers) <= PAGE

    def size(self, name: str) -> float:
        """How wide a box has to be."""
        return BEND if name not in self.level else max((k.width for k in self._labels(name, (0, 0))), default=0) + 0.3

    def _labels(self, name: str, at: Point) -> list[Label]:
        own, small = self.table.box(name), [self.table.box(p) for p in self.parameters(name)]
        shift = 0.18 if small else 0
        found = [label(own, at[0], at[1] - shift, SIZE)]
        return [*found, _list(small, at[0], at[1] + 0.24)] if small else found

    @cached_property
    def place(self) -> Mapping[str, Point]:
        """The middle of each box and of each passage."""
        found: dict[str, Point] = {}
        along = 0.0
        for layer in self.layers:
            deep = max(self.size(n) for n in layer) if self.across else BOX
            wide = [BOX if self.across and n in self.level else BEND if self.across else self.size(n) for n in layer]
            free = DOWN if self.across else ACROSS
            start = -(sum(wide) + free * (len(layer) - 1)) / 2
            for name, own in zip(layer, wide, strict=True):
                beside = start + own / 2
                found[name] = (along + deep / 2, beside) if self.across else (beside, along + deep / 2)
                start += own + free
            along += deep + (ACROSS if self.across else DOWN)
        return found

    def drawing(self) -> Drawing | None:
        """The drawing; None where it would not fit on a page."""
        nodes = {n: self._node(n) for n in self.level}
        edges = tuple(self._edge(way, nodes) for way in self.ways)
        drawing = framed(Drawing(nodes=tuple(nodes.values()), edges=edges))
        return drawing if drawing.width <= PAGE and drawing.height <= TALLEST else None

    def _node(self, name: str) -> Node:
        x, y = self.place[name]
        framed_ = name in self.reads
        return Node(name, x, y, self.size(name), BOX if framed_ else 0.6, 0.12, tuple(self._labels(name, (x, y))), framed_)

    def _edge(self, way: tuple[str, ...], nodes: Mapping[str, Node]) -> Edge:
        start, end = nodes[way[0]], nodes[way[-1]]
        if self.level[way[0]] >= self.level[way[-1]]:
            return self._back(start, end)
        inner = [self.place[p] for p in way[1:-1]]
        points = (self._port(start, 1), *inner, self._port(end, -1))
        return Edge(points, head(points[-2], points[-1]))

    def _port(self, node: Node, side: int) -> Point:
        """The middle of the side where arrows leave (1) or come in (-1)."""
        return (node.x + side * node.width / 2, node.y) if self.across else (node.x, node.y + side * node.height / 2)

    def _back(self, start: Node, end: Node) -> Edge:
        """An arrow against the direction of the drawing, or from a box to itself: round the outside."""
        off = BOX / 2 + 0.35
        if self.across:
            points = (
                (start.x + 0.15, start.y - BOX / 2),
                (start.x + 0.15, start.y - off),
                (end.x - 0.15, start.y - off),
                (end.x - 0.15, end.y - BOX / 2),
            )
        else:
            right = max(start.x + start.width / 2, end.x + end.width / 2) + 0.35
            points = (
                (start.x + start.width / 2, start.y + 0.15),
                (right, start.y + 0.15),
                (right, end.y - 0.15),
                (end.x + end.width / 2, end.y - 0.15),
            )
        return Edge(points, head(points[-2], points[-1]))


def _list(boxes: list[Box], x: float, y: float) -> Label:
    """Names side by side with commas between them."""
    parts = [Math.of(b) for b in boxes]
    together = Math(*(", ".join(getattr(p, markup) for p in parts) for markup in ("text", "latex", "typst")))
    found = label(together, x, y, SMALL)
    return replace(found, width=round((sum(map(width, boxes)) + 0.75 * (len(boxes) - 1)) * SMALL * 0.0353 + 0.06, 3))


def _middle(name: str, beside: list[str], own: list[str], pairs: list[tuple[str, str]]) -> tuple[float, int]:
    """Where the neighbours of a box in the layer beside it are, on average."""
    at = {n: k - (len(beside) - 1) / 2 for k, n in enumerate(beside)}
    found = [at[b if a == name else a] for a, b in pairs if name in (a, b) and (b if a == name else a) in at]
    position = own.index(name)
    return (sum(found) / len(found) if found else position - (len(own) - 1) / 2, position)


__all__ = ["MOST_BOXES", "Blocks"]

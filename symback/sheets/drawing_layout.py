"""Units in columns: where each circle, line and label of a small network stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from symback.algebra.operations import OPERATIONS
from symback.network.lettering import Lettering
from symback.sheets.drawing_geometry import arrow, crosses, framed, head, hits, surroundings
from symback.sheets.drawing_labels import WORDS, label, named, number, titled, width
from symback.sheets.drawing_places import OVERLAP, Place, settled
from symback.sheets.drawing_records import Drawing, Edge, Label, Node, Point
from symback.sheets.drawing_units import Unit, Units
from symback.sheets.records import Math
from symback.typeset.boxes import Box, Word

PAGE = 15.6
"""The widest drawing."""
MOST_UNITS, MOST_COLUMNS = 8, 8
MOST_LABELS = 18
"""Between two columns with more weights than this, weights get no labels."""
RADIUS, MARK = 0.5, 0.34
PLAIN_GAP, NEAR, MIDDLE = 2.2, 0.27, 0.45
"""Between columns without weights; where on its line a label would stand best, among others and alone."""
SMALL, SIZE = 8.0, 10.0
DENSE, SPACINGS = (1.3,), (1.75, 2.0, 2.3, 2.7, 3.2)
FRACTIONS = tuple(k / 100 for k in range(14, 80, 3))


@dataclass(frozen=True)
class UnitsLayout:
    """The places of the nodes of some units: ``rows`` apart vertically; ``values`` are shown beside names."""

    units: Units
    table: Lettering
    values: Mapping[str, str]
    rows: float = SPACINGS[0]

    # columns

    @cached_property
    def unit(self) -> Mapping[str, Unit]:
        """The units by the name of their value."""
        return {u.name: u for u in self.units.units}

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """What each unit and each other definition reads."""
        inner = {u.inner: u.name for u in self.units.units if u.inner}
        reads = {u.name: tuple(dict.fromkeys(inner.get(n, n) for _, n in u.inputs)) for u in self.units.units}
        return reads | {name: tuple(dict.fromkeys(inner.get(n, n) for n in read)) for name, read in self.units.others}

    @cached_property
    def own_leaf(self) -> Mapping[str, str]:
        """The leaves that a single definition reads, which is no unit: targets by the loss that reads them."""
        readers = {leaf: [n for n, read in self.sources.items() if leaf in read] for read in self.sources.values() for leaf in read}
        return {n: found[0] for n, found in readers.items() if n not in self.sources and len(found) == 1 and found[0] not in self.unit}

    @cached_property
    def depth(self) -> Mapping[str, int]:
        """The column of each definition: one after what it reads."""
        found: dict[str, int] = {}
        waiting = dict(self.sources)
        while waiting:
            for name in [n for n, read in waiting.items() if not any(r in waiting for r in read)]:
                found[name] = 1 + max((found[r] for r in waiting[name] if r in found), default=0)
            waiting = {n: r for n, r in waiting.items() if n not in found}
        return found

    @cached_property
    def hanging(self) -> Mapping[str, str]:
        """The only leaf of a definition that has a column to itself hangs below it."""
        counts, columns = Counter(self.own_leaf.values()), Counter(self.depth.values())
        return {n: d for n, d in self.own_leaf.items() if counts[d] == 1 and columns[self.depth[d]] == 1 and len(self.sources[d]) > 1}

    @cached_property
    def level(self) -> Mapping[str, int]:
        """The column of each node: a leaf just before the first that reads it, several targets of the last one behind it."""
        found = dict(self.depth)
        last = max(found.values())
        for name, read in self.sources.items():
            for leaf in (n for n in read if n not in self.sources):
                behind = 0 if leaf in self.hanging else 1 if leaf in self.own_leaf and self.depth[name] == last else -1
                found[leaf] = min(found.get(leaf, last + 1), self.depth[name] + behind)
        return found

    @cached_property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        """The nodes of each column from top to bottom; what hangs is left out."""
        order = list(dict.fromkeys([*self.sources, *self.level]))
        standing = [n for n in order if n not in self.hanging]
        return tuple(tuple(n for n in standing if self.level[n] == k) for k in range(max(self.level.values()) + 1))

    @property
    def possible(self) -> bool:
        """Whether there are few enough, and no line would cross a node."""
        if len(self.columns) > MOST_COLUMNS or max(map(len, self.columns)) > MOST_UNITS:
            return False
        return not any(hits(e, n) for _, ends, e in self.lines for n in self.nodes if n.name not in ends)

    # places

    @cached_property
    def sized(self) -> Mapping[str, tuple[Box, Box | None, float]]:
        """What stands in each node: its name, its value, and how wide it has to be."""
        found = {}
        for name in self.level:
            value = number(self.values[name]) if name in self.values else None
            own = named(self.table, name)
            wide = max(width(own) * SIZE, width(value) * SMALL - 2 if value is not None else 0) * 0.0353 + 0.24
            found[name] = (own, value, max(2 * self.radius, wide))
        return found

    @property
    def radius(self) -> float:
        """Circles that show values are larger."""
        return RADIUS + 0.1 * any(name in self.values for name in self.sources)

    @cached_property
    def across(self) -> tuple[float, ...]:
        """How far to the right each column stands: wide gaps where there are many weights, narrow ones where there are none."""
        wide = {b: width(box) * SMALL * 0.0353 for b, box in self.weight_boxes.items()}
        gaps: list[float] = []
        for k in range(1, len(self.columns)):
            weights = [w for n in self.columns[k] if n in self.unit for w, _ in self.unit[n].inputs]
            labelled = 1.2 + 1.1 * max((wide[w] for w in weights), default=0) + min(0.14 * len(weights), 1.3)
            gaps.append(self._half(k - 1) + self._half(k) + (labelled if weights else PLAIN_GAP - 2 * RADIUS))
        shrink = min(1.0, (PAGE - self._half(0) - self._half(-1)) / sum(gaps)) if gaps else 1.0
        return tuple(shrink * sum(gaps[:k]) for k in range(len(self.columns)))

    def _half(self, column: int) -> float:
        return max(self.sized[n][2] for n in self.columns[column]) / 2

    @cached_property
    def weight_boxes(self) -> Mapping[str, Box]:
        """The labels of weights."""
        return {w: named(self.table, w, self.values.get(w)) for u in self.units.units for w, _ in u.inputs}

    @cached_property
    def place(self) -> Mapping[str, Point]:
        """The middle of each node; y is 0 in the middle of a column."""
        found: dict[str, Point] = {}
        for k, column in enumerate(self.columns):
            for row, name in enumerate(column):
                found[name] = (self.across[k], (row - (len(column) - 1) / 2) * self.rows)
        lowest = {k: max((found[n][1] for n in c), default=0.0) for k, c in enumerate(self.columns)}
        for name, above in self.hanging.items():
            found[name] = (found[above][0], lowest[self.level[above]] + 1.3 + self.radius)
        return found

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node."""
        return tuple(self._node(name) for name in self.level)

    def _node(self, name: str) -> Node:
        own, value, wide = self.sized[name]
        x, y = self.place[name]
        labels = [label(own, x, y - (0.18 if value is not None else 0), SIZE)]
        if value is not None:
            labels.append(label(value, x, y + 0.24, SMALL))
        corner = 0.12 if name in dict(self.units.others) else self.radius
        return Node(name, x, y, wide, 2 * self.radius, corner, tuple(labels))

    @cached_property
    def node(self) -> Mapping[str, Node]:
        """The nodes by name."""
        return {n.name: n for n in self.nodes}

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The lines, without their labels."""
        return tuple(e for _, _, e in self.lines)

    @cached_property
    def lines(self) -> tuple[tuple[str, tuple[str, str], Edge], ...]:
        """The lines, each with the name of its weight ("" where it has none) and what it joins."""
        inner = {u.inner: u.name for u in self.units.units if u.inner}
        found = [(w, inner.get(n, n), u.name) for u in self.units.units for w, n in u.inputs]
        found += [("", n, name) for name, _ in self.units.others for n in self.sources[name]]
        return tuple((w, (a, b), arrow(self.node[a], self.node[b])) for w, a, b in found)

    # labels

    def drawing(self) -> tuple[Drawing, float]:
        """The drawing and how bad it is: labels that lie on each other or on other lines."""
        named_ = [(w, ends, e) for w, ends, e in self.lines if w and self.level[ends[1]] in self.named_columns]
        plain = [e for w, ends, e in self.lines if not w or self.level[ends[1]] not in self.named_columns]
        alone = Counter(ends[0] for _, ends, _ in named_)
        choices = [list(self._marks(unit, k)) for unit in self.units.units for k in range(len(unit.biases))]
        choices += [list(self._places(w, e, MIDDLE if alone[ends[0]] == 1 else NEAR)) for w, ends, e in named_]
        found, badness = settled(choices)
        edges = (*plain, *(replace(p.edge, label=p.label) for p in found))
        titles = self._titles([*self.kept_free, *(p.label for p in found)])
        many = any(self._weights(k) and k not in self.named_columns for k in range(len(self.columns)))
        says = "Weights are not named where there are many." if many else ""
        return framed(Drawing(nodes=self.nodes, edges=edges, titles=titles, says=says)), badness

    def _weights(self, column: int) -> int:
        return sum(len(self.unit[n].inputs) for n in self.columns[column] if n in self.unit)

    @cached_property
    def named_columns(self) -> frozenset[int]:
        """The columns whose weights are few enough to be named."""
        return frozenset(k for k in range(len(self.columns)) if 0 < self._weights(k) <= MOST_LABELS)

    def _places(self, weight: str, edge: Edge, near: float) -> Iterator[Place]:
        """Where the label of a weight may stand on its line: off nodes and other lines where it can, not far from the best place."""
        (x, y), (u, v) = edge.points[0], edge.points[-1]
        own = label(self.weight_boxes[weight], x, y, SMALL, halo=True)
        for t in FRACTIONS:
            found = replace(own, x=x + t * (u - x), y=y + t * (v - y))
            yield Place(edge, found, self._cost(found, edge) + abs(t - near))

    @cached_property
    def kept_free(self) -> tuple[Label, ...]:
        """The nodes, as something that labels keep away from."""
        return tuple(map(surroundings, self.nodes))

    def _cost(self, found: Label, own: Edge | None) -> float:
        overlaps = sum(map(found.overlaps, self.kept_free))
        crossed = sum(crosses(e, found) for e in self.edges if e is not own)
        return OVERLAP * overlaps + 3.0 * crossed

    def _marks(self, unit: Unit, position: int) -> Iterator[Place]:
        """A bias as a short line into its unit, from above or from below."""
        node = self.node[unit.name]
        bias = unit.biases[position]
        text = named(self.table, bias, self.values.get(bias))
        for sign in (-1, 1):
            end = node.y + sign * node.height / 2
            x, start = node.x + 0.3 * position, end + sign * MARK
            points = ((x, start), (x, end))
            found = label(text, x, start, SMALL, halo=True)
            found = replace(found, y=start + sign * (found.height / 2 + 0.02))
            mark = Edge(points, head(*points))
            yield Place(mark, found, self._cost(replace(found, width=min(found.width, 0.6)), None) + (0.01 if sign == 1 else 0))

    def _titles(self, shown: Iterable[Label]) -> tuple[Label, ...]:
        """What each column is: input, hidden, output, loss; and the function of its units."""
        top = min(k.y - k.height / 2 for k in shown) - 0.35
        found = [(self._title(k), x) for k, x in enumerate(self.across)]
        return tuple(label(title, x, top, SMALL) for title, x in found if title is not None)

    def _title(self, k: int) -> Math | None:
        here = [self.unit[n] for n in self.columns[k] if n in self.unit]
        if not here:
            return (
                WORDS["input"]
                if k == 0
                else WORDS["loss"]
                if k == max(self.depth.values())
                else WORDS["target"]
                if k > max(self.depth.values())
                else None
            )
        layers = sorted({self.level[u.name] for u in self.units.units})
        word = "output" if k == layers[-1] else "hidden" if len(layers) == 2 else f"hidden {layers.index(k) + 1}"
        functions = dict.fromkeys(u.function for u in here)
        known = len(functions) == 1 and (all(functions) or not any(self._goes_on(u.name) for u in here))
        return titled(word, self._function(next(iter(functions)))) if known else WORDS[word]

    def _goes_on(self, name: str) -> bool:
        """Whether a value is read by a definition that is no unit and that another one reads: a softmax, say."""
        readers = [other for other, reads in self.units.others if name in reads]
        return any(reader in reads for reader in readers for _, reads in self.units.others)

    def _function(self, name: str) -> Math:
        return Math.of(self.table.words[name] if name in OPERATIONS else Word(name, name)) if name else WORDS["linear"]


def best(units: Units, table: Lettering, values: Mapping[str, str]) -> Drawing | None:
    """The drawing with the smallest distance between rows at which every label is free; None where there are too many units."""
    first = UnitsLayout(units, table, values)
    tried: list[tuple[float, Drawing]] = []
    for rows in SPACINGS if first.named_columns else DENSE:
        layout = replace(first, rows=rows)
        if not layout.possible:
            return None
        drawing, badness = layout.drawing()
        tried.append((badness + 1.5 * rows, drawing))
    return min(tried, key=lambda t: t[0])[1]


__all__ = ["PAGE", "SIZE", "SMALL", "UnitsLayout", "best"]

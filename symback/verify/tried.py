"""What is tried before a claim without a proof is said to agree: sizes, points far out, both sides of thresholds, meeting values."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symback.errors import NumericError, SymbackError
from symback.verify.against import contradiction
from symback.verify.differences import Witness
from symback.verify.numbers import CLOSE, gap
from symback.verify.pairs import Pair
from symback.verify.sample import Point, draw
from symback.verify.steps import counted
from symback.verify.thresholds import Steering, Threshold, thresholds
from symback.verify.tried_sizes import sizes_text, tried_sizes

MOST_DOUBTS = 4
SMALL = 3
"""Up to which sizes values are drawn that meet."""
GRIDS, WIDE, FEW = 6, 40, 16
DRAWS, FAR = 3, 2
ENLARGED = (10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 0.1, 0.03, 1e-2, 1e-3, 10.0, 100.0, 1e3, 30.0, 300.0)
Sizes = Mapping[str, object]


@dataclass
class Tried:
    """How many points were tried at which sizes, how many thresholds were seen from both sides, and what speaks against the claim."""

    points: int = 0
    sizes: list[Sizes] = field(default_factory=list)
    crossed: dict[Threshold, None] = field(default_factory=dict)
    thresholds: int = 0
    against: Witness | None = None

    def says(self, points: int, sizes: Sequence[Sizes]) -> str:
        """What was tried, with the points at which differences were taken."""
        sets = [*self.sizes, *(s for s in sizes if s not in self.sizes)]
        at = sizes_text(sets)
        parts = [f"at {counted(points + self.points, 'point')}", f"with {at}" if at else ""]
        if self.thresholds:
            parts.append(f"on both sides of {len(self.crossed)} of {counted(self.thresholds, 'threshold')}")
        return ", ".join(filter(None, parts))


def tried(pair: Pair, sizes: Sequence[Sizes]) -> Tried:
    """Points of all kinds, until one speaks against the claim; ``sizes`` are those for the points far out."""
    run = _Trying(pair)
    run.all_sizes()
    run.found.thresholds = sum(not t.meets for t in thresholds(pair))
    for count, base in enumerate(_bases(pair, sizes[:FAR])):
        run.far(base, WIDE if run.found.thresholds else FEW)
        if not count:
            run.scaled(base)
        run.thresholds(base)
    return run.found


def meeting(pair: Pair, sizes: Sequence[Sizes]) -> Witness | None:
    """What speaks against a claim among points at which compared values meet."""
    run = _Trying(pair)
    for base in _bases(pair, sizes[:1]):
        run.grid(base.sizes)
        run.meet(base)
    return run.found.against


def _bases(pair: Pair, sizes: Sequence[Sizes]) -> Iterator[Point]:
    """A point at which both sides have values, for each choice of sizes."""
    for chosen in sizes:
        point = next((p for p in _drawn(pair, chosen, 2 * DRAWS) if _gap(pair, p) is not None), None)
        if point is not None:
            yield point


def _drawn(pair: Pair, sizes: Sizes, count: int, grid: bool = False, wide: bool = False) -> Iterator[Point]:
    rng = random.Random("tried")
    for turn in range(count):
        try:
            yield draw(pair.program, sizes, rng, positive=turn % 3 == 2, grid=grid, wide=wide)
        except NumericError:
            continue


def _gap(pair: Pair, point: Point) -> float | None:
    try:
        return gap(pair, point)
    except (SymbackError, ArithmeticError, IndexError):
        return None


class _Trying:
    """One pair being tried."""

    def __init__(self, pair: Pair) -> None:
        self.pair, self.found, self.doubts = pair, Tried(), Counter[str]()

    @property
    def goes_on(self) -> bool:
        """Whether nothing was found yet."""
        return self.found.against is None

    def point(self, point: Point, kind: str) -> bool:
        """Whether a point could be used; what floats tell apart, many digits decide, a few times for each kind of points."""
        error = _gap(self.pair, point)
        if error is None:
            return False
        self.found.points += 1
        if error > CLOSE and self.goes_on and self.doubts[kind] < MOST_DOUBTS:
            self.doubts[kind] += 1
            self.found.against = contradiction(self.pair, point)
        return True

    def each(self, points: Iterator[Point], kind: str, most: int = 0) -> int:
        """How many of the points could be used, until something is found or as many as wanted were."""
        used = 0
        for point in points if self.goes_on else ():
            used += self.point(point, kind)
            if not self.goes_on or (most and used == most):
                break
        return used

    def all_sizes(self) -> None:
        """One point at each choice of sizes; at small ones values that meet, too."""
        for sizes in tried_sizes(self.pair):
            used = self.each(_drawn(self.pair, sizes, DRAWS), "sizes", 1)
            self.found.sizes += [sizes] if used else []
            if all(isinstance(n, int) and n <= SMALL for n in sizes.values()):
                self.grid(sizes)
            if not self.goes_on:
                return

    def grid(self, sizes: Sizes) -> None:
        """Small integers, where compared values meet; also of what is not differentiated by alone."""
        if not self.goes_on:
            return
        for both in zip(_drawn(self.pair, sizes, GRIDS, grid=True), _drawn(self.pair, sizes, GRIDS), strict=False):
            whole, plain = both
            self.point(whole, "grid")
            apart = {n: plain.values[n] if n in self.pair.varied else t for n, t in whole.values.items()}
            if apart != whole.values:
                self.point(Point(sizes, apart), "data on the grid")
            if not self.goes_on:
                return

    def far(self, base: Point, count: int) -> None:
        """Points drawn wide, and such as are much smaller or larger as a whole."""
        self.each(_drawn(self.pair, base.sizes, count, wide=True), "wide")
        self.each(self._enlarged(base.sizes), "enlarged")

    def scaled(self, base: Point) -> None:
        """One leaf after the other much smaller and larger."""
        self.each(Steering(self.pair, base).scaled(), "scaled")

    def _enlarged(self, sizes: Sizes) -> Iterator[Point]:
        """Points of their own, all of whose leaves are many times as large, or as small."""
        drawn = _drawn(self.pair, sizes, len(ENLARGED))
        return (Steering(self.pair, point).enlarged(scale) for point, scale in zip(drawn, ENLARGED, strict=False))

    def thresholds(self, base: Point) -> None:
        """Both sides of every threshold, and where comparisons meet."""
        steering = Steering(self.pair, base)
        for threshold in thresholds(self.pair):
            if (self.each(steering.around(threshold), f"around {threshold}") or steering.is_split(threshold)) and not threshold.meets:
                self.found.crossed[threshold] = None
        self.meet(base)

    def meet(self, base: Point) -> None:
        """Where what is compared for equality is equal, and where a threshold is 0."""
        steering = Steering(self.pair, base)
        for threshold in thresholds(self.pair):
            self.each(steering.meeting(threshold), f"at {threshold}")


__all__ = ["Tried", "meeting", "tried"]

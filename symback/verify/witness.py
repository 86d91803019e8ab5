"""The smallest point at which a claim is wrong: small sizes first, small integers where the facts allow them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import isfinite
from typing import Any

from symback.algebra.facts import Fact
from symback.algebra.terms import Bracket, Relation, Term
from symback.algebra.traverse import walk
from symback.errors import NumericError
from symback.numeric.evaluate import on_places
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, index_tuples
from symback.verify.allowed import SIMPLE, satisfying
from symback.verify.differences import Witness as Contradiction
from symback.verify.numbers import Slopes, affordable, both, errors
from symback.verify.pairs import Pair
from symback.verify.sample import Point, possible, symbols_of
from symback.verify.settled import EXACT_DIGITS
from symback.verify.verdict import Witness

LARGEST = 3
SIZE_SETS = 30
POINTS = 16
MORE = 4
WRONG = 1e-7
NOISE = 1e-13
MOST = 1e300
SMALL = (1, 2, -1, 0, 3)


def smallest(pair: Pair) -> Witness | None:
    """A witness against a pair, confirmed by differences of what is differentiated; None where no small point shows it."""
    for sizes in _small_sizes(pair):
        found = sorted(_wrong_points(pair, sizes), key=lambda c: c[0])
        for _, point, places in found[:4]:
            witness = _confirmed(pair, point, places)
            if witness is not None:
                return witness
    return None


def observed(pair: Pair, found: Contradiction) -> Witness:
    """What differences saw at a point that is not small: another value, or that the claim has none."""
    read = {n: t for n, t in found.point.values.items() if n in pair.reads}
    large = not (isfinite(found.formula) and isfinite(found.difference)) and not found.lacks
    lacks = "both are larger than any float, and differ" if large else found.lacks
    claimed = None if lacks else _rounded(found.formula)
    values = _integers(Point(found.point.sizes, read).shown())
    return Witness(dict(found.point.sizes), values, found.places, claimed, _rounded(found.difference), lacks, pair.about, large)


def _small_sizes(pair: Pair) -> Iterator[dict[str, object]]:
    symbols, tables = symbols_of(pair.program)
    if not symbols and not tables:
        if affordable(pair, pair.program.sizes):
            yield dict(pair.program.sizes)
        return
    if tables:
        return
    choices = sorted(product(range(1, LARGEST + 1), repeat=len(symbols)), key=lambda c: (max(c), sum(c), c)) if len(symbols) <= 6 else []
    seen = 0
    for choice in [*choices, *((n,) * len(symbols) for n in range(1, LARGEST + 1) if not choices)]:
        sizes: dict[str, object] = dict(zip(symbols, choice, strict=True))
        if possible(pair.program, sizes) and affordable(pair, sizes):
            yield sizes
            seen += 1
        if seen == SIZE_SETS:
            return


def _wrong_points(pair: Pair, sizes: Mapping[str, object]) -> Iterator[tuple[Any, Point, list[Places]]]:
    """Points where the sides differ: how simple they are, the point, and the entries that differ."""
    rng = random.Random("witness")
    last = POINTS
    for turn in range(POINTS):
        if turn > last:
            return
        try:
            point = _simple(pair, sizes, rng, turn)
            left, right = both(pair, point)
        except NumericError:
            continue
        wrong = _differing(left, right)
        if wrong and not _ties(pair, point):
            last = min(last, turn + MORE)
            yield (_weight(point), turn), point, wrong


def _differing(left: Any, right: Any) -> list[Places]:
    """The entries at which two arrays differ by more than rounding; none where one is not finite."""
    import numpy

    if not (numpy.isfinite(left).all() and numpy.isfinite(right).all()):
        return []
    wrong = numpy.abs(left - right) > WRONG * (1.0 + numpy.abs(left).max(initial=0.0))
    return [tuple(int(k) for k in p) for p in numpy.argwhere(wrong)]


def _simple(pair: Pair, sizes: Mapping[str, object], rng: random.Random, turn: int) -> Point:
    """A point of small integers (all 1 at first) that satisfies the facts; declared values as declared."""
    values = {}
    for leaf in pair.program.leaves:
        places = list(index_tuples(leaf.indices, sizes))
        pool = SMALL[: 1 if turn == 0 else 2 if turn < 4 else 3 if turn < 8 else 5]
        table = {p: Fraction(rng.choice(pool)) for p in places}
        values[leaf.name] = satisfying(leaf, _fitted(table, leaf.facts), rng, rules=SIMPLE)
    return Point(sizes, values)


def _fitted(table: dict[Places, Fraction], facts: tuple[Fact, ...]) -> dict[Places, Fraction]:
    """No zero where a fact forbids it or divides by the whole."""
    kinds = {f.kind for f in facts}
    return {p: v or Fraction(1) for p, v in table.items()} if kinds & {"positive", "sums to one", "magnitude above"} else table


def _weight(point: Point) -> tuple[int, Fraction]:
    """How hard a point is to work with: entries that are no integers, then how large they are."""
    numbers = [v for table in point.values.values() for v in table.values()]
    return sum(v.denominator != 1 for v in numbers), sum((abs(v) + (v == 0) + (v < 0) for v in numbers), Fraction(0))


def _confirmed(pair: Pair, point: Point, wrong: list[Places]) -> Witness | None:
    """The witness at the first entry where differences say so too."""
    left, right = both(pair, point)
    found = pair.derivative
    for places in wrong[:3]:
        try:
            claimed, true = float(right[places]), float(left[places])
            if found is not None:
                partial, formula = found
                claimed = true if formula is pair.left else claimed
                slope = Slopes(pair.forward(partial.of), partial.by, point).at(places)
                if slope is None or abs(float(slope) - claimed) <= WRONG * (1 + abs(claimed)):
                    continue
                true = float(slope)
        except NumericError:
            continue
        read = {n: t for n, t in point.values.items() if n in pair.reads}
        shown = Point(point.sizes, read).shown()
        where = _pattern(wrong, left.shape)
        return Witness(dict(point.sizes), _integers(shown), places, _rounded(claimed), _rounded(true), where, pair.about)
    return None


class _Tied(HighPrecision):
    """High precision that notes comparisons of equals, among what depends on the point."""

    ties = False

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        self.ties = self.ties or (relation not in ("=", "!=") and left is not right and left == right)
        return super().holds(relation, left, right)


def _ties(pair: Pair, point: Point) -> bool:
    """Whether a comparison of the sides meets equals at a point: each convention there is as good as another."""
    bodies = (pair.left, pair.right, *(d.body for d in pair.program.definitions if isinstance(d.body, Term)))
    if not any(isinstance(n, Bracket) and not on_places(n) for body in bodies for n in walk(body)):
        return False
    field = _Tied(EXACT_DIGITS)
    try:
        return any(field.ties for _ in errors(pair, point, field, random.Random("ties")))
    except NumericError:
        return False


def _rounded(value: float) -> float:
    """A value without the noise of differences around 0, and no negative 0."""
    return 0.0 if abs(value) < NOISE else max(min(value, MOST), -MOST)


def _integers(value: Any) -> Any:
    """Floats that are integers as integers."""
    if isinstance(value, dict):
        return {k: _integers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_integers(v) for v in value]
    return int(value) if float(value).is_integer() else value


def _pattern(wrong: list[Places], shape: tuple[int, ...]) -> str:
    """Which entries differ, in words."""
    every = 1
    for n in shape:
        every *= n
    if not shape or every == 1:
        return ""
    if len(wrong) == every:
        return "every entry differs"
    if len(shape) == 2 and shape[0] == shape[1]:
        diagonal = [p for p in wrong if p[0] == p[1]]
        if len(diagonal) == len(wrong) == shape[0]:
            return "the diagonal differs"
        if not diagonal and len(wrong) == every - shape[0]:
            return "every entry off the diagonal differs"
    for axis, word in enumerate(("row", "column")) if len(shape) == 2 else ():
        lines = sorted({p[axis] for p in wrong})
        if len(lines) < shape[axis] and len(wrong) == len(lines) * (every // shape[axis]):
            return f"{word} {', '.join(str(n + 1) for n in lines)} differs"
    listed = ", ".join(f"[{','.join(str(k + 1) for k in p)}]" for p in wrong[:6])
    return f"entries {listed}{' and others' if len(wrong) > 6 else ''} differ"

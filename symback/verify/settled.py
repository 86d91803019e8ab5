"""Whether two sides differ at a point: with as many digits as it takes, in fractions where that is possible.

What is left of a difference when digits are added is one; what shrinks is rounding. Two sides that are equal to many digits at every
point near 1 may still differ: by less than the digits shown, on a set that points near 1 never meet, or where a large factor bends a
function. So what is not proved is tried in fractions, at small integers, and at points as small or as large as the numbers that are written.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

from symback.algebra.definitions import Definition
from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import Apply, Bracket, Num, Pow, Reduce, Term
from symback.algebra.traverse import walk
from symback.errors import NumericError, OutOfRange
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision, Irrational, Rationals, as_float
from symback.numeric.values import Places, index_tuples
from symback.verify.differences import Witness
from symback.verify.pairs import CLAIMED, Pair
from symback.verify.sample import CONES, Point, draw

ENTRIES = 24
EXACT_DIGITS = 40
LEFT, RIGHT = "\0left", "\0right"
PRECISIONS = (EXACT_DIGITS, 100, 250)
STAYS = 10
POINTS, GRID, SCALED = 3, 12, 2
FEW_ENTRIES = 4
LITERALS, MOST_DIGITS = 4, 1000
LARGE = 100
"""From which number on a factor bends a function so near 0 that other points do not show it."""


@dataclass(frozen=True)
class Compared:
    """Two sides at a point: the largest error, where they differ, and why the claim has no value there though the original has one."""

    worst: float = 0.0
    failed: Witness | None = None
    lacking: Witness | None = None


@lru_cache(maxsize=16)
def digits_of(digits: int) -> HighPrecision:
    """Real numbers with that many digits."""
    return HighPrecision(digits)


def evaluator(pair: Pair, point: Point, field: Any) -> Evaluator:
    """The reference evaluator of both sides at a point."""
    own = (Definition(LEFT, pair.indices, pair.left), Definition(RIGHT, pair.indices, pair.right))
    program = pair.program.with_definitions((*pair.program.definitions, *own))
    values = {n: Entries({p: field.number(v) for p, v in table.items()}) for n, table in point.values.items()}
    return Evaluator(program, values, point.sizes, field=field)


def compared(pair: Pair, point: Point, rng: random.Random, precisions: Sequence[int] = PRECISIONS) -> Compared:
    """Both sides at a point; raises NumericError where the original has no value, or the digits do not reach."""
    wanted = some_of(pair, point, rng)
    before: dict[Places, Any] = {}
    for digits in precisions:
        found = _entries(pair, point, wanted, digits)
        if isinstance(found, Witness):
            return Compared(lacking=found)
        apart = {at: (a, b) for at, (a, b) in found.items() if not digits_of(digits).alike(a, b)}
        if not apart:
            return Compared(_worst(found))
        stays = [at for at, (a, b) in apart.items() if at in before and abs(a - b - before[at]) <= abs(a - b) / STAYS]
        if stays:
            at = max(stays, key=lambda p: abs(apart[p][0] - apart[p][1]) / (1 + abs(apart[p][0])))
            return Compared(_worst(found), Witness(CLAIMED, at, float(apart[at][1]), float(apart[at][0]), point))
        before, wanted = {at: a - b for at, (a, b) in apart.items()}, tuple(apart)
    raise OutOfRange("the two sides", f"{precisions[-1]} digits are too few", "give smaller values")


def some_of(pair: Pair, point: Point, rng: random.Random) -> Sequence[Places]:
    """The entries of the sides; a random choice where there are many."""
    every = list(index_tuples(pair.indices, point.sizes))
    return every if len(every) <= ENTRIES else rng.sample(every, ENTRIES)


def _worst(found: Mapping[Places, tuple[Any, Any]]) -> float:
    return float(max((abs(a - b) / (1 + abs(a)) for a, b in found.values()), default=0))


def _entries(pair: Pair, point: Point, wanted: Sequence[Places], digits: int) -> dict[Places, tuple[Any, Any]] | Witness:
    """Both sides at some entries, the original first; a witness where the claim has no value."""
    run = evaluator(pair, point, digits_of(digits))
    first, second = (LEFT, RIGHT) if pair.original is pair.left else (RIGHT, LEFT)
    found: dict[Places, tuple[Any, Any]] = {}
    for at in wanted:
        own = run.entry(first, at)
        try:
            found[at] = (own, run.entry(second, at))
        except OutOfRange:
            raise
        except NumericError as error:
            return Witness(CLAIMED, at, float("nan"), float(own), point, str(error))
    return found


# what equal digits hide ------------------------------------------------------------------------------------------------------


def hidden(pair: Pair, sizes: Sequence[Mapping[str, object]]) -> Witness | None:
    """Where sides that are equal at all points tried differ after all: exactly, or at points that the numbers in them call for."""
    rng = random.Random("hidden")
    for chosen in sizes:
        for point in _points(pair, chosen, rng):
            found = _exactly(pair, point, rng)
            if found is not None:
                return found
    return None


def _points(pair: Pair, sizes: Mapping[str, object], rng: random.Random) -> Iterator[Point]:
    """Points near 1; small integers, where no slope is asked for; points as small or as large as the numbers that are written."""
    yield from _drawn(lambda turn: draw(pair.program, sizes, rng, positive=turn == 2), POINTS)
    if not pair.partials and any(isinstance(n, Bracket | Reduce) or _has_kink(n) for n in _nodes(pair)):
        yield from _on_grid(pair, sizes, rng)
    for scale in _scales(pair):
        yield from _drawn(lambda turn, by=scale: scaled(pair, draw(pair.program, sizes, rng, positive=turn == 1), by), SCALED)


def _on_grid(pair: Pair, sizes: Mapping[str, object], rng: random.Random) -> Iterator[Point]:
    """Points of −1, 0 and 1: all of them where few entries are read that may take these, else some."""
    free = [(a.name, p) for a in pair.program.leaves if a.name in pair.reads and not a.facts for p in index_tuples(a.indices, sizes)]
    if len(free) > FEW_ENTRIES:
        yield from _drawn(lambda turn: draw(pair.program, sizes, rng, grid=True), GRID)
        return
    for base in _drawn(lambda turn: draw(pair.program, sizes, rng, grid=True), 1):
        for chosen in product((1, 0, -1), repeat=len(free)):
            values = {n: dict(t) for n, t in base.values.items()}
            for (name, at), value in zip(free, chosen, strict=True):
                values[name][at] = Fraction(value)
            yield Point(sizes, values)


def _drawn(make: Any, count: int) -> Iterator[Point]:
    for turn in range(count):
        try:
            yield make(turn)
        except NumericError:
            continue


def scaled(pair: Pair, point: Point, scale: Fraction) -> Point:
    """A point with every leaf, where its facts allow that, so many times as large."""
    free = [leaf.name for leaf in pair.program.leaves if all(fact.kind in CONES for fact in leaf.facts)]
    return Point(point.sizes, {n: {p: v * scale for p, v in t.items()} if n in free else t for n, t in point.values.items()})


def _has_kink(node: Term) -> bool:
    return isinstance(node, Apply) and bool(OPERATIONS[node.op].kinks)


def _nodes(pair: Pair) -> Iterator[Term]:
    bodies = (pair.left, pair.right, *(d.body for d in pair.program.definitions if isinstance(d.body, Term)))
    for body in bodies:
        yield from walk(body)


def _literals(pair: Pair) -> list[Fraction]:
    """The sizes of the numbers that are written, without exponents."""
    below = {n.exponent for n in _nodes(pair) if isinstance(n, Pow)}
    return list(dict.fromkeys(abs(n.value) for n in _nodes(pair) if isinstance(n, Num) and n.value and n not in below))


def _scales(pair: Pair) -> list[Fraction]:
    """The scales at which a product of a large (or small) number and a variable, or its square, is near 1."""
    large = [v for v in _literals(pair) if not Fraction(1, LARGE) < v < LARGE][:LITERALS]
    bends = any(isinstance(n, Apply | Bracket) or (isinstance(n, Pow) and not isinstance(n.exponent, Num)) for n in _nodes(pair))
    if not bends and not any(isinstance(n, Pow) and isinstance(n.exponent, Num) and n.exponent.value < 0 for n in _nodes(pair)):
        return []
    powers = [1 / v for v in large] + [_root(1 / v) for v in large]
    return list(dict.fromkeys(powers))


def _root(value: Fraction) -> Fraction:
    """About the square root of a number."""
    digits = (len(str(value.numerator)) - len(str(value.denominator))) // 2
    return Fraction(10) ** digits


def _exactly(pair: Pair, point: Point, rng: random.Random) -> Witness | None:
    """Where the sides differ at a point, in fractions, else to more digits than any number that is written has."""
    try:
        run = evaluator(pair, point, Rationals())
        for at in some_of(pair, point, rng):
            left, right = run.entry(LEFT, at), run.entry(RIGHT, at)
            if left != right:
                return Witness(CLAIMED, at, as_float(Fraction(right)), as_float(Fraction(left)), point)
    except NumericError:
        return None
    except Irrational:
        longest = max((len(str(v.numerator * v.denominator)) for v in _literals(pair)), default=0)
        digits = min(MOST_DIGITS, EXACT_DIGITS + 3 * longest)
        try:
            return compared(pair, point, rng, (digits, digits + digits // 2)).failed
        except NumericError:
            return None
    return None


__all__ = ["Compared", "compared", "hidden", "scaled"]

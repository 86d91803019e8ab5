"""The two sides of a claim in numbers: quick in floats, exact at small sizes, and against differences of the loss alone."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from math import prod
from typing import Any, Literal

from symback.algebra.definitions import Opaque
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Partial, Reduce, Term
from symback.errors import NumericError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.values import Places, Sizes, index_tuples, size_value
from symback.verify.arrays import Arrays
from symback.verify.differences import DIGITS, FINER, MOVED, Outcome, check_gradients, moving
from symback.verify.pairs import CLAIMED, Pair
from symback.verify.sample import Point, draw, size_sets
from symback.verify.settled import ENTRIES, LEFT, RIGHT, compared, digits_of, evaluator

Likeness = Literal["same", "different", "unknown"]
FEW_POINTS = 3
CLOSE, PLAIN = 1e-9, 1e-6
LOOKS = 2
TRIES = 12
WORK = 400_000
MORE_SETS = 2
SPARE, TOLD = 8, 1e-12
"""How many digits rounding may take, and how far the slopes on both sides may be apart."""


# in floats --------------------------------------------------------------------------------------------------------------


def look(pair: Pair, sizes: Sizes, seed: str = "look", looks: int = LOOKS) -> Likeness:
    """Whether the sides are alike at random points of one choice of sizes, in floats: a hint, never a verdict."""
    rng = random.Random(seed)
    seen = 0
    for turn in range(TRIES):
        try:
            error = gap(pair, draw(pair.program, sizes, rng, positive=turn > 3))
        except NumericError:
            continue
        if error is None:
            continue
        if error > CLOSE:
            return "different"
        seen += 1
        if seen == looks:
            return "same"
    return "unknown"


def differing_point(pair: Pair, sizes: Sizes, looks: int) -> Point | None:
    """One of some points drawn wide at which the sides are plainly different: a guard against what holds in a corner only."""
    rng = random.Random("wide")
    for turn in range(looks):
        try:
            point = draw(pair.program, sizes, rng, positive=turn % 4 == 3, wide=True)
            error = gap(pair, point)
        except NumericError:
            continue
        if error is not None and error > PLAIN:
            return point
    return None


def gap(pair: Pair, point: Point) -> float | None:
    """The largest relative difference of the sides at a point; None where they have no finite values."""
    left, right = both(pair, point)
    numpy = _numpy()
    if not (numpy.isfinite(left).all() and numpy.isfinite(right).all()):
        return None
    scale = 1.0 + numpy.abs(left).max(initial=0.0)
    return float(numpy.abs(left - right).max(initial=0.0) / scale)


def both(pair: Pair, point: Point) -> tuple[Any, Any]:
    """The two sides at a point as arrays."""
    run = Arrays(pair.program, point.values, point.sizes)
    return run.entries(pair.left, pair.indices), run.entries(pair.right, pair.indices)


@lru_cache(maxsize=1)
def _numpy() -> Any:
    import numpy

    return numpy


def affordable(pair: Pair, sizes: Sizes, limit: int = WORK) -> bool:
    """Whether the numbers behind a pair are few enough to be worked out one by one."""
    program = pair.program
    bodies = [(d.indices, d.body) for d in program.definitions] + [(pair.indices, pair.left), (pair.indices, pair.right)]
    total = sum(_entries(indices, body, sizes) for indices, body in bodies)
    return total + sum(_count(leaf.indices, sizes) for leaf in program.leaves) <= limit


def _count(indices: Sequence[Index], sizes: Sizes) -> int:
    try:
        return prod(size_value(i.size, sizes) for i in indices if not i.size.indices)
    except NumericError:
        return 0


def _entries(indices: Sequence[Index], body: Term | Opaque, sizes: Sizes) -> int:
    own = _count(indices, sizes)
    return own if isinstance(body, Opaque) else own * _deepest(body, sizes)


@lru_cache(maxsize=4096)
def _binders(body: Term) -> tuple[tuple[Index, ...], ...]:
    """The chains of nested sums in a term."""
    inner = tuple(dict.fromkeys(c for b in body.below for c in _binders(b)))
    return tuple((body.index, *c) for c in inner or ((),)) if isinstance(body, Reduce) else inner


def _deepest(body: Term, sizes: Sizes) -> int:
    return max((_count(chain, sizes) for chain in _binders(body)), default=1)


def sets_of(pair: Pair, wanted: int) -> list[dict[str, object]]:
    """Choices of distinct prime sizes at which the numbers can be afforded, and at which inverses exist where any are read."""
    opaque = any(isinstance(d.body, Opaque) for d in pair.program.definitions)
    found = [sizes for sizes in islice(size_sets(pair.program, wanted + MORE_SETS), wanted + MORE_SETS) if affordable(pair, sizes)]
    regular = [sizes for sizes in found if look(pair, sizes, looks=1) != "unknown"] if opaque else []
    return (regular or found)[:wanted]


def errors(pair: Pair, point: Point, field: Any, rng: random.Random) -> Iterator[Any]:
    """The relative differences of the sides at a point, entry by entry; a random choice where there are many."""
    run = evaluator(pair, point, field)
    places = list(index_tuples(pair.indices, point.sizes))
    for at in places if len(places) <= ENTRIES else rng.sample(places, ENTRIES):
        left, right = run.entry(LEFT, at), run.entry(RIGHT, at)
        yield abs(left - right) / (1 + abs(left))


# against differences of the loss ---------------------------------------------------------------------------------------------


def against_differences(pair: Pair, points: int, sizes: Sequence[Mapping[str, object]]) -> Outcome:
    """The claimed formula against differences of what is differentiated.

    Where no side is a derivative as it stands, both sides are evaluated with symback's derivatives, and these are checked.
    """
    if not sizes:
        return Outcome(reason="the sizes are too large to be worked out one by one")
    found = pair.derivative
    if found is not None and _has_way(pair, found[0]):
        partial, formula = found
        outcome = check_gradients(pair.forward(partial.of), pair.claimed(formula), {partial.by: CLAIMED}, points, sizes=sizes)
        inner = [partial.of] if isinstance(partial.of, Partial) else []
    else:
        outcome = _compared(pair, points, sizes)
        inner = [p for p in pair.partials if _has_way(pair, p)]
    for one in inner:
        if not outcome.failed and not outcome.reason:
            own = check_gradients(pair.forward(one.of), pair.program, {one.by: one}, FEW_POINTS, sizes=sizes[:1])
            outcome.worst = max(outcome.worst, own.worst)
            outcome.failed.update(own.failed)
            outcome.reason = own.reason
    return outcome


def _has_way(pair: Pair, partial: Partial) -> bool:
    """Whether what is differentiated rests on what it is differentiated by; else the derivative is 0 by definition."""
    below = pair.forward(partial.of)
    return partial.by in below.leaf or partial.by in below.definition


def _compared(pair: Pair, points: int, sizes: Sequence[Mapping[str, object]]) -> Outcome:
    """Both sides evaluated to many digits."""
    outcome = Outcome()
    rng = random.Random("compared")
    for k, chosen in enumerate(sizes):
        share = points // len(sizes) + (k < points % len(sizes))
        done = 0
        for turn in range(share + TRIES):
            if done == share:
                break
            try:
                point = draw(pair.program, chosen, rng, positive=turn - done > TRIES // 2)
                found = compared(pair, point, rng)
            except NumericError as problem:
                outcome.reason = outcome.reason or str(problem)
                continue
            outcome.worst = max(outcome.worst, found.worst)
            if found.failed is not None:
                outcome.failed[CLAIMED] = found.failed
                return outcome
            if found.lacking is not None:
                outcome.lacking.setdefault(CLAIMED, found.lacking)
                outcome.reason = outcome.reason or found.lacking.lacks
                continue
            done += 1
        outcome.points += done
        outcome.size_sets += bool(done)
    if outcome.points:
        outcome.reason = ""
    return outcome


class Slopes:
    """Single entries of a derivative by differences of what is differentiated, at one point."""

    def __init__(self, program: Program, by: Name, point: Point) -> None:
        self.program, self.by, self.point = program, by, point
        self.moving, self.directions = moving(program, [by])

    def at(self, places: Places) -> Any | None:
        """The slope at an entry; None at a kink, where left and right differ, and where the digits do not reach."""
        if self.by not in self.program.leaf and self.by not in self.program.definition:
            return digits_of(DIGITS).zero
        depth = len(self.program.indices(self.by))
        cut = len(places) - depth
        above = places[:cut] or (0,) * len(self.program.indices(self.program.loss))
        for digits in (DIGITS, *(times * DIGITS for times in FINER)):
            field = digits_of(digits)
            size = abs(self._run(field, {}).entry(self.by, places[cut:])) or field.one
            step = size * field.real(10) ** -(digits // 3)
            low, here, high = (self._value(field, above, places[cut:], sign * step) for sign in (-1, 0, 1))
            left, right = (here - low) / step, (high - here) / step
            noise = abs(here) / step * field.real(10) ** (SPARE - digits)
            if noise <= TOLD * (1 + abs(left)):
                return None if abs(left - right) > (1 + abs(left)) * TOLD else (left + right) / 2
        return None

    def _run(self, field: Any, moved: Mapping[Any, Entries]) -> Evaluator:
        """The forward pass with the names of directions, at rest unless they are ``moved``."""
        values: dict[Any, Entries] = {n: Entries({p: field.number(v) for p, v in t.items()}) for n, t in self.point.values.items()}
        for name, own in self.directions.items():
            values[own] = Entries(dict.fromkeys(index_tuples(self.program.indices(name), self.point.sizes), field.zero))
        values[MOVED] = Entries({(): field.zero})
        return Evaluator(self.moving, {**values, **moved}, self.point.sizes, field=field)

    def _value(self, field: Any, above: Places, at: Places, by: Any) -> Any:
        if self.by in self.directions:
            places = index_tuples(self.program.indices(self.by), self.point.sizes)
            moved = {self.directions[self.by]: Entries({p: field.one if p == at else field.zero for p in places}), MOVED: Entries({(): by})}
        else:
            known = self.point.values[str(self.by)]
            moved = {str(self.by): Entries({p: field.number(v) + (by if p == at else 0) for p, v in known.items()})}
        return self._run(field, moved).entry(self.program.loss, above)

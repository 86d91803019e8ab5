"""Gradients against differences of the loss alone, at 100 digits and, where these are too few, at 200 and 400.

One random direction per point covers all entries of all names at once: the loss is moved along it by a third of the digits, each
value relative to its size, and the change compared with the sum of gradient times direction. Intermediate names are moved too, by a term
added to their definitions. What shrinks as digits are added is rounding; what stays is wrong.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import nan
from typing import Any, NamedTuple

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Size
from symback.algebra.terms import Kind, Name, Ref, Relation, Term
from symback.errors import NumericError, OutOfRange
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, index_tuples
from symback.verify.allowed import number
from symback.verify.sample import Point, draw, size_sets

DIGITS = 100
AGREE = 50
SHORTER = 10**8
FINER = (2, 4)
"""How many times the digits are taken before what differs is said to be wrong."""
STAYS = 0.5
"""What part of an error stays with more digits where it is none of rounding."""
TIE = 60
MARGIN = Fraction(1, 10**8)
POINTS = 20
TRIES = 40
MOVED = "\0step"
NEXT_TO_LOSS, LEAST = 1e-9, 1e-20
"""What an error is measured by where all slopes are next to nothing: a part of the loss, and a little."""


@dataclass(frozen=True)
class Witness:
    """Where a formula is wrong: one entry, its value by the formula and by differences, at values anyone can run.

    ``lacks`` says why the formula has no value there; ``formula`` is then not a number.
    """

    name: str
    places: Places
    formula: float
    difference: float
    point: Point
    lacks: str = ""

    def __str__(self) -> str:
        at = f"[{', '.join(str(p + 1) for p in self.places)}]" if self.places else ""
        sizes = ", ".join(f"{k} = {v}" for k, v in self.point.sizes.items())
        where = f" with {sizes}" if sizes else ""
        own = f"has no value by the formula ({self.lacks})" if self.lacks else f"is {self.formula:.6g} by the formula"
        return f"{self.name}{at} {own} and {'' if not self.lacks else 'is '}{self.difference:.6g} by differences{where}"


@dataclass
class Outcome:
    """What the differences said: points used, the largest error, what failed, or why nothing could be tried.

    ``lacking`` is where a formula has no value though the loss has differences.
    """

    points: int = 0
    size_sets: int = 0
    worst: float = 0.0
    failed: dict[Name, Witness] = field(default_factory=dict)
    lacking: dict[Name, Witness] = field(default_factory=dict)
    reason: str = ""


class Watched(HighPrecision):
    """High precision that notes how near a point is to a kink: the least distance in any comparison or maximum, next to the size of
    what is compared where that is above 1.

    What is equal at a point moved in a random direction is equal around it (a clipped ratio and the ratio itself): no kink.
    """

    def __init__(self, digits: int) -> None:
        super().__init__(digits)
        self.margin: Any = None
        self._tie = self.power(self.number(Fraction(10)), -TIE)

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        if left is not right and not (relation in ("=", "!=") and left == right):
            self._note(abs(left - right) / (1 + abs(left) + abs(right)))
        return super().holds(relation, left, right)

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        ordered = sorted(values)
        if len(ordered) > 1:
            best, next_ = (ordered[-1], ordered[-2]) if kind == "max" else (ordered[0], ordered[1])
            self._note(abs(best - next_) / (1 + abs(best) + abs(next_)))
        return super().extreme(kind, values)

    def _note(self, distance: Any) -> None:
        if distance > self._tie and (self.margin is None or distance < self.margin):
            self.margin = distance


def moving(program: Program, names: Iterable[Name]) -> tuple[Program, dict[Name, str]]:
    """The program with ``step · direction`` added to the definitions of names; and the names of the directions.

    An opaque definition keeps its value under another name.
    """
    wanted = [n for n in names if n in program.definition]
    directions = {n: f"\0direction of {n}" for n in wanted}
    definitions: list[Definition] = []
    for d in program.definitions:
        if d.name not in directions:
            definitions.append(d)
            continue
        places = tuple(Size.of(i) for i in d.indices)
        body = d.body
        if isinstance(body, Opaque):
            own = f"\0value of {d.name}"
            definitions.append(Definition(own, d.indices, body))
            body = Ref(own, places)
        assert isinstance(body, Term)
        definitions.append(Definition(d.name, d.indices, body + Ref(MOVED) * Ref(directions[d.name], places)))
    leaves = [Leaf(MOVED), *(Leaf(directions[n], program.indices(n)) for n in wanted)]
    return replace(program, leaves=(*program.leaves, *leaves), definitions=tuple(definitions)), directions


def check_gradients(
    program: Program,
    gradient_program: Program,
    adjoints: Mapping[Name, Name],
    points: int = POINTS,
    digits: int = DIGITS,
    seed: str = "symback",
    sizes: Iterable[Mapping[str, object]] | None = None,
) -> Outcome:
    """Differences of the first result of ``program`` against the definitions ``adjoints`` (name → its gradient's name).

    The points are shared out over ``sizes``, by default up to three sets of prime sizes. A result with indices is weighed with random numbers.
    """
    outcome = Outcome()
    sets = list(size_sets(program) if sizes is None else sizes)
    if not sets:
        outcome.reason = "no sizes were found that satisfy the declarations"
        return outcome
    rng = random.Random(seed)
    for k, chosen in enumerate(sets):
        share = points // len(sets) + (k < points % len(sets))
        before = outcome.points
        _Bench(program, gradient_program, adjoints, chosen, digits).run(share, rng, outcome)
        if outcome.failed:
            break
        outcome.size_sets += outcome.points > before
    if outcome.points:
        outcome.reason = ""
    return outcome


class Direction(NamedTuple):
    """Where a point is moved: how much of its own size each entry of each name moves, and how the entries of the result are weighed."""

    by: Mapping[Name, Mapping[Places, Fraction]]
    weights: Mapping[Places, Fraction]


def scaled_step(value: Any, largest: Any, one: Any) -> Any:
    """By what one entry of an array moves: its size, that of the largest where it is next to nothing beside that, and 1 where all are 0."""
    size = abs(value)
    return size if size > largest * one / 10**AGREE else largest if largest else one


class _Bench:
    """One choice of sizes: the programs prepared once, tried at many points."""

    def __init__(self, program: Program, gradient: Program, adjoints: Mapping[Name, Name], sizes: Mapping[str, object], digits: int):
        self.program, self.gradient, self.adjoints, self.sizes = program, gradient, adjoints, sizes
        self.moving, self.directions = moving(program, adjoints)
        self.digits = digits
        self.field = Watched(digits)
        self.step = self.field.real(10) ** -(digits // 3)
        self.results = list(index_tuples(program.indices(program.loss), sizes))
        self.exact: Evaluator | None = None
        self.moved: Evaluator | None = None
        self._finer: dict[int, _Bench] = {}

    def run(self, points: int, rng: random.Random, outcome: Outcome) -> None:
        done, why = 0, ""
        for turn in range(points + TRIES):
            if done == points:
                return
            try:
                point = draw(self.program, self.sizes, rng, positive=turn - done > TRIES // 2, wide=turn % 3 == 2)
            except NumericError as error:
                why = str(error)
                continue
            try:
                used = self._at(point, rng, outcome)
                why = why if used else "every point was at a kink"
            except OutOfRange as error:
                used, why = False, str(error)
            except NumericError as error:
                used, why = False, str(error)
                outcome.lacking.update({} if outcome.lacking else self._lacking(point, rng))
            done += used
            outcome.points += used
            if outcome.failed:
                return
        outcome.reason = "" if done else why

    def _at(self, point: Point, rng: random.Random, outcome: Outcome) -> bool:
        """Whether the point could be used."""
        way = self._way(rng)
        error, bench = self.error(point, way), self
        if self._at_kink():
            return False
        for times in FINER if error > 10.0**-AGREE else ():
            bench, before = self._with(times * self.digits), error
            error = bench.error(point, way)
            if error <= 10.0**-AGREE or error > STAYS * before:
                break
        else:
            if error > 10.0**-AGREE:
                raise OutOfRange("the differences", f"{bench.digits} digits are too few", "give smaller values")
        outcome.worst = max(outcome.worst, error)
        if error > 10.0**-AGREE:
            outcome.failed.update(bench.located(point, way))
        return True

    def _with(self, digits: int) -> _Bench:
        if digits not in self._finer:
            self._finer[digits] = _Bench(self.program, self.gradient, self.adjoints, self.sizes, digits)
        return self._finer[digits]

    def _at_kink(self) -> bool:
        return self.field.margin is not None and self.field.margin < MARGIN.numerator / self.field.real(MARGIN.denominator)

    def _way(self, rng: random.Random) -> Direction:
        by = {n: {p: number(rng) for p in index_tuples(self.program.indices(n), self.sizes)} for n in self.adjoints}
        return Direction(by, {p: number(rng) if len(self.results) > 1 else Fraction(1) for p in self.results})

    def error(self, point: Point, way: Direction) -> float:
        """The error at a point; where the third derivative is huge, a step is too long and a shorter one is tried."""
        values, slopes, along, weights = self._prepared(point, way)
        self.field.margin = None  # the loss alone tells where there is a kink: a formula may not excuse itself
        error = self._error(values, slopes, along, weights)
        if error > 10.0**-AGREE and not self._at_kink():
            error = min(error, self._error(values, slopes, along, weights, SHORTER))
        return error

    def _prepared(self, point: Point, way: Direction) -> tuple[Any, Any, Any, Any]:
        """The values of the leaves, the slopes, the direction next to the size of the values, and the weights, as numbers."""
        values = self._values(point)
        self.exact = self.exact.at(values) if self.exact else Evaluator(self.gradient, values, self.sizes, field=self.field)
        weights = {p: self.field.number(w) for p, w in way.weights.items()}
        slopes = {name: self._slopes(name, weights) for name in self.adjoints}
        return values, slopes, {n: self._along(n, table) for n, table in way.by.items()}, weights

    def _along(self, name: Name, table: Mapping[Places, Fraction]) -> dict[Places, Any]:
        """By how much the entries of a name move for a step of 1."""
        assert self.exact is not None
        own = {p: self.exact.entry(name, p) for p in table}
        largest = max(map(abs, own.values()), default=self.field.zero)
        return {p: self.field.number(v) * scaled_step(own[p], largest, self.field.one) for p, v in table.items()}

    def _values(self, point: Point) -> dict[str, Entries]:
        return {n: Entries({p: self.field.number(v) for p, v in t.items()}) for n, t in point.values.items()}

    def _lacking(self, point: Point, rng: random.Random) -> dict[Name, Witness]:
        """The first gradient without a value at a point at which the loss has differences."""
        values = self._values(point)
        weights = {p: self.field.number(w) for p, w in self._way(rng).weights.items()}
        for name in self.adjoints:
            try:
                self.exact = Evaluator(self.gradient, values, self.sizes, field=self.field)
                self._slopes(name, weights)
            except OutOfRange:
                return {}
            except NumericError as error:
                places = next(index_tuples(self.program.indices(name), self.sizes))
                single = {name: {p: self.field.number(Fraction(p == places)) for p in index_tuples(self.program.indices(name), self.sizes)}}
                try:
                    difference = float(self._change(values, single, weights))
                except NumericError:
                    return {}
                return {name: Witness(str(self.adjoints[name]), places, nan, difference, point, str(error))}
        return {}

    def _slopes(self, name: Name, weights: Mapping[Places, Any]) -> dict[Places, Any]:
        """The gradient's entries by the places of the name, the result's places weighed out."""
        assert self.exact is not None
        lead = len(self.gradient.indices(self.adjoints[name])) - len(self.program.indices(name))
        found: dict[Places, Any] = {}
        for places in index_tuples(self.program.indices(name), self.sizes):
            above = weights if lead else {(): self.field.one}
            found[places] = sum((w * self.exact.entry(self.adjoints[name], (*r, *places)) for r, w in above.items()), self.field.zero)
        return found

    def _change(
        self,
        values: Mapping[str, Entries],
        direction: Mapping[Name, Mapping[Places, Any]],
        weights: Mapping[Places, Any],
        shorter: int = 1,
    ) -> Any:
        """The central difference of the loss along a direction."""
        return self._sides(values, direction, weights, shorter)[0]

    def _sides(
        self, values: Mapping[str, Entries], direction: Mapping[Name, Mapping[Places, Any]], weights: Mapping[Places, Any], shorter: int
    ) -> tuple[Any, Any]:
        """The central difference of the loss along a direction, and the size of the loss."""
        step = self.step / shorter
        sides = [self._loss(values, direction, weights, sign * step) for sign in (1, -1)]
        return (sides[0] - sides[1]) / (2 * step), abs(sides[0])

    def _loss(
        self, values: Mapping[str, Entries], direction: Mapping[Name, Mapping[Places, Any]], weights: Mapping[Places, Any], by: Any
    ) -> Any:
        there: dict[str, Entries] = dict(values)
        for name, table in direction.items():
            if name in self.directions:
                there[self.directions[name]] = Entries(table)
            else:
                assert isinstance(name, str)
                there[name] = Entries({p: v + by * table[p] for p, v in values[name].entries.items()})
        for name, own in self.directions.items():
            if own not in there:
                there[own] = Entries(dict.fromkeys(index_tuples(self.program.indices(name), self.sizes), self.field.zero))
        there[MOVED] = Entries({(): by})
        self.moved = self.moved.at(there) if self.moved else Evaluator(self.moving, there, self.sizes, field=self.field)
        return sum((w * self.moved.entry(self.program.loss, p) for p, w in weights.items()), self.field.zero)

    def _error(self, values: Any, slopes: Any, along: Any, weights: Any, shorter: int = 1) -> float:
        """The difference next to the size of what was summed, and to that of the loss as far as its digits reach."""
        change, size = self._sides(values, along, weights, shorter)
        parts = [slopes[n][p] * v for n, table in along.items() for p, v in table.items()]
        scale = sum((abs(p) for p in parts), size * NEXT_TO_LOSS + LEAST)
        return float(abs(change - sum(parts, self.field.zero)) / scale)

    def located(self, point: Point, way: Direction) -> dict[Name, Witness]:
        """The names that are wrong at a point, each with its first wrong entry."""
        values, slopes, along, weights = self._prepared(point, way)
        found: dict[Name, Witness] = {}
        for name, table in along.items():
            if self._error(values, {name: slopes[name]}, {name: table}, weights, SHORTER) <= 10.0**-AGREE:
                continue
            for places in table:
                single = {name: {p: table[p] if p == places else self.field.zero for p in table}}
                if self._error(values, {name: slopes[name]}, single, weights, SHORTER) > 10.0**-AGREE:
                    difference = self._change(values, single, weights, SHORTER) / table[places]
                    found[name] = Witness(str(self.adjoints[name]), places, float(slopes[name][places]), float(difference), point)
                    break
        return found

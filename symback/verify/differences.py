"""Gradients against differences of the loss alone, at 100 digits.

One random direction per point covers all entries of all names at once: the loss is moved by ±1e-33 along it and the change
compared with the sum of gradient times direction. Intermediate names are moved too, by a term added to their definitions.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import nan
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Size
from symback.algebra.terms import Kind, Name, Ref, Relation, Term
from symback.errors import NumericError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, index_tuples
from symback.verify.sample import Point, draw, number, size_sets

DIGITS = 100
AGREE = 50
STEP_DIGITS = 33
SHORTER = 10**8
TIE = 60
MARGIN = Fraction(1, 10**8)
POINTS = 20
TRIES = 40
MOVED = "\0step"


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
    """What the differences said: points used, the largest error, what failed, or why nothing could be tried."""

    points: int = 0
    size_sets: int = 0
    worst: float = 0.0
    failed: dict[Name, Witness] = field(default_factory=dict)
    reason: str = ""


class Watched(HighPrecision):
    """High precision that notes how near a point is to a kink: the least distance in any comparison or maximum.

    What is equal at a point moved in a random direction is equal around it (a clipped ratio and the ratio itself): no kink.
    """

    def __init__(self, digits: int) -> None:
        super().__init__(digits)
        self.margin: Any = None
        self._tie = self.power(self.number(Fraction(10)), -TIE)

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        if left is not right and not (relation in ("=", "!=") and left == right):
            self._note(abs(left - right))
        return super().holds(relation, left, right)

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        ordered = sorted(values)
        if len(ordered) > 1:
            self._note(ordered[-1] - ordered[-2] if kind == "max" else ordered[1] - ordered[0])
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
        _Bench(program, gradient_program, adjoints, chosen, digits).run(share, rng, outcome)
        if outcome.failed or outcome.reason:
            break
        outcome.size_sets += 1
    return outcome


class _Bench:
    """One choice of sizes: the programs prepared once, tried at many points."""

    def __init__(self, program: Program, gradient: Program, adjoints: Mapping[Name, Name], sizes: Mapping[str, object], digits: int):
        self.program, self.gradient, self.adjoints, self.sizes = program, gradient, adjoints, sizes
        self.moving, self.directions = moving(program, adjoints)
        self.field = Watched(digits)
        self.step = self.field.number(Fraction(1, 10**STEP_DIGITS))
        self.zero: Entries = Entries({(): self.field.zero})
        self.results = list(index_tuples(program.indices(program.loss), sizes))
        self.exact: Evaluator | None = None
        self.moved: Evaluator | None = None

    def run(self, points: int, rng: random.Random, outcome: Outcome) -> None:
        done, why = 0, ""
        for turn in range(points + TRIES):
            if done == points:
                return
            point = draw(self.program, self.sizes, rng, positive=turn - done > TRIES // 2, wide=turn % 3 == 2)
            try:
                used = self._at(point, rng, outcome)
                why = why if used else "every point was at a kink"
            except NumericError as error:
                used, why = False, str(error)
                outcome.failed.update(self._lacking(point, rng))
            done += used
            outcome.points += used
            if outcome.failed:
                return
        if not done:
            outcome.reason = why

    def _at(self, point: Point, rng: random.Random, outcome: Outcome) -> bool:
        """Whether the point could be used."""
        values = self._values(point)
        self.exact = self.exact.at(values) if self.exact else Evaluator(self.gradient, values, self.sizes, field=self.field)
        weights = self._weights(rng)
        slopes = {name: self._slopes(name, weights) for name in self.adjoints}
        direction = {n: {p: self.field.number(number(rng)) for p in table} for n, table in slopes.items()}
        self.field.margin = None  # the loss alone tells where there is a kink: a formula may not excuse itself
        error = self._error(values, slopes, direction, weights)
        if error > 10.0**-AGREE:  # where the third derivative is huge, a step is too long
            error = self._error(values, slopes, direction, weights, SHORTER)
        if self.field.margin is not None and self.field.margin < MARGIN.numerator / self.field.real(MARGIN.denominator):
            return False
        outcome.worst = max(outcome.worst, error)
        if error > 10.0**-AGREE:
            outcome.failed.update(self._located(values, slopes, direction, weights, point))
        return True

    def _values(self, point: Point) -> dict[str, Entries]:
        return {n: Entries({p: self.field.number(v) for p, v in t.items()}) for n, t in point.values.items()}

    def _lacking(self, point: Point, rng: random.Random) -> dict[Name, Witness]:
        """The first gradient without a value at a point at which the loss has differences."""
        values, weights = self._values(point), self._weights(rng)
        for name in self.adjoints:
            try:
                self.exact = Evaluator(self.gradient, values, self.sizes, field=self.field)
                self._slopes(name, weights)
            except NumericError as error:
                places = next(index_tuples(self.program.indices(name), self.sizes))
                single = {name: {p: self.field.number(Fraction(p == places)) for p in index_tuples(self.program.indices(name), self.sizes)}}
                try:
                    difference = float(self._change(values, single, weights))
                except NumericError:
                    return {}
                return {name: Witness(str(self.adjoints[name]), places, nan, difference, point, str(error))}
        return {}

    def _weights(self, rng: random.Random) -> dict[Places, Any]:
        return {p: self.field.number(number(rng)) if len(self.results) > 1 else self.field.one for p in self.results}

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
        step = self.step / shorter
        sides = [self._loss(values, direction, weights, sign * step) for sign in (1, -1)]
        return (sides[0] - sides[1]) / (2 * step)

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

    def _error(self, values: Any, slopes: Any, direction: Any, weights: Any, shorter: int = 1) -> float:
        change = self._change(values, direction, weights, shorter)
        parts = [slopes[n][p] * v for n, table in direction.items() for p, v in table.items()]
        scale = 1 + sum((abs(p) for p in parts), self.field.zero)
        return float(abs(change - sum(parts, self.field.zero)) / scale)

    def _located(self, values: Any, slopes: Any, direction: Any, weights: Any, point: Point) -> dict[Name, Witness]:
        """The names that are wrong at a point, each with its first wrong entry."""
        found: dict[Name, Witness] = {}
        for name, table in direction.items():
            if self._error(values, {name: slopes[name]}, {name: table}, weights, SHORTER) <= 10.0**-AGREE:
                continue
            for places in table:
                single = {name: {p: self.field.one if p == places else self.field.zero for p in table}}
                difference = self._change(values, single, weights, SHORTER)
                exact = slopes[name][places]
                if abs(exact - difference) > (1 + abs(difference)) * 10.0**-AGREE:
                    found[name] = Witness(str(self.adjoints[name]), places, float(exact), float(difference), point)
                    break
        return found

"""At a kink: the value a gradient takes there lies in the subdifferential, and the convention that chooses it is said.

Points are drawn on a coarse grid, where comparisons meet. The subdifferential at such a point is what the gradients close by
span; in a direction d they reach from min ⟨g, d⟩ to max ⟨g, d⟩, and the value v at the kink must have ⟨v, d⟩ between the two.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import Apply, Bracket, Kind, Name, Reduce, Relation, Term
from symback.algebra.traverse import walk
from symback.errors import NumericError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator, on_places
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, index_tuples
from symback.verify.allowed import number
from symback.verify.sample import Point, draw
from symback.verify.steps import counted

DIGITS = 60
NEAR = Fraction(1, 10**30)
AGREE = 20
POINTS = 3
TRIES = 24
DIRECTIONS, MANY = 4, 32
Vector = dict[tuple[Name, Places], Any]


@dataclass(frozen=True, slots=True)
class Kinks:
    """What was seen at kinks: the conventions in words, at how many points, and why a value there is no subgradient."""

    conventions: tuple[str, ...] = ()
    points: int = 0
    outside: str = ""

    @property
    def says(self) -> str:
        """The conventions and what was checked, as a sentence; empty where there is no kink."""
        if not self.conventions:
            return ""
        seen = f"inside the subdifferential at {counted(self.points, 'point')}" if self.points else "no kink was met"
        return f"at kinks {' and '.join(self.conventions)}; {self.outside or seen}"


CONVENTIONS: Mapping[str, str] = {
    **{row.name: row.convention for row in OPERATIONS.values() if row.kinks},
    "max": "the places of a maximum share its slope",
    "min": "the places of a minimum share its slope",
    "condition": "a condition is decided as it is written",
}
"""What holds at each cause of a kink, in words."""


def conventions(program: Program) -> tuple[str, ...]:
    """The conventions for the kinks that a program may have.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import apply, ref
    >>> from symback.network.program import Leaf
    >>> conventions(Program("", (Leaf("x"),), (Definition("L", (), apply("relu", ref("x"))),), ("L",)))
    ('relu′(0) = 0',)
    """
    bodies = [d.body for d in program.definitions if isinstance(d.body, Term)]
    return tuple(dict.fromkeys(CONVENTIONS[cause] for body in bodies for cause in _causes(body)))


def _causes(body: Term) -> Iterator[str]:
    for node in walk(body):
        if isinstance(node, Apply) and OPERATIONS[node.op].kinks:
            yield node.op
        elif isinstance(node, Reduce) and node.kind in ("max", "min"):
            yield node.kind
        elif isinstance(node, Bracket) and not on_places(node):
            yield "condition"


def check_kinks(
    program: Program, gradient: Program, adjoints: Mapping[Name, Name], sizes: Mapping[str, object], seed: str = "symback"
) -> Kinks:
    """The values of the gradients by leaves at points where the loss has a kink, against the gradients around them.

    Leaves that carry a fact are left as they are: nothing around them satisfies it.
    """
    words = conventions(program)
    free = {n: own for n, own in adjoints.items() if n in program.leaf and not program.leaf[n].facts}
    if not words or not free or program.indices(program.loss):
        return Kinks(words)
    return _Search(program, gradient, free, sizes, random.Random(seed)).run(words)


class _Ties(HighPrecision):
    """High precision that counts comparisons of equals."""

    ties = 0

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        self.ties += left == right and left is not right
        return super().holds(relation, left, right)

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        best = super().extreme(kind, values)
        self.ties += sum(v == best for v in values) > 1
        return best


class _Search:
    """Points at kinks, found and judged."""

    def __init__(
        self, program: Program, gradient: Program, adjoints: Mapping[Name, Name], sizes: Mapping[str, object], rng: random.Random
    ) -> None:
        self.program, self.gradient, self.adjoints, self.sizes, self.rng = program, gradient, adjoints, sizes, rng
        self.field = _Ties(DIGITS)
        self.run_: Evaluator | None = None
        self.places = [(n, p) for n in adjoints for p in index_tuples(program.indices(n), sizes)]

    def run(self, words: tuple[str, ...]) -> Kinks:
        points = 0
        for _ in range(TRIES):
            if points == POINTS:
                break
            try:
                says = self._at(draw(self.program, self.sizes, self.rng, grid=True))
            except NumericError:
                continue
            points += says is not None
            if says:
                return Kinks(words, points, says)
        return Kinks(words, points)

    def _at(self, point: Point) -> str | None:
        """Why the value at a point is no subgradient, empty where it is one; None where there is no kink."""
        table = {n: {p: self.field.number(v) for p, v in t.items()} for n, t in point.values.items()}
        if not self._loss_ties(table):
            return None
        value = self._gradients(table)
        ways = [self._way() for _ in range(DIRECTIONS)]
        around = self._around(table, ways)
        if all(self._close(g[k], around[0][k]) for g in (value, *around) for k in self.places):
            return None
        says = self._outside(value, ways, around)
        return self._outside(value, ways, [*around, *self._around(table, [self._way() for _ in range(MANY)])]) if says else says

    def _way(self) -> Vector:
        return {k: self.field.number(number(self.rng)) for k in self.places}

    def _around(self, table: Mapping[str, Mapping[Places, Any]], ways: list[Vector]) -> list[Vector]:
        return [self._gradients(self._moved(table, way, sign)) for way in ways for sign in (1, -1)]

    def _outside(self, value: Vector, ways: list[Vector], around: list[Vector]) -> str:
        for way in ways:
            at, *near = (sum((g[k] * way[k] for k in self.places), self.field.zero) for g in (value, *around))
            low, high = min(near), max(near)
            if not (low <= at <= high or self._close(at, low) or self._close(at, high)):
                return f"the value there is no subgradient: slope {float(at):.4g}, around it {float(low):.4g} to {float(high):.4g}"
        return ""

    def _loss_ties(self, table: Mapping[str, Mapping[Places, Any]]) -> bool:
        self.field.ties = 0
        run = Evaluator(self.program, {n: Entries(t) for n, t in table.items()}, self.sizes, field=self.field)
        run.entry(self.program.loss)
        return self.field.ties > 0

    def _gradients(self, table: Mapping[str, Mapping[Places, Any]]) -> Vector:
        values = {n: Entries(t) for n, t in table.items()}
        self.run_ = self.run_.at(values) if self.run_ else Evaluator(self.gradient, values, self.sizes, field=self.field)
        return {(n, p): self.run_.entry(self.adjoints[n], p) for n, p in self.places}

    def _moved(self, table: Mapping[str, Mapping[Places, Any]], way: Vector, sign: int) -> dict[str, dict[Places, Any]]:
        step = sign * self.field.number(NEAR)
        return {n: {p: v + step * way[n, p] if (n, p) in way else v for p, v in t.items()} for n, t in table.items()}

    def _close(self, left: Any, right: Any) -> bool:
        return bool(abs(left - right) <= (1 + abs(right)) * self.field.power(self.field.number(Fraction(10)), -AGREE))


__all__ = ["Kinks", "check_kinks", "conventions"]

"""Gradients at the sizes 1, 2 and 3 without any rounding: the loss as a number that knows its own derivative.

A dual number ``a + b·ε`` with ``ε² = 0`` carries a value and its change along one direction; the rules of ``+`` and ``·`` are all it
needs. Over fractions both are exact, so a formula that is wrong by any amount is found. Where a loss is not rational, central
differences at 100 digits take their place.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symback.algebra.terms import Kind, Name, Relation
from symback.errors import NumericError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import COMPARE, Irrational, Rationals
from symback.numeric.values import Places, index_tuples
from symback.verify.allowed import number
from symback.verify.differences import AGREE, MOVED, Witness, check_gradients, moving
from symback.verify.sample import Point, draw, possible, symbols_of

SMALL = (1, 2, 3)
MOST_ENTRIES = 150
TRIES = 4


@dataclass
class Small:
    """At which sizes the gradients were run (0: at those of the program), whether all in fractions, and what failed."""

    sizes: tuple[int, ...] = ()
    exact: bool = True
    failed: dict[Name, Witness] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.sizes:
            return ""
        sizes = ", ".join(map(str, self.sizes))
        where = f"size{'s' * (len(self.sizes) > 1)} {sizes}" if self.sizes != (0,) else "its own sizes"
        return f"{where} {'in fractions' if self.exact else f'to {AGREE} digits'}"


@dataclass(frozen=True, slots=True, order=True)
class Dual:
    """``value + change·ε``."""

    value: Fraction
    change: Fraction

    def __add__(self, other: Dual | int) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.change + other.change)

    def __mul__(self, other: Dual | int) -> Dual:
        other = _dual(other)
        return Dual(self.value * other.value, self.value * other.change + self.change * other.value)

    __radd__ = __add__
    __rmul__ = __mul__


def _dual(value: Dual | int) -> Dual:
    return value if isinstance(value, Dual) else Dual(Fraction(value), Fraction(0))


class Duals(Rationals):
    """Dual numbers over fractions as the evaluator's numbers; a function that is not rational stops it."""

    zero, one = _dual(0), _dual(1)

    def number(self, value: Fraction) -> Dual:
        return Dual(Fraction(value), Fraction(0))

    def power(self, base: Dual | int, exponent: Dual | int) -> Dual:
        base, exponent = _dual(base), _dual(exponent)
        if exponent.change or exponent.value.denominator != 1:
            raise Irrational
        k = int(exponent.value)
        if not base.value and k < 0:
            raise NumericError("1/0", "division by zero", "give values where it is defined")
        return Dual(base.value**k, k * base.value ** (k - 1) * base.change if k else Fraction(0))

    def holds(self, relation: Relation, left: Dual | int, right: Dual | int) -> bool:
        left, right = _dual(left), _dual(right)
        if left.value == right.value and left.change != right.change:
            raise NumericError("a comparison", "both sides are equal", "take a point away from kinks")
        return bool(COMPARE[relation](left.value, right.value))

    def extreme(self, kind: Kind, values: Sequence[Dual | int]) -> Dual:
        known = [_dual(v) for v in values]
        best = (max if kind == "max" else min)(known, key=lambda v: v.value)
        if any(v.value == best.value and v.change != best.change for v in known):
            raise NumericError("a maximum", "it is attained twice", "take a point away from kinks")
        return best


def run_small(program: Program, gradient: Program, adjoints: Mapping[Name, Name], seed: str = "small") -> Small:
    """Every gradient (name → its gradient's name) against the change of the loss, at one point of each small size.

    Sizes at which the program cannot be, or has very many entries, are left out. A program without symbolic sizes is run at its own,
    if fractions do.
    """
    found = Small()
    rng = random.Random(seed)
    for least, sizes in _choices(program):
        failed = _at(program, gradient, adjoints, sizes, rng, found)
        if failed is not None:
            found.sizes = (*found.sizes, least)
            found.failed.update(failed)
        if found.failed:
            break
    return found


def _choices(program: Program) -> Iterator[tuple[int, Mapping[str, object]]]:
    symbols, tables = symbols_of(program)
    for k in SMALL if symbols or tables else (0,):
        sizes: dict[str, object] = {**dict.fromkeys(symbols, k), **{name: [k] * (k + 3) for name in tables}} if k else dict(program.sizes)
        if possible(program, sizes):
            entries = sum(1 for leaf in program.leaves for _ in index_tuples(leaf.indices, sizes))
            if entries <= MOST_ENTRIES:
                yield k, sizes


def _at(
    program: Program, gradient: Program, adjoints: Mapping[Name, Name], sizes: Mapping[str, object], rng: random.Random, found: Small
) -> dict[Name, Witness] | None:
    """What fails at one choice of sizes; None where no point could be used."""
    for turn in range(TRIES if found.exact else 0):
        try:
            point = draw(program, sizes, rng, positive=turn > 1)
            return _exact(program, gradient, adjoints, point, rng)
        except NumericError:
            continue
        except Irrational:
            found.exact = False
            break
    if found.exact or symbols_of(program) == ((), ()):
        return None
    outcome = check_gradients(program, gradient, adjoints, 1, sizes=[sizes])
    return {**outcome.lacking, **outcome.failed} if outcome.points else None


def _exact(program: Program, gradient: Program, adjoints: Mapping[Name, Name], point: Point, rng: random.Random) -> dict[Name, Witness]:
    """The names whose gradient is not the change of the loss, each with an entry that is wrong."""
    moved, own = moving(program, adjoints)
    values: dict[Name, Entries] = {n: Entries({p: Dual(v, Fraction(0)) for p, v in t.items()}) for n, t in point.values.items()}
    run = Evaluator(gradient, values, point.sizes, field=Duals())
    weights = {p: number(rng) for p in index_tuples(program.indices(program.loss), point.sizes)}
    weights = weights if () not in weights else {(): Fraction(1)}
    slopes = {name: _slopes(run, program, gradient, name, adjoints[name], weights) for name in adjoints}
    directions = {name: {p: number(rng) for p in table} for name, table in slopes.items()}

    def change(part: Mapping[Name, Mapping[Places, Fraction]]) -> Fraction:
        there = dict(values)
        for name, table in directions.items():
            along = part.get(name, {})
            if name in own:
                there[own[name]] = Entries({p: Dual(along.get(p, Fraction(0)), Fraction(0)) for p in table})
            else:
                there[name] = Entries({p: Dual(v.value, along.get(p, Fraction(0))) for p, v in values[name].entries.items()})
        there[MOVED] = Entries({(): Dual(Fraction(0), Fraction(1))})
        moving_run = Evaluator(moved, there, point.sizes, field=Duals())
        return sum((w * _dual(moving_run.entry(program.loss, p)).change for p, w in weights.items()), Fraction(0))

    def wrong(part: Mapping[Name, Mapping[Places, Fraction]]) -> bool:
        return change(part) != sum(slopes[n][p] * v for n, table in part.items() for p, v in table.items())

    if not wrong(directions):
        return {}
    found: dict[Name, Witness] = {}
    for name, table in directions.items():
        if wrong({name: table}):
            for p in table:
                single = {name: {p: Fraction(1)}}
                if wrong(single):
                    found[name] = Witness(str(adjoints[name]), p, float(slopes[name][p]), float(change(single)), point)
                    break
    return found


def _slopes(
    run: Evaluator, program: Program, gradient: Program, name: Name, adjoint: Name, weights: Mapping[Places, Fraction]
) -> dict[Places, Fraction]:
    """The entries of a gradient by the places of the name, the places of the result weighed out."""
    lead = len(gradient.indices(adjoint)) - len(program.indices(name))
    above = weights if lead else {(): Fraction(1)}
    return {
        p: sum((w * _dual(run.entry(adjoint, (*r, *p))).value for r, w in above.items()), Fraction(0))
        for p in index_tuples(program.indices(name), run.sizes)
    }

"""Every gradient of every core program against differences of its loss alone, at 100 digits."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from core_cases import CASES, Case

from symback.algebra.terms import ZERO
from symback.derivation import derive
from symback.numeric.evaluate import Evaluator
from symback.numeric.values import index_tuples

STEP = Fraction(1, 10**33)


def drawn(case: Case, rng: random.Random) -> dict[str, object]:
    """Decimals of at most four digits, between 0.2 and 1.8 in size: away from the kinks at 0, no two alike."""
    values: dict[str, object] = {}
    for leaf in case.program.leaves:
        entries = {
            places: Fraction(rng.randint(2000, 18000), 10000) * rng.choice((1, -1)) for places in index_tuples(leaf.indices, case.sizes)
        }
        positive = any(f.kind == "positive" for f in leaf.facts)
        values[leaf.name] = nested({p: abs(v) if positive else v for p, v in entries.items()})
    return values


def nested(entries: dict[tuple[int, ...], object]) -> object:
    if () in entries:
        return entries[()]
    firsts = dict.fromkeys(p[0] for p in entries)
    return [nested({p[1:]: v for p, v in entries.items() if p[0] == first}) for first in firsts]


def moved(value: object, direction: object, step: Fraction) -> object:
    if isinstance(value, list):
        return [moved(v, d, step) for v, d in zip(value, direction, strict=True)]
    return Fraction(value) + step * direction


def dotted(gradient: object, direction: object) -> object:
    if isinstance(direction, list):
        return sum(dotted(g, d) for g, d in zip(gradient, direction, strict=True))
    return gradient * direction.numerator / direction.denominator


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_gradients_agree_with_differences_of_the_loss(case):
    derivation = derive(case.program)
    gradients = derivation.gradient_program()
    rng = random.Random(case.name)
    values = drawn(case, rng) | case.fixed
    for leaf in case.program.leaves:
        if leaf.name in case.fixed and leaf.role == "target":
            continue
        direction = drawn(case, rng)[leaf.name]
        sides = []
        for sign in (1, -1):
            there = values | {leaf.name: moved(values[leaf.name], direction, sign * STEP)}
            sides.append(Evaluator(case.program, there, case.sizes, digits=100).entry(case.program.loss))
        difference = (sides[0] - sides[1]) / 2 * 10**33
        run = Evaluator(gradients, values, case.sizes, digits=100)
        exact = dotted(read(run, derivation.adjoint(leaf.name), leaf.indices, case.sizes), direction)
        assert abs(exact - difference) < (1 + abs(difference)) * 10**-50, leaf.name


def read(run, name, indices, sizes):
    return nested({p: run.entry(name, p) for p in index_tuples(indices, sizes)})


@pytest.mark.parametrize("case", [c for c in CASES if c.zero], ids=lambda c: c.name)
def test_a_zero_gradient_has_a_reason(case):
    derivation = derive(case.program)
    for name in case.zero:
        assert derivation.adjoints[name].result is ZERO
        assert derivation.adjoints[name].reason

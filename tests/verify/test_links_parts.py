"""What chains are judged with: the numbers that may be put in, values by hand, ways of the chain rule, sizes of values."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import symback as sb
from symback.algebra.sizes import Index
from symback.algebra.terms import Partial, ref, term
from symback.numeric.worked import with_rate
from symback.verify.hand import Hand, Numbers
from symback.verify.identity import aligned
from symback.verify.parts import Parts
from symback.verify.printed import number
from symback.verify.sized import at_values
from symback.verify.telescope import Node, missed

ROOT = Path(__file__).parents[2]
HOUSE = sb.load(ROOT / "tests" / "seeds" / "house.toml").program
STEP = ref("W2", 0, 0) - ref("rate") * ref(Partial("L", "W2"), 0, 0)


def numbers(network):
    program = with_rate(network)
    gradient = sb.Network.from_program(program).derive().core.gradient_program(["W2"])
    return Numbers(Hand(network), gradient)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("0.484", True),  # an activation
        ("0.516", True),  # 1 minus it
        ("0.2497", True),  # a slope
        ("0.351", True),  # two factors of a gradient
        ("0.1133", True),  # a step
        ("0.485", False),
        ("0.5666", True),  # the gradient, unrounded before
        ("0.5763", False),
    ],
)
def test_the_numbers_that_may_be_put_in(text, known):
    assert Parts(Hand(HOUSE)).know(number(term(text))) is known


def test_a_formula_has_its_exact_value_and_the_one_by_hand():
    found = numbers(HOUSE).values(STEP)
    assert Decimal("0.18674") in found
    assert any(abs(v - Decimal("0.186675")) < Decimal("0.000001") for v in found), found


def test_by_hand_nothing_strays_where_a_policy_says_how_it_is_rounded():
    free = replace(HOUSE, rounding=None)
    assert numbers(HOUSE).strays(STEP) == 0
    assert Decimal("0.0009") < numbers(free).strays(STEP) < Decimal("0.0011")
    assert numbers(free).strays(ref("h1", 0)) == 0


def test_the_quantity_that_a_way_goes_around():
    def d(of, by, *places):
        return ref(Partial(of, by), *places)

    through = d("L", "h2", 0) * d("h2", "h1", 0, 0)
    assert missed(d("L", "W1", 0, 0), through * d("h1", "W1", 0, 0, 0), HOUSE, {}) is None
    around = missed(d("L", "x", 0), through * d("h1", "x", 0, 0), HOUSE, {})
    assert isinstance(around, Node)
    assert str(around) == "h1[1]"
    assert isinstance(missed(d("L", "x", 0), d("L", "x", 0), HOUSE, {}), str)


def test_a_column_is_a_vector_and_a_row_is_not():
    i, one, j = Index("i", 3), Index("k", 1), Index("j", 3)
    assert aligned((i,), (j, one)) is not None
    assert aligned((i,), (one, j)) is None
    assert aligned((one,), ()) is not None


def test_sizes_of_the_values():
    program = sb.load(ROOT / "examples" / "house_price.toml").program
    fixed, says = at_values(program)
    assert [s.constant for s in fixed.leaf["W1"].shape] == [2, 2]
    assert "k = 1" in says
    ones, only = at_values(program, ones=True)
    assert only == "k = 1"
    assert ones.leaf["W2"].shape[0].constant == 1
    assert ones.leaf["W2"].shape[1].constant is None
    assert at_values(replace(program, values={}, sizes={})) is None

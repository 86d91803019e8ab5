"""Numbers that come out of decimals stay decimals while they have few digits."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symback.algebra.terms import Num, ref, term
from symback.simplify.arithmetic import arithmetic
from symback.simplify.shape import number_like

x = ref("x")


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("3/20", "0.15"),
        ("-3/20", "-0.15"),
        ("1/2", "0.5"),
        ("12/5", "2.4"),
        ("134145/1000000", "0.134145"),
        ("1/3", None),
        ("2", None),
        ("1/1000000000000", "0.000000000001"),
        ("1/10000000000000", None),
    ],
)
def test_number_like(value, literal):
    found = number_like(Fraction(value), [Num(Fraction(1, 20), "0.05")])
    assert (found.value, found.literal) == (Fraction(value), literal)


def test_without_a_decimal_a_ratio_stays_a_ratio():
    assert number_like(Fraction(3, 20), [Num(3), Num(Fraction(1, 20))]).literal is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (3 * x * term("0.044715"), term("0.134145") * x),
        (term("0.5") * x * 2, x),
        (x + term("0.25") + term("0.5"), x + term("0.75")),
        (-term("1.702") * x, term("-1.702") * x),
    ],
)
def test_arithmetic_keeps_decimals(before, after):
    assert arithmetic(before) is after

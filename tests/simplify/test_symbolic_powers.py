"""Powers with symbolic exponents: what divides cancels, and a number goes into an exponent only where that holds one."""

from __future__ import annotations

import pytest

from symback.algebra.terms import ONE, TWO, Add, apply, ref
from symback.simplify.products import collect
from symback.simplify.quotients import common_factor, expand
from symback.simplify.shape import key

u, g, h, x = ref("u"), ref("g"), ref("h"), ref("x")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (u**g * u**g, u ** (2 * g)),
        (u**g * u**h, u ** Add((g, h))),
        (u ** (g - 1) * u, u**g),
        (u ** (g + 1) / u, u**g),
        (u**g / u**g, ONE),
        (x * u**g / u**g, x),
        (u**g * u, u**g * u),
        (u**g * u**2 / u, u**g * u),
        (u ** (g - 1) * u**2, u ** Add((g, ONE))),
        (TWO**g * TWO**g, TWO ** (2 * g)),
    ],
)
def test_collected(before, after):
    assert key(collect(before)) == key(collect(after))
    assert key(collect(before)) == key(after)


def test_one_sum_is_spread_and_the_power_taken_out():
    """(γ u^(γ−1) log p − u^γ/p) p u = u^γ (γ p log p − u), with u = 1 − p."""
    p = ref("p")
    below = 1 - p
    spread = expand((g * below ** (g - 1) * apply("log", p) - below**g / p) * p * below)
    assert key(spread) == key(Add((g * below**g * apply("log", p) * p, -(below**g * below))))
    assert key(common_factor(spread)) == key((g * apply("log", p) * p - below) * below**g)

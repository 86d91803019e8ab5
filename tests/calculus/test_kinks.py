"""At a kink the gradient takes the stated value, and that value lies in the subdifferential."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symback.api import Network
from symback.numeric.evaluate import Evaluator

X = {"x": {"role": "weight", "shape": ["n"]}, "g": {"shape": ["n"]}}
STEP = Fraction(1, 10**30)


def gradient(forward, x, symbols=X, g=(1, 1, 1)):
    core = Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L"}).derive(["x"]).core
    run = Evaluator(
        core.gradient_program(["x"]), {"x": x, "g": list(g)[: len(x)]} if "g" in symbols else {"x": x}, {"n": len(x)}, digits=80
    )
    return [run.entry(core.adjoint("x"), (k,)) for k in range(len(x))]


def slopes(forward, x, place, symbols=X, g=(1, 1, 1)):
    """The one-sided slopes of the loss along one entry."""
    program = Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L"}).program

    def loss(shift):
        there = [Fraction(v) + (shift if k == place else 0) for k, v in enumerate(x)]
        values = {"x": there, "g": list(g)[: len(x)]} if "g" in symbols else {"x": there}
        return Evaluator(program, values, {"n": len(x)}, digits=80).entry("L")

    middle = loss(0)
    return sorted([(middle - loss(-STEP)) * 10**30, (loss(STEP) - middle) * 10**30])


CASES = [
    ("rectifier", "L = sum(g*relu(x))", [0, 1, -1], [0, 1, 0]),
    ("rectifier as a maximum", "L = sum(g*maximum(x, 0))", [0, 1, -1], [0, 1, 0]),
    ("absolute value", "L = sum(g*abs(x))", [0, 2, -2], [0, 1, -1]),
    ("sign", "L = sum(g*x*sign(x))", [0, 2, -2], [0, 1, -1]),
    ("a maximum attained twice", "L = max(x)", [3, 1, 3], ["1/2", 0, "1/2"]),
    ("a maximum attained everywhere", "L = max(x)", [2, 2, 2], ["1/3", "1/3", "1/3"]),
    ("a minimum attained twice", "L = min(x)", [1, 1, 3], ["1/2", "1/2", 0]),
]


@pytest.mark.parametrize(("name", "forward", "x", "expected"), CASES, ids=[c[0] for c in CASES])
def test_value_at_the_kink(name, forward, x, expected):
    found = gradient(forward, x)
    assert all(
        abs(value - Fraction(wanted).numerator / value.context.mpf(Fraction(wanted).denominator)) < 1e-60
        for value, wanted in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(("name", "forward", "x", "expected"), CASES, ids=[c[0] for c in CASES])
def test_value_lies_between_the_one_sided_slopes(name, forward, x, expected):
    for place, value in enumerate(gradient(forward, x)):
        low, high = slopes(forward, x, place)
        assert low - 1e-20 <= value <= high + 1e-20


def test_a_median_tie_of_a_sort_keeps_the_first():
    assert gradient("L = sum(g*sort(x))", [2, 2, 1], g=(5, 7, 11)) == [7, 11, 5]

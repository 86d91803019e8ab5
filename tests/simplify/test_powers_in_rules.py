"""Rules that read an exponent keep the value at whole, broken, negative and symbolic ones."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

import symback as sb
from symback.algebra.terms import MINUS_ONE, ONE, Mul, Num, Pow, apply, ref
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator
from symback.simplify.functions import IDENTITIES, one_function
from symback.simplify.rules import simplify

x, a, p = ref("x"), ref("a"), ref("p")
EXPONENTS = ("1", "2", "3", "-1", "-2", "0.5", "1.5", "-0.5", "-1.5", "2.5", "(1/3)", "p", "(-p)", "(p + 1)", "(2*p)")
AT = ({"x": 0.7, "a": 1.3, "p": 0.6}, {"x": 1.9, "a": 0.4, "p": 2.0}, {"x": 0.3, "a": 2.2, "p": -1.4})

PROGRAM = Program("powers", tuple(Leaf(name) for name in ("x", "a", "p")), (), ())
RUNS = tuple(Evaluator(PROGRAM, at, {}, digits=40) for at in AT)


def exponent(text):
    return {"p": p, "(-p)": Mul((MINUS_ONE, p)), "(p + 1)": p + 1, "(2*p)": 2 * p, "(1/3)": Num(Fraction(1, 3))}.get(text) or Num(
        Fraction(text)
    )


@pytest.mark.parametrize("op", sorted({identity.op for identity in IDENTITIES}))
@pytest.mark.parametrize("text", EXPONENTS)
def test_a_product_that_is_one_function_keeps_its_value(op, text):
    """Every factor that an identity asks for, at every exponent and beside every other."""
    for identity in (i for i in IDENTITIES if i.op == op):
        for u in (x, Pow(x, exponent(text)), Pow(apply("exp", x), exponent(text)), a * Pow(x, exponent(text)), Mul((x, x)), 2 * x):
            parts = [Pow(base, Num(power)) if power != 1 else base for base, power in identity.needs(u).items()]
            for more in (ONE, x, Pow(x, exponent(text)), Pow(parts[0], exponent(text))):
                before = Mul((*parts, more))
                for after in (one_function(before), simplify(before)):
                    for run in RUNS:
                        assert float(run.term(after)) == pytest.approx(float(run.term(before)), rel=1e-12), (before, after)


FORMS = (
    "abs(exp(x)**{e})", "abs(x**{e})", "sign(exp(x)**{e})*exp(x)", "sign(x**{e})*x**2", "abs((a*x)**{e})", "abs((2**x)**{e})", "abs(sigmoid(x)**{e})", "relu(x**{e})**2", "relu(exp(x)**{e})",
    "exp(x)**{e}/(1 + exp(x))", "exp(x)**{e}/(1 + exp(x))**{e}", "1/(1 + exp(x))**{e}", "1/(1 + exp(-x))**{e}", "sinh(x)**{e}/cosh(x)", "(sinh(x)/cosh(x))**{e}", "log(x**{e})", "log(exp(x)**{e})", "exp(log(x)*{e})",
    "sqrt(x**{e})", "(x**{e})**{e}", "(x**2)**{e}", "(x**{e})**2", "(a*x)**{e}/x", "(x + a)**{e}/(x + a)**2", "x**{e}*x**{e}", "sum(v**{e})*x", "prod(v**{e})*x", "mean(abs(v)**{e})*x", "max(v**{e})*x", "norm(v, 3)**{e}*x", "tanh(x)**{e}*cosh(x)**{e}",
    "u**{e}/u", "abs(u**{e})", "(1 - u**{e})*u", "abs(u)**{e}", "sign(u)*abs(u)**{e}", "(u*x)**{e}", "u**2*u**{e}",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", EXPONENTS)
def test_a_gradient_has_the_slope_of_its_loss(form, text):
    """Right by differences of the very loss, along every symbol, with a definition between or none."""
    loss = form.format(e=text)
    symbols = {"x": {"role": "weight"}, "a": {"role": "weight"}, "p": {"role": "weight"}, "v": {"role": "weight", "shape": ["3"]}}
    forward = f"u = exp(x)\nL = {loss}" if "u" in loss.replace("sum", "").replace("relu", "") else f"L = {loss}"
    derived = sb.Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L"}).derive()
    model = derived.compile()
    at = {**AT[0], "v": [0.8, 1.7, 0.4]}
    gradients = model.gradients(at)[1]
    for name in ("x", "a", "p"):
        h = 1e-4
        ahead = [float(model.forward({**at, name: at[name] + k * h})["L"]) for k in (-2, -1, 1, 2)]
        slope = (8 * (ahead[2] - ahead[1]) - (ahead[3] - ahead[0])) / (12 * h)
        assert float(gradients[name]) == pytest.approx(slope, rel=1e-7, abs=1e-9), (name, derived)
        assert math.isfinite(gradients[name])

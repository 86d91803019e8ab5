"""Stable forms: however a function was spelled, the source is finite where the true value is."""

from __future__ import annotations

import numpy as np
import pytest

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import apply, bracket, ref, total
from symback.derivation import derive
from symback.network.program import Leaf, Program
from symback.numeric.compile import compile_source
from symback.numeric.evaluate import Evaluator
from symback.numeric.source import source
from symback.reading.files import from_dict

i, j, k = Index("i", "n"), Index("j", "m"), Index("k", "m")
x, s = ref("x", i), lambda at: ref("S", i, at)
X, S = Leaf("x", (i,)), Leaf("S", (i, j))


def exp(u):
    return apply("exp", u)


def log(u):
    return apply("log", u)


def one(body):
    return [Definition("y", (i,), body)]


SPELLED = {
    "sigmoid": one(1 / (1 + exp(-x))),
    "sigmoid the other way": one(exp(x) / (1 + exp(x))),
    "slope of the sigmoid": one(exp(-x) / (1 + exp(-x)) ** 2),
    "log of a sigmoid": one(log(1 / (1 + exp(-x)))),
    "log of its complement": one(log(1 - 1 / (1 + exp(-x)))),
    "tanh": one((exp(x) - exp(-x)) / (exp(x) + exp(-x))),
    "quotient of hyperbolic functions": one(3 * apply("sinh", x) / apply("cosh", x)),
    "log of the hyperbolic cosine": one(log(apply("cosh", x))),
    "softplus": one(log(1 + exp(x))),
    "cross-entropy over names": [
        Definition("p", (i,), 1 / (1 + exp(-x))),
        Definition("y", (i,), -(0 * log(ref("p", i)) + log(1 - ref("p", i)))),
    ],
    "named sigmoid": [Definition("p", (i,), apply("sigmoid", x)), Definition("y", (i,), log(ref("p", i)) + log(1 - ref("p", i)))],
    "normal distribution": one(apply("Phi", x)),
}
OVER_NAMES = [Definition("E", (i, j), exp(s(j))), Definition("Z", (i,), total([j], ref("E", i, j)))]
ROWWISE = {
    "softmax": [Definition("y", (i, j), exp(s(j)) / total([k], exp(s(k))))],
    "softmax over names": [*OVER_NAMES, Definition("y", (i, j), ref("E", i, j) / ref("Z", i))],
    "log-softmax": [Definition("p", (i, j), exp(s(j)) / total([k], exp(s(k)))), Definition("y", (i, j), log(ref("p", i, j)))],
    "log-sum-exp": [Definition("y", (i,), log(total([j], exp(s(j)))))],
    "causal softmax": [
        Definition("y", (i, j), bracket(j, "<=", i) * exp(s(j)) / total([k], bracket(k, "<=", i) * exp(s(k)))),
    ],
}
POINTS = [-1000.0, -40.0, -1.0, 0.0, 1.0, 40.0, 1000.0]


def check(leaf, definitions, value, dtype, close):
    program = Program("stable", (leaf,), tuple(definitions), ("y",))
    values = {leaf.name: value}
    got = compile_source(source(program, program, dtype))["forward"](values)["y"]
    exact = np.array(Evaluator(program, values, digits=800).array("y"), dtype=float)
    assert np.isfinite(got).all()
    np.testing.assert_allclose(got, exact, rtol=close, atol=close)


@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("name", SPELLED)
def test_spelled_out_functions(name, dtype, close):
    check(X, SPELLED[name], POINTS, dtype, close)


@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("name", ROWWISE)
def test_softmax_and_its_kin(name, dtype, close):
    rows = [[1000.0, 999.0, -1000.0, 3.0], [0.0, -700.0, 0.5, 0.25], [-1000.0, -1001.0, -999.5, -1000.0], [1.0, 2.0, 800.0, 5.0]]
    check(S, ROWWISE[name], rows, dtype, close)


EXTREME = {
    "sigmoid cross-entropy": ({"p": "1 / (1 + exp(-z))", "L": "-sum(y*log(p) + (1 - y)*log(1 - p))"}, [1000.0, -1000.0, 37.0, 0.0]),
    "softmax cross-entropy": ({"p": "exp(z) / sum(exp(z))", "L": "-sum(y*log(p))"}, [1000.0, -1000.0, 999.0, 0.0]),
    "tanh": ({"h": "(exp(z) - exp(-z)) / (exp(z) + exp(-z))", "L": "sum((y - h)**2)"}, [1000.0, -1000.0, 0.5, 0.0]),
}


@pytest.mark.parametrize("name", EXTREME)
def test_loss_and_gradient_of_extreme_logits(name):
    forward, z = EXTREME[name]
    symbols = {"z": {"role": "weight", "shape": ["n"]}, "y": {"role": "target", "shape": ["n"]}}
    program = from_dict({"symbols": symbols, "forward": forward, "loss": "L"})
    gradient = derive(program).gradient_program(("z",))
    values = {"z": z, "y": [1.0, 0.0, 0.0, 0.0]}
    loss, gradients = compile_source(source(program, gradient))["gradients"](values)
    exact = Evaluator(gradient, values, digits=1000)
    assert loss == pytest.approx(float(exact.entry("L")), rel=1e-12, abs=1e-15)
    np.testing.assert_allclose(gradients["z"], np.array(exact.array(gradient.results[0]), dtype=float), rtol=1e-9, atol=1e-15)

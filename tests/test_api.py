"""The faces of Network, Derivation and Formula."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import sympy as sp

import symback as sb
from symback.typeset.style import Style

LOGISTIC = {
    "name": "logistic",
    "symbols": {"w": {"role": "weight"}, "x": {}, "y": {"role": "target"}, "unused": {"role": "bias"}},
    "forward": "z = w*x\np = 1/(1 + exp(-z))",
    "loss": {"L": "-(y*log(p) + (1 - y)*log(1 - p))"},
}
LAYER = {
    "name": "layer",
    "symbols": {"W": {"role": "weight", "shape": ["m", "n"]}, "x": {"shape": ["n"]}, "y": {"role": "target", "shape": ["m"]}},
    "forward": "h = tanh(W @ x)",
    "loss": {"L": "sum((y - h)**2)/2"},
}
DEPTH = {
    "name": "recurrence",
    "symbols": {
        "W": {"role": "weight", "shape": ["n", "n"]},
        "x": {"shape": ["T", "n"]},
        "h": {"role": "intermediate", "shape": ["T", "n"]},
    },
    "forward": {"h[t, i]": "tanh(sum(W[i, k]*h[t - 1, k] for k in range(n)) + x[t, i]) if t >= 1 else x[t, i]"},
    "loss": {"L": "sum(h**2)/2"},
}


@pytest.fixture
def logistic():
    return sb.Network.from_dict(LOGISTIC).derive()


def test_gradients_are_those_of_weights_and_biases_in_order(logistic):
    assert list(logistic.gradients) == ["w", "unused"]
    assert logistic["z"].text() == "∂L/∂z = p − y"
    assert str(logistic["w"]) == "∂L/∂w = ∂L/∂z·x"
    assert repr(logistic) == "∂L/∂z = p − y\n∂L/∂w = ∂L/∂z·x\n∂L/∂unused = 0"


def test_a_zero_gradient_says_why(logistic):
    assert logistic["unused"].reason == "L does not depend on unused"
    assert logistic["w"].reason == ""


def test_a_name_may_be_a_sympy_symbol(logistic):
    assert logistic[sp.Symbol("w")].text() == logistic["w"].text()


def test_as_sympy_and_as_functions(logistic):
    formula = logistic["w"]
    w, y, x = sp.symbols("w y x")
    slope = 1 / (1 + math.exp(-1)) - 1
    assert sp.simplify(formula.sympy(over="leaves") - (1 / (1 + sp.exp(-w * x)) - y) * x) == 0
    assert formula.reads("leaves") == ("p", "y", "x")
    assert formula.lambdify().names == ("w", "x", "y")
    assert formula.lambdify()(0.5, 2.0, 1.0) == formula.lambdify()(y=1.0, w=0.5, x=2.0) == pytest.approx(2 * slope)
    assert formula.lambdify(over="names")(x=2.0, dL_dz=-0.25) == pytest.approx(-0.5)
    values = {"w": 0.3, "x": 2.0, "y": 1.0, "unused": 0.0}
    assert formula.numpy()(values) == pytest.approx((1 / (1 + math.exp(-0.6)) - 1) * 2)


def test_a_formula_with_indices_is_no_scalar_function():
    formula = sb.Network.from_dict(LAYER).derive()["W"]
    with pytest.raises(sb.DeclarationError, match="numpy"):
        formula.lambdify()
    rng = np.random.default_rng(1)
    values = {"W": rng.normal(size=(3, 2)), "x": rng.normal(size=2), "y": rng.normal(size=3)}
    h = np.tanh(values["W"] @ values["x"])
    np.testing.assert_allclose(formula.numpy()(values), np.outer((h - values["y"]) * (1 - h**2), values["x"]), rtol=1e-12)


def test_notations_and_views():
    formula = sb.Network.from_dict(LAYER).derive()["W"]
    assert formula.text() == "∂L/∂W = (∂L/∂h ⊙ (1 − h²)) xᵀ"
    assert formula.text(over="leaves") == "∂L/∂W = −((y − h) ⊙ (1 − h²)) xᵀ"
    assert formula.text(notation="index").startswith("∂L/∂W[i,j] = ")
    assert formula.latex(style=Style(derivative="d")).startswith(r"\frac{\mathrm{d} L}{\mathrm{d} W} = ")
    with pytest.raises(sb.DeclarationError, match="matrix, index, scalar"):
        formula.text(notation="tensor")
    with pytest.raises(sb.DeclarationError, match="leaves"):
        formula.text(over="twigs")


def test_an_unknown_name_gets_a_suggestion(logistic):
    with pytest.raises(sb.DeclarationError, match="did you mean unused"):
        logistic["unusd"]
    with pytest.raises(sb.DeclarationError, match="q is not declared"):
        sb.Network.from_dict(LOGISTIC).derive(["q"])


def test_facts_used_are_listed():
    network = {
        "symbols": {"z": {"role": "weight", "shape": ["n"]}, "y": {"shape": ["n"], "facts": ["one-hot"]}},
        "forward": "p = exp(z)/sum(exp(z))\nL = -sum(y*log(p))", "loss": "L",
    }  # fmt: skip
    formula = sb.Network.from_dict(network).derive()["z"]
    assert formula.text() == "∂L/∂z = p − y"
    assert [(name, fact.kind) for name, fact in formula.facts] == [("y", "sums to one")]
    assert "sums to one" in formula.steps[-1].says or any("sums to one" in s.says for s in formula.steps)


def _blocks(prefix):
    symbols = {f"{prefix}x": {"shape": ["n"]}} | {f"{prefix}W{k}": {"role": "weight", "shape": ["n", "n"]} for k in (1, 2, 3)}
    names = [f"{prefix}{name}" for name in ("x", "h1", "h2", "h3")]
    forward = {}
    for k, (before, h) in enumerate(itertools.pairwise(names), start=1):
        forward |= {f"{prefix}z{k}": f"{prefix}W{k} @ {before}", h: f"tanh({prefix}z{k})"}
    return sb.Network.from_dict({"symbols": symbols, "forward": forward, "loss": {"L": f"sum({names[-1]}**2)/2"}})


@pytest.mark.parametrize("prefix", ["q", "r"])
def test_gradients_alike_name_the_first_of_them(prefix):
    """Within one network: what an earlier one of the same process left behind does not show."""
    derivation = _blocks(prefix).derive()
    likes = {name: derivation[f"{prefix}{name}"].like for name in ("W1", "W2", "W3", "h3", "h2", "h1", "x")}
    first = {"W2": "W1", "W3": "W1", "h1": "h2"}
    assert likes == {name: prefix + first[name] if name in first else "" for name in likes}
    assert derivation["L"].like == ""


def test_along_a_recurrence_the_gradient_keeps_reading_itself():
    formula = sb.Network.from_dict(DEPTH).derive()["W"]
    assert "∂L/∂h" in formula.text(over="leaves")


def test_evidence_and_verification(logistic):
    assert logistic["w"].evidence.verdict == "proved"
    assert logistic.verify().ok

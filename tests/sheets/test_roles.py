"""What quantities are called on a sheet, and the sections that only some networks get: nothing is said that the structure does not tell."""

from __future__ import annotations

import pytest

import symback as sb
from symback.numeric.kinds import Kinds
from symback.sheets.build import full, sheet
from symback.sheets.roles import called
from symback.sheets.subject import Options
from symback.typeset.style import DEFAULT

WEIGHT, TARGET = {"role": "weight"}, {"role": "target"}

NETWORKS = {
    "layers of columns": (
        {"x": {"shape": ["n"]}, "W": {**WEIGHT, "shape": ["m", "n"]}, "b": {"role": "bias", "shape": ["m"]}, "y": {**TARGET, "shape": ["m"]}},
        "z = W @ x + b\nh = tanh(z)\np = exp(h)",
        "sum((p - y)**2)",
        {"z": "pre-activation", "h": "activation", "p": "prediction", "L": "loss"},
        True,
    ),
    "layers of rows": (
        {"X": {"shape": ["s", "n"]}, "W": {**WEIGHT, "shape": ["n", "m"]}, "b": {"role": "bias", "shape": ["m"]}, "Y": {**TARGET, "shape": ["s", "m"]}},
        "Z = X @ W + b\nP = sigmoid(Z)",
        "sum((P - Y)**2)",
        {"Z": "pre-activation", "P": "prediction"},
        False,
    ),
    "attention": (
        {"X": {"shape": ["m", "n"]}, "Wq": {**WEIGHT, "shape": ["n", "n"]}, "Wk": {**WEIGHT, "shape": ["n", "n"]}, "G": {**TARGET, "shape": ["m", "n"]}},
        "Q = X @ Wq\nK = X @ Wk\nS = Q @ K.T\nA = softmax(S, axis=1)\nO = A @ X",
        "sum((O - G)**2)",
        {"Q": "", "K": "", "S": "", "A": "", "O": "prediction"},
        False,
    ),
    "a norm": (
        {"x": {"shape": ["n"]}, "g": {**WEIGHT, "shape": ["n"]}, "t": {**TARGET, "shape": ["n"]}},
        "mu = mean(x)\nu = x - mu\ny = g*u",
        "sum((y - t)**2)",
        {"mu": "", "u": "", "y": "prediction"},
        False,
    ),
    "gates": (
        {"x": {"shape": ["n"]}, "U": {**WEIGHT, "shape": ["m", "n"]}, "V": {**WEIGHT, "shape": ["m", "n"]}},
        "i = sigmoid(U @ x)\ng = tanh(V @ x)\nc = i*g",
        "sum(c**2)",
        {"i": "activation", "g": "activation", "c": ""},
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_quantities_are_called_what_they_are_or_nothing(name):
    symbols, forward, loss, expected, told = NETWORKS[name]
    derivation = sb.Network.from_dict({"symbols": symbols, "forward": forward, "loss": {"L": loss}}).derive()
    program = derivation.core.program
    assert {n: called(n, program, Kinds(program)) for n in expected} == expected
    assert ("procedure" in [s.key for s in sheet(derivation.core, derivation.wanted).sections]) is told


def test_a_sheet_holds_no_diagnostics():
    """A value at which SymPy has nothing to say, a size it cannot try: that is for the report, not for the handout."""
    symbols = {"A": {"shape": ["n", "n"], "facts": ["invertible"]}, "w": {**WEIGHT, "shape": ["n"]}}
    derivation = sb.Network.from_dict({"symbols": symbols, "forward": "u = inv(A) @ w", "loss": {"L": "sum(u**2)"}}).derive()
    record = full(derivation.core, derivation.wanted, DEFAULT, Options())
    assert "not asked" not in str(record["evidence"])
    row = derivation.verify()["w"]
    assert row.not_asked
    assert "not asked" not in row.route


def test_a_softmax_after_the_last_layer_is_not_called_linear():
    symbols = {"x": {"shape": [2]}, "W": {**WEIGHT, "shape": [3, 2]}, "b": {"role": "bias", "shape": [3]}, "y": {**TARGET, "shape": [3]}}
    derivation = sb.Network.from_dict(
        {"symbols": symbols, "forward": "z = W @ x + b\np = softmax(z)", "loss": {"L": "-sum(y*log(p))"}}
    ).derive()
    figure = sheet(derivation.core, derivation.wanted)["network"].parts[0]
    assert figure.kind == "figure"
    assert "linear" not in figure.typst

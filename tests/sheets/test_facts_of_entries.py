"""A fact about a row of an array holds for its entries, each a number with a name of its own: p₁ − y₁ as much as p − y."""

from __future__ import annotations

import pytest

import symback as sb
from symback.sheets.build import full
from symback.sheets.prose import text_of
from symback.sheets.scalars import scalars
from symback.sheets.subject import Options
from symback.typeset.style import DEFAULT

SPELLED = {"softmax": "p = softmax(z)", "in exponentials": "p = exp(z)/sum(exp(z))"}


def classifier(facts, forward="p = softmax(z)", classes=3):
    symbols = {"x": {"shape": [2]}, "W": {"role": "weight", "shape": [classes, 2]}, "b": {"role": "bias", "shape": [classes]}, "y": {"role": "target", "shape": [classes], "facts": facts}}  # fmt: skip
    return sb.Network.from_dict({"symbols": symbols, "forward": f"z = W @ x + b\n{forward}", "loss": {"L": "-sum(y*log(p))"}})


@pytest.mark.parametrize("facts", [["one-hot"], ["sums to one"], ["sums to one", "positive"]], ids=str)
@pytest.mark.parametrize("classes", [2, 3, 4])
def test_the_gradient_by_a_score_is_p_minus_y_entry_by_entry(facts, classes):
    single = sb.Network.from_program(scalars(classifier(facts, classes=classes).program)).derive(wrt=["z_1", f"b_{classes}", "W_21"])
    assert single["z_1"].text() == "∂L/∂z_1 = p_1 − y_1"
    assert single[f"b_{classes}"].text(over="leaves").endswith(f"p_{classes} − y_{classes}")
    assert {row.verdict for row in single.verify()} == {"proved"}
    assert any("+ y_2" in c for c in single.verify()["z_1"].conditions)


def test_without_the_fact_nothing_is_assumed():
    single = sb.Network.from_program(scalars(classifier([]).program)).derive(wrt=["b_1"])
    assert single["b_1"].text(over="leaves") != "∂L/∂b_1 = p_1 − y_1"
    assert not single.verify()["b_1"].conditions


@pytest.mark.parametrize("spelled", SPELLED)
def test_the_sheet_says_so_and_why(spelled):
    derivation = classifier(["one-hot"], SPELLED[spelled]).derive()
    record = full(derivation.core, derivation.wanted, DEFAULT, Options(notation="scalar"))
    closed = [line.closed.text for part in record["gradients"].parts if part.kind == "block" for line in part.lines if line.closed]
    assert "p_1 − y_1" in closed
    assert "(p_3 − y_3)·x_2" in closed
    reasons = [text_of(line.reason) for part in record["gradients"].parts if part.kind == "block" for line in part.lines]
    assert reasons.count("because y_1 + y_2 + y_3 = 1") == 3
    said = next(
        line.reason
        for part in record["gradients"].parts
        if part.kind == "block"
        for line in part.lines
        if "because" in text_of(line.reason)
    )
    assert [p.latex for p in said if not isinstance(p, str)] == ["y_{1}", "y_{2}", "y_{3}"]


def test_such_a_fact_is_not_declared():
    with pytest.raises(sb.DeclarationError, match="is no known fact"):
        classifier(["entries sum to one"])

"""Claims as they are read, with sides that clash or differ in shape: what is found to mend them."""

from __future__ import annotations

import pytest

from symback.errors import SymbackError
from symback.reading.claims import claim_network, read_claim
from symback.verify.derivatives import resolve
from symback.verify.mending import Sides, mended

NETWORK = claim_network(
    {
        "symbols": {"X": {"shape": ["N", "d"]}, "w": {"shape": ["d"]}, "y": {"shape": ["N"]}},
        "forward": "h = sigmoid(X @ w)\nL = -sum(y*log(h) + (1 - y)*log(1 - h))",
        "loss": "L",
    }
)

CLAIMS = (
    ("dL/dw = X @ (h - y)", "the transpose of X is missing"),
    ("dL/dw = X.T @ (y - h)", "the sign is wrong"),
    ("dL/dw = X * (h - y)[:, None]", "the sum over the axis of size N is missing"),
    ("dL/dX = np.outer(w, h - y)", "it must be transposed"),
    ("dL/dX = (h - y) @ w", "an outer product is needed"),
    (r"\frac{\partial L}{\partial w} = X (h - y)", "the transpose of X is missing"),
    (r"\frac{\partial L}{\partial w} = X^\top (y - h)", "the sign is wrong"),
)


def _sides(text: str) -> Sides | None:
    try:
        claim = read_claim(NETWORK, text)[0]
        own = tuple(d.name for d in claim.program.definitions if d.name not in NETWORK.definition)
        resolved = resolve(claim)
    except SymbackError:
        return None
    return Sides(resolved.program, resolved.sides[0], resolved.sides[1], own)


@pytest.mark.parametrize(("text", "says"), CLAIMS, ids=[c[0] for c in CLAIMS])
def test_claims_are_mended(text, says):
    found = mended(_sides(text), text, _sides, latex="\\" in text)
    assert found is not None
    assert says in found.sentence


def test_two_formulas_without_a_derivative_are_left_alone():
    assert mended(_sides("h = sigmoid(y)"), "h = sigmoid(y)", _sides) is None

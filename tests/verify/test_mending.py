"""Claims as they are read, with sides that clash or differ in shape: what is found to mend them."""

from __future__ import annotations

import pytest

from symback.reading.claims import claim_network, read_claim
from symback.reading.sides import Claim
from symback.verify.derivatives import resolve
from symback.verify.mending import Sides, mended, mended_text

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


def _read(text: str) -> tuple[Claim, ...]:
    return read_claim(NETWORK, text)


@pytest.mark.parametrize(("text", "says"), CLAIMS, ids=[c[0] for c in CLAIMS])
def test_claims_are_mended(text, says):
    found = mended_text(text, _read, NETWORK)
    assert found is not None
    assert says in found.sentence


def test_a_claim_that_cannot_be_read_is_left_alone():
    assert mended_text("dL/dw = X.T @ (h -", _read, NETWORK) is None


def test_without_a_reader_a_side_whose_sizes_cannot_meet_is_left_alone():
    claim = resolve(_read("dL/dw = X @ (h - y)")[0])
    assert mended(Sides(claim.program, *claim.sides)) is None


def test_two_formulas_without_a_derivative_are_left_alone():
    assert mended_text("h = sigmoid(y)", _read, NETWORK) is None

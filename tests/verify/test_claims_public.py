"""Formulas that people asked about or published, each with the verdict it must get."""

import json
from pathlib import Path

import pytest

from symback.errors import SymbackError
from symback.reading.claims import claim_network
from symback.verify.claims import check
from symback.verify.verdict import HOLDS

WORDS = {"holds": HOLDS, "refuted": ("refuted",), "conditional": ("conditional",)}
ROWS = json.loads(Path(__file__).with_name("claims_public.json").read_text())["claims"]
NOT_DECLARED = {
    "B04": "a function without a meaning",
    "B11": "singular values",
    "B17": "an integer label",
    "B35": "a value that is rounded, with a gradient straight through",
    "B47": "the spelling of PyTorch",
}
"""What networks cannot say so far, and why; the networks of these rows are refused in a line."""


@pytest.mark.parametrize("row", [r for r in ROWS if r["id"] not in NOT_DECLARED], ids=lambda row: row["id"])
def test_every_public_claim_gets_its_verdict(row):
    found = check(claim_network(row), row)
    assert found.word in WORDS[row["expected"]], found.text()


@pytest.mark.parametrize("row", [r for r in ROWS if r["id"] in NOT_DECLARED], ids=lambda row: row["id"])
def test_what_cannot_be_declared_is_refused_in_a_line(row):
    with pytest.raises(SymbackError) as caught:
        claim_network(row)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("row", [r for r in ROWS if "right" in r and "for t in" not in r["right"]], ids=lambda row: row["id"])
def test_the_right_formula_of_a_wrong_public_claim_holds(row):
    assert check(claim_network(row), {**row, "claim": {"text": row["right"]}}).holds

"""Published gradients, right and wrong ones: each gets its verdict, and most of the right ones a proof."""

import json
from pathlib import Path

import pytest

from symback.reading.claims import claim_network
from symback.verify.claims import check
from symback.verify.verdict import HOLDS

ROWS = json.loads(Path(__file__).with_name("claims_dev.json").read_text())["claims"]
PROVED = 38
WORDS = {"holds": HOLDS, "refuted": ("refuted",), "conditional": ("conditional",)}
CONDITIONS = {"H062-unassumed": {"y sums to one"}, "H193-unassumed": {"P sums to one", "P is symmetric", "the diagonal of P is zero"}}


@pytest.fixture(scope="module")
def verdicts():
    return {row["id"]: check(claim_network(row), row, id=row["id"]) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_claim_gets_its_verdict(row, verdicts):
    found = verdicts[row["id"]]
    assert found.word in WORDS[row["expected"]], found.text()
    assert found.why
    if found.holds:
        assert found.route
        assert found.form or "hessian" in row["kind"]


def test_most_right_claims_are_proved(verdicts):
    proved = [row["id"] for row in ROWS if row["expected"] == "holds" and verdicts[row["id"]].word == "proved"]
    assert len(proved) >= PROVED
    assert sum(row["expected"] == "holds" for row in ROWS) == 44


@pytest.mark.parametrize("row", [r for r in ROWS if r["expected"] == "refuted"], ids=lambda row: row["id"])
def test_the_right_formula_of_a_refuted_claim_holds(row):
    assert check(claim_network(row), {**row, "claim": {"text": row["right"]}}).holds


@pytest.mark.parametrize("row", [r for r in ROWS if r["expected"] == "conditional"], ids=lambda row: row["id"])
def test_a_conditional_claim_names_the_weakest_facts_and_where_it_fails_without(row, verdicts):
    found = verdicts[row["id"]]
    assert set(found.condition.split(" and ")) == CONDITIONS[row["id"]]
    assert found.witness is not None


def test_a_refuted_claim_has_a_witness_anyone_can_run(verdicts):
    """The claim's own text in NumPy gives the claimed value at the witness."""
    import numpy as np

    row = next(r for r in ROWS if r["id"] == "H131")
    witness = verdicts["H131"].witness
    values = {n: np.array(v, dtype=float) for n, v in witness.values.items()}
    scope = {"np": np, **values}
    for line in row["forward"].splitlines():
        exec(line, scope)
    claimed = eval(row["claim"]["text"], scope)
    assert claimed[witness.entry] == pytest.approx(witness.claimed, rel=1e-12)
    assert witness.right != pytest.approx(witness.claimed, rel=1e-3)
    assert all(isinstance(v, int) for n in ("x", "c") for v in witness.values[n])

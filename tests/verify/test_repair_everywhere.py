"""Repairs that hold at all sizes and in all regions: what agrees at one size or on one side of a kink only is none."""

from __future__ import annotations

import pytest

from symback.reading.claims import claim_network
from symback.verify.claims import check

NETWORKS = {
    "windows": (
        {"x": {"shape": ["N", "n"]}, "w": {"shape": ["k"]}, "b": {}, "G": {"shape": ["N", "n - k + 1"]}},
        "Y = np.stack([np.sum(x[:, i:i+k]*w, axis=1) for i in range(n-k+1)], axis=1) + b\nL = sum(G*Y)",
    ),
    "clipped": ({"z": {"shape": ["n"]}, "G": {"shape": ["n"]}}, "h = minimum(maximum(z, 0), 6)\nL = sum(G*h)"),
    "slope": ({"z": {"shape": ["n"]}, "G": {"shape": ["n"]}}, "h = maximum(0, minimum(1, z/6 + 1/2))\nL = sum(G*h)"),
    "hinge": (
        {"w": {"shape": ["d"]}, "x": {"shape": ["d"]}, "y": {"facts": ["plus or minus one"]}},
        "L = maximum(0, 1 - y*(w @ x))",
    ),
}

CASES = (
    ("windows", "dL/db = mean(G)", "the sum must be taken instead of the mean"),
    ("clipped", "dL/dz = G*(z > 0)*(z < 7)", "7 must be 6: G ⊙ [z > 0] ⊙ [z < 6]"),
    ("clipped", "dL/dz = G*(z < 6)", "the factor [z > 0] is missing"),
    ("slope", "dL/dz = 1/6*G*(z > -3)", "is missing"),
    ("hinge", "dL/dw = -y*x*(y*(w @ x) < 2)", "2 must be 1: −y·[y·wᵀ x < 1]·x"),
    ("hinge", "dL/dw = -y*x*(y*(w @ x) > 1)", "must be [y·wᵀ x < 1]: −y·[y·wᵀ x < 1]·x"),
    ("hinge", "dL/dw = -x*(y*(w @ x) < 1)", "the factor y is missing"),
    ("hinge", "dL/dw = -y*x*(w @ x < 1)", "the factor y is missing"),
    ("hinge", "dL/dw = -y*x", "y·wᵀ x > 0] is missing"),
)


@pytest.mark.parametrize(("network", "claim", "says"), CASES, ids=[f"{n}: {c}" for n, c, _ in CASES])
def test_a_repair_holds_wherever_one_looks(network, claim, says):
    symbols, forward = NETWORKS[network]
    found = check(claim_network({"symbols": symbols, "forward": forward, "loss": "L"}), claim)
    assert found.word in ("refuted", "conditional")
    assert says in found.repair


def test_a_fact_that_holds_where_it_was_drawn_only_is_no_condition():
    network = claim_network(
        {"symbols": {"z": {"shape": ["n"]}, "G": {"shape": ["n"]}}, "forward": "h = minimum(maximum(z, -1), 1)\nL = sum(G*h)", "loss": "L"}
    )
    found = check(network, "dL/dz = G")
    assert found.word == "refuted"
    assert "is missing" in found.repair

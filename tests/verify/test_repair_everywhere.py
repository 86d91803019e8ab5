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
    "three layers": (
        {"x": {"shape": ["n"]}, "W1": {"shape": ["m", "n"]}, "W2": {"shape": ["k", "m"]}, "G": {"shape": ["k"]}},
        "z1 = W1 @ x\nh1 = sigmoid(z1)\nz2 = W2 @ h1\nh2 = sigmoid(z2)\nL = sum(G*h2)",
    ),
    "swish": ({"z": {"shape": ["n"]}, "beta": {}, "G": {"shape": ["n"]}}, "s = sigmoid(beta*z)\nL = sum(G*z*s)"),
    "powers": (
        {"p": {"shape": ["n"], "facts": ["positive"]}, "y": {"shape": ["n"]}, "c": {}},
        "L = sum((y*p**c + (1 - y)*exp(c*y))*log(p))",
    ),
    "row means": ({"X": {"shape": ["m", "n"]}, "G": {"shape": ["m"]}}, "y = np.mean(X, axis=1)\nL = sum(G*y)"),
    "attention": (
        {
            "X": {"shape": ["n", "e"]},
            "WQ": {"shape": ["e", "d"]},
            "WK": {"shape": ["e", "d"]},
            "WV": {"shape": ["e", "f"]},
            "G": {"shape": ["n", "f"]},
        },
        "Q = X @ WQ\nK = X @ WK\nV = X @ WV\nP = softmax(Q @ K.T / sqrt(d))\nL = sum(G*(P @ V))",
    ),
}

ATTENTION = """dP = G @ V.T
dS = (dP - np.{}(dP * P, axis=1)[:, None]) * P
dV = P.T @ G
dK = dS.T @ Q / np.sqrt(d)
dQ = dS @ K / np.sqrt(d)
dL/dX = dQ @ WQ.T + dK @ WK.T + dV @ WV.T"""

CASES = (
    ("windows", "dL/db = mean(G)", "the sum must be taken instead of the mean"),
    ("clipped", "dL/dz = G*(z > 0)*(z < 7)", "7 must be 6: G ⊙ [z > 0] ⊙ [z < 6]"),
    ("clipped", "dL/dz = G*(z < 6)", "the factor [z > 0] is missing"),
    ("slope", "dL/dz = 1/6*G*(z > -3)", "is missing"),
    ("hinge", "dL/dw = -y*x*(y*(w @ x) < 2)", "2 must be 1: −y·[y·wᵀ x < 1]·x"),
    ("hinge", "dL/dw = -y*x*(y*(w @ x) > 1)", "must be [y·wᵀ x < 1]: −y·[y·wᵀ x < 1]·x"),
    ("hinge", "dL/dw = -x*(y*(w @ x) < 1)", "the factor y is missing"),
    ("hinge", "dL/dw = -y*x*(w @ x < 1)", "the factor y is missing"),
    ("three layers", "dL/dz2 = G*h1*(1 - h1)", "h2 is needed instead of h1"),
    (
        "three layers",
        "dz1 = W2.T @ (G*h2*(1 - h2)) * h2 * (1 - h2)\ndL/dW1 = np.outer(dz1, x)",
        "dz1 = W2.T @ (G*h2*(1 - h2)) * h1 * (1 - h1)",
    ),
    ("swish", "dL/dbeta = sum(G*z*z*(1 - z)*z)", "s is needed instead of z"),
    ("powers", "dL/dp = y*p**c/p + c*y*p**c*log(p)/p", "is missing"),
    (
        "row means",
        "dL/dX = np.broadcast_to((G / n)[None, :], (m, n))",
        "stands in the wrong place: dL/dX = np.broadcast_to((G / n)[:, None], (m, n))",
    ),
    ("attention", ATTENTION.format("mean"), "the sum must be taken instead of the mean: dS ="),
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


def test_a_claim_that_fails_only_far_from_where_one_looks_first_is_not_accepted():
    symbols = {"u": {"shape": ["n"]}, "v": {"shape": ["n"]}, "m": {"facts": ["positive"]}, "y": {"facts": ["binary"]}}
    network = claim_network(
        {"symbols": symbols, "forward": "r = sqrt(sum((u - v)**2))\nL = y*r**2/2 + (1 - y)*maximum(0, m - r)**2/2", "loss": "L"}
    )
    assert check(network, "dr = y*r - (1 - y)*maximum(0, m - r)\ndL/dv = -dr*(u - v)/r").word in ("proved", "agrees")
    assert check(network, "dr = y*r - (1 + y)*maximum(0, m - r)\ndL/dv = -dr*(u - v)/r").word == "refuted"

"""Kinds of repairs: the smallest change in the claim's own words, right at all sizes, beyond the digits of a float, and never empty."""

from __future__ import annotations

import pytest

from symback.reading.claims import claim_network
from symback.verify.claims import check

ONE_HOT = {"shape": ["k"], "facts": ["one-hot"]}
VECTOR, MATRIX = {"shape": ["n"]}, {"shape": ["m", "n"]}
NETWORKS = {
    "squares": ({"x": VECTOR}, "L = sum(x**2)"),
    "norm": ({"x": VECTOR}, "L = sqrt(sum(x**2))"),
    "product": ({"w": {}, "x": {}}, "z = w*x\nL = z**2"),
    "cubes": ({"x": VECTOR}, "L = sum(x**3)"),
    "relu": ({"x": VECTOR}, "L = sum(maximum(x, 0))"),
    "scaled": ({"x": VECTOR, "y": {}}, "L = sum(x)*y"),
    "columns": ({"A": MATRIX}, "L = sum(sum(A, axis=0)**2)"),
    "centred": ({"X": MATRIX}, "L = sum(X - mean(X, axis=0))**2"),
    "variance": ({"x": VECTOR}, "L = sum((x - mean(x))**2)/(n - 1)"),
    "neuron": ({"w": VECTOR, "x": VECTOR}, "L = (w @ x)**2/2"),
    "linear": ({"w": VECTOR, "x": VECTOR}, "L = w @ x"),
    "form": ({"A": {"shape": ["n", "n"]}, "x": VECTOR}, "L = x @ A @ x"),
    "root": ({"x": VECTOR}, "r = sqrt(mean(x**2))\nL = sum(x)/r"),
    "softmax": ({"x": {"shape": ["d"]}, "W": {"shape": ["k", "d"]}, "y": ONE_HOT}, "p = softmax(W @ x)\nL = -sum(y*log(p))"),
    "least": ({"A": MATRIX, "x": VECTOR, "y": {"shape": ["m"]}}, "z = A @ x\nL = sum((z - y)**2)"),
    "regression": (
        {"X": {"shape": ["N", "d"]}, "w": {"shape": ["d"]}, "y": {"shape": ["N"]}, "b": {}},
        "L = mean((X @ w + b - y)**2)",
    ),
    "logistic": (
        {"X": {"shape": ["N", "d"]}, "w": {"shape": ["d"]}, "y": {"shape": ["N"], "facts": ["binary"]}},
        "h = sigmoid(X @ w)\nL = -sum(y*log(h) + (1 - y)*log(1 - h))",
    ),
    "rms": (
        {"x": {"shape": ["B", "H"]}, "w": {"shape": ["H"]}, "eps": {"facts": ["positive"]}, "g": {"shape": ["B", "H"]}},
        "r[i] = sqrt(sum(x[i,h]**2 for h in range(H))/H + eps)\ny[i,j] = w[j]*x[i,j]/r[i]\nL = sum(g*y)",
    ),
    "traces": ({"X": {"shape": ["n", "n"]}, "B": {"shape": ["n", "n"]}}, "L = trace(X @ X @ B)"),
}

ROWS = (
    ("squares", "dL/dx = 2*x + 1e-40", "the term 10⁻⁴⁰ is too much: 2·x"),
    ("squares", "dL/dx = 2*x - 1e-30", "the term −10⁻³⁰ is too much: 2·x"),
    ("squares", "dL/dx = 2*x + 1e-12", "the term 10⁻¹² is too much: 2·x"),
    ("squares", "dL/dx = 2*x*(1 + 1e-50)", "the factor 1 + 10⁻⁵⁰ is too much: 2·x"),
    ("cubes", "dL/dx = 3.00000000000001*x**2", "3.00000000000001 must be 3: 3·x²"),
    ("norm", "dL/dx = x/(norm(x) + 1e-30)", "the term 10⁻³⁰ is too much: x/sqrt(‖x‖²)"),
    ("product", "dL/dw = 2*z*x + 1e-30", "the term 10⁻³⁰ is too much: 2·z·x"),
    ("squares", "dL/dx = 2*x*(-1)**n", "the factor (−1)^n is too much: 2·x"),
    ("squares", "dL/dx = 2*x*where(n > 1, 1, 3)", "is too much: 2·x"),
    ("squares", "dL/dx = 2*x*minimum(1, n - 1)", "is too much: 2·x"),
    ("linear", "dL/dw = x + (n - 2)*(n - 3)*w", "the term (n − 2)(n − 3)·w is too much: x"),
    ("variance", "dL/dx = 2*(x - mean(x))/n", "n must be n − 1: 2(x − mean(x))/(n − 1)"),
    ("relu", "dL/dx = (x > 0.19)", "0.19 must be 0: [x > 0]"),
    ("logistic", "d2L/dw2 = X.T @ diag(h) @ X", "the factor 1 − h is missing: Xᵀ diag(h ⊙ (1 − h)) X"),
    (
        "rms",
        r"\frac{\partial L}{\partial x_{ij}} = \frac{g_{ij} w_j}{r_i} - \sum_h g_{ih} \frac{w_h}{r_i^2} x_{ih} \frac{1}{H} x_{ij}",
        "the exponent is wrong: r² must be r³",
    ),
    ("linear", "dL/dw = x[:, None]", "the new axis of x is too much: dL/dw = x"),
    ("scaled", "dL/dx = y", "it must be repeated along the axis of size n: y"),
    ("columns", "dL/dA = 2*sum(A, axis=0)", "it must be repeated along the axis of size m: 2·𝟏 𝟏ᵀ A"),
    ("centred", "dL/dX = X - sum(X, axis=0)", "it is 0 at every entry: 0"),
    ("form", "d2L/dxdA = 0", "is missing: [i = k]·x[j] + [i = j]·x[k]"),
    ("neuron", r"\frac{\partial L}{\partial w_i} = x_i \sum_j w_i x_j", "an index of w is wrong: w[i] must be w[j]"),
    ("root", r"\frac{\partial L}{\partial x_i} = \frac{1}{r} - \frac{x_i \sum_j x_j}{n r^2}", "r² must be r³"),
    ("softmax", r"\frac{\partial L}{\partial W} = x (p-y)^T", "it must be transposed"),
    ("softmax", r"\frac{\partial L}{\partial W} = (p-y)^T x", "the transpose stands at (p-y) instead of x"),
    ("softmax", "dL/dW = np.outer(x, p - y)", "it must be transposed: (p − y) xᵀ"),
    ("softmax", "dL/dW = (p - y) @ x.T", "an outer product is needed: dL/dW = np.outer(p - y, x)"),
    ("least", r"\frac{\partial L}{\partial A_{ij}} = 2(z_j - y_j) x_i", "the indices i and j are exchanged"),
    ("least", r"\frac{\partial L}{\partial x_j} = 2\sum_i A_{ji}(z_i - y_i)", r"the indices of A_{ji} are exchanged"),
    ("regression", "dL/dw = 2*X*(X @ w + b - y)/N", "a matrix product with the transpose of 2*X is needed"),
    ("traces", "dL/dX = (eye(n) + X.T) @ B.T @ (eye(n) + X.T)", "the terms Xᵀ Bᵀ Xᵀ and Bᵀ are too much: Bᵀ Xᵀ + Xᵀ Bᵀ"),
)


def _network(name):
    symbols, forward = NETWORKS[name]
    return claim_network({"symbols": symbols, "forward": forward, "loss": "L"})


@pytest.mark.parametrize(("name", "claim", "says"), ROWS, ids=[c for _, c, _ in ROWS])
def test_the_repair_is_the_smallest_change(name, claim, says):
    found = check(_network(name), claim)
    assert found.word == "refuted"
    assert says in found.repair
    assert "factor 1 is" not in found.repair
    assert "1·" not in found.repair.rpartition(": ")[2]


NOTHING = (
    ("squares", "dL/dx = 2*x*cos(pi*(n - 2)*(n - 3)*(n - 5)/60)"),
    ("squares", "dL/dx = 2*x + sin(1e-30*x)"),
)


@pytest.mark.parametrize(("name", "claim"), NOTHING, ids=[c for _, c in NOTHING])
def test_what_is_shown_holds_when_it_is_read_back(name, claim):
    found = check(_network(name), claim)
    assert found.word == "refuted"
    shown = found.repair.rpartition(": ")[2]
    assert not shown or check(_network(name), f"dL/dx = {shown}").holds

"""p − y however a softmax or a sigmoid is spelled, and code that stays finite where a prediction is as sure as can be, right or wrong."""

from __future__ import annotations

import numpy as np
import pytest

from symback.api import Network

ONE = {"x": ["n"], "W": ["m", "n"], "b": ["m"], "y": ["m"]}
MANY = {"X": ["N", "n"], "W": ["n", "k"], "b": ["k"], "Y": ["N", "k"]}
CROSS = "-sum(y*log(p))"
SINGLE = {
    "inline": ("p = softmax(W @ x + b)", CROSS, "(p − y) xᵀ", "p − y"),
    "exp over sum": ("p = exp(W @ x + b)/sum(exp(W @ x + b))", CROSS, "(p − y) xᵀ", "p − y"),
    "named e and s": ("e = exp(W @ x + b)\ns = sum(e)\np = e/s", CROSS, "(p − y) xᵀ", "p − y"),
    "named z": ("z = W @ x + b\np = softmax(z)", CROSS, "(∂L/∂z) xᵀ", "∂L/∂z"),
    "named z, e and s": ("z = W @ x + b\ne = exp(z)\ns = sum(e)\np = e/s", CROSS, "(∂L/∂z) xᵀ", "∂L/∂z"),
    "shifted": ("z = W @ x + b\np = exp(z - max(z))/sum(exp(z - max(z)))", CROSS, "(∂L/∂z) xᵀ", "∂L/∂z"),
    "shifted, named e": ("z = W @ x + b\ne = exp(z - max(z))\np = e/sum(e)", CROSS, "(∂L/∂z) xᵀ", "∂L/∂z"),
    "shifted, named e and s": ("z = W @ x + b\ne = exp(z - max(z))\ns = sum(e)\np = e/s", CROSS, "(∂L/∂z) xᵀ", "∂L/∂z"),
    "shifted, named maximum": ("z = W @ x + b\nt = max(z)\ne = exp(z - t)\ns = sum(e)\np = e/s", CROSS, "(∂L/∂z) xᵀ", "∂L/∂z"),
}  # fmt: skip
UNNAMED = {
    "no name": ("", "-sum(y*log(softmax(W @ x + b)))"), "log_softmax": ("", "-sum(y*log_softmax(W @ x + b))"),
    "logsumexp": ("z = W @ x + b", "logsumexp(z) - sum(y*z)"), "log of sum": ("z = W @ x + b", "log(sum(exp(z))) - sum(y*z)"),
    "one number": ("z = W @ x + b\np = softmax(z)", "-log(sum(y*p))"),
}  # fmt: skip
BATCH = {
    "rows": ("P = softmax(X @ W + b, axis=1)", "-sum(Y*log(P))/N", "Xᵀ (P − Y)/N"),
    "mean": ("P = softmax(X @ W + b, axis=1)", "-mean(sum(Y*log(P), axis=1))", "Xᵀ (P − Y)/N"),
    "keepdims": ("E = exp(X @ W + b)\nP = E/sum(E, axis=1, keepdims=True)", "-sum(Y*log(P))/N", "Xᵀ (P − Y)/N"),
    "named sum": ("E = exp(X @ W + b)\nS = sum(E, axis=1, keepdims=True)\nP = E/S", "-sum(Y*log(P))/N", "Xᵀ (P − Y)/N"),
    "named Z": ("Z = X @ W + b\nP = softmax(Z, axis=-1)", "-sum(Y*log(P))/N", "Xᵀ (∂L/∂Z)"),
    "shifted": ("Z = X @ W + b\nE = exp(Z - max(Z, axis=1, keepdims=True))\nS = sum(E, axis=1, keepdims=True)\nP = E/S", "-sum(Y*log(P))/N", "Xᵀ (∂L/∂Z)"),
}  # fmt: skip
BINARY = "-(t*log(p) + (1 - t)*log(1 - p))"
SIGMOIDS = {
    "sigmoid": "p = sigmoid(w @ x + c)", "spelled": "p = 1/(1 + exp(-(w @ x + c)))", "named e": "z = w @ x + c\ne = exp(-z)\np = 1/(1 + e)",
    "named s": "z = w @ x + c\ne = exp(-z)\ns = 1 + e\np = 1/s",
}  # fmt: skip
DTYPES = ("float64", "float32")


def derived(shapes, forward, loss, facts):
    symbols = {k: {"shape": v, "role": "weight", **({"facts": facts[k]} if k in facts else {})} for k, v in shapes.items()}
    return Network.from_dict({"symbols": symbols, "forward": f"{forward}\nL = {loss}", "loss": "L"}).derive()


def finite(derivation, dtype, values):
    loss, found = derivation.compile(dtype=dtype).gradients(values)
    assert np.isfinite(loss)
    assert all(np.isfinite(g).all() for g in found.values()), found
    return found


@pytest.mark.parametrize("form", SINGLE)
def test_single_samples(form):
    forward, loss, weight, bias = SINGLE[form]
    derivation = derived(ONE, forward, loss, {"y": ["one-hot"]})
    assert derivation["W"].text() == f"∂L/∂W = {weight}"
    assert derivation["b"].text() == f"∂L/∂b = {bias}"
    if "z" in derivation.program.definition:
        assert derivation["z"].text() == "∂L/∂z = p − y"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("form", [*SINGLE, *UNNAMED])
def test_sure_predictions_are_finite(form, dtype):
    forward, loss = (SINGLE | UNNAMED)[form][:2]
    derivation = derived(ONE, forward, loss, {"y": ["one-hot"]})
    for target, expected in (([0, 1, 0], [1, -1, 0]), ([1, 0, 0], [0, 0, 0])):
        if form != "one number" or target[0]:
            found = finite(derivation, dtype, {"x": [1.0], "W": [[800.0], [0.0], [0.0]], "b": [0.0, 0.0, 0.0], "y": target})
            assert np.array_equal(found["W"][:, 0], expected)
            assert np.array_equal(found["b"], expected)


@pytest.mark.parametrize("form", BATCH)
def test_batches(form):
    forward, loss, weight = BATCH[form]
    derivation = derived(MANY, forward, loss, {"Y": ["one-hot"]})
    assert derivation["W"].text() == f"∂L/∂W = {weight}"
    if "Z" in derivation.program.definition:
        assert derivation["Z"].text() == "∂L/∂Z = (P − Y)/N"
    for dtype in DTYPES:
        found = finite(
            derivation, dtype, {"X": [[1.0], [-1.0]], "W": [[800.0, 0.0, 0.0]], "b": [0.0, 0.0, 0.0], "Y": [[0, 1, 0], [0, 1, 0]]}
        )
        assert np.allclose(found["W"], [[0.5, -0.25, -0.25 + 0.0]], atol=0.26)


@pytest.mark.parametrize("form", SIGMOIDS)
def test_sigmoids(form):
    derivation = derived({"x": ["n"], "w": ["n"], "c": [], "t": []}, SIGMOIDS[form], BINARY, {"t": ["binary"]})
    last = "z" if "z" in derivation.program.definition else "c"
    assert derivation[last].text().endswith("= p − t")
    for dtype in DTYPES:
        for logit in (800.0, -800.0):
            for target in (0.0, 1.0):
                found = finite(derivation, dtype, {"x": [1.0], "w": [logit], "c": 0.0, "t": target})
                assert found["c"] == (logit > 0) - target


OTHERS = [
    ({"x": ["n"], "w": ["n"]}, "", "softmax(x) @ w"), ({"x": ["n"], "w": ["n"]}, "p = softmax(x)", "p @ w"), ({"x": ["n"], "w": ["n"]}, "", "(softmax(x) @ w)**2"),
    ({"x": ["n"], "w": ["n"]}, "", "sum(softmax(x)**2*w)"), ({"x": ["n"], "w": ["n"]}, "", "log_softmax(x) @ w"), ({"x": ["n"], "w": ["n"]}, "", "log_softmax(x)[:2] @ w[:2]"),
    ({"x": ["n"], "w": ["n"]}, "", "softmax(x)[:2] @ w[:2]"), ({"x": ["n"], "w": ["n"]}, "", "logsumexp(x[1:])*w[0]"), ({"x": ["n"], "w": ["n"]}, "e = exp(x)", "(e @ w)/sum(e)"),
    ({"h": [], "w": ["n"]}, "", "log_softmax(h*ones(n)) @ w"), ({"h": [], "w": ["n"]}, "p = softmax(h*ones(n))", "p @ w"), ({"h": [], "w": ["n"]}, "", "sum(w)*logsumexp(h*ones(n))"),
]  # fmt: skip
LOGITS = [[1000.0, 0.0, -5.0], [-1000.0, 0.0, -5.0], [1000.0, 1000.0, -1000.0], [-1000.0, -1000.0, -1000.0]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shapes", "forward", "loss"), OTHERS)
def test_large_logits(shapes, forward, loss, dtype):
    derivation = derived(shapes, forward, loss, {})
    for logits in LOGITS:
        values = {"w": [1.0, 2.0, 3.0], **({"x": logits} if "x" in shapes else {"h": logits[0]})}
        finite(derivation, dtype, values)

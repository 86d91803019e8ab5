"""Where entries are equal: a maximum over several axes is shared by all entries that attain it, each once."""

from __future__ import annotations

import numpy as np
import pytest

from symback.api import Network

TIED = {
    "two in a row": [[2.0, 2, 0], [2, 1, 0]],
    "everywhere": [[1.0, 1, 1], [1, 1, 1]],
    "once": [[1.0, 3, 0], [2, 1, 0]],
    "in a column": [[0.0, 5, 1], [0, 5, 1]],
}


def gradient(text, value):
    """The gradient of a scalar text by A, as the generated NumPy says it."""
    net = Network.from_dict({"symbols": {"A": {"shape": ["n", "m"]}}, "forward": {"L": text}, "loss": "L"})
    return net.derive(["A"]).compile().gradients({"A": value})[1]["A"]


def shared(attained, axis):
    """``[x = M] / Σ [x = M]`` over the axes."""
    return attained / attained.sum(axis=axis, keepdims=True)


@pytest.mark.parametrize("value", TIED.values(), ids=TIED)
@pytest.mark.parametrize("kind", ["max", "min"])
@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("np.{}(A)", (0, 1)),
        ("A.{}()", (0, 1)),
        ("np.{}(A, axis=(0, 1))", (0, 1)),
        ("np.{}(A, axis=(-1, 0))", (0, 1)),
        ("np.{}(np.reshape(A, -1))", (0, 1)),
        ("{}(A[i, j] for i in range(n) for j in range(m))", (0, 1)),
        ("sum(np.{}(A, axis=0))", 0),
        ("sum(np.{}(A, axis=-1, keepdims=True))", 1),
    ],
)
def test_equal_entries_share(text, axis, kind, value):
    array = np.array(value)
    found = gradient(text.format(kind), value)
    np.testing.assert_allclose(found, shared(array == getattr(np, kind)(array, axis=axis, keepdims=True), axis), rtol=1e-14, atol=1e-14)


def test_a_maximum_over_two_of_three_axes():
    net = Network.from_dict(
        {"symbols": {"X": {"shape": ["n", "m", "k"]}, "G": {"shape": ["m"]}}, "forward": "L = G @ max(X, axis=(0, 2))", "loss": "L"}
    )
    rng = np.random.default_rng(0)
    X, G = rng.integers(0, 3, (3, 5, 7)).astype(float), rng.normal(size=5)
    found = net.derive(["X"]).compile().gradients({"X": X, "G": G})[1]["X"]
    attained = np.equal(X, X.max(axis=(0, 2), keepdims=True))
    assert attained.sum() > 5
    np.testing.assert_allclose(found, G[:, None] * shared(attained, (0, 2)), rtol=1e-13)


def test_its_formula_is_short():
    net = Network.from_dict({"symbols": {"A": {"shape": ["n", "m"]}}, "forward": "M = max(A)\nL = M**2", "loss": "L"})
    assert net.derive(["A"])["A"].text(notation="index") == "∂L/∂A[i,j] = 2·M·[A[i,j] = M]/(Σ_k Σ_l [A[k,l] = M])"


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("maximum(x, y)", (1.0, 1.0), (1.0, 0.0)),
        ("minimum(x, y)", (1.0, 1.0), (1.0, 0.0)),
        ("maximum(x, 0)*y", (0.0, 2.0), (0.0, 0.0)),
        ("where(x > y, x, y)", (1.0, 1.0), (0.0, 1.0)),
        ("abs(x - y)", (1.0, 1.0), (0.0, 0.0)),
        ("clip(x, y, 5)", (1.0, 1.0), (1.0, 0.0)),
    ],
)
def test_two_equal_arguments_get_one_slope(text, values, expected):
    """Which one is a convention; that the slopes lie between those of both sides is not."""
    net = Network.from_dict({"symbols": {"x": {}, "y": {}}, "forward": {"L": text}, "loss": "L"})
    found = net.derive(["x", "y"]).compile().gradients(dict(zip("xy", values, strict=True)))[1]
    assert (found["x"], found["y"]) == expected

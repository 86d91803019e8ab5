"""Every function of the expression language at its edge cases: value and gradient are those of NumPy's own meaning."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from language_cases import CASES, REFUSED
from numpy_meaning import NAMESPACE, SIZES, SYMBOLS, values

from symback.api import Network
from symback.errors import SymbackError
from symback.numeric.evaluate import Evaluator
from symback.reading.files import from_dict

STATED = (
    "sum", "prod", "mean", "var", "std", "max", "min", "maximum", "minimum", "logsumexp", "softmax", "log_softmax", "outer", "dot", "cross", "trace",
    "det", "slogdet", "inv", "pinv", "solve", "norm", "diag", "eye", "ones", "zeros", "arange", "tril", "triu", "where", "clip", "sign", "abs",
    "arctan2", "concatenate", "stack", "reshape", "transpose", "swapaxes", "flip", "sort", "einsum", "cumsum", "cumprod", "pi",
)  # fmt: skip
"""The functions that the description of network files names."""

VALUES = values()
BARE = ("min", "max", "prod", "mean", "cumsum", "where", "clip", "stack", "slogdet", "solve", "pi")
NAMES = {
    **{name: getattr(np, name, None) or getattr(np.linalg, name) for name in BARE},
    **{"pinv": np.linalg.pinv, "norm": np.linalg.norm, "linalg": np.linalg},
    **NAMESPACE,
    "max": lambda *a, **k: np.max(list(a[0]) if hasattr(a[0], "__next__") else a[0], *a[1:], **k),
    **SIZES,
}
STEP = 1e-5


def by_numpy(text, given):
    with np.errstate(all="ignore"):
        found = eval(text, {**NAMES, **given})
    return np.asarray(found, dtype=float)


def network(text):
    return from_dict({"symbols": SYMBOLS, "forward": {"out": text}, "loss": "out"}, scalar=False)


def weighed(text, shape):
    """The network with the loss Σ G·out."""
    weights = {"G": {"shape": [str(n) for n in shape]}}
    return Network.from_dict(
        {"symbols": {**SYMBOLS, **weights}, "forward": {"out": text}, "loss": {"L": "sum(G*out)" if shape else "G*out"}}
    )


def slope(loss, name, way):
    """Four-point differences along a direction."""
    at = SimpleNamespace(**{f"p{k}": loss({name: VALUES[name] + (k - 2) * STEP * way}) for k in (0, 1, 3, 4)})
    return (8 * (at.p3 - at.p1) - (at.p4 - at.p0)) / (12 * STEP)


@pytest.mark.parametrize(("function", "text"), [(name, text) for name, texts in CASES.items() for text in texts])
def test_value_and_gradient(function, text):
    program = network(text)
    expected = by_numpy(text, VALUES)
    found = Evaluator(program, {n: v.tolist() for n, v in VALUES.items()}, SIZES, digits=30).array("out")
    assert np.shape(found) == expected.shape
    np.testing.assert_allclose(np.array(found, dtype=float), expected, rtol=1e-9, atol=1e-12)

    rng = np.random.default_rng(len(text))
    weights = rng.normal(size=expected.shape)
    reads = [leaf.name for leaf in program.leaves if any(leaf.name in d.reads for d in program.definitions)]
    model = weighed(text, [i.size for i in program.indices("out")]).derive(reads).compile()
    given = {**VALUES, **SIZES, "G": weights}
    np.testing.assert_allclose(model.forward(given)["out"], expected, rtol=1e-9, atol=1e-12)
    gradients = model.gradients(given)[1]
    for name in reads:
        way = rng.normal(size=VALUES[name].shape)
        differences = slope(lambda moved: float(np.sum(weights * by_numpy(text, {**VALUES, **moved}))), name, way)
        assert np.shape(gradients[name]) == way.shape
        assert float(np.sum(gradients[name] * way)) == pytest.approx(differences, rel=1e-7, abs=1e-7 * max(1, np.abs(expected).max())), name


def test_every_stated_function_has_edge_cases():
    assert set(STATED) <= set(CASES)
    assert min(len(CASES[name]) for name in STATED) >= 3


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_says_what_would_do(text):
    with pytest.raises(SymbackError) as caught:
        network(text)
    line = str(caught.value)
    assert REFUSED[text] in line
    assert line.startswith(f"out = {text}")
    assert "\n" not in line


@pytest.mark.parametrize(("text", "least"), [("u[10:]", 11), ("np.roll(u, 7)", 7), ("u[6] * s", 7), ("np.sum(x[3:] - x[:-3])", 4)])
def test_a_size_that_is_too_small_is_an_error_of_one_line(text, least):
    given = {**VALUES, **SIZES}
    with pytest.raises(SymbackError, match=f"and the network needs at least {least}") as caught:
        Network.from_dict({"symbols": SYMBOLS, "forward": {"out": f"sum({text})"}, "loss": "out"}).derive(["u"]).compile().gradients(given)
    assert "\n" not in str(caught.value)


LAYOUTS = {
    "rows": ({"X": ["N", "n"], "W": ["n", "k"], "b": ["k"], "Y": ["N", "k"]}, "Z = X @ W + b", "np.sum((Y - np.tanh(Z))**2) / N"),
    "columns": ({"X": ["n", "N"], "W": ["k", "n"], "b": ["k"], "Y": ["k", "N"]}, "Z = W @ X + b[:, None]", "np.sum((Y - np.tanh(Z))**2) / N"),
    "columns, bias a column": ({"X": ["n", "N"], "W": ["k", "n"], "b": ["k", "1"], "Y": ["k", "N"]}, "Z = W @ X + b", "np.mean(np.sum((Y - np.tanh(Z))**2, axis=0))"),
    "none": ({"X": ["n"], "W": ["k", "n"], "b": ["k"], "Y": ["k"]}, "Z = W @ X + b", "np.sum((Y - np.tanh(Z))**2)"),
    "none, a row": ({"X": ["1", "n"], "W": ["n", "k"], "b": ["1", "k"], "Y": ["1", "k"]}, "Z = X @ W + b", "np.sum((Y - np.tanh(Z))**2)"),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_batches_as_rows_as_columns_or_none(layout):
    shapes, forward, loss = LAYOUTS[layout]
    sizes, rng = {"N": 7, "n": 3, "k": 5}, np.random.default_rng(1)
    net = Network.from_dict({"symbols": {n: {"shape": s} for n, s in shapes.items()}, "forward": forward, "loss": {"L": loss}})
    given = {name: rng.normal(size=[sizes.get(s) or int(s) for s in shape]) for name, shape in shapes.items()}

    def run(moved):
        names = {"np": np, **sizes, **given, **moved}
        exec(forward, names)
        return float(eval(loss, names))

    model = net.derive(list(shapes)).compile()
    value, gradients = model.gradients({**given, **(sizes if "N" in forward + loss else {})})
    assert float(value) == pytest.approx(run({}), rel=1e-13)
    for name in shapes:
        way = rng.normal(size=given[name].shape)
        rise = (run({name: given[name] + STEP * way}) - run({name: given[name] - STEP * way})) / (2 * STEP)
        assert float(np.sum(gradients[name] * way)) == pytest.approx(rise, rel=1e-7)

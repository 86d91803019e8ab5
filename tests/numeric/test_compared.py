"""What attains a maximum or a rank is decided on the very values that were compared; code never crashes on a network that derives."""

from __future__ import annotations

import random

import numpy as np
import pytest

from symback.api import Network
from symback.catalogue.derived import entry
from symback.catalogue.entries import ENTRIES
from symback.verify.sample import draw, size_sets

SIZES = {"n": 3, "m": 4, "k": 2}
VECTORS = {"x": ["n"], "y": ["n"], "z": ["m"], "W": ["n", "n"], "A": ["n", "m"], "B": ["k", "m"], "h": []}
COMPARED = [
    "max(x/3)", "max(stack([x/3, x*0.7])**2)", "max(concatenate([x/sum(z), z])**2)", "sum(max(stack([x/3, x**2, 0.3*x])**2, axis=0))",
    "sum(sort(concatenate([x/3, z])**2)[1:])", "max(sort(x/3)**2*y)", "sum(sort(abs(x)*0.3)*y)", "sum(where(x/3 == max(x/3), x*y, 0))",
    "min(stack([0.1*x*y, x/7, y**3])/3)", "max(max(A/3, axis=1)*x/7)", "sum(sort(A*0.7, axis=1)[:, 1]**2)", "sum(cumsum(sort(x*y/3)))",
    "maximum(mean(concatenate([mean(B, axis=1), mean(A, axis=1)])**2), mean(B, axis=0) @ max(A, axis=0))",
]  # fmt: skip
RAGGED = [
    "sum(stack([x[i]*sum(x[:i+1]) for i in range(n)])**2)", "sum(stack([x[i]*sum(y[i:]) for i in range(n)])*y)", "sum(stack([max(x[:i+1]/3) for i in range(n)])*y)",
    "sum(stack([logsumexp(x[:i+1]) for i in range(n)])*y)", "sum(stack([softmax(x[:i+1])[0] for i in range(n)])*y)", "sum(stack([mean(x[i:]) for i in range(n)])**2)",
    "sum(stack([x[:i+1] @ W[:i+1, i] for i in range(n)])**2)", "sum(stack([prod(x[:i+1]) for i in range(n)])*y)", "sum(stack([sum(sort(x[:i+1])*y[:i+1]) for i in range(n)]))",
]  # fmt: skip
UNREAD = [
    "sum(y*logsumexp(outer(x, ones(n)), axis=1))", "trace(log_softmax(x + zeros((n, n)), axis=0))", "sum(y*logsumexp(outer(x, ones(m)), axis=1)) + sum(z)",
    "sum(A*softmax(outer(x, ones(m)), axis=1))", "sum(y*logsumexp(outer(ones(m), x), axis=0)) + sum(z)", "logsumexp(h*ones(n)) + sum(y)", "sum(y*softmax(h*ones(n)))",
    "sum(x*max(outer(y, ones(m)), axis=1)) + sum(z)", "sum(x*prod(outer(y, ones(m)), axis=1)) + sum(z)",
]  # fmt: skip
FRACTIONS = ["sum(-(x/3)*y)", "(-1/3)*sum(x**3)", "sum((-2/3)*x*y)", "-(h/3)*sum(x)", "sum(x/(-3))", "sum(-1/(3*x**2))", "(-h/3)**3"]
LINES = [*COMPARED, *RAGGED, *UNREAD, *FRACTIONS]


def model_of(loss, dtype="float64"):
    symbols = {k: {"shape": v, "role": "weight"} for k, v in VECTORS.items() if k in loss}
    return Network.from_dict({"symbols": symbols, "forward": f"L = {loss}", "loss": "L"}).derive().compile(dtype=dtype)


def values_of(loss, rng):
    return {
        k: rng.uniform(0.3, 2, [SIZES[s] for s in v]) * rng.choice([-1, 1], [SIZES[s] for s in v]) for k, v in VECTORS.items() if k in loss
    }


def differences(model, values, step=1e-6):
    """Central differences of the loss, entry by entry."""
    found = {}
    for name, value in values.items():
        found[name] = np.zeros(np.shape(value))
        for place in np.ndindex(np.shape(value)):
            moved = [np.array(value, dtype=float) for _ in range(2)]
            moved[0][place] += step
            moved[1][place] -= step
            up, down = (model.forward({**SIZES, **values, name: v})["L"] for v in moved)
            found[name][place] = (up - down) / (2 * step)
    return found


@pytest.mark.parametrize("loss", LINES)
def test_generated_gradients_are_the_differences_of_the_generated_loss(loss):
    model, rng = model_of(loss), np.random.default_rng(5)
    for _ in range(8):
        values = values_of(loss, rng)
        _, found = model.gradients({**SIZES, **values})
        for name, expected in differences(model, values).items():
            assert np.shape(found[name]) == np.shape(values[name])
            assert np.allclose(found[name], expected, rtol=1e-5, atol=1e-6), (name, found[name], expected)


@pytest.mark.parametrize("loss", LINES)
def test_single_precision_stays_single(loss):
    _, found = model_of(loss, "float32").gradients({**SIZES, **values_of(loss, np.random.default_rng(6))})
    assert all(g.dtype == np.float32 for g in found.values())


@pytest.mark.parametrize("loss", COMPARED)
def test_internal_names_are_not_handed_out(loss):
    assert set(model_of(loss).forward({**SIZES, **values_of(loss, np.random.default_rng(7))})) == {"L"}


@pytest.mark.parametrize("loss", [line for line in COMPARED if "k" not in line][:6])
def test_formulas_are_verified(loss):
    symbols = {k: {"shape": v, "role": "weight"} for k, v in VECTORS.items() if k in loss}
    assert Network.from_dict({"symbols": symbols, "forward": f"L = {loss}", "loss": "L"}).derive().verify().ok


def apart(arrays):
    return not any(np.shares_memory(a, b) for k, a in enumerate(arrays) for b in arrays[k + 1 :])


SHARING = [
    ("", "sum(x*y)"), ("z = W @ x + y", "sum(z*z)/2"), ("z = x[1:]", "sum(z*y[1:])"), ("z = W.T", "sum(z*W)"), ("z = x", "sum(z*y)"),
    ("z = where(sum(x) > 0, x, y)", "sum(z**2)"), ("", "sum(W @ W.T)"), ("", "sum(x)*h"), ("z = x + y", "sum(z**3)"), ("z = x*ones((n, n))", "sum(z*W)"),
]  # fmt: skip


@pytest.mark.parametrize(("forward", "loss"), SHARING)
def test_no_answer_shares_memory(forward, loss):
    used = f"{forward} {loss}"
    symbols = {k: {"shape": v, "role": "weight"} for k, v in VECTORS.items() if k in used and not (k == "z" and "z" in forward)}
    model = Network.from_dict({"symbols": symbols, "forward": f"{forward}\nL = {loss}", "loss": "L"}).derive().compile()
    values = {k: v for k, v in values_of(used, np.random.default_rng(8)).items() if k in symbols}
    assert apart([*values.values(), *model.gradients({**SIZES, **values})[1].values()])
    assert apart([*values.values(), *model.forward({**SIZES, **values}).values()])


def arrays(value):
    return [a for v in value for a in arrays(v)] if isinstance(value, list | tuple) else [value]


@pytest.mark.parametrize("key", ENTRIES)
def test_no_gradient_of_the_catalogue_shares_memory(key):
    model = entry(key).model()
    sizes = next(iter(size_sets(model.program, 1)))
    values = {n: np.array(v, dtype=float) for n, v in draw(model.program, sizes, random.Random(1)).shown().items()}
    found = model.gradients({**values, **sizes})[1]
    assert apart([np.asarray(a) for v in (*values.values(), *found.values()) for a in arrays(v)])

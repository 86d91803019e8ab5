"""Index notation: convolutions, pooling, recurrences and symbolic depth, against loops in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from symback.algebra.sizes import Index, Size, SizeAt
from symback.errors import DeclarationError, SymbackError
from symback.numeric.evaluate import Evaluator
from symback.reading.files import from_dict

RNG = np.random.default_rng(1)


def loss(data, values, sizes):
    program = from_dict(data)
    return float(Evaluator(program, values, sizes=sizes, digits=30).entry("L", ()))


CONVOLUTION = {
    "symbols": {
        "x": {"shape": ["C", "n", "q"]},
        "K": {"role": "weight", "shape": ["O", "C", "k", "r"]},
        "b": {"role": "bias", "shape": ["O"]},
        "y": {"role": "intermediate", "shape": ["O", "(n + 2*p - k)//s + 1", "(q + 2*p - r)//s + 1"]},
    },
    "forward": {
        "y[o, u, v]": "sum(K[o, c, a, d]*zero_outside(x[c, s*u + a - p, s*v + d - p]) for c in range(C) for a in range(k) for d in range(r)) + b[o]"
    },
    "loss": {"L": "sum(y**2)"},
}


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_a_convolution_with_stride_padding_and_channels(stride, padding):
    sizes = {"C": 2, "n": 7, "q": 5, "O": 3, "k": 3, "r": 2, "s": stride, "p": padding}
    values = {"x": RNG.normal(size=(2, 7, 5)), "K": RNG.normal(size=(3, 2, 3, 2)), "b": RNG.normal(size=3)}
    wide = np.pad(values["x"], ((0, 0), (padding, padding), (padding, padding)))
    total = 0.0
    for o in range(3):
        for u in range((7 + 2 * padding - 3) // stride + 1):
            for v in range((5 + 2 * padding - 2) // stride + 1):
                window = wide[:, u * stride : u * stride + 3, v * stride : v * stride + 2]
                total += (np.sum(window * values["K"][o]) + values["b"][o]) ** 2
    assert loss(CONVOLUTION, values, sizes) == pytest.approx(total, rel=1e-12)


def test_a_padding_may_be_zero_and_an_axis_may_not():
    program = from_dict(CONVOLUTION)
    atoms = {
        a.name: a.least
        for size in program.definition["y"].shape
        for f in size.atoms
        if hasattr(f, "numerator")
        for a in (*f.numerator.atoms, *f.denominator.atoms)
    }
    assert atoms["p"] == 0
    assert atoms["n"] == atoms["s"] == atoms["k"] == 1


def test_a_guard_in_words_is_the_same_as_zero_outside():
    plain = {"symbols": {"x": {"shape": ["n"]}, "y": {"role": "intermediate", "shape": ["n"]}}, "loss": {"L": "sum(y**2)"}}
    bodies = [
        from_dict({**plain, "forward": {"y[i]": text}}).definition["y"].body
        for text in ("x[i-1]*2 if i >= 1 else 0", "x[i-1]*2 if 0 <= i - 1 < n else 0", "zero_outside(x[i-1])*2")
    ]
    values = {"x": [1.0, 2.0, 4.0]}
    assert len(bodies) == 3
    for text in ("x[i-1]*2 if i >= 1 else 0", "zero_outside(x[i-1])*2"):
        assert loss({**plain, "forward": {"y[i]": text}}, values, {"n": 3}) == pytest.approx(4 + 16)


def test_max_pooling_with_window_and_stride():
    data = {
        "symbols": {"x": {"shape": ["C", "n"]}, "y": {"role": "intermediate", "shape": ["C", "(n - k)//s + 1"]}},
        "forward": {"y[c, u]": "max(x[c, s*u + a] for a in range(k))"},
        "loss": {"L": "sum(y**2)"},
    }
    x = RNG.normal(size=(2, 11))
    expected = sum(np.max(x[c, 2 * u : 2 * u + 3]) ** 2 for c in range(2) for u in range((11 - 3) // 2 + 1))
    assert loss(data, {"x": x}, {"C": 2, "n": 11, "k": 3, "s": 2}) == pytest.approx(expected)


RECURRENT = {
    "symbols": {
        "x": {"shape": ["T", "d"]},
        "W": {"role": "weight", "shape": ["m", "m"]},
        "U": {"role": "weight", "shape": ["m", "d"]},
        "b": {"role": "bias", "shape": ["m"]},
    },
    "forward": "z[t, j] = (sum(W[j, k]*h[t-1, k] for k in range(m)) if t >= 1 else 0) + U[j] @ x[t] + b[j]\nh[t, j] = tanh(z[t, j])\nL = sum(h[T-1]**2) + sum(h[0])",
    "loss": "L",
}


def test_a_recurrence_of_two_names_that_read_each_other():
    values = {"x": RNG.normal(size=(5, 2)), "W": RNG.normal(size=(3, 3)), "U": RNG.normal(size=(3, 2)), "b": RNG.normal(size=3)}
    h, first = np.zeros(3), None
    for row in values["x"]:
        h = np.tanh(values["W"] @ h + values["U"] @ row + values["b"])
        first = h if first is None else first
    program = from_dict(RECURRENT)
    assert [[d.name for d in g] for g in program.groups] == [["z", "h"], ["L"]]
    assert loss(RECURRENT, values, {"T": 5, "d": 2, "m": 3}) == pytest.approx(np.sum(h**2) + np.sum(first))


def test_symbolic_depth_with_a_width_for_each_layer():
    data = {
        "symbols": {
            "x": {"shape": ["n[0]"]},
            "y": {"role": "target", "shape": ["n[L]"]},
            "W": {"role": "weight", "shape": ["l: L", "n[l+1]", "n[l]"]},
            "b": {"role": "bias", "shape": ["l: L", "n[l+1]"]},
            "z": {"role": "intermediate", "shape": ["l: L + 1", "n[l]"]},
            "h": {"role": "intermediate", "shape": ["l: L + 1", "n[l]"]},
        },
        "forward": "z[l, i] = W[l-1, i] @ h[l-1] + b[l-1, i] if l >= 1 else 0\nh[l, i] = sigmoid(z[l, i]) if l >= 1 else x[i]",
        "loss": {"E": "sum((h[L] - y)**2)/2"},
    }
    program = from_dict(data)
    (layer, width) = program.definition["h"].indices
    assert width.size is Size.of(SizeAt("n", layer))
    assert [[d.name for d in g] for g in program.groups] == [["z", "h"], ["E"]]


def test_left_letters_stay_as_written():
    assert [i.name for i in from_dict(RECURRENT).definition["z"].indices] == ["t", "j"]
    assert all(isinstance(i, Index) for i in from_dict(RECURRENT).definition["h"].indices)


MISTAKES = (
    ({"y[i]": "x[i] + x[i-1]"}, "the place i - 1 of x[i - 1] may leave 0..n - 1"),
    ({"y[i]": "x[i] + (x[i+1] if i >= 1 else 0)"}, "the place i + 1 of x[i + 1] may leave"),
    ({"y[i]": "x[i]*x"}, "the right side is x[i]*x is (n)"),
    ({"y[i]": "s*2"}, "the range of the index i is not known"),
    ({"y[i]": "x[i] + u[i]"}, "i runs over n in x[i] and over m in u[i]"),
    ({"y[i, i]": "x[i]"}, "distinct index names"),
    ({"y[0]": "x[0]"}, "distinct index names"),
    ({"y[i]": "x[i] + y[i]"}, "a circle that is no recurrence"),
    ({"y[i]": "x[i] + (y[i-1] if i >= 1 else 0) + (y[i+1] if i < n - 1 else 0)"}, "a circle that is no recurrence"),
    ({"y[i]": "x[i] + sum(x[j] for j in x)"}, "runs over a range"),
    ({"y[i]": "sum(x[j] for x in range(n)) + x[i]"}, "must be a name of its own"),
    ({"z": "h", "h": "z"}, "z reads h reads z: a circle"),
    ({"y": "y + x"}, "y reads y: a circle"),
)


@pytest.mark.parametrize(("forward", "message"), MISTAKES, ids=[m[1] for m in MISTAKES])
def test_mistakes(forward, message):
    data = {"symbols": {"x": {"shape": ["n"]}, "u": {"shape": ["m"]}, "s": {}}, "forward": forward, "loss": {"L": "sum(x)"}}
    with pytest.raises(SymbackError) as caught:
        from_dict(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_declared_shape_must_fit():
    data = {
        "symbols": {"x": {"shape": ["n"]}, "y": {"role": "intermediate", "shape": ["n", "n"]}},
        "forward": {"y[i]": "x[i]"},
        "loss": {"L": "sum(y)"},
    }
    with pytest.raises(DeclarationError, match="y has 1 indices here and 2 axes as declared"):
        from_dict(data)
    with pytest.raises(SymbackError, match="declared as"):
        from_dict({**data, "forward": {"y": "x"}})

"""The functions of the language at sizes of 1 and at equal sizes: shape, value and gradient are those of NumPy."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from language_cases import CASES
from numpy_meaning import SHAPES, SYMBOLS
from test_language import NAMES

import symback as sb
from symback.algebra.terms import Add, Bracket
from symback.algebra.traverse import walk
from symback.numeric.evaluate import Evaluator
from symback.reading.files import from_dict

SIZES = ({"n": 1, "m": 1, "k": 1}, {"n": 1, "m": 4, "k": 2}, {"n": 3, "m": 3, "k": 3}, {"n": 4, "m": 1, "k": 3})
TEXTS = [text for function, texts in CASES.items() for text in texts[: 12 if function in ("average", "clip") else 4]]
STEP = 1e-5
SLACK = ("squeeze(b)",)
"""What NumPy gives another shape where a size happens to be 1."""


def values(sizes):
    rng = np.random.default_rng(3)
    shapes = {name: [eval(size, {}, sizes) for size in shape] for name, shape in SHAPES.items()}
    return {name: rng.uniform(0.3, 1.7, shape) * rng.choice([-1, 1], shape) for name, shape in shapes.items()}


def by_numpy(text, names):
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(eval(text, {**NAMES, **names}), dtype=float)
    except (ValueError, IndexError, TypeError, np.linalg.LinAlgError):
        return None
    return found if np.all(np.isfinite(found)) else None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("text", TEXTS)
def test_it_means_what_numpy_means(text, sizes):
    at = values(sizes)
    expected = by_numpy(text, {**sizes, **at})
    net = sb.Network.from_dict({"symbols": SYMBOLS, "forward": {"out": text, "L": "sum(cos(out)*out)"}, "loss": "L"})
    read = [leaf.name for leaf in net.program.leaves if any(leaf.name in d.reads for d in net.program.definitions)]
    try:
        model = net.derive(read).compile()
        found, gradients = np.asarray(model.forward(at)["out"]), model.gradients(at)[1]
    except sb.SymbackError as error:
        refused = str(error)
    else:
        refused = ""
    if refused or expected is None or any(part in text for part in SLACK):
        assert not refused or expected is None or "needs at least" in refused or "no entries" in refused, refused
        return
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    for name in read:
        assert np.shape(gradients[name]) == at[name].shape
        way = np.random.default_rng(len(text)).normal(size=at[name].shape)
        slopes = [
            by_numpy(f"sum_all(cos({text})*({text}))", {**sizes, **at, name: at[name] + k * STEP * way, **TOTAL}) for k in (-2, -1, 1, 2)
        ]
        if np.all(np.isfinite(gradients[name])) and all(s is not None for s in slopes):
            difference = (8 * (slopes[2] - slopes[1]) - (slopes[3] - slopes[0])) / (12 * STEP)
            assert float(np.sum(gradients[name] * way)) == pytest.approx(float(difference), rel=1e-6, abs=1e-6)


PLACES = ("", "0", "1", "3", "5", "-1", "-2", "-4", "-9")


@pytest.mark.parametrize("step", ["", "2", "-1", "-2", "-3"])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_every_slice_of_an_axis_of_known_size(size, step):
    x = np.arange(1.0, size + 1)
    for start, stop in product(PLACES, PLACES):
        text = f"x[{start}:{stop}:{step}]"
        expected = eval(text, {"x": x})
        given = {"symbols": {"x": {"shape": [size]}}, "forward": {"out": text}, "loss": "out"}
        if expected.size:
            found = Evaluator(from_dict(given, scalar=False), {"x": x.tolist()}, {}, digits=15).array("out")
            assert [float(v) for v in found] == expected.tolist(), text
        else:
            with pytest.raises(sb.SymbackError, match="no entries"):
                from_dict(given, scalar=False)


@pytest.mark.parametrize(
    "text",
    [
        "np.eye(1)",
        "np.eye(1, 4)",
        "np.eye(3, 1)",
        "np.eye(1, M=3, k=1)",
        "np.eye(3, 1, -1)",
        "np.eye(4, 2, 1)",
        "np.tri(1, 3)",
        "np.identity(1)",
    ],
)
def test_masks_of_known_size(text):
    program = from_dict({"symbols": {"x": {}}, "forward": {"out": f"x*{text}"}, "loss": "out"}, scalar=False)
    found = Evaluator(program, {"x": 2.0}, {}, digits=15).array("out")
    np.testing.assert_array_equal(np.array(found, dtype=float), 2 * eval(text, {"np": np}))


@pytest.mark.parametrize("text", ["minimum(0, 0)*x", "maximum(0, 0)*x", "minimum(x, 0)*0", "clip(0, 0, 0)*x", "clip(x, 0, 0)"])
def test_what_is_always_zero(text):
    net = sb.Network.from_dict({"symbols": {"x": {"role": "weight"}}, "forward": {"L": text}, "loss": "L"})
    assert net.derive().compile().gradients({"x": 1.5})[1]["x"] == 0


@pytest.mark.parametrize(
    ("bounds", "facts", "cases"),
    [
        ("-1, 1", {}, 3), ("1, -1", {}, 0), ("s, t", {}, 4), ("-a, a", {"a": ["positive"]}, 3), ("a, -a", {"a": ["positive"]}, 0), ("-a, a", {}, 4),
        ("1 - a, 1 + a", {"a": [["between", 0, 1]]}, 3), ("s, s + 1", {}, 3), ("s, s", {}, 0), ("s - t**2, s", {}, 3), ("s, s + a", {"a": ["nonnegative"]}, 3), ("exp(s), 0", {}, 0),
    ],
)  # fmt: skip
def test_bounds_known_to_be_in_order_give_the_short_form(bounds, facts, cases):
    symbols = {name: {"facts": facts.get(name, [])} for name in ("x", "s", "t", "a")}
    program = from_dict({"symbols": symbols, "forward": {"L": f"clip(x, {bounds})"}, "loss": "L"})
    body = program.definition["L"].body
    found = len(body.args) if isinstance(body, Add) and any(isinstance(n, Bracket) for n in walk(body)) else 0
    assert found == cases, body


TOTAL = {"cos": np.cos, "sum_all": np.sum}

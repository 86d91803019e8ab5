"""Models: values in, arrays out, errors in one line, names that would be code stay text."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hand_programs import CASES, case, chain, d, deep, define, house
from test_source import draw

from symback.algebra.terms import ref
from symback.errors import NumericError
from symback.network.program import Leaf
from symback.numeric.model import Model
from symback.numeric.values import index_tuples

SEED = {"x": "0.5", "T": 1, "w1": Fraction(1, 2), "b1": 0.1, "w2": "-0.4", "b2": 0}


def model(of, dtype="float64"):
    return Model(of.program, of.gradient, dtype)


def test_a_scalar_network_needs_no_numpy():
    text = model(chain()).source
    assert "numpy" not in text.replace("NumPy", "")
    loss, gradients = model(chain()).gradients(SEED)
    assert isinstance(loss, float)
    assert list(gradients) == ["w1", "b1", "w2", "b2"]


@pytest.mark.parametrize("of", CASES, ids=lambda c: c.name)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_gradients_have_the_declared_shape(of, dtype):
    _, gradients = model(of, dtype).gradients(draw(of.program, of.sizes))
    for name, gradient in gradients.items():
        places = list(index_tuples(of.program.indices(name), of.sizes))
        parts = gradient if isinstance(gradient, list) else [gradient]
        assert sum(np.size(p) for p in parts) == len(places)
        if not isinstance(gradient, list):
            assert np.shape(gradient) == tuple(np.max(places, axis=0) + 1 if places != [()] else ())


def test_a_step_uses_the_old_parameters_everywhere():
    m, values = model(house()), draw(house().program, house().sizes)
    _, gradients = m.gradients(values)
    new = m.step(values, rate=0.4)
    assert list(new) == ["W1", "b1", "W2", "b2"]
    for name, gradient in gradients.items():
        np.testing.assert_allclose(new[name], np.array(values[name]) - 0.4 * gradient, rtol=1e-15)


@pytest.mark.parametrize("of", [house(), deep(), chain()], ids=lambda c: c.name)
def test_training_lowers_the_loss(of):
    values = draw(of.program, of.sizes)
    history = model(of).train(values, rate=0.1, epochs=50)
    assert history.updates == 50
    assert history.losses[-1] < history.losses[0]
    stopped = model(of).train([values, values], rate=0.1, epochs=500, below=history.losses[-1])
    assert stopped.updates == 50


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"W1": None}, "W1: no value is given"),
        ({"W1": [[1.0, 2.0]]}, "is 1"),
        ({"x": [1.0, float("nan")]}, "x: nan is not a finite number"),
        ({"x": np.array([1.0, np.inf])}, "x: a value is not finite"),
        ({"x": "abc"}, "x: 'abc' is not a finite number"),
        ({"x": 1.0}, "x: the value has 0 axes"),
        ({"W1": [[1.0, 2.0], [3.0]]}, "the same length"),
    ],
)
def test_errors_are_one_line(changed, says):
    values = draw(house().program, house().sizes) | changed
    values = {k: v for k, v in values.items() if v is not None}
    with pytest.raises(NumericError, match=says) as caught:
        model(house()).gradients(values)
    assert "\n" not in str(caught.value)


def test_overflow_in_a_scalar_network_is_an_error():
    power = case(
        "power", [Leaf("x", (), "weight")], [define("L", [], ref("x") ** 400)], [define(d("x"), [], 400 * ref("x") ** 399)], ["x"], {}
    )
    with pytest.raises(NumericError, match="cannot be computed"):
        model(power).forward({"x": 1000.0})


NASTY = [
    "import os",
    "__import__('os').system('x')",
    "lambda",
    "np",
    "sigmoid",
    "values",
    "print",
    "σ",
    'a"b',
    "a\\b",
    "x\ny",
    "DTYPE",
    "dw",
    "_",
    "",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_never_reach_the_source_as_code(name):
    of = case(
        'nasty """ \\ name\nimport os',
        [Leaf(name, (), "weight"), Leaf("w", (), "weight")],
        [define("L", [], ref(name) ** 2 * ref("w"))],
        [define(d(name), [], 2 * ref(name) * ref("w")), define(d("w"), [], ref(name) ** 2)],
        [name, "w"],
        {},
    )
    m = model(of)
    loss, gradients = m.gradients({name: 3.0, "w": 2.0})
    assert (loss, gradients) == (18.0, {name: 12.0, "w": 9.0})
    assert m.step({name: 3.0, "w": 2.0}, 0.5) == {name: -3.0, "w": -2.5}
    assert [line for line in m.source.splitlines() if line.startswith("import")] in ([], ["import math"])


def test_an_unknown_precision_is_an_error():
    with pytest.raises(NumericError, match="float16"):
        model(chain(), "float16")

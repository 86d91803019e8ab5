"""What runs under NumPy means the same here: every expression is run by NumPy and evaluated entry by entry."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy_meaning import EXPRESSIONS, NAMESPACE, SIZES, values
from reading_cases import network

from symback.numeric.evaluate import Evaluator
from symback.reading.functions import FUNCTIONS, METHODS

VALUES = values()


def by_numpy(text):
    return np.asarray(eval(text, {**NAMESPACE, **SIZES, **VALUES}), dtype=float)


def by_symback(text):
    program = network(text)
    run = Evaluator(program, VALUES, sizes=SIZES, digits=30)
    shape = [i.size.value(SIZES) for i in program.definition["out"].indices]
    return np.array([float(run.entry("out", place)) for place in np.ndindex(*shape)]).reshape(shape)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_it_means_what_numpy_means(text):
    expected = by_numpy(text)
    found = by_symback(text)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_every_function_of_the_table_is_compared():
    written = {word for text in EXPRESSIONS for word in re.findall(r"\w+", text)}
    assert set(FUNCTIONS) - written - {"slogdet"} == set()
    assert {m for m in METHODS if not any(f".{m}(" in text for text in EXPRESSIONS)} <= {
        "prod",
        "var",
        "std",
        "max",
        "min",
        "cumsum",
        "swapaxes",
        "ravel",
        "squeeze",
    }


def test_the_values_have_no_ties_and_no_zeros():
    for array in VALUES.values():
        assert np.all(np.abs(array) > 0.2)
        assert len(np.unique(array)) == array.size

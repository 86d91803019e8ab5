"""Every row of layers and losses: declared, derived, printed, run and checked. A row without plain NumPy beside it fails."""

from __future__ import annotations

import random
from functools import cache
from types import SimpleNamespace

import numpy as np
import plain_layers
import plain_losses
import pytest

from symback.api import Network
from symback.layers import LAYERS, LOSSES
from symback.numeric.evaluate import Evaluator
from symback.numeric.model import Model
from symback.verify.differences import check_gradients
from symback.verify.sample import draw, size_sets

ROWS = (*LAYERS.values(), *LOSSES.values())
PLAIN = {**plain_layers.PLAIN, **plain_losses.PLAIN}
CONVOLUTIONS = (
    {"N": 2, "g": 2, "c": 3, "h": 7, "w": 5, "n": 11, "o": 5, "k": 3, "l": 2, "p": 1, "s": 2, "d": 2},
    {"N": 1, "g": 3, "c": 2, "h": 5, "w": 7, "n": 7, "o": 3, "k": 2, "l": 3, "p": 0, "s": 3, "d": 1},
    {"N": 2, "g": 2, "c": 1, "h": 5, "w": 3, "n": 5, "o": 2, "k": 3, "l": 2, "p": 2, "s": 1, "d": 1},
)
"""Strides and paddings of their own: larger ones than windows would leave gaps."""

rows = pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)


@cache
def derived(row):
    program = row.program()
    return Network.from_program(program).derive([leaf.name for leaf in program.leaves])


def sizes_of(row, program):
    if "p" in row.size_names:
        return [{name: sizes[name] for name in row.size_names} for sizes in CONVOLUTIONS]
    return list(size_sets(program))


def checked_names(core):
    return (*(leaf.name for leaf in core.program.leaves), *core.spliced)


@rows
def test_printed_without_internal_names(row):
    derivation = derived(row)
    for formula in derivation.lines:
        for notation in ("matrix", "index"):
            text, latex = formula.text(notation), formula.latex(notation)
            for written in (text, latex, formula.text(notation, over="leaves")):
                assert not any(mark in written for mark in ("'", "·held", "#", "\0", "Partial", "Reduce", "Bracket", "_{}"))
            assert "=" in text
            assert latex.count("{") == latex.count("}")


@rows
def test_gradients_against_differences(row):
    core = derived(row).core
    names = checked_names(core)
    adjoints = {n: core.adjoint(n) for n in names}
    outcome = check_gradients(core.program, core.gradient_program(names), adjoints, points=3, sizes=sizes_of(row, core.program))
    assert not outcome.failed, [str(w) for w in outcome.failed.values()]
    assert (outcome.points, outcome.reason) == (3, "")


@rows
def test_generated_numpy_and_plain_numpy(row):
    derivation = derived(row)
    program, gradient = derivation.program, derivation.core.gradient_program(facts=True)
    model = Model(program, gradient)
    for k, sizes in enumerate(sizes_of(row, program)):
        values = draw(program, sizes, random.Random(k), positive=k == 2).shown()
        run = Evaluator(gradient, values, sizes)
        given = {**values, **{n: s for n, s in sizes.items() if n not in values}}
        forward, (loss, gradients) = model.forward(given), model.gradients(given)
        for definition in program.definitions:
            np.testing.assert_allclose(forward[definition.name], floats(run.array(definition.name)), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(loss, float(run.entry(program.loss)), rtol=1e-12, atol=1e-12)
        for result in gradient.results:
            np.testing.assert_allclose(gradients[str(result.by)], floats(run.array(result)), rtol=1e-10, atol=1e-10)
        arrays = SimpleNamespace(**{**sizes, **{n: np.array(v) for n, v in values.items()}})
        expected = PLAIN[row.name](arrays)
        tolerance = 1e-6 if row.name == "gradient_penalty" else 1e-12
        assert np.shape(forward[row.result]) == np.shape(expected)
        np.testing.assert_allclose(forward[row.result], expected, rtol=tolerance, atol=tolerance)


def floats(value):
    return np.vectorize(float)(np.array(value, dtype=object))


def test_every_row_has_plain_numpy():
    assert list(PLAIN) == [row.name for row in ROWS]


@rows
def test_a_row_says_what_it_is(row):
    assert row.title
    assert row.says.endswith(".")
    assert row.name.isidentifier()
    assert row.name == row.name.lower()
    table = LOSSES if row.result == "L" else LAYERS
    assert table[row.name] is row
    assert table[row.title].name == row.name


INFINITE = {
    "gaussian_nll": "the variance itself overflows",
    "gaussian_divergence": "the variance itself overflows",
    "gradient_penalty": "a slope of 0 has no direction",
    "focal": "its gradient divides by a probability that is 0 in floating point",
}


@pytest.mark.parametrize("row", [r for r in ROWS if "p" not in r.size_names and r.name not in INFINITE], ids=lambda r: r.name)
def test_large_inputs_stay_finite(row):
    """Scores of some hundreds overflow exp; the generated source does not use it as written."""
    derivation = derived(row)
    program = derivation.program
    sizes = next(iter(size_sets(program)))
    values = {n: np.array(v) for n, v in draw(program, sizes, random.Random(1)).shown().items()}
    large = [leaf.name for leaf in program.leaves if leaf.role == "input" and not leaf.facts and leaf.name != "G"]
    given = {**sizes, **values, **{n: 800 * values[n] for n in large}}
    model = Model(program, derivation.core.gradient_program(facts=True))
    loss, gradients = model.gradients(given)
    for value in (loss, *model.forward(given).values(), *gradients.values()):
        assert np.isfinite(value).all()

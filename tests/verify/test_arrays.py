"""Arrays against the reference evaluator, on every gradient of the catalogue at prime sizes."""

from __future__ import annotations

import random

import numpy as np
import pytest

from symback.algebra.opaque import OPAQUE
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, Apply, Ref, apply, bracket, reciprocal, ref, total
from symback.catalogue.derived import entry, small_sizes
from symback.catalogue.entries import ENTRIES
from symback.errors import NumericError
from symback.network.program import Definition, Leaf, Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.verify.array_nodes import opaque_value
from symback.verify.arrays import Arrays
from symback.verify.sample import draw, size_sets

I, J = Index("i", "n"), Index("j", "n")
FIELD = HighPrecision(30)


def _reference(program: Program, values, sizes) -> Evaluator:
    return Evaluator(program, {n: Entries({p: FIELD.number(v) for p, v in t.items()}) for n, t in values.items()}, sizes, field=FIELD)


@pytest.mark.parametrize("key", list(ENTRIES))
def test_gradients_of_the_catalogue_agree_with_the_reference(key):
    program = entry(key).core.gradient_program(facts=True)
    sizes = next(iter(small_sizes(program) or size_sets(program, 1)))
    point = draw(program, sizes, random.Random(key))
    reference, run = _reference(program, point.values, sizes), Arrays(program, point.values, sizes)
    for name in program.results:
        array = run.array(name)
        for places, value in reference.entries(name).items():
            assert array[places] == pytest.approx(float(value), rel=1e-9, abs=1e-9), (name, places)


@pytest.mark.parametrize("op", [row for row in OPERATIONS.values() if row.arity], ids=lambda row: row.name)
def test_every_operation_has_its_numpy_meaning(op):
    leaves = tuple(Leaf(f"x{k}") for k in range(op.arity))
    program = Program("", leaves, (Definition("y", (), Apply(op.name, tuple(Ref(leaf.name) for leaf in leaves))),), ("y",))
    values = {leaf.name: {(): (k + 3) / 7} for k, leaf in enumerate(leaves)}
    reference = Evaluator(program, {n: v[()] for n, v in values.items()}).entry("y")
    assert float(Arrays(program, values, {}).array("y")) == pytest.approx(float(reference), rel=1e-13)


@pytest.mark.parametrize("row", list(OPAQUE))
def test_every_opaque_row_has_its_numpy_function(row):
    matrix = np.array([[3.0, 1.0], [0.5, 2.0]])
    assert np.all(np.isfinite(opaque_value(row, [matrix, matrix][: len(OPAQUE[row].jacobians)])))


def test_a_false_bracket_annihilates_what_is_undefined():
    program = Program("", (Leaf("x", (I,)),), (), ())
    run = Arrays(program, {"x": [0.0, 2.0]}, {"n": 2})
    guarded = bracket(ref("x", I), ">", 0) * reciprocal(ref("x", I)) * apply("log", ref("x", I))
    assert run.entries(guarded, (I,)).tolist() == [0.0, np.log(2.0) / 2]
    shifted = bracket(Size.of(I) + 1, "<", "n") * ref("x", Size.of(I) + 1)
    assert run.entries(shifted, (I,)).tolist() == [2.0, 0.0]


def test_axes_come_in_the_order_asked_for_and_repeat_where_nothing_reads_them():
    program = Program("", (Leaf("A", (I, J)), Leaf("x", (I,))), (), ())
    run = Arrays(program, {"A": [[1.0, 2.0], [3.0, 4.0]], "x": [5.0, 6.0]}, {"n": 2})
    assert run.entries(ref("A", J, I), (I, J)).tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert run.entries(ref("A", I, I), (I,)).tolist() == [1.0, 4.0]
    assert run.entries(ref("x", J), (I, J)).tolist() == [[5.0, 6.0], [5.0, 6.0]]
    assert run.entries(total([I], ONE), ()).tolist() == 2.0


def test_a_sum_whose_range_depends_on_another_index():
    below = Index("k", Size.of(I) + 1)
    program = Program("", (Leaf("x", (I,)),), (), ())
    run = Arrays(program, {"x": [1.0, 10.0, 100.0]}, {"n": 3})
    assert run.entries(total([below], ref("x", below)), (I,)).tolist() == [1.0, 11.0, 111.0]


def test_holes_are_known_to_one_call_only():
    program = Program("", (Leaf("x", (I,)),), (), ())
    run = Arrays(program, {"x": [1.0, 2.0]}, {"n": 2})
    formula = ref("x", I) * ref("hole", I)
    assert run.entries(formula, (I,), {"hole": np.array([3.0, 4.0])}).tolist() == [3.0, 8.0]
    assert run.entries(formula, (I,), {"hole": np.array([5.0, 6.0])}).tolist() == [5.0, 12.0]
    with pytest.raises(NumericError, match="no value is given"):
        run.entries(formula, (I,))

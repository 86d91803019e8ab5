"""The reference evaluator against values worked out another way."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.operations import ROWS
from symback.algebra.sizes import Index, Size, SizeAt
from symback.algebra.terms import ONE, Count, Reduce, apply, bracket, ref, term, total
from symback.errors import NumericError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator
from symback.numeric.values import sizes_from_values

i, j, t, l = Index("i", "n"), Index("j", "m"), Index("t", "T"), Index("l", "L")


def program(leaves, *definitions, results=None):
    return Program("test", tuple(leaves), tuple(definitions), results or (definitions[-1].name,))


AFFINE = program(
    [Leaf("W", (j, i)), Leaf("x", (i,)), Leaf("b", (j,))],
    Definition("z", (j,), total([i], ref("W", j, i) * ref("x", i)) + ref("b", j)),
)
CHAIN = program(
    [Leaf("x", (t,)), Leaf("w")],
    Definition("h", (t,), bracket(t, ">=", 1) * ref("w") * ref("h", Size.of(t) - 1) + ref("x", t)),
)


def test_affine_layer_follows_its_values():
    run = Evaluator(AFFINE, {"W": [["0.1", 2], [3, 4], [5, Fraction(1, 3)]], "x": [1, 2], "b": np.array([0, 0, 1])})
    assert run.sizes == {"m": 3, "n": 2}
    assert abs(run.entry("z", (0,)) - mpmath.mpf("4.1")) < 1e-14
    assert [float(v) for v in run.array("z")] == pytest.approx([4.1, 11, 6 + 2 / 3])


def test_digits_are_kept_and_the_global_context_is_left_alone():
    before = mpmath.mp.dps
    value = Evaluator(program([], Definition("L", (), term(2) ** Fraction(1, 2))), {}, digits=80).entry("L")
    assert str(value * value - 2) == "0.0" or abs(value * value - 2) < 1e-79
    assert mpmath.mp.dps == before


def test_strong_zero_comes_before_what_is_undefined():
    body = ref("x", Size.of(i) - 1) * (bracket(i, ">=", 1) * term(2)) + bracket(ref("x", i), "<", 0) * ref("x", i) / (term(0) * ONE)
    run = Evaluator(program([Leaf("x", (i,))], Definition("y", (i,), body)), {"x": [3, 5]})
    assert run.array("y") == [0, 6]


def test_a_place_out_of_range_is_an_error():
    run = Evaluator(program([Leaf("x", (i,))], Definition("y", (i,), ref("x", Size.of(i) - 1))), {"x": [3, 5]})
    with pytest.raises(NumericError, match="out of range"):
        run.array("y")


@pytest.mark.parametrize("length", [3, 2000])
def test_recurrences_of_any_length(length):
    value = Evaluator(CHAIN, {"x": [1] * length, "w": "0.5"}).entry("h", (length - 1,))
    assert abs(value - (2 - mpmath.mpf(2) ** (1 - length))) < 1e-40


def test_a_circle_without_end_is_an_error():
    loop = program([], Definition("a", (), ref("b") + 1), Definition("b", (), ref("a") * 2))
    with pytest.raises(NumericError, match="defined by itself"):
        Evaluator(loop, {}).entry("a")


def test_ragged_widths():
    lj, li = Index("j", SizeAt("n", Size.of(l) + 1)), Index("i", SizeAt("n", l))
    depth = Index("l", Size.of("L") + 1)
    unit = Index("i", SizeAt("n", depth))
    inner = Index("k", SizeAt("n", Size.of(depth) - 1))
    body = bracket(depth, "=", 0) * ref("x", unit) + bracket(depth, ">=", 1) * total(
        [inner], ref("W", Size.of(depth) - 1, unit, inner) * ref("h", Size.of(depth) - 1, inner)
    )
    deep = program([Leaf("W", (l, lj, li)), Leaf("x", (Index("i", SizeAt("n", 0)),))], Definition("h", (depth, unit), body))
    values = {"W": [[[1, 2]] * 5, [[1] * 5] * 3], "x": [1, 2]}
    assert sizes_from_values(deep, values) == {"L": 2, "n": [2, 5, 3]}
    assert Evaluator(deep, values).array("h") == [[1, 2], [5] * 5, [25] * 3]


def test_ties_compare_the_very_same_numbers():
    k = Index("k", "n")
    top = Definition("M", (), Reduce("max", i, ref("z", i)))
    hot = Definition("d", (i,), bracket(ref("z", i), "=", ref("M")) / total([k], bracket(ref("z", k), "=", ref("M"))))
    z = Definition("z", (i,), apply("exp", ref("x", i)) / 3)
    run = Evaluator(program([Leaf("x", (i,))], z, top, hot), {"x": ["0.3", "0.7", "0.7"]})
    assert run.array("d") == [0, 0.5, 0.5]


@pytest.mark.parametrize("row", [r for r in ROWS if r.means], ids=lambda r: r.name)
def test_operations_agree_with_their_meaning(row):
    x = term("0.7")
    both = program([], Definition("a", (), apply(row.name, *[x] * row.arity)), Definition("b", (), row.means(*[x] * row.arity)))
    run = Evaluator(both, {})
    assert abs(run.entry("a") - run.entry("b")) < mpmath.mpf(10) ** -48


def test_sizes_are_solved_for():
    w = Index("i", Size.of("n") - Size.of("k") + 1)
    conv = program([Leaf("f", (Index("k", "k"),)), Leaf("y", (w,))], Definition("L", (), Count("n") * ONE))
    values = {"f": [1] * 3, "y": [0] * 5}
    assert sizes_from_values(conv, values) == {"k": 3, "n": 7}
    assert Evaluator(conv, values).entry("L") == 7


def matrix_program(row, *leaves, axes):
    return program(leaves, Definition("B", axes, Opaque(row, tuple(leaf.name for leaf in leaves))))


SQUARE = Leaf("A", (Index("i", "n"), Index("j", "n")))
WIDE = Leaf("A", (Index("i", "m"), Index("j", "n")))
A3 = [[2.0, 1.0, 0.5], [0.25, -3.0, 1.0], [1.0, 1.5, 4.0]]
OPAQUE_CASES = [
    ("inv", [SQUARE], (Index("i", "n"), Index("j", "n")), [A3], np.linalg.inv),
    ("det", [SQUARE], (), [A3], np.linalg.det),
    ("logabsdet", [SQUARE], (), [A3], lambda a: np.linalg.slogdet(a)[1]),
    ("signdet", [SQUARE], (), [A3], lambda a: np.linalg.slogdet(a)[0]),
    ("solve", [SQUARE, Leaf("b", (i,))], (Index("i", "n"),), [A3, [1.0, 2.0, 3.0]], np.linalg.solve),
    ("solve", [SQUARE, Leaf("b", (i, j))], (i, j), [A3, [[1.0, 2.0]] * 3], np.linalg.solve),
    ("pinv", [WIDE], (Index("i", "n"), Index("j", "m")), [A3[:2]], np.linalg.pinv),
    ("pinv", [WIDE], (Index("i", "n"), Index("j", "m")), [[*A3[:1], [4.0, 2.0, 1.0]]], np.linalg.pinv),
]


@pytest.mark.parametrize(("row", "leaves", "axes", "operands", "numpy"), OPAQUE_CASES)
def test_opaque_rows_agree_with_numpy(row, leaves, axes, operands, numpy):
    run = Evaluator(matrix_program(row, *leaves, axes=axes), {leaf.name: v for leaf, v in zip(leaves, operands, strict=True)})
    got = np.array(run.array("B"), dtype=float)
    np.testing.assert_allclose(got, numpy(*map(np.array, operands)), atol=1e-12)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"W": [[1, 2]], "x": [1, 2, 3], "b": [0]}, "an axis has length 3 where n is 2"),
        ({"W": [[1, 2]], "x": 1, "b": [0]}, "declared as \\(n\\)"),
        ({"W": [[1, 2], [3]], "x": [1, 2], "b": [0, 0]}, "length 1 where n is 2"),
        ({"W": [[1, float("nan")]], "x": [1, 2], "b": [0]}, "nan is not a finite number"),
        ({"W": [[1, "a"]], "x": [1, 2], "b": [0]}, "'a' is not a finite number"),
        ({"W": [[1, 2]], "b": [0]}, "no value is given"),
    ],
)
def test_errors_are_one_line(values, says):
    with pytest.raises(NumericError, match=says) as caught:
        Evaluator(AFFINE, values).array("z")
    assert "\n" not in str(caught.value)


def test_what_is_not_real_or_finite_is_an_error():
    x = Leaf("x")
    for body in (apply("log", ref("x")), ref("x") ** Fraction(1, 2), ONE / (ref("x") + 1)):
        with pytest.raises(NumericError):
            Evaluator(program([x], Definition("L", (), body)), {"x": -1}).entry("L")


def test_a_value_may_stand_in_for_a_definition():
    assert Evaluator(CHAIN, {"x": [1, 1, 1], "w": 2, "h": [1, 5, 9]}).entry("h", (1,)) == 5

"""Every row of the operations table: slope, value at a kink, range, domain, meaning, and its NumPy, mpmath and SymPy names."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from symback.algebra.normal import equal
from symback.algebra.operations import OPERATIONS, ROWS, Interval, Operation, meaning, slope
from symback.algebra.terms import Term, apply, ref
from symback.network.program import Leaf, Program
from symback.numeric.compile import compile_source
from symback.numeric.evaluate import Evaluator

NAMES = ("x", "y")
PROGRAM = Program("row", tuple(Leaf(n) for n in NAMES), (), ())
DIGITS = 90
POINTS = (
    (Fraction(13, 10), Fraction(-7, 5)),
    (Fraction(-3, 10), Fraction(9, 10)),
    (Fraction(21, 10), Fraction(1, 3)),
    (Fraction(-17, 10), Fraction(-2)),
)
FUNCTIONS = [row for row in ROWS if row.arity]


def value(node: Term, point) -> mpmath.mpf:
    with mpmath.workdps(DIGITS):
        return Evaluator(PROGRAM, dict(zip(NAMES, point, strict=True)), {}, digits=DIGITS).term(node)


def applied(row) -> Term:
    return apply(row.name, *(ref(n) for n in NAMES[: row.arity]))


def points(row):
    return [p for p in POINTS if all(row.domain.inside(v) for v in p[: row.arity])]


def exactly(number: mpmath.mpf) -> Fraction:
    return Fraction(mpmath.nstr(number, DIGITS))


def moved(point, position, step):
    return tuple(v + step if n == position else v for n, v in enumerate(point))


def by_name(row) -> str:
    return row.name


@pytest.mark.parametrize("row", FUNCTIONS, ids=by_name)
def test_the_slope_is_the_derivative_away_from_kinks(row):
    node = applied(row)
    assert points(row)
    for point in points(row):
        assert not any(point[0] == k for k in row.kinks)
        for position in range(row.arity):
            step = Fraction(1, 10**30)
            with mpmath.workdps(DIGITS):
                rise = value(node, moved(point, position, step)) - value(node, moved(point, position, -step))
                difference = rise / (2 * mpmath.mpf(step.numerator) / step.denominator)
                assert abs(difference - value(slope(node, position), point)) < mpmath.mpf(10) ** -50


@pytest.mark.parametrize("row", [r for r in ROWS if r.kinks], ids=by_name)
def test_the_slope_at_a_kink_is_the_documented_one(row):
    for kink in row.kinks:
        assert value(slope(applied(row), 0), (Fraction(kink), Fraction(0))) == 0
    assert "slope at 0 is 0" in row.says or row.name == "sign"


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_values_lie_in_the_range(row):
    for point in points(row):
        assert row.range.inside(exactly(value(applied(row), point)))
    for kink in row.kinks:
        assert row.range.inside(exactly(value(applied(row), (Fraction(kink), Fraction(0)))))


@pytest.mark.parametrize("row", [r for r in ROWS if r.means], ids=by_name)
def test_the_meaning_is_the_operation(row):
    node = applied(row)
    spelled = meaning(node)
    assert spelled is not None
    assert equal(node, spelled)
    for point in points(row):
        assert abs(value(node, point) - value(spelled, point)) < mpmath.mpf(10) ** -60


@pytest.mark.parametrize("row", [r for r in ROWS if r.mpmath], ids=by_name)
def test_mpmath_knows_the_operation_by_the_name_given(row):
    for point in points(row):
        with mpmath.workdps(DIGITS):
            function = getattr(mpmath, row.mpmath)
            args = [mpmath.mpf(v.numerator) / v.denominator for v in point[: row.arity]]
            expected = function(*args) if row.arity else +function
            assert abs(value(applied(row), point) - expected) < mpmath.mpf(10) ** -60


@pytest.mark.parametrize("row", [r for r in ROWS if r.numpy], ids=by_name)
def test_numpy_knows_the_operation_by_the_name_given(row):
    function = getattr(np, row.numpy.removeprefix("np."))
    for point in points(row):
        args = [float(v) for v in point[: row.arity]]
        assert (function(*args) if row.arity else function) == pytest.approx(float(value(applied(row), point)), rel=1e-13)


@pytest.mark.parametrize("row", [r for r in FUNCTIONS if r.numpy and not (r.helper and r.helper.math)], ids=by_name)
def test_plain_numbers_have_the_function_named(row):
    function = {"abs": abs}.get(row.plain) or getattr(math, row.plain.removeprefix("math."))
    for point in points(row):
        assert function(*map(float, point[: row.arity])) == pytest.approx(float(value(applied(row), point)), rel=1e-13)


@pytest.mark.parametrize("row", [r for r in ROWS if r.helper], ids=by_name)
def test_a_helper_is_the_operation_over_arrays_and_over_plain_numbers(row):
    sources = [text for text in (row.helper.numpy, row.helper.math) if text]
    assert row.helper.math
    for text in sources:
        function = compile_source(f"import math\nimport numpy as np\nDTYPE = np.float64\n{text}")[row.helper.name]
        for point in points(row):
            args = [float(v) for v in point[: row.arity]]
            assert function(*args) == pytest.approx(float(value(applied(row), point)), rel=1e-13)
        for large in (1e3, -1e3):
            assert math.isfinite(function(large))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "a primitive names its function in mpmath and in NumPy"),
        ({"numpy": "np.expm1"}, "a primitive names its function in mpmath and in NumPy"),
        ({"mpmath": "expm1"}, "a primitive names its function in mpmath and in NumPy"),
        ({"numpy": "np.i0", "mpmath": "expm1"}, "there is no math.i0; name the function for plain numbers in math"),
        ({"means": lambda x: x, "kinks": (0,)}, "a row with kinks says in convention what its slope is there"),
        ({"means": lambda x: x, "convention": "new′(0) = 0"}, "a row with kinks says in convention what its slope is there"),
    ],
)
def test_a_row_that_cannot_be_evaluated_is_refused(given, words):
    with pytest.raises(ValueError, match=re.escape(f"new: {words}")):
        Operation("new", (lambda out, x: out,), r"\operatorname{new}", "a new one", **given)


@pytest.mark.parametrize("row", [r for r in ROWS if r.sympy], ids=by_name)
def test_sympy_knows_the_operation_by_the_name_given(row):
    function = getattr(sympy, row.sympy)
    for point in points(row):
        args = [sympy.Rational(v.numerator, v.denominator) for v in point[: row.arity]]
        assert float(sympy.N(function(*args) if row.arity else function, 30)) == pytest.approx(float(value(applied(row), point)), rel=1e-14)


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_a_row_is_complete(row):
    assert row.numpy or row.helper or row.means
    assert row.says
    assert row.latex
    assert row.means or row.mpmath
    assert OPERATIONS[row.name] is row


def test_intervals():
    assert not Interval(Fraction(0)).inside(0)
    assert Interval(Fraction(0), None, open=False).inside(0)
    assert not Interval(None, Fraction(1)).inside(1)

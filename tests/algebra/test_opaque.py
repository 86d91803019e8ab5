"""Every opaque row: its relations hold, NumPy agrees, and its Jacobians agree with high-precision differences."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.opaque import OPAQUE, ROWS, Site
from symback.algebra.sizes import Index, Size
from symback.errors import NumericError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator
from symback.numeric.field import HighPrecision

DIGITS = 80
STEP = mpmath.mpf(10) ** -25
SHAPES = {"pinv": [((5, 3),), ((3, 5),)], "solve": [((3, 3), (3,)), ((3, 3), (3, 2))]}
CASES = [(row, shapes) for row in ROWS for shapes in SHAPES.get(row.name, [((3, 3),)])]
IDS = [f"{row.name}{shapes}" for row, shapes in CASES]


def pinv(a):
    return (a.T * a) ** -1 * a.T if a.rows >= a.cols else a.T * (a * a.T) ** -1


FUNCTIONS = {
    "inv": lambda a: a**-1,
    "det": lambda a: mpmath.matrix([[mpmath.det(a)]]),
    "logabsdet": lambda a: mpmath.matrix([[mpmath.log(abs(mpmath.det(a)))]]),
    "signdet": lambda a: mpmath.matrix([[mpmath.sign(mpmath.det(a))]]),
    "solve": lambda a, b: a**-1 * b,
    "pinv": pinv,
}


def matrix(shape, seed):
    numbers = np.random.default_rng(seed).integers(-400, 400, size=shape if len(shape) == 2 else (*shape, 1))
    return mpmath.matrix([[mpmath.mpf(int(v)) / 131 for v in line] for line in numbers])


def entry(value, place):
    return value[(*place, 0)[:2]] if place else value[0, 0]


def changed(value, place, step):
    copy = value.copy()
    copy[(*place, 0)[:2]] += step
    return copy


def nested(value, shape):
    text = [[mpmath.nstr(value[a, b], DIGITS) for b in range(value.cols)] for a in range(value.rows)]
    if not shape:
        return text[0][0]
    return text if len(shape) == 2 else [line[0] for line in text]


class Bench:
    """One row at one point: the site its Jacobians see, and an evaluator that knows output and auxiliary values."""

    def __init__(self, row, shapes, seed=7):
        self.row, self.shapes = row, shapes
        self.operands = [matrix(s, seed + n) for n, s in enumerate(shapes)]
        names = ["A", "B"][: len(shapes)]
        indexed = [tuple(Index(f"i{n}{axis}", size) for axis, size in enumerate(s)) for n, s in enumerate(shapes)]
        self.shape = tuple(s.constant for s in row.shape(tuple(tuple(Size.of(v) for v in s) for s in shapes)))
        output = Definition("Y", tuple(Index(f"o{axis}", size) for axis, size in enumerate(self.shape)), Opaque(row.name, tuple(names)))
        self.auxiliary: dict[str, str] = {}
        self.site = Site(output, tuple(zip(names, indexed, strict=True)), self.name_auxiliary)
        self.out = FUNCTIONS[row.name](*self.operands)
        leaves = [Leaf(n, i) for n, i in zip(names, indexed, strict=True)]
        values = {n: nested(v, s) for n, v, s in zip(names, self.operands, shapes, strict=True)}
        if all(len(s) == 2 and s[0] == s[1] for s in shapes[:1]):
            leaves.append(Leaf("inverse", indexed[0]))
            values["inverse"] = nested(self.operands[0] ** -1, shapes[0])
        leaves.append(Leaf("Y", output.indices))
        values["Y"] = nested(self.out, self.shape)
        self.run = Evaluator(Program("bench", tuple(leaves), (), ()), values, {}, digits=DIGITS)

    def name_auxiliary(self, row, operands):
        assert row == "inv"
        assert operands == ("A",)
        return "inverse"

    def places(self, shape):
        return [tuple(Size.of(v) for v in place) for place in product(*(range(s) for s in shape))]


def numbers(place):
    return tuple(p.constant for p in place)


@pytest.mark.parametrize(("row", "shapes"), CASES, ids=IDS)
def test_jacobians_are_the_differences(row, shapes):
    with mpmath.workdps(DIGITS):
        bench = Bench(row, shapes)
        for position, jacobian in enumerate(row.jacobians):
            for place in bench.places(shapes[position]):
                ahead, behind = (
                    FUNCTIONS[row.name](
                        *(changed(v, numbers(place), sign * STEP) if n == position else v for n, v in enumerate(bench.operands))
                    )
                    for sign in (1, -1)
                )
                for out in bench.places(bench.shape):
                    difference = (entry(ahead, numbers(out)) - entry(behind, numbers(out))) / (2 * STEP)
                    assert abs(bench.run.term(jacobian(bench.site, out, place)) - difference) < mpmath.mpf(10) ** -35


@pytest.mark.parametrize(("row", "shapes"), CASES, ids=IDS)
def test_relations_hold(row, shapes):
    with mpmath.workdps(DIGITS):
        bench = Bench(row, shapes)
        for out in bench.places(bench.shape):
            for left, right in row.relations(bench.site, out):
                assert abs(bench.run.term(left) - bench.run.term(right)) < mpmath.mpf(10) ** -60


@pytest.mark.parametrize(("row", "shapes"), CASES, ids=IDS)
def test_numpy_agrees(row, shapes):
    bench = Bench(row, shapes)
    arrays = [
        np.array([[float(v[a, b]) for b in range(v.cols)] for a in range(v.rows)]).reshape(s)
        for v, s in zip(bench.operands, shapes, strict=True)
    ]
    table = {"inv": np.linalg.inv, "det": np.linalg.det, "logabsdet": lambda a: np.linalg.slogdet(a)[1], "signdet": lambda a: np.linalg.slogdet(a)[0],
             "solve": np.linalg.solve, "pinv": np.linalg.pinv}  # fmt: skip
    found = np.asarray(table[row.name](*arrays))
    assert found.shape == bench.shape
    for place in product(*(range(s) for s in bench.shape)):
        assert found[place] == pytest.approx(float(entry(bench.out, place)), rel=1e-9, abs=1e-12)
    assert row.numpy.split("(")[0].removeprefix("np.linalg.") in {row.name, "slogdet"}


def test_the_remaining_penrose_relations():
    with mpmath.workdps(DIGITS):
        for shape in SHAPES["pinv"]:
            a = matrix(shape[0], 11)
            b = pinv(a)
            for left, right in ((a * b * a, a), (b * a * b, b), ((a * b).T, a * b), ((b * a).T, b * a)):
                assert mpmath.norm(left - right) < mpmath.mpf(10) ** -60


def test_the_table_is_complete():
    assert set(OPAQUE) == set(FUNCTIONS)
    for row in ROWS:
        assert row.needs
        assert row.latex
        assert len(row.jacobians) == len(SHAPES.get(row.name, [((3, 3),)])[0])


@pytest.mark.parametrize(
    "rows",
    [[[0, 1], [0, 2]], [[1, 1], [1, 1]], [[1, 1, 0], [1, 1, 1], [1, 1, 2]], [[0, 1], [1, 0]], [[1, 2], [3, 4]], [[0, 0, 1], [0, 1, 0], [1, 0, 0]], [[2]], [[0]],
     [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 2, 3], [4, 5, 6], [7, 8, 10]], [[0, 2, 1], [0, 1, 1], [0, 3, 5]]],
    ids=str,
)  # fmt: skip
def test_a_determinant_is_found_where_a_column_has_no_pivot(rows):
    field = HighPrecision(40)
    expected = round(float(np.linalg.det(np.array(rows, dtype=float))))
    given = [[field.number(Fraction(v)) for v in row] for row in rows]
    assert abs(field.opaque("det", [given], [(len(rows), len(rows))]) - expected) < 1e-30
    assert field.opaque("signdet", [given], [(len(rows), len(rows))]) == np.sign(expected)
    for row in ("inv", "logabsdet"):
        if not expected:
            with pytest.raises(NumericError, match="singular"):
                field.opaque(row, [given], [(len(rows), len(rows))])

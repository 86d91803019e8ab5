"""Drawn values satisfy the facts, drawn sizes are distinct primes."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.facts import DECLARED, Fact
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, ref, total
from symback.network.program import Leaf, Program
from symback.verify.sample import PRIMES, draw, size_sets

a, b = Index("a", "n"), Index("b", "n")


def rows(table):
    found = {}
    for place, value in table.items():
        found.setdefault(place[0], []).append(value)
    return list(found.values())


def positive_definite(table):
    n = max(p[0] for p in table) + 1
    matrix = [[table[i, j] for j in range(n)] for i in range(n)]
    for k in range(n):
        if matrix[k][k] <= 0:
            return False
        for i in range(k + 1, n):
            factor = matrix[i][k] / matrix[k][k]
            matrix[i] = [x - factor * y for x, y in zip(matrix[i], matrix[k], strict=True)]
    return True


def determinant(m):
    return m[0][0] if len(m) == 1 else sum((-1) ** k * m[0][k] * determinant([r[:k] + r[k + 1 :] for r in m[1:]]) for k in range(len(m)))


SATISFIED = {
    "positive": lambda t: all(v > 0 for v in t.values()),
    "nonnegative": lambda t: all(v >= 0 for v in t.values()),
    "binary": lambda t: all(v in (0, 1) for v in t.values()),
    "one-hot": lambda t: all(sorted(r) == [0] * (len(r) - 1) + [1] for r in rows(t)),
    "sums to one": lambda t: all(sum(r) == 1 for r in rows(t)),
    "symmetric": lambda t: all(t[p] == t[p[1], p[0]] for p in t),
    "positive definite": positive_definite,
    "invertible": lambda t: determinant(rows(t)) != 0,
    "zero diagonal": lambda t: all(v == 0 for p, v in t.items() if p[0] == p[1]),
    "plus or minus one": lambda t: all(v in (-1, 1) for v in t.values()),
    "between": lambda t: all(-3 < v < Fraction(1, 2) for v in t.values()),
    "magnitude above": lambda t: all(abs(v) > 4 for v in t.values()),
}
NUMBERS = {"between": (Fraction(-3), Fraction(1, 2)), "magnitude above": (Fraction(4),)}


@pytest.mark.parametrize("row", DECLARED.values(), ids=lambda r: r.name)
def test_values_satisfy_the_fact_and_what_it_implies(row):
    program = Program("", (Leaf("x", (a, b), "input", (Fact(row.name, NUMBERS.get(row.name, ())),)),), (), ())
    for seed in range(5):
        table = draw(program, {"n": 3}, random.Random(seed)).values["x"]
        for kind in (row.name, *row.implies):
            assert SATISFIED[kind](table), kind


def test_a_symmetric_table_that_sums_to_one_does_so_over_all_entries():
    facts = (Fact("symmetric"), Fact("sums to one"), Fact("zero diagonal"))
    table = draw(Program("", (Leaf("P", (a, b), "input", facts),), (), ()), {"n": 5}, random.Random(1)).values["P"]
    assert sum(table.values()) == 1
    assert SATISFIED["symmetric"](table)
    assert SATISFIED["zero diagonal"](table)


def test_sizes_are_distinct_primes_that_leave_no_axis_empty():
    n, k = Size.of("n"), Size.of("k")
    out = Index("o", n - 2 * k + 1)
    w = Index("w", k)
    body = total([w], ref("w", w) * ref("x", Size.of(out) + Size.of(w)))
    program = Program("", (Leaf("x", (Index("i", n),)), Leaf("w", (w,))), (Definition("y", (out,), body),), ("y",))
    found = list(size_sets(program))
    assert len(found) == 3
    for sizes in found:
        assert sizes["n"] in PRIMES
        assert sizes["k"] in PRIMES
        assert sizes["n"] - 2 * sizes["k"] + 1 >= 1
        assert sizes["n"] != sizes["k"]


def test_declared_sizes_are_used_where_no_primes_fit():
    program = Program("", (Leaf("x", (Index("i", Size.of("n") - 60),)),), (Definition("L", (), ONE),), ("L",), {"n": 64})
    assert list(size_sets(program)) == [{"n": 64}]


@pytest.mark.parametrize("kinds", [(), ("nonnegative",), ("binary",)], ids=str)
def test_entries_that_sum_to_one_are_drawn_together(kinds):
    entries = ("y_1", "y_2", "y_3")
    facts = (*map(Fact, kinds), Fact("entries sum to one", entries=entries))
    program = Program("", tuple(Leaf(n, (), "target", facts) for n in entries), (), ())
    for seed in range(5):
        drawn = [draw(program, {}, random.Random(seed)).values[n][()] for n in entries]
        assert sum(drawn) == 1
        assert all(SATISFIED[kind]({(): v}) for kind in kinds for v in drawn)

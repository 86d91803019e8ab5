"""The facts table and what facts imply."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symback.algebra.facts import FACTS, ROWS, Fact, closure


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_complete(row):
    assert row.says.count("{}") == 1 + row.numbers
    assert all(implied in FACTS for implied in row.implies)
    numbers = tuple(Fraction(v) for v in range(row.numbers))
    assert "y" in Fact(row.name, numbers).says("y")
    assert closure([Fact(row.name, numbers)])[0] == Fact(row.name, numbers)


@pytest.mark.parametrize(
    ("kind", "implied"),
    [
        ("one-hot", {"binary", "sums to one", "nonnegative"}), ("positive", {"nonnegative"}), ("binary", {"nonnegative"}),
        ("positive definite", {"symmetric", "invertible"}), ("symmetric", set()),
    ],
)  # fmt: skip
def test_closure(kind, implied):
    assert {f.kind for f in closure([Fact(kind)])} == {kind, *implied}


def test_closure_keeps_order_and_names_each_once():
    kinds = [f.kind for f in closure([Fact("sums to one"), Fact("one-hot"), Fact("sums to one")])]
    assert kinds == ["sums to one", "one-hot", "binary", "nonnegative"]

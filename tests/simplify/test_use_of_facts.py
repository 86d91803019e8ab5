"""Declared facts: where they act, and where they must not."""

from __future__ import annotations

import pytest

from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, Mul, Reduce, ref, total
from symback.api import Network
from symback.network.program import Leaf
from symback.simplify.facts import ROWS, use_facts

i, j, k = (Index(name, "n") for name in "ijk")
r = Index("r", "m")
short = Index("k", Size.of("n") - 1)
SUMS = (Fact("sums to one"),)
LEAVES = {
    leaf.name: leaf
    for leaf in (
        Leaf("y", (k,), "target", SUMS),
        Leaf("hot", (k,), "target", (Fact("one-hot"),)),
        Leaf("Y", (r, k), "target", SUMS),
        Leaf("S", (i, j), "target", (*SUMS, Fact("symmetric"))),
        Leaf("p", (k,)),
    )
}
y, p = ref("y", k), ref("p", i)
FIRES = [
    (total([k], y), ONE, "y"),
    (total([i], ref("y", i)), ONE, "y"),
    (p * total([k], y), Mul((p, ONE)), "y"),
    (total([k], ref("hot", k)), ONE, "hot"),
    (total([k], ref("Y", r, k)), ONE, "Y"),
    (total([i, j], ref("S", i, j)), ONE, "S"),
    (total([i, j], ref("S", j, i)), ONE, "S"),
]
LEFT_ALONE = [
    y,
    total([short], ref("y", short)),
    total([short], ref("y", Size.of(short) + 1)),
    total([k], y * p),
    total([k], ref("p", k)),
    Reduce("mean", k, y),
    total([r], ref("Y", r, k)),
    total([j], ref("S", i, j)),
    total([i], ref("S", i, i)),
    total([k], ref("y", i)),
]


@pytest.mark.parametrize(("before", "after", "name"), FIRES)
def test_a_fact_that_is_used_is_named(before, after, name):
    assert use_facts(before, LEAVES) == (after, ((name, Fact("sums to one")),))


@pytest.mark.parametrize("node", LEFT_ALONE)
def test_a_fact_that_does_not_apply_is_not_used(node):
    assert use_facts(node, LEAVES) == (node, ())


def test_a_diagonal_does_not_sum_to_one():
    square = {"D": Leaf("D", (i, j), "target", SUMS)}
    assert use_facts(total([k], ref("D", k, k)), square)[1] == ()
    assert use_facts(total([k], ref("D", i, k)), square)[1] != ()


def test_every_row_says_why():
    assert all("{}" in row.says for row in ROWS)


SYMMETRIC = {
    "A": {"role": "weight", "shape": ["n", "n"], "facts": ["symmetric"]},
    "x": {"role": "weight", "shape": ["n"]},
    "r": {"shape": ["n"]},
}


@pytest.mark.parametrize(
    ("forward", "by", "expected", "facts"),
    [
        ("L = x @ A @ x", "x", "∂L/∂x = 2·A x", ["symmetric"]),
        ("L = r @ A @ x", "x", "∂L/∂x = A r", ["symmetric"]),
        ("L = r @ A.T @ x", "x", "∂L/∂x = A r", []),
        ("L = r @ inv(A) @ r", "A", "∂L/∂A = −A_inv r rᵀ A_inv", ["symmetric"]),
        ("L = slogdet(A)[1]", "A", "∂L/∂A = A_inv", ["symmetric"]),
        ("L = sum(A*r)", "A", "∂L/∂A = 𝟏 rᵀ", []),
    ],
)
def test_symmetric_matrices(forward, by, expected, facts):
    formula = Network.from_dict({"symbols": SYMMETRIC, "forward": forward, "loss": "L"}).derive([by])[by]
    assert formula.text() == expected
    assert [fact.kind for _, fact in formula.facts] == facts
    assert formula.evidence.verdict in ("proved", "agrees")


def test_without_the_fact_the_transpose_stays():
    plain = {**SYMMETRIC, "A": {"role": "weight", "shape": ["n", "n"]}}
    assert Network.from_dict({"symbols": plain, "forward": "L = x @ A @ x", "loss": "L"}).derive(["x"])["x"].text() == "∂L/∂x = A x + Aᵀ x"

"""Showing a fold: the split fraction and the way back from the folded form, line by line."""

from __future__ import annotations

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import MINUS_ONE, ONE, Add, Mul, apply, ref
from symback.simplify.rules import simplify
from symback.simplify.shape import key
from symback.simplify.unfold import split, way_back

z, p, x, y = ref("z"), ref("p"), ref("x"), ref("y")
e = apply("exp", -z)
BELOW = (ONE + e) ** -1
SIGMOID = Definition("p", (), ONE / (ONE + e))


@pytest.mark.parametrize(
    ("node", "parts"),
    [
        (Mul((e, (ONE + e) ** -2)), Mul((Mul((e, BELOW)), SIGMOID.body))),
        (Mul(((ONE + e) ** -2, e, x)), Mul((Mul((e, x, BELOW)), SIGMOID.body))),
        (Mul((x, (ONE + e) ** -3, y)), Mul((Mul((x, y, (ONE + e) ** -2)), SIGMOID.body))),
    ],
)
def test_the_body_is_split_off(node, parts):
    assert split(node, SIGMOID) is parts
    assert key(simplify(parts)) == key(simplify(node))


@pytest.mark.parametrize("node", [Mul((e, BELOW)), x * y, e + BELOW, Mul((e, (ONE + x) ** -2))])
def test_nothing_is_split_where_nothing_would_stay_below(node):
    assert split(node, SIGMOID) is node


def test_a_definition_over_places_is_split_at_the_places_read():
    i, k = Index("i", "n"), Index("k", "n")
    body = ONE / (ONE + apply("exp", -ref("z", i)))
    above, below = apply("exp", -ref("z", k)), ONE + apply("exp", -ref("z", k))
    assert split(above * below**-2, Definition("p", (i,), body)) is Mul((Mul((above, below**-1)), ONE / below))


def test_the_way_back_leads_back():
    lines = way_back(Mul((p, 1 - p)), Mul((e, (ONE + e) ** -2)), SIGMOID)
    body = SIGMOID.body
    one_more = Add((ONE, e, MINUS_ONE))
    assert lines == (Mul((p, 1 - p)), Mul((body, Add((ONE, -body)))), Mul((body, Mul((one_more, BELOW)))), Mul((BELOW, e, BELOW)))


def test_a_way_that_does_not_lead_back_is_not_shown():
    assert way_back(Mul((p, 1 - p)), e, SIGMOID) == ()
    assert way_back(p, Mul((e, BELOW)), SIGMOID) == ()

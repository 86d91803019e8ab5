"""Chains judged link by link, built by hand: what a reader would hand over."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import symback as sb
from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Num, Partial, Term, add, bracket, mul, ref, total
from symback.numeric.worked import with_rate
from symback.reading.sides import Claim, Side
from symback.verify.links import failing, judge

SEEDS = Path(__file__).parent.parent / "seeds"
HOUSE, ROWS = (sb.load(SEEDS / f"{name}.toml").program for name in ("house", "rows"))


def d(text):
    """A decimal as it was written; a minus sign stands outside."""
    number = Num(Fraction(text.removeprefix("-")), text.removeprefix("-"))
    return -number if text.startswith("-") else number


def p(of, by, *places):
    return ref(Partial(of, by), *places)


def matrix(rows):
    """A matrix written out: its indices and its entry."""
    i, j = Index("i", len(rows)), Index("j", len(rows[0]))
    entries = [
        mul([bracket(i, "=", a), bracket(j, "=", b), d(e) if isinstance(e, str) else e])
        for a, r in enumerate(rows)
        for b, e in enumerate(r)
    ]
    return (i, j), add(entries)


def side(content):
    indices, body = content if isinstance(content, tuple) else ((), content)
    return Side(repr(body), 0, indices, body)


def words(*contents, net=HOUSE, program=None):
    found = judge(net, Claim(with_rate(program or net), tuple(map(side, contents)), "latex"))
    return [link.word for link in found.links or (found,)]


W2, B1, RATE = ref("W2", 0, 0), ref("b1", 1), ref("rate")
DL = p("L", "h2", 0)
PATH = DL * p("h2", "h1", 0, 0)
GOOD, BAD = True, False
CHAINS = [
    ("a chain", GOOD, [p("L", "W2", 0, 0), DL * p("h2", "z2", 0, 0) * p("z2", "W2", 0, 0, 0)]),
    ("a chain in another order", GOOD, [p("L", "W2", 0, 0), p("z2", "W2", 0, 0, 0) * DL * p("h2", "z2", 0, 0)]),
    ("with names absorbed", GOOD, [p("L", "W1", 0, 0), PATH * p("h1", "W1", 0, 0, 0), PATH * (p("h1", "z1", 0, 0) * p("z1", "W1", 0, 0, 0))]),
    ("∂z/∂z in place of ∂z/∂b", BAD, [p("L", "b2", 0), DL * p("h2", "z2", 0, 0) * p("z2", "z2", 0, 0)]),
    ("a factor ∂h/∂h besides", BAD, [p("L", "W2", 0, 0), DL * p("h2", "h2", 0, 0) * p("h2", "W2", 0, 0, 0)]),
    ("another unit half way", BAD, [p("L", "W1", 1, 0), PATH * p("h1", "z1", 0, 0) * p("z1", "W1", 1, 1, 0)]),
    ("another weight at the left", BAD, [p("L", "W2", 0, 1), PATH * p("h1", "W1", 0, 0, 1)]),
    ("one way of two", BAD, [p("L", "x", 0), PATH * p("h1", "x", 0, 0)]),
    ("both ways", GOOD, [p("L", "x", 0), PATH * p("h1", "x", 0, 0) + DL * p("h2", "h1", 0, 1) * p("h1", "x", 1, 0)]),
    ("both ways, the common factor outside", GOOD, [
        p("L", "x", 0), DL * (p("h2", "h1", 0, 0) * p("h1", "x", 0, 0) + p("h2", "h1", 0, 1) * p("h1", "x", 1, 0)),
    ]),
    ("a number", GOOD, [DL, -(d("-0.54") - d("0.63")), d("1.17")]),
    ("a product of printed factors", GOOD, [p("L", "W2", 0, 0), d("1.17") * 1 * d("0.484"), d("0.5663")]),
    ("the same number for another weight", BAD, [p("L", "W1", 0, 1), d("1.17") * 1 * d("0.424"), d("0.4961")]),
    ("cut off instead of rounded", BAD, [p("L", "W2", 0, 0), d("1.17") * 1 * d("0.484"), d("0.5662")]),
    ("numbers put in and left to stand", GOOD, [p("h1", "z1", 0, 0), ref("h1", 0) * (1 - ref("h1", 0)), d("0.484") * (1 - d("0.484"))]),
    ("a derivative as a number", GOOD, [p("h2", "h1", 0, 0), W2, d("0.30")]),
    ("a derivative by another name", BAD, [p("z2", "h1", 0, 0), ref("h1", 0), d("0.484")]),
    ("an update", GOOD, [W2, W2 - RATE * p("L", "W2", 0, 0), d("0.3") - d("0.2") * d("0.5663"), d("0.1867")]),
    ("an update of another weight", BAD, [ref("W1", 0, 0), ref("W1", 1, 0) - RATE * p("L", "W1", 1, 0)]),
    ("an update by another gradient", BAD, [W2, W2 - RATE * p("L", "W2", 0, 1)]),
    ("an update with the wrong sign", BAD, [W2, W2 + RATE * p("L", "W2", 0, 0)]),
    ("a slip of the point and of the sign", BAD, [B1, B1 - RATE * p("L", "b1", 1), d("0.25") - d("0.2") * d("-0.57"), d("0.2386")]),
    ("the same without the slip", GOOD, [B1, B1 - RATE * p("L", "b1", 1), d("0.25") - d("0.2") * d("0.057"), d("0.2386")]),
    ("a parameter and its value", GOOD, [W2, d("0.3")]),
    ("a parameter and its value after the step", GOOD, [W2, d("0.1867")]),
    ("a parameter and neither", BAD, [W2, d("0.1868")]),
    ("a matrix of numbers", GOOD, [(tuple(ij := (Index("a", 2), Index("b", 2))), ref("W1", *ij)), matrix([["0.2", "0.15"], ["0.5", "0.6"]])]),
    ("two entries swapped", BAD, [(tuple(ij), ref("W1", *ij)), matrix([["0.2", "0.5"], ["0.15", "0.6"]])]),
    ("a column for a row", BAD, [(tuple(kl := (Index("a", 1), Index("b", 2))), ref("W2", *kl)), matrix([["0.3"], ["0.2"]])]),
    ("names in their places", GOOD, [(tuple(ij), ref("W1", *ij)), matrix([[ref("W1", a, b) for b in (0, 1)] for a in (0, 1)])]),
    ("a name twice", BAD, [(tuple(ij), ref("W1", *ij)), matrix([[ref("W1", a, 0) for b in (0, 1)] for a in (0, 1)])]),
    ("numbers alone", GOOD, [d("2") * d("0.1") + d("3") * d("0.2"), d("0.2") + d("0.6"), d("0.8")]),
    ("numbers alone, one wrong", BAD, [d("2") * d("0.1") + d("3") * d("0.2"), d("0.2") + d("0.5"), d("0.7")]),
    ("fewer decimals", GOOD, [d("0.22314"), d("0.2")]),
    ("more decimals", BAD, [d("0.2"), d("0.22314")]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "right", "sides"), CHAINS, ids=[c[0] for c in CHAINS])
def test_a_chain_is_right_or_wrong(what, right, sides):
    found = words(*sides)
    assert all(word in ("proved", "agrees") for word in found) if right else "refuted" in found, (what, found)


def test_what_is_differentiated_has_to_be_the_quantity():
    w, by = ref("W1", 0, 0), (Size.of(0), Size.of(0))

    def chain(bias):
        body = bias + w * ref("x", 0) + ref("W1", 0, 1) * ref("x", 1)
        program = HOUSE.with_definitions((*HOUSE.definitions, Definition("in place", (), body)))
        return words(p("z1", "W1", 0, *by), p("in place", "W1", *by), ref("x", 0), d("-0.32"), program=program)

    assert chain(ref("b1", 0)) == ["proved", "proved", "agrees"]
    assert chain(ref("b2", 0)) == ["refuted", "proved", "agrees"]


def test_arrays_of_numbers_are_the_step_of_the_parameter_whose_values_stand_first():
    first, cut, rounded = (matrix(r) for r in (
        [["0.1", "0.3"], ["0.2", "0.4"]], [["0.008", "0.009"], ["0.013", "0.014"]], [["0.009", "0.010"], ["0.013", "0.014"]],
    ))  # fmt: skip
    (i, j), body = first
    for (_, step), right in ((cut, False), (rounded, True)):
        other = Index("i", 2), Index("j", 2)
        found = words(((i, j), body - (-1 * step)), ((i, j), body + step), net=ROWS)
        assert ("refuted" in found) is not right, (found, other)


def test_a_product_of_matrices_has_a_shape():
    (i, k), row = matrix([["2", "3"]])
    (k2, j), column = matrix([["0.1"], ["0.2"]])
    product = (i, j), total([k], row * _at(column, k2, k))
    assert words(product, d("0.8"), net=ROWS) == ["proved"]
    assert words(product, matrix([["0.8", "0.8"]]), net=ROWS) == ["refuted"]


def _at(term: Term, index: Index, other: Index) -> Term:
    from symback.algebra.traverse import substitute

    return substitute(term, {index: Size.of(other)})


def test_a_clash_is_refuted_with_its_reason():
    claim = Claim(HOUSE, (Side("a", 0, (), W2), Side("b", 4, (), None, "2 meets 3")), "latex")
    assert judge(HOUSE, claim).why == "the shapes differ: 2 meets 3"


def test_the_first_link_that_fails_is_named():
    claim = Claim(with_rate(HOUSE), tuple(map(side, (DL, d("1.17"), d("1.18")))), "latex")
    found = judge(HOUSE, claim)
    assert (found.word, failing(found)) == ("refuted", 2)

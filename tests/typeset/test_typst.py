"""Boxes as Typst: every node, brackets where the table asks for them, text from outside as text, and what Typst makes of it."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from symback.errors import UnknownTerm
from symback.typeset import boxes
from symback.typeset.boxes import (
    EQUALS,
    Big,
    Call,
    Cases,
    Delta,
    Derivative,
    Exponential,
    Fence,
    Fraction,
    Matrix,
    Named,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Root,
    Sum,
    Transposed,
    Where,
    Word,
)
from symback.typeset.typst import letter_typst, quoted, typst

x, y, two = Named("x", "x"), Named("y", "y"), Number("2")
i = Word("i", "i")
SUM = Sum(((False, x), (True, y)))
SIGMA = Word("Σ", r"\sum")

ROWS = [
    (two, "2"),
    (Named("W1", "W", "1", places=(i, Word("j", "j"))), "W_(i j)^(1)"),
    (Named("h2_3", "h", "2", ("3",)), "h_(3)^(2)"),
    (Named("z1", "z", "1", mark="bracket"), "z^([1])"),
    (Named("w1", "w", "1", mark="plain"), "w_(1)"),
    (Named("dW1", "W", "1", prefix="d"), "upright(d) W^(1)"),
    (Named("dloss", "loss", prefix="d"), 'upright("dloss")'),
    (Named("loss", "loss"), 'upright("loss")'),
    (Word("max", r"\max"), 'op("max")'),
    (Word("σ", r"\sigma"), "σ"),
    (SUM, "x − y"),
    (Negative(SUM), "−(x − y)"),
    (Product((x, SUM)), "x (x − y)"),
    (Product((two, two)), "2 ⋅ 2"),
    (Product((x, y), "hadamard"), "x ⊙ y"),
    (Quotient(SUM, y), "frac(x − y, y)"),
    (Delta(Word("i", "i"), Word("j", "j")), "δ_(i j)"),
    (Fraction(SUM, y), "frac(x − y, y)"),
    (Power(SUM, two), "(x − y)^(2)"),
    (Power(x, two, entrywise=True), "x^(⊙ 2)"),
    (Power(Named("h1", "h", "1"), two), "(h^(1))^(2)"),
    (Root(x), "sqrt(x)"),
    (Exponential(Negative(x)), "e^(−x)"),
    (Exponential(Fraction(x, y)), 'op("exp")lr(( frac(x, y) ))'),
    (Call(Word("log", r"\log"), (x,)), 'op("log") (x)'),
    (Call(Word("arctan2", r"\arctan"), (x, y)), 'op("arctan2") (x, y)'),
    (Big(SIGMA, i, SUM), "∑_(i) (x − y)"),
    (Big(SIGMA, i, x, Number("1"), Word("n", "n")), "∑_(i = 1)^(n) x"),
    (Relation((x, SUM), (EQUALS,)), "x = x − y"),
    (Fence("norm", x), "‖x‖"),
    (Fence("floor", Fraction(x, y)), "lr(⌊ frac(x, y) ⌋)"),
    (Transposed(Named("W1", "W", "1")), "(W^(1))^(⊤)"),
    (Derivative("∂", x, (y,)), "frac(∂ x, ∂ y)"),
    (Derivative("d", x, (y, y)), "frac(upright(d)^(2) x, upright(d) y upright(d) y)"),
    (Matrix(((x, y), (two, x))), 'mat(delim: "[", x, y; 2, x)'),
    (Cases(((x, Relation((y, two), (EQUALS,))), (two, None))), 'cases(x & "if " y = 2, 2 & "otherwise" )'),
    (Where(x, (Relation((y, two), (EQUALS,)),)), 'x quad "where " y = 2'),
]


@pytest.mark.parametrize(("box", "source"), ROWS, ids=[type(box).__name__ for box, _ in ROWS])
def test_source(box, source):
    assert typst(box) == source


def test_every_node_is_covered():
    assert {type(box) for box, _ in ROWS} == set(get_args(boxes.Box))


def test_typst_takes_every_row():
    from symback.sheets.engines import by_typst

    page = "\n".join(f"$ {typst(box)} $" for box, _ in ROWS)
    assert by_typst(page).content.startswith(b"%PDF")


def test_what_is_no_box_is_an_error():
    with pytest.raises(UnknownTerm):
        typst("x")


@pytest.mark.parametrize("text", ['a"b', "#let x = 1", "\\", "$", "a\nb", "大"])
def test_text_from_outside_stays_inside_a_string(text):
    source = letter_typst(text, upright=True)
    assert re.fullmatch(r'upright\("(?:[^"\\\n]|\\.)*"\)', source)
    assert quoted(text) in source

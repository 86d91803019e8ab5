"""Boxes in text and LaTeX: brackets come from levels alone, and nothing of a name becomes TeX."""

from __future__ import annotations

import re
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symback.errors import UnknownTerm
from symback.typeset.boxes import (
    RELATIONS,
    Box,
    Cases,
    Fraction,
    Matrix,
    Named,
    Negative,
    Number,
    Power,
    Product,
    Relation,
    Sum,
    Transposed,
    addition,
    product,
)
from symback.typeset.latex import latex
from symback.typeset.letters import escaped, letter_latex
from symback.typeset.levels import TABLE
from symback.typeset.text import text

a, b = Named("a", "a"), Named("b2", "b", "2")
total = addition((a, b))

FORMS: list[tuple[Box, str, str]] = [
    (product((total, total)), "(a + b2)(a + b2)", "(a + b^{2}) (a + b^{2})"),
    (product((total, total), "matrix"), "(a + b2) (a + b2)", "(a + b^{2}) (a + b^{2})"),
    (product((total, a), "hadamard"), "(a + b2) ⊙ a", r"(a + b^{2}) \odot a"),
    (addition((a, Negative(total))), "a − (a + b2)", "a - (a + b^{2})"),
    (addition((Negative(a), b)), "−a + b2", "-a + b^{2}"),
    (Power(Negative(a), Number("2")), "(−a)²", "(-a)^{2}"),
    (Power(a, total), "a^(a + b2)", "a^{a + b^{2}}"),
    (Power(b, Number("12")), "b2¹²", "(b^{2})^{12}"),
    (Transposed(b), "b2ᵀ", r"(b^{2})^{\top}"),
    (Fraction(total, Fraction(a, b)), "(a + b2)/(a/b2)", r"\frac{a + b^{2}}{\frac{a}{b^{2}}}"),
    (Power(Fraction(a, b), Number("2")), "(a/b2)²", r"\left(\frac{a}{b^{2}}\right)^{2}"),
    (Matrix(((a, b), (Number("0"), Number("1")))), "[a, b2; 0, 1]", r"\begin{bmatrix}a & b^{2}\\0 & 1\end{bmatrix}"),
    (Cases(((a, Relation((b, Number("0")), (RELATIONS[">"],))), (Number("0"), None))), "{a if b2 > 0; 0 otherwise}",
     r"\begin{cases}a & \text{if } b^{2} > 0\\0 & \text{otherwise}\end{cases}"),
]  # fmt: skip


@pytest.mark.parametrize(("box", "line", "markup"), FORMS, ids=[f[1] for f in FORMS])
def test_form(box: Box, line: str, markup: str) -> None:
    assert text(box) == line
    assert latex(box) == markup


@pytest.mark.parametrize("writer", [text, latex])
def test_every_box_has_a_level_and_is_written_by_every_markup(writer: typing.Any) -> None:
    nodes = set(typing.get_args(Box))
    assert set(TABLE) == nodes
    assert nodes <= set(writer.registry)
    with pytest.raises(UnknownTerm, match="no case for str"):
        writer("a string is no box")


HOSTILE = [r"\input{/etc/passwd}", "a$b", "100%", "x_1^2", "{", "}", "~", r"\\", "#1", "&", r"\end{document}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_never_become_tex(name: str) -> None:
    assert_harmless(latex(Named(name, name)))
    assert_harmless(latex(Named(name, "x", name, (name,))))


@given(st.text(min_size=1, max_size=8))
def test_any_text_is_harmless_as_a_name(name: str) -> None:
    assert_harmless(latex(Named(name, name)))


OURS = r"\\(mathrm|text|textbackslash|textasciicircum|textasciitilde|varepsilon|[A-Z]?[a-z]+)(?![A-Za-z])|\\[_#$%&{}]"
KNOWN = {"mathrm", "text", "textbackslash", "textasciicircum", "textasciitilde", "varepsilon"}


def assert_harmless(markup: str) -> None:
    """Only our own commands, braces in balance, no character left that TeX acts on."""
    commands = [m[1] for m in re.finditer(OURS, markup) if m[1]]
    assert all(c in KNOWN or letter_latex(c) == "\\" + c for c in commands), markup
    bare = re.sub(OURS, "", markup)
    assert not re.search(r"[\\$%&#~]", bare), markup
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0, markup
    assert not depth, markup


def test_flat_products_and_sums() -> None:
    assert product((a,)) is a
    assert isinstance(product((Negative(a), b)), Negative)
    assert isinstance(product((a, product((a, b), "matrix"))), Product)
    assert addition((total, Negative(a))) == Sum(((False, a), (False, b), (True, a)))
    assert escaped("a_b") == r"a\_b"

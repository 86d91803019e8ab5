"""Names: identifiers pass, mathematical markup is spelled out, everything else is refused."""

from __future__ import annotations

import pytest

from symback.errors import DeclarationError
from symback.reading.names import declared_name, spelled_name

SPELLED = (
    ("w1", "w1"), ("W", "W"), ("beta", "beta"), (r"\alpha", "alpha"), ("σ", "σ"), ("hidden_1", "hidden_1"), ("w^2_{11}", "w2_11"), ("w_{11}^2", "w2_11"), ("h_{1}", "h_1"),
    ("h^2", "h2"), ("w^{[1]}_{12}", "w1_12"), ("z^{(3)}", "z3"), ("z^[3]", "z3"), ("w^{2}_{1,2}", "w2_12"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "plain"), SPELLED)
def test_markup_is_spelled_out(name, plain):
    assert spelled_name(name) == plain


REFUSED = (
    "",
    "1x",
    "x y",
    "x;y",
    "x(1)",
    "x[0]",
    "f()",
    "h1^2",
    "x^",
    "x_{}",
    "x^{a}",
    "a, b",
    "lambda",
    "import",
    "__class__",
    "x.y",
    "x\n",
    "x" * 100,
    "(x)",
    "_{1}",
    "__import__('os')",
)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_name_is_refused(name):
    for read in (spelled_name, declared_name):
        with pytest.raises(DeclarationError) as caught:
            read(name)
        assert "\n" not in str(caught.value)


def test_names_are_what_the_parser_makes_of_them():
    assert declared_name("ﬁ") == "fi"
    with pytest.raises(DeclarationError):
        declared_name(3)

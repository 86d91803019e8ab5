"""Subterms that a line holds twice: named, printed after "where", and put back on reading."""

from __future__ import annotations

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.normal import equal
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Partial, Term, apply, bracket, ref, total
from symback.network.program import Leaf, Program
from symback.notation.where import where_clauses
from symback.notation.write import equation_latex, equation_text
from symback.reading.formula import read_formula
from symback.typeset.style import Style

i, j = Index("i", "n"), Index("j", "m")
PROGRAM = Program(
    "net", (Leaf("x", (i,)), Leaf("W", (j, i), "weight"), Leaf("b", (j,)), Leaf("c"), Leaf("d")), (Definition("L", (), ref("c")),), ("L",)
)
c, d, bj = ref("c"), ref("d"), ref("b", j)
long = apply("exp", c * d) + c**2 * d
row = total([i], ref("W", j, i) * ref("x", i) * ref("x", i)) + bj

LINES: list[tuple[str, str, tuple[Index, ...], Term, str]] = [
    ("scalar", "c", (), long / (1 + long), "∂L/∂c = s/(1 + s) where s = exp(c·d) + c²·d"),
    ("matrix", "b", (j,), row * (1 - row), "∂L/∂b = s ⊙ (1 − s) where s = W (x ⊙ x) + b"),
    ("index", "b", (j,), row * (1 - row), "∂L/∂b[j] = s[j](1 − s[j]) where s[j] = Σ_i W[j,i]·x[i]·x[i] + b[j]"),
    ("scalar", "c", (), (c - d) / (c * (1 - d)) * (c - d), "∂L/∂c = (c − d)/(c(1 − d))·(c − d)"),
]


@pytest.mark.parametrize(("notation", "name", "indices", "body", "text"), LINES, ids=[line[4] for line in LINES])
def test_line(notation: str, name: str, indices: tuple[Index, ...], body: Term, text: str) -> None:
    definition, style = Definition(Partial("L", name), indices, body), Style(notation=notation)
    assert equation_text(definition, PROGRAM, style) == text
    for markup, shown in (("text", text), ("latex", equation_latex(definition, PROGRAM, style))):
        assert equal(read_formula(shown, PROGRAM, style, markup).body, body).proved, shown


def test_names_inside_names_come_first() -> None:
    inner = apply("exp", c * d) + c**2 * d
    outer = apply("log", inner * c + d) * inner
    body, named = where_clauses(outer / (1 + outer) + inner, ["c", "d"])
    assert [d.name for d in named] == ["t", "s"]
    assert "t" in named[1].reads
    assert "exp" not in repr(body)


def test_what_only_a_bracket_makes_readable_stays_under_it() -> None:
    shifted = ref("b", Size.of(j) - 1)
    risky = apply("exp", shifted * shifted) + shifted**2 * c
    assert where_clauses(bracket(j, ">=", 1) * risky * risky, [])[1] == ()

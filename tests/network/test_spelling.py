"""Names are taken apart once: letters, layer, units."""

from __future__ import annotations

import pytest

from symback.errors import DeclarationError
from symback.network.program import Spelling
from symback.network.spelling import spell

ROWS = (
    ("W1", {}, Spelling("W", "1")),
    ("h2_3", {}, Spelling("h", "2", ("3",))),
    ("w1_11", {}, Spelling("w", "1", ("1", "1"))),
    ("w1_12_3", {}, Spelling("w", "1", ("12", "3"))),
    ("x_1", {}, Spelling("x", "", ("1",))),
    ("x", {}, Spelling("x")),
    ("beta", {}, Spelling("beta")),
    ("b12", {}, Spelling("b", "12")),
    ("X_inv", {}, Spelling("X_inv")),
    ("σ2", {}, Spelling("σ", "2")),
    ("w1", {"flat": True}, Spelling("w", "", ("1",), flat=True)),
    ("w1_2", {"flat": True}, Spelling("w", "", ("1", "2"), flat=True)),
    ("prediction", {"letter": "p", "layer": "2", "unit": "1"}, Spelling("p", "2", ("1",))),
    ("w11", {"letter": "w", "layer": 1, "unit": ["1", "2"]}, Spelling("w", "1", ("1", "2"))),
    ("h2", {"unit": 4}, Spelling("h", "2", ("4",))),
)


@pytest.mark.parametrize(("name", "row", "spelling"), ROWS, ids=[f"{r[0]}-{r[1]}" for r in ROWS])
def test_spelling(name, row, spelling):
    assert spell(name, row) == spelling


@pytest.mark.parametrize(
    "row", [{"flat": 1}, {"letter": ""}, {"letter": "\\input{x}"}, {"layer": True}, {"unit": [[1]]}, {"letter": "a b"}]
)
def test_rows_that_make_no_sense(row):
    with pytest.raises(DeclarationError):
        spell("w1", row)

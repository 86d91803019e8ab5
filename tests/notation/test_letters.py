"""Short Greek names and accents: drawn as letters where that is free, and read back as the names they are."""

from __future__ import annotations

import pytest

from symback.algebra.normal import equal
from symback.api import Network
from symback.reading.formula import read_formula
from symback.typeset.style import Style

DRAWN = {
    "lam": r"\lambda",
    "eps": r"\varepsilon",
    "xhat": r"\hat{x}",
    "mubar": r"\bar{\mu}",
    "Wtilde": r"\tilde{W}",
    "δ": r"\delta",
    "chatter": r"\mathrm{chatter}",
}


def network(*names):
    return Network.from_dict({"symbols": {n: {"role": "weight"} for n in names}, "forward": f"L = {'*'.join(names)}", "loss": "L"})


@pytest.mark.parametrize(("name", "drawn"), DRAWN.items())
def test_a_name_is_drawn_and_read_back(name, drawn):
    derivation = network(name, "q").derive()
    line = derivation["q"].latex()
    assert line == rf"\frac{{\partial L}}{{\partial q}} = {drawn}"
    assert read_formula(line, derivation.gradient_program, Style(), "latex").body is derivation["q"].term


@pytest.mark.parametrize("pair", [("lam", "λ"), ("xhat", "x"), ("eps", "epsilon"), ("mubar", "mu")])
def test_two_names_are_never_drawn_alike(pair):
    derivation = network(*pair, "q").derive()
    line = derivation["q"].latex()
    read = read_formula(line, derivation.gradient_program, Style(), "latex").body
    assert equal(read, derivation["q"].term).proved
    assert derivation[pair[0]].latex() != derivation[pair[1]].latex()

"""Letters of outside names in LaTeX: a table for the Greek ones, escaping for the rest. Nothing of a name becomes TeX."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LATIN = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_GREEK = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"

SIGNS: Mapping[str, str] = dict(zip(_LATIN.split(" "), _GREEK, strict=True))
NAMES: Mapping[str, str] = {sign: name for name, sign in SIGNS.items()}
SHORT: Mapping[str, str] = {"lam": "lambda", "eps": "epsilon"}
"""Greek letters by the short names that programs give them (``lambda`` itself is no name in Python)."""
ACCENTS = ("hat", "bar", "tilde")
_ACCENTED = re.compile(rf"([A-Za-z]|{'|'.join(SIGNS)})({'|'.join(ACCENTS)})")
_SPECIAL = re.compile(r"([_#$%&{}])|([\\^~])")


def escaped(word: str) -> str:
    r"""A word with everything that TeX would act on made harmless.

    >>> escaped("x_1\\input")
    'x\\_1\\textbackslash{}input'
    """
    named = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    return _SPECIAL.sub(lambda m: "\\" + m[1] if m[1] else named[m[2]], word)


def plain_letter(letter: str) -> str:
    """A Greek letter by its full name, whether it is given by its sign, its name or a short one; anything else as it is."""
    return SHORT.get(letter, NAMES.get(letter, letter))


def accented(letter: str) -> tuple[str, str] | None:
    """A letter and the accent that its name spells out; None where there is none.

    >>> accented("xhat"), accented("mubar"), accented("x")
    (('x', 'hat'), ('mu', 'bar'), None)
    """
    found = _ACCENTED.fullmatch(letter)
    return None if found is None else (found[1], found[2])


def letter_latex(letter: str, *, upright: bool = False) -> str:
    r"""A letter as LaTeX: Greek by name or sign, one plain letter as it is, with its accent; anything else upright and escaped.

    >>> [letter_latex(x) for x in ("W", "delta", "δ", "lam", "xhat", "loss")]
    ['W', '\\delta', '\\delta', '\\lambda', '\\hat{x}', '\\mathrm{loss}']
    """
    above = None if upright else accented(letter)
    if above is not None:
        return rf"\{above[1]}{{{letter_latex(above[0])}}}"
    name = letter if upright else plain_letter(letter)
    if name in SIGNS and not upright:
        return rf"\{name}" if name != "epsilon" else r"\varepsilon"
    if len(name) == 1 and name.isascii() and name.isalpha() and not upright:
        return name
    return rf"\mathrm{{{escaped(name)}}}" if name.isascii() else rf"\text{{{escaped(name)}}}"


def unit_latex(unit: str) -> str:
    r"""A unit or a layer in a script: digits and single letters plain, words upright.

    >>> unit_latex("12"), unit_latex("train")
    ('12', '\\mathrm{train}')
    """
    return unit if unit.isdigit() and unit.isascii() else letter_latex(unit)

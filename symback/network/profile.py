"""How the formulas of a network are to look: a ``[notation]`` table, and the style that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symback.algebra.terms import Partial
from symback.errors import DeclarationError
from symback.network.hints import suggestion
from symback.network.program import Program
from symback.typeset.style import DEFAULT, Style

CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "weights": ("weight_order", ("row-column", "destination-source", "source-destination")),
    "layers": ("layer_mark", ("superscript", "bracket", "plain")),
    "derivative": ("derivative", ("∂", "d", "dz", "delta")),
    "entries": ("entries", ("declared", "small")),
    "vectors": ("vectors", ("column", "row")),
    "links": ("links", ("written", "contracted")),
}
"""Each key of the table: the field of the style, and what it may be."""
LETTERS = ("prediction", "target", "loss", "rate")
"""Keys whose value is a letter or a word that stands for the declared name."""
LONGEST = 30


def checked_notation(table: object) -> dict[str, Any]:
    """The fields of a style that a ``[notation]`` table sets; DeclarationError, in one line, where it makes no sense.

    >>> checked_notation({"weights": "source-destination", "layers": "bracket", "rate": "α"})
    {'weight_order': 'source-destination', 'layer_mark': 'bracket', 'rate': 'α'}
    """
    if not isinstance(table, Mapping):
        raise DeclarationError("notation", f"is {type(table).__name__}, not a table", 'write layers = "bracket"')
    return dict(_field(str(key), value) for key, value in table.items())


def _field(key: str, value: object) -> tuple[str, str]:
    known = (*CHOICES, *LETTERS)
    if key not in known:
        raise DeclarationError(
            f"notation.{key[:60]}", "is no key of a notation", suggestion(key, known) or "known keys are " + ", ".join(known)
        )
    if key in LETTERS:
        return key, _letter(key, value)
    field, choices = CHOICES[key]
    if value not in choices:
        remedy = suggestion(str(value), choices) or f"{key} is one of {', '.join(choices)}"
        raise DeclarationError(f"notation.{key}", f"{key} = {value!r}"[:200], remedy)
    return field, str(value)


def _letter(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.isidentifier() or len(value) > LONGEST:
        raise DeclarationError(f"notation.{key}", f"{key} = {value!r}"[:200], f'{key} is a letter or a word, such as "α"')
    return value


def style_of(program: Program) -> Style:
    """The style a network asks for; what it leaves open is usual.

    Layers usually stand above the letter; below it where every quantity is a plain number, for there a² would be read as a square.

    >>> style_of(Program("", (), (), ("L",), notation=checked_notation({"rate": "α"}))).rate
    'α'
    """
    arrays = any(leaf.indices for leaf in program.leaves) or any(d.indices for d in program.definitions if not isinstance(d.name, Partial))
    usual = DEFAULT if arrays else replace(DEFAULT, layer_mark="plain")
    return replace(usual, **program.notation)


__all__ = ["checked_notation", "style_of"]

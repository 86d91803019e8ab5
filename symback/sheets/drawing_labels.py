"""Labels of a drawing: what they say and how large they are, estimated by counting characters."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symback.algebra.terms import Num
from symback.errors import NotationError
from symback.network.lettering import Lettering
from symback.notation.index import number_box
from symback.sheets.drawing_records import Label
from symback.sheets.records import Math
from symback.typeset.boxes import EQUALS, Box, Named, Negative, Number, Relation, Word
from symback.typeset.letters import NAMES, SIGNS

EM = 0.0353
"""A point in centimetres: the width of an em at one point."""
SCRIPT = 0.7
NUMBER = re.compile(r"[-−]?[\d.]+(?:[eE][-+]?\d+)?")
WORDS: Mapping[str, Math] = {
    word: Math(word, rf"\text{{{word}}}", f'"{word}"')
    for word in ("input", "hidden", "output", "linear", "loss", "target", *(f"hidden {k}" for k in range(1, 9)))
}


def named(table: Lettering, name: str, value: str | None = None) -> Box:
    """A name, and its value where there is one."""
    return table.box(name) if value is None else Relation((table.box(name), number(value)), (EQUALS,))


def number(text: str) -> Box:
    """A number as it was written, a minus in front as such.

    Raises NotationError for anything else: what is handed in is shown, never acted upon.
    """
    if not NUMBER.fullmatch(text) or text.count(".") > 1:
        raise NotationError("drawing", f"{text[:60]!r} is no number", "give numbers as they are to be shown")
    plain = text.replace("−", "-")
    if "e" in plain.lower():
        from fractions import Fraction

        return number_box(Num(Fraction(plain), plain))
    return Negative(Number(plain[1:])) if plain.startswith("-") else Number(plain)


def titled(word: str, function: Math) -> Math:
    """The title of a column of units: ``hidden, σ``."""
    own = WORDS[word]
    return Math(f"{own.text}, {function.text}", rf"{own.latex}\text{{, }}{function.latex}", f'{own.typst}", "{function.typst}')


def label(box: Box | Math, x: float, y: float, size: float = 10, *, halo: bool = False) -> Label:
    """A label at a place, with the box it is expected to fill."""
    math = box if isinstance(box, Math) else Math.of(box)
    ems = 0.47 * len(math.text) if isinstance(box, Math) else width(box)
    return Label(
        x, y, round(ems * size * EM + 0.06, 3), round((1.45 if isinstance(box, Relation | Named) else 1.1) * size * EM, 3), math, size, halo
    )


def width(box: Box) -> float:
    """The width of a label in ems.

    >>> width(Number("0.25")), round(width(Named("w1_12", "w", "1", ("1", "2"))), 2)
    (1.78, 1.4)
    """
    match box:
        case Number(digits=digits):
            return sum(0.28 if c == "." else 0.5 for c in digits)
        case Negative(body=body):
            return 0.78 + width(body)
        case Relation(parts=parts):
            return sum(map(width, parts)) + 1.33 * (len(parts) - 1)
        case Named():
            return _letter(box) + SCRIPT * max(_units(box), _layer(box))
        case Word(text=text):
            return 0.5 * len(text)
    return 0.5 * len(Math.of(box).text)


def _letter(box: Named) -> float:
    if box.verbatim:
        return 0.55 * len(box.typed)
    single = len(box.letter) == 1 or box.letter in SIGNS or box.letter in NAMES
    return (0.7 if box.letter in "wmWM" else 0.58) if single else 0.53 * len(box.letter)


def _units(box: Named) -> float:
    if box.verbatim:
        return 0
    parts = (*((box.layer,) if box.mark == "plain" and box.layer else ()), *box.units)
    return sum(0.5 * len(p) for p in parts) + (0.3 * (len(parts) - 1) if any(len(p) > 1 for p in parts) else 0)


def _layer(box: Named) -> float:
    if not box.layer or box.mark == "plain" or box.verbatim:
        return 0
    return 0.5 * len(box.layer) + (0.56 if box.mark == "bracket" else 0)


__all__ = ["WORDS", "label", "named", "number", "titled", "width"]

"""Boxes as Typst mathematics: Unicode signs and a few built-in functions, so that a PDF needs nothing beyond pip."""

from __future__ import annotations

from functools import singledispatch

from symback.errors import UnknownTerm
from symback.typeset.boxes import (
    Big,
    Box,
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
from symback.typeset.latex import apart
from symback.typeset.letters import SIGNS, accented, plain_letter
from symback.typeset.levels import Level, factor_level, needs_brackets, starts_with_number, tall

FENCES = {"square": ("[", "]"), "norm": ("‖", "‖"), "floor": ("⌊", "⌋"), "round": ("(", ")")}
JOINTS = {"matrix": " ", "hadamard": " ⊙ ", "dot": " ⋅ ", "times": " "}
MARKS = {"∂": "∂", "d": "upright(d)"}
OPERATORS = {"Σ": "∑", "Π": "∏"}
SPECIAL = frozenset("\\\"#$_^/&@*`~'")
"""What Typst acts on in mathematics; elsewhere a sign stands for itself."""


@singledispatch
def typst(box: object) -> str:
    """A box as Typst mathematics, without dollar signs.

    >>> typst(Fraction(Number("1"), Sum(((False, Number("1")), (True, Named("h2", "h", "2"))))))
    'frac(1, 1 − h^(2))'
    """
    raise UnknownTerm(box, "typst")


def quoted(word: str) -> str:
    r"""Any text as a Typst string.

    >>> quoted('a"b\\c')
    '"a\\"b\\\\c"'
    """
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def letter_typst(letter: str, *, upright: bool = False) -> str:
    """A letter: Greek as its sign, one plain letter as it is, with its accent; anything else upright and as a string.

    >>> [letter_typst(x) for x in ("W", "delta", "lam", "xhat", "loss")]
    ['W', 'δ', 'λ', 'hat(x)', 'upright("loss")']
    """
    if upright:
        return f"upright({quoted(letter)})"
    above = accented(letter)
    if above is not None:
        return f"{above[1] if above[1] != 'bar' else 'macron'}({letter_typst(above[0])})"
    name = plain_letter(letter)
    if name in SIGNS:
        return SIGNS[name]
    return letter if len(letter) == 1 and letter.isascii() and letter.isalpha() else f"upright({quoted(letter)})"


def _unit(unit: str) -> str:
    return unit if unit.isdigit() and unit.isascii() else letter_typst(unit)


def _fenced(kind: str, body: Box) -> str:
    before, after = FENCES[kind]
    return f"lr({before} {typst(body)} {after})" if tall(body) else f"{before}{typst(body)}{after}"


def _fit(box: Box, least: Level, *, followed: bool = False) -> str:
    return _fenced("round", box) if needs_brackets(box, least, "typeset", followed=followed) else typst(box)


@typst.register
def _(box: Number) -> str:
    return box.digits


@typst.register
def _(box: Named) -> str:
    if box.verbatim:
        return letter_typst(box.typed, upright=True) + _script("_", _subscript(box))
    return _lettered(box) + _script("_", _subscript(box)) + _script("^", _superscript(box))


def _lettered(box: Named) -> str:
    """The letter, with the differential in front; before a word it is part of the word, else Typst would set a space between."""
    letter = letter_typst(box.letter)
    if not box.prefix:
        return letter
    word = letter.removeprefix('upright("')
    return f'upright("d{word}' if word != letter else f"upright(d) {letter}"


def _superscript(box: Named) -> str:
    if not box.layer or box.mark == "plain":
        return ""
    return f"[{_unit(box.layer)}]" if box.mark == "bracket" else _unit(box.layer)


def _units(box: Named) -> str:
    if box.verbatim:
        return ""
    parts = [_unit(u) for u in ((box.layer,) if box.layer and box.mark == "plain" else ()) + box.units]
    return (" " if all(len(p) == 1 for p in parts) else ",").join(parts)


def _subscript(box: Named) -> str:
    places = [typst(box.places[p]) for p in (box.drawn or range(len(box.places)))]
    own = _units(box)
    single = apart(box.places)
    return " ".join(places) if single and not own else ",".join(([own] if own else []) + places)


def _script(sign: str, body: str) -> str:
    return f"{sign}({body})" if body else ""


@typst.register
def _(box: Word) -> str:
    """A word of our own tables: a sign as it is, a letter as a letter, a function's name upright."""
    if box.text in OPERATORS:
        return OPERATORS[box.text]
    if len(box.text) == 1:
        return quoted(box.text) if box.text in SPECIAL else box.text
    if box.text in SIGNS:
        return SIGNS[box.text]
    return f"op({quoted(box.text)})"


@typst.register
def _(box: Sum) -> str:
    (minus, first), rest = box.parts[0], box.parts[1:]
    start = f"−{_fit(first, Level.PRODUCT)}" if minus else _fit(first, Level.PRODUCT)
    return start + "".join(f" {'−' if sign else '+'} {_fit(part, Level.PRODUCT)}" for sign, part in rest)


@typst.register
def _(box: Negative) -> str:
    return f"−{_fit(box.body, Level.PRODUCT)}"


@typst.register
def _(box: Product) -> str:
    first, rest = box.parts[0], box.parts[1:]
    line = _fit(first, factor_level(first, box.joint, last=not rest), followed=bool(rest))
    for position, part in enumerate(rest, start=1):
        line += _gap(box.parts[position - 1], part, box.joint)
        last = position == len(rest)
        line += _fit(part, factor_level(part, box.joint, last=last), followed=not last)
    return line


def _gap(left: Box, right: Box, joint: str) -> str:
    loud = joint == "times" and (starts_with_number(right) or isinstance(left, Derivative) or isinstance(right, Derivative | Negative))
    fractions = isinstance(left, Fraction | Quotient | Derivative) and isinstance(right, Fraction | Quotient | Derivative)
    thin = joint == "matrix" and fractions
    return JOINTS["dot"] if loud or (joint == "times" and fractions) else " thin " if thin else JOINTS[joint]


@typst.register
def _(box: Quotient) -> str:
    return f"frac({typst(box.top)}, {typst(box.bottom)})"


@typst.register
def _(box: Fraction) -> str:
    return f"frac({typst(box.top)}, {typst(box.bottom)})"


@typst.register
def _(box: Power) -> str:
    mark = "⊙ " if box.entrywise else ""
    return f"{_fit(box.base, Level.ATOM)}^({mark}{typst(box.exponent)})"


@typst.register
def _(box: Root) -> str:
    return f"sqrt({typst(box.body)})"


@typst.register
def _(box: Exponential) -> str:
    return f'op("exp"){_fenced("round", box.body)}' if tall(box.body) else f"e^({typst(box.body)})"


@typst.register
def _(box: Call) -> str:
    if not box.args:
        return typst(box.word)
    body = ", ".join(map(typst, box.args))
    return typst(box.word) + (f" lr(( {body} ))" if any(map(tall, box.args)) else f" ({body})")


@typst.register
def _(box: Big) -> str:
    under = typst(box.index)
    limits = f"_({under})"
    if box.low is not None and box.high is not None:
        limits = f"_({under} = {typst(box.low)})^({typst(box.high)})"
    word = typst(box.word)
    return f"{f'limits({word})' if word.startswith('op') else word}{limits} {_fit(box.body, Level.PRODUCT)}"


@typst.register
def _(box: Relation) -> str:
    line = _fit(box.parts[0], Level.SUM)
    return line + "".join(f" {sign.text} {_fit(part, Level.SUM)}" for sign, part in zip(box.signs, box.parts[1:], strict=True))


@typst.register
def _(box: Fence) -> str:
    return _fenced(box.kind, box.body)


@typst.register
def _(box: Delta) -> str:
    return f"δ_({typst(box.left)} {typst(box.right)})"


@typst.register
def _(box: Transposed) -> str:
    return f"{_fit(box.body, Level.ATOM)}^(⊤)"


@typst.register
def _(box: Derivative) -> str:
    mark, order = MARKS[box.mark], len(box.bottoms)
    above = mark + (f"^({order})" if order > 1 else "") + " " + _fit(box.top, Level.POWER)
    return f"frac({above}, {' '.join(f'{mark} {_fit(by, Level.POWER)}' for by in box.bottoms)})"


@typst.register
def _(box: Matrix) -> str:
    return 'mat(delim: "[", ' + "; ".join(", ".join(map(typst, row)) for row in box.rows) + ")"


@typst.register
def _(box: Cases) -> str:
    rows = [
        f'{typst(value)} & "{"otherwise" if when is None else "if "}" {"" if when is None else typst(when)}' for value, when in box.rows
    ]
    return f"cases({', '.join(rows)})"


@typst.register
def _(box: Where) -> str:
    if not box.definitions:
        return typst(box.body)
    return typst(box.body) + ' quad "where " ' + ", ".join(map(typst, box.definitions))


__all__ = ["letter_typst", "quoted", "typst"]

"""Boxes as one line of Unicode text; what it prints can be read back exactly."""

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
from symback.typeset.levels import AFTER, Level, factor_level, needs_brackets

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
FENCES = {"square": ("[", "]"), "norm": ("‖", "‖"), "floor": ("⌊", "⌋"), "round": ("(", ")")}
JOINTS = {"matrix": " ", "hadamard": " ⊙ ", "dot": "·", "times": "·"}


@singledispatch
def text(box: object) -> str:
    """A box as one line.

    >>> text(Sum(((False, Number("1")), (True, Named("h", "h")))))
    '1 − h'
    """
    raise UnknownTerm(box, "text")


def _fit(box: Box, least: Level, *, followed: bool = False) -> str:
    return f"({text(box)})" if needs_brackets(box, least, "text", followed=followed) else text(box)


@text.register
def _(box: Number) -> str:
    return box.digits


@text.register
def _(box: Named) -> str:
    return f"{box.typed}[{','.join(map(text, box.places))}]" if box.places else box.typed


@text.register
def _(box: Word) -> str:
    return box.text


@text.register
def _(box: Sum) -> str:
    (minus, first), rest = box.parts[0], box.parts[1:]
    start = f"−{_fit(first, AFTER['−'])}" if minus else _fit(first, AFTER["+"])
    signed = [("−" if minus else "+", part) for minus, part in rest]
    return start + "".join(f" {sign} {_fit(part, AFTER[sign])}" for sign, part in signed)


@text.register
def _(box: Negative) -> str:
    return f"−{_fit(box.body, AFTER['−'])}"


@text.register
def _(box: Product) -> str:
    first, rest = box.parts[0], box.parts[1:]
    line = _fit(first, factor_level(first, box.joint, last=not rest), followed=bool(rest))
    for position, part in enumerate(rest, start=1):
        line += _gap(box.parts[position - 1], part, box.joint)
        last = position == len(rest)
        line += _fit(part, factor_level(part, box.joint, last=last), followed=not last)
    return line


def _gap(left: Box, right: Box, joint: str) -> str:
    """Nothing between a name and an opening bracket, unless it would look like a call or a difference."""
    bracketed = needs_brackets(right, Level.PRODUCT, "text")
    closed = isinstance(left, Named | Power | Number) or needs_brackets(left, Level.PRODUCT, "text")
    callable_ = isinstance(left, Named) and left.verbatim and not left.places
    quiet = joint == "times" and bracketed and closed and not callable_ and not isinstance(right, Negative)
    return "" if quiet else JOINTS[joint]


@text.register
def _(box: Quotient) -> str:
    return f"{_fit(box.top, Level.PRODUCT, followed=True)} ⊘ {_fit(box.bottom, AFTER['⊘'])}"


@text.register
def _(box: Fraction) -> str:
    return f"{_fit(box.top, Level.PRODUCT, followed=True)}/{_fit(box.bottom, AFTER['/'])}"


@text.register
def _(box: Power) -> str:
    base, mark = _fit(box.base, Level.ATOM), "^⊙" if box.entrywise else ""
    whole = _whole_number(box.exponent)
    if whole is None:
        return f"{base}{mark or '^'}{_fit(box.exponent, Level.ATOM)}"
    return f"{base}{mark}{whole.translate(SUPERSCRIPTS)}"


def _whole_number(box: Box) -> str | None:
    sign, digits = ("-", box.body) if isinstance(box, Negative) else ("", box)
    return sign + digits.digits if isinstance(digits, Number) and digits.digits.isdigit() else None


@text.register
def _(box: Root) -> str:
    return f"sqrt({text(box.body)})"


@text.register
def _(box: Exponential) -> str:
    return f"exp({text(box.body)})"


@text.register
def _(box: Call) -> str:
    return f"{box.word.text}({', '.join(map(text, box.args))})" if box.args else box.word.text


@text.register
def _(box: Big) -> str:
    under = text(box.index)
    if box.low is not None and box.high is not None:
        under = f"({under}={text(box.low)}..{text(box.high)})"
    return f"{box.word.text}_{under} {_fit(box.body, Level.PRODUCT)}"


@text.register
def _(box: Relation) -> str:
    line = _fit(box.parts[0], Level.SUM)
    return line + "".join(f" {sign.text} {_fit(part, Level.SUM)}" for sign, part in zip(box.signs, box.parts[1:], strict=True))


@text.register
def _(box: Fence) -> str:
    before, after = FENCES[box.kind]
    return before + text(box.body) + after


@text.register
def _(box: Delta) -> str:
    return f"[{text(box.left)} = {text(box.right)}]"


@text.register
def _(box: Transposed) -> str:
    return f"{_fit(box.body, Level.ATOM)}ᵀ"


@text.register
def _(box: Derivative) -> str:
    order = str(len(box.bottoms)).translate(SUPERSCRIPTS) if len(box.bottoms) > 1 else ""
    return f"{box.mark}{order}{_fit(box.top, Level.ATOM)}/" + " ".join(f"{box.mark}{_fit(by, Level.ATOM)}" for by in box.bottoms)


@text.register
def _(box: Matrix) -> str:
    return "[" + "; ".join(", ".join(map(text, row)) for row in box.rows) + "]"


@text.register
def _(box: Cases) -> str:
    parts = [f"{text(value)} if {text(when)}" if when is not None else f"{text(value)} otherwise" for value, when in box.rows]
    return "{" + "; ".join(parts) + "}"


@text.register
def _(box: Where) -> str:
    return f"{text(box.body)} where {', '.join(map(text, box.definitions))}" if box.definitions else text(box.body)

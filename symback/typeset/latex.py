"""Boxes as LaTeX that needs amsmath and amssymb only."""

from __future__ import annotations

from functools import singledispatch
from itertools import pairwise

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
from symback.typeset.letters import letter_latex, unit_latex
from symback.typeset.levels import Level, factor_level, needs_brackets, starts_with_number, tall

FENCES = {"square": ("[", "]"), "norm": (r"\lVert ", r" \rVert"), "floor": (r"\lfloor ", r" \rfloor"), "round": ("(", ")")}
JOINTS = {"matrix": " ", "hadamard": r" \odot ", "dot": r" \cdot ", "times": " "}
BREAKS = 160
"""Longer bodies stand between signs of a fixed size, inside which TeX may break the line."""
CHAINED = {Fraction, Quotient, Derivative}
MARKS = {"∂": r"\partial ", "d": r"\mathrm{d} "}


@singledispatch
def latex(box: object) -> str:
    r"""A box as LaTeX, without dollar signs.

    >>> latex(Fraction(Number("1"), Sum(((False, Number("1")), (True, Named("h2", "h", "2"))))))
    '\\frac{1}{1 - h^{2}}'
    """
    raise UnknownTerm(box, "latex")


def _fenced(kind: str, body: Box) -> str:
    before, after = FENCES[kind]
    inner = latex(body)
    if not tall(body):
        return f"{before}{inner}{after}"
    opening, closing = (r"\biggl", r"\biggr") if len(inner) > BREAKS else (r"\left", r"\right")
    return f"{opening}{before}{inner}{closing}{after.strip()}"


def _fit(box: Box, least: Level, *, followed: bool = False) -> str:
    return _fenced("round", box) if needs_brackets(box, least, "typeset", followed=followed) else latex(box)


@latex.register
def _(box: Number) -> str:
    return box.digits


@latex.register
def _(box: Named) -> str:
    if box.verbatim:
        return letter_latex(box.typed, upright=True) + _script("_", _subscript(box))
    return box.prefix + letter_latex(box.letter) + _script("_", _subscript(box)) + _script("^", superscript(box))


def is_word(box: Box) -> bool:
    """Whether a name is drawn as an upright word."""
    return isinstance(box, Named) and (box.verbatim or letter_latex(box.letter).startswith((r"\mathrm", r"\text")))


def superscript(box: Named) -> str:
    """The layer, where the style puts it above."""
    if not box.layer or box.mark == "plain" or box.verbatim:
        return ""
    return f"[{unit_latex(box.layer)}]" if box.mark == "bracket" else unit_latex(box.layer)


def units(box: Named) -> str:
    """The part of the subscript that belongs to the name."""
    if box.verbatim:
        return ""
    parts = [unit_latex(u) for u in ((box.layer,) if box.layer and box.mark == "plain" else ()) + box.units]
    return "".join(parts) if all(len(p) == 1 for p in parts) else ",".join(parts)


def _subscript(box: Named) -> str:
    places = [latex(box.places[p]) for p in (box.drawn or range(len(box.places)))]
    own = units(box)
    single = apart(box.places)
    return "".join(places) if single and not own else ",".join(([own] if own else []) + places)


def apart(places: tuple[Box, ...]) -> bool:
    """Whether places are told apart without commas: letters, and digits that do not stand beside each other."""
    digits = [isinstance(p, Number) for p in places]
    short = all(isinstance(p, Word) or (isinstance(p, Number) and len(p.digits) == 1) for p in places)
    return short and not any(a and b for a, b in pairwise(digits))


def _script(sign: str, body: str) -> str:
    return f"{sign}{{{body}}}" if body else ""


@latex.register
def _(box: Word) -> str:
    return box.latex


@latex.register
def _(box: Sum) -> str:
    (minus, first), rest = box.parts[0], box.parts[1:]
    start = f"-{_fit(first, Level.PRODUCT)}" if minus else _fit(first, Level.PRODUCT)
    return start + "".join(f" {'-' if sign else '+'} {_fit(part, Level.PRODUCT)}" for sign, part in rest)


@latex.register
def _(box: Negative) -> str:
    return f"-{_fit(box.body, Level.PRODUCT)}"


@latex.register
def _(box: Product) -> str:
    first, rest = box.parts[0], box.parts[1:]
    line = _fit(first, factor_level(first, box.joint, last=not rest), followed=bool(rest))
    for position, part in enumerate(rest, start=1):
        line += _gap(box.parts[position - 1], part, box.joint)
        last = position == len(rest)
        line += _fit(part, factor_level(part, box.joint, last=last), followed=not last)
    return line


def _gap(left: Box, right: Box, joint: str) -> str:
    """A dot where juxtaposition would read as one number, one derivative or a difference; a thin space between words."""
    if joint == "times" and (starts_with_number(right) or isinstance(right, Negative) or {type(left), type(right)} <= CHAINED):
        return JOINTS["dot"]
    if joint == "times" and (isinstance(left, Derivative) or isinstance(right, Derivative)):
        return JOINTS["dot"]
    return r" \, " if JOINTS[joint] == " " and is_word(left) and is_word(right) else JOINTS[joint]


@latex.register
def _(box: Quotient) -> str:
    return rf"\frac{{{latex(box.top)}}}{{{latex(box.bottom)}}}"


@latex.register
def _(box: Fraction) -> str:
    return rf"\frac{{{latex(box.top)}}}{{{latex(box.bottom)}}}"


@latex.register
def _(box: Power) -> str:
    mark = r"\odot " if box.entrywise else ""
    return f"{_fit(box.base, Level.ATOM)}^{{{mark}{latex(box.exponent)}}}"


@latex.register
def _(box: Root) -> str:
    return rf"\sqrt{{{latex(box.body)}}}"


@latex.register
def _(box: Exponential) -> str:
    return rf"\exp{_fenced('round', box.body)}" if tall(box.body) else f"e^{{{latex(box.body)}}}"


@latex.register
def _(box: Call) -> str:
    if not box.args:
        return box.word.latex
    body = ", ".join(map(latex, box.args))
    return box.word.latex + (rf"\left({body}\right)" if any(map(tall, box.args)) else f"({body})")


@latex.register
def _(box: Big) -> str:
    under = latex(box.index)
    limits = f"_{{{under}}}"
    if box.low is not None and box.high is not None:
        limits = f"_{{{under}={latex(box.low)}}}^{{{latex(box.high)}}}"
    return f"{box.word.latex}{limits} {_fit(box.body, Level.PRODUCT)}"


@latex.register
def _(box: Relation) -> str:
    line = _fit(box.parts[0], Level.SUM)
    return line + "".join(f" {sign.latex} {_fit(part, Level.SUM)}" for sign, part in zip(box.signs, box.parts[1:], strict=True))


@latex.register
def _(box: Fence) -> str:
    return _fenced(box.kind, box.body)


@latex.register
def _(box: Delta) -> str:
    return rf"\delta_{{{latex(box.left)}{latex(box.right)}}}"


@latex.register
def _(box: Transposed) -> str:
    return rf"{_fit(box.body, Level.ATOM)}^{{\top}}"


@latex.register
def _(box: Derivative) -> str:
    mark, order = MARKS[box.mark], len(box.bottoms)
    above = mark.strip() + (f"^{{{order}}} " if order > 1 else " ") + _fit(box.top, Level.POWER)
    return rf"\frac{{{above}}}{{{' '.join(mark + _fit(by, Level.POWER) for by in box.bottoms)}}}"


@latex.register
def _(box: Matrix) -> str:
    return r"\begin{bmatrix}" + r"\\".join(" & ".join(map(latex, row)) for row in box.rows) + r"\end{bmatrix}"


@latex.register
def _(box: Cases) -> str:
    rows = [
        f"{latex(value)} & " + (rf"\text{{if }} {latex(when)}" if when is not None else r"\text{otherwise}") for value, when in box.rows
    ]
    return r"\begin{cases}" + r"\\".join(rows) + r"\end{cases}"


@latex.register
def _(box: Where) -> str:
    if not box.definitions:
        return latex(box.body)
    return latex(box.body) + r" \quad\text{where } " + r",\; ".join(map(latex, box.definitions))


__all__ = ["apart", "latex", "superscript", "units"]

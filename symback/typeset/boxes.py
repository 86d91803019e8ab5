"""Boxes: what a formula looks like before any markup is chosen.

A small closed set of frozen nodes. A node says what stands where (a fraction, a power, a product), never how a markup
spells it, so that each markup decides its brackets from one table (`symback.typeset.levels`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, Union

LayerMark = Literal["superscript", "bracket", "plain"]
Joint = Literal["times", "matrix", "hadamard", "dot"]
FenceKind = Literal["square", "norm", "floor", "round"]


@dataclass(frozen=True, slots=True)
class Number:
    """Digits of a number that is not negative, as written."""

    digits: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name somebody declared, read at places.

    One-line text prints ``typed``; typeset markups draw letter, layer and units, the places after the units. ``drawn``
    is the order in which typeset markups show the places. ``mark`` says where the layer goes, ``prefix`` is a
    differential in front of the letter, ``verbatim`` draws the typed name upright because its drawn form belongs to another
    name, and ``exposed`` says that a superscript on the bare letter would be taken for a layer.
    """

    typed: str
    letter: str
    layer: str = ""
    units: tuple[str, ...] = ()
    places: tuple[Box, ...] = ()
    drawn: tuple[int, ...] = ()
    mark: LayerMark = "superscript"
    prefix: str = ""
    verbatim: bool = False
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word or symbol of our own tables in one-line text and in LaTeX; never built from a user's text."""

    text: str
    latex: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms, each with True for a minus in front."""

    parts: tuple[tuple[bool, Box], ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """A minus in front."""

    body: Box


@dataclass(frozen=True, slots=True)
class Product:
    """Factors. ``times``: juxtaposed where that is clear; ``dot``: always with a dot; ``matrix`` and ``hadamard`` products."""

    parts: tuple[Box, ...]
    joint: Joint = "times"


@dataclass(frozen=True, slots=True)
class Quotient:
    """Element-wise division of arrays."""

    top: Box
    bottom: Box


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction."""

    top: Box
    bottom: Box


@dataclass(frozen=True, slots=True)
class Power:
    """A power; ``entrywise`` marks the powers of the entries of a matrix."""

    base: Box
    exponent: Box
    entrywise: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    body: Box


@dataclass(frozen=True, slots=True)
class Exponential:
    """e to the power of the body."""

    body: Box


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments in round brackets."""

    word: Word
    args: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Big:
    """A big operator (Σ, Π, max) over an index; ``low`` and ``high`` where the range is shown."""

    word: Word
    index: Box
    body: Box
    low: Box | None = None
    high: Box | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """Boxes with relation signs between them: ``a = b = c``."""

    parts: tuple[Box, ...]
    signs: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Fence:
    """A body between signs that come in pairs: [ ], ‖ ‖, ⌊ ⌋, ( )."""

    kind: FenceKind
    body: Box


@dataclass(frozen=True, slots=True)
class Delta:
    """1 where two indices are equal, else 0: a bracket in text, a Kronecker delta in typeset markups."""

    left: Box
    right: Box


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transpose."""

    body: Box


@dataclass(frozen=True, slots=True)
class Derivative:
    """The derivative of ``top`` by each of ``bottoms``, with the sign ``mark``."""

    mark: Literal["∂", "d"]
    top: Box
    bottoms: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of boxes between square brackets."""

    rows: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """Values, each with the condition under which it holds (None: otherwise)."""

    rows: tuple[tuple[Box, Box | None], ...]


@dataclass(frozen=True, slots=True)
class Where:
    """A formula and the definitions of the names it introduces."""

    body: Box
    definitions: tuple[Box, ...]


Box: TypeAlias = Union[
    Number, Named, Word, Sum, Negative, Product, Quotient, Fraction, Power, Root, Exponential, Call, Big, Relation, Fence, Delta,
    Transposed, Derivative, Matrix, Cases, Where,
]  # fmt: skip

EQUALS = Word("=", "=")
ONES = Word("𝟏", r"\mathbf{1}")
RELATIONS = {
    "=": EQUALS,
    "!=": Word("≠", r"\neq"),
    "<": Word("<", "<"),
    "<=": Word("≤", r"\leq"),
    ">": Word(">", ">"),
    ">=": Word("≥", r"\geq"),
}


def product(parts: tuple[Box, ...], joint: Joint = "times") -> Box:
    """A product with products of the same kind taken apart and a leading minus in front; one factor is itself.

    >>> product((Number("2"), product((Number("3"), Number("5"))))).parts
    (Number(digits='2'), Number(digits='3'), Number(digits='5'))
    """
    flat = tuple(p for part in parts for p in (part.parts if isinstance(part, Product) and part.joint == joint else (part,)))
    if len(flat) == 1:
        return flat[0]
    if isinstance(flat[0], Negative):
        return Negative(product((flat[0].body, *flat[1:]), joint))
    return Product(flat, joint)


def addition(terms: tuple[Box, ...]) -> Box:
    """A sum; a term with a minus in front is subtracted, sums inside are taken apart.

    >>> addition((Number("1"), Negative(Number("2")))).parts
    ((False, Number(digits='1')), (True, Number(digits='2')))
    """
    parts: list[tuple[bool, Box]] = []
    for term in terms:
        match term:
            case Negative(body=body):
                parts.append((True, body))
            case Sum(parts=inner):
                parts += inner
            case _:
                parts.append((False, term))
    return terms[0] if len(terms) == 1 else Sum(tuple(parts))


def fraction(top: Box, bottom: Box) -> Box:
    """A fraction; a minus above goes in front.

    >>> fraction(Negative(Number("1")), Number("2"))
    Negative(body=Fraction(top=Number(digits='1'), bottom=Number(digits='2')))
    """
    return Negative(Fraction(top.body, bottom)) if isinstance(top, Negative) else Fraction(top, bottom)

"""The one precedence table: how tightly each box holds together, in one-line text and in typeset markups.

A box whose level is below what its place asks for gets round brackets, and nothing else ever does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Literal

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
    Joint,
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

Markup = Literal["text", "typeset"]


class Level(IntEnum):
    """From what falls apart first to what never does."""

    LINE = 0
    RELATION = 1
    SUM = 2
    NEGATIVE = 3
    PRODUCT = 4
    MATRIX = 5
    POWER = 6
    ATOM = 7


TABLE: Mapping[type, Mapping[Markup, Level]] = {
    node: {"text": text, "typeset": typeset}
    for node, text, typeset in (
        (Where, Level.LINE, Level.LINE),
        (Relation, Level.RELATION, Level.RELATION),
        (Sum, Level.SUM, Level.SUM),
        (Negative, Level.NEGATIVE, Level.NEGATIVE),
        (Product, Level.PRODUCT, Level.PRODUCT),
        (Big, Level.PRODUCT, Level.PRODUCT),
        (Quotient, Level.PRODUCT, Level.MATRIX),
        (Fraction, Level.PRODUCT, Level.MATRIX),
        (Derivative, Level.PRODUCT, Level.MATRIX),
        (Power, Level.POWER, Level.POWER),
        (Transposed, Level.POWER, Level.POWER),
        (Exponential, Level.ATOM, Level.POWER),
        (Call, Level.ATOM, Level.POWER),
        (Root, Level.ATOM, Level.ATOM),
        (Named, Level.ATOM, Level.ATOM),
        (Fence, Level.ATOM, Level.ATOM),
        (Delta, Level.ATOM, Level.ATOM),
        (Matrix, Level.ATOM, Level.ATOM),
        (Cases, Level.ATOM, Level.PRODUCT),
        (Number, Level.ATOM, Level.ATOM),
        (Word, Level.ATOM, Level.ATOM),
    )
}


JUXTAPOSED = " "
"""The sign of a matrix product, which is none."""
HOLDS: Mapping[str, Level] = {
    **dict.fromkeys("+−", TABLE[Sum]["text"]),
    **dict.fromkeys("·⊙", TABLE[Product]["text"]),
    "/": TABLE[Fraction]["text"],
    "⊘": TABLE[Quotient]["text"],
    JUXTAPOSED: Level.MATRIX,
}
"""How tightly a line of text holds together at each sign between two operands."""
AFTER: Mapping[str, Level] = {
    **dict.fromkeys("+−", Level.PRODUCT),
    **dict.fromkeys("·⊙", Level.MATRIX),
    "/": Level.POWER,
    "⊘": Level.MATRIX,
    JUXTAPOSED: Level.POWER,
}
"""What each sign asks of the operand after it, so that no brackets are needed there."""


def level(box: Box, markup: Markup) -> Level:
    """How tightly a box holds together."""
    if isinstance(box, Product) and box.joint == "matrix":
        return HOLDS[JUXTAPOSED]
    if isinstance(box, Named) and markup == "typeset" and _carries_superscript(box):
        return Level.POWER
    return TABLE[type(box)][markup]


def _carries_superscript(box: Named) -> bool:
    return box.exposed or bool(box.layer and box.mark != "plain" and not box.verbatim)


def open_ended(box: Box) -> bool:
    """Whether a big operator at the end of a box would swallow a factor written after it."""
    match box:
        case Big():
            return True
        case Negative(body=last):
            return open_ended(last)
        case Product(parts=parts):
            return open_ended(parts[-1])
    return False


def factor_level(part: Box, joint: Joint, *, last: bool) -> Level:
    """What a factor of a product has to be: a matrix product between scalars is kept together unless it is the last."""
    if joint == "matrix":
        return Level.MATRIX
    inner = isinstance(part, Product) and part.joint == "matrix" and joint != "hadamard" and not last
    return Level.POWER if inner else Level.PRODUCT


def needs_brackets(box: Box, least: Level, markup: Markup, *, followed: bool = False) -> bool:
    """Whether a box gets brackets at a place that asks for a level, or that is followed by a factor."""
    return level(box, markup) < least or (followed and open_ended(box))


def starts_with_number(box: Box) -> bool:
    """Whether the first thing shown is a digit."""
    match box:
        case Number():
            return True
        case Product(parts=parts):
            return starts_with_number(parts[0])
        case Power(base=base) | Transposed(body=base) | Quotient(top=base):
            return starts_with_number(base)
    return False


def tall(box: Box) -> bool:
    """Whether a typeset box is higher than a line, so that its brackets grow."""
    match box:
        case Fraction() | Quotient() | Derivative() | Big() | Matrix() | Cases():
            return True
        case Sum(parts=parts):
            return any(tall(part) for _, part in parts)
        case Product(parts=parts) | Relation(parts=parts):
            return any(tall(part) for part in parts)
        case Negative(body=body) | Root(body=body) | Fence(body=body) | Transposed(body=body) | Power(base=body):
            return tall(body)
        case Call(args=args):
            return any(tall(arg) for arg in args)
    return False


__all__ = ["AFTER", "HOLDS", "JUXTAPOSED", "Level", "factor_level", "level", "needs_brackets", "open_ended", "starts_with_number", "tall"]

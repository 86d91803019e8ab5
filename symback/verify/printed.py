"""Printed numbers: what a decimal stands for, and arithmetic with decimals that were rounded.

A decimal such as 0.484 stands for every number that rounds to it, halves up; a whole number stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from symback.algebra.terms import MINUS_ONE, Add, Mul, Num, Term
from symback.algebra.traverse import rewrite, walk
from symback.numeric.rounding import CONTEXT, decimal, evaluate

CLOSE = Decimal(10) ** -40
"""Two values of sixty digits that differ by less, relatively, are the same."""
SLACK = Decimal("1.01")
"""What the moves of several decimals together may do beyond the sum of what each does alone."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it was printed: its value and half a unit of its last digit (nothing for a whole number)."""

    value: Decimal
    half: Decimal

    def rounds(self, value: Decimal, stray: Decimal = Decimal(0)) -> bool:
        """Whether a value rounds to this number, or one that is off by at most ``stray``; the half of a negative number may go
        either way.

        >>> Printed(Decimal("0.23"), Decimal("0.005")).rounds(Decimal("0.225"))
        True
        """
        distance = value - self.value
        if not self.half:
            return same(value, self.value)
        edge = self.half + stray
        at_edge = same(distance, -edge) or ((self.value < 0 or stray > 0) and same(distance, edge))
        return at_edge or (abs(distance) < edge and not same(distance, edge))

    def like(self, value: Decimal) -> Decimal:
        """Another value, rounded as this number is."""
        return value.quantize(Decimal(1).scaleb((2 * self.half).adjusted()), ROUND_HALF_UP, CONTEXT) if self.half else value


def same(one: Decimal, other: Decimal) -> bool:
    """Whether two values of many digits are the same number."""
    return abs(one - other) <= CLOSE * max(abs(one), abs(other), CLOSE)


def number(term: Term) -> Printed | None:
    """The number a term is, signs and brackets around it included; None for anything that is worked out.

    >>> from symback.algebra.terms import term
    >>> number(-term("0.30"))
    Printed(value=Decimal('-0.30'), half=Decimal('0.005'))
    """
    match term:
        case Num():
            return _printed(term)
        case Add(args=(only,)) | Mul(args=(only,)):
            return number(only)
        case Mul(args=(sign, only)) if sign is MINUS_ONE:
            found = number(only)
            return None if found is None else Printed(-found.value, found.half)
    return None


def _printed(node: Num) -> Printed:
    value = decimal(node.value)
    if node.literal is None or "/" in node.literal:
        return Printed(value, Decimal(0))
    written = Decimal(node.literal)
    exponent = written.as_tuple().exponent
    assert isinstance(exponent, int)
    return Printed(written, Decimal(0) if exponent >= 0 else Decimal(5).scaleb(exponent - 1))


def decimals(term: Term) -> tuple[Num, ...]:
    """The decimals of a term, each once.

    >>> from symback.algebra.terms import term
    >>> decimals(term("0.5") * 2 + term("0.5"))
    (0.5,)
    """
    return tuple(dict.fromkeys(n for n in walk(term) if isinstance(n, Num) and _printed(n).half))


def arithmetic(term: Term, rounded: Iterable[Num] = ()) -> tuple[Decimal, Decimal]:
    """The value of a term of numbers, and how far off it may be where each of the ``rounded`` decimals in it is a rounded number.

    A decimal that stands in several places is one quantity and moves everywhere at once.

    >>> from symback.algebra.terms import term
    >>> t = term("0.5") * term("0.25")
    >>> arithmetic(t, decimals(t)[1:])
    (Decimal('0.125'), Decimal('0.002525'))
    """
    value = evaluate(term)
    moves = [max(abs(evaluate(_moved(term, n, sign)) - value) for sign in (1, -1)) for n in rounded]
    return value, sum(moves, Decimal(0)) * SLACK


def _moved(term: Term, literal: Num, sign: int) -> Term:
    new = Num(literal.value + sign * Fraction(_printed(literal).half))
    return rewrite(term, lambda n: new if n is literal else n)


def follows(before: Term, after: Term) -> str:
    """Why a term of numbers does not follow from the one before it; empty if it does.

    A number has to be the other side rounded; in arithmetic that is partly worked out, decimals that are new may be rounded.

    >>> from symback.algebra.terms import term
    >>> follows(term("0.04") * term("0.418"), term("0.016"))
    '0.01672 rounds to 0.017, not to 0.016'
    """
    left, right = arithmetic(before)[0], arithmetic(after)[0]
    if same(left, right):
        return ""
    shown, back = number(after), number(before)
    if shown is not None:
        return "" if shown.rounds(left) else _misrounded(left, shown)
    if back is not None:
        return "" if back.rounds(right) else _misrounded(right, back)
    known = {n.value for n in decimals(before)}
    _, off = arithmetic(after, [n for n in decimals(after) if n.value not in known])
    return "" if abs(left - right) <= off else f"{left:.6g} is not {right:.6g}"


def _misrounded(value: Decimal, printed: Printed) -> str:
    if not printed.half:
        return f"{value:.6g} is not {printed.value}"
    return f"{value:.6g} rounds to {printed.like(value)}, not to {printed.value}"


__all__ = ["Printed", "arithmetic", "decimals", "follows", "number", "same"]

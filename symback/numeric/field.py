"""The arithmetic a program is evaluated in: mpmath numbers at a chosen precision, in a context of their own, or exact fractions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from math import inf
from typing import Any, Protocol

from symback.algebra.opaque import OPAQUE
from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import Kind, Relation
from symback.errors import NumericError, OutOfRange


class Field(Protocol):
    """What the evaluator asks of its numbers (they bring ``+`` and ``*`` themselves)."""

    zero: Any
    one: Any

    def number(self, value: Fraction) -> Any:
        """An exact rational."""

    def power(self, base: Any, exponent: Any) -> Any:
        """``base ** exponent``."""

    def apply(self, op: str, args: Sequence[Any]) -> Any:
        """A primitive operation."""

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        """Whether a relation holds."""

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        """The largest or the smallest of some numbers."""

    def opaque(self, row: str, operands: Sequence[Any], sizes: Sequence[tuple[int, ...]]) -> Any:
        """An opaque row: nested lists from nested lists."""


@lru_cache(maxsize=32)
def context(digits: int) -> Any:
    """An mpmath context of its own with that many decimal digits (the global one is never touched)."""
    import mpmath

    made = mpmath.MPContext()
    made.dps = digits
    return made


COMPARE: Mapping[Relation, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


LARGEST = 4096
"""The binary digits before the point of the largest number that functions are taken of."""


class HighPrecision:
    """Real numbers with ``digits`` decimal digits.

    What differs by less than the last quarter of the digits, as rounding does, is equal where values are compared.
    Raises NumericError where a value is not real and finite: log of 0, root of a negative number, division by zero; OutOfRange where it
    is too large to be worked with.
    """

    def __init__(self, digits: int) -> None:
        self.context = context(digits)
        self.digits = digits
        self.real = self.context.mpf
        self.zero, self.one = self.real(0), self.real(1)
        self._functions = {row.name: getattr(self.context, row.mpmath) for row in OPERATIONS.values() if row.mpmath}

    def number(self, value: Fraction) -> Any:
        return self.real(value.numerator) / value.denominator if value.denominator != 1 else self.real(value.numerator)

    def power(self, base: Any, exponent: Any) -> Any:
        def text() -> str:
            return f"{_short(base)}**{_short(exponent)}"

        if exponent and self.context.mag(exponent) + abs(self.context.mag(base) if base else 0).bit_length() > LARGEST:
            raise OutOfRange(text(), "the value is too large", "give smaller values")
        try:
            return self._real(base**exponent, text)
        except ZeroDivisionError:
            raise NumericError(text(), "division by zero", "give values where it is defined") from None
        except OverflowError:
            raise OutOfRange(text(), "the value is too large", "give smaller values") from None

    def apply(self, op: str, args: Sequence[Any]) -> Any:
        function = self._functions[op]
        if not args:
            return +function

        def text() -> str:
            return f"{op}({', '.join(map(_short, args))})"

        if op != "log" and any(a and self.context.mag(a) > LARGEST for a in args):
            raise OutOfRange(text(), "the value is too large", "give smaller values")
        try:
            return self._real(function(*args), text)
        except OverflowError:
            raise OutOfRange(text(), "the value is too large", "give smaller values") from None

    def _real(self, value: Any, text: Any) -> Any:
        if type(value) is not self.real or not self.context.isfinite(value):
            raise NumericError(text(), "the value is not a finite real number", "give values where it is defined")
        return value

    def total(self, values: Sequence[Any]) -> Any:
        """The sum of some numbers; 0 where all that is left of them is rounding, as of ``Σ (x − mean x)``."""
        found = sum(values, self.zero)
        _, mantissa, power, bits = found._mpf_
        if not mantissa or len(values) < 2:
            return found
        largest = max(v._mpf_[2] + v._mpf_[3] for v in values)
        return self.zero if largest - power - bits > self._left else found

    @cached_property
    def _left(self) -> int:
        """How many binary digits are more than rounding leaves right."""
        return int(3 * self.context.prec // 4)

    @cached_property
    def rounding(self) -> Any:
        """How far apart two computed numbers may be, relative to their size, and be one number."""
        return self.real(10) ** (-3 * self.digits // 4)

    def alike(self, left: Any, right: Any) -> bool:
        """Whether two numbers are equal but for rounding."""
        return bool(left == right or abs(left - right) <= self.rounding * (abs(left) + abs(right)))

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        """Whether a relation holds; two values that rounding alone tells apart, (x/3)² and x²/9, are equal."""
        return bool(COMPARE[relation](0, 0) if self.alike(left, right) else COMPARE[relation](left, right))

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        return max(values) if kind == "max" else min(values)

    def opaque(self, row: str, operands: Sequence[Any], sizes: Sequence[tuple[int, ...]]) -> Any:
        try:
            return OPAQUE[row].mpmath(self.context, *operands)
        except ZeroDivisionError:
            raise NumericError(row, "the matrix is singular", "give an invertible matrix") from None


def _short(value: Any) -> str:
    return f"{float(value):.6g}"


def as_float(value: Fraction) -> float:
    """A fraction as a float: infinite where no float is as large.

    >>> as_float(Fraction(1, 4)), as_float(Fraction(-(10**400)))
    (0.25, -inf)
    """
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


class Irrational(Exception):
    """A value that no fraction is."""


class Rationals:
    """Exact fractions; what is irrational stops the evaluation."""

    zero: Any = Fraction(0)
    one: Any = Fraction(1)

    def number(self, value: Fraction) -> Any:
        return value

    def power(self, base: Any, exponent: Any) -> Any:
        if Fraction(exponent).denominator != 1:
            raise Irrational
        if not base and exponent < 0:
            raise NumericError("1/0", "division by zero", "give values where it is defined")
        return base ** int(exponent)

    def apply(self, op: str, args: Sequence[Any]) -> Any:
        raise Irrational

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        return bool(COMPARE[relation](left, right))

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        return max(values) if kind == "max" else min(values)

    def opaque(self, row: str, operands: Sequence[Any], sizes: Sequence[tuple[int, ...]]) -> Any:
        raise Irrational

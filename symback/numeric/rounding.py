"""Arithmetic as by hand: decimal numbers, and what a rounding policy writes of them.

Sums, products and quotients are `decimal` in a context of 60 digits; functions come from mpmath with digits to spare. No float is
involved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Any

from symback.algebra.terms import Kind, Num, Relation, Term
from symback.errors import NumericError
from symback.network.program import Program
from symback.network.rounding import SHOWN, Policy, Rule
from symback.numeric.evaluate import Evaluator
from symback.numeric.field import COMPARE, HighPrecision

DIGITS = 60
CONTEXT = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
ROUNDINGS = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "cut": ROUND_DOWN}
SMALLEST, LARGEST = -5, 12
"""Powers of ten of the first digit beyond which a number is written with a power of ten."""
LEAST_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Value:
    """A number of a worked example: as it was computed, as it is used further on, and as it is written (once for each rule)."""

    computed: Decimal
    carried: Decimal
    shown: tuple[Num, ...]

    @property
    def last(self) -> Num:
        """How it is written in the end."""
        return self.shown[-1]

    @property
    def used(self) -> Num:
        """The number that is used further on, to all its digits."""
        return Num(Fraction(self.carried))

    @property
    def is_rounded(self) -> bool:
        """Whether what is written is not what was computed."""
        return any(n.value != Fraction(self.computed) for n in self.shown)

    def finer(self, more: int) -> Num:
        """How it is written with ``more`` digits than in the end, as far as the number that is used further on has them.

        >>> str(settled(Decimal("0.47753"), Policy.of({"activation": {"decimals": 2, "carried": False}}), "activation").finer(2))
        '0.4775'
        """
        if not more or self.last.literal is None or self.last.value == Fraction(self.carried):
            return self.last
        rule = Rule(digits=len(Decimal(self.last.literal).as_tuple().digits) + more, carried=False)
        new = rounded(self.carried, rule)
        return Num(Fraction(new), literal(new, rule, new == self.carried))

    def __str__(self) -> str:
        return self.last.literal or str(self.last.value)


def decimal(value: Fraction) -> Decimal:
    """A rational as a decimal.

    >>> decimal(Fraction(1, 8))
    Decimal('0.125')
    """
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def rounded(value: Decimal, rule: Rule) -> Decimal:
    """A number by one rule; what is not zero never becomes zero.

    >>> rounded(Decimal("0.56628"), Rule(decimals=4)), rounded(Decimal("0.0003"), Rule(decimals=2))
    (Decimal('0.5663'), Decimal('0.00030'))
    """
    mode = ROUNDINGS[rule.mode]
    if rule.digits is not None:
        return _significant(value, rule.digits, mode)
    assert rule.decimals is not None
    if value.adjusted() + rule.decimals >= DIGITS - 1:
        return value
    result = value.quantize(Decimal(1).scaleb(-rule.decimals), mode, CONTEXT)
    return result if result or not value else _significant(value, LEAST_DIGITS, mode)


def _significant(value: Decimal, digits: int, mode: str) -> Decimal:
    short = Context(prec=digits, rounding=mode).plus(value)
    missing = digits - len(short.as_tuple().digits)
    return short if not short or missing <= 0 else short.quantize(Decimal(1).scaleb(short.adjusted() - digits + 1), context=CONTEXT)


def literal(value: Decimal, rule: Rule, exact: bool) -> str:
    """How a rounded number is written; ``exact`` says that nothing was rounded off.

    >>> literal(Decimal("0.1660"), Rule(decimals=4), True), literal(Decimal("0.00000120"), Rule(digits=3), True)
    ('0.166', '1.2e-6')
    """
    if not value:
        return "0"
    keep = rule.zeros == "kept" or (rule.zeros == "significant" and not exact)
    power = value.adjusted()
    scientific = not SMALLEST <= power <= LARGEST
    plain = format(value.scaleb(-power, CONTEXT) if scientific else value, "f")
    if "." in plain and not keep:
        plain = plain.rstrip("0").rstrip(".")
    return f"{plain}e{power}" if scientific else plain


def settled(computed: Decimal, policy: Policy, kind: str) -> Value:
    """What a policy writes of a number of some kind, and what is used further on.

    >>> str(settled(Decimal("0.56628"), Policy.of({"gradient": {"decimals": 4}}), "output-gradient"))
    '0.5663'
    """
    shown: list[Num] = []
    carried = at = computed
    for rule in policy.rule(kind) or (SHOWN,):
        new = rounded(at, rule)
        shown.append(Num(Fraction(new), literal(new, rule, new == at)))
        at = new
        carried = new if rule.carried else carried
    return Value(computed, carried, tuple(shown))


def given(value: Fraction, written: str | None) -> Value:
    """A number as a user wrote it."""
    number = decimal(value)
    return Value(number, number, (Num(value, written),))


class Decimals:
    """Real numbers as decimals of 60 digits, for the evaluator; used inside `evaluate` only, where the context is set."""

    zero, one = Decimal(0), Decimal(1)

    def __init__(self) -> None:
        self.functions = HighPrecision(DIGITS + 10)

    def number(self, value: Fraction) -> Decimal:
        return decimal(value)

    def power(self, base: Decimal, exponent: Any) -> Decimal:
        if not base and exponent < 0:
            raise NumericError(f"0**{exponent}", "division by zero", "give values where it is defined")
        if isinstance(exponent, int):
            return base**exponent if exponent else self.one
        return base.sqrt() if exponent == Decimal("0.5") and base >= 0 else self._through(self.functions.power, base, exponent)

    def apply(self, op: str, args: Sequence[Decimal]) -> Decimal:
        return self._through(lambda *a: self.functions.apply(op, a), *args)

    def _through(self, function: Any, *args: Decimal) -> Decimal:
        value = function(*(self.functions.number(Fraction(a)) for a in args))
        return +Decimal(self.functions.context.nstr(value, DIGITS + 5))

    def holds(self, relation: Relation, left: Decimal, right: Decimal) -> bool:
        return bool(COMPARE[relation](left, right))

    def extreme(self, kind: Kind, values: Sequence[Decimal]) -> Decimal:
        return max(values) if kind == "max" else min(values)

    def opaque(self, row: str, operands: Sequence[Any], sizes: Sequence[tuple[int, ...]]) -> Any:
        raise NumericError(row, "is not worked by hand", "a worked example has plain numbers only")


NOTHING = Program("", (), (), ())


@lru_cache(maxsize=1)
def _field() -> Decimals:
    return Decimals()


def evaluate(term: Term) -> Decimal:
    """The value of a term whose names all are numbers already.

    >>> from symback.algebra.terms import apply, term
    >>> rounded(evaluate(apply("sigmoid", term("-0.063"))), Rule(decimals=4))
    Decimal('0.4843')
    """
    with localcontext(CONTEXT):
        try:
            value: Decimal = Evaluator(NOTHING, {}, field=_field()).term(term)
        except DecimalException:
            raise NumericError("a worked number", "the value is not a finite number", "give values where every line is defined") from None
    return value


__all__ = ["CONTEXT", "Decimals", "Value", "decimal", "evaluate", "given", "literal", "rounded", "settled"]

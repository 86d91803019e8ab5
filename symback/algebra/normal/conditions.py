"""Brackets in normal form: places compared with 0 as integers, values compared with 0 as reals.

Between places, ``[p >= 0]`` and ``[p = 0]`` with a fixed sign of p; between values, ``[d > 0]`` and ``[d = 0]``. The
other relations are 1 minus these.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm

from symback.algebra.normal.context import Context
from symback.algebra.normal.poly import (
    CLOSED,
    OPEN,
    UNIT,
    Mono,
    Poly,
    Powers,
    Rational,
    accumulate,
    atoms,
    key,
    lead_coefficient,
    minus,
    number,
    plus,
    scale,
    single,
    whole,
)
from symback.algebra.normal.powers import common, divided, lifted, together
from symback.algebra.normal.product import content, product, times
from symback.algebra.normal.signs import bounds, sign
from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ZERO, Bracket, Count, Ref, Relation, Term

MOST_FACTORS = 3
"""How many factors the sign of a product is written out by: every one more doubles its terms."""


def condition(context: Context, relation: Relation, difference: Poly) -> Poly:
    """``[difference relation 0]`` as a polynomial in canonical brackets."""
    place = as_place(difference)
    if place is not None:
        return _of_places(context, relation, place)
    return _over_bits(context, difference, lambda part: lifted(context, part, lambda d: _of_values(context, relation, d)))


def _over_bits(context: Context, poly: Poly, function: Callable[[Poly], Poly]) -> Poly:
    """``f(y) = y·f(1) + (1−y)·f(0)`` for a name y declared binary."""
    bits = [a for a in atoms(poly) if isinstance(a, Ref) and context.fact(a.name, "binary")]
    shared = min(bits, key=key, default=None)
    if shared is None or len(poly) == 1:
        return function(poly)
    context.spend()
    context.use(shared.name, "binary")
    true: dict[Mono, Rational] = {}
    for m, c in poly.items():
        accumulate(true, {tuple(f for f in m if f[0] is not shared): c})
    false = {m: c for m, c in poly.items() if all(a is not shared for a, _ in m)}
    chosen = single(shared)
    return plus(
        times(context, chosen, _over_bits(context, true, function)),
        times(context, minus(UNIT, chosen), _over_bits(context, false, function)),
    )


def as_place(poly: Poly) -> Size | None:
    """A positive multiple of a polynomial in sizes and indices as an integer polynomial; None where values enter."""
    if not all(isinstance(a, Count) and whole(e) and e > 0 for m in poly for a, e in m):
        return None
    scale_up = lcm(*(Fraction(c).denominator for c in poly.values()))
    found = Size.of(0)
    for m, c in poly.items():
        part = Size.of(int(c * scale_up))
        for atom, e in m:
            for _ in range(int(e)):
                part = part * atom.size  # type: ignore[attr-defined]
        found = found + part
    return found


def _of_places(context: Context, relation: Relation, place: Size) -> Poly:
    match relation:
        case "=":
            return zero_place(context, place)
        case "!=":
            return minus(UNIT, zero_place(context, place))
        case ">=":
            return least_place(context, place)
        case ">":
            return least_place(context, place - 1)
        case "<=":
            return least_place(context, -place)
        case "<":
            return least_place(context, -place - 1)


def _split(place: Size) -> tuple[int, int]:
    """The greatest common divisor of the coefficients of what is not constant, and the constant."""
    last = next((c for m, c in place.terms if not m), 0)
    return gcd(*(c for m, c in place.terms if m)), last


def _shrunk(place: Size, divisor: int, last: int) -> Size:
    return Size(tuple((m, c // divisor) for m, c in place.terms if m)) + last // divisor


def least_place(context: Context, place: Size) -> Poly:
    """``[place >= 0]``."""
    divisor, last = _split(place)
    if divisor > 1:
        place = _shrunk(place, divisor, last)
    if provably_at_least(place):
        return UNIT
    if provably_at_least(-place - 1):
        return {}
    if _backwards(place):
        return minus(UNIT, context.atom(Bracket(">=", Count(-place - 1), ZERO)))
    return context.atom(Bracket(">=", Count(place), ZERO))


def zero_place(context: Context, place: Size) -> Poly:
    """``[place = 0]``."""
    if place.constant is not None:
        return UNIT if place.constant == 0 else {}
    divisor, last = _split(place)
    if last % divisor:
        return {}
    place = _shrunk(place, divisor, last)
    if provably_at_least(place, 1) or provably_at_least(-place, 1):
        return {}
    if (digits := _digits(place)) is not None:
        return times(context, *(zero_place(context, part) for part in digits))
    return context.atom(Bracket("=", Count(-place if _backwards(place) else place), ZERO))


def _digits(place: Size) -> tuple[Size, Size] | None:
    """``i − r`` and ``E`` where a place is ``i − r + s·E`` for two indices of one size s: it is 0 where both are, as digits to base s are."""
    signed = {
        c: [m[0][0] for m, k in place.terms if k == c and len(m) == 1 and m[0][1] == 1 and isinstance(m[0][0], Index)] for c in (1, -1)
    }
    for one in signed[1]:
        for other in signed[-1]:
            assert isinstance(one, Index)
            assert isinstance(other, Index)
            if one.size is other.size and one.size.constant != 1:
                digit = Size.of(one) - Size.of(other)
                rest = (place - digit) // one.size
                if rest.constant != 0 and rest * one.size is place - digit:
                    return digit, rest
    return None


def _backwards(place: Size) -> bool:
    """Whether a place counts against its first bound index, or against its first part where it has none."""
    bound = (c for m, c in place.terms if any(isinstance(a, Index) and a.name in {OPEN, CLOSED} for a, _ in m))
    return next(bound, place.terms[0][1]) < 0


def _of_values(context: Context, relation: Relation, difference: Poly) -> Poly:
    zero, above, below = _three(context, difference)
    match relation:
        case "=":
            return zero
        case "!=":
            return minus(UNIT, zero)
        case ">":
            return above
        case "<":
            return below
        case ">=":
            return minus(UNIT, below)
        case "<=":
            return minus(UNIT, above)


def _three(context: Context, difference: Poly) -> tuple[Poly, Poly, Poly]:
    """``[d = 0]``, ``[d > 0]`` and ``[d < 0]`` over the two brackets of d with its sign fixed."""
    value = number(difference)
    if value is not None:
        return _bit(value == 0), _bit(value > 0), _bit(value < 0)
    poly = _shape(context, difference)
    if poly is not difference and number(poly) is not None:
        return _three(context, poly)
    if lead_coefficient(poly) < 0:
        zero, above, below = _three(context, scale(poly, -1))
        return zero, below, above
    node = context.term(poly)
    match sign(node, context):
        case "positive":
            return {}, UNIT, {}
        case "negative":
            return {}, {}, UNIT
    zero = _zero(context, poly, node)
    match sign(node, context):
        case "nonnegative":
            return zero, minus(UNIT, zero), {}
        case "nonpositive":
            return zero, {}, minus(UNIT, zero)
    above = _above_of_product(context, poly) or context.atom(Bracket(">", node, ZERO))
    return zero, above, minus(minus(UNIT, above), zero)


def _above_of_product(context: Context, poly: Poly) -> Poly | None:
    """``[d > 0]`` of a product by the signs of its factors: ``[a²b > 0] = [a ≠ 0]·[b > 0]``; None for a sum, one factor, or many."""
    ((factors, _), *more) = poly.items()
    if more or len(factors) > MOST_FACTORS or (len(factors) == 1 and factors[0][1] == 1):
        return None
    above: Poly = UNIT
    below: Poly = {}
    for atom, e in factors:
        zero, positive, negative = _three(context, context.poly(atom))
        if not (whole(e) and e % 2):
            positive, negative = (minus(UNIT, zero), {}) if whole(e) else (positive, {})
        above, below = (
            plus(times(context, above, positive), times(context, below, negative)),
            plus(times(context, above, negative), times(context, below, positive)),
        )
    return above


def _zero(context: Context, poly: Poly, node: Term) -> Poly:
    """``[d = 0]``; a product vanishes where one of its factors does: ``[a²b = 0] = 1 − (1−[a = 0])·(1−[b = 0])``."""
    if len(poly) > 1 or node in atoms(poly):
        return context.atom(Bracket("=", node, ZERO))
    ((factors, _),) = poly.items()
    nonzero = [minus(UNIT, condition(context, "=", context.poly(a))) for a, e in factors if e > 0]
    return minus(UNIT, product(context, *nonzero))


def _bit(truth: bool) -> Poly:
    return UNIT if truth else {}


def _shape(context: Context, poly: Poly) -> Poly:
    """A polynomial without positive denominators, positive factors and positive content: the same sign everywhere."""
    numerator, below = together(context, poly)
    if not numerator:
        return numerator
    if below and all(bounds(a, context).sign == "positive" for a in below):
        poly = numerator
    shared: Powers = {a: e for a, e in common(poly).items() if sign(a, context) == "positive"}
    return divided(context, poly, shared, content(poly))

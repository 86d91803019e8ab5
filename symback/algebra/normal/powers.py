"""Powers, exp and log of polynomials, and functions lifted over brackets."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symback.algebra.normal.context import Context, Exhausted
from symback.algebra.normal.poly import (
    UNIT,
    Mono,
    Poly,
    Powers,
    Rational,
    accumulate,
    atoms,
    constant,
    lead_coefficient,
    minus,
    mono,
    mono_term,
    number,
    ordered,
    plus,
    scale,
    single,
    whole,
)
from symback.algebra.normal.product import content, product, settled, times, whole_power, zero_to
from symback.algebra.normal.signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, learn, sign
from symback.algebra.terms import Add, Apply, Bracket, Mul, Num, Pow, Term, apply

Function = Callable[[Poly], Poly]
ABOVE, UNDER = {"positive", "nonnegative"}, {"negative", "nonpositive"}  # what is a denominator is not 0


def lifted(context: Context, poly: Poly, function: Function) -> Poly:
    """``f([c]·a + (1−[c])·b) = [c]·f(a) + (1−[c])·f(b)`` for every bracket at the top of a polynomial."""
    condition = next((a for a in atoms(poly) if isinstance(a, Bracket)), None)
    if condition is None:
        return function(poly)
    context.spend()
    chosen = single(condition)
    true = _given_true(condition, times(context, chosen, poly))
    false = {m: c for m, c in poly.items() if all(a is not condition for a, _ in m)}
    return plus(
        times(context, chosen, lifted(context, true, function)),
        times(context, minus(UNIT, chosen), lifted(context, false, function)),
    )


def _given_true(condition: Bracket, poly: Poly) -> Poly:
    found: dict[Mono, Rational] = {}
    for m, c in poly.items():
        accumulate(found, {tuple(f for f in m if f[0] is not condition): c})
    return found


def together(context: Context, poly: Poly) -> tuple[Poly, Powers]:
    """``(N, powers)`` with ``poly = N · Π a^e``: sums in denominators multiplied out, their powers negative."""
    lowest: Powers = {}
    for m in poly:
        for atom, e in m:
            if isinstance(atom, Add | Mul) and e < lowest.get(atom, 0):
                lowest[atom] = e
    if not lowest:
        return poly, {}
    numerator: dict[Mono, Rational] = {}
    for m, c in poly.items():
        powers = dict(m)
        for atom, e in lowest.items():
            powers[atom] = powers.get(atom, 0) - e
        context.spend()
        accumulate(numerator, settled(context, powers), c)
    if any(isinstance(a, Add | Mul) and e < 0 for m in numerator for a, e in m):
        again, more = together(context, numerator)
        for atom, e in more.items():
            lowest[atom] = lowest.get(atom, 0) + e
        return again, lowest
    return numerator, lowest


def common(poly: Poly) -> Powers:
    """The factors that all monomials share, with their least exponents (which may be negative)."""
    least: Powers = {}
    for atom in atoms(poly):
        e = min(dict(m).get(atom, 0) for m in poly)
        if e:
            least[atom] = e
    return least


def divided(context: Context, poly: Poly, powers: Powers, coefficient: Rational) -> Poly:
    """A polynomial divided by a monomial that all its monomials contain."""
    found: dict[Mono, Rational] = {}
    by = Fraction(coefficient)
    for m, c in poly.items():
        left = dict(m)
        for atom, e in powers.items():
            left[atom] = left.get(atom, 0) - e
        accumulate(found, settled(context, left), c / by)
    return found


def power(context: Context, poly: Poly, exponent: Rational) -> Poly:
    """A polynomial to a rational power."""
    if exponent == 0:
        return UNIT
    if not poly:
        return zero_to(exponent)
    _bounded(poly, exponent)
    if whole(exponent) and exponent > 0:
        return whole_power(context, poly, int(exponent))
    return lifted(context, poly, lambda p: _power(context, p, exponent))


MOST_BITS = 1 << 17
"""The binary digits of the largest number that is worked out."""


def _bounded(poly: Poly, exponent: Rational) -> None:
    """Raises Exhausted where a power holds a number that nobody could write down."""
    digits = max(max(abs(n).bit_length() - 1, d.bit_length() - 1) for n, d in (Fraction(c).as_integer_ratio() for c in poly.values()))
    if digits * abs(Fraction(exponent)) > MOST_BITS:
        raise Exhausted


def _power(context: Context, poly: Poly, exponent: Rational) -> Poly:
    if not poly:
        return zero_to(exponent)
    if len(poly) == 1:
        ((product_, c),) = poly.items()
        return _mono_power(context, product_, c, exponent)
    numerator, below = together(context, poly)
    if below and (whole(exponent) or _all_positive(context, below)):
        outside = settled(context, {a: e * exponent for a, e in below.items()})
        return times(context, power(context, numerator, exponent), outside)
    return _sum_power(context, poly, exponent)


def _all_positive(context: Context, powers: Powers) -> bool:
    return all(sign(a, context) == "positive" for a in powers)


def _sum_power(context: Context, poly: Poly, exponent: Rational) -> Poly:
    """Pull the content and the common factors out of a sum and make what is left an atom."""
    shared = common(poly)
    if not whole(exponent):
        shared = {a: e for a, e in shared.items() if sign(a, context) == "positive"}
    lead = content(poly) * (-1 if whole(exponent) and lead_coefficient(poly) < 0 else 1)
    primitive = divided(context, poly, shared, lead)
    if (known := sign(context.term(poly), context)) in ABOVE and _all_positive(context, shared):
        strict = known == "positive"
        bound = (POSITIVE if strict else NONNEGATIVE) if lead > 0 else (NEGATIVE if strict else NONPOSITIVE)
        learn(context.term(primitive), bound, context)
    outside = settled(context, {a: e * exponent for a, e in shared.items()})
    inside = settled(context, {context.term(primitive): exponent}) if len(primitive) > 1 else power(context, primitive, exponent)
    return product(context, number_power(Fraction(lead), exponent), outside, inside)


def _mono_power(context: Context, product_: Mono, c: Rational, exponent: Rational) -> Poly:
    if whole(exponent):
        powers = {a: e * exponent for a, e in product_}
        return scale(settled(context, powers), Fraction(c) ** int(exponent))
    good = {a: e for a, e in product_ if sign(a, context) == "positive"}
    rest = [(a, e) for a, e in product_ if a not in good]
    outside = settled(context, {a: e * exponent for a, e in good.items()})
    squares = [(a, e) for a, e in rest if whole(e) and e % 2 == 0]
    if len(rest) > 1 and squares and (c > 0 or len(squares) < len(rest)):
        roots = [_root_of_one(context, a, e, exponent) for a, e in squares]
        left = _mono_power(context, tuple(f for f in rest if f not in squares), c, exponent)
        return product(context, outside, left, *roots)
    if c > 0 and len(rest) <= 1:
        inside = _root_of_one(context, *rest[0], exponent) if rest else UNIT
        return product(context, number_power(Fraction(c), exponent), outside, inside)
    sign_left = 1 if c > 0 else -1
    kept = context.term({tuple(rest): sign_left}) if rest else Num(-1)
    atom = single(kept, exponent) if rest else single(Pow(kept, Num(Fraction(exponent))))
    return product(context, number_power(abs(Fraction(c)), exponent), outside, atom)


def _root_of_one(context: Context, atom: Term, k: Rational, exponent: Rational) -> Poly:
    """``(a^k)^e``: ``a^{ke}``, but ``|a|^{ke}`` where k is even and the sign of a is not known."""
    even = whole(k) and k % 2 == 0
    if not even or sign(atom, context) == "nonnegative":
        return settled(context, {atom: k * exponent})
    if whole(k * exponent):
        size = context.poly(apply("abs", atom)) if k * exponent % 2 else UNIT
        odd = 1 if k * exponent % 2 else 0
        return times(context, settled(context, {atom: k * exponent - odd}), size)
    return single(context.term({((atom, 2),): 1}), Fraction(k * exponent) / 2)


def number_power(value: Fraction, exponent: Rational) -> Poly:
    """A rational to a rational power over its primes, the whole parts multiplied out.

    >>> number_power(Fraction(8), Fraction(1, 2))
    {((2, Fraction(1, 2)),): Fraction(2, 1)}
    """
    if whole(exponent):
        return constant(value ** int(exponent))
    if value < 0:
        return scale(single(Pow(Num(value), Num(Fraction(exponent)))), 1)
    coefficient, left = Fraction(1), []
    for prime, k in factors(value).items():
        total = k * Fraction(exponent)
        down = total.numerator // total.denominator
        coefficient *= Fraction(prime) ** down
        if total != down:
            left.append((Num(prime), total - down))
    return {mono(dict(left)): coefficient}


def factors(value: Fraction) -> dict[int, int]:
    """The primes of a positive rational with their exponents; what trial division cannot split counts as prime."""
    found: dict[int, int] = {}
    for part, direction in ((value.numerator, 1), (value.denominator, -1)):
        p = 2
        while part > 1:
            if p * p > part or p > 1 << 12:
                p = part
            while part % p == 0:
                part //= p
                found[p] = found.get(p, 0) + direction
            p += 1
    return found


def exponential(context: Context, poly: Poly) -> Poly:
    """The exponential over a rational basis: one atom for each monomial of the argument, its coefficient the exponent."""
    return lifted(context, poly, lambda p: _exponential(context, p))


def _exponential(context: Context, poly: Poly) -> Poly:
    powers: Powers = {}
    roots: list[Poly] = []
    for product_, c in ordered(poly):
        if len(product_) == 1 and product_[0][1] == 1 and isinstance(inner := product_[0][0], Apply) and inner.op == "log":
            roots.append(power(context, context.poly(inner.args[0]), c))
        else:
            atom = apply("exp", mono_term(product_))
            context.atom(atom)
            powers[atom] = c
    return product(context, settled(context, powers), *roots)


def logarithm(context: Context, poly: Poly) -> Poly:
    """log, split over the factors that are known to be positive."""
    return lifted(context, poly, lambda p: _logarithm(context, p))


def _logarithm(context: Context, poly: Poly) -> Poly:
    if number(poly) == 0:
        return single(apply("log", Num(0)))
    numerator, below = together(context, poly)
    signs = {a: sign(a, context) for a in below}
    if below and all(s in ABOVE or (s in UNDER and whole(below[a])) for a, s in signs.items()):
        turned = {a: context.term(scale(context.poly(a), -1)) if s in UNDER else a for a, s in signs.items()}
        flips = sum(e for a, e in below.items() if turned[a] is not a)
        outside = [_log_atom(context, turned[a], e) for a, e in below.items()]
        return plus(_logarithm(context, scale(numerator, -1) if flips % 2 else numerator), *outside)
    shared = {a: e for a, e in common(poly).items() if sign(a, context) == "positive"}
    size = content(poly)
    rest = divided(context, poly, shared, size)
    parts = [_log_atom(context, a, e) for a, e in shared.items()]
    return plus(_log_number(Fraction(size)), _log_rest(context, rest), *parts)


def _log_atom(context: Context, atom: Term, exponent: Rational) -> Poly:
    if isinstance(atom, Apply) and atom.op == "exp":
        return scale(context.poly(atom.args[0]), exponent)
    if isinstance(atom, Num):
        return scale(_log_number(atom.value), exponent)
    return {((apply("log", atom), 1),): exponent}


def _log_number(value: Fraction) -> Poly:
    found: dict[Mono, Rational] = {}
    for p, k in factors(value).items():
        found[((apply("log", Num(p)), 1),)] = k
    return found


def _log_rest(context: Context, rest: Poly) -> Poly:
    value = number(rest)
    if value == 1:
        return {}
    if len(rest) == 1 and value is None:
        ((product_, c),) = rest.items()
        if c == 1 and len(product_) == 1:
            atom, k = product_[0]
            if not (whole(k) and k % 2 == 0) or sign(atom, context) == "nonnegative":
                return _log_atom(context, atom, k)
    return single(apply("log", context.term(rest)))


def symbolic_power(context: Context, base: Poly, exponent: Poly) -> Poly:
    """``u^a``: ``exp(a·log u)`` for a u that is positive, or cannot be negative and is required not to vanish; else an atom."""
    value = number(exponent)
    if value is not None:
        return power(context, base, value)
    if base == UNIT:
        return UNIT
    node = context.term(base)
    known = sign(node, context) if base else "unknown"
    if known == "nonnegative":
        context.require(node)
    if known in {"positive", "nonnegative"}:
        return exponential(context, times(context, exponent, logarithm(context, base)))
    return single(Pow(node, context.term(exponent)))

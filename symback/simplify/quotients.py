"""Fractions and common factors: over one denominator, out of the bracket, and multiplied out where that is shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache

from symback.algebra.terms import ONE, Add, Bracket, Count, Mul, Num, Reduce, Term, add, mul, reciprocal
from symback.algebra.traverse import children, factors, free_indices, substitute, with_children
from symback.simplify.arithmetic import arithmetic
from symback.simplify.products import collect, distribute, like_terms, positive_first
from symback.simplify.shape import (
    addends,
    coefficient_and_rest,
    guards,
    key,
    length,
    may_be_undefined,
    power_of,
    product,
    to_power,
)
from symback.simplify.sums import known_places

Fractional = tuple[Fraction, list[Term], dict[object, tuple[Term, int]]]


def common_denominator(node: Term) -> Term:
    """Each sum of fractions over one denominator, where that is not longer.

    >>> from symback.algebra.terms import ref
    >>> y, p = ref("y"), ref("p")
    >>> common_denominator(-(y / p - (1 - y) / (1 - p)))
    (p + -1*y)*p^-1*(1 + -1*p)^-1
    """
    return _where_shorter(node, _over_one_denominator, strict=False)


@lru_cache(maxsize=16384)
def over_common_denominator(node: Term) -> Term:
    """A sum over one denominator whatever its length, the numerator multiplied out; anything else as it is."""
    return _over_one_denominator(node) or node


def _over_one_denominator(node: Term) -> Term | None:
    parts = numerator_and_denominator(node)
    if parts is None:
        return None
    numerator = tidy(distribute(distribute(Add(parts[0]))))
    return tidy(Mul((positive_first(numerator), parts[1])))


def numerator_and_denominator(node: Term) -> tuple[tuple[Term, ...], Term] | None:
    """A sum of fractions as the terms of one numerator, not yet multiplied out, and the reciprocal of one denominator.

    >>> from symback.algebra.terms import ref
    >>> numerator_and_denominator(1 - 1 / ref("u"))
    ((u, -1), u^-1)
    """
    sign, body = _sign_and_sum(node)
    if body is None:
        return None
    parts = [_fraction(a) for a in addends(body)]
    if sum(bool(p[2]) for p in parts) == 0 or len(parts) < 2:
        return None
    common: dict[object, tuple[Term, int]] = {}
    for _, _, below in parts:
        for name, (base, power) in below.items():
            common[name] = (base, max(power, common.get(name, (base, 0))[1]))
    if not _divided_everywhere(parts, common):
        return None
    terms = []
    for number, above, below in parts:
        missing = [to_power(b, Fraction(e - below.get(n, (b, 0))[1])) for n, (b, e) in common.items()]
        terms.append(product(sign * number, [*above, *(m for m in missing if m is not ONE)]))
    denominator = mul(to_power(b, Fraction(e)) for b, e in common.values())
    opened = tuple(t for term in terms for t in addends(term))
    return opened, tidy(reciprocal(denominator))


def _divided_everywhere(parts: list[Fractional], common: Iterable[object]) -> bool:
    """Whether each denominator is divided by wherever the brackets that all terms share are true."""
    found = [guards(above) for _, above, _ in parts]
    shared = frozenset.intersection(*found)
    if all(g == shared for g in found):
        return True
    return all(any(name in below and g == shared for (_, _, below), g in zip(parts, found, strict=True)) for name in common)


def _sign_and_sum(node: Term) -> tuple[int, Add | None]:
    if isinstance(node, Add):
        return 1, node
    number, rest = coefficient_and_rest(node)
    if abs(number) == 1 and len(rest) == 1 and isinstance(rest[0], Add):
        return int(number), rest[0]
    return 1, None


def _fraction(node: Term) -> Fractional:
    """A term as number, numerator factors and denominator powers."""
    number, rest = coefficient_and_rest(collect(node))
    above, below = [], {}
    for factor in rest:
        base, exponent = power_of(factor)
        if exponent < 0 and exponent.denominator == 1 and not isinstance(base, Count):
            below[key(base)] = (base, -int(exponent))
        else:
            above.append(factor)
    return number, above, below


def common_factor(node: Term) -> Term:
    """A factor that all terms of a sum share, in front of a bracket, where that is shorter.

    >>> from symback.algebra.terms import ref
    >>> p, a, b = ref("p"), ref("a"), ref("b")
    >>> common_factor(p * a - p * b)
    p*(a + -1*b)
    """
    return _where_shorter(node, _factored, strict=True)


def _factored(node: Term) -> Term | None:
    if not isinstance(node, Add):
        return None
    terms = [factors(collect(a)) for a in addends(node)]
    found = [guards(t) for t in terms]
    common = frozenset.intersection(*found)
    unguarded = common in found
    shared, place = [], None
    for candidate in terms[0]:
        base, exponent = power_of(candidate)
        if isinstance(base, Num):
            continue
        least = min((_power_in(t, base) for t in terms), key=abs, default=Fraction(0))
        if not all(_power_in(t, base) * exponent > 0 for t in terms) or not (unguarded or not may_be_undefined(candidate)):
            continue
        shared.append((base, least))
        place = terms[0].index(candidate) if place is None else place
    number = _shared_number(terms)
    if not shared and number == 1:
        return None
    quotient = reciprocal(mul([Num(number), *(to_power(b, e) for b, e in shared if not isinstance(b, Bracket))]))
    rest = ([f for f in t if not (isinstance(f, Bracket) and key(f) in common)] for t in terms)
    inside = Add(tuple(tidy(collect(Mul((mul(t), quotient)))) for t in rest))
    outside = product(number, [to_power(b, e) for b, e in shared])
    at_end = place is not None and place > 0 and not any(isinstance(f, Num) for f in terms[0][:place])
    return arithmetic(Mul((inside, outside) if at_end else (outside, inside)))


def _shared_number(terms: list[list[Term]]) -> Fraction:
    """The size of the numeric factor that all terms share, if they do."""
    sizes = {abs(coefficient_and_rest(mul(t))[0]) for t in terms}
    return sizes.pop() if len(sizes) == 1 else Fraction(1)


def _power_in(parts: list[Term], base: Term) -> Fraction:
    name = key(base)
    return sum((e for b, e in map(power_of, parts) if key(b) == name), Fraction(0))


def multiply_in(node: Term) -> Term:
    """A factor multiplied into the sum beside it, where it cancels there and the whole gets shorter.

    >>> from symback.algebra.terms import ref
    >>> p, y, s, x = ref("p"), ref("y"), ref("s"), ref("x")
    >>> multiply_in((s - y / p) * p * x)
    (s*p + -1*y)*x
    """
    return _where_shorter(node, _multiplied_in, strict=True)


def _multiplied_in(node: Term) -> Term | None:
    if not isinstance(node, Mul):
        return None
    parts = factors(node)
    pairs = [(s, f) for s, a in enumerate(parts) if isinstance(a, Add | Reduce) for f, b in enumerate(parts) if f != s and _may_cancel(b)]
    found = [new for s, f in pairs if (new := _cancelled(parts, s, f)) is not None]
    return min(found, key=length, default=None)


def _may_cancel(factor: Term) -> bool:
    base, exponent = power_of(factor)
    return exponent > 0 and not isinstance(base, Num | Count | Bracket | Add)


def _cancelled(parts: list[Term], at: int, factor: int) -> Term | None:
    """The product with as much of one factor multiplied into a sum as some term of it divides by."""
    base, exponent = power_of(parts[factor])
    amount = min(exponent, _divided(parts[at], base))
    if amount <= 0:
        return None
    inside = _times(parts[at], to_power(base, amount))
    made = {at: inside, factor: to_power(base, exponent - amount)}
    return arithmetic(mul(made.get(k, f) for k, f in enumerate(parts)))


def _divided(node: Term, base: Term) -> Fraction:
    """The power of a base that a term of a sum divides by, or of a sum among the factors under Σ."""
    if isinstance(node, Add):
        return max(-_power_in(factors(collect(a)), base) for a in addends(node))
    if isinstance(node, Reduce) and node.kind in ("sum", "mean") and node.index not in free_indices(base):
        return max((_divided(f, base) for f in factors(node.body)), default=Fraction(0))
    return Fraction(0)


def _times(node: Term, factor: Term) -> Term:
    """A sum with a factor multiplied into each term, or into the sum under Σ that is divided by most of it."""
    if isinstance(node, Add):
        return Add(tuple(tidy(Mul((a, factor))) for a in addends(node)))
    assert isinstance(node, Reduce)
    base, amount = power_of(substitute(factor, {}, (node.index,)))
    parts = factors(node.body)
    best = max(range(len(parts)), key=lambda k: _divided(parts[k], base))
    return Reduce(node.kind, node.index, mul(_times(f, to_power(base, amount)) if k == best else f for k, f in enumerate(parts)))


def expand(node: Term) -> Term:
    """Products multiplied out and what cancels cancelled, where that is shorter.

    >>> from symback.algebra.terms import ref
    >>> y, p = ref("y"), ref("p")
    >>> expand(-(y * (1 - p)) + (1 - y) * p)
    -1*y + p
    """
    return _where_shorter(node, _expanded, strict=True)


def _expanded(node: Term) -> Term | None:
    """The shortest of: everything multiplied out, and one sum alone multiplied into the other factors."""
    if not isinstance(node, Mul | Add | Reduce):
        return None
    once = distribute(node)
    if once is node:
        return None
    return min((tidy(n) for n in (once, *_one_sum_spread(node))), key=length)


def by_cases(node: Term) -> Term:
    """The terms of a sum that stand under the same conditions brought together, where that is shorter.

    >>> from symback.algebra.terms import ZERO, bracket, ref
    >>> x, y, c, d = ref("x"), ref("y"), bracket(ref("z"), ">", ZERO), bracket(ref("z"), "<", ZERO)
    >>> by_cases(x * (c * y - d) + y * (c - d))
    [z > 0]*(x*y + y) + [z < 0]*(-1*x + -1*y)
    """
    return _where_shorter(node, _by_cases, strict=True)


def _by_cases(node: Term) -> Term | None:
    if not isinstance(node, Add):
        return None
    groups: dict[frozenset[object], tuple[list[Term], list[Term]]] = {}
    for item in addends(distribute(node)):
        conditions: list[Term] = [f for f in factors(item) if isinstance(f, Bracket)]
        rest = mul(f for f in factors(item) if not isinstance(f, Bracket))
        groups.setdefault(guards(factors(item)), (conditions, []))[1].append(rest)
    if len(groups) < 2 or all(not conditions for conditions, _ in groups.values()):
        return None
    return tidy(Add(tuple(mul([*conditions, add(rest)]) for conditions, rest in groups.values())))


def _one_sum_spread(node: Term) -> list[Term]:
    """For each sum among the factors of a product, the product with that sum's terms spread and the others left alone."""
    parts = factors(node) if isinstance(node, Mul) else []
    sums = [k for k, f in enumerate(parts) if isinstance(f, Add)]
    if len(sums) < 2 or len(sums) > 4:
        return []
    return [Add(tuple(mul([*parts[:k], a, *parts[k + 1 :]]) for a in addends(parts[k]))) for k in sums]


@lru_cache(maxsize=65536)
def _where_shorter(node: Term, change: Callable[[Term], Term | None], strict: bool) -> Term:
    """The outermost subterms that ``change`` shortens, changed."""
    new = change(node)
    if new is not None and new is not node:
        before, after = length(node), length(new)
        if after < before or (after == before and not strict):
            return new
    below = children(node)
    inside = tuple(_where_shorter(c, change, strict) for c in below)
    return node if inside == below else with_children(node, inside)


def tidy(node: Term) -> Term:
    """Arithmetic, collected powers and like terms together, until nothing changes."""
    for _ in range(8):
        new = like_terms(collect(known_places(arithmetic(node))))
        if new is node:
            break
        node = new
    return node

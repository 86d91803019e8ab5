"""Products: equal bases brought together, what divides cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symback.algebra.terms import NEGATED, ONE, ZERO, Add, Apply, Bracket, Mul, Num, Pow, Reduce, Term, add, mul
from symback.algebra.traverse import bottom_up, children, factors, with_children
from symback.simplify.arithmetic import arithmetic
from symback.simplify.shape import (
    UNIT,
    addends,
    coefficient_and_rest,
    is_negative,
    key,
    negated,
    number_like,
    power_of,
    product,
    to_power,
)


@dataclass(slots=True)
class _Power:
    base: Term
    exponent: Fraction
    symbolic: tuple[Term, ...] = ()

    @property
    def written(self) -> list[Term]:
        """The power as it is written: a number goes into a symbolic exponent only where that holds one (``u^(g-1) u`` is ``u^g``)."""
        if not self.symbolic:
            return [to_power(self.base, self.exponent)] if self.exponent else []
        total = like_terms(Add(self.symbolic)) if len(self.symbolic) > 1 else self.symbolic[0]
        number = next((t.value for t in addends(total) if isinstance(t, Num)), Fraction(0))
        if number and self.exponent:
            total = like_terms(Add((total, Num(self.exponent))))
        powers = [Pow(self.base, total)] if not (isinstance(total, Num) and not total.value) else []
        return [*powers, *([] if number or not self.exponent else [to_power(self.base, self.exponent)])]


def collect(node: Term) -> Term:
    """Powers of one base brought together in every product: ``x·x -> x²``, ``u/u -> 1``, ``e^z·e^(-z) -> 1``.

    >>> from symback.algebra.terms import ref
    >>> x, y = ref("x"), ref("y")
    >>> collect(x * y / x)
    y
    """
    return arithmetic(_collect(node))


def _collected(node: Mul | Pow) -> Term:
    powers: dict[object, _Power] = {}
    number = UNIT
    given: list[Num] = []
    opened = _opened(node)
    numbers, settled = 0, False
    for factor in opened:
        base, exponent = power_of(factor)
        if isinstance(factor, Pow) and not isinstance(factor.exponent, Num):
            power = powers.setdefault(key(factor.base), _Power(factor.base, Fraction(0)))
            power.symbolic += (factor.exponent,)
            continue
        if isinstance(base, Num):
            if exponent.denominator == 1 and (base.value or exponent > 0):
                number *= base.value**exponent.numerator
                given.append(base)
                numbers += 1
                continue
        elif isinstance(base, Bracket):
            settled = settled or exponent != 1
            exponent = UNIT
            powers.setdefault(key(base), _Power(base, exponent))
            continue
        elif isinstance(base, Add) and exponent.denominator == 1:
            flipped = key(negated(base))
            if flipped in powers:
                powers[flipped].exponent += exponent
                number *= -1 if exponent % 2 else 1
                continue
        elif isinstance(base, Apply) and base.op == "exp":
            inverse = key(Apply("exp", (arithmetic(negated(base.args[0])),)))
            if inverse in powers:
                powers[inverse].exponent -= exponent
                continue
        known = powers.get(key(base))
        if known is None:
            powers[key(base)] = _Power(base, exponent)
        else:
            known.exponent += exponent
    if len(powers) + numbers == len(opened) == len(factors(node)) and numbers <= 1 and not settled:
        return node
    rest = [f for p in powers.values() for f in p.written]
    return product(number_like(number, given), rest)


def _opened(node: Term) -> list[Term]:
    """The factors with integer powers of products opened: ``(p(1-p))^-1`` is ``p^-1 (1-p)^-1``."""
    found = []
    for factor in factors(node):
        base, exponent = power_of(factor)
        if isinstance(base, Mul) and exponent.denominator == 1:
            found += [to_power(b, e * exponent) for b, e in map(power_of, _opened(base))]
        elif isinstance(base, Pow) and exponent.denominator == 1 and isinstance(base.exponent, Num):
            found.append(to_power(base.base, base.exponent.value * exponent))
        elif isinstance(base, Pow) and exponent.denominator == 1 and exponent != 1:
            found.append(Pow(base.base, product(exponent, factors(base.exponent))))
        else:
            found.append(factor)
    return found


def like_terms(node: Term) -> Term:
    """Equal terms of every sum brought together: ``a + a -> 2a``, ``a - a -> 0``.

    >>> from symback.algebra.terms import ref
    >>> a, b = ref("a"), ref("b")
    >>> like_terms(a * b + a - b * a)
    a
    """
    return arithmetic(_like_terms(node))


def _like(node: Add) -> Term:
    terms = [t for a in addends(node) for t in _sign_inside(a)]
    groups: dict[object, tuple[Fraction, list[Term]]] = {}
    for item in terms:
        number, rest = coefficient_and_rest(item)
        name = key(mul(rest))
        known, first = groups.get(name, (Fraction(0), rest))
        groups[name] = (known + number, first)
    if len(groups) == len(terms):
        return _all_cases(terms) or node
    kept = [product(number, rest) for number, rest in groups.values() if number]
    return Add(tuple(kept)) if len(kept) > 1 else kept[0] if kept else ZERO


def _all_cases(terms: list[Term]) -> Term | None:
    """A sum with ``a[c] + a[not c]`` written as ``a``; None where there is no such pair."""
    if sum(any(isinstance(f, Bracket) for f in factors(t)) for t in terms) < 2:
        return None
    for first, one in enumerate(terms):
        for condition in (f for f in factors(one) if isinstance(f, Bracket)):
            opposite = key(Bracket(NEGATED[condition.relation], condition.left, condition.right))
            rest = mul(f for f in factors(one) if f is not condition)
            for second, other in enumerate(terms):
                met = [f for f in factors(other) if isinstance(f, Bracket) and key(f) == opposite]
                if met and key(mul(f for f in factors(other) if f is not met[0])) == key(rest):
                    return add(rest if k == first else t for k, t in enumerate(terms) if k != second)
    return None


def _sign_inside(node: Term) -> list[Term]:
    """A sum with a bare minus sign in front, as its negated terms."""
    number, rest = coefficient_and_rest(node)
    if number == -1 and len(rest) == 1 and isinstance(rest[0], Add):
        return addends(negated(rest[0]))
    return [node]


def as_fraction(node: Term) -> Term:
    """``u^-2·e -> e·u^-2``: in a product what divides stands last, as the lower part of a fraction; alone it is ``1/u^2``.

    >>> from symback.algebra.terms import ref
    >>> as_fraction(ref("u") ** -2 * ref("e")), as_fraction(ref("u") ** -2)
    (e*u^-2, 1*u^-2)
    """
    return _over_one(_fractions(node))


def _over_one(node: Term) -> Term:
    return Mul((ONE, node)) if power_of(node)[1] < 0 else node


def _with_ones(node: Add | Reduce | Apply) -> Term:
    """A sum, a reduction or a function with what only divides written as a fraction."""
    below = children(node)
    inside = tuple(map(_over_one, below))
    return node if all(a is b for a, b in zip(inside, below, strict=True)) else with_children(node, inside)


def _fraction(node: Mul) -> Term:
    above = [f for f in node.args if power_of(f)[1] >= 0]
    below = [f for f in node.args if power_of(f)[1] < 0]
    return Mul((*(above or (ONE,)), *below)) if below else node


def positive_first(node: Term) -> Term:
    """``-y + p -> p - y``: a sum does not open with a minus sign if one of its terms has none.

    >>> from symback.algebra.terms import ref
    >>> positive_first(-ref("y") + ref("p"))
    p + -1*y
    """
    return _positive(node)


def _positive_first(node: Add) -> Term:
    terms = list(node.args)
    if not is_negative(terms[0]):
        return node
    at = next((k for k, t in enumerate(terms) if not is_negative(t)), None)
    return node if at is None else Add((terms[at], *terms[:at], *terms[at + 1 :]))


def distribute(node: Term) -> Term:
    """A product multiplied out over its sums, and Σ taken into its terms; powers with small whole exponents too.

    >>> from symback.algebra.terms import ref
    >>> a, b, c = ref("a"), ref("b"), ref("c")
    >>> distribute(a * (b - c))
    a*b + a*(-1*c)
    """
    return _distribute(node)


LARGEST_EXPANSION = 64


def _distributed(node: Term) -> Term:
    match node:
        case Mul():
            parts: list[list[Term]] = [[]]
            for factor in node.args:
                options = addends(factor)
                if len(parts) * len(options) > LARGEST_EXPANSION:
                    return node
                parts = [[*p, o] for p in parts for o in options]
            return Add(tuple(Mul(tuple(p)) for p in parts)) if len(parts) > 1 else node
        case Pow() if isinstance(node.base, Add) and isinstance(node.exponent, Num) and node.exponent.value in (2, 3):
            return _distributed(Mul((node.base,) * int(node.exponent.value)))
        case Reduce() if node.kind in ("sum", "mean") and isinstance(node.body, Add):
            return Add(tuple(Reduce(node.kind, node.index, a) for a in addends(node.body)))
    return node


_collect = bottom_up(lambda n: _collected(n) if isinstance(n, Mul | Pow) else n)
_like_terms = bottom_up(lambda n: _like(n) if isinstance(n, Add) else n)
_positive = bottom_up(lambda n: _positive_first(n) if isinstance(n, Add) else n)
_distribute = bottom_up(_distributed)
_fractions = bottom_up(lambda n: _fraction(n) if isinstance(n, Mul) else _with_ones(n) if isinstance(n, Add | Reduce | Apply) else n)

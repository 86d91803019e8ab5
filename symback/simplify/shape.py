"""How simplification looks at a term: its factors, its addends, its length, and equality up to bound names."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from symback.algebra.sizes import Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import (
    ONE,
    ZERO,
    Add,
    Apply,
    Bracket,
    Count,
    Mul,
    Num,
    Pow,
    Reduce,
    Ref,
    Term,
    mul,
)
from symback.algebra.traverse import children, factors, free_indices, walk, with_children

UNIT = Fraction(1)


def addends(node: Term) -> list[Term]:
    """The terms of a sum with nested sums opened, in order."""
    if isinstance(node, Add):
        return [t for a in node.args for t in addends(a)]
    return [node]


def power_of(factor: Term) -> tuple[Term, Fraction]:
    """A factor as base and rational exponent."""
    if isinstance(factor, Pow) and isinstance(factor.exponent, Num):
        return factor.base, factor.exponent.value
    return factor, UNIT


def divisors(node: Term) -> frozenset[object]:
    """What a term divides by, numbers and sizes left out, up to bound names."""
    powers = (power_of(n) for n in walk(node) if isinstance(n, Pow))
    return frozenset(key(f) for base, exponent in powers if exponent < 0 for f in factors(base) if not isinstance(f, Num | Count))


def to_power(base: Term, exponent: Fraction) -> Term:
    """``base ** exponent`` as it is written: no exponent 1, no exponent 0."""
    if exponent == 1:
        return base
    return ONE if exponent == 0 else Pow(base, Num(exponent))


def product(coefficient: Fraction | Num, rest: list[Term]) -> Term:
    """A number times factors, the number first and 1 left out.

    >>> from symback.algebra.terms import ref
    >>> product(Fraction(-1), [ref("x"), ref("y")])
    -1*x*y
    """
    number = coefficient if isinstance(coefficient, Num) else Num(coefficient)
    if number.value == 0:
        return ZERO
    if number.value == 1 and rest:
        return mul(rest)
    return mul([number, *rest])


def number_like(value: Fraction, given: Iterable[Num]) -> Num:
    """A number that came out of others: as a decimal where one of them was written as one and it has few digits.

    >>> number_like(Fraction(3, 20), [Num(Fraction(1, 20), "0.05"), Num(3)])
    0.15
    """
    if value.denominator == 1 or not any(n.literal and "." in n.literal for n in given):
        return Num(value)
    digits = next((d for d in range(1, MOST_DECIMALS + 1) if (value * 10**d).denominator == 1), None)
    if digits is None:
        return Num(value)
    whole = str(abs(value * 10**digits)).rjust(digits + 1, "0")
    return Num(value, f"{'-' if value < 0 else ''}{whole[:-digits]}.{whole[-digits:]}")


def coefficient_and_rest(node: Term) -> tuple[Fraction, list[Term]]:
    """The numeric factor of a term and its other factors, in order."""
    number, rest = UNIT, []
    for factor in factors(node):
        if isinstance(factor, Num):
            number *= factor.value
        else:
            rest.append(factor)
    return number, rest


def is_negative(node: Term) -> bool:
    """Whether a term is written with a leading minus sign."""
    return coefficient_and_rest(node)[0] < 0


def negated(node: Term) -> Term:
    """A term with its sign changed; a sum is negated term by term."""
    if isinstance(node, Add):
        return Add(tuple(negated(a) for a in node.args))
    number, rest = coefficient_and_rest(node)
    return product(-number, rest)


MOST_DECIMALS = 12


@lru_cache(maxsize=65536)
def length(node: Term) -> int:
    """How long a formula reads: names, plus numbers other than 0 and ±1, plus one per reduction, function and bracket.

    >>> from symback.algebra.terms import ref
    >>> h = ref("h")
    >>> length(h * (1 - h)), length(h - h**2)
    (2, 3)
    """
    below = sum(length(c) for c in children(node))
    match node:
        case Num():
            return 0 if abs(node.value) in (0, 1) else 1
        case Count():
            return _size_length(node.size)
        case Ref():
            return 1
        case Pow() if isinstance(node.exponent, Num) and node.exponent.value == Fraction(1, 2):
            return below
        case Reduce() | Apply() | Bracket():
            return below + 1
    return below


def _size_length(size: Size) -> int:
    numbers = sum(abs(c) != 1 for _, c in size.terms)
    return numbers + sum(isinstance(a, SizeSymbol | SizeAt) for a in size.atoms)


@lru_cache(maxsize=65536)
def canonical(node: Term) -> Term:
    """A term with its binders renamed by depth: equal results mean equal up to bound names.

    >>> from symback.algebra.terms import ref, total
    >>> i, j = Index("i", "n"), Index("j", "n")
    >>> canonical(total([i], ref("x", i))) is canonical(total([j], ref("x", j)))
    True
    """
    return _canonical(node, {}, 0)


def _canonical(node: Term, bound: dict[Index, Size], depth: int) -> Term:
    match node:
        case Ref():
            return Ref(node.name, tuple(p.substitute(bound) for p in node.places))
        case Count():
            return Count(node.size.substitute(bound))
        case Reduce():
            index = Index("·", node.index.size.substitute(bound), depth)
            return Reduce(node.kind, index, _canonical(node.body, {**bound, node.index: Size.of(index)}, depth + 1))
    below = children(node)
    return with_children(node, tuple(_canonical(c, bound, depth) for c in below)) if below else node


def guards(parts: Iterable[Term]) -> frozenset[object]:
    """The keys of the brackets among some factors: where one of them is false, nothing beside it is looked at."""
    return frozenset(key(f) for f in parts if isinstance(f, Bracket))


@lru_cache(maxsize=65536)
def needs_guard(node: Term) -> bool:
    """Whether a term reads a place that is more than an index, and that only a bracket may keep in range.

    >>> from symback.algebra.terms import ref
    >>> i = Index("i", "n")
    >>> needs_guard(ref("h", Size.of(i) - 1)), needs_guard(ref("h", i))
    (True, False)
    """
    if isinstance(node, Ref):
        return any(p.single is None and p.constant is None for p in node.places)
    return any(needs_guard(c) for c in children(node))


@lru_cache(maxsize=65536)
def may_be_undefined(node: Term) -> bool:
    """Whether a term is undefined at some places or values: a denominator, a root, a logarithm, a place out of range."""
    match node:
        case Pow() if not (isinstance(node.exponent, Num) and node.exponent.value >= 0 and node.exponent.value.denominator == 1):
            return True
        case Apply() if node.op == "log":
            return True
        case Ref():
            return needs_guard(node)
    return any(may_be_undefined(c) for c in children(node))


def reads(node: Term, index: Index) -> bool:
    """Whether a term reads an index freely."""
    return index in free_indices(node)


def key(node: Term) -> object:
    """A key that is equal for terms that differ only in the order of factors and terms and in bound names."""
    return _key(canonical(node))


@lru_cache(maxsize=65536)
def _key(node: Term) -> object:
    match node:
        case Mul():
            number, rest = coefficient_and_rest(node)
            return (Mul, number, _counted(_key(f) for f in rest))
        case Add():
            return (Add, _counted(_key(a) for a in addends(node)))
        case Num():
            return (Num, node.value)
        case Ref() | Count():
            return node
        case Bracket():
            return (Bracket, node.relation, _key(node.left), _key(node.right))
        case Apply():
            return (Apply, node.op, tuple(_key(a) for a in node.args))
        case Pow():
            return (Pow, _key(node.base), _key(node.exponent))
        case Reduce():
            return (Reduce, node.kind, node.index, _key(node.body))
    raise AssertionError(node)


def _counted(items: Iterable[object]) -> frozenset[tuple[object, int]]:
    counts: dict[object, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return frozenset(counts.items())

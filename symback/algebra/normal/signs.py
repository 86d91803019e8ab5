"""Where the value of a term lies, from the ranges of operations, from facts and from squares."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import inf
from typing import Literal

from symback.algebra.normal.context import Context
from symback.algebra.normal.poly import Rational, whole
from symback.algebra.operations import OPERATIONS, Interval
from symback.algebra.sizes import Index, Size, SizeSymbol, provably_at_least
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Name, Num, Pow, Reduce, Ref, Term
from symback.algebra.traverse import free_indices, substitute

ANY = "@"
Sign = Literal["positive", "nonnegative", "negative", "nonpositive", "unknown"]
End = Fraction | float


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval; an end is part of it unless it is open. Infinite ends are float infinities, the others exact."""

    low: End = -inf
    high: End = inf
    low_open: bool = True
    high_open: bool = True

    @property
    def sign(self) -> Sign:
        """What the interval says about the sign."""
        if self.low > 0 or (self.low == 0 and self.low_open):
            return "positive"
        if self.high < 0 or (self.high == 0 and self.high_open):
            return "negative"
        if self.low == 0:
            return "nonnegative"
        return "nonpositive" if self.high == 0 else "unknown"

    @property
    def nonzero(self) -> bool:
        """Whether 0 is outside."""
        return self.sign in {"positive", "negative"}


REALS = Bounds()
POSITIVE = Bounds(Fraction(0))
NEGATIVE = Bounds(-inf, Fraction(0))
NONNEGATIVE = Bounds(Fraction(0), inf, low_open=False)
NONPOSITIVE = Bounds(-inf, Fraction(0), high_open=False)
BIT = Bounds(Fraction(0), Fraction(1), False, False)
NEAR_ONE = Bounds(Fraction(-1), Fraction(1), False, False)


def bounds(node: Term, context: Context) -> Bounds:
    """Where the value of a term lies; a term for which nothing is known lies anywhere."""
    found = context.bounds.get(node)
    if not isinstance(found, Bounds):
        context.bounds[node] = REALS
        found = _bounds(node, context)
        if isinstance(node, Add) and context.learned and isinstance(known := context.learned.get(anonymous(node)[0]), Bounds):
            found = _meet(found, known)
        context.bounds[node] = found
    return found


def sign(node: Term, context: Context) -> Sign:
    """The sign of a term as far as it is known."""
    return bounds(node, context).sign


def learn(node: Term, known: Bounds, context: Context) -> None:
    """Keep bounds of a normal form that were read off a form that shows them (a variance plus ε is positive), at all places."""
    old = bounds(node, context)
    context.bounds[node] = _meet(old, known)
    if isinstance(node, Add) and free_indices(node):
        context.learned[anonymous(node)[0]] = context.bounds[node]


def shown(written: Term, context: Context) -> Bounds:
    """What the written form of a term shows about the values of its normal form, which may be defined where that is not.

    Where only single values of a quotient are missing, its limits hold, but no longer strictly; where it may be undefined
    over a range (a logarithm, a root), nothing is known there.
    """
    found = bounds(written, context)
    match extent(written, context):
        case "everywhere":
            return found
        case "almost everywhere":
            return Bounds(found.low, found.high, found.low == -inf, found.high == inf)
    return REALS


def extent(node: Term, context: Context) -> str:
    """Where a term has a value, as far as its form shows: everywhere, almost everywhere, or somewhere."""
    ident = ("extent", node)
    if ident not in context.aside:
        context.aside[ident] = "somewhere"
        context.aside[ident] = _extent(node, context)
    return str(context.aside[ident])


def _extent(node: Term, context: Context) -> str:
    below = [extent(child, context) for child in node.below]
    match node:
        case Ref():
            known = context.definition(node.name)
            below.append(extent(known[1], context) if known else "everywhere")
        case Pow(exponent=Num(value=value)) if whole(value):
            if value <= 0 and not bounds(node.base, context).nonzero:
                below.append("almost everywhere")
        case Pow():
            base = sign(node.base, context)
            below.append({"positive": "everywhere", "nonnegative": "almost everywhere"}.get(base, "somewhere"))
            if base == "nonnegative" and isinstance(node.exponent, Num) and node.exponent.value > 0:
                below.pop()
        case Apply(op="log"):
            known_sign = sign(node.args[0], context)
            below.append({"positive": "everywhere", "nonnegative": "almost everywhere"}.get(known_sign, "somewhere"))
        case Reduce() if node.kind not in {"sum", "prod"} and not provably_at_least(node.index.size, 1):
            below.append("somewhere")
    return next((e for e in ("somewhere", "almost everywhere") if e in below), "everywhere")


def anonymous(node: Term) -> tuple[Term, dict[Index, Size]]:
    """A term at indices that stand for any of their range, and what was put for its own."""
    mapping: dict[Index, Size] = {}
    if not free_indices(node):
        return node, mapping
    for mark, index in enumerate(free_indices(node)):
        mapping[index] = Size.of(Index(ANY, index.size.substitute(mapping), mark))
    return substitute(node, mapping), mapping


def _bounds(node: Term, context: Context) -> Bounds:
    match node:
        case Num():
            return _point(node.value)
        case Count():
            return _size_bounds(node.size)
        case Bracket():
            return BIT
        case Ref():
            return _ref_bounds(node, context)
        case Add():
            return reduce(_sum, (bounds(a, context) for a in node.args))
        case Mul():
            counted: dict[Term, int] = {}
            for a in node.args:
                counted[a] = counted.get(a, 0) + 1
            return reduce(_product, (_power(bounds(a, context), k) for a, k in counted.items()))
        case Pow(exponent=Num() as exponent):
            return _power(bounds(node.base, context), exponent.value)
        case Pow():
            base = sign(node.base, context)
            return POSITIVE if base == "positive" else NONNEGATIVE if base == "nonnegative" else REALS
        case Apply():
            return _interval(OPERATIONS[node.op].range)
        case Reduce():
            averaged = _averaged(node, context) if node.kind == "sum" else None
            return _reduced(node, bounds(node.body, context)) if averaged is None else averaged
    return REALS


def _averaged(node: Reduce, context: Context) -> Bounds | None:
    """``Σ_k y_k·g_k`` lies where g does, for a y that is at least 0 and sums to one."""
    factors = node.body.args if isinstance(node.body, Mul) else (node.body,)
    for weight in factors:
        if isinstance(weight, Ref) and context.fact(weight.name, "sums to one") and context.fact(weight.name, "nonnegative"):
            whole_axis = context.given.shapes.get(weight.name, ())[-1:] == (node.index.size,)
            before = [i for p in weight.places[:-1] for i in p.indices]
            alone = weight.places[-1:] == (Size.of(node.index),) and node.index not in before
            rest = tuple(f for f in factors if f is not weight)
            if whole_axis and alone and rest and not context.fact(weight.name, "symmetric"):
                return reduce(_product, (bounds(f, context) for f in rest))
    return None


def _point(value: Rational) -> Bounds:
    exact = Fraction(value)
    return Bounds(exact, exact, False, False)


def _interval(row: Interval) -> Bounds:
    low, high = (-inf if row.low is None else row.low), (inf if row.high is None else row.high)
    return Bounds(low, high, row.open or low == -inf, row.open or high == inf)


def _size_bounds(size: Size) -> Bounds:
    if (value := size.constant) is not None:
        return _point(value)
    if provably_at_least(size, 1):
        return Bounds(Fraction(1), inf, False, True)
    if provably_at_least(size):
        atom = size.single
        high = atom.size.constant if isinstance(atom, Index) else None
        return NONNEGATIVE if high is None else Bounds(Fraction(0), Fraction(high - 1), False, False)
    single_atom = size.single
    if isinstance(single_atom, SizeSymbol):
        return Bounds(Fraction(single_atom.least), inf, False, True)
    return REALS


def _ref_bounds(node: Ref, context: Context) -> Bounds:
    found = _declared(node.name, context)
    if node.name in context.given.ranges:
        found = _meet(found, _interval(context.given.ranges[node.name]))
    known = context.definition(node.name)
    return _meet(found, bounds(known[1], context)) if known else found


def _declared(name: Name, context: Context) -> Bounds:
    found = REALS
    for kind, fact in context.facts.get(name, {}).items():
        match kind:
            case "positive":
                found = _meet(found, POSITIVE)
            case "nonnegative":
                found = _meet(found, NONNEGATIVE)
            case "binary":
                found = _meet(found, BIT)
            case "plus or minus one":
                found = _meet(found, NEAR_ONE)
            case "between":
                found = _meet(found, Bounds(fact.numbers[0], fact.numbers[1], False, False))
    return found


def _meet(a: Bounds, b: Bounds) -> Bounds:
    low, low_open = max((a.low, a.low_open), (b.low, b.low_open))
    high, high_open = min((a.high, not a.high_open), (b.high, not b.high_open))
    return Bounds(low, high, low_open, not high_open)


def _sum(a: Bounds, b: Bounds) -> Bounds:
    return Bounds(a.low + b.low, a.high + b.high, a.low_open or b.low_open, a.high_open or b.high_open)


def _product(a: Bounds, b: Bounds) -> Bounds:
    ends = [_end_product(x, y) for x in _ends(a) for y in _ends(b)]
    low, low_open = min(ends)
    high, not_high_open = max((v, not o) for v, o in ends)
    return Bounds(low, high, low_open, not not_high_open)


def _ends(a: Bounds) -> tuple[tuple[End, bool], ...]:
    return ((a.low, a.low_open), (a.high, a.high_open))


def _end_product(x: tuple[End, bool], y: tuple[End, bool]) -> tuple[End, bool]:
    for end, other in ((x, y), (y, x)):
        if end[0] == 0:
            return Fraction(0), end[1] and (other[0] != 0 or other[1])
    return x[0] * y[0], x[1] or y[1]


def _power(a: Bounds, exponent: Rational) -> Bounds:
    if not whole(exponent):
        return POSITIVE if a.sign == "positive" or exponent < 0 else NONNEGATIVE
    k = int(exponent)
    if k == 1:
        return a
    if k < 0:
        return _reciprocal(_power(a, -k), even=k % 2 == 0)
    if k % 2 == 0 and a.low < 0 < a.high:
        return Bounds(Fraction(0), max(a.low**k, a.high**k), False, a.low_open or a.high_open)
    ends = sorted([(a.low**k, a.low_open), (a.high**k, a.high_open)])
    return Bounds(ends[0][0], ends[1][0], ends[0][1], ends[1][1])


def _reciprocal(a: Bounds, even: bool) -> Bounds:
    if a.low == a.high == 0:
        return REALS
    if even or a.sign in {"positive", "nonnegative"}:
        low = Fraction(0) if a.high == inf else 1 / a.high
        return Bounds(low, inf if a.low <= 0 else 1 / a.low, a.high_open, a.low <= 0 or a.low_open)
    if a.sign in {"negative", "nonpositive"}:
        return Bounds(-inf, Fraction(0))
    return REALS


def _reduced(node: Reduce, body: Bounds) -> Bounds:
    if node.kind in {"mean", "max", "min"}:
        return body
    strict = provably_at_least(node.index.size, 1)
    if body.sign in {"positive", "nonnegative"}:
        if node.kind == "prod":
            return POSITIVE if body.sign == "positive" else NONNEGATIVE
        return Bounds(Fraction(0), inf, strict and body.sign == "positive")
    if body.sign in {"negative", "nonpositive"} and node.kind == "sum":
        return Bounds(-inf, Fraction(0), True, strict and body.sign == "negative")
    return REALS

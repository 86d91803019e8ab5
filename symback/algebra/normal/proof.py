"""Deciding: the normal form of a term, and whether two terms mean the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import lcm

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal.context import BUDGET, Context, Exhausted, Given, Notes
from symback.algebra.normal.convert import convert
from symback.algebra.normal.poly import Poly, atoms, key, minus, whole
from symback.algebra.normal.powers import together
from symback.algebra.normal.product import cancelled
from symback.algebra.normal.requirements import readable
from symback.algebra.normal.signs import NONNEGATIVE, POSITIVE, Sign, learn, sign
from symback.algebra.operations import Interval
from symback.algebra.sizes import Size
from symback.algebra.terms import ZERO, Add, Bracket, Mul, Name, Reduce, Term
from symback.algebra.traverse import walk

PRIME = (1 << 61) - 1
Facts = Mapping[Name, tuple[Fact, ...]]
Definitions = Mapping[Name, Definition]
Ranges = Mapping[Name, Interval]
Shapes = Mapping[Name, tuple[Size, ...]]


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether two terms are equal for all sizes and all values, and what that rests on.

    ``conditions`` are brackets that must hold (denominators that must not vanish), ``facts`` the declared facts that acted,
    ``difference`` the normal form of left − right. ``exhausted``: the work budget was spent, nothing is decided.
    """

    proved: bool
    difference: Term
    conditions: tuple[Term, ...] = ()
    facts: tuple[tuple[Name, Fact], ...] = ()
    exhausted: bool = False

    def __bool__(self) -> bool:
        return self.proved


class Normalizer:
    """Normal forms relative to what is given; keeps what it has worked out, so use one for many questions."""

    def __init__(self, given: Given | None = None, budget: int = BUDGET) -> None:
        self.given = Given() if given is None else given
        self.budget = budget
        self._context = Context(self.given, convert, budget)
        self._untied: Context | None = None
        self._bare: Context | None = None

    def normal(self, term: Term) -> Term:
        """The normal form; a term that would take more than the budget is handed back as it is."""
        self._start(self._context)
        try:
            poly = self._context.poly(term)
            return ZERO if poly and _vanishes(self._context, poly) else self._context.term(poly)
        except (Exhausted, RecursionError):
            return term

    def equal(self, left: Term, right: Term, ties: bool = True) -> Proof:
        """Whether two terms mean the same; without ``ties``, whether they do where every maximum is attained once and no product is 0.

        That is then among the conditions, as ``Σ [x = max x] = 1`` and ``x ≠ 0``, if it was needed.
        """
        found = self._equal(self._context, left, right)
        if found.facts and found.proved:
            return self._without_facts(left, right, found)
        if found.proved or ties or found.exhausted or not _counts_ties(found.difference):
            return found
        if self._untied is None:
            self._untied = Context(self.given, convert, self.budget, ties=False)
        again = self._equal(self._untied, left, right)
        return again if again.proved else found

    def _without_facts(self, left: Term, right: Term, found: Proof) -> Proof:
        """The same proof without any fact, if there is one that asks for no more: what a fact changed on both sides was not needed."""
        if self._bare is None:
            self._bare = Context(replace(self.given, facts={}), convert, self.budget)
        again = self._equal(self._bare, left, right)
        return again if again.proved and set(again.conditions) <= set(found.conditions) else found

    def _equal(self, context: Context, left: Term, right: Term) -> Proof:
        self._start(context)
        try:
            sides = context.poly(left), context.poly(right)
            difference = minus(*sides)
            proved = not difference or _vanishes(context, difference, sides)
            node = ZERO if proved else context.term(difference)
        except (Exhausted, RecursionError):
            return Proof(False, left - right, exhausted=True)
        return Proof(proved, node, readable(context, context.notes.conditions), tuple(context.notes.facts))

    def sign(self, term: Term) -> Sign:
        """The sign of a term as far as it is known."""
        return sign(term, self._context)

    def suppose(self, term: Term, strict: bool = True) -> None:
        """Take a term to be positive, or not to be negative, from now on."""
        self._start(self._context)
        with suppress(Exhausted, RecursionError):
            learn(self._context.term(self._context.poly(term)), POSITIVE if strict else NONNEGATIVE, self._context)

    def _start(self, context: Context) -> None:
        context.forget()
        context.budget = self.budget
        context.notes = Notes()


def _counts_ties(difference: Term) -> bool:
    """Whether a sum counts the places where a maximum is attained, or a product leaves out a place."""
    reduced = (n for n in walk(difference) if isinstance(n, Reduce) and n.kind in ("sum", "prod"))
    return any(isinstance(b, Bracket) and b.relation == "=" for n in reduced for b in walk(n.body))


def _vanishes(context: Context, poly: Poly, sides: tuple[Poly, ...] = ()) -> bool:
    """Whether a polynomial is 0 once its denominators are multiplied out; a random point may say no before that.

    A denominator that only one of the two sides has must not vanish; where both have it, neither means anything without that.
    """
    if not any(isinstance(a, Add | Mul) for a in atoms(poly)) or rejected(context, poly):
        return False
    numerator, below = together(context, poly)
    if not numerator:
        for base in below:
            if not all(any(a is base and e < 0 for m in side for a, e in m) for side in sides):
                cancelled(context, base)
    return not numerator


def rejected(context: Context, poly: Poly) -> bool:
    """Whether a polynomial is not 0 at a pseudo-random point modulo a prime, its atoms taken as independent.

    Only a rejection means anything, and only that no proof will be found; a point where a root is needed says nothing.
    """
    table: dict[Term, int] = {}
    degree = lcm(*(Fraction(e).denominator for m in poly for _, e in m))
    try:
        return _modular(context, poly, degree, table) != 0
    except _NoPoint:
        return False


class _NoPoint(Exception):
    pass


def _modular(context: Context, poly: Poly, degree: int, table: dict[Term, int]) -> int:
    total = 0
    for m, c in poly.items():
        exact = Fraction(c)
        value = exact.numerator * pow(exact.denominator, -1, PRIME)
        for atom, e in m:
            value = value * _modular_power(context, atom, Fraction(e), degree, table) % PRIME
        total += value
    return total % PRIME


def _modular_power(context: Context, atom: Term, e: Fraction, degree: int, table: dict[Term, int]) -> int:
    if isinstance(atom, Add | Mul):
        if not whole(e):
            raise _NoPoint
        if atom not in table:
            table[atom] = _modular(context, context.poly(atom), degree, table)
        base, power = table[atom], int(e)
    else:
        if not whole(e * degree):
            raise _NoPoint
        if atom not in table:
            table[atom] = _residue(atom)
        base, power = table[atom], int(e * degree)
    if power < 0 and base == 0:
        raise _NoPoint
    return pow(base, power, PRIME)


def _residue(atom: Term) -> int:
    """A residue that depends on the atom's text alone (not on the hash seed)."""
    value = 0x9E3779B97F4A7C15
    for character in key(atom):
        value = (value * 1_000_003 ^ ord(character)) % PRIME
    return value * value % PRIME or 1


@lru_cache(maxsize=32)
def _shared(ident: tuple[object, ...], budget: int) -> Normalizer:
    facts, definitions, ranges, shapes = (dict(items) for items in ident)  # type: ignore[call-overload]
    return Normalizer(Given(facts, definitions, ranges, shapes), budget)


def _normalizer(
    facts: Facts | None, definitions: Definitions | None, ranges: Ranges | None, shapes: Shapes | None, budget: int
) -> Normalizer:
    return _shared(Given(facts or {}, definitions or {}, ranges or {}, shapes or {}).ident, budget)


def normal(
    term: Term,
    *,
    facts: Facts | None = None,
    definitions: Definitions | None = None,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
    budget: int = BUDGET,
) -> Term:
    """The normal form of a term: what is identical means the same; what means the same is identical as far as it can be seen.

    >>> from symback.algebra.terms import apply, ref
    >>> x = ref("x")
    >>> normal(apply("log", apply("exp", x)) - x)
    0
    """
    return _normalizer(facts, definitions, ranges, shapes, budget).normal(term)


def equal(
    left: Term,
    right: Term,
    *,
    facts: Facts | None = None,
    definitions: Definitions | None = None,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
    budget: int = BUDGET,
) -> Proof:
    """Whether two terms are equal for all sizes and all values that satisfy the facts, and what the proof rests on.

    >>> from symback.algebra.terms import apply, ref
    >>> z = ref("z")
    >>> equal(1 - apply("sigmoid", z), apply("sigmoid", -z)).proved
    True
    """
    return _normalizer(facts, definitions, ranges, shapes, budget).equal(left, right)


def is_zero(
    term: Term,
    *,
    facts: Facts | None = None,
    definitions: Definitions | None = None,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
) -> bool:
    """Whether a term is provably 0.

    >>> from symback.algebra.terms import ref
    >>> is_zero(ref("x") * ref("y") - ref("y") * ref("x"))
    True
    """
    return equal(term, ZERO, facts=facts, definitions=definitions, ranges=ranges, shapes=shapes).proved


def sign_of(term: Term, *, facts: Facts | None = None, definitions: Definitions | None = None, ranges: Ranges | None = None) -> Sign:
    """The sign of a term as far as it is known.

    >>> from symback.algebra.terms import apply, ref
    >>> sign_of(1 + apply("exp", ref("z")))
    'positive'
    """
    return _normalizer(facts, definitions, ranges, None, BUDGET).sign(term)

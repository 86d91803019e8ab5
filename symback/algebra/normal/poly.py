"""Polynomials over canonical atoms: the inside of the normal form.

A monomial is a sorted tuple of (atom, exponent); an atom is a term in normal form, an exponent an exact rational. A
polynomial maps monomials to rational coefficients, none of them zero, and is never changed once it is handed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt
from symback.algebra.terms import ONE, ZERO, Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Ref, Term
from symback.errors import UnknownTerm

Rational: TypeAlias = int | Fraction
Factor: TypeAlias = tuple[Term, Rational]
Mono: TypeAlias = tuple[Factor, ...]
Poly: TypeAlias = Mapping[Mono, Rational]
Powers: TypeAlias = dict[Term, Rational]
MonoKey: TypeAlias = tuple[tuple[str, Rational], ...]

OPEN, CLOSED = "~", "#"
"""What bound indices are called while a sum is worked on, and in the normal form."""

NOTHING: Poly = {}
UNIT: Poly = {(): 1}


def whole(value: Rational) -> bool:
    """Whether an exponent or coefficient is an integer."""
    return isinstance(value, int) or value.denominator == 1


@lru_cache(maxsize=1 << 17)
def key(node: Term) -> str:
    """A text to sort atoms by: it depends on structure alone, never on identity.

    The first character ranks the kind of node: sums before names before functions, sizes and numbers last;
    brackets of places come before brackets of values, which may be defined only where the former are true.
    """
    match node:
        case Reduce():
            return f"1{node.kind}{atom_key(node.index)}({key(node.body)})"
        case Ref():
            return f"2{node.name}[{','.join(map(size_key, node.places))}]"
        case Apply():
            return f"3{node.op}({','.join(map(key, node.args))})"
        case Pow():
            return f"4{key(node.base)}^{key(node.exponent)}"
        case Add():
            return f"5({'+'.join(map(key, node.args))})"
        case Mul():
            return f"6({'*'.join(map(key, node.args))})"
        case Bracket(left=Count() as left):
            return f"7[{size_key(left.size)}{node.relation}]"
        case Bracket():
            return f"7v[{key(node.left)}{node.relation}{key(node.right)}]"
        case Count():
            return f"8{size_key(node.size)}"
        case Num():
            return f"9{node.value}"
    raise UnknownTerm(node, "key")


@lru_cache(maxsize=1 << 16)
def size_key(size: Size) -> str:
    """A text to sort places by."""
    return "+".join(f"{c}*{'*'.join(f'{atom_key(a)}^{e}' for a, e in m)}" for m, c in size.terms)


def atom_key(atom: Atom) -> str:
    """A text to sort size atoms by."""
    match atom:
        case Index():
            return f"{atom.name}'{atom.mark}:{size_key(atom.size)}"
        case SizeAt():
            return f"{atom.name}[{size_key(atom.place)}]"
        case Floor():
            return f"({size_key(atom.numerator)}//{size_key(atom.denominator)})"
    return atom.name


def mono(powers: Mapping[Term, Rational]) -> Mono:
    """The monomial with these powers.

    >>> from symback.algebra.terms import ref
    >>> mono({ref("y"): 1, ref("x"): 2})
    ((x, 2), (y, 1))
    """
    return tuple(sorted(((a, e) for a, e in powers.items() if e), key=lambda f: key(f[0])))


def mono_key(product: Mono) -> MonoKey:
    """What monomials are sorted by."""
    return tuple((key(atom), e) for atom, e in product)


def single(atom: Term, exponent: Rational = 1) -> Poly:
    """The polynomial that is one atom to a power."""
    return {((atom, exponent),): 1}


def constant(value: Rational) -> Poly:
    """A number as a polynomial."""
    return {(): value} if value else NOTHING


def plus(*polys: Poly) -> Poly:
    """The sum of polynomials."""
    found: dict[Mono, Rational] = dict(polys[0])
    for poly in polys[1:]:
        accumulate(found, poly)
    return found


def accumulate(into: dict[Mono, Rational], poly: Poly, factor: Rational = 1) -> None:
    """Add ``factor * poly`` to a polynomial under construction."""
    for product, c in poly.items():
        value = into.get(product, 0) + c * factor
        if value:
            into[product] = value
        else:
            into.pop(product, None)


def scale(poly: Poly, factor: Rational) -> Poly:
    """A polynomial times a number."""
    if factor == 1:
        return poly
    return {m: c * factor for m, c in poly.items()} if factor else NOTHING


def minus(left: Poly, right: Poly) -> Poly:
    """The difference of two polynomials."""
    found = dict(left)
    accumulate(found, right, -1)
    return found


def number(poly: Poly) -> Fraction | None:
    """The number a polynomial is, or None."""
    if not poly:
        return Fraction(0)
    return Fraction(poly[()]) if len(poly) == 1 and () in poly else None


def atoms(poly: Poly) -> Iterable[Term]:
    """The distinct atoms of a polynomial, in the order of its monomials."""
    return dict.fromkeys(atom for product in poly for atom, _ in product)


def ordered(poly: Poly) -> list[tuple[Mono, Rational]]:
    """The monomials in canonical order, with their coefficients."""
    return sorted(poly.items(), key=lambda item: mono_key(item[0]))


def lead_coefficient(poly: Poly) -> Rational:
    """The coefficient that decides a polynomial's orientation: that of its last monomial."""
    return poly[max(poly, key=mono_key)]


def power_term(atom: Term, exponent: Rational) -> Term:
    """One factor as a term."""
    return atom if exponent == 1 else Pow(atom, Num(Fraction(exponent)))


def mono_term(product: Mono, coefficient: Rational = 1) -> Term:
    """A monomial as a term, its coefficient first."""
    factors = tuple(power_term(atom, e) for atom, e in product)
    if coefficient != 1 or not factors:
        factors = (Num(Fraction(coefficient)), *factors)
    return factors[0] if len(factors) == 1 else Mul(factors)


def poly_term(poly: Poly) -> Term:
    """A polynomial as a term: one and the same term for equal polynomials.

    >>> from symback.algebra.terms import ref
    >>> poly_term({mono({ref("x"): 1}): 2, (): -1})
    -1 + 2*x
    """
    if not poly:
        return ZERO
    if poly == UNIT:
        return ONE
    terms = tuple(mono_term(m, c) for m, c in ordered(poly))
    return terms[0] if len(terms) == 1 else Add(terms)

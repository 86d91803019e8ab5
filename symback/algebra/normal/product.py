"""Products of polynomials, and the rules that bring one monomial into normal form.

Each rule looks at the powers of a monomial and either leaves it alone (None) or splits it: powers that stay, and
polynomials that multiply them. Every rule lowers exponents, removes atoms, or replaces a leading monomial by lower ones,
so settling ends.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import floor, gcd
from typing import TypeAlias

from symback.algebra.normal.context import Context
from symback.algebra.normal.poly import (
    UNIT,
    Factor,
    Mono,
    Poly,
    Powers,
    Rational,
    accumulate,
    constant,
    key,
    lead_coefficient,
    mono,
    plus,
    scale,
    single,
    whole,
)
from symback.algebra.normal.signs import anonymous, bounds
from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ZERO, Add, Apply, Bracket, Count, Mul, Num, Pow, Ref, Relation, Term, apply
from symback.algebra.traverse import free_indices, names, rewrite, substitute, walk

Split: TypeAlias = tuple[Powers, list[Poly]]
Rule: TypeAlias = Callable[[Context, Powers], Split | None]


def times(context: Context, left: Poly, right: Poly) -> Poly:
    """The product of two polynomials."""
    if left == UNIT:
        return right
    if right == UNIT:
        return left
    found: dict[Mono, Rational] = {}
    context.spend(len(left) * len(right))
    for m1, c1 in left.items():
        for m2, c2 in right.items():
            accumulate(found, _times_monos(context, m1, m2), c1 * c2)
    return found


def product(context: Context, *polys: Poly) -> Poly:
    """The product of any number of polynomials."""
    found: Poly = UNIT
    for poly in polys:
        found = times(context, found, poly)
    return found


def whole_power(context: Context, base: Poly, exponent: int) -> Poly:
    """A polynomial to a natural power, expanded."""
    found: Poly = UNIT
    for bit in f"{exponent:b}":
        found = times(context, found, found)
        if bit == "1":
            found = times(context, found, base)
    return found


def _times_monos(context: Context, left: Mono, right: Mono) -> Poly:
    if not left or not right:
        return {left or right: 1}
    powers = dict(left)
    for atom, e in right:
        old = powers.get(atom, 0)
        if old * e < 0 <= old + e:
            cancelled(context, atom)
        powers[atom] = old + e
    return settled(context, powers)


def cancelled(context: Context, base: Term) -> None:
    """Note that a denominator went away: a condition, unless the base is known not to vanish."""
    if bounds(base, context).nonzero or (isinstance(base, Ref) and context.fact(base.name, "magnitude above")):
        return
    if not (context.guarded and isinstance(base, Add) and context.guarded.get(anonymous(base)[0])):
        context.require(base)


def settled(context: Context, powers: Powers) -> Poly:
    """The polynomial of a product of atoms with exponents."""
    powers = {a: e for a, e in powers.items() if e}
    if any(_special(context, atom) for atom in powers):
        for rule in RULES:
            split = rule(context, powers)
            if split is not None:
                context.spend()
                rest, polys = split
                return product(context, settled(context, rest), *polys)
    return {mono(powers): 1}


def _special(context: Context, atom: Term) -> bool:
    match atom:
        case Ref():
            return atom.name in context.facts
        case Apply():
            return atom.op == "sin"
    return isinstance(atom, Add | Mul | Num | Bracket)


def without(powers: Powers, *gone: Term) -> Powers:
    """The other powers."""
    return {a: e for a, e in powers.items() if a not in gone}


def _number_root(context: Context, powers: Powers) -> Split | None:
    """``2^{3/2} = 2·2^{1/2}``: exponents of primes stay between 0 and 1."""
    for atom, e in powers.items():
        if isinstance(atom, Num) and not 0 < e < 1:
            k = floor(e)
            return {**powers, atom: e - k}, [constant(atom.value**k)]
    return None


def _compound(context: Context, powers: Powers) -> Split | None:
    """A sum to a positive whole power is expanded; a denominator gets its canonical sign."""
    for atom, e in powers.items():
        if not isinstance(atom, Add | Mul):
            continue
        if not whole(e):
            opposite = _negated(context, atom)
            if opposite in powers and whole(powers[opposite]):
                k = int(powers[opposite])
                return {**without(powers, opposite), atom: e + k}, [constant((-1) ** k)]
        if e >= 1:
            return {**powers, atom: e - floor(e)}, [whole_power(context, context.poly(atom), floor(e))]
        if whole(e) and (isinstance(atom, Mul) or lead_coefficient(context.poly(atom)) < 0):
            return without(powers, atom), [context.poly(Pow(atom, Num(int(e))))]
    return None


def _negated(context: Context, atom: Term) -> Term:
    return context.term(scale(context.poly(atom), -1))


def _declared(context: Context, powers: Powers) -> Split | None:
    """What facts say of powers: a binary y has ``y² = y``, a sign ``y² = 1``, a one-hot ``y_i y_j = [i=j] y_i``, also inside others."""
    for atom, e in powers.items():
        if not isinstance(atom, Ref) or not whole(e) or atom.name not in context.facts:
            continue
        if e > 1 and context.fact(atom.name, "binary"):
            context.use(atom.name, "binary")
            return {**powers, atom: 1}, []
        if e not in {0, 1} and context.fact(atom.name, "plus or minus one"):
            context.use(atom.name, "plus or minus one")
            return {**powers, atom: e % 2}, []
        if e > 0 and context.fact(atom.name, "one-hot") and (other := _rival(atom, powers)):
            context.use(atom.name, "one-hot")
            same = Bracket("=", Count(atom.places[-1]), Count(other.places[-1]))
            return without(powers, other), [context.poly(same)]
        if e > 0 and context.fact(atom.name, "one-hot") and (split := _known_hot(context, atom, powers)):
            context.use(atom.name, "one-hot")
            return split
    return None


def _known_hot(context: Context, atom: Ref, powers: Powers) -> Split | None:
    """``y_i·f(Σ_k y_k·g_k) = y_i·f(g_i)`` for a one-hot y: where y_i is not 0, y_k is [k = i]."""

    def change(node: Term) -> Term:
        hot = isinstance(node, Ref) and node.name == atom.name and node.places[:-1] == atom.places[:-1]
        return Bracket("=", Count(node.places[-1]), Count(atom.places[-1])) if hot else node  # type: ignore[attr-defined]

    for other, e in powers.items():
        if not isinstance(other, Ref) and atom.name in names(other):
            changed = rewrite(other, change)
            if changed is not other:
                return without(powers, other), [context.poly(changed if e == 1 else Pow(changed, Num(e)))]
    return None


def _rival(atom: Ref, powers: Powers) -> Ref | None:
    for other, e in powers.items():
        if isinstance(other, Ref) and other.name == atom.name and other is not atom and e == 1 and other.places[:-1] == atom.places[:-1]:
            return other
    return None


def _circle(context: Context, powers: Powers) -> Split | None:
    """``sin² = 1 − cos²``."""
    for atom, e in powers.items():
        if isinstance(atom, Apply) and atom.op == "sin" and e >= 2:
            cosine = apply("cos", *atom.args)
            context.atom(cosine)
            return {**powers, atom: e - 2}, [plus(UNIT, {((cosine, 2),): -1})]
    return None


def _brackets(context: Context, powers: Powers) -> Split | None:
    """``[c]² = [c]``; a bracket that follows from another goes; two that exclude each other give 0; ``[i=j]`` puts i for j.

    ``[i >= 1]·i = i``: where the bracket is false, so is the index.
    """
    found = [a for a in powers if isinstance(a, Bracket)]
    for a in found:
        if powers[a] != 1:
            return {**powers, a: 1}, []
        if (
            a.relation == ">="
            and isinstance(a.left, Count)
            and isinstance(i := (a.left.size + 1).single, Index)
            and powers.get(Count(i), 0) > 0
        ):
            return without(powers, a), []
    for n, a in enumerate(found):
        for b in found[:n]:
            match relation_of(context, a, b):
                case "excluded":
                    return {}, [{}]
                case "first follows":
                    return without(powers, a), []
                case "second follows":
                    return without(powers, b), []
    for a in sorted(found, key=key):
        if a.relation == "=" and (split := _put_equal(context, a, powers)):
            return split
    return None


def relation_of(context: Context, a: Bracket, b: Bracket) -> str:
    """How two canonical brackets relate, where it is cheap to see."""
    if isinstance(a.left, Count) and isinstance(b.left, Count):
        return _places_relate(a.relation, a.left.size, b.relation, b.left.size)
    if a.left is b.left:
        return "excluded" if a is not b else ""
    if isinstance(a.left, Count) or isinstance(b.left, Count):
        return ""
    ident = ("relate", a, b)
    if ident not in context.aside:
        context.aside[ident] = _values_relate(context, a, b)
    return str(context.aside[ident])


def _values_relate(context: Context, a: Bracket, b: Bracket) -> str:
    """``[x > 0]`` follows from ``[x − d > 0]`` where d is positive: what the difference and the sum of the values show."""
    p, q = context.poly(a.left), context.poly(b.left)
    if not any(m in q for m in p if m):
        return ""
    less, more = bounds(context.term(plus(p, scale(q, -1))), context), bounds(context.term(plus(p, q)), context)
    match a.relation, b.relation:
        case ">", ">":
            if more.high <= 0:
                return "excluded"
            return "first follows" if less.low >= 0 else "second follows" if less.high <= 0 else ""
        case "=", "=":
            return "excluded" if less.nonzero or more.nonzero else ""
        case "=", ">":
            return _beside_zero("second follows", less.high < 0 or more.low > 0, less.low >= 0 or more.high <= 0)
    return _beside_zero("first follows", less.low > 0 or more.low > 0, less.high <= 0 or more.high <= 0)


def _beside_zero(found: str, positive: bool, not_positive: bool) -> str:
    return found if positive else "excluded" if not_positive else ""


@lru_cache(maxsize=1 << 16)
def _places_relate(first: Relation, p: Size, second: Relation, q: Size) -> str:
    if first == second == ">=":
        if provably_at_least(p - q):
            return "first follows"
        if provably_at_least(q - p):
            return "second follows"
        return "excluded" if provably_at_least(-p - q, 1) else ""
    if first == second == "=":
        return "excluded" if _apart(p - q) or _apart(p + q) else ""
    if first == "=":
        return {"first follows": "second follows"}.get(found := _equal_beside(q, p), found)
    return _equal_beside(p, q)


def _apart(difference: Size) -> bool:
    return provably_at_least(difference, 1) or provably_at_least(-difference, 1)


def _equal_beside(least: Size, zero: Size) -> str:
    """``[least >= 0][zero = 0]``: add multiples of what is 0 to the other."""
    for sign in (1, -1):
        if provably_at_least(least + sign * zero):
            return "first follows"
        if provably_at_least(-(least + sign * zero), 1):
            return "excluded"
    return ""


@lru_cache(maxsize=1 << 16)
def solve_place(place: Size, index: Index) -> Size | None:
    """The place at which ``place = 0``, where ``index`` enters it with coefficient ±1."""
    split = place.coefficient(index)
    if split is None or split[0].constant not in {1, -1}:
        return None
    return -split[1] if split[0].constant == 1 else split[1]


def _put_equal(context: Context, equation: Bracket, powers: Powers) -> Split | None:
    if not isinstance(equation.left, Count):
        return _put_value(context, equation, powers)
    place = equation.left.size
    for index in sorted(place.indices, key=lambda i: (i.name, i.mark), reverse=True):
        solution = solve_place(place, index)
        if solution is None:
            continue
        touched = [a for a in powers if a is not equation and index in free_indices(a)]
        if not touched:
            return None
        polys = [renewed(context, a, powers[a], {index: solution}) for a in touched]
        return without(powers, *touched), polys
    return None


def renewed(context: Context, atom: Term, exponent: Rational, mapping: dict[Index, Size]) -> Poly:
    """A power of an atom after indices were replaced, in normal form again."""
    new = substitute(atom, mapping)
    return context.renamed(new if exponent == 1 else Pow(new, Num(exponent)))


def _put_value(context: Context, equation: Bracket, powers: Powers) -> Split | None:
    """``[x = v]`` puts v for x in what it multiplies, where x is a read of a name."""
    poly = context.poly(equation.left)
    unknowns = [(found, c) for m, c in poly.items() if len(m) == 1 and m[0][1] == 1 and isinstance(found := m[0][0], Ref)]
    for name, c in sorted(unknowns, key=lambda u: key(u[0])):
        rest = {m: v for m, v in poly.items() if m != ((name, 1),)}
        value = context.term(scale(rest, -1 / Fraction(c)))
        if _reads(value, name):
            continue
        touched = [a for a in powers if a is not equation and _reads(a, name)]
        if not touched:
            return None
        polys = [context.poly(_put(a, powers[a], name, value)) for a in touched]
        return without(powers, *touched), polys
    return None


def _reads(node: Term, name: Ref) -> bool:
    return name.name in names(node) and name in walk(node)


def _put(atom: Term, exponent: Rational, old: Term, new: Term) -> Term:
    changed = rewrite(atom, lambda n: new if n is old else n)
    return changed if exponent == 1 else Pow(changed, Num(exponent))


def _denominators(context: Context, powers: Powers) -> Split | None:
    """Divide by a denominator D = c·L + R: ``L·D^{-k} = (D^{1-k} − R·D^{-k})/c`` while the monomial contains L.

    L is the leading monomial in one order of all atoms, so what stays is the remainder, which is unique.
    """
    for atom, e in sorted(((a, e) for a, e in powers.items() if isinstance(a, Add) and e < 0), key=lambda f: key(f[0])):
        units = two_units(context, atom)
        split = _by_leading(context, powers, atom, e) if units is None else _by_two_units(context, powers, (atom, e), units)
        if split is not None:
            return split
    return None


def _by_leading(context: Context, powers: Powers, atom: Term, e: Rational) -> Split | None:
    found = leading(context, atom)
    if found is None:
        return None
    lead, inverse, rest = found
    if all(powers.get(a, 0) >= k for a, k in lead.items()):
        left = {a: k - lead.get(a, 0) for a, k in without(powers, atom).items()}
        return left, [inverse, _lowered(context, atom, e, rest)]
    return _raise(context, powers, atom, e, next(iter(lead))) if len(lead) == 1 else None


def two_units(context: Context, denominator: Term) -> tuple[Term, Mono, Mono] | None:
    """A denominator of two monomials in exponentials: an atom of the first that the second does not have, and the two.

    Such monomials are never 0 and may stand in denominators, so either can be put for the other. The longest atom is
    kept out of numerators: a deep network would double with every layer otherwise.
    """
    poly = context.poly(denominator)
    if len(poly) != 2 or not all(is_coefficient(a) or (isinstance(a, Apply) and a.op == "exp") for m in poly for a, _ in m):
        return None
    candidates = [a for m in poly for a, _ in m if not is_coefficient(a) and not all(a in dict(other) for other in poly)]
    if not candidates:
        return None
    pivot = max(candidates, key=lambda a: (len(key(a)), key(a)))
    low, top = sorted(poly, key=lambda m: pivot in dict(m))
    return pivot, top, low


def _by_two_units(context: Context, powers: Powers, below: Factor, units: tuple[Term, Mono, Mono]) -> Split | None:
    """Divide by ``c·u + d·w`` until the exponent of the pivot lies between 0 and its exponent in u."""
    (atom, e), (pivot, top, low) = below, units
    have, step = powers.get(pivot, 0), dict(top)[pivot]
    if 0 <= have < step:
        return None
    poly = context.poly(atom)
    away, kept = (top, low) if have > 0 else (low, top)
    if e + 1 >= 0:
        cancelled(context, atom)
    left = times(context, settled(context, without(powers, atom)), _inverse({away: poly[away]}))
    first = times(context, left, settled(context, {atom: e + 1}))
    second = times(context, times(context, left, {kept: poly[kept]}), single(atom, e))
    return {}, [plus(first, scale(second, -1))]


def _lowered(context: Context, atom: Term, e: Rational, rest: Poly) -> Poly:
    """``D^{e+1} − rest·D^e``."""
    if e + 1 >= 0:
        cancelled(context, atom)
    return plus(settled(context, {atom: e + 1}), scale(times(context, rest, single(atom, e)), -1))


def _raise(context: Context, powers: Powers, atom: Term, e: Rational, pivot: Term) -> Split | None:
    """``x^{-a}·D^{-k} = (x^{-a}·D^{1-k} − x^{-a}(D−B)·D^{-k})/B`` for D a polynomial in x alone with constant term B."""
    if powers.get(pivot, 0) >= 0:
        return None
    poly = context.poly(atom)
    bottom = {m: c for m, c in poly.items() if all(is_coefficient(a) for a, _ in m)}
    others = {m: c for m, c in poly.items() if m not in bottom}
    if len(bottom) != 1 or not all(a is pivot or is_coefficient(a) for m in others for a, _ in m):
        return None
    if e + 1 >= 0:
        cancelled(context, atom)
    rest = settled(context, without(powers, atom))
    raised = times(context, times(context, rest, others), single(atom, e))
    outcome = plus(times(context, rest, settled(context, {atom: e + 1})), scale(raised, -1))
    return {}, [_inverse(bottom), outcome]


def _inverse(poly: Poly) -> Poly:
    ((product_, c),) = poly.items()
    return {tuple((a, -e) for a, e in product_): 1 / Fraction(c)}


def is_coefficient(atom: Term) -> bool:
    """Whether an atom counts as part of a coefficient: sizes and numbers."""
    return (isinstance(atom, Count | Num) and not free_indices(atom)) or (isinstance(atom, Apply) and not atom.args)


def leading(context: Context, denominator: Term) -> tuple[Powers, Poly, Poly] | None:
    """The leading monomial of a denominator (without sizes), the inverse of its coefficient, and the rest."""
    ident = ("leading", denominator)
    if ident not in context.aside:
        context.aside[ident] = _leading(context.poly(denominator))
    found: tuple[Powers, Poly, Poly] | None = context.aside[ident]  # type: ignore[assignment]
    return found


def _leading(poly: Poly) -> tuple[Powers, Poly, Poly] | None:
    split = {m: {a: e for a, e in m if not is_coefficient(a)} for m in poly}
    variables = sorted({a for v in split.values() for a in v}, key=key)
    top = max(poly, key=lambda m: tuple(split[m].get(a, 0) for a in variables))
    if not split[top] or sum(split[m] == split[top] for m in poly) > 1 or any(e < 0 for v in split.values() for e in v.values()):
        return None
    coefficient = {tuple((a, e) for a, e in top if a not in split[top]): poly[top]}
    return split[top], _inverse(coefficient), {m: c for m, c in poly.items() if m != top}


RULES: tuple[Rule, ...] = (_number_root, _compound, _declared, _circle, _brackets, _denominators)


def content(poly: Poly) -> Rational:
    """The positive rational that divides all coefficients and leaves coprime integers.

    >>> content({(): 4, ((ZERO, 1),): 6})
    Fraction(2, 1)
    """
    top, bottom = 0, 1
    for c in poly.values():
        exact = Fraction(c)
        top = gcd(top, exact.numerator)
        bottom = bottom * exact.denominator // gcd(bottom, exact.denominator)
    return Fraction(top, bottom)


def zero_to(exponent: Rational) -> Poly:
    """``0^e``: nothing for a positive e, else an atom that only a false bracket can remove."""
    return {} if exponent > 0 else single(Pow(ZERO, Num(exponent)))

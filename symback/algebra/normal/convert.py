"""Terms to polynomials: one case for each node and each primitive operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import singledispatch

from symback.algebra.normal.conditions import condition, least_place
from symback.algebra.normal.context import Context
from symback.algebra.normal.opaque_reads import opaque_read
from symback.algebra.normal.poly import (
    CLOSED,
    OPEN,
    UNIT,
    Mono,
    Poly,
    accumulate,
    atoms,
    constant,
    lead_coefficient,
    minus,
    number,
    plus,
    scale,
    single,
    size_key,
    whole,
)
from symback.algebra.normal.powers import ABOVE, exponential, lifted, logarithm, power, symbolic_power, together
from symback.algebra.normal.product import cancelled, product, settled, solve_place, times
from symback.algebra.normal.requirements import guard, known_as, remember
from symback.algebra.normal.signs import learn, shown
from symback.algebra.normal.sums import height, open_index, summed
from symback.algebra.operations import meaning
from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Ref, Term
from symback.algebra.traverse import free_indices, substitute
from symback.errors import UnknownTerm


@singledispatch
def convert(node: Term, context: Context) -> Poly:
    """The polynomial of a term."""
    raise UnknownTerm(node, "normal")


@convert.register
def _(node: Num, context: Context) -> Poly:
    return constant(node.value)


@convert.register
def _(node: Count, context: Context) -> Poly:
    found: dict[Mono, int | Fraction] = {}
    for m, c in node.size.terms:
        accumulate(found, settled(context, {Count(a): e for a, e in m}), c)
    return found


@convert.register
def _(node: Add, context: Context) -> Poly:
    return plus({}, *(context.poly(a) for a in node.args))


@convert.register
def _(node: Mul, context: Context) -> Poly:
    return product(context, *(context.poly(a) for a in node.args))


@convert.register
def _(node: Ref, context: Context) -> Poly:
    known = context.definition(node.name)
    if known is not None:
        definition, body = known
        context.prepare(node.name)
        normal = context.term(context.poly(body))
        return context.renamed(substitute(normal, dict(zip(definition.indices, node.places, strict=True))))
    known_as = opaque_read(context, node)
    if not isinstance(known_as, Ref):
        return context.poly(known_as)
    node = known_as
    if not node.places and context.fact(node.name, "entries sum to one"):
        return _last_of_sum(context, node)
    if len(node.places) == 2:
        if context.fact(node.name, "zero diagonal") and node.places[0] is node.places[1]:
            context.use(node.name, "zero diagonal")
            return {}
        if context.fact(node.name, "symmetric"):
            places = tuple(sorted(node.places, key=size_key))
            if places != node.places:
                context.use(node.name, "symmetric")
                node = Ref(node.name, places)
    return context.atom(node)


def _last_of_sum(context: Context, node: Ref) -> Poly:
    """The last of some numbers that sum to one is 1 without the others."""
    entries = context.facts[node.name]["entries sum to one"].entries
    if node.name != entries[-1]:
        return context.atom(node)
    context.use(node.name, "entries sum to one")
    return minus(constant(Fraction(1)), plus({}, *(context.atom(Ref(n, ())) for n in entries[:-1])))


@convert.register
def _(node: Bracket, context: Context) -> Poly:
    return condition(context, node.relation, minus(context.poly(node.left), context.poly(node.right)))


@convert.register
def _(node: Pow, context: Context) -> Poly:
    base, exponent = context.poly(node.base), context.poly(node.exponent)
    value = number(exponent)
    if value is None:
        _learn_sign(context, node.base, base)
        if len(base) > 1:
            known_as(context, node.base, context.term(base))
        return symbolic_power(context, base, exponent)
    if value < 0 or not whole(value):
        _learn_sign(context, node.base, base)
        found = power(context, base, value)
        if len(base) > 1:
            remember(context, node.base, found)
            guard(context, node.base, base, found)
        return found
    return power(context, base, value)


def _learn_sign(context: Context, written: Term, poly: Poly) -> None:
    """What the written form of a sum shows about its sign holds for its normal form, where it may no longer show."""
    if len(poly) > 1 and (known := shown(written, context)).sign in ABOVE:
        learn(context.term(poly), known, context)


@convert.register
def _(node: Apply, context: Context) -> Poly:
    means = meaning(node)
    if means is not None:
        return context.poly(means)
    args = [context.poly(a) for a in node.args]
    primitive = PRIMITIVES.get(node.op)
    if primitive is not None:
        return primitive(context, args[0])
    return context.atom(Apply(node.op, tuple(context.term(a) for a in args)))


def _odd(op: str) -> Callable[[Context, Poly], Poly]:
    return lambda context, poly: lifted(context, poly, lambda p: _turned(context, op, p, -1))


def _even(op: str) -> Callable[[Context, Poly], Poly]:
    return lambda context, poly: lifted(context, poly, lambda p: _turned(context, op, p, 1))


def _turned(context: Context, op: str, poly: Poly, sign: int) -> Poly:
    """``f(−x) = ±f(x)``; at 0 the odd ones are 0 and the even one is 1."""
    if not poly:
        return {} if sign < 0 else UNIT
    turned = lead_coefficient(poly) < 0
    atom = context.atom(Apply(op, (context.term(scale(poly, -1) if turned else poly),)))
    return scale(atom, sign) if turned else atom


PRIMITIVES: Mapping[str, Callable[[Context, Poly], Poly]] = {
    "exp": exponential,
    "log": logarithm,
    "sin": _odd("sin"),
    "cos": _even("cos"),
    "arctan": _odd("arctan"),
    "erf": _odd("erf"),
}


@convert.register
def _(node: Reduce, context: Context) -> Poly:
    if node.index.name in {OPEN, CLOSED}:
        index = open_index(node.index, free_indices(node.body))
        node = Reduce(node.kind, index, substitute(node.body, {node.index: Size.of(index)}))
    return REDUCTIONS[node.kind](context, context.poly(node.body), node.index)


def _sum(context: Context, poly: Poly, index: Index) -> Poly:
    return summed(context, poly, (index,))


def _mean(context: Context, poly: Poly, index: Index) -> Poly:
    size = power(context, context.poly(Count(index.size)), -1)
    return times(context, size, summed(context, poly, (index,)))


def _max(context: Context, poly: Poly, index: Index) -> Poly:
    """A maximum: what does not read the index comes out, a positive number too."""
    if index.size.constant == 1:
        return _at_zero(context, poly, index)
    inside = {m: c for m, c in poly.items() if any(index in free_indices(a) for a, _ in m)}
    outside = {m: c for m, c in poly.items() if m not in inside}
    return plus(outside, _closed(context, "max", inside, index)) if inside else outside


def _min(context: Context, poly: Poly, index: Index) -> Poly:
    return scale(_max(context, scale(poly, -1), index), -1)


def _prod(context: Context, poly: Poly, index: Index) -> Poly:
    """``Π_i c·a·b_i·exp(d_i) = c^n·a^n·exp(Σ_i d_i)·Π_i b_i``; nothing to multiply is 1, and a range may be empty."""
    if index.size.constant == 1:
        return _at_zero(context, poly, index)
    if len(poly) != 1:
        numerator, below = together(context, poly)
        if below:
            parts = [settled(context, {a: e}) for a, e in below.items()]
            return product(context, *(_prod(context, p, index) for p in (numerator, *parts)))
        if not poly:
            return least_place(context, -index.size)
        filled = None if context.ties else _filled(context, poly, index)
        return _closed(context, "prod", poly, index) if filled is None else filled
    ((m, c),) = poly.items()
    count = context.poly(Count(index.size))
    if index.size.indices:
        count = times(context, least_place(context, index.size), count)
    parts = [symbolic_power(context, constant(c), count)] if c != 1 else []
    for atom, e in m:
        factor: Poly = {((atom, e),): 1}
        if index not in free_indices(atom):
            parts.append(symbolic_power(context, factor, count))
        elif isinstance(atom, Apply) and atom.op == "exp":
            parts.append(exponential(context, summed(context, scale(context.poly(atom.args[0]), e), (index,))))
        elif whole(e):
            parts.append(power(context, _closed(context, "prod", {((atom, 1),): 1}, index), e))
        else:
            parts.append(_closed(context, "prod", factor, index))
    return product(context, *parts)


def _filled(context: Context, poly: Poly, index: Index) -> Poly | None:
    """``Π_k ([k=i]·b + [k≠i]·a_k) = b·a_i⁻¹·Π_k a_k`` where no factor of a product is taken to vanish; that is noted as it stands."""
    for bracket in (a for a in atoms(poly) if isinstance(a, Bracket) and a.relation == "=" and isinstance(a.left, Count)):
        place = solve_place(bracket.left.size, index)  # type: ignore[attr-defined]
        if place is None or not (provably_at_least(place) and provably_at_least(index.size - 1 - place)):
            continue
        others = {m: c for m, c in poly.items() if all(a is not bracket for a, _ in m)}
        here, instead = (context.poly(substitute(context.term(p), {index: place})) for p in (others, times(context, single(bracket), poly)))
        if here:
            cancelled(context, context.term(here))
            return product(context, _prod(context, others, index), instead, power(context, here, -1))
    return None


def _at_zero(context: Context, poly: Poly, index: Index) -> Poly:
    return context.poly(substitute(context.term(poly), {index: Size.of(0)}))


def _closed(context: Context, kind: str, poly: Poly, index: Index) -> Poly:
    body = context.term(poly)
    label = Index(CLOSED, index.size, height(body))
    renamed = context.term(context.poly(substitute(body, {index: Size.of(label)})))
    return context.atom(Reduce(kind, label, renamed))  # type: ignore[arg-type]


REDUCTIONS: Mapping[str, Callable[[Context, Poly, Index], Poly]] = {
    "sum": _sum,
    "mean": _mean,
    "max": _max,
    "min": _min,
    "prod": _prod,
}

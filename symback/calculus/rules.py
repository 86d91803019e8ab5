"""The rules of differentiation, one per node, and nothing else: no simplification happens here.

A factor that is not differentiated stays where it stands and keeps its sign, so that a derivation shows the factors of the
power and chain rule as they arise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from symback.algebra.operations import slope
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Apply,
    Bracket,
    Count,
    Mul,
    Name,
    Num,
    Pow,
    Reduce,
    Ref,
    Term,
    add,
    apply,
    bracket,
    mul,
    reciprocal,
    total,
)
from symback.algebra.traverse import names, substitute
from symback.errors import UnknownTerm


@dataclass(frozen=True, slots=True)
class Variable:
    """What is differentiated by: a name at places."""

    name: Name
    places: tuple[Size, ...] = ()


def derivative(node: Term, by: Variable) -> Term:
    """The derivative of a term by one entry of a name, raw.

    >>> from symback.algebra.terms import ref
    >>> z = ref("z")
    >>> derivative(reciprocal(1 + apply("exp", -z)), Variable("z"))
    -1*(1 + exp(-1*z))^-2*(exp(-1*z)*-1)
    """
    return _derivative(node, by) if by.name in names(node) else ZERO


@singledispatch
def _derivative(node: Term, by: Variable) -> Term:
    raise UnknownTerm(node, "derivative")


@_derivative.register(Num)
@_derivative.register(Count)
@_derivative.register(Bracket)
def _constant(node: Term, by: Variable) -> Term:
    """Numbers and sizes do not vary; a bracket is constant on both sides of its jump."""
    return ZERO


@_derivative.register
def _read(node: Ref, by: Variable) -> Term:
    """∂x[p]/∂x[q] is the Kronecker delta [p = q]."""
    if node.name != by.name:
        return ZERO
    return mul(bracket(p, "=", q) for p, q in zip(node.places, by.places, strict=True) if p is not q)


@_derivative.register
def _sum(node: Add, by: Variable) -> Term:
    """Sum rule."""
    return add(d for d in (derivative(a, by) for a in node.args) if d is not ZERO)


@_derivative.register
def _product(node: Mul, by: Variable) -> Term:
    """Product rule: each factor in turn replaced by its derivative, in its place."""
    terms = []
    for position, factor in enumerate(node.args):
        changed = derivative(factor, by)
        if changed is not ZERO:
            terms.append(_without_ones((*node.args[:position], changed, *node.args[position + 1 :])))
    return add(terms)


@_derivative.register
def _power(node: Pow, by: Variable) -> Term:
    """Power rule u^n -> n u^(n-1) u', and the general u^v -> v u^(v-1) u' + u^v log(u) v'."""
    base, exponent = node.base, node.exponent
    terms = []
    inner = derivative(base, by)
    if inner is not ZERO:
        lower = Num(exponent.value - 1) if isinstance(exponent, Num) else Add((exponent, MINUS_ONE))
        terms.append(_without_ones((exponent, base if lower is ONE else Pow(base, lower), inner)))
    outer = derivative(exponent, by)
    if outer is not ZERO:
        terms.append(_without_ones((node, apply("log", base), outer)))
    return add(terms)


@_derivative.register
def _chain(node: Apply, by: Variable) -> Term:
    """Chain rule: the slope of the row times the inner derivative."""
    inner = [derivative(a, by) for a in node.args]
    slopes = [_without_ones((slope(node, k), d)) for k, d in enumerate(inner) if d is not ZERO]
    return add(s for s in slopes if s is not ZERO)


@_derivative.register
def _reduction(node: Reduce, by: Variable) -> Term:
    """Σ and mean are linear; Π leaves one factor out; a maximum passes to the entries that attain it, shared equally."""
    inner = derivative(node.body, by)
    match node.kind:
        case "sum" | "mean":
            return Reduce(node.kind, node.index, inner)
        case "prod":
            return Reduce("sum", node.index, Mul((_product_of_others(node), inner)))
        case "max" | "min":
            indices, body = _extremum(node)
            attained = bracket(body, "=", _renamed(node, *indices))
            count = total(indices, attained)
            return Mul((total(indices, Mul((attained, derivative(body, by)))), reciprocal(_renamed(count, *indices))))
    raise UnknownTerm(node, "derivative")


def _extremum(node: Reduce) -> tuple[tuple[Index, ...], Term]:
    """The indices of a maximum over several axes, and what it is taken of: entries that are equal share as one set."""
    if isinstance(node.body, Reduce) and node.body.kind == node.kind:
        inner, body = _extremum(node.body)
        return (node.index, *inner), body
    return (node.index,), node.body


def _product_of_others(node: Reduce) -> Term:
    """Π over all places but one: the factor at that place is replaced by 1, so that a zero elsewhere does no harm."""
    other = Index(node.index.name, node.index.size, node.index.mark + 50)
    body = substitute(node.body, {node.index: Size.of(other)}, (node.index,))
    kept = Mul((bracket(other, "!=", node.index), body))
    return Reduce("prod", other, Add((kept, bracket(other, "=", node.index))))


def _renamed(node: Term, *away_from: Index) -> Term:
    """The same reduction over indices of other names, for use beside the first."""
    return substitute(node, {}, away_from)


def _without_ones(factors: tuple[Term, ...]) -> Term:
    return mul(f for f in factors if f is not ONE)

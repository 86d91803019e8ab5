"""One entry of an array formula as a formula of plain numbers and entries: sums written out, brackets on places decided."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, ZERO, Add, Bracket, Count, Mul, Num, Reduce, Ref, Term, add, mul, reciprocal
from symback.algebra.traverse import with_children
from symback.errors import NumericError
from symback.numeric.field import COMPARE
from symback.numeric.values import Sizes, size_value

MOST_TERMS = 400
"""How many terms a sum may have to be written out."""


def entry(term: Term, at: Mapping[Index, int], sizes: Sizes) -> Term:
    """The entry of a formula for given values of its free indices.

    >>> from symback.algebra.terms import bracket, ref, total
    >>> i, j = Index("i", 2), Index("j", 2)
    >>> entry(total([j], ref("W", i, j) * ref("x", j)), {i: 1}, {})
    W[1,0]*x[0] + W[1,1]*x[1]
    """
    match term:
        case Num():
            return term
        case Count(size=size):
            return Num(size_value(size, sizes, at))
        case Ref(name=name, places=places):
            return Ref(name, tuple(Size.of(size_value(p, sizes, at)) for p in places))
        case Bracket(relation=relation, left=left, right=right):
            one, other = entry(left, at, sizes), entry(right, at, sizes)
            if isinstance(one, Num) and isinstance(other, Num):
                return ONE if COMPARE[relation](one.value, other.value) else ZERO
            return Bracket(relation, one, other)
        case Mul(args=args):
            return _product(args, at, sizes)
        case Add(args=args):
            parts = [entry(a, at, sizes) for a in args]
            kept = [p for p, a in zip(parts, args, strict=True) if p is not ZERO or a is ZERO]
            return add(kept) if len(kept) < len(parts) else Add(tuple(parts))
        case Reduce():
            return _reduced(term, at, sizes)
    return with_children(term, tuple(entry(c, at, sizes) for c in term.below))


def _product(args: tuple[Term, ...], at: Mapping[Index, int], sizes: Sizes) -> Term:
    """A product: a false bracket annihilates all, a true one is left out."""
    decided = {a: entry(a, at, sizes) for a in args if isinstance(a, Bracket)}
    if any(t is ZERO for t in decided.values()):
        return ZERO
    parts = [(a, decided[a] if a in decided else entry(a, at, sizes)) for a in args]
    if any(p is ZERO and a is not ZERO for a, p in parts):
        return ZERO
    return mul(p for a, p in parts if not (a in decided and p is ONE))


def _reduced(node: Reduce, at: Mapping[Index, int], sizes: Sizes) -> Term:
    size = size_value(node.index.size, sizes, at)
    if size > MOST_TERMS:
        raise NumericError(f"{node.kind} over {node.index!r}", f"has {size} terms", f"at most {MOST_TERMS} are written out")
    parts = [entry(node.body, {**at, node.index: k}, sizes) for k in range(size)]
    match node.kind:
        case "sum":
            return add(p for p in parts if p is not ZERO)
        case "mean":
            return Mul((add(parts), reciprocal(Num(Fraction(len(parts))))))
        case "prod":
            return mul(parts)
    if len(parts) == 1:
        return parts[0]
    raise NumericError(f"{node.kind} over {node.index!r}", "is not written out entry by entry", "judge it as a whole")


__all__ = ["entry"]

"""Sums that vanish because what is summed is centred: Σ (x − mean x)/s = 0, seen through the definitions."""

from __future__ import annotations

from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.normal import is_zero
from symback.algebra.terms import ZERO, Name, Reduce, Ref, Term
from symback.algebra.traverse import names, rewrite, walk
from symback.simplify.arithmetic import arithmetic

MOST_NODES = 12


def drop_centred(node: Term, definitions: tuple[Definition, ...]) -> tuple[Term, Name | None]:
    """The term without the sums of a defined name that the normal form shows to be 0, and that name.

    >>> from symback.algebra.sizes import Index
    >>> from symback.algebra.terms import ref
    >>> i = Index("i", "n")
    >>> mu = Definition("mu", (), Reduce("mean", i, ref("x", i)))
    >>> u = Definition("u", (i,), ref("x", i) - ref("mu"))
    >>> drop_centred(ref("g") - Reduce("mean", i, ref("u", i)), (mu, u))
    (g, 'u')
    """
    known = {d.name: d for d in definitions if isinstance(d.body, Term)}
    for inner in walk(node):
        name = _summed(inner)
        if name in known and _vanishes(inner, tuple(known.values())):
            return arithmetic(rewrite(node, lambda n, inner=inner: ZERO if n is inner else n)), name  # type: ignore[misc]
    return node, None


def _summed(node: Term) -> Name | None:
    """The name that is summed alone, over one index or several."""
    body = node
    while isinstance(body, Reduce) and body.kind in ("sum", "mean"):
        body = body.body
    return body.name if isinstance(body, Ref) and body is not node else None


@lru_cache(maxsize=4096)
def _vanishes(node: Term, definitions: tuple[Definition, ...]) -> bool:
    """Whether a sum is 0 by the definitions given; only definitions that hold a sum themselves can be centred."""
    table: dict[Name, Definition] = {d.name: d for d in definitions}
    summed = _summed(node)
    assert summed is not None
    own = table[summed]
    assert isinstance(own.body, Term)
    if sum(1 for _ in walk(own.body)) > MOST_NODES or not any(_holds_sum(table.get(n)) for n in (own.name, *names(own.body))):
        return False
    return is_zero(node, definitions=table)


def _holds_sum(definition: Definition | None) -> bool:
    return definition is not None and isinstance(definition.body, Term) and any(isinstance(n, Reduce) for n in walk(definition.body))

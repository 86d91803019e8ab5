"""The shapes under which a formula is found: as it stands, in parts, and in the normal form that all formulas equal to it share."""

from __future__ import annotations

from collections.abc import Iterable

from symback.algebra.normal import normal
from symback.algebra.terms import Term
from symback.algebra.traverse import walk
from symback.catalogue.shapes import MOST_NODES, NO_KINDS, Kinds, parts, shape

BUDGET = 3_000


def inner(term: Term, kinds: Kinds = NO_KINDS) -> tuple[str, ...]:
    """The shapes of those parts of a formula that are worth to be found by, as they stand and in normal form."""
    found = list(dict.fromkeys(parts(term)))
    return _distinct(shape(part, kinds) for part in (*found, *map(plainest, found)))


def same(terms: Iterable[Term], kinds: Kinds = NO_KINDS) -> tuple[str, ...]:
    """The shapes of formulas that are equal, as they stand and in normal form."""
    return _distinct([shape(form, kinds) for term in terms for form in (term, plainest(term))])


def plainest(term: Term) -> Term:
    """The normal form of a formula: that of all formulas equal to it; a large formula stays as it is."""
    return normal(term, budget=BUDGET) if sum(1 for _ in walk(term)) <= MOST_NODES else term


def _distinct(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(own for own in found if own))


__all__ = ["inner", "plainest", "same"]

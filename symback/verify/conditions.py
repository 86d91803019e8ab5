"""The weakest fact that was not declared and makes a claim true."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

from symback.algebra.facts import FACTS, Fact, closure
from symback.errors import SymbackError
from symback.network.program import Leaf
from symback.numeric.values import Sizes
from symback.verify.numbers import look, sets_of
from symback.verify.pairs import Pair
from symback.verify.sample import draw, satisfies

AT_ONCE = 3
LIMIT = 240
DISCRETE = ("binary", "one-hot", "plus or minus one", "zero diagonal")
"""Facts that a quantity cannot keep while it moves: not tried on what is differentiated by, nor on parameters."""
Assumed = tuple[tuple[str, Fact], ...]


class Candidate(NamedTuple):
    """A fact that might be assumed of a leaf."""

    name: str
    fact: Fact


def weakest(pair: Pair, holds: Callable[[Pair], bool]) -> Assumed | None:
    """The fewest and weakest undeclared facts under which ``holds`` says that the sides are the same; None where there are none.

    One fact is tried first, then two and three of one leaf, then two of different leaves; among as many, those that imply least.
    """
    sizes = sets_of(pair, 1)
    if not sizes:
        return None
    tried = 0
    for assumed in _in_order(tuple(candidates(pair))):
        tried += 1
        if tried > LIMIT:
            return None
        given = pair.given(assumed)
        try:
            alike = _possible(given, assumed, sizes[0]) and look(given, sizes[0], "assumed") == "same"
        except SymbackError:
            continue
        if alike and holds(given):
            return assumed
    return None


def _possible(given: Pair, assumed: Assumed, sizes: Sizes) -> bool:
    """Whether points are drawn that have all the facts of the leaves in question."""
    point = draw(given.program, sizes, random.Random("assumed"))
    return all(satisfies(given.program.leaf[name].facts, point.values[name]) for name, _ in assumed)


def candidates(pair: Pair) -> Iterator[Candidate]:
    """Facts without numbers that fit a leaf's shape and that its declared facts do not imply already, weakest first."""
    moved = {p.by for p in pair.partials}
    for row in sorted(FACTS.values(), key=lambda row: len(closure([Fact(row.name)]))):
        for name in pair.reads:
            leaf = pair.program.leaf[name]
            fixed = row.name in DISCRETE and (name in moved or leaf.role in ("weight", "bias"))
            if not row.numbers and not fixed and _fits(leaf, Fact(row.name)):
                yield Candidate(name, Fact(row.name))


def _fits(leaf: Leaf, fact: Fact) -> bool:
    if fact in closure(leaf.facts):
        return False
    row = FACTS[fact.kind]
    rank = len(leaf.indices)
    if fact.kind in ("one-hot", "sums to one") and not rank:
        return False
    return row.rank is None or (rank == row.rank and leaf.shape[0] is leaf.shape[1])


def _in_order(found: tuple[Candidate, ...]) -> Iterator[Assumed]:
    yield from ((c,) for c in found)
    for count in range(2, AT_ONCE + 1):
        chosen = [g for g in combinations(found, count) if len({c.name for c in g}) == 1]
        yield from sorted(filter(_independent, chosen), key=_strength)
    yield from (g for g in combinations(found, 2) if g[0].name != g[1].name)


def _strength(group: tuple[Candidate, ...]) -> int:
    return len(closure(c.fact for c in group))


def _independent(group: tuple[Candidate, ...]) -> bool:
    """Whether none of the facts follows from another."""
    return not any(a.fact in closure([b.fact]) for a in group for b in group if a is not b)

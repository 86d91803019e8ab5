"""The weakest fact that was not declared and makes a claim true.

What holds under some facts holds at every point that has them. So each leaf gets a few tables, chosen once such that every set of
facts has one of them; where the sides differ at such a table, all sets it has are out, and few questions are left to be proved.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

from symback.algebra.facts import DECLARED, FACTS, Fact, closure
from symback.algebra.terms import MINUS_ONE, ONE, Add, Mul, Term
from symback.algebra.traverse import names, walk
from symback.errors import NumericError
from symback.network.program import Leaf
from symback.numeric.values import Sizes, size_value
from symback.verify.allowed import Table, number, satisfies, satisfying
from symback.verify.numbers import CLOSE, TRIES, differing_point, gap, look, sets_of
from symback.verify.pairs import Pair
from symback.verify.sample import Point, draw

AT_ONCE = 3
LEAVES_AT_ONCE = 4
LEAVES_TRIED = 24
LOOKS, WIDE_LOOKS = 5, 24
AGAIN, WIDE = 6, 3
DISCRETE = ("binary", "one-hot", "plus or minus one", "zero diagonal")
"""Facts that a quantity cannot keep while it moves: not tried on what is differentiated by, nor on parameters."""
ALONE = (*DISCRETE, "nonnegative", "positive")
"""Facts that are not tried of two leaves at once: with enough of them every kink is on one side."""
FEW_VALUES = ("binary", "one-hot", "plus or minus one")
"""Facts under which a power may be lost unseen. Only a target may have them unsaid, or what stands beside 1 less itself: nobody
means that a scale is 1 or −1, or that an input has a single 1."""
Facts = tuple[Fact, ...]
Assumed = tuple[tuple[str, Fact], ...]


class Cover(NamedTuple):
    """Sets of facts for one leaf, weakest first, and tables such that each set holds of one of them."""

    sets: tuple[Facts, ...]
    tables: tuple[Table, ...]


def weakest(pair: Pair, holds: Callable[[Pair], bool]) -> Assumed | None:
    """The fewest and weakest undeclared facts under which ``holds`` says that the sides are the same; None where there are none.

    A fact that holds wherever it was drawn must hold for all that has it: what sums to one may be negative or large.
    One fact is tried first, then two and three of one leaf, then two of different leaves; among as many, those that imply least.
    """
    sizes = sets_of(pair, 1)
    for assumed in _viable(pair, sizes[0]) if sizes else ():
        given = pair.given(assumed)
        if look(given, sizes[0], "assumed", LOOKS) == "same" and differing_point(given, sizes[0], WIDE_LOOKS) is None and holds(given):
            return assumed
    return None


def discrete(given: Pair, pair: Pair) -> bool:
    """Whether facts were assumed that leave an entry a few values only: numbers at such points show little."""
    return any(f.kind in DISCRETE for a, b in zip(given.program.leaves, pair.program.leaves, strict=True) for f in a.facts[len(b.facts) :])


def _viable(pair: Pair, sizes: Sizes) -> Iterator[Assumed]:
    """The sets of facts that no table of their leaves contradicts."""
    base = _base(pair, sizes)
    if base is None:
        return
    covers = {name: found for name in pair.reads[:LEAVES_TRIED] if (found := _cover_of(pair, name, sizes)).sets}
    passed = {name: [t for t in found.tables if _alike(pair, base, {name: t})] for name, found in covers.items()}
    single = [
        (name, facts) for name, found in covers.items() if passed[name] for facts in found.sets if _passes(facts, found, passed[name])
    ]
    for name, facts in sorted(single, key=lambda s: _strength(s[1])):
        yield tuple((name, f) for f in facts)
    for one, other in combinations(covers, 2) if len(covers) <= LEAVES_AT_ONCE else ():
        yield from _of_two(pair, base, (one, other), (covers[one], covers[other]))


def _base(pair: Pair, sizes: Sizes) -> Point | None:
    """A point at which the sides have values and differ."""
    rng = random.Random("assumed")
    for turn in range(TRIES):
        try:
            point = draw(pair.program, sizes, rng, positive=turn > TRIES // 2)
        except NumericError:
            continue
        if not _alike(pair, point, {}):
            return point
    return None


def _strength(facts: Facts) -> tuple[int, int]:
    return len(facts), len(closure(facts))


def _passes(facts: Facts, cover: Cover, passed: Sequence[Table]) -> bool:
    return all(any(t is p for p in passed) for t in cover.tables if satisfies(facts, t))


def _of_two(pair: Pair, base: Point, names: tuple[str, str], covers: tuple[Cover, Cover]) -> Iterator[Assumed]:
    """One fact of each of two leaves."""
    wrong = [t for t in product(covers[0].tables, covers[1].tables) if not _alike(pair, base, dict(zip(names, t, strict=True)))]
    for one, other in product(*([s for s in c.sets if len(s) == 1 and s[0].kind not in ALONE] for c in covers)):
        if not any(satisfies(one, a) and satisfies(other, b) for a, b in wrong):
            yield (names[0], one[0]), (names[1], other[0])


def _alike(pair: Pair, base: Point, tables: dict[str, Table]) -> bool:
    """Whether the sides are the same with other tables for some leaves, or have no value there."""
    try:
        error = gap(pair, replace(base, values={**base.values, **tables}))
    except NumericError:
        return True
    return error is None or error <= CLOSE


def _cover_of(pair: Pair, name: str, sizes: Sizes) -> Cover:
    leaf = pair.program.leaf[name]
    if any(i.size.indices for i in leaf.indices):
        return Cover((), ())
    fixed = leaf.role in ("weight", "bias") or any(p.by == name for p in pair.partials)
    labelled = leaf.role == "target" or _has_complement(pair, name)
    barred = (*(DISCRETE if fixed else ()), *(() if labelled else FEW_VALUES))
    allowed = tuple(row for row in DECLARED if not DECLARED[row].numbers and row not in barred and _fits(leaf, Fact(row)))
    return cover(tuple(size_value(i.size, sizes) for i in leaf.indices), leaf.facts, allowed)


def _has_complement(pair: Pair, name: str) -> bool:
    """Whether the network reads ``1 - t`` beside t, as it does of labels and masks."""
    bodies = [d.body for d in pair.program.definitions if isinstance(d.body, Term) and isinstance(d.name, str) and d.name not in pair.own]
    sums = (n for body in bodies for n in walk(body) if isinstance(n, Add) and ONE in n.args)
    return any(isinstance(t, Mul) and t.args[0] is MINUS_ONE and name in names(t) and len(t.args) == 2 for n in sums for t in n.args)


def _fits(leaf: Leaf, fact: Fact) -> bool:
    """Whether a fact can be said of a leaf's shape, and its declared facts do not imply it."""
    row, rank = FACTS[fact.kind], len(leaf.indices)
    if fact in closure(leaf.facts):
        return False
    if fact.kind in ("one-hot", "sums to one") and (not rank or leaf.shape[-1].constant == 1):
        return False
    return row.rank is None or (rank == row.rank and leaf.shape[0] is leaf.shape[1])


@lru_cache(maxsize=256)
def cover(shape: tuple[int, ...], declared: Facts, allowed: tuple[str, ...]) -> Cover:
    """Sets of up to three of the allowed facts, none of which follows from another, and tables of a shape that have them.

    >>> [[f.kind for f in facts] for facts in cover((2,), (), ("positive", "nonnegative")).sets]
    [['nonnegative'], ['positive']]
    """
    rng = random.Random("cover")
    leaf = Leaf("a")
    places = [tuple(p) for p in product(*map(range, shape))]
    chosen: list[Facts] = []
    tables: list[Table] = []
    groups = [g for count in range(1, AT_ONCE + 1) for g in combinations([Fact(kind) for kind in allowed], count) if _independent(g)]
    for facts in sorted(groups, key=_strength, reverse=True):
        if any(satisfies((*declared, *facts), t) for t in tables):
            chosen.append(facts)
            continue
        try:
            table = satisfying(replace(leaf, facts=(*declared, *facts)), {p: number(rng) for p in places}, rng)
        except NumericError:
            continue
        if satisfies((*declared, *facts), table) and not _settled((*declared, *facts), len(shape)):
            chosen.append(facts)
            tables.append(table)
    return Cover(tuple(sorted(chosen, key=_strength)), tuple(tables))


def _settled(facts: Facts, rank: int) -> bool:
    """Whether the facts leave a single value for every entry: a positive number that is 1 or -1 is 1, and no condition at all."""
    rng = random.Random("settled")
    places = [tuple(p) for p in product(*[range(WIDE)] * rank)]
    drawn: list[Table] = []
    for _ in range(AGAIN):
        try:
            drawn.append(satisfying(Leaf("a", facts=facts), {p: number(rng) for p in places}, rng))
        except NumericError:
            continue
    return all(t == drawn[0] for t in drawn)


def _independent(group: Facts) -> bool:
    return not any(a in closure([b]) for a in group for b in group if a is not b)

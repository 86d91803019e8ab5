"""What a fact allows: tables of numbers changed until the facts of their leaf hold, near their middle or far out, and whether they do."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from operator import mul
from types import MappingProxyType

from symback.algebra.facts import Fact, closure
from symback.errors import NumericError
from symback.network.program import Leaf
from symback.numeric.values import Places

Table = dict[Places, Fraction]
Rule = Callable[[Table, random.Random, Fact], Table]


def satisfying(
    leaf: Leaf, table: Table, rng: random.Random, more: tuple[Fact, ...] = (), rules: Mapping[str, Rule] = MappingProxyType({})
) -> Table:
    """A table changed so that the facts of its leaf, and more of them, hold; ``rules`` (`SIMPLE`, `WIDE`, `ENDS`) go before the usual ones.

    Raises NumericError where the facts contradict each other at this table.
    """
    kinds = {f.kind: f for f in closure((*leaf.facts, *more))}
    if "binary" in kinds and "sums to one" in kinds:
        kinds = {**{k: f for k, f in kinds.items() if k != "binary"}, "one-hot": Fact("one-hot")}
    signed = rules in (WIDE, ENDS) and not kinds.keys() & NO_SIGN
    whole = "symmetric" in kinds and "sums to one" in kinds
    for kind, usual in RULES:
        if kind in kinds and not (kind == "sums to one" and whole):
            rule = _signed if kind == "sums to one" and signed else rules.get(kind, usual)
            table = rule(table, rng, kinds[kind])
    if whole:
        table = _signed_as_a_whole(table) if signed else _shared_out(table)
    return table


def _shared_out(table: Table) -> Table:
    total = _total(table, table)
    return {p: abs(v) / total for p, v in table.items()}


def _signed_as_a_whole(table: Table) -> Table:
    """A symmetric table whose sum is made 1 at one place and its mirror, whatever the signs are."""
    place = next((p for p, v in table.items() if v), None)
    if place is None:
        raise NumericError("sums to one", "every entry is 0 by another fact", "take larger sizes")
    ends = {place, (*place[:-2], place[-1], place[-2])}
    rest = sum((v for p, v in table.items() if p not in ends), Fraction(0))
    return {p: (1 - rest) / len(ends) if p in ends else v for p, v in table.items()}


def coarse(rng: random.Random, positive: bool = False) -> Fraction:
    """−1, 0 or 1, where comparisons often meet; 1 or 2 where it must be positive."""
    return Fraction(rng.choice((1, 1, 2) if positive else (-1, 0, 1)))


def number(rng: random.Random, positive: bool = False) -> Fraction:
    """A decimal of four digits between 0.2 and 1.8 in size."""
    value = Fraction(rng.randint(2000, 18000), 10000)
    return value if positive or rng.random() < 0.5 else -value


def _absolute(table: Table, rng: random.Random, fact: Fact) -> Table:
    return {p: abs(v) for p, v in table.items()}


def _binary(table: Table, rng: random.Random, fact: Fact) -> Table:
    return {p: Fraction(rng.randint(0, 1)) for p in table}


def _one_hot(table: Table, rng: random.Random, fact: Fact) -> Table:
    hot = {row: rng.choice(places) for row, places in _rows(table).items()}
    return {p: Fraction(int(hot[p[:-1]] == p)) for p in table}


def _rows(table: Iterable[Places]) -> dict[Places, list[Places]]:
    rows: dict[Places, list[Places]] = {}
    for p in table:
        rows.setdefault(p[:-1], []).append(p)
    return rows


def _sums_to_one(table: Table, rng: random.Random, fact: Fact) -> Table:
    """Each row divided by its sum; entries that are 0 or 1 already (one-hot) stay."""
    totals = {row: _total(table, places) for row, places in _rows(table).items()}
    return {p: abs(v) / totals[p[:-1]] for p, v in table.items()}


def _signed(table: Table, rng: random.Random, fact: Fact) -> Table:
    """Rows of any numbers of either sign, one of which makes the sum 1; what is 0 by another fact stays."""
    scale = rng.choice(SCALES)
    found = {p: v * scale for p, v in table.items()}
    for places in _rows(table).values():
        last = next((p for p in reversed(places) if table[p]), None)
        if last is None:
            raise NumericError("sums to one", "every entry is 0 by another fact", "take larger sizes")
        found[last] = 1 - sum((found[p] for p in places if p != last), Fraction(0))
    return found


def _uneven(table: Table, rng: random.Random, fact: Fact) -> Table:
    """Positive rows that sum to one, their entries far apart."""
    return _sums_to_one({p: v * Fraction(1, 10 ** rng.randint(0, 4)) for p, v in table.items()}, rng, fact)


def _total(table: Table, places: Iterable[Places]) -> Fraction:
    total = sum((abs(table[p]) for p in places), Fraction(0))
    if not total:
        raise NumericError("sums to one", "every entry is 0 by another fact", "take larger sizes")
    return total


def _symmetric(table: Table, rng: random.Random, fact: Fact) -> Table:
    return {p: table[min(p, (*p[:-2], p[-1], p[-2]))] for p in table}


def _definite(table: Table, rng: random.Random, fact: Fact) -> Table:
    """A Aᵀ + 1."""
    return _squared(table, Fraction(1))


def _far_definite(table: Table, rng: random.Random, fact: Fact) -> Table:
    """A Aᵀ and little more: eigenvalues far apart, some of them far below 1."""
    return _squared(table, Fraction(1, rng.choice((10, 100, 1000))))


def _squared(table: Table, more: Fraction) -> Table:
    """A Aᵀ, and more on the diagonal; worked out in integers, for fractions are slow."""
    size, scale = max(p[-1] for p in table) + 1, math.lcm(*(v.denominator for v in table.values()))
    whole = {p: int(v * scale) for p, v in table.items()}
    rows = {p[:-1]: [whole[(*p[:-1], k)] for k in range(size)] for p in table}
    found: Table = {}
    for p in table:
        mirror = (*p[:-2], p[-1], p[-2])
        product = found[mirror] if mirror in found else Fraction(sum(map(mul, rows[p[:-1]], rows[mirror[:-1]])), scale * scale)
        found[p] = product + more if p[-1] == p[-2] else product
    return found


def _any_invertible(table: Table, rng: random.Random, fact: Fact) -> Table:
    """The table as it was drawn, unless it is singular: determinants of either sign and of any size."""
    square = all(len(p) == 2 for p in table)
    return table if square and _regular(table, fact, False) else _invertible(table, rng, fact)


def _invertible(table: Table, rng: random.Random, fact: Fact) -> Table:
    """A diagonal that outweighs the rest."""
    size = max(p[-1] for p in table) + 1
    return {p: v + (2 * size if v > 0 else -2 * size) * int(p[-1] == p[-2]) for p, v in table.items()}


def _zero_diagonal(table: Table, rng: random.Random, fact: Fact) -> Table:
    return {p: v * int(p[-1] != p[-2]) for p, v in table.items()}


def _sign(table: Table, rng: random.Random, fact: Fact) -> Table:
    return {p: Fraction(rng.choice((-1, 1))) for p in table}


def _between(table: Table, rng: random.Random, fact: Fact) -> Table:
    low, high = fact.numbers
    return {p: low + (high - low) * Fraction(rng.randint(500, 9500), 10000) for p in table}


def _quarters(table: Table, rng: random.Random, fact: Fact) -> Table:
    low, high = fact.numbers
    return {p: low + (high - low) * Fraction(rng.randint(1, 3), 4) for p in table}


def _above(table: Table, rng: random.Random, fact: Fact) -> Table:
    (bound,) = fact.numbers
    return {p: v + (bound if v > 0 else -bound) for p, v in table.items()}


def _near_an_end(table: Table, rng: random.Random, fact: Fact) -> Table:
    """Between two bounds, all or a few entries close to one of them."""
    low, high = fact.numbers
    near = Fraction(1, 10 ** rng.randint(1, 6))
    share = {p: rng.choice((near, 1 - near, Fraction(rng.randint(500, 9500), 10000))) for p in table}
    return {p: low + (high - low) * share[p] * (1 - Fraction(rng.randint(0, 999), 10**4)) for p in table}


def _at_ends(table: Table, rng: random.Random, fact: Fact) -> Table:
    low, high = fact.numbers
    return {p: low + (high - low) * Fraction(rng.randint(0, 4), 4) for p in table}


def _far_above(table: Table, rng: random.Random, fact: Fact) -> Table:
    scale = rng.choice((Fraction(1, 100), Fraction(1), Fraction(30)))
    return _above({p: v * scale for p, v in table.items()}, rng, fact)


RULES: Sequence[tuple[str, Rule]] = (
    ("nonnegative", _absolute),
    ("positive", _absolute),
    ("between", _between),
    ("binary", _binary),
    ("plus or minus one", _sign),
    ("magnitude above", _above),
    ("one-hot", _one_hot),
    ("zero diagonal", _zero_diagonal),
    ("sums to one", _sums_to_one),
    ("symmetric", _symmetric),
    ("positive definite", _definite),
    ("invertible", _invertible),
)
"""What each fact does to a drawn table, in the order in which the rules act."""

SIMPLE: Mapping[str, Rule] = {"between": _quarters}
"""Numbers that are easy to work with."""
ENDS: Mapping[str, Rule] = {"between": _at_ends}
"""Both bounds among the numbers, where comparisons meet."""
WIDE: Mapping[str, Rule] = {
    "between": _near_an_end,
    "magnitude above": _far_above,
    "positive definite": _far_definite,
    "invertible": _any_invertible,
    "sums to one": _uneven,
}
"""All that a fact allows, not its middle only; what sums to one and has no other fact about signs has either sign."""
NO_SIGN = frozenset(("nonnegative", "positive", "binary", "one-hot", "between", "plus or minus one", "magnitude above"))
SCALES = (Fraction(1, 4), Fraction(1), Fraction(4))


def satisfies(facts: Iterable[Fact], table: Table) -> bool:
    """Whether a table has all the facts: rules that contradict each other undo what the other did.

    >>> satisfies([Fact("sums to one"), Fact("plus or minus one")], {(0,): Fraction(1, 2), (1,): Fraction(1, 2)})
    False
    """
    kinds = {f.kind: f for f in closure(facts)}
    return all(HOLDS[kind](table, fact, "symmetric" in kinds) for kind, fact in kinds.items())


def _sums(table: Table, fact: Fact, whole: bool) -> bool:
    rows = [list(table)] if whole else list(_rows(table).values())
    return all(sum((table[p] for p in places), Fraction(0)) == 1 for places in rows)


def _is_symmetric(table: Table, fact: Fact, whole: bool) -> bool:
    return all(table[(*p[:-2], p[-1], p[-2])] == v for p, v in table.items())


def _minors(table: Table, fact: Fact, whole: bool) -> bool:
    size = max(p[-1] for p in table) + 1
    return all(_determinant(table, n) > 0 for n in range(1, size + 1))


def _regular(table: Table, fact: Fact, whole: bool) -> bool:
    return _determinant(table, max(p[-1] for p in table) + 1) != 0


def _determinant(table: Table, size: int) -> Fraction:
    """The determinant of the leading square, by elimination."""
    rows = [[table[i, j] for j in range(size)] for i in range(size)]
    result = Fraction(1)
    for k in range(size):
        pivot = next((r for r in range(k, size) if rows[r][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], result = rows[pivot], rows[k], -result
        result *= rows[k][k]
        for r in range(k + 1, size):
            scale = rows[r][k] / rows[k][k]
            rows[r] = [a - scale * b for a, b in zip(rows[r], rows[k], strict=True)]
    return result


HOLDS: Mapping[str, Callable[[Table, Fact, bool], bool]] = {
    "positive": lambda t, f, w: all(v > 0 for v in t.values()),
    "nonnegative": lambda t, f, w: all(v >= 0 for v in t.values()),
    "binary": lambda t, f, w: all(v in (0, 1) for v in t.values()),
    "one-hot": lambda t, f, w: all(sorted(t[p] for p in row)[-2:] in ([1], [0, 1]) for row in _rows(t).values()),
    "sums to one": _sums,
    "symmetric": _is_symmetric,
    "positive definite": _minors,
    "invertible": _regular,
    "zero diagonal": lambda t, f, w: all(not v for p, v in t.items() if p[-1] == p[-2]),
    "plus or minus one": lambda t, f, w: all(v in (-1, 1) for v in t.values()),
    "between": lambda t, f, w: all(f.numbers[0] <= v <= f.numbers[1] for v in t.values()),
    "magnitude above": lambda t, f, w: all(abs(v) > f.numbers[0] for v in t.values()),
    "entries sum to one": lambda t, f, w: True,
}
"""What each fact says of a table; the last argument is whether the table is symmetric, and its sum that of all entries."""

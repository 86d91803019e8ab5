"""Points to check at: sizes that are distinct primes, values that satisfy the declared facts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, permutations
from math import prod
from typing import Any

from symback.algebra.definitions import Opaque
from symback.algebra.facts import Fact, closure
from symback.algebra.sizes import Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Reduce, Term
from symback.algebra.traverse import children, walk
from symback.errors import NumericError
from symback.network.program import Leaf, Program
from symback.numeric.values import Places, Sizes, index_tuples, size_value
from symback.verify.together import together

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
TRIES = 4000
LIGHT = 4_000
"""How many terms an evaluation may add up and be called little work."""
MOST_HEAVY = 40
MOST = 200_000
"""How many numbers a point may hold."""
SCALES = (Fraction(1, 4), Fraction(1), Fraction(4))
CONES = ("positive", "nonnegative", "symmetric", "positive definite", "invertible", "zero diagonal")
"""Facts that a multiple of what satisfies them satisfies."""
Table = dict[Places, Fraction]
Rule = Callable[[Table, random.Random, Fact], Table]


def size_sets(program: Program, wanted: int = 3) -> Iterator[dict[str, object]]:
    """Up to ``wanted`` choices of the symbolic sizes: distinct primes for which every axis has at least one place.

    Those that make little work come first: a kernel of 11 by 11 shows no more than one of 3 by 3. Sizes that no choice of small primes
    satisfies stay as the program declares them.
    """
    symbols, tables = symbols_of(program)
    if not symbols and not tables:
        yield dict(program.sizes)
        return
    found: list[dict[str, object]] = []
    heavy: list[tuple[int, dict[str, object]]] = []
    for choice in islice(_choices(len(symbols)), TRIES):
        sizes: dict[str, object] = dict(zip(symbols, choice, strict=True))
        sizes.update({name: _widths(sizes, len(found)) for name in tables})
        if sizes in found or len(heavy) == MOST_HEAVY or not possible(program, sizes):
            continue
        work = _work(program, sizes)
        if work > LIGHT:
            heavy.append((work, sizes))
            continue
        found.append(sizes)
        yield sizes
        if len(found) == wanted:
            return
    for _, sizes in sorted(heavy, key=lambda pair: pair[0])[: wanted - len(found)]:
        found.append(sizes)
        yield sizes
    if not found and all(name in program.sizes for name in (*symbols, *tables)):
        yield dict(program.sizes)


def _work(program: Program, sizes: Sizes) -> int:
    """How many terms are added up to evaluate every definition once."""
    return sum(_places(d.indices, sizes) * (_terms(d.body, sizes) if isinstance(d.body, Term) else 1) for d in program.definitions)


def _terms(node: Term, sizes: Sizes) -> int:
    inside = max((_terms(c, sizes) for c in children(node)), default=1)
    return inside * _places((node.index,), sizes) if isinstance(node, Reduce) else inside


def _places(indices: Iterable[Index], sizes: Sizes) -> int:
    return prod(size_value(i.size, sizes) for i in indices if not i.size.indices)


def _choices(count: int) -> Iterator[tuple[int, ...]]:
    """Distinct primes, small ones first: in turn, then in every order, then with larger ones among them, then in any order."""
    for size in range(max(count, 3), len(PRIMES) + 1):
        pool = PRIMES[:size]
        yield from ((*pool[k:], *pool[:k])[:count] for k in range(size))
        yield from islice(permutations(pool, count), TRIES // 4)
    if count <= len(PRIMES):
        shuffled = random.Random(count)
        yield from (tuple(shuffled.sample(PRIMES, count)) for _ in range(TRIES))
    if count > len(PRIMES):
        yield tuple(PRIMES[k % len(PRIMES)] for k in range(count))


def _widths(sizes: Mapping[str, object], turn: int) -> list[int]:
    """Widths for a table ``n[l]``: primes in turn, more than any number of layers needs."""
    return [(2, 5, 3, 7)[(k + turn) % 4] for k in range(max([s for s in sizes.values() if isinstance(s, int)], default=3) + 3)]


def _indices(program: Program) -> Iterator[Index]:
    for leaf in program.leaves:
        yield from leaf.indices
    for definition in program.definitions:
        yield from definition.indices
        if isinstance(definition.body, Term):
            yield from (n.index for n in walk(definition.body) if isinstance(n, Reduce))


def symbols_of(program: Program) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The size symbols a program reads, and the tables of sizes such as ``n[l]``."""
    sizes = [i.size for i in _indices(program)]
    tables = dict.fromkeys(a.name for s in sizes for a in s.atoms if isinstance(a, SizeAt))
    symbols = dict.fromkeys(name for s in sizes for name in s.symbols if name not in tables)
    return tuple(symbols), tuple(tables)


def possible(program: Program, sizes: Sizes) -> bool:
    """Whether every axis that depends on no index has a place, every size is as large as it must be, and the facts can hold."""
    indices = list(_indices(program))
    try:
        if not all(size_value(i.size, sizes) >= 1 for i in indices if not i.size.indices):
            return False
        if any(size_value(Size.of(a), sizes) < a.least for i in indices for a in i.size.atoms if isinstance(a, SizeSymbol)):
            return False
        if sum(_count(leaf, sizes) for leaf in program.leaves) > MOST:
            return False
        if any(leaf.facts for leaf in program.leaves):
            draw(program, sizes, random.Random(0))
    except (NumericError, ZeroDivisionError):
        return False
    return True


def _count(leaf: Leaf, sizes: Sizes) -> int:
    return _places(leaf.indices, sizes)


@dataclass(frozen=True)
class Point:
    """Sizes, and the value of every leaf by place."""

    sizes: Mapping[str, object]
    values: Mapping[str, Table]

    def shown(self) -> dict[str, Any]:
        """The values as nested lists of numbers, for anyone to run."""
        return {name: _nested({p: float(v) for p, v in table.items()}) for name, table in self.values.items()}


def _nested(table: Mapping[Places, float]) -> Any:
    if () in table:
        return table[()]
    firsts = dict.fromkeys(p[0] for p in table)
    return [_nested({p[1:]: v for p, v in table.items() if p[0] == first}) for first in firsts]


def draw(program: Program, sizes: Sizes, rng: random.Random, positive: bool = False, grid: bool = False, wide: bool = False) -> Point:
    """A random point: decimals of four digits between 0.2 and 1.8 in size, with either sign unless ``positive``.

    On the ``grid`` they are small integers, so that comparisons meet; where it is ``wide`` a leaf may be four times as large or a quarter, so
    that conditions come out the other way, and what sums to one may be negative where no other fact forbids it. Facts change what was drawn; operands that an opaque row inverts get a heavy diagonal.
    """
    inverted = {n for d in program.definitions if isinstance(d.body, Opaque) for n in d.body.operands[:1] if d.body.row != "pinv"}
    tables = {leaf.name: _leaf(leaf, sizes, rng, positive, leaf.name in inverted, grid) for leaf in program.leaves}
    if wide:
        scalable = [leaf.name for leaf in program.leaves if all(fact.kind in CONES for fact in leaf.facts)]
        tables |= {n: {p: v * scale for p, v in tables[n].items()} for n in scalable if (scale := rng.choice(SCALES)) != 1}
        tables |= {leaf.name: _any_to_one(tables[leaf.name], rng) for leaf in program.leaves if _only_sums(leaf) and not positive}
    return Point(sizes, together(program, tables, rng))


def _leaf(leaf: Leaf, sizes: Sizes, rng: random.Random, positive: bool, inverted: bool, grid: bool) -> Table:
    pick = coarse if grid else number
    table = {p: pick(rng, positive or (grid and bool(leaf.facts))) for p in index_tuples(leaf.indices, sizes)}
    return satisfying(leaf, table, rng, (Fact("invertible"),) if inverted and not leaf.facts else ())


def satisfying(leaf: Leaf, table: Table, rng: random.Random, more: tuple[Fact, ...] = (), simple: bool = False) -> Table:
    """A table changed so that the facts of its leaf, and more of them, hold; ``simple`` takes quarters between two bounds."""
    kinds = {f.kind: f for f in closure((*leaf.facts, *more))}
    for kind, rule in RULES:
        if kind in kinds and not (kind == "sums to one" and "symmetric" in kinds):
            table = (_quarters if simple and kind == "between" else rule)(table, rng, kinds[kind])
    if "symmetric" in kinds and "sums to one" in kinds:
        total = _total(table, table)
        table = {p: abs(v) / total for p, v in table.items()}
    return table


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


def _only_sums(leaf: Leaf) -> bool:
    return [fact.kind for fact in leaf.facts] == ["sums to one"]


def _any_to_one(table: Table, rng: random.Random) -> Table:
    """Rows of any numbers of either sign, the last of which makes the sum 1."""
    scale = rng.choice(SCALES)
    free = {p: number(rng) * scale for p in table}
    lasts = {row: (places[-1], 1 - sum((free[p] for p in places[:-1]), Fraction(0))) for row, places in _rows(table).items()}
    return {**free, **dict(lasts.values())}


def _total(table: Table, places: Iterable[Places]) -> Fraction:
    total = sum((abs(table[p]) for p in places), Fraction(0))
    if not total:
        raise NumericError("sums to one", "every entry is 0 by another fact", "take larger sizes")
    return total


def _symmetric(table: Table, rng: random.Random, fact: Fact) -> Table:
    return {p: table[min(p, (*p[:-2], p[-1], p[-2]))] for p in table}


def _definite(table: Table, rng: random.Random, fact: Fact) -> Table:
    """A Aᵀ + 1."""
    size = max(p[-1] for p in table) + 1
    return {
        p: sum((table[(*p[:-2], p[-2], k)] * table[(*p[:-2], p[-1], k)] for k in range(size)), Fraction(int(p[-1] == p[-2]))) for p in table
    }


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

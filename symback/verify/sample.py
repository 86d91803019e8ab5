"""Points to check at: sizes that are distinct primes, values that satisfy the declared facts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, permutations
from math import prod
from typing import Any

from symback.algebra.definitions import Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Reduce, Term
from symback.algebra.traverse import children, walk
from symback.errors import NumericError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, Sizes, index_tuples, size_value
from symback.verify.allowed import ENDS, SCALES, WIDE, Rule, Table, coarse, number, satisfying
from symback.verify.together import together

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
TRIES = 4000
LIGHT = 4_000
"""How many terms an evaluation may add up and be called little work."""
MOST_HEAVY = 40
MOST = 200_000
"""How many numbers a point may hold."""
SHORT, LOOKS = 30, 6
"""With how many digits, and how often, it is looked whether there is a value at all."""
CONES = ("positive", "nonnegative", "symmetric", "positive definite", "invertible", "zero diagonal")
"""Facts that a multiple of what satisfies them satisfies."""
NO_ZERO = ("positive", "positive definite", "invertible", "magnitude above")
"""Facts that tables of zeros contradict."""
USUAL: Mapping[str, Rule] = {}


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
        if sizes in found or len(heavy) == MOST_HEAVY or not _fits(program, sizes):
            continue
        work = _work(program, sizes)
        if work > LIGHT:
            heavy.append((work, sizes))
            continue
        if not _can_hold(program, sizes):
            continue
        found.append(sizes)
        yield sizes
        if len(found) == wanted:
            return
    possible_ones = (sizes for _, sizes in sorted(heavy, key=lambda pair: pair[0]) if _can_hold(program, sizes))
    for sizes in islice(possible_ones, wanted - len(found)):
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
    return _fits(program, sizes) and _can_hold(program, sizes)


def _fits(program: Program, sizes: Sizes) -> bool:
    """What the sizes alone say: every axis has a place, no size is too small, and there are not too many numbers."""
    indices = list(_indices(program))
    try:
        if not all(size_value(i.size, sizes) >= 1 for i in indices if not i.size.indices):
            return False
        if any(size_value(Size.of(a), sizes) < a.least for i in indices for a in i.size.atoms if isinstance(a, SizeSymbol)):
            return False
        return sum(_count(leaf, sizes) for leaf in program.leaves) <= MOST
    except (NumericError, ZeroDivisionError):
        return False


def _can_hold(program: Program, sizes: Sizes) -> bool:
    """Whether the facts can hold, and the result has a value where a row may have none because of a shape."""
    try:
        if any(leaf.facts for leaf in program.leaves):
            draw(program, sizes, random.Random(0))
    except (NumericError, ZeroDivisionError):
        return False
    return not any(isinstance(d.body, Opaque) for d in program.definitions) or _has_value(program, sizes)


def _has_value(program: Program, sizes: Sizes) -> bool:
    """Whether the result has a value at one of a few points: a product of matrices may have no inverse because of its shape."""
    rng = random.Random("value")
    field = HighPrecision(SHORT)
    for turn in range(LOOKS):
        point = draw(program, sizes, rng, positive=turn > LOOKS // 2)
        values = {n: Entries({p: field.number(v) for p, v in t.items()}) for n, t in point.values.items()}
        run = Evaluator(program, values, sizes, field=field)
        try:
            for result in program.results[:1]:
                run.array(result)
        except NumericError:
            continue
        return True
    return False


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
    that conditions come out the other way, and facts are used up to what they allow. Facts change what was drawn; operands that an opaque
    row inverts are invertible.

    Raises NumericError where the facts contradict each other.
    """
    inverted = {n for d in program.definitions if isinstance(d.body, Opaque) for n in d.body.operands[:1] if d.body.row != "pinv"}
    rules = ENDS if grid else WIDE if wide else USUAL
    tables = {leaf.name: _leaf(leaf, sizes, rng, positive, leaf.name in inverted, rules) for leaf in program.leaves}
    if wide:
        scalable = [leaf.name for leaf in program.leaves if all(fact.kind in CONES for fact in leaf.facts)]
        tables |= {n: {p: v * scale for p, v in tables[n].items()} for n in scalable if (scale := rng.choice(SCALES)) != 1}
    return Point(sizes, together(program, tables, rng))


def _leaf(leaf: Leaf, sizes: Sizes, rng: random.Random, positive: bool, inverted: bool, rules: Mapping[str, Rule]) -> Table:
    grid = rules is ENDS
    pick, above = coarse if grid else number, positive or (grid and any(fact.kind in NO_ZERO for fact in leaf.facts))
    table = {p: pick(rng, above) for p in index_tuples(leaf.indices, sizes)}
    return satisfying(leaf, table, rng, (Fact("invertible"),) if inverted and not leaf.facts else (), rules)

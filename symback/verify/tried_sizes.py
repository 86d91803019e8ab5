"""Sizes to try where there is no proof: 1, equal ones, composite ones, many values of each, and those beside what a size is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, combinations, product

from symback.algebra.sizes import Size
from symback.algebra.terms import Bracket, Count, Mul, Num, Pow, Reduce, Term
from symback.algebra.traverse import walk
from symback.verify.numbers import affordable
from symback.verify.pairs import Pair
from symback.verify.sample import possible, symbols_of

EQUAL, TOGETHER, EACH, MANY, LARGEST = (1, 2, 3, 4), (1, 2, 3), 12, 48, 128
OTHERS = (2, 3, 5, 2, 3, 5)
MOST = 60
WORK = 12_000


def tried_sizes(pair: Pair) -> Iterator[Mapping[str, object]]:
    """Choices of the symbolic sizes, none twice, small ones first."""
    symbols, tables = symbols_of(pair.program)
    if not symbols or tables:
        return
    bodies = tuple(bodies_of(pair))
    each = [*range(1, min(max(EACH, degree(bodies) + 2), MANY) + 1), *beside(bodies)]
    seen: list[Mapping[str, object]] = []
    for sizes in _choices(symbols, each):
        if sizes not in seen and possible(pair.program, sizes) and affordable(pair, sizes, WORK):
            seen.append(sizes)
            yield sizes
        if len(seen) == MOST:
            return


def _choices(symbols: tuple[str, ...], each: list[int]) -> Iterator[Mapping[str, object]]:
    """All equal; two or more of three small values; each from 1 upwards while the others are small and distinct."""
    count = len(symbols)
    yield from (dict(zip(symbols, (n,) * count, strict=True)) for n in EQUAL)
    few = product(TOGETHER, repeat=count) if 1 < count <= 3 else iter(())
    others = dict(zip(symbols, (OTHERS * (1 + count // len(OTHERS)))[:count], strict=True))
    single = ({**others, name: n} for n in each for name in symbols)
    pairs = ({**others, one: n, other: n} for one, other in combinations(symbols, 2) for n in (1, 4)) if count > 3 else iter(())
    yield from chain((dict(zip(symbols, c, strict=True)) for c in few), single, pairs)


def bodies_of(pair: Pair) -> Iterator[Term]:
    """The sides of a pair and the definitions that they rest on."""
    yield from (pair.left, pair.right)
    yield from (d.body for d in pair.program.definitions if isinstance(d.body, Term))


def beside(bodies: tuple[Term, ...]) -> list[int]:
    """The numbers with which a size, a place or a sum over a size may be compared, and their neighbours.

    >>> from symback.algebra.terms import bracket
    >>> beside((bracket(Count(Size.of("n")), "=", Num(20)),))
    [19, 20, 21]
    """
    found = {abs(c) for body in bodies for node in walk(body) if isinstance(node, Bracket) for c in _constants(node)}
    return sorted({c + step for c in found for step in (-1, 0, 1) if 1 < c + step <= LARGEST and c > 1})


def _constants(node: Term) -> Iterator[int]:
    for part in walk(node):
        if isinstance(part, Num) and part.value.denominator == 1:
            yield int(part.value)
        elif isinstance(part, Count):
            yield from (c for monomial, c in part.size.terms if not monomial)


def degree(bodies: tuple[Term, ...]) -> int:
    """To which power sizes are read at most, where they are read in sums, products and powers: so many values tell two such formulas apart.

    >>> n = Count(Size.of("n"))
    >>> degree((n * (n - 1) * n,))
    3
    """
    known: dict[Term, int] = {}

    def of(node: Term) -> int:
        if node not in known:
            known[node] = _raised(node, [of(child) for child in node.below])
        return known[node]

    return max(map(of, bodies), default=0)


def _raised(node: Term, below: list[int]) -> int:
    if isinstance(node, Count):
        return _of_size(node.size)
    if isinstance(node, Mul):
        return sum(below)
    if isinstance(node, Pow) and isinstance(node.exponent, Num):
        return below[0] * max(abs(node.exponent.value.numerator), 1)
    return max(below, default=0) + isinstance(node, Reduce)


def _of_size(size: Size) -> int:
    return max((sum(e for _, e in monomial) for monomial, _ in size.terms), default=0)


def sizes_text(sets: list[Mapping[str, object]]) -> str:
    """Which values each size took, for a sentence.

    >>> sizes_text([{"n": 1}, {"n": 2}, {"n": 4}])
    'n = 1, 2, 4'
    """
    symbols = dict.fromkeys(name for sizes in sets for name in sizes)
    values = {s: sorted({v for sizes in sets if isinstance(v := sizes.get(s), int)}) for s in symbols}
    return "; ".join(f"{s} = {_ranges(v)}" for s, v in values.items() if v)


def _ranges(values: list[int]) -> str:
    runs: list[list[int]] = []
    for v in values:
        if runs and v == runs[-1][-1] + 1:
            runs[-1].append(v)
        else:
            runs.append([v])
    return ", ".join(f"{r[0]} to {r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in runs)

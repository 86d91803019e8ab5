"""Facts that several plain numbers have together: the entries of a row that sums to one, each under a name of its own."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

from symback.algebra.facts import closure
from symback.network.program import Leaf, Program

Table = dict[tuple[int, ...], Fraction]
SUM = "entries sum to one"


def together(program: Program, tables: Mapping[str, Table], rng: random.Random) -> dict[str, Table]:
    """The drawn numbers changed so that those said to sum to one do.

    What is 0 or 1 becomes a single 1; what may not be negative is divided by its sum; else the last number is what is left.

    >>> from symback.algebra.facts import Fact
    >>> fact = (Fact(SUM, entries=("a", "b")),)
    >>> net = Program("", (Leaf("a", (), "target", fact), Leaf("b", (), "target", fact)), (), ("L",))
    >>> together(net, {"a": {(): Fraction(1, 4)}, "b": {(): Fraction(2)}}, random.Random(0))["b"]
    {(): Fraction(3, 4)}
    """
    found = dict(tables)
    for entries in dict.fromkeys(f.entries for leaf in program.leaves for f in leaf.facts if f.kind == SUM):
        if all(n in found for n in entries):
            drawn = _to_one([found[n][()] for n in entries], _kinds(program.leaf[entries[0]]), rng)
            found.update({n: {(): v} for n, v in zip(entries, drawn, strict=True)})
    return found


def _kinds(leaf: Leaf) -> set[str]:
    return {f.kind for f in closure(leaf.facts)}


def _to_one(drawn: list[Fraction], kinds: set[str], rng: random.Random) -> list[Fraction]:
    if "binary" in kinds:
        hot = rng.randrange(len(drawn))
        return [Fraction(int(k == hot)) for k in range(len(drawn))]
    total = sum(map(abs, drawn), Fraction(0))
    if kinds & {"nonnegative", "positive"} and total:
        return [abs(v) / total for v in drawn]
    return [*drawn[:-1], 1 - sum(drawn[:-1], Fraction(0))]


__all__ = ["SUM", "together"]

"""Whether two formulas are the same for all values: by the normal form, entry by entry, or at random points.

What a link of a chain asks. It is quick and finds no conditions and no repair; `symback.verify.claims` does that for what is refuted.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Name, Ref, Term
from symback.algebra.traverse import rewrite
from symback.errors import NumericError, SymbackError
from symback.network.program import Program
from symback.network.unroll import OF_ENTRIES
from symback.numeric.values import Places, Sizes, index_tuples
from symback.verify.entries import entry
from symback.verify.equality import Shown, prove
from symback.verify.numbers import affordable
from symback.verify.pairs import Pair
from symback.verify.sample import Point, draw, size_sets
from symback.verify.settled import compared
from symback.verify.verdict import Word
from symback.verify.widths import freed

BUDGET = 20_000
POINTS, FEW, SETS = 6, 2, 2
MOST_ENTRIES, MOST_DEFINITIONS = 64, 300
NOTHING = Shown(False)


@dataclass(frozen=True, slots=True)
class Same:
    """Whether two formulas are the same: the word, what a proof rests on, or the entry and the point at which they differ."""

    word: Word
    why: str = ""
    shown: Shown = NOTHING
    places: Places = ()
    point: Point | None = None


def same(pair: Pair) -> Same:
    """Whether the sides of a pair are equal at every entry, for all values that satisfy the facts."""
    if pair.left is pair.right:
        return Same("proved", shown=Shown(True))
    free = freed(pair)
    if free is not None:
        found = _same(free.pair)
        settled = found.word in ("proved", "agrees") or not free.is_written
        if settled or not affordable(pair, pair.program.sizes):
            return found
    return _same(pair)


def _same(pair: Pair) -> Same:
    found = _at_points(pair, FEW)
    if found.word == "refuted":
        return found
    shown = prove(pair, BUDGET)
    if shown.proved:
        return Same("proved", shown=shown)
    return Same("proved", shown=Shown(True)) if _entrywise(pair) else _at_points(pair, POINTS)


def _at_points(pair: Pair, points: int) -> Same:
    """Both sides at random points, at each of a few choices of distinct prime sizes."""
    tried, reason = 0, "no sizes were found that satisfy the declarations"
    for sizes in size_sets(pair.program, SETS):
        rng = random.Random("symback")
        for turn in range(2 * points):
            try:
                found = _difference(pair, draw(pair.program, sizes, rng, positive=turn % 2 == 1), rng)
            except SymbackError as error:
                reason = str(error)
                continue
            if found is not None:
                return found
            tried += 1
            if tried % points == 0:
                break
    return Same("agrees") if tried >= points else Same("undecided", reason)


def _difference(pair: Pair, point: Point, rng: random.Random) -> Same | None:
    """An entry at which the sides differ at a point."""
    found = compared(pair, point, rng)
    if found.lacking is not None:
        raise NumericError(pair.about, found.lacking.lacks)
    if found.failed is None:
        return None
    one, other = found.failed.difference, found.failed.formula
    one, other = (one, other) if pair.original is pair.left else (other, one)
    return Same("refuted", f"{one:.6g} on the left, {other:.6g} on the right", places=found.failed.places, point=point)


def _entrywise(pair: Pair) -> bool:
    """A proof with every sum written out, where all sizes are numbers."""
    flat = _Flat(pair.program, {})
    try:
        places = list(index_tuples(pair.indices, {}))
        for at in places[: MOST_ENTRIES + 1]:
            env = dict(zip(pair.indices, at, strict=True))
            one, other = (flat.put(entry(t, env, {})) for t in (pair.left, pair.right))
            if not Normalizer(Given(flat.facts, flat.definitions), BUDGET).equal(one, other).proved:
                return False
    except (SymbackError, RecursionError):
        return False
    return len(places) <= MOST_ENTRIES


def part_of(pair: Pair) -> bool:
    """Whether the left side is a sum of some of the right side's terms: what is left of it where terms that do not matter are dropped.

    Both sides are names, written out once; where that does not show it, down to the leaves.
    """
    sizes = next(size_sets(pair.program, 1), None)
    if sizes is None:
        return False
    places = list(islice(index_tuples(pair.indices, sizes), MOST_ENTRIES))
    try:
        return any(all(_part_at(pair, dict(zip(pair.indices, at, strict=True)), sizes, deep) for at in places) for deep in (False, True))
    except (SymbackError, RecursionError):
        return False


def _part_at(pair: Pair, at: Mapping[Index, int], sizes: Sizes, deep: bool) -> bool:
    flat = _Flat(pair.program, sizes)
    heads = [flat.put(entry(t, at, sizes)) for t in (pair.left, pair.right)]
    bodies = [flat.definitions[h.name].body if isinstance(h, Ref) and h.name in flat.definitions else h for h in heads]
    normalizer = Normalizer(Given(flat.facts, flat.definitions if deep else {}), BUDGET)
    some, every = (_terms(normalizer.normal(b)) for b in bodies if isinstance(b, Term))
    return some <= every


def _terms(term: Term) -> frozenset[Term]:
    return frozenset(term.args if isinstance(term, Add) else (term,))


class _Flat:
    """Entries of a program of fixed sizes as names of their own, with the definitions they rest on."""

    def __init__(self, program: Program, sizes: Sizes) -> None:
        self.program, self.sizes = program, sizes
        self.definitions: dict[Name, Definition] = {}
        self.facts: dict[Name, tuple[Fact, ...]] = {}

    def put(self, term: Term) -> Term:
        """The term over entries; their definitions are added."""
        return rewrite(term, self._read)

    def _read(self, node: Term) -> Term:
        if not isinstance(node, Ref):
            return node
        definition = self.program.definition.get(node.name)
        name = f"{node.name}{list(node.places)}"
        if definition is None:
            leaf = self.program.leaf[node.name]
            facts = tuple(Fact(OF_ENTRIES[f.kind], f.numbers) for f in leaf.facts if f.kind in OF_ENTRIES) if leaf.indices else leaf.facts
            self.facts.update({name: facts} if facts else {})
        elif name not in self.definitions and isinstance(definition.body, Term):
            if len(self.definitions) >= MOST_DEFINITIONS:
                raise NumericError(name, "rests on too many entries to be written out", "judge it as a whole")
            env = {i: p.value({}) for i, p in zip(definition.indices, node.places, strict=True)}
            self.definitions[name] = Definition(name, (), Ref(name))
            self.definitions[name] = Definition(name, (), self.put(entry(definition.body, env, self.sizes)))
        return Ref(name)


def aligned(left: tuple[Index, ...], right: tuple[Index, ...]) -> tuple[tuple[Index, ...], Mapping[Index, Size]] | None:
    """The axes two sides have in common, and where the indices of both are on them; None where the shapes do not fit.

    A column is a vector, and an array of one number is a number; a row is neither.
    """
    one, other = _axes(left), _axes(right)
    if [i.size for i in one] != [i.size for i in other]:
        return None
    first = {i: Size.of(0) for i in (*left, *right)}
    return one, {**first, **{i: Size.of(i) for i in one}, **{b: Size.of(a) for a, b in zip(one, other, strict=True)}}


def _axes(indices: tuple[Index, ...]) -> tuple[Index, ...]:
    if all(i.size.constant == 1 for i in indices):
        return ()
    return indices[:1] if len(indices) == 2 and indices[1].size.constant == 1 else indices


__all__ = ["Same", "aligned", "part_of", "same"]

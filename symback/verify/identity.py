"""Whether two formulas over a program are the same for all values: as arrays, entry by entry, or at random points."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Ref, Term
from symback.algebra.traverse import rewrite
from symback.errors import SymbackError
from symback.network.program import Program
from symback.network.unroll import OF_ENTRIES
from symback.numeric.evaluate import Evaluator
from symback.numeric.values import Places, index_tuples
from symback.verify.entries import entry
from symback.verify.sample import Point, draw, size_sets

Word = Literal["proved", "agrees", "refuted", "undecided"]
BUDGET = 20_000
POINTS = 6
DIGITS = 60
ENTRIES = 64


@dataclass(frozen=True, slots=True)
class Same:
    """Whether two formulas are the same: the word, why not, and at which entry and point they differ."""

    word: Word
    why: str = ""
    places: Places = ()
    point: Point | None = None


class Identities:
    """Questions about formulas over one program; what was normalised for one is used for the next."""

    def __init__(self, program: Program) -> None:
        self.program = program
        facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in program.leaves if leaf.facts}
        shapes: dict[Name, tuple[Size, ...]] = {leaf.name: leaf.shape for leaf in program.leaves}
        self._arrays = Normalizer(Given(facts, program.definition, {}, shapes), BUDGET)

    def same(self, left: Term, right: Term, indices: tuple[Index, ...]) -> Same:
        """Whether two terms over the same free indices are equal at every entry, for all values that satisfy the facts."""
        if left is right or self._arrays.equal(left, right).proved:
            return Same("proved")
        found = self._at_points(left, right, indices)
        return Same("proved") if found.word != "refuted" and self._entrywise(left, right, indices) else found

    def _entrywise(self, left: Term, right: Term, indices: tuple[Index, ...]) -> bool:
        """The same with every sum written out, where all sizes are numbers."""
        try:
            places = list(index_tuples(indices, {}))
            if len(places) > ENTRIES:
                return False
            for at in places:
                env = dict(zip(indices, at, strict=True))
                flat = _Flat(self.program)
                one, other = (flat.put(entry(t, env, {})) for t in (left, right))
                if not Normalizer(Given(flat.facts, flat.definitions), BUDGET).equal(one, other).proved:
                    return False
        except (SymbackError, RecursionError):
            return False
        return True

    def _at_points(self, left: Term, right: Term, indices: tuple[Index, ...]) -> Same:
        tried, reason = 0, "no sizes were found that satisfy the declarations"
        for sizes in size_sets(self.program, 2):
            rng = random.Random("symback")
            for k in range(2 * POINTS):
                try:
                    point = draw(self.program, sizes, rng, positive=k % 2 == 1)
                    found = self._differs(left, right, indices, point)
                except SymbackError as error:
                    reason = str(error)
                    continue
                if found is not None:
                    return found
                tried += 1
        return Same("agrees") if tried >= POINTS else Same("undecided", reason)

    def _differs(self, left: Term, right: Term, indices: tuple[Index, ...], point: Point) -> Same | None:
        """The first entry at which two terms differ at a point."""
        run = Evaluator(self.program, {n: _lists(t) for n, t in point.values.items()}, point.sizes, DIGITS)
        for at in index_tuples(indices, point.sizes):
            env = dict(zip(indices, at, strict=True))
            one, other = run.term(left, env), run.term(right, env)
            if abs(one - other) > run.field.power(run.field.number(Fraction(10)), -DIGITS // 2) * (1 + abs(one) + abs(other)):
                return Same("refuted", f"{float(one):.6g} on the left, {float(other):.6g} on the right", at, point)
        return None


def _lists(table: Mapping[Places, Fraction]) -> object:
    """A table by place as nested lists."""
    if () in table:
        return table[()]
    firsts = dict.fromkeys(p[0] for p in table)
    return [_lists({p[1:]: v for p, v in table.items() if p[0] == first}) for first in firsts]


class _Flat:
    """Entries of a program of fixed sizes as names of their own, with the definitions they rest on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.definitions: dict[Name, Definition] = {}
        self.facts: dict[Name, tuple[Fact, ...]] = {}

    def put(self, term: Term) -> Term:
        """The term over entries; their definitions are added."""
        return rewrite(term, self._read)

    def _read(self, node: Term) -> Term:
        if not isinstance(node, Ref) or (not node.places and node.name not in self.program.definition):
            return node
        name = f"{node.name}{list(node.places)}"
        definition = self.program.definition.get(node.name)
        if definition is None:
            leaf = self.program.leaf[node.name]
            self.facts[name] = tuple(Fact(OF_ENTRIES[f.kind], f.numbers) for f in leaf.facts if f.kind in OF_ENTRIES)
        elif name not in self.definitions and isinstance(definition.body, Term):
            env = {i: p.value({}) for i, p in zip(definition.indices, node.places, strict=True)}
            self.definitions[name] = Definition(name, (), definition.body)
            self.definitions[name] = Definition(name, (), self.put(entry(definition.body, env, {})))
        return Ref(name)


def aligned(left: tuple[Index, ...], right: tuple[Index, ...]) -> tuple[tuple[Index, ...], Mapping[Index, Size]] | None:
    """The axes two sides have in common, and where both sides' indices are on them; None where the shapes do not fit.

    A column is a vector, and an array of one number is a number.
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


__all__ = ["Identities", "Same", "Word", "aligned"]

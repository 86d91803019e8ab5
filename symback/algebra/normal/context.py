"""What a normal form is relative to: definitions and facts; and what was used on the way to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact, closure
from symback.algebra.normal.poly import Poly, poly_term, single
from symback.algebra.operations import Interval
from symback.algebra.sizes import Size
from symback.algebra.terms import ZERO, Bracket, Name, Term

BUDGET = 200_000


class Exhausted(Exception):
    """The work budget is spent; the question stays undecided."""


@dataclass(frozen=True, slots=True)
class Given:
    """What may be assumed: facts, ranges and shapes by name, and the definitions that names expand to.

    A range bounds a name that stays a name. A shape is needed by facts that speak of a whole axis (`sums to one`): a sum
    over part of an axis is no such sum.
    """

    facts: Mapping[Name, tuple[Fact, ...]] = field(default_factory=dict)
    definitions: Mapping[Name, Definition] = field(default_factory=dict)
    ranges: Mapping[Name, Interval] = field(default_factory=dict)
    shapes: Mapping[Name, tuple[Size, ...]] = field(default_factory=dict)

    @property
    def ident(self) -> tuple[object, ...]:
        """The contents as a hashable value."""
        tables: tuple[Mapping[Name, object], ...] = (self.facts, self.definitions, self.ranges, self.shapes)
        return tuple(tuple(table.items()) for table in tables)


@dataclass(slots=True)
class Notes:
    """What a result rests on: conditions (brackets that must hold) and facts (name and fact), each once, in order."""

    conditions: dict[Term, None] = field(default_factory=dict)
    facts: dict[tuple[Name, Fact], None] = field(default_factory=dict)

    def merge(self, other: Notes) -> None:
        """Take over what another result rests on."""
        if other.conditions:
            self.conditions.update(other.conditions)
        if other.facts:
            self.facts.update(other.facts)


class Context:
    """A memo of polynomials, each with what it rests on, relative to what is given.

    ``convert`` turns a term into a polynomial and comes back here for the parts. Without ``ties`` every maximum is taken to
    be attained once and no factor of a product to vanish, and that is noted where it is used.
    """

    def __init__(self, given: Given, convert: Callable[[Term, Context], Poly], budget: int = BUDGET, ties: bool = True) -> None:
        self.given = given
        self.budget = budget
        self.ties = ties
        self.notes = Notes()
        self.facts: dict[Name, dict[str, Fact]] = {n: {f.kind: f for f in closure(fs)} for n, fs in given.facts.items()}
        self.bounds: dict[Term, object] = {}
        self.learned: dict[Term, object] = {}
        self.written: dict[Term, Term] = {}
        self.guarded: dict[Term, bool] = {}
        self.renaming = 0
        self.aside: dict[tuple[object, ...], object] = {}
        self.turnable = {n for n, kinds in self.facts.items() if "symmetric" in kinds}
        self._convert = convert
        self._memo: dict[Term, tuple[Poly, Notes]] = {}
        self._recurrent = _recurrent(given.definitions)

    def poly(self, node: Term) -> Poly:
        """The polynomial of a term."""
        found = self._memo.get(node)
        if found is None:
            outer, self.notes = self.notes, Notes()
            try:
                found = (self._convert(node, self), self.notes)
            finally:
                self.notes = outer
            self._memo[node] = found
        self.notes.merge(found[1])
        return found[0]

    def renamed(self, node: Term) -> Poly:
        """The polynomial of what was normal before its indices were replaced."""
        self.renaming += 1
        try:
            return self.poly(node)
        finally:
            self.renaming -= 1

    def term(self, poly: Poly) -> Term:
        """A polynomial as a term that is known to be normal."""
        node = poly_term(poly)
        self._memo.setdefault(node, (poly, Notes()))
        return node

    def atom(self, node: Term) -> Poly:
        """A term that is an atom, as a polynomial; it is known as normal from now on."""
        poly = single(node)
        self._memo.setdefault(node, (poly, Notes()))
        return poly

    def definition(self, name: Name) -> tuple[Definition, Term] | None:
        """The definition a name expands to, with its body; None for leaves, opaque rows and recurrences."""
        found = self.given.definitions.get(name)
        if found is None or not isinstance(found.body, Term) or name in self._recurrent:
            return None
        return found, found.body

    def prepare(self, name: Name) -> None:
        """Work out the definitions below a name in the order of reading, so that a deep network needs no deep recursion."""
        pending, seen = [name], {name}
        order: list[Term] = []
        while pending:
            known = self.definition(pending.pop())
            if known is not None and known[1] not in self._memo:
                order.append(known[1])
                new = [r for r in known[0].reads if r not in seen]
                seen.update(new)
                pending += new
        for body in reversed(order):
            self.poly(body)

    def fact(self, name: Name, kind: str) -> bool:
        """Whether a fact holds of a name; asking does not count as using it."""
        return kind in self.facts.get(name, ())

    def use(self, name: Name, kind: str) -> None:
        """Note that a fact was used."""
        self.notes.facts[(name, self.facts[name][kind])] = None

    def require(self, base: Term) -> None:
        """Note that a term must not vanish."""
        self.notes.conditions[Bracket("!=", base, ZERO)] = None

    def spend(self, work: int = 1) -> None:
        """Count work against the budget."""
        self.budget -= work
        if self.budget < 0:
            raise Exhausted

    def forget(self, above: int = 1 << 16) -> None:
        """Drop the memo once it is large."""
        if len(self._memo) > above:
            self._memo.clear()
            self.aside.clear()


def _recurrent(definitions: Mapping[Name, Definition]) -> frozenset[Name]:
    """The names that reach themselves: without an end, expansion would not stop."""
    reads = {n: tuple(r for r in d.reads if r in definitions) for n, d in definitions.items()}
    return frozenset(n for n in reads if n in _reachable(reads, reads[n]))


def _reachable(reads: Mapping[Name, Iterable[Name]], start: Iterable[Name]) -> dict[Name, None]:
    found = dict.fromkeys(start)
    pending = list(found)
    while pending:
        new = [r for r in reads[pending.pop()] if r not in found]
        found.update(dict.fromkeys(new))
        pending += new
    return found

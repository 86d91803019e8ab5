"""The derivatives a claim reads, as definitions of one program: forward pass, the claim's own lines, and symback's gradients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.terms import ZERO, Name, Partial, Ref, Term, bracket, mul
from symback.algebra.traverse import names, rewrite
from symback.calculus.local import renamed
from symback.derivation import Derivation, derive
from symback.network.program import Leaf, Program
from symback.reading.sides import Claim, Side


@dataclass(frozen=True)
class Resolved:
    """A claim whose derivatives are definitions: ``program`` holds everything its sides read."""

    program: Program
    sides: tuple[Side, ...]
    partials: tuple[Partial, ...]

    def forward(self, of: Name) -> Program:
        """What a name rests on, with that name as the result."""
        return restricted(self.program, of)


def resolve(claim: Claim) -> Resolved:
    """The claim over a program in which every derivative that its sides or lines read is defined.

    Facts are not used in the derivatives: they act afterwards, and a derivative may be differentiated again.
    """
    maker = _Maker(claim.program)
    for definition in claim.program.definitions:
        maker.take(definition)
    sides = tuple(side if side.body is None else replace(side, body=maker.put(side.body)) for side in claim.sides)
    whole = claim.program.with_definitions(maker.table.values())
    return Resolved(whole, sides, tuple(maker.partials))


def derived_anew(program: Program, sides: tuple[Term, ...]) -> tuple[Program, tuple[Term, ...]]:
    """A program, and sides over it, with every derivative that they read worked out for it as it is now."""
    maker = _Maker(program.with_definitions([d for d in program.definitions if not isinstance(d.name, Partial)]))
    for definition in maker.program.definitions:
        maker.take(definition)
    made = tuple(map(maker.put, sides))
    return program.with_definitions(maker.table.values()), made


class _Maker:
    """A table of definitions that grows: each derivative is made once, when something reads it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.table: dict[Name, Definition] = {}
        self.partials: dict[Partial, None] = {}

    def take(self, definition: Definition) -> None:
        """One of the claim's own definitions, its derivatives made first."""
        body = definition.body
        self.table[definition.name] = replace(definition, body=self.put(body)) if isinstance(body, Term) else definition

    def put(self, body: Term) -> Term:
        """A body whose derivatives are read as they are defined: without the places of a scalar's axes."""
        for name in names(body):
            if isinstance(name, Partial):
                self.make(name)
                self.partials[name] = None

        def change(node: Term) -> Term:
            if isinstance(node, Ref) and isinstance(node.name, Partial):
                axes = len(self.table[node.name].indices)
                return Ref(node.name, node.places[len(node.places) - axes :])
            return node

        return rewrite(body, change)

    def make(self, partial: Partial) -> None:
        """The definitions of a derivative."""
        if partial in self.table:
            return
        if isinstance(partial.of, Partial):
            self.make(partial.of)
        below = restricted(self.program.with_definitions(self.table.values()), partial.of)
        if partial.of in below.leaf or partial.by not in (*below.leaf, *below.definition):
            self.table[partial] = _trivial(self.program.with_definitions(self.table.values()), partial)
            return
        gradient = gradients(below.leaves, below.definitions, partial.of).gradient_program([partial.by])
        for definition in gradient.definitions:
            self.table.setdefault(definition.name, definition)


def _trivial(program: Program, partial: Partial) -> Definition:
    """The derivative of a declared symbol, or by a name that is not on the way: Kronecker deltas, or 0."""
    own = program.indices(partial.of)
    above = () if all(i.size.constant == 1 for i in own) else renamed(own, ())
    below = renamed(program.indices(partial.by), above)
    same = partial.of == partial.by
    return Definition(partial, (*above, *below), mul([bracket(a, "=", b) for a, b in zip(above, below, strict=False)]) if same else ZERO)


@lru_cache(maxsize=256)
def gradients(leaves: tuple[Leaf, ...], definitions: tuple[Definition, ...], of: Name) -> Derivation:
    """The derivation of a name; networks that are declared alike are derived once."""
    return derive(Program("", leaves, definitions, (of,)), of)


def restricted(program: Program, of: Name) -> Program:
    """The program with the definitions a name rests on only, and that name as its result."""
    needed: dict[Name, None] = {}
    pending = [of]
    while pending:
        found = program.definition.get(pending.pop())
        if found is not None and found.name not in needed:
            needed[found.name] = None
            pending += found.reads
    return program.with_definitions([d for d in program.definitions if d.name in needed], (of,))

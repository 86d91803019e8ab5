"""A gradient proved: its formula against one differentiation of the loss written out, by the normal form.

The other side never goes through reverse accumulation, folding or splicing: every name between the loss and the variable is
put in, and the one formula that results is differentiated by the variable.
"""

from __future__ import annotations

from dataclasses import dataclass

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Term
from symback.algebra.traverse import inline, substitute, walk
from symback.calculus.rules import Variable, derivative
from symback.network.program import Program

NODES = 150
FEW = 50
BUDGET = 5_000


@dataclass(frozen=True, slots=True)
class Shown:
    """Whether a gradient was proved, under which conditions, with which facts; or why no proof was tried."""

    proved: bool
    conditions: tuple[Term, ...] = ()
    facts: tuple[tuple[Name, Fact], ...] = ()
    why: str = ""


class Prover:
    """Proofs for the gradients of one program; the normal forms of its parts are kept."""

    def __init__(self, program: Program, gradient: Program, budget: int = BUDGET) -> None:
        self.program, self.gradient = program, gradient
        facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in program.leaves if leaf.facts}
        shapes: dict[Name, tuple[Size, ...]] = {leaf.name: leaf.shape for leaf in program.leaves}
        self._normalizer = Normalizer(Given(facts, gradient.definition, {}, shapes), budget)
        self._stops = {d.name for group in program.groups for d in group if len(group) > 1 or d.name in d.reads}
        self._stops |= {d.name for d in program.definitions if not isinstance(d.body, Term)}

    def show(self, name: Name, adjoint: Name, nodes: int = NODES) -> Shown:
        """Whether the definition ``adjoint`` is the derivative of the first result by ``name``.

        A loss that has more than ``nodes`` nodes when written out is not tried.
        """
        result = self.program.definition.get(self.program.loss)
        given = self.gradient.definition.get(adjoint)
        if result is None or given is None or not isinstance(given.body, Term):
            return Shown(False, why="there is no formula to prove")
        body = self._written_out(result, name, nodes)
        if body is None:
            return Shown(False, why="the loss written out is too long, or holds a recurrence or an opaque row")
        lead = len(given.indices) - len(self.program.indices(name))
        mapping = dict(zip(result.indices, map(Size.of, given.indices[:lead]), strict=False))
        other = derivative(_at(body, mapping, given.indices), Variable(name, tuple(Size.of(i) for i in given.indices[lead:])))
        only = {i: Size.of(0) for i in given.indices if i.size.constant == 1}
        proof = self._normalizer.equal(substitute(given.body, only), substitute(other, only))
        why = "" if proof.proved else "the work budget was spent" if proof.exhausted else "the normal forms differ"
        return Shown(proof.proved, proof.conditions, proof.facts, why)

    def _written_out(self, result: Definition, name: Name, nodes: int) -> Term | None:
        """The result with all names put in but ``name`` and the leaves; None where that cannot be done or gets too long."""

        def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
            found = None if read == name else self.program.definition.get(read)
            return (found.indices, found.body) if found is not None and isinstance(found.body, Term) else None

        if result.name == name or not isinstance(result.body, Term):
            return None
        body = result.body
        while True:
            if any(getattr(n, "name", None) in self._stops for n in walk(body)):
                return None
            wider = inline(body, body_of)
            if wider is body:
                return body
            body = wider
            if sum(1 for _ in walk(body)) > nodes:
                return None


def _at(body: Term, mapping: dict[Index, Size], avoid: tuple[Index, ...]) -> Term:
    """The body at other places, its binders none of the indices to avoid."""
    return substitute(body, mapping, avoid)

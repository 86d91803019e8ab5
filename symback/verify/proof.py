"""A gradient proved by the normal form, for all sizes and all values: at once, or by one equation for each name.

*At once*: every name between the loss and the variable is put in, and the one formula that results is differentiated by the
variable. That never goes through reverse accumulation, folding or splicing, and is tried where the loss written out is short.

*Equation by equation*: the total derivatives obey the chain rule, ``∂L/∂n = Σ_r ∂L/∂r · ∂r/∂n`` over the names r that read n.
That and the rules of differentiation are the axioms. Read from the loss outwards these equations have one solution, along a recurrence too, where they are a
recurrence that runs the other way and is stopped by its brackets. So formulas that satisfy all of them are the total
derivatives, whatever way they were found. Each equation is proved on its own: the definition of r is differentiated here, the
gradients by other names stay names, and those that were put into others are what their own equation says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer, Proof
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Partial, Term
from symback.algebra.traverse import inline, names, substitute, walk
from symback.calculus.reverse import Sweep, prepare
from symback.calculus.rules import Variable, derivative
from symback.network.program import Program
from symback.verify.induction import Inductive
from symback.verify.opaque_rows import follows

NODES = 150
FEW = 50
BUDGET = 5_000
AT_ONCE, BY_EQUATIONS = "normal form", "normal form, one equation for each name"


@dataclass(frozen=True, slots=True)
class Shown:
    """Whether a gradient was proved, under which conditions, with which facts, and how; or what was tried, in words."""

    proved: bool
    conditions: tuple[Term, ...] = ()
    facts: tuple[tuple[Name, Fact], ...] = ()
    why: str = ""
    route: str = ""


class Prover:
    """Proofs for the gradients of one program; the normal forms of its parts are kept."""

    def __init__(self, program: Program, gradient: Program, budget: int = BUDGET) -> None:
        self.program, self.gradient, self.budget = program, gradient, budget
        self._facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in program.leaves if leaf.facts}
        self._shapes: dict[Name, tuple[Size, ...]] = {leaf.name: leaf.shape for leaf in program.leaves}
        self._normalizer = Normalizer(Given(self._facts, gradient.definition, {}, self._shapes), budget)
        self._stops = {d.name for group in program.groups for d in group if len(group) > 1 or d.name in d.reads}
        self._stops |= {d.name for d in program.definitions if not isinstance(d.body, Term)}
        self._equations: dict[Name, Shown] = {}

    def show(self, name: Name, adjoint: Name) -> Shown:
        """Whether the definition ``adjoint`` is the derivative of the first result by ``name``.

        At once where the loss written out is short, else by equations, else at once where it is not too long.
        """
        given = self.gradient.definition.get(adjoint)
        if given is None or not isinstance(given.body, Term):
            return Shown(False, why="there is no formula to prove")
        first = self._at_once(name, given, FEW)
        if first.proved:
            return first
        second = self._by_equations(name) if adjoint == self._sweep.adjoint(name) else Shown(False)
        if second.proved:
            return second
        last = self._at_once(name, given, NODES)
        return last if last.proved else replace(last, why="; ".join(filter(None, (second.why, last.why))))

    def _at_once(self, name: Name, given: Definition, nodes: int) -> Shown:
        result = self.program.definition.get(self.program.loss)
        body = None if result is None else self._written_out(result, name, nodes)
        if result is None or body is None:
            return Shown(False, why=f"the loss written out has more than {nodes} parts, or holds a recurrence or an opaque row")
        lead = len(given.indices) - len(self.program.indices(name))
        mapping = dict(zip(result.indices, map(Size.of, given.indices[:lead]), strict=False))
        other = derivative(_at(body, mapping, given.indices), Variable(name, tuple(Size.of(i) for i in given.indices[lead:])))
        only = {i: Size.of(0) for i in given.indices if i.size.constant == 1}
        assert isinstance(given.body, Term)
        proof = self._normalizer.equal(substitute(given.body, only), substitute(other, only))
        return _shown(proof, AT_ONCE, f"the loss written out and differentiated: {_open(proof, self.budget)}")

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

    @cached_property
    def _sweep(self) -> Sweep:
        return prepare(self.program, self.program.loss)

    def _by_equations(self, name: Name) -> Shown:
        """The equations of a name and of all names whose gradients they read."""
        conditions: dict[Term, None] = {}
        facts: dict[tuple[Name, Fact], None] = {}
        pending, seen = [name], {name}
        while pending:
            current = pending.pop()
            shown = self._equation(current)
            if not shown.proved:
                return shown
            conditions.update(dict.fromkeys(shown.conditions))
            facts.update(dict.fromkeys(shown.facts))
            new = [n for n in self._read(current) if n not in seen]
            seen.update(new)
            pending += new
        return Shown(True, tuple(conditions), tuple(facts), route=BY_EQUATIONS)

    def _equation(self, name: Name) -> Shown:
        if name not in self._equations:
            self._equations[name] = self._solved(name)
        return self._equations[name]

    def _solved(self, name: Name) -> Shown:
        """Whether the formula for one gradient satisfies its equation."""
        raw = self._raw(name)
        if raw is None:
            return Shown(
                False, why=f"∂{self._sweep.result}/∂{name} reads the Jacobian of an opaque row, which the normal form does not know"
            )
        given = self.gradient.definition[self._sweep.adjoint(name)]
        assert isinstance(given.body, Term)
        assert isinstance(raw.body, Term)
        right = substitute(raw.body, dict(zip(raw.indices, map(Size.of, given.indices), strict=True)), given.indices)
        only = {i: Size.of(0) for i in given.indices if i.size.constant == 1}
        sides = substitute(given.body, only), substitute(right, only)
        proof = Proof(False, right)
        for definitions in (self._around(name), self._everything(name)):
            proof = Inductive(Given(self._facts, definitions, {}, self._shapes), self.budget).equal(*sides)
            if proof.proved:
                break
        return _shown(proof, BY_EQUATIONS, f"the equation of ∂{self._sweep.result}/∂{name}: {_open(proof, self.budget)}")

    def _raw(self, name: Name) -> Definition | None:
        """The chain rule for one name, every local derivative put in (the seed for the result); None where an opaque row is differentiated."""
        sweep = self._sweep
        if name == sweep.result:
            return Definition(sweep.adjoint(name), (*sweep.result_indices, *sweep.indices(name)), sweep.seed())
        readers = sweep.live.get(name, ())
        if not all(self._differentiable(r) for r in readers):
            return None
        locals_ = {(local := sweep.local(r, name)).name: (local.indices, local.raw) for r in readers}
        body = inline(sweep.chain(name, readers), lambda n: locals_.get(n) if isinstance(n, Partial) else None)
        return Definition(sweep.adjoint(name), (*sweep.result_indices, *sweep.indices(name)), body)

    def _differentiable(self, definition: Definition) -> bool:
        """Whether the rules of differentiation, or the relation of an opaque row, give the derivatives of a definition."""
        body = definition.body
        return isinstance(body, Term) or follows(body.row, tuple(len(self.program.indices(n)) for n in body.operands))

    def _inside(self, name: Name) -> dict[Name, Definition]:
        """The gradients that were put into others and that the equation of a name reads, each as its own equation says."""
        found: dict[Name, Definition] = {}
        pending = [r.name for r in self._sweep.live.get(name, ())]
        while pending:
            current = pending.pop()
            adjoint = self._sweep.adjoint(current)
            if adjoint in self.gradient.definition or adjoint in found:
                continue
            raw = self._raw(current)
            if raw is not None:
                found[adjoint] = raw
                pending += [r.name for r in self._sweep.live.get(current, ())]
        return found

    def _around(self, name: Name) -> dict[Name, Definition]:
        """The definitions next to a name: its own, those that read it, and what stands between them and the names that stay."""
        inside = self._inside(name)
        between = [name, *(a.by for a in inside if isinstance(a, Partial))]
        near = [*between, *(r.name for n in between for r in self._sweep.live.get(n, ()))]
        own = {n: self.program.definition[n] for n in dict.fromkeys(near) if n in self.program.definition}
        return {**own, **inside}

    def _everything(self, name: Name) -> dict[Name, Definition]:
        """All definitions, and the formulas of all other gradients: they satisfy equations of their own."""
        others = {n: d for n, d in self.gradient.definition.items() if n != self._sweep.adjoint(name)}
        return {**self.program.definition, **others, **self._inside(name)}

    def _read(self, name: Name) -> list[Name]:
        """The names whose gradients, by formulas of their own, the equation of a name reads."""
        bodies = [d.body for d in (self._raw(name), *self._inside(name).values()) if d is not None and isinstance(d.body, Term)]
        given = self.gradient.definition[self._sweep.adjoint(name)].body
        read = dict.fromkeys(n for body in (*bodies, given) if isinstance(body, Term) for n in names(body) if isinstance(n, Partial))
        return [n.by for n in read if n in self.gradient.definition]


def _shown(proof: Proof, route: str, why: str) -> Shown:
    return Shown(proof.proved, proof.conditions, proof.facts, "" if proof.proved else why, route if proof.proved else "")


def _open(proof: Proof, budget: int) -> str:
    return f"{budget} steps of rewriting did not decide it" if proof.exhausted else "the normal forms differ"


def _at(body: Term, mapping: dict[Index, Size], avoid: tuple[Index, ...]) -> Term:
    """The body at other places, its binders none of the indices to avoid."""
    return substitute(body, mapping, avoid)

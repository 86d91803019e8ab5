"""Derivatives and updated parameters that a formula reads, as further definitions of its program.

A formula of somebody else may hold ``∂h/∂z`` of any two names; each is derived, and its definitions are added, so that a normal
form, an evaluator or anything else that knows programs knows what it means.
"""

from __future__ import annotations

from collections.abc import Iterable

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import ZERO, Name, Partial, Ref, Term, bracket, mul
from symback.algebra.traverse import names, rewrite
from symback.derivation import derive
from symback.network.program import PARAMETERS, Program
from symback.numeric.worked import RATE, with_rate
from symback.verify.telescope import rank

AFTER = " after a step"
"""Stands behind the name of a parameter after one step of gradient descent; no declared name holds a blank."""


class Totals:
    """A program that grows by the definitions of the derivatives its formulas read.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> net = Program("", (Leaf("w"), Leaf("x")), (Definition("z", (), ref("w") * ref("x")), Definition("L", (), ref("z") ** 2)), ("L",))
    >>> totals = Totals(net)
    >>> totals.put(ref(Partial("L", "w"))), totals.program.definition[Partial("L", "w")].body
    (dL/dw, dL/dz*x)
    """

    def __init__(self, program: Program) -> None:
        self.program = with_rate(program)
        self._forward = self.program

    def put(self, term: Term) -> Term:
        """The term with each derivative read where its definition says; new definitions are added to the program."""
        return rewrite(term, self._read) if any(isinstance(n, Partial) or before_step(n) for n in names(term)) else term

    def _read(self, node: Term) -> Term:
        if not isinstance(node, Ref):
            return node
        old = before_step(node.name)
        if old is not None:
            self._add_step(old)
        return self._derivative(node, node.name) if isinstance(node.name, Partial) else node

    def _derivative(self, node: Ref, name: Partial) -> Term:
        cut = self.rank(name.of)
        if name.of == name.by:
            return mul(bracket(a, "=", b) for a, b in zip(node.places[:cut], node.places[cut:], strict=True))
        if name.of in self.program.leaf:
            return ZERO
        own = Partial(name.of, name.by)
        self._add(own)
        indices = self.program.definition[own].indices
        return Ref(own, node.places[len(node.places) - len(indices) :])

    def rank(self, name: Name) -> int:
        """At how many places a name is read: a derivative at those of what is differentiated and of that by which."""
        return rank(name, self.program)

    def _add(self, wanted: Partial) -> None:
        """The definitions a derivative needs; a derivative of a derivative is one of the program with the first."""
        if wanted in self.program.definition:
            return
        start = self._forward
        if isinstance(wanted.of, Partial):
            self._add(wanted.of)
            start = self.program
        self._extend(derive(start, wanted.of).gradient_program([wanted.by]).definitions)

    def _extend(self, definitions: Iterable[Definition]) -> None:
        new = [d for d in definitions if d.name not in self.program.definition]
        self.program = self.program.with_definitions((*self.program.definitions, *new))

    def _add_step(self, name: str) -> None:
        """``w − rate · ∂loss/∂w``."""
        if after_step(name) in self.program.definition:
            return
        indices = self.program.indices(name)
        places = tuple(Size.of(i) for i in indices)
        first = tuple(Size.of(0) for _ in range(self.rank(self.program.loss)))
        slope = self.put(Ref(Partial(self.program.loss, name), (*first, *places)))
        self._extend([Definition(after_step(name), indices, Ref(name, places) - Ref(RATE) * slope)])


def after_step(name: str) -> str:
    """The name of a parameter after one step of gradient descent."""
    return name + AFTER


def before_step(name: Name) -> str | None:
    """The parameter whose value after a step a name is; None for any other name.

    >>> before_step(after_step("w")), before_step("w")
    ('w', None)
    """
    return name.removesuffix(AFTER) if isinstance(name, str) and name.endswith(AFTER) else None


def renewed(term: Term, program: Program) -> Term | None:
    """A formula of parameters alone, read after a step instead of before; None for any other formula."""
    read = names(term)
    if not read or not all(n in program.leaf and program.leaf[n].role in PARAMETERS for n in read):
        return None
    return rewrite(term, lambda n: Ref(after_step(str(n.name)), n.places) if isinstance(n, Ref) else n)


__all__ = ["Totals", "after_step", "before_step", "renewed"]

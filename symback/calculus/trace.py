"""What is recorded while a gradient is derived: steps, local derivatives and adjoints.

The steps *are* the computation: each result is the ``after`` of its last step, and replaying a step's rule on its
``before`` gives its ``after``.
"""

from __future__ import annotations

from dataclasses import dataclass

from symback.algebra.facts import Fact
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Term


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation: ``target[indices]`` was ``before`` and is ``after`` by ``rule``.

    ``names`` are the definitions the rule used (the one folded in, the adjoint spliced in), ``facts`` the declared facts,
    ``conditions`` what must not vanish.
    """

    target: Name
    indices: tuple[Index, ...]
    rule: str
    before: Term
    after: Term
    says: str
    names: tuple[Name, ...] = ()
    facts: tuple[tuple[Name, Fact], ...] = ()
    conditions: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """A quantity with the steps that led to it; ``indices`` are its free indices."""

    target: Name
    indices: tuple[Index, ...]
    steps: tuple[Step, ...]
    reason: str = ""

    @property
    def result(self) -> Term:
        """The ``after`` of the last step."""
        return self.steps[-1].after

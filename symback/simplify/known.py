"""What is known by definition, asked once a gradient is finished: what was found, and the definitions around a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.terms import Name, Partial, Term
from symback.algebra.traverse import walk
from symback.network.program import Program

DEEP = 3
"""How many definitions below a name are put in."""
Find = Callable[[Name], Definition | None]
"""Finds the definition of a gradient by its name."""


@dataclass(frozen=True, slots=True)
class Known:
    """A term with something known put in; a sentence with blanks, the names in it, the facts used; why it is 0 where it is."""

    term: Term
    says: str
    names: tuple[Name, ...]
    facts: tuple[tuple[Name, Fact], ...] = ()
    reason: str = ""


def around(name: Name, program: Program, gradient: Find) -> tuple[Definition, ...]:
    """The definition of a name and, a few levels deep, of what it reads, as far as they are formulas."""
    found: dict[Name, Definition] = {}
    level = [name]
    for _ in range(DEEP):
        known = [gradient(n) if isinstance(n, Partial) else program.definition.get(n) for n in level if n not in found]
        new = [d for d in known if d is not None and isinstance(d.body, Term)]
        found.update((d.name, d) for d in new)
        level = [n for d in new for n in d.reads]
    return tuple(found.values())


def nodes(definition: Definition) -> list[Term]:
    """Every node of the formula of a definition; none where it is no formula."""
    return list(walk(definition.body)) if isinstance(definition.body, Term) else []

"""Local derivatives: one definition by one name it reads, everything else held fixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.opaque import OPAQUE, Site
from symback.algebra.sizes import Index, Size, fresh
from symback.algebra.terms import ZERO, Name, Partial, Ref, Term
from symback.algebra.traverse import substitute
from symback.calculus.rules import Variable, derivative
from symback.network.program import Program


@dataclass(frozen=True, slots=True)
class Local:
    """∂of[outer]/∂by[inner] as it comes out of the rules, before any simplification."""

    name: Partial
    outer: tuple[Index, ...]
    inner: tuple[Index, ...]
    raw: Term

    @property
    def indices(self) -> tuple[Index, ...]:
        """The free indices of the local derivative: those of the definition, then those of the name."""
        return (*self.outer, *self.inner)

    @property
    def head(self) -> Ref:
        """The left side."""
        return Ref(self.name, tuple(Size.of(i) for i in self.indices))


def local_derivative(
    definition: Definition, by: Name, indices: tuple[Index, ...], site: Site | None = None, avoid: tuple[Index, ...] = ()
) -> Local:
    """The derivative of a definition by one entry ``by[indices]`` of a name it reads.

    The definition's own indices get fresh marks where they coincide with ``indices`` or with those to ``avoid``.

    >>> from symback.algebra.terms import apply, ref
    >>> i = Index("i", "n")
    >>> local_derivative(Definition("h", (i,), apply("tanh", ref("z", i))), "z", (i,)).raw
    (1 + -1*tanh(z[i'])^2)*[i' = i]
    """
    outer = renamed(definition.indices, (*avoid, *indices))
    places = tuple(Size.of(i) for i in outer)
    inner = tuple(Size.of(i) for i in indices)
    name = Partial(definition.name, by, local=True)
    if isinstance(definition.body, Opaque):
        assert site is not None, "an opaque row is differentiated at its site"
        rows = [k for k, operand in enumerate(definition.body.operands) if operand == by]
        terms = [OPAQUE[definition.body.row].jacobians[k](site, places, inner) for k in rows]
        raw = terms[0] if len(terms) == 1 else sum(terms[1:], terms[0]) if terms else ZERO
        return Local(name, outer, indices, raw)
    body = substitute(definition.body, dict(zip(definition.indices, places, strict=True)), (*avoid, *indices))
    return Local(name, outer, indices, derivative(body, Variable(by, inner)))


def renamed(indices: tuple[Index, ...], avoid: tuple[Index, ...]) -> tuple[Index, ...]:
    """Copies of indices that are none of ``avoid``; a size that reads an earlier index reads its copy."""
    taken = list(avoid)
    copies: dict[Index, Index] = {}
    for index in indices:
        size = index.size.substitute({old: Size.of(new) for old, new in copies.items()})
        copies[index] = fresh(index, taken, size)
        taken.append(copies[index])
    return tuple(copies.values())


def site_of(program: Program, definition: Definition, auxiliary: Callable[[str, tuple[Name, ...]], Name]) -> Site:
    """The use of an opaque row by a definition of a program."""
    assert isinstance(definition.body, Opaque)
    return Site(definition, tuple((n, program.indices(n)) for n in definition.body.operands), auxiliary)

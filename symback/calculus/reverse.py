"""Reverse accumulation over names: who reads whom, and the chain rule for one name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.relabel import Shape, shape_of, shape_of_indices
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, Name, Partial, Ref, Term, add, bracket, mul, total
from symback.calculus.local import Local, local_derivative, renamed, site_of
from symback.network.program import Program


@dataclass(frozen=True)
class Sweep:
    """A program prepared for reverse accumulation: opaque rows that its Jacobians need are added to its definitions.

    ``result`` is the name that is differentiated and ``result_indices`` its free indices in every adjoint (none for a
    scalar; a result all of whose sizes are 1 counts as one).
    """

    program: Program
    result: Name
    result_indices: tuple[Index, ...]

    @cached_property
    def readers(self) -> Mapping[Name, tuple[Definition, ...]]:
        """The definitions that read a name, for every name."""
        table: dict[Name, list[Definition]] = {}
        for definition in self.program.definitions:
            for name in definition.reads:
                table.setdefault(name, []).append(definition)
        return {name: tuple(readers) for name, readers in table.items()}

    @cached_property
    def reaches(self) -> frozenset[Name]:
        """The names from which the result is reached."""
        found: dict[Name, None] = {self.result: None}
        pending: list[Name] = [self.result]
        while pending:
            definition = self.program.definition.get(pending.pop())
            for name in definition.reads if definition else ():
                if name not in found:
                    found[name] = None
                    pending.append(name)
        return frozenset(found)

    @cached_property
    def order(self) -> tuple[Name, ...]:
        """Definitions and leaves, from the result outwards."""
        inner = tuple(d.name for group in reversed(self.program.groups) for d in reversed(group))
        return (*inner, *(leaf.name for leaf in self.program.leaves))

    def indices(self, name: Name) -> tuple[Index, ...]:
        """The indices of a name, none of them one of the result's."""
        own = self.program.indices(name)
        return renamed(own, self.result_indices) if self.result_indices else own

    @cached_property
    def shapes(self) -> Mapping[Name, Shape]:
        """The shape of every definition."""
        return {d.name: shape_of(d) for d in self.program.definitions}

    @cached_property
    def opaque(self) -> bool:
        """Whether the program has opaque rows, which bring in names that no shape knows of."""
        return any(isinstance(d.body, Opaque) for d in self.program.definitions)

    @cached_property
    def live(self) -> Mapping[Name, tuple[Definition, ...]]:
        """The definitions that read a name and reach the result."""
        return {name: tuple([r for r in readers if r.name in self.reaches]) for name, readers in self.readers.items()}

    def adjoint(self, name: Name) -> Partial:
        """The name of the derivative of the result by a name."""
        return Partial(self.result, name)

    def head(self, name: Name) -> Ref:
        """The adjoint of a name at its indices."""
        return Ref(self.adjoint(name), tuple(Size.of(i) for i in (*self.result_indices, *self.indices(name))))

    def local(self, reader: Definition, name: Name) -> Local:
        """The local derivative of a reader by a name, over indices that are not the result's."""
        site = site_of(self.program, reader, self._auxiliary) if isinstance(reader.body, Opaque) else None
        return local_derivative(reader, name, self.indices(name), site, self.result_indices)

    def local_indices(self, reader: Definition, name: Name) -> tuple[Index, ...]:
        """The free indices of a local derivative: the reader's, renamed away from the result's and the name's, then the name's."""
        own = self.indices(name)
        return (*renamed(reader.indices, (*self.result_indices, *own)), *own)

    def _auxiliary(self, row: str, operands: tuple[Name, ...]) -> Name:
        for definition in self.program.definitions:
            if definition.body == Opaque(row, operands):
                return definition.name
        raise AssertionError("prepare() adds every auxiliary row")

    @cached_property
    def links(self) -> Mapping[Partial, tuple[Definition, Name]]:
        """Every local derivative of the sweep: its name, the definition differentiated, and the name it is differentiated by."""
        return {
            Partial(d.name, name, local=True): (d, name) for d in self.program.definitions if d.name in self.reaches for name in d.reads
        }

    @cached_property
    def shape(self) -> Shape:
        """The shape of the result alone, for problems that are the same up to renaming."""
        return shape_of_indices(self.result, self.result_indices)

    def chain(self, name: Name, readers: Iterable[Definition]) -> Term:
        """The chain rule: over the readers, the reader's adjoint times its local derivative, summed over the reader's places.

        A scalar result's own adjoint is 1 and is left out.
        """
        terms = []
        for reader in readers:
            indices = self.local_indices(reader, name)
            outer = indices[: len(reader.indices)]
            local = Ref(Partial(reader.name, name, local=True), tuple(Size.of(i) for i in indices))
            if reader.name == self.result and not self.result_indices:
                terms.append(total(outer, local))
                continue
            above = Ref(self.adjoint(reader.name), tuple(Size.of(i) for i in (*self.result_indices, *outer)))
            terms.append(total(outer, mul([above, local])))
        return add(terms)

    def seed(self) -> Term:
        """The derivative of the result by itself: 1, or Kronecker deltas over its indices."""
        if not self.result_indices:
            return ONE
        own = self.indices(self.result)
        return mul(bracket(r, "=", i) for r, i in zip(self.result_indices, own, strict=True))


def prepare(program: Program, result: Name) -> Sweep:
    """A sweep over a program for one of its names.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> net = Program("square", (Leaf("x"),), (Definition("L", (), ref("x") ** 2),), ("L",))
    >>> prepare(net, "L").order
    ('L', 'x')
    """
    definition = program.definition.get(result)
    own = program.indices(result)
    scalar = all(i.size.constant == 1 for i in own)
    indices = () if scalar or definition is None else renamed(own, ())
    return Sweep(with_auxiliary_rows(program), result, indices)


NEEDS_INVERSE = ("det", "logabsdet", "solve")


def with_auxiliary_rows(program: Program) -> Program:
    """The program with the inverse beside each opaque row whose Jacobian is written with it, once per operand."""
    definitions = list(program.definitions)
    known = {d.body for d in definitions if isinstance(d.body, Opaque)}
    for definition in program.definitions:
        body = definition.body
        if not (isinstance(body, Opaque) and body.row in NEEDS_INVERSE):
            continue
        inverse = Opaque("inv", body.operands[:1])
        if inverse not in known:
            known.add(inverse)
            name = free_name(f"{body.operands[0]}_inv", program)
            definitions.insert(definitions.index(definition), Definition(name, program.indices(body.operands[0]), inverse))
    return program if len(definitions) == len(program.definitions) else program.with_definitions(definitions)


def free_name(wanted: str, program: Program) -> str:
    """The wanted name, with underscores added until no leaf or definition has it."""
    while wanted in program.leaf or wanted in program.definition:
        wanted += "_"
    return wanted

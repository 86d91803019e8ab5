"""Columns as vectors: axes of size 1 left out of the lines of a sheet, as nobody writes z_{i1} for a column z.

A weight keeps both of its indices (w_{1j} is how its entries are called); so does what an opaque row reads whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, Bracket, Count, Mul, Name, Partial, Reduce, Ref, Term, mul
from symback.algebra.traverse import children, substitute, with_children
from symback.network.program import Program

FIRST = Size.of(0)


@dataclass(frozen=True)
class Columns:
    """A program seen without its axes of size 1; ``seen`` is the program the letters of such lines belong to."""

    program: Program

    @cached_property
    def whole(self) -> frozenset[Name]:
        """The names that keep every axis."""
        weights = [leaf.name for leaf in self.program.leaves if leaf.role == "weight" and len(leaf.indices) == 2]
        opaque = [n for d in self.program.definitions if isinstance(d.body, Opaque) for n in (d.name, *d.body.operands)]
        return frozenset([*weights, *opaque])

    @cached_property
    def seen(self) -> Program:
        """The program without the axes that are left out."""
        leaves = [replace(leaf, indices=self._visible(leaf.name, leaf.indices)) for leaf in self.program.leaves]
        definitions = [self.definition(d) for d in self.program.definitions]
        return replace(self.program, leaves=tuple(leaves), definitions=tuple(definitions))

    def definition(self, definition: Definition) -> Definition:
        """A definition without the axes that are left out; a kept axis of size 1 stays an index."""
        indices = self._visible(definition.name, definition.indices)
        if isinstance(definition.body, Opaque):
            return replace(definition, indices=indices)
        gone = {i: FIRST for i in definition.indices if i not in indices}
        return Definition(definition.name, indices, self.term(substitute(definition.body, gone)))

    def open(self, indices: tuple[Index, ...]) -> tuple[Index, ...]:
        """The free indices that stay: those that can have more than one value."""
        return tuple(i for i in indices if i.size.constant != 1)

    def line(self, term: Term, indices: tuple[Index, ...]) -> Term:
        """A term of a line with these free indices: an index of size 1 is put to its only value."""
        return self.term(substitute(term, {i: FIRST for i in indices if i.size.constant == 1}))

    def _visible(self, name: Name, indices: tuple[Index, ...]) -> tuple[Index, ...]:
        return tuple(indices[k] for k in self.kept(name, len(indices)))

    def kept(self, name: Name, count: int) -> tuple[int, ...]:
        """Which of a name's places are shown; a derivative has the places of its function, then of its variable."""
        if isinstance(name, Partial):
            below = len(self._axes(name.by))
            above = count - below
            top = self.kept(name.of, above) if above else ()
            return (*top, *(above + k for k in self.kept(name.by, below)))
        axes = self._axes(name)
        kept = tuple(k for k in range(count) if name in self.whole or axes[k].size.constant != 1)
        return kept if kept or not (count and self._has_layer(name)) else (0,)

    def _has_layer(self, name: str) -> bool:
        """Whether the letter carries a layer: a single number then keeps an index, for h² would be read as a square."""
        spelling = self.program.spellings.get(name)
        return spelling is not None and bool(spelling.layer) and not spelling.units

    def _axes(self, name: Name) -> tuple[Index, ...]:
        if isinstance(name, Partial):
            return (*self._axes(name.of), *self._axes(name.by)) if name.local else self._axes(name.by)
        return self.program.indices(name)

    def term(self, node: Term) -> Term:
        """A term without the places that are left out, sums over one value without their sign, brackets that hold gone."""
        match node:
            case Ref(name=name, places=places):
                return Ref(name, tuple(places[k] for k in self.kept(name, len(places))))
            case Reduce(index=index, body=body) if index.size.constant == 1:
                return self.term(substitute(body, {index: FIRST}))
            case Bracket(relation="=", left=Count(size=left), right=Count(size=right)) if left == right and left.constant is not None:
                return ONE
            case Mul(args=args):
                return mul(new for old in args if (new := self.term(old)) is not ONE or old is ONE)
        below = children(node)
        return with_children(node, tuple(map(self.term, below))) if below else node


__all__ = ["Columns"]

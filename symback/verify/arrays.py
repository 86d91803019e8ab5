"""Terms as NumPy arrays, fast: one axis per free index, every subterm evaluated once.

Made for trying many formulas that differ in a node from each other: what two of them share is the same node and is found again.
Plain float64, so it may screen and never decides; `symback.numeric.evaluate` judges what is left.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Name, Term
from symback.algebra.traverse import names
from symback.errors import NumericError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.values import Places, Sizes
from symback.verify.array_nodes import Floats, Value, functions, opaque_value, value_of


class Arrays:
    """The values of a program's names and of terms over them at one point.

    ``values`` holds an array, a number or a table by place for each leaf. Where a read is out of range its value means nothing; a
    false bracket, or the range of a sum, keeps it out of what is added.

    Raises NumericError where a name has no value, UnknownTerm for a node or an operation without a row.

    >>> from symback.algebra.terms import ref, total
    >>> from symback.network.program import Leaf
    >>> i = Index("i", "n")
    >>> run = Arrays(Program("", (Leaf("x", (i,)),), (), ()), {"x": [1.0, 2.0]}, {"n": 2})
    >>> float(run.entries(total([i], ref("x", i) ** 2), ()))
    5.0
    """

    def __init__(self, program: Program, values: Mapping[str, Any], sizes: Sizes) -> None:
        import numpy

        self.np: Any = numpy
        self.program, self.sizes = program, sizes
        self.functions = functions()
        self.holes: Mapping[Name, Any] = {}
        self._memo: dict[Term, Value] = {}
        self._rank: dict[Index, int] = {}
        self._extents: dict[Index, int] = {}
        self._places: dict[Size, Value] = {}
        self._names: dict[Name, Any] = {leaf.name: self._given(leaf.name, values) for leaf in program.leaves if leaf.name in values}

    def entries(self, node: Term, indices: Sequence[Index], holes: Mapping[Name, Any] | None = None) -> Any:
        """All entries of a term: one axis for each of the indices, in their order.

        ``holes`` are arrays for names that only this call knows.
        """
        self.holes = holes or {}
        try:
            with self.np.errstate(all="ignore"):
                return self._spread(self.value(node), indices)
        finally:
            self.holes = {}

    def over(self, program: Program, changed: Collection[Name]) -> Arrays:
        """The same point for a program that differs in the definitions of some names only."""
        new = object.__new__(Arrays)
        new.np, new.program, new.sizes, new.functions, new.holes = self.np, program, self.sizes, self.functions, {}
        new._memo, new._rank, new._extents, new._places = {}, self._rank, self._extents, self._places
        new._names = {n: a for n, a in self._names.items() if n not in changed}
        return new

    def array(self, name: Name) -> Any:
        """All entries of a name."""
        if name in self.holes:
            return self.holes[name]
        if name not in self._names:
            with self.np.errstate(all="ignore"):
                for needed in self._needed(name):
                    self._names[needed] = self._computed(needed)
        return self._names[name]

    def value(self, node: Term) -> Value:
        """A term over its free indices, with the axes in an order that all values share."""
        found = self._memo.get(node)
        if found is not None:
            return found
        found = value_of(node, self)
        if not self.holes or self.holes.keys().isdisjoint(names(node)):
            self._memo[node] = found
        return found

    def extent(self, index: Index) -> int:
        """How many values an index takes: the most, where that depends on another index."""
        known = self._extents.get(index)
        if known is None:
            known = self._extents[index] = int(self.np.max(self.place(index.size).array, initial=0))
        return known

    def place(self, size: Size) -> Value:
        """A place or a size as integers over the indices it reads."""
        found = self._places.get(size)
        if found is None:
            found = self._places[size] = self._place(size)
        return found

    def aligned(self, values: Sequence[Value]) -> tuple[tuple[Index, ...], list[Any]]:
        """Arrays over one common set of axes, ready to be broadcast."""
        axes = values[0].axes
        if all(v.axes == axes for v in values):
            return axes, [v.array for v in values]
        union = self.ordered(i for v in values for i in v.axes)
        return union, [v.array if v.axes == union or not v.axes else v.array[self._widened(v.axes, union)] for v in values]

    def ordered(self, indices: Any) -> tuple[Index, ...]:
        """Indices in the order that all values share."""
        rank = self._rank
        return tuple(sorted({i: rank.setdefault(i, len(rank)) for i in indices}, key=rank.__getitem__))

    def _widened(self, axes: tuple[Index, ...], union: tuple[Index, ...]) -> tuple[Any, ...]:
        return tuple(slice(None) if i in axes else None for i in union)

    def _spread(self, value: Value, indices: Sequence[Index]) -> Any:
        """A value over exactly these indices."""
        wanted = tuple(indices)
        order = sorted(range(len(value.axes)), key=lambda k: wanted.index(value.axes[k]))
        array = value.array.transpose(order) if len(order) > 1 else value.array
        return self.np.broadcast_to(
            array[self._widened(value.axes, wanted)] if value.axes else array, tuple(self.extent(i) for i in wanted)
        )

    def _place(self, size: Size) -> Value:
        total = Value((), self.np.asarray(0))
        for monomial, coefficient in size.terms:
            parts = [self._atom(a) for a, e in monomial for _ in range(e)]
            axes, arrays = self.aligned([total, Value((), self.np.asarray(coefficient)), *parts])
            total = Value(axes, arrays[0] + math.prod(arrays[2:], start=arrays[1]))
        return total

    def _atom(self, atom: Atom) -> Value:
        match atom:
            case Index():
                self.ordered((atom,))
                return Value((atom,), self.np.arange(self.extent(atom)))
            case SizeSymbol():
                return Value((), self.np.asarray(self.sizes[atom.name]))
            case Floor():
                axes, (top, bottom) = self.aligned([self.place(atom.numerator), self.place(atom.denominator)])
                return Value(axes, top // bottom)
            case SizeAt():
                at = self.place(atom.place)
                return Value(at.axes, self.np.take(self.np.asarray(self.sizes[atom.name]), at.array, mode="clip"))

    # names ---------------------------------------------------------------------------------------------------------

    def _given(self, name: str, values: Mapping[str, Any]) -> Any:
        """The value of a leaf as an array; where rows differ in length the rest is 1."""
        given, shape = values[name], tuple(self.extent(i) for i in self.program.indices(name))
        if not isinstance(given, Mapping):
            return self.np.asarray(given, dtype=float)
        array = self.np.ones(shape)
        for places, number in given.items():
            array[places] = float(number)
        return array

    def _needed(self, name: Name) -> list[Name]:
        """A definition and all it reads that is not known yet, in the order of computation."""
        order: dict[Name, None] = {}
        stack = [name]
        opened: set[Name] = set()
        while stack:
            top = stack[-1]
            new = (
                []
                if top in opened
                else [r for r in self._definition(top).reads if r not in self._names and r not in order and r not in opened]
            )
            opened.add(top)
            if new:
                stack += new
            else:
                order[stack.pop()] = None
        return list(order)

    def _definition(self, name: Name) -> Definition:
        found = self.program.definition.get(name)
        if found is None:
            raise NumericError(str(name), "no value is given", f"give a value for {name}")
        return found

    def _computed(self, name: Name) -> Any:
        if name in self._names:
            return self._names[name]
        definition = self._definition(name)
        if isinstance(definition.body, Opaque):
            return opaque_value(definition.body.row, [self._names[o] for o in definition.body.operands])
        if any(r not in self._names for r in definition.reads):
            return self._by_entries(definition)
        holes, self.holes = self.holes, {}
        try:
            return self._spread(self.value(definition.body), definition.indices)
        finally:
            self.holes = holes

    def _by_entries(self, definition: Definition) -> Any:
        """A recurrence, entry by entry."""
        known = {n: Entries(self._table(n)) for n in self._names if n in self.program.leaf or n in self.program.definition}
        run = Evaluator(self.program, known, self.sizes, field=Floats())
        array = self.np.ones(tuple(self.extent(i) for i in definition.indices))
        for places, number in run.entries(definition.name).items():
            array[places] = number
        return array

    def _table(self, name: Name) -> dict[Places, Any]:
        array = self._names[name]
        return {tuple(map(int, p)): float(array[p]) for p in self.np.ndindex(*array.shape)}

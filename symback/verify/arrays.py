"""Terms as NumPy arrays, fast: one axis per free index, every subterm evaluated once.

Made for trying many formulas that differ in a node from each other: what two of them share is the same node and is found again.
Plain float64, so it may screen and never decides; `symback.numeric.evaluate` judges what is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, singledispatch
from typing import Any, NamedTuple

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Add, Apply, Bracket, Count, Kind, Mul, Name, Num, Pow, Reduce, Ref, Relation, Term
from symback.algebra.traverse import factors, names
from symback.errors import NumericError, UnknownTerm
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import COMPARE
from symback.numeric.values import Places, Sizes


class Value(NamedTuple):
    """An array and the index of each of its axes."""

    axes: tuple[Index, ...]
    array: Any


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
        self.functions = _functions()
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
        found = _value(node, self)
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
            return _opaque(definition.body.row, [self._names[o] for o in definition.body.operands])
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
        run = Evaluator(self.program, known, self.sizes, field=_Floats())
        array = self.np.ones(tuple(self.extent(i) for i in definition.indices))
        for places, number in run.entries(definition.name).items():
            array[places] = number
        return array

    def _table(self, name: Name) -> dict[Places, Any]:
        array = self._names[name]
        return {tuple(map(int, p)): float(array[p]) for p in self.np.ndindex(*array.shape)}


@singledispatch
def _value(node: Term, run: Arrays) -> Value:
    raise UnknownTerm(node, "evaluate as an array")


@_value.register
def _(node: Num, run: Arrays) -> Value:
    return Value((), run.np.asarray(float(node.value)))


@_value.register
def _(node: Count, run: Arrays) -> Value:
    value = run.place(node.size)
    return Value(value.axes, value.array.astype(float))


@_value.register
def _(node: Ref, run: Arrays) -> Value:
    """Plain indices are a transpose; everything else is fancy indexing, with places out of range at the nearest one."""
    array = run.array(node.name)
    if not node.places:
        return Value((), array)
    singles = [p.single for p in node.places]
    plain = tuple(i for i in singles if isinstance(i, Index))
    if len(dict.fromkeys(plain)) == len(singles) and all(run.extent(i) == n for i, n in zip(plain, array.shape, strict=True)):
        axes = run.ordered(plain)
        return Value(axes, array if axes == plain else array.transpose([plain.index(i) for i in axes]))
    axes, places = run.aligned([run.place(p) for p in node.places])
    inside = tuple(run.np.clip(p, 0, max(n - 1, 0)) for p, n in zip(places, array.shape, strict=True))
    return Value(axes, array[inside])


@_value.register
def _(node: Bracket, run: Arrays) -> Value:
    axes, holds = _condition(node, run)
    return Value(axes, holds.astype(float))


def _condition(node: Bracket, run: Arrays) -> Value:
    axes, (left, right) = run.aligned([run.value(node.left), run.value(node.right)])
    relation: Relation = node.relation
    return Value(axes, run.np.asarray(COMPARE[relation](left, right)))


@_value.register
def _(node: Add, run: Arrays) -> Value:
    axes, arrays = run.aligned([run.value(a) for a in node.args])
    return Value(axes, sum(arrays[1:], arrays[0]))


@_value.register
def _(node: Mul, run: Arrays) -> Value:
    """The brackets choose where the product of the others counts: a false one annihilates even what is not a number."""
    parts = factors(node)
    conditions = [_condition(f, run) for f in parts if isinstance(f, Bracket)]
    axes, arrays = run.aligned(
        [*(run.value(f) for f in parts if not isinstance(f, Bracket)), *conditions] or [Value((), run.np.asarray(1.0))]
    )
    plain = arrays[: len(arrays) - len(conditions)]
    product = math.prod(plain[1:], start=plain[0]) if plain else run.np.asarray(1.0)
    if not conditions:
        return Value(axes, product)
    holds = arrays[len(plain)]
    for more in arrays[len(plain) + 1 :]:
        holds = holds & more
    return Value(axes, run.np.where(holds, product, 0.0))


@_value.register
def _(node: Pow, run: Arrays) -> Value:
    base = run.value(node.base)
    if isinstance(node.exponent, Num):
        exponent = node.exponent.value
        array = 1.0 / base.array if exponent == -1 else base.array * base.array if exponent == 2 else base.array ** float(exponent)
        return Value(base.axes, array)
    axes, (left, right) = run.aligned([base, run.value(node.exponent)])
    return Value(axes, run.np.power(left, right))


@_value.register
def _(node: Apply, run: Arrays) -> Value:
    if node.op not in run.functions:
        raise UnknownTerm(node, f"evaluate {node.op} as an array")
    if not node.args:
        return Value((), run.np.asarray(run.functions[node.op]()))
    axes, arrays = run.aligned([run.value(a) for a in node.args])
    return Value(axes, run.functions[node.op](*arrays))


@_value.register
def _(node: Reduce, run: Arrays) -> Value:
    body, index, kind = run.value(node.body), node.index, node.kind
    if index.size.indices:
        return _ragged(body, index, kind, run)
    if index not in body.axes:
        count = run.extent(index)
        array = body.array * count if kind == "sum" else body.array**count if kind == "prod" else body.array
        return Value(body.axes, array)
    axis = body.axes.index(index)
    axes = (*body.axes[:axis], *body.axes[axis + 1 :])
    return Value(axes, getattr(body.array, kind)(axis=axis))


NEUTRAL: Mapping[Kind, float] = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -math.inf, "min": math.inf}


def _ragged(body: Value, index: Index, kind: Kind, run: Arrays) -> Value:
    """A reduction whose range depends on another index: what lies beyond the range is neutral."""
    run.ordered((index,))
    size = run.place(index.size)
    axes, (inner, count, place) = run.aligned([body, size, Value((index,), run.np.arange(run.extent(index)))])
    inside = run.np.where(place < count, inner, NEUTRAL[kind])
    axis = axes.index(index)
    rest = (*axes[:axis], *axes[axis + 1 :])
    if kind != "mean":
        return Value(rest, getattr(inside, kind)(axis=axis))
    counts = run.np.broadcast_to(count, inside.shape).max(axis=axis)
    return Value(rest, inside.sum(axis=axis) / counts)


@lru_cache(maxsize=1)
def _functions() -> Mapping[str, Callable[..., Any]]:
    """The NumPy function of every row of the operations table."""
    import numpy as np

    each = np.vectorize
    own: dict[str, Callable[..., Any]] = {
        "sigmoid": lambda x: 1.0 / (1.0 + np.exp(-x)),
        "softplus": lambda x: np.logaddexp(0.0, x),
        "relu": lambda x: np.maximum(x, 0.0),
        "erf": each(math.erf, otypes=[float]),
        "Phi": each(lambda x: math.erfc(-x / math.sqrt(2.0)) / 2.0, otypes=[float]),
        "phi": lambda x: np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi),
        "pi": lambda: math.pi,
    }
    return {row.name: own.get(row.name) or getattr(np, row.numpy.removeprefix("np.")) for row in OPERATIONS.values()}


def _opaque(row: str, operands: Sequence[Any]) -> Any:
    """An opaque row by NumPy; not a number where the matrix is singular."""
    import numpy as np

    linalg = np.linalg
    rows: dict[str, Callable[..., Any]] = {
        "inv": linalg.inv,
        "det": linalg.det,
        "logabsdet": lambda a: linalg.slogdet(a)[1],
        "signdet": lambda a: linalg.slogdet(a)[0],
        "solve": linalg.solve,
        "pinv": linalg.pinv,
    }
    if row not in rows:
        raise NumericError(row, "no NumPy function is known", "this is a defect of symback; please report it")
    try:
        return np.asarray(rows[row](*operands))
    except linalg.LinAlgError:
        raise NumericError(row, "the matrix is singular", "give an invertible matrix") from None


class _Floats:
    """Python's floats as the reference evaluator's numbers; what is undefined is not a number."""

    zero, one = 0.0, 1.0

    def number(self, value: Fraction) -> Any:
        return float(value)

    def power(self, base: Any, exponent: Any) -> Any:
        try:
            value = base**exponent
        except (ZeroDivisionError, OverflowError):
            return math.nan
        return math.nan if isinstance(value, complex) else value

    def apply(self, op: str, args: Sequence[Any]) -> Any:
        return float(_functions()[op](*args))

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        return bool(COMPARE[relation](left, right))

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        return max(values) if kind == "max" else min(values)

    def opaque(self, row: str, operands: Sequence[Any], sizes: Sequence[tuple[int, ...]]) -> Any:
        return _opaque(row, operands).tolist()

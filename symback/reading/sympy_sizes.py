"""Sizes and shapes in SymPy declarations: matrix shapes, ranges of indices, shapes of indexed bases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, TypeAlias

from symback.algebra.sizes import Size, SizeSymbol, provably_at_least
from symback.errors import DeclarationError
from symback.reading.arrays import Misfit
from symback.reading.lazy import sp
from symback.reading.names import spelled_name
from symback.reading.scope import SizeAtLeast, least_for

LEAST: ContextVar[Mapping[str, int] | None] = ContextVar("LEAST", default=None)
"""The least value of each size that a declaration asks for, while it is read; None where sizes are settled."""


def named_size(name: str, least: int = 1) -> Size:
    """What the name of a size stands for: a symbol that is at least 1, or what the declaration asks for."""
    return Size.of(SizeSymbol(name, (LEAST.get() or {}).get(name, least)))


def size_of(value: Any, bound: dict[Any, Size] | None = None) -> Size:
    """A SymPy expression as a size or place; ``bound`` gives what index symbols stand for."""
    known = bound or {}
    if isinstance(value, int):
        return Size.of(value)
    if value in known:
        return known[value]
    match value:
        case sp.Integer():
            return Size.of(int(value))
        case sp.Idx() | sp.Dummy():
            raise Misfit(f"the index {value} is not bound", "use it on the left side, or sum over it")
        case sp.Symbol():
            return named_size(spelled_name(value.name))
        case sp.Add():
            whole = Size.of(0)
            for part in value.args:
                whole = whole + size_of(part, known)
            return whole
        case sp.Mul():
            whole = Size.of(1)
            for part in value.args:
                whole = whole * size_of(part, known)
            return whole
        case sp.Pow() if value.exp.is_Integer and 0 < value.exp < 10:
            base, whole = size_of(value.base, known), Size.of(1)
            for _ in range(int(value.exp)):
                whole = whole * base
            return whole
        case sp.floor():
            top, bottom = value.args[0].as_numer_denom()
            divisor = size_of(bottom, known)
            if provably_at_least(divisor, 1):
                return size_of(top, known) // divisor
    raise Misfit(f"{str(value)[:80]} is no size", "a size is made of integers, symbols, + - * and floor")


def ask_for(place: Size, size: Size) -> None:
    """Ask for an axis that has a place which reads no index (one that does is a matter of the index's range)."""
    if not place.indices:
        ask(size - 1 - place)


def ask(gap: Size) -> None:
    """Ask for sizes with which ``gap`` is at least 0, where that is a matter of one symbol's least value."""
    needed = None if LEAST.get() is None or provably_at_least(gap) else least_for(gap)
    if needed is not None:
        raise SizeAtLeast(*needed)


def index_range(letter: Any) -> tuple[Size, Size] | None:
    """First and last value of an Idx with a range, else None."""
    if isinstance(letter, sp.Idx) and letter.lower is not None and letter.upper is not None:
        return size_of(letter.lower), size_of(letter.upper)
    return None


Limits: TypeAlias = dict[Any, tuple[Size, Size]]


class Shapes:
    """What the equations say about shapes: names of sizes, and the axes of indexed bases.

    An indexed base has the shape it was given, else one that follows from the ranges of its indices. An axis whose
    indices start at 1 counts from 1: its first entry is at place 1.
    """

    def __init__(self, equations: Sequence[tuple[Any, Any]]) -> None:
        self.names: dict[str, None] = {}
        self._ranges: dict[str, list[tuple[Size, Size] | None]] = {}
        self._given: dict[str, tuple[Size, ...]] = {}
        self._size_symbols: set[Any] = set()
        for _ in range(len(equations) + 1):
            before = {name: tuple(axes) for name, axes in self._ranges.items()}
            for left, right in equations:
                bound = self._left_ranges(left, right)
                for side in (left, right):
                    self._collect(side, bound)
            if before == {name: tuple(axes) for name, axes in self._ranges.items()}:
                break

    def _left_ranges(self, left: Any, right: Any) -> Limits:
        """The ranges of the indices on a left side that are not Idx: those of the axes they stand at by themselves."""
        if not isinstance(left, sp.Indexed):
            return {}
        found: Limits = {}
        reads = [left, *sorted(right.atoms(sp.Indexed), key=str)] if isinstance(right, sp.Basic) else [left]
        for read in reads:
            name = spelled_name(str(read.base.label))
            axes = self._ranges.get(name, [None] * len(read.indices))
            for axis, letter in enumerate(read.indices):
                span = axes[axis]
                if span is None and read.base.shape is not None:
                    span = (Size.of(0), size_of(read.base.shape[axis]) - 1)
                if letter in left.indices and span is not None:
                    found.setdefault(letter, span)
        return found

    def _collect(self, node: Any, limits: Limits) -> None:
        if isinstance(node, sp.Sum | sp.Product):
            inner = dict(limits)
            for variable, *bounds in node.limits:
                if len(bounds) != 2:
                    raise DeclarationError(
                        str(node)[:160], f"the index {variable} has no range", "write sp.Sum(e, (i, 0, n - 1)) or use sp.Idx('i', n)"
                    )
                self._sizes(bounds)
                inner[variable] = (self._bound(bounds[0], inner), self._bound(bounds[1], inner))
            self._collect(node.function, inner)
            return
        if isinstance(node, sp.Indexed):
            self._indexed(node, limits)
        if isinstance(node, sp.MatrixSymbol | sp.MatrixExpr):
            self._sizes(node.shape)
        if isinstance(node, sp.IndexedBase):
            self._sizes(node.shape or ())
            return
        for child in node.args if not isinstance(node, sp.MatrixSymbol | sp.Indexed | sp.Idx) else ():
            self._collect(child, limits)
        if isinstance(node, sp.Indexed):
            for place in node.indices:
                self._collect(place, limits)
        if isinstance(node, sp.Idx) and node.lower is not None:
            self._sizes((node.lower, node.upper))

    @staticmethod
    def _bound(value: Any, limits: Limits) -> Size:
        """A limit of a sum; one that reads an outer index is taken at its first value."""
        return size_of(value, {letter: span[0] for letter, span in limits.items()})

    def _sizes(self, values: Iterable[Any]) -> None:
        for value in values:
            for symbol in sorted(getattr(value, "free_symbols", ()), key=str):
                if isinstance(symbol, sp.Symbol) and not isinstance(symbol, sp.Dummy | sp.Idx):
                    self._size_symbols.add(symbol)
                    self.names[spelled_name(symbol.name)] = None

    def _indexed(self, node: Any, limits: Limits) -> None:
        name = spelled_name(str(node.base.label))
        axes = self._ranges.setdefault(name, [None] * len(node.indices))
        if len(axes) != len(node.indices):
            raise DeclarationError(str(node), f"{name} has {len(node.indices)} indices here and {len(axes)} elsewhere")
        if node.base.shape is not None:
            self._sizes(node.base.shape)
            self._given[name] = tuple(size_of(n) for n in node.base.shape)
        for axis, letter in enumerate(node.indices):
            found = index_range(letter) or limits.get(letter)
            if found is None:
                continue
            known = axes[axis]
            axes[axis] = (found[0], found[1]) if known is None else known
            if known is not None and known != found and node.base.shape is None:
                both = f"{known[0]}..{known[1]} and {found[0]}..{found[1]}"
                raise DeclarationError(str(node), f"axis {axis} of {name} runs over {both}", "give the IndexedBase a shape")

    def shape(self, thing: Any, name: str) -> tuple[Size, ...]:
        """The shape of a declared thing."""
        if isinstance(thing, sp.MatrixSymbol):
            return tuple(size_of(n) for n in thing.shape)
        if not isinstance(thing, sp.IndexedBase):
            return ()
        if thing.shape is not None:
            return tuple(size_of(n) for n in thing.shape)
        if not self.is_known(thing, name):
            raise DeclarationError(str(thing), f"the shape of {name} is not known", f"write sp.IndexedBase('{name}', shape=(n,))")
        return tuple(a[1] - a[0] + 1 for a in self._ranges[name] if a is not None)

    def is_known(self, thing: Any, name: str) -> bool:
        """Whether a declared thing has a shape, given or by the ranges of its indices."""
        if not isinstance(thing, sp.IndexedBase) or thing.shape is not None:
            return True
        axes = self._ranges.get(name, [])
        return bool(axes) and None not in axes

    def offset(self, name: str, axis: int) -> Size:
        """The place of the first entry along an axis."""
        axes = self._ranges.get(name, [])
        found = axes[axis] if axis < len(axes) else None
        given = self._given.get(name)
        if found is None or (given is not None and given[axis] is not found[1] - found[0] + 1):
            return Size.of(0)
        return found[0]

    def read(self, node: Any, sizes: bool = False) -> list[Any]:
        """The declared things an expression reads as values, each once, in order: no bound indices, and sizes where asked for."""
        found: dict[Any, None] = {}

        def visit(part: Any, bound: frozenset[Any]) -> None:
            if isinstance(part, sp.MatrixSymbol):
                found[part] = None
            elif isinstance(part, sp.Indexed):
                found[part.base] = None
            elif isinstance(part, sp.Symbol) and not isinstance(part, sp.Dummy):
                if (sizes or part not in self._size_symbols) and part not in bound:
                    found[part] = None
            elif isinstance(part, sp.MatrixElement):
                visit(part.parent, bound)
            elif isinstance(part, sp.Sum | sp.Product):
                visit(part.function, bound | {limit[0] for limit in part.limits})
            elif isinstance(part, sp.Lambda):
                visit(part.expr, bound | set(part.variables))
            elif isinstance(part, sp.MatrixBase):
                for entry in part.flat():
                    visit(entry, bound)
            elif not isinstance(part, sp.Idx):
                for child in part.args:
                    visit(child, bound)

        visit(node, frozenset())
        return list(found)

"""What a text may name while it is read, and the definitions that reading adds on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.opaque import OPAQUE
from symback.algebra.sizes import Floor, Index, Size, SizeLike, SizeSymbol, provably_at_least
from symback.algebra.terms import Name, Ref, Term
from symback.network.hints import suggestion
from symback.reading.arrays import Array, Misfit, is_empty, is_one, read_whole
from symback.reading.settle import Letters, settle

FIRST_MARK = 1000
MAX_LEAST = 64

__all__ = ["Remedies", "Scope", "SizeAtLeast", "SizeSolved", "fresh_read", "shown", "suggestion"]


class SizeSolved(Exception):
    """A bare size symbol met an expression: everything is read again with the symbol replaced by it."""

    def __init__(self, name: str, size: Size) -> None:
        self.name, self.size = name, size
        super().__init__(f"{name} = {size}")


@dataclass(frozen=True)
class Remedies:
    """What a text is told to do about a name that is not declared, and about one whose shape is not known."""

    name: str = "declare {} under symbols"
    shape: str = 'declare {} = {{ role = "intermediate", shape = [...] }} under symbols'


class SizeAtLeast(Exception):
    """A text makes sense from a certain size on (``x[2]`` from 3): everything is read again with that least value."""

    def __init__(self, name: str, least: int) -> None:
        self.name, self.least = name, least
        super().__init__(f"{name} >= {least}")


@dataclass
class Scope:
    """The names in reach: axes of arrays, sizes, named entries; and what reading adds.

    ``axes`` holds the indices of leaves and of the definitions read so far; ``sizes`` what a size name stands for;
    ``tables`` the names of size tables (``n[l]``); ``entries`` the named entries of matrices; ``reserved`` the names that
    are declared further down; ``added`` the definitions made on the way; ``opaque`` which name holds an opaque row of
    operands; ``solves`` says whether a size symbol may be solved for, ``asks`` whether its least value may be raised;
    ``aliases`` what a name that was given twice means now; ``remedies`` is advice for messages; ``sign`` tells the sign of a term, as far as the facts
    of leaves tell it.
    """

    axes: dict[str, tuple[Index, ...]]
    sizes: Mapping[str, Size]
    letters: Letters
    tables: tuple[str, ...] = ()
    entries: Mapping[str, Ref] = field(default_factory=dict)
    reserved: tuple[str, ...] = ()
    added: list[Definition] = field(default_factory=list)
    opaque: dict[tuple[str, tuple[Name, ...]], str] = field(default_factory=dict)
    solves: bool = True
    aliases: dict[str, str] = field(default_factory=dict)
    _marks: Iterable[int] = field(default_factory=lambda: count(FIRST_MARK))
    bodies: dict[tuple[tuple[Index, ...], Term], str] = field(default_factory=dict)
    asks: bool = False
    remedies: Remedies = Remedies()
    sign: Callable[[Term], str] = lambda term: "unknown"

    def index(self, size: SizeLike, letter: str = "") -> Index:
        """An index nobody else has; ``letter`` is a wish for how it is written."""
        return Index(letter, size, next(iter(self._marks)))

    def agree(self, first: Size, second: Size) -> bool:
        """Whether two sizes are one; a bare symbol that meets an expression is solved for."""
        if first is second:
            return True
        for bare, other in ((first, second), (second, first)):
            symbol = bare.single
            if self.solves and isinstance(symbol, SizeSymbol) and _solves(symbol, other):
                raise SizeSolved(symbol.name, other)
        return False

    def require(self, size: Size, low: int = 0) -> bool:
        """Whether a size is at least ``low``; a bare symbol's least value is raised where that is all it takes."""
        if provably_at_least(size, low) or any(provably_at_least(size - axis, low - 1) for axis in self._extents()):
            return True
        needed = least_for(size - low) if self.solves or self.asks else None
        if needed is not None:
            raise SizeAtLeast(*needed)
        return False

    def _extents(self) -> Iterator[Size]:
        """Sizes of axes that are there, such as ``n - k + 1``: each is at least 1."""
        sizes = dict.fromkeys(i.size for axes in self.axes.values() for i in axes)
        return (size for size in sizes if size.single is None and size.constant is None and not size.indices)

    def read(self, name: str, text: str = "") -> Array:
        """A declared name read whole."""
        return fresh_read(self, self.aliases.get(name, name), self.axes[name], text or name)

    def whole_name(self, array: Array) -> str | None:
        """The name an array is a plain read of, every entry of it, or None."""
        return read_whole(array.body, array.axes, self.axes)

    def names(self) -> list[str]:
        """Every name a text may use as a value, for suggestions."""
        return [*self.axes, *self.entries, *self.sizes, *self.reserved]

    def definition_of(self, array: Array, row: str) -> str:
        """The name under which an array is read whole, defining it first where it has none."""
        whole = self.whole_name(array)
        if whole is not None:
            return whole
        indices, body = settle(array.axes, array.body, self.letters)
        known = self.bodies.get((indices, body))
        if known is None:
            known = self.fresh_name(_operand_base(array, self))
            self.bodies[indices, body] = known
            self.add(Definition(known, indices, body))
        return known

    def opaque_read(self, row: str, operands: tuple[Array, ...]) -> Array:
        """The value of an opaque row: a read of the definition that holds it."""
        names = tuple(self.definition_of(o, row) for o in operands)
        shape = self.opaque_shape(row, operands)
        name = self.opaque.get((row, names))
        if name is None:
            name = self.fresh_name("_".join([names[0], row, *names[1:]]) if len(names) > 1 else f"{names[0]}_{row}")
            self.add(Definition(name, self.letters.indices(shape), Opaque(row, names)))
            self.opaque[row, names] = name
        return self.read(name)

    def opaque_shape(self, row: str, operands: tuple[Array, ...]) -> tuple[Size, ...]:
        """The shape of an opaque row's output, after the checks of its operands."""
        for place, operand in enumerate(operands):
            if place == 0 and operand.rank != 2:
                raise Misfit(f"{row} takes a matrix, and {operand.says}", sizes=True)
            if place in OPAQUE[row].square and not self.agree(*operand.shape):
                raise Misfit(f"{row} takes a square matrix, and {operand.says}", sizes=True)
        return OPAQUE[row].shape(tuple(o.shape for o in operands))

    def add(self, definition: Definition) -> None:
        """Take in a definition made on the way."""
        assert isinstance(definition.name, str)
        self.added.append(definition)
        self.axes[definition.name] = definition.indices
        if not isinstance(definition.body, Opaque):
            self.bodies.setdefault((definition.indices, definition.body), definition.name)

    def taken_over(self, name: str, whole: str | None, before: int) -> Definition | None:
        """The opaque definition that a line made as its whole right side, under the line's own name.

        ``whole`` is the name the right side reads whole and ``before`` the number of definitions there were.
        """
        if whole is None or len(self.added) == before or self.added[-1].name != whole:
            return None
        made = self.added[-1]
        if not isinstance(made.body, Opaque):
            return None
        self.added.pop()
        del self.axes[whole]
        self.opaque[made.body.row, made.body.operands] = name
        return Definition(name, made.indices, made.body)

    def fresh_name(self, base: str) -> str:
        """``base``, or ``base_2``, ``base_3`` ... where that is taken."""
        taken = {*self.axes, *self.entries, *self.sizes, *self.reserved}
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        return name


def _solves(symbol: SizeSymbol, other: Size) -> bool:
    """Whether ``symbol = other`` is a solution and no coincidence of two names."""
    if isinstance(other.single, SizeSymbol) or is_one(other) or is_empty(other) or other.indices:
        return False
    return symbol.name not in other.symbols


def least_for(gap: Size) -> tuple[str, int] | None:
    """``(symbol, least)`` with which ``gap`` is at least 0, where the gap reads that one symbol only."""
    for atom in gap.atoms:
        split = gap.coefficient(atom)
        if split is not None and isinstance(atom, SizeSymbol) and split[1].constant == 0 and split[0].constant is None:
            return least_for(split[0])
        if split is None or len(gap.atoms) != 1 or split[0].constant is None or split[1].constant is None or split[0].constant < 1:
            return None
        low = -(split[1].constant // split[0].constant)
        if isinstance(atom, Floor):
            inner = atom.numerator - atom.denominator * low
            return None if provably_at_least(inner) else least_for(inner)
        if isinstance(atom, SizeSymbol) and low <= MAX_LEAST:
            return atom.name, low
    return None


def shown(scope: Scope, size: Size, low: int = 0) -> bool:
    """Like `Scope.require`, for a size that is one floor as well."""
    if size.single is not None and isinstance(size.single, Floor):
        return scope.require(size.single.numerator - size.single.denominator * low)
    return scope.require(size, low)


def fresh_read(scope: Scope, name: str, axes: tuple[Index, ...], text: str = "") -> Array:
    """A name read whole over fresh indices; an axis of size 1 is read at 0."""
    moves: dict[Index, Size] = {}
    new = []
    for axis in axes:
        index = scope.index(axis.size.substitute(moves))
        moves[axis] = Size.of(0) if is_one(index.size) else Size.of(index)
        new.append(index)
    return Array(tuple(new), Ref(name, tuple(moves[a] for a in axes)), text=text or name)


def _operand_base(array: Array, scope: Scope) -> str:
    """A readable name for an operand without one: ``A_T`` for a transpose, else a free capital letter."""
    body = array.body
    if isinstance(body, Ref) and body.places == tuple(Size.of(i) for i in reversed(array.axes)):
        return f"{body.name}_T"
    taken = {*scope.axes, *scope.entries, *scope.sizes, *scope.reserved}
    free = [c for c in ("MSRBCQUV" if array.rank > 1 else "rsuvqc") if c not in taken]
    return free[0] if free else "M"

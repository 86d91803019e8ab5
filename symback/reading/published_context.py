"""What letters mean while a published statement is read, and the arrays that are made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Term
from symback.algebra.traverse import free_indices
from symback.errors import ReadingError
from symback.network.program import Leaf, Program
from symback.reading.published_names import Names
from symback.reading.sides import INTERNAL

SINGLE, ZEROTH = Size.of(1), Size.of(0)


Entry = Callable[..., Term]
Fills = Literal["", "ones", "identity", "block"]


class Clash(Exception):
    """Sizes that cannot meet: the text is read, and what it says does not fit."""


class Untold(Clash):
    """Sizes that nothing tells: the text may be right at some, so that it is not wrong."""


class Undeclared(ReadingError):
    """A symbol that nothing declares."""


class Unsized(ReadingError):
    """A formula whose sizes nothing tells."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What a derivative derives and by what, each with its number of axes."""

    of: Name
    of_rank: int
    by: Name
    by_rank: int


@dataclass(frozen=True, slots=True)
class Value:
    """An array: its axes, its entry at places, whether one axis is a row, whether that is definite, and the derivative it is.

    ``open`` says that the entry is a product that goes on. ``fills`` marks ones, a block of ones, or what is like the identity, which take
    the size they meet; ``repeats`` a row (0) or a column (1) that is repeated as often as it has to be.
    """

    axes: tuple[Index, ...]
    entry: Entry
    row: bool = False
    fixed: bool = False
    tag: Tag | None = None
    open: bool = False
    fills: Fills = ""
    repeats: int | None = None

    @property
    def any_size(self) -> bool:
        """Whether this takes the size it meets."""
        return bool(self.fills)

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.axes)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The size of each axis."""
        return tuple(i.size for i in self.axes)

    @property
    def sides(self) -> tuple[Size, Size]:
        """Rows and columns."""
        if self.rank == 1:
            return (SINGLE, self.shape[0]) if self.row else (self.shape[0], SINGLE)
        return (self.shape[0], self.shape[1]) if self.rank == 2 else (SINGLE, SINGLE)

    def cell(self, r: Size, c: Size) -> Term:
        """The entry at a row and a column."""
        match self.rank:
            case 0:
                return self.entry()
            case 1:
                return self.entry(c if self.row else r)
        return self.entry(r, c)

    @property
    def says(self) -> str:
        """The shape in words."""
        match self.rank:
            case 0:
                return "a number"
            case 1:
                return f"a {'row' if self.row else 'column'} of {self.shape[0]}"
            case 2:
                return f"{self.shape[0]} by {self.shape[1]}"
        return " by ".join(map(repr, self.shape))


@dataclass
class Context:
    """What letters mean in a statement, and what reading it adds: indices, definitions, choices."""

    source: str
    program: Program
    names: Names
    letters: dict[str, Index] = field(default_factory=dict)
    zero_based: set[str] = field(default_factory=set)
    layers: dict[str, str] = field(default_factory=dict)
    policy: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    added: list[Definition] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    bars: bool = False
    varying: tuple[str, ...] = ()
    directions: list[Leaf] = field(default_factory=list)
    sizes: dict[object, Size] = field(default_factory=dict)
    free: dict[str, Index] = field(default_factory=dict)
    updating: bool = False
    rate: str = ""
    assumed: dict[str, None] = field(default_factory=dict)
    lower: bool = False
    new: bool = False
    bounds: dict[str, Size] = field(default_factory=dict)
    loss_letter: bool = False
    adjoints: dict[str, Name] = field(default_factory=dict)
    _marks: dict[str, int] = field(default_factory=dict)

    def error(self, position: int, found: str, remedy: str = "") -> ReadingError:
        """What is wrong at a position."""
        return ReadingError(self.source, found, remedy, position)

    def note(self, says: str) -> None:
        """Say a choice."""
        self.notes[says] = None

    def choose(self, key: str, options: int) -> int:
        """Which of the readings of a kind of sign is tried now."""
        self.asked[key] = max(options, self.asked.get(key, 0))
        return self.policy.get(key, 0)

    @cached_property
    def taken(self) -> set[tuple[str, int]]:
        """What the axes of the program look like."""
        shapes = [leaf.indices for leaf in self.program.leaves] + [d.indices for d in self.program.definitions]
        axes = [i for indices in shapes for i in indices]
        return {(i.name, i.mark) for i in axes}

    @property
    def declared(self) -> dict[str, tuple[Index, ...]]:
        """The axes of every name there is, those that reading added included."""
        known = {leaf.name: leaf.indices for leaf in self.program.leaves}
        return known | {d.name: d.indices for d in (*self.program.definitions, *self.added) if isinstance(d.name, str)}

    def fresh(self, letter: str, size: Size) -> Index:
        """An index that looks like no other of this statement and like no axis of the program."""
        mark = self._marks.get(letter, 0)
        used = {(i.name, i.mark) for i in (*self.letters.values(), *self.free.values())} | self.taken
        while (letter, mark) in used:
            mark += 1
        self._marks[letter] = mark + 1
        return Index(letter, size, mark)

    def define(self, value: Value, wish: str) -> str:
        """The name under which a value is defined; free letters become axes of it, before those of the value."""
        places = tuple(Size.of(a) for a in value.axes)
        body = value.entry(*places)
        outer = tuple(i for i in free_indices(body) if i not in value.axes)
        for definition in self.added:
            if definition.body is body and definition.indices == (*outer, *value.axes):
                return str(definition.name)
        name = self.free_name(wish)
        self.added.append(Definition(name, (*outer, *value.axes), body))
        return name

    def free_name(self, wish: str) -> str:
        """A name that nothing has, and that no reader sees."""
        taken = {leaf.name for leaf in self.program.leaves} | {str(d.name) for d in (*self.program.definitions, *self.added)}
        return next(n for n in (f"{wish}{INTERNAL}", *(f"{wish}_{k}{INTERNAL}" for k in range(1, 10_000))) if n not in taken)

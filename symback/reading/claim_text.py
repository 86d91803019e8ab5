"""A NumPy text while it is read: the names its lines add, what its derivatives mean, and what its lines assign."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import rename, rewrite
from symback.errors import AxisMismatch, ReadingError, SymbackError
from symback.network.checks import check
from symback.network.hints import shape_text
from symback.network.program import Leaf, Program
from symback.reading.arrays import Array
from symback.reading.claim_lines import SHOWN, Line, Piece
from symback.reading.claim_memory import Memory
from symback.reading.derivative_names import Names, joined, spelled
from symback.reading.expressions import read_body
from symback.reading.goals import Goal, derivative_axes
from symback.reading.index_notation import line as index_line
from symback.reading.lines import read_lines
from symback.reading.names import declared_name
from symback.reading.over_program import define
from symback.reading.scope import Scope
from symback.reading.sides import Side
from symback.reading.syntax import Source, parse


@dataclass
class Text:
    """One text being read: the names its lines add, what its derivatives mean, and the first line whose sizes cannot meet.

    ``assigned`` are the names that its lines gave a value, ``assumed`` says which values were taken as 0 because a line adds to them
    and none gives them, ``stepped`` which of those are parameters on their way to the value after a step, ``notes`` how it was read.
    """

    program: Program
    lines: tuple[Line, ...]
    goal: Goal | None
    scope: Scope
    partials: dict[str, Partial] = field(default_factory=dict)
    clash: str = ""
    own: set[Name] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    assumed: list[str] = field(default_factory=list)
    stepped: set[str] = field(default_factory=set)
    memory: Memory = field(default_factory=Memory)
    notes: list[str] = field(default_factory=list)

    def own_line(self, line: Line) -> None:
        if len(line.sides) == 1:
            raise ReadingError(shown(line.text), "is no assignment", "write one `name = expression` a line")
        left, right = line.sides[0], line.sides[-1]
        visible = declared_name(left.text, shown(line.text))
        before = len(self.scope.added)
        if self.clash:
            return
        try:
            array = self.array(right, left.text, line)
        except AxisMismatch as error:
            self.clash = f"{shown(line.text)}: {clash_of(error)}"
            return
        if line.operator:
            self.keeps_its_shape(visible, array, line)
        else:
            self.memory.assigned(visible, parse(joined(right.text, self.names())[0], left.text))
        self.partials.pop(visible, None)
        self.own.add(define(self.scope, visible, array, before).name)
        self.assigned.add(visible)

    def own_entries(self, lines: Sequence[Line]) -> None:
        """Lines of the text's own that give entries, ``e[t] = ... e[t + 1]``: they may read each other and themselves."""
        items = []
        for line in lines:
            text, found = joined(line.sides[-1].text, self.names())
            if found:
                raise ReadingError(shown(line.text), "a line of entries reads a derivative", "write the claim as a line of whole arrays")
            items.append(index_line(line.left, text))
        before = len(self.scope.added)
        try:
            read_lines(items, self.scope, {})
        except AxisMismatch as error:
            self.clash = f"{shown(lines[0].text)}: {clash_of(error)}"
            return
        self.own |= {d.name for d in self.scope.added[before:]}
        for item in items:
            self.partials.pop(item.name, None)
            self.assigned.add(item.name)

    def keeps_its_shape(self, name: str, array: Array, line: Line) -> None:
        """An array that is changed in place stays as large as it is, and so do the names that share its memory."""
        old = tuple(i.size for i in self.scope.axes.get(name, ()))
        if old and old != array.shape:
            raise ReadingError(
                shown(line.text), f"{name} is {shape_text(old)} and cannot become {shape_text(array.shape)} in place", "write name = ..."
            )
        if old:
            self.memory.changed(name, shown(line.text))

    # derivatives ---------------------------------------------------------------------------------------------------------

    def array(self, piece: Piece, name: str, line: Line, places: Mapping[str, Size] | None = None) -> Array:
        """One expression, with the derivatives in it as names of the scope; ``places`` are the letters of an entry."""
        try:
            text, found = joined(piece.text, self.names())
            broken = self.memory.broken(parse(text, name))
            if broken is not None:
                raise ReadingError(shown(line.text), f"{broken[0]} was changed by {broken[1]}, which shares its memory", "write .copy()")
            for alias, partial in found.items():
                self.partials[alias] = self._renamed(partial)
                self.scope.axes[alias] = tuple(self.scope.index(n) for n in self.axes(self.partials[alias])[1])
            return read_body(parse(text, name), self.scope, name, places)
        except ReadingError as error:
            raise placed(error, piece, line) from None
        except SymbackError as error:
            raise type(error)(spelled(error.where), spelled(error.found), spelled(error.remedy)) from None

    def gradient(self, left: str) -> Partial | None:
        """The derivative by a declared name that a left side stands for, whatever the text has assigned to it before."""
        if not left or (left in self.program.leaf or left in self.program.definition or left in self.scope.entries):
            return None
        whole, found = joined(left, self.names(self.assigned))
        return found.get(whole)

    def names(self, without: Collection[str] = ()) -> Names:
        own = {n for n in self.scope.axes if n not in self.partials and n not in without}
        known = {*own, *self.scope.entries, *self.scope.sizes}
        return Names(known.__contains__, own.__contains__, self.program.loss, tuple(n for n in self.scope.axes if n in own))

    def _renamed(self, partial: Partial) -> Partial:
        """A derivative with the names that were given a new meaning put in; a name of the network depends on those that it had."""
        if isinstance(partial.of, Partial):
            of: Name = self._renamed(partial.of)
        else:
            of = self.scope.aliases.get(partial.of, partial.of)
        first = _differentiated(of)
        kept = first in self.program.definition and (partial.by in self.program.leaf or partial.by in self.program.definition)
        return Partial(of, partial.by if kept else self.scope.aliases.get(str(partial.by), partial.by))

    def axes(self, partial: Partial) -> tuple[int, tuple[Size, ...]]:
        return derivative_axes(partial, lambda name: tuple(i.size for i in self.scope.axes[name]))

    def put(self, body: Term) -> Term:
        """The names that stand for derivatives replaced by them."""

        def change(node: Term) -> Term:
            partial = self.partials.get(node.name) if isinstance(node, Ref) and isinstance(node.name, str) else None
            if partial is None or not isinstance(node, Ref):
                return node
            return Ref(partial, (*(Size.of(0) for _ in range(self.axes(partial)[0])), *node.places))

        return rewrite(body, change) if self.partials else body

    def check(self, whole: Program, sides: list[Side]) -> None:
        """What is checked of every program: places in range, known operations."""
        own = [Definition(f"side {n}", side.indices, side.body) for n, side in enumerate(sides) if side.body is not None]
        read = dict.fromkeys(n for d in (*whole.definitions, *own) for n in d.reads if isinstance(n, Partial))
        leaves = [Leaf(str(p), self.scope.letters.indices((*[Size.of(1)] * self.axes(p)[0], *self.axes(p)[1]))) for p in read]
        plain = [
            replace(d, body=rename(d.body, {p: str(p) for p in read})) if isinstance(d.body, Term) else d
            for d in (*whole.definitions, *own)
        ]
        texts: dict[Name, str] = {f"side {n}": side.text for n, side in enumerate(sides)}
        check(replace(whole, leaves=(*whole.leaves, *leaves), definitions=tuple(plain)), texts, scalar=False)

    def derivatives(self, line: Line) -> bool:
        return any(joined(piece.text, self.names())[1] for piece in line.sides[1:])

    def parsed(self, line: Line) -> Source:
        piece = line.sides[-1]
        try:
            return parse(joined(piece.text, self.names())[0], "")
        except ReadingError as error:
            raise placed(error, piece, line) from None


def _differentiated(name: Name) -> Name:
    return _differentiated(name.of) if isinstance(name, Partial) else name


def clash_of(error: AxisMismatch) -> str:
    """Why sizes cannot meet, for a side without a body."""
    return error.found + (f"; {error.remedy}" if error.remedy else "")


def shown(text: str) -> str:
    """A line of a text as a message quotes it."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 3] + "..."


def placed(error: ReadingError, piece: Piece, line: Line) -> ReadingError:
    """The error with its position counted in the line, where it was counted in one of the sides."""
    where, found = spelled(error.where), spelled(error.found)
    if error.position is None or not where.endswith(shown(piece.text)) or len(line.text) > SHOWN:
        again = ReadingError(where, found, spelled(error.remedy))
        again.position = error.position
        return again
    inside = error.position - (len(where) - len(shown(piece.text))) - piece.before
    bare = found.removesuffix(f" at character {error.position + 1}")
    return ReadingError(line.text, bare, spelled(error.remedy), piece.position + max(inside, 0))

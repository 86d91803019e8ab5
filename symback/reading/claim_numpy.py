"""Claims written as NumPy: lines of their own first, then an equation of derivatives or the bare gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import rename, rewrite
from symback.errors import AxisMismatch, ReadingError, SymbackError
from symback.network.checks import check
from symback.network.hints import suggestion
from symback.network.program import Leaf, Program
from symback.reading.arrays import Array
from symback.reading.claim_lines import SHOWN, Line, Piece, lines_of
from symback.reading.derivative_names import Names, joined, spelled
from symback.reading.expressions import read_body
from symback.reading.goals import Goal, derivative_axes
from symback.reading.names import declared_name
from symback.reading.over_program import concealed, define, scope_of
from symback.reading.scope import Scope
from symback.reading.settle import settle
from symback.reading.sides import Claim, Side
from symback.reading.syntax import parse


def read_numpy(program: Program, text: str, goal: Goal | None = None) -> tuple[Claim, ...]:
    """The claims of a NumPy text: each line that begins with a ratio of derivatives or is a chain, and the last line."""
    base = program if goal is None else goal.program
    return tuple(_Reader(base, lines_of(text), goal, scope_of(base)).claims())


@dataclass
class _Reader:
    """One text being read: the names its lines add, what its derivatives mean, and the first line whose sizes cannot meet."""

    program: Program
    lines: tuple[Line, ...]
    goal: Goal | None
    scope: Scope
    partials: dict[str, Partial] = field(default_factory=dict)
    clash: str = ""
    own: set[Name] = field(default_factory=set)

    def claims(self) -> Iterator[Claim]:
        """Every claim, each over the lines before it."""
        for number, line in enumerate(self.lines):
            last = number == len(self.lines) - 1
            if self._claims(line, last):
                yield self._claim(line)
            elif last:
                raise ReadingError(_shown(line.text), "does not say what it is the derivative of", self._remedy(line))
            else:
                self._own_line(line)

    def _claims(self, line: Line, last: bool) -> bool:
        """Whether a line is a claim, not a line of the text's own."""
        left = line.sides[0].text if len(line.sides) > 1 else ""
        if left and not left.isidentifier():
            return True
        if not last:
            return len(line.sides) > 2
        return self.goal is not None or left in self.scope.axes or left in self.scope.entries or self._derivative(left) is not None

    def _remedy(self, line: Line) -> str:
        left = line.sides[0].text if len(line.sides) > 1 else ""
        hint = suggestion(left, [*self.scope.names(), *(f"d{n}" for n in self.scope.axes)]) if left not in ("", "grad") else ""
        return hint or f"write d{self.program.loss}/dX = ... where X is a declared name"

    def _claim(self, line: Line) -> Claim:
        sides = [*self._meant(line), *(self._side(piece, line) for piece in self._written(line))]
        added = [replace(d, body=self._put(d.body)) if isinstance(d.body, Term) else d for d in self.scope.added]
        whole = replace(self.program, definitions=(*self.program.definitions, *added))
        self._check(whole, sides)
        hidden, shown = concealed(added, self.own, tuple(sides))
        return Claim(replace(self.program, definitions=(*self.program.definitions, *hidden)), shown, "numpy")

    def _meant(self, line: Line) -> list[Side]:
        """The left side that the target stands for, unless the line has one of its own."""
        return [] if self.goal is None or self._has_left_side(line) else [self.goal.side]

    def _written(self, line: Line) -> tuple[Piece, ...]:
        """The sides to be read; a name that the gradient is only assigned to is none."""
        named = self.goal is not None and len(line.sides) > 1 and not self._has_left_side(line)
        return line.sides[1:] if named else line.sides

    def _has_left_side(self, line: Line) -> bool:
        left = line.sides[0].text
        if len(line.sides) == 1 or self.goal is None:
            return len(line.sides) > 1
        if not left.isidentifier():
            return True
        about = self._derivative(left)
        if about is not None and about.by != self.goal.target:
            raise ReadingError(_shown(line.text), f"this is about {about.by}, and the target is {self.goal.target}", "call it grad")
        return False

    def _side(self, piece: Piece, line: Line) -> Side:
        if self.clash:
            return Side(piece.text, line.position + piece.position, clash=self.clash)
        try:
            array = self._array(piece, "", line)
        except AxisMismatch as error:
            return Side(piece.text, line.position + piece.position, clash=_clash(error))
        indices, body = settle(array.axes, array.body, self.scope.letters)
        return Side(piece.text, line.position + piece.position, indices, self._put(body))

    def _own_line(self, line: Line) -> None:
        if len(line.sides) == 1:
            raise ReadingError(_shown(line.text), "is no assignment", "write one `name = expression` a line")
        left, right = line.sides
        visible = declared_name(left.text, _shown(line.text))
        before = len(self.scope.added)
        if self.clash:
            return
        try:
            array = self._array(right, left.text, line)
        except AxisMismatch as error:
            self.clash = f"{_shown(line.text)}: {_clash(error)}"
            return
        self.partials.pop(visible, None)
        self.own.add(define(self.scope, visible, array, before).name)

    # derivatives ---------------------------------------------------------------------------------------------------------

    def _array(self, piece: Piece, name: str, line: Line) -> Array:
        """One expression, with the derivatives in it as names of the scope."""
        try:
            text, found = joined(piece.text, self._names())
            for alias, partial in found.items():
                self.partials[alias] = self._renamed(partial)
                self.scope.axes[alias] = tuple(self.scope.index(n) for n in self._axes(self.partials[alias])[1])
            return read_body(parse(text, name), self.scope, name)
        except ReadingError as error:
            raise _placed(error, piece, line) from None
        except SymbackError as error:
            raise type(error)(spelled(error.where), spelled(error.found), spelled(error.remedy)) from None

    def _derivative(self, left: str) -> Partial | None:
        return joined(left, self._names())[1].get(left) if left else None

    def _names(self) -> Names:
        own = {n for n in self.scope.axes if n not in self.partials}
        known = {*own, *self.scope.entries, *self.scope.sizes}
        return Names(known.__contains__, own.__contains__, self.program.loss)

    def _renamed(self, partial: Partial) -> Partial:
        """A derivative with the names that were given a new meaning put in."""
        of = self._renamed(partial.of) if isinstance(partial.of, Partial) else self.scope.aliases.get(partial.of, partial.of)
        return Partial(of, self.scope.aliases.get(str(partial.by), partial.by))

    def _axes(self, partial: Partial) -> tuple[int, tuple[Size, ...]]:
        return derivative_axes(partial, lambda name: tuple(i.size for i in self.scope.axes[name]))

    def _put(self, body: Term) -> Term:
        """The names that stand for derivatives replaced by them."""

        def change(node: Term) -> Term:
            partial = self.partials.get(node.name) if isinstance(node, Ref) and isinstance(node.name, str) else None
            if partial is None or not isinstance(node, Ref):
                return node
            return Ref(partial, (*(Size.of(0) for _ in range(self._axes(partial)[0])), *node.places))

        return rewrite(body, change) if self.partials else body

    def _check(self, whole: Program, sides: list[Side]) -> None:
        """What is checked of every program: places in range, known operations."""
        own = [Definition(f"side {n}", side.indices, side.body) for n, side in enumerate(sides) if side.body is not None]
        read = dict.fromkeys(n for d in (*whole.definitions, *own) for n in d.reads if isinstance(n, Partial))
        leaves = [Leaf(str(p), self.scope.letters.indices((*[Size.of(1)] * self._axes(p)[0], *self._axes(p)[1]))) for p in read]
        plain = [
            replace(d, body=rename(d.body, {p: str(p) for p in read})) if isinstance(d.body, Term) else d
            for d in (*whole.definitions, *own)
        ]
        texts: dict[Name, str] = {f"side {n}": side.text for n, side in enumerate(sides)}
        check(replace(whole, leaves=(*whole.leaves, *leaves), definitions=tuple(plain)), texts, scalar=False)


def _clash(error: AxisMismatch) -> str:
    return error.found + (f"; {error.remedy}" if error.remedy else "")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 3] + "..."


def _placed(error: ReadingError, piece: Piece, line: Line) -> ReadingError:
    """The error with its position counted in the line, where it was counted in one of the sides."""
    where, found = spelled(error.where), spelled(error.found)
    if error.position is None or not where.endswith(_shown(piece.text)) or len(line.text) > SHOWN:
        again = ReadingError(where, found, spelled(error.remedy))
        again.position = error.position
        return again
    inside = error.position - (len(where) - len(_shown(piece.text)))
    bare = found.removesuffix(f" at character {error.position + 1}")
    return ReadingError(line.text, bare, spelled(error.remedy), piece.position + max(inside, 0))

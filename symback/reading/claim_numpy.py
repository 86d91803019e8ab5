"""Claims written as NumPy: lines of their own first, then an equation of derivatives or the bare gradient."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Ref, Term
from symback.algebra.traverse import substitute
from symback.errors import AxisMismatch, ReadingError
from symback.network.hints import shape_text, suggestion
from symback.network.program import PARAMETERS, Program
from symback.reading.arrays import is_one
from symback.reading.claim_lines import Line, Piece, lines_of
from symback.reading.claim_places import Entry, entry_of, spelled_out, summed_entry
from symback.reading.claim_text import clash_of, placed, shown
from symback.reading.claim_updates import Updating
from symback.reading.derivative_names import JOIN, joined, spelled
from symback.reading.goals import Goal, goal_of, of_shape
from symback.reading.over_program import concealed, scope_of
from symback.reading.settle import settle
from symback.reading.sides import Claim, Side
from symback.reading.syntax import parse


def read_numpy(program: Program, text: str, goal: Goal | None = None) -> tuple[Claim, ...]:
    """The claims of a NumPy text: each line that begins with a ratio of derivatives or is a chain, what it assigns last to the gradient
    of a weight or bias, its update rules, and the last line; with a goal, what is assigned last to that gradient."""
    base = program if goal is None else goal.program
    lines = lines_of(_with_places(base, text))
    return tuple(_Reader(base, lines, goal, scope_of(base)).claims())


def _with_places(program: Program, text: str) -> str:
    """The text with every entry in brackets."""
    ranks = {str(n): len(program.indices(n)) for n in (*program.leaf, *program.definition) if isinstance(n, str)}
    lefts = {line.left for line in lines_of(text)[:-1] if line.left[:1] != "d"}
    ends = tuple(f"_{size}" for size in scope_of(program).sizes if size.isupper())
    return spelled_out(text, ranks, lambda word: word in lefts or word.endswith(ends))


class _Reader(Updating):
    """The lines of a text that are claims, and those that only prepare them."""

    def claims(self) -> Iterator[Claim]:
        """Every claim, each over the lines before it."""
        end = self._last()
        entries: list[Line] = []
        judged: set[str] = set()
        for number, line in enumerate(self.lines[: end + 1]):
            if self._gives_entries(line) and number < end:
                entries.append(line)
                continue
            if entries:
                self.own_entries(entries)
                entries = []
            line = self._going_on(line)
            if self._is_held(number, line):
                self.own_line(replace(line, sides=(replace(line.sides[0], text=_held(line.left)), *line.sides[1:])))
                continue
            if number == end and self.goal is None and not line.left:
                self._infer_goal(line)
            claimed = self._claims(number, line, number == end)
            if claimed:
                judged.add(line.left)
                self.notes += self._unjudged(judged) if number == end else []
                yield self._claim(line)
            elif number == end:
                raise ReadingError(shown(line.text), "does not say what it is the derivative of", self._remedy(line))
            if number < end and (not claimed or (line.left.isidentifier() and len(line.sides) == 2)):
                self.own_line(line)

    def _unjudged(self, judged: set[str]) -> list[str]:
        """What is said of gradients that the text only uses on its way."""
        lefts = dict.fromkeys(line.left for line in self.lines if line.left in self.assigned - judged)
        names = [left for left in lefts if self.goal is None and self.gradient(left) is not None]
        return [f"{', '.join(names)} not judged: give a claim of its own"] if names else []

    def _infer_goal(self, line: Line) -> None:
        """A formula without a left side is about the one weight or bias of its shape."""
        try:
            shape = self.array(line.sides[0], "", line).shape
        except AxisMismatch as error:
            raise ReadingError(shown(line.text), clash_of(error)) from None
        name = of_shape(self.program, shape, shown(line.text))
        if name is not None:
            self.goal = goal_of(self.program, name)
            self.program = self.goal.program
            self.notes.append(f"this is about {name}, whose shape it has")

    def _gives_entries(self, line: Line) -> bool:
        """Whether a line gives the entries of a name of the text's own, ``e[t] = ...``."""
        entry = entry_of(line.left) if len(line.sides) == 2 and not line.sign else None
        return entry is not None and entry.name not in self.program.leaf and entry.name not in self.program.definition

    def _last(self) -> int:
        """The number of the line that the text ends with, or of the last one that is about the goal where a later one is not."""
        last = len(self.lines) - 1
        by = [self.gradient(line.left) if line.left.isidentifier() else None for line in self.lines]
        wanted = [n for n, p in enumerate(by) if self.goal is not None and p is not None and p.by == self.goal.target]
        other = by[last] is not None and last not in wanted
        return wanted[-1] if wanted and other else last

    def _claims(self, number: int, line: Line, last: bool) -> bool:
        """Whether a line is a claim, not a line of the text's own."""
        left = line.left
        if left and isinstance(parse(joined(left, self.names())[0]).tree, ast.Tuple):
            raise ReadingError(shown(line.text), "gives several names at once", "give each name a line of its own")
        if left and not left.isidentifier():
            return True
        if left and self.updates(line) is not None:
            self.steps(line, left)
            return last or (self.goal is None and not any(later.left == left for later in self.lines[number + 1 :]))
        if not last:
            return len(line.sides) > 2 or self._is_final_gradient(number, left)
        if self.goal is not None or self.gradient(left) is not None:
            return True
        if left in self.assigned and not self.derivatives(line):
            return False
        return left in self.scope.axes or left in self.scope.entries

    def _is_final_gradient(self, number: int, left: str) -> bool:
        """Whether a line is the last one that assigns to the gradient of a weight or bias, in a text that has no target."""
        about = self.gradient(left) if left and self.goal is None else None
        if about is None or not isinstance(about.by, str) or about.by not in self.program.leaf:
            return False
        again = any(line.left == left for line in self.lines[number + 1 :])
        return not again and self.program.leaf[about.by].role in PARAMETERS

    def _remedy(self, line: Line) -> str:
        left = line.left
        known = [*self.scope.names(), *(f"d{n}" for n in self.scope.axes)]
        hint = suggestion(left, known) if left not in ("", "grad", *self.assigned) else ""
        return hint or f"write d{self.program.loss}/dX = ... where X is a declared name"

    # lines that go on from a value ---------------------------------------------------------------------------------------

    def _going_on(self, line: Line) -> Line:
        """A line such as ``dz += p`` on the value that is there; where there is none, the gradient is taken as 0 before."""
        left = line.left
        if not line.operator or left in self.assigned:
            return line
        key = _held(left)
        if key in self.assigned:
            return line.changing(key)
        if left.isidentifier() and (left in self.scope.entries or (left in self.scope.axes and left not in self.partials)):
            return line
        if self.gradient(left) is None:
            found = f"{left} has no value before {line.sign}" if left.isidentifier() else f"{left} is no name that {line.sign} can change"
            raise ReadingError(shown(line.text), found, "write a line `name = expression` before it")
        if line.operator not in ("+", "-"):
            raise ReadingError(shown(line.text), f"{left} has no value before {line.sign}", f"write {left} = ... before it")
        self.assumed.append(f"{left} is 0 before {shown(line.text)}")
        head = f"{line.operator}("
        return replace(line, sides=(line.sides[0], replace(line.sides[1], text=f"{head}{line.given})", before=len(head))))

    def _is_held(self, number: int, line: Line) -> bool:
        """Whether the derivative that a line begins with is changed by a later line, which then is the claim."""
        left = line.left
        if not left or left.isidentifier() or len(line.sides) != 2:
            return False
        return any(later.operator and _held(later.left) == _held(left) for later in self.lines[number + 1 :])

    # claims --------------------------------------------------------------------------------------------------------------

    def _claim(self, line: Line) -> Claim:
        places = self._places(line)
        if places is not None:
            return self._made([self._entry_side(piece, line, places) for piece in line.sides])
        update = self.update(line)
        first = self._meant(line) if update is None else [update]
        return self._made([*first, *(self._side(piece, line) for piece in self._written(line, bool(first)))])

    def _made(self, sides: list[Side]) -> Claim:
        """The claim of some sides, over the program with what the text defines."""
        added = [replace(d, body=self.put(d.body)) if isinstance(d.body, Term) else d for d in self.scope.added]
        whole = replace(self.program, definitions=(*self.program.definitions, *added))
        self.check(whole, sides)
        hidden, visible = concealed(added, self.own, tuple(sides))
        base = replace(self.program, definitions=(*self.program.definitions, *hidden))
        return Claim(base, visible, "numpy", tuple(dict.fromkeys(self.notes)), tuple(self.assumed))

    def _places(self, line: Line) -> dict[str, Index] | None:
        """The letters at the places of a left side such as ``dL/dz[i]``, each with its index; None where there are none."""
        try:
            entry = entry_of(joined(line.left, self.names())[0]) if line.left else None
        except ReadingError as error:
            raise placed(error, line.sides[0], line) from None
        if entry is None:
            return None
        sizes = self._sizes(entry, line)
        if len(sizes) != len(entry.letters):
            found = f"{spelled(entry.name)} has {len(sizes)} places and is written with {len(entry.letters)}"
            raise ReadingError(shown(line.text), found, "give a letter for each of its axes")
        letters: dict[str, Index] = {}
        for letter, size in zip(entry.letters, sizes, strict=True):
            if letter is not None and letters.setdefault(letter, self.scope.index(size, letter)).size is not size:
                raise ReadingError(
                    shown(line.text), f"{letter} stands at axes of sizes {letters[letter].size} and {size}", "use two letters"
                )
        return letters

    def _sizes(self, entry: Entry, line: Line) -> tuple[Size, ...]:
        """The sizes of the axes of what a left side gives the entries of."""
        if entry.name in self.scope.axes and entry.name not in self.partials:
            return tuple(i.size for i in self.scope.axes[entry.name])
        about = joined(line.left, self.names())[1].get(entry.name)
        if about is not None:
            return self.axes(about)[1]
        if self.goal is not None:
            return tuple(i.size for i in self.goal.side.indices)
        raise ReadingError(shown(line.text), f"{spelled(entry.name)} is not declared", self._remedy(line))

    def _entry_side(self, piece: Piece, line: Line, letters: Mapping[str, Index]) -> Side:
        """One side of an equation of entries; a name that only the goal gives a meaning is the goal's."""
        position, places = line.position + piece.position, {c: Size.of(0) if is_one(i.size) else Size.of(i) for c, i in letters.items()}
        entry = entry_of(piece.text)
        if (
            entry is not None
            and entry.name not in self.scope.axes
            and self.goal is not None
            and self.goal.side.body is not None
            and piece is line.sides[0]
        ):
            moves = {i: places[c] for i, c in zip(self.goal.side.indices, entry.letters, strict=True) if c is not None}
            return Side(piece.text, position, tuple(letters.values()), substitute(self.goal.side.body, moves))
        summed = summed_entry(parse(joined(piece.text, self.names())[0]).tree, letters)
        if summed:
            raise ReadingError(shown(line.text), f"{summed} says no range", "write sum(... for k in range(n))")
        clash = self._exchanged(piece, letters)
        if clash:
            return Side(piece.text, position, clash=clash)
        try:
            array = self.array(piece, "", line, places)
        except AxisMismatch as error:
            return Side(piece.text, position, clash=clash_of(error))
        if array.rank:
            raise ReadingError(
                shown(line.text), f"{piece.text} is {shape_text(array.shape)} at these places", "give every name a letter for each axis"
            )
        indices, body = settle(tuple(letters.values()), array.body, self.scope.letters)
        return Side(piece.text, position, indices, self.put(body))

    def _exchanged(self, piece: Piece, letters: Mapping[str, Index]) -> str:
        """Why a letter cannot stand where it stands by itself: at an axis of another size than its own; empty where all fit."""
        for node in ast.walk(parse(joined(piece.text, self.names())[0]).tree):
            if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
                continue
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            for item, axis in zip(items, self.scope.axes.get(node.value.id, ()), strict=False):
                own = letters[item.id].size if isinstance(item, ast.Name) and item.id in letters else axis.size
                if own is not axis.size and not axis.size.indices:
                    return f"{ast.unparse(item)} runs over {own} on the left and over {axis.size} in {spelled(ast.unparse(node))}"
        return ""

    def _meant(self, line: Line) -> list[Side]:
        """The left side that the target or the name of a gradient stands for, unless the line has another one of its own."""
        if self.goal is not None and not self._has_left_side(line):
            return [self.goal.side]
        about = self.gradient(line.left) if line.left.isidentifier() else None
        if about is None:
            return []
        hidden, sizes = self.axes(about)
        indices = self.scope.letters.indices(sizes)
        places = (Size.of(0) if is_one(i.size) else Size.of(i) for i in indices)
        return [Side(line.left, line.position, indices, Ref(about, (*[Size.of(0)] * hidden, *places)))]

    def _written(self, line: Line, known: bool) -> tuple[Piece, ...]:
        """The sides to be read; a name whose meaning is known already is none."""
        return line.sides[1:] if known and len(line.sides) > 1 else line.sides

    def _has_left_side(self, line: Line) -> bool:
        left = line.sides[0].text
        if len(line.sides) == 1 or self.goal is None:
            return len(line.sides) > 1
        if not left.isidentifier():
            return True
        about = self.gradient(left)
        if about is not None and about.by != self.goal.target:
            raise ReadingError(shown(line.text), f"this is about {about.by}, and the target is {self.goal.target}", "call it grad")
        return False

    def _side(self, piece: Piece, line: Line) -> Side:
        text, position = piece.text, line.position + piece.position
        if self.clash:
            return Side(text, position, clash=self.clash)
        try:
            array = self.array(piece, "", line)
        except AxisMismatch as error:
            return Side(text, position, clash=clash_of(error))
        indices, body = settle(array.axes, array.body, self.scope.letters)
        return Side(text, position, indices, self.put(body))


def _held(left: str) -> str:
    """The name under which the value of a derivative is kept that later lines go on from."""
    return re.sub(r"\W", JOIN, "".join(left.split())) + JOIN

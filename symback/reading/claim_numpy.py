"""Claims written as NumPy: lines of their own first, then an equation of derivatives or the bare gradient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symback.algebra.sizes import Size
from symback.algebra.terms import Ref, Term
from symback.errors import AxisMismatch, ReadingError
from symback.network.hints import suggestion
from symback.network.program import PARAMETERS, Program
from symback.reading.arrays import is_one
from symback.reading.claim_lines import Line, Piece, lines_of
from symback.reading.claim_text import clash_of, shown
from symback.reading.claim_updates import Updating
from symback.reading.derivative_names import JOIN
from symback.reading.goals import Goal
from symback.reading.over_program import concealed, scope_of
from symback.reading.settle import settle
from symback.reading.sides import Claim, Side


def read_numpy(program: Program, text: str, goal: Goal | None = None) -> tuple[Claim, ...]:
    """The claims of a NumPy text: each line that begins with a ratio of derivatives or is a chain, what it assigns last to the gradient
    of a weight or bias, its update rules, and the last line; with a goal, what is assigned last to that gradient."""
    base = program if goal is None else goal.program
    return tuple(_Reader(base, lines_of(text), goal, scope_of(base)).claims())


class _Reader(Updating):
    """The lines of a text that are claims, and those that only prepare them."""

    def claims(self) -> Iterator[Claim]:
        """Every claim, each over the lines before it."""
        end = self._last()
        for number, line in enumerate(self.lines[: end + 1]):
            line = self._going_on(line)
            if self._is_held(number, line):
                self.own_line(replace(line, sides=(replace(line.sides[0], text=_held(line.left)), *line.sides[1:])))
                continue
            claimed = self._claims(number, line, number == end)
            if claimed:
                yield self._claim(line)
            elif number == end:
                raise ReadingError(shown(line.text), "does not say what it is the derivative of", self._remedy(line))
            if number < end and (not claimed or (line.left.isidentifier() and len(line.sides) == 2)):
                self.own_line(line)

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
        if left and not left.isidentifier():
            return True
        if left and self.updates(line) is not None:
            return self.goal is None or last
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
        update = self.update(line)
        first = self._meant(line) if update is None else [update]
        sides = [*first, *(self._side(piece, line) for piece in self._written(line, bool(first)))]
        added = [replace(d, body=self.put(d.body)) if isinstance(d.body, Term) else d for d in self.scope.added]
        whole = replace(self.program, definitions=(*self.program.definitions, *added))
        self.check(whole, sides)
        hidden, visible = concealed(added, self.own, tuple(sides))
        base = replace(self.program, definitions=(*self.program.definitions, *hidden))
        return Claim(base, visible, "numpy", tuple(dict.fromkeys(self.notes)), tuple(self.assumed))

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

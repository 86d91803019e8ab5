"""A claim's text as lines, and each line as the sides that its equals signs part, with positions; ``a += b`` is ``a = a + (b)``."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symback.errors import ReadingError

MAX_CLAIM = 20_000
MAX_SIDES = 20
MAX_LINES = 500
SHOWN = 160
OPERATORS = {"+=": "+", "-=": "-", "*=": "*", "/=": "/", "@=": "@", "**=": "**"}
ARROWS = (":=", "<-")
OTHER_OPERATORS = ("//=", "%=", "&=", "|=", "^=", "<<=", ">>=")
SKIPPED = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text and where it begins; the first ``before`` characters were put in front of what was written there."""

    text: str
    position: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, where it begins in the whole, and its sides (their positions count within the line).

    ``sign`` is what stood in place of a plain equals sign: one of `OPERATORS` or `ARROWS`.
    """

    text: str
    position: int
    sides: tuple[Piece, ...]
    sign: str = ""

    @property
    def left(self) -> str:
        """The left side; empty where the line has one side only."""
        return self.sides[0].text if len(self.sides) > 1 else ""

    @property
    def operator(self) -> str:
        """The operation that changes what is there already; empty for a plain assignment."""
        return OPERATORS.get(self.sign, "")

    @property
    def given(self) -> str:
        """What is added, taken away, multiplied: the right side as it was written."""
        right = self.sides[-1]
        return right.text[right.before : -1] if right.before else right.text

    def changing(self, held: str) -> Line:
        """A line with an operator, on the value that ``held`` holds."""
        head = f"{held} {self.operator} ("
        right = replace(self.sides[-1], text=f"{head}{self.given})", before=len(head))
        return replace(self, sides=(*self.sides[:-1], right))


def lines_of(text: str) -> tuple[Line, ...]:
    r"""The lines of a NumPy text; one may go on inside brackets, and a comment ends none.

    >>> [[side.text for side in line.sides] for line in lines_of("s = np.sum(x, axis=0)  # rows\ndL/dx = s = t")]
    [['s', 'np.sum(x, axis=0)'], ['dL/dx', 's', 't']]
    >>> [side.text for side in lines_of("dz -= p - y")[0].sides]
    ['dz', 'dz - (p - y)']
    """
    if len(text) > MAX_CLAIM:
        raise ReadingError(text[:40] + "...", f"the text is {len(text)} characters long", f"at most {MAX_CLAIM} are read")
    flat = "\n".join(row.strip() for row in text.splitlines())
    lines = tuple(_lines(flat))
    if not lines:
        raise ReadingError("claim", "is empty", "write a formula such as dL/dW = outer(p - y, x)")
    if len(lines) > MAX_LINES:
        raise ReadingError(lines[0].text, f"and {len(lines) - 1} more lines", f"at most {MAX_LINES} are read")
    return lines


def _lines(text: str) -> Iterator[Line]:
    starts = [0]
    for row in text.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    begin: int | None = None
    end = depth = 0
    cuts: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            place = starts[token.start[0] - 1] + token.start[1] if token.start[0] <= len(starts) else len(text)
            closes = token.type == tokenize.NEWLINE or (token.string == ";" and not depth)
            if closes and begin is not None:
                yield _line(text, begin, cuts, end)
                begin, cuts = None, []
            if closes or token.type in SKIPPED:
                continue
            begin = place if begin is None else begin
            end = place + len(token.string)
            depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
            if not depth and token.string in ("=", *OPERATORS, *OTHER_OPERATORS, ":="):
                cuts.append((place, token.string))
            elif not cuts and not depth and text[begin:end].count("<") == 1 and text[begin:end].endswith("<-"):
                cuts.append((end - 2, "<-"))
    except (tokenize.TokenError, SyntaxError, IndentationError) as error:
        reason = str(error.args[0]) if error.args else "the text ends too early"
        raise ReadingError(
            _short(text), f"cannot be read: {reason}", "write NumPy, or LaTeX with its backslashes", _place(error, starts)
        ) from None
    if begin is not None:
        yield _line(text, begin, cuts, end)


def _place(error: Exception, starts: list[int]) -> int | None:
    at = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], tuple) else ()
    row, column = (at[0], at[1]) if len(at) == 2 else (at[1], at[2]) if len(at) > 2 else (None, None)
    if not isinstance(row, int) or not isinstance(column, int) or not 0 < row <= len(starts):
        return None
    return starts[row - 1] + max(column - 1, 0)


def _line(text: str, begin: int, cuts: list[tuple[int, str]], end: int) -> Line:
    line = text[begin:end]
    edges = [begin, *(place + len(sign) for place, sign in cuts)]
    pieces = [_piece(text, a, b, begin) for a, b in zip(edges, [*(place for place, _ in cuts), end], strict=True)]
    if len(pieces) > MAX_SIDES:
        raise ReadingError(_short(line), f"has {len(pieces)} sides", f"at most {MAX_SIDES} are read")
    for piece in pieces:
        if not piece.text:
            raise ReadingError(_short(line), "a side is empty", "write a formula on both sides of =", piece.position)
    unusual = [(place, sign) for place, sign in cuts if sign != "="]
    if not unusual:
        return Line(line, begin, tuple(pieces))
    place, sign = unusual[0]
    if len(cuts) > 1 or sign in OTHER_OPERATORS:
        raise ReadingError(_short(line), f"{sign} cannot stand here", "write one `name = expression` a line", place - begin)
    found = Line(line, begin, tuple(pieces), sign)
    return found.changing(found.left) if found.operator else found


def _piece(text: str, start: int, end: int, begin: int) -> Piece:
    whole = text[start:end]
    return Piece(whole.strip(), start + len(whole) - len(whole.lstrip()) - begin)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 3] + "..."

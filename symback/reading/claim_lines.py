"""A claim's text as lines, and each line as the sides that its equals signs part, with positions."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from symback.errors import ReadingError

MAX_CLAIM = 20_000
MAX_SIDES = 20
MAX_LINES = 500
SHOWN = 160
SKIPPED = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text and where it begins."""

    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, where it begins in the whole, and its sides (their positions count within the line)."""

    text: str
    position: int
    sides: tuple[Piece, ...]


def lines_of(text: str) -> tuple[Line, ...]:
    r"""The lines of a NumPy text; one may go on inside brackets, and a comment ends none.

    >>> [[side.text for side in line.sides] for line in lines_of("s = np.sum(x, axis=0)  # rows\ndL/dx = s = t")]
    [['s', 'np.sum(x, axis=0)'], ['dL/dx', 's', 't']]
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
    cuts: list[int] = []
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
            if token.string == "=" and not depth:
                cuts.append(place)
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


def _line(text: str, begin: int, cuts: list[int], end: int) -> Line:
    edges = [begin, *(c + 1 for c in cuts)]
    pieces = [_piece(text, a, b, begin) for a, b in zip(edges, [*cuts, end], strict=True)]
    line = text[begin:end]
    if len(pieces) > MAX_SIDES:
        raise ReadingError(_short(line), f"has {len(pieces)} sides", f"at most {MAX_SIDES} are read")
    for piece in pieces:
        if not piece.text:
            raise ReadingError(_short(line), "a side is empty", "write a formula on both sides of =", piece.position)
    return Line(line, begin, tuple(pieces))


def _piece(text: str, start: int, end: int, begin: int) -> Piece:
    whole = text[start:end]
    return Piece(whole.strip(), start + len(whole) - len(whole.lstrip()) - begin)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 3] + "..."

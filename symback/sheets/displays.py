"""Displays made of boxes: equalities with several sides, numbers of a worked line, numbered formulas, matrices of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from symback.algebra.terms import Num, Term
from symback.network.lettering import Lettering
from symback.notation.index import number_box
from symback.numeric.worked_lines import Line as WorkedLine
from symback.sheets.records import Line, Math
from symback.sheets.writer import Writer
from symback.typeset.boxes import EQUALS, Box, Matrix, Relation, Word

ABOUT = Word("≈", r"\approx")
BECOMES = Word("←", r"\leftarrow")
LINE = 88
"""How many characters wide a line of a derivation may be before the next equality goes to a line of its own."""
DERIVATIVE = re.compile(r"[∂d][^\W\d_]+[\d_]*/[∂d][^\W\d_]+[\d_]*")
NAME = re.compile(r"([^\W\d_])\d*_?\d+|\[[\w,]+\]")


def equality(*sides: Box, signs: Sequence[Word] = ()) -> Math:
    """``a = b = c``."""
    return Math.of(Relation(sides, tuple(signs) or (EQUALS,) * (len(sides) - 1)))


def sign(word: Word) -> Math:
    """A relation sign by itself."""
    return Math(word.text, word.latex, word.text)


def worked_sides(line: WorkedLine, write: Writer) -> Iterator[tuple[Word, Box]]:
    """The numbers of a worked line, each side with its sign: = where it is what stands before it, to the last digit."""
    for equal, side in line.worked:
        yield (EQUALS if equal else ABOUT), (number_box(side) if isinstance(side, Num) else write.box(side, ()))


def rate_box(table: Lettering) -> Box:
    """The learning rate as it is declared, or η."""
    return table.box("rate") if "rate" in table.boxes else Word("rate", r"\mathrm{rate}") if table.declares("eta") else Word("η", r"\eta")


def worked_lines(line: WorkedLine, write: Writer, symbols: Iterable[Term] = ()) -> tuple[Line, ...]:
    """The sides of a worked line as lines: letters, then numbers put in with the result."""
    sides: list[tuple[Word, Box]] = [(EQUALS, write.box(t, ())) for t in symbols]
    return tuple(broken([*sides, *worked_sides(line, write)]))


def wide(formula: Math) -> int:
    """How many characters wide a formula is drawn, roughly: a derivative is as wide as a name, a subscript half a letter.

    >>> wide(Math("∂L/∂W1_11 = z1_1·x_2", "", ""))
    11
    """
    return len(NAME.sub("ab", DERIVATIVE.sub("∂ab", formula.text)))


def broken(sides: list[tuple[Word, Box]]) -> Iterator[Line]:
    """Sides on as few lines as they fit on."""
    row: list[tuple[Word, Box]] = []
    for side in sides:
        if row and sum(wide(Math.of(box)) + 3 for _, box in (*row, side)) > LINE:
            yield _line(row)
            row = []
        row.append(side)
    if row:
        yield _line(row)


def _line(row: list[tuple[Word, Box]]) -> Line:
    first, boxes, signs = row[0][0], [box for _, box in row], [word for word, _ in row[1:]]
    return Line(equality(*boxes, signs=signs), (), sign(first))


def numbered(number: int, formula: Math) -> Math:
    """``(3) formula``."""
    return Math(f"({number}) {formula.text}", rf"({number})\;\; {formula.latex}", f"({number}) thick {formula.typst}")


def chained(*sides: Math) -> Math:
    """``a = b = c`` of formulas that are set already."""
    return Math(" = ".join(s.text for s in sides), " = ".join(s.latex for s in sides), " = ".join(s.typst for s in sides))


def matrix(rows: Iterable[Iterable[Box]]) -> Box:
    """Boxes in rows and columns; one alone needs no brackets."""
    table = tuple(tuple(row) for row in rows)
    return table[0][0] if len(table) == 1 == len(table[0]) else Matrix(table)


def numbers(rows: Iterable[Iterable[Num]]) -> Box:
    """Numbers in rows and columns."""
    return matrix((number_box(n) for n in row) for row in rows)


__all__ = [
    "ABOUT",
    "BECOMES",
    "broken",
    "chained",
    "equality",
    "matrix",
    "numbered",
    "numbers",
    "rate_box",
    "sign",
    "wide",
    "worked_lines",
    "worked_sides",
]

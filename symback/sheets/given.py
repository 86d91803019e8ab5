"""The numbers a network comes with, as displays: names and values side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from symback.algebra.terms import Num
from symback.network.lettering import Lettering
from symback.network.program import Program
from symback.notation.index import number_box
from symback.sheets.columns import Columns
from symback.sheets.records import Math
from symback.typeset.boxes import EQUALS, Box, Matrix, Named, Number, Relation, Word

LARGEST = 8
"""Longer rows and columns are not displayed."""


def values(program: Program, table: Lettering, given: Mapping[str, object]) -> dict[str, Math]:
    """A display for each value, by name: ``[names] = [numbers]``; what is large or has three axes is left out."""
    columns = Columns(program)
    leaves = [leaf for leaf in program.leaves if leaf.name in given]
    displays = {leaf.name: _display(leaf.name, given[leaf.name], columns.kept(leaf.name, len(leaf.indices)), table) for leaf in leaves}
    return {name: display for name, display in displays.items() if display is not None}


def _display(name: str, value: object, kept: tuple[int, ...], table: Lettering) -> Math | None:
    """One value; ``kept`` are the axes whose places the names of its entries show."""
    if not kept:
        while isinstance(value, Sequence) and not isinstance(value, str):
            value = value[0]
        return Math.of(number(value))
    assert isinstance(value, Sequence)
    rows = [list(row) if isinstance(row, Sequence) else [row] for row in value]
    if len(rows) > LARGEST or len(rows[0]) > LARGEST or any(isinstance(v, Sequence) for row in rows for v in row):
        return None
    flat = not isinstance(value[0], Sequence)
    places = [[(r,) if flat else (r, c) for c in range(len(row))] for r, row in enumerate(rows)]
    shown = [[tuple(_place(place[k] + table.style.first) for k in kept) for place in row] for row in places]
    if len(rows) == 1 == len(rows[0]):
        return Math.of(number(rows[0][0]))
    entries = Matrix(tuple(tuple(entry(name, place, table) for place in row) for row in shown))
    numbers = Matrix(tuple(tuple(number(v) for v in row) for row in rows))
    return Math.of(Relation((entries, numbers), (EQUALS,)))


def entry(name: str, place: tuple[Box, ...], table: Lettering) -> Box:
    """An entry by its name; those of a matrix W are called w, where that letter is free."""
    box = table.box(name, place)
    if isinstance(box, Named) and len(place) == 2 and len(box.letter) == 1 and not table.declares(box.letter.lower()):
        return replace(box, letter=box.letter.lower())
    return box


def _place(printed: int) -> Box:
    """A place of one digit needs no comma beside it, as a letter does not."""
    return Word(str(printed), str(printed)) if printed < 10 else Number(str(printed))


def number(value: object) -> Box:
    """A declared number as it was written."""
    return number_box(Num(Fraction(str(value)), str(value)))


__all__ = ["entry", "number", "values"]

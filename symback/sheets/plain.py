"""Blocks and tables as lines of plain text, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symback.sheets.prose import text_of
from symback.sheets.records import Block, Line, Math, Row, Table

WIDTH = 100
"""The column at which reasons end, where the formulas leave room; marks stand in the column after it."""


def in_columns(part: Block | Row | Table) -> tuple[str, ...]:
    """The lines of a block, its equality signs under each other, formulas below each other, or the rows of a table."""
    match part:
        case Block():
            return (
                tuple(_marked((text, line.mark) for text, line in zip(_block(part), part.lines, strict=True)))
                if part.lines
                else (_head(part),)
            )
        case Row():
            return tuple(_marked((formula.text, mark) for formula, mark in part.marked))
    return tuple(_table(part))


def _marked(lines: Iterable[tuple[str, Math]]) -> Iterator[str]:
    """Each line with its mark, all marks in one column."""
    rows = tuple(lines)
    width = max(WIDTH, *(len(text) for text, _ in rows))
    for text, mark in rows:
        yield f"{text:<{width}}  {mark.text}" if mark.text else text


def halves(lines: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Lines of source in two columns, parted at the blank line that is nearest to the middle.

    >>> halves(("a", "b", "", "c"))
    (('a', 'b'), ('c',))
    """
    blank = [k for k, line in enumerate(lines) if not line.strip() and k]
    if not blank:
        return (lines,)
    cut = min(blank, key=lambda k: abs(2 * k - len(lines)))
    first, second = lines[:cut], lines[cut:]
    while second and not second[0].strip():
        second = second[1:]
    return (first, second)


def _block(part: Block) -> Iterator[str]:
    head = _head(part)
    for k, line in enumerate(part.lines):
        formula = " = ".join([*([line.math.text] if line.math.text else []), *([f"▸ {line.closed.text}"] if line.closed else [])])
        yield _with_reason(f"{head if k == 0 else ' ' * len(head)} {line.sign.text} {formula}", line)


def _head(part: Block) -> str:
    return (f"({part.number}) " if part.number else "") + part.head.text


def _with_reason(text: str, line: Line) -> str:
    why = text_of(line.reason)
    return f"{text}  {f'({why})':>{max(WIDTH - len(text) - 2, 0)}}" if why else text


def _table(part: Table) -> Iterator[str]:
    rows = [tuple(map(text_of, row)) for row in (part.head, *part.rows)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(part.head))]
    lines = [_row(row, widths, part.numbers) for row in rows]
    yield from (lines[0], "  ".join("─" * w for w in widths), *lines[1:])


def _row(cells: tuple[str, ...], widths: list[int], numbers: tuple[int, ...]) -> str:
    return "  ".join(c.rjust(w) if k in numbers else c.ljust(w) for k, (c, w) in enumerate(zip(cells, widths, strict=True))).rstrip()


__all__ = ["WIDTH", "halves", "in_columns"]

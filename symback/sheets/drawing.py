"""A drawing of a network: its units where they are few, its definitions as boxes where they are not."""

from __future__ import annotations

from collections.abc import Mapping

from symback.errors import SymbackError
from symback.network.lettering import lettering
from symback.network.program import Program
from symback.sheets.drawing_blocks import MOST_BOXES, Blocks
from symback.sheets.drawing_layout import best
from symback.sheets.drawing_markup import svg, tikz, typst
from symback.sheets.drawing_records import Drawing
from symback.sheets.drawing_units import units
from symback.sheets.scalars import scalars
from symback.typeset.style import Style


def drawing(program: Program, style: Style, labels: Mapping[str, str] | None = None) -> Drawing:
    """The drawing of a network; without nodes, but with a sentence that says why, where it would be too large.

    ``labels`` are numbers to be shown with names, the values of a forward pass for instance, by the names of the network over plain
    numbers (``W1_11``, ``h1_2``); declared values are shown anyway.
    """
    single = _single(program)
    found = units(single) if single is not None else None
    if single is not None and found is not None:
        values = {**{n: str(v) for n, v in single.values.items()}, **(labels or {})}
        drawn = best(found, lettering(single, style), values)
        if drawn is not None:
            return drawn
    return _boxes(program, style)


def _boxes(program: Program, style: Style) -> Drawing:
    """The named definitions as boxes, or a sentence instead."""
    count = len(program.definitions)
    drawn = Blocks(program, lettering(program, style)).drawing() if count <= MOST_BOXES else None
    if drawn is not None:
        return drawn
    return Drawing(says=f"The network has {count} definitions{', too many' if count > MOST_BOXES else ', too wide'} for a drawing.")


def _single(program: Program) -> Program | None:
    """The network over plain numbers; None where a size is open or an operation has no such form."""
    try:
        return scalars(program)
    except SymbackError:
        return None


__all__ = ["Drawing", "drawing", "svg", "tikz", "typst"]

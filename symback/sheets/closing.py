"""How a sheet ends: training as a procedure, the code."""

from __future__ import annotations

from symback.numeric.algorithm import NINE
from symback.sheets.records import Code, Math, Points, Prose, Section
from symback.sheets.roles import is_layered
from symback.sheets.subject import Subject

NARROW = 64
"""Lines of source that are not longer stand in two columns; ..."""
FEW, MOST = 10, 110
"""... where at most one in so many is longer and has to be broken, and there are not more lines than fit on a page."""


def procedure(subject: Subject) -> Section:
    """Training step by step, for networks of layers as the steps write them, with a target."""
    program = subject.arrays.core.program
    told = any(leaf.role == "target" for leaf in program.leaves) and is_layered(program)
    items: tuple[Prose, ...] = tuple((step.says, *_shown(tuple(map(Math.of, step.formulas)))) for step in NINE)
    return Section("procedure", "Training step by step", (Points(items, ordered=True),) if told else ())


def _shown(formulas: tuple[Math, ...]) -> Prose:
    return tuple(p for k, f in enumerate(formulas) for p in (", " if k else " ", f))


def _narrow(lines: tuple[str, ...]) -> bool:
    return len(lines) <= MOST and sum(len(line) > NARROW for line in lines) * FEW <= len(lines)


def code(lines: tuple[str, ...]) -> Section:
    """The NumPy module."""
    return Section("code", "NumPy code", (Code(lines, _narrow(lines)),) if lines else ())


__all__ = ["code", "procedure"]

"""A derivation as lines of text, as one would write it on a board."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from symback.network.profile import style_of
from symback.sheets.build import sheet
from symback.sheets.records import Math, Points, Prose, Section, Sheet
from symback.sheets.subject import Options, subject
from symback.sheets.templates import rendered

if TYPE_CHECKING:
    from symback.api import Derivation

SHOWN = ("forward", "chain rule", "locals", "gradients", "matrix form")
"""The sections that are formulas only."""


def board(derivation: Derivation, notation: str = "matrix") -> str:
    """Forward pass, chain rule, local derivatives and gradients with every recorded line and its reason."""
    options = Options(notation=notation)
    told = sheet(derivation.core, derivation.wanted, options=options)
    sections = [s for s in told.sections if s.key in SHOWN]
    alike = tuple(_alike(derivation, options))
    if alike:
        sections.append(Section("alike", "Alike", (Points(alike),)))
    return rendered(Sheet("", (), tuple(sections)), ".txt").strip() + "\n"


def _alike(derivation: Derivation, options: Options) -> Iterator[Prose]:
    """Which of the wanted gradients have the same lines up to renaming, one item for each kind."""
    core = derivation.core
    write = subject(core, derivation.wanted, style_of(core.program), options).write
    groups: dict[str, list[Math]] = {}
    for name in derivation.wanted:
        groups.setdefault(derivation[name].like or name, []).append(write.name(core.adjoint(name)))
    for first, *others in groups.values():
        if others:
            listed: Prose = tuple(part for other in others for part in (", ", other))[1:]
            yield (*listed, ": the lines of ", first, " with other names")


__all__ = ["board"]

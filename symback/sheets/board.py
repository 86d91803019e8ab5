"""A derivation as lines of text, as one would write it on a board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.sheets.build import sheet
from symback.sheets.records import Sheet
from symback.sheets.subject import Options
from symback.sheets.templates import rendered

if TYPE_CHECKING:
    from symback.api import Derivation

SHOWN = ("forward", "chain rule", "locals", "gradients", "matrix form")
"""The sections that are formulas only."""


def board(derivation: Derivation, notation: str = "matrix") -> str:
    """Forward pass, chain rule, local derivatives and gradients with every recorded line and its reason."""
    told = sheet(derivation.core, derivation.wanted, options=Options(notation=notation))
    shown = Sheet("", (), tuple(s for s in told.sections if s.key in SHOWN))
    return rendered(shown, ".txt").strip() + "\n"


__all__ = ["board"]

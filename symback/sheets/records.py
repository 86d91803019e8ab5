"""What a sheet says, as plain records: strings only, in every markup, no mathematics left to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from symback.typeset.boxes import Box
from symback.typeset.latex import latex
from symback.typeset.text import text
from symback.typeset.typst import typst


@dataclass(frozen=True, slots=True)
class Math:
    """One formula in each markup, without delimiters."""

    text: str
    latex: str
    typst: str

    @classmethod
    def of(cls, box: Box) -> Math:
        """A box in each markup.

        >>> from symback.typeset.boxes import Named
        >>> Math.of(Named("W1", "W", "1"))
        Math(text='W1', latex='W^{1}', typst='W^(1)')
        """
        return cls(text(box), latex(box), typst(box))


Prose = tuple[Union[str, Math], ...]
"""Words with formulas among them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a derivation, from its ``=`` on, and why it holds."""

    math: Math
    reason: Prose = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A quantity and the lines that lead to it; ``number`` is what other lines call it by."""

    head: Math
    lines: tuple[Line, ...]
    number: int = 0
    says: Prose = ()


@dataclass(frozen=True, slots=True)
class Symbol:
    """One row of the table of symbols."""

    math: Math
    name: str
    role: str
    shape: Math
    facts: Prose = ()


@dataclass(frozen=True, slots=True)
class Gradient:
    """One gradient: how the loss depends on the variable, the chain rule, the lines, and the results to be boxed."""

    name: str
    head: Math
    path: tuple[Math, ...]
    chain: tuple[Math, ...]
    block: Block
    results: tuple[Math, ...]
    wanted: bool
    reason: Prose = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """The gradient by one entry of an array: its lines, from the chain rule to the closed form."""

    head: Math
    lines: tuple[Math, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one formula was checked."""

    math: Math
    verdict: str
    route: str
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole derivation, ready to be set."""

    title: str
    loss: Math
    conventions: tuple[Prose, ...]
    symbols: tuple[Symbol, ...]
    values: tuple[Math, ...]
    forward: tuple[Math, ...]
    loss_equation: Math
    locals: tuple[Block, ...]
    gradients: tuple[Gradient, ...]
    entries: tuple[Entry, ...]
    updates: tuple[Math, ...]
    evidence: tuple[Evidence, ...] = ()
    code: tuple[str, ...] = ()
    version: str = ""


__all__ = ["Block", "Entry", "Evidence", "Gradient", "Line", "Math", "Prose", "Sheet", "Symbol"]

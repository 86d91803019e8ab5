"""What a sheet says, as plain records: strings only, in every markup, no mathematics left to do.

A sheet is a row of sections, a section a row of parts; each kind of part has one macro in each template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias, Union

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


NOTHING = Math("", "", "")
"""No formula: of a line that is a closed form only."""

MARKS: Mapping[str, Math] = {
    "": NOTHING,
    "proved": Math("✓", r"\checkmark", "✓"),
    "agrees": Math("≈", r"\approx", "≈"),
    "undecided": Math("?", "?", "?"),
    "unchecked": Math("?", "?", "?"),
    "refuted": Math("✗", r"\pmb{\times}", "✗"),
}
"""What stands at the end of a line whose step got a word."""

Prose: TypeAlias = tuple[Union[str, Math], ...]
"""Words with formulas among them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a derivation, from its sign on, and why it holds; a ``closed`` form at its end is framed.

    ``word`` is what the check of its steps found; a line that is none, such as a definition, has none.
    """

    math: Math
    reason: Prose = ()
    sign: Math = Math("=", "=", "=")
    closed: Math | None = None
    word: str = ""

    @property
    def mark(self) -> Math:
        """The word as a sign."""
        return MARKS[self.word]


@dataclass(frozen=True, slots=True)
class Block:
    """A quantity and the lines that lead to it, or a whole equation; ``number`` is what other lines call it by."""

    head: Math
    lines: tuple[Line, ...] = ()
    number: int = 0
    kind: ClassVar[str] = "block"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words."""

    said: Prose
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True, slots=True)
class Points:
    """A list, numbered where the order matters."""

    items: tuple[Prose, ...]
    ordered: bool = False
    kind: ClassVar[str] = "points"


@dataclass(frozen=True, slots=True)
class Row:
    """Formulas beside each other, as many as there is room for; ``words`` are what the checks of them found, where they are steps."""

    formulas: tuple[Math, ...]
    words: tuple[str, ...] = ()
    kind: ClassVar[str] = "row"

    @property
    def marked(self) -> tuple[tuple[Math, Math], ...]:
        """Each formula and its mark."""
        words = self.words or ("",) * len(self.formulas)
        return tuple((formula, MARKS[word]) for formula, word in zip(self.formulas, words, strict=True))


@dataclass(frozen=True, slots=True)
class Frame:
    """Whole equations, each in a frame."""

    formulas: tuple[Math, ...]
    kind: ClassVar[str] = "frame"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a head; columns named in ``numbers`` are set flush right, rows that hold fractions or matrices are ``tall``."""

    head: tuple[Prose, ...]
    rows: tuple[tuple[Prose, ...], ...]
    numbers: tuple[int, ...] = ()
    tall: bool = False
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing in each markup that can draw; ``says`` is what the others show instead."""

    tikz: str
    typst: str
    says: str = ""
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of source; ``narrow`` ones stand in two columns."""

    lines: tuple[str, ...]
    narrow: bool = False
    kind: ClassVar[str] = "code"


Part: TypeAlias = Union[Block, Paragraph, Points, Row, Frame, Table, Figure, Code]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it; ``key`` is what the section is called in the order of sections."""

    key: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole handout, ready to be set."""

    title: str
    subtitle: Prose
    sections: tuple[Section, ...]

    def __getitem__(self, key: str) -> Section:
        return next(s for s in self.sections if s.key == key)


__all__ = [
    "MARKS",
    "NOTHING",
    "Block",
    "Code",
    "Figure",
    "Frame",
    "Line",
    "Math",
    "Paragraph",
    "Part",
    "Points",
    "Prose",
    "Row",
    "Section",
    "Sheet",
    "Table",
]  # fmt: skip

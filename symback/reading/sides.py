"""What a claim says, whatever it was written in: sides that are said to be equal, over one program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Term
from symback.network.program import Program

Language = Literal["numpy", "sympy", "latex", "own"]

INTERNAL = " (made)"
"""Ends the names of definitions that reading a claim makes for its own use; no declared name holds a blank, and no reader sees one."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a claim: its text, where that begins, and its entry at free indices, exactly as written.

    A derivative of one name by another is ``Ref(Partial(of, by), places)`` with the places of ``of`` before those of ``by``; it
    always means the total derivative in the program. A side whose sizes cannot meet has no body; ``clash`` says why. ``near``: the
    side before is said to be near this one (≈), not equal to it.
    """

    text: str
    position: int
    indices: tuple[Index, ...] = ()
    body: Term | None = None
    clash: str = ""
    near: bool = False

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes of the free indices."""
        return tuple(i.size for i in self.indices)


@dataclass(frozen=True, slots=True)
class Claim:
    """Sides that are said to be equal, one after the other, over a program that holds every name they read.

    The program is the network's, with the claim's own lines and differentiated expressions as further definitions;
    ``choices`` are the readings that were picked where the text allows more than one; ``assumed`` says what the claim needs besides
    and does not say itself: that a value is 0 before something is added to it. ``others`` reads the text with other meanings of its
    signs, one claim after the other.
    """

    program: Program
    sides: tuple[Side, ...]
    language: Language
    choices: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    others: Callable[[], Iterator[Claim]] | None = field(default=None, compare=False, repr=False)

"""Claims written with SymPy."""

from __future__ import annotations

from symback.errors import ReadingError
from symback.network.program import Program
from symback.reading.goals import Goal
from symback.reading.sides import Claim


def read_sympy(program: Program, claim: object, goal: Goal | None = None) -> tuple[Claim, ...]:
    """The claim of a SymPy equation, or of an expression for the goal."""
    raise ReadingError(str(claim)[:60], "SymPy is not read yet", "write the claim in NumPy")

"""Derivatives of vectors by vectors in the other layout: right but for the transpose of the whole."""

from __future__ import annotations

from collections.abc import Callable

from symback.algebra.terms import Partial, Ref
from symback.errors import SymbackError
from symback.reading.sides import Claim
from symback.verify.verdict import Verdict

TRANSPOSED = {"latex": r"\left({0}\right)^T = {1}", "numpy": "({0}).T = {1}"}


def other_layout(claim: Claim, read: Callable[[str], tuple[Claim, ...]], judge: Callable[[Claim], Verdict]) -> str:
    """What is said of a claim that holds when its left side, a vector's derivative by a vector, is transposed; empty of any other.

    ``read`` reads a text over the same network, ``judge`` gives the verdict on a claim.
    """
    if len(claim.sides) != 2 or claim.language not in TRANSPOSED:
        return ""
    one, other = (side.text for side in claim.sides)
    try:
        shown = claim if claim.sides[0].body is not None else read(one)[0]
        alone = shown.sides[0].body
        if not (isinstance(alone, Ref) and isinstance(alone.name, Partial) and isinstance(alone.name.of, str)):
            return ""
        of, by = (shown.program.indices(name) for name in (alone.name.of, alone.name.by))
        if len(of) != 1 or len(by) != 1 or 1 in (of[0].size.constant, by[0].size.constant):
            return ""
        turned = read(TRANSPOSED[claim.language].format(one, other))
        if not all(judge(c).holds for c in turned):
            return ""
    except (SymbackError, KeyError):
        return ""
    return f"it is in the other layout convention: here the rows of a derivative belong to what is differentiated, so transpose {other}"

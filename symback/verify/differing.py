"""Where two formulas differ, in words: which entries at a point, and which terms when both are multiplied out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import ONE, ZERO, Add, Mul, Name, Num, Term, mul
from symback.algebra.traverse import free_indices
from symback.errors import SymbackError
from symback.network.program import Program
from symback.notation.write import formula_text
from symback.verify.layouts import layouts
from symback.verify.search import Search
from symback.verify.trial import UNTRIED

FEW, LONGEST = 3, 90


def difference(program: Program, indices: Sequence[Index], claimed: Term, right: Definition, own: Iterable[Name] = ()) -> str:
    """Which entries of a claim are wrong and which of its terms, in one line; empty where nothing can be said.

    The arguments are those of `symback.verify.repair.repair`.
    """
    layout = next(iter(layouts(tuple(indices), claimed, right)), None)
    if layout is None:
        return ""
    try:
        search = Search(program, layout, right, tuple(own))
    except UNTRIED:
        return ""
    first = search.first
    np = first.run.np
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(first.values(search.lines.whole) - first.right) <= 1e-9 * (first.scale + 1e-30))
    normal = search.normalizer.normal
    terms = terms_in_words(normal(search.lines.whole), normal(search.target), program)
    return "; ".join(part for part in (layout.says, entries_in_words(wrong), terms) if part)


def entries_in_words(wrong: Any) -> str:
    """Which entries of an array of truth values are true.

    >>> import numpy
    >>> entries_in_words(numpy.eye(3, dtype=bool))
    'the entries on the diagonal differ'
    """
    import numpy as np

    wrong = np.asarray(wrong, dtype=bool)
    count = int(wrong.sum())
    if not wrong.ndim:
        return ""
    if not count:
        return ""
    if count == wrong.size:
        return "every entry differs"
    if wrong.ndim == 2 and wrong.shape[0] == wrong.shape[1]:
        shape = wrong.shape[0]
        patterns = {
            "on the diagonal": np.eye(shape, dtype=bool),
            "off the diagonal": ~np.eye(shape, dtype=bool),
            "above the diagonal": np.triu(np.ones_like(wrong), 1),
            "below the diagonal": np.tril(np.ones_like(wrong), -1),
        }
        for words, pattern in patterns.items():
            if bool((wrong == pattern).all()):
                return f"the entries {words} differ"
    return _slice(wrong) or f"{count} of {wrong.size} entries {'differs' if count == 1 else 'differ'}"


def _slice(wrong: Any) -> str:
    """The entries as a row, a column, or a part of one axis."""
    for axis in range(wrong.ndim):
        others = tuple(k for k in range(wrong.ndim) if k != axis)
        whole = wrong.all(axis=others) if others else wrong
        if bool((whole == (wrong.any(axis=others) if others else wrong)).all()):
            places = [str(k + 1) for k in range(len(whole)) if whole[k]]
            word = {1: "entr", 2: ("row", "column")[axis] if wrong.ndim == 2 else ""}.get(wrong.ndim, "")
            name = ("entry" if len(places) == 1 else "entries") if word == "entr" else word or f"place on axis {axis + 1}"
            plural = "s" if len(places) > 1 and word != "entr" else ""
            return f"{name}{plural} {', '.join(places)} differ{'' if plural or len(places) > 1 else 's'}"
    return ""


def terms_in_words(claimed: Term, right: Term, program: Program) -> str:
    """Which terms two sums in normal form do not share; empty where there are too many to name."""
    ours, theirs = _terms(claimed), _terms(right)
    found: list[str] = []
    for base in dict.fromkeys((*theirs, *ours)):
        mine, other = ours.get(base), theirs.get(base)
        if mine is None and other is not None:
            found.append(f"the term {_text(_scaled(base, other), program)} is missing")
        elif other is None and mine is not None:
            found.append(f"the term {_text(_scaled(base, mine), program)} is too much")
        elif mine != other and mine is not None and other is not None:
            says = "has the wrong sign" if mine == -other else f"has the factor {mine} instead of {other}"
            found.append(f"the term {_text(_scaled(base, abs(other)), program)} {says}")
    short = 0 < len(found) <= FEW and all(len(f) <= LONGEST for f in found)
    return ", ".join(found) if short and (len(theirs) > 1 or len(ours) > 1) else ""


def _terms(node: Term) -> dict[Term, Any]:
    """The terms of a sum with their coefficients."""
    found: dict[Term, Any] = {}
    for part in node.args if isinstance(node, Add) else (node,):
        if part is ZERO:
            continue
        number = part if isinstance(part, Num) else part.args[0] if isinstance(part, Mul) and isinstance(part.args[0], Num) else ONE
        base = ONE if part is number else mul(part.args[1:]) if isinstance(part, Mul) and number is part.args[0] else part
        found[base] = found.get(base, 0) + number.value
    return found


def _scaled(base: Term, number: Any) -> Term:
    return Num(number) if base is ONE else base if number == 1 else mul((Num(number), base))


def _text(term: Term, program: Program) -> str:
    try:
        return formula_text(term, free_indices(term), program)
    except (SymbackError, KeyError):
        return repr(term)

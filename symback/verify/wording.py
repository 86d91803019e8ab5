"""Verdicts put together, and side conditions as a reader writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symback.algebra.terms import Bracket, Term
from symback.algebra.traverse import free_indices
from symback.errors import SymbackError
from symback.network.program import Program
from symback.notation.write import formula_text
from symback.verify.verdict import HOLDS, Verdict, worst_of

SIGNS = {"!=": "≠", ">=": "≥", "<=": "≤"}


def together(text: str, verdicts: tuple[Verdict, ...]) -> Verdict:
    """One verdict for several: the word and the reasons of the one that stands worst, the conditions of all."""
    word = worst_of(tuple(v.word for v in verdicts))
    worst = next(v for v in verdicts if v.word == word)
    where = f"link {verdicts.index(worst) + 1} of {len(verdicts)}, {worst.claim}: {worst.why}"
    return replace(
        worst,
        claim=text,
        why=f"all {len(verdicts)} links hold" if word in HOLDS else where,
        conditions=_each(verdicts, lambda v: v.conditions),
        facts=_each(verdicts, lambda v: v.facts),
        choices=_each(verdicts, lambda v: v.choices),
        worst=max(v.worst for v in verdicts),
        links=verdicts,
    )


def _each(verdicts: tuple[Verdict, ...], of: Callable[[Verdict], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for v in verdicts for item in of(v)))


def term_text(term: Term, program: Program) -> str:
    """A side condition as a reader writes it: ``x ≠ 0``."""
    try:
        if not isinstance(term, Bracket):
            return formula_text(term, free_indices(term), program)
        left, right = (formula_text(side, free_indices(side), program) for side in (term.left, term.right))
    except (SymbackError, KeyError):
        return repr(term)
    return f"{left} {SIGNS.get(term.relation, term.relation)} {right}"

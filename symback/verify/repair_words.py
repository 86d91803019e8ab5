"""How the repair of a claim is said: a sentence about the claim, and the line as it reads with the change."""

from __future__ import annotations

from dataclasses import dataclass

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import Bracket, Count, Ref, Term
from symback.algebra.traverse import free_indices, walk
from symback.errors import SymbackError
from symback.network.program import Program
from symback.notation.write import formula_text
from symback.simplify.sums import sift
from symback.typeset.style import Style
from symback.verify.layouts import Layout
from symback.verify.trial import RESULT

ENTRIES = Style(notation="index")


@dataclass(frozen=True, slots=True)
class Repair:
    """What is wrong with a claim: a sentence, and the claim with the one change that makes it true.

    ``kind`` is the row of the table of mistakes; ``term`` at ``indices`` is the repaired claim with its own lines put in, ``text`` the
    repaired line as it is printed.
    """

    sentence: str
    kind: str
    indices: tuple[Index, ...]
    term: Term
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words for changes of a claim over a program, in one layout."""

    program: Program
    layout: Layout

    def repair(self, kind: str, says: str, pieces: tuple[Term, ...], before: Definition, line: Term, whole: Term) -> Repair:
        """The repair that makes ``line`` of a line ``before``, and ``whole`` of the claim."""
        formula = self.text(sift(line) if _has_delta(line) else line, before.indices)
        shown = formula if before.name == RESULT else f"{before.name} = {formula}"
        if kind == "transpose" and isinstance(before.body, Term):
            says = _transposed_says(says, self.text(before.body, before.indices), formula)
        sentence = says.format(*map(self._entry if kind == "index" else self._piece, pieces))
        both = ", and ".join(dict.fromkeys(part for part in (self.layout.says, sentence) if part))
        return Repair(f"{both}: {shown}", kind, self.layout.indices, whole, shown)

    def text(self, term: Term, indices: tuple[Index, ...]) -> str:
        """A formula as it is printed."""
        if isinstance(term, Ref) and (not indices or not term.places):
            return str(term.name)
        try:
            return formula_text(term, indices, self.program)
        except SymbackError:
            return repr(term)

    def _piece(self, term: Term) -> str:
        """A part of a line, with its axes in the order in which the line has them."""
        free, order = free_indices(term), self.layout.indices
        return self.text(term, tuple(sorted(free, key=lambda i: order.index(i) if i in order else len(order))))

    def _entry(self, term: Term) -> str:
        """A read with its places, as a mistake in one of these must show it."""
        named = isinstance(term, Ref) and not term.places
        return self.text(term, ()) if named else formula_text(term, free_indices(term), self.program, ENTRIES)


def _transposed_says(says: str, before: str, after: str) -> str:
    """Whether a transpose is missing or too much, as the printed line shows it."""
    more = after.count("ᵀ") - before.count("ᵀ")
    return says if not more or "{0}" not in says else f"the transpose of {{0}} is {'missing' if more > 0 else 'too much'}"


def _has_delta(node: Term) -> bool:
    """Whether a formula holds a Kronecker delta, which a sum may take away."""
    return any(isinstance(n, Bracket) and n.relation == "=" and isinstance(n.left, Count) for n in walk(node))


__all__ = ["Repair", "Words"]

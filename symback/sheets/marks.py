"""The mark at the end of a line: what the check of the steps behind it found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Partial, Term
from symback.algebra.traverse import names
from symback.calculus.trace import Step
from symback.verify.report import Report
from symback.verify.steps import StepChecker

WEAKEST_LAST = ("proved", "agrees", "unchecked", "undecided", "refuted")


def weakest(words: Iterable[str]) -> str:
    """The word of a line that takes several steps; none where no step was taken.

    >>> weakest(["proved", "agrees", ""]), weakest([])
    ('agrees', '')
    """
    return max((word for word in words if word), key=WEAKEST_LAST.index, default="")


@dataclass(frozen=True)
class Unmarked:
    """Nobody asked: no line has a mark."""

    def of(self, *steps: Step) -> str:
        """No word."""
        return ""

    def put_in(self, target: Name, indices: tuple[Index, ...], before: Term, after: Term) -> str:
        """No word."""
        return ""


@dataclass(frozen=True)
class Marked(Unmarked):
    """The words of a report; what a sheet shows beside the recorded steps is checked by the same checker."""

    report: Report
    checker: StepChecker = field(repr=False)

    @cached_property
    def _known(self) -> Mapping[Step, str]:
        return {line.step: line.word for line in self.report.lines}

    def of(self, *steps: Step) -> str:
        """The weakest word on some steps."""
        return weakest(self._known.get(step) or self.checker.step(step).word for step in steps)

    def put_in(self, target: Name, indices: tuple[Index, ...], before: Term, after: Term) -> str:
        """The word on ``before = after``, where the second has the formulas of the gradients that the first reads put in."""
        read = self._read(before)
        printed = self.checker.core.printed
        facts = dict.fromkeys(f for n in read for s in printed[n.by].steps for f in s.facts)
        return self.of(Step(target, indices, "put in", before, after, "", read, facts=tuple(facts)))

    def _read(self, term: Term) -> tuple[Partial, ...]:
        """The gradients that a term reads, and those that these read."""
        core = self.checker.core
        found: dict[Partial, None] = {}
        pending = [term]
        while pending:
            partials = [n for n in names(pending.pop()) if isinstance(n, Partial) and not n.local and n not in found]
            new = [n for n in partials if n.by in core.printed and n == core.adjoint(n.by)]
            found.update(dict.fromkeys(new))
            pending += [core.adjoints[n.by].result for n in new]
        return tuple(found)


UNMARKED = Unmarked()

__all__ = ["UNMARKED", "WEAKEST_LAST", "Marked", "Unmarked", "weakest"]

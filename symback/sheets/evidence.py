"""What was checked about the gradients of a sheet, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

from symback.errors import VerificationError
from symback.sheets.marks import Marked
from symback.sheets.records import MARKS, Block, Math, Points, Prose, Row, Section, Sheet
from symback.sheets.subject import Subject
from symback.sheets.writer import Writer
from symback.verify.report import Report, verify
from symback.verify.steps import StepChecker, counted
from symback.verify.table import Row as Evidence
from symback.verify.table import counts

MEANS = {
    "proved": "proved for all values",
    "agrees": "agrees with every check that was made, but is not proved",
    "undecided": "undecided",
    "unchecked": "unchecked",
}


Checked: TypeAlias = tuple[tuple[Writer, Report], ...]
"""Derivations with what was found about each; the first is the one that is told line by line."""
EACH = "Each step was checked by itself"
BESIDE = ", as the mark beside its line says"
SHOWN_BY = {"proved": "proved by the normal form", "agrees": "confirmed by numbers", "undecided": "not decided"}
RULE = "; a line has the weakest mark of its steps"


def checked(subject: Subject) -> tuple[Subject, Checked]:
    """The subject with its lines marked, if that is asked for, and the evidence; raises VerificationError where a check fails."""
    writers = [w for w in (subject.hand, subject.arrays) if w is not None]
    if subject.hand is not None and not any(leaf.indices for leaf in subject.arrays.core.program.leaves):
        writers = [subject.hand]
    checkers = [StepChecker(write.core) for write in writers]
    reports = [verify(w.core, w.wanted, checker=c).or_raise() for w, c in zip(writers, checkers, strict=True)]
    found = tuple(zip(writers, reports, strict=True))
    return (marked(subject, reports[0], checkers[0]) if subject.options.marks else subject), found


def marked(subject: Subject, report: Report, checker: StepChecker) -> Subject:
    """The subject with the words of a report on the lines of what is told line by line."""
    write = replace(subject.write, words=Marked(report, checker))
    return replace(subject, arrays=write) if subject.hand is None else replace(subject, hand=write)


def holding(sheet: Sheet) -> Sheet:
    """The sheet itself; VerificationError where a line on it is refuted that is not among the recorded steps."""
    for part in (part for section in sheet.sections for part in section.parts):
        lines: list[tuple[str, str]] = []
        if isinstance(part, Block):
            lines = [(" = ".join(m.text for m in (part.head, x.math, x.closed) if m is not None and m.text), x.word) for x in part.lines]
        elif isinstance(part, Row):
            lines = [(formula.text, word) for formula, word in zip(part.formulas, part.words, strict=False)]
        for text, word in lines:
            if word == "refuted":
                raise VerificationError(f"line {text}", "does not hold", "this is a defect of symback; please report it")
    return sheet


def evidence(subject: Subject, found: Checked) -> Section:
    """One point for all formulas that were checked alike, and what the marks at the ends of lines mean."""
    return Section("evidence", "What was verified", (Points(tuple(_points(subject, found))),))


def _points(subject: Subject, found: Checked) -> Iterator[Prose]:
    for k, (write, report) in enumerate(found):
        for (verdict, route, conditions), rows in groupby(report, key=lambda row: (row.verdict, row.route, row.conditions)):
            yield (
                *_heads(write, list(rows)),
                f": {MEANS[verdict]} ({route})",
                *(write.prose(f", where {' and '.join(conditions)}", tuple(write.core.program.leaf)) if conditions else ()),
                ".",
            )
        steps = _steps(report, k == 0 and subject.options.marks)
        if steps:
            yield steps


def _heads(write: Writer, rows: list[Evidence]) -> Prose:
    heads: list[Math] = [write.name(write.core.adjoint(row.name)) for row in rows]
    return tuple(p for k, head in enumerate(heads) for p in ((", ", head) if k else (head,)))


def _steps(report: Report, marks: bool) -> Prose:
    """``✓ proved by the normal form (18 steps), ≈ ...``; nothing where there are no steps."""
    listed: Prose = ()
    for word, count in counts(report.lines).items():
        said = f"{SHOWN_BY[word]} ({counted(count, 'step')})"
        listed += (*((", ",) if listed else ()), *((MARKS[word], f" {said}") if marks else (said,)))
    opening, closing = (f"{EACH}{BESIDE}: ", f"{RULE}.") if marks else (f"{EACH}: ", ".")
    return (opening, *listed, closing) if listed else ()


__all__ = ["checked", "evidence", "holding", "marked"]

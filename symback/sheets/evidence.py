"""What was checked about the gradients of a sheet, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from symback.sheets.records import Math, Points, Prose, Section
from symback.sheets.subject import Subject
from symback.sheets.writer import Writer
from symback.verify.report import Report, Row, verify

MEANS = {
    "proved": "proved for all values",
    "agrees": "agrees with every check that was made, but is not proved",
    "undecided": "undecided",
    "unchecked": "unchecked",
}


def evidence(subject: Subject) -> Section:
    """One point for all formulas that were checked alike; raises VerificationError where one is refuted."""
    return Section("evidence", "What was verified", (Points(tuple(_points(subject))),))


def _points(subject: Subject) -> Iterator[Prose]:
    writers = [w for w in (subject.hand, subject.arrays) if w is not None]
    if subject.hand is not None and not any(leaf.indices for leaf in subject.arrays.core.program.leaves):
        writers = [subject.hand]
    for write in writers:
        report = verify(write.core, write.wanted).or_raise()
        for (verdict, route, conditions), rows in groupby(report, key=lambda row: (row.verdict, row.route, row.conditions)):
            yield (
                *_heads(write, list(rows)),
                f": {MEANS[verdict]} ({route})",
                *((f", where {' and '.join(conditions)}",) if conditions else ()),
                ".",
            )
        yield (_steps(report),)


def _heads(write: Writer, rows: list[Row]) -> Prose:
    heads: list[Math] = [write.name(write.core.adjoint(row.name)) for row in rows]
    return tuple(p for k, head in enumerate(heads) for p in ((", ", head) if k else (head,)))


def _steps(report: Report) -> str:
    counts: Counter[str] = Counter()
    for row in report:
        counts.update(row.steps or {})
    words = {"proved": "by the normal form", "agrees": "by numbers", "undecided": "not decided"}
    found = " and ".join(f"{counts[w]} {says}" for w, says in words.items() if counts[w])
    return f"Each line that leads to them was checked by itself: {found} (a line that several share counts for each)."


__all__ = ["evidence"]

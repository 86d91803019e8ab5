"""The forward pass: in symbols, then with numbers put in; a second time with the new values; the loss before and after."""

from __future__ import annotations

from collections.abc import Iterator

from symback.notation.index import number_box
from symback.sheets.displays import equality, worked_lines
from symback.sheets.records import Block, Paragraph, Part, Row, Section
from symback.sheets.subject import Subject
from symback.typeset.boxes import EQUALS, Relation


def forward(subject: Subject) -> Section:
    """Every definition in order, the loss last."""
    return Section("forward", "Forward pass", tuple(_forward(subject)))


def _forward(subject: Subject) -> Iterator[Part]:
    write, program = subject.write, subject.program
    if subject.worked is None or subject.hand is None:
        yield from (Block(write.equation(d)) for d in program.definitions)
        return
    if subject.arrays.core.program.definitions != program.definitions and _has_arrays(subject):
        yield Row(tuple(subject.arrays.equation(d) for d in subject.arrays.core.program.definitions))
    for line in subject.worked.forward:
        yield Block(write.name(line.name), worked_lines(line, write, line.symbols))


def _has_arrays(subject: Subject) -> bool:
    return any(leaf.indices for leaf in subject.arrays.core.program.leaves)


def again(subject: Subject) -> Section:
    """The second forward pass, and what became of the loss."""
    return Section("again", "Second forward pass", tuple(_again(subject)))


def _again(subject: Subject) -> Iterator[Part]:
    work, write = subject.worked, subject.write
    if work is None or work.after is None:
        return
    for line in work.again if subject.hand is not None else ():
        yield Block(write.name(line.name), worked_lines(line, write))
    loss = write.table.box(write.loss)
    before, after = (Relation((loss, number_box(v.last)), (EQUALS,)) for v in (work.before, work.after))
    verb = "fell" if work.fell else "did not fall"
    yield Paragraph((f"The loss {verb}: before the step ", equality(*before.parts), ", after it ", equality(*after.parts), "."))


__all__ = ["again", "forward"]

"""What a sheet starts from: the drawing, the symbols with their shapes and values, what signs mean, what is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symback.algebra.sizes import Index
from symback.algebra.terms import Name
from symback.network.program import Leaf
from symback.notation.index import scope_of, size_box
from symback.notation.meaning import weight_meaning
from symback.numeric.kinds import Kinds
from symback.numeric.worked import RATE
from symback.sheets.conventions import conventions
from symback.sheets.displays import rate_box
from symback.sheets.drawing import drawing, tikz, typst
from symback.sheets.given import number, values
from symback.sheets.records import Figure, Math, Paragraph, Part, Prose, Section, Table
from symback.sheets.roles import called
from symback.sheets.subject import Subject
from symback.typeset.boxes import Box, Fence, Relation, Sum, Word

TIMES = Word("×", r"\times")
SAYS: Mapping[str, str] = {
    "weight": "weight", "bias": "bias", "input": "input", "target": "target", "constant": "constant",
}  # fmt: skip
"""What each role is called in the table of symbols."""


def setting(subject: Subject, together: list[str]) -> Section:
    """The first section; ``together`` are the formulas of the sheet as text, whose signs are explained."""
    return Section("network", "The network", tuple(_setting(subject, together)))


def _setting(subject: Subject, together: list[str]) -> Iterator[Part]:
    write = subject.arrays
    drawn = drawing(write.core.program, write.style, _labels(subject))
    if drawn.nodes:
        yield Figure(tikz(drawn), typst(drawn), drawn.says)
    yield _symbols(subject)
    meaning: Prose = tuple(p if isinstance(p, str) else Math.of(p) for p in weight_meaning(subject.arrays.core.program, write.style))
    sentences = [s for s in (meaning, *conventions(together, subject.write.table), *_direct(subject)) if s]
    yield Paragraph(tuple(p for k, sentence in enumerate(sentences) for p in ((" ", *sentence) if k else sentence)))


def _labels(subject: Subject) -> dict[str, str]:
    """The numbers of the forward pass, to be shown in the drawing."""
    return {} if subject.worked is None else {str(line.name): str(line.value) for line in subject.worked.forward}


# symbols


def _symbols(subject: Subject) -> Table:
    write, program = subject.arrays, subject.arrays.core.program
    shown = values(program, write.table, {**program.values, **subject.options.values})
    kinds = Kinds(program)
    rows = [
        (leaf.name, SAYS[leaf.role], leaf.indices, _facts(leaf, subject)) for leaf in program.leaves
    ] + [(d.name, called(d.name, program, kinds), d.indices, ()) for d in program.definitions]  # fmt: skip
    table = [
        [(write.name(name),), (says,) if says else (), (_shape(subject, name, indices),), (shown[name],) if name in shown else (), facts]
        for name, says, indices, facts in rows
    ]
    rate = {**program.values, **subject.options.values}.get(RATE)
    if rate is not None and RATE not in program.leaf:
        table.append(
            [(Math.of(rate_box(subject.write.table)),), ("learning rate",), (_shape(subject, RATE, ()),), (Math.of(number(rate)),), ()]
        )
    head: list[Prose] = [("symbol",), ("what it is",), ("shape",), ("value",), ("declared facts",)]
    kept = [k for k in range(len(head)) if any(row[k] for row in table)]
    plain = [k for k in kept if not (k == 2 and all(not i for _, _, i, _ in rows))]
    arrays = any("matrix" in m.latex for m in shown.values())
    return Table(tuple(head[k] for k in plain), tuple(tuple(row[k] for k in plain) for row in table), tall=arrays)


def _facts(leaf: Leaf, subject: Subject) -> Prose:
    facts = "; ".join(fact.says(leaf.name) for fact in leaf.facts)
    return subject.arrays.prose(facts, (leaf.name,)) if facts else ()


def _shape(subject: Subject, name: Name, indices: tuple[Index, ...]) -> Math:
    """``2 × 3``; a single number is called so."""
    scope = scope_of(subject.arrays.table, indices)
    sizes = [_factor(size_box(i.size, scope)) for i in indices]
    return Math.of(Relation(tuple(sizes), (TIMES,) * (len(sizes) - 1)) if sizes else Word("number", r"\text{number}"))


def _factor(size: Box) -> Box:
    return Fence("round", size) if isinstance(size, Sum) else size


# what signs mean


def _direct(subject: Subject) -> Iterator[Prose]:
    """What is meant where a derivative of the loss is not the whole one."""
    write = subject.write
    for direct in write.direct[:1]:
        whole = write.name(write.core.adjoint(direct.by))
        yield (write.name(direct), " and its like hold everything fixed that lies between; ", whole, " does not.")


__all__ = ["setting"]

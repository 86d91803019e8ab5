"""The matrix form as a summary: layers, gradients and updates as whole arrays, also for weights with a name each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symback.algebra.terms import ONE, Name, Partial, Term, mul
from symback.algebra.traverse import names
from symback.notation.index import number_box
from symback.numeric.rounding import evaluate
from symback.numeric.worked_arrays import ArrayUpdate
from symback.numeric.worked_lines import Factor
from symback.sheets.displays import ABOUT, BECOMES, broken, matrix, numbers, rate_box
from symback.sheets.given import LARGEST
from symback.sheets.records import Block, Math, Part, Row, Section
from symback.sheets.subject import Subject
from symback.typeset.boxes import EQUALS, Box, Product, Sum, product


def matrix_form(subject: Subject) -> Section:
    """Nothing where the sheet tells whole arrays anyway, or where the network has none."""
    return Section("matrix form", "Matrix form", tuple(_matrix_form(subject)) if subject.hand is not None else ())


def _matrix_form(subject: Subject) -> Iterator[Part]:
    write = subject.arrays
    if any(leaf.indices for leaf in write.core.program.leaves):
        if subject.worked is None:
            yield Row(tuple(write.equation(d) for d in write.core.program.definitions))
        read = [n for n in write.shown if n not in write.wanted and _is_read(subject, n)]
        yield Row(tuple(write.equation(write.closed(n)) for n in (*read, *write.wanted)))
    yield from updates(subject)


def updates(subject: Subject) -> Iterator[Part]:
    """The step of each array in numbers, where it is not too large to be displayed."""
    for update in subject.worked.arrays if subject.worked is not None else ():
        if max(len(update.entries), len(update.entries[0])) <= LARGEST:
            yield _update(update, subject)


def _is_read(subject: Subject, name: Name) -> bool:
    """Whether a closed form mentions the gradient by a name."""
    write = subject.arrays
    closed = [write.core.printed[n].result for n in write.shown]

    return any(isinstance(n, Partial) and not n.local and n.by == name for t in closed for n in names(t))


def _update(update: ArrayUpdate, subject: Subject) -> Block:
    """``W ← W − η ∂L/∂W = old − rate·gradient = new``."""
    write = subject.write
    table = write.table
    own: Box
    if update.name and update.name in subject.arrays.core.program.leaf:
        above = subject.arrays.table
        own = above.box(update.name)
        slope = above.box(subject.arrays.core.adjoint(update.name))
        rule = _minus(own, (rate_box(table), slope))
        scaled: list[Box] = [numbers(update.gradients)]
    else:
        own = matrix((table.box(n) for n in row) for row in update.entries)
        common = [write.box(mul(f.name for f in update.common), ())] if update.common else []
        outer = _outer(update, subject)
        rule = _minus(own, (rate_box(table), *common, *outer))
        scaled = [*(number_box(f.shown) for f in update.common), numbers(update.products)]  # type: ignore[arg-type]
    assert subject.worked is not None
    old, rate = numbers(update.old), number_box(subject.worked.given["rate"].last)
    first, *others = update.stages
    sides = [_minus(old, (rate, *scaled)), numbers(first)]
    scaled_cells = update.scaled(subject.worked.given["rate"].last)
    steps = update.steps if (update.common and not update.name) or not update.is_at_once else scaled_cells
    signs = [EQUALS if _same(_taken(update.old, steps), first) else ABOUT]
    if steps is update.steps:
        sides.insert(1, _minus(old, (numbers(update.steps),)))
        signs.insert(0, EQUALS if _same(scaled_cells, update.steps) else ABOUT)
    sides += [numbers(stage) for stage in others]
    signs += [ABOUT for _ in others]
    return Block(Math.of(own), tuple(broken([(BECOMES, rule), *zip((EQUALS, *signs), sides, strict=True)])))


def _minus(first: Box, factors: Sequence[Box]) -> Box:
    return Sum(((False, first), (True, product(tuple(factors), "dot"))))


Cells = tuple[tuple[Term, ...], ...]


def _taken(old: Cells, steps: Cells) -> Cells:
    return tuple(tuple(a - b for a, b in zip(*rows, strict=True)) for rows in zip(old, steps, strict=True))


def _same(one: Cells, other: Cells) -> bool:
    """Whether two arrays are equal to the last digit, as they are written."""
    return all(evaluate(a) == evaluate(b) for rows in zip(one, other, strict=True) for a, b in zip(*rows, strict=True))


def _outer(update: ArrayUpdate, subject: Subject) -> tuple[Box, ...]:
    """What the common factors multiply: a column times a row where every entry is a product of the two, else a matrix."""
    assert subject.worked is not None
    lines = {str(line.name.by): line for line in subject.worked.gradients if isinstance(line.name, Partial)}
    own = [[_own(lines[n].factors[len(update.common) :]) for n in row] for row in update.entries]
    write = subject.write
    column = [_shared(list(row)) for row in own]
    line = [_shared([row[k] for row in own]) for k in range(len(own[0]))]
    several = len(own) > 1 and len(own[0]) > 1
    if several and all(set(own[r][c]) == set(column[r]) | set(line[c]) for r in range(len(own)) for c in range(len(own[0]))):
        return (Product((matrix([write.box(mul(f), ())] for f in column), matrix([[write.box(mul(f), ()) for f in line]])), "matrix"),)
    return (matrix((write.box(mul(cell) if cell else ONE, ()) for cell in row) for row in own),)


def _own(factors: tuple[Factor, ...]) -> tuple[Term, ...]:
    return tuple(f.formula for f in factors)


def _shared(cells: list[tuple[Term, ...]]) -> tuple[Term, ...]:
    """The factors that all cells of a row or of a column have."""
    return tuple(f for f in cells[0] if all(f in other for other in cells))


__all__ = ["matrix_form", "updates"]

"""The gradients: every recorded line with its reason, and the closed forms in frames."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from symback.algebra.terms import Name, Partial, Term, mul
from symback.algebra.traverse import names
from symback.sheets.chains import Chains
from symback.sheets.displays import LINE, chained, wide
from symback.sheets.marks import weakest
from symback.sheets.records import NOTHING, Block, Frame, Line, Paragraph, Part, Section

BRACKETS = "Square brackets hold the factors of the path, each worked out, in order; the closed form is framed."
TIDIED = ("numbers, signs and factors 1 put together",)


def gradients(chains: Chains) -> Section:
    """One block for each gradient, those that others are told through first."""
    parts = _by_hand if chains.subject.hand is not None else _arrays
    return Section("gradients", "Gradients", tuple(parts(chains)))


def _arrays(chains: Chains) -> Iterator[Part]:
    write = chains.subject.write
    for name in (*(n for n in write.shown if n not in chains.subject.wanted), *chains.subject.wanted):
        derived = write.core.printed[name]
        yield Block(write.head(derived), _compact(write.lines(derived, chains.numbers), "chain rule, "))
        yield from _zero(chains, name)
        if name in write.wanted:
            yield Frame(write.results(name))


def _zero(chains: Chains, name: Name) -> Iterator[Part]:
    """Why a gradient is zero."""
    write = chains.subject.write
    reason = write.core.printed[name].reason
    if reason:
        program = write.core.program
        yield Paragraph(("Zero, because ", *write.prose(reason, (*program.definition, *program.leaf)), "."))


def _by_hand(chains: Chains) -> Iterator[Part]:
    """Shared gradients line by line; then each wanted one: through the shared one, factor by factor, and closed."""
    write, wanted = chains.subject.write, chains.subject.wanted
    yield Paragraph((BRACKETS,))
    for name in (*(n for n in write.shown if n not in wanted), *wanted):
        derived = write.core.printed[name]
        lines = _compact(write.lines(derived, chains.numbers))
        if name in wanted and not derived.reason:
            lines = _joined(lines, _last(chains, name))
        yield Block(write.name(derived.target), lines)
        yield from _zero(chains, name)


def _compact(lines: tuple[Line, ...], says: str = "") -> tuple[Line, ...]:
    """Two short lines as one, under the reason of the second: ``= ∂L/∂z·∂z/∂w = ∂L/∂z·x``; a factor 1 is not shown first."""
    if len(lines) < 2 or lines[0].reason != ("chain rule",) or wide(lines[0].math) + wide(lines[1].math) > LINE:
        return lines
    first, *others = lines[0].math, *lines[1:]
    while len(others) > 1 and others[1].reason == TIDIED:
        others.pop(0)
    second = others[0].math
    word = weakest(line.word for line in lines[: len(lines) - len(others) + 1])
    return (Line(chained(first, second), (*((says,) if says else ()), *lines[1].reason), word=word), *others[1:])


def _joined(lines: tuple[Line, ...], last: Line) -> tuple[Line, ...]:
    """The lines and the last one, on the same line where there is room."""
    if len(lines) != 1 or not last.math.text or last.closed is None:
        return (*lines, last)
    if wide(lines[0].math) + wide(last.math) + wide(last.closed) > LINE - 10:
        return (*lines, last)
    word = weakest((lines[0].word, last.word))
    return (Line(chained(lines[0].math, last.math), lines[0].reason, closed=last.closed, word=word),)


def _last(chains: Chains, name: Name) -> Line:
    """The product of all factors of the path, each worked out, and the closed form; both are compared with the lines above."""
    write, way = chains.subject.write, chains.ways[name]
    factors = write.worked_out(way) if len(way.links) > 1 else ()
    derived, closed = write.core.printed[name], _closed(chains, name)
    sides = (derived.result, *((mul(factors),) if factors else ()), closed)
    word = weakest(write.words.put_in(derived.target, derived.indices, *pair) for pair in pairwise(sides))
    return Line(write.in_brackets(factors) if factors else NOTHING, closed=write.math(closed), word=word)


def _closed(chains: Chains, name: Name) -> Term:
    """The formula over the names of the forward pass; over names where a gradient is left, as in a recurrence."""
    write = chains.subject.write
    term = write.closed(name, "leaves").body
    assert isinstance(term, Term)
    if any(isinstance(n, Partial) for n in names(term)):
        term = write.core.printed[name].result
    return term


__all__ = ["gradients"]

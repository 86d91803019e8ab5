"""The gradients: every recorded line with its reason, and the closed forms in frames."""

from __future__ import annotations

from collections.abc import Iterator

from symback.algebra.terms import Name, Partial, Term
from symback.algebra.traverse import names
from symback.sheets.chains import Chains
from symback.sheets.displays import LINE, chained, wide
from symback.sheets.records import NOTHING, Block, Frame, Line, Math, Paragraph, Part, Section

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
            lines = _joined(lines, Line(_factors(chains, name) or NOTHING, closed=_closed(chains, name)))
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
    return (Line(chained(first, second), (*((says,) if says else ()), *lines[1].reason)), *others[1:])


def _joined(lines: tuple[Line, ...], last: Line) -> tuple[Line, ...]:
    """The lines and the last one, on the same line where there is room."""
    if len(lines) != 1 or not last.math.text or last.closed is None:
        return (*lines, last)
    if wide(lines[0].math) + wide(last.math) + wide(last.closed) > LINE - 10:
        return (*lines, last)
    return (Line(chained(lines[0].math, last.math), lines[0].reason, closed=last.closed),)


def _factors(chains: Chains, name: Name) -> Math | None:
    """The product of all factors of the path, each worked out."""
    way = chains.ways[name]
    return chains.subject.write.worked_out(way) if len(way.links) > 1 else None


def _closed(chains: Chains, name: Name) -> Math:
    """The formula over the names of the forward pass; over names where a gradient is left, as in a recurrence."""
    write = chains.subject.write
    term = write.closed(name, "leaves").body
    assert isinstance(term, Term)
    if any(isinstance(n, Partial) for n in names(term)):
        term = write.core.printed[name].result
    return write.math(term)


__all__ = ["gradients"]

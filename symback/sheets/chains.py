"""The chain rule over the whole path of each parameter, the factors that several share, and the local derivatives in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from symback.algebra.terms import Name, Partial
from symback.calculus.chain import Chain
from symback.sheets.displays import chained, numbered
from symback.sheets.marks import weakest
from symback.sheets.records import Block, Line, Math, Part, Points, Prose, Row, Section
from symback.sheets.subject import Subject

SHORT = 2
"""A local derivative of so many lines is set on one."""


@dataclass(frozen=True)
class Chains:
    """The chains of the wanted gradients and the local derivatives, numbered as they are met."""

    subject: Subject

    @cached_property
    def ways(self) -> Mapping[Name, Chain]:
        """The chain of each wanted gradient that is not zero."""
        core = self.subject.write.core
        return {n: self.subject.chain(n) for n in self.subject.wanted if not core.printed[n].reason}

    @cached_property
    def numbers(self) -> Mapping[Partial, int]:
        """The number of each local derivative that a chain or a line of a gradient reads."""
        found: dict[Partial, None] = {}
        write = self.subject.write
        if self.subject.hand is not None:
            for way in self.ways.values():
                found.update(dict.fromkeys(_targets(way)))
        for name in write.shown:
            found.update(dict.fromkeys(write.locals_read(name)))
        return {name: k for k, name in enumerate(found, start=1)}

    def used(self, way: Chain) -> tuple[int, ...]:
        """The numbers of the local derivatives of a chain."""
        return tuple(self.numbers[n] for n in _targets(way) if n in self.numbers)


def _targets(way: Chain) -> Iterator[Partial]:
    for link in way.links:
        yield from (d.target for d in link.locals if isinstance(d.target, Partial))


# the chain rule


def chain_rule(chains: Chains) -> Section:
    """The path of each parameter as a product of factors, and which factors are shared."""
    return Section("chain rule", "Chain rule", tuple(_chain_rule(chains)))


def _chain_rule(chains: Chains) -> Iterator[Part]:
    write = chains.subject.write
    for name, way in chains.ways.items():
        factors = write.factors(way)
        if factors is not None:
            yield Block(write.name(write.core.adjoint(name)), (Line(factors, _listed(write.path(way)), word=write.chained(way, name)),))
    shared = tuple(_shared(chains))
    if shared:
        yield Points(shared)


def _listed(formulas: tuple[Math, ...]) -> Prose:
    """``a, b, c``."""
    return tuple(p for k, f in enumerate(formulas) for p in ((", ", f) if k else (f,)))


def _shared(chains: Chains) -> Iterator[Prose]:
    """Beginnings that several chains have in common: each worked out once, then called by its name."""
    write = chains.subject.write
    readers: dict[tuple[Name, ...], list[Name]] = {}
    for name, way in chains.ways.items():
        for stop in range(1, len(way.links)):
            readers.setdefault((way.start, *(link.by for link in way.links[:stop])), []).append(name)
    for beginning, names in readers.items():
        longer = [
            other
            for other, found in readers.items()
            if len(other) > len(beginning) and other[: len(beginning)] == beginning and found == names
        ]
        if len(names) < 2 or longer:
            continue
        whole = Chain(beginning[0], chains.ways[names[0]].links[: len(beginning) - 1])
        factors, own = write.factors(whole), write.name(write.core.adjoint(beginning[-1]))
        everyone = len(names) == len(chains.ways) > 2
        said: Prose = ("all of them",) if everyone else _listed(tuple(write.name(write.core.adjoint(n)) for n in names))
        formula = own if factors is None or factors == own else chained(own, factors)
        yield (formula, " is shared by ", *said)


# local derivatives


def local_derivatives(chains: Chains) -> Section:
    """The numbered list; what is short or like one before stands on a line with others."""
    return Section("locals", "Local derivatives", tuple(_locals(chains)))


def _locals(chains: Chains) -> Iterator[Part]:
    write = chains.subject.write
    known: set[object] = set()
    waiting: list[tuple[Math, str]] = []
    for name, number in chains.numbers.items():
        derived = write.core.locals[name]
        block = Block(write.head(derived), (*write.differentiated(name), *write.lines(derived, {})), number)
        alike = name.of if len(block.lines) <= SHORT else (derived.shape[0], len(derived.steps))
        if alike in known or (chains.subject.hand is not None and len(block.lines) <= SHORT):
            waiting.append((numbered(number, _short(block, alike in known)), weakest(line.word for line in block.lines)))
            known.add(alike)
            continue
        known.add(alike)
        if waiting:
            yield _row(waiting)
            waiting = []
        yield block
        yield from write.back(derived)
    if waiting:
        yield _row(waiting)


def _row(formulas: list[tuple[Math, str]]) -> Row:
    return Row(tuple(formula for formula, _ in formulas), tuple(word for _, word in formulas))


def _short(block: Block, alike: bool) -> Math:
    """Head and result; what is differentiated is shown for the first of its kind."""
    shown = [block.lines[-1].math] if alike or len(block.lines) > SHORT else [line.math for line in block.lines]
    return chained(block.head, *shown)


__all__ = ["Chains", "chain_rule", "local_derivatives"]

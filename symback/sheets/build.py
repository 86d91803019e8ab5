"""From a derivation to the records of a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from symback.algebra.terms import Name, Partial
from symback.algebra.traverse import names
from symback.calculus.chain import Chain, chain
from symback.derivation import Derivation
from symback.network.program import PARAMETERS, Leaf, Program
from symback.notation.index import scope_of, size_box
from symback.sheets.conventions import conventions
from symback.sheets.entries import entries
from symback.sheets.numbers import values
from symback.sheets.order import outwards
from symback.sheets.records import Block, Gradient, Math, Prose, Sheet, Symbol
from symback.sheets.writer import Writer
from symback.typeset.boxes import Box, Fence, Product, Relation, Sum, Word
from symback.typeset.style import DEFAULT, Style

BECOMES = Word("←", r"\leftarrow")
TIMES = Word("×", r"\times")


def sheet(core: Derivation, wanted: tuple[str, ...], style: Style | None = None) -> Sheet:
    """Everything a sheet says about the gradients by the wanted names, but for evidence and code."""
    return _Builder(Writer(core, wanted, style or usual_style(core.program))).sheet()


def usual_style(program: Program) -> Style:
    """The layer above the letter; below it where every quantity is a plain number, for there a² would be read as a square."""
    arrays = any(leaf.indices for leaf in program.leaves) or any(d.indices for d in program.definitions)
    return DEFAULT if arrays else replace(DEFAULT, layer_mark="plain")


@dataclass(frozen=True)
class _Builder:
    """One derivation on its way to a sheet."""

    write: Writer

    @property
    def core(self) -> Derivation:
        return self.write.core

    @property
    def forward(self) -> Program:
        return self.core.program

    def sheet(self) -> Sheet:
        loss = self.write.loss
        blocks = tuple(map(self.local, self.numbers))
        gradients = tuple(map(self.gradient, self.shown))
        forward = tuple(self.write.equation(d) for d in self.forward.definitions if d.name != loss)
        loss_equation = self.write.equation(self.forward.definition[loss])
        together = [*forward, loss_equation, *_formulas(blocks, gradients)]
        return Sheet(
            title=self.forward.name or "Network",
            loss=self.write.name(loss),
            conventions=(*conventions([m.text for m in together], self.write.table), *self.direct()),
            symbols=tuple(map(self.symbol, self.forward.leaves)),
            values=values(self.forward, self.write.table),
            forward=forward,
            loss_equation=loss_equation,
            locals=blocks,
            gradients=gradients,
            entries=entries(self.forward, self.write.wanted, self.write.style),
            updates=tuple(self.update(leaf) for leaf in self.forward.leaves if leaf.role in PARAMETERS and leaf.name in self.write.wanted),
        )

    def direct(self) -> tuple[Prose, ...]:
        """What is meant where a derivative of the loss is not the whole one."""
        found = [n for n in self.numbers if n.of == self.write.loss and self.write.renamed(n) == n]
        return ((self.write.name(found[0]), " and its like hold everything fixed that lies between."),) if found else ()

    # what is shown, in order

    @cached_property
    def shown(self) -> tuple[Name, ...]:
        """The names whose gradients are derived: those asked for and those they go back to, from the loss outwards."""
        found: dict[Name, None] = dict.fromkeys(self.write.wanted)
        pending = list(found)
        while pending:
            new = [n for n in self.goes_back_to(pending.pop()) if n not in found]
            found.update(dict.fromkeys(new))
            pending += new
        return outwards(self.core.sweep, found)

    def goes_back_to(self, name: Name) -> Iterator[Name]:
        """The names whose gradients the lines of a gradient mention."""
        for step in self.core.printed[name].steps:
            for read in names(self.write.total(step.after)):
                if isinstance(read, Partial) and read.of == self.write.loss and not read.local and read.by != self.write.loss:
                    yield read.by

    @cached_property
    def numbers(self) -> dict[Partial, int]:
        """The local derivatives that the gradients shown read, numbered as they are met."""
        steps = [step for name in self.shown for step in self.core.printed[name].steps]
        found = dict.fromkeys(n for step in steps for n in names(step.after) if isinstance(n, Partial) and n.local)
        return {name: k for k, name in enumerate(found, start=1)}

    # parts

    def local(self, name: Partial) -> Block:
        """One local derivative: what is differentiated, then the recorded lines."""
        derived = self.core.locals[name]
        lines = (*self.write.differentiated(name), *self.write.lines(derived, {}))
        return Block(self.write.head(derived), lines, self.numbers[name])

    def gradient(self, name: Name) -> Gradient:
        """One gradient; the whole path where it says more than the first line."""
        derived = self.core.printed[name]
        way = Chain(self.write.loss, ()) if derived.reason else chain(self.core.sweep, self.core.locals, name)
        block = Block(self.write.head(derived), self.write.lines(derived, self.numbers))
        factors = self.write.factors(way) if len(way.links) > 1 else ()
        wanted = name in self.write.wanted
        return Gradient(
            name=str(name),
            head=self.write.name(self.core.adjoint(name)),
            path=self.write.path(way),
            chain=tuple(f for f in factors if f != block.lines[0].math),
            block=block,
            results=self.write.results(name) if wanted else (),
            wanted=wanted,
            reason=self.write.prose(derived.reason, (*self.forward.definition, *self.forward.leaf)) if derived.reason else (),
        )

    def update(self, leaf: Leaf) -> Math:
        """``w ← w − η ∂L/∂w``."""
        table = self.write.table
        own, slope = table.box(leaf.name), table.box(self.core.adjoint(leaf.name))
        rate = Word("rate", r"\mathrm{rate}") if table.declares("eta") else Word("η", r"\eta")
        return Math.of(Relation((own, Sum(((False, own), (True, Product((rate, slope)))))), (BECOMES,)))

    def symbol(self, leaf: Leaf) -> Symbol:
        """One row of the table of symbols."""
        scope = scope_of(self.write.table, leaf.indices)
        sizes = [_factor(size_box(i.size, scope)) for i in leaf.indices]
        shape = Relation(tuple(sizes), (TIMES,) * (len(sizes) - 1)) if sizes else Word("number", r"\text{number}")
        facts = "; ".join(fact.says(leaf.name) for fact in leaf.facts)
        prose = self.write.prose(facts, (leaf.name,)) if facts else ()
        return Symbol(self.write.name(leaf.name), leaf.name, leaf.role, Math.of(shape), prose)


def _factor(size: Box) -> Box:
    return Fence("round", size) if isinstance(size, Sum) else size


def _formulas(blocks: tuple[Block, ...], gradients: tuple[Gradient, ...]) -> Iterator[Math]:
    for block in (*blocks, *(g.block for g in gradients)):
        yield from (line.math for line in block.lines)
    for gradient in gradients:
        yield from gradient.results


__all__ = ["sheet", "usual_style"]

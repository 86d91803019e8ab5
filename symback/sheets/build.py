"""From a derivation to the records of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import inline, names, substitute
from symback.calculus.chain import Chain, chain
from symback.calculus.trace import Derived, Step
from symback.network.lettering import Lettering, lettering
from symback.network.program import PARAMETERS, Leaf, Program
from symback.notation.index import scope_of, size_box
from symback.notation.write import equation, write
from symback.sheets.columns import Columns
from symback.sheets.conventions import conventions
from symback.sheets.numbers import values
from symback.sheets.prose import prose
from symback.sheets.records import Block, Gradient, Line, Math, Prose, Sheet, Symbol
from symback.typeset.boxes import EQUALS, Box, Fence, Product, Relation, Sum, Word, product
from symback.typeset.style import DEFAULT, Style

if TYPE_CHECKING:
    from symback.api import Derivation

BECOMES = Word("←", r"\leftarrow")
TIMES = Word("×", r"\times")


def sheet(derivation: Derivation, style: Style | None = None) -> Sheet:
    """Everything a sheet says about a derivation, but for evidence and code."""
    return _Builder(derivation, style or usual_style(derivation.program)).sheet()


def usual_style(program: Program) -> Style:
    """The layer above the letter; below it where every quantity is a plain number, for there a² would be read as a square."""
    arrays = any(leaf.indices for leaf in program.leaves) or any(d.indices for d in program.definitions)
    return DEFAULT if arrays else replace(DEFAULT, layer_mark="plain")


@dataclass(frozen=True)
class _Builder:
    """One derivation on its way to a sheet; ``style`` is that of the results, lines of steps show indices."""

    derivation: Derivation
    style: Style

    @cached_property
    def program(self) -> Program:
        """Forward pass and every gradient: what the letters are chosen for."""
        return self.derivation.core.gradient_program(self.derivation.wanted, facts=True)

    @property
    def forward(self) -> Program:
        return self.derivation.program

    @property
    def loss(self) -> Name:
        return self.forward.loss

    @cached_property
    def columns(self) -> Columns:
        return Columns(self.program)

    @cached_property
    def steps_style(self) -> Style:
        return replace(self.style, notation="index")

    @cached_property
    def table(self) -> Lettering:
        return lettering(self.program, self.style)

    def sheet(self) -> Sheet:
        blocks = tuple(self.local(name, k) for k, name in enumerate(self.used_locals, start=1))
        gradients = tuple(self.gradient(name) for name in self.shown)
        forward = tuple(self.equation(d) for d in self.forward.definitions if d.name != self.loss)
        loss = self.equation(self.forward.definition[self.loss])
        maths = [*forward, loss, *_maths(blocks, gradients)]
        return Sheet(
            title=self.forward.name or "Network",
            loss=Math.of(self.table.box(self.loss)),
            conventions=conventions([m.text for m in maths], self.table),
            symbols=tuple(map(self.symbol, self.forward.leaves)),
            values=values(self.forward, self.table),
            forward=forward,
            loss_equation=loss,
            locals=blocks,
            gradients=gradients,
            updates=tuple(map(self.update, self.parameters)),
        )

    # what is shown, in order

    @cached_property
    def shown(self) -> tuple[Name, ...]:
        """The names whose gradients are derived on the sheet: those asked for and those they go back to, from the loss outwards."""
        core = self.derivation.core
        found: dict[Name, None] = dict.fromkeys(self.derivation.wanted)
        pending = list(found)
        while pending:
            for step in core.printed[pending.pop()].steps:
                new = [n.by for n in self._adjoints(step) if n.by not in found]
                found.update(dict.fromkeys(new))
                pending += new
        return tuple(n for n in core.sweep.order if n in found and (n != self.loss or n in self.derivation.wanted))

    def _adjoints(self, step: Step) -> Iterator[Partial]:
        for name in names(self.total(step.after)):
            if isinstance(name, Partial) and name.of == self.loss and not name.local and name.by != self.loss:
                yield name

    @cached_property
    def used_locals(self) -> tuple[Partial, ...]:
        """The local derivatives that the gradients shown read, in the order in which they are met."""
        found: dict[Partial, None] = {}
        for name in self.shown:
            for step in self.derivation.core.printed[name].steps:
                found.update(dict.fromkeys(n for n in names(step.after) if isinstance(n, Partial) and n.local))
        return tuple(found)

    @cached_property
    def numbers(self) -> dict[Partial, int]:
        return {name: k for k, name in enumerate(self.used_locals, start=1)}

    @property
    def parameters(self) -> list[Leaf]:
        return [leaf for leaf in self.forward.leaves if leaf.role in PARAMETERS and leaf.name in self.derivation.wanted]

    # formulas

    def equation(self, definition: Definition) -> Math:
        return Math.of(equation(definition, self.program, self.style))

    def math(self, term: Term, indices: tuple[Index, ...]) -> Math:
        return Math.of(self.box(term, indices))

    def box(self, term: Term, indices: tuple[Index, ...]) -> Box:
        """A term as a line shows it: with indices, columns as vectors."""
        shown = self.columns.line(self.total(term), indices)
        return write(shown, self.columns.open(indices), self.columns.seen, self.steps_style)

    def total(self, term: Term) -> Term:
        """The term with ∂L/∂h for the local derivative of the loss where the loss is the only reader of h: they are the same."""
        direct = [n for n in names(term) if isinstance(n, Partial) and self.renamed(n) != n]
        if not direct:
            return term

        def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
            if read not in direct:
                return None
            assert isinstance(read, Partial)
            indices = self.derivation.core.locals[read].indices
            return indices, Ref(self.renamed(read), tuple(Size.of(i) for i in indices))

        return inline(term, body_of)

    def renamed(self, name: Partial) -> Partial:
        readers = [r.name for r in self.derivation.core.sweep.readers.get(name.by, ()) if r.name in self.derivation.core.sweep.reaches]
        return Partial(name.of, name.by) if name.local and name.of == self.loss and readers == [self.loss] else name

    def lines(self, derived: Derived) -> tuple[Line, ...]:
        """The steps as lines; a step that only regroups prints what is there already and is left out."""
        head = self.head(derived)
        lines: list[Line] = []
        for step in derived.steps:
            math = self.math(step.after, derived.indices)
            if math != head and (not lines or math != lines[-1].math):
                lines.append(Line(math, self.reason(step)))
        return tuple(lines)

    def head(self, derived: Derived) -> Math:
        return self.math(Ref(derived.target, tuple(map(Size.of, derived.indices))), derived.indices)

    def reason(self, step: Step) -> Prose:
        if step.rule == "local derivatives":
            used = [self.numbers[n] for n in names(step.before) if isinstance(n, Partial) and n in self.numbers]
            return ("by " + " and ".join(f"({k})" for k in used),) if used else ("local derivatives put in",)
        return self.prose(step.says, (*step.names, *(name for name, _ in step.facts)))

    def prose(self, says: str, mentioned: Iterable[Name]) -> Prose:
        return prose(says, {str(n): Math.of(self.table.box(n)) for n in mentioned})

    def local(self, name: Partial, number: int) -> Block:
        """One local derivative: what is differentiated, then the recorded lines."""
        derived = self.derivation.core.locals[name]
        definition = self.forward.definition[name.of]
        lines = self.lines(derived)
        if not isinstance(definition.body, Opaque):
            lines = (Line(self.differentiated(name, derived, definition)), *lines)
        return Block(self.head(derived), lines, number)

    def differentiated(self, name: Partial, derived: Derived, definition: Definition) -> Math:
        """``∂/∂z [1/(1 + e^{-z})]``."""
        assert isinstance(definition.body, Term)
        outer, inner = derived.indices[: len(definition.indices)], derived.indices[len(definition.indices) :]
        places = {old: Size.of(new) for old, new in zip(definition.indices, outer, strict=True)}
        body = self.math(substitute(definition.body, places, inner), derived.indices)
        by = self.math(Ref(name.by, tuple(map(Size.of, inner))), derived.indices)
        return Math(
            f"∂/∂{by.text} [{body.text}]",
            rf"\frac{{\partial}}{{\partial {by.latex}}} \left[{body.latex}\right]",
            f"frac(∂, ∂ {by.typst}) lr([ {body.typst} ])",
        )

    # gradients

    def gradient(self, name: Name) -> Gradient:
        derived = self.derivation.core.printed[name]
        way = chain(self.derivation.core.sweep, self.derivation.core.locals, name) if not derived.reason else Chain(self.loss, ())
        wanted = name in self.derivation.wanted
        head = Math.of(self.table.box(self.derivation.core.adjoint(name)))
        block = Block(self.head(derived), self.lines(derived))
        factors = tuple(f for f in self.factors(name, way) if f != block.lines[0].math)
        reason = self.prose(derived.reason, self.forward.definition) if derived.reason else ()
        results = self.results(name) if wanted else ()
        return Gradient(str(name), head, self.path(way), factors, block, results, wanted, reason)

    def path(self, way: Chain) -> tuple[Math, ...]:
        """L(h2), h2(z2), z2(w2): what depends on what."""
        boxes = [(Math.of(self.table.box(link.of)), Math.of(self.table.box(link.by))) for link in way.links]
        return tuple(Math(f"{f.text}({x.text})", f"{f.latex}({x.latex})", f"{f.typst} ({x.typst})") for f, x in boxes)

    def factors(self, name: Name, way: Chain) -> tuple[Math, ...]:
        """The chain rule over the whole path, without indices; over plain numbers also with each factor worked out."""
        parts = [] if way.start == self.loss else [self.derivation.core.adjoint(way.start)]
        parts += [self.renamed(link.name) for link in way.links]
        if len(parts) < 2:
            return ()
        names_ = Math.of(product(tuple(map(self.table.box, parts)), "dot"))
        if any(link.locals[-1].indices for link in way.links) or way.start != self.loss:
            return (names_,)
        worked = tuple(Fence("square", self.box(value, ())) for link in way.links for value in link.values)
        return names_, Math.of(Product(worked))

    def results(self, name: Name) -> tuple[Math, ...]:
        """The closed forms: over names in the style's notation and in index notation, then over leaves."""
        formula = self.derivation[name]
        over_names, over_leaves = formula.definition("names"), formula.definition("leaves")
        assert isinstance(over_names.body, Term)
        head = Ref(over_names.name, tuple(map(Size.of, over_names.indices)))
        shown = Relation((self.box(head, over_names.indices), self.box(over_names.body, over_names.indices)), (EQUALS,))
        found = [self.equation(over_names), Math.of(shown), self.equation(over_leaves)]
        return tuple({m.text: m for m in found}.values())

    def update(self, leaf: Leaf) -> Math:
        """``w ← w − η ∂L/∂w``."""
        own, slope = self.table.box(leaf.name), self.table.box(self.derivation.core.adjoint(leaf.name))
        rate = Word("rate", r"\mathrm{rate}") if self.table.declares("eta") else Word("η", r"\eta")
        return Math.of(Relation((own, Sum(((False, own), (True, Product((rate, slope)))))), (BECOMES,)))

    # symbols

    def symbol(self, leaf: Leaf) -> Symbol:
        scope = scope_of(self.table, leaf.indices)
        sizes: list[Box] = [size_box(i.size, scope) for i in leaf.indices]
        shape = Word("number", r"\text{number}") if not sizes else _times(sizes)
        facts = "; ".join(fact.says(leaf.name) for fact in leaf.facts)
        return Symbol(
            Math.of(self.table.box(leaf.name)), leaf.name, leaf.role, Math.of(shape), self.prose(facts, (leaf.name,)) if facts else ()
        )


def _times(sizes: list[Box]) -> Box:
    return Relation(tuple(sizes), (TIMES,) * (len(sizes) - 1)) if len(sizes) > 1 else sizes[0]


def _maths(blocks: Iterable[Block], gradients: Iterable[Gradient]) -> Iterator[Math]:
    for block in (*blocks, *(g.block for g in gradients)):
        yield from (line.math for line in block.lines)
    for gradient in gradients:
        yield from gradient.results


__all__ = ["sheet", "usual_style"]

"""Formulas of one derivation as they stand on a sheet: heads, lines with their reasons, chains, closed forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import names, rename, substitute
from symback.calculus.chain import Chain
from symback.calculus.trace import Derived, Step
from symback.derivation import Derivation
from symback.network.lettering import Lettering, lettering
from symback.network.program import Program
from symback.notation.write import equation, write
from symback.sheets.columns import Columns
from symback.sheets.prose import prose
from symback.sheets.records import Line, Math, Prose
from symback.typeset.boxes import EQUALS, Box, Fence, Product, Relation, product
from symback.typeset.style import Style

BREAKS = 60
"""Longer bodies get brackets between which TeX may break the line."""


@dataclass(frozen=True)
class Writer:
    """A derivation, the names asked for, and the style of closed forms; the lines of steps show indices."""

    core: Derivation
    wanted: tuple[str, ...]
    style: Style

    @cached_property
    def program(self) -> Program:
        """Forward pass and every gradient: what the letters are chosen for."""
        return self.core.gradient_program(self.wanted, facts=True)

    @property
    def loss(self) -> Name:
        """What is differentiated."""
        return self.core.program.loss

    @cached_property
    def columns(self) -> Columns:
        """The program as its lines show it."""
        return Columns(self.program)

    @cached_property
    def index_style(self) -> Style:
        """The style of lines."""
        return replace(self.style, notation="index")

    @cached_property
    def table(self) -> Lettering:
        """How the names are drawn."""
        return lettering(self.program, self.style)

    # formulas

    def name(self, name: Name) -> Math:
        """A name by itself."""
        return Math.of(self.table.box(name))

    def equation(self, definition: Definition) -> Math:
        """A whole equation in the style of closed forms."""
        return Math.of(equation(definition, self.program, self.style))

    def box(self, term: Term, indices: tuple[Index, ...]) -> Box:
        """A term as a line shows it: with indices, columns as vectors."""
        shown = self.columns.line(self.total(term), indices)
        return write(shown, self.columns.open(indices), self.columns.seen, self.index_style)

    def math(self, term: Term, indices: tuple[Index, ...]) -> Math:
        """A term as a line shows it."""
        return Math.of(self.box(term, indices))

    def total(self, term: Term) -> Term:
        """The term with ∂L/∂h for the local derivative of the loss where the loss is the only reader of h: they are the same."""
        return rename(term, {n: self.renamed(n) for n in names(term) if isinstance(n, Partial)})

    def renamed(self, name: Partial) -> Partial:
        """A derivative by the name a sheet uses for it."""
        sweep = self.core.sweep
        readers = [r.name for r in sweep.readers.get(name.by, ()) if r.name in sweep.reaches]
        return Partial(name.of, name.by) if name.local and name.of == self.loss and readers == [self.loss] else name

    # lines

    def head(self, derived: Derived) -> Math:
        """The left side of the lines of a quantity."""
        return self.math(Ref(derived.target, tuple(map(Size.of, derived.indices))), derived.indices)

    def lines(self, derived: Derived, numbers: dict[Partial, int]) -> tuple[Line, ...]:
        """The steps as lines; a step that only regroups prints what is there already and is left out."""
        head = self.head(derived)
        lines: list[Line] = []
        for step in derived.steps:
            math = self.math(step.after, derived.indices)
            if math != head and (not lines or math != lines[-1].math):
                lines.append(Line(math, self.reason(step, numbers)))
        return tuple(lines)

    def reason(self, step: Step, numbers: dict[Partial, int]) -> Prose:
        """Why a line follows from the one before; a local derivative by its number on the sheet."""
        used = [numbers[n] for n in names(step.before) if isinstance(n, Partial) and n in numbers]
        if step.rule == "local derivatives" and used:
            return ("by " + " and ".join(f"({k})" for k in used),)
        return self.prose(step.says, (*step.names, *(name for name, _ in step.facts)))

    def prose(self, says: str, mentioned: Iterable[Name]) -> Prose:
        """A sentence with the names it mentions as formulas."""
        return prose(says, {str(n): self.name(n) for n in mentioned})

    def differentiated(self, name: Partial) -> tuple[Line, ...]:
        """``∂/∂z [1/(1 + e^{-z})]``: the line before the first recorded step of a local derivative; none for an opaque row."""
        derived, definition = self.core.locals[name], self.core.program.definition[name.of]
        if isinstance(definition.body, Opaque):
            return ()
        outer, inner = derived.indices[: len(definition.indices)], derived.indices[len(definition.indices) :]
        places = {old: Size.of(new) for old, new in zip(definition.indices, outer, strict=True)}
        body = self.math(substitute(definition.body, places, inner), derived.indices)
        by = self.math(Ref(name.by, tuple(map(Size.of, inner))), derived.indices)
        opening, closing = ("\\biggl", "\\biggr") if len(body.text) > BREAKS else ("\\left", "\\right")
        together = Math(
            f"∂/∂{by.text} [{body.text}]",
            rf"\frac{{\partial}}{{\partial {by.latex}}} {opening}[{body.latex}{closing}]",
            f"frac(∂, ∂ {by.typst}) lr([ {body.typst} ])",
        )
        return (Line(together),)

    # chains and closed forms

    def path(self, way: Chain) -> tuple[Math, ...]:
        """L(h2), h2(z2), z2(w2): what depends on what."""
        pairs = [(self.name(link.of), self.name(link.by)) for link in way.links]
        return tuple(Math(f"{f.text}({x.text})", f"{f.latex}({x.latex})", f"{f.typst} ({x.typst})") for f, x in pairs)

    def factors(self, way: Chain) -> tuple[Math, ...]:
        """The chain rule over the whole path, without indices; over plain numbers also with each factor worked out."""
        above = [] if way.start == self.loss else [self.core.adjoint(way.start)]
        parts = [*above, *(self.renamed(link.name) for link in way.links)]
        product_ = Math.of(product(tuple(map(self.table.box, parts)), "dot")) if parts else None
        if product_ is None or any(local.indices for link in way.links for local in link.locals):
            return () if product_ is None else (product_,)
        values = [*(self.table.box(n) for n in above), *(self.box(v, ()) for link in way.links for v in link.values)]
        return product_, Math.of(Product(tuple(Fence("square", v) for v in values)))

    def closed(self, name: Name, over: str = "names") -> Definition:
        """The gradient by a name as one formula."""
        derived = self.core.printed[name]
        body = derived.result if over == "names" else self.core.over_leaves(name)
        return Definition(derived.target, derived.indices, body)

    def results(self, name: Name) -> tuple[Math, ...]:
        """The closed forms: over names in the style's notation and in index notation, then over leaves."""
        formula = self.closed(name)
        assert isinstance(formula.body, Term)
        left = self.box(formula.head, formula.indices)
        indexed = Math.of(Relation((left, self.box(formula.body, formula.indices)), (EQUALS,)))
        found = [self.equation(formula), indexed, *self.over_leaves(name)]
        return tuple({m.text: m for m in found}.values())

    def over_leaves(self, name: Name) -> tuple[Math, ...]:
        """The formula with other gradients put in; none where one is left, as in a recurrence, which has no end."""
        formula = self.closed(name, "leaves")
        assert isinstance(formula.body, Term)
        left = [n for n in names(formula.body) if isinstance(n, Partial)]
        return () if left else (self.equation(formula),)


__all__ = ["Writer"]

"""Formulas of one derivation as they stand on a sheet: heads, lines with their reasons, chains, closed forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, Mul, Name, Partial, Pow, Ref, Term, mul
from symback.algebra.traverse import names, rename, substitute
from symback.calculus.chain import Chain, Link
from symback.calculus.trace import Derived, Step
from symback.derivation import Derivation
from symback.network.lettering import Lettering, lettering
from symback.network.program import Program
from symback.notation.write import equation, write
from symback.sheets.columns import Columns
from symback.sheets.marks import UNMARKED, Unmarked, weakest
from symback.sheets.order import outwards
from symback.sheets.prose import prose
from symback.sheets.records import Block, Line, Math, Prose
from symback.simplify.unfold import way_back
from symback.typeset.boxes import Box, Fence, Product, addition, product
from symback.typeset.style import Style
from symback.verify.steps import OWN_LEFT_SIDE

BREAKS = 60
"""Longer bodies get brackets between which TeX may break the line."""
BACK = ("put back", "over a common denominator", "as above")
"""Why the lines of the way back from a folded form hold."""


@dataclass(frozen=True)
class Writer:
    """A derivation, the names asked for, and the style of closed forms; the lines of steps show indices.

    ``words`` knows what the check of each step found.
    """

    core: Derivation
    wanted: tuple[str, ...]
    style: Style
    words: Unmarked = UNMARKED

    @cached_property
    def program(self) -> Program:
        """Forward pass, the direct derivatives of the loss that are not the whole ones, and every gradient: what the letters are chosen for."""
        program = self.core.gradient_program(self.wanted, facts=True)
        gradients = {d.name for d in program.definitions}
        whole = [self.core.printed[d.by] for d in self.direct if self.core.adjoint(d.by) not in gradients]
        found = [*whole, *(self.core.locals[d] for d in self.direct)]
        return program.with_definitions((*program.definitions, *(Definition(d.target, d.indices, d.result) for d in found)))

    @cached_property
    def direct(self) -> tuple[Partial, ...]:
        """The local derivatives of the loss by names that others read as well."""
        return tuple(n for n in self.core.sweep.links if n.of == self.loss and self.renamed(n) == n)

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

    # what is shown, in order

    @cached_property
    def shown(self) -> tuple[Name, ...]:
        """The names whose gradients are derived: those asked for and those they go back to, from the loss outwards."""
        found: dict[Name, None] = dict.fromkeys(self.wanted)
        pending = list(found)
        while pending:
            new = [n for n in self._goes_back_to(pending.pop()) if n not in found]
            found.update(dict.fromkeys(new))
            pending += new
        return outwards(self.core.sweep, found)

    def _goes_back_to(self, name: Name) -> Iterator[Name]:
        """The names whose gradients the lines of a gradient mention."""
        for step in self.core.printed[name].steps:
            for read in names(self.total(step.after)):
                if isinstance(read, Partial) and read.of == self.loss and not read.local and read.by != self.loss:
                    yield read.by

    def locals_read(self, name: Name) -> Iterator[Partial]:
        """The local derivatives that the lines of a gradient mention."""
        for step in self.core.printed[name].steps:
            yield from (n for n in names(step.after) if isinstance(n, Partial) and n.local)

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

    def math(self, term: Term, indices: tuple[Index, ...] = ()) -> Math:
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

    def lines(self, derived: Derived, numbers: Mapping[Partial, int]) -> tuple[Line, ...]:
        """The steps as lines; a step that only regroups prints what is there already and counts for the line that is there."""
        head = self.head(derived)
        lines: list[Line] = []
        unseen = ""
        for step in derived.steps:
            math, word = self.math(step.after, derived.indices), self.words.of(step)
            if lines and math in (head, lines[-1].math):
                lines[-1] = replace(lines[-1], word=weakest((lines[-1].word, word)))
            elif math == head:
                unseen = weakest((unseen, word))
            else:
                lines.append(Line(math, self.reason(step, numbers), word=weakest((unseen, word))))
        return tuple(lines)

    def reason(self, step: Step, numbers: Mapping[Partial, int]) -> Prose:
        """Why a line follows from the one before; a local derivative by its number on the sheet."""
        used = [numbers[n] for n in names(step.before) if isinstance(n, Partial) and n in numbers]
        if step.rule == "local derivatives" and used:
            return ("by " + " and ".join(f"({k})" for k in used),)
        return self.prose(step.says, (*step.names, *(n for name, fact in step.facts for n in (name, *fact.entries))))

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

    def back(self, derived: Derived) -> Iterator[Block]:
        """The way back from each folded form that was split before it was folded: ``p(1 − p) = ... = e^{-z}/(1 + e^{-z})·...``."""
        split = [step.after for step in derived.steps if step.rule == "split"]
        for step in derived.steps:
            if step.rule != "fold" or step.before not in split:
                continue
            definition = self.core.program.definition[step.names[0]]
            way = way_back(step.after, step.before, definition) or (step.after,)
            first, *others = way
            pairs = [replace(step, rule="way back", before=before, after=after) for before, after in pairwise(way)]
            reasons = ((self.name(definition.name), f" {BACK[0]}"), *((says,) for says in BACK[1:]))
            if others:
                lines = (
                    Line(self.math(_below_one(pair.after), derived.indices), why, word=self.words.of(pair))
                    for pair, why in zip(pairs, reasons, strict=False)
                )
                yield Block(self.math(first, derived.indices), tuple(lines))

    # chains and closed forms

    def path(self, way: Chain) -> tuple[Math, ...]:
        """L(h2), h2(z2), z2(w2): what depends on what."""
        links = way.links or tuple(w.links[0] for w in self.ways(way.start))
        pairs = [(self.name(link.of), self.name(link.by)) for link in links]
        return tuple(Math(f"{f.text}({x.text})", f"{f.latex}({x.latex})", f"{f.typst} ({x.typst})") for f, x in pairs)

    def ways(self, name: Name) -> tuple[Chain, ...]:
        """The chains of one link from what reads a name down to it."""
        sweep = self.core.sweep
        readers = [r.name for r in sweep.readers.get(name, ()) if r.name in sweep.reaches]
        return tuple(Chain(r, (Link(r, name, (self.core.locals[Partial(r, name, local=True)],)),)) for r in readers)

    def parts(self, way: Chain) -> tuple[Box, ...]:
        """The factors of a chain by their names."""
        above = [] if way.start == self.loss else [self.core.adjoint(way.start)]
        return tuple(map(self.table.box, [*above, *(self.renamed(link.name) for link in way.links)]))

    def factors(self, way: Chain) -> Math | None:
        """The chain rule over the whole path, without indices; at a name that several read the sum over the ways out of it."""
        if not way.links and way.start != self.loss:
            ways = [self.parts(w) for w in self.ways(way.start)]
            return Math.of(addition(tuple(product(w, "dot") for w in ways)))
        parts = self.parts(way)
        return Math.of(product(parts, "dot")) if parts else None

    def chained(self, way: Chain, name: Name) -> str:
        """What the checks of the chain rule found at each name on the way down to a name."""
        on_the_way = [d.target.by for link in way.links for d in link.locals if isinstance(d.target, Partial)]
        steps = [step for n in dict.fromkeys((*on_the_way, name)) for step in self.core.printed[n].steps]
        return self.words.of(*(step for step in steps if step.rule in OWN_LEFT_SIDE))

    def worked_out(self, way: Chain) -> tuple[Term, ...]:
        """The factors of a chain, each worked out; none where they have indices."""
        if any(local.indices for link in way.links for local in link.locals):
            return ()
        above = () if way.start == self.loss else (Ref(self.core.adjoint(way.start)),)
        return (*above, *(v for link in way.links for v in link.values))

    def in_brackets(self, factors: Iterable[Term]) -> Math:
        """A product with each factor in square brackets."""
        return Math.of(Product(tuple(Fence("square", self.box(f, ())) for f in factors)))

    def closed(self, name: Name, over: str = "names") -> Definition:
        """The gradient by a name as one formula."""
        derived = self.core.printed[name]
        body = derived.result if over == "names" else self.core.over_leaves(name)
        return Definition(derived.target, derived.indices, body)

    def results(self, name: Name) -> tuple[Math, ...]:
        """The closed forms: over names in the style's notation, then over leaves."""
        found = [self.equation(self.closed(name)), *self.over_leaves(name)]
        return tuple({m.text: m for m in found}.values())

    def over_leaves(self, name: Name) -> tuple[Math, ...]:
        """The formula with other gradients put in; none where one is left, as in a recurrence, which has no end."""
        formula = self.closed(name, "leaves")
        assert isinstance(formula.body, Term)
        left = [n for n in names(formula.body) if isinstance(n, Partial)]
        return () if left else (self.equation(formula),)


def _below_one(term: Term) -> Term:
    """A product that begins with a reciprocal, with 1 above it."""
    if isinstance(term, Mul) and isinstance(term.args[0], Pow) and term.args[0].exponent is MINUS_ONE:
        return Mul((Mul((ONE, term.args[0])), mul(term.args[1:])))
    return term


__all__ = ["Writer"]

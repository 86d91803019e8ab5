"""From a program to the derivatives of one of its results: declare, reverse, simplify, done.

`derive` is the whole journey: local derivatives, the chain rule for every name, simplification, the splicing of adjoints that
are read once, and last the use of declared facts. Every line it writes is a recorded step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.relabel import shape_of_indices
from symback.algebra.sizes import Index
from symback.algebra.terms import ZERO, Name, Partial, Term
from symback.algebra.traverse import inline
from symback.calculus.reverse import Sweep, prepare
from symback.calculus.trace import Derived, Lazily, Step, remembered
from symback.network.program import Program
from symback.simplify.arithmetic import arithmetic
from symback.simplify.rules import PLAIN, simplify
from symback.simplify.shape import length
from symback.simplify.splice import foldable, spliced
from symback.simplify.steps import ALL_CANCEL, finished, simplified


@dataclass(frozen=True)
class Derivation:
    """The derivatives of one result of a program by everything it depends on.

    ``locals`` are the local derivatives by their names; ``adjoints`` the gradients by name, over names, before any fact is
    used; ``spliced`` says which adjoint went into which.
    """

    sweep: Sweep
    locals: Mapping[Partial, Derived]
    adjoints: Mapping[Name, Derived]
    spliced: Mapping[Name, Name] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process, a derivation is derived there anew: what is remembered of earlier problems is each process's own."""
        return derive, (self.program, self.sweep.result)

    @property
    def program(self) -> Program:
        """The forward program, with the opaque rows its Jacobians need."""
        return self.sweep.program

    def adjoint(self, name: Name) -> Partial:
        """The name of the gradient by a name."""
        return self.sweep.adjoint(name)

    @cached_property
    def printed(self) -> Mapping[Name, Derived]:
        """The gradients after the last differentiation: known sums put in, declared facts put to use."""
        return Lazily(lambda: self.adjoints, lambda name: finished(self.adjoints[name], self.program, self._definition))

    def _definition(self, gradient: Name) -> Definition | None:
        """The definition of a gradient by its name, before any fact is used; None along a recurrence."""
        if not isinstance(gradient, Partial) or gradient.of != self.sweep.result or gradient.by in self.recurrent:
            return None
        found = self.adjoints.get(gradient.by)
        return None if found is None else Definition(gradient, found.indices, found.result)

    def gradient_program(self, wanted: Iterable[Name] | None = None, facts: bool = False) -> Program:
        """Forward definitions and adjoints as one program, with the gradients by ``wanted`` (default: the leaves) as results.

        Without ``facts`` it may be differentiated again.
        """
        chosen = tuple(wanted) if wanted is not None else tuple(leaf.name for leaf in self.program.leaves)
        table = self.printed if facts else self.adjoints
        asked = frozenset(chosen)
        kept = self._kept(asked)
        adjoints = [Definition(self.adjoint(n), table[n].indices, table[n].result) for n in kept]
        results = tuple(self.adjoint(n) for n in chosen)
        return self.program.with_definitions((*self.program.definitions, *adjoints), results)

    def _kept(self, asked: Collection[Name]) -> list[Name]:
        """The names whose gradients a program needs: those that were put in nowhere, those asked for, and all that these read."""
        kept = {n for n in self.sweep.order if n not in self.spliced or n in asked}
        pending = [n for n in self.sweep.order if n in kept]
        while pending:
            new = [n for n in self.adjoints[pending.pop()].gradients_read if n not in kept]
            kept.update(new)
            pending += new
        return [n for n in self.sweep.order if n in kept]

    @cached_property
    def printing_program(self) -> Program:
        """Forward definitions and every gradient, those put into others too: the names a printed formula may hold."""
        return self.gradient_program(self.sweep.order, facts=True)

    @cached_property
    def recurrent(self) -> frozenset[Name]:
        """The names of recurrences: their gradients read each other along an axis and have no formula without that."""
        groups = [g for g in self.program.groups if len(g) > 1 or g[0].name in g[0].reads]
        return frozenset(d.name for g in groups for d in g)

    def over_leaves(self, name: Name) -> Term:
        """The gradient by a name with the names of other gradients replaced by their formulas; forward names stay, and so do
        the gradients along a recurrence."""

        def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
            if not (isinstance(read, Partial) and read.of == self.sweep.result and not read.local) or read.by in self.recurrent:
                return None
            found = self.printed[read.by]
            return found.indices, found.result

        term = self.printed[name].result
        for _ in range(len(self.adjoints)):
            wider = arithmetic(inline(term, body_of))
            if wider is term:
                break
            term = wider
        tidied = simplify(term, PLAIN)
        return tidied if length(tidied) < length(term) else term


def derive(program: Program, result: Name | None = None) -> Derivation:
    """The derivatives of a result (default: the loss) by every leaf and every intermediate name.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> net = Program("square", (Leaf("w"), Leaf("x")), (Definition("z", (), ref("w") * ref("x")), Definition("L", (), ref("z") ** 2 / 2)), ("L",))
    >>> derive(net).adjoints["w"].result
    z*x
    """
    sweep = prepare(program, program.loss if result is None else result)
    locals_ = Lazily(lambda: sweep.links, lambda name: _local(sweep, *sweep.links[name]))
    adjoints: dict[Name, Derived] = {}
    vanishing: set[Name] = set()
    for name in sweep.order:
        adjoints[name] = _adjoint(sweep, name, locals_, vanishing)
        if adjoints[name].is_zero:
            vanishing.add(name)
    return Derivation(sweep, locals_, *spliced(sweep, adjoints))


def _local(sweep: Sweep, reader: Definition, by: Name) -> Derived:
    """One local derivative: differentiated, simplified, written through the reader's own name."""

    def compute() -> Derived:
        local = sweep.local(reader, by)
        first = Step(local.name, local.indices, "differentiate", local.head, local.raw, "differentiated by the rules")
        return Derived.of((first, *simplified(first, foldable(sweep, (reader,)))))

    if isinstance(reader.body, Opaque):
        return compute()
    return remembered(
        "local",
        [sweep.shape, shape_of_indices(by, sweep.indices(by)), sweep.shapes[reader.name]],
        Partial(reader.name, by, local=True),
        sweep.local_indices(reader, by),
        compute,
    )


def _adjoint(sweep: Sweep, name: Name, locals_: Mapping[Partial, Derived], vanishing: Collection[Name]) -> Derived:
    """One gradient: chain rule, local derivatives put in, simplified."""
    own_indices = sweep.indices(name)

    def line(*content: Any) -> Step:
        return Step(sweep.adjoint(name), (*sweep.result_indices, *own_indices), *content)

    if name == sweep.result:
        return Derived.of((line("seed", sweep.head(name), sweep.seed(), "a quantity changes with itself"),))
    path = _no_path(sweep, name, vanishing)
    if path is not None:
        step = line("no path", sweep.head(name), ZERO, *path)
        return Derived.of((step,), step.says)
    readers = sweep.live[name]
    if vanishing:
        readers = tuple(r for r in readers if r.name not in vanishing)
    own = sweep.program.definition.get(name)
    around = readers if own is None else (own, *readers)

    def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
        found = locals_[read] if isinstance(read, Partial) and read in sweep.links else None
        return None if found is None else (found.indices, found.result)

    def compute() -> Derived:
        chain = line("chain rule", sweep.head(name), sweep.chain(name, readers), "chain rule")
        put_in = line("local derivatives", chain.after, inline(chain.after, body_of), "local derivatives put in")
        derived = Derived.of((chain, put_in, *simplified(put_in, foldable(sweep, around))))
        return replace(derived, reason=_vanished(readers, name, locals_)) if derived.result is ZERO else derived

    if sweep.opaque and any(isinstance(d.body, Opaque) for d in around):
        return compute()
    shapes = [sweep.shape, *[sweep.shapes[d.name] for d in around]]
    if own is None:
        shapes.append(shape_of_indices(name, own_indices))
    return remembered(
        "gradient" if own is None else "gradient of a definition",
        shapes,
        sweep.adjoint(name),
        (*sweep.result_indices, *own_indices),
        compute,
    )


def _vanished(readers: tuple[Definition, ...], name: Name, locals_: Mapping[Partial, Derived]) -> str:
    """Why a gradient came out zero."""
    flat = [r.name for r in readers if locals_[Partial(r.name, name, local=True)].result is ZERO]
    if len(flat) == len(readers):
        return f"{' and '.join(map(str, flat))} has slope 0 in {name} wherever it has a slope"
    return ALL_CANCEL


def _no_path(sweep: Sweep, name: Name, vanishing: Collection[Name]) -> tuple[str, tuple[Name, ...]] | None:
    """Why a gradient is zero before any calculation, as a sentence and the names in it; None if it need not be."""
    if name not in sweep.reaches:
        return "{} does not depend on {}", (sweep.result, name)
    readers = [r.name for r in sweep.live.get(name, ())] if vanishing else []
    if readers and all(r in vanishing for r in readers):
        blanks = ", ".join("{}" for _ in readers)
        return f"{{}} depends on {{}} only through {blanks}, whose gradient is 0", (sweep.result, name, *readers)
    return None

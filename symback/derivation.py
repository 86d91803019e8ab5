"""From a program to the derivatives of one of its results: declare, reverse, simplify, done.

`derive` is the whole journey: local derivatives, the chain rule for every name, simplification, the splicing of adjoints that
are read once, and last the use of declared facts. Every line it writes is a recorded step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import ZERO, Name, Partial, Ref, Term
from symback.algebra.traverse import inline, names, walk
from symback.calculus.local import Local
from symback.calculus.reverse import Sweep, prepare
from symback.calculus.trace import Derived, Step
from symback.network.program import Program
from symback.simplify.arithmetic import arithmetic
from symback.simplify.facts import use_facts
from symback.simplify.fold import fold
from symback.simplify.rules import PLAIN, ROWS, simplifications
from symback.simplify.shape import length
from symback.simplify.unfold import split


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

    @property
    def program(self) -> Program:
        """The forward program, with the opaque rows its Jacobians need."""
        return self.sweep.program

    def adjoint(self, name: Name) -> Partial:
        """The name of the gradient by a name."""
        return self.sweep.adjoint(name)

    @cached_property
    def printed(self) -> Mapping[Name, Derived]:
        """The gradients after the last differentiation: declared facts put to use."""
        return {name: _with_facts(derived, self.program) for name, derived in self.adjoints.items()}

    def gradient_program(self, wanted: Iterable[Name] | None = None, facts: bool = False) -> Program:
        """Forward definitions and adjoints as one program, with the gradients by ``wanted`` (default: the leaves) as results.

        Without ``facts`` it may be differentiated again.
        """
        chosen = tuple(wanted) if wanted is not None else tuple(leaf.name for leaf in self.program.leaves)
        table = self.printed if facts else self.adjoints
        kept = [n for n in self.sweep.order if n not in self.spliced or n in chosen]
        adjoints = [Definition(self.adjoint(n), table[n].indices, table[n].result) for n in kept]
        results = tuple(self.adjoint(n) for n in chosen)
        return self.program.with_definitions((*self.program.definitions, *adjoints), results)

    def over_leaves(self, name: Name) -> Term:
        """The gradient by a name with the names of adjoints replaced by their formulas; forward names stay."""

        def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
            if not (isinstance(read, Partial) and read.of == self.sweep.result and not read.local):
                return None
            found = self.printed[read.by]
            return found.indices, found.result

        term = self.printed[name].result
        for _ in range(len(self.adjoints)):
            wider = arithmetic(inline(term, body_of))
            if wider is term:
                break
            term = wider
        return term


def derive(program: Program, result: Name | None = None) -> Derivation:
    """The derivatives of a result (default: the loss) by every leaf and every intermediate name.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> net = Program("square", (Leaf("w"), Leaf("x")), (Definition("z", (), ref("w") * ref("x")), Definition("L", (), ref("z") ** 2 / 2)), ("L",))
    >>> derive(net).adjoints["w"].result
    dL/dz*x
    """
    sweep = prepare(program, program.loss if result is None else result)
    raw: dict[Partial, Local] = {}
    locals_: dict[Partial, Derived] = {}
    adjoints: dict[Name, Derived] = {}
    vanishing: frozenset[Name] = frozenset()
    for name in sweep.order:
        for reader in sweep.readers.get(name, ()):
            if reader.name in sweep.reaches:
                local = sweep.local(reader, name)
                raw[local.name] = local
                locals_[local.name] = _local(local, reader)
        adjoints[name] = _adjoint(sweep, name, raw, locals_, vanishing)
        if adjoints[name].result is ZERO:
            vanishing |= {name}
    return _spliced(sweep, locals_, adjoints)


def _local(local: Local, reader: Definition) -> Derived:
    first = Step(local.name, local.indices, "differentiate", local.head, local.raw, "differentiated by the rules")
    return Derived(local.name, local.indices, (first, *_simplified(first, (reader,))))


def _adjoint(
    sweep: Sweep, name: Name, raw: Mapping[Partial, Local], locals_: Mapping[Partial, Derived], vanishing: frozenset[Name]
) -> Derived:
    """One gradient: chain rule, local derivatives put in, simplified."""
    target, head = sweep.adjoint(name), sweep.head(name)
    indices = (*sweep.result_indices, *sweep.indices(name))
    if name == sweep.result:
        return Derived(target, indices, (Step(target, indices, "seed", head, sweep.seed(), "a quantity changes with itself"),))
    reason = _reason(sweep, name, vanishing)
    if reason:
        return Derived(target, indices, (Step(target, indices, "no path", head, ZERO, reason),), reason)
    chain = Step(target, indices, "chain rule", head, sweep.chain(name, raw, vanishing), "chain rule")

    def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
        found = locals_.get(read) if isinstance(read, Partial) else None
        return None if found is None else (found.indices, found.result)

    put_in = Step(target, indices, "local derivatives", chain.after, inline(chain.after, body_of), "local derivatives put in")
    folded = [sweep.program.definition[n] for n in (name,) if n in sweep.program.definition]
    derived = Derived(target, indices, (chain, put_in, *_simplified(put_in, (*folded, *sweep.readers[name]))))
    return replace(derived, reason=_vanished(sweep, name, locals_)) if derived.result is ZERO else derived


def _vanished(sweep: Sweep, name: Name, locals_: Mapping[Partial, Derived]) -> str:
    """Why a gradient came out zero."""
    readers = [r.name for r in sweep.readers[name] if r.name in sweep.reaches]
    flat = [r for r in readers if locals_[Partial(r, name, local=True)].result is ZERO]
    if flat == readers:
        return f"{' and '.join(map(str, flat))} has slope 0 in {name} wherever it has a slope"
    return "all terms cancel"


def _reason(sweep: Sweep, name: Name, vanishing: frozenset[Name]) -> str:
    """Why a gradient is zero before any calculation; empty if it need not be."""
    if name not in sweep.reaches:
        return f"{sweep.result} does not depend on {name}"
    readers = [r.name for r in sweep.readers.get(name, ()) if r.name in sweep.reaches]
    if all(r in vanishing for r in readers):
        return f"{sweep.result} depends on {name} only through {', '.join(map(str, readers))}, whose gradient is 0"
    return ""


def _simplified(last: Step, definitions: tuple[Definition, ...]) -> Iterator[Step]:
    """The steps that simplify the last one: bookkeeping, folds, and then the rules that change the form, until none helps."""
    term, last = last.after, Step(last.target, last.indices, last.rule, last.before, last.after, last.says)
    rules = PLAIN
    while True:
        for rule, before, after in simplifications(term, rules):
            yield replace(last, rule=rule.name, before=before, after=after, says=rule.says)
            term = after
        for definition in definitions:
            after = fold(term, definition)
            if after is not term:
                parted = split(term, definition)
                if parted is not term:
                    yield replace(last, rule="split", before=term, after=parted, says="the fraction split")
                yield replace(
                    last, rule="fold", before=parted, after=after, says=f"written through {definition.name}", names=(definition.name,)
                )
                term = after
                break
        else:
            if rules is ROWS:
                return
            rules = ROWS


def _spliced(sweep: Sweep, locals_: Mapping[Partial, Derived], adjoints: dict[Name, Derived]) -> Derivation:
    """Adjoints that are read once go into their reader, from the result outwards."""
    spliced: dict[Name, Name] = {}
    readers: dict[Name, list[Name]] = {}
    for name, derived in adjoints.items():
        for read in names(derived.result):
            if isinstance(read, Partial) and not read.local:
                readers.setdefault(read.by, []).append(name)
    for name in sweep.order:
        if name not in sweep.program.definition or len(readers.get(name, ())) != 1 or readers[name] == [name]:
            continue
        reader = readers[name][0]
        wider = _splice(sweep, adjoints[reader], adjoints[name])
        if wider is None:
            continue
        adjoints[reader], spliced[name] = wider, reader
        for read in names(adjoints[name].result):
            if isinstance(read, Partial) and not read.local:
                readers[read.by] = [reader if r == name else r for r in readers[read.by]]
                readers[read.by] = list(dict.fromkeys(readers[read.by]))
    return Derivation(sweep, locals_, adjoints, spliced)


def _splice(sweep: Sweep, reader: Derived, adjoint: Derived) -> Derived | None:
    """The reader with an adjoint's formula in place of its name; an adjoint read at several places only where that is shorter."""
    reads = sum(isinstance(n, Ref) and n.name == adjoint.target for n in walk(reader.result))
    after = inline(reader.result, lambda n: (adjoint.indices, adjoint.result) if n == adjoint.target else None)
    says = f"{adjoint.target} put in, for it is read nowhere else"
    step = Step(reader.target, reader.indices, "splice", reader.result, after, says, (adjoint.target,))
    involved = [n.by for n in (reader.target, adjoint.target) if isinstance(n, Partial)]
    around = dict.fromkeys(r.name for n in involved for r in sweep.readers.get(n, ()))
    candidates = [sweep.program.definition[n] for n in (*involved, *around) if n in sweep.program.definition]
    steps = (step, *_simplified(step, tuple(dict.fromkeys(candidates))))
    if reads > 1 and length(steps[-1].after) >= length(reader.result):
        return None
    return Derived(reader.target, reader.indices, (*reader.steps, *steps), reader.reason)


def _with_facts(derived: Derived, program: Program) -> Derived:
    term, used = use_facts(derived.result, program.leaf)
    if not used:
        return derived
    says = "because " + " and ".join(fact.says(str(name)) for name, fact in used)
    step = Step(derived.target, derived.indices, "facts", derived.result, term, says, facts=used)
    return Derived(derived.target, derived.indices, (*derived.steps, step, *_simplified(step, ())), derived.reason)

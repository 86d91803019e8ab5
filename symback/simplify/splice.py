"""Splice: gradients that need no name of their own go into the formulas that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.terms import ZERO, Apply, Name, Partial, Pow, Ref, Term
from symback.algebra.traverse import inline, walk
from symback.calculus.reverse import Sweep
from symback.calculus.trace import Derived, Step, remembered
from symback.simplify.shape import divisors, length
from symback.simplify.steps import ALL_CANCEL, simplified

MOST_FELLOWS = 20


def spliced(sweep: Sweep, adjoints: Mapping[Name, Derived]) -> tuple[dict[Name, Derived], dict[Name, Name]]:
    """Adjoints that are read once go into their reader, from the result outwards; so do those that are another name or a number, and
    those that cancel in every reader, alone or together with others that the same definitions read. What divides is asked again at the
    end: what was read in several places may be read in one then. Gradients by constants do not count: nobody reads them unless he asks.

    Returns the gradients with what was put in, and which went into which.
    """
    wide, gone = dict(adjoints), dict[Name, Name]()
    readers: dict[Name, list[Name]] = {}
    constants = {leaf.name for leaf in sweep.program.leaves if leaf.role == "constant"}
    for name, derived in wide.items():
        for read in derived.gradients_read if name not in constants else ():
            readers.setdefault(read, []).append(name)
    for name, again in [(name, again) for again in (False, True) for name in sweep.order]:
        chosen = readers.get(name, ())
        if name not in sweep.program.definition or not chosen or name in chosen or name in gone:
            continue
        if again and not divisors(wide[name].result):
            continue
        if len(chosen) > 1 and not (wide[name].divides or wide[name].is_name):
            continue
        together = _put_in(sweep, wide, (name,), chosen) or _put_in(sweep, wide, _fellows(name, sweep, wide, readers), chosen)
        if together is None:
            continue
        into, inner = together
        wide.update(zip(chosen, into, strict=True))
        for each in inner:
            gone[each] = chosen[0]
            for read in wide[each].gradients_read:
                readers[read] = list(dict.fromkeys(n for r in readers[read] for n in (chosen if r == each else (r,))))
    for name in sweep.order:
        if name in sweep.program.definition and name not in gone and divisors(wide[name].result):
            wide[name] = _folded(sweep, wide[name], name)
    return wide, gone


def _fellows(name: Name, sweep: Sweep, wide: Mapping[Name, Derived], readers: Mapping[Name, list[Name]]) -> tuple[Name, ...]:
    """The definitions whose gradients are quotients that the same gradients read: the parts of a softmax, written out."""
    alike = (n for n in sweep.order if n in sweep.program.definition and readers.get(n) == readers[name] and wide[n].divides)
    return tuple(islice(alike, MOST_FELLOWS)) if len(readers[name]) > 1 and wide[name].divides else ()


def _put_in(
    sweep: Sweep, wide: Mapping[Name, Derived], names: tuple[Name, ...], chosen: Sequence[Name]
) -> tuple[list[Derived], tuple[Name, ...]] | None:
    """The readers with the gradients by some names put in, and those names; None where one of the readers gets longer."""
    into = [wide[reader] for reader in chosen]
    for name in names:
        into = [_splice(sweep, reader, wide[name], len(chosen) == 1) for reader in into]
        if len(names) == 1 and any(w.longer for w in into):
            return None
    longer = len(names) > 1 and any(length(w.result) > length(wide[r].result) for w, r in zip(into, chosen, strict=True))
    return None if longer or not names else (into, names)


def _folded(sweep: Sweep, derived: Derived, name: Name) -> Derived:
    """A gradient that still divides, written through what is computed a few lines further on: p = 1/s with s = 1 + e gives e = (1 − p)/p."""
    near = sweep.readers.get(name, ())
    further = [r for d in near for r in sweep.readers.get(d.name, ())]
    last = [r for d in further for r in sweep.readers.get(d.name, ())]
    steps = dict.fromkeys(d for d in (*near, *further, *last) if isinstance(d.body, Term) and d.name not in d.reads)
    table = {d.name: (d.indices, d.body) for d in steps if isinstance(d.body, Term)}
    whole = [replace(d, body=inline(d.body, table.get)) for d in steps if isinstance(d.body, Term)]

    def compute() -> Derived:
        found = simplified(derived.steps[-1], foldable(sweep, tuple(dict.fromkeys((*steps, *whole)))))
        return Derived.of((*derived.steps, *found), derived.reason)

    return remembered(
        "fold", [sweep.shape, derived.shape, *[sweep.shapes[d.name] for d in steps]], derived.target, derived.indices, compute
    )


def _splice(sweep: Sweep, reader: Derived, adjoint: Derived, only: bool) -> Derived:
    """The reader with an adjoint's formula in place of its name, and whether that is longer than the two formulas were.

    For its ``only`` reader an adjoint that is read at one place is always put in, one that is read at several where both formulas
    together get shorter; one of several readers must not get longer, unless all that the adjoint divides by cancels there.
    """
    involved = [n.by for n in (reader.target, adjoint.target) if isinstance(n, Partial)]
    around = dict.fromkeys(r.name for n in involved for r in sweep.readers.get(n, ()))
    candidates = tuple(sweep.program.definition[n] for n in dict.fromkeys((*involved, *around)) if n in sweep.program.definition)

    def compute() -> Derived:
        after = inline(reader.result, lambda n: (adjoint.indices, adjoint.result) if n == adjoint.target else None)
        says = "{} put in"
        step = Step(reader.target, reader.indices, "splice", reader.result, after, says, (adjoint.target,))
        wider = Derived.of((*reader.steps, step, *simplified(step, foldable(sweep, candidates))), reader.reason)
        wider = replace(wider, reason=ALL_CANCEL) if wider.result is ZERO else wider
        reads = sum(isinstance(n, Ref) and n.name == adjoint.target for n in walk(reader.result))
        with_both = only or _cancels(wider.result, reader.result, adjoint)
        before = length(reader.result) + (length(adjoint.result) - 1 if with_both else 0)
        return replace(wider, longer=not (only and reads == 1) and length(wider.result) > before)

    if sweep.opaque and any(isinstance(d.body, Opaque) for d in candidates):
        return compute()
    kind = "splice" if only else "splice into several"
    return remembered(
        kind,
        [sweep.shape, reader.shape, adjoint.shape, *[sweep.shapes[d.name] for d in candidates]],
        reader.target,
        reader.indices,
        compute,
    )


def _cancels(after: Term, before: Term, adjoint: Derived) -> bool:
    """Whether a reader divides by nothing new with a gradient put in that divides by more than a number."""
    return bool(divisors(adjoint.result)) and divisors(after) <= divisors(before)


def foldable(sweep: Sweep, definitions: tuple[Definition, ...]) -> tuple[Definition, ...]:
    """The definitions a gradient may be written through: the loss only where it is one function or one root, as a norm is."""
    return tuple(d for d in definitions if d.name != sweep.result or sweep.result_indices or isinstance(d.body, Pow | Apply))

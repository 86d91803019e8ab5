"""The simplification of one line of a derivation, each change a recorded step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.terms import ZERO, Name, Term
from symback.calculus.trace import Derived, Step
from symback.network.program import Program
from symback.simplify.centred import drop_centred
from symback.simplify.facts import oriented, sums_of_entries, symmetric_names, use_facts
from symback.simplify.fold import fold
from symback.simplify.known import Find
from symback.simplify.known_conditions import known_conditions
from symback.simplify.known_sums import known_sums
from symback.simplify.rules import PLAIN, ROWS, simplifications
from symback.simplify.shape import addends, length
from symback.simplify.unfold import split


def simplified(last: Step, definitions: tuple[Definition, ...]) -> Iterator[Step]:
    """The steps that simplify the last one: bookkeeping, folds, and then the rules that change the form, until none helps."""
    term = last.after
    line = partial(Step, last.target, last.indices)
    rules = PLAIN
    while True:
        for rule, before, after in simplifications(term, rules):
            yield line(rule.name, before, after, rule.says)
            term = after
        after, centred = drop_centred(term, definitions)
        if centred is not None:
            yield line("centred", term, after, "the sum of {} is 0 by its definition", (centred,))
            term = after
            continue
        for definition in definitions:
            after = fold(term, definition)
            if after is not term:
                parted = split(term, definition)
                if parted is not term:
                    yield line("split", term, parted, "the fraction split")
                yield line("fold", parted, after, "written through {}", (definition.name,))
                term = after
                break
        else:
            if rules is ROWS:
                return
            rules = ROWS


def finished(derived: Derived, program: Program, gradient: Find) -> Derived:
    """A gradient after the last differentiation: what is known by definition put in, and declared facts put to use where
    that does not make it longer. ``gradient`` finds the definitions of other gradients."""
    for known in (known_sums, known_conditions):
        while found := known(derived.result, program, gradient):
            line = Step(
                derived.target, derived.indices, known.__name__, derived.result, found.term, found.says, found.names, facts=found.facts
            )
            derived = _continued(derived, line, found.reason or ALL_CANCEL)
    for use in (_sums, _symmetry):
        term, used = use(derived, program)
        if used:
            wider = _with_facts(derived, term, used)
            derived = wider if length(wider.result) <= length(derived.result) else derived
    tried = [_with_facts(derived, term, used) for term, used in sums_of_entries(derived.result, program.leaf)]
    shorter = [found for found in tried if length(found.result) < length(derived.result)]
    return min(shorter, key=lambda found: (length(found.result), len(addends(found.result))), default=derived)


def _with_facts(derived: Derived, term: Term, used: tuple[tuple[Name, Fact], ...]) -> Derived:
    return _continued(derived, Step(derived.target, derived.indices, "facts", derived.result, term, "declared", facts=used), BY_FACTS)


ALL_CANCEL = "all terms cancel"
BY_FACTS = "by the declared facts all terms cancel"


def _continued(derived: Derived, step: Step, reason: str) -> Derived:
    """A quantity with one more step, and what can be simplified after it."""
    wider = (*derived.steps, step, *simplified(step, ()))
    return Derived.of(wider, reason if wider[-1].after is ZERO else derived.reason)


Used = tuple[Term, tuple[tuple[Name, Fact], ...]]


def _sums(derived: Derived, program: Program) -> Used:
    return use_facts(derived.result, program.leaf)


def _symmetry(derived: Derived, program: Program) -> Used:
    names = symmetric_names(program)
    return oriented(derived.result, names, derived.indices) if names else (derived.result, ())

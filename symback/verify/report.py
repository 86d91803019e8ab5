"""Evidence for every formula of a derivation, as rows a person and a program can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from time import perf_counter

from symback.algebra.definitions import Opaque
from symback.algebra.facts import Fact
from symback.algebra.normal import Normalizer
from symback.algebra.terms import Bracket, Name, Partial, Term, plain
from symback.algebra.traverse import free_indices
from symback.calculus.trace import Step
from symback.derivation import Derivation, derive
from symback.errors import SymbackError
from symback.network.program import Program
from symback.notation.write import formula_text
from symback.verify.differences import POINTS, Outcome, check_gradients
from symback.verify.opaque_rows import follows
from symback.verify.proof import Prover, Shown
from symback.verify.sample import size_sets
from symback.verify.sized import Sized
from symback.verify.small import Small, run_small
from symback.verify.steps import OWN_LEFT_SIDE, StepChecker, StepVerdict, counted
from symback.verify.sympy_route import SecondRoute, second_route
from symback.verify.table import Report, Row, Verdict, counts
from symback.verify.widths import freed_program

BY_STEPS = "normal form, step by step"
MANY = 150
"""From how many entries on widths that are only numbers are taken to be any."""
FEW = 3
"""At how many points, of one size, differences of the loss confirm what is proved."""


def verify(
    core: Derivation,
    wanted: Iterable[Name],
    points: int | None = None,
    steps: bool = True,
    second: bool = True,
    sizes: Iterable[Mapping[str, object]] | None = None,
    checker: StepChecker | None = None,
) -> Report:
    """Every gradient in ``wanted`` and, with ``steps``, every step that led to it.

    A gradient is *refuted* where differences of the loss, SymPy's derivative of the unrolled loss (with ``second``) or one of
    its steps contradicts it; *proved* where the normal form shows it for all sizes and values, at once or step by step; it *agrees* where the
    differences alone speak for it; *undecided* where nothing could be tried. Differences are taken at ``points`` points of ``sizes``: by
    default at 3 points of one size for what is proved, and at 20 points of three sizes for all else. What is proved is run at the
    sizes 1, 2 and 3 as well, without rounding where that can be done. ``checker`` is one for ``core`` whose points are used further on.
    """
    names = tuple(wanted)
    core = for_any_width(core) if sizes is None and checker is None else core
    program, gradient = core.program, core.gradient_program(names, facts=True)
    prover, checker = Prover(program, gradient), checker or StepChecker(core)
    found: dict[Name, _Found] = {}
    for name in names:
        begun = perf_counter()
        lines = checker.check(name) if steps else ()
        shown = prover.show(name, core.adjoint(name))
        found[name] = _Found(shown, lines, shown.proved or by_steps(lines, program), perf_counter() - begun)
    given = None if sizes is None else list(sizes)
    begun = perf_counter()
    outcomes = _outcomes(program, gradient, core, found, points, given)
    small = run_small(program, gradient, {n: core.adjoint(n) for n, f in found.items() if f.proved})
    other = second_route(program, gradient, {n: core.adjoint(n) for n in names}) if second else SecondRoute(skipped="not asked")
    each = (perf_counter() - begun) / max(len(names), 1)
    rows = [_row(name, found[name], outcomes[name], other, small, program, each) for name in names]
    return Report(program.name, tuple(rows), core)


def for_any_width(core: Derivation) -> Derivation:
    """The same derivation over free sizes where declared widths are large and only numbers; the one given where its formulas are others."""
    program = core.program
    entries = sum(prod(i.size.constant or 1 for i in leaf.indices) for leaf in program.leaves)
    free = freed_program(program) if entries > MANY else None
    if free is None:
        return core
    other, back, normal = derive(free[0], core.sweep.result), Sized({str(w): w for w in free[1]}), Normalizer()
    alike = core.adjoints.keys() == other.adjoints.keys() and all(
        normal.equal(back.term(other.printed[n].result), core.printed[n].result).proved for n in core.adjoints
    )
    return other if alike else core


@dataclass(frozen=True)
class _Found:
    """What the normal form and the steps say of one gradient."""

    shown: Shown
    lines: tuple[StepVerdict, ...]
    proved: bool
    seconds: float


def _outcomes(
    program: Program,
    gradient: Program,
    core: Derivation,
    found: Mapping[Name, _Found],
    points: int | None,
    sizes: list[dict[str, object]] | list[Mapping[str, object]] | None,
) -> dict[Name, Outcome]:
    """Differences of the loss, at few points for what is proved."""
    outcomes: dict[Name, Outcome] = {}
    for proved in (True, False):
        alike = {n: core.adjoint(n) for n, f in found.items() if f.proved is proved}
        if alike:
            few = list(size_sets(program, 1)) if proved and sizes is None and points is None else sizes
            outcome = check_gradients(program, gradient, alike, points or (FEW if proved else POINTS), sizes=few)
            outcomes |= dict.fromkeys(alike, outcome)
    return outcomes


def _row(name: Name, found: _Found, outcome: Outcome, other: SecondRoute, small: Small, program: Program, each: float) -> Row:
    verdict, why = _verdict(name, found, outcome, other, small)
    shown = _shown(found)
    return Row(
        str(name),
        verdict,
        _route(shown, outcome, other, str(small) if found.proved else ""),
        _conditions(found.shown, found.lines, program),
        max(outcome.worst, other.worst),
        round(found.seconds + each, 4),
        counts(found.lines),
        why,
        found.lines,
        shown,
        outcome.points,
        "–" if other.skipped else "differs" if name in other.failed else "agrees",
        other.skipped,
    )


def by_steps(steps: tuple[StepVerdict, ...], program: Program) -> bool:
    """Whether the steps prove a gradient: the normal form shows each, but for the chain rule and the rules of differentiation.

    Those two are what a derivative is; numbers check that they were applied rightly. An opaque row's Jacobian is such a rule where
    it follows from the relation that defines the row.
    """
    return bool(steps) and all(s.word == "proved" or (s.word == "agrees" and _is_rule(s.step, program)) for s in steps)


def _is_rule(step: Step, program: Program) -> bool:
    if step.rule != "differentiate":
        return step.rule in OWN_LEFT_SIDE
    of = step.target.of if isinstance(step.target, Partial) else step.target
    body = program.definition[of].body
    return not isinstance(body, Opaque) or follows(body.row, tuple(len(program.indices(n)) for n in body.operands))


def _verdict(name: Name, found: _Found, outcome: Outcome, other: SecondRoute, small: Small) -> tuple[Verdict, str]:
    failed = {**small.failed, **outcome.lacking, **outcome.failed}
    if name in failed:
        return "refuted", str(failed[name])
    if name in other.failed:
        places, ours, theirs = other.failed[name]
        return "refuted", f"entry {list(places)} is {ours:.6g} by the formula and {theirs:.6g} by SymPy"
    wrong = [s for s in found.lines if s.word == "refuted"]
    if wrong:
        return "refuted", f"step {wrong[0].why}"
    if found.proved:
        return "proved", ""
    if outcome.points and not outcome.reason:
        return "agrees", f"not proved: {found.shown.why}"
    return "undecided", outcome.reason


def _shown(found: _Found) -> str:
    """How it was proved, if it was."""
    return found.shown.route if found.shown.proved else BY_STEPS if found.proved else ""


def _route(shown: str, outcome: Outcome, other: SecondRoute, small: str) -> str:
    parts = [shown] if shown else []
    if outcome.points:
        sizes = f" at {outcome.size_sets} sets of sizes" if outcome.size_sets > 1 else ""
        parts.append(f"differences of the loss at {counted(outcome.points, 'point')}{sizes}")
    parts += [small] if small else []
    parts += [] if other.skipped else ["SymPy"]
    return "; ".join(parts)


def _conditions(shown: Shown, steps: tuple[StepVerdict, ...], program: Program) -> tuple[str, ...]:
    facts = dict.fromkeys([*shown.facts, *(f for s in steps for f in s.step.facts)])
    terms = dict.fromkeys([*shown.conditions, *(c for s in steps for c in s.step.conditions)])
    return (*(_fact_text(n, f) for n, f in facts), *(_term_text(t, program) for t in terms))


def _fact_text(name: Name, fact: Fact) -> str:
    return fact.says(str(name))


def _term_text(term: Term, program: Program) -> str:

    if not isinstance(term, Bracket):
        return plain(term)
    try:
        sides = [formula_text(side, free_indices(side), program) for side in (term.left, term.right)]
    except SymbackError:
        return plain(term)
    return f"{sides[0]} {'≠' if term.relation == '!=' else term.relation} {sides[1]}"


__all__ = ["Report", "Row", "by_steps", "verify"]

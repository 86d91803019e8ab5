"""Evidence for every formula of a derivation, as rows a person and a program can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

from symback.algebra.definitions import Opaque
from symback.algebra.facts import Fact
from symback.algebra.terms import Bracket, Name, Partial, Term, plain
from symback.algebra.traverse import free_indices
from symback.calculus.trace import Step
from symback.derivation import Derivation
from symback.errors import SymbackError, VerificationError
from symback.network.program import Program
from symback.notation.write import formula_text
from symback.verify.differences import POINTS, Outcome, check_gradients
from symback.verify.proof import FEW, NODES, Prover, Shown
from symback.verify.steps import OWN_LEFT_SIDE, StepChecker, StepVerdict
from symback.verify.sympy_route import SecondRoute, second_route

Verdict = Literal["proved", "agrees", "refuted", "undecided", "unchecked"]
SCHEMA = 1


@dataclass(frozen=True)
class Row:
    """The evidence for one formula.

    ``route`` says how it was checked, ``conditions`` under what it holds, ``worst`` the largest relative error met,
    ``steps`` how many of its steps got which word; ``why`` says what is wrong or open.
    """

    name: str
    verdict: Verdict
    route: str = ""
    conditions: tuple[str, ...] = ()
    worst: float = 0.0
    seconds: float = 0.0
    steps: Mapping[str, int] | None = None
    why: str = ""

    def json(self) -> dict[str, Any]:
        """The row under the keys of the command line's answer."""
        keys = ("name", "verdict", "route", "conditions", "worst", "seconds", "steps")
        found = {key: getattr(self, key) for key in keys} | ({"why": self.why} if self.why else {})
        return found | {"conditions": list(self.conditions), "steps": dict(self.steps or {})}


@dataclass(frozen=True)
class Report:
    """One row a formula; ``report["w2"]`` is the row of a name."""

    network: str
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Row:
        return next(row for row in self.rows if row.name == name)

    @property
    def ok(self) -> bool:
        """Whether every formula is proved or agrees."""
        return all(row.verdict in ("proved", "agrees") for row in self.rows)

    def or_raise(self) -> Report:
        """The report itself; VerificationError if a formula or a step is refuted."""
        wrong = [row for row in self.rows if row.verdict == "refuted"]
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise VerificationError(
                f"gradient by {wrong[0].name}", f"{wrong[0].why}{more}", "this is a defect of symback; please report it"
            )
        return self

    def text(self) -> str:
        """The report as a table, then what is wrong or open, then a line that counts the verdicts."""
        head = ("gradient by", "verdict", "steps", "worst error", "route")
        cells = [(r.name, r.verdict, _steps_text(r.steps), _error_text(r.worst), r.route) for r in self.rows]
        widths = [max(len(c[k]) for c in [head, *cells]) for k in range(len(head))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in [head, *cells]]
        lines.insert(1, "  ".join("─" * w for w in widths))
        lines += [f"{r.name}: {r.why}" for r in self.rows if r.why]
        lines += [f"{r.name} holds where {' and '.join(r.conditions)}" for r in self.rows if r.conditions]
        counts = Counter(r.verdict for r in self.rows)
        words = ", ".join(f"{count} {word}" for word, count in counts.items())
        return "\n".join([*lines, f"{words}; {sum(r.seconds for r in self.rows):.2f} s"])

    def json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {"schema": SCHEMA, "network": self.network, "formulas": [row.json() for row in self.rows]}

    def __repr__(self) -> str:
        return self.text()


def verify(
    core: Derivation,
    wanted: Iterable[Name],
    points: int = POINTS,
    steps: bool = True,
    second: bool = True,
    sizes: Iterable[Mapping[str, object]] | None = None,
) -> Report:
    """Every gradient in ``wanted`` and, with ``steps``, every step that led to it; ``sizes`` are those of the differences.

    A gradient is *refuted* where differences of the loss, SymPy's derivative of the unrolled loss (with ``second``) or one of
    its steps contradicts it; *proved* where the normal form shows it for all sizes and values, at once or step by step; it *agrees* where the
    differences alone speak for it; *undecided* where nothing could be tried.
    """
    names = tuple(wanted)
    program, gradient = core.program, core.gradient_program(names, facts=True)
    adjoints: dict[Name, Name] = {n: core.adjoint(n) for n in names}
    start = perf_counter()
    outcome = check_gradients(program, gradient, adjoints, points, sizes=sizes)
    other = second_route(program, gradient, adjoints) if second else SecondRoute(skipped="not asked")
    shared = _Shared(program, outcome, other)
    each = (perf_counter() - start) / max(len(names), 1)
    checker = StepChecker(core)
    prover = Prover(program, gradient)
    rows = []
    for name in names:
        begun = perf_counter()
        found = checker.check(name) if steps else ()
        shown = prover.show(name, adjoints[name], FEW if by_steps(found, program) else NODES)
        rows.append(_row(name, shared, shown, found, each + perf_counter() - begun))
    return Report(program.name, tuple(rows))


@dataclass(frozen=True)
class _Shared:
    """What was found for all formulas of a report at once."""

    program: Program
    outcome: Outcome
    other: SecondRoute


def _row(name: Name, shared: _Shared, shown: Shown, steps: tuple[StepVerdict, ...], seconds: float) -> Row:
    outcome, other, program = shared.outcome, shared.other, shared.program
    verdict, why = _verdict(name, shared, shown, steps)
    conditions = _conditions(shown, steps, program)
    counts = Counter(s.word for s in steps)
    words = {w: counts[w] for w in ("proved", "agrees", "undecided", "refuted") if counts[w]}
    return Row(str(name), verdict, _route(shared, shown, steps), conditions, max(outcome.worst, other.worst), round(seconds, 4), words, why)


def by_steps(steps: tuple[StepVerdict, ...], program: Program) -> bool:
    """Whether the steps prove a gradient: the normal form shows each, but for the chain rule and the rules of differentiation.

    Those two are what a derivative is; numbers check that they were applied rightly. An opaque row's Jacobian is no such rule.
    """
    return bool(steps) and all(s.word == "proved" or (s.word == "agrees" and _is_rule(s.step, program)) for s in steps)


def _is_rule(step: Step, program: Program) -> bool:
    if step.rule != "differentiate":
        return step.rule in OWN_LEFT_SIDE
    of = step.target.of if isinstance(step.target, Partial) else step.target
    return not isinstance(program.definition[of].body, Opaque)


def _verdict(name: Name, shared: _Shared, shown: Shown, steps: tuple[StepVerdict, ...]) -> tuple[Verdict, str]:
    outcome, other, program = shared.outcome, shared.other, shared.program
    if name in outcome.failed:
        return "refuted", str(outcome.failed[name])
    if name in other.failed:
        places, ours, theirs = other.failed[name]
        return "refuted", f"entry {list(places)} is {ours:.6g} by the formula and {theirs:.6g} by SymPy"
    wrong = [s for s in steps if s.word == "refuted"]
    if wrong:
        return "refuted", f"step {wrong[0].why}"
    if shown.proved or by_steps(steps, program):
        return "proved", ""
    if outcome.points and not outcome.reason:
        return "agrees", ""
    return "undecided", outcome.reason


def _route(shared: _Shared, shown: Shown, steps: tuple[StepVerdict, ...]) -> str:
    outcome, other = shared.outcome, shared.other
    parts = ["normal form"] if shown.proved else ["normal form, step by step"] if by_steps(steps, shared.program) else []
    if outcome.points:
        sizes = f" at {outcome.size_sets} sets of sizes" if outcome.size_sets > 1 else ""
        parts.append(f"differences of the loss at {outcome.points} points{sizes}")
    parts.append(f"SymPy not asked: {other.skipped}" if other.skipped else "SymPy")
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


def _steps_text(steps: Mapping[str, int] | None) -> str:
    return ", ".join(f"{count} {word}" for word, count in (steps or {}).items()) or "–"


def _error_text(worst: float) -> str:
    return f"{worst:.0e}" if worst else "0"

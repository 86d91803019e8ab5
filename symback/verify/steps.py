"""Every recorded step: its line before and its line after mean the same.

First by the normal form. Where that decides nothing, by numbers: at random points of high precision the forward names have
the values their definitions give, the gradients those of their formulas, a local derivative that of its definition; a step
"differentiate" is compared with differences of the definition alone.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from time import perf_counter
from typing import Any, Literal

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Partial, Term
from symback.algebra.traverse import inline, names, rename, substitute
from symback.calculus.trace import Derived, Step
from symback.derivation import Derivation
from symback.errors import NumericError
from symback.network.program import Leaf
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, index_tuples
from symback.verify.allowed import number
from symback.verify.differences import AGREE, FINER, LEAST, NEXT_TO_LOSS, SHORTER, STAYS, scaled_step
from symback.verify.sample import draw, size_sets

Word = Literal["proved", "agrees", "refuted", "undecided"]
DIGITS = 100
BUDGET = 4000
PLACES = 4
POINTS = 2
KINK = 12
NORMAL_FORM = "normal form"
OWN_LEFT_SIDE = ("seed", "no path", "chain rule")


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """A step, the word on it, how that was found, the largest relative error met, the time, and why where it is not fine."""

    step: Step
    word: Word
    why: str = ""
    route: str = ""
    worst: float = 0.0
    seconds: float = 0.0


class StepChecker:
    """The steps of one derivation; points and values are prepared once and kept."""

    def __init__(self, core: Derivation, seed: str = "symback") -> None:
        self.core = core
        self.program = core.program
        self._seed = seed
        self._runs: dict[int, list[Evaluator]] = {}
        self._why = ""
        self._local: dict[Name, tuple[StepVerdict, ...]] = {}
        self._known: dict[Name, tuple[StepVerdict, ...]] = {}
        self._normalizers: dict[tuple[Name, ...], Normalizer] = {}

    def check(self, name: Name) -> tuple[StepVerdict, ...]:
        """All steps that lead to the gradient by a name: its own and those of all gradients and local derivatives they read."""
        found: dict[Step, StepVerdict] = {}
        pending, seen = [name], {name: None}
        while pending:
            derived = self.core.printed[pending.pop()]
            for verdict in self._own(derived):
                found[verdict.step] = verdict
            for read in _gradients_read(derived, self.core):
                if read not in seen:
                    seen[read] = None
                    pending.append(read)
        return tuple(found.values())

    def _own(self, derived: Derived) -> tuple[StepVerdict, ...]:
        if derived.target not in self._known:
            locals_ = dict.fromkeys(n for s in derived.steps for n in names(s.before) if n in self.core.locals)
            own = [v for n in locals_ if isinstance(n, Partial) for v in self._of_local(n)]
            self._known[derived.target] = (*own, *(self.step(s) for s in derived.steps))
        return self._known[derived.target]

    def _of_local(self, name: Partial) -> tuple[StepVerdict, ...]:
        if name not in self._local:
            self._local[name] = tuple(self.step(s) for s in self.core.locals[name].steps)
        return self._local[name]

    def step(self, step: Step) -> StepVerdict:
        """The verdict on one step."""
        begun = perf_counter()
        found = self._judged(step)
        return replace(found, seconds=perf_counter() - begun)

    def _judged(self, step: Step) -> StepVerdict:
        if step.rule not in (*OWN_LEFT_SIDE, "differentiate") and self._proved(step):
            return StepVerdict(step, "proved", route=NORMAL_FORM)
        differentiated = step.rule == "differentiate"
        error, route, before = 0.0, "", inf
        for digits in (DIGITS, *(times * DIGITS for times in FINER)):  # what differs only for want of digits is not refuted
            runs = self.runs(digits)
            route = f"{'differences of the definition' if differentiated else 'numbers'} at {counted(len(runs), 'point')}"
            try:
                found = (self._slope_error if differentiated else self._error)(step, runs)
            except NumericError as problem:
                return StepVerdict(step, "undecided", str(problem))
            if found is None:
                return StepVerdict(step, "undecided", self._why)
            error = found
            if error <= 10.0**-AGREE:
                return StepVerdict(step, "agrees", "", route, error)
            if error > STAYS * before:
                return StepVerdict(step, "refuted", f"{step.rule}: before and after differ by {error:.3g}", route, error)
            before = error
        return StepVerdict(step, "undecided", f"{step.rule}: {FINER[-1] * DIGITS} digits are too few at the points tried", route, error)

    def _proved(self, step: Step) -> bool:
        if step.rule == "local derivatives" and inline(step.before, self._local_body) is step.after:
            return True
        given = tuple(dict.fromkeys((*step.names, *(name for n, fact in step.facts for name in (n, *fact.entries)))))
        if given not in self._normalizers:
            definitions = {n: d for n in given if (d := self._definition(n)) is not None}
            facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in self.program.leaves if leaf.name in given}
            shapes: dict[Name, tuple[Size, ...]] = {leaf.name: leaf.shape for leaf in self.program.leaves if leaf.name in given}
            self._normalizers[given] = Normalizer(Given(facts, definitions, {}, shapes), BUDGET)
        only = {i: Size.of(0) for i in step.indices if i.size.constant == 1}
        return self._normalizers[given].equal(substitute(step.before, only), substitute(step.after, only)).proved

    def _definition(self, name: Name) -> Definition | None:
        if isinstance(name, Partial):
            table: Mapping[Any, Derived] = self.core.locals if name.local else self.core.adjoints
            derived = table.get(name if name.local else name.by)
            return None if derived is None else Definition(name, derived.indices, derived.result)
        return self.program.definition.get(name)

    def _local_body(self, name: Name) -> tuple[tuple[Index, ...], Term] | None:
        found = self.core.locals.get(name) if isinstance(name, Partial) and name.local else None
        return None if found is None else (found.indices, found.result)

    def runs(self, digits: int = DIGITS) -> list[Evaluator]:
        """Evaluators of the forward pass, all gradients and all local derivatives, at random points."""
        if digits not in self._runs:
            self._runs[digits] = self._prepared(digits)
        return self._runs[digits]

    def _prepared(self, digits: int) -> list[Evaluator]:
        locals_ = [Definition(n, d.indices, d.result) for n, d in self.core.locals.items()]
        adjoints = [Definition(self.core.adjoint(n), d.indices, d.result) for n, d in self.core.adjoints.items()]
        everything = self.program.with_definitions((*self.program.definitions, *locals_, *adjoints))
        rng = random.Random(self._seed)
        field = HighPrecision(digits)
        runs: list[Evaluator] = []
        for sizes in size_sets(self.program, POINTS):
            for turn in range(12):
                point = draw(self.program, sizes, rng, positive=turn > 5)
                values = {n: Entries({p: field.number(v) for p, v in t.items()}) for n, t in point.values.items()}
                run = Evaluator(everything, values, sizes, field=field)
                try:
                    for d in self.program.definitions:
                        run.array(d.name)
                except NumericError as problem:
                    self._why = str(problem)
                    continue
                runs.append(run)
                break
        return runs

    def _error(self, step: Step, runs: list[Evaluator]) -> float | None:
        """The largest relative difference of the two sides at a few places of each point; None if there is no point."""
        worst: float | None = None
        rng = random.Random(self._seed)
        for run in runs:
            places = list(index_tuples(step.indices, run.sizes))
            for at in rng.sample(places, min(PLACES, len(places))):
                env = dict(zip(step.indices, at, strict=True))
                before, after = run.term(step.before, env), run.term(step.after, env)
                worst = max(worst or 0.0, float(abs(before - after) / (1 + abs(after))))
        return worst

    def _slope_error(self, step: Step, runs: list[Evaluator]) -> float | None:
        """A local derivative, weighed over its places, against a difference of its definition by the name alone."""
        assert isinstance(step.target, Partial)
        of, by = step.target.of, step.target.by
        definition = self.program.definition[of]
        worst: float | None = None
        rng = random.Random(self._seed)
        for run in runs:
            outer = list(index_tuples(definition.indices, run.sizes))
            weights = {p: run.field.number(number(rng)) for p in rng.sample(outer, min(PLACES, len(outer)))}
            direction = _along(run, by, rng)
            depth = len(definition.indices)
            parts = [
                weights[above] * direction[at] * run.term(step.after, env | dict(zip(step.indices[depth:], at, strict=True)))
                for above in weights
                for env in (dict(zip(step.indices, above, strict=False)),)
                for at in index_tuples(step.indices[depth:], run.sizes, dict(env))
            ]
            total, size = sum(parts, run.field.zero), sum(map(abs, parts), run.field.zero)
            found = inf
            for shorter in (1, SHORTER):  # where the third derivative is huge, a step is too long
                change, value = _change(definition, by, run, weights, direction, shorter)
                found = min(found, float(abs(total - change) / (size + value * NEXT_TO_LOSS + LEAST)))
                if found <= 10.0**-AGREE:
                    break
            worst = max(worst or 0.0, found)
        return worst


def _along(run: Evaluator, by: Name, rng: random.Random) -> dict[Places, Any]:
    """By how much the entries of a name move for a step of 1: random parts of their size."""
    own = run.entries(by)
    largest = max(map(abs, own.values()), default=run.field.zero)
    return {p: run.field.number(number(rng)) * scaled_step(v, largest, run.field.one) for p, v in own.items()}


def counted(count: int, thing: str) -> str:
    """A number of things.

    >>> counted(1, "point"), counted(3, "point")
    ('1 point', '3 points')
    """
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _change(
    definition: Definition, by: Name, run: Evaluator, weights: Mapping[Places, Any], direction: Mapping[Places, Any], shorter: int
) -> tuple[Any, Any]:
    """The weighed change of one definition when ``by`` moves and all else it reads keeps its value; and the size of its value.

    Raises NumericError at a kink, where the changes to the left and to the right differ.
    """
    program = run.program
    own = "\0moved"
    reads = {n: f"\0{k}" for k, n in enumerate(definition.reads)}
    alone = replace(
        program,
        leaves=tuple(Leaf(reads[n], program.indices(n)) for n in reads),
        definitions=(Definition(own, definition.indices, _renamed(definition.body, reads)),),
        results=(own,),
    )
    field: Any = run.field
    step = field.real(10) ** -(field.digits // 3) / shorter
    sides: list[Any] = []
    for sign in (1, 0, -1):
        values = {reads[n]: Entries(run.entries(n)) for n in reads}
        values[reads[by]] = Entries({p: v + sign * step * direction[p] for p, v in run.entries(by).items()})
        moved = Evaluator(alone, values, run.sizes, field=field)
        sides.append(sum((w * moved.entry(own, p) for p, w in weights.items()), field.zero))
    right, left = ((a - b) / step for a, b in pairwise(sides))
    size = abs(sides[1])
    if abs(right - left) > (abs(right) + size * NEXT_TO_LOSS + LEAST) * field.real(10) ** -KINK:
        raise NumericError(f"the definition of {definition.name}", f"has a kink in {by} at every point that was tried")
    return (right + left) / 2, size


def _renamed(body: Term | Opaque, reads: Mapping[Name, str]) -> Term | Opaque:
    if isinstance(body, Opaque):
        return Opaque(body.row, tuple(reads[o] for o in body.operands))
    return rename(body, dict(reads))


def _gradients_read(derived: Derived, core: Derivation) -> list[Name]:
    """The names whose gradients the steps of a gradient read, each once."""
    read = dict.fromkeys(n for s in derived.steps for n in (*names(s.before), *names(s.after), *s.names) if isinstance(n, Partial))
    return [n.by for n in read if not n.local and n.by in core.printed and n == core.adjoint(n.by)]

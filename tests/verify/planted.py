"""Errors planted into the gradients of the catalogue: seven kinds of slip, each at every place of a formula where it can happen.

Nothing here is shared with what finds errors: a change is made on the term, and whether it changes the meaning is told by the
reference evaluator alone, at points of high precision that satisfy the declared facts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from zlib import crc32

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, Add, Bracket, Count, Mul, Name, Num, Pow, Reduce, Ref, Term, bracket, mul
from symback.algebra.traverse import substitute, with_children
from symback.calculus.trace import Derived
from symback.catalogue.derived import Entry, entry, small_sizes
from symback.derivation import Derivation
from symback.errors import NumericError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import index_tuples
from symback.verify.differences import POINTS, check_gradients
from symback.verify.sample import Point, draw, possible, size_sets, symbols_of

DIGITS = 60
SAME = 45
FIELD = HighPrecision(DIGITS)
BILLIONTH = Fraction(10**9 + 1, 10**9)
Change = Callable[[Term, Program], Iterator[Term]]


# seven kinds of slip, each at one node ------------------------------------------------------------------------------------


def dropped_factor(node: Term, program: Program) -> Iterator[Term]:
    """``a·b`` becomes ``a``."""
    if isinstance(node, Mul):
        for k, factor in enumerate(node.args):
            if factor not in (ONE, MINUS_ONE):
                yield mul((*node.args[:k], *node.args[k + 1 :]))


def sign(node: Term, program: Program) -> Iterator[Term]:
    """``a + b`` becomes ``a − b``."""
    if isinstance(node, Add):
        for k, part in enumerate(node.args):
            yield Add((*node.args[:k], -part, *node.args[k + 1 :]))


def swapped_variable(node: Term, program: Program) -> Iterator[Term]:
    """A name becomes another one of the same shape."""
    if isinstance(node, Ref):
        own = tuple(i.size for i in program.indices(node.name))
        known = [*program.leaf, *program.definition]
        for other in known:
            if other != node.name and tuple(i.size for i in program.indices(other)) == own and _may_read(other, program):
                yield Ref(other, node.places)


def _may_read(name: Name, program: Program) -> bool:
    return isinstance(name, str) and name != program.loss


def transposed(node: Term, program: Program) -> Iterator[Term]:
    """``A[i, j]`` becomes ``A[j, i]``."""
    if isinstance(node, Ref) and len(node.places) > 1:
        *outer, row, column = node.places
        yield Ref(node.name, (*outer, column, row))


def lost_sum(node: Term, program: Program) -> Iterator[Term]:
    """``Σ_i f(i)`` becomes ``f(1)``, a mean becomes a sum."""
    if isinstance(node, Reduce):
        yield substitute(node.body, {node.index: Size.of(0)})
        if node.kind == "mean":
            yield Reduce("sum", node.index, node.body)


def off_by_one(node: Term, program: Program) -> Iterator[Term]:
    """``x[i]`` becomes ``x[i+1]``, and 0 where that is out of range; ``i = j`` becomes ``i = j+1``."""
    if isinstance(node, Ref):
        for k, place in enumerate(node.places):
            if place.indices:
                further = place + 1
                size = program.indices(node.name)[k].size.substitute(_outer(node, program, k))
                yield bracket(further, "<", size) * Ref(node.name, (*node.places[:k], further, *node.places[k + 1 :]))
    if isinstance(node, Bracket) and isinstance(node.right, Count) and isinstance(node.left, Count):
        yield Bracket(node.relation, node.left, Count(node.right.size + 1))


def _outer(node: Ref, program: Program, k: int) -> Mapping[Index, Size]:
    return dict(zip(program.indices(node.name)[:k], node.places[:k], strict=True))


def constant(node: Term, program: Program) -> Iterator[Term]:
    """A number is a billionth too large."""
    if isinstance(node, Num) and node.value:
        yield Num(node.value * BILLIONTH)


KINDS: Mapping[str, Change] = {
    "dropped factor": dropped_factor,
    "sign": sign,
    "swapped variable": swapped_variable,
    "transpose": transposed,
    "lost sum": lost_sum,
    "index off by one": off_by_one,
    "constant off by 1e-9": constant,
}
WHOLE: Mapping[str, Callable[[Term], Term]] = {"sign": lambda t: -t, "constant off by 1e-9": lambda t: t * Num(BILLIONTH)}
"""What a slip does to a formula as a whole."""


def everywhere(node: Term, change: Change, program: Program) -> Iterator[Term]:
    """The term with one node changed, for every node that can be; exponents stay."""
    yield from change(node, program)
    below = node.below[:1] if isinstance(node, Pow) else node.below
    for k, child in enumerate(below):
        for new in everywhere(child, change, program):
            yield with_children(node, (*node.below[:k], new, *node.below[k + 1 :]))


# planting -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planted:
    """One slip in one gradient: the body it leaves."""

    garden: Garden
    name: Name
    kind: str
    body: Term

    @property
    def target(self) -> Name:
        return self.garden.core.adjoint(self.name)

    def __str__(self) -> str:
        return f"{self.garden.key}: {self.kind} in {self.target}: {self.body}"

    @property
    def equal(self) -> bool:
        """A transposed read is in range where sizes are equal; elsewhere it has no value."""
        return self.kind == "transpose" and bool(self.garden.equal_sizes)

    @property
    def sizes(self) -> list[dict[str, object]]:
        """The sizes at which differences are taken first."""
        return self.garden.equal_sizes if self.equal else self.garden.sizes

    @property
    def changes_the_meaning(self) -> bool:
        """Whether some entry has another value, or none, at some point."""
        return any(self._differs(run) for run in self.garden.runs(self.equal))

    def _differs(self, run: Evaluator) -> bool:
        definition = self.garden.gradient.definition[self.target]
        for places in index_tuples(definition.indices, run.sizes):
            right = run.entry(self.target, places)
            try:
                other = run.term(self.body, dict(zip(definition.indices, places, strict=True)))
            except NumericError:
                return True
            if abs(other - right) > (1 + abs(right)) * FIELD.power(FIELD.number(Fraction(10)), -SAME):
                return True
        return False

    @property
    def caught_by_differences(self) -> bool:
        """Whether differences of the loss refute it: at a few points, or else at as many as a formula without a proof gets."""
        return self._refuted(len(self.sizes), self.sizes) or self._refuted(POINTS, self.sizes if self.equal else self.garden.many_sizes)

    def _refuted(self, points: int, sizes: list[dict[str, object]]) -> bool:
        garden, target = self.garden, self.target
        wrong = garden.gradient.with_definitions(replace(d, body=self.body) if d.name == target else d for d in garden.gradient.definitions)
        outcome = check_gradients(garden.core.program, wrong, {self.name: target}, points, sizes=sizes)
        return bool(outcome.failed or outcome.lacking)

    @property
    def derivation(self) -> Derivation:
        """The derivation with the slip as its last line."""
        core = self.garden.core
        derived = core.printed[self.name]
        *before, last = derived.steps
        wrong = Derived.of((*before, replace(last, after=self.body)), derived.reason)
        return replace(core, adjoints={**core.adjoints, self.name: wrong})


class Garden:
    """An entry of the catalogue and what is needed to plant errors into its gradients."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.entry: Entry = entry(key)
        self._runs: dict[bool, list[Evaluator]] = {}

    @property
    def core(self) -> Derivation:
        return self.entry.core

    @cached_property
    def gradient(self) -> Program:
        return self.core.gradient_program(self.entry.arguments, facts=True)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """What there are gradients by: the arguments, and the intermediates whose gradients those read."""
        own = {self.core.adjoint(n): n for n in self.core.sweep.order}
        return tuple(own[d.name] for d in self.gradient.definitions if d.name in own and own[d.name] != self.core.program.loss)

    @cached_property
    def sizes(self) -> list[dict[str, object]]:
        return small_sizes(self.core.program) or self.many_sizes[:2]

    @cached_property
    def many_sizes(self) -> list[dict[str, object]]:
        return small_sizes(self.core.program) or list(size_sets(self.core.program))

    @cached_property
    def equal_sizes(self) -> list[dict[str, object]]:
        """All sizes that are free, equal."""
        program = self.core.program
        symbols, tables = symbols_of(program)
        tries = [dict(program.sizes) | dict.fromkeys(symbols, size) for size in (3, 4, 2)]
        return [] if tables else [s for s in tries if possible(program, s)][:1]

    def runs(self, equal: bool) -> list[Evaluator]:
        """Evaluators of the right gradients, at a few points of every choice of sizes."""
        if equal not in self._runs:
            rng = random.Random(self.key)
            sets = self.equal_sizes if equal else self.sizes
            points = [draw(self.core.program, sizes, rng, positive) for sizes in sets for positive in (False, False, True)]
            self._runs[equal] = [run for run in (_evaluator(self.gradient, p) for p in points) if self._has_values(run)]
        return self._runs[equal]

    def _has_values(self, run: Evaluator) -> bool:
        try:
            for name in self.names:
                run.array(self.core.adjoint(name))
        except NumericError:
            return False
        return True

    def plants(self, name: Name, kind: str) -> Iterator[Planted]:
        """Every slip of a kind in the gradient by a name."""
        body = self.gradient.definition[self.core.adjoint(name)].body
        assert isinstance(body, Term)
        whole = [WHOLE[kind](body)] if kind in WHOLE else []
        seen: dict[Term, None] = dict.fromkeys([body])
        for wrong in (*everywhere(body, KINDS[kind], self.gradient), *whole):
            if wrong not in seen:
                seen[wrong] = None
                yield Planted(self, name, kind, wrong)

    def chosen(self, name: Name, kind: str, most: int) -> list[Planted]:
        """Up to ``most`` of them, always the same."""
        every = list(self.plants(name, kind))
        return every if len(every) <= most else random.Random(crc32(f"{self.key} {name} {kind}".encode())).sample(every, most)


def _evaluator(program: Program, point: Point) -> Evaluator:
    values = {n: Entries({p: FIELD.number(v) for p, v in table.items()}) for n, table in point.values.items()}
    return Evaluator(program, values, point.sizes, field=FIELD)

"""Equalities along recurrences: two families that begin alike and go on alike are equal.

A recurrence ``c[t] = F(c[t−1], …)``, stopped by its brackets, has one solution. So a family ``o`` that satisfies
``o[t] = F(o[t−1], …)`` at every place is that solution: put o for c in the step of c and ask the normal form whether o comes
out. The brackets hold the beginning, so one question covers it together with the step. For the step itself a read is unfolded
by its definition, as often as another read of the same recurrence stands behind it.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations, permutations, product
from typing import Any

from symback.algebra.definitions import Definition
from symback.algebra.normal import Given, Normalizer, Proof
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import HALF, TWO, Mul, Name, Num, Ref, Term, bracket, mul
from symback.algebra.traverse import factors, free_indices, inline, names, rewrite, substitute, walk
from symback.errors import SymbackError
from symback.network.program import Program, recurrence_groups
from symback.network.recurrences import is_circle, recurrence_axes
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places
from symback.verify.sample import draw, size_sets

DIGITS, AGREE = 30, 20
FACTORS: tuple[tuple[Term, ...], ...] = ((), (Num(-1),), (TWO,), (HALF,))
MOST_NODES = 3_000
MOST_ROUNDS = 24
MOST_FACTORS = 4


@dataclass(frozen=True)
class Recurrence:
    """A group of definitions that read themselves along one axis each; ``way`` is −1 where they read what is before, 1 behind."""

    members: tuple[Definition, ...]
    axes: Mapping[Name, int]
    way: int

    @property
    def steps(self) -> tuple[Name, ...]:
        """The members that read another place; the others follow from them within one place."""
        return tuple(d.name for d in self.members if any(shift for _, shift in self._reads(d)))

    def _reads(self, definition: Definition) -> Iterator[tuple[Name, int]]:
        assert isinstance(definition.body, Term)
        own = Size.of(definition.indices[self.axes[definition.name]])
        for read in _refs(definition.body):
            if read.name in self.axes:
                yield read.name, (read.places[self.axes[read.name]] - own).constant or 0


def recurrences(definitions: Iterable[Definition]) -> tuple[Recurrence, ...]:
    """The recurrences among definitions; a circle that is none is left out."""
    found = []
    for group in recurrence_groups(definitions):
        axes = recurrence_axes(group) if is_circle(group) else None
        if axes is not None:
            made = Recurrence(group, axes, 0)
            total = sum(shift for d in group for _, shift in made._reads(d))
            found.append(replace(made, way=1 if total > 0 else -1))
    return tuple(found)


@dataclass(frozen=True)
class Induced:
    """A proof, and the pairs of families that were proved equal by induction on the way to it."""

    proof: Proof
    pairs: tuple[tuple[Name, Term], ...] = ()

    def __bool__(self) -> bool:
        return self.proof.proved


class Inductive:
    """Equalities of terms over definitions that may hold recurrences, by the normal form and by induction."""

    def __init__(self, given: Given, budget: int) -> None:
        self.given, self.budget = given, budget
        self.recurrences = recurrences(given.definitions.values())
        self._member = {d.name: r for r in self.recurrences for d in r.members}
        steps = {n for r in self.recurrences for n in r.steps}
        self.within = {n: d for n, d in given.definitions.items() if n not in steps}
        self._plain = Normalizer(replace(given, definitions=self.within), budget)
        self._above: dict[Name, bool] = {}

    def equal(self, left: Term, right: Term, ties: bool = True, deepest: int = 2) -> Proof:
        """Whether two terms are equal: as they stand, or with reads of a recurrence unfolded to one and the same place.

        That place is the last one that any of them reads, at most ``deepest − 1`` further.
        """
        first = self._plain.equal(left, right, ties)
        if first.proved or first.exhausted or not self.recurrences or not deepest:
            return first
        sides = [self._opened(side) for side in (left, right)]
        for deeper in range(deepest):
            pair = self._unfolded(sides, deeper)
            if pair is not None:
                again = self._plain.equal(pair[0], pair[1], ties)
                if again.proved:
                    return again
        return first

    def _opened(self, term: Term) -> Term:
        """The names that rest on a recurrence without being one are put in."""

        def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
            found = self.given.definitions.get(read)
            if found is None or read in self._member or not isinstance(found.body, Term) or not self._rests(read):
                return None
            return found.indices, found.body

        return self._repeat(term, body_of) or term

    def _repeat(self, term: Term, body_of: object) -> Term | None:
        for _ in range(MOST_ROUNDS):
            wider = inline(term, body_of)  # type: ignore[arg-type]
            if wider is term:
                return term
            term = wider
            if sum(1 for _ in walk(term)) > MOST_NODES:
                return None
        return None

    def _rests(self, name: Name) -> bool:
        """Whether a definition reads a recurrence, at once or through others."""
        if name not in self._above:
            self._above[name] = False
            found = self.given.definitions.get(name)
            self._above[name] = found is not None and any(r in self._member or self._rests(r) for r in found.reads)
        return self._above[name]

    def _unfolded(self, sides: Sequence[Term], deeper: int) -> list[Term] | None:
        """Both sides with every read of a recurrence at the last place that any of them reads (or one further)."""
        last: dict[tuple[int, Size], int] = {}
        for side in sides:
            for read in _refs(side):
                if read.name in self._member:
                    key, at = self._position(read)
                    last[key] = max(last.get(key, at), at)
        if not last:
            return None
        found = list(sides)
        for _ in range(MOST_ROUNDS):
            wider = [rewrite_reads(side, lambda read: self._step(read, last, deeper)) for side in found]
            if all(a is b for a, b in zip(wider, found, strict=True)):
                return found
            found = wider
            if sum(1 for side in found for _ in walk(side)) > MOST_NODES:
                return None
        return None

    def _position(self, read: Ref) -> tuple[tuple[int, Size], int]:
        """What a read's place along its recurrence is counted from, and how far it stands in the direction of reading."""
        own = self._member[read.name]
        place = read.places[own.axes[read.name]]
        constant = next((c for m, c in place.terms if not m), 0)
        return (self.recurrences.index(own), place - constant), own.way * constant

    def _step(self, read: Ref, last: Mapping[tuple[int, Size], int], deeper: int) -> Term | None:
        if read.name not in self._member:
            return None
        key, at = self._position(read)
        if key not in last or at >= last[key] + deeper:
            return None
        found = self.given.definitions[read.name]
        assert isinstance(found.body, Term)
        return substitute(found.body, dict(zip(found.indices, read.places, strict=True)))


def prove(program: Program, left: Term, right: Term, budget: int, ties: bool = True) -> Induced:
    """Whether two terms over a program are equal; families of different recurrences are first proved equal where they are.

    Which families may be equal is seen at one point; whether they are is decided by induction.
    """
    given = given_of(program)
    machine = Inductive(given, budget)
    proof = machine.equal(left, right, ties, deepest=0)
    read = _rested_on(program, (left, right), machine)
    if proof.proved or not read:
        return Induced(proof)
    pairs: list[tuple[Name, Term]] = []
    conditions, facts = dict.fromkeys(proof.conditions[:0]), dict.fromkeys(proof.facts[:0])
    for recurrence in reversed(read):
        step = _by_induction(program, recurrence, machine, ties)
        if step is None:
            continue
        found, same = step
        conditions.update(dict.fromkeys(c for p in found for c in p.conditions))
        facts.update(dict.fromkeys(f for p in found for f in p.facts))
        pairs += [(d.name, d.body) for d in same if isinstance(d.body, Term)]
        program = program.with_definitions({**program.definition, **{d.name: d for d in same}}.values())
        machine = Inductive(given_of(program), budget)
        proof = machine.equal(left, right, ties, deepest=0)
        if proof.proved:
            break
    if not proof.proved:
        proof = machine.equal(left, right, ties)
    resting = tuple(dict.fromkeys([*conditions, *proof.conditions])), tuple(dict.fromkeys([*facts, *proof.facts]))
    return Induced(replace(proof, conditions=resting[0], facts=resting[1]), tuple(pairs) if proof.proved else ())


def given_of(program: Program) -> Given:
    """What a proof over a program may use."""
    leaves = program.leaves
    return Given({a.name: a.facts for a in leaves if a.facts}, program.definition, {}, {a.name: a.shape for a in leaves})


def _rested_on(program: Program, sides: Sequence[Term], machine: Inductive) -> list[Recurrence]:
    """The recurrences below some terms, in the order of the program."""
    pending = [n for side in sides for n in names(side)]
    seen = dict.fromkeys(pending)
    while pending:
        found = program.definition.get(pending.pop())
        new = [r for r in (found.reads if found else ()) if r not in seen]
        seen.update(dict.fromkeys(new))
        pending += new
    return [r for r in machine.recurrences if any(d.name in seen for d in r.members)]


def _by_induction(program: Program, claimed: Recurrence, machine: Inductive, ties: bool) -> tuple[list[Proof], list[Definition]] | None:
    """The members of a recurrence as what they are proved equal to, all at once; None where that fails."""
    choice = partners(program, claimed)
    if choice is None:
        return None
    bodies = {d.name: (d.indices, d.body) for d in choice}
    proofs = []
    for old, new in zip(claimed.members, choice, strict=True):
        assert isinstance(old.body, Term)
        assert isinstance(new.body, Term)
        step = inline(old.body, bodies.get)  # type: ignore[arg-type]
        proof = machine.equal(step, substitute(new.body, dict(zip(new.indices, map(Size.of, old.indices), strict=True))), ties)
        if not proof.proved:
            return None
        proofs.append(proof)
    return proofs, list(choice)


def partners(program: Program, claimed: Recurrence) -> list[Definition] | None:
    """For each member of a recurrence a definition of the same name by another family that has its values at one point.

    The other family may have its axes in another order, a factor −1, 2 or ½, or one place less along an axis, where it counts as 0;
    or it is a product that stands in a body of another definition.
    """
    members = {d.name for d in claimed.members}
    run = _point(program)
    if run is None:
        return None
    others = [d for d in program.definitions if d.name not in members and not _reads_any(program, d.name, members)]
    found = []
    for member in claimed.members:
        try:
            mine = run.entries(member.name)
        except SymbackError:
            return None
        candidates = chain(_candidates(member, others), _products(member, others))
        choice = next((c for c in candidates if _same_values(run, mine, c)), None)
        if choice is None:
            return None
        found.append(choice)
    return found


def _candidates(member: Definition, others: Sequence[Definition]) -> Iterator[Definition]:
    for other in others:
        if len(other.indices) != len(member.indices):
            continue
        for order in permutations(member.indices):
            offsets = [_offsets(i, j) for i, j in zip(order, other.indices, strict=True)]
            for shift in product(*offsets):
                places = tuple(Size.of(i) - s for i, s in zip(order, shift, strict=True))
                inside = [
                    b for i, j, p in zip(order, other.indices, places, strict=True) if i.size is not j.size for b in _inside(p, j.size)
                ]
                for factor in FACTORS:
                    yield Definition(member.name, member.indices, mul([*inside, *factor, Ref(other.name, places)]))


def _products(member: Definition, others: Sequence[Definition]) -> Iterator[Definition]:
    """Some factors of a product, or a sum that is one, in a body of another definition."""
    seen: dict[Term, None] = {}
    for other in others:
        for node in walk(other.body) if isinstance(other.body, Term) else ():
            parts = factors(node) if isinstance(node, Mul) else []
            for count in range(1, min(len(parts), MOST_FACTORS) + 1):
                for some in combinations(parts, count):
                    if count > 1 or not isinstance(some[0], Ref):
                        seen[mul(some)] = None
    for term in seen:
        free = free_indices(term)
        if len(free) == len(member.indices):
            for order in permutations(member.indices):
                if all(i.size is j.size for i, j in zip(order, free, strict=True)):
                    places = dict(zip(free, map(Size.of, order), strict=True))
                    yield Definition(member.name, member.indices, substitute(term, places, member.indices))


def _offsets(own: Index, other: Index) -> tuple[int, ...]:
    """By how much the places of an axis may be moved onto those of another: not at all, or by 1 if that is one shorter."""
    difference = (own.size - other.size).constant
    return (0,) if difference == 0 else (0, 1) if difference == 1 else ()


def _inside(place: Size, size: Size) -> tuple[Term, ...]:
    return bracket(place, ">=", 0), bracket(place, "<", size)


def _reads_any(program: Program, name: Name, wanted: Collection[Name]) -> bool:
    pending, seen = [name], {name}
    while pending:
        found = program.definition.get(pending.pop())
        for read in found.reads if found else ():
            if read in wanted:
                return True
            if read not in seen:
                seen.add(read)
                pending.append(read)
    return False


def _point(program: Program) -> Evaluator | None:
    """The program at one point, of short decimals at the least prime sizes."""
    rng = random.Random("symback")
    for sizes in size_sets(program, 1):
        point = draw(program, sizes, rng, positive=True)
        field = HighPrecision(DIGITS)
        return Evaluator(
            program, {n: Entries({p: field.number(v) for p, v in t.items()}) for n, t in point.values.items()}, sizes, field=field
        )
    return None


def _same_values(run: Evaluator, mine: Mapping[Places, Any], choice: Definition) -> bool:
    assert isinstance(choice.body, Term)
    for places, value in mine.items():
        try:
            other = run.term(choice.body, dict(zip(choice.indices, places, strict=True)))
        except SymbackError:
            return False
        if abs(value - other) > (1 + abs(value)) * run.field.power(run.field.number(Fraction(10)), -AGREE):
            return False
    return bool(mine)


def rewrite_reads(term: Term, change: object) -> Term:
    """Some reads replaced by terms, binders kept apart; ``change`` gives None for those that stay."""
    reads = {r: new for r in dict.fromkeys(_refs(term)) if (new := change(r)) is not None}  # type: ignore[operator]
    if not reads:
        return term
    taken = {r: f"\0{k}" for k, r in enumerate(reads)}
    marked = rewrite(term, lambda n: Ref(taken[n], n.places) if n in taken else n)
    bodies = {taken[r]: (r, new) for r, new in reads.items()}
    return inline(marked, lambda n: _as_body(*bodies[n]) if n in bodies else None)


def _as_body(read: Ref, new: Term) -> tuple[tuple[Index, ...], Term]:
    """A replacement as a body over indices of its own, one for each place of the read; the places themselves stay inside."""
    return tuple(Index("\0place", 1, k) for k in range(len(read.places))), new


def _refs(term: Term) -> Iterator[Ref]:
    return (n for n in walk(term) if isinstance(n, Ref))

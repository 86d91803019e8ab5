"""The one change that makes a refuted claim true.

    repair(program, indices, claimed, right, own) -> Repair(sentence="the sign is wrong: −(y − h)", ...) or None

Every change is tried by numbers first (`symback.verify.arrays`: all changes of one node at once), what fits at two points is then
shown by the normal form or at fifty digits. The right formula serves for comparison and says which factors and terms may be missing;
it is never put in the place of the claim.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Mul, Name, Num, Ref, Term
from symback.algebra.traverse import free_indices, inline, names, rewrite, substitute
from symback.errors import NumericError, SymbackError
from symback.network.program import Program
from symback.notation.write import formula_text
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import index_tuples
from symback.verify.arrays import Arrays
from symback.verify.constants import Constants
from symback.verify.ingredients import Ingredients, is_plain
from symback.verify.mistakes import MISTAKES, Change, Spot, put, spots
from symback.verify.sample import Point, draw, size_sets

TOLERANCE = 1e-9
DIGITS, SAME = 50, 30
BUDGET = 5_000
MOST_SPOTS = 150
POINTS, TRIES = 3, 12
HOLE, LINE = "\0hole", "\0line"
RESULT = "\0claim"


@dataclass(frozen=True, slots=True)
class Repair:
    """What is wrong with a claim: a sentence, and the claim with the one change that makes it true.

    ``kind`` is the row of the table of mistakes; ``term`` at ``indices`` is the repaired claim with its own lines put in, ``text`` the
    repaired line as it is printed.
    """

    sentence: str
    kind: str
    indices: tuple[Index, ...]
    term: Term
    text: str


class Found(NamedTuple):
    """A change that fits at the first point."""

    kind: str
    line: int
    path: tuple[int, ...]
    change: Change


def repair(program: Program, indices: Sequence[Index], claimed: Term, right: Definition, own: Iterable[Name] = ()) -> Repair | None:
    """The first confirmed change in the order of the table of mistakes, or None.

    ``program`` holds every name that is read: the network, the claim's ``own`` lines as definitions (they may be what is wrong), the
    gradient definitions that ``right`` reads. ``claimed`` is the claimed entry at ``indices``; ``right`` a definition whose indices
    and body are the right formula.
    """
    try:
        return _Search(program, tuple(indices), claimed, right, tuple(own)).run()
    except NumericError:
        return None


class _Search:
    """One claim against the right formula, at two points."""

    def __init__(self, program: Program, indices: tuple[Index, ...], claimed: Term, right: Definition, own: tuple[Name, ...]) -> None:
        assert isinstance(right.body, Term)
        self.program, self.indices, self.right = program, indices, right
        lines = [d for n in own if (d := program.definition.get(n)) is not None and isinstance(d.body, Term)]
        self.lines: list[tuple[Name, tuple[Index, ...], Term]] = [(d.name, d.indices, d.body) for d in lines if isinstance(d.body, Term)]
        self.lines.append((RESULT, indices, claimed))
        self.target = substitute(right.body, dict(zip(right.indices, map(Size.of, indices), strict=True)), indices)
        self.ingredients = Ingredients(program, right.body)
        self._sets = list(size_sets(program))
        if not self._sets:
            raise NumericError(program.name, "no sizes were found that satisfy the declarations", "declare sizes")
        self._random = random.Random("symback")
        self.bench = self._bench(0)

    def run(self) -> Repair | None:
        """The tiers one after the other: changes of the claim alone, then parts put in."""
        for tier in (self._changes, self._parts):
            found = sorted(tier(), key=lambda f: (RANK[f.kind], -f.line, len(f.path)))
            for candidate in islice(found, 12):
                confirmed = self._confirmed(candidate)
                if confirmed is not None:
                    return confirmed
        return None

    @cached_property
    def others(self) -> list[_Bench]:
        """The points that what fits at the first one is tried at."""
        return [self._bench(k) for k in range(1, POINTS)]

    def _bench(self, turn: int) -> _Bench:
        """A point at which the right formula is finite; the values are positive where others will not do."""
        sizes = self._sets[turn % len(self._sets)]
        for attempt in range(TRIES):
            bench = _Bench(self, draw(self.program, sizes, self._random, attempt >= TRIES // 2))
            if bench.is_finite:
                return bench
        raise NumericError("right formula", "it is not finite at points that satisfy the facts", "declare what the variables must satisfy")

    # candidates ----------------------------------------------------------------------------------------------------

    @cached_property
    def spots(self) -> list[Spot]:
        """The nodes of every line that reaches the claim, the last line first."""
        found = [s for k in reversed(range(len(self.lines))) if k in self.outer for s in spots(k, self.lines[k][1], self.lines[k][2])]
        return found[:MOST_SPOTS]

    @cached_property
    def outer(self) -> Mapping[int, Term | None]:
        """For each line the claim with a hole where it reads that line; None for the last line, nothing for a line it never reads."""
        last = len(self.lines) - 1
        found: dict[int, Term | None] = {last: None}
        for k in range(last):
            whole = self.whole({k: Ref(LINE, tuple(Size.of(i) for i in self.lines[k][1]))})
            if LINE in names(whole):
                found[k] = whole
        return found

    def whole(self, changed: Mapping[int, Term]) -> Term:
        """The claim with its own lines put in, some of them changed."""
        bodies: dict[Name, tuple[tuple[Index, ...], Term]] = {}
        for k, (name, indices, body) in enumerate(self.lines):
            bodies[name] = (indices, inline(changed.get(k, body), bodies.get))
        return bodies[RESULT][1]

    def _changes(self) -> Iterator[Found]:
        bench = self.bench
        for spot in self.spots:
            offered = [(m.name, c) for m in MISTAKES for c in m.changes(spot, self.program)]
            fits, factor = bench.screened(spot, [c.node for _, c in offered], is_plain(spot.node) and spot.is_term)
            yield from (Found(kind, spot.line, spot.path, c) for (kind, c), good in zip(offered, fits, strict=True) if good)
            if factor is not None:
                yield from self._constant(spot, factor)

    def _constant(self, spot: Spot, factor: float) -> Iterator[Found]:
        """The number, size or scalar by which a term is to be multiplied."""
        others = [bench.screened(spot, [], True)[1] for bench in self.others]
        for made in self.constants.named(factor, *(f for f in others if f is not None)) if None not in others else ():
            for node, says, pieces in _multiplied(spot, made):
                yield Found("constant", spot.line, spot.path, Change(node, says, pieces))

    @cached_property
    def constants(self) -> Constants:
        """The scalars a factor may be made of."""
        return Constants(self.program, [self.bench.run, *(b.run for b in self.others)])

    def _parts(self) -> Iterator[Found]:
        bench = self.bench
        for spot in self.spots:
            if not is_plain(spot.node) or (isinstance(spot.parent, Add) and isinstance(spot.node, Add)):
                continue
            parts = [p for p in self.ingredients.at(spot.scope) if p is not spot.node]
            for kind, part, node, says in bench.with_parts(spot, parts):
                pieces = (part, spot.node) if "{1}" in says else (part,)
                yield Found(kind, spot.line, spot.path, Change(node, says, pieces))

    # confirmation --------------------------------------------------------------------------------------------------

    def _confirmed(self, found: Found) -> Repair | None:
        name, indices, body = self.lines[found.line]
        line = put(body, found.path, found.change.node)
        term = self.whole({found.line: line})
        if not self.holds(term):
            return None
        formula = self._text(line, indices)
        shown = formula if name == RESULT else f"{name} = {formula}"
        says = found.change.says.format(*(self._text(p, free_indices(p)) for p in found.change.pieces))
        return Repair(f"{says}: {shown}", found.kind, self.indices, term, shown)

    def holds(self, term: Term) -> bool:
        """Whether a term is the right formula: by numbers, then by the normal form or at fifty digits."""
        if not all(b.fits(b.run.entries(term, self.indices)) for b in self.others):
            return False
        return bool(self.normalizer.equal(term, self.target).proved) or self._agrees(term)

    @cached_property
    def normalizer(self) -> Normalizer:
        """The normal form, given what the program declares and defines."""
        facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in self.program.leaves if leaf.facts}
        shapes: dict[Name, tuple[Size, ...]] = {leaf.name: leaf.shape for leaf in self.program.leaves}
        return Normalizer(Given(facts, self.program.definition, {}, shapes), BUDGET)

    def _agrees(self, term: Term) -> bool:
        return all(b.agrees(term) for b in (self.bench, *self.others))

    def _text(self, term: Term, indices: tuple[Index, ...]) -> str:
        if isinstance(term, Ref) and not indices:
            return str(term.name)
        try:
            return formula_text(term, indices, self.program)
        except SymbackError:
            return repr(term)


class _Bench:
    """One point: the right values there, and the claim with holes."""

    def __init__(self, search: _Search, point: Point) -> None:
        self.search, self.point = search, point
        self.run = Arrays(search.program, point.values, point.sizes)
        self.right = self.run.entries(search.target, search.indices)
        np = self.run.np
        self.scale = float(np.max(np.abs(self.right), initial=0.0))

    @property
    def is_finite(self) -> bool:
        """Whether the right formula has a value here."""
        return math.isfinite(self.scale)

    def fits(self, values: Any) -> Any:
        """Whether values (with a leading axis: each of them) are the right ones."""
        np = self.run.np
        with np.errstate(all="ignore"):
            error = np.abs(values - self.right)
        return error.max(axis=tuple(range(error.ndim - self.right.ndim, error.ndim)), initial=0.0) <= TOLERANCE * (self.scale + 1e-30)

    def filled(self, spot: Spot, stacked: Any, axes: tuple[Index, ...], count: int) -> Any:
        """The claim for each of ``count`` values of a spot, given with a leading axis."""
        search = self.search
        batch = Index("\0batch", count)
        _, indices, body = search.lines[spot.line]
        hole = Ref(HOLE, tuple(Size.of(i) for i in (batch, *axes)))
        values = self.run.entries(put(body, spot.path, hole), (batch, *indices), {HOLE: stacked})
        outer = search.outer[spot.line]
        if outer is None:
            return values
        whole = substitute_places(outer, batch)
        return self.run.entries(whole, (batch, *search.indices), {LINE: values})

    def screened(self, spot: Spot, nodes: Sequence[Term], solve: bool) -> tuple[list[bool], float | None]:
        """Which nodes make the claim right, and by which factor the node would."""
        run, np = self.run, self.run.np
        with np.errstate(all="ignore"):
            own = run.value(spot.node)
            values = [run.value(n) for n in nodes]
            extra = [own._replace(array=own.array * k) for k in (0.0, 1.0, 2.0)] if solve else []
            if not values and not extra:
                return [], None
            axes, arrays = run.aligned([*values, *extra])
            stacked = np.stack(np.broadcast_arrays(*arrays))
        filled = self.filled(spot, stacked, axes, len(arrays))
        fits = self.fits(filled[: len(nodes)]) if nodes else []
        return list(fits), self._factor(*filled[len(nodes) :]) if solve else None

    def _factor(self, nothing: Any, once: Any, twice: Any) -> float | None:
        """The λ with right = nothing + λ·(once − nothing) at every entry; None where there is none or the claim is not linear there."""
        np = self.run.np
        with np.errstate(all="ignore"):
            slope = once - nothing
            size = np.max(np.abs(slope), initial=0.0)
            if not (np.isfinite(size) and size > 0) or not np.max(np.abs(twice - nothing - 2 * slope), initial=0.0) <= 1e-10 * (
                size + np.max(np.abs(nothing), initial=0.0)
            ):
                return None
            factor = float(np.sum((self.right - nothing) * slope) / np.sum(slope * slope))
            good = np.max(np.abs(nothing + factor * slope - self.right), initial=0.0) <= TOLERANCE * (self.scale + 1e-30)
        return factor if good else None

    def with_parts(self, spot: Spot, parts: Sequence[Term]) -> Iterator[tuple[str, Term, Term, str]]:
        """The parts that make the claim right when multiplied to a spot, divided by, added, taken off, or put in its place."""
        run, np = self.run, self.run.np
        if not parts:
            return
        whole = spot.parent is None
        rows = [r for r in PARTS if (spot.is_term or not r.term) and not (whole and r.replaces)]
        with np.errstate(all="ignore"):
            axes, arrays = run.aligned([run.value(spot.node), *map(run.value, parts)])
            arrays = np.broadcast_arrays(*arrays)
            own, others = arrays[0], np.stack(arrays[1:])
            stacked = np.concatenate([r.values(own, others) for r in rows])
        fits = self.fits(self.filled(spot, stacked, axes, len(stacked)))
        for k in np.flatnonzero(fits):
            row, part = rows[k // len(parts)], parts[k % len(parts)]
            yield row.kind, part, row.node(spot.node, part), row.says

    def agrees(self, term: Term) -> bool:
        """Whether a term has the right values at fifty digits."""
        field = HighPrecision(DIGITS)
        values = {n: Entries({p: field.number(v) for p, v in t.items()}) for n, t in self.point.values.items()}
        run = Evaluator(self.search.program, values, self.point.sizes, field=field)
        try:
            for places in index_tuples(self.search.indices, self.point.sizes):
                env = dict(zip(self.search.indices, places, strict=True))
                one, other = run.term(term, env), run.term(self.search.target, env)
                if abs(one - other) > field.real(10) ** -SAME * (abs(other) + self.scale):
                    return False
        except NumericError:
            return False
        return True


class _Part(NamedTuple):
    """A way to put a part in: what it is called, whether only where a term stands alone, whether in place of the node, how, in words."""

    kind: str
    term: bool
    replaces: bool
    values: Callable[[Any, Any], Any]
    node: Callable[[Term, Term], Term]
    says: str


def _times(node: Term, part: Term) -> Term:
    return Mul((*node.args, part)) if isinstance(node, Mul) else Mul((node, part))


def _plus(node: Term, part: Term) -> Term:
    return Add((*node.args, part)) if isinstance(node, Add) else Add((node, part))


PARTS: tuple[_Part, ...] = (
    _Part("factor missing", True, False, lambda a, p: a * p, _times, "the factor {} is missing"),
    _Part("factor missing", True, False, lambda a, p: a / p, lambda a, p: a / p, "the division by {} is missing"),
    _Part("term missing", False, False, lambda a, p: a + p, _plus, "the term {} is missing"),
    _Part("term missing", False, False, lambda a, p: a - p, lambda a, p: _plus(a, -p), "the term −{} is missing"),
    _Part("term missing", False, False, lambda a, p: p - a, lambda a, p: p - a, "it must be taken from {}: {1}"),
    _Part("swapped", False, True, lambda a, p: p + 0 * a, lambda a, p: p, "{1} stands in the place of {0}"),
)


def substitute_places(term: Term, batch: Index) -> Term:
    """The reads of the hole of a line with the batch in front."""
    return rewrite(term, lambda t: Ref(LINE, (Size.of(batch), *t.places)) if isinstance(t, Ref) and t.name == LINE else t)


def _multiplied(spot: Spot, factor: Term) -> Iterator[tuple[Term, str, tuple[Term, ...]]]:
    node = spot.node
    if isinstance(factor, Num) and isinstance(node, Mul) and isinstance(node.args[0], Num):
        number = Num(node.args[0].value * factor.value)
        yield Mul((number, *node.args[1:])), "the factor {0} must be {1}", (node.args[0], number)
        return
    where = "" if spot.parent is None else " in {1}"
    yield Mul((factor, *node.args)) if isinstance(node, Mul) else Mul((factor, node)), f"the factor {{0}} is missing{where}", (factor, node)


RANK: Mapping[str, int] = {
    name: k
    for k, name in enumerate(
        ("sign", "transpose", "sum or mean", "extra factor", "constant", *(m.name for m in MISTAKES if m.name not in ("sign", "transpose", "sum or mean", "extra factor")),
         "factor missing", "term missing", "swapped")
    )
}  # fmt: skip

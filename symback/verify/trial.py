"""One point at which changes of a claim are tried: all changes of a node at once, through a hole in its place."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import permutations
from math import prod
from typing import Any, NamedTuple

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, ZERO, Add, Mul, Name, Ref, Term
from symback.algebra.traverse import inline, names, rewrite
from symback.errors import NumericError, SymbackError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import index_tuples, size_value
from symback.verify.arrays import Arrays
from symback.verify.sample import Point, draw, possible, size_sets, symbols_of
from symback.verify.spots import Spot, negated, put, spots

UNTRIED = (SymbackError, ArithmeticError, RecursionError)
"""What stops a trial: no value at any point, a number beyond floating point, a formula that is nested too deeply."""

TOLERANCE = 1e-9
TINY = 1e-10
PER_NODE = 400
DRAWN = 12_000
DIGITS, SAME = 50, 30
POINTS, TRIES, STEPS, ENTRIES = 3, 18, 12, 5
REGIONS = ((False, False, False), (False, False, True), (True, False, False))
"""Where a point is looked for, one after the other: anywhere near 1 in size; among large and small values; among positive ones."""
WIDEST = 4_000
AT_ONCE = 400_000
HOLE, LINE, RESULT = "\0hole", "\0line", "\0claim"


class Lines:
    """A claim as lines: its own definitions in order, and last the claimed entry at its indices."""

    def __init__(self, program: Program, indices: tuple[Index, ...], claimed: Term, own: Sequence[Name]) -> None:
        known = [program.definition[n] for n in own if n in program.definition]
        self.program, self.indices = program, indices
        self.lines = (*(d for d in known if isinstance(d.body, Term)), Definition(RESULT, indices, claimed))

    def body(self, line: int) -> Term:
        """The term of a line."""
        body = self.lines[line].body
        assert isinstance(body, Term)
        return body

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """The nodes of every line that the claim rests on, the last line first."""
        reaching = [k for k in reversed(range(len(self.lines))) if k in self.outer]
        return tuple(s for k in reaching for s in spots(k, self.lines[k].indices, self.body(k)))

    @cached_property
    def outer(self) -> Mapping[int, Term | None]:
        """For each line that the claim rests on, the claim with a hole where it reads that line; None for the last line itself."""
        last = len(self.lines) - 1
        holes = {k: self.with_line(k, Ref(LINE, self.lines[k].head.places)) for k in range(last)}
        return {last: None, **{k: whole for k, whole in holes.items() if LINE in names(whole)}}

    @cached_property
    def whole(self) -> Term:
        """The claim with its own lines put in."""
        return self.with_line(len(self.lines) - 1, self.body(-1))

    def with_line(self, line: int, body: Term) -> Term:
        """The claim with its own lines put in, one of them changed."""
        known: dict[Name, tuple[tuple[Index, ...], Term]] = {}
        for k, definition in enumerate(self.lines):
            known[definition.name] = (definition.indices, inline(body if k == line else self.body(k), known.get))
        return known[RESULT][1]

    def changed(self, spot: Spot, node: Term) -> tuple[Term, Term]:
        """The line of a spot with another node there, and the whole claim with that."""
        line = put(self.body(spot.line), spot.path, node)
        return line, self.with_line(spot.line, line)


class Part(NamedTuple):
    """A way to put a part in: a kind of mistake, whether only where a term stands alone, whether in place of the node, how, in words."""

    kind: str
    alone: bool
    replaces: bool
    values: Callable[[Any, Any], Any]
    node: Callable[[Term, Term], Term]
    says: str


def times(node: Term, part: Term) -> Term:
    """A product with one factor more at its end; a 1 is no factor."""
    if node is ONE or node is MINUS_ONE:
        return part if node is ONE else Mul((node, part))
    return Mul((*node.args, part)) if isinstance(node, Mul) else Mul((node, part))


def plus(node: Term, part: Term) -> Term:
    """A sum with one term more; a 0 is no term."""
    if node is ZERO:
        return part
    return Add((*node.args, part)) if isinstance(node, Add) else Add((node, part))


PARTS: tuple[Part, ...] = (
    Part("factor missing", True, False, lambda a, p: a * p, times, "the factor {0} is missing"),
    Part("division missing", True, False, lambda a, p: a / p, lambda a, p: a / p, "the division by {0} is missing"),
    Part("term missing", False, False, lambda a, p: a + p, plus, "the term {0} is missing"),
    Part("term missing", False, False, lambda a, p: a - p, lambda a, p: plus(a, negated(p)), "the term {2} is missing"),
    Part("term missing", False, False, lambda a, p: p - a, lambda a, p: p - a, "{1} must be taken from {0}"),
    Part("swapped", False, True, lambda a, p: p + 0 * a, lambda a, p: p, "{1} stands in the place of {0}"),
)


class Trial:
    """One point: the right values there, and the values of the claim with other nodes; ``spent`` counts the work: entries, and nodes."""

    def __init__(self, lines: Lines, target: Term, point: Point, run: Arrays | None = None) -> None:
        self.lines, self.target, self.point = lines, target, point
        self.spent = 0
        self.run = Arrays(lines.program, point.values, point.sizes) if run is None else run
        self.right = self.run.entries(target, lines.indices)
        self.scale = float(self.run.np.max(self.run.np.abs(self.right), initial=0.0))

    @property
    def is_finite(self) -> bool:
        """Whether the right formula has a value here."""
        return math.isfinite(self.scale)

    @cached_property
    def is_wrong(self) -> bool:
        """Whether the claim has other values here."""
        return not bool(self.fits(self.values(self.lines.whole)))

    @property
    def is_telling(self) -> bool:
        """Whether the claim is wrong, and the right formula is not 0 here but for rounding: many a change makes a formula 0."""
        return self.scale > TINY and self.is_wrong

    @property
    def size(self) -> int:
        """The number of entries of the leaves."""
        return sum(map(len, self.point.values.values()))

    def values(self, term: Term) -> Any:
        """A formula at the indices of the claim."""
        return self.run.entries(term, self.lines.indices)

    def fits(self, values: Any) -> Any:
        """Whether values are the right ones, or 0 but for rounding where the right ones are; with a leading axis, which of them."""
        np = self.run.np
        with np.errstate(all="ignore"):
            error = np.abs(values - self.right)
        axes = tuple(range(error.ndim - self.right.ndim, error.ndim))
        return error.max(axis=axes, initial=0.0) <= TOLERANCE * (self.scale if self.scale > TINY else 1.0)

    def filled(self, spot: Spot, stacked: Any, axes: tuple[Index, ...]) -> Any:
        """The claim for each value of a spot; the values have a leading axis."""
        lines = self.lines
        each = prod(self.run.extent(i) for i in spot.scope)
        most = max(1, AT_ONCE // each)
        if len(stacked) > most:
            return self.run.np.concatenate([self.filled(spot, stacked[k : k + most], axes) for k in range(0, len(stacked), most)])
        self.spent += each * len(stacked) + PER_NODE * spot.width
        batch = Index("\0batch", len(stacked))
        hole = Ref(HOLE, tuple(Size.of(i) for i in (batch, *axes)))
        definition = lines.lines[spot.line]
        values = self.run.entries(put(lines.body(spot.line), spot.path, hole), (batch, *definition.indices), {HOLE: stacked})
        outer = lines.outer[spot.line]
        if outer is None:
            return values
        read = rewrite(outer, lambda t: Ref(LINE, (Size.of(batch), *t.places)) if isinstance(t, Ref) and t.name == LINE else t)
        return self.run.entries(read, (batch, *lines.indices), {LINE: values})

    def of_nodes(self, spot: Spot, nodes: Sequence[Term]) -> Any:
        """The claim with each of some nodes at a spot."""
        run, np = self.run, self.run.np
        with np.errstate(all="ignore"):
            axes, arrays = run.aligned([run.value(n) for n in nodes])
            return self.filled(spot, np.stack(np.broadcast_arrays(*arrays)), axes)

    def is_linear(self, spot: Spot) -> bool:
        """Whether the claim is linear in a node."""
        return self._slope(spot) is not None

    def factor(self, spot: Spot) -> float | None:
        """The number by which a node must be multiplied; None where there is none, or the claim is not linear there."""
        found = self._slope(spot)
        return None if found is None else self.multiple(self.right - found[0], found[1])

    def _slope(self, spot: Spot) -> tuple[Any, Any] | None:
        """The claim without a node, and what the node adds; None where the claim is not linear there."""
        np = self.run.np
        with np.errstate(all="ignore"):
            own = self.run.value(spot.node)
            nothing, once, twice = self.filled(spot, np.stack([0 * own.array, own.array, 2 * own.array]), own.axes)
            slope = once - nothing
            size, rest = np.max(np.abs(slope), initial=0.0), np.max(np.abs(nothing), initial=0.0)
            curved = np.max(np.abs(twice - nothing - 2 * slope), initial=0.0)
        return (nothing, slope) if np.isfinite(size) and size > 0 and curved <= TOLERANCE / 10 * (size + rest) else None

    def multiple(self, wanted: Any, given: Any) -> float | None:
        """The λ with wanted = λ·given at every entry."""
        np = self.run.np
        with np.errstate(all="ignore"):
            square = float(np.sum(given * given))
            if not (math.isfinite(square) and square > 0):
                return None
            factor = float(np.sum(wanted * given)) / square
            good = np.max(np.abs(wanted - factor * given), initial=0.0) <= TOLERANCE * (self.scale + 1e-30)
        return factor if good and math.isfinite(factor) else None

    def solved(self, spot: Spot, start: float, times_: Term) -> float | None:
        """The number that makes the claim right when ``number · times_`` stands at a spot, by the secant method; None if not met."""
        np = self.run.np
        weights = np.random.default_rng(7).standard_normal(self.right.shape)
        axes, array = self.run.value(times_)

        def value(x: float) -> Any:
            return self.filled(spot, (x * array)[None], axes)[0]

        def error(values: Any) -> float:
            return float(np.sum(weights * (values - self.right)))

        before, now = start, start * 1.01 + 0.01
        with np.errstate(all="ignore"):
            last, values = error(value(before)), value(now)
            for _ in range(STEPS):
                current = error(values)
                if not math.isfinite(current) or current == last:
                    break
                before, now, last = now, now - current * (now - before) / (current - last), current
                values = value(now)
            return now if bool(self.fits(values)) else None

    def coefficients(self, terms: Sequence[Term]) -> list[float] | None:
        """The numbers with which some terms add up to the right formula; None where there are none, or several ways."""
        np = self.run.np
        columns = np.stack([np.ravel(self.values(t)) for t in terms], axis=1)
        wanted = np.ravel(self.right)
        if not np.all(np.isfinite(columns)) or len(wanted) < len(terms):
            return None
        solved, _, rank, _ = np.linalg.lstsq(columns, wanted, rcond=None)
        good = rank == len(terms) and bool(self.fits((columns @ solved).reshape(self.right.shape)))
        return [float(x) for x in solved] if good else None

    def of_parts(self, spot: Spot, parts: Sequence[Term], rows: Sequence[Part]) -> Iterator[tuple[Part, Term]]:
        """The parts that make the claim right when put in at a spot in one of the ways."""
        run, np = self.run, self.run.np
        with np.errstate(all="ignore"):
            axes, arrays = run.aligned([run.value(spot.node), *map(run.value, parts)])
            own, *others = np.broadcast_arrays(*arrays)
            stacked = np.stack(others)
            fits = self.fits(self.filled(spot, np.concatenate([r.values(own, stacked) for r in rows]), axes))
        yield from ((rows[k // len(parts)], parts[k % len(parts)]) for k in np.flatnonzero(fits))

    def agrees(self, term: Term) -> bool:
        """Whether a term has the right values at fifty digits, at a few entries."""
        field = HighPrecision(DIGITS)
        values = {n: Entries({p: field.number(v) for p, v in t.items()}) for n, t in self.point.values.items()}
        run = Evaluator(self.lines.program, values, self.point.sizes, field=field)
        small = field.real(10) ** -SAME
        try:
            every = list(index_tuples(self.lines.indices, self.point.sizes))
            for places in every[:: max(1, len(every) // ENTRIES)]:
                env = dict(zip(self.lines.indices, places, strict=True))
                one, other = run.term(term, env), run.term(self.target, env)
                if abs(one - other) > small * (abs(other) + self.scale):
                    return False
        except NumericError:
            return False
        return True


def trial(lines: Lines, target: Term, sizes: Mapping[str, object], rng: random.Random, wrong: bool = True) -> Trial:
    """A point of some sizes at which the right formula is finite and not 0, and the claim ``wrong``; wide or positive where others will not do.

    Where there is none among those tried, a point at which the right formula is 0 and the claim is not, or is finite at least.
    """
    finite: Trial | None = None
    for attempt in range(TRIES):
        made = Trial(lines, target, draw(lines.program, sizes, rng, *REGIONS[attempt * len(REGIONS) // TRIES]))
        if made.is_finite:
            if made.is_telling if wrong else made.scale > TINY:
                return made
            if finite is None or (wrong and made.is_wrong and not finite.is_wrong):
                finite = made
        if finite is not None and (attempt + 1) * finite.size > DRAWN:
            break
    if finite is None:
        raise NumericError("right formula", "it is not finite at points that satisfy the facts", "declare what the variables must satisfy")
    return finite


def somewhere(lines: Lines, target: Term, sizes: Mapping[str, object], rng: random.Random, wide: bool) -> Trial | None:
    """A point of some sizes, as it comes, near 1 or wide; None where the right formula has no value at the first few."""
    drawn = (Trial(lines, target, draw(lines.program, sizes, rng, attempt > 0, wide=wide)) for attempt in range(2))
    return next((made for made in drawn if made.is_finite), None)


def sizes_for(lines: Lines) -> list[dict[str, object]]:
    """Sizes for the points: distinct primes, or smaller ones where a leaf or a node would have very many entries."""
    program = lines.program
    symbols, tables = symbols_of(program)
    found: list[dict[str, object]] = []
    if symbols and not tables:
        scopes = [leaf.indices for leaf in program.leaves] + [s.scope for s in lines.spots]
        axes = dict.fromkeys(i.size for scope in scopes for i in scope if not i.size.indices and i.size.constant is None)
        widest = [*scopes[: len(program.leaves)], max(scopes[len(program.leaves) :], key=len)]
        for choice in _choices(len(symbols)):
            sizes = dict(program.sizes) | dict(zip(symbols, choice, strict=True))
            if sizes not in found and _is_small(widest, sizes) and (len(found) < POINTS or _varies(axes, found, sizes)):
                found += [sizes] if possible(program, sizes) else []
            if len(found) >= POINTS and not _fixed(axes, found):
                break
        found = _most_varied(axes, found)
    found = found or list(size_sets(program, POINTS))
    if not found:
        raise NumericError(program.name, "no sizes were found that satisfy the declarations", "declare sizes")
    return found


def _fixed(axes: Iterable[Size], found: Sequence[Mapping[str, object]]) -> list[Size]:
    """The axes that have one extent in all choices of sizes: a factor might be that number as well as the axis."""
    return [a for a in axes if len({size_value(a, sizes) for sizes in found}) < 2]


def _varies(axes: Iterable[Size], found: Sequence[Mapping[str, object]], sizes: Mapping[str, object]) -> bool:
    """Whether other sizes give an axis another extent that has had one only."""
    return any(size_value(a, sizes) != size_value(a, found[0]) for a in _fixed(axes, found))


def _most_varied(axes: Iterable[Size], found: list[dict[str, object]]) -> list[dict[str, object]]:
    """As many choices of sizes as there are points, those first under which most axes have more than one extent."""
    every, chosen, rest = list(axes), found[:1], found[1:]
    while rest and len(chosen) < POINTS:
        best = min(rest, key=lambda sizes: len(_fixed(every, [*chosen, sizes])))
        chosen.append(best)
        rest.remove(best)
    return chosen


def _choices(count: int) -> Iterator[tuple[int, ...]]:
    """Values for some sizes, those that tell most apart first: distinct primes in turn, then few small numbers in every order."""
    primes = (2, 3, 5, 7, 11, 13)
    if count <= 2:
        yield from ((3, 5), (5, 7), (7, 3)) if count == 2 else ((3,), (5,), (7,))
    for size in range(max(count, 3), len(primes) + 1):
        yield from ((*primes[k:size], *primes[:k])[:count] for k in range(size))
    for pool in ((2, 3, 5, 7), (2, 3, 4), (2, 3)):
        for order in permutations(pool):
            for first in range(len(pool)):
                yield tuple(pool[first] if k < first else order[k % len(order)] for k in range(count))


def _is_small(widest: Sequence[tuple[Index, ...]], sizes: Mapping[str, object]) -> bool:
    """Whether every axis has a place and no array has too many entries."""
    for indices in widest:
        extents = [size_value(i.size, sizes) for i in indices if not i.size.indices]
        if min(extents, default=1) < 1 or prod(extents) > WIDEST:
            return False
    return True

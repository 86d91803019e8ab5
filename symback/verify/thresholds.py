"""Points on both sides of every threshold in a claim and its network, and points at which a comparison meets.

A threshold is an expression whose sign matters: what a bracket compares, what |x|, sign or relu is taken of. One leaf is scaled, or moved
between the bounds of a fact, until the sign changes; halving then finds points just before and just behind.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symback.algebra.facts import Fact, closure
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index
from symback.algebra.terms import Apply, Bracket, Name, Num, Term
from symback.algebra.traverse import free_indices, names, walk
from symback.errors import NumericError, SymbackError
from symback.network.program import Leaf
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.values import size_value
from symback.verify.against import ranged
from symback.verify.allowed import Table, satisfies
from symback.verify.array_nodes import Floats
from symback.verify.pairs import Pair
from symback.verify.sample import CONES, Point
from symback.verify.together import SUM
from symback.verify.tried_sizes import bodies_of

SCALES = (1e-1, 1e1, 1e-2, 1e2, 1e-3, 1e3, 1e-4, 1e4, 1e-6, 1e6, 1e-9, 1e10)
HALVINGS, SECANTS = 12, 40
MOST, LEAVES, PLACES, WAYS, SPOTS = 16, 6, 3, 3, 8
FRACTION = 10**15
FADED = -20.0
"""Below which an exponential is as good as 0."""
Path = Callable[[float], Mapping[str, Table] | None]


@dataclass(frozen=True, slots=True)
class Threshold:
    """An expression whose sign matters, whether it matters only where it is 0, and whether it is enough to come near 0."""

    term: Term
    meets: bool
    near: bool = False


def thresholds(pair: Pair) -> tuple[Threshold, ...]:
    """The thresholds of both sides and of the definitions below them, each once."""
    found: dict[Threshold, None] = {}
    for body in bodies_of(pair):
        for node in walk(body):
            if isinstance(node, Bracket) and names(node):
                found[Threshold(node.left - node.right, node.relation in ("=", "!="))] = None
            elif isinstance(node, Apply) and OPERATIONS[node.op].kinks:
                found[Threshold(node.args[0], False)] = None
            elif isinstance(node, Apply) and node.op == "exp":
                found[Threshold(node.args[0], True, near=True)] = None
    return tuple(found)[:MOST]


class Steering:
    """Points of one choice of sizes, led from one point to where thresholds are crossed or met."""

    def __init__(self, pair: Pair, base: Point) -> None:
        self.pair, self.base = pair, base
        self.floats: Evaluator | None = None
        self.exact: Evaluator | None = None
        self.rests: dict[Name, frozenset[Name]] = {}

    def scaled(self) -> Iterator[Point]:
        """Every leaf, and all together, much smaller and much larger."""
        for path in self._paths(self.pair.reads):
            for scale in (s for size in SCALES for s in (size, -size)):
                point = self._on(path, scale)
                if point is not None:
                    yield point

    def enlarged(self, scale: float) -> Point:
        """The point with every leaf so many times as large, or as far out, where its facts allow that."""
        return self._on(self._joint, scale) or self.base

    def is_split(self, threshold: Threshold) -> bool:
        """Whether the point that is led away from has places on both sides already."""
        envs = [self._env(threshold.term, turn) for turn in range(SPOTS)]
        values = [v for env in envs if env is not None and (v := self._value(threshold.term, env, self.base)) is not None]
        return min(values, default=0.0) < 0 < max(values, default=0.0)

    def around(self, threshold: Threshold) -> Iterator[Point]:
        """Points at which a threshold is crossed, just before and just behind; none where no leaf leads there."""
        env = self._env(threshold.term)
        if env is None or threshold.near:
            return
        done = 0
        for path in self._paths(self._leaves(threshold.term)):
            found = self._crossing(threshold.term, env, path)
            yield from found
            done += bool(found)
            if done == WAYS:
                return

    def meeting(self, threshold: Threshold) -> Iterator[Point]:
        """Points at which a threshold is 0, one entry of a leaf moved there."""
        env = self._env(threshold.term)
        if threshold.near and (env is None or (self._value(threshold.term, env, self.base) or 0.0) > FADED):
            return
        for name in self._leaves(threshold.term) if env is not None else ():
            for place in list(self.base.values[name])[:PLACES]:
                point = self._root(threshold, env or {}, name, place)
                if point is not None:
                    yield point
                    break

    # crossing ----------------------------------------------------------------------------------------------------------------

    def _crossing(self, term: Term, env: Mapping[Index, int], path: Path) -> list[Point]:
        """Where the sign changes first on a way and on the opposite one."""
        start = self._value(term, env, self.base)
        return [p for sign in (1.0, -1.0) for s in self._scale(term, env, path, start or 0.0, sign) if (p := self._on(path, s)) is not None]

    def _scale(self, term: Term, env: Mapping[Index, int], path: Path, start: float, sign: float) -> tuple[float, ...]:
        """The scales at which a sign has changed: a far one, and two close to each other where it changes between scales."""
        same = self._at(term, env, path, sign)
        for scale in (1.0, *self._scales(term)):
            value = self._at(term, env, path, sign * scale)
            if value is not None and value * start < 0:
                between = same is not None and same * start > 0
                return self._halved(term, env, path, sign, sign * scale) if between else (sign * scale,)
        return ()

    def _halved(self, term: Term, env: Mapping[Index, int], path: Path, same: float, other: float) -> tuple[float, ...]:
        """The far scale, and two scales close to each other between which the sign changes."""
        far, start = other, self._at(term, env, path, same)
        for _ in range(HALVINGS):
            middle = math.copysign(math.sqrt(same * other), other)
            value = self._at(term, env, path, middle)
            if value is None or start is None:
                break
            same, other = (middle, other) if value * start > 0 else (same, middle)
        return far, same, other

    def _scales(self, term: Term) -> tuple[float, ...]:
        """The usual scales, and some around the numbers that stand in an expression."""
        own = [abs(float(n.value)) for n in walk(term) if isinstance(n, Num) and n.value]
        return (*SCALES, *(c * f for c in own if c < SCALES[-2] or c > SCALES[-1] for f in (0.1, 10.0)))

    def _at(self, term: Term, env: Mapping[Index, int], path: Path, scale: float) -> float | None:
        point = self._on(path, scale)
        return None if point is None else self._value(term, env, point)

    def _on(self, path: Path, scale: float) -> Point | None:
        tables = path(scale)
        return None if tables is None else Point(self.base.sizes, {**self.base.values, **tables})

    def _paths(self, leaves: tuple[str, ...]) -> Iterator[Path]:
        """One leaf after the other, and all that a claim rests on together."""
        yield from (p for n in leaves[:LEAVES] if (p := path_of(self.pair.program.leaf[n], self.base.values[n])) is not None)
        if len(self.pair.reads) > 1:
            yield self._joint

    def _joint(self, scale: float) -> Mapping[str, Table] | None:
        paths = (path_of(self.pair.program.leaf[n], self.base.values[n]) for n in self.pair.reads)
        return _together([p(scale) for p in paths if p is not None])

    # meeting -----------------------------------------------------------------------------------------------------------------

    def _root(self, threshold: Threshold, env: Mapping[Index, int], name: str, place: tuple[int, ...]) -> Point | None:
        """The point at which one entry makes an expression 0, by the secant method in many digits."""
        field, table = ranged(), self.base.values[name]

        def value(x: Any) -> Any:
            numbers = {n: {p: field.number(v) for p, v in t.items()} for n, t in self.base.values.items()}
            numbers[name][place] = x
            tables = {n: Entries(t) for n, t in numbers.items()}
            run = self.exact.at(tables) if self.exact else Evaluator(self.pair.program, tables, self.base.sizes, field=field)
            self.exact = run
            return run.term(threshold.term, env)

        before, now = field.number(table[place]), field.number(table[place]) + field.one
        try:
            first, last = value(before), value(now)
            for _ in range(SECANTS):
                if first == last or not last:
                    break
                before, now = now, now - last * (now - before) / (last - first)
                first, last = last, value(now)
        except (SymbackError, ZeroDivisionError):
            return None
        if abs(last) > (field.one if threshold.near else field.rounding * (1 + abs(now))):
            return None
        moved = {**table, place: _fraction(now)}
        return Point(self.base.sizes, {**self.base.values, name: moved}) if self._allowed(name, moved) else None

    def _allowed(self, name: str, table: Table) -> bool:
        facts = self.pair.program.leaf[name].facts
        return not facts or (satisfies(facts, table) and not any(f.kind == SUM for f in facts))

    # values ------------------------------------------------------------------------------------------------------------------

    def _env(self, term: Term, turn: int = 0) -> dict[Index, int] | None:
        """A place for every free index of an expression."""
        rng, env = random.Random(f"place {turn}"), dict[Index, int]()
        try:
            for index in sorted(free_indices(term), key=lambda i: len(i.size.indices)):
                env[index] = rng.randrange(size_value(index.size, self.base.sizes, env))
        except (SymbackError, ValueError):
            return None
        return env

    def _value(self, term: Term, env: Mapping[Index, int], point: Point) -> float | None:
        import numpy

        values = {n: Entries({p: float(v) for p, v in t.items()}) for n, t in point.values.items()}
        try:
            with numpy.errstate(all="ignore"):
                self.floats = self.floats.at(values) if self.floats else Evaluator(self.pair.program, values, point.sizes, field=Floats())
                found = float(self.floats.term(term, env))
        except (NumericError, OverflowError, ValueError, IndexError):
            return None
        return found if math.isfinite(found) else None

    def _leaves(self, term: Term) -> tuple[str, ...]:
        """The leaves that an expression rests on."""
        needed: dict[Name, None] = {}
        pending: list[Name] = list(names(term))
        while pending:
            name = pending.pop()
            if name not in needed:
                needed[name] = None
                pending += self.pair.program.definition[name].reads if name in self.pair.program.definition else ()
        return tuple(leaf.name for leaf in self.pair.program.leaves if leaf.name in needed)


def _together(tables: list[Mapping[str, Table] | None]) -> Mapping[str, Table] | None:
    return None if None in tables else {n: t for given in tables if given is not None for n, t in given.items()}


def _fraction(value: Any) -> Fraction:
    """A number of many digits as a fraction; a short one where it is one but for rounding."""
    sign, mantissa, exponent, _ = value._mpf_
    exact: Fraction = Fraction(-mantissa if sign else mantissa) * Fraction(2) ** exponent
    short: Fraction = exact.limit_denominator(FRACTION)
    return short if abs(short - exact) <= Fraction(1, 10**300) * (1 + abs(exact)) else exact


def path_of(leaf: Leaf, table: Table) -> Path | None:
    """How far a leaf can be led away while its facts hold: a way from a scale to its table; None where there is none."""
    kinds = {f.kind: f for f in closure(leaf.facts)}
    if all(f.kind in CONES for f in leaf.facts):
        signed = not kinds.keys() & {"nonnegative", "positive", "positive definite"}
        return lambda s: {leaf.name: {p: v * _exactly(s) for p, v in table.items()}} if s > 0 or signed else None
    if len(leaf.facts) == 1 and "between" in kinds:
        return lambda s: {leaf.name: _bounded(kinds["between"], table, s)} if s > 0 else None
    if len(leaf.facts) == 1 and "magnitude above" in kinds:
        (bound,) = kinds["magnitude above"].numbers
        return lambda s: {leaf.name: {p: _beyond(v, bound, s) for p, v in table.items()}}
    if "sums to one" in kinds and kinds.keys() <= {"sums to one", "symmetric"}:
        return lambda s: {leaf.name: _spread(table, s, "symmetric" in kinds)}
    if leaf.facts and kinds.keys() <= {"sums to one", "positive", "nonnegative"} and all(v > 0 for v in table.values()):
        return lambda s: {leaf.name: _sharpened(table, s)} if s > 0 else None
    return None


def _exactly(scale: float) -> Fraction:
    return Fraction(scale).limit_denominator(FRACTION) or Fraction(scale)


def _bounded(fact: Fact, table: Table, scale: float) -> Table:
    """Numbers between two bounds, led towards one of them; their order stays."""
    low, high = fact.numbers
    width = high - low or Fraction(1)
    return {p: low + (high - low) * Fraction(min(max(float((v - low) / width), 1e-12), 1.0) ** scale) for p, v in table.items()}


def _beyond(value: Fraction, bound: Fraction, scale: float) -> Fraction:
    size = bound + (abs(value) - bound) * _exactly(abs(scale))
    return size if (value > 0) == (scale > 0) else -size


def _spread(table: Table, scale: float, whole: bool) -> Table:
    """What sums to one, as far from its mean as before times a scale, in each row or as a whole."""
    counts = Counter(() if whole else p[:-1] for p in table)
    means = {p: Fraction(1, counts[() if whole else p[:-1]]) for p in table}
    return {p: means[p] + (v - means[p]) * _exactly(scale) for p, v in table.items()}


def _sharpened(table: Table, scale: float) -> Table:
    """What sums to one, its differences made larger or smaller."""
    raised = {p: Fraction(max(float(v) ** min(scale, 100.0), 1e-60)) for p, v in table.items()}
    totals: dict[tuple[int, ...], Fraction] = {}
    for p, v in raised.items():
        totals[p[:-1]] = totals.get(p[:-1], Fraction(0)) + v
    return {p: v / totals[p[:-1]] for p, v in raised.items()}


__all__ = ["Steering", "Threshold", "path_of", "thresholds"]

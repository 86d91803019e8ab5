"""The search for the one change that makes a claim right: every change tried by numbers, what fits confirmed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, takewhile

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Size
from symback.algebra.terms import MINUS_ONE, ONE, ZERO, Add, Mul, Name, Num, Partial, Ref, Term, add
from symback.algebra.traverse import names, substitute, walk
from symback.network.program import Program
from symback.verify.constants import Constants
from symback.verify.ingredients import Ingredients, is_plain
from symback.verify.layouts import Layout
from symback.verify.mistakes import MISTAKES, ORDER, Mistake
from symback.verify.multiples import multiplied, scaled
from symback.verify.pairs import Pair
from symback.verify.repair_words import Repair, Words
from symback.verify.sample import possible, symbols_of
from symback.verify.settled import hidden
from symback.verify.slips import extra_factor, extra_term
from symback.verify.spots import Change, Spot, has_conditions, negated, unsigned
from symback.verify.trial import PARTS, POINTS, TINY, UNTRIED, Lines, Trial, plus, sizes_for, somewhere, trial
from symback.verify.tried import tried

BUDGET = 2_000
WORK = 20_000_000
MOST_SPOTS = 150
MORE, MANY = 9, 99
MOST_TRIED = 12
MOST_OFFERED = 600
FEW = 2
LATE = tuple(m for m in MISTAKES if ORDER.index(m.name) > ORDER.index("swapped"))
EARLY = tuple(m for m in MISTAKES if m not in LATE)
UNUSUAL = 4
"""How much larger a part counts that few would have forgotten: a gradient that has a name of its own, another thing in its place, a term
inside a product."""

UNUSUALS = {"swapped": 1, "division missing": 2}

PLAIN = 120
"""Up to which denominator a number is plain."""
SHORT = 12
"""A part of at most this many nodes may take the place of a node; a longer one would replace the claim, not mend it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A change that fits at the first point."""

    kind: str
    spot: Spot
    change: Change
    weight: int = 0

    @property
    def order(self) -> tuple[int, int, int, int]:
        """Small parts before large ones, then the order in which people make mistakes, the outer node before the inner, the last line before the others."""
        return self.weight, ORDER.index(self.kind), len(self.spot.path), -self.spot.line


class Search:
    """One claim in one layout against the right formula; it is known to be ``wrong``, or may be right."""

    def __init__(self, program: Program, layout: Layout, right: Definition, own: tuple[Name, ...], wrong: bool = True) -> None:
        assert isinstance(right.body, Term)
        self.program, self.layout, self.own, self.wrong = program, layout, own, wrong
        self.right, self.right_name = right.body, right.name
        self.lines = Lines(program, layout.indices, layout.term, own)
        self.target = substitute(right.body, dict(zip(right.indices, layout.places, strict=True)), layout.indices)
        self.sizes = sizes_for(self.lines)
        self.random = random.Random("symback")
        self.first = self._trial(0)

    def is_right(self) -> bool:
        """Whether the claim is right as it is."""
        try:
            whole = self.lines.whole
            return bool(self.first.fits(self.first.values(whole))) and self.holds(whole)
        except UNTRIED:
            return False

    def layout_alone(self) -> Repair | None:
        """The claim as it is, where another layout is all it takes."""
        alone = self.layout.says or self.layout.lacks
        if not alone or not self.is_right():
            return None
        return self._repair("layout", alone, (), self.lines.body(-1), self.lines.whole, len(self.lines.lines) - 1)

    def nothing(self) -> Repair | None:
        """That the right formula is 0, where it is: any change that makes a claim vanish would fit."""
        if self.target is not ZERO and (self.first.scale > TINY or not self.normalizer.equal(self.target, ZERO).proved):
            return None
        return Repair("it is 0 at every entry: 0", "zero", self.layout.indices, ZERO, "0")

    @property
    def is_seen(self) -> bool:
        """Whether a point shows what is wrong in floats; else only a proof tells a change that mends the claim from one that does not."""
        return not self.wrong or self.first.is_wrong

    def one_change(self) -> Repair | None:
        """The first confirmed change of one place."""
        try:
            if not self.is_seen:
                return self.first_of(self._too_much, self._difference)
            return self.first_of(self._changes, self._parts, self._late, self._difference)
        except UNTRIED:
            return None

    def first_of(self, *tiers: Callable[[], Iterator[Found]]) -> Repair | None:
        for tier in tiers:
            found = sorted(tier(), key=lambda f: f.order)
            for candidate in islice(filter(self._fits_beyond, found), MOST_TRIED):
                confirmed = self._confirmed(candidate)
                if confirmed is not None:
                    return confirmed
        return None

    def _fits_beyond(self, found: Found) -> bool:
        """Whether a change fits at more points."""
        if not self.is_seen:
            return True
        _, whole = self.lines.changed(found.spot, found.change.node)
        return all(bool(t.fits(t.values(whole))) for t in self._beyond)

    @cached_property
    def _beyond(self) -> tuple[Trial, ...]:
        """Where a first look is taken: at more points where the first one says little, for much fits where all is 0 or 1."""
        whole = self.lines.whole
        few = self.first.is_telling and not has_conditions(self.program, (whole, self.target))
        return self.others if few else (*self.others, *islice(self._further(whole), MORE))

    @cached_property
    def others(self) -> tuple[Trial, ...]:
        """The points that what fits at the first one is tried at."""
        return tuple(self._trial(k) for k in range(1, POINTS))

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All points."""
        return (self.first, *self.others)

    def _trial(self, turn: int) -> Trial:
        """A point of the sizes whose turn it is, or of the next at which something can be told."""
        wrong = self.wrong and (turn == 0 or self.first.is_telling)
        made = [trial(self.lines, self.target, self.sizes[turn % len(self.sizes)], self.random, wrong)]
        for step in range(1, len(self.sizes)):
            if made[-1].is_telling or not wrong:
                break
            made.append(trial(self.lines, self.target, self.sizes[(turn + step) % len(self.sizes)], self.random))
        return made[-1] if made[-1].is_telling else next((t for t in made if wrong and t.is_wrong), made[0])

    # one change ----------------------------------------------------------------------------------------------------

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The nodes that may be wrong."""
        return self.lines.spots[:MOST_SPOTS]

    def open_spots(self) -> Iterator[Spot]:
        """The nodes that may be wrong, until the work budget is spent."""
        return takewhile(lambda _: self.first.spent <= WORK, self.spots)

    def _changes(self) -> Iterator[Found]:
        """The table of mistakes at every node, and the number by which a node must be multiplied."""
        for spot in self.open_spots():
            yield from self._fitting(spot, EARLY)
            if spot.is_term:
                yield from self._constant(spot)

    def _late(self) -> Iterator[Found]:
        """The mistakes that are less likely than a part that is missing."""
        for spot in self.open_spots():
            yield from self._fitting(spot, LATE)
            if isinstance(spot.node, Num):
                yield from self._number(spot)
            elif spot.is_term and is_plain(spot.node) and not self.first.is_linear(spot):
                yield from self._scale(spot)

    def _scale(self, spot: Spot) -> Iterator[Found]:
        """The factor that is missing from an argument of a function."""
        first = self.first.solved(spot, 1.0, spot.node)
        values = [first] if first is None else [first, *(t.solved(spot, 1.0, spot.node) for t in self.others)]
        known = [v for v in values if v is not None]
        for made in self.constants.named(*known) if len(known) == POINTS else ():
            yield Found("constant", spot, Change(scaled(spot.node, made), "the factor {0} is missing", (made,)))

    def _fitting(self, spot: Spot, rows: Sequence[Mistake]) -> Iterator[Found]:
        made = ((m.name, c) for m in rows for c in m.changes(spot, self.program) if self._may_read(spot, c.node))
        offered = list(islice(made, MOST_OFFERED))
        if offered:
            fits = self.first.fits(self.first.of_nodes(spot, [c.node for _, c in offered]))
            yield from (Found(kind, spot, c) for (kind, c), good in zip(offered, fits, strict=True) if good)

    def _may_read(self, spot: Spot, node: Term) -> bool:
        """Whether a line may hold a node: none of the claim's lines reads itself or a later one."""
        later = [d.name for d in self.lines.lines[spot.line : -1]]
        return not later or set(later).isdisjoint(names(node))

    def _constant(self, spot: Spot) -> Iterator[Found]:
        """The number, size or scalar by which a term is to be multiplied."""
        factor = self.first.factor(spot)
        if factor is None:
            return
        rest = [t.factor(spot) for t in self.others]
        factors = [f for f in (factor, *rest) if f is not None]
        if len(factors) == POINTS:
            for change in multiplied(spot.node, self.constants, factors):
                yield Found("factor missing" if names(change.pieces[-1]) else "constant", spot, change)

    def _number(self, spot: Spot) -> Iterator[Found]:
        """The number that must stand where a number stands, wherever that is."""
        assert isinstance(spot.node, Num)
        values = [t.solved(spot, float(spot.node.value), ONE) for t in self.trials]
        known = [v for v in values if v is not None]
        for made in self.constants.named(*known) if len(known) == POINTS else ():
            yield Found("constant", spot, Change(made, "{0} must be {1}", (spot.node, made)))

    @cached_property
    def constants(self) -> Constants:
        """The scalars a factor may be made of."""
        return Constants(self.program, [t.run for t in self.trials])

    def _parts(self) -> Iterator[Found]:
        """Factors and terms of the right formula, activation derivatives, names put in."""
        for spot in self.open_spots():
            if not is_plain(spot.node) and not (isinstance(spot.node, Num) and (spot.is_term or spot.node in (ONE, MINUS_ONE))):
                continue
            own = [r for r in PARTS if (spot.is_term or not r.alone) and not (r.replaces and spot.parent is None)]
            parts = [p for p in self.ingredients.at(spot.scope) if p is not spot.node and self._may_read(spot, p)]
            if parts:
                for row, part in self.first.of_parts(spot, parts, own):
                    size = sum(1 for _ in walk(part))
                    whole = unsigned(part) is unsigned(self.target) and row.kind != "factor missing"
                    if not whole and (not row.replaces or size <= SHORT):
                        gradients = sum(not isinstance(n, str) for n in names(part))
                        inside = row.kind == "term missing" and isinstance(spot.parent, Mul)
                        weight = size + UNUSUAL * (gradients + UNUSUALS.get(row.kind, 0) + inside)
                        yield Found(row.kind, spot, Change(row.node(spot.node, part), row.says, (part, spot.node, negated(part))), weight)

    @cached_property
    def ingredients(self) -> Ingredients:
        """What may be put in."""
        return Ingredients(self.program, self.right, self._aliases())

    def _aliases(self) -> dict[Name, Name]:
        """Names of the claim and of the network for gradients that have the same values."""
        run, found = self.first.run, dict[Name, Name]()
        known = [n for n in (*self.own, *self.program.leaf, *self.program.definition) if isinstance(n, str)]
        for name in (n for n in self.program.definition if not isinstance(n, str)):
            sizes = tuple(i.size for i in self.program.indices(name))
            for other in known:
                if tuple(i.size for i in self.program.indices(other)) == sizes:
                    values = run.array(name)
                    if run.np.allclose(values, run.array(other), rtol=1e-10, atol=0.0):
                        found[name] = other
                        break
        return found

    def _too_much(self) -> Iterator[Found]:
        """The terms and factors that may be too much, and plain numbers near those that are written, at every node."""
        for spot in self.open_spots():
            if isinstance(spot.node, Num) and (plain := spot.node.value.limit_denominator(PLAIN)) != spot.node.value and plain:
                yield Found("number", spot, Change(Num(plain), "{0} must be {1}", (spot.node, Num(plain))))
            for kind, row in (("extra term", extra_term), ("extra factor", extra_factor)):
                yield from (Found(kind, spot, change) for change in row(spot, self.program))

    def _difference(self) -> Iterator[Found]:
        """Terms of the right formula, multiplied out, that the claim lacks and is otherwise right; or terms that it has too much."""
        spot = self.lines.spots[0]
        ours, theirs = (_terms(self.normalizer.normal(t)) for t in (self.lines.whole, self.target))
        lost = [t for t in theirs if t not in ours]
        extra = [t for t in ours if t not in theirs]
        if lost and not extra and len(lost) < len(theirs) and len(lost) <= FEW:
            yield Found("term missing", spot, Change(plus(spot.node, add(lost)), "the term {0} is missing", (add(lost),)))
        if extra and not lost and len(extra) < len(ours) and len(extra) <= FEW:
            says = "the term {0} is too much" if len(extra) == 1 else "the terms {0} and {1} are too much"
            yield Found("extra term", spot, Change(add(t for t in ours if t in theirs), says, tuple(extra)))

    # confirmation --------------------------------------------------------------------------------------------------

    def _confirmed(self, found: Found) -> Repair | None:
        line, whole = self.lines.changed(found.spot, found.change.node)
        if not self.holds(whole) or not self._is_visible(found, line):
            return None
        return self._repair(found.kind, found.change.says, found.change.pieces, line, whole, found.spot.line)

    def _is_visible(self, found: Found, line: Term) -> bool:
        """Whether a reader sees the change: the line prints otherwise than it did."""
        number, indices = found.spot.line, self.lines.lines[found.spot.line].indices
        return self.words.text(line, indices) != self.words.text(self.lines.body(number), indices)

    def _repair(self, kind: str, says: str, pieces: tuple[Term, ...], line: Term, whole: Term, number: int) -> Repair:
        return self.words.repair(kind, says, pieces, self.lines.lines[number], line, whole)

    @cached_property
    def words(self) -> Words:
        """How a repair is said."""
        return Words(self.program, self.layout)

    def holds(self, term: Term) -> bool:
        """Whether a term is the right formula: by numbers at the other points, then by the normal form or at fifty digits."""
        if not all(bool(t.fits(t.values(term))) for t in self.others):
            return False
        if self.normalizer.equal(term, self.target).proved:
            return True
        if not self.is_seen:
            return self.whole_normalizer.equal(term, self.target).proved
        return self._agrees(term) and self._stands(term)

    def _stands(self, term: Term) -> bool:
        """Whether a term withstands what a claim without a proof is tried at: all sizes, both sides of thresholds, hidden differences."""
        if not isinstance(self.right_name, Partial):
            return True
        pair = Pair(self.program, self.layout.indices, Ref(self.right_name, self.layout.places), term, "", (self.right_name,), self.own)
        return tried(pair, self.sizes).against is None and hidden(pair, self.sizes) is None

    def _agrees(self, term: Term) -> bool:
        """Whether a term is right at points that were not yet tried, near and wide, and at fifty digits at one."""
        telling: list[Trial] = []
        for made in chain(self.trials, self._further(term)):
            if not bool(made.fits(made.values(term))):
                return False
            telling += [made] if made.scale > TINY else []
        return bool(telling) and min(telling, key=lambda t: t.size).agrees(term)

    def _further(self, term: Term) -> Iterator[Trial]:
        """Points of all sizes, near and wide; many where a formula asks for conditions, which may lie close to each other."""
        for turn in range(MANY if has_conditions(self.program, (term, self.target)) else MORE):
            made = somewhere(self.lines, self.target, self._more_sizes[turn % len(self._more_sizes)], self.random, wide=turn % 3 != 0)
            if made is not None:
                yield made

    @cached_property
    def _more_sizes(self) -> list[dict[str, object]]:
        """The sizes of the points, and where it can be, all sizes one."""
        ones: dict[str, object] = {**self.program.sizes, **dict.fromkeys(symbols_of(self.program)[0], 1)}
        return [*self.sizes, *([ones] if not symbols_of(self.program)[1] and possible(self.program, ones) else [])]

    @cached_property
    def normalizer(self) -> Normalizer:
        """The normal form over the names of the network: only the claim's own lines and gradients are put in."""
        return self._normalizer({n: d for n, d in self.program.definition.items() if not isinstance(n, str) or n in self.own})

    @cached_property
    def whole_normalizer(self) -> Normalizer:
        """The normal form over leaves: every definition is put in."""
        return self._normalizer(self.program.definition)

    def _normalizer(self, definitions: Mapping[Name, Definition]) -> Normalizer:
        facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in self.program.leaves if leaf.facts}
        shapes: dict[Name, tuple[Size, ...]] = {leaf.name: leaf.shape for leaf in self.program.leaves}
        return Normalizer(Given(facts, definitions, {}, shapes), BUDGET)


def _terms(node: Term) -> tuple[Term, ...]:
    return node.args if isinstance(node, Add) else (node,)

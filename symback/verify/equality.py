"""Whether two sides are the same for all sizes and all values, by the one normal form; and on what that rests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symback.algebra.facts import Fact, closure
from symback.algebra.normal import Given, Normalizer
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Size
from symback.algebra.terms import ONE, ZERO, Add, Apply, Bracket, Name, Num, Pow, Reduce, Ref, Term
from symback.algebra.traverse import bottom_up, factors, free_indices, refs, substitute, walk
from symback.network.recurrences import is_circle
from symback.verify import induction
from symback.verify.pairs import Pair

BUDGET = 60_000
MOST_NODES = 20_000
MOST_SUMS = 30
UNIQUE = "the maximum is unique"
NO_KINK = "no two compared values are equal"
SMOOTH = ("positive", "nonnegative", "between", "magnitude above", "invertible")
"""Facts that leave the entries of a name free to move."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was proved and what it rests on; ``difference`` is what remains of left − right where nothing was."""

    proved: bool
    conditions: tuple[Term, ...] = ()
    facts: tuple[tuple[Name, Fact], ...] = ()
    provided: tuple[str, ...] = ()
    difference: Term = ZERO
    exhausted: bool = False


def prove(pair: Pair, budget: int = BUDGET) -> Shown:
    """The equality as it stands; else where no two values tie for a maximum and no product is 0; else away from kinks."""
    if pair.nodes > MOST_NODES or pair.depth > MOST_SUMS:
        return Shown(False, exhausted=True)
    leaves = pair.program.leaves
    given = Given({a.name: a.facts for a in leaves if a.facts}, pair.program.definition, {}, {a.name: a.shape for a in leaves})
    normalizer = Normalizer(given, budget)
    proof = normalizer.equal(pair.left, pair.right)
    if not proof.proved and any(is_circle(group) for group in pair.program.groups):
        induced = induction.prove(pair.program, pair.left, pair.right, budget).proof
        proof = induced if induced.proved else proof
    shown = Shown(proof.proved, proof.conditions, proof.facts, (), proof.difference, proof.exhausted)
    if shown.proved or shown.exhausted:
        return shown
    loose = normalizer.equal(pair.left, pair.right, ties=False)
    if loose.proved:
        once = [c for c in loose.conditions if isinstance(c, Bracket) and c.relation == "="]
        return Shown(True, tuple(c for c in loose.conditions if c not in once), loose.facts, (UNIQUE,) if once else ())
    ties = _Ties(frozenset(a.name for a in leaves if all(f.kind in SMOOTH for f in closure(a.facts))), pair.varied, normalizer)
    rest = _without_ties(shown.difference, normalizer)
    for difference, provided in ((shown.difference, ()), (rest, (UNIQUE,))):
        if difference is ZERO:
            return replace(shown, proved=True, provided=provided)
        if difference is not None and ties.are_all(difference):
            return replace(shown, proved=True, provided=(*provided, NO_KINK))
    return shown


def _without_ties(difference: Term, normalizer: Normalizer) -> Term | None:
    """The difference with 1 for the number of entries that equal a maximum; None where no such number is read."""

    def change(node: Term) -> Term:
        return ONE if isinstance(node, Reduce) and node.kind == "sum" and _counts_extremes(node, normalizer) else node

    changed = bottom_up(change)(difference)
    return None if changed is difference else normalizer.normal(changed)


def _counts_extremes(node: Reduce, normalizer: Normalizer) -> bool:
    """Whether a sum is ``Σ_k [x_k = max_l x_l]`` (or of a minimum)."""
    if not isinstance(node.body, Bracket) or node.body.relation != "=":
        return False
    gap = node.body.left - node.body.right
    extremes = [n for n in walk(node.body) if isinstance(n, Reduce) and n.kind in ("max", "min") and n.index.size is node.index.size]
    for extreme in extremes:
        own = substitute(extreme.body, {extreme.index: Size.of(node.index)}, free_indices(node.body))
        if normalizer.equal(gap, own - extreme).proved or normalizer.equal(gap, extreme - own).proved:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Ties:
    """Brackets ``[d = 0]`` that hold at kinks only: d moves with what is differentiated by, and is 0 on a set of measure 0.

    ``free`` are the names that no fact ties to a few values, ``varied`` those that are differentiated by.
    """

    free: frozenset[Name]
    varied: frozenset[Name]
    normalizer: Normalizer

    def are_all(self, difference: Term) -> bool:
        """Whether a difference in normal form is 0 but at kinks: each term has such a bracket."""
        terms = difference.args if isinstance(difference, Add) else (difference,)
        return all(any(self._is_one(f) or self._is_sum(f) for f in factors(t)) for t in terms)

    def _is_sum(self, factor: Term) -> bool:
        return isinstance(factor, Reduce) and factor.kind == "sum" and self.are_all(factor.body)

    def _is_one(self, factor: Term) -> bool:
        """It reads names free to move, each at one place only, so that it is not 0 by its form; nor is it on half the line."""
        if not isinstance(factor, Bracket) or factor.relation != "=":
            return False
        read = refs(factor)
        apart = len({r.name for r in read}) == len(read) and all(r.name in self.free for r in read)
        return apart and any(r.name in self.varied for r in read) and self._is_analytic(factor.left) and self._is_analytic(factor.right)

    def _is_analytic(self, term: Term) -> bool:
        """Whether a term is one power series wherever it has a value, on one connected piece: 0 on an interval is 0 everywhere."""
        if isinstance(term, Bracket) or (isinstance(term, Reduce) and term.kind in ("max", "min")):
            return False
        if isinstance(term, Pow) and not (isinstance(term.exponent, Num) and term.exponent.value.denominator == 1):
            return self._is_above_zero(term.base) and all(map(self._is_analytic, term.below))
        if isinstance(term, Apply):
            row = OPERATIONS[term.op]
            whole = all(map(self._is_above_zero, term.args)) if row.domain.low is not None else not row.kinks and row.name != "arctan2"
            return whole and all(map(self._is_analytic, term.args))
        return all(map(self._is_analytic, term.below))

    def _is_above_zero(self, term: Term) -> bool:
        """Whether the values for which a root or a logarithm exists are all, or those of one name above 0."""
        return isinstance(term, Ref) or self.normalizer.sign(term) == "positive"


__all__ = ["NO_KINK", "UNIQUE", "Shown", "prove"]

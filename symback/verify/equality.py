"""Whether two sides are the same for all sizes and all values, by the one normal form; and on what that rests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symback.algebra.facts import Fact, closure
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Size
from symback.algebra.terms import ONE, ZERO, Add, Bracket, Name, Reduce, Term
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
    smooth = frozenset(a.name for a in leaves if all(f.kind in SMOOTH for f in closure(a.facts)))
    rest = _without_ties(shown.difference, normalizer)
    for difference, provided in ((shown.difference, ()), (rest, (UNIQUE,))):
        if difference is ZERO:
            return replace(shown, proved=True, provided=provided)
        if difference is not None and _vanishes_smoothly(difference, smooth):
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


def _vanishes_smoothly(difference: Term, smooth: frozenset[Name]) -> bool:
    """Whether a difference in normal form is 0 but where two values happen to be equal: each term has such a bracket."""
    terms = difference.args if isinstance(difference, Add) else (difference,)
    return all(any(_tie(f, smooth) or _sum_of_ties(f, smooth) for f in factors(t)) for t in terms)


def _sum_of_ties(factor: Term, smooth: frozenset[Name]) -> bool:
    return isinstance(factor, Reduce) and factor.kind == "sum" and _vanishes_smoothly(factor.body, smooth)


def _tie(factor: Term, smooth: frozenset[Name]) -> bool:
    """``[d = 0]`` for a value d that is not 0 by its form: it reads names free to move, each at one place only."""
    if not isinstance(factor, Bracket) or factor.relation != "=":
        return False
    read = refs(factor)
    return bool(read) and len({r.name for r in read}) == len(read) and all(r.name in smooth for r in read)

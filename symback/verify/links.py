"""Chains ``a = b = c`` judged link by link.

A link holds if its sides are the same formula, or if a number printed on one side is what the other side is at the network's
values; and if what it shows is the derivation it looks like: factors of a chain rule telescope, and what is differentiated is the
quantity whose derivative is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, Add, Mul, Num, Ref, Term
from symback.algebra.traverse import names, substitute
from symback.errors import SymbackError
from symback.network.program import PARAMETERS, Program
from symback.numeric.values import index_tuples
from symback.numeric.worked import RATE
from symback.reading.published import read_published
from symback.reading.sides import Claim, Side
from symback.verify.entries import entry
from symback.verify.hand import Hand, Numbers
from symback.verify.identity import aligned
from symback.verify.link import NUMBERS, STEPS, Ground, Link, one_line
from symback.verify.parts import Parts
from symback.verify.printed import number
from symback.verify.printed import same as same_number
from symback.verify.sized import sized_for
from symback.verify.updates import after_step, later
from symback.verify.verdict import Verdict
from symback.verify.wording import together


class Chains:
    """Judges chains over one network; its worked example is made once."""

    def __init__(self, network: Program) -> None:
        self.hand = Hand(network)
        self.parts = Parts(self.hand)
        self._sized: dict[str, Chains] = {}

    def judge(self, claim: Claim) -> Verdict:
        """The verdict on a chain, with one for each of its links.

        A side that holds nothing but parameters may mean them before or after a step of gradient descent (``w = w − η ∂L/∂w``);
        the reading under which more of the chain holds is taken, and said.
        """
        step = _step_of(self.hand, claim)
        if step is not None:
            said = f"the first side is read as {step.text}"
            claim = replace(claim, sides=(step, *claim.sides), choices=(*claim.choices, said))
        first = self._judge(claim)
        stepped = later(claim) if first.word == "refuted" else None
        if stepped is None:
            return first
        second = self._judge(stepped)
        return second if (failing(second) or len(claim.sides)) > (failing(first) or 0) else first

    def _judge(self, claim: Claim) -> Verdict:
        """One reading of a chain."""
        text = " = ".join(one_line(s.text) for s in claim.sides)
        ground = Ground(self.parts, claim)
        links = tuple(Link(ground, k).verdict() for k in range(len(claim.sides) - 1))
        if not links:
            return Verdict(text, "cannot read", "nothing is said to be equal", choices=claim.choices)
        found = links[0] if len(links) == 1 else together(text, links)
        return replace(found, claim=text, choices=claim.choices)

    def check(self, text: str) -> Verdict:
        """The verdict on a chain as it was published, in LaTeX; *cannot read* with the reason where it cannot be read.

        A text that writes out entries is judged at the sizes that the values of the network have.
        """
        try:
            claims = read_published(self.hand.network, text)
        except SymbackError as error:
            return Verdict(one_line(text), "cannot read", str(error))
        found = [self.judge(claim) for claim in claims]
        links = tuple(link for v in found for link in v.links or (v,))
        whole = found[0] if len(found) == 1 else replace(together(one_line(text), links), choices=_each(v.choices for v in found))
        sized = None if whole.holds else sized_for(self.hand.network, claims)
        return whole if sized is None else further(whole, self._sized.setdefault(sized[1], Chains(sized[0])).check(text), sized[1])


def further(first: Verdict, second: Verdict, sizes: str) -> Verdict:
    """Of the verdicts for all sizes and for some, the one in which more links hold; the sizes are said."""
    more = second.word != "cannot read" and (failing(second) or len(second.links) + 1) > (failing(first) or 0)
    return replace(second, choices=(*second.choices, f"with {sizes}")) if second.holds or more else first


class _Same:
    """A network by its identity."""

    def __init__(self, network: Program) -> None:
        self.network = network

    def __hash__(self) -> int:
        return id(self.network)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.network is self.network


@lru_cache(maxsize=8)
def _chains(key: _Same) -> Chains:
    return Chains(key.network)


def chains_of(network: Program) -> Chains:
    """The judge of chains over a network; the last few are kept, for a network is worked by hand once."""
    return _chains(_Same(network))


def check(network: Program, text: str) -> Verdict:
    """The verdict on one published chain over a network."""
    return chains_of(network).check(text)


def judge(network: Program, claim: Claim) -> Verdict:
    """The verdict on one chain over a network."""
    return chains_of(network).judge(claim)


def failing(verdict: Verdict) -> int | None:
    """The first link that is refuted, counted from 1; None if none is."""
    links = verdict.links or (verdict,)
    return next((k for k, link in enumerate(links, 1) if link.word == "refuted"), None)


def _step_of(hand: Hand, claim: Claim) -> Side | None:
    """The parameter whose update a claim of nothing but numbers works out: its first side begins with all the values of one array.

    ``[0.1 0.3] − [0.01 0.02] = ...`` over a network in which W is [0.1 0.3] is the step of W.
    """
    if RATE not in hand.network.values or any(s.body is None or names(s.body) for s in claim.sides):
        return None
    first = claim.sides[0]
    if not isinstance(first.body, Add) or len(first.body.args) != 2 or not _is_negative(first.body.args[1]):
        return None
    for leaf in hand.network.leaves:
        common = aligned(leaf.indices, first.indices)
        if leaf.role in PARAMETERS and leaf.name in hand.network.values and common is not None and common[0]:
            own = tuple(Size.of(i) for i in leaf.indices)
            if _has_values(hand, Ref(leaf.name, own), first.body.args[0], *common):
                return Side(after_step(leaf.name), 0, leaf.indices, Ref(after_step(leaf.name), own))
    return None


def _is_negative(term: Term) -> bool:
    return isinstance(term, Mul) and isinstance(term.args[0], Num) and (term.args[0] is MINUS_ONE or term.args[0].value < 0)


def _has_values(hand: Hand, own: Term, shown: Term, indices: tuple[Index, ...], table: Mapping[Index, Size]) -> bool:
    """Whether every entry of a parameter is the number at the same place."""
    numbers = Numbers(hand, hand.network)
    sides = [substitute(t, table) for t in (own, shown)]
    for at in index_tuples(indices, hand.sizes):
        one, other = (entry(t, dict(zip(indices, at, strict=True)), hand.sizes) for t in sides)
        value, printed = numbers.exact(one), number(other)
        if value is None or printed is None or not same_number(value, printed.value):
            return False
    return True


def _each(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


__all__ = ["NUMBERS", "STEPS", "Chains", "chains_of", "check", "failing", "further", "judge"]

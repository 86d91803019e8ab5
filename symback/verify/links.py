"""Chains ``a = b = c`` judged link by link.

A link holds if its sides are the same formula, or if a number printed on one side is what the other side is at the network's
values; and if what it shows is the derivation it looks like: factors of a chain rule telescope, and what is differentiated is the
quantity whose derivative is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, Add, Mul, Num, Partial, Ref, Term
from symback.algebra.traverse import names, refs, substitute
from symback.errors import SymbackError
from symback.network.program import PARAMETERS, Program
from symback.numeric.values import Places, index_tuples
from symback.numeric.worked import RATE
from symback.reading.sides import Claim, Side
from symback.verify.entries import entry
from symback.verify.hand import Hand, Numbers
from symback.verify.identity import Identities, Same, aligned
from symback.verify.printed import arithmetic, decimals, follows, number, same
from symback.verify.telescope import Node, broken, missed, rank
from symback.verify.totals import Totals, after_step, renewed

Word = Literal["proved", "agrees", "conditional", "refuted", "undecided"]
WORST: tuple[Word, ...] = ("refuted", "undecided", "conditional", "agrees", "proved")


@dataclass(frozen=True, slots=True)
class Link:
    """One equality of a chain: its number from 1, its two sides as written, the word and the reason."""

    number: int
    left: str
    right: str
    word: Word
    why: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A chain with every link judged; ``choices`` are the readings that were picked where the text allows more than one."""

    links: tuple[Link, ...]
    choices: tuple[str, ...] = ()

    @property
    def word(self) -> Word:
        """The worst word of any link; a chain without a link says nothing that could be wrong."""
        return next((w for w in WORST if any(link.word == w for link in self.links)), "proved")

    @property
    def failed(self) -> Link | None:
        """The first link that is refuted."""
        return next((link for link in self.links if link.word == "refuted"), None)

    @property
    def why(self) -> str:
        """Why the first of the worst links is not right; empty if all are."""
        found = next((link for w in WORST[:3] for link in self.links if link.word == w), None)
        return "" if found is None else f"link {found.number}: {found.why}"


class Judge:
    """Judges claims over one network; its worked example is made once."""

    def __init__(self, network: Program) -> None:
        self.network, self.hand = network, Hand(network)

    def judge(self, claim: Claim) -> Judged:
        """Every link of a claim.

        A side that holds nothing but parameters may mean them before or after a step of gradient descent (``w = w − η ∂L/∂w``);
        the reading under which more of the chain holds is taken, and said.
        """
        first = _Claimed(self.hand, claim).judged()
        later = _later(claim) if first.failed is not None else None
        if later is None:
            return first
        second = _Claimed(self.hand, later).judged()
        return second if _holds_longer(second, first) else first


def judge(network: Program, claim: Claim) -> Judged:
    """Every link of one claim over a network."""
    return Judge(network).judge(claim)


def _holds_longer(one: Judged, other: Judged) -> bool:
    return one.failed is None or (other.failed is not None and one.failed.number > other.failed.number)


def _later(claim: Claim) -> Claim | None:
    """The claim with sides of parameters alone read after one step; None where there are none or the network has no rate."""
    if RATE not in claim.program.leaf and RATE not in claim.program.values:
        return None
    bodies = [None if s.body is None else renewed(s.body, claim.program) for s in claim.sides]
    if all(b is None for b in bodies):
        return None
    sides = tuple(s if b is None else replace(s, body=b) for s, b in zip(claim.sides, bodies, strict=True))
    said = [f"{s.text.strip()} is read after the step" for s, b in zip(claim.sides, bodies, strict=True) if b is not None]
    return replace(claim, sides=sides, choices=(*claim.choices, *said))


class _Claimed:
    """One claim being judged: its sides over a program that holds every derivative they read."""

    def __init__(self, hand: Hand, claim: Claim) -> None:
        totals = Totals(claim.program)
        step = _step(hand, claim)
        self.first = 1 if step is None else 0
        self.sides = claim.sides if step is None else (step, *claim.sides)
        self.choices = claim.choices if step is None else (*claim.choices, f"the first side is read as {step.text}")
        self.hand, self.network, self.written = hand, hand.network, claim.program
        self.bodies = [s.body and totals.put(s.body) for s in self.sides]
        self.program = totals.program

    @cached_property
    def numbers(self) -> Numbers:
        """The values of the network."""
        return Numbers(self.hand, self.program)

    @cached_property
    def identities(self) -> Identities:
        """Questions about formulas."""
        return Identities(self.program)

    def judged(self) -> Judged:
        """The links one after the other."""
        links = []
        for k, (left, right) in enumerate(zip(self.sides, self.sides[1:], strict=False)):
            word, why = self._verdict(k)
            links.append(Link(max(k + self.first, 1), left.text.strip(), right.text.strip(), word, why))
        return Judged(tuple(links), self.choices)

    def _verdict(self, k: int) -> tuple[Word, str]:
        left, right = self.sides[k : k + 2]
        one, other = self.bodies[k : k + 2]
        if left.body is None or right.body is None or one is None or other is None:
            return "refuted", left.clash or right.clash
        common = aligned(left.indices, right.indices)
        if common is None:
            return "refuted", f"the left side is {_shape(left)}, the right side {_shape(right)}"
        indices, table = common
        written = Pair(substitute(left.body, table), substitute(right.body, table), indices)
        why = self._structure(written)
        if why:
            return "refuted", why
        word, why = self._values(Pair(substitute(one, table), substitute(other, table), indices))
        return (word, why) if word == "proved" else self._by_the_chain_rule(written, word, why)

    def _by_the_chain_rule(self, pair: Pair, word: Word, why: str) -> tuple[Word, str]:
        """A product of derivatives is proved by its ways, and refuted with the quantity that a way leaves out."""
        around = missed(pair.left, pair.right, self.written, self.hand.sizes)
        if around is None and word != "refuted":
            return "proved", ""
        if isinstance(around, Node) and word == "refuted":
            return word, f"not every way goes through {around}, so the chain rule needs a sum: {why}"
        return word, why

    def _structure(self, pair: Pair) -> str:
        """What is wrong with the derivation a link shows, whatever its values; empty if nothing is."""
        return broken(pair.left, pair.right, self.written) or self._differentiated(pair)

    def _differentiated(self, pair: Pair) -> str:
        """``∂z/∂w = ∂/∂w(...)``: what stands in brackets has to be z."""
        parts = [self._parts(t) for t in (pair.left, pair.right)]
        if parts[0] is None or parts[1] is None or parts[0][1] != parts[1][1]:
            return ""
        (one, _), (other, _) = parts[0], parts[1]
        known = [q.name in self.network.definition for q in (one, other)]
        if one is other or known[0] == known[1]:
            return ""
        found = self.identities.same(one, other, ())
        named = one if known[0] else other
        return f"what is differentiated is not {named.name}: {_where(found)}" if found.word == "refuted" else ""

    def _parts(self, term: Term) -> tuple[Ref, Ref] | None:
        """What is differentiated and by what, where a side is one derivative."""
        if not isinstance(term, Ref) or not isinstance(term.name, Partial):
            return None
        cut = rank(term.name.of, self.written)
        return Ref(term.name.of, term.places[:cut]), Ref(term.name.by, term.places[cut:])

    def _values(self, pair: Pair) -> tuple[Word, str]:
        """The word for two sides whose derivation is sound."""
        if not names(pair.left) and not names(pair.right):
            return self._each(pair, follows)
        found = self.identities.same(pair.left, pair.right, pair.indices)
        if found.word != "refuted" or not self.network.values or not self._has_numbers(pair):
            return found.word, _where(found)
        return self._each(pair, self._put_in)

    def _has_numbers(self, pair: Pair) -> bool:
        """Whether a side is a number, or has numbers of the network put in for names."""
        if not names(pair.left) or not names(pair.right):
            return True
        found = [number(d) for d in (*decimals(pair.left), *decimals(pair.right))]
        return bool(found) and all(p is not None and self.numbers.knows(p) for p in found)

    def _each(self, pair: Pair, why_not: object) -> tuple[Word, str]:
        """Every entry of two sides by a question that answers with why not."""
        assert callable(why_not)
        sizes = self.hand.sizes
        exact = True
        try:
            for at in index_tuples(pair.indices, sizes):
                env = dict(zip(pair.indices, at, strict=True))
                one, other = entry(pair.left, env, sizes), entry(pair.right, env, sizes)
                why = why_not(one, other)
                if why:
                    return "refuted", _entry(at) + why
                exact = exact and not names(one) and not names(other) and same(arithmetic(one)[0], arithmetic(other)[0])
        except SymbackError as error:
            return "undecided", str(error)
        return ("proved", "") if exact else ("agrees", "rounded, or at the values of the network")

    def _put_in(self, one: Term, other: Term) -> str:
        """Why an entry is not the number on the other side, nor what the numbers put in there make; empty if it is."""
        if not names(one) and not names(other):
            return follows(one, other)
        formula, numbers = (one, other) if len(decimals(one)) <= len(decimals(other)) and names(one) else (other, one)
        values = self.numbers.values(formula)
        if not values:
            return f"{formula} has no value at the values of the network"
        printed = number(numbers)
        if printed is not None:
            return "" if any(printed.rounds(v) for v in values) else f"the value is {_texts(values)}, not {printed.value}"
        rounded = [n for n in decimals(numbers) if self._may_be_rounded(n, formula)]
        choices = [numbers] if not names(numbers) else list(self.numbers.put_in(numbers))
        found = [arithmetic(choice, rounded) for choice in choices]
        if any(abs(v - value) <= off or same(v, value) for v in values for value, off in found):
            return ""
        return f"the value is {_texts(values)}, the numbers put in make {_texts([value for value, _ in found])}"

    def _may_be_rounded(self, literal: Num, formula: Term) -> bool:
        """Whether a decimal stands for a number that was rounded: not where it is a declared number, unless what is read here is one."""
        if abs(literal.value) not in self.hand.declared:
            return True
        shown = number(literal)
        worked_out = [r for r in refs(formula) if r is not formula and r.name not in self.written.leaf]
        return shown is not None and any(shown.rounds(abs(v)) for r in worked_out for v in self.numbers.values(r))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbouring sides over the same free indices."""

    left: Term
    right: Term
    indices: tuple[Index, ...]


def _step(hand: Hand, claim: Claim) -> Side | None:
    """The parameter whose update a claim of nothing but numbers works out: its first side begins with all the values of one array.

    ``[0.1 0.3] − [0.01 0.02] = ...`` over a network in which W is [0.1 0.3] is the step of W.
    """
    if RATE not in hand.network.values or any(s.body is None or names(s.body) for s in claim.sides):
        return None
    body = claim.sides[0].body
    if not isinstance(body, Add) or len(body.args) != 2 or not _is_negative(body.args[1]):
        return None
    network = hand.network
    numbers = Numbers(hand, network)
    for leaf in network.leaves:
        common = aligned(leaf.indices, claim.sides[0].indices)
        if leaf.role not in PARAMETERS or leaf.name not in network.values or common is None or not common[0]:
            continue
        indices, table = common
        sides = [substitute(t, table) for t in (Ref(leaf.name, tuple(Size.of(i) for i in leaf.indices)), body.args[0])]
        if all(_is_value(numbers, at, indices, sides) for at in index_tuples(indices, hand.sizes)):
            name = after_step(leaf.name)
            return Side(name, 0, leaf.indices, Ref(name, tuple(Size.of(i) for i in leaf.indices)))
    return None


def _is_negative(term: Term) -> bool:
    return isinstance(term, Mul) and isinstance(term.args[0], Num) and (term.args[0] is MINUS_ONE or term.args[0].value < 0)


def _is_value(numbers: Numbers, at: Places, indices: tuple[Index, ...], sides: list[Term]) -> bool:
    """Whether an entry of a parameter is the number at the same place."""
    env = dict(zip(indices, at, strict=True))
    own, shown = (entry(t, env, numbers.hand.sizes) for t in sides)
    value, printed = numbers.exact(own), number(shown)
    return value is not None and printed is not None and same(value, printed.value)


def _where(found: Same) -> str:
    """Why two formulas are not the same, and where."""
    values = {} if found.point is None else found.point.shown()
    shown = ", ".join(f"{n} = {v}" for n, v in values.items())
    return _entry(found.places) + found.why + (f" where {shown}" if shown else "")


def _entry(at: Places) -> str:
    return f"entry {', '.join(str(p + 1) for p in at)}: " if at else ""


def _texts(values: object) -> str:
    assert hasattr(values, "__iter__")
    first, *rest = dict.fromkeys(f"{v:.6g}" for v in values)
    return first + (f" (by hand {', '.join(rest)})" if rest else "")


def _shape(side: Side) -> str:
    return " × ".join(str(s) for s in side.shape) or "a number"


__all__ = ["Judge", "Judged", "Link", "Word", "judge"]

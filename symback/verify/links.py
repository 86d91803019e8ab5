"""Chains ``a = b = c`` judged link by link.

A link holds if its sides are the same formula, or if a number printed on one side is what the other side is at the network's
values; and if what it shows is the derivation it looks like: factors of a chain rule telescope, and what is differentiated is the
quantity whose derivative is claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, Add, Mul, Num, Ref, Term
from symback.algebra.traverse import names, refs, substitute
from symback.errors import NumericError, SymbackError
from symback.network.program import PARAMETERS, Program
from symback.numeric.values import Places, index_tuples
from symback.numeric.worked import RATE
from symback.reading.sides import Claim, Side
from symback.verify.derivatives import resolve
from symback.verify.entries import entry
from symback.verify.hand import Hand, Numbers
from symback.verify.identity import Same, aligned, same
from symback.verify.pairs import Pair
from symback.verify.parts import Parts
from symback.verify.printed import arithmetic, decimals, follows, number
from symback.verify.printed import same as same_number
from symback.verify.sized import at_values, writes_entries
from symback.verify.telescope import Node, broken, made, missed
from symback.verify.updates import after_step, later, with_steps
from symback.verify.verdict import Verdict, Word
from symback.verify.wording import term_text, together

STEPS = "the steps that are shown"
ROUNDED = "rounded, or at the values of the network"


class Chains:
    """Judges chains over one network; its worked example is made once."""

    def __init__(self, network: Program) -> None:
        self.hand = Hand(network)
        self.parts = Parts(self.hand)

    def judge(self, claim: Claim) -> Verdict:
        """The verdict on a chain, with one for each of its links.

        A side that holds nothing but parameters may mean them before or after a step of gradient descent (``w = w − η ∂L/∂w``);
        the reading under which more of the chain holds is taken, and said.
        """
        first = _Chain(self.parts, claim).verdict()
        stepped = later(claim) if first.word == "refuted" else None
        if stepped is None:
            return first
        second = _Chain(self.parts, stepped).verdict()
        return second if (failing(second) or len(claim.sides)) > (failing(first) or 0) else first

    def check(self, text: str) -> Verdict:
        """The verdict on a chain as it was published, in LaTeX; *cannot read* with the reason where it cannot be read.

        A text that writes out entries is judged at the sizes that the values of the network have.
        """
        from symback.reading.published import read_published

        try:
            claims = read_published(self.hand.network, text)
        except SymbackError as error:
            return Verdict(_line(text), "cannot read", str(error))
        found = [self.judge(claim) for claim in claims]
        if not all(v.holds for v in found) and any(map(writes_entries, claims)) and self.sized is not None:
            chains, says = self.sized
            second = chains.check(text)
            return replace(second, choices=(*second.choices, f"with {says}"))
        links = tuple(link for v in found for link in v.links or (v,))
        return found[0] if len(found) == 1 else replace(together(_line(text), links), choices=_each(v.choices for v in found))

    @cached_property
    def sized(self) -> tuple[Chains, str] | None:
        """The same over the network with the sizes that its values have; None where these are its sizes anyway."""
        found = at_values(self.hand.network)
        return None if found is None else (Chains(found[0]), found[1])


def check(network: Program, text: str) -> Verdict:
    """The verdict on one published chain over a network."""
    return Chains(network).check(text)


def judge(network: Program, claim: Claim) -> Verdict:
    """The verdict on one chain over a network."""
    return Chains(network).judge(claim)


def failing(verdict: Verdict) -> int | None:
    """The first link that is refuted, counted from 1; None if none is."""
    links = verdict.links or (verdict,)
    return next((k for k, link in enumerate(links, 1) if link.word == "refuted"), None)


class _Chain:
    """One chain being judged: its sides over a program that holds every derivative they read."""

    def __init__(self, known: Parts, claim: Claim) -> None:
        hand = known.hand
        step = _step_of(hand, claim)
        if step is not None:
            said = f"the first side is read as {step.text}"
            claim = replace(claim, sides=(step, *claim.sides), choices=(*claim.choices, said))
        self.hand, self.known, self.claim = hand, known, with_steps(claim)
        self.resolved = resolve(self.claim)
        self.numbers = Numbers(hand, self.resolved.program)

    @cached_property
    def parts(self) -> frozenset[Decimal]:
        """The values of all parts of the formulas in the chain."""
        sides = [(s.indices, s.body) for s in self.resolved.sides if s.body is not None and names(s.body)]
        return frozenset(v for indices, body in sides for v in self.known.of(indices, body, self.numbers))

    def verdict(self) -> Verdict:
        """The links one after the other."""
        sides, resolved = self.claim.sides, self.resolved.sides
        text = " = ".join(_line(s.text) for s in sides)
        links = []
        for written, bodies in zip(pairwise(sides), pairwise(resolved), strict=True):
            line = f"{_line(written[0].text)} = {_line(written[1].text)}"
            links.append(_Link(self, written, bodies, line).verdict())
        if not links:
            return Verdict(text, "cannot read", "nothing is said to be equal", choices=self.claim.choices)
        found = links[0] if len(links) == 1 else together(text, tuple(links))
        return replace(found, claim=text, choices=self.claim.choices)


class _Link:
    """Two neighbouring sides, as written and with their derivatives resolved."""

    def __init__(self, chain: _Chain, written: tuple[Side, Side], bodies: tuple[Side, Side], line: str) -> None:
        self.chain, self.hand, self.line = chain, chain.hand, line
        self.sides = written
        self.fits = aligned(written[0].indices, written[1].indices)
        self.program = chain.claim.program
        if self.fits is not None and all(s.body is not None for s in (*written, *bodies)):
            self.written = self._pair(self.program, written)
            self.pair = self._pair(chain.resolved.program, bodies)

    def _pair(self, program: Program, sides: Iterable[Side]) -> Pair:
        assert self.fits is not None
        indices, table = self.fits
        left, right = (substitute(s.body, table) for s in sides if s.body is not None)
        return Pair(program, indices, left, right, _line(self.sides[0].text), self.chain.resolved.partials)

    def verdict(self) -> Verdict:
        """Shapes, then the derivation, then the values."""
        one, other = self.sides
        clash = one.clash or other.clash
        if clash or one.body is None or other.body is None:
            return self._made("refuted", f"the shapes differ: {clash}")
        if self.fits is None:
            return self._made("refuted", f"the shapes differ: the left side is {_shape(one)}, the right side {_shape(other)}")
        why = broken(self.written.left, self.written.right, self.program) or self._differentiated()
        return replace(self._made("refuted", why), route=STEPS) if why else self._by_value()

    def _made(self, word: Word, why: str = "") -> Verdict:
        return Verdict(self.line, word, why)

    def _differentiated(self) -> str:
        """Why two derivatives by one variable are not of the same quantity; empty if they are, or if that is no question.

        ``∂z/∂w = ∂/∂w(...)``: what stands in brackets has to be z, and a product that makes ∂L/∂w is no derivative of anything else.
        """
        one, other = (made(t, self.program) for t in (self.written.left, self.written.right))
        if one is None or other is None or one.by != other.by or one.of == other.of:
            return ""
        in_place = [n for n in (one.of, other.of) if n.name not in self.hand.network.definition]
        named = next((n for n in (one.of, other.of) if n not in in_place), None)
        products = [t for t in (self.written.left, self.written.right) if not isinstance(t, Ref)]
        if named is None or not (in_place or products):
            return ""
        found = same(replace(self.pair, indices=(), left=Ref(one.of.name, one.of.places), right=Ref(other.of.name, other.of.places)))
        if found.word != "refuted" and (in_place or one.of.name == other.of.name):
            return ""
        return (
            f"what is differentiated is not {named}: {_where(found)}" if in_place else f"{one} is not {other}, which the other factors make"
        )

    # the values ------------------------------------------------------------------------------------------------------------

    def _by_value(self) -> Verdict:
        """The verdict on two sides whose derivation is sound."""
        if not names(self.pair.left) and not names(self.pair.right):
            return self._each(follows)
        found = same(self.pair)
        if found.word == "refuted" and self.hand.network.values and self._has_numbers():
            return self._each(self._put_in)
        return self._by_the_chain_rule(found)

    def _by_the_chain_rule(self, found: Same) -> Verdict:
        """A product of derivatives is proved by its ways, and refuted with the quantity that a way goes around."""
        around = missed(self.written.left, self.written.right, self.program, self.hand.sizes)
        if found.word == "refuted" and isinstance(around, Node):
            return self._made("refuted", f"not every way goes through {around}, so the chain rule needs a sum: {_where(found)}")
        if found.word in ("agrees", "undecided") and around is None:
            return self._made("proved", "the factors telescope, and no way goes around them")
        proof = found.shown
        conditions = (*proof.provided, *(term_text(t, self.pair.program) for t in proof.conditions))
        facts = tuple(dict.fromkeys(f.says(str(n)) for n, f in proof.facts))
        return replace(self._made(found.word, _where(found)), conditions=conditions, facts=facts)

    def _has_numbers(self) -> bool:
        """Whether a side is a number, or has numbers of the network put in for names."""
        if not names(self.pair.left) or not names(self.pair.right):
            return True
        found = [d for t in (self.pair.left, self.pair.right) for d in decimals(t)]
        return bool(found) and self._strange(found) is None

    def _strange(self, literals: Iterable[Num]) -> Num | None:
        """The first decimal that is the value of nothing in the network nor in the chain."""
        shown = [(d, number(d)) for d in literals]
        return next((d for d, p in shown if p is None or not self.chain.known.know(p, self.chain.parts)), None)

    def _each(self, why_not: Callable[[Term, Term], str]) -> Verdict:
        """Every entry of both sides by a question that answers with what is wrong."""
        exact = True
        try:
            for at in index_tuples(self.pair.indices, self.hand.sizes):
                env = dict(zip(self.pair.indices, at, strict=True))
                one, other = (entry(t, env, self.hand.sizes) for t in (self.pair.left, self.pair.right))
                why = why_not(one, other)
                if why:
                    return self._made("refuted", _entry(at) + why)
                exact = exact and not names(one) and not names(other) and same_number(arithmetic(one)[0], arithmetic(other)[0])
        except SymbackError as error:
            return self._made("undecided", str(error))
        return self._made("proved") if exact else self._made("agrees", ROUNDED)

    def _put_in(self, one: Term, other: Term) -> str:
        """Why an entry is not the number on the other side, nor what the numbers put in there make; empty if it is."""
        if not names(one) and not names(other):
            return follows(one, other)
        formula, numbers = (one, other) if names(one) and len(decimals(one)) <= len(decimals(other)) else (other, one)
        values = self.chain.numbers.values(formula)
        if not values:
            raise NumericError(self.sides[0].text, "is not known in numbers", "declare a value for every symbol it rests on")
        printed = number(numbers)
        if printed is not None:
            return "" if any(printed.rounds(v) for v in values) else f"the value is {_texts(values)}, not {printed.value}"
        strange = self._strange(decimals(numbers))
        if strange is not None:
            return f"{strange.literal} is the value of nothing here"
        rounded = [n for n in decimals(numbers) if self._may_be_rounded(n, formula)]
        choices = list(self.chain.numbers.put_in(numbers)) if names(numbers) else [numbers]
        found = [arithmetic(choice, rounded) for choice in choices]
        if any(abs(v - value) <= off or same_number(v, value) for v in values for value, off in found):
            return ""
        return f"the value is {_texts(values)}, the numbers put in make {_texts(value for value, _ in found)}"

    def _may_be_rounded(self, literal: Num, formula: Term) -> bool:
        """Whether a decimal stands for a number that was rounded: not where it is a declared number, unless what is read here is one."""
        if abs(literal.value) not in self.hand.declared:
            return True
        shown = number(literal)
        worked_out = [r for r in refs(formula) if r is not formula and r.name not in self.program.leaf]
        return shown is not None and any(shown.rounds(abs(v)) for r in worked_out for v in self.chain.numbers.values(r))


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


def _line(text: str) -> str:
    return " ".join(text.split())


def _where(found: Same) -> str:
    """Why two formulas are not the same, and where."""
    values = {} if found.point is None else found.point.shown()
    shown = ", ".join(f"{n} = {v}" for n, v in values.items())
    return _entry(found.places) + found.why + (f" where {shown}" if shown else "")


def _entry(at: Places) -> str:
    return f"entry {', '.join(str(p + 1) for p in at)}: " if at else ""


def _texts(values: Iterable[Decimal]) -> str:
    first, *rest = dict.fromkeys(f"{v:.6g}" for v in values)
    return first + (f" (by hand {', '.join(rest)})" if rest else "")


def _shape(side: Side) -> str:
    return " × ".join(str(s) for s in side.shape) or "a number"


__all__ = ["Chains", "check", "failing", "judge"]

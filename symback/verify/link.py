"""One link of a chain: two neighbouring sides, judged by their shapes, by the derivation they show, and by their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from symback.algebra.terms import Num, Ref, Term
from symback.algebra.traverse import factors, names, refs, substitute
from symback.errors import NumericError, SymbackError
from symback.network.program import Program
from symback.numeric.values import Places, index_tuples
from symback.reading.sides import Claim, Side
from symback.verify.derivatives import resolve
from symback.verify.entries import entry
from symback.verify.hand import Numbers
from symback.verify.identity import Same, aligned, part_of, same
from symback.verify.pairs import Pair
from symback.verify.parts import Parts
from symback.verify.printed import Printed, arithmetic, decimals, follows, number
from symback.verify.printed import same as same_number
from symback.verify.telescope import Node, broken, made, missed
from symback.verify.updates import with_steps
from symback.verify.verdict import Verdict, Word
from symback.verify.wording import term_text

MOST_ENTRIES = 1024
STEPS, NUMBERS = "the steps that are shown", "the numbers that are printed"
ROUNDED = "rounded, or at the values of the network"


class Ground:
    """What the links of a chain stand on: the claim, its derivatives as definitions, and the numbers of its network."""

    def __init__(self, known: Parts, claim: Claim) -> None:
        self.known, self.hand, self.claim = known, known.hand, with_steps(claim)
        self.resolved = resolve(self.claim)
        self.numbers = Numbers(self.hand, self.resolved.program)

    @cached_property
    def parts(self) -> frozenset[Decimal]:
        """The values of all parts of the formulas in the chain."""
        sides = [(s.indices, s.body) for s in self.resolved.sides if s.body is not None and names(s.body)]
        return frozenset(v for indices, body in sides for v in self.known.of(indices, body, self.numbers))


HOLDS: dict[Word, str] = {"proved": "for all sizes and values", "agrees": "by numbers; no proof was found"}


def _is_number(side: Side) -> bool:
    """Whether a side is a number written out, which is meant for every entry."""
    return not side.indices and side.body is not None and all(isinstance(f, Num) for f in factors(side.body))


class Link:
    """The ``k``-th equality of a chain, counted from 0."""

    def __init__(self, ground: Ground, k: int) -> None:
        self.ground, self.hand, self.program = ground, ground.hand, ground.claim.program
        self.sides, resolved = ground.claim.sides[k : k + 2], ground.resolved.sides[k : k + 2]
        self.line = " = ".join(one_line(side.text) for side in self.sides)
        one, other = self.sides
        self.fits = aligned(one.indices, one.indices if _is_number(other) else other.indices)
        if self.fits is not None and all(s.body is not None for s in (*self.sides, *resolved)):
            self.written = self._pair(self.program, self.sides)
            self.pair = self._pair(ground.resolved.program, resolved)

    def _pair(self, program: Program, sides: Iterable[Side]) -> Pair:
        assert self.fits is not None
        indices, table = self.fits
        left, right = (substitute(s.body, table) for s in sides if s.body is not None)
        return Pair(program, indices, left, right, one_line(self.sides[0].text), self.ground.resolved.partials)

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

        ``∂z/∂w = ∂/∂w(...)``: what stands in brackets has to be z, or some of its terms, and a product that makes ∂L/∂w is no derivative of anything else.
        """
        one, other = (made(t, self.program) for t in (self.written.left, self.written.right))
        if one is None or other is None or one.by != other.by or one.of == other.of:
            return ""
        in_place = [n for n in (one.of, other.of) if n.name not in self.hand.network.definition]
        named = next((n for n in (one.of, other.of) if n not in in_place), None)
        products = [t for t in (self.written.left, self.written.right) if not isinstance(t, Ref)]
        if named is None or not (in_place or products):
            return ""
        one_of, other_of = (Ref(n.name, n.places) for n in (one.of, other.of))
        found = same(replace(self.pair, left=one_of, right=other_of))
        if found.word != "refuted" and (in_place or one.of.name == other.of.name):
            return ""
        if not in_place:
            return f"{one} is not {other}, which the other factors make"
        some, whole = (other_of, one_of) if named == one.of else (one_of, other_of)
        if part_of(replace(self.pair, left=some, right=whole)):
            return ""
        return f"what is differentiated is not {named}: {_where(found)}"

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
            return replace(self._made("proved", "the factors telescope, and no way goes around them"), route="chain rule")
        proof = found.shown
        conditions = (*proof.provided, *(term_text(t, self.pair.program) for t in proof.conditions))
        facts = tuple(dict.fromkeys(f.says(str(n)) for n, f in proof.facts))
        route = "normal form" if proof.proved else ""
        why = _where(found) or HOLDS.get(found.word, "")
        return replace(self._made(found.word, why), route=route, conditions=conditions, facts=facts)

    def _has_numbers(self) -> bool:
        """Whether a side is a number, or has numbers of the network put in for names."""
        if not names(self.pair.left) or not names(self.pair.right):
            return True
        found = [d for t in (self.pair.left, self.pair.right) for d in decimals(t)]
        return bool(found) and self._strange(found) is None

    def _strange(self, literals: Iterable[Num]) -> Printed | None:
        """The first decimal that is the value of nothing in the network nor in the chain."""
        shown = [p for p in map(number, literals) if p is not None]
        return next((p for p in shown if not self.ground.known.know(p, self.ground.parts)), None)

    def _each(self, why_not: Callable[[Term, Term], str]) -> Verdict:
        """Every entry of both sides by a question that answers with what is wrong."""
        exact = True
        try:
            for count, at in enumerate(index_tuples(self.pair.indices, self.hand.sizes)):
                if count == MOST_ENTRIES:
                    raise NumericError(self.line, f"has more than {MOST_ENTRIES} entries", "judge fewer at a time")
                env = dict(zip(self.pair.indices, at, strict=True))
                one, other = (entry(t, env, self.hand.sizes) for t in (self.pair.left, self.pair.right))
                why = why_not(one, other)
                if why:
                    return replace(self._made("refuted", _entry(at) + why), route=NUMBERS)
                exact = exact and not names(one) and not names(other) and same_number(arithmetic(one)[0], arithmetic(other)[0])
        except SymbackError as error:
            return self._made("undecided", str(error))
        return self._made("proved") if exact else self._made("agrees", ROUNDED)

    def _put_in(self, one: Term, other: Term) -> str:
        """Why an entry is not the number on the other side, nor what the numbers put in there make; empty if it is."""
        if not names(one) and not names(other):
            return follows(one, other)
        formula, numbers = (one, other) if names(one) and len(decimals(one)) <= len(decimals(other)) else (other, one)
        values = self.ground.numbers.values(formula)
        choices = list(self.ground.numbers.put_in(numbers)) if names(numbers) else [numbers]
        if not values or not choices:
            raise NumericError(self.sides[0].text, "is not known in numbers", "declare a value for every symbol it rests on")
        printed, stray = number(numbers), self.ground.numbers.strays(formula)
        if printed is not None:
            return "" if any(printed.rounds(v, stray) for v in values) else f"the value is {_texts(values)}, not {printed.value}"
        strange = self._strange(decimals(numbers))
        if strange is not None:
            near = self.ground.known.nearest(strange, self.ground.parts)
            return f"{strange.value} is the value of nothing here" + (f"; the nearest is {near:.6g}" if near is not None else "")
        rounded = [n for n in decimals(numbers) if self._may_be_rounded(n, formula)]
        found = [arithmetic(choice, rounded) for choice in choices]
        if any(abs(v - value) <= off + stray or same_number(v, value) for v in values for value, off in found):
            return ""
        return f"the value is {_texts(values)}, the numbers put in make {_texts(value for value, _ in found)}"

    def _may_be_rounded(self, literal: Num, formula: Term) -> bool:
        """Whether a decimal stands for a number that was rounded: not where it is a declared number, unless what is read here is one."""
        if abs(literal.value) not in self.hand.declared:
            return True
        shown = number(literal)
        worked_out = [r for r in refs(formula) if r is not formula and r.name not in self.program.leaf]
        return shown is not None and any(shown.rounds(abs(v)) for r in worked_out for v in self.ground.numbers.values(r))


def one_line(text: str) -> str:
    """A text without line breaks."""
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


__all__ = ["NUMBERS", "STEPS", "Ground", "Link", "one_line"]

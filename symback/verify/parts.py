"""The numbers that may be put in: the values of all parts of the formulas of a network.

Whoever works an example by hand writes the value of a name, of a local derivative, of a gradient, or of something on the way there:
a product of some of the factors, a sum of some of the terms. A decimal that is none of these, rounded, is a slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from itertools import combinations, islice
from math import prod

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Mul, Ref, Term
from symback.algebra.traverse import factors, names, walk
from symback.derivation import derive
from symback.errors import SymbackError
from symback.numeric.rounding import CONTEXT
from symback.numeric.values import index_tuples
from symback.numeric.worked import RATE, with_rate
from symback.verify.entries import entry
from symback.verify.hand import Hand, Numbers, reached
from symback.verify.printed import Printed

MOST_ENTRIES, MOST_FACTORS, MOST_PARTS = 256, 7, 20_000
"""How many entries of one formula are looked at, how many factors or terms are taken some at a time, how many values are kept."""


class Parts:
    """The absolute values of all parts of the formulas of a network at its declared values, exactly and by hand."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand

    def know(self, printed: Printed, others: Iterable[Decimal] = ()) -> bool:
        """Whether a decimal is a declared number, or what a part of a formula rounds to, its sign aside.

        ``others`` are values of parts of formulas that stand beside it. Of a network that is too large to be worked by hand every
        number may be one.
        """
        size = Printed(abs(printed.value), printed.half)
        stray = self.hand.stray
        return (
            self.hand.is_large
            or Fraction(size.value) in self.hand.declared
            or any(size.rounds(v, stray * v) for v in (*others, *self._values))
        )

    def nearest(self, printed: Printed, others: Iterable[Decimal] = ()) -> Decimal | None:
        """The value of a part that is nearest to a decimal, its sign aside."""
        return min((*others, *self._values), key=lambda v: abs(v - abs(printed.value)), default=None)

    def of(self, indices: tuple[Index, ...], body: Term, numbers: Numbers) -> Iterator[Decimal]:
        """The values of every part of every entry of a formula."""
        for places, _ in zip(index_tuples(indices, self.hand.sizes), range(MOST_ENTRIES), strict=False):
            try:
                whole = entry(body, dict(zip(indices, places, strict=True)), self.hand.sizes)
            except SymbackError:
                return
            for part in dict.fromkeys(walk(whole)):
                yield from (abs(v) for v in numbers.values(part))
                yield from (abs(v) for v in _some(part, numbers))

    @cached_property
    def _values(self) -> frozenset[Decimal]:
        """Those of every definition, local derivative and gradient, and of the step of every parameter."""
        core = derive(self.hand.network)
        wanted = [*self.hand.network.leaf, *(d.name for d in reached(self.hand.network))]
        program = with_rate(core.gradient_program(wanted))
        bodies = [(d.indices, d.body) for d in program.definitions if isinstance(d.body, Term)]
        bodies += [(local.indices, local.result) for local in core.locals.values()]
        bodies += [(core.printed[n].indices, core.over_leaves(n)) for n in self.hand.network.leaf]
        if RATE in program.leaf:
            slopes = [(program.indices(n), Ref(n, tuple(Size.of(i) for i in program.indices(n)))) for n in program.results]
            bodies += [(indices, Ref(RATE) * slope) for indices, slope in slopes]
        numbers = Numbers(self.hand, program)
        every = (v for indices, body in bodies for v in self.of(indices, body, numbers))
        return frozenset(islice(every, MOST_PARTS))


def _some(part: Term, numbers: Numbers) -> Iterator[Decimal]:
    """The products of some factors of a product, or the sums of some terms of a sum."""
    items = factors(part) if isinstance(part, Mul) else list(part.args) if isinstance(part, Add) else []
    if not 2 < len(items) <= MOST_FACTORS or not names(part):
        return
    for route in (numbers.exact, numbers.by_hand):
        values = [route(item) for item in items]
        known = [v for v in values if v is not None]
        if len(known) == len(items):
            with localcontext(CONTEXT):
                for count in range(2, len(items)):
                    yield from (
                        prod(c, start=Decimal(1)) if isinstance(part, Mul) else sum(c, Decimal(0)) for c in combinations(known, count)
                    )


__all__ = ["Parts"]

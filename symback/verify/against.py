"""One point that speaks against a claim: the sides differ there to hundreds of digits, the loss has a value, and no kink."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from symback.errors import NumericError
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, index_tuples
from symback.verify.allowed import number
from symback.verify.differences import Witness
from symback.verify.pairs import CLAIMED, Pair
from symback.verify.sample import Point
from symback.verify.settled import LEFT, RIGHT, evaluator

DIGITS, SAME, REACH = 400, 20, 150
NEAR = Fraction(1, 10**60)
WAYS = 2


class Ranged(HighPrecision):
    """Real numbers with many digits, none of them so large that what is added to it may be lost; what is as small has a large inverse."""

    def __init__(self, digits: int = DIGITS) -> None:
        super().__init__(digits)
        self.most = self.real(10) ** REACH

    def power(self, base: Any, exponent: Any) -> Any:
        return self._within(super().power(base, exponent))

    def apply(self, op: str, args: Sequence[Any]) -> Any:
        return self._within(super().apply(op, args))

    def _within(self, value: Any) -> Any:
        if abs(value) > self.most:
            raise NumericError("a value", "leaves the range of the digits", "take another point")
        return value


@lru_cache(maxsize=1)
def ranged() -> Ranged:
    """The numbers in which a point is judged."""
    return Ranged()


def contradiction(pair: Pair, point: Point) -> Witness | None:
    """The entry at which the sides differ most; None where they do not, have no value, or it is a kink: each convention is as good."""
    field = ranged()
    try:
        run = evaluator(pair, point, field)
        for partial in pair.partials:
            for places in index_tuples(pair.program.indices(partial.of), point.sizes):
                run.entry(partial.of, places)
        entries = [(at, run.entry(LEFT, at), run.entry(RIGHT, at)) for at in index_tuples(pair.indices, point.sizes)]
        at, left, right = max(entries, key=lambda e: abs(e[1] - e[2]) / (1 + abs(e[1])))
        if not _apart(left, right) or (pair.varied and _jumps(pair, point, at, left if pair.original is pair.left else right)):
            return None
    except NumericError:
        return None
    found = pair.derivative
    if found is not None and found[1] is pair.left:
        left, right = right, left
    return Witness(CLAIMED, at, float(right), float(left), point)


def _apart(one: Any, other: Any) -> bool:
    return bool(abs(one - other) > (1 + abs(one)) * ranged().real(10) ** -SAME)


def _jumps(pair: Pair, point: Point, at: Places, value: Any) -> bool:
    """Whether the original is another number right beside a point, where what is differentiated by varies."""
    rng = random.Random("beside")
    side = LEFT if pair.original is pair.left else RIGHT
    for _ in range(WAYS):
        way = {n: {p: number(rng) * NEAR for p in point.values[str(n)]} for n in pair.varied}
        for sign in (1, -1):
            table = {n: {p: v + sign * way[n][p] if n in way else v for p, v in t.items()} for n, t in point.values.items()}
            if _apart(evaluator(pair, Point(point.sizes, table), ranged()).entry(side, at), value):
                return True
    return False

"""Both sides of a claim at the sizes 1, 2 and 3: in fractions where that is possible, else to many digits."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from symback.errors import NumericError
from symback.numeric.field import Irrational, Rationals
from symback.verify.numbers import affordable, errors
from symback.verify.pairs import Pair
from symback.verify.sample import Point, draw, possible, symbols_of
from symback.verify.settled import EXACT_DIGITS, digits_of


@dataclass(frozen=True)
class SmallSizes:
    """Which sizes were run, and a point at which the sides differ, if any."""

    run: tuple[int, ...] = ()
    failed: Point | None = None
    exact: bool = True


def small_sizes(pair: Pair, seed: str = "small") -> SmallSizes:
    """Both sides at all sizes 1, then 2, then 3: in fractions where that is possible, else to many digits."""
    symbols, tables = symbols_of(pair.program)
    chosen = [dict.fromkeys(symbols, n) for n in (1, 2, 3)] if symbols and not tables else []
    rng = random.Random(seed)
    run: list[int] = []
    exact = True
    for sizes in chosen:
        if not possible(pair.program, sizes) or not affordable(pair, sizes):
            continue
        for turn in range(4):
            try:
                point = draw(pair.program, sizes, rng, positive=turn > 1)
                rational, error = _exact_error(pair, point, exact, rng)
            except NumericError:
                continue
            exact = rational
            if error > 10 ** -(EXACT_DIGITS // 2):
                return SmallSizes(tuple(run), point, exact)
            run.append(next(iter(sizes.values())))
            break
    return SmallSizes(tuple(run), None, exact)


def _exact_error(pair: Pair, point: Point, rational: bool, rng: random.Random) -> tuple[bool, Any]:
    """Whether fractions were enough, and the largest difference of the sides."""
    if rational:
        try:
            return True, max(errors(pair, point, Rationals(), rng), default=0)
        except Irrational:
            pass
    return False, max(errors(pair, point, digits_of(EXACT_DIGITS), rng), default=0)

"""The mistakes people make in a gradient: one row each, a generator of what might have been meant at one place of a formula.

A row sees a spot (a node, the indices in reach there, the node above) and yields changes: another node and a sentence about the
claim. The order of the rows is the order in which people make the mistakes; the search takes the first that is confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symback.network.program import Program
from symback.verify.slips import (
    activation,
    bracket_slip,
    difference_turned,
    extra_factor,
    extra_function,
    extra_term,
    fraction,
    index_slip,
    kronecker,
    lost_function,
    number,
    power,
    sign,
    size,
    transpose,
)
from symback.verify.slips_names import other_name
from symback.verify.slips_sums import factor_order, reduction_axis, reduction_extra, reduction_kind, reduction_lost, reduction_reach
from symback.verify.spots import Changes, Spot

Generator = Callable[[Spot, Program], Changes]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kind of mistake and the changes that would mend it at a spot."""

    name: str
    changes: Generator


MISTAKES: tuple[Mistake, ...] = (
    Mistake("sign", sign),
    Mistake("sign", difference_turned),
    Mistake("transpose", transpose),
    Mistake("transpose", factor_order),
    Mistake("fraction", fraction),
    Mistake("sum or mean", reduction_kind),
    Mistake("extra factor", extra_factor),
    Mistake("activation", activation),
    Mistake("extra term", extra_term),
    Mistake("wrong axis", reduction_axis),
    Mistake("exponent", power),
    Mistake("size", size),
    Mistake("name", other_name),
    Mistake("reduction lost", reduction_lost),
    Mistake("reduction extra", reduction_extra),
    Mistake("reach of a sum", reduction_reach),
    Mistake("function", extra_function),
    Mistake("function lost", lost_function),
    Mistake("number", number),
    Mistake("condition", bracket_slip),
    Mistake("index", index_slip),
    Mistake("Kronecker delta", kronecker),
)
"""The mistakes that need nothing but the claim itself, those people make most often first."""

ORDER: tuple[str, ...] = (
    "layout", "sign", "transpose", "fraction", "sum or mean", "extra factor", "activation", "exponent", "extra term", "size", "constant", "reduction extra", "wrong axis",
    "name", "condition", "Kronecker delta", "reduction lost", "reach of a sum", "function", "number", "index", "factor missing", "term missing", "swapped",
    "division missing", "function lost", "coefficients", "two changes", "zero",
)  # fmt: skip
"""All kinds of mistakes, in the order in which people make them."""

"""Sums of centred quantities are 0, by the normal form; sums of anything else stay."""

from __future__ import annotations

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import ONE, ZERO, Reduce, bracket, ref, sqrt, total
from symback.simplify.centred import drop_centred

r, i, k = Index("r", "m"), Index("i", "n"), Index("k", "n")
MEAN = Definition("mu", (r,), Reduce("mean", i, ref("x", r, i)))
SCALE = Definition("s", (r,), sqrt(Reduce("mean", i, (ref("x", r, i) - ref("mu", r)) ** 2) + ref("eps")))
HAT = Definition("h", (r, i), (ref("x", r, i) - ref("mu", r)) / ref("s", r))
SHIFTED = Definition("h", (r, i), (ref("x", r, i) - ref("mu", r) + 1) / ref("s", r))
OTHER_AXIS = Definition("mu", (i,), Reduce("mean", r, ref("x", r, i)))


@pytest.mark.parametrize("node", [total([i], ref("h", r, i)), Reduce("mean", i, ref("h", r, i)), total([k], ref("h", r, k))])
def test_a_centred_sum_is_dropped(node):
    assert drop_centred(node * ref("g"), (MEAN, SCALE, HAT)) == (ZERO, "h")
    assert drop_centred(ONE + node, (HAT, MEAN)) == (ONE, "h")


@pytest.mark.parametrize(
    ("node", "definitions"),
    [
        (total([i], ref("h", r, i)), (MEAN, SCALE, SHIFTED)),
        (total([r], ref("h", r, i)), (MEAN, SCALE, HAT)),
        (total([i], ref("h", r, i) * ref("g", i)), (MEAN, SCALE, HAT)),
        (total([i], bracket(i, "<=", k) * ref("h", r, i)), (MEAN, SCALE, HAT)),
        (total([i], ref("h", r, i)), (HAT,)),
        (total([i], ref("x", r, i)), (MEAN, SCALE, HAT)),
        (Reduce("max", i, ref("h", r, i)), (MEAN, SCALE, HAT)),
    ],
)
def test_any_other_sum_stays(node, definitions):
    assert drop_centred(node, definitions) == (node, None)


def test_the_other_axis_is_not_centred():
    row_wise = Definition("h", (r, i), ref("x", r, i) - ref("mu", i))
    assert drop_centred(total([i], ref("h", r, i)), (OTHER_AXIS, row_wise))[1] is None
    assert drop_centred(total([r], ref("h", r, i)), (OTHER_AXIS, row_wise)) == (ZERO, "h")

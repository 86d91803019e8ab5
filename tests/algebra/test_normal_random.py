"""Random terms: the normal form has the same value, an equal term is proved equal, and no unequal one is."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from normal_terms import FACTS, FREE, Terms, close, shuffled, values

from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Size
from symback.algebra.traverse import substitute

MACHINE = Normalizer(Given(facts=FACTS))
SEEDS = st.integers(0, 10**9)
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(SEEDS, st.sampled_from([1, 2, 2, 3]))
def test_the_normal_form_has_the_value_of_the_term(seed, depth):
    node = Terms(Random(seed)).term(depth)
    left, right = values(node), values(MACHINE.normal(node))
    assert left is None or right is None or close(left, right)


@QUICK
@given(SEEDS, st.sampled_from([1, 2, 2, 3]))
def test_a_rewritten_term_is_proved_equal(seed, depth):
    node = Terms(Random(seed)).term(depth)
    proof = MACHINE.equal(node, shuffled(node, Random(seed + 1)))
    assert proof.proved or proof.exhausted


@QUICK
@given(SEEDS)
def test_what_is_proved_is_equal_in_value(seed):
    """Pairs that are near each other: two indices swapped, or one put for the other."""
    node = Terms(Random(seed)).term(2)
    first, second = FREE
    for other in (substitute(node, {first: Size.of(second)}), substitute(node, {first: Size.of(second), second: Size.of(first)})):
        left, right = values(node), values(other)
        if left and right and not close(left, right):
            assert not MACHINE.equal(node, other)

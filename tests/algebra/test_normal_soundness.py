"""Nothing false is proved: random terms, changed in ways that look harmless, against values at points with zeros, ties and signs."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hard_terms import FACTS, SHAPES, Hard, changed, differs, n, pad
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symback.algebra.normal import Given, Normalizer, equal
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, ZERO, Count, Num, Reduce, Term, apply, bracket, ref, sqrt, total

MACHINE = Normalizer(Given(facts=FACTS, shapes=SHAPES), 20_000)
a, i, k = (Index(c, n) for c in "aik")
empty = Index("j", pad)
before = Index("s", Size.of(a) - 1)
x, y, p, q = (ref(c) for c in "xypq")
u, v = ref("u", a), ref("v", i)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9), st.sampled_from([1, 2, 2, 3]), st.booleans())
def test_what_is_proved_has_equal_values_where_its_conditions_hold(seed, depth, ties):
    random = Random(seed)
    node = Hard(random).term(depth)
    for _ in range(3):
        other = changed(node, random)
        proof = MACHINE.equal(node, other, ties)
        assert not proof.proved or not differs(node, other, proof.conditions, Random(seed + 1))


def test_the_check_finds_what_is_unequal():
    assert differs(sqrt(x**2), x, (), Random(1))
    assert differs(Reduce("prod", empty, ZERO), ZERO, (), Random(1))
    assert not differs(x / y * y, x, (bracket(y, "!=", 0),), Random(1))


def log(t: Term) -> Term:
    return apply("log", t)


FALSE: tuple[tuple[str, Term, Term], ...] = (
    ("root of a square", sqrt((x - y) ** 2), x - y),
    ("cube root of a square", (x**2) ** Num(Fraction(1, 3)), x ** Num(Fraction(2, 3))),
    ("root of a product", sqrt(x * y), sqrt(x) * sqrt(y)),
    ("logarithm of a square", log((x - y) ** 2), 2 * log(x - y)),
    ("logarithm of a quotient of unknown signs", log(x / y), log(x) - log(y)),
    ("a power of a product", (x * y) ** q, x**q * y**q),
    ("a power of a power", (x**2) ** y, x ** (2 * y)),
    ("a power of a size", x ** Count(n), x),
    ("0 to an unknown power", ZERO**x, ZERO),
    ("an empty product of 0", Reduce("prod", empty, ZERO), ZERO),
    ("an empty sum", total([empty], ONE), ONE),
    ("a range that begins below 0", total([before], u), (Count(a) - 1) * u),
    ("a product over a range that begins below 0", Reduce("prod", before, Num(2)), Num(2) ** (Count(a) - 1)),
    ("the first place cut off", total([i], bracket(i, ">=", 1) * v), total([i], v)),
    ("a shifted range", total([i], bracket(i, ">=", 1) * ref("v", Size.of(i) - 1)), total([i], v)),
    ("strict or not", bracket(x, ">=", y) - bracket(x, ">", y), ZERO),
    ("a bracket of a product", bracket(x * y, ">", 0), bracket(x, ">", 0) * bracket(y, ">", 0)),
    ("binary, one case forgotten", bracket(x * (1 - q), ">=", 0), bracket(x, ">=", 0)),
    ("a maximum of opposites", Reduce("max", i, -v), -Reduce("max", i, v)),
    ("mean and sum", Reduce("mean", i, v), total([i], v)),
)  # fmt: skip


@pytest.mark.parametrize(("left", "right"), [row[1:] for row in FALSE], ids=[row[0] for row in FALSE])
def test_known_traps(left, right):
    for ties in (True, False):
        assert not MACHINE.equal(left, right, ties)


def test_what_one_question_shows_does_not_hold_in_the_next():
    """A root shows that its square is at least 0, an exponential that its logarithm's argument is positive: where they have a value."""
    machine = Normalizer()
    gap, own = x - y, sqrt((x - y) ** 2)
    for shows in (1 / apply("exp", log(gap)), 1 / sqrt(gap) ** 2, (sqrt(gap) ** 2) ** p, 1 / (1 / gap**2) ** 2, log(gap) * sqrt(gap)):
        machine.equal(shows, ONE)
        assert not machine.equal(own, gap)
        assert not machine.equal(bracket(gap * gap, "=", 0), ZERO)


def test_values_where_a_proof_holds_only_under_its_conditions():
    proof = equal(x / (x - y) * (x - y), x)
    assert proof.proved
    assert [repr(c) for c in proof.conditions] == ["[x != y]"]

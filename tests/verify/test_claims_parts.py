"""The parts of the judge: facts and points, conditions, witnesses, small sizes, the words of verdicts."""

import random
from fractions import Fraction
from itertools import product

import pytest

from symback.algebra.facts import DECLARED, Fact, closure
from symback.algebra.sizes import Index
from symback.network.program import Leaf
from symback.reading.claims import read_claim
from symback.reading.files import from_dict
from symback.verify import claims
from symback.verify.allowed import HOLDS, RULES, number, satisfies, satisfying
from symback.verify.claims import check
from symback.verify.conditions import cover
from symback.verify.derivatives import resolve
from symback.verify.equality import prove
from symback.verify.exactly import small_sizes
from symback.verify.numbers import against_differences, look, sets_of
from symback.verify.pairs import pair_of
from symback.verify.verdict import WORST_FIRST, Verdict, Witness, worst_of
from symback.verify.witness import smallest

NUMBERS = {"between": (Fraction(1, 2), Fraction(2)), "magnitude above": (Fraction(1),)}


@pytest.mark.parametrize("kind", DECLARED)
def test_what_a_rule_draws_satisfies_its_fact(kind):
    """And what no rule touched does not."""
    fact = Fact(kind, NUMBERS.get(kind, ()))
    rng = random.Random("rule")
    plain = {p: number(rng) - 3 for p in product(range(3), range(3))}
    leaf = Leaf("A", (Index("i", 3), Index("j", 3)), facts=(fact,))
    assert satisfies([fact], satisfying(leaf, plain, rng))
    assert kind in ("invertible", "magnitude above") or not satisfies([fact], plain)
    assert {kind for kind, _ in RULES} == set(DECLARED) == set(HOLDS) - {"entries sum to one"}


def test_facts_that_contradict_each_other_are_seen():
    rng = random.Random("no")
    facts = (Fact("positive"), Fact("zero diagonal"))
    leaf = Leaf("A", (Index("i", 2), Index("j", 2)), facts=facts)
    assert not satisfies(facts, satisfying(leaf, {p: number(rng) for p in product(range(2), range(2))}, rng))


def test_a_cover_has_a_table_for_each_of_its_sets():
    kinds = tuple(kind for kind in DECLARED if not DECLARED[kind].numbers)
    found = cover((3, 3), (), kinds)
    assert all(any(satisfies(facts, t) for t in found.tables) for facts in found.sets)
    strengths = [(len(s), len(closure(s))) for s in found.sets]
    assert strengths == sorted(strengths)
    assert len(found.tables) < len(found.sets) / 4
    assert ("positive", "zero diagonal") not in [tuple(f.kind for f in s) for s in found.sets]


NET = from_dict({"symbols": {"A": {"shape": ["n", "n"]}, "x": {"shape": ["n"]}}, "forward": "L = x @ A @ x", "loss": "L"})


def _pair(text, net=NET):
    (claim,) = read_claim(net, text)
    resolved = resolve(claim)
    pair, fitted = pair_of(resolved, *resolved.sides)
    assert pair is not None, fitted
    return pair


RIGHT, WRONG = _pair("dL/dx = (A + A.T) @ x"), _pair("dL/dx = A @ x")


def test_each_way_of_looking_tells_right_from_wrong():
    (sizes,) = sets_of(RIGHT, 1)
    assert prove(RIGHT).proved
    assert not prove(WRONG).proved
    assert look(RIGHT, sizes) == "same"
    assert look(WRONG, sizes) == "different"
    assert small_sizes(RIGHT).run == (1, 2, 3)
    assert small_sizes(RIGHT).exact
    assert small_sizes(WRONG).failed is not None
    assert not against_differences(RIGHT, 3, [sizes]).failed
    assert against_differences(WRONG, 3, [sizes]).failed


def test_a_constant_that_is_off_by_a_billionth_is_refuted():
    assert check(NET, "dL/dx = 1.000000001 * (A + A.T) @ x").word == "refuted"
    assert check(NET, "dL/dx = 1.0000000000000000001 * (A + A.T) @ x").word == "refuted"


def test_the_witness_is_small_and_true():
    found = smallest(WRONG)
    assert found.sizes == {"n": 1}
    assert found.values == {"A": [[1]], "x": [1]}
    assert (found.entry, found.claimed, found.right) == ((0,), 1.0, 2.0)
    assert smallest(RIGHT) is None


def test_a_witness_satisfies_the_facts():
    rows = {"y": {"shape": ["k"], "facts": ["positive", "sums to one"]}, "z": {"shape": ["k"]}}
    net = from_dict({"symbols": rows, "forward": "L = -sum(y * log(softmax(z)))", "loss": "L"})
    found = smallest(_pair("dL/dz = y - softmax(z)", net))
    assert sum(found.values["y"]) == pytest.approx(1)
    assert min(found.values["y"]) > 0


def test_words_of_verdicts():
    assert worst_of(("proved", "agrees", "refuted", "cannot read")) == "refuted"
    assert set(WORST_FIRST) == {"proved", "agrees", "agrees to digits", "conditional", "refuted", "undecided", "cannot read"}
    witness = Witness({"n": 1}, {"x": [1]}, (0,), None, 2.0, "log(0)", "∂L/∂x")
    assert "has no value" in witness.values_there
    assert witness.json()["claimed"] is None
    text = Verdict("dL/dx = x", "refuted", "because", witness=witness, repair="the factor 2 is missing", id="c1").text()
    assert text.splitlines()[0] == "c1: dL/dx = x"
    assert "the factor 2 is missing" in text
    assert "n = 1, x = [1]" in text


def test_derivatives_that_are_trivial():
    for claim, word in [("dx/dA = 0", "proved"), ("dx/dx = np.eye(n)", "proved"), ("dA/dx = 1", "refuted"), ("dL/dL = 1", "proved")]:
        assert check(NET, claim).word == word, claim


def test_a_link_that_is_settled_as_a_step_is_not_judged_again(monkeypatch):
    network = from_dict(
        {"symbols": {"w": {}, "x": {}, "y": {}}, "forward": "z = w*x\nh = sigmoid(z)\nL = -(y*log(h) + (1 - y)*log(1 - h))", "loss": "L"}
    )
    judged = []
    real = claims.Judge.verdict
    monkeypatch.setattr(claims.Judge, "verdict", lambda own: judged.append(own.text) or real(own))
    left, right = r"\frac{\partial L}{\partial w} = x \frac{\partial L}{\partial z}", "x (y - h)"
    found = claims.check(network, f"{left} = {right}")
    assert [link.word for link in found.links] == ["proved", "refuted"]
    assert len(judged) == 1
    assert found.links[0].route
    assert found.links[0].form

"""Rounding as by hand: policies, decimal arithmetic, how numbers are written, and which kind each quantity is."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import symback as sb
from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import Num, apply, ref, term
from symback.errors import DeclarationError, NumericError
from symback.network.rounding import EXACT, KINDS, MODES, Policy, Rule
from symback.numeric.desk import put_in
from symback.numeric.kinds import Kinds
from symback.numeric.rounding import decimal, evaluate, given, literal, rounded, settled
from symback.sheets.scalars import scalars

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.mark.parametrize(
    ("value", "rule", "text"),
    [
        ("0.56628", Rule(decimals=4), "0.5663"),
        ("0.125", Rule(decimals=2), "0.13"),
        ("-0.125", Rule(decimals=2), "-0.13"),
        ("0.125", Rule(decimals=2, mode="half-even"), "0.12"),
        ("0.135", Rule(decimals=2, mode="half-even"), "0.14"),
        ("-0.01672", Rule(decimals=3, mode="cut"), "-0.016"),
        ("2.302585", Rule(decimals=5, mode="cut"), "2.30258"),
        ("0.0010213958", Rule(digits=4), "0.001021"),
        ("99.96", Rule(digits=3), "100"),
        ("0.166", Rule(decimals=4), "0.166"),
        ("0.166", Rule(decimals=4, zeros="kept"), "0.1660"),
        ("0.92103", Rule(decimals=4, zeros="significant"), "0.9210"),
        ("0.415", Rule(decimals=4, zeros="significant"), "0.415"),
        ("0.92103", Rule(decimals=4), "0.921"),
        ("0.3", Rule(digits=3, zeros="kept"), "0.300"),
        ("0", Rule(decimals=3, zeros="kept"), "0"),
        ("7", Rule(decimals=0), "7"),
        ("0.0003", Rule(decimals=3), "0.0003"),
        ("-0.000345", Rule(decimals=3), "-0.00035"),
        ("0.000000123", Rule(decimals=3), "1.2e-7"),
        ("123456789012345", Rule(digits=3), "1.23e14"),
        ("1e-400", Rule(digits=2), "1e-400"),
        ("1e70", Rule(decimals=2), "1e70"),
    ],
)
def test_how_a_number_is_written(value, rule, text):
    number = Decimal(value)
    new = rounded(number, rule)
    assert literal(new, rule, new == number) == text


@drawn(
    st.fractions(min_value=-1000, max_value=1000, max_denominator=10**9),
    st.sampled_from(list(MODES)),
    st.one_of(st.builds(lambda n: {"decimals": n}, st.integers(0, 12)), st.builds(lambda n: {"digits": n}, st.integers(1, 12))),
    st.sampled_from(["dropped", "kept", "significant"]),
)
def test_rounding_is_exact_arithmetic(value, mode, length, zeros):
    """Against rational numbers: the nearest multiple, ties as the mode says; what is written reads back as what is meant."""
    rule = Rule(mode=mode, zeros=zeros, **length)
    number = decimal(value)
    new = rounded(number, rule)
    text = literal(new, rule, new == number)
    assert Fraction(text) == Fraction(new)
    assert bool(new) == bool(number)
    unit = Fraction(1, 10**rule.decimals) if rule.decimals is not None else Fraction(10) ** (number.adjusted() - rule.digits + 1)
    exact = Fraction(number)
    if exact and abs(exact) >= unit:
        away = abs(Fraction(new) - exact)
        assert away < unit if mode == "cut" else away <= unit / 2
        assert mode != "cut" or abs(Fraction(new)) <= abs(exact)
        assert mode != "half-up" or away < unit / 2 or abs(Fraction(new)) > abs(exact)
        assert mode != "half-even" or away < unit / 2 or (Fraction(new) / unit) % 2 == 0


@pytest.mark.parametrize("row", [r for r in OPERATIONS.values() if r.arity == 1], ids=lambda r: r.name)
def test_functions_agree_with_the_evaluator_of_high_precision(row):
    from symback.algebra.definitions import Definition
    from symback.network.program import Leaf, Program
    from symback.numeric.evaluate import Evaluator

    body = apply(row.name, ref("x"))
    program = Program("", (Leaf("x"),), (Definition("L", (), body),), ("L",))
    for text in ("0.3", "2.75", "0.0625"):
        expected = Evaluator(program, {"x": text}, digits=80).entry("L", ())
        found = evaluate(put_in(body, {"x": Num(Fraction(text), text)}))
        assert abs(expected - type(expected)(str(found))) <= abs(expected) * type(expected)(10) ** -50 if expected else found == 0


def test_powers():
    assert evaluate(term("0.25") ** "0.5") == Decimal("0.5")
    assert evaluate(term("2") ** -2) == Decimal("0.25")
    assert evaluate(term("0") ** 0) == 1
    assert str(evaluate(term("2") ** "0.3"))[:12] == "1.2311444133"
    for wrong in (term("0") ** -1, term("-1") ** "0.3", apply("log", term("0"))):
        with pytest.raises(NumericError):
            evaluate(wrong)


def test_no_float_is_involved():
    """0.1 + 0.2 is 0.3, and the precision of the caller's own decimals plays no part."""
    from decimal import localcontext

    with localcontext() as context:
        context.prec = 3
        assert evaluate(term("0.1") + "0.2") == Decimal("0.3")
        assert evaluate(term("1.23456789") * "1.00001") == Decimal("1.2345802356789")


def test_a_quantity_with_two_roundings_and_one_that_is_only_shown():
    policy = Policy.of(
        {"mode": "cut", "updated-value": [{"decimals": 3}, {"decimals": 2, "mode": "half-up"}], "loss": {"decimals": 1, "carried": False}}
    )
    value = settled(Decimal("0.22672"), policy, "hidden-updated-value")
    assert [n.literal for n in value.shown] == ["0.226", "0.23"]
    assert value.carried == Decimal("0.23")
    assert value.is_rounded
    shown = settled(Decimal("0.68456"), policy, "loss")
    assert (str(shown), shown.carried, shown.used.value) == ("0.6", Decimal("0.68456"), Fraction("0.68456"))
    assert settled(Decimal("0.68456"), policy, "slope").carried == Decimal("0.68456")
    assert not given(Fraction(1, 5), "0.2").is_rounded


def test_a_kind_without_a_rule_takes_the_one_above():
    policy = Policy.of({"gradient": {"decimals": 1}, "output-gradient": {"decimals": 2}, "output-bias-gradient": {"decimals": 3}})
    found = {kind: [r.decimals for r in policy.rule(kind)] for kind in KINDS if kind.endswith("gradient")}
    assert found == {
        "gradient": [1], "shared-gradient": [1], "output-gradient": [2], "output-weight-gradient": [2], "output-bias-gradient": [3],
        "hidden-gradient": [1], "hidden-weight-gradient": [1], "hidden-bias-gradient": [1],
    }  # fmt: skip
    assert policy.rule("loss") == ()
    assert all(EXACT.rule(kind) for kind in KINDS)


def test_the_kinds_form_a_tree():
    for kind, (above, says) in KINDS.items():
        assert says
        assert above in KINDS or kind == "quantity"


def test_a_policy_in_words():
    policy = Policy.of({"activation": {"decimals": 3}, "updated-value": [{"decimals": 3, "mode": "cut"}, {"digits": 1, "carried": False}]})
    assert policy.says == (
        "activations: 3 decimals, rounded, halves up, used further on as written",
        "updated values: 3 decimals, cut off, used further on as written, then 1 significant digit, rounded, halves up, only shown",
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (3, "rounding: is int, not a table"),
        ({"activations": {"decimals": 3}}, "did you mean activation"),
        ({"activation": 3}, "rounding.activation: is 3"),
        ({"activation": {}}, "has neither decimals nor digits"),
        ({"activation": {"decimals": 3, "digits": 2}}, "has decimals and digits"),
        ({"activation": {"decimals": -1}}, "decimals is a whole number from 0 to 40"),
        ({"activation": {"digits": 0}}, "digits is a whole number from 1 to 40"),
        ({"activation": {"decimals": True}}, "decimals is a whole number"),
        ({"activation": {"decimals": 3, "mode": "up"}}, "mode is one of half-up, half-even, cut"),
        ({"activation": {"decimals": 3, "carried": 1}}, "carried is one of true, false"),
        ({"activation": {"decimals": 3, "zeros": []}}, "zeros is one of dropped, kept, significant"),
        ({"activation": {"decimal": 3}}, "did you mean decimals"),
        ({"mode": "half-dup"}, "mode is one of"),
    ],
)
def test_what_makes_no_sense_is_one_line(table, says):
    with pytest.raises(DeclarationError, match=says) as caught:
        Policy.of(table)
    assert "\n" not in str(caught.value)


def test_a_network_file_that_rounds_wrongly_is_not_read():
    data = {"symbols": {"w": {"role": "weight"}}, "forward": "L = w**2", "loss": "L", "rounding": {"loss": {"decimals": "two"}}}
    with pytest.raises(DeclarationError, match=r"rounding\.loss"):
        sb.Network.from_dict(data)


def test_kinds_are_told_from_the_structure_alone():
    kinds = Kinds(scalars(sb.load(SEEDS / "house.toml").program))
    found = {name: kinds.of_definition(name) for name in kinds.program.definition}
    assert found == {
        "z1_1": "pre-activation", "z1_2": "pre-activation", "h1_1": "activation", "h1_2": "activation",
        "z2_1": "pre-activation", "h2_1": "prediction", "L": "loss",
    }  # fmt: skip
    assert [kinds.of_local(*pair) for pair in (("L", "h2_1"), ("h2_1", "z2_1"), ("z2_1", "h1_1"), ("h1_1", "z1_1"), ("z1_1", "x_1"))] == [
        "loss-derivative", "slope", "link", "slope", "parameter-derivative",
    ]  # fmt: skip
    assert [kinds.of_gradient(n) for n in ("W2_11", "b2_1", "W1_21", "b1_2", "h1_1")] == [
        "output-weight-gradient", "output-bias-gradient", "hidden-weight-gradient", "hidden-bias-gradient", "shared-gradient",
    ]  # fmt: skip
    rows = Kinds(scalars(sb.load(SEEDS / "rows.toml").program))
    assert {n: rows.of_definition(n) for n in rows.program.definition} == {
        "h_1": "activation", "h_2": "activation", "prediction": "prediction", "error": "loss",
    }  # fmt: skip


def test_names_play_no_part():
    """The same network under other names is rounded the same."""
    text = (SEEDS / "neurons.toml").read_text()
    new = {"a1": "q", "a2": "loss_", "z1": "prediction_", "z2": "weird", "E": "zz", "T": "ww", "w2": "u", "b2": "v", "w1": "k", "b1": "m"}
    for old, name in new.items():
        text = re.sub(rf"\b{old}\b", name, text)
    other = sb.Network.from_dict(tomllib.loads(text)).derive().worked()
    own = sb.load(SEEDS / "neurons.toml").derive().worked()
    assert [str(u.new) for u in other.updates] == [str(u.new) for u in own.updates]
    assert [str(g.value) for g in other.gradients] == [str(g.value) for g in own.gradients]


@pytest.mark.parametrize("name", ["house-price", "house-price.toml", "two-neurons", "linear-rows"])
def test_the_examples_round_as_the_texts_they_follow(name):
    from symback.cli import found

    twin = {"house-price": "house", "house-price.toml": "house", "two-neurons": "neurons", "linear-rows": "rows"}[name]
    of, own = found(name).derive().worked(), sb.load(SEEDS / f"{twin}.toml").derive().worked()
    for mine, theirs in ((of.updates, own.updates), (of.gradients, own.gradients)):
        assert [str(u.new if hasattr(u, "new") else u.value) for u in mine] == [
            str(u.new if hasattr(u, "new") else u.value) for u in theirs
        ]
    assert str(of.after) == str(own.after)

"""The oracles accept what is right and refute what is wrong, with a witness."""

from __future__ import annotations

import core_cases
import hand_programs
import pytest
from hand_programs import case, d, define

from symback.algebra.definitions import Definition
from symback.algebra.terms import apply, bracket, ref
from symback.derivation import derive
from symback.network.program import Leaf
from symback.reading.files import from_dict
from symback.verify.differences import check_gradients
from symback.verify.sympy_route import second_route

CASES = hand_programs.CASES


def adjoints(of):
    return {name.by: name for name in of.gradient.results}


def doctored(of, name, change):
    return of.gradient.with_definitions(
        Definition(x.name, x.indices, change(x.body)) if x.name == name else x for x in of.gradient.definitions
    )


@pytest.mark.parametrize("of", CASES, ids=lambda c: c.name)
def test_right_gradients_agree(of):
    outcome = check_gradients(of.program, of.gradient, adjoints(of))
    assert outcome.points == 20
    assert not outcome.failed
    assert outcome.worst < 1e-50


@pytest.mark.parametrize("of", CASES, ids=lambda c: c.name)
@pytest.mark.parametrize(
    "change", [lambda b: -b, lambda b: b * 2, lambda b: b + b * b * "0.000000001"], ids=["sign", "twice", "a billionth"]
)
def test_every_wrong_definition_is_refuted(of, change):
    for definition in of.gradient.definitions[len(of.program.definitions) :]:
        wrong = doctored(of, definition.name, change)
        outcome = check_gradients(of.program, wrong, adjoints(of))
        assert outcome.failed, definition.name
        witness = next(iter(outcome.failed.values()))
        assert witness.formula != witness.difference or "billionth" in str(change) or abs(witness.formula) < 1e3
        assert "by the formula" in str(witness)


@pytest.mark.parametrize("of", [c for c in CASES if c.name not in ("inverse",)], ids=lambda c: c.name)
def test_sympy_agrees_and_refutes(of):
    assert not second_route(of.program, of.gradient, adjoints(of)).failed
    route = second_route(of.program, of.gradient, adjoints(of))
    assert route.entries >= len(adjoints(of))
    name = of.gradient.results[0]
    assert second_route(of.program, doctored(of, name, lambda b: b * 2), adjoints(of)).failed


def test_sympy_says_why_it_was_not_asked():
    of = hand_programs.inverse()
    assert "opaque" in second_route(of.program, of.gradient, adjoints(of)).skipped


@pytest.mark.parametrize("case_", core_cases.CASES, ids=lambda c: c.name)
def test_derived_gradients_of_every_name_agree(case_):
    core = derive(case_.program)
    wanted = {name: core.adjoint(name) for name in core.sweep.order}
    gradient = core.gradient_program(tuple(wanted), facts=True)
    outcome = check_gradients(core.program, gradient, wanted)
    assert outcome.points == 20, outcome.reason
    assert not outcome.failed
    assert not second_route(core.program, gradient, wanted).failed


def test_kinks_are_avoided_but_no_gradient_goes_unchecked():
    relu = case(
        "relu",
        [Leaf("x", (), "weight")],
        [define("L", [], apply("relu", ref("x")))],
        [define(d("x"), [], apply("relu", apply("sign", ref("x"))))],
        ["x"],
        {},
    )
    assert check_gradients(relu.program, relu.gradient, adjoints(relu)).points == 20


def test_a_domain_that_needs_positive_values_is_found():
    log = case("log", [Leaf("x", (), "weight")], [define("L", [], apply("log", ref("x")))], [define(d("x"), [], 1 / ref("x"))], ["x"], {})
    assert check_gradients(log.program, log.gradient, adjoints(log)).points == 20


def test_no_point_at_all_is_undecided():
    bad = case(
        "bad", [Leaf("x", (), "weight")], [define("L", [], apply("log", -(ref("x") ** 2)))], [define(d("x"), [], 2 / ref("x"))], ["x"], {}
    )
    outcome = check_gradients(bad.program, bad.gradient, adjoints(bad))
    assert outcome.points == 0
    assert "log" in outcome.reason


def test_a_formula_without_a_value_where_the_loss_has_a_slope_is_refuted():
    root = case(
        "root",
        [Leaf("x", (), "weight")],
        [define("L", [], ref("x") ** 2)],
        [define(d("x"), [], 2 * apply("exp", apply("log", ref("x"))))],
        ["x"],
        {},
    )
    (witness,) = check_gradients(root.program, root.gradient, adjoints(root)).lacking.values()
    assert "has no value by the formula (log(-" in str(witness)


def test_a_condition_that_holds_near_zero_only_is_met_on_both_sides():
    lost = case(
        "clipped",
        [Leaf("x", (), "weight")],
        [define("L", [], apply("relu", 3 - apply("relu", ref("x"))))],
        [define(d("x"), [], -bracket(ref("x"), ">", 0))],
        ["x"],
        {},
    )
    assert check_gradients(lost.program, lost.gradient, adjoints(lost)).failed


def test_what_is_equal_all_around_a_point_is_no_kink():
    same = max_of(ref("x"), ref("x") + bracket(ref("x"), ">", 0) * (1 - ref("x") / ref("x")))
    right = case("same", [Leaf("x", (), "weight")], [define("L", [], same)], [define(d("x"), [], ref("x") / ref("x"))], ["x"], {})
    outcome = check_gradients(right.program, right.gradient, adjoints(right))
    assert outcome.points == 20
    assert not outcome.failed


def max_of(a, b):
    return bracket(a, ">", b) * a + bracket(a, "<=", b) * b


def test_sympy_is_asked_at_another_size_where_the_loss_has_no_value_at_the_smallest():
    symbols = {"w": {"shape": ["G"]}, "R": {"shape": ["G"]}}
    net = from_dict({"symbols": symbols, "forward": "A = (R - mean(R))/std(R)\nL = mean(minimum(w*A, A))", "loss": "L"})
    gradient = derive(net).gradient_program(["w", "R"])
    route = second_route(net, gradient, {name.by: name for name in gradient.results})
    assert route.entries > 0
    assert not route.failed
    assert not route.skipped

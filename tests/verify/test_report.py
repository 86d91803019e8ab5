"""Reports: words, tables, JSON; a doctored derivation is an error."""

from __future__ import annotations

import json
from dataclasses import replace

import core_cases
import pytest

import symback as sb
from symback.algebra.definitions import Definition
from symback.calculus.trace import Derived
from symback.derivation import derive
from symback.errors import VerificationError
from symback.verify.proof import Prover
from symback.verify.report import verify
from symback.verify.steps import StepChecker

HOUSE = {
    "name": "House price",
    "symbols": {
        "x": {"shape": ["n"]},
        "y": {"role": "target", "shape": ["k"]},
        "W1": {"role": "weight", "shape": ["m", "n"]},
        "b1": {"role": "bias", "shape": ["m"]},
        "W2": {"role": "weight", "shape": ["k", "m"]},
    },
    "forward": {"z1": "W1 @ x + b1", "h1": "sigmoid(z1)", "h2": "W2 @ h1"},
    "loss": {"L": "sum((y - h2)**2) / 2"},
}


@pytest.fixture(scope="module")
def house():
    return sb.Network.from_dict(HOUSE).derive()


def test_every_gradient_of_a_dense_network_is_proved(house):
    report = house.verify()
    assert report.ok
    assert [row.name for row in report] == ["W1", "b1", "W2"]
    assert {row.verdict for row in report} == {"proved"}
    assert all(row.worst < 1e-40 and row.steps["proved"] > 0 for row in report)
    assert "differences of the loss at 20 points at 3 sets of sizes" in report["W1"].route


def test_the_table_reads_and_the_json_is_plain(house):
    report = verify(house.core, ("W1", "h1"), second=False)
    lines = report.text().splitlines()
    assert lines[0].split() == ["gradient", "by", "verdict", "steps", "worst", "error", "route"]
    assert lines[2].startswith("W1  ")
    assert lines[-1].startswith("2 proved; ")
    data = json.loads(json.dumps(report.json()))
    assert data["schema"] == 1
    assert list(data["formulas"][0]) == ["name", "verdict", "route", "conditions", "worst", "seconds", "steps"]


def test_facts_that_were_used_are_conditions():
    symbols = {"z": {"role": "weight", "shape": ["n"]}, "y": {"role": "target", "shape": ["n"], "facts": ["sums to one"]}}
    net = sb.Network.from_dict({"symbols": symbols, "forward": {"p": "softmax(z)", "L": "-sum(y*log(p))"}, "loss": "L"})
    row = net.derive().verify()["z"]
    assert row.verdict == "proved"
    assert row.conditions == ("y sums to one",)


@pytest.mark.parametrize("case", core_cases.CASES, ids=lambda c: c.name)
def test_every_step_of_every_core_program_holds(case):
    core = derive(case.program)
    checker = StepChecker(core)
    for name in core.printed:
        for verdict in checker.check(name):
            assert verdict.word in ("proved", "agrees"), (verdict.step, verdict.why)


@pytest.mark.parametrize("case", core_cases.CASES, ids=lambda c: c.name)
def test_no_wrong_formula_is_proved(case):
    core = derive(case.program)
    gradient = core.gradient_program(core.sweep.order)
    for name in core.sweep.order:
        target = core.adjoint(name)
        wrong = gradient.with_definitions(
            Definition(d.name, d.indices, d.body * 2 + 1) if d.name == target else d for d in gradient.definitions
        )
        assert not Prover(core.program, wrong).show(name, target).proved


def doctored(core, name, position, change):
    derived = core.adjoints[name]
    steps = list(derived.steps)
    steps[position] = replace(steps[position], after=change(steps[position].after))
    return replace(core, adjoints={**core.adjoints, name: Derived.of(tuple(steps), derived.reason)})


@pytest.mark.parametrize("change", [lambda t: -t, lambda t: t * "1.000000001"], ids=["sign", "a billionth"])
def test_a_wrong_step_is_refuted_wherever_it_stands(house, change):
    for name in ("W1", "b1", "W2", "h1", "z1"):
        for position in range(len(house.core.adjoints[name].steps)):
            core = doctored(house.core, name, position, change)
            report = verify(core, ("W1", "b1", "W2", "h1", "z1"), points=3, second=False)
            assert not report.ok, (name, position)
            with pytest.raises(VerificationError, match="gradient by") as caught:
                report.or_raise()
            assert "\n" not in str(caught.value)


def test_a_parameter_the_loss_does_not_reach_is_checked_as_well():
    net = sb.Network.from_dict({"symbols": {"w": {"role": "weight"}, "v": {"role": "weight"}}, "forward": "L = w**2", "loss": "L"})
    report = net.derive().verify()
    assert report.ok
    assert report["v"].verdict in ("proved", "agrees")


def test_a_recurrence_is_proved_by_its_equations_and_a_determinant_agrees():
    cases = {c.name: c for c in core_cases.CASES}
    row = verify(derive(cases["recurrence"].program), ("W",), points=6)["W"]
    assert row.verdict == "proved"
    assert row.route.startswith("normal form, one equation for each name")
    row = verify(derive(cases["inverse"].program), ("A",), points=6)["A"]
    assert row.verdict == "proved"
    assert "opaque" in row.route
    row = verify(derive(cases["determinant"].program), ("A",), points=6)["A"]
    assert row.verdict == "agrees"
    assert row.why.startswith("not proved: ∂L/∂A reads the Jacobian of an opaque row")

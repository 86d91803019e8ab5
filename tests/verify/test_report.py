"""Reports: words, tables, JSON; a doctored derivation is an error."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import core_cases
import pytest

import symback as sb
from symback.algebra.definitions import Definition
from symback.calculus.trace import Derived
from symback.derivation import derive
from symback.errors import VerificationError
from symback.verify.proof import Prover, Shown
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
    assert report["W1"].route == "normal form; differences of the loss at 3 points; sizes 1, 2, 3 to 50 digits; SymPy"


def test_what_is_not_proved_gets_twenty_points_at_three_sets_of_sizes(house, monkeypatch):
    monkeypatch.setattr("symback.verify.report.by_steps", lambda lines, program: False)
    monkeypatch.setattr(Prover, "show", lambda self, name, adjoint: Shown(name == "b1", route="normal form", why="not tried"))
    report = verify(house.core, ("W1", "b1", "W2"), second=False)
    assert [row.verdict for row in report] == ["agrees", "proved", "agrees"]
    assert "differences of the loss at 20 points at 3 sets of sizes" in report["W2"].route
    assert "differences of the loss at 3 points;" in report["b1"].route
    assert [row.points for row in report] == [20, 3, 20]


def test_the_table_reads_and_the_json_is_plain(house):
    report = verify(house.core, ("W1", "h1"), second=False)
    lines = report.text().splitlines()
    assert re.split(r"  +", lines[0]) == ["gradient by", "verdict", "shown by", "points", "SymPy", "worst error", "steps", "time"]
    assert re.split(r"  +", lines[2])[:5] == ["W1", "proved", "normal form", "3", "–"]
    assert re.search(r"^2 proved; \d+ different steps: \d+ proved, \d+ agree; [\d.]+ m?s$", lines[-1])
    data = json.loads(json.dumps(report.json()))
    assert data["schema"] == 1
    assert [key for key in data["formulas"][0] if key != "sympy"] == ["name", "verdict", "route", "conditions", "worst", "seconds", "steps"]


def test_every_step_has_its_line_word_route_error_and_time(house):
    report = verify(house.core, ("W1", "b1"), second=False)
    steps = report.json()["formulas"][0]["steps"]
    assert list(steps[0]) == ["line", "rule", "verdict", "route", "conditions", "worst", "seconds"]
    assert {s["verdict"] for s in steps} == {"proved", "agrees"}
    assert all(s["route"] == "normal form" for s in steps if s["verdict"] == "proved")
    assert all(s["worst"] < 1e-40 for s in steps)
    listed = [line for line in report.text(steps=True).splitlines() if re.match(r" *\d+  ", line)]
    assert len(listed) == len(report.lines) < sum(len(row.lines) for row in report)
    assert any("differences of the definition at 2 points" in line for line in listed)


def test_conventions_at_kinks_are_printed():
    net = sb.Network.from_dict({"symbols": {"w": {"role": "weight"}, "x": {}}, "forward": "L = relu(w*x)", "loss": "L"})
    report = net.derive().verify()
    assert report.ok
    assert "at kinks relu′(0) = 0; inside the subdifferential at" in report.text()
    assert report.json()["kinks"] in report.text()


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
    assert "opaque" in row.not_asked
    row = verify(derive(cases["determinant"].program), ("A",), points=6)["A"]
    assert row.verdict == "agrees"
    assert row.why.startswith("not proved: ∂L/∂A reads the Jacobian of an opaque row")

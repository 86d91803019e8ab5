"""Values at kinks: subgradients by the stated convention, or said not to be."""

from __future__ import annotations

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import Reduce, bracket, ref
from symback.api import Network
from symback.verify.kinks import check_kinks
from symback.verify.sample import size_sets

X = {"x": {"role": "weight", "shape": ["n"]}}
HINGE = {"w": {"role": "weight", "shape": ["n"]}, "b": {"role": "bias"}, "x": {"shape": ["n"]}, "y": {"facts": ["plus or minus one"]}}
LAYER = {"W": {"role": "weight", "shape": ["m", "n"]}, "b": {"role": "bias", "shape": ["m"]}, "x": {"shape": ["n"]}, "v": {"shape": ["m"]}}


def seen(symbols, forward, wrt, change=lambda d: d.body):
    core = Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L"}).derive(wrt).core
    gradient = core.gradient_program(wrt, facts=True)
    targets = {n: core.adjoint(n) for n in wrt}
    changed = (Definition(d.name, d.indices, change(d)) if d.name in targets.values() else d for d in gradient.definitions)
    return check_kinks(core.program, gradient.with_definitions(changed), targets, next(size_sets(core.program)))


CASES = [
    ("absolute value at 0", X, "L = sum(abs(x))", ["x"], "abs′(0) = 0"),
    ("rectifier at 0", X, "L = sum(relu(x))", ["x"], "relu′(0) = 0"),
    ("a maximum that ties", X, "L = max(x)", ["x"], "the places of a maximum share its slope"),
    ("a minimum that ties", X, "L = min(x)", ["x"], "the places of a minimum share its slope"),
    ("hinge at its corner", HINGE, "L = maximum(0, 1 - y*(w @ x + b))", ["w", "b"], "relu′(0) = 0"),
    ("a layer of rectifiers", LAYER, "L = sum(v*relu(W @ x + b))", ["W", "b"], "relu′(0) = 0"),
    ("a condition", X, "L = sum(np.where(x > 0, 2*x, -x))", ["x"], "a condition is decided as it is written"),
]


@pytest.mark.parametrize(("name", "symbols", "forward", "wrt", "convention"), CASES, ids=[c[0] for c in CASES])
def test_the_value_is_a_subgradient_and_the_convention_is_said(name, symbols, forward, wrt, convention):
    found = seen(symbols, forward, wrt)
    assert found.points == 3
    assert not found.outside
    assert convention in found.says
    assert "inside the subdifferential at 3 points" in found.says


@pytest.mark.parametrize("forward", ["L = sum(abs(x))", "L = sum(relu(x))"])
def test_another_value_at_the_kink_is_not(forward):
    assert "no subgradient" in seen(X, forward, ["x"], lambda d: d.body + 2 * bracket(at(d), "=", 0)).outside


def test_a_maximum_that_gives_each_place_the_whole_slope_is_not():
    i = Index("i", "n")
    assert "no subgradient" in seen(X, "L = max(x)", ["x"], lambda d: bracket(at(d), "=", Reduce("max", i, ref("x", i)))).outside


def at(definition):
    return ref("x", *definition.indices)


def test_what_cancels_at_a_kink_has_no_subgradient_there():
    assert "no subgradient" in seen(X, "L = sum(relu(x) - relu(-x))", ["x"]).says


def test_smooth_programs_and_smooth_joints_have_no_kink():
    assert seen(X, "L = sum(tanh(x))", ["x"]).says == ""
    joint = seen(X, "L = sum(relu(x)**2)", ["x"])
    assert joint.points == 0
    assert joint.says.endswith("no kink was met")

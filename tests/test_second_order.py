"""Jacobians (free result indices) and Hessians (the gradient of the gradient), with and without a declared fact."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index
from symback.algebra.terms import ONE, apply, ref, total
from symback.derivation import derive
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator
from symback.numeric.values import index_tuples

i, k, r, c = Index("i", "n"), Index("k", "n"), Index("r", "m"), Index("c", "n")
FACT = (Fact("sums to one"),)


def softmax_cross_entropy(facts=()):
    p = Definition("p", (i,), apply("exp", ref("z", i)) / total([k], apply("exp", ref("z", k))))
    loss = Definition("L", (), -total([i], ref("y", i) * apply("log", ref("p", i))))
    return Program("softmax", (Leaf("z", (i,), "weight"), Leaf("y", (i,), "target", facts)), (p, loss), ("L",))


def logistic_regression():
    h = Definition("h", (r,), ONE / (ONE + apply("exp", -total([i], ref("X", r, i) * ref("w", i)))))
    losses = ref("y", r) * apply("log", ref("h", r)) + (ONE - ref("y", r)) * apply("log", ONE - ref("h", r))
    loss = Definition("L", (), -total([r], losses))
    return Program("logistic", (Leaf("w", (i,), "weight"), Leaf("X", (r, i)), Leaf("y", (r,), "target")), (h, loss), ("L",))


def tanh_layer():
    h = Definition("h", (r,), apply("tanh", total([i], ref("W", r, i) * ref("x", i))))
    return Program("layer", (Leaf("W", (r, i), "weight"), Leaf("x", (i,))), (h,), ("h",))


SIZES = {"n": 3, "m": 5}


def values_of(program, seed):
    rng = random.Random(seed)
    values = {}
    for leaf in program.leaves:
        entries = {p: Fraction(rng.randint(1000, 9000), 10000) for p in index_tuples(leaf.indices, SIZES)}
        if any(f.kind == "sums to one" for f in leaf.facts):
            entries = {p: v / sum(entries.values()) for p, v in entries.items()}
        values[leaf.name] = entries
    return values


def nested(entries):
    if () in entries:
        return entries[()]
    firsts = dict.fromkeys(p[0] for p in entries)
    return [nested({p[1:]: v for p, v in entries.items() if p[0] == f}) for f in firsts]


def evaluator(program, values):
    return Evaluator(program, {n: nested(e) for n, e in values.items()}, SIZES, digits=100)


def differences(program, result, leaf, values):
    """∂result[places]/∂leaf[place] by central differences, for every pair of places."""
    step, found = Fraction(1, 10**33), {}
    for place in values[leaf]:
        sides = [evaluator(program, values | {leaf: values[leaf] | {place: values[leaf][place] + s * step}}) for s in (1, -1)]
        for places in index_tuples(program.indices(result), SIZES):
            found[(*places, *place)] = (sides[0].entry(result, places) - sides[1].entry(result, places)) / 2 * 10**33
    return found


def check(program, result, leaf, values, tolerance=10**-50):
    derivation = derive(program, result)
    run = evaluator(derivation.gradient_program(), values)
    expected = differences(program, result, leaf, values)
    assert len(expected) > 1
    for places, value in expected.items():
        assert abs(run.entry(derivation.adjoint(leaf), places) - value) < tolerance, places


@pytest.mark.parametrize(("program", "result"), [(softmax_cross_entropy(), "p"), (tanh_layer(), "h")])
def test_jacobian(program, result):
    for leaf in program.leaves:
        if result == "p" and leaf.name == "y":
            continue
        check(program, result, leaf.name, values_of(program, 1))


def test_softmax_jacobian_reads_as_in_a_textbook():
    jacobian = derive(softmax_cross_entropy(), "p").adjoints["z"].result
    assert str(jacobian) == "([i = i'] + -1*p[i])*p[i']"


@pytest.mark.parametrize("program", [softmax_cross_entropy(), logistic_regression()], ids=lambda p: p.name)
def test_hessian_is_the_gradient_of_the_gradient(program):
    first = derive(program)
    parameter = next(leaf.name for leaf in program.leaves if leaf.role == "weight")
    gradients = first.gradient_program()
    check(gradients, first.adjoint(parameter), parameter, values_of(program, 2))


def test_logistic_hessian_has_its_closed_form():
    first = derive(logistic_regression())
    second = derive(first.gradient_program(), first.adjoint("w"))
    run = evaluator(second.gradient_program(), values := values_of(logistic_regression(), 3))
    x, h = values["X"], [run.entry("h", (n,)) for n in range(5)]
    for a in range(3):
        for b in range(3):
            closed = sum(run.field.number(x[n, a] * x[n, b]) * h[n] * (1 - h[n]) for n in range(5))
            assert abs(run.entry(second.adjoint("w"), (a, b)) - closed) < 10**-50


def test_a_fact_acts_only_after_the_last_differentiation():
    """p·Σy − y differentiated by y is p_i − δ_ij; from p − y, the fact used too early, it would be −δ_ij."""
    program = softmax_cross_entropy(FACT)
    first = derive(program)
    assert str(first.printed["z"].result) == "p[i] + -1*y[i]"
    assert [f.kind for step in first.printed["z"].steps for _, f in step.facts] == ["sums to one"]
    mixed = derive(first.gradient_program(), first.adjoint("z"))
    run = evaluator(mixed.gradient_program(), values_of(program, 4))
    for a in range(3):
        for b in range(3):
            expected = run.entry("p", (a,)) - (a == b)
            assert abs(run.entry(mixed.adjoint("y"), (a, b)) - expected) < 10**-50
    hessian = derive(first.gradient_program(), first.adjoint("z"))
    run = evaluator(hessian.gradient_program(), values_of(program, 4))
    p = [run.entry("p", (a,)) for a in range(3)]
    for a in range(3):
        for b in range(3):
            assert abs(run.entry(hessian.adjoint("z"), (a, b)) - ((a == b) * p[a] - p[a] * p[b])) < 10**-50


def test_without_the_fact_the_gradient_keeps_the_sum():
    assert "sum" in str(derive(softmax_cross_entropy()).printed["z"].result)

"""The derivations of the five teaching networks, line by line, and the whole journey's promises."""

from __future__ import annotations

import pytest

from symback.algebra.normal import equal
from symback.algebra.relabel import Renaming
from symback.algebra.terms import Partial, mul
from symback.algebra.traverse import names
from symback.api import Network
from symback.calculus.chain import chain
from symback.derivation import derive
from symback.notation.write import formula_text
from symback.simplify.rules import RULES
from symback.simplify.unfold import split, way_back


def scalars(weights, inputs, targets, forward, loss):
    roles = {**dict.fromkeys(weights, "weight"), **dict.fromkeys(inputs, "input"), **dict.fromkeys(targets, "target")}
    return Network.from_dict({"symbols": {n: {"role": r} for n, r in roles.items()}, "forward": forward, "loss": loss})


HOUSE = scalars(
    ["w1_11", "w1_12", "w1_21", "w1_22", "b1_1", "b1_2", "w2_11", "w2_12", "b2_1"], ["x_1", "x_2"], ["y"],
    """z1_1 = b1_1 + w1_11*x_1 + w1_12*x_2
       z1_2 = b1_2 + w1_21*x_1 + w1_22*x_2
       h1_1 = sigmoid(z1_1)
       h1_2 = sigmoid(z1_2)
       z2_1 = b2_1 + w2_11*h1_1 + w2_12*h1_2
       h2_1 = z2_1
       L = 1/2*(y - h2_1)**2""", "L")  # fmt: skip
TANH = scalars(
    ["w_1", "b_1", "w_2", "b_2"], ["h_0"], ["y"],
    """z_1 = w_1*h_0 + b_1
       h_1 = tanh(z_1)
       z_2 = w_2*h_1 + b_2
       h_2 = tanh(z_2)
       L = 1/2*(y - h_2)**2""", "L")  # fmt: skip
CROSS = scalars(
    ["w3_1", "w3_2", "w3_3", "b3"], ["h2_1", "h2_2", "h2_3"], ["y"],
    """z3 = w3_1*h2_1 + w3_2*h2_2 + w3_3*h2_3 + b3
       p = 1/(1 + exp(-z3))
       L = -(y*log(p) + (1 - y)*log(1 - p))""", "L")  # fmt: skip
TWO = scalars(
    ["w1", "b1", "w2", "b2"], ["x1"], ["T"],
    """z1 = w1*x1 + b1
       a1 = sigmoid(z1)
       z2 = w2*a1 + b2
       a2 = sigmoid(z2)
       E = 1/2*(T - a2)**2""", "E")  # fmt: skip
ROWS = scalars(
    ["w1", "w2", "w3", "w4", "w5", "w6"], ["i1", "i2"], ["actual"],
    """h1 = i1*w1 + i2*w2
       h2 = i1*w3 + i2*w4
       prediction = h1*w5 + h2*w6
       E = 1/2*(prediction - actual)**2""", "E")  # fmt: skip
ALL = {"house": HOUSE, "tanh": TANH, "cross": CROSS, "two": TWO, "rows": ROWS}


def factors_of(net, name, contracted=False):
    core = derive(net.program)
    found = chain(core.sweep, core.locals, name, contracted)
    assert found.start == core.sweep.result
    return [(str(k.of), str(k.by), *(write(core, v) for v in k.values)) for k in found.links]


def write(core, term):
    return formula_text(term, (), core.gradient_program())


def line(core, step):
    return write(core, step.before), write(core, step.after)


@pytest.mark.parametrize(("weight", "last"), [("w2_11", "h1_1"), ("w2_12", "h1_2"), ("b2_1", "1")])
def test_output_weights_as_three_factors(weight, last):
    assert factors_of(HOUSE, weight) == [("L", "h2_1", "−(y − h2_1)"), ("h2_1", "z2_1", "1"), ("z2_1", weight, last)]


@pytest.mark.parametrize(
    ("weight", "unit", "last"),
    [("w1_11", 1, "x_1"), ("w1_12", 1, "x_2"), ("w1_21", 2, "x_1"), ("w1_22", 2, "x_2"), ("b1_1", 1, "1"), ("b1_2", 2, "1")],
)
def test_hidden_weights_through_a_contracted_linear_output(weight, unit, last):
    h, z = f"h1_{unit}", f"z1_{unit}"
    assert factors_of(HOUSE, weight, contracted=True) == [
        ("L", "h2_1", "−(y − h2_1)"), ("h2_1", h, f"w2_1{unit}"), (h, z, f"{h}(1 − {h})"), (z, weight, last),
    ]  # fmt: skip
    written_out = factors_of(HOUSE, weight)
    assert [k[:2] for k in written_out] == [("L", "h2_1"), ("h2_1", "z2_1"), ("z2_1", h), (h, z), (z, weight)]


def test_the_slope_of_the_sigmoid_is_shown_before_it_is_written_through_the_output():
    core = derive(HOUSE.program)
    steps = core.locals[Partial("h1_1", "z1_1", local=True)].steps
    assert [write(core, s.after) for s in steps] == ["σ(z1_1)·(1 − σ(z1_1))", "h1_1(1 − h1_1)"]
    assert [s.rule for s in steps] == ["differentiate", "fold"]


def test_shared_factors_are_named_once():
    d = HOUSE.derive()
    assert d["w2_11"].text() == "∂L/∂w2_11 = ∂L/∂z2_1·h1_1"
    assert d["w2_11"].text(over="leaves") == "∂L/∂w2_11 = −(y − h2_1)·h1_1"
    assert d["z1_2"].text() == "∂L/∂z1_2 = ∂L/∂z2_1·w2_12·h1_2(1 − h1_2)"
    assert d["w1_21"].text() == "∂L/∂w1_21 = ∂L/∂z1_2·x_1"


def test_tanh_chain():
    assert factors_of(TANH, "w_2") == [("L", "h_2", "−(y − h_2)"), ("h_2", "z_2", "1 − h_2²"), ("z_2", "w_2", "h_1")]
    core = derive(TANH.program)
    steps = core.locals[Partial("h_2", "z_2", local=True)].steps
    assert [write(core, s.after) for s in steps] == ["1 − tanh(z_2)²", "1 − h_2²"]
    assert TANH.derive()["w_2"].text(over="leaves") == "∂L/∂w_2 = −(y − h_2)(1 − h_2²)·h_1"
    assert [k[:2] for k in factors_of(TANH, "w_1")] == [("L", "h_2"), ("h_2", "z_2"), ("z_2", "h_1"), ("h_1", "z_1"), ("z_1", "w_1")]


def test_cross_entropy_by_the_prediction():
    core = derive(CROSS.program)
    lines = [write(core, s.after) for s in core.locals[Partial("L", "p", local=True)].steps]
    assert lines[-2:] == ["−(y/p − (1 − y)/(1 − p))", "(p − y)/(p(1 − p))"]


def test_sigmoid_spelled_out_keeps_both_signs_then_splits_the_square():
    core = derive(CROSS.program)
    steps = core.locals[Partial("p", "z3", local=True)].steps
    raw, *_, parted, folded = [write(core, s.after) for s in steps]
    assert raw.count("−1") + raw.startswith("−") >= 2
    assert [s.rule for s in steps] == ["differentiate", "arithmetic", "fraction", "split", "fold"]
    assert write(core, steps[2].after) == "exp(−z3)/(1 + exp(−z3))²"
    assert parted.count("/(1 + exp(−z3))") == 2
    assert folded == "p(1 − p)"


def test_and_the_way_back_over_a_common_denominator():
    core = derive(CROSS.program)
    definition = core.program.definition["p"]
    step = core.locals[Partial("p", "z3", local=True)].steps[-1]
    assert split(step.before, definition) is not None
    folded, back, opened, closed = way_back(step.after, step.before, definition)
    assert folded is step.after
    assert write(core, back).count("1/(1 + exp(−z3))") == 2
    assert "1 + exp(−z3) − 1" in write(core, opened)
    assert equal(closed, step.before).proved


def test_the_cancellation_is_shown():
    core = derive(CROSS.program)
    steps = core.adjoints["z3"].steps
    cancelled = next(s for s in steps if s.rule == "collect")
    assert line(core, cancelled) == ("(p − y)/(p(1 − p))·p(1 − p)", "p − y")
    assert CROSS.derive()["w3_2"].text(over="leaves") == "∂L/∂w3_2 = (p − y)·h2_2"


def test_two_neurons():
    expected = [("E", "a2", "−(T − a2)"), ("a2", "z2", "a2(1 − a2)"), ("z2", "a1", "w2"), ("a1", "z1", "a1(1 − a1)")]
    assert factors_of(TWO, "w1") == [*expected, ("z1", "w1", "x1")]
    assert factors_of(TWO, "b1") == [*expected, ("z1", "b1", "1")]
    assert factors_of(TWO, "w2") == [*expected[:2], ("z2", "w2", "a1")]
    assert list(TWO.derive(["w2", "b2", "w1", "b1"]).gradients) == ["w2", "b2", "w1", "b1"]


def test_row_vector_network():
    core = derive(ROWS.program)
    assert write(core, core.program.over_leaves("prediction")) == "(i1·w1 + i2·w2)·w5 + (i1·w3 + i2·w4)·w6"
    delta = "(prediction − actual)"
    texts = {n: f.text(over="leaves").split(" = ")[1] for n, f in ROWS.derive().gradients.items()}
    assert texts == {
        "w1": f"{delta}·w5·i1", "w2": f"{delta}·w5·i2", "w3": f"{delta}·w6·i1", "w4": f"{delta}·w6·i2",
        "w5": f"{delta}·h1", "w6": f"{delta}·h2",
    }  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_the_factors_of_a_chain_multiply_to_the_gradient(name):
    net = ALL[name]
    core = derive(net.program)
    for leaf in net.program.leaves:
        found = chain(core.sweep, core.locals, leaf.name)
        if found.start == core.sweep.result and found.links:
            product = mul(v for k in found.links for d in k.locals for v in (d.result,))
            assert equal(product, core.over_leaves(leaf.name)).proved, leaf.name


@pytest.mark.parametrize("name", ALL)
def test_steps_are_the_computation(name):
    """Each line starts where the one before ended, the result is the last line, and replaying a rule gives its line."""
    core = derive(ALL[name].program)
    for derived in (*core.locals.values(), *core.adjoints.values()):
        assert derived.result is derived.steps[-1].after
        for above, below in zip(derived.steps, derived.steps[1:], strict=False):
            assert below.before is above.after
        for step in derived.steps:
            if step.rule in RULES:
                assert RULES[step.rule].apply(step.before) is step.after


@pytest.mark.parametrize("name", ALL)
def test_what_is_printed_does_not_depend_on_what_was_asked_for(name):
    net = ALL[name]
    everything = net.derive([leaf.name for leaf in net.program.leaves]).gradients
    for chosen, formula in everything.items():
        assert net.derive([chosen])[chosen].text() == formula.text()


def test_a_repeated_shape_is_renamed_and_says_so():
    fresh = scalars(
        ["wq"], ["xq"], [], "zq = wq*xq\nhq = exp(-zq**2)\nzr = wq*hq\nhr = exp(-zr**2)\nQ = hr", "Q"
    )  # fmt: skip
    core = derive(fresh.program)
    first, second = (core.locals[Partial(h, z, local=True)] for h, z in (("hq", "zq"), ("hr", "zr")))
    first, second = (first, second) if second.like is first else (second, first)
    assert second.like is first
    renaming = Renaming({str(first.target.of): str(second.target.of), str(first.target.by): str(second.target.by)})
    assert [renaming.term(s.after) for s in first.steps] == [s.after for s in second.steps]


def test_an_adjoint_that_was_put_in_can_still_be_asked_for():
    core = derive(HOUSE.program)
    assert "h1_1" in core.spliced
    assert HOUSE.derive()["h1_1"].text() == "∂L/∂h1_1 = ∂L/∂z2_1·w2_11"


def test_over_leaves_no_gradient_is_read():
    core = derive(HOUSE.program)
    assert core.adjoints["w1_11"].gradients_read == ("z1_1",)
    assert not any(isinstance(n, Partial) for n in names(core.over_leaves("w1_11")))


@pytest.mark.parametrize("letters", ["xmvu", "abcd", "pqrt"])
def test_a_gradient_folded_last_is_renamed_with_its_shape(letters):
    """What was found for one network is used for another of the same shape, whatever its names and sizes are called."""
    x, m, v, u = letters
    symbols = {name: {"shape": [f"size_{x}"], "role": "weight"} for name in (x, m, v)}
    lines = f"s = sqrt({v} + 1)\n{u} = ({x} - {m})/s\nL = sum({u}**2)"
    derivation = Network.from_dict({"symbols": symbols, "forward": lines, "loss": "L"}).derive()
    assert all(derivation[name].text().startswith(f"∂L/∂{name} = ") for name in (x, m, v))

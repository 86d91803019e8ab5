"""Whole networks drawn at random, scalar and matrix: every gradient and every step against high-precision differences."""

from __future__ import annotations

from hypothesis import given, note
from hypothesis import strategies as st

from symback.api import Network
from symback.notation.write import formula_text
from symback.verify.differences import check_gradients
from symback.verify.steps import StepChecker

SCALAR_OPS = ["tanh({0})", "sigmoid({0})", "exp({0}/3)", "sin({0})", "log({0}**2 + 1)", "sqrt({0}**2 + 2)", "softplus({0})", "{0}**2", "{0}**3", "-{0}",
              "1/(1 + exp(-{0}))", "(exp({0}) - exp(-{0}))/(exp({0}) + exp(-{0}))", "relu({0})", "abs({0})", "{0}*sigmoid({0})", "2 - {0}/4"]  # fmt: skip
SCALAR_PAIRS = ["{0} + {1}", "{0} - {1}", "{0}*{1}", "{0}/({1}**2 + 1)", "maximum({0}, {1})", "where({0} > {1}, {0}, 2*{1})", "arctan2({0}, {1}**2 + 1)",
                "({0} - {1})*{0}", "{0}*{1} + {0}", "exp({0}/4)*exp(-{1}/4)"]  # fmt: skip
VECTOR_OPS = [op for op in SCALAR_OPS if "abs" not in op] + [
    "exp({0})/sum(exp({0}))", "{0} - mean({0})", "({0} - mean({0}))/sqrt(var({0}) + 0.1)", "{0}/sqrt(sum({0}**2) + 1)", "cumsum({0})", "flip({0})", "{0}*sum({0})",
    "A @ {0}", "{0} @ A", "sort({0})", "{0}*max({0})", "where({0} > 0, {0}, {0}/5)",
]  # fmt: skip
VECTOR_PAIRS = ["{0} + {1}", "{0} - {1}", "{0}*{1}", "{0}/({1}**2 + 1)", "{0}*sum({1})", "outer({0}, {1}) @ {0}", "({0} @ {1})*{1}", "maximum({0}, {1})",
                "outer({0}, {1}).T @ {1}", "concatenate([{0}, {1}])[1:n + 1]"]  # fmt: skip
LOSSES = [
    "sum({0}**2)/2",
    "sum(y*{0})",
    "mean(({0} - y)**2)",
    "log(sum(exp({0})))",
    "-sum(y*log(exp({0})/sum(exp({0}))))",
    "max({0}) + sum({0})",
    "sqrt(sum({0}**2) + 1)",
]


def chain(draw, start, ops, pairs):
    """Lines, each a definition over what is there already; the last one is read by the loss."""
    known, lines = list(start), []
    for k in range(draw(st.integers(2, 5))):
        both = draw(st.booleans())
        template = draw(st.sampled_from(pairs if both else ops))
        first = known[-1] if k and draw(st.booleans()) else draw(st.sampled_from(known))
        lines.append(f"u{k} = " + template.format(first, draw(st.sampled_from(known))))
        known.append(f"u{k}")
    return lines, known


@st.composite
def scalar_networks(draw):
    lines, known = chain(draw, ["w", "x", "w*x + b"], SCALAR_OPS, SCALAR_PAIRS)
    loss = " + ".join([f"(y - {known[-1]})**2/2", *(f"{n}*y" for n in draw(st.lists(st.sampled_from(known), max_size=1)))])
    return {
        "symbols": {"w": {"role": "weight"}, "b": {"role": "bias"}, "x": {}, "y": {}},
        "forward": "\n".join([*lines, f"L = {loss}"]),
        "loss": "L",
    }


@st.composite
def vector_networks(draw):
    lines, known = chain(draw, ["x", "W @ x + b", "b"], VECTOR_OPS, VECTOR_PAIRS)
    loss = draw(st.sampled_from(LOSSES)).format(known[-1])
    symbols = {"W": {"role": "weight", "shape": ["n", "n"]}, "b": {"role": "bias", "shape": ["n"]}, "A": {"shape": ["n", "n"]}, "x": {"shape": ["n"]},
               "y": {"shape": ["n"]}}  # fmt: skip
    return {"symbols": symbols, "forward": "\n".join([*lines, f"L = {loss}"]), "loss": "L"}


def checked(data, points):
    note(data["forward"])
    core = Network.from_dict(data).derive().core
    names = [leaf.name for leaf in core.program.leaves]
    gradients = core.gradient_program((*names, *core.spliced))
    outcome = check_gradients(core.program, gradients, {n: core.adjoint(n) for n in (*names, *core.spliced)}, points=points)
    assert not outcome.failed, [str(w) for w in outcome.failed.values()]
    return core


@given(scalar_networks())
def test_scalar_networks(data):
    checked(data, 2)


@given(vector_networks())
def test_vector_networks(data):
    checked(data, 1)


@given(vector_networks())
def test_steps_of_vector_networks(data):
    note(data["forward"])
    core = Network.from_dict(data).derive().core
    checker = StepChecker(core)
    for name in ("W", "x"):
        for verdict in checker.check(name):
            assert verdict.word in ("proved", "agrees", "undecided"), (verdict.why, verdict.step)


@given(vector_networks())
def test_every_formula_has_a_printed_form_without_internal_names(data):
    core = Network.from_dict(data).derive().core
    for derived in core.adjoints.values():
        text = formula_text(derived.result, derived.indices, core.printing_program)
        assert not any(mark in text for mark in ("'", "·held", "#"))

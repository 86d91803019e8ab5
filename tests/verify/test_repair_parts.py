"""The parts of the repair search on their own: numbers named, layouts, edits, differences in words, what is never claimed."""

from __future__ import annotations

import numpy as np
import pytest

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import Mul, Num, apply, ref, total
from symback.network.program import Leaf, Program
from symback.reading.claims import claim_network, read_claim
from symback.verify.arrays import Arrays
from symback.verify.constants import Constants
from symback.verify.differing import difference, entries_in_words
from symback.verify.edits import numpy_edits
from symback.verify.edits_latex import latex_edits
from symback.verify.ingredients import fitted
from symback.verify.layouts import layouts
from symback.verify.mending import mended_text
from symback.verify.repair import repair
from symback.verify.spots import negated

I, J = Index("i", "n"), Index("j", "m")
SCALARS = Program("", (Leaf("x", (I, J)), Leaf("a"), Leaf("b")), (), ())
POINTS = (({"n": 3, "m": 5}, 0.7, -1.3), ({"n": 5, "m": 7}, 1.1, 0.4), ({"n": 7, "m": 2}, 0.3, 2.9))


def _constants() -> Constants:
    values = [{"x": np.ones((s["n"], s["m"])), "a": a, "b": b} for s, a, b in POINTS]
    return Constants(SCALARS, [Arrays(SCALARS, v, s) for v, (s, _, _) in zip(values, POINTS, strict=True)])


NAMED = (
    ("1/2", lambda s, a, b: 0.5),
    ("44715/1000000", lambda s, a, b: 0.044715),
    ("1*(n)^-1", lambda s, a, b: 1 / s["n"]),
    ("2*m", lambda s, a, b: 2 * s["m"]),
    ("1*((n)^1/2)^-1", lambda s, a, b: s["n"] ** -0.5),
    ("n*(n - 1)^-1", lambda s, a, b: s["n"] / (s["n"] - 1)),
    ("a", lambda s, a, b: a),
    ("-3*(b^2)^-1", lambda s, a, b: -3 / b**2),
    ("1*(2^1/2)^-1", lambda s, a, b: 0.5**0.5),
)


@pytest.mark.parametrize(("name", "value"), NAMED, ids=[n for n, _ in NAMED])
def test_numbers_met_at_three_points_are_named(name, value):
    values = [value(*point) for point in POINTS]
    found = next(_constants().named(*values))
    runs = _constants().runs
    assert [float(run.entries(found, ())) for run in runs] == pytest.approx(values, rel=1e-12)
    assert repr(found) == name or name == "44715/1000000"


def test_a_number_without_a_name_has_none():
    assert list(_constants().named(0.1234567891, 0.2345678912, 0.9876543219)) == []


def test_layouts_of_other_shapes():
    right = Definition("g", (I,), ref("y", I))
    both = [layout.says for layout in layouts((J, I), ref("x", I, J), right)]
    assert both == ["the sum over the axis of size m is missing", "the mean over the axis of size m is missing"]
    assert [layout.says for layout in layouts((), ref("a"), right)] == [""]
    assert list(layouts((J,), ref("z", J), right)) == []


def test_parts_are_fitted_to_the_indices_in_reach():
    k = Index("k", "n")
    assert [repr(t) for t in fitted(total([J], ref("x", I, J)), (k,))] == ["sum_j(x[k,j])"]
    assert list(fitted(ref("x", I, J), (k,))) == []


def test_opposites_have_no_double_sign():
    assert negated(Mul((Num(2), ref("a")))) is Mul((Num(-2), ref("a")))
    assert negated(total([I], -ref("y", I))) is total([I], ref("y", I))
    assert negated(apply("exp", ref("a"))) is -apply("exp", ref("a"))


def test_edits_of_numpy_text():
    texts = [e.text for e in numpy_edits("s = A @ (b - c)\nnp.sum(s * d, axis=0)", ("A", "b"))]
    for wanted in ("s = A.T @ (b - c)", "s = (b - c) @ A", "s = b @ (b - c)"):
        assert f"{wanted}\nnp.sum(s * d, axis=0)" in texts
    assert "s = A @ (b - c)\nnp.sum(s * d, axis=1)" in texts
    assert list(numpy_edits("A @@ b")) == []


def test_edits_of_numpy_text_with_letters_of_several_bytes():
    assert next(iter(numpy_edits("δ @ (é - y)"))).text == "δ.T @ (é - y)"


def test_edits_of_latex():
    texts = [e.text for e in latex_edits(r"g = W^{[2]} \delta x^\top")]
    assert r"g = (W^{[2]})^\top \delta x^\top" in texts
    assert r"g = W^{[2]} \delta x" in texts
    assert all(t.startswith("g = ") for t in texts)


WORDS = (
    (np.eye(3), "the entries on the diagonal differ"),
    (1 - np.eye(3), "the entries off the diagonal differ"),
    (np.triu(np.ones((3, 3)), 1), "the entries above the diagonal differ"),
    (np.ones((2, 3)), "every entry differs"),
    (np.array([[1, 1], [0, 0], [0, 0]]), "row 1 differs"),
    (np.array([[0, 1, 1], [0, 1, 1]]), "columns 2, 3 differ"),
    (np.array([0, 1, 0]), "entry 2 differs"),
    (np.array([[1, 0, 1], [0, 0, 0]]), "2 of 6 entries differ"),
)


@pytest.mark.parametrize(("wrong", "words"), WORDS, ids=[w for _, w in WORDS])
def test_entries_in_words(wrong, words):
    assert entries_in_words(wrong.astype(bool)) == words


NET = claim_network({"symbols": {"x": {"shape": ["n"]}, "a": {}}, "forward": "h = sigmoid(x)\nL = a*sum(h**2)", "loss": "L"})


def _gradient() -> tuple[Program, Definition]:
    from symback.derivation import derive

    core = derive(NET)
    program = core.gradient_program(["x"], facts=True)
    return program, program.definition[core.adjoint("x")]


def test_differing_terms_in_words():
    program, right = _gradient()
    h, (i,) = ref("h", right.indices[0]), right.indices
    said = difference(program, (i,), 2 * ref("a") * h**2 + 2 * ref("a") * h**3, right)
    assert said == "every entry differs; the term 2·a·h³ has the wrong sign"


def test_a_claim_that_is_right_by_chance_at_some_points_is_not_repaired_by_chance():
    """Half the sum of [x > 0] is 1 wherever two entries are positive: no factor ½ is missing."""
    symbols = {"x": {"shape": ["n"]}, "G": {"shape": ["n"]}}
    net = claim_network({"symbols": symbols, "forward": "h = maximum(x, 0)\nL = sum(G*h)/2", "loss": "L"})
    found = mended_text("dL/dx = G*where(x > 0, 1.0, 0.0)/sum(where(x > 0, 1.0, 0.0))", lambda t: read_claim(net, t), net)
    assert found is None or "sum" not in found.text
    assert found is None or found.kind != "constant"


@pytest.mark.parametrize("power", [400, 5000])
def test_numbers_beyond_floating_point_stop_nothing(power):
    program, right = _gradient()
    huge = Num(10**power) * ref("h", *right.indices)
    assert repair(program, right.indices, huge, right) is None


def test_a_long_claim_is_given_up():
    text = "dL/dx = " + " + ".join(["h*x", "exp(h)", "a*h/(1 + h)"] * 60)
    assert mended_text(text, lambda t: read_claim(NET, t), NET) is None

"""Notation profiles: one gradient in every combination, what w₁₂ means in each, and that nothing but the looks changes."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

import symback as sb
from symback.algebra.normal import equal
from symback.algebra.sizes import Size
from symback.algebra.traverse import substitute
from symback.errors import DeclarationError
from symback.network.lettering import lettering
from symback.network.profile import checked_notation, style_of
from symback.network.unroll import unroll
from symback.notation.meaning import in_text, weight_meaning
from symback.notation.write import equation_latex, equation_text
from symback.reading.formula import read_formula
from symback.typeset.latex import latex
from symback.typeset.style import Style

HOUSE = {
    "symbols": {
        "x": {"shape": ["n"]}, "y": {"role": "target", "shape": ["k"]}, "W1": {"role": "weight", "shape": ["m", "n"]}, "b1": {"role": "bias", "shape": ["m"]},
        "W2": {"role": "weight", "shape": ["k", "m"]}, "b2": {"role": "bias", "shape": ["k"]},
    },
    "forward": "z1 = W1 @ x + b1\nh1 = sigmoid(z1)\nh2 = W2 @ h1 + b2",
    "loss": {"L": "sum((y - h2)**2) / 2"},
}  # fmt: skip
ROWS = HOUSE | {"forward": "z1 = x @ W1.T + b1\nh1 = sigmoid(z1)\nh2 = h1 @ V + b2",
                "symbols": {n if n != "W2" else "V": row if n != "W2" else {"role": "weight", "shape": ["m", "k"]} for n, row in HOUSE["symbols"].items()}}  # fmt: skip
FLAT = {
    "symbols": {**{n: {"role": "weight", "flat": True} for n in ("w1", "w2", "w3", "w4", "w5", "w6")}, "i1": {}, "i2": {}, "actual": {"role": "target"}},
    "forward": "h1 = i1*w1 + i2*w2\nh2 = i1*w3 + i2*w4\nprediction = h1*w5 + h2*w6",
    "loss": {"error": "(prediction - actual)**2 / 2"},
}  # fmt: skip
CHOICES = {
    "notation": ["matrix", "index"],
    "weight_order": ["row-column", "destination-source", "source-destination"],
    "layer_mark": ["superscript", "bracket", "plain"],
    "derivative": ["∂", "d", "dz", "delta"],
    "vectors": ["column", "row"],
    "entries": ["declared", "small"],
}
LETTERS = {"prediction": "p", "target": "t", "loss": "E", "rate": "α"}
STYLES = [Style(**dict(zip(CHOICES, chosen, strict=True))) for chosen in itertools.product(*CHOICES.values())]


@pytest.fixture(scope="module")
def networks():
    return {name: sb.Network.from_dict(data).derive() for name, data in (("house", HOUSE), ("rows", ROWS), ("flat", FLAT))}


def reads_back(formula, style):
    definition, program = formula.definition(), formula._program
    for markup, writer in (("text", equation_text), ("latex", equation_latex)):
        shown = writer(definition, program, style)
        back = read_formula(shown, program, style, markup)
        assert back.name == definition.name, shown
        body = substitute(back.body, dict(zip(back.indices, map(Size.of, definition.indices), strict=True)))
        assert equal(body, definition.body), shown


@pytest.mark.parametrize("letters", [{}, LETTERS], ids=["declared", "others"])
@pytest.mark.parametrize("derivative", CHOICES["derivative"])
def test_what_is_printed_in_a_profile_reads_back(networks, derivative, letters):
    for style in (
        replace(s, **letters) for s in STYLES if s.derivative == derivative and (s.notation == "index" or s.entries == "declared")
    ):
        for name, derivation in networks.items():
            for formula in derivation.lines[:3] if name != "flat" else derivation.lines[2:5]:
                reads_back(formula, style)


def test_profiles_look_different(networks):
    seen = {networks["house"]["W1"].latex(s.notation, style=s) for s in STYLES if s.notation == "index"}
    assert len(seen) >= 12


PRINTED = [
    ({}, r"\frac{\partial L}{\partial W^{1}} = \frac{\partial L}{\partial z^{1}} x^{\top}"),
    ({"vectors": "row"}, r"\frac{\partial L}{\partial W^{1}} = (\frac{\partial L}{\partial z^{1}})^{\top} x"),
    ({"derivative": "dz", "layers": "bracket"}, r"dW^{[1]} = dz^{[1]} x^{\top}"),
    ({"derivative": "dz", "layers": "bracket", "vectors": "row"}, r"dW^{[1]} = (dz^{[1]})^{\top} x"),
    ({"derivative": "d", "loss": "E"}, r"\frac{\mathrm{d} E}{\mathrm{d} W^{1}} = \frac{\mathrm{d} E}{\mathrm{d} z^{1}} x^{\top}"),
    ({"derivative": "delta", "vectors": "row"}, r"\frac{\partial L}{\partial W^{1}} = (\delta^{1})^{\top} x"),
]


@pytest.mark.parametrize(("table", "expected"), PRINTED)
def test_the_notation_of_a_network_is_how_it_is_printed(table, expected):
    derivation = sb.Network.from_dict(HOUSE | {"notation": table}).derive()
    assert derivation["W1"].latex().replace(r"\left", "").replace(r"\right", "") == expected


def test_letters_for_prediction_target_and_loss(networks):
    style = Style(**LETTERS)
    assert networks["house"]["h2"].text(style=style) == "∂E/∂p = −(t − p)"
    assert (
        networks["house"]["W2"].latex("index", style=style)
        == r"\frac{\partial E}{\partial W_{jl}^{2}} = \frac{\partial E}{\partial p_{j}} \cdot h_{l}^{1}"
    )


def test_entries_of_a_weight_with_a_small_letter(networks):
    style = Style(entries="small", weight_order="source-destination", derivative="dz", layer_mark="bracket")
    assert networks["house"]["W1"].latex("index", style=style) == "dw_{il}^{[1]} = dz_{l}^{[1]} x_{i}"
    assert networks["house"]["W1"].latex("matrix", style=style) == r"dW^{[1]} = dz^{[1]} x^{\top}"


def test_a_small_letter_that_is_taken_is_not_used():
    rows = {"W": {"role": "weight", "shape": ["m", "n"]}, "w": {"role": "weight", "shape": ["m", "n"]}, "x": {"shape": ["n"]}}
    net = sb.Network.from_dict(
        {"symbols": rows, "forward": "z = (W + w) @ x", "loss": {"L": "sum(z**2)"}, "notation": {"entries": "small"}}
    )
    assert [net.derive()[n].latex("index").partition("=")[0][-8:-2] for n in "Ww"] == ["W_{ij}", "w_{ij}"]


def test_the_rate_by_its_letter(networks):
    program = networks["house"].program
    assert latex(lettering(program, Style()).rate) == r"\eta"
    assert latex(lettering(program, Style(rate="α")).rate) == r"\alpha"
    assert latex(lettering(program, Style(rate="x")).rate) == r"\mathrm{rate}"


def test_a_letter_that_is_taken_is_left_alone(networks):
    assert networks["house"]["h2"].text(style=Style(prediction="x", target="h")) == "∂L/∂h2 = −(y − h2)"


def test_row_vectors_print_as_they_are_multiplied(networks):
    style = Style(vectors="row")
    program = networks["rows"].program
    assert [equation_text(d, program, style) for d in program.definitions[:3]] == ["z1 = x W1ᵀ + b1", "h1 = σ(z1)", "h2 = h1 V + b2"]
    assert networks["rows"]["V"].text(style=style) == "∂L/∂V = h1ᵀ (∂L/∂h2)"
    assert networks["rows"]["z1"].text(style=style) == "∂L/∂z1 = ∂L/∂h2 Vᵀ ⊙ h1 ⊙ (1 − h1)".replace("∂L/∂h2 V", "(∂L/∂h2) V")


def test_a_number_over_a_vector_is_a_fraction():
    net = sb.Network.from_dict(HOUSE | {"forward": HOUSE["forward"].replace("sigmoid(z1)", "1/(1 + exp(-z1))")})
    program = net.program
    for style in (Style(), Style(vectors="row", layer_mark="bracket")):
        for markup, writer in (("text", equation_text), ("latex", equation_latex)):
            shown = writer(program.definition["h1"], program, style)
            back = read_formula(shown, program, style, markup)
            body = substitute(back.body, dict(zip(back.indices, map(Size.of, program.indices("h1")), strict=True)))
            assert equal(body, program.definition["h1"].body)
    assert equation_text(program.definition["h1"], program) == "h1 = 1/(1 + exp(−z1))"
    assert equation_latex(program.definition["h1"], program) == r"h^{1} = \frac{1}{1 + \exp(-z^{1})}"


def test_a_profile_never_changes_the_mathematics():
    table = {"weights": "source-destination", "layers": "bracket", "derivative": "dz", "vectors": "row", **LETTERS}
    plain, other = sb.Network.from_dict(HOUSE).derive(), sb.Network.from_dict(HOUSE | {"notation": table}).derive()
    for name in plain.gradients:
        assert plain[name].term is other[name].term
    assert plain.compile().source == other.compile().source


# what w12 means

MEANINGS = [
    (HOUSE, {}, "w_{12}^{1}", "W1[1,2] is the weight from unit 2 of layer 0 to unit 1 of layer 1."),
    (HOUSE, {"weights": "destination-source"}, "w_{12}^{1}", "W1[1,2] is the weight from unit 2 of layer 0 to unit 1 of layer 1."),
    (HOUSE, {"weights": "source-destination", "layers": "bracket"}, "w_{12}^{[1]}", "W1[2,1] is the weight from unit 1 of layer 0 to unit 2 of layer 1."),
    (ROWS | {"forward": ROWS["forward"].replace("x @ W1.T", "x @ W1"), "symbols": ROWS["symbols"] | {"W1": {"role": "weight", "shape": ["n", "m"]}}}, {},
     "w_{12}^{1}", "W1[1,2] is the weight from unit 1 of layer 0 to unit 2 of layer 1."),
    (ROWS | {"forward": ROWS["forward"].replace("x @ W1.T", "x @ W1"), "symbols": ROWS["symbols"] | {"W1": {"role": "weight", "shape": ["n", "m"]}}},
     {"weights": "destination-source"}, "w_{12}^{1}", "W1[2,1] is the weight from unit 2 of layer 0 to unit 1 of layer 1."),
    (FLAT, {}, "w_{2}", "w2 is the weight from i2 to h1."),
]  # fmt: skip


@pytest.mark.parametrize(("data", "table", "drawn", "says"), MEANINGS, ids=[m[3] + str(m[1]) for m in MEANINGS])
def test_it_is_said_what_a_weight_joins(data, table, drawn, says):
    program = sb.Network.from_dict(data | {"notation": table}).program
    sentence = weight_meaning(program, style_of(program))
    assert in_text(sentence) == says
    assert latex(sentence[0]) == drawn


@pytest.mark.parametrize("order", CHOICES["weight_order"])
def test_entries_are_drawn_with_the_order_that_is_said(order):
    sizes = {"n": 2, "m": 3, "k": 1}
    program = replace(sb.Network.from_dict(HOUSE).program, sizes=sizes)
    style = Style(weight_order=order)
    single = unroll(program)
    whole, entries = weight_meaning(program, style), weight_meaning(single, style)
    assert latex(whole[0]) == latex(entries[0]) or entries[1] != whole[1]
    body = single.definition["z1_1"].body
    shown = {"source-destination": r"w_{11}^{1} x_{1} + w_{21}^{1} x_{2} + b_{1}^{1}"}.get(
        order, r"w_{11}^{1} x_{1} + w_{12}^{1} x_{2} + b_{1}^{1}"
    )
    assert equation_latex(single.definition["z1_1"], single, replace(style, notation="scalar")) == f"z_{{1}}^{{1}} = {shown}", body


# the table


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"wieghts": "row-column"}, "did you mean weights?"),
        ({"weights": "source-destinaton"}, "did you mean source-destination?"),
        ({"layers": "sideways"}, "layers is one of superscript, bracket, plain"),
        ({"rate": r"\input{x}"}, "rate is a letter or a word"),
        ({"loss": 3}, "loss is a letter or a word"),
        (["bracket"], "not a table"),
        ({"colour": "red"}, "known keys are"),
    ],
)
def test_a_table_that_makes_no_sense_is_one_line(table, words):
    with pytest.raises(DeclarationError) as error:
        sb.Network.from_dict(HOUSE | {"notation": table})
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_sympy_network_takes_the_same_table():
    import sympy as sp

    w, x, L = sp.symbols("w x L")
    network = sb.Network(forward=[], loss=(L, (w * x) ** 2), parameters=[w], inputs=[x], notation={"derivative": "d"})
    assert network.derive()["w"].text() == "dL/dw = 2·w·x²"
    assert checked_notation({"derivative": "d"}) == network.program.notation

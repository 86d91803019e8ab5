"""Closed forms the engine reaches from spelled-out definitions with symbolic sizes: the form, its length, its condition."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from symback.algebra.normal import equal
from symback.api import Network
from symback.reading.formula import read_formula
from symback.simplify.shape import length
from symback.typeset.style import Style

Z = {"role": "weight", "shape": ["n"]}


@dataclass(frozen=True)
class Form:
    """``expected`` is read back and compared by meaning; the derived formula may not be longer, nor use other facts."""

    name: str
    symbols: dict[str, object]
    forward: str
    by: str
    expected: str
    facts: tuple[str, ...] = ()
    exact: str | None = None
    over: str = "names"
    style: Style = field(default_factory=Style)


BCE = "L = -(y*log(p) + (1 - y)*log(1 - p))"
SOFTMAX = "p = exp(z)/sum(exp(z))\nL = -sum(y*log(p))"
DENSE = {
    "x": {"shape": ["m"]}, "y": {"role": "target", "shape": ["k"]}, "W1": {"role": "weight", "shape": ["n", "m"]}, "b1": {"role": "bias", "shape": ["n"]},
    "W2": {"role": "weight", "shape": ["q", "n"]}, "b2": {"role": "bias", "shape": ["q"]}, "W3": {"role": "weight", "shape": ["k", "q"]},
}  # fmt: skip


def dense(activation):
    return f"""z1 = W1 @ x + b1
               h1 = {activation.replace("z", "z1")}
               z2 = W2 @ h1 + b2
               h2 = {activation.replace("z", "z2")}
               z3 = W3 @ h2
               L = sum((y - z3)**2)/2"""


SIGMOIDS = ("sigmoid(z)", "1/(1 + exp(-z))")
TANHS = ("tanh(z)", "(exp(z) - exp(-z))/(exp(z) + exp(-z))")
SCALAR = {"z": {"role": "weight"}, "y": {"role": "target"}}

FORMS = [
    *(Form(f"sigmoid and binary cross-entropy, {s}", SCALAR, f"p = {s}\n{BCE}", "z", "∂L/∂z = p − y", exact="∂L/∂z = p − y") for s in SIGMOIDS),
    Form("binary cross-entropy by the prediction", SCALAR, f"p = sigmoid(z)\n{BCE}", "p", "∂L/∂p = (p − y)/(p(1 − p))", exact="∂L/∂p = (p − y)/(p(1 − p))"),
    Form("softmax and cross-entropy", {"z": Z, "y": {"role": "target", "shape": ["n"]}}, SOFTMAX, "z", "∂L/∂z[i] = p[i]·Σ_j y[j] − y[i]",
         style=Style(notation="index")),
    Form("softmax and cross-entropy, targets sum to one", {"z": Z, "y": {"role": "target", "shape": ["n"], "facts": ["sums to one"]}}, SOFTMAX, "z",
         "∂L/∂z = p − y", facts=("sums to one",), exact="∂L/∂z = p − y"),
    Form("softmax and cross-entropy, one-hot targets", {"z": Z, "y": {"role": "target", "shape": ["n"], "facts": ["one-hot"]}}, SOFTMAX, "z",
         "∂L/∂z = p − y", facts=("sums to one",), exact="∂L/∂z = p − y"),
    *(Form(f"hidden layer, {s}", DENSE, dense(s), "z2", "∂L/∂z2 = W3ᵀ (∂L/∂z3) ⊙ h2 ⊙ (1 − h2)", exact="∂L/∂z2 = W3ᵀ (∂L/∂z3) ⊙ h2 ⊙ (1 − h2)") for s in SIGMOIDS),
    *(Form(f"hidden layer, {s}", DENSE, dense(s), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ (1 − h1²)", exact="∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ (1 − h1²)") for s in TANHS),
    Form("hidden layer, rectifier", DENSE, dense("relu(z)"), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ [z1 > 0]"),
    Form("hidden layer, SiLU", DENSE, dense("z*sigmoid(z)"), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ σ(z1) ⊙ (1 + z1 ⊙ (1 − σ(z1)))"),
    Form("hidden layer, GELU", DENSE, dense("z*Phi(z)"), "z1", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ (Φ(z1) + z1 ⊙ φ(z1))"),
    Form("weights of a dense layer", DENSE, dense("tanh(z)"), "W2", "∂L/∂W2 = (∂L/∂z2) h1ᵀ", exact="∂L/∂W2 = (∂L/∂z2) h1ᵀ"),
    Form("bias of a dense layer", DENSE, dense("tanh(z)"), "b2", "∂L/∂b2 = ∂L/∂z2", exact="∂L/∂b2 = ∂L/∂z2"),
    Form("squared error, over leaves", DENSE, dense("tanh(z)"), "W3", "∂L/∂W3 = −(y − z3) h2ᵀ", over="leaves", exact="∂L/∂W3 = −(y − z3) h2ᵀ"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.name)
def test_closed_form(form):
    network = Network.from_dict({"symbols": form.symbols, "forward": form.forward, "loss": "L"})
    formula = network.derive([form.by])[form.by]
    derived = formula.definition(form.over)
    expected = read_formula(form.expected, formula.derivation.core.gradient_program((form.by,), facts=True), form.style)
    assert expected.name == derived.name
    assert len(expected.indices) == len(derived.indices)
    facts = {leaf.name: leaf.facts for leaf in network.program.leaves}
    mapping = dict(zip(expected.indices, derived.indices, strict=True))
    renamed = expected.body if not mapping else _with_indices(expected.body, mapping)
    assert equal(derived.body, renamed, facts=facts).proved
    assert length(derived.body) <= length(renamed)
    assert tuple(fact.kind for _, fact in formula.facts) == form.facts
    if form.exact is not None:
        assert formula.text(over=form.over) == form.exact


def _with_indices(body, mapping):
    from symback.algebra.sizes import Size
    from symback.algebra.traverse import substitute

    return substitute(body, {a: Size.of(b) for a, b in mapping.items()})


def test_textbook_letters():
    """(W³)ᵀ δ³ ⊙ h² ⊙ (1 − h²), with δ for the derivative by a pre-activation and the layer as a superscript."""
    network = Network.from_dict({"symbols": DENSE, "forward": dense("sigmoid(z)"), "loss": "L"})
    formula = network.derive(["z2"])["z2"]
    delta = r"\delta^{2} = (W^{3})^{\top} \delta^{3} \odot h^{2} \odot (1 - h^{2})"
    assert formula.latex(style=Style(derivative="delta")) == delta
    assert network.derive()["W2"].latex(style=Style(derivative="delta")).endswith(r"= \delta^{2} (h^{1})^{\top}")

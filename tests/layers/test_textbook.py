"""What textbooks print for a layer is what is derived: read back and compared by meaning, and no longer."""

from __future__ import annotations

from functools import cache

import pytest

from symback.algebra.normal import equal
from symback.algebra.sizes import Size
from symback.algebra.traverse import substitute
from symback.api import Network
from symback.layers import LAYERS, LOSSES
from symback.reading.formula import read_formula
from symback.simplify.shape import length
from symback.typeset.style import Style

FORMS = {
    "dense": ("∂L/∂X = G Wᵀ", "∂L/∂W = Xᵀ G", "∂L/∂b = Gᵀ 𝟏"),
    "dense_vector": ("∂L/∂W = G xᵀ", "∂L/∂x = Wᵀ G", "∂L/∂b = G"),
    "bilinear_form": ("∂s/∂W = u vᵀ", "∂s/∂u = W v"),
    "embedding": ("∂L/∂E = Hᵀ G",),
    "conv1d_valid": ("∂L/∂w[j] = Σ_i G[i]·x[i + j − 1]",),
    "graph_convolution": ("∂L/∂W = (A H)ᵀ G",),
    "batch_norm": (
        "∂L/∂X = (∂L/∂Xhat − 𝟏 rowmean((∂L/∂Xhat)ᵀ)ᵀ − Xhat diag(rowmean((∂L/∂Xhat)ᵀ ⊙ Xhatᵀ))) diag(1 ⊘ sd)",
        "∂L/∂gamma = (G ⊙ Xhat)ᵀ 𝟏",
        "∂L/∂beta = Gᵀ 𝟏",
    ),
    "layer_norm": (
        "∂L/∂xhat = G ⊙ gamma",
        "∂L/∂x = 1/sd·(∂L/∂xhat − mean(∂L/∂xhat) − xhat·mean(∂L/∂xhat ⊙ xhat))",
        "∂L/∂gamma = G ⊙ xhat",
    ),
    "instance_norm": ("∂L/∂X[i,j,k] = (∂L/∂Xhat[i,j,k] − mean_l ∂L/∂Xhat[i,j,l] − Xhat[i,j,k]·mean_l (∂L/∂Xhat[i,j,l]·Xhat[i,j,l]))/sd[i,j,1]",),
    "rms_norm": ("∂L/∂x = G ⊙ gamma/r − (xᵀ (G ⊙ gamma))·x/(n·r³)",),
    "l2_norm": ("∂L/∂x = (G − (uᵀ G)·u)/r",),
    "weight_norm": ("∂L/∂gamma = Gᵀ v/r", "∂L/∂v = gamma/r·(G − (vᵀ G)·v/r²)"),
    "attention": (
        "∂L/∂P = G Vᵀ",
        "∂L/∂S = P ⊙ (∂L/∂P − (∂L/∂P ⊙ P) 𝟏 𝟏ᵀ)",
        "∂L/∂Q = (∂L/∂S) K/sqrt(d)",
        "∂L/∂K = (∂L/∂S)ᵀ Q/sqrt(d)",
        "∂L/∂V = Pᵀ G",
    ),
    "self_attention": ("∂L/∂WQ = Xᵀ (∂L/∂Q)", "∂L/∂X = (∂L/∂Q) WQᵀ + (∂L/∂K) WKᵀ + (∂L/∂V) WVᵀ"),
    "residual": ("∂L/∂z = W2ᵀ G ⊙ [z > 0]", "∂L/∂x = G + W1ᵀ (∂L/∂z)"),
    "dropout": ("∂L/∂x = m ⊙ G/q",),
    "sigmoid": ("∂L/∂z = G ⊙ y ⊙ (1 − y)",),
    "tanh": ("∂L/∂z = G ⊙ (1 − y²)",),
    "relu": ("∂L/∂z = G ⊙ [z > 0]",),
    "leaky_relu": ("∂L/∂z = G ⊙ ([z > 0] + a·[z ≤ 0])",),
    "prelu": ("∂L/∂a = G ⊙ [z ≤ 0] ⊙ z",),
    "elu": ("∂L/∂z = G ⊙ ([z > 0] + a·[z ≤ 0] ⊙ exp(z))",),
    "gelu": ("∂L/∂z = G ⊙ (Φ(z) + z ⊙ φ(z))",),
    "silu": ("∂L/∂z = G ⊙ s ⊙ (1 + z ⊙ (1 − s))",),
    "hard_sigmoid": ("∂L/∂z = 1/6·G ⊙ [z ≥ −3] ⊙ [z ≤ 3]",),
    "log_sigmoid": ("∂L/∂z = G ⊙ (1 − p)",),
    "softmax": ("∂L/∂z = y ⊙ (G − yᵀ G)",),
    "squared_error": ("∂L/∂yhat = −2·(y − yhat)",),
    "mean_squared_error": ("∂L/∂yhat = −2·(y − yhat)/n",),
    "root_mean_squared_error": ("∂L/∂yhat = −(y − yhat)/(n·L)",),
    "huber": ("∂L/∂r = [abs(r) ≤ delta] ⊙ r + delta·[abs(r) > delta] ⊙ sign(r)",),
    "quantile": ("∂L/∂r = tau·[r ≥ 0] + (tau − 1)·[r < 0]",),
    "poisson": ("∂L/∂z = mu − y",),
    "gaussian_nll": ("∂L/∂mu = −(y − mu) ⊘ v", "∂L/∂s = 1/2·(1 − (y − mu)² ⊘ v)"),
    "binary_cross_entropy": ("∂L/∂p = (p − y) ⊘ (p ⊙ (1 − p))",),
    "sigmoid_cross_entropy": ("∂L/∂z = p − y",),
    "softmax_cross_entropy": ("∂L/∂z = p − y",),
    "softmax_cross_entropy_batch": ("∂L/∂Z = (P − Y)/N",),
    "cross_entropy_weighted": ("∂L/∂z = (wᵀ y)·p − w ⊙ y",),
    "focal_positive": ("∂L/∂z = (1 − p)^gamma·(gamma·p·log(p) + p − 1)",),
    "hinge": ("∂L/∂z = −y ⊙ [1 − y ⊙ z > 0]",),
    "kl_divergence_logits": ("∂L/∂z = p − q",),
    "info_nce": ("∂L/∂S = (P − I)/B", "∂L/∂U = (∂L/∂S) V/tau", "∂L/∂V = (∂L/∂S)ᵀ U/tau"),
    "cosine": ("∂L/∂u = (c·b·u/a − v)/(a·b)",),
    "vae_bound": ("∂L/∂mu = ∂L/∂z + mu", "∂L/∂l = 1/2·(∂L/∂z ⊙ eps ⊙ exp(l/2) + exp(l) − 1)"),
    "dpo": ("∂L/∂m = −(1 − p)/N", "∂L/∂lw = beta·∂L/∂m"),
    "elastic_net": ("∂L/∂w = lam·(a·sign(w) + (1 − a)·w)",),
    "entropy_logits": ("∂L/∂z = p ⊙ (∂L/∂p − pᵀ (∂L/∂p))",),
}  # fmt: skip


@cache
def derivation(name):
    program = (LAYERS if name in LAYERS.rows else LOSSES)[name].program()
    return Network.from_program(program).derive([leaf.name for leaf in program.leaves])


@pytest.mark.parametrize(("name", "form"), [(name, form) for name, forms in FORMS.items() for form in forms])
def test_textbook_form(name, form):
    derived = derivation(name)
    program = derived.core.printing_program
    expected = read_formula(form, program, Style(notation="index" if "[" in form.partition(" = ")[0] else "matrix"))
    formula = derived[expected.name.by].definition()
    places = {a: Size.of(b) for a, b in zip(expected.indices, formula.indices, strict=True)}
    wanted = substitute(expected.body, places) if places else expected.body
    facts = {leaf.name: leaf.facts for leaf in derived.program.leaves}
    assert equal(formula.body, wanted, facts=facts).proved
    assert length(formula.body) <= length(wanted), formula

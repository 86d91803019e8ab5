"""Queries find what they mean, first; misspelt ones too."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import symback as sb
from symback.catalogue import did_you_mean
from symback.catalogue.command import found, shown
from symback.errors import ReadingError

FIRST = {
    "softmax cross entropy": "softmax_cross_entropy",
    "softmax crossentropy": "softmax_cross_entropy",
    "sofmax cross entrpy": "softmax_cross_entropy",
    "cross entropy logits": "softmax_cross_entropy",
    "bce with logits": "sigmoid_cross_entropy",
    "bce": "binary_cross_entropy",
    "log loss": "binary_cross_entropy",
    "layer norm": "layer_norm",
    "layernorm dx": "layer_norm",
    "LayerNorm": "layer_norm",
    "layer normalization": "layer_norm",
    "layer normalisation": "layer_norm",
    "layernrom": "layer_norm",
    "batchnorm": "batch_norm",
    "batch norm dX": "batch_norm",
    "bacth norm": "batch_norm",
    "rmsnorm": "rms_norm",
    "group norm": "group_norm",
    "attention": "attention",
    "scaled dot product attention": "attention",
    "multi head attention": "multi_head_attention",
    "multihead": "multi_head_attention",
    "causal attention": "causal_attention",
    "mse": "mean_squared_error",
    "mean squared error": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "huber": "huber",
    "focal loss": "focal",
    "label smoothing": "cross_entropy_smoothed",
    "kl divergence": "kl_divergence",
    "sigmoid": "sigmoid",
    "sigmiod": "sigmoid",
    "derivative of tanh": "tanh",
    "swish": "swish",
    "gelu": "gelu",
    "relu": "relu",
    "logistic regression": "logistic_regression",
    "logistic regresion": "logistic_regression",
    "linear regression": "linear_regression",
    "ridge regression": "ridge_regression",
    "svm": "svm",
    "logdet": "log_det",
    "quadratic form": "square_form",
    "log determinant": "log_det",
    "matrix inverse": "inverse",
    "trace of a product": "trace_product",
    "rayleigh quotient": "rayleigh",
    "lstm": "lstm_cell",
    "gru cell": "gru_cell",
    "word2vec": "word2vec",
    "negative sampling": "word2vec",
    "infonce": "info_nce",
    "info nce": "info_nce",
    "dpo": "dpo",
    "ppo": "ppo_clip",
    "vae": "vae_bound",
    "convolution": "conv2d",
    "max pooling": "max_pool",
    "dropout": "dropout",
    "residual block": "residual",
    "pca": "pca",
    "cosine similarity": "cosine_similarity",
    "policy gradient": "policy_gradient",
    "gradient penalty": "gradient_penalty",
    "mahalanobis": "mahalanobis",
    "frobenius norm": "frobenius_norm",
    "Kreuzentropie": "cross_entropy",
    "Schichtnormalisierung": "layer_norm",
    "kl divergence vae": "gaussian_divergence",
    "softmax jacobian": "softmax",
    "d/dx tanh": "tanh",
    "d relu": "relu",
    "relu'": "relu",
    "x^T A x": "square_form",
    "d(AB)/dA": "matrix_product",
    "attention backward": "attention",
    "flash attention": "attention",
    "mha": "multi_head_attention",
    "rotary embedding": "rope",
    "binary cross entropy with logits gradient": "sigmoid_cross_entropy",
    "batchnorm backward": "batch_norm",
    "batch normalisation": "batch_norm",
    "cross-entropy loss": "cross_entropy",
    "cros entropy": "cross_entropy",
    "attnetion": "attention",
    "lyer norm": "layer_norm",
    "convolusion": "conv2d",
    "smooth l1": "huber",
    "pinball": "quantile",
    "weight decay": "weight_decay",
    "skip connection": "residual",
    "fully connected": "dense",
    "matmul backward": "matrix_product",
    "least squares": "least_squares",
    "elbo": "vae_bound",
    "wgan gp": "gradient_penalty",
    "nt-xent": "info_nce",
    "leaky relu": "leaky_relu",
    "softmax with temperature": "softmax_temperature",
    "avg pool": "average_pool",
    "bptt": "rnn_cell",
    "inverse derivative": "inverse",
    "mahalanobis distance": "mahalanobis",
    "kullback leibler": "kl_divergence",
}


@pytest.mark.parametrize("query", FIRST)
def test_what_is_meant_comes_first(query):
    found = sb.lookup(query)
    assert found
    assert found[0].key == FIRST[query]


@pytest.mark.parametrize("key", list(sb.catalogue))
def test_key_and_title_find_their_entry_first(key):
    assert sb.lookup(key)[0].key == key
    assert sb.lookup(key.replace("_", " "))[0].key == key
    assert sb.lookup(sb.catalogue[key].title)[0].key == key


@pytest.mark.parametrize("key", list(sb.catalogue))
def test_aliases_find_their_entry_among_the_first(key):
    for alias in sb.catalogue[key].aliases:
        assert key in [e.key for e in sb.lookup(alias, limit=3)], alias


@pytest.mark.parametrize(
    ("query", "key", "argument"),
    [
        ("layernorm dx", "layer_norm", "x"),
        ("layer norm by gamma", "layer_norm", "gamma"),
        ("batch norm dL/dX", "batch_norm", "X"),
        ("softmax cross entropy gradient wrt z", "softmax_cross_entropy", "z"),
        ("linear regression with respect to w", "linear_regression", "w"),
        ("attention dK", "attention", "K"),
        ("conv2d weight gradient", "conv2d", "K"),
        ("convolution input gradient", "conv2d", "X"),
        ("bias gradient dense layer", "dense", "b"),
        ("gradient of the weights of linear regression", "linear_regression", "w"),
        ("∂L/∂W dense", "dense", "W"),
        ("dL/dgamma batchnorm", "batch_norm", "gamma"),
        ("scaled dot-product attention dQ", "attention", "Q"),
        ("softmax cross entropy", "softmax_cross_entropy", ""),
        ("dropout", "dropout", ""),
    ],
)
def test_a_query_may_name_the_argument(query, key, argument):
    first = sb.lookup(query)[0]
    assert (first.key, first.asked) == (key, argument)
    assert not argument or first.gradient().name == argument


@pytest.mark.parametrize("query", ["", "   ", "zzzqqq", "☃", "of the"])
def test_what_means_nothing_finds_nothing(query):
    assert sb.lookup(query) == []


def test_limit_and_order():
    assert len(sb.lookup("norm", limit=3)) == 3
    assert sb.lookup("norm", limit=2) == sb.lookup("norm", limit=3)[:2]


def test_near_misses_are_named():
    assert "softmax" in did_you_mean("sfotmxa")
    assert did_you_mean("☃") == []


def test_the_command_as_data():
    data = json.loads(json.dumps([entry.json() for entry in found(["layer", "norm"])]))
    assert data[0]["key"] == "layer_norm"
    assert {"key", "title", "latex", "text", "conditions", "verdict"} <= set(data[0])


def test_the_command_as_text():
    text = shown(found(["layernorm", "dx"]))
    assert "∂L/∂x = (∂L/∂xhat − mean(∂L/∂xhat) − mean(∂L/∂xhat ⊙ xhat)·xhat)/sd" in text
    assert "∂L/∂gamma" not in text
    assert "proved" in text


def test_nothing_found_is_one_line():
    with pytest.raises(ReadingError) as caught:
        found(["qqq", "sfotmxaaa", "zzz"])
    assert "\n" not in str(caught.value)


LOADS = "import sys; from symback.cli import main; main(sys.argv[1:]); print(*sorted(m for m in sys.modules if m.partition('.')[0] in ('symback', 'sympy', 'numpy', 'jinja2', 'typst')))"
HEAVY = ("sympy", "numpy", "jinja2", "typst")


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (("softmax", "cross", "entropy"), ("symback.algebra", "symback.reading", "symback.network")),
        (
            ("--formula", "g - mean(g) - x*mean(g*x)"),
            ("symback.algebra.normal", "symback.network.program", "symback.notation", "symback.verify"),
        ),
    ],
)
def test_a_lookup_loads_little(arguments, spared):
    """An answer within a moment is a matter of what is not loaded."""
    done = subprocess.run([sys.executable, "-c", LOADS, "lookup", *arguments], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert not [m for m in loaded if m.startswith((*spared, *HEAVY))]

"""Rows put into a user's own network, with names replaced."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import symback as sb
from symback.api import Network
from symback.errors import DeclarationError
from symback.layers import LAYERS, LOSSES
from symback.notation.write import equation_text

ROWS = (*LAYERS.values(), *LOSSES.values())


def lines(program):
    return [equation_text(d, program) for d in program.definitions]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
def test_renamed_row_is_the_same_row(row):
    """Every symbol and size under a new name and back again."""
    names = {name: f"{name}q" for name in (*row.symbols, *row.size_names) if name not in row.defined}
    forward, symbols = row.define(**names), row.declare(**names)
    assert list(symbols) == [names.get(n, n) for n in row.symbols]
    sizes = {names[n]: v for n, v in row.sizes.items()}
    program = Network.from_dict({"symbols": symbols, "forward": forward, "loss": {"loss": f"sum({row.result})"}, "sizes": sizes}).program
    assert [d.name for d in program.definitions] == [*row.defined, "loss"]
    assert row.define(**{n: n for n in row.size_names}) == dict(row.lines)


def test_a_block_of_layers():
    norm, attention = sb.layers["layer_norm_rows"], sb.layers["self_attention"]
    sizes = {"d": "m", "e": "m", "n": "t"}
    forward = {
        **norm.define(X="X", Y="N1", gamma="g1", beta="c1", eps=1e-5, n="m", N="t"),
        **attention.define(X="N1", A="A", **sizes),
        "H": "X + A",
        **norm.define(X="H", Y="N2", gamma="g2", beta="c2", eps=1e-5, n="m", N="t"),
        **sb.losses["least_squares"].define(X="N2", L="L", n="k", N="t", R="R"),
    }
    symbols = {
        **norm.declare(X="X", Y="N1", gamma="g1", beta="c1", eps=1e-5, n="m", N="t"),
        **{k: v for k, v in attention.declare(X="N1", **sizes).items() if k != "N1"},
        "g2": {"role": "weight", "shape": ["m"]},
        "c2": {"role": "bias", "shape": ["m"]},
        "W": {"role": "weight", "shape": ["m", "k"]},
        "Y": {"role": "target", "shape": ["t", "k"]},
    }
    derivation = Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L"}).derive()
    assert "mu1" in forward
    assert "Xhat2" in forward
    assert derivation["W"].text() == "∂L/∂W = N2ᵀ (∂L/∂R)"
    assert derivation["g2"].text() == "∂L/∂g2 = (∂L/∂N2 ⊙ Xhat2)ᵀ 𝟏"


def test_a_number_takes_the_place_of_a_constant():
    row = sb.layers["layer_norm"]
    assert "eps" not in row.declare(eps=0.001)
    assert row.define(eps=0.001)["sd"] == "sqrt(mean((x - mu)**2) + 0.001)"
    assert sb.losses["quantile"].define(tau=-1)["L"] == "sum(where(r >= 0, (-1)*r, ((-1) - 1)*r))"
    assert sb.layers["conv2d"].define(s=1, p=0)["Y[q, r, u, v]"].count("1*u") == 1


def test_inner_names_follow_the_result():
    row = sb.layers["layer_norm"]
    assert list(row.define(y="n12")) == ["mu12", "sd12", "xhat12", "n12"]
    assert list(row.define(y="out")) == ["mu_out", "sd_out", "xhat_out", "out"]
    assert list(row.define(y="n1", mu="average")) == ["average", "sd1", "xhat1", "n1"]


@pytest.mark.parametrize(
    ("row", "names", "words"),
    [
        ("layer_norm", {"gama": "g1"}, ("gama is no name of", "did you mean gamma?")),
        ("layer_norm", {"q": "g1"}, ("its names are x, gamma, beta, eps, mu, sd, xhat, y, n",)),
        ("layer_norm", {"x": "h 1"}, ("h 1 is not a name",)),
        ("layer_norm", {"x": "h1", "beta": "h1"}, ("x is called h1 as well",)),
        ("layer_norm", {"y": 3}, ("y is defined by a line",)),
        ("layer_norm", {"x": "__import__('os')"}, ("is not a name",)),
    ],
)
def test_wrong_names_are_one_line(row, names, words):
    with pytest.raises(DeclarationError) as caught:
        LAYERS[row].define(**names)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_tables_find_rows_and_say_what_was_meant():
    assert sb.layers["Layer-Norm"] is sb.layers["layer_norm"] is LAYERS["ln"]
    assert sb.losses["mse"].name == "mean_squared_error"
    assert "layer_norm" in sb.layers
    assert "lairnorm" not in sb.layers
    assert list(sb.layers) == list(LAYERS)
    with pytest.raises(DeclarationError, match=r"layer 'layr norm': there is none of this name; did you mean layer norm\?"):
        sb.layers["layr norm"]
    with pytest.raises(DeclarationError, match=r"loss 'hubber'.*did you mean huber\?"):
        sb.losses["hubber"]


@pytest.mark.parametrize("first", ["import symback.layers", "from symback.layers.row import LayerRow", "pass"])
def test_layers_is_the_table_however_it_was_imported(first):
    program = f"{first}\nimport symback as sb\nprint(sb.layers['gelu'].name, len(sb.layers) > 50, sb.losses['bce'].name)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["gelu", "True", "binary_cross_entropy"]


def test_conv_by_hand():
    """Stride 2, padding 1: the corner sees four zeros less."""
    row = sb.layers["conv2d"]
    data = row.data()
    program = {
        **data,
        "values": {"X": [[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]], "K": [[[[1, 1], [1, 1]]]], "b": [0], "G": np.ones((1, 1, 2, 2)).tolist()},
    }
    network = Network.from_dict({**program, "sizes": {"s": 2, "p": 1}})
    forward = network.derive().compile().forward()
    assert forward["Y"].tolist() == [[[[1.0, 5.0], [11.0, 28.0]]]]


@pytest.mark.parametrize("table", [LAYERS, LOSSES], ids=["layers", "losses"])
def test_every_alias_finds_its_own_row(table):
    for row in table.values():
        assert [table[alias].name for alias in row.aliases] == [row.name] * len(row.aliases)

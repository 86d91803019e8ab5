"""Every row of layers and losses inside a network of somebody else's: other names, other sizes, a line before it and one after."""

from __future__ import annotations

import json
import random
import re

import numpy as np
import pytest
import sympy as sp

import symback as sb
from symback.errors import AxisMismatch, DeclarationError
from symback.layers import LAYERS, LOSSES, LayerRow
from symback.layers.declared import data, inner, target, weight
from symback.verify.sample import draw, size_sets

SYNTHETIC = (
    LayerRow(
        "windowed", "Windowed sum", "linear",
        {"X": data("N", "n"), "w": weight("k"), "Y": inner("N", "(n + p - k)//s + 1"), "Z": inner("N", "n + p")},
        """Z[i, j] = zero_outside(X[i, j - p])
           Y[i, t] = sum(w[a]*Z[i, s*t + a] for a in range(k))/n""", "Y",
        "Weights slide over each row after p zeros.",
    ),
    LayerRow(
        "scaled_distance", "Scaled distance", "metric", {"z": data("n"), "y": target("n", facts=("sums to one",))},
        """r = z - y
           L = sum(r**2)/n""", "L", "The mean squared distance.",
    ),
)  # fmt: skip
ROWS = (*LAYERS.values(), *LOSSES.values(), *SYNTHETIC)
OWN = {"N": 2, "g": 2, "c": 3, "h": 6, "w": 5, "n": 6, "o": 2, "k": 2, "l": 2, "p": 1, "s": 2, "d": 2}
"""Sizes for rows with sizes of their own, that no array has as an axis."""
rows = pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)


def renamed(row):
    """New names for what comes from outside, and for the result."""
    return {**{n: f"my_{n}" for n in row.symbols if n not in row.defined}, row.result: "out"}


def shape(row, name, size):
    """The shape of a symbol of a row over the sizes of a caller."""
    return [re.sub(r"[a-zA-Z]\w*", lambda m: size(m[0]), str(s)) for s in row.symbols[name]["shape"]]


def given(row, size):
    """The symbols a caller declares, and the lines before the row: an input without facts is computed."""
    symbols, lines = {}, {}
    for name, new in renamed(row).items():
        if name in row.defined:
            continue
        declared = {**row.symbols[name], "shape": shape(row, name, size)}
        if declared["role"] == "input" and "facts" not in declared:
            symbols[f"raw_{name}"], lines[new] = {**declared, "role": "weight"}, f"2*tanh(raw_{name})"
        else:
            symbols[new] = declared
    return symbols, lines


def sizes_of(row, program):
    """Small sizes of a caller that leave every window room."""
    if row.own_sizes:
        return {n: OWN[n.removeprefix("my_")] for leaf in program.leaves for s in leaf.shape for n in s.symbols} | {
            n: OWN[n] for n in row.own_sizes
        }
    return dict(next(iter(size_sets(program))))


def agrees(network, sizes, seed=1):
    """The generated gradients beside differences of the generated loss, along a direction of all leaves at once."""
    leaves = [leaf for leaf in network.program.leaves if leaf.role != "target" and not leaf.facts]
    model = network.derive([leaf.name for leaf in leaves]).compile()
    drawn = draw(network.program, sizes, random.Random(seed)).shown()
    values = {n: np.array(v, float) for n, v in drawn.items()} | {n: s for n, s in sizes.items() if n not in drawn}
    found = model.gradients(values)[1]
    rng = np.random.default_rng(seed)
    along = {leaf.name: rng.normal(size=np.shape(values[leaf.name])) for leaf in leaves}
    moved = [model.gradients({**values, **{n: values[n] + step * v for n, v in along.items()}})[0] for step in (1e-6, -1e-6)]
    slope = (moved[0] - moved[1]) / 2e-6
    assert sum(np.sum(found[n] * v) for n, v in along.items()) == pytest.approx(slope, rel=2e-5, abs=2e-6)
    assert all(np.shape(found[n]) == np.shape(values[n]) for n in along)


def loss(row):
    return {"loss": "sum(sin(out))"}


def read(row, names, size=lambda s: f"my_{s}", **more):
    symbols, lines = given(row, size)
    return sb.Network.from_dict({"symbols": symbols, "forward": {**lines, **row.define(**names)}, "loss": loss(row), **more})


@rows
def test_in_a_dict(row):
    network = read(row, renamed(row))
    assert not {s for leaf in network.program.leaves for size in leaf.shape for s in size.symbols} & {*row.size_names}
    agrees(network, sizes_of(row, network.program))


@rows
def test_in_a_file_as_plain_text(row, tmp_path):
    """What a row declares of its inner names goes into the file beside the lines, its own sizes into its table of sizes."""
    names = renamed(row)
    symbols, lines = given(row, lambda s: f"my_{s}")
    inside = {n: d for n, d in row.declare(**names).items() if d["role"] == "intermediate"}
    table = {"symbols": {**symbols, **inside}, "forward": {**lines, **row.define(**names)}, "loss": loss(row)}
    path = tmp_path / "net.json"
    path.write_text(json.dumps(table))
    agrees(sb.load(path), sizes_of(row, sb.load(path).program))


@rows
def test_in_a_sympy_network(row):
    table = {s: sp.Symbol(f"my_{s}", integer=True, positive=True) for s in row.size_names if s not in row.own_sizes}
    own = {n: OWN[n] for n in row.own_sizes}
    things, facts, targets, parameters = {}, {}, [], []
    for name, new in renamed(row).items():
        if name in row.defined:
            continue
        sizes = tuple(
            sp.sympify(s, {**table, "h": table.get("h", sp.Symbol("my_h", integer=True, positive=True))})
            for s in row.symbols[name]["shape"]
        )
        things[name] = sp.IndexedBase(new, shape=sizes) if sizes else sp.Symbol(new)
        if "facts" in row.symbols[name]:
            facts[things[name]] = row.symbols[name]["facts"]
        (targets if row.symbols[name]["role"] == "target" else parameters).append(things[name])
    network = sb.Network(
        forward=[row.define(**things, **own, **{row.result: "out"})], loss="loss = sum(sin(out))",
        parameters=parameters, targets=targets, facts=facts,
    )  # fmt: skip
    sizes = {n: v for n, v in sizes_of(row, network.program).items() if n not in own}
    agrees(network, sizes)


@rows
def test_names_that_are_indices_of_the_row(row):
    """Every index of the row is the name of something of the caller's."""
    plain = read(row, renamed(row)).derive()
    clash = dict(zip([n for n in row.symbols if n not in row.defined], "aquvtrge", strict=False))
    names = {**renamed(row), **clash}
    symbols, lines = given(row, lambda s: f"my_{s}")
    moved = {f"my_{n}": new for n, new in clash.items()}
    table = {
        "symbols": {moved.get(n, n): d for n, d in symbols.items()} | {n: {} for n in "ijfz" if n not in clash.values()},
        "forward": {**{moved.get(n, n): t for n, t in lines.items()}, **row.define(**names)},
        "loss": loss(row),
    }
    other = sb.Network.from_dict(table)
    assert len(other.program.definitions) == len(plain.program.definitions)
    agrees(other, sizes_of(row, other.program))


POOL, CONV = LAYERS["max_pool"], LAYERS["conv2d"]
IMAGE = {"x": {"shape": ["B", "C", "H", "W"]}, "K": {"role": "weight", "shape": ["O", "C", 3, 3]}, "b": {"role": "bias", "shape": ["O"]}}


@pytest.mark.parametrize("sizes", [{}, {"s": 1, "p": 0}, {"p": 0}, {"s": 2, "p": 2}])
@pytest.mark.parametrize("where", ["names", "table"])
def test_a_small_image_network(sizes, where):
    """Stride and padding as numbers, in the table of sizes or open; padding may be 0."""
    names = {"X": "x", "K": "K", "b": "b", "Y": "z", **(sizes if where == "names" else {})}
    forward = {**CONV.define(**names), "r": "relu(z)", **POOL.define(X="r", Y="q", k=2, s=2), "m": "mean(q, axis=(2, 3))"}
    table = {"symbols": IMAGE, "forward": forward, "loss": {"L": "sum(m**2)/2"}, "sizes": sizes if where == "table" else {}}
    network = sb.Network.from_dict(table)
    own = {"B": 2, "C": 2, "H": 8, "W": 9, "O": 2, **{n: v for n, v in {"s": 1, "p": 1}.items() if n not in sizes}}
    agrees(network, own)


def test_sizes_of_the_caller_are_numbers():
    numbers = {**IMAGE, "x": {"shape": [2, 3, 7, 7]}, "K": {"role": "weight", "shape": [4, 3, 3, 3]}, "b": {"role": "bias", "shape": [4]}}
    network = sb.Network.from_dict({"symbols": numbers, "forward": CONV.define(X="x", Y="z", s=2, p=1), "loss": {"L": "sum(z**2)"}})
    assert [s.constant for s in network.program.definition["z"].shape] == [2, 4, 4, 4]
    agrees(network, {})


def test_a_loss_brings_what_it_says_of_its_targets():
    row = LOSSES["softmax_cross_entropy_batch"]
    symbols = {"S": {"role": "weight", "shape": ["m", "k"]}, "T": {"role": "target", "shape": ["m", "k"]}}
    network = sb.Network.from_dict({"symbols": symbols, "forward": row.define(Z="S", Y="T"), "loss": "L"})
    assert network.derive()["S"].text() == "∂L/∂S = (P − T)/m"
    assert [(n, f.kind) for n, f in network.derive()["S"].facts] == [("T", "sums to one")]
    S, T = (sp.MatrixSymbol(n, *sp.symbols("m k", integer=True, positive=True)) for n in "ST")
    assert sb.Network(forward=[], loss=row.define(Z=S, Y=T), parameters=[S], targets=[T]).derive()["S"].text() == "∂L/∂S = (P − T)/m"


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (
            {"z": {"role": "intermediate", "shape": ["B", "O", "H", "W"]}},
            AxisMismatch,
            "z is declared as (B, O, H, W), and what the line defines is",
        ),
        ({"p": {}}, DeclarationError, "p is no size"),
        ({"b": {"role": "bias", "shape": ["C"]}}, DeclarationError, "b"),
    ],
)
def test_what_does_not_fit_is_one_line(change, kind, words):
    table = {"symbols": {**IMAGE, **change}, "forward": CONV.define(X="x", Y="z"), "loss": {"L": "sum(z**2)"}}
    with pytest.raises(kind, match="z") as caught:
        sb.Network.from_dict(table)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@rows
def test_a_row_by_itself_is_a_network(row):
    if row in SYNTHETIC or row.name in LAYERS or row.name in LOSSES:
        network = row.network()
        assert isinstance(network, sb.Network)
        assert set(network.wanted) == {n for n, d in row.symbols.items() if d["role"] in ("weight", "bias", "input")}
        assert list(network.derive()) == list(network.wanted)

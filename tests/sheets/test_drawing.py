"""Drawings of networks: units from structure, labels that never overlap, the same numbers in every markup."""

from __future__ import annotations

import itertools
import math
import re
import runpy
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

import symback as sb
from symback.errors import NotationError
from symback.network.profile import style_of
from symback.sheets.drawing import drawing, svg, tikz, typst
from symback.sheets.drawing_records import Drawing
from symback.sheets.drawing_units import units
from symback.sheets.resources import examples
from symback.sheets.scalars import scalars

VALUES_2331 = {
    "x": [0.5, -1.25], "y": [1], "W1": [[0.15, -0.25], [0.35, 0.45], [-0.55, 0.65]], "b1": [0.1, -0.2, 0.3],
    "W2": [[-0.11, 0.12, -0.13], [0.21, 0.22, 0.23], [0.31, -0.32, 0.33]], "b2": [0.4, -0.5, 0.6], "W3": [[0.7, -0.8, 0.9]], "b3": [-0.05],
}  # fmt: skip
NET_2331 = {
    "name": "2-3-3-1",
    "symbols": {
        "x": {"shape": [2]}, "y": {"role": "target", "shape": [1]},
        **{f"W{k}": {"role": "weight", "shape": shape} for k, shape in ((1, [3, 2]), (2, [3, 3]), (3, [1, 3]))},
        **{f"b{k}": {"role": "bias", "shape": [size]} for k, size in ((1, 3), (2, 3), (3, 1))},
    },
    "forward": "z1 = W1 @ x + b1\nh1 = sigmoid(z1)\nz2 = W2 @ h1 + b2\nh2 = tanh(z2)\nz3 = W3 @ h2 + b3\np = 1/(1 + exp(-z3))",
    "loss": {"L": "-sum(y*log(p) + (1 - y)*log(1 - p))"},
    "values": VALUES_2331,
}  # fmt: skip
SOFTMAX = {
    "symbols": {
        "x": {"shape": [2]},
        "y": {"role": "target", "shape": [3]},
        "W": {"role": "weight", "shape": [3, 2]},
        "b": {"role": "bias", "shape": [3]},
    },
    "forward": "z = W @ x + b\np = softmax(z)\nL = -sum(y*log(p))",
    "loss": "L",
}
ATTENTION = {
    "symbols": {"X": {"shape": ["T", "D"]}, "Y": {"role": "target", "shape": ["T", "D"]}, **{n: {"role": "weight", "shape": ["D", "D"]} for n in ("A", "B", "C")}},
    "forward": "Q = X @ A\nK = X @ B\nV = X @ C\nS = Q @ K.T\nP = softmax(S, axis=1)\nO = P @ V\nR = O + X\nL = sum((R - Y)**2)",
    "loss": "L",
}  # fmt: skip


def chain_of(layers):
    rows = {"x": {"shape": ["n"]}, **{f"W{k}": {"role": "weight", "shape": ["n", "n"]} for k in range(1, layers)}}
    lines = [f"h{k} = tanh(W{k} @ {'x' if k == 1 else f'h{k - 1}'})" for k in range(1, layers)]
    return {"symbols": rows, "forward": "\n".join([*lines, f"L = sum(h{layers - 1}**2)"]), "loss": "L"}


def network(name):
    if name == "2-3-3-1":
        return sb.Network.from_dict(NET_2331)
    path = examples()[name]
    return runpy.run_path(str(path))["network"] if path.suffix == ".py" else sb.load(path)


def drawn(net, labels=None):
    return drawing(net.program, style_of(net.program), labels)


def forward_values(net):
    """Every number of the forward pass, as a sheet would hand it in."""
    if not net.program.values:
        return {}
    single = sb.Network.from_program(scalars(net.program))
    found = single.derive().compile().forward({n: v for n, v in single.program.values.items() if n in single.program.leaf})
    return {str(n): f"{float(v):.4f}" for n, v in found.items()}


SMALL = [*examples(), "2-3-3-1"]


@pytest.fixture(scope="module", params=[(n, f) for n in SMALL for f in (False, True)], ids=lambda p: f"{p[0]}{' with values' * p[1]}")
def small(request) -> Drawing:
    net = network(request.param[0])
    return drawn(net, forward_values(net) if request.param[1] else None)


def test_no_two_labels_overlap(small):
    for one, other in itertools.combinations(small.labels, 2):
        assert not one.overlaps(other), (one.math.text, other.math.text)


def test_labels_of_lines_keep_away_from_nodes(small):
    for edge in small.edges:
        for node in small.nodes if edge.label is not None else ():
            across = abs(edge.label.x - node.x) < (edge.label.width + node.width) / 2
            assert not (across and abs(edge.label.y - node.y) < (edge.label.height + node.height) / 2), edge.label.math.text


def test_labels_lie_on_their_own_lines_nearer_the_source(small):
    labelled = [e for e in small.edges if e.label is not None and e.head and abs(e.points[0][0] - e.points[1][0]) > 0.01]
    assert labelled
    for edge in labelled:
        (x, y), (u, v) = edge.points
        along = (edge.label.x - x) / (u - x)
        assert 0 < along < 0.8
        assert edge.label.y == pytest.approx(y + along * (v - y), abs=1e-6)


def test_nothing_lies_outside(small):
    assert 0 < small.width <= 16
    for box in (*small.nodes, *small.labels):
        assert box.width / 2 <= box.x <= small.width - box.width / 2
        assert box.height / 2 <= box.y <= small.height - box.height / 2


def test_lines_begin_and_end_at_the_rims_of_nodes(small):
    for edge in small.edges:
        x, y = edge.points[-1]
        assert min(_to_rim(n, x, y) for n in small.nodes) < 1e-6
        assert edge.head[0] == edge.points[-1]


def _to_rim(node, x, y):
    """How far a point is from the rim of a circle, a circle drawn out to both sides, or a frame."""
    dx, dy = abs(x - node.x), abs(y - node.y)
    if 2 * node.radius >= node.height:
        return abs(math.hypot(max(dx - (node.width - node.height) / 2, 0), dy) - node.radius)
    return abs(max(dx - node.width / 2, dy - node.height / 2))


STRUCTURE = {
    "classifier": (["sigmoid"] * 7, 18, 7),
    "house-price": (["sigmoid", "sigmoid", ""], 6, 3),
    "linear-rows": ([""] * 3, 6, 0),
    "tanh-chain": (["tanh"] * 2, 2, 2),
    "two-neurons": (["sigmoid"] * 2, 2, 2),
    "2-3-3-1": ([*["sigmoid"] * 3, *["tanh"] * 3, "sigmoid"], 18, 7),
}


@pytest.mark.parametrize("name", STRUCTURE)
def test_units_are_found_from_structure(name):
    functions, edges, biases = STRUCTURE[name]
    found = units(scalars(network(name).program))
    assert [u.function for u in found.units] == functions
    assert sum(len(u.inputs) for u in found.units) == edges
    assert sum(len(u.biases) for u in found.units) == biases
    shown = [e.label.math.text for e in drawn(network(name)).edges if e.label is not None]
    assert len(set(shown)) == len(shown) == edges + biases


def test_names_do_not_matter():
    text = str(NET_2331["forward"])
    renamed = {"x": "W1", "W1": "loss", "h1": "bias", "z1": "input", "b1": "h7", "p": "z"}

    def other(source):
        return re.sub(r"[A-Za-z]\w*", lambda m: renamed.get(m[0], m[0]), source)

    symbols = {renamed.get(n, n): row for n, row in NET_2331["symbols"].items()}
    net = sb.Network.from_dict({"symbols": symbols, "forward": other(text), "loss": {"L": other(NET_2331["loss"]["L"])}})
    one, two = sb.Network.from_dict(NET_2331), net

    def shape(of):
        return [(u.function, len(u.inputs), len(u.biases)) for u in units(scalars(of.program)).units]

    assert shape(one) == shape(two)
    first, second = ([n.x for n in drawn(of).nodes] for of in (one, two))
    assert sorted(map(first.index, first)) == sorted(map(second.index, second))


def test_one_unit_written_in_one_line_is_one_unit():
    rows = {"w": {"role": "weight"}, "b": {"role": "bias"}, "x": {}, "y": {"role": "target"}}
    net = sb.Network.from_dict({"symbols": rows, "forward": "h = tanh(w*x + b)", "loss": {"L": "(h - y)**2"}})
    assert [(u.name, u.inputs, u.biases, u.function) for u in units(scalars(net.program)).units] == [("h", (("w", "x"),), ("b",), "tanh")]


@pytest.mark.parametrize(
    "forward",
    ["h = w*x + w*y", "h = w*x\ng = w*h", "h = exp(w)*x", "h = x*y", "h = w*x + exp(x)*x"],
    ids=["one weight twice", "shared by layers", "not affine", "no weight", "more than the sum"],
)
def test_what_has_no_units_is_drawn_as_boxes(forward):
    rows = {"w": {"role": "weight"}, "x": {}, "y": {}}
    last = "g" if "g =" in forward else "h"
    net = sb.Network.from_dict({"symbols": rows, "forward": forward, "loss": {"L": f"{last}**2"}})
    assert units(scalars(net.program)) is None
    found = drawn(net)
    assert {n.name for n in found.nodes if n.framed} == {str(d.name) for d in net.program.definitions}


def test_targets_of_several_outputs_stand_behind_the_loss():
    at = {n.name: n for n in drawn(sb.Network.from_dict(SOFTMAX)).nodes}
    assert at["x_1"].x < at["z_1"].x < at["p_1"].x < at["L"].x < at["y_1"].x
    assert at["p_2"].y == at["L"].y == at["y_2"].y


def test_boxes_follow_the_flow():
    found = drawn(sb.Network.from_dict(ATTENTION))
    at = {n.name: n for n in found.nodes}
    assert at["X"].x < at["Q"].x == at["K"].x == at["V"].x < at["S"].x < at["P"].x < at["O"].x < at["R"].x < at["L"].x
    assert [k.math.text for k in at["Q"].labels] == ["Q", "A"]
    for one, other in itertools.combinations(found.nodes, 2):
        assert abs(one.x - other.x) >= (one.width + other.width) / 2 or abs(one.y - other.y) >= (one.height + other.height) / 2


def test_a_recurrence_reads_itself():
    rows = {"x": {"shape": ["T"]}, "u": {"role": "weight"}}
    net = sb.Network.from_dict({"symbols": rows, "forward": "h[t] = tanh(x[t] + (u*h[t-1] if t > 0 else 0))", "loss": {"L": "sum(h**2)"}})
    loop = [e for e in drawn(net).edges if len(e.points) == 4]
    assert len(loop) == 1


@pytest.mark.parametrize(("layers", "boxes"), [(5, True), (13, True), (15, False)])
def test_too_many_definitions_are_not_drawn_and_it_is_said(layers, boxes):
    found = drawn(sb.Network.from_dict(chain_of(layers)))
    assert bool(found.nodes) is boxes
    assert found.says == ("" if boxes else "The network has 15 definitions, too many for a drawing.")
    assert found.height < 21


def test_many_weights_are_not_named():
    rows = {
        "x": {"shape": [5]},
        "y": {"role": "target", "shape": [1]},
        "W1": {"role": "weight", "shape": [7, 5]},
        "W2": {"role": "weight", "shape": [1, 7]},
    }
    net = sb.Network.from_dict({"symbols": rows, "forward": "z1 = W1 @ x\nh1 = tanh(z1)\np = W2 @ h1", "loss": {"L": "sum((p - y)**2)"}})
    found = drawn(net)
    assert sum(e.label is not None for e in found.edges) == 7
    assert found.says == "Weights are not named where there are many."


def test_only_numbers_are_shown_beside_names():
    net = network("two-neurons")
    shown = {k.math.text for k in drawn(net, {"a1": "-0.5", "a2": "1e-3", "E": "−2"}).labels}
    assert {"−0.5", "10⁻³", "−2"} <= shown
    for wrong in (r"\input{x}", "1.2.3", "nan", ""):
        with pytest.raises(NotationError, match="no number"):
            drawn(net, {"a1": wrong})


# markups


def numbers(source):
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", source)]


def test_every_markup_has_the_same_numbers():
    found = drawn(network("house-price"))
    circles = {(round(n.x, 3), round(n.y, 3)) for n in found.nodes}
    places = [tuple(numbers(line)) for line in re.findall(r"\\node\[[^]]*\] at \(([^)]*)\)", tikz(found))]
    assert {(round(k.x, 3), round(k.y, 3)) for k in found.labels} == set(places)
    root = ElementTree.fromstring(svg(found))
    rects = [r for r in root.iter() if r.tag.endswith("rect") and r.get("stroke")]
    middles = {
        (round(float(r.get("x")) + float(r.get("width")) / 2, 2), round(float(r.get("y")) + float(r.get("height")) / 2, 2)) for r in rects
    }
    assert all(min(math.hypot(a - x, b - y) for a, b in middles) < 0.02 for x, y in circles)
    assert typst(found).count("rect(") == len(found.nodes) == tikz(found).count("rounded corners")


@pytest.mark.parametrize("name", [*SMALL, "attention"])
def test_typst_sets_it(name):
    import typst as engine

    found = drawn(sb.Network.from_dict(ATTENTION) if name == "attention" else network(name))
    assert engine.compile(typst(found).encode()).startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None, reason="no TeX")
def test_latex_sets_it_without_a_complaint(tmp_path):
    if not subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True, check=False).stdout:
        pytest.skip("no TikZ")
    pictures = [tikz(drawn(network(n), forward_values(network(n)))) for n in SMALL] + [tikz(drawn(sb.Network.from_dict(ATTENTION)))]
    body = "\n\n".join(rf"\noindent {p}" for p in pictures)
    head = r"\documentclass[11pt,a4paper]{article}\usepackage{amsmath,amssymb,tikz,lmodern}\usepackage[margin=25mm]{geometry}"
    (tmp_path / "a.tex").write_text(rf"{head}\begin{{document}}{body}\end{{document}}")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Overfull" not in done.stdout


def test_names_from_outside_are_text():
    rows = {"größe": {}, "w_&": {"role": "weight"}}
    try:
        net = sb.Network.from_dict({"symbols": rows, "forward": {}, "loss": {"L": "größe**2"}})
    except sb.errors.SymbackError:
        net = sb.Network.from_dict({"symbols": {"größe": {}, "w": {"role": "weight"}}, "forward": "h = w*größe", "loss": {"L": "h**2"}})
    found = drawn(net)
    assert r"\text{größe}" in tikz(found)
    assert '"größe"' in typst(found)
    assert ElementTree.fromstring(svg(found)) is not None

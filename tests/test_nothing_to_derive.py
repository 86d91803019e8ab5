"""A network without a parameter, and a loss that is no scalar: an error in files, dicts and Python alike, never an empty answer."""

from __future__ import annotations

import json

import pytest
import sympy as sp

import symback as sb
from symback.cli import main
from symback.verify.command import check_entries

SHAPES = (["n"], ["3"], ["n", "m"], ["2", "2"])


def data(role: str, shape: list[str], loss: str) -> dict[str, object]:
    return {"symbols": {"w": {"role": role, "shape": shape}, "y": {"shape": shape}}, "forward": {"z": "2*w"}, "loss": {"L": loss}}


@pytest.fixture
def file(tmp_path):
    def written(table):
        path = tmp_path / "net.json"
        path.write_text(json.dumps(table))
        return str(path)

    return written


@pytest.mark.parametrize("role", ["constant", "input", "target"])
@pytest.mark.parametrize("verb", ["derive", "verify", "code", "sheet", "step", "train"])
def test_no_parameter_is_said_by_every_verb(verb, role, file, capsys, tmp_path):
    points = tmp_path / "points.json"
    points.write_text('{"points": [{"w": [1.0], "y": [1.0]}]}')
    point = tmp_path / "point.json"
    point.write_text('{"w": [1.0], "y": [2.0]}')
    more = {
        "step": ["--rate", "0.1", "--values", str(point)],
        "train": ["--data", str(points), "--rate", "0.1"],
        "sheet": ["-o", str(tmp_path / "x.txt")],
    }
    status = main([verb, file(data(role, ["n"], "sum((y - z)**2)")), *more.get(verb, [])])
    out, err = capsys.readouterr()
    assert status == 2
    assert out == ""
    assert "no weight or bias is declared, so there is nothing to derive by; declare one with role" in err
    assert err.strip().count("\n") == 0


def test_what_is_chosen_needs_no_parameter(file, capsys):
    assert main(["derive", file(data("constant", ["n"], "sum((y - z)**2)")), "--wrt", "w"]) == 0
    assert "∂L/∂w" in capsys.readouterr()[0]


@pytest.mark.parametrize("ask", [lambda d: d.gradients, lambda d: d.lines, lambda d: d.verify()])
def test_no_parameter_is_said_in_python(ask):
    w, loss = sp.symbols("w L")
    for net in (sb.Network([(loss, w**2)], loss, inputs=[w]), sb.Network.from_dict(data("constant", ["n"], "sum(w)"))):
        derived = net.derive()
        with pytest.raises(sb.DeclarationError, match="no weight or bias is declared"):
            ask(derived)
        assert "no weight or bias" in str(derived)
        assert "no weight or bias" in repr(derived)
        assert str(derived["w"]).startswith("∂L/∂w = ")


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_loss_that_is_no_scalar_is_refused(shape, file, capsys):
    table = data("weight", shape, "(y - z)**2")
    with pytest.raises(sb.DeclarationError, match="not a scalar; sum it, as in sum"):
        sb.Network.from_dict(table)
    assert main(["derive", file(table)]) == 2
    assert "not a scalar" in capsys.readouterr()[1]


def test_a_claim_about_a_jacobian_may_be_about_an_array():
    case = {**data("weight", ["n"], "z**2"), "target": "w", "claim": "diag(8*w)", "kind": "jacobian"}
    assert [v.word for v in check_entries([case])] == ["proved"]

"""The command line of ``check``: several formulas, files of them, targets and names of the claim's own."""

import json

import pytest

import symback as sb
from symback.cli import main
from symback.errors import ReadingError
from symback.verify.command import Given, check_entries, check_file, entries, formulas

NET = """
[symbols]
w = { role = "weight", shape = ["n"] }
x = { shape = ["n"] }
t = {}
[forward]
p = "w @ x"
[loss]
L = "(p - t)**2/2"
"""
SYMBOLS = {"w": {"role": "weight", "shape": ["n"]}, "x": {"shape": ["n"]}, "t": {}}
RIGHT, WRONG = "dL/dw = (p - t)*x", "dL/dw = p*x"


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "ok.toml"
    path.write_text(NET)
    return str(path)


def run(capsys, *words):
    status = main(["check", *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def words_of(answer):
    return [claim["verdict"] for claim in answer["claims"]]


@pytest.mark.parametrize(
    ("words", "status", "verdicts"),
    [
        ([RIGHT], 0, ["proved"]),
        ([RIGHT, WRONG], 1, ["proved", "refuted"]),
        ([RIGHT, "dL/dw = q", WRONG], 1, ["proved", "cannot read", "refuted"]),
        ([RIGHT, "dL/dw = q"], 2, ["proved", "cannot read"]),
        ([RIGHT, "dw += (p - t)*x"], 3, ["proved", "conditional"]),
        (["--target", "w", "(p - t)*x"], 0, ["proved"]),
        (["(p - t)*x", "--target", "w"], 0, ["proved"]),
        (["(p - t)*w", "--target", "x"], 0, ["proved"]),
        (["--target", "q", "x"], 2, ["cannot read"]),
        (["--rename", r"\theta=w,\hat y=p,J=L", r"\frac{\partial J}{\partial \theta_j} = (\hat y - t) x_j"], 0, ["proved"]),
        (["--rename", r"\theta=w,J=L", r"\frac{\partial J}{\partial \theta_j} = p x_j"], 1, ["refuted"]),
        (["--rename", "theta=w", "dL/dtheta = (p - t)*x"], 0, ["proved"]),
        (["--rename", "theta=w", "(p - t)*x", "--target", "w"], 0, ["proved"]),
        (["--rename", "theta=w", "(p - t)*x", "--target", "theta"], 0, ["proved"]),
        (["--rename", "x=w", "dL/dx = (p - t)*w"], 2, ["cannot read"]),
        (["--rename", "x=w,w=x", "dL/dx = (p - t)*w"], 0, ["proved"]),
        (["--rename", "theta=q", RIGHT], 2, ["cannot read"]),
    ],
)
def test_formulas_on_the_command_line(capsys, net, words, status, verdicts):
    found, answer = run(capsys, net, *words)
    assert (found, words_of(answer)) == (status, verdicts)


def test_a_file_with_a_formula_a_line(capsys, net, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text(f"# mine\n{RIGHT}\n\n" + r"\nabla_w L = (p - t) x" + f"\n{WRONG}\n")
    status, answer = run(capsys, net, "--claims", str(notes))
    assert status == 1
    assert words_of(answer) == ["proved", "proved", "refuted"]
    assert [claim["id"] for claim in answer["claims"]] == ["line 2", "line 4", "line 5"]
    with pytest.raises(ReadingError, match="without a network"):
        check_file(notes)


def test_claims_without_a_network_of_their_own(capsys, net, tmp_path):
    file = tmp_path / "claims.json"
    rows = [
        RIGHT,
        {"id": "bare", "target": "w", "claim": {"text": "(p - t)*x"}},
        {"id": "named", "network": "ok.toml", "claim": "dL/dx = (p - t)*w"},
        {"id": "own", "symbols": SYMBOLS, "forward": "L = sum(w*x*t)", "loss": "L", "claim": "dL/dt = sum(w*x)"},
        {"id": "renamed", "rename": {"theta": "w"}, "claim": "dL/dtheta = (p - t)*x"},
        {"id": "gone", "network": "gone.toml", "claim": RIGHT},
        {"id": "both", "network": "ok.toml", "loss": "L", "claim": RIGHT},
        {"id": 3, "claim": RIGHT},
    ]
    file.write_text(json.dumps({"claims": rows}))
    status, answer = run(capsys, net, "--claims", str(file))
    assert status == 2
    assert words_of(answer) == ["proved"] * 5 + ["cannot read"] * 3
    assert "not text" in answer["claims"][-1]["why"]


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"claim": {"text": "p = w @ x"}}, "proved"),
        ({"claim": {"text": "L = (p - t)**2"}}, "refuted"),
        ({"claim": {"text": "(p - t)**2/2"}}, "proved"),
        ({"target": "p", "claim": {"text": "np.sum(w*x)"}}, "proved"),
        ({"target": "p", "claim": {"text": "s = w*x\ns.sum()"}}, "proved"),
        ({"target": "p", "claim": {"text": "w*x"}}, "refuted"),
        ({"claim": {"latex": r"p = w^\top x"}}, "proved"),
        ({"target": "p", "claim": {"latex": r"2 w^\top x"}}, "refuted"),
    ],
)
def test_identities_are_claims_of_the_kind_value(entry, word):
    whole = {"symbols": SYMBOLS, "forward": "p = w @ x\nL = (p - t)**2/2", "loss": "L", "kind": "value", **entry}
    assert [v.word for v in check_entries([whole])] == [word]


@pytest.mark.parametrize("data", [{"claims": []}, {}, {"claims": "dL/dw = x"}])
def test_a_file_without_claims_is_an_error(data):
    with pytest.raises(ReadingError, match="holds no claims"):
        entries(data, "claims.json")
    with pytest.raises(ReadingError, match="holds no claims"):
        formulas("# nothing\n\n", "notes.txt")


def test_failures_are_answers_too(capsys, net):
    assert main(["check", net, "--json"]) == 2
    assert "error" in json.loads(capsys.readouterr().out)
    assert main(["check", net, "--claims", "gone.json", "--json"]) == 2
    assert "cannot be opened" in json.loads(capsys.readouterr().out)["error"]["what"]
    assert main(["check", net, RIGHT, "--rename", "theta", "--json"]) == 2
    assert "rename" in json.loads(capsys.readouterr().out)["error"]["where"]
    assert main(["check", net, "--unknown", RIGHT]) == 2


def test_the_api_takes_names_of_the_claim():
    net = sb.Network.from_dict({"symbols": SYMBOLS, "forward": "p = w @ x\nL = (p - t)**2/2", "loss": "L"})
    assert sb.check(net, "dJ/dtheta = (p - t)*x", rename={"theta": "w", "J": "L"}).word == "proved"
    assert sb.check(net, "(p - t)*x", target="w", rename={"theta": "w"}).word == "proved"
    assert [v.word for v in check_entries([{"claim": "(p - t)*x"}], net.program, more=Given("w", {"theta": "w"}))] == ["proved"]

"""Every verb of the command line: what it prints, the shape of its JSON, its exit status, one line for what cannot be used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symback import cli
from symback.errors import VerificationError

SIZES = """
name = "Sizes"
[symbols]
x = { shape = ["n"] }
y = { role = "target", shape = ["m"] }
W = { role = "weight", shape = ["m", "n"] }
b = { role = "bias", shape = ["m"] }
[forward]
z = "W @ x + b"
h = "tanh(z)"
[loss]
L = "sum((y - h)**2) / 2"
[values]
x = [0.5, -1]
y = [0.25, 0, 1]
W = [[1, 2], [3, 4], [5, 6]]
b = [0, 0, 0]
rate = 0.1
"""


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "sizes.toml"
    path.write_text(SIZES)
    return str(path)


def run(capsys, *args):
    """Status, standard output and error of one command."""
    status = cli.main(list(map(str, args)))
    out, err = capsys.readouterr()
    return status, out, err


def answer(capsys, *args):
    """The JSON of a command that went well."""
    status, out, err = run(capsys, *args, "--json")
    assert (status, err) == (0, "")
    data = json.loads(out)
    assert data.pop("schema") == 1
    return data


# derive


def test_derive_prints_each_gradient_and_those_they_read(capsys, net):
    status, out, err = run(capsys, "derive", net)
    assert (status, err) == (0, "")
    assert [line.partition(" = ")[0] for line in out.splitlines()] == ["∂L/∂z", "∂L/∂W", "∂L/∂b"]


def test_derive_json(capsys, net):
    data = answer(capsys, "derive", net)
    assert set(data) == {"network", "loss", "gradients", "definitions"}
    assert (data["network"], data["loss"], list(data["gradients"])) == ("Sizes", "L", ["W", "b"])
    assert set(data["gradients"]["W"]) == {"text", "latex", "shape", "facts", "verdict"}
    assert data["gradients"]["W"]["shape"] == ["m", "n"]
    assert data["gradients"]["W"]["verdict"] == "unchecked"
    assert [d["name"] for d in data["definitions"]] == ["z", "h", "L", "dL/dz"]


def test_derive_by_chosen_names(capsys, net):
    assert list(answer(capsys, "derive", net, "--wrt", "h", "W")["gradients"]) == ["h", "W"]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--notation", "index"), "∂L/∂W[j,i] = "),
        (("--notation", "scalar"), "∂L/∂W_32 = ∂L/∂z_3·x_2\n"),
        (("--over", "leaves"), "(y − h)"),
    ],
)
def test_derive_in_another_view(capsys, net, options, part):
    assert part in run(capsys, "derive", net, "--wrt", "W", *options)[1]


def test_derive_with_steps_shows_path_lines_and_reasons(capsys, net):
    out = run(capsys, "derive", net, "--steps")[1]
    for part in ("L(h), h(z), z(W)", "chain rule, by (", "▸ ∂L/∂W = "):
        assert part in out


def test_steps_say_which_gradients_are_alike(capsys, tmp_path):
    path = tmp_path / "net.json"
    rows = {"x": {"shape": ["n"]}, **{f"W{k}": {"role": "weight", "shape": ["n", "n"]} for k in (1, 2, 3)}}
    lines = "z1 = W1 @ x\nh1 = tanh(z1)\nz2 = W2 @ h1\nh2 = tanh(z2)\nz3 = W3 @ h2\nh3 = tanh(z3)"
    path.write_text(json.dumps({"symbols": rows, "forward": lines, "loss": {"L": "sum(h3**2)/2"}}))
    assert "- ∂L/∂W2, ∂L/∂W3: the lines of ∂L/∂W1 with other names" in run(capsys, "derive", path, "--steps")[1].splitlines()
    assert "with other names" not in run(capsys, "derive", path, "--steps", "--wrt", "W1")[1]


def test_a_zero_says_why(capsys, tmp_path):
    path = tmp_path / "net.json"
    rows = {"x": {"shape": ["n"]}, "b": {"role": "bias"}}
    path.write_text(json.dumps({"symbols": rows, "forward": "u = x + b\nv = u - mean(u)", "loss": {"L": "sum(v**2)/2"}}))
    assert run(capsys, "derive", path)[1].splitlines()[-1] == "∂L/∂b = 0   because all terms cancel"
    assert answer(capsys, "derive", path)["gradients"]["b"]["reason"] == "all terms cancel"


def test_facts_that_were_used_are_reported(capsys, tmp_path):
    path = tmp_path / "net.json"
    rows = {"z": {"role": "weight", "shape": ["n"]}, "y": {"role": "target", "shape": ["n"], "facts": ["sums to one"]}}
    path.write_text(json.dumps({"symbols": rows, "forward": "p = softmax(z)", "loss": {"L": "-sum(y * log(p))"}}))
    assert answer(capsys, "derive", path)["gradients"]["z"]["facts"] == ["y sums to one"]


# step, code, verify, sheet


def test_step_moves_every_parameter_against_its_gradient(capsys, net):
    data = answer(capsys, "step", net)
    assert set(data) == {"network", "rate", "before", "gradients", "after", "loss_before", "loss_after"}
    assert data["loss_after"] < data["loss_before"]
    for before, slope, after in zip(data["before"]["b"], data["gradients"]["b"], data["after"]["b"], strict=True):
        assert after == pytest.approx(before - 0.1 * slope, rel=1e-12)


def test_step_takes_rate_and_values(capsys, net, tmp_path):
    (tmp_path / "values.toml").write_text("[values]\nb = [1, 1, 1]\n")
    data = answer(capsys, "step", net, "--rate", "0.5", "--values", tmp_path / "values.toml")
    assert data["rate"] == 0.5
    assert data["before"]["b"] == [1, 1, 1]
    assert data["before"]["W"] == [[1, 2], [3, 4], [5, 6]]


def test_code_is_the_same_on_paper_and_in_a_file(capsys, net, tmp_path):
    target = tmp_path / "grads.py"
    out = run(capsys, "code", net)[1]
    assert run(capsys, "code", net, "-o", target)[0] == 0
    assert target.read_text() == out
    assert "symback" not in [line.split()[1] for line in out.splitlines() if line.startswith(("import ", "from "))]


def test_verify_reports_every_formula(capsys, net):
    data = answer(capsys, "verify", net)
    assert [row["name"] for row in data["formulas"]] == ["W", "b"]
    assert {"name", "verdict", "route", "conditions", "worst", "seconds", "steps"} <= set(data["formulas"][0])
    assert {row["verdict"] for row in data["formulas"]} <= {"proved", "agrees"}


def test_lookup_by_words_and_by_shape(capsys):
    status, out, _ = run(capsys, "lookup", "softmax", "cross", "entropy", "--json")
    entries = json.loads(out)["entries"]
    assert (status, entries[0]["key"]) == (0, "softmax_cross_entropy")
    assert {"key", "title", "latex", "text", "conditions", "verdict"} <= set(entries[0])
    status, out, _ = run(capsys, "lookup", "--formula", "g - mean(g) - x*mean(g*x)")
    assert status == 0
    assert "layer_norm" in out


@pytest.mark.parametrize(
    "args", [("lookup",), ("lookup", "qqqq"), ("lookup", "--formula", "sin(a*cos(b))*arctan2(a, b)"), ("lookup", "--formula", "g +")]
)
def test_a_lookup_that_finds_nothing_is_one_line(capsys, args):
    status, out, error = run(capsys, *args)
    assert (status, out) == (2, "")
    assert len(error.splitlines()) == 1


def test_sheet_says_what_it_wrote(capsys, net, tmp_path):
    data = answer(capsys, "sheet", net, "-o", tmp_path / "sheet.tex")
    assert data["files"] == [str(tmp_path / "sheet.tex")]
    assert (tmp_path / "sheet.tex").read_text().startswith("\\documentclass")


@pytest.mark.parametrize(
    ("options", "there", "missing"),
    [
        ((), "NumPy code", "z_{11}"),
        (("--no-code",), "Gradient descent", "NumPy code"),
        (("--notation", "scalar"), r"\frac{\partial L}{\partial w_{32}}", "Matrix view"),
        (("--notation", "index"), "W_{ji}", "Numbers put in"),
        (("--wrt", "b"), r"\partial b_{1}", r"\partial w_{11}"),
        (("--exact",), "Nothing is rounded", "decimals"),
        (("--by-hand",), "every quantity to 4 decimals", "Nothing is rounded"),
        (("--rate", "0.5"), "0.5", "0.1 \\cdot"),
    ],
)
def test_sheet_takes_options(capsys, net, tmp_path, options, there, missing):
    path = tmp_path / "sheet.tex"
    assert run(capsys, "sheet", net, "-o", path, *options)[0] == 0
    text = path.read_text()
    assert there in text
    assert missing not in text


def test_exact_and_by_hand_exclude_each_other(capsys, net, tmp_path):
    status, out, err = run(capsys, "sheet", net, "-o", tmp_path / "s.tex", "--exact", "--by-hand")
    assert (status, out) == (2, "")
    assert "exclude each other" in err


def test_train_ends_after_epochs_or_below_an_error(capsys, net, tmp_path):
    data = tmp_path / "data.toml"
    data.write_text("[[points]]\nx = [0.5, -1]\ny = [0.25, 0, 1]\n[[points]]\nx = [1, 1]\ny = [0, 0.5, 0]\n")
    found = answer(capsys, "train", net, "--data", data, "--epochs", 5)
    assert (found["updates"], found["loss_after"] < found["loss_before"]) == (5, True)
    found = answer(capsys, "train", net, "--data", data, "--below", 0.5, "--error", "rmse")
    assert found["errors"][-1] <= 0.5 < found["errors"][-2]
    status, out, err = run(capsys, "train", net, "--data", data, "--error", "what")
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_sheet_is_called_after_the_network(capsys, net, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "sheet", net)[0] == 0
    assert (tmp_path / "sizes.pdf").read_bytes().startswith(b"%PDF")


def test_examples_and_doctor(capsys):
    rows = answer(capsys, "examples")["examples"]
    assert {"house-price", "house-price.toml", "tanh-chain", "classifier", "two-neurons", "linear-rows"} <= {row["name"] for row in rows}
    assert all(Path(row["file"]).is_file() and row["says"].endswith(".") for row in rows)
    assert all(part["found"] for part in answer(capsys, "doctor")["parts"] if part["needed"])


# the network a user names


def test_a_script_is_run_like_any_script(capsys, tmp_path):
    (tmp_path / "beside.py").write_text("LOSS = 'w**2'\n")
    (tmp_path / "net.py").write_text(
        "import symback as sb\nfrom beside import LOSS\nprint('hello')\n"
        "network = sb.Network.from_dict({'symbols': {'w': {'role': 'weight'}}, 'forward': {}, 'loss': {'L': LOSS}})\n"
    )
    status, out, err = run(capsys, "derive", tmp_path / "net.py", "--json")
    assert (status, err) == (0, "hello\n")
    assert json.loads(out)["gradients"]["w"]["text"] == "∂L/∂w = 2·w"


SCRIPTS = {
    "network = 1 / 0": ("line 1", "ZeroDivisionError"),
    "x = 1": ("defines no network",),
    "network = 5": ("type int",),
    "network = (": ("line 1", "SyntaxError"),
    "raise SystemExit('bye')": ("line 1", "bye"),
    "import symback as sb\nimport sympy as sp\nsb.Network(forward=[False], loss=False)": ("line 3", "pair"),
}


@pytest.mark.parametrize("source", SCRIPTS)
def test_a_script_that_fails_says_where_in_one_line(capsys, tmp_path, source):
    (tmp_path / "net.py").write_text(source)
    status, out, err = run(capsys, "derive", tmp_path / "net.py")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "Traceback" not in err
    for part in ("net.py", *SCRIPTS[source]):
        assert part in err


UNUSABLE = {
    "unknown name": (SIZES.replace("W @ x", "W @ q"), "q"),
    "sizes that cannot agree": (SIZES.replace('shape = ["m", "n"]', 'shape = ["n", "m"]'), "z = "),
    "a loss that is no scalar": (SIZES.replace("sum((y - h)**2)", "(y - h)**2"), "L"),
    "not TOML": ("[symbols", "TOML"),
    "not finite": (SIZES.replace("0.25", "nan"), "y"),
    "TeX for a name": (SIZES.replace("x = {", r"'\input{/etc/passwd}' = {"), "/etc/passwd"),
    "markup for a name": (SIZES.replace("x = {", '"<script>" = {'), "<script>"),
    "a dollar for a name": (SIZES.replace("x = {", '"$" = {'), "$"),
    "code for a name": (SIZES.replace("tanh(z)", "__import__('os').system('true')"), "h = "),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_input_that_cannot_be_used_is_one_line(capsys, tmp_path, case):
    text, part = UNUSABLE[case]
    (tmp_path / "bad.toml").write_text(text)
    status, out, err = run(capsys, "derive", tmp_path / "bad.toml")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert part in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (("derive", "hose-price"), "did you mean house-price?"),
        (("derive", "nothing-like-it"), "packaged examples are"),
        (("derive", "NET", "--wrt", "q"), "q is not declared"),
        (("derive", "OPEN", "--notation", "scalar"), "scalar notation"),
        (("step", "NET", "--rate", "0.1", "--values", "missing.toml"), "missing.toml"),
        (("code", "NET", "-o", "no/such/folder/grads.py"), "no/such/folder"),
        (("code", "NET", "-o", "."), "is a folder"),
        (("sheet", "NET", "-o", "no/such/folder/sheet.pdf"), "no/such/folder/sheet.pdf"),
        (("derive", "NET", "--wrt", "W9"), "declared are x, y, W, b, z, h, L"),
        (("sheet", "NET", "-o", "sheet.docx"), ".pdf"),
        (("sheet", "NET", "-o", "no/such/folder/sheet.tex"), "no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_one_line(capsys, net, monkeypatch, args, part):
    monkeypatch.chdir(Path(net).parent)
    Path("open.toml").write_text(SIZES.partition("[values]")[0])
    status, out, err = run(capsys, *({"NET": net, "OPEN": "open.toml"}.get(a, a) for a in args))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert part in err


VERBS = {
    "derive": (), "sheet": ("-o", "s.md"), "step": (), "train": ("--data", "none.toml"), "verify": (), "check": ("dL/dw = x",), "code": (),
}  # fmt: skip


@pytest.mark.parametrize("verb", cli.VERBS, ids=lambda v: v.name)
def test_every_verb_answers_in_json_when_it_fails(capsys, verb, monkeypatch):
    if verb.name in VERBS:
        calls = [(verb.name, "no-such-net", *VERBS[verb.name], "--json")]
    else:
        calls = [("lookup", "qqxxyy", "-o", "a.docx", "--json")] if verb.name == "lookup" else []
    for call in [*calls, (verb.name, "--json", "--nonsense")]:
        status, out, err = run(capsys, *call)
        assert (status, err.count("\n"), out.count("\n")) == (2, 1, 1)
        data = json.loads(out)
        assert set(data) == {"schema", "error"}
        assert set(data["error"]) == {"what", "where", "remedy"}
        assert data["error"]["what"] in err


def test_what_nobody_expected_is_one_line_and_status_70(capsys, net, monkeypatch):
    """1 stays for what is refuted."""
    monkeypatch.setattr("symback.api.Network.derive", lambda *_: 1 / 0)
    status, out, err = run(capsys, "derive", net, "--json")
    assert (status, err.count("\n")) == (70, 1)
    assert "ZeroDivisionError" in json.loads(out)["error"]["what"]


def test_code_and_step_by_chosen_names(capsys, net):
    namespace = {}
    exec(answer(capsys, "code", net, "--wrt", "x,W", "z")["source"], namespace)
    values = {"x": [0.5, -1.0], "y": [0.25, 0.0, 1.0], "W": [[1, 2], [3, 4], [5, 6]], "b": [0.0] * 3}
    assert {name: value.shape for name, value in namespace["gradients"](values)[1].items()} == {"x": (2,), "W": (3, 2), "z": (3,)}
    data = answer(capsys, "step", net, "--wrt", "x", "b")
    assert (list(data["gradients"]), list(data["after"]), list(data["before"])) == (["x", "b"], ["b"], ["b"])
    status, out, _ = run(capsys, "step", net, "--wrt", "x", "b")
    assert (status, [line.partition(":")[0] for line in out.splitlines()[1:]]) == (0, ["b", "x"])


@pytest.mark.parametrize("args", [(), ("frob",), ("derive",), ("step", "x", "--rate", "fast")])
def test_a_wrong_call_is_one_line(capsys, args):
    status, out, err = run(capsys, *args)
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_a_file_that_could_not_be_written_leaves_the_old_one(capsys, net, tmp_path, monkeypatch):
    target = tmp_path / "grads.py"
    target.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    status, _, err = run(capsys, "code", net, "-o", target)
    assert status == 2
    assert "No space left" in err
    assert target.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["grads.py", "sizes.toml"]


def test_control_characters_in_a_message_are_visible(capsys):
    assert "\x1b" not in run(capsys, "derive", "\x1b[31mred")[2]


# exit status


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (["proved", "agrees"], 0),
        (["proved", "undecided"], 3),
        (["conditional"], 3),
        (["undecided", "cannot read"], 2),
        (["cannot read", "refuted", "proved"], 1),
    ],
)
def test_exit_status_of_verdicts(verdicts, status):
    assert cli.verdict_status(verdicts) == status


def test_strict_asks_for_a_proof(capsys, tmp_path):
    path = tmp_path / "net.toml"
    path.write_text('forward = "L = sum(x)"\nloss = "L"\n[symbols]\nx = {shape = ["n"]}\n')
    assert run(capsys, "check", path, "L = sum(sort(x))")[0] == 0
    status, out, _ = run(capsys, "check", path, "L = sum(sort(x))", "--strict")
    assert status == 3
    assert "with n = 1 to 12, on both sides of 1 of 1 threshold; no proof was found" in out
    assert run(capsys, "check", path, "L = sum(2*x)/2", "--strict")[0] == 0
    assert run(capsys, "verify", path, "--wrt", "x", "--strict")[0] == 0
    assert cli.verdict_status(["agrees"], strict=True) == cli.verdict_status(["proved", "agrees to digits"], strict=True) == 3
    assert cli.verdict_status(["proved"], strict=True) == 0


def test_a_failed_check_is_refuted(capsys, net, tmp_path, monkeypatch):
    def fails(*_, **__):
        raise VerificationError("gradient by W", "does not hold")

    monkeypatch.setattr("symback.sheets.evidence.verify", fails)
    status, out, err = run(capsys, "sheet", net, "-o", tmp_path / "s.tex")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert not (tmp_path / "s.tex").exists()


# as a process


def shell(*args, **options):
    return subprocess.run([sys.executable, "-m", "symback", *args], capture_output=True, text=True, check=False, **options)


def test_help_names_every_verb_and_loads_nothing_heavy():
    done = shell("--help")
    assert done.returncode == 0
    assert all(verb.name in done.stdout for verb in cli.VERBS)
    loaded = "import sys, symback.cli; print(*sorted({m.partition('.')[0] for m in sys.modules} & {'sympy', 'numpy', 'jinja2', 'typst', 'mpmath'}))"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.strip() == ""


def test_a_pipe_nobody_reads_is_no_error(net):
    command = f'"{sys.executable}" -m symback code "{net}"'
    process = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


def test_output_is_utf8_whatever_the_terminal_says(net):
    done = shell("derive", net, env={**os.environ, "PYTHONIOENCODING": "ascii"}, encoding="utf-8")
    assert done.returncode == 0
    assert "∂L/∂W" in done.stdout

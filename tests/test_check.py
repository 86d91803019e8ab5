"""symback check: words, files, exit status, and input that makes no sense."""

import json

import pytest

import symback as sb
from symback.cli import main

NET = {"name": "square", "symbols": {"A": {"shape": ["n", "n"]}, "x": {"shape": ["n"]}}, "forward": "L = x @ A @ x", "loss": "L"}
ENTRY = {**{k: NET[k] for k in ("symbols", "forward", "loss")}, "id": "c1", "target": "x", "kind": "gradient"}
WORDS = [
    ("dL/dx = A @ x + A.T @ x", "proved"),
    ("dL/dx = 2*A @ x", "conditional"),
    ("dL/dx = A @ x - A.T @ x", "refuted"),
    ("dL/dx = A @ ", "cannot read"),
    ("dL/dA = np.outer(x, x)", "proved"),
    ("dA = x[:, None] * x", "proved"),
    ("d2L/dx2 = A + A.T", "proved"),
    ("d2L/dxdx = 2*A", "conditional"),
    ("dL/dA = x", "refuted"),
    ("s = A @ x\ndL/dx = s + A.T @ x", "proved"),
    ("dL/dx = A @ x + A.T @ x = (A + A.T) @ x", "proved"),
    ("dL/dx = (A + A.T) @ x = 2*A @ x", "conditional"),
    ("L = np.sum(A * np.outer(x, x))", "proved"),
    ("dL/dx = A @ q", "cannot read"),
    ("A @ x", "refuted"),
    ("A @ x + A.T @ x", "proved"),
    ("x @ x", "cannot read"),
]


@pytest.mark.parametrize(("claim", "word"), WORDS)
def test_words(claim, word):
    found = sb.check(sb.Network.from_dict(NET), claim)
    assert found.word == word, found.text()
    assert found.why


def test_a_condition_reads_as_a_sentence():
    found = sb.check(sb.Network.from_dict(NET), "dL/dx = 2*A @ x")
    assert found.condition == "A is symmetric"
    assert found.witness is not None
    assert "holds when A is symmetric" in found.why


def test_a_bare_formula_needs_its_target():
    network = sb.Network.from_dict(NET)
    assert sb.check(network, "A @ x + A.T @ x", target="x").word == "proved"
    assert sb.check(network, "A + A.T", target="x", kind="hessian").word == "proved"
    assert sb.check(network, "A + A.T", target="x", kind="hesian").word == "cannot read"
    assert sb.check(network, "A + A.T", target="y").word == "cannot read"


def test_a_bad_network_is_an_error():
    with pytest.raises(sb.SymbackError, match="Q"):
        sb.Network.from_dict({**NET, "forward": "L = x @ Q @ x"})


def _file(tmp_path, text, name="claims.json"):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def _claims(*texts):
    return json.dumps({"claims": [{**ENTRY, "id": f"c{n}", "claim": {"text": text}} for n, text in enumerate(texts)]})


RIGHT, WRONG, SYMMETRIC, BROKEN = "(A + A.T) @ x", "A @ x - A.T @ x", "2 * A @ x", "A @"


@pytest.mark.parametrize(
    ("texts", "status"),
    [((RIGHT,), 0), ((RIGHT, SYMMETRIC), 3), ((SYMMETRIC, BROKEN), 2), ((BROKEN, WRONG, SYMMETRIC), 1)],
)
def test_exit_status(tmp_path, capsys, texts, status):
    assert main(["check", "--claims", _file(tmp_path, _claims(*texts)), "--json"]) == status
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == 1
    assert [row["id"] for row in answer["claims"]] == [f"c{n}" for n in range(len(texts))]
    for row in answer["claims"]:
        assert {"id", "verdict", "why", "condition", "repair", "witness", "seconds"} <= set(row)


def test_a_witness_in_json(tmp_path, capsys):
    main(["check", "--claims", _file(tmp_path, _claims(WRONG)), "--json"])
    witness = json.loads(capsys.readouterr().out)["claims"][0]["witness"]
    assert set(witness) >= {"sizes", "values", "entry", "claimed", "right"}
    assert witness["claimed"] != witness["right"]
    assert set(witness["values"]) == {"A", "x"}


def test_an_entry_that_is_broken_does_not_stop_the_others(tmp_path, capsys):
    rows = [
        {**ENTRY, "claim": {"text": RIGHT}},
        3,
        {"id": "c3"},
        {**ENTRY, "id": "c4", "claim": 5},
        {**ENTRY, "id": "c5", "forward": "L = x @"},
    ]
    assert main(["check", "--claims", _file(tmp_path, json.dumps({"claims": rows})), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)["claims"]
    assert [row["verdict"] for row in found] == ["proved", *["cannot read"] * 4]
    assert all(row["why"] for row in found)


def test_toml(tmp_path, capsys):
    text = """
[[claims]]
id = "t1"
forward = "L = w * x"
loss = "L"
target = "w"
note = "an unknown key"
claim = { text = "x" }
[claims.symbols]
w = {}
x = {}
"""
    assert main(["check", "--claims", _file(tmp_path, text, "claims.toml")]) == 0
    assert "proved" in capsys.readouterr().out


REFUSED = [
    '{"claims": [], "claims": []}',
    '{"claims": [{"id": "a"}, {"id": "a"}]}',
    '{"claims": [{"id": "a", "symbols": {"w": {"value": NaN}}}]}',
    '{"claims": 3}',
    "[]",
    "{",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_file_that_makes_no_sense_is_refused_in_one_line(tmp_path, capsys, text):
    assert main(["check", "--claims", _file(tmp_path, text)]) == 2
    shown = capsys.readouterr()
    assert len(shown.err.strip().splitlines()) == 1
    assert not shown.out


def test_one_claim_on_the_command_line(tmp_path, capsys):
    net = tmp_path / "net.json"
    net.write_text(json.dumps(NET))
    assert main(["check", str(net), "dL/dx = A @ x"]) == 1
    shown = capsys.readouterr().out
    assert "refuted" in shown
    assert main(["check", str(net)]) == 2
    assert main(["check"]) == 2


LEAVES = {
    "x": {"shape": ["n"]},
    "g": {"shape": ["n"]},
    "A": {"shape": ["n", "n"]},
    "y": {"shape": ["n"]},
    "p": {"facts": [["between", 0, 1]]},
    "t": {},
}

# forward, claim, the weakest undeclared fact that makes it true
CONDITIONAL = [
    ("L = sum(g * abs(x))", "dL/dx = g", "x ≥ 0"),
    ("L = x @ inv(A) @ x", "dL/dx = 2 * inv(A) @ x", "A is symmetric"),
    ("L = trace(A @ A)", "dL/dA = 2 * A", "A is symmetric"),
    ("L = -sum(y * log(softmax(x)))", "dL/dx = softmax(x) - y", "y sums to one"),
    ("L = g @ x / sum(g)", "dL/dx = g", "g sums to one"),
    ("L = -(t * log(p) + (1 - t) * log(1 - p))", "dL/dp = where(t == 1, -1/p, 1/(1 - p))", "every entry of t is 0 or 1"),
]


@pytest.mark.parametrize(("forward", "claim", "condition"), CONDITIONAL)
def test_the_weakest_fact_is_named(forward, claim, condition):
    read = {name: row for name, row in LEAVES.items() if name in forward.replace("exp", "").replace("trace", "").replace("abs", "")}
    found = sb.check(sb.Network.from_dict({"symbols": read, "forward": forward, "loss": "L"}), claim)
    assert (found.word, found.condition) == ("conditional", condition), found.text()


# forward, claim, what is missing from it: conditions that nobody means are no conditions
FAR_FETCHED = [
    ("L = sum((g * x)**2) / 2", "dL/dx = x", "the factor g ⊙ g is missing"),
    ("c = t*t\nL = tanh(c*t)", "dL/dc = 1 - tanh(c*t)**2", "the factor t is missing"),
    ("L = sum(x**3)/3", "dL/dx = x", "an exponent is missing"),
    ("L = tanh(g @ x)", "dL/dx = g*(1 - tanh(x @ g))", "must be"),
]


@pytest.mark.parametrize(("forward", "claim", "repair"), FAR_FETCHED)
def test_a_condition_that_pins_what_is_free_is_none(forward, claim, repair):
    read = {name: row for name, row in LEAVES.items() if name in forward.replace("tanh", "")}
    found = sb.check(sb.Network.from_dict({"symbols": read, "forward": forward, "loss": "L"}), claim)
    assert (found.word, found.condition) == ("refuted", ""), found.text()
    assert repair in found.repair


POLICY = {
    "symbols": {"l": {"shape": ["n"]}, "l_old": {"shape": ["n"]}, "A": {"shape": ["n"]}, "B": {"shape": ["n"]}},
    "forward": "r = exp(l - l_old)\nL = sum(r*A) + sum(B*l_old)",
    "loss": "L",
}


def test_two_names_that_the_network_compares_may_have_to_be_equal():
    found = sb.check(sb.Network.from_dict(POLICY), "dL/dl = A")
    assert (found.word, found.condition) == ("conditional", "l = l_old")
    assert "r is missing" in found.repair
    assert sb.check(sb.Network.from_dict(POLICY), "dL/dl = B").word == "refuted"


RELU = {
    "symbols": {"W": {"shape": ["m", "n"]}, "x": {"shape": ["n"]}, "g": {"shape": ["m"]}},
    "forward": "z = W @ x\nL = g @ relu(z)",
    "loss": "L",
}
KINKS = [
    ("dL/dz = g * np.where(z >= 0, 1, 0)", "proved", "subdifferential"),
    ("dL/dx = W.T @ (g * np.where(W @ x >= 0, 1, 0))", "proved", "subdifferential"),
    ("dL/dz = g * np.where(z == 0, 7, z > 0)", "refuted", "no subgradient"),
    ("dL/dx = W.T @ (g * np.where(W @ x == 0, 7, W @ x > 0))", "refuted", "no subgradient"),
]


@pytest.mark.parametrize(("claim", "word", "says"), KINKS)
def test_another_convention_at_a_kink_is_right_inside_the_subdifferential(claim, word, says):
    found = sb.check(sb.Network.from_dict(RELU), claim)
    assert found.word == word
    assert says in found.text()


def test_a_maximum_that_is_unique_is_a_condition():
    net = sb.Network.from_dict({"symbols": {"x": {"shape": ["n"]}}, "forward": "L = max(x)", "loss": "L"})
    found = sb.check(net, "dL/dx = np.where(x == np.max(x), 1, 0)")
    assert found.word == "proved"
    assert "the maximum is unique" in found.conditions


# what is asked of a claim nobody should write: an answer or a refusal, soon
HOSTILE = [
    ("2*x + 0*np.log(0)", "refuted"),
    ("2*x*np.log(-1)", "refuted"),
    ("2*x/0", "refuted"),
    ("(1 + x)**100 - (1 + x)**99*(1 + x) + 2*x", "proved"),
    ("9**9**9 * x", "cannot read"),
    ("((9**9)**9999)**9999 * x", "cannot read"),
    ("1e1000000000 * x", "cannot read"),
    ("(" * 100_000 + "x", "cannot read"),
    ("@".join(["np.outer(x, x)"] * 25) + " @ x", "refuted"),
    ("s = exp(x)\n" + "s = s + exp(s)\n" * 40 + "s", "undecided"),
    ("s = x*x\n" + "s = s*s + s\n" * 60 + "s", "refuted"),
    ("*".join(["(x + 1)", "(x - 2)"] * 100), "refuted"),
]


@pytest.mark.parametrize(("claim", "word"), HOSTILE, ids=lambda t: t[:24])
def test_hostile_claims_get_an_answer(claim, word):
    net = sb.Network.from_dict({"symbols": {"x": {"shape": ["n"]}}, "forward": "L = sum(x**2)", "loss": "L"})
    found = sb.check(net, claim, target="x")
    assert found.word == word, found.text()
    assert found.seconds < 3
    json.dumps(found.json(), allow_nan=False)


@pytest.mark.parametrize(
    ("size", "claim", "word"), [("100000000", "2*x", "proved"), ("100000000", "3*x", "refuted"), ("3000", "3*x", "refuted")]
)
def test_huge_sizes(size, claim, word):
    net = sb.Network.from_dict({"symbols": {"x": {"shape": [size]}}, "forward": "L = sum(x**2)", "loss": "L"})
    assert sb.check(net, claim, target="x").word == word


def test_a_value_is_put_in_where_the_symbol_is_not_enough():
    rows = {"x": {"facts": ["positive"]}, "p": {"value": 2}}
    net = sb.Network.from_dict({"symbols": rows, "forward": "L = x**p", "loss": "L"})
    found = sb.check(net, "dL/dx = 2*x")
    assert found.word == "proved"
    assert "with p = 2 put in" in found.why
    assert "put in" not in sb.check(net, "dL/dx = p*x**(p - 1)").why


WRONG_WITHOUT_A_NATURAL_CONDITION = [
    ({"x": {"shape": ["n"]}, "g": {"shape": ["n"]}}, "L = sum((g * x)**2) / 2", "dL/dx = g * x"),
    ({"x": {"facts": ["positive"]}, "b": {"facts": [["between", 1.5, 4]]}}, "L = log(x) / log(b)", "dL/db = log(x) * log(b) * b"),
    ({"x": {"shape": ["n"]}, "p": {"value": 3}}, "L = sum(abs(x)**p)", "dL/dp = 2 * sum(abs(x)**p * log(abs(x)))"),
]


@pytest.mark.parametrize(("symbols", "forward", "claim"), WRONG_WITHOUT_A_NATURAL_CONDITION)
def test_a_condition_that_leaves_single_values_is_none(symbols, forward, claim):
    """For x = 1 the logarithm is 0 and any factor is right, and a number that is 0 or 1 is its square: that excuses no slip."""
    assert sb.check(sb.Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L"}), claim).word == "refuted"


def test_what_cannot_be_read_is_said_on_stderr(tmp_path, capsys):
    net = tmp_path / "net.json"
    net.write_text(json.dumps(NET))
    assert main(["check", str(net), "dL/dx = A @ q"]) == 2
    shown = capsys.readouterr()
    assert len(shown.err.strip().splitlines()) == 1
    assert "q is not declared" in shown.err

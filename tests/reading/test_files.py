"""Network files: TOML, JSON and dicts, and what is said about those that make no sense."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from symback.algebra.facts import Fact
from symback.algebra.sizes import Size
from symback.algebra.terms import Ref
from symback.errors import DeclarationError, NumericError, ReadingError, SymbackError
from symback.network.program import Spelling
from symback.numeric.evaluate import Evaluator
from symback.reading.claims import claim_network, extend
from symback.reading.files import MAX_BYTES, from_dict, load

HOUSE = """
name = "House price"
[symbols]
x  = { role = "input",  shape = ["n"] }
y  = { role = "target", shape = ["k"] }
W1 = { role = "weight", shape = ["m", "n"] }
b1 = { role = "bias",   shape = ["m"] }
W2 = { role = "weight", shape = ["k", "m"] }
b2 = { role = "bias",   shape = ["k"] }
[forward]
z1 = "W1 @ x + b1"
h1 = "sigmoid(z1)"
h2 = "W2 @ h1 + b2"
[loss]
L  = "sum((y - h2)**2) / 2"
[values]
x = [-0.32, -0.66]
y = [-0.54]
W1 = [[0.2, 0.15], [0.5, 0.6]]
b1 = [0.1, 0.25]
W2 = [[0.3, 0.2]]
b2 = [0.4]
rate = 0.2
"""
DATA = {
    "name": "House price",
    "symbols": {
        "x": {"role": "input", "shape": ["n"]},
        "y": {"role": "target", "shape": ["k"]},
        "W1": {"role": "weight", "shape": ["m", "n"]},
        "b1": {"role": "bias", "shape": ["m"]},
        "W2": {"role": "weight", "shape": ["k", "m"]},
        "b2": {"role": "bias", "shape": ["k"]},
    },
    "forward": {"z1": "W1 @ x + b1", "h1": "sigmoid(z1)", "h2": "W2 @ h1 + b2"},
    "loss": {"L": "sum((y - h2)**2) / 2"},
    "values": {
        "x": [-0.32, -0.66],
        "y": [-0.54],
        "W1": [[0.2, 0.15], [0.5, 0.6]],
        "b1": [0.1, 0.25],
        "W2": [[0.3, 0.2]],
        "b2": [0.4],
        "rate": 0.2,
    },
}


@pytest.fixture
def write(tmp_path):
    def to(text, name="net.toml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return to


def test_the_three_forms_say_the_same(write):
    programs = [load(write(HOUSE)), load(write(json.dumps(DATA), "net.json")), from_dict(DATA)]
    one_string = {
        **DATA,
        "forward": "z1 = W1 @ x + b1\n\nh1 = sigmoid(z1)  # hidden\nh2 = (W2 @ h1\n      + b2)\nL = sum((y - h2)**2) / 2",
        "loss": "L",
    }
    programs.append(from_dict(one_string))
    assert all(p == programs[0] for p in programs)
    assert programs[0].sizes == {"n": 2, "k": 1, "m": 2}
    assert programs[0].values["rate"] == 0.2
    assert programs[0].spellings["W1"] == Spelling("W", "1")
    assert float(Evaluator(programs[0], programs[0].values).entry("L", ())) == pytest.approx(0.684561, abs=1e-6)


def test_a_text_may_be_indented():
    text = """
        z = x + 1
        L = z**2
    """
    assert [d.name for d in from_dict({"symbols": {"x": {}}, "forward": text, "loss": "L"}).definitions] == ["z", "L"]


def test_lines_may_stand_in_any_order():
    reordered = {**DATA, "forward": dict(reversed(DATA["forward"].items()))}
    assert [d.name for d in from_dict(reordered).definitions] == ["z1", "h1", "h2", "L"]


def test_a_symbol_without_a_role_is_an_input_and_without_a_shape_a_scalar():
    (leaf,) = from_dict({"symbols": {"x": {}}, "forward": "L = x**2", "loss": "L"}).leaves
    assert (leaf.role, leaf.indices) == ("input", ())


def test_facts_values_and_entries():
    data = {
        "symbols": {
            "y": {"shape": ["n"], "facts": ["one-hot", ["between", 0, 0.5]]},
            "a": {"value": 1.4},
            "W": {"entries": [["w1", "w3"], ["w2", "w4"]], "role": "weight"},
            "w5": {"flat": True},
            "q": {"letter": "v", "layer": 2, "unit": [1, 3]},
        },
        "forward": "L = sum(y)*a*w3 + w5*q",
        "loss": "L",
    }
    program = from_dict(data)
    assert [f.kind for f in program.leaf["y"].facts] == ["one-hot", "between"]
    assert program.leaf["y"].facts[1] == Fact("between", (0, Size and program.leaf["y"].facts[1].numbers[1]))
    assert str(program.leaf["y"].facts[1].numbers[1]) == "1/2"
    assert program.values == {"a": 1.4}
    assert program.leaf["W"].shape == (Size.of(2), Size.of(2))
    assert Ref("W", (Size.of(0), Size.of(1))) in program.definition["L"].body.args[0].args
    assert program.spellings["w5"] == Spelling("w", "", ("5",), flat=True)
    assert program.spellings["q"] == Spelling("v", "2", ("1", "3"))


def test_values_may_be_numpy_arrays():
    program = from_dict({**DATA, "values": {"W1": np.eye(2), "x": np.array([1.0, 2.0])}})
    assert program.values["W1"] == ((1.0, 0.0), (0.0, 1.0))


def test_sizes_may_be_fixed():
    program = from_dict(
        {
            "symbols": {"x": {"shape": ["n"]}, "y": {"shape": ["m"]}},
            "forward": "L = sum(x)/n + y @ y",
            "loss": "L",
            "sizes": {"n": 3, "m": "n + 1"},
        }
    )
    assert program.leaf["x"].shape == (Size.of(3),)
    assert program.leaf["y"].shape == (Size.of(4),)
    assert from_dict({"symbols": {"x": {"shape": ["3"]}}, "forward": "L = sum(x)", "loss": "L"}).leaf["x"].shape == (Size.of(3),)


def test_a_result_whose_sizes_are_all_one_is_a_scalar():
    assert from_dict({**DATA, "loss": {"L": "(y - h2)**2"}}).loss == "L"
    with pytest.raises(DeclarationError, match=r"the loss is \(k\), not a scalar; sum it"):
        from_dict({**DATA, "values": {}, "loss": {"L": "(y - h2)**2"}})
    assert from_dict({**DATA, "values": {}, "loss": {"L": "(y - h2)**2"}}, scalar=False).loss == "L"


def changed(**parts):
    return {**DATA, **parts}


def symbols(**rows):
    return changed(symbols={**DATA["symbols"], **rows})


def forward(**lines):
    return changed(forward={**DATA["forward"], **lines})


def given(**values):
    return changed(values={**DATA["values"], **values})


MISTAKES = (
    (forward(z1="W1 @ q + b1"), "z1 = W1 @ q + b1: q is not declared at character 11; declare q under symbols"),
    (forward(z1="W1 @ xs + b1"), "did you mean x?"),
    (forward(z1="W1.T @ x + b1"), "W1.T is (n, m) and x is (n): the inner sizes m and n differ; did you mean W1?"),
    (forward(h1="z1 + h2"), "a circle"),
    (forward(x="2*y"), "x is declared under symbols and defined here"),
    (forward(L="2"), "L is defined twice"),
    (changed(forward="z = x\nz = y", loss="z"), "z is defined twice"),
    (changed(forward="z = x\nimport os", loss="z"), "import os: is no assignment"),
    (changed(forward="z = x\nos", loss="z"), "is no assignment"),
    (changed(forward="z, w = x", loss="z"), "is no assignment"),
    (changed(forward="z += x", loss="z"), "is no assignment"),
    (changed(loss="Q"), "Q is not defined by forward"),
    (changed(loss="h22"), "did you mean h2?"),
    (changed(loss={}), "loss: has 0 entries"),
    (changed(loss=None), "loss: is missing"),
    (changed(valeus={}), "valeus: is no key of a network; did you mean values?"),
    (symbols(q={"rôle": "weight"}), "rôle is no key of a symbol; did you mean role?"),
    (symbols(q={"role": "wieght"}), "did you mean weight?"),
    (symbols(q=["n"]), "the row is ['n']"),
    (symbols(q={"shape": "n"}), "a shape is a list of sizes"),
    (symbols(q={"shape": [0]}), "a size is at least 1"),
    (symbols(q={"shape": [-3]}), "a size is at least 1"),
    (symbols(q={"shape": [2.5]}), "2.5 is no size"),
    (symbols(q={"shape": [True]}), "True is no size"),
    (symbols(q={"shape": ["n +"]}), "the size n +"),
    (symbols(q={"shape": ["f(n)"]}), "f(n) is no size"),
    (symbols(q={"shape": ["9**9**9"]}), "is no size"),
    (symbols(q={"shape": ["n//(m - m)"]}), "may be 0"),
    (symbols(q={"facts": ["positiv"]}), "did you mean positive?"),
    (symbols(q={"facts": [["between", 1]]}), "takes 2 numbers and gets 1"),
    (symbols(q={"facts": [["between", 1, float("inf")]]}), "is no finite number"),
    (symbols(q={"facts": ["symmetric"]}), "symmetric is said of a matrix, and q is a scalar"),
    (symbols(q={"shape": ["n", "m"], "facts": ["positive definite"]}), "said of a square matrix"),
    (symbols(q={"facts": ["one-hot"]}), "is said along an axis"),
    (symbols(q={"role": "intermediate"}), "the intermediate q is never defined"),
    (symbols(q={"flat": "yes"}), "flat is true or false"),
    (symbols(q={"letter": "\\input{x}"}), "letter is a short text"),
    (symbols(**{"x y": {}}), "x y is not a name"),
    (symbols(**{"import": {}}), "import is a word of Python"),
    (symbols(**{"lambda": {}}), "call it lam"),
    (symbols(**{"__import__('os')": {}}), "is not a name"),
    (symbols(**{"__x": {}}), "begins with two underscores"),
    (symbols(**{"a" * 100: {}}), "100 characters long"),
    (symbols(q={"entries": [["a", "b"], ["c"]]}), "different lengths"),
    (symbols(q={"entries": [["a", "a"]]}), "two entries have one name"),
    (symbols(q={"entries": ["x"]}), "x is declared twice"),
    (given(q=1), "values.q: q is not declared"),
    (given(W=[[1]]), "did you mean W"),
    (given(b2=float("nan")), "not finite"),
    (given(b2=[float("inf")]), "not finite"),
    (given(b2=[10**400]), "too large"),
    (given(b2=["1"]), "'1' is no number"),
    (given(b2=[True]), "True is no number"),
    (given(b2=1), "the value is a scalar, and b2 is declared as (k)"),
    (given(b2=[1, 2]), "k is 2 here and 1 elsewhere"),
    (given(W1=[[1, 2], [3]]), "different lengths"),
    (given(W1=[]), "a list is empty"),
    (given(rate=[1]), "give one number"),
    (changed(sizes={"n": 3}), "values.x: an axis has 2 entries, and 3 are declared"),
    (changed(sizes={"n": "m", "m": "n"}), "reads itself"),
    (changed(sizes={"n": 1.5}), "the size is 1.5"),
    (changed(sizes=[1]), "sizes: the table is"),
    (changed(symbols=[1]), "symbols: is list, not a table"),
    (changed(name=3), "the name of a network is a short text"),
    ([], "network: is list, not a table"),
)  # fmt: skip


@pytest.mark.parametrize(("data", "message"), MISTAKES, ids=[f"{n}-{m[1][:30]}" for n, m in enumerate(MISTAKES)])
def test_each_mistake_gets_one_clear_line(data, message):
    with pytest.raises(SymbackError) as caught:
        from_dict(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


FILES = (
    ("net.yaml", "x", "the suffix is .yaml"),
    ("net.toml", "x = ", "is not TOML"),
    ("net.toml", "[symbols]\nx = {}\nx = {}", "is not TOML"),
    ("net.toml", "x = nan\n[values]\ny = inf", "is no key of a network"),
    ("net.toml", "x = " + "[" * 5000 + "]" * 5000, "net.toml"),
    ("net.toml", "a." * 3000 + "b = 1", "too deeply dotted keys"),
    ("net.toml", "".join(f"a{n}.b.c = 1\n" for n in range(100_000)), "at most"),
    ("net.json", '{"loss": "L", "loss": "M"}', "the key loss is given twice"),
    ("net.json", '{"values": {"x": NaN}}', "holds NaN"),
    ("net.json", "[1]", "holds no table"),
    ("net.json", "{", "is not JSON"),
    ("net.json", "[" * 100_000, "is not JSON"),
    ("net.json", '{"x": 1e999}', "x"),
    ("net.json", " " * (MAX_BYTES + 1), "at most"),
)


@pytest.mark.parametrize(("name", "text", "message"), FILES, ids=range(len(FILES)))
def test_a_file_that_cannot_be_read(write, name, text, message):
    started = time.perf_counter()
    with pytest.raises(SymbackError) as caught:
        load(write(text, name))
    assert time.perf_counter() - started < 1
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_is_no_text(tmp_path):
    with pytest.raises(ReadingError, match="cannot be opened"):
        load(tmp_path / "none.toml")
    (tmp_path / "net.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ReadingError, match="is not UTF-8"):
        load(tmp_path / "net.toml")


def test_many_dotted_keys_are_refused_fast(write):
    started = time.perf_counter()
    with pytest.raises(SymbackError):
        load(write("".join(f"a.b{n}.c = 1\n" for n in range(20_000))))
    assert time.perf_counter() - started < 2


def test_a_claim_extends_the_program():
    case = {
        "id": "c",
        "symbols": {"X": {"shape": ["N", "D"]}, "Y": {"shape": ["N", "K"]}},
        "forward": "P = exp(Y)\nL = sum(X.T @ P)",
        "loss": "L",
        "claim": {"text": "?"},
    }
    network = claim_network(case)
    program = extend(network, "I = np.where(P > 1, 1.0, 0.0)\nI = I - Y*np.sum(I, axis=1, keepdims=True)\ngrad = X.T @ I / N")
    assert [d.name for d in program.definitions] == ["P", "L", "I", "I_2", "grad"]
    assert program.results == ("grad",)
    assert extend(network, "P - Y").results == ("claim",)
    assert extend(network, "P = P + 1\nP * 2").definition["claim"].body.args[0].name == "P_2"
    with pytest.raises(SymbackError, match="did you mean"):
        extend(network, "X @ (P - Y)")
    with pytest.raises(ReadingError, match="cannot be read"):
        extend(network, "A @ ")
    with pytest.raises(DeclarationError, match="is empty"):
        extend(network, "")


def test_a_non_finite_value_is_an_error_of_numbers():
    with pytest.raises(NumericError):
        from_dict(given(b2=[float("nan")]))

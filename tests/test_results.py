"""What a user gets can be copied, sent to another process, and looked at in a line."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from public_objects import arrays, everything, results, scalar

import symback as sb
from symback.algebra.sizes import Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import ONE, Count, apply, bracket, ref, term, total

EVERYTHING = dict(everything())
RESULTS = dict(results())
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)
I, J = Index("i", "n"), Index("j", Size.of("n") + 1, 2)
INTERNED = (
    ONE, term("0.5"), Count("n"), ref("x", I), bracket(ref("x", I), ">", 0), ref("x") + 2 * ref("y"), ref("x") ** 2,
    apply("tanh", ref("x")), total([I], ref("x", I)), SizeSymbol("n"), SizeSymbol("p", 0), I, J, SizeAt("n", I), Floor("n", 2), Size.of("n") * 2 + 1,
)  # fmt: skip


def same(one, other):
    """Whether two results say the same, as far as their kind says it."""
    match one:
        case np.ndarray():
            return np.array_equal(one, other)
        case list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))
        case dict():
            return list(one) == list(other) and all(map(same, one.values(), other.values()))
        case Exception():
            return type(one) is type(other) and str(one) == str(other) and vars(one) == vars(other)
    return type(one) is type(other) and (one == other or (repr(one), str(one)) == (repr(other), str(other)))


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_can_be_pickled_and_copied(name):
    thing = EVERYTHING[name]
    for protocol in PROTOCOLS:
        assert same(thing, pickle.loads(pickle.dumps(thing, protocol)))
    assert same(thing, copy.deepcopy(thing))
    assert same(thing, copy.copy(thing))


@pytest.mark.parametrize("thing", INTERNED, ids=repr)
def test_what_is_interned_stays_one_object(thing):
    for protocol in PROTOCOLS:
        assert pickle.loads(pickle.dumps(thing, protocol)) is thing
    assert copy.deepcopy(thing) is copy.copy(thing) is thing


def flat(thing):
    if isinstance(thing, list | tuple | dict):
        for part in thing.values() if isinstance(thing, dict) else thing:
            yield from flat(part)
    else:
        yield thing


@pytest.mark.parametrize("name", RESULTS)
def test_everything_shows_what_it_is_in_a_few_words(name):
    for part in flat(RESULTS[name]):
        assert len(repr(part)) <= 200
        assert "object at 0x" not in repr(part)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (scalar(), "Network one unit: L by 3 definitions\nweight: w\nbias: b"),
        (scalar().derive().compile(), "Model of one unit in float64: L and its gradients by w, b"),
        (scalar().derive().worked(), "one unit worked by hand: L = 0.2873"),
        (scalar().derive().verify(), "Report on one unit: 2 proved"),
        (scalar().derive(), "∂L/∂z = p − y\n∂L/∂w = ∂L/∂z·x\n∂L/∂b = ∂L/∂z"),
        (scalar().derive()["w"].numpy(), "∂L/∂w as a function of w, b, x, y"),
        (sb.check(scalar(), "dL/dw = (p - y)*x"), "proved: dL/dw = (p - y)*x"),
        (sb.layers["dense"], "dense: Dense layer, samples in rows\nY = X @ W + b"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_shown(shown, words):
    assert repr(shown).startswith(words)


def test_many_lines_are_cut():
    net = {"symbols": {f"w{k}": {"role": "weight"} for k in range(40)}, "forward": "L = tanh(" + "+".join(f"w{k}" for k in range(40)) + ")"}
    derivation = sb.Network.from_dict({**net, "loss": "L"}).derive()
    assert repr(derivation).endswith("more")
    assert len(str(derivation).splitlines()) == 40


@pytest.mark.parametrize("network", [scalar(), arrays()], ids=["scalar", "arrays"])
def test_another_process_says_the_same(network):
    """One that has numbered other problems before."""
    derivation = network.derive()
    there = """
import pickle, sys
import symback as sb
sb.Network.from_dict({"symbols": {"a": {"shape": ["m"]}}, "forward": "h = tanh(a)\\nL = sum(h**3)", "loss": "L"}).derive(["a"]).verify()
derivation, formula, network = pickle.load(sys.stdin.buffer)
sys.stdout.buffer.write(pickle.dumps((str(derivation), str(formula), [s.says for s in formula.steps], formula.evidence.verdict, network)))
"""
    sent = pickle.dumps((derivation, derivation["z"], network))
    run = subprocess.run([sys.executable, "-c", there], input=sent, capture_output=True, check=True, cwd=Path(__file__).parent.parent)
    text, formula, steps, verdict, back = pickle.loads(run.stdout)
    assert (text, formula, verdict) == (str(derivation), str(derivation["z"]), "proved")
    assert steps == [s.says for s in derivation["z"].steps]
    assert str(back.derive()) == text


def test_an_error_comes_back_with_its_parts():
    error = sb.ReadingError("a +* b", "cannot be read", "write an operand", 3)
    for protocol in PROTOCOLS:
        found = pickle.loads(pickle.dumps(error, protocol))
        assert (type(found), str(found)) == (sb.ReadingError, "a +* b: cannot be read at character 4; write an operand")
        assert (found.where, found.found, found.remedy, found.position) == (
            "a +* b",
            "cannot be read at character 4",
            "write an operand",
            3,
        )


def test_a_derivation_is_a_mapping():
    derivation = scalar().derive()
    assert isinstance(derivation, Mapping)
    assert list(derivation) == list(derivation.keys()) == ["w", "b"]
    assert len(derivation) == 2
    assert [str(f) for f in derivation.values()] == [f.text() for f in derivation.gradients.values()]
    assert dict(derivation) == derivation.gradients
    assert "z" in derivation
    assert sp.Symbol("w") in derivation
    assert "nope" not in derivation
    assert 0 not in derivation
    assert derivation.get("nope") is None
    assert derivation.get("z").text() == "∂L/∂z = p − y"
    with pytest.raises(KeyError, match="nope is not declared; declared are w, b, x, y, z, p, L"):
        derivation["nope"]
    assert derivation == scalar().derive()
    assert derivation != scalar().derive(["w"])


def test_a_network_says_what_it_holds():
    assert (scalar().loss, scalar().parameters) == ("L", ("w", "b"))


def test_functions_take_names_by_keyword_and_by_position():
    values = {"w": 0.5, "b": 0.1, "x": 2.0, "y": 1.0}
    expected = (1 / (1 + np.exp(-1.1)) - 1) * 2
    for function in (scalar().derive()["w"].numpy(),):
        assert function.names == ("w", "b", "x", "y")
        assert function(**values) == function(*values.values()) == function(values) == function({"w": 0.5, "b": 0.1}, x=2.0, y=1.0)
        assert function(**values) == pytest.approx(expected)
    gradient = arrays().derive()["W"].numpy()
    W, A = np.arange(6.0).reshape(2, 3) / 7, np.array([[2.0, 1.0], [0.5, 3.0]])
    assert gradient(x=[1, 2, 3], y=[0.25, 0.75], W=W, A=A).shape == gradient([1, 2, 3], [0.25, 0.75], W, A).shape == (2, 3)


@pytest.mark.parametrize(
    ("values", "named", "words"),
    [
        ((1, 2, 3, 4, 5), {}, "takes 4 values and gets 5; their order is w, b, x, y"),
        ((1,), {"w": 2}, "w is given twice"),
        ((), {"q": 2}, "q is none of its names; they are w, b, x, y"),
        ((1, 2, 3), {}, "no value is given"),
    ],
)
def test_a_function_says_what_it_takes(values, named, words):
    network = scalar()
    network.program.values.clear()
    function = network.derive()["w"].numpy()
    with pytest.raises(sb.NumericError, match=words):
        function(*values, **named)


def test_functions_that_sympy_lacks_can_be_sent():
    z = sp.Symbol("z", real=True)
    for expression in (sb.sigmoid(z) * sb.relu(z), sb.softplus(z) + sb.gelu(z)):
        assert pickle.loads(pickle.dumps(expression)) == copy.deepcopy(expression) == expression

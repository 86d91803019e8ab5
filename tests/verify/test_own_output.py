"""What symback prints, handed back to the judge with the network, is proved: every notation, view and markup; a slip in it never is."""

from __future__ import annotations

import random
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from own_output import entry_network, printed, random_network, right_sides, scalar_lines

from symback.api import Network, check, load
from symback.catalogue.entries import ENTRIES
from symback.errors import SymbackError

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted([*ROOT.glob("examples/*.toml"), *ROOT.glob("tests/seeds/*.toml")])
SAMPLED = [key for key in ENTRIES if crc32(key.encode()) % 12 == 0]
NAMED: dict[str, tuple[dict[str, object], str]] = {
    "a symbol e beside the exponential": ({"w": {}, "e": {}}, "L = e*exp(w) + e**2"),
    "a symbol pi": ({"w": {}, "pi": {}}, "L = pi*sin(w) + exp(pi)"),
    "x_T beside x": ({"x": {"shape": ["n"]}, "x_T": {"shape": ["n"]}}, "L = sum(x*x_T**2)"),
    "sizes e and pi": ({"x": {"shape": ["e"]}, "y": {"shape": ["e", "pi"]}}, "L = mean(tanh(x)) + mean(y)**2*sum(x)"),
    "a size T": ({"x": {"shape": ["T"]}, "y": {"shape": ["T", "T"]}}, "L = sum(exp(x))/T + sum(y @ x) + trace(y)/T"),
    "names exp and log": ({"exp": {}, "x": {}, "log": {}}, "L = x*tanh(exp)**2*log"),
    "a name I": ({"I": {"shape": ["n", "n"]}, "x": {"shape": ["n"]}}, "L = sum(I @ x)"),
    "letters of activations": ({"sigma": {}, "x": {}, "phi": {}}, "u = sigmoid(x)*sigma\nL = u**2*phi"),
    "the normal distribution": ({"w": {}}, "L = Phi(w)"),
    "a concatenation": ({"x": {"shape": ["n"]}, "g": {"shape": ["n"]}}, "L = logsumexp(concatenate([x, 2*g]))"),
    "a mean over two axes together": ({"x": {"shape": ["n"]}, "g": {"shape": ["m"]}}, "t = concatenate([x, g])\nL = mean(t**2)"),
    "halves of an axis": ({"x": {"shape": ["n"]}}, "L = sum(x[:n//2]**2)"),
    "the inverse of an unnamed matrix": ({"A": {"shape": ["n", "n"]}, "B": {"shape": ["n", "n"]}}, "L = trace(inv(A @ B))"),
    "a quotient before a product": ({"B": {"shape": ["m", "n"]}, "g": {"shape": ["m"]}, "x": {"shape": ["n"]}}, "z = B @ x\nL = sum(g*log(z**2))"),
    "ones on both sides": ({"A": {"shape": ["n", "n"]}}, "L = sum(sum(A, axis=0)**2)"),
    "rows of maxima": ({"V": {"shape": ["m", "n"]}}, "L = sum(max(V, axis=1)**2)"),
    "an inner product beside a vector": ({"W": {"shape": ["n"]}}, "L = sum(log_softmax(outer(W, W), axis=0))"),
    "a scalar beside the identity": (
        {"A": {"shape": ["n", "n"]}}, "t = (A - mean(A, axis=1, keepdims=True))/sqrt(var(A, axis=1, keepdims=True) + 0.1)\nL = trace(t)"
    ),
    "a gradient that is zero": ({"x": {"shape": ["n"]}, "b": {}}, "p = softmax(x + b)\nL = sum(p*x)"),
}  # fmt: skip


def judged(lines):
    """The words for printed lines, and those that are not as they should be."""
    found = [(line, check(line.network, line.claim, line.target)) for line in lines]
    assert [f"{line.how}: {v.word}: {line.claim}: {v.why}" for line, v in found if v.word not in ("proved", "agrees")] == []
    return [v.word for _, v in found]


@pytest.mark.parametrize("name", NAMED)
def test_names_and_forms_read_back(name):
    symbols, forward = NAMED[name]
    network = Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L"})
    lines = list(printed(network))
    assert set(judged([*lines, *right_sides(lines)])) == {"proved"}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_random_networks_read_back(seed):
    network = Network.from_dict(random_network(seed))
    try:
        lines = list(printed(network))
    except SymbackError:
        return
    sampled = random.Random(seed).sample(lines, min(len(lines), 16))
    judged(sampled)


def test_hardly_any_random_line_only_agrees():
    words = [w for seed in range(6) for w in judged(list(printed(Network.from_dict(random_network(seed))))[::3])]
    assert len(words) > 50
    assert words.count("agrees") <= 0.02 * len(words)


@pytest.mark.parametrize("key", SAMPLED)
def test_catalogue_reads_back(key):
    lines = list(printed(entry_network(key)))
    judged(random.Random(key).sample(lines, min(len(lines), 10)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_read_back(path):
    try:
        network = load(path)
    except SymbackError:
        return
    judged(list(printed(network))[::5])
    judged(list(scalar_lines(network))[::7])


SLIPS = {
    "text": ("{0} = −({1})", "{0} = 2·({1})", "{0} = {1} + 1"),
    "latex": ("{0} = -({1})", r"{0} = 3 \left({1}\right)", "{0} = {1} + 1"),
}


@pytest.mark.parametrize("seed", range(40, 44))
def test_a_slip_in_own_output_is_never_accepted(seed):
    network = Network.from_dict(random_network(seed))
    for line in list(printed(network))[::5]:
        head, _, body = line.claim.partition(" = ")
        if " where " in body or "where }" in body or check(network, f"{head} = 0").holds:
            continue
        for slip in SLIPS[line.how.split()[-1]]:
            found = check(network, slip.format(head, body))
            assert not found.holds, f"{line.how}: {line.claim}: {found.text()}"

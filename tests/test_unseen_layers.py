"""Layers that no rule, row or entry knows, made up here: their gradients come out as a textbook would print them, and hold."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from symback.api import Network

V = {"role": "weight", "shape": ["n"]}
G = {"shape": ["n"]}


@dataclass(frozen=True)
class Unseen:
    name: str
    symbols: dict[str, object]
    forward: str
    gradients: dict[str, str]


LAYERS = [
    Unseen("square root rectifier", {"z": V, "g": G}, "r = sqrt(z**2 + 4)\nh = (z + r)/2\nL = sum(g*h)", {"z": "∂L/∂z = 1/2·g ⊙ (z ⊘ r + 1)"}),
    Unseen("divided by its power", {"x": V, "g": G, "s": {"role": "constant", "facts": ["positive"]}}, "d = s + mean(x**2)\ny = x/d\nL = sum(g*y)",
           {"x": "∂L/∂x = g/d − 2·mean(g ⊙ y)·y"}),
    Unseen("pooled by a softmax of scores", {"X": {"role": "weight", "shape": ["n", "d"]}, "w": {"role": "weight", "shape": ["d"]}, "t": {"facts": ["positive"]}, "g": {"shape": ["d"]}},
           "s = X @ w/t\np = exp(s)/sum(exp(s))\nc = p @ X\nL = sum(g*c)",
           {"s": "∂L/∂s = (∂L/∂p − (∂L/∂p)ᵀ p) ⊙ p", "w": "∂L/∂w = Xᵀ (∂L/∂s)/t", "X": "∂L/∂X = (∂L/∂s) wᵀ/t + p gᵀ"}),
    Unseen("gated by its own softmax", {"x": V, "W": {"role": "weight", "shape": ["n", "n"]}, "g": G}, "a = W @ x\np = exp(a)/sum(exp(a))\ny = x*p\nL = sum(g*y)",
           {"W": "∂L/∂W = (∂L/∂a) xᵀ", "x": "∂L/∂x = Wᵀ (∂L/∂a) + g ⊙ p"}),
    Unseen("centred softplus", {"x": V, "g": G}, "u = log(1 + exp(x))\nv = u - mean(u)\nL = sum(g*v)", {"x": "∂L/∂x = (g − mean(g)) ⊙ σ(x)"}),
    Unseen("centred, with a bias it cannot feel", {"x": V, "b": {"role": "bias"}}, "u = x + b\nv = u - mean(u)\nL = sum(v**2)/2", {"x": "∂L/∂x = v", "b": "∂L/∂b = 0"}),
    Unseen("tanh of unit length", {"x": V, "a": {"role": "weight"}, "g": G}, "t = tanh(a*x)\nr = sqrt(sum(t**2))\ny = t/r\nL = sum(g*y)",
           {"t": "∂L/∂t = (g − (gᵀ y)·y)/r", "x": "∂L/∂x = a·∂L/∂t ⊙ (1 − t²)"}),
    Unseen("normalised by rows, then by columns", {"S": {"role": "weight", "shape": ["n", "m"]}, "G": {"shape": ["n", "m"]}},
           "E = exp(S)\nR = E/sum(E, axis=1, keepdims=True)\nP = R/sum(R, axis=0, keepdims=True)\nL = sum(G*P)",
           {"S": "∂L/∂S = (∂L/∂R − (∂L/∂R ⊙ R) 𝟏 𝟏ᵀ) ⊙ R"}),
]  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_it_comes_out_well(layer):
    derivation = Network.from_dict({"symbols": layer.symbols, "forward": layer.forward, "loss": "L"}).derive(layer.gradients)
    assert {name: derivation[name].text() for name in layer.gradients} == layer.gradients
    report = derivation.verify()
    assert report.ok
    assert sum(row.verdict == "proved" for row in report) == len(layer.gradients)


def test_a_bias_that_cancels_says_why():
    (layer,) = [layer for layer in LAYERS if "b" in layer.gradients]
    formula = Network.from_dict({"symbols": layer.symbols, "forward": layer.forward, "loss": "L"}).derive(["b"])["b"]
    assert formula.reason

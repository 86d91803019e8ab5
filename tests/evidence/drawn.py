"""Array programs drawn at random: NumPy text over vectors and matrices, with the constructions people write and code stumbles over.

A grammar by shape. ``program(rng)`` is a declaration as a network file holds it; ``rng`` may be hypothesis' own, which then shrinks it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import Any

Shape = tuple[str, ...]
LEAVES: Mapping[str, Shape] = {
    "h": (), "x": ("n",), "y": ("n",), "z": ("m",), "q": ("k",), "W": ("m", "n"), "V": ("n", "m"), "S": ("n", "n"), "B": ("k", "m"),
}  # fmt: skip
SIZES: tuple[Mapping[str, int], ...] = ({"n": 3, "m": 4, "k": 2}, {"n": 2, "m": 3, "k": 5}, {"n": 4, "m": 2, "k": 1})
ANY = (
    "tanh({a})", "sigmoid({a})", "exp({a}/3)", "sin({a})", "softplus({a})", "relu({a})", "abs({a})", "({a})**2", "sqrt(({a})**2 + 1)", "log(({a})**2 + 1)",
    "({a}) + ({b})", "({a}) - ({b})", "({a})*({b})", "({a})/(({b})**2 + 1)", "maximum({a}, {b})", "minimum({a}, {b})", "where({a} > {b}, {a}, 2*({b}))",
    "clip({a}, -0.5, 0.8)", "clip({a}, {s}, 2)", "({a})/3", "-(({a})/3)", "0.7*({a})", "(-1/3)*({a})", "({a})*({s})", "({s}) - ({a})", "({a})**3", "arctan({a})",
    "where({s} > 0.2, {a}, 0)", "exp(-({a})**2)", "abs({a})**1.5",
)  # fmt: skip
SCALARS = (
    "sum({v})", "mean({v})", "max({v})", "min({v})", "logsumexp({v})", "({v}) @ ({w})", "norm({v})", "prod(({v})/2 + 1)", "var({v})", "std({v})",
    "average({v}, weights=({w})**2 + 0.1)", "({v})[0]", "({v})[-1]", "sort({v})[1]", "sum(sort({v})*({w}))", "sum(({v})[1:]*({w})[:-1])", "max(({v})[1:])",
    "sum(softmax({v})*({w}))", "log_softmax({v})[0]", "sum({M})", "max({M})", "mean(({M})**2)", "trace({Q})", "logsumexp({M})", "sum(max({M}, axis=0))",
    "det(({Q})[:-1, :-1]/4 + 3*eye(n - 1))", "slogdet(({Q})/4 + 3*eye(n))[1]", "sum(inv(({Q})/4 + 3*eye(n)))", "sum(inv(({Q})[:2, :2]/4 + 3*eye(2)))",
    "sum(solve(({Q})[:2, :2]/4 + 3*eye(2), ({vn})[:2]))", "sum(concatenate([{v}, {z}])**2)", "max(concatenate([({v})/3, {z}])**2)", "max(stack([{v}, ({w})*0.7])**2)",
    "sum(sort(concatenate([({v})/3, {z}])**2)[1:])", "norm({M})", "sum(stack([{v}, {w}], axis=1)**2)", "sum(cumsum({v})*({w}))", "({v}) @ ({w}) / norm({v})",
    "sum(sort({M}, axis=0)[0])", "einsum('i,i->', {v}, {w})",
)  # fmt: skip
VECTORS = (
    "{P} @ ({u})", "({u}) @ ({R})", "sum({P}, axis=1)", "mean({R}, axis=0)", "max({P}, axis=1)", "min({R}, axis=0)", "logsumexp({P}, axis=1)", "softmax({v})",
    "log_softmax({v})", "cumsum({v})", "sort({v})", "flip({v})", "({s})*ones({e})", "average({R}, axis=0, weights=({u})**2 + 0.1)", "({v}) - mean({v})",
    "({v}) - max({v})", "exp({v})/sum(exp({v}))", "concatenate([{v}, {u}])[:{e}]", "concatenate([{u}, {v}])[-{e}:]", "({v})/norm({v})",
    "stack([({v})[i]*sum(({w})[:i+1]) for i in range({e})])", "stack([max(({v})[:i+1]) for i in range({e})])", "stack([logsumexp(({v})[i:]) for i in range({e})])",
    "stack([mean(({v})[:i+1]**2) for i in range({e})])", "std({P}, axis=1)", "prod(({P})/3 + 1, axis=1)", "norm({P}, axis=1)", "logsumexp(outer({v}, ones(n)), axis=1)",
    "max(outer({v}, ones(n))*({s}), axis=1)", "softmax({P}, axis=1)[:, 0]", "log_softmax({P}, axis=0)[:, -1]", "({P})[:, 0]", "sum(({P})[:, 1:], axis=1)",
    "sort({P}, axis=1)[:, 0]", "max(stack([{v}, ({w})/3, 0.3*({v})])**2, axis=0)", "where({v} == max({v}), {v}, ({w})/2)", "einsum('ij,j->i', {P}, {u})",
)  # fmt: skip
MATRICES = (
    "outer({r}, {c})", "({T}).T", "softmax({A}, axis=1)", "softmax({A}, axis=0)", "log_softmax({A}, axis=1)", "cumsum({A}, axis=0)", "sort({A}, axis=1)",
    "({A})*({c})", "({r})[:, None]*({A})", "({A}) - mean({A}, axis=1, keepdims=True)", "({A}) - max({A}, axis=0)", "({A})/norm({A})", "({A}) + ({c})",
    "({r})[:, None] + ({c})", "({s})*ones(({d}, {e}))", "exp({A})/sum(exp({A}), axis=1, keepdims=True)", "({A})/({r})[:, None]**2", "maximum({A}, {c})",
    "stack([({c})*({r})[i] for i in range({d})])", "cumsum({A}, axis=1)", "flip({A}, axis=0)",
)  # fmt: skip
RECURRENCES = (
    "tanh(({a})*{u}[t - 1] + {v}[t]) if t >= 1 else {v}[0]", "maximum({u}[t - 1]/3, {v}[t]) if t >= 1 else {v}[0]", "0.5*{u}[t - 1] + {v}[t]*{w}[t] if t >= 1 else {w}[0]",
)  # fmt: skip
LETTERS = ("n", "m")
TRIES, SHORT, LONG = 20, 3, 400


class Drawing:
    """A program being drawn: the names in reach by shape."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.names: dict[str, Shape] = dict(LEAVES)

    def expression(self, shape: Shape, depth: int) -> str:
        """Text of a shape."""
        known = [name for name, own in self.names.items() if own == shape]
        if known and (depth <= 0 or self.rng.random() < 0.15):
            return self.rng.choice(known[-3:] if self.rng.random() < 0.5 else known)
        if depth <= 0:
            return self.filled("outer({r}, {c})", shape, 0)
        own = (SCALARS, VECTORS, MATRICES)[len(shape)]
        template = self.rng.choice(ANY if self.rng.random() < 0.4 else own)
        return self.filled(template, shape, depth - 1)

    def filled(self, template: str, shape: Shape, depth: int) -> str:
        """A template with its blanks filled: {a}, {b} have the shape itself, the others a shape of their own."""
        first = shape[0] if shape else self.rng.choice(LETTERS)
        last = shape[-1] if shape else self.rng.choice(LETTERS)
        other = self.rng.choice(LETTERS)
        shapes: Mapping[str, Shape] = {
            "a": shape, "b": shape, "A": shape, "s": (), "v": (first,), "w": (first,), "u": (other,), "r": (first,), "c": (last,), "P": (first, other),
            "R": (other, first), "T": tuple(reversed(shape)), "M": (first, other), "Q": ("n", "n"), "z": ("m",), "vn": ("n",),
        }  # fmt: skip
        sizes = {"d": first, "e": last}
        values = {k: self.expression(s, depth) for k, s in shapes.items() if f"{{{k}}}" in template}
        return template.format(**values, **sizes)

    def line(self, k: int) -> tuple[str, str]:
        """One line of the forward pass."""
        if self.rng.random() < 0.08:
            vectors = [n for n, s in self.names.items() if s == ("n",)]
            left, template = f"u{k}", self.rng.choice(RECURRENCES)
            text = template.format(u=left, v=self.rng.choice(vectors), w=self.rng.choice(vectors), a=self.expression((), 0))
            self.names[left] = ("n",)
            return f"{left}[t]", text
        shape = self.rng.choice([(), ("n",), ("n",), ("m",), ("n", "m"), ("m", "n"), ("n", "n")])
        text = self.expression(shape, self.rng.choice([1, 2, 2, 3]))
        self.names[f"u{k}"] = shape
        return f"u{k}", text


def program(rng: Random) -> dict[str, Any]:
    """A declaration: lines that build on each other, and a loss that reads the last of them."""
    for _ in range(TRIES):
        drawing = Drawing(rng)
        lines = dict(drawing.line(k) for k in range(rng.randint(0, 3)))
        loss = drawing.expression((), rng.choice([1, 2, 2, 3]))
        if len(loss) > SHORT and sum(map(len, lines.values())) + len(loss) <= LONG:
            break
    if lines and f"u{len(lines) - 1}" not in loss:
        loss = f"{loss} + sum(u{len(lines) - 1})" if drawing.names[f"u{len(lines) - 1}"] else f"({loss})*u{len(lines) - 1}"
    text = " ".join([*lines.values(), loss])
    read = {n: s for n, s in LEAVES.items() if re.search(rf"\b{n}\b", text)}
    known = {size for s in read.values() for size in s}
    needed = {n: LEAVES[n] for n, size in (("x", "n"), ("z", "m"), ("q", "k")) if size not in known and re.search(rf"\b{size}\b", text)}
    return {
        "symbols": {n: {"role": "weight", "shape": list(s)} for n, s in {**read, **needed}.items()},
        "forward": lines,
        "loss": {"L": loss},
    }

"""What a formula with sums in sums says in SymPy is what it says here: no index is left behind, and the numbers are the same."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy as sp

from symback.api import Network
from symback.layers import LAYERS
from symback.verify.sample import draw

SIZES = {"N": 1, "c": 2, "h": 5, "w": 4, "o": 2, "k": 3, "l": 2, "p": 1, "s": 2, "d": 1, "g": 1, "n": 5}


@pytest.mark.parametrize("name", ["conv1d", "conv2d", "conv2d_dilated", "conv2d_depthwise", "average_pool", "max_pool"])
def test_the_gradient_of_a_window_layer(name):
    row = LAYERS[name]
    net = Network.from_program(row.program())
    derivation = net.derive(["X"])
    definition = derivation["X"].definition()
    sizes = {n: SIZES[n] for n in row.size_names}
    expression = derivation["X"].sympy().subs({s: sizes[str(s)] for s in derivation["X"].sympy().free_symbols if str(s) in sizes})
    values = draw(net.program, sizes, random.Random(3)).shown()
    model = derivation.compile()
    arrays = {**{n: np.array(v) for n, v in values.items()}, **model.forward({**values, **sizes})}
    gradient = model.gradients({**values, **sizes})[1]["X"]
    rng = np.random.default_rng(0)
    for place in [tuple(int(rng.integers(n)) for n in gradient.shape) for _ in range(3)]:
        letters = {sp.Symbol(i.name, integer=True): k for i, k in zip(definition.indices, place, strict=True)}
        entry = expression.subs(letters).doit()
        read = {r: sp.Float(float(arrays[str(r.base)][tuple(map(int, r.indices))])) for r in entry.atoms(sp.Indexed) if _inside(r, arrays)}
        outside = {r: 0 for r in entry.atoms(sp.Indexed) if r not in read}
        assert float(entry.xreplace({**read, **outside}).doit()) == pytest.approx(gradient[place], rel=1e-12, abs=1e-12)


def _inside(read, arrays):
    return all(0 <= int(p) < n for p, n in zip(read.indices, arrays[str(read.base)].shape, strict=True))

"""Gradients by automatic differentiation of the declared text, beside those of the derived formulas."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy_text import Text, name_of
from peers import Autograd, Torch

from symback.derivation import derive
from symback.layers.row import LayerRow
from symback.network.program import Program
from symback.numeric.model import Model
from symback.verify.sample import draw, size_sets

TOLERANCE = 1e-12
PART = 1e-7
WINDOWS: tuple[Mapping[str, int], ...] = (
    {"N": 2, "g": 2, "c": 3, "h": 7, "w": 5, "n": 11, "o": 5, "k": 3, "l": 2, "p": 1, "s": 2, "d": 2},
    {"N": 1, "g": 3, "c": 2, "h": 5, "w": 7, "n": 7, "o": 3, "k": 2, "l": 3, "p": 0, "s": 3, "d": 1},
    {"N": 2, "g": 2, "c": 1, "h": 5, "w": 3, "n": 5, "o": 2, "k": 3, "l": 2, "p": 2, "s": 1, "d": 1},
)
"""Sizes of convolutions: a stride larger than the window would leave gaps."""


@dataclass(frozen=True)
class Compared:
    """One gradient (or the loss) at one point, ours and the package's."""

    name: str
    ours: np.ndarray
    theirs: np.ndarray
    scale: float

    @property
    def apart(self) -> float:
        """The largest difference of two entries, relative to ``scale``."""
        assert self.ours.shape == self.theirs.shape, self.name
        return float(np.max(np.abs(self.ours - self.theirs))) / self.scale


def compared(row: LayerRow, peer: Autograd | Torch) -> Iterator[Compared]:
    """Loss and every gradient of an entry at three points, at sizes that are distinct primes.

    What rounding may do to a number is measured by how far it moves when every value changes by a small part of itself, so the
    scale is that, or the largest entry if that is larger; for a gradient of which nothing is left (its terms cancel), the largest of all.
    """
    core = derive(row.program())
    program, wanted = core.program, [leaf.name for leaf in core.program.leaves]
    model = Model(program, core.gradient_program(wanted, facts=True))
    declared = row.data()
    loss_line = declared["loss"] if isinstance(declared["loss"], dict) else {}
    for k, sizes in enumerate(_sizes(row, program)):
        values = {n: np.array(v, dtype=float) for n, v in draw(program, sizes, random.Random(k)).shown().items()}
        ours_loss, ours = model.gradients({**values, **sizes})
        shapes = {name: np.shape(v) for name, v in model.forward({**values, **sizes}).items()}

        def run(library: Any, leaves: Mapping[str, Any], sizes: Any = sizes, shapes: Any = shapes) -> Any:
            return Text(library, {**sizes, **leaves}, shapes).run({**declared["forward"], **loss_line})[name_of(program.loss)]

        loss, theirs = peer.gradients(run, values)
        moved = peer.gradients(run, _moved(values, k))[1]
        yield _pair(program.loss, ours_loss, loss, max(abs(loss), *(float(np.sum(np.abs(values[n] * theirs[n]))) for n in wanted)))
        largest = max(float(np.max(np.abs(g))) for g in theirs.values())
        for name in wanted:
            own = max(float(np.max(np.abs(theirs[name]))), float(np.max(np.abs(moved[name] - theirs[name]))) / PART)
            yield _pair(name, ours[name], theirs[name], own if own > TOLERANCE / PART * largest else largest)


def _moved(values: Mapping[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """Every value changed by a small part of itself, up or down."""
    rng = np.random.default_rng(seed)
    return {name: v * (1 + PART * rng.choice([-1, 1], v.shape)) for name, v in values.items()}


def _pair(name: str, ours: Any, theirs: Any, scale: Any) -> Compared:
    return Compared(name, np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), float(scale) or 1.0)


def _sizes(row: LayerRow, program: Program) -> list[Mapping[str, Any]]:
    if "p" in row.size_names:
        return [{name: sizes[name] for name in row.size_names} for sizes in WINDOWS]
    return list(size_sets(program))

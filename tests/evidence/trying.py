"""One random program tried: the generated code against NumPy running the text, central differences of it, and automatic differentiation."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from drawn import LEAVES, SIZES
from numpy_text import Text
from peers import Autograd

from symback.api import Network
from symback.errors import SymbackError

EQUAL, STEPS, LOOSE = 1e-7, (1e-5, 1e-6), 1e-3
WRONG = ("crash", "wrong loss", "wrong gradient", "wrong shape", "not finite")


class Named:
    """Functions that network files have and NumPy has not, or that autograd cannot differentiate, written with those it can."""

    numpy: Any

    def softmax(self, x: Any, axis: int | None = None) -> Any:
        return self.numpy.exp(self.log_softmax(x, axis))

    def log_softmax(self, x: Any, axis: int | None = None) -> Any:
        return x - self.logsumexp(x, axis, keepdims=True)

    def logsumexp(self, x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        top = self.numpy.max(x, axis=axis, keepdims=True)
        inner = self.numpy.log(self.numpy.sum(self.numpy.exp(x - top), axis=axis, keepdims=True)) + top
        return inner if keepdims else self.numpy.sum(inner, axis=axis)

    def average(self, x: Any, axis: int | None = None, weights: Any = None) -> Any:
        if weights.ndim < x.ndim:
            weights = weights[:, None] if axis == 0 else weights
        return self.numpy.sum(x * weights, axis=axis) / self.numpy.sum(weights * self.numpy.ones(x.shape), axis=axis)

    def sigmoid(self, x: Any) -> Any:
        return (1 + self.numpy.tanh(x / 2)) / 2

    def softplus(self, x: Any) -> Any:
        return self.numpy.logaddexp(0, x)

    def relu(self, x: Any) -> Any:
        return self.numpy.maximum(x, 0)

    def norm(self, x: Any, axis: int | None = None) -> Any:
        return self.numpy.sqrt(self.numpy.sum(x**2, axis=axis))

    def sort(self, x: Any, axis: int = -1) -> Any:
        order = np.argsort(value_of(x), axis=axis, kind="stable")
        if x.ndim == 1:
            return x[order]
        other = np.arange(x.shape[1 - axis % 2])
        return x[order, other] if axis % 2 == 0 else x[other[:, None], order]

    def flip(self, x: Any, axis: int = 0) -> Any:
        return x[::-1] if axis == 0 else x[:, ::-1]


def value_of(x: Any) -> Any:
    """The plain array inside a traced one."""
    while hasattr(x, "_value"):
        x = x._value
    return x


class TracedLibrary(Named, Autograd):
    """autograd under NumPy's names."""


class PlainLibrary(Named):
    """NumPy itself."""

    numpy = np

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name, None) or getattr(np.linalg, name)

    def clip(self, x: Any, low: Any, high: Any) -> Any:
        return np.minimum(np.maximum(x, low), high)

    def array_of(self, entries: list[Any], shape: tuple[int, ...]) -> Any:
        return np.reshape(np.array(entries), shape)


@dataclass(frozen=True)
class Tried:
    """What became of a program: a kind, and what was seen."""

    kind: str
    seen: str = ""


def loss_of(declared: Mapping[str, Any], library: Any, sizes: Mapping[str, int], values: Mapping[str, Any]) -> Any:
    """The loss by the text alone."""
    shapes = {left.partition("[")[0]: (sizes["n"],) for left in declared["forward"] if "[" in left}
    return Text(library, {**sizes, **values}, shapes).run({**declared["forward"], **declared["loss"]})["L"]


def tried(declared: Mapping[str, Any], seed: int, peer: TracedLibrary) -> Tried:
    """A program derived, compiled and compared at one point, at sizes that the seed chooses."""
    sizes = SIZES[seed % len(SIZES)]
    rng = np.random.default_rng(seed)
    values = {n: np.array(rng.normal(size=tuple(sizes[s] for s in shape))) for n, shape in LEAVES.items() if n in declared["symbols"]}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            expected = float(loss_of(declared, PlainLibrary(), sizes, values))
        except (ValueError, IndexError, ZeroDivisionError, np.linalg.LinAlgError) as error:
            return Tried("no value", str(error))
        try:
            model = Network.from_dict(declared).derive().compile()
        except SymbackError as error:
            return Tried("declined", str(error))
        except Exception as error:
            return Tried("crash", f"{type(error).__name__}: {error}")
        if not np.isfinite(expected):
            return Tried("no value")
        try:
            loss, found = model.gradients({**sizes, **values})
        except Exception as error:
            return Tried("crash", f"{type(error).__name__}: {error}")
        return _compared(declared, sizes, values, peer, expected, float(loss), found)


def _compared(
    declared: Mapping[str, Any],
    sizes: Mapping[str, int],
    values: Mapping[str, Any],
    peer: TracedLibrary,
    expected: float,
    loss: float,
    found: Mapping[str, Any],
) -> Tried:
    if not abs(loss - expected) <= EQUAL * (1 + abs(expected)):
        return Tried("not finite" if not np.isfinite(loss) else "wrong loss", f"{loss} for {expected}")
    for name, own in found.items():
        if np.shape(own) != np.shape(values[name]):
            return Tried("wrong shape", f"{name}: {np.shape(own)}")
    theirs = _traced(declared, sizes, values, peer)
    apart = [name for name in found if theirs is None or not near(found[name], theirs[name], EQUAL)]
    if not apart:
        return Tried("right")
    for name in apart:
        slow = [_differences(declared, sizes, values, name, step) for step in STEPS]
        kink = theirs is not None and not np.isfinite(theirs[name]).all() and not np.isfinite(found[name]).all()
        if kink or not near(slow[0], slow[1], LOOSE) or not np.isfinite(slow).all():
            return Tried("no value", f"{name} has no slope here")
        if not np.isfinite(found[name]).all():
            return Tried("not finite", f"{name}: {found[name]} for {slow[1]}")
        if not near(found[name], slow[1], LOOSE):
            return Tried("wrong gradient", f"{name}: {found[name]} for {slow[1]}")
    return Tried("right by differences")


def _traced(
    declared: Mapping[str, Any], sizes: Mapping[str, int], values: Mapping[str, Any], peer: TracedLibrary
) -> Mapping[str, Any] | None:
    try:
        return peer.gradients(lambda library, leaves: loss_of(declared, library, sizes, leaves), values)[1]
    except Exception:  # what the package cannot differentiate is left to differences
        return None


def near(one: Any, other: Any, part: float) -> bool:
    scale = 1 + float(np.max(np.abs(other), initial=0.0))
    return bool(np.all(np.abs(np.asarray(one) - other) <= part * scale))


def _differences(declared: Mapping[str, Any], sizes: Mapping[str, int], values: Mapping[str, Any], name: str, step: float) -> Any:
    found = np.zeros(np.shape(values[name]))
    for place in np.ndindex(found.shape):
        ends = []
        for sign in (1, -1):
            moved = values[name].copy()
            moved[place] += sign * step
            ends.append(float(loss_of(declared, PlainLibrary(), sizes, {**values, name: moved})))
        found[place] = (ends[0] - ends[1]) / (2 * step)
    return found

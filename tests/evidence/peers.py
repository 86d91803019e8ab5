"""Packages for automatic differentiation, each under NumPy's names, run on plain arrays of double precision.

What a package lacks is written with its own functions here; where a package is not installed, `peers` leaves it out.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]
Run = Callable[[Any, Mapping[str, Any]], Any]
"""A text run with a library and values: the loss."""


class Autograd:
    """autograd: NumPy's own functions, traced."""

    def __init__(self) -> None:
        import autograd
        import autograd.numpy as anp
        from autograd.extend import defvjp, primitive

        self.package, self.numpy = autograd, anp
        self.erf = primitive(np.vectorize(math.erf, otypes=[float]))
        defvjp(self.erf, lambda ans, x: lambda g: g * 2 / math.sqrt(math.pi) * anp.exp(-(x**2)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.numpy, name, None) or getattr(self.numpy.linalg, name)

    def Phi(self, x: Any) -> Any:  # noqa: N802
        return (1 + self.erf(x / math.sqrt(2))) / 2

    def clip(self, x: Any, low: Any, high: Any) -> Any:
        return self.numpy.minimum(self.numpy.maximum(x, low), high)

    def array_of(self, entries: list[Any], shape: tuple[int, ...]) -> Any:
        return self.numpy.reshape(self.numpy.array(entries), shape)

    def gradients(self, run: Run, values: Arrays) -> tuple[Any, Mapping[str, Any]]:
        loss, gradients = self.package.value_and_grad(lambda leaves: run(self, leaves))(dict(values))
        return loss, gradients


class Torch:
    """PyTorch on the processor: its names differ from NumPy's here and there."""

    def __init__(self) -> None:
        import torch

        self.torch = torch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.torch.linalg if name in ("inv", "solve", "norm") else self.torch, name)
        return (lambda *args, **options: found(*map(self.tensor, args), **options)) if callable(found) else found

    def tensor(self, value: Any) -> Any:
        return self.torch.tensor(float(value), dtype=self.torch.float64) if isinstance(value, int | float) else value

    def Phi(self, x: Any) -> Any:  # noqa: N802
        return self.torch.special.ndtr(x)

    def max(self, x: Any, axis: int | None = None) -> Any:
        return self.torch.amax(x, dim=() if axis is None else axis)

    def einsum(self, subscripts: str, *operands: Any) -> Any:
        return self.torch.einsum(subscripts, *operands)

    def transpose(self, x: Any) -> Any:
        return x.permute(*reversed(range(x.ndim)))

    def arange(self, n: int) -> Any:
        return self.torch.arange(n, dtype=self.torch.float64)

    def concatenate(self, arrays: list[Any], axis: int = 0) -> Any:
        return self.torch.cat(arrays, dim=axis)

    def cumsum(self, x: Any, axis: int = 0) -> Any:
        return self.torch.cumsum(x, dim=axis)

    def stack(self, arrays: list[Any], axis: int = 0) -> Any:
        return self.torch.stack(arrays, dim=axis)

    def array_of(self, entries: list[Any], shape: tuple[int, ...]) -> Any:
        return self.torch.stack([self.tensor(e) for e in entries]).reshape(shape)

    def gradients(self, run: Run, values: Arrays) -> tuple[Any, Mapping[str, Any]]:
        leaves = {name: self.torch.tensor(v, dtype=self.torch.float64, requires_grad=True) for name, v in values.items()}
        loss = run(self, leaves)
        found = self.torch.autograd.grad(loss, list(leaves.values()), allow_unused=True, materialize_grads=True)
        return loss.item(), {name: g.numpy() for name, g in zip(leaves, found, strict=True)}


PEERS: Mapping[str, type[Autograd] | type[Torch]] = {"autograd": Autograd, "torch": Torch}


def installed() -> tuple[str, ...]:
    """The packages that are here."""
    return tuple(name for name in PEERS if importlib.util.find_spec(name))

"""A program compiled to NumPy: forward pass, gradients, steps of gradient descent, training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from symback.algebra.terms import Name, Partial
from symback.derivation import Derivation
from symback.errors import NumericError, short
from symback.network.program import PARAMETERS, Leaf, Program
from symback.numeric.compared import runnable
from symback.numeric.compile import compile_source
from symback.numeric.source import list_axes, source
from symback.numeric.training import History, train
from symback.numeric.values import exact, nested, sizes_from_values

Values = Mapping[str, Any]


class Model:
    """The generated NumPy module of a program and its gradients, ready to run.

    ``source`` is the text of the module. Values may be numbers, nested lists or arrays, of the declared shapes; what is not
    given comes from the values the network declares. Sizes follow from the shapes.

    Raises NumericError, in one line: a value is missing, has another shape than declared, is not finite, or overflows on the
    way.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import Partial, ref
    >>> from symback.network.program import Leaf
    >>> square = Program("square", (Leaf("w", (), "weight"),), (Definition("L", (), ref("w") ** 2),), ("L",))
    >>> slope = Definition(Partial("L", "w"), (), 2 * ref("w"))
    >>> model = Model(square, square.with_definitions((*square.definitions, slope), (slope.name,)))
    >>> model.gradients({"w": 3.0})
    (9.0, {'w': 6.0})
    >>> model.step({"w": 3.0}, rate=0.5)
    {'w': 0.0}
    """

    def __init__(
        self,
        program: Program,
        gradient_program: Program,
        dtype: Literal["float64", "float32"] | str = "float64",
        internal: tuple[Name, ...] = (),
    ) -> None:
        if dtype not in ("float64", "float32"):
            raise NumericError(f"dtype={dtype!r}", "there is no such precision", "use 'float64' or 'float32'")
        self.program, self.gradient_program, self.dtype, self.internal = program, gradient_program, dtype, internal

    @classmethod
    def of(cls, core: Derivation, wanted: tuple[Name, ...], dtype: str = "float64") -> Model:
        """The model of a derivation, with the gradients by the names wanted."""
        ready = runnable(core, wanted)
        return cls(ready.program, ready.gradient_program, dtype, ready.internal)

    def __reduce__(self) -> tuple[Any, ...]:
        """Functions are compiled anew in the process a model is sent to."""
        return type(self), (self.program, self.gradient_program, self.dtype, self.internal)

    def __repr__(self) -> str:
        by = ", ".join(str(r.by) for r in self.gradient_program.results if isinstance(r, Partial))
        return short(
            [f"Model of {self.program.name or 'a network'} in {self.dtype}: {self.program.loss} and its gradients by {by or 'nothing'}"]
        )

    @cached_property
    def source(self) -> str:
        """The generated module."""
        return source(self.program, self.gradient_program, self.dtype, internal=self.internal)

    @cached_property
    def _module(self) -> dict[str, Any]:
        return compile_source(self.source, f"<{self.program.name or 'network'}>")

    def forward(self, values: Values | None = None) -> dict[str, Any]:
        """Every named intermediate and the loss."""
        result: dict[str, Any] = self._run("forward", values)
        return result

    def gradients(self, values: Values | None = None) -> tuple[Any, dict[str, Any]]:
        """The loss and the gradients by name, each of the shape declared for the name."""
        result: tuple[Any, dict[str, Any]] = self._run("gradients", values)
        return result

    def step(self, values: Values | None = None, rate: float = 0.1) -> dict[str, Any]:
        """The parameters after one step of gradient descent; every gradient is taken at the old values."""
        new = self._run("step", values, rate)
        return {name: new[name] for name in self._parameters}

    @property
    def _parameters(self) -> tuple[str, ...]:
        return tuple(leaf.name for leaf in self.program.leaves if leaf.role in PARAMETERS)

    def train(
        self,
        data: Values | Iterable[Values],
        rate: float,
        epochs: int | None = None,
        below: float | None = None,
        error: str = "loss",
        start: Values | None = None,
    ) -> History:
        """Gradient descent on the mean loss over the points, until ``epochs`` updates or until ``error`` is at most ``below``.

        See `symback.numeric.training.train`.
        """
        return train(self, data, rate, epochs, below, error, start)

    def _run(self, function: str, values: Values | None, *arguments: Any) -> Any:
        ready = self.prepared({**self.program.values, **(values or {})})
        try:
            return self._module[function](ready, *arguments)
        except KeyError as error:
            name = error.args[0]
            raise NumericError(
                f"the size {name}", "does not follow from the shapes of the values", f"give it among them, as {name}=3"
            ) from None
        except (OverflowError, ZeroDivisionError, ValueError) as error:
            where = self.program.name or "the network"
            raise NumericError(where, f"a value cannot be computed ({error})", "give values where every definition is finite") from None

    def prepared(self, values: Values) -> dict[str, Any]:
        """The values as arrays of the declared shapes."""
        import numpy as np

        convert = _plain if self._is_scalar else _array(np, self.dtype)
        ready = {leaf.name: _converted(leaf, values, convert) for leaf in self.program.leaves}
        sizes = {k: v for k, v in values.items() if k not in ready and isinstance(v, int)}
        if not self._is_scalar:
            sizes_from_values(self.program, {**ready, **sizes})
        return {**ready, **sizes}

    @cached_property
    def _is_scalar(self) -> bool:
        return not any(leaf.indices for leaf in self.program.leaves)


def _plain(leaf: Leaf, value: Any) -> Any:
    value = nested(value)
    if isinstance(value, list):
        raise NumericError(leaf.name, "the value is a list", f"{leaf.name} is declared as a single number")
    return float(exact(value, leaf.name))


def _array(np: Any, dtype: str) -> Callable[[Leaf, Any], Any]:
    def convert(leaf: Leaf, value: Any) -> Any:
        try:
            array = np.asarray(value if hasattr(value, "dtype") and value.dtype.kind in "fiub" else _floats(leaf, value), dtype)
        except ValueError:
            raise NumericError(
                leaf.name, "the rows of the value do not have the same length", "give a value of the declared shape"
            ) from None
        if not np.isfinite(array).all():
            raise NumericError(leaf.name, "a value is not finite", "give finite values")
        return array

    return convert


def _floats(leaf: Leaf, value: Any) -> Any:
    value = nested(value)
    return [_floats(leaf, v) for v in value] if isinstance(value, list) else float(exact(value, leaf.name))


def _converted(leaf: Leaf, values: Values, convert: Callable[[Leaf, Any], Any]) -> Any:
    if leaf.name not in values:
        raise NumericError(leaf.name, "no value is given", f"give a value for {leaf.name}")
    return _listed(leaf, values[leaf.name], list_axes(leaf.indices), convert)


def _listed(leaf: Leaf, value: Any, depth: int, convert: Callable[[Leaf, Any], Any]) -> Any:
    if not depth:
        return convert(leaf, value)
    if not isinstance(value, Sequence) and not hasattr(value, "shape"):
        raise NumericError(leaf.name, "the value is not a list", "give one part a layer")
    return [_listed(leaf, part, depth - 1, convert) for part in value]

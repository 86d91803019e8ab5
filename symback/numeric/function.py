"""A formula as a function of the values of the names it reads: by keyword, by position, or all of them in one mapping."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symback.algebra.terms import Name, Term
from symback.errors import NumericError, short
from symback.network.hints import suggestion
from symback.numeric.model import Model
from symback.reading.sympy_bridge import lambdify_scalar
from symback.reading.sympy_writing import plain_name


class Function(ABC):
    """``f(w=0.5, x=2)``, ``f(0.5, 2)`` in the order of ``names``, or ``f({"w": 0.5, "x": 2})``.

    Raises NumericError, in one line, for a value that is missing, given twice or of no name of the function.
    """

    title: str
    names: tuple[str, ...]

    def __call__(self, /, *values: Any, **named: Any) -> Any:
        if len(values) == 1 and isinstance(values[0], Mapping):
            return self.value({**values[0], **named})
        if len(values) > len(self.names):
            raise NumericError(self.title, f"takes {len(self.names)} values and gets {len(values)}", f"their order is {self._order}")
        given = dict(zip(self.names, values, strict=False))
        for name in named:
            if name in given or name not in (*self.names, *self.optional):
                found = f"{name} is given twice" if name in given else f"{name} is none of its names"
                raise NumericError(self.title, found, suggestion(name, self.names) or f"they are {self._order}")
        return self.value({**given, **named})

    @property
    def optional(self) -> tuple[str, ...]:
        """Further names that may have a value."""
        return ()

    @property
    def _order(self) -> str:
        return ", ".join(self.names) or "none"

    @abstractmethod
    def value(self, values: Mapping[str, Any]) -> Any:
        """The value of the formula."""

    def __repr__(self) -> str:
        return short([f"{self.title} as a function of {self._order}"])


@dataclass(frozen=True, repr=False)
class GradientFunction(Function):
    """A gradient by generated NumPy code, over the leaves of the network; sizes follow from shapes or may be given."""

    model: Model
    name: str

    @property
    def title(self) -> str:  # type: ignore[override]
        """What the function gives."""
        return f"∂{self.model.program.loss}/∂{self.name}"

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        """The leaves, as declared."""
        return tuple(leaf.name for leaf in self.model.program.leaves)

    @property
    def optional(self) -> tuple[str, ...]:
        """The names of sizes."""
        return tuple(dict.fromkeys(s for leaf in self.model.program.leaves for size in leaf.shape for s in size.symbols))

    def value(self, values: Mapping[str, Any]) -> Any:
        """The gradient there."""
        return self.model.gradients(values)[1][self.name]


@dataclass(frozen=True, repr=False)
class ScalarFunction(Function):
    """A formula of plain numbers by `sympy.lambdify`; arrays are taken entry by entry."""

    title: str
    term: Term
    reads: tuple[Name, ...]

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        """What the formula reads; the gradient by z is called ``dL_dz``."""
        return tuple(map(plain_name, self.reads))

    @cached_property
    def _function(self) -> Callable[..., Any]:
        return lambdify_scalar(self.term, self.reads)

    def value(self, values: Mapping[str, Any]) -> Any:
        """The value of the formula."""
        missing = [name for name in self.names if name not in values]
        if missing:
            raise NumericError(self.title, f"no value is given for {', '.join(missing)}", f"its names are {self._order}")
        return self._function(*[values[name] for name in self.names])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.title, self.term, self.reads)


__all__ = ["Function", "GradientFunction", "ScalarFunction"]

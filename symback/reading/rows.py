"""Rows of the function table and how their signatures are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symback.algebra.sizes import Size
from symback.reading.arrays import Array

Build = Callable[..., Array]
DEFAULTS: dict[str, Any] = {"None": None, "False": False, "-1": -1, "0": 0, "1": 1, "size 0": Size.of(0), "size 1": Size.of(1), "()": ()}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its names, what it may be, and its default; ``many`` takes all arguments that are left."""

    names: tuple[str, ...]
    kind: str = "array"
    required: bool = True
    default: Any = None
    many: bool = False

    @property
    def name(self) -> str:
        """The name it is told by."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: ``build(scope, *values)`` gives its value."""

    name: str
    build: Build
    parameters: tuple[Parameter, ...]

    @property
    def usage(self) -> str:
        """How the function is called, for messages."""
        names = [f"*{p.name}" if p.many else p.name if p.required else f"{p.name}=" for p in self.parameters]
        return f"it is called as {self.name}({', '.join(names)})"


def row(name: str, build: Build, signature: str) -> Function:
    """A row from a signature such as ``x, axis: axes = None, keepdims: flag = False``; ``a_min|min`` has two names.

    >>> row("sum", print, "x, axis: axes = None").usage
    'it is called as sum(x, axis=)'
    """
    return Function(name, build, tuple(_parameter(part.strip()) for part in signature.split(",")))


def _parameter(text: str) -> Parameter:
    head, _, default = (p.strip() for p in text.partition("="))
    name, _, kind = (p.strip() for p in head.partition(":"))
    return Parameter(
        tuple(name.lstrip("*").split("|")), kind or "array", not default, DEFAULTS[default] if default else None, name.startswith("*")
    )

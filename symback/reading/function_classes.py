"""Where pickle finds the SymPy functions of operations that SymPy lacks: ``function_classes.sigmoid``; each is made when it is asked for."""

from __future__ import annotations

from typing import Any

from symback.algebra.operations import OPERATIONS
from symback.reading.sympy_writing import function_class


def __getattr__(name: str) -> Any:
    if name not in OPERATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return function_class(name)

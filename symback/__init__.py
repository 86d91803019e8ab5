"""symback: gradient formulas of neural networks, derived, proved and printed.

Names are handed in lazily (PEP 562): ``import symback`` loads nothing heavy until something symbolic is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_FUNCTIONS = "symback.reading.sympy_functions"
_HOME = {
    **dict.fromkeys(("Network", "Derivation", "Formula", "load", "check"), "symback.api"),
    **dict.fromkeys(("layers", "losses"), "symback.layers"),
    **dict.fromkeys(("lookup", "catalogue"), "symback.catalogue"),
    **dict.fromkeys(("SymbackError", "DeclarationError", "AxisMismatch", "ReadingError", "NotationError", "NumericError", "VerificationError"), "symback.errors"),
    **dict.fromkeys(
        ("sigmoid", "tanh", "relu", "softplus", "silu", "gelu", "erf", "sin", "cos", "exp", "log", "sqrt", "elementwise", "ones_like", "sum", "mean", "add_bias"), _FUNCTIONS
    ),
}  # fmt: skip

__all__ = ["__version__", *_HOME]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    home = _HOME.get(name) or (_FUNCTIONS if name in import_module("symback.algebra.operations").OPERATIONS else None)
    if home is None:
        raise AttributeError(f"module 'symback' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

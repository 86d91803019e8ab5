"""SymPy, loaded when it is first looked at: importing this module costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import Any

DEEPER = {
    "MatrixElement": "sympy.matrices.expressions.matexpr",
    "ElementwiseApplyFunction": "sympy.matrices.expressions.applyfunc",
    "DiagMatrix": "sympy.matrices.expressions.diagonal",
    "UndefinedFunction": "sympy.core.function",
    "BooleanAtom": "sympy.logic.boolalg",
}


class _Module:
    """Stands for ``import sympy as sp`` at the top of a module."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(DEEPER.get(name, "sympy")), name)
        self.__dict__[name] = value
        return value


sp: Any = _Module()


class _Nodes:
    """The matrix nodes SymPy lacks, as classes made when they are first needed."""

    @cached_property
    def Entrywise(self) -> Any:  # noqa: N802
        """``Entrywise(function, matrix)``: a scalar function applied to each entry."""
        return type(
            "Entrywise", (sp.MatrixExpr,), _parts("function", "matrix") | {"shape": property(_same_shape), "_entry": _entrywise_entry}
        )

    @cached_property
    def AxisSum(self) -> Any:  # noqa: N802
        """``AxisSum(matrix, axis)``: a matrix summed along an axis, which stays with size 1."""
        return type("AxisSum", (sp.MatrixExpr,), _parts("matrix", "axis") | {"shape": property(_summed_shape), "_entry": _summed_entry})

    @cached_property
    def EntrySum(self) -> Any:  # noqa: N802
        """``EntrySum(matrix)``: the sum of all entries."""
        return type("EntrySum", (sp.Expr,), _parts("matrix") | {"is_commutative": True})

    @cached_property
    def Repeated(self) -> Any:  # noqa: N802
        """``Repeated(vector, rows, columns)``: a row or column repeated to a shape."""
        shape = property(lambda node: (node.rows_, node.columns_))
        return type("Repeated", (sp.MatrixExpr,), _parts("vector", "rows_", "columns_") | {"shape": shape, "_entry": _repeated_entry})


nodes = _Nodes()


def __getattr__(name: str) -> Any:
    """Where pickle finds the nodes."""
    if name not in vars(_Nodes) or name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(nodes, name)


def _parts(*names: str) -> dict[str, Any]:
    """A constructor that takes its arguments as they are, and a property for each."""

    def new(cls: Any, *parts: Any) -> Any:
        return sp.Basic.__new__(cls, *(sp.Integer(p) if isinstance(p, int) else p for p in parts))

    return {"__new__": new} | {name: property(_argument(n)) for n, name in enumerate(names)}


def _argument(place: int) -> Callable[[Any], Any]:
    return lambda node: node.args[place]


def _same_shape(node: Any) -> Any:
    return node.matrix.shape


def _entrywise_entry(node: Any, i: Any, j: Any, **_: Any) -> Any:
    return node.function(node.matrix[i, j])


def _summed_shape(node: Any) -> Any:
    rows, columns = node.matrix.shape
    return (sp.S.One, columns) if node.axis == 0 else (rows, sp.S.One)


def _summed_entry(node: Any, i: Any, j: Any, **_: Any) -> Any:
    k = sp.Dummy("k", integer=True)
    rows, columns = node.matrix.shape
    return sp.Sum(node.matrix[k, j], (k, 0, rows - 1)) if node.axis == 0 else sp.Sum(node.matrix[i, k], (k, 0, columns - 1))


def _repeated_entry(node: Any, i: Any, j: Any, **_: Any) -> Any:
    rows, columns = node.vector.shape
    return node.vector[0 if rows == 1 else i, 0 if columns == 1 else j]

"""What users call in SymPy declarations: element-wise functions of scalars and matrices, sums, biases.

SymPy has no ``tanh`` of a matrix symbol (``sp.Eq(h, sp.tanh(Z))`` is plain False); these functions give a matrix node
for a matrix and an ordinary SymPy expression for a scalar.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from symback.algebra.operations import OPERATIONS
from symback.errors import AxisMismatch, DeclarationError
from symback.reading.lazy import nodes, sp
from symback.reading.sympy_writing import function_class, function_of


def _is_matrix(value: Any) -> bool:
    return isinstance(value, sp.MatrixExpr | sp.MatrixBase) or getattr(value, "is_Matrix", False)


def elementwise(f: Callable[[Any], Any], Z: Any) -> Any:
    """``f`` applied to each entry of a matrix, or to a scalar: ``elementwise(lambda t: 1/(1 + sp.exp(-t)), Z)``.

    >>> elementwise(lambda t: t**2, sp.MatrixSymbol("Z", 2, 1)).shape
    (2, 1)
    """
    if not _is_matrix(Z):
        return f(Z)
    if isinstance(Z, sp.MatrixBase):
        return Z.applyfunc(f)
    t = sp.Dummy("t")
    body = f(t)
    if isinstance(body, int | float):
        body = sp.Integer(body) if isinstance(body, int) else sp.Float(body)
    if not isinstance(body, sp.Expr) or _is_matrix(body):
        raise DeclarationError(
            f"elementwise(f, {Z})", f"f gives {type(body).__name__}, not a scalar", "give a function such as lambda t: t**2"
        )
    return nodes.Entrywise(sp.Lambda(t, body), Z)


@cache
def _operation(name: str) -> Callable[..., Any]:
    row = OPERATIONS[name]
    scalar = function_of(row)

    def apply(*arguments: Any) -> Any:
        if len(arguments) != row.arity:
            raise DeclarationError(name, f"takes {row.arity} arguments and gets {len(arguments)}")
        if len(arguments) == 1:
            return elementwise(scalar, arguments[0])
        if any(map(_is_matrix, arguments)):
            raise DeclarationError(name, "takes scalars", "say it entry by entry, with sp.IndexedBase")
        return scalar(*arguments)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"{row.says.capitalize()} of a scalar, or of each entry of a matrix."
    return apply


def __getattr__(name: str) -> Any:
    """Every operation of the table by its name: ``tanh``, ``sigmoid`` ..."""
    if name not in OPERATIONS or not OPERATIONS[name].arity:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _operation(name)


def silu(x: Any) -> Any:
    """``x·σ(x)`` of a scalar, or of each entry of a matrix."""
    return elementwise(lambda t: t * function_class("sigmoid")(t), x)


def gelu(x: Any) -> Any:
    """``x·Φ(x)`` of a scalar, or of each entry of a matrix."""
    return elementwise(lambda t: t * function_class("Phi")(t), x)


def sqrt(x: Any) -> Any:
    """The square root of a scalar, or of each entry of a matrix."""
    return elementwise(sp.sqrt, x)


def ones_like(Z: Any) -> Any:
    """A matrix of ones of the shape of Z; 1 for a scalar."""
    return sp.OneMatrix(*Z.shape) if _is_matrix(Z) else sp.S.One


def sum(M: Any, axis: int | None = None) -> Any:
    """The sum of all entries of a matrix, or along an axis (which stays with size 1); a plain iterable is added up."""
    if not _is_matrix(M):
        return builtins.sum(M) if isinstance(M, Iterable) else M
    if axis not in (None, 0, 1, -1, -2):
        raise DeclarationError(f"sum({M}, axis={axis})", "a matrix has the axes 0 and 1")
    if isinstance(M, sp.MatrixBase):
        return builtins.sum(M) if axis is None else _explicit_sum(M, axis % 2)
    return nodes.EntrySum(M) if axis is None else nodes.AxisSum(M, axis % 2)


def _explicit_sum(M: Any, axis: int) -> Any:
    rows, columns = M.shape
    if axis == 0:
        return sp.Matrix(1, columns, lambda _, j: builtins.sum(M[i, j] for i in range(rows)))
    return sp.Matrix(rows, 1, lambda i, _: builtins.sum(M[i, j] for j in range(columns)))


def mean(M: Any, axis: int | None = None) -> Any:
    """The mean of all entries of a matrix, or along an axis (which stays with size 1)."""
    if not _is_matrix(M):
        return M
    rows, columns = M.shape
    count = rows * columns if axis is None else rows if axis % 2 == 0 else columns
    return sum(M, axis) / count


def add_bias(M: Any, b: Any) -> Any:
    """``M + b`` with the bias repeated: a row (1, n) or column (m, 1) as NumPy broadcasts it, a column (n, 1) as a row.

    >>> add_bias(sp.MatrixSymbol("Z", 5, 3), sp.MatrixSymbol("b", 1, 3)).shape
    (5, 3)
    """
    rows, columns = M.shape
    if not _is_matrix(b):
        b = sp.Matrix([[b]])
    height, width = b.shape
    fits = (height in (1, rows)) and (width in (1, columns))
    if not fits and height == columns and width == 1:
        b, fits = b.T, True
    if not fits:
        raise AxisMismatch(
            f"add_bias({M}, {b})",
            f"the bias is {(height, width)} and the matrix is {(rows, columns)}",
            f"give a bias of shape (1, {columns})",
        )
    if isinstance(M, sp.MatrixBase) and isinstance(b, sp.MatrixBase):
        return sp.Matrix(rows, columns, lambda i, j: M[i, j] + b[0 if b.shape[0] == 1 else i, 0 if b.shape[1] == 1 else j])
    return M + nodes.Repeated(b, rows, columns)

"""What users call in SymPy declarations: element-wise functions of scalars and matrices, sums, biases.

SymPy has no ``tanh`` of a matrix symbol (``sp.Eq(h, sp.tanh(Z))`` is plain False); these functions give a matrix node
for a matrix and an ordinary SymPy expression for a scalar. Importing this module loads SymPy.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import sympy as sp

from symback.algebra.operations import OPERATIONS
from symback.errors import AxisMismatch, DeclarationError

DIRECT = {name: op.sympy for name, op in OPERATIONS.items() if op.sympy} | {"abs": "Abs", "sign": "sign"}


class Entrywise(sp.MatrixExpr):  # type: ignore[misc]
    """A scalar function applied to each entry of a matrix."""

    def __new__(cls, function: Any, matrix: Any) -> Any:
        return sp.Basic.__new__(cls, function, matrix)

    @property
    def function(self) -> Any:
        """The scalar function, a SymPy Lambda."""
        return self.args[0]

    @property
    def matrix(self) -> Any:
        """The matrix it is applied to."""
        return self.args[1]

    @property
    def shape(self) -> Any:
        return self.matrix.shape

    def _entry(self, i: Any, j: Any, **_: Any) -> Any:
        return self.function(self.matrix[i, j])

    def _sympystr(self, printer: Any) -> str:
        body = printer._print(self.function.expr)
        return f"({printer._print(self.function.variables[0])} -> {body})({printer._print(self.matrix)})"


class AxisSum(sp.MatrixExpr):  # type: ignore[misc]
    """A matrix summed along an axis, which stays with size 1."""

    def __new__(cls, matrix: Any, axis: Any) -> Any:
        return sp.Basic.__new__(cls, matrix, sp.sympify(int(axis)))

    @property
    def matrix(self) -> Any:
        """The matrix that is summed."""
        return self.args[0]

    @property
    def axis(self) -> int:
        """The axis that is summed along."""
        return int(self.args[1])

    @property
    def shape(self) -> Any:
        rows, columns = self.matrix.shape
        return (sp.S.One, columns) if self.axis == 0 else (rows, sp.S.One)

    def _entry(self, i: Any, j: Any, **_: Any) -> Any:
        k = sp.Dummy("k", integer=True)
        rows, columns = self.matrix.shape
        return sp.Sum(self.matrix[k, j], (k, 0, rows - 1)) if self.axis == 0 else sp.Sum(self.matrix[i, k], (k, 0, columns - 1))


class EntrySum(sp.Expr):  # type: ignore[misc]
    """The sum of all entries of a matrix."""

    is_commutative = True

    def __new__(cls, matrix: Any) -> Any:
        return sp.Basic.__new__(cls, matrix)

    @property
    def matrix(self) -> Any:
        """The matrix that is summed."""
        return self.args[0]


class Repeated(sp.MatrixExpr):  # type: ignore[misc]
    """A row (or column) repeated to a shape."""

    def __new__(cls, vector: Any, rows: Any, columns: Any) -> Any:
        return sp.Basic.__new__(cls, vector, sp.sympify(rows), sp.sympify(columns))

    @property
    def vector(self) -> Any:
        """The row or column that is repeated."""
        return self.args[0]

    @property
    def shape(self) -> Any:
        return self.args[1], self.args[2]

    def _entry(self, i: Any, j: Any, **_: Any) -> Any:
        rows, columns = self.vector.shape
        return self.vector[0 if rows == 1 else i, 0 if columns == 1 else j]


@cache
def function_class(name: str) -> Any:
    """The SymPy function of an operation that SymPy does not have (sigmoid, relu ...), with its slope and its meaning."""
    row = OPERATIONS[name]

    def fdiff(self: Any, argindex: int = 1) -> Any:
        from symback.reading.sympy_writing import through_dummies

        return through_dummies(lambda *arguments: row.slopes[argindex - 1](_applied(name, arguments), arguments), self.args)

    def meant(self: Any, *_: Any, **__: Any) -> Any:
        from symback.reading.sympy_writing import through_dummies

        return self if row.means is None else through_dummies(row.means, self.args)

    def numeric(*values: Any) -> Any:
        return _numeric(name)(*values)

    body = {
        "nargs": row.arity,
        "fdiff": fdiff,
        "_eval_rewrite_as_exp": meant,
        "_eval_rewrite_as_Piecewise": meant,
        "meaning": meant,
        "_eval_evalf": lambda self, precision: meant(self)._eval_evalf(precision),
        "_imp_": staticmethod(numeric),
        "__doc__": row.says,
    }
    return type(name, (sp.Function,), body)


def _applied(name: str, arguments: Any) -> Any:
    from symback.algebra.terms import Apply

    return Apply(name, tuple(arguments))


@cache
def _numeric(name: str) -> Callable[..., Any]:
    """The operation as a NumPy function, from its meaning."""
    arguments = sp.symbols(f"x:{OPERATIONS[name].arity}")
    return sp.lambdify(arguments, function_class(name)(*arguments).meaning(), "numpy")  # type: ignore[no-any-return]


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
    return Entrywise(sp.Lambda(t, body), Z)


def _operation(name: str) -> Callable[[Any], Any]:
    def apply(x: Any) -> Any:
        scalar = getattr(sp, DIRECT[name]) if name in DIRECT else function_class(name)
        return elementwise(scalar, x)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"{OPERATIONS[name].says.capitalize()} of a scalar, or of each entry of a matrix."
    return apply


exp = _operation("exp")
log = _operation("log")
sin = _operation("sin")
cos = _operation("cos")
tanh = _operation("tanh")
sigmoid = _operation("sigmoid")
softplus = _operation("softplus")
relu = _operation("relu")
erf = _operation("erf")


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
    return EntrySum(M) if axis is None else AxisSum(M, axis % 2)


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
    return M + Repeated(b, rows, columns)


__all__ = [
    "add_bias", "cos", "elementwise", "erf", "exp", "gelu", "log", "mean", "ones_like", "relu", "sigmoid", "silu", "sin", "softplus", "sqrt", "sum", "tanh",
]  # fmt: skip

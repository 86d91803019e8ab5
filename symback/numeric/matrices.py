"""High-precision evaluation of the opaque rows: one function a row, from nested lists to nested lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _rows(matrix: Any) -> list[list[Any]]:
    return [[matrix[i, j] for j in range(matrix.cols)] for i in range(matrix.rows)]


def _determinant(ctx: Any, matrix: Any) -> Any:
    """The determinant; 0 where it is no more than rounding: a singular matrix has a tiny determinant instead of none."""
    largest = ctx.mpf(1)
    for i in range(matrix.rows):
        largest *= ctx.norm(matrix[i, :])
    found = +ctx.mpf(ctx.det(matrix))
    return ctx.mpf(0) if abs(found) <= largest * ctx.mpf(10) ** (-ctx.dps // 2) else found


def _invertible(ctx: Any, a: Any) -> Any:
    """A matrix that is not singular."""
    matrix = ctx.matrix(a)
    if not _determinant(ctx, matrix):
        raise ZeroDivisionError
    return matrix


def _inverse(ctx: Any, a: Any) -> Any:
    return _rows(ctx.inverse(_invertible(ctx, a)))


def _det(ctx: Any, a: Any) -> Any:
    return _determinant(ctx, ctx.matrix(a))


def _logabsdet(ctx: Any, a: Any) -> Any:
    return ctx.log(abs(ctx.det(_invertible(ctx, a))))


def _signdet(ctx: Any, a: Any) -> Any:
    return ctx.sign(_det(ctx, a))


def _solve(ctx: Any, a: Any, b: Any) -> Any:
    matrix, vector = _invertible(ctx, a), not isinstance(b[0], list)
    right = ctx.matrix([[v] for v in b] if vector else b)
    solution = _rows(ctx.inverse(matrix) * right)
    return [row[0] for row in solution] if vector else solution


def _pinv(ctx: Any, a: Any) -> Any:
    """V diag(1/s) Uᵀ over the singular values that are not zero at half the precision."""
    u, s, v = ctx.svd_r(ctx.matrix(a))
    cut = max(s) * ctx.mpf(10) ** (-ctx.dps // 2)
    scaled = ctx.matrix(v.T)
    for j in range(len(s)):
        for i in range(scaled.rows):
            scaled[i, j] = scaled[i, j] / s[j] if s[j] > cut else ctx.mpf(0)
    return _rows(scaled * u.T)


MATRICES: Mapping[str, Callable[..., Any]] = {
    "inv": _inverse,
    "det": _det,
    "logabsdet": _logabsdet,
    "signdet": _signdet,
    "solve": _solve,
    "pinv": _pinv,
}

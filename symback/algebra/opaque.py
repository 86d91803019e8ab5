"""Opaque rows: functions given by the relations that define them, with their Jacobians over output and operands.

A row never sees the loss: it gives the derivative of one output entry by one operand entry as a term, and the chain rule
does the rest, as it does for every other definition. Tests check each row against its relations, NumPy and
high-precision differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size, SizeLike
from symback.algebra.terms import ZERO, Name, Ref, Term, bracket, ref, total

Places = tuple[SizeLike, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One use of an opaque row: the name of its output, its operands with their indices, and a way to other rows.

    ``auxiliary(row, operands)`` names the definition of another opaque row over the same operands; equal row and operands
    are one definition.
    """

    output: Definition
    operands: tuple[tuple[Name, tuple[Index, ...]], ...]
    auxiliary: Callable[[str, tuple[Name, ...]], Name]

    def out(self, *places: SizeLike) -> Ref:
        """The output read at places."""
        return ref(self.output.name, *places)

    def operand(self, position: int, *places: SizeLike) -> Ref:
        """An operand read at places."""
        return ref(self.operands[position][0], *places)

    def inverse(self, *places: SizeLike) -> Ref:
        """The inverse of the first operand read at places."""
        return ref(self.auxiliary("inv", (self.operands[0][0],)), *places)

    def index(self, letter: str, position: int, axis: int) -> Index:
        """A fresh index over an axis of an operand (marked, so that it meets no index a user wrote)."""
        return Index(letter, self.operands[position][1][axis].size, mark=90)


Jacobian = Callable[[Site, Places, Places], Term]
Shape = tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class OpaqueRow:
    """One opaque function.

    ``shape`` gives the output's shape from those of the operands, ``jacobians`` one function per operand:
    (site, output places, operand places) -> derivative. ``relations`` gives pairs of terms that are equal at given
    places and define the output. ``numpy`` is the source of the function there and ``mpmath`` its value from nested lists, given
    the context to work in; ``needs`` is the condition under which it is differentiable, and without ``everywhere`` that under
    which it is defined; ``square`` names the operands that must be square matrices.
    """

    name: str
    says: str
    shape: Callable[[tuple[Shape, ...]], Shape]
    jacobians: tuple[Jacobian, ...]
    numpy: str
    mpmath: Callable[..., Any]
    latex: str
    needs: str
    relations: Callable[[Site, Places], tuple[tuple[Term, Term], ...]] = lambda site, places: ()
    square: tuple[int, ...] = (0,)
    everywhere: bool = False


def _inv_jacobian(s: Site, o: Places, p: Places) -> Term:
    return -(s.out(o[0], p[0]) * s.out(p[1], o[1]))


def _inv_relation(s: Site, o: Places) -> tuple[tuple[Term, Term], ...]:
    k = s.index("k", 0, 0)
    return ((total([k], s.operand(0, o[0], k) * s.out(k, o[1])), bracket(o[0], "=", o[1])),)


def _det_jacobian(s: Site, o: Places, p: Places) -> Term:
    return s.out() * s.inverse(p[1], p[0])


def _logabsdet_jacobian(s: Site, o: Places, p: Places) -> Term:
    return s.inverse(p[1], p[0])


def _solve_by_matrix(s: Site, o: Places, p: Places) -> Term:
    return -(s.inverse(o[0], p[0]) * s.out(p[1], *o[1:]))


def _solve_by_right_side(s: Site, o: Places, p: Places) -> Term:
    value: Term = s.inverse(o[0], p[0])
    return value * bracket(o[1], "=", p[1]) if len(o) > 1 else value


def _solve_relation(s: Site, o: Places) -> tuple[tuple[Term, Term], ...]:
    k = s.index("k", 0, 1)
    return ((total([k], s.operand(0, o[0], k) * s.out(k, *o[1:])), s.operand(1, *o)),)


def _pinv_jacobian(s: Site, o: Places, p: Places) -> Term:
    """d(A⁺) = −A⁺ dA A⁺ + A⁺A⁺ᵀ dAᵀ (I − AA⁺) + (I − A⁺A) dAᵀ A⁺ᵀA⁺, for constant rank (Golub and Pereyra 1973)."""
    a, b = s.index("a", 0, 0), s.index("b", 0, 1)
    moved = -(s.out(o[0], p[0]) * s.out(p[1], o[1]))
    left = total([a], s.out(o[0], a) * s.out(p[1], a)) * (bracket(p[0], "=", o[1]) - total([b], s.operand(0, p[0], b) * s.out(b, o[1])))
    right = (bracket(o[0], "=", p[1]) - total([a], s.out(o[0], a) * s.operand(0, a, p[1]))) * total([b], s.out(b, p[0]) * s.out(b, o[1]))
    return moved + left + right


def _pinv_relations(s: Site, o: Places) -> tuple[tuple[Term, Term], ...]:
    """Penrose's A⁺AA⁺ = A⁺; the other three are checked by the tests over whole matrices."""
    a, b = s.index("a", 0, 0), s.index("b", 0, 1)
    return ((total([b, a], s.out(o[0], a) * s.operand(0, a, b) * s.out(b, o[1])), s.out(*o)),)


# values at high precision, from nested lists to nested lists -------------------------------------------------------------


def _entries(matrix: Any) -> list[list[Any]]:
    return [[matrix[i, j] for j in range(matrix.cols)] for i in range(matrix.rows)]


def _determinant(ctx: Any, matrix: Any) -> Any:
    """The determinant; 0 where it is no more than rounding: a singular matrix has a tiny determinant instead of none."""
    largest = ctx.mpf(1)
    for i in range(matrix.rows):
        largest *= ctx.norm(matrix[i, :])
    found = _eliminated(ctx, _entries(matrix))
    return ctx.mpf(0) if abs(found) <= largest * ctx.mpf(10) ** (-ctx.dps // 2) else found


def _eliminated(ctx: Any, rows: list[list[Any]]) -> Any:
    """The determinant by elimination with the largest pivot of each column; mpmath's own stops where a column has none."""
    found = ctx.mpf(1)
    for j in range(len(rows)):
        best = max(range(j, len(rows)), key=lambda k, j=j: abs(rows[k][j]))  # type: ignore[misc]
        if not rows[best][j]:
            return ctx.mpf(0)
        if best != j:
            rows[j], rows[best], found = rows[best], rows[j], -found
        found *= rows[j][j]
        for row in rows[j + 1 :]:
            factor = row[j] / rows[j][j]
            row[j:] = [a - factor * b for a, b in zip(row[j:], rows[j][j:], strict=True)]
    return found


def _invertible(ctx: Any, a: Any) -> Any:
    """A matrix that is not singular."""
    matrix = ctx.matrix(a)
    if not _determinant(ctx, matrix):
        raise ZeroDivisionError
    return matrix


def _inverse_value(ctx: Any, a: Any) -> Any:
    return _entries(ctx.inverse(_invertible(ctx, a)))


def _det_value(ctx: Any, a: Any) -> Any:
    return _determinant(ctx, ctx.matrix(a))


def _logabsdet_value(ctx: Any, a: Any) -> Any:
    return ctx.log(abs(_determinant(ctx, _invertible(ctx, a))))


def _signdet_value(ctx: Any, a: Any) -> Any:
    return ctx.sign(_det_value(ctx, a))


def _solve_value(ctx: Any, a: Any, b: Any) -> Any:
    matrix, vector = _invertible(ctx, a), not isinstance(b[0], list)
    right = ctx.matrix([[v] for v in b] if vector else b)
    solution = _entries(ctx.inverse(matrix) * right)
    return [row[0] for row in solution] if vector else solution


def _pinv_value(ctx: Any, a: Any) -> Any:
    """V diag(1/s) Uᵀ over the singular values that are not zero at half the precision."""
    u, s, v = ctx.svd_r(ctx.matrix(a))
    cut = max(s) * ctx.mpf(10) ** (-ctx.dps // 2)
    scaled = ctx.matrix(v.T)
    for j in range(len(s)):
        for i in range(scaled.rows):
            scaled[i, j] = scaled[i, j] / s[j] if s[j] > cut else ctx.mpf(0)
    return _entries(scaled * u.T)


ROWS: tuple[OpaqueRow, ...] = (
    OpaqueRow("inv", "inverse", lambda s: s[0], (_inv_jacobian,), "np.linalg.inv({0})", _inverse_value, "{0}^{{-1}}", "{0} is invertible", _inv_relation),
    OpaqueRow("det", "determinant", lambda s: (), (_det_jacobian,), "np.linalg.det({0})", _det_value, r"\det {0}", "{0} is invertible", everywhere=True),
    OpaqueRow("logabsdet", "logarithm of the absolute determinant", lambda s: (), (_logabsdet_jacobian,), "np.linalg.slogdet({0})[1]", _logabsdet_value,
              r"\log|\det {0}|", "{0} is invertible"),
    OpaqueRow("signdet", "sign of the determinant", lambda s: (), (lambda s, o, p: ZERO,), "np.linalg.slogdet({0})[0]", _signdet_value,
              r"\operatorname{{sign}}\det {0}", "{0} is invertible"),
    OpaqueRow("solve", "solution of a linear system", lambda s: (s[0][1], *s[1][1:]), (_solve_by_matrix, _solve_by_right_side),
              "np.linalg.solve({0}, {1})", _solve_value, "{0}^{{-1}} {1}", "{0} is invertible", _solve_relation),
    OpaqueRow("pinv", "pseudo-inverse", lambda s: (s[0][1], s[0][0]), (_pinv_jacobian,), "np.linalg.pinv({0})", _pinv_value, "{0}^{{+}}",
              "the rank of {0} is constant nearby", _pinv_relations, square=(), everywhere=True),
)  # fmt: skip

OPAQUE: Mapping[str, OpaqueRow] = {row.name: row for row in ROWS}

__all__ = ["OPAQUE", "ROWS", "Opaque", "OpaqueRow", "Site"]

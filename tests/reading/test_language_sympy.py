"""What SymPy can say, in SymPy declarations with symbolic sizes: value and gradient are those of the same thing in NumPy."""

from __future__ import annotations

import builtins
import math
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp

import symback as sb
from symback.errors import SymbackError

n, m, k, q = sp.symbols("n m k q", integer=True, positive=True)
s, t, L = sp.symbols("s t L")
A, B, C, D = sp.MatrixSymbol("A", n, m), sp.MatrixSymbol("B", m, k), sp.MatrixSymbol("C", n, n), sp.MatrixSymbol("D", n, n)
x, y, u = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1), sp.MatrixSymbol("u", m, 1)
X, v, w = sp.IndexedBase("X", shape=(n, m)), sp.IndexedBase("v", shape=(n,)), sp.IndexedBase("w", shape=(m,))
i, j = sp.Idx("i", n), sp.Idx("j", m)
inv, det, trace = np.linalg.inv, np.linalg.det, np.trace
RNG = np.random.default_rng(0)
VALUES = {
    **{name: RNG.normal(size=shape) for name, shape in {"A": (3, 5), "B": (5, 2), "x": (3, 1), "y": (3, 1), "u": (5, 1), "X": (3, 5), "v": 3, "w": 5}.items()},
    **{name: RNG.normal(size=(3, 3)) + 3 * np.eye(3) for name in ("C", "D")},
    "s": 0.7, "t": -1.2,
}  # fmt: skip
STEP = 1e-5


def total(body, *ranges):
    return sp.Sum(body, *ranges)


over, across = (q, 0, n - 1), (j, 0, m - 1)

CASES = (
    # scalars
    (s * t + s**2 - t / s, lambda a: a.s * a.t + a.s**2 - a.t / a.s),
    (sp.Max(s, t) * sp.Min(s, t, 0), lambda a: builtins.max(a.s, a.t) * builtins.min(a.s, a.t, 0)),
    (sp.Abs(t) * s + sp.sign(t) * s, lambda a: abs(a.t) * a.s + np.sign(a.t) * a.s),
    (sp.Heaviside(s) * t + sp.Heaviside(t, 1) * s, lambda a: a.t),
    (sp.Piecewise((s, s < 0), (s**2, s < 1), (t, True)), lambda a: a.s**2),
    (sp.Piecewise((s * t, (s > 0) & ~(t > 0)), (t, True)), lambda a: a.s * a.t),
    (sp.exp(s) * sp.sin(t) * sp.cos(s) * sp.cosh(s) * sp.sinh(t) * sp.tanh(s), lambda a: np.exp(a.s) * np.sin(a.t) * np.cos(a.s) * np.cosh(a.s) * np.sinh(a.t) * np.tanh(a.s)),
    (sp.log(s) + sp.sqrt(s) + sp.cbrt(s) + sp.log(s, 2), lambda a: np.log(a.s) + np.sqrt(a.s) + np.cbrt(a.s) + np.log2(a.s)),
    (sp.asin(s) + sp.acos(s) + sp.atan(t) + sp.acot(s), lambda a: np.pi / 2 + np.arctan(a.t) + np.arctan(1 / a.s)),
    (sp.asinh(t) + sp.atanh(s) + sp.acosh(s + 1), lambda a: np.arcsinh(a.t) + np.arctanh(a.s) + np.arccosh(a.s + 1)),
    (sp.tan(s) + sp.cot(s) + sp.sec(s) + sp.csc(s), lambda a: np.tan(a.s) + 1 / np.tan(a.s) + 1 / np.cos(a.s) + 1 / np.sin(a.s)),
    (sp.coth(s) + sp.sech(s) + sp.csch(s) + sp.sinc(s), lambda a: 1 / np.tanh(a.s) + 1 / np.cosh(a.s) + 1 / np.sinh(a.s) + np.sin(a.s) / a.s),
    (sp.atan2(s, t) + sp.erf(s * t) - sp.erfc(t), lambda a: np.arctan2(a.s, a.t) + math.erf(a.s * a.t) - math.erfc(a.t)),
    (sp.Float("0.5") * s + sp.pi * s + sp.E**s + 2**s + s**t, lambda a: 0.5 * a.s + np.pi * a.s + np.e**a.s + 2**a.s + a.s**a.t),
    (sb.sigmoid(s) + sb.relu(t) + sb.gelu(s) + sb.silu(t) + sb.softplus(s),
     lambda a: 1 / (1 + np.exp(-a.s)) + a.s * (1 + math.erf(a.s / 2**0.5)) / 2 + a.t / (1 + np.exp(-a.t)) + np.log(1 + np.exp(a.s))),
    # indexed
    (total(X[i, j] * v[i] * w[j], (i, 0, n - 1), across), lambda a: a.v @ a.X @ a.w),
    (total(v[q] * v[q + 1], (q, 0, n - 2)) + total(v[q], (q, 1, n - 1)), lambda a: np.sum(a.v[1:] * a.v[:-1]) + np.sum(a.v[1:])),
    (sp.log(total(sp.exp(v[q]), over)), lambda a: np.log(np.sum(np.exp(a.v)))),
    (sp.Product(v[q], over) + v[0] * w[4], lambda a: np.prod(a.v) + a.v[0] * a.w[4]),
    (total(sp.Piecewise((v[q], v[q] > 0), (s * v[q], True)), over), lambda a: np.sum(np.where(a.v > 0, a.v, a.s * a.v))),
    (total(sp.KroneckerDelta(i, j) * X[i, j], (i, 0, n - 1), across), lambda a: trace(a.X[:, :3])),
    (total(sp.Max(v[q], 0), over) / n, lambda a: np.mean(np.maximum(a.v, 0))),
    (total(total(X[q, j], across) ** 2, over), lambda a: np.sum(np.sum(a.X, axis=1) ** 2)),
    # matrices
    (sp.Trace(C) + sp.Trace(C * D.T) + sp.Trace(C**2) + sp.Trace(2 * C - D / 3), lambda a: trace(a.C) + trace(a.C @ a.D.T) + trace(a.C @ a.C) + trace(2 * a.C - a.D / 3)),
    (sp.Trace(C.I) + sp.Trace(C**-2) + sp.Trace(sp.Inverse(C + D)), lambda a: trace(inv(a.C)) + trace(inv(a.C) @ inv(a.C)) + trace(inv(a.C + a.D))),
    (sp.Determinant(C) + sp.log(sp.Determinant(C * D)), lambda a: det(a.C) + np.log(det(a.C @ a.D))),
    ((x.T * C * y)[0, 0] + sp.DotProduct(x, y) + sp.sqrt((x.T * x)[0, 0]), lambda a: (a.x.T @ a.C @ a.y)[0, 0] + np.sum(a.x * a.y) + np.linalg.norm(a.x)),
    (sb.sum(sp.HadamardProduct(C, D)) + sb.sum(sp.HadamardPower(C, 2)), lambda a: np.sum(a.C * a.D) + np.sum(a.C**2)),
    (sp.Trace(sp.DiagMatrix(x) * C) + sp.Trace(sp.DiagMatrix(x.T) * D), lambda a: np.sum(a.x[:, 0] * np.diag(a.C)) + np.sum(a.x[:, 0] * np.diag(a.D))),
    (sp.Trace(sp.KroneckerProduct(C, sp.Matrix([[s, 1], [2, t]]))), lambda a: trace(a.C) * (a.s + a.t)),
    (sb.sum(sp.HadamardProduct(sp.KroneckerProduct(C, D), sp.KroneckerProduct(D, C))), lambda a: np.sum(np.kron(a.C, a.D) * np.kron(a.D, a.C))),
    (sp.Trace(sp.BlockMatrix([[C, D], [D.T, C]]) ** 2), lambda a: trace(np.block([[a.C, a.D], [a.D.T, a.C]]) @ np.block([[a.C, a.D], [a.D.T, a.C]]))),
    (sp.Trace(sp.Adjoint(C) * D) + sp.Trace(sp.Identity(n) * C + sp.ZeroMatrix(n, n)), lambda a: trace(a.C.T @ a.D) + trace(a.C)),
    ((sp.OneMatrix(1, n) * A * sp.OneMatrix(m, 1))[0, 0], lambda a: np.sum(a.A)),
    (C[0, 1] * s + A[2, 0] + C[n - 1, 0], lambda a: a.C[0, 1] * a.s + a.A[2, 0] + a.C[2, 0]),
    (sb.sum(A[0:2, :]) + sb.sum(A[:, 1]) + sb.sum(A[1:3, 2:4]), lambda a: np.sum(a.A[:2]) + np.sum(a.A[:, 1]) + np.sum(a.A[1:3, 2:4])),
    (sb.sum(sb.tanh(A * u)) + sb.mean(sb.relu(A)), lambda a: np.sum(np.tanh(a.A @ a.u)) + np.mean(np.maximum(a.A, 0))),
    (sb.sum(sb.exp(sb.sum(A, axis=0))) + sb.sum(sb.exp(sb.mean(A, axis=1))), lambda a: np.sum(np.exp(np.sum(a.A, axis=0))) + np.sum(np.exp(np.mean(a.A, axis=1)))),
    (sb.sum(sb.tanh(sb.add_bias(A, u))) + sb.sum(sb.tanh(sb.add_bias(A, x))), lambda a: np.sum(np.tanh(a.A + a.u.T)) + np.sum(np.tanh(a.A + a.x))),
    (sb.sum(sb.elementwise(lambda z: sp.Max(z, s), A)) + sb.sum(sb.elementwise(lambda z: sp.Piecewise((z, z > 0), (s * z, True)), A)),
     lambda a: np.sum(np.maximum(a.A, a.s)) + np.sum(np.where(a.A > 0, a.A, a.s * a.A))),
    (sp.Trace(sp.diag(s, t) * sp.Matrix([[s, 1], [2, t]])) + sp.Matrix([[s, t], [1, s]]).det(), lambda a: a.s**2 + a.t**2 + a.s**2 - a.t),
)  # fmt: skip


@pytest.mark.parametrize(("expression", "meaning"), CASES, ids=range(len(CASES)))
def test_value_and_gradient(expression, meaning):
    net = sb.Network(forward=[], loss=(L, expression), parameters=[])
    names = [leaf.name for leaf in net.program.leaves]
    model = net.derive(wrt=names).compile()
    value, gradients = model.gradients({name: VALUES[name] for name in names})

    def at(**moved):
        return float(meaning(SimpleNamespace(**{**VALUES, **moved})))

    assert float(value) == pytest.approx(at(), rel=1e-12)
    for name in names:
        way = np.random.default_rng(1).normal(size=np.shape(VALUES[name]))
        p = [at(**{name: VALUES[name] + h * STEP * way}) for h in (-2, -1, 1, 2)]
        assert np.shape(gradients[name]) == way.shape
        assert float(np.sum(gradients[name] * way)) == pytest.approx(
            (8 * (p[2] - p[1]) - (p[3] - p[0])) / (12 * STEP), rel=1e-7, abs=1e-7
        ), name


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (sp.gamma(s), "gamma(s) (gamma) is not known"),
        (sp.floor(s) * t, "(floor) is not known"),
        (sp.Trace(C**n), "C**n (MatPow) is not known"),
        (C * D, "the loss is (n, n), not a scalar"),
    ],
)
def test_what_is_refused_is_one_line(expression, words):
    with pytest.raises(SymbackError) as caught:
        sb.Network(forward=[], loss=(L, expression), parameters=[])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_constant_place_asks_for_a_long_enough_axis():
    net = sb.Network(forward=[], loss=(L, A[2, 0] * s), parameters=[A])
    with pytest.raises(SymbackError, match="n is 2, and the network needs at least 3"):
        net.derive().compile().gradients({"A": np.ones((2, 2)), "s": 1.0})

"""Expressions that run under NumPy as they stand, and the values they run at: sizes are distinct primes."""

from __future__ import annotations

import math

import numpy as np

SIZES = {"n": 3, "m": 5, "k": 2}
SHAPES = {
    "x": ["n"], "y": ["n"], "u": ["m"], "A": ["n", "m"], "B": ["m", "k"], "C": ["n", "n"], "D": ["n", "n"], "X": ["n", "m", "k"], "s": [], "t": [],
    "v": ["m*k"], "p": ["3"], "q": ["3"], "P": ["m", "3"], "b": ["1", "m"], "c": ["n", "1"], "w": ["k"],
}  # fmt: skip
SYMBOLS = {name: {"shape": shape} for name, shape in SHAPES.items()}


def values(seed: int = 0) -> dict[str, np.ndarray]:
    """Random values with no entry near 0 and no two alike."""
    rng = np.random.default_rng(seed)
    shapes = {name: [eval(size, {}, SIZES) for size in shape] for name, shape in SHAPES.items()}
    return {name: rng.uniform(0.3, 1.7, shape) * rng.choice([-1, 1], shape) for name, shape in shapes.items()}


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _logsumexp(x, axis=None, keepdims=False):
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


_erf = np.vectorize(math.erf)


def _cdf(x):
    return (1 + _erf(x / np.sqrt(2))) / 2


NAMESPACE = {
    "np": np,
    "sigmoid": _sigmoid,
    "expit": _sigmoid,
    "softplus": lambda x: np.log1p(np.exp(x)),
    "relu": lambda x: np.maximum(x, 0),
    "erf": _erf,
    "Phi": _cdf,
    "phi": lambda x: np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
    "silu": lambda x: x * _sigmoid(x),
    "swish": lambda x: x * _sigmoid(x),
    "gelu": lambda x: x * _cdf(x),
    "logsumexp": _logsumexp,
    "softmax": lambda x, axis=-1: np.exp(x - _logsumexp(x, axis, True)),
    "log_softmax": lambda x, axis=-1: x - _logsumexp(x, axis, True),
    "atan2": np.arctan2,
    "atan": np.arctan,
    "permute_dims": np.transpose,
    "max": np.max,
    "min": np.min,
    "sum": lambda x: np.sum(x) if isinstance(x, np.ndarray) else sum(x),
    "abs": np.abs,
    "det": np.linalg.det,
    "inv": np.linalg.inv,
}

EXPRESSIONS = (
    # operators
    "x + y - 2*x", "x * y / s", "-x * y", "-(x - y) * s", "x ** 2", "2 ** x", "abs(x) ** s", "x ** -1", "A + b", "A * c", "b - c", "A / b", "+x",
    "x @ y", "A @ u", "x @ A", "A @ B", "X @ w", "C @ X.T[0].T", "b @ u", "A.T", "A.T @ C", "X.T", "s * A.T",
    "n * x", "x / np.sqrt(n)", "x + (n + m) // 2", "0.5 * x + 1e-3", "1_000 * x", "x * 0x10", "x + .5",
    # indexing
    "x[0]", "x[-1]", "A[1]", "A[1, 2]", "A[-1, -2]", "A[:, 1]", "A[1:, ::2]", "x[::-1]", "u[1:-1]", "u[-3:]", "u[4:0:-2]", "u[3::-1]", "x[:, None]",
    "x[None, :] - x[:, None]", "A[..., 0]", "X[..., 1]", "X[0, ..., 1]", "A[np.newaxis, 0]", "A[n - 1]", "v[:m]", "u[m - 2:m]", "b[0]", "c[:, 0]",
    # conditions
    "np.where(x > 0, x, y)", "np.where((x > 0) & (y > 0), 1, 0)", "np.where((x > 0) | (y > 0), x, -x)", "np.where(~(x > 0), x, y)", "np.where(x, 1.0, 2.0)",
    "(x > y) * x", "np.sum(x > y)", "np.where(np.tril(np.ones((n, n))) > 0, C, -1e30)", "np.where(np.tril(np.ones((n, n))) == 0, C, 0)", "x == np.max(x)",
    "x != y", "x <= y", "1 * (x >= y)", "np.where(x > 0, 0, y)", "np.where(x > 0, x, 0)",
    "np.equal(x, y)", "np.not_equal(x, y)", "np.less(x, y)", "np.less_equal(x, y)", "np.greater(x, y)", "np.greater_equal(x, y)",
    "np.logical_and(x > 0, y > 0)", "np.logical_or(x > 0, y > 0)", "np.logical_not(x > 0)", "np.logical_xor(x > 0, y > 0)",
    # entry by entry
    "np.exp(x)", "np.log(x**2)", "np.sin(x)", "np.cos(x)", "np.sinh(x)", "np.cosh(x)", "np.tanh(x)", "sigmoid(x)", "softplus(x)", "np.arctan(x)", "np.arctan2(x, y)",
    "erf(x)", "Phi(x)", "phi(x)", "relu(x)", "np.abs(x)", "np.sign(x)", "np.pi * x", "np.e * x", "np.sqrt(x**2)", "np.square(x)", "np.cbrt(x)", "np.reciprocal(x)",
    "np.negative(x)", "np.positive(x)", "np.absolute(x)", "np.fabs(x)", "np.tan(x)", "np.log1p(x**2)", "np.expm1(x)", "np.log2(x**2)", "np.log10(x**2)", "np.exp2(x)", "expit(x)",
    "np.arctanh(x / 2)", "np.arcsin(x / 2)", "np.arccos(x / 2)", "np.arcsinh(x)", "np.arccosh(x**2 + 1)", "atan2(x, y)", "atan(x)", "np.logaddexp(x, y)", "silu(x)", "swish(x)", "gelu(x)", "np.add(x, y)", "np.subtract(x, y)", "np.multiply(x, y)",
    "np.divide(x, y)", "np.true_divide(x, y)", "np.power(x, 2)", "np.hypot(x, y)", "np.heaviside(x, 0.5)", "np.maximum(x, y)", "np.minimum(x, y)", "np.maximum(0.0, x)",
    "np.maximum(A, b)", "np.minimum(x, 0)", "np.clip(x, -0.5, 0.5)", "np.clip(x, None, 0.5)", "np.clip(x, 0, None)", "x.clip(-1, 1)",
    # reductions
    "np.sum(A)", "np.sum(A, axis=0)", "np.sum(A, 1)", "np.sum(A, axis=-1, keepdims=True)", "np.sum(X, axis=(0, 2))", "X.sum((1, 2))", "np.mean(A)", "np.mean(A, axis=1)", "x.mean()",
    "np.prod(A, axis=0)", "np.max(A, axis=1)", "np.min(A)", "np.amax(A, 0)", "np.amin(A, 1)", "np.any(A > 1, axis=1)", "np.all(A > -1, axis=0)", "np.average(x)",
    "np.average(x, weights=y**2)", "np.var(A)", "np.var(A, axis=0, ddof=1)", "np.std(A, axis=1, keepdims=True)", "logsumexp(x)", "logsumexp(A, axis=1, keepdims=True)", "softmax(x)",
    "softmax(A, axis=0)", "softmax(A)", "log_softmax(A, axis=1)", "np.linalg.norm(x)", "np.linalg.norm(A)", "np.linalg.norm(A, axis=1)", "np.linalg.norm(x, 1)",
    "np.linalg.norm(x, ord=np.inf)", "np.linalg.norm(A, 'fro')", "np.linalg.norm(A, ord=2, axis=0, keepdims=True)", "np.cumsum(x)", "np.cumsum(A, axis=1)", "np.cumprod(x)", "A.cumprod(0)",
    "np.sort(u)", "np.sort(A, axis=0)", "np.flip(np.sort(u))", "np.sort(x * y)", "np.diff(u)", "np.diff(A, axis=0)",
    # shapes
    "np.transpose(A)", "np.transpose(X, (2, 0, 1))", "X.transpose(1, 0, 2)", "permute_dims(X, (1, 2, 0))", "np.swapaxes(X, 0, 2)", "np.moveaxis(X, 0, -1)", "np.expand_dims(x, 0)",
    "np.expand_dims(A, axis=-1)", "np.squeeze(b)", "np.squeeze(c, axis=1)", "np.flip(A)", "np.flip(A, axis=1)", "np.roll(u, 2)", "np.roll(A, -1, axis=0)", "np.broadcast_to(b, (n, m))",
    "np.concatenate([x, u])", "np.concatenate([x, u, x])", "np.concatenate((A, C), axis=1)", "np.concatenate([A, b], axis=0)", "np.stack([x, y])", "np.stack([x, y], axis=1)",
    "np.stack([A, 2*A], axis=-1)", "np.array([s, t, s*t])", "np.array([[s, t], [t, s]])", "np.asarray([x, y])", "np.vstack([x, y])", "np.vstack([A, b])", "np.hstack([x, u])", "np.hstack([A, c])",
    "np.ravel(A)", "A.flatten()", "np.reshape(v, (m, k))", "v.reshape(m, k)", "np.reshape(A, (m, n))", "X.reshape(n, m*k)", "X.reshape(n*m, k)", "X.reshape(-1)", "np.reshape(X, (n, -1))",
    "np.reshape(x, (1, n))", "X.reshape(k, n, m)", "np.pad(x, 2)", "np.pad(A, ((1, 2), (0, 1)))", "np.pad(x, (1, 0))",
    "np.stack([np.sum(u[i:i+k]*w) for i in range(m-k+1)])", "np.array([x[i] * y for i in range(n)])", "np.array([[C[i, j] for j in range(n)] for i in range(1, n)])",
    "np.stack([u[i] * x for i in range(m)], axis=1)", "np.concatenate([u[i] * x for i in range(m)])", "sum(x[i] * y[i] for i in range(n))", "sum(x[i] * u[j] for i in range(n) for j in range(m) if i < j)", "sum(u[i] for i in range(2, 3))",
    "np.stack([u[i + 1] * x for i in range(1)])", "sum(C[i, j] for i in range(n) for j in range(i, n))",
    # masks and sizes
    "np.eye(n)", "np.eye(n, m)", "np.eye(n, k=1)", "np.identity(n) @ A", "np.ones((n, m))", "np.zeros(n)", "np.full((n, 2), s)", "np.ones_like(A)", "np.zeros_like(x)", "np.arange(n)",
    "np.arange(1, n + 1) * x", "np.arange(0, m, 2)", "np.tril(C)", "np.triu(C, 1)", "np.tril(A, k=-1)", "np.tri(n)", "np.diag(x)", "np.diag(C)", "np.diagonal(C)", "np.copy(C)", "np.kron(A, B)",
    # linear algebra
    "np.outer(x, u)", "np.dot(x, y)", "np.dot(A, u)", "A.dot(B)", "np.dot(s, x)", "np.vdot(x, y)", "np.inner(x, y)", "np.inner(A, b)", "np.matmul(A, B)", "np.cross(p, q)", "np.cross(P, p)",
    "np.einsum('i,i->', x, y)", "np.einsum('ij,jk->ik', A, B)", "np.einsum('ij,jk', A, B)", "np.einsum('ii->i', C)", "np.einsum('ii', C)", "np.einsum('nmk,m,k->n', X, u, w)", "np.einsum('ij->ji', A)",
    "np.trace(C)", "np.trace(C @ D)", "C.trace()", "np.linalg.inv(C)", "np.linalg.inv(C + D)", "inv(C) @ x", "np.linalg.pinv(A)", "np.linalg.det(C)", "np.linalg.slogdet(C)[1]",
    "np.linalg.slogdet(C)[0]", "np.linalg.solve(C, x)", "np.linalg.solve(C.T, D)", "np.linalg.matrix_power(C, 3)", "np.linalg.inv(C) @ D + np.linalg.inv(C)",
)  # fmt: skip

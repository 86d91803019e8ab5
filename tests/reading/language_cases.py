"""The table of functions of the expression language and their edge cases, as texts that run under NumPy as they stand.

The names and sizes are those of `numpy_meaning`: x, y (n), u (m), w (k), v (m*k), p, q (3), A (n, m), B (m, k), C, D (n, n), b (1, m),
c (n, 1), P (m, 3), X (n, m, k) and the scalars s, t.
"""

from __future__ import annotations

from collections.abc import Mapping

AXES = ("A", "A, axis=None", "A, axis=0", "A, 1", "A, axis=-1", "A, axis=-2, keepdims=True", "A, axis=(0, 1)", "A, axis=(-1, 0), keepdims=True", "A, axis=()", "A, keepdims=True",
        "X, axis=(0, 2)", "X, axis=(-1, 0)", "X, axis=1, keepdims=True", "X", "x", "s", "b, axis=0", "b, axis=1", "A * c + b, axis=1", "A[1:, ::2], axis=0", "X[..., ::-1], axis=-1")  # fmt: skip
METHOD = ("A.{}()", "A.{}(0)", "(A * c).{}(axis=-1)", "X.{}(axis=(0, 2), keepdims=True)", "A.T.{}(axis=1)")
ONE = ("s", "x", "A", "X", "c * b", "x[::-1]", "A[:, 1:2]")
TWO = ("x, y", "A, b", "b, A", "A, c", "c, b", "s, A", "A, s", "s, t", "X, w", "x[:, None], u", "A, 0.5", "2, A", "x[1:], y[:-1]")


def each(template: str, arguments: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """A template with every argument put in, and some texts more."""
    return (*(template.format(a) for a in arguments), *more)


def reduction(name: str) -> tuple[str, ...]:
    """A reduction over every kind of axis, by function and by method."""
    return (*each(f"np.{name}({{}})", AXES), *(m.format(name) for m in METHOD))


SPREAD = ("A, axis=0, ddof=1", "X, axis=(0, 2), ddof=1", "A, ddof=2, keepdims=True")
NORMS = ("x", "x, 1", "x, ord=2", "x, np.inf", "x, -np.inf", "x, 3", "x, 0", "A", "X", "A, 'fro'", "A, axis=0", "A, axis=(0, 1)", "A, axis=-1, keepdims=True", "A, ord=1, axis=1", "A, ord=np.inf, axis=0",
         "A, ord=3, axis=-1", "X, axis=(0, 2)", "A, 1", "A, -1", "A, np.inf", "A, -np.inf, keepdims=True", "X, 1, axis=(2, 0)", "X, np.inf, axis=(0, 1)", "A, None, 1", "s", "x - y, ord=2.5")  # fmt: skip
SOFT = ("x", "A", "X", "A, axis=0", "A, axis=-2", "X, axis=1", "A.T", "b", "b, axis=0", "x[1:]", "x[:, None] * u")

CASES: Mapping[str, tuple[str, ...]] = {
    # element-wise operations
    **{name: each(f"np.{name}({{}})", ONE) for name in ("exp", "sin", "cos", "sinh", "cosh", "tanh", "arctan", "abs", "sign")},
    **{name: each(f"{name}({{}})", ONE) for name in ("sigmoid", "softplus", "relu", "erf", "Phi", "phi")},
    "log": each("np.log(np.abs({}))", ONE, "np.log(n) * x", "np.log(2) * s"),
    "sqrt": (*each("np.sqrt(({}) ** 2 + 1)", ONE), "np.sqrt(2) * s", "x / np.sqrt(n)", "np.sqrt(np.pi / 2) * x"),
    "pi": ("np.pi * x", "pi * s", "x / np.pi", "np.sin(np.pi * x)"),
    "arctan2": each("np.arctan2({})", TWO), "maximum": each("np.maximum({})", TWO), "minimum": each("np.minimum({})", TWO),
    "clip": each("np.clip({})", ("x, -1, 1", "A, b, b + 1", "A, -c**2, c**2", "x, None, 0.5", "x, -0.5, None", "x, None, None", "A, s - 1, s + 1", "x, a_min=-1, a_max=1", "X, min=0.0, max=w**2",
                                  "x, 0.5, -0.5", "x, s, t", "x, t, s", "A, b, c", "A, c, b", "s, x, y", "A, s, 0.4", "A, 0.4, s", "A, 0, t", "A, t, 0", "x, s, s", "A, np.exp(s), -np.exp(t)", "A, -1, np.abs(s)", "A, s, s - 1"), "x.clip(0)", "x.clip(min=0)", "A.clip(max=0.5)", "A.clip(-0.5, 0.5)"),
    "where": each("np.where({})", ("x > 0, x, y", "A > 0, A, 0.01 * A", "A > b, A, b", "c > 0, A, b", "b > 0, 1, A", "x > 0, 1, -1", "s > 0, x, y", "A > 0, s, b", "A, 1.0, b", "np.eye(n) == 1, 0, C",
                                    "np.arange(n)[:, None] >= np.arange(m)[None, :], A, 0", "(x > 0) | (y > 0), x, y", "~(A > 0), b, c", "x > 0, np.log(np.abs(x)), 0", "x[:, None] > u, x[:, None], u")),
    "compare": ("(x > 0) * x", "(A > b) * A", "x >= y", "1 > x", "A != c", "x == np.max(x)", "np.sum(x > 0)", "np.mean(A <= b, axis=0)", "(x > 0) & (y < 0)", "(x > 0) | ~(y > 0)", "(x > 0) ^ (y > 0)",
                "0 < s < 2", "s > 0 and t > 0", "not s > 0", "x if s > 0 else y", "s if n > 2 else t", "(A > 0) @ B", "np.any(A > 1, axis=0)", "np.all(A > -1)"),
    # reductions
    **{name: reduction(name) for name in ("sum", "prod", "mean", "max", "min")},
    **{name: (*reduction(name), *each(f"np.{name}({{}})", SPREAD)) for name in ("var", "std")},
    "average": each("np.average({})", ("A", "A, axis=0", "x, weights=y**2", "A, weights=A**2", "A, axis=1, weights=A**2", "A, axis=0, weights=y**2", "A, axis=1, weights=u**2", "A, axis=-2, weights=y**2",
                                      "C, axis=0, weights=y**2", "C, axis=1, weights=y**2", "C, axis=0, weights=C**2", "C, weights=D**2, keepdims=True", "X, axis=1, weights=u**2", "X, axis=2, weights=w**2, keepdims=True",
                                      "X, axis=(0, 1), weights=A**2", "X, axis=(1, 0), weights=A.T**2", "X, axis=(1, 2), weights=B**2", "A, axis=(1, 0), weights=A.T**2", "b, axis=1, weights=u**2", "b, axis=0, weights=np.ones(1)",
                                      "np.outer(x, y), axis=0, weights=x**2", "C[:2, :2], axis=0, weights=x[:2]**2")),
    "logsumexp": each("logsumexp({})", AXES[:8] + AXES[10:], "logsumexp(softmax(b), axis=-1)", "logsumexp(logsumexp(A, axis=1))"),
    "softmax": each("softmax({})", (*SOFT, "X, axis=(1, 2)", "A, axis=None", "log_softmax(x)", "softmax(A)"), "np.triu(softmax(X), 1)", "np.tril(softmax(C, axis=0))"), "log_softmax": each("log_softmax({})", (*SOFT, "X, axis=(1, 2)")),
    "norm": (*each("np.linalg.norm({})", NORMS), "norm(A, axis=1)", "linalg.norm(x)"),
    "cumsum": each("np.cumsum({})", ("x", "A", "A, axis=None", "A, axis=0", "A, axis=-1", "X, 1", "b, axis=1", "b, axis=0", "x[::-1]", "s", "A[:, ::2], axis=1"), "x.cumsum()", "A.cumsum(axis=1)", "np.cumsum(x[::-1])[::-1]"),
    "cumprod": each("np.cumprod({})", ("x", "A", "A, axis=0", "A, axis=-1", "X, axis=2", "1 - x", "b, axis=0"), "x.cumprod()", "A.cumprod(0)"),
    "sort": each("np.sort({})", ("x", "A", "A, axis=0", "A, axis=-1", "A, axis=None", "X, axis=1", "-x", "x * y", "b", "u[::2]"), "np.sort(u)[::-1]", "np.sort(x)[-1]", "np.sort(u)[1:3]", "-np.sort(-x)"),
    # shapes
    "T": ("A.T", "A.T.T", "x.T", "X.T", "(A * c).T @ C"),
    "transpose": each("np.transpose({})", ("A", "x", "A, (1, 0)", "A, (-1, 0)", "X", "X, (1, 2, 0)", "X, axes=(2, 0, 1)"), "A.transpose()", "A.transpose(1, 0)", "X.transpose((2, 1, 0))", "X.transpose(2, 0, 1)"),
    "swapaxes": each("np.swapaxes({})", ("A, 0, 1", "X, -1, 0", "X, 1, 1", "X, axis1=0, axis2=2"), "A.swapaxes(0, -1)",),
    "flip": each("np.flip({})", ("x", "A", "A, axis=0", "A, -1", "X, (0, 2)", "X", "b")),
    "reshape": each("np.reshape({})", ("A, (n * m,)", "A, -1", "A, (m, n)", "A, (m, -1)", "A, (1, n, m)", "A, (n, 1, m)", "X, (n * m, k)", "X, (n, m * k)", "X, (-1, k)", "X, (k, m, n)", "X, (m, n * k)",
                                        "v, (m, k)", "v, (k, m)", "x, (n, 1)", "x, (1, -1)", "s, (1, 1)", "b, (m,)", "c, n", "b, (m, 1)", "A, shape=(m, n)", "A[:, 1:], (n * (m - 1),)"), "A.reshape(-1)", "A.reshape(m, n)", "A.reshape((m, n))", "A.reshape(-1, 1)", "X.reshape(n, -1)", "v.reshape(-1, k).T", "C.reshape(n**2)", "np.ravel(C[:, ::2])", "np.ravel(C) * np.ones(n**2)", "(x + y).reshape(1, n)", "A.reshape(A.shape[1], len(A))"),
    "concatenate": each("np.concatenate({})", ("[x, u]", "(x, y, u)", "[x]", "[A, A], axis=1", "[A, 2 * A], axis=-1", "[A, b]", "[b, A], 0", "[c, A, c], axis=-1", "[X, X, X], axis=1", "[X, 2 * X], axis=-3", "[x[1:], x[:1]]",
                                                "[np.zeros((n, 1)), A], axis=1", "[A[:, :2], A[:, 2:]], axis=1", "[A, B], axis=None", "[x, np.ones(1)]", "[u[:0], x]", "[x, u[3:3], y]", "[A[:0], A, A[1:1]]")),
    "stack": each("np.stack({})", ("[x, y]", "[x, y], 1", "[x, y], axis=-1", "(x, y, x * y)", "[A, A], axis=1", "[A, A], axis=2", "[A, A], axis=-2", "[s, t]", "[x]", "[x, 1.0 * y, np.ones(n)]", "[A[:, 0], x]"), "np.array([s, t, s * t])", "np.array([[s, t], [t, 1.0]])", "[x, y] @ x", "np.vstack([A, b])", "np.hstack([x, u])"),
    "comprehension": ("np.stack([np.sum(u[i:i + k] * w) for i in range(m - k + 1)])", "np.stack([A[:, j] for j in range(m)], axis=1)", "np.stack([A[i] * x[i] for i in range(n)], axis=-1)",
                      "np.stack([np.max(u[i:i + k]) for i in range(m - k + 1)])", "np.stack([x[i:i + 2] for i in range(n - 1)])", "np.stack([u[i] for i in range(1, m)])", "np.stack([u[i] for i in range(0, m, 2)])",
                      "np.stack([u[i] for i in range(m - 1, -1, -1)])", "np.stack([x[i] if i > 0 else s for i in range(n)])", "np.stack([[x[i], y[i]] for i in range(n)])", "np.stack([softmax(A[i]) for i in range(n)])",
                      "np.stack([sum(u[i + j] * w[j] for j in range(k)) for i in range(m - k + 1)])", "np.array([[A[i, j] for i in range(n)] for j in range(m)])", "np.stack([i * x[i] / (i + 1) for i in range(n)])",
                      "[x[i] * y for i in range(n)] @ x", "sum(x[i] * u[j] for i in range(n) for j in range(m) if i < j)", "sum(u[i] for i in range(1, m, 2))", "max(x[i] * y[i] for i in range(n))", "sum(A[i] for i in range(n))",
                      "np.concatenate([u[i] * x for i in range(m)])"),
    # linear algebra
    "matmul": ("x @ y", "A @ u", "x @ A", "A @ B", "X @ w", "u @ X", "x @ A @ u", "c @ b", "b @ u", "b @ A.T", "b @ A.T @ c", "A @ X[0]", "C @ X[:, 0]", "X.T @ x", "x @ X[:, :, 0]", "X[0] @ X[1].T", "np.matmul(A, B)",
               "X.swapaxes(1, 2) @ X", "A[:, 1:] @ B[1:]", "A[:, 2:2] @ B[2:2]", "u[1:1] @ u[1:1]"),
    "outer": each("np.outer({})", ("x, u", "x, x", "x[1:], u[::2]", "np.ones(n), x", "s, x", "A, x", "x, b")),
    "dot": each("np.dot({})", ("x, y", "A, u", "x, A", "A, B", "s, A", "A, s", "s, t", "X, w", "X, B.T", "b, u", "u[:0], u[:0]"), "x.dot(y)", "A.dot(B)", "A.T.dot(x)", "np.vdot(A, A)", "np.inner(A, A)"),
    "cross": each("np.cross({})", ("p, q", "P, q", "p, P", "P, P[::-1]", "P.T, 2 * P.T**2, axis=0", "p, q, axis=-1")),
    "trace": each("np.trace({})", ("C", "C @ D", "A @ A.T", "s * C", "C, 1", "C, offset=-1", "c", "b", "C * D.T"), "C.trace()", "(C @ D).trace()"),
    "det": each("np.linalg.det({})", ("C", "C @ D", "2 * C", "A @ A.T + np.eye(n)", "C.T"), "det(C + D.T)", "np.log(np.abs(np.linalg.det(C)))"),
    "slogdet": ("np.linalg.slogdet(C)[1]", "np.linalg.slogdet(C)[0]", "np.linalg.slogdet(C)[-1]", "np.linalg.slogdet(C @ C.T + np.eye(n))[1]", "np.linalg.slogdet(C).logabsdet", "np.linalg.slogdet(C).sign * s"),
    "inv": each("np.linalg.inv({})", ("C", "C.T", "C + D", "np.linalg.inv(C)", "np.diag(x)", "A @ A.T + np.eye(n)", "np.eye(n) + np.outer(x, y)"), "inv(C) @ inv(D)", "linalg.inv(C) @ A", "np.linalg.inv(C)[0, 1:]"),
    "pinv": each("np.linalg.pinv({})", ("A", "A.T", "A * b"), "pinv(A) @ x",),
    "solve": each("np.linalg.solve({})", ("C, x", "C, A", "C, x[:, None]", "C.T, x", "C + np.eye(n), y", "C, np.linalg.solve(D, x)")),
    "einsum": each("np.einsum({})", ("'i->', x", "'i,i', x, y", "'i,j->ij', x, u", "'i,j', x, u", "'ij->', A", "'ij->i', A", "'ij->j', A", "'ij->ji', A", "'ji', A", "'ii', C", "'ii->i', C", "'ij,j->i', A, u", "'ij,jk', A, B",
                                    "'ij,ij->', A, A", "'ij,ij->i', A, A", "'ij,kj->ik', A, A", "'i,ij,j->', x, A, u", "'ij,jk,kl->il', C, A, B", "'nmk->mnk', X", "'nmk,nmk->n', X, X", "'nmk,m->nk', X, u", "'i,i,i->i', x, y, x",
                                    "' i, i -> ', x, y", "',i->i', s, x", "'ij,j->i', b, u", "'ij,jk->ik', c, b", "'ij,ik->ijk', A, C", "'ii,i->i', C, x", "'...i,i->...', A, u", "'...ij->...ji', X", "'...i,...i->...', X, w",
                                    "'...', x", "'i...,i', A, x", "'...i,...i', A, b", "'ij,jk->ik', A, B, optimize=True", "'i,i', u[:0], u[:0]")),
    # arrays from sizes
    "diag": each("np.diag({})", ("x", "C", "1 / x", "np.diag(C)", "x, 1", "x, k=-2", "C, 1", "C, k=-1", "A @ A.T", "A[:, :3], 1"), "np.diag(x) @ A", "np.diag(x) @ C @ np.diag(y)", "np.diagonal(C, 1)"),
    "eye": each("np.eye({})", ("n", "3", "n, m", "n, k=-1", "n, m, 1", "n, M=m", "N=n", "len(x)"), "C * np.eye(n)", "np.eye(n)[0] * x", "np.identity(n) @ A"),
    "ones": each("np.ones({})", ("n", "(n,)", "(n, m)", "[n, 2]", "1", "A.shape"), "np.ones((n, 1)) @ b", "np.ones(n) @ A", "np.ones_like(A) * b"),
    "zeros": each("np.zeros({})", ("n", "(n, m)", "(1, n)"), "np.zeros(n) + x", "np.zeros_like(A) + b", "np.sum(np.zeros(0)) + s"),
    "arange": each("np.arange({})", ("n", "1, n", "0, m, 2", "1, m, 3", "n - 1, -1, -1", "m, 0, -2"), "np.arange(n) * x", "np.arange(n)[::-1] * x", "np.arange(1, n + 1) ** 2 * x", "np.abs(s) ** np.arange(n)", "np.sum(np.arange(3, 3)) * s",
                                                                                                        "np.arange(n)[:, None] - np.arange(m)[None, :]", "np.sin(np.arange(n))"),
    "tril": each("np.tril({})", ("C", "A", "A, 1", "A, k=-1", "X", "np.ones((n, n))", "A.T")), "triu": each("np.triu({})", ("C", "A", "A, k=2", "A, -1", "X, 1", "np.ones((n, n)), 1")),
    # operators, indexing
    "arithmetic": ("-x", "+x", "- - x", "x - -y", "-x ** 2", "(-x) ** 2", "A + b", "A + x[:, None]", "b + c", "A * b * c", "A / b - c", "x / y / s", "x / (y * s)", "x - (y - s)", "3 * (x + 1) / 2", "2 ** A", "np.abs(A) ** b", "x ** -2",
                   "n * x / m", "x * (n - 1) / n", "x + n // 2", "x * n ** 0.5", "s * A.T", "1e-3 + x", "x / len(x)", "x * A.shape[-1]", "np.sum(A) / A.size", "x * A.ndim"),
    "index": ("x[0]", "x[-1]", "x[n - 2]", "A[1]", "A[-1, -2]", "A[0][1]", "A[(1, 2)]", "A[:, -1]", "X[0, ..., 1]", "X[..., 0]", "X[:, 1:3, 1]", "X[-1, -1, -1]", "b[0, 1:]", "p[-3]", "A.T[0]", "(A @ B)[0]", "np.exp(x)[0]"),
    "slice": ("x[1:]", "x[:-1]", "u[-3:]", "x[0:n]", "x[1:n]", "x[::2]", "u[1::2]", "u[::3]", "u[::-1]", "u[::-2]", "u[-1:0:-1]", "u[-2::-2]", "u[:2:-1]", "u[4:0:-2]", "u[1:4:2]", "u[1:-1:2]", "A[::-1, ::-2]", "A[1:, ::2]", "X[:, ::-1, 1:]",
              "c[::-1]", "v[:m]", "v[k:2 * k]", "v[-m:]", "u[2:] - 2 * u[1:-1] + u[:-2]", "(x + y)[1:]"),
    "empty slice": ("np.sum(u[3:3])", "np.sum(u[4:2] * s) + t", "np.prod(u[:0]) * s", "np.sum(A[0:0], axis=0)", "np.sum(A[:, m:], axis=1)", "np.sum(np.exp(u[2:2])) + s", "np.linalg.norm(u[2:2]) + s", "np.sum(softmax(u[:0])) + s",
                    "np.sum(np.sort(u[1:1])) + s", "sum(u[i] for i in range(2, 2)) + s", "np.sum(u[1:3:-1]) + s", "np.sum(np.outer(u[:0], x), axis=0)"),
    "None": ("x[:, None]", "x[None, :] - x[:, None]", "x[None, :, None]", "x[..., None]", "A[None]", "A[:, None, :] - A[None]", "A[..., None] * w", "A[np.newaxis, 0]", "X[:, None, :, 0]", "A[None, ..., 0]"),
}  # fmt: skip

REFUSED: Mapping[str, str] = {
    "np.average(A, weights=y)": "give weights of the same shape",
    "np.average(A, axis=1, weights=y)": "say with axis= which axis they belong to",
    "np.average(A, axis=0, weights=2.0)": "give weights of the same shape",
    "np.average(b, weights=u)": "give weights of the same shape",
    "np.average(X, axis=(1, 0), weights=A)": "give weights of the same shape",
    "x[y > 0]": "choose entries by np.where(x > 0, x, 0), or by a one-hot array",
    "A[[0, 1], [1, 2]]": "one-hot array",
    "A[np.arange(n), y]": "np.sum(P * Y, axis=1)",
    "x % 2": "np.where(x > 0, x, y)",
    "x // 2": "write / for a quotient",
    "np.floor(x)": "it has no slope",
    "np.where(x > 0, x, -np.inf)": "there is no infinity",
    "np.argmax(A, axis=1)": "write a one-hot array",
    "np.linalg.cholesky(C)": "known are det, slogdet, inv, pinv, solve",
    "np.linalg.norm(A, 2)": "leave the order out, or give 1, np.inf or 'fro'",
    "np.linalg.norm(x, 'fro')": "takes a matrix, and x is (n)",
    "np.linalg.norm(X, 1)": "give axis=",
    "np.tile(x, 2)": "write np.concatenate([x, x])",
    "np.convolve(u, w)": "for i in range(n - k + 1)",
    "np.linspace(0, 1, n)": "np.arange(n)",
    "np.maximum.reduce([x, y])": "write np.max(x, axis=0)",
    "max(s, t)": "write np.maximum(a, b)",
    "np.sum(x, where=x > 0)": "it is called as sum(x, axis=, keepdims=)",
    "np.max(A, axis=(0, 0))": "names an axis twice",
    "np.max(A, axis=2)": "axes count from 0 to 1",
    "np.max(u[2:2])": "the max of no entries has no value",
    "np.mean(u[2:2])": "the mean of no entries has no value",
    "u[3:3]": "the right side has no entries",
    "np.moveaxis(X, (0, 1), (1, 0))": "give one axis",
    "np.reshape(A, (m, n), order='F')": "reshape has no argument order",
    "np.reshape(A, (n, n))": "has m*n entries",
    "np.linalg.slogdet(C)": "write np.linalg.slogdet(A)[1]",
    "np.trace(A)": "takes a square matrix, and A is (n, m)",
    "np.diag(A)": "slice it until it is square",
    "np.cross(x, y)": "takes vectors of size 3, and x is (n)",
    "np.einsum('ij,j->i', A, x)": "j is m in A and n in x",
    "np.einsum('...i->i', A)": "write ... in the result, too",
    "np.stack([u[2 * i] for i in range(3)])": "read it under a condition",
    "np.arange(0.5, 2)": "0.5 is no size",
    "np.concatenate([A, x])": "the same number of axes",
    "np.stack([x, u])": "arrays of one shape",
    "v[m:m + k]": "give sizes for which it does",
    "u[m - k:m]": "give sizes for which it does",
    "A.mT": "write x.T",
    "x.astype(float)": "leave it out",
    "C.diagonal()": "write diagonal(...)",
}  # fmt: skip
"""What is not in the language, and the words that say what to write instead."""

"""What to write instead of a part of NumPy that the expression language does not have, by its name."""

from __future__ import annotations

from collections.abc import Mapping

_STEPS = "it has no slope; choose by a condition, as in np.where(x > 0, x, y)"
_SPECTRUM = "known are det, slogdet, inv, pinv, solve, trace and matrix_power"
_ONE_HOT = "the place of an entry has no slope; write a one-hot array, as in np.sum(P * Y, axis=1)"
_JOIN = "write np.concatenate or np.stack with axis="
_SORTED = "write an entry of np.sort(x)"

NEAREST: Mapping[str, str] = {
    "places": "places are integers, slices, None and ...; choose entries by np.where(x > 0, x, 0), or by a one-hot array as in np.sum(P * Y, axis=1)",
    "inf": "there is no infinity; leave masked entries out, as in np.where(M > 0, np.exp(S), 0), and give clip None",
    "nan": "every value is a number; choose by a condition, as in np.where(x > 0, x, 0)",
    "Mod": _STEPS, "mod": _STEPS, "remainder": _STEPS, "fmod": _STEPS, "floor": _STEPS, "ceil": _STEPS, "round": _STEPS, "rint": _STEPS, "trunc": _STEPS,
    "around": _STEPS, "fix": _STEPS, "digitize": _STEPS, "searchsorted": _STEPS,
    "FloorDiv": "write / for a quotient; // divides sizes", "floor_divide": "write / for a quotient; // divides sizes",
    "LShift": "known operators are + - * / @ ** and, for conditions, & | ^ ~", "RShift": "known operators are + - * / @ ** and, for conditions, & | ^ ~",
    "Lambda": "write the expression itself", "Starred": "write the arguments one by one", "NamedExpr": "give the value a line of its own",
    "cholesky": _SPECTRUM, "eig": _SPECTRUM, "eigh": _SPECTRUM, "eigvals": _SPECTRUM, "eigvalsh": _SPECTRUM, "svd": _SPECTRUM, "svdvals": _SPECTRUM,
    "qr": _SPECTRUM, "cond": _SPECTRUM, "matrix_rank": _SPECTRUM, "lstsq": "write np.linalg.pinv(A) @ b", "multi_dot": "write A @ B @ C",
    "tensordot": "write np.einsum", "vecdot": "write np.sum(x * y, axis=-1)", "vector_norm": "write np.linalg.norm", "matrix_norm": "write np.linalg.norm",
    "matrix_transpose": "write x.T", "mT": "write x.T", "rot90": "write np.flip and .T", "fliplr": "write x[:, ::-1]", "flipud": "write x[::-1]",
    "argmax": _ONE_HOT, "argmin": _ONE_HOT, "argsort": _ONE_HOT, "take": _ONE_HOT, "take_along_axis": _ONE_HOT, "nonzero": _ONE_HOT, "choose": _ONE_HOT,
    "median": _SORTED, "quantile": _SORTED, "percentile": _SORTED, "partition": _SORTED, "unique": _SORTED,
    "append": _JOIN, "column_stack": _JOIN, "dstack": _JOIN, "block": _JOIN, "insert": _JOIN, "r_": _JOIN, "c_": _JOIN,
    "tile": "write np.concatenate([x, x]), or broadcast, as in x + np.zeros((n, 1))", "repeat": "broadcast and reshape, as in (x[:, None] * np.ones(2)).reshape(-1)",
    "split": "write slices, as in x[:n]", "array_split": "write slices, as in x[:n]", "delete": "write np.concatenate of slices", "meshgrid": "write x[:, None] and y[None, :]",
    "atleast_1d": "write x[None]", "atleast_2d": "write x[None, :]", "diagflat": "write np.diag", "fill_diagonal": "write np.where(np.eye(n) > 0, 0, A)",
    "full_like": "write np.full, or c * np.ones_like(x)", "empty": "write np.zeros", "empty_like": "write np.zeros_like",
    "linspace": "write a + (b - a) * np.arange(n) / (n - 1)", "logspace": "write an exponential of np.arange(n)", "vander": "write x[:, None] ** np.arange(n)",
    "polyval": "write np.sum(p * x ** np.arange(n))", "convolve": "write np.stack([np.sum(x[i:i + k] * w[::-1]) for i in range(n - k + 1)])",
    "correlate": "write np.stack([np.sum(x[i:i + k] * w) for i in range(n - k + 1)])", "cov": "write X.T @ X / n of centred rows", "corrcoef": "write X.T @ X / n of standardised rows",
    "ptp": "write np.max(x) - np.min(x)", "nansum": "write np.sum", "nanmean": "write np.mean", "nanmax": "write np.max", "nan_to_num": "write np.where",
    "count_nonzero": "write np.sum(x != 0)", "float_power": "write x ** y", "pow": "write x ** y", "float": "leave it out", "int": "leave it out",
    "float64": "leave it out", "float32": "leave it out", "astype": "leave it out: a condition counts as 1 or 0 in products",
    "item": "leave it out", "tolist": "leave it out", "reduce": "write np.max(x, axis=0) or another reduction", "accumulate": "write np.cumsum or np.cumprod",
    "interp": "write the pieces with np.where", "select": "write np.where of np.where", "piecewise": "write np.where of np.where", "sinc": "write np.sin(np.pi * x) / (np.pi * x)",
    "deg2rad": "write x * np.pi / 180", "radians": "write x * np.pi / 180", "rad2deg": "write x * 180 / np.pi", "degrees": "write x * 180 / np.pi",
    "log_expit": "write -np.logaddexp(0, -x)", "xlogy": "write x * np.log(y)", "entr": "write -x * np.log(x)", "map": "write a comprehension over range", "zip": "write a comprehension over range",
    "conj": "leave it out: values are real", "real": "leave it out: values are real", "dtype": "leave it out", "random": "declare what is drawn as a symbol",
}  # fmt: skip
"""Keyed by the name of a function, an attribute, or a kind of node of Python's tree."""

"""Functions that generated modules may need, one row each: the source for arrays and the source for plain numbers.

They are written so that they neither overflow nor lose the small side: exp is only taken of what is not positive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Helper:
    """One function: its source over NumPy, its source over ``math``, and the helpers it calls."""

    name: str
    numpy: str
    math: str = ""
    needs: tuple[str, ...] = ()


ROWS: tuple[Helper, ...] = (
    Helper(
        "sigmoid",
        '''def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)''',
        '''def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = math.exp(-abs(x))
    return (1 if x >= 0 else e) / (1 + e)''',
    ),
    Helper(
        "softplus",
        '''def softplus(x):
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))''',
        '''def softplus(x):
    """log(1 + exp(x)) without overflow."""
    return max(x, 0) + math.log1p(math.exp(-abs(x)))''',
    ),
    Helper(
        "relu",
        '''def relu(x):
    """The larger of x and 0."""
    return np.maximum(x, 0)''',
        '''def relu(x):
    """The larger of x and 0."""
    return max(x, 0.0)''',
    ),
    Helper(
        "erf",
        '''def erf(x):
    """The error function, entry by entry."""
    return np.vectorize(math.erf, otypes=[DTYPE])(x)[()]''',
        '''def erf(x):
    """The error function."""
    return math.erf(x)''',
    ),
    Helper(
        "normal_cdf",
        '''def normal_cdf(x):
    """The standard normal distribution function, accurate in the left tail."""
    return np.vectorize(lambda u: math.erfc(-u / math.sqrt(2)) / 2, otypes=[DTYPE])(x)[()]''',
        '''def normal_cdf(x):
    """The standard normal distribution function, accurate in the left tail."""
    return math.erfc(-x / math.sqrt(2)) / 2''',
    ),
    Helper(
        "normal_pdf",
        '''def normal_pdf(x):
    """The standard normal density."""
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)''',
        '''def normal_pdf(x):
    """The standard normal density."""
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)''',
    ),
    Helper(
        "sign",
        "",
        '''def sign(x):
    """-1, 0 or 1."""
    return float((x > 0) - (x < 0))''',
    ),
    Helper(
        "softmax",
        '''def softmax(x, axis):
    """exp(x) / sum(exp(x)) along an axis, with the maximum taken off first."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)''',
    ),
    Helper(
        "log_softmax",
        '''def log_softmax(x, axis):
    """log(softmax(x)) along an axis, with the maximum taken off first."""
    x = x - np.max(x, axis=axis, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))''',
    ),
    Helper(
        "logsumexp",
        '''def logsumexp(x, axis):
    """log(sum(exp(x))) along an axis, with the maximum taken off first."""
    top = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.sum(np.exp(x - top), axis=axis))''',
    ),
)  # fmt: skip

HELPERS: Mapping[str, Helper] = {row.name: row for row in ROWS}


def helper_source(names: Iterable[str], scalar: bool) -> str:
    """The source of the helpers named, in the order of the table."""
    wanted = dict.fromkeys(names)
    rows = [row for row in ROWS if row.name in wanted]
    return "\n\n\n".join(row.math if scalar else row.numpy for row in rows)

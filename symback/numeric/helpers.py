"""Functions that generated modules may need, one row each: the source for arrays and the source for plain numbers.

They are written so that they neither overflow nor lose the small side: exp is only taken of what is not positive. Those of
element-wise operations stand in the rows of the operations; here are those that work along an axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symback.algebra.operations import OPERATIONS, Helper

ALONG: tuple[Helper, ...] = (
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
)

ROWS: tuple[Helper, ...] = (*(row.helper for row in OPERATIONS.values() if row.helper), *ALONG)
HELPERS: Mapping[str, Helper] = {row.name: row for row in ROWS}


def helper_source(names: Iterable[str], scalar: bool) -> str:
    """The source of the helpers named, in the order of the table."""
    wanted = dict.fromkeys(names)
    rows = [row for row in ROWS if row.name in wanted]
    return "\n\n\n".join(row.math if scalar else row.numpy for row in rows)

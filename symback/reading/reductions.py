"""Rows that reduce along axes, and those spelled out through reductions: softmax, norms, variances."""

from __future__ import annotations

from symback.algebra.sizes import Size
from symback.algebra.terms import (
    Add,
    Bracket,
    Count,
    Kind,
    Mul,
    Reduce,
    apply,
    bracket,
    sqrt,
)
from symback.algebra.traverse import substitute
from symback.reading import conditions
from symback.reading.arrays import Array, Indices, Misfit, broadcast, copy, elementwise, is_one, position, positions, reduced
from symback.reading.rows import Build, Function, row

Axes = int | tuple[int, ...] | None


def _reduction(kind: Kind) -> Build:
    return lambda scope, x, axis, keepdims: reduced(scope, x, kind, axis, keepdims)


def _variance(scope: Indices, x: Array, axis: Axes, ddof: Size, keepdims: bool) -> Array:
    """``mean((x − mean x)²)``; with ``ddof`` the sum is divided by n − ddof."""
    other = copy(scope, x)
    mean = reduced(scope, other, "mean", axis, keepdims=True)
    centred = elementwise(scope, (x, mean), lambda a, m: (a - m) ** 2)
    if ddof.constant == 0:
        return reduced(scope, centred, "mean", axis, keepdims)
    count = Size.of(1)
    for place in positions(x, axis):
        count = count * x.axes[place].size
    whole = reduced(scope, centred, "sum", axis, keepdims)
    return Array(whole.axes, whole.body / Count(count - ddof))


def _deviation(scope: Indices, x: Array, axis: Axes, ddof: Size, keepdims: bool) -> Array:
    variance = _variance(scope, x, axis, ddof, keepdims)
    return Array(variance.axes, sqrt(variance.body))


def _sum_of_exp(scope: Indices, x: Array, axis: Axes, keepdims: bool = True) -> Array:
    other = copy(scope, x)
    return reduced(scope, other, "sum", axis, keepdims, body=apply("exp", other.body))


def _logsumexp(scope: Indices, x: Array, axis: Axes, keepdims: bool) -> Array:
    whole = _sum_of_exp(scope, x, axis, keepdims)
    return Array(whole.axes, apply("log", whole.body))


def _softmax(scope: Indices, x: Array, axis: Axes) -> Array:
    return elementwise(scope, (x, _sum_of_exp(scope, x, axis)), lambda a, s: apply("exp", a) / s)


def _log_softmax(scope: Indices, x: Array, axis: Axes) -> Array:
    return elementwise(scope, (x, _sum_of_exp(scope, x, axis)), lambda a, s: a - apply("log", s))


def _norm(scope: Indices, x: Array, order: str, axis: Axes, keepdims: bool) -> Array:
    """The Euclidean (Frobenius) norm, the sum or the maximum of the absolute values."""
    over = positions(x, axis)
    if order == "fro" and len(over) != 2:
        raise Misfit(f"the Frobenius norm takes a matrix, and {x.says}", sizes=True)
    if order in ("1", "2", "inf") and len(over) != 1:
        raise Misfit(f"norm(x, {order}) takes a vector, and {x.says}", "give axis=, or leave the order out", sizes=True)
    if order in ("1", "inf"):
        return reduced(scope, x, "sum" if order == "1" else "max", axis, keepdims, body=apply("abs", x.body))
    squares = reduced(scope, x, "sum", axis, keepdims, body=x.body**2)
    return Array(squares.axes, sqrt(squares.body))


def _average(scope: Indices, x: Array, axis: Axes, weights: Array | None, keepdims: bool) -> Array:
    if weights is None:
        return reduced(scope, x, "mean", axis, keepdims)
    axes, (body, weight) = broadcast(scope, (x, weights))
    both = Array(axes, body)
    above = reduced(scope, both, "sum", axis, keepdims, body=Mul((body, weight)))
    below = reduced(scope, both, "sum", axis, keepdims, body=weight)
    return Array(above.axes, above.body / below.body)


def _single_axis(x: Array, axis: int | None, name: str) -> int:
    if axis is None and x.rank != 1:
        raise Misfit(f"{name} of a value that is no vector flattens it: {x.says}", f"write {name}(x, axis=0)")
    return position(x, axis or 0)


def _cumulative(kind: Kind) -> Build:
    """``Σ_k [k <= i] x_k``, or ``Π_k ([k <= i] x_k + [k > i])``."""

    def build(scope: Indices, x: Array, axis: int | None) -> Array:
        along = _single_axis(x, axis, "cumsum" if kind == "sum" else "cumprod")
        inner = x.axes[along]
        if is_one(inner.size):
            return x
        outer = scope.index(inner.size)
        upto = bracket(inner, "<=", outer)
        body = Mul((upto, x.body)) if kind == "sum" else Add((Mul((upto, x.body)), bracket(inner, ">", outer)))
        axes = (*x.axes[:along], outer, *x.axes[along + 1 :])
        return Array(axes, Reduce(kind, inner, body))

    return build


def _sort(scope: Indices, x: Array, axis: int) -> Array:
    """``y_r = Σ_i [rank_i = r] x_i`` with ``rank_i = Σ_k ([x_k < x_i] + [x_k = x_i][k < i])``."""
    along = position(x, axis)
    inner = x.axes[along]
    if is_one(inner.size):
        return x
    other = copy(scope, x)
    rival = other.axes[along]
    moves = {a: Size.of(b) for a, b in zip(other.axes, x.axes, strict=True) if a is not rival and not is_one(a.size)}
    body = substitute(other.body, moves)
    rank = Reduce("sum", rival, Add((Bracket("<", body, x.body), Mul((Bracket("=", body, x.body), bracket(rival, "<", inner))))))
    place = scope.index(inner.size)
    axes = (*x.axes[:along], place, *x.axes[along + 1 :])
    return Array(axes, Reduce("sum", inner, Mul((bracket(rank, "=", place), x.body))))


def _any(scope: Indices, x: Array, axis: Axes, keepdims: bool) -> Array:
    whole = reduced(scope, x, "max", axis, keepdims, body=conditions.as_condition(x))
    return Array(whole.axes, whole.body, boolean=True)


def _all(scope: Indices, x: Array, axis: Axes, keepdims: bool) -> Array:
    whole = reduced(scope, x, "min", axis, keepdims, body=conditions.as_condition(x))
    return Array(whole.axes, whole.body, boolean=True)


def _diff(scope: Indices, x: Array, n: Size, axis: int) -> Array:
    """``x[1:] − x[:-1]``."""
    if n.constant != 1:
        raise Misfit("diff is read for n=1 only")
    along = position(x, axis)
    index = scope.index(x.axes[along].size - 1)
    here = Array((*x.axes[:along], index, *x.axes[along + 1 :]), x.body)
    ahead, behind = (substitute(x.body, {x.axes[along]: Size.of(index) + step}) for step in (1, 0))
    return Array(here.axes, ahead - behind)


_AXES = "x, axis: axes = None, keepdims: flag = False"

ROWS: tuple[Function, ...] = (
    row("sum", _reduction("sum"), _AXES),
    row("mean", _reduction("mean"), _AXES),
    row("prod", _reduction("prod"), _AXES),
    row("max", _reduction("max"), _AXES),
    row("min", _reduction("min"), _AXES),
    row("amax", _reduction("max"), _AXES),
    row("amin", _reduction("min"), _AXES),
    row("any", _any, _AXES),
    row("all", _all, _AXES),
    row("average", _average, "x, axis: axes = None, weights: array? = None, keepdims: flag = False"),
    row("var", _variance, "x, axis: axes = None, ddof: size = size 0, keepdims: flag = False"),
    row("std", _deviation, "x, axis: axes = None, ddof: size = size 0, keepdims: flag = False"),
    row("logsumexp", _logsumexp, _AXES),
    row("softmax", _softmax, "x, axis: axes = -1"),
    row("log_softmax", _log_softmax, "x, axis: axes = -1"),
    row("norm", _norm, "x, ord: norm = None, axis: axes = None, keepdims: flag = False"),
    row("cumsum", _cumulative("sum"), "x, axis: axis = None"),
    row("cumprod", _cumulative("prod"), "x, axis: axis = None"),
    row("sort", _sort, "x, axis: axis = -1"),
    row("diff", _diff, "x, n: size = size 1, axis: axis = -1"),
)

"""Rows that reduce along axes, and those spelled out through reductions: softmax, norms, variances."""

from __future__ import annotations

from symback.algebra.sizes import Size
from symback.algebra.terms import (
    ONE,
    ZERO,
    Add,
    Bracket,
    Count,
    Kind,
    Mul,
    Num,
    Pow,
    Reduce,
    Term,
    apply,
    bracket,
    reciprocal,
    sqrt,
)
from symback.algebra.traverse import substitute
from symback.reading import conditions
from symback.reading.arrays import Array, Indices, Misfit, copy, elementwise, is_empty, is_one, position, positions, reduced
from symback.reading.rows import Build, Function, row
from symback.reading.scope import Scope
from symback.reading.shaping import raveled
from symback.reading.syntax import bounded_power

MAX_DIFFERENCES = 8
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


def _norm(scope: Indices, x: Array, order: str | Array | None, axis: Axes, keepdims: bool) -> Array:
    """NumPy's norms of vectors, and those of matrices that need no singular values."""
    many = len(positions(x, axis))
    if order in (None, "None") or (order == "fro" and many == 2) or (order == "2" and many == 1):
        squares = reduced(scope, x, "sum", axis, keepdims, body=x.body**2)
        return Array(squares.axes, sqrt(squares.body))
    if many == 1 and order not in ("fro", "nuc"):
        return _vector_norm(scope, x, order, axis, keepdims)
    if many == 2 and order in ("1", "-1", "inf", "-inf"):
        return _operator_norm(scope, x, str(order), axis, keepdims)
    if order in ("2", "-2", "nuc") and many == 2:
        raise Misfit(f"norm(x, {order}) of a matrix is made of its singular values", "leave the order out, or give 1, np.inf or 'fro'")
    text = order.text if isinstance(order, Array) else order
    raise Misfit(
        f"the norm of order {text} takes a {'matrix' if order in ('fro', 'nuc') else 'vector'}, and {x.says}", "give axis=", sizes=True
    )


def _vector_norm(scope: Indices, x: Array, order: str | Array | None, axis: Axes, keepdims: bool) -> Array:
    """``(Σ |x|^p)^(1/p)``; the largest (smallest) absolute value for inf (-inf), the number of entries that are not 0 for 0."""
    size = apply("abs", x.body)
    match order:
        case "1":
            return reduced(scope, x, "sum", axis, keepdims, body=size)
        case "inf" | "-inf":
            return reduced(scope, x, "max" if order == "inf" else "min", axis, keepdims, body=size)
        case "0":
            return reduced(scope, x, "sum", axis, keepdims, body=Bracket("!=", x.body, ZERO))
    power = order.body if isinstance(order, Array) else Num(int(str(order)))
    whole = reduced(scope, x, "sum", axis, keepdims, body=bounded_power(size, power, f"norm(x, {order})"))
    return Array(whole.axes, Pow(whole.body, Mul((ONE, reciprocal(power)))))


def _operator_norm(scope: Indices, x: Array, order: str, axis: Axes, keepdims: bool) -> Array:
    """The largest sum of absolute values of a column (1) or of a row (inf), or the smallest (with a minus)."""
    rows, columns = (position(x, a) for a in (axis if isinstance(axis, tuple) else (0, 1)))
    first, second = (rows, columns) if order.endswith("1") else (columns, rows)
    sums = reduced(scope, x, "sum", first, keepdims=True, body=apply("abs", x.body))
    best = reduced(scope, sums, "min" if order.startswith("-") else "max", second, keepdims=True)
    return best if keepdims else Array(tuple(i for p, i in enumerate(best.axes) if p not in (first, second)), best.body)


def _average(scope: Indices, x: Array, axis: Axes, weights: Array | None, keepdims: bool) -> Array:
    """``Σ w x / Σ w`` along axes; the weights have the shape of x, or one axis for each axis that is averaged over."""
    if weights is None:
        return reduced(scope, x, "mean", axis, keepdims)
    weight = _weights(scope, x, axis, weights)
    above = reduced(scope, x, "sum", axis, keepdims, body=Mul((x.body, weight)))
    below = reduced(scope, x, "sum", axis, keepdims, body=weight)
    return Array(above.axes, above.body / below.body)


def _weights(scope: Indices, x: Array, axis: Axes, weights: Array) -> Term:
    """The body of weights over the axes of x, as NumPy aligns them."""
    along = tuple(range(x.rank))
    if weights.shape != x.shape and axis is not None:
        along = tuple(position(x, a) for a in ((axis,) if isinstance(axis, int) else axis))
    over_axes = [x.axes[p] for p in along]
    if weights.rank != len(along) or not all(scope.agree(w.size, i.size) for w, i in zip(weights.axes, over_axes, strict=True)):
        remedy = "give weights of the same shape, or say with axis= which axis they belong to"
        raise Misfit(f"average: {x.says} and the weights, {weights.says}", remedy, sizes=True)
    return substitute(weights.body, {w: Size.of(i) for w, i in zip(weights.axes, over_axes, strict=True) if not is_one(w.size)})


def _cumulative(kind: Kind) -> Build:
    """``Σ_k [k <= i] x_k``, or ``Π_k ([k <= i] x_k + [k > i])``."""

    def build(scope: Indices, x: Array, axis: int | None) -> Array:
        x, along = (raveled(scope, x), 0) if axis is None else (x, position(x, axis))
        inner = x.axes[along]
        if is_one(inner.size) or is_empty(inner.size):
            return x
        outer = scope.index(inner.size)
        upto = bracket(inner, "<=", outer)
        body = Mul((upto, x.body)) if kind == "sum" else Add((Mul((upto, x.body)), bracket(inner, ">", outer)))
        axes = (*x.axes[:along], outer, *x.axes[along + 1 :])
        return Array(axes, Reduce(kind, inner, body))

    return build


def _sort(scope: Indices, x: Array, axis: int | None) -> Array:
    """``y_r = Σ_i [rank_i = r] x_i`` with ``rank_i = Σ_k ([x_k < x_i] + [x_k = x_i][k < i])``."""
    x, along = (raveled(scope, x), 0) if axis is None else (x, position(x, axis))
    inner = x.axes[along]
    if is_one(inner.size) or is_empty(inner.size):
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


def _diff(scope: Scope, x: Array, n: Size, axis: int) -> Array:
    """``x[1:] − x[:-1]``, n times."""
    times = n.constant
    if times is None or not 0 <= times <= MAX_DIFFERENCES:
        raise Misfit(f"diff is read for whole n from 0 to {MAX_DIFFERENCES}")
    return x if not times else _diff(scope, _difference(scope, x, axis), n - 1, axis)


def _difference(scope: Scope, x: Array, axis: int) -> Array:
    along = position(x, axis)
    length = x.axes[along].size - 1
    if not scope.require(length, 1):
        raise Misfit(f"diff needs at least 2 entries, and {x.says}", sizes=True)
    index = scope.index(length)
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
    row("cumsum", _cumulative("sum"), "x, axis: axis? = None"),
    row("cumprod", _cumulative("prod"), "x, axis: axis? = None"),
    row("sort", _sort, "x, axis: axis? = -1"),
    row("diff", _diff, "x, n: size = size 1, axis: axis = -1"),
)

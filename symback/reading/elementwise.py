"""Rows that act entry by entry, spelled out through the operations of the algebra."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symback.algebra.terms import (
    MINUS_ONE,
    ONE,
    TWO,
    Add,
    Bracket,
    Mul,
    Num,
    Pow,
    Relation,
    Term,
    add,
    apply,
    is_number,
    reciprocal,
    sqrt,
)
from symback.reading import conditions
from symback.reading.arrays import Array, Indices, elementwise
from symback.reading.rows import Build, Function, row
from symback.reading.scope import Scope
from symback.reading.syntax import bounded_power


def entrywise(scope: Indices, arrays: Sequence[Array], build: Callable[..., Term]) -> Array:
    """A scalar function of arrays, broadcast."""
    return elementwise(scope, arrays, build)


def each(build: Callable[..., Term]) -> Build:
    """A row's builder from a function of bodies."""
    return lambda scope, *arrays: elementwise(scope, arrays, build)


def compare(relation: Relation) -> Build:
    """A row's builder for a comparison."""
    return lambda scope, x, y: conditions.compared(scope, x, relation, y)


def _join(join: Callable[[Term, Term], Term]) -> Build:
    return lambda scope, x, y: conditions.combined(scope, join, x, y)


def _logical_not(scope: Indices, x: Array) -> Array:
    return Array(x.axes, conditions.negated(conditions.as_condition(x)), boolean=True)


def _where(scope: Indices, condition: Array, x: Array, y: Array) -> Array:
    return conditions.chosen(scope, condition, x, y)


def _clip(scope: Scope, x: Array, low: Array | None, high: Array | None) -> Array:
    """``minimum(maximum(x, low), high)``, spelled as three cases where the bounds are known to be in order."""
    if low is not None and high is not None:
        return elementwise(scope, (x, low, high), lambda *bodies: _clipped(scope, *bodies))
    if low is not None:
        return elementwise(scope, (x, low), conditions.maximum)
    return elementwise(scope, (x, high), conditions.minimum) if high is not None else x


def _clipped(scope: Scope, x: Term, low: Term, high: Term) -> Term:
    """``[x < low]·low + [low <= x][x <= high]·x + [x > high]·high``.

    Where low is above high the value is high: below low it is the smaller bound, and above high only what is not below low counts.
    """
    gap = scope.sign(high - low)
    if low is high or gap in ("negative", "nonpositive"):
        return high
    inside = conditions.times(conditions.both(Bracket(">=", x, low), Bracket("<=", x, high)), x)
    below, above = Bracket("<", x, low), Bracket(">", x, high)
    if gap in ("positive", "nonnegative"):
        parts = [conditions.times(below, low), inside, conditions.times(above, high)]
    else:
        smaller = [conditions.times(conditions.both(below, Bracket("<=", low, high)), low)]
        smaller += [conditions.times(conditions.both(below, Bracket(">", low, high)), high)]
        parts = [*smaller, inside, conditions.times(conditions.both(Bracket(">=", x, low), above), high)]
    return add([p for p in parts if not is_number(p, 0)])


def _log(x: Term) -> Term:
    return apply("log", x)


def _exp(x: Term) -> Term:
    return apply("exp", x)


ROWS: tuple[Function, ...] = (
    row("sqrt", each(sqrt), "x"),
    row("square", each(lambda x: x**2), "x"),
    row("cbrt", each(lambda x: apply("sign", x) * Pow(apply("abs", x), ONE / 3)), "x"),
    row("reciprocal", each(lambda x: Mul((ONE, reciprocal(x)))), "x"),
    row("negative", each(lambda x: -x), "x"),
    row("positive", each(lambda x: x), "x"),
    row("absolute", each(lambda x: apply("abs", x)), "x"),
    row("fabs", each(lambda x: apply("abs", x)), "x"),
    row("tan", each(lambda x: apply("sin", x) / apply("cos", x)), "x"),
    row("log1p", each(lambda x: _log(ONE + x)), "x"),
    row("expm1", each(lambda x: Add((_exp(x), MINUS_ONE))), "x"),
    row("log2", each(lambda x: _log(x) / _log(TWO)), "x"),
    row("log10", each(lambda x: _log(x) / _log(Num(10))), "x"),
    row("exp2", each(lambda x: Pow(TWO, x)), "x"),
    row("expit", each(lambda x: apply("sigmoid", x)), "x"),
    row("arcsin", each(lambda x: apply("arctan2", x, sqrt(ONE - x**2))), "x"),
    row("arccos", each(lambda x: apply("arctan2", sqrt(ONE - x**2), x)), "x"),
    row("arcsinh", each(lambda x: _log(x + sqrt(x**2 + 1))), "x"),
    row("arccosh", each(lambda x: _log(x + sqrt(x**2 - 1))), "x"),
    row("arctanh", each(lambda x: _log((ONE + x) / (ONE - x)) / 2), "x"),
    row("atan2", each(lambda x, y: apply("arctan2", x, y)), "x, y"),
    row("atan", each(lambda x: apply("arctan", x)), "x"),
    row("logaddexp", each(lambda x, y: _log(_exp(x) + _exp(y))), "x, y"),
    row("silu", each(lambda x: x * apply("sigmoid", x)), "x"),
    row("swish", each(lambda x: x * apply("sigmoid", x)), "x"),
    row("gelu", each(lambda x: x * apply("Phi", x)), "x"),
    row("add", each(lambda x, y: x + y), "x, y"),
    row("subtract", each(lambda x, y: x - y), "x, y"),
    row("multiply", each(lambda x, y: x * y), "x, y"),
    row("divide", each(lambda x, y: x / y), "x, y"),
    row("true_divide", each(lambda x, y: x / y), "x, y"),
    row("power", each(lambda x, y: bounded_power(x, y, "power(x, y)")), "x, y"),
    row("hypot", each(lambda x, y: sqrt(x**2 + y**2)), "x, y"),
    row("heaviside", each(lambda x, y: Bracket(">", x, Num(0)) + Bracket("=", x, Num(0)) * y), "x, y"),
    row("maximum", each(conditions.maximum), "x, y"),
    row("minimum", each(conditions.minimum), "x, y"),
    row("clip", _clip, "x, a_min|min: array? = None, a_max|max: array? = None"),
    row("where", _where, "condition, x, y"),
    row("equal", compare("="), "x, y"),
    row("not_equal", compare("!="), "x, y"),
    row("less", compare("<"), "x, y"),
    row("less_equal", compare("<="), "x, y"),
    row("greater", compare(">"), "x, y"),
    row("greater_equal", compare(">="), "x, y"),
    row("logical_and", _join(conditions.both), "x, y"),
    row("logical_or", _join(conditions.either), "x, y"),
    row("logical_xor", _join(conditions.one_of), "x, y"),
    row("logical_not", _logical_not, "x"),
)  # fmt: skip

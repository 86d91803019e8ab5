"""What every node means as a NumPy array: one function a node, and the NumPy function of every operation and opaque row."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, singledispatch
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, NamedTuple

from symback.algebra.opaque import OPAQUE
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index
from symback.algebra.terms import Add, Apply, Bracket, Count, Kind, Mul, Num, Pow, Reduce, Ref, Relation, Term
from symback.algebra.traverse import factors
from symback.errors import NumericError, UnknownTerm
from symback.numeric.compile import compile_source
from symback.numeric.field import COMPARE, as_float

if TYPE_CHECKING:
    from symback.verify.arrays import Arrays


class Value(NamedTuple):
    """An array and the index of each of its axes."""

    axes: tuple[Index, ...]
    array: Any


@singledispatch
def value_of(node: Term, run: Arrays) -> Value:
    """A term over its free indices; ``run`` holds the point."""
    raise UnknownTerm(node, "evaluate as an array")


@value_of.register(Num)
def _(node: Num, run: Arrays) -> Value:
    return Value((), run.np.asarray(as_float(node.value)))


@value_of.register(Count)
def _(node: Count, run: Arrays) -> Value:
    value = run.place(node.size)
    return Value(value.axes, value.array.astype(float))


@value_of.register(Ref)
def _(node: Ref, run: Arrays) -> Value:
    """Plain indices are a transpose; everything else is fancy indexing, with places out of range at the nearest one."""
    array = run.array(node.name)
    if not node.places:
        return Value((), array)
    singles = [p.single for p in node.places]
    plain = tuple(i for i in singles if isinstance(i, Index))
    if len(dict.fromkeys(plain)) == len(singles) and all(run.extent(i) == n for i, n in zip(plain, array.shape, strict=True)):
        axes = run.ordered(plain)
        return Value(axes, array if axes == plain else array.transpose([plain.index(i) for i in axes]))
    axes, places = run.aligned([run.place(p) for p in node.places])
    inside = tuple(run.np.clip(p, 0, max(n - 1, 0)) for p, n in zip(places, array.shape, strict=True))
    return Value(axes, array[inside])


@value_of.register(Bracket)
def _(node: Bracket, run: Arrays) -> Value:
    axes, holds = _condition(node, run)
    return Value(axes, holds.astype(float))


def _condition(node: Bracket, run: Arrays) -> Value:
    axes, (left, right) = run.aligned([run.value(node.left), run.value(node.right)])
    compared = COMPARE[node.relation](left, right)
    if isinstance(node.left, Count) and isinstance(node.right, Count):
        return Value(axes, run.np.asarray(compared))
    alike = run.np.abs(left - right) <= ROUNDING * (run.np.abs(left) + run.np.abs(right))
    return Value(axes, run.np.where(alike, COMPARE[node.relation](0, 0), compared))


ROUNDING = 1e-12
"""How far apart, relative to their size, two floats may be that are equal in exact numbers."""


@value_of.register(Add)
def _(node: Add, run: Arrays) -> Value:
    axes, arrays = run.aligned([run.value(a) for a in node.args])
    return Value(axes, sum(arrays[1:], arrays[0]))


@value_of.register(Mul)
def _(node: Mul, run: Arrays) -> Value:
    """The brackets choose where the product of the others counts: a false one annihilates even what is not a number."""
    parts = factors(node)
    conditions = [_condition(f, run) for f in parts if isinstance(f, Bracket)]
    axes, arrays = run.aligned(
        [*(run.value(f) for f in parts if not isinstance(f, Bracket)), *conditions] or [Value((), run.np.asarray(1.0))]
    )
    plain = arrays[: len(arrays) - len(conditions)]
    product = math.prod(plain[1:], start=plain[0]) if plain else run.np.asarray(1.0)
    if not conditions:
        return Value(axes, product)
    holds = arrays[len(plain)]
    for more in arrays[len(plain) + 1 :]:
        holds = holds & more
    return Value(axes, run.np.where(holds, product, 0.0))


@value_of.register(Pow)
def _(node: Pow, run: Arrays) -> Value:
    base = run.value(node.base)
    if isinstance(node.exponent, Num):
        exponent = node.exponent.value
        array = 1.0 / base.array if exponent == -1 else base.array * base.array if exponent == 2 else base.array ** as_float(exponent)
        return Value(base.axes, array)
    axes, (left, right) = run.aligned([base, run.value(node.exponent)])
    return Value(axes, run.np.power(left, right))


@value_of.register(Apply)
def _(node: Apply, run: Arrays) -> Value:
    row = OPERATIONS.get(node.op)
    if row is None:
        raise UnknownTerm(node, f"evaluate {node.op} as an array")
    function = run.functions.get(node.op)
    if function is None:
        assert row.means is not None
        return value_of(row.means(*node.args), run)
    if not node.args:
        return Value((), run.np.asarray(function))
    axes, arrays = run.aligned([run.value(a) for a in node.args])
    return Value(axes, function(*arrays))


@value_of.register(Reduce)
def _(node: Reduce, run: Arrays) -> Value:
    body, index, kind = run.value(node.body), node.index, node.kind
    if index.size.indices:
        return _ragged(body, index, kind, run)
    if index not in body.axes:
        count = run.extent(index)
        array = body.array * count if kind == "sum" else body.array**count if kind == "prod" else body.array
        return Value(body.axes, array)
    axis = body.axes.index(index)
    axes = (*body.axes[:axis], *body.axes[axis + 1 :])
    return Value(axes, getattr(body.array, kind)(axis=axis))


NEUTRAL: Mapping[Kind, float] = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "max": -math.inf, "min": math.inf}


def _ragged(body: Value, index: Index, kind: Kind, run: Arrays) -> Value:
    """A reduction whose range depends on another index: what lies beyond the range is neutral."""
    run.ordered((index,))
    size = run.place(index.size)
    axes, (inner, count, place) = run.aligned([body, size, Value((index,), run.np.arange(run.extent(index)))])
    inside = run.np.where(place < count, inner, NEUTRAL[kind])
    axis = axes.index(index)
    rest = (*axes[:axis], *axes[axis + 1 :])
    if kind != "mean":
        return Value(rest, getattr(inside, kind)(axis=axis))
    counts = run.np.broadcast_to(count, inside.shape).max(axis=axis)
    return Value(rest, inside.sum(axis=axis) / counts)


@lru_cache(maxsize=1)
def functions() -> Mapping[str, Any]:
    """The NumPy function of every row of the operations table that names one or brings its source; a constant is its value."""
    import numpy as np

    helpers = [row.helper.numpy for row in OPERATIONS.values() if row.helper and row.helper.numpy]
    own = compile_source("\n".join(["import math", "import numpy as np", "DTYPE = np.float64", *helpers]))
    named = {row.name: getattr(np, row.numpy.removeprefix("np.")) for row in OPERATIONS.values() if row.numpy}
    return named | {row.name: own[row.helper.name] for row in OPERATIONS.values() if row.helper and row.helper.numpy}


SINGULAR = 1e-12
"""From how small a determinant on a matrix counts as singular, next to the product of the lengths of its rows."""


def opaque_value(row: str, operands: Sequence[Any]) -> Any:
    """An opaque row by NumPy; not a number where the matrix is singular."""
    import numpy as np

    function = primitives()[row]
    try:
        if not OPAQUE[row].everywhere:
            lengths = np.prod(np.linalg.norm(operands[0], axis=-1), axis=-1)
            if np.any(np.abs(np.linalg.det(operands[0])) <= SINGULAR * lengths):
                raise np.linalg.LinAlgError
        return np.asarray(function(*operands))
    except np.linalg.LinAlgError:
        raise NumericError(row, "the matrix is singular", "give an invertible matrix") from None


@lru_cache(maxsize=1)
def primitives() -> Mapping[str, Callable[..., Any]]:
    """The NumPy function of every opaque row, from its source."""
    letters = {row.name: ascii_lowercase[: len(row.jacobians)] for row in OPAQUE.values()}
    lines = [f"def {name}({', '.join(given)}):\n    return {OPAQUE[name].numpy.format(*given)}" for name, given in letters.items()]
    return compile_source("\n".join(["import numpy as np", *lines]))


class Floats:
    """Python's floats as the reference evaluator's numbers; what is undefined is not a number."""

    zero, one = 0.0, 1.0

    def number(self, value: Fraction) -> Any:
        return as_float(value)

    def power(self, base: Any, exponent: Any) -> Any:
        try:
            value = base**exponent
        except (ZeroDivisionError, OverflowError):
            return math.nan
        return math.nan if isinstance(value, complex) else value

    def apply(self, op: str, args: Sequence[Any]) -> Any:
        function = functions()[op]
        return float(function(*args) if args else function)

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        alike = abs(left - right) <= ROUNDING * (abs(left) + abs(right))
        return bool(COMPARE[relation](0, 0) if alike else COMPARE[relation](left, right))

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        return max(values) if kind == "max" else min(values)

    def opaque(self, row: str, operands: Sequence[Any], sizes: Sequence[tuple[int, ...]]) -> Any:
        return opaque_value(row, operands).tolist()

"""Conditions as brackets: comparison, logic, choice, maximum and minimum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symback.algebra.terms import (
    MINUS_ONE,
    NEGATED,
    ONE,
    ZERO,
    Add,
    Bracket,
    Mul,
    Num,
    Relation,
    Term,
    add,
    apply,
    is_number,
)
from symback.reading.arrays import Array, Indices, Misfit, elementwise


def indicator(term: Term) -> tuple[Bracket, ...] | None:
    """The brackets whose product a term is, up to factors 1; None where it is something else."""
    match term:
        case Bracket():
            return (term,)
        case Num() if is_number(term, 1):
            return ()
        case Mul():
            parts = [indicator(a) for a in term.args]
            return None if any(p is None for p in parts) else tuple(b for p in parts if p is not None for b in p)
    return None


def condition(parts: Sequence[Bracket]) -> Term:
    """The product of brackets."""
    return ONE if not parts else parts[0] if len(parts) == 1 else Mul(tuple(parts))


def negated(term: Term) -> Term:
    """1 where a condition is 0: one bracket is turned around, anything else becomes 1 - c."""
    parts = indicator(term)
    if parts is not None and len(parts) == 1:
        return Bracket(NEGATED[parts[0].relation], parts[0].left, parts[0].right)
    return Add((ONE, Mul((MINUS_ONE, term))))


def both(first: Term, second: Term) -> Term:
    """1 where both conditions are 1."""
    left, right = indicator(first), indicator(second)
    return condition((*left, *right)) if left is not None and right is not None else Mul((first, second))


def either(first: Term, second: Term) -> Term:
    """1 where a condition is 1: a + [not a] b."""
    return Add((first, both(negated(first), second)))


def one_of(first: Term, second: Term) -> Term:
    """1 where exactly one of two conditions is 1: a [not b] + [not a] b."""
    return Add((both(first, negated(second)), both(negated(first), second)))


def compared(scope: Indices, first: Array, relation: Relation, second: Array) -> Array:
    """A comparison; that of a mask of 0 and 1 with a number is the mask itself or its negation."""

    def build(left: Term, right: Term) -> Term:
        mask = indicator(left)
        if mask and isinstance(right, Num):
            return _compared_mask(mask, relation, right, left)
        return Bracket(relation, left, right)

    return elementwise(scope, (first, second), build, boolean=True)


HOLDS: dict[Relation, Callable[[int, Num], bool]] = {
    "=": lambda v, n: v == n.value,
    "!=": lambda v, n: v != n.value,
    "<": lambda v, n: v < n.value,
    "<=": lambda v, n: v <= n.value,
    ">": lambda v, n: v > n.value,
    ">=": lambda v, n: v >= n.value,
}


def _compared_mask(mask: tuple[Bracket, ...], relation: Relation, right: Num, left: Term) -> Term:
    at_one, at_zero = HOLDS[relation](1, right), HOLDS[relation](0, right)
    if at_one == at_zero:
        return Bracket(relation, left, right)
    return condition(mask) if at_one else negated(condition(mask))


def combined(scope: Indices, join: Callable[[Term, Term], Term], first: Array, second: Array) -> Array:
    """Two conditions joined by *and* or *or*."""
    for side in (first, second):
        if not side.boolean:
            if join is one_of:
                raise Misfit("^ is no power in NumPy", "write ** for a power, as in (1 - a)**2")
            raise Misfit(f"{side.text or 'a side'} is no condition", "& and | join comparisons, as in (x > 0) & (x < 1)")
    return elementwise(scope, (first, second), join, boolean=True)


def times(mask: Term, value: Term) -> Term:
    """A condition times a value; factors 1 are left out."""
    if is_number(value, 0):
        return ZERO
    return mask if is_number(value, 1) and indicator(mask) is not None else value if is_number(mask, 1) else Mul((mask, value))


def choice(mask: Term, yes: Term, no: Term) -> Term:
    """``[c]·yes + [not c]·no``; a branch that is 0 is left out."""
    parts = [p for p in (times(mask, yes), times(negated(mask), no)) if not is_number(p, 0)]
    return Add(tuple(parts)) if len(parts) > 1 else parts[0] if parts else ZERO


def as_condition(array: Array) -> Term:
    """The body of a condition; a number counts where it is not 0, as in NumPy."""
    return array.body if array.boolean or indicator(array.body) is not None else Bracket("!=", array.body, ZERO)


def chosen(scope: Indices, test: Array, yes: Array, no: Array) -> Array:
    """``np.where(test, yes, no)``."""
    mask = Array(test.axes, as_condition(test), True, test.text)
    return elementwise(scope, (mask, yes, no), choice, yes.boolean and no.boolean)


def maximum(first: Term, second: Term) -> Term:
    """``[a >= b]·a + [a < b]·b``; against 0 it is the rectifier."""
    for side, other in ((first, second), (second, first)):
        if is_number(side, 0):
            return apply("relu", other)
    return Add((times(Bracket(">=", first, second), first), times(Bracket("<", first, second), second)))


def minimum(first: Term, second: Term) -> Term:
    """``[a <= b]·a + [a > b]·b``."""
    parts = (times(Bracket("<=", first, second), first), times(Bracket(">", first, second), second))
    return add([p for p in parts if not is_number(p, 0)])

"""A formula times a factor that it lacks, written as one would: a number in it is changed, else the factor stands in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from symback.algebra.terms import MINUS_ONE, ONE, Mul, Num, Reduce, Term, mul
from symback.algebra.traverse import with_children
from symback.verify.constants import Constants
from symback.verify.spots import Change, negated


def multiplied(node: Term, constants: Constants, factors: Sequence[float]) -> Iterator[Change]:
    """A node with the factor it needs: a number in it is changed, else one is put in front."""
    found = _number_in(node)
    if found is None or found[0] is MINUS_ONE:
        for made in constants.named(*factors):
            if made is not ONE:
                yield Change(scaled(node, made), "the factor {0} is missing", (made,))
        return
    number, put_in = found
    for made in constants.named(*(float(number.value) * f for f in factors)):
        yield Change(put_in(made), "the factor {0} must be {1}", (number, made))


def scaled(node: Term, factor: Term) -> Term:
    """A node times a factor that stands behind its sign; a sign of the factor and that of the node are one. A 1 is no factor."""
    if factor is MINUS_ONE or node is ONE:
        return negated(node) if factor is MINUS_ONE else factor
    if isinstance(node, Mul) and node.args[0] is MINUS_ONE:
        return Mul((negated(factor), *node.args[1:])) if isinstance(factor, Num) else Mul((MINUS_ONE, factor, *node.args[1:]))
    return Mul((factor, *node.args)) if isinstance(node, Mul) else Mul((factor, node))


def _number_in(node: Term) -> tuple[Num, Callable[[Term], Term]] | None:
    """The number that a product, or a sum of products, is multiplied by, and how another factor takes its place."""
    if isinstance(node, Num):
        return node, lambda new: new
    places = [0] if isinstance(node, Reduce) and node.kind in ("sum", "mean") else range(len(node.below)) if isinstance(node, Mul) else ()
    for k in places:
        child = node.below[k]
        inner = None if child is MINUS_ONE and len(node.below) > 2 else _number_in(child)
        if inner is not None:
            return inner[0], partial(_put_below, node, k, inner[1])
    return None


def _put_below(node: Term, k: int, put_in: Callable[[Term], Term], new: Term) -> Term:
    below = (*node.below[:k], put_in(new), *node.below[k + 1 :])
    return mul(f for f in below if f is not ONE) if isinstance(node, Mul) else with_children(node, below)

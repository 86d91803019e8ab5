"""Two names that a network compares, said to be equal: a claim may hold where the old policy is the new one, and nowhere else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.terms import MINUS_ONE, Add, Mul, Pow, Ref, Term, is_number
from symback.algebra.traverse import rename, walk
from symback.errors import NumericError
from symback.numeric.values import Sizes
from symback.verify.numbers import CLOSE, gap
from symback.verify.pairs import Pair
from symback.verify.sample import draw

LOOKS = 4


def equal_names(pair: Pair, sizes: Sequence[Sizes]) -> Iterator[tuple[tuple[str, str], Pair]]:
    """Pairs of names whose difference or quotient the network takes and with which the sides look the same, and the sides with one name
    for both. The derivatives are taken first: they are those of independent names.
    """
    for one, other in _compared_names(pair) if sizes else ():
        if _look_alike(pair, (one, other), sizes[0]):
            yield (one, other), merged(pair, one, other)


def _compared_names(pair: Pair) -> Iterator[tuple[str, str]]:
    """Leaves of one shape of which some definition of the network holds the difference or the quotient."""
    leaf = pair.program.leaf
    bodies = [d.body for d in pair.program.definitions if isinstance(d.body, Term) and isinstance(d.name, str) and d.name not in pair.own]
    met = {frozenset(names) for body in bodies for node in walk(body) for names in _opposed(node)}
    for one, other in combinations(pair.reads, 2):
        if frozenset((one, other)) in met and leaf[one].shape == leaf[other].shape and leaf[one].facts == leaf[other].facts:
            yield one, other


def _opposed(node: Term) -> Iterator[tuple[object, object]]:
    """The names that stand on both sides of a difference or of a fraction bar."""
    if isinstance(node, Add):
        plain = [t.name for t in node.args if isinstance(t, Ref)]
        taken = [
            t.args[1].name
            for t in node.args
            if isinstance(t, Mul) and len(t.args) == 2 and t.args[0] is MINUS_ONE and isinstance(t.args[1], Ref)
        ]
        yield from ((a, b) for a in plain for b in taken)
    elif isinstance(node, Mul):
        plain = [t.name for t in node.args if isinstance(t, Ref)]
        below = [t.base.name for t in node.args if isinstance(t, Pow) and is_number(t.exponent, -1) and isinstance(t.base, Ref)]
        yield from ((a, b) for a in plain for b in below)


def merged(pair: Pair, one: str, other: str) -> Pair:
    """The pair with the second name called by the first wherever it is read."""

    def changed(definition: Definition) -> Definition:
        if isinstance(definition.body, Opaque):
            return replace(
                definition, body=replace(definition.body, operands=tuple(one if o == other else o for o in definition.body.operands))
            )
        return replace(definition, body=rename(definition.body, {other: one}))

    leaves = tuple(leaf for leaf in pair.program.leaves if leaf.name != other)
    program = replace(pair.program, leaves=leaves, definitions=tuple(map(changed, pair.program.definitions)))
    return replace(pair, program=program, left=rename(pair.left, {other: one}), right=rename(pair.right, {other: one}))


def _look_alike(pair: Pair, names: tuple[str, str], sizes: Sizes) -> bool:
    """Whether the sides agree in floats at points at which the second name has the values of the first."""
    rng, seen = random.Random("equal"), 0
    for _ in range(3 * LOOKS):
        point = draw(pair.program, sizes, rng)
        same = replace(point, values={**point.values, names[1]: point.values[names[0]]})
        try:
            error = gap(pair, same)
        except NumericError:
            continue
        if error is None:
            continue
        if error > CLOSE:
            return False
        seen += 1
        if seen == LOOKS:
            return True
    return False


__all__ = ["equal_names", "merged"]

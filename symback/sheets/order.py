"""The order in which gradients are told: from the loss outwards, and what is equally far from it as it was declared."""

from __future__ import annotations

from collections.abc import Iterable

from symback.algebra.terms import Name
from symback.calculus.reverse import Sweep


def outwards(sweep: Sweep, names: Iterable[Name]) -> tuple[Name, ...]:
    """Names by their distance from the result (the longest way counts), leaves last; else in order of declaration.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import ref
    >>> from symback.calculus.reverse import prepare
    >>> from symback.network.program import Leaf, Program
    >>> u, v = Definition("u", (), ref("x") ** 2), Definition("v", (), ref("x") ** 3)
    >>> net = Program("net", (Leaf("x"),), (u, v, Definition("L", (), ref("u") * ref("v"))), ("L",))
    >>> outwards(prepare(net, "L"), ["x", "v", "u", "L"])
    ('L', 'u', 'v', 'x')
    """
    wanted = set(names)
    distance = _distances(sweep)
    inner = [d.name for d in sweep.program.definitions if d.name in wanted]
    leaves = [leaf.name for leaf in sweep.program.leaves if leaf.name in wanted]
    return (*sorted(inner, key=lambda n: distance[n]), *leaves)


def _distances(sweep: Sweep) -> dict[Name, int]:
    """How far each definition is from the result; those that read each other in a circle are equally far."""
    found: dict[Name, int] = {}
    for group in reversed(sweep.program.groups):
        members = {d.name for d in group}
        readers = [r.name for d in group for r in sweep.readers.get(d.name, ()) if r.name not in members]
        found.update(dict.fromkeys(members, 1 + max((found[r] for r in readers), default=0)))
    return found


__all__ = ["outwards"]

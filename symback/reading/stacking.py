"""Arrays laid out as vectors, vec(W): which axes were stacked into one, and where an entry then stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import permutations
from typing import Literal

from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Bracket, Count, Reduce, Term, total
from symback.algebra.traverse import rewrite, substitute, walk
from symback.errors import SymbackError
from symback.reading.sides import Side

BUDGET = 20_000
"""How much work goes into sums that equations of places decide."""
APART = 1_000
"""What is added to the mark of an index for one that looks like no other."""
Order = Literal["columns", "rows"]
SAYS: dict[Order, str] = {
    "columns": "vec stacks columns, one under the other",
    "rows": "vec stacks rows, one after the other",
}


def stacked(wide: Sequence[Size], flat: Sequence[Size]) -> tuple[int, ...] | None:
    """How many axes of a wide shape stand in each axis of a flat one; None where the shapes are the same or do not fit.

    >>> m, n = Size.of("m"), Size.of("n")
    >>> stacked((m, n, m, n), (m * n, m * n)), stacked((m, m, n), (m, m * n)), stacked((m, n), (m, n)), stacked((m, n), (n, m))
    ((2, 2), (1, 2), None, None)
    """
    found = _groups(tuple(wide), tuple(flat))
    return None if found is None or len(wide) == len(flat) else found


def _groups(wide: tuple[Size, ...], flat: tuple[Size, ...]) -> tuple[int, ...] | None:
    if not flat:
        return None if wide else ()
    product = Size.of(1)
    for count, size in enumerate(wide, 1):
        product = product * size
        if product is flat[0] and (rest := _groups(wide[count:], flat[1:])) is not None:
            return (count, *rest)
    return None


def unstacked(side: Side, like: Side, order: Order) -> Side | None:
    """A side with stacked axes over the axes of another side, in one of the two orders; None where they do not fit."""
    wide = [i for i in like.indices if i.size.constant != 1]
    flat = [i for i in side.indices if i.size.constant != 1]
    counts = stacked([i.size for i in wide], [i.size for i in flat])
    if counts is None or side.body is None:
        return None
    starts = [sum(counts[:k]) for k in range(len(counts))]
    places = {axis: place(wide[a : a + count], order) for axis, a, count in zip(flat, starts, counts, strict=True)}
    places |= {i: Size.of(0) for i in side.indices if i.size.constant == 1}
    return replace(side, indices=like.indices, body=_simple(substitute(side.body, places, like.indices)))


def unfolded(sides: tuple[Side, Side]) -> tuple[Side, Side]:
    """Two sides of one shape without a stacked axis: where a body says ``r = o·s + i``, the entry at r is that at o and i."""
    first, second = sides
    if first.body is None or second.body is None or first.shape != second.shape:
        return sides
    for axis, other in zip(first.indices, second.indices, strict=True):
        found = next((d for i, side in ((axis, first), (other, second)) if (d := _digits_of(i, side.body)) is not None), None)
        if found is None:
            continue
        outer, inner = (Index(i.name, i.size, i.mark + APART) for i in found)
        at = Size.of(outer) * inner.size + Size.of(inner)
        first, second = (_at(side, i, (outer, inner), at) for side, i in ((first, axis), (second, other)))
        return unfolded((first, second))
    return first, second


def _at(side: Side, axis: Index, digits: tuple[Index, Index], at: Size) -> Side:
    k = side.indices.index(axis)
    indices = (*side.indices[:k], *digits, *side.indices[k + 1 :])
    assert side.body is not None
    return replace(side, indices=indices, body=_simple(substitute(side.body, {axis: at}, indices)))


def _digits_of(axis: Index, body: Term | None) -> tuple[Index, Index] | None:
    """The two indices of which an axis is said to be made in a body."""
    for node in walk(body) if body is not None and axis.size.single is None else ():
        if isinstance(node, Bracket) and isinstance(node.left, Count) and isinstance(node.right, Count) and node.relation == "=":
            other = next((b.size for a, b in ((node.left, node.right), (node.right, node.left)) if a.size is Size.of(axis)), None)
            pairs = permutations(other.indices, 2) if other is not None else ()
            found = next(((o, i) for o, i in pairs if Size.of(o) * i.size + Size.of(i) is other and o.size * i.size is axis.size), None)
            if found is not None:
                return found
    return None


def _without_stacked(node: Term) -> Term:
    """A sum over a stacked axis as two sums."""
    found = _digits_of(node.index, node.body) if isinstance(node, Reduce) and node.kind == "sum" else None
    if found is None or not isinstance(node, Reduce):
        return node
    outer, inner = (Index(i.name, i.size, i.mark + APART) for i in found)
    body = substitute(node.body, {node.index: Size.of(outer) * inner.size + Size.of(inner)}, (outer, inner))
    return total((outer, inner), body)


def _simple(body: Term) -> Term:
    """A body with the sums done that equations of places decide."""
    try:
        return Normalizer(Given(), BUDGET).normal(rewrite(body, _without_stacked))
    except SymbackError:
        return body


def place(indices: Sequence[Index], order: Order) -> Size:
    """Where an entry stands once its axes are one.

    >>> i, j = Index("i", "m"), Index("j", "n")
    >>> place((i, j), "rows"), place((i, j), "columns")
    (n*i + j, m*j + i)
    """
    ordered = indices if order == "rows" else tuple(reversed(indices))
    return reduce(lambda found, i: found * i.size + Size.of(i), ordered, Size.of(0))

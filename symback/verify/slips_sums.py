"""Slips in sums and means: another kind, another axis, one too many or too few, a factor on the wrong side of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from symback.algebra.sizes import Index, Size, fresh
from symback.algebra.terms import (
    Count,
    Kind,
    Mul,
    Num,
    Reduce,
    Ref,
    Term,
    mul,
)
from symback.algebra.traverse import factors, free_indices, rewrite, substitute
from symback.network.program import Program
from symback.verify.spots import Change, Changes, Spot

# sums and means ------------------------------------------------------------------------------------------------------------

KINDS: tuple[Kind, ...] = ("sum", "mean", "max", "min", "prod")
LOST: tuple[Kind, ...] = ("sum", "mean")
SAYS: Mapping[Kind, str] = {"sum": "sum", "mean": "mean", "max": "maximum", "min": "minimum", "prod": "product"}


def reduction_kind(spot: Spot, program: Program) -> Changes:
    """A mean for a sum and the like, over one axis or over all axes of a run of them."""
    node = spot.node
    if isinstance(node, Reduce):
        for kind in KINDS:
            if kind != node.kind:
                says = f"the {SAYS[kind]} must be taken instead of the {SAYS[node.kind]}"
                yield Change(Reduce(kind, node.index, node.body), says)
                if _is_run(node):
                    yield Change(_of_kind(node, node.kind, kind), says)


def _is_run(node: Reduce) -> bool:
    return isinstance(node.body, Reduce) and node.body.kind == node.kind


def _of_kind(node: Term, old: Kind, new: Kind) -> Term:
    """A run of reductions of one kind, all of another kind."""
    return Reduce(new, node.index, _of_kind(node.body, old, new)) if isinstance(node, Reduce) and node.kind == old else node


def reduction_axis(spot: Spot, program: Program) -> Changes:
    """A sum over another axis: what it ran over stays, another index of the body is summed."""
    node = spot.node
    if not isinstance(node, Reduce):
        return
    outer = [i for i in spot.scope if i in free_indices(node.body) and i is not node.index]
    for stays in [i for i in spot.scope if i.size is node.index.size]:
        for summed in [i for i in outer if i is not stays]:
            new = fresh(summed, (*spot.scope, *free_indices(node.body)))
            body = substitute(node.body, {node.index: Size.of(stays), summed: Size.of(new)}, (new, *spot.scope))
            made = Reduce(node.kind, new, body)
            yield Change(made, f"the {SAYS[node.kind]} runs over the wrong axis: it must be {{0}}", (made,))


def reduction_lost(spot: Spot, program: Program) -> Changes:
    """A sum or a mean over an index in reach, or over a place that was fixed, is missing."""
    node = spot.node
    if isinstance(node, Num | Count):
        return
    for index in [i for i in free_indices(node) if i in spot.scope]:
        new = fresh(index, (*spot.scope, *free_indices(node)))
        body = substitute(node, {index: Size.of(new)}, (new, *spot.scope))
        for kind in LOST:
            yield Change(Reduce(kind, new, body), f"a {kind} over the axis of size {index.size!r} is missing")
    for size in _fixed(node, program):
        new = fresh(Index("i", size), (*spot.scope, *free_indices(node)))
        body = _unfixed(node, program, new)
        for kind in LOST:
            yield Change(Reduce(kind, new, body), f"a {kind} over the axis of size {size!r} is missing")


def _fixed(node: Term, program: Program) -> tuple[Size, ...]:
    """The sizes of axes that the reads of a node read at one fixed place."""
    found: dict[Size, None] = {}
    pending = [node]
    while pending:
        top = pending.pop()
        pending += top.below
        if isinstance(top, Ref):
            axes = program.indices(top.name)
            found.update(dict.fromkeys(i.size for i, p in zip(axes, top.places, strict=True) if p.constant == 0 and i.size.constant != 1))
    return tuple(found)


def _unfixed(node: Term, program: Program, index: Index) -> Term:
    def moved(top: Term) -> Term:
        if not isinstance(top, Ref):
            return top
        axes = program.indices(top.name)
        return Ref(
            top.name,
            tuple(Size.of(index) if p.constant == 0 and i.size is index.size else p for i, p in zip(axes, top.places, strict=True)),
        )

    return rewrite(node, moved)


def reduction_extra(spot: Spot, program: Program) -> Changes:
    """A sum that should not be taken: its index is one in reach."""
    node = spot.node
    if isinstance(node, Reduce):
        for index in [i for i in spot.scope if i.size is node.index.size]:
            yield Change(
                substitute(node.body, {node.index: Size.of(index)}, spot.scope), f"there is a {SAYS[node.kind]} too many: {{0}}", (node,)
            )


def reduction_reach(spot: Spot, program: Program) -> Changes:
    """A factor stands outside a sum instead of inside, or a mean of a product for a product of means, and the other way round."""
    node = spot.node
    if not isinstance(node, Mul):
        if isinstance(node, Reduce) and isinstance(node.body, Mul):
            yield from _parted(node, spot)
        return
    for k, outer in enumerate(node.args):
        if not isinstance(outer, Reduce):
            continue
        for m, other in enumerate(node.args):
            if m == k:
                continue
            rest = [a for n, a in enumerate(node.args) if n not in (k, m)]
            for inside in _inside(other, outer, spot):
                made = mul([*rest, Reduce(outer.kind, outer.index, Mul((outer.body, inside)))])
                yield Change(made, "{0} belongs under the " + SAYS[outer.kind], (other,))


def _inside(other: Term, outer: Reduce, spot: Spot) -> Iterator[Term]:
    """A factor as it would read under a sum: a reduction of the same size merged, or an index in reach replaced by the bound one."""
    place = Size.of(outer.index)
    if isinstance(other, Reduce) and other.index.size is outer.index.size:
        yield substitute(other.body, {other.index: place}, (*spot.scope, outer.index))
    for index in [i for i in free_indices(other) if i.size is outer.index.size and i in spot.scope]:
        yield substitute(other, {index: place}, (*spot.scope, outer.index))


def _parted(node: Reduce, spot: Spot) -> Changes:
    parts = factors(node.body)
    held = [f for f in parts if node.index in free_indices(f)]
    for k, part in enumerate(held):
        rest = mul([f for n, f in enumerate(held) if n != k])
        others = [f for f in parts if node.index not in free_indices(f)]
        both = mul([*others, Reduce(node.kind, node.index, part), Reduce(node.kind, node.index, rest)])
        yield Change(both, f"the {SAYS[node.kind]} of a product stands for a product: {{0}}", (both,))
        for index in [i for i in spot.scope if i.size is node.index.size]:
            out = substitute(part, {node.index: Size.of(index)}, spot.scope)
            yield Change(mul([*others, out, Reduce(node.kind, node.index, rest)]), "{0} belongs outside the " + SAYS[node.kind], (out,))


def factor_order(spot: Spot, program: Program) -> Changes:
    """A product of square matrices the other way round: B A for A B."""
    node = spot.node
    if not isinstance(node, Reduce) or node.kind != "sum" or not isinstance(node.body, Mul):
        return
    inner = node.index
    for k, first in enumerate(node.body.args):
        for m, second in enumerate(node.body.args):
            rows = [i for i in free_indices(first) if i is not inner and i.size is inner.size and i in spot.scope]
            columns = [i for i in free_indices(second) if i is not inner and i.size is inner.size and i in spot.scope]
            if k == m or inner not in free_indices(first) or inner not in free_indices(second):
                continue
            for row, column in product(rows, columns):
                if row is not column:
                    reach = (*spot.scope, inner)
                    turned = list(node.body.args)
                    turned[k] = substitute(first, {row: Size.of(inner), inner: Size.of(column)}, reach)
                    turned[m] = substitute(second, {column: Size.of(inner), inner: Size.of(row)}, reach)
                    yield Change(Reduce("sum", inner, mul(turned)), "the factors of {0} stand in the wrong order", (node,))

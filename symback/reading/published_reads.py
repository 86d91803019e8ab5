"""Names and their derivatives as arrays, with vectors as columns or as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Mul, Name, Partial, Reduce, Ref, Term
from symback.algebra.traverse import refs, walk
from symback.network.program import PARAMETERS, Leaf, Program
from symback.reading.published_context import Context, Tag, Value
from symback.reading.published_places import Located, whole
from symback.reading.published_values import squeezed


def valued(at: Located, ctx: Context, tag: Tag | None = None) -> Value:
    """The value of a name at places."""
    kept = at.open

    def entry(*places: Size) -> Term:
        read = Ref(at.name, at.filled(places))
        return Mul((*at.outside, read)) if at.outside else read

    found = squeezed(kept, entry, tag)
    if found.rank == 1 and len(kept) == 1 and _rows(ctx):
        return replace(found, row=True, fixed=False)
    return replace(found, fixed=len(at.axes) == 2 and found.rank > 0 and len(kept) == 2)


def _rows(ctx: Context) -> bool:
    """Whether arrays with one axis are rows: where the network multiplies vectors from the left, x W; columns if only that fits."""
    if not row_vectors(ctx.program):
        return False
    rows = ctx.choose("vectors", 2) == 0
    ctx.note("arrays with one axis are rows, as in the network" if rows else "arrays with one axis are columns")
    return rows


def row_vectors(program: Program) -> bool:
    """Whether a network multiplies vectors from the left: asked for as a notation, else where its weights are summed over their rows only."""
    if "vectors" in program.notation:
        return bool(program.notation["vectors"] == "row")
    return _row_vectors(program.definitions, program.leaves)


@lru_cache(maxsize=64)
def _row_vectors(definitions: tuple[Definition, ...], leaves: tuple[Leaf, ...]) -> bool:
    shapes = {leaf.name: leaf.indices for leaf in leaves} | {d.name: d.indices for d in definitions}
    votes = [vote for d in definitions if isinstance(d.body, Term) for node in walk(d.body) for vote in _votes(node, shapes)]
    return bool(votes) and not any(votes)


def _votes(node: Term, shapes: Mapping[Name, tuple[Index, ...]]) -> Iterator[int]:
    """The axis of a matrix that a sum with a vector runs over."""
    if not (isinstance(node, Reduce) and node.kind == "sum" and isinstance(node.body, Mul)):
        return
    over = Size.of(node.index)
    if any(isinstance(f, Ref) and f.places == (over,) for f in node.body.args):
        reads = [r for f in node.body.args for r in refs(f)]
        yield from (r.places.index(over) for r in reads if len(r.places) == 2 and over in r.places and len(shapes.get(r.name, ())) == 2)


def derivative_of(of: Located, by: tuple[Located, ...], ctx: Context) -> Value:
    """The derivative of a name at places by names at places, one after the other."""
    name: Name = of.name
    for part in by:
        name = Partial(name, part.name)
    parts = (of, *by)

    def entry(*places: Size) -> Term:
        filled: list[Size] = []
        at = 0
        for part in parts:
            count = len(part.open)
            filled += part.filled(places[at : at + count])
            at += count
        read = Ref(name, tuple(filled))
        outside = tuple(b for part in parts for b in part.outside)
        return Mul((*outside, read)) if outside else read

    open_axes = tuple(a for part in parts for a in part.open)
    tag = Tag(of.name, of.rank, by[0].name, by[0].rank) if len(by) == 1 and _wholly(of) and _wholly(by[0]) else None
    found = squeezed(_distinct(open_axes), entry, tag)
    shaped = [p for p in parts if p.rank]
    if len(shaped) == 1:
        alone = valued(shaped[0], ctx)
        return replace(found, row=alone.row, fixed=alone.fixed)
    return replace(found, row=False, fixed=found.rank == 2)


def sole_variable(ctx: Context, position: int) -> Located:
    """What a gradient is by where nobody says it: the only parameter, or the only leaf."""
    leaves = ctx.program.leaves
    own = [leaf for leaf in leaves if leaf.role in PARAMETERS] or list(leaves)
    if len(own) != 1:
        known = ", ".join(leaf.name for leaf in own[:8])
        raise ctx.error(position, f"it is not said which of {known} the derivative is by", r"write \nabla_{W} L")
    ctx.note(f"the derivative is by {own[0].name}, the only {'parameter' if own[0].role in PARAMETERS else 'symbol'} of the network")
    return whole(own[0].name, ctx)


def _wholly(at: Located) -> bool:
    return len(at.open) == len(at.axes)


def _distinct(axes: tuple[Index, ...]) -> tuple[Index, ...]:
    found: list[Index] = []
    for axis in axes:
        mark = axis.mark
        while any((o.name, o.mark) == (axis.name, mark) for o in found):
            mark += 1
        found.append(Index(axis.name, axis.size, mark))
    return tuple(found)

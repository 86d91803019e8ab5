"""Differentials of published formulas: dL = tr(Gᵀ dW) says what the derivative of L by W is.

The differential of a name or of an expression is the sum, over the leaves that vary, of its derivative by the leaf times the
direction in which the leaf varies: a free array of the same shape. Nothing else varies, which is said.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from symback.algebra.facts import closure
from symback.algebra.sizes import Size
from symback.algebra.terms import ZERO, Name
from symback.algebra.traverse import names as names_read
from symback.network.program import Leaf
from symback.reading.published_arguments import depends_on
from symback.reading.published_chains import contracted
from symback.reading.published_context import Clash, Context, Value
from symback.reading.published_meaning import located_symbol, plus, value
from symback.reading.published_names import LOSS_WORDS, Generic
from symback.reading.published_nodes import Derivative, Group, Negative, Node, Symbol, walk
from symback.reading.published_places import Located, whole
from symback.reading.published_reads import derivative_of, valued
from symback.reading.published_symbols import bare
from symback.reading.published_values import entrywise, mapped

INHERITED = ("symmetric", "zero diagonal")
"""The facts of a leaf that its direction has, too: those that hold of differences."""


def is_differential(node: Node) -> bool:
    """Whether a node is a d (or ∂) before something, with no slash."""
    return isinstance(node, Derivative) and node.top is None and node.sloppy in ("d", "∂")


def varying(trees: list[Node], ctx: Context) -> tuple[str, ...]:
    """The leaves that vary where a statement is about differentials; empty where it is about anything else.

    It is where a side is the differential of an expression or of the loss, or the first side that of a name that depends on what the
    other sides have differentials of: in ``dx = W^T dz`` x depends on no z, and each name with a d is a derivative of the loss.
    """
    differentials = [[n for n in walk(tree) if is_differential(n)] for tree in trees]
    if len(trees) < 2 or not any(differentials):
        return ()
    heads = [k for k, tree in enumerate(trees) if is_differential(_alone(tree))]
    free, notes = dict(ctx.free), dict(ctx.notes)
    try:
        found = next((v for k in heads if (v := _varying_beside(trees, differentials, k, ctx))), ())
    except (Clash, Generic):
        found = ()
    ctx.free, ctx.notes = free, notes
    return found


def _alone(tree: Node) -> Node:
    while isinstance(tree, Group | Negative):
        tree = tree.body
    return tree


def _operand(node: Node) -> Node:
    assert isinstance(node, Derivative)
    return node.bottoms[0]


def _varying_beside(trees: list[Node], differentials: list[list[Node]], k: int, ctx: Context) -> tuple[str, ...]:
    """The leaves that vary where the ``k``-th side is a differential of what depends on them."""
    head = _alone(trees[k])
    below = _rests_on(_operand(head), ctx)
    others = [_operand(n) for m, found in enumerate(differentials) if m != k for n in found]
    single = _name_of(_operand(head), ctx)
    own = [n for n in (_name_of(o, ctx) for o in others) if n is not None]
    met = any(n in below for n in own) or any(_name_of(o, ctx) is None for o in others)
    turned = k > 0 and single is not None and single != ctx.program.loss
    if single is not None and not _is_curly(head) and (turned or not met):
        return ()
    leaves = [n for n in own if n in ctx.program.leaf]
    if not leaves:
        leaves = [
            n for o in others or [_operand(head)] for n in (_name_of(o, ctx), *_rests_on(o, ctx)) if n is not None and n in ctx.program.leaf
        ]
    return tuple(leaf.name for leaf in ctx.program.leaves if leaf.name in leaves)


def _is_curly(node: Node) -> bool:
    return isinstance(node, Derivative) and node.sloppy == "∂"


def _name_of(node: Node, ctx: Context) -> Name | None:
    """The declared name that stands after a d; None for an expression."""
    at = located_symbol(node, ctx, transposed_too=True)
    if at is not None:
        return at.name
    inside = bare(node)[0]
    loss = isinstance(inside, Symbol) and inside.letter in LOSS_WORDS and not ctx.names.letters_of(inside.letter, inside.accents)
    return ctx.program.loss if loss and isinstance(ctx.program.loss, str) else None


def _rests_on(node: Node, ctx: Context) -> frozenset[Name]:
    """The names that what stands after a d depends on."""
    name = _name_of(node, ctx)
    if name is not None:
        return depends_on(ctx.program, name)
    made = value(node, ctx)
    body = made.entry(*map(Size.of, made.axes)) if not made.any_size else ZERO
    added = {d.name: d for d in ctx.added}
    read: dict[Name, None] = {}
    waiting = list(names_read(body))
    while waiting:
        each = waiting.pop()
        if each not in read:
            read[each] = None
            waiting += added[each].reads if each in added else depends_on(ctx.program, each)
    return frozenset(read)


def differential_of(at: Located, ctx: Context) -> Value:
    """The differential of a name at places, over the leaves that vary in this statement."""
    if at.name in ctx.varying:
        return valued(Located(_direction(str(at.name), ctx), at.axes, at.places, at.outside), ctx)
    parts = [_part(at, leaf, ctx) for leaf in ctx.varying if leaf in _below(at.name, ctx)]
    alone = valued(at, ctx)
    if not parts:
        return mapped(alone, lambda t: ZERO)
    found = reduce(lambda one, other: entrywise(ctx, plus, one, other, "a differential"), parts)
    return replace(found, row=alone.row, fixed=alone.fixed, tag=None)


def _below(name: Name, ctx: Context) -> frozenset[Name]:
    return depends_on(replace(ctx.program, definitions=(*ctx.program.definitions, *ctx.added)), name)


def _part(at: Located, leaf: str, ctx: Context) -> Value:
    """What the direction of one leaf adds to a differential."""
    by = whole(leaf, ctx)
    slope, step = derivative_of(at, (by,), ctx), valued(Located(_direction(leaf, ctx), by.axes, by.places), ctx)
    return contracted(ctx, slope, step, slice(0, at.rank), slice(at.rank, None), slice(0, None), slice(0, 0))


def _direction(name: str, ctx: Context) -> str:
    """The direction of a leaf: a leaf of its shape, which shares the facts that differences have."""
    made = f"d{name}"
    if made not in ctx.program.leaf and all(leaf.name != made for leaf in ctx.directions):
        of = ctx.program.leaf[name]
        facts = tuple(f for f in closure(of.facts) if f.kind in INHERITED)
        ctx.directions.append(Leaf(made, of.indices, "input", facts))
    return made

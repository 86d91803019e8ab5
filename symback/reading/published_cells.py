"""Matrices, lists, cases and conditions of published formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symback.algebra.sizes import Size
from symback.algebra.terms import Bracket, Count, Num, Term
from symback.reading import conditions
from symback.reading.formula_grammar import Iverson
from symback.reading.published_chains import blocks, matrix_of
from symback.reading.published_context import Context, Value
from symback.reading.published_meaning import plus, value
from symback.reading.published_nodes import Cases, Conditions, Listed, Rows
from symback.reading.published_values import entrywise, mapped


@value.register
def _(node: Rows, ctx: Context) -> Value:
    cells = tuple(tuple(value(c, ctx) for c in row) for row in node.rows)
    if any(c.rank or c.any_size for row in cells for c in row):
        return blocks(ctx, cells)
    return matrix_of(ctx, tuple(tuple(c.entry() for c in row) for row in cells))


@value.register
def _(node: Listed, ctx: Context) -> Value:
    cells = [value(c, ctx) for c in node.items]
    if any(c.rank or c.any_size for c in cells):
        ctx.note("a list of vectors is one vector after the other")
        return replace(blocks(ctx, tuple((replace(c, row=False),) for c in cells)), fixed=False)
    made = matrix_of(ctx, tuple((c.entry(),) for c in cells))
    return replace(made, fixed=False)


@value.register
def _(node: Cases, ctx: Context) -> Value:
    """Values under their conditions, the first that holds."""
    made: Value | None = None
    before: list[Value] = []
    for shown, said in node.rows:
        here = value(shown, ctx)
        mask = _all(tuple(relation(c, ctx) for c in said), ctx) if said is not None else None
        for earlier in before:
            if mask is None:
                mask = mapped(earlier, conditions.negated)
            elif not _excludes(earlier, mask):
                mask = entrywise(ctx, conditions.both, mapped(earlier, conditions.negated), mask, "cases")
        if mask is None:
            raise ctx.error(node.position, "a case has no condition")
        if said is not None:
            before.append(mask)
        part = entrywise(ctx, conditions.times, mask, here, "cases")
        made = part if made is None else entrywise(ctx, plus, made, part, "cases")
    assert made is not None
    return made


def _excludes(first: Value, second: Value) -> bool:
    """Whether one condition is the negation of the other."""
    if first.shape != second.shape:
        return False
    places = tuple(map(Size.of, first.axes))
    return conditions.negated(first.entry(*places)) is second.entry(*places)


def _all(relations: tuple[Value, ...], ctx: Context) -> Value:
    made = relations[0]
    for other in relations[1:]:
        made = entrywise(ctx, conditions.both, made, other, "conditions")
    return made


@value.register
def _(node: Conditions, ctx: Context) -> Value:
    return _all(tuple(relation(c, ctx) for c in node.relations), ctx)


@value.register
def _(node: Iverson, ctx: Context) -> Value:
    return relation(node, ctx)


def relation(node: Iverson, ctx: Context) -> Value:
    """A relation between arrays: 1 where it holds, else 0; index letters are compared as the values they print."""
    left, right = value(node.left, ctx), value(node.right, ctx)
    relation: Any = node.relation

    def build(a: Term, b: Term) -> Term:
        sides = [Count(int(t.value)) if isinstance(t, Num) and t.value.denominator == 1 else t for t in (a, b)]
        if all(isinstance(s, Count) for s in sides):
            first, second = (s.size for s in sides if isinstance(s, Count))
            return Bracket(relation, Count(first - 1), Count(second - 1)) if first.indices and second.indices else Bracket(relation, *sides)
        return Bracket(relation, a, b)

    return entrywise(ctx, build, left, right, "a condition")

"""Accents that nobody declared: ŷ as the prediction of y where it can be only one, v̄ as the adjoint of v in texts on differentiation."""

from __future__ import annotations

import re
from dataclasses import replace

from symback.algebra.definitions import Definition
from symback.algebra.terms import Apply, Term
from symback.algebra.traverse import names as names_read
from symback.algebra.traverse import walk as terms_of
from symback.network.program import PARAMETERS
from symback.reading.published_context import Context, Value
from symback.reading.published_names import Names, Reading
from symback.reading.published_nodes import Node, Symbol, walk
from symback.reading.published_places import located, text_of, whole
from symback.reading.published_reads import derivative_of, valued


def are_adjoints(statements: list[list[Node]], names: Names) -> bool:
    """Whether the bars of a text are adjoints: a letter with a bar is made of others with bars, and the letters are those of the network."""
    return any(
        len(sides) > 1
        and isinstance(sides[0], Symbol)
        and _has_bar_only(sides[0], names)
        and any(_has_bar_only(n, names) for n in walk(tuple(sides[1:])))
        for sides in statements
    )


def _has_bar_only(node: Node, names: Names) -> bool:
    """Whether a symbol is a declared letter with a bar, and no name is declared with that bar."""
    if not isinstance(node, Symbol) or node.accents != ("bar",):
        return False
    return not names.letters_of(node.letter, node.accents) and bool(names.letters_of(node.letter, ()))


def accented_name(symbol: Symbol, plain: Reading, ctx: Context) -> Value | None:
    """What a letter with an accent means by custom, where the letter alone is read as ``plain``; None where it means nothing."""
    if symbol.accents == ("bar",) and ctx.bars and isinstance(ctx.program.loss, str):
        at = located(symbol, plain, ctx)
        ctx.note(f"{text_of(symbol, ctx)} is the adjoint of {at.name}, the derivative of the loss by it")
        return derivative_of(whole(ctx.program.loss, ctx), (at,), ctx)
    if symbol.accents != ("hat",):
        return None
    found = _predictions(plain, ctx)
    if len(found) != 1:
        return None
    row = ctx.names.typed[found[0]]
    ctx.note(f"{text_of(symbol, ctx)} is {found[0]}, which the loss compares with {plain.row.name}")
    return valued(located(symbol, replace(plain, row=row), ctx), ctx)


def _predictions(plain: Reading, ctx: Context) -> list[str]:
    """The computed names that are compared with a target where it is read, unless the text calls them by their own name."""
    leaf = ctx.program.leaf.get(plain.row.name)
    if leaf is None or leaf.role in PARAMETERS:
        return []
    found: dict[str, None] = {}
    for definition in ctx.program.definitions:
        body = definition.body
        if not isinstance(body, Term) or leaf.name not in names_read(body) or _spells_out(body):
            continue
        found.update(dict.fromkeys(str(n) for n in names_read(body) if _is_like(ctx.program.definition.get(n), plain)))
    return [n for n in found if not re.search(rf"(?<![A-Za-z\\]){re.escape(n)}(?![A-Za-z])", ctx.source)]


def _spells_out(body: Term) -> bool:
    """Whether a line computes the prediction itself, such as the logarithm of a sum of exponentials of scores."""
    return any(isinstance(node, Apply) and node.op == "exp" for node in terms_of(body))


def _is_like(definition: Definition | None, plain: Reading) -> bool:
    return definition is not None and [i.size for i in definition.indices] == [i.size for i in plain.row.axes]

"""Names written as functions of what they depend on: h_θ(x), L(ŷ, y), J(θ; X, y), and h_θ(x^(i)) for one sample."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.terms import Name
from symback.network.program import PARAMETERS, Program
from symback.reading.published_context import Context
from symback.reading.published_grammar import tree
from symback.reading.published_names import cells, text
from symback.reading.published_nodes import Symbol
from symback.reading.published_tokens import Piece, Pieces


@lru_cache(maxsize=256)
def _reads(definitions: tuple[Definition, ...], name: Name) -> frozenset[Name]:
    table = {d.name: d for d in definitions}
    found: dict[Name, None] = {}
    waiting = [name]
    while waiting:
        definition = table.get(waiting.pop())
        fresh = [n for n in definition.reads if n not in found] if definition is not None else []
        found.update(dict.fromkeys(fresh))
        waiting += fresh
    return frozenset(found)


def depends_on(program: Program, name: Name) -> frozenset[Name]:
    """The names that a definition depends on, through others too; a leaf depends on none."""
    return _reads(program.definitions, name)


def without_parameters(symbol: Symbol, ctx: Context, applied: bool = False) -> Symbol:
    """A symbol without the subscripts that name what it is a function of: the parameters, and anything where it has arguments."""
    if not symbol.below:
        return symbol
    rows = ctx.names.letters_of(symbol.letter, symbol.accents)
    used = {n for r in rows for n in depends_on(ctx.program, r.name)}
    words = {w for r in rows for w in r.words}
    below = cells(symbol.below)
    kept = [c for c in below if text(c) in words or not any(_names(c, n, ctx, applied) for n in used)] if used else list(below)
    if len(kept) == len(below):
        return symbol
    shown = ", ".join(text(c) for c in below if c not in kept)
    ctx.note(f"below {symbol.letter} stands what it is a function of, {shown}")
    return replace(symbol, below=joined(kept))


def without_sample(symbol: Symbol, ctx: Context) -> Symbol:
    """The loss without a letter below it that stands nowhere else in the text, E_n: it names the sample that the network is of."""
    mark = text(symbol.below)
    loss = any(r.name == ctx.program.loss and not r.axes for r in ctx.names.rows.get(symbol.letter, ()))
    if not loss or len(mark) != 1 or not mark.isalpha() or mark in ctx.letters or mark in ctx.free or mark in ctx.layers:
        return symbol
    scripts = re.findall(rf"[_^]\s*(?:\{{[^{{}}]*{mark}[^{{}}]*\}}|{mark})", ctx.source)
    own = re.findall(rf"{re.escape(symbol.letter)}\s*_\s*(?:\{{\s*{mark}\s*\}}|{mark})", ctx.source)
    if len(scripts) != len(own):
        return symbol
    ctx.note(f"{mark} below {symbol.letter} names the sample")
    return replace(symbol, below=())


def _names(cell: Pieces, name: Name, ctx: Context, applied: bool) -> bool:
    """Whether a subscript is a leaf, by its letter."""
    leaf = ctx.program.leaf.get(name)
    if leaf is None or not (applied or leaf.role in PARAMETERS) or not all(p.kind in ("run", "command", "sign", "group") for p in cell):
        return False
    shown = text(cell)
    if shown in ctx.letters or shown in ctx.free or cell[0].kind not in ("run", "command"):
        return False
    node = tree(ctx.source, cell, ctx.names)
    return isinstance(node, Symbol) and any(r.name == name for r in ctx.names.letters_of(node.letter, node.accents))


def joined(parts: list[Pieces]) -> Pieces:
    """Cells of a subscript as one subscript again."""
    return tuple(_with_commas(parts))


def _with_commas(parts: list[Pieces]) -> Iterator[Piece]:
    for k, part in enumerate(parts):
        if k:
            yield Piece("sign", ",", part[0].position, part[0].position)
        yield from part


def at_sample(symbol: Symbol, marks: Pieces) -> Symbol:
    """A symbol with a further place, the first, below it."""
    return replace(symbol, below=joined([marks, *cells(symbol.below)]))

"""The digit 1 where it stands for a vector of ones or for an indicator, and inner products in angle brackets."""

from __future__ import annotations

import re
from functools import lru_cache

from symback.reading.formula_grammar import Digits, OnesSyntax
from symback.reading.published_brackets import indicator
from symback.reading.published_cursor import Cursor, relates
from symback.reading.published_names import cells, text
from symback.reading.published_nodes import Function, Node, Product
from symback.reading.published_tokens import Piece

_TRANSPOSED = re.compile(r"1\s*(?:\^\s*\{?\s*(?:\\top|\\intercal|\\transpose|T|⊤)|[ᵀ⊤])")
NORMS = ("", "F", "2", "HS")
"""The subscripts of an inner product that say nothing new."""


def ones_or_indicator(p: Cursor, node: Digits) -> Node:
    """A number, a vector of ones where a 1 is transposed, or an indicator where a relation stands below a 1."""
    if node.digits == "1" and p.sees("_") and p.at + 1 < len(p.pieces) and relates(p.pieces[p.at + 1].inner):
        return indicator(p, node.position)
    if node.digits in ("1", "11") and p.sees("^") and p.at + 1 < len(p.pieces) and _transposes(p.pieces[p.at + 1]):
        last = OnesSyntax(node.position)
        return last if node.digits == "1" else Product((("", last), ("", p.scripted(last))), node.position)
    return node


def _transposes(piece: Piece) -> bool:
    """Whether a superscript begins with a sign of transposition."""
    return (
        piece.is_(r"\top")
        or (piece.kind == "run" and piece.text[0] == "T")
        or (piece.kind == "group" and text(piece.inner) in ("T", "top"))
    )


@lru_cache(maxsize=256)
def uses_ones(source: str) -> bool:
    """Whether a text transposes a 1 somewhere: then a 1 beside a factor is a vector of ones, too."""
    return _TRANSPOSED.search(source) is not None


def with_ones(factors: list[tuple[str, Node]], source: str) -> tuple[tuple[str, Node], ...]:
    """Factors in which a plain 1 beside another one is a vector of ones, where the text uses such vectors."""
    if not uses_ones(source):
        return tuple(factors)
    signs = [sign for sign, _ in factors[1:]] + ["end"]
    beside = [(sign == "" and k > 0) or (k == 0 and signs[0] == "") for k, (sign, _) in enumerate(factors)]
    return tuple(
        (sign, OnesSyntax(node.position) if near and isinstance(node, Digits) and node.digits == "1" else node)
        for near, (sign, node) in zip(beside, factors, strict=True)
    )


def angled(p: Cursor, piece: Piece) -> Node:
    """An inner product in angle brackets."""
    p.at -= 1
    parts = cells(p.closed())
    if len(parts) != 2:
        raise p.error("angle brackets are read around two factors with a comma between them", position=piece.position)
    if p.sees("_"):
        p.take()
        below = text(p.script())
        if below not in NORMS:
            raise p.error(f"the inner product by {below} is not read", "write it out", piece.position)
    return Function("inner", tuple(p.inner(part) for part in parts), 0, (), (), piece.position)

"""Brackets, bars, matrices, cases and conditions in published formulas."""

from __future__ import annotations

from symback.reading.formula_grammar import Enclosed, Iverson, OnesSyntax
from symback.reading.published_cursor import RELATIONS, Cursor, relates, without_words
from symback.reading.published_names import cells, unbracketed
from symback.reading.published_nodes import Cases, Conditional, Conditions, Group, Listed, Node, Root, Rows
from symback.reading.published_tokens import Piece, Pieces

MATRICES = ("matrix", "bmatrix", "pmatrix", "Bmatrix", "smallmatrix", "array", "bsmallmatrix", "psmallmatrix")


def bracketed(p: Cursor) -> Node:
    """Brackets: around a formula, a list, or relations, which then are 1 or 0."""
    start = p.position
    inside = p.closed()
    if relates(inside):
        return Conditions(relations(p, inside), start)
    bars = _bars(inside)
    if len(bars) == 1 and 0 < bars[0] < len(inside) - 1:
        return Conditional(inside[: bars[0]], start)
    rows = cells(inside, ";")
    if len(rows) > 1:
        return Rows(tuple(tuple(p.inner(part) for part in cells(row)) for row in rows), start)
    parts = cells(inside)
    if len(parts) > 1:
        return Listed(tuple(p.inner(part) for part in parts), start)
    return Group(p.inner(inside), start)


def _bars(pieces: Pieces) -> list[int]:
    """Where bars stand in no further bracket."""
    found, depth = [], 0
    for k, piece in enumerate(pieces):
        depth += piece.is_("(", "[", r"\{") - piece.is_(")", "]", r"\}")
        if not depth and piece.is_("|", r"\mid"):
            found.append(k)
    return found


def barred(p: Cursor, bar: str) -> Node:
    """Bars of a norm or of an absolute value."""
    start = p.take().position
    p.bars += 1
    body = p.expression()
    p.bars -= 1
    if not p.sees(bar):
        raise p.error("bars are never closed", position=start)
    p.take()
    return Enclosed("‖" if bar == r"\|" else "|", body, start)  # type: ignore[arg-type]


def relations(p: Cursor, pieces: Pieces) -> tuple[Iverson, ...]:
    """Relations between formulas; a chain a < b < c is two of them."""
    found: list[Iverson] = []
    for part in cells(without_words(pieces)):
        cuts = [k for k, p in enumerate(part) if p.is_(*RELATIONS)]
        if not cuts:
            raise p.error("expected a condition such as z > 0", position=part[0].position)
        sides = [part[a + 1 : b] for a, b in zip((-1, *cuts), (*cuts, len(part)), strict=True)]
        trees = [p.inner(s) for s in sides]
        for k, cut in enumerate(cuts):
            found.append(Iverson(RELATIONS[part[cut].text], trees[k], trees[k + 1], part[cut].position))  # type: ignore[arg-type]
    return tuple(found)


def environment(p: Cursor, piece: Piece) -> Node:
    """A matrix, or cases."""
    rows = [[list[Piece]()]]
    inner = piece.inner
    if piece.text == "array" and inner and inner[0].kind == "group":
        inner = inner[1:]
    for each in inner:
        if each.is_("newline"):
            rows.append([[]])
        elif each.is_("&"):
            rows[-1].append([])
        else:
            rows[-1][-1].append(each)
    filled = [[tuple(c) for c in row if c] for row in rows]
    filled = [row for row in filled if row]
    if piece.text in ("cases", "dcases", "rcases"):
        return Cases(tuple(case(p, row, piece) for row in filled), piece.position)
    if piece.text not in MATRICES:
        raise p.error(f"{piece.text} cannot be read here", "matrices and cases can", piece.position)
    if not filled or len({len(row) for row in filled}) != 1:
        raise p.error("the rows of this matrix have different lengths", position=piece.position)
    return Rows(tuple(tuple(p.inner(c) for c in row) for row in filled), piece.position)


def case(p: Cursor, row: list[Pieces], piece: Piece) -> tuple[Node, tuple[Iverson, ...] | None]:
    """A value and its condition; words such as if say nothing, otherwise is all that is left."""
    value, condition = row[0], row[1:]
    if not condition:
        cut = next((k for k, p in enumerate(value) if p.kind == "word" or p.is_(",")), len(value))
        value, rest = value[:cut], value[cut:]
        condition = [rest] if rest else []
    if len(condition) > 1:
        raise p.error("a case has a value and one condition", position=piece.position)
    value = tuple(p for k, p in enumerate(value) if not (p.is_(",") and k == len(value) - 1))
    said = without_words(condition[0]) if condition else ()
    return p.inner(value), relations(p, said) if said else None


def indicator(p: Cursor, position: int) -> Node:
    """An indicator with its relation below or in brackets; alone it is the vector of ones."""
    if p.sees("_"):
        p.take()
        below = p.script()
        if relates(unbracketed(below)[0]):
            return Conditions(relations(p, unbracketed(below)[0]), position)
        return OnesSyntax(position)
    if p.sees("(", "[", r"\{") and relation_follows(p):
        return Conditions(relations(p, p.closed()), position)
    return OnesSyntax(position)


def relation_follows(p: Cursor) -> bool:
    """Whether the bracket at hand holds a relation."""
    start = p.at
    inside = p.closed()
    p.at = start
    return relates(inside)


def braced(p: Cursor, piece: Piece) -> Node:
    """A formula with a brace under or over it, and the remark beside the brace."""
    body = p.inner(p.argument())
    remark: Pieces = ()
    if p.sees("_" if piece.text == r"\underbrace" else "^"):
        p.take()
        remark = p.script()
    return Group(body, piece.position, p.source[remark[0].position : remark[-1].end] if remark else "")


def root(p: Cursor, piece: Piece) -> Node:
    """A root, of some order in square brackets."""
    order = p.inner(p.closed()) if p.sees("[") else None
    if p.sees("("):
        return Root(bracketed(p), order, piece.position)
    return Root(p.inner(p.argument()), order, piece.position)

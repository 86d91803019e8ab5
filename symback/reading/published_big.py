"""Big operators in published formulas: what stands below, above and after them."""

from __future__ import annotations

from symback.algebra.terms import Kind
from symback.errors import ReadingError
from symback.reading.formula_grammar import Iverson
from symback.reading.published_brackets import relations
from symback.reading.published_cursor import DEEPEST, RELATIONS, Cursor
from symback.reading.published_names import cells, text
from symback.reading.published_nodes import Big, Node
from symback.reading.published_tokens import Piece, Pieces
from symback.typeset.letters import SIGNS

BIG: dict[str, Kind] = {r"\sum": "sum", r"\prod": "prod", r"\max": "max", r"\min": "min", "mean": "mean"}


def big(p: Cursor, kind: Kind, piece: Piece) -> Node:
    """A big operator with what stands below and above it, and the product after it."""
    below: Pieces = ()
    above: Pieces = ()
    while p.sees("_", "^"):
        if p.take().text == "_":
            below = p.script()
        else:
            above = p.script()
    letters, conditions, first = _under(p, below)
    if p.sees(r"\{"):
        body: Node = p.factor()
    else:
        p.depth += 1
        if p.depth > DEEPEST:
            raise ReadingError(p.source[:60], "the formula is nested too deep", f"at most {DEEPEST} levels are read", p.position)
        body = p.product()
        p.depth -= 1
    last = p.inner(above) if above else None
    shown = tuple((c, first.get(c)) for c in letters)
    within = next((piece for piece in below if piece.is_(r"\in")), None)
    remark = p.source[within.position : below[-1].end].strip() if within is not None else ""
    return Big(kind, shown, last, conditions, body, piece.position, remark)


def _under(p: Cursor, below: Pieces) -> tuple[list[str], tuple[Iverson, ...], dict[str, Node]]:
    """The letters under a big operator, the conditions on them, and where they begin."""
    letters: dict[str, None] = {}
    conditions: list[Iverson] = []
    first: dict[str, Node] = {}
    for cell in (part for whole in cells(below) for part in _at_colons(whole)):
        member = next((k for k, piece in enumerate(cell) if piece.is_(r"\in")), None)
        if member is not None and any(piece.kind == "number" or piece.is_(r"\{") for piece in cell[member:]):
            raise p.error("a sum over a set that is written out is not read", "write its bounds", cell[member].position)
        cell = cell if member is None else cell[:member]
        cut = next((k for k, piece in enumerate(cell) if piece.is_(*RELATIONS)), None)
        if cut is None:
            for piece in cell:
                letters.update(dict.fromkeys(_letters(p, piece)))
        elif cell[cut].is_("=") and cut == 1 and cell[0].kind in ("run", "command"):
            letters[text(cell[:1])] = None
            first[text(cell[:1])] = p.inner(cell[cut + 1 :])
        else:
            found = relations(p, cell)
            conditions += found
            if not letters:
                letters.update(dict.fromkeys(_letters(p, cell[0])))
    return list(letters), tuple(conditions), first


def _at_colons(cell: Pieces) -> tuple[Pieces, ...]:
    """What stands below, cut where a colon or a bar says "such that"."""
    cut = next((k for k, piece in enumerate(cell) if k and piece.is_(":", "|", r"\mid")), None)
    return (cell,) if cut is None or cut + 1 == len(cell) else (cell[:cut], cell[cut + 1 :])


def _letters(p: Cursor, piece: Piece) -> tuple[str, ...]:
    if piece.kind == "run":
        return tuple(piece.text)
    if piece.kind == "command" and piece.text.lstrip("\\") in (*SIGNS, "ell"):
        return (piece.text.lstrip("\\"),)
    raise p.error("expected an index letter", position=piece.position)

"""Side conditions of published formulas: "for i ≠ j", "(i = j)" at the end, bars with i ≠ j below; they restrict a claim to some entries."""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.facts import closure
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Size
from symback.algebra.terms import ZERO, Bracket, Count, Mul, Num, Ref, Term
from symback.errors import ReadingError
from symback.reading.formula_grammar import Iverson
from symback.reading.published_brackets import relations
from symback.reading.published_cells import relation
from symback.reading.published_context import Clash, Context, Value
from symback.reading.published_cursor import RELATIONS, relates
from symback.reading.published_grammar import Parser
from symback.reading.published_names import Names
from symback.reading.published_nodes import Symbol, walk
from symback.reading.published_places import size_named
from symback.reading.published_tokens import Piece, Pieces
from symback.reading.published_values import entrywise

INDICES = frozenset("abcdefghijklmnopqrstuv")
"""Letters that may count entries where nothing declares them."""
FEW_VALUES = ("binary", "plus or minus one")
"""The facts under which a name equals a number at more than a thin set of points."""
BUDGET = 2_000
"""How much work goes into whether a condition can hold."""
SPACES = (r"\quad", r"\qquad", r"\hspace", r"\;", r"\ ", "~")


def is_condition(pieces: Pieces, names: Names) -> bool:
    """Whether pieces say where a formula holds, not what equals what: i ≠ j, x > 0, and i = j of two letters that count entries."""
    if not relates(pieces) or any(p.is_("newline") for p in pieces):
        return False
    signs = [p.text for p in pieces if p.is_(*RELATIONS)]
    if "=" not in signs:
        return True
    sides = pieces[:1], pieces[2:]
    return len(pieces) == 3 and pieces[1].is_("=") and all(_counts(side[0], names, letter=True) for side in sides)


def _counts(piece: Piece, names: Names, letter: bool = False) -> bool:
    """Whether a piece is a letter that counts entries, or else a number."""
    if piece.kind == "number":
        return not letter and piece.text.isdigit()
    return piece.kind == "run" and piece.text in INDICES and not names.declares(piece.text)


def apart(source: str, pieces: Pieces, names: Names) -> tuple[Pieces, Pieces]:
    """A side and the condition at its end; the condition is empty where there is none."""
    if len(pieces) > 3 and pieces[-1].kind == "group" and pieces[-2].is_("_") and pieces[-3].is_("|") and relates(pieces[-1].inner):
        bars = sum(p.is_("|") for p in pieces)
        return (pieces[:-3], pieces[-1].inner) if bars % 2 else (pieces, ())
    start = _last_bracket(pieces)
    if not start:
        return pieces, ()
    inside = pieces[start + 1 : -1]
    spaced = any(s in source[pieces[start - 1].end : pieces[start].position] for s in SPACES)
    about_entries = all(p.is_(*RELATIONS, ",", "+", "-") or _counts(p, names) for p in inside)
    lone = about_entries and pieces[start].is_("(") and not _has_terms(pieces[:start])
    return (pieces[:start], inside) if relates(inside) and (spaced or lone) else (pieces, ())


def _last_bracket(pieces: Pieces) -> int:
    """Where the bracket begins that ends some pieces; 0 where none does."""
    if not pieces or not pieces[-1].is_(")", "]"):
        return 0
    depth = 0
    for k in range(len(pieces) - 1, 0, -1):
        depth += pieces[k].is_(")", "]") - pieces[k].is_("(", "[")
        if not depth:
            return k
    return 0


def _has_terms(pieces: Pieces) -> bool:
    """Whether a plus or minus stands between terms outside brackets: what is at the end may belong to the last of them."""
    depth = 0
    for k, piece in enumerate(pieces):
        depth += piece.is_("(", "[", r"\{") - piece.is_(")", "]", r"\}")
        if k and not depth and piece.is_("+", "-"):
            return True
    return False


def restricted(values: list[Value | str], conditions: tuple[Pieces, ...], ctx: Context) -> list[Value | str]:
    """The sides where all conditions hold, and 0 elsewhere."""
    for pieces in conditions:
        parser = Parser(ctx.source, pieces, ctx.names, 0)
        for each in relations(parser, pieces):
            mask = _mask(each, ctx)
            values = [_where(mask, v, ctx) for v in values]
        shown = ctx.source[pieces[0].position : pieces[-1].end].strip()
        ctx.note(f"the claim is about where {shown}")
    return values


def _where(mask: Value, found: Value | str, ctx: Context) -> Value | str:
    """A side where a condition holds; a vector of conditions stands as the side does, as a row or a column."""
    if isinstance(found, str):
        return found
    turned = replace(mask, row=found.row, fixed=found.fixed) if mask.rank == found.rank == 1 else mask
    try:
        return entrywise(ctx, _masked, turned, found, "a condition")
    except Clash as clash:
        return str(clash)


def _masked(mask: Term, term: Term) -> Term:
    return Mul((mask, term))


def _mask(node: Iverson, ctx: Context) -> Value:
    """A condition, 1 where it holds; one that holds at a thin set of points only says nothing that can be tried."""
    for symbol in walk(node):
        if isinstance(symbol, Symbol) and not _is_known(symbol, ctx):
            found = f"the condition is about {symbol.letter}, which stands nowhere in the formula"
            raise ReadingError(ctx.source, found, "use the letters of the formula", symbol.position)
    made = relation(node, ctx)
    body = made.entry(*map(Size.of, made.axes))
    if isinstance(body, Bracket) and body.relation == "=" and not _has_few_values(body, ctx):
        raise ReadingError(ctx.source, "the value at a point is not read", "write the formula at a general point", node.position)
    if Normalizer(Given({leaf.name: closure(leaf.facts) for leaf in ctx.program.leaves}), BUDGET).equal(body, ZERO).proved:
        raise ReadingError(ctx.source, "this condition never holds", "", node.position)
    return made


def _is_known(symbol: Symbol, ctx: Context) -> bool:
    plain = not (symbol.below or symbol.above or symbol.accents)
    counts = len(symbol.letter) == 1 and symbol.letter in INDICES and plain
    return not counts or symbol.letter in ctx.free or ctx.names.declares(symbol.letter) or size_named(symbol.letter, ctx) is not None


def _has_few_values(body: Bracket, ctx: Context) -> bool:
    """Whether an equation is one of places, or of a name that has few values with a number."""
    sides = (body.left, body.right)
    if all(isinstance(s, Count) for s in sides):
        return True
    read = [s for s in sides if isinstance(s, Ref)]
    facts = {f.kind for r in read if r.name in ctx.program.leaf for f in closure(ctx.program.leaf[r.name].facts)}
    return len(read) == 1 and all(isinstance(s, Ref | Num | Count) for s in sides) and bool(facts & set(FEW_VALUES))

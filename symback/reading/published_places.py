"""The places at which a published symbol reads a name: index letters, integers, bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size, SizeSymbol, provably_at_least
from symback.algebra.terms import Name, Term, bracket
from symback.network.hints import suggestion
from symback.network.lettering import lettering
from symback.network.profile import style_of
from symback.reading.formula_grammar import Digits
from symback.reading.formula_terms import sizes_of
from symback.reading.published_context import SINGLE, ZEROTH, Clash, Context, Undeclared
from symback.reading.published_grammar import tree
from symback.reading.published_names import Reading, Row, text
from symback.reading.published_nodes import Group, Node, Product, Sum, Symbol
from symback.reading.published_tokens import Pieces
from symback.typeset.letters import SIGNS
from symback.typeset.style import DEFAULT


@dataclass(frozen=True, slots=True)
class Located:
    """A name, and a place for each of its axes (None: the whole axis)."""

    name: Name
    axes: tuple[Index, ...]
    places: tuple[Size | None, ...]
    outside: tuple[Term, ...] = ()

    @property
    def open(self) -> tuple[Index, ...]:
        """The axes that are read whole."""
        return tuple(a for a, p in zip(self.axes, self.places, strict=True) if p is None)

    def filled(self, places: tuple[Size, ...]) -> tuple[Size, ...]:
        """The places of all axes from those of the open ones."""
        given = iter(places)
        return tuple(next(given) if p is None else p for p in self.places)

    @property
    def rank(self) -> int:
        """How many axes of more than one entry are open."""
        return sum(a.size is not SINGLE for a in self.open)


@dataclass(frozen=True, slots=True)
class Scripts:
    """A superscript taken apart: what marks a layer or a power, whether it transposes, and the opaque row by which it inverts."""

    rest: Pieces
    transposes: bool = False
    inverts: Literal["", "inv", "pinv"] = ""
    power: Pieces = ()


def scripts(above: Pieces) -> Scripts:
    """Take T, -1, -T and a dagger off a superscript."""
    while len(above) == 1 and above[0].kind == "group":
        above = above[0].inner
    if text(above) == "-1":
        return Scripts((), inverts="inv")
    if len(above) == 1 and above[0].is_(r"\dagger"):
        return Scripts((), inverts="pinv")
    if not above:
        return Scripts(())
    last = above[-1]
    marks = last.is_(r"\top") or (last.kind == "run" and last.text in ("T", "t", "⊤") and (last.text == "T" or len(above) > 1))
    if marks or (last.kind == "group" and text(last.inner) in ("T", "top")):
        rest = above[:-1]
        while rest and rest[-1].is_("^", ","):
            rest = rest[:-1]
        if text(rest) == "-":
            return Scripts((), transposes=True, inverts="inv")
        return Scripts(rest, transposes=True)
    if last.kind == "run" and len(last.text) > 1 and last.text.endswith("T"):
        return Scripts((*above[:-1], replace(last, text=last.text[:-1], end=last.end - 1)), transposes=True)
    closing = next((k for k, p in enumerate(above) if p.is_("]", ")")), None)
    if above[0].is_("[", "(") and closing is not None and closing + 1 < len(above) and not any(p.is_("(", "[") for p in above[1:]):
        return Scripts(above[: closing + 1], power=tuple(p for p in above[closing + 1 :] if not p.is_("^", ",")))
    return Scripts(above)


def place(node: Node, ctx: Context) -> Size:
    """A place as it is printed: letters, integers, their sums and products."""
    match node:
        case Digits(digits) if digits.isdigit():
            return Size.of(int(digits))
        case Symbol(letter=letter) if not node.below and not node.above and not node.accents:
            found = ctx.letters.get(letter) or ctx.free.get(letter)
            if found is not None:
                return Size.of(found) + (0 if letter in ctx.zero_based else 1)
            size = size_named(letter, ctx)
            if size is not None:
                return size
            if letter in ctx.bounds:
                return ctx.bounds[letter]
            if _is_letter(letter):
                ctx.free[letter] = Index(letter, SizeSymbol(f"?{letter}"))
                return Size.of(ctx.free[letter]) + 1
        case Group(body):
            return place(body, ctx)
        case Sum(terms):
            total = Size.of(0)
            for sign, part in terms:
                total = total + place(part, ctx) * (1 if sign == "+" else -1)
            return total
        case Product(parts) if all(sign in ("", "·", "*", "×") for sign, _ in parts):
            result = Size.of(1)
            for _, part in parts:
                result = result * place(part, ctx)
            return result
    raise ctx.error(node.position, "this is no place", "sums and products of index letters, sizes and integers are")


def _is_letter(letter: str) -> bool:
    return len(letter) == 1 or letter in SIGNS or letter == "ell"


def size_named(letter: str, ctx: Context) -> Size | None:
    """A size by its name, where the program has it."""
    return sizes_of(lettering(ctx.program, DEFAULT)).get(letter)


def at_axis(cell: Pieces, axis: Index, ctx: Context, shown: str) -> tuple[Size | None, tuple[Term, ...]]:
    """The place that a cell of a subscript means on an axis, and the brackets that keep it in range; a colon means the whole axis."""
    if text(cell) in (":", "*", "cdot", "bullet"):
        return None, ()
    node = tree(ctx.source, cell, ctx.names)
    if isinstance(node, Symbol) and not node.below and not node.above and not node.accents:
        letter = node.letter
        bound = ctx.letters.get(letter)
        known = bound or ctx.free.get(letter)
        if known is None and size_named(letter, ctx) is None and letter not in ctx.bounds:
            if not _is_letter(letter):
                raise undeclared(node, ctx)
            chosen = [
                r.name for r in ctx.names.rows.get(letter, ()) if (leaf := ctx.program.leaf.get(r.name)) and Fact("one-hot") in leaf.facts
            ]
            if chosen:
                raise ctx.error(node.position, f"{chosen[0]} below {shown} is no index", r"write what it picks as a sum, \sum_k y_k f_k")
            ctx.free[letter] = known = ctx.fresh(letter, axis.size)
        if known is not None:
            return _letter_at(letter, known, axis, ctx, shown), ()
    letters = [p.text.lstrip("\\") for p in cell if p.kind in ("run", "command")]
    base = 0 if letters and all(c in ctx.zero_based for c in letters) else 1
    result = place(node, ctx) - base
    value = result.constant
    extent = axis.size.constant
    if value is not None and (value < 0 or (extent is not None and value >= extent)):
        raise Undeclared(ctx.source, f"{shown} has no entry {text(cell)}", f"this axis has {axis.size} entries", node.position)
    if not result.indices:
        return result, ()
    inside = []
    if not provably_at_least(result, 0):
        inside.append(bracket(result, ">=", 0))
    if not provably_at_least(axis.size - result, 1):
        inside.append(bracket(result, "<", axis.size))
    if inside:
        ctx.note(f"what {shown} would be outside its range counts as 0")
    return result, tuple(inside)


def _letter_at(letter: str, known: Index, axis: Index, ctx: Context, shown: str) -> Size:
    waiting = known.size.single
    if isinstance(waiting, SizeSymbol) and waiting.name == f"?{letter}":
        ctx.sizes.setdefault(known, axis.size)
    elif known.size is not axis.size:
        raise Clash(f"the index {letter} runs over {known.size}, and here over an axis of {shown} with {axis.size} entries")
    return Size.of(known)


def located(symbol: Symbol, reading: Reading, ctx: Context) -> Located:
    """The name of a reading at its places."""
    row = reading.row
    shown = text_of(symbol, ctx)
    if row.fixed:
        return Located(row.name, row.axes, tuple(map(Size.of, row.fixed)))
    given = list(_in_order(row, reading.places, ctx, symbol))
    wide = [a for a in row.axes if a.size is not SINGLE]
    squeezes = len(given) != len(row.axes) and len(given) <= len(wide)
    places: list[Size | None] = []
    outside: list[Term] = []
    for axis in row.axes:
        if (squeezes and axis.size is SINGLE) or not given:
            places.append(ZEROTH if axis.size is SINGLE and reading.places else None)
            continue
        found, brackets = at_axis(given.pop(0), axis, ctx, shown)
        places.append(found)
        outside += brackets
    return Located(row.name, row.axes, tuple(places), tuple(outside))


def _in_order(row: Row, given: tuple[Pieces, ...], ctx: Context, symbol: Symbol) -> tuple[Pieces, ...]:
    """Places in stored order: the first subscript of a weight is its row, or its column where the network or the claim says so."""
    leaf = ctx.program.leaf.get(row.name)
    if len(given) != 2 or len(row.axes) != 2 or leaf is None or leaf.role != "weight":
        return given
    declared = bool(lettering(ctx.program, style_of(ctx.program)).order(row.name, 2))
    small = symbol.letter != row.letter and len(symbol.letter) == 1
    option = ctx.choose("subscripts", 2) if small else 0
    if (option == 1) is not declared:
        ctx.note("the first subscript of a weight is its column (the source), the second its row (the destination)")
        return given[::-1]
    return given


def text_of(symbol: Symbol, ctx: Context) -> str:
    """A symbol as it was written."""
    shown = ctx.source[symbol.position : symbol.end].strip()
    return shown.replace("}", "", 1) if shown.count("}") > shown.count("{") else shown


def undeclared(symbol: Symbol, ctx: Context) -> Undeclared:
    """The error for a symbol that nothing declares."""
    shown = text_of(symbol, ctx)
    known = [*ctx.names.typed]
    rows = ctx.names.letters_of(symbol.letter, symbol.accents)
    near = suggestion(symbol.letter, known) or (
        f"declared with this letter: {', '.join(dict.fromkeys(r.name for r in rows))}" if rows else ""
    )
    return Undeclared(ctx.source, f"{shown} is not declared", near or f"declared are {', '.join(known[:12])}", symbol.position)


def whole(name: str, ctx: Context) -> Located:
    """A name read whole."""
    row = ctx.names.typed[name]
    return Located(row.name, row.axes, (None,) * len(row.axes))

"""What a published symbol means: a declared name at places, a derivative, a letter of custom that nobody declared.

Letters of custom are read only where no declared name fits, and every such reading is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size, SizeSymbol, provably_at_least
from symback.algebra.terms import ONE, Apply, Count, Mul, Name, Partial, Reduce, Ref, Term, bracket
from symback.algebra.traverse import walk
from symback.network.hints import suggestion
from symback.network.lettering import lettering
from symback.network.program import Leaf, Program
from symback.reading.formula_grammar import Digits, TransposedSyntax
from symback.reading.formula_terms import sizes_of
from symback.reading.published_grammar import tree
from symback.reading.published_names import (
    LOSS_WORDS,
    RATES,
    Generic,
    Match,
    Reading,
    Row,
    cells,
    letter_by_letter,
    readings,
    text,
    unbracketed,
)
from symback.reading.published_nodes import Derivative, Group, Listed, Negative, Node, Product, Scripted, Sum, Symbol
from symback.reading.published_tokens import Pieces
from symback.reading.published_values import SINGLE, ZEROTH, Clash, Context, Tag, Undeclared, Value, identity, number, squeezed
from symback.typeset.letters import SIGNS
from symback.typeset.style import DEFAULT

LAYER_LETTERS = ("l", "L", "ell", "k", "i", "j", "n", "h", "m", "t")
ADJOINT_OF = ("z", "a", "s", "net", "h", "o", "u", "v", "y")
"""Letters of pre-activations, most usual first: an undeclared delta is the derivative of the loss by one of them."""


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
    """A superscript taken apart: what marks a layer or a power, and whether it transposes or inverts."""

    rest: Pieces
    transposes: bool = False
    inverts: bool = False
    power: Pieces = ()


def scripts(above: Pieces) -> Scripts:
    """Take T, -1 and -T off a superscript."""
    while len(above) == 1 and above[0].kind == "group":
        above = above[0].inner
    if text(above) == "-1":
        return Scripts((), inverts=True)
    if not above:
        return Scripts(())
    last = above[-1]
    marks = last.is_(r"\top") or (last.kind == "run" and last.text in ("T", "t", "⊤") and (last.text == "T" or len(above) > 1))
    if marks or (last.kind == "group" and text(last.inner) in ("T", "top")):
        rest = above[:-1]
        while rest and rest[-1].is_("^", ","):
            rest = rest[:-1]
        if text(rest) == "-":
            return Scripts((), transposes=True, inverts=True)
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
            ctx.free[letter] = known = ctx.fresh(letter, axis.size)
        if known is not None:
            return _letter_at(letter, known, axis, ctx, shown), ()
    base = 0 if any(letter in text(cell) for letter in ctx.zero_based) else 1
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
    if len(given) != 2 or len(row.axes) != 2 or symbol.letter == row.name:
        return given
    leaf = ctx.program.leaf.get(row.name)
    if leaf is None or leaf.role != "weight" or (symbol.letter == row.letter and len(row.letter) == 1 and row.letter.isupper()):
        return given
    declared = str(ctx.program.notation.get("weight_order") or ctx.program.notation.get("weights") or "")
    option = ctx.choose("subscripts", 2)
    if (option == 1) is not (declared == "source-destination"):
        ctx.note("the first subscript of a weight is its column (the source), the second its row (the destination)")
        return given[::-1]
    return given


def text_of(symbol: Symbol, ctx: Context) -> str:
    """A symbol as it was written."""
    return ctx.source[symbol.position : symbol.end].strip()


def match_of(symbol: Symbol, above: Pieces, ctx: Context) -> Match:
    """The scripts of a symbol as the table of names takes them."""
    inside, marked = unbracketed(above)
    last = ctx.names.layers[-1] if ctx.names.layers else ""
    return Match(cells(symbol.below), inside, marked, ctx.layers, last)


def read_symbol(symbol: Symbol, ctx: Context, above: Pieces) -> Reading | None:
    """The best reading of a symbol over the declared names; the choice is said where others fit."""
    match = match_of(symbol, above, ctx)
    found = readings(ctx.names, symbol.letter, symbol.accents, match)
    if not found:
        _generic(symbol, match, ctx)
        return None
    best = found[0]
    if len(found) > 1 and found[1].cost[:2] == best.cost[:2] and _meant(found[1]) != _meant(best):
        ctx.note(f"{text_of(symbol, ctx)} is read as {best.row.name}, not as {_says(found[1])}")
    if best.note:
        ctx.note(f"in {text_of(symbol, ctx)} {best.note}")
    if best.row.letter != symbol.letter:
        ctx.note(f"{text_of(symbol, ctx)} is read with the declared {best.row.name}")
    if "L" in text(match.above) and "L" not in ctx.layers and best.row.layer and not best.power:
        ctx.note(f"L marks the last layer, {match.last}")
    return best


def _meant(reading: Reading) -> tuple[object, ...]:
    return reading.row.name, reading.row.fixed, tuple(map(text, reading.places)), text(reading.power)


def _says(reading: Reading) -> str:
    places = f" at {', '.join(text(p) for p in reading.places)}" if reading.places else ""
    return f"{reading.row.name}{places}" + (f" to the power {text(reading.power)}" if reading.power else "")


def _generic(symbol: Symbol, match: Match, ctx: Context) -> None:
    """A letter where a layer is marked, or no mark at all: every declared layer is meant."""
    rows = [r for r in ctx.names.letters_of(symbol.letter, symbol.accents) if r.layer]
    layers = tuple(dict.fromkeys(r.layer for r in rows))
    if not layers:
        return
    candidates = [match.above] if match.above else []
    candidates += [unbracketed(c)[0] for c in match.below] if not any(r.axes for r in rows) or not match.above else []
    for pieces in candidates:
        letter = _stepped(pieces)
        arrays = any(r.axes for r in rows)
        if letter and letter not in ctx.layers and (pieces is match.above or not arrays or letter in ("l", "L", "ell")):
            raise Generic(letter, layers, text_of(symbol, ctx))
    if not match.above and "" not in ctx.layers:
        raise Generic("", layers, text_of(symbol, ctx))


def _stepped(pieces: Pieces) -> str:
    """The letter of a layer mark such as l, l-1 or l+1."""
    says = text(pieces)
    for sign in "+-":
        letter, found, step = says.partition(sign)
        if found and step.isdigit() and (len(letter) == 1 or letter == "ell"):
            return letter
    return says if (len(says) == 1 and says.isalpha()) or says == "ell" else ""


def undeclared(symbol: Symbol, ctx: Context) -> Undeclared:
    """The error for a symbol that nothing declares."""
    shown = text_of(symbol, ctx)
    known = [*ctx.names.typed]
    rows = ctx.names.letters_of(symbol.letter, symbol.accents)
    near = suggestion(symbol.letter, known) or (
        f"declared with this letter: {', '.join(dict.fromkeys(r.name for r in rows))}" if rows else ""
    )
    return Undeclared(ctx.source, f"{shown} is not declared", near or f"declared are {', '.join(known[:12])}", symbol.position)


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
    reads = [f for f in node.body.args if isinstance(f, Ref)]
    if any(r.places == (over,) for r in reads):
        yield from (r.places.index(over) for r in reads if len(r.places) == 2 and over in r.places and len(shapes.get(r.name, ())) == 2)


def custom(symbol: Symbol, ctx: Context, above: Pieces) -> Value | None:
    """The meaning of an undeclared letter by custom."""
    plain = not symbol.below and not above and not symbol.accents and not symbol.primes
    letter = symbol.letter
    if letter == "delta" and not symbol.accents:
        return delta(symbol, ctx, above)
    if plain and letter == "I":
        return identity()
    if letter == "I" and not above and not symbol.accents:
        return identity()
    if not plain:
        return None
    if letter == "e":
        return number(Apply("exp", (ONE,)))
    if letter == "pi":
        return number(Apply("pi", ()))
    if letter in ctx.free:
        return number(Count(Size.of(ctx.free[letter]) + 1))
    size = size_named(letter, ctx)
    if size is not None:
        return number(Count(size))
    if letter in ctx.bounds:
        ctx.note(f"{letter} is the number of terms of the sum that runs to it, {ctx.bounds[letter]}")
        return number(Count(ctx.bounds[letter]))
    if letter in RATES[:3] or letter == "lr" or (ctx.updating and letter in RATES):
        return number(rate(letter, symbol, ctx))
    if letter in LOSS_WORDS and isinstance(ctx.program.loss, str) and (len(letter) > 1 or ctx.loss_letter):
        ctx.note(f"{text_of(symbol, ctx)} is the loss, {ctx.program.loss}")
        return valued(whole(ctx.program.loss, ctx), ctx)
    return None


def rate(letter: str, symbol: Symbol | None, ctx: Context) -> Term:
    """The learning rate: declared as rate, or a free number."""
    if "rate" not in ctx.names.typed and not any(leaf.name == "rate" for leaf in ctx.leaves):
        ctx.leaves.append(Leaf("rate", (), "constant"))
    ctx.note(f"{text_of(symbol, ctx) if symbol is not None else letter} is the learning rate, called rate")
    return Ref("rate")


def whole(name: str, ctx: Context) -> Located:
    """A name read whole."""
    row = ctx.names.typed[name]
    return Located(row.name, row.axes, (None,) * len(row.axes))


def delta(symbol: Symbol, ctx: Context, above: Pieces) -> Value | None:
    """An undeclared delta: with two indices and no layer the Kronecker delta, else the derivative of the loss by a pre-activation."""
    subs = cells(symbol.below)
    if not above and len(subs) == 1 and sum(len(p.text) if p.kind == "run" else 1 for p in subs[0]) == 2:
        subs = letter_by_letter(subs[0])
    if not above and len(subs) == 2:
        left, right = (place(tree(ctx.source, c, ctx.names), ctx) for c in subs)
        return number(bracket(left - 1, "=", right - 1))
    for letter in ADJOINT_OF:
        read = read_symbol(replace(symbol, letter=letter), ctx, above) if ctx.names.declares(letter) else None
        if read is not None and not read.power:
            at = located(symbol, read, ctx)
            if isinstance(ctx.program.loss, str) and at.name in ctx.program.definition:
                ctx.note(f"{text_of(symbol, ctx)} is the derivative of the loss by {at.name}")
                return derivative_of(whole(ctx.program.loss, ctx), (at,), ctx)
    return None


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


def bare(node: Node) -> tuple[Node, bool]:
    """What is under brackets and transposes, and whether it is transposed."""
    swapped = False
    while True:
        match node:
            case Group(body):
                node = body
            case TransposedSyntax(body):
                node, swapped = body, not swapped  # type: ignore[assignment]
            case Scripted(base, above) if scripts(above) == Scripts((), transposes=True):
                node, swapped = base, not swapped
            case _:
                return node, swapped


__all__ = [
    "Derivative", "Listed", "Located", "Negative", "Scripts", "at_axis", "bare", "custom", "delta", "derivative_of", "located", "place", "rate", "read_symbol",
    "scripts", "text_of", "undeclared", "valued", "whole",
]  # fmt: skip

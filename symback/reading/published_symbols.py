"""What a published symbol means: a declared name at places, a derivative, a letter of custom that nobody declared.

Letters of custom are read only where no declared name fits, and every such reading is said.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import ONE, Apply, Count, Name, Ref, Term, bracket
from symback.algebra.traverse import names as names_read
from symback.network.program import Leaf
from symback.reading.formula_grammar import TransposedSyntax
from symback.reading.published_accents import accented_name
from symback.reading.published_arguments import joined, without_parameters, without_sample
from symback.reading.published_context import Clash, Context, Value
from symback.reading.published_grammar import tree
from symback.reading.published_names import (
    LOSS_WORDS,
    RATES,
    SAMPLE,
    Generic,
    Match,
    Reading,
    cells,
    letter_by_letter,
    readings,
    text,
    unbracketed,
)
from symback.reading.published_nodes import Group, Node, Scripted, Symbol
from symback.reading.published_places import Scripts, located, place, scripts, size_named, text_of, whole
from symback.reading.published_reads import derivative_of, valued
from symback.reading.published_tokens import Piece, Pieces
from symback.reading.published_values import identity, number

ADJOINT_OF = ("z", "a", "s", "net", "h", "o", "u", "v", "y")
"""Letters of pre-activations, most usual first: an undeclared delta is the derivative of the loss by one of them."""


def match_of(symbol: Symbol, above: Pieces, ctx: Context) -> Match:
    """The scripts of a symbol as the table of names takes them."""
    inside, marked = unbracketed(above)
    last = ctx.names.layers[-1] if ctx.names.layers else ""
    free = text(symbol.below) not in ctx.letters
    return Match(cells(symbol.below), inside, marked, ctx.layers, last, ctx.lower, free, frozenset(ctx.letters))


def read_symbol(symbol: Symbol, ctx: Context, above: Pieces, named: bool = False) -> Reading | None:
    """The best reading of a symbol over the declared names, said where others fit; ``named`` where only a name can stand, not a size."""
    symbol = without_sample(without_parameters(symbol, ctx), ctx)
    if (both := layer_and_sample(symbol, above, ctx)) is not None:
        symbol, above = both
    match = match_of(symbol, above, ctx)
    found = readings(ctx.names, symbol.letter, symbol.accents, match)
    if not found:
        _generic(symbol, match, ctx)
        return None
    best = in_columns(replace(found[0], note=SAMPLE) if both else found[0], ctx)
    if best.row.letter != symbol.letter and not symbol.below and not symbol.above and not named and _has_meaning(symbol, ctx):
        return None
    if len(found) > 1 and found[1].cost[:2] == best.cost[:2] and _meant(found[1]) != _meant(best):
        ctx.note(f"{text_of(symbol, ctx)} is read as {best.row.name}, not as {_says_reading(found[1])}")
    elif len(found) > 1 and symbol.below and above and not match.marked and _meant(found[1]) != _meant(best):
        ctx.note(f"{text_of(symbol, ctx)} is read as {_says_reading(best)}, not as {_says_reading(found[1])}")
    if len(symbol.letter) > 1 and symbol.letter in ctx.names.typed and symbol.letter not in text_of(symbol, ctx):
        ctx.note(f"{text_of(symbol, ctx)} is {best.row.name}")
    if best.note:
        ctx.note(f"in {text_of(symbol, ctx)} {best.note}")
    if best.row.letter != symbol.letter:
        ctx.note(f"{text_of(symbol, ctx)} is read with the declared {best.row.name}")
    if "L" in text(match.above) and "L" not in ctx.layers and best.row.layer and not best.power:
        ctx.note(f"L marks the last layer, {match.last}")
    return best


def layer_and_sample(symbol: Symbol, above: Pieces, ctx: Context) -> tuple[Symbol, Pieces] | None:
    """A symbol with the mark of its layer and that of its sample, a^{[2](i)}, as one with its sample as the first place below."""
    while len(above) == 1 and above[0].kind == "group":
        above = above[0].inner
    cut = next((k + 1 for k, p in enumerate(above) if p.is_("]", ")")), None)
    if cut is None or not above[0].is_("[", "("):
        return None
    first, second = above[:cut], above[cut:]
    if second and second[0].is_("^", ","):
        second = second[1:]
    marks = [unbracketed(first)[0], unbracketed(second)[0]]
    layered = [r.layer for r in ctx.names.letters_of(symbol.letter, symbol.accents) if r.layer]
    if not second:
        below = {text(unbracketed(c)[0]) for c in cells(symbol.below)} & set(layered)
        if not layered or not below or text(marks[0]) in layered:
            return None
        return replace(symbol, below=joined([marks[0], *cells(symbol.below)])), ()
    if not unbracketed(second)[1]:
        return None
    known = [text(m) in layered or text(m) in ctx.layers or text(m) == "L" for m in marks]
    if known[0] == known[1]:
        return None
    layer, sample = (first, marks[1]) if known[0] else (second, marks[0])
    return replace(symbol, below=joined([sample, *cells(symbol.below)])), layer


def in_columns(reading: Reading, ctx: Context) -> Reading:
    """A reading of a matrix at one sample in brackets, which is a row of it or a column, as it fits."""
    if reading.note != SAMPLE or len(reading.row.axes) != 2 or len(reading.places) not in (1, 2) or not ctx.choose("samples in columns", 2):
        return reading
    whole_axis = (Piece("sign", ":", 0, 0),)
    ctx.note("samples are columns")
    sample, *rest = reading.places
    return replace(reading, places=(*(rest or [whole_axis]), sample))


def _has_meaning(symbol: Symbol, ctx: Context) -> bool:
    """Whether an undeclared letter means something by itself, so that the same letter in the other case is not looked at."""
    letter = symbol.letter
    return letter in (*ctx.free, *ctx.bounds, "e", "I", "pi") or size_named(letter, ctx) is not None


def _meant(reading: Reading) -> tuple[object, ...]:
    return reading.row.name, reading.row.fixed, tuple(map(text, reading.places)), text(reading.power)


def _says_reading(reading: Reading) -> str:
    places = f" at {', '.join(text(p) for p in reading.places)}" if reading.places else ""
    return f"{reading.row.name}{places}" + (f" to the power {text(reading.power)}" if reading.power else "")


def _generic(symbol: Symbol, match: Match, ctx: Context) -> None:
    """A letter where a layer is marked, or no mark at all: every declared layer is meant."""
    rows = [r for r in ctx.names.letters_of(symbol.letter, symbol.accents) if r.layer]
    layers = tuple(dict.fromkeys(r.layer for r in rows))
    if not layers:
        return
    if any(_stepped_letter(unbracketed(c)[0]) in ctx.layers for c in (match.above, *match.below) if c):
        return
    candidates = [match.above] if match.above else []
    candidates += [unbracketed(c)[0] for c in match.below] if not any(r.axes for r in rows) or not match.above else []
    for pieces in candidates:
        letter = _stepped_letter(pieces)
        arrays = any(r.axes for r in rows)
        if letter and letter not in ctx.layers and (pieces is match.above or not arrays or letter in ("l", "L", "ell", "t")):
            raise Generic(letter, layers, text_of(symbol, ctx))
    if not match.above and "" not in ctx.layers:
        raise Generic("", layers, text_of(symbol, ctx))


def _stepped_letter(pieces: Pieces) -> str:
    """The letter of a layer mark such as l, l-1 or l+1."""
    says = text(pieces)
    for sign in "+-":
        letter, found, step = says.partition(sign)
        if found and step.isdigit() and (len(letter) == 1 or letter == "ell"):
            return letter
    return says if (len(says) == 1 and says.isalpha()) or says == "ell" else ""


def custom(symbol: Symbol, ctx: Context, above: Pieces) -> Value | None:
    """The meaning of an undeclared letter by custom."""
    plain = not symbol.below and not above and not symbol.accents and not symbol.primes
    letter = symbol.letter
    if letter == "delta" and not symbol.accents:
        return delta(symbol, ctx, above)
    if plain and letter == "I":
        return identity()
    if letter == "I" and not above and not symbol.accents:
        entry = kronecker(symbol, ctx)
        return identity() if entry is None else entry
    if symbol.accents and not symbol.primes:
        bare_reading = read_symbol(replace(symbol, accents=()), ctx, above)
        return None if bare_reading is None or bare_reading.power else accented_name(symbol, bare_reading, ctx)
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
    """The learning rate: a declared number that the update multiplies the gradient with, what is declared as rate, or a free number."""
    if ctx.rate:
        ctx.note(f"{ctx.rate} is the learning rate")
        return Ref(ctx.rate)
    if "rate" not in ctx.names.typed and not any(leaf.name == "rate" for leaf in ctx.leaves):
        ctx.leaves.append(Leaf("rate", (), "constant"))
    ctx.note(f"{text_of(symbol, ctx) if symbol is not None else letter} is the learning rate, called rate")
    return Ref("rate")


def delta(symbol: Symbol, ctx: Context, above: Pieces) -> Value | None:
    """An undeclared delta: with two indices and no layer the Kronecker delta, else the derivative of the loss by a pre-activation."""
    entry = None if above else kronecker(symbol, ctx)
    if entry is not None:
        return entry
    found = sorted(_adjoints(symbol, ctx, above), key=lambda r: r.row.name not in _activated(ctx.program.definitions))
    if not found or not isinstance(ctx.program.loss, str):
        return None
    shown = text_of(symbol, ctx)
    kept = next((r for r in found if r.row.name == ctx.adjoints.get(shown)), None)
    if kept is None:
        kept = found[min(ctx.choose(f"{shown} is an adjoint", len(found)), len(found) - 1) if len(found) > 1 else 0]
        ctx.adjoints[shown] = kept.row.name
    at = located(symbol, kept, ctx)
    ctx.note(f"{shown} is the derivative of the loss by {at.name}")
    return derivative_of(whole(ctx.program.loss, ctx), (at,), ctx)


def _adjoints(symbol: Symbol, ctx: Context, above: Pieces) -> list[Reading]:
    """What an undeclared delta may be the adjoint of: what stands at the same places, first what a function is applied to."""
    found: list[Reading] = []
    clashes: list[Clash] = []
    for letter in ADJOINT_OF:
        try:
            read = read_symbol(replace(symbol, letter=letter), ctx, above) if ctx.names.declares(letter) else None
        except Generic as generic:
            if not generic.letter and (symbol.below or above):
                continue
            raise
        if read is None or read.power or read.row.name not in ctx.program.definition:
            continue
        free, sizes = dict(ctx.free), dict(ctx.sizes)
        try:
            located(symbol, read, ctx)
            found.append(read)
        except Clash as clash:
            clashes.append(clash)
        ctx.free, ctx.sizes = free, sizes
    if clashes and not found:
        raise clashes[0]
    return found


@lru_cache(maxsize=64)
def _activated(definitions: tuple[Definition, ...]) -> frozenset[Name]:
    """The computed names to which a function is applied, entry by entry or as a softmax."""
    alone = (names_read(d.body) for d in definitions if isinstance(d.body, Term) and d.indices)
    return frozenset(read[0] for read in alone if len(read) == 1)


def kronecker(symbol: Symbol, ctx: Context) -> Value | None:
    """An entry of the identity, for a letter with two indices below it."""
    subs = cells(symbol.below)
    if len(subs) == 1 and sum(len(p.text) if p.kind == "run" else 1 for p in subs[0]) == 2:
        subs = letter_by_letter(subs[0])
    if len(subs) != 2:
        return None
    left, right = (place(tree(ctx.source, c, ctx.names), ctx) for c in subs)
    return number(bracket(left - 1, "=", right - 1))


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
            case Symbol() if scripts(node.above).transposes and not scripts(node.above).inverts:
                node, swapped = replace(node, above=scripts(node.above).rest), not swapped
            case _:
                return node, swapped

"""What a published symbol means: a declared name at places, a derivative, a letter of custom that nobody declared.

Letters of custom are read only where no declared name fits, and every such reading is said.
"""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.sizes import Size
from symback.algebra.terms import ONE, Apply, Count, Ref, Term, bracket
from symback.network.program import Leaf
from symback.reading.formula_grammar import TransposedSyntax
from symback.reading.published_arguments import without_parameters
from symback.reading.published_context import Context, Value
from symback.reading.published_grammar import tree
from symback.reading.published_names import LOSS_WORDS, RATES, Generic, Match, Reading, cells, letter_by_letter, readings, text, unbracketed
from symback.reading.published_nodes import Group, Node, Scripted, Symbol
from symback.reading.published_places import Scripts, located, place, scripts, size_named, text_of, whole
from symback.reading.published_reads import derivative_of, valued
from symback.reading.published_tokens import Pieces
from symback.reading.published_values import identity, number

ADJOINT_OF = ("z", "a", "s", "net", "h", "o", "u", "v", "y")
"""Letters of pre-activations, most usual first: an undeclared delta is the derivative of the loss by one of them."""


def match_of(symbol: Symbol, above: Pieces, ctx: Context) -> Match:
    """The scripts of a symbol as the table of names takes them."""
    inside, marked = unbracketed(above)
    last = ctx.names.layers[-1] if ctx.names.layers else ""
    return Match(cells(symbol.below), inside, marked, ctx.layers, last, ctx.lower)


def read_symbol(symbol: Symbol, ctx: Context, above: Pieces) -> Reading | None:
    """The best reading of a symbol over the declared names; the choice is said where others fit."""
    symbol = without_parameters(symbol, ctx)
    match = match_of(symbol, above, ctx)
    found = readings(ctx.names, symbol.letter, symbol.accents, match)
    if not found:
        _generic(symbol, match, ctx)
        return None
    best = found[0]
    if best.row.letter != symbol.letter and not symbol.below and not above and _has_meaning(symbol, ctx):
        return None
    if len(found) > 1 and found[1].cost[:2] == best.cost[:2] and _meant(found[1]) != _meant(best):
        ctx.note(f"{text_of(symbol, ctx)} is read as {best.row.name}, not as {_says_reading(found[1])}")
    elif len(found) > 1 and symbol.below and above and not match.marked and _meant(found[1]) != _meant(best):
        ctx.note(f"{text_of(symbol, ctx)} is read as {_says_reading(best)}, not as {_says_reading(found[1])}")
    if best.note:
        ctx.note(f"in {text_of(symbol, ctx)} {best.note}")
    if best.row.letter != symbol.letter:
        ctx.note(f"{text_of(symbol, ctx)} is read with the declared {best.row.name}")
    if "L" in text(match.above) and "L" not in ctx.layers and best.row.layer and not best.power:
        ctx.note(f"L marks the last layer, {match.last}")
    return best


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
    candidates = [match.above] if match.above else []
    candidates += [unbracketed(c)[0] for c in match.below] if not any(r.axes for r in rows) or not match.above else []
    for pieces in candidates:
        letter = _stepped_letter(pieces)
        arrays = any(r.axes for r in rows)
        if letter and letter not in ctx.layers and (pieces is match.above or not arrays or letter in ("l", "L", "ell")):
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

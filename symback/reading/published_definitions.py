"""Symbols that a published text defines itself, and letters whose range the text shows elsewhere."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size, SizeSymbol
from symback.algebra.traverse import free_indices
from symback.errors import ReadingError
from symback.reading.published_context import Clash, Context, Undeclared, Unsized, Untold, Value
from symback.reading.published_meaning import value
from symback.reading.published_names import Generic, Names, Row, cells, letter_by_letter, text, unbracketed
from symback.reading.published_nodes import Big, Node, Product, Symbol, walk
from symback.reading.published_places import scripts, text_of
from symback.reading.published_symbols import read_symbol

REDEFINED = ("e", "I", "pi")
"""Letters with a meaning of their own that a text may give another one."""


MOST_SUMS = 20
"""How many sums are looked at for what their last letter stands for."""


def settled(ctx: Context) -> bool:
    """Give free letters the axes they were seen at; whether that changed any."""
    changed = False
    for letter, index in tuple(ctx.free.items()):
        waiting = index.size.single
        if isinstance(waiting, SizeSymbol) and waiting.name == f"?{letter}":
            size = ctx.sizes.pop(index, None)
            if size is None:
                raise ReadingError(
                    ctx.source,
                    f"the range of the index {letter} cannot be told",
                    f"write {letter} at an axis by itself",
                    where(letter, ctx),
                )
            ctx.free[letter] = ctx.fresh(letter, size)
            changed = True
    return changed


def where(letter: str, ctx: Context) -> int:
    """Where a letter first stands in the source."""
    return max(ctx.source.find(letter), 0)


def marked_below(trees: list[Node], ctx: Context) -> bool:
    """Whether layers are marked below the letters: so the network asks, or so it is where only one script can be the mark."""
    if ctx.program.notation.get("layer_mark") == "plain":
        return True
    below = above = False
    for node in walk(tuple(trees)):
        if isinstance(node, Symbol):
            rows = ctx.names.letters_of(node.letter, node.accents)
            layers = {r.layer for r in rows if r.layer} or (set(ctx.names.layers) if node.letter == "delta" and not rows else set())
            up, under = scripts(node.above).rest, [text(unbracketed(c)[0]) for c in cells(node.below)]
            below = below or (not up and bool(layers & set(under[:1])))
            above = above or (text(unbracketed(up)[0]) in layers and not layers & set(under))
    return below and not above


def learn_bounds(trees: list[Node], ctx: Context) -> None:
    """Learn what the letters stand for that sums run to, before they are read elsewhere."""
    sums = [n for n in walk(tuple(trees)) if isinstance(n, Big) and isinstance(n.last, Symbol) and not ctx.names.declares(n.last.letter)]
    said = dict(ctx.notes)
    for node in sums[:MOST_SUMS]:
        with suppress(ReadingError, Clash, Generic):
            value(node, ctx)
            settled(ctx)
    ctx.free.clear()
    ctx.sizes.clear()
    ctx.adjoints.clear()
    ctx.notes = said


def value_or_clash(node: Node, ctx: Context, first: bool = False) -> Value | str:
    """A tree as an array, or what does not fit in it; the first side may call the loss by a letter of custom."""
    ctx.loss_letter = first and isinstance(node, Symbol | Product)
    try:
        return value(node, ctx)
    except Untold as untold:
        raise Unsized(ctx.source, str(untold), "write the entry as a sum, or name the product", 0) from None
    except Clash as clash:
        return str(clash)


def head_of(trees: list[Node], ctx: Context) -> tuple[Symbol | None, str]:
    """A statement whose left side is one undeclared symbol defines it; and why it does not, where no side of it fits."""
    head = new_symbol(trees, ctx)
    if head is None:
        return None, ""
    try:
        define(head, trees[1:], ctx)
    except Clash as clash:
        return head, str(clash)
    return head, ""


def new_symbol(trees: list[Node], ctx: Context) -> Symbol | None:
    """The left side, where it is one symbol that nobody declares."""
    head = trees[0]
    if not isinstance(head, Symbol) or len(trees) < 2 or head.primes or head.marked or (ctx.bars and head.accents == ("bar",)):
        return None
    if ctx.new and not head.above and not head.below:
        return head
    other = len(head.letter) == 1 and ctx.names.declares(head.letter.swapcase())
    if other and not ctx.names.declares(head.letter) and head.below and _unreadable(head, ctx):
        return head
    if of_other_case(head, trees[1:], ctx.names):
        return head
    if any(not r.layer or not head.above for r in ctx.names.letters_of(head.letter, head.accents)):
        return None
    if ctx.names.declares(head.letter) and not head.accents:
        return None
    if head.letter not in REDEFINED:
        ctx.loss_letter = True
        try:
            value(head, ctx)
        except Undeclared as error:
            if error.position != head.position:
                raise
        except (Clash, Generic):
            return None
        else:
            return None
    return head


def of_other_case(head: Symbol, others: list[Node], names: Names) -> bool:
    """Whether a letter that is declared in the other case only is a new one, as in A = diag(a): it is made of the declared one."""
    known = names.declares(head.letter) or len(head.letter) != 1 or head.accents or head.primes
    return not known and any(isinstance(n, Symbol) and n.letter == head.letter.swapcase() for n in walk(tuple(others)))


def _unreadable(head: Symbol, ctx: Context) -> bool:
    """Whether a letter that is declared in the other case only cannot mean that."""
    with suppress(Generic):
        return len(cells(head.below)[0]) == 1 and read_symbol(head, ctx, scripts(head.above).rest) is None
    return False


def define(head: Symbol, others: list[Node], ctx: Context) -> None:
    """Enter a definition: its value is that of the first side that fits."""
    if any(isinstance(n, Symbol) and text_of(n, ctx) == text_of(head, ctx) for n in walk(tuple(others))):
        raise ctx.error(head.position, f"{text_of(head, ctx)} is not declared, and stands on both sides", "say what it is before")
    made: Value | None = None
    found: Value | str = ""
    for node in others:
        found = value_or_clash(node, ctx)
        if settled(ctx):
            found = value_or_clash(node, ctx)
        if isinstance(found, Value) and not found.any_size:
            made = found
            break
    if made is None:
        raise Clash(found if isinstance(found, str) else "the size of this cannot be told")
    _refuse_unclear(head, made, ctx)
    below = cells(head.below)
    if len(below) == 1 and text(below[0]) not in ctx.free and all(text(c) in ctx.free for c in letter_by_letter(below[0])):
        below = letter_by_letter(below[0])
    places = tuple(c for c in below if text(c) in ctx.free)
    letters = tuple(ctx.free[text(c)] for c in places)
    body = made.entry(*map(Size.of, made.axes))
    strange = [i for i in free_indices(body) if i not in letters and i not in made.axes]
    if strange:
        raise ReadingError(ctx.source, f"the index {strange[0]} is on the right side only", "write it on the left too", head.position)
    name = fresh_name(head, ctx)
    indices = (*letters, *made.axes)
    ctx.added.append(Definition(name, indices, body))
    words = tuple(text(c) for c in below if c not in places)
    layer = text(unbracketed(scripts(head.above).rest)[0])
    ctx.names.add(Row(head.letter, head.accents, layer, (), words, name, indices))
    ctx.names.typed[name] = Row(name, (), "", (), (), name, indices)


def _refuse_unclear(head: Symbol, made: Value, ctx: Context) -> None:
    """A computed letter with a bar that is given a value of its shape may be the adjoint, or a name of the text's own."""
    if head.accents != ("bar",):
        return
    reading = read_symbol(replace(head, accents=()), ctx, scripts(head.above).rest)
    if reading is None or reading.row.name not in ctx.program.definition or len(reading.row.axes) != made.rank:
        return
    shown = text_of(head, ctx)
    found = f"{shown} may be the derivative of the loss by {reading.row.name}, or a name of its own"
    raise ctx.error(head.position, found, rf"write \frac{{\partial L}}{{\partial {head.letter}}}, or another letter")


def fresh_name(head: Symbol, ctx: Context) -> str:
    """A name for a symbol that a text defines."""
    shown = head.letter + "".join(head.accents) + text(head.above) + (f"_{text(head.below)}" if head.below else "")
    plain = "".join(c if c.isalnum() or c == "_" else "" for c in shown) or "defined"
    wish = plain if plain.isidentifier() else f"defined_{plain}"
    return next(n for n in (wish, *(f"{wish}_{k}" for k in range(1, 10_000))) if n not in ctx.names.typed)

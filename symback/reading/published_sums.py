"""Big operators of published formulas: ranges, bounds and conditions of their letters."""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.algebra.terms import Mul, Reduce, Term, bracket
from symback.algebra.traverse import free_indices
from symback.errors import ReadingError
from symback.reading.formula_grammar import Digits
from symback.reading.published_cells import relation
from symback.reading.published_context import Context, Undeclared, Value
from symback.reading.published_meaning import plus, value
from symback.reading.published_names import Generic
from symback.reading.published_nodes import Big, Node, Sum, Symbol
from symback.reading.published_places import place
from symback.reading.published_values import entrywise, mapped, reduced


@value.register
def _(node: Big, ctx: Context) -> Value:
    if node.remark:
        ctx.note(f"{node.remark} names no declared set; the sum is over the whole axis")
    if not node.letters:
        before = dict(ctx.free)
        body = value(node.body, ctx)
        strange = [c for c in ctx.free if c not in before]
        if not body.rank and len(strange) == 1:
            ctx.free = before
            ctx.note(f"a {node.kind} without an index is over {strange[0]}, which stands nowhere else")
            return value(replace(node, letters=((strange[0], None),)), ctx)
        if not body.rank:
            raise ctx.error(node.position, "a sum without an index is over a number", "write its index")
        ctx.note(f"a {node.kind} without an index is over all entries")
        return reduced(ctx, body, node.kind)
    return _bound(node, list(node.letters), ctx)


def _bound(node: Big, letters: list[tuple[str, Node | None]], ctx: Context) -> Value:
    """A big operator over its letters, one after the other; a letter whose range nobody shows takes that of the axis it stands at."""
    if not letters:
        return _conditioned(node, ctx)
    (letter, first), *rest = letters
    key = (node.position, letter, tuple(ctx.layers.items()))
    before, zero = ctx.letters.get(letter), letter in ctx.zero_based
    lowest = _lowest(first, ctx)
    if lowest == 0:
        ctx.zero_based.add(letter)
    else:
        ctx.zero_based.discard(letter)
    try:
        size = ctx.sizes.get(key)
        if size is None:
            waiting = Index(letter, SizeSymbol(f"?{letter}"))
            ctx.letters[letter] = waiting
            ctx.sizes.pop(waiting, None)
            try:
                body = _bound(node, rest, ctx)
            except Generic as generic:
                if generic.letter != letter or letter in ctx.layers:
                    raise
                if node.kind != "sum":
                    raise ctx.error(
                        node.position, f"{letter} marks layers here, and only sums over them are read", "write it out"
                    ) from None
                return _over_layers(node, letter, rest, generic.layers, ctx)
            size = ctx.sizes.pop(waiting, None)
            if size is None:
                size = _from_bound(node, letter, body, ctx)
            if size is None:
                return _over_whole(node, letter, body, ctx)
            ctx.sizes[key] = size
        index = ctx.fresh(letter, size)
        ctx.letters[letter] = index
        body = _bound(node, rest, ctx)
        masks = _bounds(node, letter, index, lowest, ctx)
        if body.rank and masks:
            return Value(body.axes, lambda *p: Reduce(node.kind, index, Mul((*masks, body.entry(*p)))), body.row, body.fixed)
        if masks and node.kind != "sum":
            raise ctx.error(node.position, f"bounds inside the axis are read for sums, not for {node.kind}")
        return Value(body.axes, lambda *p: Reduce(node.kind, index, _masked(masks, body.entry(*p))), body.row, body.fixed)
    finally:
        if before is None:
            ctx.letters.pop(letter, None)
        else:
            ctx.letters[letter] = before
        (ctx.zero_based.add if zero else ctx.zero_based.discard)(letter)


def _over_layers(node: Big, letter: str, rest: list[tuple[str, Node | None]], layers: tuple[str, ...], ctx: Context) -> Value:
    """A sum over a letter that marks layers or steps, term by term."""
    known = sorted(int(layer) for layer in layers if layer.isdigit())
    low, high = (_integer(n) for n in (next(f for c, f in node.letters if c == letter), node.last))
    if not known or (node.last is not None and high is None and not isinstance(node.last, Symbol)):
        raise ctx.error(node.position, f"{letter} marks layers, and it is not told which", "write the first and the last")
    shown = range(known[0] if low is None else low, (known[-1] if high is None else high) + 1)
    if not shown or not set(shown) <= set(known):
        raise ctx.error(node.position, f"{letter} marks layers, of which {known[0]} to {known[-1]} are declared", "sum over those")
    ctx.note(f"the sum over {letter} is over the layers {shown[0]} to {shown[-1]}")
    before, made = ctx.layers, None
    ctx.letters.pop(letter, None)
    try:
        for layer in shown:
            ctx.layers = {**before, letter: str(layer)}
            try:
                part = _bound(node, rest, ctx)
            except Undeclared:
                if low is not None and high is not None:
                    raise
                ctx.note(f"the sum over {letter} leaves out {layer}, for which not all names are declared")
                continue
            made = part if made is None else entrywise(ctx, plus, made, part, "a sum over layers")
    finally:
        ctx.layers = before
    if made is None:
        raise ctx.error(node.position, f"for no {letter} all names in the sum are declared", "write its bounds")
    return made


def _integer(node: Node | None) -> int | None:
    return int(node.digits) if isinstance(node, Digits) and node.digits.isdigit() else None


def _masked(masks: tuple[Term, ...], body: Term) -> Term:
    return Mul((*masks, body)) if masks else body


def _lowest(first: Node | None, ctx: Context) -> int | None:
    return int(first.digits) if isinstance(first, Digits) and first.digits.isdigit() else None


def _from_bound(node: Big, letter: str, body: Value, ctx: Context) -> Size | None:
    """The range of a letter that stands at no axis by itself: from its bounds, where those are sizes of the network or integers."""
    if node.last is None:
        return None
    try:
        last = place(node.last, ctx)
    except ReadingError:
        return None
    return None if last.indices else last + (1 if letter in ctx.zero_based else 0)


def _over_whole(node: Big, letter: str, body: Value, ctx: Context) -> Value:
    """A sum whose index stands nowhere: over the entries of a vector."""
    unread = ctx.letters[letter] not in free_indices(body.entry(*map(Size.of, body.axes)))
    if body.rank == 1 and len(node.letters) == 1 and unread:
        ctx.note(f"the index {letter} stands nowhere in the sum, which is over the entries of the vector in it")
        return reduced(ctx, body, node.kind, letter)
    raise ctx.error(node.position, f"the range of {letter} cannot be told", f"write {letter} at the axis it runs over")


def _bounds(node: Big, letter: str, index: Index, lowest: int | None, ctx: Context) -> tuple[Term, ...]:
    """The brackets that hold a sum within bounds that differ from its axis."""
    masks: list[Term] = []
    base = 0 if letter in ctx.zero_based else 1
    first = next(f for c, f in node.letters if c == letter)
    if first is not None and lowest not in (0, 1):
        masks.append(bracket(Size.of(index), ">=", place(first, ctx) - base))
    if node.last is not None and letter == node.letters[-1][0]:
        last = _last(node, letter, index, ctx)
        if last is not None:
            upper = last - base
            extent = index.size - 1
            if upper is not extent:
                beyond = (upper - extent).constant
                if beyond is not None and beyond > 0:
                    raise ctx.error(node.last.position, f"{letter} runs to {last}, past the axis of {index.size} entries")
                masks.append(bracket(Size.of(index), "<=", upper))
    return tuple(masks)


def _last(node: Big, letter: str, index: Index, ctx: Context) -> Size | None:
    """The last value that is shown; a letter that is no size of the network stands for the size of the axis."""
    before = dict(ctx.free)
    assert node.last is not None
    try:
        last = place(node.last, ctx)
    except ReadingError:
        last = None
    strange = [c for c in ctx.free if c not in before]
    if last is not None and not strange:
        return last
    for c in strange:
        ctx.free.pop(c, None)
    shown = node.last
    if isinstance(shown, Symbol) and not shown.below and not shown.above and letter not in ctx.zero_based:
        ctx.bounds[shown.letter] = index.size
    ctx.note(f"the sum over {letter} is over its whole axis, {index.size} entries")
    names = [shown.letter] if isinstance(shown, Symbol) else []
    if isinstance(shown, Sum) and len(shown.terms) == 2 and isinstance(shown.terms[0][1], Symbol) and letter in ctx.zero_based:
        names = [shown.terms[0][1].letter]
    if not names:
        raise ctx.error(shown.position, f"the last value of {letter} cannot be told", "write a size of the network")
    return None


def _conditioned(node: Big, ctx: Context) -> Value:
    """The body of a big operator under the conditions on its letters."""
    body = value(node.body, ctx)
    if not node.conditions:
        return body
    if node.kind != "sum":
        raise ctx.error(node.position, f"conditions are read under a sum, not under {node.kind}")
    masks = tuple(relation(c, ctx).entry() for c in node.conditions)
    return mapped(body, lambda t: Mul((*masks, t)))

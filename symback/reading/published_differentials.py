"""Derivative signs in published formulas: ratios, signs in the line, gradients."""

from __future__ import annotations

from dataclasses import replace

from symback.errors import ReadingError
from symback.reading.published_brackets import bracketed
from symback.reading.published_cursor import Cursor
from symback.reading.published_names import LOSS_WORDS, text
from symback.reading.published_nodes import Derivative, Function, Group, Node, Product, Reach, Symbol, arguments_of
from symback.reading.published_tokens import Piece, Pieces


def fraction(p: Cursor, piece: Piece) -> Node:
    """A fraction, or the ratio of two differentials."""
    top, bottom = p.argument(), p.argument()
    below, above = mark(p, bottom), mark(p, top)
    if below is None and above is None and p.names.declares("d"):
        below, above = mark(p, bottom, cancels=True), mark(p, top, cancels=True)
    if below is not None and above is not None and (below[0] == above[0] or "d" in (below[0], above[0])):
        return ratio(p, piece.position, p.inner(above[2]) if above[2] else None, bottom, above[1])
    if below is not None and below[0] in (r"\partial", r"\delta") and below[2] and above is None:
        return ratio(p, piece.position, p.inner(top), bottom, 1, "a derivative sign is missing above the line")
    numerator, denominator = p.inner(top), p.inner(bottom)
    return Group(
        Product((("", Group(numerator, piece.position)), ("/", Group(denominator, piece.position))), piece.position), piece.position
    )


def mark(p: Cursor, pieces: Pieces, cancels: bool = False) -> tuple[str, int, Pieces] | None:
    """The derivative sign that pieces begin with, its order, and what is derived.

    ``cancels``: a declared d that stands first on both sides of a fraction would cancel as a factor, so it is a sign, too.
    """
    if not pieces:
        return None
    head, rest = pieces[0], pieces[1:]
    if head.kind == "group" and len(pieces) == 1:
        return mark(p, head.inner, cancels)
    if head.kind == "run":
        first, *more = p.names.split(head.text)
        if first != "d" or (p.names.declares("d") and not (cancels and more)) or head.text in p.names.heads:
            return None
        rest = (replace(head, text=head.text[1:], position=head.position + 1), *rest) if more else rest
        sign = "d"
    elif head.kind == "word" and head.text == "d":
        sign = "d"
    elif (
        head.is_(r"\partial")
        or (head.is_(r"\delta") and not p.names.declares("delta") and (len(pieces) == 1 or not pieces[1].is_("^", "_")))
        or (
            head.is_(r"\delta")
            and len(pieces) > 3
            and pieces[1].is_("^")
            and text((pieces[2],)).isdigit()
            and not p.names.declares("delta")
        )
    ):
        sign = head.text
    else:
        return None
    order = 1
    if len(rest) > 1 and rest[0].is_("^") and text((rest[1],)).isdigit() and len(text((rest[1],))) == 1:
        order, rest = int(text((rest[1],))), rest[2:]
    return sign, order, rest


def ratio(p: Cursor, position: int, top: Node | None, bottom: Pieces, order: int, sloppy: str = "") -> Derivative:
    """A derivative from its two parts."""
    bottoms: list[Node] = []
    rest = bottom
    if len(rest) == 1 and rest[0].kind == "group":
        rest = rest[0].inner
    while rest:
        found = mark(p, rest, cancels=True)
        if found is None:
            raise p.error("expected a derivative sign in the denominator", position=rest[0].position)
        body = found[2]
        cut = next((k for k, p in enumerate(body) if k and p.is_(r"\partial", found[0])), len(body))
        if not body[:cut]:
            raise p.error("a derivative is by nothing", position=rest[0].position)
        parser = p.over(body[:cut])
        node = parser.factor()
        if parser.more:
            raise parser.error("a derivative is by one symbol")
        if order > 1 and isinstance(node, Symbol) and text(node.above) == str(order):
            bottoms += [replace(node, above=())] * order
        else:
            bottoms.append(node)
        rest = body[cut:]
    if len(bottoms) != order or order > 4:
        raise p.error(f"a derivative of order {order} is by {order} symbols, found {len(bottoms)}", position=position)
    return Derivative(top, tuple(bottoms), position, sloppy)


def differential(p: Cursor, piece: Piece) -> Node:
    """A derivative sign in the line: with a slash a ratio, else the derivative of the loss by what follows."""
    order = 1
    if p.sees("^") and p.at + 1 < len(p.pieces) and text((p.pieces[p.at + 1],)).isdigit():
        p.take()
        order = int(text(p.script())[:1])
    top: Node | None = None
    if not p.sees("/"):
        top = p.scripted(p.atom())
    if not p.sees("/"):
        if order > 1 or top is None:
            raise p.error("expected a slash and another derivative sign", position=piece.position)
        return Derivative(None, (top,), piece.position, "∂" if piece.text == r"\partial" else "d")
    p.take()
    start = p.at
    bottoms: list[Node] = []
    for _ in range(min(order, 4)):
        found = mark(p, p.pieces[p.at :], cancels=True)
        if found is None:
            if piece.text != r"\partial" and top is not None and not bottoms:
                p.at = start - 1
                return Derivative(None, (top,), piece.position, "d")
            raise p.error("expected a derivative sign after the slash")
        p.pieces = found[2]
        p.at = 0
        node = p.atom()
        if order > 1 and isinstance(node, Symbol) and text(node.above) == str(order):
            bottoms += [replace(node, above=())] * order
            break
        bottoms.append(node)
    return Derivative(top, tuple(bottoms), piece.position)


def differential_follows(p: Cursor) -> bool:
    """Whether a delta is a derivative sign: a symbol or a bracket stands right after it, and a slash and another delta later."""
    rest = p.pieces[p.at :]
    slash = next((k for k, p in enumerate(rest) if p.is_("/")), None)
    return slash is not None and slash < 8 and slash + 1 < len(rest) and rest[slash + 1].is_(r"\delta")


def adjoint(p: Cursor, piece: Piece) -> Node | None:
    """A delta right before a computed name, which is its adjoint, or else a factor of it; before a transpose it is a factor."""
    if not (p.more and p.next.kind in ("run", "command", "word")) or p.sees(r"\top", r"\log"):
        return None
    before, pieces = p.at, p.pieces
    try:
        follows = p.atom()
    except ReadingError:
        follows = None
    after = p.at, p.pieces
    p.at, p.pieces = before, pieces
    if not isinstance(follows, Symbol) or follows.primes or scripts_transpose(follows):
        return None
    rows = p.names.letters_of(follows.letter, follows.accents) or p.names.glued.get(follows.letter, [])
    if all(r.name in p.names.program.leaf for r in rows):
        return None
    p.at, p.pieces = after
    sign = Symbol("delta", (), (), (), piece.position, piece.end)
    ways: tuple[tuple[Node, str], ...] = (
        (Derivative(None, (follows,), piece.position, "d"), "a delta right before a computed name is the derivative of the loss by it"),
        (Product((("", sign), ("", follows)), piece.position), "a delta right before a computed name is a factor"),
    )
    return Reach(ways, piece.position)


def scripts_transpose(symbol: Symbol) -> bool:
    """Whether a superscript ends with the mark of a transpose."""
    shown = text(symbol.above)
    return shown.endswith(("T", "top")) or (len(symbol.above) > 1 and shown.endswith("t"))


def gradient(p: Cursor, piece: Piece) -> Node:
    """A nabla with what it derives by below, of the factor after it or of the loss; without, of a function by its argument."""
    order = 1
    below: Pieces = ()
    while p.sees("_", "^"):
        if p.take().text == "_":
            below = p.script()
        else:
            above = p.script()
            if text(above) != "2":
                raise p.error("the order of a gradient is 2 or not shown", position=piece.position)
            order = 2
    bottoms = (p.inner(below),) * order if below else ()
    if not p.starts():
        if not bottoms:
            raise p.error("expected what the gradient is of", r"write \nabla_{W} L")
        return Derivative(None, bottoms, piece.position, "nabla")
    if bottoms:
        return Derivative(None, bottoms, piece.position)
    top = p.factor()
    if isinstance(top, Symbol) and p.sees("("):
        start, listed = p.at, bracketed(p)
        if isinstance(listed, Group) and isinstance(listed.body, Symbol):
            return Derivative(Product((("", top), ("", listed)), top.position), (listed.body,) * order, piece.position)
        if arguments_of(listed):
            top = Product((("", top), ("", listed)), top.position)
        else:
            p.at = start
    return Derivative(top, (), piece.position, "nabla" if order == 1 else "nabla nabla")


def laplacian(p: Cursor, piece: Piece) -> Node:
    r"""\Delta_x L: the trace of the second derivative."""
    p.take()
    by = p.inner(p.script())
    if not p.starts():
        raise p.error("expected what the Laplacian is of", r"write \Delta_{x} L")
    return Function("tr", (Derivative(p.factor(), (by, by), piece.position),), 0, (), (), piece.position)


def reaching(p: Cursor, before: list[tuple[str, Node]], sign: str, operator: Derivative, body: Node) -> Node:
    """A derivative sign with the product after it: of all of it or, first where that is the loss, of its first factor only."""
    start = before[0][1].position if before else operator.position

    def product(*factors: tuple[str, Node]) -> Node:
        return Product((*before, *factors), start) if before or len(factors) > 1 else factors[0][1]

    whole = product((sign, replace(operator, top=body)))
    if not isinstance(body, Product):
        return whole
    (_, head), *rest = body.factors
    top = head
    if isinstance(head, Symbol) and rest and not rest[0][0] and arguments_of(rest[0][1]):
        top, rest = Product(body.factors[:2], body.position), rest[1:]
    if not rest:
        return whole
    narrow = product((sign, replace(operator, top=top)), *rest)
    ways = ((whole, "a derivative sign is of the whole product after it"), (narrow, "a derivative sign is of the one factor after it"))
    loss = isinstance(head, Symbol) and _is_loss(p, head)
    return Reach(ways[::-1] if loss else ways, start)


def _is_loss(p: Cursor, symbol: Symbol) -> bool:
    rows = p.names.letters_of(symbol.letter, symbol.accents)
    return any(r.name == p.names.program.loss for r in rows) or (not rows and symbol.letter in LOSS_WORDS)

"""Published formulas as arrays: the meaning of every node of the syntax, with the sizes of what it stands for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import singledispatch
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.operations import OPERATIONS, slope
from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.algebra.terms import HALF, MINUS_ONE, ONE, TWO, Add, Apply, Bracket, Count, Kind, Mul, Num, Pow, Reduce, Ref, Term, bracket
from symback.algebra.traverse import free_indices
from symback.algebra.traverse import names as names_read
from symback.errors import ReadingError, UnknownTerm
from symback.reading import conditions
from symback.reading.formula_grammar import Digits, Enclosed, Iverson, OnesSyntax
from symback.reading.published_grammar import tree
from symback.reading.published_names import cells, letter_by_letter, text, unbracketed
from symback.reading.published_nodes import (
    Big,
    Cases,
    Conditions,
    Derivative,
    Entry,
    Function,
    Group,
    Listed,
    Negative,
    Node,
    Product,
    Root,
    Rows,
    Scripted,
    Sum,
    Symbol,
)
from symback.reading.published_symbols import (
    Located,
    at_axis,
    bare,
    custom,
    derivative_of,
    located,
    place,
    rate,
    read_symbol,
    scripts,
    text_of,
    undeclared,
    valued,
    whole,
)
from symback.reading.published_tokens import Pieces
from symback.reading.published_values import (
    SINGLE,
    ZEROTH,
    Clash,
    Context,
    Value,
    chained,
    diagonal,
    entrywise,
    mapped,
    matrix_of,
    minus,
    multiplied,
    negated,
    number,
    ones,
    over,
    reduced,
    squeezed,
    times,
    transposed,
)

AFTER_STEP = " after a step"
"""Stands behind the name of a parameter after one step of gradient descent; no declared name holds a blank."""
ACTIVATIONS = ("f", "g", "h", "a", "phi", "psi", "sigma", "s", "act", "rho", "F", "G")
"""Letters of an activation function that nobody declared: the only function that the network applies to its argument."""


@singledispatch
def value(node: Any, ctx: Context) -> Value:
    """A node as an array."""
    raise UnknownTerm(node, "reading a published formula")


@value.register
def _(node: Digits, ctx: Context) -> Value:
    exact = Fraction(node.digits)
    plain = node.digits.isdigit()
    return number(Num(exact) if plain else Num(exact, node.digits))


@value.register
def _(node: Symbol, ctx: Context) -> Value:
    bound = ctx.letters.get(node.letter)
    if bound is not None and not node.below and not node.above and not node.accents:
        return number(Count(Size.of(bound) + (0 if node.letter in ctx.zero_based else 1)))
    parts = scripts(node.above)
    found, power = _read(node, parts.rest, ctx)
    if found is None and parts.transposes and not parts.rest and not parts.inverts:
        found, power = _read(node, node.above, ctx)
        parts = replace(parts, transposes=found is None)
    if found is None:
        made = custom(node, ctx, parts.rest)
        if made is None and parts.rest and not node.primes:
            made = custom(replace(node, above=()), ctx, ())
            power = parts.rest
        if made is None:
            raise undeclared(node, ctx)
    else:
        made = found
    if node.primes:
        raise ctx.error(node.position, f"the prime on {text_of(node, ctx)} means nothing here", "write the derivative, or (updated)")
    if node.marked == "new":
        made = updated(node, ctx)
    for above in (power, parts.power):
        made = raised(made, above, node.position, ctx) if above else made
    made = inverted(made, node.position, ctx) if parts.inverts else made
    return transposed(made) if parts.transposes else made


def _read(node: Symbol, above: Pieces, ctx: Context) -> tuple[Value | None, Pieces]:
    """A symbol over the declared names, and the power that is left."""
    reading = read_symbol(node, ctx, above)
    if reading is None:
        return None, ()
    return valued(located(node, reading, ctx), ctx), reading.power


def updated(node: Symbol, ctx: Context) -> Value:
    """The value of a parameter after a step of gradient descent: w - rate ∂L/∂w."""
    reading = read_symbol(node, ctx, scripts(node.above).rest)
    loss = ctx.program.loss
    if reading is None or not isinstance(loss, str):
        raise undeclared(node, ctx)
    at = located(node, reading, ctx)
    if at.name not in ctx.program.leaf:
        raise ctx.error(node.position, f"{at.name} is no parameter", "an update is of a declared symbol")
    name = str(at.name) + AFTER_STEP
    if name not in ctx.program.definition and all(d.name != name for d in ctx.added):
        step = rate("the factor of the gradient", None, ctx)
        every = replace(at, places=tuple(map(Size.of, at.axes)))
        old, gradient = (v.entry() for v in (valued(every, ctx), derivative_of(whole(loss, ctx), (every,), ctx)))
        ctx.added.append(Definition(name, at.axes, Add((old, Mul((MINUS_ONE, step, gradient))))))
    ctx.note(f"{text_of(node, ctx)} is {at.name} after the update: minus rate times its gradient, all from the old values")
    return valued(replace(at, name=name), ctx)


def located_symbol(node: Node, ctx: Context) -> Located | None:
    """A node that is nothing but a declared name at places."""
    node, _ = bare(node)
    if not isinstance(node, Symbol) or node.primes or node.marked == "new":
        return None
    if node.letter in ctx.letters and not node.below and not node.above:
        return None
    parts = scripts(node.above)
    if parts.inverts or parts.power:
        return None
    reading = read_symbol(node, ctx, parts.rest)
    if reading is None or reading.power:
        return None
    return located(node, reading, ctx)


@value.register
def _(node: Group, ctx: Context) -> Value:
    if node.remark:
        ctx.note(f"{node.remark} beside a brace is a remark")
    return replace(value(node.body, ctx), open=False)


@value.register
def _(node: Negative, ctx: Context) -> Value:
    return negated(value(node.body, ctx))


@value.register
def _(node: Sum, ctx: Context) -> Value:
    sign, first = node.terms[0]
    result = value(first, ctx)
    result = result if sign == "+" else negated(result)
    result = replace(result, open=False)
    for k, (sign, part) in enumerate(node.terms[1:]):
        other = value(part, ctx)
        other = other if sign == "+" else negated(other)
        result = entrywise(ctx, _longer if k else _plus, replace(result, tag=None), other, "a sum")
    return replace(result, open=False, tag=None) if len(node.terms) > 1 else result


def _plus(left: Term, right: Term) -> Term:
    return Add((left, right))


def _longer(left: Term, right: Term) -> Term:
    """One more term of a sum."""
    return Add((*left.args, right)) if isinstance(left, Add) else Add((left, right))


@value.register
def _(node: Product, ctx: Context) -> Value:
    parts = list(node.factors)
    result: Value | None = None
    at = 0
    while at < len(parts):
        sign, part = parts[at]
        at += 1
        applied = _applied(part, parts[at][1] if at < len(parts) and not parts[at][0] else None, ctx)
        if applied is not None:
            at += 1
        other = applied if applied is not None else value(part, ctx)
        result = replace(other, open=not isinstance(part, Group)) if result is None else combined(ctx, result, sign, other, node)
    assert result is not None
    return result


def _applied(part: Node, following: Node | None, ctx: Context) -> Value | None:
    """An undeclared function of a declared name, g(z) or g'(z): what the network computes from that name."""
    if isinstance(part, Symbol) and part.letter == "Delta" and isinstance(following, Symbol) and not ctx.names.declares("Delta"):
        return _step(part, following, ctx)
    if not (isinstance(part, Symbol) and isinstance(following, Group | Listed)) or part.letter in ctx.letters:
        return None
    if isinstance(following, Listed) or ctx.names.letters_of(part.letter, part.accents):
        return _argument_list(part, following, ctx)
    if part.letter not in ACTIVATIONS or (part.above and text(unbracketed(part.above)[0]) not in (*ctx.names.layers, *ctx.layers, "L")):
        return None
    at = located_symbol(following.body, ctx)
    if at is None:
        return None
    users = [
        d
        for d in ctx.program.definitions
        if isinstance(d.body, Term) and names_read(d.body) == (at.name,) and len(d.indices) == len(at.axes)
    ]
    if len(users) != 1:
        return None
    of = whole(str(users[0].name), ctx)
    same = replace(of, places=at.places, outside=at.outside)
    if not part.primes:
        ctx.note(f"{text_of(part, ctx)} of {at.name} is what the network computes from it, {of.name}")
        return valued(same, ctx)
    ctx.note(f"the derivative of {text_of(part, ctx)} at {at.name} is that of {of.name} by {at.name}, entry by entry")
    return _slope_of(same, at, ctx)


def _step(part: Symbol, parameter: Symbol, ctx: Context) -> Value | None:
    """The change of a parameter in a step of gradient descent."""
    if part.below or part.above or part.accents or part.primes:
        return None
    after, before = value(replace(parameter, marked="new"), ctx), value(parameter, ctx)
    ctx.note(f"{text_of(part, ctx)} before {text_of(parameter, ctx)} is its change in one step")
    return entrywise(ctx, lambda new, old: Add((new, minus(old, False))), after, before, "a step")


def _slope_of(of: Located, by: Located, ctx: Context) -> Value:
    """The derivative of each entry of a name by the same entry of another."""
    both = derivative_of(of, (by,), ctx)
    return replace(diagonal(both), row=False) if both.rank else both


def _argument_list(part: Symbol, following: Node, ctx: Context) -> Value | None:
    """The loss, or a definition, written as a function of names it depends on: L(w, b) is L."""
    if part.above or part.below or part.primes:
        return None
    if isinstance(following, Group) and not isinstance(following.body, Symbol):
        return None
    items = following.items if isinstance(following, Listed) else (following.body,) if isinstance(following, Group) else ()
    at = located_symbol(part, ctx)
    if at is None or at.axes or at.name != ctx.program.loss or not all(isinstance(i, Symbol) for i in items):
        return None
    for item in items:
        if located_symbol(item, ctx) is None:
            return None
    ctx.note(f"{text_of(part, ctx)} with its arguments is {at.name}")
    return valued(at, ctx)


def combined(ctx: Context, a: Value, sign: str, b: Value, node: Product) -> Value:
    """Two factors and the sign between them."""
    what = "a product"
    if sign in ("/", "⊘"):
        return _opened(entrywise(ctx, lambda x, y: over(x, y, a.open), a, b, "a quotient"))
    if (not a.rank and not a.any_size) or (not b.rank and not b.any_size):
        return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what), _tag(a, b))
    if sign == "⊙":
        return _hadamard(ctx, a, b, what)
    linked = chained(ctx, a, b, what, schematic=False)
    if linked is not None:
        return linked
    if sign == "⊗" and a.rank == b.rank == 1:
        ctx.note("⊗ between vectors is their outer product")
        return multiplied(ctx, replace(a, row=False), replace(b, row=True), what)
    return _by_sizes(ctx, a, sign, b, what)


def _tag(a: Value, b: Value) -> Value:
    """The derivative that a product with a scalar derivative still is."""
    return a if a.rank else b


def _opened(made: Value, _: Value | None = None) -> Value:
    return replace(made, open=True, tag=None)


def _hadamard(ctx: Context, a: Value, b: Value, what: str) -> Value:
    for one, other in ((a, b), (b, a)):
        if other.tag is not None and other.tag.of_rank == other.tag.by_rank == 1 and one.rank == 1:
            ctx.note(f"{what}: entry by entry, the derivative of {other.tag.of} by {other.tag.by} is that of each entry by its own")
            return _opened(
                entrywise(ctx, lambda x, y: times(x, y, a.open), *((one, diagonal(other)) if one is a else (diagonal(other), one)), what)
            )
    return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))


def _by_sizes(ctx: Context, a: Value, sign: str, b: Value, what: str) -> Value:
    """A product whose sign leaves open what is meant: the sizes decide, and what was decided is said."""
    same = a.shape == b.shape and (a.rank != 1 or a.row == b.row)
    if same and a.rank == 1:
        inner_first = sign in ("·",)
        inner = (ctx.choose(f"vectors {sign}", 2) == 0) is inner_first
        if inner:
            ctx.note(f"{what} of two vectors of one size is their inner product")
            return multiplied(ctx, replace(a, row=True), replace(b, row=False), what)
        ctx.note(f"{what} of two vectors of one size is taken entry by entry")
        return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))
    if same and sign in ("*", "×") and not a.any_size:
        matrix = ctx.choose(f"matrices {sign}", 2) == 1
        ctx.note(f"{sign} between arrays of one size is {'the matrix product' if matrix else 'entry by entry'}")
        if not matrix:
            return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))
    try:
        return multiplied(ctx, a, b, what)
    except Clash:
        schematic = chained(ctx, a, b, what, schematic=True)
        if schematic is not None:
            return schematic
        if same:
            ctx.note(f"{what} of two arrays of one size is taken entry by entry")
            return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))
        raise


@value.register
def _(node: Scripted, ctx: Context) -> Value:
    parts = scripts(node.above)
    if (
        isinstance(node.base, Enclosed)
        and node.base.kind.startswith("‖")
        and text(parts.rest) == "2"
        and node.base.kind[1:] in ("", "2", "F")
    ):
        body = value(node.base.body, ctx)
        return reduced(ctx, mapped(body, lambda t: Pow(t, TWO)), "sum")
    if isinstance(node.base, Symbol):
        raise ctx.error(node.position, "this letter has two superscripts", "put the first in braces")
    body = value(node.base, ctx)
    if parts.rest:
        body = raised(body, parts.rest, node.position, ctx)
    body = inverted(body, node.position, ctx) if parts.inverts else body
    return transposed(body) if parts.transposes else body


def raised(base: Value, above: Pieces, position: int, ctx: Context) -> Value:
    """A power: of each entry, or of a square matrix where no sign says entry by entry."""
    marked = bool(above) and above[0].is_(r"\odot", r"\circ")
    node = tree(ctx.source, above[1:] if marked else above, ctx.names)
    exponent = value(node, ctx)
    if exponent.rank or exponent.any_size:
        raise Clash("an exponent is a number")
    square = base.rank == 2 and base.shape[0] is base.shape[1] and not marked
    if square and isinstance(node, Digits) and node.digits == "2" and ctx.choose("square of a matrix", 2) == 0:
        ctx.note("the square of a square matrix is the matrix product")
        return multiplied(ctx, base, base, "a square")
    if base.rank and not marked:
        ctx.note("a power of an array is taken entry by entry")
    power = exponent.entry()
    return mapped(base, lambda t: Pow(t, power))


def inverted(base: Value, position: int, ctx: Context) -> Value:
    """The inverse of a matrix, or one over a number."""
    if not base.rank:
        return mapped(base, lambda t: Pow(t, MINUS_ONE))
    if base.rank != 2 or base.shape[0] is not base.shape[1]:
        raise Clash(f"{base.says} has no inverse")
    body = base.entry(*map(Size.of, base.axes))
    direct = isinstance(body, Ref) and isinstance(body.name, str) and body.places == tuple(map(Size.of, base.axes))
    operand = body.name if direct and isinstance(body, Ref) else ctx.define(base, "inverted")
    name = next((d.name for d in (*ctx.program.definitions, *ctx.added) if d.body == Opaque("inv", (operand,))), None)
    if name is None:
        name = f"{operand}_inv"
        ctx.added.append(Definition(name, base.axes, Opaque("inv", (operand,))))
    held = name
    return Value(base.axes, lambda *p: Ref(held, p), fixed=True)


@value.register
def _(node: Entry, ctx: Context) -> Value:
    return _entry_of(value(node.body, ctx), node.cells, ctx)


def _entry_of(body: Value, given: tuple[Pieces, ...], ctx: Context) -> Value:
    """The entry of an array at places; places that are left out are whole axes."""
    if len(given) == 1 and body.rank > 1:
        single = letter_by_letter(given[0])
        given = single if len(single) == body.rank else given
    if len(given) > body.rank:
        raise Clash(f"{len(given)} places are read of {body.says}")
    places: list[Size | None] = [at_axis(c, a, ctx, "this")[0] for c, a in zip(given, body.axes, strict=False)]
    places += [None] * (body.rank - len(places))
    kept = tuple(a for a, p in zip(body.axes, places, strict=True) if p is None)

    def entry(*open_places: Size) -> Term:
        given_places = iter(open_places)
        return body.entry(*(next(given_places) if p is None else p for p in places))

    return Value(kept, entry)


@value.register
def _(node: Root, ctx: Context) -> Value:
    body = value(node.body, ctx)
    if node.order is None:
        return mapped(body, lambda t: Pow(t, HALF))
    order = value(node.order, ctx)
    if order.rank:
        raise Clash("the order of a root is a number")
    term = order.entry()
    return mapped(body, lambda t: Pow(t, Pow(term, MINUS_ONE)))


@value.register
def _(node: Derivative, ctx: Context) -> Value:
    inner = bare(node.top)[0] if node.top is not None else None
    if isinstance(inner, Derivative) and inner.top is not None:
        node = replace(node, top=inner.top, bottoms=(*inner.bottoms, *node.bottoms))
    if not node.bottoms:
        raise ctx.error(node.position, "it is not said what the gradient is by", r"write \nabla_{W} L")
    by, swapped = [], False
    for bottom in node.bottoms:
        at = located_symbol(bottom, ctx)
        if at is None:
            inside, _ = bare(bottom)
            if isinstance(inside, Symbol):
                raise undeclared(inside, ctx)
            raise ctx.error(node.position, "a derivative is by a declared name")
        by.append(at)
        swapped ^= bare(bottom)[1]
    if node.sloppy and node.sloppy not in ("d", "nabla"):
        ctx.note(node.sloppy)
    of = _derived(node, ctx)
    found = derivative_of(of, tuple(by), ctx)
    square = len(by) == 1 and of.rank == by[0].rank == 1 and found.rank == 2 and found.shape[0] is found.shape[1]
    if square and ctx.choose("derivative of a vector by one of its size", 2):
        ctx.note(f"the derivative of {of.name} by {by[0].name} is that of each entry by its own")
        return diagonal(found)
    if swapped:
        found = transposed(found)
    return found


def _derived(node: Derivative, ctx: Context) -> Located:
    """What a derivative derives: a name, or an expression, which becomes a definition."""
    if node.top is None:
        if not node.sloppy:
            raise ctx.error(node.position, "it is not said what is differentiated", "write it above the line or after it")
        loss = ctx.program.loss
        if not isinstance(loss, str):
            raise ctx.error(node.position, "the loss of this network has no name")
        return whole(loss, ctx)
    at = located_symbol(node.top, ctx)
    if at is not None and not at.outside:
        return at
    before, ctx.loss_letter = ctx.loss_letter, isinstance(bare(node.top)[0], Symbol | Product)
    made = value(node.top, ctx)
    ctx.loss_letter = before
    if made.any_size:
        raise Clash("the size of what is derived cannot be told")
    body = made.entry(*map(Size.of, made.axes))
    if isinstance(body, Ref) and isinstance(body.name, str) and not made.rank:
        axes = ctx.names.typed[body.name].axes if body.name in ctx.names.typed else ()
        if len(axes) == len(body.places):
            return Located(body.name, axes, body.places)
    name = ctx.define(made, "derived")
    definition = next(d for d in ctx.added if d.name == name)
    outer = definition.indices[: len(definition.indices) - made.rank]
    return Located(name, definition.indices, (*map(Size.of, outer), *(None for _ in made.axes)))


@value.register
def _(node: Function, ctx: Context) -> Value:
    args = [value(a, ctx) for a in node.args]
    made = _called(node, args, ctx)
    parts = scripts(node.above)
    if parts.inverts:
        raise ctx.error(node.position, f"{node.word} to the power -1 may be the inverse function or one over it", "write a fraction")
    if parts.rest:
        ctx.note(f"a superscript on {node.word} is a power of its value")
        made = raised(made, parts.rest, node.position, ctx)
    return transposed(made) if parts.transposes else made


def _called(node: Function, args: list[Value], ctx: Context) -> Value:
    word = node.word
    if node.below and not (word == "log" and text(node.below) == "e"):
        if word == "log" and text(node.below) in ("2", "10"):
            base = Apply("log", (Num(int(text(node.below))),))
            return mapped(args[0], lambda t: Mul((Apply("log", (t,)), Pow(base, MINUS_ONE))))
        if word == "softmax" and len(args) == 1 and args[0].rank == 1 and not node.primes:
            return _entry_of(_softmax(args[0], ctx), cells(node.below), ctx)
        raise ctx.error(node.position, f"the subscript of {word} means nothing here")
    if word in ("max", "min") and len(args) > 1:
        of = conditions.maximum if word == "max" else conditions.minimum
        made = args[0]
        for other in args[1:]:
            made = entrywise(ctx, of, made, other, word)
        return made
    arity = OPERATIONS[word].arity if word in OPERATIONS else 1
    if len(args) != arity:
        raise ctx.error(node.position, f"{word} takes {arity} argument{'s' if arity > 1 else ''}, found {len(args)}")
    if node.primes:
        return _primed(node, args[0], ctx)
    if word in OPERATIONS and arity == 2:
        return entrywise(ctx, lambda a, b: Apply(word, (a, b)), args[0], args[1], word)
    if word in OPERATIONS:
        return mapped(args[0], lambda t: Apply(word, (t,)))
    return _spelled(node, args[0], ctx)


def _primed(node: Function, arg: Value, ctx: Context) -> Value:
    if node.primes > 1 or node.word not in OPERATIONS:
        raise ctx.error(node.position, f"this derivative of {node.word} is not read", "write it out")
    return mapped(arg, lambda t: slope(Apply(node.word, (t,)), 0))


def _spelled(node: Function, arg: Value, ctx: Context) -> Value:
    """Functions that are spelled out through others."""
    word = node.word
    match word:
        case "sqrt":
            return mapped(arg, lambda t: Pow(t, HALF))
        case "sech":
            return mapped(arg, lambda t: Pow(Apply("cosh", (t,)), MINUS_ONE))
        case "sum" | "mean" | "max" | "min" | "prod":
            kind: Kind = next(k for k in ("sum", "mean", "max", "min", "prod") if k == word)
            return reduced(ctx, arg, kind)
        case "diag":
            return _diag(arg, ctx)
        case "tr":
            if not arg.rank:
                return arg
            if arg.rank != 2 or arg.shape[0] is not arg.shape[1]:
                raise Clash(f"{arg.says} has no trace")
            k = ctx.fresh("k", arg.shape[0])
            return number(Reduce("sum", k, arg.entry(Size.of(k), Size.of(k))))
        case "softmax":
            return _softmax(arg, ctx)
        case "logsumexp":
            return mapped(reduced(ctx, mapped(arg, lambda t: Apply("exp", (t,))), "sum"), lambda t: Apply("log", (t,)))
        case "norm":
            return mapped(reduced(ctx, mapped(arg, lambda t: Pow(t, TWO)), "sum"), lambda t: Pow(t, HALF))
        case "inv":
            return inverted(arg, node.position, ctx)
    raise ctx.error(node.position, f"{word} is not read here", "give it a name in the network")


def _diag(arg: Value, ctx: Context) -> Value:
    if arg.rank == 2:
        return Value(arg.axes[:1], lambda r: arg.entry(r, r))
    if arg.rank != 1:
        raise Clash(f"diag of {arg.says}")
    axis = arg.axes[0]
    other = Index(axis.name, axis.size, axis.mark + 1)
    return Value((axis, other), lambda r, c: Mul((arg.entry(r), bracket(r, "=", c))), fixed=True)


def _softmax(arg: Value, ctx: Context) -> Value:
    """Over the entries of a vector, over each row of a matrix."""
    if arg.rank not in (1, 2):
        raise Clash(f"softmax of {arg.says}")
    if arg.rank == 2:
        ctx.note("softmax of a matrix is taken over each row")
    k = ctx.fresh("k", arg.shape[-1])

    def entry(*p: Size) -> Term:
        whole_sum = Reduce("sum", k, Apply("exp", (arg.entry(*p[:-1], Size.of(k)),)))
        return Mul((Apply("exp", (arg.entry(*p),)), Pow(whole_sum, MINUS_ONE)))

    return Value(arg.axes, entry, arg.row, arg.fixed)


@value.register
def _(node: Big, ctx: Context) -> Value:
    if not node.letters:
        body = value(node.body, ctx)
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
            body = _bound(node, rest, ctx)
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
    masks = tuple(_relation(c, ctx).entry() for c in node.conditions)
    return mapped(body, lambda t: Mul((*masks, t)))


@value.register
def _(node: Rows, ctx: Context) -> Value:
    cells = [[value(c, ctx) for c in row] for row in node.rows]
    if any(c.rank or c.any_size for row in cells for c in row):
        raise Clash("the cells of this matrix are arrays")
    return matrix_of(ctx, tuple(tuple(c.entry() for c in row) for row in cells))


@value.register
def _(node: Listed, ctx: Context) -> Value:
    cells = [value(c, ctx) for c in node.items]
    if any(c.rank or c.any_size for c in cells):
        raise Clash("the values of this list are arrays")
    made = matrix_of(ctx, tuple((c.entry(),) for c in cells))
    return replace(made, fixed=False)


@value.register
def _(node: Cases, ctx: Context) -> Value:
    """Values under their conditions, the first that holds."""
    made: Value | None = None
    before: list[Value] = []
    for shown, said in node.rows:
        here = value(shown, ctx)
        mask = _all(tuple(_relation(c, ctx) for c in said), ctx) if said is not None else None
        for earlier in before:
            if mask is None:
                mask = mapped(earlier, conditions.negated)
            elif not _excludes(earlier, mask):
                mask = entrywise(ctx, conditions.both, mapped(earlier, conditions.negated), mask, "cases")
        if mask is None:
            raise ctx.error(node.position, "a case has no condition")
        if said is not None:
            before.append(mask)
        part = entrywise(ctx, conditions.times, mask, here, "cases")
        made = part if made is None else entrywise(ctx, _plus, made, part, "cases")
    assert made is not None
    return made


def _excludes(first: Value, second: Value) -> bool:
    """Whether one condition is the negation of the other."""
    if first.shape != second.shape:
        return False
    places = tuple(map(Size.of, first.axes))
    return conditions.negated(first.entry(*places)) is second.entry(*places)


def _all(relations: tuple[Value, ...], ctx: Context) -> Value:
    made = relations[0]
    for other in relations[1:]:
        made = entrywise(ctx, conditions.both, made, other, "conditions")
    return made


@value.register
def _(node: Conditions, ctx: Context) -> Value:
    return _all(tuple(_relation(c, ctx) for c in node.relations), ctx)


@value.register
def _(node: Iverson, ctx: Context) -> Value:
    return _relation(node, ctx)


def _relation(node: Iverson, ctx: Context) -> Value:
    left, right = value(node.left, ctx), value(node.right, ctx)
    relation: Any = node.relation

    def build(a: Term, b: Term) -> Term:
        sides = [Count(int(t.value)) if isinstance(t, Num) and t.value.denominator == 1 else t for t in (a, b)]
        if all(isinstance(s, Count) for s in sides):
            first, second = (s.size for s in sides if isinstance(s, Count))
            return Bracket(relation, Count(first - 1), Count(second - 1)) if first.indices and second.indices else Bracket(relation, *sides)
        return Bracket(relation, a, b)

    return entrywise(ctx, build, left, right, "a condition")


@value.register
def _(node: OnesSyntax, ctx: Context) -> Value:
    return ones()


@value.register
def _(node: Enclosed, ctx: Context) -> Value:
    body = value(node.body, ctx)
    if node.kind == "|":
        if body.rank:
            ctx.note("bars around an array are taken entry by entry")
        return mapped(body, lambda t: Apply("abs", (t,)))
    order = node.kind[1:]
    if order == "1":
        return reduced(ctx, mapped(body, lambda t: Apply("abs", (t,))), "sum")
    if order in ("infty", "∞"):
        return reduced(ctx, mapped(body, lambda t: Apply("abs", (t,))), "max")
    if order not in ("", "2", "F") or (order == "2" and body.rank == 2):
        raise ctx.error(node.position, f"the norm of order {order} of {body.says} is not read")
    return mapped(reduced(ctx, mapped(body, lambda t: Pow(t, TWO)), "sum"), lambda t: Pow(t, HALF))


__all__ = ["ONE", "SINGLE", "ZEROTH", "minus", "squeezed", "value"]

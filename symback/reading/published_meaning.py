"""Published formulas as arrays: the meaning of every node of the syntax, with the sizes of what it stands for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import singledispatch
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.opaque import OPAQUE
from symback.algebra.operations import slope
from symback.algebra.sizes import Size
from symback.algebra.terms import HALF, MINUS_ONE, TWO, Add, Apply, Count, Mul, Name, Num, Pow, Ref, Term
from symback.algebra.traverse import substitute
from symback.errors import UnknownTerm
from symback.reading.arrays import read_whole
from symback.reading.formula_grammar import Digits, Enclosed
from symback.reading.published_context import Clash, Context, Value
from symback.reading.published_grammar import tree
from symback.reading.published_names import cells, letter_by_letter, text, unbracketed
from symback.reading.published_nodes import Big, Entry, Group, Negative, Node, Product, Root, Scripted, Sum, Symbol, walk
from symback.reading.published_places import Located, at_axis, located, scripts, text_of, undeclared, whole
from symback.reading.published_reads import derivative_of, sole_variable, valued
from symback.reading.published_symbols import bare, custom, rate, read_symbol
from symback.reading.published_tokens import Pieces
from symback.reading.published_values import entrywise, mapped, multiplied, negated, number, reduced, squeezed, transposed
from symback.reading.sides import INTERNAL

AFTER_STEP = " after a step"
"""Stands behind the name of a parameter after one step of gradient descent; no declared name holds a blank."""


MATRIX_POWERS = tuple(str(k) for k in range(2, 9))
"""The exponents that may mean products of a square matrix with itself."""


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
        made = _primed(node, made, ctx)
    if node.marked == "new":
        made = updated(node, ctx)
    for above in (power, parts.power):
        made = raised(made, above, node.position, ctx) if above else made
    made = inverted(made, ctx, parts.inverts) if parts.inverts else made
    return transposed(made) if parts.transposes else made


def _primed(node: Symbol, unprimed: Value, ctx: Context) -> Value:
    """A prime: the derivative of a computed number by the only variable, or the transpose of an array."""
    shown, at = text_of(node, ctx), located_symbol(replace(node, primes=0), ctx)
    if unprimed.rank and node.primes == 1 and at is not None and (at.name in ctx.program.leaf or "\\" not in ctx.source):
        ctx.note(f"the prime on {shown} transposes it")
        return transposed(unprimed)
    if node.primes == 1 and at is not None and (slopes := slope_of(at, ctx)) is not None:
        return slopes
    if at is None and not unprimed.rank and ctx.loss_letter and isinstance(ctx.program.loss, str):
        at = whole(ctx.program.loss, ctx)
    if at is None or unprimed.rank or at.name not in ctx.program.definition:
        raise ctx.error(node.position, f"the prime on {shown} means nothing here", "write the derivative, or (updated)")
    return derivative_of(at, (sole_variable(ctx, node.position),) * node.primes, ctx)


def function_of(name: Name, ctx: Context) -> str:
    """The function that a line of the network applies to each entry of something, H = tanh(X W); empty where it is none."""
    definition = ctx.program.definition.get(name)
    body = definition.body if definition is not None else None
    return body.op if isinstance(body, Apply) and len(body.args) == 1 else ""


def slope_of(at: Located, ctx: Context) -> Value | None:
    """The derivative of the function that a line of the network applies, entry by entry: H' of H = tanh(X W)."""
    if not function_of(at.name, ctx):
        return None
    definition = ctx.program.definition[at.name]
    assert isinstance(definition.body, Apply)
    body = slope(definition.body, 0)
    ctx.note(f"{at.name}' is the derivative of {function_of(at.name, ctx)}, which {at.name} is of")
    alone = valued(at, ctx)
    read = squeezed(at.open, lambda *places: substitute(body, dict(zip(definition.indices, at.filled(places), strict=True))))
    return replace(read, row=alone.row, fixed=alone.fixed)


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


def located_symbol(node: Node, ctx: Context, transposed_too: bool = False) -> Located | None:
    """A node that is nothing but a declared name at places, or its transpose where the caller asks `bare` for that."""
    node, swapped = bare(node)
    if swapped and not transposed_too:
        return None
    if not isinstance(node, Symbol) or node.primes or node.marked == "new":
        return None
    if node.letter in ctx.letters and not node.below and not node.above:
        return None
    parts = scripts(node.above)
    if parts.inverts or parts.power:
        return None
    reading = read_symbol(node, ctx, parts.rest, named=True)
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
    node = _taken_in(node, ctx)
    sign, first = node.terms[0]
    result = value(first, ctx)
    result = result if sign == "+" else negated(result)
    result = replace(result, open=False)
    for k, (sign, part) in enumerate(node.terms[1:]):
        other = value(part, ctx)
        other = other if sign == "+" else negated(other)
        result = entrywise(ctx, _longer if k else plus, replace(result, tag=None), other, "a sum")
    return replace(result, open=False, tag=None) if len(node.terms) > 1 else result


def _taken_in(node: Sum, ctx: Context) -> Sum:
    """A sum whose big operator takes in the terms after it in which its letter stands, where nothing else says what that letter is."""
    for k, (sign, term) in enumerate(node.terms):
        big = term.factors[-1][1] if isinstance(term, Product) else term
        if not isinstance(big, Big):
            continue
        letters = {c for c, _ in big.letters if c not in ctx.free and c not in ctx.letters}
        last = max((m for m, (_, t) in enumerate(node.terms) if m > k and _stands(letters, t)), default=None)
        if last is None:
            continue
        ctx.note(f"the sum over {', '.join(c for c, _ in big.letters)} takes in the terms after it, in which it stands")
        wider = replace(big, body=Sum((("+", big.body), *node.terms[k + 1 : last + 1]), node.position))
        whole = replace(term, factors=(*term.factors[:-1], (term.factors[-1][0], wider))) if isinstance(term, Product) else wider
        return Sum((*node.terms[:k], (sign, whole), *node.terms[last + 1 :]), node.position)
    return node


def _stands(letters: set[str], node: Node) -> bool:
    """Whether one of some letters stands in a script below an operator that binds it nowhere."""
    bound = {c for n in walk(node) if isinstance(n, Big) for c, _ in n.letters}
    wanted = letters - bound
    shown = (letter_by_letter(c) for n in walk(node) if isinstance(n, Symbol) for c in (*cells(n.below), unbracketed(n.above)[0]))
    return any(text(p) in wanted for parts in shown for p in parts)


def plus(left: Term, right: Term) -> Term:
    """A sum of two terms."""
    return Add((left, right))


def _longer(left: Term, right: Term) -> Term:
    """One more term of a sum."""
    return Add((*left.args, right)) if isinstance(left, Add) else Add((left, right))


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
    return scripted(value(node.base, ctx), node, ctx)


def scripted(body: Value, node: Scripted, ctx: Context) -> Value:
    """A value under the superscript of a node."""
    parts = scripts(node.above)
    if parts.rest:
        body = raised(body, parts.rest, node.position, ctx)
    body = inverted(body, ctx, parts.inverts) if parts.inverts else body
    return transposed(body) if parts.transposes else body


def raised(base: Value, above: Pieces, position: int, ctx: Context) -> Value:
    """A power: of each entry, or of a square matrix where no sign says entry by entry."""
    marked = bool(above) and above[0].is_(r"\odot", r"\circ")
    node = tree(ctx.source, above[1:] if marked else above, ctx.names)
    if base.rank == 2 and base.shape[0] is base.shape[1] and len(above) == 2 and above[0].is_("-") and above[1].text in MATRIX_POWERS:
        return raised(inverted(base, ctx), above[1:], position, ctx)
    exponent = value(node, ctx)
    if exponent.rank or exponent.any_size:
        raise Clash("an exponent is a number")
    square = base.rank == 2 and base.shape[0] is base.shape[1] and not marked
    times = int(node.digits) if isinstance(node, Digits) and node.digits in MATRIX_POWERS else 0
    if square and times and ctx.choose("square of a matrix", 2) == 0:
        ctx.note("the square of a square matrix is the matrix product" if times == 2 else "a power of a square matrix is a matrix product")
        product = base
        for _ in range(times - 1):
            product = multiplied(ctx, product, base, "a power")
        return product
    if base.rank and not marked:
        ctx.note("a power of an array is taken entry by entry")
    power = exponent.entry()
    return mapped(base, lambda t: Pow(t, power))


def inverted(base: Value, ctx: Context, row: str = "inv") -> Value:
    """The inverse of a matrix, or its pseudo-inverse; one over a number."""
    if not base.rank:
        return mapped(base, lambda t: Pow(t, MINUS_ONE))
    if base.rank != 2 or (base.shape[0] is not base.shape[1] and row == "inv"):
        raise Clash(f"{base.says} has no inverse")
    return opaque(row, base, ctx)


def opaque(row: str, base: Value, ctx: Context) -> Value:
    """An opaque row of a matrix: a read of the definition that holds it, with the matrix defined first where it is an expression."""
    direct = read_whole(base.entry(*map(Size.of, base.axes)), base.axes, ctx.declared)
    operand = direct or ctx.define(base, "operand")
    name = next((d.name for d in (*ctx.program.definitions, *ctx.added) if d.body == Opaque(row, (operand,))), None)
    outer = () if direct else next(d.indices for d in ctx.added if d.name == operand)[: -len(base.axes)]
    if outer:
        raise Clash(f"the {OPAQUE[row].says} of a matrix that depends on the index {outer[0].name}")
    sizes = OPAQUE[row].shape((base.shape,))
    axes = tuple(next((a for a in (*base.axes[k:], *base.axes[:k]) if a.size is size), base.axes[0]) for k, size in enumerate(sizes))
    axes = base.axes if sizes == base.shape else axes
    if name is None:
        name = ctx.free_name(f"{str(operand).removesuffix(INTERNAL)}_{row}")
        ctx.added.append(Definition(name, axes, Opaque(row, (operand,))))
    held = name
    return Value(axes, lambda *p: Ref(held, p), fixed=True) if axes else number(Ref(held))


def determinant(base: Value, ctx: Context, row: str = "det") -> Value:
    """The determinant of a square matrix, or the logarithm of its absolute value."""
    if base.rank != 2 or base.shape[0] is not base.shape[1]:
        raise Clash(f"{base.says} has no determinant")
    return opaque(row, base, ctx)


@value.register
def _(node: Entry, ctx: Context) -> Value:
    return entry_of(value(node.body, ctx), node.cells, ctx)


def entry_of(body: Value, given: tuple[Pieces, ...], ctx: Context) -> Value:
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

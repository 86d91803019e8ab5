"""Functions, derivatives and norms of published formulas."""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.definitions import Opaque
from symback.algebra.operations import OPERATIONS, slope
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import HALF, MINUS_ONE, TWO, Apply, Kind, Mul, Num, Partial, Pow, Reduce, Ref, Term, bracket, total
from symback.reading import conditions
from symback.reading.formula_grammar import Enclosed, OnesSyntax
from symback.reading.goals import SUMMED
from symback.reading.published_chains import diagonal
from symback.reading.published_context import Clash, Context, Value
from symback.reading.published_forms import differential_of, is_differential
from symback.reading.published_meaning import determinant, entry_of, inverted, located_symbol, opaque, raised, value
from symback.reading.published_names import cells, text
from symback.reading.published_nodes import Derivative, Function, Node, Product, Reach, Symbol
from symback.reading.published_places import Located, scripts, undeclared, whole
from symback.reading.published_reads import derivative_of, sole_variable
from symback.reading.published_symbols import bare
from symback.reading.published_values import along, entrywise, mapped, number, ones, reduced, transposed
from symback.reading.sides import Side
from symback.reading.stacking import SAYS, Order, place

KINDS: tuple[Kind, ...] = ("sum", "mean", "max", "min", "prod")


@value.register
def _(node: Derivative, ctx: Context) -> Value:
    if is_differential(node) and (ctx.varying or node.sloppy == "∂"):
        return _differential(node, ctx)
    node = _without_vec(node)
    inner = bare(node.top)[0] if node.top is not None else None
    if isinstance(inner, Derivative) and inner.top is not None:
        node = replace(node, top=inner.top, bottoms=(*inner.bottoms, *node.bottoms))
    by = [] if node.bottoms else [sole_variable(ctx, node.position)] * max(node.sloppy.count("nabla"), 1)
    for bottom in node.bottoms:
        at = located_symbol(bottom, ctx, transposed_too=True)
        if at is None:
            inside, _ = bare(bottom)
            if isinstance(inside, Symbol):
                raise undeclared(inside, ctx)
            raise ctx.error(node.position, "a derivative is by a declared name")
        by.append(at)
    if node.sloppy and node.sloppy not in ("d", "nabla", "nabla nabla"):
        ctx.note(node.sloppy)
    of = _derived(node, ctx)
    found = derivative_of(of, tuple(by), ctx)
    square = len(by) == 1 and of.rank == by[0].rank == 1 and found.rank == 2 and found.shape[0] is found.shape[1]
    if square and ctx.choose("derivative of a vector by one of its size", 2):
        ctx.note(f"the derivative of {of.name} by {by[0].name} is that of each entry by its own")
        return diagonal(found)
    turned = of.rank > 0 and node.top is not None and bare(node.top)[1]
    sideways = of.rank == 0 and len(node.bottoms) == 1 and bare(node.bottoms[0])[1]
    return transposed(found) if turned or sideways else found


def asks(node: Node, goal: Side, ctx: Context) -> bool:
    """Whether a side is what is asked in other words: a gradient by what it does not say, or the derivative of an array for that of its sum."""
    if not isinstance(node, Derivative) or (node.bottoms and node.top is None):
        return False
    if not node.bottoms:
        return node.sloppy == "nabla" and (node.top is None or _derived(node, ctx).name == ctx.program.loss)
    body = goal.body
    summed = isinstance(body, Ref) and isinstance(body.name, Partial) and len(node.bottoms) == 1
    by = located_symbol(node.bottoms[0], ctx, transposed_too=True) if summed else None
    if by is None or not isinstance(body, Ref) or body.name != Partial(SUMMED.format(_derived(node, ctx).name), by.name):
        return False
    if not ctx.choose("the derivative of an array that is asked for", 2):
        return False
    ctx.note(f"the derivative of an array by {by.name} is meant of the sum of its entries, as it is asked for")
    return True


def _differential(node: Derivative, ctx: Context) -> Value:
    """The differential of what stands after a d, in a statement about differentials."""
    if not ctx.varying:
        raise ctx.error(node.position, "expected a slash and another derivative sign", "or write what varies, as in dL = tr(G^T dW)")
    (operand,) = node.bottoms
    named = located_symbol(operand, ctx, transposed_too=True)
    found = differential_of(_derived(replace(node, top=operand), ctx), ctx)
    return transposed(found) if named is not None and bare(operand)[1] else found


@value.register
def _(node: Reach, ctx: Context) -> Value:
    way, says = node.readings[ctx.choose("how far a derivative sign reaches", len(node.readings))]
    ctx.note(says)
    return value(way, ctx)


def _derived(node: Derivative, ctx: Context) -> Located:
    """What a derivative derives: a name, or an expression, which becomes a definition."""
    if node.top is None:
        if not node.sloppy:
            raise ctx.error(node.position, "it is not said what is differentiated", "write it above the line or after it")
        loss = ctx.program.loss
        if not isinstance(loss, str):
            raise ctx.error(node.position, "the loss of this network has no name")
        return whole(loss, ctx)
    at = located_symbol(node.top, ctx, transposed_too=True)
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
            return entry_of(_softmax(args[0], ctx), cells(node.below), ctx)
        raise ctx.error(node.position, f"the subscript of {word} means nothing here")
    if word in ("max", "min") and len(args) > 1:
        of = conditions.maximum if word == "max" else conditions.minimum
        made = args[0]
        for other in args[1:]:
            made = entrywise(ctx, of, made, other, word)
        return made
    if word == "inner":
        one, other = (replace(a, row=False) for a in args)
        return reduced(ctx, entrywise(ctx, lambda a, b: Mul((a, b)), one, other, "an inner product"), "sum")
    arity = OPERATIONS[word].arity if word in OPERATIONS else 1
    if len(args) != arity:
        raise ctx.error(node.position, f"{word} takes {arity} argument{'s' if arity > 1 else ''}, found {len(args)}")
    if node.primes:
        return _primed(node, args[0], ctx)
    if word in OPERATIONS and arity == 2:
        return entrywise(ctx, lambda a, b: Apply(word, (a, b)), args[0], args[1], word)
    if word == "log" and (matrix := _of_determinant(args[0], ctx)) is not None:
        return matrix
    if word in OPERATIONS:
        return mapped(args[0], lambda t: Apply(word, (t,)))
    return _spelled(node, args[0], ctx)


def _of_determinant(arg: Value, ctx: Context) -> Value | None:
    """The logarithm of a determinant, which is that of its absolute value wherever it is defined; None of anything else."""
    body = arg.entry() if not arg.rank else None
    if isinstance(body, Apply) and body.op == "abs":
        body = body.args[0]
    if not isinstance(body, Ref):
        return None
    held = next((d.body for d in (*ctx.program.definitions, *ctx.added) if d.name == body.name), None)
    if not isinstance(held, Opaque) or held.row != "det":
        return None
    operand = held.operands[0]
    axes = {leaf.name: leaf.indices for leaf in ctx.program.leaves} | {d.name: d.indices for d in (*ctx.program.definitions, *ctx.added)}
    return determinant(Value(axes[operand], lambda *p: Ref(operand, p)), ctx, "logabsdet")


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
            kind: Kind = next(k for k in KINDS if k == word)
            side = ctx.choose("a reduction of a matrix", 3) if arg.rank == 2 else 0
            if side:
                ctx.note(f"{word} of a matrix is that of each {'row' if side == 1 else 'column'}")
                return along(ctx, arg, 2 - side, kind)
            return reduced(ctx, arg, kind)
        case _ if word[:3] in ("row", "col"):
            reduction: Kind = next(k for k in KINDS if word.endswith(k))
            return along(ctx, arg, 1 if word[:3] == "row" else 0, reduction)
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
        case "vec":
            return _vec(arg, ctx)
        case "logsumexp":
            return mapped(reduced(ctx, mapped(arg, lambda t: Apply("exp", (t,))), "sum"), lambda t: Apply("log", (t,)))
        case "norm":
            return mapped(reduced(ctx, mapped(arg, lambda t: Pow(t, TWO)), "sum"), lambda t: Pow(t, HALF))
        case "inv":
            return inverted(arg, ctx)
        case "det":
            return determinant(arg, ctx)
        case "logdet":
            return determinant(arg, ctx, "logabsdet")
        case "pinv":
            return inverted(arg, ctx, "pinv")
        case "adj":
            return entrywise(ctx, lambda a, b: Mul((a, b)), determinant(arg, ctx), opaque("inv", arg, ctx), "an adjugate")
    raise ctx.error(node.position, f"{word} is not read here", "give it a name in the network")


def _diag(arg: Value, ctx: Context) -> Value:
    if arg.rank == 2:
        return Value(arg.axes[:1], lambda r: arg.entry(r, r))
    if arg.rank != 1:
        raise Clash(f"diag of {arg.says}")
    axis = arg.axes[0]
    other = Index(axis.name, axis.size, axis.mark + 1)
    return Value((axis, other), lambda r, c: Mul((arg.entry(r), bracket(r, "=", c))), fixed=True)


def _vec(arg: Value, ctx: Context) -> Value:
    """The entries of a matrix as one vector."""
    if arg.rank != 2:
        return replace(arg, row=False)
    order: Order = "rows" if ctx.choose("vec", 2) else "columns"
    ctx.note(SAYS[order])
    axes = tuple(ctx.fresh(letter, a.size) for letter, a in zip("ij", arg.axes, strict=True))
    whole_size = axes[0].size * axes[1].size

    def entry(p: Size) -> Term:
        return total(axes, Mul((bracket(p, "=", place(axes, order)), arg.entry(*map(Size.of, axes)))))

    return Value((ctx.fresh("r", whole_size),), entry)


def _without_vec(node: Derivative) -> Derivative:
    """A derivative of vec(z) by vec(W) is that of z by W with its axes stacked; in which order shows when sides are compared."""

    def opened(part: Node | None) -> Node | None:
        inside = bare(part)[0] if part is not None else None
        return inside.args[0] if isinstance(inside, Function) and inside.word == "vec" and len(inside.args) == 1 else part

    return replace(node, top=opened(node.top), bottoms=tuple(b for part in node.bottoms if (b := opened(part)) is not None))


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
def _(node: Enclosed, ctx: Context) -> Value:
    body = value(node.body, ctx)
    square = body.rank == 2 and body.shape[0] is body.shape[1]
    if node.kind == "|" and square and ctx.choose("bars around a square matrix", 2) == 0:
        ctx.note("bars around a square matrix are its determinant")
        return determinant(body, ctx)
    if node.kind == "|" and body.rank == 1 and ctx.choose("bars around a vector", 2):
        ctx.note("bars around a vector are its length")
        return mapped(reduced(ctx, mapped(body, lambda t: Pow(t, TWO)), "sum"), lambda t: Pow(t, HALF))
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


@value.register
def _(node: OnesSyntax, ctx: Context) -> Value:
    return ones()

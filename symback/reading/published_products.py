"""Products and quotients of published formulas, and letters that stand for functions."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from symback.algebra.definitions import Definition
from symback.algebra.facts import Fact
from symback.algebra.operations import OPERATIONS, slope
from symback.algebra.sizes import Size
from symback.algebra.terms import Add, Apply, Mul, Term, bracket, total
from symback.algebra.traverse import names as names_read
from symback.algebra.traverse import walk
from symback.network.program import PARAMETERS
from symback.reading.formula_grammar import Digits
from symback.reading.published_arguments import at_sample, depends_on, without_parameters
from symback.reading.published_chains import chained, diagonal
from symback.reading.published_context import SINGLE, Clash, Context, Untold, Value
from symback.reading.published_grammar import tree
from symback.reading.published_meaning import entry_of, function_of, located_symbol, scripted, value
from symback.reading.published_names import LOSS_WORDS, text, unbracketed
from symback.reading.published_nodes import Conditional, Group, Listed, Node, Product, Rows, Scripted, Symbol, arguments_of
from symback.reading.published_places import Located, size_named, text_of, whole
from symback.reading.published_reads import derivative_of, valued
from symback.reading.published_values import entrywise, mapped, minus, multiplied, over, reduced, squeezed, times

PLAIN = ("log", "exp", "abs", "sign")
"""Functions that a network applies by their names, so that no other letter means them."""
Factors = list[tuple[str, Node]]
ACTIVATIONS = ("f", "g", "h", "a", "phi", "psi", "sigma", "s", "act", "rho", "F", "G")
"""Letters of an activation function that nobody declared: the only function that the network applies to its argument."""


@value.register
def _(node: Product, ctx: Context) -> Value:
    parts = list(node.factors)
    if any(a == "/" and not b for (a, _), (b, _) in pairwise(parts)):
        if any(_sticks(one, other) for one, other in pairwise(parts)) and ctx.choose("a slash before", 2):
            ctx.note("a slash takes a number and what stands right beside it: 1/2x is 1/(2x)")
            return _product(_stuck(parts, node), node, ctx)
        ctx.note("a slash takes the one factor after it: 1/2 x is (1/2) x")
    runs = _cut(parts, ("⊙", "*", "×"))
    around = _cut(parts, ("⊗",))
    if len(around) > 1 and any(len(run) > 1 for run in around) and ctx.choose("products beside ⊗", 2):
        ctx.note("what stands beside ⊗ is multiplied first")
        return _of_runs(around, node, ctx, beside=True)
    if len(runs) > 1 and any(len(run) > 1 for run in runs[1:]) and ctx.choose("products between entrywise signs", 2):
        ctx.note("what stands between entrywise signs is multiplied first")
        return _of_runs(runs, node, ctx)
    return _product(parts, node, ctx)


def _sticks(one: tuple[str, Node], other: tuple[str, Node]) -> bool:
    """Whether a factor stands right beside a number after a slash, as in 1/2x."""
    number = one[1]
    return one[0] == "/" and isinstance(number, Digits) and not other[0] and other[1].position == number.position + len(number.digits)


def _stuck(parts: Factors, node: Product) -> Factors:
    """Factors with those in brackets that stand right beside a number after a slash."""
    found: Factors = []
    for part in parts:
        if found and _sticks(found[-1], part):
            found[-1] = ("/", Group(Product((("", found[-1][1]), part), node.position), node.position))
        else:
            found.append(part)
    return found


def _of_runs(runs: list[Factors], node: Product, ctx: Context, beside: bool = False) -> Value:
    """Products of factors, combined by the signs between them; ``beside`` where those are ⊗."""

    def of(run: Factors) -> Value:
        alone = _sized(run[0][1], ctx) if beside and len(run) == 1 else None
        return alone or _product([("", run[0][1]), *run[1:]], node, ctx)

    first, *others = ((run[0][0], of(run)) for run in runs)
    result = first[1]
    for sign, other in others:
        result = combined(ctx, result, sign, other, node)
    return result


def _cut(parts: Factors, signs: tuple[str, ...]) -> list[Factors]:
    """Factors cut before each of some signs."""
    runs: list[Factors] = [[]]
    for sign, part in parts:
        if sign in signs:
            runs.append([])
        runs[-1].append((sign, part))
    return runs


def _product(parts: Factors, node: Product, ctx: Context) -> Value:
    """Factors one after the other, from the left."""
    result: Value | None = None
    at = 0
    while at < len(parts):
        sign, part = parts[at]
        at += 1
        applied = _applied(part, parts[at][1] if at < len(parts) and not parts[at][0] else None, ctx)
        if applied is not None:
            at += 1
        beside = sign == "⊗" or (at < len(parts) and parts[at][0] == "⊗")
        other = applied if applied is not None else (_sized(part, ctx) if beside else None) or value(part, ctx)
        result = replace(other, open=not isinstance(part, Group)) if result is None else combined(ctx, result, sign, other, node)
    assert result is not None
    return result


def _sized(part: Node, ctx: Context) -> Value | None:
    """The identity beside ⊗, whose size is its subscript, or one of the network's; None of anything else."""
    if not isinstance(part, Symbol) or part.letter != "I" or part.above or part.accents or ctx.names.declares("I"):
        return None
    size = size_named(text(part.below), ctx)
    if size is None:
        shapes = [leaf.shape for leaf in ctx.program.leaves] + [tuple(i.size for i in d.indices) for d in ctx.program.definitions]
        sizes = list(dict.fromkeys(s for shape in shapes for s in shape if s.constant != 1))
        size = sizes[min(ctx.choose("the size of the identity beside ⊗", len(sizes)), len(sizes) - 1)] if sizes else SINGLE
        ctx.note(f"the identity beside ⊗ has {size} rows")
    axes = ctx.fresh("i", size), ctx.fresh("j", size)
    return Value(axes, lambda r, c: bracket(r, "=", c), fixed=True)


def _applied(part: Node, following: Node | None, ctx: Context) -> Value | None:
    """An undeclared function of a declared name, g(z) or g'(z): what the network computes from that name."""
    if isinstance(following, Scripted) and isinstance(following.base, Group):
        applied = _applied(part, following.base, ctx)
        return None if applied is None else scripted(applied, following, ctx)
    if isinstance(following, Conditional):
        return _probability(part, following, ctx)
    if isinstance(part, Symbol) and part.letter == "Delta" and isinstance(following, Symbol) and not ctx.names.declares("Delta"):
        return _step(part, following, ctx)
    if not (isinstance(part, Symbol) and isinstance(following, Group | Listed | Rows)) or part.letter in ctx.letters:
        return None
    if isinstance(following, Group) and (made := _function_of(part, following, ctx)) is not None:
        return made
    if not isinstance(following, Group) or ctx.names.letters_of(part.letter, part.accents) or part.letter in LOSS_WORDS:
        return _argument_list(part, following, ctx)
    normal = part.letter == "phi" and (any(sign in ctx.source for sign in (r"\Phi", "Φ")) or _is_normal(ctx.program.definitions))
    found = _activation(part, following, ctx) if isinstance(following, Group) and not normal else None
    return _normal(part, following, ctx) if found is None else found


def _function_of(part: Symbol, following: Group, ctx: Context) -> Value | None:
    """h(X W) and h'(X W) of an expression: the function by which the network computes H, or the only one that it applies entry by entry."""
    if part.below or part.above or part.accents or part.primes > 1 or located_symbol(following.body, ctx) is not None:
        return None
    rows = ctx.names.letters_of(part.letter, ())
    if rows and part.letter == rows[0].letter and not part.primes:
        return None
    if not rows and (part.letter not in ACTIVATIONS or part.letter in LOSS_WORDS):
        return None
    known = [r.name for r in rows] or [str(d.name) for d in ctx.program.definitions]
    found = dict.fromkeys(f for name in known if (f := function_of(name, ctx)) in OPERATIONS and (rows or f not in PLAIN))
    if len(found) != 1:
        return None
    (word,) = found
    ctx.note(f"{text_of(replace(part, primes=0), ctx)} is {word}, as in the network")
    arg = value(following, ctx)
    return mapped(arg, (lambda t: slope(Apply(word, (t,)), 0)) if part.primes else (lambda t: Apply(word, (t,))))


@lru_cache(maxsize=64)
def _is_normal(definitions: tuple[Definition, ...]) -> bool:
    """Whether a network computes with the normal distribution, so that φ is its density and no other function."""
    bodies = [d.body for d in definitions if isinstance(d.body, Term)]
    return any(isinstance(node, Apply) and node.op in ("Phi", "phi") for body in bodies for node in walk(body))


def _normal(part: Symbol, following: Node, ctx: Context) -> Value | None:
    """The standard normal distribution function and density, by their letters."""
    if part.letter not in ("Phi", "phi") or part.above or part.below or part.primes or part.accents:
        return None
    ctx.note(f"{text_of(part, ctx)} is the standard normal {'distribution function' if part.letter == 'Phi' else 'density'}")
    return mapped(value(following, ctx), lambda t: Apply(part.letter, (t,)))


def _activation(part: Symbol, following: Group, ctx: Context) -> Value | None:
    """What the network computes from a name, where a letter of a function is applied to it."""
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


def _probability(part: Node, given: Conditional, ctx: Context) -> Value:
    """A computed number p(y | x), or the entry of an array of probabilities that is meant; what is given is not looked at."""
    at = located_symbol(part, ctx)
    if at is None or at.name not in ctx.program.definition or at.rank > 1:
        raise ctx.error(given.position, "a bar in brackets is read after a computed number or vector", "write the probability without it")
    found = valued(at, ctx)
    if not at.rank or given.first[0].is_(r"\cdot"):
        ctx.note(f"what stands in brackets after {at.name} says which case it is of")
        return found
    node = tree(ctx.source, given.first, ctx.names)
    chosen = located_symbol(node, ctx)
    leaf = None if chosen is None else ctx.program.leaf.get(chosen.name)
    if chosen is not None and leaf is not None and Fact("one-hot") in leaf.facts and valued(chosen, ctx).shape == found.shape:
        ctx.note(f"in brackets after {at.name} {chosen.name} says which entry is meant")
        return reduced(
            ctx, entrywise(ctx, lambda a, b: Mul((a, b)), replace(valued(chosen, ctx), row=found.row), found, "a probability"), "sum"
        )
    if chosen is None and len(given.first) == 1:
        return entry_of(found, (given.first,), ctx)
    raise ctx.error(given.position, f"which entry of {at.name} is meant is not said", "declare the case one-hot, or write an index")


@value.register
def _(node: Conditional, ctx: Context) -> Value:
    raise ctx.error(node.position, "a bar in brackets is read after a computed number or vector", "write the probability without it")


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
    """The loss, or a definition, written as a function of names it depends on: L(w, b) is L, h_θ(x^(i)) is h at the sample i."""
    items = arguments_of(following)
    if not items:
        return None
    if part.primes:
        return _primed(part, items, ctx)
    shown, plain = text_of(part, ctx), without_parameters(part, ctx, applied=True)
    found = located_symbol(plain, ctx) or _loss_by_custom(plain, ctx)
    if found is None or found.name not in ctx.program.definition:
        return None
    at = [located_symbol(i, ctx) for i in items]
    loss, known = found.name == ctx.program.loss and not found.axes, depends_on(ctx.program, found.name)
    if any(a is None or (a.name not in known and not loss) for a in at):
        return None
    marked = [(i, a) for i, a in zip(items, at, strict=True) if a is not None and _is_sample(a, ctx)]
    if marked and loss:
        raise ctx.error(part.position, f"{shown} is of all samples, not of one", "write the loss of one sample out")
    if not loss and ctx.choose("a name before its arguments", 2):
        return None
    if marked:
        item, arg = marked[0]
        size, place = next((a.size, p) for a, p in zip(arg.axes, arg.places, strict=True) if p is not None)
        found = located_symbol(at_sample(plain, unbracketed(item.above)[0] or item.below), ctx)
        if found is None or not any(a.size is size and p is place for a, p in zip(found.axes, found.places, strict=True)):
            return None
    ctx.note(f"{shown} with its arguments is {found.name}")
    return valued(found, ctx)


def _loss_by_custom(part: Symbol, ctx: Context) -> Located | None:
    """The loss where an undeclared letter of a loss stands before arguments."""
    bare = not (part.below or part.above or part.accents)
    if not bare or part.letter not in LOSS_WORDS or ctx.names.declares(part.letter) or not isinstance(ctx.program.loss, str):
        return None
    ctx.note(f"{text_of(part, ctx)} is the loss, {ctx.program.loss}")
    return whole(ctx.program.loss, ctx)


def _primed(part: Symbol, items: tuple[Symbol, ...], ctx: Context) -> Value | None:
    """The derivative of a computed name by its one argument, f'(x): of each entry by its own, where both have axes."""
    plain = replace(part, primes=0)
    of, by = located_symbol(plain, ctx) or _loss_by_custom(plain, ctx), located_symbol(items[0], ctx) if len(items) == 1 else None
    if of is None or by is None or by.name not in depends_on(ctx.program, of.name):
        return None
    ctx.note(f"{text_of(part, ctx)} is the derivative of {of.name} by {by.name}")
    if not of.rank:
        return derivative_of(of, (by,) * part.primes, ctx)
    return _slope_of(of, by, ctx) if part.primes == 1 and of.rank == by.rank else None


def _is_sample(at: Located, ctx: Context) -> bool:
    """Whether an argument is read at a place, and is no parameter, of which entries may be listed."""
    leaf = ctx.program.leaf.get(at.name)
    return any(p is not None for p in at.places) and (leaf is None or leaf.role not in PARAMETERS)


def combined(ctx: Context, a: Value, sign: str, b: Value, node: Product) -> Value:
    """Two factors and the sign between them."""
    what = "a product"
    if sign in ("/", "⊘"):
        return _opened(entrywise(ctx, lambda x, y: over(x, y, a.open), a, b, "a quotient"))
    if (not a.rank and not a.any_size) or (not b.rank and not b.any_size):
        return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))
    if sign == "⊙":
        return _hadamard(ctx, a, b, what)
    linked = chained(ctx, a, b, what, schematic=False)
    if linked is not None:
        return linked
    if sign == "⊗":
        return _kronecker(ctx, a, b, what)
    return _by_sizes(ctx, a, sign, b, what)


def _kronecker(ctx: Context, a: Value, b: Value, what: str) -> Value:
    """All products of entries of two matrices, block by block; of two vectors as a matrix."""
    if a.any_size or b.any_size or max(a.rank, b.rank) > 2:
        raise Clash(f"{what}: {a.says} ⊗ {b.says}: the size of this cannot be told")
    if a.rank == b.rank == 1 and not ctx.choose("⊗ between vectors", 2):
        ctx.note("⊗ between vectors is their outer product")
        return multiplied(ctx, replace(a, row=False), replace(b, row=True), what)
    if a.rank == b.rank == 1:
        a, b = replace(a, row=False), replace(b, row=False)
    ctx.note(f"⊗ between {'vectors' if a.rank == b.rank == 1 else 'matrices'} is their Kronecker product")
    axes = tuple(ctx.fresh(letter, one * other) for letter, one, other in zip("rc", a.sides, b.sides, strict=True))
    outer = tuple(ctx.fresh(letter, size) for letter, size in zip("ij", a.sides, strict=True))
    inner = tuple(ctx.fresh(letter, size) for letter, size in zip("kl", b.sides, strict=True))

    def entry(*places: Size) -> Term:
        blocks = [bracket(p, "=", Size.of(o) * i.size + Size.of(i)) for p, o, i in zip(places, outer, inner, strict=True)]
        return total((*outer, *inner), Mul((*blocks, a.cell(*map(Size.of, outer)), b.cell(*map(Size.of, inner)))))

    return squeezed(axes, entry)


def _opened(made: Value) -> Value:
    return replace(made, open=True, tag=None)


def _hadamard(ctx: Context, a: Value, b: Value, what: str) -> Value:
    for one, other in ((a, b), (b, a)):
        if other.tag is not None and other.tag.of_rank == other.tag.by_rank == 1 and one.rank == 1:
            ctx.note(f"{what}: entry by entry, the derivative of {other.tag.of} by {other.tag.by} is that of each entry by its own")
            return _opened(
                entrywise(ctx, lambda x, y: times(x, y, a.open), *((one, diagonal(other)) if one is a else (diagonal(other), one)), what)
            )
    if {a.rank, b.rank} == {1, 2} and not ctx.choose("a vector entry by entry with a matrix", 2):
        raise Clash(f"{what}: {a.says} meets {b.says} entry by entry")
    return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))


def _by_sizes(ctx: Context, a: Value, sign: str, b: Value, what: str) -> Value:
    """A product whose sign leaves open what is meant: the sizes decide, and what was decided is said."""
    same = a.shape == b.shape and (a.rank != 1 or a.row == b.row)
    if same and a.rank == 1:
        if sign == "·" and ctx.choose("a dot between vectors", 2) == 0:
            ctx.note(f"{what} of two vectors of one size is their inner product")
            return multiplied(ctx, replace(a, row=True), replace(b, row=False), what)
        ctx.note(f"{what} of two vectors of one size is taken entry by entry")
        return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))
    if same and a.rank == 2 and sign == "·" and ctx.choose("a dot between matrices", 2):
        ctx.note(f"{what} with a dot of two matrices of one size is the sum of the products of their entries")
        return reduced(ctx, entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what), "sum")
    if same and sign in ("*", "×") and not a.any_size:
        matrix = ctx.choose(f"matrices {sign}", 2) == 1
        ctx.note(f"{sign} between arrays of one size is {'the matrix product' if matrix else 'entry by entry'}")
        if not matrix:
            return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))
    try:
        return multiplied(ctx, a, b, what)
    except Untold:
        raise
    except Clash:
        schematic = chained(ctx, a, b, what, schematic=True)
        if schematic is not None:
            return schematic
        if same:
            ctx.note(f"{what} of two arrays of one size is taken entry by entry")
            return _opened(entrywise(ctx, lambda x, y: times(x, y, a.open), a, b, what))
        raise

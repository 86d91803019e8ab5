"""The mistakes people make in a gradient: one row each, a generator of what might have been meant at one place of a formula.

A row sees a spot (a node, the indices in reach there, the node above) and yields changes: another node and a sentence about the
claim. The order of the rows is the order in which people make the mistakes; the search takes the first that is confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size, fresh
from symback.algebra.terms import (
    MINUS_ONE,
    NEGATED,
    ONE,
    SWAPPED,
    Add,
    Apply,
    Bracket,
    Count,
    Kind,
    Mul,
    Name,
    Num,
    Pow,
    Reduce,
    Ref,
    Term,
    add,
    mul,
)
from symback.algebra.traverse import factors, free_indices, names, rename, rewrite, substitute, walk, with_children
from symback.network.program import Program

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A node of one line of a claim: the way to it, the indices in reach, and the node above (None at the top)."""

    line: int
    path: Path
    node: Term
    scope: tuple[Index, ...]
    parent: Term | None

    @property
    def is_term(self) -> bool:
        """Whether the node stands alone: the whole line, a term of a sum, an argument, what is summed."""
        return not isinstance(self.parent, Mul)


class Change(NamedTuple):
    """Another node for a spot, and what that says of the claim; each ``{}`` of the sentence is one of the pieces."""

    node: Term
    says: str
    pieces: tuple[Term, ...] = ()


Changes = Iterator[Change]
Generator = Callable[[Spot, Program], Changes]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kind of mistake and the changes that would mend it at a spot."""

    name: str
    changes: Generator


def spots(line: int, indices: tuple[Index, ...], body: Term) -> Iterator[Spot]:
    """Every node of a line, outermost first."""
    stack: list[Spot] = [Spot(line, (), body, indices, None)]
    while stack:
        spot = stack.pop(0)
        yield spot
        node = spot.node
        scope = (*spot.scope, node.index) if isinstance(node, Reduce) else spot.scope
        stack += [Spot(line, (*spot.path, k), child, scope, node) for k, child in enumerate(node.below)]


def put(body: Term, path: Path, node: Term) -> Term:
    """The body with another node at the end of a path.

    >>> from symback.algebra.terms import ref
    >>> put(ref("p") - ref("y"), (1, 0), ONE)
    p + 1*y
    """
    if not path:
        return node
    below = body.below
    first = path[0]
    return with_children(body, (*below[:first], put(below[first], path[1:], node), *below[first + 1 :]))


def negated(node: Term) -> Term:
    """The opposite, without a double sign.

    >>> from symback.algebra.terms import ref
    >>> negated(negated(ref("x")))
    x
    """
    if isinstance(node, Num):
        return Num(-node.value, None if node.literal is None else node.literal[1:] if node.literal.startswith("-") else f"-{node.literal}")
    if isinstance(node, Mul) and node.args[0] is MINUS_ONE:
        return mul(node.args[1:])
    return Mul((MINUS_ONE, *node.args)) if isinstance(node, Mul) else Mul((MINUS_ONE, node))


def unsigned(node: Term) -> Term:
    """The node without a leading −1."""
    return mul(node.args[1:]) if isinstance(node, Mul) and node.args[0] is MINUS_ONE else node


# signs and order -----------------------------------------------------------------------------------------------------------


def sign(spot: Spot, program: Program) -> Changes:
    """The whole, one term of a sum, an argument, an exponent has the other sign."""
    node, parent = spot.node, spot.parent
    if isinstance(parent, Mul | Bracket | Reduce) or isinstance(node, Bracket):
        return
    if isinstance(parent, Add):
        yield Change(negated(node), "the sign of the term {} is wrong", (unsigned(node),))
    elif parent is None:
        yield Change(negated(node), "the sign is wrong")
    else:
        yield Change(negated(node), "the sign of {} is wrong", (unsigned(node),))


# transposes and indices ----------------------------------------------------------------------------------------------------


def transpose(spot: Spot, program: Program) -> Changes:
    """Two places of a read, or two indices of a part, exchanged where their sizes are the same."""
    node = spot.node
    if isinstance(node, Ref):
        sizes = [i.size for i in program.indices(node.name)]
        for a, b in combinations(range(len(node.places)), 2):
            if sizes[a] is sizes[b] and node.places[a] is not node.places[b]:
                places = list(node.places)
                places[a], places[b] = places[b], places[a]
                yield Change(Ref(node.name, tuple(places)), "{} must be transposed", (Ref(node.name),))
    elif isinstance(node, Add | Mul | Reduce | Pow):
        own = [i for i in free_indices(node) if i in spot.scope]
        for i, j in combinations(own, 2):
            if i.size is j.size:
                moved = substitute(node, {i: Size.of(j), j: Size.of(i)}, spot.scope)
                says = "the whole must be transposed" if spot.parent is None else "{} must be transposed"
                yield Change(moved, says, () if spot.parent is None else (node,))


def index_slip(spot: Spot, program: Program) -> Changes:
    """One place of a read is another index of the same size, or off by one."""
    node = spot.node
    if not isinstance(node, Ref):
        return
    sizes = [i.size for i in program.indices(node.name)]
    for k, place in enumerate(node.places):
        for other in (*(Size.of(i) for i in spot.scope if i.size is sizes[k]), place + 1, place - 1):
            if other is not place:
                new = Ref(node.name, (*node.places[:k], other, *node.places[k + 1 :]))
                yield Change(new, "an index of {0} is wrong: {1} must be {2}", (Ref(node.name), node, new))


def bracket_slip(spot: Spot, program: Program) -> Changes:
    """A condition turned round, strict instead of not strict, negated, or off by one."""
    node = spot.node
    if isinstance(node, Bracket):
        turned = Bracket(SWAPPED[node.relation], node.left, node.right)
        others = [Bracket(NEGATED[node.relation], node.left, node.right), turned, Bracket(NEGATED[turned.relation], node.left, node.right)]
        if isinstance(node.right, Count):
            others += [Bracket(node.relation, node.left, Count(node.right.size + step)) for step in (-1, 1)]
        yield from (Change(new, "the condition {} must be {}", (node, new)) for new in dict.fromkeys(others) if new is not node)


# sums and means ------------------------------------------------------------------------------------------------------------

KINDS: tuple[Kind, ...] = ("sum", "mean", "max", "min", "prod")
LOST: tuple[Kind, ...] = ("sum", "mean")
SAYS: Mapping[Kind, str] = {"sum": "sum", "mean": "mean", "max": "maximum", "min": "minimum", "prod": "product"}


def reduction_kind(spot: Spot, program: Program) -> Changes:
    """A mean for a sum and the like."""
    node = spot.node
    if isinstance(node, Reduce):
        for kind in KINDS:
            if kind != node.kind:
                yield Change(Reduce(kind, node.index, node.body), f"the {SAYS[kind]} must be taken instead of the {SAYS[node.kind]}: {{}}",
                             (Reduce(kind, node.index, node.body),))  # fmt: skip


def reduction_axis(spot: Spot, program: Program) -> Changes:
    """A sum over another axis: what it ran over stays, another index of the body is summed."""
    node = spot.node
    if not isinstance(node, Reduce):
        return
    outer = [i for i in spot.scope if i in free_indices(node.body) and i is not node.index]
    for stays in [i for i in spot.scope if i.size is node.index.size]:
        for summed in [i for i in outer if i is not stays]:
            new = fresh(summed, (*spot.scope, *free_indices(node.body)))
            body = substitute(node.body, {node.index: Size.of(stays), summed: Size.of(new)}, (new, *spot.scope))
            made = Reduce(node.kind, new, body)
            yield Change(made, f"the {SAYS[node.kind]} runs over the wrong axis: it must be {{}}", (made,))


def reduction_lost(spot: Spot, program: Program) -> Changes:
    """A sum or a mean over an index in reach, or over a place that was fixed, is missing."""
    node = spot.node
    if isinstance(node, Num | Count):
        return
    for index in [i for i in free_indices(node) if i in spot.scope]:
        new = fresh(index, (*spot.scope, *free_indices(node)))
        body = substitute(node, {index: Size.of(new)}, (new, *spot.scope))
        for kind in LOST:
            yield Change(Reduce(kind, new, body), f"a {kind} over {{}} is missing", (node,))
    for size in _fixed(node, program):
        new = fresh(Index("i", size), (*spot.scope, *free_indices(node)))
        body = _unfixed(node, program, new)
        for kind in LOST:
            yield Change(Reduce(kind, new, body), f"a {kind} over {{}} is missing", (body,))


def _fixed(node: Term, program: Program) -> tuple[Size, ...]:
    """The sizes of axes that the reads of a node read at one fixed place."""
    found: dict[Size, None] = {}
    pending = [node]
    while pending:
        top = pending.pop()
        pending += top.below
        if isinstance(top, Ref):
            axes = program.indices(top.name)
            found.update(dict.fromkeys(i.size for i, p in zip(axes, top.places, strict=True) if p.constant == 0 and i.size.constant != 1))
    return tuple(found)


def _unfixed(node: Term, program: Program, index: Index) -> Term:
    def moved(top: Term) -> Term:
        if not isinstance(top, Ref):
            return top
        axes = program.indices(top.name)
        return Ref(
            top.name,
            tuple(Size.of(index) if p.constant == 0 and i.size is index.size else p for i, p in zip(axes, top.places, strict=True)),
        )

    return rewrite(node, moved)


def reduction_extra(spot: Spot, program: Program) -> Changes:
    """A sum that should not be taken: its index is one in reach."""
    node = spot.node
    if isinstance(node, Reduce):
        for index in [i for i in spot.scope if i.size is node.index.size]:
            yield Change(
                substitute(node.body, {node.index: Size.of(index)}, spot.scope), f"there is a {SAYS[node.kind]} too many: {{}}", (node,)
            )


def reduction_reach(spot: Spot, program: Program) -> Changes:
    """A factor stands outside a sum instead of inside, or a mean of a product for a product of means, and the other way round."""
    node = spot.node
    if not isinstance(node, Mul):
        if isinstance(node, Reduce) and isinstance(node.body, Mul):
            yield from _parted(node, spot)
        return
    for k, outer in enumerate(node.args):
        if not isinstance(outer, Reduce):
            continue
        for m, other in enumerate(node.args):
            if m == k:
                continue
            rest = [a for n, a in enumerate(node.args) if n not in (k, m)]
            for inside in _inside(other, outer, spot):
                made = mul([*rest, Reduce(outer.kind, outer.index, Mul((outer.body, inside)))])
                yield Change(made, "{} belongs under the " + SAYS[outer.kind], (other,))


def _inside(other: Term, outer: Reduce, spot: Spot) -> Iterator[Term]:
    """A factor as it would read under a sum: a reduction of the same size merged, or an index in reach replaced by the bound one."""
    place = Size.of(outer.index)
    if isinstance(other, Reduce) and other.index.size is outer.index.size:
        yield substitute(other.body, {other.index: place}, (*spot.scope, outer.index))
    for index in [i for i in free_indices(other) if i.size is outer.index.size and i in spot.scope]:
        yield substitute(other, {index: place}, (*spot.scope, outer.index))


def _parted(node: Reduce, spot: Spot) -> Changes:
    parts = factors(node.body)
    held = [f for f in parts if node.index in free_indices(f)]
    for k, part in enumerate(held):
        rest = mul([f for n, f in enumerate(held) if n != k])
        others = [f for f in parts if node.index not in free_indices(f)]
        both = mul([*others, Reduce(node.kind, node.index, part), Reduce(node.kind, node.index, rest)])
        yield Change(both, f"the {SAYS[node.kind]} of a product stands for a product: {{}}", (both,))
        for index in [i for i in spot.scope if i.size is node.index.size]:
            out = substitute(part, {node.index: Size.of(index)}, spot.scope)
            yield Change(mul([*others, out, Reduce(node.kind, node.index, rest)]), "{} belongs outside the " + SAYS[node.kind], (out,))


# factors and terms too many ------------------------------------------------------------------------------------------------


def extra_factor(spot: Spot, program: Program) -> Changes:
    """One factor, or two, too many."""
    node = spot.node
    if not isinstance(node, Mul):
        return
    plain = [k for k, f in enumerate(node.args) if f is not MINUS_ONE and f is not ONE]
    for count in (1, 2):
        for gone in combinations(plain, count):
            kept = mul(f for k, f in enumerate(node.args) if k not in gone)
            lost = mul(node.args[k] for k in gone)
            says = "the factor {} is too much" if count == 1 else "the factors {} are too much"
            yield Change(kept, says, (lost,))


def extra_term(spot: Spot, program: Program) -> Changes:
    """One term of a sum too many."""
    node = spot.node
    if isinstance(node, Add):
        for k, part in enumerate(node.args):
            yield Change(add((*node.args[:k], *node.args[k + 1 :])), "the term {} is too much", (part,))


def extra_function(spot: Spot, program: Program) -> Changes:
    """A function, a power or a condition that should not be there; one function for another."""
    node = spot.node
    if isinstance(node, Apply) and node.args:
        yield from (Change(a, f"{node.op} is too much: {{}} stands alone", (a,)) for a in node.args)
        for row in OPERATIONS.values():
            if row.name != node.op and row.arity == len(node.args):
                made = Apply(row.name, node.args)
                yield Change(made, "{} must be {}", (node, made))
        if len(node.args) == 2:
            made = Apply(node.op, node.args[::-1])
            yield Change(made, "{} must be {}", (node, made))
    elif isinstance(node, Pow):
        yield Change(node.base, "the exponent of {} is too much", (node.base,))


def lost_function(spot: Spot, program: Program) -> Changes:
    """A function of the network that is not applied."""
    node = spot.node
    if isinstance(node, Num | Count | Bracket):
        return
    for op in _functions(program):
        made = Apply(op, (node,))
        yield Change(made, f"{op} is missing: {{0}} for {{1}}", (made, node))


def _functions(program: Program) -> tuple[str, ...]:
    """The functions of one argument that a program applies, and those that training brings in."""
    bodies = [d.body for d in program.definitions if isinstance(d.body, Term)]
    found = dict.fromkeys(n.op for b in bodies for n in walk(b) if isinstance(n, Apply) and len(n.args) == 1)
    return tuple(dict.fromkeys((*found, "exp", "log", "abs", "sign")))


# powers and numbers --------------------------------------------------------------------------------------------------------

POWERS = tuple(Fraction(p) for p in ("-1", "2", "1/2", "-1/2", "-2", "3", "-3", "3/2", "-3/2"))


def power(spot: Spot, program: Program) -> Changes:
    """The exponent is another one: p for 1/p, s for s², a root forgotten."""
    node = spot.node
    if isinstance(node, Num | Count | Bracket) or (isinstance(spot.parent, Pow) and spot.path[-1] == 1):
        return
    if isinstance(node, Pow):
        if isinstance(node.exponent, Num):
            own = node.exponent.value
            wanted = dict.fromkeys((-own, own - 1, own + 1, own * 2, own / 2, *POWERS))
            others: list[Term] = [Pow(node.base, Num(e)) for e in wanted if e not in (own, 0, 1)]
        else:
            others = [Pow(node.base, e) for e in (negated(node.exponent), node.exponent - 1, node.exponent + 1)]
        yield from (Change(new, "the exponent is wrong: {} must be {}", (node, new)) for new in others)
    elif not isinstance(spot.parent, Pow):
        for e in POWERS:
            new = Pow(node, Num(e))
            yield Change(new, "{0} stands on the wrong side of the fraction bar" if e == -1 else "{0} must be {1}", (node, new))


def number(spot: Spot, program: Program) -> Changes:
    """A number or a size is another one."""
    node = spot.node
    if isinstance(node, Num):
        v = node.value
        wanted = dict.fromkeys((v * 2, v / 2, v + 1, v - 1, v * v, *((1 / v,) if v else ())))
        yield from (Change(Num(e), "{} must be {}", (node, Num(e))) for e in wanted if e != v)
    elif isinstance(node, Count):
        sizes = dict.fromkeys(i.size for leaf in program.leaves for i in leaf.indices)
        for size in (*sizes, node.size - 1, node.size + 1):
            if size is not node.size:
                yield Change(Count(size), "{} must be {}", (node, Count(size)))


# names ---------------------------------------------------------------------------------------------------------------------


def other_name(spot: Spot, program: Program) -> Changes:
    """A name is another one of the same shape, at one read or wherever a part reads it: another layer, the value before the activation."""
    node = spot.node
    if isinstance(node, Ref):
        for other, places in alike(node, program):
            yield Change(Ref(other, places), _says(node.name, other, program), (Ref(node.name), Ref(other)))
    elif isinstance(node, Mul | Add) and not isinstance(spot.parent, Add | Reduce):
        for name in names(node):
            sizes = _sizes(name, program)
            for other in named(program):
                if other != name and sizes and _sizes(other, program) == sizes:
                    yield Change(rename(node, {name: other}), _says(name, other, program), (Ref(name), Ref(other)))


def _says(name: Name, other: Name, program: Program) -> str:
    """What it means that one name stands for another."""
    ours, theirs = (program.spellings.get(str(n)) for n in (name, other))
    if ours and theirs and ours.letter == theirs.letter and ours.layer != theirs.layer:
        return f"layer {ours.layer} is taken instead of layer {theirs.layer}: {{1}} for {{0}}"
    if _activation(other, program) == name:
        return "{0} is taken before the activation instead of after it: {1} for {0}"
    if _activation(name, program) == other:
        return "{0} is taken after the activation instead of before it: {1} for {0}"
    return "{1} is needed instead of {0}"


def _activation(name: Name, program: Program) -> Name | None:
    """The name of which another one is a function entry by entry, and of nothing else."""
    definition = program.definition.get(name)
    if definition is None or len(definition.reads) != 1 or not isinstance(definition.body, Term):
        return None
    read = definition.reads[0]
    return read if (program.indices(read) and _sizes(read, program) == _sizes(name, program)) or not definition.indices else None


def named(program: Program) -> tuple[Name, ...]:
    """The names a formula may read: leaves and forward definitions, not the result itself."""
    return tuple(n for n in (*program.leaf, *program.definition) if isinstance(n, str) and n not in program.results)


def _sizes(name: Name, program: Program) -> tuple[Size, ...]:
    return tuple(i.size for i in program.indices(name))


def alike(node: Ref, program: Program) -> Iterator[tuple[Name, tuple[Size, ...]]]:
    """The names of the same sizes, and their places (turned where only the order differs)."""
    own = _sizes(node.name, program)
    for other in named(program):
        theirs = _sizes(other, program)
        if other == node.name or len(theirs) != len(own):
            continue
        if theirs == own:
            yield other, node.places
        elif len(own) == 2 and theirs == own[::-1]:
            yield other, node.places[::-1]


MISTAKES: tuple[Mistake, ...] = (
    Mistake("sign", sign),
    Mistake("transpose", transpose),
    Mistake("sum or mean", reduction_kind),
    Mistake("extra factor", extra_factor),
    Mistake("extra term", extra_term),
    Mistake("wrong axis", reduction_axis),
    Mistake("exponent", power),
    Mistake("name", other_name),
    Mistake("reduction lost", reduction_lost),
    Mistake("reduction extra", reduction_extra),
    Mistake("reach of a sum", reduction_reach),
    Mistake("function", extra_function),
    Mistake("function", lost_function),
    Mistake("number", number),
    Mistake("condition", bracket_slip),
    Mistake("index", index_slip),
)
"""The mistakes that need nothing but the claim itself, those people make most often first."""

ORDER: tuple[str, ...] = (
    "layout", "sign", "transpose", "sum or mean", "extra factor", "constant", "extra term", "wrong axis", "exponent", "name", "reduction lost",
    "reduction extra", "reach of a sum", "function", "number", "condition", "index", "factor missing", "term missing", "swapped",
    "coefficients", "two changes",
)  # fmt: skip
"""All kinds of mistakes, in the order in which people make them."""

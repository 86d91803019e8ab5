"""Slips in what stands in a formula: signs, names, places, powers, numbers, functions, one factor or term too many."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise

from symback.algebra.definitions import Definition
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Size
from symback.algebra.terms import (
    MINUS_ONE,
    NEGATED,
    ONE,
    SWAPPED,
    ZERO,
    Add,
    Apply,
    Bracket,
    Count,
    Mul,
    Num,
    Pow,
    Reduce,
    Ref,
    Term,
    add,
    bracket,
    is_number,
    mul,
    reciprocal,
)
from symback.algebra.traverse import free_indices, substitute, walk
from symback.network.program import Program
from symback.verify.spots import Change, Changes, Spot, negated, unsigned

# signs and order -----------------------------------------------------------------------------------------------------------


def sign(spot: Spot, program: Program) -> Changes:
    """The whole, one term of a sum, an argument, an exponent has the other sign."""
    node, parent = spot.node, spot.parent
    if isinstance(parent, Mul | Bracket | Reduce | Pow) or isinstance(node, Bracket):
        return
    if isinstance(parent, Add):
        yield Change(negated(node), "the sign of the term {0} is wrong", (unsigned(node),))
    elif parent is None:
        yield Change(negated(node), "the sign is wrong")
    else:
        yield Change(negated(node), "the sign of {0} is wrong", (unsigned(node),))


def difference_turned(spot: Spot, program: Program) -> Changes:
    """Two neighbours in a longer sum have each other's signs: b − a + c for a − b + c."""
    node = spot.node
    if isinstance(node, Add) and len(node.args) > 2:
        for k in range(len(node.args) - 1):
            pair = node.args[k : k + 2]
            if sum(unsigned(t) is t for t in pair) == 1:
                turned = (negated(pair[0]), negated(pair[1]))
                yield Change(Add((*node.args[:k], *turned, *node.args[k + 2 :])), "the difference {0} is the wrong way round", (Add(pair),))


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
                yield Change(Ref(node.name, tuple(places)), "{0} must be transposed", (Ref(node.name),))
    elif isinstance(node, Add | Mul | Reduce | Pow):
        own = [i for i in free_indices(node) if i in spot.scope]
        for i, j in combinations(own, 2):
            if i.size is j.size:
                moved = substitute(node, {i: Size.of(j), j: Size.of(i)}, spot.scope)
                says = "the whole must be transposed" if spot.parent is None else "{0} must be transposed"
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
    """A condition turned round, strict instead of not strict, negated, off by one, or with another number that the network compares with."""
    node = spot.node
    if isinstance(node, Bracket):
        turned = Bracket(SWAPPED[node.relation], node.left, node.right)
        others = [turned, Bracket(NEGATED[node.relation], node.left, node.right), Bracket(NEGATED[turned.relation], node.left, node.right)]
        if isinstance(node.right, Count):
            others += [Bracket(node.relation, node.left, Count(node.right.size + step)) for step in (-1, 1)]
        yield from (Change(new, "the condition {0} must be {1}", (node, new)) for new in dict.fromkeys(others) if new is not node)
        if isinstance(node.right, Num):
            for other in _compared(program.definitions):
                if other is not node.right:
                    yield Change(Bracket(node.relation, node.left, other), "{0} must be {1}", (node.right, other))


@lru_cache(maxsize=256)
def _compared(definitions: tuple[Definition, ...]) -> tuple[Num, ...]:
    """The numbers with which the conditions of a network compare, and 0."""
    nodes = [n for d in definitions if isinstance(d.name, str) and isinstance(d.body, Term) for n in walk(d.body) if isinstance(n, Bracket)]
    return tuple(dict.fromkeys(s for s in (*(s for n in nodes for s in (n.left, n.right)), ZERO) if isinstance(s, Num)))


def kronecker(spot: Spot, program: Program) -> Changes:
    """A Kronecker delta that is lost, or that should not be there: p_i (1 − p_j) for p_i (δ_ij − p_j)."""
    node = spot.node
    if isinstance(spot.parent, Pow | Bracket | Apply):
        return
    if isinstance(node, Bracket) and node.relation == "=" and isinstance(node.left, Count) and isinstance(node.right, Count):
        yield Change(ONE, "the Kronecker delta stands where 1 belongs")
        return
    for i, j in combinations(spot.scope, 2):
        if i.size is j.size:
            made = bracket(i, "=", j)
            if node is ONE:
                yield Change(made, "1 stands where the Kronecker delta belongs")
            elif isinstance(node, Ref | Mul | Pow) and isinstance(spot.parent, Add | None):
                yield Change(Mul((made, node)), "the Kronecker delta is missing beside {0}", (node,))


# factors and terms too many ------------------------------------------------------------------------------------------------


MOST_PAIRED = 12


def extra_factor(spot: Spot, program: Program) -> Changes:
    """One factor, or two, too many."""
    node = spot.node
    if not isinstance(node, Mul):
        return
    plain = [k for k, f in enumerate(node.args) if f is not MINUS_ONE and f is not ONE]
    pairs = combinations(plain, 2) if len(plain) <= MOST_PAIRED else pairwise(plain)
    for count, chosen in ((1, ((k,) for k in plain)), (2, pairs)):
        for gone in chosen:
            kept = mul(f for k, f in enumerate(node.args) if k not in gone)
            lost = mul(node.args[k] for k in gone)
            if count == 1 and isinstance(lost, Pow) and is_number(lost.exponent, -1):
                yield Change(kept, "the division by {0} is too much", (lost.base,))
            else:
                yield Change(kept, "the factor {0} is too much" if count == 1 else "the factors {0} are too much", (lost,))


def extra_term(spot: Spot, program: Program) -> Changes:
    """One term of a sum, or two neighbours, too many."""
    node = spot.node
    if isinstance(node, Add):
        for count in (1, 2) if len(node.args) > 2 else (1,):
            for k in range(len(node.args) - count + 1):
                lost = add(node.args[k : k + count])
                yield Change(add((*node.args[:k], *node.args[k + count :])), "the term {0} is too much", (lost,))


def extra_function(spot: Spot, program: Program) -> Changes:
    """A function, a power or a condition that should not be there; one function for another."""
    node = spot.node
    if isinstance(node, Apply) and node.args:
        yield from (Change(a, f"{node.op} is too much: {{0}} stands alone", (a,)) for a in node.args)
        for row in OPERATIONS.values():
            if row.name != node.op and row.arity == len(node.args):
                made = Apply(row.name, node.args)
                yield Change(made, "{0} must be {1}", (node, made))
        if len(node.args) == 2:
            made = Apply(node.op, node.args[::-1])
            yield Change(made, "{0} must be {1}", (node, made))
    elif isinstance(node, Pow):
        yield Change(node.base, "the exponent of {0} is too much", (node.base,))


def activation(spot: Spot, program: Program) -> Changes:
    """The derivative of another activation: h(1 − h) for 1 − h², 1 − h² for h(1 − h)."""
    node = spot.node
    if not isinstance(node, Mul):
        return
    for k, factor in enumerate(node.args):
        if not isinstance(factor, Add) or len(factor.args) != 2 or factor.args[0] is not ONE:
            continue
        base = unsigned(factor.args[1])
        if isinstance(base, Pow) and is_number(base.exponent, 2):
            made = (base.base, ONE - base.base)
            yield _exchanged(node, (k,), made)
        for m, other in enumerate(node.args):
            if other is base:
                yield _exchanged(node, (m, k), (ONE - base**2,))


def _exchanged(node: Mul, gone: tuple[int, ...], made: tuple[Term, ...]) -> Change:
    """A product with other factors at the place of some."""
    kept = [f for k, f in enumerate(node.args) if k not in gone]
    lost = mul(node.args[k] for k in gone)
    return Change(
        mul((*kept[: gone[0]], *made, *kept[gone[0] :])), "{0} is the derivative of another activation; it must be {1}", (lost, mul(made))
    )


def lost_function(spot: Spot, program: Program) -> Changes:
    """A function of the network that is not applied."""
    node = spot.node
    if isinstance(node, Num | Count | Bracket):
        return
    for op in _functions(program):
        made = Apply(op, (node,))
        yield Change(made, f"{op} is missing: {{0}} for {{1}}", (made, node))


def _functions(program: Program) -> tuple[str, ...]:
    """The functions of one argument that a program applies, and common ones."""
    found = dict.fromkeys(op for d in program.definitions if isinstance(d.body, Term) for op in _applied(d.body))
    return tuple(dict.fromkeys((*found, "exp", "log", "abs", "sign", "relu")))


@lru_cache(maxsize=4096)
def _applied(body: Term) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.op for n in walk(body) if isinstance(n, Apply) and len(n.args) == 1))


# powers and numbers --------------------------------------------------------------------------------------------------------

POWERS = tuple(Fraction(p) for p in ("2", "1/2", "-1/2", "-2", "3", "-3", "3/2", "-3/2"))


def fraction(spot: Spot, program: Program) -> Changes:
    """A factor in the numerator instead of the denominator, or the other way round."""
    node = spot.node
    if isinstance(node, Pow) and is_number(node.exponent, -1):
        yield Change(node.base, "{0} stands on the wrong side of the fraction bar", (node.base,))
    elif not isinstance(node, Num | Bracket | Pow) and not isinstance(spot.parent, Pow):
        yield Change(reciprocal(node), "{0} stands on the wrong side of the fraction bar", (node,))


def power(spot: Spot, program: Program) -> Changes:
    """The exponent is another one: p for 1/p, s for s², a root forgotten."""
    node = spot.node
    if isinstance(node, Num | Bracket) or (isinstance(spot.parent, Pow) and spot.path[-1] == 1):
        return
    if isinstance(node, Pow):
        if isinstance(node.exponent, Num):
            own = node.exponent.value
            if isinstance(node.base, Pow):  # the inner exponent is a place of its own
                made = Pow(node.base.base, node.exponent)
                yield Change(made, "the exponent is wrong: {0} must be {1}", (node, made))
                return
            wanted = dict.fromkeys((-own, own - 1, own + 1, own * 2, own / 2, *POWERS))
            others: list[Term] = [Pow(node.base, Num(e)) for e in wanted if e not in (own, 0, 1)]
        else:
            others = [Pow(node.base, e) for e in (negated(node.exponent), *(add((node.exponent, Num(step))) for step in (-1, 1)))]
        yield from (Change(new, "the exponent is wrong: {0} must be {1}", (node, new)) for new in others)
    elif not isinstance(spot.parent, Pow):
        for e in POWERS:
            new = Pow(node, Num(e))
            yield Change(
                new,
                "{0} stands on the wrong side of the fraction bar" if e == -1 else "an exponent is missing: {0} must be {1}",
                (node, new),
            )


def number(spot: Spot, program: Program) -> Changes:
    """A number is another one."""
    node = spot.node
    if isinstance(node, Num):
        v = node.value
        wanted = dict.fromkeys((v * 2, v / 2, v + 1, v - 1, v * v, *((1 / v,) if v else ())))
        yield from (Change(Num(e), "{0} must be {1}", (node, Num(e))) for e in wanted if e != v)


def size(spot: Spot, program: Program) -> Changes:
    """A size is another one, or one more or less."""
    node = spot.node
    if isinstance(node, Count):
        sizes = dict.fromkeys(i.size for leaf in program.leaves for i in leaf.indices)
        for other in dict.fromkeys((*sizes, node.size - 1, node.size + 1)):
            if other is not node.size:
                yield Change(Count(other), "{0} must be {1}", (node, Count(other)))

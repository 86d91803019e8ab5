"""Walking and changing terms: children, free indices, substitution, renaming, inlining.

The few passes that everything else is written with. Substitution is the one place where index capture is decided:
binders stay distinct along every path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from symback.algebra.sizes import Index, Size, fresh
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Name, Num, Pow, Reduce, Ref, Term
from symback.errors import UnknownTerm


def children(node: Term) -> tuple[Term, ...]:
    """The terms directly below a node, left to right."""
    return node.below


def with_children(node: Term, new: tuple[Term, ...]) -> Term:
    """The same node over other children; binders are kept as they are."""
    match node:
        case Add():
            return Add(new)
        case Mul():
            return Mul(new)
        case Apply():
            return Apply(node.op, new)
        case Pow():
            return Pow(new[0], new[1])
        case Bracket():
            return Bracket(node.relation, new[0], new[1])
        case Reduce():
            return Reduce(node.kind, node.index, new[0])
        case _ if not new:
            return node
    raise UnknownTerm(node, "with_children")


def rewrite(node: Term, change: Callable[[Term], Term]) -> Term:
    """``change`` applied bottom-up to every node.

    >>> from symback.algebra.terms import ref, ONE
    >>> rewrite(ref("x") * ref("y"), lambda t: ONE if t is ref("y") else t)
    x*1
    """
    below = node.below
    if below:
        new = tuple([rewrite(child, change) for child in below])
        if new != below:
            node = with_children(node, new)
    return change(node)


def bottom_up(change: Callable[[Term], Term]) -> Callable[[Term], Term]:
    """`rewrite` with ``change`` as a pass of its own that remembers what it did to every subterm.

    >>> from symback.algebra.terms import ref, ONE
    >>> bottom_up(lambda t: ONE if t is ref("y") else t)(ref("x") * ref("y"))
    x*1
    """

    @lru_cache(maxsize=65536)
    def whole(node: Term) -> Term:
        below = node.below
        if below:
            new = tuple([whole(child) for child in below])
            if new != below:
                node = with_children(node, new)
        return change(node)

    return whole


def factors(node: Term) -> list[Term]:
    """The factors of a term with nested products opened, in order."""
    if isinstance(node, Mul):
        return [f for a in node.args for f in factors(a)]
    return [node]


def walk(node: Term) -> Iterator[Term]:
    """Every node of a term, the node itself first, then left to right."""
    yield node
    for child in children(node):
        yield from walk(child)


def free_indices(node: Term) -> tuple[Index, ...]:
    """The indices a term reads and does not bind, each once, in the order of reading.

    >>> from symback.algebra.terms import ref, total
    >>> i, j = Index("i", "n"), Index("j", "m")
    >>> free_indices(total([i], ref("W", j, i) * ref("x", i)))
    (j,)
    """
    if node._free is None:
        node._free = tuple(_free(node))
    return node._free


def _free(node: Term) -> dict[Index, None]:
    found: dict[Index, None] = {}
    match node:
        case Ref():
            for place in node.places:
                found.update(dict.fromkeys(place.indices))
        case Count():
            found.update(dict.fromkeys(node.size.indices))
        case Reduce():
            found.update(dict.fromkeys(node.index.size.indices))
            found.update(dict.fromkeys(i for i in free_indices(node.body) if i is not node.index))
        case _:
            for child in children(node):
                found.update(dict.fromkeys(free_indices(child)))
    return found


def binders(node: Term) -> tuple[Index, ...]:
    """The indices bound anywhere inside a term, each once, outermost first."""
    return tuple(dict.fromkeys(n.index for n in walk(node) if isinstance(n, Reduce)))


def refs(node: Term) -> tuple[Ref, ...]:
    """The distinct reads of names in a term, in order."""
    return tuple(dict.fromkeys(n for n in walk(node) if isinstance(n, Ref)))


def names(node: Term) -> tuple[Name, ...]:
    """The names a term reads, each once, in order."""
    found = node._names
    if found is None:
        below = node.below
        if isinstance(node, Ref):
            found = (node.name,)
        elif len(below) == 1:
            found = names(below[0])
        else:
            found = tuple(dict.fromkeys([n for child in below for n in names(child)]))
        node._names = found
    return found


def substitute(node: Term, mapping: Mapping[Index, Size], avoid: Iterable[Index] = ()) -> Term:
    """Put places for free indices without capture: a binder that would catch one gets a fresh mark.

    Binders in ``avoid`` (the ones already bound further out) are renamed too, so that they stay distinct along the path.

    >>> from symback.algebra.terms import ref, total
    >>> i, j = Index("i", "n"), Index("j", "n")
    >>> substitute(total([i], ref("A", i, j)), {j: Size.of(i)})
    sum_i'(A[i',i])
    """
    outer = dict.fromkeys(avoid)
    for place in mapping.values():
        outer.update(dict.fromkeys(place.indices))
    return _substitute(node, dict(mapping), outer)


def _substitute(node: Term, mapping: dict[Index, Size], outer: dict[Index, None]) -> Term:
    if not outer and not any(i in mapping for i in free_indices(node)):
        return node
    match node:
        case Ref():
            return Ref(node.name, tuple(p.substitute(mapping) for p in node.places))
        case Count():
            return Count(node.size.substitute(mapping))
        case Num():
            return node
        case Reduce():
            return _substitute_under_binder(node, mapping, outer)
    below = children(node)
    return with_children(node, tuple(_substitute(child, mapping, outer) for child in below))


def _substitute_under_binder(node: Reduce, mapping: dict[Index, Size], outer: dict[Index, None]) -> Term:
    size = node.index.size.substitute(mapping)
    inner = {i: p for i, p in mapping.items() if i is not node.index}
    index = node.index
    clash = any((index.name, index.mark) == (o.name, o.mark) for o in outer)
    if clash or size is not index.size:
        index = (
            fresh(index, (*outer, *(f for f in free_indices(node) if f not in inner)), size)
            if clash
            else Index(index.name, size, index.mark)
        )
        inner[node.index] = Size.of(index)
    return Reduce(node.kind, index, _substitute(node.body, inner, {**outer, index: None}))


def rename(node: Term, names_: Mapping[Name, Name]) -> Term:
    """Other names for the names read.

    >>> from symback.algebra.terms import ref
    >>> rename(ref("z1") * ref("x"), {"z1": "z2"})
    z2*x
    """
    return rewrite(node, lambda n: Ref(names_[n.name], n.places) if isinstance(n, Ref) and n.name in names_ else n)


def inline(node: Term, body_of: Callable[[Name], tuple[tuple[Index, ...], Term] | None]) -> Term:
    """Each read of a name for which ``body_of`` knows ``(indices, body)`` replaced by that body at its places.

    Binders stay distinct from each other along every path, and from the free indices.

    >>> from symback.algebra.terms import ref, total
    >>> i, j = Index("i", "n"), Index("j", "n")
    >>> inline(total([i], ref("h", i)), lambda n: ((j,), total([i], ref("A", j, i))) if n == "h" else None)
    sum_i(sum_i'(A[i,i']))
    """
    return _inline(node, body_of, free_indices(node))


def _inline(node: Term, body_of: Callable[[Name], tuple[tuple[Index, ...], Term] | None], bound: tuple[Index, ...]) -> Term:
    if isinstance(node, Ref):
        found = body_of(node.name)
        if found is None:
            return node
        indices, body = found
        return substitute(body, dict(zip(indices, node.places, strict=True)), bound)
    below = children(node)
    if not below:
        return node
    inner = (*bound, node.index) if isinstance(node, Reduce) else bound
    new = tuple([_inline(child, body_of, inner) for child in below])
    return with_children(node, new) if new != below else node

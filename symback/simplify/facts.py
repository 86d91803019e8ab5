"""Declared facts put to use, after the last differentiation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from symback.algebra.definitions import Opaque
from symback.algebra.facts import Fact, closure
from symback.algebra.sizes import Index
from symback.algebra.terms import MINUS_ONE, ONE, Add, Mul, Name, Reduce, Ref, Term
from symback.algebra.traverse import names, rewrite, walk
from symback.network.program import Leaf, Program


@dataclass(frozen=True, slots=True)
class FactRule:
    """What one kind of fact lets a formula become: a function from (node, leaf) to a node."""

    fact: str
    says: str
    apply: Callable[[Term, Leaf], Term]


def _last_sum(node: Term, leaf: Leaf) -> Term:
    """Σ of a leaf over the whole of its last axis is 1; of a symmetric one only the sum over all entries is."""
    if not (isinstance(node, Reduce) and node.kind == "sum" and leaf.indices and node.index.size is leaf.indices[-1].size):
        return node
    if _has(leaf, "symmetric"):
        inner = node.body
        whole = isinstance(inner, Reduce) and inner.kind == "sum" and _is_read(inner.body, leaf, {node.index, inner.index}, 2)
        return ONE if whole else node
    return ONE if _is_read(node.body, leaf, {node.index}, 1) else node


def _is_read(node: Term, leaf: Leaf, bound: set[Index], axes: int) -> bool:
    if not (isinstance(node, Ref) and node.name == leaf.name and len(node.places) >= axes):
        return False
    return {p.single for p in node.places[-axes:]} == bound and not any(i in p.indices for p in node.places[:-axes] for i in bound)


def _has(leaf: Leaf, kind: str) -> bool:
    return any(f.kind == kind for f in closure(leaf.facts))


ROWS: tuple[FactRule, ...] = (FactRule("sums to one", "because {} sums to one", _last_sum),)


def use_facts(node: Term, leaves: Mapping[Name, Leaf]) -> tuple[Term, tuple[tuple[Name, Fact], ...]]:
    """The term with declared facts put to use, and those that were.

    >>> from symback.algebra.terms import ref, total
    >>> k = Index("k", "n")
    >>> y = Leaf("y", (k,), "target", (Fact("sums to one"),))
    >>> use_facts(ref("p") * total([k], ref("y", k)), {"y": y})[0]
    p*1
    """
    used: dict[tuple[Name, Fact], None] = {}
    for name in names(node):
        leaf = leaves.get(name)
        if leaf is None or not leaf.facts:
            continue
        for row in ROWS:
            if not _has(leaf, row.fact):
                continue
            new = rewrite(node, lambda n, row=row, leaf=leaf: row.apply(n, leaf))  # type: ignore[misc]
            if new is not node:
                used[(name, Fact(row.fact))] = None
                node = new
    return node, tuple(used)


def sums_of_entries(node: Term, leaves: Mapping[Name, Leaf]) -> Iterator[tuple[Term, tuple[tuple[Name, Fact], ...]]]:
    """The term with 1 without the others in place of one of some numbers that sum to one, one way after the other.

    Which of them goes decides how short the rest becomes: of ``-y(1 - p) + (u + v)p`` it is u or v. The last two are tried.

    >>> from symback.algebra.terms import ref
    >>> fact = (Fact("entries sum to one", entries=("a", "b")),)
    >>> leaves = {n: Leaf(n, (), "target", fact) for n in ("a", "b")}
    >>> [term for term, _ in sums_of_entries(ref("a") * ref("p") + ref("b") * ref("p"), leaves)][1]
    a*p + (1 + -1*a)*p
    """
    read = [n.name for n in walk(node) if isinstance(n, Ref)]
    facts = dict.fromkeys(f for n in read if n in leaves for f in leaves[n].facts if f.kind == "entries sum to one")
    for fact in facts:
        for gone in [n for n in fact.entries if n in read][-2:]:
            others: list[Term] = [Mul((MINUS_ONE, Ref(n, ()))) for n in fact.entries if n != gone]
            rest = Add((ONE, *others)) if others else ONE
            yield rewrite(node, lambda n, rest=rest, gone=gone: rest if isinstance(n, Ref) and n.name == gone else n), ((gone, fact),)  # type: ignore[misc]


def oriented(node: Term, symmetric: Mapping[Name, Name], order: tuple[Index, ...]) -> tuple[Term, tuple[tuple[Name, Fact], ...]]:
    """Reads of symmetric matrices in one order, so that A[j,i] and A[i,j] meet: the first free index first, later ones last, bound ones
    between, as in a product from the left to the right. ``symmetric`` says whose fact it is.

    >>> from symback.algebra.terms import ref
    >>> i, j = Index("i", "n"), Index("j", "n")
    >>> oriented(ref("A", j, i), {"A": "A"}, (i, j))[0]
    A[i,j]
    """
    used: dict[tuple[Name, Fact], None] = {}
    rank = {index: k if not k else k + 1 for k, index in enumerate(order)}

    def turned(inner: Term) -> Term:
        if not (isinstance(inner, Ref) and inner.name in symmetric and len(inner.places) == 2):
            return inner
        first, second = (min((rank.get(i, 1) for i in p.indices), default=1) for p in inner.places)
        if second >= first:
            return inner
        used[(symmetric[inner.name], Fact("symmetric"))] = None
        return Ref(inner.name, inner.places[::-1])

    new = rewrite(node, turned)
    return new, tuple(used)


def symmetric_names(program: Program) -> Mapping[Name, Name]:
    """The names that are symmetric matrices by declared facts, inverses of such included, each with the leaf that has the fact."""
    found: dict[Name, Name] = {leaf.name: leaf.name for leaf in program.leaves if leaf.facts and _has(leaf, "symmetric")}
    for definition in program.definitions if found else ():
        body = definition.body
        if isinstance(body, Opaque) and body.row == "inv" and body.operands[0] in found:
            found[definition.name] = found[body.operands[0]]
    return found

"""The shape of a formula: what remains of it when its names are forgotten.

Two formulas have one shape if they are equal up to the names of symbols and indices, the order of sums and products, a number in front, and
axes along which they act entry by entry: ``p − y`` has one shape for numbers, vectors and matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias
from zlib import crc32

from symback.algebra.sizes import Index
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Name, Num, Pow, Reduce, Ref, Term, plain
from symback.algebra.traverse import factors, walk
from symback.simplify.shape import addends, coefficient_and_rest, product

Label: TypeAlias = Name | Index
Colours: TypeAlias = Mapping[Label, str]

Kinds: TypeAlias = Mapping[Name, str]
NO_KINDS: Kinds = {}

MOST_LABELS, MOST_NODES = 9, 90
"""Formulas beyond these have no shape: nobody types them to find them."""


COMMON = 5
"""Parts with no more nodes are found everywhere."""


class NoShape(Exception):
    """A formula is too large, or reads places that are no indices."""


def parts(term: Term) -> Iterator[Term]:
    """Sums and products inside a formula, and products without what they are divided by or one of their factors."""
    for node in walk(term):
        if isinstance(node, Add):
            found = [*([node] if node is not term else []), *(product(Fraction(1), coefficient_and_rest(a)[1]) for a in addends(node))]
        elif isinstance(node, Mul):
            rest = factors(node)
            above = [f for f in rest if not _is_reciprocal(f)]
            choices = [above, *([f for f in kept if f is not left] for kept in (rest, above) for left in kept)]
            found = [product(Fraction(1), choice) for choice in choices]
        else:
            continue
        yield from filter(_tells, found)


def split(node: Term) -> list[Term]:
    """The factors of a term, those of a power of a product each to that power."""
    if isinstance(node, Pow) and isinstance(node.exponent, Num) and isinstance(node.base, Mul):
        return [Pow(f, node.exponent) for f in factors(node.base)]
    return factors(node)


def _is_reciprocal(node: Term) -> bool:
    return isinstance(node, Pow) and isinstance(node.exponent, Num) and node.exponent.value < 0


def _tells(node: Term) -> bool:
    """Whether few formulas have such a part: ``x·y`` and ``1 − x`` stand nearly everywhere."""
    nodes = list(walk(node))
    return len(nodes) > COMMON or sum(isinstance(n, Ref | Apply | Reduce | Bracket) for n in nodes) >= 3


def shape(term: Term, kinds: Kinds = NO_KINDS) -> str:
    """A short mark that formulas of one shape share; empty where a formula has none.

    ``kinds`` says which symbols are no plain ones: the inverse of a matrix.
    """
    try:
        text = signature(term, kinds).encode()
    except NoShape:
        return ""
    return f"{crc32(text):08x}{crc32(text[::-1]):08x}"[4:]


def signature(term: Term, kinds: Kinds = NO_KINDS) -> str:
    """A text that is the same for formulas of one shape. Raises NoShape.

    >>> from symback.algebra.terms import ref
    >>> signature(ref("p") - ref("y")) == signature(-2 * (ref("b") - ref("a"))) == signature(2 * ref("a") - 2 * ref("b"))
    True
    """
    return min(_signature(form, kinds) for form in _primitive(product(Fraction(1), coefficient_and_rest(term)[1])))


def _primitive(term: Term) -> list[Term]:
    """A sum without the number that divides all of it, with either sign; other terms as they are."""
    if not isinstance(term, Add):
        return [term]
    pairs = [coefficient_and_rest(part) for part in addends(term)]
    content = Fraction(gcd(*(c.numerator for c, _ in pairs)), lcm(*(c.denominator for c, _ in pairs)))
    return [Add(tuple(product(c / (sign * content), rest) for c, rest in pairs)) for sign in (1, -1)]


def _signature(bare: Term, kinds: Kinds) -> str:
    nodes = list(walk(bare))
    if len(nodes) > MOST_NODES:
        raise NoShape
    refs = [n for n in nodes if isinstance(n, Ref)]
    bound = {n.index for n in nodes if isinstance(n, Reduce)}
    free = list(dict.fromkeys(i for r in refs for i in _indices(r) if i not in bound))
    arrays = [r for r in refs if _indices(r)]
    kept = [i for i in free if not all(i in _indices(r) for r in arrays)]
    names = dict.fromkeys(r.name for r in refs)
    labels: list[Label] = [*names, *kept]
    if len(labels) > MOST_LABELS:
        raise NoShape
    carried = frozenset(i for i in free if i not in kept)
    return _least(bare, labels, {label: f"n{kinds.get(label, '')}|" if label in names else "i|" for label in labels}, carried)


def _indices(node: Ref) -> tuple[Index, ...]:
    """The indices of a symbol; places that are constant do not count."""
    found = []
    for place in node.places:
        atom = place.single
        if isinstance(atom, Index):
            found.append(atom)
        elif place.constant is None:
            raise NoShape
    return tuple(found)


def _least(term: Term, labels: list[Label], colours: Colours, carried: frozenset[Index]) -> str:
    """The least text over the orders of labels that look alike: labels get colours by where they stand, until nothing more can be told."""
    while True:
        looks = {v: (colours[v], _write(term, {**colours, v: "*" + colours[v]}, {}, carried)) for v in labels}
        ranks = {look: f"{look[0].partition('|')[0]}|{k}" for k, look in enumerate(sorted(set(looks.values())))}
        finer = {v: ranks[looks[v]] for v in labels}
        done = len(set(finer.values())) == len(set(colours.values()))
        colours = finer
        if done:
            break
    groups = [[v for v in labels if colours[v] == c] for c in sorted(set(colours.values()))]
    alike = next((g for g in groups if len(g) > 1), None)
    if alike is None:
        return _write(term, colours, {}, carried)
    return min(_least(term, labels, {**colours, v: colours[v] + "!"}, carried) for v in alike)


def _write(node: Term, colours: Colours, bound: Mapping[Index, int], carried: frozenset[Index]) -> str:
    """A term as text, with colours for labels and depths for bound indices; sums and products sorted."""

    def below(child: Term) -> str:
        return _write(child, colours, bound, carried)

    def reduced(node: Reduce) -> list[str]:
        """A reduction; a mean as a sum over its number."""
        body = _write(node.body, colours, {**bound, node.index: len(bound)}, carried)
        return ["(#^-1)", f"sum{{{body}}}"] if node.kind == "mean" else [f"{node.kind}{{{body}}}"]

    match node:
        case Num():
            return str(node.value)
        case Count():
            return "#"
        case Ref():
            places = (f"b{bound[i]}" if i in bound else colours[i] for i in _indices(node) if i not in carried)
            return f"{colours[node.name]}[{','.join(places)}]"
        case Add():
            return f"({'+'.join(sorted(map(below, addends(node))))})"
        case Mul():
            coefficient, rest = coefficient_and_rest(node)
            texts = sorted(text for part in rest for f in split(part) for text in (reduced(f) if isinstance(f, Reduce) else [below(f)]))
            return f"({'*'.join([str(coefficient), *texts] if coefficient != 1 else texts)})"
        case Pow() if len(below_power := split(node)) > 1:
            return f"({'*'.join(sorted(map(below, below_power)))})"
        case Pow():
            return f"({below(node.base)}^{below(node.exponent)})"
        case Apply():
            return f"{node.op}({','.join(map(below, node.below))})"
        case Bracket():
            return f"[{below(node.left)}{node.relation}{below(node.right)}]"
        case Reduce():
            texts = reduced(node)
            return texts[0] if len(texts) == 1 else f"({'*'.join(texts)})"
    raise NoShape(plain(node))


__all__ = ["MOST_NODES", "NO_KINDS", "Kinds", "NoShape", "parts", "shape", "signature"]

"""Σ in normal form: linear, deltas sifted, factors out, independent indices apart, bound indices with canonical labels.

A sum becomes an atom only when it is connected: ``Σ_i Σ_j a_i·b_j`` is the product of two atoms. A sum that is read by
an outer Σ is opened again, so that the order of nesting does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from typing import TypeAlias

from symback.algebra.normal.conditions import least_place, zero_place
from symback.algebra.normal.context import Context
from symback.algebra.normal.labels import orders
from symback.algebra.normal.opaque_reads import inverse_of
from symback.algebra.normal.poly import (
    CLOSED,
    OPEN,
    Mono,
    Poly,
    Powers,
    Rational,
    accumulate,
    key,
    mono,
    mono_key,
    mono_term,
    scale,
    single,
    whole,
)
from symback.algebra.normal.product import leading, product, renewed, settled, solve_place, times, without
from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ONE, Add, Bracket, Count, Name, Reduce, Ref, Term, reduce_over
from symback.algebra.traverse import free_indices, substitute

Indices: TypeAlias = tuple[Index, ...]
Rule: TypeAlias = Callable[[Context, Powers, Indices], tuple[Poly, Indices] | None]

FAR = 1000


def summed(context: Context, poly: Poly, over: Indices, flips: int = 0) -> Poly:
    """The sum of a polynomial over indices."""
    found: dict[Mono, Rational] = {}
    for m, c in poly.items():
        accumulate(found, _summed(context, dict(m), over, flips), c)
    return found


def _summed(context: Context, powers: Powers, over: Indices, flips: int) -> Poly:
    context.spend()
    if not over:
        return settled(context, powers)
    for rule in RULES:
        changed = rule(context, powers, over)
        if changed is not None:
            return summed(context, *changed, flips)
    inside = {a: e for a, e in powers.items() if any(i in over for i in free_indices(a))}
    outside = settled(context, {a: e for a, e in powers.items() if a not in inside})
    parts = [_closed(context, part, indices, flips) for indices, part in components(inside, over)]
    return product(context, outside, *parts)


def components(powers: Powers, over: Indices) -> list[tuple[Indices, Powers]]:
    """The indices that hang together through factors or sizes, each group with its factors."""
    groups: list[tuple[dict[Index, None], Powers]] = [({i: None}, {}) for i in over]
    links: list[tuple[tuple[Index, ...], Powers]] = [(free_indices(a), {a: e}) for a, e in powers.items()]
    links += [((i, *i.size.indices), {}) for i in over]
    for read, part in links:
        touched = [g for g in groups if any(i in g[0] for i in read)]
        if touched:
            first = touched[0]
            for other in touched[1:]:
                first[0].update(other[0])
                first[1].update(other[1])
                groups.remove(other)
            first[1].update(part)
    return [(tuple(indices), part) for indices, part in groups]


def reads(powers: Powers, index: Index) -> Powers:
    """The factors that read an index."""
    return {a: e for a, e in powers.items() if index in free_indices(a)}


def _open(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_i a_i·(Σ_j W_ij)`` becomes one sum over i and j."""
    for atom, e in powers.items():
        if isinstance(atom, Reduce) and atom.kind == "sum" and whole(e) and e > 0 and any(i in over for i in free_indices(atom)):
            poly, found = settled(context, without(powers, atom)), over
            for _ in range(int(e)):
                body, new = opened(atom, (*found, *(i for a in powers for i in free_indices(a))))
                poly, found = times(context, poly, context.poly(body)), (*found, *new)
            return poly, found
    return None


def opened(node: Term, taken: Indices) -> tuple[Term, Indices]:
    """The body under the outermost Σ of a term, its indices free and named like none of ``taken``."""
    new: list[Index] = []
    while isinstance(node, Reduce) and node.kind == "sum":
        index = open_index(node.index, (*taken, *new))
        node = substitute(node.body, {node.index: Size.of(index)})
        new.append(index)
    return node, tuple(new)


def open_index(index: Index, taken: Indices) -> Index:
    """A free index of the same size that is none of ``taken``."""
    marks = {i.mark for i in taken if i.name == OPEN}
    return Index(OPEN, index.size, next(m for m in range(len(marks) + 1) if m not in marks))


def _unread(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_i 1 = n``; a range whose length reads another index may be empty, and its length below 0 is none."""
    for index in over:
        if not reads(powers, index) and not any(index in i.size.indices for i in over):
            count = context.poly(Count(index.size))
            if index.size.indices:
                count = times(context, least_place(context, index.size), count)
            return times(context, settled(context, powers), count), _others(over, index)
    return None


def _others(over: Indices, *gone: Index) -> Indices:
    return tuple(i for i in over if i not in gone)


def _one_value(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """An index over an axis of size 1 is 0; over size 0 there is nothing to add."""
    for index in over:
        if index.size.constant == 0:
            return {}, ()
        if index.size.constant == 1:
            return _put(context, powers, over, index, Size.of(0))
    return None


def _put(context: Context, powers: Powers, over: Indices, index: Index, place: Size) -> tuple[Poly, Indices] | None:
    """``place`` for an index, also in the sizes of the others; None where an index would run over itself."""
    mapping = {index: place}
    dependent = [i for i in over if index in i.size.indices]
    if any(i in place.indices for i in dependent):
        return None
    resized = {i: Index(i.name, i.size.substitute(mapping), i.mark) for i in dependent}
    left = _replaced(context, powers, index, place)
    if resized:
        left = _renamed_poly(context, left, {i: Size.of(new) for i, new in resized.items()})
    return left, tuple(resized.get(i, i) for i in _others(over, index))


def _replaced(context: Context, powers: Powers, index: Index, place: Size) -> Poly:
    touched = reads(powers, index)
    polys = [renewed(context, a, e, {index: place}) for a, e in touched.items()]
    return product(context, settled(context, without(powers, *touched)), *polys)


def _sift(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_j [j = p]·f(j) = [0 <= p]·[p < n]·f(p)``."""
    for atom in sorted((a for a in powers if isinstance(a, Bracket) and a.relation == "="), key=key):
        if not isinstance(atom.left, Count):
            continue
        for index in over:
            place = solve_place(atom.left.size, index)
            found = None if place is None else _put(context, without(powers, atom), over, index, place)
            if place is not None and found is not None:
                ranges = [least_place(context, place), least_place(context, index.size - 1 - place)]
                return product(context, *ranges, found[0]), found[1]
    return None


def _renamed_poly(context: Context, poly: Poly, mapping: dict[Index, Size]) -> Poly:
    found: dict[Mono, Rational] = {}
    for m, c in poly.items():
        accumulate(found, product(context, *(renewed(context, a, e, mapping) for a, e in m)), c)
    return found


def _shift(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_t [t >= k]·f(t)`` starts at 0: ``Σ_t [t <= n−1−k]·f(t+k)``; then a bound on the range becomes the range."""
    for atom in powers:
        if not isinstance(atom, Bracket) or atom.relation != ">=" or not isinstance(atom.left, Count):
            continue
        place = atom.left.size
        for index in over:
            split = place.coefficient(index)
            if split is None or any(index in i.size.indices for i in over) or place.indices != (index,):
                continue
            slope, rest = split[0].constant, split[1]
            if slope == 1 and provably_at_least(-rest, 1):
                moved = _replaced(context, without(powers, atom), index, Size.of(index) - rest)
                return times(context, least_place(context, index.size - 1 + rest - Size.of(index)), moved), over
            if slope == -1 and provably_at_least(rest + 1) and provably_at_least(index.size - rest - 1):
                shorter = Index(index.name, rest + 1, index.mark)
                moved = _replaced(context, without(powers, atom), index, Size.of(shorter))
                return moved, tuple(shorter if i is index else i for i in over)
    return None


def _declared(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_k y_k = 1`` where y is declared to sum to one."""
    for atom, e in powers.items():
        if isinstance(atom, Ref) and e == 1 and context.fact(atom.name, "sums to one"):
            along = _whole_axes(context, atom)
            if along and all(i in over and reads(powers, i) == {atom: 1} for i in along):
                context.use(atom.name, "sums to one")
                return settled(context, without(powers, atom)), _others(over, *along)
    return None


def _whole_axes(context: Context, atom: Ref) -> Indices:
    """The indices that run over the last axis of a read (over all axes, if it is symmetric), where they do."""
    axes = len(atom.places) if context.fact(atom.name, "symmetric") else 1
    shape = context.given.shapes.get(atom.name, ())[-axes:]
    along = tuple(i for p in atom.places[-axes:] if isinstance(i := p.single, Index))
    before = [i for p in atom.places[:-axes] for i in p.indices]
    right = tuple(i.size for i in along) == shape and len(set(along)) == axes and not any(i in before for i in along)
    return along if right else ()


def _attained_once(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_k [x_k = max x] = 1`` where every maximum is taken to be attained once; that is noted as it stands."""
    if context.ties:
        return None
    for atom in (a for a in powers if isinstance(a, Bracket) and a.relation == "=" and not isinstance(a.left, Count)):
        for along in _places_of_maximum(context, atom, over):
            if all(reads(powers, i) == {atom: 1} and not any(i in j.size.indices for j in over) for i in along):
                context.notes.conditions[Bracket("=", reduce_over("sum", along, atom), ONE)] = None
                return settled(context, without(powers, atom)), _others(over, *along)
    return None


def _places_of_maximum(context: Context, atom: Bracket, over: Indices) -> Iterator[Indices]:
    """The summed indices at which a bracket says that a maximum over their ranges is attained."""
    poly = context.poly(atom.left)
    for m, c in poly.items():
        if len(m) != 1 or m[0][1] != 1 or not isinstance(top := m[0][0], Reduce) or top.kind != "max":
            continue
        rest = scale({k: v for k, v in poly.items() if k != m}, -1 / Fraction(c))
        found, node = [], top
        while isinstance(node, Reduce) and node.kind == "max":
            found.append(node.index)
            node = node.body  # type: ignore[assignment]
        for along in permutations(over, len(found)):
            if all(i.size is j.size for i, j in zip(found, along, strict=True)):
                at = dict(zip(found, map(Size.of, along), strict=True))
                if context.poly(substitute(node, at)) == rest:
                    yield along


def _inverse(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_k A[i,k]·A⁻¹[k,j] = [i=j]``, in either order."""
    for atom, e in powers.items():
        matrix = inverse_of(context, atom) if isinstance(atom, Ref) and e == 1 else None
        if matrix is None or not isinstance(atom, Ref):
            continue
        for position, place in enumerate(atom.places):
            k = place.single
            if not isinstance(k, Index) or k not in over or not _whole_axis(context, matrix, k):
                continue
            others = [a for a in reads(powers, k) if a is not atom]
            if len(others) == 1 and isinstance(other := others[0], Ref) and powers[other] == 1:
                left = _beside(context, other, matrix, k, position)
                right = atom.places[1 - position]
                if left is not None and k not in right.indices and k not in left.indices:
                    rest = settled(context, without(powers, atom, other))
                    return times(context, rest, zero_place(context, left - right)), _others(over, k)
    return None


def _beside(context: Context, other: Ref, matrix: Name, k: Index, position: int) -> Size | None:
    """The free place of a read of the matrix that meets its inverse at k."""
    if other.name != matrix or len(other.places) != 2:
        return None
    meets = [p for p in other.places if p is Size.of(k)]
    if len(meets) != 1 or not (context.fact(matrix, "symmetric") or other.places[1 - position] is meets[0]):
        return None
    return next(p for p in other.places if p is not meets[0])


def _whole_axis(context: Context, matrix: Name, k: Index) -> bool:
    shape = context.given.shapes.get(matrix, ())
    return len(shape) == 2 and shape[0] is k.size


def _reverse(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_k g[n−1−k] = Σ_k g[k]``: an index that every name reads backwards runs the other way."""
    for index in over:
        ways = {way for a in powers for way in _ways(a, index)}
        if ways == {-1} and not any(index in i.size.indices for i in over):
            return _replaced(context, powers, index, index.size - 1 - Size.of(index)), over
    return None


def _ways(atom: Term, index: Index) -> Iterator[int]:
    """With which signs an index stands in the places of names; 0 where it stands there otherwise."""
    if index not in free_indices(atom):
        return
    if not isinstance(atom, Ref):
        for child in atom.below:
            yield from _ways(child, index)
        return
    for place in atom.places:
        if index in place.indices:
            split = place.coefficient(index)
            slope = split[0].constant if split is not None else None
            yield slope if slope in {1, -1} else 0


def _absorb(context: Context, powers: Powers, over: Indices) -> tuple[Poly, Indices] | None:
    """``Σ_i Σ_j e_ij·S_i^{-1}`` with ``S_i = Σ_j e_ij``: sum over j first where that meets its own reciprocal."""
    below = [a for a, e in powers.items() if e < 0 and isinstance(a, Add | Reduce)]
    if len(over) < 2 or not below:
        return None
    for index in over:
        part = reads(powers, index)
        if not part or len(part) == len(powers) or any(a in part for a in below) or any(index in i.size.indices for i in over):
            continue
        poly = _summed(context, part, (index,), 1)
        if len(poly) != 1:
            continue
        ((found, c),) = poly.items()
        inner = next((a for a, e in found if e == 1 and isinstance(a, Reduce)), None)
        if inner is not None and any(_meets(context, inner, base) for base in below):
            rest = settled(context, without(powers, *part))
            return times(context, rest, {found: c}), _others(over, index)
    return None


def _meets(context: Context, inner: Term, base: Term) -> bool:
    if base is inner:
        return True
    lead = leading(context, base) if isinstance(base, Add) else None
    return lead is not None and lead[0] == {inner: 1}


@lru_cache(maxsize=1 << 17)
def height(node: Term) -> int:
    """How many canonical labels are taken inside a term."""
    inside = max((height(c) for c in node.below), default=0)
    return max(inside, node.index.mark + 1) if isinstance(node, Reduce) and node.index.name == CLOSED else inside


def labelled(order: Indices, base: int) -> dict[Index, Size]:
    """Canonical names for bound indices, the outermost first; the innermost gets the lowest mark."""
    mapping: dict[Index, Size] = {}
    for position, index in enumerate(order):
        mark = base + len(order) - 1 - position
        mapping[index] = Size.of(Index(CLOSED, index.size.substitute(mapping), mark))
    return mapping


def _closed(context: Context, powers: Powers, over: Indices, flips: int) -> Poly:
    """A connected sum as an atom (with a sign, where the naming of indices turns one)."""
    base = max((height(a) for a in powers), default=0)
    best: dict[object, tuple[Rational, Mono, Indices]] = {}
    flipped: tuple[Poly, Indices] | None = None
    for order in orders(context, over, powers):
        mapping = labelled(order, base)
        names = tuple(_name(mapping[i]) for i in order)
        poly = product(context, *(renewed(context, a, e, mapping) for a, e in powers.items()))
        if not poly:
            return {}
        if len(poly) > 1:
            flipped = flipped or (poly, names)
            continue
        ((m, c),) = poly.items()
        ident = mono_key(m)
        if ident in best and best[ident][0] != c:
            return {}
        best[ident] = (c, m, names)
    if not best:
        assert flipped is not None
        return _flipped(context, (powers, over), *flipped, flips)
    c, m, names = best[min(best)]  # type: ignore[type-var]
    return scale(context.atom(reduce_over("sum", names, mono_term(m))), c)


def _name(size: Size) -> Index:
    index = size.single
    assert isinstance(index, Index)
    return index


def _flipped(context: Context, written: tuple[Powers, Indices], poly: Poly, names: Indices, flips: int) -> Poly:
    """Under the canonical names a bracket turned round (``[j > i] = 1 − [i > j] − [i = j]``): sum what came of it."""
    if flips > 3:
        powers, over = written
        mapping = labelled(over, max(height(a) for a in powers))
        return single(reduce_over("sum", [_name(mapping[i]) for i in over], substitute(mono_term(mono(powers)), mapping)))
    free: dict[Index, Size] = {}
    for i in names:
        free[i] = Size.of(Index(OPEN, i.size.substitute(free), FAR + i.mark))
    return summed(context, _renamed_poly(context, poly, free), tuple(_name(free[i]) for i in names), flips + 1)


RULES: tuple[Rule, ...] = (_open, _unread, _one_value, _sift, _declared, _attained_once, _inverse, _shift, _reverse, _absorb)

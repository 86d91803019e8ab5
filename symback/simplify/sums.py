"""Sums over an index: Kronecker deltas contracted, constant factors moved out."""

from __future__ import annotations

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import MINUS_ONE, ONE, ZERO, Add, Bracket, Count, Mul, Pow, Reduce, Term, bracket, mul
from symback.algebra.traverse import bottom_up, factors, free_indices, substitute
from symback.simplify.arithmetic import arithmetic, as_size
from symback.simplify.products import collect
from symback.simplify.shape import addends, length, needs_guard


def sift(node: Term) -> Term:
    """Σ_j [i = j] f(j) = f(i): Kronecker deltas contracted, in every sum.

    Where the place an index is solved for may lie outside its range, the range stays as brackets.

    >>> from symback.algebra.terms import ref, total
    >>> i, j = Index("i", "n"), Index("j", "n")
    >>> sift(total([j], bracket(i, "=", j) * ref("x", j)))
    x[i]
    """
    return arithmetic(_sift(node))


def _sifted(node: Reduce) -> Term:
    if node.kind not in ("sum", "mean"):
        return node
    body = node.body
    if isinstance(body, Add) and any(_has_delta(a, node.index) for a in body.args):
        return Add(tuple(_sifted(Reduce(node.kind, node.index, a)) for a in addends(body)))
    parts = factors(body)
    for position, factor in enumerate(parts):
        place = _solved(factor, node.index)
        if place is not None:
            rest = mul(parts[:position] + parts[position + 1 :])
            return _at(rest, node, place)
    for position, factor in enumerate(parts):
        if isinstance(factor, Add) and any(_has_delta(a, node.index) for a in factor.args):
            spread = [mul([*parts[:position], a, *parts[position + 1 :]]) for a in addends(factor)]
            return Add(tuple(_sifted(Reduce(node.kind, node.index, s)) for s in spread))
        if isinstance(factor, Reduce) and factor.kind in ("sum", "mean") and _has_delta(factor.body, node.index):
            inner = _swapped(node, parts, position, factor)
            if inner is not None:
                return inner
    return node


def _swapped(node: Reduce, parts: list[Term], position: int, inner: Reduce) -> Term | None:
    """Σ_i a Σ_j [i=p] b, with j independent of i, is Σ_j Σ_i a [i=p] b: the delta is reached from outside."""
    if node.index in inner.index.size.indices:
        return None
    body = mul([*parts[:position], inner.body, *parts[position + 1 :]])
    contracted = _sifted(Reduce(node.kind, node.index, body))
    if isinstance(contracted, Reduce) and contracted.index is node.index:
        return None
    return Reduce(inner.kind, inner.index, contracted)


def _at(rest: Term, node: Reduce, place: Size) -> Term:
    """The body at the solved place, under the range brackets that are not settled."""
    index = node.index
    value = substitute(rest, {index: place})
    guards: list[Term] = []
    if not provably_at_least(place):
        guards.append(bracket(place, ">=", 0))
    if not provably_at_least(index.size - 1 - place):
        guards.append(bracket(place, "<", index.size))
    if node.kind == "mean":
        value = Mul((Count(index.size) ** -1, value))
    return mul([*guards, value]) if guards else value


def _solved(factor: Term, index: Index) -> Size | None:
    """The place ``p`` for which the bracket ``factor`` says ``index = p``."""
    if not (isinstance(factor, Bracket) and factor.relation == "="):
        return None
    left, right = as_size(factor.left), as_size(factor.right)
    if left is None or right is None:
        return None
    split = (left - right).coefficient(index)
    if split is None:
        return None
    slope, rest = split
    if slope.constant == 1:
        return -rest
    return rest if slope.constant == -1 else None


def _has_delta(node: Term, index: Index) -> bool:
    match node:
        case Bracket():
            return _solved(node, index) is not None
        case Add() | Mul():
            return any(_has_delta(a, index) for a in node.args)
        case Reduce():
            return node.kind in ("sum", "mean") and _has_delta(node.body, index)
    return False


def take_out(node: Term) -> Term:
    """Σ_j c·f(j) = c·Σ_j f(j) and Σ_j c = n·c: what does not read the index leaves the sum, in place.

    A place that a bracket of the sum may keep in range stays beside it.

    >>> from symback.algebra.terms import ref, total
    >>> j = Index("j", "n")
    >>> take_out(total([j], ref("c") * ref("x", j)))
    c*sum_j(x[j])
    """
    return arithmetic(_take_out(node))


def _taken_out(node: Reduce) -> Term:
    if node.kind not in ("sum", "mean"):
        return node
    index = node.index
    parts = factors(node.body)
    inside = [index in free_indices(f) for f in parts]
    if any(inside) and any(isinstance(f, Bracket) and stays for f, stays in zip(parts, inside, strict=True)):
        inside = [stays or needs_guard(f) for f, stays in zip(parts, inside, strict=True)]
    if not any(inside):
        return Mul((Count(index.size), node.body)) if node.kind == "sum" else node.body
    if all(inside):
        return node
    first = inside.index(True)
    before = [f for f, stays in zip(parts[:first], inside[:first], strict=True) if not stays]
    after = [f for f, stays in zip(parts[first:], inside[first:], strict=True) if not stays]
    body = mul(f for f, stays in zip(parts, inside, strict=True) if stays)
    return mul([*before, Reduce(node.kind, index, body), *after])


def known_places(node: Term) -> Term:
    """[i = p] f(i) = [i = p] f(p): beside a delta, the index it settles is written through the other side.

    Only where that settles another bracket or lets factors cancel.

    >>> from symback.algebra.terms import ref
    >>> i, k = Index("i", "n"), Index("k", "n")
    >>> known_places(bracket(i, "=", k) * bracket(i, "!=", k))
    0
    """
    return _known_places(node)


def _known(node: Mul) -> Term:
    for position, factor in enumerate(node.args):
        for index in free_indices(factor) if isinstance(factor, Bracket) else ():
            place = _solved(factor, index)
            if place is None:
                continue
            others = [a for k, a in enumerate(node.args) if k != position]
            settled = [_settle(a, index, place) for a in others]
            if any(a is not b for a, b in zip(settled, others, strict=True)):
                return arithmetic(Mul((*settled[:position], factor, *settled[position:])))
            there = collect(substitute(mul(others), {index: place}))
            if length(there) < length(collect(mul(others))) and not needs_guard(there):
                return arithmetic(Mul((there, factor)))
    return node


def _settle(node: Term, index: Index, place: Size) -> Term:
    if isinstance(node, Bracket):
        decided = arithmetic(substitute(node, {index: place}))
        return decided if decided in (ZERO, ONE) else node
    return node


def as_mean(node: Term) -> Term:
    """``Σ_j f(j) / n -> mean_j f(j)`` where j has n places.

    >>> from symback.algebra.terms import ref, total
    >>> j = Index("j", "n")
    >>> as_mean(total([j], ref("x", j)) / Count("n"))
    mean_j(x[j])
    """
    return arithmetic(_as_mean(node))


def _mean(node: Mul) -> Term:
    parts = factors(node)
    for factor in parts:
        for index in _summed(factor):
            number = Pow(Count(index.size), MINUS_ONE)
            if number in parts:
                rest = [f for k, f in enumerate(parts) if k != parts.index(number)]
                rest[rest.index(factor)] = _averaged(factor, index)
                return mul(rest)
    return node


def _summed(node: Term) -> list[Index]:
    """The indices that a nest of sums and means sums over."""
    found = []
    while isinstance(node, Reduce) and node.kind in ("sum", "mean"):
        found += [node.index] if node.kind == "sum" else []
        node = node.body
    return found


def _averaged(node: Term, index: Index) -> Term:
    """A nest of sums with the one over an index turned into a mean."""
    assert isinstance(node, Reduce)
    if node.index is index:
        return Reduce("mean", index, node.body)
    return Reduce(node.kind, node.index, _averaged(node.body, index))


_as_mean = bottom_up(lambda n: _mean(n) if isinstance(n, Mul) else n)


def common_condition(node: Term) -> Term:
    """A bracket that all terms of a sum share stands behind the sum: ``a[c] + b[c] -> (a + b)[c]``.

    >>> from symback.algebra.terms import ref
    >>> i, k = Index("i", "n"), Index("k", "n")
    >>> delta = bracket(i, "=", k)
    >>> common_condition(ref("a", i) * delta + delta * ref("b", i))
    (a[i] + b[i])*[i = k]
    """
    return _common_condition(node)


def _conditioned(node: Add) -> Term:
    terms = [factors(a) for a in addends(node)]
    shared = [f for f in dict.fromkeys(terms[0]) if isinstance(f, Bracket) and all(f in t for t in terms)]
    if not shared:
        return node
    return Mul((Add(tuple(mul(f for f in t if f not in shared) for t in terms)), *shared))


_common_condition = bottom_up(lambda n: _conditioned(n) if isinstance(n, Add) else n)
_sift = bottom_up(lambda n: _sifted(n) if isinstance(n, Reduce) else n)
_take_out = bottom_up(lambda n: _taken_out(n) if isinstance(n, Reduce) else n)
_known_places = bottom_up(lambda n: _known(n) if isinstance(n, Mul) else n)

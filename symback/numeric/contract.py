"""Sums of products as a reader would write them: ``W @ x``, ``W.T @ d``, ``np.sum``; ``np.einsum`` where nothing else says it."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

from symback.algebra.sizes import Index
from symback.numeric.pieces import MATMUL, POWER, Axes, Piece, times, transposed
from symback.numeric.scope import Scope, number_of

Signed = tuple[int, Piece]


def contract(kind: str, binders: Sequence[Index], pieces: Sequence[Signed], scope: Scope, inner: Scope) -> Piece:
    """The sum (or mean) over binders of a product of pieces; exponent -1 divides.

    Factors without a binder stay outside; an index that no factor has counts its size.
    """
    present = tuple(b for b in binders if any(b in p.axes for _, p in pieces))
    counts = [(1 if kind == "sum" else -1, number_of(b.size, scope)) for b in binders]
    outside = [s for s in pieces if not any(b in s[1].axes for b in present)]
    under = [s for s in pieces if s not in outside]
    if kind == "mean":
        if len(under) == 1 and under[0][0] > 0:
            return _joined([*outside, (1, _reduced("mean", under[0][1], present))], scope)
        counts = [c for c, b in zip(counts, binders, strict=True) if b in present]
    else:
        counts = [c for c, b in zip(counts, binders, strict=True) if b not in present]
    if not under:
        return _joined([*outside, *counts] or [(1, Piece("1", integer=True, weak=True))], scope)
    value = _contracted(present, _merged(under, present, inner), scope, inner)
    return _joined([*[s for s in outside if not s[1].axes], (1, value), *[s for s in outside if s[1].axes], *counts], scope)


def _joined(parts: Sequence[Signed], scope: Scope) -> Piece:
    return times(list(parts), scope.rank)


def _reduced(kind: str, piece: Piece, binders: Sequence[Index]) -> Piece:
    found = [b for b in binders if b in piece.axes]
    positions = sorted(piece.axes.index(b) for b in found)
    rest = tuple(a for a in piece.axes if a not in found)
    axis = "" if not rest else f", axis={positions[0]}" if len(positions) == 1 else f", axis=({', '.join(map(str, positions))})"
    return Piece(f"np.{kind}({piece.code}{axis})", rest)


def _merged(parts: Sequence[Signed], binders: Axes, inner: Scope) -> list[Piece]:
    """Factors over the same axes multiplied, divisors into the factor that has their axes."""
    groups: list[list[Signed]] = []
    for exponent, piece in sorted(parts, key=lambda s: s[0] < 0):
        home = next((g for g in groups if _same(g, piece) or (exponent < 0 and _covers(g, piece))), None)
        if home is None:
            groups.append([(exponent, piece)])
        else:
            home.append((exponent, piece))
    return [times(g, inner.rank) for g in groups]


def _same(group: list[Signed], piece: Piece) -> bool:
    return set(group[0][1].axes) == set(piece.axes)


def _covers(group: list[Signed], piece: Piece) -> bool:
    return set(piece.axes) <= set(group[0][1].axes)


def _contracted(binders: Axes, pieces: list[Piece], scope: Scope, inner: Scope) -> Piece:
    if len(pieces) > 1:
        pieces = [_alone_summed(p, binders, pieces) for p in pieces]
    shared = [b for b in binders if any(b in p.axes for p in pieces)]
    if not shared:
        return times([(1, p) for p in pieces], inner.rank)
    if len(pieces) == 1:
        return _reduced("sum", pieces[0], shared)
    product = _matrix_product(pieces, shared, scope)
    return _einsum(pieces, shared, scope) if product is None else product


def _alone_summed(piece: Piece, binders: Axes, pieces: list[Piece]) -> Piece:
    """A piece summed over the binders that no other piece has."""
    alone = [b for b in binders if b in piece.axes and not any(b in p.axes for p in pieces if p is not piece)]
    return _reduced("sum", piece, alone) if alone else piece


def _matrix_product(pieces: list[Piece], shared: Sequence[Index], scope: Scope) -> Piece | None:
    """``a @ b`` for two matrices or vectors that meet in one index, transposed as needed."""
    if len(pieces) != 2 or len(shared) != 1 or any(len(p.axes) > 2 for p in pieces):
        return None
    k = shared[0]
    free = [tuple(a for a in p.axes if a is not k) for p in pieces]
    if set(free[0]) & set(free[1]) or not all(k in p.axes for p in pieces):
        return None
    left, right = pieces
    if _swapped(free, pieces, k, scope):
        left, right, free = right, left, [free[1], free[0]]
    left, right = transposed(left, (*free[0], k)), transposed(right, (k, *free[1]))
    return Piece(f"{left.at_least(POWER)} @ {right.at_least(POWER)}", (*free[0], *free[1]), MATMUL)


def _swapped(free: list[Axes], pieces: list[Piece], k: Index, scope: Scope) -> bool:
    """Whether the second factor goes first: the axes of the result come in order, and ``W.T @ d`` is preferred to ``d @ W.T``."""
    if free[0] and free[1]:
        return scope.rank(free[0][0]) > scope.rank(free[1][0])
    if not free[0] and not free[1]:
        return False
    return bool(free[1]) and (scope.adjoint or pieces[1].axes != (k, *free[1]))


def _einsum(pieces: list[Piece], shared: Sequence[Index], scope: Scope) -> Piece:
    found = tuple(dict.fromkeys(a for p in pieces for a in p.axes))
    letters = _letters(found)
    out = tuple(sorted((a for a in found if a not in shared), key=scope.rank))
    spec = ",".join("".join(letters[a] for a in p.axes) for p in pieces) + "->" + "".join(letters[a] for a in out)
    how = ", optimize=True" if len(pieces) > 2 else ""
    return Piece(f'np.einsum("{spec}", {", ".join(p.code for p in pieces)}{how})', out)


def _letters(axes: Sequence[Index]) -> dict[Index, str]:
    """A letter for each axis: its own name where that is one, else the next free letter."""
    own = {a: a.name for a in axes if len(a.name) == 1 and a.name in ascii_letters and [b.name for b in axes].count(a.name) == 1}
    free = iter(c for c in ascii_letters if c not in own.values())
    return {a: own[a] if a in own else next(free) for a in axes}

"""Pieces of NumPy source with the axes their value has, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from symback.algebra.sizes import Index

CHOICE, COMPARISON, SUM, MATMUL, PRODUCT, NEGATIVE, POWER, ATOM = range(8)
Axes = tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """An expression, the index along each axis of its value, and how tightly it binds.

    ``plain`` marks the read of a finite named value; ``integer`` an integer (or an array of them); ``weak`` a Python number,
    which takes on the precision of the arrays it meets. ``loose`` is shorter code that may give the number 0 for zeros of the
    full shape: good wherever it is broadcast. ``shared`` marks what may be the memory of a named value, as every plain read is.
    """

    code: str
    axes: Axes = ()
    binds: int = ATOM
    plain: bool = False
    integer: bool = False
    weak: bool = False
    loose: str = ""
    shared: bool = False

    def at_least(self, level: int) -> str:
        """The code, in parentheses if it binds less tightly than asked."""
        return self.code if self.binds >= level else f"({self.code})"


Rank = Callable[[Index], int]


def union(pieces: Iterable[Piece], rank: Rank) -> Axes:
    """All axes of some pieces in the order of the scope."""
    return tuple(sorted(dict.fromkeys(a for p in pieces for a in p.axes), key=rank))


def align(piece: Piece, axes: Axes) -> Piece:
    """The piece with its axes in the order of ``axes``, and a ``None`` wherever broadcasting needs one.

    >>> i, j = Index("i", "n"), Index("j", "m")
    >>> align(Piece("b", (j,)), (j, i)).code, align(Piece("W", (j, i)), (i, j)).code
    ('b[:, None]', 'W.T')
    """
    if not piece.axes:
        return piece
    wanted = tuple(a for a in axes if a in piece.axes)
    if wanted != piece.axes:
        piece = transposed(piece, wanted)
    first = axes.index(wanted[0])
    if axes[first:] == wanted:
        return piece
    marks = ", ".join(":" if a in wanted else "None" for a in axes[first:])
    return Piece(f"{piece.at_least(ATOM)}[{marks}]", axes[first:], plain=piece.plain, integer=piece.integer, shared=piece.shared)


def transposed(piece: Piece, axes: Axes) -> Piece:
    """The piece with its axes in another order."""
    if piece.axes == axes:
        return piece
    order = tuple(piece.axes.index(a) for a in axes)
    turn = ".T" if order == tuple(reversed(range(len(order)))) else f".transpose({', '.join(map(str, order))})"
    return replace(piece, code=f"{piece.at_least(ATOM)}{turn}", axes=axes, binds=ATOM, loose="")


def plus(parts: Sequence[tuple[int, Piece]], rank: Rank) -> Piece:
    """The sum of pieces with signs, in written order.

    One part of the full shape suffices: the others may be written loosely.
    """
    axes = union((p for _, p in parts), rank)
    full = [p for _, p in parts if p.axes and len(p.axes) == len(axes)]
    anchor = next((p for p in full if not p.loose), full[0] if full else None)
    shown = [(s, p if anchor in (None, p) or not _fits(p, axes) else loosened(p)) for s, p in parts]
    code = _sum(shown, axes)
    all_loose = all((p.loose and _fits(p, axes)) or not p.axes for _, p in parts)
    loose = _sum([(s, loosened(p)) for s, p in parts], axes) if all_loose else ""
    integer, weak = all(p.integer for _, p in parts), all(p.weak for _, p in parts)
    return Piece(code, axes, SUM, integer=integer, weak=weak, loose=loose if loose != code else "")


def _fits(piece: Piece, axes: Axes) -> bool:
    """Whether a piece is broadcast to the axes as it stands, so that the number 0 could take its place."""
    return align(piece, axes).code == piece.code


def loosened(piece: Piece) -> Piece:
    """The piece by its loose code, if it has one."""
    return replace(piece, code=piece.loose, loose="") if piece.loose else piece


def _sum(parts: Sequence[tuple[int, Piece]], axes: Axes) -> str:
    text = ""
    for sign, part in parts:
        aligned = align(part, axes)
        if not text:
            text = aligned.at_least(SUM) if sign > 0 else f"-{aligned.at_least(PRODUCT + 1)}"
        else:
            text += f" {'+' if sign > 0 else '-'} {aligned.at_least(MATMUL)}"
    return text


def times(parts: Sequence[tuple[int, Piece]], rank: Rank) -> Piece:
    """The product of pieces, those with exponent -1 divided by, in written order."""
    axes = union((p for _, p in parts), rank)
    if len(parts) == 1 and parts[0][0] > 0:
        return parts[0][1]
    vectors = [p for _, p in parts if p.axes]
    if all(e > 0 for e, _ in parts) and [len(v.axes) for v in vectors] == [1, 1] and vectors[0].axes != vectors[1].axes:
        return _outer(parts, vectors, axes, rank)
    text = ""
    for exponent, part in parts:
        code = align(part, axes).at_least(PRODUCT if exponent > 0 and not text else NEGATIVE + 1)
        if text:
            text += f" {'*' if exponent > 0 else '/'} {code}"
        else:
            text = code if exponent > 0 else f"1 / {code}"
    integer = all(e > 0 and p.integer for e, p in parts)
    return Piece(text, axes, PRODUCT, integer=integer, weak=all(p.weak for _, p in parts))


def _outer(parts: Sequence[tuple[int, Piece]], vectors: Sequence[Piece], axes: Axes, rank: Rank) -> Piece:
    ordered = sorted(vectors, key=lambda v: axes.index(v.axes[0]))
    outer = Piece(f"np.outer({ordered[0].code}, {ordered[1].code})", axes, integer=all(v.integer for v in vectors))
    scalars = [(e, p) for e, p in parts if not p.axes]
    return times([*scalars, (1, outer)], rank) if scalars else outer


def negated(piece: Piece) -> Piece:
    """The piece with a minus sign in front."""
    if piece.code.startswith("-") and piece.binds >= NEGATIVE:
        return replace(piece, code=piece.code[1:], binds=ATOM, loose="", shared=True)
    return replace(
        piece,
        code=f"-{piece.at_least(NEGATIVE + 1 if piece.binds != PRODUCT else PRODUCT)}",
        binds=SUM,
        plain=False,
        loose="",
        shared=False,
    )

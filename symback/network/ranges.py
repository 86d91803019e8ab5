"""Whether every place that is read lies in its axis, given the brackets it is read under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import Add, Bracket, Count, Mul, Name, Num, Ref, Term
from symback.algebra.traverse import children

Axes = Mapping[Name, tuple[Index, ...]]


@dataclass(frozen=True, slots=True)
class Guards:
    """What the brackets around a read say: sizes that are at least 0, and indices with one value."""

    least: tuple[Size, ...] = ()
    equal: tuple[tuple[Index, Size], ...] = ()

    def under(self, conditions: Sequence[Bracket]) -> Guards:
        """These guards and those of some brackets."""
        least, equal = list(self.least), list(self.equal)
        for bracket in conditions:
            left, right = as_size(bracket.left), as_size(bracket.right)
            if left is None or right is None:
                continue
            least += _at_least(bracket.relation, left, right)
        for gap in least:
            index = (-gap).single
            if isinstance(index, Index):
                equal.append((index, Size.of(0)))
        for gap in least:
            if -gap in least:
                equal += _solved(gap)
        return Guards(tuple(least), tuple(equal))

    def show(self, size: Size) -> bool:
        """Whether a size is at least 0 under the guards."""
        if provably_at_least(size) or any(provably_at_least(size - g) for g in self.least):
            return True
        if any(provably_at_least(size - g - h) for n, g in enumerate(self.least) for h in self.least[n + 1 :]):
            return True
        moves = dict(self.equal)
        moved = _moved(size, moves) if moves else size
        return moved is not size and provably_at_least(moved)


def _at_least(relation: str, left: Size, right: Size) -> list[Size]:
    match relation:
        case ">=":
            return [left - right]
        case ">":
            return [left - right - 1]
        case "<=":
            return [right - left]
        case "<":
            return [right - left - 1]
        case "=":
            return [left - right, right - left]
    return []


def _solved(gap: Size) -> list[tuple[Index, Size]]:
    """``gap = 0`` solved for an index."""
    for index in gap.indices:
        split = gap.coefficient(index)
        if split is not None and split[0].constant in (1, -1):
            return [(index, split[1] * -(split[0].constant or 1))]
    return []


def _moved(size: Size, moves: dict[Index, Size]) -> Size:
    """Put values for indices, also in the sizes of the indices that are read."""
    for index in size.indices:
        if index not in moves and any(i in moves for i in index.size.indices):
            moves = {**moves, index: Size.of(Index(index.name, index.size.substitute(moves), index.mark))}
    return size.substitute(moves)


def as_size(term: Term) -> Size | None:
    """A term that is a size or place, as one."""
    match term:
        case Count():
            return term.size
        case Num() if term.value.denominator == 1:
            return Size.of(int(term.value))
        case Add() | Mul():
            parts = [as_size(a) for a in term.args]
            if any(p is None for p in parts):
                return None
            whole = Size.of(0 if isinstance(term, Add) else 1)
            for part in parts:
                if part is not None:
                    whole = whole + part if isinstance(term, Add) else whole * part
            return whole
    return None


def conditions(term: Term) -> Iterator[Bracket]:
    """The brackets among the factors of a term, also of products inside products."""
    if isinstance(term, Bracket):
        yield term
    elif isinstance(term, Mul):
        for factor in term.args:
            yield from conditions(factor)


def guarded_reads(body: Term, guards: Guards | None = None) -> Iterator[tuple[Ref, Guards]]:
    """Every read of a term with the guards it stands under."""
    around = guards or Guards()
    if isinstance(body, Ref):
        yield body, around
    elif isinstance(body, Mul):
        own = [tuple(conditions(factor)) for factor in body.args]
        for n, factor in enumerate(body.args):
            others = [b for m, found in enumerate(own) if m != n for b in found]
            yield from guarded_reads(factor, around.under(others) if others else around)
    else:
        for child in children(body):
            yield from guarded_reads(child, around)


def out_of_range(body: Term, axes: Axes) -> tuple[Ref, Size, Size] | None:
    """The first read that is not known to be in range: the read, its place and the size of the axis."""
    for read, guards in guarded_reads(body):
        moves: dict[Index, Size] = {}
        for place, axis in zip(read.places, axes[read.name], strict=True):
            size = axis.size.substitute(moves)
            moves[axis] = place
            index = place.single
            if isinstance(index, Index) and index.size is size:
                continue
            if not (guards.show(place) and guards.show(size - 1 - place)):
                return read, place, size
    return None

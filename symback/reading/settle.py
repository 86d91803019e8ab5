"""Giving indices the letters a reader sees: one letter per size, distinct along every path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Count, Reduce, Ref, Term
from symback.algebra.traverse import children, with_children

ALPHABET = tuple("ijklpqrstuvabcdghmnowxyzefIJKLPQRSTUV")


class Letters:
    """Which letters write the indices over a size: the first size declared gets ``i``, the next ``j``.

    Letters that name a declared symbol or a size are left out, so that a formula never shows one letter twice.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self._of: dict[Size, list[str]] = {}
        self._free = [letter for letter in ALPHABET if letter not in self.taken]

    def choose(self, size: Size, used: Iterable[Index], wish: str = "") -> Index:
        """An index over a size that looks like none of the used ones."""
        seen = {(i.name, i.mark) for i in used}
        if wish:
            return _marked(wish, size, seen)
        for letter in self._of.setdefault(size, []):
            if (letter, 0) not in seen:
                return Index(letter, size)
        while self._free:
            letter = self._free.pop(0)
            self._of[size].append(letter)
            if (letter, 0) not in seen:
                return Index(letter, size)
        return _marked(next(iter(self._of[size]), "i"), size, seen)

    def adopt(self, indices: Iterable[Index]) -> None:
        """Take over the letters that indices already have."""
        for index in indices:
            known = self._of.setdefault(index.size, [])
            if not index.mark and index.name not in known:
                known.append(index.name)
                self._free = [letter for letter in self._free if letter != index.name]

    def indices(self, shape: Sequence[Size]) -> tuple[Index, ...]:
        """One index per axis of a shape."""
        chosen: list[Index] = []
        for size in shape:
            chosen.append(self.choose(size, chosen))
        return tuple(chosen)


def _marked(letter: str, size: Size, seen: set[tuple[str, int]]) -> Index:
    mark = 0
    while (letter, mark) in seen:
        mark += 1
    return Index(letter, size, mark)


def settle(axes: Sequence[Index], body: Term, letters: Letters) -> tuple[tuple[Index, ...], Term]:
    """Axes and body with the indices of reading replaced by letters; a name given by the user stays."""
    moves: dict[Index, Size] = {}
    new: list[Index] = []
    for axis in axes:
        index = letters.choose(axis.size.substitute(moves), new, axis.name)
        moves[axis] = Size.of(index)
        new.append(index)
    return tuple(new), _settle(body, moves, tuple(new), letters)


def _settle(node: Term, moves: dict[Index, Size], used: tuple[Index, ...], letters: Letters) -> Term:
    match node:
        case Ref():
            return Ref(node.name, tuple(p.substitute(moves) for p in node.places))
        case Count():
            return Count(node.size.substitute(moves))
        case Reduce():
            index = letters.choose(node.index.size.substitute(moves), used, node.index.name)
            return Reduce(node.kind, index, _settle(node.body, {**moves, node.index: Size.of(index)}, (*used, index), letters))
    below = children(node)
    if not below:
        return node
    return with_children(node, tuple(_settle(child, moves, used, letters) for child in below))

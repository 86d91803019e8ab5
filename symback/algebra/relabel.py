"""Shapes of definitions and renaming: what is derived once for one layer is renamed for the next.

Two definitions have one shape if they differ in nothing but the names they read and the symbols their sizes are made of. A shape
comes with the labels (names, size symbols, size tables) in the order in which they are met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Count, Name, Num, Partial, Reduce, Ref, Term
from symback.algebra.traverse import with_children

Label: TypeAlias = Name | SizeSymbol | tuple[str, str]
Labels: TypeAlias = tuple[Label, ...]


class Renaming:
    """New labels for old ones; remembers what it did to every term and size.

    >>> from symback.algebra.terms import ref
    >>> Renaming({"z1": "z2"}).term(ref("z1") * ref("x"))
    z2*x
    """

    def __init__(self, labels: Mapping[Label, Label]) -> None:
        self.labels = labels
        self._terms: dict[Term, Term] = {}
        self._sizes: dict[Size, Size] = {}
        self._indices: dict[Index, Index] = {}

    def label(self, old: Label) -> Label:
        """The new label; a subclass may hand out new ones as they are met."""
        return self.labels.get(old, old)

    def name(self, old: Name) -> Name:
        """A name, or a derivative of renamed names."""
        if isinstance(old, Partial):
            return Partial(self.name(old.of), self.name(old.by), old.local)
        new = self.label(old)
        assert isinstance(new, str | Partial)
        return new

    def size(self, old: Size) -> Size:
        """A size over other symbols."""
        new = self._sizes.get(old)
        if new is None:
            new = self._sizes[old] = old.replace(self._atom) if old.constant is None else old
        return new

    def _atom(self, atom: Atom) -> Size:
        match atom:
            case SizeSymbol():
                new = self.label(atom)
                assert isinstance(new, SizeSymbol)
                return Size.of(new)
            case Index():
                return Size.of(self.index(atom))
            case SizeAt():
                table = self.label(("table", atom.name))
                return Size.of(SizeAt(table[1] if isinstance(table, tuple) else atom.name, self.size(atom.place)))
            case Floor():
                return self.size(atom.numerator) // self.size(atom.denominator)

    def index(self, old: Index) -> Index:
        """The same index over a renamed size."""
        new = self._indices.get(old)
        if new is None:
            new = self._indices[old] = Index(old.name, self.size(old.size), old.mark)
        return new

    def indices(self, old: Iterable[Index]) -> tuple[Index, ...]:
        """Several indices."""
        return tuple([self.index(i) for i in old])

    def term(self, old: Term) -> Term:
        """A term over other names and sizes."""
        new = self._terms.get(old)
        if new is None:
            new = self._terms[old] = self._term(old)
        return new

    def _term(self, old: Term) -> Term:
        match old:
            case Ref():
                return Ref(self.name(old.name), tuple([self.size(p) for p in old.places]))
            case Num():
                return old
            case Count():
                return Count(self.size(old.size))
            case Reduce():
                return Reduce(old.kind, self.index(old.index), self.term(old.body))
        return with_children(old, tuple([self.term(c) for c in old.below]))


class _Numbering(Renaming):
    """Labels by the order in which they are met."""

    def __init__(self) -> None:
        super().__init__({})
        self.met: dict[Label, Label] = {}

    def label(self, old: Label) -> Label:
        new = self.met.get(old)
        if new is None:
            number = f"#{len(self.met)}"
            new = number if isinstance(old, str | Partial) else SizeSymbol(number, old.least) if isinstance(old, SizeSymbol) else ("table", number)
            self.met[old] = new
        return new


@lru_cache(maxsize=16384)
def shape_of(definition: Definition) -> tuple[object, Labels]:
    """A definition with numbers for labels, and the labels.

    >>> from symback.algebra.terms import apply, ref
    >>> shape_of(Definition("h1", (), apply("tanh", ref("z1"))))[1]
    ('h1', 'z1')
    >>> shape_of(Definition("h1", (), ref("z1")))[0] == shape_of(Definition("h2", (), ref("z2")))[0]
    True
    """
    numbering = _Numbering()
    name = numbering.name(definition.name)
    indices = numbering.indices(definition.indices)
    body = definition.body
    if isinstance(body, Opaque):
        return (name, indices, body.row, tuple(numbering.name(n) for n in body.operands)), tuple(numbering.met)
    return (name, indices, numbering.term(body)), tuple(numbering.met)


@lru_cache(maxsize=16384)
def shape_of_indices(name: Name, indices: tuple[Index, ...]) -> tuple[object, Labels]:
    """The shape of a name and its indices alone."""
    numbering = _Numbering()
    return (numbering.name(name), numbering.indices(indices)), tuple(numbering.met)


def joint_shape(shapes: Iterable[tuple[object, Labels]]) -> tuple[object, Labels]:
    """Several shapes as one, with labels numbered throughout: equal results mean the same up to renaming.

    >>> from symback.algebra.terms import ref
    >>> first, second = Definition("h", (), ref("z")), Definition("z", (), ref("x"))
    >>> joint_shape(map(shape_of, (first, second)))[1]
    ('h', 'z', 'x')
    """
    numbers: dict[Label, int] = {}
    parts = []
    for shape, labels in shapes:
        parts.append((shape, tuple([numbers.setdefault(label, len(numbers)) for label in labels])))
    return tuple(parts), tuple(numbers)

"""Shapes of definitions and renaming: what is derived once for one layer is renamed for the next.

Two definitions have one shape if they differ in nothing but the names they read, the symbols their sizes are made of and the letters
of their indices. A shape comes with these labels in the order in which they are met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import count
from typing import TypeAlias

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Apply, Bracket, Count, Mul, Name, Num, Partial, Reduce, Ref, Term
from symback.algebra.traverse import with_children

Label: TypeAlias = Name | SizeSymbol | tuple[str, str]
Labels: TypeAlias = tuple[Label, ...]


class Renaming:
    """New labels for old ones; remembers what it did to every term and size.

    >>> from symback.algebra.terms import ref
    >>> Renaming({"z1": "z2"}).term(ref("z1") * ref("x"))
    z2*x
    """

    def __init__(self, labels: Mapping[Label, Label], old: tuple[Index, ...] = (), new: tuple[Index, ...] = ()) -> None:
        self.labels = labels
        self._names: dict[Name, Name] = {}
        self._indices: dict[Index, Index] = dict(zip(old, new, strict=True))
        self._sizes: dict[Size, Size] = {Size.of(a): Size.of(b) for a, b in self._indices.items()}

    def name(self, old: Name) -> Name:
        """A name, or a derivative of renamed names."""
        if isinstance(old, str):
            return self.labels.get(old, old)  # type: ignore[return-value]  # names stand for names
        new = self._names.get(old)
        if new is None:
            new = self._names[old] = Partial(self.name(old.of), self.name(old.by), old.local)
        return new

    def size(self, old: Size) -> Size:
        """A size over other symbols."""
        new = self._sizes.get(old)
        if new is None:
            only = old.single
            new = self._sizes[old] = old.replace(self._atom) if only is None else self._atom(only)
        return new

    def _atom(self, atom: Atom) -> Size:
        match atom:
            case SizeSymbol():
                new = self.labels.get(atom, atom)
                assert isinstance(new, SizeSymbol)
                return Size.of(new)
            case Index():
                return Size.of(self.index(atom))
            case SizeAt():
                table = self.labels.get(("table", atom.name), ("table", atom.name))
                return Size.of(SizeAt(_tagged(table, atom.name), self.size(atom.place)))
            case Floor():
                return self.size(atom.numerator) // self.size(atom.denominator)

    def index(self, old: Index) -> Index:
        """The same index over a renamed size."""
        new = self._indices.get(old)
        if new is None:
            letter = self.labels.get(("index", old.name), ("index", old.name))
            new = self._indices[old] = Index(_tagged(letter, old.name), self.size(old.size), old.mark)
        return new

    def indices(self, old: Iterable[Index]) -> tuple[Index, ...]:
        """Several indices."""
        return tuple([self.index(i) for i in old])

    def term(self, old: Term) -> Term:
        """A term over other names and sizes."""
        kind = type(old)
        if isinstance(old, Ref):
            return Ref(self.name(old.name), tuple([self.size(p) for p in old.places]))
        if isinstance(old, Num):
            return old
        below = tuple([self.term(c) for c in old.below])
        if kind is Mul:
            return Mul(below)
        match old:
            case Count():
                return Count(self.size(old.size))
            case Reduce():
                return Reduce(old.kind, self.index(old.index), below[0])
        return with_children(old, below)


def _tagged(label: Label, otherwise: str) -> str:
    """The name in a label of a size table or of an index letter."""
    return label[1] if isinstance(label, tuple) and not isinstance(label, Partial) else otherwise


class _Spelling:
    """A definition spelt as a flat tuple, with labels and indices numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.letters: list[object] = []
        self.labels: dict[Label, int] = {}
        self._indices: dict[Index, int] = {}

    def label(self, label: Label) -> None:
        self.letters.append(self.labels.setdefault(label, len(self.labels)))

    def name(self, name: Name) -> None:
        if isinstance(name, Partial):
            self.letters.append("∂" if name.local else "d")
            self.name(name.of)
            self.name(name.by)
        else:
            self.letters.append(self.labels.setdefault(name, len(self.labels)))

    def index(self, index: Index) -> None:
        number = self._indices.get(index)
        if number is not None:
            self.letters += ("i", number)
            return
        self.letters += ("index", index.mark)
        self.label(("index", index.name))
        self.size(index.size)
        self._indices[index] = len(self._indices)

    def size(self, size: Size) -> None:
        for monomial, coefficient in size.terms:
            self.letters += (len(monomial), coefficient)
            for atom, power in monomial:
                self.letters.append(power)
                self._atom(atom)
        self.letters.append(".")

    def _atom(self, atom: Atom) -> None:
        match atom:
            case Index():
                self.index(atom)
            case SizeSymbol():
                self.letters.append(atom.least)
                self.label(atom)
            case SizeAt():
                self.letters.append("at")
                self.label(("table", atom.name))
                self.size(atom.place)
            case Floor():
                self.letters.append("//")
                self.size(atom.numerator)
                self.size(atom.denominator)

    def term(self, node: Term) -> None:
        match node:
            case Ref():
                self.letters.append(len(node.places))
                self.name(node.name)
                for place in node.places:
                    self.size(place)
                return
            case Num():
                self.letters.append(node)
                return
            case Count():
                self.letters.append("#")
                self.size(node.size)
                return
            case Reduce():
                self.letters.append(node.kind)
                self.index(node.index)
            case Apply():
                self.letters += (node.op, len(node.below))
            case Bracket():
                self.letters.append(node.relation)
            case _:
                self.letters += (type(node), len(node.below))
        for child in node.below:
            self.term(child)


@lru_cache(maxsize=16384)
def shape_of(definition: Definition) -> Shape:
    """A definition with numbers for labels, and the labels.

    >>> from symback.algebra.terms import apply, ref
    >>> shape_of(Definition("h1", (), apply("tanh", ref("z1"))))[1]
    ('h1', 'z1')
    >>> shape_of(Definition("h1", (), ref("z1")))[0] == shape_of(Definition("h2", (), ref("z2")))[0]
    True
    """
    spelling = _Spelling()
    spelling.name(definition.name)
    for index in definition.indices:
        spelling.index(index)
    body = definition.body
    if isinstance(body, Opaque):
        spelling.letters.append(body)
    else:
        spelling.term(body)
    return number_of(tuple(spelling.letters)), tuple(spelling.labels)


@lru_cache(maxsize=16384)
def shape_of_indices(name: Name, indices: tuple[Index, ...]) -> Shape:
    """The shape of a name and its indices alone."""
    spelling = _Spelling()
    spelling.name(name)
    for index in indices:
        spelling.index(index)
    return number_of(tuple(spelling.letters)), tuple(spelling.labels)


Shape = tuple[int, Labels]
_NUMBERS: dict[object, int] = {}
_COUNTER = count()
MOST_NUMBERS = 200_000


def number_of(key: object) -> int:
    """A number for a key: equal keys get the same one while they are remembered, and no number is given out twice."""
    number = _NUMBERS.get(key)
    if number is None:
        if len(_NUMBERS) >= MOST_NUMBERS:
            _NUMBERS.clear()
        number = _NUMBERS[key] = next(_COUNTER)
    return number


def joint_shape(kind: str, shapes: Iterable[Shape]) -> Shape:
    """Several shapes as one: equal numbers mean the same up to renaming. Labels are repeated as often as they are met.

    >>> from symback.algebra.terms import ref
    >>> first, second = Definition("h", (), ref("z")), Definition("z", (), ref("x"))
    >>> joint_shape("", map(shape_of, (first, second)))[1]
    ('h', 'z', 'z', 'x')
    """
    labels: list[Label] = []
    numbers: list[int] = []
    for number, part in shapes:
        numbers.append(number)
        labels += part
    first: dict[Label, int] = {}
    pattern = tuple([first.setdefault(label, place) for place, label in enumerate(labels)])
    return number_of((kind, tuple(numbers), pattern)), tuple(labels)

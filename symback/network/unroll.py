"""A program over arrays as a program over numbers: every entry gets a name, every sum is written out."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact, closure
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Bracket,
    Count,
    Mul,
    Name,
    Num,
    Partial,
    Pow,
    Reduce,
    Ref,
    Term,
    add,
    bracket,
    mul,
)
from symback.algebra.traverse import children, with_children
from symback.errors import NotationError
from symback.network.program import Leaf, Program, Spelling
from symback.network.weights import destination

Places = tuple[int, ...]
OF_ENTRIES: Mapping[str, str] = {
    kind: kind for kind in ("positive", "nonnegative", "binary", "plus or minus one", "between", "magnitude above")
} | {"one-hot": "binary"}
"""The facts of an array that say something of each entry, and what they say."""
RELATIONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def unroll(program: Program, sizes: Mapping[str, object] | None = None) -> Program:
    """The program with every axis written out: ``W1_11`` is the first entry of ``W1`` (counted from 1).

    ``sizes`` adds values of size symbols to those the program knows. Declared names of entries are used. Raises
    NotationError where a size has no value or a definition is an opaque row.

    >>> i = Index("i", 2)
    >>> square = Definition("L", (), Reduce("sum", i, Pow(Ref("x", (Size.of(i),)), Num(2))))
    >>> unroll(Program("net", (Leaf("x", (i,)),), (square,), ("L",))).definition["L"].body
    x_1^2 + x_2^2
    """
    return _Unrolling(program, {**program.sizes, **(sizes or {})}).program()


class _Unrolling:
    """One program and the values of its sizes."""

    def __init__(self, source: Program, sizes: Mapping[str, object]) -> None:
        self.source, self.sizes = source, sizes
        self.entries = {leaf.name: dict(leaf.entries) for leaf in source.leaves}

    def program(self) -> Program:
        """The whole program, entry by entry."""
        leaves = tuple(entry for leaf in self.source.leaves for entry in self.leaves_of(leaf))
        definitions = tuple(d for definition in self.source.definitions for d in self.definitions_of(definition))
        results = tuple(self.entry(n, p) for n in self.source.results for p in self.places(self.source.indices(n)))
        values = {n: v for leaf in self.source.leaves for n, v in self.values_of(leaf)}
        names = [*(leaf.name for leaf in leaves), *(d.name for d in definitions)]
        twice = next((n for position, n in enumerate(names) if n in names[:position]), None)
        if twice is not None:
            raise NotationError("scalar notation", f"two entries would be called {twice}", "rename one of the arrays")
        spellings = {
            **self.source.spellings,
            **{n: s for n in (*self.source.leaf, *self.source.definition) for n, s in self.spellings_of(n)},
        }
        return replace(
            self.source,
            leaves=leaves,
            definitions=definitions,
            results=results,
            values={**{n: v for n, v in self.source.values.items() if n not in self.source.leaf}, **values},
            spellings={n: s for n, s in spellings.items() if n in names},
        )

    def places(self, indices: tuple[Index, ...]) -> Iterator[Places]:
        """Every place of an array."""
        return itertools.product(*(range(self.value(i.size, {})) for i in indices))

    def value(self, size: Size, at: Mapping[Index, int]) -> int:
        """A size or a place as a number."""
        try:
            return size.value(self.sizes, at)
        except KeyError as missing:
            known = missing.args[0]
            raise NotationError("scalar notation", f"the size {known} has no value", f"give sizes, such as {known} = 3") from None

    def entry(self, name: Name, places: Places) -> Name:
        """The name of an entry; that of a derivative is the derivative of the entry."""
        if isinstance(name, Partial):
            by = len(self.source.indices(name.by)) if not isinstance(name.by, Partial) else 0
            cut = len(places) - by
            return Partial(self.entry(name.of, places[:cut]), self.entry(name.by, places[cut:]), name.local)
        if not places:
            return name
        declared = self.entries.get(name, {}).get(places)
        return declared or f"{name}_{_written(self.shown(name, places))}"

    def shown(self, name: Name, places: Places) -> Places:
        """The places that the name of an entry shows: one for a column, both for a weight."""
        indices = self.source.indices(name)
        weight = name in self.source.leaf and self.source.leaf[name].role == "weight"
        return places[:1] if len(places) == 2 and not weight and self.value(indices[1].size, {}) == 1 else places

    def leaves_of(self, leaf: Leaf) -> Iterator[Leaf]:
        """A leaf entry by entry; of the facts about a whole array only what they say of one entry or of a row of them is kept."""
        facts = tuple(Fact(OF_ENTRIES[f.kind], f.numbers) for f in leaf.facts if f.kind in OF_ENTRIES) if leaf.indices else leaf.facts
        kinds = {f.kind for f in closure(leaf.facts)} if leaf.indices else set()
        summed = (1 if "symmetric" not in kinds else len(leaf.indices)) if "sums to one" in kinds else 0
        for places in self.places(leaf.indices):
            yield Leaf(str(self.entry(leaf.name, places)), (), leaf.role, (*facts, *self.together(leaf, places, summed)))

    def together(self, leaf: Leaf, places: Places, summed: int) -> tuple[Fact, ...]:
        """What an entry and those along the last ``summed`` axes sum to, where that is known."""
        if not summed:
            return ()
        kept = places[: len(places) - summed]
        alike = [p for p in self.places(leaf.indices) if p[: len(kept)] == kept]
        return (Fact("entries sum to one", entries=tuple(str(self.entry(leaf.name, p)) for p in alike)),)

    def values_of(self, leaf: Leaf) -> Iterator[tuple[str, object]]:
        """The declared numbers of a leaf entry by entry."""
        if leaf.name in self.source.values:
            for places in self.places(leaf.indices):
                value = self.source.values[leaf.name]
                for place in places:
                    assert isinstance(value, list | tuple)
                    value = value[place]
                yield str(self.entry(leaf.name, places)), value

    def definitions_of(self, definition: Definition) -> Iterator[Definition]:
        """A definition entry by entry."""
        if isinstance(definition.body, Opaque):
            raise NotationError(str(definition.name), f"{definition.body.row} has no scalar form", "use matrix or index notation")
        for places in self.places(definition.indices):
            at = dict(zip(definition.indices, places, strict=True))
            yield Definition(self.entry(definition.name, places), (), self.term(definition.body, at))

    def spellings_of(self, name: Name) -> Iterator[tuple[str, Spelling]]:
        """How entries are taken apart: the layer of the array, its places as units."""
        if isinstance(name, Partial) or not self.source.indices(name):
            return
        own = self.source.spellings.get(name, Spelling(name))
        for places in self.places(self.source.indices(name)):
            entry = self.entry(name, places)
            if places not in self.entries.get(name, {}):
                shown = self.shown(name, places)
                letter = own.letter.lower() if len(shown) == 2 and len(own.letter) == 1 else own.letter
                yield str(entry), Spelling(letter, own.layer, (*own.units, *(str(p + 1) for p in shown)), ends=self.ends(name, shown))
            else:
                yield str(entry), _flat(str(entry))

    def ends(self, name: Name, shown: Places) -> Literal["", "destination-source", "source-destination"]:
        """Which of the two places of a weight is its destination."""
        leaf = self.source.leaf.get(name)
        if leaf is None or leaf.role != "weight" or len(shown) != 2:
            return ""
        return "source-destination" if destination(self.source, name) == 1 else "destination-source"

    def term(self, node: Term, at: Mapping[Index, int]) -> Term:
        """A term at a place: sums written out, brackets decided, what is 0 left out."""
        match node:
            case Num():
                return node
            case Count(size=size):
                return Num(self.value(size, at))
            case Ref(name=name, places=places):
                return Ref(self.entry(name, tuple(self.value(p, at) for p in places)))
            case Bracket(relation=relation, left=Count(size=left), right=Count(size=right)):
                return ONE if RELATIONS[relation](self.value(left, at), self.value(right, at)) else ZERO
            case Bracket(relation=relation, left=left_term, right=right_term):
                one, other = self.term(left_term, at), self.term(right_term, at)
                if isinstance(one, Num) and isinstance(other, Num):
                    return ONE if RELATIONS[relation](one.value, other.value) else ZERO
                return bracket(one, relation, other)
            case Reduce():
                return self.reduced(node, at)
            case Mul(args=args):
                return self.product(args, at)
            case Add(args=args):
                return add(t for t in (self.term(a, at) for a in args) if t is not ZERO)
        return with_children(node, tuple(self.term(c, at) for c in children(node)))

    def product(self, args: tuple[Term, ...], at: Mapping[Index, int]) -> Term:
        """A product; brackets come first, for a false one annihilates what may not be read there."""
        decided = {a: self.term(a, at) for a in args if isinstance(a, Bracket)}
        if any(t is ZERO for t in decided.values()):
            return ZERO
        factors = [decided[a] if a in decided else self.term(a, at) for a in args]
        if any(f is ZERO for f in factors):
            return ZERO
        return mul(f for a, f in zip(args, factors, strict=True) if not (a in decided and f is ONE))

    def reduced(self, node: Reduce, at: Mapping[Index, int]) -> Term:
        """A reduction written out."""
        size = self.value(node.index.size.substitute({i: Size.of(v) for i, v in at.items()}), at)
        terms = [self.term(node.body, {**at, node.index: v}) for v in range(size)]
        match node.kind:
            case "sum":
                return add(t for t in terms if t is not ZERO)
            case "mean":
                return Mul((add(terms), Pow(Num(size), MINUS_ONE)))
            case "prod":
                return mul(terms)
        return _extreme(terms, ">=" if node.kind == "max" else "<=")


def _extreme(terms: list[Term], relation: str) -> Term:
    """The largest or smallest of some terms, two at a time: ``[a >= b] a + [a < b] b``."""
    best = terms[0]
    for other in terms[1:]:
        first, second = (
            (bracket(best, ">=", other), bracket(best, "<", other))
            if relation == ">="
            else (bracket(best, "<=", other), bracket(best, ">", other))
        )
        best = Add((Mul((first, best)), Mul((second, other))))
    return best


def _written(places: Places) -> str:
    """Places counted from 1; an underscore between them where one has more than one digit.

    >>> _written((0, 1)), _written((0, 10))
    ('12', '1_11')
    """
    digits = [str(p + 1) for p in places]
    return "".join(digits) if all(len(d) == 1 for d in digits) else "_".join(digits)


def _flat(entry: str) -> Spelling:
    """The spelling of a declared entry such as ``w5``: its digits are no layer."""
    letter = entry.rstrip("0123456789")
    return Spelling(letter, entry[len(letter) :], flat=True)

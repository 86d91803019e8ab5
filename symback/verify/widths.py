"""Widths that are only numbers for free sizes: what holds for any width holds for 784, and is shown at small sizes that tell axes apart.

A declared 784-128-10 speaks of its numbers only where a formula does: where it reads an entry by its number, shifts a place, or writes
a number that is a width. Where nothing does, every axis of one width is taken to be of one free size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Atom, Index, Size, SizeSymbol
from symback.algebra.terms import MINUS_ONE, Count, Mul, Num, Partial, Reduce, Ref, Term, reciprocal
from symback.algebra.traverse import walk, with_children
from symback.network.program import Program
from symback.verify.derivatives import derived_anew
from symback.verify.pairs import Pair
from symback.verify.verdict import Verdict

LEAST = 2
"""The least value of a size that stands for a width above 1."""


class Freed(NamedTuple):
    """A pair over free sizes, and the widths that they stand for.

    Where a number in the formulas may mean a width there are two more readings: ``apart`` keeps those widths as they are declared, in
    ``meant`` the numbers are sizes.
    """

    pair: Pair
    widths: tuple[int, ...]
    apart: Pair | None = None
    meant: Pair | None = None

    @property
    def is_written(self) -> bool:
        """Whether a number may mean a width."""
        return self.meant is not None


def freed(pair: Pair) -> Freed | None:
    """The pair with a free size for each declared width; None where there is none, or a formula speaks of its number.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> i = Index("i", 784)
    >>> found = freed(Pair(Program("", (Leaf("x", (i,)),), (), ()), (i,), ref("x", i), ref("x", i), "x"))
    >>> found.pair.program.leaf["x"].shape, found.widths
    ((784,), (784,))
    """
    bodies = [pair.left, pair.right]
    widths = widths_of(pair.program, pair.indices, bodies)
    if not widths:
        return None
    written = written_widths(pair.program, bodies, widths)
    if not written:
        return Freed(Free(widths).pair(pair), widths)
    kept = tuple(w for w in widths if w not in written)
    return Freed(Free(widths).pair(pair), widths, Free(kept).pair(pair), Free(widths, meant=True).pair(pair))


def in_widths(found: Verdict, widths: tuple[int, ...]) -> Verdict:
    """A verdict with a witness that says which numbers stand in place of the widths."""
    if found.witness is None:
        return found
    taken = {n: size for n, size in found.witness.sizes.items() if n.isdigit() and int(n) in widths}
    others = {n: size for n, size in found.witness.sizes.items() if n not in taken}
    seen = ", ".join(f"{size} in place of {n}" for n, size in taken.items() if int(n) != size)
    return replace(found, witness=replace(found.witness, sizes=others), why=f"{found.why}; seen with {seen}" if seen else found.why)


def freed_program(program: Program) -> tuple[Program, tuple[int, ...]] | None:
    """A program with a free size for each declared width; None where a formula may speak of its number."""
    widths = widths_of(program, (), ())
    return None if not widths or written_widths(program, (), widths) else (Free(widths).program(program), widths)


def widths_of(program: Program, indices: Iterable[Index], bodies: Iterable[Term]) -> tuple[int, ...]:
    """The widths above 1 of a program, in order; none where a formula speaks of one by its number."""
    every = [*bodies, *_written(program)]
    axes = [*indices, *(i for leaf in program.leaves for i in leaf.indices), *(i for d in program.definitions for i in d.indices)]
    sizes = [i.size for i in axes]
    for node in _nodes(every):
        if isinstance(node, Reduce):
            sizes.append(node.index.size)
        elif (isinstance(node, Ref) and not all(map(_is_plain, node.places))) or (
            isinstance(node, Count) and not _is_difference(node.size)
        ):
            return ()
    if any(s.constant is None and not isinstance(s.single, SizeSymbol) for s in sizes):
        return ()
    found = tuple(dict.fromkeys(s.constant for s in sizes if s.constant is not None and s.constant >= LEAST))
    counts = {n.size.constant for n in _nodes(every) if isinstance(n, Count) and n.size.constant is not None and n.size.constant >= LEAST}
    return found if counts <= {*found, *(v * w for v in found for w in found)} else ()


def written_widths(program: Program, bodies: Iterable[Term], widths: tuple[int, ...]) -> tuple[int, ...]:
    """The widths that a number in a formula may mean, alone or in a product."""
    every = [*bodies, *_written(program)]
    numbers = {_whole(n.value) for n in _nodes(every) if isinstance(n, Num) and n.value}
    return tuple(w for w in widths if not numbers.isdisjoint({w - 1, w, w + 1, *(w * v for v in widths)}))


def _written(program: Program) -> list[Term]:
    """The bodies that somebody wrote: derivatives are worked out anew."""
    return [d.body for d in program.definitions if isinstance(d.body, Term) and not isinstance(d.name, Partial)]


def _whole(value: Fraction) -> int:
    """The integer that a number or its reciprocal is; 0 for any other."""
    exact = abs(Fraction(value))
    return exact.numerator if exact.denominator == 1 else exact.denominator if exact.numerator == 1 else 0


def _nodes(bodies: Iterable[Term]) -> Iterator[Term]:
    for body in bodies:
        yield from walk(body)


def _is_plain(place: Size) -> bool:
    """Whether a place is an index, or the one place of an axis of size 1."""
    return isinstance(place.single, Index) or place.constant == 0


def _is_difference(size: Size) -> bool:
    """Whether a number made of indices speaks of no width: an index, or how two of them lie to each other."""
    return size.constant is not None or all(
        len(m) == 1 and m[0][1] == 1 and isinstance(m[0][0], Index) and c in (1, -1) for m, c in size.terms
    )


class Free:
    """Free sizes in place of widths, everywhere; where they are ``meant``, in place of numbers that are widths or products of two as well."""

    def __init__(self, widths: tuple[int, ...], meant: bool = False) -> None:
        self.sizes: Mapping[int, Size] = {w: Size.of(SizeSymbol(str(w), LEAST)) for w in widths}
        self.counts: Mapping[int, Size] = {**{w * v: self.sizes[w] * self.sizes[v] for w in widths for v in widths}, **self.sizes}
        self.numbers: Mapping[int, Size] = self.counts if meant else {}

    def pair(self, pair: Pair) -> Pair:
        """A pair over free sizes."""
        program, (left, right) = derived_anew(self.program(pair.program), (self.term(pair.left), self.term(pair.right)))
        return replace(pair, program=program, indices=self.indices(pair.indices), left=left, right=right)

    def number(self, node: Num) -> Term:
        """A number, or the sizes that it may mean."""
        size = self.numbers.get(_whole(node.value))
        if size is None:
            return node
        found: Term = Count(size) if Fraction(node.value).denominator == 1 else reciprocal(Count(size))
        return Mul((MINUS_ONE, found)) if node.value < 0 else found

    def program(self, program: Program) -> Program:
        """The program over free sizes; values that were declared for its arrays are left out."""
        leaves = tuple(replace(leaf, indices=self.indices(leaf.indices)) for leaf in program.leaves)
        definitions = tuple(
            Definition(d.name, self.indices(d.indices), self.term(d.body) if isinstance(d.body, Term) else d.body)
            for d in program.definitions
        )
        return replace(program, leaves=leaves, definitions=definitions)

    def indices(self, indices: tuple[Index, ...]) -> tuple[Index, ...]:
        """The same indices over axes of free sizes."""
        return tuple(Index(i.name, self.sizes.get(i.size.constant or 0, i.size), i.mark) for i in indices)

    def size(self, size: Size) -> Size:
        """A width, or a place, over free sizes."""
        return self.sizes.get(size.constant or 0, size) if size.constant is not None else size.replace(self.atom)

    def atom(self, atom: Atom) -> Size | None:
        """What stands in place of an index."""
        return Size.of(self.indices((atom,))[0]) if isinstance(atom, Index) else None

    def term(self, node: Term) -> Term:
        """A term over free sizes."""
        match node:
            case Num():
                return self.number(node)
            case Ref(name=name, places=places):
                return Ref(name, tuple(map(self.size, places)))
            case Count(size=size):
                return Count(self.counts.get(size.constant or 0, self.size(size)))
            case Reduce(kind=kind, index=index, body=body):
                return Reduce(kind, self.indices((index,))[0], self.term(body))
        return with_children(node, tuple(map(self.term, node.below))) if node.below else node


__all__ = ["Free", "Freed", "freed", "freed_program", "in_widths", "widths_of"]

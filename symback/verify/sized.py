"""A network with the sizes that its values have: what a formula written out entry by entry speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Count, Name, Partial, Reduce, Ref, Term
from symback.algebra.traverse import refs, walk, with_children
from symback.errors import SymbackError
from symback.network.program import Program
from symback.numeric.values import sizes_from_values
from symback.reading.sides import Claim
from symback.verify.sample import symbols_of


def sized_for(program: Program, claims: Iterable[Claim]) -> tuple[Program, str] | None:
    """The program with the sizes that published claims speak of, and which; None where they speak of none in particular.

    A text that writes out entries means the sizes of the values. A text whose shapes do not fit may take an array of one number for
    a number, which it is at the values.
    """
    published = [c for c in claims if c.language == "latex"]
    if any(map(writes_entries, published)):
        return at_values(program)
    clash = any(side.body is None for claim in published for side in claim.sides)
    return at_values(program, ones=True) if clash else None


def at_values(program: Program, ones: bool = False) -> tuple[Program, str] | None:
    """The program with numbers for its symbolic sizes, and which; None where it has none, or no values that fix them all.

    With ``ones`` only those that are 1 are put in.

    >>> from symback.algebra.terms import ref, total
    >>> from symback.network.program import Leaf
    >>> i = Index("i", "n")
    >>> net = Program("", (Leaf("x", (i,)),), (Definition("L", (), total([i], ref("x", i))),), ("L",), values={"x": (1, 2)})
    >>> fixed, says = at_values(net)
    >>> fixed.leaf["x"].shape, says, at_values(net, ones=True)
    ((2,), 'n = 2', None)
    """
    symbols, tables = symbols_of(program)
    if not symbols or tables or any(isinstance(a, Floor | SizeAt) for size in _sizes(program) for a in size.atoms):
        return None
    try:
        found = sizes_from_values(program, {n: v for n, v in program.values.items() if n in program.leaf})
    except SymbackError:
        return None
    known = {n: size for n in symbols if isinstance(size := found.get(n), int)}
    sizes = {n: size for n, size in known.items() if size == 1 or not ones}
    if not sizes or (len(sizes) < len(symbols) and not ones):
        return None
    return Sized(sizes).program(program), ", ".join(f"{name} = {size}" for name, size in sizes.items())


def writes_entries(claim: Claim) -> bool:
    """Whether a claim speaks of sizes that are numbers: of the second entry along an axis of size n, of a matrix written out."""
    program = claim.program
    own = [d.body for d in program.definitions if isinstance(d.body, Term)]
    bodies = [s.body for s in claim.sides if s.body is not None]
    if any(s.body is None and "matrix}" in s.text for s in claim.sides):
        return True
    return any(_at_a_number(read, program) for body in (*bodies, *own) for read in refs(body))


def _at_a_number(read: Ref, program: Program) -> bool:
    """Whether an axis of symbolic size is read at a place that is a number."""
    axes = _axes(read.name, program)
    return len(axes) == len(read.places) and any(
        place.constant is not None and axis.size.constant is None for place, axis in zip(read.places, axes, strict=True)
    )


def _axes(name: Name, program: Program) -> tuple[Index, ...]:
    if isinstance(name, Partial):
        return (*_axes(name.of, program), *_axes(name.by, program))
    return program.indices(name) if name in program.leaf or name in program.definition else ()


def _sizes(program: Program) -> list[Size]:
    """Every size and place of a program."""
    found = [i.size for leaf in program.leaves for i in leaf.indices] + [i.size for d in program.definitions for i in d.indices]
    for definition in program.definitions:
        for node in walk(definition.body) if isinstance(definition.body, Term) else ():
            match node:
                case Ref(places=places):
                    found += places
                case Count(size=size):
                    found.append(size)
                case Reduce(index=index):
                    found.append(index.size)
    return found


class Sized:
    """Numbers for size symbols, put in everywhere."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes

    def program(self, program: Program) -> Program:
        """The program with other sizes."""
        leaves = tuple(replace(leaf, indices=self.indices(leaf.indices)) for leaf in program.leaves)
        definitions = [self.definition(d) for d in program.definitions]
        return replace(program, leaves=leaves, definitions=tuple(definitions), sizes={**program.sizes, **self.sizes})

    def definition(self, definition: Definition) -> Definition:
        """A definition over other indices."""
        body = self.term(definition.body) if isinstance(definition.body, Term) else definition.body
        return Definition(definition.name, self.indices(definition.indices), body)

    def indices(self, indices: tuple[Index, ...]) -> tuple[Index, ...]:
        """The same indices over axes of other sizes."""
        return tuple(Index(i.name, self.size(i.size), i.mark) for i in indices)

    def size(self, size: Size) -> Size:
        """A size, or a place, in numbers and the new indices."""
        return size.replace(self.atom)

    def atom(self, atom: Atom) -> Size | None:
        """What stands in place of a size symbol or of an index."""
        if isinstance(atom, SizeSymbol):
            return Size.of(self.sizes[atom.name]) if atom.name in self.sizes else None
        return Size.of(self.indices((atom,))[0]) if isinstance(atom, Index) else None

    def term(self, node: Term) -> Term:
        """A term over the new sizes."""
        match node:
            case Ref(name=name, places=places):
                return Ref(name, tuple(map(self.size, places)))
            case Count(size=size):
                return Count(self.size(size))
            case Reduce(kind=kind, index=index, body=body):
                return Reduce(kind, self.indices((index,))[0], self.term(body))
        return with_children(node, tuple(map(self.term, node.below))) if node.below else node


__all__ = ["Sized", "at_values", "sized_for", "writes_entries"]

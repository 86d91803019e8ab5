"""What the weights of a network join: which of the two indices of a weight is its destination."""

from __future__ import annotations

from collections.abc import Iterator

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Mul, Name, Partial, Ref, Term
from symback.algebra.traverse import refs, walk
from symback.network.program import Program


def destination(program: Program, name: Name) -> int | None:
    """Which axis of a weight runs over the units it leads to, by the first forward definition that reads it; None where that is open.

    >>> from symback.algebra.terms import ref, total
    >>> from symback.network.program import Leaf
    >>> i, j = Index("i", "n"), Index("j", "m")
    >>> z = Definition("z", (j,), total([i], ref("x", i) * ref("W", i, j)))
    >>> destination(Program("", (Leaf("W", (i, j), "weight"), Leaf("x", (i,))), (z,), ("z",)), "W")
    1
    """
    for definition in _forward(program, name):
        free = tuple(map(Size.of, definition.indices))
        for read in refs(_body(definition)):
            if read.name != name or len(read.places) != 2:
                continue
            bound = [isinstance(p.single, Index) and p not in free for p in read.places]
            if bound[0] != bound[1]:
                return 1 if bound[0] else 0
            if (read.places[0] in free) != (read.places[1] in free):
                return 0 if read.places[0] in free else 1
    return None


def joins(program: Program, weight: str) -> tuple[str, str] | None:
    """What a weight that is a plain number multiplies, and what that is part of; None where it multiplies nothing.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> z = Definition("z", (), ref("w") * ref("x") + ref("b"))
    >>> joins(Program("", (Leaf("w", (), "weight"), Leaf("x"), Leaf("b", (), "bias")), (z,), ("z",)), "w")
    ('x', 'z')
    """
    for definition in _forward(program, weight):
        for node in walk(_body(definition)):
            if not (isinstance(node, Mul) and len(node.args) == 2 and all(isinstance(a, Ref) for a in node.args)):
                continue
            names = [a.name for a in node.args if isinstance(a, Ref)]
            if weight in names and names[0] != names[1]:
                return str(names[1 - names.index(weight)]), str(definition.name)
    return None


def _forward(program: Program, name: Name) -> Iterator[Definition]:
    return (d for d in program.definitions if not isinstance(d.name, Partial) and isinstance(d.body, Term) and name in d.reads)


def _body(definition: Definition) -> Term:
    assert isinstance(definition.body, Term)
    return definition.body


__all__ = ["destination", "joins"]

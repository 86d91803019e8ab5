"""Slips in names: another layer, the value before the activation, at one read or wherever a part reads a name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from symback.algebra.terms import Add, Mul, Name, Ref, Term
from symback.algebra.traverse import names, rename, walk
from symback.network.program import Program
from symback.verify.spots import Change, Changes, Spot, alike, named, sizes_of

SMALL = 8
"""A factor of at most this many nodes may be one that reads another name."""


def other_name(spot: Spot, program: Program) -> Changes:
    """A name is another one of the same shape, at one read or wherever a part reads it: another layer, the value before the activation."""
    node = spot.node
    if isinstance(node, Ref):
        for other, places in alike(node, program):
            yield Change(Ref(other, places), _says(node.name, other, program), (Ref(node.name), Ref(other)))
    elif isinstance(node, Mul | Add):
        for name in names(node):
            sizes = sizes_of(name, program)
            for other in named(program):
                if other != name and sizes and sizes_of(other, program) == sizes:
                    says, pieces = _says(name, other, program), (Ref(name), Ref(other))
                    yield Change(rename(node, {name: other}), says, pieces)
                    yield from (Change(made, says, pieces) for made in _in_two(node, name, other))


def _in_two(node: Term, name: Name, other: Name) -> Iterator[Term]:
    """A product with another name in two of its factors, where more of them read it: ``h(1 - h)`` beside a third read of h."""
    reading = [k for k, f in enumerate(node.below) if name in names(f)] if isinstance(node, Mul) else []
    if len(reading) > 2 or (len(reading) == 2 and max(_size(node.below[k]) for k in reading) > SMALL):
        for pair in combinations([k for k in reading if _size(node.below[k]) <= SMALL], 2):
            yield Mul(tuple(rename(f, {name: other}) if k in pair else f for k, f in enumerate(node.below)))


def _size(node: Term) -> int:
    return sum(1 for _ in walk(node))


def _says(name: Name, other: Name, program: Program) -> str:
    """What it means that one name stands for another."""
    ours, theirs = (program.spellings.get(str(n)) for n in (name, other))
    if ours and theirs and ours.letter == theirs.letter and ours.layer != theirs.layer:
        return f"layer {ours.layer} is taken instead of layer {theirs.layer}: {{1}} for {{0}}"
    if _activation(other, program) == name:
        return "{0} is taken before the activation instead of after it: {1} for {0}"
    if _activation(name, program) == other:
        return "{0} is taken after the activation instead of before it: {1} for {0}"
    return "{1} is needed instead of {0}"


def _activation(name: Name, program: Program) -> Name | None:
    """The name of which another one is a function entry by entry, and of nothing else."""
    definition = program.definition.get(name)
    if definition is None or len(definition.reads) != 1 or not isinstance(definition.body, Term):
        return None
    read = definition.reads[0]
    return read if (program.indices(read) and sizes_of(read, program) == sizes_of(name, program)) or not definition.indices else None

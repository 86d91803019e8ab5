"""Where a formula may be wrong and what may stand there instead: spots, changes, and the names a formula may read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    MINUS_ONE,
    Apply,
    Bracket,
    Mul,
    Name,
    Num,
    Reduce,
    Ref,
    Term,
    mul,
)
from symback.algebra.traverse import names, walk, with_children
from symback.network.program import Program

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A node of one line of a claim: the way to it, the indices in reach, the node above (None at the top), and how many nodes
    stand beside it and beside the nodes above."""

    line: int
    path: Path
    node: Term
    scope: tuple[Index, ...]
    parent: Term | None
    width: int = 1

    @property
    def is_term(self) -> bool:
        """Whether the node stands alone: the whole line, a term of a sum, an argument, what is summed."""
        return not isinstance(self.parent, Mul)


class Change(NamedTuple):
    """Another node for a spot, and what that says of the claim; each ``{}`` of the sentence is one of the pieces."""

    node: Term
    says: str
    pieces: tuple[Term, ...] = ()


Changes = Iterator[Change]


def spots(line: int, indices: tuple[Index, ...], body: Term) -> Iterator[Spot]:
    """Every node of a line, outermost first."""
    stack: list[Spot] = [Spot(line, (), body, indices, None)]
    while stack:
        spot = stack.pop(0)
        yield spot
        node = spot.node
        scope = (*spot.scope, node.index) if isinstance(node, Reduce) else spot.scope
        width = spot.width + len(node.below)
        stack += [Spot(line, (*spot.path, k), child, scope, node, width) for k, child in enumerate(node.below)]


def put(body: Term, path: Path, node: Term) -> Term:
    """The body with another node at the end of a path.

    >>> from symback.algebra.terms import ONE, ref
    >>> put(ref("p") - ref("y"), (1, 0), ONE)
    p + 1*y
    """
    if not path:
        return node
    below = body.below
    first = path[0]
    return with_children(body, (*below[:first], put(below[first], path[1:], node), *below[first + 1 :]))


def negated(node: Term) -> Term:
    """The opposite, without a double sign.

    >>> from symback.algebra.terms import ref
    >>> negated(negated(ref("x")))
    x
    """
    if isinstance(node, Num):
        return Num(-node.value, None if node.literal is None else node.literal[1:] if node.literal.startswith("-") else f"-{node.literal}")
    if isinstance(node, Mul) and node.args[0] is MINUS_ONE:
        return mul(node.args[1:])
    if isinstance(node, Mul) and isinstance(node.args[0], Num):
        return Mul((negated(node.args[0]), *node.args[1:]))
    if _begins_with_sign(node):
        first = negated(node.below[0])
        return Mul((first, *node.args[1:])) if isinstance(node, Mul) else with_children(node, (first,))
    return Mul((MINUS_ONE, *node.args)) if isinstance(node, Mul) else Mul((MINUS_ONE, node))


def _begins_with_sign(node: Term) -> bool:
    """Whether the first factor of a product, or of what is summed, is negative."""
    if isinstance(node, Mul) and node.args[0] is MINUS_ONE:
        return True
    linear = isinstance(node, Mul) or (isinstance(node, Reduce) and node.kind in ("sum", "mean"))
    return linear and _begins_with_sign(node.below[0])


def unsigned(node: Term) -> Term:
    """The node without a leading −1."""
    return mul(node.args[1:]) if isinstance(node, Mul) and node.args[0] is MINUS_ONE else node


def named(program: Program) -> tuple[Name, ...]:
    """The names a formula may read: leaves and forward definitions, not the result itself."""
    return tuple(n for n in (*program.leaf, *program.definition) if isinstance(n, str) and n not in program.results)


def sizes_of(name: Name, program: Program) -> tuple[Size, ...]:
    """The sizes of a name's axes."""
    return tuple(i.size for i in program.indices(name))


def alike(node: Ref, program: Program) -> Iterator[tuple[Name, tuple[Size, ...]]]:
    """The names of the same sizes, and their places (turned where only the order differs)."""
    own = sizes_of(node.name, program)
    for other in named(program):
        theirs = sizes_of(other, program)
        if other == node.name or len(theirs) != len(own):
            continue
        if theirs == own:
            yield other, node.places
        elif len(own) == 2 and theirs == own[::-1]:
            yield other, node.places[::-1]


def has_conditions(program: Program, formulas: Iterable[Term]) -> bool:
    """Whether some formulas, or the definitions that they rest on, ask for conditions on values or have kinks."""
    pending, seen = list(formulas), dict[Name, None]()
    while pending:
        for node in walk(pending.pop()):
            kinked = isinstance(node, Bracket) or (isinstance(node, Apply) and OPERATIONS[node.op].kinks)
            if kinked and names(node):
                return True
            if isinstance(node, Ref) and node.name in program.definition and node.name not in seen:
                seen[node.name] = None
                body = program.definition[node.name].body
                pending += [body] if isinstance(body, Term) else []
    return False

"""What is compared for equality is one array: a maximum and a rank are decided on the very values they are taken of.

``x/3`` squared and ``x²/9`` are the same number but not the same float, so a gradient that asks ``x²/9 = max((x/3)²)`` finds no
place. Before a program is derived for code, the values that a maximum, a rank or an equation compares get a name, and every
comparison reads that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Name, Num, Reduce, Ref, Term, mul
from symback.algebra.traverse import children, factors, free_indices, names, substitute, with_children
from symback.derivation import Derivation, derive
from symback.network.program import Program
from symback.simplify.fold import match

EXACT = ("abs", "relu", "sign")
"""Functions whose value is one of a few exact copies of what they are given."""
COMPARED = "compared"


@dataclass(frozen=True)
class Runnable:
    """A program and its gradients as code is made of them; ``internal`` are the names that only the code has."""

    program: Program
    gradient_program: Program
    internal: tuple[Name, ...] = ()


def runnable(core: Derivation, wanted: tuple[Name, ...]) -> Runnable:
    """The program of a derivation and the gradients wanted, derived anew where compared values need names of their own."""
    program = with_compared(core.program)
    if program is core.program:
        return Runnable(program, core.gradient_program(wanted, facts=True))
    own = derive(program)
    internal = tuple(d.name for d in program.definitions if d.name not in core.program.definition)
    return Runnable(own.program, own.gradient_program(wanted, facts=True), internal)


def with_compared(program: Program) -> Program:
    """The program with a definition for each array that is compared for equality and computed on the spot; itself if there is none.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> i = Index("i", "n")
    >>> third = Reduce("max", i, ref("x", i) / 3)
    >>> for definition in with_compared(Program("net", (Leaf("x", (i,)),), (Definition("m", (), third),), ("m",))).definitions:
    ...     print(definition.name, definition.body)
    compared x[i]*3^-1
    m max_i(compared[i])
    """
    taken = dict.fromkeys((*program.leaf, *program.definition))
    found = [opened for definition in program.definitions for opened in _opened(definition, taken)]
    return program if len(found) == len(program.definitions) else program.with_definitions(found)


def _opened(definition: Definition, taken: dict[Name, None]) -> list[Definition]:
    """A definition after those that what it compares gets; ``taken`` holds the names there are, and notes the new ones."""
    found: list[Definition] = []
    while isinstance(definition.body, Term) and (next_one := next(_computed(definition.body, ()), None)) is not None:
        values, guards = next_one
        name = next(n for k in count(1) if (n := COMPARED if k == 1 else f"{COMPARED}{k}") not in taken)
        taken[name] = None
        named = Definition(name, _axes(values), mul([*guards, values]))
        found += _opened(named, taken)
        definition = Definition(definition.name, definition.indices, _reading(definition.body, Named(named, values, guards)))
    return [*found, definition]


@dataclass(frozen=True)
class Named:
    """A new definition, the values it has where its guards hold, and these guards: places that keep the reads of the values in range."""

    definition: Definition
    values: Term
    guards: tuple[Bracket, ...]


def _computed(node: Term, around: tuple[Bracket, ...]) -> Iterator[tuple[Term, tuple[Bracket, ...]]]:
    """The terms whose values are compared for equality and that are more than copies of named ones, outermost first, and their guards."""
    sides: list[Term] = []
    if _is_extremum(node):
        assert isinstance(node, Reduce)
        sides = [_compared_by(node)]
    elif isinstance(node, Bracket) and node.relation in ("=", "!=") and names(node):
        sides = [node.left, node.right]
    for side in sides:
        if not _is_extremum(side) and not _is_copy(side):
            free = set(free_indices(side))
            yield side, tuple(b for b in around if free.issuperset(free_indices(b)))
    inner = (*around, *_guards(node))
    for below in children(node):
        yield from _computed(below, inner)


def _guards(node: Term) -> tuple[Bracket, ...]:
    """The conditions on places among the factors of a product."""
    return tuple(f for f in factors(node) if isinstance(f, Bracket) and not names(f)) if isinstance(node, Mul) else ()


def _compared_by(node: Reduce) -> Term:
    """What a maximum, over several axes it may be, is taken of."""
    body = node.body
    return _compared_by(body) if isinstance(body, Reduce) and body.kind == node.kind else body


def _is_extremum(node: Term) -> bool:
    return isinstance(node, Reduce) and node.kind in ("max", "min")


def _is_copy(node: Term) -> bool:
    """Whether the value is that of a name up to sign, or 0, or decided by places alone, so that no rounding has a part in it."""
    match node:
        case Ref() | Num() | Count():
            return True
        case Apply():
            return node.op in EXACT and _is_copy(node.args[0])
        case Mul():
            rest = [f for f in factors(node) if not isinstance(f, Bracket) and not (isinstance(f, Num) and abs(f.value) == 1)]
            return len(rest) <= 1 and all(map(_is_copy, rest))
        case Add():
            return len(node.args) == 2 and all(any(isinstance(f, Bracket) for f in factors(a)) and _is_copy(a) for a in node.args)
    return not names(node)


def _axes(values: Term) -> tuple[Index, ...]:
    """The free indices of a term, each after those its size reads."""
    found: dict[Index, None] = {}
    for index in free_indices(values):
        found.update(dict.fromkeys((*index.size.indices, index)))
    return tuple(found)


def _reading(node: Term, named: Named, known: tuple[Bracket, ...] = ()) -> Term:
    """Each instance of what was named, read by the name wherever its guards hold."""
    definition = named.definition
    places = match(named.values, node, definition.indices)
    if places is not None and all(substitute(g, places) in known for g in named.guards):
        return Ref(definition.name, tuple(places.get(i, Size.of(i)) for i in definition.indices))
    inner = (*known, *_guards(node))
    below = children(node)
    inside = tuple(_reading(c, named, inner) for c in below)
    return node if inside == below else with_children(node, inside)

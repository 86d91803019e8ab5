"""The syntax of published formulas: what stands in a text before anything is known of its meaning.

Nodes of `symback.reading.formula_grammar` are used where they say enough; these say what only published texts need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal, TypeAlias, Union

from symback.algebra.terms import Kind
from symback.reading.formula_grammar import Digits, Enclosed, Iverson, OnesSyntax, TransposedSyntax
from symback.reading.published_tokens import Piece, Pieces

Marked = Literal["", "new", "old"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter with its accents and scripts, not looked up yet; ``marked`` says that it is the value after or before an update."""

    letter: str
    accents: tuple[str, ...]
    below: Pieces
    above: Pieces
    position: int
    end: int
    primes: int = 0
    marked: Marked = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with their signs."""

    terms: tuple[tuple[str, Node], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Product:
    """Factors with the sign before each; the sign of a juxtaposition is empty."""

    factors: tuple[tuple[str, Node], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Negative:
    """A minus in front of a factor."""

    body: Node
    position: int


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets around a body: they keep a product apart; ``remark`` is what stands beside a brace under or over it."""

    body: Node
    position: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Scripted:
    """A superscript on anything; ``entrywise`` where it is marked so."""

    base: Node
    above: Pieces
    position: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A subscript on brackets: an entry of what is in them."""

    body: Node
    cells: tuple[Pieces, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its word, with a superscript and a subscript of its own."""

    word: str
    args: tuple[Node, ...]
    primes: int
    above: Pieces
    below: Pieces
    position: int


@dataclass(frozen=True, slots=True)
class Root:
    """A root of some order (None: the square root)."""

    body: Node
    order: Node | None
    position: int


@dataclass(frozen=True, slots=True)
class Derivative:
    """The derivative of an expression (None: of the loss) by symbols, one after the other."""

    top: Node | None
    bottoms: tuple[Node, ...]
    position: int
    sloppy: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """A product with a derivative sign in it, which reaches over all that follows or over one factor; the usual reading first."""

    readings: tuple[tuple[Node, str], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Big:
    """A big operator: its letters with their first values, the last value, the conditions on its letters, and its body; ``remark``
    names the set that it is said to be over."""

    kind: Kind
    letters: tuple[tuple[str, Node | None], ...]
    last: Node | None
    conditions: tuple[Iverson, ...]
    body: Node
    position: int
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A matrix, cell by cell."""

    rows: tuple[tuple[Node, ...], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Values between brackets, separated by commas."""

    items: tuple[Node, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """What is random and what is given, in brackets with a bar between: y | x; ``first`` is not read yet."""

    first: Pieces
    position: int


@dataclass(frozen=True, slots=True)
class Cases:
    """Values with their conditions; one without is for all that is left."""

    rows: tuple[tuple[Node, tuple[Iverson, ...] | None], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Conditions:
    """Relations in brackets: 1 where all of them hold."""

    relations: tuple[Iverson, ...]
    position: int


Node: TypeAlias = Union[
    Symbol, Sum, Product, Negative, Group, Scripted, Entry, Function, Root, Derivative, Reach, Big, Rows, Listed, Conditional, Cases, Conditions, Digits, Enclosed,
    Iverson, OnesSyntax, TransposedSyntax,
]  # fmt: skip


def changed(node: Node, change: Callable[[Symbol], Symbol]) -> Node:
    """A tree with every symbol changed (those in scripts, which are not read yet, are left)."""
    if isinstance(node, Symbol):
        return change(node)
    if not is_dataclass(node):
        return node
    new = {f.name: _changed(getattr(node, f.name), change) for f in fields(node)}
    return replace(node, **new)


def _changed(part: Any, change: Callable[[Symbol], Symbol]) -> Any:
    if isinstance(part, tuple):
        return tuple(_changed(p, change) for p in part)
    return part if isinstance(part, Piece | str | int) or part is None else changed(part, change)


def walk(node: Any) -> Iterator[Node]:
    """A node and all below it."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif is_dataclass(node) and not isinstance(node, Piece | type):
        yield node  # type: ignore[misc]
        for f in fields(node):
            yield from walk(getattr(node, f.name))


def arguments_of(following: Node | None) -> tuple[Symbol, ...]:
    """The symbols in brackets, separated by commas or semicolons; none where anything else is in them."""
    match following:
        case Group(body):
            items: tuple[Node, ...] = (body,)
        case Listed(listed):
            items = listed
        case Rows(rows):
            items = tuple(c for row in rows for c in row)
        case _:
            return ()
    found = tuple(i for i in items if isinstance(i, Symbol))
    return found if len(found) == len(items) else ()

"""The syntax of published formulas: what stands in a text before anything is known of its meaning.

Nodes of `symback.reading.formula_grammar` are used where they say enough; these say what only published texts need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, Union

from symback.algebra.terms import Kind
from symback.reading.formula_grammar import Digits, Enclosed, Iverson, OnesSyntax, TransposedSyntax
from symback.reading.published_tokens import Pieces

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
    """Brackets around a body: they keep a product apart."""

    body: Node
    position: int


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
class Big:
    """A big operator: its letters with their first values, the last value, the conditions on its letters, and its body."""

    kind: Kind
    letters: tuple[tuple[str, Node | None], ...]
    last: Node | None
    conditions: tuple[Iverson, ...]
    body: Node
    position: int


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
    Symbol, Sum, Product, Negative, Group, Scripted, Entry, Function, Root, Derivative, Big, Rows, Listed, Cases, Conditions, Digits, Enclosed,
    Iverson, OnesSyntax, TransposedSyntax,
]  # fmt: skip

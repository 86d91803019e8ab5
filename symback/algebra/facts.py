"""Facts a user declares about a leaf: what each one says and what it implies.

A fact acts only after the last differentiation (second order starts from the program without facts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class FactRow:
    """A kind of fact: its name, what it says of ``{}``, what it implies, how many numbers it takes, the rank it needs.

    What is ``written out`` is not declared: it is what a fact about an array says of its entries, each a number of its own.
    """

    name: str
    says: str
    implies: tuple[str, ...] = ()
    numbers: int = 0
    rank: int | None = None
    written_out: bool = False


ROWS: tuple[FactRow, ...] = (
    FactRow("positive", "{} > 0", implies=("nonnegative",)),
    FactRow("nonnegative", "{} ≥ 0"),
    FactRow("binary", "every entry of {} is 0 or 1", implies=("nonnegative",)),
    FactRow("one-hot", "{} has a single 1 along its last axis and 0 elsewhere", implies=("binary", "sums to one")),
    FactRow("sums to one", "{} sums to one"),
    FactRow("symmetric", "{} is symmetric", rank=2),
    FactRow("positive definite", "{} is positive definite", implies=("symmetric", "invertible"), rank=2),
    FactRow("invertible", "{} is invertible", rank=2),
    FactRow("zero diagonal", "the diagonal of {} is zero", rank=2),
    FactRow("plus or minus one", "every entry of {} is 1 or -1"),
    FactRow("between", "{} lies between {} and {}", numbers=2),
    FactRow("magnitude above", "|{}| > {}", numbers=1),
    FactRow("entries sum to one", "{} = 1", written_out=True),
)

FACTS: Mapping[str, FactRow] = {row.name: row for row in ROWS}
DECLARED: Mapping[str, FactRow] = {row.name: row for row in ROWS if not row.written_out}
"""The facts that may be declared."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: a row of the table, the numbers it takes, and the names of all entries that it is said of together."""

    kind: str
    numbers: tuple[Fraction, ...] = ()
    entries: tuple[str, ...] = ()

    def says(self, name: str) -> str:
        """The fact about a name, as a phrase.

        >>> Fact("sums to one").says("y")
        'y sums to one'
        >>> Fact("entries sum to one", entries=("y_1", "y_2")).says("y_2")
        'y_1 + y_2 = 1'
        """
        return FACTS[self.kind].says.format(" + ".join(self.entries) or name, *self.numbers)


def closure(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts with all they imply, each once, in order.

    >>> [f.kind for f in closure([Fact("one-hot")])]
    ['one-hot', 'binary', 'sums to one', 'nonnegative']
    """
    found = dict.fromkeys(facts)
    pending = list(found)
    while pending:
        implied = [Fact(kind) for kind in FACTS[pending.pop(0).kind].implies]
        pending += [f for f in implied if f not in found]
        found.update(dict.fromkeys(implied))
    return tuple(found)

"""The lines of a worked example, as plain records over terms."""

from __future__ import annotations

from dataclasses import dataclass

from symback.algebra.terms import Name, Num, Term
from symback.numeric.rounding import Value


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a gradient: its name, its formula, and its number as it is shown and as it is used.

    A slope that no rule rounds is shown as it stands, with numbers in it: 0.484(1 − 0.484).
    """

    name: Term
    formula: Term
    shown: Term
    used: Term


@dataclass(frozen=True, slots=True)
class Line:
    """``name = symbols = ... = numbers put in = ... = results``.

    ``symbols`` holds the right sides in letters, ``numbers`` those with every name replaced by its number (products worked out
    last), ``value`` the result as written, once for each rounding. A gradient that is one product also has its ``factors``.
    """

    name: Name
    kind: str
    symbols: tuple[Term, ...]
    numbers: tuple[Term, ...]
    value: Value
    factors: tuple[Factor, ...] = ()

    @property
    def sides(self) -> tuple[Term, ...]:
        """All that stands between the equals signs; of a number that is written twice only the last."""
        every = tuple(dict.fromkeys((*self.symbols, *self.numbers, *self.value.shown)))
        return tuple(a for a, b in zip(every, (*every[1:], None), strict=True) if not _same_number(a, b))


def _same_number(a: Term, b: Term | None) -> bool:
    return isinstance(a, Num) and isinstance(b, Num) and a.value == b.value


@dataclass(frozen=True, slots=True)
class Update:
    """One parameter and its step: ``line`` reads old − rate · gradient; ``step`` is rate · gradient."""

    line: Line
    old: Value
    gradient: Value
    step: Value

    @property
    def new(self) -> Value:
        """The parameter afterwards."""
        return self.line.value


__all__ = ["Factor", "Line", "Update"]

"""The lines of a worked example, as plain records over terms."""

from __future__ import annotations

from dataclasses import dataclass

from symback.algebra.terms import Name, Num, Term
from symback.network.rounding import Policy
from symback.numeric.rounding import Value, evaluate, settled


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
    last), ``value`` the result as written, once for each rounding. ``exact`` says that the numbers put in are those that are used,
    to the last digit. A gradient that is one product also has its ``factors``.
    """

    name: Name
    kind: str
    symbols: tuple[Term, ...]
    numbers: tuple[Term, ...]
    value: Value
    factors: tuple[Factor, ...] = ()
    exact: bool = True

    @property
    def sides(self) -> tuple[Term, ...]:
        """All that stands between the equals signs; of a number that is written twice only the last."""
        every = tuple(dict.fromkeys((*self.symbols, *self.numbers, *self.value.shown)))
        return tuple(a for a, b in zip(every, (*every[1:], None), strict=True) if not _same_number(a, b))

    @property
    def worked(self) -> tuple[tuple[bool, Term], ...]:
        """What stands after the letters, and of each side whether it equals the one before it: else it is that one rounded."""
        kept: list[tuple[bool, Term]] = []
        equal, before = self.exact, None
        for k, side in enumerate((*self.numbers, *self.value.shown)):
            equal = equal and (before is None or evaluate(before) == evaluate(side))
            before = side
            if (isinstance(side, Num) and k < len(self.numbers)) or any(t is side for _, t in kept[-1:]):
                continue
            kept.append((equal, side))
            equal = True
        return tuple(kept)


def _same_number(a: Term, b: Term | None) -> bool:
    return isinstance(a, Num) and isinstance(b, Num) and a.value == b.value


@dataclass(frozen=True, slots=True)
class Update:
    """One parameter and its step: ``line`` reads old − rate · gradient; ``step`` is rate · gradient.

    ``put_in`` is the gradient and ``taken`` the step as they are put in, with as many digits as make the line true.
    """

    line: Line
    old: Value
    gradient: Value
    step: Value
    put_in: Num
    taken: Num
    rate: Num

    @property
    def new(self) -> Value:
        """The parameter afterwards."""
        return self.line.value

    def is_at_once(self, step: Term, policy: Policy) -> bool:
        """Whether old − step, worked at once, is the new value: else the rounding of the step decides."""
        return settled(evaluate(self.old.last - step), policy, self.line.kind).shown == self.new.shown


__all__ = ["Factor", "Line", "Update"]

"""What symback says when it cannot go on: one line, the place, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

QUOTED = 300
"""How much of a user's text a message quotes."""


SHORT = 200
"""How long what stands for a result in a session or a traceback is at most."""


def short(lines: Iterable[str], most: int = SHORT) -> str:
    """The first of some lines, as far as they are short together, and how many more there are.

    >>> print(short(["a = 1", "b = 2", "c = 3", "d = 4"], 22))
    a = 1
    … 3 more
    """
    kept = list(lines)
    if len(whole := "\n".join(kept)) <= most:
        return whole
    shown: list[str] = []
    while len(kept) > len(shown) + 1 and len("\n".join([*shown, kept[len(shown)]])) <= most - 15:
        shown.append(kept[len(shown)])
    more = f"… {len(kept) - len(shown)} more"
    return "\n".join([*shown, more]) if shown else f"{kept[0][: most - 20]}…" + (f"\n{more}" if len(kept) > 1 else "")


def one_line(text: str, most: int) -> str:
    r"""A text as one line of printable characters, cut where it is longer than ``most``.

    >>> one_line("x\n+ y\x00", 20), one_line("n" * 50, 8)
    ('x + y\\x00', 'nnnnn...')
    """
    if len(text) > most:
        text = f"{text[: most - 3]}..."
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else c.encode("unicode_escape").decode() for c in text)


class SymbackError(Exception):
    """Base of every error a user can meet.

    ``where`` quotes the input, ``found`` says what is wrong with it and ``remedy`` what would be right.

    >>> print(SymbackError("z2 = W2 @ q", "q is not declared", "declare q under symbols"))
    z2 = W2 @ q: q is not declared; declare q under symbols
    """

    def __init__(self, where: str, found: str, remedy: str = "") -> None:
        self.where, self.found, self.remedy = where, found, remedy
        where, found, remedy = one_line(where, QUOTED), one_line(found, 2 * QUOTED), one_line(remedy, QUOTED)
        line = f"{where}: {found}" if where else found
        super().__init__(f"{line}; {remedy}" if remedy else line)

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process, an error keeps its text and its parts, whatever its class takes to make one."""
        return revived, (type(self), self.args), self.__dict__


def revived(kind: type[SymbackError], args: tuple[object, ...]) -> SymbackError:
    """An error of a kind with its text; what else it holds is put in afterwards."""
    return kind.__new__(kind, *args)


class DeclarationError(SymbackError):
    """The network as declared makes no sense: unknown name, cycle, loss that is not a scalar."""


class UnknownName(DeclarationError, KeyError):
    """A mapping has nothing under this name."""

    __str__ = Exception.__str__


class AxisMismatch(DeclarationError):
    """Two axes that meet do not have the same size."""


class ReadingError(SymbackError):
    """A text cannot be read; ``position`` counts characters from 0 in ``where``."""

    def __init__(self, where: str, found: str, remedy: str = "", position: int | None = None) -> None:
        self.position = position
        super().__init__(where, found if position is None else f"{found} at character {position + 1}", remedy)


class NotationError(SymbackError):
    """A formula has no form in the notation that was asked for."""


class NumericError(SymbackError):
    """Values that cannot be used: missing, of the wrong shape, not finite."""


class OutOfRange(NumericError):
    """A value that is defined and has too many digits to be worked with: no evidence for or against anything."""


class VerificationError(SymbackError):
    """A formula or a step failed its check."""


class UnknownTerm(SymbackError):
    """A pass met a node it has no case for: a defect of symback, named as such."""

    def __init__(self, node: object, task: str) -> None:
        super().__init__(task, f"no case for {type(node).__name__}", "this is a defect of symback; please report it")

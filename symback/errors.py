"""What symback says when it cannot go on: one line, the place, and what would be right."""

from __future__ import annotations

QUOTED = 300
"""How much of a user's text a message quotes."""


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


class DeclarationError(SymbackError):
    """The network as declared makes no sense: unknown name, cycle, loss that is not a scalar."""


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


class VerificationError(SymbackError):
    """A formula or a step failed its check."""


class UnknownTerm(SymbackError):
    """A pass met a node it has no case for: a defect of symback, named as such."""

    def __init__(self, node: object, task: str) -> None:
        super().__init__(task, f"no case for {type(node).__name__}", "this is a defect of symback; please report it")

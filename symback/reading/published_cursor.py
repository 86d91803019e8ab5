"""A place in the pieces of a text, and what every part of the grammar does there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from symback.errors import ReadingError
from symback.reading.published_names import Names
from symback.reading.published_nodes import Node
from symback.reading.published_tokens import Piece, Pieces

DEEPEST = 60
"""How deep a formula may be nested."""
CLOSERS = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
TIMES = {r"\cdot": "·", "*": "*", r"\times": "×", r"\odot": "⊙", r"\circ": "⊙", r"\otimes": "⊗", "/": "/", r"\oslash": "⊘", ".": "·"}
RELATIONS = {"=": "=", r"\ne": "!=", "<": "<", r"\le": "<=", ">": ">", r"\ge": ">="}
SEPARATORS = (
    "where", "and", "with", "so", "hence", "thus", "then", "therefore", "so that", "that is", "if", "otherwise", "for", "for all", "else", "when", "giving",
    "implies", "which gives", "we get", "since", "because", "or", "i.e.", "let",
)  # fmt: skip
"""Words between statements."""
_NO_FACTOR = (
    *RELATIONS, *TIMES, r"\}", r"\to", r"\leftarrow", r"\approx", "newline", r"\in", r"\dots", r"\forall", r"\wedge", r"\rangle", r"\rfloor", r"\infty",
)  # fmt: skip


class Cursor(ABC):
    """A place in the pieces of a level. What reads formulas from there is one level up: the abstract methods."""

    def __init__(self, source: str, pieces: Pieces, names: Names, depth: int) -> None:
        self.source, self.pieces, self.names, self.depth, self.at, self.bars = source, pieces, names, depth, 0, 0
        if depth > DEEPEST:
            raise ReadingError(source[:60], "the formula is nested too deep", f"at most {DEEPEST} levels are read", self.position)

    @property
    def more(self) -> bool:
        """Whether pieces are left."""
        return self.at < len(self.pieces)

    @property
    def next(self) -> Piece:
        """The piece at hand; at the end an empty sign."""
        return self.pieces[self.at] if self.more else Piece("sign", "", self.position, self.position)

    @property
    def position(self) -> int:
        """Where the piece at hand begins."""
        if self.at < len(self.pieces):
            return self.pieces[self.at].position
        return self.pieces[-1].end if self.pieces else len(self.source)

    @property
    def tex(self) -> bool:
        """Whether the text is LaTeX, where a script without braces is one character."""
        return "\\" in self.source or "{" in self.source

    def error(self, found: str, remedy: str = "", position: int | None = None) -> ReadingError:
        """What is wrong at the piece at hand."""
        shown = f"{found}, found {self.next.text or 'a group'!r}" if self.more and position is None else found
        return ReadingError(self.source, shown, remedy, self.position if position is None else position)

    def over(self, pieces: Pieces) -> Cursor:
        """A cursor of the same kind over other pieces, one level down."""
        return type(self)(self.source, pieces, self.names, self.depth + 1)

    def take(self) -> Piece:
        """The piece at hand, and go on."""
        piece = self.next
        self.at += 1
        return piece

    def sees(self, *texts: str) -> bool:
        """Whether the piece at hand is one of these signs or commands."""
        return self.more and self.next.is_(*texts)

    def _goes_on(self) -> bool:
        """Whether a dot stands between factors, not at the end of a sentence."""
        return self.at + 1 < len(self.pieces)

    def starts(self) -> bool:
        """Whether a factor begins here."""
        if not self.more:
            return False
        piece = self.next
        if piece.kind == "sign":
            return piece.text in ("(", "[", r"\{") or (piece.text == "|" and not self.bars)
        if piece.kind == "command":
            return piece.text not in _NO_FACTOR and not (piece.text == r"\|" and self.bars)
        return piece.kind != "word" or piece.text.lower() not in SEPARATORS

    def script(self) -> Pieces:
        """What stands in a script: a group, one character in LaTeX, a bracket or a word in plain text."""
        if not self.more:
            raise self.error("a script is missing at the end")
        piece = self.take()
        if piece.kind == "group":
            return piece.inner
        if piece.is_("(", "["):
            self.at -= 1
            start = self.at
            self.closed()
            return self.pieces[start : self.at]
        if piece.is_("-", "+") and self.more and self.next.kind == "number" and not self.tex:
            return (piece, self.take())
        if piece.kind in ("number", "run") and len(piece.text) > 1 and (self.tex or (piece.kind == "run" and piece.text[0] == "T")):
            self.at -= 1
            return (self.character(),)
        return (piece,)

    def character(self) -> Piece:
        """The first character of a run or a number; the rest stays."""
        piece = self.next
        if "." in piece.text[:2]:
            raise self.error("expected one digit or a group in braces")
        cut = piece.position + 1
        rest = replace(piece, text=piece.text[1:], position=cut)
        self.pieces = (*self.pieces[: self.at], rest, *self.pieces[self.at + 1 :])
        return replace(piece, text=piece.text[0], end=cut)

    def argument(self) -> Pieces:
        """The argument of a command: a group, or one character."""
        if not self.more:
            raise self.error("an argument is missing at the end")
        if self.next.kind == "group":
            return self.take().inner
        if self.next.kind in ("number", "run") and len(self.next.text) > 1:
            return (self.character(),)
        return (self.take(),)

    def closed(self) -> Pieces:
        """What stands between the bracket at hand and its partner."""
        opening = self.take()
        closing = CLOSERS[opening.text]
        depth, start = 1, self.at
        while self.more:
            piece = self.take()
            depth += piece.is_(opening.text) - piece.is_(closing)
            if not depth:
                return self.pieces[start : self.at - 1]
        raise self.error(f"{opening.text.lstrip(chr(92))} is never closed", position=opening.position)

    @abstractmethod
    def inner(self, pieces: Pieces) -> Node:
        """The tree of pieces one level down."""

    @abstractmethod
    def expression(self) -> Node:
        """Terms with signs between them."""

    @abstractmethod
    def product(self) -> Node:
        """Factors one after the other."""

    @abstractmethod
    def factor(self) -> Node:
        """An operand with its scripts, with signs in front."""

    @abstractmethod
    def atom(self) -> Node:
        """An operand without its scripts."""

    @abstractmethod
    def scripted(self, node: Node) -> Node:
        """Scripts after an operand that has none of its own."""


def relates(pieces: Pieces) -> bool:
    """Whether a relation stands in pieces outside further brackets."""
    depth = 0
    for piece in pieces:
        if piece.kind in ("sign", "command"):
            depth += (piece.text in CLOSERS) - (piece.text in CLOSERS.values())
            if not depth and piece.text in RELATIONS:
                return True
    return False


def without_words(pieces: Pieces) -> Pieces:
    """Pieces without words such as if, without commas at the ends, and without "otherwise"."""
    kept = [p for p in pieces if not (p.kind == "word" and p.text.strip(" ,.:;").lower() in (*SEPARATORS, ""))]
    kept = [p for p in kept if not (p.kind == "run" and p.text in ("if", "otherwise", "for", "else", "when"))]
    while kept and kept[0].is_(",", ":"):
        kept = kept[1:]
    while kept and kept[-1].is_(",", ".", ";"):
        kept = kept[:-1]
    return tuple(kept)

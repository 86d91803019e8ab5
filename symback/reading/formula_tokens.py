"""Tokens of formulas, and the tokenizer of one-line text. LaTeX is turned into the same tokens (`symback.reading.formula_latex`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from symback.algebra.opaque import OPAQUE
from symback.algebra.terms import Kind, Name
from symback.errors import ReadingError
from symback.network.lettering import Lettering

TokenKind = Literal[
    "number", "name", "letter", "function", "big", "mark", "sup", "transpose", "ones", "op", "relation", "(", ")", "[", "]", "at", ",",
    "‖", "⌊", "⌋", "..", "where", "end",
]  # fmt: skip

FUNCTIONS = (
    "sqrt",
    "exp",
    "mean",
    "max",
    "min",
    "prod",
    "rowmean",
    "rowmax",
    "rowmin",
    "rowprod",
    "colmean",
    "colmax",
    "colmin",
    "colprod",
    "diag",
    "tr",
    *OPAQUE,
)
"""Words of functions that are not rows of the operations table."""

BIG_WORDS: Mapping[str, Kind] = {"Σ": "sum", "Π": "prod", "max": "max", "min": "min", "mean": "mean"}
RELATION_SIGNS = {"=": "=", "≠": "!=", "<": "<", "≤": "<=", ">": ">", "≥": ">="}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_TEXT = re.compile(
    r"(?P<space>\s+)|(?P<number>[0-9]+\.[0-9]+|[0-9]+)|(?P<word>(?:[^\W\d⁰¹²³⁴-⁹ᵀ𝟏])(?:[^\W⁰¹²³⁴-⁹ᵀ𝟏])*'*)|(?P<sup>⁻?[⁰¹²³⁴-⁹]+)"
    r"|(?P<sign>\^⊙|\.\.|[-−+·*/⊙⊘^()\[\],=≠<≤>≥‖⌊⌋∂ᵀ𝟏])"
)
_SIGNS: Mapping[str, tuple[TokenKind, str]] = {
    **{s: ("op", {"-": "−", "*": "·"}.get(s, s)) for s in ("-", "−", "+", "·", "*", "/", "⊙", "⊘", "^", "^⊙")},
    **{s: ("relation", r) for s, r in RELATION_SIGNS.items()},
    **{s: (s, s) for s in ("(", ")", "[", "]", ",", "‖", "⌊", "⌋", "..")},
    "∂": ("mark", "∂"),
    "ᵀ": ("transpose", ""),
    "𝟏": ("ones", ""),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text, where it stands, and the name it means."""

    kind: TokenKind
    value: str
    position: int
    name: Name | None = None


@lru_cache(maxsize=64)
def _functions(table: Lettering) -> Mapping[str, str]:
    """Functions by their word: the row each means."""
    return {**{word: word for word in FUNCTIONS}, **{word.text: operation for operation, word in table.words.items()}}


def tokenize(source: str, table: Lettering) -> list[Token]:
    """The tokens of one line, with an "end" token after the last."""
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        found = _TEXT.match(source, position)
        if found is None:
            raise ReadingError(source, f"{source[position]!r} means nothing here", "", position)
        tokens += _tokens(found, table, source)
        position = found.end()
    return [*tokens, Token("end", "", len(source))]


def _tokens(found: re.Match[str], table: Lettering, source: str) -> list[Token]:
    at, value = found.start(), found.group()
    match found.lastgroup:
        case "number":
            return [Token("number", value, at)]
        case "word":
            return _word(value, at, table, source)
        case "sup":
            return [Token("sup", value.translate(SUPERSCRIPTS), at)]
        case "sign":
            kind, meant = _SIGNS[value]
            attached = value == "[" and at > 0 and (source[at - 1].isalnum() or source[at - 1] in "_'")
            return [Token("at" if attached else kind, meant, at)]
    return []


def _word(word: str, at: int, table: Lettering, source: str) -> list[Token]:
    called = source[at + len(word) : at + len(word) + 1] == "("
    if word in _functions(table) and (called or word not in table.typed):
        return [Token("function", _functions(table)[word], at)]
    if word in table.typed:
        return [Token("name", word, at, table.typed[word])]
    if word == "where":
        return [Token("where", word, at)]
    sign, _, letter = word.partition("_")
    if sign in BIG_WORDS and "_" in word:
        rest = [Token("letter", letter, at + len(sign) + 1)] if letter else []
        return [Token("big", BIG_WORDS[sign], at), *rest]
    if word[0] == "d" and word[1:] in table.typed:
        return [Token("mark", "d", at), Token("name", word[1:], at + 1, table.typed[word[1:]])]
    if word == "d" and (called or source[at + 1 : at + 2] in "²³⁴⁵⁶⁷⁸⁹"):
        return [Token("mark", "d", at)]
    return [Token("letter", word, at)]

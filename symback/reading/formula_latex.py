r"""LaTeX as symback prints it, turned into the tokens of one-line text: \frac{a}{b} is (a)/(b), h^{2}_{i} is the name h2 at [i]."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from symback.algebra.terms import Kind, Name
from symback.errors import ReadingError
from symback.network.lettering import Lettering
from symback.reading.formula_tokens import FUNCTIONS, Token, TokenKind
from symback.typeset.letters import NAMES, SIGNS

_RAW = re.compile(
    r"(?P<skip>\s+|\\left(?![a-z])|\\right(?![a-z])|\\biggl(?![a-z])|\\biggr(?![a-z])|\\quad|\\[,;!])|(?P<word>\\(?:hat|bar|tilde)\{\\?[A-Za-z]+\}|\\(?:mathrm|mathbf|operatorname\*?|text)\{(?:[^{}\\]|\\.|\\text\w+\{\})*\})"
    r"|(?P<command>\\[A-Za-z]+)|(?P<number>[0-9]+\.[0-9]+|[0-9]+)|(?P<letter>[A-Za-z])|(?P<sign>.)",
    re.DOTALL,
)
_PLAIN: Mapping[str, tuple[TokenKind, str]] = {
    "+": ("op", "+"), "-": ("op", "−"), r"\cdot": ("op", "·"), "/": ("op", "/"), r"\odot": ("op", "⊙"), r"\oslash": ("op", "⊘"),
    "(": ("(", ""), ")": (")", ""), "[": ("[", ""), "]": ("]", ""), ",": (",", ""),
    "=": ("relation", "="), r"\neq": ("relation", "!="), "<": ("relation", "<"), r"\leq": ("relation", "<="), ">": ("relation", ">"),
    r"\geq": ("relation", ">="), r"\lVert": ("‖", ""), r"\rVert": ("‖", ""), r"\lfloor": ("⌊", ""), r"\rfloor": ("⌋", ""),
    r"\mathbf{1}": ("ones", ""), r"\text{where }": ("where", ""),
}  # fmt: skip
_BIG: Mapping[str, Kind] = {r"\sum": "sum", r"\prod": "prod", r"\max": "max", r"\min": "min", r"\operatorname*{mean}": "mean"}
_MARKS = {r"\partial": "∂", r"\mathrm{d}": "d"}


@dataclass(frozen=True, slots=True)
class Raw:
    """A piece of LaTeX and where it stands."""

    text: str
    kind: str
    position: int


Group = tuple[Raw, ...]


def tokenize_latex(source: str, table: Lettering) -> list[Token]:
    """The tokens of a LaTeX formula, with an "end" token after the last."""
    raw = tuple(Raw(m.group(), m.lastgroup or "", m.start()) for m in _RAW.finditer(source) if m.lastgroup != "skip")
    return [*_Translation(source, table, raw).all(), Token("end", "", len(source))]


@lru_cache(maxsize=64)
def _functions(table: Lettering) -> Mapping[str, str]:
    """Functions by how LaTeX writes them."""
    own = {rf"\operatorname{{{word}}}": word for word in FUNCTIONS} | {r"\max": "max", r"\min": "min"}
    return {**own, **{word.latex: operation for operation, word in table.words.items()}}


class _Translation:
    """One pass over a group of raw pieces."""

    def __init__(self, source: str, table: Lettering, raw: Group) -> None:
        self.source, self.table, self.raw, self.at = source, table, raw, 0

    def all(self) -> list[Token]:
        """Every token of the group."""
        tokens: list[Token] = []
        while self.at < len(self.raw):
            tokens += self.one()
        return tokens

    def peek(self) -> str:
        """The text of the piece at hand."""
        return self.raw[self.at].text if self.at < len(self.raw) else ""

    def error(self, found: str, raw: Raw | None = None) -> ReadingError:
        """What is wrong at a piece."""
        at = raw.position if raw is not None else len(self.source)
        return ReadingError(self.source, found, "", at)

    def inner(self, group: Group) -> list[Token]:
        """The tokens of a group."""
        return _Translation(self.source, self.table, group).all()

    def bracketed(self, group: Group, position: int) -> list[Token]:
        """The tokens of a group between round brackets."""
        return [Token("(", "", position), *self.inner(group), Token(")", "", position)]

    def group(self) -> Group:
        """What stands in the braces at hand."""
        if self.peek() != "{":
            raise self.error("expected {", self.raw[self.at] if self.at < len(self.raw) else None)
        depth, start = 0, self.at
        while self.at < len(self.raw):
            depth += {"{": 1, "}": -1}.get(self.peek(), 0)
            self.at += 1
            if not depth:
                return self.raw[start + 1 : self.at - 1]
        raise self.error("a { is never closed", self.raw[start])

    def scripts(self) -> tuple[Group, Group]:
        """The subscript and the superscript at hand, in either order."""
        below: Group = ()
        above: Group = ()
        while self.peek() in ("_", "^"):
            sign = self.peek()
            if (below if sign == "_" else above) or (sign == "_" and above):
                break
            self.at += 1
            if sign == "_":
                below = self.script()
            else:
                above = self.script()
        return below, above

    def script(self) -> Group:
        """What stands in the braces at hand, or the one sign without braces."""
        here = self.raw[self.at : self.at + 1]
        if here and (_is_digit(here[0]) or here[0].kind == "letter" or here[0].text == r"\top"):
            self.at += 1
            return here
        return self.group()

    def one(self) -> list[Token]:
        """The tokens of the next thing in the group."""
        raw = self.raw[self.at]
        if raw.text == "^":
            self.at += 1
            return self.power(self.script(), raw.position)
        if raw.text in _BIG and self.raw[self.at + 1 : self.at + 2] and self.raw[self.at + 1].text == "_":
            return self.big(raw)
        if raw.text == "e" and self.raw[self.at + 1 : self.at + 2] and self.raw[self.at + 1].text == "^":
            self.at += 2
            return [Token("function", "exp", raw.position), *self.bracketed(self.group(), raw.position)]
        if raw.text in (r"\frac", r"\sqrt"):
            return self.command(raw)
        if raw.kind == "number":
            self.at += 1
            return [Token("number", raw.text, raw.position)]
        if raw.text in _PLAIN:
            self.at += 1
            kind, value = _PLAIN[raw.text]
            return [Token(kind, value, raw.position)]
        if raw.text in _MARKS and not self.named(raw.text):
            self.at += 1
            return self.mark(raw)
        if raw.text in _functions(self.table) and not self.named(raw.text):
            self.at += 1
            return [Token("function", _functions(self.table)[raw.text], raw.position)]
        if raw.text == r"\delta" and self.peek_at(1) == "_" and not self.table.declares("delta"):
            return self.delta(raw)
        if raw.kind in ("letter", "word") or NAMES.get(raw.text[1:], raw.text[1:]) in (*SIGNS, "varepsilon"):
            return self.name(raw)
        raise self.error(f"{raw.text} means nothing here", raw)

    def peek_at(self, ahead: int) -> str:
        """What stands a few pieces ahead."""
        return self.raw[self.at + ahead].text if self.at + ahead < len(self.raw) else ""

    def delta(self, raw: Raw) -> list[Token]:
        r"""\delta_{ij} is [i = j]."""
        self.at += 2
        group = [r for r in self.group() if r.text != ","]
        if len(group) != 2:
            raise self.error("a Kronecker delta has two indices", raw)
        left, right = (self.inner((r,)) for r in group)
        return [Token("[", "", raw.position), *left, Token("relation", "=", raw.position), *right, Token("]", "", raw.position)]

    def command(self, raw: Raw) -> list[Token]:
        r"""\frac and \sqrt."""
        self.at += 1
        first = self.group()
        if raw.text == r"\sqrt":
            return [Token("function", "sqrt", raw.position), *self.bracketed(first, raw.position)]
        second = self.group()
        slash = Token("op", "/", raw.position)
        if first and second and first[0].text in _MARKS and second[0].text == first[0].text:
            body = [*self.inner(first), slash, *self.inner(second)]
        else:
            body = [*self.bracketed(first, raw.position), slash, *self.bracketed(second, raw.position)]
        return [Token("(", "", raw.position), *body, Token(")", "", raw.position)]

    def mark(self, raw: Raw) -> list[Token]:
        """∂ or d with its order."""
        order = []
        if self.peek() == "^":
            self.at += 1
            order = [Token("sup", "".join(r.text for r in self.group()), raw.position)]
        return [Token("mark", _MARKS[raw.text], raw.position), *order]

    def big(self, raw: Raw) -> list[Token]:
        """A big operator with its index or its range."""
        self.at += 1
        below, above = self.scripts()
        head = Token("big", _BIG[raw.text], raw.position)
        if not above:
            return [head, *self.inner(below)]
        closing = [Token("..", "", raw.position), *self.inner(above), Token(")", "", raw.position)]
        return [head, Token("(", "", raw.position), *self.inner(below), *closing]

    def power(self, above: Group, position: int) -> list[Token]:
        """A superscript that is no layer."""
        if [r.text for r in above] == [r"\top"]:
            return [Token("transpose", "", position)]
        if above and above[0].text == r"\odot":
            return [Token("op", "^⊙", position), *self.bracketed(above[1:], position)]
        return [Token("op", "^", position), *self.bracketed(above, position)]

    def named(self, letter: str) -> bool:
        """Whether some name is drawn with this letter."""
        return letter in self.table.heads

    def name(self, raw: Raw) -> list[Token]:
        """A declared name with its layer, units and places; else a letter."""
        letter, start = raw.text, self.at
        self.at += 1
        if letter == "d" and not self.named("d") and self.at < len(self.raw) and self.named("d" + self.peek()):
            letter += self.peek()
            self.at += 1
        below, above = self.scripts()
        for key, left_over in ((_text(above), ()), ("", above)):
            found = self.resolve(letter, key, below)
            if found is not None:
                name, rest = found
                power = self.power(left_over, raw.position) if left_over else []
                return [Token("name", letter, raw.position, name), *self.places(rest, raw, name), *power]
        if letter.startswith((r"\hat{", r"\bar{", r"\tilde{")):
            raise self.error(f"{letter} is not declared", raw)
        plain = SIGNS.get(letter[1:], letter[1:]) if letter.startswith("\\") and "{" not in letter else _bare(letter)
        power = self.power(above, raw.position) if above else []
        if self.at - start > 1 and len(letter) > 1 and letter[0] == "d":
            raise self.error(f"{letter} is not declared", raw)
        return [Token("letter", plain, raw.position), *self.places(below, raw, None), *power]

    def resolve(self, letter: str, above: str, below: Group) -> tuple[Name, Group] | None:
        """The name with this letter and layer whose units begin the subscript, and the places after them."""
        for cut in range(len(below), -1, -1):
            name = self.table.drawn.get(f"{letter}|{above}|{_text(below[:cut])}")
            rest = below[cut:]
            if name is None or (cut and rest and rest[0].text != ","):
                continue
            return name, rest[1:] if cut and rest else rest
        return None

    def places(self, below: Group, raw: Raw, name: Name | None) -> list[Token]:
        """Places as tokens, in stored order."""
        if not below:
            return []
        cells = self.cells(below, name)
        order = self.table.order(name, len(cells)) if name is not None else ()
        if order:
            cells = [cells[order.index(n)] for n in range(len(cells))]
        body: list[Token] = []
        for cell in cells:
            body += [*([Token(",", "", raw.position)] if body else []), *self.inner(cell)]
        return [Token("at", "[", raw.position), *body, Token("]", "", raw.position)]

    def cells(self, below: Group, name: Name | None) -> list[Group]:
        """A subscript cut into places: at commas, or letter by letter and digit by digit where the name has that many axes."""
        cells: list[Group] = [()]
        depth = 0
        for piece in below:
            depth += {"{": 1, "}": -1}.get(piece.text, 0)
            if piece.text == "," and not depth:
                cells.append(())
            else:
                cells[-1] = (*cells[-1], piece)
        rank = len(self.table.axes(name, 0)) if name is not None else len(below)
        together = len(cells) == 1 and len(below) == rank and all(p.kind in ("letter", "word", "command") or _is_digit(p) for p in below)
        return [(piece,) for piece in below] if together else cells


def _is_digit(piece: Raw) -> bool:
    """Whether a piece is a place of one digit, which needs no comma beside a letter."""
    return piece.kind == "number" and len(piece.text) == 1


def _text(group: Group) -> str:
    return "".join(r.text for r in group)


def _bare(word: str) -> str:
    return word[word.index("{") + 1 : -1] if "{" in word else word

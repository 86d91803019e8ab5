"""The grammar of formulas: tokens to a small syntax tree, by precedence climbing (Pratt). No meaning is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union

from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import Kind, Name
from symback.errors import ReadingError
from symback.reading.formula_tokens import BIG_WORDS, Token, TokenKind
from symback.typeset.levels import AFTER, HOLDS, JUXTAPOSED, Level


@dataclass(frozen=True, slots=True)
class Digits:
    """A number."""

    digits: str
    position: int


@dataclass(frozen=True, slots=True)
class Read:
    """A declared name read at places (None: none are shown)."""

    name: Name
    places: tuple[Syntax, ...] | None
    position: int


@dataclass(frozen=True, slots=True)
class DerivativeRead:
    """A derivative: the sign, what is derived and by what."""

    mark: str
    top: Read | DerivativeRead
    bottoms: tuple[Read | DerivativeRead, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is no declared name: an index, a size, a name of the "where" part; read at places if those are shown."""

    letter: str
    places: tuple[Syntax, ...] | None
    position: int


@dataclass(frozen=True, slots=True)
class Minus:
    """A minus in front."""

    body: Syntax
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and the sign between them; the sign of a juxtaposition is a space."""

    sign: str
    left: Syntax
    right: Syntax
    position: int


@dataclass(frozen=True, slots=True)
class Raised:
    """A power."""

    base: Syntax
    exponent: Syntax
    position: int


@dataclass(frozen=True, slots=True)
class Called:
    """A function and its arguments."""

    function: str
    args: tuple[Syntax, ...]
    position: int


@dataclass(frozen=True, slots=True)
class BigOver:
    """A big operator over a letter, with its last value where the range is shown."""

    kind: Kind
    letter: str
    last: Syntax | None
    body: Syntax
    position: int


@dataclass(frozen=True, slots=True)
class Iverson:
    """A relation between square brackets."""

    relation: str
    left: Syntax
    right: Syntax
    position: int


@dataclass(frozen=True, slots=True)
class TransposedSyntax:
    """A transpose."""

    body: Syntax
    position: int


@dataclass(frozen=True, slots=True)
class OnesSyntax:
    """The vector of ones."""

    position: int


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Norm bars or floor brackets around a body."""

    kind: str
    body: Syntax
    position: int


Syntax: TypeAlias = Union[
    Digits, Read, DerivativeRead, Letter, Minus, Binary, Raised, Called, BigOver, Iverson, TransposedSyntax, OnesSyntax, Enclosed
]


@dataclass(frozen=True, slots=True)
class Statement:
    """``head = body``, or a body alone."""

    head: Syntax | None
    body: Syntax


STARTS: tuple[TokenKind, ...] = ("number", "name", "letter", "function", "big", "mark", "ones", "(", "[", "‖", "⌊")


class Parser:
    """One pass over tokens."""

    def __init__(self, source: str, tokens: list[Token]) -> None:
        self.source, self.tokens, self.at, self.inside_norm = source, tokens, 0, False

    @property
    def next(self) -> Token:
        """The token at hand."""
        return self.tokens[self.at]

    def sees(self, kind: TokenKind) -> bool:
        """Whether the token at hand is of a kind."""
        return self.next.kind == kind

    def take(self, kind: TokenKind | None = None) -> Token:
        """The token at hand, which must be of a kind, and go on."""
        token = self.next
        if kind is not None and token.kind != kind:
            raise self.error(f"expected {kind!r}")
        self.at += 1
        return token

    def error(self, expected: str) -> ReadingError:
        """What is wrong at the token at hand."""
        found = repr(self.next.value or self.next.kind) if not self.sees("end") else "the end"
        return ReadingError(self.source, f"{expected}, found {found}", "", self.next.position)

    def statements(self) -> tuple[Statement, ...]:
        """A statement and those after "where"."""
        found = [self.statement()]
        if self.sees("where"):
            self.take()
            found.append(self.statement())
            while self.sees(","):
                self.take()
                found.append(self.statement())
        self.take("end")
        return tuple(found)

    def statement(self) -> Statement:
        """``head = body`` or a body."""
        first = self.expression()
        if self.sees("relation") and self.next.value == "=":
            self.take()
            return Statement(first, self.expression())
        return Statement(None, first)

    def expression(self, least: Level = Level.LINE) -> Syntax:
        """An expression that holds together at least as tightly as ``least``, by the printer's own table."""
        left, divided = self.prefix(), False
        while True:
            token = self.next
            if token.kind in ("sup", "transpose") or (token.kind == "op" and token.value.startswith("^")):
                left = self.postfix(left)
            elif token.kind == "op" and HOLDS[token.value] >= least:
                self.take()
                left, divided = Binary(token.value, left, self.expression(AFTER[token.value]), token.position), token.value == "/"
            elif token.kind in STARTS and least <= HOLDS[JUXTAPOSED] and not (token.kind == "‖" and self.inside_norm):
                if divided:
                    raise self.error("expected a sign, for a/b c may be (a/b) c or a/(b c)")
                left = Binary(JUXTAPOSED, left, self.expression(AFTER[JUXTAPOSED]), token.position)
            else:
                return left

    def postfix(self, base: Syntax) -> Syntax:
        """A superscript, a power or a transpose."""
        token = self.take()
        if token.kind == "transpose":
            return TransposedSyntax(base, token.position)
        if token.kind == "sup":
            return Raised(base, _integer(token.value, token.position), token.position)
        if self.sees("sup"):
            exponent = self.take()
            return Raised(base, _integer(exponent.value, exponent.position), token.position)
        return Raised(base, self.prefix(), token.position)

    def prefix(self) -> Syntax:
        """What stands without anything on its left."""
        token = self.next
        match token.kind:
            case "op" if token.value == "−":
                return self.minus()
            case "number":
                return Digits(self.take().value, token.position)
            case "name":
                return self.read()
            case "letter":
                self.take()
                return Letter(token.value, self.places(), token.position)
            case "function":
                self.take()
                constant = token.value in OPERATIONS and not OPERATIONS[token.value].arity
                return Called(token.value, () if constant else self.arguments(), token.position)
            case "big":
                return self.big()
            case "mark":
                return self.derivative()
            case "ones":
                self.take()
                return OnesSyntax(token.position)
            case "(":
                self.take()
                body = self.unnormed()
                self.take(")")
                return body
            case "[":
                return self.iverson()
            case "‖" | "⌊":
                return self.enclosed(token)
        raise self.error("expected a formula")

    def unnormed(self) -> Syntax:
        """An expression between brackets, where norm bars open again."""
        before, self.inside_norm = self.inside_norm, False
        body = self.expression()
        self.inside_norm = before
        return body

    def minus(self) -> Syntax:
        """A minus and the product it belongs to."""
        token = self.take()
        return Minus(self.expression(Level.PRODUCT), token.position)

    def read(self) -> Read:
        """A name and its places."""
        token = self.take("name")
        assert token.name is not None
        return Read(token.name, self.places(), token.position)

    def places(self) -> tuple[Syntax, ...] | None:
        """Places in square brackets right after a name."""
        if not self.sees("at"):
            return None
        self.take()
        found = [self.expression()]
        while self.sees(","):
            self.take()
            found.append(self.expression())
        self.take("]")
        return tuple(found)

    def arguments(self) -> tuple[Syntax, ...]:
        """Arguments in round brackets."""
        self.take("(")
        found = [self.unnormed()]
        while self.sees(","):
            self.take()
            found.append(self.unnormed())
        self.take(")")
        return tuple(found)

    def big(self) -> Syntax:
        """A big operator: its letter or its range, and its body."""
        token = self.take()
        kind = next(k for k in BIG_WORDS.values() if k == token.value)
        last = None
        if self.sees("("):
            self.take()
            letter = self.take("letter").value
            self.take("relation")
            self.take("number")
            self.take("..")
            last = self.expression()
            self.take(")")
        else:
            letter = self.take("letter").value
        return BigOver(kind, letter, last, self.expression(Level.PRODUCT), token.position)

    def derivative(self) -> DerivativeRead:
        """∂ name / ∂ name, or of higher order."""
        token = self.take()
        order = 1
        if self.sees("sup"):
            if not self.next.value.isdigit():
                raise self.error("expected the order of a derivative")
            order = int(self.take().value)
        top = self.derived()
        if self.take("op").value != "/":
            raise self.error("expected / in a derivative")
        bottoms = []
        for _ in range(max(order, 1)):
            if not self.sees("mark"):
                raise self.error(f"expected {token.value} in the denominator of a derivative")
            self.take()
            bottoms.append(self.derived())
        return DerivativeRead(token.value, top, tuple(bottoms), token.position)

    def derived(self) -> Read | DerivativeRead:
        """What a derivative sign stands before: a name, or a derivative in brackets."""
        if not self.sees("("):
            return self.derivative() if self.sees("mark") else self.read()
        self.take("(")
        inner = self.derived()
        self.take(")")
        return inner

    def iverson(self) -> Syntax:
        """A relation in square brackets."""
        token = self.take("[")
        left = self.unnormed()
        relation = self.take("relation").value
        right = self.unnormed()
        self.take("]")
        return Iverson(relation, left, right, token.position)

    def enclosed(self, token: Token) -> Syntax:
        """Norm bars, floor brackets."""
        self.take()
        before, self.inside_norm = self.inside_norm, token.kind == "‖"
        body = self.expression()
        self.inside_norm = before
        self.take("‖" if token.kind == "‖" else "⌋")
        return Enclosed(token.kind, body, token.position)


def _integer(digits: str, position: int) -> Syntax:
    return Minus(Digits(digits[1:], position), position) if digits.startswith("-") else Digits(digits, position)


def parse(source: str, tokens: list[Token]) -> tuple[Statement, ...]:
    """The statements of a line: the first one, then those after "where"."""
    return Parser(source, tokens).statements()

"""The grammar of published formulas: pieces to a syntax tree. What a symbol means is not decided here.

Products bind tighter than sums and extend to the next sign; a function without brackets takes one factor; a derivative sign
before a bracket, and a big operator, take the product that follows.
"""

from __future__ import annotations

from dataclasses import replace

from symback.errors import ReadingError
from symback.reading.formula_grammar import Digits, Enclosed
from symback.reading.published_big import BIG, big
from symback.reading.published_brackets import barred, braced, bracketed, environment, indicator, root
from symback.reading.published_cursor import DEEPEST, TIMES, Cursor
from symback.reading.published_differentials import adjoint, differential, differential_follows, fraction, gradient, laplacian, reaching
from symback.reading.published_names import FUNCTION_WORDS, Names, cells, text
from symback.reading.published_nodes import Derivative, Entry, Function, Group, Negative, Node, Product, Scripted, Sum
from symback.reading.published_ones import angled, ones_or_indicator, with_ones
from symback.reading.published_tokens import ACCENTS, Pieces
from symback.reading.published_words import accented, function, is_function, name_of_two, run, symbol, word
from symback.typeset.letters import SIGNS

MOST_FACTORS = 500
"""How many factors a product may have."""


def tree(source: str, pieces: Pieces, names: Names, depth: int = 0) -> Node:
    """The syntax tree of an expression that takes all the pieces."""
    parser = Parser(source, pieces, names, depth)
    found = parser.expression()
    if parser.sees(r"\dots"):
        raise unread_dots(parser, parser.position)
    if parser.more:
        raise parser.error("this does not continue the formula")
    return found


def unread_dots(parser: Cursor, position: int) -> ReadingError:
    """Dots leave open what they stand for."""
    return parser.error("dots are not read", r"write a sum, such as \sum_i x_i", position)


class Parser(Cursor):
    """One pass over the pieces of a level."""

    def inner(self, pieces: Pieces) -> Node:
        """The tree of pieces one level down."""
        if not pieces:
            raise self.error("expected a formula, found nothing")
        return tree(self.source, pieces, self.names, self.depth + 1)

    def expression(self) -> Node:
        """Terms with signs between them."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ReadingError(self.source[:60], "the formula is nested too deep", f"at most {DEEPEST} levels are read", self.position)
        start = self.position
        terms: list[tuple[str, Node]] = []
        sign = self.take().text if self.sees("+", "-") else "+"
        terms.append((sign, self.product()))
        while self.sees("+", "-"):
            sign = self.take().text
            terms.append((sign, self.product()))
        self.depth -= 1
        return terms[0][1] if len(terms) == 1 and terms[0][0] == "+" else Sum(tuple(terms), start)

    def product(self) -> Node:
        """Factors one after the other."""
        start = self.position
        factors: list[tuple[str, Node]] = [("", self.factor())]
        while True:
            sign, last = factors[-1]
            if isinstance(last, Derivative) and last.top is None and not last.sloppy and self.starts():
                self.depth += 1
                body = self.product()
                self.depth -= 1
                return reaching(self, factors[:-1], sign, last, body)
            if len(factors) > MOST_FACTORS:
                raise self.error(f"this product has more than {MOST_FACTORS} factors", "give it in parts")
            if self.sees(*TIMES) and not (self.sees(".") and not self._goes_on()):
                sign = TIMES[self.take().text]
                factors.append((sign, self.factor()))
            elif self.starts():
                factors.append(("", self.factor()))
            else:
                break
        made = factors[0][1] if len(factors) == 1 else Product(with_ones(factors, self.source), start)
        if self.sees(":") and self._goes_on():
            self.take()
            return Function("inner", (made, self.product()), 0, (), (), start)
        return made

    def factor(self) -> Node:
        """An operand with its scripts, with signs in front."""
        signs = 0
        start = self.position
        while self.sees("+", "-"):
            signs += self.take().text == "-"
        body = self.scripted(self.atom())
        for _ in range(min(signs, 20)):
            body = Negative(body, start)
        if signs > 20:
            raise ReadingError(self.source[:60], "too many signs in a row", "", start)
        return body

    def scripted(self, node: Node) -> Node:
        """Scripts after an operand that has none of its own."""
        node = ones_or_indicator(self, node) if isinstance(node, Digits) else node
        while self.sees("^", "_", "'"):
            start = self.position
            if self.sees("'"):
                raise self.error("a prime stands on a letter or on a function")
            sign = self.take().text
            pieces = self.script()
            if sign == "^":
                node = Scripted(node, pieces, start)
            elif isinstance(node, Enclosed):
                node = replace(node, kind=node.kind + text(pieces))
            else:
                node = Entry(node, cells(pieces), start)
        return node

    def atom(self) -> Node:
        """An operand without its scripts."""
        if not self.more:
            raise self.error("expected a formula, found the end")
        self.depth += 1
        if self.depth > DEEPEST:
            raise ReadingError(self.source[:60], "the formula is nested too deep", f"at most {DEEPEST} levels are read", self.position)
        found = self._atom()
        self.depth -= 1
        return found

    def _atom(self) -> Node:
        piece = self.next
        match piece.kind:
            case "number":
                self.take()
                return Digits(piece.text, piece.position)
            case "group":
                self.take()
                return Group(self.inner(piece.inner), piece.position)
            case "environment":
                return environment(self, self.take())
            case "run":
                return run(self)
            case "word":
                return word(self, self.take(), piece.text)
            case "sign":
                return self.sign()
        return self.command()

    def sign(self) -> Node:
        """Brackets and bars."""
        piece = self.next
        if piece.is_("(", "["):
            return bracketed(self)
        if piece.is_("|"):
            return barred(self, "|")
        raise self.error("expected a formula")

    def command(self) -> Node:
        """A LaTeX command that begins an operand."""
        piece = self.take()
        word = piece.text.lstrip("\\")
        match piece.text:
            case r"\frac":
                return fraction(self, piece)
            case r"\sqrt":
                return root(self, piece)
            case r"\partial" if self.sees("_"):
                return gradient(self, piece)
            case r"\partial":
                return differential(self, piece)
            case r"\nabla":
                return gradient(self, piece)
            case r"\sum" | r"\prod":
                return big(self, BIG[piece.text], piece)
            case r"\one":
                return indicator(self, piece.position)
            case r"\{":
                self.at -= 1
                return bracketed(self)
            case r"\langle":
                return angled(self, piece)
            case r"\|":
                self.at -= 1
                return barred(self, r"\|")
            case r"\underbrace" | r"\overbrace":
                return braced(self, piece)
            case r"\overset" | r"\stackrel" | r"\binom" | r"\underset":
                raise self.error(f"{word} is not read", "leave it out", piece.position)
        if piece.text in ACCENTS:
            return accented(self, piece)
        if word in FUNCTION_WORDS and not self.names.declares(word):
            return function(self, FUNCTION_WORDS[word], piece)
        if word == "sigma" and is_function(self, "sigma"):
            return function(self, "sigmoid", piece)
        if word == "delta" and not self.names.declares("delta"):
            if differential_follows(self):
                return differential(self, piece)
            if (both := adjoint(self, piece)) is not None:
                return both
        if word in ("Sigma", "Pi") and not self.names.declares(word):
            return big(self, "sum" if word == "Sigma" else "prod", piece)
        if word == "Delta" and self.sees("_") and not self.names.declares(word):
            return laplacian(self, piece)
        if word in SIGNS or word == "ell":
            return symbol(self, name_of_two(self, word), piece)
        if piece.is_(r"\dots"):
            raise unread_dots(self, piece.position)
        raise self.error(f"{piece.text} means nothing here", "", piece.position)

"""The grammar of published formulas: pieces to a syntax tree. What a symbol means is not decided here.

Products bind tighter than sums and extend to the next sign; a function without brackets takes one factor; a derivative sign
before a bracket, and a big operator, take the product that follows.
"""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.terms import Kind
from symback.errors import ReadingError
from symback.reading.formula_grammar import Digits, Enclosed, Iverson, OnesSyntax
from symback.reading.published_names import FUNCTION_WORDS, LOSS_WORDS, Names, canonical, cells, text, unbracketed
from symback.reading.published_nodes import (
    Big,
    Cases,
    Conditions,
    Derivative,
    Entry,
    Function,
    Group,
    Listed,
    Marked,
    Negative,
    Node,
    Product,
    Root,
    Rows,
    Scripted,
    Sum,
    Symbol,
)
from symback.reading.published_tokens import ACCENTS, Piece, Pieces
from symback.typeset.letters import SIGNS

DEEPEST = 60
TIMES = {r"\cdot": "·", "*": "*", r"\times": "×", r"\odot": "⊙", r"\circ": "⊙", r"\otimes": "⊗", "/": "/", r"\oslash": "⊘", ".": "·"}
RELATIONS = {"=": "=", r"\ne": "!=", "<": "<", r"\le": "<=", ">": ">", r"\ge": ">="}
BIG: dict[str, Kind] = {r"\sum": "sum", r"\prod": "prod", r"\max": "max", r"\min": "min", "mean": "mean"}
MATRICES = ("matrix", "bmatrix", "pmatrix", "Bmatrix", "smallmatrix", "array", "bsmallmatrix", "psmallmatrix")
NEW, OLD = ("updated", "new", "next", "neu"), ("old", "current", "prev", "previous")
CLOSERS = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
MARKS = (r"\partial", r"\delta", "d")


def tree(source: str, pieces: Pieces, names: Names, depth: int = 0) -> Node:
    """The syntax tree of an expression that takes all the pieces."""
    parser = Parser(source, pieces, names, depth)
    found = parser.expression()
    if parser.more:
        raise parser.error("this does not continue the formula")
    return found


class Parser:
    """One pass over the pieces of a level."""

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

    def inner(self, pieces: Pieces) -> Node:
        """The tree of pieces one level down."""
        if not pieces:
            raise self.error("expected a formula, found nothing")
        return tree(self.source, pieces, self.names, self.depth + 1)

    def take(self) -> Piece:
        """The piece at hand, and go on."""
        piece = self.next
        self.at += 1
        return piece

    def sees(self, *texts: str) -> bool:
        """Whether the piece at hand is one of these signs or commands."""
        return self.more and self.next.is_(*texts)

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
            last = factors[-1][1]
            if isinstance(last, Derivative) and last.top is None and not last.sloppy and self.starts():
                self.depth += 1
                factors[-1] = (factors[-1][0], replace(last, top=self.product()))
                self.depth -= 1
                break
            if self.sees(*TIMES) and not (self.sees(".") and not self._goes_on()):
                sign = TIMES[self.take().text]
                factors.append((sign, self.factor()))
            elif self.starts():
                factors.append(("", self.factor()))
            else:
                break
        return factors[0][1] if len(factors) == 1 else Product(tuple(factors), start)

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
                return self.environment(self.take())
            case "run":
                return self.run()
            case "word":
                return self.word(self.take(), piece.text)
            case "sign":
                return self.sign()
        return self.command()

    def sign(self) -> Node:
        """Brackets and bars."""
        piece = self.next
        if piece.is_("(", "["):
            return self.bracketed()
        if piece.is_("|"):
            return self.barred("|")
        raise self.error("expected a formula")

    def bracketed(self) -> Node:
        """Brackets: around a formula, a list, or relations, which then are 1 or 0."""
        start = self.position
        inside = self.closed()
        if _relates(inside):
            return Conditions(self.relations(inside), start)
        parts = cells(inside)
        if len(parts) > 1:
            return Listed(tuple(self.inner(p) for p in parts), start)
        return Group(self.inner(inside), start)

    def barred(self, bar: str) -> Node:
        """Bars of a norm or of an absolute value."""
        start = self.take().position
        self.bars += 1
        body = self.expression()
        self.bars -= 1
        if not self.sees(bar):
            raise self.error("bars are never closed", position=start)
        self.take()
        return Enclosed("‖" if bar == r"\|" else "|", body, start)  # type: ignore[arg-type]

    def relations(self, pieces: Pieces) -> tuple[Iverson, ...]:
        """Relations between formulas; a chain a < b < c is two of them."""
        found: list[Iverson] = []
        for part in cells(_without_words(pieces)):
            cuts = [k for k, p in enumerate(part) if p.is_(*RELATIONS)]
            if not cuts:
                raise self.error("expected a condition such as z > 0", position=part[0].position)
            sides = [part[a + 1 : b] for a, b in zip((-1, *cuts), (*cuts, len(part)), strict=True)]
            trees = [self.inner(s) for s in sides]
            for k, cut in enumerate(cuts):
                found.append(Iverson(RELATIONS[part[cut].text], trees[k], trees[k + 1], part[cut].position))  # type: ignore[arg-type]
        return tuple(found)

    def environment(self, piece: Piece) -> Node:
        """A matrix, or cases."""
        rows = [[list[Piece]()]]
        inner = piece.inner
        if piece.text == "array" and inner and inner[0].kind == "group":
            inner = inner[1:]
        for p in inner:
            if p.is_("newline"):
                rows.append([[]])
            elif p.is_("&"):
                rows[-1].append([])
            else:
                rows[-1][-1].append(p)
        filled = [[tuple(c) for c in row if c] for row in rows]
        filled = [row for row in filled if row]
        if piece.text in ("cases", "dcases", "rcases"):
            return Cases(tuple(self.case(row, piece) for row in filled), piece.position)
        if piece.text not in MATRICES:
            raise self.error(f"{piece.text} cannot be read here", "matrices and cases can", piece.position)
        if not filled or len({len(row) for row in filled}) != 1:
            raise self.error("the rows of this matrix have different lengths", position=piece.position)
        return Rows(tuple(tuple(self.inner(c) for c in row) for row in filled), piece.position)

    def case(self, row: list[Pieces], piece: Piece) -> tuple[Node, tuple[Iverson, ...] | None]:
        """A value and its condition; words such as if say nothing, otherwise is all that is left."""
        value, condition = row[0], row[1:]
        if not condition:
            cut = next((k for k, p in enumerate(value) if p.kind == "word" or p.is_(",")), len(value))
            value, rest = value[:cut], value[cut:]
            condition = [rest] if rest else []
        if len(condition) > 1:
            raise self.error("a case has a value and one condition", position=piece.position)
        value = tuple(p for k, p in enumerate(value) if not (p.is_(",") and k == len(value) - 1))
        said = _without_words(condition[0]) if condition else ()
        return self.inner(value), self.relations(said) if said else None

    def run(self) -> Node:
        """Letters: a function, a declared name, or symbols side by side, of which the first is taken."""
        piece = self.take()
        if self.more and self.next.kind == "number" and self.next.position == piece.end and "." not in self.next.text:
            tail = self._typed(piece)
            if tail is not None:
                return tail
        if self._names_a_loss(piece):
            return self.word(replace(piece, end=self.take().end), "loss")
        first, *rest = self.names.split(piece.text)
        if first == "d" and not self.names.declares("d"):
            if rest:
                self._keep(piece, 1)
                return self.differential(piece)
            if self.more and not self.sees("/") and self.next.position == piece.end and self.next.kind in ("command", "group"):
                return self.differential(piece)
            if self.sees("/"):
                return self.differential(piece)
        if rest:
            self._keep(piece, len(first))
            piece = replace(piece, text=first, end=piece.position + len(first))
        if first == "I" and not self.names.declares("I") and self.sees("(", "[", r"\{") and self._relation_follows():
            return self.indicator(piece.position)
        return self.word(piece, first)

    def _names_a_loss(self, piece: Piece) -> bool:
        """Whether letters and the word after them name a loss, as CE loss or MSE Loss do."""
        short = len(piece.text) > 1 and piece.text.isupper() and not self.names.declares(piece.text)
        return short and self.more and self.next.kind == "run" and self.next.text.lower() == "loss" and self.next.position > piece.end

    def _keep(self, piece: Piece, used: int) -> None:
        """Put the rest of a run back."""
        rest = replace(piece, text=piece.text[used:], position=piece.position + used)
        self.at -= 1
        self.pieces = (*self.pieces[: self.at], rest, *self.pieces[self.at + 1 :])

    def _typed(self, piece: Piece) -> Node | None:
        """A name typed with its digits, such as W1, at the end of a run."""
        digits = self.next.text
        for start in range(len(piece.text)):
            name = piece.text[start:] + digits
            if name not in self.names.typed:
                continue
            head = piece.text[:start]
            if start and not all(len(p) == 1 or p in self.names.heads or p in FUNCTION_WORDS for p in self.names.split(head)):
                continue
            whole = Piece("run", name, piece.position + start, self.next.end)
            self.take()
            if not start:
                return self.symbol(name, whole)
            parts = (Piece("run", head, piece.position, piece.position + start), whole)
            self.at -= 2
            self.pieces = (*self.pieces[: self.at], *parts, *self.pieces[self.at + 2 :])
            return self.run()
        return None

    def word(self, piece: Piece, word: str) -> Node:
        """A word: a function, a name of several letters, or a symbol."""
        plain = word.replace(" ", "")
        if plain in FUNCTION_WORDS and not self.names.declares(plain):
            return self.function(FUNCTION_WORDS[plain], piece)
        if word == "e" and not self.names.declares("e") and self.sees("^"):
            self.take()
            return Function("exp", (self.inner(self.script()),), 0, (), (), piece.position)
        if plain in ("mean", "avg") and self.sees("_"):
            return self.big("mean", piece)
        if plain in ("T", "d") and piece.kind == "word" and plain == "d":
            return self.differential(piece)
        if word in ("CE",) and self.more and self.next.kind in ("run", "word") and self.next.text.lower() == "loss":
            self.take()
            word = "loss"
        letter = word.replace("\\_", "_").replace(" ", "_") if word not in LOSS_WORDS else word
        return self.symbol(letter, piece)

    def symbol(self, letter: str, piece: Piece) -> Symbol:
        """A letter and the scripts right after it."""
        below: Pieces = ()
        above: Pieces = ()
        primes = 0
        marked: Marked = ""
        seen: set[str] = set()
        while self.more:
            if self.sees("'"):
                self.take()
                primes += 1
            elif self.sees("^", "_") and self.next.text not in seen:
                seen.add(self.next.text)
                if self.take().text == "_":
                    below = self.script()
                else:
                    above = self.script()
            else:
                break
        below, below_mark = _marks(below, self.names.words)
        above, above_mark = _marks(above, self.names.words)
        marked = below_mark or above_mark
        while above and (above[-1].is_("'") or (above[-1].kind == "group" and text(above[-1].inner) == "'")):
            above, primes = above[:-1], primes + 1
        if self.sees("(") and self._says(NEW) and not marked:
            self.closed()
            marked = "new"
        end = self.pieces[self.at - 1].end if self.at else piece.end
        return Symbol(canonical(letter), (), below, above, piece.position, max(end, piece.end), primes, marked)

    def _says(self, words: tuple[str, ...]) -> bool:
        following = self.pieces[self.at + 1 : self.at + 3]
        return len(following) == 2 and following[0].kind in ("run", "word") and following[0].text.lower() in words and following[1].is_(")")

    def function(self, word: str, piece: Piece) -> Node:
        """A function with its scripts and arguments."""
        primes = 0
        above: Pieces = ()
        below: Pieces = ()
        while self.sees("^", "_", "'"):
            if self.sees("_") and word in ("max", "min", "mean", "sum", "prod"):
                return self.big(BIG.get(rf"\{word}", "mean"), piece)
            sign = self.take().text
            if sign == "'":
                primes += 1
            elif sign == "^":
                above = self.script()
                if text(above) in ("'", "''"):
                    primes, above = primes + len(text(above)), ()
            else:
                below = self.script()
        return Function(word, self.arguments(), primes, above, below, piece.position)

    def arguments(self) -> tuple[Node, ...]:
        """Arguments in brackets, or one factor (a number and what stands right beside it)."""
        if self.sees("(", "[", r"\{"):
            inside = self.closed()
            return tuple(self.inner(p) for p in cells(inside))
        if self.more and self.next.kind == "group":
            return tuple(self.inner(p) for p in cells(self.take().inner))
        start = self.position
        negative = self.sees("-")
        if negative:
            self.take()
        first = self.factor()
        if isinstance(first, Digits) and self.starts() and not self.sees("(", "["):
            factors: list[tuple[str, Node]] = [("", first)]
            while self.starts() and not self.sees("(", "[", "|", r"\|") and not self._function_next():
                factors.append(("", self.factor()))
            first = Product(tuple(factors), start) if len(factors) > 1 else first
        return (Negative(first, start) if negative else first,)

    def _function_next(self) -> bool:
        word = self.next.text.lstrip("\\")
        return (self.next.kind in ("run", "word", "command") and word in FUNCTION_WORDS) or self.next.text in BIG

    def big(self, kind: Kind, piece: Piece) -> Node:
        """A big operator with what stands below and above it, and the product after it."""
        below: Pieces = ()
        above: Pieces = ()
        while self.sees("_", "^"):
            if self.take().text == "_":
                below = self.script()
            else:
                above = self.script()
        letters, conditions, first = self._under(below)
        if self.sees(r"\{") or (kind in ("max", "min", "mean") and self.sees("(", "[")):
            body: Node = self.factor()
        else:
            self.depth += 1
            if self.depth > DEEPEST:
                raise ReadingError(self.source[:60], "the formula is nested too deep", f"at most {DEEPEST} levels are read", self.position)
            body = self.product()
            self.depth -= 1
        last = self.inner(above) if above else None
        shown = tuple((c, first.get(c)) for c in letters)
        return Big(kind, shown, last, conditions, body, piece.position)

    def _under(self, below: Pieces) -> tuple[list[str], tuple[Iverson, ...], dict[str, Node]]:
        """The letters under a big operator, the conditions on them, and where they begin."""
        letters: dict[str, None] = {}
        conditions: list[Iverson] = []
        first: dict[str, Node] = {}
        for cell in cells(below):
            member = next((k for k, p in enumerate(cell) if p.is_(r"\in")), None)
            cell = cell if member is None else cell[:member]
            cut = next((k for k, p in enumerate(cell) if p.is_(*RELATIONS)), None)
            if cut is None:
                for piece in cell:
                    letters.update(dict.fromkeys(self._letters(piece)))
            elif cell[cut].is_("=") and cut == 1 and cell[0].kind in ("run", "command"):
                letters[text(cell[:1])] = None
                first[text(cell[:1])] = self.inner(cell[cut + 1 :])
            else:
                found = self.relations(cell)
                conditions += found
                if not letters:
                    letters.update(dict.fromkeys(self._letters(cell[0])))
        return list(letters), tuple(conditions), first

    def _letters(self, piece: Piece) -> tuple[str, ...]:
        if piece.kind == "run":
            return tuple(piece.text)
        if piece.kind == "command" and piece.text.lstrip("\\") in (*SIGNS, "ell"):
            return (piece.text.lstrip("\\"),)
        raise self.error("expected an index letter", position=piece.position)

    def command(self) -> Node:
        """A LaTeX command that begins an operand."""
        piece = self.take()
        word = piece.text.lstrip("\\")
        match piece.text:
            case r"\frac":
                return self.fraction(piece)
            case r"\sqrt":
                return self.root(piece)
            case r"\partial" if self.sees("_"):
                return self.gradient(piece)
            case r"\partial":
                return self.differential(piece)
            case r"\nabla":
                return self.gradient(piece)
            case r"\sum" | r"\prod":
                return self.big(BIG[piece.text], piece)
            case r"\one":
                return self.indicator(piece.position)
            case r"\{":
                self.at -= 1
                return self.bracketed()
            case r"\|":
                self.at -= 1
                return self.barred(r"\|")
            case r"\underbrace" | r"\overbrace":
                return self.braced(piece)
            case r"\overset" | r"\stackrel" | r"\binom" | r"\underset":
                raise self.error(f"{word} is not read", "leave it out", piece.position)
        if piece.text in ACCENTS:
            return self.accented(piece)
        if word in FUNCTION_WORDS and not self.names.declares(word):
            return self.function(FUNCTION_WORDS[word], piece)
        if word == "sigma" and self._is_function("sigma"):
            return self.function("sigmoid", piece)
        if word == "delta" and not self.names.declares("delta") and self._differential_follows():
            return self.differential(piece)
        if word in ("Sigma", "Pi") and not self.names.declares(word):
            return self.big("sum" if word == "Sigma" else "prod", piece)
        if word in SIGNS or word == "ell":
            return self.symbol(word, piece)
        raise self.error(f"{piece.text} means nothing here", "", piece.position)

    def braced(self, piece: Piece) -> Node:
        """A formula with a brace under or over it, and the remark beside the brace."""
        body = self.inner(self.argument())
        remark: Pieces = ()
        if self.sees("_" if piece.text == r"\underbrace" else "^"):
            self.take()
            remark = self.script()
        return Group(body, piece.position, self.source[remark[0].position : remark[-1].end] if remark else "")

    def _is_function(self, letter: str) -> bool:
        """Whether an undeclared letter is applied to something."""
        if self.names.declares(letter):
            return False
        k = self.at
        while k < len(self.pieces) and self.pieces[k].is_("'", "^"):
            k += 2 if self.pieces[k].is_("^") else 1
        return k < len(self.pieces) and (self.pieces[k].is_("(", "[") or (k == self.at and self.pieces[k].kind in ("run", "group")))

    def _differential_follows(self) -> bool:
        """Whether a delta is a derivative sign: a symbol or a bracket stands right after it, and a slash and another delta later."""
        rest = self.pieces[self.at :]
        slash = next((k for k, p in enumerate(rest) if p.is_("/")), None)
        return slash is not None and slash < 8 and slash + 1 < len(rest) and rest[slash + 1].is_(r"\delta")

    def _relation_follows(self) -> bool:
        start = self.at
        inside = self.closed()
        self.at = start
        return _relates(inside)

    def accented(self, piece: Piece) -> Node:
        """A letter with an accent; scripts may stand under the accent or after it."""
        inside = self.argument()
        parser = Parser(self.source, inside, self.names, self.depth + 1)
        node = parser.atom()
        if not isinstance(node, Symbol) or parser.more:
            raise self.error("an accent stands on one letter", position=piece.position)
        outer = self.symbol(node.letter, piece)
        if (node.below and outer.below) or (node.above and outer.above):
            raise self.error("this letter has two scripts of one kind", position=piece.position)
        return replace(
            outer,
            accents=(*node.accents, ACCENTS[piece.text]),
            below=node.below or outer.below,
            above=node.above or outer.above,
            primes=node.primes + outer.primes,
        )

    def root(self, piece: Piece) -> Node:
        """A root, of some order in square brackets."""
        order = self.inner(self.closed()) if self.sees("[") else None
        if self.sees("("):
            return Root(self.bracketed(), order, piece.position)
        return Root(self.inner(self.argument()), order, piece.position)

    def indicator(self, position: int) -> Node:
        """An indicator with its relation below or in brackets; alone it is the vector of ones."""
        if self.sees("_"):
            self.take()
            below = self.script()
            if _relates(unbracketed(below)[0]):
                return Conditions(self.relations(unbracketed(below)[0]), position)
            return OnesSyntax(position)
        if self.sees("(", "[", r"\{") and self._relation_follows():
            return Conditions(self.relations(self.closed()), position)
        return OnesSyntax(position)

    def fraction(self, piece: Piece) -> Node:
        """A fraction, or the ratio of two differentials."""
        top, bottom = self.argument(), self.argument()
        below = self.mark(bottom)
        above = self.mark(top)
        if below is not None and above is not None and (below[0] == above[0] or "d" in (below[0], above[0])):
            return self.ratio(piece.position, self.inner(above[2]) if above[2] else None, bottom, above[1])
        if below is not None and below[0] in (r"\partial", r"\delta") and below[2] and above is None:
            return self.ratio(piece.position, self.inner(top), bottom, 1, "a derivative sign is missing above the line")
        numerator, denominator = self.inner(top), self.inner(bottom)
        return Group(
            Product((("", Group(numerator, piece.position)), ("/", Group(denominator, piece.position))), piece.position), piece.position
        )

    def mark(self, pieces: Pieces) -> tuple[str, int, Pieces] | None:
        """The derivative sign that pieces begin with, its order, and what is derived."""
        if not pieces:
            return None
        head, rest = pieces[0], pieces[1:]
        if head.kind == "group" and len(pieces) == 1:
            return self.mark(head.inner)
        if head.kind == "run":
            first, *more = self.names.split(head.text)
            if first != "d" or self.names.declares("d") or head.text in self.names.heads:
                return None
            rest = (replace(head, text=head.text[1:], position=head.position + 1), *rest) if more else rest
            sign = "d"
        elif head.kind == "word" and head.text == "d":
            sign = "d"
        elif (
            head.is_(r"\partial")
            or (head.is_(r"\delta") and not self.names.declares("delta") and (len(pieces) == 1 or not pieces[1].is_("^", "_")))
            or (
                head.is_(r"\delta")
                and len(pieces) > 3
                and pieces[1].is_("^")
                and text((pieces[2],)).isdigit()
                and not self.names.declares("delta")
            )
        ):
            sign = head.text
        else:
            return None
        order = 1
        if len(rest) > 1 and rest[0].is_("^") and text((rest[1],)).isdigit() and len(text((rest[1],))) == 1:
            order, rest = int(text((rest[1],))), rest[2:]
        return sign, order, rest

    def ratio(self, position: int, top: Node | None, bottom: Pieces, order: int, sloppy: str = "") -> Derivative:
        """A derivative from its two parts."""
        bottoms: list[Node] = []
        rest = bottom
        if len(rest) == 1 and rest[0].kind == "group":
            rest = rest[0].inner
        while rest:
            found = self.mark(rest)
            if found is None:
                raise self.error("expected a derivative sign in the denominator", position=rest[0].position)
            body = found[2]
            cut = next((k for k, p in enumerate(body) if k and p.is_(r"\partial", found[0])), len(body))
            if not body[:cut]:
                raise self.error("a derivative is by nothing", position=rest[0].position)
            parser = Parser(self.source, body[:cut], self.names, self.depth + 1)
            node = parser.factor()
            if parser.more:
                raise parser.error("a derivative is by one symbol")
            if order > 1 and isinstance(node, Symbol) and text(node.above) == str(order):
                bottoms += [replace(node, above=())] * order
            else:
                bottoms.append(node)
            rest = body[cut:]
        if len(bottoms) != order or order > 4:
            raise self.error(f"a derivative of order {order} is by {order} symbols, found {len(bottoms)}", position=position)
        return Derivative(top, tuple(bottoms), position, sloppy)

    def differential(self, piece: Piece) -> Node:
        """A derivative sign in the line: with a slash a ratio, else the derivative of the loss by what follows."""
        order = 1
        if self.sees("^") and self.at + 1 < len(self.pieces) and text((self.pieces[self.at + 1],)).isdigit():
            self.take()
            order = int(text(self.script())[:1])
        top: Node | None = None
        if not self.sees("/"):
            top = self.scripted(self.atom())
        if not self.sees("/"):
            if piece.text == r"\partial" or top is None:
                raise self.error("expected a slash and another derivative sign", position=piece.position)
            return Derivative(None, (top,), piece.position, "d")
        self.take()
        start = self.at
        bottoms: list[Node] = []
        for _ in range(min(order, 4)):
            found = self.mark(self.pieces[self.at :])
            if found is None:
                if piece.text != r"\partial" and top is not None and not bottoms:
                    self.at = start - 1
                    return Derivative(None, (top,), piece.position, "d")
                raise self.error("expected a derivative sign after the slash")
            self.pieces = found[2]
            self.at = 0
            node = self.atom()
            if order > 1 and isinstance(node, Symbol) and text(node.above) == str(order):
                bottoms += [replace(node, above=())] * order
                break
            bottoms.append(node)
        return Derivative(top, tuple(bottoms), piece.position)

    def gradient(self, piece: Piece) -> Node:
        """A nabla with what it derives by below, of the factor after it or of the loss; without, of a function by its argument."""
        order = 1
        below: Pieces = ()
        while self.sees("_", "^"):
            if self.take().text == "_":
                below = self.script()
            else:
                above = self.script()
                if text(above) != "2":
                    raise self.error("the order of a gradient is 2 or not shown", position=piece.position)
                order = 2
        bottoms = (self.inner(below),) * order if below else ()
        if not self.starts():
            if not bottoms:
                raise self.error("expected what the gradient is of", r"write \nabla_{W} L")
            return Derivative(None, bottoms, piece.position, "nabla")
        top = self.factor()
        if isinstance(top, Symbol) and self.sees("(") and self._is_loss(top):
            arguments = self.bracketed()
            if not bottoms and isinstance(arguments, Group):
                bottoms = (arguments.body,) * order
            top = Product((("", top), ("", arguments)), top.position)
        return Derivative(top, bottoms, piece.position, "" if bottoms else "nabla")

    def _is_loss(self, symbol: Symbol) -> bool:
        rows = self.names.letters_of(symbol.letter, symbol.accents)
        return any(r.name == self.names.program.loss for r in rows) or (not rows and symbol.letter in LOSS_WORDS)


SEPARATORS = (
    "where", "and", "with", "so", "hence", "thus", "then", "therefore", "so that", "that is", "if", "otherwise", "for", "for all", "else", "when", "giving",
    "implies", "which gives", "we get", "since", "because", "or", "i.e.", "let",
)  # fmt: skip
_NO_FACTOR = (
    *RELATIONS,
    *TIMES,
    r"\}",
    r"\to",
    r"\leftarrow",
    r"\approx",
    "newline",
    r"\in",
    r"\dots",
    r"\forall",
    r"\wedge",
    r"\rangle",
    r"\rfloor",
    r"\infty",
)


def _relates(pieces: Pieces) -> bool:
    """Whether a relation stands in pieces outside further brackets."""
    depth = 0
    for piece in pieces:
        if piece.kind in ("sign", "command"):
            depth += (piece.text in CLOSERS) - (piece.text in CLOSERS.values())
            if not depth and piece.text in RELATIONS:
                return True
    return False


def _without_words(pieces: Pieces) -> Pieces:
    """Pieces without words such as if, without commas at the ends, and without "otherwise"."""
    kept = [p for p in pieces if not (p.kind == "word" and p.text.strip(" ,.:;").lower() in (*SEPARATORS, ""))]
    kept = [p for p in kept if not (p.kind == "run" and p.text in ("if", "otherwise", "for", "else", "when"))]
    while kept and kept[0].is_(",", ":"):
        kept = kept[1:]
    while kept and kept[-1].is_(",", ".", ";"):
        kept = kept[:-1]
    return tuple(kept)


def _marks(pieces: Pieces, declared: frozenset[str]) -> tuple[Pieces, Marked]:
    """A script without the words that mark a value as new or old."""
    for words, mark in ((NEW, "new"), (OLD, "old")):
        for k, piece in enumerate(pieces):
            if piece.kind in ("run", "word") and piece.text.lower() in words and piece.text not in declared:
                low, high = k, k + 1
                if 0 < k < len(pieces) - 1 and pieces[k - 1].is_("(", "[") and pieces[k + 1].is_(")", "]"):
                    low, high = k - 1, k + 2
                kept = (*pieces[:low], *pieces[high:])
                while kept and kept[-1].is_(","):
                    kept = kept[:-1]
                return kept, mark  # type: ignore[return-value]
            if piece.kind == "group":
                inner, found = _marks(piece.inner, declared)
                if found:
                    return (*pieces[:k], replace(piece, inner=inner), *pieces[k + 1 :]) if inner else (*pieces[:k], *pieces[k + 1 :]), found
    if len(pieces) == 1 and pieces[0].is_("+"):
        return (), "new"
    return pieces, ""


__all__ = ["SEPARATORS", "Parser", "tree"]

"""Which declared name a published symbol means: letter, accents, layer marks and units in every customary place.

A declared name is taken apart as on declaration (letter, layer, units); a symbol in a text is a letter with scripts. Matching
the two yields readings: a name, the places it is read at, and what is left of the superscript. The first reading is taken
where several fit, and the choice is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.network.program import Program, Spelling
from symback.network.spelling import spell
from symback.reading.published_tokens import Piece, Pieces
from symback.typeset.letters import NAMES, SIGNS

SINGLE = Size.of(1)
ACCENT_WORDS = ("hat", "bar", "tilde", "dot", "check")
ALIASES: Mapping[str, str] = {"lam": "lambda", "eps": "epsilon", "lambda_": "lambda", "varepsilon": "epsilon"}
LOSS_WORDS = ("L", "J", "C", "E", "ell", "l", "loss", "Loss", "cost", "Cost", "error", "Error", "objective", "CE loss", "CE Loss")
"""Letters and words that mean the loss where they are not declared."""
STEP = "the letter above counts along the first axis"
SAMPLE = "a mark in brackets is the sample"
LONGEST_GLUED = 4
"""Up to which length a name such as Wq may be written as a letter with the rest below or above it."""
RATES = ("eta", "alpha", "rate", "gamma", "epsilon", "lr", "mu")
"""Letters of the learning rate where they are not declared, most usual first."""
FUNCTION_WORDS: Mapping[str, str] = {
    **{name: name for name, row in OPERATIONS.items() if row.arity and name not in ("phi", "Phi")},
    "ln": "log", "relu": "relu", "ReLU": "relu", "ReLu": "relu", "Relu": "relu", "logistic": "sigmoid", "Sigmoid": "sigmoid", "sgn": "sign", "sign": "sign",
    "sqrt": "sqrt", "max": "max", "min": "min", "diag": "diag", "Diag": "diag", "tr": "tr", "Tr": "tr", "trace": "tr", "softmax": "softmax", "Softmax": "softmax",
    **{f"{side}{kind}": f"{side}{kind}" for side in ("row", "col") for kind in ("sum", "mean", "max", "min", "prod")},
    "sum": "sum", "mean": "mean", "logsumexp": "logsumexp", "LSE": "logsumexp", "sech": "sech", "Var": "var", "var": "var", "atan": "arctan", "sig": "sigmoid",
    "sigm": "sigmoid", "det": "det", "Det": "det", "inv": "inv", "pinv": "pinv", "logdet": "logdet", "adj": "adj", "prod": "prod", "norm": "norm", "maximum": "max", "minimum": "min", "softplus": "softplus",
    "vec": "vec", "Vec": "vec",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A declared name as a text may write it; an entry of an array has fixed places."""

    letter: str
    accents: tuple[str, ...]
    layer: str
    units: tuple[str, ...]
    words: tuple[str, ...]
    name: str
    axes: tuple[Index, ...]
    fixed: tuple[int, ...] = ()

    @property
    def open(self) -> tuple[Index, ...]:
        """The axes that a text gives places for: those that have more than one entry, or all where none has."""
        return () if self.fixed else self.axes


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a symbol: the row, its places as pieces, and the superscript that is left as a power."""

    row: Row
    places: tuple[Pieces, ...] = ()
    power: Pieces = ()
    cost: tuple[int, ...] = ()
    note: str = ""


class Generic(Exception):
    """A letter stands where a layer is marked, or no layer is marked at all: the statement holds for every declared layer."""

    def __init__(self, letter: str, layers: tuple[str, ...], text: str) -> None:
        self.letter, self.layers, self.text = letter, layers, text
        super().__init__(letter)


@dataclass(eq=False)
class Names:
    """The declared names of a program as rows by letter."""

    program: Program
    rows: dict[str, list[Row]] = field(init=False, default_factory=dict)
    typed: dict[str, Row] = field(init=False, default_factory=dict)
    glued: dict[str, list[Row]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for leaf in self.program.leaves:
            self.enter(leaf.name, leaf.indices)
            for places, entry in leaf.entries:
                self.enter(entry, leaf.indices, leaf.name, tuple(places))
        for definition in self.program.definitions:
            if isinstance(definition.name, str):
                self.enter(definition.name, definition.indices)

    def enter(self, name: str, axes: tuple[Index, ...], of: str = "", fixed: tuple[int, ...] = ()) -> None:
        """Enter a name, or an entry of an array."""
        spelling = self.program.spellings.get(name) or (spell(name) if of else Spelling(name))
        units = (*((spelling.layer,) if spelling.layer else ()), *spelling.units) if spelling.flat else spelling.units
        layer = "" if spelling.flat else spelling.layer
        for letter, accents, words in _letters(spelling.letter):
            self.add(Row(letter, accents, layer, units, words, of or name, axes, fixed))
        if spelling.letter.isalpha() and 1 < len(spelling.letter) <= LONGEST_GLUED:
            head, word = canonical(spelling.letter[0]), spelling.letter[1:]
            self.glued.setdefault(head, []).append(Row(head, (), layer, units, (word,), of or name, axes, fixed))
        for letter, square, words in _squares(name):
            self.add(Row(letter, (), square, units, words, of or name, axes, fixed))
        whole = Row(name, (), "", (), (), of or name, axes, fixed)
        self.typed[name] = whole
        if name not in self.rows:
            self.add(whole)

    def add(self, row: Row) -> None:
        """Enter a row."""
        self.rows.setdefault(row.letter, []).append(row)
        self.__dict__.pop("heads", None)

    def declares(self, letter: str) -> bool:
        """Whether some name is written with this letter."""
        return letter in self.rows

    def is_size(self, letter: str) -> bool:
        """Whether a size of the network has this name."""
        return letter in self._sizes

    @cached_property
    def _sizes(self) -> frozenset[str]:
        shapes = [leaf.indices for leaf in self.program.leaves] + [d.indices for d in self.program.definitions]
        return frozenset(a.name for indices in shapes for i in indices for a in i.size.atoms if isinstance(a, SizeSymbol))

    @cached_property
    def heads(self) -> frozenset[str]:
        """What names begin with, without accents and scripts."""
        return frozenset(self.rows)

    @property
    def words(self) -> frozenset[str]:
        """The words that stand below letters of declared names."""
        return frozenset(w for rows in self.rows.values() for r in rows for w in r.words)

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers of all names, in order."""
        found = dict.fromkeys(r.layer for rows in self.rows.values() for r in rows if r.layer)
        return tuple(sorted(found, key=_order))

    def letters_of(self, letter: str, accents: tuple[str, ...]) -> list[Row]:
        """The rows of a letter; where it has none, those of the same letter in the other case."""
        exact = [r for r in self.rows.get(letter, ()) if r.accents == accents]
        if exact or len(letter) != 1:
            return exact
        return [r for r in self.rows.get(letter.swapcase(), ()) if r.accents == accents]

    def split(self, run: str) -> tuple[str, ...]:
        """A run of letters as words, declared letters and single letters: the fewest parts.

        >>> from symback.network.program import Leaf
        >>> names = Names(Program("n", (Leaf("y"), Leaf("W")), (), ("y",)))
        >>> names.split("ylog"), names.split("dW"), names.split("Wx")
        (('y', 'log'), ('d', 'W'), ('W', 'x'))
        """
        if run in self.heads or run in FUNCTION_WORDS or len(run) == 1 or (len(run) > 1 and run in LOSS_WORDS):
            return (run,)
        if len(run) > 40:
            return (run,)
        best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]
        for end in range(1, len(run) + 1):
            found = []
            for start in range(end):
                part = run[start:end]
                known = part in self.heads or part in FUNCTION_WORDS
                if known or len(part) == 1:
                    strange, count, parts = best[start]
                    found.append((strange + (not known and part != "d"), count + 1, (*parts, part)))
            best.append(min(found, key=lambda f: f[:2]))
        strange, count, parts = best[-1]
        return parts if strange < len(run) - 1 or count <= 3 else (run,)


def _letters(letter: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The letter of a declared name with its accents and words: y_hat is y with a hat, W_hh is W with hh below."""
    head, *rest = letter.split("_") if not letter.startswith("_") else [letter]
    rest = [r for r in rest if r]
    head = canonical(head)
    accents = tuple(r for r in rest if r in ACCENT_WORDS)
    yield head, accents, tuple(r for r in rest if r not in ACCENT_WORDS)
    for accent in ACCENT_WORDS:
        if (
            not rest
            and head.endswith(accent)
            and len(head) > len(accent)
            and (len(head) - len(accent) == 1 or head[: -len(accent)] in SIGNS)
        ):
            yield head[: -len(accent)], (accent,), ()


def _squares(name: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """A variance by its name as the square of a letter: sigma2_B and var_B are σ² with B below."""
    head, *words = name.split("_")
    if head in ("var", "variance"):
        yield "sigma", "2", tuple(words)
    elif words and head[-1:] == "2" and canonical(head[:-1]) in SIGNS:
        yield canonical(head[:-1]), "2", tuple(words)


def canonical(letter: str) -> str:
    """One spelling for every letter: Greek ones by name."""
    plain = NAMES.get(letter, letter)
    return ALIASES.get(plain, plain)


def _order(layer: str) -> tuple[int, str]:
    return (int(layer), "") if layer.isdigit() else (10**6, layer)


def text(pieces: Pieces) -> str:
    """Pieces as one line without spaces, groups opened."""
    return "".join(text(p.inner) if p.kind == "group" else p.text.lstrip("\\") if p.kind == "command" else p.text for p in pieces)


def cells(pieces: Pieces, sign: str = ",") -> tuple[Pieces, ...]:
    """A subscript, or what stands in brackets, cut at its commas."""
    if len(pieces) == 1 and pieces[0].kind == "group":
        return cells(pieces[0].inner, sign)
    found: list[list[Piece]] = [[]]
    depth = 0
    for piece in pieces:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(piece.text, 0) if piece.kind == "sign" else 0
        if piece.is_(sign) and not depth:
            found.append([])
        else:
            found[-1].append(piece)
    return tuple(tuple(part) for c in found if c for part in _at_colon(c))


def _at_colon(cell: list[Piece]) -> list[list[Piece]]:
    """A cell such as i: or :j, which is two."""
    if len(cell) > 1 and cell[-1].is_(":"):
        return [cell[:-1], cell[-1:]]
    return [cell[:1], cell[1:]] if len(cell) > 1 and cell[0].is_(":") else [cell]


def unbracketed(pieces: Pieces) -> tuple[Pieces, bool]:
    """What stands in square or round brackets, and whether it does."""
    if len(pieces) == 1 and pieces[0].kind == "group":
        return unbracketed(pieces[0].inner)
    if len(pieces) >= 3 and (pieces[0].text, pieces[-1].text) in (("[", "]"), ("(", ")"), (r"\{", r"\}"), ("<", ">")):
        return pieces[1:-1], True
    return pieces, False


def letter_by_letter(cell: Pieces) -> tuple[Pieces, ...]:
    """A cell such as 11 or ij cut into single digits and letters."""
    found: list[Pieces] = []
    for piece in cell:
        if piece.kind in ("run", "number") and len(piece.text) > 1:
            found += [(Piece(piece.kind, c, piece.position + k, piece.position + k + 1),) for k, c in enumerate(piece.text)]
        else:
            found.append((piece,))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Match:
    """The scripts of one symbol on the way to a reading."""

    below: tuple[Pieces, ...]
    above: Pieces
    marked: bool
    layers: Mapping[str, str]
    last: str
    lower: bool = False
    glued: bool = True
    bound: frozenset[str] = frozenset()

    def layer(self, pieces: Pieces) -> str | None:
        """The layer that pieces mark: an integer, a word, or a letter with a given layer, plus or minus an integer."""
        says = text(pieces)
        if says in self.layers:
            return self.layers[says]
        for sign in "+-":
            letter, found, step = says.partition(sign)
            if found and step.isdigit() and len(step) < 4 and (letter in self.layers or letter == "L"):
                base = self.layers.get(letter, self.last)
                return str(int(base) + (int(step) if sign == "+" else -int(step))) if base.isdigit() else None
        return self.last if says == "L" and self.last else says


def readings(names: Names, letter: str, accents: tuple[str, ...], match: Match) -> list[Reading]:
    """Every way to read a symbol, the best first."""
    rows = names.letters_of(letter, accents)
    found = [r for row in rows for r in _of_row(row, match, row.letter != letter)]
    if not found and len(letter) == 1:
        found = [r for row in names.rows.get(letter.swapcase(), ()) if row.accents == accents for r in _of_row(row, match, True)]
    if not accents and (not found or (match.below and match.glued)):
        found = [r for row in names.glued.get(letter, ()) for r in _of_row(row, match, False)] or found
    return sorted(found, key=lambda r: r.cost)


def _of_row(row: Row, match: Match, other_case: bool) -> Iterator[Reading]:
    below = _without_words(row, match.below)
    if below is None and row.words == (text(match.above),):
        match, below = replace(match, above=(), marked=False), match.below
    if below is None:
        return
    case = int(other_case)
    if row.layer and row.units and not match.above and "".join(map(text, below)) == row.layer + "".join(row.units):
        yield Reading(row, (), (), (case, 2, 0, 0))
    if row.layer:
        if match.above and match.layer(match.above) == row.layer:
            yield from _placed(row, below, (), (case, int(match.lower and not match.marked), int(not match.marked)))
        if below:
            for k in dict.fromkeys((0, len(below) - 1)):
                if match.layer(unbracketed(below[k])[0]) == row.layer:
                    said = -1 if text(below[k]).partition("+")[0].partition("-")[0] in match.layers else int(not match.lower)
                    yield from _placed(row, (*below[:k], *below[k + 1 :]), match.above, (case, said, 2 * k + int(bool(match.above))))
        if "" in match.layers and match.layers[""] == row.layer:
            yield from _placed(row, below, match.above, (case, 3, 0))
    elif text(match.above) in match.bound and len(row.open) > len(below):
        yield from _placed(row, (match.above, *below), (), (case, 0, 0), STEP)
    elif not (match.marked and match.above):
        if not (other_case and match.above):
            yield from _placed(row, below, match.above, (case, 0, 2 * bool(match.above)))
        elif match.layer(match.above) in ("1", "0"):
            yield from _placed(row, below, (), (case, 4, 0))
    elif len(row.open) > len(below) or text(match.above) in ("0",):
        sample = match.above if text(match.above) != "0" else ()
        yield from _placed(row, (sample, *below) if sample else below, (), (case, 2, 0), SAMPLE if sample else "")


def _without_words(row: Row, below: tuple[Pieces, ...]) -> tuple[Pieces, ...] | None:
    """A subscript without the words that belong to the name; None where one is missing."""
    for word in row.words:
        k = next((k for k, cell in enumerate(below) if text(cell) == word), None)
        if k is None:
            return None
        below = (*below[:k], *below[k + 1 :])
    return below


def _placed(row: Row, below: tuple[Pieces, ...], power: Pieces, cost: tuple[int, ...], note: str = "") -> Iterator[Reading]:
    """What is left of a subscript is the units of a name, or places."""
    joined = "".join(text(c) for c in below)
    if row.units:
        if joined == "".join(row.units):
            yield Reading(row, (), power, (*cost, 0), note)
        return
    if row.fixed or not row.axes:
        if not below:
            yield Reading(row, (), power, (*cost, 0), note)
        elif joined == "1" and not row.fixed and not row.layer:
            yield Reading(row, (), power, (*cost, 5), "the subscript 1 is that of the only entry")
        return
    wide = [a for a in row.axes if a.size is not SINGLE]
    if len(below) == len(row.axes) == 1 and len(below[0]) == 1 and below[0][0].kind == "run" and len(below[0][0].text) > 1:
        return
    if not below:
        yield Reading(row, (), power, (*cost, 0), note)
    elif (
        len(below) == 1
        and len(row.axes) > 1
        and len(single := letter_by_letter(below[0])) in (len(row.axes), len(wide))
        and _splits(below[0])
    ):
        yield Reading(row, single, power, (*cost, 0), note)
    elif len(below) in (len(row.axes), len(wide)):
        yield Reading(row, below, power, (*cost, 0), note)
    elif len(below) < len(row.axes):
        yield Reading(row, below, power, (*cost, 1), note)


def _splits(cell: Pieces) -> bool:
    return all(p.kind in ("run", "number", "command") and "." not in p.text for p in cell)


__all__ = ["FUNCTION_WORDS", "Generic", "Match", "Names", "Reading", "Row", "canonical", "cells", "readings", "text", "unbracketed"]

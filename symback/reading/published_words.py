"""Letters, words and functions in published formulas, each with its scripts."""

from __future__ import annotations

import re
from dataclasses import replace

from symback.reading.formula_grammar import Digits
from symback.reading.published_big import BIG, big
from symback.reading.published_brackets import bracketed, indicator, relation_follows
from symback.reading.published_cursor import TIMES, Cursor
from symback.reading.published_differentials import differential
from symback.reading.published_names import FUNCTION_WORDS, LOSS_WORDS, canonical, cells, text
from symback.reading.published_nodes import Conditional, Function, Marked, Negative, Node, Product, Symbol, arguments_of
from symback.reading.published_tokens import ACCENTS, Piece, Pieces
from symback.typeset.letters import SIGNS

NEW, OLD = ("updated", "new", "next", "neu"), ("old", "current", "prev", "previous")


def run(p: Cursor) -> Node:
    """Letters: a function, a declared name, or symbols side by side, of which the first is taken."""
    piece = p.take()
    if p.more and p.next.kind == "number" and p.next.position == piece.end and "." not in p.next.text:
        tail = _typed(p, piece)
        if tail is not None:
            return tail
    if _names_a_loss(p, piece):
        return word(p, replace(piece, end=p.take().end), "loss")
    if not p.tex and piece.text in SIGNS and not p.names.declares(piece.text):
        return _greek(p, piece)
    first, *rest = p.names.split(piece.text)
    if first == "d" and not p.names.declares("d"):
        if rest:
            _keep(p, piece, 1)
            return differential(p, piece)
        if _is_upright_or_beside(p, piece) and not p.sees(*TIMES) and p.starts():
            return differential(p, piece)
        if p.sees("/"):
            return differential(p, piece)
    if first == "d" and rest and p.sees("/") and _cancels(p):
        _keep(p, piece, 1)
        return differential(p, piece)
    if rest:
        _keep(p, piece, len(first))
        piece = replace(piece, text=first, end=piece.position + len(first))
    if first == "I" and not p.names.declares("I") and p.sees("(", "[", r"\{") and relation_follows(p):
        return indicator(p, piece.position)
    return word(p, piece, first)


def _is_upright_or_beside(p: Cursor, piece: Piece) -> bool:
    """Whether a d stands right before what follows, but for a font or braces, or is upright itself; a size d is a factor."""
    between = p.source[piece.end : p.next.position] if p.more else " "
    beside = not re.sub(r"\\[A-Za-z]+|[{}]", "", between)
    return beside and (p.next.kind != "sign" or not p.names.is_size("d"))


def _greek(p: Cursor, piece: Piece) -> Node:
    """A Greek letter by its name in plain text; digits right after it are its layer, as in delta2."""
    digits = p.more and p.next.kind == "number" and p.next.position == piece.end and p.next.text.isdigit()
    sign = Piece("command", f"\\{piece.text}", piece.position, piece.end)
    marks = (Piece("sign", "_", piece.end, piece.end), replace(p.next, kind="group", inner=(p.next,))) if digits else ()
    p.pieces = (*p.pieces[: p.at - 1], sign, *marks, *p.pieces[p.at + bool(digits) :])
    p.at -= 1
    return p.atom()


def _cancels(p: Cursor) -> bool:
    """Whether the letters after the slash at hand begin with a d, too: a factor d on both sides would cancel."""
    following = p.pieces[p.at + 1 : p.at + 2]
    return bool(following) and following[0].kind == "run" and p.names.split(following[0].text)[0] == "d" and len(following[0].text) > 1


def _names_a_loss(p: Cursor, piece: Piece) -> bool:
    """Whether letters and the word after them name a loss, as CE loss or MSE Loss do."""
    short = len(piece.text) > 1 and piece.text.isupper() and not p.names.declares(piece.text)
    return short and p.more and p.next.kind == "run" and p.next.text.lower() == "loss" and p.next.position > piece.end


def _keep(p: Cursor, piece: Piece, used: int) -> None:
    """Put the rest of a run back."""
    rest = replace(piece, text=piece.text[used:], position=piece.position + used)
    p.at -= 1
    p.pieces = (*p.pieces[: p.at], rest, *p.pieces[p.at + 1 :])


def _typed(p: Cursor, piece: Piece) -> Node | None:
    """A name typed with its digits, such as W1, at the end of a run."""
    digits = p.next.text
    for start in range(len(piece.text)):
        name = piece.text[start:] + digits
        if name not in p.names.typed:
            continue
        head = piece.text[:start]
        if start and not all(len(c) == 1 or c in p.names.heads or c in FUNCTION_WORDS for c in p.names.split(head)):
            continue
        whole = Piece("run", name, piece.position + start, p.next.end)
        p.take()
        if not start:
            return symbol(p, name, whole)
        parts = (Piece("run", head, piece.position, piece.position + start), whole)
        p.at -= 2
        p.pieces = (*p.pieces[: p.at], *parts, *p.pieces[p.at + 2 :])
        return run(p)
    return None


def word(p: Cursor, piece: Piece, word: str) -> Node:
    """A word: a function, a name of several letters, or a symbol."""
    plain = word.replace(" ", "")
    if plain in FUNCTION_WORDS and not p.names.declares(plain):
        return function(p, FUNCTION_WORDS[plain], piece)
    if word == "e" and not p.names.declares("e") and p.sees("^"):
        p.take()
        return Function("exp", (p.inner(p.script()),), 0, (), (), piece.position)
    if plain in ("mean", "avg") and p.sees("_"):
        return big(p, "mean", piece)
    if plain in ("T", "d") and piece.kind == "word" and plain == "d":
        return differential(p, piece)
    if len(word) > 1 and word[0] == "d" and piece.kind == "word" and not p.names.declares(word) and p.names.declares(word[1:]):
        p.at -= 1
        p.pieces = (*p.pieces[: p.at], replace(piece, text=word[1:], position=piece.position + 1), *p.pieces[p.at + 1 :])
        return differential(p, replace(piece, text="d"))
    if word in ("CE",) and p.more and p.next.kind in ("run", "word") and p.next.text.lower() == "loss":
        p.take()
        word = "loss"
    letter = word.replace("\\_", "_").replace(" ", "_") if word not in LOSS_WORDS else word
    return symbol(p, letter, piece)


def symbol(p: Cursor, letter: str, piece: Piece) -> Symbol:
    """A letter and the scripts right after it."""
    below: Pieces = ()
    above: Pieces = ()
    primes = 0
    marked: Marked = ""
    seen: set[str] = set()
    while p.more:
        if p.sees("'"):
            p.take()
            primes += 1
        elif p.sees("^", "_") and p.next.text not in seen:
            seen.add(p.next.text)
            if p.take().text == "_":
                below = p.script()
            else:
                above = p.script()
        else:
            break
    below, below_mark = marks(below, p.names.words)
    above, above_mark = marks(above, p.names.words)
    marked = below_mark or above_mark
    while above and (above[-1].is_("'") or (above[-1].kind == "group" and text(above[-1].inner) == "'")):
        above, primes = above[:-1], primes + 1
    if p.sees("(") and _says(p, NEW) and not marked:
        p.closed()
        marked = "new"
    end = p.pieces[p.at - 1].end if p.at else piece.end
    return Symbol(canonical(letter), (), below, above, piece.position, max(end, piece.end), primes, marked)


def name_of_two(p: Cursor, letter: str) -> str:
    r"""A declared name that is written as a sign and the letters after it, \Delta W; else the sign alone."""
    following = p.next
    if not p.more or following.kind not in ("run", "word"):
        return letter
    for end in range(len(following.text), 0, -1):
        whole = next((n for n in (f"{letter}_{following.text[:end]}", letter + following.text[:end]) if n in p.names.typed), "")
        if whole:
            p.take()
            if end < len(following.text):
                _keep(p, following, end)
            return whole
    return letter


def _says(p: Cursor, words: tuple[str, ...]) -> bool:
    following = p.pieces[p.at + 1 : p.at + 3]
    return len(following) == 2 and following[0].kind in ("run", "word") and following[0].text.lower() in words and following[1].is_(")")


def function(p: Cursor, word: str, piece: Piece) -> Node:
    """A function with its scripts and arguments; a name such as logp may be written apart."""
    if p.more and p.next.kind == "run" and f"{word}{p.next.text}" in p.names.typed and not p.names.declares(p.next.text):
        whole = symbol(p, f"{word}{p.take().text}", piece)
        return Product((("", whole), ("", bracketed(p))), piece.position) if p.sees("(") else whole
    primes = 0
    above: Pieces = ()
    below: Pieces = ()
    while p.sees("^", "_", "'"):
        if p.sees("_") and word in ("max", "min", "mean", "sum", "prod"):
            return big(p, BIG.get(rf"\{word}", "mean"), piece)
        sign = p.take().text
        if sign == "'":
            primes += 1
        elif sign == "^":
            above = p.script()
            if text(above) in ("'", "''"):
                primes, above = primes + len(text(above)), ()
        else:
            below = p.script()
    return Function(word, arguments(p), primes, above, below, piece.position)


def arguments(p: Cursor) -> tuple[Node, ...]:
    """Arguments in brackets, or one factor (a number and what stands right beside it)."""
    if p.sees("(", "[", r"\{"):
        inside = p.closed()
        return tuple(p.inner(part) for part in cells(inside))
    if p.more and p.next.kind == "group":
        return tuple(p.inner(part) for part in cells(p.take().inner))
    start = p.position
    negative = p.sees("-")
    if negative:
        p.take()
    first = _with_arguments(p, p.factor())
    if isinstance(first, Digits) and p.starts() and not p.sees("(", "["):
        factors: list[tuple[str, Node]] = [("", first)]
        while p.starts() and not p.sees("(", "[", "|", r"\|") and not _function_next(p):
            factors.append(("", p.factor()))
        first = Product(tuple(factors), start) if len(factors) > 1 else first
    return (Negative(first, start) if negative else first,)


def _with_arguments(p: Cursor, node: Node) -> Node:
    """A computed name and the names in brackets right after it, which are its arguments: log h(x)."""
    computed = isinstance(node, Symbol) and any(r.name in p.names.program.definition for r in p.names.letters_of(node.letter, node.accents))
    if not computed or not p.sees("("):
        return node
    start, listed = p.at, bracketed(p)
    if arguments_of(listed) or isinstance(listed, Conditional):
        return Product((("", node), ("", listed)), p.pieces[start].position)
    p.at = start
    return node


def _function_next(p: Cursor) -> bool:
    word = p.next.text.lstrip("\\")
    return (p.next.kind in ("run", "word", "command") and word in FUNCTION_WORDS) or p.next.text in BIG


def is_function(p: Cursor, letter: str) -> bool:
    """Whether an undeclared letter is applied to something."""
    if p.names.declares(letter):
        return False
    k = p.at
    while k < len(p.pieces) and p.pieces[k].is_("'", "^"):
        k += 2 if p.pieces[k].is_("^") else 1
    return k < len(p.pieces) and (p.pieces[k].is_("(", "[") or (k == p.at and p.pieces[k].kind in ("run", "group")))


def accented(p: Cursor, piece: Piece) -> Node:
    """A letter with an accent; scripts may stand under the accent or after it."""
    inside = p.argument()
    parser = p.over(inside)
    node = parser.atom()
    if not isinstance(node, Symbol) or parser.more:
        raise p.error("an accent stands on one letter", position=piece.position)
    outer = symbol(p, node.letter, piece)
    if (node.below and outer.below) or (node.above and outer.above):
        raise p.error("this letter has two scripts of one kind", position=piece.position)
    short = _shortened(p, (*node.accents, ACCENTS[piece.text]), outer.letter)
    return replace(
        outer,
        letter=short or outer.letter,
        accents=() if short else (*node.accents, ACCENTS[piece.text]),
        below=node.below or outer.below,
        above=node.above or outer.above,
        primes=node.primes + outer.primes,
    )


def _shortened(p: Cursor, accents: tuple[str, ...], letter: str) -> str:
    """A declared name that is a letter and the first letter of its accent, ob for ō; empty where none is."""
    name = letter + accents[0][0]
    known = len(accents) > 1 or len(letter) > 1 or p.names.letters_of(letter, accents) or name not in p.names.typed
    return "" if known else name


def marks(pieces: Pieces, declared: frozenset[str]) -> tuple[Pieces, Marked]:
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
                inner, found = marks(piece.inner, declared)
                if found:
                    return (*pieces[:k], replace(piece, inner=inner), *pieces[k + 1 :]) if inner else (*pieces[:k], *pieces[k + 1 :]), found
    if len(pieces) == 1 and pieces[0].is_("+"):
        return (), "new"
    return pieces, ""

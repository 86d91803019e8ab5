"""Statements about a parameter after a step of gradient descent: arrows, marks of old and new, letters that count steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from symback.network.program import PARAMETERS
from symback.reading.formula_grammar import Digits
from symback.reading.published_arguments import depends_on
from symback.reading.published_context import Context
from symback.reading.published_meaning import located_symbol
from symback.reading.published_names import RATES, Generic, cells, text, unbracketed
from symback.reading.published_nodes import Group, Negative, Node, Product, Sum, Symbol, changed, walk
from symback.reading.published_places import located, scripts, text_of
from symback.reading.published_statements import Statement
from symback.reading.published_symbols import read_symbol
from symback.reading.published_tokens import Piece


def stepped(trees: list[Node], ctx: Context) -> list[Node]:
    """Marks of time on a parameter, w_{t+1} = w_t - ..., are marks of old and new."""
    left = trees[0]
    if not isinstance(left, Symbol) or len(trees) < 2 or not _may_step(left, ctx):
        return trees
    letter = _time(left)
    plain = _without_time(left, letter, left)
    others = [n for n in walk(tuple(trees[1:])) if isinstance(n, Symbol) and n.letter == left.letter]
    before = any(_time(n) != letter or n.primes < left.primes for n in others)
    if not (letter or left.primes == 1) or not before or parameter(replace(plain, primes=0), ctx) is None:
        return trees
    if letter:
        ctx.note(f"{letter} counts the steps")
    return [replace(plain, primes=0, marked="new"), *(changed(node, lambda s: _without_time(s, letter, left)) for node in trees[1:])]


def _may_step(left: Symbol, ctx: Context) -> bool:
    """Whether a letter is that of some parameter."""
    leaves = (ctx.program.leaf.get(r.name) for r in ctx.names.letters_of(left.letter, left.accents))
    return any(leaf is not None and leaf.role in PARAMETERS for leaf in leaves)


def after_update(statement: Statement, trees: list[Node], ctx: Context) -> list[Node]:
    """A statement about the value of a parameter after a step: its left side is that value."""
    left = trees[0]
    if len(trees) < 2:
        return trees
    relation = statement.sides[1].relation
    if not isinstance(left, Symbol):
        return _from_nothing(statement, trees, ctx)
    ctx.updating = relation in (":=", r"\leftarrow", "-=", "+=") or left.marked == "new"
    if left.marked:
        ctx.rate = declared_rate(trees[1:], ctx)
        return trees
    at = parameter(left, ctx)
    if at is None:
        return _from_nothing(statement, trees, ctx)
    ctx.rate = declared_rate(trees[1:], ctx)
    if relation in ("-=", "+="):
        right = Sum((("+", left), (relation[0], Group(trees[1], left.position))), left.position)
        trees = [left, right, *trees[2:]]
    shown = text_of(left, ctx)
    if ctx.updating or _starts_with(trees[1], left, ctx):
        ctx.updating = True
        ctx.note(f"{shown} on the left is the value after the update")
        return [replace(left, marked="new"), *trees[1:]]
    if len(trees) == 2 and other_number(at, left, trees[1], ctx):
        ctx.note(f"{shown} has another value in the network, so that this is read as its value after the update")
        return [replace(left, marked="new"), *trees[1:]]
    return trees


def _from_nothing(statement: Statement, trees: list[Node], ctx: Context) -> list[Node]:
    """What is added to a quantity that no earlier statement gives: it is taken as 0 before, and that is said."""
    relation, side = statement.sides[1].relation, statement.sides[0]
    if relation not in ("-=", "+="):
        return trees
    ctx.assumed[f"{ctx.source[side.position : side.end].strip()} is 0 before"] = None
    right = trees[1]
    return [trees[0], Sum(((relation[0], Group(right, right.position)),), right.position), *trees[2:]]


def declared_rate(trees: Sequence[Node], ctx: Context) -> str:
    """The declared number that an update reads and the loss does not depend on; empty where there is none."""
    used = depends_on(ctx.program, ctx.program.loss)
    read = (n for n in walk(tuple(trees)) if isinstance(n, Symbol))
    names = dict.fromkeys(str(r.name) for n in read for r in ctx.names.letters_of(n.letter, n.accents))
    free = [n for n in names if n in ctx.program.leaf and not ctx.program.leaf[n].indices and n not in used]
    return min(free, key=lambda n: RATES.index(n) if n in RATES else len(RATES), default="")


def parameter(left: Symbol, ctx: Context) -> str | None:
    """The parameter that a symbol is, if it is one; where a network says no roles, what an update is of is one."""
    try:
        reading = read_symbol(left, ctx, scripts(left.above).rest)
    except Generic:
        raise
    if reading is None or reading.power:
        return None
    leaf = ctx.program.leaf.get(reading.row.name)
    return leaf.name if leaf is not None and (leaf.role in PARAMETERS or (ctx.updating and not _has_roles(ctx))) else None


def _has_roles(ctx: Context) -> bool:
    return any(leaf.role in PARAMETERS for leaf in ctx.program.leaves)


def other_number(name: str, left: Symbol, right: Node, ctx: Context) -> bool:
    """Whether a parameter with a declared value is said to be another number."""
    shown = _constant(right)
    declared: object = ctx.program.values.get(name)
    if shown is None or declared is None:
        return False
    reading = read_symbol(left, ctx, scripts(left.above).rest)
    if reading is None:
        return False
    for at in located(left, reading, ctx).places:
        position = at.constant if at is not None else 0
        if isinstance(declared, list | tuple) and position is not None and position < len(declared):
            declared = declared[position]
    if not isinstance(declared, int | float | str | Fraction) or isinstance(declared, bool):
        return False
    exact, digits = shown
    return abs(Fraction(str(declared)) - exact) > Fraction(1, 2 * 10**digits)


def _constant(node: Node) -> tuple[Fraction, int] | None:
    """A number and how many decimals it shows."""
    if isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0][0] == "-":
        found = _constant(node.terms[0][1])
        return None if found is None else (-found[0], found[1])
    if isinstance(node, Negative):
        found = _constant(node.body)
        return None if found is None else (-found[0], found[1])
    if isinstance(node, Digits) and "e" not in node.digits.lower():
        return Fraction(node.digits), len(node.digits.partition(".")[2])
    return None


def _starts_with(node: Node, left: Symbol, ctx: Context) -> bool:
    """Whether a side is the left symbol and something added to it or taken from it."""
    if not isinstance(node, Sum) or len(node.terms) < 2 or node.terms[0][0] != "+":
        return False
    first = node.terms[0][1]
    if isinstance(first, Product) and len(first.factors) > 1:
        return False
    if not isinstance(first, Symbol) or first.marked == "new":
        return False
    same = located_symbol(replace(first, marked=""), ctx), located_symbol(left, ctx)
    return same[0] is not None and same[0] == same[1]


def _time(symbol: Symbol) -> str:
    """The letter that counts steps in the scripts of a symbol such as w_{t+1} or w^{(k+1)}; empty where there is none."""
    for pieces in (*cells(symbol.below), symbol.above):
        letter, _, step = text(unbracketed(pieces)[0]).partition("+")
        if step == "1" and len(letter) == 1 and letter.isalpha():
            return letter
    return ""


def _without_time(symbol: Symbol, letter: str, left: Symbol) -> Symbol:
    """A symbol of the parameter without the mark of its step."""
    if symbol.letter != left.letter or not letter:
        return symbol
    counts = (letter, f"{letter}+1")
    above = () if text(unbracketed(symbol.above)[0]) in counts else symbol.above
    below = tuple(c for c in cells(symbol.below) if text(unbracketed(c)[0]) not in counts)
    joined = tuple(p for k, c in enumerate(below) for p in (*((Piece("sign", ",", c[0].position, c[0].position),) if k else ()), *c))
    newer = f"{letter}+1" in (text(unbracketed(symbol.above)[0]), *(text(unbracketed(c)[0]) for c in cells(symbol.below)))
    return replace(symbol, above=above, below=joined, marked="new" if newer else symbol.marked)

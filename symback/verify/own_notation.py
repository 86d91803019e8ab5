"""A claim in symback's own notation: what symback prints of a network, handed back, is read in the one way it was printed in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import NamedTuple

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.normal import equal
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import names, rename, substitute
from symback.derivation import derive
from symback.errors import SymbackError
from symback.network.profile import style_of
from symback.network.program import Program
from symback.network.unroll import unroll
from symback.reading.formula import Markup, read_formula
from symback.reading.sides import Claim, Side

BUDGET = 5_000
MOST_ENTRIES = 400
"""How many numbers a network may have for a claim about its entries."""
_BECAUSE = re.compile(r"(?<== 0)\s+because .*", re.DOTALL)
"""The reason that stands beside a gradient that is zero."""
_ENTRY = re.compile(r"_\{?\d")


class _Key(NamedTuple):
    """A program by identity, for programs are large."""

    program: Program

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.program is other.program

    def __hash__(self) -> int:
        return id(self.program)


class Own(NamedTuple):
    """A claim in symback's own notation, and the network it is about."""

    claim: Claim
    network: Program


def read_own(program: Program, claim: object, target: str | None = None, kind: str | None = None) -> Own | None:
    """What a text says in the notation that the network's formulas are printed in; None where it does not speak it.

    That notation has one reading: places count from 1, a matrix product holds tighter than ⊙ and ⊘, an array with one axis is a column
    (or a row, where the network says so).
    """
    text, markup = _text_of(claim)
    target = claim.get("target", target) if isinstance(claim, Mapping) else target
    if not text or kind not in (None, "gradient"):
        return None
    try:
        if program.indices(program.loss):
            return None
        around = _printing(_Key(program))
        about = None if target is None else around.definition.get(Partial(program.loss, target))
        found = read_formula(text, around, style_of(program), markup, about)
        told_apart = len(set(found.indices)) == len(found.indices)
        made = _claim(program, around, found, text) if told_apart and (about is None or found.name == about.name) else None
    except (SymbackError, KeyError, RecursionError):  # what is nested too deeply is left to the reader of published formulas
        return None
    return None if made is None else Own(made, program)


def read_entries(program: Program, claim: object, target: str | None = None, kind: str | None = None) -> Own | None:
    """What a text says over plain numbers, as scalar notation shows them: W_12 is an entry of W; None where it shows none."""
    numbers = _unrolled(_Key(program)) if _ENTRY.search(_text_of(claim)[0]) else None
    return None if numbers is None else read_own(numbers, claim, target, kind)


@lru_cache(maxsize=32)
def _unrolled(key: _Key) -> Program | None:
    """A network of few numbers with every entry as a name of its own."""
    program = key.program
    shapes = [leaf.shape for leaf in program.leaves] + [tuple(i.size for i in d.indices) for d in program.definitions]
    numbers = [[n for size in shape if isinstance(n := program.sizes.get(repr(size), size.constant), int)] for shape in shapes]
    known = all(len(one) == len(shape) for one, shape in zip(numbers, shapes, strict=True))
    if not any(shapes) or not known or sum(map(prod, numbers)) > MOST_ENTRIES:
        return None
    try:
        return unroll(program)
    except SymbackError:
        return None


def _text_of(claim: object) -> tuple[str, Markup]:
    """The text of a claim and its markup; "" where it holds none."""
    if isinstance(claim, Mapping):
        claim = claim.get("claim")
        if isinstance(claim, Mapping):
            claim = claim.get("text", claim.get("latex"))
    if not isinstance(claim, str):
        return "", "text"
    return _BECAUSE.sub("", claim.strip()), "latex" if any(sign in claim for sign in ("\\", "_{", "^{")) else "text"


@lru_cache(maxsize=32)
def _printing(key: _Key) -> Program:
    """The names that a printed formula of a network may hold."""
    return derive(key.program).printing_program


def _claim(program: Program, around: Program, found: Definition, text: str) -> Claim | None:
    """A definition as a claim over the network, with the inverses that it reads."""
    body = found.body if isinstance(found.body, Term) else _named(found, found.body, around)
    if body is None:
        return None
    name, body = _total(found.name), rename(body, {n: _total(n) for n in names(body)})
    head, _, rest = text.partition("=")
    sides = [Ref(name, tuple(Size.of(i) for i in found.indices)), body]
    texts = [(head.strip(), 0), (rest.strip(), len(head) + 1)]
    whole = replace(program, definitions=(*program.definitions, *_further(program, around, body)))
    return Claim(whole, tuple(Side(*t, found.indices, s) for t, s in zip(texts, sides, strict=True)), "own")


def _named(found: Definition, body: Opaque, around: Program) -> Term | None:
    """An inverse by the name that a program has for it."""
    known = next((d.name for d in around.definitions if d.body == body), None)
    return None if known is None else Ref(known, tuple(Size.of(i) for i in found.indices))


def _total(name: Name) -> Name:
    """A derivative as the total one, which every derivative in a claim is."""
    return Partial(_total(name.of), _total(name.by)) if isinstance(name, Partial) else name


def _further(program: Program, around: Program, body: Term) -> tuple[Definition, ...]:
    """The definitions that a body reads and the network has not, such as the inverse that a gradient needs."""
    needed: dict[Name, None] = {}
    pending = list(names(body))
    while pending:
        name = pending.pop()
        if isinstance(name, str) and name not in needed and name in around.definition and name not in program.definition:
            needed[name] = None
            pending += around.definition[name].reads
    return tuple(d for d in around.definitions if d.name in needed)


def same(one: Claim, others: tuple[Claim, ...]) -> bool:
    """Whether another reading of a text says the same as this one."""
    if len(others) != 1 or len(others[0].sides) != len(one.sides):
        return False
    return all(_same_side(a, b) for a, b in zip(one.sides, others[0].sides, strict=True))


def _same_side(one: Side, other: Side) -> bool:
    if one.body is None or other.body is None or one.shape != other.shape:
        return False
    moved = substitute(other.body, {a: Size.of(b) for a, b in zip(other.indices, one.indices, strict=True)}, one.indices)
    return moved is one.body or equal(moved, one.body, budget=BUDGET).proved


__all__ = ["Own", "read_entries", "read_own", "same"]

"""Entries by the shape of a formula: ``g - mean(g) - x*mean(g*x)`` finds the norms."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.algebra.terms import Reduce, Term
from symback.algebra.traverse import walk
from symback.catalogue.search import Found
from symback.catalogue.shapes import shape
from symback.errors import ReadingError, SymbackError
from symback.reading.expressions import read_body
from symback.reading.functions import CONSTANTS
from symback.reading.scope import Scope
from symback.reading.settle import Letters, settle

SIZE, LEAST = "n", 99
"""Sizes have no part in a shape, so one will do; it is large enough for every place that is a number."""

RANKS: Mapping[bool, tuple[int, ...]] = {True: (2,), False: (1, 0)}
"""How many axes a symbol may have, by whether it is a capital: the likeliest first."""

MODULES = "np", "numpy"
MOST_READINGS, MOST_LETTERS = 16, 400
WHOLE, LINE, PART, PART_OF_LINE = 4.0, 3.0, 2.0, 1.0


def find(formula: str, entries: Mapping[str, Mapping[str, Any]]) -> list[Found]:
    """The entries one of whose gradients, or a part of it, has the shape of a formula; whole gradients first, then lines they read, then parts.

    Raises ReadingError, in one line, where the formula cannot be read.
    """
    wanted = asked(formula)
    found = [best for key, entry in entries.items() if (best := _best(key, entry, wanted))]
    return sorted(found, key=lambda f: -f.score)


def asked(formula: str) -> frozenset[str]:
    """The shapes of a formula as it may be meant: small letters are vectors or numbers, capitals matrices.

    A reading in which a sum has nothing to run over is none.
    """
    if len(formula) > MOST_LETTERS:
        raise ReadingError(formula[:60], f"has {len(formula)} letters", f"at most {MOST_LETTERS} are read")
    found: dict[str, None] = {}
    errors: list[SymbackError] = []
    reductions = 0
    for ranks in _readings(formula):
        try:
            body = _read(formula, ranks)
        except SymbackError as error:
            errors.append(error)
            continue
        if (many := sum(isinstance(n, Reduce) for n in walk(body))) >= reductions:
            reductions = many
            found[shape(body)] = None
    if not found and errors:
        raise ReadingError(f"formula {formula}", errors[0].found, errors[0].remedy)
    return frozenset(found) - {""}


def _read(formula: str, ranks: Mapping[str, int]) -> Term:
    """The body of an entry of a formula whose symbols have these numbers of axes, all of one size."""
    size = Size.of(SizeSymbol(SIZE, LEAST))
    letters = Letters((*ranks, SIZE))
    axes = {name: tuple(Index("", size, mark) for mark in range(rank)) for name, rank in ranks.items()}
    array = read_body(formula, Scope(axes, {SIZE: size}, letters))
    return settle(array.axes, array.body, letters)[1]


def _readings(formula: str) -> Iterator[dict[str, int]]:
    """How many axes each symbol of a formula may have, the likeliest first."""
    try:
        tree = ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        raise ReadingError(f"formula {formula}", "is no expression", "write it as in NumPy: g - mean(g) - x*mean(g*x)") from None
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called)
    symbols = [name for name in names if name not in (SIZE, *MODULES, *CONSTANTS)]
    for choice in islice(product(*(RANKS[name[0].isupper()] for name in symbols)), MOST_READINGS):
        yield dict(zip(symbols, choice, strict=True))


def _best(key: str, entry: Mapping[str, Any], wanted: frozenset[str]) -> Found | None:
    """The gradient of an entry that has one of the shapes: itself, in a line it reads, or in a part."""
    scores = {name: _score(gradient, wanted) for name, gradient in entry["gradients"].items()}
    name = max(scores, key=scores.__getitem__)
    return Found(key, scores[name], name) if scores[name] else None


def _score(gradient: Mapping[str, Any], wanted: frozenset[str]) -> float:
    """How well a gradient fits: as a whole, by a line it reads, by a part, or not at all."""
    own, read = gradient["shapes"], [line["shapes"] for line in gradient["reads"]]
    if wanted.intersection(own[:1]):
        return WHOLE
    if any(wanted.intersection(shapes[:1]) for shapes in read):
        return LINE
    if wanted.intersection(own):
        return PART
    return PART_OF_LINE if any(wanted.intersection(shapes) for shapes in read) else 0.0

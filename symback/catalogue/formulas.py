"""Entries by the shape of a formula: ``g - mean(g) - x*mean(g*x)`` finds the norms."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice, product
from typing import TypeAlias

from symback.algebra.definitions import Opaque
from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.algebra.terms import Name, Num, Reduce, Ref, Term
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

MADE_OF_OTHERS = "models", "blocks", "arrays"
"""Topics of entries that are no layers or losses of the field by themselves."""

Marks: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]
"""The shapes of each entry, by gradient and by where they stand."""

COUNTS = frozenset("NnMmBTDd")
"""Letters that mostly are numbers of things."""

MODULES = "np", "numpy"
MOST_READINGS, MOST_LETTERS = 16, 400
FITS = ("part of a line", "part", "line", "same", "whole")
"""Where a shape may be found, the best last."""

FORMS = "symback.catalogue.forms"
"""Brings a formula into normal form, which takes a while to load: only where a formula is not found as it stands."""


def find(formula: str, marks: Marks, topics: Mapping[str, str]) -> list[Found]:
    """The entries one of whose gradients, or a part of it, has the shape of a formula: whole gradients first, then lines they read, then parts.

    Among equals layers and losses come before what is made of them, and those with few arguments before others. Where none has it as it stands, the normal form of the formula is looked for. Raises ReadingError, in one line, where it cannot be read.
    """
    meant = readings(formula)
    for form in (_as_it_stands, _in_normal_form):
        wanted = frozenset(form(meant)) - {""}
        found = [best for key, gradients in marks.items() if (best := _best(key, gradients, wanted))]
        if found:
            return sorted(found, key=lambda f: (-f.score, topics[f.key] in MADE_OF_OTHERS, len(marks[f.key])))
    return []


def asked(formula: str) -> frozenset[str]:
    """The shapes of a formula as it may be meant."""
    return frozenset(_as_it_stands(readings(formula))) - {""}


def _as_it_stands(meant: Iterable[Meant]) -> list[str]:
    return [shape(m.body, m.kinds) for m in meant]


def _in_normal_form(meant: Iterable[Meant]) -> list[str]:
    plainest = import_module(FORMS).plainest
    return [shape(plainest(m.body), m.kinds) for m in meant]


@dataclass(frozen=True)
class Meant:
    """A formula as it may be meant: the body of an entry, and which names in it stand for more than themselves."""

    body: Term
    kinds: Mapping[Name, str]


def readings(formula: str) -> list[Meant]:
    """What a formula may mean: small letters are vectors or numbers, capitals matrices; N, M, B, T, D, n, m and d may be numbers of things.

    A reading in which a sum has nothing to run over is none. Raises ReadingError where there is none, or the formula is a mere symbol.
    """
    if len(formula) > MOST_LETTERS:
        raise ReadingError(formula[:60], f"has {len(formula)} letters", f"at most {MOST_LETTERS} are read")
    found: list[Meant] = []
    errors: list[SymbackError] = []
    reductions = 0
    for ranks in _readings(formula):
        try:
            meant = _read(formula, ranks)
        except SymbackError as error:
            errors.append(error)
            continue
        if (many := sum(isinstance(n, Reduce) for n in walk(meant.body))) >= reductions:
            reductions = many
            found.append(meant)
    if not found and errors:
        raise ReadingError(f"formula {formula}", errors[0].found, errors[0].remedy)
    if all(isinstance(m.body, Ref | Num) and not m.kinds for m in found):
        raise ReadingError(f"formula {formula}", "is a mere symbol", "write what is done with it: g - mean(g) - x*mean(g*x)")
    return found


def _read(formula: str, ranks: Mapping[str, int | None]) -> Meant:
    """The body of an entry of a formula whose symbols have these numbers of axes, all of one size, or are that size."""
    size = Size.of(SizeSymbol(SIZE, LEAST))
    letters = Letters((*ranks, SIZE))
    axes = {name: tuple(Index("", size, mark) for mark in range(rank)) for name, rank in ranks.items() if rank is not None}
    scope = Scope(axes, {SIZE: size, **{name: size for name, rank in ranks.items() if rank is None}}, letters)
    array = read_body(formula, scope)
    kinds: dict[Name, str] = {d.name: d.body.row for d in scope.added if isinstance(d.body, Opaque)}
    return Meant(settle(array.axes, array.body, letters)[1], kinds)


def _readings(formula: str) -> Iterator[dict[str, int | None]]:
    """How many axes each symbol of a formula may have, the likeliest first; None for a number of things."""
    try:
        tree = ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        raise ReadingError(f"formula {formula}", "is no expression", "write it as in NumPy: g - mean(g) - x*mean(g*x)") from None
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called)
    symbols = [name for name in names if name not in (SIZE, *MODULES, *CONSTANTS)]
    for choice in islice(product(*map(_ranks, symbols)), MOST_READINGS):
        yield dict(zip(symbols, choice, strict=True))


def _ranks(name: str) -> tuple[int | None, ...]:
    """The numbers of axes of a symbol by its letter: ``dP`` is a matrix as P is."""
    letter = name[1] if name[0] in "d∂" and len(name) > 1 else name[0]
    ranks: tuple[int | None, ...] = (2,) if letter.isupper() else (1, 0)
    return (None, *ranks) if name in COUNTS else ranks


def _best(key: str, gradients: Mapping[str, Mapping[str, Sequence[str]]], wanted: frozenset[str]) -> Found | None:
    """The gradient of an entry that has one of the shapes: itself, in a line it reads, or in a part."""
    scores = {name: _score(shapes, wanted) for name, shapes in gradients.items()}
    name = max(scores, key=scores.__getitem__)
    return Found(key, scores[name], name) if scores[name] else None


def _score(shapes: Mapping[str, Sequence[str]], wanted: frozenset[str]) -> float:
    """How well a gradient fits: 0 where nothing of it does."""
    return max((k for k, where in enumerate(FITS, start=1) if not wanted.isdisjoint(shapes[where])), default=0)

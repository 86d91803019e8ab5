"""Formulas as symback prints them, read back as terms: text and LaTeX, in index, scalar and matrix notation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Literal

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.opaque import OPAQUE
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Term
from symback.errors import ReadingError
from symback.network.lettering import lettering, letters_for
from symback.network.program import Program
from symback.reading.formula_grammar import Binary, Called, DerivativeRead, Digits, Letter, Minus, Raised, Read, Statement, Syntax, parse
from symback.reading.formula_latex import tokenize_latex
from symback.reading.formula_matrix import local_definition, read_matrix
from symback.reading.formula_terms import Scope, inferred_size, named, read_term, shows_indices
from symback.reading.formula_tokens import tokenize
from symback.typeset.style import DEFAULT, Style

Markup = Literal["text", "latex"]
DEEPEST, LONGEST = 60, 20_000
"""How deep brackets and braces may be nested, and how long a formula may be."""


def read_formula(
    source: str, program: Program, style: Style = DEFAULT, markup: Markup = "text", about: Definition | None = None
) -> Definition:
    """An equation ``name = body`` (with a "where" part or without) as a definition; names of the "where" part are put in.

    ``program`` declares the names; ``about`` is the definition that a right side alone is for. Raises ReadingError with a position where
    the line cannot be read.

    >>> from symback.network.program import Leaf
    >>> program = Program("net", (Leaf("p"), Leaf("y"), Leaf("L")), (), ("L",))
    >>> read_formula("∂L/∂p = p − y", program, Style(notation="index")).body
    p + -1*y
    """
    scope, statements = _parsed(source, program, style, markup)
    head, body = statements[0].head, statements[0].body
    scope = _with_local(scope, statements[1:])
    if head is not None:
        name, indices, letters = _head(head, scope)
    elif about is not None:
        name, indices, letters = about.name, about.indices, _letters(about.indices, scope)
    else:
        raise ReadingError(source, "this is no equation", "write name = formula", len(source))
    return Definition(name, indices, _opaque(body, scope) or _body(body, replace(scope, letters=letters), indices))


def read_body(source: str, indices: tuple[Index, ...], program: Program, style: Style = DEFAULT, markup: Markup = "text") -> Term:
    """A formula without a left side, with the free indices it was written for."""
    scope, statements = _parsed(source, program, style, markup)
    if statements[0].head is not None:
        raise ReadingError(source, "this is an equation", "give the right side alone", 0)
    scope = replace(_with_local(scope, statements[1:]), letters=_letters(indices, scope))
    return _body(statements[0].body, scope, indices)


def _letters(indices: tuple[Index, ...], scope: Scope) -> dict[str, Index]:
    """The letters that free indices are printed with."""
    chosen = letters_for(indices, scope.table.taken, scope.table.style.letters)
    return {letter: i for i, letter in chosen.items()}


def _opaque(node: Syntax, scope: Scope) -> Opaque | None:
    """An opaque row where a body is one: det(A), A⁻¹, A⁻¹ b."""
    match node:
        case Called(function, args) if function in OPAQUE:
            return Opaque(function, tuple(named(a, scope)[0] for a in args))
        case Binary(" ", Raised() as inverse, right):
            first = _opaque(inverse, scope)
            return None if first is None else Opaque("solve", (*first.operands, named(right, scope)[0]))
        case Raised(Read() | DerivativeRead() as base, Minus(Digits("1"))):
            name, places = named(base, scope)
            return Opaque("inv", (name,)) if not places and len(scope.table.axes(name, 0)) == 2 else None
    return None


def _parsed(source: str, program: Program, style: Style, markup: Markup) -> tuple[Scope, tuple[Statement, ...]]:
    table = lettering(program, style)
    depth = max(accumulate({**dict.fromkeys("([{", 1), **dict.fromkeys(")]}", -1)}.get(c, 0) for c in source), default=0)
    if depth > DEEPEST:
        raise ReadingError(source[:60], f"brackets are nested {depth} deep", f"at most {DEEPEST} are read", 0)
    if len(source) > LONGEST:
        raise ReadingError(source[:60], f"the formula is {len(source)} characters long", f"at most {LONGEST} are read", 0)
    tokens = tokenize(source, table) if markup == "text" else tokenize_latex(source, table)
    try:
        return Scope(source, table, {}, {}), parse(source, tokens)
    except RecursionError:
        raise ReadingError(source[:60], "signs are nested too deeply", "", 0) from None


def _head(head: Syntax, scope: Scope) -> tuple[Name, tuple[Index, ...], Mapping[str, Index]]:
    name, places = named(head, scope)
    indices = scope.table.axes(name, len(places))
    if places and len(places) != len(indices):
        raise scope.error(head, f"this has {len(indices)} axes and is shown at {len(places)} places")
    letters = {}
    for place, index in zip(places, indices, strict=False):
        if not isinstance(place, Letter):
            raise scope.error(place, "a left side is read at letters only")
        letters[place.letter] = index
    return name, indices, letters


def _with_local(scope: Scope, statements: tuple[Statement, ...]) -> Scope:
    """The names of the "where" part, each of which may use those before it."""
    for statement in statements:
        if not isinstance(statement.head, Letter):
            raise scope.error(statement.body, "expected a definition after where")
        if statement.head.places is None and scope.table.style.notation == "matrix" and not shows_indices(statement.body):
            local = local_definition(statement.head.letter, statement.body, scope)
            scope = replace(scope, local={**scope.local, statement.head.letter: local})
            continue
        places = [p for p in statement.head.places or () if isinstance(p, Letter)]
        sizes = [inferred_size(p.letter, statement.body, scope) for p in places]
        letters = {p.letter: Index(p.letter, size) for p, size in zip(places, sizes, strict=True)}
        indices = tuple(letters.values())
        body = _body(statement.body, replace(scope, letters=letters), indices)
        scope = replace(scope, local={**scope.local, statement.head.letter: Definition(statement.head.letter, indices, body)})
    return scope


def _body(node: Syntax, scope: Scope, indices: tuple[Index, ...]) -> Term:
    if scope.table.style.notation == "matrix" and not shows_indices(node):
        return read_matrix(node, indices, scope)
    return read_term(node, scope)

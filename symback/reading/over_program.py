"""Reading text over a program that is there already: what it may name, and its lines as further definitions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from symback.algebra.definitions import Body, Definition, Opaque
from symback.algebra.sizes import Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import names, rename
from symback.errors import DeclarationError
from symback.network.checks import check
from symback.network.program import Program
from symback.reading.arrays import Array
from symback.reading.expressions import read_body
from symback.reading.names import declared_name
from symback.reading.scope import Scope
from symback.reading.settle import Letters, settle
from symback.reading.sides import INTERNAL, Side
from symback.reading.signs import signs
from symback.reading.syntax import assignments, parse


def extend(program: Program, text: str, result: str = "claim") -> Program:
    r"""The program with the lines of a claim as further definitions, the last one as its result.

    A line may use every name of the program and of earlier lines, and may give a name a new meaning. The last line is
    bare or assigned; a bare one is called ``result``.

    >>> from symback.reading.files import from_dict
    >>> net = from_dict({"symbols": {"w": {}, "x": {}}, "forward": "L = w*x", "loss": "L"})
    >>> extend(net, "s = 2*x\ns").definition["claim"].body
    s
    """
    scope = scope_of(program)
    lines = list(assignments(text))
    if not lines:
        raise DeclarationError("claim", "is empty", "write a formula such as W.T @ (p - y)")
    last: Name = ""
    for left, right in lines:
        visible = declared_name(left or result, f"{left or result} = {right}")
        before = len(scope.added)
        last = define(scope, visible, read_body(parse(right, left or result), scope, left or result), before).name
    return check(replace(program, definitions=(*program.definitions, *scope.added), results=(last,)), {last: text}, scalar=False)


def define(scope: Scope, visible: str, array: Array, before: int) -> Definition:
    """A line's value as a definition: under its own name, or a new one where that is taken.

    ``before`` is how many definitions the scope had added when the reading of the line began.
    """
    name = scope.fresh_name(visible) if visible in scope.axes or visible in scope.sizes else visible
    definition = scope.taken_over(name, scope.whole_name(array), before)
    if definition is None:
        indices, body = settle(array.axes, array.body, scope.letters)
        definition = Definition(name, indices, body)
    scope.add(definition)
    scope.axes[visible] = definition.indices
    scope.aliases[visible] = name
    return definition


def scope_of(program: Program) -> Scope:
    """What a text over a program may name: its leaves, definitions, sizes and named entries."""
    axes = {leaf.name: leaf.indices for leaf in program.leaves}
    axes |= {d.name: d.indices for d in program.definitions if isinstance(d.name, str)}
    sizes, tables = _sizes(program, axes)
    letters = Letters((*axes, *sizes, *tables))
    for indices in axes.values():
        letters.adopt(indices)
    entries = {name: Ref(leaf.name, tuple(Size.of(p) for p in place)) for leaf in program.leaves for place, name in leaf.entries}
    opaque = {(d.body.row, d.body.operands): str(d.name) for d in program.definitions if isinstance(d.body, Opaque)}
    return Scope(dict(axes), sizes, letters, tables, entries, opaque=opaque, solves=False, sign=signs(program.leaves))


def _sizes(program: Program, axes: Mapping[str, tuple[Index, ...]]) -> tuple[dict[str, Size], tuple[str, ...]]:
    """What each size name of a program stands for, and the names of its size tables."""
    found: dict[str, Size] = {}
    tables: dict[str, None] = {}
    for indices in axes.values():
        for index in indices:
            _visit(index.size, found, tables)
    for name, value in program.sizes.items():
        if isinstance(value, int | Size) and name not in found and name not in tables:
            found[name] = Size.of(value)
    return found, tuple(tables)


def _visit(size: Size, found: dict[str, Size], tables: dict[str, None]) -> None:
    for atom in size.atoms:
        if isinstance(atom, SizeSymbol):
            found.setdefault(atom.name, Size.of(atom))
        elif isinstance(atom, Index):
            _visit(atom.size, found, tables)
        elif isinstance(atom, SizeAt):
            tables[atom.name] = None
            _visit(atom.place, found, tables)
        else:
            _visit(atom.numerator, found, tables)
            _visit(atom.denominator, found, tables)


def concealed(
    definitions: Iterable[Definition], own: Collection[Name], sides: tuple[Side, ...]
) -> tuple[tuple[Definition, ...], tuple[Side, ...]]:
    """Definitions and sides in which those that a text did not give its ``own`` name are called as no reader ever sees."""
    found = tuple(definitions)
    table = {d.name: f"{d.name}{INTERNAL}" for d in found if d.name not in own}

    def called(name: Name) -> Name:
        return Partial(called(name.of), called(name.by), name.local) if isinstance(name, Partial) else table.get(name, name)

    def term_of(term: Term) -> Term:
        return rename(term, {n: called(n) for n in names(term)})

    def body_of(body: Body) -> Body:
        return Opaque(body.row, tuple(called(n) for n in body.operands)) if isinstance(body, Opaque) else term_of(body)

    hidden = tuple(Definition(table.get(d.name, d.name), d.indices, body_of(d.body)) for d in found)
    return hidden, tuple(s if s.body is None else replace(s, body=term_of(s.body)) for s in sides)

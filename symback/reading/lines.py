"""Lines of text ``name = expression``: taken apart, put in order, and read over a scope."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size
from symback.errors import AxisMismatch, DeclarationError, ReadingError
from symback.network.hints import shape_text
from symback.network.program import recurrence_groups
from symback.reading.arrays import Misfit
from symback.reading.declarations import facts as read_facts
from symback.reading.declarations import size_names, symbol
from symback.reading.expressions import read_body
from symback.reading.index_notation import Line, left_indices, read_indexed
from symback.reading.scope import Scope
from symback.reading.settle import settle
from symback.reading.size_text import size_of
from symback.reading.syntax import assignments, parse


def text_pairs(text: str) -> list[tuple[str, str]]:
    """Left and right side of each line of a text in which every line is an assignment."""
    pairs = list(assignments(text))
    if any(not left for left, _ in pairs):
        raise ReadingError(pairs[-1][1][:160], "is no assignment", "write one `name = expression` a line")
    return pairs


def ordered(lines: Sequence[Line]) -> tuple[tuple[Line, ...], ...]:
    """The lines in groups that read each other, each group after those it reads, else in the order of the text."""
    table = {item.name: item for item in lines}
    reading = [Definition(item.name, (), Opaque("", tuple(n for n in item.reads if n in table))) for item in lines]
    return tuple(tuple(table[str(d.name)] for d in group) for group in recurrence_groups(reading))


def read_lines(lines: Sequence[Line], scope: Scope, shapes: Mapping[str, tuple[Index, ...]]) -> None:
    """Add the definitions of lines in any order to a scope; ``shapes`` holds the indices of those that have a declared shape."""
    for group in ordered(lines):
        shapes = {**_brought_shapes(group, scope, shapes), **shapes}
        known = left_indices(group, scope, shapes)
        if len(group) > 1 or group[0].name in group[0].reads:
            whole = [item for item in group if item.letters is None]
            if whole:
                circle = " reads ".join([*(item.name for item in group), group[0].name])
                remedy = "a recurrence is written with indices, as in h[t, j] = ... h[t-1, k] ..."
                raise DeclarationError(whole[0].source.where, f"{circle}: a circle", remedy)
            scope.axes.update(known)
        for definition in [_definition(item, scope, shapes, known) for item in group]:
            scope.add(definition)


def brought_sizes(lines: Iterable[Line]) -> dict[str, int]:
    """The sizes that lines bring, with their least values: those of a row's own (a stride), and those in the shapes of what it defines."""
    inner = [symbol(item.name, {"shape": list(item.shape)}) for item in lines if item.shape is not None]
    return {**size_names(inner, {})[0], **{name: least for item in lines for name, least in item.sizes.items()}}


def with_facts(facts: tuple[Fact, ...], name: str, lines: Iterable[Line]) -> tuple[Fact, ...]:
    """The facts of a leaf and those that lines bring for it: what the targets of a loss are."""
    brought = [fact for item in lines for fact in read_facts(item.source.where, item.facts.get(name, ()))]
    return tuple(dict.fromkeys([*facts, *brought]))


def _brought_shapes(group: Iterable[Line], scope: Scope, declared: Mapping[str, tuple[Index, ...]]) -> dict[str, tuple[Index, ...]]:
    """The indices of lines that bring their shape; one that is declared as well must be the same."""
    found = {item.name: own_indices(item, scope) for item in group if item.shape is not None}
    for item in group:
        own, other = ([i.size for i in table.get(item.name, ())] for table in (found, declared))
        if own and other and not (len(own) == len(other) and all(map(scope.agree, own, other))):
            said = f"{item.name} is declared as {shape_text(other)}, and what the line defines is {shape_text(own)}"
            raise AxisMismatch(item.source.where, said, "declare it so, or leave its shape out")
    return found


def own_indices(item: Line, scope: Scope) -> tuple[Index, ...]:
    """The indices of a line that brings its shape, with the sizes of the arrays it reads."""

    def measured(node: ast.AST) -> Size | None:
        match node:
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="shape"), slice=ast.Constant(value=int(axis))):
                axes = scope.axes.get(name, ())
                return axes[axis].size if axis < len(axes) else None
        return None

    sizes = []
    for text in item.shape or ():
        source = parse(text)
        try:
            sizes.append(size_of(source.tree, scope.sizes.get, scope.tables.__contains__, source.piece, measured))
        except Misfit as misfit:
            raise DeclarationError(item.source.where, f"{misfit.found} in the shape of {item.name}", misfit.remedy) from None
        if (found := sizes[-1].constant) is not None and found < 1:
            raise DeclarationError(item.source.where, f"an axis of {item.name}, {text}, has {found} entries", "an axis has at least one")
    return scope.letters.indices(sizes)


def _definition(item: Line, scope: Scope, shapes: Mapping[str, tuple[Index, ...]], known: Mapping[str, tuple[Index, ...]]) -> Definition:
    if item.letters is not None:
        return read_indexed(item, scope, known[item.name])
    before = len(scope.added)
    array = read_body(item.source, scope, item.name)
    if item.name in shapes:
        declared = tuple(i.size for i in shapes[item.name])
        if len(declared) != array.rank or not all(scope.agree(a, b) for a, b in zip(declared, array.shape, strict=True)):
            found = f"the right side is {shape_text(array.shape)}, and {item.name} is declared as {shape_text(declared)}"
            raise AxisMismatch(item.source.where, found)
    opaque = scope.taken_over(item.name, scope.whole_name(array), before)
    if opaque is not None:
        return opaque
    indices, body = settle(array.axes, array.body, scope.letters)
    return Definition(item.name, indices, body)


def term_uses(lines: Iterable[Line]) -> Iterator[tuple[str, bool]]:
    """Each read of a name, and whether it is a term of a sum there, as a bias is."""
    pending: list[tuple[ast.AST, bool]] = [(item.source.tree, False) for item in lines]
    while pending:
        node, term = pending.pop()
        match node:
            case ast.Name(id=name):
                yield name, term
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                pending += [(left, True), (right, isinstance(op, ast.Add))]
            case ast.Attribute(value=value, attr="T"):
                pending.append((value, term))
            case ast.Subscript(value=value, slice=place):
                pending += [(value, term), (place, False)]
            case _:
                pending += [(child, False) for child in ast.iter_child_nodes(node)]

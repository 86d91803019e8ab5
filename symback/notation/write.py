"""Formulas as boxes and strings in the notation of a style."""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.definitions import Body, Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Term
from symback.errors import NotationError
from symback.network.lettering import Lettering, lettering
from symback.network.program import Program
from symback.notation.index import index_box, place_box, scope_of
from symback.notation.matrix import recognise
from symback.notation.matrix_boxes import matrix_box
from symback.notation.rows import as_rows
from symback.notation.where import where_clauses
from symback.typeset.boxes import EQUALS, Box, Call, Negative, Number, Power, Relation, Where, Word, product
from symback.typeset.latex import latex
from symback.typeset.style import DEFAULT, Style
from symback.typeset.text import text


def write(body: Body, indices: tuple[Index, ...], program: Program, style: Style = DEFAULT) -> Box:
    """A body with free indices in the notation of the style.

    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> text(write(ref("p") - ref("y"), (), Program("net", (Leaf("p"), Leaf("y")), (), ())))
    'p − y'
    """
    return _written(body, indices, lettering(program, style))[0]


def equation(definition: Definition, program: Program, style: Style = DEFAULT, *, where: bool = True) -> Box:
    """``name = body`` in the notation of the style: ``∂L/∂W2 = δ2 h1ᵀ`` or ``∂L/∂W2[j,i] = δ2[j]·h1[i]``.

    Long subterms that the body holds twice get names after "where", unless ``where`` is False.
    """
    lines: tuple[Definition, ...] = (definition,)
    table = lettering(program, style)
    if where and isinstance(definition.body, Term):
        body, named = where_clauses(definition.body, table.taken)
        if named:
            lines = (replace(definition, body=body), *named)
            table = lettering(program.with_definitions((*program.definitions, *named)), style)
    boxes = [_written(d.body, d.indices, table) for d in lines]
    if len({indexed for d, (_, indexed) in zip(lines, boxes, strict=True) if d.indices}) > 1:
        return equation(definition, program, replace(style, notation="index"))
    heads = [head_box(d, table, indexed) for d, (_, indexed) in zip(lines, boxes, strict=True)]
    first, *others = (Relation((head, body), (EQUALS,)) for head, (body, _) in zip(heads, boxes, strict=True))
    return Where(first, tuple(others)) if others else first


def head_box(definition: Definition, table: Lettering, indexed: bool) -> Box:
    """The left side of an equation."""
    scope = scope_of(table, definition.indices)
    return table.box(definition.name, tuple(place_box(Size.of(i), scope) for i in definition.indices) if indexed else ())


def formula_text(body: Body, indices: tuple[Index, ...], program: Program, style: Style = DEFAULT) -> str:
    """A body as one line of text."""
    return text(write(body, indices, program, style))


def formula_latex(body: Body, indices: tuple[Index, ...], program: Program, style: Style = DEFAULT) -> str:
    """A body as LaTeX."""
    return latex(write(body, indices, program, style))


def equation_text(definition: Definition, program: Program, style: Style = DEFAULT) -> str:
    """``name = body`` as one line of text."""
    return text(equation(definition, program, style))


def equation_latex(definition: Definition, program: Program, style: Style = DEFAULT) -> str:
    """``name = body`` as LaTeX."""
    return latex(equation(definition, program, style))


def opaque_box(body: Opaque, table: Lettering) -> Box:
    """An opaque row applied to its operands: A⁻¹, A⁻¹ b, det(A)."""
    operands = tuple(table.box(n) for n in body.operands)
    if body.row not in ("inv", "solve"):
        return Call(Word(body.row, rf"\operatorname{{{body.row}}}"), operands)
    inverse = Power(operands[0], Negative(Number("1")))
    return product((inverse, *operands[1:]), "matrix")


def _written(body: Body, indices: tuple[Index, ...], table: Lettering) -> tuple[Box, bool]:
    """The box, and whether it shows indices."""
    if isinstance(body, Opaque):
        return opaque_box(body, table), False
    if table.style.notation == "scalar" and indices:
        raise NotationError("scalar notation", f"the formula has {len(indices)} indices", "unroll the program with concrete sizes first")
    scope = scope_of(table, indices)
    if table.style.notation == "matrix":
        tree = recognise(body, indices, table.axes)
        if tree is not None:
            if table.style.vectors == "row":
                tree = as_rows(tree, lambda name: len(table.axes(name, 0)), len(indices))
            return matrix_box(tree, scope), False
    return index_box(body, scope), bool(indices)

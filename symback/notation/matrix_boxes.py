"""Matrix expressions as boxes."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from symback.algebra.terms import HALF, Kind
from symback.errors import UnknownTerm
from symback.notation.index import Scope, call_box, index_box
from symback.notation.trees import (
    Array,
    Diagonal,
    DiagonalOf,
    Divided,
    Function,
    Hadamard,
    Identity,
    Indicator,
    MatrixProduct,
    Minus,
    Ones,
    Over,
    Raised,
    Reduced,
    ScalarOf,
    ScalarTerm,
    Scaled,
    SquaredNorm,
    Total,
    Trace,
    Transpose,
    Tree,
)
from symback.typeset.boxes import (
    ONES,
    RELATIONS,
    Box,
    Call,
    Fence,
    Negative,
    Number,
    Power,
    Quotient,
    Relation,
    Root,
    Transposed,
    Word,
    addition,
    fraction,
    product,
)


def _function(word: str) -> Word:
    return Word(word, rf"\operatorname{{{word}}}")


KINDS: tuple[Kind, ...] = ("mean", "max", "min", "prod")
REDUCTIONS: dict[tuple[Kind, Over], Word] = {
    **{(kind, "all"): Word(kind, rf"\{kind}") if kind in ("max", "min") else _function(kind) for kind in KINDS},
    **{(kind, "rows"): _function(f"row{kind}") for kind in KINDS},
    **{(kind, "columns"): _function(f"col{kind}") for kind in KINDS},
}


@singledispatch
def matrix_box(tree: Any, scope: Scope) -> Box:
    """A matrix expression as a box."""
    raise UnknownTerm(tree, "matrix notation")


def _all(trees: tuple[Tree, ...], scope: Scope) -> tuple[Box, ...]:
    return tuple(matrix_box(t, scope) for t in trees)


@matrix_box.register
def _(tree: Array, scope: Scope) -> Box:
    return scope.table.box(tree.name)


@matrix_box.register
def _(tree: ScalarTerm, scope: Scope) -> Box:
    return index_box(tree.term, scope)


@matrix_box.register
def _(tree: ScalarOf, scope: Scope) -> Box:
    return matrix_box(tree.body, scope)


@matrix_box.register
def _(tree: Ones, scope: Scope) -> Box:
    return ONES


@matrix_box.register
def _(tree: Identity, scope: Scope) -> Box:
    return Word("𝐈", r"\mathbf{I}") if scope.table.declares("I") else Word("I", "I")


@matrix_box.register
def _(tree: Transpose, scope: Scope) -> Box:
    return Transposed(matrix_box(tree.body, scope))


@matrix_box.register
def _(tree: MatrixProduct, scope: Scope) -> Box:
    return product(_all(tree.parts, scope), "matrix")


@matrix_box.register
def _(tree: Hadamard, scope: Scope) -> Box:
    return product(_all(tree.parts, scope), "hadamard")


@matrix_box.register
def _(tree: Divided, scope: Scope) -> Box:
    top, bottom = matrix_box(tree.top, scope), matrix_box(tree.bottom, scope)
    if isinstance(tree.top, ScalarTerm):
        return fraction(top, bottom)
    return Negative(Quotient(top.body, bottom)) if isinstance(top, Negative) else Quotient(top, bottom)


@matrix_box.register
def _(tree: Scaled, scope: Scope) -> Box:
    body = product((*_all(tree.tops, scope), matrix_box(tree.body, scope)), scope.joint)
    return fraction(body, product(_all(tree.bottoms, scope), scope.joint)) if tree.bottoms else body


@matrix_box.register
def _(tree: Total, scope: Scope) -> Box:
    return addition(_all(tree.parts, scope))


@matrix_box.register
def _(tree: Minus, scope: Scope) -> Box:
    return Negative(matrix_box(tree.body, scope))


@matrix_box.register
def _(tree: Raised, scope: Scope) -> Box:
    base = matrix_box(tree.base, scope)
    return Root(base) if tree.exponent is HALF else Power(base, index_box(tree.exponent, scope), tree.matrix)


@matrix_box.register
def _(tree: Function, scope: Scope) -> Box:
    args = _all(tree.args, scope)
    if tree.scalar or tree.operation != "exp":
        return call_box(tree.operation, args, scope.table)
    return Call(scope.table.words["exp"], args)


@matrix_box.register
def _(tree: Indicator, scope: Scope) -> Box:
    return Fence("square", Relation((matrix_box(tree.left, scope), matrix_box(tree.right, scope)), (RELATIONS[tree.relation],)))


@matrix_box.register(Diagonal)
@matrix_box.register(DiagonalOf)
def _(tree: Diagonal | DiagonalOf, scope: Scope) -> Box:
    return Call(_function("diag"), (matrix_box(tree.body, scope),))


@matrix_box.register
def _(tree: Trace, scope: Scope) -> Box:
    return Call(_function("tr"), (matrix_box(tree.body, scope),))


@matrix_box.register
def _(tree: SquaredNorm, scope: Scope) -> Box:
    return Power(Fence("norm", matrix_box(tree.body, scope)), Number("2"))


@matrix_box.register
def _(tree: Reduced, scope: Scope) -> Box:
    return Call(REDUCTIONS[tree.kind, tree.over], (matrix_box(tree.body, scope),))

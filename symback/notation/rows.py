"""Vectors as rows: the same matrix expression where an array with one axis is a row instead of a column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from symback.algebra.terms import Name
from symback.notation.trees import Array, Reduced, SquaredNorm, Transpose, Tree, matrix_product, transpose
from symback.notation.trees import MatrixProduct as Product


def as_rows(tree: Tree, rank: Callable[[Name], int], result: int) -> Tree:
    """The expression with vectors as rows; ``rank`` is the number of axes of a name, ``result`` that of the whole.

    >>> shape = {"W": 2, "x": 1, "b": 1}
    >>> as_rows(Product((Array("W"), Array("x"))), lambda name: shape[name], 1)
    MatrixProduct(parts=(Array(name='x'), Transpose(body=Array(name='W'))))
    """
    turned = _turned(tree, rank)
    return transpose(turned) if result == 1 else turned


def _turned(tree: Tree, rank: Callable[[Name], int]) -> Tree:
    match tree:
        case Array(name):
            return Transpose(tree) if rank(name) == 1 else tree
        case Transpose(body):
            return transpose(_turned(body, rank))
        case Product(parts):
            return matrix_product(tuple(_turned(p, rank) for p in parts))
        case SquaredNorm(body):
            return SquaredNorm(_plain(_turned(body, rank)))
        case Reduced(kind, body, False):
            return Reduced(kind, _plain(_turned(body, rank)), False)
    changes = {f.name: _part(getattr(tree, f.name), rank) for f in fields(tree)}
    return replace(tree, **changes)


def _part(value: Any, rank: Callable[[Name], int]) -> Any:
    if isinstance(value, tuple):
        return tuple(_part(v, rank) for v in value)
    return _turned(value, rank) if isinstance(value, Tree.__args__) else value  # type: ignore[attr-defined]


def _plain(tree: Tree) -> Tree:
    """What does not change under a transpose, with fewer of them."""
    other = transpose(tree)
    return other if repr(other).count("Transpose") < repr(tree).count("Transpose") else tree


__all__ = ["as_rows"]

"""Matrix expressions: small frozen nodes between a recognised term and its box, and the transpose of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, Union

from symback.algebra.terms import Kind, Name, Relation, Term

Over = Literal["all", "rows", "columns"]


@dataclass(frozen=True, slots=True)
class Array:
    """A name in its stored orientation (one axis is a column)."""

    name: Name


@dataclass(frozen=True, slots=True)
class ScalarTerm:
    """A scalar without sums: numbers, sizes, scalar names and functions of them."""

    term: Term


@dataclass(frozen=True, slots=True)
class ScalarOf:
    """A scalar made of arrays, which meets an array entry by entry and is its own transpose."""

    body: Tree


@dataclass(frozen=True, slots=True)
class Ones:
    """A column of ones."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity matrix."""


@dataclass(frozen=True, slots=True)
class Transpose:
    """A transpose."""

    body: Tree


@dataclass(frozen=True, slots=True)
class MatrixProduct:
    """A matrix product."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Hadamard:
    """An element-wise product."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Divided:
    """An element-wise quotient."""

    top: Tree
    bottom: Tree


@dataclass(frozen=True, slots=True)
class Scaled:
    """Scalar factors in front of, and scalar divisors under, an expression."""

    tops: tuple[Tree, ...]
    body: Tree
    bottoms: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of expressions."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """A minus in front."""

    body: Tree


@dataclass(frozen=True, slots=True)
class Raised:
    """A power of every entry; ``matrix`` where the base has rows and columns."""

    base: Tree
    exponent: Term
    matrix: bool


@dataclass(frozen=True, slots=True)
class Function:
    """An element-wise operation; ``scalar`` where all arguments are scalars."""

    operation: str
    args: tuple[Tree, ...]
    scalar: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """1 where a relation between entries holds, else 0."""

    relation: Relation
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Diagonal:
    """The diagonal matrix of a column."""

    body: Tree


@dataclass(frozen=True, slots=True)
class DiagonalOf:
    """The diagonal of a matrix, a column."""

    body: Tree


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace."""

    body: Tree


@dataclass(frozen=True, slots=True)
class SquaredNorm:
    """The sum of the squares of a column."""

    body: Tree


@dataclass(frozen=True, slots=True)
class Reduced:
    """Mean, maximum ... of a column, or of each row or each column of a matrix (then it is a column)."""

    kind: Kind
    body: Tree
    over: Over


Tree: TypeAlias = Union[
    Array, ScalarTerm, ScalarOf, Ones, Identity, Transpose, MatrixProduct, Hadamard, Divided, Scaled, Total, Minus, Raised, Function,
    Indicator, Diagonal, DiagonalOf, Trace, SquaredNorm, Reduced,
]  # fmt: skip


ENTRYWISE = (Hadamard, Total, Divided, Function, Indicator, Raised)


def transpose(tree: Tree) -> Tree:
    """The transpose, carried down to the names where that does not write more of them.

    >>> transpose(MatrixProduct((Array("A"), Transpose(Array("x")))))
    MatrixProduct(parts=(Array(name='x'), Transpose(body=Array(name='A'))))
    >>> transpose(Hadamard((Array("A"), Array("B"))))
    Transpose(body=Hadamard(parts=(Array(name='A'), Array(name='B'))))
    """
    carried = _carried(tree)
    return Transpose(tree) if isinstance(tree, ENTRYWISE) and transposes(tree) < transposes(carried) else carried


def transposes(tree: Tree) -> int:
    """How many transposes an expression writes."""
    match tree:
        case Transpose(body):
            return 1 + transposes(body)
        case MatrixProduct(parts) | Hadamard(parts) | Total(parts) | Function(args=parts):
            return sum(map(transposes, parts))
        case Divided(one, other) | Indicator(left=one, right=other):
            return transposes(one) + transposes(other)
        case Scaled(tops, body, bottoms):
            return sum(map(transposes, (*tops, body, *bottoms)))
        case Minus(body) | Raised(base=body) | ScalarOf(body) | Diagonal(body) | DiagonalOf(body) | Trace(body) | SquaredNorm(body):
            return transposes(body)
        case Reduced(body=body):
            return transposes(body)
    return 0


def _carried(tree: Tree) -> Tree:
    match tree:
        case Transpose(body):
            return body
        case ScalarTerm() | ScalarOf() | Identity() | Diagonal() | Trace() | SquaredNorm():
            return tree
        case MatrixProduct(parts):
            return MatrixProduct(tuple(transpose(p) for p in reversed(parts)))
        case Hadamard(parts):
            return Hadamard(tuple(map(transpose, parts)))
        case Total(parts):
            return Total(tuple(map(transpose, parts)))
        case Minus(body):
            return Minus(transpose(body))
        case Divided(top, bottom):
            return Divided(transpose(top), transpose(bottom))
        case Scaled(tops, body, bottoms):
            return Scaled(tops, transpose(body), bottoms)
        case Raised(base, exponent, matrix):
            return Raised(transpose(base), exponent, matrix)
        case Function(operation, args, scalar):
            return Function(operation, tuple(map(transpose, args)), scalar)
        case Indicator(relation, left, right):
            return Indicator(relation, transpose(left), transpose(right))
        case _:
            return Transpose(tree)


def matrix_product(parts: tuple[Tree, ...]) -> Tree:
    """A matrix product with products inside taken apart, and signs and scalars in front."""
    for position, part in enumerate(parts):
        before, after = parts[:position], parts[position + 1 :]
        match part:
            case Minus(body):
                return Minus(matrix_product((*before, body, *after)))
            case Scaled(tops, body, bottoms) if len(parts) > 1:
                return Scaled(tops, matrix_product((*before, body, *after)), bottoms)
    flat = tuple(q for p in parts for q in (p.parts if isinstance(p, MatrixProduct) else (p,)))
    return flat[0] if len(flat) == 1 else MatrixProduct(flat)


def row_scaled(column: Tree, tree: Tree) -> Tree:
    """Each row of a matrix times the entry of a column: diag(u) A, where it is not simpler.

    >>> row_scaled(Array("p"), Total((Identity(), Minus(MatrixProduct((Ones(), Transpose(Array("p"))))))))
    Total(parts=(Diagonal(body=Array(name='p')), Minus(body=MatrixProduct(parts=(Array(name='p'), Transpose(body=Array(name='p')))))))
    """
    match tree:
        case Identity():
            return Diagonal(column)
        case Minus(body):
            return Minus(row_scaled(column, body))
        case MatrixProduct((Ones(), *rest)):
            return matrix_product((column, *rest))
        case Total(parts) if Identity() in parts or Minus(Identity()) in parts:
            return Total(tuple(row_scaled(column, p) for p in parts))
        case ScalarTerm() | ScalarOf():
            return Scaled((tree,), matrix_product((column, Transpose(Ones()))))
    return matrix_product((Diagonal(column), tree))


def hadamard(parts: tuple[Tree, ...]) -> Tree:
    """An element-wise product with products inside taken apart and scalars in front."""
    for position, part in enumerate(parts):
        if isinstance(part, Scaled) and len(parts) > 1:
            return Scaled(part.tops, hadamard((*parts[:position], part.body, *parts[position + 1 :])), part.bottoms)
    flat = tuple(q for p in parts for q in (p.parts if isinstance(p, Hadamard) else (p,)))
    return flat[0] if len(flat) == 1 else Hadamard(flat)

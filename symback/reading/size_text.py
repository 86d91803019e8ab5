"""Sizes and places in text: ``n-k+1``, ``(n+2*p-k)//s + 1``, ``n[l-1]``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from symback.algebra.sizes import Size, SizeAt, provably_at_least
from symback.errors import DeclarationError, ReadingError
from symback.reading.arrays import Misfit
from symback.reading.syntax import parse

Lookup = Callable[[str], Size | None]
MAX_SIZE = 10**12
MAX_POWER, MAX_TERMS, MAX_NODES = 9, 100, 1000


def size_of(
    node: ast.AST,
    lookup: Lookup,
    table: Callable[[str], bool],
    piece: Callable[[ast.AST], str],
    measured: Callable[[ast.AST], Size | None] = lambda node: None,
) -> Size:
    """A syntax tree as a size: integers, names, ``+ - * // **``, tables ``n[l]``, and what ``measured`` knows (``x.shape[0]``)."""
    if sum(1 for _ in ast.walk(node)) > MAX_NODES:
        raise Misfit(f"{piece(node)[:60]} is too long for a size")

    def read(node: ast.AST) -> Size:
        match node:
            case ast.Constant(value=int(value)) if not isinstance(value, bool):
                if abs(value) > MAX_SIZE:
                    raise Misfit(f"the size {piece(node)[:30]} is too large", f"sizes up to {MAX_SIZE} are read")
                return Size.of(value)
            case ast.Name(id=name):
                found = lookup(name)
                if found is None:
                    raise Misfit(f"{name} is no size or index", "places and sizes are made of integers and names of sizes")
                return found
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -read(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return read(operand)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv() as op, right=right):
                return _combined(op, read(left), read(right), piece(node))
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))) if 0 < power <= MAX_POWER:
                return _power(read(left), power, piece(node))
            case ast.Subscript(value=ast.Name(id=name), slice=place) if table(name):
                return Size.of(SizeAt(name, read(place)))
        found = measured(node)
        if found is not None:
            return found
        raise Misfit(f"{piece(node)} is no size", "a size is made of integers, names, + - * // and n[l]")

    return read(node)


def _power(base: Size, power: int, text: str) -> Size:
    if len(base.terms) ** power > MAX_TERMS or (base.constant is not None and abs(base.constant) ** power > MAX_SIZE):
        raise Misfit(f"{text[:60]} is too large for a size", f"sizes up to {MAX_SIZE} are read")
    whole = base
    for _ in range(power - 1):
        whole = whole * base
    return whole


def _combined(op: ast.operator, left: Size, right: Size, text: str) -> Size:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            if len(left.terms) * len(right.terms) > MAX_TERMS:
                raise Misfit(f"{text[:60]} is too long for a size")
            return left * right
    if not provably_at_least(right, 1):
        raise Misfit(f"{text} divides by something that may be 0", "declare the divisor's least value under [sizes]")
    return left // right


def declared_size(
    text: object, where: str, names: Mapping[str, Size], tables: tuple[str, ...], indices: Mapping[str, Size], least: int = 1
) -> Size:
    """A size as declared: an integer, a name or an expression; ``"3"`` is an integer.

    ``names`` gives what a name stands for, ``indices`` the axis indices in reach (``l`` of ``n[l]``). A size that is no axis by itself,
    such as a padding, has a ``least`` of 0.
    """
    if isinstance(text, bool) or not isinstance(text, int | str):
        raise DeclarationError(
            where, f"the size {text!r} is {type(text).__name__}", 'a size is an integer, a name or an expression such as "n-k+1"'
        )
    source = parse(str(text))
    try:
        size = size_of(source.tree, lambda n: indices.get(n, names.get(n)), tables.__contains__, source.piece)
    except Misfit as misfit:
        raise ReadingError(where, f"{misfit.found} in the size {source.text}", misfit.remedy) from None
    if size.constant is not None and size.constant < least:
        raise DeclarationError(where, f"the size {source.text} is {size.constant}", f"a size is at least {least}")
    return size

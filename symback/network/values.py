"""Declared numbers: finite, rectangular, of the declared shapes; undetermined sizes follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.errors import DeclarationError, NumericError
from symback.network.hints import shape_text, suggestion

MAX_AXES = 12


def rectangle(where: str, value: object, depth: int = 0) -> tuple[int, ...]:
    """The shape of nested lists; ragged ones are an error.

    >>> rectangle("W", [[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    if not isinstance(value, list | tuple):
        return ()
    if depth > MAX_AXES:
        raise DeclarationError(where, f"lists are nested more than {MAX_AXES} deep")
    inner = {rectangle(where, part, depth + 1) for part in value}
    if len(inner) != 1:
        raise DeclarationError(
            where, "the rows of the value have different lengths" if inner else "a list is empty", "give every row the same length"
        )
    return (len(value), *inner.pop())


def numbers(where: str, value: object) -> object:
    """A number or nested lists of numbers, as nested tuples; every one finite.

    >>> numbers("x", [1, 2.5])
    (1, 2.5)
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        rectangle(where, value)
        return tuple(numbers(where, part) for part in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NumericError(where, f"{value!r} is no number", "give a number or nested lists of numbers")
    if isinstance(value, float) and not isfinite(value):
        raise NumericError(where, f"the value {value} is not finite", "give a finite number")
    if isinstance(value, int) and value.bit_length() > 1000:
        raise NumericError(where, "a value is too large", "give a finite number")
    return value


def checked_values(given: Mapping[str, object], indices: Mapping[str, tuple[Index, ...]]) -> dict[str, object]:
    """The values of declared symbols (and ``rate``), checked entry by entry."""
    found: dict[str, object] = {}
    for name, value in given.items():
        where = f"values.{name}"
        if name not in indices and name != "rate":
            raise DeclarationError(where, f"{name} is not declared", suggestion(name, indices) or "give values of declared symbols")
        found[name] = numbers(where, value)
    if "rate" in found and "rate" not in indices and not isinstance(found["rate"], int | float):
        raise NumericError("values.rate", f"the rate is {found['rate']!r}", "give one number")
    return found


def sizes_from_values(
    values: Mapping[str, object], indices: Mapping[str, tuple[Index, ...]], known: Mapping[str, object]
) -> dict[str, object]:
    """The sizes that follow from the shapes of values; a contradiction is an error that names both sides."""
    sizes: dict[str, object] = {n: s for n, s in known.items() if isinstance(s, int | tuple | list)}
    said: dict[str, str] = {n: f"[sizes] says {s}" for n, s in sizes.items()}
    rows = [
        (name, axis, extent) for name, value in values.items() if name in indices for axis, extent in _extents(name, value, indices[name])
    ]
    for name, axis, extent in rows:
        symbol = axis.size.single
        if isinstance(symbol, SizeSymbol):
            if sizes.setdefault(symbol.name, extent) != extent:
                raise NumericError(
                    f"values.{name}", f"{symbol.name} is {extent} here and {sizes[symbol.name]} elsewhere", said[symbol.name]
                )
            if extent < symbol.least:
                raise NumericError(f"values.{name}", f"{symbol.name} is {extent}, and the network needs at least {symbol.least}")
            said.setdefault(symbol.name, f"the value of {name} makes it {extent}")
    for name, axis, extent in rows:
        if all(s in sizes for s in axis.size.symbols) and not axis.size.indices:
            expected = axis.size.value(sizes)
            if expected != extent:
                raise NumericError(
                    f"values.{name}", f"an axis has {extent} entries, and {axis.size}{_equals(axis.size, expected)} are declared"
                )
    return sizes


def _equals(size: Size, value: int) -> str:
    return "" if size.constant is not None else f" = {value}"


def _extents(name: str, value: object, indices: tuple[Index, ...]) -> list[tuple[Index, int]]:
    shape = rectangle(name, value)
    if len(shape) != len(indices):
        declared = shape_text([Size.of(i.size) for i in indices])
        given = shape_text([Size.of(n) for n in shape])
        raise NumericError(
            f"values.{name}", f"the value is {given}, and {name} is declared as {declared}", "give a value of the declared shape"
        )
    return list(zip(indices, shape, strict=True))

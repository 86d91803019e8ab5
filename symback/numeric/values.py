"""Numbers a user hands in: nested lists, arrays, fractions, decimals as text; their shapes, and the sizes that follow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symback.algebra.sizes import Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Name
from symback.errors import NumericError
from symback.network.program import Leaf, Program

Places = tuple[int, ...]
Sizes = Mapping[str, object]


def nested(value: Any) -> Any:
    """A value as nested lists (what NumPy calls ``tolist``); numbers stay what they are."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return [nested(v) for v in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def entries(value: Any, places: Places = ()) -> Iterator[tuple[Places, Any]]:
    """Every number of nested lists with its places.

    >>> list(entries([[1, 2], [3]]))
    [((0, 0), 1), ((0, 1), 2), ((1, 0), 3)]
    """
    if isinstance(value, list):
        for k, part in enumerate(value):
            yield from entries(part, (*places, k))
    else:
        yield places, value


def exact(value: Any, where: str) -> Fraction:
    """The number a user wrote: a float is its exact binary value, text is read as a decimal.

    >>> exact("0.1", "x")
    Fraction(1, 10)
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise NumericError(where, f"{value} is not a finite number", "give finite values")
    if isinstance(value, bool | int | float | Fraction | str) or hasattr(value, "as_integer_ratio"):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError, OverflowError):
            raise NumericError(where, f"{value!r} is not a finite number", "write a number, such as 0.5 or 1/3") from None
    raise NumericError(where, f"{type(value).__name__} is not a number", "write a number, such as 0.5 or 1/3")


def index_tuples(indices: Sequence[Index], sizes: Sizes, env: dict[Index, int] | None = None) -> Iterator[Places]:
    """All places of axes in order; a size may read an outer index."""
    env = {} if env is None else env
    if not indices:
        yield ()
        return
    first, rest = indices[0], indices[1:]
    for k in range(size_value(first.size, sizes, env)):
        env[first] = k
        for tail in index_tuples(rest, sizes, env):
            yield (k, *tail)
    env.pop(first, None)


def size_value(size: Size, sizes: Sizes, env: Mapping[Index, int] | None = None) -> int:
    """The integer a size is; an error names the symbol that has no value."""
    try:
        return size.value(sizes, env)
    except (KeyError, IndexError) as error:
        missing = error.args[0] if isinstance(error, KeyError) else repr(size)
        raise NumericError(f"size {size!r}", f"no value is known for {missing}", f"give values whose shapes fix {missing}") from None


def sizes_from_values(program: Program, values: Mapping[Any, Any]) -> dict[str, object]:
    """The sizes that follow from the shapes of the values, together with those the program declares.

    Each axis gives an equation ``size = length``; those that are linear in one unknown symbol are solved until none is
    left, the others are checked. A table of widths ``n[l]`` is filled from ragged lists. An integer among the values whose
    name is that of no leaf is a size (a stride, a padding).

    Raises NumericError where two axes disagree, a value is not laid out as declared, or a size is too small.
    """
    known: dict[str, object] = {k: v for k, v in program.sizes.items() if isinstance(v, int | list | tuple)}
    known |= {k: int(v) for k, v in values.items() if isinstance(v, int) and k not in program.leaf and k not in program.definition}
    tables: dict[str, dict[int, int]] = {}
    pending = [e for leaf in program.leaves if leaf.name in values for e in _equations(leaf, values[leaf.name])]
    progress = True
    while progress and pending:
        progress, rest = False, []
        for equation in pending:
            solved = _solve(equation, known, tables)
            progress = progress or solved
            if not solved:
                rest.append(equation)
        pending = rest
    for name, table in tables.items():
        known.setdefault(name, [table.get(k, 0) for k in range(max(table) + 1)])
    _large_enough(program, known)
    return known


def _large_enough(program: Program, known: Mapping[str, object]) -> None:
    """NumericError where a size is smaller than what the network reads of it (``x[2]`` needs 3)."""
    for leaf in program.leaves:
        for symbol in (a for size in leaf.shape for a in size.atoms if isinstance(a, SizeSymbol)):
            value = known.get(symbol.name)
            if isinstance(value, int) and value < symbol.least:
                raise NumericError(leaf.name, f"{symbol.name} is {value}, and the network needs at least {symbol.least}")


Equation = tuple[Size, dict[Index, int], int, str]


def _equations(leaf: Leaf, value: Any) -> Iterator[Equation]:
    """``(size, outer indices, length, where)`` for every list inside a value; for an array, one each axis."""
    if hasattr(value, "shape") and len(value.shape) == len(leaf.indices) and not any(i.size.indices for i in leaf.indices):
        yield from ((i.size, {}, int(length), leaf.name) for i, length in zip(leaf.indices, value.shape, strict=True))
    else:
        yield from _axis_equations(leaf, nested(value), 0, {})


def _axis_equations(leaf: Leaf, value: Any, axis: int, env: dict[Index, int]) -> Iterator[Equation]:
    if axis == len(leaf.indices):
        if isinstance(value, list):
            raise NumericError(leaf.name, f"the value has more than {axis} axes", f"{leaf.name} is declared as {shape_text(leaf.shape)}")
        return
    if not isinstance(value, list):
        raise NumericError(leaf.name, f"the value has {axis} axes", f"{leaf.name} is declared as {shape_text(leaf.shape)}")
    index = leaf.indices[axis]
    yield index.size, dict(env), len(value), leaf.name
    for k, part in enumerate(value):
        yield from _axis_equations(leaf, part, axis + 1, {**env, index: k})


def shape_text(shape: Iterable[Size]) -> str:
    """A shape as one writes it.

    >>> shape_text((Size.of("m"), Size.of("n")))
    '(m, n)'
    """
    sizes = tuple(shape)
    return "(" + ", ".join(map(repr, sizes)) + ")" if sizes else "a single number"


def _solve(equation: Equation, known: dict[str, object], tables: dict[str, dict[int, int]]) -> bool:
    """Whether the equation is used up: it fixed a symbol, or all it reads was known and agrees."""
    size, env, length, where = equation
    view: dict[str, object] = {**tables, **known}
    rest = size.replace(lambda a: _known_atom(a, view, env))
    value = rest.constant
    if value is not None:
        if value != length:
            found = f"an axis has length {length} where {size!r} is {value}"
            raise NumericError(where, found, "give a value of the declared shape")
        return True
    atom = rest.atoms[0] if len(rest.atoms) == 1 else None
    split = rest.coefficient(atom) if isinstance(atom, SizeSymbol | SizeAt) else None
    if atom is None or split is None or split[0].constant is None or split[1].constant is None:
        return False
    assert isinstance(atom, SizeSymbol | SizeAt)
    slope, offset = split[0].constant, split[1].constant
    count, remainder = divmod(length - offset, slope)
    if remainder or count < 0:
        raise NumericError(where, f"no {atom!r} makes {size!r} equal to {length}", "give a value of the declared shape")
    if isinstance(atom, SizeSymbol):
        known[atom.name] = count
        return True
    position = atom.place.constant
    if position is None:
        return False
    tables.setdefault(atom.name, {})[position] = count
    return True


def _known_atom(atom: Any, view: Mapping[str, object], env: Mapping[Index, int]) -> Size | None:
    """A constant for an atom whose value is known, None (keep it) otherwise."""
    if isinstance(atom, Index):
        return Size.of(env[atom])
    if isinstance(atom, SizeSymbol):
        value = view.get(atom.name)
        return Size.of(value) if isinstance(value, int) else None
    if isinstance(atom, SizeAt):
        place = atom.place.replace(lambda a: _known_atom(a, view, env))
        table, at = view.get(atom.name), place.constant
        if at is not None and isinstance(table, dict) and at in table:
            return Size.of(table[at])
        if at is not None and isinstance(table, list | tuple) and 0 <= at < len(table):
            return Size.of(int(table[at]))
        return Size.of(SizeAt(atom.name, place))
    top = atom.numerator.replace(lambda a: _known_atom(a, view, env))
    bottom = atom.denominator.replace(lambda a: _known_atom(a, view, env))
    quotient: Size = top // bottom
    return quotient


def checked(program: Program, name: Name, indices: Sequence[Index], value: Any, sizes: Sizes) -> dict[Places, Fraction]:
    """A value as exact entries by place; NumericError where the shape is not the declared one."""
    found = {places: exact(number, str(name)) for places, number in entries(nested(value))}
    wanted = list(index_tuples(indices, sizes))
    if list(found) != wanted and set(found) != set(wanted):
        shape = tuple(i.size for i in indices)
        raise NumericError(str(name), "the value does not have the declared shape", f"{name} is declared as {shape_text(shape)}")
    return found

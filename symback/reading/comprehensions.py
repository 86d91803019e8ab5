"""Comprehensions over ``range``: an index of a new axis in a list, a bound index in ``sum(... for ...)``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Kind, Term
from symback.reading import conditions
from symback.reading.arrays import ONE_WIDE, Array, Misfit, counted, is_empty, is_one, over

if TYPE_CHECKING:
    from symback.reading.expressions import Reader

Bound = tuple[list[Index], list[Array], Array]


def stacked(reader: Reader, element: ast.expr, generators: list[ast.comprehension]) -> Array:
    """``[e for i in range(n)]``: the index becomes the first axis."""
    if len(generators) != 1 or generators[0].ifs:
        raise Misfit("a comprehension in a list has one `for` and no `if`", "write [... for i in range(n)]")
    (index,), _, inner = _under(reader, generators, element)
    if is_empty(index.size):
        raise Misfit("the comprehension has no entries", "give a range that is not empty")
    reader.scope.require(index.size, 1)  # raises the least value of a size, as a slice does; where sizes are fixed, running it tells
    if any(index in axis.size.indices for axis in inner.axes):
        raise Misfit("the rows of a comprehension have different lengths", "use sum(... for ... for ...), or index notation")
    return Array((index, *inner.axes), inner.body, inner.boolean)


def reduction(reader: Reader, kind: str, node: ast.GeneratorExp) -> Array:
    """``sum(e for a in range(k) for b in range(m) if a < b)``, and mean, max, min, prod without ``if``."""
    indices, guards, inner = _under(reader, node.generators, node.elt)
    if guards and kind != "sum":
        raise Misfit(f"`if` is read in a sum, not in {kind}")
    body: Term = inner.body
    for guard in reversed(guards):
        body = conditions.times(guard.body, body)
    return Array(inner.axes, over(cast(Kind, kind), indices, body))


def _under(reader: Reader, generators: list[ast.comprehension], element: ast.expr) -> Bound:
    """The indices, the conditions after ``if``, and the element read with the indices bound."""
    before, indices, guards = dict(reader.places), [], []
    for generator in generators:
        match generator:
            case ast.comprehension(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args, keywords=[]), is_async=0):
                index, reader.places[name] = _range(reader, name, args)
            case _:
                raise Misfit("a comprehension runs over a range", "write `for i in range(n)`")
        indices.append(index)
        guards += [reader.single_condition(test) for test in generator.ifs]
    inner = reader.value(element)
    reader.places = before
    return indices, guards, inner


def _range(reader: Reader, name: str, args: list[ast.expr]) -> tuple[Index, Size]:
    """The index of ``range(stop)``, ``range(start, stop)`` or ``range(start, stop, step)`` and the place it stands for."""
    sizes = [reader.size(a) for a in args]
    if len(sizes) not in (1, 2, 3) or name in reader.scope.axes:
        raise Misfit(f"range takes one to three sizes and {name} must be a name of its own", "write `for i in range(n)`")
    start, stop = (Size.of(0), sizes[0]) if len(sizes) == 1 else sizes[:2]
    step = sizes[2] if len(sizes) == 3 else ONE_WIDE
    index = reader.scope.index(counted(start, stop, step), name)
    return index, start if is_one(index.size) else start + step * Size.of(index)

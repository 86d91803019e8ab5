"""The table of functions of the expression language: one row each, with its signature.

A row names its parameters and what each may be (an array, an axis, a shape, ...); arguments are bound and checked here,
the rows' builders see values only. The operations of `symback.algebra.operations` are rows without being written down.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import apply
from symback.reading import elementwise, linear, masks, reductions, shaping
from symback.reading.arrays import Array, Misfit
from symback.reading.rows import Function, Parameter, row

if TYPE_CHECKING:
    from symback.reading.expressions import Reader

_PARAMETERS = ("x", "y", "z")


def _operation_rows() -> tuple[Function, ...]:
    """One row for each element-wise operation of the algebra."""
    return tuple(
        row(
            name,
            lambda scope, *args, name=name: elementwise.entrywise(scope, args, lambda *b: apply(name, *b)),
            ", ".join(_PARAMETERS[: op.arity]),
        )
        for name, op in OPERATIONS.items()
        if op.arity
    )


ROWS: tuple[Function, ...] = (*_operation_rows(), *elementwise.ROWS, *reductions.ROWS, *shaping.ROWS, *masks.ROWS, *linear.ROWS)
FUNCTIONS: Mapping[str, Function] = {r.name: r for r in ROWS}
CONSTANTS: tuple[str, ...] = tuple(name for name, op in OPERATIONS.items() if not op.arity)
METHODS: Mapping[str, str] = {
    **{name: name for name in ("sum", "mean", "prod", "var", "std", "max", "min", "cumsum", "cumprod", "dot", "trace", "clip")},
    **{name: name for name in ("reshape", "transpose", "swapaxes", "ravel", "squeeze", "copy")},
    "flatten": "ravel",
}  # fmt: skip


@dataclass(frozen=True)
class Arguments:
    """What stands between the brackets of a call."""

    positional: tuple[ast.expr, ...] = ()
    keywords: Mapping[str, ast.expr] = field(default_factory=dict)


def call(reader: Reader, name: str, arguments: Arguments, method: bool = False) -> Array:
    """The value of ``name(arguments)``: bind, read each argument as its parameter says, build."""
    function = FUNCTIONS[name]
    values: list[Any] = []
    for parameter, node in _bound(function, arguments, method):
        if isinstance(node, tuple):
            values.append(_shape_arguments(reader, parameter, node))
        elif node is None:
            values.append(parameter.default)
        else:
            values.append(KINDS[parameter.kind](reader, node))
    built = function.build(reader.scope, *values)
    return built


def _bound(function: Function, arguments: Arguments, method: bool) -> list[tuple[Parameter, Any]]:
    """Each parameter with its node, None for its default, or a tuple of nodes for a starred one."""
    given = list(arguments.positional)
    named = dict(arguments.keywords)
    found: list[tuple[Parameter, Any]] = []
    for parameter in function.parameters:
        if parameter.many or (method and parameter.kind in ("shape", "order") and len(given) > 1):
            found.append((parameter, tuple(given)))
            given = []
            continue
        called = [name for name in parameter.names if name in named]
        if len(called) + bool(given) > 1:
            raise Misfit(f"{function.name} gets {called[0]} twice", function.usage)
        if given:
            found.append((parameter, given.pop(0)))
        elif called:
            found.append((parameter, named.pop(called[0])))
        elif parameter.required:
            raise Misfit(f"{function.name} lacks its argument {parameter.name}", function.usage)
        else:
            found.append((parameter, None))
    if given or named:
        extra = f"has no argument {next(iter(named))}" if named else f"gets {len(arguments.positional)} arguments"
        raise Misfit(f"{function.name} {extra}", function.usage)
    return found


def _shape_arguments(reader: Reader, parameter: Parameter, nodes: tuple[ast.expr, ...]) -> Any:
    return tuple(
        KINDS["size" if parameter.kind == "shape" else "axis" if parameter.kind == "order" else parameter.kind](reader, n) for n in nodes
    )


# how an argument is read, by the kind of its parameter ------------------------------------------------------------------


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _array(reader: Reader, node: ast.expr) -> Array:
    return reader.value(node)


def _optional_array(reader: Reader, node: ast.expr) -> Array | None:
    return None if _is_none(node) else reader.value(node)


def _arrays(reader: Reader, node: ast.expr) -> list[Array] | Array:
    """A list of arrays, or one array whose first axis counts them (a comprehension)."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if elements:
            return [reader.value(e) for e in elements]
        case ast.ListComp():
            return reader.value(node)
        case ast.GeneratorExp(elt=element, generators=generators):
            return reader.value(ast.copy_location(ast.ListComp(element, generators), node))
    raise Misfit(f"{reader.source.piece(node)} is no list of arrays", "write [a, b] or [... for i in range(n)]")


def _axis(reader: Reader, node: ast.expr) -> int:
    if isinstance(node, ast.Tuple | ast.List) or _is_none(node):
        raise Misfit(f"{reader.source.piece(node)} is not one axis", "give one axis, such as axis=0")
    value = reader.size(node).constant
    if value is None:
        raise Misfit(f"the axis {reader.source.piece(node)} is no integer")
    return value


def _axes(reader: Reader, node: ast.expr) -> int | tuple[int, ...] | None:
    if _is_none(node):
        return None
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_axis(reader, e) for e in node.elts)
    return _axis(reader, node)


def _optional_axis(reader: Reader, node: ast.expr) -> int | None:
    return None if _is_none(node) else _axis(reader, node)


def _order(reader: Reader, node: ast.expr) -> tuple[int, ...] | None:
    found = _axes(reader, node)
    return (found,) if isinstance(found, int) else found


def _flag(reader: Reader, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return node.value
    raise Misfit(f"{reader.source.piece(node)} is neither True nor False")


def _size(reader: Reader, node: ast.expr) -> Any:
    return reader.size(node)


def _optional_size(reader: Reader, node: ast.expr) -> Any:
    return None if _is_none(node) else reader.size(node)


def _shape(reader: Reader, node: ast.expr) -> Any:
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(reader.size(e) for e in node.elts)
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        return reader.value(node.value).shape
    return (reader.size(node),)


def _widths(reader: Reader, node: ast.expr) -> Any:
    """The widths of ``np.pad``: one size, a pair, or a pair for each axis."""
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_widths(reader, e) for e in node.elts)
    return reader.size(node)


def _text(reader: Reader, node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise Misfit(f"{reader.source.piece(node)} is no text in quotes")


def _norm_order(reader: Reader, node: ast.expr) -> str | Array:
    """The order of a norm: None, 'fro', 'nuc', inf, -inf and whole numbers as text, any other number as a value."""
    text = reader.source.piece(node).strip("'\"").replace("np.", "").replace("numpy.", "")
    if text in ("None", "fro", "nuc", "inf", "-inf") or text.removeprefix("-").isdigit():
        return text
    order = reader.value(node)
    if order.rank:
        raise Misfit(f"the order {text} of a norm is no number", "known are numbers, np.inf and 'fro'")
    return order


KINDS: Mapping[str, Any] = {
    "array": _array, "array?": _optional_array, "arrays": _arrays, "axis": _axis, "axis?": _optional_axis, "axes": _axes, "order": _order, "flag": _flag,
    "size": _size, "size?": _optional_size, "shape": _shape, "widths": _widths, "text": _text, "norm": _norm_order,
}  # fmt: skip

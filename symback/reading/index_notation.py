"""Index notation: ``h[t, j] = tanh(sum(W[j, k]*h[t-1, k] for k in range(m)))``.

Every index on the left is free and runs over its axis: of the declared shape of the name (role ``intermediate``), else of
the axis that the index stands at by itself on the right. On the right, ``sum``, ``mean``, ``max``, ``min`` and ``prod``
over ``for k in range(n)`` bind an index, ``a if t >= 1 else b`` chooses, places are affine (``x[c, s*o + a - p]``), and
``zero_outside(x[i - p])`` reads 0 out of range. Any other read must be in range for sure.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.errors import DeclarationError, ReadingError
from symback.reading.arrays import is_one
from symback.reading.expressions import read_body
from symback.reading.names import declared_name
from symback.reading.scope import Scope
from symback.reading.settle import ALPHABET, settle
from symback.reading.syntax import Source, parse


class RowText(str):
    """The right side of a line that brings what the text does not show, wherever it is put.

    ``shape`` is that of what the line defines, ``sizes`` the sizes of its own with their least values, ``facts`` what is said of
    the leaves it reads.
    """

    shape: tuple[str, ...] | None = None
    sizes: Mapping[str, int] = MappingProxyType({})
    facts: Mapping[str, tuple[object, ...]] = MappingProxyType({})

    @classmethod
    def of(cls, text: str, shape: tuple[str, ...] | None, sizes: Mapping[str, int], facts: Mapping[str, tuple[object, ...]]) -> RowText:
        """A text with what it brings."""
        self = cls(text)
        self.shape, self.sizes, self.facts = shape, dict(sizes), dict(facts)
        return self


@dataclass(frozen=True)
class Line:
    """One declaration: a name, its left indices (None for a whole array), the right side, and what that brings (see `RowText`).

    ``free`` says that nobody wrote the letters of its indices, so that others may be taken.
    """

    name: str
    letters: tuple[str, ...] | None
    source: Source
    shape: tuple[str, ...] | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    free: bool = False

    @property
    def bound(self) -> tuple[str, ...]:
        """The letters of indices: those of the left side and those of comprehensions."""
        inner = [n.target.id for n in ast.walk(self.source.tree) if isinstance(n, ast.comprehension) and isinstance(n.target, ast.Name)]
        return tuple(dict.fromkeys([*(self.letters or ()), *inner]))

    @property
    def reads(self) -> tuple[str, ...]:
        """The names on the right, each once, in order of the text; an index is none of them."""
        bound = self.bound
        found = [n for n in ast.walk(self.source.tree) if isinstance(n, ast.Name) and n.id not in bound]
        measured = [n for text in self.shape or () for n in measured_names(parse(text).tree)]
        return tuple(dict.fromkeys([*(n.id for n in sorted(found, key=lambda n: n.col_offset)), *measured]))

    def relettered(self, taken: Collection[str]) -> Line:
        """The line with other letters for the indices that are names of something else, where nobody wrote them."""
        clash = [letter for letter in self.bound if letter in taken] if self.free else []
        if not clash:
            return self
        names = {n.id for n in ast.walk(self.source.tree) if isinstance(n, ast.Name)}
        letters = dict(zip(clash, (c for c in ALPHABET if c not in taken and c not in names and c not in self.bound), strict=False))
        left = tuple(letters.get(c, c) for c in self.letters or ())
        head = f"{self.name}[{', '.join(left)}]" if left else self.name
        return replace(self, letters=left or None, source=parse(replaced(self.source.text, letters), head))


def measured_names(tree: ast.AST) -> Iterator[str]:
    """The arrays that a size is read off: the ``x`` of ``x.shape[0] + 2*p``."""
    return (n.value.id for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name))


def line(left: str, right: object) -> Line:
    """A declaration from the text of its two sides."""
    found = _line(left.strip(), right)
    return replace(found, shape=right.shape, sizes=right.sizes, facts=right.facts, free=True) if isinstance(right, RowText) else found


def replaced(text: str, table: Mapping[str, str]) -> str:
    """An expression with names replaced where they stand, the rest as written.

    >>> replaced("a*x[a] + alpha", {"a": "i", "x": "y"})
    'i*y[i] + alpha'
    """
    found = [n for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name) and n.id in table]
    raw = text.encode()
    starts = [0, *(at + 1 for at, byte in enumerate(raw) if byte == ord("\n"))]
    for node in sorted(found, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        at = starts[node.lineno - 1] + node.col_offset
        raw = raw[:at] + table[node.id].encode() + raw[at + len(node.id.encode()) :]
    return raw.decode()


def _line(left: str, right: object) -> Line:
    if "[" not in left:
        name = declared_name(left, f"{left} = {right}" if isinstance(right, str) else left)
        return Line(name, None, parse(right, left))
    tree = parse(left).tree
    match tree:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=elements)):
            pass
        case ast.Subscript(value=ast.Name(id=name), slice=element):
            elements = [element]
        case _:
            raise ReadingError(left, "is no left side", "write a name, or a name with indices such as h[t, j]")
    letters = tuple(e.id for e in elements if isinstance(e, ast.Name))
    if len(letters) != len(elements) or len(set(letters)) != len(letters):
        raise ReadingError(
            left, "has a left index that is no name of its own", "write distinct index names, such as h[t, j], and conditions on the right"
        )
    return Line(declared_name(name, left), letters, parse(right, left))


def left_indices(group: Sequence[Line], scope: Scope, declared: Mapping[str, tuple[Index, ...]]) -> dict[str, tuple[Index, ...]]:
    """The indices of the left sides of a group of lines that may read each other."""
    found: dict[str, tuple[Index, ...]] = {}
    open_lines = [item for item in group if item.letters is not None]
    while open_lines:
        axes = {**scope.axes, **declared, **found}
        solved = {item.name: indices for item in open_lines if (indices := _indices(item, axes, scope, declared)) is not None}
        if not solved:
            item = open_lines[0]
            missing = [c for c, size in _sizes(item, axes, scope).items() if size is None]
            found_out = f"the range of the index {', '.join(missing)} is not known"
            raise DeclarationError(item.source.where, found_out, scope.remedies.shape.format(item.name))
        found.update(solved)
        open_lines = [item for item in open_lines if item.name not in solved]
    return found


def _indices(
    item: Line, axes: dict[str, tuple[Index, ...]], scope: Scope, declared: Mapping[str, tuple[Index, ...]]
) -> tuple[Index, ...] | None:
    assert item.letters is not None
    if item.name in declared:
        own = declared[item.name]
        if len(own) != len(item.letters):
            raise DeclarationError(item.source.where, f"{item.name} has {len(item.letters)} indices here and {len(own)} axes as declared")
        moves: dict[Index, Size] = {}
        new = []
        for letter, axis in zip(item.letters, own, strict=True):
            index = scope.index(axis.size.substitute(moves), letter)
            moves[axis] = Size.of(index)
            new.append(index)
        return tuple(new)
    sizes = _sizes(item, axes, scope)
    if any(s is None for s in sizes.values()):
        return None
    return tuple(scope.index(size, letter) for letter, size in sizes.items() if size is not None)


def _sizes(item: Line, axes: dict[str, tuple[Index, ...]], scope: Scope) -> dict[str, Size | None]:
    """For each left index the size of the axis it stands at by itself."""
    found: dict[str, Size | None] = dict.fromkeys(item.letters or ())
    where: dict[str, str] = {}
    for node in ast.walk(item.source.tree):
        if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in axes):
            continue
        places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for place, axis in zip(places, axes[node.value.id], strict=False):
            if not (isinstance(place, ast.Name) and place.id in found) or axis.size.indices:
                continue
            known, read = found[place.id], item.source.piece(node)
            if known is not None and known is not axis.size:
                text = f"{place.id} runs over {known} in {where[place.id]} and over {axis.size} in {read}"
                raise DeclarationError(item.source.where, text, scope.remedies.shape.format(item.name))
            found[place.id], where[place.id] = axis.size, read
    return found


def read_indexed(item: Line, scope: Scope, indices: tuple[Index, ...]) -> Definition:
    """The definition of an index-notation line whose left indices are known."""
    assert item.letters is not None
    places = {c: Size.of(0) if is_one(i.size) else Size.of(i) for c, i in zip(item.letters, indices, strict=True)}
    array = read_body(item.source, scope, item.name, places)
    if array.rank:
        raise DeclarationError(item.source.where, f"the right side is {array.says}", "give every name an index for each of its axes")
    settled, body = settle(indices, array.body, scope.letters)
    return Definition(item.name, settled, body)

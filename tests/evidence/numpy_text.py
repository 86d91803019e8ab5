"""Run the NumPy text of a declaration as it stands, with any library's functions under NumPy's names.

Nothing of symback's algebra has a part in this: a package for automatic differentiation runs the very text that was declared,
entry by entry where it is index notation.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import product
from typing import Any

OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow, ast.MatMult: operator.matmul, ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.UAdd: operator.pos,
    ast.USub: operator.neg, ast.Invert: operator.invert, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt,
    ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
MODULES = ("np", "np.linalg")
Names = dict[str, Any]
tree = cache(lambda text: ast.parse(text.strip(), mode="eval").body)


def name_of(left: str) -> str:
    """The name a line defines."""
    return left.partition("[")[0].strip()


class Entries:
    """An array given by index notation: an entry is computed when it is read, each once, and may read others."""

    def __init__(self, shape: tuple[int, ...], entry: Callable[..., Any]) -> None:
        self.shape, self.entry = shape, cache(entry)

    def whole(self, library: Any) -> Any:
        """All entries."""
        return library.array_of([self.entry(*place) for place in product(*map(range, self.shape))], self.shape)


class Text:
    """Lines of text run with the functions of ``library``; ``names`` holds the values of symbols and sizes."""

    def __init__(self, library: Any, names: Names, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.library, self.top, self.shapes = library, dict(names), shapes
        self.names, self.outside = self.top, False

    def run(self, lines: Mapping[str, str]) -> Names:
        """The value of every name, after all lines."""
        for left, right in lines.items():
            match tree(left):
                case ast.Name(id=name):
                    self.top[name] = self.value(tree(right))
                case ast.Subscript(value=ast.Name(id=name), slice=places):
                    letters = [e.id for e in (places.elts if isinstance(places, ast.Tuple) else [places])]
                    self.top[name] = Entries(self.shapes[name], self.entry_of(letters, tree(right)))
        return {name: self.name(name) for name in self.top}

    def entry_of(self, letters: list[str], node: ast.expr) -> Callable[..., Any]:
        """The function from places to the entry that a right side says; it sees no index of its reader."""

        def entry(*places: int) -> Any:
            with self.seeing({**self.top, **dict(zip(letters, places, strict=True))}):
                return self.value(node)

        return entry

    @contextmanager
    def seeing(self, names: Names) -> Iterator[None]:
        """Names in reach for a while."""
        before, self.names, outside, self.outside = self.names, names, self.outside, False
        try:
            yield
        finally:
            self.names, self.outside = before, outside

    def name(self, name: str) -> Any:
        """The value of a name: a symbol, a size, an index, a line before, or a constant such as pi."""
        found = self.names[name] if name in self.names else getattr(self.library, name)
        return found.whole(self.library) if isinstance(found, Entries) else found

    def value(self, node: ast.AST) -> Any:
        """The value of an expression."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self.name(name)
            case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
                return OPERATORS[type(op)](self.value(left), self.value(right))
            case ast.UnaryOp(op=op, operand=operand):
                return OPERATORS[type(op)](self.value(operand))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body if self.value(test) else orelse)
            case ast.Tuple(elts=elements):
                return tuple(map(self.value, elements))
            case ast.List(elts=elements):
                return [self.value(e) for e in elements]
            case ast.ListComp(elt=element, generators=generators) | ast.GeneratorExp(elt=element, generators=generators):
                return list(self.comprehended(element, generators))
            case ast.Slice(lower=lower, upper=upper, step=step):
                return slice(*(None if part is None else self.value(part) for part in (lower, upper, step)))
            case ast.Attribute(value=value, attr="T"):
                return self.library.transpose(self.value(value))
            case ast.Attribute(value=value, attr=name) if ast.unparse(value) in MODULES:
                return getattr(self.library, name)
            case ast.Subscript(value=value, slice=place):
                return self.read(value, self.value(place))
            case ast.Call(func=func, args=args, keywords=keywords):
                return self.called(func, args, {k.arg: self.value(k.value) for k in keywords})
        raise NotImplementedError(ast.unparse(node))

    def comprehended(self, element: ast.expr, generators: list[ast.comprehension]) -> Iterator[Any]:
        """The values of a comprehension, one after another."""
        if not generators:
            yield self.value(element)
            return
        first, *rest = generators
        for place in range(*map(self.value, first.iter.args)):
            with self.seeing({**self.names, first.target.id: place}):
                if all(self.value(test) for test in first.ifs):
                    yield from list(self.comprehended(element, rest))

    def read(self, node: ast.expr, place: Any) -> Any:
        """``array[place]``; one entry of what index notation defines; 0 out of range inside zero_outside."""
        array = self.names.get(node.id) if isinstance(node, ast.Name) else None
        array = array if isinstance(array, Entries) else self.value(node)
        places = place if isinstance(place, tuple) else (place,)
        if self.outside and not all(0 <= p < n for p, n in zip(places, array.shape, strict=True)):
            return 0.0
        if not isinstance(array, Entries):
            return array[place]
        if not all(isinstance(p, int) for p in places):
            return array.whole(self.library)[place]
        return array.entry(*(p + n if p < 0 else p for p, n in zip(places, array.shape, strict=True)))

    def called(self, func: ast.expr, args: list[ast.expr], keywords: Names) -> Any:
        """A function of the library, or what network files add to NumPy: a reduction of a generator, zero_outside."""
        name = func.id if isinstance(func, ast.Name) else func.attr
        if name == "zero_outside":
            with self.seeing(self.names):
                self.outside = True
                return self.value(args[0])
        values = [self.value(a) for a in args]
        if isinstance(args[0], ast.GeneratorExp):
            values = [self.library.array_of(values[0], (len(values[0]),))]
        return getattr(self.library, name)(*values, **keywords)

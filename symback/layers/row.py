"""One layer or loss as a row: declarations and a forward text that spells it out, and what can be made of them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from symback.errors import DeclarationError, short
from symback.network.hints import suggestion
from symback.network.program import Program
from symback.reading.declarations import declared_sizes, size_names, symbol
from symback.reading.files import from_dict
from symback.reading.index_notation import line
from symback.reading.lines import Lines
from symback.reading.names import declared_name
from symback.reading.sympy_equations import name_of
from symback.reading.syntax import assignments

API = "symback.api"
"""What makes a network of a program; it stands above the layers, so it is named here and loaded when somebody asks for one."""

LOSS, INCOMING = "L", "G"
"""The loss of a layer by itself is ``L = sum(G*Y)``: G is then the gradient of whatever loss by the output Y."""

if TYPE_CHECKING:
    from symback.api import Network

New = str | int | float


@dataclass(frozen=True, eq=False, repr=False)
class LayerRow:
    """A layer or a loss, spelled out in the language of network files; it brings no gradient of its own.

    ``symbols`` is the table of a network file, ``forward`` its lines, ``result`` the name of the output (of the loss, a
    scalar). ``sizes`` are its [sizes]. ``says`` is one sentence, ``source`` a reference that was opened.
    """

    name: str
    title: str
    group: str
    symbols: Mapping[str, Mapping[str, object]]
    forward: str
    result: str
    says: str
    aliases: tuple[str, ...] = ()
    source: str = ""
    sizes: Mapping[str, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        return short([f"{self.name}: {self.title}", *(" = ".join(pair) for pair in self.lines)])

    def data(self) -> dict[str, object]:
        """The row as the keys of a network file; an output that is no scalar is weighed with its incoming gradient G."""
        own: dict[str, object] = {
            "name": self.title,
            "symbols": dict(self.symbols),
            "forward": dict(self.lines),
            "loss": self.result,
            "sizes": dict(self.sizes),
        }
        shape = self._program.indices(self.result)
        if not shape:
            return own
        symbols = {**self.symbols, INCOMING: {"role": "input", "shape": [str(i.size) for i in shape]}}
        return {**own, "symbols": symbols, "loss": {LOSS: f"sum({INCOMING}*{self.result})"}}

    def program(self) -> Program:
        """The row as a program with a scalar loss: its own, or ``L = sum(G*Y)`` over the output Y and a given G."""
        return from_dict(self.data())

    def network(self, wrt: Iterable[str] | None = None) -> Network:
        """The row as a network with a scalar loss: its own, or ``L = sum(G*Y)`` over the output Y and a given G.

        It derives by ``wrt``, or by all that is learned or comes in.
        """
        own = [name for name, row in self.symbols.items() if row.get("role", "input") in ("weight", "bias", "input")]
        network: Network = import_module(API).Network.from_program(self.program(), own if wrt is None else wrt)
        return network

    def define(self, **names: Any) -> Lines:
        """The lines of the definition for ``forward``: that of a network file or a dict, or of a network declared with SymPy.

        ``names`` says what a symbol, a line or a size of the row is called: text or a SymPy symbol; for a symbol or a size it may
        be a number. If the result gets a new name, lines that are not named get its digits (``n1`` makes ``mu`` to ``mu1``), or the
        name itself. Among SymPy equations the lines read declared symbols by their names, and the equations read what the
        lines define as a symbol of that name and shape.

        Raises DeclarationError: a name the row does not have, or one that it uses for an index.
        """
        table = self._renamed(names)
        lines = {table.left(left): table.right(right) for left, right in self.lines}
        shapes = {table.new(n): row["shape"] for n, row in self.symbols.items() if n in self.defined}
        return Lines(lines, {n: [table.right(str(s)) for s in shape] for n, shape in shapes.items() if isinstance(shape, list)})

    def declare(self, **names: Any) -> dict[str, dict[str, object]]:
        """The declarations that go with `define`, names replaced in the same way; what became a number is left out."""
        table = self._renamed(names)
        return {
            table.new(name): {k: [table.right(str(s)) for s in v] if k == "shape" and isinstance(v, list) else v for k, v in row.items()}
            for name, row in self.symbols.items()
            if not table.is_number(name)
        }

    @cached_property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Left and right side of each line."""
        return tuple(assignments(self.forward))

    @cached_property
    def defined(self) -> tuple[str, ...]:
        """The names of the lines."""
        return tuple(line(*pair).name for pair in self.lines)

    @cached_property
    def size_names(self) -> tuple[str, ...]:
        """The names of the sizes in the shapes."""
        sizes = declared_sizes(self.sizes)
        return tuple(size_names([symbol(n, row) for n, row in self.symbols.items()], sizes.fixed)[0])

    @cached_property
    def _program(self) -> Program:
        own = {"symbols": dict(self.symbols), "forward": dict(self.lines), "loss": self.result, "sizes": dict(self.sizes)}
        return from_dict(own, scalar=False)

    def _renamed(self, given: Mapping[str, Any]) -> _Renaming:
        names: dict[str, New] = {n: v if isinstance(v, New) else name_of(v, f"{self.name}: {n}={v!r}") for n, v in given.items()}
        known = dict.fromkeys((*self.symbols, *self.defined, *self.size_names))
        for name, new in names.items():
            if name not in known:
                remedy = suggestion(name, known) or f"its names are {', '.join(known)}"
                raise DeclarationError(f"{self.name}: {name}={new!r}", f"{name} is no name of {self.title}", remedy)
            if isinstance(new, str):
                declared_name(new, f"{self.name}: {name}={new!r}")
            elif name in self.defined or isinstance(new, bool):
                raise DeclarationError(f"{self.name}: {name}={new!r}", f"{name} is defined by a line", "give it another name")
        ending = _ending(str(names.get(self.result, "")))
        table = {n: names.get(n, n + ending if n in self.defined else n) for n in known}
        renaming = _Renaming(table, tuple(dict.fromkeys(n for pair in self.lines for n in _letters(*pair, known))))
        renaming.check(self.name, self.size_names)
        return renaming


def _ending(result: str) -> str:
    """What the inner names get after them: the digits at the end of the result's new name, else an underscore and the name."""
    digits = result[len(result.rstrip("0123456789")) :]
    return digits or (f"_{result}" if result else "")


def _letters(left: str, right: str, known: Collection[str]) -> Iterator[str]:
    """The names of a line that are indices: those of its left side and those of comprehensions."""
    yield from line(left, right).letters or ()
    for node in ast.walk(ast.parse(right, mode="eval")):
        if isinstance(node, ast.comprehension) and isinstance(node.target, ast.Name):
            yield node.target.id


@dataclass(frozen=True)
class _Renaming:
    """New names or numbers by old names, and the letters of indices, which stay."""

    table: Mapping[str, New]
    letters: tuple[str, ...]

    def check(self, where: str, sizes: Collection[str]) -> None:
        """Refuse two names that become one (two sizes may), and a name that is an index."""
        seen: dict[New, str] = {}
        for old, new in self.table.items():
            if isinstance(new, str) and new in self.letters:
                raise DeclarationError(f"{where}: {old}={new!r}", f"{new} is an index there", "take another name")
            if isinstance(new, str) and new in seen and not (old in sizes and seen[new] in sizes):
                raise DeclarationError(f"{where}: {old}={new!r}", f"{seen[new]} is called {new} as well", "take another name")
            seen.setdefault(new, old)

    def is_number(self, name: str) -> bool:
        return not isinstance(self.table[name], str)

    def new(self, name: str) -> str:
        return str(self.table[name])

    def left(self, text: str) -> str:
        name, bracket, rest = text.partition("[")
        return self.new(name) + bracket + rest

    def right(self, text: str) -> str:
        """An expression with names replaced where they stand, the rest as written."""
        found = [n for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name) and n.id in self.table]
        lines = text.encode().splitlines(keepends=True)
        starts = [sum(len(row) for row in lines[:k]) for k in range(len(lines))]
        raw = text.encode()
        for node in sorted(found, key=lambda n: (n.lineno, n.col_offset), reverse=True):
            new = self.table[node.id]
            shown = str(new) if isinstance(new, str) or new >= 0 else f"({new})"
            at = starts[node.lineno - 1] + node.col_offset
            raw = raw[:at] + shown.encode() + raw[at + len(node.id.encode()) :]
        return raw.decode()

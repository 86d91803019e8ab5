"""One layer or loss as a row: declarations and a forward text that spells it out, and what can be made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from symback.errors import DeclarationError, short
from symback.network.hints import suggestion
from symback.network.program import Program
from symback.reading.declarations import declared_sizes, size_names, symbol
from symback.reading.files import from_dict
from symback.reading.index_notation import RowText, line, replaced
from symback.reading.names import declared_name
from symback.reading.settle import ALPHABET
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

    def define(self, **names: Any) -> dict[str, str]:
        """The lines of the definition for ``forward``: that of a network file or a dict, or of a network declared with SymPy.

        ``names`` says what a symbol, a line or a size of the row is called: text or a SymPy symbol; for a symbol or a size it may
        be a number. If the result gets a new name, lines that are not named get its digits (``n1`` makes ``mu`` to ``mu1``), or the
        name itself. Among SymPy equations the lines read declared symbols by their names, and the equations read what the
        lines define as a symbol of that name and shape.

        A size that is not named is read off an array (``x.shape[0]``), and one that no array has, such as a stride, keeps its name; the
        lines bring their shapes and what the row says of its symbols. An index that one of the new names needs gets another letter.

        Raises DeclarationError: a name the row does not have, or one given twice.
        """
        table = self._renamed(names)
        shapes = {name: self._shape(row, table) for name, row in self.symbols.items() if name in self.defined}
        own = {table.new(n): least for n, least in self.own_sizes.items() if not table.is_number(n)}
        facts = {
            table.new(n): tuple(f) for n, row in self.symbols.items() if isinstance(f := row.get("facts"), list) and n not in self.defined
        }
        return {
            table.left(left): RowText.of(table.right(right), shapes.get(name), own, facts)
            for name, (left, right) in zip(self.defined, self.lines, strict=True)
        }

    def declare(self, **names: Any) -> dict[str, dict[str, object]]:
        """The declarations that go with `define`, names replaced in the same way; what became a number is left out."""
        table, plain = self._renamed(names), self._renamed(names, measured=False)
        return {
            table.new(name): {**row, **({"shape": [*self._shape(row, table if name in self.defined else plain)]} if "shape" in row else {})}
            for name, row in self.symbols.items()
            if not table.is_number(name)
        }

    @staticmethod
    def _shape(row: Mapping[str, object], table: _Renaming) -> tuple[str, ...]:
        shape = row.get("shape")
        return tuple(table.right(str(size)) for size in shape) if isinstance(shape, list) else ()

    @cached_property
    def _measured(self) -> Mapping[str, tuple[str, int]]:
        """The sizes that are the whole of an axis of a symbol that comes from outside, each with the first of these."""
        found: dict[str, tuple[str, int]] = {}
        for name, row in self.symbols.items():
            shape = row.get("shape")
            for axis, size in enumerate(shape if isinstance(shape, list) and name not in self.defined else ()):
                found.setdefault(str(size), (name, axis))
        names = (*self.symbols, *self.defined)
        return {size: found[size] for size in self.size_names if size in found and size not in names}

    @cached_property
    def own_sizes(self) -> Mapping[str, int]:
        """The sizes that no array has as an axis, with their least values: strides, paddings, windows."""
        sizes = declared_sizes(self.sizes)
        least = size_names([symbol(n, row) for n, row in self.symbols.items()], sizes.fixed)[0]
        return {
            name: sizes.least.get(name, low) for name, low in least.items() if name not in (*self._measured, *self.symbols, *self.defined)
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

    def _renamed(self, given: Mapping[str, Any], measured: bool = True) -> _Renaming:
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
        arrays = {n: a for n, a in self._measured.items() if measured and n not in names and isinstance(table[a[0]], str)}
        check_names(self.name, {n: new for n, new in table.items() if n not in arrays}, self.size_names)
        table |= {n: f"{table[array]}.shape[{axis}]" for n, (array, axis) in arrays.items()}
        return _Renaming(table | _fresh(dict.fromkeys(n for pair in self.lines for n in line(*pair).bound), table))


def _ending(result: str) -> str:
    """What the inner names get after them: the digits at the end of the result's new name, else an underscore and the name."""
    digits = result[len(result.rstrip("0123456789")) :]
    return digits or (f"_{result}" if result else "")


def _fresh(letters: Iterable[str], table: Mapping[str, New]) -> dict[str, str]:
    """The letters of indices that are names now, each with one that is free."""
    own = list(letters)
    taken = {*own, *table, *map(str, table.values())}
    free = iter(letter for letter in ALPHABET if letter not in taken)
    return {letter: next(free) for letter in own if letter in table.values()}


def check_names(where: str, table: Mapping[str, New], sizes: Collection[str]) -> None:
    """Refuse two names that become one; two sizes may."""
    seen: dict[New, str] = {}
    for old, new in table.items():
        if isinstance(new, str) and new in seen and not (old in sizes and seen[new] in sizes):
            raise DeclarationError(f"{where}: {old}={new!r}", f"{seen[new]} is called {new} as well", "take another name")
        seen.setdefault(new, old)


@dataclass(frozen=True)
class _Renaming:
    """What stands for a name, a size or the letter of an index now: a name, a number, or where a size is read off."""

    table: Mapping[str, New]

    def is_number(self, name: str) -> bool:
        return not isinstance(self.table[name], str)

    def new(self, name: str) -> str:
        return str(self.table[name])

    def left(self, text: str) -> str:
        name, bracket, rest = text.partition("[")
        return self.new(name) + (self.right(f"{bracket}{rest}") if bracket else "")

    def right(self, text: str) -> str:
        """An expression with names replaced where they stand, the rest as written."""
        return replaced(text, {old: str(new) if isinstance(new, str) or new >= 0 else f"({new})" for old, new in self.table.items()})

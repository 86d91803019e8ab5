"""The symbols and sizes of a network file: rows to leaves, with their shapes, roles, facts and spellings."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, get_args

from symback.algebra.facts import DECLARED, Fact
from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.algebra.terms import Ref
from symback.errors import DeclarationError, ReadingError
from symback.network.hints import suggestion
from symback.network.program import Leaf, Role, Spelling
from symback.network.spelling import spell
from symback.network.values import rectangle
from symback.reading.names import declared_name
from symback.reading.settle import Letters
from symback.reading.size_text import declared_size
from symback.reading.syntax import parse

ROLES: tuple[str, ...] = (*get_args(Role), "intermediate")
ROW_KEYS = ("role", "shape", "facts", "value", "letter", "layer", "unit", "flat", "entries")
MAX_AXES = 12


@dataclass(frozen=True)
class Axis:
    """One entry of a shape as declared: its text and, for ``"l: L"``, the name of its index."""

    text: str
    letter: str = ""


@dataclass(frozen=True)
class Symbol:
    """One declared symbol, checked but with its sizes still text."""

    name: str
    role: str = "input"
    axes: tuple[Axis, ...] = ()
    facts: tuple[Fact, ...] = ()
    value: object = None
    spelling: Spelling | None = None
    entries: tuple[tuple[tuple[int, ...], str], ...] = ()


@dataclass(frozen=True)
class Sizes:
    """What size names stand for: ``fixed`` under [sizes] or solved for; ``least`` where declared; ``tables`` for ``n[l]``."""

    fixed: Mapping[str, object] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def symbol(name: object, row: object) -> Symbol:
    """One row of the symbols table."""
    known = declared_name(name, "symbols")
    where = f"symbols.{known}"
    if not isinstance(row, Mapping):
        raise DeclarationError(where, f"the row is {row!r}", 'write { role = "weight", shape = ["m", "n"] }')
    for key in row:
        if key not in ROW_KEYS:
            raise DeclarationError(
                where, f"{key} is no key of a symbol", suggestion(str(key), ROW_KEYS) or "known keys are " + ", ".join(ROW_KEYS)
            )
    role = row.get("role", "input")
    if role not in ROLES:
        raise DeclarationError(where, f"the role is {role!r}", suggestion(str(role), ROLES) or "roles are " + ", ".join(ROLES))
    entries, size = _entries(where, row.get("entries"))
    axes = _axes(where, row["shape"]) if "shape" in row else tuple(Axis(str(n)) for n in size)
    return Symbol(known, role, axes, facts(where, row.get("facts", ())), row.get("value"), spell(known, row), entries)


def _axes(where: str, shape: object) -> tuple[Axis, ...]:
    if isinstance(shape, str) or not isinstance(shape, Sequence) or len(shape) > MAX_AXES:
        raise DeclarationError(where, f"the shape is {shape!r}", 'a shape is a list of sizes such as ["m", "n"]; [] is a scalar')
    return tuple(_axis(where, size) for size in shape)


def _axis(where: str, size: object) -> Axis:
    if isinstance(size, bool) or not isinstance(size, int | str):
        raise DeclarationError(where, f"the size {size!r} is no size", 'a size is an integer, a name or an expression such as "n-k+1"')
    letter, colon, text = str(size).partition(":")
    return Axis(text.strip(), declared_name(letter.strip(), where)) if colon else Axis(str(size).strip())


def _entries(where: str, given: object) -> tuple[tuple[tuple[tuple[int, ...], str], ...], tuple[int, ...]]:
    """Named entries by place, and the shape they span."""
    if given is None:
        return (), ()
    if not isinstance(given, list | tuple):
        raise DeclarationError(where, f"entries is {given!r}", 'write entries = [["w1", "w3"], ["w2", "w4"]]')
    shape = rectangle(where, given)
    found: dict[tuple[int, ...], str] = {}

    def visit(part: object, place: tuple[int, ...]) -> None:
        if isinstance(part, list | tuple):
            for n, inner in enumerate(part):
                visit(inner, (*place, n))
        else:
            found[place] = declared_name(part, where)

    visit(given, ())
    if len(set(found.values())) != len(found):
        raise DeclarationError(where, "two entries have one name", "give each entry a name of its own")
    return tuple(found.items()), shape


def facts(where: str, given: object) -> tuple[Fact, ...]:
    """Facts as declared: names, or lists of a name and its numbers."""
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list | tuple) and len(given) > 1 and all(isinstance(n, int | float) for n in given[1:]):
        given = [given]
    if not isinstance(given, list | tuple):
        raise DeclarationError(where, f"facts is {given!r}", 'write facts = ["positive", ["between", 0, 1]]')
    return tuple(_fact(where, item) for item in given)


def _fact(where: str, item: object) -> Fact:
    if isinstance(item, Fact):
        return item
    kind: Any
    kind, *numbers = item if isinstance(item, list | tuple) and item else [item]
    if kind not in DECLARED:
        raise DeclarationError(
            where, f"{kind!r} is no known fact", suggestion(str(kind), DECLARED) or "known facts are " + ", ".join(DECLARED)
        )
    wanted = DECLARED[kind].numbers
    if len(numbers) != wanted:
        raise DeclarationError(
            where, f"the fact {kind} takes {wanted} numbers and gets {len(numbers)}", f'write ["{kind}"{", 1" * wanted}]'
        )
    return Fact(kind, tuple(exact_number(where, n) for n in numbers))


def exact_number(where: str, value: object) -> Fraction:
    """A finite number as the decimal it was written as."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise DeclarationError(where, f"{value!r} is no finite number")
    return Fraction(str(value))


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


# sizes ------------------------------------------------------------------------------------------------------------------


def size_names(symbols: Iterable[Symbol], extra: Mapping[str, object]) -> tuple[dict[str, int], tuple[str, ...]]:
    """The size names in shapes with their least values, and the names of size tables.

    A name that is an axis by itself, or a divisor, is at least 1; any other (a padding) may be 0.
    """
    least: dict[str, int] = {}
    tables: dict[str, None] = {}
    texts = [(f"symbols.{s.name}", a.text, {x.letter for x in s.axes}) for s in symbols for a in s.axes]
    texts += [(f"sizes.{n}", v, set()) for n, v in extra.items() if isinstance(v, str)]
    for where, text, letters in texts:
        tree = _size_tree(where, text)
        bare = isinstance(tree, ast.Name)
        divisors = {
            n.id
            for d in ast.walk(tree)
            if isinstance(d, ast.BinOp) and isinstance(d.op, ast.FloorDiv)
            for n in ast.walk(d.right)
            if isinstance(n, ast.Name)
        }
        measured = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        heads = {n.value.id for n in ast.walk(tree) if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in heads:
                tables[node.id] = None
            elif isinstance(node, ast.Name) and node.id not in letters and id(node) not in measured:
                floor = 1 if bare or node.id in divisors else 0
                least[node.id] = max(least.get(node.id, 0), floor)
    return least, tuple(tables)


def _size_tree(where: str, text: str) -> ast.expr:
    try:
        return parse(text).tree
    except ReadingError as error:
        raise ReadingError(f"{where}: the size {text}", error.found, error.remedy) from None


def declared_sizes(given: object) -> Sizes:
    """The [sizes] table: an integer, an expression, a list for ``n[l]``, or ``{ least = 0 }``."""
    if not isinstance(given, Mapping):
        raise DeclarationError("sizes", f"the table is {given!r}", "write [sizes] with a line such as n = 3")
    fixed: dict[str, object] = {}
    least: dict[str, int] = {}
    lists: dict[str, tuple[int, ...]] = {}
    for name, value in given.items():
        known = declared_name(name, "sizes")
        match value:
            case Mapping() if set(value) <= {"least"} and value.get("least", 1) in (0, 1):
                least[known] = int(value.get("least", 1))
            case list() | tuple() if value and all(isinstance(v, int) and not isinstance(v, bool) and v > 0 for v in value):
                lists[known] = tuple(value)
            case int() | str() if not isinstance(value, bool):
                fixed[known] = value
            case _:
                remedy = "a size is an integer, an expression, a list of integers for n[l], or { least = 0 }"
                raise DeclarationError(f"sizes.{known}", f"the size is {value!r}", remedy)
    return Sizes(fixed, least, lists)


def size_table(least: Mapping[str, int], tables: tuple[str, ...], sizes: Sizes, solved: Mapping[str, Size]) -> dict[str, Size]:
    """What each size name stands for: itself, what [sizes] fixes it to, or what it was solved for."""
    merged = {**least, **{n: sizes.least.get(n, least.get(n, 1)) for n in (*sizes.least, *(n for n in least if n in sizes.least))}}
    names = {n: Size.of(SizeSymbol(n, low)) for n, low in merged.items() if n not in tables}
    names = {n: solved.get(n, s) for n, s in names.items()}
    pending = dict(sizes.fixed)
    while pending:
        ready = [n for n, v in pending.items() if not (isinstance(v, str) and any(o in pending for o in _mentioned(n, v)))]
        if not ready:
            raise DeclarationError(f"sizes.{next(iter(pending))}", f"the size reads itself: {next(iter(pending.values()))}")
        for name in ready:
            names[name] = declared_size(pending.pop(name), f"sizes.{name}", names, tables, {}, min(merged.get(name, 1), 1))
    return names


def _mentioned(name: str, text: str) -> set[str]:
    return {n.id for n in ast.walk(_size_tree(f"sizes.{name}", text)) if isinstance(n, ast.Name)}


def shape_indices(symbol: Symbol, names: Mapping[str, Size], tables: tuple[str, ...], letters: Letters) -> tuple[Index, ...]:
    """The indices of a symbol's axes; a size may read an earlier axis that has a name (``"l: L"``, ``"n[l]"``)."""
    chosen: list[Index] = []
    reach: dict[str, Size] = {}
    for axis in symbol.axes:
        size = declared_size(axis.text, f"symbols.{symbol.name}", names, tables, reach)
        index = letters.choose(size, chosen, axis.letter)
        chosen.append(index)
        if axis.letter:
            reach[axis.letter] = Size.of(index)
    return tuple(chosen)


def leaf(symbol: Symbol, indices: tuple[Index, ...]) -> Leaf:
    """The leaf of a symbol whose axes are known."""
    if symbol.entries:
        spans = tuple(max(p[n] for p, _ in symbol.entries) + 1 for n in range(len(symbol.entries[0][0])))
        if tuple(i.size.constant for i in indices) != spans:
            raise DeclarationError(f"symbols.{symbol.name}", f"entries span {spans}, the shape is {tuple(a.text for a in symbol.axes)}")
    role: Any = symbol.role
    return Leaf(symbol.name, indices, role, symbol.facts, symbol.entries)


def entry_reads(symbols: Iterable[Symbol]) -> dict[str, Ref]:
    """What the name of an entry reads."""
    return {name: Ref(s.name, tuple(Size.of(p) for p in place)) for s in symbols for place, name in s.entries}

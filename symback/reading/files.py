"""Network files: TOML, JSON or the same as a dict, to a Program. A network file is never executed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from symback.algebra.sizes import Index, Size
from symback.errors import DeclarationError, ReadingError
from symback.network.checks import check
from symback.network.hints import suggestion
from symback.network.profile import checked_notation
from symback.network.program import Program
from symback.network.rounding import Policy
from symback.network.spelling import spell
from symback.network.values import checked_values, sizes_from_values
from symback.reading.declarations import (
    Sizes,
    Symbol,
    declared_sizes,
    entry_reads,
    leaf,
    shape_indices,
    size_names,
    size_table,
    symbol,
)
from symback.reading.index_notation import Line, line
from symback.reading.lines import brought_sizes, read_lines, text_pairs, with_facts
from symback.reading.names import network_name
from symback.reading.scope import Scope, SizeAtLeast, SizeSolved
from symback.reading.settle import Letters
from symback.reading.signs import signs

KEYS = ("name", "symbols", "forward", "loss", "values", "sizes", "rate", "rounding", "notation")
FORWARD = "write a table, a list of lines, or one string with an assignment a line"
MAX_BYTES = 1_000_000
MAX_DOTS = 20
MAX_KEYS = 5_000


def load(path: str | Path) -> Program:
    """The program of a network file; the suffix says whether it is ``.toml`` or ``.json``.

    A file that cannot be read is one `ReadingError`, a network that makes no sense one `DeclarationError`.
    """
    return from_dict(read_file(path))


def read_file(path: str | Path) -> dict[str, object]:
    """The table a TOML or JSON file holds, within bounds."""
    text, suffix = read_text(path), Path(path).suffix
    readers = {".toml": _toml, ".json": _json}
    if suffix not in readers:
        raise ReadingError(str(path), f"the suffix is {suffix or 'missing'}", "network files end in .toml or .json")
    data = readers[suffix](text, str(path))
    if not isinstance(data, dict):
        raise ReadingError(str(path), "holds no table", 'write {"symbols": ..., "forward": ..., "loss": ...}')
    return data


def read_text(path: str | Path) -> str:
    """The text of a file, within bounds."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ReadingError(str(path), f"the file has {file.stat().st_size} bytes", f"at most {MAX_BYTES} are read")
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise ReadingError(str(path), f"cannot be opened: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ReadingError(str(path), f"is not UTF-8 text: byte {error.start}") from None


def _toml(text: str, where: str) -> object:
    if any(row.split("=")[0].count(".") > MAX_DOTS for row in text.splitlines()) or text.count("=") + text.count("[") > 20 * MAX_KEYS:
        raise ReadingError(where, "has too many or too deeply dotted keys")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ReadingError(where, f"is not TOML: {reason}") from None


def _json(text: str, where: str) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in items:
            if key in found:
                raise ReadingError(where, f"the key {key} is given twice")
            found[key] = value
        return found

    def constant(name: str) -> object:
        raise ReadingError(where, f"holds {name}", "every number must be finite")

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ReadingError(where, f"is not JSON: {reason}") from None


def from_dict(data: Mapping[str, object], scalar: bool = True) -> Program:
    """The program of a network given as a dict with the keys of a network file.

    ``scalar=False`` admits a loss that is no scalar (a Jacobian is then asked for).

    >>> program = from_dict({"symbols": {"w": {"role": "weight", "shape": ["n"]}, "x": {"shape": ["n"]}}, "forward": "L = w @ x", "loss": "L"})
    >>> program.definition["L"].body
    sum_i(w[i]*x[i])
    """
    if not isinstance(data, Mapping):
        raise DeclarationError("network", f"is {type(data).__name__}, not a table", "give a dict with symbols, forward and loss")
    for key in data:
        if key not in KEYS:
            raise DeclarationError(
                f"network: {key}", "is no key of a network", suggestion(str(key), KEYS) or "known keys are " + ", ".join(KEYS)
            )
    symbols = _symbols(data.get("symbols", {}))
    lines, result = _lines(data)
    _unique(symbols, lines)
    shapes = {s.name: tuple(a.text for a in s.axes) for s in symbols if _is_measured(s)}
    names = {*(s.name for s in symbols), *(item.name for item in lines)}
    lines = tuple(replace(item, shape=shapes.get(item.name, item.shape)).relettered(names) for item in lines)
    declared = Declared(data, symbols, lines, result, declared_sizes(data.get("sizes", {})))
    solved: dict[str, Size] = {}
    for _ in range(100):
        try:
            return _Reading(declared, solved).program(scalar)
        except SizeAtLeast as found:
            least = {**declared.sizes.least, found.name: max(found.least, declared.sizes.least.get(found.name, 0))}
            declared = replace(declared, sizes=replace(declared.sizes, least=least))
        except SizeSolved as match:
            solved = {name: _put(size, match) for name, size in solved.items()} | {match.name: match.size}
    raise DeclarationError("sizes", "the sizes cannot be solved for")


def _put(size: Size, found: SizeSolved) -> Size:
    return size.replace(lambda atom: found.size if getattr(atom, "name", None) == found.name and not isinstance(atom, Index) else None)


def _symbols(table: object) -> tuple[Symbol, ...]:
    if not isinstance(table, Mapping):
        raise DeclarationError("symbols", f"is {type(table).__name__}, not a table", 'write W1 = { role = "weight", shape = ["m", "n"] }')
    if len(table) > MAX_KEYS:
        raise DeclarationError("symbols", f"declares {len(table)} symbols", f"at most {MAX_KEYS} are read")
    return tuple(symbol(name, row) for name, row in table.items())


def _is_measured(s: Symbol) -> bool:
    """Whether the shape of an intermediate is read off other arrays (``X.shape[0]``), so that it is known when its line is read."""
    return s.role == "intermediate" and any(".shape" in axis.text for axis in s.axes)


def _lines(data: Mapping[str, object]) -> tuple[tuple[Line, ...], str]:
    """The lines of forward and of the loss, and the name of the result."""
    forward, loss = data.get("forward", {}), data.get("loss")
    if isinstance(forward, str):
        pairs: list[tuple[str, object]] = list(text_pairs(forward))
    elif isinstance(forward, Mapping):
        pairs = list(forward.items())
    elif isinstance(forward, list | tuple):
        pairs = [pair for part in forward for pair in _part(part)]
    else:
        raise DeclarationError("forward", f"is {type(forward).__name__}", FORWARD)
    if isinstance(loss, Mapping):
        if len(loss) != 1:
            raise DeclarationError("loss", f"has {len(loss)} entries", 'write one, such as L = "sum((y - h)**2)"')
        pairs += loss.items()
        result = line(*pairs[-1]).name
    elif isinstance(loss, str):
        result = loss
    else:
        raise DeclarationError(
            "loss", "is missing" if loss is None else f"is {type(loss).__name__}", "write [loss] with one entry, or the name of a scalar"
        )
    lines = tuple(line(left, right) for left, right in pairs)
    names = [item.name for item in lines]
    if result not in names:
        raise DeclarationError(
            f"loss = {result[:80]}", f"{result[:80]} is not defined by forward", suggestion(result, names) or "name one of its lines"
        )
    return lines, result


def _part(part: object) -> list[tuple[str, object]]:
    """One entry of a list of lines: a text, a table, or a pair of two sides."""
    if isinstance(part, str):
        return list(text_pairs(part))
    if isinstance(part, Mapping):
        return list(part.items())
    if isinstance(part, list | tuple) and len(part) == 2 and isinstance(part[0], str):
        return [(part[0], part[1])]
    raise DeclarationError("forward", f"an entry is {str(part)[:80]!r}", FORWARD)


def _unique(symbols: Sequence[Symbol], lines: Sequence[Line]) -> None:
    declared = {s.name for s in symbols if s.role != "intermediate"}
    entries = [name for s in symbols for _, name in s.entries]
    seen: set[str] = set()
    for item in lines:
        if item.name in declared:
            raise DeclarationError(
                item.source.where, f"{item.name} is declared under symbols and defined here", "give the definition another name"
            )
        if item.name in seen:
            raise DeclarationError(
                item.source.where, f"{item.name} is defined twice", f"give one of them another name, such as {item.name}_2"
            )
        seen.add(item.name)
    for name in entries:
        if name in declared or name in seen or entries.count(name) > 1:
            raise DeclarationError(f"entries: {name}", f"{name} is declared twice", "give each entry a name of its own")
    for s in symbols:
        if s.role == "intermediate" and s.name not in seen:
            raise DeclarationError(
                f"symbols.{s.name}", f"the intermediate {s.name} is never defined", "define it in forward, or give it another role"
            )


@dataclass(frozen=True)
class Declared:
    """A declaration whose text has been taken apart: symbols, lines, the name of the result, sizes, and the rest as given."""

    data: Mapping[str, object]
    symbols: tuple[Symbol, ...]
    lines: tuple[Line, ...]
    result: str
    sizes: Sizes


class _Reading:
    """One reading of a declaration, for given solved sizes."""

    def __init__(self, declared: Declared, solved: Mapping[str, Size]) -> None:
        self.data, self.symbols, self.lines = declared.data, declared.symbols, declared.lines
        measured = {s.name for s in self.symbols if _is_measured(s)}
        self.result, self.fixed, self.solved = declared.result, declared.sizes, solved
        symbols, lines, sizes = self.symbols, self.lines, self.fixed
        least, tables = size_names(symbols, sizes.fixed)
        known = {*least, *tables, *(s.name for s in symbols), *(item.name for item in lines)}
        least |= {name: low for name, low in brought_sizes(lines).items() if name not in known}
        tables = tuple(dict.fromkeys((*tables, *sizes.lists)))
        self.sizes = size_table(least, tables, sizes, solved)
        axes = [a.letter for s in symbols for a in s.axes if a.letter]
        left = [c for item in lines for c in item.letters or ()]
        taken = (*(s.name for s in symbols), *(item.name for item in lines), *self.sizes, *tables, *axes, *left)
        self.letters = Letters(taken)
        indices = {s.name: shape_indices(s, self.sizes, tables, self.letters) for s in symbols if s.name not in measured}
        told = [replace(s, facts=with_facts(s.facts, s.name, lines)) for s in symbols if s.role != "intermediate"]
        self.leaves = tuple(leaf(s, indices[s.name]) for s in told)
        self.shapes = {s.name: indices[s.name] for s in symbols if s.role == "intermediate" and s.name not in measured}
        axes_of = {a.name: a.indices for a in self.leaves}
        later = tuple(item.name for item in lines)
        self.scope = Scope(axes_of, self.sizes, self.letters, tables, entry_reads(symbols), later, sign=signs(self.leaves))

    def program(self, scalar: bool) -> Program:
        """The checked program."""
        read_lines(self.lines, self.scope, self.shapes)
        indices = {a.name: a.indices for a in self.leaves}
        values = checked_values(self._values(), indices)
        known = {**self.fixed.lists, **{n: s.constant for n, s in self.sizes.items() if s.constant is not None and n in self.fixed.fixed}}
        sizes = {**sizes_from_values(values, indices, known), **{n: s for n, s in self.solved.items() if s.constant is None}}
        sizes |= {n: s.constant for n, s in self.solved.items() if s.constant is not None}
        declared = {s.name: s.spelling for s in self.symbols if s.spelling is not None}
        entries = {name: spell(name) for s in self.symbols for _, name in s.entries}
        spellings = {**declared, **entries, **{str(d.name): spell(str(d.name)) for d in self.scope.added if d.name not in declared}}
        name = network_name(self.data.get("name", ""))
        rounding = Policy.of(self.data["rounding"]) if "rounding" in self.data else None
        notation = checked_notation(self.data.get("notation", {}))
        program = Program(name, self.leaves, tuple(self.scope.added), (self.result,), sizes, values, spellings, rounding, notation)
        return check(program, {item.name: item.source.where for item in self.lines}, scalar)

    def _values(self) -> dict[str, object]:
        given = self.data.get("values", {})
        if not isinstance(given, Mapping):
            raise DeclarationError("values", f"is {type(given).__name__}, not a table", "write x = [0.1, 0.2]")
        found = {s.name: s.value for s in self.symbols if s.value is not None} | dict(given)
        return found | ({"rate": self.data["rate"]} if "rate" in self.data else {})

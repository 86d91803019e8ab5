"""What may stand in ``forward`` and ``loss`` of a SymPy declaration: equations, pairs, lines of text, and tables of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from symback.errors import AxisMismatch, DeclarationError
from symback.network.hints import suggestion
from symback.reading.index_notation import Line, line
from symback.reading.lazy import sp
from symback.reading.lines import text_pairs
from symback.reading.names import spelled_name
from symback.reading.syntax import parse

FORMS = "give sp.Eq(left, right), the pair (left, right), or text such as 'h = tanh(z)'"


@dataclass(frozen=True)
class Equation:
    """``left = right`` with a symbol, a matrix symbol or an indexed base on the left."""

    left: Any
    right: Any

    @property
    def text(self) -> str:
        """The equation as SymPy writes it, on one short line."""
        line = " ".join(f"{self.left} = {self.right}".split())
        return line if len(line) <= 160 else line[:157] + "..."


@dataclass(frozen=True)
class TextLine:
    """A line of text; ``left`` is the SymPy object it defines, where that was given."""

    line: Line
    left: Any = None

    @property
    def text(self) -> str:
        """The line as it was written."""
        return self.line.source.where


Entry: TypeAlias = Equation | TextLine


def text_of(where: Entry | str) -> str:
    """The text of a place, written only for a message: SymPy takes long over long expressions."""
    return where if isinstance(where, str) else where.text


class Texts(Mapping[Any, str]):
    """The text of each entry by name, written only when a message quotes it."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries

    def __getitem__(self, name: Any) -> str:
        return self.entries[name].text

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def head(left: Any) -> Any:
    """The object a left side or a declared symbol is about: a symbol, a matrix symbol, an indexed base."""
    return left.base if isinstance(left, sp.Indexed) else left


def name_of(thing: Any, where: str = "") -> str:
    """The name of a declared SymPy object as symback writes it; what is no name is refused."""
    if isinstance(thing, sp.IndexedBase):
        return spelled_name(str(thing.label), where)
    if isinstance(thing, sp.Symbol | sp.MatrixSymbol):
        return spelled_name(thing.name, where)
    raise DeclarationError(where, f"{str(thing)[:80]} is no symbol", "give a Symbol, a MatrixSymbol, an IndexedBase or a Matrix of Symbols")


def listed(forward: Any) -> tuple[Any, ...]:
    """The entries of ``forward``, which may be a single one: an equation, a text, a table of lines."""
    single = isinstance(forward, str | Mapping | sp.Basic) or not isinstance(forward, Iterable)
    return (forward,) if single else tuple(forward)


def several(given: Any, where: str) -> tuple[Any, ...]:
    """Some symbols; a single one is as good as a list of it."""
    if isinstance(given, sp.Basic) and not isinstance(given, sp.MatrixBase | sp.Tuple):
        return (given,)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise DeclarationError(where, f"is {str(given)[:80]!r}, no list of symbols", "give SymPy symbols, as in [W, b]")
    return tuple(given)


def table(given: Any, where: str) -> dict[Any, Any]:
    """What is said of symbols, by symbol."""
    if not isinstance(given, Mapping | None):
        raise DeclarationError(where, f"is {type(given).__name__}, not a table", "give a dict from symbols to what is said of them")
    return dict(given or {})


def entries_of(forward: Sequence[Any], loss: Any) -> tuple[list[Entry], Entry]:
    """Every entry of a declaration, and the one that defines the loss: the last of ``loss``, or the one it names."""
    lines = [entry for n, item in enumerate(forward) for entry in entries(item, f"forward[{n}]")]
    if isinstance(loss, sp.Symbol) or (isinstance(loss, str) and loss.strip().isidentifier()):
        return lines, _named(str(loss).strip(), lines)
    own = list(entries(loss, "loss"))
    if not own:
        raise DeclarationError("loss", "is empty", FORMS)
    if isinstance(own[0], Equation) and len(own) > 1 and not isinstance(loss, Mapping):
        raise DeclarationError("loss", "the loss is a matrix of equations", "give one scalar")
    return [*lines, *own], own[-1]


def _named(loss: str, lines: Sequence[Entry]) -> Entry:
    """The entry that defines the loss by its name."""
    table = {defined(entry): entry for entry in lines}
    found = table.get(spelled_name(loss, "loss"))
    if found is None:
        raise DeclarationError(
            f"loss = {loss[:80]}", f"{loss[:80]} is not defined by forward", suggestion(loss, table) or "name one of its lines"
        )
    return found


def defined(entry: Entry) -> str:
    """The name an entry defines."""
    if isinstance(entry, TextLine):
        return entry.line.name
    try:
        return name_of(head(entry.left))
    except DeclarationError as error:
        raise DeclarationError(entry.text, error.found, error.remedy) from None


def entries(given: Any, where: str) -> Iterator[Entry]:
    """The equations and lines of one entry of ``forward``: an explicit matrix gives an equation for each of its entries."""
    if given is False or given is True or isinstance(given, sp.BooleanAtom):
        found = f"an equation is plain {bool(given)}: sp.Eq decided it instead of keeping it"
        raise DeclarationError(where, found, "give the pair (left, right), with sb.tanh(Z) and its kin for matrices")
    if isinstance(given, str):
        yield from (TextLine(line(left, right)) for left, right in text_pairs(given))
    elif isinstance(given, Mapping):
        for left, right in given.items():
            yield from _pair(left, right, where)
    elif isinstance(given, sp.Equality):
        yield from _pair(given.lhs, given.rhs, where)
    elif isinstance(given, tuple | list) and len(given) == 2:
        yield from _pair(given[0], given[1], where)
    else:
        raise DeclarationError(where, f"{str(given)[:80]} is no equation", FORMS)


def _pair(left: Any, right: Any, where: str) -> Iterator[Entry]:
    if isinstance(left, str):
        if not isinstance(right, str):
            found = f"the left side {left[:80]} is text and the right side is {type(right).__name__}"
            raise DeclarationError(where, found, f"give two texts, or the SymPy symbol {left[:80]} on the left")
        yield TextLine(line(left, right))
        return
    if not isinstance(left, sp.MatrixBase | sp.Symbol | sp.MatrixSymbol | sp.Indexed | sp.IndexedBase):
        remedy = "give a Symbol, a MatrixSymbol, an Indexed or a Matrix of Symbols"
        raise DeclarationError(where, f"the left side {str(left)[:80]} is no symbol", remedy)
    if isinstance(right, str):
        yield _text_of_symbol(left, right, where)
        return
    if isinstance(right, bool | sp.BooleanAtom) or right is None:
        raise DeclarationError(where, f"the right side of {left} is {right!r}", "give a SymPy expression, or text")
    right = right if isinstance(right, sp.Basic | sp.MatrixBase) else _plain_number(right, where)
    if isinstance(left, sp.MatrixBase):
        yield from _by_entry(left, right, where)
    elif isinstance(left, sp.IndexedBase):
        raise DeclarationError(where, f"the left side {left} has no indices", f"write {left}[i] with its indices")
    else:
        yield Equation(left, right)


def _text_of_symbol(left: Any, right: str, where: str) -> TextLine:
    """A line of text for a SymPy object, whose shape it must have."""
    if isinstance(left, sp.MatrixBase):
        raise DeclarationError(where, "the left side is an explicit matrix and the right side is text", "give a MatrixSymbol on the left")
    name = name_of(head(left), where)
    if not isinstance(left, sp.Indexed):
        return TextLine(Line(name, None, parse(right, name)), left)
    letters = ", ".join(str(getattr(i, "label", i)) for i in left.indices)
    return TextLine(line(f"{name}[{letters}]", right), left)


def _plain_number(value: Any, where: str) -> Any:
    if isinstance(value, int | float):
        return sp.Integer(value) if isinstance(value, int) else sp.Float(value)
    raise DeclarationError(where, f"the right side is {type(value).__name__}", "give a SymPy expression")


def _by_entry(left: Any, right: Any, where: str) -> Iterator[Entry]:
    if isinstance(right, sp.MatrixExpr) and not isinstance(right, sp.MatrixBase) and all(n.is_Integer for n in right.shape):
        right = right.as_explicit()
    if not isinstance(right, sp.MatrixBase) or left.shape != right.shape:
        found = f"the left side is {left.shape} and the right side {getattr(right, 'shape', 'a scalar')}"
        raise AxisMismatch(where, found, "give both sides one shape")
    for name, value in zip(left.flat(), right.flat(), strict=True):
        yield from _pair(name, value, where)

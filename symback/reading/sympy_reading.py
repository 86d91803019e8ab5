"""SymPy equations to a program: what is declared, what the shapes are, which line defines what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.errors import AxisMismatch, DeclarationError
from symback.network.checks import check
from symback.network.hints import shape_text, suggestion
from symback.network.program import Leaf, Program, Role, recurrence_groups
from symback.network.spelling import spell
from symback.network.values import checked_values, sizes_from_values
from symback.reading.arrays import Misfit, is_one
from symback.reading.declarations import facts as read_facts
from symback.reading.lazy import sp
from symback.reading.names import spelled_name
from symback.reading.scope import Scope, SizeAtLeast
from symback.reading.settle import Letters, settle
from symback.reading.sympy_order import Order, is_literal
from symback.reading.sympy_sizes import LEAST, Shapes, index_range, size_of
from symback.reading.sympy_terms import Converter, biases


@dataclass(frozen=True)
class Declared:
    """A declaration as received: equations, the loss, the roles in order, and what was said besides."""

    forward: tuple[Any, ...]
    loss: Any
    roles: tuple[tuple[Role, tuple[Any, ...]], ...]
    name: str
    facts: Mapping[Any, Any]
    values: Mapping[Any, Any]


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


def _text(where: Equation | str) -> str:
    """The text of a place, written only for a message: SymPy takes long over long expressions."""
    return where if isinstance(where, str) else where.text


class Texts(Mapping[Any, str]):
    """The text of each equation by name, written only when a message quotes it."""

    def __init__(self, equations: Mapping[str, Equation]) -> None:
        self.equations = equations

    def __getitem__(self, name: Any) -> str:
        return self.equations[name].text

    def __iter__(self) -> Iterator[str]:
        return iter(self.equations)

    def __len__(self) -> int:
        return len(self.equations)


def equations(given: Any, where: str) -> Iterator[Equation]:
    """The equations of one entry of ``forward``: an explicit matrix gives one for each entry."""
    if given is False or given is True or isinstance(given, sp.BooleanAtom):
        found = f"an equation is plain {bool(given)}: sp.Eq decided it instead of keeping it"
        raise DeclarationError(where, found, "give the pair (left, right), with sb.tanh(Z) and its kin for matrices")
    if isinstance(given, sp.Equality):
        left, right = given.lhs, given.rhs
    elif isinstance(given, tuple | list) and len(given) == 2:
        left, right = given
    else:
        raise DeclarationError(where, f"{str(given)[:80]} is no equation", "give sp.Eq(left, right) or the pair (left, right)")
    if isinstance(right, bool | sp.BooleanAtom | str) or right is None:
        raise DeclarationError(where, f"the right side of {left} is {right!r}", "give a SymPy expression")
    right = right if isinstance(right, sp.Basic | sp.MatrixBase) else _plain_number(right, where)
    if isinstance(left, sp.MatrixBase):
        yield from _entries(left, right, where)
    elif isinstance(left, sp.Symbol | sp.MatrixSymbol | sp.Indexed):
        yield Equation(left, right)
    else:
        raise DeclarationError(
            where, f"the left side {str(left)[:80]} is no symbol", "give a Symbol, a MatrixSymbol, an Indexed or a Matrix of Symbols"
        )


def _plain_number(value: Any, where: str) -> Any:
    if isinstance(value, int | float):
        return sp.Integer(value) if isinstance(value, int) else sp.Float(value)
    raise DeclarationError(where, f"the right side is {type(value).__name__}", "give a SymPy expression")


def _entries(left: Any, right: Any, where: str) -> Iterator[Equation]:
    if isinstance(right, sp.MatrixExpr) and not isinstance(right, sp.MatrixBase) and all(n.is_Integer for n in right.shape):
        right = right.as_explicit()
    if not isinstance(right, sp.MatrixBase) or left.shape != right.shape:
        found = f"the left side is {left.shape} and the right side {getattr(right, 'shape', 'a scalar')}"
        raise AxisMismatch(where, found, "give both sides one shape")
    for name, value in zip(left.flat(), right.flat(), strict=True):
        yield from equations((name, value), where)


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


def read_program(declared: Declared) -> Program:
    """The checked program of a SymPy declaration."""
    least: dict[str, int] = {}
    with sp.evaluate(True):
        while True:
            token = LEAST.set(least)
            try:
                return _Reading(declared).program()
            except SizeAtLeast as found:
                least = {**least, found.name: max(found.least, least.get(found.name, 1) + 1)}
            finally:
                LEAST.reset(token)


class _Reading:
    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        lines = [e for n, given in enumerate(declared.forward) for e in equations(given, f"forward[{n}]")]
        (last, *more) = list(equations(declared.loss, "loss"))
        if more:
            raise DeclarationError("loss", "the loss is a matrix of equations", "give one scalar")
        self.lines = [*lines, last]
        self.things: dict[str, Any] = {}
        self.roles: dict[str, Role] = {}
        self.texts: dict[str, Equation] = {}
        self._declare()
        self.shapes = Shapes([(e.left, e.right) for e in self.lines])
        self._constants()
        order = {name: n for n, name in enumerate((*self.roles, *self.texts))}
        parameters = [n for n, role in self.roles.items() if role == "weight"]
        literal = is_literal(e.right for e in self.lines if not isinstance(e.right, sp.MatrixBase))
        self.letters = Letters((*self.things, *self.shapes.names))
        axes = {name: self.letters.indices(self.shapes.shape(self.things[name], name)) for name in self.roles}
        self.scope = Scope(dict(axes), {}, self.letters, reserved=tuple(self.texts), solves=False)
        self.converter = Converter(self.scope, self.shapes, Order(order, parameters, literal), self._known)
        for key in declared.facts:
            if self._key(key, "facts") not in self.roles:
                remedy = suggestion(self._key(key, "facts"), self.roles) or "facts are said of parameters, inputs, targets and constants"
                raise DeclarationError(f"facts of {self._key(key, 'facts')}", "is not declared", remedy)
        self.biases = biases([e.right for e in self.lines])
        self.leaves = [self._leaf(name, axes[name]) for name in self.roles]

    # what is declared ----------------------------------------------------------------------------------------------

    def _declare(self) -> None:
        for role, things in self.declared.roles:
            for thing in things:
                for single in thing.flat() if isinstance(thing, sp.MatrixBase) else (thing,):
                    self._take(single, role)
        for equation in self.lines:
            name = self._same(head(equation.left), equation)
            if name in self.texts or name in self.roles:
                how = "defined twice" if name in self.texts else "declared as " + self.roles[name] + " and defined here"
                raise DeclarationError(equation.text, f"{name} is {how}", f"give one of them another name, such as {name}_2")
            self.texts[name] = equation

    def _take(self, thing: Any, role: Role) -> None:
        if isinstance(thing, sp.Indexed):
            thing = thing.base
        name = self._same(thing, f"{role}s")
        if name in self.roles:
            raise DeclarationError(f"{role}s", f"{name} is named twice", "name each symbol once")
        self.roles[name] = role

    def _same(self, thing: Any, where: Equation | str) -> str:
        """The name of a thing; two different things under one name are an error."""
        try:
            name = name_of(thing)
        except DeclarationError as error:
            raise DeclarationError(_text(where), error.found, error.remedy) from None
        known = self.things.setdefault(name, thing)
        if known != thing and not (isinstance(known, sp.IndexedBase) and isinstance(thing, sp.IndexedBase)):
            found = f"two different symbols are called {name}"
            raise DeclarationError(_text(where), found, "use one object for it: the same assumptions and the same shape everywhere")
        return name

    def _constants(self) -> None:
        """Every symbol that is neither declared nor defined, nor a size, nor bound: a constant."""
        for equation in self.lines:
            for thing in self.shapes.read(equation.right):
                name = self._same(thing, equation)
                if name not in self.roles and name not in self.texts:
                    self.roles[name] = "constant"

    def _known(self, thing: Any) -> str:
        return name_of(thing)

    def _leaf(self, name: str, indices: tuple[Index, ...]) -> Leaf:
        given = [v for k, v in self.declared.facts.items() if self._key(k, "facts") == name]
        facts = tuple(f for item in given for f in read_facts(f"facts of {name}", item))
        return Leaf(name, indices, self._role(name), facts)

    def _role(self, name: str) -> Role:
        role = self.roles[name]
        return "bias" if role == "weight" and self.things[name] in self.biases else role

    def _key(self, key: Any, where: str) -> str:
        return key if isinstance(key, str) else name_of(head(key), where)

    # the lines ------------------------------------------------------------------------------------------------------

    def program(self) -> Program:
        for name, equation in self.texts.items():
            left = self.letters.indices(self.shapes.shape(self.things[name], name))
            self.scope.axes[name] = left
            self._check_name(name, equation)
        definitions = [self._definition(name, equation) for name, equation in self.texts.items()]
        ordered = tuple(d for group in recurrence_groups([*self.scope.added, *definitions]) for d in group)
        indices = {leaf.name: leaf.indices for leaf in self.leaves}
        values = checked_values(self._values(), indices)
        sizes = sizes_from_values(values, indices, {})
        spellings = {str(n): spell(str(n)) for n in (*indices, *(d.name for d in ordered))}
        (result,) = [n for n, e in self.texts.items() if e is self.lines[-1]]
        program = Program(self.declared.name, tuple(self.leaves), ordered, (result,), sizes, values, spellings)
        return check(program, Texts(self.texts))

    def _check_name(self, name: str, equation: Equation) -> None:
        if name in self.shapes.names:
            raise DeclarationError(equation.text, f"{name} is a size and is defined here", "give one of them another name")

    def _values(self) -> dict[str, object]:
        found = {}
        for key, value in self.declared.values.items():
            name = self._key(key, "values")
            found[name] = value.tolist() if isinstance(value, sp.MatrixBase) else value
            if isinstance(value, sp.MatrixBase | sp.Basic):
                found[name] = _numbers(found[name], name)
        return found

    def _definition(self, name: str, equation: Equation) -> Definition:
        try:
            axes, body = self._body(name, equation)
        except Misfit as misfit:
            kind = AxisMismatch if misfit.sizes else DeclarationError
            raise kind(equation.text, misfit.found, misfit.remedy) from None
        indices, settled = settle(axes, body, self.letters)
        return Definition(name, indices, settled)

    def _body(self, name: str, equation: Equation) -> tuple[tuple[Index, ...], Any]:
        left, right, scope = equation.left, equation.right, self.scope
        if isinstance(left, sp.Indexed):
            return self._indexed(name, left, right)
        shape = self.shapes.shape(left, name)
        given = tuple(size_of(n) for n in right.shape) if getattr(right, "is_Matrix", False) else ()
        if shape != given and not (not shape and all(is_one(n) for n in given)):
            if equation is self.lines[-1]:
                raise Misfit(f"the loss is {shape_text(given)}, not a scalar", "sum it with sb.sum, or take its mean", sizes=True)
            found = f"{left} is {shape_text(shape)} and the right side is {shape_text(given)}"
            raise Misfit(found, "give both sides one shape", sizes=True)
        if not given:
            return (), self.converter.scalar(right)
        places = [scope.index(n) for n in given]
        entry = self.converter.entry(right, *(Size.of(0) if is_one(i.size) else Size.of(i) for i in places))
        return tuple(places) if shape else (), entry

    def _indexed(self, name: str, left: Any, right: Any) -> tuple[tuple[Index, ...], Any]:
        axes = []
        bound: dict[Any, Size] = {}
        for axis, (letter, size) in enumerate(zip(left.indices, self.shapes.shape(left.base, name), strict=True)):
            if not isinstance(letter, sp.Symbol | sp.Idx) or letter in bound:
                raise Misfit(f"the left index {letter} is no index of its own", "write distinct indices on the left")
            span = index_range(letter)
            if span is not None and span[1] - span[0] + 1 is not size:
                raise Misfit(f"the index {letter} runs over {span[0]}..{span[1]} and the axis of {name} has {size} entries", sizes=True)
            index = self.scope.index(size, spelled_name(str(getattr(letter, "label", letter))))
            axes.append(index)
            start = self.shapes.offset(name, axis) if span is None else span[0]
            bound[letter] = (Size.of(0) if is_one(size) else Size.of(index)) + start
        return tuple(axes), self.converter.under(bound, right)


def _numbers(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_numbers(v, name) for v in value]
    if isinstance(value, sp.Basic) and value.is_number and value.is_real:
        return int(value) if value.is_Integer else float(value)
    return value

"""SymPy equations and lines of text to a program: what is declared, what the shapes are, which line defines what.

Shapes of SymPy objects are known before anything is read; so the text is read first, in the order in which its lines read each
other, and an equation may stand between any two of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from symback.reading.lines import brought_sizes, read_lines, with_facts
from symback.reading.lines import term_uses as text_uses
from symback.reading.names import spelled_name
from symback.reading.scope import Remedies, Scope, SizeAtLeast
from symback.reading.settle import Letters, settle
from symback.reading.signs import signs
from symback.reading.sympy_equations import Entry, Equation, TextLine, Texts, defined, entries_of, head, name_of, text_of
from symback.reading.sympy_order import Order, is_literal
from symback.reading.sympy_sizes import LEAST, Shapes, index_range, named_size, size_of
from symback.reading.sympy_terms import Converter, term_uses

ENTRYWISE = ("exp", "log", "sin", "cos", "tanh", "erf", "sqrt")
"""Functions that symback has for matrices under the name that SymPy has for numbers."""

MAX_READINGS = 1000
REMEDIES = Remedies(
    "name the SymPy symbol {} in parameters, inputs or targets",
    "give the pair (left, text) with a left side such as sp.IndexedBase('{}', shape=(n,))[i]",
)


@dataclass(frozen=True)
class Declared:
    """A declaration as received: equations and text, the loss, the roles in order, and what was said besides."""

    forward: tuple[Any, ...]
    loss: Any
    roles: tuple[tuple[Role, tuple[Any, ...]], ...]
    name: str
    facts: Mapping[Any, Any]
    values: Mapping[Any, Any]


def read_program(declared: Declared) -> tuple[Program, dict[str, Any]]:
    """The checked program of a SymPy declaration, and the SymPy objects by the names they have in it."""
    least: dict[str, int] = {}
    with sp.evaluate(True):
        for _ in range(MAX_READINGS):
            token = LEAST.set(least)
            try:
                reading = _Reading(declared)
                return reading.program(), reading.things
            except SizeAtLeast as found:
                least = {**least, found.name: max(found.least, least.get(found.name, 1) + 1)}
            finally:
                LEAST.reset(token)
    raise DeclarationError("sizes", f"the least sizes cannot be settled: {', '.join(f'{n} >= {k}' for n, k in least.items())}")


class _Reading:
    """One reading of a declaration, for given least sizes: what is declared, then the text, then the equations."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        given, self.loss = entries_of(declared.forward, declared.loss)
        self.things: dict[str, Any] = {}
        self.roles: dict[str, Role] = {}
        self.entries: dict[str, Entry] = {}
        self._declare(given)
        self.equations = {name: entry for name, entry in self.entries.items() if isinstance(entry, Equation)}
        self.lines = {name: entry.line for name, entry in self.entries.items() if isinstance(entry, TextLine)}
        self.lines = {name: line.relettered({*self.things, *self.entries}) for name, line in self.lines.items()}
        self.shapes = self._shapes()
        self._constants()
        order = {name: n for n, name in enumerate((*self.roles, *self.entries))}
        parameters = [n for n, role in self.roles.items() if role == "weight"]
        literal = is_literal(e.right for e in self.equations.values() if not isinstance(e.right, sp.MatrixBase))
        letters = [c for line in self.lines.values() for c in line.letters or ()]
        self.letters = Letters((*self.things, *self.lines, *self.shapes.names, *letters))
        axes = {name: self._axes(name) for name in self.roles}
        sizes = {n: named_size(n, self.brought.get(n, 1)) for n in self.shapes.names}
        reserved = tuple(self.entries)
        self.scope = Scope(dict(axes), sizes, self.letters, reserved=reserved, solves=False, asks=True, remedies=REMEDIES)
        self.converter = Converter(self.scope, self.shapes, Order(order, parameters, literal), self._known)
        for key in declared.facts:
            if self._key(key, "facts") not in self.roles:
                remedy = suggestion(self._key(key, "facts"), self.roles) or "facts are said of parameters, inputs, targets and constants"
                raise DeclarationError(f"facts of {self._key(key, 'facts')}", "is not declared", remedy)
        self.terms_only = self._terms_only()
        self.leaves = [self._leaf(name, axes[name]) for name in self.roles]
        self.scope.sign = signs(self.leaves)

    # what is declared ----------------------------------------------------------------------------------------------

    def _declare(self, given: Sequence[Entry]) -> None:
        for role, things in self.declared.roles:
            for thing in things:
                for single in thing.flat() if isinstance(thing, sp.MatrixBase) else (thing,):
                    self._take(single, role)
        for entry in given:
            name = defined(entry) if entry.left is None else self._same(head(entry.left), entry)
            if name in self.entries or name in self.roles:
                how = "defined twice" if name in self.entries else "declared as " + self.roles[name] + " and defined here"
                raise DeclarationError(entry.text, f"{name} is {how}", f"give one of them another name, such as {name}_2")
            self.entries[name] = entry

    def _take(self, thing: Any, role: Role) -> None:
        if isinstance(thing, sp.Indexed):
            thing = thing.base
        name = self._same(thing, f"{role}s")
        if name in self.roles:
            raise DeclarationError(f"{role}s", f"{name} is named twice", "name each symbol once")
        self.roles[name] = role

    def _same(self, thing: Any, where: Entry | str) -> str:
        """The name of a thing; two different things under one name are an error."""
        try:
            name = name_of(thing)
        except DeclarationError as error:
            raise DeclarationError(text_of(where), error.found, error.remedy) from None
        known = self.things.setdefault(name, thing)
        if known != thing and not (isinstance(known, sp.IndexedBase) and isinstance(thing, sp.IndexedBase)):
            found = f"two different symbols are called {name}"
            raise DeclarationError(text_of(where), found, "use one object for it: the same assumptions and the same shape everywhere")
        return name

    def _said(self) -> list[Any]:
        """The SymPy objects that facts or values are given for."""
        return [head(key) for key in (*self.declared.facts, *self.declared.values) if isinstance(key, sp.Basic)]

    def _shapes(self) -> Shapes:
        """What equations, declared things and the shapes of lines say about sizes."""
        pairs = [(e.left, e.right) for e in self.equations.values()]
        pairs += [(e.left, e.left) for e in self.entries.values() if isinstance(e, TextLine) and e.left is not None]
        shapes = Shapes([*pairs, *((thing, thing) for thing in (*self.things.values(), *self._said()))])
        taken = {*shapes.names, *self.roles, *self.entries}
        self.brought = {n: least for n, least in brought_sizes(self.lines.values()).items() if n not in taken}
        shapes.names.update(dict.fromkeys(self.brought))
        return shapes

    def _constants(self) -> None:
        """Every symbol that is neither declared nor defined, nor a size, nor bound: a constant.

        Text reads by name: what it may read as a constant is what equations read, and what facts or values are given for.
        """
        for equation in self.equations.values():
            for thing in self.shapes.read(equation.right):
                name = self._same(thing, equation)
                if name not in self.roles and name not in self.entries and name not in self.shapes.names:
                    self.roles[name] = "constant"
        read = {name for line in self.lines.values() for name in line.reads}
        for thing in self._said():
            name = name_of(thing, "facts and values")
            if name in read and name not in self.roles and name not in self.entries and name not in self.shapes.names:
                self.roles[self._same(thing, "facts and values")] = "constant"

    def _axes(self, name: str) -> tuple[Index, ...]:
        return self.letters.indices(self.shapes.shape(self.things[name], name))

    def _known(self, thing: Any) -> str:
        return name_of(thing)

    def _leaf(self, name: str, indices: tuple[Index, ...]) -> Leaf:
        given = [v for k, v in self.declared.facts.items() if self._key(k, "facts") == name]
        facts = tuple(f for item in given for f in read_facts(f"facts of {name}", item))
        return Leaf(name, indices, self._role(name), with_facts(facts, name, self.lines.values()))

    def _role(self, name: str) -> Role:
        role = self.roles[name]
        return "bias" if role == "weight" and name in self.terms_only else role

    def _terms_only(self) -> frozenset[str]:
        """The names that are read as terms of sums only, never in a product: biases, where they are parameters."""
        equations = term_uses(e.right for e in self.equations.values())
        uses = [*((self._known(thing), term) for thing, term in equations.items()), *text_uses(self.lines.values())]
        return frozenset(name for name, _ in uses) - frozenset(name for name, term in uses if not term)

    def _key(self, key: Any, where: str) -> str:
        return key if isinstance(key, str) else name_of(head(key), where)

    # the lines ------------------------------------------------------------------------------------------------------

    def program(self) -> Program:
        """The checked program."""
        self._check_names()
        self.scope.axes.update({name: self._axes(name) for name in self.equations})
        read_lines(tuple(self.lines.values()), self.scope, self._line_shapes())
        text = {str(d.name): d for d in self.scope.added if d.name in self.lines}
        definitions = [text.get(name) or self._definition(name, self.equations[name]) for name in self.entries]
        helpers = [d for d in self.scope.added if d.name not in self.lines]
        ordered = tuple(d for group in recurrence_groups([*helpers, *definitions]) for d in group)
        indices = {leaf.name: leaf.indices for leaf in self.leaves}
        values = checked_values(self._values(), indices)
        sizes = sizes_from_values(values, indices, {})
        spellings = {str(n): spell(str(n)) for n in (*indices, *(d.name for d in ordered))}
        (result,) = [n for n, e in self.entries.items() if e is self.loss]
        program = Program(self.declared.name, tuple(self.leaves), ordered, (result,), sizes, values, spellings)
        return check(program, Texts(self.entries))

    def _line_shapes(self) -> dict[str, tuple[Index, ...]]:
        """The indices of the lines of text that have a shape of their own or of a SymPy object of that name."""
        found = {}
        for name in self.lines:
            if name in self.things and self.shapes.is_known(self.things[name], name):
                found[name] = self._axes(name)
        return found

    def _check_names(self) -> None:
        """Refuse a definition of what an equation takes for a size; text reads its own lines first."""
        read = {thing for e in self.equations.values() for thing in self.shapes.read(e.right, sizes=True)}
        names = {*self.things, *(name_of(thing) for thing in read)}
        for name, entry in self.entries.items():
            if name in self.shapes.names and name in names:
                raise DeclarationError(entry.text, f"{name} is a size and is defined here", "give one of them another name")

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
            if equation is self.loss:
                raise Misfit(f"the loss is {shape_text(given)}, not a scalar", "sum it with sb.sum, or take its mean", sizes=True)
            found = f"{left} is {shape_text(shape)} and the right side is {shape_text(given)}"
            raise Misfit(found, of_matrices(right) or "give both sides one shape", sizes=True)
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


def of_matrices(expression: Any) -> str:
    """The advice to take symback's own function where SymPy's is applied to a matrix, which SymPy takes for a number."""
    for node in sorted(expression.atoms(sp.Function), key=str):
        if any(getattr(a, "is_Matrix", False) or getattr(a, "is_MatrixExpr", False) for a in node.args):
            name = node.func.__name__
            own = f"sb.{name}" if name in ENTRYWISE else f"sb.elementwise(sp.{name}, ...)"
            return f"sp.{name} takes a number; write {own} for the entries of a matrix"
    return ""


def _numbers(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_numbers(v, name) for v in value]
    if isinstance(value, sp.Basic) and value.is_number and value.is_real:
        return int(value) if value.is_Integer else float(value)
    return value

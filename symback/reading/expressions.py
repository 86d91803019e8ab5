"""NumPy expressions to array values: what runs under NumPy means here what it means there.

The tree of Python's parser is walked, never compiled. Everything that is not in the language is an error that quotes
the text and names the place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from symback.algebra.sizes import Size
from symback.algebra.terms import MINUS_ONE, ONE, Add, Count, Mul, Num, Relation, Term, apply, reciprocal
from symback.errors import AxisMismatch, ReadingError, SymbackError
from symback.network.hints import suggestion
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, elementwise, matmul
from symback.reading.comprehensions import reduction, stacked
from symback.reading.functions import CONSTANTS, FUNCTIONS, METHODS, Arguments, call
from symback.reading.scope import Scope
from symback.reading.size_text import size_of
from symback.reading.subscripts import Item, subscripted
from symback.reading.syntax import Source, bounded_power, number, parse

MAX_FOUND = 140
MODULES = ("np", "numpy", "linalg", "np.linalg", "numpy.linalg", "special", "scipy.special")
RELATIONS: Mapping[type[ast.cmpop], Relation] = {
    ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
LOGIC: Mapping[type[ast.operator], Callable[[Term, Term], Term]] = {ast.BitAnd: conditions.both, ast.BitOr: conditions.either}


def read_body(text: str | Source, scope: Scope, name: str = "", places: Mapping[str, Size] | None = None) -> Array:
    """One NumPy expression as an array value: axes and the body of an entry.

    ``scope`` holds the names in reach, ``name`` is the left side (for messages) and ``places`` gives indices that are
    already bound (those of an index-notation left side). Errors are `ReadingError` and `AxisMismatch`.
    """
    source = parse(text, name) if isinstance(text, str) else text
    reader = Reader(source, scope, dict(places or {}))
    try:
        return reader.value(source.tree)
    except Misfit as misfit:
        raise refusal(source, misfit) from None


def refusal(source: Source, misfit: Misfit) -> SymbackError:
    """The error a user sees for a misfit found in a text."""
    found, remedy = (t if len(t) <= MAX_FOUND else t[:MAX_FOUND] + "..." for t in (misfit.found, misfit.remedy))
    if misfit.sizes:
        return AxisMismatch(source.where, found, remedy)
    return ReadingError(source.where, found, remedy, misfit.position)


@dataclass
class Reader:
    """One text being read: its source, the names in reach and the places bound by comprehensions."""

    source: Source
    scope: Scope
    places: dict[str, Size] = field(default_factory=dict)
    outside: bool = False

    def value(self, node: ast.AST) -> Array:
        """The value of a node; a misfit below gets the position of the innermost node."""
        try:
            found = self._value(node)
        except Misfit as misfit:
            if misfit.position is None:
                misfit.position = self.source.place(node)
            raise
        return replace(found, text=self.source.piece(node)) if not found.text or not isinstance(node, ast.Name) else found

    def _value(self, node: ast.AST) -> Array:
        match node:
            case ast.Constant():
                return Array((), number(self.source, node))
            case ast.Name(id=name):
                return self._name(name)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._chain(node, (ast.Add, ast.Sub), _add_one)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._chain(node, (ast.Mult, ast.Div), _multiply_one)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(node, left, right)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return matmul(self.scope, self.value(left), self.value(right))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in LOGIC:
                return conditions.combined(self.scope, LOGIC[type(op)], self.value(left), self.value(right))
            case ast.BinOp(op=ast.FloorDiv()):
                return Array((), Count(self.size(node)))
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(op, operand)
            case ast.BoolOp(op=op, values=values):
                join = conditions.both if isinstance(op, ast.And) else conditions.either
                parts = [self.single_condition(v) for v in values]
                whole = parts[0]
                for part in parts[1:]:
                    whole = conditions.combined(self.scope, join, whole, part)
                return whole
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison(left, ops, comparators)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return conditions.chosen(self.scope, self.single_condition(test), self.value(body), self.value(orelse))
            case ast.Call():
                return self._call(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript(value=value, slice=place):
                return self._subscript(value, place)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) if elements:
                return call(self, "stack", Arguments((node,)))
            case ast.ListComp(elt=element, generators=generators):
                return stacked(self, element, generators)
        raise Misfit(
            f"{self.source.piece(node)[:60] or type(node).__name__} is not part of the expression language", "write a NumPy expression"
        )

    # names ---------------------------------------------------------------------------------------------------------

    def _name(self, name: str) -> Array:
        if name in self.places:
            return Array((), Count(self.places[name]), text=name)
        if name in self.scope.axes:
            return self.scope.read(name)
        if name in self.scope.entries:
            return Array((), self.scope.entries[name], text=name)
        if name in self.scope.sizes:
            return Array((), Count(self.scope.sizes[name]), text=name)
        if name in CONSTANTS:
            return Array((), apply(name), text=name)
        if name in FUNCTIONS:
            raise Misfit(f"{name} is a function", f"write {name}(...)")
        hint = suggestion(name, [*self.places, *self.scope.names()])
        raise Misfit(f"{name} is not declared", hint or f"declare {name} under symbols")

    def module(self, node: ast.AST) -> bool:
        """Whether a node is ``np``, ``np.linalg`` or a kin (and no declared name)."""
        text = self.source.piece(node)
        return text in MODULES and text.split(".")[0] not in self.scope.axes

    def _attribute(self, node: ast.Attribute) -> Array:
        if self.module(node.value):
            if node.attr in CONSTANTS:
                return Array((), apply(node.attr))
            if node.attr == "e":
                return Array((), apply("exp", ONE))
            raise Misfit(self._unknown(node.attr, self.source.piece(node)), suggestion(node.attr, (*FUNCTIONS, *CONSTANTS)))
        if node.attr == "T":
            array = self.value(node.value)
            return Array(array.axes[::-1], array.body, array.boolean)
        raise Misfit(f".{node.attr} is not known", "known are .T and the methods " + ", ".join(METHODS))

    @staticmethod
    def _unknown(name: str, text: str) -> str:
        return f"{text} is a function; write {text}(...)" if name in FUNCTIONS else f"{text} is not known"

    # operators -----------------------------------------------------------------------------------------------------

    def _chain(self, node: ast.BinOp, ops: tuple[type[ast.operator], ...], one: Callable[[ast.operator, Array], Term]) -> Array:
        """``a + b - c`` as one flat sum, ``a * b / c`` as one flat product; the left spine is walked, not recursed into."""
        links: list[tuple[ast.operator, ast.expr]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ops):
            links.append((left.op, left.right))
            left = left.left
        product = ops[0] is ast.Mult
        negated = product and isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.USub)
        first = self.value(left.operand if negated and isinstance(left, ast.UnaryOp) else left)
        arrays = [first, *(self.value(right) for _, right in reversed(links))]
        operators = [op for op, _ in reversed(links)]
        if not product or negated:
            self._refuse_conditions(arrays if not product else arrays[:1], product)
        boolean = product and not negated and all(a.boolean for a in arrays) and all(isinstance(op, ast.Mult) for op in operators)

        def build(*bodies: Term) -> Term:
            rest = [one(op, replace(a, body=b)) for op, a, b in zip(operators, arrays[1:], bodies[1:], strict=True)]
            head = (MINUS_ONE, bodies[0]) if negated else (bodies[0],)
            return Mul((*head, *rest)) if product else Add((*head, *rest))

        return elementwise(self.scope, arrays, build, boolean)

    def _refuse_conditions(self, arrays: list[Array], product: bool) -> None:
        """NumPy refuses ``-c`` and ``c - d`` of conditions, and ``c + d`` means *or* there."""
        conditions_ = [a for a in arrays if a.boolean]
        if conditions_ and (product or len(conditions_) == len(arrays)):
            raise Misfit(
                f"{conditions_[0].text} is a condition, and NumPy does not calculate with conditions so", "write np.where(condition, 1, 0)"
            )

    def _power(self, node: ast.BinOp, left: ast.expr, right: ast.expr) -> Array:
        base, exponent = self.value(left), self.value(right)
        text = self.source.piece(node)
        return elementwise(self.scope, (base, exponent), lambda b, e: bounded_power(b, e, text))

    def _unary(self, op: ast.unaryop, operand: ast.expr) -> Array:
        array = self.value(operand)
        match op:
            case ast.UAdd():
                return array
            case ast.USub():
                self._refuse_conditions([array], True)
                body = array.body
                if isinstance(operand, ast.Constant) and isinstance(body, Num):
                    return Array((), _opposite(body))
                return Array(array.axes, Mul((MINUS_ONE, body)))
            case ast.Not():
                array = self.single_condition(operand)
        if not array.boolean:
            raise Misfit(f"{array.text} is no condition", "~ and not turn a comparison such as x > 0 around")
        return Array(array.axes, conditions.negated(array.body), boolean=True)

    def _comparison(self, left: ast.expr, ops: list[ast.cmpop], comparators: list[ast.expr]) -> Array:
        sides = [self.value(left), *map(self.value, comparators)]
        parts = []
        for first, op, second in zip(sides, ops, sides[1:], strict=False):
            if type(op) not in RELATIONS:
                raise Misfit("only == != < <= > >= compare", "write x > 0")
            parts.append(conditions.compared(self.scope, first, RELATIONS[type(op)], second))
        if len(parts) > 1 and any(p.rank for p in parts):
            raise Misfit("a chain of comparisons of arrays has no truth value in NumPy", "write (a < x) & (x < b)")
        whole = parts[0]
        for part in parts[1:]:
            whole = conditions.combined(self.scope, conditions.both, whole, part)
        return whole

    def single_condition(self, node: ast.expr) -> Array:
        """A comparison of scalars."""
        array = self.value(node)
        if array.rank or not array.boolean:
            raise Misfit(f"{array.text} is no single condition", "compare scalars, as in t >= 1, or use np.where for arrays")
        return array

    # calls, subscripts, comprehensions -----------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Array:
        keywords = {k.arg: k.value for k in node.keywords if k.arg is not None}
        if len(keywords) != len(node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
            raise Misfit("* and ** in a call are not part of the expression language")
        arguments = Arguments(tuple(node.args), keywords)
        match node.func:
            case ast.Name(id=name):
                return self._function(name, name, arguments)
            case ast.Attribute(value=value, attr=name) if self.module(value):
                return self._function(name, self.source.piece(node.func), arguments, prefixed=True)
            case ast.Attribute(value=value, attr=name):
                if name not in METHODS:
                    raise Misfit(f".{name} is not known", suggestion(name, METHODS) or "known methods are " + ", ".join(METHODS))
                return call(self, METHODS[name], Arguments((value, *arguments.positional), arguments.keywords), method=True)
        raise Misfit(f"{self.source.piece(node.func)[:60]} cannot be called", "call a function by its name")

    def _function(self, name: str, text: str, arguments: Arguments, prefixed: bool = False) -> Array:
        first = arguments.positional[0] if arguments.positional else None
        if not prefixed and name in ("sum", "max", "min", "prod", "mean") and isinstance(first, ast.GeneratorExp):
            return reduction(self, name, first)
        if not prefixed and name == "zero_outside":
            return self._zero_outside(arguments)
        if name not in FUNCTIONS:
            remedy = suggestion(name, FUNCTIONS) or "see the list of functions in the documentation of the network file"
            if name in self.scope.axes:
                raise Misfit(f"{text} is declared as a symbol and cannot be called", f"write {text} * (...)")
            raise Misfit(f"{text} is not a known function", remedy)
        return call(self, name, arguments)

    def _zero_outside(self, arguments: Arguments) -> Array:
        """``zero_outside(x[i - p])``: the entry where the place is in range, else 0."""
        if len(arguments.positional) != 1 or not isinstance(arguments.positional[0], ast.Subscript) or arguments.keywords:
            raise Misfit("zero_outside takes one read such as x[i - p]")
        before, self.outside = self.outside, True
        try:
            return self.value(arguments.positional[0])
        finally:
            self.outside = before

    def _subscript(self, value: ast.expr, place: ast.expr) -> Array:
        if isinstance(value, ast.Call) and self.source.piece(value.func).endswith("slogdet"):
            return self._slogdet(value, place)
        if isinstance(value, ast.Name) and value.id in self.scope.tables and value.id not in self.scope.axes:
            return Array((), Count(self.size(ast.Subscript(value=value, slice=place))))
        nodes = place.elts if isinstance(place, ast.Tuple) else [place]
        outside, self.outside = self.outside, False
        array = self.value(value)
        return subscripted(self.scope, array, [self._item(n) for n in nodes], zero_outside=outside)

    def _item(self, node: ast.expr) -> Item:
        match node:
            case ast.Constant(value=None) | ast.Attribute(attr="newaxis") | ast.Name(id="newaxis"):
                return None
            case ast.Constant(value=value) if value is ...:
                return ...
            case ast.Slice(lower=lower, upper=upper, step=step):
                return tuple(None if part is None else self.size(part) for part in (lower, upper, step))
        return self.size(node)

    def _slogdet(self, node: ast.Call, place: ast.expr) -> Array:
        match place:
            case ast.Constant(value=0 | 1 as which) if len(node.args) == 1:
                operand = self.value(node.args[0])
                return self.scope.opaque_read("logabsdet" if which else "signdet", (operand,))
        raise Misfit("slogdet gives (sign, logarithm)", "write np.linalg.slogdet(A)[1]")

    def size(self, node: ast.AST) -> Size:
        """A node as a size or place."""

        def lookup(name: str) -> Size | None:
            return self.places.get(name, None if name in self.scope.axes else self.scope.sizes.get(name))

        return size_of(node, lookup, self.scope.tables.__contains__, self.source.piece)


def _opposite(number: Num) -> Num:
    return Num(-number.value, None if number.literal is None else f"-{number.literal}")


def _add_one(op: ast.operator, array: Array) -> Term:
    body = array.body
    if not isinstance(op, ast.Sub):
        return body
    return _opposite(body) if isinstance(body, Num) and body.value > 0 else Mul((MINUS_ONE, body))


def _multiply_one(op: ast.operator, array: Array) -> Term:
    return reciprocal(array.body) if isinstance(op, ast.Div) else array.body

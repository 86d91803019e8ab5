"""NumPy expressions to array values: what runs under NumPy means here what it means there.

The tree of Python's parser is walked, never compiled. Everything that is not in the language is an error that quotes
the text and names the place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import prod

from symback.algebra.sizes import Size
from symback.algebra.terms import MINUS_ONE, ONE, Add, Count, Mul, Num, Relation, Term, apply, reciprocal
from symback.errors import AxisMismatch, ReadingError, SymbackError
from symback.network.hints import suggestion
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, elementwise, is_empty, matmul, position
from symback.reading.comprehensions import reduction, stacked
from symback.reading.foreign import FOREIGN, LIBRARIES, UNKNOWN
from symback.reading.functions import CONSTANTS, FUNCTIONS, METHODS, Arguments, call
from symback.reading.nearest import NEAREST
from symback.reading.scope import Scope
from symback.reading.size_text import size_of
from symback.reading.subscripts import Item, subscripted
from symback.reading.syntax import Source, bounded_power, number, parse

MAX_FOUND = 140
MODULES = ("np", "numpy", "linalg", "np.linalg", "numpy.linalg", "special", "scipy.special")
SCIPY, FROM_SCIPY = ("special.", "scipy."), ("softmax", "log_softmax")
"""What has another default there: SciPy's softmax is one over all entries."""
SLOGDET = ("sign", "logabsdet")
KNOWN_ATTRIBUTES = "known are .T, .shape[0], .size, .ndim and the methods "
RELATIONS: Mapping[type[ast.cmpop], Relation] = {
    ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
LOGIC: Mapping[type[ast.operator], Callable[[Term, Term], Term]] = {
    ast.BitAnd: conditions.both, ast.BitOr: conditions.either, ast.BitXor: conditions.one_of,
}  # fmt: skip


def read_body(text: str | Source, scope: Scope, name: str = "", places: Mapping[str, Size] | None = None) -> Array:
    """One NumPy expression as an array value: axes and the body of an entry.

    ``scope`` holds the names in reach, ``name`` is the left side (for messages) and ``places`` gives indices that are
    already bound (those of an index-notation left side). Errors are `ReadingError` and `AxisMismatch`.
    """
    source = parse(text, name) if isinstance(text, str) else text
    reader = Reader(source, scope, dict(places or {}))
    try:
        return with_entries(reader.value(source.tree))
    except Misfit as misfit:
        raise refusal(source, misfit) from None


def with_entries(array: Array) -> Array:
    """The array itself; one without entries can be part of a line (its sum is 0), not a whole line."""
    if any(is_empty(size) for size in array.shape):
        raise Misfit(f"the right side has no entries: {array.says}", "give a slice or a range that is not empty", sizes=True)
    return array


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
            case ast.BinOp(left=left, op=ast.BitXor(), right=right) if self._is_turn(right):
                raise Misfit("^T is no transpose in NumPy", f"write {self.source.piece(left)}.T")
            case ast.BinOp(left=left, op=op, right=right) if type(op) in LOGIC:
                return conditions.combined(self.scope, LOGIC[type(op)], self.value(left), self.value(right))
            case ast.BinOp(op=ast.FloorDiv(), left=left):
                if isinstance(left, ast.Name) and left.id in self.scope.axes:
                    raise Misfit(f"{left.id} is no size or index", NEAREST["FloorDiv"])
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
        remedy = NEAREST.get(type(getattr(node, "op", node)).__name__, "write a NumPy expression such as W @ x + b")
        raise Misfit(f"{self.source.piece(node)[:60] or type(node).__name__} is not part of the expression language", remedy)

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
        if name == "T" and "^T" in self.source.text:
            raise Misfit("^T is no transpose in NumPy", "write .T, as in W.T @ x")
        turned = f"write {name[:-1]}.T for a transpose" if name[-1] in "T⊤" and name[:-1] in self.scope.axes else ""
        hint = turned or suggestion(name, [*self.places, *self.scope.names()])
        raise Misfit(f"{name} is not declared", hint or self.scope.remedies.name.format(name))

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
            if node.attr in NEAREST:
                raise Misfit(f"{self.source.piece(node)} is not part of the expression language", NEAREST[node.attr])
            raise Misfit(self._unknown(node.attr, self.source.piece(node)), suggestion(node.attr, (*FUNCTIONS, *CONSTANTS)))
        if node.attr == "T":
            array = self.value(node.value)
            return Array(array.axes[::-1], array.body, array.boolean)
        if node.attr in ("size", "ndim"):
            return Array((), Count(self.size(node)))
        if node.attr in ("sign", "logabsdet") and self._calls_slogdet(node.value):
            return self._slogdet(node.value, SLOGDET.index(node.attr))
        raise Misfit(f".{node.attr} is not known", NEAREST.get(node.attr, "") or KNOWN_ATTRIBUTES + ", ".join(METHODS))

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

        try:
            return elementwise(self.scope, arrays, build, boolean)
        except Misfit as misfit:
            misfit.remedy = misfit.remedy or self._matrix_product(node)
            raise

    def _matrix_product(self, node: ast.BinOp) -> str:
        """The advice to write @, where * stands between two arrays whose inner sizes are one."""
        for part in ast.walk(node):
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
                left, right = self.value(part.left), self.value(part.right)
                if left.rank and right.rank and left.axes[-1].size is right.axes[-2 if right.rank > 1 else 0].size:
                    return f"write @ for a matrix product: {self.source.piece(part.left)} @ {self.source.piece(part.right)}"
        return ""

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
                if name not in METHODS or (self._elsewhere(value) and self.source.piece(value).split(".")[0] in LIBRARIES):
                    raise self._foreign(value, name)
                return call(self, METHODS[name], Arguments((value, *arguments.positional), arguments.keywords), method=True)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if self._elsewhere(value):
                raise self._foreign(value, name)
        raise Misfit(f"{self.source.piece(node.func)[:60]} cannot be called", "call a function by its name")

    def _is_turn(self, node: ast.expr) -> bool:
        """Whether what stands after ^ begins with a T that is no name, as in ``W^T @ x``."""
        while isinstance(node, ast.BinOp):
            node = node.left
        return isinstance(node, ast.Name) and node.id == "T" and "T" not in self.scope.names()

    def _elsewhere(self, node: ast.expr) -> bool:
        """Whether a function is looked for in a module of another library: ``torch``, ``tf.nn``."""
        while isinstance(node, ast.Attribute):
            node = node.value
        known = (*self.places, *self.scope.names(), *self.scope.aliases)
        return isinstance(node, ast.Name) and node.id not in known

    def _foreign(self, value: ast.expr, name: str) -> Misfit:
        """What is said of a function of another library, or of a method that arrays do not have here."""
        remedy = FOREIGN.get(name.lower()) or NEAREST.get(name, "") or (f"write {name.lower()}(...)" if name.lower() in FUNCTIONS else "")
        if self._elsewhere(value):
            return Misfit(f"{self.source.piece(value)} is no module here", remedy or UNKNOWN)
        return Misfit(f".{name} is not known", remedy or suggestion(name, METHODS) or KNOWN_ATTRIBUTES + ", ".join(METHODS))

    def _function(self, name: str, text: str, arguments: Arguments, prefixed: bool = False) -> Array:
        first = arguments.positional[0] if arguments.positional else None
        if not prefixed and name in ("sum", "max", "min", "prod", "mean") and isinstance(first, ast.GeneratorExp):
            return reduction(self, name, first)
        if not prefixed and name == "zero_outside":
            return self._zero_outside(arguments)
        if name == "len" and not prefixed and len(arguments.positional) == 1 and not arguments.keywords:
            return Array((), Count(self._length(arguments.positional[0], 0)))
        if name in ("max", "min") and not prefixed and first and len(arguments.positional) == 2 and not self.value(first).rank:
            raise Misfit(f"{name} of two numbers is Python's own, not NumPy's", f"write np.{name}imum(a, b)")
        if name in FROM_SCIPY and text.startswith(SCIPY) and len(arguments.positional) == 1:
            arguments = Arguments(arguments.positional, {"axis": ast.Constant(None), **arguments.keywords})
        if name not in FUNCTIONS:
            same = f"write {name.lower()}(...)" if name.lower() in FUNCTIONS else ""
            remedy = NEAREST.get(name) or same or FOREIGN.get(name.lower()) or suggestion(name, FUNCTIONS) or UNKNOWN
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
        if self._calls_slogdet(value):
            return self._slogdet(value, self._axis_number(place))
        if isinstance(value, ast.Attribute) and value.attr == "shape" and not self.module(value.value):
            return Array((), Count(self.size(ast.Subscript(value=value, slice=place))))
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
        if isinstance(node, ast.Compare | ast.List | ast.ListComp) or (isinstance(node, ast.Call) and not self._is_len(node)):
            raise Misfit(f"{self.source.piece(node)[:60]} is no place", NEAREST["places"])
        return self.size(node)

    @staticmethod
    def _calls_slogdet(node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "slogdet"

    def _slogdet(self, node: ast.expr, which: int | None) -> Array:
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords or which not in (-2, -1, 0, 1):
            raise Misfit("slogdet gives (sign, logarithm)", "write np.linalg.slogdet(A)[1]")
        return self.scope.opaque_read("logabsdet" if which % 2 else "signdet", (self.value(node.args[0]),))

    def _axis_number(self, node: ast.expr) -> int | None:
        """A whole number as it stands in a text, else None."""
        match node:
            case ast.Constant(value=int(value)) if not isinstance(value, bool):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if not isinstance(value, bool):
                return -value
        return None

    def size(self, node: ast.AST) -> Size:
        """A node as a size or place."""

        def lookup(name: str) -> Size | None:
            return self.places.get(name, None if name in self.scope.axes else self.scope.sizes.get(name))

        return size_of(node, lookup, self.scope.tables.__contains__, self.source.piece, self._measured)

    @staticmethod
    def _is_len(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "len"
            and len(node.args) == 1
            and not node.keywords
        )

    def _length(self, node: ast.expr, axis: int) -> Size:
        """The size of an axis of a value."""
        array = self.value(node)
        return array.shape[position(array, axis)]

    def _measured(self, node: ast.AST) -> Size | None:
        """The size that ``x.shape[0]``, ``x.size``, ``x.ndim`` or ``len(x)`` is; None for anything else."""
        match node:
            case ast.Subscript(value=ast.Attribute(value=value, attr="shape"), slice=place) if not self.module(value):
                axis = self._axis_number(place)
                if axis is None:
                    raise Misfit(f"{self.source.piece(place)} is no axis", "write x.shape[0]")
                return self._length(value, axis)
            case ast.Attribute(value=value, attr="size") if not self.module(value):
                return prod(self.value(value).shape, start=Size.of(1))
            case ast.Attribute(value=value, attr="ndim") if not self.module(value):
                return Size.of(self.value(value).rank)
            case ast.Call(args=[argument]) if self._is_len(node):
                return self._length(argument, 0)
        return None


def _opposite(number: Num) -> Num:
    return Num(-number.value, None if number.literal is None else f"-{number.literal}")


def _add_one(op: ast.operator, array: Array) -> Term:
    body = array.body
    if not isinstance(op, ast.Sub):
        return body
    return _opposite(body) if isinstance(body, Num) and body.value > 0 else Mul((MINUS_ONE, body))


def _multiply_one(op: ast.operator, array: Array) -> Term:
    return reciprocal(array.body) if isinstance(op, ast.Div) else array.body

"""Scalar SymPy expressions to terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Size
from symback.algebra.terms import (
    HALF,
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Bracket,
    Count,
    Mul,
    Num,
    Ref,
    Relation,
    Term,
    add,
    apply,
    bracket,
    mul,
    reciprocal,
    reduce_over,
    sqrt,
)
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, is_one
from symback.reading.lazy import nodes, sp
from symback.reading.names import spelled_name
from symback.reading.scope import Scope
from symback.reading.sympy_order import Order, is_negative
from symback.reading.sympy_sizes import Shapes, ask_for, size_of
from symback.reading.syntax import bounded_power
from symback.typeset.letters import SIGNS

OPERATION_OF = {row.sympy: row.name for row in OPERATIONS.values() if row.sympy} | {name: name for name in OPERATIONS}
RELATIONS: dict[str, Relation] = {
    "Equality": "=", "Unequality": "!=", "StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">=",
}  # fmt: skip
SPELLED: dict[str, Callable[[Term], Term]] = {
    "tan": lambda x: apply("sin", x) / apply("cos", x),
    "cot": lambda x: apply("cos", x) / apply("sin", x),
    "sec": lambda x: ONE / apply("cos", x),
    "csc": lambda x: ONE / apply("sin", x),
    "coth": lambda x: apply("cosh", x) / apply("sinh", x),
    "sech": lambda x: ONE / apply("cosh", x),
    "csch": lambda x: ONE / apply("sinh", x),
    "sinc": lambda x: apply("sin", x) / x,
    "erfc": lambda x: ONE - apply("erf", x),
    "asin": lambda x: apply("arctan2", x, sqrt(ONE - x**2)),
    "acos": lambda x: apply("arctan2", sqrt(ONE - x**2), x),
    "acot": lambda x: apply("arctan", ONE / x),
    "asinh": lambda x: apply("log", x + sqrt(x**2 + 1)),
    "acosh": lambda x: apply("log", x + sqrt(x**2 - 1)),
    "atanh": lambda x: apply("log", (ONE + x) / (ONE - x)) / 2,
}
MAX_POWER = 64


class Scalars:
    """Terms from scalar SymPy expressions: ``name`` gives the name of a symbol, ``order`` the order of sums and products."""

    def __init__(self, scope: Scope, shapes: Shapes, order: Order, name: Callable[[Any], str]) -> None:
        self.scope, self.shapes, self.order, self.name = scope, shapes, order, name
        self.bound: dict[Any, Size] = {}
        self.dummies: dict[Any, Term] = {}

    def under(self, bound: dict[Any, Size], expression: Any) -> Term:
        """A scalar with some indices bound."""
        before, self.bound = self.bound, {**self.bound, **bound}
        try:
            return self.scalar(expression)
        finally:
            self.bound = before

    def place(self, value: Any) -> Size:
        """An index expression as a place, as the user counts."""
        return size_of(value, self.bound)

    def scalar(self, node: Any) -> Term:
        """A scalar expression as a term."""
        if node in self.dummies:
            return self.dummies[node]
        if node in self.bound:
            return Count(self.bound[node])
        match node:
            case sp.Number() | sp.NumberSymbol():
                return number(node)
            case sp.Symbol():
                return Count(size_of(node)) if self.name(node) in self.shapes.names else Ref(self.name(node))
            case sp.Add():
                return self._sum(self.order.terms(node), self.scalar)
            case sp.Mul():
                return self._product(self.order.factors(node), self.scalar)
            case sp.Pow():
                return self._power(node)
            case sp.MatrixElement():
                places = [self.place(i) for i in node.indices]
                for place, size in zip(places, node.parent.shape, strict=True):
                    ask_for(place, size_of(size))
                return self.entry(node.parent, *places)
            case sp.Indexed():
                name = self.name(node.base)
                places = [self._zero_based(name, n, self.place(i)) for n, i in enumerate(node.indices)]
                for place, axis in zip(places, self.scope.axes.get(name, ()), strict=False):
                    ask_for(place, axis.size)
                return Ref(name, tuple(places))
            case sp.Sum() | sp.Product():
                return self._reduction(node)
            case sp.Max() | sp.Min():
                return self._extreme(node)
            case sp.Piecewise():
                return self._piecewise(node.args)
            case sp.KroneckerDelta():
                return bracket(self.scalar(node.args[0]), "=", self.scalar(node.args[1]))
            case sp.Heaviside():
                return self._heaviside(node)
            case sp.DotProduct():
                return self._sum_of_products(*node.args)
            case sp.Trace():
                return self._over_square(node.arg, diagonal=True)
            case nodes.EntrySum():
                return self._over_square(node.matrix, diagonal=False)
            case sp.Determinant():
                return self.scope.opaque_read("det", (self.array(node.arg),)).body
            case sp.Function():
                return self._function(node)
        if getattr(node, "is_Matrix", False):
            if all(is_one(size_of(n)) for n in node.shape):
                return self.entry(node, Size.of(0), Size.of(0))
            raise Misfit(f"{str(node)[:80]} is a matrix where a scalar is wanted", "read an entry, or use sb.sum or sp.Trace", sizes=True)
        raise unsupported(node)

    def _zero_based(self, name: str, axis: int, place: Size) -> Size:
        return place - self.shapes.offset(name, axis)

    def _sum(self, parts: Sequence[Any], convert: Callable[[Any], Term]) -> Term:
        return add([self._term(part, convert, first=n == 0) for n, part in enumerate(parts)])

    def _term(self, part: Any, convert: Callable[[Any], Term], first: bool) -> Term:
        """A term of a sum; after the first one a minus is taken out in front: ``a − b`` is a + (−1)·b."""
        if first or not is_negative(part):
            return convert(part)
        if isinstance(part, sp.Number):
            return Mul((MINUS_ONE, number(-part)))
        return Mul((MINUS_ONE, convert(part.func(*_without_minus(part)) if len(part.args) > 2 or part.args[0] != -1 else part.args[1])))

    def _product(self, parts: Sequence[Any], convert: Callable[[Any], Term]) -> Term:
        factors: list[Term] = []
        for n, part in enumerate(parts):
            if isinstance(part, sp.Rational) and n == 0 and part.is_negative and part != -1:
                factors += [MINUS_ONE, number(-part)]
            elif isinstance(part, sp.Pow) and part.exp == -1:
                factors.append(reciprocal(convert(part.base)))
            else:
                factors.append(convert(part))
        if isinstance(parts[0], sp.Pow) and parts[0].exp == -1:
            factors.insert(0, ONE)
        return mul(factors)

    def _power(self, node: Any) -> Term:
        if node.exp == -1:
            return Mul((ONE, reciprocal(self.scalar(node.base))))
        if node.base is sp.E:
            return apply("exp", self.scalar(node.exp))
        exponent = HALF if node.exp == sp.Rational(1, 2) else self.scalar(node.exp)
        return bounded_power(self.scalar(node.base), exponent, str(node))

    def _reduction(self, node: Any) -> Term:
        kind = "sum" if isinstance(node, sp.Sum) else "prod"
        indices = []
        bound: dict[Any, Size] = {}
        for letter, low, high in reversed(node.limits):
            first = size_of(low, {**self.bound, **bound})
            size = size_of(high, {**self.bound, **bound}) - first + 1
            index = self.scope.index(size, "" if isinstance(letter, sp.Dummy) else _letter(letter))
            bound[letter] = first + (Size.of(0) if is_one(size) else Size.of(index))
            indices.append(index)
        body = self.under(bound, node.function)
        return reduce_over("sum" if kind == "sum" else "prod", [i for i in indices if not is_one(i.size)], body)

    def _extreme(self, node: Any) -> Term:
        """Max(a, b) as ``[a >= b]·a + [a < b]·b``; Max(0, x) is the rectifier."""
        join = conditions.maximum if isinstance(node, sp.Max) else conditions.minimum
        parts = [self.scalar(a) for a in sorted(node.args, key=str)]
        whole = parts[0]
        for part in parts[1:]:
            whole = join(whole, part)
        return whole

    def _piecewise(self, branches: Sequence[Any]) -> Term:
        value, condition = branches[0].args if isinstance(branches[0], sp.Basic) else branches[0]
        if condition is sp.true:
            return self.scalar(value)
        mask = self._condition(condition)
        rest = self._piecewise(branches[1:]) if len(branches) > 1 else ZERO
        return conditions.choice(mask, self.scalar(value), rest)

    def _condition(self, node: Any) -> Term:
        match node:
            case sp.And():
                return _joined(conditions.both, [self._condition(a) for a in sorted(node.args, key=str)])
            case sp.Or():
                return _joined(conditions.either, [self._condition(a) for a in sorted(node.args, key=str)])
            case sp.Not():
                return conditions.negated(self._condition(node.args[0]))
        relation = RELATIONS.get(type(node).__name__)
        if relation is None:
            raise unsupported(node)
        return Bracket(relation, self.scalar(node.lhs), self.scalar(node.rhs))

    def _heaviside(self, node: Any) -> Term:
        x = self.scalar(node.args[0])
        middle = self.scalar(node.args[1]) if len(node.args) > 1 else HALF
        return Add((Bracket(">", x, ZERO), Mul((Bracket("=", x, ZERO), middle)))) if middle is not ZERO else Bracket(">", x, ZERO)

    def _function(self, node: Any) -> Term:
        if type(node).__name__ in SPELLED:
            return SPELLED[type(node).__name__](self.scalar(node.args[0]))
        name = operation_of(type(node))
        if name is None or len(node.args) != OPERATIONS[name].arity:
            raise unsupported(node)
        return apply(name, *(self.scalar(a) for a in node.args))

    def _over_square(self, matrix: Any, diagonal: bool) -> Term:
        """The sum over the diagonal, or over all entries."""
        rows, columns = map(size_of, matrix.shape)
        if diagonal and rows is not columns:
            raise Misfit(f"the trace of {matrix}, which is ({rows}, {columns})", "a trace takes a square matrix", sizes=True)
        i = self.scope.index(rows)
        j = i if diagonal else self.scope.index(columns)
        places = [Size.of(0) if is_one(k.size) else Size.of(k) for k in (i, j)]
        over = [k for k in ((i,) if diagonal else (i, j)) if not is_one(k.size)]
        return reduce_over("sum", over, self.entry(matrix, *places))

    def _sum_of_products(self, x: Any, y: Any) -> Term:
        """The inner product of two vectors, each a row or a column."""
        sizes = [size_of(s.shape[1 if is_one(size_of(s.shape[0])) else 0]) for s in (x, y)]
        index = self.scope.index(sizes[0])
        place = Size.of(0) if is_one(sizes[0]) else Size.of(index)
        factors = [self.entry(s, *((Size.of(0), place) if is_one(size_of(s.shape[0])) else (place, Size.of(0)))) for s in (x, y)]
        return reduce_over("sum", [] if is_one(sizes[0]) else [index], mul(factors))

    def entry(self, node: Any, i: Size, j: Size) -> Term:
        """An entry of a matrix expression."""
        raise NotImplementedError

    def array(self, node: Any) -> Array:
        """A matrix expression as an array value."""
        raise NotImplementedError


def _without_minus(node: Any) -> list[Any]:
    first, *rest = node.args
    return rest if first == -1 else [-first, *rest]


def _joined(join: Callable[[Term, Term], Term], parts: Sequence[Term]) -> Term:
    whole = parts[0]
    for part in parts[1:]:
        whole = join(whole, part)
    return whole


def _letter(letter: Any) -> str:
    return spelled_name(str(getattr(letter, "label", letter)))


def number(node: Any) -> Term:
    """An exact number; a Float is the decimal it prints as."""
    if node is sp.pi:
        return apply("pi")
    if node is sp.E:
        return apply("exp", ONE)
    if isinstance(node, sp.Rational):
        return Num(Fraction(int(node.p), int(node.q)))
    if isinstance(node, sp.Float) and node.is_finite:
        literal = repr(float(node)) if node._prec <= 53 else str(node)
        return Num(Fraction(literal), literal)
    raise Misfit(f"{node} is no finite number", "give finite numbers")


def operation_of(function: Any) -> str | None:
    """The operation that a SymPy function is; a letter such as ``Function("phi")`` stands for any function, so it is none."""
    name = getattr(function, "__name__", "")
    return None if isinstance(function, sp.UndefinedFunction) and name in SIGNS else OPERATION_OF.get(name)


def unsupported(node: Any) -> Misfit:
    """The error for a SymPy node that is not part of the language."""
    kind = node.__name__ if isinstance(node, type) else type(node).__name__
    if isinstance(node if isinstance(node, type) else type(node), sp.UndefinedFunction):
        remedy = "use a function of symback such as sb.tanh, or say it entry by entry with sb.elementwise(lambda t: t/(1 + sp.exp(-t)), z)"
        return Misfit(f"{kind} in {' '.join(str(node).split())[:80]} is a function without a definition", remedy)
    return Misfit(
        f"{' '.join(str(node).split())[:80]} ({kind}) is not known",
        "use sums, products, powers and the functions of symback, such as sb.sigmoid",
    )

"""SymPy expressions to terms: scalars as they stand, matrices entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
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
)
from symback.reading import conditions
from symback.reading.arrays import Array, Misfit, at, is_one
from symback.reading.lazy import nodes, sp
from symback.reading.names import spelled_name
from symback.reading.scope import Scope
from symback.reading.sympy_order import Order, is_negative
from symback.reading.sympy_sizes import Shapes, size_of
from symback.reading.sympy_writing import DIRECT
from symback.reading.syntax import bounded_power

OPERATION_OF = {sympy: name for name, sympy in DIRECT.items()} | {name: name for name in OPERATIONS}
RELATIONS: dict[str, Relation] = {
    "Equality": "=", "Unequality": "!=", "StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">=",
}  # fmt: skip
SPELLED: dict[str, Callable[[Term], Term]] = {
    "tan": lambda x: apply("sin", x) / apply("cos", x),
    "erfc": lambda x: ONE - apply("erf", x),
    "atanh": lambda x: apply("log", (ONE + x) / (ONE - x)) / 2,
}
MAX_POWER = 64


class Converter:
    """Terms from SymPy expressions: ``name`` gives the name of a symbol, ``order`` the order of sums and products."""

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

    # scalars -------------------------------------------------------------------------------------------------------

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
                return self.entry(node.parent, *map(self.place, node.indices))
            case sp.Indexed():
                name = self.name(node.base)
                return Ref(name, tuple(self._zero_based(name, n, self.place(i)) for n, i in enumerate(node.indices)))
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
        name = OPERATION_OF.get(type(node).__name__)
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

    # matrices ------------------------------------------------------------------------------------------------------

    def entry(self, node: Any, i: Size, j: Size) -> Term:
        """An entry of a matrix expression."""
        match node:
            case sp.MatrixSymbol():
                return Ref(self.name(node), (i, j))
            case sp.MatAdd():
                self._same_shapes(node)
                return self._sum(self.order.terms(node), lambda part: self.entry(part, i, j))
            case sp.MatMul():
                return self._matmul(list(node.args), i, j)
            case sp.Transpose():
                return self.entry(node.arg, j, i)
            case sp.HadamardProduct():
                self._same_shapes(node)
                return mul([self.entry(part, i, j) for part in node.args])
            case sp.HadamardPower():
                exponent = node.exp if not getattr(node.exp, "is_Matrix", False) else None
                raised = self.entry(node.exp, i, j) if exponent is None else self.scalar(exponent)
                return bounded_power(self.entry(node.base, i, j), raised, str(node))
            case nodes.Entrywise():
                return self._entrywise(node.function, self.entry(node.matrix, i, j))
            case sp.ElementwiseApplyFunction():
                return self._entrywise(node.function, self.entry(node.expr, i, j))
            case nodes.AxisSum():
                return self._axis_sum(node, i, j)
            case nodes.Repeated():
                rows, columns = map(size_of, node.vector.shape)
                return self.entry(node.vector, Size.of(0) if is_one(rows) else i, Size.of(0) if is_one(columns) else j)
            case sp.Identity():
                return bracket(i, "=", j)
            case sp.OneMatrix():
                return ONE
            case sp.ZeroMatrix():
                return ZERO
            case sp.Inverse():
                return at(self.scope.opaque_read("inv", (self.array(node.arg),)), (i, j))
            case sp.MatPow():
                return self._matrix_power(node, i, j)
            case sp.DiagMatrix():
                return Mul((bracket(i, "=", j), self.entry(node.vector, i, Size.of(0))))
            case sp.MatrixBase():
                return self._explicit(node, i, j)
            case sp.MatrixSlice():
                return self.entry(node.parent, self._sliced(node.rowslice, i), self._sliced(node.colslice, j))
        raise unsupported(node)

    def array(self, node: Any) -> Array:
        """A matrix expression as an array value, for an opaque row."""
        i, j = (self.scope.index(size_of(n)) for n in node.shape)
        return Array((i, j), self.entry(node, *(Size.of(0) if is_one(k.size) else Size.of(k) for k in (i, j))), text=str(node))

    def _sliced(self, part: Any, place: Size) -> Size:
        start, _, step = part
        if step != 1:
            raise Misfit(f"a slice with step {step}: SymPy 1.14 gives it a wrong shape", "write the entries, or use sp.IndexedBase")
        return self.place(start) + place

    def _same_shapes(self, node: Any) -> None:
        first, *rest = node.args
        for other in rest:
            if tuple(map(size_of, first.shape)) != tuple(map(size_of, other.shape)):
                raise Misfit(f"{first} is {first.shape} and {other} is {other.shape}", "entries that meet need one shape", sizes=True)

    def _matmul(self, parts: list[Any], i: Size, j: Size) -> Term:
        """``Σ_k Σ_l A_ik B_kl C_lj``, scalars in front."""
        scalars = [p for p in parts if not getattr(p, "is_Matrix", False)]
        matrices = [p for p in parts if getattr(p, "is_Matrix", False)]
        inner = []
        for left, right in pairwise(matrices):
            sizes = size_of(left.shape[1]), size_of(right.shape[0])
            if sizes[0] is not sizes[1]:
                found = f"{left} is {left.shape} and {right} is {right.shape}: the inner sizes {sizes[0]} and {sizes[1]} differ"
                hint = f"did you mean {right}.T?" if size_of(right.shape[1]) is sizes[0] else ""
                raise Misfit(found, hint, sizes=True)
            inner.append(self.scope.index(sizes[0]))
        stops = [i, *(Size.of(0) if is_one(k.size) else Size.of(k) for k in inner), j]
        factors = [self.entry(m, stops[n], stops[n + 1]) for n, m in enumerate(matrices)]
        product = reduce_over("sum", [k for k in inner if not is_one(k.size)], mul(factors))
        if not scalars:
            return product
        front = self._product(scalars, self.scalar)
        head = front.args if isinstance(front, Mul) else (front,)
        tail = product.args if isinstance(product, Mul) and not inner else (product,)
        return Mul((*head, *tail))

    def _matrix_power(self, node: Any, i: Size, j: Size) -> Term:
        if not node.exp.is_Integer or not -1 <= int(node.exp) <= MAX_POWER or node.exp == 0:
            raise unsupported(node)
        if node.exp == -1:
            return at(self.scope.opaque_read("inv", (self.array(node.base),)), (i, j))
        return self._matmul([node.base] * int(node.exp), i, j)

    def _entrywise(self, function: Any, argument: Term) -> Term:
        if not isinstance(function, sp.Lambda):
            name = OPERATION_OF.get(getattr(function, "__name__", ""))
            if name is None:
                raise unsupported(function)
            return apply(name, argument)
        (variable,) = function.variables
        before, self.dummies = self.dummies, {**self.dummies, variable: argument}
        try:
            return self.scalar(function.expr)
        finally:
            self.dummies = before

    def _axis_sum(self, node: Any, i: Size, j: Size) -> Term:
        size = size_of(node.matrix.shape[node.axis])
        index = self.scope.index(size)
        place = Size.of(0) if is_one(size) else Size.of(index)
        body = self.entry(node.matrix, place, j) if node.axis == 0 else self.entry(node.matrix, i, place)
        return body if is_one(size) else reduce_over("sum", [index], body)

    def _explicit(self, node: Any, i: Size, j: Size) -> Term:
        """An entry of a written-out matrix; a symbolic place selects it by brackets."""
        rows = [i.constant] if i.constant is not None else list(range(node.shape[0]))
        columns = [j.constant] if j.constant is not None else list(range(node.shape[1]))
        parts = []
        for a in rows:
            for b in columns:
                chosen = [bracket(p, "=", n) for p, n in ((i, a), (j, b)) if p.constant is None]
                parts.append(conditions.times(conditions.condition(chosen), self.scalar(node[a, b])))
        return add([p for p in parts if p is not ZERO])


def biases(expressions: Sequence[Any]) -> list[Any]:
    """The things that stand in sums by themselves only, never in a product."""
    alone: dict[Any, bool] = {}
    for expression in expressions:
        _note_uses(expression, False, alone)
    return [thing for thing, use in alone.items() if use]


def _note_uses(node: Any, alone: bool, found: dict[Any, bool]) -> None:
    """For each thing that is read whether it is a term of a sum wherever it occurs."""
    here = node.base if isinstance(node, sp.Indexed) else node.parent if isinstance(node, sp.MatrixElement) else node
    if isinstance(here, sp.Symbol | sp.MatrixSymbol | sp.IndexedBase):
        found[here] = found.get(here, True) and alone
        return
    inner = isinstance(node, sp.Add | sp.MatAdd) or (alone and isinstance(node, nodes.Repeated | sp.Transpose))
    for child in node.flat() if isinstance(node, sp.MatrixBase) else node.args:
        _note_uses(child, inner, found)


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


def unsupported(node: Any) -> Misfit:
    """The error for a SymPy node that is not part of the language."""
    kind = node.__name__ if isinstance(node, type) else type(node).__name__
    return Misfit(f"{str(node)[:80]} ({kind}) is not known", "use sums, products, powers and the functions of symback, such as sb.sigmoid")

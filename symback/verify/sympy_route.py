"""The second route: SymPy's own scalar differentiation of the loss, unrolled at small sizes over plain Symbols.

Conditions on values and maxima are decided at the point of comparison, so the unrolled loss is the one that holds around it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, product
from typing import Any

from symback.algebra.definitions import Opaque
from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import Kind, Name, Relation
from symback.errors import NumericError
from symback.network.program import Program
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.field import HighPrecision
from symback.numeric.values import Places, index_tuples
from symback.reading.sympy_writing import applied, function_of
from symback.verify.differences import MOVED, moving
from symback.verify.sample import Point, draw, possible, symbols_of

DIGITS, MORE = 50, 150
"""With how many digits the two are compared, and compared again where they differ: what differs for want of digits is not wrong."""
AGREE = 40
ENTRIES = 60
NODES = 20_000
EACH = 1
SETS = 4
"""At how many choices of sizes a point is looked for at which the loss has a value."""


@dataclass
class SecondRoute:
    """What SymPy said: how many entries were compared and the largest error, or why it was not asked."""

    entries: int = 0
    worst: float = 0.0
    failed: dict[Name, tuple[Places, float, float]] = field(default_factory=dict)
    skipped: str = ""


class Symbolic:
    """Numbers of the evaluator that are SymPy expressions, with a value for each Symbol to decide comparisons by."""

    def __init__(self, digits: int) -> None:
        import sympy

        self.sympy = sympy
        self.digits = digits
        self.numbers = HighPrecision(digits)
        self.zero, self.one = sympy.Integer(0), sympy.Integer(1)
        self.values: dict[Any, Any] = {}
        self._known: dict[Any, Any] = {}
        self._named = {function_of(row): row.name for row in OPERATIONS.values() if row.mpmath and row.arity}

    def symbol(self, value: Fraction) -> Any:
        """A fresh real Symbol with a value."""
        made = self.sympy.Symbol(f"s{len(self.values)}", real=True)
        self.values[made] = self.numbers.number(value)
        return made

    def number(self, value: Fraction) -> Any:
        return self.sympy.Rational(value.numerator, value.denominator)

    def power(self, base: Any, exponent: Any) -> Any:
        return self._real(base**exponent, f"{base}**{exponent}")

    def apply(self, op: str, args: Sequence[Any]) -> Any:
        return self._real(applied(op, args), op)

    def _real(self, value: Any, text: str) -> Any:
        """A value that is finite and real as far as SymPy sees."""
        if value is self.sympy.nan or value.is_finite is False or value.is_real is False:
            raise NumericError(text, "the value is not a finite real number", "give values where it is defined")
        return value

    def holds(self, relation: Relation, left: Any, right: Any) -> bool:
        return self.numbers.holds(relation, self.value(left), self.value(right))

    def extreme(self, kind: Kind, values: Sequence[Any]) -> Any:
        return max(values, key=self.value) if kind == "max" else min(values, key=self.value)

    def opaque(self, row: str, operands: Sequence[Any], sizes: Sequence[tuple[int, ...]]) -> Any:
        raise NumericError(row, "an opaque row has no scalar expression", "check it by differences")

    def value(self, node: Any) -> Any:
        """A SymPy expression as a number; every shared part is worked out once."""
        if node not in self._known:
            self._known[node] = self._value(node)
        return self._known[node]

    def _value(self, node: Any) -> Any:
        if node in self.values:
            return self.values[node]
        if node.is_Rational:
            return self.numbers.number(Fraction(int(node.p), int(node.q)))
        args = [self.value(a) for a in node.args]
        if node.is_Add:
            return self.numbers.total(args)
        if node.is_Mul:
            result = self.numbers.one
            for a in args:
                result = result * a
            return result
        if node.is_Pow:
            return self.numbers.power(*args)
        if node.func in self._named:
            return self.numbers.apply(self._named[node.func], args)
        self._real(node, str(node))
        return self.numbers.real(node.evalf(self.digits) if not node.free_symbols else node.evalf(self.digits, subs=self._plain()))

    def _plain(self) -> dict[Any, Any]:
        return {s: self.sympy.Float(str(v), self.digits) for s, v in self.values.items()}


def small_sizes(program: Program) -> Iterator[Mapping[str, object]]:
    """The sizes between 1 and 5 that satisfy the declarations, different ones first, then small ones."""
    symbols, tables = symbols_of(program)
    choices = sorted(product((1, 2, 3), repeat=len(symbols)), key=lambda c: (-len(set(c)), sum(c))) if len(symbols) <= 6 else []
    wider = product((2, 3, 5), repeat=len(symbols)) if len(symbols) <= 4 else ()
    for choice in [*choices, *wider]:
        sizes: dict[str, object] = dict(zip(symbols, choice, strict=True))
        sizes.update({name: [2, 1, 2, 1, 2, 1, 2, 1] for name in tables})
        if possible(program, sizes):
            yield sizes
    if all(s in program.sizes for s in (*symbols, *tables)):
        yield dict(program.sizes)


def second_route(program: Program, gradient: Program, adjoints: Mapping[Name, Name], seed: str = "symback") -> SecondRoute:
    """SymPy's derivative of the unrolled loss against the gradients, for a few random entries of every name."""
    answer = SecondRoute()
    answer.skipped = _too_much(program)
    if answer.skipped:
        return answer
    answer.skipped = "no small sizes satisfy the declarations"
    for sizes in islice(small_sizes(program), SETS):
        named = [program.indices(n) for n in (*program.leaf, *program.definition)]
        count = sum(1 for indices in named for _ in index_tuples(indices, sizes))
        if count > ENTRIES * 4:
            return SecondRoute(skipped=f"too large to unroll: {count} entries")
        for attempt in range(6):
            rng = random.Random(f"{seed} {attempt}")
            point = draw(program, sizes, rng, positive=attempt > 2)
            answer = SecondRoute()
            try:
                _compare(program, gradient, adjoints, point, rng, answer, DIGITS)
                if answer.failed:
                    answer, rng = SecondRoute(), random.Random(f"{seed} {attempt}")
                    _compare(program, gradient, adjoints, draw(program, sizes, rng, positive=attempt > 2), rng, answer, MORE)
                return answer
            except NumericError as error:
                answer = SecondRoute(skipped=str(error))
    return answer


def _too_much(program: Program) -> str:
    if any(isinstance(d.body, Opaque) for d in program.definitions):
        return "an opaque row has no scalar expression"
    return "the result is not a scalar" if program.indices(program.loss) else ""


def _compare(
    program: Program, gradient: Program, adjoints: Mapping[Name, Name], point: Point, rng: random.Random, answer: SecondRoute, digits: int
) -> None:
    symbolic = Symbolic(digits)
    moved, directions = moving(program, adjoints)
    chosen: dict[Name, dict[Places, Any]] = {}
    values: dict[str, Entries] = {n: Entries({p: symbolic.symbol(v) for p, v in t.items()}) for n, t in point.values.items()}
    for name in adjoints:
        places = list(index_tuples(program.indices(name), point.sizes))
        some = rng.sample(places, min(EACH, len(places)))
        if name in directions:
            made = {p: symbolic.symbol(Fraction(0)) for p in some}
            values[directions[name]] = Entries({p: made.get(p, symbolic.zero) for p in places})
            chosen[name] = made
        else:
            chosen[name] = {p: values[str(name)].entries[p] for p in some}
    values[MOVED] = Entries({(): symbolic.one})
    loss = Evaluator(moved, values, point.sizes, field=symbolic).entry(program.loss)
    if _nodes(loss) > NODES:
        answer.skipped = "too large for SymPy"
        return
    numbers = symbolic.numbers
    exact = Evaluator(
        gradient, {n: Entries({p: numbers.number(v) for p, v in t.items()}) for n, t in point.values.items()}, point.sizes, field=numbers
    )
    for name, symbols in chosen.items():
        for at, symbol in symbols.items():
            theirs = symbolic.value(symbolic.sympy.diff(loss, symbol))
            ours = exact.entry(adjoints[name], at)
            error = float(abs(ours - theirs) / (1 + abs(theirs)))
            answer.entries += 1
            answer.worst = max(answer.worst, error)
            if error > 10.0**-AGREE:
                answer.failed.setdefault(name, (at, float(ours), float(theirs)))


def _nodes(expression: Any) -> int:
    """The size of an expression as a tree, counted over its shared parts."""
    sizes: dict[Any, int] = {}
    stack = [expression]
    while stack:
        node = stack[-1]
        missing = [a for a in node.args if a not in sizes]
        if missing:
            stack += missing
        else:
            sizes[stack.pop()] = 1 + sum(sizes[a] for a in node.args)
    return sizes[expression]

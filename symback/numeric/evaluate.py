"""The reference evaluator: a program entry by entry, on demand and memoised, at any precision.

It shares no code with the differentiation, the simplification or the generated source, and so may judge all three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import singledispatch
from typing import Any

from symback.algebra.definitions import Opaque
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Name, Num, Pow, Reduce, Ref, Term
from symback.algebra.traverse import factors, names
from symback.errors import NumericError, UnknownTerm
from symback.network.program import Program
from symback.numeric.field import COMPARE, Field, HighPrecision
from symback.numeric.values import Places, Sizes, checked, index_tuples, size_value, sizes_from_values

Env = dict[Index, int]
Code = Callable[["Evaluator", Env], Any]
DEPTH = 20


class _Deeper(Exception):
    """Asks the driver to evaluate an entry first: long recurrences never reach Python's recursion limit."""

    def __init__(self, key: tuple[Name, Places]) -> None:
        self.key = key


class Evaluator:
    """The values of a program at given values of its leaves.

    ``values`` may be numbers, fractions, decimals as text, nested lists, arrays; a value for the name of a definition
    takes the place of its body. ``sizes`` default to those that follow from the values (a width table is a list,
    ``{"L": 3, "n": [2, 5, 3, 7]}``). A false bracket stops a product before its other factors are looked at.

    Raises NumericError, in one line: a value is missing, has another shape than declared, or is not finite.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> square = Program("", (Leaf("x"),), (Definition("L", (), ref("x") ** 2),), ("L",))
    >>> Evaluator(square, {"x": "0.5"}).entry("L", ())
    mpf('0.25')
    """

    def __init__(
        self,
        program: Program,
        values: Mapping[Any, Any],
        sizes: Sizes | None = None,
        digits: int = 50,
        field: Field | None = None,
    ) -> None:
        self.program = program
        self.field: Field = HighPrecision(digits) if field is None else field
        shaped = {k: v for k, v in values.items() if not isinstance(v, Entries)}
        self.sizes: Sizes = {**sizes_from_values(program, shaped), **(sizes or {})}
        self._code: dict[Term, Code] = {}
        self._ranges: dict[Name, Any] = {}
        self._fill(values)

    def _fill(self, values: Mapping[Any, Any]) -> None:
        number = self.field.number
        self._memo: dict[Name, dict[Places, Any]] = {}
        self._given: dict[Name, None] = {}
        self._active: dict[tuple[Name, Places], None] = {}
        known = {**self.program.leaf, **self.program.definition}
        for name in known:
            if name in values:
                value = values[name]
                self._memo[name] = (
                    dict(value.entries)
                    if isinstance(value, Entries)
                    else {p: number(v) for p, v in checked(self.program, name, self.program.indices(name), value, self.sizes).items()}
                )
                self._given[name] = None

    def at(self, values: Mapping[Any, Any]) -> Evaluator:
        """The same program and sizes at other values; what was prepared for the first is used again."""
        new = object.__new__(Evaluator)
        new.program, new.field, new.sizes, new._code, new._ranges = self.program, self.field, self.sizes, self._code, self._ranges
        new._fill(values)
        return new

    def entry(self, name: Name, places: Places = ()) -> Any:
        """One entry of a leaf or of a definition."""
        found = self._memo.get(name, {}).get(places)
        return self._value(name, places) if found is None else found

    def array(self, name: Name) -> Any:
        """All entries of a name as nested lists (a number where it has no axes)."""
        indices = self.program.indices(name)
        return self._nested(name, indices, {}, ())

    def term(self, term: Term, indices: Mapping[Index, int] | None = None) -> Any:
        """The value of a term for given values of its free indices."""
        return self.code(term)(self, dict(indices or {}))

    def entries(self, name: Name) -> dict[Places, Any]:
        """All entries of a name by place."""
        return {places: self.entry(name, places) for places in index_tuples(self.program.indices(name), self.sizes)}

    def code(self, term: Term) -> Code:
        """A term as a chain of closures, made once for all entries."""
        found = self._code.get(term)
        if found is None:
            found = self._code[term] = _code(term, self)
        return found

    def _nested(self, name: Name, indices: tuple[Index, ...], env: Env, places: Places) -> Any:
        if len(places) == len(indices):
            return self.entry(name, places)
        index = indices[len(places)]
        size = size_value(index.size, self.sizes, env)
        return [self._nested(name, indices, {**env, index: k}, (*places, k)) for k in range(size)]

    def _value(self, name: Name, places: Places) -> Any:
        """An entry that is not known yet; from the outside through a stack of its own, from inside by recursion."""
        if self._active:
            if len(self._active) >= DEPTH:
                raise _Deeper((name, places))
            return self._compute(name, places)
        stack: dict[tuple[Name, Places], None] = {(name, places): None}
        value: Any = None
        while stack:
            key = next(reversed(stack))
            try:
                value = self._compute(*key)
                del stack[key]
            except _Deeper as deeper:
                if deeper.key in stack:
                    raise _endless(deeper.key) from None
                stack[deeper.key] = None
        return value

    def _compute(self, name: Name, places: Places) -> Any:
        known = self._memo.setdefault(name, {})
        if places in known:
            return known[places]
        definition = self.program.definition.get(name)
        if definition is None or name in self._given:
            raise self._no_entry(name, places)
        env = dict(zip(definition.indices, places, strict=True))
        if not all(0 <= k < size_value(i.size, self.sizes, env) for i, k in env.items()):
            raise self._no_entry(name, places)
        key = (name, places)
        if key in self._active:
            raise _endless(key)
        self._active[key] = None
        try:
            if isinstance(definition.body, Opaque):
                self._opaque(name, definition.body)
            else:
                known[places] = self.code(definition.body)(self, env)
        finally:
            del self._active[key]
        return known[places]

    def _opaque(self, name: Name, body: Opaque) -> None:
        operands = [self.array(operand) for operand in body.operands]
        shapes = [tuple(size_value(i.size, self.sizes) for i in self.program.indices(o)) for o in body.operands]
        self._memo[name].update(_places_of(self.field.opaque(body.row, operands, shapes)))

    def _no_entry(self, name: Name, places: Places) -> NumericError:
        if name in self._given or name in self.program.definition:
            return NumericError(f"{name}{list(places)}", "the place is out of range", "guard the read with a condition")
        return NumericError(str(name), "no value is given", f"give a value for {name}")


class Entries:
    """Values by place that are numbers of the evaluator's field already."""

    def __init__(self, entries: Mapping[Places, Any]) -> None:
        self.entries = entries


def _places_of(value: Any, places: Places = ()) -> dict[Places, Any]:
    if not isinstance(value, list):
        return {places: value}
    return {p: v for k, part in enumerate(value) for p, v in _places_of(part, (*places, k)).items()}


def _endless(key: tuple[Name, Places]) -> NumericError:
    return NumericError(f"{key[0]}{list(key[1])}", "the value is defined by itself", "let a recurrence read an earlier place")


def place_code(size: Size, sizes: Sizes) -> Callable[[Env], int]:
    """A place as a function of the indices; the size symbols are put in."""
    if not size.indices:
        value = size_value(size, sizes)
        return lambda env: value
    single = size.single
    if isinstance(single, Index):
        return lambda env: env[single]
    split = [(c, m[0][0]) if len(m) == 1 and m[0][1] == 1 and isinstance(m[0][0], Index) else (c, None) for m, c in size.terms]
    linear = [(a, c) for c, a in split if a is not None]
    if all(a is not None or not m for (_, a), (m, _) in zip(split, size.terms, strict=True)):
        offset = sum(c for m, c in size.terms if not m)
        return lambda env: offset + sum(c * env[a] for a, c in linear)
    return lambda env: size_value(size, sizes, env)


@singledispatch
def _code(node: Term, run: Evaluator) -> Code:
    raise UnknownTerm(node, "evaluate")


@_code.register
def _(node: Num, run: Evaluator) -> Code:
    value = run.field.number(node.value)
    return lambda run, env: value


@_code.register
def _(node: Count, run: Evaluator) -> Code:
    place, number = place_code(node.size, run.sizes), run.field.number
    return lambda run, env: number(Fraction(place(env)))


@_code.register
def _(node: Ref, run: Evaluator) -> Code:
    name = node.name
    places = tuple(place_code(p, run.sizes) for p in node.places)
    return lambda run, env: run.entry(name, tuple([p(env) for p in places]))


@_code.register
def _(node: Bracket, run: Evaluator) -> Code:
    condition = _condition(node, run)
    one, zero = run.field.one, run.field.zero
    return lambda run, env: one if condition(run, env) else zero


def _condition(node: Bracket, run: Evaluator) -> Callable[[Evaluator, Env], bool]:
    if isinstance(node.left, Count) and isinstance(node.right, Count):
        return _place_condition(node, run)
    left, right, relation = run.code(node.left), run.code(node.right), node.relation
    if on_places(node):
        compare = COMPARE[relation]
        return lambda run, env: compare(left(run, env), right(run, env))
    holds = run.field.holds
    return lambda run, env: holds(relation, left(run, env), right(run, env))


def on_places(node: Bracket) -> bool:
    """Whether a bracket reads no name: indices and sizes alone decide it."""
    return not names(node.left) and not names(node.right)


def _place_condition(node: Bracket, run: Evaluator) -> Callable[[Evaluator, Env], bool]:
    assert isinstance(node.left, Count)
    assert isinstance(node.right, Count)
    compare = COMPARE[node.relation]
    left, right = place_code(node.left.size, run.sizes), place_code(node.right.size, run.sizes)
    return lambda run, env: compare(left(env), right(env))


@_code.register
def _(node: Add, run: Evaluator) -> Code:
    args, total = tuple(run.code(a) for a in node.args), _total(run.field)
    return lambda run, env: total([a(run, env) for a in args])


@_code.register
def _(node: Mul, run: Evaluator) -> Code:
    """Brackets on places first, then those on values, then the rest."""
    parts = factors(node)
    brackets = [f for f in parts if isinstance(f, Bracket)]
    brackets.sort(key=lambda b: not on_places(b))
    conditions = tuple(_condition(b, run) for b in brackets)
    rest = tuple(run.code(f) for f in parts if not isinstance(f, Bracket))
    one, zero = run.field.one, run.field.zero

    def product(run: Evaluator, env: Env) -> Any:
        for condition in conditions:
            if not condition(run, env):
                return zero
        value = one
        for factor in rest:
            value = value * factor(run, env)
        return value

    return product


@_code.register
def _(node: Pow, run: Evaluator) -> Code:
    base, power = run.code(node.base), run.field.power
    if isinstance(node.exponent, Num) and node.exponent.value.denominator == 1:
        whole = int(node.exponent.value)
        return lambda run, env: power(base(run, env), whole)
    exponent = run.code(node.exponent)
    return lambda run, env: power(base(run, env), exponent(run, env))


@_code.register
def _(node: Apply, run: Evaluator) -> Code:
    row = OPERATIONS.get(node.op)
    if row is None:
        raise UnknownTerm(node, f"evaluate {node.op}")
    if not row.mpmath:
        assert row.means is not None, f"{row.name} has neither an evaluation nor a meaning"
        return run.code(row.means(*node.args))
    args, apply_, op = tuple(run.code(a) for a in node.args), run.field.apply, node.op
    return lambda run, env: apply_(op, [a(run, env) for a in args])


@_code.register
def _(node: Reduce, run: Evaluator) -> Code:
    size, index, body = place_code(node.index.size, run.sizes), node.index, run.code(node.body)
    combine = _combiner(node, run.field)

    def reduced(run: Evaluator, env: Env) -> Any:
        values = []
        outer = env.get(index)
        for k in range(size(env)):
            env[index] = k
            values.append(body(run, env))
        if outer is None:
            env.pop(index, None)
        else:
            env[index] = outer
        return combine(values)

    return reduced


def _total(field: Field) -> Callable[[Sequence[Any]], Any]:
    """How numbers are added up: what is left of rounding alone is 0."""
    zero = field.zero
    return field.total if isinstance(field, HighPrecision) else lambda values: sum(values, zero)


def _combiner(node: Reduce, field: Field) -> Callable[[Sequence[Any]], Any]:
    one, kind, total = field.one, node.kind, _total(field)

    def product(values: Sequence[Any]) -> Any:
        result = one
        for value in values:
            result = result * value
        return result

    def filled(values: Sequence[Any]) -> Sequence[Any]:
        if not values:
            raise NumericError(f"{kind} over {node.index!r}", "there is nothing to take it of", "give a size of at least 1")
        return values

    match kind:
        case "sum":
            return total
        case "mean":
            return lambda values: total(values) * field.number(Fraction(1, len(filled(values))))
        case "prod":
            return product
        case "max" | "min":
            return lambda values: field.extreme(kind, filled(values))
    raise UnknownTerm(node, f"evaluate {kind}")

"""What the formulas of a network are at its declared values: exactly, and as worked by hand under its rounding policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, DecimalException, localcontext
from fractions import Fraction
from functools import cached_property
from typing import Any

from symback.algebra.definitions import Definition
from symback.algebra.terms import Name, Num, Partial, Ref, Term
from symback.algebra.traverse import names, refs, rewrite
from symback.derivation import derive
from symback.errors import SymbackError
from symback.network.program import Program
from symback.network.rounding import Policy
from symback.network.unroll import unroll
from symback.numeric.evaluate import Evaluator
from symback.numeric.rounding import CONTEXT, Decimals, Value, decimal, evaluate
from symback.numeric.values import Places, Sizes, index_tuples, sizes_from_values
from symback.numeric.worked import RATE, Worked, with_rate, work
from symback.verify.entries import entry
from symback.verify.updates import after_step, before_step

MOST_NUMBERS = 100
"""How many declared numbers a network may have to be worked by hand."""
STRAY = Decimal("0.002")
"""What numbers of three digits, multiplied a few times, stray from the exact ones."""


class Hand:
    """A network at its declared values, and its worked example."""

    def __init__(self, network: Program) -> None:
        self.network = network

    @cached_property
    def given(self) -> Mapping[str, Any]:
        """The declared numbers as exact fractions: 0.1 is a tenth."""
        return {name: _exact(value) for name, value in self.network.values.items()}

    @cached_property
    def sizes(self) -> Sizes:
        """The sizes the network declares or its values fix."""
        return sizes_from_values(self.network, self.given)

    @cached_property
    def declared(self) -> frozenset[Fraction]:
        """The absolute values of all declared numbers."""
        return frozenset(abs(v) for value in self.given.values() for v in _flat(value))

    @cached_property
    def is_large(self) -> bool:
        """Whether the network has more numbers than anybody works with by hand."""
        return sum(1 for value in self.given.values() for _ in _flat(value)) > MOST_NUMBERS

    @cached_property
    def stray(self) -> Decimal:
        """How far, relatively, a number worked out by hand may be from the exact one: not at all where a policy says how it is rounded."""
        return Decimal(0) if self.worked is not None else STRAY

    @cached_property
    def names(self) -> Mapping[tuple[Name, Places], str]:
        """How the worked example calls each entry."""
        known: list[Name] = [*(leaf.name for leaf in self.network.leaves if leaf.name != RATE), *(d.name for d in reached(self.network))]
        keys = [(name, p) for name in known for p in index_tuples(self.network.indices(name), self.sizes)]
        single = self._single
        entries = [*(leaf.name for leaf in single.leaves if leaf.name != RATE), *(str(d.name) for d in single.definitions)]
        return {**dict(zip(keys, entries, strict=True)), (RATE, ()): RATE}

    @cached_property
    def _single(self) -> Program:
        network = self.network.with_definitions(reached(self.network))
        return with_rate(unroll(replace(network, sizes={**network.sizes, **self.sizes})))

    @cached_property
    def worked(self) -> Worked | None:
        """The network worked by hand, every number rounded halves up; None where it says nothing of rounding or cannot be worked."""
        if self.network.rounding is None or self.is_large:
            return None
        rules = self.network.rounding.rules
        policy = Policy({kind: tuple(replace(r, mode="half-up") for r in rows) for kind, rows in rules.items()})
        try:
            return work(derive(self._single), policy)
        except SymbackError:
            return None


class Numbers:
    """The values of formulas over a program that holds more definitions than the network at hand."""

    def __init__(self, hand: Hand, program: Program) -> None:
        self.hand, self.program = hand, program

    def exact(self, term: Term) -> Decimal | None:
        """The exact value of an entry, to sixty digits; None where a value is missing or the formula is not defined."""
        try:
            with localcontext(CONTEXT):
                value: Decimal = self._evaluator.term(term)
        except (SymbackError, DecimalException):
            return None
        return value

    def by_hand(self, term: Term) -> Decimal | None:
        """The value of an entry with the numbers worked with by hand in place of its names; None where nothing is worked by hand."""
        used = {read: self._used(read) for read in refs(term)}
        numbers = {read: Num(Fraction(v)) for read, v in used.items() if v is not None}
        if self.hand.worked is None or len(numbers) < len(used):
            return None
        try:
            return evaluate(rewrite(term, lambda n: numbers.get(n, n) if isinstance(n, Ref) else n))
        except SymbackError:
            return None

    def values(self, term: Term) -> tuple[Decimal, ...]:
        """Every value an entry may have been printed for: the exact one, then those met when it is worked by hand."""
        exact = self.exact(term)
        return tuple(dict.fromkeys(([] if exact is None else [exact]) + list(self._by_hand(term))))

    def strays(self, term: Term) -> Decimal:
        """How far off an entry may be where the numbers worked out before it were rounded, to two digits or more, and nobody says how.

        A name by itself is exact: only a formula is worked with rounded numbers.
        """
        stepped = {r: self._definition(r) for r in refs(term) if before_step(r.name) is not None}
        whole = rewrite(term, lambda n: stepped.get(n, n) if isinstance(n, Ref) else n)
        read = {r: self.exact(r) for r in refs(whole)}
        if not self.hand.stray or isinstance(whole, Ref) or any(v is None for v in read.values()):
            return Decimal(0)
        numbers = {r: Num(Fraction(v)) for r, v in read.items() if v is not None}
        worked = [r for r in numbers if r.name not in self.program.leaf]

        def value(at: Ref | None) -> Decimal:
            put = {r: Num(n.value + _half_of_second_digit(n.value)) if r is at else n for r, n in numbers.items()}
            return evaluate(rewrite(whole, lambda n: put.get(n, n) if isinstance(n, Ref) else n))

        exact = value(None)
        return sum((abs(value(r) - exact) for r in worked), Decimal(0))

    def _definition(self, read: Ref) -> Term:
        definition = self.program.definition[read.name]
        assert isinstance(definition.body, Term)
        at = {i: p.value({}) for i, p in zip(definition.indices, read.places, strict=True)}
        return entry(definition.body, at, self.hand.sizes)

    def put_in(self, term: Term) -> Iterator[Term]:
        """An entry with numbers in place of its names: the exact ones, then those worked with by hand."""
        for choice in (self.exact, self._used):
            found = {read: choice(read) for read in refs(term)}
            if all(v is not None for v in found.values()):
                numbers = {read: Num(Fraction(v)) for read, v in found.items() if v is not None}
                yield rewrite(term, lambda n, numbers=numbers: numbers.get(n, n))  # type: ignore[misc]

    @cached_property
    def _evaluator(self) -> Evaluator:
        given = {n: v for n, v in self.hand.given.items() if n in self.program.leaf}
        return Evaluator(self.program, given, self.hand.sizes, field=Decimals())

    def _by_hand(self, term: Term) -> Iterator[Decimal]:
        if self.hand.worked is None or not names(term):
            return
        if isinstance(term, Ref):
            shown = self._value(term)
            if shown is not None:
                yield from (shown.computed, shown.carried, *(decimal(n.value) for n in shown.shown))
            return
        value = self.by_hand(term)
        if value is not None:
            yield value

    def _used(self, read: Ref) -> Decimal | None:
        """The number that is worked with by hand in place of a name: rounded where there is such a line, else exact."""
        value = self._value(read)
        return self.exact(read) if value is None else value.carried

    def _value(self, read: Ref) -> Value | None:
        """The number of a name as it is worked by hand."""
        if self.hand.worked is None:
            return None
        name = self._entry(read.name, tuple(p.value({}) for p in read.places))
        return None if name is None else _found(self.hand.worked, name)

    def _entry(self, name: Name, places: Places) -> Name | None:
        """The name of an entry in the worked example."""
        if isinstance(name, Partial):
            cut = len(places) - len(self.program.indices(name.by))
            of = self._entry(name.of, places[:cut] or tuple(0 for _ in self.program.indices(name.of)))
            by = self._entry(name.by, places[cut:])
            return None if of is None or by is None else Partial(of, by)
        old = before_step(name)
        if old is not None:
            found = self._entry(old, places)
            return after_step(found) if isinstance(found, str) else None
        return self.hand.names.get((name, places))


def _half_of_second_digit(value: Fraction) -> Fraction:
    """Half a unit of the second digit: 0.0005 for 0.0183."""
    return Fraction(Decimal(5).scaleb(decimal(value).adjusted() - 2)) if value else Fraction(0)


def _found(worked: Worked, name: Name) -> Value | None:
    """The number of a name of the worked example: given, computed, a derivative, or a parameter after the step."""
    old = before_step(name)
    if old is not None:
        return next((u.new for u in worked.updates if u.line.name == old), None)
    for known in (name, Partial(name.of, name.by, local=True)) if isinstance(name, Partial) else (name,):
        try:
            return worked[known]
        except KeyError:
            continue
    return None


def reached(program: Program) -> tuple[Definition, ...]:
    """The definitions the loss rests on, in order."""
    found: dict[Name, None] = {}
    pending: list[Name] = [program.loss]
    while pending:
        definition = program.definition.get(pending.pop())
        if definition is not None and definition.name not in found:
            found[definition.name] = None
            pending += definition.reads
    return tuple(d for d in program.definitions if d.name in found)


def _exact(value: Any) -> Any:
    return [_exact(v) for v in value] if isinstance(value, list | tuple) else Fraction(str(value))


def _flat(value: Any) -> Iterator[Fraction]:
    if isinstance(value, list):
        for part in value:
            yield from _flat(part)
    else:
        yield value


__all__ = ["Hand", "Numbers", "reached"]

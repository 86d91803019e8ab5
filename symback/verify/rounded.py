"""A claim that is right but for constants that were rounded when they were printed: 0.79788456 for √(2/π).

The numbers of a claim that look rounded become unknowns. Where values within half a unit of their last digits make the claim right to
many digits at points that did not help to find them, the claim agrees to as many digits as it shows, and the constants get their names.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.terms import Num, Ref, Term
from symback.algebra.traverse import rewrite, walk
from symback.errors import NumericError
from symback.network.program import Leaf
from symback.numeric.evaluate import Entries, Evaluator
from symback.numeric.values import size_value
from symback.reading.sides import INTERNAL
from symback.verify.pairs import Pair
from symback.verify.sample import Point, draw
from symback.verify.settled import LEFT, RIGHT, digits_of

DIGITS, STEP, SOLVED, SHOWN = 60, 25, 30, 20
LEAST, MOST = 4, 6
"""Significant digits that a number must have to look rounded; unknowns at once."""
TRIES, ROUNDS, FRESH = 40, 12, 4
DAMPING = 40


@dataclass(frozen=True)
class Rounded:
    """How many digits a claim agrees to, and what each of its constants is (as it is written, what it is); some were ``cut`` off."""

    digits: int
    constants: tuple[tuple[str, str], ...]
    cut: frozenset[str] = frozenset()

    @property
    def says(self) -> str:
        """The constants in words.

        >>> Rounded(8, (("0.79788456", "√(2/π)"),)).says
        'agrees to 8 digits; 0.79788456 is √(2/π) rounded'
        """
        listed = ", ".join(f"{written} is {what} {'cut off' if written in self.cut else 'rounded'}" for written, what in self.constants)
        return f"agrees to {self.digits} digits; {listed}"


def rounded_constants(pair: Pair, sizes: Sequence[Mapping[str, object]]) -> Rounded | None:
    """The constants whose rounding explains all that a claim differs by; None where it does not."""
    found = _written(pair)
    if not 0 < len(found) <= MOST or not sizes:
        return None
    try:
        solved = _Unknowns(pair, tuple(found.values()), sizes[0]).solved()
    except NumericError:
        return None
    if solved is None:
        return None
    named = zip(found, solved, strict=True)
    wrong = [(text, value) for text, value in named if Fraction(text) != _short(value)]
    if not wrong:
        return None
    cut = frozenset(text for text, value in wrong if 2 * abs(value - _mpf(Fraction(text), value)) > _mpf(_unit(found[text]), value))
    return Rounded(min(significant(text) for text, _ in wrong), tuple((text, _name(value, pair)) for text, value in wrong), cut)


def significant(text: str) -> int:
    """How many significant digits a decimal shows.

    >>> significant("0.0535161"), significant("1.442695")
    (6, 7)
    """
    return len(text.lower().split("e")[0].replace(".", "").replace("-", "").lstrip("0"))


def _written(pair: Pair) -> dict[str, Num]:
    """The decimals of a claim with many digits that the network does not hold, each once."""
    own = [d.body for d in pair.program.definitions if isinstance(d.body, Term) and _is_claims(d, pair)]
    network = [d.body for d in pair.program.definitions if isinstance(d.body, Term) and not _is_claims(d, pair)]
    known = {n.value for body in network for n in walk(body) if isinstance(n, Num)}
    numbers = [n for body in (pair.left, pair.right, *own) for n in walk(body) if isinstance(n, Num) and n.value not in known]
    return {n.literal: n for n in numbers if n.literal and "." in n.literal and significant(n.literal) >= LEAST}


def _is_claims(definition: Definition, pair: Pair) -> bool:
    return definition.name in pair.own or (isinstance(definition.name, str) and definition.name.endswith(INTERNAL))


def _unit(number: Num) -> Fraction:
    """The unit of the last digit of a number as it is written."""
    assert number.literal is not None
    mantissa, _, exponent = number.literal.lower().partition("e")
    return Fraction(10) ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


class _Unknowns:
    """A claim with some of its numbers as unknowns, and the points at which it must hold."""

    def __init__(self, pair: Pair, numbers: tuple[Num, ...], sizes: Mapping[str, object]) -> None:
        self.numbers, self.sizes = numbers, sizes
        self.names = {n.value: f"c{k}{INTERNAL}" for k, n in enumerate(numbers)}
        self.pair = self._opened(pair)
        self.field = digits_of(DIGITS)

    def _opened(self, pair: Pair) -> Pair:
        def put(node: Term) -> Term:
            return Ref(self.names[node.value], ()) if isinstance(node, Num) and node.value in self.names else node

        def changed(definition: Definition) -> Definition:
            known = isinstance(definition.body, Opaque) or not _is_claims(definition, pair)
            return definition if known else replace(definition, body=rewrite(definition.body, put))  # type: ignore[arg-type]

        leaves = (*pair.program.leaves, *(Leaf(n, (), "constant") for n in self.names.values()))
        program = replace(pair.program, leaves=leaves, definitions=tuple(map(changed, pair.program.definitions)))
        return replace(pair, program=program, left=rewrite(pair.left, put), right=rewrite(pair.right, put))

    @cached_property
    def points(self) -> list[Point]:
        """Points at which both sides have values: those that determine the unknowns, then fresh ones."""
        rng, found = random.Random("rounded"), list[Point]()
        for turn in range(TRIES):
            point = draw(self.pair.program, self.sizes, rng, positive=turn > TRIES // 2)
            try:
                self._residuals([point], [self.field.number(n.value) for n in self.numbers])
            except NumericError:
                continue
            found.append(point)
            if len(found) == 2 * len(self.numbers) + FRESH:
                break
        return found

    def _residuals(self, points: Sequence[Point], values: Sequence[Any]) -> list[Any]:
        """What the sides differ by at one entry of each point, relative to their size."""
        found = []
        for k, point in enumerate(points):
            run = self._run(point, values)
            at = tuple((k + j) % size_value(i.size, point.sizes) for j, i in enumerate(self.pair.indices))
            left, right = run.entry(LEFT, at), run.entry(RIGHT, at)
            found.append((left - right) / (1 + abs(left)))
        return found

    def _run(self, point: Point, values: Sequence[Any]) -> Evaluator:
        """Both sides at a point and at values of the unknowns."""
        given = {n: Entries({p: self.field.number(v) for p, v in table.items()}) for n, table in point.values.items()}
        given |= {n: Entries({(): v}) for n, v in zip(self.names.values(), values, strict=True)}
        own = (Definition(LEFT, self.pair.indices, self.pair.left), Definition(RIGHT, self.pair.indices, self.pair.right))
        program = self.pair.program.with_definitions((*self.pair.program.definitions, *own))
        return Evaluator(program, given, point.sizes, field=self.field)

    def solved(self) -> list[Any] | None:
        """The nearest values of the unknowns with which the claim is right, where they are what was rounded."""
        chosen, fresh = self.points[:-FRESH], self.points[-FRESH:]
        if len(chosen) < len(self.numbers):
            return None
        units = [self.field.number(_unit(n)) for n in self.numbers]
        start = [self.field.number(n.value) for n in self.numbers]
        values = list(start)
        small = self.field.real(10) ** -SOLVED
        for _ in range(ROUNDS):
            off = self._residuals(chosen, values)
            if max(map(abs, off)) <= small:
                break
            values = [v + d * u for v, d, u in zip(values, self._step(chosen, values, units, off), units, strict=True)]
            if any(abs(v - s) > 2 * u for v, s, u in zip(values, start, units, strict=True)):
                return None
        near = _are_roundings(start, values, units)
        return values if near and max(map(abs, self._residuals([*chosen, *fresh], values))) <= small else None

    def _step(self, points: Sequence[Point], values: Sequence[Any], units: Sequence[Any], off: Sequence[Any]) -> list[Any]:
        """The shortest change, in units of the last digits, that takes the differences away (Gauss and Newton, a trace of damping)."""
        mp = self.field.context
        step = self.field.real(10) ** -STEP
        columns = []
        for k, unit in enumerate(units):
            moved = self._residuals(points, [v + (step * unit if j == k else 0) for j, v in enumerate(values)])
            columns.append([(a - b) / step for a, b in zip(moved, off, strict=True)])
        count = len(units)
        normal = mp.matrix(count, count)
        for i, j in product(range(count), repeat=2):
            normal[i, j] = sum(a * b for a, b in zip(columns[i], columns[j], strict=True))
        scale = max(normal[i, i] for i in range(count)) or mp.mpf(1)
        for i in range(count):
            normal[i, i] += scale * mp.mpf(10) ** -DAMPING
        wanted = mp.matrix([-sum(a * b for a, b in zip(column, off, strict=True)) for column in columns])
        solved = mp.lu_solve(normal, wanted)
        return [solved[i] for i in range(count)]


def _are_roundings(written: Sequence[Any], values: Sequence[Any], units: Sequence[Any]) -> bool:
    """Whether numbers are others to the nearest unit of their last digits, or cut off there; what was worked out with a rounded
    number may be off by as much as that one is, relative to its size."""
    off = [abs(v - w) / abs(w) for v, w in zip(values, written, strict=True)]
    for k, (w, v, u) in enumerate(zip(written, values, units, strict=True)):
        carried = max((o for j, o in enumerate(off) if j != k and 2 * abs(values[j] - written[j]) <= units[j]), default=0)
        is_cut = 0 <= abs(v) - abs(w) < u - u * type(u)(10) ** -SHOWN
        if not is_cut and 2 * abs(v - w) > u + 2 * carried * abs(w):
            return False
    return True


# names ---------------------------------------------------------------------------------------------------------------------


def _short(value: Any) -> Fraction | None:
    """The short decimal or small fraction that a value is; None where it is neither."""
    for denominator in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 10**6):
        near = Fraction(int(digits_of(DIGITS).context.nint(value * denominator)), denominator)
        if abs(value - _mpf(near, value)) <= abs(value) * 10**-SHOWN:
            return near
    return None


def _mpf(number: Fraction, like: Any) -> Any:
    return type(like)(number.numerator) / number.denominator


def _constants(context: Any) -> Iterator[tuple[str, Any]]:
    """Constants that people round: how they are written, and what they are."""
    of = {
        "π": context.pi, "√(2/π)": context.sqrt(2 / context.pi), "√π": context.sqrt(context.pi), "√(2π)": context.sqrt(2 * context.pi),
        "√2": context.sqrt(2), "√3": context.sqrt(3), "log 2": context.log(2), "log 10": context.log(10), "e": context.e, "π²": context.pi**2,
    }  # fmt: skip
    yield from of.items()


def _name(value: Any, pair: Pair) -> str:
    """What a constant is: a fraction, a known constant times a fraction and a decimal of the network; else its first digits."""
    context = digits_of(DIGITS).context
    near = _short(value)
    if near is not None:
        return str(near)
    nodes = (n for d in pair.program.definitions if isinstance(d.body, Term) for n in walk(d.body))
    decimals = dict.fromkeys(n.value for n in nodes if isinstance(n, Num) and n.literal and n.value.denominator > 1)
    for (text, base), decimal in product(_constants(context), (Fraction(1), *decimals)):
        for power, written in ((1, text), (-1, f"1/{text}" if "/" not in text else f"1/({text})")):
            ratio = _short(value / base**power / _mpf(decimal, value))
            if ratio is not None and max(ratio.numerator, ratio.denominator) <= LARGEST:
                return _product(ratio, decimal, written)
    return f"{context.nstr(value, SHOWN)}…"


LARGEST = 64


def _product(ratio: Fraction, decimal: Fraction, written: str) -> str:
    """A fraction times a decimal times a constant, or one over a constant.

    >>> _product(Fraction(2), Fraction(1), "1/log 2"), _product(Fraction(3, 2), Fraction("0.044715"), "√(2/π)")
    ('2/log 2', '3/2·0.044715·√(2/π)')
    """
    sign, size = "−" if ratio < 0 else "", abs(ratio)
    if written.startswith("1/") and size.denominator == 1 and decimal == 1:
        return f"{sign}{size}{written[1:]}"
    factors = [*([str(size)] if size != 1 else []), *([f"{float(decimal):g}"] if decimal != 1 else []), written]
    return sign + "·".join(factors)


__all__ = ["Rounded", "rounded_constants", "significant"]

"""A number met in a calculation, named: a fraction, a short decimal, or these times a power of a size or of a scalar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import isfinite

from symback.algebra.terms import Count, Num, Pow, Ref, Term, apply, mul
from symback.network.program import Program
from symback.verify.arrays import Arrays

CLOSE = 1e-11
EXPONENTS = tuple(Fraction(e) for e in ("-1", "1", "-1/2", "1/2", "-2", "2"))
LARGEST = 120


class Constants:
    """The scalars of a program and their values at some points."""

    def __init__(self, program: Program, runs: Sequence[Arrays]) -> None:
        self.program, self.runs = program, runs

    @cached_property
    def scalars(self) -> list[tuple[Term, tuple[float, ...]]]:
        """Sizes, one less, one more, and names without axes, with a value at every point."""
        sizes = dict.fromkeys(
            i.size for leaf in self.program.leaves for i in leaf.indices if i.size.constant is None and not i.size.indices
        )
        terms: list[Term] = [Count(s + step) for step in (0, -1, 1) for s in sizes]
        first = list(sizes)
        terms += [Count(a * b) for k, a in enumerate(first) for b in first[k + 1 :]]
        terms += [mul((Count(s), Pow(Count(s - 1), Num(-1)))) for s in sizes]
        terms.append(apply("pi"))
        plain = [n for n in (*self.program.leaf, *self.program.definition) if isinstance(n, str) and not self.program.indices(n)]
        terms += [Ref(n) for n in plain if n not in self.program.results]
        found = [(t, tuple(float(run.entries(t, ())) for run in self.runs)) for t in terms]
        return [(t, v) for t, v in found if all(isfinite(x) and x for x in v)]

    def named(self, *values: float) -> Iterator[Term]:
        """The terms that have these values, one at each point: the plainest first."""
        if not all(isfinite(v) for v in values):
            return
        exact = _number(values)
        if exact is not None:
            if exact != 0:
                yield Num(exact)
            return
        square = _number([v * v for v in values])
        if square and square.numerator * square.denominator <= LARGEST:
            yield _quotient(Fraction(1 if values[0] > 0 else -1), Num(1 / square), Fraction(-1, 2))
            return
        for term, own in self.scalars:
            for e in EXPONENTS:
                if e.denominator > 1 and min(own) < 0:
                    continue
                number = _number([v / o ** float(e) for v, o in zip(values, own, strict=True)])
                if number:
                    yield _quotient(number, term, e)


def _quotient(number: Fraction, term: Term, exponent: Fraction) -> Term:
    """``number · term^exponent`` with a negative exponent under the fraction bar."""
    size = abs(exponent)
    power = term if size == 1 else Pow(term, Num(size))
    if exponent < 0:
        return Num(number) / power
    return power if number == 1 else mul((Num(number), power))


def _number(values: Sequence[float]) -> Fraction | None:
    """The small fraction or short decimal that all values are."""
    first = values[0]
    if any(abs(v - first) > CLOSE * abs(first) for v in values):
        return None
    for found in (Fraction(first).limit_denominator(LARGEST), Fraction(f"{first:.8g}")):
        if abs(float(found) - first) <= CLOSE * abs(first):
            return found
    return None

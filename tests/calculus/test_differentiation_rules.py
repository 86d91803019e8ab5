"""Each rule of differentiation: what it writes, and that it is the derivative."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from random_terms import POINTS, PROGRAM, SIZES, indexed_terms, scalar_terms

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, TWO, ZERO, Add, Count, Mul, Num, Pow, Reduce, Term, apply, bracket, ref, term, total
from symback.calculus.rules import Variable, derivative
from symback.errors import NumericError, UnknownTerm
from symback.numeric.evaluate import Evaluator

i, k, a = (Index(name, "n") for name in "ika")
x, y, u_i, u_k = ref("x"), ref("y"), ref("u", i), ref("u", k)
X, U = Variable("x"), Variable("u", (Size.of(k),))
DELTA = bracket(i, "=", k)


def over(*parts: Term) -> Term:
    return Mul(parts)


EXAMPLES: list[tuple[Term, Variable, Term]] = [
    (term(3), X, ZERO),
    (Count("n"), X, ZERO),
    (bracket(x, ">", y), X, ZERO),
    (y, X, ZERO),
    (x, X, ONE),
    (u_i, U, DELTA),
    (u_k, U, ONE),
    (ref("A", i, a), Variable("A", (Size.of(k), Size.of(a))), DELTA),
    (x + y, X, ONE),
    (x - y, Variable("y"), over(MINUS_ONE, ONE)),
    (x + x * y, X, Add((ONE, y))),
    (x * y, X, y),
    (-x, X, MINUS_ONE),
    (x * y * x, X, Add((over(y, x), over(x, y)))),
    (x**2, X, over(TWO, x)),
    (x**3, X, over(term(3), x**2)),
    (x**-1, X, over(MINUS_ONE, x**-2)),
    (Pow(x, y), X, over(y, Pow(x, Add((y, MINUS_ONE))))),
    (Pow(x, y), Variable("y"), over(Pow(x, y), apply("log", x))),
    (apply("exp", -x), X, over(apply("exp", -x), MINUS_ONE)),
    (apply("sign", x), X, ZERO),
    (apply("arctan2", x, y), X, y / (x**2 + y**2)),
    (total([i], u_i), U, total([i], DELTA)),
    (Reduce("mean", i, u_i), U, Reduce("mean", i, DELTA)),
]  # fmt: skip


@pytest.mark.parametrize(("node", "by", "expected"), EXAMPLES)
def test_a_rule_writes_exactly_this(node, by, expected):
    found = derivative(node, by)
    if isinstance(found, Mul) and not isinstance(expected, Mul):
        found = found.args[0] if len(found.args) == 1 else found
    assert _flat(found) is _flat(expected), found


def _flat(node: Term) -> Term:
    """Factors 1 left out, which a rule may write or not."""
    if isinstance(node, Mul):
        rest = [f for f in node.args if f is not ONE]
        return rest[0] if len(rest) == 1 else Mul(tuple(rest))
    return node


def test_a_slope_is_written_through_the_operation_itself():
    body = apply("tanh", x)
    assert derivative(body, X) is Add((ONE, over(MINUS_ONE, body**2)))


def test_an_unknown_node_is_a_defect_that_is_named():
    class Stranger(Term):
        below = (x,)
        _names = ("x",)

    with pytest.raises(UnknownTerm, match="derivative"):
        derivative(Stranger(), X)


STEP = Fraction(1, 10**33)


def differences(node: Term, name: str, places: tuple[int, ...], values: dict[str, object]) -> object:
    """(node at x + step − node at x − step) / 2 step, at 100 digits."""
    sides = []
    for sign in (1, -1):
        moved = {**values, name: _moved(values[name], places, sign * STEP)}
        sides.append(Evaluator(PROGRAM, moved, SIZES, digits=100).term(node, {a: 1, Index("b", "n"): 2}))
    return (sides[0] - sides[1]) / 2 * 10**33


def _moved(value: object, places: tuple[int, ...], step: Fraction) -> object:
    if not places:
        return Fraction(value) + step
    return [_moved(v, places[1:], step) if position == places[0] else v for position, v in enumerate(value)]


def agrees(node: Term, by: Variable) -> bool:
    """Whether the derivative agrees with differences at both points, wherever the term is defined."""
    places = tuple(p.constant for p in by.places)
    for values in POINTS:
        try:
            expected = differences(node, by.name, places, values)
        except NumericError:
            continue
        found = Evaluator(PROGRAM, values, SIZES, digits=100).term(derivative(node, by), {a: 1, Index("b", "n"): 2})
        if abs(found - expected) > (1 + abs(expected)) * 10**-25:
            return False
    return True


@given(scalar_terms)
def test_derivatives_of_random_scalar_terms(node):
    assert agrees(node, X)


@given(indexed_terms())
def test_derivatives_of_random_indexed_terms(node):
    assert agrees(node, Variable("u", (Size.of(1),)))


REDUCTIONS = [
    Reduce("prod", i, u_i),
    Reduce("prod", i, u_i**2 + x),
    Reduce("max", i, u_i * x),
    Reduce("min", i, u_i**2),
    x * Reduce("max", i, u_i) + total([k], Reduce("prod", i, u_i * ref("A", k, i))),
    Pow(u_i**2 + 1, x).base + Pow(u_k**2 + 1, x),
]


@pytest.mark.parametrize("node", [total([k], total([i], node)) if node is REDUCTIONS[-1] else node for node in REDUCTIONS])
@pytest.mark.parametrize("by", [X, *(Variable("u", (Size.of(place),)) for place in range(3))])
def test_derivatives_of_reductions(node, by):
    assert agrees(node, by)


def at(node: Term, u: list[object]) -> object:
    return Evaluator(PROGRAM, {**POINTS[0], "u": u}, SIZES).term(node)


@pytest.mark.parametrize("kind", ["max", "min"])
@pytest.mark.parametrize(("u", "shares"), [([1, 1, 1], [3, 3, 3]), ([2, 2, 2], [3, 3, 3])])
def test_entries_that_tie_for_an_extreme_share_its_slope_equally(kind, u, shares):
    for place, share in enumerate(shares):
        slope = derivative(Reduce(kind, i, u_i), Variable("u", (Size.of(place),)))
        assert abs(at(slope, u) * share - 1) < 1e-40


@pytest.mark.parametrize(("kind", "u"), [("max", [5, 5, 1]), ("min", [1, 1, 5])])
def test_an_extreme_passes_nothing_to_the_others(kind, u):
    slopes = [at(derivative(Reduce(kind, i, u_i), Variable("u", (Size.of(place),))), u) for place in range(3)]
    assert slopes == [0.5, 0.5, 0]


def test_a_product_with_a_zero_factor_has_a_slope_there():
    slopes = [at(derivative(Reduce("prod", i, u_i), Variable("u", (Size.of(place),))), [0, 3, 5]) for place in range(3)]
    assert slopes == [15, 0, 0]


def test_numbers_are_exact():
    assert derivative(Pow(x, Num(Fraction(1, 3))), X) is over(Num(Fraction(1, 3)), Pow(x, Num(Fraction(-2, 3))))

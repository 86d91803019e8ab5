"""Every simplification where it fires and where it must not, and the meaning it keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from random_terms import indexed_terms, nodes, same_meaning, scalar_terms

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    HALF,
    MINUS_ONE,
    ONE,
    TWO,
    ZERO,
    Add,
    Apply,
    Bracket,
    Count,
    Mul,
    Num,
    Pow,
    Reduce,
    Ref,
    Term,
    apply,
    bracket,
    ref,
    term,
    total,
)
from symback.simplify.rules import ROWS, RULES, simplify
from symback.simplify.shape import length

x, y, p, q = (ref(name) for name in "xypq")
i, j, k, a = (Index(name, "n") for name in "ijka")
r = Index("r", "m")
only = Index("i", 1)
n, m = Size.of("n"), Size.of("m")
u, v = (lambda place: ref("u", place)), (lambda place: ref("v", place))


def exp(value: Term) -> Term:
    return apply("exp", value)


def over(*parts: Term) -> Term:
    return Mul(parts)


one_minus_p = 1 - p
exp_x = apply("exp", x)
before_i, before_a = ref("u", Size.of(i) - 1), ref("u", Size.of(a) - 1)
EXAMPLES: dict[str, list[tuple[Term, Term]]] = {
    "arithmetic": [
        (x * -1 * (2 * y) * 1, over(Num(-2), x, y)),
        (-over(MINUS_ONE, x), x),
        (-(x * -y), over(x, y)),
        (x + (y + 0), Add((x, y))),
        (x * 0, ZERO),
        (x + ZERO * y, x),
        (1 + x + 2, Add((term(3), x))),
        (2 + x - 2, x),
        (x - 3 + 1, Add((x, term(-2)))),
        (term("0.5") * x * 1, over(term("0.5"), x)),
        (-term("0.5") * x, over(term("-0.5"), x)),
        (term(2) ** -1 * x, over(HALF, x)),
        (x**1, x),
        (x**0, ONE),
        (ONE**x, ONE ** x),
        ((x**2) ** 3, x**6),
        ((x**3) ** -1, x**-3),
        (Pow(Pow(p, HALF), TWO), p),
        (Pow(TWO, term(-3)), Num(HALF.value**3)),
        (exp(ZERO), ONE),
        (apply("log", ONE), ZERO),
        (Count(3) * x, over(term(3), x)),
        (Reduce("mean", i, x), x),
        (Reduce("max", i, x), x),
        (Reduce("min", i, x), x),
        (Reduce("prod", i, ONE), ONE),
        (total([i], ZERO), ZERO),
        (total([only], ref("u", only)), ref("u", 0)),
        (bracket(i, "<", "n"), ONE),
        (bracket(i, "<=", "n"), ONE),
        (bracket(i, ">=", "n"), ZERO),
        (bracket(i, ">", "n"), ZERO),
        (bracket(i, "=", "n"), ZERO),
        (bracket(i, "!=", "n"), ONE),
        (bracket(i, ">=", 0), ONE),
        (bracket(i, "<", 0), ZERO),
        (bracket(i, ">", -1), ONE),
        (bracket(i, "<=", -1), ZERO),
        (bracket(i, "=", i), ONE),
        (bracket(i, "!=", i), ZERO),
        (bracket(x, ">=", x), ONE),
        (bracket(x, "<=", x), ONE),
        (bracket(x, "<", x), ZERO),
        (bracket(x, ">", x), ZERO),
        (bracket(i, "=", Size.of(i) + 1), ZERO),
        *((bracket(term(2), relation, term(1)), ONE) for relation in (">", ">=", "!=")),
        *((bracket(term(2), relation, term(1)), ZERO) for relation in ("<", "<=", "=")),
        *((bracket(term(1), relation, term(2)), ONE) for relation in ("<", "<=", "!=")),
        *((bracket(term(1), relation, term(2)), ZERO) for relation in (">", ">=", "=")),
        *((bracket(HALF, relation, term("0.5")), ONE) for relation in ("=", "<=", ">=")),
        *((bracket(HALF, relation, term("0.5")), ZERO) for relation in ("!=", "<", ">")),
    ],
    "sift": [
        (total([j], bracket(i, "=", j) * u(j)), u(i)),
        (total([j], u(j) * bracket(j, "=", i) * x), over(u(i), x)),
        (total([j], bracket(j, "=", Size.of(a) + 1) * u(j)), over(bracket(Size.of(a) + 1, "<", n), u(Size.of(a) + 1))),
        (total([j], bracket(j, "=", Size.of(a) - 1) * u(j)), over(bracket(Count(Size.of(a) - 1), ">=", ZERO), u(Size.of(a) - 1))),
        (total([j], bracket(Size.of(j) + 1, "=", a) * u(j)), over(bracket(Count(Size.of(a) - 1), ">=", ZERO), u(Size.of(a) - 1))),
        (total([j], bracket(n - 1 - Size.of(j), "=", a) * u(j)), u(n - 1 - Size.of(a))),
        (total([r], bracket(r, "=", a) * ref("B", a, r)), over(bracket(a, "<", m), ref("B", a, a))),
        (Reduce("mean", j, bracket(i, "=", j) * u(j)), over(Count(n) ** -1, u(i))),
        (total([j], u(j) * (bracket(i, "=", j) - v(j))), Add((u(i), total([j], over(MINUS_ONE, u(j), v(j)))))),
        (total([j], bracket(i, "=", j) * u(j) + v(j)), Add((u(i), total([j], v(j))))),
        (total([i], u(i) * total([j], bracket(i, "=", a) * ref("A", i, j))), total([j], over(u(a), ref("A", a, j)))),
    ],
    "known places": [
        (bracket(i, "=", k) * bracket(i, "!=", k), ZERO),
        (bracket(i, "=", k) * bracket(k, "<=", i), bracket(i, "=", k)),
        (over(bracket(k, ">", i), x, bracket(i, "=", k)), ZERO),
        (Mul((u(i), bracket(i, "<", Size.of(k) + 1), bracket(i, "=", k))), over(u(i), bracket(i, "=", k))),
    ],
    "common condition": [
        (bracket(i, "=", k) * x + bracket(i, "=", k) * y, over(Add((x, y)), bracket(i, "=", k))),
        (over(x, bracket(i, "=", k)) - over(bracket(i, "=", k), y), over(Add((x, over(MINUS_ONE, y))), bracket(i, "=", k))),
        (over(bracket(i, ">=", 1), x, before_i) + over(bracket(i, ">=", 1), y), over(Add((over(x, before_i), y)), bracket(i, ">=", 1))),
    ],
    "take out": [
        (total([j], x * u(j)), over(x, total([j], u(j)))),
        (total([j], u(j) * y), over(total([j], u(j)), y)),
        (total([j], u(j) * x * v(j) * y), over(total([j], over(u(j), v(j))), x, y)),
        (total([j], x), over(Count(n), x)),
        (total([j], -(x * u(j))), over(MINUS_ONE, x, total([j], u(j)))),
        (Reduce("mean", j, x * u(j)), over(x, Reduce("mean", j, u(j)))),
        (total([r], ref("A", a, k)), over(Count(m), ref("A", a, k))),
    ],
    "collect": [
        (x * y / x, y),
        (x * x, x**2),
        (x**2 * x**-3, x**-1),
        (over(x**-1, y, x**2), over(x, y)),
        (exp(x) * exp(-x), ONE),
        (exp(x) ** 2 * exp(-x), exp(x)),
        (exp(x) * exp(-x) ** 2, exp(x) ** -1),
        ((x - y) / (y - x), MINUS_ONE),
        ((x - y) ** 2 / (y - x), over(MINUS_ONE, x - y)),
        ((x - y) * (y - x) ** 2, (x - y) ** 3),
        (3 * (x - y) / (y - x), Num(-3)),
        ((p * one_minus_p) ** -1 * p, one_minus_p**-1),
        ((x * y) ** 2, over(x**2, y**2)),
        (Pow(p, HALF) * Pow(p, HALF), p),
        (Pow(p, Num(-HALF.value)) * p, Pow(p, HALF)),
        (term("0.5") * x * x, over(term("0.5"), x**2)),
        (bracket(x, ">", ZERO) * bracket(x, ">", ZERO), bracket(x, ">", ZERO)),
        (bracket(x, ">", ZERO) ** 2, bracket(x, ">", ZERO)),
    ],
    "like terms": [
        (x * bracket(y, ">", ZERO) + p + x * bracket(y, "<=", ZERO), x + p),
        (x * y + x - y * x, x),
        (x + x, over(TWO, x)),
        (x - x, ZERO),
        (x - (x - y), y),
        (y - (x - y), Add((over(TWO, y), -x))),
        (2 * x - 3 * x, over(MINUS_ONE, x)),
        (total([i], u(i)) + total([j], u(j)), over(TWO, total([i], u(i)))),
        (total([i], u(i)) - total([j], u(j)), ZERO),
    ],
    "mean": [
        (total([j], u(j)) / Count(n), Reduce("mean", j, u(j))),
        (over(x, Count(n) ** -1, total([j], u(j) * v(j))), over(x, Reduce("mean", j, u(j) * v(j)))),
        (over(MINUS_ONE, total([j], u(j)), y, Count(n) ** -1), over(MINUS_ONE, Reduce("mean", j, u(j)), y)),
    ],
    "fraction": [
        (over(x**-2, y), over(y, x**-2)),
        (over(p**-1, x, q**-1, y), over(x, y, p**-1, q**-1)),
        (total([i], over(MINUS_ONE, x**-1, u(i))), total([i], over(MINUS_ONE, u(i), x**-1))),
    ],
    "one function": [
        (exp_x / (1 + exp_x), apply("sigmoid", x)),
        (over(y, exp_x, p, (1 + exp_x) ** -1), over(y, apply("sigmoid", x), p)),
        (over(ONE, (1 + exp_x) ** -1), apply("sigmoid", -x)),
        (over(y, (1 + apply("exp", -x)) ** -1), over(y, apply("sigmoid", x))),
        (apply("sinh", x) / apply("cosh", x), apply("tanh", x)),
        (over(x, apply("sign", x)), apply("abs", x)),
        (over(y, x, p, apply("sign", over(x, p))), over(y, apply("abs", over(x, p)))),
        (over(apply("sign", x), apply("abs", x)), x),
        (over(TWO, apply("relu", x), bracket(x, ">", ZERO)), over(TWO, apply("relu", x))),
        (over(apply("relu", x) ** 2, bracket(x, ">", ZERO)), over(apply("relu", x), apply("relu", x))),
    ],
    "complement": [
        ((1 - y) * apply("sigmoid", x) - y * apply("sigmoid", -x), Add((apply("sigmoid", x), over(MINUS_ONE, y)))),
        (over(y, apply("sigmoid", -x), (1 - apply("sigmoid", x)) ** -1), y),
        (apply("sigmoid", -x) + apply("sigmoid", x), ONE),
    ],
    "common denominator": [
        (-(y / p - (1 - y) / one_minus_p), over(p - y, p**-1, one_minus_p**-1)),
        (y / p - (1 - y) / one_minus_p, over(Add((y, over(MINUS_ONE, p))), p**-1, one_minus_p**-1)),
        (1 / p + 1 / one_minus_p, over(ONE, p**-1, one_minus_p**-1)),
        (x / (p * q) + y / (p * q), over(x + y, p**-1, q**-1)),
    ],
    "expand": [
        (-(y * one_minus_p) + (1 - y) * p, Add((over(MINUS_ONE, y), p))),
        ((x + y) ** 2 - x**2 - 2 * x * y, y**2),
        (x * (y - p) - x * y, over(MINUS_ONE, x, p)),
        ((x - y) ** 2 + 2 * x * y, Add((x**2, y**2))),
        (total([i], u(i) + v(i)) - total([j], v(j)), total([i], u(i))),
    ],
    "by cases": [
        (over(x, bracket(p, ">", ZERO) * y - bracket(p, "<", ZERO)) + over(y, bracket(p, ">", ZERO) - bracket(p, "<", ZERO)),
         Add((over(bracket(p, ">", ZERO), x * y + y), over(bracket(p, "<", ZERO), -x + -y)))),
        (over(bracket(q, "<", ZERO), x) + over(bracket(q, ">", ZERO), y) + over(bracket(q, "<", ZERO), p), over(bracket(q, "<", ZERO), x + p) + over(bracket(q, ">", ZERO), y)),
        (over(x, bracket(p, ">", ZERO), y) + over(bracket(p, ">", ZERO), q) + x, over(bracket(p, ">", ZERO), x * y + q) + x),
    ],
    "common factor": [
        (p * x - p * y, over(p, x - y)),
        (y * x + p * x, over(y + p, x)),
        (x**2 * y - x * p, over(x, Add((x * y, over(MINUS_ONE, p))))),
        (x**-1 * y + x**-1 * p, over(x**-1, y + p)),
        (x**-2 * y + x**-1 * p, over(x**-1, Add((x**-1 * y, p)))),
        (p - p * p, over(p, one_minus_p)),
        (over(bracket(i, ">=", ONE), before_i, x) - over(bracket(i, ">=", ONE), before_i, y), over(bracket(i, ">=", ONE), before_i, x - y)),
        (over(bracket(i, ">=", ONE), p, before_i) + p * before_i, over(Add((bracket(i, ">=", ONE), ONE)), p, before_i)),
    ],
    "multiply in": [
        (over(x - y / p, p, q), over(Add((over(x, p), over(MINUS_ONE, y))), q)),
        (over(MINUS_ONE, p, 1 - y / p), over(MINUS_ONE, Add((p, over(MINUS_ONE, y))))),
        (over(x**2, Add((x * y, over(q, x**-1)))), over(x, Add((over(x**2, y), q)))),
        (over(total([j], over(u(j), Add((v(j), over(q, x**-1))))), x), total([j], over(u(j), Add((over(v(j), x), q))))),
    ],
    "positive first": [
        (-y + p, Add((p, -y))),
        (Add((-y, -x, p, q)), Add((p, -y, -x, q))),
        (x * (-1 + p), x * Add((p, MINUS_ONE))),
    ],
}  # fmt: skip

UNTOUCHED: dict[str, list[Term]] = {
    "arithmetic": [x + y, x * y, x**2, x / y, -x, ZERO**-1, Pow(Pow(x, TWO), HALF), ONE**x, total([i], u(i)), bracket(i, "<", m), bracket(x, "<", y)],
    "sift": [total([j], bracket(i, "!=", j) * u(j)), total([j], bracket(2 * Size.of(j), "=", a) * u(j)), Reduce("max", j, bracket(i, "=", j) * u(j)),
             total([j], bracket(u(j), "=", u(i)) * v(j))],
    "known places": [bracket(i, "=", k) * u(i), bracket(i, "!=", k) * bracket(i, "=", a), bracket(i, "<=", k) * bracket(i, "!=", k)],
    "common condition": [bracket(i, "=", k) * x + bracket(i, "!=", k) * y, bracket(i, "=", k) + x, bracket(i, "=", k) * x * y],
    "take out": [total([j], u(j) * v(j)), Reduce("max", j, x * u(j)), Reduce("prod", j, x * u(j)), total([j], x + u(j)),
                 total([k], bracket(2 * Size.of(k) + 1, "=", a) * before_a)],
    "collect": [x * y, (x + y) * (x - y), exp(x) * exp(y), Pow(x, TWO) * y, -x, x / y],
    "like terms": [x + y, x - y, x * y + x, total([i], u(i)) + total([i], v(i))],
    "mean": [total([j], u(j)), total([j], u(j)) / Count(m), Reduce("max", j, u(j)) / Count(n), x / Count(n)],
    "fraction": [over(x, p**-1), over(x, y), over(ONE, p**-1, q**-1)],
    "one function": [exp_x * (1 + exp_x), over(apply("relu", x), bracket(y, ">", ZERO)), over(y, apply("sign", x))],
    "complement": [apply("sigmoid", -x), y * apply("sigmoid", -x) + apply("sigmoid", x), apply("sigmoid", -x) + apply("sigmoid", y)],
    "common denominator": [bracket(x, ">", ZERO) * y / p - bracket(x, "<", ZERO) * y / p, x / p + y / q, y / p + x, x + y],
    "expand": [x * (y + 1), (x + y) ** 2, p * one_minus_p],
    "by cases": [x + y, over(bracket(p, ">", ZERO), x) + y, over(bracket(p, ">", ZERO), x) + over(bracket(p, "<", ZERO), y)],
    "common factor": [over(bracket(i, ">=", 1), x, before_i) + over(bracket(i, ">=", TWO), y, before_i),
                      over(bracket(x, ">", ZERO), y, x**-1) + over(bracket(x, "<", ZERO), p, x**-1), x + y, x * y + p * q, p + 1],
    "multiply in": [p * (x + y), over(x - y / p, q), over(p, x - y / p - q - x * y), over(p - y, p**-1, q)],
    "positive first": [p - y, -y - p, -y],
}  # fmt: skip


def cases(table: dict[str, list]) -> list:
    return [pytest.param(name, case, id=f"{name} {number}") for name, found in table.items() for number, case in enumerate(found)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_has_examples(row):
    assert len(EXAMPLES[row.name]) > 2
    assert len(UNTOUCHED[row.name]) > 2
    assert row.says


def test_no_example_belongs_to_no_row():
    assert list(EXAMPLES) == list(UNTOUCHED) == list(RULES)


@pytest.mark.parametrize(("name", "example"), cases(EXAMPLES))
def test_a_rule_does_exactly_this(name, example):
    before, after = example
    assert RULES[name].apply(before) is after, RULES[name].apply(before)


@pytest.mark.parametrize(("name", "example"), cases(EXAMPLES))
def test_a_rule_keeps_the_meaning(name, example):
    assert same_meaning(*example)


@pytest.mark.parametrize(("name", "node"), cases(UNTOUCHED))
def test_a_rule_leaves_the_very_same_term_where_it_has_nothing_to_do(name, node):
    assert RULES[name].apply(node) is node


def symbols(node: Term) -> int:
    """Names, functions, brackets, sums and sizes in a term; numbers do not count, for 1 + 1 becomes 2 and (x/y)² becomes x²/y²."""
    return sum(isinstance(part, Ref | Apply | Bracket | Reduce | Count) for part in nodes(node))


@given(scalar_terms)
def test_simplified_scalar_terms_mean_the_same(node):
    assert same_meaning(node, simplify(node))


@given(indexed_terms())
def test_simplified_indexed_terms_mean_the_same(node):
    assert same_meaning(node, simplify(node))


@given(scalar_terms)
def test_each_rule_keeps_the_meaning_of_scalar_terms(node):
    for row in ROWS:
        assert same_meaning(node, row.apply(node)), row.name


@given(indexed_terms())
def test_each_rule_keeps_the_meaning_of_indexed_terms(node):
    for row in ROWS:
        assert same_meaning(node, row.apply(node)), row.name


@given(scalar_terms)
def test_scalar_terms_are_simplified_once_and_for_all_and_never_grow(node):
    simpler = simplify(node)
    assert simplify(simpler) is simpler
    assert symbols(simpler) <= symbols(node)


@given(indexed_terms(shifts=(0,)))
def test_indexed_terms_are_simplified_once_and_for_all_and_never_grow(node):
    simpler = simplify(node)
    assert simplify(simpler) is simpler
    assert symbols(simpler) <= symbols(node)


@pytest.mark.parametrize(
    ("before", "longest"),
    [
        ((p - y) / (p * one_minus_p) * (p * one_minus_p), 2),
        (-(y / p - (1 - y) / one_minus_p) * p * one_minus_p, 2),
        (-(y - p) * -1, 2),
        (total([i, j], bracket(i, "=", a) * bracket(j, "=", a) * ref("A", i, j)), 1),
    ],
)
def test_what_a_textbook_would_not_leave_standing(before, longest):
    assert length(simplify(before)) <= longest
    assert same_meaning(before, simplify(before))

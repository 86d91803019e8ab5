"""Terms: stored as written, interned, and readable for engineers."""

from __future__ import annotations

import gc
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from symback.algebra import terms
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    MINUS_ONE,
    NEGATED,
    ONE,
    SWAPPED,
    ZERO,
    Add,
    Count,
    Mul,
    Num,
    Partial,
    Pow,
    Reduce,
    add,
    bracket,
    is_number,
    mul,
    reciprocal,
    reduce_over,
    ref,
    sqrt,
    term,
    total,
)  # fmt: skip

i, j = Index("i", "n"), Index("j", "m")
x, y = ref("x"), ref("y")


def test_identity_is_structure():
    assert x + y * 2 is ref("x") + ref("y") * 2
    assert x + y is not y + x
    assert ref("W", j, i) is ref("W", j, i)
    assert ref("W", j, i) is not ref("W", i, j)
    assert Num(Fraction(1, 2)) is not term("0.5")
    assert total([i], ref("a", i)) is Reduce("sum", Index("i", "n"), ref("a", i))


def test_nothing_is_evaluated():
    assert isinstance(x + ZERO, Add)
    assert isinstance(x * ONE, Mul)
    assert repr((x + y) + (x - x)) == "(x + y) + (x + -1*x)"
    assert repr(x * 0 / x) == "(x*0)*x^-1"


@pytest.mark.parametrize(
    ("node", "same"),
    [
        (-x, Mul((MINUS_ONE, x))), (x - y, Add((x, Mul((MINUS_ONE, y))))), (x / y, Mul((x, Pow(y, MINUS_ONE)))), (1 / x, Mul((ONE, reciprocal(x)))),
        (x**2, Pow(x, Num(2))), (2 - x, Add((Num(2), -x))), (2 + x, Add((Num(2), x))), (sqrt(x), Pow(x, Num(Fraction(1, 2)))), (2 * x, Mul((Num(2), x))),
    ],
    ids=repr,
)  # fmt: skip
def test_encoding(node, same):
    assert node is same


def test_a_decimal_keeps_how_it_was_written():
    number = term("0.044715")
    assert number.value == Fraction(44715, 10**6)
    assert repr(number) == "0.044715"


def test_builders():
    assert add([]) is ZERO
    assert mul([]) is ONE
    assert add([x]) is mul([x]) is x
    assert add([x, y]) is x + y
    assert total([i, j], x) is reduce_over("sum", [i, j], x) is Reduce("sum", i, Reduce("sum", j, x))
    assert is_number(ONE, 1)
    assert not is_number(ONE, 2)
    assert not is_number(x)


def test_brackets_take_places_and_terms():
    assert bracket(i, "=", 0).left is Count(i)
    assert repr(bracket(x, ">", y)) == "[x > y]"
    for table in (NEGATED, SWAPPED):
        assert all(table[table[r]] == r for r in table)


def test_names_of_derivatives():
    assert str(Partial("L", "z1")) == "dL/dz1"
    assert str(Partial("h1", "z1", local=True)) == "∂h1/∂z1"
    assert ref(Partial("L", "z"), i) is ref(Partial("L", "z"), i)


def test_terms_are_forgotten_by_a_sweep_when_nobody_holds_them(monkeypatch):
    monkeypatch.setattr(terms, "SWEEP_AT", terms.SWEEP_AT)
    held, lost = ref("held") + 987654321, weakref.ref(ref("never again") + 987654321)
    terms._sweep()
    gc.collect()
    assert lost() is None
    assert ref("held") + 987654321 is held


def test_threads_share_what_they_make_at_once(monkeypatch):
    """Many threads make the same new terms, while the table is swept: equal terms stay one object."""
    monkeypatch.setattr("symback.algebra.terms.SWEEP_AT", 300)
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def make(_):
        sizes = [Size.of(f"shared{k}") + k for k in range(300)]
        return [ref(f"shared{k}", sizes[k]) * k + ref("shared") ** k for k in range(300)]

    try:
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(make, range(8)))
    finally:
        sys.setswitchinterval(switch)
    assert all(one is other for lists in made[1:] for one, other in zip(made[0], lists, strict=True))

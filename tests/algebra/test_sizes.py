"""Sizes and places: arithmetic against integers, floor division, what is provable, substitution."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symback.algebra.sizes import Floor, Index, Size, SizeAt, SizeSymbol, fresh, provably_at_least

SYMBOLS = ("n", "m", "k")
INDICES = (Index("i", "n"), Index("j", "m"), Index("l", Size.of("n") + Size.of("m") - 1))
TABLE = [3, 5, 2, 7, 11, 13, 4, 6, 9]
WIDTH = SizeAt("w", INDICES[0])
PAD = SizeSymbol("pad", 0)

leaves = st.one_of(
    st.integers(-4, 4).map(Size.of),
    st.sampled_from(SYMBOLS).map(Size.of),
    st.sampled_from(INDICES).map(Size.of),
    st.just(Size.of(PAD)),
    st.just(Size.of(WIDTH)),
)


def grown(inner):
    return st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] - p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        st.tuples(inner, st.integers(1, 4)).map(lambda p: p[0] // p[1]),
        inner.map(lambda p: -p),
    )


places = st.recursive(leaves, grown, max_leaves=6)


@st.composite
def points(draw):
    sizes: dict[str, object] = {s: draw(st.integers(1, 4)) for s in SYMBOLS}
    sizes["pad"], sizes["w"] = draw(st.integers(0, 3)), TABLE
    at = {i: draw(st.integers(0, i.size.value(sizes) - 1)) for i in INDICES}
    return sizes, at


@given(places, places, points())
def test_arithmetic_is_that_of_integers(a, b, point):
    va, vb = a.value(*point), b.value(*point)
    assert (a + b).value(*point) == va + vb
    assert (a - b).value(*point) == va - vb
    assert (a * b).value(*point) == va * vb
    assert (3 - a).value(*point) == 3 - va
    for divisor in (1, 2, 3):
        assert (a // divisor).value(*point) == va // divisor


@given(places, points())
def test_floor_division_by_a_symbol(a, point):
    assert (a // "k").value(*point) == a.value(*point) // point[0]["k"]


@given(places, places)
def test_equal_polynomials_are_one_object(a, b):
    assert a + b is b + a
    assert a * b is b * a
    assert (a + b) - b is a
    assert (a - a).constant == 0
    assert (a + b) * (a - b) is a * a - b * b


@given(places, st.integers(-3, 3), points())
def test_what_is_provable_is_true(a, low, point):
    if provably_at_least(a, low):
        assert a.value(*point) >= low


@given(places, places, points())
def test_substitution_is_evaluation_at_the_place(a, place, point):
    sizes, at = point
    index = INDICES[1]
    value = place.value(sizes, at)
    assert a.substitute({index: place}).value(sizes, at) == a.value(sizes, {**at, index: value})


@given(places)
def test_coefficients(a):
    for index in INDICES[1:]:
        split = a.coefficient(index)
        if split is not None:
            assert split[0] * index + split[1] is a
            assert index not in (*split[0].indices, *split[1].indices)


n, m, k = (Size.of(s) for s in SYMBOLS)
i, j, l = (Size.of(x) for x in INDICES)


@pytest.mark.parametrize(
    ("place", "low"),
    [
        (n, 1), (i, 0), (n - 1 - i, 0), (n * m - m * i - j, 1), (l, 0), (n + m - 2 - l, 0), (n * m - 1, 0), (Size.of(PAD), 0),
        (i // 2, 0), (n - 1 - i // 2, 0), ((n - 1) // 2, 0), (Size.of(WIDTH), 1),
    ],
    ids=repr,
)  # fmt: skip
def test_provable(place, low):
    assert provably_at_least(place, low)
    assert not provably_at_least(-place - 1, low)


@pytest.mark.parametrize(("place", "low"), [(n, 2), (i, 1), (i - j, 0), (Size.of(PAD), 1), (n - m, 0)], ids=repr)
def test_not_provable(place, low):
    assert not provably_at_least(place, low)


def test_exact_floor_division():
    s = Size.of("s")
    assert (s * (n - 1)) // "s" + 1 is n
    assert (2 * n + 1) // 2 is n
    assert (n // 2).atoms == (Floor(n, 2),)
    assert Size.of(7) // 2 is Size.of(3)
    assert Size.of(-7) // 2 is Size.of(-4)


def test_symbols_and_indices_inside():
    place = Size.of(SizeAt("w", i + 1)) * m + (j + k) // 3
    assert set(place.indices) == {INDICES[0], INDICES[1]}
    assert set(place.symbols) == {"w", "m", "n", "k"} or set(place.symbols) == {"w", "m", "k", "n"}
    assert repr(n - k + 1) == "n - k + 1"


def test_a_fresh_index_is_none_of_those_avoided():
    first = Index("i", n)
    second = fresh(first, [first])
    assert second is not first
    assert second.size is n
    assert fresh(first, [first, second]) not in (first, second)
    assert fresh(first, [Index("i", m)]) is not first
    assert fresh(first, [], m) is Index("i", m)


def test_a_size_has_no_truth_value():
    with pytest.raises(TypeError, match="provably_at_least"):
        bool(n)


def test_windows_of_windows_stay_inside():
    """A floor under a floor: the inner one is kept until the outer one is gone."""
    s = Size.of(SizeSymbol("s"))
    rows = (Size.of("H") - 3) // s + 1
    u, a = Index("u", (rows - 2) // 2 + 1), Index("a", 2)
    last = rows - 1 - Size.of(u) * 2 - a
    assert provably_at_least(last)
    assert not provably_at_least(last, 1)
    assert not provably_at_least(last - Size.of(a))

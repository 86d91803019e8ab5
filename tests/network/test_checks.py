"""The checks of a program: each failure is one line that quotes the input."""

from __future__ import annotations

import pytest

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import Apply, Ref, bracket, ref, total
from symback.errors import AxisMismatch, DeclarationError, NumericError, SymbackError
from symback.network.checks import check, is_scalar
from symback.network.program import Leaf, Program
from symback.network.ranges import out_of_range
from symback.network.recurrences import recurrence_axes

I, J, T = Index("i", "n"), Index("j", "m"), Index("t", "T")
X, W, S = Leaf("x", (I,)), Leaf("W", (J, I), "weight"), Leaf("s")
SUM = Definition("L", (), total([I], ref("x", I)))


def program(definitions=(SUM,), leaves=(X, W, S), result="L", **more):
    return Program("net", tuple(leaves), tuple(definitions), (result,), **more)


def test_a_sound_program_passes():
    net = program()
    assert check(net) is net


BROKEN = (
    (program([SUM, SUM]), DeclarationError, "L is defined twice"),
    (program([SUM, Definition("x", (), ref("s"))]), DeclarationError, "x is defined twice"),
    (program([Definition("L", (), ref("sx"))]), DeclarationError, "sx is not declared"),
    (program([Definition("L", (), ref("LL")), Definition("LLL", (), ref("s"))]), DeclarationError, "did you mean LLL?"),
    (program(result="loss"), DeclarationError, "loss is not defined"),
    (program([Definition("L", (), ref("W", J))]), AxisMismatch, "W is read at 1 places and has 2 axes"),
    (program([Definition("L", (), Apply("sigmiod", (ref("s"),)))]), DeclarationError, "did you mean sigmoid?"),
    (program([Definition("L", (), Apply("tanh", (ref("s"), ref("s"))))]), DeclarationError, "tanh takes 1 arguments and gets 2"),
    (program([Definition("L", (), Opaque("detr", ("W",)))]), DeclarationError, "did you mean det?"),
    (program([Definition("L", (), Opaque("det", ("W",)))]), AxisMismatch, "det takes a square matrix, and W is (m, n)"),
    (program([Definition("L", (), ref("z")), Definition("z", (), ref("L"))]), DeclarationError, "a circle that is no recurrence"),
    (program([Definition("y", (I,), ref("y", I)), SUM]), DeclarationError, "y reads y: a circle that is no recurrence"),
    (program([Definition("y", (I,), ref("x", Size.of(I) - 1)), SUM]), DeclarationError, "the place i - 1 of x[i - 1] may leave 0..n - 1"),
    (program([Definition("L", (I,), ref("x", I))]), DeclarationError, "the loss is (n), not a scalar"),
    (program(leaves=[Leaf("x", (I,), facts=(Fact("symmetric"),)), W]), DeclarationError, "symmetric is said of a matrix"),
    (program(leaves=[X, Leaf("W", (J, I), facts=(Fact("positive definite"),))]), DeclarationError, "said of a square matrix"),
    (program(leaves=[X, W, Leaf("s", facts=(Fact("sums to one"),))]), DeclarationError, "said along an axis"),
    (program(leaves=[X, W, Leaf("s", facts=(Fact("postive"),))]), DeclarationError, "did you mean positive?"),
    (program(values={"x": (1.0, float("nan"))}), NumericError, "not finite"),
    (program(values={"x": 1.0}), NumericError, "the value is a scalar, and x is declared as (n)"),
    (program(values={"x": (1.0, 2.0), "W": ((1.0, 2.0, 3.0),)}), NumericError, "n is 3 here and 2 elsewhere"),
    (program(values={"y": 1.0}), DeclarationError, "y is not declared"),
)


@pytest.mark.parametrize(("net", "kind", "message"), BROKEN, ids=[b[2] for b in BROKEN])
def test_what_makes_no_sense_is_refused(net, kind, message):
    with pytest.raises(kind) as caught:
        check(net, {"L": "L = the text"})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_text_is_quoted():
    with pytest.raises(SymbackError, match=r"^L = s \+ q: q is not declared"):
        check(program([Definition("L", (), ref("s") + ref("q"))]), {"L": "L = s + q"})


def test_a_loss_that_is_no_scalar_may_be_admitted():
    net = program([Definition("L", (I,), ref("x", I))])
    assert check(net, scalar=False) is net
    assert check(program([Definition("L", (I,), ref("x", I))], sizes={"n": 1})).loss == "L"
    assert is_scalar((Size.of(1), Size.of("k")), {"k": 1})
    assert not is_scalar((Size.of("k"),), {})


def shifted(name, read, shift, guard=True):
    value = ref(read, Size.of(T) + shift)
    bound = bracket(T, ">=", -shift) if shift < 0 else bracket(Size.of(T) + shift, "<", "T")
    return Definition(name, (T,), bound * value if guard else value)


def test_recurrences_go_one_way():
    forth, back = shifted("h", "h", -1), shifted("g", "g", 2)
    assert recurrence_axes([forth]) == {"h": 0}
    assert recurrence_axes([back]) == {"g": 0}
    z, h = Definition("z", (T,), ref("h", Size.of(T) - 1)), Definition("h", (T,), ref("z", T))
    assert recurrence_axes([z, h]) == {"z": 0, "h": 0}
    there = Definition("z", (T,), ref("h", Size.of(T) - 1) + ref("h", Size.of(T) + 1))
    assert recurrence_axes([there, h]) is None
    neutral = [Definition("z", (T,), ref("h", Size.of(T) - 1)), Definition("h", (T,), ref("z", Size.of(T) + 1))]
    assert recurrence_axes(neutral) is None
    mixed = [Definition("z", (T,), ref("h", Size.of(T) - 2)), Definition("h", (T,), ref("z", Size.of(T) + 1))]
    assert recurrence_axes(mixed) is not None


def test_a_recurrence_may_turn_its_axes():
    a, b = Index("a", "n"), Index("b", "n")
    group = [Definition("z", (T, a), ref("h", a, Size.of(T) - 1)), Definition("h", (b, T), ref("z", T, b))]
    assert recurrence_axes(group) == {"z": 0, "h": 1}


def test_a_bracket_stops_a_recurrence():
    check(program([shifted("h", "h", -1), SUM]))
    with pytest.raises(DeclarationError, match="may leave"):
        check(program([shifted("h", "h", -1, guard=False), SUM]))


N, L = Size.of("n"), Index("l", Size.of("L") + 1)
P = SizeSymbol("p", 0)
RANGES = (
    (ref("x", I), True),
    (ref("x", N - 1 - Size.of(I)), True),
    (ref("x", Size.of(I) + 1), False),
    (bracket(Size.of(I) + 1, "<", N) * ref("x", Size.of(I) + 1), True),
    (bracket(I, "<", N - 1) * ref("x", Size.of(I) + 1), True),
    (bracket(I, "<=", N - 2) * ref("x", Size.of(I) + 1), True),
    (bracket(I, "<", N - 1) + ref("x", Size.of(I) + 1), False),
    (bracket(I, ">=", 1) * (2 + ref("x", Size.of(I) - 1)), True),
    (bracket(I, ">", 0) * ref("x", Size.of(I) - 1), True),
    (bracket(I, "!=", 0) * ref("x", Size.of(I) - 1), False),
    (bracket(I, ">=", 1) * ref("x", Size.of(I) - 2), False),
    (bracket(I, ">=", P) * ref("x", Size.of(I) - P), True),
    (bracket(I, "=", 0) * ref("x", I), True),
    (ref("x", 0), True),
    (ref("x", 1), False),
    (ref("x", -1), False),
    (bracket(0, "<", Size.of(I)) * bracket(J, "=", 0) * ref("W", J, Size.of(I) - 1), True),
    (bracket(L, "<", 1) * ref("first", Index("k", SizeAt("w", L))), True),
    (bracket(L, "=", 0) * ref("first", Index("k", SizeAt("w", L))), True),
    (ref("first", Index("k", SizeAt("w", L))), False),
)  # fmt: skip
AXES = {"x": (I,), "W": (J, I), "first": (Index("k", SizeAt("w", 0)),)}


@pytest.mark.parametrize(("body", "sound"), RANGES, ids=[repr(r[0]) for r in RANGES])
def test_places_are_read_under_brackets_that_keep_them_in_range(body, sound):
    assert (out_of_range(body, AXES) is None) is sound


def test_a_strided_window_stays_in_range():
    s, k = Size.of("s"), Size.of("k")
    o, a = Index("o", Size.of(Floor(N - k, s)) + 1), Index("a", k)
    assert out_of_range(Ref("x", (s * Size.of(o) + Size.of(a),)), AXES) is None
    assert out_of_range(Ref("x", (s * Size.of(o) + Size.of(a) + 1,)), AXES) is not None

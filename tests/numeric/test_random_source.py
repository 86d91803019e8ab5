"""Random programs: the generated source gives what the reference evaluator gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from test_source import difference, draw, size

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Count, Mul, Num, Reduce, apply, bracket, ref
from symback.network.program import Leaf, Program
from symback.numeric.compile import compile_source
from symback.numeric.evaluate import Evaluator
from symback.numeric.source import source

SIZES = {"n": 3, "m": 5}
N, M = Size.of("n"), Size.of("m")
LEAVES = (
    Leaf("x", (Index("i", N),)),
    Leaf("y", (Index("j", M),)),
    Leaf("A", (Index("j", M), Index("i", N))),
    Leaf("B", (Index("i", N), Index("k", N))),
    Leaf("c"),
)
BINDERS = [Index(letter, extent, mark) for letter, extent in (("i", N), ("j", M), ("k", N)) for mark in (5, 6, 7, 8)]


@st.composite
def places(draw_, extent, scope):
    """A place on an axis, with the condition that keeps it in range (None where it always is)."""
    fitting = [i for i in scope if i.size is extent]
    kind = draw_(st.sampled_from(["whole", "whole", "whole", "first", "shift", "reverse", "stride"]))
    if not fitting or kind == "first":
        return Size.of(draw_(st.sampled_from([0, 1]))), None
    index = draw_(st.sampled_from(fitting))
    if kind == "whole":
        return Size.of(index), None
    if kind == "reverse":
        return extent - 1 - Size.of(index), None
    place = Size.of(index) + draw_(st.sampled_from([-1, 1])) if kind == "shift" else 2 * Size.of(index) - 1
    return place, bracket(place, ">=", 0) * bracket(place, "<", extent)


@st.composite
def reads(draw_, scope):
    leaf = draw_(st.sampled_from(LEAVES))
    found = [draw_(places(i.size, scope)) for i in leaf.indices]
    node = ref(leaf.name, *(p for p, _ in found))
    guards = [g for _, g in found if g is not None]
    return Mul((*guards, node)) if guards else node


@st.composite
def terms(draw_, scope, depth, bound=()):
    if depth == 0:
        return draw_(st.one_of(reads(scope), reads(scope), st.sampled_from([Num(2), Num(-1), Num(3) / 2, Count(N)])))
    kind = draw_(st.sampled_from(["add", "mul", "mul", "apply", "reduce", "reduce", "guard", "quotient", "square"]))
    below = terms(scope, depth - 1, bound)
    match kind:
        case "add":
            return Add(tuple(draw_(st.lists(below, min_size=2, max_size=3))))
        case "mul":
            return Mul(tuple(draw_(st.lists(below, min_size=2, max_size=3))))
        case "apply":
            return apply(draw_(st.sampled_from(["sin", "tanh", "sigmoid", "softplus", "relu", "abs", "arctan"])), draw_(below))
        case "quotient":
            return draw_(below) / (1 + draw_(below) ** 2)
        case "square":
            return draw_(below) ** draw_(st.sampled_from([2, 3]))
        case "guard":
            left, right = draw_(below), draw_(below)
            test = draw_(
                st.sampled_from(
                    [bracket(left, ">", right), *(bracket(i, "<=", 1) for i in scope), *(bracket(i, "=", j) for i in scope for j in scope)]
                )
            )
            return Mul((test, draw_(below)))
    free = [b for b in BINDERS if b not in scope and b not in bound]
    if not free:
        return draw_(below)
    index = draw_(st.sampled_from(free))
    body = draw_(terms((*scope, index), depth - 1, (*bound, index)))
    return Reduce(draw_(st.sampled_from(["sum", "sum", "sum", "mean", "max", "min", "prod"])), index, body)


@st.composite
def programs(draw_):
    axes = draw_(
        st.sampled_from(
            [(), (Index("i", N),), (Index("j", M), Index("i", N)), (Index("i", N), Index("k", N)), (Index("i", N), Index("j", M))]
        )
    )
    body = draw_(terms(axes, draw_(st.integers(1, 4))))
    return Program("random", LEAVES, (Definition("out", axes, body),), ("out",))


@given(programs(), st.integers(0, 5), st.sampled_from(["float64", "float32"]))
def test_random_definitions(program, seed, dtype):
    values = draw(program, SIZES, seed)
    expected = Evaluator(program, values, SIZES, digits=30).array("out")
    got = compile_source(source(program, program, dtype))["forward"](values)["out"]
    assert got.dtype == np.dtype(dtype), source(program, program, dtype)
    if dtype == "float64":
        assert np.shape(got) == np.shape(np.array(expected, dtype=float))
        assert difference(got, expected) <= 1e-9 * (1 + size(expected))

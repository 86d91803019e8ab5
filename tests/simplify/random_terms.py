"""Random terms for property tests: scalar ones, and indexed ones with sums and Kronecker deltas; and what "means the same" is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Count, Mul, Num, Pow, Reduce, Term, apply, bracket, ref
from symback.algebra.traverse import free_indices, substitute
from symback.errors import NumericError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator

SIZES = {"n": 3, "m": 2}
FREE = (Index("a", "n"), Index("b", "n"))
BOUND = (Index("i", "n"), Index("j", "n"), Index("k", "n"), Index("r", "m"))
INDICES = (*FREE, *BOUND)
PROGRAM = Program(
    "random",
    (
        *(Leaf(name) for name in ("x", "y", "p", "q")),
        Leaf("u", (Index("i", "n"),)),
        Leaf("v", (Index("i", "n"),)),
        Leaf("A", (Index("i", "n"), Index("j", "n"))),
        Leaf("B", (Index("i", "n"), Index("r", "m"))),
    ),
    (),
    (),
)  # p and q lie between 0 and 1, the others have either sign
POINTS = (
    {"x": "0.7", "y": "-1.3", "p": "0.31", "q": "0.83", "u": ["0.4", "-0.9", "1.7"], "v": ["1.1", "0.6", "-0.37"],
     "A": [["0.2", "-0.5", "0.8"], ["1.3", "0.9", "-0.7"], ["-1.1", "0.3", "0.6"]], "B": [["0.5", "-1.9"], ["0.77", "0.21"], ["-0.43", "1.6"]]},
    {"x": "-0.9", "y": "1.7", "p": "0.6", "q": "0.23", "u": ["-1.2", "0.35", "0.8"], "v": ["0.5", "-0.7", "1.4"],
     "A": [["0.9", "1.2", "-0.3"], ["-0.6", "0.4", "1.1"], ["0.7", "-1.4", "0.1"]], "B": [["-0.3", "0.8"], ["1.9", "-0.65"], ["0.25", "0.45"]]},
)  # fmt: skip
RUNS = tuple(Evaluator(PROGRAM, point, SIZES, digits=60) for point in POINTS)

CLOSE = Fraction(1, 10**25)


def values(node: Term, indices: tuple[Index, ...]) -> Iterator[object]:
    """The values of a term at both points and all places of its free indices; None where it is undefined."""
    for run in RUNS:
        for places in product(*(range(SIZES[repr(i.size)]) for i in indices)):
            try:
                yield run.term(node, dict(zip(indices, places, strict=True)))
            except NumericError:
                yield None


def same_meaning(before: Term, after: Term) -> bool:
    """Whether ``after`` has the value of ``before`` wherever ``before`` has one."""
    indices = free_indices(before)
    assert set(free_indices(after)) <= set(indices)
    pairs = zip(values(before, indices), values(after, indices), strict=True)
    return all(a is None or (b is not None and abs(a - b) <= (1 + abs(a)) * CLOSE.numerator / CLOSE.denominator) for a, b in pairs)


def nodes(node: Term) -> list[Term]:
    return [node, *(n for child in node.below for n in nodes(child))]


EXPONENTS = (
    Fraction(-2),
    Fraction(-1),
    Fraction(1, 2),
    Fraction(-1, 2),
    Fraction(2),
    Fraction(3),
    Fraction(3, 2),
    Fraction(-3, 2),
    Fraction(1, 3),
)
NUMBERS = st.sampled_from([-1, -1, 1, 1, 2, 3, Fraction(1, 2), 0])


def negative(node: Term) -> Term:
    return Mul((Num(-1), node))


def grown(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """Sums, differences, products, quotients, powers and exponentials of smaller terms."""
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda a: Add(tuple(a))),
        st.tuples(inner, inner).map(lambda a: a[0] - a[1]),
        st.lists(inner, min_size=2, max_size=4).map(lambda a: Mul(tuple(a))),
        st.tuples(inner, inner).map(lambda a: a[0] / a[1]),
        st.tuples(inner, st.sampled_from(EXPONENTS)).map(lambda a: Pow(a[0], Num(a[1]))),
        inner.map(negative),
        inner.map(lambda a: 1 - a),
    )


def atoms(*names: str) -> st.SearchStrategy[Term]:
    plain = st.sampled_from([ref(n) for n in names])
    return st.one_of(plain, plain, NUMBERS.map(Num), plain.map(lambda a: apply("exp", a)), plain.map(lambda a: apply("exp", negative(a))))


scalar_terms = st.recursive(atoms("x", "y", "p", "q"), grown, max_leaves=9)


def reads(*indices: Index, shifts: tuple[int, ...] = (1, -1)) -> st.SearchStrategy[Term]:
    """Reads of vectors and matrices, numbers, counts and Kronecker deltas over some indices."""
    over_n = [i for i in indices if i.size == FREE[0].size]
    over_m = [i for i in indices if i.size != FREE[0].size]
    n, any_ = st.sampled_from(over_n), st.sampled_from(indices)
    kinds = [
        n.map(lambda i: ref("u", i)),
        n.map(lambda i: ref("v", i)),
        st.tuples(n, n).map(lambda p: ref("A", *p)),
        st.tuples(n, st.sampled_from(["=", "=", "=", "!=", "<", ">="]), n).map(lambda p: bracket(*p)),
        st.tuples(n, st.sampled_from(shifts), n).map(lambda p: bracket(p[0], "=", Size.of(p[2]) + p[1])),
        NUMBERS.map(Num),
        st.sampled_from([ref("x"), ref("p"), Count("n")]),
        n.map(lambda i: apply("exp", ref("u", i))),
        any_.map(lambda i: Count(i.size)),
        n.map(lambda i: bracket(i, ">=", 1) * ref("u", Size.of(i) - 1)),
        n.map(lambda i: ref("v", Size.of(i) + 1) * bracket(Size.of(i) + 1, "<", "n")),
    ]
    if over_m:
        kinds.append(st.tuples(n, st.sampled_from(over_m)).map(lambda p: ref("B", *p)))
    return st.one_of(kinds)


@st.composite
def reduced(draw: st.DrawFn, body: Term) -> Term:
    """Some of the bound indices of a term summed (or averaged) over, here."""
    for index in draw(st.lists(st.sampled_from(BOUND), max_size=2, unique=True)):
        if not any(isinstance(n, Reduce) and n.index is index for n in nodes(body)):
            body = Reduce(draw(st.sampled_from(["sum", "sum", "sum", "mean"])), index, body)
    return body


@st.composite
def indexed_terms(draw: st.DrawFn, shifts: tuple[int, ...] = (1, -1)) -> Term:
    """Terms whose only free indices are those of FREE; binders are distinct along every path."""
    inner = st.recursive(
        reads(*INDICES, shifts=shifts), lambda s: st.one_of(grown(s), s.flatmap(reduced), s.flatmap(reduced)), max_leaves=7
    )
    body = draw(inner)
    for index in free_indices(body):
        if index not in FREE:
            if any(isinstance(n, Reduce) and n.index is index for n in nodes(body)):
                body = _freed(body, index)
            else:
                body = Reduce("sum", index, body)
    return body


def _freed(node: Term, index: Index) -> Term:
    """A term in which an index that is bound in one place and free in another is put to FREE[0] where it is free."""

    return substitute(node, {index: Size.of(FREE[0] if index.size == FREE[0].size else 0)})

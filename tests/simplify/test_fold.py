"""Folding a definition into a derivative: exact forms, and the meaning kept for random terms over the same atoms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_terms import CLOSE, SIZES, grown

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, Add, Mul, Num, Reduce, Term, apply, bracket, reciprocal, ref, sqrt, total
from symback.algebra.traverse import names
from symback.api import Network
from symback.calculus.rules import Variable, derivative
from symback.errors import NumericError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator
from symback.simplify.fold import fold, match
from symback.simplify.rules import simplify
from symback.simplify.shape import length

i, j, k = (Index(name, "n") for name in "ijk")
z, h, v = ref("z"), ref("h"), ref("v")
zi, zk = ref("w", i), ref("w", k)


def exp(value: Term) -> Term:
    return apply("exp", value)


def over(*parts: Term) -> Term:
    return Mul(parts)


SIGMOID = Definition("h", (), ONE / (ONE + exp(-z)))
SIGMOIDS = Definition("h", (i,), ONE / (ONE + exp(-zi)))
RATIO = Definition("h", (), exp(z) / (ONE + exp(z)))
TANH = Definition("h", (), (exp(z) - exp(-z)) / (exp(z) + exp(-z)))
SOFTMAX = Definition("h", (i,), exp(zi) / total([k], exp(zk)))
ROOT = Definition("h", (), sqrt(v + ref("eps")))
INVERSE_ROOT = Definition("h", (), ONE / sqrt(v + ref("eps")))
CENTRED = Definition("h", (i,), (zi - ref("mu")) / v)
SCALED = Definition("h", (), 2 * exp(z) * v)
wide = Add((v, ref("eps"), ref("mu"), z))
TRIPLE_ROOT = Definition("h", (), 3 * sqrt(wide))
ROOT_TIMES_X = Definition("h", (), ref("x") * sqrt(wide))
DOUBLED = Definition("h", (), ONE / (ONE + 2 * exp(z)))
DEFINITIONS = (TRIPLE_ROOT, ROOT_TIMES_X, DOUBLED, SIGMOID, SIGMOIDS, RATIO, TANH, SOFTMAX, ROOT, INVERSE_ROOT, CENTRED, SCALED)

hi, hj, wj = ref("h", i), ref("h", j), ref("w", j)
one_plus = ONE + exp(-z)
EXAMPLES: list[tuple[Definition, Term, Term]] = [
    (SIGMOID, exp(-z) * one_plus**-2, over(h, 1 - h)),
    (SIGMOID, -(one_plus**-2) * (exp(-z) * -1), over(h, 1 - h)),
    (SIGMOID, reciprocal(one_plus), h),
    (SIGMOID, one_plus**-2, h**2),
    (SIGMOID, 1 - reciprocal(one_plus), 1 - h),
    (SIGMOIDS, exp(-wj) * (ONE + exp(-wj)) ** -2, over(hj, 1 - hj)),
    (RATIO, exp(z) / (ONE + exp(z)), h),
    (RATIO, exp(z) / (ONE + exp(z)) - exp(z) ** 2 * (ONE + exp(z)) ** -2, over(h, 1 - h)),
    (TANH, 1 - (exp(z) - exp(-z)) ** 2 * (exp(z) + exp(-z)) ** -2, Add((ONE, -(h**2)))),
    (TANH, (exp(z) - exp(-z)) / (exp(z) + exp(-z)), h),
    (SOFTMAX, exp(wj) / total([k], exp(zk)), hj),
    (
        SOFTMAX,
        exp(zi) * (bracket(i, "=", j) * total([k], exp(zk)) - exp(wj)) * total([k], exp(zk)) ** -2,
        over(hi, bracket(i, "=", j) - hj),
    ),
    (ROOT, Num(ONE.value / 2) * (v + ref("eps")) ** Num(-ONE.value / 2), over(Num(ONE.value / 2), h**-1)),
    (INVERSE_ROOT, (v + ref("eps")) ** Num(-3 * ONE.value / 2), h**3),
    (TRIPLE_ROOT, wide ** Num(-ONE.value / 2), over(Num(3), h**-1)),
    (ROOT_TIMES_X, sqrt(wide) / ref("x"), over(h, ref("x") ** -2)),
    (DOUBLED, exp(z) * (ONE + 2 * exp(z)) ** -2, over(Num(ONE.value / 2), h, 1 - h)),
    (CENTRED, -(wj - ref("mu")) * v**-2, over(Num(-1), hj, v**-1)),
]
UNTOUCHED: list[tuple[Definition, Term]] = [
    (SIGMOID, exp(z) * z),
    (SIGMOID, ref("x") * v),
    (SOFTMAX, exp(wj)),
    (ROOT, v),
    (Definition("h", (), z), z * v),
    (Definition("h", (i,), exp(z)), exp(z) * 2),
]


def folded_out(node: Term, definition: Definition) -> Term:
    """Folds until none helps, as a derivation does."""
    after = fold(node, definition)
    while after is not node:
        node, after = after, fold(after, definition)
    return node


@pytest.mark.parametrize(("definition", "before", "after"), EXAMPLES)
def test_folded_form(definition, before, after):
    folded = folded_out(before, definition)
    assert folded is after, folded
    assert length(folded) < length(before)


@pytest.mark.parametrize(("definition", "node"), UNTOUCHED)
def test_a_fold_that_does_not_shorten_is_not_made(definition, node):
    assert fold(node, definition) is node


LEAVES = (Leaf("z"), Leaf("v"), Leaf("x"), Leaf("eps"), Leaf("mu"), Leaf("w", (i,)))
VALUES = {"z": "0.37", "v": "1.9", "x": "-0.8", "eps": "0.01", "mu": "0.21", "w": ["0.6", "-1.1", "0.45"]}


def agree(before: Term, after: Term, definition: Definition) -> bool:
    run = Evaluator(Program("fold", LEAVES, (definition,), (definition.name,)), VALUES, SIZES, digits=60)
    for place in range(SIZES["n"]):
        for other in range(SIZES["n"]):
            try:
                first = run.term(before, {i: place, j: other})
            except NumericError:
                continue
            if abs(first - run.term(after, {i: place, j: other})) > (1 + abs(first)) * CLOSE.numerator / CLOSE.denominator:
                return False
    return True


@pytest.mark.parametrize(("definition", "before", "after"), EXAMPLES)
def test_a_folded_form_means_the_same(definition, before, after):
    assert agree(before, after, definition)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: repr(d.body))
def test_the_derivative_of_a_definition_folds_and_means_the_same(definition):
    for name in names(definition.body):
        places = (Size.of(j),) * (name == "w")
        raw = derivative(definition.body, Variable(name, places))
        assert agree(raw, fold(simplify(raw), definition), definition)


@st.composite
def foldable(draw: st.DrawFn) -> tuple[Definition, Term]:
    """A definition and a term made of what its body is made of."""
    definition = draw(st.sampled_from(DEFINITIONS))
    assert isinstance(definition.body, Term)
    parts = [definition.body, *(n for n in inner(definition.body) if not isinstance(n, Num))]
    atoms = st.sampled_from([*parts, *parts, z, v, ONE, definition.head])
    return definition, draw(st.recursive(atoms, grown, max_leaves=6))


def inner(node: Term) -> list[Term]:
    """The subterms outside reductions, and the reductions themselves."""
    return [part for child in node.below for part in [child, *([] if isinstance(child, Reduce) else inner(child))]]


@given(foldable())
def test_folds_keep_the_meaning_and_never_lengthen(drawn):
    definition, node = drawn
    folded = fold(node, definition)
    assert agree(node, folded, definition)
    assert folded is node or length(folded) < length(node)


def test_matching_goes_up_to_bound_names_and_no_further():
    pattern = total([k], ref("A", i, k) * zk)
    assert match(pattern, total([i], ref("A", j, i) * zi), (i,)) == {i: Size.of(j)}
    assert match(pattern, total([j], ref("A", i, j) * zk), (i,)) is None
    assert match(pattern, Reduce("mean", k, ref("A", i, k) * zk), (i,)) is None
    assert match(pattern, total([Index("r", "m")], ref("A", i, k) * zk), (i,)) is None
    assert match(ref("A", i, i), ref("A", i, j), (i,)) is None
    assert match(bracket(z, "<", v), bracket(z, "<=", v), ()) is None
    assert match(exp(z), apply("sin", z), ()) is None
    assert match(z + v, Add((z, v, v)), ()) is None


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        ("Y = triu(softmax(X), 1)", "∂L/∂X[i,j] = G[i,j]·Y[i,j] − (Σ_k G[i,k]·Y[i,k])·exp(X[i,j])/(Σ_k exp(X[i,k]))"),
        ("Y = tril(tanh(X))", "∂L/∂X[i,j] = G[i,j]·[j ≤ i]·(1 − Y[i,j]²)"),
        ("Y = where(X > 0, exp(X), 0)", "∂L/∂X[i,j] = G[i,j]·Y[i,j]"),
        ("E = tril(exp(X))\nY = E/sum(E, axis=1, keepdims=True)", "∂L/∂X[i,j] = (G[i,j] − Σ_k G[i,k]·Y[i,k])·Y[i,j]"),
    ],
)
def test_a_definition_with_a_condition_says_nothing_where_it_is_false(forward, expected):
    symbols = {"X": {"shape": ["n", "n"]}, "G": {"shape": ["n", "n"]}}
    derivation = Network.from_dict({"symbols": symbols, "forward": forward, "loss": {"L": "sum(G*Y)"}}).derive(["X"])
    assert derivation["X"].text(notation="index") == expected
    assert {row.verdict for row in derivation.verify()} == {"proved"}


@pytest.mark.parametrize("definition", [SIGMOID, Definition("h", (), apply("sigmoid", z)), RATIO])
def test_both_halves_of_a_sigmoid_are_written_through_it(definition):
    assert fold(apply("sigmoid", z) * v, definition) is over(h, v)
    assert fold(apply("sigmoid", -z), definition) is ONE - h


def test_a_log_quotient_is_written_through_its_name():
    """From y = w − log Σ exp w the softmax is exp(y)."""
    logs = Definition("h", (i,), zi - apply("log", total([k], exp(zk))))
    assert fold(zi * exp(zi) / total([k], exp(zk)), logs) is over(zi, exp(ref("h", i)))


def test_a_variable_is_no_place_of_a_binder():
    """Σ_k S[k,k] is not the row sum Σ_j S[i,j] at a place k that only the sum knows."""
    rows = total([j], ref("S", i, j))
    assert match(rows, total([k], ref("S", k, k)), (i,)) is None
    assert match(rows, total([j], ref("S", k, j)), (i,)) == {i: Size.of(k)}


SLICED = {"symbols": {"x": {"role": "weight", "shape": ["n"]}}, "forward": "r = log_softmax(x)[:2]\nL = sum(r**2)", "loss": "L"}
TRACED = {
    "symbols": {"S": {"role": "weight", "shape": ["n", "n"]}},
    "forward": "u = sum(S, axis=1)\nL = trace(S)**2 + sum(u**2)",
    "loss": "L",
}


@pytest.mark.parametrize(("network", "text"), [(TRACED, "2(u 𝟏ᵀ + tr(S)·I)"), (SLICED, "[i ≤ 2]·r[i]")])
def test_a_fold_stays_in_reach(network, text):
    derivation = Network.from_dict(network).derive()
    name = next(iter(network["symbols"]))
    assert text in derivation[name].text()
    assert derivation.verify().ok


def test_a_slice_has_fewer_places_than_the_whole():
    """r[a] = exp(x[a]) over two places is not read at all the places of x."""
    a = Index("a", 2)
    assert match(exp(ref("x", a)), exp(ref("x", i)), (a,)) is None
    assert match(exp(ref("x", i)), exp(ref("x", Size.of(k) - 1)), (i,)) is not None

"""The normal form proves the identities the derivations rest on, for symbolic sizes, and proves no false one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.normal import BUDGET, Given, Normalizer, equal, is_zero, normal, sign_of
from symback.algebra.operations import UNIT
from symback.algebra.sizes import Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import HALF, ONE, TWO, ZERO, Bracket, Count, Num, Reduce, Term, apply, bracket, ref, sqrt, term, total

n, m, D = Size.of("n"), Size.of("m"), Size.of("D")
i, j, k, l = (Index(c, n) for c in "ijkl")
r, s = Index("r", m), Index("s", m)
d, e = Index("d", D), Index("e", D)
N = Count(n)
x, y, z, p, a, b, eps = (ref(c) for c in ("x", "y", "z", "p", "a", "b", "eps"))


def exp(t: Term) -> Term:
    return apply("exp", t)


def log(t: Term) -> Term:
    return apply("log", t)


def sigmoid(t: Term) -> Term:
    return apply("sigmoid", t)


def tanh(t: Term) -> Term:
    return apply("tanh", t)


def relu(t: Term) -> Term:
    return apply("relu", t)


def mean(index: Index, body: Term) -> Term:
    return Reduce("mean", index, body)


def vec(name: str, *places) -> Term:
    return ref(name, *places)


def define(*rows) -> dict:
    return {row[0]: Definition(*row) for row in rows}


@dataclass(frozen=True)
class Claim:
    name: str
    left: Term
    right: Term
    conditions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    given: dict = field(default_factory=dict)


def softmax(at: Index, over: Index) -> Term:
    return exp(vec("z", at)) / total([over], exp(vec("z", over)))


TOP = Reduce("max", Index("t", n), vec("z", Index("t", n)))


def shifted_softmax(at: Index, over: Index) -> Term:
    return exp(vec("z", at) - TOP) / total([over], exp(vec("z", over) - TOP))


CE_RAW = total([k], -(vec("y", k) / softmax(k, l)) * softmax(k, l) * (bracket(k, "=", i) - softmax(i, l)))
BCE_RAW = -(y / p - (1 - y) / (1 - p)) * p * (1 - p)
AS_SIGMOID = {"definitions": define(("p", (), sigmoid(z)))}

LAYER_NORM = {
    "facts": {"eps": (Fact("positive"),)},
    "definitions": define(
        ("mu", (), mean(k, vec("x", k))),
        ("s", (), sqrt(mean(k, (vec("x", k) - ref("mu")) ** 2) + eps)),
        ("h", (i,), (vec("x", i) - ref("mu")) / ref("s")),
    ),
}


def layer_norm_textbook() -> Term:
    mu, sd = ref("mu"), ref("s")
    dvar = total([k], vec("g", k) * (vec("x", k) - mu) * Num(-1) * HALF * sd**-3)
    dmu = total([k], -vec("g", k) / sd) + dvar * mean(l, -2 * (vec("x", l) - mu))
    return vec("g", i) / sd + dvar * 2 * (vec("x", i) - mu) / N + dmu / N


def layer_norm_short(last: Term) -> Term:
    return 1 / ref("s") * (vec("g", i) - mean(k, vec("g", k)) - vec("h", i) * last)


ATTENTION = {
    "definitions": define(
        ("S", (i, j), total([d], vec("Q", i, d) * vec("K", j, d)) / sqrt(Count(D))),
        ("P", (i, j), exp(vec("S", i, j)) / total([k], exp(vec("S", i, k)))),
        ("A", (i, d), total([j], vec("P", i, j) * vec("V", j, d))),
        ("dP", (i, j), total([d], vec("dA", i, d) * vec("V", j, d))),
    )
}
SUMS = {"facts": {"y": (Fact("sums to one"),)}, "shapes": {"y": (n,)}}
ONE_HOT = {"facts": {"y": (Fact("one-hot"),)}, "shapes": {"y": (n,)}}
SIGNS = {"facts": {"y": (Fact("plus or minus one"),)}}
SYMMETRIC = {"facts": {"A": (Fact("symmetric"), Fact("zero diagonal"))}, "shapes": {"A": (n, n)}}
SPREAD = {"facts": {"A": (Fact("symmetric"), Fact("sums to one"))}, "shapes": {"A": (n, n)}}
POSITIVE = {"facts": {"a": (Fact("positive"),), "b": (Fact("positive"),)}}
layers = Index("q", "L")
wide = Index("w", Size.of(SizeAt("n", layers)))
pad = Size.of(SizeSymbol("pad", 0))

PROVED = (
    Claim("sigmoid spelled out", 1 / (1 + exp(-z)), sigmoid(z)),
    Claim("sigmoid from the other side", exp(z) / (1 + exp(z)), sigmoid(z)),
    Claim("sigmoid of the opposite", 1 - sigmoid(z), sigmoid(-z)),
    Claim("tanh spelled out", (exp(z) - exp(-z)) / (exp(z) + exp(-z)), tanh(z)),
    Claim("tanh by sigmoid", tanh(z), 2 * sigmoid(2 * z) - 1),
    Claim("slope of tanh", 1 - tanh(z) ** 2, 4 / (exp(z) + exp(-z)) ** 2),
    Claim("slope of sigmoid", exp(-z) / (1 + exp(-z)) ** 2, sigmoid(z) * (1 - sigmoid(z))),
    Claim("softplus", apply("softplus", z) - apply("softplus", -z), z),
    Claim("log sigmoid", log(sigmoid(z)), -apply("softplus", -z)),
    Claim("cosh and sinh", apply("cosh", z) ** 2 - apply("sinh", z) ** 2, ONE),
    Claim("sine and cosine", apply("sin", z) ** 2 + apply("cos", -z) ** 2, ONE),
    Claim("Phi of the opposite", apply("Phi", -z), 1 - apply("Phi", z)),
    Claim("slope of phi", -z * apply("phi", z), -z * exp(-z * z / 2) / sqrt(2 * apply("pi"))),
    Claim("softmax shifted by its maximum", shifted_softmax(i, l), softmax(i, k)),
    Claim("log-softmax", log(shifted_softmax(i, l)), vec("z", i) - log(total([k], exp(vec("z", k))))),
    Claim("log-sum-exp shifted", TOP + log(total([k], exp(vec("z", k) - TOP))), log(total([k], exp(vec("z", k))))),
    Claim("softmax sums to one", total([i], softmax(i, k)), ONE),
    Claim("softmax rows summed the other way", total([r, k], total([i], exp(vec("w", i, r)) / total([l], exp(vec("w", l, r))))), Count(m) * N),
    Claim("softmax rows, columns first", total([j], total([i], exp(vec("w", i, j)) / total([l], exp(vec("w", i, l))))), N),
    Claim("cross-entropy, raw gradient", CE_RAW, softmax(i, l) * total([k], vec("y", k)) - vec("y", i)),
    Claim("cross-entropy with targets that sum to one", CE_RAW, softmax(i, l) - vec("y", i), facts=("sums to one",), given=SUMS),
    Claim("cross-entropy with one-hot targets", CE_RAW, softmax(i, l) - vec("y", i), facts=("sums to one",), given=ONE_HOT),
    Claim("binary cross-entropy by name", BCE_RAW, p - y, ("[p != 0]", "[p != 1]")),
    Claim("binary cross-entropy of a sigmoid", BCE_RAW, p - y, given=AS_SIGMOID),
    Claim("the same, p by its range", BCE_RAW, p - y, given={"ranges": {"p": UNIT}}),
    Claim("layer norm, mean forms", layer_norm_textbook(), layer_norm_short(mean(k, vec("g", k) * vec("h", k))), given=LAYER_NORM),
    Claim("layer norm, sum forms", layer_norm_textbook(),
          1 / (N * ref("s")) * (N * vec("g", i) - total([k], vec("g", k)) - vec("h", i) * total([k], vec("g", k) * vec("h", k))), given=LAYER_NORM),
    Claim("layer norm has mean 0", total([i], vec("h", i)), ZERO, given=LAYER_NORM),
    Claim("layer norm has variance 1 but for eps", mean(i, vec("h", i) ** 2), 1 - eps / ref("s") ** 2, given=LAYER_NORM),
    Claim("product of sums", total([i, r], vec("a", i) * vec("b", r)), total([r], vec("b", r)) * total([i], vec("a", i))),
    Claim("square of a sum", total([i], vec("a", i)) ** 2, total([i, j], vec("a", i) * vec("a", j))),
    Claim("sum of ones", total([i, r], ONE), N * Count(m)),
    Claim("sizes", Count(n * m - n) / N, Count(m) - 1),
    Claim("mean of a constant", mean(i, z), z),
    Claim("sums of one range merge", total([i], vec("a", i)) + total([j], vec("b", j)), total([k], vec("a", k) + vec("b", k))),
    Claim("nested sums in either order", total([i], total([r], vec("W", i, r))), total([r], total([i], vec("W", i, r)))),
    Claim("Gram matrix", total([r], vec("W", r, i) * vec("W", r, j)), total([s], vec("W", s, j) * vec("W", s, i))),
    Claim("trace of a product", total([i, r], vec("A", i, r) * vec("B", r, i)), total([r, i], vec("B", r, i) * vec("A", i, r))),
    Claim("trace of a cycle of three", total([i, j, k], vec("A", i, j) * vec("A", j, k) * vec("A", k, i)),
          total([k, i, j], vec("A", k, i) * vec("A", j, k) * vec("A", i, j))),
    Claim("attention: softmax adjoint times softmax", total([j], vec("dP", i, j) * vec("P", i, j)), total([d], vec("dA", i, d) * vec("A", i, d)), given=ATTENTION),
    Claim("attention: rows of the score gradient sum to zero",
          total([j], vec("P", i, j) * (vec("dP", i, j) - total([k], vec("dP", i, k) * vec("P", i, k)))), ZERO, given=ATTENTION),
    Claim("relu squared", relu(z) ** 2, z * relu(z)),
    Claim("relu twice", relu(relu(z)), relu(z)),
    Claim("relu of a square", relu(z**2), z**2),
    Claim("relu both ways", relu(z) - relu(-z), z),
    Claim("absolute value", apply("abs", z) * apply("sign", z), z),
    Claim("root of a square", sqrt(z**2), apply("abs", z)),
    Claim("root squared", sqrt(x**2 + 1) ** 2, x**2 + 1),
    Claim("root in a denominator", x**2 / sqrt(x**2 + 1) + 1 / sqrt(x**2 + 1), sqrt(x**2 + 1)),
    Claim("roots of numbers", sqrt(Num(8)) / 2, sqrt(TWO)),
    Claim("root of a product", sqrt(a * b), sqrt(b) * sqrt(a), given=POSITIVE),
    Claim("logarithm of a product", log(a**3 / b), 3 * log(a) - log(b), given=POSITIVE),
    Claim("logarithm to another base", log(x) / log(Num(100)), log(x) / log(Num(10)) / 2),
    Claim("symbolic exponent", a ** (y + 1), a * exp(y * log(a)), given=POSITIVE),
    Claim("exp of a sum", exp(x + 2 * y), exp(x) * exp(y) ** 2),
    Claim("exp of a logarithm", exp(2 * log(a)), a**2, given=POSITIVE),
    Claim("product of exponentials", Reduce("prod", i, 2 * exp(vec("a", i))), exp(N * log(TWO) + total([j], vec("a", j)))),
    Claim("product splits", Reduce("prod", i, vec("a", i) * vec("b", i)), Reduce("prod", j, vec("b", j)) * Reduce("prod", k, vec("a", k))),
    Claim("minimum by maximum", Reduce("min", i, vec("a", i)), -Reduce("max", j, -vec("a", j))),
    Claim("maximum of a shift", Reduce("max", i, vec("a", i) + x), Reduce("max", j, vec("a", j)) + x),
    Claim("brackets of places are complementary", bracket(i, "<=", j) + bracket(i, ">", j), ONE),
    Claim("brackets of values are complementary", bracket(x, "<=", y) + bracket(x, ">", y), ONE),
    Claim("a bracket between integers", bracket(i, "<", j), bracket(j, ">=", Size.of(i) + 1)),
    Claim("multiples of places", bracket(2 * Size.of(i), ">", 2 * Size.of(j) + 1), bracket(i, ">", j)),
    Claim("a parity", bracket(2 * Size.of(i), "=", 2 * Size.of(j) + 1), ZERO),
    Claim("an index is in range", bracket(i, ">=", 0) * bracket(i, "<", n), ONE),
    Claim("a bracket follows from another", bracket(i, ">=", 1) * bracket(i, ">=", 3), bracket(i, ">=", 3)),
    Claim("brackets exclude each other", bracket(i, "=", 1) * bracket(i, "=", 2), ZERO),
    Claim("a delta substitutes", bracket(i, "=", j) * vec("a", i), bracket(j, "=", i) * vec("a", j)),
    Claim("a delta sifts", total([j], bracket(i, "=", j) * vec("a", j)), vec("a", i)),
    Claim("a delta sifts with its range", total([j], bracket(j, "=", Size.of(i) + 1) * vec("a", j)), bracket(i, "<=", n - 2) * vec("a", Size.of(i) + 1)),
    Claim("deltas compose", total([k], bracket(i, "=", k) * bracket(k, "=", j)), bracket(i, "=", j)),
    Claim("an equal value substitutes", bracket(vec("x", i), "=", y) * vec("x", i), bracket(vec("x", i), "=", y) * y),
    Claim("a sum from 1 on, shifted", total([i], bracket(i, ">=", 1) * vec("a", Size.of(i) - 1) * vec("b", i)),
          total([i], bracket(i, "<=", n - 2) * vec("a", i) * vec("b", Size.of(i) + 1))),
    Claim("a sum over part of a range", total([i], bracket(i, "<", n - 1) * vec("a", i)), total([Index("u", n - 1)], vec("a", Index("u", n - 1)))),
    Claim("labels that turn a bracket", total([i, j], bracket(i, "<=", j) * vec("W", i, j)), total([i, j], bracket(j, "<=", i) * vec("W", j, i))),
    Claim("labels that turn a value bracket", total([i, j], bracket(vec("a", i), ">", vec("a", j)) * vec("W", i, j)),
          total([i, j], bracket(vec("a", j), ">", vec("a", i)) * vec("W", j, i))),
    Claim("a sum that is its own opposite", total([i, j], 1 / (vec("a", i) - vec("a", j))), ZERO),
    Claim("functions lift brackets", exp(bracket(i, "=", j) * x + y), exp(y) * (bracket(i, "=", j) * exp(x) + bracket(i, "!=", j))),
    Claim("a false bracket annihilates", bracket(i, "=", j) * bracket(i, "!=", j) * log(ZERO), ZERO),
    Claim("a guarded quotient", bracket(x, ">", 0) * x / x, bracket(x, ">", 0), ("[x != 0]",)),
    Claim("partial fractions", 1 / (x * (x + 1)), 1 / x - 1 / (x + 1), ("[x + 1 != 0]", "[x != 0]")),
    Claim("a common denominator", 1 / ((x + y) * (x + p)), (1 / (x + p) - 1 / (x + y)) / (y - p)),
    Claim("opposite denominators", 1 / (x - y) + 1 / (y - x), ZERO),
    Claim("a quotient under a sum", total([i], vec("a", i) / (vec("a", i) + vec("b", i)) + vec("b", i) / (vec("a", i) + vec("b", i))), N),
    Claim("binary targets", y**3, y, facts=("binary",), given={"facts": {"y": (Fact("binary"),)}}),
    Claim("one-hot targets", vec("y", i) * vec("y", j), bracket(i, "=", j) * vec("y", i), facts=("one-hot",), given=ONE_HOT),
    Claim("signs", y * y + 1 / y, 1 + y, facts=("plus or minus one",), given=SIGNS),
    Claim("symmetric", vec("A", i, j), vec("A", j, i), facts=("symmetric",), given=SYMMETRIC),
    Claim("zero diagonal", vec("A", i, j) * bracket(i, "=", j), ZERO, facts=("zero diagonal",), given=SYMMETRIC),
    Claim("a symmetric matrix that sums to one", total([i, j], vec("A", i, j)), ONE, facts=("symmetric", "sums to one"), given=SPREAD),
    Claim("an axis of size 1", total([Index("o", 1)], vec("a", Index("o", 1))), vec("a", 0)),
    Claim("a width per layer", total([layers], total([wide], ONE)), total([layers], Count(SizeAt("n", layers)))),
    Claim("a decimal", x * term("0.5"), x / 2),
)  # fmt: skip

FALSE = (
    Claim("a sign", BCE_RAW, y - p, given=AS_SIGMOID),
    Claim("a dropped 1/n", layer_norm_textbook(), layer_norm_short(total([k], vec("g", k) * vec("h", k))), given=LAYER_NORM),
    Claim("the row sum left out", total([j], vec("P", i, j) * vec("dP", i, j)), ZERO, given=ATTENTION),
    Claim("a transposed weight", total([j], vec("W", j, i) * vec("g", j)), total([j], vec("W", i, j) * vec("g", j))),
    Claim("a transposed factor", total([j], vec("W", j, i) * vec("W", j, k)), total([j], vec("W", i, j) * vec("W", k, j))),
    Claim("sums without the fact", CE_RAW, softmax(i, l) - vec("y", i)),
    Claim("a sum over a part", total([Index("u", n - 1)], vec("y", Index("u", n - 1))), ONE, given=SUMS),
    Claim("along the wrong axis", total([i], vec("y", i, j)), ONE, given={"facts": SUMS["facts"], "shapes": {"y": (n, n)}}),
    Claim("a symmetric matrix row by row", total([j], vec("A", i, j)), ONE, given=SPREAD),
    Claim("root of a square", sqrt(x**2), x),
    Claim("root of a product of unknown sign", sqrt(x * y), sqrt(x) * sqrt(y)),
    Claim("logarithm of a square", log(x**2), 2 * log(x)),
    Claim("the other end of the range", total([j], bracket(j, "=", Size.of(i) + 1) * vec("a", j)), vec("a", Size.of(i) + 1)),
    Claim("strict or not", bracket(x, ">", y), bracket(x, ">=", y)),
    Claim("between integers, one off", bracket(i, "<", j), bracket(j, ">", Size.of(i) + 1)),
    Claim("an offset may be zero", bracket(pad, ">=", 1), ONE),
    Claim("two sizes", total([i], ONE), total([r], ONE)),
    Claim("one index or two", total([i], vec("a", i) ** 2), total([i], vec("a", i)) ** 2),
    Claim("maximum and sum", Reduce("max", i, vec("a", i)), total([i], vec("a", i))),
    Claim("maximum of a scale", Reduce("max", i, x * vec("a", i)), x * Reduce("max", i, vec("a", i))),
    Claim("a quotient that is not 1", (x + 1) / (x + 2), ONE),
    Claim("relu at the other side", relu(-z), -relu(z)),
    Claim("names that share letters", vec("a", i) * vec("b", j), vec("a", j) * vec("b", i)),
    Claim("inner and outer index", total([i], vec("W", i, j)), total([i], vec("W", j, i))),
)  # fmt: skip


def name_of(claim: Claim) -> str:
    return claim.name


@pytest.mark.parametrize("claim", PROVED, ids=name_of)
def test_proved(claim):
    proof = equal(claim.left, claim.right, **claim.given)
    assert proof.proved, proof.difference
    assert proof.difference is ZERO
    if claim.conditions:
        assert tuple(map(repr, proof.conditions)) == claim.conditions
    assert tuple(dict.fromkeys(fact.kind for _, fact in proof.facts)) == claim.facts


@pytest.mark.parametrize("claim", FALSE, ids=name_of)
def test_not_proved(claim):
    proof = equal(claim.left, claim.right, **claim.given)
    assert not proof
    assert not proof.exhausted
    assert proof.difference is not ZERO


@pytest.mark.parametrize("claim", PROVED, ids=name_of)
def test_one_wrong_sign_is_not_proved(claim):
    if is_zero(claim.left, **claim.given):
        pytest.skip("both sides are 0")
    assert not equal(claim.left, -claim.right, **claim.given)


@pytest.mark.parametrize("claim", PROVED + FALSE, ids=name_of)
def test_normal_forms_are_stable(claim):
    form = normal(claim.left, **claim.given)
    assert normal(form, **claim.given) is form


def test_no_needless_conditions():
    assert equal(x / (1 + exp(z)) * (1 + exp(z)), x).conditions == ()
    assert equal(x / N * N, x).conditions == ()
    assert equal(x / p, x / p).conditions == ()


def test_a_recurrence_and_an_opaque_definition_stay_atoms():
    given = define(
        ("h", (i,), bracket(i, ">=", 1) * vec("h", Size.of(i) - 1) + 1), ("B", (i, j), Opaque("inv", ("A",))), ("u", (), 2 * vec("B", 0, 0))
    )
    assert normal(vec("h", i), definitions=given) is vec("h", i)
    assert equal(ref("u"), vec("B", 0, 0) + vec("B", 0, 0), definitions=given)


def test_the_budget_leaves_the_question_open():
    hard = (x + y + z + p + a + b) ** 9
    proof = equal(hard, hard + 1, budget=50)
    assert (proof.proved, proof.exhausted) == (False, True)
    assert equal(hard, hard * ONE, budget=BUDGET)


def test_substitution_does_not_capture():
    given = define(("q", (i,), total([j], vec("A", i, j))))
    assert equal(total([j], vec("q", j)), total([i, j], vec("A", i, j)), definitions=given)
    assert not equal(total([j], vec("q", j)), N * total([j], vec("A", j, j)), definitions=given)


def test_signs():
    facts = {"a": (Fact("positive"),), "b": (Fact("between", (Num(0).value, Num(1).value)),)}
    rows = (
        (exp(z), "positive"), (1 + exp(z), "positive"), (sigmoid(z), "positive"), (1 - sigmoid(z), "positive"), (-exp(z), "negative"),
        (x**2, "nonnegative"), (x**2 + a, "positive"), (x, "unknown"), (1 - b, "nonnegative"), (total([i], exp(vec("z", i))), "positive"),
        (mean(i, vec("z", i) ** 2), "nonnegative"), (relu(x), "nonnegative"), (N, "positive"), (Count(i), "nonnegative"), (a * N, "positive"),
        (tanh(z), "unknown"), (1 / x**2, "positive"), (Count(pad), "nonnegative"), (x * x, "nonnegative"), (sqrt(x), "nonnegative"),
    )  # fmt: skip
    for node, sign in rows:
        assert sign_of(node, facts=facts) == sign, node


def test_a_normalizer_keeps_what_it_knows():
    machine = Normalizer(Given(definitions=AS_SIGMOID["definitions"]))
    first = machine.equal(BCE_RAW, p - y)
    assert machine.equal(BCE_RAW, p - y) == first
    assert isinstance(equal(x / p * p, x).conditions[0], Bracket)


def test_conditions_come_back_from_the_memo():
    machine = Normalizer()
    assert machine.equal(x / p * p, x).conditions == machine.equal(x / p * p, x).conditions != ()


INVERSE = {
    "definitions": define(
        ("At", (i, j), vec("A", j, i)),
        ("Y", (i, j), Opaque("inv", ("A",))),
        ("Z", (i, j), Opaque("inv", ("At",))),
        ("X", (i, r), Opaque("solve", ("At", "B"))),
        ("D", (), Opaque("logabsdet", ("A",))),
        ("E", (), Opaque("logabsdet", ("At",))),
    ),
    "shapes": {"A": (n, n), "B": (n, m)},
}


def test_opaque_rows_share_one_name():
    assert equal(vec("Z", i, j), vec("Y", j, i), **INVERSE)
    assert not equal(vec("Z", i, j), vec("Y", i, j), **INVERSE)
    assert equal(vec("X", i, r), total([k], vec("Y", k, i) * vec("B", k, r)), **INVERSE)
    assert equal(ref("D"), ref("E"), **INVERSE)


def test_a_matrix_times_its_inverse():
    assert equal(total([k], vec("A", i, k) * vec("Y", k, j)), bracket(i, "=", j), **INVERSE)
    assert equal(total([k, l], vec("Y", i, k) * vec("A", k, l) * vec("v", l)), vec("v", i), **INVERSE)
    assert not equal(total([k], vec("A", k, i) * vec("Y", k, j)), bracket(i, "=", j), **INVERSE)
    assert not equal(total([k], vec("A", i, k) * vec("Y", k, j)), bracket(i, "=", j), definitions=INVERSE["definitions"])

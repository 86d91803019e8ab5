"""Published claims that need more than one rule at once, and the words in which a proof says what it requires."""

from __future__ import annotations

import pytest

import symback as sb
from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.normal import Given, Normalizer, equal
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, ZERO, Bracket, Count, Reduce, Term, apply, bracket, ref, sqrt, total

n, m = Size.of("n"), Size.of("m")
i, j, k, l = (Index(c, n) for c in "ijkl")
a = Index("a", m)
x, y, p, d, eps = (ref(c) for c in ("x", "y", "p", "d", "eps"))
N = Count(n)


def vec(name: str, *places: object) -> Term:
    return ref(name, *places)


def size_of(t: Term) -> Term:
    return apply("abs", t)


def define(*rows) -> dict:
    return {row[0]: Definition(*row) for row in rows}


def top(at: Index) -> Term:
    return Reduce("max", at, vec("x", at))


ATTENTION = {
    "symbols": {**{w: {"shape": ["d", "e"]} for w in ("WQ", "WK")}, "X": {"shape": ["n", "d"]}, "bK": {"shape": ["e"]},
                **{g: {"shape": ["n", "f"]} for g in ("V", "G")}},
    "forward": {"Q": "X @ WQ", "K": "X @ WK + bK", "S": "Q @ K.T/sqrt(e)", "P": "softmax(S, axis=1)", "A": "P @ V", "L": "sum((G - A)**2)/2"},
    "loss": "L",
}  # fmt: skip
BATCH = {
    "symbols": {
        "X": {"shape": ["n", "d"]},
        "W": {"shape": ["d", "e"]},
        "b": {"shape": ["e"]},
        "G": {"shape": ["n", "e"]},
        "eps": {"facts": ["positive"]},
    },
    "forward": {"Z": "X @ W + b", "H": "(Z - mean(Z, axis=0))/sqrt(var(Z, axis=0) + eps)", "L": "sum((G - maximum(H, 0))**2)"},
    "loss": "L",
}
SHIFTED = {
    "symbols": {"z": {"shape": ["n"]}, "c": {}, "y": {"shape": ["n"]}},
    "forward": {"p": "softmax(z + c)", "L": "sum((y - p)**2)"},
    "loss": "L",
}
NORMED = {
    "symbols": {"X": {"shape": ["n", "d"]}, "eps": {}},
    "forward": {"H": "(X - mean(X, axis=0))/sqrt(var(X, axis=0) + eps)", "L": "sum(H)"},
    "loss": "L",
}


VANISHING = ((ATTENTION, "bK", "X"), (BATCH, "b", "W"), (SHIFTED, "c", "z"), (NORMED, "X", ""))


@pytest.mark.parametrize(("network", "name", "other"), VANISHING, ids=["key bias", "bias before batch norm", "shift", "batch norm"])
def test_gradients_that_vanish_because_something_is_normalised(network, name, other):
    assert _vanishes(network, name)
    assert not other or not _vanishes(network, other)


def _vanishes(network: dict, name: str) -> bool:
    core = sb.Network.from_dict(network).derive().core
    program = core.gradient_program([name], facts=True)
    facts = {leaf.name: leaf.facts for leaf in program.leaves if leaf.facts}
    machine = Normalizer(Given(facts, program.definition, {}, {leaf.name: leaf.shape for leaf in program.leaves}))
    return machine.equal(program.definition[core.adjoint(name)].head, ZERO).proved


def test_a_quotient_over_its_own_sum():
    given = {"definitions": define(("q", (i, a), vec("e", i, a) / total([k], vec("e", k, a))))}
    rows = total([i], vec("q", i, a) * (vec("g", i, a) - total([l], vec("q", l, a) * vec("g", l, a))))
    proof = equal(rows, ZERO, **given)
    assert proof.proved

    assert not equal(total([i, a], vec("q", i, a) * vec("h", a)), total([a], vec("g", a)), **given)


def test_powers_with_a_symbolic_exponent():
    base, whole = size_of(vec("x", i)), total([k], size_of(vec("x", k)) ** p)
    proof = equal((base / whole) ** (p - 1) * base, base**p * whole ** (1 - p))
    assert proof.proved
    assert [repr(c) for c in proof.conditions] == ["[x[k] != 0]", "[sum_k(abs(x[k])^p) != 0]"]
    assert equal(x ** (p + 1), x**p * x, facts={"x": (Fact("positive"),)}).conditions == ()
    assert not equal(x ** (p + 1), x**p * x)
    assert not equal((x * y) ** p, x**p * y**p)
    assert not equal(ZERO**p, ZERO)
    assert not equal(size_of(x) ** p, x**p)


def test_a_binary_name_lifts_a_condition():
    binary = {"facts": {"y": (Fact("binary"),)}}
    assert equal(bracket(x - x * y, ">", 0), bracket(x, ">", 0) * (1 - y), **binary)
    assert not equal(bracket(x - x * y, ">", 0), bracket(x, ">", 0) * (1 - y))
    assert not equal(bracket(x - x * y, ">=", 0), bracket(x, ">=", 0) * (1 - y), **binary)


def test_a_maximum_that_is_attained_once():
    machine = Normalizer()
    attained = bracket(vec("x", i), "=", top(k))
    often = attained / total([j], bracket(vec("x", j), "=", top(l)))
    assert not machine.equal(often, attained)
    proof = machine.equal(often, attained, ties=False)
    assert proof.proved
    assert [c.relation for c in proof.conditions if isinstance(c, Bracket)] == ["="]
    assert machine.equal(attained * y, y * attained, ties=False).conditions == ()
    part = total([j], bracket(vec("x", j), "=", top(l)) * vec("w", j))
    assert not machine.equal(part, vec("w", i), ties=False)
    assert not machine.equal(total([j], bracket(vec("x", j), "=", y)), ONE, ties=False)
    assert not machine.equal(often, 2 * attained, ties=False)


def test_a_maximum_over_two_axes_that_is_attained_once():
    value = vec("x", i, a)
    over = Reduce("max", k, Reduce("max", Index("b", m), vec("x", k, Index("b", m))))
    assert Normalizer().equal(total([i, a], bracket(value, "=", over)), ONE, ties=False)
    assert not Normalizer().equal(total([i], bracket(value, "=", over)), ONE, ties=False)


def test_matrices_that_are_defined_alike_have_one_inverse():
    given = {
        "definitions": define(
            ("M", (i, j), vec("A", i, j) + vec("B", i, j)),
            ("S", (k, l), vec("B", k, l) + vec("A", k, l)),
            ("T", (i, j), vec("A", j, i) + vec("B", j, i)),
            ("G", (i, j), total([a], vec("F", i, a) * vec("F", j, a)) + bracket(i, "=", j)),
            ("Mi", (i, j), Opaque("inv", ("M",))),
            ("Si", (i, j), Opaque("inv", ("S",))),
            ("Ti", (i, j), Opaque("inv", ("T",))),
            ("Gi", (i, j), Opaque("inv", ("G",))),
        )
    }
    assert equal(vec("Mi", i, j), vec("Si", i, j), **given)
    assert equal(vec("Mi", i, j), vec("Ti", j, i), **given)
    assert not equal(vec("Mi", i, j), vec("Ti", i, j), **given)
    assert not equal(vec("Mi", i, j), vec("Si", j, i), **given)
    assert equal(vec("Gi", i, j), vec("Gi", j, i), **given)
    assert equal(total([k], vec("Gi", i, k) * vec("Gi", j, k)), total([k], vec("Gi", k, j) * vec("Gi", i, k)), **given)


CONDITIONS = (
    ("a number", x / (N - 1) * (N - 1), x, ("[n != 1]",)),
    ("a difference", y / (x - p) * (x - p), y, ("[x != p]",)),
    ("opposite signs say one thing", y / (1 - p) * (p - 1), -y, ("[p != 1]",)),
    ("as it was written", y / (x**2 + eps) * (eps + x * x), y, ("[x^2 + eps != 0]",)),
    ("factor by factor", y / (x * p) * p * x, y, ("[p != 0]", "[x != 0]")),
    ("a variance and a positive number", y / (Reduce("mean", i, (vec("x", i) - d) ** 2) + 1) * (Reduce("mean", i, (vec("x", i) - d) ** 2) + 1), y, ()),
    ("an exponential", y / (1 + apply("exp", x)) * (1 + apply("exp", x)), y, ()),
    ("an absolute value", size_of(x) / x, x / size_of(x), ("[x != 0]",)),
    ("a root", x / sqrt(x**2 + 1) * sqrt(1 + x**2), x, ()),
)  # fmt: skip


@pytest.mark.parametrize(("left", "right", "conditions"), [c[1:] for c in CONDITIONS], ids=[c[0] for c in CONDITIONS])
def test_conditions_are_short_and_say_something(left, right, conditions):
    proof = equal(left, right)
    assert proof.proved
    assert tuple(map(repr, proof.conditions)) == conditions


def test_a_sign_seen_once_holds_at_all_places():
    spread = {"definitions": define(("q", (i, k), 1 + total([a], (vec("x", i, a) - vec("x", k, a)) ** 2)))}
    proof = equal(total([i, k], vec("q", i, k) / vec("q", i, k)), N * N, **spread)
    assert proof.proved
    assert proof.conditions == ()
    proof = equal(vec("w", j) / vec("q", j, l) * vec("q", j, l), vec("w", j), **spread)
    assert proof.conditions == ()


def test_a_product_that_leaves_out_one_factor():
    whole, hole = Reduce("prod", i, vec("x", i)), Reduce("prod", i, bracket(i, "!=", j) * vec("x", i) + bracket(i, "=", j))
    machine = Normalizer()
    assert not machine.equal(hole, whole / vec("x", j))
    proof = machine.equal(hole, whole / vec("x", j), ties=False)
    assert proof.proved
    assert [repr(c) for c in proof.conditions] == ["[x[j] != 0]"]
    assert not machine.equal(hole, whole, ties=False)
    assert not machine.equal(Reduce("prod", i, bracket(i, "!=", j) * vec("x", i)), whole, ties=False)


def test_a_sum_that_runs_backwards():
    back = n - 1 - Size.of(k)
    assert equal(total([k], vec("x", back)), total([i], vec("x", i)))
    assert equal(total([k], bracket(k, "<=", n - 1 - Size.of(j)) * vec("x", back)), total([i], bracket(i, ">=", j) * vec("x", i)))
    assert not equal(total([k], bracket(k, "<=", j) * vec("x", back)), total([i], bracket(i, "<=", j) * vec("x", i)))
    assert not equal(total([k], vec("x", back) * vec("y", k)), total([i], vec("x", i) * vec("y", i)))


def test_conditions_on_values_that_follow_from_each_other():
    positive = {"facts": {"d": (Fact("positive"),)}}
    assert equal(bracket(x - d, ">", 0) * bracket(x + d, ">", 0), bracket(x, ">", d), **positive)
    assert not equal(bracket(x - d, ">", 0) * bracket(x + d, ">", 0), bracket(x, ">", d))
    assert equal(bracket(x, ">", 3) * bracket(x, "<", 2), ZERO)
    assert not equal(bracket(x, ">", 2) * bracket(x, "<", 3), ZERO)
    assert equal(bracket(x, "=", 3) * bracket(x, ">", 2), bracket(x, "=", 3))
    assert equal(bracket(x, "=", 3) * bracket(x, ">", 3), ZERO)
    inside = bracket(size_of(x), "<=", d)
    clipped = bracket(x, ">", d) * d - bracket(x, "<", -d) * d + inside * x
    assert equal(inside * x + (1 - inside) * d * apply("sign", x), clipped, **positive)


def test_one_hot_names_inside_functions():
    hot = {"facts": {"y": (Fact("one-hot"),)}, "shapes": {"y": (n,)}}
    chosen = total([k], vec("y", k) * apply("exp", vec("z", k)))
    proof = equal(vec("y", i) * apply("log", chosen), vec("y", i) * vec("z", i), **hot)
    assert proof.proved
    assert equal(total([i], vec("y", i) * apply("log", chosen)), total([i], vec("y", i) * vec("z", i)), **hot)
    assert not equal(vec("w", i) * apply("log", chosen), vec("w", i) * vec("z", i), **hot)
    assert equal(vec("w", i) / chosen * chosen, vec("w", i), **hot).conditions == ()
    assert not equal(
        total([i], vec("y", i, j) * apply("log", total([k], vec("y", k, l) * vec("z", k)))), ZERO, facts=hot["facts"], shapes={"y": (n, n)}
    )
    spread = {"facts": {"y": (Fact("sums to one"),)}, "shapes": {"y": (n,)}}
    assert equal(vec("w", i) / chosen * chosen, vec("w", i), **spread).conditions != ()


def test_a_fact_that_was_not_needed_is_not_named():
    symmetric = {"facts": {"A": (Fact("symmetric"),)}, "shapes": {"A": (n, n)}}
    assert equal(2 * vec("A", j, i), vec("A", j, i) + vec("A", j, i), **symmetric).facts == ()
    assert [name for name, _ in equal(vec("A", j, i), vec("A", i, j), **symmetric).facts] == ["A"]


def test_what_is_below_a_fraction_in_one_case_only_is_no_condition():
    below = 1 + size_of(x)
    assert Normalizer().equal(x / below**2 * below, x / below).conditions == ()
    machine = Normalizer()
    assert machine.equal(y / below * below, y).conditions == ()
    assert [repr(c) for c in machine.equal(y / (1 + x) * (1 + x), y).conditions] == ["[1 + x != 0]"]
    proof = machine.equal(
        vec("w", i) / (1 + vec("x", i)) * (1 + vec("x", i)) + y / (1 + size_of(vec("x", j))), vec("w", i) + y / (1 + size_of(vec("x", j)))
    )
    assert [repr(c) for c in proof.conditions] == ["[1 + x[i] != 0]"]

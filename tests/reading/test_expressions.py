"""How expressions are stored, and what is said about those that make no sense."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_cases import network

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, TWO, Add, Apply, Mul, Num, Pow, Reduce, Ref, plain
from symback.algebra.traverse import children, free_indices, walk
from symback.errors import AxisMismatch, DeclarationError, ReadingError, SymbackError
from symback.reading.files import from_dict

S, T, X0 = Ref("s"), Ref("t"), Ref("u")


def body(text):
    return network(text).definition["out"].body


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("s + t - s", Add((S, T, -S))),
        ("s*t/s", Mul((S, T, Pow(S, MINUS_ONE)))),
        ("-(t - s)*s", Mul((MINUS_ONE, T - S, S))),
        ("s - t*s", Add((S, Mul((MINUS_ONE, Mul((T, S))))))),
        ("1/s", Mul((Num(1), Pow(S, MINUS_ONE)))),
        ("s**2", Pow(S, TWO)),
        ("s**-1", Pow(S, Num(-1))),
        ("s*(t*s)", Mul((S, Mul((T, S))))),
        ("s + (t + s)", Add((S, Add((T, S))))),
        ("sigmoid(s)", Apply("sigmoid", (S,))),
        ("1/(1 + exp(-s))", 1 / (1 + Apply("exp", (-S,)))),
        ("maximum(s, 0.0)", Apply("relu", (S,))),
        ("maximum(0, s)", Apply("relu", (S,))),
        ("sqrt(s)", Pow(S, Num(Fraction(1, 2)))),
    ],
)
def test_what_is_written_is_kept(text, term):
    assert body(text) is term


def test_decimals_are_exact_and_keep_their_text():
    (number,) = [n for n in walk(body("0.044715 * s")) if isinstance(n, Num)]
    assert number.value == Fraction(44715, 1_000_000)
    assert number.literal == "0.044715"


def test_a_long_sum_and_a_long_product_are_flat():
    assert len(body(" + ".join(["s"] * 200)).args) == 200
    assert len(body("*".join(["s"] * 200)).args) == 200


def test_softmax_is_spelled_out():
    assert "exp" in plain(body("softmax(x)"))
    assert "softmax" not in plain(body("softmax(x)"))


def binders_are_distinct(node, above):
    if isinstance(node, Reduce):
        assert (node.index.name, node.index.mark) not in above
        above = {*above, (node.index.name, node.index.mark)}
    for child in children(node):
        binders_are_distinct(child, above)


@pytest.mark.parametrize("text", ["softmax(C @ D @ x)", "np.sort(C @ x)", "np.var(C @ D)", "x @ C @ D @ C @ y"])
def test_binders_are_distinct_along_every_path(text):
    definition = network(text).definition["out"]
    binders_are_distinct(definition.body, {(i.name, i.mark) for i in definition.indices})
    assert set(free_indices(definition.body)) <= set(definition.indices)


def test_no_letter_is_also_a_name():
    program = from_dict({"symbols": {"i": {"shape": ["n"]}, "j": {"shape": ["k", "n"]}}, "forward": "L = sum(j @ i)", "loss": "L"})
    letters = {n.index.name for n in walk(program.definition["L"].body) if isinstance(n, Reduce)}
    assert letters.isdisjoint({"i", "j", "n", "k"})


WRONG = (
    ("A @ x", AxisMismatch, "A is (n, m) and x is (n): the inner sizes m and n differ; did you mean A.T?"),
    ("u @ A", AxisMismatch, "did you mean A.T?"),
    ("x + u", AxisMismatch, "x is (n) and u is (m): the sizes n and m differ"),
    ("A + A.T", AxisMismatch, "A is (n, m) and A.T is (m, n): the sizes n and m differ; did you mean A?"),
    ("np.maximum(x, u)", AxisMismatch, "the sizes n and m differ"),
    ("s @ x", ReadingError, "s of @ is a scalar"),
    ("xx + 1", ReadingError, "xx is not declared"),
    ("sigmiod(x)", ReadingError, "did you mean sigmoid?"),
    ("np.summ(x)", ReadingError, "did you mean sum?"),
    ("x.summ()", ReadingError, "did you mean sum?"),
    ("s(x)", ReadingError, "s is declared as a symbol and cannot be called"),
    ("tanh", ReadingError, "tanh is a function"),
    ("np.tanh", ReadingError, "np.tanh is a function"),
    ("sum(A, axis=2)", ReadingError, "axis 2 does not exist"),
    ("sum(A, axes=1)", ReadingError, "sum has no argument axes"),
    ("sum()", ReadingError, "sum lacks its argument x"),
    ("tanh(x, x)", ReadingError, "tanh gets 2 arguments"),
    ("x[0, 0]", AxisMismatch, "x is (n) and is indexed 2 times"),
    ("p[3]", ReadingError, "the place 3 is outside an axis of size 3"),
    ("p[-4]", ReadingError, "outside an axis of size 3"),
    ("x[u > 0]", ReadingError, "u > 0 is no place"),
    ("x[m]", ReadingError, "is not known to lie in an axis of size n"),
    ("x[m:]", ReadingError, "the bound m of a slice"),
    ("inv(A)", AxisMismatch, "inv takes a square matrix, and A is (n, m)"),
    ("inv(x)", AxisMismatch, "inv takes a matrix, and x is (n)"),
    ("trace(A)", AxisMismatch, "trace takes a square matrix"),
    ("slogdet(C)", ReadingError, "slogdet(A)[1]"),
    ("reshape(A, (n, n))", AxisMismatch, "A is (n, m) and has m*n entries"),
    ("einsum('ij,jk->ik', A, C)", AxisMismatch, "einsum: j is m in A and n in C"),
    ("einsum('ij->k', A)", ReadingError, "must use letters of the operands"),
    ("einsum('i..j', A)", ReadingError, "einsum cannot read"),
    ("einsum('...i->i', A)", ReadingError, "write ... in the result, too"),
    ("einsum('...ij->...', x)", ReadingError, "einsum cannot read"),
    ("-(x > 0)", ReadingError, "NumPy does not calculate with conditions so"),
    ("(x > 0) - (y > 0)", ReadingError, "NumPy does not calculate with conditions so"),
    ("~x", ReadingError, "is no condition"),
    ("x if y > 0 else s", ReadingError, "is no single condition"),
    ("0 < x < 1", ReadingError, "has no truth value in NumPy"),
    ("x is y", ReadingError, "compare"),
    ("lambda z: z", ReadingError, "is not part of the expression language"),
    ("[x for x in y]", ReadingError, "runs over a range"),
    ("np.array([[C[i, j] for j in range(i + 1)] for i in range(n)])", ReadingError, "have different lengths"),
    ("max(x[i] for i in range(n) if i > 0)", ReadingError, "`if` is read in a sum"),
    ("'text'", ReadingError, "is no number"),
    ("True", ReadingError, "is no number"),
    ("x.__class__", ReadingError, ".__class__ is not known"),
    ("np.load('x')", ReadingError, "np.load is not a known function"),
    ("x := 3", ReadingError, "cannot be read"),
    ("A @ ", ReadingError, "cannot be read"),
    ("", ReadingError, "the right side is empty"),
    ("x +* y", ReadingError, "cannot be read"),
    ("1j * x", ReadingError, "is no number"),
    ("x if s > 0 else", ReadingError, "cannot be read"),
    ("np.sum(*x)", ReadingError, "not part of the expression language"),
    ("f'{x}'", ReadingError, "not part of the expression language"),
    ("stack(x)", ReadingError, "is no list of arrays"),
    ("concatenate([x, A])", AxisMismatch, "the same number of axes"),
    ("cumsum(s, axis=0)", ReadingError, "a scalar has no axes"),
    ("x // 2", ReadingError, "is no size or index"),
    ("np.arange(0, n, 0)", ReadingError, "the step 0"),
    ("u[:100]", ReadingError, "the bound 100 of a slice"),
)


@pytest.mark.parametrize(("text", "kind", "message"), WRONG, ids=[w[0] for w in WRONG])
def test_each_mistake_gets_one_clear_line(text, kind, message):
    with pytest.raises(kind) as caught:
        network(text)
    line = str(caught.value)
    assert message in line
    assert line.startswith("out")
    assert "\n" not in line


def test_the_position_points_at_the_place():
    with pytest.raises(ReadingError) as caught:
        network("x + yy*x")
    error = caught.value
    assert error.where[error.position :].startswith("yy")


HOSTILE = (
    "__import__('os').system('true')", "().__class__.__bases__[0].__subclasses__()", "x.__init__.__globals__", "eval('1')", "exec('1')", "open('/etc/passwd')", "9**9**9**9",
    "((9**9)**9999)**9999", "(9**9)**9999", "1e1000000000 * x", "1e-1000000000 * x", "x ** 1e300", "x ** (9**9)", "2**(2**(2**(2**9)))", "0.1**9999", "9" * 5000, "1." + "0" * 5000,
    "(" * 5000 + "x" + ")" * 5000, "-" * 3000 + "x", "x" + "[0]" * 500, "sin(" * 90 + "x" + ")" * 90, "x" + "+x" * 20000, "not " * 900 + "x",
    "lambda: " * 300 + "x", "x if s > 0 else " * 300 + "x", "[" * 300 + "x" + "]" * 300, "\x00", "x\x00", "x; y", "x\nimport os", "\ud800", "x" * 9000, "n" * 300 + " + 1", "{}", "...", "*x", "@", "np", "np.linalg",
    "np.linalg.linalg.inv(C)", "zeros(10**30)", "zeros((10**9)**9)", "x[9**9**9]", "eye(n**10)", "eye((n + m)**9)", "zeros(2**63)", "norm(x, '" + "a" * 500 + "')", "einsum('" + "i" * 3000 + "', x)",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_gets_one_line_at_once(text):
    started = time.perf_counter()
    with pytest.raises(SymbackError) as caught:
        network(text)
    assert time.perf_counter() - started < 1
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="xyAs0129.+-*/@()[],:= <>npsum'TNone{}\\\"#", max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text):
    assert "\n" not in outcome(text)


def outcome(text):
    try:
        network(text)
    except SymbackError as error:
        return str(error)
    return ""


def test_a_bare_size_that_meets_an_expression_is_solved_for():
    program = from_dict(
        {
            "symbols": {"W": {"shape": ["H", "M"]}, "x": {"shape": ["D"]}, "h": {"shape": ["H"]}},
            "forward": "L = sum(W @ concatenate([x, h]))",
            "loss": "L",
        }
    )
    assert program.sizes["M"] is Size.of("D") + Size.of("H")
    assert program.leaf["W"].shape == (Size.of("H"), Size.of("D") + Size.of("H"))


def test_two_symbols_agree_only_where_that_is_declared():
    data = {"symbols": {"x": {"shape": ["n"]}, "y": {"shape": ["m"]}}, "forward": "L = sum(x*y)", "loss": "L"}
    with pytest.raises(AxisMismatch, match="the sizes n and m differ"):
        from_dict(data)
    assert from_dict({**data, "sizes": {"m": "n"}}).leaf["y"].shape == (Size.of("n"),)


def test_a_constant_place_asks_for_a_long_enough_axis():
    (leaf,) = from_dict({"symbols": {"x": {"shape": ["n"]}}, "forward": "L = x[2]", "loss": "L"}).leaves
    assert leaf.shape[0].single.least == 3
    with pytest.raises(SymbackError, match="n is 2, and the network needs at least 3"):
        from_dict({"symbols": {"x": {"shape": ["n"], "value": [1, 2]}}, "forward": "L = x[2]", "loss": "L"})


def test_opaque_calls_become_definitions_once():
    program = network("np.linalg.inv(C + D) @ x + np.linalg.inv(C + D) @ y")
    assert [d.name for d in program.definitions] == ["M", "M_inv", "out"]
    program = network("np.linalg.inv(C)")
    assert [d.name for d in program.definitions] == ["out"]


def test_an_operand_that_is_already_defined_is_read():
    program = from_dict(
        {
            "symbols": {"C": {"shape": ["n", "n"]}},
            "forward": "S = C + C.T\nR = inv(S)\nL = trace(R) + log(det(C + C.T)) + trace(inv(S))",
            "loss": "L",
        }
    )
    assert [d.name for d in program.definitions] == ["S", "R", "S_det", "L"]


def test_an_axis_of_size_one_is_read_at_zero():
    assert network("b + A").definition["out"].body.args[0].places[0] is Size.of(0)


def test_indices_of_one_definition_are_distinct():
    indices = network("C * D").definition["out"].indices
    assert len({(i.name, i.mark) for i in indices}) == 2
    assert all(isinstance(i, Index) for i in indices)


def test_a_right_side_that_is_no_text():
    with pytest.raises(DeclarationError, match="forward"):
        from_dict({"symbols": {}, "forward": 3, "loss": "L"})
    with pytest.raises(ReadingError, match="not text"):
        from_dict({"symbols": {}, "forward": {"z": 3}, "loss": "z"})

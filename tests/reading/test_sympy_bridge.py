"""SymPy declarations to programs, and terms back to SymPy."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy as sp

from symback import api
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Apply, Count, Partial, Reduce, apply, bracket, plain, ref, term, total
from symback.errors import AxisMismatch, DeclarationError, NotationError, NumericError, SymbackError
from symback.numeric.evaluate import Evaluator
from symback.reading import sympy_functions as sf
from symback.reading.sympy_bridge import lambdify_scalar, program_from_sympy, term_to_sympy

w1, b1, w2, b2, x, y, z1, a1, z2, a2, p, z, E, L = sp.symbols("w1 b1 w2 b2 x y z1 a1 z2 a2 p z E L")
n, m = sp.symbols("n m", integer=True, positive=True)
RNG = np.random.default_rng(3)


def read(forward, loss, parameters=(), inputs=(), targets=(), **more):
    return program_from_sympy(forward, loss, parameters, inputs, targets, **more)


def lines(program):
    return {str(d.name): plain(d.body) for d in program.definitions}


def value(program, values, name="L", sizes=None):
    return float(Evaluator(program, values, sizes=sizes, digits=30).entry(name, ()))


def test_a_scalar_chain_in_any_order():
    forward = [sp.Eq(a2, sf.sigmoid(z2)), (z2, w2 * a1 + b2), sp.Eq(z1, w1 * x + b1), (a1, 1 / (1 + sp.exp(-z1)))]
    program = read(forward, sp.Eq(E, (y - a2) ** 2 / 2), [w1, b1, w2, b2], [x], [y], name="chain")
    assert lines(program) == {
        "z1": "w1*x + b1",
        "a1": "1*(1 + exp(-1*z1))^-1",
        "z2": "w2*a1 + b2",
        "a2": "sigmoid(z2)",
        "E": "1/2*(y + -1*a2)^2",
    }
    assert [(leaf.name, leaf.role) for leaf in program.leaves] == [
        ("w1", "weight"),
        ("b1", "bias"),
        ("w2", "weight"),
        ("b2", "bias"),
        ("x", "input"),
        ("y", "target"),
    ]
    assert program.results == ("E",)


def test_sympys_order_is_put_right():
    program = read([(p, 1 / (1 + sp.exp(-z))), (z, b1 + x * w1)], (L, -(y * sp.log(p) + (1 - y) * sp.log(1 - p))), [w1, b1], [x], [y])
    assert lines(program)["z"] == "w1*x + b1"
    assert lines(program)["L"] == "-1*y*log(p) + -1*((1 + -1*y)*log(1 + -1*p))"
    assert lines(read([], (L, -(y - z) * w1 + 3 - x), [w1], [x], [y]))["L"].startswith("3 + w1*(z + -1*y)")


def test_without_evaluation_what_was_typed_is_kept():
    with sp.evaluate(False):
        program = read([(z, b1 + w1 * x), (p, 1 / (1 + sp.exp(-z)))], (L, -(y * sp.log(p) + (1 - y) * sp.log(1 - p))), [w1, b1], [x], [y])
        product = read([], (L, -(y - z) * x * (w1 / 2) - 1), [w1], [x], [y])
    assert lines(program)["z"] == "b1 + w1*x"
    assert lines(program)["L"] == "-1*(y*log(p) + (1 + -1*y)*log(1 + -1*p))"
    assert lines(product)["L"] == "-1*(y + -1*z)*x*(w1*2^-1) + -1*1"


def test_matrix_symbols():
    W, b, X, Z, H, Y = (sp.MatrixSymbol(*s) for s in (("W", m, n), ("b", m, 1), ("x", n, 1), ("z", m, 1), ("h", m, 1), ("y", m, 1)))
    program = read(
        [(Z, W * X + b), (H, sf.elementwise(lambda t: 1 / (1 + sp.exp(-t)), Z))], (L, ((H - Y).T * (H - Y))[0, 0] / 2), [W, b], [X], [Y]
    )
    assert program.leaf["b"].role == "bias"
    assert program.leaf["W"].shape == (Size.of("m"), Size.of("n"))
    values = {"W": RNG.normal(size=(3, 2)), "b": RNG.normal(size=(3, 1)), "x": RNG.normal(size=(2, 1)), "y": RNG.normal(size=(3, 1))}
    hidden = 1 / (1 + np.exp(-(values["W"] @ values["x"] + values["b"])))
    assert value(program, values) == pytest.approx(np.sum((hidden - values["y"]) ** 2) / 2)
    named = read([(Z, W * X + b), (H, sf.sigmoid(Z))], (L, sp.Trace((H - Y) * (H - Y).T) / 2), [W, b], [X], [Y])
    assert value(named, values) == pytest.approx(value(program, values))


A, B, C, r, c = (
    sp.MatrixSymbol("A", 3, 2),
    sp.MatrixSymbol("B", 2, 5),
    sp.MatrixSymbol("C", 3, 3),
    sp.MatrixSymbol("r", 1, 2),
    sp.MatrixSymbol("c", 3, 1),
)
SCALARS = (
    (sf.sum(A), lambda v: np.sum(v["A"])),
    (sf.sum(A * B), lambda v: np.sum(v["A"] @ v["B"])),
    (sf.sum(2 * A.T * C), lambda v: 2 * np.sum(v["A"].T @ v["C"])),
    (sf.sum(sp.HadamardProduct(A, A + sf.ones_like(A))), lambda v: np.sum(v["A"] * (v["A"] + 1))),
    (sf.sum(sp.HadamardPower(A, 3)), lambda v: np.sum(v["A"] ** 3)),
    (sf.sum(sf.add_bias(A, r)), lambda v: np.sum(v["A"] + v["r"])),
    (sf.sum(sf.tanh(sf.add_bias(A, c))), lambda v: np.sum(np.tanh(v["A"] + v["c"]))),
    (sf.sum(sf.tanh(sf.add_bias(A, r.T))), lambda v: np.sum(np.tanh(v["A"] + v["r"]))),
    (sf.sum(sf.exp(sf.sum(A, axis=0))), lambda v: np.sum(np.exp(np.sum(v["A"], axis=0)))),
    (sf.sum(sf.exp(sf.sum(A, axis=1))), lambda v: np.sum(np.exp(np.sum(v["A"], axis=1)))),
    (sf.mean(A), lambda v: np.mean(v["A"])),
    (sf.sum(sf.exp(sf.mean(A, axis=0))), lambda v: np.sum(np.exp(np.mean(v["A"], axis=0)))),
    (sp.Trace(C) + sp.Trace(C * C), lambda v: np.trace(v["C"]) + np.trace(v["C"] @ v["C"])),
    (sf.sum(A[1:3, 0:2]) + sf.sum(C[:, 2]), lambda v: np.sum(v["A"][1:3]) + np.sum(v["C"][:, 2])),
    (sp.tan(A[0, 0]) + sp.erfc(A[0, 1]) + sp.atanh(A[1, 0] / 10), lambda v: np.tan(v["A"][0, 0]) + float(sp.erfc(v["A"][0, 1])) + np.arctanh(v["A"][1, 0] / 10)),
    (sp.Determinant(C), lambda v: np.linalg.det(v["C"])),
    (sf.sum(C.inv() * A), lambda v: np.sum(np.linalg.inv(v["C"]) @ v["A"])),
    (sf.sum(C**3), lambda v: np.sum(np.linalg.matrix_power(v["C"], 3))),
    (sf.sum(sp.Identity(3) * A - sp.OneMatrix(3, 2) + sp.ZeroMatrix(3, 2)), lambda v: np.sum(v["A"]) - 6),
    (A[1, 0] * B[0, 4] + C[2, 2] ** 2, lambda v: v["A"][1, 0] * v["B"][0, 4] + v["C"][2, 2] ** 2),
    (sf.sum(A.applyfunc(sp.sin)), lambda v: np.sum(np.sin(v["A"]))),
    (sf.sum(sf.relu(A) + sf.silu(A)), lambda v: np.sum(np.maximum(v["A"], 0) + v["A"] / (1 + np.exp(-v["A"])))),
    (sf.sum(sf.sqrt(sp.HadamardProduct(A, A))), lambda v: np.sum(np.abs(v["A"]))),
    (sf.sum(A * sp.Matrix([[1, 2], [3, 4]])), lambda v: np.sum(v["A"] @ [[1, 2], [3, 4]])),
    (sp.Max(A[0, 0], A[0, 1]) + sp.Min(A[1, 0], 0) + sp.Max(0, A[2, 0]), lambda v: max(v["A"][0]) + min(v["A"][1, 0], 0) + max(0, v["A"][2, 0])),
    (sp.Piecewise((A[0, 0], A[0, 0] > 0), (A[0, 1], A[0, 1] > 1), (3, True)), lambda v: v["A"][0, 0] if v["A"][0, 0] > 0 else v["A"][0, 1] if v["A"][0, 1] > 1 else 3),
    (sp.Piecewise((1, (A[0, 0] > 0) & (A[0, 1] < 5)), (2, True)), lambda v: 1 if v["A"][0, 0] > 0 and v["A"][0, 1] < 5 else 2),
    (sp.Heaviside(A[0, 0]) + sp.Abs(A[0, 1]) + sp.sign(A[1, 1]), lambda v: float(v["A"][0, 0] > 0) + abs(v["A"][0, 1]) + np.sign(v["A"][1, 1])),
    (sp.Float("0.044715") * A[0, 0] + sp.pi + sp.E + sp.sqrt(2), lambda v: 0.044715 * v["A"][0, 0] + np.pi + np.e + np.sqrt(2)),
    (sp.atan2(A[0, 0], A[0, 1]) + sp.erf(A[1, 0]) + sp.atan(A[1, 1]), lambda v: np.arctan2(*v["A"][0]) + float(sp.erf(v["A"][1, 0])) + np.arctan(v["A"][1, 1])),
    (sp.Sum(A[sp.Symbol("i"), 0] ** 2, (sp.Symbol("i"), 0, 2)), lambda v: np.sum(v["A"][:, 0] ** 2)),
    (sp.Product(A[sp.Symbol("i"), 0], (sp.Symbol("i"), 0, 2)), lambda v: np.prod(v["A"][:, 0])),
)  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), SCALARS, ids=range(len(SCALARS)))
def test_matrix_expressions_mean_what_they_say(expression, expected):
    values = {name: RNG.normal(size=shape) for name, shape in (("A", (3, 2)), ("B", (2, 5)), ("C", (3, 3)), ("r", (1, 2)), ("c", (3, 1)))}
    program = read([], (L, expression), [A, B, C, r, c])
    assert value(program, values) == pytest.approx(expected(values), rel=1e-9)


def test_explicit_matrices_are_named_entries():
    W, b, X = sp.Matrix(2, 2, sp.symbols("w11 w12 w21 w22")), sp.Matrix(sp.symbols("b_1 b_2")), sp.Matrix(sp.symbols("x_1 x_2"))
    Z, H = sp.Matrix(sp.symbols("z_1 z_2")), sp.Matrix(sp.symbols("h_1 h_2"))
    program = read([(Z, W * X + b), sp.Eq(H, sf.tanh(Z))], (L, sf.sum(H)), [W, b], [X])
    assert lines(program)["z_2"] == "w21*x_1 + w22*x_2 + b_2"
    assert lines(program)["L"] == "h_1 + h_2"
    assert [leaf.role for leaf in program.leaves] == ["weight"] * 4 + ["bias"] * 2 + ["input"] * 2


def test_indexed_bases():
    i, j = sp.Idx("i", n), sp.Idx("j", m)
    W, X, Z, b = (sp.IndexedBase(s) for s in ("W", "x", "z", "b"))
    program = read([(Z[j], sp.Sum(W[j, i] * X[i], i) + b[j])], (L, sp.Sum(sp.tanh(Z[j]) ** 2, j)), [W, b], [X])
    assert lines(program) == {"z": "sum_i(W[j,i]*x[i]) + b[j]", "L": "sum_j(tanh(z[j])^2)"}
    k, q = sp.symbols("k q", integer=True)
    counted_from_one = read([(Z[k], sp.Sum(W[k, q] * X[q], (q, 1, n)) + b[k])], (L, sp.Sum(sp.tanh(Z[k]) ** 2, (k, 1, m))), [W, b], [X])
    assert lines(counted_from_one) == {"z": "sum_q(W[k,q]*x[q]) + b[k]", "L": "sum_k(tanh(z[k])^2)"}
    assert counted_from_one.leaf["W"].shape == (Size.of("m"), Size.of("n"))


def test_a_recurrence():
    t, j, k = sp.Idx("t", sp.Symbol("T")), sp.Idx("j", m), sp.Idx("k", m)
    h, Z, W, X = (sp.IndexedBase(s) for s in "hzWx")
    step = sp.Piecewise((sp.Sum(W[j, k] * h[t - 1, k], k), t >= 1), (0, True)) + X[t, j]
    program = read([(Z[t, j], step), (h[t, j], sp.tanh(Z[t, j]))], (L, sp.Sum(h[sp.Symbol("T") - 1, j], j)), [W], [X])
    values = {"W": RNG.normal(size=(2, 2)), "x": RNG.normal(size=(3, 2))}
    state = np.zeros(2)
    for row in values["x"]:
        state = np.tanh(values["W"] @ state + row)
    assert value(program, values, sizes={"T": 3, "m": 2}) == pytest.approx(np.sum(state))
    with pytest.raises(DeclarationError, match="may leave"):
        read([(Z[t, j], sp.Sum(W[j, k] * h[t - 1, k], k) + X[t, j]), (h[t, j], sp.tanh(Z[t, j]))], (L, sp.Sum(h[0, j], j)), [W], [X])


def test_facts_values_and_unnamed_symbols():
    program = read(
        [(z, w1 * x + p)], (L, z**2), [w1], [x], facts={x: "positive", "w1": ("between", 0, 1)}, values={w1: sp.Rational(1, 2), "x": 2}
    )
    assert [f.kind for f in program.leaf["x"].facts] == ["positive"]
    assert [f.kind for f in program.leaf["w1"].facts] == ["between"]
    assert program.leaf["p"].role == "constant"
    assert program.values == {"w1": 0.5, "x": 2}


def test_an_equation_with_the_sum_of_a_matrix():
    assert lines(read([], sp.Eq(L, sf.sum(A)), [A]))["L"] == "sum_i(sum_j(A[i,j]))"


def test_names_with_markup_become_plain():
    program = read([(sp.Symbol("z^2_{11}"), w1 * sp.Symbol("w^2_{11}"))], (L, sp.Symbol("z^2_{11}")), [w1, sp.Symbol("w^2_{11}")])
    assert [leaf.name for leaf in program.leaves] == ["w1", "w2_11"]
    assert program.spellings["z2_11"].units == ("1", "1")


v2, h2 = sp.MatrixSymbol("z", 2, 1), sp.MatrixSymbol("h", 2, 1)
MISTAKES = (
    (([sp.Eq(h2, sp.tanh(v2))], (L, sf.sum(h2)), [v2]), DeclarationError, "give the pair (left, right)"),
    (([sp.Eq(z, z)], (L, z), [w1]), DeclarationError, "is plain True"),
    (([False], (L, z), [w1]), DeclarationError, "is plain False"),
    (([5], (L, z), [w1]), DeclarationError, "forward[0]: 5 is no equation"),
    (([(z, None)], (L, z), [w1]), DeclarationError, "the right side of z is None"),
    (([(2 * z, w1)], (L, z), [w1]), DeclarationError, "the left side 2*z is no symbol"),
    (([(z, w1), (z, x)], (L, z), [w1]), DeclarationError, "z is defined twice"),
    (([(w1, x)], (L, w1), [w1]), DeclarationError, "w1 is declared as weight and defined here"),
    (([(z, w1)], (L, z), [w1], [w1]), DeclarationError, "w1 is named twice"),
    (([(z, a1), (a1, z)], (L, z), []), DeclarationError, "a circle that is no recurrence"),
    (([], (L, v2), [v2]), AxisMismatch, "the loss is (2, 1), not a scalar"),
    (([(h2, sp.MatrixSymbol("W", n, m) * sp.MatrixSymbol("q", n, 1))], (L, sf.sum(h2)), []), AxisMismatch, "h is (2, 1)"),
    (([(sp.MatrixSymbol("h", n, 1), sp.MatrixSymbol("W", n, m) * sp.MatrixSymbol("q", n, 1))], (L, x), []), AxisMismatch, "the inner sizes m and n differ"),
    (([], (L, sf.sum(sp.MatrixSymbol("C", 3, 3)[::2, :])), []), DeclarationError, "a slice with step 2"),
    (([(z, sp.gamma(x))], (L, z), []), DeclarationError, "gamma(x) (gamma) is not known"),
    (([(z, sp.Derivative(sp.Function("f")(x), x))], (L, z), []), DeclarationError, "is not known"),
    (([(z, sp.Symbol("x", real=True) + x)], (L, z), [], [x]), DeclarationError, "two different symbols are called x"),
    (([(z, sp.oo)], (L, z), []), DeclarationError, "no finite number"),
    (([(sp.Symbol("__import__('os')"), w1)], (L, w1), [w1]), DeclarationError, "is not a name"),
    (([(z, w1)], (L, z), [sp.Symbol("x; y")]), DeclarationError, "x; y is not a name"),
    (([(z, w1)], (L, z * sp.Symbol("lambda")), [w1]), DeclarationError, "lambda is a word of Python"),
    (([(z, sp.IndexedBase("q")[sp.Symbol("i")])], (L, z), []), DeclarationError, "the shape of q is not known"),
    (([(z, w1)], (L, z), ["w1"]), DeclarationError, "w1 is no symbol"),
)  # fmt: skip


@pytest.mark.parametrize(("arguments", "kind", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_each_mistake_gets_one_clear_line(arguments, kind, message):
    with pytest.raises(kind) as caught:
        read(*arguments)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"facts": {"q": "positive"}}, DeclarationError),
        ({"facts": {x: "positiv"}}, DeclarationError),
        ({"values": {x: float("nan")}}, NumericError),
        ({"values": {"q": 1}}, DeclarationError),
    ],
)
def test_facts_and_values_that_make_no_sense(more, kind):
    with pytest.raises(kind):
        read([(z, w1 * x)], (L, z), [w1], [x], **more)


def test_a_long_equation_is_read_fast():
    started = time.perf_counter()
    terms = sp.Add(*(sp.Symbol(f"u{k}") * sp.Symbol(f"v{k}") for k in range(300)))
    assert len(read([], (L, terms), [sp.Symbol(f"u{k}") for k in range(300)]).definition["L"].body.args) == 300
    assert time.perf_counter() - started < 5


# the functions users call ------------------------------------------------------------------------------------------------


def test_functions_of_scalars_are_sympy_expressions():
    s = sf.sigmoid(x)
    assert isinstance(s, sp.Function)
    assert s.diff(x) == s * (1 - s)
    assert s.rewrite(sp.exp) == 1 / (1 + sp.exp(-x))
    assert sf.tanh(x) == sp.tanh(x)
    assert float(sp.lambdify(x, sf.softplus(x))(0.0)) == pytest.approx(np.log(2))
    assert float(s.subs(x, 0).evalf()) == pytest.approx(0.5)
    assert sf.sum([x, y]) == x + y
    assert sf.ones_like(x) == 1
    assert sf.elementwise(lambda t: t**2, x) == x**2


def test_functions_of_explicit_matrices():
    M = sp.Matrix([[x, y]])
    assert sf.tanh(M) == sp.Matrix([[sp.tanh(x), sp.tanh(y)]])
    assert sf.sum(M) == x + y
    assert sf.sum(M, axis=1) == sp.Matrix([[x + y]])
    assert sf.sum(M, axis=0) == M
    assert sf.add_bias(M, sp.Matrix([[1, 2]])) == sp.Matrix([[x + 1, y + 2]])


def test_functions_of_matrices_have_shapes_and_entries():
    assert sf.tanh(A).shape == (3, 2)
    assert sf.tanh(A)[1, 0] == sp.tanh(A[1, 0])
    assert sf.sum(A, axis=0).shape == (1, 2)
    assert sf.sum(A, axis=1)[2, 0].doit() == A[2, 0] + A[2, 1]
    assert sf.add_bias(A, r)[2, 1] == A[2, 1] + r[0, 1]
    with pytest.raises(AxisMismatch, match="give a bias of shape"):
        sf.add_bias(A, sp.MatrixSymbol("d", 5, 1))
    with pytest.raises(DeclarationError, match="not a scalar"):
        sf.elementwise(lambda t: A, A)
    with pytest.raises(DeclarationError, match="axes 0 and 1"):
        sf.sum(A, axis=2)


# terms to SymPy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", [op for op in OPERATIONS.values() if op.arity], ids=lambda op: op.name)
def test_every_operation_has_a_sympy_form_with_the_same_value(op):
    points = [0.3, 0.7][: op.arity]
    symbols = sp.symbols("x0:2")[: op.arity]
    written = term_to_sympy(apply(op.name, *(ref(s.name) for s in symbols)))
    run = Evaluator(read([], (L, written), [], list(symbols)), {s.name: v for s, v in zip(symbols, points, strict=True)})
    exact = float(run.entry("L", ()))
    function = lambdify_scalar(apply(op.name, *(ref(s.name) for s in symbols)), [s.name for s in symbols])
    assert float(function(*points)) == pytest.approx(exact, rel=1e-12)
    assert float(written.subs(dict(zip(symbols, points, strict=True))).evalf()) == pytest.approx(exact, rel=1e-9)
    back = read([], (L, written), [], list(symbols)).definition["L"].body
    assert back is apply(op.name, *(ref(s.name) for s in symbols))


def test_what_terms_become():
    i, j = Index("i", "n"), Index("j", 3)
    ii, jj, nn = sp.Symbol("i", integer=True), sp.Symbol("j", integer=True), sp.Symbol("n", integer=True, positive=True)
    X, W = sp.IndexedBase("x"), sp.IndexedBase("W")
    assert term_to_sympy(total([i], ref("W", j, i) * ref("x", i))) == sp.Sum(W[jj, ii] * X[ii], (ii, 0, nn - 1))
    assert term_to_sympy(Reduce("mean", i, ref("x", i))) == sp.Sum(X[ii], (ii, 0, nn - 1)) / nn
    assert term_to_sympy(Reduce("prod", i, ref("x", i))) == sp.Product(X[ii], (ii, 0, nn - 1))
    assert term_to_sympy(Reduce("max", j, ref("x", j))) == sp.Max(X[0], X[1], X[2])
    assert term_to_sympy(bracket(i, "=", j)) == sp.KroneckerDelta(ii, jj)
    assert term_to_sympy(bracket(ref("z"), ">", term(0))) == sp.Piecewise((1, z > 0), (0, True))
    assert term_to_sympy(Count(Size.of("n") + 1)) == nn + 1
    assert term_to_sympy(term("0.5") * ref("z")) == z / 2
    assert term_to_sympy(ref(Partial("L", "z1"), i)) == sp.IndexedBase("dL_dz1")[ii]
    assert term_to_sympy(ref(Partial("h", "z1", local=True))) == sp.Symbol("dh_dz1")
    with pytest.raises(NotationError, match="symbolic size n"):
        term_to_sympy(Reduce("max", i, ref("x", i)))


def test_lambdify_sees_names_of_our_making_only():
    body = (ref("__import__('os')") - ref("y")) * apply("sigmoid", ref("lambda"))
    function = lambdify_scalar(body, ["__import__('os')", "y", "lambda"])
    assert float(function(3.0, 1.0, 0.0)) == pytest.approx(1.0)
    with pytest.raises(NotationError, match="is no argument"):
        lambdify_scalar(ref("q"), ["y"])
    with pytest.raises(NotationError, match="has indices"):
        lambdify_scalar(ref("q", Index("i", 3)), ["q"])


def test_errors_are_symbacks_own():
    assert issubclass(AxisMismatch, SymbackError)
    assert isinstance(apply("tanh", ref("x")), Apply)


@pytest.mark.parametrize("name", ["phi", "Phi", "g", "h", "sigma", "psi", "f", "pi", "Sigma"])
@pytest.mark.parametrize("whole", [False, True])
def test_a_function_without_a_definition_is_refused_whatever_its_letter(name, whole):
    function, wide = sp.Function(name), sp.MatrixSymbol("W", 3, 3)
    column, weight = sp.MatrixSymbol("u", 3, 1), sp.Symbol("w")
    loss = sf.sum((wide * column).applyfunc(function)) if whole else (function(weight * x) - 1) ** 2
    with pytest.raises(DeclarationError, match=f"{name} in .* is a function without a definition; use a function of symback"):
        api.Network([(L, loss)], L, [wide if whole else weight])


def test_letters_stay_functions_of_network_files_and_of_own_output():
    net = api.Network.from_dict({"symbols": {"w": {"role": "weight"}}, "forward": "L = phi(w) + Phi(w)", "loss": "L"})
    own = net.derive()["w"].sympy()
    assert str(own) == "(1 - w)*phi(w)"
    assert api.check(net, own, target="w").word == "proved"
    assert api.check(net, "dL/dw = phi(w) - w*phi(w)").word == "proved"
    assert api.check(net, sp.Function("phi")(weight := sp.Symbol("w")) * (1 - weight), target="w").word == "cannot read"

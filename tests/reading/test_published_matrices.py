"""Matrix calculus as it is published: traces, determinants, inverses, in LaTeX, as NumPy text and with SymPy."""

from __future__ import annotations

import re

import pytest
import sympy as sp
from matrix_rows import ROWS as IDENTITY_ROWS

from symback.reading.files import from_dict
from symback.verify.claims import check

SQUARE = {"role": "weight", "shape": ["n", "n"]}
NETWORKS = {
    "square": from_dict({"symbols": {"A": SQUARE}, "forward": "L = trace(A)", "loss": "L"}),
    "wide": from_dict(
        {"symbols": {"A": {"shape": ["m", "n"]}, "X": {"role": "weight", "shape": ["n", "m"]}}, "forward": "L = trace(A @ X)", "loss": "L"}
    ),
}
ROWS = (
    ("square", r"\frac{\partial \log\det A}{\partial A} = A^{-T}", "proved"),
    ("square", r"\frac{\partial \log\det A}{\partial A} = A^{-1}", "conditional"),
    ("square", r"\frac{\partial \ln|A|}{\partial A} = (A^{-1})^\top", "proved"),
    ("square", r"\frac{\partial |A|}{\partial A} = |A| A^{-T}", "proved"),
    ("square", r"\frac{\partial \det(A)}{\partial A} = \operatorname{adj}(A)^T", "proved"),
    ("square", r"\frac{\partial \log|\det A|}{\partial A} = A^{-T}", "proved"),
    ("square", r"\frac{\partial \operatorname{tr}(A^3)}{\partial A} = 3 (A^T)^2", "proved"),
    ("square", r"\frac{\partial \operatorname{tr}(A^3)}{\partial A} = 2 (A^T)^2", "refuted"),
    ("square", r"\frac{\partial \operatorname{tr}(A^{-1})}{\partial A} = -(A^{-2})^T", "proved"),
    ("wide", r"\frac{\partial \log\det(X^T X)}{\partial X} = 2 X (X^T X)^{-1}", "proved"),
)  # fmt: skip

VECTORS = from_dict(
    {
        "symbols": {"A": SQUARE, "X": SQUARE, "b": {"shape": ["n"]}, "x": {"shape": ["n"]}},
        "forward": "v = softmax(x)\nL = sum((A*X) @ b) + v @ b",
        "loss": "L",
    }
)
IDENTITIES = (
    (r"\frac{\partial 1^T X 1}{\partial X} = 11^T", r"\frac{\partial 1^T X 1}{\partial X} = 2\cdot 11^T"),
    (r"\frac{\partial 1^T(A\odot X)b}{\partial X} = A\odot(1b^T)", r"\frac{\partial 1^T(A\odot X)b}{\partial X} = A\odot(b1^T)"),
    (r"\nabla_x 1^T\exp(Ax) = A^T\exp(Ax)", r"\nabla_x 1^T\exp(Ax) = 2A^T\exp(Ax)"),
    (r"\frac{\partial \langle A, X\rangle}{\partial X} = A", r"\frac{\partial \langle A, X\rangle_F}{\partial X} = 2A"),
    (
        r"\frac{\partial \operatorname{tr}(A\otimes X)}{\partial X} = \operatorname{tr}(A) I",
        r"\nabla_X \operatorname{tr}(A\otimes X) = A^T",
    ),
    (r"\nabla_X \|A\otimes X\|_F^2 = 2\|A\|_F^2 X", r"\nabla_X \|A\otimes X\|_F^2 = \|A\|_F^2 X"),
    (r"\nabla_x \langle x, x\rangle = 2x", r"\nabla_x \langle x, x\rangle = x"),
    (r"\frac{\partial v_i}{\partial x_j} = v_i(1_{i=j} - v_j)", r"\frac{\partial v_i}{\partial x_j} = v_i(1_{i\ne j} - v_j)"),
)


@pytest.mark.parametrize(("right", "wrong"), IDENTITIES)
def test_ones_indicators_and_inner_products(right, wrong):
    assert check(VECTORS, right).holds
    assert check(VECTORS, wrong).word == "refuted"


TALL = from_dict({"symbols": {"F": {"role": "weight", "shape": ["n", "m"]}}, "forward": "L = slogdet(F.T @ F)[1]", "loss": "L"})


@pytest.mark.parametrize(("net", "claim", "word"), ROWS)
def test_identities_of_matrix_calculus(net, claim, word):
    assert check(NETWORKS[net], claim).word == word


@pytest.mark.parametrize("claim", ["dL/dF = 2*F @ inv(F.T @ F)", "dL/dF = 2*pinv(F).T", r"\nabla_F \log\det(F^T F) = 2 (F^\dagger)^T"])
def test_points_at_which_an_inverse_does_not_exist_show_nothing(claim):
    assert check(TALL, claim).holds
    assert check(TALL, claim.replace("2", "3")).word == "refuted"


def test_inverses_and_determinants_in_sympy_claims():
    n = sp.Symbol("n", integer=True, positive=True)
    a = sp.MatrixSymbol("A", n, n)
    symbols = {"A": {**SQUARE, "facts": ["invertible"]}}
    for forward, right, wrong in (
        ("slogdet(A)[1]", a.T.I, a.I),
        ("trace(inv(A))", -(a.T.I * a.T.I), a.T.I * a.T.I),
        ("det(A)", sp.Determinant(a) * a.T.I, sp.Determinant(a) * a.T),
    ):
        net = from_dict({"symbols": symbols, "forward": f"L = {forward}", "loss": "L"})
        assert check(net, (sp.Symbol("dL/dA"), right)).word == "proved"
        assert check(net, (sp.Symbol("dL/dA"), wrong)).word in ("refuted", "conditional")


SPOKEN = (
    (r"\frac{\partial \operatorname{tr}(A X A X)}{\partial X} = A^T", "2·Aᵀ Xᵀ Aᵀ"),
    (r"\nabla_A \log\det(A^T A) = 2 A", "A (Aᵀ A)⁻¹ + A ((Aᵀ A)⁻¹)ᵀ"),
    (r"\frac{\partial x^T (AX)^{-1} x}{\partial x} = (AX)^{-1} x", "(A X)⁻¹ x + ((A X)⁻¹)ᵀ x"),
    ("dL/dA = inv(A @ X)", "∂L/∂A = −((A X)⁻¹)ᵀ x xᵀ ((A X)⁻¹)ᵀ Xᵀ"),
)  # fmt: skip
NAMELESS = from_dict({"symbols": {"A": SQUARE, "X": SQUARE, "x": {"shape": ["n"]}}, "forward": "L = x @ inv(A @ X) @ x", "loss": "L"})


@pytest.mark.parametrize(("claim", "form"), SPOKEN)
def test_a_verdict_names_nothing_that_nobody_wrote(claim, form):
    found = check(NAMELESS, claim)
    assert found.word in ("refuted", "conditional")
    assert found.form == form
    assert not re.search(r"made|derived|operand|_inv|_det|logabsdet|\bM\b|\bS\b", found.text() + repr(found.json()))


def test_a_name_that_the_network_gives_is_kept():
    net = from_dict({"symbols": {"A": SQUARE}, "forward": "G = inv(A)\nL = trace(G)", "loss": "L"})
    assert check(net, "dL/dA = G").form == "∂L/∂A = −Gᵀ Gᵀ"


HUBER = from_dict(
    {"symbols": {"a": {}, "d": {"facts": ["positive"]}}, "forward": "L = where(abs(a) <= d, a**2/2, d*(abs(a) - d/2))", "loss": "L"}
)


def test_a_declared_d_on_both_sides_of_a_fraction_is_a_derivative_sign():
    right = r"\begin{cases} a & |a| \le d \\ d\,\operatorname{sign}(a) & \text{otherwise}\end{cases}"
    for left in (r"\frac{dL}{da}", "dL/da"):
        assert check(HUBER, f"{left} = {right}").word == "proved"
        assert check(HUBER, f"{left} = {right.replace('sign', 'exp')}").word == "refuted"


def test_no_witness_stands_where_a_comparison_meets_equals():
    found = check(HUBER, "dL/da = where(abs(a) <= 2*d, a, d*sign(a))")
    assert found.word == "refuted"
    a, d = (abs(found.witness.values[n]) for n in "ad")
    assert d < a < 2 * d


def test_values_that_differ_late_are_shown_with_the_digits_that_tell_them_apart():
    net = from_dict({"symbols": {"x": {}}, "forward": "L = x**2/3", "loss": "L"})
    assert "is 0.6666667, and the claim gives 0.6666671" in check(net, "dL/dx = 0.6666671*x").why


SOFTMAX = from_dict({"symbols": {"z": {"shape": ["n"]}}, "forward": "p = softmax(z)\nL = sum(p**2)", "loss": "L"})
DELTAS = (
    ("p_i(1 - p_j)", "1 stands where the Kronecker delta belongs"),
    ("p_i - p_i p_j", "the Kronecker delta is missing beside p"),
)


@pytest.mark.parametrize(("claim", "repair"), DELTAS)
def test_kronecker_deltas_lost_or_too_many_are_repaired(claim, repair):
    found = check(SOFTMAX, rf"\frac{{\partial p_i}}{{\partial z_j}} = {claim}")
    assert found.word == "refuted"
    assert found.repair.startswith(repair)
    assert found.form == "∂p/∂z = diag(p) − p pᵀ"


def test_a_kronecker_delta_in_the_place_of_1_is_repaired():
    net = from_dict({"symbols": {"x": {"shape": ["n"]}}, "forward": "L = sum(x)**2/2", "loss": "L"})
    found = check(net, r"\frac{\partial^2 L}{\partial x_i \partial x_j} = \delta_{ij}")
    assert found.word == "refuted"
    assert found.repair.startswith("the Kronecker delta stands where 1 belongs")


def test_sympy_derivatives_of_expressions():
    n = sp.Symbol("n", integer=True, positive=True)
    a, x, v = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("X", n, n), sp.MatrixSymbol("x", n, 1)
    for of, by, right, wrong in (
        (sp.Trace(a * x), x, a.T, 2 * a.T),
        (sp.log(sp.Determinant(x)), x, x.T.I, 2 * x.T.I),
        (v.T * a * v, v, (a + a.T) * v, (a - a.T) * v),
        ((v.T * a * v)[0, 0], v, (a + a.T) * v, a * v),
        (a * v, v, a, 2 * a),
    ):
        assert check(NAMELESS, (sp.Derivative(of, by), right)).word == "proved"
        found = check(NAMELESS, (sp.Derivative(of, by), wrong))
        assert found.word in ("refuted", "conditional")
        assert "made" not in found.text()


LAYOUTS = from_dict(
    {
        "symbols": {"A": SQUARE, "F": {"shape": ["n", "m"]}, "w": {"shape": ["m"]}, "x": {"shape": ["n"]}},
        "forward": "v = F @ w\nu = A @ x\nL = v @ u",
        "loss": "L",
    }
)


@pytest.mark.parametrize(
    ("right", "other"),
    [
        (r"\frac{\partial Fw}{\partial w} = F", r"\frac{\partial Fw}{\partial w} = F^T"),
        (r"\frac{\partial v}{\partial w} = F", r"\frac{\partial v}{\partial w} = F^T"),
        (r"\frac{\partial u}{\partial x} = A", r"\frac{\partial u}{\partial x} = A^T"),
        ("dv/dw = F", "dv/dw = F.T"),
        ("du/dx = A", "du/dx = A.T"),
    ],
)
def test_a_jacobian_in_the_other_layout_is_told_so(right, other):
    assert check(LAYOUTS, right).word == "proved"
    found = check(LAYOUTS, other)
    assert not found.holds
    assert found.repair.startswith("it is in the other layout convention")
    assert "layout" not in check(LAYOUTS, f"{other}*2" if "." in other else rf"{other} 2").repair


def leaf(name):
    """How the letters of the rows are declared."""
    axes = "nn" if name in "ABCDKPSXY" else {"F": "nm", "G": "mn", "w": "m", "s": ""}.get(name, "n")
    facts = {"S": ["symmetric"], "P": ["positive definite"], "K": ["invertible"], "s": ["positive"]}
    return {"shape": list(axes), "facts": facts.get(name, [])}


@pytest.mark.parametrize(("forward", "by", "loss", "latex", "text", "word"), IDENTITY_ROWS)
def test_well_known_identities(forward, by, loss, latex, text, word):
    used = [n for n in "ABCDFGKPSXYabxyws" if re.search(rf"(?<![\w.]){n}(?![\w(])", forward)]
    net = from_dict({"symbols": {n: leaf(n) for n in used}, "forward": f"L = {forward}", "loss": "L"})
    for claim in (rf"\frac{{\partial {loss}}}{{\partial {by}}} = {latex}", f"dL/d{by} = {text}"):
        found = check(net, claim)
        assert ("holds" if found.holds else found.word) == word, claim
        assert "made" not in found.text()

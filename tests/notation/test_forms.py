"""The form of what is printed: what textbooks print, character by character."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    MINUS_ONE,
    Count,
    Mul,
    Num,
    Partial,
    Pow,
    Reduce,
    Term,
    apply,
    bracket,
    mul,
    reduce_over,
    ref,
    sqrt,
    term,
    total,
)
from symback.errors import NotationError
from symback.network.program import Leaf, Program, Spelling
from symback.notation.write import equation_latex, equation_text, formula_latex, formula_text
from symback.typeset.style import Style

SCALARS = ("L", "p", "y", "h", "z", "w", "x", "h1", "h2", "h2_1", "w1_11", "sigma", "e", "q")
SPELLINGS = {
    "h1": Spelling("h", "1"), "h2": Spelling("h", "2"), "h3": Spelling("h", "3"), "h2_1": Spelling("h", "2", ("1",)), "W1": Spelling("W", "1"),
    "w1_11": Spelling("w", "1", ("1", "1")), "W3": Spelling("W", "3"), "z3": Spelling("z", "3"), "z2": Spelling("z", "2"), "b1": Spelling("b", "1"),
}  # fmt: skip
NUMBERS = Program("numbers", tuple(Leaf(n) for n in SCALARS), (), ("L",), spellings={k: v for k, v in SPELLINGS.items() if k in SCALARS})
p, y, h, z, w, x, h1, h2, sigma, e = (ref(n) for n in ("p", "y", "h", "z", "q", "x", "h1", "h2", "sigma", "e"))
E = apply("exp", -z)
adj_p = ref(Partial("L", "p"))

SCALAR_FORMS: list[tuple[Term, str, str]] = [
    (p - y, "p − y", "p - y"),
    (w * (1 - w), "q(1 − q)", "q (1 - q)"),
    (1 - w**2, "1 − q²", "1 - q^{2}"),
    (1 - h2**2, "1 − h2²", "1 - (h^{2})^{2}"),
    (h**2, "h²", "(h)^{2}"),
    (-(y - w) * x, "−(y − q)·x", "-(y - q) x"),
    (mul([-(y - w), 1 - w**2, x]), "−(y − q)(1 − q²)·x", "-(y - q) (1 - q^{2}) x"),
    (E / (1 + E) ** 2, "exp(−z)/(1 + exp(−z))²", r"\frac{e^{-z}}{(1 + e^{-z})^{2}}"),
    (E / (1 + E) * (1 / (1 + E)), "exp(−z)/(1 + exp(−z))·1/(1 + exp(−z))", r"\frac{e^{-z}}{1 + e^{-z}} \cdot \frac{1}{1 + e^{-z}}"),
    (Mul((MINUS_ONE, MINUS_ONE, E, Pow(1 + E, Num(-2)))), "−1·(−1)·exp(−z)·(1 + exp(−z))⁻²", r"-1 \cdot (-1) e^{-z} (1 + e^{-z})^{-2}"),
    (Mul((MINUS_ONE, Pow(1 + E, Num(-2)), E, MINUS_ONE)), "−1·(1 + exp(−z))⁻²·exp(−z)·(−1)", r"-1 (1 + e^{-z})^{-2} e^{-z} \cdot (-1)"),
    (Pow(1 + E, MINUS_ONE), "(1 + exp(−z))⁻¹", "(1 + e^{-z})^{-1}"),
    ((p - y) / (p * (1 - p)), "(p − y)/(p(1 − p))", r"\frac{p - y}{p (1 - p)}"),
    ((p - y) * p * (1 - p) / (p * (1 - p)), "(p − y)·p(1 − p)/(p(1 − p))", r"\frac{(p - y) p (1 - p)}{p (1 - p)}"),
    (-(y / p - (1 - y) / (1 - p)), "−(y/p − (1 − y)/(1 − p))", r"-\left(\frac{y}{p} - \frac{1 - y}{1 - p}\right)"),
    (-(y - w) / 2, "−(y − q)/2", r"-\frac{y - q}{2}"),
    (x - -y, "x − (−y)", "x - (-y)"),
    (x * -y, "x·(−y)", r"x \cdot (-y)"),
    (Num(-2) * x, "−2·x", "-2 x"),
    (x * 2, "x·2", r"x \cdot 2"),
    (term("0.044715") * z**3, "0.044715·z³", "0.044715 z^{3}"),
    (sqrt(z + term("1e-5")), "sqrt(z + 10⁻⁵)", r"\sqrt{z + 10^{-5}}"),
    (Pow(z, y + 1), "z^(y + 1)", "z^{y + 1}"),
    (Pow(Pow(z, x), y), "(z^x)^y", "(z^{x})^{y}"),
    (Pow(-z, Num(2)), "(−z)²", "(-z)^{2}"),
    (z / y / p, "z/y/p", r"\frac{\frac{z}{y}}{p}"),
    (z / (y / p), "z/(y/p)", r"\frac{z}{\frac{y}{p}}"),
    (apply("exp", -(z**2) / 2), "exp(−z²/2)", r"\exp\left(-\frac{z^{2}}{2}\right)"),
    (apply("log", 1 - p) * (1 - y), "log(1 − p)·(1 − y)", r"\log(1 - p) (1 - y)"),
    (sigma * apply("sigmoid", z), "sigma·σ(z)", r"\sigma \operatorname{sigmoid}(z)"),
    (e * E, "e·exp(−z)", r"\mathrm{e} e^{-z}"),
    (adj_p * ref(Partial("p", "z", True)), "∂L/∂p·∂p/∂z", r"\frac{\partial L}{\partial p} \cdot \frac{\partial p}{\partial z}"),
    (adj_p**2, "(∂L/∂p)²", r"\left(\frac{\partial L}{\partial p}\right)^{2}"),
    (ref(Partial(Partial("L", "w1_11"), "h2_1")), "∂²L/∂w1_11 ∂h2_1", r"\frac{\partial^{2} L}{\partial w_{11}^{1} \partial h_{1}^{2}}"),
    (bracket(z, ">", Num(0)) * x, "[z > 0]·x", "[z > 0] x"),
]


@pytest.mark.parametrize(("body", "text", "latex"), SCALAR_FORMS, ids=[f[1] for f in SCALAR_FORMS])
def test_scalar_form(body: Term, text: str, latex: str) -> None:
    style = Style(notation="scalar")
    assert formula_text(body, (), NUMBERS, style) == text
    assert formula_latex(body, (), NUMBERS, style) == latex


i, j, k, b, t = Index("i", "n"), Index("j", "m"), Index("k", "q"), Index("s", "N"), Index("t", "N")
o, a = Index("o", Size.of("n") - "K" + 1), Index("a", "K")


def adjoint(name: str, *indices: Index) -> Definition:
    return Definition(Partial("L", name), indices, ref(name, *indices))


ARRAYS = Program(
    "arrays",
    (
        Leaf("x", (i,)), Leaf("y", (k,)), Leaf("p", (k,)), Leaf("W1", (j, i), "weight"), Leaf("W3", (k, j), "weight"), Leaf("b1", (j,), "bias"),
        Leaf("S", (b, t)), Leaf("P", (b, t)), Leaf("r", (b,)), Leaf("X", (b, i)), Leaf("Z", (b, k)), Leaf("D", (b, j)), Leaf("c"), Leaf("w", (a,)), Leaf("row", (Index("e", 1), i)),
    ),
    (
        Definition("h2", (j,), ref("b1", j)), Definition("z2", (j,), ref("b1", j)), Definition("z3", (k,), ref("p", k)), Definition("L", (), ref("c")),
        adjoint("z3", k), adjoint("z2", j), adjoint("W3", k, j), adjoint("W1", j, i), adjoint("P", b, t), adjoint("S", b, t), adjoint("Z", b, k), adjoint("w", a),
        adjoint("x", i), adjoint("b1", j), adjoint("p", k), adjoint("row", Index("e", 1), i), adjoint("r", b), adjoint("c"),
    ),
    ("L",),
    spellings={n: s for n, s in SPELLINGS.items() if n in ("W1", "W3", "b1", "h2", "z2", "z3")},
)  # fmt: skip
d3, d2 = ref(Partial("L", "z3"), k), ref(Partial("L", "z2"), j)
hj = ref("h2", j)
k2 = Index("k", "q", 1)
softmax = ref("p", k) * total([k2], ref("y", k2)) - ref("y", k)
adj_a = ref(Partial("L", "P"), b, t)

MATRIX_FORMS: list[tuple[str, tuple[Index, ...], Term, str, str]] = [
    ("W1", (j, i), d2 * ref("x", i), "∂L/∂W1 = δ2 xᵀ", r"\frac{\partial L}{\partial W^{1}} = \delta^{2} x^{\top}"),
    ("W1", (j, i), ref("x", i) * d2, "∂L/∂W1 = δ2 xᵀ", r"\frac{\partial L}{\partial W^{1}} = \delta^{2} x^{\top}"),
    ("b1", (j,), total([k], ref("W3", k, j) * d3) * hj * (1 - hj), "∂L/∂b1 = W3ᵀ δ3 ⊙ h2 ⊙ (1 − h2)",
     r"\frac{\partial L}{\partial b^{1}} = (W^{3})^{\top} \delta^{3} \odot h^{2} \odot (1 - h^{2})"),
    ("b1", (j,), total([k], ref("W3", k, j) * d3) * (1 - hj**2), "∂L/∂b1 = W3ᵀ δ3 ⊙ (1 − h2²)",
     r"\frac{\partial L}{\partial b^{1}} = (W^{3})^{\top} \delta^{3} \odot (1 - (h^{2})^{2})"),
    ("z3", (k,), ref("p", k) - ref("y", k), "δ3 = p − y", r"\delta^{3} = p - y"),
    ("p", (k,), softmax, "∂L/∂p = (𝟏ᵀ y)·p − y", r"\frac{\partial L}{\partial p} = (\mathbf{1}^{\top} y) p - y"),
    ("S", (b, t), ref("P", b, t) * (adj_a - ref("r", b)), "∂L/∂S = P ⊙ (∂L/∂P − r 𝟏ᵀ)",
     r"\frac{\partial L}{\partial S} = P \odot \left(\frac{\partial L}{\partial P} - r \mathbf{1}^{\top}\right)"),
    ("r", (b,), total([t], adj_a * ref("P", b, t)), "∂L/∂r = (∂L/∂P ⊙ P) 𝟏",
     r"\frac{\partial L}{\partial r} = \left(\frac{\partial L}{\partial P} \odot P\right) \mathbf{1}"),
    ("W1", (j, i), total([b], total([k], ref("W3", k, j) * ref("Z", b, k)) * ref("X", b, i)) / ref("c"), "∂L/∂W1 = W3ᵀ Zᵀ X/c",
     r"\frac{\partial L}{\partial W^{1}} = \frac{(W^{3})^{\top} Z^{\top} X}{c}"),
    ("c", (), total([k], ref("y", k) * ref("p", k)), "∂L/∂c = yᵀ p", r"\frac{\partial L}{\partial c} = y^{\top} p"),
    ("c", (), total([k], (ref("y", k) - ref("p", k)) ** 2) / 2, "∂L/∂c = ‖y − p‖²/2", r"\frac{\partial L}{\partial c} = \frac{\lVert y - p \rVert^{2}}{2}"),
    ("c", (), Reduce("mean", k, ref("y", k) ** 2), "∂L/∂c = mean(y²)", r"\frac{\partial L}{\partial c} = \operatorname{mean}(y^{2})"),
    ("c", (), total([b, t], (ref("S", b, t) - ref("P", b, t)) ** 2), "∂L/∂c = ‖S − P‖²", r"\frac{\partial L}{\partial c} = \lVert S - P \rVert^{2}"),
    ("c", (), total([b, t], ref("S", b, t) * ref("P", b, t)), "∂L/∂c = 𝟏ᵀ (S ⊙ P) 𝟏",
     r"\frac{\partial L}{\partial c} = \mathbf{1}^{\top} (S \odot P) \mathbf{1}"),
    ("r", (b,), Reduce("mean", t, ref("S", b, t)), "∂L/∂r = rowmean(S)", r"\frac{\partial L}{\partial r} = \operatorname{rowmean}(S)"),
    ("W1", (j, i), Reduce("mean", b, ref("X", b, i) * ref("D", b, j)), "∂L/∂W1 = Dᵀ X/N", r"\frac{\partial L}{\partial W^{1}} = \frac{D^{\top} X}{N}"),
    ("P", (b, t), total([k], ref("Z", b, k) * ref("Z", t, k)) * Pow(Count("q"), Num(Fraction(-1, 2))), "∂L/∂P = Z Zᵀ/sqrt(q)",
     r"\frac{\partial L}{\partial P} = \frac{Z Z^{\top}}{\sqrt{q}}"),
    ("c", (), total([b], ref("S", b, b)), "∂L/∂c = tr(S)", r"\frac{\partial L}{\partial c} = \operatorname{tr}(S)"),
    ("r", (b,), Reduce("max", t, ref("S", b, t)), "∂L/∂r = rowmax(S)", r"\frac{\partial L}{\partial r} = \operatorname{rowmax}(S)"),
    ("S", (b, t), ref("r", b) * (bracket(b, "=", t) - ref("r", t)), "∂L/∂S = diag(r) − r rᵀ",
     r"\frac{\partial L}{\partial S} = \operatorname{diag}(r) - r r^{\top}"),
    ("S", (b, t), -(ref("r", b) * ref("S", t, b)), "∂L/∂S = −diag(r) Sᵀ", r"\frac{\partial L}{\partial S} = -\operatorname{diag}(r) S^{\top}"),
    ("row", (Index("e", 1), i), total([j], ref("W1", j, i) * hj), "∂L/∂row = h2ᵀ W1", r"\frac{\partial L}{\partial \mathrm{row}} = (h^{2})^{\top} W^{1}"),
    ("x", (i,), Num(0), "∂L/∂x = 0", r"\frac{\partial L}{\partial x} = 0"),
    ("x", (i,), ref("c"), "∂L/∂x = c·𝟏", r"\frac{\partial L}{\partial x} = c \mathbf{1}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "indices", "body", "text", "latex"), MATRIX_FORMS, ids=[f[3] for f in MATRIX_FORMS])
def test_matrix_form(name: str, indices: tuple[Index, ...], body: Term, text: str, latex: str) -> None:
    definition = Definition(Partial("L", name), indices, body)
    style = Style(derivative="delta")
    assert equation_text(definition, ARRAYS, style) == text
    assert equation_latex(definition, ARRAYS, style) == latex


shifted = ref("x", Size.of(o) + Size.of(a))
INDEX_FORMS: list[tuple[str, tuple[Index, ...], Term, str, str]] = [
    ("W1", (j, i), d2 * ref("x", i), "∂L/∂W1[j,i] = ∂L/∂z2[j]·x[i]", r"\frac{\partial L}{\partial W_{ji}^{1}} = \frac{\partial L}{\partial z_{j}^{2}} \cdot x_{i}"),
    ("p", (k,), softmax, "∂L/∂p[k] = p[k]·Σ_i y[i] − y[k]", r"\frac{\partial L}{\partial p_{k}} = p_{k} \sum_{i} y_{i} - y_{k}"),
    ("b1", (j,), total([k], ref("W3", k, j) * d3) * hj * (1 - hj), "∂L/∂b1[j] = (Σ_k W3[k,j]·∂L/∂z3[k])·h2[j](1 − h2[j])",
     r"\frac{\partial L}{\partial b_{j}^{1}} = \left(\sum_{k} W_{kj}^{3} \cdot \frac{\partial L}{\partial z_{k}^{3}}\right) h_{j}^{2} (1 - h_{j}^{2})"),
    ("w", (a,), total([o], shifted), "∂L/∂w[a] = Σ_(o=1..n − K + 1) x[a + o − 1]", r"\frac{\partial L}{\partial w_{a}} = \sum_{o=1}^{n - K + 1} x_{a + o - 1}"),
    ("r", (b,), bracket(b, ">=", 1) * ref("r", Size.of(b) - 1), "∂L/∂r[s] = [s ≥ 2]·r[s − 1]", r"\frac{\partial L}{\partial r_{s}} = [s \geq 2] r_{s - 1}"),
    ("c", (), reduce_over("sum", [b, t], ref("S", b, t)), "∂L/∂c = Σ_s Σ_t S[s,t]", r"\frac{\partial L}{\partial c} = \sum_{s} \sum_{t} S_{st}"),
    ("r", (b,), bracket(Size.of(b) + 1, "<", "N") * ref("r", Size.of(b) + 1), "∂L/∂r[s] = [s + 1 ≤ N]·r[s + 1]",
     r"\frac{\partial L}{\partial r_{s}} = [s + 1 \leq N] r_{s + 1}"),
    ("S", (b, t), bracket(b, "<", t), "∂L/∂S[s,t] = [s < t]", r"\frac{\partial L}{\partial S_{st}} = [s < t]"),
    ("c", (), Reduce("mean", b, ref("r", b)), "∂L/∂c = mean_s r[s]", r"\frac{\partial L}{\partial c} = \operatorname*{mean}_{s} r_{s}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "indices", "body", "text", "latex"), INDEX_FORMS, ids=[f[3] for f in INDEX_FORMS])
def test_index_form(name: str, indices: tuple[Index, ...], body: Term, text: str, latex: str) -> None:
    definition = Definition(Partial("L", name), indices, body)
    style = Style(notation="index")
    assert equation_text(definition, ARRAYS, style) == text
    assert equation_latex(definition, ARRAYS, style) == latex


STYLED: list[tuple[Style, str]] = [
    (
        Style(notation="index", derivative="d"),
        r"\frac{\mathrm{d} L}{\mathrm{d} W_{ji}^{1}} = \frac{\mathrm{d} L}{\mathrm{d} z_{j}^{2}} \cdot x_{i}",
    ),
    (Style(notation="index", derivative="dz", layer_mark="bracket"), "dW_{ji}^{[1]} = dz_{j}^{[2]} x_{i}"),
    (Style(derivative="dz", layer_mark="bracket"), r"dW^{[1]} = dz^{[2]} x^{\top}"),
    (
        Style(notation="index", derivative="dz", weight_order="source-destination", multiplication="·"),
        r"dW_{ij}^{1} = dz_{j}^{2} \cdot x_{i}",
    ),
    (Style(notation="index", derivative="delta", layer_mark="plain"), r"\frac{\partial L}{\partial W_{1,j,i}} = \delta_{2,j} x_{i}"),
]


@pytest.mark.parametrize(("style", "latex"), STYLED, ids=[f[1] for f in STYLED])
def test_style(style: Style, latex: str) -> None:
    assert equation_latex(Definition(Partial("L", "W1"), (j, i), d2 * ref("x", i)), ARRAYS, style) == latex


def test_what_is_no_matrix_expression_is_printed_with_indices() -> None:
    three = total([k], ref("W3", k, j) * ref("Z", b, k) * ref("X", b, i))
    part_of_an_axis = ref("x", Index("i", Size.of("n") - 1))
    for body, indices in ((three, (b, i, j)), (part_of_an_axis, (Index("i", Size.of("n") - 1),)), (ref("W1", 0, i), (i,))):
        assert "[" in formula_text(body, indices, ARRAYS)


def test_indices_in_scalar_notation_are_refused() -> None:
    with pytest.raises(NotationError, match="unroll"):
        formula_text(ref("x", i), (i,), ARRAYS, Style(notation="scalar"))


def test_marks_of_fresh_indices_are_never_shown() -> None:
    body = total([Index("i", "n", 1)], ref("x", Index("i", "n", 1))) * ref("x", i)
    assert formula_text(body, (i,), ARRAYS, Style(notation="index")) == "(Σ_j x[j])·x[i]"

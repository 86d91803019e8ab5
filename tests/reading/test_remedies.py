"""What is said to those who write as elsewhere: one line that names what to write instead."""

from __future__ import annotations

import pytest
import sympy as sp

import symback as sb
from symback.reading.foreign import FOREIGN, SIGNS
from symback.reading.functions import FUNCTIONS

SYMBOLS = {
    "x": {"shape": ["n"]}, "y": {"shape": ["k"]}, "W1": {"role": "weight", "shape": ["m", "n"]}, "b1": {"role": "bias", "shape": ["m"]},
    "w": {"role": "weight"}, "X": {"shape": ["N", "m"]}, "V": {"shape": ["m", "h"]},
}  # fmt: skip
REMEDIES = (
    ("W1 * x + b1", "write @ for a matrix product: W1 @ x"),
    ("b1 + W1 * x", "write @ for a matrix product: W1 @ x"),
    ("X * V", "write @ for a matrix product: X @ V"),
    ("w @ x", 'declare its shape, as in w = { shape = ["m", "n"] }, or write *'),
    ("torch.relu(x)", "torch is no module here at character 5; write np.maximum(z, 0)"),
    ("F.relu(x)", "write np.maximum(z, 0)"),
    ("nn.Sigmoid()(x)", "write sigmoid(...)"),
    ("tf.nn.softmax(x)", "write softmax(...)"),
    ("torch.sum(x)", "write sum(...)"),
    ("x.relu()", "write np.maximum(z, 0)"),
    ("W1.t()", "write A.T"),
    ("W1 x + b1", "write @ for a matrix product, as in W1 @ x"),
    ("(W1) x", "write @ for a matrix product"),
    ("2x", "write * for a product, as in 2 * x"),
    ("2 x", "write @ for a matrix product, as in 2 @ x, and * for any other"),
    ("W1^T @ x", "^T is no transpose in NumPy at character 5; write W1.T"),
    ("W1ᵀ @ x", "write W1.T for a transpose"),
    ("x^2", "write ** for a power"),
    ("sum((x - 1)^2)", "write ** for a power"),
    ("σ(x)", "write sigmoid(z)"),
    ("mse(x, x)", "write np.mean((y - p)**2)"),
    ("sech(x)", "write 1/np.cosh(z)"),
    ("ReLU(x)", "write relu(...)"),
    ("conv2d(x, W1)", 'sb.layers["conv2d"].define'),
    ("frobnicate(x)", "sb.layers or sb.losses"),
    ("x²", "write **2"),
    ("x · x", "write *"),
    ("√(x)", "write np.sqrt(x)"),
    ("lambda*x", "call it lam"),
    ("x'", "write .T for a transpose"),
    ("x +", "cannot be read"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "words"), REMEDIES)
def test_a_line_as_it_is_written_elsewhere(text, words):
    with pytest.raises(sb.SymbackError) as caught:
        sb.Network.from_dict({"symbols": SYMBOLS, "forward": {"z": text}, "loss": {"L": "sum(z)"}})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_fits_is_read_as_numpy_reads_it():
    for text in ("W1 * x", "x.dot(x)", "sum(x)", "scipy.special.expit(x)", "x.mean()"):
        sb.Network.from_dict({"symbols": SYMBOLS, "forward": {"z": text}, "loss": {"L": "sum(z)"}})


@pytest.mark.parametrize("name", FOREIGN)
def test_every_foreign_function_is_none_of_ours_and_its_remedy_can_be_read(name):
    assert FOREIGN[name].startswith(("write ", "put "))
    assert name not in FUNCTIONS or name in (
        "relu",
        "transpose",
        "matmul",
        "norm",
        "multiply",
        "add",
        "squeeze",
        "expand_dims",
        "diagonal",
        "concat",
        "flatten",
    )


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_has_its_remedy(sign):
    with pytest.raises(sb.SymbackError) as caught:
        sb.Network.from_dict({"symbols": SYMBOLS, "forward": {"z": f"x {sign} x"}, "loss": {"L": "sum(z)"}})
    assert SIGNS[sign] in str(caught.value) or sign == "|"


w, x, y, h, L = sp.symbols("w x y h L")
m, n, k = sp.symbols("m n k", integer=True, positive=True)
W, c, Z, B, P = (sp.MatrixSymbol(*a) for a in (("W", m, n), ("c", n, 1), ("z", m, 1), ("b", 1, k), ("P", m, k)))


def declared(*arguments, **more):
    return lambda: sb.Network(*arguments, **more)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (declared([(Z, sp.tanh(W * c))], (L, sb.sum(Z)), [W], [c]), "sp.tanh takes a number; write sb.tanh"),
        (declared([(Z, sp.cosh(W * c))], (L, sb.sum(Z)), [W], [c]), "write sb.elementwise(sp.cosh, ...)"),
        (declared([(P, sp.MatAdd(W * sp.MatrixSymbol("Q", n, k), B))], (L, sb.sum(P)), [W]), "sb.add_bias(W*Q, b)"),
        (declared([], (L, w), "w"), "parameters: is 'w', no list of symbols"),
        (declared([], (L, w), 3), "parameters: is '3'"),
        (declared([], (L, w), [w], facts=[1]), "facts: is list, not a table"),
        (declared([], (L, w), [w], values=3), "values: is int, not a table"),
        (declared([], (L, w), [w], name="a\0b"), "name: is"),
        (declared([], (L, w), [w], name="a" * 300), "name: is"),
        (declared([], (L, w), [w], name="\ud800"), "name: is"),
        (declared([], (L, w), [w], name=3), "name: is 3"),
    ],
)
def test_a_sympy_declaration_as_it_is_written_elsewhere(make, words):
    with pytest.raises(sb.SymbackError) as caught:
        make()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_single_symbol_is_as_good_as_a_list_of_it():
    network = sb.Network([(h, w * x)], (L, (h - y) ** 2), w, x, y)
    assert network.parameters == ("w",)
    for one in (w, "w", [w]):
        assert str(network.derive(one)) == "∂L/∂h = 2(h − y)\n∂L/∂w = ∂L/∂h·x"


def test_lines_of_a_dict_may_stand_in_a_list():
    symbols = {"w": {"role": "weight"}, "x": {}}
    table = sb.Network.from_dict({"symbols": symbols, "forward": {"z": "w*x", "h": "tanh(z)", "u": "h*h"}, "loss": {"L": "u"}})
    mixed = sb.Network.from_dict({"symbols": symbols, "forward": ["z = w*x\nh = tanh(z)", ("u", "h*h")], "loss": {"L": "u"}})
    parts = sb.Network.from_dict({"symbols": symbols, "forward": [{"z": "w*x"}, "h = tanh(z)", "u = h*h"], "loss": {"L": "u"}})
    assert table.program == mixed.program == parts.program
    for wrong in ([3], [["z", "w", "x"]], 3):
        with pytest.raises(sb.DeclarationError, match="forward"):
            sb.Network.from_dict({"symbols": symbols, "forward": wrong, "loss": "L"})

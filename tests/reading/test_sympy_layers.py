"""Text lines, and rows of layers and losses, among SymPy equations."""

from __future__ import annotations

import re

import numpy as np
import pytest
import sympy as sp

import symback as sb
from symback.api import Network
from symback.errors import AxisMismatch, DeclarationError, ReadingError, SymbackError
from symback.layers import LAYERS, LOSSES
from symback.numeric.evaluate import Evaluator
from symback.reading.sympy_bridge import program_from_sympy as read

N, m, n, k, t = (sp.Symbol(s, integer=True, positive=True) for s in "Nmnkt")
X, T = sp.MatrixSymbol("X", N, m), sp.MatrixSymbol("T", N, k)
W1, W2 = sp.MatrixSymbol("W1", m, n), sp.MatrixSymbol("W2", n, k)
b1, b2, g, c = (sp.IndexedBase(s, shape=(size,)) for s, size in (("b1", n), ("b2", k), ("g", n), ("c", n)))
Z, A, H, S = (sp.MatrixSymbol(s, N, size) for s, size in (("Z", n), ("A", n), ("H", n), ("S", k)))
w, x, z, h, s, L = sp.symbols("w x z h s L")
DENSE, NORM, CROSS_ENTROPY = sb.layers["dense"], sb.layers["layer_norm_rows"], sb.losses["softmax_cross_entropy_batch"]
FIRST, AFFINE = DENSE.define(W=W1, b=b1, Y=Z), NORM.define(X=Z, gamma=g, beta=c, eps=1e-5, Y=A)
LAST, LOSS = DENSE.define(X=H, W=W2, b=b2, Y=S), CROSS_ENTROPY.define(Z=S, Y=T, K=k)
ROLES = {"parameters": [W1, b1, g, c, W2, b2], "inputs": [X], "targets": [T], "facts": {T: "sums to one"}}
SYMBOLS = {
    "W1": {"role": "weight", "shape": ["m", "n"]},
    "b1": {"role": "bias", "shape": ["n"]},
    "g": {"role": "weight", "shape": ["n"]},
    "c": {"role": "bias", "shape": ["n"]},
    "W2": {"role": "weight", "shape": ["n", "k"]},
    "b2": {"role": "bias", "shape": ["k"]},
    "X": {"role": "input", "shape": ["N", "m"]},
    "T": {"role": "target", "shape": ["N", "k"], "facts": ["sums to one"]},
}


def same(program, other):
    assert program.leaves == other.leaves
    assert program.definitions == other.definitions
    assert program.results == other.results


def value(program, values, sizes=None):
    return float(Evaluator(program, values, sizes=sizes, digits=30).entry(program.results[0], ()))


def test_rows_around_a_sympy_line_are_the_network_of_a_dict():
    network = Network(forward=[FIRST, AFFINE, (H, sb.tanh(A)), LAST], loss=LOSS, **ROLES)
    *forward, loss = {**FIRST, **AFFINE, "H": "tanh(A)", **LAST, **LOSS}.items()
    from_dict = Network.from_dict({"symbols": SYMBOLS, "forward": dict(forward), "loss": dict([loss])})
    same(network.program, from_dict.program)
    derivation = network.derive()
    assert repr(derivation) == repr(from_dict.derive())
    assert derivation["S"].text() == "∂L/∂S = (P − T)/N"
    assert {row.verdict for row in derivation.verify()} == {"proved"}


def test_any_order_of_entries_is_the_same_mathematics():
    forward = [LAST, (H, sb.tanh(A)), AFFINE, FIRST]
    derivation, ordered = (Network(forward=f, loss=LOSS, **ROLES).derive() for f in (forward, forward[::-1]))
    assert [f.text() for f in derivation.gradients.values()] == [f.text() for f in ordered.gradients.values()]


FORMS = (
    [sp.Eq(z, w * x), "h = tanh(z)"],
    ["h = tanh(z)", (z, "w*x")],
    [("z", "w*x"), ("h", "tanh(z)")],
    [{"z": "w*x", "h": "tanh(z)"}],
    [{z: w * x, h: "tanh(z)"}],
    ["z = w*x\nh = tanh(z)"],
    [("z", "w*x"), (h, sp.tanh(z))],
    {"z": "w*x", "h": "tanh(z)"},
    "z = w*x\nh = np.tanh(z)",
    [(z, "w*x"), {"h": "tanh(z)"}],
)
LOSSES_ = ((L, h**2 / 2), "L = h**2/2", ("L", "h**2/2"), {"L": "h**2/2"}, {"q": "h**2", "L": "q/2"}, (L, "h**2/2"))


@pytest.mark.parametrize("loss", LOSSES_, ids=str)
@pytest.mark.parametrize("forward", FORMS, ids=str)
def test_every_form_of_a_line(forward, loss):
    program = read(forward, loss, [w], [x])
    assert {d.name for d in program.definitions} == {"z", "h", "L", *(["q"] if "q" in loss else [])}
    assert value(program, {"w": 0.5, "x": 3.0}) == pytest.approx(np.tanh(1.5) ** 2 / 2)


@pytest.mark.parametrize("loss", [L, "L"])
def test_the_loss_may_be_a_name_of_forward(loss):
    assert read(["L = z**2", (z, w * x)], loss, [w], [x]).results == ("L",)
    assert read([(L, z**2), "z = w*x"], loss, [w], [x]).results == ("L",)


def test_text_reads_every_kind_of_declared_symbol():
    vector, scale, matrix = sp.IndexedBase("v", shape=(n,)), sp.Symbol(r"\beta"), sp.MatrixSymbol("M", 3, n)
    program = read(["L = beta*sum((M @ v)**2)/n + u_1*u_2"], L, [vector, sp.Matrix(sp.symbols("u_1 u_2"))], [scale, matrix])
    values = {"v": [1.0, 2.0], "beta": 0.5, "M": [[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]], "u_1": 2.0, "u_2": 3.0}
    assert value(program, values) == pytest.approx(0.5 * (1 + 4 + 16) / 2 + 6)


def test_sympy_reads_what_text_defines():
    i = sp.Idx("i", n)
    vector, matrix = sp.IndexedBase("v", shape=(n,)), sp.MatrixSymbol("M", n, n)
    q, p = sp.IndexedBase("q"), sp.MatrixSymbol("P", n, n)
    program = read(["q = M @ v", "P = M.T", "r = sum(q)"], (L, sp.Sum(q[i] ** 2, i) + sp.Trace(p) + sp.Symbol("r")), [vector], [matrix])
    values = {"v": [1.0, 2.0], "M": [[1.0, 3.0], [5.0, 7.0]]}
    assert value(program, values) == pytest.approx(49 + 19**2 + 8 + 26)
    fixed = read(["q = M @ v"], (L, q[0] * q[1]), [sp.IndexedBase("v", shape=(2,))], [sp.MatrixSymbol("M", 2, 2)])
    assert value(fixed, values) == pytest.approx(7 * 19)


def test_a_recurrence_over_text_and_sympy():
    i, j = sp.Idx("i", t), sp.Idx("j", m)
    W, U, Zt, Ht = sp.MatrixSymbol("W", m, m), sp.IndexedBase("x", shape=(t, m)), sp.IndexedBase("z", shape=(t, m)), sp.IndexedBase("h")
    text = "x[i, j] + (sum(W[j, l]*h[i-1, l] for l in range(m)) if i >= 1 else 0)"
    forward = [(Zt[i, j], text), (Ht[i, j], sp.tanh(Zt[i, j]))]
    program = read(forward, (L, sp.Sum(Ht[t - 1, j], j)), [W], [U])
    values = {"W": np.array([[0.3, -0.2], [0.5, 0.1]]), "x": np.array([[0.1, 0.4], [-0.3, 0.2], [0.6, -0.5]])}
    state = np.zeros(2)
    for row in values["x"]:
        state = np.tanh(values["W"] @ state + row)
    assert value(program, values) == pytest.approx(np.sum(state))
    assert {row.verdict for row in Network.from_program(program).derive().verify()} <= {"proved", "agrees"}


def test_roles_are_seen_in_text_too():
    roles = {leaf.name: leaf.role for leaf in read(["L = sum(X @ W1 + b1)"], L, [W1, b1], [X]).leaves}
    assert roles == {"W1": "weight", "b1": "bias", "X": "input"}
    roles = {leaf.name: leaf.role for leaf in read(["z = w*x + s", (L, s * z)], L, [w, s], [x]).leaves}
    assert roles == {"w": "weight", "s": "weight", "x": "input"}


def test_constants_of_text_are_what_facts_and_values_are_given_for():
    eps = sp.Symbol("eps")
    program = read([(z, w * x)], "L = sqrt(z**2 + eps)", [w], [x], facts={eps: "positive"})
    assert [(leaf.name, leaf.role, [f.kind for f in leaf.facts]) for leaf in program.leaves][-1] == ("eps", "constant", ["positive"])
    assert read([(z, w * x)], "L = z + eps", [w], [x], values={eps: 2}).leaf["eps"].role == "constant"


def test_a_size_grows_as_far_as_text_asks():
    """Then everything is read once more, from a generator as well."""
    v = sp.IndexedBase("v", shape=(n,))
    assert read((line for line in ["q = v[0]*v[2]"]), "L = q", (thing for thing in [v])).leaf["v"].shape[0].single.least == 3
    assert read(["L = v[0]*v[2]"], L, [v]).leaf["v"].shape[0].single.least == 3


@pytest.mark.parametrize("row", [*LAYERS.values(), *LOSSES.values()], ids=lambda r: r.name)
def test_every_row_goes_into_a_sympy_network(row):
    """The row over indexed bases is the row over a dict, up to the letters of its indices."""
    loss = f"out = sum({row.result})"
    own = Network.from_dict({**row.data(), "symbols": row.declare(), "loss": {"out": f"sum({row.result})"}}).program
    sizes = {name: sp.Symbol(name, integer=True, positive=True) for name in row.size_names}
    things = {
        leaf.name: sp.IndexedBase(leaf.name, shape=tuple(sp.sympify(str(i.size), sizes) for i in leaf.indices))
        if leaf.indices
        else sp.Symbol(leaf.name)
        for leaf in own.leaves
    }
    program = read(row.define(), loss, things.values(), facts={things[a.name]: list(a.facts) for a in own.leaves if a.facts})
    known = {*things, *sizes, *(d.name for d in own.definitions)}
    assert [_numbered(d, known) for d in program.definitions] == [_numbered(d, known) for d in own.definitions]
    assert [leaf.shape for leaf in program.leaves] == [leaf.shape for leaf in own.leaves] or row.sizes


def _numbered(definition, known):
    """The text of a definition with its indices numbered as they occur."""
    letters = {}
    return re.sub(r"\b[a-zA-Z]\b", lambda m: m[0] if m[0] in known else letters.setdefault(m[0], f"i{len(letters)}"), str(definition))


G3 = sp.MatrixSymbol("Z", N, k)
MISTAKES = (
    (([FIRST], (L, sb.sum(G3)), [W1, b1], [X]), AxisMismatch, "Z = X @ W1 + b1: the right side is (N, n), and Z is declared as (N, k)"),
    (([FIRST, "m = 3"], (L, sp.Symbol("m", integer=True, positive=True) * x), [W1, b1], [X]), DeclarationError, "m = 3: m is a size and is defined here"),
    (([FIRST], (L, z + sp.Symbol("Z")), [W1, b1], [X]), AxisMismatch, "the right side is (N, n), and Z is declared as a scalar"),
    (([(G3, "X @ W1")], (L, x), [W1], [X]), AxisMismatch, "Z = X @ W1: the right side is (N, n), and Z is declared as (N, k)"),
    ((["z = w*y"], "L = z", [w]), ReadingError, "z = w*y: y is not declared at character 7; name the SymPy symbol y in parameters"),
    ((["z = w*"], "L = z", [w]), ReadingError, "cannot be read"),
    ((["w*x"], "L = w", [w]), ReadingError, "is no assignment"),
    ((["w x"], "L = w", [w]), ReadingError, "cannot be read"),
    (([("z", w * x)], "L = z", [w]), DeclarationError, "forward[0]: the left side z is text and the right side is Mul"),
    (([("z", 3)], "L = z", [w]), DeclarationError, "the left side z is text and the right side is int"),
    (([("z 1", "w")], "L = w", [w]), DeclarationError, "z 1 is not a name"),
    (([(sp.Matrix([z, h]), "w")], "L = w", [w]), DeclarationError, "give a MatrixSymbol on the left"),
    (([(2 * z, "w")], "L = w", [w]), DeclarationError, "the left side 2*z is no symbol"),
    (([(z, w), "z = w*w"], "L = z", [w]), DeclarationError, "z = w*w: z is defined twice"),
    ((["w = 3"], "L = w", [w]), DeclarationError, "w = 3: w is declared as weight and defined here"),
    ((["z = h", "h = z"], "L = z", [w]), DeclarationError, "z reads h reads z: a circle"),
    (([(z, h), "h = z"], "L = z", [w]), DeclarationError, "a circle that is no recurrence"),
    ((["L = X @ W1"], "L", [W1], [X]), DeclarationError, "L = X @ W1: the loss is (N, n), not a scalar"),
    ((["Z = X @ W2"], "L = sum(Z)", [W2], [X]), AxisMismatch, "Z = X @ W2: X is (N, m) and W2 is (n, k): the inner sizes m and n differ"),
    ((["z = w"], "q", [w]), DeclarationError, "loss = q: q is not defined by forward"),
    ((None, "L = w", [w]), DeclarationError, "forward[0]: None is no equation; give sp.Eq(left, right), the pair (left, right), or text"),
    (([("a", "b", "c")], "L = w", [w]), DeclarationError, "forward[0]: ('a', 'b', 'c') is no equation"),
    (([{3: "w"}], "L = w", [w]), DeclarationError, "forward[0]: the left side 3 is no symbol"),
    ((["z = w"], {}, [w]), DeclarationError, "loss: is empty"),
    ((["y[i] = zero_outside(v[i - 1])"], "L = sum(y)", [sp.IndexedBase("v", shape=(n,))]), DeclarationError, "the range of the index i is not known; give the pair"),
    ((["z = w"], "L = z", [w], [], [], "", {sp.Symbol("eps"): "positive"}), DeclarationError, "facts of eps: is not declared"),
    ((["z = __import__('os').system('true')"], "L = z", [w]), ReadingError, "z = "),
    ((["z = 9**9**9"], "L = z", [w]), ReadingError, "too large"),
)  # fmt: skip


@pytest.mark.parametrize(("arguments", "kind", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_each_mistake_is_one_line_with_its_place(arguments, kind, message):
    with pytest.raises(SymbackError) as caught:
        read(*arguments)
    assert message in str(caught.value)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)


def test_a_row_takes_symbols_for_names_and_says_what_is_none():
    assert DENSE.define(W=W1, b=b1, Y=Z, X="Q") == {"Z": "Q @ W1 + b1"}
    assert DENSE.declare(W=W1, n=k)["W1"]["shape"] == ["m", "k"]
    with pytest.raises(DeclarationError, match=r"dense: X=2\*w: 2\*w is no symbol"):
        DENSE.define(X=2 * w)

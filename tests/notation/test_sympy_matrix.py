"""Formulas as SymPy expressions: the user's own symbols, matrix expressions where there are such, and the same numbers as the code."""

from __future__ import annotations

import itertools
import pickle
import random

import numpy as np
import pytest
import sympy as sp

import symback as sb
from symback.verify.sample import draw

w, v, b, c = (sp.Symbol(n, real=True) for n in "wvbc")
x, t = sp.Symbol("x", positive=True), sp.Symbol("t", positive=True)
z, h, u, r, L = sp.symbols("z h u r L")
SCALARS = (
    ([(z, w * x + b), (h, sp.tanh(z))], (h - t) ** 2 / 2),
    ([(z, w * x + b), (h, sb.sigmoid(z))], -(t * sp.log(h) + (1 - t) * sp.log(1 - h))),
    ([(z, w * x + b), (h, sp.exp(z) / (1 + sp.exp(z))), (u, v * h + c)], (u - t) ** 2),
    ([(z, w * x), (h, z + sp.sin(z)), (u, h * v + h**2), (r, u - z)], r**2 + u * h),
    ([(z, w * x + b), (h, sb.softplus(z)), (u, sp.sqrt(1 + h**2))], sp.log(u) * v**2 + c * z),
    ([(z, w**2 + v**2), (h, sp.log(1 + z)), (u, h ** sp.Rational(3, 2))], u / (1 + b**2) + c),
    ([(z, sb.relu(w * x + b)), (h, z - v)], h**2 * t),
    ([(z, sp.exp(-w * x)), (h, z / (1 + z)), (u, 1 / h), (r, sb.erf(u * v))], r * t + z),
)


@pytest.mark.parametrize("forward, loss", SCALARS, ids=lambda p: str(p)[:40])  # noqa: PT006
def test_over_leaves_is_what_sympy_derives(forward, loss):
    """First and second derivatives of the loss over its leaves, in the very symbols of the declaration."""
    derivation = sb.Network(forward, (L, loss), [w, v, b, c], [x], [t]).derive([w, v, b, c, x])
    whole = loss
    for name, body in reversed(forward):
        whole = whole.xreplace({name: body})
    rng = random.Random(1)
    points = [{s: rng.uniform(0.3, 0.9) for s in (w, v, b, c, x, t)} for _ in range(3)]
    for name in (w, v, b, c, x):
        found = derivation[name].sympy(over="leaves")
        assert found.free_symbols <= whole.free_symbols
        for slope, other in ((whole.diff(name), found), (whole.diff(name, w), found.diff(w))):
            for point in points:
                assert complex(sp.N((slope - other).doit().subs(point))) == pytest.approx(0, abs=1e-10)
        if not isinstance(found, sp.Integer):
            point = {s.name: value for s, value in points[0].items()}
            function = derivation[name].lambdify()
            read = {n: point[n] for n in function.names}
            assert function(**read) == function(*read.values()) == pytest.approx(float(sp.N(found.subs(points[0]))), rel=1e-9)


N, m, n, k = sp.symbols("N m n k", integer=True, positive=True)
X, W, Y, Z, H, V, S = (
    sp.MatrixSymbol(*a) for a in (("X", N, m), ("W", m, n), ("Y", N, k), ("Z", N, n), ("H", N, n), ("V", n, k), ("S", N, k))
)
row, column, A = sp.MatrixSymbol("b", 1, n), sp.MatrixSymbol("a", n, 1), sp.MatrixSymbol("A", n, n)
LAYERED = sb.Network(
    [(Z, sb.add_bias(X * W, row)), (H, sb.tanh(Z)), (S, H * V)],
    (L, sb.sum(sb.elementwise(lambda e: e**2, S - Y)) / (2 * N)),
    [W, row, V],
    [X],
    [Y],
)
LEAST = sb.Network([], (L, ((A * column - H.T * X[:, 0]).T * (A * column - H.T * X[:, 0]))[0, 0] + sp.Trace(A * A.T)), [A, column], [H, X])


def text(forward, loss="L", **shapes):
    symbols = {name: {"role": "weight", "shape": shape} for name, shape in shapes.items()}
    return sb.Network.from_dict({"symbols": symbols, "forward": forward, "loss": loss})


MATRICES = {
    "layers": LAYERED,
    "least squares": LEAST,
    "softmax": text("z = W @ x + b\np = softmax(z)\nL = -sum(y*log(p))", W=["k", "n"], x=["n"], b=["k"], y=["k"]),
    "rows": text("S = X @ W\nP = softmax(S, axis=1)\nL = -sum(Y*log(P))/X.shape[0]", X=["N", "m"], W=["m", "k"], Y=["N", "k"]),
    "attention": text("A = softmax(Q @ K.T, axis=1)\nO = A @ V\nL = sum(O**2)", Q=["n", "d"], K=["t", "d"], V=["t", "e"]),
    "norm": text("m = mean(x)\nq = x - m\ns = sqrt(mean(q**2) + 1)\nh = g*q/s\nL = sum(h**3)", x=["n"], g=["n"]),
    "inverse": text("B = A @ A.T + eye(A.shape[0])\nu = solve(B, x)\nL = x @ u + log(det(B))", A=["n", "n"], x=["n"]),
    "gates": text("h = where(W @ x > 0, W @ x, 0)\nL = sum(h**2) + sum(abs(x))", W=["k", "n"], x=["n"]),
    "means": text("c = mean(X, axis=0)\nr = mean(X, axis=1)\nL = c @ c + sum(exp(r)) + mean(X)**2", X=["N", "m"]),
    "bilinear": text("s = u @ W @ v\nL = tanh(s) + u @ u", u=["m"], W=["m", "n"], v=["n"]),
}
INDEXED = {
    "largest": text("L = sum(maximum(x, y))*sum(x)", x=["n"], y=["n"]),
    "three axes": text('y = einsum("oij,i,j->o", W, u, v)\nL = sum(y**2)', W=["k", "m", "n"], u=["m"], v=["n"]),
    "window": text("y = stack([sum(x[i:i+3]*w) for i in range(x.shape[0] - 2)])\nL = sum(y**2)", x=["n"], w=[3]),
}
SIZES = {"N": 3, "m": 2, "n": 4, "k": 2, "d": 2, "t": 3, "e": 2}


def numbers(network):
    """Values of all leaves, of the forward pass and of the gradients, by the names they have in SymPy."""
    derivation = network.derive([leaf.name for leaf in network.program.leaves])
    sizes = {s: SIZES[s] for leaf in network.program.leaves for size in leaf.shape for s in size.symbols}
    values = draw(network.program, sizes, random.Random(2), positive=True).shown()
    model = network.derive([*network.program.leaf, *network.program.definition]).compile()
    gradients = model.gradients(values)[1]
    return derivation, sizes, {**values, **model.forward(values), **{f"dL_d{n}": g for n, g in gradients.items()}}, gradients


def entries(expression, shape, sizes, arrays, indices):
    """The entries of a SymPy expression in numbers."""
    found = {s: sp.Integer(sizes[s.name]) for s in expression.atoms(sp.Symbol) if s.name in sizes and not isinstance(s, sp.Dummy)}
    found |= {s: sp.Float(float(arrays[s.name])) for s in expression.atoms(sp.Symbol) if s.name in arrays and np.ndim(arrays[s.name]) == 0}
    expression = expression.xreplace(found)
    matrices = {s: sp.ImmutableMatrix(np.reshape(arrays[s.name], s.shape).tolist()) for s in expression.atoms(sp.MatrixSymbol)}
    expression = expression.xreplace(matrices)
    if expression.is_Matrix:
        assert len(shape) <= 2
        return np.array(expression.doit().as_explicit().doit().tolist(), float).reshape(shape)
    found = np.zeros(shape)
    for place in itertools.product(*map(range, shape)):
        entry = expression.subs({sp.Symbol(i.name, integer=True): p for i, p in zip(indices, place, strict=True)}).doit()
        reads = {e: sp.Float(float(np.array(arrays[str(e.base)])[tuple(map(int, e.indices))])) for e in entry.atoms(sp.Indexed)}
        found[place] = float(entry.xreplace(reads).doit())
    return found


@pytest.mark.parametrize("over", ["names", "leaves"])
@pytest.mark.parametrize("name", [*MATRICES, *INDEXED])
def test_expressions_have_the_numbers_of_the_code(name, over):
    network = {**MATRICES, **INDEXED}[name]
    derivation, sizes, arrays, gradients = numbers(network)
    leaves = {leaf.name for leaf in network.program.leaves}
    for variable, formula in derivation.items():
        expression = formula.sympy(over=over)
        if over == "names" and name in MATRICES:
            assert expression.is_Matrix == (bool(formula.shape) and "]" not in formula.text().partition(" = ")[0])
        expected = np.asarray(gradients[variable], float)
        found = entries(expression, expected.shape, sizes, arrays, formula.definition().indices)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
        if over == "leaves":
            read = {getattr(s, "name", str(s)) for s in expression.atoms(sp.MatrixSymbol, sp.IndexedBase)}
            assert read <= leaves
        assert pickle.loads(pickle.dumps(expression)) == expression


def test_the_objects_of_the_declaration_come_back():
    derivation = LAYERED.derive([W, row, X])
    assert derivation[W].sympy().atoms(sp.MatrixSymbol) == {X, sp.MatrixSymbol("dL_dZ", N, n)}
    assert derivation[row].sympy().shape == row.shape
    assert derivation[W].sympy(over="leaves").atoms(sp.MatrixSymbol) == {X, W, row, V, Y}
    assert derivation[W].sympy(over="leaves").shape == W.shape
    size = sp.Symbol("n")
    M, q = sp.MatrixSymbol("M", size, size), sp.MatrixSymbol("q", size, 1)
    found = sb.Network([], (L, (q.T * M * q)[0, 0]), [M], [q]).derive()[M].sympy()
    assert found == q * q.T
    base, i = sp.IndexedBase("g", shape=(n,), real=True), sp.Idx("i", n)
    found = sb.Network([], (L, sp.Sum(sp.exp(base[i]), i)), [base]).derive()[base].sympy()
    assert found.atoms(sp.IndexedBase) == {base}
    marked = sp.Symbol(r"w^{2}_{11}", real=True)
    assert sb.Network([], (L, marked**2), [marked]).derive()["w2_11"].sympy() == 2 * marked

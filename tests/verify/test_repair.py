"""Wrong formulas as people write them, and the change that mends each: what is found must be the truth, and say what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest

from symback.algebra.definitions import Definition
from symback.algebra.normal import Given, Normalizer
from symback.algebra.sizes import Size
from symback.algebra.traverse import substitute
from symback.derivation import Derivation, derive
from symback.errors import SymbackError
from symback.network.program import Program
from symback.reading.claims import claim_network, extend
from symback.verify.mistakes import MISTAKES, ORDER
from symback.verify.repair import Repair, repair
from symback.verify.repair_text import Reading, repair_text
from symback.verify.spots import spots


def _symbols(shapes: str, **facts: str) -> dict[str, dict[str, object]]:
    """``x: n; W: m n`` as the symbols of a network."""
    rows = [part.split(":") for part in shapes.split(";")]
    return {n.strip(): {"shape": axes.split()} | ({"facts": [facts[n.strip()]]} if n.strip() in facts else {}) for n, axes in rows}


NETWORKS: dict[str, tuple[dict[str, dict[str, object]], str]] = {
    "sigmoid": (
        _symbols("x: n; y: k; W1: m n; b1: m; W2: k m; b2: k"),
        "z1 = W1 @ x + b1\nh1 = sigmoid(z1)\nz2 = W2 @ h1 + b2\nh2 = sigmoid(z2)\nL = sum((y - h2)**2)/2",
    ),
    "tanh": (
        _symbols("X: N d; Y: N k; W1: d m; b1: m; W2: m k; b2: k"),
        "Z = X @ W1 + b1\nH = tanh(Z)\nS = H @ W2 + b2\nL = sum((S - Y)**2)/(2*N)",
    ),
    "softmax": (
        _symbols("x: n; y: k; W: k n; b: k", y="one-hot"),
        "z = W @ x + b\np = exp(z)/sum(exp(z))\nL = -sum(y*log(p))",
    ),
    "logistic": (
        _symbols("X: N d; w: d; y: N; lam:", lam="positive"),
        "z = X @ w\nh = 1/(1 + exp(-z))\nL = -mean(y*log(h) + (1 - y)*log(1 - h)) + lam*sum(w**2)/2",
    ),
    "least squares": (_symbols("X: N d; w: d; y: N"), "r = X @ w - y\nL = mean(r**2)"),
    "layer norm": (
        _symbols("x: n; g: n; b: n; G: n; eps:", eps="positive"),
        "mu = mean(x)\ns = sqrt(mean((x - mu)**2) + eps)\nxh = (x - mu)/s\ny = g*xh + b\nL = sum(G*y)",
    ),
    "attention": (
        _symbols("Q: n d; K: m d; V: m e; G: n e"),
        "S = Q @ K.T/sqrt(d)\nP = exp(S)/sum(exp(S), axis=1, keepdims=True)\nO = P @ V\nL = sum(G*O)",
    ),
    "convolution": (
        _symbols("x: n; w: k; G: n-k+1"),
        "y = np.stack([np.sum(x[i:i+k]*w) for i in range(n-k+1)])\nL = sum(G*y)",
    ),
    "two layers": (
        _symbols("x: n; W1: n n; W2: n n; y: n"),
        "z1 = W1 @ x\nh1 = sigmoid(z1)\nz2 = W2 @ h1\nh2 = sigmoid(z2)\nL = sum((h2 - y)**2)/2",
    ),
    "scalar": (_symbols("x: ; w: ; b: ; y:"), "z = w*x + b\np = 1/(1 + exp(-z))\nL = -(y*log(p) + (1 - y)*log(1 - p))"),
    "logarithms": (_symbols("p: ; y: ; a:", p="positive"), "L = y*log(p) + a*p**3"),
    "rectifier": (_symbols("x: n; W: m n; v: m"), "z = W @ x\nh = maximum(z, 0)\nL = v @ h"),
}  # fmt: skip

DELTA = "d2 = (h2 - y)*h2*(1 - h2)\n"
SCORES = "dP = G @ V.T\n"


@dataclass(frozen=True)
class Case:
    network: str
    target: str
    wrong: str
    kinds: str
    says: str = ""

    def __str__(self) -> str:
        return f"{self.network}: {self.target}: {self.wrong!r}"


def _cases(network: str, target: str, *rows: tuple[str, ...]) -> list[Case]:
    return [Case(network, target, *row) for row in rows]


CASES: list[Case] = [
    *_cases("sigmoid", "W2",
        ("np.outer((y - h2)*h2*(1 - h2), h1)", "sign", "the sign"),
        ("np.outer(h2 - y, h1)", "factor missing", "h2"),
        ("np.outer((h2 - y)*h2*(1 - h2), z1)", "name", "before the activation"),
        ("np.outer((h2 - y)*z2*(1 - z2), h1)", "name", "before the activation"),
        ("np.outer((h2 - y)*h2*(1 + h2), h1)", "sign", "the sign of the term h2"),
        ("np.outer((h2 - y)*h2, h1)", "factor missing", "1 − h2"),
        ("2*np.outer((h2 - y)*h2*(1 - h2), h1)", "extra factor|constant", "2"),
        ("np.outer((h2 - y)*h2*(1 - h2), h1)/2", "extra factor|constant", ""),
        ("np.outer((h2 - y)*h2*(1 - h2)**2, h1)", "exponent|function", ""),
        ("np.outer((h2 - b2)*h2*(1 - h2), h1)", "name", "y is needed instead of b2"),
        ("np.outer(h2*h2*(1 - h2), h1)", "term missing|swapped", "y"),
        ("np.outer((h2 - y)/(h2*(1 - h2)), h1)", "fraction", "fraction"),
        ("np.outer((h2 - y)*(1 - h2**2), h1)", "activation", "another activation"),
    ),
    *_cases("sigmoid", "W1",
        (DELTA + "np.outer((W2.T @ d2)*h1*(1 - h1), x)*0.5", "extra factor|constant", ""),
        (DELTA + "np.outer(W2.T @ d2, x)", "factor missing", "h1"),
        (DELTA + "np.outer((W2.T @ d2)*z1*(1 - z1), x)", "name", "before the activation"),
        (DELTA + "np.outer((W2.T @ d2)*h1*(1 - h1)*h1, x)", "extra factor|exponent", "h1"),
        ("d2 = (h2 - y)*z2*(1 - z2)\nnp.outer((W2.T @ d2)*h1*(1 - h1), x)", "name", "d2 ="),
        ("d2 = (y - h2)*h2*(1 - h2)\nnp.outer((W2.T @ d2)*h1*(1 - h1), x)", "sign", ""),
        ("d2 = h2 - y\nnp.outer((W2.T @ d2)*h1*(1 - h1), x)", "factor missing", "d2 ="),
    ),
    *_cases("two layers", "W1",
        (DELTA + "np.outer((W2 @ d2)*h1*(1 - h1), x)", "transpose", "W2"),
        (DELTA + "np.outer((W2.T @ d2)*h2*(1 - h2), x)", "name", "layer 2 is taken instead of layer 1"),
        (DELTA + "np.outer((W1.T @ d2)*h1*(1 - h1), x)", "name", "layer 1 is taken instead of layer 2"),
        (DELTA + "np.outer(x, (W2.T @ d2)*h1*(1 - h1))", "transpose|index", "transposed"),
        (DELTA + "np.outer((W2.T @ d2)*h1*(1 - h1), h1)", "name", "x"),
    ),
    *_cases("tanh", "W1",
        ("X.T @ (((S - Y) @ W2.T)*(1 - H))/N", "exponent|power", "H"),
        ("X.T @ (((S - Y) @ W2.T)*(1 - Z**2))/N", "name", "before the activation"),
        ("X.T @ ((S - Y) @ W2.T)/N", "factor missing", "1 − H"),
        ("X.T @ (((S - Y) @ W2.T)*(1 - H**2))", "sum or mean", "mean"),
        ("X.T @ (((S - Y) @ W2.T)*H*(1 - H))/N", "activation", "another activation"),
        ("X.T @ (((S - Y) @ W2.T)*(1 - H**2))/d", "size", "N"),
    ),
    *_cases("tanh", "b2",
        ("S - Y", "layout", "the mean over the axis of size N"),
        ("np.sum(S - Y, axis=0)", "constant|sum or mean", "N|mean"),
        ("np.mean(S - Y)", "reduction extra|wrong axis", ""),
    ),
    *_cases("softmax", "z",
        ("y - p", "sign", "the sign"),
        ("p", "term missing", "y"),
        ("p - y**2", "exponent|function", "") if False else ("p + y", "sign", "the sign of the term y"),
        ("p*(1 - p) - y", "extra factor", "1 − p"),
        ("z - y", "name", "p is needed instead of z|p"),
        ("(p - y)*p*(1 - p)", "extra factor", "too much"),
    ),
    *_cases("softmax", "W",
        ("np.outer(x, p - y)", "layout", "transposed"),
        ("np.outer(p - y, b)", "text", ""),
        ("np.outer(p - y, x)*p", "text", ""),
    )[:1],
    *_cases("logistic", "w",
        ("X.T @ (h - y) + lam*w", "sum or mean", "mean"),
        ("X.T @ (h - y)/N", "term missing", "lam"),
        ("X.T @ (h - y)/N + lam", "factor missing", "w"),
        ("X.T @ (h - y)/N + w", "factor missing|constant", "lam"),
        ("X.T @ (h - y)/N + 2*lam*w", "extra factor|constant", "2"),
        ("X.T @ ((h - y)*h*(1 - h))/N + lam*w", "extra factor", "too much"),
        ("X.T @ (z - y)/N + lam*w", "name", "before the activation"),
        ("X.T @ (y - h)/N + lam*w", "sign", ""),
        ("X.T @ (h - y)/N - lam*w", "sign", "lam"),
        ("X.T @ (h - y)/d + lam*w", "size", "N"),
        ("X.T @ (h - y)*N + lam*w", "fraction", "N"),
        ("X.T @ (h - y)/N + lam/w", "fraction", "fraction"),
    ),
    *_cases("least squares", "w",
        ("X.T @ r/N", "constant", "2"),
        ("2*X.T @ r", "sum or mean", "mean"),
        ("2*X.T @ (X @ w)/N", "term missing|name|swapped", "y"),
        ("2*X.T @ (X @ w + y)/N", "sign", "y"),
        ("2*X.T @ y/N", "name", "r is needed instead of y"),
        ("2*X.T @ r**2/N", "exponent|function", "exponent"),
    ),
    *_cases("layer norm", "x",
        ("q = G*g\n(q - mean(q) - xh*mean(q*xh))*s", "fraction", "fraction"),
        ("q = G*g\n(q - mean(q) - xh*mean(q)*mean(xh))/s", "reach of a sum", "under the mean"),
        ("q = G*g\n(q - xh*mean(q*xh))/s", "term missing", "mean"),
        ("q = G*g\n(q - mean(q))/s", "term missing", "mean"),
        ("q = G*g\n(q - sum(q) - xh*mean(q*xh))/s", "sum or mean", "mean"),
        ("q = G*g\n(q - mean(q) + xh*mean(q*xh))/s", "sign", "the sign"),
        ("q = G\n(q - mean(q) - xh*mean(q*xh))/s", "factor missing", "g"),
        ("q = G*g\n(q - mean(q) - x*mean(q*xh))/s", "name", "xh is needed instead of x"),
        ("q = G*g\n(q - mean(q) - xh*mean(q*xh))/s**2", "exponent|function", "exponent"),
    ),
    *_cases("layer norm", "g", ("G*x", "name", "xh is needed instead of x"), ("G*xh*s", "extra factor", "s"), ("G*y", "name", "xh")),
    *_cases("attention", "Q",
        (SCORES + "dS = P*(dP - np.sum(P*dP, axis=1, keepdims=True))\ndS @ K", "constant", "sqrt(d)|√"),
        (SCORES + "dS = P*(dP - np.sum(P*dP, axis=0, keepdims=True))/sqrt(d)\ndS @ K", "wrong axis", "axis"),
        (SCORES + "dS = P*dP/sqrt(d)\ndS @ K", "term missing", ""),
        (SCORES + "dS = P*(dP - np.mean(P*dP, axis=1, keepdims=True))/sqrt(d)\ndS @ K", "sum or mean", "sum"),
        (SCORES + "dS = (dP - np.sum(P*dP, axis=1, keepdims=True))/sqrt(d)\ndS @ K", "factor missing", "P"),
        (SCORES + "dS = P*(dP - np.sum(dP, axis=1, keepdims=True))/sqrt(d)\ndS @ K", "factor missing", "P"),
        (SCORES + "dS = P*(dP - np.sum(P*dP, axis=1, keepdims=True))/d\ndS @ K", "constant|exponent|extra factor|number", ""),
        (SCORES + "dS = S*(dP - np.sum(P*dP, axis=1, keepdims=True))/sqrt(d)\ndS @ K", "name", "P"),
    ),
    *_cases("attention", "V", ("S.T @ G", "name", "P"), ("-P.T @ G", "sign", ""), ("P.T @ O", "name", "G")),
    *_cases("convolution", "w",
        ("np.stack([np.sum(np.stack([y[i]*x[i + j] for i in range(n-k+1)])) for j in range(k)])", "name", "G is needed instead of y"),
        ("np.stack([np.mean(np.stack([G[i]*x[i + j] for i in range(n-k+1)])) for j in range(k)])", "sum or mean", "sum"),
        ("-np.stack([np.sum(np.stack([G[i]*x[i + j] for i in range(n-k+1)])) for j in range(k)])", "sign", ""),
        ("np.stack([np.sum(np.stack([G[i]*x[i] for i in range(n-k+1)])) for j in range(k)])", "index|swapped", ""),
    ),
    *_cases("scalar", "w", ("(y - p)*x", "sign", ""), ("p - y", "factor missing", "x"), ("(p - y)*p*(1 - p)*x", "extra factor", ""), ("(p - y)*w", "name", "x")),
    *_cases("scalar", "p", ("-(y/p + (1 - y)/(1 - p))", "sign", "the sign of the term"), ("-y/p", "term missing|factor missing", ""),
            ("-(y/p - (1 - y)*(1 - p))", "fraction", "fraction"), ("p - y", "factor missing", "")),
    *_cases("logarithms", "p", ("y*p + 3*a*p**2", "fraction", "fraction"), ("y/p + 2*a*p**2", "constant|number", "3"), ("y/p + 3*a*p**3", "exponent", "exponent"),
            ("y/p + 3*a*p", "exponent", ""), ("y/p + 3*a*p**2*1.000000001", "constant|extra factor|number", ""), ("y/p + 3.0000001*a*p**2", "constant|number", "3")),
    *_cases("rectifier", "x", ("W.T @ v", "factor missing", ""), ("W.T @ (v*np.where(z < 0, 1.0, 0.0))", "condition", "z > 0"),
            ("W.T @ (v*h)", "swapped|factor missing|name", "")),
]  # fmt: skip

CLASHES: list[Case] = [
    *_cases("logistic", "w", ("X @ (h - y)/N + lam*w", "transpose", "the transpose of X is missing")),
    *_cases("sigmoid", "W1", (DELTA + "np.outer((W2 @ d2)*h1*(1 - h1), x)", "transpose", "the transpose of W2 is missing")),
    *_cases("tanh", "W2", ("(S - Y).T @ H.T/N", "transpose", ""), ("H @ (S - Y)/N", "transpose", "the transpose of H is missing")),
    *_cases("attention", "Q", (SCORES + "dS = P*(dP - np.sum(P*dP, axis=1))/sqrt(d)\ndS @ K", "transpose", "keepdims=True is missing"),
            (SCORES + "dS = P*(dP - np.sum(P*dP, axis=1, keepdims=True))/sqrt(d)\ndS.T @ K", "transpose", "the transpose of dS is too much")),
    *_cases("attention", "K", (SCORES + "dS = P*(dP - np.sum(P*dP, axis=1, keepdims=True))/sqrt(d)\ndS @ Q", "transpose", "the transpose of dS is missing"),
            ("dP = G @ V\ndS = P*(dP - np.sum(P*dP, axis=1, keepdims=True))/sqrt(d)\ndS.T @ Q", "transpose", "the transpose of V is missing")),
    *_cases("softmax", "W", ("(p - y) @ x", "transpose", "outer product")),
    *_cases("logistic", "w", ("X @ (y - h)/N + lam*w", "two changes", "the transpose of X is missing, and the sign")),
]  # fmt: skip


@cache
def _derivation(network: str) -> Derivation:
    symbols, forward = NETWORKS[network]
    return derive(claim_network({"symbols": symbols, "forward": forward, "loss": "L"}))


def _gradients(network: str, target: str) -> tuple[Program, Definition]:
    core = _derivation(network)
    program = core.gradient_program([target], facts=True)
    return program, program.definition[core.adjoint(target)]


def _read(program: Program, right: Definition, text: str) -> Reading | None:
    try:
        extended = extend(program, text)
    except SymbackError:
        return None
    last = extended.definition[extended.results[0]]
    known = set(program.definitions)
    own = tuple(d.name for d in extended.definitions if d not in known and d is not last)
    return Reading(program.with_definitions(d for d in extended.definitions if d is not last), last.indices, last.body, right, own)


def _is_right(found: Repair, reading: Reading, right: Definition) -> bool:
    facts = {leaf.name: leaf.facts for leaf in reading.program.leaves if leaf.facts}
    shapes = {leaf.name: leaf.shape for leaf in reading.program.leaves}
    other = substitute(right.body, dict(zip(right.indices, map(Size.of, found.indices), strict=True)), found.indices)
    return Normalizer(Given(facts, reading.program.definition, {}, shapes)).equal(found.term, other).proved


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_change_that_mends_a_mistake_is_found(case):
    program, right = _gradients(case.network, case.target)
    reading = _read(program, right, case.wrong)
    assert reading is not None
    found = repair(reading.program, reading.indices, reading.term, right, reading.own)
    assert found is not None
    assert _is_right(found, reading, right), found
    assert found.kind in case.kinds.split("|"), found
    assert any(words in found.sentence for words in case.says.split("|")), found


@pytest.mark.parametrize("case", CLASHES, ids=str)
def test_text_whose_sizes_cannot_meet_is_mended(case):
    program, right = _gradients(case.network, case.target)
    assert _read(program, right, case.wrong) is None or case.wrong.endswith("dS.T @ K")
    found = repair_text(case.wrong, lambda text: _read(program, right, text))
    assert found is not None
    assert found.kind in case.kinds.split("|"), found
    assert case.says in found.sentence, found


def test_nothing_is_said_of_a_claim_that_no_change_mends():
    program, right = _gradients("softmax", "z")
    reading = _read(program, right, "b**3*exp(b) + z*sum(b)")
    assert repair(reading.program, reading.indices, reading.term, right, reading.own) is None


def test_every_row_of_the_table_is_used():
    used = {kind for case in CASES for kind in case.kinds.split("|")}
    assert {m.name for m in MISTAKES} <= set(ORDER)
    assert {"sign", "transpose", "constant", "name", "wrong axis", "factor missing", "term missing"} <= used


def test_every_row_yields_changes_somewhere():
    tried = set()
    for case in CASES:
        reading = _read(*_gradients(case.network, case.target), case.wrong)
        every = spots(0, reading.indices, reading.term)
        tried |= {m.name for s in every for m in MISTAKES for _ in m.changes(s, reading.program)}
    assert {m.name for m in MISTAKES} - tried == set()

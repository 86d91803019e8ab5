"""Every operand of every primitive at every kind of place: value and gradient are those of the text run by NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import sympy as sp

import symback as sb
from symback.algebra.opaque import OPAQUE

SIZES = {"n": 4, "m": 6, "k": 2}
SHAPES = {"A": "nn", "B": "mn", "X": "knn", "b": "n", "c": "m", "d": "k"}
STEP = 1e-6

SQUARE = (
    "A", "A[:2, :2]", "A[:-1, :-1]", "A[:k, :k]", "A[1:, 1:]", "A[n-2:, n-2:]", "A[-2:, :2]", "A[1:-1, 1:-1]", "A[1:3, 2:4]", "A[:1, :1]", "A[0:2][:, 0:2]",
    "A[::-1]", "A[:, ::-1]", "A[::2, ::2]", "A[1::2, ::2]", "A.T", "A[:2, :2].T", "A.T[:3, :3]", "np.flip(A)", "np.swapaxes(A, 0, 1)[:2, :2]",
    "X[0]", "X[1]", "X[-1]", "X[0, :2, :2]", "X[0][:-1, :-1]", "X[:, 0, :2]", "X[:, :2, 1]", "X[0].T", "X.T[:, :, 1]", "B[:n]", "B[:4]", "B[1:5]", "B[m-n:]", "B[:2, :2]",
    "B[:3, 1:]", "B[::2, :3]", "A + X[1]", "A[:2, :2] @ X[0, :2, :2]", "2*A[:2, :2]", "B[:, :2].T @ B[:, :2]", "np.concatenate([A[:2], X[0, 2:]])",
    "np.reshape(b, (2, 2))", "np.eye(n)[:2, :2] + A[:2, :2]", "np.tril(A)[:3, :3] + np.eye(3)",
)  # fmt: skip
"""Square matrices that are a part of an array, or are no part of one."""

TALL = (
    "B",
    "B[:, :2]",
    "B[1:, :2]",
    "B[:5]",
    "B[:-1, :-1]",
    "B.T",
    "B.T[:, :5]",
    "A[:, :2]",
    "A[:2]",
    "A[1:]",
    "X[0, :, :3]",
    "X[:, 0]",
    "B[::2, :2]",
    "A[:k]",
)
VECTORS = {
    "A": (
        "b",
        "b[::-1]",
        "c[:4]",
        "c[1:5]",
        "c[m-n:]",
        "A[0]",
        "A[:, 1]",
        "X[1, 0]",
        "X[0]",
        "B.T",
        "B.T[:, :2]",
        "B[:4, :3]",
        "A[:, :1]",
        "np.ones(n)",
        "b*c[:4]",
    ),
    "A[:2, :2]": ("b[:2]", "b[1:3]", "d", "c[-2:]", "A[0, :2]", "A[:2]", "A[:2, :2]", "X[0, :2]", "B[:2, :2]", "X[:, 0, 0]"),
}

CALLS: Mapping[str, Callable[[str], str]] = {
    "inv": "np.sum(np.linalg.inv({})*1.5)".format,
    "det": "np.linalg.det({})".format,
    "logabsdet": "np.linalg.slogdet({})[1]".format,
    "signdet": "np.linalg.slogdet({0})[0]*np.sum(({0})**2)".format,
    "pinv": "np.sum(np.linalg.pinv({})**2)".format,
    "solve": "np.sum(np.linalg.solve({}, {})**2)".format,
}
PLACES = {"pinv": (*SQUARE[:12], *TALL)}
CASES = [
    *((row, (part,)) for row in OPAQUE if row != "solve" for part in PLACES.get(row, SQUARE)),
    *(("solve", (matrix, right)) for matrix, sides in VECTORS.items() for right in sides),
    *(("solve", (part, "(" + part + ")[0]")) for part in SQUARE),
]


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    return {name: rng.uniform(-1, 1, [SIZES[s] for s in shape]) + 2 * _diagonal(shape) for name, shape in SHAPES.items()}


def _diagonal(shape: str) -> np.ndarray | float:
    return np.eye(SIZES[shape[-2]], SIZES[shape[-1]]) if len(shape) > 1 else 0.0


def by_numpy(text: str, at: Mapping[str, np.ndarray]) -> float:
    return float(eval(text, {"np": np, **SIZES, **at}))


def differences(text: str, at: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    found = np.zeros_like(at[name])
    for place in np.ndindex(found.shape):
        two = []
        for sign in (1, -1):
            moved = at[name].copy()
            moved[place] += sign * STEP
            two.append(by_numpy(text, {**at, name: moved}))
        found[place] = (two[0] - two[1]) / (2 * STEP)
    return found


def network(text: str, sizes: Mapping[str, object]) -> sb.Network:
    symbols = {name: {"role": "weight", "shape": [*shape]} for name, shape in SHAPES.items()}
    return sb.Network.from_dict({"symbols": symbols, "forward": f"L = {text}", "loss": "L", "sizes": sizes})


@pytest.mark.parametrize("sizes", [{}, {"n": "k + 2", "m": "k + 4"}, SIZES], ids=["free", "open", "whole"])
@pytest.mark.parametrize(("row", "operands"), CASES, ids=str)
def test_value_and_gradient_are_those_of_the_text(row, operands, sizes):
    text, at = CALLS[row](*operands), values()
    try:
        net = network(text, sizes)
    except (sb.AxisMismatch, sb.ReadingError):
        assert sizes != SIZES, "only open sizes may be too little to go by"
        return
    read = [name for name in SHAPES if np.any(differences(text, at, name))]
    loss, gradients = net.derive(wrt=read).compile().gradients(at)
    assert loss == pytest.approx(by_numpy(text, at), rel=1e-8)
    for name in read:
        np.testing.assert_allclose(gradients[name], differences(text, at, name), rtol=1e-5, atol=1e-6)


CLAIMS = (
    ("np.linalg.det(A[:2, :2])", "L = det(A)", False),
    ("np.linalg.det(A[:2, :2])", "dL/dA[:2, :2] = det(A[:2, :2])*inv(A[:2, :2]).T", True),
    ("np.linalg.det(A[:2, :2])", "dL/dA = det(A)*inv(A).T", False),
    ("np.linalg.det(A[:2, :2])", "L = A[0, 0]*A[1, 1] - A[0, 1]*A[1, 0]", True),
    ("np.linalg.slogdet(A[:-1, :-1])[1]", "L = log(abs(det(A)))", False),
    ("np.linalg.slogdet(A[:-1, :-1])[1]", "L = slogdet(A[:-1, :-1])[1]", True),
    ("np.sum(np.linalg.inv(A[:-1, :-1]))", "L = sum(inv(A))", False),
    ("np.sum(np.linalg.inv(A[:-1, :-1]))", "L = sum(inv(A)[:-1, :-1])", False),
    ("np.sum(np.linalg.solve(A[:2, :2], b[:2]))", "L = sum(solve(A, b))", False),
    ("np.sum(np.linalg.solve(A[:2, :2], b[:2]))", "L = sum(inv(A[:2, :2]) @ b[:2])", True),
    ("np.sum(np.linalg.solve(A, B[:, :2]))", "L = sum(solve(A, B))", False),
    ("np.sum(np.linalg.pinv(B[:, :2]))", "L = sum(pinv(B))", False),
    ("np.sum(np.linalg.inv(A)[:2, :2])", "L = sum(inv(A))", False),
    ("np.sum(np.linalg.inv(A)[:2, :2])", "L = sum(inv(A[:2, :2]))", False),
    ("np.linalg.det(A)", r"L = \\det A", True),
)


@pytest.mark.parametrize(("text", "claim", "right"), CLAIMS)
def test_a_claim_about_a_part_is_not_one_about_the_whole(text, claim, right):
    symbols = {"A": {"role": "weight", "shape": ["n", "n"]}, "B": {"shape": ["n", "m"]}, "b": {"shape": ["n"]}}
    net = sb.Network.from_dict({"symbols": symbols, "forward": f"L = {text}", "loss": "L"})
    found = sb.check(net, claim)
    assert (found.word in ("proved", "agrees")) is right, found.text()
    assert right or found.word == "refuted", found.text()


M, v = sp.MatrixSymbol("M", 4, 4), sp.MatrixSymbol("v", 4, 1)


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (sp.Determinant(M[:2, :2]), "np.linalg.det(M[:2, :2])"),
        (sp.Determinant(M[1:3, 1:3]), "np.linalg.det(M[1:3, 1:3])"),
        (sp.Determinant(M[:3, 1:]), "np.linalg.det(M[:3, 1:])"),
        (sp.Determinant(M[:2, :2].T), "np.linalg.det(M[:2, :2])"),
        (sp.Trace(M[:2, :2].I), "np.trace(np.linalg.inv(M[:2, :2]))"),
        (sp.Trace(M[:-1, :-1].I), "np.trace(np.linalg.inv(M[:-1, :-1]))"),
        (sp.Trace((M[:2, :2] + M[2:, 2:]).I), "np.trace(np.linalg.inv(M[:2, :2] + M[2:, 2:]))"),
        (sp.Trace(v[:2, :].T * M[:2, :2].I * v[:2, :]), "v[:2, 0] @ np.linalg.inv(M[:2, :2]) @ v[:2, 0]"),
    ],
    ids=str,
)
def test_parts_of_sympy_matrices(loss, text):
    at = {"M": values()["A"], "v": values()["b"].reshape(4, 1)}
    found, gradients = sb.Network([(sp.Symbol("L"), loss)], sp.Symbol("L"), [M, v]).derive().compile().gradients(at)
    assert found == pytest.approx(by_numpy(text, at), rel=1e-9)
    for name in at:
        np.testing.assert_allclose(gradients[name], differences(text, at, name), rtol=1e-5, atol=1e-6)

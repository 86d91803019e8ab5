"""Rows that symback does not have, added to the table of operations and tried on every face; run by `test_row_is_enough`.

Nothing else is told about them: this is what a contributor does who adds an operation.
"""

from __future__ import annotations

import pickle
import re
import sys
import tempfile
from pathlib import Path

from symback.algebra import operations
from symback.algebra.operations import NONNEGATIVE, UNIT, Helper, Operation
from symback.algebra.terms import ONE, TWO, apply, bracket

SAFE = Helper(
    "safe_ratio",
    '''def safe_ratio(x):
    """x / (1 + |x|)."""
    return x / (1 + np.abs(x))''',
    '''def safe_ratio(x):
    """x / (1 + |x|)."""
    return x / (1 + abs(x))''',
)
NEW = (
    Operation("bump", (lambda out, x: -TWO * x[0] * out**2,), r"\operatorname{Bump}", "bell of the witch", means=lambda x: ONE / (ONE + x**2), range=UNIT),
    Operation("expm", (lambda out, x: ONE + out,), r"\operatorname{expm}", "exponential minus one", numpy="np.expm1", mpmath="expm1", warns=True),
    Operation("length", (lambda out, x: x[0] / out, lambda out, x: x[1] / out), r"\operatorname{length}", "length of a pair",
              numpy="np.hypot", mpmath="hypot", range=NONNEGATIVE),
    Operation("hinge", (lambda out, x: bracket(x[0], ">", ONE),), r"\operatorname{hinge}", "what is above 1",
              means=lambda x: bracket(x, ">", ONE) * (x - ONE), range=NONNEGATIVE, kinks=(1,), convention="hinge′(1) = 0"),
    Operation("ratio", (lambda out, x: ONE / (ONE + apply("abs", x[0])) ** 2,), r"\operatorname{ratio}", "softsign",
              means=lambda x: x / (ONE + apply("abs", x)), helper=SAFE),
)  # fmt: skip
if __name__ == "__main__":  # whoever only looks for doctests here keeps the table as it is
    operations.ROWS = (*operations.ROWS, *NEW)
    operations.OPERATIONS.update({row.name: row for row in NEW})

import numpy as np  # noqa: E402
import sympy as sp  # noqa: E402

import symback as sb  # noqa: E402

PLAIN = {
    "bump": lambda x: 1 / (1 + x**2), "expm": np.expm1, "length": lambda x: np.hypot(x, 0.7), "hinge": lambda x: np.maximum(x, 1) - 1, "ratio": lambda x: x / (1 + np.abs(x)),
}  # fmt: skip
VALUES = {"W": np.array([[0.3, -0.4, 1.2], [0.9, 0.7, -0.2]]), "x": np.array([1.0, 2.0, 0.5]), "y": np.array([0.1, 0.2])}
SCALARS = {"W": 0.7, "x": 1.9, "y": 0.3}
STEP = 1e-6


def text(name: str, argument: str) -> str:
    return f"{name}({argument}, 0.7)" if name == "length" else f"{name}({argument})"


def network(name: str, whole: bool, **more: object) -> sb.Network:
    shapes = {"W": ["n", "m"], "x": ["m"], "y": ["n"]} if whole else {"W": [], "x": [], "y": []}
    symbols = {s: {"role": "weight" if s == "W" else "input", "shape": shape} for s, shape in shapes.items()}
    forward = f"z = {'W @ x' if whole else 'W*x'}\nh = {text(name, 'z')}\nL = {'sum((h - y)**2)' if whole else '(h - y)**2'}"
    return sb.Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L", **more})


def loss(name: str, at: dict[str, object]) -> float:
    return float(np.sum((PLAIN[name](np.dot(at["W"], at["x"])) - at["y"]) ** 2))


def derived_and_run(name: str, whole: bool) -> None:
    at = VALUES if whole else SCALARS
    derivation = network(name, whole).derive()
    assert all(row.verdict in ("proved", "agrees") for row in derivation.verify()), derivation.verify().text()
    for dtype, close in (("float64", 1e-6), ("float32", 1e-3)):
        found, gradients = derivation.compile(dtype).gradients(at)
        assert np.isclose(found, loss(name, at), rtol=close), (name, found)
        assert not whole or gradients["W"].dtype == dtype
        assert np.shape(gradients["W"]) == np.shape(at["W"])
        for place in np.ndindex(np.shape(at["W"])):
            moved = [np.array(at["W"], dtype=float) for _ in range(2)]
            moved[0][place] += STEP
            moved[1][place] -= STEP
            slope = (loss(name, {**at, "W": moved[0]}) - loss(name, {**at, "W": moved[1]})) / (2 * STEP)
            assert np.isclose(np.asarray(gradients["W"])[place], slope, rtol=10 * close, atol=close), (name, gradients, slope)


def printed_and_read(name: str, whole: bool) -> None:
    net = network(name, whole)
    formula = net.derive()["z"]
    for notation in ("matrix", "index"):
        assert formula.latex(notation=notation)
        assert formula.text(notation=notation)
    for own in (formula.text(), formula.latex()):
        assert sb.check(net, own).word == "proved", own
    right = {"length": ", 0.7"}.get(name, "")
    command = next(row.latex for row in NEW if row.name == name)
    for claim in (f"h = {text(name, 'z')}", f"h = {command}(z{right})", f"{text(name, 'z')} = {text(name, 'z')}"):
        assert sb.check(net, claim).word == "proved", claim
    for claim in ("dL/dz = 2*(h - y)", f"h = 2*{text(name, 'z')}", f"h = {command}(z{right}) + 10^{{-9}}"):
        assert sb.check(net, claim).word == "refuted", claim


def written(name: str) -> None:
    for whole, values in ((True, VALUES), (False, SCALARS)):
        given = {k: v.tolist() if whole else v for k, v in values.items()}
        derivation = network(name, whole, values={**given, "rate": 0.1}).derive()
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("txt", "typ") if whole else ("tex", "md"):
                path = derivation.write(Path(folder) / f"sheet.{suffix}")
                assert path.read_text()
        assert derivation.worked()


def through_sympy(name: str) -> None:
    w, x, total = sp.symbols("w x L")
    function = getattr(sb, name)
    more = () if name != "length" else (sp.Rational(7, 10),)
    made = function(w * x, *more)
    net = sb.Network([(total, made**2)], total, [w])
    derivation = net.derive()
    assert all(row.verdict in ("proved", "agrees") for row in derivation.verify())
    assert sb.check(net, sp.diff(made**2, w), target="w").word in ("proved", "agrees")
    assert pickle.loads(pickle.dumps(made)) == made
    for at in (0.4, -0.6, 1.8):
        assert np.isclose(float(function(sp.Float(at), *more).evalf()), PLAIN[name](at)), name
    points = np.array([0.4, -0.6, 1.8])
    assert np.allclose(sp.lambdify(w, function(w, *more))(points), PLAIN[name](points))
    scalar = network(name, False).derive()["z"].lambdify()
    assert np.isclose(scalar(**{k: v for k, v in SCALARS.items() if k in scalar.names}), scalar_slope(name))
    if not more:
        matrix, column = sp.MatrixSymbol("M", 2, 3), sp.MatrixSymbol("u", 3, 1)
        assert str(sb.Network([(total, sb.sum(function(matrix * column)))], total, [matrix]).derive()["M"])


def scalar_slope(name: str) -> float:
    ahead, behind = ((PLAIN[name](1.33 + k * STEP) - 0.3) ** 2 for k in (1, -1))
    return float((ahead - behind) / (2 * STEP))


def main() -> None:
    for row in NEW:
        for whole in (False, True):
            derived_and_run(row.name, whole)
            printed_and_read(row.name, whole)
        written(row.name)
        through_sympy(row.name)
    assert "def safe_ratio" in network("ratio", True).derive().compile().source
    assert re.search(r"np\.expm1\(", network("expm", True).derive().compile().source)
    sys.stdout.write("every face\n")


if __name__ == "__main__":
    main()

"""One of everything a user can get hold of, by a name for it: what is exported, and what its methods return."""

from __future__ import annotations

import pytest
import sympy as sp

import symback as sb

w, b, x, y, z, p, L = sp.symbols("w b x y z p L")


def scalar():
    return sb.Network(
        forward=[(z, w * x + b), (p, sb.sigmoid(z))],
        loss=(L, -(y * sp.log(p) + (1 - y) * sp.log(1 - p))),
        parameters=[w, b], inputs=[x], targets=[y], name="one unit",
        values={"w": 0.5, "b": 0.1, "x": 2, "y": 1, "rate": 0.1},
    )  # fmt: skip


def arrays():
    return sb.Network.from_dict(
        {
            "symbols": {
                "x": {"shape": ["n"]},
                "y": {"role": "target", "shape": ["k"], "facts": ["sums to one"]},
                "W": {"role": "weight", "shape": ["k", "n"]},
                "A": {"shape": ["k", "k"], "facts": ["invertible"]},
            },
            "forward": {"z": "inv(A) @ W @ x", "p": "softmax(z)"},
            "loss": {"L": "-sum(y*log(p)) + log(abs(det(A)))"},
        }
    )


def caught(function, *arguments):
    with pytest.raises(sb.SymbackError) as found:
        function(*arguments)
    return found.value


def errors():
    d = scalar().derive()
    yield (
        "AxisMismatch",
        caught(sb.Network.from_dict, {"symbols": {"a": {"shape": [2]}, "b": {"shape": [3]}}, "forward": "c = a + b", "loss": "c"}),
    )
    yield "DeclarationError", caught(lambda: d["nope"])
    yield "ReadingError", caught(sb.Network.from_dict, {"symbols": {"a": {}}, "forward": "c = a +* b", "loss": "c"})
    yield "NotationError", caught(lambda: arrays().unrolled())
    yield "NumericError", caught(lambda: d.compile().forward({"x": float("nan")}))
    yield "unknown row", caught(lambda: sb.layers["nope"])
    yield "unknown entry", caught(lambda: sb.catalogue["nope"])
    yield "VerificationError", sb.VerificationError("gradient by w", "is 1, and not 2", "this is a defect")


def results():
    """Name and value of what functions and methods return."""
    one, many = scalar(), arrays()
    for name, network in (("scalar", one), ("arrays", many), ("unrolled", one.unrolled())):
        yield name, network
        d = network.derive()
        yield f"{name}.derive()", d
        yield f"{name}.derive().gradients", d.gradients
        yield f"{name}.derive()[...]", d["z"] if "z" in d else d["L"]
        yield f"{name}.verify()", d.verify()
        yield f"{name}.evidence", d["W" if name == "arrays" else "w"].evidence
        yield f"{name}.program", network.program
        yield f"{name}.compile()", d.compile()
        yield f"{name}.steps", d["z"].steps
        yield f"{name}.facts", d["z"].facts
        yield f"{name}.sympy()", d["z"].sympy()
        yield f"{name}.numpy()", d["z"].numpy()
    d = one.derive()
    values = {"x": 1.0, "y": 0.0}
    yield "lambdify()", d["w"].lambdify()
    yield "worked()", d.worked()
    yield "compile().forward()", d.compile().forward(values)
    yield "compile().gradients()", d.compile().gradients(values)
    yield "compile().step()", d.compile().step(values)
    yield "compile().train()", d.compile().train([values], rate=0.1, epochs=2)
    for claim in ("dL/dw = (p - y)*x", "dL/dw = (p + y)*x", "dL/dz = p*(1 - y)/1", "dL/dw = ?", "dL/dz = p - y = (p - y)**1"):
        yield f"check {claim}", sb.check(one, claim)
    yield "lookup", sb.lookup("softmax")
    yield "lookup()[0].gradient", sb.lookup("layer norm")[0].gradient("x")
    yield "layers[...]", sb.layers["dense"]
    yield "layers[...].define()", sb.layers["conv2d"].define()
    yield "layers[...].declare()", sb.layers["conv2d"].declare()
    yield "layers[...].network()", sb.layers["conv2d"].network()
    yield "losses", sb.losses
    yield "losses[...]", sb.losses["mse"]
    yield from errors()


def everything():
    """Everything exported, and everything returned."""
    yield from ((name, getattr(sb, name)) for name in sb.__all__)
    yield from results()

"""A 2-3-3-1 classifier: the sigmoid and the cross-entropy are spelled out, and p − y comes out."""

import sympy as sp

import symback as sb


def column(name, size):
    return sp.MatrixSymbol(name, size, 1)


def sigmoid(z):
    return sb.elementwise(lambda t: 1 / (1 + sp.exp(-t)), z)


W1, W2, W3 = sp.MatrixSymbol("W1", 3, 2), sp.MatrixSymbol("W2", 3, 3), sp.MatrixSymbol("W3", 1, 3)
b1, b2, b3 = column("b1", 3), column("b2", 3), column("b3", 1)
x, y = column("x", 2), column("y", 1)
z1, h1, z2, h2, z3, p = column("z1", 3), column("h1", 3), column("z2", 3), column("h2", 3), column("z3", 1), column("p", 1)
L = sp.Symbol("L")

with sp.evaluate(False):
    network = sb.Network(
        name="Classifier",
        forward=[
            (z1, W1 * x + b1),
            (h1, sigmoid(z1)),
            (z2, W2 * h1 + b2),
            (h2, sigmoid(z2)),
            (z3, W3 * h2 + b3),
            (p, sigmoid(z3)),
        ],
        loss=(L, -(y[0, 0] * sp.log(p[0, 0]) + (1 - y[0, 0]) * sp.log(1 - p[0, 0]))),
        parameters=[W1, b1, W2, b2, W3, b3],
        inputs=[x],
        targets=[y],
        notation={"weights": "source-destination", "entries": "small", "layers": "bracket", "derivative": "dz", "rate": "α"},
    )

if __name__ == "__main__":
    print(network.derive())

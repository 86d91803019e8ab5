"""The price of a house: two inputs, two sigmoid units, one linear output, half the squared error."""

import sympy as sp

import symback as sb

W1, W2 = sp.MatrixSymbol("W1", 2, 2), sp.MatrixSymbol("W2", 1, 2)
b1, b2 = sp.MatrixSymbol("b1", 2, 1), sp.MatrixSymbol("b2", 1, 1)
x, y = sp.MatrixSymbol("x", 2, 1), sp.MatrixSymbol("y", 1, 1)
z1, h1 = sp.MatrixSymbol("z1", 2, 1), sp.MatrixSymbol("h1", 2, 1)
z2, h2 = sp.MatrixSymbol("z2", 1, 1), sp.MatrixSymbol("h2", 1, 1)
L, rate = sp.symbols("L rate")

with sp.evaluate(False):
    network = sb.Network(
        name="House price",
        forward=[(z1, W1 * x + b1), (h1, sb.sigmoid(z1)), (z2, W2 * h1 + b2), (h2, z2)],
        loss=(L, (y[0, 0] - h2[0, 0]) ** 2 / 2),
        parameters=[W1, b1, W2, b2],
        inputs=[x],
        targets=[y],
        values={
            W1: [[0.2, 0.15], [0.5, 0.6]],
            b1: [[0.1], [0.25]],
            W2: [[0.3, 0.2]],
            b2: [[0.4]],
            x: [[-0.32], [-0.66]],
            y: [[-0.54]],
            rate: 0.2,
        },
        notation={"weights": "destination-source", "entries": "small", "layers": "superscript", "vectors": "column", "rate": "η"},
        rounding={
            "activation": {"decimals": 3},
            "prediction": {"decimals": 2},
            "loss-derivative": {"decimals": 2},
            "link": {"decimals": 2, "zeros": "kept"},
            "output-gradient": {"decimals": 4},
            "hidden-gradient": {"decimals": 3},
            "updated-value": {"decimals": 4},
        },
    )

if __name__ == "__main__":
    print(network.derive())

"""Two tanh units in a row; every quantity is a plain number."""

import sympy as sp

import symback as sb

w1, b1, w2, b2, x, y = sp.symbols("w1 b1 w2 b2 x y")
z1, h1, z2, h2, L = sp.symbols("z1 h1 z2 h2 L")

with sp.evaluate(False):
    network = sb.Network(
        name="Two tanh units",
        forward=[
            sp.Eq(z1, w1 * x + b1),
            sp.Eq(h1, sp.tanh(z1)),
            sp.Eq(z2, w2 * h1 + b2),
            sp.Eq(h2, sp.tanh(z2)),
        ],
        loss=sp.Eq(L, (y - h2) ** 2 / 2),
        parameters=[w1, b1, w2, b2],
        inputs=[x],
        targets=[y],
        notation={"layers": "plain", "rate": "η"},
    )

if __name__ == "__main__":
    print(network.derive())

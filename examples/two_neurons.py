"""Two sigmoid neurons in a row, with numbers for one step of gradient descent."""

import sympy as sp

import symback as sb

w1, b1, w2, b2, x, T = sp.symbols("w1 b1 w2 b2 x T")
z1, a1, z2, a2, E, rate = sp.symbols("z1 a1 z2 a2 E rate")

with sp.evaluate(False):
    network = sb.Network(
        name="Two neurons",
        forward=[
            sp.Eq(z1, w1 * x + b1),
            sp.Eq(a1, sb.sigmoid(z1)),
            sp.Eq(z2, w2 * a1 + b2),
            sp.Eq(a2, sb.sigmoid(z2)),
        ],
        loss=sp.Eq(E, (T - a2) ** 2 / 2),
        parameters=[w1, b1, w2, b2],
        inputs=[x],
        targets=[T],
        values={w1: 0.15, b1: 0.4, w2: 0.45, b2: 0.65, x: 0.1, T: 0.25, rate: 0.4},
        notation={"layers": "plain", "rate": "η"},
        rounding={
            "carried": False,
            "zeros": "significant",
            "pre-activation": {"decimals": 4},
            "activation": {"decimals": 4},
            "prediction": {"decimals": 4},
            "output-weight-gradient": {"digits": 4},
            "output-bias-gradient": {"digits": 3},
            "hidden-gradient": {"digits": 4},
            "output-updated-value": {"decimals": 3},
            "hidden-updated-value": {"decimals": 4},
        },
    )

if __name__ == "__main__":
    print(network.derive())

"""A linear network in the row convention, [i1 i2]·[[w1, w3], [w2, w4]]·[w5; w6], with one name for each weight."""

import sympy as sp

import symback as sb

w1, w2, w3, w4, w5, w6 = weights = sp.symbols("w1:7")
i1, i2, h1, h2 = sp.symbols("i1 i2 h1 h2")
prediction, actual, Delta, error, rate = sp.symbols("prediction actual Delta error rate")

inputs = sp.Matrix([[i1, i2]])
hidden = sp.Matrix([[h1, h2]])
W = sp.Matrix([[w1, w3], [w2, w4]])
V = sp.Matrix([w5, w6])

with sp.evaluate(False):
    network = sb.Network(
        name="Linear rows",
        forward=[(hidden, inputs * W), (prediction, (hidden * V)[0]), (Delta, prediction - actual)],
        loss=sp.Eq(error, Delta**2 / 2),
        parameters=weights,
        inputs=[i1, i2],
        targets=[actual],
        values={w1: 0.1, w2: 0.2, w3: 0.3, w4: 0.4, w5: 0.21, w6: 0.23, i1: 2, i2: 3, actual: 1, rate: 0.05},
        notation={"layers": "plain", "vectors": "row", "rate": "a"},
        rounding={
            "mode": "cut",
            "loss-derivative": {"decimals": 3},
            "step": {"decimals": 3},
            "updated-value": [{"decimals": 3}, {"decimals": 2, "mode": "half-up"}],
        },
    )

if __name__ == "__main__":
    print(network.derive())

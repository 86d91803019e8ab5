"""The convention of a well-known course: dZ is the derivative of the losses of single samples, of which the cost is the mean."""

from .rows import Group

SYMBOLS = {
    "X": {"shape": ["n", "m"]},
    "Y": {"shape": ["K", "m"]},
    "W1": {"shape": ["h", "n"], "role": "weight"},
    "b1": {"shape": ["h", "1"], "role": "bias"},
    "W2": {"shape": ["K", "h"], "role": "weight"},
    "b2": {"shape": ["K", "1"], "role": "bias"},
}
LINES = """Z1 = W1 @ X + b1
A1 = tanh(Z1)
Z2 = W2 @ A1 + b2
A2 = sigmoid(Z2)
L = -sum(Y*log(A2) + (1 - Y)*log(1 - A2))/m"""
FIRST = r"dZ^{[2]} = A^{[2]} - Y"
W2 = r"dW^{[2]} = \frac1m dZ^{[2]} A^{[1]T}"
Z1 = r"dZ^{[1]} = W^{[2]T} dZ^{[2]} * g'(Z^{[1]})"
W1 = r"dW^{[1]} = \frac1m dZ^{[1]} X^T"

GROUPS = [
    Group(
        "two layers and a mean over samples",
        SYMBOLS,
        LINES,
        (
            (f"{FIRST}, {W2}", "proved"),
            (rf"{FIRST} \\ {W2} \\ {Z1} \\ {W1}", "proved"),
            (rf"{FIRST}, \quad {W2}, \quad db^{{[2]}} = \frac1m \operatorname{{sum}}(dZ^{{[2]}})", "proved"),
            (rf"{FIRST} \\ {W2} \\ dZ^{{[1]}} = W^{{[2]T}} dZ^{{[2]}} \odot (1 - (A^{{[1]}})^2) \\ {W1}", "proved"),
            (r"dZ^{[2]} = \frac1m(A^{[2]} - Y), dW^{[2]} = dZ^{[2]} A^{[1]T}", "proved"),
            (r"dW^{[2]} = dZ^{[2]} A^{[1]T}", "proved"),
            (r"\frac{\partial L}{\partial Z^{[2]}} = \frac1m(A^{[2]} - Y)", "proved"),
            (rf"{FIRST}, dW^{{[2]}} = dZ^{{[2]}} A^{{[1]T}}", "refuted"),
            (rf"dZ^{{[2]}} = \frac1m(A^{{[2]}} - Y), {W2}", "refuted"),
            (W2, "refuted"),
            (rf"dZ^{{[2]}} = Y - A^{{[2]}}, {W2}", "refuted"),
            (rf"dZ^{{[2]}} = 2(A^{{[2]}} - Y), {W2}", "refuted"),
            (rf"{FIRST} \\ {W2} \\ dZ^{{[1]}} = W^{{[2]T}} dZ^{{[2]}} * A^{{[1]}} \\ {W1}", "refuted"),
            (rf"{FIRST} \\ {W2} \\ {Z1} \\ dW^{{[1]}} = dZ^{{[1]}} X^T", "refuted"),
            (rf"{FIRST}, {W2}, db^{{[2]}} = \operatorname{{sum}}(dZ^{{[2]}})", "refuted"),
            (r"\frac{\partial L}{\partial Z^{[2]}} = A^{[2]} - Y", "refuted"),
            (r"\frac{\partial L}{\partial Z^{[2]}} = A^{[2]} - Y, \quad " + W2, "refuted"),
        ),
    ),
    Group(
        "logistic regression with samples in columns",
        {"X": {"shape": ["n", "m"]}, "y": {"shape": ["m"]}, "w": {"shape": ["n"], "role": "weight"}, "b": {"role": "bias"}},
        "z = w @ X + b\na = sigmoid(z)\nJ = -sum(y*log(a) + (1 - y)*log(1 - a))/m",
        (
            (r"dz = a - y, \quad dw = \frac1m X dz^T, \quad db = \frac1m \sum_i dz^{(i)}", "proved"),
            (r"dz = a - y, \quad dw = X dz^T", "refuted"),
            (r"dz = y - a, \quad dw = \frac1m X dz^T", "refuted"),
            (r"dz = a - y, \quad dw = \frac1m X dz^T, \quad db = \sum_i dz^{(i)}", "refuted"),
        ),
        loss="J",
    ),
]

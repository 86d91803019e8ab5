r"""Formulas as well-known courses, books and papers print them, right ones and wrong ones: a network, and the text."""

from __future__ import annotations

WEIGHT, BIAS, INPUT, TARGET, CONSTANT = ({"role": role} for role in ("weight", "bias", "input", "target", "constant"))


def of(role, *shape):
    return {**role, "shape": list(shape)}


NETWORKS = {
    "hypothesis": {
        "symbols": {"X": of(INPUT, "m", "n"), "theta": of(WEIGHT, "n"), "y": of(TARGET, "m")},
        "forward": "h = 1/(1+exp(-X @ theta))\nJ = -sum(y*log(h)+(1-y)*log(1-h))/m", "loss": "J",
    },
    "attended": {
        "symbols": {"Q": of(INPUT, "t", "d"), "K": of(INPUT, "t", "d"), "V": of(INPUT, "t", "v"), "G": of(CONSTANT, "t", "v")},
        "forward": "S = Q @ K.T\nP = exp(S)/sum(exp(S), axis=1, keepdims=True)\nO = P @ V\nL = sum(G*O)", "loss": "L",
    },
    "square": {"symbols": {"x": of(WEIGHT, "n"), "A": of(CONSTANT, "n", "n"), "b": of(CONSTANT, "n")}, "forward": "f = sum(x**2)", "loss": "f"},
    "number": {"symbols": {"x": INPUT}, "forward": "f = x**2", "loss": "f"},
    "tanh": {
        "symbols": {"x": of(INPUT, "n"), "y": of(TARGET, "q"), "W1": of(WEIGHT, "m", "n"), "b1": of(BIAS, "m"), "W2": of(WEIGHT, "k", "m"), "b2": of(BIAS, "k"),
                    "W3": of(WEIGHT, "q", "k"), "b3": of(BIAS, "q")},
        "forward": "z1 = W1 @ x + b1\nh1 = tanh(z1)\nz2 = W2 @ h1 + b2\nh2 = tanh(z2)\nz3 = W3 @ h2 + b3\nL = sum((z3 - y)**2)/2", "loss": "L",
    },
}  # fmt: skip

RIGHT = [
    ("hypothesis", r"\frac{\partial}{\partial \theta_j} J(\theta) = \frac{1}{m}\sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"\frac{\partial J(\theta)}{\partial \theta_j} = \frac{1}{m}\sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"\theta_j := \theta_j - \frac{\alpha}{m}\sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"J(\theta) = -\frac{1}{m}\sum_{i=1}^m\left[y^{(i)}\log h_\theta(x^{(i)}) + (1-y^{(i)})\log(1-h_\theta(x^{(i)}))\right]"),
    ("hypothesis", r"\nabla J = \frac{1}{m} X^T (h - y)"),
    ("hypothesis", r"J'(\theta) = \frac{1}{m} X^T (h - y)"),
    ("hypothesis", "grad = (1/m) X^T (h - y); dJ/dtheta = grad"),
    ("number", r"f'(x) = 2x"),
    ("number", r"f' = 2x"),
    ("attended", "dV = P^T dO"),
    ("attended", "dP = dO V^T\ndQ = dS K"),
    ("tanh", "delta2 = W3^T delta3 * (1-h2*h2)"),
    ("square", r"\nabla_x x^Tx = 2x^T"),
    ("square", r"\nabla_x x^T A x = (A + A^T) x"),
]  # fmt: skip

WRONG = [
    ("hypothesis", r"\frac{\partial}{\partial \theta_j} J(\theta) = \sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"\frac{\partial}{\partial \theta_j} J(\theta) = \frac{1}{m}\sum_{i=1}^m \left(y^{(i)} - h_\theta(x^{(i)})\right) x^{(i)}_j"),
    ("attended", "dK = dS Q"),
    ("tanh", "delta2 = W3^T delta3 * h2 * (1-h2)"),
    ("square", r"\nabla_x x^T A x = A x"),
]  # fmt: skip

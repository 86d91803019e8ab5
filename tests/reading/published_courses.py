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
}  # fmt: skip

RIGHT = [
    ("hypothesis", r"\frac{\partial}{\partial \theta_j} J(\theta) = \frac{1}{m}\sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"\frac{\partial J(\theta)}{\partial \theta_j} = \frac{1}{m}\sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"\theta_j := \theta_j - \frac{\alpha}{m}\sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"J(\theta) = -\frac{1}{m}\sum_{i=1}^m\left[y^{(i)}\log h_\theta(x^{(i)}) + (1-y^{(i)})\log(1-h_\theta(x^{(i)}))\right]"),
]  # fmt: skip

WRONG = [
    ("hypothesis", r"\frac{\partial}{\partial \theta_j} J(\theta) = \sum_{i=1}^m \left(h_\theta(x^{(i)}) - y^{(i)}\right) x^{(i)}_j"),
    ("hypothesis", r"\frac{\partial}{\partial \theta_j} J(\theta) = \frac{1}{m}\sum_{i=1}^m \left(y^{(i)} - h_\theta(x^{(i)})\right) x^{(i)}_j"),
]  # fmt: skip

"""Losses of classification: logits z, probabilities p, targets y."""

from __future__ import annotations

from symback.layers.declared import Row, constant, data, target
from symback.layers.row import LayerRow

_POSITIVE = constant(facts=("positive",))
_UNIT = (("between", 0, 1),)
_BINARY = {"z": data("n"), "y": target("n", facts=_UNIT)}
_CLASSES = {"z": data("K"), "y": target("K", facts=("sums to one",))}
_SIGMOID = "p = 1/(1 + exp(-z))"
_SOFTMAX = "p = exp(z)/sum(exp(z))"
_ROWS = "P = exp(Z)/sum(exp(Z), axis=1, keepdims=True)"


def _loss(name: str, title: str, symbols: dict[str, Row], forward: str, says: str, *aliases: str) -> LayerRow:
    return LayerRow(name, title, "classification", symbols, forward, "L", says, aliases)


CLASSIFICATION: tuple[LayerRow, ...] = (
    _loss("binary_cross_entropy", "Binary cross-entropy of probabilities", {"p": data("n", facts=_UNIT), "y": target("n", facts=_UNIT)},
          "L = -sum(y*log(p) + (1 - y)*log(1 - p))", "Minus the logarithm of the probability of the targets.", "bce", "log loss"),
    _loss("sigmoid_cross_entropy", "Sigmoid and binary cross-entropy", _BINARY,
          f"""{_SIGMOID}
              L = -sum(y*log(p) + (1 - y)*log(1 - p))""",
          "Binary cross-entropy of logits.", "bce with logits", "binary cross entropy logits", "logistic loss"),
    _loss("sigmoid_cross_entropy_weighted", "Weighted sigmoid cross-entropy", {**_BINARY, "w": _POSITIVE},
          f"""{_SIGMOID}
              L = -sum(w*y*log(p) + (1 - y)*log(1 - p))""",
          "Positive targets weigh w times as much.", "weighted bce", "pos weight"),
    _loss("cross_entropy", "Categorical cross-entropy of probabilities", {"p": data("K", facts=("positive",)), "y": target("K")},
          "L = -sum(y*log(p))", "Minus the logarithm of the probability of the class.", "categorical cross entropy", "cce", "nll"),
    _loss("softmax_cross_entropy", "Softmax and cross-entropy", _CLASSES,
          f"""{_SOFTMAX}
              L = -sum(y*log(p))""",
          "Cross-entropy of logits, one sample.", "cross entropy logits", "categorical cross entropy logits", "multinomial logistic loss"),
    _loss("softmax_cross_entropy_batch", "Softmax and cross-entropy, mean over rows", {"Z": data("N", "K"), "Y": target("N", "K", facts=("sums to one",))},
          f"""{_ROWS}
              L = -sum(Y*log(P))/N""",
          "Cross-entropy of logits, the mean over a batch.", "batch cross entropy"),
    _loss("cross_entropy_smoothed", "Softmax cross-entropy with label smoothing", {**_CLASSES, "a": constant(facts=_UNIT)},
          f"""{_SOFTMAX}
              q = (1 - a)*y + a/K
              L = -sum(q*log(p))""",
          "A share a of the target is spread over all classes.", "label smoothing"),
    _loss("cross_entropy_weighted", "Softmax cross-entropy with class weights", {**_CLASSES, "w": constant("K", facts=("positive",))},
          f"""{_SOFTMAX}
              L = -sum(w*y*log(p))""",
          "Each class has a weight.", "weighted cross entropy", "class weights"),
    _loss("focal", "Focal loss", {"z": data("n"), "y": target("n", facts=("binary",)), "gamma": _POSITIVE},
          f"""{_SIGMOID}
              L = -sum(y*(1 - p)**gamma*log(p) + (1 - y)*p**gamma*log(1 - p))""",
          "Cross-entropy that looks away from what is already right.", "focal loss", "retinanet loss"),
    _loss("focal_positive", "Focal loss of a positive sample", {"z": data(), "gamma": _POSITIVE},
          f"""{_SIGMOID}
              L = -(1 - p)**gamma*log(p)""",
          "The focal loss at y = 1.", "focal loss positive"),
    _loss("hinge", "Hinge loss", {"z": data("n"), "y": target("n", facts=("plus or minus one",))},
          "L = sum(maximum(0, 1 - y*z))", "Zero once the margin is 1.", "svm loss", "margin loss"),
    _loss("squared_hinge", "Squared hinge loss", {"z": data("n"), "y": target("n", facts=("plus or minus one",))},
          "L = sum(maximum(0, 1 - y*z)**2)", "The squared hinge.", "l2 svm"),
    _loss("multiclass_hinge", "Multi-class hinge loss", {"z": data("K"), "y": target("K", facts=("one-hot",))},
          """s = sum(y*z)
             L = sum((1 - y)*maximum(0, z - s + 1))""",
          "Every other class must stay a margin of 1 below the right one.", "weston watkins", "multiclass svm"),
    _loss("kl_divergence", "Kullback-Leibler divergence", {"p": data("K", facts=("positive",)), "q": data("K", facts=("positive",))},
          "L = sum(p*log(p/q))", "How far the distribution p is from q.", "kl", "relative entropy"),
    _loss("kl_divergence_logits", "Kullback-Leibler divergence from logits", {"z": data("K"), "q": target("K", facts=("positive", "sums to one"))},
          f"""{_SOFTMAX}
              L = sum(q*(log(q) - log(p)))""",
          "How far target probabilities are from the softmax of logits.", "kl logits"),
    _loss("jensen_shannon", "Jensen-Shannon divergence", {"p": data("K", facts=("positive",)), "q": data("K", facts=("positive",))},
          """m = (p + q)/2
             L = sum(p*log(p/m) + q*log(q/m))/2""",
          "The mean divergence of two distributions from their mean.", "jsd"),
    _loss("distillation", "Distillation", {"z": data("K"), "t": data("K"), "T": _POSITIVE},
          """p = exp(z/T)/sum(exp(z/T))
             q = exp(t/T)/sum(exp(t/T))
             L = -T**2*sum(q*log(p))""",
          "A student's logits z follow a teacher's t, both softened by a temperature T.", "knowledge distillation", "soft targets"),
)  # fmt: skip

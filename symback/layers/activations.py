"""Activations: element-wise functions, and softmax and its kin."""

from __future__ import annotations

from symback.layers.declared import Row, constant, data, weight
from symback.layers.row import LayerRow

_POSITIVE = constant(facts=("positive",))


def _entrywise(name: str, title: str, forward: str, says: str, *aliases: str, **symbols: Row) -> LayerRow:
    """An activation ``y`` of a vector ``z``."""
    return LayerRow(name, title, "activation", {"z": data("n"), **symbols}, forward, "y", says, aliases)


ACTIVATIONS: tuple[LayerRow, ...] = (
    _entrywise("sigmoid", "Logistic sigmoid", "y = 1/(1 + exp(-z))", "An S-curve from 0 to 1.", "logistic", "expit"),
    _entrywise("tanh", "Hyperbolic tangent", "y = (exp(z) - exp(-z))/(exp(z) + exp(-z))", "An S-curve from -1 to 1.", "tanh activation"),
    _entrywise("relu", "Rectifier", "y = maximum(z, 0)", "Positive arguments stay, others become 0.", "rectified linear unit"),
    _entrywise("leaky_relu", "Leaky rectifier", "y = where(z > 0, z, a*z)", "Negative arguments are made small.", "lrelu", a=_POSITIVE),
    _entrywise("prelu", "Parametric rectifier", "y = where(z > 0, z, a*z)", "A leaky rectifier with a learned slope for each unit.",
               "parametric relu", a=weight("n")),
    _entrywise("relu6", "Rectifier cut at 6", "y = minimum(maximum(z, 0), 6)", "A rectifier that stays below 6.", "clipped relu"),
    _entrywise("squared_relu", "Squared rectifier", "y = maximum(z, 0)**2", "The square of the rectifier.", "relu squared"),
    _entrywise("elu", "Exponential linear unit", "y = where(z > 0, z, a*(exp(z) - 1))", "Negative arguments approach -a.", "exponential linear units", a=_POSITIVE),
    _entrywise("selu", "Scaled exponential linear unit", "y = lam*where(z > 0, z, a*(exp(z) - 1))", "An exponential linear unit, scaled.", "self-normalising activation",
               a=_POSITIVE, lam=_POSITIVE),
    _entrywise("celu", "Continuously differentiable exponential linear unit", "y = where(z > 0, z, a*(exp(z/a) - 1))",
               "An exponential linear unit whose slope at 0 is 1 from both sides.", "continuous elu", a=_POSITIVE),
    _entrywise("gelu", "Gaussian error linear unit", "y = z*Phi(z)", "The argument times the normal distribution function.", "gelu exact"),
    _entrywise("gelu_erf", "Gaussian error linear unit by the error function", "y = z*(1 + erf(z/sqrt(2)))/2",
               "GELU with its distribution function spelled out.", "erf gelu"),
    _entrywise("gelu_tanh", "Gaussian error linear unit, approximate", "t = tanh(sqrt(2/pi)*(z + 0.044715*z**3))\ny = 0.5*z*(1 + t)",
               "GELU with a hyperbolic tangent in place of the error function.", "gelu approximate", "gelu new"),
    _entrywise("gelu_sigmoid", "Gaussian error linear unit by a sigmoid", "s = 1/(1 + exp(-1.702*z))\ny = z*s", "GELU with a sigmoid of 1.702 z.", "quick gelu"),
    _entrywise("silu", "Sigmoid linear unit", "s = 1/(1 + exp(-z))\ny = z*s", "The argument times its sigmoid.", "swish-1"),
    _entrywise("swish", "Swish with a parameter", "s = 1/(1 + exp(-beta*z))\ny = z*s", "The argument times the sigmoid of beta times it.",
               "swish beta", beta=weight()),
    _entrywise("mish", "Mish", "s = log(1 + exp(z))\nt = tanh(s)\ny = z*t", "The argument times the hyperbolic tangent of its softplus.", "mish activation"),
    _entrywise("softplus", "Softplus", "y = log(1 + exp(z))", "A smooth rectifier.", "smooth relu"),
    _entrywise("softsign", "Softsign", "y = z/(1 + abs(z))", "An S-curve with slow tails.", "softsign activation"),
    _entrywise("log_sigmoid", "Logarithm of the sigmoid", "p = 1/(1 + exp(-z))\ny = log(p)", "The logarithm of the logistic sigmoid.", "logsigmoid"),
    _entrywise("hard_sigmoid", "Hard sigmoid", "y = clip(z, -3, 3)/6 + 1/2", "A sigmoid of three straight pieces.", "piecewise linear sigmoid"),
    _entrywise("hard_tanh", "Hard hyperbolic tangent", "y = clip(z, -1, 1)", "Arguments beyond -1 and 1 are cut.", "hardtanh"),
    _entrywise("hard_swish", "Hard swish", "y = z*clip(z + 3, 0, 6)/6", "The argument times its hard sigmoid.", "hardswish"),
    _entrywise("gaussian", "Gaussian", "y = exp(-z**2)", "A bell.", "radial basis"),
    _entrywise("sine", "Sine", "y = sin(omega*z)", "A sine of a given frequency.", "siren", omega=constant()),
    _entrywise("softmax", "Softmax", "y = exp(z)/sum(exp(z))", "Positive numbers that sum to one.", "normalized exponential"),
    _entrywise("softmax_temperature", "Softmax with a temperature", "y = exp(z/T)/sum(exp(z/T))", "Flatter for a higher temperature T.",
               "tempered softmax", T=_POSITIVE),
    _entrywise("log_softmax", "Logarithm of softmax", "y = z - log(sum(exp(z)))", "The logarithms of the softmax.", "logsoftmax"),
    _entrywise("softmin", "Softmin", "y = exp(-z)/sum(exp(-z))", "The softmax of the negated argument.", "softmax of the negative"),
    LayerRow("softmax_rows", "Softmax of each row", "activation", {"Z": data("N", "n")},
             "Y = exp(Z)/sum(exp(Z), axis=1, keepdims=True)", "Y", "Each row becomes positive numbers that sum to one.", ("batch softmax",)),
    LayerRow("log_sum_exp", "Logarithm of a sum of exponentials", "activation", {"z": data("n")}, "s = log(sum(exp(z)))", "s",
             "A smooth maximum; its gradient is the softmax.", ("logsumexp", "smooth maximum")),
    LayerRow("maxout", "Maxout", "activation", {"x": data("m"), "W": weight("n", "k", "m"), "b": weight("n", "k")},
             """z = einsum("jci,i->jc", W, x) + b
                y = max(z, axis=1)""", "y", "Each unit is the largest of k linear pieces.", ("max out",)),
)  # fmt: skip

"""What to write instead of the spelling of another library or of a formula on paper, by its name or its sign."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LAYER = 'put the lines of sb.layers["{}"].define(...) into forward'
_LOSS = 'put the lines of sb.losses["{}"].define(...) into forward'

FOREIGN: Mapping[str, str] = {
    "relu": "write np.maximum(z, 0)", "leaky_relu": "write np.where(z > 0, z, 0.01*z)", "leakyrelu": "write np.where(z > 0, z, 0.01*z)",
    "elu": "write np.where(z > 0, z, np.exp(z) - 1)", "prelu": "write np.where(z > 0, z, a*z)", "hardtanh": "write np.clip(z, -1, 1)",
    "mish": "write z*np.tanh(softplus(z))",
    "softsign": "write z/(1 + np.abs(z))", "logsigmoid": "write -softplus(-z)", "log_sigmoid": "write -softplus(-z)",
    "σ": "write sigmoid(z)", "sigma": "write sigmoid(z)", "logistic": "write sigmoid(z)", "φ": "write phi(z)", "Φ": "write Phi(z)",
    "sech": "write 1/np.cosh(z)", "csch": "write 1/np.sinh(z)", "coth": "write 1/np.tanh(z)", "sec": "write 1/np.cos(z)", "csc": "write 1/np.sin(z)",
    "cot": "write 1/np.tan(z)", "ln": "write np.log(z)", "lg": "write np.log10(z)", "sgn": "write np.sign(z)",
    "mse": "write np.mean((y - p)**2)", "mse_loss": "write np.mean((y - p)**2)", "mae": "write np.mean(np.abs(y - p))", "l1_loss": "write np.mean(np.abs(y - p))",
    "rmse": "write np.sqrt(np.mean((y - p)**2))", "bce": "write -np.sum(y*np.log(p) + (1 - y)*np.log(1 - p))", "nll": "write -np.sum(y*np.log(p))",
    "cross_entropy": "write -np.sum(y*np.log(softmax(z)))", "binary_cross_entropy": "write -np.sum(y*np.log(p) + (1 - y)*np.log(1 - p))",
    "kl": "write np.sum(p*np.log(p/q))", "kl_div": "write np.sum(p*np.log(p/q))",
    "mm": "write A @ B", "matmul": "write A @ B", "bmm": "write A @ B", "mv": "write A @ x", "matvec": "write A @ x", "ger": "write np.outer(x, y)",
    "t": "write A.T", "transpose": "write A.T", "permute": "write np.transpose(A, axes)", "cat": "write np.concatenate([x, y])", "concat": "write np.concatenate([x, y])",
    "view": "write x.reshape(...)", "flatten": "write x.ravel()", "unsqueeze": "write x[:, None]", "expand_dims": "write x[:, None]", "squeeze": "write x[:, 0]",
    "clamp": "write np.clip(x, low, high)", "norm": "write np.linalg.norm(x)", "mul": "write x * y", "multiply": "write x * y", "add": "write x + y",
    "reduce_sum": "write np.sum(x)", "reduce_mean": "write np.mean(x)", "reduce_max": "write np.max(x)", "numel": "write x.size", "inverse": "write np.linalg.inv(A)",
    "linear": "write x @ W.T + b", "dense": "write X @ W + b", "dropout": _LAYER.format("dropout"), "embedding": _LAYER.format("embedding"),
    "conv1d": _LAYER.format("conv1d"), "conv2d": _LAYER.format("conv2d"), "max_pool": _LAYER.format("max_pool"), "maxpool": _LAYER.format("max_pool"),
    "max_pool2d": _LAYER.format("max_pool"), "avg_pool2d": _LAYER.format("average_pool"), "layer_norm": _LAYER.format("layer_norm"), "layernorm": _LAYER.format("layer_norm"),
    "batch_norm": _LAYER.format("batch_norm"), "rms_norm": _LAYER.format("rms_norm"), "attention": _LAYER.format("attention"),
    "scaled_dot_product_attention": _LAYER.format("attention"), "huber": _LOSS.format("huber"), "hinge": _LOSS.format("hinge"), "focal": _LOSS.format("focal"),
}  # fmt: skip
"""Keyed by the name of a function or a method, in small letters."""

UNKNOWN = "write it with functions of NumPy, or put the lines of a row of sb.layers or sb.losses into forward"

LIBRARIES = ("torch", "F", "nn", "tf", "jax", "jnp", "keras", "math", "cmath", "cupy", "cp", "K", "sp", "sympy", "scipy", "autograd", "anp")
"""How other libraries are called where their functions are read."""

SIGNS: Mapping[str, str] = {
    "·": "write * for a product", "⋅": "write * for a product", "×": "write @ for a matrix product, * for any other", "∗": "write * for a product",
    "⊙": "write * for a product entry by entry", "∘": "write * for a product entry by entry", "÷": "write /", "−": "write - for a minus", "–": "write - for a minus",
    "⊤": "write .T for a transpose", "²": "write **2", "³": "write **3", "√": "write np.sqrt(x)", "∑": "write np.sum(x)", "∏": "write np.prod(x)",
    "‖": "write np.linalg.norm(x)", "∥": "write np.linalg.norm(x)", "≤": "write <=", "≥": "write >=", "≠": "write !=", "←": "write =", "⊗": "write np.outer or np.kron",
    "∂": "a gradient is what symback derives; write the forward pass", "∇": "a gradient is what symback derives; write the forward pass", "∞": "there is no infinity",
    "'": "write .T for a transpose", "|": "write np.abs(x)",
}  # fmt: skip
"""Keyed by a sign that Python cannot read."""

_BESIDE = re.compile(r"[\w)\].]\s+(?=[\w(])")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?=[^\W\d])")
_WORDS = re.compile(r"\b(?:if|else|for|in|and|or|not|is|lambda|await|yield|import|from)\b")


def remedy_of_syntax(text: str) -> str:
    """What to write where Python cannot read a text: a sign of mathematics, two factors side by side.

    >>> remedy_of_syntax("W x + b")
    'write @ for a matrix product, as in W @ x, and * for any other'
    >>> remedy_of_syntax("2x"), remedy_of_syntax("a +")
    ('write * for a product, as in 2 * x', '')
    """
    for sign, remedy in SIGNS.items():
        if sign in text:
            return remedy
    if (number := _NUMBER.search(text)) is not None:
        rest = re.match(r"\w+", text[number.end() :])
        return f"write * for a product, as in {number[0]} * {rest[0] if rest else 'x'}"
    if "lambda" in text:
        return "lambda is a word of Python; call it lam"
    beside = _BESIDE.search(_WORDS.sub(lambda m: "," * len(m[0]), text))
    if beside is None:
        return ""
    left, right = re.search(r"\w*$", text[: beside.start() + 1]), re.match(r"\w*", text[beside.end() :])
    names = [m[0] for m in (left, right) if m is not None and m[0]]
    return f"write @ for a matrix product, as in {' @ '.join(names if len(names) == 2 else ['W', 'x'])}, and * for any other"

"""Gates and shape: residual connections, dropout, gated linear units."""

from __future__ import annotations

from symback.layers.declared import bias, constant, data, weight
from symback.layers.row import LayerRow

_GATED = {"x": data("m"), "W": weight("n", "m"), "b": bias("n"), "V": weight("n", "m"), "c": bias("n")}
_FEED = {"x": data("m"), "W": weight("n", "m"), "V": weight("n", "m"), "U": weight("m", "n")}

GATES: tuple[LayerRow, ...] = (
    LayerRow(
        "residual", "Residual block", "gates",
        {"x": data("m"), "W1": weight("n", "m"), "b1": bias("n"), "W2": weight("m", "n"), "b2": bias("m")},
        """z = W1 @ x + b1
           h = maximum(z, 0)
           y = x + W2 @ h + b2""", "y",
        "What two dense layers compute is added to their input.",
        ("skip connection", "resnet block", "residual connection"),
    ),
    LayerRow(
        "dropout", "Dropout", "gates",
        {"x": data("n"), "m": data("n", facts=("binary",)), "q": constant(facts=("positive",))},
        "y = m*x/q", "y",
        "The mask m is 1 with probability q and drops an entry where it is 0; what stays is divided by q.",
        ("inverted dropout",),
    ),
    LayerRow(
        "glu", "Gated linear unit", "gates", _GATED,
        """a = W @ x + b
           s = 1/(1 + exp(-(V @ x + c)))
           y = a*s""", "y",
        "One linear map is gated by the sigmoid of another.",
        ("gated linear unit",),
    ),
    LayerRow(
        "swiglu", "SwiGLU feed-forward block", "gates", _FEED,
        """z = W @ x
           u = V @ x
           s = 1/(1 + exp(-z))
           h = z*s*u
           y = U @ h""", "y",
        "One linear map, through SiLU, multiplies another; a third maps back.",
        ("swish glu", "llama mlp"),
    ),
    LayerRow(
        "geglu", "GeGLU feed-forward block", "gates", _FEED,
        """z = W @ x
           u = V @ x
           h = z*Phi(z)*u
           y = U @ h""", "y",
        "One linear map, through GELU, multiplies another; a third maps back.",
        ("gelu glu",),
    ),
    LayerRow(
        "reglu", "ReGLU", "gates", _GATED,
        """a = W @ x + b
           z = V @ x + c
           y = a*maximum(z, 0)""", "y",
        "One linear map is gated by the rectifier of another.",
        ("relu glu",),
    ),
    LayerRow(
        "highway", "Highway layer", "gates",
        {"x": data("n"), "W": weight("n", "n"), "b": bias("n"), "V": weight("n", "n"), "c": bias("n")},
        """h = tanh(W @ x + b)
           t = 1/(1 + exp(-(V @ x + c)))
           y = t*h + (1 - t)*x""", "y",
        "A gate mixes what a layer computes with its input.",
        ("highway network",),
    ),
)  # fmt: skip

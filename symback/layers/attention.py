"""Attention, with scores S, weights P and output A."""

from __future__ import annotations

from symback.layers.declared import bias, constant, data, weight
from symback.layers.row import LayerRow

_QKV = {"Q": data("n", "d"), "K": data("m", "d"), "V": data("m", "e")}
_SOFTMAX = "P = exp(S)/sum(exp(S), axis=1, keepdims=True)"
_HEADS = "h", "m", "d"

ATTENTION: tuple[LayerRow, ...] = (
    LayerRow(
        "attention", "Softmax attention", "attention", _QKV,
        f"""S = Q @ K.T/sqrt(d)
            {_SOFTMAX}
            A = P @ V""", "A",
        "Each query takes the mean of the values, weighed by the softmax of its products with the keys.",
        ("scaled dot-product attention", "dot product attention", "sdpa"),
    ),
    LayerRow(
        "masked_attention", "Softmax attention with an additive mask", "attention", {**_QKV, "M": constant("n", "m")},
        f"""S = Q @ K.T/sqrt(d) + M
            {_SOFTMAX}
            A = P @ V""", "A",
        "A number is added to each score before the softmax.",
        ("attention bias", "attention mask"),
    ),
    LayerRow(
        "causal_attention", "Causal attention", "attention", {"Q": data("n", "d"), "K": data("n", "d"), "V": data("n", "e")},
        """S = Q @ K.T/sqrt(d)
           E = tril(exp(S))
           P = E/sum(E, axis=1, keepdims=True)
           A = P @ V""", "A",
        "Each place looks at itself and at earlier places only.",
        ("masked self-attention", "autoregressive attention"),
    ),
    LayerRow(
        "self_attention", "Self-attention, one head", "attention",
        {"X": data("n", "m"), "WQ": weight("m", "d"), "WK": weight("m", "d"), "WV": weight("m", "e"), "bK": bias("d")},
        f"""Q = X @ WQ
            K = X @ WK + bK
            V = X @ WV
            S = Q @ K.T/sqrt(d)
            {_SOFTMAX}
            A = P @ V""", "A",
        "Queries, keys and values are all made of the same rows.",
        ("single-head attention",),
    ),
    LayerRow(
        "cross_attention", "Cross-attention, one head", "attention",
        {"X": data("n", "m"), "C": data("t", "c"), "WQ": weight("m", "d"), "WK": weight("c", "d"), "WV": weight("c", "e")},
        f"""Q = X @ WQ
            K = C @ WK
            V = C @ WV
            S = Q @ K.T/sqrt(d)
            {_SOFTMAX}
            A = P @ V""", "A",
        "Queries are made of one sequence, keys and values of another.",
        ("encoder-decoder attention",),
    ),
    LayerRow(
        "multi_head_attention", "Multi-head self-attention", "attention",
        {"X": data("n", "m"), "WQ": weight(*_HEADS), "WK": weight(*_HEADS), "WV": weight("h", "m", "e"), "WO": weight("h", "e", "m"), "bK": bias("h", "d")},
        """Q = einsum("ti,hid->htd", X, WQ)
           K = einsum("ti,hid->htd", X, WK) + bK[:, None, :]
           V = einsum("ti,hie->hte", X, WV)
           S = einsum("htd,hsd->hts", Q, K)/sqrt(d)
           P = exp(S)/sum(exp(S), axis=2, keepdims=True)
           A = einsum("hts,hse->hte", P, V)
           Y = einsum("hte,hei->ti", A, WO)""", "Y",
        "Several heads attend by themselves; their outputs are weighted and added.",
        ("mha", "multihead attention", "transformer attention"),
    ),
    LayerRow(
        "rope", "Rotary position embedding", "attention",
        {"X": data("n", "2*d"), "theta": constant("d")},
        """phi = outer(arange(n), theta)
           U = X[:, :d]
           V = X[:, d:]
           Y = concatenate([U*cos(phi) - V*sin(phi), U*sin(phi) + V*cos(phi)], axis=1)""", "Y",
        "Each pair of features is turned by an angle that grows with the place.",
        ("rotary embedding", "rotary positional encoding"),
    ),
)  # fmt: skip

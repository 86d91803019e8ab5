"""Layers that are linear in their input: dense, bilinear, embedding, convolutions, pooling."""

from __future__ import annotations

from symback.layers.declared import bias, constant, data, inner, weight
from symback.layers.row import LayerRow

_STRIDED = "({} + 2*p - d*(k - 1) - 1)//s + 1"
_POOLED = "({} - k)//s + 1"

LINEAR: tuple[LayerRow, ...] = (
    LayerRow(
        "dense", "Dense layer, samples in rows", "linear",
        {"X": data("N", "m"), "W": weight("m", "n"), "b": bias("n")},
        "Y = X @ W + b", "Y",
        "Every output is a weighted sum of all inputs plus a bias; a row is a sample.",
        ("linear", "fully connected", "affine", "linear layer"),
    ),
    LayerRow(
        "dense_vector", "Dense layer, one sample", "linear",
        {"x": data("m"), "W": weight("n", "m"), "b": bias("n")},
        "y = W @ x + b", "y",
        "Every output is a weighted sum of all inputs plus a bias.",
        ("linear vector", "affine vector"),
    ),
    LayerRow(
        "dense_columns", "Dense layer, samples in columns", "linear",
        {"X": data("m", "N"), "W": weight("n", "m"), "b": bias("n")},
        "Y = W @ X + b[:, None]", "Y",
        "The dense layer for samples that stand in columns.",
        ("linear columns",),
    ),
    LayerRow(
        "bilinear", "Bilinear layer", "linear",
        {"u": data("m"), "v": data("n"), "W": weight("k", "m", "n"), "b": bias("k")},
        'y = einsum("oij,i,j->o", W, u, v) + b', "y",
        "Every output is a bilinear form of two inputs plus a bias.",
        ("bilinear pooling",),
    ),
    LayerRow(
        "bilinear_form", "Bilinear form", "linear",
        {"u": data("m"), "v": data("n"), "W": weight("m", "n")},
        "s = u @ W @ v", "s",
        "A score of two vectors by a matrix.",
        ("bilinear score",),
    ),
    LayerRow(
        "embedding", "Embedding", "linear",
        {"H": data("N", "v", facts=("one-hot",)), "E": weight("v", "d")},
        "Y = H @ E", "Y",
        "Each one-hot row picks a row of the table.",
        ("lookup table", "word embedding"),
    ),
    LayerRow(
        "conv1d_valid", "Convolution of a signal, one channel", "linear",
        {"x": data("n"), "w": weight("k")},
        "y = stack([sum(x[i:i + k]*w) for i in range(n - k + 1)])", "y",
        "The weights slide over the signal, without padding.",
        ("1d cross-correlation",),
        sizes={"n": {"least": 1}},
    ),
    LayerRow(
        "conv1d", "Convolution in one dimension", "linear",
        {"X": data("N", "c", "n"), "K": weight("o", "c", "k"), "b": bias("o"),
         "Xp": inner("N", "c", "n + 2*p"), "Y": inner("N", "o", _STRIDED.format("n"))},
        """Xp[q, e, i] = zero_outside(X[q, e, i - p])
           Y[q, r, t] = b[r] + sum(K[r, e, a]*Xp[q, e, s*t + d*a] for e in range(c) for a in range(k))""", "Y",
        "Convolution with channels, stride s, padding p and dilation d.",
        ("1d convolution", "temporal convolution"),
    ),
    LayerRow(
        "conv2d", "Convolution in two dimensions", "linear",
        {"X": data("N", "c", "h", "w"), "K": weight("o", "c", "k", "l"), "b": bias("o"),
         "Xp": inner("N", "c", "h + 2*p", "w + 2*p"), "Y": inner("N", "o", "(h + 2*p - k)//s + 1", "(w + 2*p - l)//s + 1")},
        """Xp[q, e, i, j] = zero_outside(X[q, e, i - p, j - p])
           Y[q, r, u, v] = b[r] + sum(K[r, e, a, g]*Xp[q, e, s*u + a, s*v + g] for e in range(c) for a in range(k) for g in range(l))""",
        "Y",
        "Convolution with channels and stride s of the input X, padded by p to Xp.",
        ("convolution", "conv", "2d convolution", "cross-correlation"),
    ),
    LayerRow(
        "conv2d_dilated", "Dilated convolution in two dimensions", "linear",
        {"X": data("N", "c", "h", "w"), "K": weight("o", "c", "k", "k"), "b": bias("o"),
         "Xp": inner("N", "c", "h + 2*p", "w + 2*p"), "Y": inner("N", "o", _STRIDED.format("h"), _STRIDED.format("w"))},
        """Xp[q, e, i, j] = zero_outside(X[q, e, i - p, j - p])
           Y[q, r, u, v] = b[r] + sum(K[r, e, a, g]*Xp[q, e, s*u + d*a, s*v + d*g] for e in range(c) for a in range(k) for g in range(k))""",
        "Y",
        "Convolution with square kernels, stride s, padding p and dilation d.",
        ("atrous convolution",),
    ),
    LayerRow(
        "conv2d_grouped", "Grouped convolution in two dimensions", "linear",
        {"X": data("N", "g", "c", "h", "w"), "K": weight("g", "o", "c", "k", "l"), "b": bias("g", "o"),
         "Xp": inner("N", "g", "c", "h + 2*p", "w + 2*p"), "Y": inner("N", "g", "o", "(h + 2*p - k)//s + 1", "(w + 2*p - l)//s + 1")},
        """Xp[q, f, e, i, j] = zero_outside(X[q, f, e, i - p, j - p])
           Y[q, f, r, u, v] = b[f, r] + sum(K[f, r, e, a, z]*Xp[q, f, e, s*u + a, s*v + z] for e in range(c) for a in range(k) for z in range(l))""",
        "Y",
        "The channels stand in g groups, and each group is convolved by itself.",
        ("group convolution",),
    ),
    LayerRow(
        "conv2d_general", "Convolution in two dimensions with stride, padding, dilation and groups", "linear",
        {"X": data("N", "g", "c", "h", "w"), "K": weight("g", "o", "c", "k", "k"), "b": bias("g", "o"),
         "Xp": inner("N", "g", "c", "h + 2*p", "w + 2*p"), "Y": inner("N", "g", "o", _STRIDED.format("h"), _STRIDED.format("w"))},
        """Xp[q, f, e, i, j] = zero_outside(X[q, f, e, i - p, j - p])
           Y[q, f, r, u, v] = b[f, r] + sum(K[f, r, e, a, z]*Xp[q, f, e, s*u + d*a, s*v + d*z] for e in range(c) for a in range(k) for z in range(k))""",
        "Y",
        "Square kernels, stride s, padding p, dilation d, and the channels in g groups, each convolved by itself.",
        ("general convolution", "dilated group convolution", "strided dilated grouped convolution"),
    ),
    LayerRow(
        "conv1d_grouped", "Grouped convolution in one dimension", "linear",
        {"X": data("N", "g", "c", "n"), "K": weight("g", "o", "c", "k"), "b": bias("g", "o"),
         "Xp": inner("N", "g", "c", "n + 2*p"), "Y": inner("N", "g", "o", _STRIDED.format("n"))},
        """Xp[q, f, e, i] = zero_outside(X[q, f, e, i - p])
           Y[q, f, r, t] = b[f, r] + sum(K[f, r, e, a]*Xp[q, f, e, s*t + d*a] for e in range(c) for a in range(k))""", "Y",
        "Stride s, padding p, dilation d, and the channels in g groups, each convolved by itself.",
        ("group convolution 1d", "grouped temporal convolution"),
    ),
    LayerRow(
        "conv2d_depthwise", "Depthwise convolution in two dimensions", "linear",
        {"X": data("N", "c", "h", "w"), "K": weight("c", "k", "l"), "b": bias("c"),
         "Xp": inner("N", "c", "h + 2*p", "w + 2*p"), "Y": inner("N", "c", "(h + 2*p - k)//s + 1", "(w + 2*p - l)//s + 1")},
        """Xp[q, e, i, j] = zero_outside(X[q, e, i - p, j - p])
           Y[q, e, u, v] = b[e] + sum(K[e, a, g]*Xp[q, e, s*u + a, s*v + g] for a in range(k) for g in range(l))""",
        "Y",
        "Each channel has a kernel of its own.",
        ("separable convolution",),
    ),
    LayerRow(
        "max_pool", "Max pooling", "linear",
        {"X": data("N", "c", "h", "w"), "Y": inner("N", "c", _POOLED.format("h"), _POOLED.format("w"))},
        "Y[q, e, u, v] = max(X[q, e, s*u + a, s*v + g] for a in range(k) for g in range(k))", "Y",
        "The largest entry of each window of size k, moved by s.",
        ("maximum pooling", "max pooling 2d"),
    ),
    LayerRow(
        "average_pool", "Average pooling", "linear",
        {"X": data("N", "c", "h", "w"), "Y": inner("N", "c", _POOLED.format("h"), _POOLED.format("w"))},
        "Y[q, e, u, v] = mean(X[q, e, s*u + a, s*v + g] for a in range(k) for g in range(k))", "Y",
        "The mean of each window of size k, moved by s.",
        ("mean pooling", "avg pool"),
    ),
    LayerRow(
        "global_average_pool", "Global average pooling", "linear",
        {"X": data("N", "c", "h", "w")},
        "Y = mean(X, axis=(2, 3))", "Y",
        "The mean of each channel.",
        ("gap",),
    ),
    LayerRow(
        "graph_convolution", "Graph convolution", "linear",
        {"A": constant("N", "N"), "H": data("N", "m"), "W": weight("m", "n")},
        "Y = A @ H @ W", "Y",
        "Neighbours are mixed by the normalised adjacency matrix, then weighted.",
        ("gcn", "graph convolutional layer"),
    ),
)  # fmt: skip

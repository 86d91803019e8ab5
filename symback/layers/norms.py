"""Normalisations, with their statistics as definitions of their own."""

from __future__ import annotations

from symback.layers.declared import bias, constant, data, weight
from symback.layers.row import LayerRow

_EPS = {"eps": constant(facts=("positive",))}

NORMS: tuple[LayerRow, ...] = (
    LayerRow(
        "batch_norm", "Batch normalisation, training mode", "norm",
        {"X": data("m", "n"), "gamma": weight("n"), "beta": bias("n"), **_EPS},
        """mu = mean(X, axis=0)
           sd = sqrt(mean((X - mu)**2, axis=0) + eps)
           Xhat = (X - mu)/sd
           Y = gamma*Xhat + beta""", "Y",
        "Each feature is centred and scaled over the samples of the batch.",
        ("batchnorm", "batch normalization", "bn"),
    ),
    LayerRow(
        "batch_norm_inference", "Batch normalisation, inference mode", "norm",
        {"X": data("m", "n"), "gamma": weight("n"), "beta": bias("n"), "mu": constant("n"), "v": constant("n", facts=("positive",)), **_EPS},
        """sd = sqrt(v + eps)
           Xhat = (X - mu)/sd
           Y = gamma*Xhat + beta""", "Y",
        "Mean and variance are stored numbers, not those of the batch.",
        ("batchnorm eval",),
    ),
    LayerRow(
        "layer_norm", "Layer normalisation, one sample", "norm",
        {"x": data("n"), "gamma": weight("n"), "beta": bias("n"), **_EPS},
        """mu = mean(x)
           sd = sqrt(mean((x - mu)**2) + eps)
           xhat = (x - mu)/sd
           y = gamma*xhat + beta""", "y",
        "The features of one sample are centred and scaled.",
        ("layernorm", "layer normalization", "ln"),
    ),
    LayerRow(
        "layer_norm_rows", "Layer normalisation, samples in rows", "norm",
        {"X": data("N", "n"), "gamma": weight("n"), "beta": bias("n"), **_EPS},
        """mu = mean(X, axis=1, keepdims=True)
           sd = sqrt(mean((X - mu)**2, axis=1, keepdims=True) + eps)
           Xhat = (X - mu)/sd
           Y = gamma*Xhat + beta""", "Y",
        "The features of each sample are centred and scaled.",
        ("layernorm batch",),
    ),
    LayerRow(
        "group_norm", "Group normalisation", "norm",
        {"X": data("N", "g", "c", "s"), "gamma": weight("g", "c"), "beta": bias("g", "c"), **_EPS},
        """mu = mean(X, axis=(2, 3), keepdims=True)
           sd = sqrt(mean((X - mu)**2, axis=(2, 3), keepdims=True) + eps)
           Xhat = (X - mu)/sd
           Y = gamma[:, :, None]*Xhat + beta[:, :, None]""", "Y",
        "The c channels of each of g groups are centred and scaled together over all s places.",
        ("groupnorm", "group normalization"),
    ),
    LayerRow(
        "instance_norm", "Instance normalisation", "norm",
        {"X": data("N", "c", "s"), "gamma": weight("c"), "beta": bias("c"), **_EPS},
        """mu = mean(X, axis=2, keepdims=True)
           sd = sqrt(mean((X - mu)**2, axis=2, keepdims=True) + eps)
           Xhat = (X - mu)/sd
           Y = gamma[:, None]*Xhat + beta[:, None]""", "Y",
        "Each channel of each sample is centred and scaled over its s places.",
        ("instancenorm", "instance normalization"),
    ),
    LayerRow(
        "rms_norm", "Root mean square normalisation", "norm",
        {"x": data("n"), "gamma": weight("n"), **_EPS},
        """r = sqrt(mean(x**2) + eps)
           y = gamma*x/r""", "y",
        "The features of one sample are scaled to mean square 1, without centring.",
        ("rmsnorm", "rms normalization", "root mean square layer normalization"),
    ),
    LayerRow(
        "rms_norm_rows", "Root mean square normalisation, samples in rows", "norm",
        {"X": data("N", "n"), "gamma": weight("n"), **_EPS},
        """r = sqrt(mean(X**2, axis=1, keepdims=True) + eps)
           Y = gamma*X/r""", "Y",
        "The features of each sample are scaled to mean square 1, without centring.",
        ("rmsnorm batch",),
    ),
    LayerRow(
        "l2_norm", "L2 normalisation", "norm",
        {"x": data("n")},
        """r = sqrt(sum(x**2))
           u = x/r""", "u",
        "A vector is divided by its length.",
        ("l2 normalize", "unit vector", "normalize"),
    ),
    LayerRow(
        "weight_norm", "Weight normalisation", "norm",
        {"v": weight("n"), "gamma": weight()},
        """r = sqrt(sum(v**2))
           w = gamma*v/r""", "w",
        "The weights of a unit are a length gamma times a direction v.",
        ("weightnorm", "weight normalization"),
    ),
    LayerRow(
        "weight_norm_matrix", "Weight normalisation of a layer", "norm",
        {"V": weight("n", "m"), "gamma": weight("n"), "x": data("m"), "b": bias("n")},
        """r = sqrt(sum(V**2, axis=1))
           W = V*(gamma/r)[:, None]
           y = W @ x + b""", "y",
        "Each row of the weights is a length times a direction.",
        ("weightnorm layer",),
    ),
)  # fmt: skip

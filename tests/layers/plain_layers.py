"""What each layer computes, in plain NumPy and written another way than its row: loops, windows, np.linalg, math."""

from __future__ import annotations

from math import erf
from statistics import NormalDist

import numpy as np


def softmax(z, axis=-1):
    shifted = np.exp(z - z.max(axis=axis, keepdims=True))
    return shifted / shifted.sum(axis=axis, keepdims=True)


def each(function):
    return lambda v: np.vectorize(function)(v.z)


def logistic(t):
    return 0.5 * (1 + np.tanh(t / 2))


def standardise(x, eps, axis):
    return (x - x.mean(axis=axis, keepdims=True)) / np.sqrt(x.var(axis=axis, keepdims=True) + eps)


def convolved(x, kernel, stride, padding, dilation=(1, 1)):
    """One image (channels, height, width) with one kernel (channels, k, l), by windows of the padded image."""
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, kernel.shape[1:], strict=True)]
    rows = range(0, x.shape[1] - spans[0] + 1, stride)
    columns = range(0, x.shape[2] - spans[1] + 1, stride)
    return np.array(
        [[np.sum(x[:, u : u + spans[0] : dilation[0], v : v + spans[1] : dilation[1]] * kernel) for v in columns] for u in rows]
    )


def conv1d(v):
    def one(x, kernel):
        return convolved(np.pad(x, ((0, 0), (v.p, v.p)))[:, None, :], kernel[:, None, :], v.s, 0, (1, v.d))[0]

    return np.array([[one(x, k) + b for k, b in zip(v.K, v.b, strict=True)] for x in v.X])


def conv2d(v):
    d = getattr(v, "d", 1)
    return np.array([[convolved(x, k, v.s, v.p, (d, d)) + b for k, b in zip(v.K, v.b, strict=True)] for x in v.X])


def conv1d_grouped(v):
    def group(x, kernels, biases):
        return [
            convolved(np.pad(x, ((0, 0), (v.p, v.p)))[:, None, :], k[:, None, :], v.s, 0, (1, v.d))[0] + b
            for k, b in zip(kernels, biases, strict=True)
        ]

    return np.array([[group(x[g], v.K[g], v.b[g]) for g in range(x.shape[0])] for x in v.X])


def conv2d_grouped(v):
    d = getattr(v, "d", 1)

    def group(x, kernels, biases):
        return [convolved(x, k, v.s, v.p, (d, d)) + b for k, b in zip(kernels, biases, strict=True)]

    return np.array([[group(x[g], v.K[g], v.b[g]) for g in range(x.shape[0])] for x in v.X])


def conv2d_depthwise(v):
    return np.array([[convolved(x[c : c + 1], v.K[c : c + 1], v.s, v.p) + v.b[c] for c in range(x.shape[0])] for x in v.X])


def pooled(choose):
    def pool(v):
        windows = np.lib.stride_tricks.sliding_window_view(v.X, (v.k, v.k), axis=(2, 3))
        return choose(windows[:, :, :: v.s, :: v.s], axis=(4, 5))

    return pool


def attend(q, k, v, add=0.0):
    return softmax(q @ k.T / np.sqrt(q.shape[1]) + add) @ v


def causal(v):
    return attend(v.Q, v.K, v.V, np.where(np.arange(len(v.Q))[None, :] > np.arange(len(v.Q))[:, None], -np.inf, 0))


def heads(v):
    made = [attend(v.X @ q, v.X @ k + b, v.X @ w) for q, k, w, b in zip(v.WQ, v.WK, v.WV, v.bK, strict=True)]
    return np.concatenate(made, axis=1) @ np.concatenate(list(v.WO), axis=0)


def rotated(v):
    turned = (v.X[:, : v.d] + 1j * v.X[:, v.d :]) * np.exp(1j * np.arange(len(v.X))[:, None] * v.theta)
    return np.concatenate([turned.real, turned.imag], axis=1)


def gelu(t):
    return t * 0.5 * (1 + erf(t / 2**0.5))


def elu(a, t, scale=1.0):
    return t if t > 0 else a * np.expm1(t / scale)


PLAIN = {
    "dense": lambda v: np.array([v.W.T @ x + v.b for x in v.X]),
    "dense_vector": lambda v: np.array([np.dot(w, v.x) + b for w, b in zip(v.W, v.b, strict=True)]),
    "dense_columns": lambda v: np.array([v.W @ x + v.b for x in v.X.T]).T,
    "bilinear": lambda v: np.array([v.u @ w @ v.v + b for w, b in zip(v.W, v.b, strict=True)]),
    "bilinear_form": lambda v: np.sum(v.W * np.outer(v.u, v.v)),
    "embedding": lambda v: v.E[v.H.argmax(axis=1)],
    "conv1d_valid": lambda v: np.correlate(v.x, v.w, "valid"),
    "conv1d": conv1d,
    "conv2d": conv2d,
    "conv2d_dilated": conv2d,
    "conv2d_grouped": conv2d_grouped,
    "conv2d_general": conv2d_grouped,
    "conv1d_grouped": conv1d_grouped,
    "conv2d_depthwise": conv2d_depthwise,
    "max_pool": pooled(np.max),
    "average_pool": pooled(np.mean),
    "global_average_pool": lambda v: v.X.reshape(*v.X.shape[:2], -1).mean(axis=2),
    "graph_convolution": lambda v: np.array([sum(a * (v.W.T @ h) for a, h in zip(row, v.H, strict=True)) for row in v.A]),
    "batch_norm": lambda v: standardise(v.X, v.eps, 0) * v.gamma + v.beta,
    "batch_norm_inference": lambda v: np.array([(x - v.mu) * (v.v + v.eps) ** -0.5 * v.gamma + v.beta for x in v.X]),
    "layer_norm": lambda v: standardise(v.x, v.eps, 0) * v.gamma + v.beta,
    "layer_norm_rows": lambda v: np.array([standardise(x, v.eps, 0) * v.gamma + v.beta for x in v.X]),
    "group_norm": lambda v: np.array([[standardise(g, v.eps, None) * c[:, None] + b[:, None] for g, c, b in zip(x, v.gamma, v.beta, strict=True)] for x in v.X]),
    "instance_norm": lambda v: np.array([[standardise(c, v.eps, None) * s + b for c, s, b in zip(x, v.gamma, v.beta, strict=True)] for x in v.X]),
    "rms_norm": lambda v: v.gamma * v.x * (np.dot(v.x, v.x) / len(v.x) + v.eps) ** -0.5,
    "rms_norm_rows": lambda v: np.array([v.gamma * x * (np.dot(x, x) / len(x) + v.eps) ** -0.5 for x in v.X]),
    "l2_norm": lambda v: v.x / np.linalg.norm(v.x),
    "weight_norm": lambda v: v.gamma * v.v / np.linalg.norm(v.v),
    "weight_norm_matrix": lambda v: np.array([g * (w @ v.x) / np.linalg.norm(w) for w, g in zip(v.V, v.gamma, strict=True)]) + v.b,
    "attention": lambda v: attend(v.Q, v.K, v.V),
    "masked_attention": lambda v: attend(v.Q, v.K, v.V, v.M),
    "causal_attention": causal,
    "self_attention": lambda v: attend(v.X @ v.WQ, v.X @ v.WK, v.X @ v.WV),
    "cross_attention": lambda v: attend(v.X @ v.WQ, v.C @ v.WK, v.C @ v.WV),
    "multi_head_attention": heads,
    "rope": rotated,
    "residual": lambda v: v.x + v.W2 @ np.clip(v.W1 @ v.x + v.b1, 0, None) + v.b2,
    "dropout": lambda v: np.where(v.m == 1, v.x / v.q, 0),
    "glu": lambda v: (v.W @ v.x + v.b) * logistic(v.V @ v.x + v.c),
    "swiglu": lambda v: v.U @ ((v.W @ v.x) * logistic(v.W @ v.x) * (v.V @ v.x)),
    "geglu": lambda v: v.U @ (np.vectorize(gelu)(v.W @ v.x) * (v.V @ v.x)),
    "reglu": lambda v: (v.W @ v.x + v.b) * np.clip(v.V @ v.x + v.c, 0, None),
    "highway": lambda v: v.x + logistic(v.V @ v.x + v.c) * (np.tanh(v.W @ v.x + v.b) - v.x),
    "sigmoid": each(logistic),
    "tanh": each(np.tanh),
    "relu": each(lambda t: t if t > 0 else 0.0),
    "leaky_relu": lambda v: np.array([t if t > 0 else v.a * t for t in v.z]),
    "prelu": lambda v: np.array([t if t > 0 else a * t for t, a in zip(v.z, v.a, strict=True)]),
    "relu6": each(lambda t: np.clip(t, 0.0, 6.0)),
    "squared_relu": each(lambda t: t * t if t > 0 else 0.0),
    "elu": lambda v: np.array([elu(v.a, t) for t in v.z]),
    "selu": lambda v: np.array([v.lam * elu(v.a, t) for t in v.z]),
    "celu": lambda v: np.array([elu(v.a, t, v.a) for t in v.z]),
    "gelu": each(gelu),
    "gelu_erf": each(lambda t: t * NormalDist().cdf(t)),
    "gelu_tanh": each(lambda t: t * logistic(2 * (2 / np.pi) ** 0.5 * (t + 0.044715 * t**3))),
    "gelu_sigmoid": each(lambda t: t * logistic(1.702 * t)),
    "silu": each(lambda t: t * logistic(t)),
    "swish": lambda v: v.z * logistic(v.beta * v.z),
    "mish": each(lambda t: t * np.tanh(np.logaddexp(0, t))),
    "softplus": each(lambda t: np.logaddexp(0, t)),
    "softsign": each(lambda t: t / (1 + t) if t > 0 else t / (1 - t)),
    "log_sigmoid": each(lambda t: -np.logaddexp(0, -t)),
    "hard_sigmoid": each(lambda t: 0.0 if t < -3 else 1.0 if t > 3 else (t + 3) / 6),
    "hard_tanh": each(lambda t: min(max(t, -1.0), 1.0)),
    "hard_swish": each(lambda t: 0.0 if t < -3 else t if t > 3 else t * (t + 3) / 6),
    "gaussian": each(lambda t: np.exp(-t * t)),
    "sine": lambda v: np.sin(v.omega * v.z),
    "softmax": lambda v: softmax(v.z),
    "softmax_temperature": lambda v: softmax(v.z / v.T),
    "log_softmax": lambda v: np.log(softmax(v.z)),
    "softmin": lambda v: softmax(-v.z),
    "softmax_rows": lambda v: np.array([softmax(z) for z in v.Z]),
    "log_sum_exp": lambda v: np.logaddexp.reduce(v.z),
    "maxout": lambda v: np.array([max(w @ v.x + b) for w, b in zip(v.W, v.b, strict=True)]),
}  # fmt: skip

"""What each loss computes, in plain NumPy and written another way than its row."""

from __future__ import annotations

import numpy as np
from plain_layers import logistic, softmax


def huber(r, d):
    return r * r / 2 if -d <= r <= d else d * (abs(r) - d / 2)


def cross_entropy(z, y):
    return np.logaddexp.reduce(z) * y.sum() - y @ z


def binary(z, y, positive=1.0):
    return np.sum(positive * y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))


def focal(z, y, g):
    right = logistic(z) if y == 1 else logistic(-z)
    return -((1 - right) ** g) * np.log(right)


def multiclass_hinge(v):
    own = v.y.argmax()
    return sum(max(0.0, z - v.z[own] + 1) for k, z in enumerate(v.z) if k != own)


def info_nce(v):
    return np.mean([cross_entropy(v.V @ u / v.tau, np.eye(len(v.U))[k]) for k, u in enumerate(v.U)])


def contrastive(v):
    r = np.linalg.norm(v.u - v.v)
    return r * r / 2 if v.y == 1 else max(0.0, v.m - r) ** 2 / 2


def gaussian_divergence(mu, l):
    return sum(0.5 * (m * m + np.exp(t) - t - 1) for m, t in zip(mu, l, strict=True))


def vae(v):
    made = v.W @ (v.mu + np.sqrt(np.exp(v.l)) * v.eps) + v.b
    return 0.5 * np.linalg.norm(v.x - made) ** 2 + gaussian_divergence(v.mu, v.l)


def critic(v, x):
    return np.tanh(v.W.T @ x + v.b) @ v.w


def gradient_penalty(v):
    """The slope by central differences, exact enough for 1e-6."""
    step = 1e-5
    slope = [(critic(v, v.x + step * e) - critic(v, v.x - step * e)) / (2 * step) for e in np.eye(len(v.x))]
    return v.lam * (np.linalg.norm(slope) - 1) ** 2


def ppo(v):
    """By cases: the ratio is cut above where the advantage is positive, below where it is negative."""
    ratio = np.exp(v.l) / np.exp(v.l_old)
    kept = np.where(v.A > 0, np.minimum(ratio, 1 + v.eps), np.maximum(ratio, 1 - v.eps))
    return -np.mean(kept * v.A)


PLAIN = {
    "squared_error": lambda v: np.linalg.norm(v.y - v.yhat) ** 2,
    "half_squared_error": lambda v: np.linalg.norm(v.y - v.yhat) ** 2 / 2,
    "mean_squared_error": lambda v: np.average(np.square(v.yhat - v.y)),
    "root_mean_squared_error": lambda v: np.linalg.norm(v.y - v.yhat) / len(v.y) ** 0.5,
    "absolute_error": lambda v: np.linalg.norm(v.y - v.yhat, 1),
    "mean_absolute_error": lambda v: np.linalg.norm(v.y - v.yhat, 1) / len(v.y),
    "huber": lambda v: sum(huber(r, v.delta) for r in v.y - v.yhat),
    "pseudo_huber": lambda v: sum(v.delta * np.hypot(v.delta, r) - v.delta**2 for r in v.y - v.yhat),
    "log_cosh": lambda v: sum(np.logaddexp(r, -r) - np.log(2) for r in v.y - v.yhat),
    "quantile": lambda v: sum(v.tau * r if r > 0 else (v.tau - 1) * r for r in v.y - v.yhat),
    "poisson": lambda v: sum(np.exp(z) - y * z for z, y in zip(v.z, v.y, strict=True)),
    "gaussian_nll": lambda v: 0.5 * sum((y - m) ** 2 * np.exp(-s) + s for y, m, s in zip(v.y, v.mu, v.s, strict=True)),
    "gaussian_nll_deviation": lambda v: sum(0.5 * ((y - m) / s) ** 2 + np.log(s) for y, m, s in zip(v.y, v.mu, v.sigma, strict=True)),
    "gaussian_nll_covariance": lambda v: np.linalg.slogdet(v.S)[1] / 2 + np.linalg.norm(np.linalg.solve(np.linalg.cholesky(v.S), v.x - v.mu)) ** 2 / 2,
    "least_squares": lambda v: np.linalg.norm(v.X @ v.W - v.Y, "fro") ** 2,
    "binary_cross_entropy": lambda v: binary(np.log(v.p / (1 - v.p)), v.y),
    "sigmoid_cross_entropy": lambda v: binary(v.z, v.y),
    "sigmoid_cross_entropy_weighted": lambda v: binary(v.z, v.y, v.w),
    "cross_entropy": lambda v: -np.log(v.p) @ v.y,
    "softmax_cross_entropy": lambda v: cross_entropy(v.z, v.y),
    "softmax_cross_entropy_batch": lambda v: np.mean([cross_entropy(z, y) for z, y in zip(v.Z, v.Y, strict=True)]),
    "cross_entropy_smoothed": lambda v: (1 - v.a) * cross_entropy(v.z, v.y) + v.a * cross_entropy(v.z, np.full(len(v.z), 1 / len(v.z))),
    "cross_entropy_weighted": lambda v: cross_entropy(v.z, v.w * v.y),
    "focal": lambda v: sum(focal(z, y, v.gamma) for z, y in zip(v.z, v.y, strict=True)),
    "focal_positive": lambda v: focal(v.z, 1, v.gamma),
    "hinge": lambda v: sum(max(0.0, 1 - y * z) for z, y in zip(v.z, v.y, strict=True)),
    "squared_hinge": lambda v: sum(max(0.0, 1 - y * z) ** 2 for z, y in zip(v.z, v.y, strict=True)),
    "multiclass_hinge": multiclass_hinge,
    "kl_divergence": lambda v: v.p @ np.log(v.p) - v.p @ np.log(v.q),
    "kl_divergence_logits": lambda v: v.q @ np.log(v.q) + cross_entropy(v.z, v.q),
    "jensen_shannon": lambda v: (v.p @ np.log(2 * v.p / (v.p + v.q)) + v.q @ np.log(2 * v.q / (v.p + v.q))) / 2,
    "distillation": lambda v: v.T * v.T * cross_entropy(v.z / v.T, softmax(v.t / v.T)),
    "info_nce": info_nce,
    "triplet": lambda v: max(0.0, np.linalg.norm(v.a - v.p) ** 2 - np.linalg.norm(v.a - v.n) ** 2 + v.m),
    "contrastive": contrastive,
    "cosine": lambda v: np.linalg.norm(v.u / np.linalg.norm(v.u) - v.v / np.linalg.norm(v.v)) ** 2 / 2,
    "vae_bound": vae,
    "gaussian_divergence": lambda v: gaussian_divergence(v.mu, v.l),
    "wasserstein_critic": lambda v: np.mean([critic(v, z) for z in v.Z]) - np.mean([critic(v, x) for x in v.X]),
    "gradient_penalty": gradient_penalty,
    "dpo": lambda v: np.mean(np.logaddexp(0, v.beta * (v.ll - v.rl - v.lw + v.rw))),
    "reward_model": lambda v: np.mean(np.logaddexp(0, v.rl - v.rw)),
    "ppo_clip": ppo,
    "l1": lambda v: v.lam * np.linalg.norm(v.w, 1),
    "l2": lambda v: v.lam / 2 * np.dot(v.w, v.w),
    "elastic_net": lambda v: v.lam * sum(v.a * abs(w) + (1 - v.a) / 2 * w * w for w in v.w),
    "frobenius": lambda v: v.lam / 2 * np.trace(v.W.T @ v.W),
    "entropy": lambda v: sum(p * np.log(1 / p) for p in v.p),
    "entropy_logits": lambda v: np.logaddexp.reduce(v.z) - softmax(v.z) @ v.z,
}  # fmt: skip

"""Metric, generative and preference losses."""

from __future__ import annotations

from symback.layers.declared import Row, bias, constant, data, target, weight
from symback.layers.row import LayerRow

_POSITIVE = constant(facts=("positive",))


def _loss(name: str, title: str, group: str, symbols: dict[str, Row], forward: str, says: str, *aliases: str) -> LayerRow:
    return LayerRow(name, title, group, symbols, forward, "L", says, aliases)


METRIC: tuple[LayerRow, ...] = (
    _loss("info_nce", "InfoNCE", "metric", {"U": data("B", "d"), "V": data("B", "d"), "tau": _POSITIVE},
          """S = U @ V.T/tau
             P = exp(S)/sum(exp(S), axis=1, keepdims=True)
             l = log(P)
             L = -mean(diag(l))""",
          "Each row of U must find its own row of V among all.", "contrastive learning", "nt-xent", "clip loss", "simclr"),
    _loss("triplet", "Triplet loss", "metric", {"a": data("d"), "p": data("d"), "n": data("d"), "m": _POSITIVE},
          """dp = sum((a - p)**2)
             dn = sum((a - n)**2)
             L = maximum(0, dp - dn + m)""",
          "An anchor a must be nearer to p than to n by a margin m.", "triplet margin"),
    _loss("contrastive", "Contrastive loss of pairs", "metric", {"u": data("d"), "v": data("d"), "y": target(facts=("binary",)), "m": _POSITIVE},
          """r = sqrt(sum((u - v)**2))
             L = y*r**2/2 + (1 - y)*maximum(0, m - r)**2/2""",
          "Pairs of one kind (y = 1) are pulled together, others pushed to a distance of m.", "siamese loss"),
    _loss("cosine", "Cosine distance", "metric", {"u": data("d"), "v": data("d")},
          """a = sqrt(sum(u**2))
             b = sqrt(sum(v**2))
             c = u @ v/(a*b)
             L = 1 - c""",
          "One minus the cosine of the angle between two vectors.", "cosine similarity", "cosine embedding loss"),
    _loss("vae_bound", "Bound of a variational autoencoder", "generative",
          {"x": target("n"), "mu": data("d"), "l": data("d"), "eps": constant("d"), "W": weight("n", "d"), "b": bias("n")},
          """z = mu + exp(l/2)*eps
             xhat = W @ z + b
             R = sum((x - xhat)**2)/2
             D = sum(mu**2 + exp(l) - 1 - l)/2
             L = R + D""",
          "Reconstruction by a linear decoder plus the divergence of the code from a standard normal; l is a log-variance.",
          "elbo", "vae loss", "evidence lower bound"),
    _loss("gaussian_divergence", "Divergence of a Gaussian from the standard one", "generative", {"mu": data("d"), "l": data("d")},
          "L = sum(mu**2 + exp(l) - 1 - l)/2", "The regulariser of a variational autoencoder; l is a log-variance.", "vae kl", "gaussian kl"),
    _loss("wasserstein_critic", "Wasserstein critic", "generative",
          {"X": data("N", "d"), "Z": data("M", "d"), "W": weight("d", "h"), "b": bias("h"), "w": weight("h")},
          """HZ = tanh(Z @ W + b)
             HX = tanh(X @ W + b)
             L = mean(HZ @ w) - mean(HX @ w)""",
          "A critic with one hidden layer scores made samples Z low and real ones X high.", "wgan", "critic loss"),
    _loss("gradient_penalty", "Gradient penalty of a critic", "generative",
          {"x": data("d"), "W": weight("d", "h"), "b": bias("h"), "w": weight("h"), "lam": _POSITIVE},
          """h = tanh(x @ W + b)
             g = W @ (w*(1 - h**2))
             r = sqrt(sum(g**2))
             L = lam*(r - 1)**2""",
          "The slope g of a critic with one hidden layer is drawn to length 1.", "wgan-gp"),
    _loss("dpo", "Direct preference optimisation", "preference",
          {"lw": data("N"), "ll": data("N"), "rw": constant("N"), "rl": constant("N"), "beta": _POSITIVE},
          """m = beta*((lw - rw) - (ll - rl))
             p = 1/(1 + exp(-m))
             L = -mean(log(p))""",
          "Log-probabilities of winning and losing answers against those of a reference.", "direct preference optimization"),
    _loss("reward_model", "Pairwise reward loss", "preference", {"rw": data("N"), "rl": data("N")},
          """p = 1/(1 + exp(-(rw - rl)))
             L = -mean(log(p))""", "The better answer must get the higher reward.", "bradley-terry"),
    _loss("ppo_clip", "Clipped policy optimisation", "preference",
          {"l": data("N"), "l_old": constant("N"), "A": constant("N"), "eps": constant(facts=(("between", 0, 1),))},
          """r = exp(l - l_old)
             c = clip(r, 1 - eps, 1 + eps)
             L = -mean(minimum(r*A, c*A))""",
          "The probability ratio r is cut where it would gain too much.", "ppo", "proximal policy optimization"),
)  # fmt: skip

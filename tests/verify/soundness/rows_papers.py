"""Spellings of papers: primes of activations, ΔW, p(y | x), definitions behind the formula, derivatives of derivatives, Laplacians."""

from .rows import Group

N, MN = {"shape": ["n"]}, {"shape": ["m", "n"]}
W = r"\frac{\partial L}{\partial W} = "
PHI = r"\frac{\partial\phi}{\partial W} = 2X^T(Y-S)"

GROUPS = [
    Group(
        "an activation by its letter",
        {"X": {"shape": ["N", "D"]}, "W": {"shape": ["D", "M"]}, "A": {"shape": ["M", "K"]}, "Y": {"shape": ["N", "K"]}},
        "H = tanh(X @ W)\nE = H @ A - Y\nL = sum(E**2)",
        (
            (W + r"2X^T(H' \odot EA^T)", "proved"),
            (W + r"2X^T(h'(XW) \odot EA^T)", "proved"),
            (W + r"2X^T(f'(XW) \odot EA^T)", "proved"),
            (r"\frac{\partial L}{\partial A} = 2h(XW)^T E", "proved"),
            (r"dL = 2\langle H' \odot EA^T, X\,dW\rangle", "not refuted"),
            (W + r"2X^T((1 - H \odot H) \odot EA^T)", "proved"),
            (W + r"X^T(H' \odot EA^T)", "refuted"),
            (W + r"2X^T(H \odot EA^T)", "refuted"),
            (W + r"2X^T(h(XW) \odot EA^T)", "refuted"),
            (W + r"-2X^T(h'(XW) \odot EA^T)", "refuted"),
            (r"\frac{\partial L}{\partial A} = 2h'(XW)^T E", "refuted"),
        ),
    ),
    Group(
        "a name of two letters",
        {"x": N, "Delta_W": MN, "y": {"shape": ["m"]}},
        "z = Delta_W @ x\nL = sum((z - y)**2)/2",
        (
            (r"\frac{\partial L}{\partial \Delta W} = (z-y)x^T", "proved"),
            (r"\nabla_{\Delta W} L = (\Delta W x - y)x^T", "proved"),
            (r"L = \tfrac12\|\Delta W x - y\|^2", "proved"),
            (r"dL = (z - y)^T\,d\Delta W\,x", "not refuted"),
            (r"\nabla_{\Delta W} L = 2(z-y)x^T", "refuted"),
            (r"\frac{\partial L}{\partial \Delta W} = (z+y)x^T", "refuted"),
            (r"L = \|\Delta W x - y\|^2", "refuted"),
        ),
    ),
    Group(
        "definitions behind the formula",
        {"X": MN, "W": {"shape": ["n", "K"]}},
        "Y = X @ W\nphi = sum((abs(Y) - 1)**2)",
        (
            (PHI + r", \quad S = \text{sign}(Y)", "proved"),
            (PHI + r" \text{ where } S = \operatorname{sign}(Y)", "proved"),
            (PHI + r" \text{ with } S = {\rm sign}(Y)", "proved"),
            (PHI + r", \quad S = -\text{sign}(Y)", "refuted"),
            (PHI + r" \text{ where } S = Y", "refuted"),
            (r"\frac{\partial\phi}{\partial W} = X^T(Y-S), \quad S = \text{sign}(Y)", "refuted"),
        ),
        loss="phi",
    ),
    Group(
        "a policy",
        {"s": N, "W": {"shape": ["K", "n"], "role": "weight"}, "y": {"shape": ["K"], "facts": ["one-hot"]}},
        "z = W @ s\npi = softmax(z)\nL = log(sum(y*pi))",
        (
            (r"\nabla_z \log\pi(y|s) = y - \pi", "proved"),
            (r"\nabla_W \log \pi(y \mid s) = (y - \pi(\cdot|s)) s^\top", "proved"),
            (r"\frac{\partial \log \pi(k|s)}{\partial z_j} = \delta_{kj} - \pi_j", "proved"),
            (r"\nabla_z \log\pi(y|s) = \pi - y", "refuted"),
            (r"\nabla_W \log \pi(y \mid s) = (y + \pi(\cdot|s)) s^\top", "refuted"),
            (r"\frac{\partial \log \pi(k|s)}{\partial z_j} = \delta_{kj} - \pi_k", "refuted"),
            (r"\nabla_z \log\pi(z|s) = y - \pi", "cannot read"),
        ),
    ),
    Group(
        "a loss with a slope in it",
        {"w": N, "x": N, "y": {}},
        "z = w @ x\nd = z - y\nL = d**2/2",
        (
            (r"\nabla_w \|\nabla_x L\|^2 = 2 d^2 w + 2 d \|w\|^2 x", "proved"),
            (r"\frac{\partial}{\partial w}\|\nabla_x L\|^2 = 2 d^2 w + 2 d \|w\|^2 x", "proved"),
            (r"\nabla_w (x^\top \nabla_x L) = d x + z x", "proved"),
            (r"\nabla_x \|\nabla_x L\|^2 = 2 d \|w\|^2 w", "proved"),
            (r"\frac{\partial}{\partial y}\|\nabla_x L\|^2 = -2 d \|w\|^2", "proved"),
            (r"\nabla_w \|\nabla_w L\|^2 = 2 d \|x\|^2 x", "proved"),
            (r"\|\nabla_x L\|^2 = d^2\|w\|^2", "proved"),
            (r"\nabla_w \|\nabla_x L\|^2 = 2 d^2 w", "refuted"),
            (r"\nabla_w \|\nabla_x L\|^2 = 2 d \|w\|^2 x", "refuted"),
            (r"\nabla_w (x^\top \nabla_x L) = 2 d x", "refuted"),
            (r"\nabla_x \|\nabla_x L\|^2 = 2 d \|w\|^2 x", "refuted"),
            (r"\nabla_w (\|\nabla_x L\| - 1)^2 = 0", "refuted"),
        ),
    ),
    Group(
        "a quadratic form",
        {"x": N, "A": {"shape": ["n", "n"]}},
        "L = x @ A @ x",
        (
            (r"\Delta_x L = 2 \operatorname{tr}(A)", "proved"),
            (r"\Delta_x L = \operatorname{tr}(A + A^\top)", "proved"),
            (r"\Delta_x L = \operatorname{tr}(\nabla_x^2 L)", "proved"),
            (r"\Delta_x L = \operatorname{tr}(A)", "refuted"),
            (r"\Delta_x L = 2 x^\top A x", "refuted"),
            ("d2L/dxdA = 0", "refuted"),
        ),
    ),
]

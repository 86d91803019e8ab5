"""Accents that nobody declares: ŷ is the prediction where it can be only one, v̄ the adjoint in texts on differentiation, t above counts steps."""

from .rows import Group

N = {"shape": ["n"]}
KD = {"shape": ["K", "n"]}

GROUPS = [
    Group(
        "softmax and its prediction",
        {"W": KD, "x": N, "y": {"shape": ["K"], "facts": ["one-hot"]}},
        "z = W @ x\np = softmax(z)\nL = -sum(y*log(p))",
        (
            (r"\frac{\partial \mathcal L}{\partial W} = (\hat{y} - y) x^T", "proved"),
            (r"\nabla_z L = \hat y - y", "proved"),
            (r"\frac{\partial L}{\partial z_i} = \hat{y}_i - y_i", "proved"),
            ("∂L/∂z = ŷ − y", "proved"),
            (r"\nabla_z L = y - \hat y", "refuted"),
            (r"\nabla_z L = \hat y + y", "refuted"),
            (r"\frac{\partial \mathcal L}{\partial W} = x(\hat{y} - y)^T", "refuted"),
            (r"\nabla_z L = p - \hat y", "cannot read"),
            (r"\nabla_z L = \tilde y - y", "cannot read"),
        ),
    ),
    Group(
        "scores alone",
        {"W": KD, "x": N, "y": {"shape": ["K"], "facts": ["one-hot"]}},
        "z = W @ x\nL = logsumexp(z) - y @ z",
        ((r"\nabla_W L = (\hat y - y)x^\top", "cannot read"), (r"\nabla_z L = \hat y + y", "cannot read")),
    ),
    Group(
        "a batch and its prediction",
        {"X": {"shape": ["n", "d"]}, "w": {"shape": ["d"]}, "y": N},
        "z = X @ w\np = sigmoid(z)\nL = -sum(y*log(p) + (1 - y)*log(1 - p))/n",
        (
            (r"\nabla_w L = \frac1n X^\top(\hat{y} - y)", "proved"),
            (r"\nabla_w L = \frac1n\sum_i (\hat{y}_i - y_i)x_i", "proved"),
            (r"\frac{\partial L}{\partial w_j} = \frac1n\sum_i (\hat{y}^{(i)} - y^{(i)})x^{(i)}_j", "proved"),
            (r"\nabla_w L = \frac1n X^\top(y - \hat y)", "refuted"),
            (r"\nabla_w L = X^\top(\hat y - y)", "refuted"),
            (r"\nabla_w L = \frac1n X^\top(p - y), \quad \bar x = \frac1n X^\top \mathbf 1", "proved"),
        ),
    ),
    Group(
        "adjoints of vectors",
        {"x": N, "W": {"shape": ["m", "n"]}, "g": {"shape": ["m"]}},
        "v0 = x\nv1 = W @ v0\nv2 = sin(v1)\nL = sum(g*v2)",
        (
            (r"\bar{v}_0 = W^T \bar v_1", "proved"),
            (r"\bar{v}_1 = \bar v_2 \odot \cos v_1", "proved"),
            (r"\bar v_2 = g, \quad \bar{v}_1 = \bar v_2 \odot \cos v_1, \quad \bar x = W^T \bar v_1", "proved"),
            (r"\bar W = \bar v_1 x^T", "proved"),
            (r"\bar v_2 = 2g, \quad \bar{v}_1 = \bar v_2 \odot \cos v_1", "refuted"),
            (r"\bar{v}_1 = \bar v_2 \odot \sin v_1", "refuted"),
            (r"\bar{v}_1 = -\bar v_2 \odot \cos v_1", "refuted"),
            (r"\bar{v}_0 = W \bar v_1", "refuted"),
            (r"\bar W = x \bar v_1^T", "refuted"),
            (r"\bar v_1 = g \odot \cos v_1", "cannot read"),
            (r"\bar v_1 = 3 g", "cannot read"),
        ),
    ),
    Group(
        "adjoints of numbers",
        {"x": {}, "y": {}},
        "v1 = x*y\nv2 = sin(v1)\nv3 = v2 + x\nL = v3",
        (
            (r"\bar v_3 = 1, \bar v_2 = \bar v_3, \bar v_1 = \bar v_2 \cos v_1, \bar x = \bar v_1 y + \bar v_3", "proved"),
            (r"\bar v_3 = 1, \bar v_2 = \bar v_3, \bar v_1 = \bar v_2 \cos v_1, \bar x = \bar v_1 y", "refuted"),
            (r"\bar v_3 = 2, \bar v_2 = \bar v_3", "refuted"),
            (r"\bar y = \bar v_1 x", "proved"),
            (r"\bar y = \bar v_1 y", "refuted"),
        ),
    ),
    Group(
        "steps above",
        {"x": {"shape": ["T", "n"]}, "w": N, "G": {"shape": ["T", "n"]}},
        "ob = w*x\no = tanh(ob)\nL = sum(G*o)",
        (
            (r"\frac{\partial L}{\partial w} = \sum_t x^t \odot \delta \bar o^t", "proved"),
            (r"\frac{\partial L}{\partial w} = \sum_t G^t \odot (1 - (o^t)^2) \odot x^t", "proved"),
            (r"\frac{\partial L}{\partial w} = \sum_t G^t \odot x^t", "refuted"),
            (r"\frac{\partial L}{\partial w} = \sum_t x^t \odot \delta o^t", "refuted"),
        ),
    ),
]

"""Signs that may mean two things: every reading that fits is tried before a claim is said to be wrong; ≈ is not =."""

from .rows import Group

SQUARE = {"shape": ["n", "n"]}

GROUPS = [
    Group(
        "square matrices, multiplied",
        {"A": SQUARE, "B": SQUARE},
        "Z = A @ B\nL = sum(Z**2)/2",
        (
            (r"\nabla_A L = Z * B^T", "proved"),
            (r"\nabla_A L = Z \times B^T", "proved"),
            (r"\nabla_A L = Z \cdot B^T", "proved"),
            (r"\nabla_B L = A^T * Z", "proved"),
            (r"L = \frac12 Z \cdot Z", "proved"),
            (r"\nabla_A L = B^T * Z", "refuted"),
            (r"\nabla_A L = Z * B", "not accepted"),
            (r"\nabla_A L = 2 Z * B^T", "refuted"),
            (r"\nabla_B L = Z * A^T", "refuted"),
            (r"L = Z \cdot Z", "refuted"),
        ),
    ),
    Group(
        "square matrices, entry by entry",
        {"A": SQUARE, "B": SQUARE},
        "Z = A * B\nL = sum(Z**2)/2",
        (
            (r"\nabla_A L = Z * B", "proved"),
            (r"\nabla_A L = A * B * B", "proved"),
            (r"\nabla_A L = A * B^2", "proved"),
            (r"\nabla_A L = 2 Z * B", "refuted"),
            (r"\nabla_A L = A * B^3", "not accepted"),
            (r"\nabla_A L = Z * B * B", "refuted"),
        ),
    ),
    Group(
        "powers of a square matrix",
        {"A": SQUARE},
        "L = sum(A**3)",
        (
            (r"\nabla_A L = 3 A^2", "proved"),
            (r"L = \mathbf{1}^\top A^3 \mathbf{1}", "proved"),
            (r"\nabla_A L = 2 A^2", "refuted"),
            (r"\nabla_A L = 3 A^3", "refuted"),
        ),
    ),
    Group(
        "bars around a vector",
        {"x": {"shape": ["n"]}},
        "L = sqrt(sum(x**2))",
        (
            (r"L = |x|", "proved"),
            (r"\nabla_x L = \frac{x}{|x|}", "proved"),
            (r"\nabla_x L = x/\|x\|", "proved"),
            (r"L = 2|x|", "refuted"),
            (r"\nabla_x L = \frac{2x}{|x|}", "refuted"),
            (r"\nabla_x L = x|x|", "refuted"),
        ),
    ),
    Group(
        "near, not equal",
        {"w": {"role": "weight", "value": 0.5}, "x": {"value": 0.3}},
        "z = w*x\nL = sigmoid(z)",
        (
            (r"L \approx 0.537", "agrees"),
            (r"\frac{\partial L}{\partial w} = \sigma(z)(1-\sigma(z)) x \approx 0.0746", "agrees"),
            (r"\frac{\partial L}{\partial w} \approx \sigma(z)(1-\sigma(z)) x", "proved"),
            (r"L \approx 0.538", "refuted"),
            (r"\frac{\partial L}{\partial w} = \sigma(z)(1-\sigma(z)) x \approx 0.0846", "refuted"),
            (r"\frac{\partial L}{\partial w} = \sigma(z) x", "refuted"),
            (r"\frac{\partial L}{\partial w} \approx x/4", "undecided"),
            ("L ≈ 1/2 + z/4", "undecided"),
        ),
    ),
    Group(
        "a quadratic form and a slash",
        {"x": {"shape": ["n"]}, "A": SQUARE, "s": {"facts": ["positive"]}},
        "q = x @ A @ x\nL = exp(-q/(2*s**2))",
        (
            (r"L = e^{-q/2s^2}", "proved"),
            (r"L = e^{-q/(2s^2)}", "proved"),
            (r"L = e^{-\frac12 q/s^2}", "proved"),
            (r"L = e^{-q/3s^2}", "refuted"),
            (r"L = e^{q/2s^2}", "refuted"),
            (r"\nabla_x x^\top A x = (A + A^\top) x", "proved"),
            (r"\nabla_x x^\top A x = A x", "refuted"),
        ),
    ),
    Group(
        "ones repeat a column",
        {"A": {"shape": ["m", "n"]}, "X": {"shape": ["m", "n"]}, "b": {"shape": ["n"]}, "c": {"shape": ["m"]}},
        "L = sum((A*X) @ b)",
        (
            (r"\nabla_X L = A \odot (\mathbf{1} b^\top)", "proved"),
            (r"\nabla_X L = A \odot (b\mathbf{1}^\top)", "refuted"),
            (r"\nabla_X L = A \odot (\mathbf{1} c^\top)", "refuted"),
        ),
    ),
]

"""Kronecker products and vec: right in either order of stacking, which is said; wrong ones are refuted, not by their shapes."""

from .rows import Group

HESSIAN = r"\nabla^2_W L = "
J = r"\frac{\partial \operatorname{vec}(z)}{\partial \operatorname{vec}(W)} = "
Y = r"\frac{\partial\operatorname{vec}(Y)}{\partial\operatorname{vec}(X)} = "

GROUPS = [
    Group(
        "a layer",
        {"W": {"shape": ["m", "n"]}, "x": {"shape": ["n"]}},
        "z = W @ x\nL = sum(z**2)/2",
        (
            (HESSIAN + r"x x^\top \otimes I_m", "proved"),
            (HESSIAN + r"(x x^\top) \otimes I", "proved"),
            (HESSIAN + r"I_m \otimes x x^\top", "proved"),
            (HESSIAN + r"I \otimes (x x^\top)", "proved"),
            (r"\frac{\partial^2 L}{\partial W^2} = x x^\top \otimes I", "proved"),
            ("d2L/dW2 = np.kron(np.outer(x, x), np.eye(m))", "proved"),
            ("d2L/dW2 = np.kron(np.eye(m), np.outer(x, x))", "proved"),
            (J + r"x^\top \otimes I_m", "proved"),
            (J + r"I_m \otimes x^\top", "proved"),
            (r"\frac{\partial z}{\partial \operatorname{vec}(W)} = x^\top \otimes I", "proved"),
            (r"\operatorname{vec}(W x) = (x^\top \otimes I_m)\operatorname{vec}(W)", "holds"),
            (r"\nabla_{\operatorname{vec}(W)} L = x \otimes z", "proved"),
            (HESSIAN + r"2 x x^\top \otimes I_m", "refuted"),
            (HESSIAN + r"-(x x^\top \otimes I_m)", "refuted"),
            (HESSIAN + r"x x^\top \otimes I_n", "refuted"),
            (HESSIAN + r"x x^\top \otimes W W^\top", "refuted"),
            ("d2L/dW2 = 2*np.kron(np.outer(x, x), np.eye(m))", "refuted"),
            ("d2L/dW2 = np.kron(np.eye(m), np.eye(n))", "refuted"),
            (J + r"2x^\top \otimes I_m", "refuted"),
            (J + r"x^\top \otimes I_n", "refuted"),
            (r"\operatorname{vec}(W x) = 2(x^\top \otimes I_m)\operatorname{vec}(W)", "refuted"),
            (r"\nabla_{\operatorname{vec}(W)} L = 2 x \otimes z", "refuted"),
        ),
    ),
    Group(
        "a matrix on both sides",
        {"A": {"shape": ["p", "m"]}, "X": {"shape": ["m", "n"]}, "B": {"shape": ["n", "q"]}},
        "Y = A @ X @ B\nL = sum(Y**2)/2",
        (
            (r"\operatorname{vec}(AXB) = (B^\top \otimes A)\operatorname{vec}(X)", "proved"),
            (Y + r"B^\top \otimes A", "proved"),
            (Y + r"A \otimes B^\top", "proved"),
            (r"\nabla_{\operatorname{vec}(X)} L = (B \otimes A^\top)\operatorname{vec}(Y)", "proved"),
            (r"\nabla_{X}^2 L = BB^\top \otimes A^\top A", "proved"),
            (r"\operatorname{vec}(AXB) = (B \otimes A)\operatorname{vec}(X)", "refuted"),
            (r"\operatorname{vec}(AXB) = 2(B^\top \otimes A)\operatorname{vec}(X)", "refuted"),
            (Y + r"2 B^\top \otimes A", "refuted"),
            (Y + r"B \otimes A", "refuted"),
            (r"\nabla_{X}^2 L = B^\top B \otimes A^\top A", "refuted"),
            (r"\nabla_{\operatorname{vec}(X)} L = (B \otimes A^\top)\operatorname{vec}(X)", "refuted"),
        ),
    ),
]

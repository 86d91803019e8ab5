"""One claim gets one verdict whatever widths are declared; what depends on a width is judged at it."""

from .rows import Group

WIDTHS = (("i", "h", "k"), ("2", "3", "4"), ("16", "8", "4"), ("64", "32", "10"), ("784", "128", "10"), ("3072", "512", "100"))


def classifier(widths, facts):
    """A classifier of two layers."""
    i, h, k = widths
    symbols = {
        "W1": {"shape": [h, i], "role": "weight"},
        "b1": {"shape": [h], "role": "bias"},
        "W2": {"shape": [k, h], "role": "weight"},
        "b2": {"shape": [k], "role": "bias"},
        "x": {"shape": [i]},
        "y": {"shape": [k], "facts": facts},
    }
    forward = "z1 = W1@x + b1\nh1 = maximum(z1, 0)\nz2 = W2@h1 + b2\np = softmax(z2)\nL = -sum(y*log(p))"
    word = ("proved",) if facts else ("conditional", "y sums to one")
    claims = (
        ("dL/dz2 = p - y", *word),
        ("dL/dW2 = np.outer(p - y, h1)", *word),
        ("dL/dz2 = y - p", "refuted"),
        ("dL/db1 = W2.T @ (p - y)", "refuted"),
        ("dL/dz2 = (p - y)/7", "refuted"),
    )
    return Group(f"classifier {'-'.join(widths)} {' '.join(facts)}".strip(), symbols, forward, claims)


def regression(n, d, k):
    """A linear map, its error averaged over n points and k outputs."""
    symbols = {"W": {"shape": [k, d], "role": "weight"}, "X": {"shape": [n, d]}, "Y": {"shape": [n, k]}}
    claims: tuple[tuple[str, ...], ...] = (
        ("dL/dP = 2*(P - Y)/P.size", "proved"),
        ("dL/dW = 2*(P - Y).T @ X/P.size", "proved"),
        ("dL/dW = 2*(P - Y).T @ X/Y.shape[0]", "refuted"),
        ("dL/dP = 2*(Y - P)/P.size", "refuted"),
    )
    if n.isdigit():
        claims += (
            (f"dL/dP = 2*(P - Y)/{int(n) * int(k)}", "proved"),
            (f"dL/dW = 2*(P - Y).T @ X/({n}*{k})", "proved"),
            (f"dL/dW = 2*(P - Y).T @ X/{n}", "refuted"),
            (f"dL/dP = 2*(P - Y)/{int(n) + int(k)}", "refuted"),
        )
    return Group(f"regression {n}-{d}-{k}", symbols, "P = X @ W.T\nL = mean((P - Y)**2)", claims)


COUNTED = Group(
    "a width that the claim counts on",
    {"x": {"shape": ["5"]}},
    "L = sum(x)**2/2",
    (
        ("dL/dx = sum(x)*ones(5)", "proved"),
        ("dL/dx = 5*mean(x)*ones(5)", "proved"),
        ("dL/dx = x.shape[0]*mean(x)*ones(5)", "proved"),
        ("dL/dx = 4*mean(x)*ones(5)", "refuted"),
        ("dL/dx = mean(x)*ones(5)", "refuted"),
        ("dL/dx = (sum(x) + (5 - 4)*0 + 5 - 5)*ones(5)", "proved"),
    ),
)

ENTRIES = Group(
    "entries by their number",
    {"x": {"shape": ["3"]}},
    "L = x[0]*x[1] + x[2]**2",
    (
        ("dL/dx = stack([x[1], x[0], 2*x[2]])", "proved"),
        ("dL/dx = stack([x[0], x[1], 2*x[2]])", "refuted"),
    ),
)

GROUPS = [
    *(classifier(w, facts) for w in WIDTHS for facts in ([], ["one-hot"])),
    regression("n", "d", "k"),
    regression("30", "20", "10"),
    regression("60000", "784", "10"),
    COUNTED,
    ENTRIES,
]

"""A formula for all sizes is tried at 1, at equal and composite sizes, and beside every number a size is compared with."""

from .rows import Group

N, MN, SQUARE = {"shape": ["n"]}, {"shape": ["m", "n"]}, {"shape": ["n", "n"]}
HOT = {"shape": ["k"], "facts": ["one-hot"]}

GROUPS = [
    Group(
        "a determinant of an outer product",
        {"u": N},
        "L = det(outer(u, u))",
        (("L = 0", "not accepted"), ("L = where(n == 1, 1, 0)*u[0]**2", "not refuted"), ("L = u[0]**2", "not accepted")),
    ),
    Group(
        "a one-hot target",
        {"y": HOT, "z": {"shape": ["k"]}},
        "L = sum(y*z)",
        (
            ("L = sum(y*z)+prod(y)", "refuted"),
            ("prod(y) = 0", "refuted"),
            ("sum(y) = 1", "holds"),
            ("dL/dz = y", "proved"),
            ("dL/dz = y + prod(y)", "refuted"),
            ("dL/dz = y*y", "proved"),
            ("dL/dz = y + prod(1 - y)", "holds"),
            ("max(y) = 1", "holds"),
        ),
    ),
    Group(
        "a quadratic form",
        {"w": N, "x": N},
        "L = sum(w*x)",
        (
            ("dL/dw = x*(n!=1)", "refuted"),
            ("dL/dw = x*where(n > 1, 1, 2)", "refuted"),
            ("dL/dw = x + w*(n==4)", "refuted"),
            ("dL/dw = x + w*where(n == 4, 1, 0)", "refuted"),
            ("dL/dw = x + w*where(n == 20, 1, 0)", "refuted"),
            ("dL/dw = x + w*where(n > 11, 1, 0)", "refuted"),
            ("dL/dw = x + (n-2)*(n-3)*(n-5)*w", "refuted"),
            ("dL/dw = x + (n-1)*(n-2)*(n-3)*(n-4)*(n-5)*(n-6)*w", "refuted"),
            ("dL/dw = x*n/n", "holds"),
            ("dL/dw = x*where(n > 0, 1, 5)", "holds"),
            ("dL/dw = x*where(n >= 1, 1, 5)", "holds"),
            ("dL/dw = x*minimum(1, n)", "holds"),
            ("dL/dw = x*minimum(1, n-1)", "refuted"),
            ("dL/dw = x*cos(2*pi*n)", "holds"),
            ("dL/dw = x*cos(pi*(n-2)*(n-3)*(n-5)/60)", "refuted"),
            ("dL/dw = x*(1 + (n-2)*(n-3)*(n-5)*(n-7))", "refuted"),
            ("dL/dw = x*(-1)**n", "refuted"),
            ("dL/dw = x*(-1)**(2*n)", "holds"),
        ),
    ),
    Group(
        "sums over one axis",
        {"X": MN},
        "L = sum(sum(X, axis=0)**2)",
        (
            ("dL/dX = 2*ones((m,1))*sum(X,axis=0)", "holds"),
            ("dL/dX = 2*ones((m,1))*sum(X,axis=0)*where(m != n, 1, 0)", "refuted"),
            ("dL/dX = 2*ones((m,1))*sum(X,axis=0)*where(m == 1, 0, 1)", "refuted"),
            ("dL/dX = 2*ones((m,1))*sum(X,axis=0)*where(m*n == 4, 2, 1)", "refuted"),
            ("dL/dX = 2*ones((m,1))*sum(X,axis=0)*where(m > n + 3, 2, 1)", "refuted"),
            ("dL/dX = 2*ones((m,1))*sum(X,axis=0)*where(m*n > 0, 1, 2)", "holds"),
        ),
    ),
    Group(
        "a sample variance that has no value for one sample",
        {"x": N},
        "mu = mean(x); L = sum((x - mu)**2)/(n - 1)",
        (
            ("dL/dx = 2*(x - mu)/(n - 1)", "proved"),
            ("dL/dx = 2*(x - mean(x))/(n - 1)", "holds"),
            ("dL/dx = 2*(x - mu)/n", "refuted"),
            ("dL/dx = 2*(x - mu)/(n - 1)*where(n == 1, 0, 1)", "not refuted"),
            ("dL/dx = 2*(x - mu)/(n - 1)*where(n == 2, 0, 1)", "refuted"),
        ),
    ),
    Group(
        "a logarithm of a determinant that needs many rows",
        {"X": MN},
        "L = log(det(X.T @ X))",
        (("dL/dX = 2*X @ inv(X.T @ X)", "not refuted"), ("dL/dX = X @ inv(X.T @ X)", "refuted"), ("dL/dX = 2*pinv(X).T", "not refuted")),
    ),
    Group(
        "a recurrence",
        {"x": {"shape": ["T"]}, "w": {}},
        "h[t] = w*(h[t-1] if t >= 1 else 0) + x[t]; L = sum(h)",
        (
            ("L = sum(h)", "proved"),
            ("L = sum(h) + where(T == 1, 1, 0)", "refuted"),
            ("L = sum(h) + where(T == 11, 1, 0)", "refuted"),
            ("L = sum(h)*where(T > 7, 2, 1)", "refuted"),
            ("L = sum(h)*where(T > 0, 1, 2)", "holds"),
        ),
    ),
    *(
        Group(
            f"two families, the second with {more or 'nothing'} more",
            {"x": {"shape": ["T"]}, "w": {}},
            f"""p[t] = x[t] + (w*p[t+1] if t <= T-2 else 0)
                q[t] = x[t] + (w*q[t+1] if t <= T-2 else 0){f" + {more}" if more else ""}
                L = sum(p*q)""",
            (("p = q", word), ("q = p", word), ("sum(p) = sum(q)", word if word == "refuted" else "holds")),
        )
        for more, word in (
            ("", "proved"),
            ("(1 if T==1 else 0)", "refuted"),
            ("(1 if t==7 else 0)", "refuted"),
            ("(1 if t==11 else 0)", "refuted"),
            ("(1 if T==11 else 0)", "refuted"),
            ("(x[t] if T==4 else 0)", "refuted"),
        )
    ),
    Group(
        "the mean of a matrix",
        {"A": SQUARE},
        "L = sum(A)/n**2",
        (
            ("dL/dA = ones((n,n))/n**2", "holds"),
            ("dL/dA = ones((n,n))/n", "refuted"),
            ("dL/dA = ones((n,n))/(n**2 + (n-2)*(n-3)*(n-5))", "refuted"),
            ("dL/dA = ones((n,n))/maximum(n**2, 2)", "refuted"),
            ("dL/dA = ones((n,n))/maximum(n**2, 1)", "holds"),
        ),
    ),
    Group(
        "a network that asks for its size",
        {"x": N},
        "L = sum(x)*where(n == 9, 3, 1)",
        (
            ("dL/dx = ones(n)", "refuted"),
            ("L = sum(x)", "refuted"),
            ("dL/dx = ones(n)*where(n == 9, 3, 1)", "proved"),
            ("dL/dx = ones(n)*(1 + 2*where(n == 9, 1, 0))", "proved"),
            ("dL/dx = ones(n)*where(n > 8, 3, 1)", "refuted"),
            ("dL/dx = ones(n)*where(n < 10, where(n > 8, 3, 1), 1)", "holds"),
        ),
    ),
]

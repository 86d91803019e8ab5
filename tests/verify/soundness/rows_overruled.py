"""A side that reads no name is a link of a chain: what its few points do not see, the values do, and a refutation stays one."""

from .rows import Group

N, SQUARE = {"shape": ["n"]}, {"shape": ["n", "n"]}
REGULAR = {**SQUARE, "facts": ["invertible"]}

GROUPS = [
    Group(
        "a mean",
        {"w": N},
        "L = mean(w)",
        (
            ("dL/dw = ones_like(w)*(5-n)/6", "refuted"),
            ("dL/dw = ones_like(w)*(n**2-5*n+6+1/n)", "refuted"),
            ("dL/dw = ones_like(w)/(n+(n-2)*(n-3))", "refuted"),
            ("dL/dw = ones(n)*(5-n)/6", "refuted"),
            ("dL/dw = ones_like(w)/n", "proved"),
            ("dL/dw = ones(n)/n", "proved"),
            (r"\nabla_w L = \frac{1}{n}\mathbf{1}", "proved"),
            (r"\nabla_w L = \frac{5-n}{6}\mathbf{1}", "refuted"),
        ),
    ),
    Group(
        "a sum of places",
        {"x": N},
        "L = sum(x*0+arange(n))",
        (
            ("L = 2*n-3", "refuted"),
            ("L = n*(n-1)/2", "holds"),
            ("L = n*(n-1)/2 + (n-2)*(n-3)*(n-5)", "refuted"),
            ("L = n**2/2 - n/2", "holds"),
        ),
    ),
    Group(
        "a sum of squares of places",
        {"x": N},
        "L = sum(x*0+arange(n)**2)",
        (("L = 4*n-7", "refuted"), ("L = n*(n-1)*(2*n-1)/6", "holds"), ("L = (n-1)**2*n/2", "refuted")),
    ),
    Group(
        "the trace of a product with an inverse",
        {"A": REGULAR},
        "L = trace(inv(A)@A)",
        (("L = n", "holds"), ("L = n+(n-2)*(n-3)", "refuted"), ("L = 2*n-2", "refuted"), ("L = n + 0*(n-2)", "holds")),
    ),
    Group(
        "the trace of a projection",
        {"X": {"shape": ["m", "n"]}},
        "L = trace(X@pinv(X))",
        (("L = m", "refuted"), ("L = n", "refuted")),
    ),
    Group(
        "a trace over its size",
        {"A": SQUARE},
        "L = trace(A)/n",
        (
            ("dL/dA = eye(n)*(5-n)/6", "refuted"),
            ("dL/dA = eye(n)/n", "proved"),
            ("dL/dA = eye(n)/n = eye(n)*(5-n)/6", "refuted"),
            ("dL/dA = eye(n)/n + 0*A", "proved"),
        ),
    ),
    Group("a floor", {"w": {}}, "L = maximum(w,-5)", (("dL/dw = 1", "not accepted"), ("dL/dw = where(w > -5, 1, 0)", "proved"))),
    Group(
        "absolute values of what sums to one",
        {"P": {"shape": ["m", "n"], "facts": ["sums to one"]}},
        "L = sum(abs(P))",
        (("L = m", "not accepted"), ("L = sum(P)", "not accepted"), ("L = sum(sign(P)*P)", "proved")),
    ),
    Group(
        "a determinant of a product with an inverse",
        {"A": REGULAR},
        "L = det(A@inv(A))",
        (("L = 1", "holds"), ("L = 1+(n-2)*(n-3)", "refuted"), ("L = 1+(n-1)*(n-2)*(n-3)*(n-4)", "refuted")),
    ),
    Group(
        "cumulative sums",
        {"w": N},
        "L = sum(cumsum(w))",
        (
            ("dL/dw = n-arange(n)", "holds"),
            ("dL/dw = n-arange(n)+(n-2)*(n-3)", "refuted"),
            ("dL/dw = n-arange(n)+(n-2)*(n-3)*(n-5)*(n-7)", "refuted"),
            ("dL/dw = arange(n)+1", "refuted"),
        ),
    ),
    Group(
        "a Hessian of a sum of squares",
        {"w": N},
        "L = sum(w**2)/2",
        (
            ("d2L/dw2 = eye(n)", "holds"),
            ("d2L/dw2 = eye(n)*((n-2)*(n-3)+1)", "refuted"),
            ("d2L/dw2 = eye(n)*((n-2)*(n-3)*(n-5)+1)", "refuted"),
        ),
    ),
]

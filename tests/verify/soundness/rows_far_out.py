"""False in a corner: thin sets that are met by solving, bumps, far thresholds, facts at their edges, sizes far up."""

from .rows import Group

N = {"shape": ["n"]}
SMOOTH = (
    "where(x*x == 2*x, 1, 0)",
    "where(sin(x) == 0, 1, 0)",
    "where(exp(x) == 1, 1, 0)",
    "where(norm(x) == 5, 1, 0)",
    "where(max(x) == min(x), 1, 0)",
    "where(x > 200, 1, 0)*where(x < 201, 1, 0)",
    "where(abs(x-7.7) < 1e-6, 1, 0)",
    "relu(1e-8 - abs(x))*1e8",
    "exp(-1e4*(x-3)**2)",
    "where(sum(x) > 1e7, 1, 0)",
    "maximum(0, x - 1e5)",
    "where(n == 100, 1, 0)",
    "x*where(n < 33, 0, 1)",
    "where(n**2 == 81, 1, 0)",
    "where(n*(n+1) == 110, 1, 0)",
    "where(2*n > 40, 1, 0)",
)


def wrong(*claims: str) -> tuple[tuple[str, str], ...]:
    return tuple((c, "not accepted") for c in claims)


def right(*claims: str) -> tuple[tuple[str, str], ...]:
    return tuple((c, "holds") for c in claims)


GROUPS = [
    Group("a smooth gradient and more in a corner", {"x": N}, "L = sum(x**2)", wrong(*(f"dL/dx = 2*x + {more}" for more in SMOOTH))),
    Group(
        "a rectifier and more in a corner",
        {"x": N},
        "L = sum(relu(x))",
        (
            *wrong(
                "dL/dx = where(x > 0, 1, 0) + where(x == -3, 1, 0)",
                "dL/dx = where(x > 0, 1, where(x < 0, 0, 1.5))",
                "dL/dx = where(x > 0, 1, where(x < 0, 0, -0.1))",
                "dL/dx = where(x > 0, where(x == 2, 5, 1), 0)",
                "dL/dx = where(x > 0, 1, 0)*where(sum(x) == 0, 0, 1)",
            ),
            *right("dL/dx = where(x > 0, 1, where(x < 0, 0, 0.9))", "dL/dx = where(x > 0, 1, where(x < 0, 0, 1))"),
        ),
    ),
    Group(
        "the larger of two",
        {"x": N, "y": N},
        "L = sum(maximum(x,y))",
        (
            *wrong(
                "dL/dx = where(x > y, 1, 0) + where(x == 2*y, 1, 0)",
                "dL/dx = where(x >= y, 1, 0)*where(y == 0, 2, 1)",
                "dL/dx = where(x > y + 1e-4, 1, 0)",
                "dL/dx = where(x > y, 1, 0)*where(y > 100, 2, 1)",
            ),
            *right("dL/dx = where(x > y, 1, 0)", "dL/dx = where(x >= y, 1, 0)", "dL/dy = where(x < y, 1, 0)"),
        ),
    ),
    Group(
        "the largest sum of a row",
        {"X": {"shape": ["m", "n"]}},
        "L = max(sum(X,axis=1))",
        (
            *wrong("dL/dX = outer(where(sum(X,axis=1)==max(sum(X,axis=1)),1,0), ones(n))*where(sum(X) > 300, 2, 1)"),
            *right("dL/dX = outer(where(sum(X,axis=1)==max(sum(X,axis=1)),1,0), ones(n))"),
        ),
    ),
    Group(
        "signs",
        {"s": {"shape": ["n"], "facts": ["plus or minus one"]}, "w": N},
        "L = sum(s*w)",
        (
            *wrong(
                "dL/dw = where(sum(s) > 3, 0, s)",
                "dL/dw = where(sum(s) == 0, 0, s)",
                "dL/dw = s*where(prod(s) > 0, 1, 1.5)",
                "dL/dw = s*(n - sum(s*s) + 1)+where(sum(s)==n,1,0)",
            ),
            *right(
                "dL/dw = s*(n - sum(s*s) + 1)",
                "dL/dw = s**3",
                "dL/dw = where(s > 0, 1, -1)",
                "dL/dw = 1/s",
                "dL/dw = s*where(sum(s) > n, 2, 1)",
            ),
        ),
    ),
    Group(
        "positive numbers that sum to one",
        {"p": {"shape": ["n"], "facts": ["positive", "sums to one"]}, "w": N},
        "L = sum(w*p)",
        (
            *wrong(
                "dL/dw = where(p < 0.999, p, 1)",
                "dL/dw = minimum(p, 0.99)",
                "dL/dw = where(max(p) > 0.97, 0, p)",
                "dL/dw = where(p == 0.5, 0, p)",
                "dL/dw = p*where(n > 1, 1, 2)",
            ),
            *right("dL/dw = minimum(p, 1)", "dL/dw = p*sum(p)", "dL/dw = where(p <= 1, p, 7)", "dL/dw = where(max(p) > 1, 0, p)"),
        ),
    ),
    Group(
        "one-hot rows",
        {"y": {"shape": ["n", "k"], "facts": ["one-hot"]}, "Z": {"shape": ["n", "k"]}},
        "P = softmax(Z,axis=1); L = -sum(y*log(P))/n",
        (
            *wrong(
                "dL/dZ = (P-y)/n*where(sum(y[:,0]) == n, 2, 1)",
                "dL/dZ = (P-y)/n*where(sum(y,axis=0) == 0, 1, 1.5)",
                "dL/dZ = (P-y)/n + prod(y)",
                "dL/dZ = (P-y)/n*where(sum(y) > 20, 2, 1)",
            ),
            *right("dL/dZ = (P-y)/n", "dL/dZ = (P-y)/sum(y)", "dL/dZ = (P-y*y)/n", "dL/dZ = (P-where(y > 0.5, 1, 0))/n"),
        ),
    ),
    Group(
        "a symmetric matrix",
        {"A": {"shape": ["n", "n"], "facts": ["symmetric"]}, "x": N},
        "L = x @ A @ x",
        (
            *wrong(
                "dL/dx = 2*A@x*where(trace(A) == 0, 2, 1)",
                "dL/dx = 2*A@x*where(A[0,0] > 50, 2, 1)",
                "dL/dx = 2*A@x*where(det(A) > 1000, 2, 1)",
                "dL/dx = 2*abs(A)@x",
            ),
            *right("dL/dx = 2*A@x", "dL/dx = A@x + A.T@x", "dL/dx = 2*A@x*where(norm(A) >= 0, 1, 2)"),
        ),
    ),
    Group("thresholds a hair apart", {"c": {}, "w": {}}, "L = w*where(c > 0.3333333, 1, 0)", wrong("dL/dw = where(c > 1/3, 1, 0)")),
    Group(
        "a logarithm of a positive number",
        {"a": {"facts": ["positive"]}, "w": {}},
        "L = w*log(a)",
        (
            *wrong("dL/dw = maximum(log(a), -12)", "dL/dw = minimum(log(a), 20)", "dL/dw = log(maximum(a, 1e-12))"),
            *right("dL/dw = log(maximum(a, 0))", "dL/dw = log(abs(a))", "dL/dw = minimum(log(a), a)"),
        ),
    ),
    Group(
        "chains whose links only agree",
        {"x": N},
        "L = sum(x)",
        (
            *wrong(
                "dL/dx = ones(n) = ones(n)*(1 + (n-2)*(n-3)*(n-5))",
                "dL/dx = ones(n) = ones(n)*where(n == 4, 2, 1)",
                "L = sum(x) = sum(sort(x)) + (n-2)*(n-3)*(n-5)*(n-7)",
                "L = sum(sort(x)) = sum(x) + where(max(x) > 50, 1, 0)",
                "L = sum(sort(x)) = sum(sort(x))*where(sum(x) == 3, 2, 1)",
            ),
            *right(
                "L = sum(x) = sum(sort(x))", "dL/dx = ones(n) = ones(n)*where(n > 0, 1, 2)", "L = sum(sort(x)) = sum(x) = sum(-sort(-x))"
            ),
        ),
    ),
]

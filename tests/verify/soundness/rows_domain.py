"""Where formulas have values: nowhere defined is not proved, a smaller domain is a condition, a condition is listed once."""

from .rows import Group

NUMBERS = {"w": {}, "x": {}, "y": {}, "v": {"shape": ["n"]}}
SMOOTH = "L = (w*x)**2 + y"

NOWHERE = Group(
    "identities that have no value anywhere",
    NUMBERS,
    SMOOTH,
    (
        ("1/0 - 1/0 = 0", "undecided", "no value anywhere"),
        ("0*log(0) = 0", "undecided"),
        ("x/0 = x/0", "undecided"),
        ("log(-1) - log(-1) = 0", "undecided"),
        ("sqrt(-1-x**2) - sqrt(-1-x**2) = 0", "undecided"),
        ("log(-x**2-3) = log(-3-x**2)", "undecided"),
        ("0/0 = 1", "undecided"),
        ("0/(x-x) = 0", "undecided"),
        ("x/(2*x-x-x) = x/(x-x)", "undecided"),
        ("(w+1)/(w*x-x*w) = (1+w)/(w*x-x*w)", "undecided"),
        ("0**(-1) = 0**(-1)", "undecided"),
        ("log(cos(x)-2) = log(cos(x)-2)", "undecided"),
        ("sqrt(tanh(x)-1) - sqrt(tanh(x)-1) = 0", "undecided"),
        ("sum(log(-exp(v))) = sum(log(-exp(v)))", "undecided"),
        ("dL/dw = 2*w*x**2 + log(-1) - log(-1)", "refuted", "no value anywhere"),
        ("dL/dw = 2*w*x**2 + 0/0", "refuted"),
        ("dL/dw = 2*w*x**2 + 0*log(-x**2)", "refuted"),
        ("dL/dw = 2*w*x**2 + sqrt(-1-w**2) - sqrt(-1-w**2)", "refuted"),
        ("L = (w*x)**2 + y + 1/(x-x) - 1/(x-x)", "refuted"),
    ),
)

LISTED = Group(
    "what an identity needs is listed",
    NUMBERS,
    SMOOTH,
    (
        ("x/x = 1", "proved", "x ≠ 0"),
        ("x/x - 1 = 0", "proved", "x ≠ 0"),
        ("exp(log(x)) = x", "proved", "x > 0"),
        ("exp(log(x)) - x = 0", "proved", "x > 0"),
        ("log(x) - log(x) = 0", "proved", "x > 0"),
        ("sqrt(x)**2 = x", "proved", "x ≥ 0"),
        ("(x**3)**(1/3) = x", "proved", "x ≥ 0"),
        ("(x**2-1)/(x-1) = x+1", "proved", "x ≠ 1"),
        ("(x**2-1)/(x-1) - (x+1) = 0", "proved", "x ≠ 1"),
        ("x*0/x = 0", "proved", "x ≠ 0"),
        ("exp(2*log(x)) = x**2", "proved", "x > 0"),
        ("sqrt(x)*sqrt(y) - sqrt(y)*sqrt(x) = 0", "proved", "x ≥ 0"),
        ("log(x*y) - log(x) - log(y) = 0", "holds", "x > 0"),
        ("log(x*y) - log(x) - log(y) = 0", "holds", "y > 0"),
        ("tan(x)*cos(x) = sin(x)", "proved", "cos(x) ≠ 0"),
        ("sum(v/v) = n", "proved", "v ≠ 0"),
        ("sum(exp(log(v))) = sum(v)", "proved", "v > 0"),
        ("where(x>0, log(x), 0) = where(x>0, log(x), 0)", "proved"),
        ("x/abs(x) = sign(x)", "holds", "x ≠ 0"),
        ("x/x = 2", "refuted"),
        ("exp(log(x)) = 2*x", "refuted"),
        ("sqrt(x)**2 = -x", "not accepted"),
        ("(x**2-1)/(x-1) = x-1", "refuted"),
        ("x*0/x = 1", "refuted"),
        ("log(x*y) - log(x) + log(y) = 0", "refuted"),
        ("log(x) - log(y) = 0", "refuted"),
        ("exp(2*log(x)) = x**3", "not accepted"),
        ("sum(v/v) = n+1", "refuted"),
    ),
)

RIGHT_SMALLER = Group(
    "the second side has no value where the first has one",
    NUMBERS,
    SMOOTH,
    (
        ("x**2 = exp(2*log(x))", "conditional", "x > 0"),
        ("x = sqrt(x)**2", "conditional", "x ≥ 0"),
        ("x = exp(log(x))", "conditional", "x > 0"),
        ("abs(x) = sqrt(x)*sqrt(x)", "conditional", "x ≥ 0"),
        ("x*y = exp(log(x)+log(y))", "conditional", "x > 0"),
        ("sqrt(x*y) = sqrt(x)*sqrt(y)", "conditional", "y ≥ 0"),
        ("log(x*y) = log(x) + log(y)", "conditional", "x > 0"),
        ("log(x**2) = 2*log(x)", "conditional", "x > 0"),
        ("log(x/y) = log(x) - log(y)", "conditional", "y > 0"),
        ("(x**2)**w = x**(2*w)", "conditional", "x > 0"),
        ("(x**2)**0.25 = sqrt(x)", "conditional", "x ≥ 0"),
        ("abs(x)**1.5 = x**1.5", "conditional", "x ≥ 0"),
        ("(x*y)**w = x**w*y**w", "conditional", "x > 0"),
        ("sum(v) = sum(sqrt(v)**2)", "conditional", "v ≥ 0"),
        ("log(prod(v)) = sum(log(v))", "conditional", "v > 0"),
        ("sqrt(x**2) = x", "conditional", "x ≥ 0"),
        ("sqrt(x**2) = sqrt(x)*sqrt(x)", "conditional", "x ≥ 0"),
        ("log(x**2) = log(x)", "not accepted"),
        ("log(x**2) = 3*log(x)", "refuted"),
        ("sqrt(x*y) = sqrt(x) + sqrt(y)", "refuted"),
        ("log(x*y) = log(x) - log(y)", "refuted"),
        ("(x**2)**w = x**w", "not accepted"),
        ("abs(x)**1.5 = x**2.5", "refuted"),
        ("x**2 = exp(3*log(x))", "not accepted"),
        ("log(prod(v)) = prod(log(v))", "refuted"),
        ("log(prod(v)) = sum(log(v)) + 1", "refuted"),
    ),
)

ABSOLUTE = Group(
    "absolute values of products",
    NUMBERS,
    SMOOTH,
    (
        ("abs(x*y) = abs(x)*abs(y)", "proved"),
        ("abs(x*y*w) = abs(x)*abs(y)*abs(w)", "proved"),
        ("abs(2*x*y) = 2*abs(x)*abs(y)", "proved"),
        ("abs(x)**2 = x**2", "proved"),
        ("abs(x)*abs(x) = x*x", "proved"),
        ("abs(x**3) = abs(x)**3", "proved"),
        ("abs(x**2*y) = x**2*abs(y)", "proved"),
        ("sqrt(x**2) = abs(x)", "proved"),
        ("sqrt(x*x*y*y) = abs(x*y)", "proved"),
        ("sqrt(x**2*y) = abs(x)*sqrt(y)", "holds"),
        ("sqrt(x**4*y**2) = x**2*abs(y)", "proved"),
        ("(x**2)**1.5 = abs(x)**3", "proved"),
        ("sign(x*y) = sign(x)*sign(y)", "proved"),
        ("relu(x*y) = relu(x)*relu(y) + relu(-x)*relu(-y)", "proved"),
        ("norm(x*v) = abs(x)*norm(v)", "proved"),
        ("sum(abs(x*v)) = abs(x)*sum(abs(v))", "proved"),
        ("sqrt(exp(x)*y**2) = exp(x/2)*abs(y)", "proved"),
        ("log(x**2) = 2*log(abs(x))", "holds"),
        ("log(abs(x*y)) = log(abs(x)) + log(abs(y))", "holds"),
        ("(x**2)**0.25 = sqrt(abs(x))", "holds"),
        ("abs(x*y) = x*y", "not accepted"),
        ("abs(x)*abs(y) = x*y", "not accepted"),
        ("sqrt(x**2*y**2) = x*y", "not accepted"),
        ("abs(x)**3 = x**3", "not accepted"),
        ("abs(x**2*y) = x**2*y", "not accepted"),
        ("sqrt(x**4*y**2) = x**2*y", "not accepted"),
        ("relu(x*y) = relu(x)*relu(y)", "not accepted"),
        ("sign(x*y) = sign(x) + sign(y)", "refuted"),
        ("norm(x*v) = x*norm(v)", "not accepted"),
        ("sqrt(x**2*y) = x*sqrt(y)", "not accepted"),
        ("abs(x+y) = abs(x)+abs(y)", "not accepted"),
    ),
)

LOG_OF_SQUARE = Group(
    "log w²",
    {"w": {}},
    "L = log(w**2)",
    (
        ("L = 2*log(w)", "conditional", "w > 0"),
        ("L = log(w) + log(w)", "conditional", "w > 0"),
        ("L = 2*log(abs(w))", "holds"),
        ("dL/dw = 2/w", "proved"),
        ("dL/dw = 2*w/w**2", "holds"),
        ("dL/dw = 2*exp(-log(w))", "conditional", "w > 0"),
        ("dL/dw = 2/sqrt(w)**2", "conditional", "w > 0"),
        ("dL/dw = 2/abs(w)", "not accepted"),
        ("dL/dw = 1/w", "refuted"),
        ("L = log(w)", "not accepted"),
    ),
)

ROOT_OF_PRODUCT = Group(
    "√(wx)",
    {"w": {}, "x": {}},
    "L = sqrt(w*x)",
    (
        ("L = sqrt(w)*sqrt(x)", "conditional", "w ≥ 0"),
        ("dL/dw = sqrt(x)/(2*sqrt(w))", "conditional", "w > 0"),
        ("dL/dw = x/(2*L)", "proved"),
        ("dL/dw = x/(2*sqrt(w*x))", "proved"),
        ("dL/dw = sqrt(x)/sqrt(w)", "refuted"),
        ("dL/dw = -sqrt(x)/(2*sqrt(w))", "refuted"),
        ("dL/dw = L/(2*w)", "holds"),
        ("dL/dw = w/(2*L)", "refuted"),
    ),
)

LOG_OF_PRODUCT = Group(
    "log wx",
    {"w": {}, "x": {}},
    "L = log(w*x)",
    (
        ("L = log(w) + log(x)", "conditional", "w > 0"),
        ("dL/dw = 1/w", "proved"),
        ("dL/dw = x*exp(-L)", "holds"),
        ("dL/dw = exp(-log(w))", "conditional", "w > 0"),
        ("dL/dw = 1/x", "refuted"),
    ),
)

POWERS = Group(
    "powers of what may be negative",
    {"w": {}, "x": {}},
    "L = (w**2)**x",
    (
        ("L = w**(2*x)", "conditional", "w > 0"),
        ("L = abs(w)**(2*x)", "holds"),
        ("L = w**x", "not accepted"),
    ),
)

POSITIVE = Group(
    "positive leaves need no condition",
    {"w": {"facts": ["positive"]}, "x": {"facts": ["positive"]}},
    "L = log(w*x)",
    (
        ("L = log(w) + log(x)", "proved"),
        ("L = 2*log(sqrt(w*x))", "proved"),
        ("dL/dw = 1/sqrt(w)**2", "proved"),
        ("sqrt(w*x) = sqrt(w)*sqrt(x)", "proved"),
        ("(w*x)**2.5 = w**2.5*x**2.5", "proved"),
        ("exp(log(w)) = w", "proved"),
        ("L = log(w) - log(x)", "refuted"),
        ("L = log(w+x)", "refuted"),
    ),
)

SIGNS = Group(
    "plus or minus one",
    {"s": {"facts": ["plus or minus one"]}, "w": {}},
    "L = s*w",
    (
        ("sqrt(s) = 1", "holds", "s ≥ 0"),
        ("s**w = 1", "holds", "s > 0"),
        ("log(s*w) = log(w)", "conditional", "w > 0"),
        ("s**2 = 1", "proved"),
        ("abs(s) = 1", "holds"),
        ("sqrt(s) = -1", "refuted"),
        ("log(s*w) = log(w) + 1", "refuted"),
    ),
)

RANK = Group(
    "matrices that must be invertible",
    {"X": {"shape": ["m", "n"]}},
    "L = sum(pinv(X))",
    (
        ("L = sum(inv(X.T@X)@X.T)", "conditional", "X has full column rank"),
        ("L = sum(X.T@inv(X@X.T))", "conditional", "X has full row rank"),
        ("L = sum(inv(X.T@X)@X.T)*2", "refuted"),
        ("L = sum(pinv(X.T))", "holds"),
    ),
)

LOG_DET = Group(
    "log det of a product of a matrix with itself",
    {"X": {"shape": ["m", "n"]}},
    "L = log(det(X.T @ X))",
    (
        ("dL/dX = 2*X@inv(X.T@X)", "proved"),
        ("dL/dX = 2*pinv(X).T", "holds"),
        ("dL/dX = X@inv(X.T@X)", "refuted"),
        ("dL/dX = 2*pinv(X).T*(1+1e-9)", "refuted"),
    ),
)

SLOGDET = Group(
    "log |det A|",
    {"A": {"shape": ["n", "n"]}},
    "L = slogdet(A)[1]",
    (
        ("L = log(det(A))", "conditional", "det(A) > 0"),
        ("L = log(abs(det(A)))", "holds"),
        ("dL/dA = inv(A).T", "proved"),
        ("dL/dA = inv(A)", "conditional", "A is symmetric"),
    ),
)

NOISE = Group(
    "comparisons of equals that are computed in two ways",
    {"z": {}, "w": {}},
    "L = where(sqrt(z)*sqrt(z)==z, w, 0)",
    (
        ("dL/dw = where(sqrt(z)*sqrt(z)==z, 1, 0)", "proved"),
        ("L = where(sqrt(z)*sqrt(z)==z, w, 0)", "proved"),
        ("dL/dw = 1", "proved"),
        ("dL/dw = 0", "refuted"),
        ("L = 2*w", "refuted"),
    ),
)

TANGENT = Group(
    "tan x cos x = sin x",
    {"x": {}, "w": {}},
    "L = where(tan(x)*cos(x)==sin(x), w, 0)",
    (
        ("dL/dw = where(tan(x)*cos(x)==sin(x), 1, 0)", "proved"),
        ("L = w", "proved"),
        ("dL/dw = 1", "proved"),
        ("dL/dw = 0", "refuted"),
    ),
)

GUARDED = Group(
    "what a false condition leaves out needs nothing",
    {"x": {}},
    "L = where(x > 0, log(x), 0)",
    (
        ("dL/dx = where(x > 0, 1/x, 0)", "holds"),
        ("L = where(x > 0, log(x), 0)", "proved"),
        ("L = log(maximum(x, 1)) + where(x > 0, log(minimum(x, 1)), 0)", "not refuted"),
        ("L = log(x)", "not accepted"),
        ("dL/dx = 1/x", "not accepted"),
        ("dL/dx = where(x > 0, 1/x, 1)", "not accepted"),
    ),
)

GROUPS = [
    NOWHERE,
    LISTED,
    RIGHT_SMALLER,
    ABSOLUTE,
    LOG_OF_SQUARE,
    ROOT_OF_PRODUCT,
    LOG_OF_PRODUCT,
    POWERS,
    POSITIVE,
    SIGNS,
    RANK,
    LOG_DET,
    SLOGDET,
    NOISE,
    TANGENT,
    GUARDED,
]

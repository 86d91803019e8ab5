"""Digits: a proof is not overruled where they run out, what equal digits hide is found, and 1e20 is as good as 1."""

from .rows import Group

TWO = {"w": {"role": "weight"}, "x": {}}
SIX = {name: {"role": "weight"} for name in "abcdef"}
DOUBLED = "a0 = w*x\n" + "\n".join(f"a{i} = a{i - 1}*a{i - 1} + a{i - 1}" for i in range(1, 12))


def large(name, forward, *more):
    """The same claims where h is large."""
    claims = (
        ("dL/dh = 2*(h-x)", "proved"),
        ("dL/dh = 2*h - 2*x", "proved"),
        ("dL/dh = 2*h", "refuted"),
        ("dL/dh = 2*(h-x)*(1+1e-9)", "refuted"),
        ("dL/dh = 2*(x-h)", "refuted"),
        *more,
    )
    return Group(name, TWO, f"h = {forward}\nL = (h-x)**2", claims)


LARGE = [
    large("h near 1e15", "w*1e15", ("dL/dw = 2e15*(h-x)", "holds"), ("dL/dw = 2e14*(h-x)", "refuted")),
    large("h near 1e20", "w*1e20", ("dL/dw = 2e20*(h-x)", "holds")),
    large("h near 1e30", "w*1e30", ("dL/dw = 2e30*(h-x)", "holds"), ("dL/dw = 2e30*(h+x)", "refuted")),
    large("h near 1e150", "w*1e150", ("dL/dw = 2e150*(h-x)", "holds")),
    large("exponentials", "exp(60*w*x)", ("dL/dw = 120*x*h*(h-x)", "holds"), ("dL/dw = 60*x*h*(h-x)", "refuted")),
    large("large exponentials", "exp(1000*w*x)", ("dL/dw = 2000*x*h*(h-x)", "holds")),
    large("powers", "(10*w*x)**20", ("dL/dw = 40*h*(h-x)/w", "holds"), ("dL/dw = 20*h*(h-x)/w", "refuted")),
    large("beyond all floats", "w*x*10**1000*10**1000"),
]

BEYOND = Group(
    "values that no float holds",
    TWO,
    "h = w*x*10**1000*10**1000\nL = h**2",
    (
        ("dL/dh = 2*h", "proved"),
        ("dL/dw = 2*h*h/w", "proved", "w ≠ 0"),
        ("dL/dw = 2*h*h*w", "refuted"),
        ("dL/dh = 3*h", "refuted"),
    ),
)

HIGH_POWER = Group(
    "a sum to the power 400",
    SIX,
    "h = (a+b+c+d+e+f)**400\nL = h**2",
    (("dL/dh = 2*h", "holds"), ("dL/dh = 3*h", "refuted"), ("dL/dh = 2*h + 1", "refuted")),
)

DOUBLINGS = Group(
    "a quantity squared twelve times",
    TWO,
    DOUBLED,
    (("da11/da10 = 2*a10 + 1", "holds"), ("da11/da10 = 2*a10 + 2", "refuted"), ("da11/da10 = 2*a10", "refuted")),
    loss="a11",
)

SMALL = Group(
    "small values",
    TWO,
    "h = w*1e-20\nL = log(h**2) + x",
    (
        ("dL/dh = 2/h", "proved"),
        ("dL/dw = 2/w", "proved"),
        ("dL/dh = 1/h", "refuted"),
        ("dL/dw = 2e20/w", "refuted"),
    ),
)

HIDDEN = Group(
    "less than the digits",
    {"w": {}, "x": {}, "y": {}},
    "L = (w*x)**2 + y",
    (
        ("x = x + 1e-18", "refuted"),
        ("x = x + 1e-31", "refuted"),
        ("x = x + 1e-300", "refuted"),
        ("x = x*(1+1e-31)", "refuted"),
        ("(x+1)**2 = x**2 + 2*x + 1 + 1e-35*y", "refuted"),
        ("(x+1)**2 = x**2 + 2*x + 1", "proved"),
        ("x/(1+x**2) = x/(1+x**2+1e-40)", "refuted"),
        ("x + 1e-31 = 1e-31 + x", "proved"),
        ("sin(x) = sin(x + 1e-45)", "refuted"),
        ("exp(x + 1e-45) = exp(x)*exp(1e-45)", "proved"),
        ("L = (w*x)**2 + y + 1e-50*w", "refuted"),
        ("dL/dw = 2*w*x**2 + 1e-60", "refuted"),
        ("dL/dw = 2*w*x**2*(1+1e-70)", "refuted"),
        ("dL/dw = 2*w*x**2", "proved"),
        ("dL/dy = 1 + 1e-99", "refuted"),
        ("dL/dy = 1 + 1e-99 - 1e-99", "proved"),
        ("exp(-10**6*x**2) = 0", "refuted"),
        ("exp(-1e9*x**2) = 0", "refuted"),
        ("sign(x) = tanh(1e6*x)", "refuted"),
        ("where(x>0, 1, 0) = sigmoid(1e8*x)", "refuted"),
        ("abs(x) = x*tanh(1e7*x)", "refuted"),
        ("abs(x) = sqrt(x**2 + 1e-50)", "refuted"),
        ("maximum(x, 0) = log(1 + exp(1e4*x))/1e4", "refuted"),
        ("sigmoid(1e8*x) = 1/(1 + exp(-1e8*x))", "proved"),
        ("tanh(1e6*x) = 2*sigmoid(2e6*x) - 1", "proved"),
        ("where(x**2*y>=0, 1, 0) = where(y>=0, 1, 0)", "refuted"),
        ("where(x**2*y>0, 1, 0) = where(y>0, 1, 0)", "refuted"),
        ("where(x**2*y>0, 1, 0) = where(y>0, 1, 0)*where(x!=0, 1, 0)", "proved"),
        ("where(x**2*y*w>0, 1, 0) = where(y*w>0, 1, 0)", "refuted"),
        ("where(x**2>0, 1, 0) = 1", "refuted"),
        ("abs(sign(x)) = 1", "refuted"),
        ("sign(x)**2*x = x", "proved"),
    ),
)

HARD = Group(
    "hard decisions instead of soft ones",
    {"z": {"shape": ["n"]}},
    "L = sum(abs(z))",
    (
        ("dL/dz = sign(z)", "proved"),
        ("dL/dz = tanh(1e6*z)", "refuted"),
        ("dL/dz = 2*sigmoid(1e8*z) - 1", "refuted"),
        ("dL/dz = z/sqrt(z**2 + 1e-60)", "refuted"),
        ("dL/dz = z/abs(z)", "holds"),
    ),
)

GROUPS = [*LARGE, BEYOND, HIGH_POWER, DOUBLINGS, SMALL, HIDDEN, HARD]

"""The table of element-wise operations: one row each, and all the rest of symback reads the row.

A row gives what the operation means, its slope for each argument *written through the output* where that is shorter,
how it is written, and where it may be evaluated. Tests loop over the rows, so a row cannot go untested.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symback.algebra.terms import (
    HALF,
    ONE,
    TWO,
    ZERO,
    Apply,
    Term,
    apply,
    bracket,
    sqrt,
)

Slope = Callable[[Term, tuple[Term, ...]], Term]


@dataclass(frozen=True, slots=True)
class Interval:
    """Where values lie: ``low``/``high`` are None for no bound; a bound belongs to the interval unless it is open."""

    low: Fraction | None = None
    high: Fraction | None = None
    open: bool = True

    def inside(self, value: float) -> bool:
        """Whether a number lies in the interval."""
        above = self.low is None or (value > self.low if self.open else value >= self.low)
        below = self.high is None or (value < self.high if self.open else value <= self.high)
        return above and below


REALS = Interval()
POSITIVE = Interval(Fraction(0))
NONNEGATIVE = Interval(Fraction(0), None, open=False)
UNIT = Interval(Fraction(0), Fraction(1))
SYMMETRIC_UNIT = Interval(Fraction(-1), Fraction(1))
CLOSED_UNIT = Interval(Fraction(-1), Fraction(1), open=False)


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that generated modules bring along: its name, its source over NumPy, and its source over ``math`` for plain numbers."""

    name: str
    numpy: str = ""
    math: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One element-wise operation; the row is all that is needed of it.

    ``slopes`` holds one function per argument: (output, arguments) -> derivative. ``means`` spells the operation out
    through others (None for the primitives). ``numpy``, ``mpmath`` and ``sympy`` name the function there; where one is empty
    the meaning is used. ``math`` is its name for plain numbers where that is not NumPy's; ``helper`` is its source where a
    package has no such function, or none that is safe from overflow; ``warns`` says that NumPy may warn of values that are
    right. ``latex`` and ``text`` are how it is written; ``domain`` is where each argument may lie, ``range`` where the value
    lies; ``kinks`` are the arguments at which the slope jumps, and ``convention`` says what it is taken for there.
    """

    name: str
    slopes: tuple[Slope, ...]
    latex: str
    says: str
    text: str = ""
    means: Callable[..., Term] | None = None
    numpy: str = ""
    math: str = ""
    mpmath: str = ""
    sympy: str = ""
    helper: Helper | None = None
    warns: bool = False
    domain: Interval = REALS
    range: Interval = REALS
    kinks: tuple[int, ...] = ()
    convention: str = ""

    def __post_init__(self) -> None:
        """A row that could not be evaluated somewhere is refused where it is written."""
        if self.means is None and not (self.mpmath and (self.numpy or (self.helper and self.sympy))):
            raise ValueError(f"{self.name}: a primitive names its function in mpmath and in NumPy; give these, or means")
        if self.numpy and not (hasattr(math, self.plain.removeprefix("math.")) or self.plain in ("abs", "sign")):
            raise ValueError(f"{self.name}: there is no {self.plain}; name the function for plain numbers in math")
        if bool(self.kinks) is not bool(self.convention):
            raise ValueError(f"{self.name}: a row with kinks says in convention what its slope is there")

    @property
    def arity(self) -> int:
        """How many arguments the operation takes."""
        return len(self.slopes)

    @property
    def plain(self) -> str:
        """The name of the function for plain numbers."""
        return self.math or self.numpy.replace("np.", "math.")


def _exp(x: Term) -> Apply:
    return apply("exp", x)


def _sigmoid(x: Term) -> Term:
    return ONE / (ONE + _exp(-x))


def _tanh(x: Term) -> Term:
    return (_exp(x) - _exp(-x)) / (_exp(x) + _exp(-x))


def _density(x: Term) -> Term:
    return _exp(-(x**2) / 2) / sqrt(TWO * apply("pi"))


SIGMOID = Helper(
    "sigmoid",
    '''def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)''',
    '''def sigmoid(x):
    """1 / (1 + exp(-x)) without overflow."""
    e = math.exp(-abs(x))
    return (1 if x >= 0 else e) / (1 + e)''',
)
SOFTPLUS = Helper(
    "softplus",
    '''def softplus(x):
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))''',
    '''def softplus(x):
    """log(1 + exp(x)) without overflow."""
    return max(x, 0) + math.log1p(math.exp(-abs(x)))''',
)
RELU = Helper(
    "relu",
    '''def relu(x):
    """The larger of x and 0."""
    return np.maximum(x, 0)''',
    '''def relu(x):
    """The larger of x and 0."""
    return max(x, 0.0)''',
)
ERF = Helper(
    "erf",
    '''def erf(x):
    """The error function, entry by entry."""
    return np.vectorize(math.erf, otypes=[DTYPE])(x)[()]''',
    '''def erf(x):
    """The error function."""
    return math.erf(x)''',
)
NORMAL_CDF = Helper(
    "normal_cdf",
    '''def normal_cdf(x):
    """The standard normal distribution function, accurate in the left tail."""
    return np.vectorize(lambda u: math.erfc(-u / math.sqrt(2)) / 2, otypes=[DTYPE])(x)[()]''',
    '''def normal_cdf(x):
    """The standard normal distribution function, accurate in the left tail."""
    return math.erfc(-x / math.sqrt(2)) / 2''',
)
NORMAL_PDF = Helper(
    "normal_pdf",
    '''def normal_pdf(x):
    """The standard normal density."""
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)''',
    '''def normal_pdf(x):
    """The standard normal density."""
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)''',
)
SIGN = Helper(
    "sign",
    math='''def sign(x):
    """-1, 0 or 1."""
    return float((x > 0) - (x < 0))''',
)

ROWS: tuple[Operation, ...] = (
    Operation("exp", (lambda out, x: out,), r"\exp", "exponential", numpy="np.exp", mpmath="exp", sympy="exp", warns=True, range=POSITIVE),
    Operation("log", (lambda out, x: ONE / x[0],), r"\log", "natural logarithm", numpy="np.log", mpmath="log", sympy="log", warns=True, domain=POSITIVE),
    Operation("sin", (lambda out, x: apply("cos", *x),), r"\sin", "sine", numpy="np.sin", mpmath="sin", sympy="sin", range=CLOSED_UNIT),
    Operation("cos", (lambda out, x: -apply("sin", *x),), r"\cos", "cosine", numpy="np.cos", mpmath="cos", sympy="cos", range=CLOSED_UNIT),
    Operation("sinh", (lambda out, x: apply("cosh", *x),), r"\sinh", "hyperbolic sine", means=lambda x: (_exp(x) - _exp(-x)) / TWO,
              numpy="np.sinh", mpmath="sinh", sympy="sinh", warns=True),
    Operation("cosh", (lambda out, x: apply("sinh", *x),), r"\cosh", "hyperbolic cosine", means=lambda x: (_exp(x) + _exp(-x)) / TWO,
              numpy="np.cosh", mpmath="cosh", sympy="cosh", warns=True, range=POSITIVE),
    Operation("tanh", (lambda out, x: ONE - out**2,), r"\tanh", "hyperbolic tangent", means=_tanh,
              numpy="np.tanh", mpmath="tanh", sympy="tanh", range=SYMMETRIC_UNIT),
    Operation("sigmoid", (lambda out, x: out * (ONE - out),), r"\sigma", "logistic sigmoid", text="σ", means=_sigmoid, helper=SIGMOID, range=UNIT),
    Operation("softplus", (lambda out, x: apply("sigmoid", *x),), r"\operatorname{softplus}", "softplus", means=lambda x: apply("log", ONE + _exp(x)),
              helper=SOFTPLUS, range=POSITIVE),
    Operation("arctan", (lambda out, x: ONE / (ONE + x[0] ** 2),), r"\arctan", "inverse tangent", numpy="np.arctan", math="math.atan", mpmath="atan", sympy="atan"),
    Operation("arctan2", (lambda out, x: x[1] / (x[0] ** 2 + x[1] ** 2), lambda out, x: -x[0] / (x[0] ** 2 + x[1] ** 2)), r"\operatorname{arctan2}",
              "angle of the point (second, first)", numpy="np.arctan2", math="math.atan2", mpmath="atan2", sympy="atan2"),
    Operation("erf", (lambda out, x: TWO / sqrt(apply("pi")) * _exp(-(x[0] ** 2)),), r"\operatorname{erf}", "error function",
              helper=ERF, math="math.erf", mpmath="erf", sympy="erf", range=SYMMETRIC_UNIT),
    Operation("Phi", (lambda out, x: apply("phi", *x),), r"\Phi", "standard normal distribution function", text="Φ",
              means=lambda x: HALF * (ONE + apply("erf", x / sqrt(TWO))), helper=NORMAL_CDF, range=UNIT),
    Operation("phi", (lambda out, x: -x[0] * out,), r"\varphi", "standard normal density", text="φ", means=_density, helper=NORMAL_PDF, range=POSITIVE),
    Operation("relu", (lambda out, x: bracket(x[0], ">", ZERO),), r"\operatorname{ReLU}", "rectifier; its slope at 0 is 0",
              means=lambda x: bracket(x, ">", ZERO) * x, helper=RELU, range=NONNEGATIVE, kinks=(0,), convention="relu′(0) = 0"),
    Operation("abs", (lambda out, x: apply("sign", *x),), r"\operatorname{abs}", "absolute value; its slope at 0 is 0",
              means=lambda x: bracket(x, ">", ZERO) * x - bracket(x, "<", ZERO) * x, numpy="np.abs", math="abs", sympy="Abs", range=NONNEGATIVE, kinks=(0,), convention="abs′(0) = 0"),
    Operation("sign", (lambda out, x: ZERO,), r"\operatorname{sign}", "sign", means=lambda x: bracket(x, ">", ZERO) - bracket(x, "<", ZERO),
              numpy="np.sign", math="sign", sympy="sign", helper=SIGN, range=CLOSED_UNIT, kinks=(0,), convention="sign′(0) = 0"),
    Operation("pi", (), r"\pi", "the number π", text="π", numpy="np.pi", mpmath="pi", sympy="pi", range=POSITIVE),
)  # fmt: skip

OPERATIONS: Mapping[str, Operation] = {row.name: row for row in ROWS}


def meaning(node: Apply) -> Term | None:
    """What an operation means, spelled out through others; None for a primitive.

    >>> from symback.algebra.terms import ref
    >>> meaning(apply("sigmoid", ref("z")))
    1*(1 + exp(-1*z))^-1
    """
    row = OPERATIONS[node.op]
    return None if row.means is None else row.means(*node.args)


def slope(node: Apply, position: int) -> Term:
    """The derivative of an operation by one argument, written through the operation itself where that is shorter.

    >>> from symback.algebra.terms import ref
    >>> slope(apply("sigmoid", ref("z")), 0)
    sigmoid(z)*(1 + -1*sigmoid(z))
    """
    return OPERATIONS[node.op].slopes[position](node, node.args)

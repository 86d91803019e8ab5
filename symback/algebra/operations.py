"""The table of element-wise operations: one row each, and all the rest of symback reads the row.

A row gives what the operation means, its slope for each argument *written through the output* where that is shorter,
how it is written, and where it may be evaluated. Tests loop over the rows, so a row cannot go untested.
"""

from __future__ import annotations

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
class Operation:
    """One element-wise operation.

    ``slopes`` holds one function per argument: (output, arguments) -> derivative. ``means`` spells the operation out
    through others (None for the primitives). ``numpy`` and ``mpmath`` name the function there; where ``mpmath`` is empty
    the meaning is evaluated. ``latex`` and ``text`` are how it is written; ``domain`` is where each argument may lie,
    ``range`` where the value lies; ``kinks`` are the arguments at which the slope jumps.
    """

    name: str
    slopes: tuple[Slope, ...]
    latex: str
    says: str
    text: str = ""
    means: Callable[..., Term] | None = None
    numpy: str = ""
    mpmath: str = ""
    sympy: str = ""
    domain: Interval = REALS
    range: Interval = REALS
    kinks: tuple[int, ...] = ()

    @property
    def arity(self) -> int:
        """How many arguments the operation takes."""
        return len(self.slopes)


def _exp(x: Term) -> Apply:
    return apply("exp", x)


def _sigmoid(x: Term) -> Term:
    return ONE / (ONE + _exp(-x))


def _tanh(x: Term) -> Term:
    return (_exp(x) - _exp(-x)) / (_exp(x) + _exp(-x))


def _density(x: Term) -> Term:
    return _exp(-(x**2) / 2) / sqrt(TWO * apply("pi"))


ROWS: tuple[Operation, ...] = (
    Operation("exp", (lambda out, x: out,), r"\exp", "exponential", numpy="np.exp", mpmath="exp", sympy="exp", range=POSITIVE),
    Operation("log", (lambda out, x: ONE / x[0],), r"\log", "natural logarithm", numpy="np.log", mpmath="log", sympy="log", domain=POSITIVE),
    Operation("sin", (lambda out, x: apply("cos", *x),), r"\sin", "sine", numpy="np.sin", mpmath="sin", sympy="sin", range=CLOSED_UNIT),
    Operation("cos", (lambda out, x: -apply("sin", *x),), r"\cos", "cosine", numpy="np.cos", mpmath="cos", sympy="cos", range=CLOSED_UNIT),
    Operation("sinh", (lambda out, x: apply("cosh", *x),), r"\sinh", "hyperbolic sine", means=lambda x: (_exp(x) - _exp(-x)) / TWO,
              numpy="np.sinh", mpmath="sinh", sympy="sinh"),
    Operation("cosh", (lambda out, x: apply("sinh", *x),), r"\cosh", "hyperbolic cosine", means=lambda x: (_exp(x) + _exp(-x)) / TWO,
              numpy="np.cosh", mpmath="cosh", sympy="cosh", range=POSITIVE),
    Operation("tanh", (lambda out, x: ONE - out**2,), r"\tanh", "hyperbolic tangent", means=_tanh,
              numpy="np.tanh", mpmath="tanh", sympy="tanh", range=SYMMETRIC_UNIT),
    Operation("sigmoid", (lambda out, x: out * (ONE - out),), r"\sigma", "logistic sigmoid", text="σ", means=_sigmoid, numpy="sigmoid", range=UNIT),
    Operation("softplus", (lambda out, x: apply("sigmoid", *x),), r"\operatorname{softplus}", "softplus", means=lambda x: apply("log", ONE + _exp(x)),
              numpy="softplus", range=POSITIVE),
    Operation("arctan", (lambda out, x: ONE / (ONE + x[0] ** 2),), r"\arctan", "inverse tangent", numpy="np.arctan", mpmath="atan", sympy="atan"),
    Operation("arctan2", (lambda out, x: x[1] / (x[0] ** 2 + x[1] ** 2), lambda out, x: -x[0] / (x[0] ** 2 + x[1] ** 2)), r"\operatorname{arctan2}",
              "angle of the point (second, first)", numpy="np.arctan2", mpmath="atan2", sympy="atan2"),
    Operation("erf", (lambda out, x: TWO / sqrt(apply("pi")) * _exp(-(x[0] ** 2)),), r"\operatorname{erf}", "error function",
              numpy="erf", mpmath="erf", sympy="erf", range=SYMMETRIC_UNIT),
    Operation("Phi", (lambda out, x: apply("phi", *x),), r"\Phi", "standard normal distribution function", text="Φ",
              means=lambda x: HALF * (ONE + apply("erf", x / sqrt(TWO))), numpy="normal_cdf", range=UNIT),
    Operation("phi", (lambda out, x: -x[0] * out,), r"\varphi", "standard normal density", text="φ", means=_density, numpy="normal_pdf", range=POSITIVE),
    Operation("relu", (lambda out, x: bracket(x[0], ">", ZERO),), r"\operatorname{ReLU}", "rectifier; its slope at 0 is 0",
              means=lambda x: bracket(x, ">", ZERO) * x, numpy="relu", range=NONNEGATIVE, kinks=(0,)),
    Operation("abs", (lambda out, x: apply("sign", *x),), r"\operatorname{abs}", "absolute value; its slope at 0 is 0",
              means=lambda x: bracket(x, ">", ZERO) * x - bracket(x, "<", ZERO) * x, numpy="np.abs", range=NONNEGATIVE, kinks=(0,)),
    Operation("sign", (lambda out, x: ZERO,), r"\operatorname{sign}", "sign", means=lambda x: bracket(x, ">", ZERO) - bracket(x, "<", ZERO),
              numpy="np.sign", range=CLOSED_UNIT, kinks=(0,)),
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

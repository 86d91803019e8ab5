"""Products of functions that are one function: e^u/(1+e^u) = σ(u), u·sign(u) = |u|."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symback.algebra.terms import ONE, ZERO, Apply, Bracket, Mul, Term, apply, bracket
from symback.algebra.traverse import bottom_up, factors, rewrite, walk
from symback.simplify.arithmetic import arithmetic
from symback.simplify.quotients import expand, tidy
from symback.simplify.shape import UNIT, addends, is_negative, key, length, negated, power_of, product, to_power


@dataclass(frozen=True, slots=True)
class Identity:
    """A product of powers that is one function: where a factor applies ``op`` to u, ``needs`` are the factors and ``gives`` what they are."""

    op: str
    needs: Callable[[Term], Mapping[Term, Fraction | int]]
    gives: Callable[[Term], Term]


def _positive(u: Term) -> Term:
    return bracket(u, ">", ZERO)


def _signed(u: Term) -> Mapping[Term, Fraction | int]:
    """``sign(u)`` and every factor of u with the power it has there, whole or not."""
    needs: dict[Term, Fraction | int] = {apply("sign", u): 1}
    for base, power in map(power_of, factors(u)):
        needs[base] = needs.get(base, 0) + power
    return needs


IDENTITIES: tuple[Identity, ...] = (
    Identity("exp", lambda u: {apply("exp", u): 1, ONE + apply("exp", u): -1}, lambda u: apply("sigmoid", u)),
    Identity("exp", lambda u: {ONE + apply("exp", u): -1}, lambda u: apply("sigmoid", arithmetic(-u))),
    Identity("sinh", lambda u: {apply("sinh", u): 1, apply("cosh", u): -1}, lambda u: apply("tanh", u)),
    Identity("sign", lambda u: {apply("sign", u): 1, apply("abs", u): 1}, lambda u: u),
    Identity("sign", _signed, lambda u: apply("abs", u)),
    Identity("relu", lambda u: {apply("relu", u): 1, _positive(u): 1}, lambda u: apply("relu", u)),
)  # fmt: skip


def one_function(node: Term) -> Term:
    """A product that is one function written as that function, where that is not longer.

    >>> from symback.algebra.terms import ref
    >>> z = ref("z")
    >>> one_function(apply("exp", z) / (ONE + apply("exp", z)))
    sigmoid(z)
    """
    return arithmetic(_one_function(node))


def complement(node: Term) -> Term:
    """``σ(−u)`` written ``1 − σ(u)`` beside ``σ(u)``, where something then cancels.

    >>> from symback.algebra.terms import ref
    >>> z, y = ref("z"), ref("y")
    >>> complement((1 - y) * apply("sigmoid", z) - y * apply("sigmoid", -z))
    sigmoid(z) + -1*y
    """
    read = {n.args[0]: n for n in walk(node) if isinstance(n, Apply) and n.op == "sigmoid"}
    for argument, function in read.items():
        other = arithmetic(negated(argument))
        if other in read and is_negative(argument):
            new = rewrite(node, lambda n, old=function, other=other: ONE - apply("sigmoid", other) if n is old else n)  # type: ignore[misc]
            shorter = expand(tidy(new))
            return shorter if length(shorter) < length(node) else node
    return node


def _merged(node: Mul) -> Term:
    parts = [power_of(f) for f in factors(node)]
    applied = [n for base, _ in parts for n in (base, *addends(base)) if isinstance(n, Apply)]
    for identity in IDENTITIES:
        for function in applied:
            after = _by(identity, function.args[0], parts) if identity.op == function.op else None
            if after is not None and length(after) <= length(node):
                return after
    return node


def _by(identity: Identity, argument: Term, parts: list[tuple[Term, Fraction]]) -> Term | None:
    """The product with an identity used once; None where a factor it needs is missing."""
    left = list(parts)
    first = len(left)
    for base, needed in identity.needs(argument).items():
        power = Fraction(needed)
        at = next((k for k, (b, e) in enumerate(left) if key(b) == key(base) and e * power > 0 and abs(e) >= abs(power)), None)
        if at is None:
            return None
        first = min(first, at)
        left[at] = (base, Fraction(0) if isinstance(base, Bracket) else left[at][1] - power)
    made = [to_power(b, e) for b, e in left]
    return product(UNIT, [*made[:first], identity.gives(argument), *made[first:]])


_one_function = bottom_up(lambda n: _merged(n) if isinstance(n, Mul) else n)

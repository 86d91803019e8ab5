"""Showing a fold: the body of the definition split off first, and the way back from the folded form.

A lecturer who writes ``e^-z/(1+e^-z)^2 = p(1-p)`` splits the fraction and then goes the other way: ``p(1-p)`` with ``p`` put back,
over a common denominator, is the split fraction.
"""

from __future__ import annotations

from symback.algebra.definitions import Definition
from symback.algebra.terms import ONE, Add, Mul, Term, add, mul
from symback.algebra.traverse import bottom_up, factors, inline, substitute
from symback.simplify.fold import match
from symback.simplify.products import collect
from symback.simplify.quotients import numerator_and_denominator, tidy
from symback.simplify.shape import key, power_of, to_power


def split(node: Term, definition: Definition) -> Term:
    """A fraction with the definition's body split off as a factor of its own, where the rest keeps a denominator of it.

    >>> from symback.algebra.terms import ONE, apply, ref
    >>> e = apply("exp", -ref("z"))
    >>> split(e * (ONE + e) ** -2, Definition("p", (), ONE / (ONE + e)))
    (exp(-1*z)*(1 + exp(-1*z))^-1)*(1*(1 + exp(-1*z))^-1)
    """
    body = definition.body
    if not isinstance(body, Term) or isinstance(node, Add):
        return node
    own = [power_of(f) for f in factors(collect(body)) if f is not ONE]
    if len(own) != 1 or own[0][1] > 0:
        return node
    base, exponent = own[0]
    parts = factors(node)
    for position, factor in enumerate(parts):
        found, power = power_of(factor)
        places = match(base, found, definition.indices) if power < exponent else None
        if places is not None:
            rest = [*parts[:position], *parts[position + 1 :], to_power(found, power - exponent)]
            return Mul((mul(rest), substitute(body, places)))
    return node


def way_back(folded: Term, before: Term, definition: Definition) -> tuple[Term, ...]:
    """From the folded form to the form before: the definition put back, over a common denominator, like terms together.

    Returns the lines, the folded form first; an empty tuple where the way does not lead back.

    >>> from symback.algebra.terms import ONE, apply, ref
    >>> e, p = apply("exp", -ref("z")), ref("p")
    >>> for line in way_back(p * (ONE - p), e * (ONE + e) ** -2, Definition("p", (), ONE / (ONE + e))):
    ...     print(line)
    p*(1 + -1*p)
    (1*(1 + exp(-1*z))^-1)*(1 + -1*(1*(1 + exp(-1*z))^-1))
    (1*(1 + exp(-1*z))^-1)*((1 + exp(-1*z) + -1)*(1 + exp(-1*z))^-1)
    (1 + exp(-1*z))^-1*exp(-1*z)*(1 + exp(-1*z))^-1
    """
    body = definition.body
    if not isinstance(body, Term):
        return ()
    back = inline(folded, lambda n: (definition.indices, body) if n == definition.name else None)
    opened = bottom_up(_opened)(back)
    closed = _tidied_factors(opened)
    return (folded, back, opened, closed) if key(tidy(closed)) == key(tidy(before)) else ()


def _opened(node: Term) -> Term:
    """A sum over its common denominator, the numerator as it arises."""
    if not isinstance(node, Add):
        return node
    parts = numerator_and_denominator(node)
    return node if parts is None else Mul((add(parts[0]), parts[1]))


def _tidied_factors(node: Term) -> Term:
    """Each factor tidied on its own, so that equal denominators stay side by side."""
    return mul(f for part in factors(node) for f in factors(tidy(part)) if f is not ONE)

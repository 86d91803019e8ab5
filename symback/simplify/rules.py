"""The table of simplifications and the loop that applies them.

A rule is a row: a name, a sentence, and a function from term to term that returns the very same term where it has nothing
to do. Each either shortens a formula or applies once, so the loop ends; the order of the rows is the order of preference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from symback.algebra.terms import Term
from symback.simplify.arithmetic import arithmetic
from symback.simplify.functions import complement, one_function
from symback.simplify.products import as_fraction, collect, like_terms, positive_first
from symback.simplify.quotients import by_cases, common_denominator, common_factor, expand, multiply_in
from symback.simplify.sums import as_mean, common_condition, known_places, sift, take_out


@dataclass(frozen=True, slots=True)
class Rule:
    """A simplification: its name, what a derivation says of it, and what it does.

    A ``plain`` rule is bookkeeping; the others change the form of a formula and wait until definitions have been folded in.
    """

    name: str
    says: str
    apply: Callable[[Term], Term]
    plain: bool = True


ROWS: tuple[Rule, ...] = (
    Rule("arithmetic", "numbers, signs and factors 1 put together", arithmetic),
    Rule("sift", "the Kronecker delta picks one term of the sum", sift),
    Rule("known places", "beside a Kronecker delta both indices are the same", known_places),
    Rule("common condition", "the condition that all terms share written once", common_condition),
    Rule("take out", "what does not depend on the index is taken out of the sum", take_out),
    Rule("collect", "equal factors put together and cancelled", collect),
    Rule("like terms", "equal terms put together", like_terms),
    Rule("mean", "a sum over all places, divided by their number, is a mean", as_mean),
    Rule("fraction", "what divides written below", as_fraction),
    Rule("one function", "the product is one function", one_function, plain=False),
    Rule("complement", "σ(−u) = 1 − σ(u)", complement, plain=False),
    Rule("common denominator", "over a common denominator", common_denominator, plain=False),
    Rule("expand", "multiplied out, and what cancels left out", expand, plain=False),
    Rule("by cases", "what stands under the same condition brought together", by_cases, plain=False),
    Rule("common factor", "the common factor taken out", common_factor, plain=False),
    Rule("multiply in", "multiplied in, where it cancels", multiply_in, plain=False),
    Rule("positive first", "the positive term first", positive_first, plain=False),
)

PLAIN: tuple[Rule, ...] = tuple(row for row in ROWS if row.plain)
RULES: Mapping[str, Rule] = {row.name: row for row in ROWS}
LARGEST_NUMBER_OF_STEPS = 200


def simplifications(node: Term, rules: tuple[Rule, ...] = ROWS) -> Iterator[tuple[Rule, Term, Term]]:
    """Each rule that applies in turn, with the term before and after, until none does.

    >>> from symback.algebra.terms import ref
    >>> p, y = ref("p"), ref("y")
    >>> [(rule.name, after) for rule, _, after in simplifications((p - y) / (p * (1 - p)) * (p * (1 - p)))]
    [('arithmetic', (p + -1*y)*(p*(1 + -1*p))^-1*p*(1 + -1*p)), ('collect', p + -1*y)]
    """
    for _ in range(LARGEST_NUMBER_OF_STEPS):
        for rule in rules:
            after = rule.apply(node)
            if after is not node:
                yield rule, node, after
                node = after
                break
        else:
            return


def simplify(node: Term, rules: tuple[Rule, ...] = ROWS) -> Term:
    """The last term of `simplifications`."""
    last = node
    for _, _, after in simplifications(node, rules):
        last = after
    return last

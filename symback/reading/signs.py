"""What facts say of the sign of a term while a text is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from symback.algebra.facts import Fact
from symback.algebra.normal import normal, sign_of
from symback.algebra.terms import Name, Term
from symback.network.program import Leaf


def signs(leaves: Iterable[Leaf]) -> Callable[[Term], str]:
    """The sign of a term under the facts that are declared of leaves.

    >>> from symback.algebra.terms import apply, ref
    >>> signs([])(1 + apply("exp", ref("x"))), signs([])(ref("x"))
    ('positive', 'unknown')
    """
    facts: dict[Name, tuple[Fact, ...]] = {leaf.name: leaf.facts for leaf in leaves}
    return lambda term: sign_of(normal(term, facts=facts), facts=facts)

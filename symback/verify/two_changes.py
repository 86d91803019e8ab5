"""Claims that two changes mend: several terms with wrong factors; a change and a factor of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from symback.algebra.terms import Add, Term
from symback.verify.multiples import multiplied, scaled
from symback.verify.repair_words import Repair
from symback.verify.search import EARLY, MOST_OFFERED, Found, Search
from symback.verify.spots import Change, unsigned
from symback.verify.trial import POINTS


def two_changes(search: Search) -> Repair | None:
    """The first confirmed change of several places; none where no point shows that one is needed."""
    if not search.is_seen:
        return None
    return search.first_of(lambda: coefficients(search), lambda: multiples(search))


def coefficients(search: Search) -> Iterator[Found]:
    """Several terms of the claim with wrong factors."""
    spot = search.lines.spots[0]
    terms = spot.node.args if isinstance(spot.node, Add) else ()
    if not 2 <= len(terms) <= 6:
        return
    solved = [t.coefficients(terms) for t in search.trials]
    if any(s is None for s in solved):
        return
    new: list[Term] = []
    for k, term in enumerate(terms):
        factors = [s[k] for s in solved if s is not None]
        made = next((c.node for c in multiplied(term, search.constants, factors)), None)
        if made is None:
            return
        new.append(term if all(abs(f - 1) < 1e-9 for f in factors) else made)
    wrong = [(a, b) for a, b in zip(terms, new, strict=True) if a is not b]
    says = " and ".join(f"{{{2 * k}}} must be {{{2 * k + 1}}}" for k in range(len(wrong)))
    yield Found("coefficients", spot, Change(Add(tuple(new)), says, tuple(unsigned(t) for pair in wrong for t in pair)))


def multiples(search: Search) -> Iterator[Found]:
    """A change and a factor of the whole."""
    root = search.lines.spots[0]
    for spot in search.open_spots():
        offered = list(islice((c for m in EARLY for c in m.changes(spot, search.program)), MOST_OFFERED))
        values = search.first.of_nodes(spot, [c.node for c in offered]) if offered else ()
        for change, value in zip(offered, values, strict=False):
            if search.first.multiple(search.first.right, value) is None:
                continue
            line, whole = search.lines.changed(spot, change.node)
            factors = [f for t in search.trials if (f := t.multiple(t.right, t.values(whole))) is not None]
            for made in search.constants.named(*factors) if len(factors) == POINTS else ():
                if spot.line == root.line:
                    node, says = scaled(line, made), f"{change.says}, and the factor {{{len(change.pieces)}}} is missing"
                    yield Found("two changes", root, Change(node, says, (*change.pieces, made)))

"""The one change that makes a refuted claim true.

    repair(program, indices, claimed, right, own) -> Repair(sentence="the sign is wrong: −(y − h)", ...) or None
    repair_text(text, reread)                     -> the same for a claim whose sizes cannot meet (`symback.verify.repair_text`)

Every change is tried by numbers first (`symback.verify.trial`: all changes of a node at once); what fits at three points is then shown by
the normal form or at fifty digits. The right formula serves for comparison and says which factors and terms may be missing; it is
never put in the place of the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Term
from symback.network.program import Program
from symback.verify.layouts import layouts
from symback.verify.repair_words import Repair
from symback.verify.search import Search
from symback.verify.trial import UNTRIED
from symback.verify.two_changes import two_changes

__all__ = ["Repair", "Search", "repair"]


def repair(program: Program, indices: Sequence[Index], claimed: Term, right: Definition, own: Iterable[Name] = ()) -> Repair | None:
    """The first confirmed change in the order of the table of mistakes, or None.

    ``program`` holds every name that is read: the network, the claim's ``own`` lines as definitions (they may be what is wrong), the
    gradient definitions that ``right`` reads. ``claimed`` is the claimed entry at ``indices``; ``right`` a definition whose indices
    and body are the right formula. Where the shapes differ, other layouts of the claim are tried. None also where nothing can be tried.
    """
    lines = tuple(own)
    try:
        searches = [Search(program, layout, right, lines) for layout in layouts(tuple(indices), claimed, right)]
        tiers: tuple[Callable[[Search], Repair | None], ...] = (Search.nothing, Search.layout_alone, Search.one_change, two_changes)
        return next((found for tier in tiers for search in searches if (found := tier(search)) is not None), None)
    except UNTRIED:
        return None

"""The repair of a claim that cannot be laid over arrays: its text with a transpose more or less, factors exchanged, another axis.

    repair_text("X @ (h - y)", reread) -> Repair("the transpose of X is missing: X.T @ (h - y)", ...) or None

``reread`` reads a text as the claim was read and says None where it still makes no sense, so that this module knows no reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Term
from symback.network.program import Program
from symback.verify.edits import NAMES, Edit, numpy_edits
from symback.verify.edits_latex import latex_edits
from symback.verify.layouts import layouts
from symback.verify.search import Repair, Search
from symback.verify.trial import UNTRIED

MOST_READ = 120
LONGEST, CHARACTERS = 2_000, 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: a program with the claim's ``own`` lines, the claimed entry at indices, and the right formula as a definition."""

    program: Program
    indices: tuple[Index, ...]
    term: Term
    right: Definition
    own: tuple[Name, ...] = ()


Reread = Callable[[str], Reading | None]


def repair_text(
    text: str, reread: Reread, latex: bool = False, names: Sequence[str] = (), hint: str = "", most: int = MOST_READ
) -> Repair | None:
    """The first edit of a text after which it is the right formula; failing that, an edit and one change more.

    ``names`` are what may have been meant by another name; a name that the ``hint`` holds (why the sizes cannot meet) is doubted first.
    ``most`` bounds how many edits are read.
    """
    if not 0 < len(text) <= LONGEST:
        return None
    near: tuple[Edit, Search] | None = None
    for edit in islice(latex_edits(text) if latex else numpy_edits(text, names, hint), min(most, CHARACTERS // len(text))):
        search = _tried(edit, reread, None if near is None else near[1])
        if search is None:
            continue
        if search.is_right():
            kind = "transpose" if edit.rank < NAMES else "name"
            return Repair(f"{edit.says}: {edit.line}", kind, search.layout.indices, search.lines.whole, edit.line)
        near = near or (edit, search)
    if near is None:
        return None
    found = near[1].one_change()
    return None if found is None else replace(found, sentence=f"{near[0].says}, and {found.sentence}", kind="two changes")


def _tried(edit: Edit, reread: Reread, near: Search | None) -> Search | None:
    """The search for an edited text that has the right shape and, once there is one ``near``, the right values at a point of that one."""
    try:
        reading = reread(edit.text)
        layout = None if reading is None else next(iter(layouts(reading.indices, reading.term, reading.right)), None)
        if reading is None or layout is None or layout.says:
            return None
        if near is not None:
            run = near.first.run.over(reading.program, (*near.own, *reading.own))
            if not bool(near.first.fits(run.entries(layout.term, layout.indices))):
                return None
        return Search(reading.program, layout, reading.right, reading.own, wrong=False)
    except UNTRIED:
        return None

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
from symback.errors import NumericError
from symback.network.program import Program
from symback.verify.edits import NAMES, Edit, numpy_edits
from symback.verify.edits_latex import latex_edits
from symback.verify.layouts import Layout, layouts
from symback.verify.repair import Repair, Search

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
    kept: list[tuple[Edit, Search]] = []
    for edit in islice(latex_edits(text) if latex else numpy_edits(text, names, hint), min(most, CHARACTERS // len(text))):
        reading = reread(edit.text)
        layout = None if reading is None else next(iter(layouts(reading.indices, reading.term, reading.right)), None)
        if reading is None or layout is None or layout.says:
            continue
        search = _search(reading, layout) if not kept or _fits(kept[0][1], reading, layout) else None
        if search is None:
            continue
        whole = search.lines.whole
        if bool(search.first.fits(search.first.values(whole))) and search.holds(whole):
            return Repair(
                f"{edit.says}: {edit.line}", "transpose" if edit.rank < NAMES else "name", search.layout.indices, whole, edit.line
            )
        kept.append((edit, search))
    for edit, search in kept[:1]:
        found = search.one_change()
        if found is not None:
            return replace(found, sentence=f"{edit.says}, and {found.sentence}", kind="two changes")
    return None


def _fits(first: Search, reading: Reading, layout: Layout) -> bool:
    """Whether another reading is right at a point of the first one that made sense."""
    run = first.first.run.over(reading.program, (*first.own, *reading.own))
    return bool(first.first.fits(run.entries(layout.term, layout.indices)))


def _search(reading: Reading, layout: Layout) -> Search | None:
    """The search for a text that has the right shape."""
    try:
        return Search(reading.program, layout, reading.right, reading.own, wrong=False)
    except NumericError:
        return None

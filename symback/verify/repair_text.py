"""The repair of a claim that cannot be laid over arrays: its text with a transpose more or less, factors exchanged, another axis.

    repair_text("X @ (h - y)", reread) -> Repair("the transpose of X is missing: X.T @ (h - y)", ...) or None

``reread`` reads a text as the claim was read and says why where its sizes do not meet, or None where it makes no sense, so that this
module knows no reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Term
from symback.network.program import Program
from symback.verify.edits import NAMES, Edit, numpy_edits
from symback.verify.edits_latex import latex_edits
from symback.verify.layouts import layouts
from symback.verify.repair_words import Repair
from symback.verify.search import Search
from symback.verify.trial import UNTRIED

MOST_READ = 160
MOST_ONWARD, FEW_FURTHER = 8, 40
LONGEST, CHARACTERS = 2_000, 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: a program with the claim's ``own`` lines, the claimed entry at indices, and the right formula as a definition."""

    program: Program
    indices: tuple[Index, ...]
    term: Term
    right: Definition
    own: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """Why the sizes of a text cannot meet."""

    why: str


Reread = Callable[[str], Reading | Clash | None]


def repair_text(
    text: str, reread: Reread, latex: bool = False, names: Sequence[str] = (), hint: str = "", most: int = MOST_READ
) -> Repair | None:
    """The first edit of a text after which it is the right formula; failing that, an edit and one change more.

    ``names`` are what may have been meant by another name; a name that the ``hint`` holds (why the sizes cannot meet) is doubted first.
    ``most`` bounds how many edits are read.
    """
    if not 0 < len(text) <= LONGEST:
        return None
    tries = _Tries(reread, min(most, CHARACTERS // len(text)))
    every = latex_edits(text) if latex else numpy_edits(text, names, hint)
    found = tries.first_right(every, hint)
    if found is not None:
        return found
    if tries.near is not None:
        edit, search = tries.near
        more = search.one_change()
        return None if more is None else replace(more, sentence=f"{edit.says}, and {more.sentence}", kind="two changes")
    return None if latex else _further(tries, names)


def _further(tries: _Tries, names: Sequence[str]) -> Repair | None:
    """Two edits of two lines: after the first one the sizes of a later line cannot meet."""
    for first, why in tries.onward[:MOST_ONWARD]:
        later = (e for e in numpy_edits(first.text, names, why) if e.number > first.number)
        found = _Tries(tries.reread, FEW_FURTHER).first_right(later, why)
        if found is not None:
            return replace(found, sentence=f"{first.says}: {first.line}; and {found.sentence}", kind="two changes")
    return None


class _Tries:
    """Edits of a text read one after the other: the first right one, one of the right shape, those after which the sizes of another line clash."""

    def __init__(self, reread: Reread, most: int) -> None:
        self.reread, self.most = reread, most
        self.near: tuple[Edit, Search] | None = None
        self.onward: list[tuple[Edit, str]] = []

    def first_right(self, edits: Iterable[Edit], hint: str) -> Repair | None:
        """The repair by the first edit after which a text is the right formula."""
        for edit in islice(edits, self.most):
            reading = self.reread(edit.text)
            if isinstance(reading, Clash):
                if edit.rank < NAMES and _line_of(reading.why) != _line_of(hint):
                    self.onward.append((edit, reading.why))
                continue
            search = None if reading is None else _tried(reading, None if self.near is None else self.near[1])
            if search is not None and search.is_right():
                kind = "transpose" if edit.rank < NAMES else "name"
                return Repair(f"{edit.says}: {edit.line}", kind, search.layout.indices, search.lines.whole, edit.line)
            if search is not None:
                self.near = self.near or (edit, search)
        return None


def _line_of(why: str) -> str:
    """The name of the line in which sizes cannot meet."""
    return why.partition(" = ")[0]


def _tried(reading: Reading, near: Search | None) -> Search | None:
    """The search for an edited text that has the right shape and, once there is one ``near``, the right values at a point of that one."""
    try:
        layout = next(iter(layouts(reading.indices, reading.term, reading.right)), None)
        if layout is None or layout.says:
            return None
        if near is not None:
            run = near.first.run.over(reading.program, (*near.own, *reading.own))
            if not bool(near.first.fits(run.entries(layout.term, layout.indices))):
                return None
        return Search(reading.program, layout, reading.right, reading.own, wrong=False)
    except UNTRIED:
        return None

"""The judge and the search for repairs on mutants of the catalogue's gradients.

``python tools/mutants.py [--count 1000] [--seed 0] [--log FILE]`` prints a table: how many mutants of each kind were
refuted, accepted, left undecided, and for how many of the mistakes people make the repair gives the right formula.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "verify"))

from judged import Judged, judged, judged_right
from mutants import CHANCE, MISTAKES, mutants, originals

COLUMNS = ("wrong", "refuted", "conditional", "undecided", "accepted", "repair", "right repair")


def row(rows: list[Judged]) -> list[int]:
    """The numbers of a line of the table."""
    words = Counter(r.word for r in rows)
    accepted = words["proved"] + words["agrees"]
    counts = [len(rows), words["refuted"], words["conditional"], words["undecided"] + words["cannot read"], accepted]
    return [*counts, sum(bool(r.repair) for r in rows), sum(r.repaired for r in rows)]


def table(found: list[Judged]) -> str:
    """A line for each kind of mutant, then sums."""
    groups = {kind: [r for r in found if r.kind == kind] for kind in (*MISTAKES, *CHANCE)}
    groups |= {
        "mistakes people make": [r for r in found if r.kind in MISTAKES],
        "chance": [r for r in found if r.kind in CHANCE],
        "all": found,
    }
    width = max(map(len, groups))
    head = "  ".join([" " * width, *COLUMNS])
    lines = [
        "  ".join([kind.ljust(width), *(str(n).rjust(len(c)) for n, c in zip(row(rows), COLUMNS, strict=True))])
        for kind, rows in groups.items()
    ]
    return "\n".join([head, *lines])


def noted(result: Judged, path: str | None) -> Judged:
    """Every result goes to the file at once."""
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{'MISS ' if result.missed else ''}{result}\n\n")
    return result


def main() -> int:
    """Judge, print, and write down what went wrong; 1 if a wrong formula is accepted or a right one refuted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", help="a file for every result, as it comes")
    parser.add_argument("--right", type=int, default=200, help="how many right formulas are judged, each in another form")
    options = parser.parse_args()
    drawn = list(mutants(options.count, options.seed))
    found = [(m.wrong, noted(judged(m), options.log)) for m in drawn]
    wrong, same = [r for bad, r in found if bad], [r for bad, r in found if not bad]
    right = [noted(judged_right(of), options.log) for of in islice(originals(), 0, None, max(1, 650 // options.right))]
    print(table(wrong))
    words = Counter(r.word for r in [*same, *right])
    print(f"right formulas in another form and mutants without effect: {', '.join(f'{n} {w}' for w, n in words.items())}")
    listed = [r for r in wrong if r.kind in MISTAKES and r.word == "refuted"]
    print(
        f"right repairs of refuted mistakes: {sum(r.repaired for r in listed)} of {len(listed)} ({100 * sum(r.repaired for r in listed) / len(listed):.1f} %)"
    )
    print(f"undecided: {100 * sum(r.word in ('undecided', 'cannot read') for r in wrong) / len(wrong):.1f} %")
    print(
        f"median {1e3 * median(r.seconds for r in wrong):.0f} ms a wrong claim, {1e3 * median(r.seconds for r in right):.0f} ms a right one"
    )
    return int(any(r.accepted for r in wrong) or any(r.word == "refuted" for r in [*same, *right]))


if __name__ == "__main__":
    sys.exit(main())

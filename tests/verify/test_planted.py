"""Planted errors: every slip that changes the meaning of a gradient is refuted, no gradient without one is doubted.

By default one gradient of every entry of the catalogue and two kinds of slip in it; ``HYPOTHESIS_PROFILE=explore`` takes every
gradient and every kind. The table is printed in either case.
"""

from __future__ import annotations

import os
from collections import Counter
from zlib import crc32

import pytest
from planted import KINDS, Garden, Planted

from symback.catalogue.entries import ENTRIES
from symback.verify.differences import check_gradients
from symback.verify.report import verify

ALL = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
PARTS = 6
ROUTE = 5 if ALL else 10
COLUMNS = ("planted", "same meaning", "caught", "missed")
TABLE: Counter[tuple[str, str]] = Counter()


def number(*words: object) -> int:
    return crc32(" ".join(map(str, words)).encode())


def slips(garden: Garden) -> list[Planted]:
    """The slips that are tried in an entry: one at most of each kind in each gradient."""
    names = garden.names if ALL else (garden.names[number(garden.key) % len(garden.names)],)
    turn = 0 if ALL else number(garden.key, "kind") % len(KINDS)
    kinds = [*KINDS, *KINDS][turn : turn + (len(KINDS) if ALL else 2)]
    return [slip for name in names for kind in kinds for slip in garden.chosen(name, kind, 1)]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_slip_is_refuted_by_differences_and_no_right_gradient_is(part):
    missed = []
    for key in ENTRIES:
        if number(key) % PARTS != part:
            continue
        garden = Garden(key)
        right = check_gradients(
            garden.core.program, garden.gradient, {n: garden.core.adjoint(n) for n in garden.names}, 1, sizes=garden.sizes[:1]
        )
        assert right.points, (key, right.reason)
        assert not right.failed, key
        TABLE["right", "doubted" if right.failed else "agree"] += len(garden.names)
        for slip in slips(garden):
            if not slip.changes_the_meaning:
                TABLE[slip.kind, "same meaning"] += 1
                continue
            caught = slip.caught_by_differences
            TABLE[slip.kind, "planted"] += 1
            TABLE[slip.kind, "caught" if caught else "missed"] += 1
            missed += [] if caught else [str(slip)]
    assert not missed


@pytest.mark.parametrize("part", range(PARTS))
def test_a_slip_as_the_last_line_of_a_derivation_is_refuted_by_the_report(part):
    for key in ENTRIES:
        if number(key) % PARTS != part or number(key, "route") % ROUTE:
            continue
        for slip in [s for s in slips(Garden(key)) if s.changes_the_meaning][: 7 if ALL else 1]:
            word = verify(slip.derivation, (slip.name,), sizes=slip.sizes).rows[0].verdict
            TABLE["whole report", "planted"] += 1
            TABLE["whole report", "caught" if word == "refuted" else "missed"] += 1
            assert word == "refuted", (word, str(slip))


def test_the_table_of_planted_and_caught(capsys):
    """Last in this file: what the tests above counted."""
    rows = [(kind, *(TABLE[kind, column] for column in COLUMNS)) for kind in (*KINDS, "whole report") if TABLE[kind, "planted"]]
    widths = [max(len(str(row[k])) for row in [("kind", *COLUMNS), *rows]) for k in range(5)]
    lines = ["  ".join(str(c).rjust(w) if k else str(c).ljust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True))) for row in
             [("kind", *COLUMNS), *rows]]  # fmt: skip
    doubted = f"{TABLE['right', 'agree']} gradients without a slip, {TABLE['right', 'doubted']} of them doubted"
    with capsys.disabled():
        print("", "errors planted into the gradients of the catalogue", *lines, doubted, sep="\n")
    assert not any(TABLE[kind, "missed"] for kind in KINDS)

"""Formulas of courses, books and papers: the right ones hold, the wrong ones are refuted, and none is refused."""

from __future__ import annotations

import pytest
from published_courses import NETWORKS, RIGHT, WRONG

from symback.reading.files import from_dict
from symback.verify.claims import check

PROGRAMS = {name: from_dict(row) for name, row in NETWORKS.items()}


@pytest.mark.parametrize(("name", "text"), RIGHT, ids=[f"{n}-{k}" for k, (n, _) in enumerate(RIGHT)])
def test_right_formulas_hold(name, text):
    verdict = check(PROGRAMS[name], text)
    assert verdict.word in ("proved", "agrees", "conditional"), (verdict.why, verdict.choices)


@pytest.mark.parametrize(("name", "text"), WRONG, ids=[f"{n}-{k}" for k, (n, _) in enumerate(WRONG)])
def test_wrong_formulas_are_refuted(name, text):
    verdict = check(PROGRAMS[name], text)
    assert verdict.word == "refuted", (verdict.why, verdict.choices)

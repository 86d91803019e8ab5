"""Mutants of catalogue gradients: no wrong one is accepted, no right one refuted, and the repairs are right.

A sample; ``HYPOTHESIS_PROFILE=explore`` or tools/mutants.py takes a thousand.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path

import mutants
import pytest
from judged import judged, judged_right, read_back
from mutants import CHANCE, MISTAKES, originals, other_form
from mutants import mutants as drawn

COUNT = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 60
EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 20


@pytest.fixture(scope="module")
def pool():
    return list(originals())


@pytest.fixture(scope="module")
def sample():
    return list(drawn(COUNT))


@pytest.fixture(scope="module")
def verdicts(sample):
    return [judged(m) for m in sample if m.wrong]


def test_nearly_every_gradient_of_the_catalogue_is_a_text(pool):
    assert len(pool) >= 600
    assert len({of.entry.row.name for of in pool}) >= 220


def test_originals_are_right_and_so_are_their_other_forms(pool):
    for of in pool[::EVERY]:
        assert of.is_true(of.text), of.key
        assert of.is_true(other_form(of)), of.key


def test_two_thirds_are_mistakes_and_every_kind_occurs(sample):
    wrong = [m for m in sample if m.wrong]
    assert len(wrong) == COUNT
    kinds = Counter(m.kind for m in wrong)
    assert set(kinds) == {*MISTAKES, *CHANCE}
    assert abs(sum(kinds[k] for k in MISTAKES) - 2 * COUNT / 3) < 2


def test_the_generator_shares_no_code_with_the_repair():
    imported = {n.module for n in ast.walk(ast.parse(Path(mutants.__file__).read_text(encoding="utf-8"))) if isinstance(n, ast.ImportFrom)}
    assert {m for m in imported if m.startswith("symback.verify")} == {"symback.verify.sample"}


def test_no_wrong_formula_is_accepted(verdicts):
    assert [str(v) for v in verdicts if v.accepted] == []


def test_nothing_right_is_refuted(pool, sample):
    same = [judged(m) for m in sample if not m.wrong]
    right = [judged_right(of) for of in pool[:: 2 * EVERY]]
    assert [str(v) for v in [*same, *right] if v.word == "refuted"] == []


def test_few_are_undecided(verdicts):
    left = [str(v) for v in verdicts if v.word in ("undecided", "cannot read")]
    assert len(left) <= 0.02 * len(verdicts), left


def test_every_repair_that_is_shown_is_right(verdicts):
    assert [str(v) for v in verdicts if v.repair and not v.repaired] == []


def test_repaired_formulas_hold_when_they_are_read_back(sample, verdicts):
    wrong = [m for m in sample if m.wrong]
    pairs = [(m, v) for m, v in zip(wrong, verdicts, strict=True) if v.repair and v.mended is not None]
    back = [(str(v), read_back(m, v.mended)) for m, v in pairs]
    assert len(back) >= len(verdicts) // 2
    assert [(v, word) for v, word in back if word not in ("proved", "agrees")] == []

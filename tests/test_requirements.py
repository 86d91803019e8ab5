"""Every item that the teaching texts ask for is pointed at by a test that exists, or is words only, or is known to be open."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ITEMS = tomllib.loads((ROOT / "tests" / "seeds" / "requirements.toml").read_text(encoding="utf-8"))["item"]
COUNTS = {"000": 21, "001": 19, "002": 18, "003": 15, "004": 13, "together": 10}


def functions(path):
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_every_item_has_a_row():
    assert [item["id"] for item in ITEMS] == [f"{doc}.{n}" for doc, count in COUNTS.items() for n in range(1, count + 1)]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_its_tests_exist(item):
    kinds = [key for key in ("tests", "prose", "open") if item.get(key)]
    assert kinds
    assert "prose" not in kinds or kinds == ["prose"]
    for test in item.get("tests", ()):
        path, _, name = test.partition("::")
        assert name.partition("[")[0] in functions(ROOT / path), test

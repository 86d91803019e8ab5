"""The README says what is so: its example prints what it shows, its list of folders is what `ls` shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from symback import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = re.search(r"## Architecture\n(.*?)\n## ", README, re.DOTALL)[1]
NAMED = re.findall(r"`([a-z_]+(?:/|\.py))`", ARCHITECTURE)
HIDDEN = ("__init__.py", "__main__.py", "__pycache__/", "py.typed")


def listed(folder: Path) -> set[str]:
    """The folders with files in them and the modules of a folder, as `ls` marks them."""
    found = {f"{p.name}/" for p in folder.iterdir() if p.is_dir() and any(p.rglob("*.*"))} | {p.name for p in folder.glob("*.py")}
    return {name for name in found - set(HIDDEN) if not name.startswith(".")}


EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("example", "output"), EXAMPLES, ids=["gradients", "claims"])
def test_an_example_prints_what_is_shown(example, output):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue() == output
    assert len(example.splitlines()) <= 12


def test_the_architecture_names_every_part_of_the_package_and_nothing_else():
    inside = {name for name in NAMED if name != "symback/" and not (ROOT / name).exists()}
    assert inside == listed(ROOT / "symback")


def test_the_architecture_names_folders_that_are_there():
    beside = {name for name in NAMED if (ROOT / name).exists()}
    assert {"templates/", "examples/", "tests/"} <= beside


def test_the_commands_are_one_line_each():
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    assert all(len(block.splitlines()) == 1 and block.startswith("python3 -m venv .venv && ") for block in blocks)
    assert re.search(r"^<!-- test command -->\n```sh\n.*pytest", README, re.MULTILINE)


@pytest.mark.parametrize("verb", [v.name for v in cli.VERBS])
def test_every_verb_is_in_the_table(verb):
    assert f"`symback {verb}" in README

"""The parts of sheets one by one: columns as vectors, the order of telling, prose, escapes, files, packaged resources."""

from __future__ import annotations

import runpy
import stat
from dataclasses import replace

import numpy as np
import pytest

import symback as sb
from symback.errors import SymbackError
from symback.sheets import resources
from symback.sheets.columns import Columns
from symback.sheets.files import write_file
from symback.sheets.prose import prose, text_of
from symback.sheets.records import Math
from symback.sheets.templates import markdown_text, tex_text, typst_text

H1 = Math("h1", "h^{1}", "h^(1)")


@pytest.mark.parametrize("name", ["house-price", "classifier"])
def test_a_program_without_its_axes_of_size_one_means_the_same(name):
    program = runpy.run_path(str(resources.examples()[name]))["network"].program
    seen = replace(Columns(program).seen, values={})
    rng = np.random.default_rng(3)
    values = {leaf.name: rng.uniform(0.1, 0.9, [s.constant for s in leaf.shape]) for leaf in program.leaves}
    squeezed = {leaf.name: values[leaf.name].reshape([s.constant for s in leaf.shape]) for leaf in seen.leaves}
    whole, bare = (sb.Network.from_program(p).derive() for p in (program, seen))
    loss, gradients = whole.compile().gradients(values)
    other, others = bare.compile().gradients(squeezed)
    assert float(loss) == pytest.approx(float(other), rel=1e-13)
    for leaf in program.leaves:
        if leaf.name in gradients:
            np.testing.assert_allclose(np.ravel(gradients[leaf.name]), np.ravel(others[leaf.name]), rtol=1e-12)


def test_weights_keep_both_axes_and_columns_lose_one():
    program = runpy.run_path(str(resources.examples()["house-price"]))["network"].program
    shapes = {leaf.name: [s.constant for s in leaf.shape] for leaf in Columns(program).seen.leaves}
    assert shapes == {"W1": [2, 2], "b1": [2], "W2": [1, 2], "b2": [1], "x": [2], "y": []}


@pytest.mark.parametrize(
    ("says", "text", "formulas"),
    [
        ("written through h1", "written through h1", 1),
        ("h1 and h12 and xh1", "h1 and h12 and xh1", 1),
        ("nothing here", "nothing here", 0),
    ],
)
def test_prose_finds_whole_names_only(says, text, formulas):
    found = prose(says, {"h1": H1})
    assert text_of(found) == text
    assert found.count(H1) == formulas


@pytest.mark.parametrize(
    ("escape", "given", "shown"),
    [
        (tex_text, "a_b & 100%", r"a\_b \& 100\%"),
        (tex_text, "x -- 'y'", r"x -{}-{} \textquotesingle{}y\textquotesingle{}"),
        (tex_text, "y ≠ 0", r"y \ensuremath{\neq} 0"),
        (tex_text, "a\nb\x07", "a b[U+0007]"),
        (markdown_text, "# *x* <b>", r"\# \*x\* \<b\>"),
        (markdown_text, " of\n L ", " of L "),
        (typst_text, '#let "x"', '#"#let \\"x\\"";'),
    ],
)
def test_escapes(escape, given, shown):
    assert escape(given) == shown


def test_a_file_is_written_whole_and_keeps_its_rights(tmp_path):
    path = tmp_path / "f.txt"
    path.write_text("old")
    path.chmod(0o640)
    write_file(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["f.txt"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_packaged_files_come_before_those_of_a_checkout(tmp_path, monkeypatch):
    package = tmp_path / "symback"
    (tmp_path / "examples").mkdir(parents=True)
    package.mkdir()
    monkeypatch.setattr(resources, "PACKAGE", package)
    assert resources.folder("examples") == tmp_path / "examples"
    (package / "examples").mkdir()
    assert resources.folder("examples") == package / "examples"
    with pytest.raises(SymbackError, match="templates"):
        resources.folder("templates")

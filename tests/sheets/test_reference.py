"""The reference sheet: every entry with its definition, every gradient, shapes and evidence; safe in every markup."""

from __future__ import annotations

import re

import pytest

import symback as sb
from symback.catalogue.entries import ENTRIES
from symback.catalogue.view import EntryView
from symback.errors import SymbackError
from symback.sheets import reference as sheet
from symback.sheets.prose import text_of
from symback.sheets.reference import TOPICS, reference, write_reference
from symback.sheets.templates import MARKUPS, rendered

ENTRY = list(sb.catalogue.values())
FEW = [sb.catalogue[key] for key in ("layer_norm", "softmax_cross_entropy", "conv2d", "log_det", "dense")]


@pytest.fixture(scope="module")
def whole():
    return reference(ENTRY, "All")


def test_every_topic_has_a_title():
    assert {row.group for row in ENTRIES.values()} <= set(TOPICS)


def test_every_entry_is_there_with_its_definition_and_every_gradient(whole):
    items = {item.key: item for group in whole.groups for item in group.items}
    assert set(items) == set(ENTRIES)
    for view in ENTRY:
        item = items[view.key]
        assert item.title == view.title
        heads = [m.text.partition(" = ")[0].partition("[")[0] for m in item.forward]
        assert heads[-len(view.forward) :] == [line.partition(" = ")[0].partition("[")[0] for line in view.forward]
        heads = [re.split(r"[\[ ]", f.math.text)[0] for f in item.gradients]
        for name in view.gradients:
            assert {f"d{name}", f"∂{view.stored['result']}/∂{name}", f"∂L/∂{name}"} & set(heads), (view.key, name)
        named = {name for said in item.shapes for name in re.findall(r"\w+", text_of(said))}
        assert {s["name"] for s in view.symbols} <= named


def test_every_gradient_has_its_evidence_and_what_it_holds_under(whole):
    items = {item.key: item for group in whole.groups for item in group.items}
    for view in ENTRY:
        item = items[view.key]
        words = {item.verdict, *(f.verdict for f in item.gradients)} - {""}
        assert words == {g.verdict for g in view.gradients.values()}
        assert any(g.conditions for g in view.gradients.values()) == any(f.conditions for f in item.gradients)


def test_what_one_reads_first():
    made = rendered(reference(FEW[:2], "Two"), ".txt", "reference")
    assert "dx = (dxhat − mean(dxhat) − mean(dxhat ⊙ xhat)·xhat)/sd" in made
    assert "dz = p − y   (where y sums to one)" in made
    assert "x, gamma, beta, G: n" in made
    assert "proved" in made


def test_a_query_for_one_argument_gives_that_gradient_only():
    (item,) = reference(sb.lookup("layernorm dx", limit=1), "One").groups[0].items
    assert [f.math.text.partition(" =")[0] for f in item.gradients] == ["dxhat", "dx"]


def test_signs_are_explained_where_they_occur():
    said = " ".join(map(text_of, reference([sb.catalogue["layer_norm"]], "One").conventions))
    assert "⊙" in said
    assert "Σ" not in said
    assert "rowmean" not in said
    assert "agrees" not in said


def test_the_index_leads_to_entries(whole):
    names = [named for _, part in whole.index for named in part]
    assert {n.key for n in names} == set(ENTRIES)
    assert len({letter for letter, _ in whole.index}) == len(whole.index)
    assert len({(n.name.lower(), n.key) for n in names}) == len(names)
    assert reference(FEW, "Few").index == ()


@pytest.mark.parametrize("suffix", [".pdf", *MARKUPS])
def test_it_is_written_in_every_form(suffix, tmp_path):
    path = tmp_path / f"formulas{suffix}"
    written = write_reference(FEW, path)
    assert written.paths == (path,)
    content = path.read_bytes()
    assert content.startswith(b"%PDF") if suffix == ".pdf" else "Layer normalisation" in content.decode()


def test_the_catalogue_writes_itself(tmp_path):
    path = sb.catalogue.write(tmp_path / "norms.md", sb.lookup("layer norm", limit=3))
    assert "Layer normalisation" in path.read_text(encoding="utf-8")


SAFE = {
    ".tex": r"\textbackslash{}input\{/etc/passwd\} \#sys{}.version \$x\$",
    ".typ": '#"\\\\input{/etc/passwd} #sys.version $x$ *a* `";',
    ".md": r"\\input\{/etc/passwd\} \#sys.version \$x\$ \*a\* \`",
    ".txt": r"\input{/etc/passwd} #sys.version $x$ *a* `",
}


@pytest.mark.parametrize("suffix", MARKUPS)
def test_names_cannot_become_markup(suffix):
    evil = "\\input{/etc/passwd} #sys.version $x$ *a* `"
    stored = {**sb.catalogue["dense"].stored, "title": evil}
    made = rendered(reference([EntryView(stored)], "All"), suffix, "reference")
    assert SAFE[suffix].replace("sys{}.", "sys.{}") in made
    assert suffix == ".txt" or evil not in made.replace(SAFE[suffix], "")


def test_what_was_not_verified_is_not_printed():
    stored = dict(sb.catalogue["dense"].stored)
    stored["gradients"] = {"X": {**stored["gradients"]["X"], "text": "∂L/∂X = 0"}}
    with pytest.raises(SymbackError, match="not what was verified"):
        reference([EntryView(stored)], "Wrong")


@pytest.mark.parametrize("name", ["formulas", "formulas.docx"])
def test_an_unknown_form_is_one_line(name, tmp_path):
    with pytest.raises(SymbackError, match="name a file that ends in") as caught:
        write_reference(FEW[:1], tmp_path / name)
    assert "\n" not in str(caught.value)


def test_long_conditions_on_denominators_are_said_at_large():
    table = sheet.lettering(sb.layers["dense"].program(), sheet.STYLE)
    assert sheet._condition("p ≠ 0", table) == ("p ≠ 0",)
    assert sheet._condition(f"{'a + ' * 20}b ≠ 0", table) == ("no denominator is 0",)

"""Sheets: what the records say, and what the files made from them show."""

from __future__ import annotations

import itertools
import os
import re
import runpy
import shutil
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from core_cases import CASES

import symback as sb
from symback.errors import SymbackError, VerificationError
from symback.sheets import write as writing
from symback.sheets.build import sheet
from symback.sheets.engines import by_typst
from symback.sheets.records import Math
from symback.sheets.resources import examples
from symback.sheets.templates import MARKUPS, rendered
from symback.sheets.write import full, publish

HOUSE = examples()["house-price.toml"]

HOSTILE = r"\input{/etc/passwd} <script>alert(1)</script> $x$ 50% #let _a_ `b` & ~^ {{7*7}} << x >> -- don't"


def network(**changes):
    data = {
        "name": "Chain",
        "symbols": {"w1": {"role": "weight"}, "b1": {"role": "bias"}, "w2": {"role": "weight"}, "x": {}, "y": {"role": "target"}},
        "forward": "z1 = w1*x + b1\nh1 = tanh(z1)\nh2 = w2*h1",
        "loss": {"L": "(y - h2)**2 / 2"},
    }
    return sb.Network.from_dict({**data, **changes})


@pytest.fixture(scope="module")
def chain():
    derivation = network().derive()
    return sheet(derivation.core, derivation.wanted)


@pytest.fixture(scope="module")
def house():
    derivation = sb.load(HOUSE).derive()
    return sheet(derivation.core, derivation.wanted)


def gradient(record, name):
    return next(g for g in record.gradients if g.name == name)


def strings(value):
    """Every string of a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from strings(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))


# records


def test_records_hold_strings_and_counts_only(house):
    def visit(value):
        assert isinstance(value, str | int | bool | tuple) or is_dataclass(value), value
        for part in value if isinstance(value, tuple) else [getattr(value, f.name) for f in fields(value)] if is_dataclass(value) else []:
            visit(part)

    visit(house)


def test_the_path_and_the_chain_of_a_weight(chain):
    found = gradient(chain, "w1")
    assert [m.text for m in found.path] == ["L(h2)", "h2(h1)", "h1(z1)", "z1(w1)"]
    assert [m.text for m in found.chain] == ["∂L/∂h2·∂h2/∂h1·∂h1/∂z1·∂z1/∂w1", "[−(y − h2)]·[w2]·[1 − h1²]·[x]"]


def test_every_gradient_ends_in_its_formula(chain):
    derivation = network().derive()
    for found in chain.gradients:
        last = found.block.lines[-1].math.text
        assert derivation[found.name].text(notation="index").endswith(f" = {last}")


def test_a_line_is_never_repeated(house):
    for block in (*house.locals, *(g.block for g in house.gradients)):
        texts = [block.head.text, *(line.math.text for line in block.lines)]
        assert all(a != b for a, b in itertools.pairwise(texts))


def test_every_recorded_line_has_a_reason(house):
    assert all(line.reason for g in house.gradients for line in g.block.lines)
    assert all(line.reason for block in house.locals for line in block.lines[1:])


def test_local_derivatives_are_numbered_and_referred_to(house):
    assert [block.number for block in house.locals] == list(range(1, len(house.locals) + 1))
    referred = {int(n) for text in strings(tuple(g.block for g in house.gradients)) for n in re.findall(r"^by \((\d+)\)$", text)}
    assert referred == {block.number for block in house.locals}


def test_layers_are_above_in_arrays_and_below_where_all_is_numbers(chain, house):
    assert chain.forward[0].latex == "z_{1} = w_{1} x + b_{1}"
    assert house.forward[0].latex == "z^{1} = W^{1} x + b^{1}"


def test_columns_are_written_as_vectors():
    name = "columns"
    rows = {"W1": {"role": "weight", "shape": [2, 3]}, "x": {"shape": [3, 1]}, "y": {"role": "target", "shape": [2, 1]}}
    derivation = sb.Network.from_dict({"name": name, "symbols": rows, "forward": "z1 = W1 @ x", "loss": {"L": "sum((y - z1)**2)"}}).derive()
    found = gradient(sheet(derivation.core, derivation.wanted), "W1").results
    assert [m.text for m in found][:2] == ["∂L/∂W1 = (∂L/∂z1) xᵀ", "∂L/∂W1[i,j] = ∂L/∂z1[i]·x[j]"]


def test_a_small_network_is_worked_entry_by_entry(house):
    assert [e.head.text for e in house.entries] == [
        f"∂L/∂{n}" for n in ("W1_11", "W1_12", "W1_21", "W1_22", "b1_1", "b1_2", "W2_11", "W2_12", "b2_1")
    ]
    assert [m.text for m in house.entries[3].lines] == [
        "∂L/∂h2_1·∂h2_1/∂h1_2·∂h1_2/∂z1_2·∂z1_2/∂W1_22",
        "[−(y_1 − h2_1)]·[W2_12]·[h1_2(1 − h1_2)]·[x_2]",
        "−(y_1 − h2_1)·W2_12·h1_2(1 − h1_2)·x_2",
    ]


def test_no_entries_where_a_size_is_open(chain):
    text = HOUSE.read_text().partition("[values]")[0]
    derivation = sb.Network.from_dict(__import__("tomllib").loads(text)).derive()
    assert sheet(derivation.core, derivation.wanted).entries == ()
    assert chain.entries == ()


def test_a_gradient_that_is_zero_says_why():
    derivation = network(forward="z1 = w1*x\nh2 = w2*z1").derive()
    found = gradient(sheet(derivation.core, derivation.wanted), "b1")
    assert [m.text for m in found.results] == ["∂L/∂b1 = 0"]
    assert "".join(p if isinstance(p, str) else p.text for p in found.reason) == "L does not depend on b1"


def test_numbers_stand_beside_names(house):
    assert [m.text for m in house.values if m.text.startswith(("W2", "η"))] == ["W2 = [W2[1,1], W2[1,2]] = [0.3, 0.2]", "η = 0.2"]


def test_numbers_of_columns_have_the_names_of_the_lines():
    network = runpy.run_path(str(examples()["house-price"]))["network"]
    found = [m.text for m in sheet(network.derive().core, ("W1",)).values]
    assert "x = [x[1]; x[2]] = [−0.32; −0.66]" in found
    assert "y = −0.54" in found


# files


def test_each_suffix_has_its_form(tmp_path):
    derivation = sb.load(HOUSE).derive()
    starts = {".tex": b"\\documentclass", ".typ": b"#set document(date: none", ".md": b"# House price", ".pdf": b"%PDF"}
    for suffix, start in starts.items():
        path = derivation.write(tmp_path / f"sheet{suffix}")
        assert path.read_bytes().startswith(start), suffix


def test_a_pdf_has_its_source_beside_it_and_is_the_same_twice(tmp_path):
    derivation = sb.load(HOUSE).derive()
    written = [publish(derivation, tmp_path / f"{k}.pdf", "1") for k in "ab"]
    assert [p.name for p in written[0].paths] == ["a.pdf", "a.tex"]
    assert written[0].engine.startswith("typst ")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_sheet_is_complete():
    record = full(sb.load(HOUSE).derive(), "1")
    assert [row.verdict for row in record.evidence] == ["proved"] * 4
    for suffix in MARKUPS:
        text = rendered(record, suffix)
        for title in (
            "Symbols and conventions",
            "Numbers",
            "Forward pass",
            "Local derivatives",
            "Gradients",
            "Entry by entry",
            "Gradient descent",
        ):
            assert title in text, (suffix, title)
        assert "Evidence" in text
        assert "NumPy code" in text


def test_what_a_check_refutes_is_not_written(tmp_path, monkeypatch):
    def fails(_):
        raise VerificationError("gradient by W1", "does not hold")

    monkeypatch.setattr(sb.Derivation, "verify", fails)
    with pytest.raises(VerificationError):
        publish(sb.load(HOUSE).derive(), tmp_path / "s.pdf")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_suffix_is_named():
    with pytest.raises(SymbackError, match=r"\.docx.*\.pdf"):
        publish(network().derive(), Path("sheet.docx"))


def test_engine_missing_is_said(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(SymbackError, match="pip install typst"):
        publish(network().derive(), tmp_path / "s.pdf")


@pytest.mark.parametrize("name", ["softmax shifted", "layer norm", "attention", "convolution", "recurrence", "symbolic depth", "solve"])
def test_networks_of_every_kind_are_set(name):
    case = next(c for c in CASES if c.name == name)
    derivation = sb.Network.from_program(case.program).derive()
    record = sheet(derivation.core, derivation.wanted)
    assert by_typst(rendered(record, ".typ")).content.startswith(b"%PDF")
    assert rendered(record, ".tex").count("\\result{") == sum(len(g.results) for g in record.gradients)


def test_a_recurrence_is_not_put_into_itself():
    case = next(c for c in CASES if c.name == "recurrence")
    derivation = sb.Network.from_program(case.program).derive()
    found = gradient(sheet(derivation.core, derivation.wanted), "W").results
    assert len(found) == 1
    assert "∂L/∂z" in found[0].text


def test_where_a_derivative_is_not_the_whole_one_it_is_said():
    derivation = network(forward="z1 = w1*x + b1\nh2 = w2*z1", loss={"L": "(y - h2)**2 + z1**2"}).derive()
    record = sheet(derivation.core, derivation.wanted)
    assert "dL/dz1 and its like hold everything fixed that lies between." in [
        "".join(p if isinstance(p, str) else p.text for p in c) for c in record.conventions
    ]
    assert not any("hold everything fixed" in text for text in strings(sheet(network().derive().core, ("w1",)).conventions))


# text from outside


@pytest.fixture(scope="module")
def hostile():
    return full(network(name=HOSTILE).derive(), "1")


def test_a_title_is_text_in_latex(hostile):
    text = rendered(hostile, ".tex")
    assert "\\input" not in text.replace("\\usepackage[utf8]{inputenc}", "")
    assert r"\textbackslash{}input\{/etc/passwd\}" in text


def test_a_title_is_text_in_markdown(hostile):
    assert "<script>" not in rendered(hostile, ".md").partition("NumPy code")[0]


def test_a_title_shows_the_very_characters_in_typst(hostile, tmp_path):
    (tmp_path / "s.pdf").write_bytes(by_typst(rendered(hostile, ".typ")).content)
    assert _bare(HOSTILE) in _bare(_shown(tmp_path / "s.pdf"))


def test_a_title_shows_the_very_characters(hostile, tmp_path):
    shown = _shown(_latex(rendered(hostile, ".tex"), tmp_path))
    assert _bare(HOSTILE) in _bare(shown)


def test_signs_without_a_glyph_do_not_stop_latex(tmp_path):
    rows = {"大": {"role": "weight"}, "é": {}, "η": {}}
    record = full(network(name="Größe 大 ∂ → ½ ≠ σ⁻² é \u202e😀", symbols=rows, forward="h2 = 大*é*η", loss={"L": "h2**2"}).derive(), "1")
    shown = _shown(_latex(rendered(record, ".tex"), tmp_path))
    assert "Größe" in shown
    assert "[U+5927]" in shown
    assert "[U+202E]" in shown
    assert "[U+03C3]" not in shown


def _latex(text, folder):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    (folder / "s.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "s.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert "Overfull" not in (folder / "s.log").read_text(errors="replace").replace("Overfull \\vbox", "")
    return folder / "s.pdf"


def _shown(pdf):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode()


def _bare(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", examples())
def test_the_latex_of_every_example_compiles(name, tmp_path):
    path = examples()[name]
    found = sb.load(path) if path.suffix == ".toml" else runpy.run_path(str(path))["network"]
    _latex(rendered(full(found.derive(), "1"), ".tex"), tmp_path)


def test_templates_hold_no_mathematics():
    for markup in MARKUPS.values():
        source = (writing.Path(__file__).parent.parent.parent / "templates" / markup.template).read_text()
        assert not re.search(r"\\frac|\\sum|\\partial|frac\(|∂|∑", source), markup.template


def test_a_formula_is_the_same_in_every_markup():
    from symback.typeset.boxes import Fraction, Named, Number

    assert Math.of(Fraction(Number("1"), Named("h1", "h", "1"))) == Math("1/h1", r"\frac{1}{h^{1}}", "frac(1, h^(1))")


def test_a_sheet_is_the_same_under_any_hash_seed(tmp_path):
    made = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.tex"
        command = [sys.executable, "-m", "symback", "sheet", str(HOUSE), "-o", str(path)]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
        made.append(path.read_bytes())
    assert made[0] == made[1]

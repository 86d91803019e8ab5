"""Sheets: what the records say, and what the files made from them show."""

from __future__ import annotations

import itertools
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
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
from symback.sheets.subject import Options
from symback.sheets.templates import MARKUPS, rendered
from symback.sheets.write import complete, publish

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


@pytest.fixture(scope="module")
def arrays():
    derivation = sb.load(HOUSE).derive()
    return sheet(derivation.core, derivation.wanted, options=Options(notation="matrix"))


def gradient(record, name):
    """The lines of the gradient by a name."""
    return next(p for p in record["gradients"].parts if p.kind == "block" and p.head.text == f"∂L/∂{name}")


def said(prose):
    return "".join(p if isinstance(p, str) else p.text for p in prose)


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
        assert value is None or isinstance(value, str | int | bool | tuple) or is_dataclass(value), value
        for part in value if isinstance(value, tuple) else [getattr(value, f.name) for f in fields(value)] if is_dataclass(value) else []:
            visit(part)

    visit(house)


ORDER = (
    "network", "forward", "chain rule", "locals", "gradients", "numbers", "descent", "again", "matrix form", "evidence", "procedure", "code",
)  # fmt: skip


def test_the_sections_stand_in_the_order_of_a_worked_example():
    made = complete(sb.load(HOUSE).derive(), Options())
    assert tuple(s.key for s in made.sections) == ORDER
    assert [p.kind for p in made["network"].parts] == ["figure", "table", "paragraph"]


def test_what_has_no_content_is_left_out(chain):
    assert [s.key for s in chain.sections] == ["network", "forward", "chain rule", "locals", "gradients", "descent", "procedure"]
    assert all(s.parts for s in chain.sections)


def test_the_path_and_the_chain_of_a_weight(chain):
    (found,) = [p for p in chain["chain rule"].parts if getattr(p, "head", None) and p.head.text == "∂L/∂w1"]
    assert found.lines[0].math.text == "∂L/∂h2·∂h2/∂h1·∂h1/∂z1·∂z1/∂w1"
    assert said(found.lines[0].reason) == "L(h2), h2(h1), h1(z1), z1(w1)"


def test_each_factor_stands_in_brackets_and_then_in_the_closed_form(chain):
    last = gradient(chain, "w1").lines[-1]
    assert last.math.text.endswith("[−(y − h2)]·[w2]·[1 − h1²]·[x]")
    assert last.closed.text == "−(y − h2)·w2(1 − h1²)·x"


def test_shared_factors_are_named_once(house):
    (points,) = [p for p in house["chain rule"].parts if p.kind == "points"]
    assert [said(item) for item in points.items] == [
        "∂L/∂h2_1 is shared by all of them",
        "∂L/∂z2_1 = ∂L/∂h2_1·∂h2_1/∂z2_1 is shared by ∂L/∂W2_11, ∂L/∂W2_12, ∂L/∂b2_1",
        "∂L/∂z1_1 = ∂L/∂h2_1·∂h2_1/∂h1_1·∂h1_1/∂z1_1 is shared by ∂L/∂W1_11, ∂L/∂W1_12, ∂L/∂b1_1",
        "∂L/∂z1_2 = ∂L/∂h2_1·∂h2_1/∂h1_2·∂h1_2/∂z1_2 is shared by ∂L/∂W1_21, ∂L/∂W1_22, ∂L/∂b1_2",
    ]


def test_every_gradient_ends_in_its_formula(chain):
    derivation = network().derive()
    for name in derivation.wanted:
        assert derivation[name].text(over="leaves") == f"∂L/∂{name} = {gradient(chain, name).lines[-1].closed.text}"


def test_a_line_is_never_repeated(house, arrays):
    for block in [p for record in (house, arrays) for s in record.sections for p in s.parts if p.kind == "block"]:
        texts = [block.head.text, *(line.math.text for line in block.lines)]
        assert all(a != b for a, b in itertools.pairwise(texts))


def test_every_recorded_line_has_a_reason(arrays):
    assert all(line.reason for block in arrays["gradients"].parts if block.kind == "block" for line in block.lines)
    assert all(line.reason for block in arrays["locals"].parts if block.kind == "block" for line in block.lines[1:])


def test_local_derivatives_are_numbered_and_referred_to(house):
    given = {int(n) for text in strings(house["locals"]) for n in re.findall(r"^\((\d+)\)", text)}
    given |= {p.number for p in house["locals"].parts if p.kind == "block" and p.number}
    assert given == set(range(1, len(given) + 1))
    referred = {int(n) for text in strings(house["gradients"]) for n in re.findall(r"\bby \((\d+)\)$", text)}
    assert referred == given


def test_the_square_is_split_and_the_way_back_shown():
    derivation = network(forward="z1 = w1*x + b1\nh1 = 1/(1 + exp(-z1))\nh2 = w2*h1").derive()
    record = sheet(derivation.core, derivation.wanted)
    (block,) = [p for p in record["locals"].parts if p.kind == "block" and p.head.text == "∂h1/∂z1"]
    reasons = [said(line.reason) for line in block.lines]
    assert reasons[-2:] == ["the fraction split", "written through h1"]
    assert block.lines[1].math.text.count("(−1)") == 1
    (back,) = [p for p in record["locals"].parts if p.kind == "block" and p.head.text == "h1(1 − h1)"]
    assert [said(line.reason) for line in back.lines] == ["h1 put back", "over a common denominator", "as above"]
    assert back.lines[-1].math.text == "1/(1 + exp(−z1))·exp(−z1)/(1 + exp(−z1))"


def test_a_cancellation_is_shown(arrays):
    rows = {"w": {"role": "weight"}, "x": {}, "y": {"role": "target"}}
    loss = {"L": "-(y*log(p) + (1 - y)*log(1 - p))"}
    derivation = sb.Network.from_dict({"symbols": rows, "forward": "z = w*x\np = 1/(1 + exp(-z))", "loss": loss}).derive()
    lines = gradient(sheet(derivation.core, derivation.wanted), "z").lines
    assert [line.math.text for line in lines[-2:]] == ["(p − y)/(p(1 − p))·p(1 − p)", "p − y"]
    assert said(lines[-1].reason) == "equal factors put together and cancelled"


def test_layers_are_above_in_arrays_and_below_where_all_is_numbers(chain, house):
    assert chain["forward"].parts[0].head.latex == "z_{1} = w_{1} x + b_{1}"
    assert house["forward"].parts[0].formulas[0].latex == "z^{1} = W^{1} x + b^{1}"


def test_columns_are_written_as_vectors():
    rows = {"W1": {"role": "weight", "shape": [2, 30]}, "x": {"shape": [30, 1]}, "y": {"role": "target", "shape": [2, 1]}}
    derivation = sb.Network.from_dict({"symbols": rows, "forward": "z1 = W1 @ x", "loss": {"L": "sum((y - z1)**2)"}}).derive()
    record = sheet(derivation.core, derivation.wanted)
    assert next(m.text for m in record["gradients"].parts[-1].formulas) == "∂L/∂W1 = (∂L/∂z1) xᵀ"
    assert record["gradients"].parts[-2].lines[-1].math.text == "∂L/∂z1[i]·x[j]"


def test_a_small_network_is_worked_entry_by_entry(house):
    heads = [p.head.text for p in house["chain rule"].parts if p.kind == "block"]
    assert heads == [f"∂L/∂{n}" for n in ("W2_11", "W2_12", "b2_1", "W1_11", "W1_12", "b1_1", "W1_21", "W1_22", "b1_2")]
    last = gradient(house, "W1_22").lines[-1]
    assert last.math.text.endswith("[−(y_1 − h2_1)]·[W2_12]·[h1_2(1 − h1_2)]·[x_2]")
    assert last.closed.text == "−(y_1 − h2_1)·W2_12·h1_2(1 − h1_2)·x_2"


def test_notation_is_a_choice(house):
    derivation = sb.load(HOUSE).derive()
    told = sheet(derivation.core, derivation.wanted, options=Options(notation="matrix"))
    assert next(p.head.text for p in told["chain rule"].parts if p.kind == "block") == "∂L/∂W2"
    assert "numbers" not in [s.key for s in told.sections]


def test_no_entries_where_a_size_is_open():
    text = HOUSE.read_text().partition("[values]")[0]
    derivation = sb.Network.from_dict(tomllib.loads(text)).derive()
    told = sheet(derivation.core, derivation.wanted)
    assert [p.head.text for p in told["chain rule"].parts if p.kind == "block"] == ["∂L/∂W2", "∂L/∂b2", "∂L/∂W1", "∂L/∂b1"]
    with pytest.raises(SymbackError):
        sheet(derivation.core, derivation.wanted, options=Options(notation="scalar"))


def test_a_name_read_several_times_has_a_sum_of_ways():
    derivation = network(forward="z1 = w1*x + b1\nh2 = w2*z1", loss={"L": "(y - h2)**2 + w1**2"}).derive()
    blocks = [p for p in sheet(derivation.core, derivation.wanted)["chain rule"].parts if p.kind == "block"]
    (found,) = [b for b in blocks if b.head.text == "dL/dw1"]
    assert found.lines[0].math.text == "∂L/∂z1·∂z1/∂w1 + ∂L/∂w1"
    assert said(found.lines[0].reason) == "z1(w1), L(w1)"


def test_a_gradient_that_is_zero_says_why():
    derivation = network(forward="z1 = w1*x\nh2 = w2*z1").derive()
    record = sheet(derivation.core, derivation.wanted)
    assert [line.math.text for line in gradient(record, "b1").lines] == ["0"]
    assert "Zero, because L does not depend on b1." in [said(p.said) for p in record["gradients"].parts if p.kind == "paragraph"]


# numbers


def test_numbers_stand_beside_names(house):
    (table,) = [p for p in house["network"].parts if p.kind == "table"]
    rows = {said(row[0]): said(row[3]) for row in table.rows}
    assert rows["W2"] == "[W2[1,1], W2[1,2]] = [0.3, 0.2]"
    assert rows["η"] == "0.2"


def test_numbers_of_columns_have_the_names_of_the_lines():
    network = runpy.run_path(str(examples()["house-price"]))["network"]
    (table,) = [p for p in sheet(network.derive().core, ("W1",))["network"].parts if p.kind == "table"]
    rows = {said(row[0]): said(row[3]) for row in table.rows}
    assert rows["x"] == "[x[1]; x[2]] = [−0.32; −0.66]"
    assert rows["y"] == "−0.54"


def test_what_w12_means_is_said(house):
    assert said(house["network"].parts[-1].said).startswith("W1[1,2] is the weight from unit 2 of layer 0 to unit 1 of layer 1.")


def test_the_forward_pass_goes_from_symbols_to_numbers_to_results(house):
    sides = [line for p in house["forward"].parts if p.kind == "block" and p.head.text == "z1_1" for line in p.lines]
    text = " ".join(f"{line.sign.text} {line.math.text}" for line in sides)
    assert text == ("= W1_11·x_1 + W1_12·x_2 + b1_1 = 0.2·(−0.32) + 0.15·(−0.66) + 0.1 = −0.064 − 0.099 + 0.1 = −0.063")


def test_the_update_is_a_table_of_old_value_gradient_and_new_value(house):
    (table,) = [p for p in house["descent"].parts if p.kind == "table"]
    assert [said(cell) for cell in table.rows[0]] == ["W2_11 ← W2_11 − η·∂L/∂W2_11", "0.3", "0.5663", "0.3 − 0.2·0.5663", "0.1867"]
    assert len({said(row[0]) for row in table.rows}) == 9


def test_what_is_rounded_is_not_called_equal(house):
    found = strings(house["forward"])
    assert any("σ(−0.063) ≈ 0.484" in text for text in found)


def test_the_loss_before_and_after(house):
    last = said(house["again"].parts[-1].said)
    assert last == "The loss fell: before the step L = 0.68445, after it L = 0.3528."


def test_exact_numbers_and_those_rounded_by_hand():
    derivation = runpy.run_path(str(examples()["house-price"]))["network"].derive()
    said_so = {}
    for policy in (None, "exact"):
        told = sheet(derivation.core, derivation.wanted, options=Options(policy=policy))
        (table,) = [p for p in told["descent"].parts if p.kind == "table"]
        said_so[policy] = said(table.rows[0][4])
        assert said(told["numbers"].parts[0].said).startswith("Nothing is rounded" if policy else "Rounded, halves up")
    assert said_so == {None: "0.1867", "exact": "0.186675"}


def test_given_values_and_rate_replace_those_declared():
    derivation = sb.load(HOUSE).derive()
    told = sheet(derivation.core, derivation.wanted, options=Options(values={"rate": 0.5, "b2": [0.0]}))
    (table,) = [p for p in told["network"].parts if p.kind == "table"]
    rows = {said(row[0]): said(row[3]) for row in table.rows}
    assert (rows["η"], rows["b2"]) == ("0.5", "0.0")


def test_links_are_written_or_contracted():
    derivation = runpy.run_path(str(examples()["house-price"]))["network"].derive()
    found = {}
    for links in ("", "written", "contracted"):
        told = sheet(derivation.core, derivation.wanted, options=Options(links=links))
        chains = {p.head.text: p.lines[0].math.text for p in told["chain rule"].parts if p.kind == "block"}
        found[links] = [chains[n].count("·") + 1 for n in ("∂L/∂W2_11", "∂L/∂W1_11")]
    assert found == {"": [3, 4], "written": [3, 5], "contracted": [2, 4]}


def test_the_matrix_form_closes_a_sheet_of_entries(house):
    formulas, *updates = house["matrix form"].parts
    assert [m.text for m in formulas.formulas] == [
        "∂L/∂z2 = −(y − h2)", "∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ h1 ⊙ (1 − h1)", "∂L/∂W1 = (∂L/∂z1) xᵀ", "∂L/∂b1 = ∂L/∂z1", "∂L/∂W2 = (∂L/∂z2) h1ᵀ",
        "∂L/∂b2 = ∂L/∂z2",
    ]  # fmt: skip
    assert [b.head.text for b in updates] == ["W1", "b1", "W2", "b2"]


def test_a_network_too_large_to_work_by_hand_shows_its_numbers_as_arrays():
    rows = {"W": {"role": "weight", "shape": [3, 7]}, "x": {"shape": [7]}, "y": {"role": "target", "shape": [3]}}
    values = {"W": [[0.1] * 7, [-0.2] * 7, [0.3] * 7], "x": [1, 2, 3, 4, 5, 6, 7], "y": [1, 0, -1], "rate": 0.001}
    found = sb.Network.from_dict({"symbols": rows, "forward": "z = W @ x", "loss": {"L": "sum((y - z)**2)/2"}, "values": values})
    told = sheet(found.derive().core, ("W",))
    assert [s.key for s in told.sections][5:7] == ["descent", "again"]
    (update,) = [p for p in told["descent"].parts if p.kind == "block"]
    assert update.head.text == "W"
    assert update.lines[-1].math.text.startswith("[0.0982, 0.0964, ")
    assert said(told["again"].parts[0].said).startswith("The loss fell")


def test_weights_with_names_of_their_own_make_an_outer_product():
    derivation = runpy.run_path(str(examples()["linear-rows"]))["network"].derive()
    blocks = sheet(derivation.core, derivation.wanted)["matrix form"].parts
    (hidden,) = [b for b in blocks if b.head.text == "[w1, w3; w2, w4]"]
    text = " ".join(f"{line.sign.text} {line.math.text}" for line in hidden.lines)
    assert "[i1; i2] [w5, w6]" in text
    assert text.endswith("= [0.108, 0.309; 0.213, 0.414] ≈ [0.11, 0.31; 0.21, 0.41]")


def test_a_negative_number_stands_in_brackets_and_a_small_one_is_not_zero():
    values = {"w1": -0.5, "b1": 1e-4, "w2": -2, "x": -1e-3, "y": -1e-7, "rate": 0.001}
    derivation = network(values=values).derive()
    texts = [t for s in ("forward", "numbers", "descent", "again") for t in strings(sheet(derivation.core, derivation.wanted)[s])]
    assert not any(re.search(r"[·−] ?−|(?<![\d.])0\.0+(?!\d)", t) for t in texts)


# files


def test_each_suffix_has_its_form(tmp_path):
    derivation = sb.load(HOUSE).derive()
    starts = {
        ".tex": b"\\documentclass",
        ".typ": b"#set document(date: none",
        ".md": b"# House price",
        ".txt": b"House price\n",
        ".pdf": b"%PDF",
    }
    for suffix, start in starts.items():
        path = derivation.write(tmp_path / f"sheet{suffix}")
        assert path.read_bytes().startswith(start), suffix


def test_a_pdf_has_its_source_beside_it_and_is_the_same_twice(tmp_path):
    derivation = sb.load(HOUSE).derive()
    written = [publish(derivation, tmp_path / f"{k}.pdf", Options(version="1")) for k in "ab"]
    assert [p.name for p in written[0].paths] == ["a.pdf", "a.tex"]
    assert written[0].engine.startswith("typst ")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_sheet_is_complete():
    record = complete(sb.load(HOUSE).derive(), Options(version="1"))
    for suffix in MARKUPS:
        text = rendered(record, suffix).lower()
        at = text.index("derived with symback")
        for section in record.sections:
            at = text.find(section.title.lower(), at)
            assert at > 0, (suffix, section.title)


def test_what_was_verified_is_said_of_every_formula():
    items = [said(item) for item in complete(sb.load(HOUSE).derive(), Options())["evidence"].parts[0].items]
    assert sum(item.count("∂L/∂") for item in items) == 9 + 4
    assert all("proved for all values (normal form; differences of the loss at" in item for item in items[::2])
    assert all(item.startswith("Each step was checked by itself") for item in items[1::2])


def test_the_code_can_be_left_out():
    assert "code" not in [s.key for s in complete(network().derive(), Options(code=False)).sections]


def test_what_a_check_refutes_is_not_written(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise VerificationError("gradient by W1", "does not hold")

    monkeypatch.setattr("symback.sheets.evidence.verify", fails)
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


@pytest.mark.parametrize(
    "name", ["softmax shifted", "layer norm", "attention", "convolution", "recurrence", "symbolic depth", "solve", "pseudo-inverse"]
)
def test_networks_of_every_kind_are_set(name, tmp_path):
    case = next(c for c in CASES if c.name == name)
    derivation = sb.Network.from_program(case.program).derive()
    record = sheet(derivation.core, derivation.wanted)
    assert by_typst(rendered(record, ".typ")).content.startswith(b"%PDF")
    _latex(rendered(record, ".tex"), tmp_path)


def test_a_recurrence_is_not_put_into_itself():
    case = next(c for c in CASES if c.name == "recurrence")
    derivation = sb.Network.from_program(case.program).derive()
    frames = [m.text for p in sheet(derivation.core, derivation.wanted)["gradients"].parts if p.kind == "frame" for m in p.formulas]
    found = [text for text in frames if text.startswith("∂L/∂W")]
    assert len(found) == 1
    assert "∂L/∂z" in found[0]


def test_where_a_derivative_is_not_the_whole_one_it_is_said():
    derivation = network(forward="z1 = w1*x + b1\nh2 = w2*z1", loss={"L": "(y - h2)**2 + z1**2"}).derive()
    record = sheet(derivation.core, derivation.wanted)
    assert "∂L/∂z1 and its like hold everything fixed that lies between; dL/dz1 does not." in said(record["network"].parts[-1].said)
    lines = next(p for p in record["gradients"].parts if p.kind == "block" and p.head.text == "dL/dz1").lines
    assert lines[0].math.text.startswith("∂L/∂h2·∂h2/∂z1 + ∂L/∂z1")
    assert not any("hold everything fixed" in text for text in strings(sheet(network().derive().core, ("w1",))))


# text from outside


@pytest.fixture(scope="module")
def hostile():
    return complete(network(name=HOSTILE).derive(), Options(version="1"))


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
    found = network(name="Größe 大 ∂ → ½ ≠ σ⁻² é \u202e😀", symbols=rows, forward="h2 = 大*é*η", loss={"L": "h2**2"})
    record = complete(found.derive(), Options(version="1"))
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
    _latex(rendered(complete(found.derive(), Options(version="1")), ".tex"), tmp_path)


def test_the_pdf_can_be_made_by_pdflatex(tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    written = publish(network().derive(), tmp_path / "s.pdf", engine="pdflatex")
    assert (written.engine, [p.name for p in written.paths]) == ("pdflatex", ["s.pdf", "s.tex"])


def test_an_engine_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SymbackError, match="pdflatex is not installed"):
        publish(network().derive(), tmp_path / "s.pdf", engine="pdflatex")
    with pytest.raises(SymbackError, match="known engines are typst, pdflatex"):
        publish(network().derive(), tmp_path / "s.pdf", engine="word")


def test_templates_hold_no_mathematics():
    templates = sorted((writing.Path(__file__).parent.parent.parent / "templates").iterdir())
    assert {path.name for path in templates} >= {f"sheet{suffix}.j2" for suffix in MARKUPS}
    for path in templates:
        assert not re.search(r"\\frac|\\sum|\\partial|frac\(|∂|∑", path.read_text()), path.name


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

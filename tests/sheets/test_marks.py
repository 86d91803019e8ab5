"""The marks at the ends of lines: what stands behind each, that none is missing, and that a wrong step is not hidden."""

from __future__ import annotations

import runpy
from collections import Counter
from dataclasses import replace

import pytest

import symback as sb
from symback.calculus.trace import Derived
from symback.cli import main
from symback.errors import VerificationError
from symback.network.profile import style_of
from symback.sheets.build import sheet
from symback.sheets.chains import Chains, chain_rule, local_derivatives
from symback.sheets.closed import gradients
from symback.sheets.evidence import holding, marked
from symback.sheets.marks import WEAKEST_LAST, weakest
from symback.sheets.records import MARKS, Section, Sheet
from symback.sheets.resources import examples
from symback.sheets.subject import Options, subject
from symback.sheets.templates import MARKUPS, rendered
from symback.sheets.write import complete
from symback.verify.report import verify
from symback.verify.steps import StepChecker
from symback.verify.table import WORDS

TOLD = (chain_rule, local_derivatives, gradients)
KEYS = ("chain rule", "locals", "gradients")


def chain(**changes):
    data = {
        "name": "Chain",
        "symbols": {"w1": {"role": "weight"}, "b1": {"role": "bias"}, "w2": {"role": "weight"}, "x": {}, "y": {"role": "target"}},
        "forward": "z1 = w1*x + b1\nh1 = tanh(z1)\nh2 = w2*h1",
        "loss": {"L": "(y - h2)**2 / 2"},
    }
    return sb.Network.from_dict({**data, **changes}).derive()


def named(name):
    path = examples()[name]
    return (sb.load(path) if path.suffix == ".toml" else runpy.run_path(str(path))["network"]).derive()


def layer(key, wanted=None):
    return sb.layers[key].network().derive(wanted)


NETWORKS = {
    **{name: (lambda name=name: named(name)) for name in examples()},
    "layer norm": lambda: layer("layer_norm", ["x", "gamma", "beta"]),
    "attention": lambda: layer("attention", ["Q", "K", "V"]),
    "house price as arrays": lambda: named("house-price.toml"),
}
OPTIONS = {"house price as arrays": Options(notation="matrix")}


@pytest.fixture(scope="module", params=NETWORKS)
def made(request):
    derivation = NETWORKS[request.param]()
    options = OPTIONS.get(request.param, Options())
    return derivation, options, complete(derivation, options)


def words(record):
    """The words of all lines and formulas of the sections that are told in steps, with what they stand at."""
    for key in KEYS:
        for part in record[key].parts:
            if part.kind == "block":
                yield from ((line, line.word) for line in part.lines)
            elif part.kind == "row":
                yield from zip(part.formulas, part.words, strict=True)


def told(record):
    return "".join(p if isinstance(p, str) else p.text for item in record["evidence"].parts[0].items for p in item)


def test_every_line_that_comes_from_a_step_has_a_mark(made):
    _, _, record = made
    found = list(words(record))
    bare = [line.math.text for line, word in found if not word]
    assert len(found) > len(bare)
    assert all(text.startswith("∂/∂") for text in bare), bare  # what is differentiated is a definition
    assert {word for _, word in found} <= {"", "proved", "agrees"}


def test_a_line_has_the_weakest_word_of_its_steps(made):
    derivation, options, record = made
    write = subject(derivation.core, derivation.wanted, style_of(derivation.program), options).write
    known = {line.step: line.word for line in verify(write.core, write.wanted).lines}
    blocks = {p.head.text: p for p in record["gradients"].parts if p.kind == "block"}
    for name in write.shown:
        derived = write.core.printed[name]
        found = [known[step] for step in derived.steps]
        head = write.head(derived).text
        lines = [line.word for line in blocks[head].lines]
        assert weakest(lines) == weakest(found), name


def test_the_legend_counts_the_steps_of_the_report(made):
    derivation, options, record = made
    write = subject(derivation.core, derivation.wanted, style_of(derivation.program), options).write
    counts = Counter(line.word for line in verify(write.core, write.wanted).lines)
    for word, says in (("proved", "✓ proved by the normal form"), ("agrees", "≈ confirmed by numbers")):
        assert f"{says} ({counts[word]} step" in told(record)
    assert told(record).count("✓") == 1


def test_marks_can_be_left_out(made):
    derivation, options, record = made
    bare = complete(derivation, replace(options, marks=False))
    assert {word for _, word in words(bare)} == {""}
    assert not {"✓", "≈ "} & set(told(bare))
    assert "Each step was checked by itself: " in told(bare)
    without = {suffix: rendered(bare, suffix) for suffix in MARKUPS}
    assert all(len(rendered(record, suffix)) > len(text) for suffix, text in without.items())


def test_the_command_line_leaves_marks_out(tmp_path):
    for extra, marks in (((), True), (("--no-marks",), False)):
        path = tmp_path / "sheet.txt"
        assert main(["sheet", "tanh-chain", "-o", str(path), *extra]) == 0
        assert ("✓" in path.read_text()) is marks


def test_a_sheet_with_a_wrong_line_is_not_made():
    record = complete(chain(), Options())
    assert holding(record) is record
    block = next(p for p in record["gradients"].parts if p.kind == "block")
    row = next(p for p in record["locals"].parts if p.kind == "row")
    crossed = (
        replace(block, lines=(replace(block.lines[0], word="refuted"), *block.lines[1:])),
        replace(row, words=("refuted", *row.words[1:])),
    )
    for wrong in crossed:
        with pytest.raises(VerificationError, match="does not hold"):
            holding(Sheet("", (), (Section("gradients", "Gradients", (wrong,)),)))


def test_formulas_without_evidence_have_no_marks():
    derivation = chain()
    assert {word for _, word in words(sheet(derivation.core, derivation.wanted))} == {""}


def _planted(name):
    """A derivation whose last step of the gradient by a name is wrong, and its marked sections."""
    derivation = chain()
    right = derivation.core.adjoints[name]
    *before, last = right.steps
    wrong = Derived.of((*before, replace(last, after=last.after * 2)))
    core = replace(derivation.core, adjoints={**derivation.core.adjoints, name: wrong})
    asked = subject(derivation.core, derivation.wanted, style_of(derivation.program), Options())
    asked = replace(asked, hand=replace(asked.write, core=core))
    checker = StepChecker(core)
    return marked(asked, verify(core, asked.hand.wanted, checker=checker, second=False), checker)


@pytest.mark.parametrize("name", ["w1", "z1", "w2"])
def test_a_wrong_step_is_crossed_out(name):
    chains = Chains(_planted(name))
    record = Sheet("", (), tuple(section(chains) for section in TOLD))
    assert "refuted" in {word for _, word in words(record)}
    (block,) = [p for p in record["gradients"].parts if p.kind == "block" and p.head.text == f"∂L/∂{name}"]
    assert weakest(line.word for line in block.lines) == "refuted"
    for suffix in (".txt", ".md"):
        assert "✗" in rendered(record, suffix)
    assert r"\pmb{\times}" in rendered(record, ".tex")


def test_marks_stand_in_one_column(made):
    _, _, record = made
    for block in rendered(record, ".txt").split("\n\n"):
        assert len({len(line) for line in block.splitlines() if line[-1:] in "✓≈?✗" and line[-1:]}) <= 1, block


def test_every_word_has_a_mark_and_a_rank():
    assert set(WORDS) <= set(MARKS)
    assert set(MARKS) == {"", *WEAKEST_LAST}
    assert [weakest(("proved", word)) for word in WEAKEST_LAST] == list(WEAKEST_LAST)

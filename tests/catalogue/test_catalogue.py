"""The stored catalogue is what the declarations give, is proved, and says what it should of every entry."""

from __future__ import annotations

import ast
import json
import random
from collections import Counter
from zlib import crc32

import numpy as np
import pytest

import symback as sb
from symback.catalogue import SHAPES, STORED, EntryView
from symback.catalogue.arrays import ARRAYS
from symback.catalogue.cells import BLOCKS
from symback.catalogue.derived import entry, marks, record
from symback.catalogue.entries import ENTRIES
from symback.catalogue.models import MODELS
from symback.catalogue.spelling import words
from symback.errors import DeclarationError, NotationError
from symback.verify.sample import draw, size_sets

STORE = {e["key"]: e for e in json.loads(STORED.read_text(encoding="utf-8"))["entries"]}
MARKS = json.loads(SHAPES.read_text(encoding="utf-8"))
PARTS = 8
STEP = 1e-6
NO_SYMPY = ("max_norm", "maximum_entry")


def test_every_entry_is_stored_and_there_are_many():
    assert list(STORE) == list(ENTRIES) == list(MARKS), "run tools/build_catalogue.py"
    assert len(STORE) >= 150


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_stored_is_derived_from_the_declarations(part):
    for key in ENTRIES:
        if crc32(key.encode()) % PARTS == part:
            assert record(key) == STORE[key], f"{key}: run tools/build_catalogue.py"
            assert marks(key) == MARKS[key], f"{key}: run tools/build_catalogue.py"


@pytest.mark.parametrize("key", STORE)
def test_every_gradient_is_proved_or_agrees(key):
    stored = STORE[key]
    assert stored["gradients"]
    for gradient in stored["gradients"].values():
        assert gradient["verdict"] in ("proved", "agrees")
        assert gradient["route"]


@pytest.mark.parametrize("key", STORE)
def test_every_entry_says_what_it_is(key):
    stored = STORE[key]
    assert stored["title"][0].isupper() or not stored["title"][0].isalpha()
    assert stored["says"].endswith(".")
    assert stored["aliases"]
    assert stored["topic"] == ENTRIES[key].group
    assert [line["code"].partition(" = ")[0] for line in stored["forward"]] == [left for left, _ in ENTRIES[key].lines]
    assert all(line["text"] and line["latex"] for line in stored["forward"])


@pytest.mark.parametrize("key", STORE)
def test_every_entry_has_the_gradient_by_every_argument_with_all_that_is_said_of_it(key):
    stored = STORE[key]
    symbols = {s["name"]: s for s in stored["symbols"]}
    assert set(stored["gradients"]) == {name for name, row in ENTRIES[key].symbols.items() if row["role"] != "intermediate"}
    for name, gradient in stored["gradients"].items():
        assert gradient["shape"] == symbols[name]["shape"]
        assert gradient["latex"].startswith(r"\frac{\partial")
        assert gradient["text"].startswith("∂")
        assert gradient["facts"] == list(dict.fromkeys(gradient["facts"]))
        assert set(gradient["facts"]) <= {fact for s in symbols.values() for fact in s.get("facts", ())} | set(gradient["conditions"])
        assert isinstance(gradient["conditions"], list)


@pytest.mark.parametrize("key", STORE)
def test_every_entry_has_a_numpy_module(key):
    tree = ast.parse(STORE[key]["numpy"])
    assert {"forward", "gradients", "step"} <= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_reference_is_an_address_that_was_opened_or_none():
    assert all(row.source == "" or row.source.startswith("https://") for row in ENTRIES.values())


def test_keys_titles_and_aliases_tell_entries_apart():
    titles = Counter(e["title"] for e in STORE.values())
    assert [t for t, many in titles.items() if many > 1] == []
    names = [(words(n), key) for key, e in STORE.items() for n in dict.fromkeys((key.replace("_", " "), *e["aliases"]))]
    shared = Counter(name for name, _ in dict.fromkeys(names))
    assert [" ".join(name) for name, many in shared.items() if many > 2] == []


def test_an_entry_is_what_was_stored():
    found = sb.catalogue["softmax_cross_entropy"]
    assert isinstance(found, EntryView)
    gradient = found.gradient("z")
    assert gradient.text() == "∂L/∂z = p − y"
    assert gradient.verdict == "proved"
    assert gradient.conditions == ("y sums to one",)
    assert found.json()["gradients"]["z"]["text"] == gradient.text()
    assert len(sb.catalogue) == len(STORE)
    assert list(sb.catalogue) == list(STORE)


def test_what_a_formula_reads_is_shown_before_it():
    assert sb.catalogue["log_det"].gradient("X").reads == ("X_inv = X⁻¹",)
    assert sb.catalogue["layer_norm"].gradient("x").reads == ("∂L/∂xhat = G ⊙ gamma",)


def test_a_gradient_is_derived_anew_for_sympy_and_numpy():
    gradient = sb.catalogue["softmax_cross_entropy"].gradient("z")
    assert "p" in str(gradient.sympy())
    z, y = np.array([0.2, -1.0, 0.5]), np.array([0.0, 1.0, 0.0])
    p = np.exp(z) / np.exp(z).sum()
    assert np.allclose(gradient.numpy()({"z": z, "y": y}), p - y, atol=1e-14)


def test_a_declaration_is_a_network():
    net = sb.Network.from_dict(sb.catalogue["huber"].declaration())
    assert net.derive(wrt=["yhat"])["yhat"].text() == sb.catalogue["huber"].gradient("yhat").text()


@pytest.mark.parametrize("row", [*MODELS, *BLOCKS, *ARRAYS], ids=lambda r: r.name)
def test_gradients_run_and_agree_with_differences_of_the_loss(row):
    """Rows of layers and losses have this test beside them."""
    found = entry(row.name)
    model = found.model()
    for k, sizes in enumerate(size_sets(found.program)):
        given = draw(found.program, sizes, random.Random(k), positive=k == 2).shown()
        gradients = model.gradients({**given, **sizes})[1]
        values = {name: np.asarray(v, dtype=float) for name, v in given.items()}
        rng = np.random.default_rng(k)
        for name in found.arguments:
            way = rng.normal(size=values[name].shape)
            above, below = (
                model.forward({**given, **sizes, name: values[name] + h * way})[found.program.results[0]] for h in (STEP, -STEP)
            )
            slope = float(np.sum(np.asarray(gradients[name]) * way))
            assert float(above - below) / (2 * STEP) == pytest.approx(slope, rel=1e-5, abs=1e-5 * max(1.0, abs(float(above)))), name


@pytest.mark.parametrize("key", STORE)
def test_gradients_have_a_sympy_form_or_say_what_sympy_lacks(key):
    for name in STORE[key]["gradients"]:
        if key in NO_SYMPY:
            with pytest.raises(NotationError, match="SymPy has no"):
                sb.catalogue[key].gradient(name).sympy()
        else:
            assert sb.catalogue[key].gradient(name).sympy() is not None


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: sb.catalogue["sofmax"], "did you mean softmax?"),
        (lambda: sb.catalogue["softmax"].gradient("q"), "q is no argument"),
    ],
)
def test_what_is_not_there_is_one_line(ask, words):
    with pytest.raises(DeclarationError) as caught:
        ask()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)

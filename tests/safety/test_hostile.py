"""Whatever a text or a file holds: an answer or one line, soon, within bounded memory, and never run.

``HYPOTHESIS_PROFILE=explore`` draws more. What once went wrong is kept in tests/safety/corpus and read again by every reader.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import FILES, NET, TEXTS, answer, changed

CORPUS = sorted(Path(__file__).with_name("corpus").iterdir())
SECONDS = 5.0
"""Under a second on a quiet machine of today; the bound is for what hangs, on any machine."""
SIGNS = r"xyWwzhLnmd0129.+-*/@()[]{},:;=<>!&|~^_'\"#%$\∂δ⊙ᵀσ∑ " + "\n\t"
WORDS = (
    "x", "W", "w", "z", "np.", "sum(", "exp(", ")", "[", "]", "0", "1", "9", "**", "*", "@", "+", "-", "/", ".T", "None", ":", "=", ",", "axis=", "\n", " ",
    r"\frac", r"\partial", r"\sum", r"\left(", r"\right)", r"\odot", r"\begin{", r"\end{", "matrix}", "{", "}", "^", "_", "&", r"\\", "dL/dw", "if", "for", "in", "range(", "lambda",
)  # fmt: skip


def spent(read, text):
    """The answer, and the processor time it took: what else the machine does is not counted."""
    begun = time.process_time()
    said = answer(read, text)
    return said, time.process_time() - begun


@pytest.mark.parametrize("reader", TEXTS)
def test_every_reader_answers_every_hostile_text_soon(reader):
    slow = []
    for name, text in hostile.TEXTS.items():
        said, seconds = spent(TEXTS[reader], text)
        if seconds >= SECONDS:
            slow.append((name, round(seconds, 2), said[:100]))
    assert slow == []


@pytest.mark.parametrize("reader", FILES)
def test_every_file_reader_answers_every_hostile_file_soon(reader):
    slow = []
    for name, data in hostile.FILES.items():
        said, seconds = spent(FILES[reader], data)
        if seconds >= SECONDS:
            slow.append((name, round(seconds, 2), said[:100]))
    assert slow == []


@pytest.mark.parametrize("name", ["json twice", "json symbol twice", "toml twice", "toml tables twice"])
def test_a_key_that_stands_twice_is_refused(name):
    reader = FILES["network.json" if name.startswith("json") else "network.toml"]
    assert answer(reader, hostile.FILES[name]) != "Network"


@pytest.mark.parametrize("name", ["json nan", "json infinity", "json number", "json integer"])
def test_what_is_no_number_is_refused(name):
    assert answer(FILES["network.json"], hostile.FILES[name]) != "Network"


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_what_once_went_wrong_is_answered(path):
    data = path.read_bytes()
    for read in FILES.values():
        assert spent(read, data)[1] < SECONDS
    for read in TEXTS.values():
        assert spent(read, data.decode("utf-8", "replace"))[1] < SECONDS


@given(st.sampled_from(sorted(TEXTS)), st.text(alphabet=SIGNS, max_size=60))
def test_any_text_is_answered(reader, text):
    assert spent(TEXTS[reader], text)[1] < SECONDS


@given(st.sampled_from(sorted(TEXTS)), st.lists(st.sampled_from(WORDS), max_size=24).map("".join))
def test_any_run_of_words_is_answered(reader, text):
    assert spent(TEXTS[reader], text)[1] < SECONDS


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=200))
def test_any_bytes_are_answered(reader, data):
    assert spent(FILES[reader], data)[1] < SECONDS


SAMPLE = json.dumps({**NET, "values": {"w": 2}}).encode()


@given(
    st.sampled_from([r for r in FILES if r.endswith("json")]),
    st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=3)), max_size=4),
)
def test_a_file_with_bytes_changed_is_answered(reader, changes):
    data = bytearray(SAMPLE)
    for at, put in changes:
        data[at : at + 1] = put
    assert spent(FILES[reader], bytes(data))[1] < SECONDS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*NET, "values", "sizes", "shape", "role", "x", "W", ""]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from([*NET, "values", "sizes", "rate", "rounding", "notation", "name"]), JSON)
def test_any_value_of_any_key_is_answered(key, value):
    assert spent(lambda v: changed(**{key: v}), value)[1] < SECONDS

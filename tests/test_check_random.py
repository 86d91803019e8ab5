"""Claims nobody would write: random texts get a word in one go, never a traceback."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from symback.reading.files import from_dict
from symback.verify.claims import check
from symback.verify.command import check_entries, entries
from symback.verify.verdict import WORST_FIRST

NET = from_dict(
    {
        "symbols": {"W": {"shape": ["m", "n"]}, "x": {"shape": ["n"]}, "y": {"shape": ["m"], "facts": ["sums to one"]}, "c": {"value": 2}},
        "forward": "z = W @ x\np = softmax(z)\nL = -c * sum(y * log(p))",
        "loss": "L",
    }
)
WORDS = [
    "W",
    "x",
    "y",
    "c",
    "z",
    "p",
    "L",
    "m",
    "n",
    "dL/dx",
    "dL",
    "dz",
    "dz/dx",
    "d2L/dx2",
    "grad",
    "s",
    "=",
    "==",
    "+",
    "-",
    "*",
    "/",
    "@",
    "**",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ".T",
    "np.sum(",
    "np.exp(",
    "log(",
    "np.where(",
    "axis=0",
    "None",
    "0",
    "1",
    "2",
    "1e300",
]
WORDS += [
    r"\frac{\partial L}{\partial x}",
    r"\frac{",
    "}",
    "{",
    "^",
    "_",
    r"\top",
    r"\sum_i",
    "∂",
    "\n",
    ";",
    "'",
    '"',
    "\x00",
    "#",
    "é",
    "𝟏",
]
SEEDS = ["dL/dz = c*(p - y)", "dL/dx = W.T @ (p - y)*c", "dL/dW = np.outer(p - y, x)", r"\frac{\partial L}{\partial z} = c (p - y)"]


def _answered(claim, target=None):
    found = check(NET, claim, target)
    assert found.word in WORST_FIRST
    assert found.text()
    json.dumps(found.json(), allow_nan=False)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from([None, "x", "W", "q"]))
def test_words_in_any_order(words, target):
    _answered(" ".join(words), target)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(SEEDS), st.integers(0, 60), st.integers(0, 6), st.sampled_from(WORDS))
def test_a_formula_with_a_piece_changed(text, place, length, word):
    _answered(text[:place] + word + text[place + length :])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_text(text):
    _answered(text)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
KEYS = ("id", "symbols", "forward", "loss", "target", "kind", "claim", "values", "sizes", "note")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(KEYS), PLAIN | st.dictionaries(st.text(max_size=4), PLAIN, max_size=2), max_size=7) | PLAIN,
        min_size=1,
        max_size=3,
    )
)
def test_any_entries(given_entries):
    for number, entry in enumerate(given_entries):
        if isinstance(entry, dict):
            entry["id"] = str(number)
    for found in check_entries(entries({"claims": given_entries}, "claims.json")):
        assert found.word in WORST_FIRST
        json.dumps(found.json(), allow_nan=False)

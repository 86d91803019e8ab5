"""What the signs of a sheet mean: one row for each, shown where the sign occurs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symback.network.lettering import Lettering
from symback.sheets.records import Math, Prose
from symback.typeset.boxes import LayerMark

SIGMA = Math("σ(t) = 1/(1 + exp(−t))", r"\sigma(t) = \frac{1}{1 + e^{-t}}", "σ(t) = frac(1, 1 + e^(−t))")
ODOT, TOP, ONES = Math("⊙", r"\odot", "⊙"), Math("ᵀ", r"{}^{\top}", '""^⊤'), Math("𝟏", r"\mathbf{1}", "bold(1)")
BRACKET = Math("[i ≤ j]", r"[i \leq j]", "[i ≤ j]")
DELTA = Math("[i = j]", r"\delta_{ij}", "δ_(i j)")
EQUAL = Math("[i = j]", "[i = j]", "[i = j]")
RELU = Math("ReLU(t) = max(0, t)", r"\operatorname{ReLU}(t) = \max(0, t)", 'op("ReLU")(t) = max(0, t)')

ARRAYS: tuple[Prose, ...] = (("Indices count from 1.",), ("A gradient has the shape of what it is taken by.",))
LAYERS: Mapping[LayerMark, Prose] = {
    "superscript": ("The superscript is the layer.",),
    "bracket": ("The superscript in brackets is the layer.",),
}
SIGNS: tuple[tuple[str, Prose], ...] = (
    ("σ\\(", (SIGMA, ".")),
    ("relu\\(", (RELU, ", with slope 0 at 0.")),
    ("⊙", (ODOT, " multiplies entry by entry.")),
    ("ᵀ", (TOP, " is the transpose.")),
    ("𝟏", (ONES, " is a column of ones.")),
    (r"\[\w = \w\]", (DELTA, " is 1 where the two indices are equal and 0 elsewhere.")),
    (r"\[(?!\w = \w\])[^\[\]]* [=≠<≤>≥] [^\[\]]*\]", (BRACKET, " is 1 where the condition holds and 0 elsewhere.")),
)


def conventions(formulas: Sequence[str], table: Lettering) -> tuple[Prose, ...]:
    """The rows whose sign occurs in the formulas, given as text; what is said of arrays and layers where there are any."""
    together = "\n".join(formulas)
    arrays = ARRAYS if any(leaf.indices for leaf in table.program.leaves) else ()
    marks = dict.fromkeys(box.mark for box in table.boxes.values() if box.layer)
    found = [says for sign, says in SIGNS if re.search(sign, together)]
    if table.declares("delta"):
        found = [tuple(EQUAL if p is DELTA else p for p in says) for says in found]
    return (*arrays, *(LAYERS[mark] for mark in marks if mark in LAYERS), *found)


__all__ = ["conventions"]

"""Matrix calculus as it is published: traces, determinants, inverses, in LaTeX, as NumPy text and with SymPy."""

from __future__ import annotations

import pytest

from symback.reading.files import from_dict
from symback.verify.claims import check

SQUARE = {"role": "weight", "shape": ["n", "n"]}
NETWORKS = {
    "square": from_dict({"symbols": {"A": SQUARE}, "forward": "L = trace(A)", "loss": "L"}),
    "wide": from_dict(
        {"symbols": {"A": {"shape": ["m", "n"]}, "X": {"role": "weight", "shape": ["n", "m"]}}, "forward": "L = trace(A @ X)", "loss": "L"}
    ),
}
ROWS = (
    ("square", r"\frac{\partial \log\det A}{\partial A} = A^{-T}", "proved"),
    ("square", r"\frac{\partial \log\det A}{\partial A} = A^{-1}", "conditional"),
    ("square", r"\frac{\partial \ln|A|}{\partial A} = (A^{-1})^\top", "proved"),
    ("square", r"\frac{\partial |A|}{\partial A} = |A| A^{-T}", "proved"),
    ("square", r"\frac{\partial \det(A)}{\partial A} = \operatorname{adj}(A)^T", "proved"),
    ("square", r"\frac{\partial \log|\det A|}{\partial A} = A^{-T}", "proved"),
    ("square", r"\frac{\partial \operatorname{tr}(A^3)}{\partial A} = 3 (A^T)^2", "proved"),
    ("square", r"\frac{\partial \operatorname{tr}(A^3)}{\partial A} = 2 (A^T)^2", "refuted"),
    ("square", r"\frac{\partial \operatorname{tr}(A^{-1})}{\partial A} = -(A^{-2})^T", "proved"),
    ("wide", r"\frac{\partial \log\det(X^T X)}{\partial X} = 2 X (X^T X)^{-1}", "proved"),
)  # fmt: skip


@pytest.mark.parametrize(("net", "claim", "word"), ROWS)
def test_identities_of_matrix_calculus(net, claim, word):
    assert check(NETWORKS[net], claim).word == word

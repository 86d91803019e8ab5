"""Words of queries and names, spelled alike: small letters, one way to spell, no plural, German words in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

ALIKE = (
    (re.compile(r"is(ation|ed|er|e|ing)\b"), r"iz\1"),
    (re.compile(r"our\b"), "or"),
    (re.compile(r"tre\b"), "ter"),
    (re.compile(r"(?<=[^s])s\b"), ""),
)
SIGNS = (
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("ß", "ss"),
    ("^t", " transpose "),
    ("ᵀ", " transpose "),
    ("^-1", " inverse "),
    ("⁻¹", " inverse "),
)
GERMAN: Mapping[str, str] = {
    "ableitung": "derivative", "abstand": "distance", "aufmerksamkeit": "attention", "batchnormalisierung": "batch normalization",
    "determinante": "determinant", "divergenz": "divergence", "entropie": "entropy", "faltung": "convolution", "fehler": "error",
    "fehlerquadrat": "squared error", "gewicht": "weight", "gewichte": "weight", "inverse": "inverse", "kosinus": "cosine",
    "kovarianz": "covariance", "kreuzentropie": "cross entropy", "lineare": "linear", "logistische": "logistic", "matrixprodukt": "matrix product",
    "mittlerer": "mean", "netz": "network", "normalisierung": "normalization", "quadratische": "quadratic", "quadratischer": "squared",
    "rueckwaerts": "backward", "schicht": "layer", "schichtnormalisierung": "layer normalization", "skalarprodukt": "dot product",
    "spur": "trace", "verlust": "loss", "verlustfunktion": "loss function",
}  # fmt: skip
WORD = re.compile(r"[a-z0-9]+")
SHORT = 3
"""Words up to this length are no plurals."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text, spelled alike.

    >>> words("Batch-Normalisation of logits"), words("layer_norm"), words("Kreuzentropie"), words("x^T A x")
    (('batch', 'normalization', 'of', 'logit'), ('layer', 'norm'), ('cross', 'entropy'), ('x', 'transpose', 'a', 'x'))
    """
    small = text.lower()
    for sign, plain in SIGNS:
        small = small.replace(sign, plain)
    found = (part for word in WORD.findall(small) for part in (GERMAN[word].split() if word in GERMAN else (word,)))
    return tuple(_alike(word) if len(word) > SHORT else word for word in found)


@lru_cache(maxsize=4096)
def _alike(word: str) -> str:
    for pattern, new in ALIKE:
        word = pattern.sub(new, word)
    return word


__all__ = ["words"]

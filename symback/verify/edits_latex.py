"""The edits of LaTeX: a transpose at a symbol, taken from it, neighbours exchanged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from symback.verify.edits import Edit

_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_MARK = rf"(?:\s*(?:_\s*(?:{_GROUP}|\\[A-Za-z]+|[A-Za-z0-9])|\^\s*(?:{_GROUP}|\([^()]*\)|\[[^\[\]]*\]|\\[A-Za-z]+|[A-Za-z0-9*])|'))*"
_LETTER = rf"(?:\\(?:mathbf|boldsymbol|bm|mathrm|hat|bar|tilde|vec)\s*{_GROUP}|\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|lambda|mu|nu|phi|sigma|Delta|Sigma|Theta|Lambda|Phi)(?![A-Za-z])|(?<![\\A-Za-z])[A-Za-z](?![A-Za-z]))"
_ATOM = re.compile(rf"{_LETTER}{_MARK}")
_TRANSPOSE = re.compile(r"\s*\^\s*(?:\{\s*(?:\\top|\\intercal|\\mathsf\s*\{?\s*T\s*\}?|\\mathrm\s*\{\s*T\s*\}|T)\s*\}|\\top|\\intercal|T)")


def latex_edits(text: str) -> Iterator[Edit]:
    r"""The edits of LaTeX, right of the last equals sign: a transpose at each symbol, taken from each, neighbours exchanged.

    >>> next(latex_edits(r"\nabla_w L = X (h - y)")).text
    '\\nabla_w L = X^\\top (h - y)'
    """
    start = text.rfind("=") + 1
    atoms = [m for m in _ATOM.finditer(text, start) if m.group().strip()]
    for atom in atoms:
        if not _TRANSPOSE.search(atom.group()):
            new = f"{atom.group()}^\\top" if "^" not in atom.group() else f"({atom.group()})^\\top"
            yield _latex_edit(text, atom.span(), new, f"the transpose of {atom.group().strip()} is missing")
    for atom in atoms:
        if _TRANSPOSE.search(atom.group()):
            new = _TRANSPOSE.sub("", atom.group())
            yield _latex_edit(text, atom.span(), new, f"the transpose of {new.strip()} is too much")
    for one, other in pairwise(atoms):
        between = text[one.end() : other.start()]
        if not between.strip():
            says = f"the factors {one.group().strip()} and {other.group().strip()} stand in the wrong order"
            for new in _exchanged(one.group(), other.group()):
                yield _latex_edit(text, (one.start(), other.end()), new, says)


def _exchanged(one: str, other: str) -> Iterable[str]:
    """Two neighbours the other way round, as they are and with their transposes turned."""
    first, second = _turned(one), _turned(other)
    return (f"{other} {one}", f"{second} {one}", f"{other} {first}", f"{second} {first}", f"{first} {second}")


def _turned(atom: str) -> str:
    return _TRANSPOSE.sub("", atom) if _TRANSPOSE.search(atom) else f"{atom}^\\top" if "^" not in atom else f"({atom})^\\top"


def _latex_edit(text: str, span: tuple[int, int], new: str, says: str) -> Edit:
    start, end = span
    whole = text[:start] + new + text[end:]
    return Edit(whole, says, whole.strip())

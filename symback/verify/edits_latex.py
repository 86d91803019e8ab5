"""The edits of LaTeX: a transpose at a symbol or a bracket, taken from it, moved; neighbours exchanged; indices exchanged on the left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symback.verify.edits import Edit

_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_SCRIPT = rf"(?:{_GROUP}|\([^()]*\)|\[[^\[\]]*\]|\\[A-Za-z]+|[A-Za-z0-9*])"
_MARK = re.compile(rf"(?:\s*(?:_\s*(?:{_GROUP}|\\[A-Za-z]+|[A-Za-z0-9])|\^\s*{_SCRIPT}|'))*")
_LETTER = re.compile(
    rf"\\(?:mathbf|boldsymbol|bm|mathrm|hat|bar|tilde|vec)\s*{_GROUP}"
    r"|\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|lambda|mu|nu|phi|sigma|Delta|Sigma|Theta|Lambda|Phi)(?![A-Za-z])"
    r"|[A-Za-z](?![A-Za-z])"
)
_WORD = re.compile(rf"\\(?:text|operatorname|mathcal|begin|end)\s*{_GROUP}|\\[A-Za-z]+|[A-Za-z]+|[_^]\s*{_SCRIPT}")
_BRACKETS = re.compile(r"\\left\s*[(\[]|\\right\s*[)\]]|[(\[)\]]")
_TRANSPOSE = re.compile(r"\s*\^\s*(?:\{\s*(?:\\top|\\intercal|\\mathsf\s*\{?\s*T\s*\}?|\\mathrm\s*\{\s*T\s*\}|T)\s*\}|\\top|\\intercal|T)")
_BREAK = re.compile(r",\s*\\q?quad|\\q?quad|\\\\|\n|;")
_SUBSCRIPT = re.compile(r"([A-Za-z])\s*_\s*\{\s*([a-z])\s*,?\s*([a-z])\s*\}")


@dataclass(frozen=True, slots=True)
class _Atom:
    """What may bear a transpose: a symbol or a bracket with its marks, and where it stands."""

    start: int
    end: int
    text: str

    @property
    def is_turned(self) -> bool:
        return _TRANSPOSE.search(self.marks) is not None

    @property
    def marks(self) -> str:
        """The marks at the end of a symbol or bracket, without what stands in it."""
        closed = max(self.text.rfind(")"), self.text.rfind("]"))
        return self.text[closed + 1 :] if self.text[0] in "([" or self.text.startswith("\\left") else self.text

    @property
    def bare(self) -> str:
        """The text without its transpose."""
        return self.text[: len(self.text) - len(self.marks)] + _TRANSPOSE.sub("", self.marks)

    @property
    def turned(self) -> str:
        """The text with the transpose that it lacks, or without the one that it has."""
        if self.is_turned:
            return self.bare
        return f"{self.text}^\\top" if "^" not in self.marks else f"({self.text})^\\top"


def latex_edits(text: str) -> Iterator[Edit]:
    r"""The edits of LaTeX, right of equals signs: the whole transposed, a transpose at each symbol, taken from each, neighbours exchanged.

    >>> [e.text for e in latex_edits(r"\nabla_w L = X (h - y)")][:2]
    ['\\nabla_w L = \\left(X (h - y)\\right)^\\top', '\\nabla_w L = X^\\top (h - y)']
    """
    parts = _right_sides(text)
    yield from _left_indices(text)
    for start, end in parts[:1]:
        yield _edit(text, start, end, f" \\left({text[start:end].strip()}\\right)^\\top", "it must be transposed")
    yield from (edit for start, end in parts for edit in _right_indices(text, start, end))
    atoms = [atom for start, end in parts for atom in _atoms(text, start, end)]
    for turned, says in ((False, "missing"), (True, "too much")):
        for atom in atoms:
            if atom.is_turned is turned:
                yield _edit(text, atom.start, atom.end, atom.turned, f"the transpose of {atom.bare.strip()} is {says}")
    for one in atoms:
        other = next((a for a in atoms if a.start >= one.end), None)
        if other is not None and not text[one.end : other.start].strip():
            yield from (_edit(text, one.start, other.end, new, says) for new, says in _neighbours(one, other))


def _right_sides(text: str) -> list[tuple[int, int]]:
    """Where the right side of every statement begins and ends."""
    found: list[tuple[int, int]] = []
    start = 0
    for stop in (*(m.start() for m in _BREAK.finditer(text)), len(text)):
        equals = text.rfind("=", start, stop)
        if equals >= 0:
            found.append((equals + 1, stop))
        start = stop
    return found


def _left_indices(text: str) -> Iterator[Edit]:
    """The two indices of the left side exchanged; and with them rows and columns of the array that has them."""
    equals = text.find("=") + 1
    for found in _SUBSCRIPT.finditer(text, 0, equals):
        name, i, j = found.groups()
        if i != j:
            says = f"the indices {i} and {j} are exchanged"
            left = f"{text[: found.start()]}{name}_{{{j}{i}}}{text[found.end() : equals]}"
            yield _edit(text, 0, equals, left, says)
            row = re.compile(rf"(?<![A-Za-z\\]){re.escape(name)}\s*_\s*(?:{i}(?![A-Za-z])|\{{\s*{i}\s*\}})")
            columns = row.sub(f"{name}_{{:{i}}}", text[equals:])
            if columns != text[equals:]:
                yield _edit(left + columns, 0, 0, "", f"{says}, and with them the rows and columns of {name}")


def _right_indices(text: str, start: int, end: int) -> Iterator[Edit]:
    """The two indices of one symbol exchanged."""
    for found in _SUBSCRIPT.finditer(text, start, end):
        name, i, j = found.groups()
        if i != j:
            yield _edit(text, found.start(), found.end(), f"{name}_{{{j}{i}}}", f"the indices of {name}_{{{i}{j}}} are exchanged")


def _atoms(text: str, start: int, end: int) -> Iterator[_Atom]:
    """The symbols and brackets of a part of a text, from left to right, a bracket before what stands in it."""
    while start < end:
        letter, word, bracket = (pattern.match(text, start, end) for pattern in (_LETTER, _WORD, _BRACKETS))
        if bracket is not None and (stop := _closed(text, start, end)) is not None:
            marked = _marked(text, stop, end)
            yield _Atom(start, marked, text[start:marked])
            start = bracket.end()
        elif letter is not None:
            marked = _marked(text, letter.end(), end)
            yield _Atom(start, marked, text[start:marked])
            start = marked
        else:
            start = word.end() if word is not None else start + 1


def _marked(text: str, start: int, end: int) -> int:
    """Where the marks that begin at a place end."""
    found = _MARK.match(text, start, end)
    return start if found is None else found.end()


def _closed(text: str, start: int, end: int) -> int | None:
    """Where the bracket that opens at a place is closed."""
    depth = 0
    for sign in _BRACKETS.finditer(text, start, end):
        depth += 1 if sign.group()[-1] in "([" else -1
        if depth <= 0:
            return sign.end() if depth == 0 and sign.start() > start else None
    return None


def _neighbours(one: _Atom, other: _Atom) -> Iterator[tuple[str, str]]:
    """Two neighbours with the transpose at the other one, the other way round, both; what is said of each."""
    names = one.bare.strip(), other.bare.strip()
    order = "the factors {} and {} stand in the wrong order".format(*names)
    moved = [b for atom, b in zip((one, other), names, strict=True) if atom.is_turned]
    if len(moved) == 1:
        wanted = next(b for atom, b in zip((one, other), names, strict=True) if not atom.is_turned)
        yield f"{one.turned} {other.turned}", f"the transpose stands at {moved[0]} instead of {wanted}"
    yield f"{other.text} {one.text}", order
    if not moved:
        yield f"{one.turned} {other.turned}", f"the transposes of {names[0]} and {names[1]} are missing"
    for first, second in ((one.text, other.turned), (one.turned, other.text), (one.turned, other.turned)):
        yield (
            f"{second} {first}",
            f"{order}, and a transpose is missing" if not moved else f"{order}, and a transpose is in the wrong place",
        )
    yield f"{one.text} \\odot {other.text}", "an element-wise product is needed"


def _edit(text: str, start: int, end: int, new: str, says: str) -> Edit:
    whole = text[:start] + new + text[end:]
    return Edit(whole, says, whole.strip())

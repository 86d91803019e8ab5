"""Forms of mathematical text as lines of Python: ``grad_w L = ...``, ``... where S = sign(Y)``, ``∂L/∂w``, a power with a hat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from unicodedata import name

from symback.reading.claim_lines import MAX_CLAIM

_GRADIENT = re.compile(
    r"(?<![\w.])(?:grad_|nabla_|∇_?)\{?(?P<by>[^\W\d]\w*)\}?\s*(?:\(\s*(?P<inside>[^\W\d]\w*)\s*\)|(?P<of>[^\W\d]\w*))(?=\s*[-+*/]?=(?!=))"
)
_WHERE = re.compile(r"[,;]?\s?(?<![\w.])(?:where|with)(?!\w|\s*\()\s*:?")
_NEXT = re.compile(r",|(?<!\w)and(?=\s+[^\W\d]\w*\s*=(?!=))")
_EQUALS = re.compile(r"(?<![=<>!+*/@-])=(?!=)")
_DEFINES = re.compile(r"\s*(?:and\s+)?(?P<name>[^\W\d]\w*)(?:\s*/\s*d\w+)?\s*=(?!=)")
_SIGNS = str.maketrans({"−": "-", "∂": "d", "·": "*", "⊙": "*", "×": "*"})
_HAT = re.compile(r"\^(?=\s*(?:\d|\(|-\s*\d|[^\W\d]))")


def lines_in_python(text: str, declared: Callable[[str], bool]) -> str:
    r"""A text with gradients as ratios and with what it says behind *where*, or after a comma, as lines before.

    >>> lines_in_python("grad_W L = 2*X.T @ (Y - S), where S = sign(Y)", {"W", "X", "Y"}.__contains__)
    'S = sign(Y)\ndL/dW = 2*X.T @ (Y - S)'
    >>> lines_in_python("dL/dW = 2*X.T @ (Y - S), S = sign(Y)", {"W", "X", "Y"}.__contains__)
    'S = sign(Y)\ndL/dW = 2*X.T @ (Y - S)'
    """
    if len(text) > MAX_CLAIM:
        return text
    inside = list(accumulate(map(_opened, text.splitlines()), initial=0))
    alone = [not before and not after for before, after in pairwise(inside)]
    rows = [
        row for line, whole in zip(text.splitlines(), alone, strict=True) for row in (_told_before(line, declared) if whole else [line])
    ]
    whole = "\n".join(rows) if len(rows) > len(text.splitlines()) else text
    return _GRADIENT.sub(lambda m: f"d{m['inside'] or m['of']}/d{m['by']}", whole)


def python_signs(text: str, declared: Callable[[str], bool]) -> str:
    """The text with the signs of mathematics that Python writes otherwise, and Greek letters by the names that are declared.

    >>> python_signs("∂L/∂θ = p − y", {"theta", "p", "y"}.__contains__)
    'dL/dtheta = p - y'
    """
    plain = text.translate(_SIGNS).replace("ᵀ", ".T")
    for sign in {c for c in plain if not declared(c) and name(c, "").startswith("GREEK SMALL LETTER ")}:
        word = name(sign).rpartition(" ")[2].lower()
        plain = plain.replace(sign, word) if declared(word) else plain
    return plain


def with_powers(text: str, declared: Callable[[str], bool]) -> str:
    """The text with ``**`` for a hat, and ``.T`` for the hat of a transpose.

    >>> with_powers("X^T @ (1 - a^2)", {"X", "a"}.__contains__)
    'X.T @ (1 - a**2)'
    """
    turned = text if declared("T") else re.sub(r"\^T(?!\w)", ".T", text)
    return _HAT.sub("**", turned)


def _told_before(line: str, declared: Callable[[str], bool]) -> Iterator[str]:
    """The lines that one line is: definitions behind *where* first, then the line itself."""
    head, tail = _cut(line, _WHERE)
    if tail and all(_DEFINES.match(part) for part in _parts(tail)):
        yield from (part.strip().removeprefix("and ").strip() for part in _parts(tail))
        yield head.rstrip(" ,;")
        return
    each = _each_by_itself(line)
    if each:
        yield from each
        return
    first, *rest = _parts(line) or [line]
    if not rest or not all(_DEFINES.match(part) for part in rest) or "=" not in first:
        yield line
        return
    names = {part: str(m["name"]) for part in rest if (m := _DEFINES.match(part)) is not None}
    needed = [p for p in rest if not declared(names[p]) and re.search(rf"(?<![\w.]){re.escape(names[p])}(?!\w)", first.partition("=")[2])]
    yield from (p.strip() for p in needed)
    yield first
    yield from (p.strip() for p in rest if p not in needed)


def _each_by_itself(line: str) -> list[str]:
    """The lines that ``a, b = c, d`` is, where none of them reads what an earlier one gives; empty for any other line."""
    cuts = [m.start() for m in _outside(line, _EQUALS)]
    if len(cuts) != 1:
        return []
    lefts, rights = _parts(line[: cuts[0]]), _parts(line[cuts[0] + 1 :])
    names = [left.strip() for left in lefts]
    if len(lefts) < 2 or len(lefts) != len(rights) or not all(n.isidentifier() for n in names):
        return []
    safe = all(not re.search(rf"(?<![\w.])(?:{'|'.join(names[:k])})(?!\w)", rights[k]) for k in range(1, len(names)))
    return [f"{left} = {right.strip()}" for left, right in zip(names, rights, strict=True)] if safe else []


def _opened(line: str) -> int:
    """How many brackets a line opens and does not close."""
    return sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))


def _cut(line: str, sign: re.Pattern[str]) -> tuple[str, str]:
    """What stands before and after a sign outside brackets; an empty tail where it does not stand there."""
    for found in _outside(line, sign):
        if found.start():
            return line[: found.start()], line[found.end() :]
    return line, ""


def _parts(line: str) -> list[str]:
    """A line cut at the commas, and at each *and* before a definition, outside brackets."""
    parts, begin = [], 0
    for found in _outside(line, _NEXT):
        parts.append(line[begin : found.start()])
        begin = found.end()
    return [p for p in [*parts, line[begin:]] if p.strip()] or [line]


def _outside(line: str, sign: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The places outside all brackets where a sign stands."""
    depth = begin = 0
    for found in sign.finditer(line):
        between = line[begin : found.start()]
        depth += _opened(between)
        begin = found.start()
        if not depth:
            yield found

"""Derivatives as people type them among NumPy: ``dL/dW1``, ``dz3``, ``d2L/dX2``, ``d2L/dXdY``.

A text is read as Python, where ``dL/dz * dz/dw`` groups as ``((dL/dz)*dz)/dw``; so each ratio is joined into one name first,
character for character, and positions stay what they were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from symback.algebra.terms import Name, Partial
from symback.errors import ReadingError
from symback.network.hints import suggestion

JOIN = "ǀ"
"""Stands where a ratio had a bar, a blank or a bracket: a letter to Python that nobody types."""
_NAME = r"[^\W\d]\w*"
_RATIO = re.compile(
    r"(?<![\w.])(?P<top>d\w+)\s*/\s*(?:(?P<by>d\w+(?:\s*\*\*\s*2(?!\w))?)|\(\s*(?P<first>d\w+)\s*\*?\s*(?P<second>d\w+)\s*\))"
)
_SINGLE = re.compile(rf"(?<![\w.])({_NAME})(?!\w)")
_TOP = re.compile(r"d(\d*)(\w+)")


@dataclass(frozen=True, slots=True)
class Names:
    """What a name may be while derivatives are looked for: the declared names, and the result that ``dz3`` is short for.

    ``shown`` are names to suggest where one is not declared.
    """

    declared: Callable[[str], bool]
    differentiable: Callable[[str], bool]
    result: Name
    shown: Collection[str] = ()


def joined(text: str, names: Names) -> tuple[str, Mapping[str, Partial]]:
    """The text with each ratio of derivatives as one name of the same length, and what those names and names such as ``dz3`` mean.

    >>> known = {"L", "X", "z3"}.__contains__
    >>> joined("dL/dX - 2*dz3", Names(known, known, "L"))
    ('dLǀdX - 2*dz3', {'dLǀdX': Partial(of='L', by='X', local=False), 'dz3': Partial(of='L', by='z3', local=False)})
    """
    found: dict[str, Partial] = {}

    def ratio(match: re.Match[str]) -> str:
        meaning = _ratio(match, text, names)
        if meaning is None:
            return match[0]
        _refuse_power(text, match.end())
        name = re.sub(r"\W", JOIN, match[0])
        found[name] = meaning
        return name

    whole = _RATIO.sub(ratio, text)
    for match in _SINGLE.finditer(whole):
        name = match[1]
        short = name[:1] == "d" and name not in found and not names.declared(name) and _is_value(whole, match)
        if short and names.differentiable(name[1:]) and name[1:] != names.result:
            found[name] = Partial(names.result, name[1:])
    return whole, found


def spelled(text: str) -> str:
    """A text with its joined ratios taken apart again, for messages."""
    return text.replace(JOIN, "/", 1) if text.count(JOIN) == 1 else re.sub(f"{JOIN}+", "/", text)


def _is_value(text: str, match: re.Match[str]) -> bool:
    """Whether a name is read, not called and not the keyword of an argument."""
    after = text[match.end() :].lstrip()
    return not after.startswith("(") and not (after.startswith("=") and not after.startswith("==") and _inside(text, match.start()))


def _inside(text: str, place: int) -> bool:
    return sum((c in "([{") - (c in ")]}") for c in text[:place]) > 0


def _ratio(match: re.Match[str], text: str, names: Names) -> Partial | None:
    """What a ratio means; None where it is an ordinary quotient."""
    if names.declared(match["top"]):
        return None
    numerators = [(order, name) for order, name in _numerator(match["top"]) if names.differentiable(name)]
    readings = [(name, by) for order, name in numerators for by in _denominators(match, order, names)]
    if not readings:
        _refuse_unknown(match, text, names, bool(numerators))
        return None
    if len(readings) > 1:
        ways = " or ".join(f"{name} by {' and '.join(by)}" for name, by in readings)
        raise ReadingError(text, f"{match[0]} may be the derivative of {ways}", "write d2L/(dX*dY)", match.start())
    ((of, by),) = readings
    partial: Name = of
    for name in by:
        partial = Partial(partial, name)
    assert isinstance(partial, Partial)
    return partial


def _refuse_unknown(match: re.Match[str], text: str, names: Names, derived: bool) -> None:
    """``dL/dq`` with no q is no quotient: the error is about q."""
    name = (match["by"] or "")[1:]
    if not derived or not name or names.declared(match["by"]) or "*" in name:
        return
    base, _, units = name.rpartition("_")
    entry = ", ".join(str(int(u) - 1) for u in units) if units.isascii() and units.isdigit() and "0" not in units else ""
    remedy = f"places count from 0: for an entry of {base} write {base}[{entry}]" if entry and names.differentiable(base) else ""
    remedy = remedy or suggestion(name, names.shown) or "declare it"
    raise ReadingError(text, f"{name} is not declared", remedy, match.start("by") + 1)


def _numerator(text: str) -> Iterator[tuple[int, str]]:
    """``(order, name)`` for the readings of ``dL`` and ``d2L``."""
    yield 1, text[1:]
    found = _TOP.fullmatch(text)
    if found is not None and found[1] == "2":
        yield 2, found[2]


def _denominators(match: re.Match[str], order: int, names: Names) -> Iterator[tuple[str, ...]]:
    if match["first"]:
        pair = (match["first"][1:], match["second"][1:])
        if order == 2 and all(map(names.differentiable, pair)) and not any(map(names.declared, (match["first"], match["second"]))):
            yield pair
        return
    squared = "*" in match["by"]
    name = re.split(r"\s*\*", match["by"])[0][1:]
    if order == 1:
        if names.differentiable(name) and not names.declared(f"d{name}"):
            _refuse_power(match.string, match.start("by") + 1 + len(name))
            yield (name,)
        return
    if squared and names.differentiable(name):
        yield name, name
    if not squared and name.endswith("2") and names.differentiable(name[:-1]):
        yield name[:-1], name[:-1]
    if not squared:
        for cut in (k for k, c in enumerate(name) if c == "d" and k):
            if names.differentiable(name[:cut]) and names.differentiable(name[cut + 1 :]):
                yield name[:cut], name[cut + 1 :]


def _refuse_power(text: str, end: int) -> None:
    if text[end:].lstrip().startswith("**"):
        raise ReadingError(text, "a power after a ratio of derivatives may mean two things", "put brackets around the ratio", end)

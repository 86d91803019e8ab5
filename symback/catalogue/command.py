"""``symback lookup``: formulas from the catalogue as text or as plain data."""

from __future__ import annotations

from collections.abc import Sequence

from symback.catalogue import did_you_mean, lookup, lookup_formula
from symback.catalogue.view import EntryView
from symback.errors import ReadingError

SHOWN = 10


def found(words: Sequence[str], formula: str | None = None, limit: int = SHOWN) -> list[EntryView]:
    """The entries for the words of a query, or for a formula whose shape is looked for, best first.

    Raises ReadingError, in one line, where nothing is found.
    """
    text = " ".join(words)
    entries = lookup(text, limit) if formula is None else lookup_formula(formula, limit)
    if entries:
        return entries
    if formula is not None:
        raise ReadingError(f"lookup --formula {formula[:80]}", "no gradient in the catalogue has this shape", "try a part of it")
    near = did_you_mean(text)
    remedy = f"did you mean {', '.join(near)}?" if near else ""
    raise ReadingError(f"lookup {text[:80]}", "nothing in the catalogue is called that", remedy)


def shown(entries: Sequence[EntryView]) -> str:
    """The first entry in full, the others by key and title."""
    first, *others = entries
    lines = [f"{first.title} ({first.key})", first.says, ""]
    lines += [f"  {line}" for line in first.forward]
    lines += ["", *(f"  {line}" for line in _formulas(first)), ""]
    lines += [f"  {line}" for line in _symbols(first)]
    if others:
        width = max(len(e.key) for e in others)
        lines += ["", "Also:", *(f"  {e.key.ljust(width)}  {e.title}" for e in others)]
    return "\n".join(lines)


def _formulas(entry: EntryView) -> list[str]:
    """The gradients, each after those it reads, with verdict and conditions."""
    lines: dict[str, None] = {}
    for gradient in [entry.gradient()] if entry.asked else entry.gradients.values():
        lines.update(dict.fromkeys(gradient.reads))
        held = f", where {' and '.join(gradient.conditions)}" if gradient.conditions else ""
        lines.pop(gradient.text(), None)
        lines[f"{gradient.text()}    [{gradient.verdict}{held}]"] = None
    return list(lines)


def _symbols(entry: EntryView) -> list[str]:
    """Name, shape, role and facts of each symbol."""
    shapes = [f"({', '.join(s['shape'])})" if s["shape"] else "a number" for s in entry.symbols]
    return [
        f"{s['name']}: {shape}, {s['role']}{''.join(f'; {fact}' for fact in s.get('facts', ()))}"
        for s, shape in zip(entry.symbols, shapes, strict=True)
    ]

"""``symback lookup``: formulas from the catalogue as text or as plain data."""

from __future__ import annotations

from collections.abc import Sequence

from symback.catalogue import catalogue, did_you_mean, lookup, lookup_formula
from symback.catalogue.view import EntryView
from symback.errors import ReadingError

SHOWN, EVERY = 10, 10_000
"""How many entries are shown, and looked for where they go into a file."""


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
    remedy = f"did you mean {', '.join(near)}?" if near else "symback lookup --all lists every entry"
    raise ReadingError(f"lookup {text[:80]}", "nothing in the catalogue is called that", remedy)


def chosen(words: Sequence[str], formula: str | None = None, every: bool = False, limit: int = SHOWN) -> list[EntryView]:
    """What the command line asks for: the entries of a query, or of a formula, or every entry.

    Raises ReadingError, in one line, where it asks for nothing or for two things, and where nothing is found.
    """
    asked = [name for name, given in (("words", words), ("--formula", formula is not None), ("--all", every)) if given]
    if len(asked) != 1:
        told = f"{' and '.join(asked)} exclude each other" if asked else "there is nothing to look for"
        raise ReadingError("lookup", told, "give words, or --formula, or --all")
    return list(catalogue.values()) if every else found(words, formula, limit)


def listed(entries: Sequence[EntryView]) -> str:
    """Key and title of each entry."""
    width = max(len(e.key) for e in entries)
    return "\n".join(f"{e.key.ljust(width)}  {e.title}" for e in entries)


def shown(entries: Sequence[EntryView]) -> str:
    """The first entry in full, the others by key and title."""
    first, *others = entries
    lines = [f"{first.title} ({first.key})", first.says, ""]
    lines += [f"  {line}" for line in first.forward]
    lines += ["", *(f"  {line}" for line in _formulas(first)), ""]
    lines += [f"  {line}" for line in _symbols(first)]
    if others:
        lines += ["", "Also:", *(f"  {line}" for line in listed(others).splitlines())]
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

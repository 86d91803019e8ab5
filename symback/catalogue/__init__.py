"""The formulas of the field, looked up: ``symback.lookup("softmax cross entropy")``, ``symback.catalogue["layer_norm"]``.

What is shown was derived by ``tools/build_catalogue.py`` from declarations and stored; nothing is typed in, and a test derives it again.

>>> lookup("softmax crossentropy")[0].gradient("z").text()
'∂L/∂z = p − y'
>>> catalogue["layer_norm"].gradient("gamma").text()
'∂L/∂gamma = G ⊙ xhat'
>>> did_you_mean("sofmax")[0]
'softmax'
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from symback.catalogue.search import Found, Index, index_of
from symback.catalogue.view import EntryView, Gradient
from symback.errors import ReadingError, UnknownName

__all__ = ["EntryView", "Gradient", "catalogue", "did_you_mean", "lookup", "lookup_formula", "write"]

LONGEST = 200
STORED, SHAPES = Path(__file__).with_name("catalogue.json"), Path(__file__).with_name("shapes.json")
SHEET = "symback.sheets.reference"
"""What writes entries into files; it stands above the catalogue, so it is named here and loaded only when somebody writes."""


@lru_cache(maxsize=1)
def stored() -> Index:
    """The stored entries."""
    return index_of(json.loads(STORED.read_text(encoding="utf-8"))["entries"])


def lookup(query: str, limit: int = 10) -> list[EntryView]:
    """The entries a query means, best first; an empty list if it means none (then ask `did_you_mean`).

    Words, aliases and misspellings find an entry; ``dx``, ``dL/dx`` or ``by x`` in the query choose the argument.

    >>> [e.key for e in lookup("layernrom dx", limit=1)], lookup("layernorm dx")[0].asked
    (['layer_norm'], 'x')
    """
    if len(query) > LONGEST:
        raise ReadingError("lookup", f"the query is {len(query)} characters long", f"at most {LONGEST} are read")
    index = stored()
    return [EntryView(index.entries[f.key], f.asked) for f in index.search(query)[:limit]]


def lookup_formula(formula: str, limit: int = 10) -> list[EntryView]:
    """The entries with a gradient of the shape of a formula, whatever its symbols are called; whole gradients before parts of them.

    The formula is a NumPy expression; its symbols stand for numbers, vectors or matrices. Raises ReadingError where it cannot be read.

    >>> [e.key for e in lookup_formula("g - mean(g) - x*mean(g*x)", limit=2)]
    ['batch_norm', 'layer_norm']
    >>> lookup_formula("(1/N)*(N*dy - sum(dy) - xh*sum(dy*xh))/s")[0].key
    'batch_norm'
    """
    marks = json.loads(SHAPES.read_text(encoding="utf-8"))
    entries = stored().entries
    found: list[Found] = import_module("symback.catalogue.formulas").find(formula, marks, {key: e["topic"] for key, e in entries.items()})
    return [EntryView(entries[f.key], f.asked) for f in found[:limit]]


def write(path: Path | str, entries: Iterable[EntryView] | None = None) -> Path:
    """Write entries, by default all, as a reference sheet; the suffix chooses the form: .pdf, .tex, .md or .txt.

    ``symback.catalogue.write("norms.pdf", symback.lookup("norm"))``. Raises SymbackError for an unknown suffix or a place that cannot be written.
    """
    chosen = list(catalogue.values() if entries is None else entries)
    import_module(SHEET).write_reference(chosen, Path(path), version=import_module("symback").__version__)
    return Path(path)


def did_you_mean(query: str) -> list[str]:
    """Keys of entries that look like a query; none for a text that is too long to be one."""
    return stored().near(query) if len(query) <= LONGEST else []


class _Module(ModuleType, Mapping[str, EntryView]):
    """Python binds a folder's module to its name in the package, so ``symback.catalogue`` is this module: it is the mapping, too."""

    __eq__, __hash__ = ModuleType.__eq__, ModuleType.__hash__

    def __reduce__(self) -> tuple[Any, ...]:
        return import_module, (self.__name__,)

    def __getitem__(self, key: str) -> EntryView:
        entries = stored().entries
        if key not in entries:
            near = did_you_mean(key)
            raise UnknownName(
                f"catalogue[{key!r}]", "there is no entry of this key", f"did you mean {near[0]}?" if near else "see lookup(...)"
            )
        return EntryView(entries[key])

    def __iter__(self) -> Iterator[str]:
        return iter(stored().entries)

    def __len__(self) -> int:
        return len(stored().entries)


catalogue = sys.modules[__name__]
catalogue.__class__ = _Module

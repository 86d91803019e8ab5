"""Taking a name apart once, on declaration: ``W1`` is letter W, layer 1; ``h2_3`` is letter h, layer 2, unit 3."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symback.errors import DeclarationError
from symback.network.program import Spelling

_NAME = re.compile(r"(?P<letter>.*?[^\d_])(?P<layer>\d*)(?:_(?P<units>\d+(?:_\d+)*))?")


def spell(name: str, row: Mapping[str, object] | None = None) -> Spelling:
    """How a name is written: letters, digits for the layer, ``_`` and digits for the units.

    One group of digits after ``_`` holds one unit per digit; several groups hold one unit each. A row may say so
    itself with ``letter``, ``layer``, ``unit`` or ``flat`` (the digits are then a plain subscript, as in w1..w6).

    >>> spell("w1_12")
    Spelling(letter='w', layer='1', units=('1', '2'), flat=False)
    >>> spell("w5", {"flat": True})
    Spelling(letter='w', layer='', units=('5',), flat=True)
    """
    row = row or {}
    flat = row.get("flat", False)
    if not isinstance(flat, bool):
        raise DeclarationError(f"{name}: flat = {flat!r}", "flat is true or false")
    letter, layer, units = _parts(name)
    if flat:
        units, layer = tuple(d for d in (layer, *units) if d), ""
    if "letter" in row:
        letter, layer, units = _text(name, "letter", row["letter"]), "", ()
    if "layer" in row:
        layer = _text(name, "layer", row["layer"])
    if "unit" in row:
        unit = row["unit"]
        listed = unit if isinstance(unit, list | tuple) else [unit]
        units = tuple(_text(name, "unit", u) for u in listed)
    return Spelling(letter, layer, units, flat)


def _parts(name: str) -> tuple[str, str, tuple[str, ...]]:
    found = _NAME.fullmatch(name)
    if found is None:
        return name, "", ()
    groups = (found["units"] or "").split("_")
    units = tuple(groups[0]) if len(groups) == 1 else tuple(groups)
    return found["letter"], found["layer"], units


def _text(name: str, key: str, value: object) -> str:
    if (
        isinstance(value, bool)
        or not isinstance(value, str | int)
        or not str(value).strip()
        or len(str(value)) > 40
        or not _plain(str(value))
    ):
        raise DeclarationError(f"{name}: {key} = {value!r}", f"{key} is a short text of letters and digits", f'write {key} = "2"')
    return str(value)


def _plain(text: str) -> bool:
    return all(c.isalnum() or c in "_'′*~^" for c in text)

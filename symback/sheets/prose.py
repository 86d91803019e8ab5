"""Words with formulas among them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symback.sheets.records import Math, Prose


def prose(says: str, formulas: Mapping[str, Math]) -> Prose:
    """A sentence with each mention of a name replaced by its formula.

    >>> [p if isinstance(p, str) else p.latex for p in prose("written through h1", {"h1": Math("h1", "h^{1}", "h^(1)")})]
    ['written through ', 'h^{1}']
    """
    longest = sorted(formulas, key=len, reverse=True)
    if not longest:
        return (says,)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest))
    pieces: list[str | Math] = []
    end = 0
    for match in pattern.finditer(says):
        pieces += [says[end : match.start()], formulas[match[0]]]
        end = match.end()
    return tuple(p for p in (*pieces, says[end:]) if p != "")


def text_of(said: Prose) -> str:
    """Prose as plain text."""
    return "".join(p if isinstance(p, str) else p.text for p in said)


__all__ = ["prose", "text_of"]

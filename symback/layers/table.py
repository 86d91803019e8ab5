"""Rows by name, alias or title; a misspelt name is one line that says what was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symback.errors import UnknownName, short
from symback.layers.row import LayerRow
from symback.network.hints import suggestion


class Table(Mapping[str, LayerRow]):
    """Rows by name; ``table["bce"]`` finds one by an alias as well. Iteration gives the names."""

    def __init__(self, kind: str, *groups: tuple[LayerRow, ...]) -> None:
        rows = [row for group in groups for row in group]
        self.kind = kind
        self.rows = {row.name: row for row in rows}
        assert len(self.rows) == len(rows)
        self._found = {plain(word): row for row in reversed(rows) for word in (*row.aliases, row.title, row.name)}
        self._found |= {plain(row.name): row for row in rows}

    def __getitem__(self, name: str) -> LayerRow:
        found = self.rows.get(name) or self._found.get(plain(name))
        if found is None:
            raise UnknownName(f"{self.kind} {name!r}", "there is none of this name", suggestion(plain(name), self._found))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return short([f"{len(self)} rows of {self.kind}", ", ".join(self.rows)])


def plain(name: str) -> str:
    """A name for comparison: small letters, one space between words.

    >>> plain("Layer-Norm"), plain("layer_norm")
    ('layer norm', 'layer norm')
    """
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())

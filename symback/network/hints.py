"""Small texts for messages: what a shape is, which name may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from symback.algebra.sizes import Size


def suggestion(name: str, known: Iterable[str]) -> str:
    """``did you mean ...?`` for a misspelt name, else an empty text.

    >>> suggestion("sigmiod", ["sigmoid", "tanh"])
    'did you mean sigmoid?'
    >>> suggestion("W3", ["x", "W2"])
    'did you mean W2?'
    """
    names = list(dict.fromkeys(known))
    close = get_close_matches(name, names, n=1) or [n for n in names if n.lower() == name.lower()] or _numbered_alike(name, names)
    return f"did you mean {close[0]}?" if close else ""


def _numbered_alike(name: str, names: Iterable[str]) -> list[str]:
    """Names with the same letters and another number, the last of them first."""
    bare = name.rstrip("0123456789")
    return [n for n in reversed(list(names)) if bare not in ("", name) and n.rstrip("0123456789") == bare]


def shape_text(shape: Sequence[Size]) -> str:
    """A shape as a user writes it.

    >>> shape_text([Size.of("n"), Size.of(3)]), shape_text([])
    ('(n, 3)', 'a scalar')
    """
    return f"({', '.join(map(repr, shape))})" if shape else "a scalar"

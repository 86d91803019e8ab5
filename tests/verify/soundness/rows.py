"""Groups of claims over one network each, true and false ones, with the word that each must get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HOLDS = ("proved", "agrees", "agrees to digits")
WORDS: Mapping[str, tuple[str, ...]] = {
    "holds": HOLDS,
    "proved": ("proved",),
    "agrees": ("agrees",),
    "agrees to digits": ("agrees to digits",),
    "conditional": ("conditional",),
    "refuted": ("refuted",),
    "undecided": ("undecided",),
    "cannot read": ("cannot read",),
    "not accepted": ("refuted", "conditional", "undecided", "cannot read"),
    "not refuted": (*HOLDS, "conditional", "undecided", "cannot read"),
}


@dataclass(frozen=True)
class Group:
    """Claims about one network: ``symbols`` and ``forward`` as in a network file, ``claims`` as (text, word) or (text, word, words of the condition)."""

    name: str
    symbols: Mapping[str, object]
    forward: str
    claims: tuple[tuple[str, ...], ...]
    loss: str = "L"
    more: Mapping[str, object] = field(default_factory=dict)

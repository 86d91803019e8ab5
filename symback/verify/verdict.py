"""What symback says of a claim: a word, why, and all that a reader needs to check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from symback.errors import short

Word = Literal["proved", "agrees", "agrees to digits", "conditional", "refuted", "undecided", "cannot read"]
WORST_FIRST: tuple[Word, ...] = ("refuted", "cannot read", "undecided", "conditional", "agrees to digits", "agrees", "proved")
HOLDS: tuple[Word, ...] = ("proved", "agrees", "agrees to digits")


@dataclass(frozen=True, slots=True)
class Witness:
    """A point at which a claim is wrong, for anyone to run: sizes, values, and an entry by the claim and as it is.

    ``entry`` counts from 0, as Python does; ``claimed`` is None where the claim has no value, or a ``large`` one that no float holds; ``differing`` says in words which entries are wrong there.
    """

    sizes: Mapping[str, object]
    values: Mapping[str, Any]
    entry: tuple[int, ...]
    claimed: float | None
    right: float
    differing: str = ""
    about: str = ""
    large: bool = False

    def json(self) -> dict[str, Any]:
        """The witness as plain data."""
        return {
            "sizes": dict(self.sizes),
            "values": dict(self.values),
            "entry": list(self.entry),
            "claimed": self.claimed,
            "right": self.right,
            "differing": self.differing,
        }

    @property
    def values_there(self) -> str:
        """The entry by both, as a phrase."""
        at = f"[{','.join(str(p + 1) for p in self.entry)}]" if self.entry else ""
        if self.large:
            return f"{self.about}{at} is not what the claim gives: {self.differing}"
        if self.claimed is None:
            return f"{self.about}{at} is {shown(self.right)}, and the claim has no value: {self.differing}"
        right, claimed = apart(self.right, self.claimed)
        return f"{self.about}{at} is {right}, and the claim gives {claimed}"

    def __str__(self) -> str:
        where = [*(f"{n} = {v}" for n, v in self.sizes.items()), *(f"{n} = {shown(v)}" for n, v in self.values.items())]
        return ", ".join(where) or "any point"


def shown(value: Any) -> str:
    """A number or nested lists of numbers, as short as they can be written.

    >>> shown([[1.0, 0.5], [2.0, -1.0]])
    '[[1, 0.5], [2, -1]]'
    """
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart, and six where they need no more.

    >>> apart(0.125, 0.25), apart(-0.12577912, -0.12577958)
    (('0.125', '0.25'), ('-0.125779', '-0.12578'))
    """
    for digits in range(6, 18):
        written = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if written[0] != written[1]:
            return (shown(one), shown(other)) if digits == 6 else written
    return shown(one), f"{shown(other)} to all digits of a float"


@dataclass(frozen=True, repr=False)
class Verdict:
    """The verdict on one claim.

    ``word`` is one of proved, agrees, agrees to digits, conditional, refuted, undecided, cannot read, and ``why`` a sentence. Where
    constants were rounded, ``digits`` says to how many digits it agrees and ``constants`` what each of them is. ``condition`` is what a
    conditional claim needs that was not declared; ``conditions`` what any claim rests on (denominators, a unique maximum),
    ``facts`` the declared facts that were used. ``repair`` is the one change that makes a wrong claim right; ``form`` symback's own
    form of the right formula; ``choices`` how ambiguous notation was read; ``links`` the verdicts on the links of a chain.
    """

    claim: str
    word: Word
    why: str = ""
    condition: str = ""
    witness: Witness | None = None
    repair: str = ""
    form: str = ""
    route: str = ""
    conditions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    links: tuple[Verdict, ...] = field(default=(), repr=False)
    worst: float = 0.0
    seconds: float = 0.0
    id: str = ""
    digits: int = 0
    constants: tuple[tuple[str, str], ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the claim was shown to be right as it stands."""
        return self.word in HOLDS

    def json(self) -> dict[str, Any]:
        """The verdict under the keys of the command line's answer."""
        data: dict[str, Any] = {
            "id": self.id,
            "verdict": self.word,
            "claim": self.claim,
            "why": self.why,
            "condition": self.condition,
            "repair": self.repair,
            "witness": None if self.witness is None else self.witness.json(),
            "form": self.form,
            "route": self.route,
            "conditions": list(self.conditions),
            "facts": list(self.facts),
            "choices": list(self.choices),
            "worst": self.worst,
            "seconds": self.seconds,
        }
        data |= {"digits": self.digits, "constants": [list(pair) for pair in self.constants]} if self.constants else {}
        return data | ({"links": [link.json() for link in self.links]} if self.links else {})

    def text(self) -> str:
        """The verdict as lines a person reads: the claim, the word and why, then what supports it."""
        name = f"{self.id}: " if self.id else ""
        lines = [f"{name}{' '.join(self.claim.split())}", f"  {self.word}: {self.why}" if self.why else f"  {self.word}"]
        rows = [
            ("repair", self.repair),
            ("seen at", "" if self.witness is None else str(self.witness)),
            ("symback writes", self.form),
            ("where", " and ".join(self.conditions)),
            ("because", " and ".join(self.facts)),
            ("read as", "; ".join(self.choices)),
            ("checked by", self.route),
        ]
        lines += [f"  {head}: {content}" for head, content in rows if content]
        for number, link in enumerate(self.links, 1):
            lines += [f"  link {number}:", *("  " + row for row in link.text().splitlines())]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return short([f"{self.word}: {self.claim}", self.why])


def worst_of(words: tuple[Word, ...]) -> Word:
    """The word for several claims together: that of the one that stands worst.

    >>> worst_of(("proved", "conditional"))
    'conditional'
    """
    return min(words, key=WORST_FIRST.index)

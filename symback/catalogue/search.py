"""Which entries a query means: by words, aliases and misspellings, best first.

A query is cut into words; each word that is not known is replaced by what it may have meant. An entry's score is that of the best of its
names (key, title, aliases): how much of the query the name covers, and how much of the name the query covers. Rare words count more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from math import log
from typing import Any

from symback.catalogue.spelling import words

LEAST = 0.5
"""The least score of an entry that is shown."""

FILLING = frozenset((
    "a", "an", "and", "backprop", "backward", "by", "compute", "derivation", "derivative", "derive", "differentiate", "for",
    "formula", "function", "grad", "gradient", "how", "in", "is", "jacobian", "of", "on", "partial", "pass", "respect", "the", "to", "vjp", "what",
    "with", "wrt",
))  # fmt: skip
"""Words that say little: they count for almost nothing."""

CLOSE = 0.75
BEGINNING = 0.8
FAR = 0.6
WITHOUT = 0.04
"""What an entry loses that has no argument of the name that was asked for: ``d/dx tanh`` still means tanh."""

QUOTIENT = r"(?<!\w)[d∂]\s*(\([^()]*\)|\w*)\s*/\s*[d∂]\s*(?P<by>\w+)"
RESPECT = r"\b(by|wrt|with respect to)\s+(?P<by>\w+)\s*$"
SHORTHAND = r"(?<!\w)([d∂])(?P<by>[A-Za-z]\w*)\b"
SAID = (("weight", "weight"), ("kernel", "weight"), ("filter", "weight"), ("bias", "bias"), ("biases", "bias"), ("input", "input"))
ROLES: Mapping[str, str] = {words(said)[0]: role for said, role in SAID}
ROLE = (
    r"(?i)\b(?P<role>weights?|kernels?|filters?|bias(?:es)?|inputs?)\s+(?:gradients?|derivatives?|grads?)\b"
    r"|\b(?:gradients?|derivatives?|grads?)\s+(?:of|by|wrt|for|with respect to)\s+(?:the\s+)?(?P<after>weights?|kernels?|filters?|bias(?:es)?|inputs?)\b"
)


@dataclass(frozen=True)
class Asked:
    """The argument a query is about: its name, or its role; ``loose`` where it may have another name, as in ``d/dx tanh``."""

    name: str = ""
    role: str = ""
    loose: bool = False


@dataclass(frozen=True)
class Found:
    """An entry, its score, and the argument the query was about, if it named one."""

    key: str
    score: float
    asked: str = ""


@dataclass(frozen=True)
class Index:
    """The names of all entries, ready to be searched."""

    entries: Mapping[str, Mapping[str, Any]]

    @cached_property
    def names(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """The names of each entry as words: the key first, then title and aliases."""
        return {key: tuple(dict.fromkeys(map(words, (key, e["title"], *e["aliases"])))) for key, e in self.entries.items()}

    @cached_property
    def weights(self) -> dict[str, float]:
        """How much each known word tells."""
        count = Counter(word for names in self.names.values() for word in {w for name in names for w in name})
        most = len(self.entries) + 1
        return {word: 0.05 if word in FILLING else log(most / many) for word, many in count.items()}

    @cached_property
    def rarest(self) -> float:
        """What a word tells that no other entry has."""
        return max(self.weights.values())

    @cached_property
    def joined(self) -> dict[str, tuple[str, ...]]:
        """Words that are written as one by some: ``crossentropy``."""
        runs = [name[i:j] for names in self.names.values() for name in names for i in range(len(name)) for j in range(i + 2, len(name) + 1)]
        return {"".join(run): run for run in reversed(runs)}

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The arguments of all entries, in small letters."""
        return frozenset(name.lower() for entry in self.entries.values() for name in entry["gradients"])

    def search(self, query: str) -> list[Found]:
        """The entries that a query means, best first; none if it means none."""
        text, asked = self.argument(query)
        meant = self.meant(words(text))
        if not meant:
            return []
        found = [Found(key, self._score(meant, key) + self._fits(key, asked), self._named(key, asked)) for key in self.entries]
        good = [f for f in found if f.score >= LEAST]
        return sorted(good, key=lambda f: -f.score)

    def argument(self, query: str) -> tuple[str, Asked]:
        """The query without the argument it asks for, and that argument: ``layernorm dx`` asks for x, ``conv2d weight gradient`` for a weight.

        It is said as ``dx``, ``dL/dx``, ``by x``, ``wrt x`` or ``with respect to x``; a word that is part of a name is none.
        """
        for pattern in (QUOTIENT, RESPECT, SHORTHAND):
            for match in re.finditer(pattern, query):
                known = match[0].lower() in self.weights
                if match["by"].lower() in self.symbols and not known:
                    above = match[1].strip("()") if match[1].startswith("(") else ""
                    return f"{query[: match.start()]} {above} {query[match.end() :]}", Asked(match["by"], loose=not match[1])
        said = re.search(ROLE, query)
        rest = f"{query[: said.start()]} {query[said.end() :]}" if said else ""
        if said and self.meant(words(rest)):
            return rest, Asked(role=ROLES[words(said["role"] or said["after"])[0]])
        return query, Asked()

    def meant(self, given: Sequence[str]) -> list[tuple[str, float]]:
        """Known words in place of those given, and how sure each is; a word that looks like none stays, and is worth nothing."""
        found: list[tuple[str, float]] = []
        for word in given:
            if word in self.weights:
                found.append((word, 1.0))
            elif word in FILLING:
                continue
            elif word in self.joined:
                found += [(part, 1.0) for part in self.joined[word]]
            elif starts := [w for w in self.weights if len(word) > 2 and w.startswith(word)]:
                found.append((min(starts, key=len), 0.9))
            elif close := get_close_matches(word, [*self.weights, *self.joined], n=1, cutoff=CLOSE):
                found += [(part, 0.9) for part in self.joined.get(close[0], (close[0],))]
            else:
                found.append((word, 0.0))
        return found if any(sure and word not in FILLING for word, sure in found) else []

    def _score(self, meant: Sequence[tuple[str, float]], key: str) -> float:
        best = max(self._name_score(meant, name) for name in self.names[key])
        said = {word for word, _ in meant} - FILLING
        return best + 0.01 * (said >= set(self.names[key][0])) + 0.01 * (said == set(self.names[key][0]))

    def _name_score(self, meant: Sequence[tuple[str, float]], name: tuple[str, ...]) -> float:
        """How much of the query a name covers, and of the name the query."""
        wanted = sum(self.weights.get(word, self.rarest) for word, _ in meant)
        met = sum(self.weights[word] * sure * max(_met(word, own) for own in name) for word, sure in meant if sure)
        covered = sum(self.weights[own] * max((_met(word, own) for word, sure in meant if sure), default=0.0) for own in name)
        whole = sum(self.weights[word] for word in name)
        return 0.7 * met / wanted + 0.3 * covered / whole

    def _named(self, key: str, asked: Asked) -> str:
        """The argument of an entry that was asked for; ``dx`` may mean X, but x rather."""
        entry = self.entries[key]
        if asked.role:
            return next((s["name"] for s in entry["symbols"] if s["role"] == asked.role and s["name"] in entry["gradients"]), "")
        names = list(entry["gradients"])
        return next((n for n in names if n == asked.name), next((n for n in names if n.lower() == asked.name.lower()), ""))

    def _fits(self, key: str, asked: Asked) -> float:
        """A little more for an entry that has the argument, with its very letter more still."""
        named = self._named(key, asked)
        return 0.0 if asked.loose or asked == Asked() else -WITHOUT if not named else 0.05 * (named == asked.name)

    def near(self, query: str, limit: int = 3) -> list[str]:
        """Keys of entries whose names look most like the query."""
        text = "".join(words(query))
        keys = {"".join(name): key for key, names in reversed(self.names.items()) for name in reversed(names)}
        return list(dict.fromkeys(keys[c] for c in get_close_matches(text, keys, n=limit * 2, cutoff=FAR)))[:limit]


def _met(word: str, own: str) -> float:
    """How well a word of a query fits a word of a name: as a whole, as its beginning, or not."""
    return 1.0 if word == own else BEGINNING if len(word) > 2 and own.startswith(word) else 0.0


def index_of(entries: Iterable[Mapping[str, Any]]) -> Index:
    """An index over stored entries."""
    return Index({e["key"]: e for e in entries})

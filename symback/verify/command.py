"""Files of claims: every entry judged, none of them able to stop the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from symback.errors import ReadingError, SymbackError
from symback.network.program import Program
from symback.reading.claims import NETWORK, claim_network
from symback.reading.files import read_file
from symback.verify.claims import check
from symback.verify.verdict import WORST_FIRST, Verdict

MAX_CLAIMS = 5_000
MAX_ID = 80


def check_file(path: str | Path) -> tuple[Verdict, ...]:
    """The verdicts on the claims of a JSON or TOML file; an entry that makes no sense is one that cannot be read.

    Raises ReadingError where the file itself cannot be used, or two entries have one id.
    """
    return tuple(check_entries(entries(read_file(path), str(path))))


def entries(data: Mapping[str, object], where: str) -> tuple[Mapping[str, Any] | object, ...]:
    """The entries of a claims file."""
    found = data.get("claims")
    if not isinstance(found, list):
        raise ReadingError(where, "holds no claims", 'write {"claims": [{"id": ..., "symbols": ..., "claim": ...}]}')
    if len(found) > MAX_CLAIMS:
        raise ReadingError(where, f"holds {len(found)} claims", f"at most {MAX_CLAIMS} are read")
    ids = Counter(str(e["id"]) for e in found if isinstance(e, Mapping) and "id" in e)
    for name, count in ids.items():
        if count > 1:
            raise ReadingError(where, f"the id {name[:MAX_ID]} is given {count} times", "give each claim an id of its own")
    return tuple(found)


def check_entries(given: Iterable[object]) -> Iterator[Verdict]:
    """The verdict on each entry; networks that are declared alike are read once."""
    networks: dict[str, Program] = {}
    for number, entry in enumerate(given, 1):
        start = perf_counter()
        name = f"claim {number}"
        if not isinstance(entry, Mapping):
            yield Verdict("", "cannot read", f"the entry is {type(entry).__name__}, not a table", id=name)
            continue
        name = str(entry.get("id", name))[:MAX_ID]
        try:
            key = repr([entry.get(k) for k in NETWORK])
            program = networks.get(key) or networks.setdefault(key, claim_network(entry))
        except SymbackError as error:
            yield Verdict("", "cannot read", str(error), id=name)
            continue
        yield replace(check(program, entry, id=name), seconds=round(perf_counter() - start, 4))


def shown(verdicts: Iterable[Verdict]) -> str:
    """Verdicts as text: what stands worst last, where a reader looks, and a line that counts the words."""
    found = tuple(verdicts)
    counts = Counter(v.word for v in found)
    words = ", ".join(f"{counts[word]} {word}" for word in reversed(WORST_FIRST) if counts[word])
    return (
        "\n\n".join([*(v.text() for v in found), f"{words}; {sum(v.seconds for v in found):.2f} s"]) if len(found) != 1 else found[0].text()
    )

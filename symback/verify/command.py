"""Files of claims: every entry judged, none of them able to stop the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from symback.errors import ReadingError, SymbackError
from symback.network.program import Program
from symback.reading.claims import NETWORK, claim_network
from symback.reading.files import from_dict, read_file, read_text
from symback.verify.claims import check
from symback.verify.verdict import WORST_FIRST, Verdict

MAX_CLAIMS = 5_000
MAX_ID = 80
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Given:
    """What is said of all claims at once: their target, and which names of the network theirs are."""

    target: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)


NOTHING = Given()


def check_file(path: str | Path, network: Program | None = None, given: Given = NOTHING) -> tuple[Verdict, ...]:
    """The verdicts on the claims of a file: JSON or TOML, or a formula a line over a ``network``; an entry that makes no sense is one
    that cannot be read.

    Raises ReadingError where the file itself cannot be used, or two entries have one id.
    """
    if Path(path).suffix in (".json", ".toml"):
        found = entries(read_file(path), str(path))
    elif network is None:
        raise ReadingError(str(path), "holds formulas without a network", f"write check NET --claims {path}")
    else:
        found = formulas(read_text(path), str(path))
    return tuple(check_entries(found, network, Path(path).parent, given))


def formulas(text: str, where: str) -> tuple[Mapping[str, Any], ...]:
    r"""The formulas of a text, one a line, each called after its line; blank lines and lines that begin with # say nothing.

    >>> formulas("# mine\ndL/dw = x", "notes.txt")
    ({'id': 'line 2', 'claim': 'dL/dw = x'},)
    """
    rows = [(number, row.strip()) for number, row in enumerate(text.splitlines(), 1)]
    found = tuple({"id": f"line {number}", "claim": row} for number, row in rows if row and not row.startswith("#"))
    if not found:
        raise ReadingError(where, "holds no claims", "write a formula a line, such as dL/dW = np.outer(p - y, x)")
    return _bounded(found, where)


def entries(data: Mapping[str, object], where: str) -> tuple[Mapping[str, Any] | object, ...]:
    """The entries of a claims file."""
    found = data.get("claims")
    if not isinstance(found, list) or not found:
        raise ReadingError(where, "holds no claims", 'write {"claims": [{"id": ..., "symbols": ..., "claim": ...}]}')
    ids = Counter(e["id"] for e in found if isinstance(e, Mapping) and isinstance(e.get("id"), str))
    for name, count in ids.items():
        if count > 1:
            raise ReadingError(where, f"the id {name[:MAX_ID]} is given {count} times", "give each claim an id of its own")
    return _bounded(tuple({"claim": e} if isinstance(e, str) else e for e in found), where)


def _bounded(found: tuple[Entry, ...], where: str) -> tuple[Entry, ...]:
    if len(found) > MAX_CLAIMS:
        raise ReadingError(where, f"holds {len(found)} claims", f"at most {MAX_CLAIMS} are read")
    return found


def check_entries(
    given: Iterable[object], network: Program | None = None, folder: Path = Path(), more: Given = NOTHING
) -> Iterator[Verdict]:
    """The verdict on each entry; networks that are declared alike are read once.

    An entry without a network of its own is about ``network``; one may name a network file, whose path counts from the ``folder``.
    """
    networks: dict[str, Program] = {}
    for number, entry in enumerate(given, 1):
        start = perf_counter()
        name = f"claim {number}"
        if not isinstance(entry, Mapping):
            yield Verdict("", "cannot read", f"the entry is {type(entry).__name__}, not a table", id=name)
            continue
        try:
            name = _id_of(entry, name)
            key = repr([entry.get(k) for k in (*NETWORK, "network")])
            program = networks.get(key) or networks.setdefault(key, _network_of(entry, network, folder))
            own = entry.get("rename", more.rename)
            if not isinstance(own, Mapping):
                raise ReadingError("rename", f"is {type(own).__name__}, not a table", 'write "rename": {"theta": "w"}')
            whole = {"target": more.target, **entry} if more.target is not None else entry
        except SymbackError as error:
            yield Verdict("", "cannot read", str(error), id=name)
            continue
        yield replace(check(program, whole, id=name, rename=own), seconds=round(perf_counter() - start, 4))


def _id_of(entry: Mapping[str, Any], name: str) -> str:
    found = entry.get("id", name)
    if not isinstance(found, str):
        raise ReadingError("id", f"is {type(found).__name__}, not text", f'write "id": "{str(found)[:MAX_ID]}"')
    return found[:MAX_ID]


def _network_of(entry: Mapping[str, Any], network: Program | None, folder: Path) -> Program:
    """The network of an entry: its own declarations, a network file that it names, or the one that all entries are about."""
    own = [key for key in NETWORK if key in entry]
    named = entry.get("network")
    if named is not None and (own or not isinstance(named, str)):
        found = f"{own[0]} stands beside it" if own else f"is {type(named).__name__}, not a path"
        raise ReadingError("network", found, 'write "network": "net.toml", or the declarations themselves')
    if named is not None:
        return from_dict(read_file(folder / named), scalar=False)
    return claim_network(entry) if own or network is None else network


def shown(verdicts: Iterable[Verdict]) -> str:
    """Verdicts as text: what stands worst last, where a reader looks, and a line that counts the words."""
    found = tuple(verdicts)
    counts = Counter(v.word for v in found)
    words = ", ".join(f"{counts[word]} {word}" for word in reversed(WORST_FIRST) if counts[word])
    return (
        "\n\n".join([*(v.text() for v in found), f"{words}; {sum(v.seconds for v in found):.2f} s"]) if len(found) != 1 else found[0].text()
    )

"""Every way in which outside text reaches symback: a name, and a function that answers or raises one SymbackError."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import symback as sb
from symback.catalogue import lookup_formula
from symback.errors import SymbackError
from symback.reading.files import read_file
from symback.reading.formula import read_formula
from symback.verify.command import check_entries, check_file

SYMBOLS: Mapping[str, Any] = {
    "x": {"shape": ["n"]},
    "y": {"role": "target", "shape": ["m"]},
    "W": {"role": "weight", "shape": ["m", "n"]},
    "w": {"role": "weight"},
}
NET: Mapping[str, Any] = {"symbols": SYMBOLS, "forward": "z = W @ x\nh = tanh(z)", "loss": {"L": "sum((y - h)**2)/2 + w**2"}}
NETWORK = sb.Network.from_dict(NET)
CORE = NETWORK.derive().core


def changed(**parts: Any) -> sb.Network:
    return sb.Network.from_dict({**NET, **parts})


def row(**parts: Any) -> sb.Network:
    return changed(symbols={**SYMBOLS, "q": parts})


def entry(**parts: Any) -> Any:
    given = {**NET, "forward": "z = W @ x\nh = tanh(z)\nL = sum((y - h)**2)/2", "loss": "L", "target": "W", "claim": {"text": "x"}, **parts}
    return list(check_entries([given]))


def file_of(suffix: str, read: Callable[[Path], Any]) -> Callable[[bytes | str], Any]:
    def of(data: bytes | str) -> Any:
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"net{suffix}"
            path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
            return read(path)

    return of


TEXTS: Mapping[str, Callable[[str], Any]] = {
    "forward line": lambda t: changed(forward={"z": t}, loss={"L": "sum(z)"}),
    "forward text": lambda t: changed(forward=t, loss="L"),
    "left side": lambda t: changed(forward={t: "W @ x"}, loss={"L": "w"}),
    "loss": lambda t: changed(loss={"L": t}),
    "loss name": lambda t: changed(loss=t),
    "shape": lambda t: row(shape=[t]),
    "size": lambda t: changed(sizes={"n": t}),
    "size name": lambda t: changed(sizes={t: 3}),
    "fact": lambda t: row(facts=[t]),
    "role": lambda t: row(role=t),
    "letter": lambda t: row(letter=t),
    "layer": lambda t: row(layer=t),
    "unit": lambda t: row(unit=t),
    "entry name": lambda t: row(shape=[1], entries=[t]),
    "symbol": lambda t: changed(symbols={**SYMBOLS, t: {}}),
    "value": lambda t: row(value=t),
    "values": lambda t: changed(values={"x": t}),
    "name of a value": lambda t: changed(values={t: 1}),
    "network name": lambda t: changed(name=t),
    "key": lambda t: sb.Network.from_dict({**NET, t: 1}),
    "gradient by": lambda t: NETWORK.derive([t]),
    "claim": lambda t: sb.check(NETWORK, t, target="w"),
    "claim of two sides": lambda t: sb.check(NETWORK, f"dL/dw = {t}"),
    "left side of a claim": lambda t: sb.check(NETWORK, f"{t} = 2*w"),
    "target": lambda t: sb.check(NETWORK, "2*w", target=t),
    "kind": lambda t: sb.check(NETWORK, "2*w", target="w", kind=t),
    "latex claim": lambda t: entry(claim={"latex": t}),
    "entry of a claims file": lambda t: entry(claim={"text": t}),
    "id": lambda t: entry(id=t),
    "target of an entry": lambda t: entry(target=t),
    "printed formula": lambda t: read_formula(t, CORE.printing_program),
    "printed latex": lambda t: read_formula(t, CORE.printing_program, markup="latex"),
    "lookup": sb.lookup,
    "lookup by shape": lookup_formula,
    "catalogue key": lambda t: sb.catalogue[t],
}
FILES: Mapping[str, Callable[[bytes | str], Any]] = {
    "network.toml": file_of(".toml", sb.load),
    "network.json": file_of(".json", sb.load),
    "claims.toml": file_of(".toml", check_file),
    "claims.json": file_of(".json", check_file),
    "values.toml": file_of(".toml", read_file),
    "values.json": file_of(".json", read_file),
}


def answer(read: Callable[[Any], Any], text: Any) -> str:
    """What a reader says of a text: the answer's type, or the line of its refusal. Nothing but SymbackError passes as a refusal."""
    try:
        found = read(text)
    except SymbackError as error:
        line = str(error)
        assert "\n" not in line, line
        assert len(line) < 1000, line[:200]
        return line
    json.dumps(
        [v.json() for v in found] if isinstance(found, list | tuple) and found and hasattr(found[0], "json") else [], allow_nan=False
    )
    return type(found).__name__

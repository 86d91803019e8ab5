"""Derive every entry of the catalogue and store what lookups show.

``python tools/build_catalogue.py`` writes symback/catalogue/catalogue.json and shapes.json, by which formulas are found; the same
declarations give the same bytes. ``python tools/build_catalogue.py KEY ...`` derives only those entries anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter
from typing import Any

from symback.catalogue import SHAPES, STORED
from symback.catalogue.derived import marks, record
from symback.catalogue.entries import ENTRIES

SCHEMA = 1


def timed(key: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    """The record of an entry, its shapes, and how long it took."""
    start = perf_counter()
    return record(key), marks(key), perf_counter() - start


def main(keys: Sequence[str]) -> int:
    """Write the files; 1 if a gradient is neither proved nor agrees. With keys only those entries are derived anew, others stay as stored."""
    wrong = 0
    entries = {e["key"]: e for e in json.loads(STORED.read_text(encoding="utf-8"))["entries"]} if keys else {}
    shapes = json.loads(SHAPES.read_text(encoding="utf-8")) if keys else {}
    with ProcessPoolExecutor() as pool:
        for found, marked, seconds in pool.map(timed, keys or ENTRIES):
            bad = [f"{n} {g['verdict']}" for n, g in found["gradients"].items() if g["verdict"] not in ("proved", "agrees")]
            wrong += len(bad)
            print(f"{found['key']:32} {seconds:6.2f} s  {', '.join(bad)}", flush=True)
            entries[found["key"]], shapes[found["key"]] = found, marked
    ordered = {"schema": SCHEMA, "entries": [entries[key] for key in ENTRIES]}
    STORED.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    SHAPES.write_text(json.dumps({key: shapes[key] for key in ENTRIES}, separators=(",", ":")) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

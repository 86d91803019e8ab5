"""Derive every entry of the catalogue and store what lookups show.

``python tools/build_catalogue.py`` writes symback/catalogue/catalogue.json and shapes.json, by which formulas are found; the same
declarations give the same bytes.
"""

from __future__ import annotations

import json
import sys
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


def main() -> int:
    """Write the file; 1 if a gradient is neither proved nor agrees."""
    entries, shapes, wrong = [], {}, 0
    with ProcessPoolExecutor() as pool:
        for found, marked, seconds in pool.map(timed, ENTRIES):
            bad = [f"{n} {g['verdict']}" for n, g in found["gradients"].items() if g["verdict"] not in ("proved", "agrees")]
            wrong += len(bad)
            print(f"{found['key']:32} {seconds:6.2f} s  {', '.join(bad)}", flush=True)
            entries.append(found)
            shapes[found["key"]] = marked
    STORED.write_text(json.dumps({"schema": SCHEMA, "entries": entries}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    SHAPES.write_text(json.dumps(shapes, separators=(",", ":")) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Derive every entry of the catalogue and store what lookups show.

``python tools/build_catalogue.py`` writes symback/catalogue/catalogue.json; the same declarations give the same bytes.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter
from typing import Any

from symback.catalogue import STORED
from symback.catalogue.derived import record
from symback.catalogue.entries import ENTRIES

SCHEMA = 1


def timed(key: str) -> tuple[dict[str, Any], float]:
    """The record of an entry, and how long it took."""
    start = perf_counter()
    return record(key), perf_counter() - start


def main() -> int:
    """Write the file; 1 if a gradient is neither proved nor agrees."""
    entries, wrong = [], 0
    with ProcessPoolExecutor() as pool:
        for found, seconds in pool.map(timed, ENTRIES):
            bad = [f"{n} {g['verdict']}" for n, g in found["gradients"].items() if g["verdict"] not in ("proved", "agrees")]
            wrong += len(bad)
            print(f"{found['key']:32} {seconds:6.2f} s  {', '.join(bad)}", flush=True)
            entries.append(found)
    STORED.write_text(json.dumps({"schema": SCHEMA, "entries": entries}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

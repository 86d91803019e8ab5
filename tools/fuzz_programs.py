"""Random array programs: their generated code against NumPy running the text, central differences, and automatic differentiation.

``python tools/fuzz_programs.py [--count 1000] [--start 0] [--seconds 5] [--log FILE]`` draws one program a seed, so that a run goes on where the last one
ended with ``--start``. It prints every program on which something is wrong, a progress line each 500, and last one line of counts by kind; it ends
with 1 if anything was wrong. The log keeps what was declined, too.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent.parent / "tests" / "evidence"))

from drawn import program
from trying import WRONG, TracedLibrary, Tried, tried

EACH = 500


class Late(BaseException):
    """A program took longer than it may."""


def _late(*_: Any) -> None:
    raise Late


def one(seed: int, seconds: int, peer: TracedLibrary) -> tuple[dict[str, Any], Tried]:
    """The program of a seed and what became of it."""
    declared = program(random.Random(seed))
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        return declared, tried(declared, seed, peer)
    except Late:
        return declared, Tried("slow", f"more than {seconds} s of computing")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def main() -> int:
    """Draw, try, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--log", type=Path)
    chosen = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _late)
    peer, counts = TracedLibrary(), Counter[str]()
    log = chosen.log.open("a") if chosen.log else None
    for seed in range(chosen.start, chosen.start + chosen.count):
        declared, found = one(seed, chosen.seconds, peer)
        counts[found.kind] += 1
        text = f"{seed}  {found.kind}  {found.seen}  {declared['forward']}  {declared['loss']}".replace("\n", " ")
        if found.kind in WRONG:
            print(text, flush=True)
        if log and not found.kind.startswith("right"):
            print(text, file=log, flush=True)
        if (seed + 1 - chosen.start) % EACH == 0:
            print(_line(chosen.start, seed + 1, counts), flush=True)
    print(_line(chosen.start, chosen.start + chosen.count, counts))
    return 1 if any(counts[kind] for kind in WRONG) else 0


def _line(start: int, end: int, counts: Counter[str]) -> str:
    return f"seeds {start} to {end - 1}: " + ", ".join(f"{kind} {number}" for kind, number in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())

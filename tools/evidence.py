"""Compare every gradient of the catalogue with automatic differentiation of the text it was declared with.

``python tools/evidence.py [autograd|torch]`` prints a line for each entry: its gradients, the points, the worst relative
difference and where it is. It ends with 1 if one is larger than the tolerance. The development extra installs autograd.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

sys.path.append(str(Path(__file__).parent.parent / "tests" / "evidence"))

from autodiff import TOLERANCE, compared
from peers import PEERS, installed

from symback.catalogue.entries import ENTRIES


def main(package: str) -> int:
    """Print the table."""
    if package not in installed():
        print(f"{package} is not installed: pip install {package}", file=sys.stderr)
        return 2
    peer, start, wrong, gradients = PEERS[package](), perf_counter(), 0, 0
    print(f"{'entry':32} {'gradients':>9} {'points':>6} {'worst':>8}  of")
    for key, row in ENTRIES.items():
        found = list(compared(row, peer))
        worst = max(found, key=lambda c: c.apart)
        names = len({c.name for c in found}) - 1
        gradients, wrong = gradients + names, wrong + (worst.apart > TOLERANCE)
        print(f"{key:32} {names:9} {len(found) // (names + 1):6} {worst.apart:8.1e}  {worst.name}", flush=True)
    print(
        f"{len(ENTRIES)} entries, {gradients} gradients, {wrong} apart by more than {TOLERANCE:g} from {package}, {perf_counter() - start:.1f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "autograd"))

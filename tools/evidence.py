"""The evidence for every gradient of the catalogue, worked out anew.

``python tools/evidence.py [autograd|torch]`` prints a line for each entry: its gradients, their verdict and the worst relative
deviation from differences of the loss at high precision, and the worst one from automatic differentiation of the text the entry
was declared with. It ends with 1 if a gradient is not proved or agrees, or is apart by more than the tolerance. The development
extra installs autograd.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

sys.path.append(str(Path(__file__).parent.parent / "tests" / "evidence"))

from autodiff import TOLERANCE, compared
from peers import PEERS, installed

from symback.catalogue.derived import entry
from symback.catalogue.entries import ENTRIES


def main(package: str) -> int:
    """Print the table."""
    if package not in installed():
        print(f"{package} is not installed: pip install {package}", file=sys.stderr)
        return 2
    peer, start, wrong, gradients = PEERS[package](), perf_counter(), [], 0
    print(f"{'entry':32} {'gradients':>9}  {'verdict':8} {'differences':>11} {package:>8}  of")
    for key, row in ENTRIES.items():
        report = list(entry(key).report())
        words = sorted({r.verdict for r in report})
        deviation = max((r.worst for r in report if r.worst is not None), default=0.0)
        worst = max(compared(row, peer), key=lambda c: c.apart)
        gradients += len(report)
        if not {"proved", "agrees"}.issuperset(words) or not worst.apart <= TOLERANCE:
            wrong.append(key)
        print(f"{key:32} {len(report):9}  {', '.join(words):8} {deviation:11.0e} {worst.apart:8.0e}  {worst.name}", flush=True)
    told = f"doubtful: {', '.join(wrong)}" if wrong else f"none apart from {package} by more than {TOLERANCE:g}"
    print(f"{len(ENTRIES)} entries, {gradients} gradients, {told}; {perf_counter() - start:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "autograd"))

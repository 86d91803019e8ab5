"""A seed network verified once everything is imported, and claims judged in a batch: milliseconds of processor time, medians.

python benchmarks/claims.py [--claims 60]
"""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from pathlib import Path

import mpmath  # noqa: F401
import numpy  # noqa: F401
import sympy  # noqa: F401
from networks import machine, median, seconds

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "verify"))

from judged import judged
from mutants import mutants

import symback as sb
from symback.verify.report import verify

SEEDS = Path(__file__).parent.parent / "tests" / "seeds"


def verified(path: Path) -> None:
    core = sb.load(path).derive()
    verify(core.core, core.wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--claims", type=int, default=60)
    options = parser.parse_args()
    print(machine())
    networks = [path for path in sorted(SEEDS.glob("*.toml")) if "[forward]" in path.read_text(encoding="utf-8")]
    verified(networks[-1])  # what is imported late
    for path in networks[:-1]:
        first = seconds(lambda path=path: verified(path))
        print(
            f"verify {path.stem}: first {1e3 * first:.0f}, again {1e3 * median([seconds(lambda path=path: verified(path)) for _ in range(5)]):.0f}"
        )
    times = [judged(m).seconds for m in islice(mutants(options.claims), options.claims)]
    print(f"a wrong claim: {1e3 * median(times):.0f}, repair included")


if __name__ == "__main__":
    main()

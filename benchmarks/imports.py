"""`import symback` over bare Python, and what a first symbolic request adds: medians over pairs of processes.

python benchmarks/imports.py [--runs 41]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from networks import machine, median, seconds

PROGRAMS = {
    "import symback": "import symback",
    "symback.Network named": "import symback; symback.Network",
    "symback.tanh named (loads SymPy)": "import symback; symback.tanh",
}


def process(program: str) -> float:
    """Seconds of one Python process."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", program], check=True), time.perf_counter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=41)
    options = parser.parse_args()
    print(machine())
    for name, program in PROGRAMS.items():
        process(program)
        differences, bare = [], []
        for turn in range(options.runs):
            first, second = ("pass", program) if turn % 2 else (program, "pass")
            times = {first: process(first), second: process(second)}
            bare.append(times["pass"])
            differences.append(times[program] - times["pass"])
        print(f"{name:<34} {1e3 * median(differences):7.1f} ms over {1e3 * median(bare):.1f} ms of bare Python")


if __name__ == "__main__":
    main()

"""p − y: the gradient by the last weighted sum of the 2-3-3-1 classifier, from its spelled-out loss.

python benchmarks/textbook.py [--runs 15]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from networks import classifier, forget, machine, median, seconds, tags

from symback.derivation import derive
from symback.network.program import Program


def gradient(program: Program, tag: str = "") -> str:
    """The gradient by the last weighted sum; every other gradient is derived on the way."""
    return repr(derive(program).adjoints[f"z{tag}3"].result)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--cold", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cold:
        program = classifier()
        print(seconds(lambda: gradient(program)))
        return
    print(machine())
    print("dL/dz3 =", gradient(classifier()))
    next_tag = tags()
    anew, again = [], []
    for _ in range(options.runs):
        forget()
        for times in (anew, again):
            tag = next_tag()
            program = classifier(tag)
            times.append(seconds(lambda program=program, tag=tag: gradient(program, tag)))
    command = [sys.executable, __file__, "--cold"]
    cold = [float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(options.runs)]
    print("p − y and every other gradient of the network, milliseconds, medians of", options.runs)
    print(
        f"first derivation of a process {1e3 * median(cold):.1f}, a later one {1e3 * median(anew):.1f}, one more of the kind {1e3 * median(again):.1f}"
    )


if __name__ == "__main__":
    main()

"""Everything symback prints of the catalogue, of the examples and of random networks, handed back to the judge.

``python tools/read_back.py [--random 200] [--seed 0] [--every 1] [--log FILE]`` prints a table: how many lines of each kind are proved, agree, or are
not accepted.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "verify"))

from own_output import Printed, entry_network, printed, random_network, right_sides, scalar_lines

from symback.api import Network, check, load
from symback.catalogue.entries import ENTRIES
from symback.errors import SymbackError

ROOT = Path(__file__).parent.parent
WORDS = ("proved", "agrees", "conditional", "undecided", "refuted", "cannot read")


def networks(options: argparse.Namespace) -> Iterator[tuple[str, Network]]:
    """Every network, with the group it belongs to; those that cannot be declared are left out."""
    for key in ENTRIES:
        yield "catalogue", entry_network(key)
    for path in sorted([*ROOT.glob("examples/*.toml"), *ROOT.glob("tests/seeds/*.toml")]):
        try:
            yield "examples", load(path)
        except SymbackError:
            continue
    for seed in range(options.seed, options.seed + options.random):
        yield "random", Network.from_dict(random_network(seed))


def lines(group: str, network: Network) -> Iterator[tuple[str, Printed]]:
    """What is handed back of a network, by kind."""
    try:
        found = list(printed(network))
        whole = [*found, *scalar_lines(network)] if group == "examples" else found
    except SymbackError:
        return
    for line in whole:
        yield f"{group}, {' '.join(line.how.split()[1:])}", line
    for line in right_sides(found[::4]):
        yield f"{group}, right sides", line


def main() -> int:
    """Judge and print; 1 if anything that symback prints is not accepted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--random", type=int, default=200, help="how many random networks")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="one line of so many of each network")
    parser.add_argument("--log", help="a file for what is not proved")
    options = parser.parse_args()
    table: dict[str, Counter[str]] = {}
    for group, network in networks(options):
        for kind, line in list(lines(group, network))[:: options.every]:
            verdict = check(network, line.claim, line.target)
            table.setdefault(kind, Counter())[verdict.word] += 1
            if options.log and verdict.word != "proved":
                with Path(options.log).open("a", encoding="utf-8") as file:
                    file.write(f"{verdict.word} {kind}\n{line.claim}\n{verdict.why}\n\n")
    table["all"] = sum(table.values(), Counter())
    width = max(map(len, table))
    print("  ".join([" " * width, *WORDS]))
    for kind, words in table.items():
        print("  ".join([kind.ljust(width), *(str(words[w]).rjust(len(w)) for w in WORDS)]))
    return int(any(table["all"][w] for w in WORDS[2:]))


if __name__ == "__main__":
    sys.exit(main())

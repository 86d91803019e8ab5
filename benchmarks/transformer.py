"""A stack of transformer blocks: multi-head attention, layer norm, MLP with GELU, residuals; everything spelled out, sizes symbolic.

    python benchmarks/transformer.py [--runs 5] [--blocks 6 12 24] [--limit 1]

*declare* is the time to read the text, *cold* the first derivation of a new process (`derive` and the program of every gradient, with
simplification; steps recorded), *again* a second stack in the same process, *steps* the time to read every step of every name, *print*
to write every gradient. *derived* counts the gradients that were worked out, *renamed* those that are an earlier one with other names, as the
derivation says of each (its ``like``). Seconds of processor time, the least of the runs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import astuple, dataclass, fields
from itertools import pairwise

from networks import machine

from symback.algebra.definitions import Definition
from symback.derivation import Derivation, derive
from symback.network.program import Program
from symback.notation.write import equation_text
from symback.reading.files import from_dict

WEIGHTS = {
    "WQ": ("h", "m", "d"), "WK": ("h", "m", "d"), "WV": ("h", "m", "d"), "WO": ("h", "d", "m"), "g": ("m",), "be": ("m",),
    "U": ("m", "q"), "b": ("q",), "V": ("q", "m"), "c": ("m",), "ga": ("m",), "bt": ("m",),
}  # fmt: skip
BIASES = ("be", "b", "c", "bt")
BLOCK = """mu{k} = mean(X{j}, axis=1, keepdims=True)
sd{k} = sqrt(mean((X{j} - mu{k})**2, axis=1, keepdims=True) + eps)
N{k} = (X{j} - mu{k})/sd{k}
R{k} = g{k}*N{k} + be{k}
Q{k} = einsum("ti,hid->htd", R{k}, WQ{k})
K{k} = einsum("ti,hid->htd", R{k}, WK{k})
T{k} = einsum("ti,hid->htd", R{k}, WV{k})
S{k} = einsum("htd,hsd->hts", Q{k}, K{k})/sqrt(d)
P{k} = exp(S{k})/sum(exp(S{k}), axis=2, keepdims=True)
A{k} = einsum("hts,hsd->htd", P{k}, T{k})
Y{k} = X{j} + einsum("htd,hdi->ti", A{k}, WO{k})
nu{k} = mean(Y{k}, axis=1, keepdims=True)
se{k} = sqrt(mean((Y{k} - nu{k})**2, axis=1, keepdims=True) + eps)
M{k} = (Y{k} - nu{k})/se{k}
B{k} = ga{k}*M{k} + bt{k}
Z{k} = B{k} @ U{k} + b{k}
H{k} = Z{k}*(1 + erf(Z{k}/sqrt(2)))/2
X{k} = Y{k} + H{k} @ V{k} + c{k}
"""


@dataclass(frozen=True)
class Times:
    """Seconds of one stack, and how many gradients were worked out and renamed."""

    declare: float
    cold: float
    steps: float
    print: float
    again: float
    derived: int
    renamed: int


def stack(blocks: int, tag: str = "") -> Program:
    """Blocks on top of each other and the squared error; another ``tag`` gives other names."""
    symbols: dict[str, object] = {"X0": {"shape": ["n", "m"]}, f"G{tag}": {"role": "target", "shape": ["n", "m"]}}
    symbols["eps"] = {"role": "constant", "facts": ["positive"]}
    for k in range(1, blocks + 1):
        symbols |= {f"{name}{k}": {"role": "bias" if name in BIASES else "weight", "shape": list(s)} for name, s in WEIGHTS.items()}
    forward = "".join(BLOCK.format(k=k, j=k - 1) for k in range(1, blocks + 1))
    return from_dict({"symbols": symbols, "forward": forward, "loss": {f"L{tag}": f"sum((X{blocks} - G{tag})**2)/2"}})


def steps_of(derivation: Derivation) -> int:
    """Every step of every local derivative and every printed gradient, read."""
    printed = (derivation.printed[name] for name in derivation.adjoints)
    return sum(len(found.steps) for found in (*derivation.locals.values(), *printed))


def printed(derivation: Derivation) -> None:
    """Every gradient as text."""
    together = derivation.printing_program
    for name, found in derivation.printed.items():
        equation_text(Definition(derivation.adjoint(name), found.indices, found.result), together)


def timed(blocks: int) -> Times:
    """One stack in this process."""
    marks = [time.process_time()]
    program = stack(blocks)
    marks.append(time.process_time())
    derivation = derive(program)
    derivation.gradient_program(facts=True)
    marks.append(time.process_time())
    steps_of(derivation)
    marks.append(time.process_time())
    printed(derivation)
    marks.append(time.process_time())
    other = stack(blocks, "q")
    start = time.process_time()
    derive(other).gradient_program(facts=True)
    again = time.process_time() - start
    renamed = sum(found.like is not None for found in derivation.adjoints.values())
    return Times(*(after - before for before, after in pairwise(marks)), again, len(derivation.adjoints) - renamed, renamed)


def process(blocks: int) -> Times:
    """One stack in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--here", str(blocks)], capture_output=True, text=True, check=True)
    return Times(*json.loads(done.stdout))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--blocks", type=int, nargs="+", default=[6, 12, 24])
    parser.add_argument(
        "--limit", type=float, default=1.0, help="seconds that declaring, deriving and reading every step shall not exceed (exit status 1)"
    )
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(astuple(timed(options.here))))
        return 0
    print(machine())
    print("".join(f"{name:>10}" for name in ("blocks", *(f.name for f in fields(Times)))))
    worst = 0.0
    for blocks in options.blocks:
        found = [process(blocks) for _ in range(options.runs)]
        best = Times(*(min(column) for column in zip(*map(astuple, found), strict=True)))
        print(f"{blocks:>10}" + "".join(f"{v:10.3f}" if isinstance(v, float) else f"{v:>10}" for v in astuple(best)), flush=True)
        worst = max(worst, best.declare + best.cold + best.steps)
    return int(worst > options.limit)


if __name__ == "__main__":
    sys.exit(main())

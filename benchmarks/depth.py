"""Depth: derive a sigmoid network of L layers beside CasADi's MX adjoint sweep, in one run.

    python benchmarks/depth.py [--runs 7] [--layers 25 50 100 200]

Timed are `derive` and `gradient_program` with simplification on; the steps are recorded once per shape of layer and renamed for
the others when somebody reads them, and reading all of them is timed apart (*steps*).

*cold* is the first derivation of a new process; *anew* a later one over other names, with everything remembered from earlier
derivations forgotten; *again* the same without forgetting, as in a notebook that derives a second network of the kind. CasADi
gets width 3, which suits it best: the graph is built once, and `Function.reverse(1)` is its adjoint sweep.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from networks import deep, forget, machine, seconds, tags

from symback.derivation import Derivation, derive
from symback.network.program import Program

COLUMNS = ("L", "declare", "   cold", "   anew", "  again", "  steps", "cold(2L)/cold(L)", "anew(2L)/anew(L)", "definitions", "at 3 and 4096",
           "CasADi build", "sweep", "cold/sweep", "anew/sweep", "again/sweep")  # fmt: skip


@dataclass(frozen=True)
class Times:
    """Seconds, the least of the runs."""

    declare: float
    cold: float
    anew: float
    again: float
    steps: float
    build: float
    sweep: float


def derived(program: Program) -> Program:
    return derive(program).gradient_program()


def cold(layers: int) -> float:
    """The first derivation of a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--cold", str(layers)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def casadi_times(layers: int, width: int = 3) -> tuple[float, float]:
    """Seconds to build the graph and its function, and seconds of the adjoint sweep."""
    import casadi as ca

    def build() -> ca.Function:
        x, y = ca.MX.sym("x", width), ca.MX.sym("y", width)
        weights = [ca.MX.sym(f"W{k}", width, width) for k in range(layers)]
        biases = [ca.MX.sym(f"b{k}", width) for k in range(layers)]
        h = x
        for w, b in zip(weights, biases, strict=True):
            h = 1 / (1 + ca.exp(-(w @ h + b)))
        return ca.Function("E", [x, y, *weights, *biases], [ca.sumsqr(y - h) / 2])

    function: list[ca.Function] = []
    built = seconds(lambda: function.append(build()))
    return built, seconds(lambda: function[0].reverse(1))


def steps_of(derivation: Derivation) -> int:
    """Every step of every local derivative and every gradient, read."""
    return sum(len(found.steps) for table in (derivation.locals, derivation.adjoints) for found in table.values())


def measured(layers: int, runs: int, tag: Callable[[], str]) -> Times:
    """One row of the table, the contenders taking turns."""
    times: dict[str, list[float]] = {name: [] for name in Times.__dataclass_fields__}
    for _ in range(runs):
        start = time.process_time()
        program = deep(layers, tag=tag())
        times["declare"].append(time.process_time() - start)
        forget()
        start = time.process_time()
        derivation = derive(program)
        derivation.gradient_program()
        times["anew"].append(time.process_time() - start)
        start = time.process_time()
        steps_of(derivation)
        times["steps"].append(time.process_time() - start)
        other = deep(layers, tag=tag())
        start = time.process_time()
        derived(other)
        times["again"].append(time.process_time() - start)
        built, swept = casadi_times(layers)
        times["build"].append(built)
        times["sweep"].append(swept)
        times["cold"].append(cold(layers))
    return Times(**{name: min(values) for name, values in times.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--layers", type=int, nargs="+", default=[25, 50, 100, 200])
    parser.add_argument("--cold", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cold:
        program = deep(options.cold)
        print(seconds(lambda: derived(program)))
        return
    print(machine())
    print("milliseconds, least of", options.runs)
    print(" ".join(f"{name:>{len(name) + 2}}" for name in COLUMNS))
    tag = tags()
    derived(deep(3, tag=tag()))
    before: dict[int, Times] = {}
    for layers in options.layers:
        found = before[layers] = measured(layers, options.runs, tag)
        half = before.get(layers // 2)
        counts = [len(derived(deep(layers, width)).definitions) for width in (None, 3, 4096)]
        row = [str(layers), *(f"{1e3 * t:.1f}" for t in (found.declare, found.cold, found.anew, found.again, found.steps))]
        row += [f"{found.cold / half.cold:.2f}", f"{found.anew / half.anew:.2f}"] if half else ["", ""]
        row += [str(counts[0]), "equal" if len(set(counts)) == 1 else str(counts[1:])]
        row += [f"{1e3 * found.build:.1f}", f"{1e3 * found.sweep:.1f}"]
        row += [f"{t / found.sweep:.2f}" for t in (found.cold, found.anew, found.again)]
        print(" ".join(f"{text:>{len(name) + 2}}" for text, name in zip(row, COLUMNS, strict=True)), flush=True)


if __name__ == "__main__":
    main()

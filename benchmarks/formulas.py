"""Every closed form of the table: derived with steps and simplification on, first in a process, later, and once more.

    python benchmarks/formulas.py [--runs 5] [--limit 50] [--only ENTRY ...]

*declare* is the time to read the text; *cold* the first derivation of a new process; *warm* a first derivation in a process that has
derived the other rows before, in another order each run; *again* the same program once more, which shows what is remembered; *print*
the time to write every gradient as text. A derivation is `derive`, the printed form of every gradient, and every step read.
Milliseconds of processor time, the least of the runs.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from dataclasses import astuple, dataclass
from itertools import pairwise

from networks import machine

from symback.algebra.definitions import Definition
from symback.catalogue.entries import ENTRIES
from symback.derivation import Derivation, derive
from symback.notation.write import equation_text

WARMING = "broadcast_add"
"""What a process derives before the first row that counts as warm."""

ROWS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("sigmoid_cross_entropy",)),
    (2, ("softmax_cross_entropy",)),
    (3, ("softmax_regression_batch",)),
    (4, ("mlp_sigmoid", "mlp_tanh", "mlp_relu", "mlp_silu", "mlp_gelu", "mlp_three")),
    (5, ("least_squares",)),
    (6, ("layer_norm", "layer_norm_rows")),
    (7, ("batch_norm",)),
    (8, ("rms_norm", "rms_norm_rows")),
    (9, ("l2_norm", "weight_norm", "cosine_similarity")),
    (10, ("attention", "masked_attention")),
    (11, ("multi_head_attention",)),
    (12, ("conv2d",)),
    (13, ("max_pool", "embedding", "dropout")),
    (19, ("info_nce",)),
    (20, ("gaussian_nll_covariance",)),
    (21, ("vae_bound",)),
    (23, ("focal", "focal_positive")),
    (24, ("cross_entropy_smoothed", "softmax_temperature", "distillation", "huber", "log_cosh", "poisson", "hinge", "multiclass_hinge", "triplet",
          "kl_divergence")),
    (25, ("log_det", "inverse", "trace_product", "solve", "group_norm", "rope", "swiglu", "geglu", "graph_convolution")),
)  # fmt: skip


@dataclass(frozen=True)
class Times:
    """Seconds of one entry in one process."""

    declare: float
    derive: float
    print: float
    again: float


def worked_out(derivation: Derivation) -> int:
    """Every gradient in its printed form, and every step."""
    printed = [derivation.printed[name] for name in derivation.adjoints]
    return sum(len(found.steps) for found in (*printed, *derivation.locals.values()))


def timed(key: str) -> Times:
    """Seconds to declare, to derive, to print, and to derive again."""
    marks = [time.process_time()]
    program = ENTRIES[key].program()
    marks.append(time.process_time())
    derivation = derive(program)
    worked_out(derivation)
    marks.append(time.process_time())
    together = derivation.printing_program
    for name, found in derivation.printed.items():
        equation_text(Definition(derivation.adjoint(name), found.indices, found.result), together)
    marks.append(time.process_time())
    worked_out(derive(ENTRIES[key].program()))
    marks.append(time.process_time())
    return Times(*(after - before for before, after in pairwise(marks)))


def process(keys: list[str]) -> dict[str, Times]:
    """The times of entries, one after the other in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--here", *keys], capture_output=True, text=True, check=True)
    return {key: Times(*found) for key, found in json.loads(done.stdout).items()}


def measured(keys: list[str], runs: int) -> dict[str, tuple[float, ...]]:
    """Milliseconds of each entry: declare, cold, warm, again, print."""
    cold: dict[str, list[Times]] = {key: [] for key in keys}
    warm: dict[str, list[Times]] = {key: [] for key in keys}
    for run in range(runs):
        order = random.Random(run).sample(keys, len(keys))
        for key in order:
            cold[key].append(process([key])[key])
        for key, found in process([WARMING, *order]).items():
            warm.get(key, []).append(found)
    return {key: tuple(1e3 * min(getattr(t, name) for t in table[key]) for table, name in (
        (cold, "declare"), (cold, "derive"), (warm, "derive"), (warm, "again"), (cold, "print"))) for key in keys}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=50.0, help="milliseconds that no derivation shall exceed (exit status 1)")
    parser.add_argument("--only", nargs="+", default=[], help="entries by key")
    parser.add_argument("--here", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps({key: astuple(timed(key)) for key in options.here}))
        return 0
    print(machine())
    print(f"milliseconds, least of {options.runs}")
    print(f"{'row':>3}  {'entry':<26}{'declare':>9}{'cold':>9}{'warm':>9}{'again':>9}{'print':>9}")
    rows = [(number, key) for number, keys in ROWS for key in keys if not options.only or key in options.only]
    found = measured([key for _, key in rows], options.runs)
    for number, key in rows:
        over = "  over the limit" if max(found[key][1:3]) > options.limit else ""
        print(f"{number:>3}  {key:<26}{''.join(f'{t:9.1f}' for t in found[key])}{over}")
    for k, name in ((1, "cold"), (2, "warm")):
        slowest = max(found, key=lambda key: found[key][k])
        print(f"slowest {name}: {slowest}, {found[slowest][k]:.1f} ms")
    return int(any(max(times[1:3]) > options.limit for times in found.values()))


if __name__ == "__main__":
    sys.exit(main())

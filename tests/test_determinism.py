"""Output is byte-identical under any hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SEEDS = range(10)
PROGRAMS = ("dense layers", "softmax shifted", "layer norm", "attention", "recurrence", "concatenation", "solve", "convolution")

PRINT_ALL = """
import sys
from dataclasses import replace
from core_cases import CASES
from symback.derivation import derive
from symback.notation.write import equation_latex, equation_text
from symback.numeric.source import source

wanted = sys.argv[1].split(",")
found = [c for c in CASES if c.name in wanted]
assert len(found) == len(wanted)
for case in found:
    derivation = derive(case.program)
    gradients = derivation.gradient_program(facts=True)
    for definition in gradients.definitions:
        print(equation_text(definition, gradients))
        print(equation_latex(definition, gradients))
    for derived in derivation.printed.values():
        for step in derived.steps:
            print(step.target, step.rule, step.after, step.says)
    print(source(replace(case.program, sizes=case.sizes), replace(gradients, sizes=case.sizes)))
"""


def output(seed: int) -> bytes:
    folders = [str(HERE / "calculus"), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(seed),
        "PYTHONPATH": os.pathsep.join(f for f in folders if f),
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run([sys.executable, "-c", PRINT_ALL, ",".join(PROGRAMS)], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def first() -> bytes:
    return output(0)


def test_something_is_printed(first):
    assert first.count(b"\n") > 300


def test_ten_hash_seeds_print_the_same_bytes(first):
    with ThreadPoolExecutor(2) as pool:
        others = list(pool.map(output, SEEDS[1:]))
    assert [k for k, other in zip(SEEDS[1:], others, strict=True) if other != first] == []

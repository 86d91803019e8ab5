"""Declarations of published claims: all are read, and every gradient has its right value at points that satisfy the facts."""

from __future__ import annotations

import ast
import json
import random
from pathlib import Path

import numpy as np
import pytest
from numpy_meaning import NAMESPACE

from symback.api import Network
from symback.derivation import derive
from symback.numeric.evaluate import Evaluator
from symback.reading.claims import claim_network
from symback.verify.sample import draw, size_sets

CASES = json.loads((Path(__file__).parent / "claims_declarations.json").read_text(encoding="utf-8"))["declarations"]
cases = pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
POINTS = 2
TOLERANCE = 1e-10


def executed(text, names):
    """The value of the last line of a NumPy text, bare or assigned."""
    scope = {**NAMESPACE, **names}
    for line in ast.parse(text).body:
        if isinstance(line, ast.Expr):
            return np.asarray(eval(compile(ast.Expression(line.value), "right", "eval"), scope), dtype=float)
        exec(compile(ast.Module([line], []), "right", "exec"), scope)
        last = scope[line.targets[0].id]
    return np.asarray(last, dtype=float)


def points(case, declared):
    """Sizes and values that satisfy the declared facts, and those under which a conditional claim holds."""
    symbols = {
        name: {**row, **({"facts": facts} if (facts := case.get("under", {}).get(name)) else {})} for name, row in case["symbols"].items()
    }
    program = claim_network({**case, "symbols": symbols})
    for k, sizes in enumerate(size_sets(program)):
        for point in range(POINTS):
            values = draw(program, sizes, random.Random(100 * k + point)).shown()
            fixed = {name: np.array(v, dtype=float) for name, v in declared.values.items() if name in declared.leaf}
            yield sizes, {name: np.array(v, dtype=float) for name, v in values.items()} | fixed


def gradient(case, program):
    """The program and the name of what the claim is about: the gradient, or its gradient."""
    first = derive(program)
    target = case["target"]
    if case["kind"] == "gradient":
        return first.gradient_program((target,)), first.adjoint(target)
    whole = first.gradient_program((target,))
    second = derive(whole, first.adjoint(target))
    return second.gradient_program((target,)), second.adjoint(target)


def test_there_are_63():
    assert len(CASES) == len({c["id"] for c in CASES}) == 63


@cases
def test_the_gradient_has_its_right_value(case):
    program = claim_network(case)
    whole, name = gradient(case, program)
    seen = 0
    for sizes, values in points(case, program):
        expected = executed(f"{case['forward']}\n{case['right']}", {**sizes, **values})
        found = np.array(Evaluator(whole, {n: v.tolist() for n, v in values.items()}, sizes, digits=40).array(name), dtype=float)
        assert found.shape == expected.shape
        assert np.max(np.abs(found - expected)) <= TOLERANCE * max(1.0, np.max(np.abs(expected)))
        seen += 1
    assert seen >= POINTS


@pytest.mark.parametrize("case", [c for c in CASES if c["kind"] == "gradient"], ids=lambda c: c["id"])
def test_the_generated_numpy_has_it_too(case):
    program = claim_network(case)
    model = Network.from_program(program).derive([case["target"]]).compile()
    for sizes, values in points(case, program):
        expected = executed(f"{case['forward']}\n{case['right']}", {**sizes, **values})
        found = model.gradients({**sizes, **values})[1][case["target"]]
        assert np.shape(found) == expected.shape
        assert np.max(np.abs(found - expected)) <= TOLERANCE * max(1.0, np.max(np.abs(expected)))

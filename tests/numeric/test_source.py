"""Generated source against the reference evaluator."""

from __future__ import annotations

import random

import core_cases
import numpy as np
import pytest
from hand_programs import CASES, house

from symback.derivation import derive
from symback.numeric.compile import compile_source
from symback.numeric.evaluate import Evaluator
from symback.numeric.source import result_key, source
from symback.numeric.values import index_tuples


def draw(program, sizes, seed=0):
    rng = random.Random(seed)

    def fill(indices, env):
        if not indices:
            return rng.uniform(-1, 1)
        first, *rest = indices
        return [fill(rest, {**env, first: place}) for place in range(first.size.value(sizes, env))]

    return {leaf.name: fill(leaf.indices, {}) for leaf in program.leaves}


def difference(got, expected):
    if isinstance(expected, list):
        assert len(got) == len(expected)
        return max((difference(a, b) for a, b in zip(got, expected, strict=True)), default=0.0)
    assert np.shape(got) == ()
    return abs(float(got) - float(expected))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_source_agrees_with_the_evaluator(case, dtype):
    module = compile_source(source(case.program, case.gradient, dtype))
    values = draw(case.program, case.sizes)
    run = Evaluator(case.gradient, values, case.sizes)
    close = 1e-13 if dtype == "float64" else 1e-5
    forward = module["forward"](values)
    assert list(forward) == [d.name for d in case.program.definitions]
    for name, value in forward.items():
        assert difference(value, run.array(name)) < close, name
    loss, gradients = module["gradients"](values)
    assert difference(loss, run.entry(case.program.loss)) < close
    assert list(gradients) == [result_key(r, case.program.loss) for r in case.gradient.results]
    for name in case.gradient.results:
        assert difference(gradients[result_key(name, case.program.loss)], run.array(name)) < close, name


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_float32_stays_float32(case):
    module = compile_source(source(case.program, case.gradient, "float32"))
    values = draw(case.program, case.sizes)
    loss, gradients = module["gradients"](values)
    parts = [loss, *module["forward"](values).values(), *gradients.values()]
    for part in parts:
        for array in part if isinstance(part, list) else [part]:
            assert array.dtype == np.float32


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_step_moves_against_the_gradient(case):
    module = compile_source(source(case.program, case.gradient))
    values = draw(case.program, case.sizes)
    _, gradients = module["gradients"](values)
    new = module["step"](values, 0.5)
    for leaf in case.program.leaves:
        places = list(index_tuples(leaf.indices, case.sizes))
        moved = leaf.name in gradients
        for place in places:
            old, now, slope = values[leaf.name], new[leaf.name], gradients.get(leaf.name)
            for at in place:
                old, now, slope = old[at], now[at], slope[at] if moved else None
            assert now == pytest.approx(old - 0.5 * slope if moved else old, abs=1e-14)


def test_source_reads_like_numpy():
    text = source(house().program, house().gradient)
    for line in (
        "z1 = W1 @ x + b1",
        "h1 = sigmoid(z1)",
        "L = np.sum((y - h2)**2) / 2",
        "dh2 = -(y - h2)",
        "dW2 = np.outer(dh2, h1)",
        "dz1 = (W2.T @ dh2) * h1 * (1 - h1)",
        "dW1 = np.outer(dz1, x)",
    ):
        assert f"\n    {line}\n" in text
    assert "softplus" not in text
    assert "symback" not in [word for line in text.splitlines() if "import" in line for word in line.split()]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", core_cases.CASES, ids=lambda c: c.name)
def test_derived_gradients_run_as_numpy(case, dtype):
    gradient = derive(case.program).gradient_program()
    module = compile_source(source(case.program, gradient, dtype))
    rng = random.Random(case.name)
    signs = {leaf.name: 1 if any(f.kind == "positive" for f in leaf.facts) else -1 for leaf in case.program.leaves}
    values = {n: absolute(v) if signs[n] > 0 else v for n, v in draw(case.program, case.sizes, rng.random()).items()}
    values |= {n: floats(v) for n, v in case.fixed.items()} | {n: s for n, s in case.sizes.items() if n in ("s", "q")}
    run = Evaluator(gradient, values, case.sizes)
    loss, gradients = module["gradients"](values)
    close = 1e-11 if dtype == "float64" else 1e-2
    assert difference(loss, run.entry(case.program.loss)) < close
    for name in gradient.results:
        expected = run.array(name)
        assert difference(gradients[result_key(name, case.program.loss)], expected) < close * (1 + size(expected)), name


def absolute(value):
    return [absolute(v) for v in value] if isinstance(value, list) else abs(value)


def floats(value):
    return [floats(v) for v in value] if isinstance(value, list) else float(value)


def size(value):
    return max(map(size, value), default=0.0) if isinstance(value, list) else abs(float(value))

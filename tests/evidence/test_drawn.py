"""Random array programs: the generated code gives NumPy's value of the text, and the gradients of autograd or of central differences."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from drawn import program
from hypothesis import given, note, settings
from hypothesis import strategies as st
from trying import WRONG, TracedLibrary, near, tried

peer = cache(TracedLibrary)


@settings(max_examples=200)
@given(st.randoms(use_true_random=False), st.integers(0, 1000))
def test_programs(rng, seed):
    declared = program(rng)
    note(declared)
    found = tried(declared, seed, peer())
    assert found.kind not in WRONG, found


def declared_as(forward, loss, **shapes):
    return {"symbols": {k: {"role": "weight", "shape": list(v)} for k, v in shapes.items()}, "forward": forward, "loss": {"L": loss}}


FOUND = [
    declared_as({"u": "stack([logsumexp(x[i:]) for i in range(n)])"}, "sum(concatenate([u, z])**2)", x="n", z="m"),
    declared_as({}, "sum(concatenate([stack([logsumexp(x[i:]) for i in range(n)]), z])**2)", x="n", z="m"),
    declared_as({"u[t]": "maximum(u[t - 1]/3, x[t]) if t >= 1 else x[0]"}, "logsumexp(u)", x="n"),
    declared_as({}, "max(concatenate([y/3, stack([max(z[:i+1]) for i in range(m)])])**2)", y="n", z="m"),
    declared_as({}, "average(softmax(y), weights=(stack([max(x[:i+1]) for i in range(n)]))**2 + 0.1)", x="n", y="n"),
    declared_as({"u": "sort(S, axis=1)"}, "sum(solve(u[:2, :2]/4 + 3*eye(2), (log_softmax(S, axis=0)[:, -1])[:2]))", S="nn"),
    declared_as({}, "sum(sort(concatenate([x*stack([sum(y[:i+1]) for i in range(n)])/3, sqrt(z**2 + 1)])**2)[1:])", x="n", y="n", z="m"),
    declared_as({}, "prod((stack([logsumexp(z[i:]) for i in range(m)]) - z)/2 + 1)", z="m"),
    declared_as({}, "sum(stack([logsumexp((min(log_softmax(W, axis=1), axis=0))[i:]) for i in range(n)]))", W="mn"),
    declared_as({"u": "sum(S, axis=1)"}, "max(stack([relu(u), std(S, axis=1)*0.7])**2) - clip(trace(S), h, 2)", S="nn", h=""),
    declared_as({}, "log_softmax(stack([mean(z[:i+1]**2) for i in range(m)]))[0]", z="m"),
    declared_as({"u": "where(h > 0.2, V, 0)"}, "sum((V - mean(V, axis=1)[:, None])*norm(u))", V="nm", h=""),
    declared_as({}, "sum(concatenate([std(V, axis=1)**3, stack([max(softmax(z)[:i+1]) for i in range(m)])])**2)", V="nm", z="m"),
]


@pytest.mark.parametrize("declared", FOUND, ids=lambda d: d["loss"]["L"][:40])
def test_programs_that_once_were_wrong(declared):
    for seed in range(3):
        assert tried(declared, seed, peer()).kind in ("right", "right by differences")


def test_a_wrong_gradient_would_be_seen():
    assert not near(np.array([1.0, 2.0]), np.array([1.0, 2.001]), 1e-7)
    assert not near(np.array([1.0, np.nan]), np.array([1.0, 2.0]), 1e-3)

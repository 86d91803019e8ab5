"""Gradients proved by one equation for each name; the Jacobians of opaque rows by the relations that define them."""

from __future__ import annotations

from dataclasses import replace

import core_cases
import pytest

import symback as sb
from symback.algebra.definitions import Definition
from symback.algebra.opaque import OPAQUE, ROWS
from symback.algebra.terms import Partial, Term
from symback.derivation import derive
from symback.verify import opaque_rows
from symback.verify.proof import AT_ONCE, BY_EQUATIONS, Prover

UNKNOWN = ("determinant", "log determinant", "pseudo-inverse", "pseudo-inverse of a wide matrix")


def leaves(case) -> list[str]:
    return [leaf.name for leaf in case.program.leaves]


@pytest.mark.parametrize("case", core_cases.CASES, ids=lambda c: c.name)
def test_every_gradient_of_every_core_program_is_proved_by_its_equations(case):
    core = derive(case.program)
    prover = Prover(core.program, core.gradient_program(leaves(case), facts=True))
    for name in leaves(case):
        shown = prover._by_equations(name)
        assert shown.proved or case.name in UNKNOWN, (name, shown.why)


@pytest.mark.parametrize("case", [c for c in core_cases.CASES if c.name not in UNKNOWN], ids=lambda c: c.name)
def test_an_equation_is_not_satisfied_by_another_formula(case):
    core = derive(case.program)
    gradient = core.gradient_program(leaves(case), facts=True)
    for target in [d.name for d in gradient.definitions if isinstance(d.name, Partial)]:
        wrong = gradient.with_definitions(
            Definition(d.name, d.indices, d.body * 2 + 1) if d.name == target and isinstance(d.body, Term) else d
            for d in gradient.definitions
        )
        assert not Prover(core.program, wrong)._equation(target.by).proved, target


def test_a_gradient_that_reads_a_wrong_one_is_not_proved():
    case = next(c for c in core_cases.CASES if c.name == "recurrence")
    core = derive(case.program)
    gradient = core.gradient_program(["W"], facts=True)
    inner = next(d.name for d in gradient.definitions if isinstance(d.name, Partial) and d.name.by in ("h", "z"))
    wrong = gradient.with_definitions(replace(d, body=-d.body) if d.name == inner else d for d in gradient.definitions)
    assert Prover(core.program, gradient).show("W", core.adjoint("W")).route == BY_EQUATIONS
    assert not Prover(core.program, wrong).show("W", core.adjoint("W")).proved


DEEP = {
    "symbols": {
        "x": {"shape": ["n0"]},
        "y": {"shape": ["n6"]},
        **{f"W{k}": {"role": "weight", "shape": [f"n{k}", f"n{k - 1}"]} for k in range(1, 7)},
    },
    "forward": {
        **{
            name: text
            for k in range(1, 7)
            for name, text in ((f"z{k}", f"W{k} @ {f'h{k - 1}' if k > 1 else 'x'}"), (f"h{k}", f"tanh(z{k})"))
        },
        "L": "sum((h6 - y)**2)/2",
    },
    "loss": "L",
}
LSTM = {
    "symbols": {
        "x": {"shape": ["T", "d"]},
        "y": {"shape": ["m"]},
        **{f"W{g}": {"role": "weight", "shape": ["m", "m"]} for g in "ifog"},
        **{f"U{g}": {"role": "weight", "shape": ["m", "d"]} for g in "ifog"},
    },
    "forward": "\n".join(
        [
            *(
                f"{g}[t, j] = {f}((sum(W{g}[j, k]*h[t-1, k] for k in range(m)) if t >= 1 else 0) + U{g}[j] @ x[t])"
                for g, f in (("i", "sigmoid"), ("f", "sigmoid"), ("o", "sigmoid"), ("g", "tanh"))
            ),
            "c[t, j] = (f[t, j]*c[t-1, j] if t >= 1 else 0) + i[t, j]*g[t, j]",
            "h[t, j] = o[t, j]*tanh(c[t, j])",
            "L = sum((h[T-1] - y)**2)/2",
        ]
    ),
    "loss": "L",
}


@pytest.mark.parametrize("network", [DEEP, LSTM], ids=["six layers", "a recurrence of six names"])
def test_long_networks_and_recurrences_are_proved(network):
    core = sb.Network.from_dict(network).derive().core
    names = [leaf.name for leaf in core.program.leaves]
    prover = Prover(core.program, core.gradient_program(names, facts=True))
    found = {name: prover.show(name, core.adjoint(name)) for name in names}
    assert all(shown.proved for shown in found.values()), found
    assert BY_EQUATIONS in {shown.route for shown in found.values()}


def test_what_was_tried_is_said():
    case = next(c for c in core_cases.CASES if c.name == "determinant")
    core = derive(case.program)
    prover = Prover(core.program, core.gradient_program(["A"], facts=True))
    why = prover.show("A", core.adjoint("A")).why
    assert why.startswith("∂L/∂A reads the Jacobian of an opaque row")
    case = next(c for c in core_cases.CASES if c.name == "layer norm")
    core = derive(case.program)
    tired = Prover(core.program, core.gradient_program(["x"], facts=True), budget=5)
    assert "5 steps of rewriting did not decide it" in tired.show("x", core.adjoint("x")).why


def test_a_short_loss_is_proved_at_once():
    core = sb.Network.from_dict({"symbols": {"w": {}, "x": {}}, "forward": "L = (w*x)**2", "loss": "L"}).derive().core
    prover = Prover(core.program, core.gradient_program(["w"], facts=True))
    assert prover.show("w", core.adjoint("w")).route == AT_ONCE


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
def test_only_what_follows_from_a_relation_is_taken_as_proved(row):
    ranks = {"solve": [(2, 1), (2, 2)]}.get(row.name, [(2,)])
    for rank in ranks:
        assert opaque_rows.follows(row.name, rank) is (row.name in opaque_rows.DETERMINED)


def test_a_wrong_jacobian_does_not_follow(monkeypatch):
    row = OPAQUE["inv"]
    for wrong in (lambda s, o, p: -row.jacobians[0](s, o, p), lambda s, o, p: row.jacobians[0](s, o[::-1], p)):
        monkeypatch.setitem(OPAQUE, "inv", replace(row, jacobians=(wrong,)))  # type: ignore[arg-type]
        assert not opaque_rows.follows.__wrapped__("inv", (2,))


BLOCK = {
    "symbols": {
        "X": {"shape": ["n", "d"]},
        "G": {"shape": ["n", "d"]},
        "eps": {"facts": ["positive"]},
        **{f"W{w}": {"role": "weight", "shape": ["d", "d"]} for w in "QKVO"},
        "F": {"role": "weight", "shape": ["d", "m"]},
        "H": {"role": "weight", "shape": ["m", "d"]},
    },
    "forward": {
        "U": "(X - mean(X, axis=1, keepdims=True))/sqrt(var(X, axis=1, keepdims=True) + eps)",
        **{w: f"U @ W{w}" for w in "QKV"},
        "P": "softmax(Q @ K.T/sqrt(d), axis=1)",
        "R": "X + (P @ V) @ WO",
        "C": "(R - mean(R, axis=1, keepdims=True))/sqrt(var(R, axis=1, keepdims=True) + eps)",
        "L": "sum(G*(R + maximum(C @ F, 0) @ H))",
    },
    "loss": "L",
}


def test_a_transformer_block_is_proved():
    core = sb.Network.from_dict(BLOCK).derive().core
    names = [leaf.name for leaf in core.program.leaves]
    prover = Prover(core.program, core.gradient_program(names, facts=True))
    assert [n for n in names if not prover.show(n, core.adjoint(n)).proved] == []

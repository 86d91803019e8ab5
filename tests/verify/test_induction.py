"""Claims about recurrences: families that are equal at every place are proved equal by induction, others never."""

from __future__ import annotations

import pytest

import symback as sb
from symback.algebra.sizes import Size
from symback.algebra.terms import Ref, plain
from symback.derivation import derive
from symback.reading.files import from_dict
from symback.verify.induction import prove, recurrences

SYMBOLS = {
    "x": {"shape": ["T", "d"]},
    "y": {"shape": ["T", "m"]},
    "W": {"role": "weight", "shape": ["m", "m"]},
    "U": {"role": "weight", "shape": ["m", "d"]},
    "b": {"role": "bias", "shape": ["m"]},
}
Z = "(sum(W[j, k]*h[t-1, k] for k in range(m)) if t >= 1 else 0) + U[j] @ x[t] + b[j]"
LOSS = "L = sum((h - y)**2)/2"
SLOPE = {"tanh": "(1 - h[{0}]**2)", "sigmoid": "(h[{0}]*(1 - h[{0}]))"}
ONE = f"h[t, j] = {{f}}({Z})\n{LOSS}"
TWO = f"z[t, j] = {Z}\nh[t, j] = {{f}}(z[t, j])\n{LOSS}"
STATE = "e[t, j] = h[t, j] - y[t, j] + (sum(W[k, j]*{next}*e[t+1, k] for k in range(m)) if t <= T - 2 else 0)"
DELTA = "s[t, j] = {here}*(h[t, j] - y[t, j] + (sum({weight}*s[t+1, k] for k in range(m)) if t <= {last} else 0))"
CLAIMS = (
    (STATE, "", "h", "e"),
    (DELTA, "dW[j, k] = sum(s[t, j]*(h[t-1, k] if t >= 1 else 0) for t in range(T))", "W", "dW"),
    (DELTA, "dU[j, k] = sum(s[t, j]*x[t, k] for t in range(T))", "U", "dU"),
    (DELTA, "db[j] = sum(s[t, j] for t in range(T))", "b", "db"),
    (DELTA, "dx[t, j] = sum(U[k, j]*s[t, k] for k in range(m))", "x", "dx"),
)
RIGHT = {"weight": "W[k, j]", "last": "T - 2"}
WRONG = ({**RIGHT, "weight": "W[j, k]"}, {**RIGHT, "last": "T - 3"}, {**RIGHT, "weight": "2*W[k, j]"})


def shown(forward: str, kind: str, claim: tuple[str, str, str, str], parts: dict[str, str]):
    family, gradient, name, result = claim
    slopes = {"here": SLOPE[kind].format("t, j"), "next": SLOPE[kind].format("t+1, k")}
    lines = [forward.format(f=kind), family.format(**slopes, **parts), *([gradient] if gradient else [])]
    program = from_dict({"symbols": SYMBOLS, "forward": "\n".join(lines), "loss": "L"})
    core = derive(program, "L")
    whole = core.gradient_program([*(leaf.name for leaf in program.leaves), name], facts=True)
    places = tuple(map(Size.of, whole.definition[core.adjoint(name)].indices))
    return prove(whole, Ref(core.adjoint(name), places), Ref(result, places), 20_000)


@pytest.mark.parametrize("kind", SLOPE)
@pytest.mark.parametrize("forward", [ONE, TWO], ids=["one name", "two names"])
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c[3])
def test_a_family_that_obeys_the_recurrence_is_the_gradient(forward, kind, claim):
    found = shown(forward, kind, claim, RIGHT)
    assert found, plain(found.proof.difference)
    assert len(found.pairs) == 1


@pytest.mark.parametrize("parts", WRONG, ids=["transposed", "it stops too early", "a factor"])
@pytest.mark.parametrize("forward", [ONE, TWO], ids=["one name", "two names"])
def test_a_family_that_does_not_is_not(forward, parts):
    assert not shown(forward, "tanh", CLAIMS[2], parts)


def pair(*lines: str, symbols: dict | None = None):
    """The first two names of some lines, of which one may be the other."""
    program = from_dict(
        {"symbols": symbols or {"a": {}, "u": {"shape": ["n"]}}, "forward": "\n".join([*lines, "L = sum(p) + sum(q)"]), "loss": "L"}
    )
    left = program.definition["p"]
    return prove(program, left.head, Ref("q", tuple(map(Size.of, left.indices))), 20_000)


def test_two_recurrences_with_the_same_beginning_and_the_same_step():
    first = "p[t] = a*p[t-1] + u[t] if t >= 1 else u[t]"
    assert pair(first, "q[t] = (q[t-1]*a if t >= 1 else 0) + u[t]")
    assert not pair(first, "q[t] = (q[t-1]*a if t >= 1 else 1) + u[t]")
    assert not pair(first, "q[t] = (q[t-1]*a**2 if t >= 1 else 0) + u[t]")
    assert not pair(first, "q[t] = (q[t-1]*a if t >= 2 else 0) + u[t]")


def test_a_closed_form_of_a_recurrence():
    assert pair(
        "p[t] = p[t-1] + 1 if t >= 1 else 1",
        "q[t] = sum(1 for k in range(t+1))",
        symbols={"u": {"shape": ["n"]}, "p": {"shape": ["n"], "role": "intermediate"}, "q": {"shape": ["n"], "role": "intermediate"}},
    )


def test_a_recurrence_along_depth():
    symbols = {
        "W": {"shape": ["D", "n", "n"]},
        "x": {"shape": ["n"]},
        "p": {"shape": ["D + 1", "n"], "role": "intermediate"},
        "q": {"shape": ["D + 1", "n"], "role": "intermediate"},
    }
    first = "p[l, i] = tanh(W[l-1, i] @ p[l-1]) if l >= 1 else x[i]"
    assert pair(first, "q[l, i] = tanh(sum(q[l-1, k]*W[l-1, i, k] for k in range(n))) if l >= 1 else x[i]", symbols=symbols)
    assert not pair(first, "q[l, i] = tanh(sum(q[l-1, k]*W[l-1, k, i] for k in range(n))) if l >= 1 else x[i]", symbols=symbols)


def test_which_way_a_recurrence_runs():
    program = from_dict({"symbols": SYMBOLS, "forward": TWO.format(f="tanh"), "loss": "L"})
    whole = derive(program, "L").gradient_program(facts=True)
    assert [([str(d.name) for d in r.members], r.way) for r in recurrences(whole.definitions)] == [(["z", "h"], -1), (["dL/dz"], 1)]


PUBLISHED = (
    (r"\frac{\partial L}{\partial h_{t,j}} = h_{t,j} - y_{t,j} + \sum_{k=1}^{m} W_{k,j} (1 - h_{t+1,k}^2) \frac{\partial L}{\partial h_{t+1,k}}", "proved"),
    (r"\frac{\partial L}{\partial h_{t,j}} = h_{t,j} - y_{t,j} + \sum_{k=1}^{m} W_{j,k} (1 - h_{t+1,k}^2) \frac{\partial L}{\partial h_{t+1,k}}", "conditional"),
    (r"\frac{\partial L}{\partial h_{t,j}} = h_{t,j} - y_{t,j} + \sum_{k=1}^{m} W_{k,j} (1 - h_{t,k}^2) \frac{\partial L}{\partial h_{t+1,k}}", "refuted"),
    (r"\frac{\partial L}{\partial W_{i,j}} = \sum_{t=2}^{T} \frac{\partial L}{\partial h_{t,i}} (1 - h_{t,i}^2) h_{t-1,j}", "proved"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "word"), PUBLISHED, ids=["backwards in time", "W transposed", "a step too early", "the weights"])
def test_backpropagation_through_time_as_published(text, word):
    net = sb.Network.from_dict({"symbols": SYMBOLS, "forward": ONE.format(f="tanh"), "loss": "L"})
    assert sb.check(net, text).word == word

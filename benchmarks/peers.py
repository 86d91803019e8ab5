"""The same gradients by other packages, beside symback's, in one run: SymPy, CasADi, PyTensor and tensorgrad, each as far as it goes.

    python benchmarks/peers.py [--runs 3] [--peers symback casadi ...] [--tasks softmax ...]

Every task is declared spelled out (exponentials, sums, means) and differentiated by what is named; each package simplifies as it does
by itself: symback to its printed form with steps, PyTensor by ``rewrite_graph``, tensorgrad by ``full_simplify``, CasADi and SymPy on
construction. *first* is the first gradient of a new process, *second* one over other names in the same process, in milliseconds of
processor time without imports, the least of the runs. *size* counts the nodes of the result in the package's own terms: it tells growth
and order of magnitude, no more. SymPy and CasADi need numbers for sizes; the others keep them symbolic.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from networks import forget, machine

PATIENCE = 60
"""Seconds after which a package is given up."""

Gradient = Callable[[int, str], Any]
"""From a width or depth and a tag for names to the gradients, as the package holds them."""


# symback ------------------------------------------------------------------------------------------------------------------


def symback(symbols: dict[str, Any], forward: str, by: tuple[str, ...]) -> Any:
    from symback.derivation import derive
    from symback.reading.files import from_dict

    derivation = derive(from_dict({"symbols": symbols, "forward": forward, "loss": "L"}))
    found = [derivation.printed[name] for name in by]
    return [f.result for f in found if f.steps]


def symback_softmax(n: int, t: str) -> Any:
    names = {f"z{t}": {"shape": ["n"]}, f"y{t}": {"role": "target", "shape": ["n"]}}
    return symback(names, f"p{t} = exp(z{t})/sum(exp(z{t}))\nL = -sum(y{t}*log(p{t}))", (f"z{t}",))


def symback_squares(n: int, t: str) -> Any:
    names = {f"X{t}": {"shape": ["N", "m"]}, f"W{t}": {"role": "weight", "shape": ["m", "k"]}, f"Y{t}": {"shape": ["N", "k"]}}
    return symback(names, f"L = sum((X{t} @ W{t} - Y{t})**2)", (f"W{t}",))


def symback_norm(n: int, t: str) -> Any:
    names = {f"x{t}": {"shape": ["n"]}, f"g{t}": {"shape": ["n"]}, "eps": {"role": "constant"}}
    forward = f"mu = mean(x{t})\ns = sqrt(mean((x{t} - mu)**2) + eps)\nh{t} = (x{t} - mu)/s\nL = sum(g{t}*h{t})"
    return symback(names, forward, (f"x{t}",))


def symback_attention(n: int, t: str) -> Any:
    names = {f"{a}{t}": {"shape": s} for a, s in (("Q", ["n", "d"]), ("K", ["m", "d"]), ("V", ["m", "e"]), ("G", ["n", "e"]))}
    forward = f"S = Q{t} @ K{t}.T/sqrt(d)\nP{t} = exp(S)/sum(exp(S), axis=1, keepdims=True)\nL = sum(G{t}*(P{t} @ V{t}))"
    return symback(names, forward, (f"Q{t}", f"K{t}", f"V{t}"))


def symback_layers(n: int, t: str) -> Any:
    names: dict[str, Any] = {f"x{t}0": {"shape": ["n0"]}, f"y{t}": {"shape": [f"n{n}"]}}
    names |= {f"W{t}{k}": {"role": "weight", "shape": [f"n{k}", f"n{k - 1}"]} for k in range(1, n + 1)}
    lines = "".join(f"x{t}{k} = 1/(1 + exp(-(W{t}{k} @ x{t}{k - 1})))\n" for k in range(1, n + 1))
    return symback(names, f"{lines}L = sum((y{t} - x{t}{n})**2)/2", tuple(f"W{t}{k}" for k in range(1, n + 1)))


def symback_size(found: Any) -> int:
    from symback.algebra.traverse import walk

    return sum(1 for term in found for _ in walk(term))


# SymPy, entry by entry: on MatrixSymbols it has no exp and no division by entries -----------------------------------------------


def sympy_softmax(n: int, t: str) -> Any:
    import sympy as sp

    z, y = sp.symbols(f"z{t}:{n}"), sp.symbols(f"y{t}:{n}")
    below = sum(map(sp.exp, z))
    loss = -sum(b * sp.log(sp.exp(a) / below) for a, b in zip(z, y, strict=True))
    return [loss.diff(a) for a in z]


def sympy_squares(n: int, t: str) -> Any:
    import sympy as sp

    x, w, y = (sp.Matrix(n, n, sp.symbols(f"{letter}{t}:{n * n}")) for letter in "XWY")
    loss = sum(e**2 for e in x * w - y)
    return [loss.diff(e) for e in w]


def sympy_norm(n: int, t: str) -> Any:
    import sympy as sp

    x, g, eps = sp.symbols(f"x{t}:{n}"), sp.symbols(f"g{t}:{n}"), sp.Symbol("eps")
    mu = sum(x) / n
    s = sp.sqrt(sum((a - mu) ** 2 for a in x) / n + eps)
    loss = sum(b * (a - mu) / s for a, b in zip(x, g, strict=True))
    return [loss.diff(a) for a in x]


def sympy_layers(n: int, t: str, width: int = 2) -> Any:
    import sympy as sp

    x = sp.Matrix(width, 1, sp.symbols(f"x{t}:{width}"))
    y = sp.Matrix(width, 1, sp.symbols(f"y{t}:{width}"))
    weights = [sp.Matrix(width, width, sp.symbols(f"W{t}{k}_:{width * width}")) for k in range(n)]
    for w in weights:
        x = (w * x).applyfunc(lambda e: 1 / (1 + sp.exp(-e)))
    loss = sum((a - b) ** 2 for a, b in zip(y, x, strict=True)) / 2
    return [loss.diff(e) for w in weights for e in w]


def sympy_size(found: Any) -> int:
    import sympy as sp

    return sum(int(sp.count_ops(e)) for e in found)


# CasADi -----------------------------------------------------------------------------------------------------------------------


def casadi_softmax(n: int, t: str) -> Any:
    import casadi as ca

    z, y = ca.MX.sym("z", n), ca.MX.sym("y", n)
    return [z, y], [ca.gradient(-ca.sum1(y * ca.log(ca.exp(z) / ca.sum1(ca.exp(z)))), z)]


def casadi_squares(n: int, t: str) -> Any:
    import casadi as ca

    x, w, y = (ca.MX.sym(letter, n, n) for letter in "XWY")
    return [x, w, y], [ca.gradient(ca.sumsqr(x @ w - y), w)]


def casadi_norm(n: int, t: str) -> Any:
    import casadi as ca

    x, g, eps = ca.MX.sym("x", n), ca.MX.sym("g", n), ca.MX.sym("eps")
    mu = ca.sum1(x) / n
    s = ca.sqrt(ca.sumsqr(x - mu) / n + eps)
    return [x, g, eps], [ca.gradient(ca.dot(g, (x - mu) / s), x)]


def casadi_attention(n: int, t: str) -> Any:
    import casadi as ca

    q, k, v, g = (ca.MX.sym(letter, n, n) for letter in "QKVG")
    e = ca.exp(q @ k.T / n**0.5)
    loss = ca.dot(g, (e / ca.repmat(ca.sum2(e), 1, n)) @ v)
    return [q, k, v, g], [ca.gradient(loss, a) for a in (q, k, v)]


def casadi_layers(n: int, t: str, width: int = 3) -> Any:
    import casadi as ca

    x, y = ca.MX.sym("x", width), ca.MX.sym("y", width)
    weights = [ca.MX.sym(f"W{k}", width, width) for k in range(n)]
    h = x
    for w in weights:
        h = 1 / (1 + ca.exp(-(w @ h)))
    return ca.Function("E", [x, y, *weights], [ca.sumsqr(y - h) / 2]).reverse(1)


def casadi_size(found: Any) -> int:
    import casadi as ca

    return int((ca.Function("f", *found) if isinstance(found, tuple) else found).n_instructions())


# PyTensor ---------------------------------------------------------------------------------------------------------------------


def pytensor(loss: Any, by: list[Any]) -> Any:
    import pytensor as pt
    from pytensor.graph.rewriting.utils import rewrite_graph

    return rewrite_graph(pt.grad(loss, by), include=("canonicalize", "stabilize", "specialize"))


def pytensor_softmax(n: int, t: str) -> Any:
    import pytensor.tensor as at

    z, y = at.vector(f"z{t}"), at.vector(f"y{t}")
    return pytensor(-at.sum(y * at.log(at.exp(z) / at.sum(at.exp(z)))), [z])


def pytensor_squares(n: int, t: str) -> Any:
    import pytensor.tensor as at

    x, w, y = (at.matrix(f"{letter}{t}") for letter in "XWY")
    return pytensor(at.sum((x @ w - y) ** 2), [w])


def pytensor_norm(n: int, t: str) -> Any:
    import pytensor.tensor as at

    x, g, eps = at.vector(f"x{t}"), at.vector(f"g{t}"), at.scalar("eps")
    mu = at.mean(x)
    s = at.sqrt(at.mean((x - mu) ** 2) + eps)
    return pytensor(at.sum(g * (x - mu) / s), [x])


def pytensor_attention(n: int, t: str) -> Any:
    import pytensor.tensor as at

    q, k, v, g = (at.matrix(f"{letter}{t}") for letter in "QKVG")
    e = at.exp(q @ k.T / at.sqrt(q.shape[1]))
    return pytensor(at.sum(g * ((e / at.sum(e, axis=1, keepdims=True)) @ v)), [q, k, v])


def pytensor_layers(n: int, t: str) -> Any:
    import pytensor.tensor as at

    h, y = at.vector(f"x{t}"), at.vector(f"y{t}")
    weights = [at.matrix(f"W{t}{k}") for k in range(n)]
    for w in weights:
        h = 1 / (1 + at.exp(-(w @ h)))
    return pytensor(at.sum((y - h) ** 2) / 2, weights)


def pytensor_size(found: Any) -> int:
    from pytensor.graph.traversal import applys_between

    return sum(1 for _ in applys_between([], found))


# tensorgrad -------------------------------------------------------------------------------------------------------------------


def tensorgrad_softmax(n: int, t: str) -> Any:
    import tensorgrad as tg
    import tensorgrad.functions as f
    from sympy import symbols

    i = symbols("i")
    z, y = tg.Variable(f"z{t}", i), tg.Variable(f"y{t}", i)
    e = f.exp(z)
    loss = -f.sum(y * f.log(e / f.sum(e, keepdims=True)))
    return [tg.Derivative(loss, z).full_simplify()]


def tensorgrad_squares(n: int, t: str) -> Any:
    import tensorgrad as tg
    from sympy import symbols

    b, m, k = symbols("b m k")
    x, w, y = tg.Variable(f"X{t}", b, m), tg.Variable(f"W{t}", m, k), tg.Variable(f"Y{t}", b, k)
    error = x @ w - y
    return [tg.Derivative(error @ error, w).full_simplify()]


def tensorgrad_norm(n: int, t: str) -> Any:
    import tensorgrad as tg
    import tensorgrad.functions as f
    from sympy import symbols

    i = symbols("i")
    x, g = tg.Variable(f"x{t}", i), tg.Variable(f"g{t}", i)
    c = x - f.mean(x, keepdims=True)
    s = f.sqrt(f.mean(c * c, keepdims=True) + 1)
    return [tg.Derivative(f.sum(g * (c / s)), x).full_simplify()]


def tensorgrad_attention(n: int, t: str) -> Any:
    import tensorgrad as tg
    import tensorgrad.functions as f
    from sympy import symbols

    a, b, d, e = symbols("a b d e")
    q, k, v, g = tg.Variable(f"Q{t}", a, d), tg.Variable(f"K{t}", b, d), tg.Variable(f"V{t}", b, e), tg.Variable(f"G{t}", a, e)
    s = f.exp(q @ k)
    loss = f.sum(g * ((s / f.sum(s, dim="b", keepdims=True)) @ v))
    return [tg.Derivative(loss, x).full_simplify() for x in (q, k, v)]


def tensorgrad_layers(n: int, t: str) -> Any:
    import tensorgrad as tg
    import tensorgrad.functions as f
    from sympy import symbols

    sizes = symbols(f"i:{n + 1}")
    h, y = tg.Variable(f"x{t}", sizes[0]), tg.Variable(f"y{t}", sizes[n])
    weights = [tg.Variable(f"W{t}{k}", sizes[k], sizes[k + 1]) for k in range(n)]
    for w in weights:
        h = f.sigmoid(w @ h)
    error = y - h
    return [tg.Derivative(error @ error, w).full_simplify() for w in weights]


def tensorgrad_size(found: Any) -> int:
    return sum(len(repr(e)) for e in found)


# one run ----------------------------------------------------------------------------------------------------------------------

PEERS = ("symback", "sympy", "casadi", "pytensor", "tensorgrad")
TASKS: dict[str, tuple[str, tuple[int, ...]]] = {
    "softmax": ("softmax and cross-entropy by the logits; width", (4, 16, 64)),
    "squares": ("sum of (X W − Y)² by W; width", (4, 8, 64)),
    "norm": ("layer norm by its input; width", (4, 16, 64)),
    "attention": ("softmax attention by Q, K, V; width", (8, 64)),
    "layers": ("sigmoid network by every weight; layers", (2, 4, 8, 16)),
}
LOADED = {
    "symback": ("symback.derivation", "symback.reading.files"), "sympy": ("sympy",), "casadi": ("casadi",),
    "pytensor": ("pytensor.tensor", "pytensor.graph.rewriting.utils"), "tensorgrad": ("tensorgrad.functions",),
}  # fmt: skip
UNITS = {"sympy": "operations", "casadi": "instructions", "pytensor": "nodes", "symback": "nodes", "tensorgrad": "letters"}


def here(peer: str, task: str, size: int) -> dict[str, float]:
    """Milliseconds of the first and the second gradient in this process, and the size of the result."""
    gradient: Gradient = globals()[f"{peer}_{task}"]
    for module in LOADED[peer]:
        import_module(module)
    start = time.process_time()
    found = gradient(size, "a")
    first = time.process_time() - start
    if peer == "symback":
        forget()
    start = time.process_time()
    gradient(size, "b")
    return {"first": 1e3 * first, "second": 1e3 * (time.process_time() - start), "size": globals()[f"{peer}_size"](found)}


def measured(peer: str, task: str, size: int, runs: int) -> dict[str, float] | str:
    """The least of several processes, or why there is none."""
    if f"{peer}_{task}" not in globals():
        return "has no such thing"
    found = []
    for _ in range(runs):
        command = [sys.executable, __file__, "--here", peer, task, str(size)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return f"not done in {PATIENCE} s"
        if done.returncode:
            return done.stderr.strip().splitlines()[-1][:90]
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return {key: min(f[key] for f in found) for key in found[0]}


def row(peer: str, found: dict[str, float] | str, own: dict[str, float]) -> str:
    if isinstance(found, str):
        return f"    {peer:<12}{found}"
    ratios = (
        "".join(f"{found[key] / own[key]:9.{1 if found[key] > own[key] else 2}f}×" for key in ("first", "second"))
        if peer != "symback"
        else " " * 20
    )
    return f"    {peer:<12}{found['first']:10.1f}{found['second']:10.1f}{ratios}{found['size']:>10.0f} {UNITS[peer]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", nargs="+", default=PEERS, choices=PEERS)
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--here", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(here(options.here[0], options.here[1], int(options.here[2]))))
        return
    print(machine())
    for task in options.tasks:
        says, sizes = TASKS[task]
        print(f"{says}{'':<4}first, second [ms], as many times symback's, size of the result")
        gone: set[str] = set()
        for size in sizes:
            print(f"  {size}")
            own = measured("symback", task, size, options.runs)
            assert not isinstance(own, str), own
            for peer in options.peers:
                found = own if peer == "symback" else "left out" if peer in gone else measured(peer, task, size, options.runs)
                gone |= {peer} if isinstance(found, str) else set()
                print(row(peer, found, own), flush=True)


if __name__ == "__main__":
    main()

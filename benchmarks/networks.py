"""The networks that are timed, declared as a user declares them, and a median."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

from symback.calculus import trace
from symback.network.program import Program
from symback.reading.files import from_dict


def deep(layers: int, width: int | None = None, tag: str = "") -> Program:
    """A sigmoid network with every layer named and the activation spelled out; widths symbolic unless one is given.

    Another ``tag`` gives other names, so that nothing remembered from an earlier run is of any use.
    """
    sizes = [f"n{layer}" if width is None else width for layer in range(layers + 1)]
    symbols: dict[str, object] = {f"x{tag}": {"role": "input", "shape": [sizes[0]]}, f"y{tag}": {"role": "target", "shape": [sizes[-1]]}}
    lines = []
    below = f"x{tag}"
    for layer in range(1, layers + 1):
        w, b, z, h = (f"{letter}{tag}{layer}" for letter in "Wbzh")
        symbols[w] = {"role": "weight", "shape": [sizes[layer], sizes[layer - 1]]}
        symbols[b] = {"role": "bias", "shape": [sizes[layer]]}
        lines += [f"{z} = {w} @ {below} + {b}", f"{h} = 1/(1 + exp(-{z}))"]
        below = h
    return from_dict({"symbols": symbols, "forward": "\n".join(lines), "loss": {f"E{tag}": f"sum((y{tag} - {below})**2)/2"}})


def classifier(tag: str = "") -> Program:
    """The 2-3-3-1 classifier with binary cross-entropy, every activation spelled out."""
    t = tag
    symbols: dict[str, object] = {f"x{t}": {"role": "input", "shape": [2]}, f"y{t}": {"role": "target"}}
    for layer, (rows, columns) in enumerate([(3, 2), (3, 3), (1, 3)], start=1):
        symbols[f"W{t}{layer}"] = {"role": "weight", "shape": [rows, columns]}
        symbols[f"b{t}{layer}"] = {"role": "bias", "shape": [rows]}
    forward = (
        f"z{t}1 = W{t}1 @ x{t} + b{t}1\n"
        f"h{t}1 = (exp(z{t}1) - exp(-z{t}1))/(exp(z{t}1) + exp(-z{t}1))\n"
        f"z{t}2 = W{t}2 @ h{t}1 + b{t}2\n"
        f"h{t}2 = (exp(z{t}2) - exp(-z{t}2))/(exp(z{t}2) + exp(-z{t}2))\n"
        f"z{t}3 = W{t}3 @ h{t}2 + b{t}3\n"
        f"p{t} = 1/(1 + exp(-z{t}3))\n"
    )
    return from_dict({"symbols": symbols, "forward": forward, "loss": {f"L{t}": f"-sum(y{t}*log(p{t}) + (1 - y{t})*log(1 - p{t}))"}})


def forget() -> None:
    """Forget what was derived before; the next derivation starts from nothing, as the first of a process does."""
    trace._KNOWN.clear()


def tags() -> Callable[[], str]:
    """A new run of letters at each call."""
    number = 0

    def next_tag() -> str:
        nonlocal number
        number += 1
        digits = f"{number:04d}"
        return "q" + "".join(chr(ord("a") + int(d)) for d in digits)

    return next_tag


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """How long one call takes, as processor time: what else the machine does disturbs it less."""
    start = clock()
    work()
    return clock() - start


def median(values: list[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def machine() -> str:
    """What the figures depend on besides the code."""
    names = ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return ", ".join([f"{os.cpu_count()} processors", *(f"{name}={os.environ.get(name, 'unset')}" for name in names)])

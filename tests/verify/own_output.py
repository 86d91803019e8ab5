"""What symback prints of a network, and networks drawn at random to print: for handing every line back to the judge."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from symback.api import Network
from symback.catalogue.entries import ENTRIES
from symback.errors import NotationError, SymbackError

SYMBOLS = {
    "x": {"role": "weight", "shape": ["n"]}, "g": {"shape": ["n"]}, "b": {"role": "bias", "shape": ["m"]}, "W": {"role": "weight", "shape": ["m", "n"]},
    "A": {"role": "weight", "shape": ["n", "n"]}, "X": {"role": "weight", "shape": ["k", "n"]}, "B": {"shape": ["n", "m"]}, "c": {"role": "weight"}, "y": {"shape": ["m"]},
}  # fmt: skip
"""The leaves of a random network; sizes n, m and k are open."""
SHAPES = {"x": "n", "g": "n", "b": "m", "W": "mn", "A": "nn", "X": "kn", "B": "nm", "c": "", "y": "m"}
ANY = ("tanh({0})", "sigmoid({0})", "exp({0}/3)", "{0}**2", "-{0}", "relu({0})", "abs({0})", "log({0}**2 + 1)", "sqrt({0}**2 + 2)", "{0}*sigmoid({0})", "sin({0})",
       "where({0} > 0, {0}, {0}/5)", "1/(1 + exp(-{0}))", "2 - {0}/4", "softplus({0})", "{0}/(1 + {0}**2)", "clip({0}, -1, 1)", "{0}*c", "{0}**3/3", "Phi({0})")  # fmt: skip
VECTOR = ("softmax({0})", "{0} - mean({0})", "{0}/norm({0})", "cumsum({0})", "flip({0})", "{0}*sum({0})", "{0}*max({0})", "({0} - mean({0}))/sqrt(var({0}) + 0.1)",
          "log_softmax({0})", "{0}*prod({0})", "sort({0})", "{0} - logsumexp({0})")  # fmt: skip
MATRIX = ("softmax({0}, axis=1)", "{0} - mean({0}, axis=0)", "{0}/sum({0}**2, axis=1, keepdims=True)", "{0}*max({0}, axis=1, keepdims=True)", "log_softmax({0}, axis=0)",
          "{0} - sum({0}, axis=1, keepdims=True)", "{0}*sum({0})", "({0} - mean({0}, axis=1, keepdims=True))/sqrt(var({0}, axis=1, keepdims=True) + 0.1)",
          "{0}/sum(exp({0}), axis=0)", "{0} @ {0}.T @ {0}", "{0} - mean({0})")  # fmt: skip
SAME = ("{0} + {1}", "{0} - {1}", "{0}*{1}", "{0}/({1}**2 + 1)", "maximum({0}, {1})", "where({0} > {1}, {0}, 2*{1})", "exp({0}/4)*{1}")
REDUCED = (
    "sum({0}**2)/2",
    "mean({0}**2)",
    "norm({0})",
    "log(sum(exp({0})))",
    "max({0})",
    "sum({0})",
    "sum(tanh({0}))",
    "sum({0})**2",
    "sum(exp({0}/2))",
)


def random_network(seed: int) -> dict[str, object]:
    """A network of a few lines over vectors and matrices of open sizes."""
    rng = random.Random(seed)
    known, lines = dict(SHAPES), []
    for k in range(rng.randint(1, 4)):
        recent = [n for n in known if n.startswith("t")]
        name = rng.choice(recent if recent and rng.random() < 0.7 else list(known))
        text, shape = _grown(rng, name, known)
        lines.append(f"t{k} = {text}")
        known[f"t{k}"] = shape
    last, shape = f"t{len(lines) - 1}", known[f"t{len(lines) - 1}"]
    loss = rng.choice(REDUCED).format(last) if shape else rng.choice(("{0}", "{0}**2/2", "exp({0}/5)")).format(last)
    if shape and rng.random() < 0.3:
        loss = {"n": f"sum(g*{last})", "m": f"y @ {last}", "nn": f"trace({last})"}.get(shape, loss)
    return {"symbols": SYMBOLS, "forward": "\n".join([*lines, f"L = {loss}"]), "loss": "L"}


def _grown(rng: random.Random, name: str, known: dict[str, str]) -> tuple[str, str]:
    """A line over a known name, and its shape."""
    shape, draw = known[name], rng.random()
    if draw < 0.25:
        return rng.choice(ANY).format(name), shape
    if draw < 0.45:
        other = rng.choice([n for n, s in known.items() if s == shape])
        return rng.choice(SAME).format(name, other), shape
    if draw < 0.7 and shape:
        return rng.choice(VECTOR if len(shape) == 1 else MATRIX).format(name), shape
    return rng.choice(_joined(name, shape, known) or [(f"{name}*c", shape)])


def _joined(name: str, shape: str, known: dict[str, str]) -> list[tuple[str, str]]:
    """The products and reductions that a name allows."""
    found: list[tuple[str, str]] = []
    for other, s in known.items():
        if len(s) == 2 and shape:
            found += [(f"{other} @ {name}", s[0] + shape[1:])] if s[1] == shape[0] else []
            found += [(f"{other}.T @ {name}", s[1] + shape[1:])] if s[0] == shape[0] else []
        if len(s) == len(shape) == 1:
            found += [(f"outer({name}, {other})", shape + s), *([(f"{name} @ {other}", "")] if s == shape else [])]
    if len(shape) == 2:
        found += [
            (f"sum({name}, axis=1)", shape[0]),
            (f"sum({name}, axis=0)", shape[1]),
            (f"mean({name}, axis=0)", shape[1]),
            (f"max({name}, axis=1)", shape[0]),
        ]
        found += (
            [(f"{name} + b", shape), (f"{name}*b", shape)]
            if shape[1] == "m"
            else [(f"{name} - x", shape), (f"{name}*g", shape)]
            if shape[1] == "n"
            else []
        )
    if shape == "nn":
        found += [
            (f"diag({name})", "n"),
            (f"inv({name}) @ x", "n"),
            (f"solve({name}, x)", "n"),
            (f"trace({name})", ""),
            (f"slogdet({name})[1]", ""),
            (f"inv({name})", "nn"),
        ]
    if shape in ("n", "m"):
        found += [(f"{name}*sum({name}**2)", shape), (f"concatenate([{name}, {name}**2])[:{shape}]", shape)]
    return found


@dataclass(frozen=True)
class Printed:
    """One printed formula: the network it is of, how it was printed, and what is handed back."""

    network: Network
    how: str
    claim: str
    target: str | None = None


def printed(network: Network, wrt: list[str] | None = None, notations: tuple[str, ...] = ("matrix", "index")) -> Iterator[Printed]:
    """Every gradient in every notation, view and markup."""
    core = network.derive().core
    chosen = wrt or [str(n) for n in core.sweep.order if str(n) in network.program.leaf or str(n) in network.program.definition]
    for name, formula in network.derive(chosen).gradients.items():
        for notation in notations:
            for over in ("names", "leaves"):
                for markup in ("text", "latex"):
                    try:
                        line = getattr(formula, markup)(notation=notation, over=over)
                    except NotationError:
                        continue
                    yield Printed(network, f"{name} {notation} {over} {markup}", line)


def right_sides(lines: list[Printed]) -> Iterator[Printed]:
    """The right sides alone, with what they are the gradients by."""
    for line in lines:
        _, _, body = line.claim.partition(" = ")
        yield Printed(line.network, f"{line.how}, the right side", body, line.how.split()[0])


def scalar_lines(network: Network) -> Iterator[Printed]:
    """The gradients over plain numbers, handed back with the network of arrays; none where sizes are open."""
    try:
        single = network.unrolled()
    except SymbackError:
        return
    for line in printed(single, [str(leaf.name) for leaf in single.program.leaves], ("scalar",)):
        yield Printed(network, line.how, line.claim)


def entry_network(key: str) -> Network:
    """The network of an entry of the catalogue."""
    return Network.from_program(ENTRIES[key].program())

"""The units of a small network, found in its program over plain numbers: never from names, only from the structure.

A unit is a definition that is affine in weights, with the function applied to it; an edge is a product of a weight and an input
or an earlier value. Every other definition (a difference, the loss) is a node of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.normal import equal
from symback.algebra.operations import OPERATIONS
from symback.algebra.terms import Add, Apply, Mul, Ref, Term, ref
from symback.algebra.traverse import names, rewrite, walk
from symback.network.program import PARAMETERS, Program

SUM = "affine"
"""The argument of a unit's function."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its value, the weights with what they multiply, the bias, and the function ("" where it is linear)."""

    name: str
    inputs: tuple[tuple[str, str], ...]
    biases: tuple[str, ...] = ()
    function: str = ""
    inner: str = ""


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a network, and its other definitions with what they read."""

    units: tuple[Unit, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]


def units(program: Program) -> Units | None:
    """The units of a program over plain numbers; None where it has no such structure.

    Every weight and every bias must belong to one place: a weight that is used twice, as in a convolution, is no edge of a drawing.

    >>> from symback.network.program import Leaf
    >>> z, h = Definition("z", (), ref("w") * ref("x") + ref("b")), Definition("h", (), Apply("tanh", (ref("z"),)))
    >>> net = Program("", (Leaf("w", (), "weight"), Leaf("b", (), "bias"), Leaf("x")), (z, h, Definition("L", (), ref("h") ** 2)), ("L",))
    >>> units(net)
    Units(units=(Unit(name='h', inputs=(('w', 'x'),), biases=('b',), function='tanh', inner='z'),), others=(('L', ('h',)),))
    """
    if any(d.indices or not isinstance(d.body, Term) for d in program.definitions):
        return None
    found = {u.name: u for d in program.definitions if (u := _unit(d, program)) is not None}
    found = {u.name: u for u in _merged(program, found)}
    hidden = {u.inner for u in found.values() if u.inner}
    others = tuple((str(d.name), tuple(map(str, d.reads))) for d in program.definitions if d.name not in found and d.name not in hidden)
    used = Counter([n for u in found.values() for n in (*(w for w, _ in u.inputs), *u.biases)])
    used.update(n for _, reads in others for n in reads if _is_parameter(program, n))
    return Units(tuple(found.values()), others) if found and max(used.values()) == 1 and not _strays(program, others) else None


def _strays(program: Program, others: tuple[tuple[str, tuple[str, ...]], ...]) -> bool:
    """Whether a definition that is no unit reads a parameter."""
    return any(_is_parameter(program, n) for _, reads in others for n in reads)


def _is_parameter(program: Program, name: object) -> bool:
    return isinstance(name, str) and name in program.leaf and program.leaf[name].role in PARAMETERS


def _unit(definition: Definition, program: Program) -> Unit | None:
    """A definition as a unit: a function of one affine sum, and of nothing else."""
    body = term_of(definition)
    for node in walk(body):
        parts = _affine(node, program)
        if parts is not None and (outside := _around(body, node)) is not None:
            return Unit(str(definition.name), *parts, function_of(outside))
    return None


def _around(body: Term, inner: Term) -> Term | None:
    """What stands around a part of a body, as a function of it; None where that reads something else."""
    outside = rewrite(body, lambda n: ref(SUM) if n is inner else n)
    return outside if names(outside) == (SUM,) else None


def _merged(program: Program, found: dict[str, Unit]) -> Iterator[Unit]:
    """The units with the functions applied to them, in order; a sum that something else reads as well stays by itself."""
    over = {inner: d for d in program.definitions if (inner := _argument(d, program, found)) is not None}
    for name, unit in found.items():
        outer = over.get(name)
        if outer is None:
            yield unit
            continue
        body = _around(term_of(outer), ref(name))
        assert body is not None
        yield Unit(str(outer.name), unit.inputs, unit.biases, function_of(body), name)


def _argument(definition: Definition, program: Program, found: dict[str, Unit]) -> str | None:
    """The sum that a definition is the activation of: it reads nothing else, and nothing else reads the sum."""
    if len(definition.reads) != 1 or definition.name in found or definition.name == program.loss:
        return None
    name = str(definition.reads[0])
    alone = sum(name in d.reads for d in program.definitions) == 1
    return name if alone and name in found and not found[name].function else None


def term_of(definition: Definition) -> Term:
    """The body of a definition over plain numbers."""
    assert isinstance(definition.body, Term)
    return definition.body


def _affine(node: Term, program: Program) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]] | None:
    """The edges and biases of a sum of products of a weight and a value; None for anything else."""
    edges: list[tuple[str, str]] = []
    biases: list[str] = []
    for part in _flat(node, Add):
        factors = tuple(_flat(part, Mul))
        if not all(isinstance(f, Ref) for f in factors):
            return None
        read = [str(f.name) for f in factors if isinstance(f, Ref)]
        weights = [n for n in read if _is_parameter(program, n)]
        values = [n for n in read if n not in weights]
        if len(weights) != 1 or len(values) > 1:
            return None
        if values:
            edges.append((weights[0], values[0]))
        else:
            biases.append(weights[0])
    return (tuple(edges), tuple(biases)) if edges else None


def _flat(node: Term, kind: type[Add] | type[Mul]) -> Iterator[Term]:
    if isinstance(node, kind):
        for arg in node.args:
            yield from _flat(arg, kind)
    else:
        yield node


@lru_cache(maxsize=256)
def function_of(body: Term) -> str:
    """The operation that a body applies to its sum: by its name, or by its meaning where it is spelled out; "f" for another.

    >>> function_of(1 / (1 + Apply("exp", (-ref(SUM),)))), function_of(ref(SUM)), function_of(ref(SUM) ** 2)
    ('sigmoid', '', 'f')
    """
    argument = ref(SUM)
    if body is argument:
        return ""
    if isinstance(body, Apply) and body.args == (argument,):
        return body.op
    meanings = [row for row in OPERATIONS.values() if row.arity == 1 and row.means is not None]
    return next((row.name for row in meanings if equal(body, Apply(row.name, (argument,)))), "f")


__all__ = ["Unit", "Units", "function_of", "units"]

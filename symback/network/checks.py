"""The checks a declared program must pass; each failure is one line that quotes the input."""

from __future__ import annotations

from collections.abc import Mapping

from symback.algebra.definitions import Opaque
from symback.algebra.facts import FACTS, closure
from symback.algebra.opaque import OPAQUE
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Size
from symback.algebra.terms import Apply, Name
from symback.algebra.traverse import refs, walk
from symback.errors import AxisMismatch, DeclarationError
from symback.network.hints import shape_text, suggestion
from symback.network.program import Leaf, Program
from symback.network.ranges import out_of_range
from symback.network.recurrences import is_circle, recurrence_axes
from symback.network.values import checked_values, sizes_from_values

Texts = Mapping[Name, str]


def check(program: Program, texts: Texts | None = None, scalar: bool = True) -> Program:
    """The program itself, or a `DeclarationError` with the first thing that makes no sense.

    ``texts`` gives the line each name was declared by, to be quoted; ``scalar`` asks for a scalar loss.
    """
    quoted = texts or {}
    for step in (_names, _reads, _operations, _opaque, _circles, _ranges, _facts):
        step(program, quoted)
    _values(program)
    if scalar:
        _loss(program, quoted)
    return program


def where(name: Name, texts: Texts) -> str:
    """The line a name was declared by, else the name."""
    return texts.get(name, str(name))


def _names(program: Program, texts: Texts) -> None:
    seen: set[Name] = set()
    for name in (*(leaf.name for leaf in program.leaves), *(d.name for d in program.definitions)):
        if name in seen:
            raise DeclarationError(where(name, texts), f"{name} is defined twice", f"give one of them another name, such as {name}_2")
        seen.add(name)


def _reads(program: Program, texts: Texts) -> None:
    known = [*program.leaf, *program.definition]
    for definition in program.definitions:
        for name in definition.reads:
            if name not in program.leaf and name not in program.definition:
                remedy = suggestion(str(name), map(str, known)) or f"declare {name}"
                raise DeclarationError(where(definition.name, texts), f"{name} is not declared", remedy)
        if not isinstance(definition.body, Opaque):
            for read in refs(definition.body):
                axes = program.indices(read.name)
                if len(read.places) != len(axes):
                    found = f"{read.name} is read at {len(read.places)} places and has {len(axes)} axes"
                    raise AxisMismatch(where(definition.name, texts), found)
    for name in program.results:
        if name not in program.leaf and name not in program.definition:
            remedy = suggestion(str(name), map(str, program.definition)) or "name a scalar that forward defines"
            raise DeclarationError(f"loss = {name}", f"{name} is not defined", remedy)


def _operations(program: Program, texts: Texts) -> None:
    for definition in program.definitions:
        if isinstance(definition.body, Opaque):
            continue
        for node in walk(definition.body):
            if isinstance(node, Apply) and node.op not in OPERATIONS:
                raise DeclarationError(where(definition.name, texts), f"{node.op} is not a known function", suggestion(node.op, OPERATIONS))
            if isinstance(node, Apply) and len(node.args) != OPERATIONS[node.op].arity:
                found = f"{node.op} takes {OPERATIONS[node.op].arity} arguments and gets {len(node.args)}"
                raise DeclarationError(where(definition.name, texts), found)


def _opaque(program: Program, texts: Texts) -> None:
    for definition in program.definitions:
        body = definition.body
        if not isinstance(body, Opaque):
            continue
        if body.row not in OPAQUE:
            raise DeclarationError(where(definition.name, texts), f"{body.row} is not a known function", suggestion(body.row, OPAQUE))
        shapes = tuple(tuple(i.size for i in program.indices(n)) for n in body.operands)
        for place in OPAQUE[body.row].square:
            if len(shapes[place]) != 2 or shapes[place][0] is not shapes[place][1]:
                found = f"{body.row} takes a square matrix, and {body.operands[place]} is {shape_text(shapes[place])}"
                raise AxisMismatch(where(definition.name, texts), found)


def _circles(program: Program, texts: Texts) -> None:
    for group in program.groups:
        if is_circle(group) and recurrence_axes(group) is None:
            round_trip = " reads ".join(str(n) for n in (*(d.name for d in group), group[0].name))
            remedy = "a recurrence reads an earlier place along one axis, as in h[t, j] = ... h[t-1, k] ..."
            raise DeclarationError(where(group[0].name, texts), f"{round_trip}: a circle that is no recurrence", remedy)


def _ranges(program: Program, texts: Texts) -> None:
    axes = {name: program.indices(name) for name in (*program.leaf, *program.definition)}
    for definition in program.definitions:
        if isinstance(definition.body, Opaque):
            continue
        found = out_of_range(definition.body, axes)
        if found is not None:
            read, place, size = found
            shown = f"{read.name}[{', '.join(map(repr, read.places))}]"
            remedy = f"read it under a condition such as `... if 0 <= {place} < {size} else 0`, or as zero_outside({shown})"
            raise DeclarationError(where(definition.name, texts), f"the place {place} of {shown} may leave 0..{size - 1}", remedy)


def _facts(program: Program, texts: Texts) -> None:
    for leaf in program.leaves:
        for fact in leaf.facts:
            if fact.kind not in FACTS:
                raise DeclarationError(f"facts of {leaf.name}", f"{fact.kind!r} is no known fact", suggestion(fact.kind, FACTS))
        for fact in closure(leaf.facts):
            _fact_fits(leaf, fact.kind)


def _fact_fits(leaf: Leaf, kind: str) -> None:
    rank = FACTS[kind].rank
    if rank is not None and len(leaf.indices) != rank:
        raise DeclarationError(f"facts of {leaf.name}", f"{kind} is said of a matrix, and {leaf.name} is {shape_text(leaf.shape)}")
    if rank == 2 and leaf.shape[0] is not leaf.shape[1]:
        raise DeclarationError(f"facts of {leaf.name}", f"{kind} is said of a square matrix, and {leaf.name} is {shape_text(leaf.shape)}")
    if kind in ("one-hot", "sums to one") and not leaf.indices:
        raise DeclarationError(f"facts of {leaf.name}", f"{kind} is said along an axis, and {leaf.name} is a scalar", "declare its shape")


def _values(program: Program) -> None:
    indices = {leaf.name: leaf.indices for leaf in program.leaves}
    sizes_from_values(checked_values(program.values, indices), indices, program.sizes)


def is_scalar(shape: tuple[Size, ...], sizes: Mapping[str, object]) -> bool:
    """Whether all sizes are 1, by themselves or by the known sizes."""
    return all(_value(size, sizes) == 1 for size in shape)


def _value(size: Size, sizes: Mapping[str, object]) -> int | None:
    if size.constant is not None or size.indices:
        return size.constant
    known = {n: s for n, s in sizes.items() if isinstance(s, int | list | tuple)}
    return size.value(known) if all(s in known for s in size.symbols) else None


def _loss(program: Program, texts: Texts) -> None:
    for name in program.results:
        shape = tuple(i.size for i in program.indices(name))
        if not is_scalar(shape, program.sizes):
            quoted = texts.get(name, f"loss = {name}")
            raise DeclarationError(quoted, f"the loss is {shape_text(shape)}, not a scalar", f"sum it, as in sum({name}), or take its mean")

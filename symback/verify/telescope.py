"""Products of derivatives: whether the factors of a chain rule telescope.

``∂L/∂h · ∂h/∂z · ∂z/∂w`` is a way from L to w: each factor is a step, and the steps, in any order, must join into one way that
uses each of them once. A factor ``∂z/∂z`` is no step: it is 1 and stands where another factor belongs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product

from symback.algebra.sizes import Size
from symback.algebra.terms import MINUS_ONE, Add, Mul, Name, Partial, Pow, Reduce, Ref, Term
from symback.algebra.traverse import refs
from symback.errors import NumericError
from symback.network.program import Program
from symback.numeric.values import Sizes, size_value
from symback.verify.entries import entry

MOST = 256


@dataclass(frozen=True, slots=True)
class Node:
    """A quantity that is differentiated, or by which: a name at places."""

    name: Name
    places: tuple[Size, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(_counted, self.places))}]" if self.places else str(self.name)


@dataclass(frozen=True, slots=True)
class Step:
    """One factor ∂of/∂by."""

    of: Node
    by: Node

    def __str__(self) -> str:
        return f"∂{self.of}/∂{self.by}"


Way = tuple[Step, ...]


def broken(left: Term, right: Term, program: Program) -> str:
    """Why two sides are not derivatives of something by the same variable, as the chain rule makes them; empty where they are, or
    where that is no question.

    It is one where both sides are derivatives, or products of derivatives, or sums of such products, and one of them holds a
    product of two or more. What is differentiated is compared by `made`.

    >>> from symback.algebra.terms import ref
    >>> a, b, c = ref(Partial("L", "b")), ref(Partial("L", "z")), ref(Partial("z", "z"))
    >>> broken(a, b * c, Program("", (), (), ()))
    '∂z/∂z is 1 and no link of a chain'
    """
    found = [way for side in (left, right) for way in ways(side, program)]
    if not _is_chain(left, right, program):
        return ""
    lost = next((way for way in found if ends(way) is None), None)
    if lost is not None:
        return gap(lost)
    whole = list(dict.fromkeys(e for e in map(ends, found) if e is not None))
    other = next((e for e in whole if e.by != whole[0].by), None)
    return "" if other is None else f"{whole[0]} is not {other}, which the other factors make"


def made(term: Term, program: Program) -> Step | None:
    """The derivative that a side is, or that its factors make; None where it makes none, or several.

    >>> from symback.algebra.terms import ref
    >>> str(made(ref(Partial("L", "z")) * ref(Partial("z", "w")), Program("", (), (), ())))
    '∂L/∂w'
    """
    whole = dict.fromkeys(ends(way) for way in ways(term, program))
    return next(iter(whole)) if len(whole) == 1 else None


def _is_chain(left: Term, right: Term, program: Program) -> bool:
    """Whether both sides are made of derivatives alone, and not of one each."""
    sides = [ways(side, program) for side in (left, right)]
    return all(sides) and max(len(way) for side in sides for way in side) > 1


def ways(term: Term, program: Program) -> tuple[Way, ...]:
    """The products of derivatives whose sum a term is, one for a product or a derivative; none for any other term.

    >>> from symback.algebra.terms import ref
    >>> [str(s) for s in ways(ref(Partial("L", "z")) * ref(Partial("z", "w")), Program("", (), (), ()))[0]]
    ['∂L/∂z', '∂z/∂w']
    """
    match term:
        case Ref(name=Partial() as name, places=places):
            cut = rank(name.of, program)
            return ((Step(Node(name.of, places[:cut]), Node(name.by, places[cut:])),),)
        case Pow(base=base, exponent=exponent) if exponent is MINUS_ONE:
            below = ways(base, program)
            return tuple(tuple(Step(s.by, s.of) for s in reversed(way)) for way in below) if len(below) == 1 else ()
        case Reduce(kind="sum", body=body):
            return ways(body, program)
        case Add(args=args):
            parts = [ways(a, program) for a in args]
            return tuple(way for part in parts for way in part) if all(parts) else ()
        case Mul(args=args):
            factors = [ways(a, program) for a in args]
            joined = product(*factors) if all(factors) else ()
            found = tuple(tuple(s for way in choice for s in way) for choice, _ in zip(joined, range(MOST + 1), strict=False))
            return found if len(found) <= MOST else ()
    return ()


def rank(name: Name, program: Program) -> int:
    """At how many places a name is read."""
    if isinstance(name, Partial):
        return rank(name.of, program) + rank(name.by, program)
    return len(program.indices(name)) if name in program.definition or name in program.leaf else 0


def ends(way: Way) -> Step | None:
    """The derivative that the steps make together; None where they do not join into one."""
    if len(way) == 1:
        return way[0]
    balance: Counter[Node] = Counter()
    for step in way:
        balance[step.of] += 1
        balance[step.by] -= 1
    first, last = ([n for n, b in balance.items() if b == sign] for sign in (1, -1))
    open_ended = sum(abs(b) for b in balance.values())
    if any(s.of == s.by for s in way) or len(first) != 1 or open_ended != 2 or not _hang_together(way):
        return None
    return Step(first[0], last[0])


def _hang_together(way: Way) -> bool:
    reached = {way[0].of, way[0].by}
    for _ in way:
        for step in way:
            if step.of in reached or step.by in reached:
                reached |= {step.of, step.by}
    return all(s.of in reached for s in way)


def missed(left: Term, right: Term, program: Program, sizes: Sizes) -> Node | str | None:
    """Whether two sides that make the same derivative by the chain rule leave a way out.

    A single product is that derivative where each of its quantities is on every way from the variable to the one before it: None
    then. Else the first quantity that a way goes around; and a text where this does not decide (a sum of products).
    """
    if not _is_chain(left, right, program):
        return "no product of derivatives"
    sides = [ways(side, program) for side in (left, right)]
    found: list[Node | str | None] = []
    for way in (way for side in sides for way in side):
        nodes = _in_turn(way)
        found.append("a sum of products" if len(sides[0]) + len(sides[1]) > 2 or nodes is None else _way_around(nodes, program, sizes))
    return next((f for f in found if f is not None), None)


def _in_turn(way: Way) -> list[Node] | None:
    """The quantities of a way from the first to the last; None where they do not stand in one row."""
    after = {s.of: s.by for s in way}
    end = ends(way)
    if end is None or len(after) < len(way):
        return None
    nodes = [end.of]
    while nodes[-1] in after and len(nodes) <= len(way):
        nodes.append(after[nodes[-1]])
    return nodes if len(nodes) == len(way) + 1 else None


def _way_around(nodes: list[Node], program: Program, sizes: Sizes) -> Node | str | None:
    """The first quantity of a row that the last one can go around to reach the one before it."""
    by_entry = all(p.constant is not None for n in nodes for p in n.places)
    if not by_entry:
        nodes = [Node(n.name) for n in nodes]
    reads = partial(_entries_read, program=program, sizes=sizes) if by_entry else partial(_names_read, program=program)
    try:
        for before, node in pairwise(nodes[:-1]):
            if _reaches(before, nodes[-1], node, reads):
                return node
    except NumericError as error:
        return str(error)
    return None


def _reaches(start: Node, goal: Node, without: Node, reads: Callable[[Node], tuple[Node, ...]]) -> bool:
    seen, pending = {start, without}, [start]
    while pending:
        for node in reads(pending.pop()):
            if node == goal:
                return True
            if node not in seen:
                seen.add(node)
                pending.append(node)
    return False


def _names_read(node: Node, program: Program) -> tuple[Node, ...]:
    definition = program.definition.get(node.name)
    return () if definition is None else tuple(Node(n) for n in definition.reads)


def _entries_read(node: Node, program: Program, sizes: Sizes) -> tuple[Node, ...]:
    definition = program.definition.get(node.name)
    if definition is None:
        return ()
    if not isinstance(definition.body, Term):
        raise NumericError(str(node.name), "is not written out entry by entry", "judge it as a whole")
    at = {i: size_value(p, sizes) for i, p in zip(definition.indices, node.places, strict=True)}
    return tuple(Node(r.name, r.places) for r in refs(entry(definition.body, at, sizes)))


def gap(way: Way) -> str:
    """Where a product that does not telescope has its gap."""
    idle = next((s for s in way if s.of == s.by), None)
    if idle is not None:
        return f"{idle} is 1 and no link of a chain"
    for one, other in pairwise(way):
        if one.by != other.of:
            return f"the factors do not telescope: {one} ends in {one.by}, and {other} begins with {other.of}"
    return "the factors do not telescope"


def _counted(place: Size) -> str:
    """A place counted from 1."""
    return repr(place + 1) if place.constant is None else str(place.constant + 1)


__all__ = ["Node", "Step", "Way", "broken", "ends", "gap", "made", "missed", "rank", "ways"]

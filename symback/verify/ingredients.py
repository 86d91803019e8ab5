"""What may be missing from a formula: factors and terms of the right one, activation derivatives, names; fitted to the indices in reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, permutations, product

from symback.algebra.operations import slope
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ONE, Add, Apply, Bracket, Count, Mul, Name, Num, Partial, Pow, Reduce, Ref, Term, is_number, mul
from symback.algebra.traverse import factors, free_indices, names, rename, rewrite, substitute, walk
from symback.network.program import Program
from symback.verify.spots import named, unsigned

MOST_FITS = 4
MOST_FACTORS, MOST_TERMS = 5, 3
MOST = 160


class Ingredients:
    """The parts a repair may put in, from the right formula (with the adjoints it reads) and from the forward program."""

    def __init__(self, program: Program, right: Term, aliases: Mapping[Name, Name]) -> None:
        self.program = program
        raw = _collected(program, right)
        self._raw = tuple(dict.fromkeys((*(rename(t, aliases) for t in raw), *raw)))
        self._fitted: dict[tuple[Index, ...], tuple[Term, ...]] = {}

    def at(self, scope: tuple[Index, ...]) -> tuple[Term, ...]:
        """Every part that the indices in reach can hold, each way it fits."""
        found = self._fitted.get(scope)
        if found is None:
            parts = dict.fromkeys(t for raw in self._raw for t in fitted(raw, scope))
            found = self._fitted[scope] = tuple(parts)[:MOST]
        return found


def _collected(program: Program, right: Term) -> tuple[Term, ...]:
    found: dict[Term, None] = {ONE: None}
    for body in _bodies(program, right):
        found.update(dict.fromkeys(_parts(body)))
    found.update(dict.fromkeys(_slopes(program)))
    for name in named(program):
        found[Ref(name, tuple(Size.of(i) for i in program.indices(name)))] = None
    return tuple(t for t in found if not isinstance(t, Num) or t is ONE)


def _bodies(program: Program, right: Term) -> Iterator[Term]:
    """The right formula and the adjoints it rests on."""
    pending, seen = [right], dict[Name, None]()
    while pending:
        body = pending.pop(0)
        yield body
        for name in names(body):
            definition = program.definition.get(name) if isinstance(name, Partial) else None
            if definition is not None and name not in seen and isinstance(definition.body, Term):
                seen[name] = None
                pending.append(definition.body)


def _parts(body: Term) -> Iterator[Term]:
    """Factors, the factors that read one name together, terms of sums, sums, brackets; a denominator as what stands in it."""
    for node in walk(body):
        if isinstance(node, Mul):
            own = [b for f in factors(node) for b in _once(f)]
            yield from (f.base if isinstance(f, Pow) and is_number(f.exponent, -1) else f for f in own)
            yield from _groups(own)
            yield from _terms(own)
            if len(own) <= MOST_FACTORS:
                yield from (mul(some) for count in range(2, len(own)) for some in combinations(own, count))
        elif isinstance(node, Add):
            yield from map(unsigned, node.args)
            yield node
        elif isinstance(node, Reduce | Bracket | Apply):
            yield node
    yield unsigned(body)


def _terms(own: list[Term]) -> Iterator[Term]:
    """The terms of a product with a short sum among its factors, multiplied out over that."""
    for k, factor in enumerate(own):
        if isinstance(factor, Add) and len(factor.args) <= MOST_TERMS and len(own) <= MOST_FACTORS:
            yield from (mul([*own[:k], unsigned(term), *own[k + 1 :]]) for term in factor.args)


def _once(factor: Term) -> list[Term]:
    """A square as two factors."""
    return (
        [factor.base, factor.base]
        if isinstance(factor, Pow) and isinstance(factor.exponent, Num) and factor.exponent.value == 2
        else [factor]
    )


def _groups(own: list[Term]) -> Iterator[Term]:
    """The factors that read one name and nothing else, together: ``h(1 − h)``."""
    table: dict[Name, list[Term]] = {}
    for factor in own:
        read = names(factor)
        if len(read) == 1:
            table.setdefault(read[0], []).append(factor)
    yield from (mul(group) for group in table.values() if len(group) > 1)


def _slopes(program: Program) -> Iterator[Term]:
    """The derivative of every activation, through its output."""
    for definition in program.definitions:
        body = definition.body
        if isinstance(body, Apply) and isinstance(definition.name, str):
            for k in range(len(body.args)):
                whole = slope(body, k)
                yield _through(whole, body, definition.head)


def _through(node: Term, body: Term, head: Ref) -> Term:
    return rewrite(node, lambda t: head if t is body else t)


def fitted(part: Term, scope: Iterable[Index]) -> Iterator[Term]:
    """A part read at indices in reach: each of its free indices becomes one of the same size, different ones where possible.

    >>> from symback.algebra.terms import ref
    >>> i, j = Index("i", "n"), Index("j", "n")
    >>> list(fitted(ref("x", i), (j,)))
    [x[j]]
    """
    reach = tuple(scope)
    free = free_indices(part)
    groups: Mapping[Size, list[Index]] = {i.size: [k for k in free if k.size is i.size] for i in free}
    ways = [list(permutations([i for i in reach if i.size is size], len(own))) for size, own in groups.items()]
    order = [i for own in groups.values() for i in own]
    for count, chosen in enumerate(product(*ways)):
        if count == MOST_FITS:
            return
        mapping = dict(zip(order, (Size.of(i) for way in chosen for i in way), strict=True))
        yield substitute(part, mapping, reach)


def is_plain(node: Term) -> bool:
    """Whether a node is no number and no size."""
    return not isinstance(node, Num | Count)

"""The updates of a worked example once more as arrays: product matrix, scaled matrix, difference, rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from symback.algebra.definitions import Opaque
from symback.algebra.terms import Add, Mul, Num, Ref, Term, mul
from symback.network.program import Program
from symback.network.rounding import Policy
from symback.numeric.kinds import Kinds
from symback.numeric.rounding import evaluate, settled
from symback.numeric.worked_lines import Factor, Update

Grid = tuple[tuple[str, ...], ...]
Numbers = tuple[tuple[Num, ...], ...]


@dataclass(frozen=True, slots=True)
class ArrayUpdate:
    """``new = old − rate · common · products``, entry by entry.

    ``entries`` holds the names; ``common`` the factors that every gradient of the array starts with and ``products`` what they
    multiply (the gradients themselves where nothing is common, or where their rounded numbers would not give the step);
    ``steps`` is rate · gradient, ``stages`` the difference as it is written, once for each rounding; ``is_at_once`` says
    that it is old − rate · common · products rounded, not only old − steps. ``name`` is empty where the array has none.
    """

    name: str
    entries: Grid
    old: Numbers
    gradients: Numbers
    common: tuple[Factor, ...]
    products: Numbers
    steps: Numbers
    stages: tuple[Numbers, ...]
    is_at_once: bool = True

    def scaled(self, rate: Num) -> tuple[tuple[Term, ...], ...]:
        """Rate · common · products, entry by entry, as the numbers are written."""
        return tuple(tuple(mul((rate, *(f.shown for f in self.common), n)) for n in row) for row in self.products)

    @property
    def new(self) -> Numbers:
        """The array afterwards."""
        return self.stages[-1]


def array_updates(
    updates: Iterable[Update], factors: Mapping[str, tuple[Factor, ...]], grids: Mapping[str, Grid], policy: Policy
) -> tuple[ArrayUpdate, ...]:
    """The updates of the arrays all of whose entries are updated."""
    known = {str(u.line.name): u for u in updates}
    chosen = {name: grid for name, grid in grids.items() if all(n in known for row in grid for n in row)}
    return tuple(_array(name, grid, known, factors, policy) for name, grid in chosen.items())


def _array(name: str, grid: Grid, known: Mapping[str, Update], factors: Mapping[str, tuple[Factor, ...]], policy: Policy) -> ArrayUpdate:
    shared = _common([factors.get(n, ()) for row in grid for n in row])
    found = _with_common(name, grid, known, factors, policy, shared)
    if shared and not _is_true(found, known, policy):
        found = _with_common(name, grid, known, factors, policy, 0)
    scaled = found.scaled(known[grid[0][0]].rate)
    at_once = all(known[n].is_at_once(t, policy) for rows in zip(grid, scaled, strict=True) for n, t in zip(*rows, strict=True))
    return replace(found, is_at_once=at_once)


def _is_true(found: ArrayUpdate, known: Mapping[str, Update], policy: Policy) -> bool:
    """Whether the common factors and products, as they are written, give the steps as they are written."""
    updates = [known[n] for row in found.entries for n in row]
    rate = updates[0].rate
    return all(
        settled(evaluate(term), policy, "step").last.value == u.taken.value
        for u, term in zip(updates, (t for row in found.scaled(rate) for t in row), strict=True)
    )


def _with_common(
    name: str, grid: Grid, known: Mapping[str, Update], factors: Mapping[str, tuple[Factor, ...]], policy: Policy, shared: int
) -> ArrayUpdate:
    """The update of an array, the first ``shared`` factors of its gradients in front of the rest."""

    def product(entry: str) -> Num:
        if not shared:
            return known[entry].put_in
        return settled(evaluate(mul(f.used for f in factors[entry][shared:])), policy, "product").last

    def table(cell: object) -> Numbers:
        return tuple(tuple(cell(n) for n in row) for row in grid)  # type: ignore[operator]

    stages = len(known[grid[0][0]].new.shown)
    return ArrayUpdate(
        name=name if name not in grid[0] else "",
        entries=grid,
        old=table(lambda n: known[n].old.last),
        gradients=table(lambda n: known[n].put_in),
        common=factors.get(grid[0][0], ())[:shared],
        products=table(product),
        steps=table(lambda n: known[n].taken),
        stages=tuple(table(lambda n, k=k: known[n].new.shown[k]) for k in range(stages)),
    )


def _common(chains: list[tuple[Factor, ...]]) -> int:
    """How many factors all chains start with; each keeps one of its own."""
    count = 0
    while all(len(c) > count + 1 for c in chains) and len({c[count].name for c in chains}) == 1:
        count += 1
    return count


def found_grids(program: Program) -> dict[str, Grid]:
    """Arrays among parameters that are plain numbers: weights that meet the same quantities in several sums, biases beside them.

    ``x·w`` in that order is the row convention (a row of the array for each ``x``), ``w·x`` the column convention. An array is
    called by its first entry.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import ref
    >>> from symback.network.program import Leaf
    >>> leaves = [Leaf(f"w{k}", (), "weight") for k in (1, 2, 3, 4)] + [Leaf("i1"), Leaf("i2")]
    >>> h1 = Definition("h1", (), ref("i1") * ref("w1") + ref("i2") * ref("w2"))
    >>> h2 = Definition("h2", (), ref("i1") * ref("w3") + ref("i2") * ref("w4"))
    >>> found_grids(Program("", tuple(leaves), (h1, h2, Definition("L", (), ref("h1") * ref("h2"))), ("L",)))
    {'w1': (('w1', 'w3'), ('w2', 'w4'))}
    """
    parameters = Kinds(program).parameters
    layers: dict[tuple[bool, tuple[str, ...]], list[tuple[str, ...]]] = {}
    added: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
    for definition in program.definitions:
        terms = () if isinstance(definition.body, Opaque) else _terms(definition.body)
        pairs = [pair for t in terms if (pair := _weighted(t, parameters)) is not None]
        if not pairs:
            continue
        key = (all(p[0] for p in pairs), tuple(p[1] for p in pairs))
        layers.setdefault(key, []).append(tuple(p[2] for p in pairs))
        added.setdefault(key, []).extend(str(t.name) for t in terms if isinstance(t, Ref) and t.name in parameters)
    grids = [_grid(rows, key[0]) for key, rows in layers.items()] + [_grid([(b,) for b in bs], key[0]) for key, bs in added.items() if bs]
    return {g[0][0]: g for g in grids if len([n for row in g for n in row]) > 1}


def _terms(term: Term) -> tuple[Term, ...]:
    return tuple(t for a in term.args for t in _terms(a)) if isinstance(term, Add) else (term,)


def _weighted(term: Term, parameters: tuple[str, ...]) -> tuple[bool, str, str] | None:
    """Whether the quantity stands first, the quantity and the parameter of a product of the two."""
    if not (isinstance(term, Mul) and len(term.args) == 2):
        return None
    first, second = term.args
    if not (isinstance(first, Ref) and isinstance(second, Ref)) or (first.name in parameters) == (second.name in parameters):
        return None
    leads = second.name in parameters
    return leads, str(first.name if leads else second.name), str(second.name if leads else first.name)


def _grid(rows: list[tuple[str, ...]], turned: bool) -> Grid:
    return tuple(zip(*rows, strict=True)) if turned else tuple(rows)


__all__ = ["ArrayUpdate", "Grid", "Numbers", "array_updates", "found_grids"]

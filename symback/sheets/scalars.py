"""A network as one works it by hand: every entry a plain number, columns with one subscript, the numbers put beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symback.derivation import Derivation as Core
from symback.derivation import derive
from symback.errors import NumericError
from symback.network.hints import suggestion
from symback.network.program import PARAMETERS, Program
from symback.network.rounding import EXACT, Policy
from symback.network.unroll import unroll
from symback.numeric.values import Sizes, entries, nested, sizes_from_values
from symback.numeric.worked import RATE, Worked, with_rate, work
from symback.numeric.worked_arrays import Grid, found_grids
from symback.sheets.columns import Columns


def scalars(program: Program, values: Mapping[Any, Any] | None = None) -> Program:
    """The program over plain numbers with the declared values, or others; the learning rate is one of its constants.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import ref, total
    >>> from symback.network.program import Leaf
    >>> from symback.algebra.sizes import Index
    >>> j, i = Index("j", 1), Index("i", 2)
    >>> net = Program("", (Leaf("W", (j, i), "weight"), Leaf("x", (i, j))), (Definition("L", (j,), total([i], ref("W", j, i) * ref("x", i, j))),), ("L",))
    >>> scalars(net, {"W": [[1, 2]], "x": [[3], [4]]}).values
    {'W_11': 1, 'W_12': 2, 'x_1': 3, 'x_2': 4}
    """
    known = _known(program, values)
    numbers = {leaf.name: [n for _, n in entries(nested(known[leaf.name]))] for leaf in program.leaves if leaf.name in known}
    sizes: Sizes = sizes_from_values(program, known)
    seen = Columns(program).seen if any(leaf.indices for leaf in program.leaves) else program
    single = unroll(replace(seen, values={}, sizes={**program.sizes, **sizes}))
    owners = {name: leaf for leaf, grid in grids(program, sizes).items() for row in grid for name in row}
    queues = {leaf: iter(found) for leaf, found in numbers.items()}
    found = {leaf.name: next(queues[owners[leaf.name]]) for leaf in single.leaves if owners[leaf.name] in queues}
    rate = {RATE: known[RATE]} if RATE in known else {}
    return with_rate(replace(single, values={**rate, **found}))


def _known(program: Program, values: Mapping[Any, Any] | None) -> dict[str, Any]:
    """The declared values and those given, by name."""
    given = {str(name): value for name, value in (values or {}).items()}
    unknown = [name for name in given if name not in program.leaf and name not in program.sizes and name != RATE]
    if unknown:
        raise NumericError(
            f"values.{unknown[0]}", "is not declared", suggestion(unknown[0], map(str, program.leaf)) or "give values of leaves"
        )
    return {**program.values, **given}


def grids(program: Program, sizes: Sizes | None = None) -> dict[str, Grid]:
    """The names of the entries of every leaf as rows and columns; a vector is a column, what has more axes one row."""
    known = {**program.sizes, **(sizes or {})}
    seen = Columns(program).seen if any(leaf.indices for leaf in program.leaves) else program
    found: dict[str, Grid] = {}
    for leaf in seen.leaves:
        alone = replace(seen, leaves=(leaf,), definitions=(), results=(), values={}, sizes=known)
        flat = [entry.name for entry in unroll(alone).leaves]
        width = leaf.indices[1].size.value(known) if len(leaf.indices) == 2 else 1 if len(leaf.indices) < 2 else len(flat)
        found[leaf.name] = tuple(tuple(flat[k : k + width]) for k in range(0, len(flat), max(width, 1)))
    return found


def worked(program: Program, values: Mapping[Any, Any] | None = None, policy: Any = None, **options: Any) -> tuple[Worked, Core]:
    """A network's worked example and the derivation over plain numbers it belongs to.

    ``policy`` is a `Policy`, a table of one, or ``"exact"``; by default the one the network declares, else exact.
    """
    chosen = program.rounding or EXACT if policy is None else EXACT if isinstance(policy, str) and policy == "exact" else Policy.of(policy)
    single = scalars(program, values)
    core = derive(single)
    arrays = {
        n: g for n, g in grids(program, sizes_from_values(program, {**program.values, **(values or {})})).items() if _is_array(program, n)
    }
    return work(core, chosen, grids=arrays or found_grids(single), **options), core


def _is_array(program: Program, name: str) -> bool:
    leaf = program.leaf[name]
    return bool(leaf.indices) and leaf.role in PARAMETERS


__all__ = ["grids", "scalars", "worked"]

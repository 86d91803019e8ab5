"""The gradients of a small network entry by entry, as one works them by hand: one chain of plain numbers for each weight."""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.terms import Name
from symback.calculus.chain import chain
from symback.derivation import derive
from symback.errors import SymbackError
from symback.network.program import Program
from symback.network.unroll import unroll
from symback.sheets.columns import Columns
from symback.sheets.records import Entry
from symback.sheets.writer import Writer
from symback.typeset.style import Style

MOST = 20
"""More entries than this nobody works by hand."""


def entries(program: Program, wanted: tuple[str, ...], style: Style) -> tuple[Entry, ...]:
    """One row for each entry of the wanted arrays; none where a size is open, where there are many, or all is numbers already."""
    if not any(program.indices(name) for name in wanted):
        return ()
    bare = replace(Columns(program).seen, values={})
    try:
        single = unroll(bare)
    except SymbackError:
        return ()
    names = tuple(n for n in (*single.leaf, *single.definition) if isinstance(n, str) and _belongs(n, wanted, bare))
    if not 0 < len(names) <= MOST:
        return ()
    write = Writer(derive(single), names, style)
    return tuple(_entry(name, write) for name in names)


def _belongs(entry: str, wanted: tuple[str, ...], program: Program) -> bool:
    """Whether a number is an entry of a wanted array."""
    named = [e for n in wanted if n in program.leaf for _, e in program.leaf[n].entries]
    return entry in (*wanted, *named) or any(entry.startswith(f"{n}_") and program.indices(n) for n in wanted)


def _entry(name: Name, write: Writer) -> Entry:
    derived = write.core.printed[name]
    factors = () if derived.reason else write.factors(chain(write.core.sweep, write.core.locals, name))
    result = write.math(write.core.over_leaves(name), ())
    return Entry(write.name(write.core.adjoint(name)), tuple(dict.fromkeys((*factors, result))))


__all__ = ["entries"]

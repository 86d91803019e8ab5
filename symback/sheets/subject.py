"""What a sheet is about: the derivation as declared, the same over plain numbers where the network is small, and its worked numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

from symback.algebra.terms import Name
from symback.calculus.chain import Chain, chain
from symback.derivation import Derivation, derive
from symback.errors import NotationError, SymbackError
from symback.network.program import PARAMETERS, Program
from symback.network.rounding import EXACT, Policy
from symback.numeric.kinds import Kinds
from symback.numeric.values import sizes_from_values
from symback.numeric.worked import RATE, Linear, Worked
from symback.sheets.scalars import grids, scalars, worked
from symback.sheets.writer import Writer
from symback.typeset.style import Style

MOST, LARGEST = 20, 100
"""More gradients than this nobody works by hand; more than this nobody reads as numbers."""
LINKS: Mapping[str, Linear] = {"": "contracted in hidden layers", "written": "written out", "contracted": "contracted"}


@dataclass(frozen=True)
class Options:
    """What a sheet is asked for.

    ``notation`` is ``scalar`` (every entry by itself), ``matrix`` or ``index``; by default small networks are worked entry by entry.
    ``links`` says whether a linear link, whose derivative is 1, is written or contracted; ``values`` replace declared ones;
    ``policy`` is a rounding policy or ``"exact"``; ``marks`` at the ends of lines say what the check of each found.
    """

    notation: str = ""
    links: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy | str | None = None
    code: bool = True
    version: str = ""
    marks: bool = True


@dataclass(frozen=True)
class Subject:
    """A derivation with everything that is told of it.

    ``hand`` is the derivation over plain numbers where it is told line by line, ``worked`` its numbers; a network too large for that
    shows its numbers as arrays only.
    """

    arrays: Writer
    options: Options
    hand: Writer | None = None
    worked: Worked | None = None

    @property
    def write(self) -> Writer:
        """The derivation that is told line by line."""
        return self.hand or self.arrays

    @property
    def program(self) -> Program:
        """The forward pass that is told line by line."""
        return self.write.core.program

    @cached_property
    def kinds(self) -> Kinds:
        """Which kind of quantity each name is."""
        return Kinds(self.program)

    @cached_property
    def policy(self) -> Policy:
        """How the numbers are rounded."""
        return EXACT if self.worked is None else self.worked.policy

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """The names asked for, from the loss outwards."""
        return self.kinds.backwards(self.write.wanted)

    @property
    def links(self) -> str:
        """Whether linear links are written or contracted, as asked for or as the network says."""
        return self.options.links or self.arrays.style.links

    def chain(self, name: Name) -> Chain:
        """The chain of a gradient, linear links written out or contracted as asked for."""
        core, linear = self.write.core, LINKS[self.links]
        hidden = linear == LINKS[""] and self.kinds.layer(name) == "hidden"
        return chain(core.sweep, core.locals, name, contracted=hidden or linear == "contracted")


def subject(core: Derivation, wanted: tuple[str, ...], style: Style, options: Options) -> Subject:
    """The subject of a sheet; raises NotationError where scalar notation is asked for and has no form."""
    arrays = Writer(core, wanted, style)
    program, chosen = core.program, options.notation
    by_hand_at_all = chosen == "scalar" or (chosen == "" and (bool(options.values) or _parameters(program, wanted) <= LARGEST))
    single = _single(program, options) if by_hand_at_all else None
    if single is None:
        return Subject(arrays, options)
    names = _entries(program, single, wanted, options.values)
    told = bool(names) and (chosen == "scalar" or len(names) <= MOST)
    valued = all(n in single.values for n in single.leaf if n != RATE)
    if not told and not (valued and 0 < len(names) <= LARGEST):
        return Subject(arrays, options)
    if not valued:
        return Subject(arrays, options, Writer(derive(single), names, style))
    found, by_hand = worked(program, options.values, options.policy, wanted=names, linear=LINKS[options.links or style.links])
    return Subject(arrays, options, Writer(by_hand, names, style) if told else None, found)


def _parameters(program: Program, wanted: tuple[str, ...]) -> int:
    """How many numbers the wanted names hold, as far as their sizes are declared."""
    return sum(prod(i.size.constant or 1 for i in program.indices(n)) for n in wanted if n in program.leaf)


def _single(program: Program, options: Options) -> Program | None:
    """The program over plain numbers; None where a size is open or an operation has no such form."""
    try:
        return scalars(program, options.values)
    except NotationError:
        if options.notation == "scalar":
            raise
        return None
    except SymbackError:
        if options.notation == "scalar" or options.values:
            raise
        return None


def _entries(program: Program, single: Program, wanted: tuple[str, ...], values: Mapping[str, Any]) -> tuple[str, ...]:
    """The names over plain numbers of the names asked for."""
    known = grids(program, sizes_from_values(program, {**program.values, **values}))
    found: dict[str, None] = {}
    for name in wanted:
        if name in known:
            found.update(dict.fromkeys(n for row in known[name] for n in row))
        elif name in single.definition:
            found[name] = None
        else:
            found.update(dict.fromkeys(str(n) for n in single.definition if str(n).startswith(f"{name}_")))
    return tuple(found)


def parameters(program: Program) -> tuple[str, ...]:
    """The weights and biases."""
    return tuple(leaf.name for leaf in program.leaves if leaf.role in PARAMETERS)


__all__ = ["LINKS", "MOST", "Options", "Subject", "parameters", "subject"]

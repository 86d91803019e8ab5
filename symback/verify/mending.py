"""The repair of two sides of a claim, whatever keeps them apart: values, shapes, or sizes that cannot meet.

mended(Sides(program, first, second, own), text, again) -> Repair or None
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.errors import SymbackError
from symback.network.program import Program
from symback.reading.sides import Claim, Side
from symback.verify.derivatives import derived_anew, resolve
from symback.verify.layouts import layouts
from symback.verify.pairs import fit
from symback.verify.repair import Repair, repair
from symback.verify.repair_text import MOST_READ, Clash, Reading, repair_text
from symback.verify.widths import Free, widths_of

FEW_READ = 24
"""How many edits of a text are read whose sizes meet: only what is read whole, as the operands of a linear system, is mended there."""


class Sides(NamedTuple):
    """Two sides over a program in which every derivative they read is a definition; ``own`` are the names of the claim's own lines."""

    program: Program
    first: Side
    second: Side
    own: tuple[Name, ...] = ()


def mended(
    sides: Sides,
    text: str = "",
    again: Callable[[str], Sides | None] | None = None,
    latex: bool = False,
    names: Sequence[str] = (),
    searched: bool = False,
) -> Repair | None:
    """What makes two sides equal, where one of them is a derivative and the other a formula for it.

    ``text`` is the whole claim and ``again`` reads it with an edit; without them a side whose sizes cannot meet stays as it is.
    ``names`` are what may have been meant by another name in the text. The terms are not searched again where they were ``searched``.
    """
    reading = _reading(sides)
    found = None if reading is None or searched else repair(reading.program, reading.indices, reading.term, reading.right, reading.own)
    if found is not None or again is None:
        return found

    def reread(edited: str) -> Reading | Clash | None:
        new = again(edited)
        clash = "" if new is None else new.second.clash or new.first.clash
        if new is None or clash:
            return Clash(clash) if clash else None
        return None if _apart_by_ones(new) else _reading(new)

    shapes_fit = reading is not None and any(not fit.says for fit in layouts(reading.indices, reading.term, reading.right))
    return repair_text(text, reread, latex, names, sides.second.clash or sides.first.clash, FEW_READ if shapes_fit else MOST_READ)


def _apart_by_ones(sides: Sides) -> bool:
    """Whether only axes of size 1 keep two sides apart, which no search over their wide axes sees: a column is not the shape of a vector."""
    wide = [[i.size for i in side.indices if i.size.constant != 1] for side in (sides.first, sides.second)]
    return wide[0] == wide[1] and bool(fit(sides.first, sides.second).clash)


def mended_text(text: str, read: Callable[[str], tuple[Claim, ...]], network: Program, searched: bool = False) -> Repair | None:
    """What mends the first equation of a claim's text whose sizes cannot meet, else the last one.

    ``read`` reads the text, with or without an edit, over a network. Where the terms were ``searched`` already only edits are tried.
    """
    try:
        which = _clashing(read(text))
    except SymbackError:
        return None

    def again(edited: str) -> Sides | None:
        try:
            return _sides(read(edited), which, network)
        except SymbackError:
            return None

    sides = again(text)
    names = [n for n in (*network.leaf, *network.definition) if isinstance(n, str) and n not in network.results]
    return None if sides is None else mended(sides, text, again, "\\" in text, names, searched)


def _clashing(claims: tuple[Claim, ...]) -> int:
    """Which equation has a side whose sizes cannot meet; the last one where none has."""
    return next((k for k, c in enumerate(claims) if any(side.body is None for side in c.sides)), len(claims) - 1)


def _sides(claims: tuple[Claim, ...], which: int, network: Program) -> Sides | None:
    if which >= len(claims) or len(claims[which].sides) < 2:
        return None
    claim = claims[which]
    resolved = resolve(claim)
    own = tuple(d.name for d in claim.program.definitions if d.name not in network.definition)
    first, second = resolved.sides[-2:]
    return Sides(resolved.program, first, second, own)


def _reading(sides: Sides) -> Reading | None:
    """The formula for a derivative, with that derivative's definition; None where there is no such pair."""
    for one, other in ((sides.first, sides.second), (sides.second, sides.first)):
        right = _definition(one, sides.program)
        if right is not None and other.body is not None:
            return _any_widths(Reading(sides.program, other.indices, other.body, right, sides.own))
    return None


def _any_widths(reading: Reading) -> Reading:
    """The same over free sizes where the declared widths are only numbers: what mends a claim for any width mends it."""
    widths = widths_of(reading.program, reading.indices, [reading.term])
    if not widths:
        return reading
    free = Free(widths)
    whole = Ref(reading.right.name, tuple(map(Size.of, free.indices(reading.right.indices))))
    program, (term, _) = derived_anew(free.program(reading.program), (free.term(reading.term), whole))
    return Reading(program, free.indices(tuple(reading.indices)), term, program.definition[reading.right.name], reading.own)


def _definition(side: Side, program: Program) -> Definition | None:
    """The definition of the derivative that a side is, as a whole."""
    body = side.body
    found = program.definition.get(body.name) if isinstance(body, Ref) and isinstance(body.name, Partial) else None
    if found is not None and [i.size for i in side.indices] != [i.size for i in found.indices]:
        return None
    return found if found is not None and isinstance(found.body, Term) else None

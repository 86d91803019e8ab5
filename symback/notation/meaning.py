"""What the subscripts of a weight say: one sentence for each sheet, because no two books agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import TypeAlias

from symback.errors import NotationError
from symback.network.lettering import Lettering, lettering
from symback.network.program import Leaf, Program, Spelling
from symback.network.unroll import unroll
from symback.network.weights import destination, joins
from symback.typeset.boxes import Box, Named, Word
from symback.typeset.style import Style
from symback.typeset.text import text

Sentence: TypeAlias = tuple[str | Box, ...]
"""Words with formulas among them."""


def weight_meaning(program: Program, style: Style) -> Sentence:
    """The line that says what w₁₂ means in a style; empty where a network has no weights.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.sizes import Index
    >>> from symback.algebra.terms import ref, total
    >>> i, j = Index("i", "n"), Index("j", "m")
    >>> z = Definition("z1", (j,), total([i], ref("W1", j, i) * ref("x", i)))
    >>> names = {"W1": Spelling("W", "1"), "z1": Spelling("z", "1")}
    >>> net = Program("", (Leaf("W1", (j, i), "weight"), Leaf("x", (i,))), (z,), ("z1",), spellings=names)
    >>> in_text(weight_meaning(net, Style()))
    'W1[1,2] is the weight from unit 2 of layer 0 to unit 1 of layer 1.'
    >>> in_text(weight_meaning(net, Style(weight_order="source-destination")))
    'W1[2,1] is the weight from unit 1 of layer 0 to unit 2 of layer 1.'
    """
    table = lettering(program, style)
    return next(chain(_of_arrays(program, table), _of_entries(program, style), _of_numbers(program, table)), ())


def in_text(sentence: Sentence) -> str:
    """A sentence as one line of text."""
    return "".join(part if isinstance(part, str) else text(part) for part in sentence)


def _of_arrays(program: Program, table: Lettering) -> Iterator[Sentence]:
    """A sentence for each weight with two axes that has an entry 12 as it is drawn."""
    for leaf in program.leaves:
        to = destination(program, leaf.name) if leaf.role == "weight" and len(leaf.indices) == 2 and not leaf.entries else None
        if to is None:
            continue
        places = (1, 0) if table.order(leaf.name, 2) else (0, 1)
        if not _has(leaf, places, table.program):
            continue
        shown = (Word(str(places[0] + 1), str(places[0] + 1)), Word(str(places[1] + 1), str(places[1] + 1)))
        units = (str(places[1 - to] + 1), str(places[to] + 1))
        yield _said(entry_box(leaf, table, shown), units, _layers(program.spellings.get(leaf.name)))


def _of_entries(program: Program, style: Style) -> Iterator[Sentence]:
    """A sentence for weights whose entries have names of their own, where all sizes are known."""
    if any(leaf.entries for leaf in program.leaves if leaf.role == "weight"):
        try:
            single = unroll(program)
        except NotationError:
            return
        yield from _of_numbers(single, lettering(single, style))


def _has(leaf: Leaf, places: tuple[int, int], program: Program) -> bool:
    """Whether an entry exists, as far as the sizes are known."""
    sizes = [s.constant if s.constant is not None else program.sizes.get(str(s)) for s in leaf.shape]
    return all(not isinstance(size, int) or place < size for size, place in zip(sizes, places, strict=True))


def entry_box(leaf: Leaf, table: Lettering, places: tuple[Box, ...]) -> Box:
    """An entry of a weight: a small letter for an entry of a matrix with a capital one, as in the network over plain numbers."""
    box = table.box(leaf.name, places)
    small = isinstance(box, Named) and len(box.letter) == 1 and not box.verbatim
    return replace(box, letter=box.letter.lower()) if isinstance(box, Named) and small else box


def _layers(spelling: Spelling | None) -> tuple[str, str]:
    """How the layers that a weight joins are called: a weight carries the number of the one it leads to."""
    if spelling is None or not spelling.layer.isdigit():
        return " of the layer before", ""
    return f" of layer {int(spelling.layer) - 1}", f" of layer {spelling.layer}"


def _said(box: Box, units: tuple[str, str], layers: tuple[str, str]) -> Sentence:
    return (box, f" is the weight from unit {units[0]}{layers[0]} to unit {units[1]}{layers[1]}.")


def _of_numbers(program: Program, table: Lettering) -> Iterator[Sentence]:
    """A sentence for weights that are plain numbers: for two different units where there are such, else by names."""
    weights = [leaf.name for leaf in program.leaves if leaf.role == "weight" and not leaf.indices]
    spelled = [(name, program.spellings.get(name) or Spelling(name)) for name in weights]
    joined = {name: ends for name, _ in spelled if (ends := joins(program, name)) is not None}
    for name, own in spelled:
        units = [(program.spellings.get(n) or Spelling(n)).units for n in joined.get(name, ())]
        if len(own.units) >= 2 and own.units[-1] != own.units[-2] and units and all(units):
            yield _said(table.box(name), (units[0][-1], units[1][-1]), _layers(own))
    named = [name for name, _ in spelled if name in joined]
    for name in named[1:2] or named[:1]:
        source, end = joined[name]
        yield (table.box(name), " is the weight from ", table.box(source), " to ", table.box(end), ".")


__all__ = ["Sentence", "entry_box", "in_text", "weight_meaning"]

"""A derivation as lines of text, as one would write it on a board."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from symback.sheets.build import sheet
from symback.sheets.prose import text_of
from symback.sheets.records import Block, Gradient, Line, Math

if TYPE_CHECKING:
    from symback.api import Derivation

WIDTH = 100
"""The column at which reasons end, where the formulas leave room."""


def board(derivation: Derivation) -> str:
    """Forward pass, local derivatives and gradients with every recorded line and its reason."""
    record = sheet(derivation.core, derivation.wanted)
    lines = [*_plain([*record.forward, record.loss_equation]), "", "Local derivatives", ""]
    for block in record.locals:
        lines += [*_block(block, f"({block.number}) "), ""]
    lines += ["Gradients", ""]
    for gradient in record.gradients:
        lines += [*_gradient(gradient), ""]
    if record.entries:
        lines += ["Entry by entry", ""]
    for entry in record.entries:
        lines += [f"{entry.head.text if k == 0 else ' ' * len(entry.head.text)} = {m.text}" for k, m in enumerate(entry.lines)] + [""]
    return "\n".join(lines).rstrip() + "\n"


def _plain(formulas: Iterable[Math]) -> Iterator[str]:
    yield from (m.text for m in formulas)


def _gradient(gradient: Gradient) -> Iterator[str]:
    if gradient.path:
        yield f"{gradient.head.text}:  {', '.join(m.text for m in gradient.path)}"
    for k, factors in enumerate(gradient.chain):
        yield f"{gradient.head.text if k == 0 else ' ' * len(gradient.head.text)} = {factors.text}"
    yield from _block(gradient.block)
    if gradient.reason:
        yield f"zero, because {text_of(gradient.reason)}"
    yield from (f"▸ {m.text}" for m in gradient.results)


def _block(block: Block, label: str = "") -> Iterator[str]:
    head = label + block.head.text
    for k, line in enumerate(block.lines):
        yield _with_reason(f"{head if k == 0 else ' ' * len(head)} = {line.math.text}", line)


def _with_reason(text: str, line: Line) -> str:
    why = text_of(line.reason)
    return f"{text}  {f'({why})':>{max(WIDTH - len(text) - 2, 0)}}" if why else text


__all__ = ["board"]

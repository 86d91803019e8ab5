"""How formulas are to look: which notation, which letters, where layers and indices go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symback.typeset.boxes import LayerMark

Notation = Literal["matrix", "index", "scalar"]


@dataclass(frozen=True, slots=True)
class Style:
    """A style of writing.

    ``letters`` are taken in turn for indices. ``weight_order`` is the order of a weight's two subscripts in typeset markup:
    ``destination-source`` shows row before column, ``source-destination`` column before row (w_{jk} in row k and column j);
    text always shows places as they are stored. ``derivative`` is the sign of derivatives, or the shorthand for those of
    the loss: ``delta`` writes δ² for ∂L/∂z², ``dz`` writes dW² for ∂L/∂W². ``first`` is the first value of an index.
    ``multiplication`` is the sign between scalar factors: a dot, or nothing where that is clear.
    """

    notation: Notation = "matrix"
    letters: tuple[str, ...] = tuple("ijklmnpqrstuvwabcfgh")
    weight_order: Literal["destination-source", "source-destination"] = "destination-source"
    layer_mark: LayerMark = "superscript"
    derivative: Literal["∂", "d", "delta", "dz"] = "∂"
    first: int = 1
    multiplication: Literal["", "·"] = ""


DEFAULT = Style()

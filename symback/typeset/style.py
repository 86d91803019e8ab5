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
    ``row-column`` as the matrix is stored, or by what a weight joins: ``destination-source`` or ``source-destination``; text
    always shows places as they are stored. ``derivative`` is the sign of derivatives, or the shorthand for those of the loss:
    ``delta`` writes δ² for ∂L/∂z², ``dz`` writes dW² for ∂L/∂W². ``first`` is the first value of an index. ``multiplication``
    is the sign between scalar factors: a dot, or nothing where that is clear. ``entries`` says whether an entry of a weight W is drawn w_{ij}. ``vectors`` says whether an array with one axis
    is a column or a row of a matrix product. ``links`` says whether a chain shows the factor 1 of a
    linear link ("": in the output layer only). ``prediction``,
    ``target``, ``loss`` and ``rate`` are letters that stand for the declared names ("": as declared).
    """

    notation: Notation = "matrix"
    letters: tuple[str, ...] = tuple("ijklmnpqrstuvwabcfgh")
    weight_order: Literal["row-column", "destination-source", "source-destination"] = "row-column"
    layer_mark: LayerMark = "superscript"
    derivative: Literal["∂", "d", "delta", "dz"] = "∂"
    first: int = 1
    multiplication: Literal["", "·"] = ""
    entries: Literal["declared", "small"] = "declared"
    vectors: Literal["column", "row"] = "column"
    links: Literal["", "written", "contracted"] = ""
    prediction: str = ""
    target: str = ""
    loss: str = ""
    rate: str = ""


DEFAULT = Style()

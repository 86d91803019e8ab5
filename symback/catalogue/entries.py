"""Every entry of the catalogue: the rows of layers and losses, and the catalogue's own. An entry is a declaration, nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from symback.catalogue.arrays import ARRAYS
from symback.catalogue.cells import BLOCKS
from symback.catalogue.models import MODELS
from symback.layers import LAYERS, LOSSES
from symback.layers.row import LayerRow

ROWS: tuple[LayerRow, ...] = (*LOSSES.values(), *LAYERS.values(), *MODELS, *BLOCKS, *ARRAYS)
ENTRIES: Mapping[str, LayerRow] = {row.name: row for row in ROWS}
assert len(ENTRIES) == len(ROWS), "two entries have one key"

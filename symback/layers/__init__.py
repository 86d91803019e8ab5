"""Layers and losses as spelled-out definitions: ``sb.layers["layer_norm"]``, ``sb.losses["huber"]``.

Each row says in the language of network files what a textbook says of it; its gradient is derived like any other. What
`define` returns goes into the ``forward`` (a loss into the ``loss``) of a network file, a dict or a network declared with SymPy.

>>> from symback import layers, losses
>>> layers["layer_norm"].define(x="h1", y="n1", gamma="g1", eps=0.001)["n1"]
'g1*xhat1 + beta'
>>> losses["mse"].network().derive()["yhat"].text()
'∂L/∂yhat = −2(y − yhat)/n'
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from symback.layers.activations import ACTIVATIONS
from symback.layers.attention import ATTENTION
from symback.layers.classification import CLASSIFICATION
from symback.layers.gates import GATES
from symback.layers.linear import LINEAR
from symback.layers.metric import METRIC
from symback.layers.norms import NORMS
from symback.layers.penalties import PENALTIES
from symback.layers.regression import REGRESSION
from symback.layers.row import LayerRow
from symback.layers.table import Table

__all__ = ["LAYERS", "LOSSES", "LayerRow"]

LAYERS = Table("layer", LINEAR, NORMS, ATTENTION, GATES, ACTIVATIONS)
LOSSES = Table("loss", REGRESSION, CLASSIFICATION, METRIC, PENALTIES)


class _Module(ModuleType, Mapping[str, LayerRow]):
    """Python binds a folder's module to its name in the package, so ``symback.layers`` is this module: it is the table, too."""

    __eq__, __hash__ = ModuleType.__eq__, ModuleType.__hash__

    def __reduce__(self) -> tuple[Any, ...]:
        return import_module, (self.__name__,)

    def __getitem__(self, name: str) -> LayerRow:
        return LAYERS[name]

    def __iter__(self) -> Iterator[str]:
        return iter(LAYERS)

    def __len__(self) -> int:
        return len(LAYERS)


layers, losses = sys.modules[__name__], LOSSES
layers.__class__ = _Module

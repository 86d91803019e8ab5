"""Small networks that the tests of reading share."""

from __future__ import annotations

from numpy_meaning import SYMBOLS

from symback.network.program import Program
from symback.reading.files import from_dict


def network(text: str, name: str = "out", **more: object) -> Program:
    """A network whose only line is ``out = text`` over the symbols of `numpy_meaning`."""
    return from_dict({"symbols": SYMBOLS, "forward": {name: text}, "loss": name, **more}, scalar=False)

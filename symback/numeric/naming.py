"""Names of our making for generated source: user text reaches it only where it is a plain, free identifier."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Hashable, Iterable

from symback.algebra.terms import Name, Partial

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
OWN = ("np", "math", "values", "rate", "computed", "loss", "forward", "gradients", "step", "DTYPE", "PARAMETERS")


class Namer:
    """Gives each thing (a name, a size, an index) one identifier, and no two things the same.

    >>> n = Namer(["sigmoid"])
    >>> n("W1"), n("lambda"), n("sigmoid"), n("__import__('os')"), n(Partial("L", "W1"))
    ('W1', 'lambda_', 'sigmoid_', 'v_import_os', 'dW1')
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = dict.fromkeys([*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *OWN, *reserved])
        self._given: dict[Hashable, str] = {}

    def __call__(self, name: Name, role: str = "name", key: Hashable = None) -> str:
        """The identifier of a name; ``role`` and ``key`` tell things of one spelling apart."""
        ident = (role, name if key is None else key)
        if ident not in self._given:
            self._given[ident] = self._fresh(name)
        return self._given[ident]

    def _fresh(self, name: Name) -> str:
        stem = self._stem(name)
        tries = [stem, f"{stem}_", *(f"{stem}_{k}" for k in range(2, len(self._taken) + 3))]
        found = next(t for t in tries if t not in self._taken)
        self._taken[found] = None
        return found

    def _stem(self, name: Name) -> str:
        if isinstance(name, Partial):
            by = self._stem(name.by)
            return f"d{by}" if isinstance(name.of, str) and not name.local else f"d{self._stem(name.of)}_d{by}"
        if PLAIN.match(name):
            return name
        cleaned = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:40]
        return f"v_{cleaned}" if cleaned else "v"

"""What was checked about the gradients of a sheet, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.network.lettering import Lettering
from symback.sheets.records import Evidence, Math

if TYPE_CHECKING:
    from symback.api import Derivation


def evidence(derivation: Derivation, table: Lettering) -> tuple[Evidence, ...]:
    """One row for each formula; raises VerificationError where one is refuted."""
    core = derivation.core
    heads = [Math.of(table.box(core.adjoint(name))) for name in derivation.wanted]
    rows = derivation.verify()
    return tuple(Evidence(head, row.verdict, row.route, row.conditions) for head, row in zip(heads, rows, strict=True))


__all__ = ["evidence"]

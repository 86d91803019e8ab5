"""Sheets as files: the suffix chooses the form, and it is said which engine made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from symback.errors import SymbackError
from symback.network.lettering import lettering
from symback.sheets.build import sheet, usual_style
from symback.sheets.engines import by_typst
from symback.sheets.evidence import evidence
from symback.sheets.files import write_file
from symback.sheets.records import Sheet
from symback.sheets.templates import MARKUPS, rendered

if TYPE_CHECKING:
    from symback.api import Derivation


@dataclass(frozen=True)
class Written:
    """The files of a sheet and what made them."""

    paths: tuple[Path, ...]
    engine: str
    how: str


def write_sheet(derivation: Derivation, path: Path, version: str = "") -> Path:
    """Write a derivation as a sheet; a PDF has its LaTeX source beside it. Returns the path."""
    return publish(derivation, path, version).paths[0]


def publish(derivation: Derivation, path: Path, version: str = "") -> Written:
    """Write a derivation as a sheet and say what was written and how.

    Raises SymbackError for an unknown suffix or a place that cannot be written, VerificationError where a check fails: no
    sheet is written from formulas that do not hold.
    """
    if path.suffix not in FORMS:
        raise SymbackError(str(path), f"the suffix is {path.suffix or 'missing'}", f"name a file that ends in {', '.join(FORMS)}")
    return FORMS[path.suffix](full(derivation, version), path)


def full(derivation: Derivation, version: str = "") -> Sheet:
    """The sheet with its evidence and its code."""
    style = usual_style(derivation.program)
    checked = evidence(derivation, lettering(derivation.gradient_program, style))
    code = tuple(derivation.compile().source.splitlines())
    return replace(sheet(derivation.core, derivation.wanted, style), evidence=checked, code=code, version=version)


def _source(record: Sheet, path: Path) -> Written:
    write_file(path, rendered(record, path.suffix))
    return Written((path,), "jinja2", f"{MARKUPS[path.suffix].name} source")


def _pdf(record: Sheet, path: Path) -> Written:
    """The PDF by typst, with the LaTeX source beside it for those who want to go on from there."""
    made = by_typst(rendered(record, ".typ"))
    beside = path.with_suffix(".tex")
    write_file(beside, rendered(record, ".tex"))
    write_file(path, made.content)
    return Written((path, beside), made.engine, f"PDF by {made.engine}, and the same as LaTeX source")


FORMS: Mapping[str, Callable[[Sheet, Path], Written]] = {".pdf": _pdf, **dict.fromkeys(MARKUPS, _source)}

__all__ = ["Written", "full", "publish", "write_sheet"]

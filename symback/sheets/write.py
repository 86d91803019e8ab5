"""Sheets as files: the suffix chooses the form, and it is said which engine made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from symback.errors import SymbackError
from symback.network.profile import style_of
from symback.sheets.build import full
from symback.sheets.engines import ENGINES
from symback.sheets.files import write_file
from symback.sheets.records import Sheet
from symback.sheets.subject import Options
from symback.sheets.templates import MARKUPS, rendered
from symback.typeset.style import Notation

if TYPE_CHECKING:
    from symback.api import Derivation


@dataclass(frozen=True)
class Written:
    """The files of a sheet and what made them."""

    paths: tuple[Path, ...]
    engine: str
    how: str


def write_sheet(derivation: Derivation, path: Path, version: str = "", engine: str = "typst", **options: Any) -> Path:
    """Write a derivation as a sheet; a PDF has its LaTeX source beside it. Returns the path.

    ``options`` are those of `symback.sheets.subject.Options`.
    """
    return publish(derivation, path, Options(version=version, **options), engine).paths[0]


def publish(derivation: Derivation, path: Path, options: Options | None = None, engine: str = "typst") -> Written:
    """Write a derivation as a sheet and say what was written and how.

    Raises SymbackError for an unknown suffix or a place that cannot be written, VerificationError where a check fails: no
    sheet is written from formulas that do not hold.
    """
    if path.suffix not in FORMS:
        raise SymbackError(str(path), f"the suffix is {path.suffix or 'missing'}", f"name a file that ends in {', '.join(FORMS)}")
    if engine not in ENGINES:
        raise SymbackError(f"engine {engine}", "is not known", f"known engines are {', '.join(ENGINES)}")
    return FORMS[path.suffix](complete(derivation, options or Options()), path, engine)


def complete(derivation: Derivation, options: Options) -> Sheet:
    """The sheet with its evidence and its code."""
    style = style_of(derivation.program)
    if options.notation in ("matrix", "index"):
        style = replace(style, notation=cast(Notation, options.notation))
    source = tuple(derivation.compile().source.splitlines()) if options.code else ()
    return full(derivation.core, derivation.wanted, style, options, source)


def _source(record: Sheet, path: Path, engine: str) -> Written:
    write_file(path, rendered(record, path.suffix))
    return Written((path,), "jinja2", f"{MARKUPS[path.suffix].name} source")


def _pdf(record: Sheet, path: Path, engine: str) -> Written:
    """The PDF, with the LaTeX source beside it for those who want to go on from there."""
    row = ENGINES[engine]
    made = row.make(rendered(record, row.suffix))
    beside = path.with_suffix(".tex")
    write_file(path, made.content)
    write_file(beside, rendered(record, ".tex"))
    return Written((path, beside), made.engine, f"PDF by {made.engine}, and the same as LaTeX source")


FORMS: Mapping[str, Callable[[Sheet, Path, str], Written]] = {".pdf": _pdf, **dict.fromkeys(MARKUPS, _source)}

__all__ = ["Written", "complete", "publish", "write_sheet"]

"""What turns a source into a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from symback.errors import SymbackError


@dataclass(frozen=True)
class Made:
    """A PDF and the engine that made it."""

    content: bytes
    engine: str


def by_typst(source: str) -> Made:
    """A PDF by the ``typst`` package, which needs no installation beyond pip and no network."""
    try:
        import typst
    except ImportError:
        raise SymbackError("sheet", "the typst package is missing", "pip install typst, or ask for a .tex or .md file") from None
    try:
        content = typst.compile(source.encode())
    except typst.TypstError as error:
        raise SymbackError("sheet", f"typst cannot set the sheet: {error}", "ask for a .tex file, and report this") from None
    return Made(content, f"typst {version('typst')}")


__all__ = ["Made", "by_typst"]

"""What turns a source into a PDF."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

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


def by_pdflatex(source: str) -> Made:
    """A PDF by ``pdflatex``, which runs without shell escape in a folder of its own."""
    program = shutil.which("pdflatex")
    if program is None:
        raise SymbackError("sheet", "pdflatex is not installed", "leave out --engine: typst needs nothing beyond pip")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sheet.tex").write_text(source, encoding="utf-8")
        command = [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            said = next((line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith("!")), "no reason given")
            raise SymbackError("sheet", f"pdflatex cannot set the sheet: {said}", "ask for a .tex file, and report this")
        return Made((folder / "sheet.pdf").read_bytes(), "pdflatex")


@dataclass(frozen=True)
class Engine:
    """What makes a PDF, and of which markup."""

    suffix: str
    make: Callable[[str], Made]


ENGINES: Mapping[str, Engine] = {"typst": Engine(".typ", by_typst), "pdflatex": Engine(".tex", by_pdflatex)}

__all__ = ["ENGINES", "Engine", "Made", "by_pdflatex", "by_typst"]

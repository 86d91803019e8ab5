"""What is installed: the parts symback needs and those it can use."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from symback.errors import SymbackError
from symback.sheets.resources import folder


@dataclass(frozen=True)
class Part:
    """A part, the version or place that was found (empty: none), what it is for, and whether nothing goes without it."""

    name: str
    found: str
    use: str
    needed: bool = True


def parts() -> tuple[Part, ...]:
    """Everything that is looked for, in a fixed order.

    >>> parts()[0].name
    'python'
    """
    return (
        Part("python", platform.python_version(), ""),
        *(Part(name, _version(name), use) for name, use in PACKAGES),
        *(Part(name, _folder(name), use) for name, use in FOLDERS),
        *(Part(name, shutil.which(name) or "", use, needed=False) for name, use in PROGRAMS),
    )


PACKAGES = (
    ("symback", ""),
    ("sympy", "declares networks"),
    ("numpy", "runs them"),
    ("jinja2", "fills the sheets"),
    ("typst", "makes the PDF"),
)
FOLDERS = (("templates", "of the sheets"), ("examples", "to start from"))
PROGRAMS = (("pdflatex", "compiles a .tex sheet; not needed"),)


def _version(name: str) -> str:
    return _or_nothing(lambda: version(name))


def _folder(name: str) -> str:
    return _or_nothing(lambda: str(folder(name)))


def _or_nothing(look: Callable[[], str]) -> str:
    try:
        return look()
    except (PackageNotFoundError, SymbackError):
        return ""


__all__ = ["Part", "parts"]

"""A Python file as a network: run like any script, and its errors said in one line."""

from __future__ import annotations

import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from symback.errors import SymbackError

VARIABLE = "network"


def network_of(path: Path) -> Any:
    """What a Python file defines as ``network``; what it prints goes to the error stream.

    Raises SymbackError that names the file and the line where the script failed.
    """
    try:
        with redirect_stdout(sys.stderr), _beside(path):
            names = runpy.run_path(str(path))
    except SymbackError as error:
        raise SymbackError(_where(path, error), str(error)) from None
    except (Exception, SystemExit) as error:
        raise SymbackError(_where(path, error), _says(error), "the file has to run as a script") from None
    if VARIABLE not in names:
        raise SymbackError(str(path), f"defines no {VARIABLE}", f"write {VARIABLE} = symback.Network(...)")
    return names[VARIABLE]


def _says(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _where(path: Path, error: BaseException) -> str:
    """The file and the last line of it that was at work."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}, line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}, line {lines[-1]}" if lines else str(path)


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    """The script's folder first among those that modules are imported from, as Python does for a script."""
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


__all__ = ["network_of"]

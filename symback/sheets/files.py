"""Writing files so that a reader finds the old file or the new one, never half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from symback.errors import SymbackError


def write_file(path: Path, content: str | bytes) -> Path:
    """Write a file by way of a temporary one beside it; what is not a plain file (a pipe) is written directly.

    Raises SymbackError in one line where the place cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise IsADirectoryError(None, "is a folder")
            target.write_bytes(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise SymbackError(
            str(path), f"cannot be written: {error.strerror or error}", "name a file in a folder that you may write to"
        ) from None
    return path


def _replace(target: Path, data: bytes) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


__all__ = ["write_file"]

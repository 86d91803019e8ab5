"""Where packaged files are: inside the installed package, else beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from symback.errors import SymbackError

PACKAGE = Path(__file__).resolve().parent.parent
SUFFIXES = (".py", ".toml")


def folder(name: str) -> Path:
    """The folder ``templates`` or ``examples``: the package's own, else the sibling of the package in a checkout.

    >>> folder("examples").name
    'examples'
    """
    places = (PACKAGE / name, PACKAGE.parent / name)
    found = next((p for p in places if p.is_dir()), None)
    if found is None:
        raise SymbackError(name, f"the folder is missing from this installation ({PACKAGE})", "install symback again")
    return found


def examples() -> dict[str, Path]:
    """The packaged examples by name: ``house-price`` is a script, ``house-price.toml`` a network file.

    >>> "house-price" in examples()
    True
    """
    files = sorted(p for p in folder("examples").iterdir() if p.suffix in SUFFIXES)
    return {_name(path): path for path in files}


def _name(path: Path) -> str:
    plain = path.stem.replace("_", "-")
    return plain if path.suffix == ".py" else plain + path.suffix


__all__ = ["examples", "folder"]

"""The package is layered: a module imports only from rows above its own, and what is heavy waits until it is needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "symback"
ROWS = (
    "errors", "algebra", "typeset", "network", "reading", "layers", "calculus", "simplify", "derivation", "notation", "numeric",
    "verify", "catalogue", "sheets", "api", "cli",
)  # fmt: skip
HEAVY = ("sympy", "numpy", "jinja2", "typst", "mpmath")
LAZY = ("__init__", "api", "cli")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def row_of(module: str) -> str:
    """The row a dotted module name belongs to: ``symback.algebra.terms`` is in ``algebra``, ``symback`` in ``__init__``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imported(tree: ast.AST, inside_function: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Every imported module with its line and whether the import waits inside a function; imports for annotations count not."""
    for node in ast.iter_child_nodes(tree):
        inside = inside_function or isinstance(node, FUNCTIONS)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for part in node.orelse:
                yield from imported(part, inside)
            continue
        match node:
            case ast.Import():
                yield from ((alias.name, node.lineno, inside) for alias in node.names)
            case ast.ImportFrom():
                assert node.level == 0, f"line {node.lineno}: imports are absolute"
                names = [f"symback.{alias.name}" for alias in node.names] if node.module == "symback" else [node.module or ""]
                yield from ((name, node.lineno, inside) for name in names)
        yield from imported(node, inside)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def complaints(module: str, source: str) -> list[str]:
    """What one module's imports do that the order forbids."""
    own = row_of(module)
    found = []
    for name, line, inside in imported(ast.parse(source)):
        package = name.partition(".")[0]
        if package in HEAVY and not inside:
            found.append(f"{module}:{line} loads {package} with itself")
        if package != "symback":
            continue
        row = row_of(name)
        if inside and own not in LAZY:
            found.append(f"{module}:{line} imports {name} inside a function")
        if row in ROWS and own in ROWS and ROWS.index(row) > ROWS.index(own):
            found.append(f"{module}:{line} imports {name}, which is further down")
    return found


def test_every_module_has_a_row():
    assert {row_of(dotted(path)) for path in modules()} <= {*ROWS, "__init__", "__main__"}


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_follow_the_order(path):
    assert complaints(dotted(path), path.read_text()) == []


@pytest.mark.parametrize(
    ("module", "source", "word"),
    [
        ("symback.algebra.terms", "from symback.simplify.rules import simplify", "further down"),
        ("symback.algebra.terms", "from symback import cli", "further down"),
        ("symback.numeric.source", "import numpy as np", "loads numpy"),
        ("symback.reading.files", "def f():\n    from symback.algebra.terms import ref", "inside a function"),
    ],
)
def test_the_test_can_fail(module, source, word):
    assert len(found := complaints(module, source)) == 1
    assert word in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("symback.simplify.rules", "from symback.simplify.sums import sift\nfrom symback.errors import UnknownTerm"),
        ("symback.numeric.field", "def f():\n    import mpmath"),
        ("symback.api", "def f():\n    from symback.sheets.write import write_sheet"),
        ("symback.reading.files", "if TYPE_CHECKING:\n    import sympy"),
    ],
)
def test_what_the_order_allows(module, source):
    assert complaints(module, source) == []

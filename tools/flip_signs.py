"""Flip one sign at a time in every rule and see whether the tests notice.

    python tools/flip_signs.py [--module calculus/rules.py] [--jobs 2] [--list]

A flip is one of: ``+`` and ``-`` exchanged, a unary minus dropped, ONE and MINUS_ONE exchanged, ``negated(x)`` and
``reciprocal(x)`` dropped, ``/`` made ``*``, and a relation of a bracket turned round. Each mutated module is tried in a copy of
the package; a mutant that all tests pass is a survivor, and the exit status is 1 if there is one that is not listed below as
equivalent.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parent.parent
SECONDS = 120

# Each module with the tests that judge it, the most discriminating first.
SIMPLIFY = ("tests/simplify", "tests/calculus", "tests/test_formulas.py")
CALCULUS = ("tests/calculus", "tests/test_second_order.py")
MODULES: dict[str, tuple[str, ...]] = {
    "algebra/operations.py": ("tests/algebra/test_operations.py", "tests/calculus"),
    "algebra/opaque.py": ("tests/algebra/test_opaque.py", "tests/calculus"),
    "calculus/rules.py": CALCULUS,
    "calculus/chain.py": CALCULUS,
    "calculus/local.py": CALCULUS,
    "calculus/reverse.py": CALCULUS,
    "simplify/arithmetic.py": SIMPLIFY,
    "simplify/sums.py": SIMPLIFY,
    "simplify/products.py": SIMPLIFY,
    "simplify/quotients.py": SIMPLIFY,
    "simplify/fold.py": SIMPLIFY,
    "simplify/unfold.py": SIMPLIFY,
    "simplify/facts.py": SIMPLIFY,
    "simplify/centred.py": SIMPLIFY,
    "simplify/splice.py": ("tests/test_formulas.py", "tests/test_derivation.py", *SIMPLIFY),
    "simplify/shape.py": SIMPLIFY,
    "simplify/functions.py": SIMPLIFY,
    "simplify/known_sums.py": ("tests/test_formulas.py", "tests/test_unseen_layers.py", *SIMPLIFY),
    "simplify/known_conditions.py": ("tests/test_formulas.py", *SIMPLIFY),
    "algebra/normal/product.py": ("tests/algebra",),
    "algebra/normal/powers.py": ("tests/algebra",),
    "algebra/normal/sums.py": ("tests/algebra",),
    "algebra/normal/conditions.py": ("tests/algebra",),
    "algebra/normal/signs.py": ("tests/algebra",),
}

# Flips that change nothing: (module, line, flip) and why.
NO_SHORTCUT = "only a shortcut is missed: the product that is built instead is the same node"
ANY_LABEL = "any numbering that tells binders apart will do"
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("calculus/rules.py", "other = Index(node.index.name, node.index.size, node.index.mark + 50)", "Add -> Sub"): ANY_LABEL,
    ("simplify/products.py", "numbers += 1", "Add -> Sub"): NO_SHORTCUT,
    (
        "simplify/products.py",
        "if len(powers) + numbers == len(opened) == len(factors(node)) and numbers <= 1 and not settled:",
        "Add -> Sub",
    ): NO_SHORTCUT,
    (
        "simplify/shape.py",
        "return Reduce(node.kind, index, _canonical(node.body, {**bound, node.index: Size.of(index)}, depth + 1))",
        "Add -> Sub",
    ): ANY_LABEL,
    ("simplify/shape.py", "counts[item] = counts.get(item, 0) + 1", "Add -> Sub"): "counted downwards instead of upwards",
}

TURNED = {"=": "!=", "!=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
RELATIONS: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
BRACKET_DECISIONS = ("decide", "_compare")
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Div: ast.Mult}
NAMES = {"ONE": "MINUS_ONE", "MINUS_ONE": "ONE"}
DROPPED = ("negated", "reciprocal")


@dataclass(frozen=True)
class Flip:
    """One change to a module: what it is, where, and the module's source with it."""

    module: str
    line: int
    text: str
    says: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}  {self.says}  |  {self.text}"

    @property
    def key(self) -> tuple[str, str, str]:
        return self.module, self.text, self.says


Change = tuple[str, Callable[[], ast.AST]]


def changes(node: ast.AST, function: str) -> Iterator[Change]:
    """The flips of one node of a syntax tree: what each is called, and the node instead."""
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in OPERATORS:
            new = OPERATORS[type(op)]
            yield f"{type(op).__name__} -> {new.__name__}", lambda: _with(node, op=new())
        case ast.UnaryOp(op=ast.USub()):
            yield f"-({ast.unparse(node.operand)}) -> +", lambda: node.operand
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
            yield f"{name} -> {NAMES[name]}", lambda: _with(node, id=NAMES[name])
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in DROPPED:
            yield f"{name} dropped", lambda: inner
        case ast.Call(func=ast.Name(id="bracket"), args=[left, ast.Constant(value=relation), right]):
            new_args = [left, ast.Constant(TURNED[relation]), right]
            yield f"[{relation}] -> [{TURNED[relation]}]", lambda: _with(node, args=new_args)
        case ast.Compare(ops=[op]) if type(op) in RELATIONS and function in BRACKET_DECISIONS:
            turned = RELATIONS[type(op)]
            yield f"{type(op).__name__} -> {turned.__name__}", lambda: _with(node, ops=[turned()])


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = deepcopy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def flips(module: str) -> list[Flip]:
    """Every flip of a module, in order."""
    source = (ROOT / "symback" / module).read_text()
    lines = source.splitlines()
    found = []
    for number in range(_count(ast.parse(source))):
        tree = ast.parse(source)
        says, line = _flip(tree, number)
        found.append(Flip(module, line, lines[line - 1].strip(), says, _named(tree)))
    return found


def _named(tree: ast.Module) -> str:
    """The module's source, with both signs of one at hand whatever it imports itself."""
    at = next(k for k, node in enumerate(tree.body) if isinstance(node, ast.ImportFrom) and node.module != "__future__")
    tree.body.insert(at, ast.parse("from symback.algebra.terms import MINUS_ONE, ONE").body[0])
    return ast.unparse(ast.fix_missing_locations(tree))


def _sites(tree: ast.AST, function: str = "") -> Iterator[tuple[ast.AST, str, object, Change]]:
    """(parent, field, position, change) for every flip, skipping annotations."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns"):
            continue
        for position, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST):
                continue
            inside = node.name if isinstance(node, ast.FunctionDef) else function
            for change in changes(node, inside):
                yield tree, field, position, (change[0], change[1])
            yield from _sites(node, inside)


def _count(tree: ast.AST) -> int:
    return sum(1 for _ in _sites(tree))


def _flip(tree: ast.AST, number: int) -> tuple[str, int]:
    """Make the flip of that number in place; its name and line."""
    parent, field, position, (says, make) = list(_sites(tree))[number]
    container = getattr(parent, field)
    old = container if position is None else container[position]
    new = make()
    if position is None:
        setattr(parent, field, new)
    else:
        container[position] = new
    return says, old.lineno


def judges(module: str) -> tuple[str, ...]:
    """The tests of a module: its own examples, then those of the table."""
    return (f"symback/{module}", *MODULES[module])


class Copy:
    """A copy of the package and its tests in which one module at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        leave = shutil.ignore_patterns("__pycache__", ".*")
        for name in ("symback", "tests"):
            shutil.copytree(ROOT / name, folder / name, ignore=leave)
        shutil.copy(ROOT / "pyproject.toml", folder)
        # Compiled once; after that nothing is written, so that no run sees an older module.
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)
        for module in MODULES:
            for stale in (folder / "symback" / module).parent.glob(f"__pycache__/{Path(module).stem}.*"):
                stale.unlink()

    def passes(self, tests: tuple[str, ...]) -> bool:
        """Whether all tests pass; a run without end counts as a failure."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        present = [t for t in tests if (self.folder / t).exists()]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "--no-header",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:doctest",
            "-o",
            "addopts=",
            *present,
        ]
        try:
            done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, check=False, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return False
        if done.returncode not in (0, 1, 2):
            raise SystemExit(done.stdout.decode() + done.stderr.decode())
        return done.returncode == 0

    def survives(self, flip: Flip, tests: tuple[str, ...]) -> bool:
        """Whether the tests pass although the sign is flipped."""
        path = self.folder / "symback" / flip.module
        original = path.read_text()
        path.write_text(flip.source)
        try:
            return self.passes(tests)
        finally:
            path.write_text(original)


def survivors(modules: list[str], jobs: int) -> list[Flip]:
    """The flips that no test notices."""
    with tempfile.TemporaryDirectory() as room:
        copies: SimpleQueue[Copy] = SimpleQueue()
        made = [Copy(Path(room) / str(k)) for k in range(jobs)]
        for module in modules:
            if not made[0].passes(judges(module)):
                raise SystemExit(f"{', '.join(judges(module))}: red before any flip")
        for copy in made:
            copies.put(copy)

        def try_out(flip: Flip) -> Flip | None:
            copy = copies.get()
            try:
                alive = copy.survives(flip, judges(flip.module))
            finally:
                copies.put(copy)
            print("SURVIVES" if alive else "noticed ", flip, flush=True)
            return flip if alive else None

        todo = [flip for module in modules for flip in flips(module) if flip.key not in EQUIVALENT]
        with ThreadPoolExecutor(jobs) as pool:
            return [flip for flip in pool.map(try_out, todo) if flip]


def main() -> int:
    """The command line; the exit status is 1 where a flip goes unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--module", action="append", choices=MODULES, help="only this module (may be given several times)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="list the flips without trying them")
    options = parser.parse_args()
    modules = options.module or list(MODULES)
    every = [flip for module in modules for flip in flips(module)]
    if options.list:
        print(*every, sep="\n")
        return 0
    known = [flip for flip in every if flip.key in EQUIVALENT]
    alive = survivors(modules, options.jobs)
    print(f"\n{len(every)} flips, {len(known)} equivalent, {len(alive)} unnoticed")
    print(*alive, sep="\n")
    return bool(alive)


if __name__ == "__main__":
    sys.exit(main())

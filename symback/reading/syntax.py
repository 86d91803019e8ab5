"""Text to a syntax tree, bounded: length, depth, numbers. Python's parser is used in parse mode only; nothing is ever run."""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from textwrap import dedent

from symback.algebra.terms import Add, Mul, Num, Pow, Term
from symback.algebra.traverse import children, walk
from symback.errors import ReadingError
from symback.reading.arrays import Misfit
from symback.reading.foreign import remedy_of_syntax

MAX_LENGTH = 10_000
MAX_PROGRAM = 200_000
MAX_DEPTH = 60
MAX_DIGITS = 300
MAX_EXPONENT = 1000
MAX_BITS = 4096.0

_COMMENT = re.compile(r"""('[^'\n]*'|"[^"\n]*")|#[^\r\n]*""")
_DECIMAL = re.compile(r"(\d[\d_]*)?(\.([\d_]*))?([eE]([+-]?\d+))?")


@dataclass(frozen=True)
class Source:
    """One line ``name = text``: the expression, its text in bytes (as the tree counts), and where it stands."""

    name: str
    text: str
    tree: ast.expr
    raw: bytes

    @property
    def where(self) -> str:
        """The line as a user sees it in a message."""
        line = " ".join(self.text.split())
        line = line if len(line) <= 160 else line[:157] + "..."
        return f"{self.name} = {line}" if self.name else line

    def piece(self, node: ast.AST) -> str:
        """How a part of the expression was written."""
        first, last = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        return self.raw[first:last].decode(errors="replace")

    def place(self, node: ast.AST) -> int | None:
        """Where a part stands, counted in characters of ``where``; None where the line was shortened."""
        before = self.raw[: getattr(node, "col_offset", 0)].decode(errors="replace")
        if len(self.text) > 160 or self.text != " ".join(self.text.split()):
            return None
        return len(before) + (len(self.name) + 3 if self.name else 0)


def one_line(text: str) -> str:
    r"""A text on one line, each line break and tab a space, so that columns count from its start; a comment ends with its line.

    >>> one_line("w*x  # weighted\n+ b")
    'w*x   + b'
    """
    return re.sub(r"\\?[\r\n\t\f]", " ", _COMMENT.sub(lambda found: found[1] or "", text)).strip()


def parse(text: object, name: str = "") -> Source:
    """One expression as a tree, or one line that says why not.

    >>> parse("W @ x").tree.__class__.__name__
    'BinOp'
    """
    if not isinstance(text, str):
        raise ReadingError(name, f"the right side is {type(text).__name__}, not text", 'write a NumPy expression such as "W @ x + b"')
    if len(text) > MAX_LENGTH:
        raise ReadingError(name or text[:40] + "...", f"the text is {len(text)} characters long", f"at most {MAX_LENGTH} are read")
    flat = one_line(text)
    where = f"{name} = {flat}" if name else flat
    if not flat:
        raise ReadingError(where, "the right side is empty", 'write a NumPy expression such as "W @ x + b"')
    tree = _tree(flat, where, len(where) - len(flat), "eval")
    assert isinstance(tree, ast.Expression)
    _bound_depth(tree, where)
    return Source(name, flat, tree.body, flat.encode())


def _tree(text: str, where: str, offset: int, mode: str) -> ast.AST:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode=mode)
    except SyntaxError as error:
        position = None if error.offset is None or error.lineno not in (None, 1) else offset + max(error.offset - 1, 0)
        raise ReadingError(_short(where), f"cannot be read: {error.msg}", remedy_of_syntax(text), position) from None
    except (ValueError, RecursionError, MemoryError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError | MemoryError) else str(error)
        raise ReadingError(_short(where), f"cannot be read: {reason}") from None


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else flat[:157] + "..."


def _bound_depth(tree: ast.AST, where: str) -> None:
    """Depth with the left spines of sums and products counted once."""
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise ReadingError(_short(where), "nested too deeply", f"at most {MAX_DEPTH} levels are read")
        for child in ast.iter_child_nodes(node):
            spine = isinstance(node, ast.BinOp) and child is node.left and isinstance(child, ast.BinOp)
            pending.append((child, depth if spine else depth + 1))


def assignments(text: str) -> Iterator[tuple[str, str]]:
    r"""``(left, right)`` of each assignment of a text with an assignment a line; a bare last line has an empty left.

    >>> list(assignments("z = W @ x  # layer\nh = tanh(z)"))
    [('z', 'W @ x'), ('h', 'tanh(z)')]
    """
    if len(text) > MAX_PROGRAM:
        raise ReadingError(text[:40] + "...", f"the text is {len(text)} characters long", f"at most {MAX_PROGRAM} are read")
    text = _flush(text)
    text = dedent(text)
    tree = _tree(text, text, 0, "exec")
    assert isinstance(tree, ast.Module)
    lines = [line.encode() for line in text.split("\n")]
    for number, statement in enumerate(tree.body):
        match statement:
            case ast.Assign(targets=[ast.Name() | ast.Subscript() as target], value=value):
                yield _piece(lines, target), _piece(lines, value)
            case ast.Expr(value=value) if number == len(tree.body) - 1:
                yield "", _piece(lines, value)
            case _:
                raise ReadingError(_short(_piece(lines, statement)), "is no assignment", "write one `name = expression` a line")


def _piece(lines: list[bytes], node: ast.expr | ast.stmt) -> str:
    """The text of a node (`ast.get_source_segment` splits the whole text each time; a long program has many lines)."""
    last = (node.end_lineno or node.lineno) - 1
    inside = lines[node.lineno - 1 : last + 1]
    inside[-1] = inside[-1][: node.end_col_offset]
    inside[0] = inside[0][node.col_offset :]
    return b"\n".join(inside).decode()


def _flush(text: str) -> str:
    """The text without the margin a program puts before its lines: that of the first line may be another one."""
    first, *rest = text.splitlines() or [""]
    return "\n".join([first.strip(), *dedent("\n".join(rest)).splitlines()])


def number(source: Source, node: ast.Constant) -> Num:
    """An exact number with its text: 0.044715 is 44715/1000000 and prints as written."""
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise Misfit(f"{source.piece(node)} is no number", "write numbers and declared names")
    if isinstance(node.value, int):
        if abs(node.value).bit_length() > MAX_BITS:
            raise Misfit("a number with too many digits", f"at most {MAX_DIGITS} are read")
        return Num(node.value)
    literal = source.piece(node).replace("_", "")
    return Num(exact(literal), literal)


def exact(literal: str) -> Fraction:
    """The exact value of a decimal literal, within bounds.

    >>> exact("0.1")
    Fraction(1, 10)
    """
    found = _DECIMAL.fullmatch(literal)
    if found is None or not literal:
        raise Misfit(f"{literal[:40]} is no decimal number")
    if len(literal) > MAX_DIGITS or len(found[5] or "") > 5 or abs(int(found[5] or 0)) > MAX_DIGITS:
        raise Misfit(f"{literal[:40]} is too large or too small", f"numbers up to 1e{MAX_DIGITS} with at most {MAX_DIGITS} digits are read")
    return Fraction(literal)


def bounded_power(base: Term, exponent: Term, text: str) -> Pow:
    """``base ** exponent``, unless it is a constant too large to be written down."""
    raised = magnitude(exponent)
    if raised is not None:
        if raised > math.log2(MAX_EXPONENT) + 0.01:
            raise Misfit(f"the exponent of {text[:60]} is too large", f"exponents up to {MAX_EXPONENT} are read")
        bits = spread(base)
        if bits is not None and bits * 2**raised > MAX_BITS:
            raise Misfit(f"{text[:60]} is too large", "constants up to 4096 binary digits are read")
    return Pow(base, exponent)


def bounded(body: Term, text: str) -> None:
    """Raise Misfit where a term holds a constant too large to be written down, as one power or as a product of many."""
    for node in walk(body):
        if isinstance(node, Pow):
            bounded_power(node.base, node.exponent, text)
        bits = spread(node)
        if bits is not None and bits > MAX_BITS:
            raise Misfit(f"a constant in {text[:60]} is too large", "constants up to 4096 binary digits are read")


def magnitude(node: Term) -> float | None:
    """An upper bound for log2 of the absolute value of a constant; None where it is not constant."""
    match node:
        case Num():
            return _bits(abs(node.value.numerator)) - _bits(node.value.denominator, low=True) if node.value else -1.0
        case Add() | Mul():
            parts = [magnitude(a) for a in node.args]
            if any(p is None for p in parts):
                return None
            known = [p for p in parts if p is not None]
            return sum(known) if isinstance(node, Mul) else max(known) + math.log2(len(known))
        case Pow():
            raised, bits = magnitude(node.exponent), spread(node.base)
            return None if raised is None or bits is None else min(bits * 2 ** min(raised, 64.0), 1e18)
    return None


def spread(node: Term) -> float | None:
    """An upper bound for the binary digits of a constant or of its reciprocal; None where it is not constant."""
    if isinstance(node, Num):
        return float(max(node.value.numerator.bit_length(), node.value.denominator.bit_length()))
    if not isinstance(node, Add | Mul | Pow):
        return None
    if isinstance(node, Pow):
        raised, bits = magnitude(node.exponent), spread(node.base)
        return None if raised is None or bits is None else min(bits * 2 ** min(raised, 64.0), 1e18)
    parts = [spread(child) for child in children(node)]
    return None if any(p is None for p in parts) else sum(p for p in parts if p is not None)


def _bits(value: int, low: bool = False) -> float:
    return math.log2(value) if value.bit_length() < 900 else float(value.bit_length() - (1 if low else 0))

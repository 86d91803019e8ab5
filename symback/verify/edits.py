"""The edits of NumPy text that people forget: transposes, the order of factors, axes, other names."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

SHORT = 1_000
"""In a text with more characters no other names are tried."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Another text, what that says of the claim, the line as it now reads, and which line that is."""

    text: str
    says: str
    line: str
    rank: int = 0
    number: int = 0


def numpy_edits(text: str, names: Sequence[str] = (), hint: str = "") -> Iterator[Edit]:
    """The edits of NumPy text, line by line: transposes first, then the order of factors, axes, and last other names.

    >>> next(numpy_edits("X @ (h - y)"))
    Edit(text='X.T @ (h - y)', says='the transpose of X is missing', line='X.T @ (h - y)', rank=0, number=0)
    """
    lines = text.split("\n")
    made: list[list[tuple[int, str, str, int]]] = [[] for _ in RANKS]
    known, doubted = list(names if len(text) <= SHORT else ()), frozenset(re.findall(r"\w+", hint))
    for number, line in enumerate(lines):
        for rank, says, new in _line_edits(line, known, doubted):
            made[rank].append((number, says, new, rank))
        left = line.partition("=")[0].strip()
        known += [left] if left.isidentifier() else []
    for number, says, new, rank in chain(*made):
        yield Edit("\n".join([*lines[:number], new, *lines[number + 1 :]]), says, new.strip(), rank, number)


RANKS = (
    "a transpose missing",
    "a transpose too many",
    "a transpose of a part",
    "the order of factors",
    "an axis",
    "a column",
    "another product",
    "a name",
    "a name that nobody doubts",
)
NAMES, COLUMN = RANKS.index("a name"), RANKS.index("a column")


def _line_edits(line: str, names: Sequence[str], doubted: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """``(rank, sentence, line)`` for every edit of what stands right of a line's last equals sign; a line that is no Python has none."""
    start = _formula_start(line)
    head, source = line[:start], line[start:].strip()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    own = (chain(_node_edits(node, source), _name_edits(node, source, names, doubted)) for node in ast.walk(tree))
    for rank, says, new in chain(_wherever(tree, source, names, doubted), *own):
        yield rank, says, f"{head} {new}" if head else new


def _wherever(tree: ast.AST, source: str, names: Sequence[str], doubted: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Another name wherever a line, or two neighbours in a product, read one more than once: another layer in ``h * (1 - h)``."""
    parts = [(tree,), *(pair for node in ast.walk(tree) if isinstance(node, ast.BinOp) for pair in pairwise(_factors(node)))]
    seen: set[tuple[int, ...]] = set()
    for part in parts:
        reads = sorted((n for root in part for n in ast.walk(root) if isinstance(n, ast.Name)), key=lambda n: n.col_offset, reverse=True)
        for name in dict.fromkeys(node.id for node in reads if node.id in names):
            places = [node for node in reads if node.id == name]
            where = tuple(node.col_offset for node in places)
            if len(places) > 1 and where not in seen:
                seen.add(where)
                for other in _nearest(name, names):
                    yield NAMES + (name not in doubted), f"{other} is needed instead of {name}", _renamed(source, places, other)


def _factors(node: ast.expr) -> list[ast.expr]:
    """The factors of a product written with ``*``."""
    return [*_factors(node.left), node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else [node]


def _renamed(source: str, places: Sequence[ast.Name], other: str) -> str:
    """The text with another name at some reads, the last of which comes first."""
    for node in places:
        source = _spliced(source, node, other)
    return source


def _nearest(name: str, names: Sequence[str]) -> list[str]:
    """The other names, those that begin alike first."""
    return [other for other in sorted(names, key=lambda n: n[0] != name[0]) if other != name]


def _name_edits(node: ast.AST, source: str, names: Sequence[str], doubted: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Another name at one read."""
    if isinstance(node, ast.Name) and node.id in names:
        for other in _nearest(node.id, names):
            yield NAMES + (node.id not in doubted), f"{other} is needed instead of {node.id}", _spliced(source, node, other)


def _formula_start(line: str) -> int:
    """Where the formula of a line begins: after the last equals sign outside brackets that is no comparison."""
    depth, found = 0, 0
    for k, sign in enumerate(line):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "=" and not depth and line[k - 1 : k] not in ("=", "<", ">", "!", "") and line[k + 1 : k + 2] != "=":
            found = k + 1
    return found


def _node_edits(node: ast.AST, source: str) -> Iterator[tuple[int, str, str]]:
    match node:
        case ast.BinOp(left=left, right=right, op=op):
            a, b = _piece(left, source), _piece(right, source)
            sign = {ast.MatMult: "@", ast.Mult: "*", ast.Add: "+", ast.Sub: "-", ast.Div: "/"}.get(type(op), "")
            if not sign:
                return
            yield from _operands(node, (left, a), (right, b), sign, source)
        case ast.Subscript(value=value, slice=ast.Tuple(elts=elts)):
            places = ["None" if (p := _piece(e, source)).endswith("newaxis") else p for e in elts]
            if places.count("None") == 1 and places.count(":") == len(places) - 1:
                piece = _piece(value, source)
                yield COLUMN, f"the new axis of {piece} is too much", _spliced(source, node, piece)
            for k in range(len(places)) if places.count("None") == 1 and places.count(":") == len(places) - 1 else ():
                moved = [":"] * k + ["None"] + [":"] * (len(places) - 1 - k)
                if moved != places:
                    new = f"{_piece(value, source)}[{', '.join(moved)}]"
                    yield COLUMN, f"the new axis of {_piece(value, source)} stands in the wrong place", _spliced(source, node, new)
        case ast.Attribute(value=value, attr="T"):
            piece = _piece(value, source)
            yield 1, f"the transpose of {_bare(piece)} is too much", _spliced(source, node, piece)
        case ast.Call(func=func, args=[first, second], keywords=[]) if _piece(func, source).split(".")[-1] in ("outer", "dot", "matmul"):
            name, a, b = _piece(func, source), _piece(first, source), _piece(second, source)
            yield 3, f"the arguments of {name} stand in the wrong order", _spliced(source, node, f"{name}({b}, {a})")
            if not name.endswith("outer"):
                yield 0, f"the transpose of {_bare(a)} is missing", _spliced(source, node, f"{name}({_transposed(first, a)}, {b})")
                yield 0, f"the transpose of {_bare(b)} is missing", _spliced(source, node, f"{name}({a}, {_transposed(second, b)})")
        case ast.Call(func=func, args=args, keywords=[]) if _piece(func, source).split(".")[-1] in (
            "solve",
            "inv",
            "pinv",
            "trace",
            "diag",
        ):
            for arg in args:
                piece = _piece(arg, source)
                yield 0, f"the transpose of {_bare(piece)} is missing", _spliced(source, arg, _transposed(arg, piece))
        case ast.Call(func=func, keywords=keywords) if _piece(func, source).split(".")[-1] in REDUCTIONS:
            yield from _axes(node, keywords, source)


REDUCTIONS = ("sum", "mean", "max", "min", "prod", "softmax")


def _operands(
    node: ast.BinOp, first: tuple[ast.expr, str], second: tuple[ast.expr, str], sign: str, source: str
) -> Iterator[tuple[int, str, str]]:
    (left, a), (right, b) = first, second
    turned = [(_transposed(left, a), b, a), (a, _transposed(right, b), b)]
    for one, other, bare in turned:
        rank = 0 if bare.isidentifier() else 2
        yield rank, f"the transpose of {_bare(bare)} is missing", _spliced(source, node, f"{one} {sign} {other}")
    if sign == "@":
        a_, b_ = (f"({p})" if isinstance(n, ast.BinOp) and not _is_grouped(p) else p for n, p in (first, second))
        yield 3, f"the factors of {_bare(a)} @ {_bare(b)} stand in the wrong order", _spliced(source, node, f"{b_} @ {a_}")
        yield 2, f"the transposes of {_bare(a)} and {_bare(b)} are missing", _spliced(source, node, f"{turned[0][0]} @ {turned[1][1]}")
        yield (
            2,
            "the factors stand in the wrong order, and a transpose is missing",
            _spliced(source, node, f"{_transposed(right, b)} @ {a_}"),
        )
        yield (
            2,
            "the factors stand in the wrong order, and a transpose is missing",
            _spliced(source, node, f"{b_} @ {_transposed(left, a)}"),
        )
        yield 6, "an outer product is needed", _spliced(source, node, _outer(left, right, source))
        yield 6, "an element-wise product is needed", _spliced(source, node, f"{a_} * {b_}")
        return
    if sign == "*":
        yield from ((6, says, _spliced(source, node, new)) for says, new in _matrix_products(first, second))
        yield 6, "an outer product is needed", _spliced(source, node, _outer(left, right, source))
    for one, other, bare in ((f"{_atom(left, a)}[:, None]", b, a), (a, f"{_atom(right, b)}[:, None]", b)):
        yield 5, f"{_bare(bare)} must stand as a column", _spliced(source, node, f"{one} {sign} {other}")


def _outer(left: ast.expr, right: ast.expr, source: str) -> str:
    """The outer product of two factors; a vector has no transpose."""
    plain = (n.value if isinstance(n, ast.Attribute) and n.attr == "T" else n for n in (left, right))
    return "np.outer({}, {})".format(*(_bare(_piece(n, source)) for n in plain))


def _matrix_products(first: tuple[ast.expr, str], second: tuple[ast.expr, str]) -> Iterator[tuple[str, str]]:
    """The matrix products that may stand where two factors are multiplied entry by entry, and what each says."""
    (_, a), (_, b) = first, second
    one, other = (_transposed(n, p) for n, p in (first, second))
    yield "a matrix product is needed", f"{a} @ {b}"
    yield f"a matrix product with the transpose of {_bare(a)} is needed", f"{one} @ {b}"
    yield f"a matrix product with the transpose of {_bare(b)} is needed", f"{a} @ {other}"
    yield "a matrix product is needed, the other way round", f"{b} @ {a}"
    yield f"a matrix product is needed, with the transpose of {_bare(b)} in front", f"{other} @ {a}"
    yield f"a matrix product is needed, with the transpose of {_bare(a)} behind", f"{b} @ {one}"


def _axes(node: ast.Call, keywords: list[ast.keyword], source: str) -> Iterator[tuple[int, str, str]]:
    """Another axis, or the axis kept."""
    piece = _piece(node, source)
    axis = next((k for k in keywords if k.arg == "axis"), None)
    own = None if axis is None else _piece(axis.value, source)
    for other in ("0", "1", "-1"):
        if own is not None and other != own:
            yield (
                3,
                f"the axis is wrong: {other} instead of {own}",
                _spliced(source, node, re.sub(r"axis\s*=\s*-?\d+", f"axis={other}", piece)),
            )
        if own is None:
            yield 4, f"axis={other} is missing", _spliced(source, node, f"{piece[:-1]}, axis={other})")
            yield 4, f"axis={other} is missing", _spliced(source, node, f"{piece[:-1]}, axis={other}, keepdims=True)")
    if own is not None and not any(k.arg == "keepdims" for k in keywords):
        yield 4, "keepdims=True is missing", _spliced(source, node, f"{piece[:-1]}, keepdims=True)")
        for other in ("0", "1"):
            if other != own:
                turned = re.sub(r"axis\s*=\s*-?\d+", f"axis={other}", piece)
                yield (
                    3,
                    f"the axis is wrong, and keepdims=True is missing: {other} instead of {own}",
                    _spliced(source, node, f"{turned[:-1]}, keepdims=True)"),
                )
    if any(k.arg == "keepdims" for k in keywords):
        yield 4, "keepdims=True is too much", _spliced(source, node, re.sub(r",\s*keepdims\s*=\s*\w+", "", piece))


def _span(node: ast.AST, source: str) -> tuple[int, int]:
    """Where a node begins and ends in a text of one line; Python's parser counts bytes."""
    start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
    if source.isascii():
        return start, end
    coded = source.encode()
    return len(coded[:start].decode(errors="ignore")), len(coded[:end].decode(errors="ignore"))


def _piece(node: ast.AST, source: str) -> str:
    """The text of a node, with the brackets around it."""
    start, end = _span(node, source)
    text, before, after = source[start:end], source[:start].rstrip(), source[end:].lstrip()
    wrapped = isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp) and before.endswith("(") and after.startswith(")")
    called = wrapped and len(before) > 1 and (before[-2].isalnum() or before[-2] in "_])")
    return f"({text})" if wrapped and not called else text


def _spliced(source: str, node: ast.AST, new: str) -> str:
    """The text with another piece in the place of a node."""
    start, end = _span(node, source)
    return source[:start] + new + source[end:]


def _is_grouped(piece: str) -> bool:
    """Whether one pair of brackets holds all of a text."""
    depth = 0
    for k, sign in enumerate(piece):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return sign == ")" and k == len(piece) - 1
    return False


def _atom(node: ast.AST, piece: str) -> str:
    return piece if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript) or _is_grouped(piece) else f"({piece})"


def _transposed(node: ast.AST, piece: str) -> str:
    return piece[:-2] if piece.endswith(".T") else f"{_atom(node, piece)}.T"


def _bare(piece: str) -> str:
    return piece[1:-1] if _is_grouped(piece) else piece

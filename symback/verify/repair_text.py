"""The repair of a claim that cannot be laid over arrays: its text with a transpose more or less, factors exchanged, another axis.

    repair_text("X @ (h - y)", reread) -> Repair("the transpose of X is missing: X.T @ (h - y)", ...) or None

``reread`` reads a text as the claim was read and says None where it still makes no sense, so that this module knows no reader.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Term
from symback.errors import NumericError
from symback.network.program import Program
from symback.verify.layouts import Layout, layouts
from symback.verify.repair import Repair, Search

MOST_READ = 120
LONGEST, SHORT, CHARACTERS = 2_000, 1_000, 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: a program with the claim's ``own`` lines, the claimed entry at indices, and the right formula as a definition."""

    program: Program
    indices: tuple[Index, ...]
    term: Term
    right: Definition
    own: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """Another text, what that says of the claim, and the line as it now reads."""

    text: str
    says: str
    line: str
    rank: int = 0


Reread = Callable[[str], Reading | None]


def repair_text(
    text: str, reread: Reread, latex: bool = False, names: Sequence[str] = (), hint: str = "", most: int = MOST_READ
) -> Repair | None:
    """The first edit of a text after which it is the right formula; failing that, an edit and one change more.

    ``names`` are what may have been meant by another name; a name that the ``hint`` holds (why the sizes cannot meet) is doubted first.
    ``most`` bounds how many edits are read.
    """
    if not 0 < len(text) <= LONGEST:
        return None
    kept: list[tuple[Edit, Search]] = []
    for edit in islice(latex_edits(text) if latex else numpy_edits(text, names, hint), min(most, CHARACTERS // len(text))):
        reading = reread(edit.text)
        layout = None if reading is None else next(iter(layouts(reading.indices, reading.term, reading.right)), None)
        if reading is None or layout is None or layout.says:
            continue
        search = _search(reading, layout) if not kept or _fits(kept[0][1], reading, layout) else None
        if search is None:
            continue
        whole = search.lines.whole
        if bool(search.first.fits(search.first.values(whole))) and search.holds(whole):
            return Repair(
                f"{edit.says}: {edit.line}", "transpose" if edit.rank < NAMES else "name", search.layout.indices, whole, edit.line
            )
        kept.append((edit, search))
    for edit, search in kept[:1]:
        found = search.one_change()
        if found is not None:
            return replace(found, sentence=f"{edit.says}, and {found.sentence}", kind="two changes")
    return None


def _fits(first: Search, reading: Reading, layout: Layout) -> bool:
    """Whether another reading is right at a point of the first one that made sense."""
    run = first.first.run.over(reading.program, (*first.own, *reading.own))
    return bool(first.first.fits(run.entries(layout.term, layout.indices)))


def _search(reading: Reading, layout: Layout) -> Search | None:
    """The search for a text that has the right shape."""
    try:
        return Search(reading.program, layout, reading.right, reading.own, wrong=False)
    except NumericError:
        return None


# NumPy ---------------------------------------------------------------------------------------------------------------------


def numpy_edits(text: str, names: Sequence[str] = (), hint: str = "") -> Iterator[Edit]:
    """The edits of NumPy text, line by line: transposes first, then the order of factors, axes, and last other names.

    >>> next(numpy_edits("X @ (h - y)"))
    Edit(text='X.T @ (h - y)', says='the transpose of X is missing', line='X.T @ (h - y)', rank=0)
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
        yield Edit("\n".join([*lines[:number], new, *lines[number + 1 :]]), says, new.strip(), rank)


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
NAMES = RANKS.index("a name")


def _line_edits(line: str, names: Sequence[str], doubted: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """``(rank, sentence, line)`` for every edit of what stands right of a line's last equals sign; a line that is no Python has none."""
    start = _formula_start(line)
    head, source = line[:start], line[start:].strip()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        for rank, says, new in chain(_node_edits(node, source), _name_edits(node, source, names, doubted)):
            yield rank, says, f"{head} {new}" if head else new


def _name_edits(node: ast.AST, source: str, names: Sequence[str], doubted: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Another name: those that begin alike first."""
    if isinstance(node, ast.Name) and node.id in names:
        for other in sorted(names, key=lambda n: n[0] != node.id[0]):
            if other != node.id:
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
        yield 6, "an outer product is needed", _spliced(source, node, f"np.outer({_bare(a)}, {_bare(b)})")
        yield 6, "an element-wise product is needed", _spliced(source, node, f"{a_} * {b_}")
        return
    if sign == "*":
        yield 6, "a matrix product is needed", _spliced(source, node, f"{a} @ {b}")
        yield 6, "an outer product is needed", _spliced(source, node, f"np.outer({_bare(a)}, {_bare(b)})")
    for one, other, bare in ((f"{_atom(left, a)}[:, None]", b, a), (a, f"{_atom(right, b)}[:, None]", b)):
        yield 5, f"{_bare(bare)} must stand as a column", _spliced(source, node, f"{one} {sign} {other}")


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


# LaTeX ---------------------------------------------------------------------------------------------------------------------

_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_MARK = rf"(?:\s*(?:_\s*(?:{_GROUP}|\\[A-Za-z]+|[A-Za-z0-9])|\^\s*(?:{_GROUP}|\([^()]*\)|\[[^\[\]]*\]|\\[A-Za-z]+|[A-Za-z0-9*])|'))*"
_LETTER = rf"(?:\\(?:mathbf|boldsymbol|bm|mathrm|hat|bar|tilde|vec)\s*{_GROUP}|\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|lambda|mu|nu|phi|sigma|Delta|Sigma|Theta|Lambda|Phi)(?![A-Za-z])|(?<![\\A-Za-z])[A-Za-z](?![A-Za-z]))"
_ATOM = re.compile(rf"{_LETTER}{_MARK}")
_TRANSPOSE = re.compile(r"\s*\^\s*(?:\{\s*(?:\\top|\\intercal|\\mathsf\s*\{?\s*T\s*\}?|\\mathrm\s*\{\s*T\s*\}|T)\s*\}|\\top|\\intercal|T)")


def latex_edits(text: str) -> Iterator[Edit]:
    r"""The edits of LaTeX, right of the last equals sign: a transpose at each symbol, taken from each, neighbours exchanged.

    >>> next(latex_edits(r"\nabla_w L = X (h - y)")).text
    '\\nabla_w L = X^\\top (h - y)'
    """
    start = text.rfind("=") + 1
    atoms = [m for m in _ATOM.finditer(text, start) if m.group().strip()]
    for atom in atoms:
        if not _TRANSPOSE.search(atom.group()):
            new = f"{atom.group()}^\\top" if "^" not in atom.group() else f"({atom.group()})^\\top"
            yield _latex_edit(text, atom.span(), new, f"the transpose of {atom.group().strip()} is missing")
    for atom in atoms:
        if _TRANSPOSE.search(atom.group()):
            new = _TRANSPOSE.sub("", atom.group())
            yield _latex_edit(text, atom.span(), new, f"the transpose of {new.strip()} is too much")
    for one, other in pairwise(atoms):
        between = text[one.end() : other.start()]
        if not between.strip():
            says = f"the factors {one.group().strip()} and {other.group().strip()} stand in the wrong order"
            for new in _exchanged(one.group(), other.group()):
                yield _latex_edit(text, (one.start(), other.end()), new, says)


def _exchanged(one: str, other: str) -> Iterable[str]:
    """Two neighbours the other way round, as they are and with their transposes turned."""
    first, second = _turned(one), _turned(other)
    return (f"{other} {one}", f"{second} {one}", f"{other} {first}", f"{second} {first}", f"{first} {second}")


def _turned(atom: str) -> str:
    return _TRANSPOSE.sub("", atom) if _TRANSPOSE.search(atom) else f"{atom}^\\top" if "^" not in atom else f"({atom})^\\top"


def _latex_edit(text: str, span: tuple[int, int], new: str, says: str) -> Edit:
    start, end = span
    whole = text[:start] + new + text[end:]
    return Edit(whole, says, whole.strip())

"""Matrix notation read back: a syntax tree as entries of a matrix, which are terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Literal

from symback.algebra.definitions import Definition
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    HALF,
    MINUS_ONE,
    ONE,
    SWAPPED,
    TWO,
    Apply,
    Bracket,
    Kind,
    Mul,
    Num,
    Pow,
    Reduce,
    Ref,
    Relation,
    Term,
    bracket,
    is_number,
)
from symback.algebra.traverse import substitute
from symback.errors import UnknownTerm
from symback.reading.formula_grammar import (
    Binary,
    Called,
    DerivativeRead,
    Digits,
    Enclosed,
    Iverson,
    Letter,
    Minus,
    OnesSyntax,
    Raised,
    Read,
    Syntax,
    TransposedSyntax,
)
from symback.reading.formula_terms import Scope, everything, named, read_term

Entry = Callable[[Size, Size], Term]
SINGLE, ZEROTH = Size.of(1), Size.of(0)
Over = Literal["all", "rows", "columns"]
KINDS: tuple[Kind, ...] = ("mean", "max", "min", "prod")
REDUCTIONS: dict[str, tuple[Kind, Over]] = {
    **{kind: (kind, "all") for kind in KINDS},
    **{f"row{kind}": (kind, "rows") for kind in KINDS},
    **{f"col{kind}": (kind, "columns") for kind in KINDS},
}


@dataclass(frozen=True, slots=True)
class Value:
    """A matrix: its sizes (None: whatever is needed) and its entries."""

    rows: Size | None
    cols: Size | None
    entry: Entry

    def at(self, row: Size, col: Size) -> Term:
        """The entry at a place; a single row or column meets every one."""
        return self.entry(ZEROTH if self.rows is SINGLE else row, ZEROTH if self.cols is SINGLE else col)

    @property
    def scalar(self) -> bool:
        """Whether it is a single number."""
        return self.rows is SINGLE and self.cols is SINGLE


@dataclass(frozen=True, slots=True)
class Sheet:
    """The scope of a formula, and its bound indices, numbered by where they arise."""

    scope: Scope

    def bound(self, node: Syntax, size: Size, letter: str) -> Index:
        """An index for the sum that a node means; no other node has the same (a product may start where a function does)."""
        return Index(f"{letter}_{node.position}", size)


def read_matrix(node: Syntax, indices: tuple[Index, ...], scope: Scope) -> Term:
    """A formula in matrix notation as the term of its entry at free indices (a row, or a row and a column)."""
    if _scalar_only(node, scope):
        return read_term(node, scope)
    value = matrix(node, Sheet(scope))
    row, col = _sides([Size.of(i) for i in indices], ZEROTH, scope)
    wanted = _sides([i.size for i in indices], SINGLE, scope)
    if len(indices) > 2 or not (value.scalar or (_fits(value.rows, wanted[0]) and _fits(value.cols, wanted[1]))):
        raise scope.error(node, f"this is {value.rows} by {value.cols}, but the left side is {wanted[0]} by {wanted[1]}")
    return value.at(row, col)


def _sides(axes: list[Size], missing: Size, scope: Scope) -> tuple[Size, Size]:
    """Rows and columns of a result; a single axis runs over the rows, or over the columns where vectors are rows."""
    if len(axes) == 1 and scope.table.style.vectors == "row":
        return missing, axes[0]
    first, second = (*axes, missing, missing)[:2]
    return first, second


def local_definition(name: str, node: Syntax, scope: Scope) -> Definition:
    """A name of the "where" part that stands for a whole matrix."""
    value = matrix(node, Sheet(scope))
    sizes = [_known(node, Sheet(scope), size) for size in (value.rows, value.cols)]
    indices = [Index(f"{name}_{axis}", size) for axis, size in zip(("row", "column"), sizes, strict=True)]
    body = value.at(Size.of(indices[0]), Size.of(indices[1]))
    return Definition(name, tuple(indices[k] for k in _kept(value, scope)), body)


def _kept(value: Value, scope: Scope) -> tuple[int, ...]:
    """The axes that a named matrix has: one where it is a vector, none where it is a number."""
    if value.scalar:
        return ()
    if scope.table.style.vectors == "row":
        return (1,) if value.rows is SINGLE else (0, 1)
    return (0,) if value.cols is SINGLE else (0, 1)


def _scalar_only(node: Syntax, scope: Scope) -> bool:
    for part in everything(node):
        if isinstance(part, OnesSyntax | TransposedSyntax | Enclosed) or (isinstance(part, Called) and part.function in REDUCTIONS):
            return False
        if isinstance(part, Letter) and (part.letter in scope.local or is_identity(part)):
            return False
        if isinstance(part, Read | DerivativeRead) and scope.table.axes(named(part, scope)[0], 0):
            return False
    return True


def is_identity(node: Letter) -> bool:
    """Whether a letter that is no declared name is the identity matrix."""
    return node.letter in ("I", "𝐈") and not node.places


def _fits(size: Size | None, other: Size | None) -> bool:
    return size is None or other is None or size is other


@singledispatch
def matrix(node: Any, sheet: Sheet) -> Value:
    """A node as a matrix."""
    raise UnknownTerm(node, "reading matrix notation")


def _scalar(term: Term) -> Value:
    return Value(SINGLE, SINGLE, lambda r, c: term)


@matrix.register
def _(node: Digits, sheet: Sheet) -> Value:
    return _scalar(read_term(node, sheet.scope))


@matrix.register(Read)
@matrix.register(DerivativeRead)
def _(node: Read | DerivativeRead, sheet: Sheet) -> Value:
    name, _ = named(node, sheet.scope)
    axes = sheet.scope.table.axes(name, 0)
    return _array(node, tuple(i.size for i in axes), lambda *places: Ref(name, places), sheet)


def _array(node: Syntax, shape: tuple[Size, ...], entry: Callable[..., Term], sheet: Sheet) -> Value:
    match shape:
        case ():
            return _scalar(entry())
        case (size,) if sheet.scope.table.style.vectors == "row":
            return Value(SINGLE, size, lambda r, c: entry(c))
        case (size,):
            return Value(size, SINGLE, lambda r, c: entry(r))
        case (rows, cols):
            return Value(rows, cols, entry)
    raise sheet.scope.error(node, f"this has {len(shape)} axes, which matrix notation cannot show", "write its places")


@matrix.register
def _(node: Letter, sheet: Sheet) -> Value:
    found = sheet.scope.local.get(node.letter)
    if found is not None and isinstance(found.body, Term):
        body, own = found.body, found.indices
        return _array(node, found.shape, lambda *places: substitute(body, dict(zip(own, places, strict=True))), sheet)
    if is_identity(node):
        return Value(None, None, lambda r, c: bracket(r, "=", c))
    return _scalar(read_term(node, sheet.scope))


@matrix.register
def _(node: OnesSyntax, sheet: Sheet) -> Value:
    return Value(None, SINGLE, lambda r, c: ONE)


@matrix.register
def _(node: Minus, sheet: Sheet) -> Value:
    body = matrix(node.body, sheet)
    return Value(body.rows, body.cols, lambda r, c: _negated(body.at(r, c)))


def _negated(term: Term) -> Term:
    if isinstance(term, Num):
        return Num(-term.value, f"-{term.literal}" if term.literal else None)
    return Mul((MINUS_ONE, *_factors(term)))


def _factors(term: Term) -> tuple[Term, ...]:
    return term.args if isinstance(term, Mul) else (term,)


@matrix.register
def _(node: TransposedSyntax, sheet: Sheet) -> Value:
    return _transposed(matrix(node.body, sheet))


def _transposed(body: Value) -> Value:
    return Value(body.cols, body.rows, lambda r, c: body.at(c, r))


@matrix.register
def _(node: Binary, sheet: Sheet) -> Value:
    left, right = matrix(node.left, sheet), matrix(node.right, sheet)
    match node.sign:
        case "+":
            return entrywise(node, sheet, lambda a, b: a + b, left, right)
        case "−":
            return entrywise(node, sheet, lambda a, b: a + _negated(b), left, right)
        case "⊙":
            return entrywise(node, sheet, _times, left, right)
        case "⊘":
            return entrywise(node, sheet, _over, left, right)
        case "/":
            return entrywise(node, sheet, _over, left, right)
        case "·" | " " if left.scalar or right.scalar:
            return entrywise(node, sheet, _times, left, right)
        case " ":
            return multiplied(node, sheet, left, right)
    raise sheet.scope.error(node, f"{node.sign} needs a scalar on one side", "write ⊙, ⊘ or a matrix product")


def _times(left: Term, right: Term) -> Term:
    return Mul((*_factors(left), *_factors(right)))


def _over(left: Term, right: Term) -> Term:
    return Mul((*_factors(left), Pow(right, MINUS_ONE)))


def entrywise(node: Syntax, sheet: Sheet, of: Callable[..., Term], *values: Value) -> Value:
    """A function of entries; scalars meet every entry."""
    rows, cols = (_common(node, sheet, [v.rows if a == 0 else v.cols for v in values if not v.scalar]) for a in (0, 1))
    return Value(rows, cols, lambda r, c: of(*(v.at(r, c) for v in values)))


def _common(node: Syntax, sheet: Sheet, sizes: list[Size | None]) -> Size | None:
    known = [s for s in sizes if s is not None]
    if not sizes:
        return SINGLE
    for other in known[1:]:
        if other is not known[0]:
            raise sheet.scope.error(node, f"sizes {known[0]} and {other} differ")
    return known[0] if known else None


def multiplied(node: Syntax, sheet: Sheet, left: Value, right: Value) -> Value:
    """A matrix product."""
    if not _fits(left.cols, right.rows):
        raise sheet.scope.error(node, f"inner sizes {left.cols} and {right.rows} differ")
    inner = left.cols if left.cols is not None else right.rows
    if inner is None:
        raise sheet.scope.error(node, "the inner size of this product cannot be told")
    if inner is SINGLE:
        return Value(left.rows, right.cols, lambda r, c: _times(left.at(r, ZEROTH), right.at(ZEROTH, c)))
    k = sheet.bound(node, inner, "k")
    return Value(left.rows, right.cols, lambda r, c: Reduce("sum", k, _times_no_one(left.at(r, Size.of(k)), right.at(Size.of(k), c))))


def _times_no_one(left: Term, right: Term) -> Term:
    if is_number(left, 1):
        return right
    return left if is_number(right, 1) else _times(left, right)


@matrix.register
def _(node: Raised, sheet: Sheet) -> Value:
    exponent = matrix(node.exponent, sheet)
    if isinstance(node.base, Enclosed) and exponent.scalar and exponent.at(ZEROTH, ZEROTH) is TWO:
        return _squared_norm(node.base, sheet)
    return entrywise(node, sheet, Pow, matrix(node.base, sheet), exponent)


def _squared_norm(node: Enclosed, sheet: Sheet) -> Value:
    body = matrix(node.body, sheet)
    return _over_all(node, sheet, "sum", Value(body.rows, body.cols, lambda r, c: Pow(body.at(r, c), TWO)))


def _over_all(node: Syntax, sheet: Sheet, kind: Kind, body: Value) -> Value:
    """A reduction over all entries."""
    row = None if body.rows is SINGLE else sheet.bound(node, _known(node, sheet, body.rows), "r")
    col = None if body.cols is SINGLE else sheet.bound(node, _known(node, sheet, body.cols), "c")
    term = body.at(ZEROTH if row is None else Size.of(row), ZEROTH if col is None else Size.of(col))
    for index in (col, row):
        term = term if index is None else Reduce(kind, index, term)
    return _scalar(term)


def _known(node: Syntax, sheet: Sheet, size: Size | None) -> Size:
    if size is None:
        raise sheet.scope.error(node, "the size of this cannot be told")
    return size


@matrix.register
def _(node: Enclosed, sheet: Sheet) -> Value:
    if node.kind != "‖":
        return _scalar(read_term(node, sheet.scope))
    return _scalar(Pow(_squared_norm(node, sheet).at(ZEROTH, ZEROTH), HALF))


@matrix.register
def _(node: Iverson, sheet: Sheet) -> Value:
    relation: Relation = next(r for r in SWAPPED if r == node.relation)
    return entrywise(node, sheet, lambda a, b: Bracket(relation, a, b), matrix(node.left, sheet), matrix(node.right, sheet))


@matrix.register
def _(node: Called, sheet: Sheet) -> Value:
    args = [matrix(a, sheet) for a in node.args]
    if node.function == "sqrt":
        return entrywise(node, sheet, lambda a: Pow(a, HALF), *args)
    if node.function in OPERATIONS and node.function not in REDUCTIONS:
        return entrywise(node, sheet, lambda *a: Apply(node.function, a), *args)
    if len(args) != 1:
        raise sheet.scope.error(node, f"{node.function} takes one argument, found {len(args)}")
    return _reduced(node, sheet, args[0])


def _reduced(node: Called, sheet: Sheet, body: Value) -> Value:
    if node.function == "diag":
        if body.cols is SINGLE:
            return Value(body.rows, body.rows, lambda r, c: Mul((body.at(r, ZEROTH), bracket(r, "=", c))))
        return Value(body.rows, SINGLE, lambda r, c: body.at(r, r))
    if node.function == "tr":
        i = sheet.bound(node, _known(node, sheet, body.rows), "t")
        return _scalar(Reduce("sum", i, body.at(Size.of(i), Size.of(i))))
    kind, over = REDUCTIONS[node.function]
    if over == "all":
        return _over_all(node, sheet, kind, body)
    if over == "columns":
        return _by_row(node, sheet, kind, _transposed(body))
    return _by_row(node, sheet, kind, body)


def _by_row(node: Syntax, sheet: Sheet, kind: Kind, body: Value) -> Value:
    """A reduction of each row, a column."""
    k = sheet.bound(node, _known(node, sheet, body.cols), "e")
    return Value(body.rows, SINGLE, lambda r, c: Reduce(kind, k, body.at(r, Size.of(k))))

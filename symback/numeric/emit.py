"""Terms as NumPy expressions: one function a node.

The general way is always right: every index is an axis (or the variable of a loop), operands are broadcast, conditions
select with ``np.where``. Shorter ways of saying the same (``@``, ``np.outer``, slices) are taken where they apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import singledispatch
from math import isinf

from symback.algebra.operations import OPERATIONS, Operation
from symback.algebra.sizes import Index, Size, SizeAt
from symback.algebra.terms import NEGATED, Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Ref, Relation, Term, is_number, mul
from symback.algebra.traverse import walk
from symback.errors import NumericError, UnknownTerm
from symback.numeric.contract import contract
from symback.numeric.field import as_float
from symback.numeric.pieces import ATOM, COMPARISON, POWER, PRODUCT, Piece, align, negated, plus, times, union
from symback.numeric.reads import read
from symback.numeric.scope import Scope, number_of, shape
from symback.numeric.stable import Along, flat

SYMBOLS: dict[Relation, str] = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@singledispatch
def emit(node: Term, scope: Scope) -> Piece:
    """A term as source."""
    raise UnknownTerm(node, "write NumPy source")


@emit.register
def _(node: Num, scope: Scope) -> Piece:
    return number(node.value, node.literal)


def number(value: Fraction, literal: str | None = None) -> Piece:
    """An exact rational as source.

    >>> number(Fraction(1, 3)).code, number(Fraction(1, 2)).code
    ('1 / 3', '0.5')
    """
    if value < 0:
        return negated(number(-value, literal[1:] if literal and literal.startswith("-") else None))
    if isinf(as_float(value)):
        raise NumericError(
            f"a number of {len(str(int(value)))} digits", "no float is as large", "write it as a product of names with values"
        )
    if value.denominator == 1:
        whole = int(value)
        return Piece(str(whole) if whole < 2**53 else repr(float(whole)), integer=True, weak=True)
    if Fraction(repr(float(value))) == value:
        return Piece(repr(float(value)), weak=True)
    if max(value.numerator, value.denominator) < 2**53:
        return Piece(f"{value.numerator} / {value.denominator}", binds=PRODUCT, weak=True)
    return Piece(repr(float(value)), weak=True)


@emit.register
def _(node: Count, scope: Scope) -> Piece:
    piece = number_of(node.size, scope)
    return Piece(f"{piece.at_least(ATOM)}.astype(DTYPE)", piece.axes) if piece.axes else piece


@emit.register
def _(node: Ref, scope: Scope) -> Piece:
    return read(node, scope)


@emit.register
def _(node: Bracket, scope: Scope) -> Piece:
    eye = _identity(node, scope)
    return eye if eye is not None else indicator(condition([node], scope))


def indicator(test: Piece) -> Piece:
    """A condition as the number 1 or 0."""
    if not test.axes:
        return Piece(f"(1.0 if {test.code} else 0.0)", weak=True)
    return Piece(f"{test.at_least(ATOM)}.astype(DTYPE)", test.axes)


def _identity(node: Bracket, scope: Scope) -> Piece | None:
    if node.relation != "=" or not isinstance(node.left, Count) or not isinstance(node.right, Count):
        return None
    i, j = node.left.size.single, node.right.size.single
    if not isinstance(i, Index) or not isinstance(j, Index) or i is j or i.size is not j.size or i in scope.loops or j in scope.loops:
        return None
    axes = tuple(sorted((i, j), key=scope.rank))
    return Piece(f"np.eye({number_of(i.size, scope).code}, dtype=DTYPE)", axes)


def condition(brackets: Sequence[Bracket], scope: Scope) -> Piece:
    """All of some brackets as one boolean."""
    tests = [_comparison(b, scope) for b in brackets]
    axes = union(tests, scope.rank)
    if len(tests) == 1:
        return tests[0]
    joint = " & " if axes else " and "
    level = ATOM if axes else COMPARISON
    return Piece(joint.join(align(t, axes).at_least(level) for t in tests), axes, COMPARISON)


def _comparison(node: Bracket, scope: Scope) -> Piece:
    sides = [number_of(s.size, scope) if isinstance(s, Count) else emit(s, scope) for s in (node.left, node.right)]
    axes = union(sides, scope.rank)
    left, right = (align(s, axes).at_least(COMPARISON + 1) for s in sides)
    return Piece(f"{left} {SYMBOLS[node.relation]} {right}", axes, COMPARISON)


@emit.register
def _(node: Add, scope: Scope) -> Piece:
    either = _either(node, scope)
    return either if either is not None else plus([signed(a, scope) for a in node.args], scope.rank)


def _either(node: Add, scope: Scope) -> Piece | None:
    """``a if condition else b`` for two products of which exactly one counts, whatever the loop variable."""
    if len(node.args) != 2:
        return None
    tests = [[f for f in flat(a) if isinstance(f, Bracket)] for a in node.args]
    if any(len(t) != 1 for t in tests) or not _complementary(tests[0][0], tests[1][0], scope):
        return None
    sides = []
    for argument, (test,) in zip(node.args, tests, strict=True):
        rest = [f for f in flat(argument) if f is not test]
        sides.append(emit(mul(rest), scope.assuming([test])))
    if set(sides[0].axes) != set(sides[1].axes) or condition([tests[0][0]], scope).axes:
        return None
    second = align(sides[1], sides[0].axes)
    shared = any(p.plain or p.shared for p in (sides[0], second))
    return Piece(f"({sides[0].code} if {condition([tests[0][0]], scope).code} else {second.code})", sides[0].axes, shared=shared)


def _complementary(one: Bracket, other: Bracket, scope: Scope) -> bool:
    """Whether one of two conditions on a loop variable holds and the other does not, wherever the variable is in its range."""
    parts = [p.size for b in (one, other) for p in (b.left, b.right) if isinstance(p, Count)]
    if len(parts) != 4 or parts[0] is not parts[2]:
        return False
    index = parts[0].single
    if not isinstance(index, Index) or index not in scope.loops:
        return False
    if other.relation == NEGATED[one.relation] and parts[1] is parts[3]:
        return True
    first = one.relation == "=" and parts[1].constant == 0 and other.relation == ">=" and parts[3].constant == 1
    last = one.relation == "=" and parts[1] is index.size - 1 and other.relation == "<" and parts[3] is parts[1]
    return first or last


def signed(node: Term, scope: Scope) -> tuple[int, Piece]:
    """A term as a sign and source without it."""
    if isinstance(node, Num) and node.value < 0:
        return -1, number(-node.value)
    if isinstance(node, Mul):
        parts = flat(node)
        minus = [f for f in parts if isinstance(f, Num) and f.value == -1]
        rest = [f for f in parts if f not in minus]
        if minus and rest:
            return (-1) ** len(minus), _product(rest, scope)
    return 1, emit(node, scope)


@emit.register
def _(node: Mul, scope: Scope) -> Piece:
    parts = flat(node)
    minus = [f for f in parts if isinstance(f, Num) and f.value == -1]
    rest = [f for f in parts if f not in minus]
    product = _product(rest, scope)
    return negated(product) if len(minus) % 2 else product


def _product(parts: Sequence[Term], scope: Scope) -> Piece:
    """A product; its brackets select first, so that what is undefined where one is false never counts."""
    brackets = [f for f in parts if isinstance(f, Bracket)]
    rest = [f for f in parts if not isinstance(f, Bracket)]
    if len(brackets) == 1 and (eye := _identity(brackets[0], scope)) is not None and all(isinstance(f, Num) for f in rest):
        return times([*(_factor(f, scope) for f in rest), (1, eye)], scope.rank)
    value = _plain_product(rest, scope.assuming(brackets))
    return select(brackets, value, scope)


def select(brackets: Sequence[Bracket], value: Piece, scope: Scope) -> Piece:
    """The value where all brackets hold, else 0; what no axis decides is a Python condition."""
    if not brackets:
        return value
    tests = [(b, _comparison(b, scope)) for b in brackets]
    over_axes = [b for b, t in tests if t.axes]
    single = [b for b, t in tests if not t.axes]
    if over_axes:
        value = where(condition(over_axes, scope), value, scope)
    if single:
        value = _chosen(value, condition(single, scope).code, scope)
    return value


def _chosen(value: Piece, test: str, scope: Scope) -> Piece:
    loose = f"({value.code} if {test} else 0.0)"
    if scope.scalar or value.weak:
        return Piece(loose, value.axes, weak=value.weak)
    zero = f"np.zeros({shape(value.axes, scope, 1)}, DTYPE)" if value.axes else "DTYPE(0)"
    return Piece(f"({value.code} if {test} else {zero})", value.axes, loose=loose, shared=value.plain or value.shared)


def where(test: Piece, value: Piece, scope: Scope) -> Piece:
    """``np.where(test, value, 0)``."""
    if value.code == "1":
        return indicator(test)
    axes = union((test, value), scope.rank)
    chosen = f"DTYPE({value.code})" if value.weak else align(value, axes).code
    if not value.plain:
        scope.needs.guarded = True
    return Piece(f"np.where({align(test, axes).code}, {chosen}, 0)", axes)


def _plain_product(parts: Sequence[Term], scope: Scope) -> Piece:
    parts = [f for f in parts if not is_number(f, 1)] if len(parts) > 1 else parts
    if not parts:
        return Piece("1", integer=True, weak=True)
    return times([_factor(f, scope) for f in parts], scope.rank)


def _factor(node: Term, scope: Scope) -> tuple[int, Piece]:
    """A factor as exponent 1 or -1 and source."""
    if isinstance(node, Pow) and isinstance(node.exponent, Num) and node.exponent.value < 0:
        return -1, _power(node.base, -node.exponent.value, scope)
    if isinstance(node, Num) and node.value.numerator == 1 and node.value.denominator > 2 and node.literal is None:
        return -1, Piece(str(node.value.denominator), integer=True, weak=True)
    return 1, emit(node, scope)


@emit.register
def _(node: Pow, scope: Scope) -> Piece:
    if isinstance(node.exponent, Num):
        if node.exponent.value < 0:
            return times([(-1, _power(node.base, -node.exponent.value, scope))], scope.rank)
        return _power(node.base, node.exponent.value, scope)
    base, exponent = emit(node.base, scope), emit(node.exponent, scope)
    axes = union((base, exponent), scope.rank)
    weak = base.weak and exponent.weak
    return Piece(f"{align(base, axes).at_least(ATOM)}**{align(exponent, axes).at_least(ATOM)}", axes, POWER, weak=weak)


def _power(base: Term, exponent: Fraction, scope: Scope) -> Piece:
    piece = emit(base, scope)
    if exponent == 1:
        return piece
    if exponent == Fraction(1, 2):
        return Piece(f"{'math' if scope.scalar or piece.weak else 'np'}.sqrt({piece.code})", piece.axes, weak=piece.weak)
    return Piece(f"{piece.at_least(ATOM)}**{number(exponent).at_least(ATOM)}", piece.axes, POWER, weak=piece.weak)


@emit.register
def _(node: Apply, scope: Scope) -> Piece:
    row = OPERATIONS[node.op]
    args = [emit(a, scope) for a in node.args]
    weak = all(a.weak for a in args)
    function = _function(row, scope, weak)
    if not function:
        assert row.means is not None
        return emit(row.means(*node.args), scope)
    if not args:
        return Piece(function, weak=True)
    if weak and not scope.scalar and not function.startswith("math."):
        args = [Piece(f"DTYPE({a.code})") for a in args]
    axes = union(args, scope.rank)
    return Piece(f"{function}({', '.join(align(a, axes).code for a in args)})", axes, weak=weak and function.startswith("math."))


def _function(row: Operation, scope: Scope, weak: bool) -> str:
    """The function's name: from ``math`` for plain numbers, so that a number never widens a float32 array; empty where there is none."""
    if row.helper and (row.helper.math if scope.scalar else row.helper.numpy):
        return scope.helper(row.helper.name)
    if scope.scalar or (weak and row.plain.startswith("math.")):
        return row.plain
    scope.needs.guarded |= row.warns
    return row.numpy


@emit.register
def _(node: Along, scope: Scope) -> Piece:
    ragged = _ragged(node.index.size, scope)
    if ragged is not None:
        return stacked(node, ragged, scope)
    inner = scope.inside(node.index)
    body = emit(node.body, inner)
    if node.brackets:
        test = condition(node.brackets, inner)
        axes = union((test, body), inner.rank)
        body = Piece(f"np.where({align(test, axes).code}, {align(body, axes).code}, -np.inf)", axes)
    if node.index not in body.axes:
        axes = union((body, Piece("", (node.index,))), inner.rank)
        body = Piece(f"np.broadcast_to({align(body, axes).code}, {shape(axes, scope)})", axes)
    position = body.axes.index(node.index)
    code = f"{scope.helper(node.kind)}({body.code}, axis={position})"
    if node.at is not None and node.at in scope.loops:
        places = ", ".join(scope.loops[node.at] if a is node.index else ":" for a in body.axes[: position + 1])
        return Piece(f"{code}[{places}]", tuple(a for a in body.axes if a is not node.index))
    return Piece(code, tuple(a for a in (node.at if a is node.index else a for a in body.axes) if a is not None))


def ragged_axis(node: Term, axes: Sequence[Index], scope: Scope) -> Index | None:
    """The outermost of some axes that the size of a sum (or maximum) in a term reads, or a place in a list."""
    return next((a for a in axes if any(_has_rows(n, a, scope) for n in walk(node))), None)


def _has_rows(node: Term, index: Index, scope: Scope) -> bool:
    return isinstance(node, Along | Reduce | Ref) and _needs_integer(node, index, scope)


def _ragged(size: Size, scope: Scope) -> Index | None:
    """An index that the size of an axis reads and that is an axis itself: no array has such rows, each is computed alone."""
    found = next((i for i in size.indices if i not in scope.loops), None)
    return found if found is None else _ragged(found.size, scope) or found


def stacked(node: Term, index: Index, scope: Scope) -> Piece:
    """A term for each place of an index, put together as an array."""
    loop = scope.loop_name(index)
    piece = emit(node, scope.looping({index: loop}))
    code = f"DTYPE({piece.code})" if piece.weak else piece.code
    return Piece(f"np.stack([{code} for {loop} in range({number_of(index.size, scope).code})])", (index, *piece.axes))


@emit.register
def _(node: Reduce, scope: Scope) -> Piece:
    ragged = _ragged(node.index.size, scope)
    if ragged is not None:
        return stacked(node, ragged, scope)
    if _must_loop(node, scope):
        return _looped(node, scope)
    binders, body = [node.index], node.body
    while isinstance(body, Reduce) and body.kind == node.kind and not _must_loop(body, scope):
        binders.append(body.index)
        body = body.body
    inner = scope.inside(*binders)
    if node.kind in ("sum", "mean"):
        return _summed(node.kind, binders, body, scope, inner)
    piece = emit(body, inner)
    found = tuple(b for b in binders if b in piece.axes)
    missing = [b for b in binders if b not in piece.axes]
    value = (
        Piece(f"np.{node.kind}({piece.code}{axis_argument(piece, found)})", tuple(a for a in piece.axes if a not in found))
        if found
        else piece
    )
    if node.kind == "prod" and missing:
        count = times([(1, number_of(b.size, scope)) for b in missing], scope.rank)
        return Piece(f"{value.at_least(ATOM)}**{count.at_least(ATOM)}", value.axes, POWER, weak=value.weak)
    return value


def axis_argument(piece: Piece, found: Sequence[Index]) -> str:
    """``, axis=...`` for a reduction over some axes; nothing where it is over all of them."""
    positions = sorted(piece.axes.index(b) for b in found)
    if len(positions) == len(piece.axes):
        return ""
    return f", axis={positions[0]}" if len(positions) == 1 else f", axis=({', '.join(map(str, positions))})"


def _summed(kind: str, binders: Sequence[Index], body: Term, scope: Scope, inner: Scope) -> Piece:
    """Σ or mean: conditions that no axis decides go outside, the others select; what remains is contracted."""
    parts = flat(body)
    brackets = [f for f in parts if isinstance(f, Bracket)]
    rest = [f for f in parts if not isinstance(f, Bracket)]
    outside = [b for b in brackets if not _comparison(b, inner).axes]
    masks = [b for b in brackets if b not in outside]
    minus = sum(1 for f in rest if isinstance(f, Num) and f.value == -1)
    pieces = [_factor(f, inner) for f in rest if not (isinstance(f, Num) and f.value == -1)]
    pieces = _masked(masks, pieces, inner)
    value = contract(kind, binders, pieces, scope, inner)
    return select(outside, negated(value) if minus % 2 else value, scope)


def _masked(masks: Sequence[Bracket], pieces: list[tuple[int, Piece]], scope: Scope) -> list[tuple[int, Piece]]:
    """The factors of a sum with the condition put on the one that shares most axes with it.

    Only values read by name are finite for sure: with any other factor the condition goes around the whole product.
    """
    if not masks:
        return pieces
    test = condition(masks, scope)
    arrays = [k for k, (_, p) in enumerate(pieces) if p.axes]
    if not arrays or not all(e > 0 and (p.plain or not p.axes) for e, p in pieces):
        return [(1, where(test, times(pieces, scope.rank) if pieces else Piece("1"), scope))]
    best = max(arrays, key=lambda k: sum(a in test.axes for a in pieces[k][1].axes))
    return [(e, where(test, p, scope) if k == best else p) for k, (e, p) in enumerate(pieces)]


def _must_loop(node: Reduce, scope: Scope) -> bool:
    """Whether the binder has to be a Python integer: a size depends on it, or it reads along a list."""
    return any(_needs_integer(n, node.index, scope) for n in walk(node.body))


def _needs_integer(node: Term, index: Index, scope: Scope) -> bool:
    if isinstance(node, Along | Reduce):
        return index in node.index.size.indices
    if isinstance(node, Count):
        return _reads_width(node.size, index)
    if isinstance(node, Ref):
        return any(index in p.indices for p in node.places[: scope.listed.get(node.name, 0)]) or any(
            _reads_width(p, index) for p in node.places
        )
    return False


def _reads_width(size: Size, index: Index) -> bool:
    return any(isinstance(a, SizeAt) and index in a.place.indices for a in size.atoms)


def _looped(node: Reduce, scope: Scope) -> Piece:
    loop = scope.loop_name(node.index)
    piece = emit(node.body, scope.looping({node.index: loop}))
    count = number_of(node.index.size, scope)
    if node.kind == "sum":
        return Piece(f"sum({piece.code} for {loop} in range({count.code}))", piece.axes)
    inner = f"[{piece.code} for {loop} in range({count.code})]"
    return Piece(f"np.{node.kind}({inner}, axis=0)", piece.axes)

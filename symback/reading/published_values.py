"""Arrays of published formulas, entry by entry and as matrix products: sizes decide what fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, Kind, Mul, Num, Pow, Reduce, Term, bracket, is_number
from symback.reading.published_context import SINGLE, ZEROTH, Clash, Context, Entry, Tag, Untold, Value


def number(term: Term) -> Value:
    """A scalar."""
    return Value((), lambda: term)


def squeezed(axes: tuple[Index, ...], entry: Entry, tag: Tag | None = None) -> Value:
    """A value without its axes of size 1; a matrix with one row is a row, and definitely so."""
    wide = [k for k, a in enumerate(axes) if a.size is not SINGLE]

    def at(*places: Size) -> Term:
        given = iter(places)
        return entry(*(next(given) if k in wide else ZEROTH for k in range(len(axes))))

    row = len(axes) == 2 and wide == [1]
    return Value(tuple(axes[k] for k in wide), at, row, fixed=len(axes) == 2 and len(wide) > 0, tag=tag)


def factors(term: Term, is_open: bool) -> tuple[Term, ...]:
    """The factors of a product that goes on."""
    return term.args if is_open and isinstance(term, Mul) else (term,)


def times(left: Term, right: Term, is_open: bool) -> Term:
    """A factor more; under the sums of a contraction, so that the links of a chain stay side by side."""
    if is_open and isinstance(left, Reduce) and left.kind == "sum":
        return Reduce("sum", left.index, times(left.body, right, True))
    return Mul((*factors(left, is_open), right))


def over(left: Term, right: Term, is_open: bool) -> Term:
    """A quotient."""
    return times(left, Pow(right, MINUS_ONE), is_open)


def negated(value: Value) -> Value:
    """Minus a value."""
    return replace(value, entry=lambda *p: minus(value.entry(*p), value.open), open=True, tag=None)


def minus(term: Term, is_open: bool = True) -> Term:
    """Minus a term, a number with its own sign."""
    if isinstance(term, Num):
        literal = term.literal and (term.literal[1:] if term.literal.startswith("-") else f"-{term.literal}")
        return Num(-term.value, literal)
    return Mul((MINUS_ONE, *factors(term, is_open)))


def mapped(value: Value, of: Callable[[Term], Term]) -> Value:
    """A function of every entry."""
    return Value(value.axes, lambda *p: of(value.entry(*p)), value.row, value.fixed, fills=value.fills, repeats=value.repeats)


def transposed(value: Value) -> Value:
    """Rows and columns swapped."""
    if value.rank == 2:
        return Value(value.axes[::-1], lambda r, c: value.entry(c, r), fixed=True)
    if value.rank > 2:
        raise Clash(f"{value.says} has no transpose")
    return replace(value, row=not value.row, tag=None)


def entrywise(ctx: Context, of: Callable[[Term, Term], Term], a: Value, b: Value, what: str) -> Value:
    """A function of two entries: numbers meet every entry, a vector every column or row of a matrix that it fits."""
    if not b.rank and not b.any_size:
        return Value(a.axes, lambda *p: of(a.entry(*p), b.entry()), a.row, a.fixed, fills=a.fills, repeats=a.repeats)
    if not a.rank and not a.any_size:
        return Value(b.axes, lambda *p: of(a.entry(), b.entry(*p)), b.row, b.fixed, fills=b.fills, repeats=b.repeats)
    if a.any_size or b.any_size:
        return _any_size(of, a, b)
    if a.shape == b.shape and (a.rank != 1 or a.row == b.row or not (a.fixed or b.fixed)):
        if a.rank == 1 and a.row != b.row:
            raise Clash(f"{what}: {a.says} meets {b.says}")
        repeats = a.repeats if a.repeats == b.repeats else None
        return Value(a.axes, lambda *p: of(a.entry(*p), b.entry(*p)), a.row, a.fixed or b.fixed, repeats=repeats)
    if {a.rank, b.rank} == {1, 2}:
        return _broadcast(ctx, of, a, b, what)
    raise Clash(f"{what}: {a.says} meets {b.says}")


def _any_size(of: Callable[[Term, Term], Term], a: Value, b: Value) -> Value:
    """The vector of ones, or the identity, beside an array."""
    shaped = b if a.any_size else a
    rank = shaped.rank or 2

    def at(*p: Size) -> Term:
        return of(a.entry(*p) if a.rank or a.any_size else a.entry(), b.entry(*p) if b.rank or b.any_size else b.entry())

    if shaped.any_size:
        if "ones" in (a.fills, b.fills) and a.fills != b.fills:
            raise Untold("a vector of ones meets a matrix, and the size of both cannot be told")
        return Value((), at, a.row, fills=a.fills if a.fills == b.fills else "identity")
    if rank > 2 or (rank == 1 and "ones" not in (a.fills, b.fills)):
        raise Clash(f"a matrix of the size it meets stands beside {shaped.says}")
    return Value(shaped.axes, at, shaped.row, shaped.fixed)


def _broadcast(ctx: Context, of: Callable[[Term, Term], Term], a: Value, b: Value, what: str) -> Value:
    matrix, vector = (a, b) if a.rank == 2 else (b, a)
    rows = vector.shape[0] is matrix.shape[0] and not (vector.row and vector.fixed)
    cols = vector.shape[0] is matrix.shape[1] and (vector.row or not vector.fixed)
    if vector.row and cols:
        rows = False
    if vector.repeats is not None:
        rows, cols = vector.repeats == 1 and vector.shape[0] is matrix.shape[0], vector.repeats == 0 and vector.shape[0] is matrix.shape[1]
    if rows and cols:
        rows = ctx.choose("vector beside a square matrix", 2) == 0
        cols = not rows
    if not (rows or cols):
        raise Clash(f"{what}: {a.says} meets {b.says}")
    ctx.note(f"in {what} the vector is added to every {'column' if rows else 'row'} of the matrix")

    def at(r: Size, c: Size) -> Term:
        shown = {id(matrix): matrix.entry(r, c), id(vector): vector.entry(r if rows else c)}
        return of(shown[id(a)], shown[id(b)])

    return Value(matrix.axes, at, fixed=True)


def multiplied(ctx: Context, a: Value, b: Value, what: str) -> Value:
    """A matrix product."""
    if a.any_size or b.any_size:
        return _with_ones(ctx, a, b, what)
    if a.rank > 2 or b.rank > 2:
        raise Clash(f"{what}: {a.says} times {b.says} is no matrix product")
    if a.repeats == 0 and b.rank:
        return replace(multiplied(ctx, replace(a, repeats=None), b, what), repeats=0)
    if b.repeats == 1 and a.rank:
        return replace(multiplied(ctx, a, replace(b, repeats=None), what), repeats=1)
    if a.repeats == 1 and b.rank:
        return multiplied(ctx, replace(a, repeats=None), _with_ones(ctx, transposed(ones()), b, what), what)
    if b.repeats == 0 and a.rank:
        return multiplied(ctx, _with_ones(ctx, a, ones(), what), replace(b, repeats=None), what)
    inner, other = a.sides[1], b.sides[0]
    if inner is not other:
        raise Clash(f"{what}: {a.says} times {b.says}: the inner sizes {inner} and {other} differ")
    k = None if inner is SINGLE else ctx.fresh("k", inner)

    def at(r: Size, c: Size) -> Term:
        if k is None:
            return times(a.cell(r, ZEROTH), b.cell(ZEROTH, c), a.open)
        left, right = a.cell(r, Size.of(k)), b.cell(Size.of(k), c)
        return Reduce("sum", k, Mul((*factors(left, a.open), right)))

    return from_sides(_axis(a, 0), _axis(b, 1), at)


def _axis(value: Value, side: int) -> Index | None:
    """The axis along the rows (0) or the columns (1) of a value."""
    if value.rank == 2:
        return value.axes[side]
    return value.axes[0] if value.rank == 1 and value.row == bool(side) else None


def from_sides(rows: Index | None, cols: Index | None, at: Callable[[Size, Size], Term]) -> Value:
    """A value from its cells; a side that is None has one cell."""
    if rows is None and cols is None:
        return Value((), lambda: at(ZEROTH, ZEROTH), open=True)
    if cols is None:
        assert rows is not None
        return Value((rows,), lambda r: at(r, ZEROTH), open=True)
    if rows is None:
        return Value((cols,), lambda c: at(ZEROTH, c), row=True, open=True)
    other = Index(cols.name, cols.size, cols.mark + 1) if (rows.name, rows.mark) == (cols.name, cols.mark) else cols
    return Value((rows, other), at, fixed=True, open=True)


def _with_ones(ctx: Context, a: Value, b: Value, what: str) -> Value:
    """A product with the identity, or with ones, which take the size they meet: ones beside the axis of another sum over it."""
    if a.any_size and b.any_size:
        return _of_any_size(a, b, what)
    shaped, special = (b, a) if a.any_size else (a, b)
    if special.fills == "identity":
        return _with_identity(ctx, a, b, what)
    if special.fills == "block":
        return _with_block(ctx, a, b, what)
    side = 0 if shaped is b else 1
    axis = _axis(shaped, side)
    outer = special.row == bool(side)
    if axis is not None and outer:
        raise Clash(f"{what}: a {'column' if side == 0 else 'row'} of ones stands {'before' if side == 0 else 'after'} {shaped.says}")
    if axis is None:
        if not outer:
            raise Clash(f"{what}: a {'row' if side == 0 else 'column'} of ones stands {'before' if side == 0 else 'after'} {shaped.says}")
        ctx.note(f"{what} with ones repeats the {'row' if side == 0 else 'column'} as often as it has to be")
        return replace(mapped(shaped, lambda t: _scaled(special, t, shaped is a)), repeats=side)
    k = ctx.fresh("k", axis.size)
    place = Size.of(k)
    rows, cols = (None, _axis(shaped, 1)) if side == 0 else (_axis(shaped, 0), None)

    def at(r: Size, c: Size) -> Term:
        return Reduce("sum", k, _scaled(special, shaped.cell(place, c) if side == 0 else shaped.cell(r, place), shaped is a))

    return from_sides(rows, cols, at)


def _of_any_size(a: Value, b: Value, what: str) -> Value:
    """A column of ones times a row of ones is a block of ones; the identity leaves all as it is."""
    for one, other in ((a, b), (b, a)):
        if one.fills == "identity" and one.entry() is identity().entry():
            return other
    if not (a.fills == b.fills == "ones" and not a.row and b.row):
        raise Untold(f"{what}: the sizes of this product cannot be told")
    return Value((), lambda *p: _scaled(a, b.entry(), after=False), fills="block")


def _with_block(ctx: Context, a: Value, b: Value, what: str) -> Value:
    """A product with a block of ones, 𝟏 𝟏ᵀ A: the ones beside A sum over its axis, and the others repeat what comes out."""
    shaped, block = (b, a) if a.any_size else (a, b)
    outer = replace(block, fills="ones", row=shaped is a)
    inner = multiplied(ctx, transposed(ones()), b, what) if shaped is b else multiplied(ctx, a, ones(), what)
    if not inner.rank:
        return entrywise(ctx, lambda x, y: times(x, y, inner.open), inner, outer, what)
    return multiplied(ctx, outer, inner, what) if shaped is b else multiplied(ctx, inner, outer, what)


def _with_identity(ctx: Context, a: Value, b: Value, what: str) -> Value:
    """A product with a multiple of the identity."""
    shaped, special = (b, a) if a.any_size else (a, b)
    if special.entry() is identity().entry():
        return shaped
    axis = _axis(shaped, 0 if shaped is b else 1)
    if axis is None:
        raise Clash(f"{what}: the size of the identity beside {shaped.says} cannot be told")
    square = Value((axis, axis), special.entry, fixed=True)
    return multiplied(ctx, square, b, what) if shaped is b else multiplied(ctx, a, square, what)


def _scaled(special: Value, term: Term, after: bool) -> Term:
    """A term times what stands with the ones."""
    factor = special.entry()
    if is_number(factor, 1):
        return term
    return Mul((term, factor)) if after else Mul((*factors(factor, special.open), term))


def along(ctx: Context, value: Value, side: int, kind: Kind) -> Value:
    """A reduction of each row (1) or of each column (0) to a number; the numbers make a column."""
    if value.rank != 2:
        raise Clash(f"{value.says} has no rows and columns to reduce")
    k = ctx.fresh("k", value.shape[side])
    kept, place = value.axes[1 - side], Size.of(k)
    return Value((kept,), lambda p: Reduce(kind, k, value.entry(p, place) if side == 1 else value.entry(place, p)))


def reduced(ctx: Context, value: Value, kind: Kind, letter: str = "k") -> Value:
    """A reduction over all entries."""
    if value.any_size:
        raise Clash("the size of this cannot be told")
    indices = tuple(ctx.fresh(letter, a.size) for a in value.axes)
    body = value.entry(*map(Size.of, indices))
    for index in reversed(indices):
        body = Reduce(kind, index, body)
    return number(body)


def identity() -> Value:
    """The identity matrix, of the size it meets."""
    return Value((), lambda r=ZEROTH, c=ZEROTH: bracket(r, "=", c), fills="identity")


def ones() -> Value:
    """The vector of ones, of the size it meets."""
    return Value((), lambda *p: ONE, fills="ones")

"""Arrays of published formulas: entries as terms, with the orientation and the layout that matrix notation lives on.

A value has axes; one axis is a column or a row, two are a matrix, and axes of size 1 are gone. A derivative remembers what it
derives and by what, so that a chain of derivatives contracts over the axes that meet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, ZERO, Add, Kind, Mul, Name, Num, Partial, Pow, Reduce, Ref, Term, bracket, is_number
from symback.algebra.traverse import free_indices
from symback.errors import ReadingError
from symback.network.program import Leaf, Program
from symback.reading.published_names import Names

SINGLE, ZEROTH = Size.of(1), Size.of(0)
Entry = Callable[..., Term]


class Clash(Exception):
    """Sizes that cannot meet: the text is read, and what it says does not fit."""


class Undeclared(ReadingError):
    """A symbol that nothing declares."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What a derivative derives and by what, each with its number of axes."""

    of: Name
    of_rank: int
    by: Name
    by_rank: int


@dataclass(frozen=True, slots=True)
class Value:
    """An array: its axes, its entry at places, whether one axis is a row, whether that is definite, and the derivative it is.

    ``open`` says that the entry is a product that goes on. ``any_size`` marks a value that takes the size it meets.
    """

    axes: tuple[Index, ...]
    entry: Entry
    row: bool = False
    fixed: bool = False
    tag: Tag | None = None
    open: bool = False
    any_size: bool = False

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.axes)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The size of each axis."""
        return tuple(i.size for i in self.axes)

    @property
    def sides(self) -> tuple[Size, Size]:
        """Rows and columns."""
        if self.rank == 1:
            return (SINGLE, self.shape[0]) if self.row else (self.shape[0], SINGLE)
        return (self.shape[0], self.shape[1]) if self.rank == 2 else (SINGLE, SINGLE)

    def cell(self, r: Size, c: Size) -> Term:
        """The entry at a row and a column."""
        match self.rank:
            case 0:
                return self.entry()
            case 1:
                return self.entry(c if self.row else r)
        return self.entry(r, c)

    @property
    def says(self) -> str:
        """The shape in words."""
        match self.rank:
            case 0:
                return "a number"
            case 1:
                return f"a {'row' if self.row else 'column'} of {self.shape[0]}"
            case 2:
                return f"{self.shape[0]} by {self.shape[1]}"
        return " by ".join(map(repr, self.shape))


@dataclass
class Context:
    """What letters mean in a statement, and what reading it adds: indices, definitions, choices."""

    source: str
    program: Program
    names: Names
    letters: dict[str, Index] = field(default_factory=dict)
    zero_based: set[str] = field(default_factory=set)
    layers: dict[str, str] = field(default_factory=dict)
    policy: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    added: list[Definition] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    sizes: dict[object, Size] = field(default_factory=dict)
    free: dict[str, Index] = field(default_factory=dict)
    updating: bool = False
    bounds: dict[str, Size] = field(default_factory=dict)
    loss_letter: bool = False
    _marks: dict[str, int] = field(default_factory=dict)

    def error(self, position: int, found: str, remedy: str = "") -> ReadingError:
        """What is wrong at a position."""
        return ReadingError(self.source, found, remedy, position)

    def note(self, says: str) -> None:
        """Say a choice."""
        self.notes[says] = None

    def choose(self, key: str, options: int) -> int:
        """Which of the readings of a kind of sign is tried now."""
        self.asked[key] = options
        return self.policy.get(key, 0)

    @cached_property
    def taken(self) -> set[tuple[str, int]]:
        """What the axes of the program look like."""
        shapes = [leaf.indices for leaf in self.program.leaves] + [d.indices for d in self.program.definitions]
        axes = [i for indices in shapes for i in indices]
        return {(i.name, i.mark) for i in axes}

    def fresh(self, letter: str, size: Size) -> Index:
        """An index that looks like no other of this statement and like no axis of the program."""
        mark = self._marks.get(letter, 0)
        used = {(i.name, i.mark) for i in (*self.letters.values(), *self.free.values())} | self.taken
        while (letter, mark) in used:
            mark += 1
        self._marks[letter] = mark + 1
        return Index(letter, size, mark)

    def define(self, value: Value, wish: str) -> str:
        """The name under which a value is defined; free letters become axes of it, before those of the value."""
        places = tuple(Size.of(a) for a in value.axes)
        body = value.entry(*places)
        outer = tuple(i for i in free_indices(body) if i not in value.axes)
        for definition in self.added:
            if definition.body is body and definition.indices == (*outer, *value.axes):
                return str(definition.name)
        taken = {leaf.name for leaf in self.program.leaves} | {str(d.name) for d in (*self.program.definitions, *self.added)}
        name = next(n for n in (wish, *(f"{wish}_{k}" for k in range(1, 10_000))) if n not in taken)
        self.added.append(Definition(name, (*outer, *value.axes), body))
        return name


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
    return Value(value.axes, lambda *p: of(value.entry(*p)), value.row, value.fixed, any_size=value.any_size)


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
        return Value(a.axes, lambda *p: of(a.entry(*p), b.entry()), a.row, a.fixed, any_size=a.any_size)
    if not a.rank and not a.any_size:
        return Value(b.axes, lambda *p: of(a.entry(), b.entry(*p)), b.row, b.fixed, any_size=b.any_size)
    if a.any_size or b.any_size:
        return _any_size(of, a, b)
    if a.shape == b.shape and (a.rank != 1 or a.row == b.row or not (a.fixed or b.fixed)):
        if a.rank == 1 and a.row != b.row:
            raise Clash(f"{what}: {a.says} meets {b.says}")
        return Value(a.axes, lambda *p: of(a.entry(*p), b.entry(*p)), a.row, a.fixed or b.fixed)
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
        return Value((), at, any_size=True)
    if rank > 2:
        raise Clash(f"the identity meets {shaped.says}")
    return Value(shaped.axes, at, shaped.row, shaped.fixed)


def _broadcast(ctx: Context, of: Callable[[Term, Term], Term], a: Value, b: Value, what: str) -> Value:
    matrix, vector = (a, b) if a.rank == 2 else (b, a)
    rows = vector.shape[0] is matrix.shape[0] and not (vector.row and vector.fixed)
    cols = vector.shape[0] is matrix.shape[1] and (vector.row or not vector.fixed)
    if vector.row and cols:
        rows = False
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
        raise Clash(f"{what}: the sizes of this product cannot be told")
    shaped, special = (b, a) if a.any_size else (a, b)
    if special.tag is not None:
        return (
            entrywise(ctx, lambda x, y: times(x, y, a.open), replace(shaped, open=True), number(special.entry()), what)
            if special.rank
            else shaped
        )
    side = 0 if shaped is b else 1
    axis = _axis(shaped, side)
    outer = special.row == bool(side)
    if axis is not None and outer:
        raise Clash(f"{what}: a {'column' if side == 0 else 'row'} of ones stands {'before' if side == 0 else 'after'} {shaped.says}")
    if axis is None:
        if not outer:
            raise Clash(f"{what}: a {'row' if side == 0 else 'column'} of ones stands {'before' if side == 0 else 'after'} {shaped.says}")
        ctx.note(f"{what} with ones repeats the {'row' if side == 0 else 'column'} as often as it has to be")
        return mapped(shaped, lambda t: _scaled(special, t, shaped is a))
    k = ctx.fresh("k", axis.size)
    place = Size.of(k)
    rows, cols = (None, _axis(shaped, 1)) if side == 0 else (_axis(shaped, 0), None)

    def at(r: Size, c: Size) -> Term:
        return Reduce("sum", k, _scaled(special, shaped.cell(place, c) if side == 0 else shaped.cell(r, place), shaped is a))

    return from_sides(rows, cols, at)


def _scaled(special: Value, term: Term, after: bool) -> Term:
    """A term times what stands with the ones."""
    factor = special.entry()
    if is_number(factor, 1):
        return term
    return Mul((term, factor)) if after else Mul((*factors(factor, special.open), term))


def reduced(ctx: Context, value: Value, kind: Kind, letter: str = "k") -> Value:
    """A reduction over all entries."""
    if value.any_size:
        raise Clash("the size of this cannot be told")
    indices = tuple(ctx.fresh(letter, a.size) for a in value.axes)
    body = value.entry(*map(Size.of, indices))
    for index in reversed(indices):
        body = Reduce(kind, index, body)
    return number(body)


def contracted(ctx: Context, a: Value, b: Value, rank: int, keep_a: slice, meet_a: slice, meet_b: slice, keep_b: slice) -> Value:
    """The sum over the axes at which two arrays meet."""
    met = tuple(ctx.fresh("k", axis.size) for axis in b.axes[meet_b])
    axes_a, axes_b = a.axes[keep_a], b.axes[keep_b]
    axes: list[Index] = []
    for axis in (*axes_a, *axes_b):
        mark = axis.mark
        while any((o.name, o.mark) == (axis.name, mark) for o in axes):
            mark += 1
        axes.append(Index(axis.name, axis.size, mark))
    cut = len(axes_a)

    def at(*places: Size) -> Term:
        inside = tuple(map(Size.of, met))
        left = a.entry(*_woven(a.rank, keep_a, places[:cut], meet_a, inside))
        right = b.entry(*_woven(b.rank, keep_b, places[cut:], meet_b, inside))
        body = times(left, right, a.open)
        for index in reversed(met):
            body = Reduce("sum", index, body)
        return body

    return Value(tuple(axes), at, open=True, row=len(axes) == 1 and _is_row(a, b, len(axes_a)))


def _is_row(a: Value, b: Value, kept: int) -> bool:
    return False


def _woven(rank: int, first: slice, places: tuple[Size, ...], second: slice, others: tuple[Size, ...]) -> tuple[Size, ...]:
    given: Mapping[int, Size] = {
        **dict(zip(range(rank)[first], places, strict=True)),
        **dict(zip(range(rank)[second], others, strict=True)),
    }
    return tuple(given[k] for k in range(rank))


def chained(ctx: Context, a: Value, b: Value, what: str, schematic: bool) -> Value | None:
    """The product of derivatives that meet: over the axes of the name between them. None where none meets."""
    s, t = a.tag, b.tag
    if s is not None and t is not None:
        if s.by == t.of and s.by_rank == t.of_rank and t.of_rank:
            ctx.note(f"{what}: derivatives that meet are summed over the axes of {t.of}")
            made = contracted(
                ctx, a, b, t.of_rank, slice(0, s.of_rank), slice(s.of_rank, None), slice(0, t.of_rank), slice(t.of_rank, None)
            )
            return replace(
                made,
                tag=Tag(s.of, s.of_rank, t.by, t.by_rank),
                row=_by_row(b, t) if made.rank == 1 else False,
                fixed=made.rank == 1 and b.fixed,
            )
        if t.by == s.of and t.by_rank == s.of_rank and s.of_rank:
            ctx.note(f"{what}: derivatives that meet are summed over the axes of {s.of}")
            made = contracted(
                ctx, b, a, s.of_rank, slice(0, t.of_rank), slice(t.of_rank, None), slice(0, s.of_rank), slice(s.of_rank, None)
            )
            return replace(made, tag=Tag(t.of, t.of_rank, s.by, s.by_rank))
    if not schematic:
        return None
    if t is not None and t.of_rank and t.by_rank and a.shape == b.shape[: t.of_rank]:
        ctx.note(f"{what}: what stands before a derivative of {t.of} is summed over the axes of {t.of}")
        made = contracted(ctx, a, b, t.of_rank, slice(0, 0), slice(0, None), slice(0, t.of_rank), slice(t.of_rank, None))
        return made
    if s is not None and s.of_rank and s.by_rank and b.shape == a.shape[: s.of_rank]:
        ctx.note(f"{what}: what stands after a derivative of {s.of} is summed over the axes of {s.of}")
        return contracted(ctx, a, b, s.of_rank, slice(s.of_rank, None), slice(0, s.of_rank), slice(0, None), slice(0, 0))
    return None


def _by_row(value: Value, tag: Tag) -> bool:
    return value.row if value.rank == 1 else False


def diagonal(value: Value) -> Value:
    """The derivative of each entry by its own."""
    half = value.rank // 2
    return Value(value.axes[half:], lambda *p: value.entry(*p, *p))


def identity() -> Value:
    """The identity matrix, of the size it meets."""
    return Value((), lambda r=ZEROTH, c=ZEROTH: bracket(r, "=", c), any_size=True, tag=Tag("identity", 0, "identity", 0))


def ones() -> Value:
    """The vector of ones, of the size it meets."""
    return Value((), lambda *p: ONE, any_size=True)


def matrix_of(ctx: Context, rows: tuple[tuple[Term, ...], ...]) -> Value:
    """A matrix from its cells; at an index an entry is the sum of all, each under its bracket."""
    axes = (ctx.fresh("r", Size.of(len(rows))), ctx.fresh("c", Size.of(len(rows[0]))))

    def at(r: Size, c: Size) -> Term:
        parts = []
        for k, row in enumerate(rows):
            if r.constant is not None and r.constant != k:
                continue
            for m, cell in enumerate(row):
                if c.constant is not None and c.constant != m:
                    continue
                where = [bracket(p, "=", n) for p, n in ((r, k), (c, m)) if p.constant is None]
                parts.append(Mul((*where, cell)) if where else cell)
        kept = [p for p in parts if not (isinstance(p, Mul) and is_number(p.args[-1], 0))]
        return kept[0] if len(kept) == 1 else Add(tuple(kept)) if kept else ZERO

    return squeezed(axes, at)


__all__ = ["Clash", "Context", "Partial", "Ref", "Tag", "Undeclared", "Value"]

"""Products of derivatives that meet, and arrays from their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ZERO, Add, Mul, Reduce, Term, bracket, is_number
from symback.reading.published_context import ZEROTH, Clash, Context, Tag, Value
from symback.reading.published_values import squeezed, times


def contracted(ctx: Context, a: Value, b: Value, keep_a: slice, meet_a: slice, meet_b: slice, keep_b: slice) -> Value:
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

    return Value(tuple(axes), at, open=True)


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
            made = contracted(ctx, a, b, slice(0, s.of_rank), slice(s.of_rank, None), slice(0, t.of_rank), slice(t.of_rank, None))
            return replace(
                made,
                tag=Tag(s.of, s.of_rank, t.by, t.by_rank),
                row=made.rank == b.rank == 1 and b.row,
                fixed=made.rank == 1 and b.fixed,
            )
        if t.by == s.of and t.by_rank == s.of_rank and s.of_rank:
            ctx.note(f"{what}: derivatives that meet are summed over the axes of {s.of}")
            made = contracted(ctx, b, a, slice(0, t.of_rank), slice(t.of_rank, None), slice(0, s.of_rank), slice(s.of_rank, None))
            return replace(made, tag=Tag(t.of, t.of_rank, s.by, s.by_rank))
    if not schematic:
        return None
    if t is not None and t.of_rank and t.by_rank and a.shape == b.shape[: t.of_rank]:
        ctx.note(f"{what}: what stands before a derivative of {t.of} is summed over the axes of {t.of}")
        made = contracted(ctx, a, b, slice(0, 0), slice(0, None), slice(0, t.of_rank), slice(t.of_rank, None))
        return made
    if s is not None and s.of_rank and s.by_rank and b.shape == a.shape[: s.of_rank]:
        ctx.note(f"{what}: what stands after a derivative of {s.of} is summed over the axes of {s.of}")
        return contracted(ctx, a, b, slice(s.of_rank, None), slice(0, s.of_rank), slice(0, None), slice(0, 0))
    return None


def diagonal(value: Value) -> Value:
    """The derivative of each entry by its own."""
    half = value.rank // 2
    return Value(value.axes[half:], lambda *p: value.entry(*p, *p))


def blocks(ctx: Context, cells: tuple[tuple[Value, ...], ...]) -> Value:
    """A matrix of matrices: an entry is the sum of all blocks, each under the brackets that say where it stands."""
    if any(c.any_size or c.rank > 2 for row in cells for c in row):
        raise Clash("the size of a block cannot be told")
    heights = [row[0].sides[0] for row in cells]
    widths = [cell.sides[1] for cell in cells[0]]
    if any(c.sides != (heights[k], widths[m]) for k, row in enumerate(cells) for m, c in enumerate(row)):
        raise Clash("the blocks of this matrix do not fit: " + ", ".join(c.says for row in cells for c in row))
    tops, lefts = _offsets(heights), _offsets(widths)

    def at(r: Size, c: Size) -> Term:
        parts = [
            Mul((*_within(r, tops[k], heights[k]), *_within(c, lefts[m], widths[m]), cell.cell(r - tops[k], c - lefts[m])))
            for k, row in enumerate(cells)
            for m, cell in enumerate(row)
        ]
        return Add(tuple(parts)) if len(parts) > 1 else parts[0]

    return squeezed((ctx.fresh("r", tops[-1]), ctx.fresh("c", lefts[-1])), at)


def _offsets(sizes: list[Size]) -> list[Size]:
    """Where each block begins, and where the last one ends."""
    found = [ZEROTH]
    for size in sizes:
        found.append(found[-1] + size)
    return found


def _within(place: Size, start: Size, size: Size) -> tuple[Term, ...]:
    """The brackets of a place that lies in a block."""
    return bracket(place, ">=", start), bracket(place, "<", start + size)


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

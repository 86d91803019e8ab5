"""Reading a name at places: whole arrays, slices, entries, and clipped fancy indexing where a place may leave its range."""

from __future__ import annotations

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import Ref
from symback.numeric.pieces import ATOM, Axes, Piece, align, union
from symback.numeric.scope import Scope, at_least, number_of


def read(node: Ref, scope: Scope) -> Piece:
    """The source of ``name[places]``.

    Places that are loop variables or constants select entries, unit steps become slices, all others fancy indexing;
    a place that is not provably in range is clipped, for the condition around it decides with ``np.where``.
    """
    code = scope.name(node.name)
    indices = scope.program.indices(node.name)
    sizes = _sizes_at(indices, node.places)
    listed = scope.listed.get(node.name, 0)
    for place in node.places[:listed]:
        code += f"[{number_of(place, scope).code}]"
    places, sizes = node.places[listed:], sizes[listed:]
    if not places:
        return Piece(code, (), ATOM, plain=True)
    array_axes = [tuple(i for i in p.indices if i not in scope.loops) for p in places]
    single = [_slice(p, s, scope) for p, s in zip(places, sizes, strict=True)]
    fancy = [k for k, (axes, cut) in enumerate(zip(array_axes, single, strict=True)) if axes and cut is None]
    cut_axes = [axes[0] for k, axes in enumerate(array_axes) if axes and k not in fancy]
    has_entries = any(not axes for axes in array_axes)
    repeated = len(dict.fromkeys(cut_axes)) < len(cut_axes)
    shared = any(a in array_axes[k] for k in fancy for a in cut_axes)
    if not fancy and not repeated:
        return _basic(code, array_axes, single, places, scope)
    if len(fancy) == 1 and not has_entries and not repeated and not shared:
        grid = _grid(places[fancy[0]], sizes[fancy[0]], scope)
        return _one_fancy(code, array_axes, single, fancy[0], grid)
    return _all_fancy(code, places, sizes, scope)


def _sizes_at(indices: tuple[Index, ...], places: tuple[Size, ...]) -> tuple[Size, ...]:
    """The size of each axis where earlier axes are read at the given places."""
    mapping = dict(zip(indices, places, strict=True))
    return tuple(i.size.substitute(mapping) for i in indices)


def in_range(place: Size, size: Size) -> bool:
    """Whether a place is in range whatever the indices."""
    return provably_at_least(place) and provably_at_least(size - 1 - place)


def _slice(place: Size, size: Size, scope: Scope) -> str | None:
    """The slice for a place that is an index plus an offset, ``:`` for the whole axis; None where no slice says it."""
    axes = [i for i in place.indices if i not in scope.loops]
    if len(axes) != 1:
        return None
    index = axes[0]
    split = place.coefficient(index)
    if split is None:
        return None
    slope, offset = split
    size, place = size.substitute(scope.equal), place.substitute(scope.equal)
    width = index.size.substitute(scope.equal)
    if slope.constant == 1 and offset.constant == 0 and width is size:
        return ":"
    if slope.constant == -1 and width is size and offset is size - 1:
        return "::-1"
    if slope.constant != 1 or not in_range(place, size):
        return None
    low = "" if offset.constant == 0 else number_of(offset, scope).code
    end = offset + index.size
    high = "" if end is size else at_least(0, end, scope)
    return f"{low}:{high}"


def _basic(code: str, array_axes: list[Axes], cuts: list[str | None], places: tuple[Size, ...], scope: Scope) -> Piece:
    marks = [number_of(p, scope).code if c is None else c for p, c in zip(places, cuts, strict=True)]
    while marks and marks[-1] == ":":
        marks.pop()
    axes = tuple(a[0] for a in array_axes if a)
    return Piece(f"{code}[{', '.join(marks)}]" if marks else code, axes, ATOM, plain=True)


def _grid(place: Size, size: Size, scope: Scope) -> Piece:
    piece = number_of(place, scope)
    if not piece.axes or in_range(place, size):
        return piece
    return Piece(f"np.clip({piece.code}, 0, {at_least(0, size - 1, scope)})", piece.axes, integer=True)


def _one_fancy(code: str, array_axes: list[Axes], cuts: list[str | None], at: int, grid: Piece) -> Piece:
    marks = [grid.code if k == at else str(cut) for k, cut in enumerate(cuts)]
    while marks[-1] == ":":
        marks.pop()
    axes = tuple(a for k, own in enumerate(array_axes) for a in (grid.axes if k == at else own))
    return Piece(f"{code}[{', '.join(marks)}]", axes, ATOM, plain=True)


def _all_fancy(code: str, places: tuple[Size, ...], sizes: tuple[Size, ...], scope: Scope) -> Piece:
    grids = [_grid(p, s, scope) for p, s in zip(places, sizes, strict=True)]
    axes = union(grids, scope.rank)
    return Piece(f"{code}[{', '.join(align(g, axes).code for g in grids)}]", axes, ATOM, plain=True)

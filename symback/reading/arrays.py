"""Array values while a text is read: axes and a scalar body, with NumPy's broadcasting.

Every read of a name gets indices of its own, so nothing can be captured; `symback.reading.settle` gives them the
letters a reader sees. An axis of size 1 has an index that its body never reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from symback.algebra.sizes import Index, Size, SizeLike, provably_at_least
from symback.algebra.terms import ONE, ZERO, Kind, Mul, Ref, Term, reduce_over
from symback.algebra.traverse import substitute
from symback.network.hints import shape_text

ONE_WIDE = Size.of(1)
NOTHING: Mapping[Kind, Term] = {"sum": ZERO, "prod": ONE}
"""What a reduction of nothing is; a mean or a maximum of nothing is an error."""


class Misfit(Exception):
    """Something in a text makes no sense; the reader adds the text and the place to it."""

    def __init__(self, found: str, remedy: str = "", sizes: bool = False) -> None:
        self.found, self.remedy, self.sizes = found, remedy, sizes
        self.position: int | None = None
        super().__init__(found)


class Indices(Protocol):
    """What array functions need of the scope: fresh indices, and the rule by which two sizes agree."""

    def index(self, size: SizeLike, letter: str = "") -> Index: ...

    def agree(self, first: Size, second: Size) -> bool: ...


@dataclass(frozen=True, slots=True)
class Array:
    """A value: one index per axis and the body of an entry; ``text`` is how it was written, ``boolean`` as in NumPy."""

    axes: tuple[Index, ...]
    body: Term
    boolean: bool = False
    text: str = ""

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.axes)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The size of each axis."""
        return tuple(i.size for i in self.axes)

    @property
    def says(self) -> str:
        """Text and shape, for messages: ``W2 is (k, j)``."""
        return f"{self.text or 'a value'} is {shape_text(self.shape)}"


def is_one(size: Size) -> bool:
    """Whether an axis has size 1 (and therefore broadcasts)."""
    return size is ONE_WIDE


def is_empty(size: Size) -> bool:
    """Whether an axis has no places at all, as that of ``x[3:3]``."""
    return size.constant == 0


def counted(start: Size, stop: Size, step: Size) -> Size:
    """How many places ``start, start + step, ...`` there are before ``stop``, for a step of known sign.

    >>> counted(Size.of(0), Size.of("n"), Size.of(2)), counted(Size.of("n") - 1, Size.of(-1), Size.of(-1))
    ((n + 1)//2, n)
    """
    for sign in (1, -1):
        width = step * sign
        if provably_at_least(width, 1):
            length = ((stop - start) * sign + width - 1) // width
            return Size.of(0) if provably_at_least(-length) else length
    raise Misfit(f"the step {step} is not known to be positive or negative")


def over(kind: Kind, indices: Sequence[Index], body: Term) -> Term:
    """A reduction over indices, as NumPy has it for none and for none left: an empty sum is 0, an empty product 1.

    >>> from symback.algebra.terms import ref
    >>> over("sum", [Index("i", 0)], ref("x"))
    0
    """
    if any(is_empty(i.size) for i in indices):
        if kind not in NOTHING:
            raise Misfit(f"the {kind} of no entries has no value", "give a slice that is not empty", sizes=True)
        return NOTHING[kind]
    return reduce_over(kind, [i for i in indices if not is_one(i.size)], body)


def at(array: Array, places: Sequence[SizeLike]) -> Term:
    """The entry of an array at places."""
    moves = {i: Size.of(p) for i, p in zip(array.axes, places, strict=True) if not is_one(i.size)}
    return substitute(array.body, moves)


def read_whole(body: Term, axes: Sequence[Index], declared: Mapping[str, tuple[Index, ...]]) -> str | None:
    """The name that a body reads whole over its axes, or None: at every place of every axis, so that a part such as ``A[:2]`` is none.

    >>> from symback.algebra.terms import ref
    >>> i, n = Index("i", 2), Index("n", 3)
    >>> read_whole(ref("x", i), [i], {"x": (i,)}), read_whole(ref("x", i), [i], {"x": (n,)})
    ('x', None)
    """
    if not isinstance(body, Ref) or not isinstance(body.name, str) or len(declared.get(body.name, ())) != len(axes):
        return None
    known = declared.get(body.name, ())
    moves = {ours: Size.of(axis) for ours, axis in zip(known, axes, strict=True)}
    sizes = tuple(ours.size.substitute(moves) for ours in known)
    places = tuple(Size.of(0) if is_one(axis.size) else Size.of(axis) for axis in axes)
    return body.name if body.places == places and sizes == tuple(axis.size for axis in axes) else None


def copy(scope: Indices, array: Array) -> Array:
    """The same array over fresh indices (sizes that read an earlier axis follow it)."""
    moves: dict[Index, Size] = {}
    axes = []
    for axis in array.axes:
        new = scope.index(axis.size.substitute(moves), axis.name)
        moves[axis] = Size.of(new)
        axes.append(new)
    return replace(array, axes=tuple(axes), body=substitute(array.body, moves))


def broadcast(scope: Indices, arrays: Sequence[Array]) -> tuple[tuple[Index, ...], tuple[Term, ...]]:
    """The common axes of some arrays, as NumPy broadcasts them, and their bodies over those axes."""
    rank = max((a.rank for a in arrays), default=0)
    axes = tuple(_common(scope, arrays, back) for back in range(rank, 0, -1))
    return axes, tuple(_onto(a, axes) for a in arrays)


def _common(scope: Indices, arrays: Sequence[Array], back: int) -> Index:
    """The index of the axis counted from the last one."""
    first: tuple[Array, Index] | None = None
    for array in arrays:
        if array.rank < back or is_one(array.axes[-back].size):
            continue
        axis = array.axes[-back]
        if first is None:
            first = (array, axis)
        elif not scope.agree(first[1].size, axis.size):
            found = f"{first[0].says} and {array.says}: the sizes {first[1].size} and {axis.size} differ"
            raise Misfit(found, _transpose_hint(first[0], array), sizes=True)
    return scope.index(1) if first is None else first[1]


def _transpose_hint(first: Array, second: Array) -> str:
    for array, other in ((second, first), (first, second)):
        if array.rank == 2 and array.text and array.shape[::-1] == other.shape:
            return f"did you mean {transposed(array.text)}?"
    return ""


def transposed(text: str) -> str:
    """The text of the transpose."""
    return text[:-2] if text.endswith(".T") else f"{atomic(text)}.T"


def atomic(text: str) -> str:
    """A text with brackets around it unless it is a single name."""
    return text if text.isidentifier() else f"({text})"


def _onto(array: Array, axes: tuple[Index, ...]) -> Term:
    own = axes[len(axes) - array.rank :]
    moves = {i: Size.of(j) for i, j in zip(array.axes, own, strict=True) if i is not j and not is_one(i.size)}
    return substitute(array.body, moves) if moves else array.body


def elementwise(scope: Indices, arrays: Sequence[Array], build: Callable[..., Term], boolean: bool = False) -> Array:
    """A scalar function entry by entry."""
    axes, bodies = broadcast(scope, arrays)
    return Array(axes, build(*bodies), boolean)


def positions(array: Array, axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """The axes an ``axis=`` argument means, counted from 0, in order."""
    if axis is None:
        return tuple(range(array.rank))
    asked = (axis,) if isinstance(axis, int) else axis
    chosen = tuple(position(array, a) for a in asked)
    if len(set(chosen)) != len(chosen):
        raise Misfit(f"axis={axis} names an axis twice")
    return tuple(sorted(chosen))


def position(array: Array, axis: int, rank: int | None = None) -> int:
    """One axis counted from 0."""
    rank = array.rank if rank is None else rank
    if not -rank <= axis < rank:
        raise Misfit(f"axis {axis} does not exist: {array.says}", f"axes count from 0 to {rank - 1}" if rank else "a scalar has no axes")
    return axis % rank


def reduced(
    scope: Indices, array: Array, kind: Kind, axis: int | tuple[int, ...] | None = None, keepdims: bool = False, *, body: Term | None = None
) -> Array:
    """An array (or another body over its axes) reduced along axes."""
    chosen = positions(array, axis)
    gone = [array.axes[p] for p in chosen]
    kept = [(p, i) for p, i in enumerate(array.axes) if p not in chosen]
    for _, index in kept:
        if any(g in index.size.indices for g in gone):
            raise Misfit(f"{array.says}: an axis whose size depends on another one stays when that one is reduced")
    wide = tuple(scope.index(1) if p in chosen else i for p, i in enumerate(array.axes))
    axes = wide if keepdims else tuple(i for _, i in kept)
    inner = array.body if body is None else body
    return Array(axes, over(kind, gone, inner))


def matmul(scope: Indices, left: Array, right: Array) -> Array:
    """NumPy's ``@`` for one or more axes on either side."""
    for side in (left, right):
        if not side.rank:
            plain = isinstance(side.body, Ref) and not side.body.places
            shape = f'declare its shape, as in {side.text} = {{ shape = ["m", "n"] }}, or ' if plain else ""
            raise Misfit(f"{side.text or 'a factor'} of @ is a scalar", f"{shape}write * for a product with a scalar")
    if left.boolean and right.boolean:
        raise Misfit(
            f"{left.text} and {right.text} are conditions, whose @ in NumPy is a condition again", "write np.where(condition, 1, 0)"
        )
    inner_left, inner_right = left.axes[-1], right.axes[-2 if right.rank > 1 else 0]
    if not (inner_left.size is inner_right.size or scope.agree(inner_left.size, inner_right.size)):
        found = f"{left.says} and {right.says}: the inner sizes {inner_left.size} and {inner_right.size} differ"
        raise Misfit(found, _matmul_hint(left, right), sizes=True)
    rows = left.axes[-2:-1]
    columns = right.axes[-1:] if right.rank > 1 else ()
    batch_left = Array(left.axes[:-2], left.body, text=left.text)
    moved = substitute(right.body, {} if is_one(inner_right.size) else {inner_right: Size.of(inner_left)})
    batch_right = Array(right.axes[:-2], moved, text=right.text)
    batch, bodies = broadcast(scope, (batch_left, batch_right))
    return Array((*batch, *rows, *columns), over("sum", [inner_left], Mul(bodies)))


def _matmul_hint(left: Array, right: Array) -> str:
    inner_left, inner_right = left.axes[-1].size, right.axes[-2 if right.rank > 1 else 0].size
    if left.rank == 2 and left.axes[0].size is inner_right:
        return f"did you mean {transposed(left.text)}?"
    if right.rank == 2 and right.axes[1].size is inner_left:
        return f"did you mean {transposed(right.text)}?"
    return ""

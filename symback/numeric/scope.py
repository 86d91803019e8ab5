"""What a term is written in: the program, the order of the axes, the loop variables, and what the module comes to need."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symback.algebra.sizes import Floor, Index, Size, SizeAt, SizeSymbol, provably_at_least
from symback.algebra.terms import Bracket, Count, Name
from symback.network.program import Program
from symback.numeric.naming import Namer
from symback.numeric.pieces import ATOM, MATMUL, POWER, PRODUCT, SUM, Axes, Piece, align, union


@dataclass
class Needs:
    """What the source written so far needs: helpers, size symbols, index grids, places (in order of first use).

    ``guarded`` is set where NumPy may warn about values that are dropped or that overflow rightly.
    """

    helpers: dict[str, None] = field(default_factory=dict)
    sizes: dict[str, None] = field(default_factory=dict)
    grids: dict[Index, None] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    guarded: bool = False


@dataclass(frozen=True)
class Scope:
    """Where a term stands.

    ``order`` ranks the indices that are array axes, ``loops`` names those that are Python integers. ``listed`` counts, per
    name, the leading axes that are Python lists (because later sizes depend on them). ``scalar`` asks for ``math`` on plain
    numbers. ``equal`` holds what loop variables are known to be where the term counts;
    ``adjoint`` marks the definition of a derivative, where ``W.T @ d`` is preferred to ``d @ W``; ``returned`` are the names whose
    values are handed out, and so must not be the memory of others.
    """

    program: Program
    namer: Namer
    listed: Mapping[Name, int]
    needs: Needs
    order: tuple[Index, ...] = ()
    loops: Mapping[Index, str] = field(default_factory=dict)
    scalar: bool = False
    equal: Mapping[Index, Size] = field(default_factory=dict)
    adjoint: bool = False
    returned: Collection[Name] = ()

    def rank(self, index: Index) -> int:
        """The position of an index in the order of axes."""
        return self.order.index(index)

    def inside(self, *indices: Index) -> Scope:
        """The scope under binders that become axes, though an index of the same name is looped over outside."""
        loops = self.loops if not any(i in self.loops for i in indices) else {i: n for i, n in self.loops.items() if i not in indices}
        return replace(self, order=(*(i for i in self.order if i not in indices), *indices), loops=loops)

    def looping(self, loops: Mapping[Index, str]) -> Scope:
        """The scope inside Python loops."""
        return replace(self, loops={**self.loops, **loops}, order=tuple(i for i in self.order if i not in loops))

    def name(self, name: Name) -> str:
        """The identifier of a value."""
        return self.namer(name)

    def helper(self, name: str) -> str:
        """A helper function, noted as needed."""
        self.needs.helpers[name] = None
        return name

    def symbol(self, name: str) -> str:
        """The identifier of a size symbol, noted as needed."""
        self.needs.sizes[name] = None
        return self.namer(name, "size")

    def loop_name(self, index: Index) -> str:
        """An identifier for a loop over an index."""
        return self.namer(index.name, "loop", index)

    def hoist(self, size: Size, piece: Piece) -> Piece:
        """A place over several axes, as the name of a line of its own."""
        name = self.namer("at", "place", (size, piece.axes))
        self.needs.places[name] = piece.code
        return replace(piece, code=name, binds=ATOM)

    def assuming(self, brackets: Sequence[Bracket]) -> Scope:
        """The scope of a product under ``[l = place]`` with a loop variable ``l``."""
        found = {}
        for b in brackets:
            if b.relation == "=" and isinstance(b.left, Count) and isinstance(b.right, Count):
                index = b.left.size.single
                if isinstance(index, Index) and index in self.loops and index not in b.right.size.indices:
                    found[index] = b.right.size
        return replace(self, equal={**self.equal, **found}) if found else self


def number_of(size: Size, scope: Scope) -> Piece:
    """A size or place as integer source; indices that are axes become grids.

    What it reads decides its axes: ``s*o + k - p`` has the axes o and k, and is computed once, on a line of its own.
    """
    axes = tuple(sorted((i for i in size.indices if i not in scope.loops), key=scope.rank))
    piece = _number(size, axes, scope)
    if not axes:
        return replace(piece, weak=True)
    hoisted = len(axes) > 1 and not any(i in scope.loops for i in _all_indices(size))
    return scope.hoist(size, piece) if hoisted else piece


def _all_indices(size: Size) -> tuple[Index, ...]:
    return (*size.indices, *(j for i in size.indices for j in i.size.indices))


def _number(size: Size, axes: Axes, scope: Scope) -> Piece:
    parts: list[tuple[int, Piece]] = []
    for monomial, coefficient in sorted(size.terms, key=lambda t: (not t[0], t[1] < 0)):
        factors = [] if abs(coefficient) == 1 and monomial else [Piece(str(abs(coefficient)), integer=True)]
        for atom, power in monomial:
            piece = align(_atom(atom, scope), axes)
            factors.append(piece if power == 1 else Piece(f"{piece.at_least(ATOM)}**{power}", piece.axes, POWER, integer=True))
        parts.append((1 if coefficient > 0 else -1, _product(factors, axes)))
    if not parts:
        return Piece("0", integer=True)
    if len(parts) == 1 and parts[0][0] > 0:
        return parts[0][1]
    text = ""
    for sign, part in parts:
        text += (f" {'+' if sign > 0 else '-'} " if text else "-" if sign < 0 else "") + part.at_least(MATMUL)
    return Piece(text, axes, SUM, integer=True)


def _product(factors: list[Piece], axes: Axes) -> Piece:
    if len(factors) == 1:
        return factors[0]
    own = max((f.axes for f in factors), key=len)
    return Piece(" * ".join(f.at_least(PRODUCT + 1) for f in factors), own, PRODUCT, integer=True)


def _atom(atom: SizeSymbol | Index | SizeAt | Floor, scope: Scope) -> Piece:
    if isinstance(atom, SizeSymbol):
        return Piece(scope.symbol(atom.name), integer=True)
    if isinstance(atom, SizeAt):
        return Piece(f"{scope.symbol(atom.name)}[{number_of(atom.place, scope).code}]", integer=True)
    if isinstance(atom, Floor):
        top, bottom = number_of(atom.numerator, scope), number_of(atom.denominator, scope)
        axes = union((top, bottom), scope.rank)
        code = f"{align(top, axes).at_least(PRODUCT + 1)} // {align(bottom, axes).at_least(PRODUCT + 1)}"
        return Piece(code, axes, PRODUCT, integer=True)
    return index_piece(atom, scope)


def index_piece(index: Index, scope: Scope) -> Piece:
    """An index: the loop variable, or the grid ``np.arange(size)``."""
    if index in scope.loops:
        return Piece(scope.loops[index], integer=True)
    if index.size.indices:
        return Piece(f"np.arange({number_of(index.size, scope).code})", (index,), integer=True)
    number_of(index.size, scope)
    scope.needs.grids[index] = None
    return Piece(scope.namer(index.name, "index", index), (index,), integer=True)


def shape(axes: Sequence[Index], scope: Scope, least: int = 0) -> str:
    """The sizes of some axes as a tuple."""
    sizes = [at_least(least, i.size, scope) for i in axes]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def at_least(least: int, size: Size, scope: Scope) -> str:
    """A size, or the least where a loop variable makes it smaller: a condition says that it does not count there."""
    code = number_of(size, scope).code
    return code if provably_at_least(size) or not any(i in scope.loops for i in size.indices) else f"max({code}, {least})"

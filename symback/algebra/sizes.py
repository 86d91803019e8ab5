"""Sizes and places: integer polynomials in size symbols and indices, with exact floor division.

An axis has a size (``n``, ``D+H``, ``(n+2*p-k)//s + 1``, ``n[l]``); a place is a size that may read indices
(``t-1``, ``s*o + k - p``). Both are one class, so that substitution and comparison are written once.
Everything is interned: equal sizes are the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, Self, TypeAlias, TypeVar, Union, cast
from weakref import WeakValueDictionary

Atom: TypeAlias = Union["SizeSymbol", "Index", "SizeAt", "Floor"]
Monomial: TypeAlias = tuple[tuple["Atom", int], ...]
SizeLike: TypeAlias = Union["Size", "Atom", int, str]
Key: TypeAlias = tuple[object, ...]

_TABLE: WeakValueDictionary[Key, object] = WeakValueDictionary()
_LOCK = Lock()


T = TypeVar("T")


def _shared(ident: Key, made: T) -> T:
    """What the table holds under an identity, or else what was just made: threads that make the same at once get one object."""
    with _LOCK:
        return cast(T, _TABLE.setdefault(ident, made))


class Interned:
    """What there is one object of each: a copy is the object itself, and what is pickled comes back as it.

    ``__match_args__`` names the fields in the order in which the class takes them.
    """

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple([getattr(self, name) for name in self.__match_args__])

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class SizeSymbol(Interned):
    """An undetermined size such as ``n``; ``least`` is 1 for an axis and 0 for a padding or an offset."""

    __slots__ = ("__weakref__", "_size", "key", "least", "name")
    __match_args__ = ("name", "least")
    name: str
    least: int
    key: Key
    _size: Size

    def __new__(cls, name: str, least: int = 1) -> SizeSymbol:
        ident = (cls, name, least)
        self = _TABLE.get(ident)
        if not isinstance(self, SizeSymbol):
            self = object.__new__(cls)
            self.name, self.least, self.key = name, least, (0, name, least)
            return _shared(ident, self)
        return self

    def __repr__(self) -> str:
        return self.name


class Index(Interned):
    """An index ``i`` that runs over ``0 .. size-1``; ``mark`` tells fresh copies of one letter apart."""

    __slots__ = ("__weakref__", "_size", "key", "mark", "name", "size")
    __match_args__ = ("name", "size", "mark")
    name: str
    size: Size
    mark: int
    key: Key
    _size: Size

    def __new__(cls, name: str, size: SizeLike, mark: int = 0) -> Index:
        extent = Size.of(size)
        ident = (cls, name, extent, mark)
        self = _TABLE.get(ident)
        if not isinstance(self, Index):
            self = object.__new__(cls)
            self.name, self.size, self.mark, self.key = name, extent, mark, (1, name, mark, extent.key)
            return _shared(ident, self)
        return self

    def __repr__(self) -> str:
        return self.name + "'" * self.mark


class SizeAt(Interned):
    """A size that reads one outer index: ``n[l]``, the width of layer ``l``."""

    __slots__ = ("__weakref__", "_size", "key", "name", "place")
    __match_args__ = ("name", "place")
    name: str
    place: Size
    key: Key
    _size: Size

    def __new__(cls, name: str, place: SizeLike) -> SizeAt:
        at = Size.of(place)
        ident = (cls, name, at)
        self = _TABLE.get(ident)
        if not isinstance(self, SizeAt):
            self = object.__new__(cls)
            self.name, self.place, self.key = name, at, (2, name, at.key)
            return _shared(ident, self)
        return self

    def __repr__(self) -> str:
        return f"{self.name}[{self.place}]"


class Floor(Interned):
    """``numerator // denominator`` where it does not divide exactly."""

    __slots__ = ("__weakref__", "_size", "denominator", "key", "numerator")
    __match_args__ = ("numerator", "denominator")
    numerator: Size
    denominator: Size
    key: Key
    _size: Size

    def __new__(cls, numerator: SizeLike, denominator: SizeLike) -> Floor:
        top, bottom = Size.of(numerator), Size.of(denominator)
        ident = (cls, top, bottom)
        self = _TABLE.get(ident)
        if not isinstance(self, Floor):
            self = object.__new__(cls)
            self.numerator, self.denominator, self.key = top, bottom, (3, top.key, bottom.key)
            return _shared(ident, self)
        return self

    def __repr__(self) -> str:
        return f"{_bracketed(self.numerator)}//{_bracketed(self.denominator)}"


def _bracketed(size: Size) -> str:
    text = repr(size)
    return text if text.isalnum() else f"({text})"


class Size(Interned):
    """An integer polynomial in atoms; equal polynomials are one object.

    >>> n, k = Size.of("n"), Size.of("k")
    >>> n - k + 1
    n - k + 1
    >>> (n * 2) // 2 is n
    True
    """

    __slots__ = ("__weakref__", "key", "terms")
    __match_args__ = ("terms",)
    terms: tuple[tuple[Monomial, int], ...]
    key: Key

    def __new__(cls, terms: tuple[tuple[Monomial, int], ...]) -> Size:
        ident = (cls, terms)
        self = _TABLE.get(ident)
        if not isinstance(self, Size):
            self = object.__new__(cls)
            self.terms = terms
            self.key = tuple((tuple((a.key, e) for a, e in m), c) for m, c in terms)
            return _shared(ident, self)
        return self

    @staticmethod
    def of(value: SizeLike) -> Size:
        """A size from an integer, the name of a size symbol, an atom or a size."""
        if isinstance(value, Size):
            return value
        if isinstance(value, int):
            return _constant(value)
        if isinstance(value, str):
            value = SizeSymbol(value)
        try:
            return value._size
        except AttributeError:
            value._size = size = Size(((((value, 1),), 1),))
            return size

    @property
    def constant(self) -> int | None:
        """The integer this size is, or None while it is symbolic."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and not self.terms[0][0]:
            return self.terms[0][1]
        return None

    @property
    def single(self) -> Atom | None:
        """The atom this size consists of, or None."""
        if len(self.terms) == 1:
            (monomial, coefficient) = self.terms[0]
            if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
                return monomial[0][0]
        return None

    def __add__(self, other: SizeLike) -> Size:
        terms = dict(self.terms)
        for monomial, coefficient in Size.of(other).terms:
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return _build(terms)

    __radd__ = __add__

    def __neg__(self) -> Size:
        return self * -1

    def __sub__(self, other: SizeLike) -> Size:
        return self + Size.of(other) * -1

    def __rsub__(self, other: SizeLike) -> Size:
        return Size.of(other) + self * -1

    def __mul__(self, other: SizeLike) -> Size:
        terms: dict[Monomial, int] = {}
        for m1, c1 in self.terms:
            for m2, c2 in Size.of(other).terms:
                product = _multiply(m1, m2)
                terms[product] = terms.get(product, 0) + c1 * c2
        return _build(terms)

    __rmul__ = __mul__

    def __floordiv__(self, other: SizeLike) -> Size:
        """Exact floor division: what divides leaves the floor, the rest stays under it."""
        divisor = Size.of(other)
        if divisor.constant == 1:
            return self
        whole, rest = _constant(0), _constant(0)
        for monomial, coefficient in self.terms:
            part = _build({monomial: coefficient})
            quotient = _quotient(part, divisor)
            if quotient is None:
                rest = rest + part
            else:
                whole = whole + quotient
        if not rest.terms:
            return whole
        if (value := rest.constant) is not None and (by := divisor.constant):
            return whole + value // by
        return whole + Size.of(Floor(rest, divisor))

    def coefficient(self, atom: Atom) -> tuple[Size, Size] | None:
        """``(a, b)`` with ``self = a*atom + b`` and neither reading ``atom``; None where it is not linear."""
        slope: dict[Monomial, int] = {}
        rest: dict[Monomial, int] = {}
        for monomial, c in self.terms:
            powers = [(a, e) for a, e in monomial if a is not atom]
            degree = next((e for a, e in monomial if a is atom), 0)
            if degree > 1:
                return None
            target = slope if degree else rest
            target[tuple(powers)] = c
        first, second = _build(slope), _build(rest)
        return None if isinstance(atom, Index) and (atom in first.indices or atom in second.indices) else (first, second)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """The atoms at the top level, each once, in order."""
        return tuple(dict.fromkeys(a for m, _ in self.terms for a, _ in m))

    @property
    def indices(self) -> tuple[Index, ...]:
        """Every index read, also inside ``n[l]`` and under a floor; each once, in order."""
        return _indices(self)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names of size symbols and of size tables read, each once, in order."""
        return _symbols(self)

    def substitute(self, mapping: Mapping[Index, Size]) -> Size:
        """Put places for indices, also inside ``n[l]``."""
        if not mapping or not any(i in mapping for i in self.indices):
            return self
        return self.replace(lambda atom: _substituted_atom(atom, mapping))

    def replace(self, change: Callable[[Atom], Size | None]) -> Size:
        """Each atom replaced by ``change(atom)``, kept where that is None."""
        only = self.single
        if only is not None:
            changed = change(only)
            return self if changed is None else changed
        total = _constant(0)
        for monomial, coefficient in self.terms:
            product = _constant(coefficient)
            for atom, power in monomial:
                new = change(atom)
                factor = Size.of(atom) if new is None else new
                for _ in range(power):
                    product = product * factor
            total = total + product
        return total

    def value(self, sizes: Mapping[str, object], indices: Mapping[Index, int] | None = None) -> int:
        """The integer for given size symbols (``n[l]`` reads ``sizes["n"][l]``) and indices.

        >>> (Size.of("n") - 2).value({"n": 5})
        3
        """
        return sum(c * _product(_atom_value(a, sizes, indices or {}) ** e for a, e in m) for m, c in self.terms)

    def __repr__(self) -> str:
        return write(self, repr)

    def __bool__(self) -> bool:
        raise TypeError("a size has no truth value; compare with `is` or ask provably_at_least")


def write(size: Size, atom_text: Callable[[Atom], str]) -> str:
    """A size as text with positive terms first, given how an atom is written; a floor among other factors stands in brackets.

    >>> Size.of("n") * (Size.of("m") // 2), Size.of("n") + Size.of("m") // 2
    (n*(m//2), n + m//2)
    """
    ordered = sorted(size.terms, key=lambda t: (not t[0], t[1] < 0))
    text = ""
    for monomial, coefficient in ordered:
        alone = len(monomial) == 1 and monomial[0][1] == 1 and abs(coefficient) == 1
        written = [(f"({atom_text(a)})" if isinstance(a, Floor) and not alone else atom_text(a), e) for a, e in monomial]
        factors = [f"{a}**{e}" if e > 1 else a for a, e in written]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, str(abs(coefficient)))
        sign = "-" if coefficient < 0 else "+"
        body = "*".join(factors)
        text += f" {sign} {body}" if text else (f"-{body}" if sign == "-" else body)
    return text or "0"


@lru_cache(maxsize=1024)
def _constant(value: int) -> Size:
    return Size((((), value),) if value else ())


def _build(terms: Mapping[Monomial, int]) -> Size:
    kept = [(m, c) for m, c in terms.items() if c]
    kept.sort(key=_monomial_key)
    return Size(tuple(kept))


def _monomial_key(item: tuple[Monomial, int]) -> Key:
    return (-sum(e for _, e in item[0]), tuple((a.key, e) for a, e in item[0]))


def _multiply(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    powers = dict(left)
    for atom, power in right:
        powers[atom] = powers.get(atom, 0) + power
    return tuple(sorted(powers.items(), key=lambda p: p[0].key))


def _quotient(part: Size, divisor: Size) -> Size | None:
    """Part / divisor for a one-term part and divisor, where it is exact."""
    if len(divisor.terms) != 1 or len(part.terms) != 1:
        return None
    (top, c), (bottom, d) = part.terms[0], divisor.terms[0]
    powers = dict(top)
    for atom, power in bottom:
        if powers.get(atom, 0) < power:
            return None
        powers[atom] -= power
    if c % d:
        return None
    return _build({tuple((a, e) for a, e in powers.items() if e): c // d})


def _parts(atom: Atom) -> tuple[Size, ...]:
    if isinstance(atom, SizeAt):
        return (atom.place,)
    return (atom.numerator, atom.denominator) if isinstance(atom, Floor) else ()


@lru_cache(maxsize=65536)
def _indices(size: Size) -> tuple[Index, ...]:
    found: dict[Index, None] = {}
    for atom in size.atoms:
        if isinstance(atom, Index):
            found[atom] = None
        for part in _parts(atom):
            found.update(dict.fromkeys(part.indices))
    return tuple(found)


@lru_cache(maxsize=4096)
def _symbols(size: Size) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for atom in size.atoms:
        if isinstance(atom, SizeSymbol | SizeAt):
            found[atom.name] = None
        for part in (atom.size,) if isinstance(atom, Index) else _parts(atom):
            found.update(dict.fromkeys(part.symbols))
    return tuple(found)


def _substituted_atom(atom: Atom, mapping: Mapping[Index, Size]) -> Size | None:
    if isinstance(atom, Index):
        return mapping.get(atom)
    if isinstance(atom, SizeAt):
        return Size.of(SizeAt(atom.name, atom.place.substitute(mapping)))
    if isinstance(atom, Floor):
        return atom.numerator.substitute(mapping) // atom.denominator.substitute(mapping)
    return None


def _atom_value(atom: Atom, sizes: Mapping[str, object], indices: Mapping[Index, int]) -> int:
    if isinstance(atom, Index):
        return indices[atom]
    if isinstance(atom, Floor):
        return atom.numerator.value(sizes, indices) // atom.denominator.value(sizes, indices)
    if isinstance(atom, SizeAt):
        table = sizes[atom.name]
        assert isinstance(table, list | tuple), f"{atom.name} is a table of sizes"
        return int(table[atom.place.value(sizes, indices)])
    value = sizes[atom.name]
    assert isinstance(value, int), f"{atom.name} is one size"
    return value


def _product(values: Iterable[int]) -> int:
    result = 1
    for value in values:
        result *= value
    return result


@lru_cache(maxsize=65536)
def provably_at_least(size: Size, low: int = 0) -> bool:
    """Whether ``size >= low`` for all indices in range and all size symbols from their least value on.

    Sound, not complete: False means *not shown*. Indices go to the end of their range that makes the value
    smallest, a floor ``a//b`` is at most ``a/b`` and at least ``(a-b+1)/b``, and what is left is expanded around the
    least values of the symbols.

    >>> i = Index("i", "n")
    >>> provably_at_least(Size.of("n") - 1 - Size.of(i))
    True
    """
    rest = size - low
    for _ in range(32):
        atom = _next_to_eliminate(rest)
        if atom is None:
            return _nonnegative_at_least_values(rest)
        reduced = _eliminate(rest, atom)
        if reduced is None:
            return False
        rest = reduced
    return False


def _next_to_eliminate(size: Size) -> Index | Floor | None:
    """An index or floor no other atom of ``size`` depends on, floors first."""
    inner = {part for atom in size.atoms for part in _inside(atom)}
    free = [a for a in size.atoms if isinstance(a, Index | Floor) and a not in inner]
    return next((a for a in free if isinstance(a, Floor)), free[0] if free else None)


@lru_cache(maxsize=65536)
def _inside(atom: Atom) -> frozenset[Atom]:
    """The atoms an atom depends on: those of the range of an index, and of what stands under a floor."""
    parts = (atom.size,) if isinstance(atom, Index) else _parts(atom)
    found = {a for part in parts for a in part.atoms}
    return frozenset(found).union(*map(_inside, found))


def _eliminate(size: Size, atom: Index | Floor) -> Size | None:
    split = size.coefficient(atom)
    if split is None:
        return None
    slope, rest = split
    if provably_at_least(slope):
        if isinstance(atom, Index):
            return rest
        share = _quotient_of(slope, atom.denominator)
        if share is not None:
            return rest + share * (atom.numerator - atom.denominator + 1)
        return rest if provably_at_least(atom.numerator) else None
    if provably_at_least(-slope):
        if isinstance(atom, Index):
            return rest + slope * (atom.size - 1)
        share = _quotient_of(slope, atom.denominator)
        if share is not None:
            return rest + share * atom.numerator
        return rest + slope * atom.numerator if provably_at_least(atom.numerator) else None
    return None


def _quotient_of(size: Size, divisor: Size) -> Size | None:
    parts = [_quotient(_build({m: c}), divisor) for m, c in size.terms]
    total = _constant(0)
    for part in parts:
        if part is None:
            return None
        total = total + part
    return total


def _nonnegative_at_least_values(size: Size) -> bool:
    """Put ``least + t`` for each symbol; nonnegative coefficients then mean nonnegative for all t >= 0."""

    def shifted(atom: Atom) -> Size:
        return Size.of(atom) + (atom.least if isinstance(atom, SizeSymbol) else 1)

    return all(c >= 0 for _, c in size.replace(shifted).terms)


def fresh(index: Index, avoid: Iterable[Index], size: Size | None = None) -> Index:
    """A copy of ``index`` (with another size, if given) that is none of ``avoid``, nor looks like one of them."""
    extent = index.size if size is None else size
    taken = {(i.name, i.mark) for i in avoid}
    mark = 0
    while (index.name, mark) in taken:
        mark += 1
    return Index(index.name, extent, mark)

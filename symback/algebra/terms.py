"""Terms: scalar bodies over names, indices and exact numbers, stored exactly as they were written.

Eight inert nodes. They are interned, so identity is structure; whether two terms *mean* the same is decided by
`symback.algebra.normal`. Nothing is flattened, sorted or evaluated here: the middle lines of a derivation must exist.

Encoding: ``-x`` is ``Mul(-1, x)``, ``a - b`` is ``Add(a, Mul(-1, b))``, ``a / b`` is ``Mul(a, Pow(b, -1))`` and
``sqrt(a)`` is ``Pow(a, 1/2)``. Indices count from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from sys import getrefcount
from typing import Any, Literal, NamedTuple, TypeAlias, Union

from symback.algebra.sizes import Index, Interned, Size, SizeLike

Relation = Literal["=", "!=", "<", "<=", ">", ">="]
Kind = Literal["sum", "mean", "prod", "max", "min"]
TermLike: TypeAlias = Union["Term", int, Fraction, str]

NEGATED: Mapping[Relation, Relation] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
SWAPPED: Mapping[Relation, Relation] = {"=": "=", "!=": "!=", "<": ">", ">=": "<=", ">": "<", "<=": ">="}

_TABLE: dict[tuple[object, ...], Term] = {}
SWEEP_AT = 500_000


class Partial(NamedTuple):
    """The name of a derivative: ``of`` by ``by``.

    ``local`` marks the derivative of one definition with everything else it reads held fixed (a factor of the chain
    rule); without it all ways on which ``by`` reaches ``of`` count (an adjoint).
    """

    of: Name
    by: Name
    local: bool = False

    def __str__(self) -> str:
        return f"d{self.of}/d{self.by}" if not self.local else f"∂{self.of}/∂{self.by}"


Name: TypeAlias = Union[str, Partial]


class Term(Interned):
    """Base of all terms; the operators build terms as written.

    >>> x, y = ref("x"), ref("y")
    >>> x - y / 2
    x + -1*(y*2^-1)
    """

    __slots__ = ("__weakref__", "_free", "_names", "below")
    _free: tuple[Index, ...] | None
    _names: tuple[Name, ...] | None
    below: tuple[Term, ...]

    def __add__(self, other: TermLike) -> Term:
        return Add((self, term(other)))

    def __radd__(self, other: TermLike) -> Term:
        return Add((term(other), self))

    def __sub__(self, other: TermLike) -> Term:
        return Add((self, -term(other)))

    def __rsub__(self, other: TermLike) -> Term:
        return Add((term(other), -self))

    def __mul__(self, other: TermLike) -> Term:
        return Mul((self, term(other)))

    def __rmul__(self, other: TermLike) -> Term:
        return Mul((term(other), self))

    def __truediv__(self, other: TermLike) -> Term:
        return Mul((self, Pow(term(other), MINUS_ONE)))

    def __rtruediv__(self, other: TermLike) -> Term:
        return Mul((term(other), Pow(self, MINUS_ONE)))

    def __pow__(self, other: TermLike) -> Term:
        return Pow(self, term(other))

    def __neg__(self) -> Term:
        return Mul((MINUS_ONE, self))

    def __repr__(self) -> str:
        return plain(self)


def _created(cls: type[Any], below: tuple[Term, ...] = ()) -> Any:
    """A new node of a class; the caller sets the fields of its own and enters it in the table, at once, so that threads share it."""
    if len(_TABLE) >= SWEEP_AT:
        _sweep()
    node = object.__new__(cls)
    node._free = node._names = None
    node.below = below
    return node


def _sweep() -> None:
    """Forget the terms that nobody holds. A weak table would do it at once, and cost a fifth of the time of a derivation.

    A term that only the table holds is referred to three times here: by the table, by ``node`` and by the call.
    """
    global SWEEP_AT
    for ident in list(_TABLE):
        node = _TABLE.get(ident)
        if node is not None and getrefcount(node) <= 3:
            _TABLE.pop(ident, None)
            if getrefcount(node) > 2:  # another thread took it in between
                _TABLE.setdefault(ident, node)
    SWEEP_AT = max(SWEEP_AT, 2 * len(_TABLE))


class Num(Term):
    """An exact rational; ``literal`` keeps how it was written (0.044715 prints as 0.044715)."""

    __slots__ = ("literal", "value")
    __match_args__ = ("value", "literal")
    value: Fraction
    literal: str | None

    def __new__(cls, value: Fraction | int, literal: str | None = None) -> Num:
        exact = value if isinstance(value, Fraction) else Fraction(value)
        ident = (cls, exact.numerator, exact.denominator, literal)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls)
            node.value = exact
            node.literal = literal
            node = _TABLE.setdefault(ident, node)
        found: Num = node
        return found


class Count(Term):
    """The value of a size or of a place as a number: ``n``, ``i + 1``."""

    __slots__ = ("size",)
    __match_args__ = ("size",)
    size: Size

    def __new__(cls, size: SizeLike) -> Count:
        extent = Size.of(size)
        ident = (cls, extent)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls)
            node.size = extent
            node = _TABLE.setdefault(ident, node)
        found: Count = node
        return found


class Ref(Term):
    """A name read at places."""

    __slots__ = ("name", "places")
    __match_args__ = ("name", "places")
    name: Name
    places: tuple[Size, ...]

    def __new__(cls, name: Name, places: tuple[Size, ...] = ()) -> Ref:
        ident = (cls, name, places)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls)
            node.name = name
            node.places = places
            node = _TABLE.setdefault(ident, node)
        found: Ref = node
        return found


class Bracket(Term):
    """``[left relation right]``: 1 where true, else 0. A false bracket annihilates even what is undefined."""

    __slots__ = ("left", "relation", "right")
    __match_args__ = ("relation", "left", "right")
    relation: Relation
    left: Term
    right: Term

    def __new__(cls, relation: Relation, left: Term, right: Term) -> Bracket:
        ident = (cls, relation, left, right)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls, (left, right))
            node.relation = relation
            node.left = left
            node.right = right
            node = _TABLE.setdefault(ident, node)
        found: Bracket = node
        return found


class Add(Term):
    """A sum of terms in written order."""

    __slots__ = ("args",)
    __match_args__ = ("args",)
    args: tuple[Term, ...]

    def __new__(cls, args: tuple[Term, ...]) -> Add:
        ident = (cls, args)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls, args)
            node.args = args
            node = _TABLE.setdefault(ident, node)
        found: Add = node
        return found


class Mul(Term):
    """A product of factors in written order."""

    __slots__ = ("args",)
    __match_args__ = ("args",)
    args: tuple[Term, ...]

    def __new__(cls, args: tuple[Term, ...]) -> Mul:
        ident = (cls, args)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls, args)
            node.args = args
            node = _TABLE.setdefault(ident, node)
        found: Mul = node
        return found


class Pow(Term):
    """``base ** exponent``."""

    __slots__ = ("base", "exponent")
    __match_args__ = ("base", "exponent")
    base: Term
    exponent: Term

    def __new__(cls, base: Term, exponent: Term) -> Pow:
        ident = (cls, base, exponent)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls, (base, exponent))
            node.base = base
            node.exponent = exponent
            node = _TABLE.setdefault(ident, node)
        found: Pow = node
        return found


class Apply(Term):
    """An element-wise operation, a row of `symback.algebra.operations`, applied to its arguments."""

    __slots__ = ("args", "op")
    __match_args__ = ("op", "args")
    op: str
    args: tuple[Term, ...]

    def __new__(cls, op: str, args: tuple[Term, ...]) -> Apply:
        ident = (cls, op, args)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls, args)
            node.op = op
            node.args = args
            node = _TABLE.setdefault(ident, node)
        found: Apply = node
        return found


class Reduce(Term):
    """Σ, mean, Π, max or min of ``body`` over all values of ``index``."""

    __slots__ = ("body", "index", "kind")
    __match_args__ = ("kind", "index", "body")
    kind: Kind
    index: Index
    body: Term

    def __new__(cls, kind: Kind, index: Index, body: Term) -> Reduce:
        ident = (cls, kind, index, body)
        node: Any = _TABLE.get(ident)
        if node is None:
            node = _created(cls, (body,))
            node.kind = kind
            node.index = index
            node.body = body
            node = _TABLE.setdefault(ident, node)
        found: Reduce = node
        return found


def term(value: TermLike) -> Term:
    """A term from a term, an integer, a fraction or the text of a decimal number.

    >>> term("0.5").value
    Fraction(1, 2)
    """
    if isinstance(value, Term):
        return value
    if isinstance(value, str):
        return Num(Fraction(value), value)
    return Num(Fraction(value))


def ref(name: Name, *places: SizeLike) -> Ref:
    """``name`` read at places: ``ref("W", j, i)``."""
    return Ref(name, tuple(Size.of(p) for p in places))


def add(args: Iterable[Term]) -> Term:
    """The sum of any number of terms: none is 0, one is itself."""
    parts = tuple(args)
    return parts[0] if len(parts) == 1 else Add(parts) if parts else ZERO


def mul(args: Iterable[Term]) -> Term:
    """The product of any number of factors: none is 1, one is itself."""
    parts = tuple(args)
    return parts[0] if len(parts) == 1 else Mul(parts) if parts else ONE


def reciprocal(value: Term) -> Pow:
    """``value ** -1``."""
    return Pow(value, MINUS_ONE)


def sqrt(value: Term) -> Pow:
    """``value ** (1/2)``."""
    return Pow(value, HALF)


def apply(op: str, *args: Term) -> Apply:
    """An operation of the table applied to terms."""
    return Apply(op, args)


def bracket(left: Term | SizeLike, relation: Relation, right: Term | SizeLike) -> Bracket:
    """``[left relation right]`` between terms, or between places (an index, a size)."""
    sides = [side if isinstance(side, Term) else Count(side) for side in (left, right)]
    return Bracket(relation, sides[0], sides[1])


def reduce_over(kind: Kind, indices: Iterable[Index], body: Term) -> Term:
    """``body`` reduced over several indices, the first one outermost."""
    for index in reversed(tuple(indices)):
        body = Reduce(kind, index, body)
    return body


def total(indices: Iterable[Index], body: Term) -> Term:
    """The sum of ``body`` over the indices, the first one outermost."""
    return reduce_over("sum", indices, body)


def is_number(node: Term, value: int | None = None) -> bool:
    """Whether a term is a number (and that number)."""
    return isinstance(node, Num) and (value is None or node.value == value)


ZERO, ONE, MINUS_ONE, TWO = Num(0), Num(1), Num(-1), Num(2)
HALF = Num(Fraction(1, 2))


def plain(node: Term) -> str:
    """A term as a line for engineers: unambiguous, one form per node, never shown to a user of the library."""
    match node:
        case Num():
            return node.literal or str(node.value)
        case Count():
            return repr(node.size)
        case Ref():
            return f"{node.name}[{','.join(map(repr, node.places))}]" if node.places else str(node.name)
        case Bracket():
            return f"[{plain(node.left)} {node.relation} {plain(node.right)}]"
        case Add():
            return " + ".join(f"({plain(a)})" if isinstance(a, Add) else plain(a) for a in node.args)
        case Mul():
            return "*".join(f"({plain(a)})" if isinstance(a, Add | Mul) else plain(a) for a in node.args)
        case Pow():
            return f"{_atomic(node.base)}^{_atomic(node.exponent)}"
        case Apply():
            return f"{node.op}({', '.join(map(plain, node.args))})"
        case Reduce():
            return f"{node.kind}_{node.index!r}({plain(node.body)})"
    return object.__repr__(node)


def _atomic(node: Term) -> str:
    return plain(node) if isinstance(node, Num | Ref | Apply | Bracket | Reduce) else f"({plain(node)})"

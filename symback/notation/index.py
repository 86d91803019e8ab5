"""Index notation: a term as a box, one node at a time. Scalar notation is the same without indices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import HALF, MINUS_ONE, Add, Apply, Bracket, Count, Kind, Mul, Num, Pow, Reduce, Ref, Term, is_number
from symback.algebra.traverse import walk
from symback.errors import UnknownTerm
from symback.network.lettering import RESERVED, Lettering, letters_for
from symback.typeset.boxes import (
    RELATIONS,
    Big,
    Box,
    Call,
    Delta,
    Exponential,
    Fence,
    Fraction,
    Joint,
    Named,
    Negative,
    Number,
    Power,
    Relation,
    Root,
    Word,
    addition,
    fraction,
    product,
)
from symback.typeset.letters import letter_latex, plain_letter

BIG: dict[Kind, Word] = {
    "sum": Word("Σ", r"\sum"),
    "prod": Word("Π", r"\prod"),
    "max": Word("max", r"\max"),
    "min": Word("min", r"\min"),
    "mean": Word("mean", r"\operatorname*{mean}"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known at a place in a formula: the names, and the letter of each index that is visible there."""

    table: Lettering
    letters: dict[Index, str]

    def within(self, index: Index) -> Scope:
        """The scope under a binder."""
        chosen = letters_for([index], self.table.taken, self.table.style.letters, self.letters.values())
        return replace(self, letters={**self.letters, **chosen})

    @property
    def first(self) -> int:
        """The first value of an index, as printed."""
        return self.table.style.first

    @property
    def joint(self) -> Joint:
        """How scalar factors are joined."""
        return "dot" if self.table.style.multiplication else "times"


def scope_of(table: Lettering, indices: tuple[Index, ...]) -> Scope:
    """The scope of a formula with free indices."""
    return Scope(table, letters_for(indices, table.taken, table.style.letters))


@singledispatch
def index_box(node: Any, scope: Scope) -> Box:
    """A term in index notation."""
    raise UnknownTerm(node, "index notation")


@index_box.register
def _(node: Num, scope: Scope) -> Box:
    return number_box(node)


def number_box(node: Num) -> Box:
    """An exact number, with its sign in front; powers of ten as such, ratios as fractions."""
    if node.value < 0:
        return Negative(number_box(Num(-node.value, (node.literal or "").lstrip("-−") or None)))
    if node.literal:
        digits, _, exponent = node.literal.lower().partition("e")
        power = _power_of_ten(int(exponent)) if exponent else None
        if power is None:
            return Number(digits)
        return power if digits == "1" else product((Number(digits), power))
    if node.value.denominator != 1:
        return Fraction(Number(str(node.value.numerator)), Number(str(node.value.denominator)))
    return Number(str(node.value))


def _power_of_ten(exponent: int) -> Box:
    size = Number(str(abs(exponent)))
    return Power(Number("10"), Negative(size) if exponent < 0 else size)


@index_box.register
def _(node: Count, scope: Scope) -> Box:
    return size_box(_printed(node.size, scope, 0), scope)


@index_box.register
def _(node: Ref, scope: Scope) -> Box:
    return scope.table.box(node.name, tuple(place_box(p, scope) for p in node.places))


@index_box.register
def _(node: Bracket, scope: Scope) -> Box:
    left, right = as_size(node.left), as_size(node.right)
    letters = [_letter(scope.letters[i]) for s in (left, right) if s is not None for i in s.indices if s == Size.of(i)]
    if node.relation == "=" and len(letters) == 2 and all(len(k.text) == 1 for k in letters) and not scope.table.declares("delta"):
        return Delta(*letters)
    return Fence("square", relation_box(node, scope))


def relation_box(node: Bracket, scope: Scope) -> Box:
    """The relation in a bracket; places are compared as they are printed, and an upper end is included as in a sum."""
    left, right = as_size(node.left), as_size(node.right)
    if left is None or right is None or not (left.indices or right.indices):
        return Relation((index_box(node.left, scope), index_box(node.right, scope)), (RELATIONS[node.relation],))
    relation = node.relation
    if scope.first == 1 and relation == "<" and not right.indices:
        relation, right = "<=", right - 1
    sides = tuple(size_box(_printed(s, scope, scope.first), scope) for s in (left, right))
    return Relation(sides, (RELATIONS[relation],))


def as_size(node: Term) -> Size | None:
    """A term that is a size or an integer, as a size."""
    if isinstance(node, Num) and node.value.denominator == 1:
        return Size.of(int(node.value))
    return node.size if isinstance(node, Count) else None


@index_box.register
def _(node: Add, scope: Scope) -> Box:
    return addition(tuple(index_box(a, scope) for a in node.args))


@index_box.register
def _(node: Mul, scope: Scope) -> Box:
    if _is_sign(node):
        return Negative(product(_fractions(node.args[1:], scope), scope.joint))
    return product(_fractions(node.args, scope), scope.joint)


def _is_sign(node: Mul) -> bool:
    """Whether a leading −1 is a sign: not where a number follows or where another −1 has to stay visible."""
    first, rest = node.args[0], node.args[1:]
    return is_number(first, -1) and bool(rest) and not any(is_number(a, -1) for a in rest) and not isinstance(rest[0], Num)


def _fractions(args: tuple[Term, ...], scope: Scope) -> tuple[Box, ...]:
    """Factors left to right; each run of reciprocals goes under the factors before it."""
    boxes: list[Box] = []
    top: list[Box] = []
    bottom: list[Box] = []

    def close() -> None:
        if bottom:
            _halved(top, bottom)
            boxes.append(fraction(product(tuple(top), scope.joint), product(tuple(bottom), scope.joint)))
        else:
            boxes.extend(top)
        top.clear()
        bottom.clear()

    last = closing(args)
    for position, arg in enumerate(args):
        under = denominator(arg) if position < last else inverted(arg)
        if under is not None and top:
            bottom.append(index_box(under, scope))
            continue
        if bottom:
            close()
        if under is not None and isinstance(under, Count) and len(args) > 1:
            top.append(Number("1"))
            bottom.append(index_box(under, scope))
            continue
        top.append(index_box(arg, scope))
    close()
    return tuple(boxes)


def _halved(top: list[Box], bottom: list[Box]) -> None:
    """A factor 1/2 above the bar as a 2 below it."""
    first = top[0]
    if isinstance(first, Fraction) and isinstance(first.top, Number) and isinstance(first.bottom, Number):
        bottom.insert(0, first.bottom)
        top[:1] = [] if len(top) > 1 and first.top.digits == "1" else [first.top]


def closing(args: tuple[Term, ...]) -> int:
    """Where the factors that divide begin, if they are the last ones: there every negative power goes under the bar.

    Not in a line with a factor −1 that is no sign: such a line shows the factors of the power and the chain rule as they arise.
    """
    position = len(args)
    if any(is_number(a, -1) for a in args[1:]):
        return position
    while position and inverted(args[position - 1]) is not None:
        position -= 1
    return position


def inverted(node: Term) -> Term | None:
    """The reciprocal of a negative power, as it stands under a fraction bar."""
    if isinstance(node, Pow) and isinstance(node.exponent, Num) and node.exponent.value < 0:
        return node.base if node.exponent is MINUS_ONE else Pow(node.base, Num(-node.exponent.value))
    return None


def denominator(node: Term) -> Term | None:
    """What a factor puts under a fraction bar: the base of a reciprocal, the root of a reciprocal root."""
    if not isinstance(node, Pow):
        return None
    if node.exponent is MINUS_ONE:
        return node.base
    return Pow(node.base, HALF) if isinstance(node.exponent, Num) and node.exponent.value == -HALF.value else None


@index_box.register
def _(node: Pow, scope: Scope) -> Box:
    base = index_box(node.base, scope)
    return Root(base) if node.exponent is HALF else Power(base, index_box(node.exponent, scope))


@index_box.register
def _(node: Apply, scope: Scope) -> Box:
    return call_box(node.op, tuple(index_box(a, scope) for a in node.args), scope.table)


def call_box(operation: str, args: tuple[Box, ...], table: Lettering) -> Box:
    """An element-wise operation applied to boxes."""
    return Exponential(args[0]) if operation == "exp" else Call(table.words[operation], args)


@index_box.register
def _(node: Reduce, scope: Scope) -> Box:
    inner = scope.within(node.index)
    index = _letter(inner.letters[node.index])
    low = high = None
    if inferred_size(node, scope.table) is not node.index.size:
        low, high = Number(str(scope.first)), size_box(_printed(node.index.size, scope, 0) + (scope.first - 1), scope)
    return Big(BIG[node.kind], index, index_box(node.body, inner), low, high)


def inferred_size(node: Reduce, table: Lettering) -> Size | None:
    """The size of a bound index as its first plain use shows it; the reader does the same on what is printed."""
    plain = Size.of(node.index)
    for ref in walk(node.body):
        if isinstance(ref, Ref) and plain in ref.places:
            axes = table.axes(ref.name, len(ref.places))
            return axis_size(axes, ref.places, ref.places.index(plain))
    return None


def axis_size(axes: tuple[Index, ...], places: tuple[Size, ...], position: int) -> Size:
    """The size of one axis where the others are read at places (``n[l]`` depends on ``l``)."""
    return axes[position].size.substitute(dict(zip(axes, places, strict=True)))


def place_box(place: Size, scope: Scope) -> Box:
    """A place as printed: indices and places count from the style's first index."""
    return size_box(_printed(place, scope, scope.first), scope)


def _printed(size: Size, scope: Scope, shift: int) -> Size:
    return size.substitute({i: Size.of(i) - scope.first for i in size.indices}) + shift


def size_box(size: Size, scope: Scope) -> Box:
    """A polynomial in sizes and index letters, positive terms first."""
    ordered = sorted(size.terms, key=lambda t: (not t[0], t[1] < 0))
    terms: list[Box] = []
    for monomial, coefficient in ordered:
        factors = [_atom_box(a, scope) if e == 1 else Power(_atom_box(a, scope), Number(str(e))) for a, e in monomial]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, Number(str(abs(coefficient))))
        body = product(tuple(factors))
        terms.append(Negative(body) if coefficient < 0 else body)
    return addition(tuple(terms)) if terms else Number("0")


def _atom_box(atom: Atom, scope: Scope) -> Box:
    match atom:
        case Index():
            return _letter(scope.letters[atom])
        case SizeSymbol():
            return _letter(atom.name)
        case SizeAt():
            return Named(atom.name, atom.name, places=(size_box(_shifted(atom.place, scope), scope),))
        case Floor():
            return Fence("floor", Fraction(size_box(atom.numerator, scope), size_box(atom.denominator, scope)))
    raise UnknownTerm(atom, "sizes in index notation")


def _shifted(place: Size, scope: Scope) -> Size:
    """A place inside an already printed size: its indices are shifted, the place itself is not yet."""
    return place + scope.first


def _letter(letter: str) -> Word:
    return Word(letter, letter_latex(letter, upright=plain_letter(letter) in RESERVED))

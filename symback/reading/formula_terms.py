"""Index and scalar notation read back: a syntax tree as terms and places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, singledispatch
from typing import Any, Literal

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.operations import OPERATIONS
from symback.algebra.sizes import Floor, Index, Size, SizeAt
from symback.algebra.terms import (
    HALF,
    MINUS_ONE,
    SWAPPED,
    Add,
    Apply,
    Bracket,
    Count,
    Mul,
    Name,
    Num,
    Pow,
    Reduce,
    Ref,
    Relation,
    Term,
)
from symback.algebra.traverse import binders, substitute
from symback.errors import ReadingError, UnknownTerm
from symback.network.lettering import Lettering
from symback.reading.formula_grammar import (
    BigOver,
    Binary,
    Called,
    DerivativeRead,
    Digits,
    Enclosed,
    Iverson,
    Letter,
    Minus,
    OnesSyntax,
    Raised,
    Read,
    Syntax,
    TransposedSyntax,
)

Markup = Literal["text", "latex"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What letters mean at a place in a formula, and the names that its "where" part defines."""

    source: str
    table: Lettering
    letters: Mapping[str, Index]
    local: Mapping[str, Definition]

    @property
    def first(self) -> int:
        """The first value of an index, as printed."""
        return self.table.style.first

    def error(self, node: Syntax, found: str, remedy: str = "") -> ReadingError:
        """What is wrong with a node."""
        return ReadingError(self.source, found, remedy, node.position)


def named(node: Syntax, scope: Scope) -> tuple[Name, tuple[Syntax, ...]]:
    """The name and the places of a node that reads one."""
    match node:
        case Read(name, places):
            return name, places or ()
        case DerivativeRead(mark, top, bottoms):
            (of, shown), *by = (named(part, scope) for part in (top, *bottoms))
            name = scope.table.resolve("d" if mark == "d" else "∂", of, tuple(n for n, _ in by))
            return name, (*shown, *(p for _, places in by for p in places))
    raise scope.error(node, "this is no declared name")


def parts(node: Syntax) -> tuple[Syntax, ...]:
    """The nodes directly below a node, left to right as printed."""
    match node:
        case Read(places=places) | Letter(places=places):
            return places or ()
        case DerivativeRead(top=top, bottoms=bottoms):
            return (top, *bottoms)
        case Binary(left=left, right=right) | Iverson(left=left, right=right):
            return (left, right)
        case Raised(base=base, exponent=exponent):
            return (base, exponent)
        case Called(args=args):
            return args
        case Digits():
            return ()
    body = getattr(node, "body", None)
    return (body,) if body is not None else ()


def everything(node: Syntax) -> Iterator[Syntax]:
    """A node and all below it, left to right."""
    yield node
    for part in parts(node):
        yield from everything(part)


def shows_indices(node: Syntax) -> bool:
    """Whether a formula is in index notation: places or big operators are shown."""
    return any(isinstance(n, BigOver) or (isinstance(n, Read | Letter) and n.places) for n in everything(node))


@singledispatch
def read_term(node: Any, scope: Scope) -> Term:
    """A node of the syntax as a term."""
    raise UnknownTerm(node, "reading index notation")


@read_term.register
def _(node: Digits, scope: Scope) -> Term:
    value = Fraction(node.digits)
    return Num(value, node.digits) if value.denominator != 1 or "." in node.digits else Num(value)


@read_term.register(Read)
@read_term.register(DerivativeRead)
def _(node: Read | DerivativeRead, scope: Scope) -> Term:
    name, places = named(node, scope)
    axes = scope.table.axes(name, len(places))
    if len(axes) != len(places):
        raise scope.error(node, f"{name} has {len(axes)} axes and is read at {len(places)} places")
    return Ref(name, tuple(place(p, scope) for p in places))


@read_term.register
def _(node: Letter, scope: Scope) -> Term:
    found = scope.local.get(node.letter)
    if found is not None and isinstance(found.body, Term):
        places = tuple(place(p, scope) for p in node.places or ())
        return substitute(found.body, dict(zip(found.indices, places, strict=True)), tuple(scope.letters.values()))
    return Count(read_size(node, scope))


@read_term.register
def _(node: Minus, scope: Scope) -> Term:
    if isinstance(node.body, Digits):
        number = read_term(node.body, scope)
        assert isinstance(number, Num)
        return Num(-number.value, f"-{number.literal}" if number.literal else None)
    body = read_term(node.body, scope)
    if isinstance(body, Mul) and isinstance(node.body, Binary):
        if isinstance(body.args[0], Num) and isinstance(_leftmost(node.body), Digits):
            return Mul((Num(-body.args[0].value), *body.args[1:]))
        return Mul((MINUS_ONE, *body.args))
    return Mul((MINUS_ONE, body))


def _leftmost(node: Syntax) -> Syntax:
    return _leftmost(node.left) if isinstance(node, Binary) else node


@read_term.register
def _(node: Binary, scope: Scope) -> Term:
    if all(_counts(n, scope) for n in (node.left, node.right)) and node.sign in "+−":
        return Count(read_size(node, scope))
    left, right = read_term(node.left, scope), read_term(node.right, scope)
    match node.sign:
        case "+" | "−":
            signed = right if node.sign == "+" else Mul((MINUS_ONE, *_chain(node.right, right)))
            return Add((*(left.args if isinstance(left, Add) and _is_sum(node.left) else (left,)), signed))
        case "·" | " ":
            return Mul((*_chain(node.left, left), *_chain(node.right, right)))
        case "/":
            return Mul((*_chain(node.left, left), Pow(right, MINUS_ONE)))
    raise scope.error(node, f"{node.sign} belongs to matrix notation")


def _counts(node: Syntax, scope: Scope) -> bool:
    """Whether a node is a sum of index and size letters and integers, which is one place or size."""
    if isinstance(node, Letter):
        return node.letter not in scope.local
    if isinstance(node, Binary) and node.sign in "+−· ":
        return _counts(node.left, scope) and _counts(node.right, scope)
    return isinstance(node, Digits) and "." not in node.digits and bool(scope.letters)


def _is_sum(node: Syntax) -> bool:
    return isinstance(node, Binary) and node.sign in "+−"


def _chain(node: Syntax, term: Term) -> tuple[Term, ...]:
    """The factors of a product written without brackets."""
    return term.args if isinstance(node, Binary) and node.sign in "·/ " and isinstance(term, Mul) else (term,)


@read_term.register
def _(node: Raised, scope: Scope) -> Term:
    return Pow(read_term(node.base, scope), read_term(node.exponent, scope))


@read_term.register
def _(node: Called, scope: Scope) -> Term:
    args = tuple(read_term(a, scope) for a in node.args)
    if node.function == "sqrt":
        return Pow(args[0], HALF)
    if node.function not in OPERATIONS:
        raise scope.error(node, f"{node.function} belongs to matrix notation")
    arity = OPERATIONS[node.function].arity
    if arity != len(args):
        raise scope.error(node, f"{node.function} takes {arity} arguments, found {len(args)}")
    return Apply(node.function, args)


@read_term.register(TransposedSyntax)
@read_term.register(OnesSyntax)
def _(node: TransposedSyntax | OnesSyntax, scope: Scope) -> Term:
    raise scope.error(node, "transposes and vectors of ones belong to matrix notation")


@read_term.register
def _(node: Enclosed, scope: Scope) -> Term:
    if node.kind == "‖":
        raise scope.error(node, "norms belong to matrix notation")
    return Count(read_size(node, scope))


@read_term.register
def _(node: BigOver, scope: Scope) -> Term:
    size = inferred_size(node.letter, node.body, scope) if node.last is None else read_size(node.last, scope) - (scope.first - 1)
    index = free_index(node.letter, size, tuple(scope.letters.values()))
    inner = replace(scope, letters={**scope.letters, node.letter: index})
    return Reduce(node.kind, index, read_term(node.body, inner))


def free_index(letter: str, size: Size, visible: tuple[Index, ...]) -> Index:
    """An index that no visible one looks like."""
    mark = 0
    while any((i.name, i.mark) == (letter, mark) for i in visible):
        mark += 1
    return Index(letter, size, mark)


def inferred_size(letter: str, body: Syntax, scope: Scope) -> Size:
    """The size of a bound letter: that of the first axis it stands at alone."""
    for node in everything(body):
        if isinstance(node, DerivativeRead) or (isinstance(node, Read) and node.places):
            name, places = named(node, scope)
            for position, shown in enumerate(places):
                if isinstance(shown, Letter) and shown.letter == letter and shown.places is None:
                    axes = scope.table.axes(name, len(places))
                    others = {a: _place_or_none(p, scope) for a, p in zip(axes, places, strict=True)}
                    return axes[position].size.substitute({a: p for a, p in others.items() if p is not None})
    raise scope.error(body, f"the range of {letter} cannot be told", f"write Σ_({letter}=1..n)")


def _place_or_none(node: Syntax, scope: Scope) -> Size | None:
    try:
        return place(node, scope)
    except ReadingError:
        return None


@read_term.register
def _(node: Iverson, scope: Scope) -> Term:
    left, right = read_term(node.left, scope), read_term(node.right, scope)
    relation: Relation = next(r for r in SWAPPED if r == node.relation)
    if isinstance(left, Num) and isinstance(right, Count):
        left = Count(int(left.value))
    if isinstance(right, Num) and isinstance(left, Count):
        right = Count(int(right.value))
    if isinstance(left, Count) and isinstance(right, Count) and (left.size.indices or right.size.indices):
        left, right = Count(left.size - scope.first), Count(right.size - scope.first)
    return Bracket(relation, left, right)


def place(node: Syntax, scope: Scope) -> Size:
    """A place: counted from 0 inside, from the style's first index as printed."""
    return read_size(node, scope) - scope.first


@singledispatch
def read_size(node: Any, scope: Scope) -> Size:
    """A node as a size, where an index letter stands for its printed value."""
    raise scope.error(node, "this is no place: sums and products of indices, sizes and integers are")


@read_size.register
def _(node: Digits, scope: Scope) -> Size:
    if "." in node.digits:
        raise scope.error(node, "a place is an integer")
    return Size.of(int(node.digits))


@read_size.register
def _(node: Letter, scope: Scope) -> Size:
    if node.places is not None and node.letter in size_tables(scope.table):
        return Size.of(SizeAt(node.letter, place(node.places[0], scope)))
    if node.places is not None:
        raise scope.error(node, f"{node.letter} is not declared")
    if node.letter in scope.letters:
        return Size.of(scope.letters[node.letter]) + scope.first
    if node.letter in sizes_of(scope.table):
        return Size.of(sizes_of(scope.table)[node.letter])
    known = ", ".join(scope.table.typed)
    raise scope.error(node, f"{node.letter} is not declared", f"declared are {known}")


@lru_cache(maxsize=64)
def sizes_of(table: Lettering) -> Mapping[str, Size]:
    """The size symbols of a program by name: those of axes, of sums, and the declared ones."""
    found = {name: Size.of(name) for name in table.program.sizes}
    for index in _axes_of(table):
        for atom in _symbols(index.size):
            found.setdefault(repr(atom), atom)
    return found


@lru_cache(maxsize=64)
def size_tables(table: Lettering) -> frozenset[str]:
    """The names of sizes that depend on a place, as n does in n[l]."""
    return frozenset(name for index in _axes_of(table) for name in _tables(index.size))


def _axes_of(table: Lettering) -> list[Index]:
    """The axes of a program and the indices of its sums."""
    axes = [i for leaf in table.program.leaves for i in leaf.indices]
    for definition in table.program.definitions:
        axes += [*definition.indices, *(() if isinstance(definition.body, Opaque) else binders(definition.body))]
    return axes


def _tables(size: Size) -> Iterator[str]:
    for atom in size.atoms:
        match atom:
            case SizeAt():
                yield atom.name
                yield from _tables(atom.place)
            case Index():
                yield from _tables(atom.size)
            case Floor():
                yield from _tables(atom.numerator)
                yield from _tables(atom.denominator)


def _symbols(size: Size) -> Iterator[Size]:
    for atom in size.atoms:
        match atom:
            case Index():
                yield from _symbols(atom.size)
            case SizeAt():
                yield from _symbols(atom.place)
            case Floor():
                yield from _symbols(atom.numerator)
                yield from _symbols(atom.denominator)
            case _:
                yield Size.of(atom)


@read_size.register
def _(node: Minus, scope: Scope) -> Size:
    return -read_size(node.body, scope)


@read_size.register
def _(node: Binary, scope: Scope) -> Size:
    left, right = read_size(node.left, scope), read_size(node.right, scope)
    match node.sign:
        case "+":
            return left + right
        case "−":
            return left - right
        case "·" | " ":
            return left * right
    raise scope.error(node, "a place has no division but in ⌊ ⌋")


@read_size.register
def _(node: Raised, scope: Scope) -> Size:
    base, power = read_size(node.base, scope), read_size(node.exponent, scope).constant
    if power is None or power < 0:
        raise scope.error(node, "an exponent in a place is a whole number")
    result = Size.of(1)
    for _ in range(power):
        result = result * base
    return result


@read_size.register
def _(node: Enclosed, scope: Scope) -> Size:
    body = node.body
    if node.kind != "⌊" or not (isinstance(body, Binary) and body.sign == "/"):
        raise scope.error(node, "expected ⌊a/b⌋")
    return read_size(body.left, scope) // read_size(body.right, scope)

"""Orders of the bound indices of a sum that do not depend on what they are called.

Colour refinement: indices start with the colour of their size and are told apart by where they occur; what stays tied is
tried in every order, within a bound. Signs that depend on the naming (``x_i − x_j``) do not enter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice

from symback.algebra.normal.context import Context
from symback.algebra.normal.poly import Powers
from symback.algebra.sizes import Atom, Floor, Index, Size, SizeAt
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Ref, Term
from symback.algebra.traverse import free_indices
from symback.errors import UnknownTerm

Colours = Mapping[Index, str]
MOST_ORDERS = 24


def orders(context: Context, indices: tuple[Index, ...], powers: Powers) -> list[tuple[Index, ...]]:
    """The candidate orders of bound indices, an index after those its size reads."""
    if len(indices) == 1:
        return [indices]
    return [_dependent(order) for order in islice(_orders(context, dict.fromkeys(indices, "0"), powers), MOST_ORDERS)]


def _orders(context: Context, colours: Colours, powers: Powers) -> Iterator[tuple[Index, ...]]:
    colours = _refined(context, colours, powers)
    classes: dict[str, list[Index]] = {}
    for i, colour in colours.items():
        classes.setdefault(colour, []).append(i)
    tied = next((classes[c] for c in sorted(classes) if len(classes[c]) > 1), None)
    if tied is None:
        yield tuple(sorted(colours, key=lambda i: colours[i]))
        return
    for chosen in tied:
        yield from _orders(context, {**colours, chosen: f"{colours[chosen]}!"}, powers)


def _refined(context: Context, colours: Colours, powers: Powers) -> Colours:
    known = 0
    while True:
        seen = {i: (c, _occurrences(context, i, colours, powers)) for i, c in colours.items()}
        ranks = {value: f"{n:03d}" for n, value in enumerate(sorted(set(seen.values())))}
        colours = {i: ranks[value] for i, value in seen.items()}
        if len(ranks) == known:
            return colours
        known = len(ranks)


def _occurrences(context: Context, index: Index, colours: Colours, powers: Powers) -> tuple[str, ...]:
    marked = {**colours, index: "*"}
    reads = [f"{signature(context, a, marked)}^{e}" for a, e in powers.items() if index in free_indices(a)]
    sizes = [_size(i.size, marked) for i in colours if index in i.size.indices]
    return (_size(index.size, colours), *sorted(reads), "|", *sorted(sizes))


def _dependent(order: tuple[Index, ...]) -> tuple[Index, ...]:
    found: list[Index] = []
    pending = list(order)
    while pending:
        chosen = next(i for i in pending if not any(j in pending for j in i.size.indices))
        pending.remove(chosen)
        found.append(chosen)
    return tuple(found)


def signature(context: Context, node: Term, colours: Colours) -> str:
    """A term as text with colours for indices, the same for every order of what commutes and every overall sign."""
    match node:
        case Num():
            return str(node.value)
        case Count():
            return _size(node.size, colours)
        case Ref():
            places = [_size(p, colours) for p in node.places]
            if node.name in context.turnable:
                places.sort()
            return f"{node.name}[{','.join(places)}]"
        case Bracket(left=Count() as left):
            return f"[{node.relation}{_bracket(left.size, node.relation, colours)}]"
        case Bracket():
            return f"[{node.relation}{signature(context, node.left, colours)}]"
        case Add():
            return _sum(context, node, colours)
        case Mul():
            return f"({'*'.join(sorted(signature(context, a, colours) for a in node.args))})"
        case Pow():
            return f"{signature(context, node.base, colours)}^{signature(context, node.exponent, colours)}"
        case Apply():
            return f"{node.op}({','.join(signature(context, a, colours) for a in node.args)})"
        case Reduce():
            return f"{node.kind}{_index(node.index, colours)}:{_size(node.index.size, colours)}({signature(context, node.body, colours)})"
    raise UnknownTerm(node, "signature")


def _sum(context: Context, node: Add, colours: Colours) -> str:
    parts = [_scaled(a) for a in node.args]
    written = [(signature(context, body, colours), c) for c, body in parts]
    return min(_sorted_sum(written, 1), _sorted_sum(written, -1))


def _sorted_sum(written: list[tuple[str, Fraction]], sign: int) -> str:
    return f"({'+'.join(sorted(f'{c * sign}*{text}' for text, c in written))})"


def _scaled(node: Term) -> tuple[Fraction, Term]:
    if isinstance(node, Num):
        return node.value, Num(1)
    if isinstance(node, Mul) and isinstance(node.args[0], Num):
        return node.args[0].value, Mul(node.args[1:])
    return Fraction(1), Mul((node,))


def _index(index: Index, colours: Colours) -> str:
    return colours.get(index) or f"{index.name}'{index.mark}"


def _size(size: Size, colours: Colours) -> str:
    return "+".join(sorted(f"{c}*{'*'.join(sorted(f'{_atom(a, colours)}^{e}' for a, e in m))}" for m, c in size.terms))


def _atom(atom: Atom, colours: Colours) -> str:
    match atom:
        case Index():
            return _index(atom, colours)
        case SizeAt():
            return f"{atom.name}[{_size(atom.place, colours)}]"
        case Floor():
            return f"({_size(atom.numerator, colours)}//{_size(atom.denominator, colours)})"
    return atom.name


def _bracket(place: Size, relation: str, colours: Colours) -> str:
    other = -place - 1 if relation == ">=" else -place
    return min(_size(place, colours), _size(other, colours))

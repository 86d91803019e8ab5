"""Fold: a forward definition, solved for one atom of its body, put into a derivative.

``p = 1/(1+e^-z)`` gives ``1+e^-z = 1/p`` and ``e^-z = (1-p)/p``, and so ``e^-z/(1+e^-z)^2`` becomes ``p(1-p)``. A fold is kept only
where it makes the formula strictly shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ONE, Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Ref, Term, add, mul
from symback.algebra.traverse import children, factors, free_indices, inline, rewrite, substitute, walk, with_children
from symback.simplify.arithmetic import arithmetic
from symback.simplify.functions import one_function
from symback.simplify.quotients import over_common_denominator, tidy
from symback.simplify.rules import PLAIN, simplify
from symback.simplify.shape import addends, coefficient_and_rest, key, length, negated, power_of, product, to_power

HELD = "·held"


@dataclass(frozen=True, slots=True)
class Solved:
    """``atom = value``, from a definition; ``others`` are the other factors of its body, left alone meanwhile.

    Where the body holds a root of the atom, ``root`` is its exponent and ``whole`` what ``atom ** root`` is. ``guards`` are the
    conditions among the factors: where one is false the body is 0 and says nothing of the atom.
    """

    atom: Term
    value: Term
    others: tuple[Term, ...]
    root: Fraction = Fraction(1)
    whole: Term | None = None
    guards: tuple[Bracket, ...] = ()


@lru_cache(maxsize=16384)
def fold(node: Term, definition: Definition) -> Term:
    """The term written through the definition's name, where that is strictly shorter; else the term itself.

    >>> from symback.algebra.terms import apply, ref, ONE
    >>> z = ref("z")
    >>> p = Definition("p", (), ONE / (ONE + apply("exp", -z)))
    >>> fold(apply("exp", -z) * (ONE + apply("exp", -z)) ** -2, p)
    p*(1 + -1*p)
    """
    if not isinstance(definition.body, Term):
        return node
    best = node
    if not _ways(definition):
        return node
    known = frozenset(key(arithmetic(b)) for b in (*_denominators(node), *_denominators(definition.body)))
    for way in _ways(definition):
        new = node
        for solved in way:
            new = _put(new, solved, definition.indices)
        if new is not node:
            simpler = simplify(new)
            if length(simpler) < length(best) and _divides_by_nothing_new(simpler, definition, known):
                best = simpler
    return best


def _denominators(node: Term) -> list[Term]:
    """The bases of negative powers in a term."""
    powers = (power_of(n) for n in walk(node) if isinstance(n, Pow))
    return [b for base, exponent in powers if exponent < 0 for b in factors(base)]


def _divides_by_nothing_new(node: Term, definition: Definition, known: frozenset[object]) -> bool:
    """Whether all a folded term divides by, with the definition put back, was divided by before."""
    body = definition.body
    assert isinstance(body, Term)
    back = [inline(b, lambda n: (definition.indices, body) if n == definition.name else None) for b in _denominators(node)]
    return all(key(power_of(f)[0]) in known or isinstance(f, Num) for b in back for f in factors(arithmetic(b)))


@lru_cache(maxsize=4096)
def _ways(definition: Definition) -> tuple[tuple[Solved, ...], ...]:
    """The atoms the body can be solved for: each factor that is more than a name, then what stands inside it.

    So is the body as it reads once it is simplified, and the function that it spells out.
    """
    body = definition.body
    assert isinstance(body, Term)
    tidied = simplify(body, PLAIN)
    bodies = dict.fromkeys((body, tidied, one_function(tidied)))
    return tuple(way for b in bodies for way in _solutions(Definition(definition.name, definition.indices, b)))


def _solutions(definition: Definition) -> Iterator[tuple[Solved, ...]]:
    body = definition.body
    assert isinstance(body, Term)
    head = Ref(definition.name, tuple(Size.of(0 if _single(i) else i) for i in definition.indices))
    number, rest = coefficient_and_rest(arithmetic(body))
    yield from _exponentials(body, head, definition.indices)
    parts = [power_of(f) for f in rest]
    for position, (base, exponent) in enumerate(parts):
        root = 1 / exponent
        if not _may_be_solved_for(base, exponent, parts, position) or root.denominator != 1 or not _reads_all(base, definition.indices):
            continue
        guards = tuple(b for b, _ in parts if isinstance(b, Bracket))
        if guards and root != 1:
            continue
        others = [to_power(b, e) for k, (b, e) in enumerate(parts) if k != position and not isinstance(b, Bracket)]
        whole = mul([to_power(head, root), *(to_power(b, -e * root) for b, e in map(power_of, others))])
        value = product(number ** int(-root), factors(whole))
        power = product(1 / number, [head, *(to_power(b, -e) for b, e in map(power_of, others))])
        outer = Solved(base, value, tuple(others), exponent, power, guards)
        yield (outer,)
        if isinstance(base, Apply) and base.op == "sigmoid" and exponent == 1 and not others and not guards:
            yield (outer, Solved(Apply("sigmoid", (arithmetic(negated(base.args[0])),)), add((ONE, negated(value))), ()))
        inner = _inside(base, value, tuple(others))
        if inner is not None:
            yield (outer, replace(inner, guards=guards))


def _exponentials(body: Term, head: Term, indices: tuple[Index, ...]) -> Iterator[tuple[Solved, ...]]:
    """From ``y = a - log b`` the atom ``e^a = b e^y``."""
    terms = addends(body)
    for position, (number, rest) in enumerate(map(coefficient_and_rest, terms) if len(terms) > 1 else ()):
        if abs(number) != 1 or len(rest) != 1 or not (isinstance(rest[0], Apply) and rest[0].op == "log"):
            continue
        atom = arithmetic(Apply("exp", (add(terms[:position] + terms[position + 1 :]),)))
        if _reads_all(atom, indices):
            inner = rest[0].args[0]
            yield (Solved(atom, mul([Apply("exp", (head,)), to_power(inner, -number)]), (inner,)),)


def _may_be_solved_for(base: Term, exponent: Fraction, parts: list[tuple[Term, Fraction]], position: int) -> bool:
    """Whether a factor is worth solving for: more than a name, a name that everything else in the body divides, or 1 over a name."""
    if isinstance(base, Count | Bracket):
        return False
    others = [e for k, (_, e) in enumerate(parts) if k != position]
    return not isinstance(base, Ref) or (exponent == 1 and bool(others) and all(e < 0 for e in others)) or (exponent == -1 and not others)


def _inside(base: Term, value: Term, others: tuple[Term, ...]) -> Solved | None:
    """From ``1 + a = value`` the atom ``a = value - 1``, written with the denominator first."""
    if not isinstance(base, Add):
        return None
    numbers = [t for t in addends(base) if isinstance(t, Num)]
    atoms = [t for t in addends(base) if not isinstance(t, Num)]
    if len(atoms) != 1 or not numbers:
        return None
    number, rest = coefficient_and_rest(atoms[0])
    difference = over_common_denominator(tidy(Add((value, *(Num(-n.value) for n in numbers)))))
    parts = factors(product(1 / number, factors(difference)))
    ordered = [f for f in parts if power_of(f)[1] < 0] + [f for f in parts if power_of(f)[1] >= 0]
    return Solved(mul(rest), mul(ordered), others)


def _reads_all(node: Term, indices: tuple[Index, ...]) -> bool:
    free = free_indices(node)
    return all(i in free or _single(i) for i in indices)


def _single(index: Index) -> bool:
    """Whether an index has only the place 0, at which size-1 axes are read."""
    return index.size.constant == 1


def _put(node: Term, solved: Solved, variables: tuple[Index, ...]) -> Term:
    """Each instance of the atom replaced by its value; instances of the other factors are held meanwhile."""
    held: list[Term] = []

    def hold(inner: Term) -> Term:
        for other in solved.others:
            base = power_of(other)[0]
            if not isinstance(base, Ref | Num) and match(base, inner, variables) is not None:
                held.append(inner)
                return Ref(f"{HELD}{len(held) - 1}")
        return inner

    hidden = _top_down(node, hold)
    if solved.whole is not None and solved.root.denominator != 1:
        hidden = _put_roots(before := hidden, solved.atom, solved.root, solved.whole, variables)
        if hidden is not before:
            return rewrite(hidden, lambda n: _released(n, held))
    placed = _placed(hidden, solved, variables)
    if placed is hidden:
        return node
    return rewrite(placed, lambda n: _released(n, held))


def _placed(node: Term, solved: Solved, variables: tuple[Index, ...]) -> Term:
    """The atom's instances replaced: anywhere, but a mere name only as a factor, a power or a term and never inside a function."""
    if solved.guards:
        return _guarded(node, solved, variables, frozenset())
    if not isinstance(solved.atom, Ref):
        return rewrite(node, lambda n: _instance(solved, n, variables))
    if isinstance(node, Add | Mul | Reduce):
        return with_children(node, tuple(_placed(c, solved, variables) for c in children(node)))
    if isinstance(node, Pow) and isinstance(node.exponent, Num):
        base, below = node.base, _placed(node.base, solved, variables)
        return node if below is base else Pow(below, node.exponent)
    return _instance(solved, node, variables)


def _guarded(node: Term, solved: Solved, variables: tuple[Index, ...], known: frozenset[Term]) -> Term:
    """The atom's instances replaced where factors around them say that the conditions hold."""
    if isinstance(node, Bracket):
        return node
    found = match(solved.atom, node, variables)
    if found is not None:
        return substitute(solved.value, found, free_indices(node)) if all(substitute(g, found) in known for g in solved.guards) else node
    inner = known | {f for f in factors(node) if isinstance(f, Bracket)}
    below = children(node)
    inside = tuple(_guarded(c, solved, variables, inner) for c in below)
    return node if inside == below else with_children(node, inside)


def _released(node: Term, held: list[Term]) -> Term:
    if isinstance(node, Ref) and isinstance(node.name, str) and node.name.startswith(HELD):
        return held[int(node.name[len(HELD) :])]
    return node


def _top_down(node: Term, change: Callable[[Term], Term]) -> Term:
    new = change(node)
    if new is not node:
        return new
    below = children(node)
    inside = tuple(_top_down(c, change) for c in below)
    return node if inside == below else with_children(node, inside)


def _instance(solved: Solved, node: Term, variables: tuple[Index, ...]) -> Term:
    found = match(solved.atom, node, variables)
    return node if found is None else substitute(solved.value, found, free_indices(node))


def _put_roots(node: Term, base: Term, exponent: Fraction, whole: Term, variables: tuple[Index, ...]) -> Term:
    """Powers of a base of which the definition holds a root: ``v^(k/2)`` is ``s^k`` for ``s = v^(1/2)``, whatever the sign of k."""

    def change(inner: Term) -> Term:
        b, e = power_of(inner)
        times = e / exponent
        found = match(base, b, variables) if times.denominator == 1 and inner is not b else None
        if found is None:
            return inner
        value = mul(to_power(w, p * times) for w, p in map(power_of, factors(whole)))
        return substitute(value, found, free_indices(inner))

    return rewrite(node, change)


def match(pattern: Term, node: Term, variables: tuple[Index, ...]) -> Mapping[Index, Size] | None:
    """Places for the variables that make the pattern the term (up to bound names), or None.

    >>> from symback.algebra.terms import apply, ref
    >>> i, k = Index("i", "n"), Index("k", "n")
    >>> match(apply("exp", ref("z", i)), apply("exp", ref("z", k)), (i,))
    {i: k}
    """
    found: dict[Index, Size] = {}
    return found if _match(pattern, node, variables, found, {}) and all(_is_place(p, i) for i, p in found.items()) else None


def _is_place(place: Size, index: Index) -> bool:
    """Whether a place is one of an axis: it moves along an axis of that size, or stays in range. A slice has fewer places than the whole."""
    if place.indices and all(i.size is index.size for i in place.indices):
        return True
    return provably_at_least(place) and provably_at_least(index.size - 1 - place)


def _match(pattern: Term, node: Term, variables: tuple[Index, ...], found: dict[Index, Size], bound: dict[Index, Size]) -> bool:
    if type(pattern) is not type(node):
        return False
    match pattern, node:
        case Num(), Num():
            return pattern.value == node.value
        case Count(), Count():
            return _match_place(pattern.size, node.size, variables, found, bound)
        case Ref(), Ref():
            same = pattern.name == node.name and len(pattern.places) == len(node.places)
            return same and all(_match_place(p, q, variables, found, bound) for p, q in zip(pattern.places, node.places, strict=True))
        case Bracket(), Bracket() if pattern.relation != node.relation:
            return False
        case Apply(), Apply() if pattern.op != node.op:
            return False
        case Reduce(), Reduce():
            if pattern.kind != node.kind or not _match_place(pattern.index.size, node.index.size, variables, found, bound):
                return False
            inner = {**bound, pattern.index: Size.of(node.index)}
            return _match(pattern.body, node.body, variables, found, inner)
    first, second = children(pattern), children(node)
    return len(first) == len(second) and all(_match(a, b, variables, found, bound) for a, b in zip(first, second, strict=True))


def _match_place(pattern: Size, place: Size, variables: tuple[Index, ...], found: dict[Index, Size], bound: dict[Index, Size]) -> bool:
    """Whether two places agree; no variable becomes a place of a binder of the term: Σ_k S[k,k] is no Σ_j S[i,j]."""
    atom = pattern.single
    if isinstance(atom, Index) and atom in variables and atom not in bound:
        if any(i in place.indices for inner in bound.values() for i in inner.indices):
            return False
        return found.setdefault(atom, place) is place
    known = {**found, **bound}
    return pattern.substitute(known) is place

"""Bookkeeping that every reader does in passing: numbers, signs, ones and zeros, nested sums and products."""

from __future__ import annotations

from fractions import Fraction

from symback.algebra.sizes import Index, Size, provably_at_least
from symback.algebra.terms import ONE, SWAPPED, ZERO, Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Relation, Term, add
from symback.algebra.traverse import bottom_up, factors, free_indices, substitute
from symback.simplify.shape import UNIT, addends, number_like, power_of, product, to_power

LARGEST_POWER = 64


def arithmetic(node: Term) -> Term:
    """Numbers multiplied out, ones and zeros dropped, nested sums and products opened, settled brackets decided.

    >>> from symback.algebra.terms import ref
    >>> arithmetic(ref("x") * -1 * (2 * ref("y")) * 1)
    -2*x*y
    """
    return _everywhere(node)


def _settled(node: Term) -> Term:
    match node:
        case Mul():
            return _product(node)
        case Add():
            return _sum(node)
        case Pow():
            return _power(node)
        case Bracket():
            return decide(node)
        case Reduce():
            return _reduction(node)
        case Apply() if node.op == "exp" and node.args[0] is ZERO:
            return ONE
        case Apply() if node.op == "log" and node.args[0] is ONE:
            return ZERO
        case Count() if node.size.constant is not None:
            return Num(node.size.constant)
    return node


_everywhere = bottom_up(_settled)


def _product(node: Mul) -> Term:
    number, rest, literals = UNIT, [], []
    for factor in factors(node):
        base, exponent = power_of(factor)
        if isinstance(base, Num) and exponent.denominator == 1 and (base.value or exponent > 0):
            number *= base.value**exponent.numerator
            literals.append(factor)
        else:
            rest.append(factor)
    if number == 0:
        return ZERO
    if number == 1 and node.args[0] is ONE and rest and all(power_of(f)[1] < 0 for f in rest):
        return node if len(node.args) == len(rest) + 1 else Mul((ONE, *rest))
    given = [n for n in map(_base_number, literals) if abs(n.value) != 1]
    if len(given) == 1 and given[0].literal and number == given[0].value:
        return product(given[0], rest)
    return product(number_like(number, given), rest)


def _base_number(factor: Term) -> Num:
    base, _ = power_of(factor)
    assert isinstance(base, Num)
    return base


def _sum(node: Add) -> Term:
    terms = addends(node)
    numbers = [t for t in terms if isinstance(t, Num)]
    if len(numbers) > 1:
        combined = number_like(sum((t.value for t in numbers), Fraction(0)), numbers)
        at = terms.index(numbers[0])
        terms = [combined if k == at else t for k, t in enumerate(terms) if k == at or not isinstance(t, Num)]
    return add(t for t in terms if t is not ZERO and not (isinstance(t, Num) and t.value == 0))


def _power(node: Pow) -> Term:
    base, exponent = node.base, node.exponent
    if not isinstance(exponent, Num):
        return node
    power = exponent.value
    if power == 1:
        return base
    if power == 0 or base is ONE:
        return ONE
    if isinstance(base, Num) and power.denominator == 1 and abs(power) <= LARGEST_POWER and (base.value or power > 0):
        return Num(base.value**power.numerator)
    if isinstance(base, Pow) and isinstance(base.exponent, Num) and (power.denominator == 1):
        return to_power(base.base, base.exponent.value * power)
    return node


HOLDS_AT_EQUALITY: dict[Relation, bool] = {"=": True, "<=": True, ">=": True, "!=": False, "<": False, ">": False}


def decide(node: Bracket) -> Term:
    """A bracket that is settled becomes 1 or 0; the place stands before the number it is compared with.

    >>> from symback.algebra.terms import bracket
    >>> from symback.algebra.sizes import Index
    >>> decide(bracket(Index("i", "n"), "<", "n")), decide(bracket("n", "=", Size.of("n") + 1))
    (1, 0)
    """
    left, right = node.left, node.right
    if left is right:
        return ONE if HOLDS_AT_EQUALITY[node.relation] else ZERO
    if isinstance(left, Num) and isinstance(right, Num):
        return ONE if _compare(left.value, node.relation, right.value) else ZERO
    first, second = as_size(left), as_size(right)
    if first is None or second is None or _two_places_of_one_axis(first, second):
        return node
    above, below = provably_at_least(first - second), provably_at_least(second - first)
    greater, less = provably_at_least(first - second, 1), provably_at_least(second - first, 1)
    verdicts: dict[Relation, tuple[bool, bool]] = {
        ">=": (above, less), "<=": (below, greater), ">": (greater, below), "<": (less, above),
        "=": (above and below, greater or less), "!=": (greater or less, above and below),
    }  # fmt: skip
    true, false = verdicts[node.relation]
    if true or false:
        return ONE if true else ZERO
    if first.constant is not None:
        return Bracket(SWAPPED[node.relation], right, left)
    return _without_common_constant(node, first, second)


def _two_places_of_one_axis(first: Size, second: Size) -> bool:
    """Two indices with one range of more than one place: nothing about them is settled."""
    left, right = first.single, second.single
    return isinstance(left, Index) and isinstance(right, Index) and left.size is right.size and left.size.constant != 1


def _without_common_constant(node: Bracket, left: Size, right: Size) -> Term:
    """``[l + 1 < L + 1]`` is ``[l < L]``."""
    first, second = (dict(side.terms).get((), 0) for side in (left, right))
    common = max(min(first, second), 0) or min(max(first, second), 0)
    return Bracket(node.relation, Count(left - common), Count(right - common)) if common else node


def as_size(node: Term) -> Size | None:
    """A size, a place or a whole number as a size; None for anything else."""
    if isinstance(node, Count):
        return node.size
    if isinstance(node, Num) and node.value.denominator == 1:
        return Size.of(node.value.numerator)
    return None


def _compare(left: Fraction, relation: Relation, right: Fraction) -> bool:
    outcomes: dict[Relation, bool] = {
        "=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
    }  # fmt: skip
    return outcomes[relation]


def _reduction(node: Reduce) -> Term:
    if node.body is ZERO:
        return ZERO
    if node.index.size.constant == 1:
        return arithmetic(substitute(node.body, {node.index: Size.of(0)}))
    if node.kind == "mean" and node.index not in free_indices(node.body):
        return node.body
    if node.kind in ("max", "min") and node.index not in free_indices(node.body):
        return node.body
    if node.kind == "prod" and node.body is ONE:
        return ONE
    return node

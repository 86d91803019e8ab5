"""What a proof requires, in words as short as they can be had: no condition that holds anyway, none twice, as it was written.

A denominator is known by its normal form; a reader knows it as it stood in the formula, so that form is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

from symback.algebra.normal.conditions import condition
from symback.algebra.normal.context import Context, Exhausted, Notes
from symback.algebra.normal.poly import UNIT, Poly, atoms, key, minus, whole
from symback.algebra.normal.signs import anonymous, bounds, shown
from symback.algebra.sizes import Size
from symback.algebra.terms import ZERO, Add, Apply, Bracket, Count, Mul, Num, Pow, Term
from symback.algebra.traverse import free_indices, substitute


def remember(context: Context, written: Term, found: Poly) -> None:
    """Keep how the one sum in a power, or the sum itself, was written, wherever its indices stand."""
    sums = [a for m in found for a, e in m if isinstance(a, Add) and not (e > 0 and whole(e))]
    if len(found) == 1 and len(sums) == 1:
        known_as(context, written, sums[0])


def guard(context: Context, written: Term, base: Poly, found: Poly) -> None:
    """Keep which sums stand below a fraction only in a case of something that is never 0: ``1 + z`` where z > 0, of ``1 + |z|``."""
    if context.renaming:
        return
    cases = any(isinstance(a, Bracket) for a in atoms(base)) and shown(written, context).nonzero
    for m in found:
        for a, e in m:
            if isinstance(a, Add) and not (e > 0 and whole(e)):
                normal = anonymous(a)[0]
                context.guarded[normal] = cases and context.guarded.get(normal, True)


def known_as(context: Context, written: Term, sum_: Term) -> None:
    """Keep the shortest way in which a sum was written."""
    normal, indices = anonymous(sum_)
    if any(i not in indices for i in free_indices(written)):
        return
    own = substitute(written, indices)
    if normal not in context.written or len(key(own)) < len(key(context.written[normal])):
        context.written[normal] = own


def readable(context: Context, conditions: Iterable[Term]) -> tuple[Term, ...]:
    """The conditions that say something, each once whatever its indices are called, in the order they came up."""
    outer, context.notes = context.notes, Notes()
    found: dict[Term, Term] = {}
    try:
        for part in (part for c in conditions for part in _parts(context, c)):
            found.setdefault(anonymous(part)[0], part)
    finally:
        context.notes = outer
    return tuple(found.values())


def _parts(context: Context, found: Term) -> list[Term]:
    """A condition ``base ≠ 0`` as conditions on its factors; any other as it is."""
    if isinstance(found, Bracket) and found.relation == "!=" and found.right is ZERO:
        return _nonzero(context, found.left)
    return [found]


def _nonzero(context: Context, base: Term, normal: bool = True) -> list[Term]:
    """What must not vanish, as written and factor by factor; what is known not to vanish says nothing."""
    if bounds(base, context).nonzero:
        return []
    match base:
        case Mul():
            return [part for a in base.args for part in _nonzero(context, a, normal)]
        case Pow(exponent=Num()):
            return _nonzero(context, base.base, normal)
        case Apply(op="abs" | "sign" | "sqrt"):
            return _nonzero(context, base.args[0], normal)
        case Add() if normal:
            by_cases = _by_cases(context, base)
            if not isinstance(by_cases, Add) or len(by_cases.args) < len(base.args):
                return _nonzero(context, by_cases)
            own, indices = anonymous(base)
            if own in context.written:
                back = {new.indices[0]: Size.of(old) for old, new in indices.items()}
                return _nonzero(context, substitute(context.written[own], back), normal=False)
    return [apart(base)]


def _by_cases(context: Context, base: Add) -> Term:
    """What vanishes wherever a sum over brackets does: ``−x + 2x[x > 0]`` is 0 only where x is."""
    try:
        zero = minus(UNIT, condition(context, "!=", context.poly(base)))
    except (Exhausted, RecursionError):
        return base
    shared = [a for a in next(iter(zero), ()) if all(a in m for m in zero)]
    values = [a for a, _ in shared if isinstance(a, Bracket) and a.relation == "=" and a.right is ZERO and not isinstance(a.left, Count)]
    if len(values) == 1:
        return values[0].left
    return base


def apart(base: Term) -> Bracket:
    """``a − b ≠ 0`` as ``a ≠ b``."""
    if isinstance(base, Count):
        base = Add(tuple(Count(Size(((m, c),))) if m else Num(c) for m, c in base.size.terms))
    if not isinstance(base, Add):
        return Bracket("!=", base, ZERO)
    left = [a for a in base.args if _coefficient(a) >= 0]
    right = [_opposite(a) for a in base.args if _coefficient(a) < 0]
    if not left:
        return Bracket("!=", _sum(right), ZERO)
    if len(left) == 1 and isinstance(left[0], Num):
        left, right = right, left
    return Bracket("!=", _sum(left), _sum(right)) if left else Bracket("!=", base, ZERO)


def _coefficient(node: Term) -> int:
    first = node.args[0] if isinstance(node, Mul) else node
    return -1 if isinstance(first, Num) and first.value < 0 else 1


def _opposite(node: Term) -> Term:
    if isinstance(node, Num):
        return Num(-node.value)
    assert isinstance(node, Mul)
    first = node.args[0]
    assert isinstance(first, Num)
    rest = node.args[1:] if first.value == -1 else (Num(-first.value), *node.args[1:])
    return rest[0] if len(rest) == 1 else Mul(rest)


def _sum(parts: list[Term]) -> Term:
    return ZERO if not parts else parts[0] if len(parts) == 1 else Add(tuple(parts))

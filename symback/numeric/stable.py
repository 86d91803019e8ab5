"""Numerically stable forms, recognised in definitions however they were spelled.

Rows over terms: each takes a node (its children are done) and gives another form of the same value, or None. The values
are those of the definitions; only overflow and cancellation differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import MINUS_ONE, ONE, Add, Apply, Bracket, Count, Mul, Name, Num, Pow, Reduce, Ref, Term, apply, is_number, mul
from symback.algebra.traverse import free_indices, rewrite, substitute, walk
from symback.network.program import Program
from symback.simplify.shape import key as key_of
from symback.simplify.shape import to_power

Definitions = Mapping[Name, Definition]
Row = Callable[[Term, Definitions], Term | None]


Kind = Literal["softmax", "log_softmax", "logsumexp"]


class Along(Term):
    """exp(body)/Σ exp(body) at index ``at``, its log, or log Σ exp(body), over ``index`` where the brackets hold.

    A node of the generator alone: it exists between recognition and writing.
    """

    __slots__ = ("at", "body", "brackets", "index", "kind")

    kind: Kind
    index: Index
    body: Term
    brackets: tuple[Bracket, ...]
    at: Index | None

    def __new__(cls, kind: Kind, index: Index, body: Term, brackets: tuple[Bracket, ...], at: Index | None = None) -> Along:
        node = object.__new__(cls)
        node.kind, node.index, node.body, node.brackets, node.at = kind, index, body, brackets, at
        node.below, node._names = (body, *brackets), None
        inner = dict.fromkeys(i for t in node.below for i in free_indices(t) if i is not index)
        node._free = (*inner, *([at] if at is not None else []))
        return node


def stabilised(program: Program) -> Program:
    """The program with stable forms in the place of spelled-out ones."""
    table = program.definition
    return replace(program, definitions=tuple(replace(d, body=_stable(d.body, table)) for d in program.definitions))


def _stable(body: Any, table: Definitions) -> Any:
    return rewrite(body, lambda node: _apply_rows(node, table)) if isinstance(body, Term) else body


def _apply_rows(node: Term, table: Definitions) -> Term:
    for _ in range(8):
        new = next((found for row in ROWS if (found := row(node, table)) is not None), None)
        if new is None:
            return node
        node = new
    return node


def negate(node: Term) -> Term:
    """``-node``, without a double sign.

    >>> from symback.algebra.terms import ref
    >>> negate(negate(ref("z"))) is ref("z")
    True
    """
    if isinstance(node, Num):
        return Num(-node.value)
    if isinstance(node, Mul) and is_number(node.args[0], -1):
        return mul(node.args[1:])
    return Mul((MINUS_ONE, *node.args)) if isinstance(node, Mul) else Mul((MINUS_ONE, node))


def _opposite(a: Term, b: Term) -> bool:
    return negate(a) is b or negate(b) is a


def _exponent(node: Term) -> Term | None:
    return node.args[0] if isinstance(node, Apply) and node.op == "exp" else None


def key(node: Term) -> object:
    """A key that is equal for terms that differ only in the order of factors and terms and in bound names."""
    return node if any(isinstance(n, Along) for n in walk(node)) else key_of(node)


def flat(node: Term) -> list[Term]:
    """The factors of a product, those of products inside it among them."""
    return [f for a in node.args for f in flat(a)] if isinstance(node, Mul) else [node]


def _terms(node: Term) -> list[Term]:
    return [t for a in node.args for t in _terms(a)] if isinstance(node, Add) else [node]


def _one_plus_exp(node: Term, table: Definitions) -> Term | None:
    """The u of ``1 + exp(u)``."""
    parts = _terms(unfold(node, table))
    ones = [p for p in parts if is_number(p, 1)]
    exps = [e for p in parts if (e := _exponent(unfold(p, table))) is not None]
    return exps[0] if len(parts) == 2 and len(ones) == len(exps) == 1 else None


def _reciprocal(node: Term, table: Definitions) -> Term | None:
    """1 / (1 + exp(u)) is sigmoid(-u)."""
    if not isinstance(node, Pow) or not isinstance(node.exponent, Num) or node.exponent.value >= 0 or node.exponent.value.denominator != 1:
        return None
    base, power = node.base, -node.exponent.value
    inner = base.exponent if isinstance(base, Pow) else None
    if isinstance(base, Pow) and isinstance(inner, Num) and inner.value.denominator == 1 and inner.value > 0:
        base, power = base.base, power * inner.value
    u = _one_plus_exp(base, table)
    if u is None:
        return None
    value = apply("sigmoid", negate(u))
    return value if power == 1 else Pow(value, Num(power))


def _exp_times_sigmoid(node: Term, table: Definitions) -> Term | None:
    """exp(u) · sigmoid(-u) is sigmoid(u)."""
    if not isinstance(node, Mul):
        return None
    parts = flat(node)
    for p, factor in enumerate(parts):
        u = _exponent(factor)
        for q, other in enumerate(parts):
            base, power = (other.base, other.exponent) if isinstance(other, Pow) else (other, Num(1))
            if u is None or not isinstance(base, Apply) or base.op != "sigmoid" or not _opposite(base.args[0], u):
                continue
            if not isinstance(power, Num) or power.value < 1:
                continue
            rest: list[Term] = [] if power.value == 1 else [base if power.value == 2 else Pow(base, Num(power.value - 1))]
            return mul([apply("sigmoid", u) if k == p else f for k, f in enumerate(parts) if k != q] + rest)
    return None


def _tanh(node: Term, table: Definitions) -> Term | None:
    """(exp(u) - exp(-u)) / (exp(u) + exp(-u)) is tanh(u)."""
    if not isinstance(node, Mul):
        return None
    parts = flat(node)
    for p, factor in enumerate(parts):
        for q, other in enumerate(parts):
            if isinstance(other, Pow) and is_number(other.exponent, -1) and (u := _tanh_argument(factor, other.base)) is not None:
                return mul([apply("tanh", u) if k == p else f for k, f in enumerate(parts) if k != q])
    return None


def _tanh_argument(top: Term, bottom: Term) -> Term | None:
    above, below = _terms(top), _terms(bottom)
    if len(above) != 2 or len(below) != 2:
        return None
    u, v = _exponent(above[0]), _exponent(negate(above[1]))
    sums = [_exponent(t) for t in below]
    return u if u is not None and v is not None and _opposite(u, v) and (sums in ([u, v], [v, u])) else None


def _sinh_over_cosh(node: Term, table: Definitions) -> Term | None:
    """sinh(u) / cosh(u) is tanh(u)."""
    parts = flat(node) if isinstance(node, Mul) else []
    below = {_cosh_argument(p.base): p for p in parts if isinstance(p, Pow) and is_number(p.exponent, -1)}
    for k, factor in enumerate(parts):
        if isinstance(factor, Apply) and factor.op == "sinh" and (other := below.get(factor.args[0])) is not None:
            return mul([apply("tanh", *factor.args) if n == k else f for n, f in enumerate(parts) if f is not other])
    return None


def _cosh_argument(node: Term) -> Term | None:
    return node.args[0] if isinstance(node, Apply) and node.op == "cosh" else None


def _log_of_cosh(node: Term, table: Definitions) -> Term | None:
    """log(cosh(u)) is softplus(2u) - u - log(2)."""
    u = _cosh_argument(node.args[0]) if isinstance(node, Apply) and node.op == "log" else None
    return None if u is None else Add((apply("softplus", Num(2) * u), negate(u), negate(apply("log", Num(2)))))


def _log_of_one_plus_exp(node: Term, table: Definitions) -> Term | None:
    """log(1 + exp(u)) is softplus(u)."""
    u = _one_plus_exp(node.args[0], table) if isinstance(node, Apply) and node.op == "log" else None
    return None if u is None else apply("softplus", u)


def _log_of_sigmoid(node: Term, table: Definitions) -> Term | None:
    """log(sigmoid(u)) is -softplus(-u), and log(1 - sigmoid(u)) is -softplus(u)."""
    if not isinstance(node, Apply) or node.op != "log":
        return None
    u = _sigmoid_argument(node.args[0], table)
    if u is not None:
        return negate(apply("softplus", negate(u)))
    parts = _terms(node.args[0])
    if len(parts) == 2 and is_number(parts[0], 1) and (u := _sigmoid_argument(negate(parts[1]), table)) is not None:
        return negate(apply("softplus", u))
    return None


def _sigmoid_argument(node: Term, table: Definitions) -> Term | None:
    node = unfold(node, table)
    parts = [f for f in flat(node) if not is_number(f, 1)]
    if len(parts) != 1:
        parts = [f for f in flat(_apply_rows(node, {})) if not is_number(f, 1)]
    single = parts[0] if len(parts) == 1 else node
    single = _reciprocal(single, table) or single
    return single.args[0] if isinstance(single, Apply) and single.op == "sigmoid" else None


def unfold(node: Term, table: Definitions) -> Term:
    """A read of a name replaced by the body of its definition, again and again while that is a read."""
    for _ in range(4):
        definition = table.get(node.name) if isinstance(node, Ref) else None
        if definition is None or not isinstance(definition.body, Term) or definition.name in definition.reads:
            break
        assert isinstance(node, Ref)
        node = substitute(definition.body, dict(zip(definition.indices, node.places, strict=True)))
    return node


Masked = tuple[tuple[Bracket, ...], Term]


def _masked_exp(node: Term, table: Definitions) -> Masked | None:
    """(brackets, u) of a product of brackets and one exp(u)."""
    parts = flat(unfold(node, table))
    brackets = tuple(f for f in parts if isinstance(f, Bracket))
    rest = [unfold(f, table) for f in parts if not isinstance(f, Bracket)]
    u = _exponent(rest[0]) if len(rest) == 1 else None
    return None if u is None else (brackets, u)


def _sum_of_exp(node: Term, table: Definitions) -> tuple[Index, Masked] | None:
    node = unfold(node, table)
    if not isinstance(node, Reduce) or node.kind != "sum":
        return None
    inside = _masked_exp(node.body, table)
    return None if inside is None else (node.index, inside)


def _quotient(node: Term, table: Definitions) -> Term | None:
    """What is divided by Σ_c exp(u_c), the divisor taken into each exp above it: exp(u_j) / Σ_c exp(u_c) is a softmax."""
    if not isinstance(node, Mul):
        return None
    parts = flat(node)
    for q, other in enumerate(parts):
        power = other.exponent if isinstance(other, Pow) else None
        below = _sum_of_exp(other.base, table) if isinstance(other, Pow) and isinstance(power, Num) and _is_divisor(power) else None
        if below is None or not isinstance(other, Pow) or not isinstance(power, Num):
            continue
        divisor = Divisor(other.base, *below, table)
        rest = divisor.into_one([*parts[:q], *parts[q + 1 :]])
        if rest is not None:
            left = power.value + 1
            return mul([*rest, *([] if left == 0 else [other.base**left])])
    return None


def _is_divisor(power: Num) -> bool:
    return power.value <= -1 and power.value.denominator == 1


@dataclass(frozen=True)
class Divisor:
    """A sum of exponentials that something is divided by, and the index, brackets and exponent under its Σ."""

    whole: Term
    index: Index
    inside: Masked
    table: Definitions

    def into(self, node: Term) -> Term | None:
        """A term divided by the sum so that no exp of it is taken alone; None where that cannot be done."""
        if key(unfold(node, self.table)) == key(unfold(self.whole, self.table)):
            return ONE
        if isinstance(node, Mul):
            rest = self.into_one(flat(node))
            return None if rest is None else mul(rest)
        if isinstance(node, Add):
            terms = [self.into(a) for a in node.args]
            return None if any(t is None for t in terms) else Add(tuple(t for t in terms if t is not None))
        if isinstance(node, Reduce) and node.kind in ("sum", "mean") and node.index not in free_indices(self.whole):
            body = self.into(node.body)
            return None if body is None else Reduce(node.kind, node.index, body)
        if isinstance(node, Pow) and isinstance(node.exponent, Num) and node.exponent.value > 1:
            base = self._exponential(node.base, [])
            return None if base is None else mul([base, to_power(node.base, node.exponent.value - 1)])
        return self._exponential(node, [])

    def into_one(self, parts: list[Term]) -> list[Term] | None:
        """Factors of which one is divided, an exponential before a sum."""
        brackets = [f for f in parts if isinstance(f, Bracket)]
        ways = ((k, f, way) for way in (lambda f: self._exponential(f, brackets), self.into) for k, f in enumerate(parts))
        for k, factor, way in ways:
            if isinstance(factor, Bracket) or (_masked_exp(factor, self.table) is None and not isinstance(factor, Add | Pow | Reduce)):
                continue
            found = way(factor)
            if found is not None:
                return [found if n == k else f for n, f in enumerate(parts)]
        return None

    def _exponential(self, node: Term, brackets: list[Bracket]) -> Term | None:
        above = _masked_exp(node, self.table)
        if above is None or any(isinstance(n, Along) for n in walk(self.inside[1])):
            return None
        found = _matched(above, brackets, self.index, self.inside)
        if found is not None:
            return found
        total = Along("logsumexp", self.index, self.inside[1], self.inside[0])
        return mul([*above[0], apply("exp", Add((above[1], negate(total))))])


def _matched(above: Masked, outer: list[Bracket], index: Index, below: Masked) -> Along | None:
    present = [key(b) for b in (*above[0], *outer)]
    for at in free_indices(above[1]):
        if at.size is not index.size or (at is not index and at in free_indices(below[1])):
            continue
        mapping = {index: Size.of(at)}
        wanted = [key(substitute(b, mapping)) for b in below[0]]
        if key(substitute(below[1], mapping)) == key(above[1]) and all(b in present for b in wanted):
            return Along("softmax", index, below[1], below[0], at)
    return None


def _unread(node: Term, table: Definitions) -> Term | None:
    """Σ_c exp(u) with nothing that reads c is n·exp(u)."""
    if not isinstance(node, Reduce) or node.kind != "sum" or node.index in free_indices(node.body):
        return None
    return None if _exponent(unfold(node.body, table)) is None else Mul((Count(node.index.size), node.body))


def _reciprocal_product(node: Term, table: Definitions) -> Term | None:
    """1 / (c·exp(u)) is 1/c · exp(-u)."""
    if not isinstance(node, Pow) or not isinstance(node.exponent, Num) or not _is_divisor(node.exponent):
        return None
    parts = flat(node.base)
    exponents = [_exponent(f) for f in parts]
    if all(e is None for e in exponents):
        return None
    scale = -node.exponent.value
    return mul(
        Pow(f, node.exponent) if e is None else apply("exp", negate(e) if scale == 1 else Num(-scale) * e)
        for f, e in zip(parts, exponents, strict=True)
    )


def _exp_times_exp(node: Term, table: Definitions) -> Term | None:
    """exp(u) · exp(-v) is exp(u - v), and 1 where both are the same."""
    if not isinstance(node, Mul):
        return None
    parts = flat(node)
    exponents = [(k, e) for k, f in enumerate(parts) if (e := _exponent(f)) is not None]
    for k, u in exponents:
        for other, v in exponents:
            if k < other and _is_negative(u) != _is_negative(v):
                both: Term = ONE if key(negate(u)) == key(v) or key(negate(v)) == key(u) else apply("exp", Add((u, v)))
                return mul([both if n == k else f for n, f in enumerate(parts) if n != other])
    return None


def _is_negative(node: Term) -> bool:
    return isinstance(node, Mul) and isinstance(node.args[0], Num) and node.args[0].value < 0


def _log_of_exp(node: Term, table: Definitions) -> Term | None:
    """log(c·exp(u)) is log(c) + u."""
    parts = flat(node.args[0]) if isinstance(node, Apply) and node.op == "log" else []
    at = next((k for k, f in enumerate(parts) if _exponent(f) is not None), None)
    if at is None:
        return None
    u, rest = _exponent(parts[at]), parts[:at] + parts[at + 1 :]
    assert u is not None
    return Add((apply("log", mul(rest)), u)) if rest else u


def _logsumexp(node: Term, table: Definitions) -> Term | None:
    """The log of Σ_c exp(u_c)."""
    found = _sum_of_exp(node.args[0], table) if isinstance(node, Apply) and node.op == "log" else None
    return None if found is None else Along("logsumexp", found[0], found[1][1], found[1][0])


def _log_softmax(node: Term, table: Definitions) -> Term | None:
    """The log of a softmax is u - log Σ exp(u)."""
    if not isinstance(node, Apply) or node.op != "log":
        return None
    inside = node.args[0]
    if isinstance(inside, Ref):
        inside = unfold(inside, table)
        inside = _quotient(inside, table) or inside
    if not isinstance(inside, Along) or inside.kind != "softmax" or inside.brackets or inside.at is None:
        return None
    return Along("log_softmax", inside.index, inside.body, (), inside.at)


ROWS: tuple[Row, ...] = (
    _reciprocal,
    _exp_times_sigmoid,
    _tanh,
    _sinh_over_cosh,
    _log_of_cosh,
    _unread,
    _reciprocal_product,
    _exp_times_exp,
    _quotient,
    _log_of_one_plus_exp,
    _log_of_sigmoid,
    _logsumexp,
    _log_of_exp,
    _log_softmax,
)

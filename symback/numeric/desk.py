"""Where a worked example is written line by line: numbers in place of names, products worked out, results rounded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from symback.algebra.definitions import Opaque
from symback.algebra.terms import MINUS_ONE, Add, Mul, Name, Num, Ref, Term, mul
from symback.algebra.traverse import names, with_children
from symback.errors import NumericError
from symback.network.program import Program
from symback.network.rounding import Policy
from symback.numeric.kinds import Kinds
from symback.numeric.rounding import Value, evaluate, settled
from symback.numeric.worked_lines import Line

MORE = 24
"""How many more digits than a policy asks for are written at most, so that an equation is true as it stands."""


@dataclass
class Desk:
    """A worked example being written: the numbers known so far, by name."""

    program: Program
    kinds: Kinds
    policy: Policy
    known: dict[Name, Value]
    locals: dict[Name, Line] = field(default_factory=dict)
    shared: dict[Name, Line] = field(default_factory=dict)

    def forward(self) -> tuple[Line, ...]:
        """The forward pass, each line after those it reads."""
        return tuple(self._defined(d.name, d.body) for group in self.program.groups for d in group)

    def _defined(self, name: Name, body: Term | Opaque) -> Line:
        if isinstance(body, Opaque):
            raise NumericError(str(name), f"{body.row} is not worked by hand", "a worked example has plain numbers only")
        return self.line(name, self.kinds.of_definition(name), (body,), body)

    def line(self, name: Name, kind: str, symbols: tuple[Term, ...], body: Term) -> Line:
        """One line: the numbers put into ``body``, its products worked out, and the result."""
        used = self.used(body)
        products = worked_products(self.shown(body), used, self.policy)
        worked = products[1] if products is not None and any(r.carried for r in self.policy.rule("product")) else used
        same = isinstance(body, Ref) and not self.policy.rule(kind)
        value = self.known[body.name] if isinstance(body, Ref) and same else settled(evaluate(worked), self.policy, kind)
        self.known[name] = value
        sides, _ = self.true_as_written(lambda more: self._sides(body, used, more), value, kind)
        return Line(name, kind, symbols, sides, value, exact=evaluate(sides[0]) == evaluate(used))

    def _sides(self, body: Term, used: Term, more: int) -> tuple[Term, ...]:
        """The numbers put in, and its products worked out."""
        shown = self.shown(body, more)
        products = worked_products(shown, used, self.policy, more)
        return (shown,) if products is None else (shown, products[0])

    def true_as_written(self, sides: Callable[[int], tuple[Term, ...]], value: Value, kind: str) -> tuple[tuple[Term, ...], int]:
        """The sides with as few more digits than the policy writes as make the result true of them as they stand, and how many.

        Where what is written is used further on, that is none: only numbers that are merely shown rounded may need more.
        """
        for more in range(MORE):
            written = sides(more)
            try:
                if settled(evaluate(written[-1]), self.policy, kind).shown == value.shown:
                    return written, more
            except NumericError:
                continue
        return sides(MORE), MORE

    def shown(self, term: Term, more: int = 0) -> Term:
        """A term with every known number as it is written, or with ``more`` digits."""
        return put_in(term, {n: self.known[n].finer(more) for n in names(term) if n in self.known})

    def used(self, term: Term) -> Term:
        """A term with every known number as it is used further on."""
        return put_in(term, {n: self.known[n].used for n in names(term) if n in self.known})


def put_in(term: Term, numbers: Mapping[Name, Num]) -> Term:
    """Numbers in place of names. A minus in front stays one: ``y − h`` becomes ``(−0.54) − 0.63``, ``−h`` becomes ``−(0.63)``.

    >>> from symback.algebra.terms import ref
    >>> put_in(ref("y") - ref("h"), {"y": Num(2), "h": Num(3)})
    2 + -1*(3)
    """
    if isinstance(term, Ref):
        return numbers.get(term.name, term)
    if isinstance(term, Mul) and term.args[0] is MINUS_ONE and len(term.args) > 1:
        rest = tuple(put_in(a, numbers) for a in term.args[1:])
        changed = isinstance(rest[0], Num) and not isinstance(term.args[1], Num)
        return minus(mul(rest)) if changed else Mul((MINUS_ONE, *rest))
    return with_children(term, tuple(put_in(c, numbers) for c in term.below)) if term.below else term


def minus(term: Term) -> Term:
    """The term with a minus in front; a number stands in a sum of its own, so that −1 · 0.63 is −0.63 and not a product."""
    return Mul((MINUS_ONE, Add((term,)) if isinstance(term, Num) else term))


def worked_products(shown: Term, used: Term, policy: Policy, more: int = 0) -> tuple[Term, Term] | None:
    """A sum of products of numbers with each product worked out, as it is shown (with ``more`` digits) and as it is used; else None.

    >>> from symback.algebra.terms import term
    >>> from symback.network.rounding import EXACT
    >>> sum_ = term("2") * term("0.1") + term("3") * term("0.2")
    >>> worked_products(sum_, sum_, EXACT)
    (0.2 + 0.6, 1/5 + 3/5)
    """
    if not isinstance(shown, Add):
        return None
    parts = list(zip(_terms(shown), _terms(used), strict=True))
    if sum(_is_product(part) for part, _ in parts) < 2:
        return None
    pairs: list[tuple[Term, Term]] = []
    for part, full in parts:
        if not _is_product(part):
            pairs.append((part, full))
            continue
        written, value = (settled(evaluate(t), policy, "product") for t in (part, full))
        pairs.append((written.finer(more), value.used))
    return Add(tuple(a for a, _ in pairs)), Add(tuple(b for _, b in pairs))


def _terms(term: Term) -> tuple[Term, ...]:
    return tuple(t for a in term.args for t in _terms(a)) if isinstance(term, Add) else (term,)


def _is_product(term: Term) -> bool:
    """Whether a term is a product of plain numbers."""
    return isinstance(term, Mul) and all(isinstance(a, Num) or _is_product(a) or _is_alone(a) for a in term.args)


def _is_alone(term: Term) -> bool:
    return isinstance(term, Add) and len(term.args) == 1 and isinstance(term.args[0], Num)


__all__ = ["Desk", "minus", "put_in", "worked_products"]

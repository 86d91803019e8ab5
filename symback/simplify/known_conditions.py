"""Conditions that say nothing new: beside a factor that is 0 wherever they fail. Causal attention's P carries its own mask.

Beside what may have no value there they stay: 0/0 is not 0.
"""

from __future__ import annotations

from functools import lru_cache

from symback.algebra.definitions import Definition
from symback.algebra.normal import equal
from symback.algebra.terms import Apply, Bracket, Count, Mul, Num, Ref, Term, mul
from symback.algebra.traverse import factors, rewrite, walk
from symback.network.program import Program
from symback.simplify.arithmetic import arithmetic
from symback.simplify.known import Find, Known, around, nodes
from symback.simplify.shape import may_be_undefined, power_of

BUDGET = 1_000


def known_conditions(node: Term, program: Program, gradient: Find) -> Known | None:
    """The term with the first such condition left out; None where there is none.

    >>> from symback.algebra.terms import apply, ref
    >>> net = Program("net", (), (Definition("r", (), apply("relu", ref("z"))),), ("r",))
    >>> known_conditions(ref("r") * Bracket(">", ref("z"), ref("z") - ref("z")), net, lambda name: None).term
    r
    """
    for inner in walk(node):
        parts = factors(inner) if isinstance(inner, Mul) else []
        for at, condition in enumerate(parts):
            if not isinstance(condition, Bracket) or any(_may_lack_value(f) for f in parts if f is not condition):
                continue
            carrier = next((f for f in parts if _carries(f, condition, program, gradient)), None)
            if isinstance(carrier, Ref):
                shorter = mul(parts[:at] + parts[at + 1 :])
                new = arithmetic(rewrite(node, lambda n, inner=inner, shorter=shorter: shorter if n is inner else n))  # type: ignore[misc]
                return Known(new, "{} is 0 elsewhere", (carrier.name,))
    return None


def _may_lack_value(factor: Term) -> bool:
    return may_be_undefined(factor) and not isinstance(power_of(factor)[0], Count | Num)


def _carries(factor: Term, condition: Bracket, program: Program, gradient: Find) -> bool:
    """Whether a name is 0, by its definition, wherever a condition fails."""
    if not isinstance(factor, Ref) or factor.name not in program.definition:
        return False
    definitions = around(factor.name, program, gradient)
    may_be_zero = (isinstance(n, Bracket) or (isinstance(n, Apply) and n.op == "relu") for d in definitions for n in nodes(d))
    return any(may_be_zero) and _absorbs(factor, condition, definitions)


@lru_cache(maxsize=4096)
def _absorbs(factor: Term, condition: Term, definitions: tuple[Definition, ...]) -> bool:
    return equal(factor * condition, factor, definitions={d.name: d for d in definitions}, budget=BUDGET).proved

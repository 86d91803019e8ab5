"""Parameters after one step of gradient descent, as definitions of the program a claim is over."""

from __future__ import annotations

from dataclasses import replace

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Size
from symback.algebra.terms import Name, Partial, Ref, Term
from symback.algebra.traverse import names, rewrite
from symback.network.program import PARAMETERS, Program
from symback.numeric.worked import RATE, with_rate
from symback.reading.published_meaning import AFTER_STEP
from symback.reading.sides import Claim


def after_step(name: str) -> str:
    """The name of a parameter after one step of gradient descent."""
    return name + AFTER_STEP


def before_step(name: Name) -> str | None:
    """The parameter whose value after a step a name is; None for any other name.

    >>> before_step(after_step("w")), before_step("w")
    ('w', None)
    """
    return name.removesuffix(AFTER_STEP) if isinstance(name, str) and name.endswith(AFTER_STEP) else None


def with_steps(claim: Claim) -> Claim:
    """The claim over a program that defines each updated parameter it reads: ``w − rate · ∂loss/∂w``."""
    read = dict.fromkeys(n for s in claim.sides if s.body is not None for n in names(s.body))
    wanted = [old for old in map(before_step, read) if old is not None]
    program = with_rate(claim.program)
    steps = [_step(program, name) for name in wanted if after_step(name) not in program.definition]
    return replace(claim, program=program.with_definitions((*program.definitions, *steps)))


def _step(program: Program, name: str) -> Definition:
    indices = program.indices(name)
    places = tuple(Size.of(i) for i in indices)
    first = tuple(Size.of(0) for _ in program.indices(program.loss))
    slope = Ref(Partial(program.loss, name), (*first, *places))
    return Definition(after_step(name), indices, Ref(name, places) - Ref(RATE) * slope)


def later(claim: Claim) -> Claim | None:
    """The claim with sides of parameters alone read after the step; None where there are none or the network has no rate."""
    if RATE not in claim.program.leaf and RATE not in claim.program.values:
        return None
    bodies = [None if s.body is None else _renewed(s.body, claim.program) for s in claim.sides]
    if all(b is None for b in bodies):
        return None
    sides = tuple(s if b is None else replace(s, body=b) for s, b in zip(claim.sides, bodies, strict=True))
    said = [f"{s.text.strip()} is read after the step" for s, b in zip(claim.sides, bodies, strict=True) if b is not None]
    return replace(claim, sides=sides, choices=(*claim.choices, *said))


def _renewed(term: Term, program: Program) -> Term | None:
    """A formula of parameters alone, read after a step instead of before; None for any other formula."""
    read = names(term)
    if not read or not all(n in program.leaf and program.leaf[n].role in PARAMETERS for n in read):
        return None
    return rewrite(term, lambda n: Ref(after_step(str(n.name)), n.places) if isinstance(n, Ref) else n)


__all__ = ["after_step", "before_step", "later", "with_steps"]

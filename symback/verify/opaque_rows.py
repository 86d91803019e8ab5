"""The Jacobian of an opaque row, proved from the relation that defines the row.

``A X = B`` differentiated is ``dA X + A dX = dB``; A is invertible, so one dX satisfies it. It is enough that the Jacobian does.
"""

from __future__ import annotations

from functools import lru_cache

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.normal import Given, Normalizer
from symback.algebra.opaque import OPAQUE, Site
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, mul, total
from symback.calculus.rules import Variable, derivative

DETERMINED = ("inv", "solve")
"""The rows whose relation is linear in the output, its matrix an operand that is invertible."""


@lru_cache(maxsize=64)
def follows(row: str, ranks: tuple[int, ...]) -> bool:
    """Whether the Jacobians of a row, for operands of these ranks, satisfy its relation differentiated by each operand.

    >>> follows("inv", (2,)), follows("solve", (2, 1)), follows("det", (2,))
    (True, True, False)
    """
    if row not in DETERMINED:
        return False
    found = OPAQUE[row]
    operands = tuple((name, _indices(name, rank)) for name, rank in zip("AB", ranks, strict=False))
    shape = found.shape(tuple(tuple(i.size for i in indices) for _, indices in operands))
    output = Definition("X", tuple(Index(f"o{k}", size) for k, size in enumerate(shape)), Opaque(row, tuple(n for n, _ in operands)))
    inverse = Definition("Ai", operands[0][1], Opaque("inv", ("A",)))
    definitions: dict[Name, Definition] = {"X": output} if row == "inv" else {"X": output, "Ai": inverse}
    site = Site(output, operands, lambda wanted, of: "X" if row == "inv" else "Ai")
    machine = Normalizer(Given({}, definitions, {}, {name: tuple(i.size for i in indices) for name, indices in operands}))
    return all(_satisfied(machine, site, position, row) for position in range(len(operands)))


def _indices(name: str, rank: int) -> tuple[Index, ...]:
    return (Index(f"{name}0", "n"), Index(f"{name}1", "n" if name == "A" else "m"))[:rank]


def _satisfied(machine: Normalizer, site: Site, position: int, row: str) -> bool:
    """The relation at any place, differentiated by any entry of one operand: what is direct and what goes through the output."""
    name, indices = site.operands[position]
    at = tuple(Size.of(Index(f"p{k}", i.size)) for k, i in enumerate(indices))
    here = tuple(Size.of(i) for i in site.output.indices)
    there = tuple(Index(f"q{k}", i.size) for k, i in enumerate(site.output.indices))
    through = tuple(Size.of(i) for i in there)
    jacobian = OPAQUE[row].jacobians[position](site, through, at)
    relations = OPAQUE[row].relations(site, here)
    return bool(relations) and all(
        machine.equal(
            derivative(left, Variable(name, at)) + total(there, mul([derivative(left, Variable("X", through)), jacobian])),
            derivative(right, Variable(name, at)),
        ).proved
        for left, right in relations
    )

"""Claims in a convention of their own: ``dZ = A − Y`` with ``dW = dZ Aᵀ/m`` means by dZ the derivative of the losses of single samples.

The cost is the mean of those over m samples, so that dZ is m times the derivative of the cost. A text is read so where it shows that
itself: it gives the d of an array with one entry for each sample without any other d, and makes that of a parameter with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symback.algebra.sizes import Size
from symback.algebra.terms import MINUS_ONE, Count, Mul, Name, Partial, Pow, Reduce, Ref, Term
from symback.algebra.traverse import names, rewrite, walk
from symback.network.program import PARAMETERS, Program
from symback.reading.sides import Claim, Side
from symback.verify.verdict import Verdict
from symback.verify.wording import together

RATIO = re.compile(r"∂|\\partial|\\nabla|/\s*d\w")
SAYS = (
    "a d before an array with an entry for each sample is the derivative of the losses of single samples, of which {} is the mean over {}"
)


@dataclass(frozen=True)
class Samples:
    """Claims in which d before an array with an entry for each sample is of the losses of single samples, as ``says`` says."""

    claims: tuple[Claim, ...]
    says: str

    def better(self, first: Verdict, verdicts: tuple[Verdict, ...], text: str) -> Verdict:
        """The verdicts under the convention where the claims hold in it, else the first verdict."""
        found = verdicts[0] if len(verdicts) == 1 else together(text, verdicts)
        return replace(found, choices=(*found.choices, self.says)) if found.holds else first


def of_single_samples(network: Program, claims: tuple[Claim, ...]) -> Samples | None:
    """Claims with dZ as the derivative of the losses of single samples; None where nothing says that they mean that."""
    loss = network.loss
    if any(RATIO.search(side.text) for c in claims for side in c.sides) or network.indices(loss):
        return None
    for size in dict.fromkeys(_averaged(network)):
        sampled = _Samples(network, size)
        if any(map(sampled.gives, claims)) and any(map(sampled.shows, claims)):
            scaled = tuple(replace(c, sides=tuple(map(sampled.side, c.sides))) for c in claims)
            return Samples(scaled, SAYS.format(loss, size))
    return None


def _averaged(network: Program) -> Iterator[Size]:
    """The sizes over which the loss is a mean."""
    body = network.definition[network.loss].body if network.loss in network.definition else None
    for node in walk(body) if isinstance(body, Term) else ():
        match node:
            case Reduce(kind="mean", index=index):
                yield index.size
            case Pow(base=Count(size=size), exponent=exponent) if exponent is MINUS_ONE:
                yield size


class _Samples:
    """Derivatives of the losses of single samples, of which there are ``size``."""

    def __init__(self, network: Program, size: Size) -> None:
        self.network, self.size = network, size

    def is_one(self, name: Name) -> bool:
        """Whether a name is the derivative of the loss by an array with one entry for each sample."""
        if not isinstance(name, Partial) or name.of != self.network.loss or not isinstance(name.by, str):
            return False
        leaf = self.network.leaf.get(name.by)
        known = leaf is not None or name.by in self.network.definition
        return known and (leaf is None or leaf.role not in PARAMETERS) and any(i.size is self.size for i in self.network.indices(name.by))

    def gives(self, claim: Claim) -> bool:
        """Whether a claim says what such a derivative is, and needs no other for that."""
        first, *others = (side.body for side in claim.sides)
        if not isinstance(first, Ref) or not self.is_one(first.name) or not others:
            return False
        return all(body is not None and not any(isinstance(n, Partial) for n in names(body)) for body in others)

    def shows(self, claim: Claim) -> bool:
        """Whether a claim makes the derivative by a parameter of such derivatives."""
        first, *others = (side.body for side in claim.sides)
        own = (
            isinstance(first, Ref)
            and isinstance(first.name, Partial)
            and first.name.of == self.network.loss
            and not self.is_one(first.name)
        )
        return own and any(self.is_one(n) for body in others if body is not None for n in names(body))

    def side(self, side: Side) -> Side:
        """A side with those derivatives as many times as there are samples."""

        def scaled(node: Term) -> Term:
            return Mul((Count(self.size), node)) if isinstance(node, Ref) and self.is_one(node.name) else node

        return side if side.body is None else replace(side, body=rewrite(side.body, scaled))

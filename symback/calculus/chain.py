"""The chain rule as a lecturer writes it: the path from the result to a name, and one factor per link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symback.algebra.terms import ONE, Name, Partial, Term
from symback.calculus.reverse import Sweep
from symback.calculus.trace import Derived


@dataclass(frozen=True, slots=True)
class Link:
    """One factor ∂of/∂by of a chain and the local derivatives it stands for (several where linear links are contracted)."""

    of: Name
    by: Name
    locals: tuple[Derived, ...]

    @property
    def name(self) -> Partial:
        """How the factor is called."""
        return Partial(self.of, self.by, local=True)

    @property
    def values(self) -> tuple[Term, ...]:
        """The local derivatives as formulas, those that are 1 left out where others are there."""
        values = tuple(d.result for d in self.locals)
        return tuple(v for v in values if v is not ONE) or values[:1]


@dataclass(frozen=True, slots=True)
class Chain:
    """∂result/∂name = ∂result/∂start · (links from start down to name); ``start`` is the result itself where one path leads to it."""

    start: Name
    links: tuple[Link, ...]


def chain(sweep: Sweep, locals_: Mapping[Partial, Derived], name: Name, contracted: bool = False) -> Chain:
    """The chain of a gradient: upwards from the name while a single definition reads it.

    ``contracted`` joins a link whose local derivative is 1 (a linear output) with the one below it: ∂h/∂z·∂z/∂x is then ∂h/∂x.
    """
    links: list[Link] = []
    at: Name = name
    while at != sweep.result:
        above = [r.name for r in sweep.readers.get(at, ()) if r.name in sweep.reaches]
        if len(above) != 1 or (above[0], at) in [(k.of, k.by) for k in links]:
            break
        links.insert(0, Link(above[0], at, (locals_[Partial(above[0], at, local=True)],)))
        at = above[0]
    return Chain(at, tuple(_contracted(links) if contracted else links))


def _contracted(links: list[Link]) -> list[Link]:
    joined: list[Link] = []
    for link in links:
        last = joined[-1] if joined else None
        if last is not None and last.locals[-1].result is ONE and len(joined) > 1:
            joined[-1] = Link(last.of, link.by, (*last.locals, *link.locals))
        else:
            joined.append(link)
    return joined

"""The layouts a claim may have beside the right one: transposed, with an axis that should be summed, or with one that it does not show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size, fresh
from symback.algebra.terms import Kind, Reduce, Term
from symback.algebra.traverse import binders, substitute

SAYS: tuple[tuple[Kind, str], ...] = (
    ("sum", "the sum over the axis of size {} is missing"),
    ("mean", "the mean over the axis of size {} is missing"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A claim over the axes of the right formula: its indices, the place of each of the right formula's, and what had to be done for that.

    ``lacks`` says what is missing of a claim that is the same along axes which it does not show, where nothing else is wrong with it.
    """

    indices: tuple[Index, ...]
    places: tuple[Size, ...]
    term: Term
    says: str = ""
    lacks: str = ""


def layouts(indices: tuple[Index, ...], claimed: Term, right: Definition) -> Iterator[Layout]:
    """Every way to lay a claim over the axes of the right formula; axes of size 1 do not count.

    >>> from symback.algebra.terms import ref
    >>> i, j = Index("i", "n"), Index("j", "m")
    >>> [(l.says, l.term) for l in layouts((i, j), ref("A", i, j), Definition("G", (j, i), ref("A", i, j)))]
    [('it must be transposed', A[i,j])]
    """
    wide = [i for i in indices if i.size.constant != 1]
    term = substitute(claimed, {i: Size.of(0) for i in indices if i.size.constant == 1})
    wanted = [i for i in right.indices if i.size.constant != 1]
    sizes = [i.size for i in wanted]
    if [i.size for i in wide] == sizes:
        yield _over(tuple(wide), term, right)
    elif sorted(map(repr, sizes)) == sorted(repr(i.size) for i in wide):
        for order in permutations(wide):
            if [i.size for i in order] == sizes:
                yield _over(order, term, right, "it must be transposed")
    elif len(wide) > len(wanted):
        for gone in combinations(wide, len(wide) - len(wanted)):
            rest = [i for i in wide if i not in gone]
            if [i.size for i in rest] == sizes:
                for kind, says in SAYS:
                    body = term
                    for index in gone:
                        body = Reduce(kind, index, body)
                    yield _over(tuple(rest), body, right, says.format(" and ".join(repr(i.size) for i in gone)))
    else:
        yield from _widened(wide, term, wanted, right)


def _widened(wide: list[Index], term: Term, wanted: list[Index], right: Definition) -> Iterator[Layout]:
    """A claim that does not show some axes is the same along them."""
    for shown in combinations(range(len(wanted)), len(wide)):
        if [wanted[k].size for k in shown] == [i.size for i in wide]:
            taken = [*wide, *binders(term)]
            found: list[Index] = []
            for k, index in enumerate(wanted):
                new = wide[shown.index(k)] if k in shown else fresh(index, taken)
                found.append(new)
                taken.append(new)
            hidden = " and ".join(repr(i.size) for k, i in enumerate(wanted) if k not in shown)
            yield _over(tuple(found), term, right, lacks=f"it must be repeated along the axis of size {hidden}")


def _over(indices: tuple[Index, ...], term: Term, right: Definition, says: str = "", lacks: str = "") -> Layout:
    rest = iter(indices)
    places = tuple(Size.of(0) if i.size.constant == 1 else Size.of(next(rest)) for i in right.indices)
    return Layout(indices, places, term, says, lacks)

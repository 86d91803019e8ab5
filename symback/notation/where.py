"""Names for subterms that a line reads twice: ``... where s = ...``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Apply, Num, Reduce, Ref, Term, ref
from symback.algebra.traverse import children, free_indices, rewrite, walk

NAMES = "stuvrgqabc"
LEAST = 5
"""From this length on a repeated subterm gets a name."""


def length(node: Term) -> int:
    """How long a term is: its names, its numbers other than ±1, its reductions and functions.

    >>> length(ref("p") * (1 - ref("p")))
    2
    """
    own = isinstance(node, Ref | Reduce | Apply) or (isinstance(node, Num) and abs(node.value) != 1)
    return own + sum(length(c) for c in children(node))


def where_clauses(body: Term, taken: Iterable[str], least: int = LEAST) -> tuple[Term, tuple[Definition, ...]]:
    """The body with names for the long subterms it holds twice, and their definitions; a later one may read an earlier one.

    ``taken`` are names and letters that mean something else. A subterm that is read only where a bracket allows it keeps its place.

    >>> long = (ref("x") + ref("y")) * ref("x") ** 2 * ref("y")
    >>> where_clauses(long / (1 + long), ["x", "y"], least=5)
    (s*(1 + s)^-1, (Definition(name='s', indices=(), body=((x + y)*x^2)*y),))
    """
    found: list[Definition] = []
    used = dict.fromkeys(taken)
    while (repeated := _longest_repeated([body, *(d.body for d in found if isinstance(d.body, Term))], least)) is not None:
        name = next(n for n in (*NAMES, *(f"s{k}" for k in range(1, 1000))) if n not in used)
        used[name] = None
        indices = free_indices(repeated)
        read = ref(name, *indices)
        body = _replaced(body, repeated, read)
        found = [Definition(d.name, d.indices, _replaced(d.body, repeated, read)) for d in found if isinstance(d.body, Term)]
        found.insert(0, Definition(name, indices, repeated))
    return body, tuple(found)


def _longest_repeated(lines: list[Term], least: int) -> Term | None:
    counts = Counter(n for line in lines for n in walk(line) if children(n))
    candidates = [n for n, times in counts.items() if times > 1 and length(n) >= least and _always_defined(n) and n not in lines]
    return max(candidates, key=length, default=None)


def _always_defined(node: Term) -> bool:
    """Whether every read is at plain indices, which need no bracket to be in range."""
    reads = [n for n in walk(node) if isinstance(n, Ref)]
    return all(_plain(place) for n in reads for place in n.places)


def _plain(place: Size) -> bool:
    return isinstance(place.single, Index) or place.constant == 0


def _replaced(line: Term, old: Term, new: Term) -> Term:
    return rewrite(line, lambda n: new if n is old else n)

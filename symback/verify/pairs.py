"""Two sides of a claim over one program and one set of indices: what is proved, evaluated and differentiated from here on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import ZERO, Name, Num, Partial, Reduce, Ref, Term
from symback.algebra.traverse import factors, names, rewrite, substitute
from symback.network.hints import shape_text
from symback.network.program import Leaf, Program
from symback.numeric.values import exact
from symback.reading.sides import INTERNAL, Side
from symback.verify.derivatives import Resolved, restricted

CLAIMED = "claimed"


@dataclass(frozen=True)
class Pair:
    """``right`` is said to be what ``left`` is, entry by entry at ``indices``.

    ``about`` names the left side for people; ``partials`` are the derivatives that either side reads, ``own`` the
    names that the claim's own lines define.
    """

    program: Program
    indices: tuple[Index, ...]
    left: Term
    right: Term
    about: str
    partials: tuple[Partial, ...] = ()
    own: tuple[Name, ...] = ()

    def given(self, extra: tuple[tuple[str, Fact], ...] = (), values: bool = False) -> Pair:
        """The same pair where further facts hold of leaves, or with the declared values of scalars put in."""
        leaves = [_with_facts(leaf, tuple(f for n, f in extra if n == leaf.name)) for leaf in self.program.leaves]
        if values:
            fixed = self.values
            leaves = [replace(leaf, facts=(Fact("between", (fixed[leaf.name],) * 2),)) if leaf.name in fixed else leaf for leaf in leaves]
        return replace(self, program=replace(self.program, leaves=tuple(leaves)))

    @cached_property
    def values(self) -> dict[str, Fraction]:
        """The declared values of scalar leaves."""
        known = self.program.values
        return {a.name: exact(known[a.name], a.name) for a in self.program.leaves if a.name in known and not a.indices}

    @cached_property
    def derivative(self) -> tuple[Partial, Term] | None:
        """A derivative read as it is by one side, whole, and the formula that the other side gives for it; None if there is none."""
        for one, other in ((self.left, self.right), (self.right, self.left)):
            if isinstance(one, Ref) and isinstance(one.name, Partial) and one.places == _whole(self.indices) and self._fills(one.name):
                return one.name, other
        return None

    def _fills(self, name: Partial) -> bool:
        """Whether the pair runs over every entry of a derivative; ``dL/dA[:2]`` is read at the same places over a part."""
        return tuple(i.size for i in self.indices) == self._shape(name)

    def _shape(self, name: Name) -> tuple[Size, ...]:
        if isinstance(name, Partial):
            return (*self._shape(name.of), *self._shape(name.by))
        return tuple(i.size for i in self.program.indices(name))

    @property
    def original(self) -> Term:
        """The side that the other says something of: a derivative or a name of the network, else the first."""
        if self.derivative is not None:
            return self.right if self.derivative[1] is self.left else self.left
        named = isinstance(self.right, Ref) and self.right.name in self.program.definition and self.right.name not in self.own
        return self.right if named and not isinstance(self.left, Ref) else self.left

    @cached_property
    def varied(self) -> frozenset[Name]:
        """The leaves on which the names rest that something is differentiated by: where these vary, a kink may be met."""
        found: dict[Name, None] = {}
        pending: list[Name] = [p.by for p in self.partials]
        while pending:
            name = pending.pop()
            if name not in found:
                found[name] = None
                pending += self.program.definition[name].reads if name in self.program.definition else ()
        return frozenset(n for n in found if n in self.program.leaf)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The leaves that the sides rest on, in order of declaration."""
        needed: dict[Name, None] = {}
        pending: list[Name] = [*names(self.left), *names(self.right)]
        while pending:
            name = pending.pop()
            if name not in needed:
                needed[name] = None
                pending += self.program.definition[name].reads if name in self.program.definition else ()
        return tuple(leaf.name for leaf in self.program.leaves if leaf.name in needed)

    @cached_property
    def nodes(self) -> int:
        """How many nodes the sides have when every name is put in."""
        return self._measured(lambda below: 1 + sum(below))

    @cached_property
    def depth(self) -> int:
        """How many sums are inside each other when every name is put in."""
        return self._measured(lambda below: max(below, default=0), Reduce)

    def _measured(self, join: Callable[[list[int]], int], counted: type[Term] | None = None) -> int:
        """A measure of the sides worked out from the bottom; every definition is looked at once."""
        known: dict[Name, int] = {}

        def of(node: Term) -> int:
            below = [of(child) for child in node.below]
            if isinstance(node, Ref) and node.name in known:
                below.append(known[node.name])
            return join(below) + (counted is not None and isinstance(node, counted))

        for group in self.program.groups:
            for d in group:
                known[d.name] = of(d.body) if isinstance(d.body, Term) else join([known.get(o, 0) for o in d.body.operands])
        return join([of(self.left), of(self.right)])

    def cut(self, name: Name) -> Pair | None:
        """The pair with a name as a declared symbol of its own; None where the sides read what it rests on beside it."""
        if name in self.program.leaf:
            return self
        if not isinstance(name, str):
            return None
        leaves = (*self.program.leaves, Leaf(name, self.program.indices(name)))
        apart = replace(
            self, program=replace(self.program, leaves=leaves, definitions=tuple(d for d in self.program.definitions if d.name != name))
        )
        below = restricted(self.program, name)
        shared = [n for n in apart.reads if n != name and any(n in d.reads for d in below.definitions)]
        return None if shared else apart

    def written_out(self) -> Pair:
        """The pair with declared values of scalars in place of their names."""
        fixed = self.values

        def put(node: Term) -> Term:
            return Num(fixed[node.name]) if isinstance(node, Ref) and isinstance(node.name, str) and node.name in fixed else node

        def changed(definition: Definition) -> Definition:
            return definition if isinstance(definition.body, Opaque) else replace(definition, body=rewrite(definition.body, put))

        program = self.program.with_definitions([changed(d) for d in self.program.definitions])
        return replace(self, program=program, left=rewrite(self.left, put), right=rewrite(self.right, put))

    def claimed(self, formula: Term) -> Program:
        """The program with a formula for a derivative as the definition `CLAIMED`."""
        return self.program.with_definitions((*self.program.definitions, Definition(CLAIMED, self.indices, formula)), (CLAIMED,))

    def forward(self, of: Name) -> Program:
        """What a name rests on, with that name as the result."""
        return restricted(self.program, of)


def _whole(indices: tuple[Index, ...]) -> tuple[Size, ...]:
    return tuple(Size.of(0) if i.size.constant == 1 else Size.of(i) for i in indices)


def _with_facts(leaf: Leaf, extra: tuple[Fact, ...]) -> Leaf:
    return replace(leaf, facts=(*leaf.facts, *extra)) if extra else leaf


class Fitted(NamedTuple):
    """One side at the indices of another: its body, or why it does not fit; and the choice that was made."""

    body: Term | None
    choice: str = ""
    clash: str = ""


def pair_of(resolved: Resolved, first: Side, second: Side, own: tuple[Name, ...] = ()) -> tuple[Pair | None, Fitted]:
    """Two sides at common indices. Axes of size 1 may be missing on either side, which is said; a plain 0 stands for zeros."""
    fitted = fit(first, second)
    if first.body is None or fitted.body is None:
        return None, fitted
    only = {i: Size.of(0) for i in first.indices if i.size.constant == 1}
    left, right = substitute(first.body, only), substitute(fitted.body, only)
    return Pair(
        resolved.program, _in_order(first.indices, left, right), left, right, _label(left, first.text), resolved.partials, own
    ), fitted


def _in_order(indices: tuple[Index, ...], *sides: Term) -> tuple[Index, ...]:
    """The indices in the order in which a side that is a derivative reads them, where there is one."""
    for side in sides:
        if isinstance(side, Ref) and isinstance(side.name, Partial):
            read = [i for p in side.places for i in indices if p is Size.of(i)]
            if len(read) == len(indices) == len(set(read)):
                return tuple(read)
    return indices


def _label(left: Term, text: str) -> str:
    """What a side is called in a sentence: a derivative as one writes it, else its own text."""
    if not isinstance(left, Ref) or not isinstance(left.name, Partial):
        return text
    of, by = left.name.of, left.name.by
    if str(of).endswith(INTERNAL):
        return text
    if isinstance(of, Partial):
        return f"∂²{of.of}/∂{by}²" if of.by == by else f"∂²{of.of}/∂{of.by}∂{by}"
    return f"∂{of}/∂{by}"


def fit(first: Side, second: Side) -> Fitted:
    """The second side at the indices of the first."""
    if first.body is None or second.body is None:
        return Fitted(None, clash=first.clash or second.clash)
    if first.shape == second.shape:
        return Fitted(_moved(second, first.indices, second.indices))
    wide = [[i for i in side.indices if i.size.constant != 1] for side in (first, second)]
    if [i.size for i in wide[0]] == [i.size for i in wide[1]] and _meet(first.shape, second.shape):
        choice = f"{second.text} is {shape_text(second.shape)}, taken as {shape_text(first.shape)}"
        ones = {i: Size.of(0) for i in second.indices if i.size.constant == 1}
        return Fitted(substitute(_moved(second, tuple(wide[0]), tuple(wide[1])), ones), choice)
    if not second.indices and second.body is ZERO:
        return Fitted(ZERO, f"0 is taken as zeros of shape {shape_text(first.shape)}")
    if not second.indices and all(isinstance(f, Num) for f in factors(second.body)):
        return Fitted(second.body, "a number beside an array is meant for every entry")
    return Fitted(None, clash=_clash(first, second))


def _meet(one: tuple[Size, ...], other: tuple[Size, ...]) -> bool:
    """Whether two arrays that are alike but for axes of size 1 stay so where one is added to the other: (n, 1) and (n) make (n, n)."""
    rank = max(len(one), len(other))
    padded = [(*[Size.of(1)] * (rank - len(shape)), *shape) for shape in (one, other)]
    together = sum(a.constant != 1 or b.constant != 1 for a, b in zip(*padded, strict=True))
    return bool(together == sum(n.constant != 1 for n in one))


def _moved(side: Side, to: tuple[Index, ...], own: tuple[Index, ...]) -> Term:
    assert side.body is not None
    return substitute(side.body, {a: Size.of(b) for a, b in zip(own, to, strict=True)}, to)


def _clash(first: Side, second: Side) -> str:
    line = f"{first.text} is {shape_text(first.shape)} and {second.text} is {shape_text(second.shape)}"
    return f"{line}; its transpose would fit" if second.shape == first.shape[::-1] else line

"""A network as a Program: leaves, definitions in order, results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Ref, Term
from symback.algebra.traverse import inline
from symback.errors import short
from symback.network.rounding import Policy

Role = Literal["weight", "bias", "input", "target", "constant"]
PARAMETERS: tuple[Role, ...] = ("weight", "bias")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a name is taken apart for printing: ``W1`` is letter W, layer 1; ``h2_3`` is letter h, layer 2, unit 3.

    ``ends`` says of an entry of a weight which of its two units is the destination; empty where the name was declared like that.
    """

    letter: str
    layer: str = ""
    units: tuple[str, ...] = ()
    flat: bool = False
    ends: Literal["", "destination-source", "source-destination"] = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A declared symbol: one index per axis, a role, facts, and the names of its entries where it has them."""

    name: str
    indices: tuple[Index, ...] = ()
    role: Role = "input"
    facts: tuple[Fact, ...] = ()
    entries: tuple[tuple[tuple[int, ...], str], ...] = ()

    @property
    def shape(self) -> tuple[Size, ...]:
        """The size of each axis."""
        return tuple(i.size for i in self.indices)


@dataclass(frozen=True, repr=False)
class Program:
    """Leaves, definitions (each after those it reads, but for recurrence groups), and the names of the results.

    ``sizes`` holds sizes that were declared or follow from values; ``values`` the declared numbers (nested tuples or
    numbers, as declared); ``spellings`` how names are taken apart; ``rounding`` how a worked example rounds; ``notation`` how
    formulas are to look, as fields of a style.
    """

    name: str
    leaves: tuple[Leaf, ...]
    definitions: tuple[Definition, ...]
    results: tuple[Name, ...]
    sizes: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    spellings: Mapping[str, Spelling] = field(default_factory=dict)
    rounding: Policy | None = None
    notation: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        roles = {leaf.role: [n.name for n in self.leaves if n.role == leaf.role] for leaf in self.leaves}
        title = f"{self.name or 'program'}: {', '.join(map(str, self.results))} by {len(self.definitions)} definitions"
        return short([title, *(f"{role}: {', '.join(names)}" for role, names in roles.items())])

    @cached_property
    def leaf(self) -> Mapping[Name, Leaf]:
        """The leaves by name."""
        return {leaf.name: leaf for leaf in self.leaves}

    @cached_property
    def definition(self) -> Mapping[Name, Definition]:
        """The definitions by name."""
        return {d.name: d for d in self.definitions}

    @property
    def loss(self) -> Name:
        """The first result."""
        return self.results[0]

    def indices(self, name: Name) -> tuple[Index, ...]:
        """The indices of a leaf or of a definition."""
        found = self.definition.get(name) or self.leaf.get(name)
        if found is None:
            raise KeyError(name)
        return found.indices

    @cached_property
    def groups(self) -> tuple[tuple[Definition, ...], ...]:
        """The definitions in order, those that read each other in a circle (recurrences) together."""
        return recurrence_groups(self.definitions)

    def over_leaves(self, name: Name) -> Term:
        """A forward name with the definitions it rests on put in; what is opaque or reads itself keeps its name.

        >>> from symback.algebra.terms import ref
        >>> net = Program("n", (Leaf("w"), Leaf("x")), (Definition("z", (), ref("w") * ref("x")), Definition("h", (), ref("z") + 1)), ("h",))
        >>> net.over_leaves("h")
        w*x + 1
        """
        body = self.definition[name].body
        return self.put_in(Ref(name, tuple(Size.of(i) for i in self.indices(name))) if isinstance(body, Opaque) else body)

    def put_in(self, term: Term) -> Term:
        """A term with the definitions it rests on put in; what is opaque or reads itself keeps its name."""
        alone = {g[0].name: g[0] for g in self.groups if len(g) == 1 and g[0].name not in g[0].reads}

        def body_of(read: Name) -> tuple[tuple[Index, ...], Term] | None:
            found = alone.get(read)
            return None if found is None or isinstance(found.body, Opaque) else (found.indices, found.body)

        for _ in alone:
            wider = inline(term, body_of)
            if wider is term:
                break
            term = wider
        return term

    def with_definitions(self, definitions: Iterable[Definition], results: tuple[Name, ...] | None = None) -> Program:
        """The same program with other definitions (and results)."""
        return replace(self, definitions=tuple(definitions), results=self.results if results is None else results)


def recurrence_groups(definitions: Iterable[Definition]) -> tuple[tuple[Definition, ...], ...]:
    """The strongly connected components of the reading relation, each after those it reads (Tarjan, without recursion)."""
    table = {d.name: d for d in definitions}
    if _in_order(table):
        return tuple((d,) for d in table.values())
    written = {name: k for k, name in enumerate(table)}
    order: dict[Name, int] = {}
    low: dict[Name, int] = {}
    stack: list[Name] = []
    on_stack: set[Name] = set()
    groups: list[tuple[Definition, ...]] = []
    for root in table:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(table[root].reads))]
        while work:
            name, reads = work[-1]
            for read in reads:
                if read not in table:
                    continue
                if read not in order:
                    order[read] = low[read] = len(order)
                    stack.append(read)
                    on_stack.add(read)
                    work.append((read, iter(table[read].reads)))
                    break
                if read in on_stack:
                    low[name] = min(low[name], order[read])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == order[name]:
                    members = [stack.pop()]
                    while members[-1] != name:
                        members.append(stack.pop())
                    on_stack.difference_update(members)
                    groups.append(tuple(table[n] for n in sorted(members, key=written.__getitem__)))
    return tuple(groups)


def _in_order(table: Mapping[Name, Definition]) -> bool:
    """Whether each definition reads only what was defined before it."""
    pending = set(table)
    for name, definition in table.items():
        if not pending.isdisjoint(definition.reads):
            return False
        pending.discard(name)
    return True

"""Which kind of quantity each number of a network is, told from the structure of its program alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from symback.algebra.terms import Name
from symback.network.program import PARAMETERS, Program


@dataclass(frozen=True)
class Kinds:
    """The kinds of `symback.network.rounding` for a forward program over plain numbers."""

    program: Program

    @cached_property
    def readers(self) -> dict[Name, tuple[Name, ...]]:
        """The definitions that read a name."""
        found: dict[Name, tuple[Name, ...]] = {}
        for definition in self.program.definitions:
            for name in definition.reads:
                found[name] = (*found.get(name, ()), definition.name)
        return found

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The weights and biases."""
        return tuple(leaf.name for leaf in self.program.leaves if leaf.role in PARAMETERS)

    @cached_property
    def compares(self) -> frozenset[Name]:
        """The definitions that the targets reach, and the loss."""
        return frozenset(self._reached(leaf.name for leaf in self.program.leaves if leaf.role == "target")) | {self.program.loss}

    @cached_property
    def combines(self) -> frozenset[Name]:
        """The definitions that read a parameter."""
        return frozenset(reader for p in self.parameters for reader in self.readers.get(p, ()))

    @cached_property
    def depth(self) -> dict[Name, int]:
        """How many definitions lie between a definition and the loss, on the longest way."""
        found: dict[Name, int] = {}
        for definition in reversed([d for group in self.program.groups for d in group]):
            found[definition.name] = max((found[r] + 1 for r in self.readers.get(definition.name, ()) if r in found), default=0)
        return found

    def _reached(self, start: Iterable[Name]) -> dict[Name, None]:
        found: dict[Name, None] = {}
        pending = list(start)
        while pending:
            new = [r for r in self.readers.get(pending.pop(), ()) if r not in found]
            found.update(dict.fromkeys(new))
            pending += new
        return found

    def of_definition(self, name: Name) -> str:
        """Loss, prediction (the loss compares it), pre-activation (combines parameters, no reader does) or activation."""
        readers = self.readers.get(name, ())
        if name in self.compares:
            return "loss"
        if any(r in self.compares for r in readers):
            return "prediction"
        return "pre-activation" if name in self.combines and not any(r in self.combines for r in readers) else "activation"

    def of_local(self, of: Name, by: Name) -> str:
        """A local derivative by what it is taken of and by what."""
        if of in self.compares:
            return "loss-derivative"
        if by in self.program.leaf:
            return "parameter-derivative"
        return "slope" if self.of_definition(by) == "pre-activation" else "link"

    def of_gradient(self, name: Name) -> str:
        """A gradient by the layer and the role of what it is by."""
        if name not in self.program.leaf:
            return "shared-gradient"
        role = "bias" if self.program.leaf[name].role == "bias" or self._is_added(name) else "weight"
        return f"{self.layer(name)}-{role}-gradient"

    def of_update(self, name: Name) -> str:
        """An updated value by the layer of the parameter."""
        return f"{self.layer(name)}-updated-value"

    def layer(self, name: Name) -> str:
        """The output layer is the one above which no other parameter is read."""
        above = self._reached(self.readers.get(name, ()))
        return "hidden" if any(n in self.combines for n in above) else "output"

    def _is_added(self, name: Name) -> bool:
        """Whether a parameter is a term of its own in every sum that reads it, as a bias is."""
        bodies = [self.program.definition[r].body for r in self.readers.get(name, ())]
        return bool(bodies) and all(any(getattr(t, "name", None) == name for t in getattr(b, "below", ())) for b in bodies)

    def backwards(self, names: Iterable[str]) -> tuple[str, ...]:
        """Names as one works them: from the loss outwards, unit by unit, weights before biases."""
        order = {d.name: k for k, d in enumerate(self.program.definitions)}
        place = {n: k for k, n in enumerate((*self.program.leaf, *self.program.definition))}

        def key(name: str) -> tuple[int, int, bool, int]:
            first = min(self.readers.get(name, ()), key=lambda r: order[r], default=None)
            if first is None:
                return len(order), 0, False, place[name]
            return self.depth[first], order[first], self.of_gradient(name).endswith("bias-gradient"), place[name]

        return tuple(sorted(names, key=key))


__all__ = ["Kinds"]

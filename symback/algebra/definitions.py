"""Definitions: a name, its free indices, and a body that is a term or an opaque row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Ref, Term
from symback.algebra.traverse import names


@dataclass(frozen=True, slots=True)
class Opaque:
    """The body of a definition given by relations instead of a formula: a row of `symback.algebra.opaque` and the
    names of its operands, read whole."""

    row: str
    operands: tuple[Name, ...]


Body: TypeAlias = Term | Opaque


@dataclass(frozen=True, slots=True)
class Definition:
    """``name[indices] = body``."""

    name: Name
    indices: tuple[Index, ...]
    body: Body

    @property
    def shape(self) -> tuple[Size, ...]:
        """The size of each axis."""
        return tuple(i.size for i in self.indices)

    @property
    def reads(self) -> tuple[Name, ...]:
        """The names the body reads, each once, in order."""
        return self.body.operands if isinstance(self.body, Opaque) else names(self.body)

    @property
    def head(self) -> Ref:
        """The definition's own left side, ``name[indices]``."""
        return Ref(self.name, tuple(Size.of(i) for i in self.indices))

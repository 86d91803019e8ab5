"""Which names of a NumPy text share memory: after ``dz = p`` a later ``dz -= y`` changes p as well."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from symback.reading.syntax import Source

VIEWS = ("reshape", "transpose", "swapaxes", "ravel", "squeeze", "T")
"""What gives the same memory in another form."""


@dataclass
class Memory:
    """The name that holds the memory of each name, and the names that were changed through another one.

    >>> from symback.reading.syntax import parse
    >>> memory = Memory()
    >>> memory.assigned("dz", parse("p"))
    >>> memory.changed("dz", "dz -= y")
    >>> memory.stale
    {'p': 'dz -= y'}
    """

    holder: dict[str, str] = field(default_factory=dict)
    stale: dict[str, str] = field(default_factory=dict)

    def assigned(self, name: str, source: Source) -> None:
        """A plain assignment: the name holds what it is a view of, else memory of its own."""
        shared = viewed(source.tree)
        for other in [n for n, holder in self.holder.items() if holder == name]:
            self.holder[other] = f"{name} before"
        self.holder[name] = f"{name} anew" if shared is None else self.holder.get(shared, shared)
        self.stale.pop(name, None)

    def changed(self, name: str, line: str) -> None:
        """An array changed in place: every other name of its memory is not what it was."""
        holder = self.holder.get(name, name)
        others = [holder, *(n for n, held in self.holder.items() if held == holder)]
        self.stale.update(dict.fromkeys((n for n in others if n != name), line))

    def broken(self, source: Source) -> tuple[str, str] | None:
        """A name that an expression reads and that a line has changed by another name, and that line."""
        read = (n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name))
        return next(((n, self.stale[n]) for n in read if n in self.stale), None)


def viewed(node: ast.expr) -> str | None:
    """The name whose memory an expression gives; None where it makes memory of its own."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr="T"):
            return viewed(value)
        case ast.Subscript(value=value):
            return viewed(value)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=way), args=[first, *_]) if way in VIEWS:
            return viewed(first)
        case ast.Call(func=ast.Attribute(value=value, attr=way)) if way in VIEWS:
            return viewed(value)
    return None

"""An entry as it was stored, and its gradients; what cannot be stored is derived anew when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from symback.errors import DeclarationError, short

if TYPE_CHECKING:
    from symback.numeric.function import Function

DERIVED = "symback.catalogue.derived"
"""What derives an entry; it loads all of symback, so it waits until somebody asks for more than what is stored."""


@dataclass(frozen=True)
class Gradient:
    """The gradient of an entry by one of its arguments."""

    key: str
    name: str
    stored: Mapping[str, Any] = field(repr=False)

    def text(self) -> str:
        """The formula as a line of text."""
        return str(self.stored["text"])

    def latex(self) -> str:
        """The formula as LaTeX, without delimiters."""
        return str(self.stored["latex"])

    @property
    def reads(self) -> tuple[str, ...]:
        """The lines that the formula reads and the forward pass has not: inverses, then gradients of intermediates from the loss outwards."""
        return tuple(line["text"] for line in self.stored["reads"])

    @property
    def shape(self) -> tuple[str, ...]:
        """The sizes of the axes, those of the argument."""
        return tuple(self.stored["shape"])

    @property
    def facts(self) -> tuple[str, ...]:
        """The declared facts that were used."""
        return tuple(self.stored["facts"])

    @property
    def conditions(self) -> tuple[str, ...]:
        """Under what the formula holds."""
        return tuple(self.stored["conditions"])

    @property
    def verdict(self) -> str:
        """``proved`` or ``agrees``."""
        return str(self.stored["verdict"])

    @property
    def route(self) -> str:
        """How the formula was checked."""
        return str(self.stored["route"])

    def sympy(self, over: str = "names") -> Any:
        """The right side as a SymPy expression, derived anew; over names, or with the names of other gradients put in ("leaves")."""
        return _derived(self.key).sympy(self.name, over)

    def numpy(self) -> Function:
        """The gradient as a function of the values of the symbols, derived anew and compiled: ``f(z=..., y=...)``."""
        return _derived(self.key).function(self.name)  # type: ignore[no-any-return]

    def json(self) -> dict[str, Any]:
        """What is stored, as plain data."""
        return dict(self.stored)

    def __str__(self) -> str:
        return "\n".join((*self.reads, self.text()))

    def __repr__(self) -> str:
        return short([self.text()])


@dataclass(frozen=True)
class EntryView:
    """An entry of the catalogue; ``asked`` is the argument a query was about, if it named one."""

    stored: Mapping[str, Any] = field(repr=False)
    asked: str = ""

    @property
    def key(self) -> str:
        """The name of the entry, which finds it in ``catalogue``."""
        return str(self.stored["key"])

    @property
    def title(self) -> str:
        """What it is, in words."""
        return str(self.stored["title"])

    @property
    def topic(self) -> str:
        """The group it belongs to."""
        return str(self.stored["topic"])

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names it is known by."""
        return tuple(self.stored["aliases"])

    @property
    def says(self) -> str:
        """One sentence about it."""
        return str(self.stored["says"])

    @property
    def symbols(self) -> tuple[Mapping[str, Any], ...]:
        """Name, role, shape and facts of each symbol."""
        return tuple(self.stored["symbols"])

    @property
    def forward(self) -> tuple[str, ...]:
        """The lines of the definition, as text."""
        return tuple(line["text"] for line in self.stored["forward"])

    @property
    def numpy_source(self) -> str:
        """A NumPy module with the forward pass and all gradients."""
        return str(self.stored["numpy"])

    @property
    def gradients(self) -> dict[str, Gradient]:
        """The gradient by each argument."""
        return {name: self.gradient(name) for name in self.stored["gradients"]}

    def gradient(self, name: str = "") -> Gradient:
        """The gradient by an argument; by default by the one that was asked for, else by the first that is learned or comes in.

        Raises DeclarationError for a name the entry does not have.
        """
        gradients = self.stored["gradients"]
        chosen = name or self.asked or self._main
        if chosen not in gradients:
            raise DeclarationError(f"{self.key}: gradient by {chosen}", f"{chosen} is no argument", f"there are {', '.join(gradients)}")
        return Gradient(self.key, chosen, gradients[chosen])

    def declaration(self) -> dict[str, Any]:
        """The entry as the keys of a network file: ``sb.Network.from_dict(entry.declaration())``."""
        data: dict[str, Any] = _derived(self.key).row.data()
        return data

    def json(self) -> dict[str, Any]:
        """The entry under the keys of the command line's answer: the gradient that was asked for, and all of them."""
        shown = self.gradient()
        return {
            "key": self.key,
            "title": self.title,
            "argument": shown.name,
            "latex": shown.latex(),
            "text": shown.text(),
            "conditions": list(shown.conditions),
            "verdict": shown.verdict,
            "says": self.says,
            "aliases": list(self.aliases),
            "symbols": [dict(s) for s in self.symbols],
            "forward": [dict(line) for line in self.stored["forward"]],
            "gradients": {name: g.json() for name, g in self.gradients.items()},
        }

    @property
    def _main(self) -> str:
        given = [s["name"] for s in self.symbols if s["role"] not in ("target", "constant") and s["name"] in self.stored["gradients"]]
        return str(given[0] if given else next(iter(self.stored["gradients"])))

    def __repr__(self) -> str:
        return short([f"{self.title} ({self.key}): gradients by {', '.join(self.stored['gradients'])}"])

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.key})", *(f"    {line}" for line in self.forward)]
        shown = [self.gradient()] if self.asked else self.gradients.values()
        steps = dict.fromkeys(line for g in shown for line in (*g.reads, g.text()))
        return "\n".join([*lines, *(f"  {line}" for line in steps)])


def _derived(key: str) -> Any:
    return import_module(DERIVED).entry(key)

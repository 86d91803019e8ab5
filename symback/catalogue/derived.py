"""What is derived of an entry: its formulas in print, the evidence for them, and NumPy source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, permutations
from math import prod
from typing import Any

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index
from symback.algebra.terms import Name, Partial, Term
from symback.algebra.traverse import inline, names, walk
from symback.calculus.trace import Derived
from symback.catalogue.entries import ENTRIES
from symback.catalogue.forms import inner, same
from symback.catalogue.shapes import MOST_NODES, shape
from symback.derivation import Derivation, derive
from symback.layers.row import INCOMING, LOSS, LayerRow
from symback.network.program import Leaf, Program
from symback.notation.sympy_matrix import to_sympy
from symback.notation.write import equation_latex, equation_text
from symback.numeric.function import GradientFunction
from symback.numeric.model import Model
from symback.numeric.values import size_value
from symback.verify.report import verify
from symback.verify.sample import possible, size_sets, symbols_of
from symback.verify.table import Report

FEW, MANY = 3, 6
"""At how many points gradients are compared with differences of the loss: where the normal form proves all of them, and where not."""

LARGE = 500
"""With more entries than this, differences are taken at small sizes that are not distinct."""


@dataclass(frozen=True)
class Entry:
    """A declaration and what follows from it."""

    row: LayerRow

    @cached_property
    def core(self) -> Derivation:
        """The derivation of all gradients."""
        return derive(self.row.program())

    @property
    def program(self) -> Program:
        """The forward pass."""
        return self.core.program

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names the entry has gradients by: every symbol but the incoming gradient."""
        return tuple(leaf.name for leaf in self.program.leaves if leaf.name in self.row.symbols)

    def lines(self, argument: str) -> tuple[Definition, ...]:
        """The gradient by an argument, and before it the gradients of intermediates that it reads, from the loss outwards."""
        read: dict[Name, None] = {argument: None}
        for name in (pending := [argument]):
            inner = [n.by for n in names(self._printed(name).result) if isinstance(n, Partial) and not n.local]
            pending += [str(n) for n in inner if n not in read]
            read.update(dict.fromkeys(inner))
        order = [d.name for d in reversed(self.program.definitions) if d.name in read]
        return tuple(Definition(p.target, p.indices, p.result) for p in map(self._printed, [*order, argument]))

    def helpers(self, lines: tuple[Definition, ...]) -> tuple[Definition, ...]:
        """Definitions that lines read and the row does not have: the inverse that the Jacobian of a determinant needs."""
        own = {*self.row.defined, LOSS, *(leaf.name for leaf in self.program.leaves)}
        read = dict.fromkeys(n for line in lines for n in line.reads if isinstance(n, str) and n not in own)
        return tuple(d for d in self.program.definitions if d.name in read)

    def _printed(self, name: Name) -> Derived:
        return self.core.printed[name]

    @cached_property
    def kinds(self) -> dict[Name, str]:
        """The names that hold what no formula says: the inverse of a matrix."""
        return {d.name: d.body.row for d in self.program.definitions if isinstance(d.body, Opaque)}

    def forms(self, argument: str) -> tuple[Term, ...]:
        """The gradient by an argument as it is printed, with other gradients put in, and over the symbols alone."""
        term = self.core.over_leaves(argument)
        found = [self._printed(argument).result, term]
        for _ in self.program.definitions:
            term = inline(term, self._forward)
            if sum(1 for _ in walk(term)) > MOST_NODES:
                break
            found.append(term)
        return tuple(dict.fromkeys(found))

    def _forward(self, name: Name) -> tuple[tuple[Index, ...], Term] | None:
        own = self.program.definition.get(name)
        return (own.indices, own.body) if own is not None and isinstance(own.body, Term) and name not in self.core.recurrent else None

    def sympy(self, argument: str, over: str = "names") -> Any:
        """The gradient as a SymPy expression, over names or over leaves."""
        found = self._printed(argument)
        body = found.result if over == "names" else self.program.put_in(self.core.over_leaves(argument))
        put_in = None if over == "names" else self.program.put_in
        return to_sympy(Definition(found.target, found.indices, body), self.core.printing_program, {}, put_in)

    def function(self, argument: str) -> GradientFunction:
        """The gradient by an argument as a function of the values of the symbols."""
        return GradientFunction(self.model(argument), argument)

    def model(self, *wanted: str) -> Model:
        """NumPy functions for some gradients, by default all."""
        return Model.of(self.core, wanted or self.arguments)

    def report(self) -> Report:
        """The evidence for every gradient; where the normal form alone does not prove all, the steps and more points are tried."""
        found = verify(self.core, self.arguments, FEW, steps=False, second=False, sizes=small_sizes(self.program))
        if all(r.verdict == "proved" for r in found):
            return found
        return verify(self.core, self.arguments, MANY, second=False)


def small_sizes(program: Program) -> list[dict[str, object]] | None:
    """A choice of small sizes for a program whose leaves would have very many entries at prime sizes; None for others."""
    primes = next(size_sets(program, 1), {})
    if sum(prod(size_value(i.size, primes) for i in leaf.indices) for leaf in program.leaves) <= LARGE:
        return None
    symbols = symbols_of(program)[0]
    choices: Iterator[dict[str, object]] = (dict(zip(symbols, cycle(order))) for order in permutations((2, 3, 4)))
    found = next((sizes for sizes in choices if possible(program, sizes)), None)
    return None if found is None else [found]


def entry(key: str) -> Entry:
    """The entry of a key, derived anew."""
    return Entry(ENTRIES[key])


def printed(found: Entry) -> dict[str, Any]:
    """All of an entry that is print: the declaration and the formulas.

    >>> printed(entry("half_squared_error"))["gradients"]["yhat"]["text"]
    '∂L/∂yhat = −(y − yhat)'
    """
    row = found.row
    return {
        "key": row.name,
        "title": row.title,
        "topic": row.group,
        "says": row.says,
        "aliases": list(row.aliases),
        **({"source": row.source} if row.source else {}),
        "symbols": [_symbol(leaf) for leaf in found.program.leaves],
        "result": row.result,
        "forward": [{"code": f"{left} = {right}", **_written(found, found.program.definition[name])} for name, left, right in _lines(row)],
        "gradients": {name: _gradient(found, name) for name in found.arguments},
    }


def evidence(found: Entry) -> dict[str, dict[str, Any]]:
    """Verdict, route and conditions of every gradient."""
    return {
        r.name: {"verdict": r.verdict, "route": r.route.partition("; SymPy")[0], "conditions": list(r.conditions)} for r in found.report()
    }


def record(key: str) -> dict[str, Any]:
    """All that the catalogue stores of an entry."""
    found = entry(key)
    shown = printed(found)
    proofs: Mapping[str, dict[str, Any]] = evidence(found)
    gradients = {name: {**written, **proofs[name]} for name, written in shown["gradients"].items()}
    return {**shown, "gradients": gradients, "numpy": found.model().source}


def marks(key: str) -> dict[str, dict[str, list[str]]]:
    """The shapes each gradient of an entry is found by: its own and equal ones, those of lines it reads, of its parts, and of parts of those lines."""
    found = entry(key)
    return {name: _marks(found, name) for name in found.arguments}


def _marks(found: Entry, name: str) -> dict[str, list[str]]:
    *before, last = [line.body for line in found.lines(name) if isinstance(line.body, Term)]
    forms = found.forms(name)
    own = shape(last, found.kinds)
    return {
        "whole": [own],
        "same": [equal for equal in same(forms, found.kinds) if equal != own],
        "line": list(dict.fromkeys(shape(line, found.kinds) for line in before)),
        "part": list(dict.fromkeys(part for form in forms for part in inner(form, found.kinds))),
        "part of a line": list(dict.fromkeys(part for line in before for part in inner(line, found.kinds))),
    }


def _lines(row: LayerRow) -> list[tuple[str, str, str]]:
    return [(name, left, right) for name, (left, right) in zip(row.defined, row.lines, strict=True)]


def _symbol(leaf: Leaf) -> dict[str, Any]:
    role = "gradient of the loss by the result" if leaf.name == INCOMING else leaf.role
    facts = [fact.says(leaf.name) for fact in leaf.facts]
    return {"name": leaf.name, "role": role, "shape": [repr(i.size) for i in leaf.indices], **({"facts": facts} if facts else {})}


def _written(found: Entry, definition: Definition) -> dict[str, str]:
    program = found.core.printing_program
    return {"text": equation_text(definition, program), "latex": equation_latex(definition, program)}


def _gradient(found: Entry, name: str) -> dict[str, Any]:
    *before, last = lines = found.lines(name)
    before = [*found.helpers(lines), *before]
    facts = dict.fromkeys(fact for step in found.core.printed[name].steps for fact in step.facts)
    return {
        **_written(found, last),
        "shape": [repr(i.size) for i in last.indices],
        "reads": [_written(found, line) for line in before],
        "facts": [fact.says(str(of)) for of, fact in facts],
    }


__all__ = ["Entry", "entry", "evidence", "marks", "printed", "record"]

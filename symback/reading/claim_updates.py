"""Update rules in a NumPy text: ``w -= eta*dw`` says what a parameter is after a step, whatever the rate is called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace

from symback.algebra.definitions import Definition
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Name, Num, Partial, Ref, Term
from symback.network.program import PARAMETERS, Leaf, Program
from symback.reading.arrays import is_one
from symback.reading.claim_lines import ARROWS, Line
from symback.reading.claim_text import Text
from symback.reading.goals import parameters
from symback.reading.published_arguments import depends_on
from symback.reading.published_meaning import AFTER_STEP
from symback.reading.published_names import RATES
from symback.reading.sides import Side
from symback.reading.syntax import Source, exact

RATE = "rate"
"""What the learning rate is called where a network gives its value."""
WORDS = (*RATES, "learning_rate", "step_size", "rate_")
"""Names of a learning rate that need no declaration."""


def undeclared_rates(source: Source, known: Iterable[str]) -> tuple[str, ...]:
    """The names of a learning rate that an expression reads without their being declared."""
    declared = set(known)
    read = dict.fromkeys(n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name))
    return tuple(n for n in read if n in WORDS and n not in declared)


def rates(program: Program, read: Iterable[Name]) -> tuple[str, ...]:
    """The declared numbers among some names that the loss does not depend on, the usual letters of a rate first."""
    used = depends_on(program, program.loss)
    found = [n for n in dict.fromkeys(read) if n in program.leaf and not program.leaf[n].indices and n not in used]
    order = {word: k for k, word in enumerate(WORDS)}
    return tuple(sorted(map(str, found), key=lambda n: order.get(n, len(order))))


def goes_on_from(name: str, source: Source) -> bool:
    """Whether an expression is a name and something added to it or taken from it.

    >>> from symback.reading.syntax import parse
    >>> goes_on_from("w", parse("w - eta*dw")), goes_on_from("w", parse("2*w"))
    (True, False)
    """
    node = source.tree
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        node = node.left
    return node is not source.tree and isinstance(node, ast.Name) and node.id == name


def number_rate(program: Program, source: Source, given: Mapping[str, Num]) -> Term | None:
    """The network's own number for the rate, else the one that a change begins with: ``0.1`` of ``w -= 0.1*dw``, or a name ``given`` one."""
    declared, found = program.values.get(RATE), _leading_number(source, given)
    if found is None or found.value <= 0 or declared is None:
        return found if found is not None and found.value > 0 else None
    return Num(exact(str(declared)), str(declared)) if isinstance(declared, int | float | str) else None


def _leading_number(source: Source, given: Mapping[str, Num]) -> Num | None:
    node = source.tree
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        node = node.right
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult):
        node = node.left
    if isinstance(node, ast.Name):
        return given.get(node.id)
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return None
    text = source.piece(node).replace("_", "")
    return Num(exact(text), text if isinstance(node.value, float) else None)


def after_step(program: Program, name: str, axes: tuple[Index, ...], rate: Term) -> Definition:
    """A parameter after one step of gradient descent."""
    places = tuple(map(Size.of, axes))
    first = tuple(Size.of(0) for _ in program.indices(program.loss))
    return Definition(name + AFTER_STEP, axes, Ref(name, places) - rate * Ref(Partial(program.loss, name), (*first, *places)))


def descends(source: Source) -> bool:
    """Whether an expression takes a positive number of times something from something: ``w - 0.1*x``."""
    node = source.tree
    found = _leading_number(source, {})
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and isinstance(node.right, ast.BinOp)
        and found is not None
        and found.value > 0
    )


def reads(name: str, source: Source) -> bool:
    """Whether an expression reads a name."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(source.tree))


class Updating(Text):
    """The update rules of a text."""

    def updates(self, line: Line) -> str | None:
        """The parameter that a line gives the value after a step of, if it does."""
        left = line.left
        name = str(self.scope.entries[left].name) if left in self.scope.entries else left
        if len(line.sides) != 2 or name not in parameters(self.program) or (left in self.assigned and left not in self.stepped):
            return None
        source = self.parsed(line)
        if line.sign in ARROWS:
            return name
        if self.program.leaf[name].role in PARAMETERS:
            goes_on = goes_on_from(left, source) or (reads(left, source) and self._steps(line, source))
            return name if line.operator or goes_on else None
        last = line.position == self.lines[-1].position
        if line.operator:
            return name if last or self._steps(line, source) else None
        return name if goes_on_from(left, source) and (descends(source) or self._steps(line, source)) else None

    def _steps(self, line: Line, source: Source) -> bool:
        """Whether the right side reads a derivative or what may be a learning rate."""
        read = [n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name)]
        named = undeclared_rates(source, self.scope.names()) or rates(self.program, read)
        return bool(named) or self.derivatives(line) or any(n in self.assigned and self.gradient(n) is not None for n in read)

    def steps(self, line: Line, name: str) -> None:
        """Take in that a line takes a parameter on its way to the value after a step; a rate needs no declaration."""
        self.stepped.add(name)
        for word in undeclared_rates(self.parsed(line), self.scope.names()):
            self.program = replace(self.program, leaves=(*self.program.leaves, Leaf(word, (), "constant")))
            self.scope.axes[word] = ()

    def update(self, line: Line) -> Side | None:
        """The left side of an update rule: the parameter after a step, whose rate is what the right side multiplies the gradient with."""
        name = self.updates(line) if line.left else None
        if name is None:
            return None
        source = self.parsed(line)
        rate, said = self._rate(line, source)
        step = after_step(self.program, name, self.program.indices(name), rate)
        if step.name not in self.own:
            self.scope.add(step)
            self.own.add(step.name)
        self.notes += [f"{line.left} on the left is the value after the update", f"{said} is the learning rate"]
        if line.left in self.scope.entries:
            return Side(line.left, line.position, (), Ref(step.name, self.scope.entries[line.left].places))
        indices = self.scope.letters.indices(tuple(i.size for i in step.indices))
        places = tuple(Size.of(0) if is_one(i.size) else Size.of(i) for i in indices)
        return Side(line.left, line.position, indices, Ref(step.name, places))

    def _rate(self, line: Line, source: Source) -> tuple[Term, str]:
        """The learning rate of an update rule: a declared number that the loss does not read, the network's own, or a number."""
        table = {d.name: d for d in self.scope.added}
        read = [self.scope.aliases.get(n.id, n.id) for n in ast.walk(source.tree) if isinstance(n, ast.Name)]
        reached: dict[Name, None] = {}
        while read:
            name = read.pop()
            if name not in reached:
                reached[name] = None
                read += [str(n) for n in table[name].reads] if name in table else []
        found = rates(self.program, reached)
        if found:
            return Ref(found[0]), found[0]
        numbers = {n: d.body for n in self.assigned if (d := table.get(self.scope.aliases.get(n, n))) and isinstance(d.body, Num)}
        literal = number_rate(self.program, source, numbers)
        if literal is not None:
            return literal, repr(literal)
        if RATE not in self.program.leaf:
            self.program = replace(self.program, leaves=(*self.program.leaves, Leaf(RATE, (), "constant")))
            self.scope.axes[RATE] = ()
        return Ref(RATE), RATE

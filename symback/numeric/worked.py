"""A worked example: forward pass, local derivatives, gradients, updates and a second forward pass, line by line in numbers.

Everything here is plain records over terms, for a sheet to print: each line holds what stands between its equals signs. Numbers are
worked in decimals and written as a rounding policy says; without one they are exact to 60 digits and shown to six.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from symback.algebra.terms import MINUS_ONE, Add, Mul, Name, Num, Partial, Ref, Term, add, mul
from symback.calculus.chain import Chain, Link, chain
from symback.derivation import Derivation
from symback.errors import NumericError, short
from symback.network.program import Leaf, Program, Spelling
from symback.network.rounding import EXACT, Policy
from symback.numeric.desk import Desk, minus
from symback.numeric.kinds import Kinds
from symback.numeric.rounding import Value, evaluate, given, settled
from symback.numeric.values import exact
from symback.numeric.worked_arrays import ArrayUpdate, Grid, array_updates, found_grids
from symback.numeric.worked_lines import Factor, Line, Update

RATE = "rate"
Linear = Literal["written out", "contracted", "contracted in hidden layers"]


@dataclass(frozen=True, repr=False)
class Worked:
    """A network worked by hand once: one step of gradient descent, every gradient taken at the old values.

    ``again`` is a second forward pass, at the new values, worked as the first one; ``before`` and ``after`` are the loss in the two.
    """

    program: Program
    policy: Policy
    given: Mapping[Name, Value]
    forward: tuple[Line, ...]
    locals: tuple[Line, ...]
    shared: tuple[Line, ...]
    gradients: tuple[Line, ...]
    updates: tuple[Update, ...]
    arrays: tuple[ArrayUpdate, ...]
    again: tuple[Line, ...]
    before: Value
    after: Value | None = None

    def __repr__(self) -> str:
        step = "" if self.after is None else f" → {self.after}"
        title = f"{self.program.name or 'a network'} worked by hand: {self.program.loss} = {self.before}{step}"
        return short([title, f"gradients by {', '.join(str(getattr(line.name, 'by', line.name)) for line in self.gradients)}"])

    @property
    def loss(self) -> Line:
        """The line of the loss in the forward pass."""
        return next(line for line in self.forward if line.name == self.program.loss)

    @property
    def fell(self) -> bool:
        """Whether the step made the loss smaller."""
        return self.after is not None and self.after.computed < self.before.computed

    def __getitem__(self, name: Name) -> Value:
        """The number of a name: given, computed on the way forward, or a derivative."""
        lines = (*self.forward, *self.locals, *self.shared, *self.gradients)
        found: dict[Name, Value] = {line.name: line.value for line in lines}
        found.update((n, v) for n, v in self.given.items() if n not in found)
        return found[name]


def work(
    core: Derivation,
    policy: Policy = EXACT,
    wanted: Iterable[str] | None = None,
    linear: Linear = "contracted in hidden layers",
    grids: Mapping[str, Grid] | None = None,
) -> Worked:
    """The worked example of a derivation over plain numbers whose program declares a value for every leaf.

    ``wanted`` chooses what to differentiate by (default: all parameters; an intermediate may be among them). ``linear`` says whether
    a link that is 1 (a linear output) is a factor of its own. ``grids`` says which parameters form arrays (default: what the sums
    show). With a value for ``rate`` there is an update. Raises NumericError where a value is missing or a line is not defined.

    >>> from symback.algebra.definitions import Definition
    >>> from symback.algebra.terms import ref
    >>> from symback.derivation import derive
    >>> leaves = Leaf("w", (), "weight"), Leaf("x")
    >>> square = Program("", leaves, (Definition("h", (), ref("w") * ref("x")), Definition("L", (), ref("h") ** 2)), ("L",))
    >>> worked = work(derive(replace(square, values={"w": 0.5, "x": 3, "rate": 0.1})))
    >>> worked.gradients[0].sides
    (∂L/∂h*∂h/∂w, (2*h)*x, 3*3, 9)
    >>> str(worked.updates[0].new), worked.fell
    ('-0.4', True)
    """
    program = core.program
    if any(leaf.indices for leaf in program.leaves):
        raise NumericError(program.name or "the network", "has arrays", "unroll it first: a worked example has plain numbers only")
    kinds = Kinds(program)
    chosen = kinds.backwards(kinds.parameters if wanted is None else wanted)
    start = _given(program)
    desk = Desk(program, kinds, policy, dict(start))
    forward = desk.forward()
    gradients = tuple(_gradient(desk, core, name, linear) for name in chosen)
    updates = tuple(_update(desk, name) for name in chosen if name in kinds.parameters) if RATE in start else ()
    factors = {str(line.name.by): line.factors for line in gradients if isinstance(line.name, Partial)}
    arrays = array_updates(updates, factors, found_grids(program) if grids is None else grids, policy)
    after = Desk(program, kinds, policy, {**start, **{u.line.name: _as_given(u.new) for u in updates}})
    again = after.forward() if updates else ()
    return Worked(
        program, policy, start, forward, tuple(desk.locals.values()), tuple(desk.shared.values()), gradients, updates, arrays, again,
        desk.known[program.loss], after.known[program.loss] if updates else None,
    )  # fmt: skip


def with_rate(program: Program) -> Program:
    """The program with its learning rate as a declared constant, so that update rules can be written with it."""
    if RATE in program.leaf or RATE not in program.values:
        return program
    leaves = (*program.leaves, Leaf(RATE, (), "constant"))
    return replace(program, leaves=leaves, spellings={RATE: Spelling("eta"), **program.spellings})


def _given(program: Program) -> dict[Name, Value]:
    wanted = [leaf.name for leaf in program.leaves if leaf.name != RATE or RATE in program.values]
    missing = [name for name in wanted if name not in program.values]
    if missing:
        raise NumericError(missing[0], "no value is given", f"give a value for {missing[0]}")
    return {name: _as_written(name, program.values[name]) for name in dict.fromkeys((*wanted, *([RATE] if RATE in program.values else [])))}


def _as_written(name: str, value: Any) -> Value:
    """A declared number: 0.1 is a tenth, not the binary number nearest to it."""
    exact(value, name)
    text = str(value)
    return given(Fraction(text), None if "/" in text else text.removesuffix(".0"))


def _as_given(value: Value) -> Value:
    """An updated value as the second forward pass takes it: as it is used further on."""
    return Value(value.carried, value.carried, (value.last,))


def _gradient(desk: Desk, core: Derivation, name: str, linear: Linear) -> Line:
    """The gradient by one name: the factors along its chain, as derivatives, as formulas, as numbers; their product."""
    target = core.adjoint(name)
    if core.printed[name].reason:
        return desk.line(target, desk.kinds.of_gradient(name), (), core.printed[name].result)
    hidden = linear == "contracted in hidden layers" and desk.kinds.layer(name) == "hidden"
    way = chain(core.sweep, core.locals, name, contracted=hidden or linear == "contracted")
    if not way.links:
        return _summed(desk, core, name, desk.kinds.of_gradient(name))
    return _product(desk, target, desk.kinds.of_gradient(name), lambda more: [_factors(desk, core, way, more)])


def _summed(desk: Desk, core: Derivation, name: Name, kind: str) -> Line:
    """The gradient by a name that several definitions read: the sum over them."""
    return _product(
        desk, core.adjoint(name), kind, lambda more: [_way(desk, core, reader.name, name, more) for reader in core.sweep.live[name]]
    )


def _product(desk: Desk, target: Name, kind: str, ways: Callable[[int], list[tuple[Factor, ...]]]) -> Line:
    """A sum over ways of products of factors; ``ways`` gives them with as many more digits as it is told."""

    def total(part: str, more: int = 0) -> Term:
        return add(mul(getattr(f, part) for f in way) for way in ways(more))

    used = total("used")
    value = settled(evaluate(used), desk.policy, kind)
    sides, more = desk.true_as_written(lambda more: (total("shown", more),), value, kind)
    desk.known[target] = value
    symbols = tuple(dict.fromkeys((total("name"), total("formula"))))
    written = ways(more)
    return Line(target, kind, symbols, sides, value, written[0] if len(written) == 1 else (), exact=evaluate(sides[0]) == evaluate(used))


def _factors(desk: Desk, core: Derivation, way: Chain, more: int) -> tuple[Factor, ...]:
    start = [] if way.start == core.program.loss else [_shared(desk, core, way.start, more)]
    return (*start, *(_factor(desk, link, more) for link in way.links))


def _factor(desk: Desk, link: Link, more: int) -> Factor:
    """One link of a chain; a slope that the policy does not round is left to stand as it is, with numbers in it."""
    shown: list[Term] = []
    used: list[Term] = []
    values = set(link.values)
    for local in link.locals:
        assert isinstance(local.target, Partial)
        line = desk.locals.get(local.target)
        if line is None:
            kind = desk.kinds.of_local(local.target.of, local.target.by)
            line = desk.locals[local.target] = desk.line(local.target, kind, (local.result,), local.result)
        if local.result not in values:
            continue
        plain = isinstance(local.result, Num | Ref) or bool(desk.policy.rule(line.kind))
        shown.append(line.value.finer(more) if plain else desk.shown(local.result, more))
        used.append(line.value.used)
    return Factor(Ref(link.name), mul(link.values), mul(shown[: len(link.values)]), mul(used[: len(link.values)]))


def _shared(desk: Desk, core: Derivation, name: Name, more: int) -> Factor:
    """The gradient by an intermediate as a factor, worked out once."""
    target = core.adjoint(name)
    if target not in desk.shared:
        desk.shared[target] = _summed(desk, core, name, "shared-gradient")
    value = desk.shared[target].value
    return Factor(Ref(target), Ref(target), value.finer(more), value.used)


def _way(desk: Desk, core: Derivation, reader: Name, name: Name, more: int) -> tuple[Factor, ...]:
    """The factors of one way from the loss to a name, through one reader."""
    local = Partial(reader, name, local=True)
    last = Link(reader, name, (core.locals[local],))
    if reader == core.program.loss:
        return (_factor(desk, last, more),)
    return (_shared(desk, core, reader, more), _factor(desk, last, more))


def _update(desk: Desk, name: str) -> Update:
    """New value = old value − rate · gradient."""
    slope = Partial(desk.program.loss, name)
    old, gradient, rate = desk.known[name], desk.known[slope], desk.known[RATE]
    term = Ref(name) - Ref(RATE) * Ref(slope)
    step = settled(evaluate(Mul((rate.used, gradient.used))), desk.policy, "step")
    taken = Add((Ref(name), Mul((MINUS_ONE, Ref(RATE), Ref(slope)))))
    kind = desk.kinds.of_update(name)
    used = Add((old.used, minus(step.used)))
    value = settled(evaluate(used), desk.policy, kind)

    def moved(more: int) -> Num:
        return settled(evaluate(Mul((rate.finer(more), gradient.finer(more)))), desk.policy, "step").finer(more)

    numbers, more = desk.true_as_written(lambda m: (desk.shown(taken, m), Add((old.finer(m), minus(moved(m))))), value, kind)
    line = Line(name, kind, (term,), numbers, value, exact=evaluate(numbers[0]) == evaluate(used))
    return Update(line, old, gradient, step, gradient.finer(more), moved(more), rate.last)


__all__ = ["RATE", "Linear", "Worked", "with_rate", "work"]

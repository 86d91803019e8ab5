"""A worked example: forward pass, local derivatives, gradients, updates and a second forward pass, line by line in numbers.

Everything here is plain records over terms, for a sheet to print: each line holds what stands between its equals signs. Numbers are
worked in decimals and written as a rounding policy says; without one they are exact to 60 digits and shown to six.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from symback.algebra.terms import MINUS_ONE, Add, Mul, Name, Num, Partial, Ref, Term, add, mul
from symback.algebra.traverse import names, with_children
from symback.calculus.chain import Chain, Link, chain
from symback.derivation import Derivation
from symback.errors import NumericError
from symback.network.program import Leaf, Program, Spelling
from symback.network.rounding import EXACT, Policy
from symback.numeric.kinds import Kinds
from symback.numeric.rounding import Value, evaluate, given, settled
from symback.numeric.values import exact
from symback.numeric.worked_arrays import ArrayUpdate, Grid, array_updates, found_grids
from symback.numeric.worked_lines import Factor, Line, Update

RATE = "rate"
Linear = Literal["written out", "contracted", "contracted in hidden layers"]


@dataclass(frozen=True)
class Worked:
    """A network worked by hand once: one step of gradient descent, every gradient taken at the old values.

    ``before`` and ``after`` are the loss at the given values and at the new values as written, nothing rounded in between;
    ``again`` is that second forward pass.
    """

    program: Program
    policy: Policy
    given: Mapping[str, Value]
    forward: tuple[Line, ...]
    locals: tuple[Line, ...]
    shared: tuple[Line, ...]
    gradients: tuple[Line, ...]
    updates: tuple[Update, ...]
    arrays: tuple[ArrayUpdate, ...]
    again: tuple[Line, ...]
    before: Value
    after: Value | None = None

    @property
    def loss(self) -> Line:
        """The last line of the forward pass."""
        return self.forward[-1]

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
    desk = _Desk(program, kinds, policy, dict(start))
    forward = desk.forward()
    gradients = tuple(_gradient(desk, core, name, linear) for name in chosen)
    updates = tuple(_update(desk, name) for name in chosen if name in kinds.parameters) if RATE in start else ()
    factors = {str(line.name.by): line.factors for line in gradients if isinstance(line.name, Partial)}
    arrays = array_updates(updates, factors, found_grids(program) if grids is None else grids, policy)
    unrounded = _unrounded(policy)
    before = _Desk(program, kinds, unrounded, dict(start)).forward()[-1].value
    new = {str(u.line.name): _as_given(u.new) for u in updates}
    again = _Desk(program, kinds, unrounded, {**start, **new}).forward() if updates else ()
    return Worked(
        program, policy, start, forward, tuple(desk.locals.values()), tuple(desk.shared.values()), gradients, updates, arrays, again,
        before, again[-1].value if again else None,
    )  # fmt: skip


def with_rate(program: Program) -> Program:
    """The program with its learning rate as a declared constant, so that update rules can be written with it."""
    if RATE in program.leaf or RATE not in program.values:
        return program
    leaves = (*program.leaves, Leaf(RATE, (), "constant"))
    return replace(program, leaves=leaves, spellings={RATE: Spelling("eta"), **program.spellings})


def _given(program: Program) -> dict[str, Value]:
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


def _unrounded(policy: Policy) -> Policy:
    return Policy({kind: tuple(replace(r, carried=False) for r in rules) for kind, rules in policy.rules.items()})


@dataclass
class _Desk:
    """A worked example being written: the numbers known so far, by name."""

    program: Program
    kinds: Kinds
    policy: Policy
    known: dict[Any, Value]

    def __post_init__(self) -> None:
        self.locals: dict[Name, Line] = {}
        self.shared: dict[Name, Line] = {}

    def forward(self) -> tuple[Line, ...]:
        """The forward pass in order, the loss last."""
        lines = [self.line(d.name, self.kinds.of_definition(d.name), (d.body,), d.body) for d in self.program.definitions]  # type: ignore[arg-type]
        self.known.update({line.name: line.value for line in lines})
        return tuple(lines)

    def line(self, name: Name, kind: str, symbols: tuple[Term, ...], body: Term) -> Line:
        """One line: the numbers put into ``body``, its products worked out, and the result."""
        shown, used = self.shown(body), self.used(body)
        sides = [shown]
        if (products := worked_products(shown, used, self.policy)) is not None:
            sides.append(products[0])
            used = products[1] if any(r.carried for r in self.policy.rule("product")) else used
        same = isinstance(body, Ref) and not self.policy.rule(kind)
        value = self.known[body.name] if isinstance(body, Ref) and same else settled(evaluate(used), self.policy, kind)
        self.known[name] = value
        return Line(name, kind, symbols, tuple(sides), value)

    def shown(self, term: Term) -> Term:
        """A term with every known number as it is written."""
        return put_in(term, {n: self.known[n].last for n in names(term) if n in self.known})

    def used(self, term: Term) -> Term:
        """A term with every known number as it is used further on."""
        return put_in(term, {n: self.known[n].used for n in names(term) if n in self.known})


def put_in(term: Term, numbers: Mapping[Name, Num]) -> Term:
    """Numbers in place of names. A minus in front stays one: ``y − h`` becomes ``(−0.54) − 0.63``, ``−h`` becomes ``−(0.63)``.

    >>> from symback.algebra.terms import ref
    >>> put_in(ref("y") - ref("h"), {"y": Num(2), "h": Num(3)})
    2 + -1*(3)
    """
    if isinstance(term, Ref):
        return numbers.get(term.name, term)
    if isinstance(term, Mul) and term.args[0] is MINUS_ONE and len(term.args) > 1:
        rest = tuple(put_in(a, numbers) for a in term.args[1:])
        changed = isinstance(rest[0], Num) and not isinstance(term.args[1], Num)
        return _minus(mul(rest)) if changed else Mul((MINUS_ONE, *rest))
    return with_children(term, tuple(put_in(c, numbers) for c in term.below)) if term.below else term


def _minus(term: Term) -> Term:
    """The term with a minus in front; a number stands in a sum of its own, so that −1 · 0.63 is −0.63 and not a product."""
    return Mul((MINUS_ONE, Add((term,)) if isinstance(term, Num) else term))


def worked_products(shown: Term, used: Term, policy: Policy) -> tuple[Term, Term] | None:
    """A sum of products of numbers with each product worked out, as it is shown and as it is used; None for anything else.

    >>> from symback.algebra.terms import term
    >>> sum_ = term("2") * term("0.1") + term("3") * term("0.2")
    >>> worked_products(sum_, sum_, EXACT)
    (0.2 + 0.6, 1/5 + 3/5)
    """
    if not isinstance(shown, Add):
        return None
    parts = list(zip(_terms(shown), _terms(used), strict=True))
    if sum(_is_product(part) for part, _ in parts) < 2:
        return None
    pairs: list[tuple[Term, Term]] = []
    for part, full in parts:
        value = settled(evaluate(full), policy, "product") if _is_product(part) else None
        pairs.append((part, full) if value is None else (value.last, value.used))
    return Add(tuple(a for a, _ in pairs)), Add(tuple(b for _, b in pairs))


def _terms(term: Term) -> tuple[Term, ...]:
    return tuple(t for a in term.args for t in _terms(a)) if isinstance(term, Add) else (term,)


def _is_product(term: Term) -> bool:
    """Whether a term is a product of plain numbers."""
    return isinstance(term, Mul) and all(isinstance(a, Num) or _is_product(a) or _is_alone(a) for a in term.args)


def _is_alone(term: Term) -> bool:
    return isinstance(term, Add) and len(term.args) == 1 and isinstance(term.args[0], Num)


def _gradient(desk: _Desk, core: Derivation, name: str, linear: Linear) -> Line:
    """The gradient by one name: the factors along its chain, as derivatives, as formulas, as numbers; their product."""
    target = core.adjoint(name)
    if core.printed[name].reason:
        return desk.line(target, desk.kinds.of_gradient(name), (), core.printed[name].result)
    hidden = linear == "contracted in hidden layers" and desk.kinds.layer(name) == "hidden"
    way = chain(core.sweep, core.locals, name, contracted=hidden or linear == "contracted")
    return _product(desk, target, desk.kinds.of_gradient(name), _factors(desk, core, way))


def _product(desk: _Desk, target: Name, kind: str, *ways: tuple[Factor, ...]) -> Line:
    """A sum over ways of products of factors."""
    sides = [add(mul(getattr(f, part) for f in way) for way in ways) for part in ("name", "formula", "shown", "used")]
    value = settled(evaluate(sides[3]), desk.policy, kind)
    desk.known[target] = value
    return Line(target, kind, tuple(dict.fromkeys(sides[:2])), (sides[2],), value, ways[0] if len(ways) == 1 else ())


def _factors(desk: _Desk, core: Derivation, way: Chain) -> tuple[Factor, ...]:
    start = [] if way.start == core.program.loss else [_shared(desk, core, way.start)]
    return (*start, *(_factor(desk, link) for link in way.links))


def _factor(desk: _Desk, link: Link) -> Factor:
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
        shown.append(line.value.last if plain else desk.shown(local.result))
        used.append(line.value.used)
    return Factor(Ref(link.name), mul(link.values), mul(shown[: len(link.values)]), mul(used[: len(link.values)]))


def _shared(desk: _Desk, core: Derivation, name: Name) -> Factor:
    """The gradient by an intermediate that several definitions read: the sum over them."""
    target = core.adjoint(name)
    if target not in desk.shared:
        readers = core.sweep.live[name]
        ways = [_way(desk, core, reader.name, name) for reader in readers]
        desk.shared[target] = _product(desk, target, "shared-gradient", *ways)
    value = desk.shared[target].value
    return Factor(Ref(target), Ref(target), value.last, value.used)


def _way(desk: _Desk, core: Derivation, reader: Name, name: Name) -> tuple[Factor, ...]:
    """The factors of one way from the loss to a name, through one reader."""
    local = Partial(reader, name, local=True)
    last = Link(reader, name, (core.locals[local],))
    if reader == core.program.loss:
        return (_factor(desk, last),)
    return (_shared(desk, core, reader), _factor(desk, last))


def _update(desk: _Desk, name: str) -> Update:
    """New value = old value − rate · gradient."""
    slope = Partial(desk.program.loss, name)
    old, gradient, rate = desk.known[name], desk.known[slope], desk.known[RATE]
    term = Ref(name) - Ref(RATE) * Ref(slope)
    step = settled(evaluate(Mul((rate.used, gradient.used))), desk.policy, "step")
    numbers = put_in(Add((Ref(name), Mul((MINUS_ONE, Ref(RATE), Ref(slope))))), {n: desk.known[n].last for n in (name, RATE, slope)})
    taken = Add((old.last, _minus(step.last)))
    kind = desk.kinds.of_update(name)
    value = settled(evaluate(Add((old.used, _minus(step.used)))), desk.policy, kind)
    return Update(Line(name, kind, (term,), (numbers, taken), value), old, gradient, step)


__all__ = ["RATE", "Worked", "put_in", "with_rate", "work", "worked_products"]

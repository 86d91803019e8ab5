"""Random terms of the kinds on which rewriting goes wrong, changes that look harmless, and points that find them out.

Names without an axis are ``x`` and ``y``, ``p`` is positive, ``q`` binary, ``w`` at least 0; ``u``, ``v``, ``A`` and the one-hot ``h`` have axes. ``pad`` may be 0, so
that a range such as ``pad`` or ``n − 1`` may be empty. Points hold zeros, ones, ties and negative numbers.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product as pairs
from random import Random

from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size, SizeSymbol
from symback.algebra.terms import NEGATED, ONE, Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Ref, Term, apply, bracket, ref, sqrt
from symback.algebra.traverse import free_indices, rewrite, substitute, walk
from symback.errors import SymbackError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator
from symback.verify.differences import Watched

n, pad = Size.of("n"), Size.of(SizeSymbol("pad", 0))
FREE = (Index("a", n), Index("b", n))
LETTERS = ("i", "j", "k", "l", "r", "s", "t")
FACTS = {
    "p": (Fact("positive"),),
    "q": (Fact("binary"),),
    "w": (Fact("nonnegative"),),
    "g": (Fact("plus or minus one"),),
    "h": (Fact("one-hot"),),
}
SHAPES = {"h": (n,)}
SCALARS = ("x", "y", "p", "q", "w", "g")
PROGRAM = Program(
    "hard",
    (
        *(Leaf(name, facts=FACTS.get(name, ())) for name in SCALARS),
        Leaf("u", (Index("i", n),)),
        Leaf("v", (Index("i", n),)),
        Leaf("h", (Index("i", n),), facts=FACTS["h"]),
        Leaf("A", (Index("i", n), Index("j", n))),
    ),
    (),
    (),
)
VALUES = (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-3, 2), 3)
POSITIVE = (1, 2, Fraction(1, 3), Fraction(5, 2))
FUNCTIONS = ("exp", "log", "abs", "sign", "relu", "sin", "cos", "tanh", "sigmoid", "softplus", "arctan", "erf")


def runs(random: Random, count: int = 6) -> list[Evaluator]:
    """Points of several sizes."""
    found = []
    for k in range(count):
        size, extra = (2, 1, 3)[k % 3], (0, 1, 2)[k // 3 % 3]
        pools = {"p": POSITIVE, "q": (0, 1), "w": (0, *POSITIVE), "g": (1, -1)}
        point = {name: random.choice(pools.get(name, VALUES)) for name in SCALARS}
        point |= {name: [random.choice(VALUES) for _ in range(size)] for name in "uv"}
        hot = random.randrange(size)
        point["h"] = [int(k == hot) for k in range(size)]
        point["A"] = [[random.choice(VALUES) for _ in range(size)] for _ in range(size)]
        found.append(Evaluator(PROGRAM, point, {"n": size, "pad": extra}, field=Watched(40)))
    return found


def value(run: Evaluator, node: Term, places: dict[Index, int]) -> object | None:
    """The value of a term at a point, None where it has none."""
    field = run.field
    assert isinstance(field, Watched)
    field.margin = None
    try:
        found = run.term(node, places)
    except (SymbackError, ZeroDivisionError, ValueError, OverflowError, TypeError):
        return None
    rounded = field.margin is not None and 0 < field.margin < 10**-20  # a comparison of what may be equal
    return found if abs(found) < 10**15 and not rounded else None


def differs(left: Term, right: Term, conditions: tuple[Term, ...], random: Random) -> str:
    """Where both sides have a value, the conditions hold, and the values are not the same; empty if nowhere."""
    for run in runs(random):
        size = int(run.sizes["n"])  # type: ignore[call-overload]
        for at in pairs(range(size), repeat=2):
            places = dict(zip(FREE, at, strict=True))
            one, other = value(run, left, places), value(run, right, places)
            if one is None or other is None or abs(one - other) <= 10**-15 * max(1, abs(one)):  # type: ignore[operator,type-var,call-overload]
                continue
            if all(holds(run, c, places) for c in conditions):
                return (
                    f"{left} is {one} and {right} is {other} at {places}, {run.sizes}, {[run.array(leaf.name) for leaf in PROGRAM.leaves]}"
                )
    return ""


def holds(run: Evaluator, condition: Term, places: dict[Index, int]) -> bool:
    """Whether a condition holds at a point for all indices but those in ``places``."""
    others = [i for i in free_indices(condition) if i not in places]
    try:
        ranges = [range(i.size.value(run.sizes, places)) for i in others]
        return all(run.term(condition, {**places, **dict(zip(others, at, strict=True))}) == 1 for at in pairs(*ranges))
    except (SymbackError, ZeroDivisionError, ValueError, OverflowError, TypeError, KeyError):
        return False


class Hard:
    """A source of random terms."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def term(self, depth: int, bound: tuple[Index, ...] = ()) -> Term:
        if depth == 0 or self.random.random() < 0.12:
            return self.leaf(bound)
        kind = self.random.choice(
            [self.add, self.mul, self.mul, self.power, self.power, self.function, self.function, self.total, self.guard]
        )
        return kind(depth - 1, bound)

    def leaf(self, bound: tuple[Index, ...]) -> Term:
        choose = self.random.choice
        inside = [i for i in (*FREE, *bound) if i.size is n]
        kind = self.random.random()
        if kind < 0.35:
            return ref(choose(SCALARS))
        if kind < 0.6:
            return ref(choose("uvuvh"), choose(inside))
        if kind < 0.7:
            return ref("A", choose(inside), choose(inside))
        if kind < 0.85:
            return Num(choose([-2, -1, 0, 1, 1, 2, Fraction(1, 2)]))
        if kind < 0.92:
            return choose([Count(n), Count(pad), Count(choose([*FREE, *bound])), Count(n - 1)])
        return self.bracket(bound)

    def bracket(self, bound: tuple[Index, ...], depth: int = 0) -> Term:
        choose = self.random.choice
        relation = choose(["=", "!=", "<", "<=", ">", ">="])
        if self.random.random() < 0.5:
            return Bracket(relation, self.term(depth, bound), self.term(depth, bound))
        place = Size.of(choose([*FREE, *bound]))
        return bracket(
            place + choose([0, 0, 1, -1]), relation, choose([Size.of(choose([*FREE, *bound])), Size.of(0), n - 1, pad, 2 * place - 1])
        )

    def add(self, depth: int, bound: tuple[Index, ...]) -> Term:
        parts = tuple(self.term(depth, bound) for _ in range(self.random.choice([2, 2, 3])))
        return Add(tuple(-part if self.random.random() < 0.4 else part for part in parts))

    def mul(self, depth: int, bound: tuple[Index, ...]) -> Term:
        return Mul(tuple(self.term(depth, bound) for _ in range(self.random.choice([2, 2, 3]))))

    def power(self, depth: int, bound: tuple[Index, ...]) -> Term:
        exponents = [
            Num(k) for k in (2, 2, 3, -1, -1, -2, Fraction(1, 2), Fraction(-1, 2), Fraction(1, 3), Fraction(2, 3), Fraction(3, 2), 0)
        ]
        exponent = self.term(0, bound) if self.random.random() < 0.25 else self.random.choice(exponents)
        return Pow(self.term(depth, bound), exponent)

    def function(self, depth: int, bound: tuple[Index, ...]) -> Term:
        return apply(self.random.choice(FUNCTIONS), self.term(depth, bound))

    def guard(self, depth: int, bound: tuple[Index, ...]) -> Term:
        return self.bracket(bound, min(depth, 1)) * self.term(depth, bound)

    def total(self, depth: int, bound: tuple[Index, ...]) -> Term:
        letter = next(c for c in LETTERS if c not in {i.name for i in bound})
        outer = (*FREE, *bound)
        inner = Size.of(self.random.choice(outer))
        size = self.random.choice([n, n, n, n, pad, n - 1, n + pad, inner, inner + 1, inner - 1, n - 1 - inner])
        kind = self.random.choice(["sum"] * 7 + ["mean", "max", "min", "prod"])
        return Reduce(kind, Index(letter, size), self.term(depth, (*bound, Index(letter, size))))


def changed(node: Term, random: Random) -> Term:
    """A term with one node changed: into what is wrong, or right only under a condition."""
    nodes = list(walk(node))
    chosen = random.choice(nodes)
    options = [c for c in CHANGES if c(chosen, random) is not None]
    return rewrite_one(node, chosen, random.choice(options)(chosen, random)) if options else node  # type: ignore[arg-type]


def rewrite_one(node: Term, old: Term, new: Term) -> Term:
    """The new subterm wherever the old one stands."""
    return rewrite(node, lambda t: new if t is old else t)


def _root_of_square(t: Term, random: Random) -> Term | None:
    return sqrt(t**2)


def _quotient(t: Term, random: Random) -> Term | None:
    other = ref(random.choice("xyw"))
    return t * other / other


def _power_split(t: Term, random: Random) -> Term | None:
    return Pow(t.args[0], Num(2)) if isinstance(t, Mul) else None


def _log_split(t: Term, random: Random) -> Term | None:
    if not (isinstance(t, Apply) and t.op == "log" and isinstance(inner := t.args[0], Mul)):
        return None
    return Add(tuple(apply("log", a) for a in inner.args))


def _log_power(t: Term, random: Random) -> Term | None:
    return (
        t.args[0].exponent * apply("log", t.args[0].base) if isinstance(t, Apply) and t.op == "log" and isinstance(t.args[0], Pow) else None
    )


def _powers_split(t: Term, random: Random) -> Term | None:
    return Mul(tuple(Pow(a, t.exponent) for a in t.base.args)) if isinstance(t, Pow) and isinstance(t.base, Mul) else None


def _powers_merge(t: Term, random: Random) -> Term | None:
    return Pow(t.base.base, t.base.exponent * t.exponent) if isinstance(t, Pow) and isinstance(t.base, Pow) else None


def _exponents_split(t: Term, random: Random) -> Term | None:
    return Pow(t.base, t.exponent - 1) * t.base if isinstance(t, Pow) else None


def _exp_log(t: Term, random: Random) -> Term | None:
    return apply("exp", apply("log", t))


def _log_exp(t: Term, random: Random) -> Term | None:
    return apply("log", apply("exp", t))


def _nothing(t: Term, random: Random) -> Term | None:
    return t * Pow(ref(random.choice("xyw")), Num(0))


def _relation(t: Term, random: Random) -> Term | None:
    return (
        Bracket(NEGATED[t.relation] if random.random() < 0.3 else random.choice(("=", "<", ">=")), t.left, t.right)
        if isinstance(t, Bracket)
        else None
    )


def _range(t: Term, random: Random) -> Term | None:
    if not isinstance(t, Reduce):
        return None
    index = Index(t.index.name, random.choice([t.index.size - 1, t.index.size + pad, n]))
    return Reduce(t.kind, index, substitute(t.body, {t.index: Size.of(index)}))


def _kind(t: Term, random: Random) -> Term | None:
    return Reduce(random.choice(("sum", "mean", "max", "prod")), t.index, t.body) if isinstance(t, Reduce) else None


def _constant_sum(t: Term, random: Random) -> Term | None:
    constant = isinstance(t, Reduce) and t.kind == "sum" and t.index not in free_indices(t.body)
    return Count(t.index.size) * t.body if constant else None  # type: ignore[attr-defined]


def _place(t: Term, random: Random) -> Term | None:
    return Ref(t.name, (Size.of(random.choice(FREE)), *t.places[1:])) if isinstance(t, Ref) and t.places else None


def _name(t: Term, random: Random) -> Term | None:
    return ref(random.choice(SCALARS)) if isinstance(t, Ref) and not t.places else None


def _number(t: Term, random: Random) -> Term | None:
    return Num(t.value + random.choice([1, -1, Fraction(1, 2)])) if isinstance(t, Num) else None


def _function(t: Term, random: Random) -> Term | None:
    return apply(random.choice(FUNCTIONS), *t.args) if isinstance(t, Apply) and len(t.args) == 1 else None


def _dropped(t: Term, random: Random) -> Term | None:
    return type(t)(t.args[1:]) if isinstance(t, Add | Mul) and len(t.args) > 2 else None


def _sign(t: Term, random: Random) -> Term | None:
    return apply("abs", t) if random.random() < 0.5 else t * apply("sign", t)


def _guarded(t: Term, random: Random) -> Term | None:
    return bracket(t, "!=", 0) * t


def _one(t: Term, random: Random) -> Term | None:
    return ONE if isinstance(t, Bracket) else None


CHANGES = (_root_of_square, _quotient, _power_split, _log_split, _log_power, _powers_split, _powers_merge, _exponents_split, _exp_log, _log_exp,
           _nothing, _relation, _range, _kind, _constant_sum, _place, _name, _number, _function, _dropped, _sign, _guarded, _one)  # fmt: skip

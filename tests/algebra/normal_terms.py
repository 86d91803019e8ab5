"""Random terms for the normal form, values to put in, and ways to rewrite a term without changing what it means."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Add, Apply, Bracket, Count, Mul, Num, Pow, Reduce, Term, apply, bracket, ref, sqrt
from symback.algebra.traverse import substitute
from symback.errors import SymbackError
from symback.network.program import Leaf, Program
from symback.numeric.evaluate import Evaluator

SIZES = {"n": 3, "m": 2}
n, m = Size.of("n"), Size.of("m")
FREE = (Index("a", n), Index("b", n))
LETTERS = ("i", "j", "k", "l", "r", "s", "t")
PROGRAM = Program(
    "random",
    (
        *(Leaf(name) for name in ("x", "y", "p")),
        Leaf("u", (Index("i", n),)),
        Leaf("v", (Index("i", n),)),
        Leaf("A", (Index("i", n), Index("j", n))),
        Leaf("S", (Index("i", n), Index("j", n))),
        Leaf("B", (Index("i", n), Index("r", m))),
    ),
    (),
    (),
)
FACTS = {"p": (Fact("positive"),), "S": (Fact("symmetric"), Fact("zero diagonal"))}
POINTS = (
    {"x": "0.7940", "y": "-1.3883", "p": "0.31826", "u": ["0.4769", "-0.9712", "1.7655"], "v": ["1.1598", "0.6541", "-0.37484"],
     "A": [["0.2427", "-0.5370", "0.8313"], ["1.3256", "0.9199", "-0.7142"], ["-1.1085", "0.3028", "0.6968"]], "B": [["0.5911", "-1.9854"], ["0.77797", "0.21740"], ["-0.43683", "1.6626"]],
     "S": [["0", "-0.5113", "0.8127"], ["-0.5113", "0", "-0.7139"], ["0.8127", "-0.7139", "0"]]},
    {"x": "-0.9569", "y": "1.7512", "p": "0.6455", "u": ["-1.2398", "0.35341", "0.8284"], "v": ["0.5227", "-0.7170", "1.4113"],
     "A": [["0.9056", "1.2996", "-0.3939"], ["-0.6882", "0.4825", "1.1768"], ["0.7711", "-1.4654", "0.1597"]], "B": [["-0.3540", "0.8483"], ["1.9426", "-0.65369"], ["0.25312", "0.45255"]],
     "S": [["0", "1.5149", "0.2151"], ["1.5149", "0", "0.33157"], ["0.2151", "0.33157", "0"]]},
)  # fmt: skip
RUNS = tuple(Evaluator(PROGRAM, point, SIZES, digits=40) for point in POINTS)
EDGES = ({FREE[0]: 0, FREE[1]: 2}, {FREE[0]: 1, FREE[1]: 1})


def values(node: Term) -> list[object] | None:
    """The values of a term at the points, None where it is undefined or not real at one of them."""
    try:
        found = [run.term(node, places) for run in RUNS for places in EDGES]
    except (SymbackError, ZeroDivisionError, ValueError, OverflowError, TypeError):
        return None
    usable = all(not hasattr(v, "imag") or v.imag == 0 for v in found) and all(abs(v) < 10**12 for v in found)
    return found if usable else None


def close(left: list[object], right: list[object]) -> bool:
    return all(abs(a - b) <= 10**-18 * max(1, abs(a), abs(b)) for a, b in zip(left, right, strict=True))  # type: ignore[operator,call-overload]


class Terms:
    """A source of random terms; indices bound along a path are distinct."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def term(self, depth: int, bound: tuple[Index, ...] = ()) -> Term:
        pick = self.random.random()
        if depth == 0 or pick < 0.15:
            return self.leaf(bound)
        small = depth - 1
        kinds = [self.total, self.total, self.sum, self.sum, self.product, self.product, self.power, self.function, self.guarded]
        return self.random.choice(kinds)(small, bound)

    def leaf(self, bound: tuple[Index, ...]) -> Term:
        def over_n() -> Index:
            return self.random.choice([i for i in (*FREE, *bound) if i.size is n])

        over_m = [i for i in bound if i.size is m]
        choices = [
            lambda: ref(self.random.choice("xyp")),
            lambda: ref(self.random.choice("uv"), over_n()),
            lambda: ref(self.random.choice("AS"), over_n(), over_n()),
            lambda: Num(self.random.choice([-2, -1, 1, 2, 3, Fraction(1, 2)])),
            lambda: self.random.choice([Count(n), Count(over_n())]),
            lambda: bracket(
                over_n(), self.random.choice(["=", "=", "!=", "<", ">="]), Size.of(over_n()) + self.random.choice([0, 0, 1, -1])
            ),
            lambda: bracket(over_n(), self.random.choice(["=", ">=", "<"]), self.random.choice([0, 1, n - 1, n - 2])),
            lambda: self.shifted(over_n(), over_n()),
        ]
        if over_m:
            choices += [lambda: ref("B", over_n(), self.random.choice(over_m))] * 3
        return self.random.choice(choices)()

    def shifted(self, i: Index, j: Index) -> Term:
        if self.random.random() < 0.5:
            return bracket(i, ">=", 1) * ref("A", Size.of(i) - 1, j)
        return bracket(i, "<=", n - 2) * ref("A", j, Size.of(i) + 1)

    def sum(self, depth: int, bound: tuple[Index, ...]) -> Term:
        parts = tuple(self.term(depth, bound) for _ in range(self.random.choice([2, 2, 3])))
        return Add(tuple(-p if self.random.random() < 0.3 else p for p in parts))

    def product(self, depth: int, bound: tuple[Index, ...]) -> Term:
        return Mul(tuple(self.term(depth, bound) for _ in range(self.random.choice([2, 2, 3]))))

    def power(self, depth: int, bound: tuple[Index, ...]) -> Term:
        base = self.term(depth, bound)
        return self.random.choice(
            [
                lambda: base**2,
                lambda: 1 / base,
                lambda: 1 / base**2,
                lambda: sqrt(base**2 + 1),
                lambda: 1 / sqrt(base),
                lambda: sqrt(base**2),
            ]
        )()

    def function(self, depth: int, bound: tuple[Index, ...]) -> Term:
        inner = self.term(depth, bound)
        op = self.random.choice(["exp", "exp", "log", "tanh", "sigmoid", "relu", "abs", "sign", "sin", "erf", "softplus"])
        if op == "log" and self.random.random() < 0.7:
            inner = self.random.choice(
                [
                    inner**2 + 1,
                    apply("exp", inner),
                    apply("exp", inner) * ref("p"),
                    1 + apply("exp", inner),
                    ref("p") / (1 + apply("exp", inner)),
                ]
            )
        return apply(op, inner)

    def guarded(self, depth: int, bound: tuple[Index, ...]) -> Term:
        relation = self.random.choice([">", "<", ">=", "<=", "=", "!="])
        left = self.term(min(depth, 1), bound)
        right = left if self.random.random() < 0.1 else self.term(min(depth, 1), bound)
        return bracket(left, relation, right) * self.term(depth, bound)

    def total(self, depth: int, bound: tuple[Index, ...]) -> Term:
        letter = next(c for c in LETTERS if c not in {i.name for i in bound})
        index = Index(letter, self.random.choice([n, n, n, m]))
        kind = self.random.choice(["sum"] * 6 + ["mean", "max", "min", "prod"])
        body = self.term(depth, (*bound, index))
        return Reduce(kind, index, body)


def shuffled(node: Term, random: Random, taken: int = 50) -> Term:
    """The same in meaning: commuted, distributed, regrouped, bound indices renamed, sums nested the other way."""
    below = [shuffled(c, random, taken + 7) for c in node.below]
    match node:
        case Add():
            random.shuffle(below)
            return Add((Add(tuple(below[:2])), *below[2:])) if len(below) > 2 else Add(tuple(below))
        case Mul():
            sums = [b for b in below if isinstance(b, Add)]
            if sums and random.random() < 0.5:
                rest = list(below)
                rest.remove(sums[0])
                return Add(tuple(Mul((*rest, a)) for a in sums[0].args))
            random.shuffle(below)
            return Mul(tuple(below))
        case Pow():
            if isinstance(node.exponent, Num) and node.exponent.value == 2 and random.random() < 0.5:
                return Mul((below[0], below[0]))
            return Pow(below[0], below[1])
        case Apply():
            return Apply(node.op, tuple(below))
        case Bracket():
            return Bracket(node.relation, below[0], below[1])
        case Reduce():
            return _reduced(node, below[0], random, taken)
    return node


def _reduced(node: Reduce, body: Term, random: Random, taken: int) -> Term:
    renamed = Index(random.choice(["c", "d"]), node.index.size, taken)
    body = substitute(body, {node.index: Size.of(renamed)})
    if node.kind == "sum" and isinstance(body, Add) and random.random() < 0.5:
        return Add(tuple(Reduce("sum", renamed, a) for a in body.args))
    if node.kind == "sum" and isinstance(body, Reduce) and body.kind == "sum" and renamed not in body.index.size.indices:
        return Reduce("sum", body.index, Reduce("sum", renamed, body.body))
    if node.kind == "mean" and random.random() < 0.5:
        return Reduce("sum", renamed, body) / Count(renamed.size)
    return Reduce(node.kind, renamed, body)

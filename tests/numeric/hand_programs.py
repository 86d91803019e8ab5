"""Programs with gradients written out by hand: what the tests of running and checking are tried on."""

from __future__ import annotations

from dataclasses import dataclass

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size, SizeAt
from symback.algebra.terms import ONE, Partial, Reduce, apply, bracket, ref, total
from symback.network.program import Leaf, Program

n, m, k, T, D = (Size.of(s) for s in "nmkTD")
i, j, o, t = Index("i", n), Index("j", m), Index("o", k), Index("t", T)


def d(name, of="L"):
    return Partial(of, name)


def define(name, indices, body):
    return Definition(name, tuple(indices), body)


@dataclass(frozen=True)
class Case:
    """A program, the same with its adjoints, and sizes for a numeric test."""

    name: str
    program: Program
    gradient: Program
    sizes: dict


def case(name, leaves, forward, adjoints, wanted, sizes, loss="L"):
    program = Program(name, tuple(leaves), tuple(forward), (loss,))
    gradient = program.with_definitions((*forward, *adjoints), tuple(d(w, loss) for w in wanted))
    return Case(name, program, gradient, sizes)


def house():
    h = ref("h1", j)
    return case(
        "house",
        [
            Leaf("W1", (j, i), "weight"),
            Leaf("b1", (j,), "bias"),
            Leaf("W2", (o, j), "weight"),
            Leaf("b2", (o,), "bias"),
            Leaf("x", (i,)),
            Leaf("y", (o,)),
        ],
        [
            define("z1", [j], total([i], ref("W1", j, i) * ref("x", i)) + ref("b1", j)),
            define("h1", [j], apply("sigmoid", ref("z1", j))),
            define("h2", [o], total([j], ref("W2", o, j) * h) + ref("b2", o)),
            define("L", [], total([o], (ref("y", o) - ref("h2", o)) ** 2) / 2),
        ],
        [
            define(d("h2"), [o], -(ref("y", o) - ref("h2", o))),
            define(d("W2"), [o, j], ref(d("h2"), o) * h),
            define(d("b2"), [o], ref(d("h2"), o)),
            define(d("z1"), [j], total([o], ref("W2", o, j) * ref(d("h2"), o)) * h * (1 - h)),
            define(d("W1"), [j, i], ref(d("z1"), j) * ref("x", i)),
            define(d("b1"), [j], ref(d("z1"), j)),
        ],
        ["W1", "b1", "W2", "b2"],
        {"n": 2, "m": 3, "k": 5},
    )


def chain():
    """Two neurons in a row over plain numbers, the activation spelled out."""
    sigma = lambda z: 1 / (1 + apply("exp", -z))  # noqa: E731
    a1, a2, error = ref("a1"), ref("a2"), -(ref("T") - ref("a2"))
    return case(
        "chain",
        [Leaf(s, (), "weight") for s in ("w1", "w2")] + [Leaf(s, (), "bias") for s in ("b1", "b2")] + [Leaf("x"), Leaf("T")],
        [
            define("z1", [], ref("w1") * ref("x") + ref("b1")),
            define("a1", [], sigma(ref("z1"))),
            define("z2", [], ref("w2") * a1 + ref("b2")),
            define("a2", [], sigma(ref("z2"))),
            define("E", [], (ref("T") - a2) ** 2 / 2),
        ],
        [
            define(d("z2", "E"), [], error * a2 * (1 - a2)),
            define(d("w2", "E"), [], ref(d("z2", "E")) * a1),
            define(d("b2", "E"), [], ref(d("z2", "E"))),
            define(d("z1", "E"), [], ref(d("z2", "E")) * ref("w2") * a1 * (1 - a1)),
            define(d("w1", "E"), [], ref(d("z1", "E")) * ref("x")),
            define(d("b1", "E"), [], ref(d("z1", "E"))),
        ],
        ["w1", "b1", "w2", "b2"],
        {},
        loss="E",
    )


def softmax():
    """Softmax with cross-entropy over a batch, spelled out over names."""
    r, c, q = Index("r", n), Index("c", m), Index("q", m)
    e = ref("E", r, c)
    return case(
        "softmax",
        [Leaf("S", (r, c), "weight"), Leaf("Y", (r, c), "target", (Fact("one-hot"),))],
        [
            define("E", [r, c], apply("exp", ref("S", r, c))),
            define("Z", [r], total([c], e)),
            define("P", [r, c], e / ref("Z", r)),
            define("L", [], -Reduce("mean", r, total([c], ref("Y", r, c) * apply("log", ref("P", r, c))))),
        ],
        [define(d("S"), [r, c], (ref("P", r, c) * total([q], ref("Y", r, q)) - ref("Y", r, c)) / _count(n))],
        ["S"],
        {"n": 3, "m": 5},
    )


def _count(size):
    from symback.algebra.terms import Count

    return Count(size)


def rnn():
    """h[t] = tanh(U x[t] + W h[t-1]), with the loss at the last place."""
    a, b, u = Index("a", n), Index("b", n), Index("u", m)
    before, after = Size.of(t) - 1, Size.of(t) + 1
    z = total([u], ref("U", a, u) * ref("x", t, u)) + total([b], bracket(t, ">=", 1) * ref("W", a, b) * ref("h", before, b))
    return case(
        "rnn",
        [Leaf("W", (a, b), "weight"), Leaf("U", (a, u), "weight"), Leaf("x", (t, u)), Leaf("y", (a,), "target")],
        [
            define("z", [t, a], z),
            define("h", [t, a], apply("tanh", ref("z", t, a))),
            define("L", [], total([a], (ref("h", T - 1, a) - ref("y", a)) ** 2) / 2),
        ],
        [
            define(
                d("h"),
                [t, a],
                bracket(t, "=", T - 1) * (ref("h", t, a) - ref("y", a))
                + total([b], bracket(t, "<", T - 1) * ref("W", b, a) * ref(d("z"), after, b)),
            ),
            define(d("z"), [t, a], ref(d("h"), t, a) * (1 - ref("h", t, a) ** 2)),
            define(d("W"), [a, b], total([t], bracket(t, ">=", 1) * ref(d("z"), t, a) * ref("h", before, b))),
            define(d("U"), [a, u], total([t], ref(d("z"), t, a) * ref("x", t, u))),
        ],
        ["W", "U"],
        {"n": 3, "m": 2, "T": 5},
    )


def conv():
    """A strided, padded convolution with channels, its adjoints by affine places."""
    s, p = Size.of("s"), Size.of("p")
    del s, p
    out = (n + 2 - k) // 2 + 1
    c, f, q, w, at = Index("c", m), Index("f", D), Index("q", out), Index("w", k), Index("at", n)
    place = Size.of(q) * 2 + Size.of(w) - 1
    inside = bracket(place, ">=", 0) * bracket(place, "<", n)
    return case(
        "conv",
        [Leaf("x", (c, at), "weight"), Leaf("K", (f, c, w), "weight"), Leaf("v", (f,), "weight")],
        [
            define("y", [f, q], total([c, w], inside * ref("K", f, c, w) * ref("x", c, place))),
            define("L", [], total([f, q], ref("v", f) * ref("y", f, q) ** 2) / 2),
        ],
        [
            define(d("y"), [f, q], ref("v", f) * ref("y", f, q)),
            define(d("K"), [f, c, w], total([q], inside * ref(d("y"), f, q) * ref("x", c, place))),
            define(d("x"), [c, at], total([f, q, w], bracket(place, "=", at) * ref("K", f, c, w) * ref(d("y"), f, q))),
            define(d("v"), [f], total([q], ref("y", f, q) ** 2) / 2),
        ],
        ["x", "K", "v"],
        {"n": 7, "m": 2, "k": 3, "D": 5},
    )


def joined():
    """A concatenation, reversed, its cumulative sum squared."""
    r, q = Index("r", n + m), Index("q", n + m)
    at = n + m - 1 - Size.of(r)
    left = bracket(r, "<", n) * ref("a", r) + bracket(r, ">=", n) * ref("b", Size.of(r) - n)
    return case(
        "joined",
        [Leaf("a", (i,), "weight"), Leaf("b", (j,), "weight")],
        [
            define("c", [r], left),
            define("f", [r], ref("c", at)),
            define("s", [r], total([q], bracket(q, "<=", r) * ref("f", q))),
            define("L", [], total([r], ref("s", r) ** 2) / 2),
        ],
        [
            define(d("f"), [r], total([q], bracket(q, ">=", r) * ref("s", q))),
            define(d("c"), [r], ref(d("f"), at)),
            define(d("a"), [i], ref(d("c"), i)),
            define(d("b"), [j], ref(d("c"), Size.of(j) + n)),
        ],
        ["a", "b"],
        {"n": 3, "m": 5},
    )


def sort():
    """Sorting by ranks, and the largest element."""
    r, q, g = Index("r", n), Index("q", n), Index("g", n)
    before = bracket(ref("x", g), "<", ref("x", q)) + bracket(ref("x", g), "=", ref("x", q)) * bracket(g, "<", q)
    chosen = bracket(ref("rank", q), "=", _count(Size.of(r)))
    return case(
        "sort",
        [Leaf("x", (i,), "weight"), Leaf("c", (i,))],
        [
            define("rank", [q], total([g], before)),
            define("s", [r], total([q], chosen * ref("x", q))),
            define("M", [], Reduce("max", i, ref("x", i))),
            define("L", [], total([r], ref("c", r) * ref("s", r) ** 2) + ref("M") ** 3),
        ],
        [
            define(d("s"), [r], 2 * ref("c", r) * ref("s", r)),
            define(
                d("x"),
                [q],
                total([r], chosen * ref(d("s"), r))
                + 3 * ref("M") ** 2 * bracket(ref("x", q), "=", ref("M")) / total([g], bracket(ref("x", g), "=", ref("M"))),
            ),
        ],
        ["x"],
        {"n": 5},
    )


def inverse():
    a, b, e, f = (Index(s, n) for s in "abef")
    return case(
        "inverse",
        [Leaf("A", (a, b), "weight", (Fact("invertible"),)), Leaf("C", (a, b))],
        [
            define("B", [a, b], Opaque("inv", ("A",))),
            define("D", [], Opaque("logabsdet", ("A",))),
            define("L", [], total([a, b], ref("C", a, b) * ref("B", a, b)) + ref("D") + total([a], ref("A", a, a))),
        ],
        [
            define(
                d("A"),
                [a, b],
                -total([e, f], ref("B", e, a) * ref("C", e, f) * ref("B", b, f)) + ref("B", b, a) + bracket(a, "=", b),
            )
        ],
        ["A"],
        {"n": 3},
    )


def deep():
    """Depth L with widths w[l]: z and h read each other along the layers, all of it ragged."""
    L = Size.of("L")
    l, layer = Index("l", L), Index("l", L + 1)
    unit = lambda at, letter="j": Index(letter, SizeAt("w", at))  # noqa: E731
    out, inner, here, above = unit(Size.of(l) + 1), unit(l, "i"), unit(layer), unit(Size.of(layer) + 1, "o")
    first, last = unit(0, "i"), unit(L, "i")
    return case(
        "deep",
        [Leaf("W", (l, out, inner), "weight"), Leaf("b", (l, out), "bias"), Leaf("x", (first,)), Leaf("y", (last,), "target")],
        [
            define("z", [l, out], total([inner], ref("W", l, out, inner) * ref("h", l, inner)) + ref("b", l, out)),
            define(
                "h",
                [layer, here],
                bracket(layer, "=", 0) * ref("x", here) + bracket(layer, ">=", 1) * apply("sigmoid", ref("z", Size.of(layer) - 1, here)),
            ),
            define("E", [], total([last], (ref("y", last) - ref("h", L, last)) ** 2) / 2),
        ],
        [
            define(
                d("h", "E"),
                [layer, here],
                bracket(layer, "=", L) * (ref("h", layer, here) - ref("y", here))
                + bracket(layer, "<", L) * total([above], ref("W", layer, above, here) * ref(d("z", "E"), layer, above)),
            ),
            define(
                d("z", "E"),
                [l, out],
                ref(d("h", "E"), Size.of(l) + 1, out) * ref("h", Size.of(l) + 1, out) * (1 - ref("h", Size.of(l) + 1, out)),
            ),
            define(d("W", "E"), [l, out, inner], ref(d("z", "E"), l, out) * ref("h", l, inner)),
            define(d("b", "E"), [l, out], ref(d("z", "E"), l, out)),
        ],
        ["W", "b"],
        {"L": 3, "w": [2, 5, 3, 7]},
        loss="E",
    )


def grid():
    """A recurrence along two axes at once: u[s,t] reads u[s-1,t] and u[s,t-1]."""
    s = Index("s", n)
    u = lambda a, b: ref("u", a, b)  # noqa: E731
    body = (
        ref("x", s, t) + bracket(s, ">=", 1) * ref("w") * u(Size.of(s) - 1, t) + bracket(t, ">=", 1) * ref("w") * u(s, Size.of(t) - 1) ** 2
    )
    du = (
        bracket(s, "=", n - 1) * bracket(t, "=", T - 1) * ONE
        + bracket(s, "<", n - 1) * ref("w") * ref(d("u"), Size.of(s) + 1, t)
        + bracket(t, "<", T - 1) * 2 * ref("w") * u(s, t) * ref(d("u"), s, Size.of(t) + 1)
    )
    dw = total(
        [s, t],
        ref(d("u"), s, t) * (bracket(s, ">=", 1) * u(Size.of(s) - 1, t) + bracket(t, ">=", 1) * u(s, Size.of(t) - 1) ** 2),
    )
    return case(
        "grid",
        [Leaf("x", (s, t), "weight"), Leaf("w", (), "weight")],
        [define("u", [s, t], body), define("L", [], u(n - 1, T - 1))],
        [define(d("u"), [s, t], du), define(d("x"), [s, t], ref(d("u"), s, t)), define(d("w"), [], dw)],
        ["x", "w"],
        {"n": 3, "T": 5},
    )


CASES = [house(), chain(), softmax(), rnn(), conv(), joined(), sort(), inverse(), deep(), grid()]

"""The programs the algebra must carry, written with terms: one row each, with the sizes at which they are checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size, SizeAt, SizeSymbol
from symback.algebra.terms import (
    HALF,
    ONE,
    ZERO,
    Count,
    Reduce,
    Term,
    add,
    apply,
    bracket,
    mul,
    ref,
    sqrt,
    total,
)
from symback.network.program import Leaf, Program


@dataclass(frozen=True)
class Case:
    name: str
    program: Program
    sizes: dict[str, object] = field(default_factory=dict)
    fixed: dict[str, object] = field(default_factory=dict)
    zero: tuple[str, ...] = ()


def leaf(name, *sizes, role="input", facts=(), letters="abcdefg"):
    return Leaf(name, tuple(Index(letters[k], s) for k, s in enumerate(sizes)), role, tuple(Fact(f) for f in facts))


def program(name, leaves, *definitions, results=("L",)):
    return Program(name, tuple(leaves), tuple(Definition(*d) for d in definitions), results)


def exp(x: Term) -> Term:
    return apply("exp", x)


def log(x: Term) -> Term:
    return apply("log", x)


i, j, k, m = (Index(letter, "n") for letter in "ijkm")
r, s = Index("r", "m"), Index("s", "m")
d, e = Index("d", "d"), Index("e", "d")

CASES: list[Case] = []


def case(name, leaves, *definitions, sizes=None, fixed=None, zero=(), results=("L",)):
    CASES.append(Case(name, program(name, leaves, *definitions, results=results), sizes or {}, fixed or {}, zero))


# softmax with cross-entropy
z_y = [leaf("z", "n", role="weight"), leaf("y", "n", role="target")]
cross = ("L", (), -total([i], ref("y", i) * log(ref("p", i))))
case("softmax", z_y, ("p", (i,), exp(ref("z", i)) / total([k], exp(ref("z", k)))), cross, sizes={"n": 5})
case("softmax shifted", z_y, ("M", (), Reduce("max", k, ref("z", k))), ("e", (i,), exp(ref("z", i) - ref("M"))),
     ("p", (i,), ref("e", i) / total([k], ref("e", k))), cross, sizes={"n": 5})  # fmt: skip
for y in (0, 1):
    case(f"sigmoid cross-entropy at y = {y}", [leaf("z", role="weight"), leaf("y", role="target")], ("p", (), ONE / (1 + exp(-ref("z")))),
         ("L", (), -(ref("y") * log(ref("p")) + (1 - ref("y")) * log(1 - ref("p")))), fixed={"y": y})  # fmt: skip

# norms
case("layer norm", [leaf("x", "m", "n", role="weight"), leaf("g", "n", role="weight"), leaf("b", "n", role="bias"), leaf("G", "m", "n"),
                    Leaf("eps", facts=(Fact("positive"),))],
     ("mu", (r,), Reduce("mean", i, ref("x", r, i))),
     ("v", (r,), Reduce("mean", i, (ref("x", r, i) - ref("mu", r)) ** 2)),
     ("sd", (r,), sqrt(ref("v", r) + ref("eps"))),
     ("xh", (r, i), (ref("x", r, i) - ref("mu", r)) / ref("sd", r)),
     ("Y", (r, i), ref("g", i) * ref("xh", r, i) + ref("b", i)),
     ("L", (), total([r, i], ref("G", r, i) * ref("Y", r, i))), sizes={"n": 5, "m": 3})  # fmt: skip
case("batch norm", [leaf("x", "m", "n", role="weight"), leaf("g", "n", role="weight"), leaf("b", "n", role="bias"), leaf("G", "m", "n"),
                    Leaf("eps", facts=(Fact("positive"),))],
     ("mu", (i,), Reduce("mean", r, ref("x", r, i))),
     ("sd", (i,), sqrt(Reduce("mean", r, (ref("x", r, i) - ref("mu", i)) ** 2) + ref("eps"))),
     ("xh", (r, i), (ref("x", r, i) - ref("mu", i)) / ref("sd", i)),
     ("L", (), total([r, i], ref("G", r, i) * (ref("g", i) * ref("xh", r, i) + ref("b", i)))), sizes={"n": 3, "m": 5})  # fmt: skip

# attention: the row-sum term appears in dS
case("attention", [leaf("Q", "n", "d", role="weight"), leaf("K", "m", "d", role="weight"), leaf("V", "m", "h", role="weight"), leaf("G", "n", "h")],
     ("S", (i, r), total([d], ref("Q", i, d) * ref("K", r, d)) / sqrt(Count("d"))),
     ("P", (i, r), exp(ref("S", i, r)) / total([s], exp(ref("S", i, s)))),
     ("A", (i, Index("h", "h")), total([r], ref("P", i, r) * ref("V", r, Index("h", "h")))),
     ("L", (), total([i, Index("h", "h")], ref("G", i, Index("h", "h")) * ref("A", i, Index("h", "h")))),
     sizes={"n": 3, "m": 5, "d": 2, "h": 7})  # fmt: skip

# convolution with stride, padding and channels; padding is a bracket
stride, padding, kernel = Size.of("s"), Size.of(SizeSymbol("q", least=0)), Size.of("K")
height = Size.of("H")
out_size = (height + 2 * padding - kernel) // stride + 1
u, v, o, c = Index("u", out_size), Index("v", out_size), Index("o", "O"), Index("c", "C")
a, b = Index("a", kernel), Index("b", kernel)
row, column = stride * Size.of(u) + Size.of(a) - padding, stride * Size.of(v) + Size.of(b) - padding
inside = mul([bracket(row, ">=", 0), bracket(row, "<", height), bracket(column, ">=", 0), bracket(column, "<", height)])
case("convolution", [leaf("x", "C", height, height, role="weight"), leaf("w", "O", "C", kernel, kernel, role="weight"), leaf("bias", "O", role="bias"),
                     Leaf("G", (o, u, v))],
     ("y", (o, u, v), total([c, a, b], ref("w", o, c, a, b) * inside * ref("x", c, row, column)) + ref("bias", o)),
     ("L", (), total([o, u, v], ref("G", o, u, v) * ref("y", o, u, v) ** 2)), sizes={"C": 2, "H": 5, "K": 3, "s": 2, "q": 1, "O": 3})  # fmt: skip

# max pool and ReLU
pool = Index("w", height // 2)
case("max pool and rectifier", [leaf("x", height, role="weight"), Leaf("G", (pool,))],
     ("a", (pool,), Reduce("max", Index("t", 2), ref("x", 2 * Size.of(pool) + Size.of(Index("t", 2))))),
     ("h", (pool,), apply("relu", ref("a", pool))), ("L", (), total([pool], ref("G", pool) * ref("h", pool) ** 2)), sizes={"H": 7})  # fmt: skip

# a recurrence whose pre-activation and state read each other, symbolic length
t = Index("t", "T")
before = bracket(t, ">=", 1)
case("recurrence", [leaf("W", "n", "n", role="weight"), leaf("U", "n", "m", role="weight"), leaf("b", "n", role="bias"), leaf("x", "T", "m"), leaf("y", "T", "n")],
     ("z", (t, i), total([k], ref("W", i, k) * before * ref("h", Size.of(t) - 1, k)) + total([r], ref("U", i, r) * ref("x", t, r)) + ref("b", i)),
     ("h", (t, i), apply("tanh", ref("z", t, i))),
     ("L", (), total([t, i], (ref("h", t, i) - ref("y", t, i)) ** 2) / 2), sizes={"T": 5, "n": 3, "m": 2})  # fmt: skip

# symbolic depth, widths n[l]
depth = Size.of("L")
layer = Index("l", depth + 1)


def width(at) -> Size:
    return Size.of(SizeAt("n", at))


unit = Index("j", width(layer))
lower = Index("k", width(Size.of(layer) - 1))
wl = Index("l", depth)
weights = Leaf("W", (wl, Index("j", width(Size.of(wl) + 1)), Index("k", width(wl))), "weight")
biases = Leaf("b", (wl, Index("j", width(Size.of(wl) + 1))), "bias")
first = Index("j", width(0))
top = Index("j", width(depth))
prior = Size.of(layer) - 1
case("symbolic depth", [Leaf("x", (first,)), Leaf("y", (top,), "target"), weights, biases],
     ("z", (layer, unit), bracket(layer, ">=", 1) * (total([lower], ref("W", prior, unit, lower) * ref("h", prior, lower)) + ref("b", prior, unit))),
     ("h", (layer, unit), bracket(layer, "=", 0) * ref("x", unit) + bracket(layer, ">=", 1) * apply("sigmoid", ref("z", layer, unit))),
     ("E", (), total([top], (ref("h", depth, top) - ref("y", top)) ** 2) * HALF), sizes={"L": 3, "n": [2, 5, 3, 7]}, results=("E",))  # fmt: skip

# opaque rows
A = leaf("A", "n", "n", role="weight")
G2 = leaf("G", "n", "n")
case("inverse", [A, G2], ("B", (i, j), Opaque("inv", ("A",))), ("L", (), total([i, j], ref("G", i, j) * ref("B", i, j))), sizes={"n": 3})
case("determinant", [A], ("D", (), Opaque("det", ("A",))), ("L", (), ref("D") ** 2), sizes={"n": 3})
case(
    "log determinant",
    [A],
    ("D", (), Opaque("logabsdet", ("A",))),
    ("S", (), Opaque("signdet", ("A",))),
    ("L", (), ref("D") * ref("S")),
    sizes={"n": 3},
)
case("solve", [A, leaf("B", "n", "m", role="weight"), leaf("G", "n", "m")], ("Y", (i, r), Opaque("solve", ("A", "B"))),
     ("L", (), total([i, r], ref("G", i, r) * ref("Y", i, r))), sizes={"n": 3, "m": 2})  # fmt: skip
case("solve a vector", [A, leaf("B", "n", role="weight"), leaf("G", "n")], ("Y", (i,), Opaque("solve", ("A", "B"))),
     ("L", (), total([i], ref("G", i) * ref("Y", i))), sizes={"n": 3})  # fmt: skip
case("pseudo-inverse", [leaf("X", "n", "m", role="weight"), leaf("G", "m", "n")], ("P", (r, i), Opaque("pinv", ("X",))),
     ("L", (), total([r, i], ref("G", r, i) * ref("P", r, i))), sizes={"n": 5, "m": 3})  # fmt: skip
case("pseudo-inverse of a wide matrix", [leaf("X", "n", "m", role="weight"), leaf("G", "m", "n")], ("P", (r, i), Opaque("pinv", ("X",))),
     ("L", (), total([r, i], ref("G", r, i) * ref("P", r, i))), sizes={"n": 2, "m": 3})  # fmt: skip
case("arctan2", [leaf("x", "n", role="weight"), leaf("y", "n", role="weight"), leaf("G", "n")],
     ("L", (), total([i], ref("G", i) * apply("arctan2", ref("x", i), ref("y", i)))), sizes={"n": 3})  # fmt: skip

# structure
both = Index("q", Size.of("D") + Size.of("H"))
at_x, at_h = bracket(both, "<", "D"), bracket(both, ">=", "D")
case("concatenation", [leaf("x", "D", role="weight"), leaf("h", "H", role="weight"), leaf("G", Size.of("D") + Size.of("H"))],
     ("c", (both,), at_x * ref("x", both) + at_h * ref("h", Size.of(both) - Size.of("D"))),
     ("L", (), total([both], ref("G", both) * apply("sin", ref("c", both)))), sizes={"D": 3, "H": 5})  # fmt: skip
case("cumulative sum", [leaf("x", "n", role="weight"), leaf("G", "n")], ("c", (i,), total([k], bracket(k, "<=", i) * ref("x", k))),
     ("L", (), total([i], ref("G", i) * ref("c", i) ** 2)), sizes={"n": 5})  # fmt: skip
rank = total([j], bracket(ref("x", j), "<", ref("x", k)) + bracket(ref("x", j), "=", ref("x", k)) * bracket(j, "<", k))
case("sort", [leaf("x", "n", role="weight"), leaf("G", "n")], ("c", (i,), total([k], bracket(rank, "=", Count(i)) * ref("x", k))),
     ("L", (), total([i], ref("G", i) * ref("c", i) ** 2)), sizes={"n": 5})  # fmt: skip
flat = Index("f", Size.of("n") * Size.of("m"))
case("reshape of a product axis", [leaf("x", Size.of("n") * Size.of("m"), role="weight"), leaf("G", "n", "m")],
     ("c", (i, r), ref("x", Size.of(i) * Size.of("m") + Size.of(r))),
     ("L", (), total([i, r], ref("G", i, r) * ref("c", i, r) ** 2)), sizes={"n": 3, "m": 2})  # fmt: skip
case("reshape into a product axis", [leaf("x", "n", "m", role="weight"), leaf("G", Size.of("n") * Size.of("m"))],
     ("c", (flat,), total([i, r], bracket(flat, "=", Size.of(i) * Size.of("m") + Size.of(r)) * ref("x", i, r))),
     ("L", (), total([flat], ref("G", flat) * ref("c", flat) ** 2)), sizes={"n": 3, "m": 2})  # fmt: skip
case(
    "product with a zero factor",
    [leaf("x", "n", role="weight")],
    ("L", (), Reduce("prod", i, ref("x", i))),
    sizes={"n": 3},
    fixed={"x": ["0", "0.7", "-1.3"]},
)
case(
    "product of two factors, one zero",
    [leaf("u", role="weight"), leaf("v", role="weight")],
    ("L", (), ref("u") * ref("v")),
    fixed={"u": 0, "v": "0.4"},
)
case("independent variable", [leaf("w", "n", role="weight"), leaf("x", "n")], ("z", (), total([i], ref("w", i))), ("L", (), total([i], ref("x", i) ** 2)),
     sizes={"n": 3}, zero=("w", "z"))  # fmt: skip
case(
    "only through a flat function",
    [leaf("w", role="weight"), leaf("x")],
    ("z", (), apply("sign", ref("w"))),
    ("L", (), ref("z") * ref("x")),
    zero=("w",),
)
case("variance by a shift", [leaf("x", "n"), leaf("c", role="bias")], ("u", (i,), ref("x", i) + ref("c")), ("mu", (), Reduce("mean", i, ref("u", i))),
     ("L", (), Reduce("mean", i, (ref("u", i) - ref("mu")) ** 2)), sizes={"n": 5})  # fmt: skip
case("dense layers", [leaf("W1", "m", "n", role="weight"), leaf("b1", "m", role="bias"), leaf("W2", "d", "m", role="weight"), leaf("x", "n"), leaf("y", "d")],
     ("z1", (r,), total([i], ref("W1", r, i) * ref("x", i)) + ref("b1", r)), ("h1", (r,), apply("sigmoid", ref("z1", r))),
     ("z2", (d,), total([r], ref("W2", d, r) * ref("h1", r))), ("h2", (d,), apply("tanh", ref("z2", d))),
     ("L", (), HALF * total([d], (ref("y", d) - ref("h2", d)) ** 2)), sizes={"n": 2, "m": 3, "d": 5})  # fmt: skip

__all__ = ["CASES", "ZERO", "Case", "add"]

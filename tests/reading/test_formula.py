"""What is printed, read back, equals what was given: every notation, text and LaTeX, over random terms."""

from __future__ import annotations

import cmath
import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import (
    Add,
    Apply,
    Bracket,
    Count,
    Mul,
    Num,
    Partial,
    Pow,
    Reduce,
    Ref,
    Term,
    apply,
    bracket,
    ref,
    sqrt,
    term,
    total,
)
from symback.errors import ReadingError
from symback.network.program import Leaf, Program, Spelling
from symback.notation.write import equation_latex, equation_text
from symback.reading.formula import read_body, read_formula
from symback.typeset.style import Style

SIZES = {"n": 2, "m": 3, "q": 5, "T": 7}
N, M, Q, T = (Index(f"{letter}0", size) for letter, size in zip("nmqt", SIZES, strict=True))
ONE_ROW = Index("e", 1)
SHAPES: dict[str, tuple[Index, ...]] = {
    "c": (), "e": (), "sigma": (), "h": (), "x": (N,), "b1": (M,), "h1": (M,), "y_train": (Q,), "W1": (M, N), "W2": (Q, M), "S": (M, Index("m1", "m")),
    "row": (ONE_ROW, N), "u2": (M, ONE_ROW), "g": (T,), "K": (Q, M, N), "delta": (M,),
}  # fmt: skip
SPELLINGS = {
    "b1": Spelling("b", "1"), "h1": Spelling("h", "1"), "W1": Spelling("W", "1"), "W2": Spelling("W", "2"), "y_train": Spelling("y", units=("train",)),
    "u2": Spelling("u", "2"), "w1_11": Spelling("w", "1", ("1", "1")), "w12": Spelling("w", "12", flat=True), "z2_1": Spelling("z", "2", ("1",)),
}  # fmt: skip
SCALARS = ("a", "c", "z", "h", "e", "w1_11", "w12", "z2_1", "pi", "phi", "loss")


def adjoint(name: str) -> Definition:
    """An adjoint with some body: only its name and shape matter."""
    return Definition(Partial("L", name), SHAPES[name], Ref(name, tuple(Size.of(i) for i in SHAPES[name])))


ARRAYS = Program(
    "arrays",
    tuple(Leaf(name, indices, "weight" if name[0] == "W" else "input") for name, indices in SHAPES.items()),
    (Definition("L", (), ref("c")), adjoint("b1"), adjoint("W1"), adjoint("c"), adjoint("x")),
    ("L",),
    sizes=SIZES,
    spellings=SPELLINGS,
)
NUMBERS = Program("numbers", tuple(Leaf(name) for name in SCALARS), (Definition("L", (), ref("c")),), ("L",), spellings=SPELLINGS)
STYLES = [
    Style(),
    Style(notation="index"),
    Style(notation="index", layer_mark="bracket", weight_order="source-destination", derivative="d", multiplication="·"),
    Style(notation="index", layer_mark="plain", derivative="dz", first=0),
    Style(layer_mark="bracket", derivative="delta", multiplication="·"),
    Style(layer_mark="plain", derivative="dz"),
]
WRITERS = {"text": equation_text, "latex": equation_latex}


def value(node: Term, point: dict[object, complex], at: dict[Index, int]) -> complex:
    """A term at a point; entries are made up on the way. A false bracket annihilates."""
    match node:
        case Num():
            return complex(node.value)
        case Count():
            return complex(node.size.value(SIZES, at))
        case Ref():
            key = (node.name, *(p.value(SIZES, at) for p in node.places))
            return point.setdefault(key, complex(random.Random(repr(key)).uniform(0.3, 1.7), random.Random(str(key)).uniform(-1, 1)))
        case Bracket():
            left, right = value(node.left, point, at).real, value(node.right, point, at).real
            holds = {
                "=": left == right,
                "!=": left != right,
                "<": left < right,
                "<=": left <= right,
                ">": left > right,
                ">=": left >= right,
            }
            return complex(holds[node.relation])
        case Add():
            return sum((value(a, point, at) for a in node.args), 0j)
        case Mul():
            brackets_first = sorted(node.args, key=lambda a: not isinstance(a, Bracket))
            result = 1 + 0j
            for arg in brackets_first:
                result *= value(arg, point, at)
                if isinstance(arg, Bracket) and not result:
                    return 0j
            return result
        case Pow():
            return value(node.base, point, at) ** value(node.exponent, point, at)
        case Apply():
            args = [value(a, point, at) for a in node.args]
            functions = {
                "exp": cmath.exp,
                "log": cmath.log,
                "tanh": cmath.tanh,
                "sigmoid": lambda z: 1 / (1 + cmath.exp(-z)),
                "pi": lambda: cmath.pi,
            }
            return complex(functions[node.op](*args))
        case Reduce():
            values = [value(node.body, point, {**at, node.index: v}) for v in range(node.index.size.value(SIZES, at))]
            parts = {"sum": sum, "mean": lambda v: sum(v) / len(v), "max": lambda v: max(v, key=abs)}
            return complex(parts[node.kind](values))
    raise AssertionError(node)


def agree(one: Term, other: Term, indices: tuple[Index, ...]) -> bool:
    """Whether two terms agree at every entry."""
    point: dict[object, complex] = {}
    ranges = [range(i.size.value(SIZES)) for i in indices]
    for places in itertools.product(*ranges):
        at = dict(zip(indices, places, strict=True))
        try:
            first = value(one, point, at)
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
        if not cmath.isfinite(first) or abs(first) > 1e12:
            continue
        second = value(other, point, at)
        if abs(first - second) > 1e-6 * (1 + abs(first)):
            return False
    return True


def round_trip(definition: Definition, program: Program, style: Style) -> None:
    for markup, writer in WRITERS.items():
        shown = writer(definition, program, style)
        back = read_formula(shown, program, style, markup)
        assert back.name == definition.name, shown
        assert back.indices == definition.indices, shown
        assert back.body is definition.body or agree(definition.body, back.body, definition.indices), (
            f"{shown}\n{definition.body}\n{back.body}"
        )


numbers = st.one_of(
    st.integers(-3, 9).map(term),
    st.fractions(min_value=-2, max_value=2, max_denominator=7).map(term),
    st.sampled_from([term(t) for t in ("0.5", "-0.25", "0.044715", "1e-3", "2.5e2")]),
)


def grown(leaves: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """Scalar algebra over leaves."""

    def grow(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        return st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda a: Add(tuple(a))),
            st.lists(inner, min_size=2, max_size=4).map(lambda a: Mul(tuple(a))),
            inner.map(lambda a: -a),
            st.tuples(inner, inner).map(lambda p: p[0] - p[1]),
            st.tuples(inner, inner).map(lambda p: p[0] / p[1]),
            st.tuples(inner, st.sampled_from([-2, -1, 2, 3])).map(lambda p: p[0] ** p[1]),
            inner.map(sqrt),
            st.tuples(inner, inner).map(lambda p: Pow(p[0], p[1])),
            st.tuples(st.sampled_from(["exp", "log", "tanh", "sigmoid"]), inner).map(lambda p: apply(p[0], p[1])),
        )

    return st.recursive(leaves, grow, max_leaves=8)


scalar_terms = grown(st.one_of(st.sampled_from([ref(n) for n in SCALARS]), numbers, st.just(apply("pi"))))


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(body=scalar_terms, style=st.sampled_from([*STYLES, Style(notation="scalar")]))
def test_scalar_formula_reads_back(body: Term, style: Style) -> None:
    round_trip(Definition("L", (), body), NUMBERS, style)


@st.composite
def array_terms(draw: st.DrawFn, visible: tuple[Index, ...], depth: int) -> Term:
    """A term over the names of ARRAYS whose indices are among the visible ones."""
    by_size = {i.size: [v for v in visible if v.size is i.size] for i in (N, M, Q, T)}
    by_size[Size.of(1)] = [Size.of(0)]
    readable = [n for n, axes in SHAPES.items() if all(by_size[a.size] for a in axes)]
    kind = draw(
        st.sampled_from(
            ["read"] * 3
            + ["number", "add", "mul", "mul", "sum", "sum", "mean", "max", "apply", "power", "divide", "bracket", "shift", "delta"]
        )
    )
    below = array_terms(visible, depth - 1)
    if depth <= 0 and kind not in ("read", "number"):
        kind = "read"
    match kind:
        case "read":
            name = draw(st.sampled_from([*readable, *(Partial("L", n) for n in readable if n in ("b1", "W1", "c", "x"))]))
            axes = SHAPES[name if isinstance(name, str) else name.by]
            return Ref(name, tuple(Size.of(draw(st.sampled_from(by_size[a.size]))) for a in axes))
        case "number":
            return draw(numbers)
        case "add":
            return Add(tuple(draw(st.lists(below, min_size=2, max_size=3))))
        case "mul":
            return Mul(tuple(draw(st.lists(below, min_size=2, max_size=3))))
        case "sum" | "mean" | "max":
            size = draw(st.sampled_from(["n", "m", "q"]))
            index = Index(draw(st.sampled_from("ijs")), size, mark=depth + 10)
            body = draw(array_terms((*visible, index), depth - 1))
            return Reduce(kind, index, body)
        case "apply":
            return apply(draw(st.sampled_from(["exp", "tanh", "sigmoid"])), draw(below))
        case "power":
            return Pow(draw(below), term(draw(st.sampled_from([2, 3, -1]))))
        case "divide":
            return draw(below) / draw(below)
        case "bracket":
            return bracket(draw(below), draw(st.sampled_from([">", "<=", "="])), draw(below))
        case "shift" if by_size[M.size]:
            i = draw(st.sampled_from(by_size[M.size]))
            return bracket(i, ">=", 1) * ref("h1", Size.of(i) - 1)
        case "delta" if len(by_size[M.size]) > 1:
            i, j = draw(st.permutations(by_size[M.size]))[:2]
            return bracket(i, draw(st.sampled_from(["=", "<=", "!="])), j)
    return draw(numbers)


HEADS = {"c": (), "b1": (M,), "x": (N,), "W1": (M, N)}


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), head=st.sampled_from(list(HEADS)), style=st.sampled_from(STYLES))
def test_array_formula_reads_back(data: st.DataObject, head: str, style: Style) -> None:
    indices = HEADS[head]
    body = data.draw(array_terms(indices, 3))
    round_trip(Definition(Partial("L", head), indices, body), ARRAYS, style)


def test_sums_that_begin_at_one_place_stay_apart() -> None:
    i, j = Index("i", "n"), Index("j", "n")
    body = total([i], Reduce("max", j, ref("x", i) + ref("x", j)))
    round_trip(Definition(Partial("L", "c"), (), body), ARRAYS, Style())


def test_reading_a_body_alone() -> None:
    body = read_body("W1ᵀ (h1 ⊙ (1 − h1))", (N,), ARRAYS)
    m = Index("m", "m")
    wanted = total([m], ref("W1", m, N) * ref("h1", m) * (1 - ref("h1", m)))
    assert agree(body, wanted, (N,))


@pytest.mark.parametrize(
    ("row", "operands", "shown"),
    [("inv", ("S",), "R = S⁻¹"), ("solve", ("S", "b1"), "R = S⁻¹ b1"), ("det", ("S",), "R = det(S)"), ("pinv", ("W1",), "R = pinv(W1)")],
)
def test_opaque_rows_read_back(row: str, operands: tuple[str, ...], shown: str) -> None:
    definition = Definition("R", (), Opaque(row, operands))
    program = Program("opaque", ARRAYS.leaves, (definition,), ("R",))
    assert equation_text(definition, program) == shown
    for markup, writer in WRITERS.items():
        assert read_formula(writer(definition, program), program, Style(), markup).body == definition.body


ERRORS = [
    ("∂L/∂b1 = h1 ⊙ nothing", "text", 14, "nothing is not declared"),
    ("∂L/∂b1 = h1 ⊙", "text", 13, "expected a formula, found the end"),
    ("∂L/∂b1 = (h1", "text", 12, "expected ')'"),
    ("∂L/∂b1 = h1 $ b1", "text", 12, "'$' means nothing here"),
    ("∂L/∂b1 = W2 h1", "text", 12, "this is q by 1, but the left side is m by 1"),
    ("∂L/∂b1 = W2 x", "text", 12, "inner sizes m and n differ"),
    ("∂L/∂b1 = h1 + x", "text", 12, "sizes m and n differ"),
    ("∂L/∂b1[i] = W1[i]", "text", 12, "W1 has 2 axes and is read at 1 places"),
    ("∂L/∂b1[i] = Σ_k 2", "text", 16, "the range of k cannot be told"),
    ("h1 ⊙ h1", "text", 7, "this is no equation"),
    (r"\frac{\partial L}{\partial b^{1}} = \input{x}", "latex", 36, r"\input means nothing here"),
    (r"c = \frac{1}{2", "latex", 12, "a { is never closed"),
]


@pytest.mark.parametrize(("source", "markup", "position", "found"), ERRORS)
def test_what_cannot_be_read_is_placed(source: str, markup: str, position: int, found: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read_formula(source, ARRAYS, Style(), markup)
    assert found in str(caught.value)
    assert caught.value.position == position


def test_deep_nesting_is_refused_before_it_breaks_anything() -> None:
    for depth, opening, closing in ((59, "(", ")"), (59, r"\frac{c}{", "}")):
        read_formula("c = " + opening * depth + "c" + closing * depth, ARRAYS, Style(), "latex")
    with pytest.raises(ReadingError, match="nested 100000 deep"):
        read_formula("c = " + "(" * 100_000, ARRAYS)


SECOND = Partial(Partial("L", "x"), "W1")
LOCAL = Partial("h1", "W1", True)
MIXED = Partial(Partial("L", "x"), Partial("L", "b1"))


@pytest.mark.parametrize(
    "style",
    [Style(notation="index"), Style(notation="index", derivative="d"), Style(notation="index", derivative="dz")],
    ids=lambda s: s.derivative,
)
@pytest.mark.parametrize(
    ("name", "indices"), [(SECOND, (N, M, Index("n1", "n"))), (LOCAL, (M, Index("m1", "m"), N)), (MIXED, (N, M))], ids=str
)
def test_derivatives_of_higher_order_and_local_ones_read_back(style: Style, name: Partial, indices: tuple[Index, ...]) -> None:
    definition = Definition(name, indices, Ref(name, tuple(Size.of(i) for i in indices)) * 2)
    program = ARRAYS.with_definitions((*ARRAYS.definitions, definition))
    for markup, writer in WRITERS.items():
        back = read_formula(writer(definition, program, style), program, style, markup)
        assert (back.name, back.body) == (definition.name, definition.body)


PIECES = [
    "h1",
    "x",
    "W1",
    "W2",
    "S",
    "c",
    "L",
    "∂L/∂b1",
    "∂",
    "d",
    "∂²",
    "ᵀ",
    "𝟏",
    "+",
    "−",
    "·",
    "/",
    "⊙",
    "⊘",
    "(",
    ")",
    "[",
    "]",
    ",",
    "=",
    "≤",
    ">",
    "‖",
    "⌊",
    "⌋",
    "^",
    "²",
    "⁻¹",
    "2",
    "0.5",
    "Σ_i",
    "Σ_(",
    "mean_k",
    "max",
    "rowmax(",
    "diag(",
    "tr(",
    "exp(",
    "arctan2(",
    "π",
    "det(",
    "where",
    "s",
    "I",
    "i",
    "k",
    "..",
    "n",
    "[i]",
]
MARKED = [
    r"h^{1}",
    r"x",
    r"W^{1}",
    r"W^{2}_{ij}",
    r"S",
    r"c",
    r"L",
    r"\frac{\partial",
    r"\frac{",
    r"\sqrt{",
    r"}",
    r"{",
    r"^",
    r"_",
    r"^{\top}",
    r"^{2}",
    r"\mathbf{1}",
    r"+",
    r"-",
    r"\cdot",
    r"\odot",
    r"(",
    r")",
    r"[",
    r"]",
    r",",
    r"=",
    r"\leq",
    r"\sum_{i}",
    r"\sum_{i=1}^{n}",
    r"\max",
    r"\exp",
    r"\operatorname{diag}",
    r"\operatorname{rowmax}(",
    r"\lVert",
    r"\rVert",
    r"\text{where",
    r"}",
    r"s",
    r"I",
    r"i",
    r"2",
    r"0.5",
    r"e^{",
    r"\partial",
    r"\mathrm{d}",
    r"\input",
    r"\left(",
    r"\right)",
]


@settings(max_examples=400, deadline=None)
@given(markup=st.sampled_from(["text", "latex"]), data=st.data(), style=st.sampled_from(STYLES))
def test_nonsense_is_read_or_refused_in_one_line(markup: str, data: st.DataObject, style: Style) -> None:
    pieces = data.draw(st.lists(st.sampled_from(PIECES if markup == "text" else MARKED), max_size=9))
    head = {"text": "∂L/∂b1 = ", "latex": r"\frac{\partial L}{\partial b^{1}} = "}[markup]
    for source in (" ".join(pieces), head + " ".join(pieces), head + "".join(pieces)):
        refusal = None
        try:
            read_formula(source, ARRAYS, style, markup)
        except ReadingError as error:
            refusal = error
        assert refusal is None or (refusal.position is not None and "\n" not in str(refusal))

"""The unrolled program computes what the program computes, entry by entry."""

from __future__ import annotations

import itertools
import random

import pytest

from symback.algebra.definitions import Definition, Opaque
from symback.algebra.facts import Fact
from symback.algebra.sizes import Index, Size
from symback.algebra.terms import Count, Num, Partial, Reduce, apply, bracket, mul, ref, total
from symback.errors import NotationError
from symback.network.program import Leaf, Program, Spelling
from symback.network.unroll import unroll
from symback.notation.write import equation_latex, equation_text
from symback.numeric.evaluate import Evaluator
from symback.typeset.style import Style

i, j, k, t = Index("i", "n"), Index("j", "m"), Index("k", "q"), Index("t", "n")
before = Size.of(t) - 1
PROGRAM = Program(
    "net",
    (
        Leaf("x", (i,), "input", (Fact("positive"), Fact("sums to one"))),
        Leaf("W1", (j, i), "weight"),
        Leaf("y", (k,), "target", (Fact("one-hot"),)),
    ),
    (
        Definition("z1", (j,), total([i], ref("W1", j, i) * ref("x", i)) / Count("n")),
        Definition("h1", (j,), apply("tanh", ref("z1", j)) * bracket(j, "!=", 1)),
        Definition("c", (t,), bracket(t, ">=", 1) * ref("c", before) + ref("x", t)),
        Definition("top", (), Reduce("max", j, ref("z1", j)) + Reduce("min", j, ref("z1", j)) + Reduce("mean", j, ref("h1", j))),
        Definition("L", (), total([j], ref("h1", j) ** 2) + ref("top") * Reduce("prod", i, ref("c", i)) + total([k], ref("y", k))),
        Definition(Partial("L", "W1"), (j, i), 2 * ref("h1", j) * ref("x", i)),
    ),
    ("L",),
    sizes={"n": 2, "m": 3},
    values={"x": (0.5, 2.0), "rate": 0.1},
    spellings={"W1": Spelling("W", "1"), "z1": Spelling("z", "1"), "h1": Spelling("h", "1")},
)


def test_unrolled_program_computes_the_same() -> None:
    sizes = {"n": 2, "m": 3, "q": 5}
    flat = unroll(PROGRAM, {"q": 5})
    chance = random.Random(11)
    values = {leaf.name: chance.uniform(-1, 1) for leaf in flat.leaves}
    nested = {"x": [values["x_1"], values["x_2"]], "y": [values[f"y_{n}"] for n in range(1, 6)]}
    nested["W1"] = [[values[f"W1_{r}{c}"] for c in (1, 2)] for r in (1, 2, 3)]
    whole, parts = Evaluator(PROGRAM, nested, sizes), Evaluator(flat, values)
    for definition in PROGRAM.definitions:
        for places in itertools.product(*(range(sizes[repr(index.size)]) for index in definition.indices)):
            name = definition.name
            shown = "".join(str(p + 1) for p in places)
            entry = Partial("L", f"W1_{shown}") if isinstance(name, Partial) else f"{name}_{shown}" if places else name
            assert abs(parts.entry(entry, ()) - whole.entry(name, places)) < 1e-40, entry


def test_facts_values_and_spellings_go_to_the_entries() -> None:
    flat = unroll(PROGRAM, {"q": 5})
    assert [f.kind for f in flat.leaf["x_1"].facts] == ["positive", "entries sum to one"]
    assert [f.kind for f in flat.leaf["y_3"].facts] == ["binary", "entries sum to one"]
    assert flat.leaf["y_3"].facts[1].entries == ("y_1", "y_2", "y_3", "y_4", "y_5")
    assert flat.values == {"rate": 0.1, "x_1": 0.5, "x_2": 2.0}
    assert flat.spellings["W1_21"] == Spelling("w", "1", ("2", "1"), ends="destination-source")


def test_unrolled_formulas_are_printed_as_in_hand_written_notes() -> None:
    flat = unroll(PROGRAM, {"q": 5})
    style = Style(notation="scalar")
    assert equation_text(flat.definition["z1_2"], flat, style) == "z1_2 = (W1_21·x_1 + W1_22·x_2)/2"
    assert equation_latex(flat.definition["z1_2"], flat, style) == r"z_{2}^{1} = \frac{w_{21}^{1} x_{1} + w_{22}^{1} x_{2}}{2}"
    gradient = flat.definition[Partial("L", "W1_21")]
    assert equation_latex(gradient, flat, style) == r"\frac{\partial L}{\partial w_{21}^{1}} = 2 h_{2}^{1} x_{1}"


def test_declared_entries_keep_their_names() -> None:
    two = Index("r", 2), Index("s", 2)
    entries = (((0, 0), "w1"), ((0, 1), "w3"), ((1, 0), "w2"), ((1, 1), "w4"))
    leaf = Leaf("W", two, "weight", entries=entries)
    loss = Definition("L", (), total(two, ref("W", *two)))
    flat = unroll(Program("flat", (leaf,), (loss,), ("L",)))
    assert [x.name for x in flat.leaves] == ["w1", "w3", "w2", "w4"]
    assert equation_latex(flat.definition["L"], flat, Style(notation="scalar")) == "L = w_{1} + w_{3} + w_{2} + w_{4}"


def test_false_brackets_annihilate_reads_that_do_not_exist() -> None:
    flat = unroll(PROGRAM, {"q": 5})
    assert flat.definition["c_1"].body is ref("x_1")
    assert flat.definition["h1_2"].body is Num(0)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (PROGRAM, "the size q has no value; give sizes, such as q = 3"),
        (
            Program("a", (Leaf("A", (Index("a", 2), Index("b", 2))),), (Definition("B", (), Opaque("det", ("A",))),), ("B",)),
            "det has no scalar form",
        ),
        (Program("a", (Leaf("A", (Index("a", 2),)), Leaf("A_1")), (), ("A",)), "two entries would be called A_1"),
    ],
)
def test_what_cannot_be_unrolled(program: Program, message: str) -> None:
    with pytest.raises(NotationError, match=message):
        unroll(program)


def test_product_of_brackets_is_one() -> None:
    index = Index("a", 2)
    loss = Definition("L", (), total([index], mul([bracket(index, ">=", 1), ref("x", index)])))
    assert unroll(Program("b", (Leaf("x", (index,)),), (loss,), ("L",))).definition["L"].body is ref("x_2")


def test_columns_show_one_place_and_weights_both() -> None:
    row, col = Index("r", 2), Index("e", 1)
    leaves = (Leaf("x", (row, col)), Leaf("W2", (col, row), "weight"), Leaf("V", (row, col), "weight"))
    product = total([row], ref("W2", 0, row) * ref("x", row, 0) * ref("V", row, 0))
    flat = unroll(Program("columns", leaves, (Definition("h2", (col, Index("f", 1)), product),), ("h2",)))
    assert [leaf.name for leaf in flat.leaves] == ["x_1", "x_2", "W2_11", "W2_12", "V_11", "V_21"]
    assert equation_text(flat.definition["h2_1"], flat, Style(notation="scalar")) == "h2_1 = W2_11·x_1·V_11 + W2_12·x_2·V_21"

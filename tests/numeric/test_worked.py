"""Worked numbers against the numbers printed in five teaching texts: exact, and digit for digit as rounded by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import symback as sb
from symback.algebra.terms import Num, Partial
from symback.algebra.traverse import names
from symback.derivation import derive
from symback.network.rounding import EXACT
from symback.numeric.rounding import evaluate
from symback.numeric.worked import work
from symback.sheets.scalars import scalars, worked

SEEDS = Path(__file__).parent.parent / "seeds"
EXAMPLES = SEEDS.parent.parent / "examples"
DOCUMENTS = json.loads((SEEDS / "expected.json").read_text())["documents"]
NETS = {name: sb.load(SEEDS / f"{name}.toml") for name in ("house", "neurons", "rows", "quiz")}

HOUSE = {
    "h21": "h2_1", "h11": "h1_1", "h12": "h1_2", "dL_dh21": "L/h2_1", "dh21_dz21": "h2_1/z2_1", "dh21_dh11": "z2_1/h1_1",
    "dh21_dh12": "z2_1/h1_2", "dL_dw122_operand": "z1_2/W1_22", "b12_new_operand": "L/b1_2",
} | {
    f"dL_d{name}": f"L/{entry}" for name, entry in (
        ("w211", "W2_11"), ("w212", "W2_12"), ("b21", "b2_1"), ("w111", "W1_11"), ("w112", "W1_12"), ("b11", "b1_1"),
        ("w121", "W1_21"), ("w122", "W1_22"), ("b12", "b1_2"),
    )
} | {
    f"dz1{unit}_d{name}": f"z1_{unit}/{entry}" for unit, name, entry in (
        (1, "w111", "W1_11"), (1, "w112", "W1_12"), (1, "b11", "b1_1"), (2, "w121", "W1_21"), (2, "w122", "W1_22"), (2, "b12", "b1_2"),
    )
} | {
    f"{name}_new": f"new {entry}" for name, entry in (
        ("w211", "W2_11"), ("w212", "W2_12"), ("b21", "b2_1"), ("w111", "W1_11"), ("w112", "W1_12"), ("b11", "b1_1"),
        ("w121", "W1_21"), ("w122", "W1_22"), ("b12", "b1_2"),
    )
}  # fmt: skip
NEURONS = {
    **{n: n for n in ("z1", "a1", "z2", "a2")},
    **{f"dE_d{n}": f"E/{n}" for n in ("w2", "b2", "w1", "b1")},
    **{f"{n}_new": f"new {n}" for n in ("w2", "b2", "w1", "b1")},
}
ROWS = {
    "h1": "h_1", "h2": "h_2", "prediction": "prediction", "delta": "error/prediction",
    "h1_term1": "product h_1 0", "h1_term2": "product h_1 1", "h2_term1": "product h_2 0", "h2_term2": "product h_2 1",
    "o_term1": "product prediction 0", "o_term2": "product prediction 1",
    **{f"outer_o{r}{c}": f"outer {r - 1} {c - 1}" for r in (1, 2) for c in (1, 2)},
    **{f"step_w{k}": f"step w{k}" for k in range(1, 7)},
    **{f"w{k}_new_3": f"new w{k} 0" for k in range(1, 7)},
    **{f"w{k}_new": f"new w{k} 1" for k in range(1, 7)},
}  # fmt: skip
QUIZ = {"ce_q1": "L 0", "ce_q1_1dp": "L 1", "ce_q2_as_printed": "L 0", "ce_q2_as_printed_1dp": "L 1",
        "ce_q2_intended": "L 0", "ce_q2_intended_1dp": "L 1"}  # fmt: skip
WHERE = {"house": HOUSE, "house-again": HOUSE, "neurons": NEURONS, "rows": ROWS, "classifier": QUIZ}
NET_OF = {"house": "house", "house-again": "house", "neurons": "neurons", "rows": "rows", "classifier": "quiz"}
ENTRIES = [(doc, entry) for doc, data in DOCUMENTS.items() for entry in data["printed"]]


def ids(case):
    return f"{case[0]}-{case[1]['id']}"


def example(doc, entry, policy=None):
    values = {"p": [0.1, 0.1, 0.8]} if "intended" in entry["id"] else None
    return NETS[NET_OF[doc]].derive().worked(values, policy)


def found(of, where):
    """The value at a place of a worked example, and which of its roundings is meant (the last one where nothing is said)."""
    head, *rest = where.split()
    match head:
        case "new" | "step":
            update = next(u for u in of.updates if u.line.name == rest[0])
            return (update.new if head == "new" else update.step), int(rest[1]) if rest[1:] else -1
        case "product":
            line = next(line for line in of.forward if line.name == rest[0])
            return line.numbers[-1].args[int(rest[1])], -1
        case "outer":
            return of.arrays[0].products[int(rest[0])][int(rest[1])], -1
    if "/" in head:
        top, by = head.split("/")
        return of[Partial(top, by, local=by not in of.given or top != of.loss.name)], -1
    return of[head], int(rest[0]) if rest else -1


def written(of, where):
    value, stage = found(of, where)
    return value.literal if isinstance(value, Num) else value.shown[stage].literal


def computed(of, where):
    value, _ = found(of, where)
    return value.value if isinstance(value, Num) else Fraction(value.computed)


def hand_value(text):
    """The value of an expression as it was worked by hand."""
    line = "q = " + re.sub(r"\bln\b", "log", text.replace("sg(", "sigmoid(")) + " + 0*w"
    net = sb.Network.from_dict({"symbols": {"w": {"role": "weight"}}, "forward": line, "loss": "q", "values": {"w": 0}})
    return work(net.derive().core).loss.value.computed


def sides(of, where):
    """All the numbers between the equals signs of the line at a place."""
    value, _ = found(of, where)
    if isinstance(value, Num):
        return [value.value]
    lines = [line for line in (*of.forward, *of.locals, *of.gradients, *(u.line for u in of.updates)) if line.value is value]
    terms = [t for line in lines for t in line.numbers if not names(t)]
    return [*(Fraction(evaluate(t)) for t in terms), Fraction(value.computed), *(n.value for n in value.shown)]


def close(a, b, relative=Fraction(1, 10**14)):
    return abs(Fraction(a) - Fraction(b)) <= relative * abs(Fraction(b))


def test_every_printed_number_has_its_place():
    assert all(entry["id"] in WHERE[doc] for doc, entry in ENTRIES)
    assert len(ENTRIES) == 114


@pytest.mark.parametrize("case", [c for c in ENTRIES if c[1]["class"] in ("b", "b-trunc", "a+b", "a")], ids=ids)
def test_digit_for_digit_under_the_policy_of_its_document(case):
    doc, entry = case
    assert written(example(*case), WHERE[doc][entry["id"]]) == entry["printed"]


@pytest.mark.parametrize("case", [c for c in ENTRIES if c[1]["class"] == "c"], ids=ids)
def test_a_misprint_is_listed_and_not_reproduced(case):
    doc, entry = case
    assert entry["erratum"]
    assert written(example(*case), WHERE[doc][entry["id"]]) != entry["printed"]


@pytest.mark.parametrize("case", [c for c in ENTRIES if c[1]["class"] in ("a", "a+b")], ids=ids)
def test_exact_values(case):
    doc, entry = case
    where = WHERE[doc][entry["id"]]
    exact = computed(example(*case, "exact"), where.replace(" 0", "") if where.startswith(("new", "L")) else where)
    assert close(exact, entry["exact"])
    scaled = abs(exact) * 10 ** entry["decimals"]
    assert abs(int(Fraction(entry["printed"]) * 10 ** entry["decimals"])) == int(scaled + Fraction(1, 2))


MISPRINTED = "0.05706"
"""A number that no rounding gives, used once more further on."""


@pytest.mark.parametrize(
    "case", [c for c in ENTRIES if c[1]["class"] in ("b", "b-trunc", "a+b") and MISPRINTED not in c[1]["hand"]], ids=ids
)
def test_the_numbers_put_in_are_those_worked_with_by_hand(case):
    doc, entry = case
    by_hand = hand_value(entry["hand"])
    assert any(close(side, by_hand, Fraction(1, 10**25)) for side in sides(example(*case), WHERE[doc][entry["id"]]))


# exact blocks


def flat(name, value):
    """The entries of nested lists by the names that plain numbers get."""
    if not isinstance(value, list):
        return {name: value}
    if not isinstance(value[0], list):
        return {f"{name}_{k}": v for k, v in enumerate(value, 1)}
    return {f"{name}_{r}{c}": v for r, row in enumerate(value, 1) for c, v in enumerate(row, 1)}


HOUSE_NAMES = ("W1", "b1", "W2", "b2", "z1", "h1", "h2")


@pytest.mark.parametrize("doc", ["house", "house-again"])
def test_house_exactly(doc):
    exact = DOCUMENTS[doc]["exact"]
    single = scalars(NETS["house"].program)
    wanted = [n for n in (*single.leaf, *single.definition) if n.startswith(HOUSE_NAMES)]
    of, _ = worked(NETS["house"].program, None, "exact", wanted=wanted)
    for name in ("z1", "h1", "z2", "h2"):
        assert all(close(of[n].computed, v) for n, v in flat(name, exact[name]).items())
    assert close(of["L"].computed, exact["loss"])
    for key in ("dL_dh2", "dL_dW2", "dL_db2", "dL_dh1", "dL_dz1", "dL_dW1", "dL_db1"):
        for name, v in flat(key.removeprefix("dL_d"), exact[key]).items():
            assert close(of[Partial("L", name)].computed, v), name
    for name, v in flat("dh1_dz1", exact["dh1_dz1"]).items():
        assert close(of[Partial(f"h1_{name[-1]}", f"z1_{name[-1]}", local=True)].computed, v)
    new = {str(u.line.name): u.new.computed for u in of.updates}
    for key in ("W1", "b1", "W2", "b2"):
        assert all(close(new[n], v) for n, v in flat(key, exact[f"{key}_new"]).items())


@pytest.mark.parametrize("doc", ["house", "house-again"])
def test_house_with_numpy(doc):
    exact = DOCUMENTS[doc]["exact"]
    model = NETS["house"].derive(HOUSE_NAMES).compile()
    forward, (loss, gradients), new = model.forward(), model.gradients(), model.step(rate=0.2)
    relative = pytest.approx
    assert float(loss) == relative(exact["loss"], rel=1e-14)
    for name in ("z1", "h1", "z2", "h2"):
        assert forward[name].tolist() == relative(exact[name], rel=1e-14)
    for name in HOUSE_NAMES:
        assert gradients[name].ravel().tolist() == relative(list(flat("x", exact[f"dL_d{name}"]).values()), rel=1e-14)
    for name in ("W1", "b1", "W2", "b2"):
        assert new[name].ravel().tolist() == relative(list(flat("x", exact[f"{name}_new"]).values()), rel=1e-14)


def test_neurons_exactly():
    exact = DOCUMENTS["neurons"]["exact"]
    of = NETS["neurons"].derive().worked(policy="exact")
    model = NETS["neurons"].derive().compile()
    forward, (_, gradients), new = model.forward(), model.gradients(), model.step(rate=0.4)
    for name in ("z1", "a1", "z2", "a2", "E"):
        assert close(of[name].computed, exact[name])
        assert forward[name] == pytest.approx(exact[name], rel=1e-14)
    for update in of.updates:
        name = update.line.name
        assert close(update.gradient.computed, exact["gradients"][name])
        assert close(update.new.computed, exact["updated"][name])
        assert gradients[name] == pytest.approx(exact["gradients"][name], rel=1e-14)
        assert new[name] == pytest.approx(exact["updated"][name], rel=1e-14)


def test_rows_exactly():
    exact = DOCUMENTS["rows"]["exact"]
    of = NETS["rows"].derive().worked(policy="exact")
    model = NETS["rows"].derive(["W", "V", "prediction"]).compile()
    forward, (_, gradients), new = model.forward(), model.gradients(), model.step(rate=0.05)
    assert [close(of[f"h_{k}"].computed, v) for k, v in enumerate(exact["hidden"], 1)] == [True, True]
    assert close(of["prediction"].computed, exact["prediction"])
    assert close(of[Partial("error", "prediction", local=True)].computed, exact["delta"])
    assert close(of["error"].computed, exact["error_half_square"])
    first, second = of.arrays
    assert (first.name, second.name) == ("W", "V")
    for grid, values in ((first.gradients, exact["dE_dW"]), (first.new, exact["W_new"]), (first.products, exact["outer"])):
        for row, numbers in zip(grid, values, strict=True):
            assert all(close(n.value, v) for n, v in zip(row, numbers, strict=True))
    assert all(close(row[0].value, v) for row, v in zip(second.new, exact["V_new"], strict=True))
    assert forward["h"].ravel().tolist() == pytest.approx(exact["hidden"], rel=1e-14)
    assert float(gradients["prediction"]) == pytest.approx(exact["delta"], rel=1e-14)
    assert gradients["W"].tolist() == [pytest.approx(row, rel=1e-14) for row in exact["dE_dW"]]
    assert new["W"].tolist() == [pytest.approx(row, rel=1e-14) for row in exact["W_new"]]
    assert new["V"].ravel().tolist() == pytest.approx(exact["V_new"], rel=1e-14)


def test_the_classifier_with_its_reference_numbers():
    """Every gradient but those of the last layer is a sum over several ways."""
    case = DOCUMENTS["classifier"]["reference"]
    symbols = {"x": {"shape": [2]}, "y": {"role": "target", "shape": [1]}}
    forward, before = [], "x"
    for k, n in enumerate((3, 3, 1), 1):
        symbols[f"W{k}"] = {"role": "weight", "shape": [n, len(case["W"][k - 1][0])]}
        symbols[f"b{k}"] = {"role": "bias", "shape": [n]}
        forward += [f"z{k} = W{k} @ {before} + b{k}", f"h{k} = sigmoid(z{k})"]
        before = f"h{k}"
    forward.append("L = -sum(y*log(h3) + (1 - y)*log(1 - h3))")
    values = {"x": case["x"], "y": [case["y"]]} | {f"{a}{k + 1}": case[a][k] for a in "Wb" for k in range(3)}
    net = sb.Network.from_dict({"symbols": symbols, "forward": "\n".join(forward), "loss": "L", "values": values})
    of = net.derive().worked()
    loss, gradients = net.derive().compile().gradients()
    assert close(of.loss.value.computed, case["loss"])
    assert float(loss) == pytest.approx(case["loss"], rel=1e-14)
    for k in range(3):
        for letter, block in (("W", "dL_dW"), ("b", "dL_db")):
            flattened = flat(f"{letter}{k + 1}", case[block][k])
            assert all(close(of[Partial("L", n)].computed, v, Fraction(1, 10**13)) for n, v in flattened.items())
            assert gradients[f"{letter}{k + 1}"].ravel().tolist() == pytest.approx(list(flattened.values()), rel=1e-13)
    assert of.shared
    assert {line.kind for line in of.shared} == {"shared-gradient"}
    assert not of.updates
    assert of.after is None


# one step


def exact_at_printed_values(name):
    """A forward pass at the new values as they are written, nothing rounded on the way."""
    of = NETS[name].derive().worked()
    new = {u.line.name: str(u.new) for u in of.updates}
    return {line.name: line.value.computed for line in work(derive(replace(of.program, values={**of.program.values, **new}))).forward}


def by_hand_again(name):
    """The numbers of a second forward pass as they are written."""
    return {line.name: str(line.value) for line in NETS[name].derive().worked().again}


def test_a_second_forward_pass_is_rounded_as_the_first():
    again = by_hand_again("house")
    assert (again["h1_1"], again["h1_2"], again["h2_1"], again["L"]) == ("0.478", "0.42", "0.3", "0.3528")


def test_second_forward_passes():
    house, neurons, rows = (DOCUMENTS[n]["second_forward_pass"] for n in ("house", "neurons", "rows"))
    of = NETS["house"].derive().worked(policy="exact")
    assert close(of.before.computed, house["loss_before"])
    again = {line.name: line.value.computed for line in of.again}
    for numbers, key in ((again, "exact_updated"), (exact_at_printed_values("house"), "with_printed_updated_parameters")):
        assert close(numbers["L"], house[key]["loss"], Fraction(1, 10**13))
        assert close(numbers["h2_1"], house[key]["h2"])
        assert [close(numbers[f"h1_{k}"], v) for k, v in enumerate(house[key]["h1"], 1)] == [True, True]
    assert of.fell
    of = NETS["neurons"].derive().worked(policy="exact")
    assert close(of.after.computed, neurons["E_after"])
    of = NETS["rows"].derive().worked(policy="exact")
    again = {line.name: line.value.computed for line in of.again}
    for numbers, key in ((again, "exact_updated"), (exact_at_printed_values("rows"), "with_printed_updated_weights")):
        assert close(numbers["prediction"], rows[key]["prediction"])
        assert close(numbers["error"], rows[key]["error"], Fraction(1, 10**13))


def test_the_loss_may_rise_and_then_it_says_so():
    of = NETS["neurons"].derive().worked({"rate": -0.4})
    assert not of.fell


def test_every_gradient_is_taken_at_the_old_values():
    check = DOCUMENTS["neurons"]["exact"]["old_weight_test"]
    of = NETS["neurons"].derive().worked(policy="exact")
    assert close(of[Partial("E", "w1")].computed, check["dE_dw1_with_old_w2"])
    new = next(u.new.computed for u in of.updates if u.line.name == "w2")
    late = NETS["neurons"].derive().worked({"w2": float(new)}, "exact")
    factors = {str(f.name): f for f in of[Partial("E", "w1")] and next(g for g in of.gradients if g.name == Partial("E", "w1")).factors}
    assert factors["∂z2/∂a1"].used.value == Fraction("0.45")
    assert not close(late[Partial("E", "w1")].computed, check["dE_dw1_with_old_w2"])


def test_order_of_the_gradients():
    of = NETS["house"].derive().worked()
    assert [u.line.name for u in of.updates] == ["W2_11", "W2_12", "b2_1", "W1_11", "W1_12", "b1_1", "W1_21", "W1_22", "b1_2"]
    assert [u.line.name for u in NETS["neurons"].derive().worked().updates] == ["w2", "b2", "w1", "b1"]
    assert [u.line.name for u in NETS["rows"].derive().worked().updates] == ["w5", "w6", "w1", "w2", "w3", "w4"]


def test_only_the_last_factor_is_new():
    """The weights and the bias of a unit share all factors of their gradients but one."""
    factors = {str(g.name.by): g.factors for g in NETS["house"].derive().worked().gradients}
    for unit in (("W2_11", "W2_12", "b2_1"), ("W1_11", "W1_12", "b1_1"), ("W1_21", "W1_22", "b1_2")):
        first, *others = (factors[name] for name in unit)
        assert all(other[:-1] == first[:-1] for other in others)
        assert len({factors[name][-1].name for name in unit}) == 3
    assert factors["W1_11"][0] == factors["W2_11"][0]


def test_the_loss_is_smaller_where_the_right_class_is_likelier():
    losses = [NETS["quiz"].derive().worked({"p": [p, (1 - p) / 2, (1 - p) / 2]}, "exact").loss.value.computed for p in (0.125, 0.5, 0.75)]
    assert losses == sorted(losses, reverse=True)


def test_linear_links_are_written_out_or_contracted():
    def chain(of, name):
        return [str(f.name) for f in next(g for g in of.gradients if g.name == Partial("L", name)).factors]

    program = NETS["house"].program
    usual, out, short = (worked(program, linear=way)[0] for way in ("contracted in hidden layers", "written out", "contracted"))
    assert chain(usual, "W2_11") == chain(out, "W2_11") == ["∂L/∂h2_1", "∂h2_1/∂z2_1", "∂z2_1/∂W2_11"]
    assert chain(short, "W2_11") == ["∂L/∂h2_1", "∂h2_1/∂W2_11"]
    assert chain(usual, "W1_21") == chain(short, "W1_21") == ["∂L/∂h2_1", "∂h2_1/∂h1_2", "∂h1_2/∂z1_2", "∂z1_2/∂W1_21"]
    assert chain(out, "W1_21")[1:3] == ["∂h2_1/∂z2_1", "∂z2_1/∂h1_2"]
    for a, b in zip(usual.gradients, out.gradients, strict=True):
        assert (a.name, a.value) == (b.name, b.value)


def test_matrices_of_the_row_network_step_by_step():
    first, second = NETS["rows"].derive().worked().arrays

    def text(grid):
        return [[n.literal for n in row] for row in grid]

    assert first.entries == (("w1", "w3"), ("w2", "w4"))
    assert [str(f.name) for f in first.common] == ["∂error/∂prediction"]
    assert text(first.products) == [["0.42", "0.46"], ["0.63", "0.69"]]
    assert text(first.steps) == [["-0.008", "-0.009"], ["-0.013", "-0.014"]]
    assert [text(stage) for stage in first.stages] == [[["0.108", "0.309"], ["0.213", "0.414"]], [["0.11", "0.31"], ["0.21", "0.41"]]]
    assert text(second.products) == [["0.8"], ["1.8"]]
    assert text(second.new) == [["0.23"], ["0.27"]]


def test_final_matrices_of_the_house():
    first, *_ = NETS["house"].derive().worked().arrays
    assert first.entries == (("W1_11", "W1_12"), ("W1_21", "W1_22"))
    assert [[n.literal for n in row] for row in first.old] == [["0.2", "0.15"], ["0.5", "0.6"]]
    arrays = {a.name: [[n.literal for n in row] for row in a.new] for a in NETS["house"].derive().worked().arrays}
    assert arrays == {
        "W1": [["0.2056", "0.1616"], ["0.5036", "0.6076"]], "b1": [["0.0824"], ["0.2386"]],
        "W2": [["0.1867", "0.1008"]], "b2": [["0.166"]],
    }  # fmt: skip


def test_numbers_put_in_keep_the_form_of_the_formula():
    """What is printed: brackets around negative numbers, the minus of a difference, slopes left unevaluated."""
    from symback.notation.write import formula_text

    of, core = worked(NETS["house"].program)
    lines = {str(line.name): [formula_text(t, (), core.gradient_program()) for t in line.numbers] for line in of.gradients + of.forward}
    assert lines["dL/dW1_11"] == ["1.17·0.30·0.484(1 − 0.484)·(−0.32)"]
    assert lines["dL/dW2_11"] == ["1.17·1·0.484"]
    assert lines["z1_1"] == ["0.2·(−0.32) + 0.15·(−0.66) + 0.1", "−0.064 − 0.099 + 0.1"]
    assert lines["L"] == ["(−0.54 − 0.63)²/2"]
    update = next(u for u in of.updates if u.line.name == "W1_11")
    assert formula_text(update.line.numbers[0], (), core.gradient_program()) == "0.2 − 0.2·(−0.028)"


def test_lines_in_letters_and_numbers():
    from symback.notation.write import formula_latex, formula_text

    of, core = worked(NETS["house"].program)
    program = core.gradient_program(tuple(str(u.line.name) for u in of.updates))
    update = next(u.line for u in of.updates if u.line.name == "W1_11")
    assert [formula_latex(side, (), program) for side in update.sides] == [
        r"w_{11}^{1} - \eta \cdot \frac{\partial L}{\partial w_{11}^{1}}", r"0.2 - 0.2 \cdot (-0.028)", "0.2 - (-0.0056)", "0.2056",
    ]  # fmt: skip
    slope = next(line for line in of.locals if line.name == Partial("L", "h2_1", local=True))
    assert [formula_text(side, (), program) for side in slope.sides][1:] == ["−(−0.54 − 0.63)", "1.17"]


def test_numbers_are_taken_as_they_were_written():
    net = sb.Network.from_dict(
        {"symbols": {"w": {"role": "weight"}, "x": {}}, "forward": "L = w*x", "loss": "L", "values": {"w": 1e-05, "x": 3.0}}
    )
    of = net.derive().worked({"w": Fraction(1, 3)})
    assert [str(v) for v in of.given.values()] == ["1/3", "3"]
    assert of.loss.value.computed * 3 == pytest.approx(3, rel=1e-50)
    assert str(net.derive().worked()["L"]) == "0.00003"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"W12": 1}, r"values\.W12: is not declared; did you mean W"),
        ({"x": [1, 2, 3]}, "x: "),
        ({"x": [1, float("nan")]}, "x_2: nan is not a finite number"),
        ({"x": ["a", 1]}, "x_1: 'a' is not a finite number"),
        ({"rate": "fast"}, "rate: 'fast' is not a finite number"),
    ],
)
def test_values_that_make_no_sense_are_one_line(values, says):
    with pytest.raises(sb.errors.NumericError, match=says) as caught:
        NETS["house"].derive().worked(values)
    assert "\n" not in str(caught.value)


def test_a_recurrence_is_worked_step_by_step():
    symbols = {"w": {"role": "weight"}, "u": {"role": "weight"}, "x": {"shape": [3]}, "y": {"role": "target"}}
    forward = {"z[t]": "u*x[t] + where(t >= 1, w*h[t-1], 0)", "h[t]": "tanh(z[t])", "L": "(y - h[2])**2 / 2"}
    values = {"w": 0.5, "u": 0.25, "x": [1, -2, 3], "y": 0.3, "rate": 0.1}
    net = sb.Network.from_dict({"symbols": symbols, "forward": forward, "loss": "L", "values": values})
    of = net.derive().worked()
    loss, gradients = net.derive().compile().gradients()
    assert [str(line.name) for line in of.forward[:4]] == ["z_1", "h_1", "z_2", "h_2"]
    assert close(of.loss.value.computed, float(loss))
    assert all(line.name not in of.gradients[0].symbols[0].below for line in of.gradients)
    assert {str(line.name.by): len(line.symbols[0].args) for line in of.gradients} == {"w": 2, "u": 3}
    assert all(line.name.by not in ("u", "w") for line in of.shared)
    for name, gradient in gradients.items():
        assert close(of[Partial("L", name)].computed, float(gradient))
    assert of.fell


def test_what_is_not_worked_by_hand_says_so():
    net = sb.Network.from_dict(
        {
            "symbols": {"A": {"role": "weight", "shape": [2, 2]}},
            "forward": "B = inv(A)\nL = trace(B)",
            "loss": "L",
            "values": {"A": [[1, 2], [3, 4]]},
        }
    )
    with pytest.raises(sb.errors.SymbackError):
        net.derive().worked()


def test_a_missing_value_is_an_error_in_one_line():
    net = sb.Network.from_dict({"symbols": {"w": {"role": "weight"}, "x": {}}, "forward": "L = w*x", "loss": "L", "values": {"w": 1}})
    with pytest.raises(sb.errors.NumericError, match="x: no value is given"):
        net.derive().worked()


def test_a_line_that_is_not_defined_is_an_error_in_one_line():
    net = sb.Network.from_dict({"symbols": {"w": {"role": "weight"}}, "forward": "L = log(w)", "loss": "L", "values": {"w": 0}})
    with pytest.raises(sb.errors.NumericError):
        net.derive().worked()


def test_exact_is_exact():
    of = NETS["house"].derive().worked(policy=EXACT)
    assert of["z1_1"].computed == Decimal("-0.063")
    assert of["h1_1"].computed != of["h1_1"].last.value
    assert of["h1_1"].carried == of["h1_1"].computed

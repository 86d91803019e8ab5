"""Training until a number of epochs or a threshold on a stated error; the mean over points; the algorithm in nine points."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import symback as sb
from symback.algebra.normal import equal
from symback.errors import NumericError
from symback.numeric.algorithm import EPOCH, NINE
from symback.numeric.training import ERRORS, mean_gradients, train
from symback.typeset.latex import latex
from symback.typeset.text import text

SEEDS = Path(__file__).parent.parent / "seeds"
TRAINED = json.loads((SEEDS / "expected.json").read_text())["documents"]["neurons"]["training"]
NEURONS = sb.load(SEEDS / "neurons.toml").derive().compile()
POINT = {"x": 0.1, "T": 0.25}


@pytest.mark.parametrize(
    ("key", "end"),
    [
        ("until_E_at_most_0_001", {"below": 0.001}),
        ("until_squared_error_at_most_0_001", {"below": 0.001, "error": "squared error"}),
        ("until_abs_difference_at_most_0_001", {"below": 0.001, "error": "absolute error"}),
        ("after_1000_updates", {"epochs": 1000}),
    ],
)
def test_the_end_is_a_number_of_epochs_or_a_threshold_on_a_stated_error(key, end):
    expected = TRAINED[key]
    history = train(NEURONS, POINT, rate=0.4, **end)
    assert history.updates == expected["updates"]
    assert history.values == {n: pytest.approx(expected[n], rel=1e-9) for n in ("w1", "b1", "w2", "b2")}
    assert history.losses[-1] == pytest.approx(expected["E"], rel=1e-4)
    assert history.errors[-1] <= end.get("below", 1)
    if "below" in end:
        assert history.errors[-2] > end["below"]
        assert ERRORS[history.error].says in history.why


def test_rmse_is_the_root_of_the_squared_error():
    square = train(NEURONS, POINT, rate=0.4, below=0.0025, error="squared error")
    root = train(NEURONS, POINT, rate=0.4, below=0.05, error="rmse")
    assert square.updates == root.updates
    assert root.errors[-1] ** 2 == pytest.approx(square.errors[-1])


def test_whichever_end_comes_first():
    assert train(NEURONS, POINT, rate=0.4, epochs=5, below=0.001).why == "5 epochs"
    assert train(NEURONS, POINT, rate=0.4, epochs=5000, below=0.001).updates == TRAINED["until_E_at_most_0_001"]["updates"]
    assert train(NEURONS, POINT, rate=0.4, epochs=0).updates == 0


def test_the_model_trains_by_the_same_function():
    assert NEURONS.train(POINT, rate=0.4, epochs=7) == train(NEURONS, POINT, rate=0.4, epochs=7)
    assert repr(NEURONS.train(POINT, rate=0.4, epochs=1)) == "1 update, loss 0.10823 → 0.103298 (1 epoch)"


# several points

POINTS = [{"x": [0.3, -0.7], "y": [0.2]}, {"x": [1.1, 0.4], "y": [-0.5]}, {"x": [-0.2, 0.9], "y": [0.6]}]


def batch():
    """The same network over three points at once, one column a point, with the mean of their losses."""
    data = {
        "symbols": {
            "X": {"shape": [2, "m"]}, "Y": {"role": "target", "shape": [1, "m"]},
            "W1": {"role": "weight", "shape": [2, 2]}, "b1": {"role": "bias", "shape": [2, 1]},
            "W2": {"role": "weight", "shape": [1, 2]}, "b2": {"role": "bias", "shape": [1, 1]},
        },
        "forward": "Z1 = W1 @ X + b1\nH1 = sigmoid(Z1)\nP = W2 @ H1 + b2\nE = (Y - P)**2 / 2\nL = sum(E) / m", "loss": "L",
    }  # fmt: skip
    return sb.Network.from_dict(data)


def test_the_gradient_of_the_mean_loss_is_the_mean_of_the_gradients():
    house = sb.load(SEEDS / "house.toml")
    one = house.derive().compile()
    loss, gradients = mean_gradients(one, POINTS, house.program.values)
    values = dict(house.program.values) | {n: [[b] for b in house.program.values[n]] for n in ("b1", "b2")}
    whole = {n: v for n, v in values.items() if n in batch().program.leaf}
    whole |= {"X": np.transpose([p["x"] for p in POINTS]), "Y": np.transpose([p["y"] for p in POINTS])}
    mean, together = batch().derive().compile().gradients(whole)
    assert loss == pytest.approx(float(mean), rel=1e-14)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(np.ravel(gradient), np.ravel(together[name]), rtol=1e-13)


def test_an_epoch_is_one_update_with_the_mean():
    house = sb.load(SEEDS / "house.toml")
    model = house.derive().compile()
    history = model.train(POINTS, rate=0.2, epochs=1)
    _, gradients = mean_gradients(model, POINTS, house.program.values)
    for name, new in history.values.items():
        np.testing.assert_allclose(new, np.array(house.program.values[name]) - 0.2 * gradients[name], rtol=1e-15)
    assert history.losses[1] < history.losses[0]
    assert house.program.values["W2"] == ((0.3, 0.2),)


def test_the_order_of_points_does_not_matter():
    model = sb.load(SEEDS / "house.toml").derive().compile()
    first, second = (model.train(points, rate=0.2, epochs=20) for points in (POINTS, POINTS[::-1]))
    assert first.losses == pytest.approx(second.losses, rel=1e-12)


def test_rmse_as_a_declared_loss_has_a_derivative_of_its_own():
    net = sb.load(SEEDS / "rmse.toml")
    d = net.derive(["w", "b", "h"])
    assert d["h"].text() == "∂L/∂h = −(y − h)/(L·m)"
    half = sb.Network.from_dict(
        {"symbols": {"y": {"role": "target", "shape": ["m"]}, "h": {"role": "weight", "shape": ["m"]}},
         "forward": "L = sum((y - h)**2) / 2", "loss": "L"}
    ).derive()["h"]  # fmt: skip
    model = d.compile()
    loss, gradients = model.gradients()
    y, h = np.array(net.program.values["y"]), model.forward()["h"]
    assert float(loss) == pytest.approx(np.sqrt(np.mean((y - h) ** 2)), rel=1e-15)
    np.testing.assert_allclose(gradients["h"], -(y - h) / len(y) / loss, rtol=1e-14)
    assert half.text() == "∂L/∂h = −(y − h)"
    assert not equal(half.term, d["h"].term).proved
    assert d.verify().ok


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "training: no end is given"),
        ({"epochs": -1}, "epochs: -1 is no number of epochs"),
        ({"epochs": 1.5}, "epochs: 1.5 is no number of epochs"),
        ({"below": float("nan")}, "below: nan is not a finite number"),
        ({"below": 0.1, "error": "rsme"}, "did you mean rmse"),
        ({"epochs": 1, "rate": float("inf")}, "rate: inf"),
        ({"epochs": 1, "data": []}, "data: there are no points"),
        ({"epochs": 1, "data": {"xx": 1}}, "data: xx is not declared"),
    ],
)
def test_what_makes_no_sense_is_one_line(change, says):
    given = {"data": POINT, "rate": 0.4} | change
    with pytest.raises(NumericError, match=says) as caught:
        train(NEURONS, **given)
    assert "\n" not in str(caught.value)


def test_an_error_that_needs_one_target_says_so():
    net = sb.Network.from_dict({"symbols": {"w": {"role": "weight"}}, "forward": "L = w**2", "loss": "L", "values": {"w": 1.0}})
    with pytest.raises(NumericError, match="there are 0 targets"):
        train(net.derive().compile(), {}, rate=0.1, below=0.1, error="rmse")


def test_a_loss_that_runs_away_ends_the_training():
    net = sb.Network.from_dict({"symbols": {"w": {"role": "weight", "shape": [2]}}, "forward": "L = sum(w**4)", "loss": "L",
                                "values": {"w": [3.0, 1.0]}})  # fmt: skip
    with np.errstate(all="ignore"), pytest.raises(NumericError):
        train(net.derive().compile(), {}, rate=1.0, epochs=100)


def test_every_error_is_a_row():
    assert list(ERRORS) == ["loss", "squared error", "rmse", "absolute error"]
    assert all(row.says for row in ERRORS.values())


# the procedure


def resolved(name):
    """The function a dotted name means."""
    for cut in range(name.count("."), 0, -1):
        parts = name.split(".")
        try:
            at = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            at = getattr(at, part)
        return at
    raise AssertionError(name)


def test_nine_points_each_with_the_function_that_does_it():
    assert [s.key for s in NINE] == [
        "input", "forward", "output", "loss", "loss derivative", "output gradients", "hidden gradients", "update", "repeat",
    ]  # fmt: skip
    for step in (*NINE, *EPOCH):
        assert callable(resolved(step.does))
        assert step.says.endswith(".")
    assert all(s.formulas for s in NINE)


def test_the_formulas_of_the_nine_points():
    lines = {s.key: [text(f) for f in s.formulas] for s in NINE}
    assert lines["forward"] == ["z^l = W^l h^(l − 1) + b^l", "h^l = f(z^l)"]
    assert lines["output gradients"][1:] == ["∂L/∂W^n = (∂L/∂z^n) (h^(n − 1))ᵀ", "∂L/∂b^n = ∂L/∂z^n"]
    assert lines["hidden gradients"][0] == "∂L/∂z^l = (W^(l + 1))ᵀ (∂L/∂(z^(l + 1))) ⊙ ∂h^l/∂z^l"
    assert lines["update"] == ["W^l ← W^l − η·∂L/∂W^l", "b^l ← b^l − η·∂L/∂b^l"]
    assert latex(NINE[6].formulas[1]) == r"\frac{\partial L}{\partial W^{l}} = \frac{\partial L}{\partial z^{l}} (h^{l - 1})^{\top}"


def test_the_nine_points_done_one_by_one_give_the_gradients_and_the_step():
    net = sb.load(SEEDS / "house.toml")
    d = net.derive(["W1", "b1", "W2", "b2"])
    model = d.compile()
    v = {n: np.array(x) for n, x in net.program.values.items()}
    h0 = v["x"]
    z1 = v["W1"] @ h0 + v["b1"]
    h1 = 1 / (1 + np.exp(-z1))
    p = v["W2"] @ h1 + v["b2"]
    loss = np.sum((v["y"] - p) ** 2) / 2
    dz2 = -(v["y"] - p) * 1
    dz1 = v["W2"].T @ dz2 * (h1 * (1 - h1))
    by_hand = {"W2": np.outer(dz2, h1), "b2": dz2, "W1": np.outer(dz1, h0), "b1": dz1}
    found, gradients = model.gradients()
    assert float(found) == pytest.approx(loss, rel=1e-15)
    for name, gradient in by_hand.items():
        np.testing.assert_allclose(gradients[name], gradient, rtol=1e-14)
        np.testing.assert_allclose(model.step(rate=0.2)[name], v[name] - 0.2 * gradient, rtol=1e-14)


def test_five_steps_of_an_epoch_in_their_order():
    assert [s.key for s in EPOCH] == ["forward", "loss", "mean", "gradients", "update"]
    events = []

    class Watched:
        program = NEURONS.program
        forward = NEURONS.forward

        def gradients(self, values):
            events.append((values["x"], values["w2"]))
            return NEURONS.gradients(values)

    points = [POINT, {"x": 0.7, "T": 0.9}, {"x": -0.4, "T": 0.1}]
    history = train(Watched(), points, rate=0.4, epochs=1)
    new = history.values["w2"]
    assert events == [(0.1, 0.45), (0.7, 0.45), (-0.4, 0.45), (0.1, new), (0.7, new), (-0.4, new)]

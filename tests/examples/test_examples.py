"""Every example defines a network, prints its gradients when run, passes every check, and is available by name."""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import symback as sb
from symback.sheets.resources import examples

FOLDER = Path(__file__).parent.parent.parent / "examples"


@dataclass(frozen=True)
class Example:
    """What an example prints, each gradient over the names of the forward pass, and one step of gradient descent where it has numbers."""

    lines: str
    leaves: dict[str, str]
    loss: tuple[float, float] | None = None
    after: dict[str, object] = field(default_factory=dict)


HOUSE = {"W1": [[0.205611, 0.161572], [0.503658, 0.607545]], "b1": [0.082466, 0.238569], "W2": [[0.186675, 0.100755]], "b2": [0.165981]}

EXAMPLES = {
    "house-price": Example(
        """
        ∂L/∂z2 = −(y − h2)
        ∂L/∂z1 = ∂L/∂z2·W2ᵀ ⊙ h1 ⊙ (1 − h1)
        ∂L/∂W1 = (∂L/∂z1) xᵀ
        ∂L/∂b1 = ∂L/∂z1
        ∂L/∂W2 = ∂L/∂z2·h1ᵀ
        ∂L/∂b2 = ∂L/∂z2
        """,
        {"W2": "−(y − h2)·h1ᵀ", "b2": "−(y − h2)"},
        (0.684561, 0.350636),
        {"W1": HOUSE["W1"], "b1": [[b] for b in HOUSE["b1"]], "W2": HOUSE["W2"], "b2": [HOUSE["b2"]]},
    ),
    "house-price.toml": Example(
        """
        ∂L/∂z2 = −(y − h2)
        ∂L/∂z1 = W2ᵀ (∂L/∂z2) ⊙ h1 ⊙ (1 − h1)
        ∂L/∂W1 = (∂L/∂z1) xᵀ
        ∂L/∂b1 = ∂L/∂z1
        ∂L/∂W2 = (∂L/∂z2) h1ᵀ
        ∂L/∂b2 = ∂L/∂z2
        """,
        {"W2": "−(y − h2) h1ᵀ", "b2": "−(y − h2)"},
        (0.684561, 0.350636),
        HOUSE,
    ),
    "tanh-chain": Example(
        """
        ∂L/∂z2 = −(y − h2)(1 − h2²)
        ∂L/∂z1 = ∂L/∂z2·w2(1 − h1²)
        ∂L/∂w1 = ∂L/∂z1·x
        ∂L/∂b1 = ∂L/∂z1
        ∂L/∂w2 = ∂L/∂z2·h1
        ∂L/∂b2 = ∂L/∂z2
        """,
        {"w2": "−(y − h2)(1 − h2²)·h1", "w1": "−(y − h2)(1 − h2²)·w2(1 − h1²)·x"},
    ),
    "classifier": Example(
        """
        dz3 = p − y
        dz2 = dz3·W3ᵀ ⊙ h2 ⊙ (1 − h2)
        dz1 = W2ᵀ dz2 ⊙ h1 ⊙ (1 − h1)
        dW1 = dz1 xᵀ
        db1 = dz1
        dW2 = dz2 h1ᵀ
        db2 = dz2
        dW3 = dz3·h2ᵀ
        db3 = dz3
        """,
        {"W3": "(p − y)·h2ᵀ", "b3": "p − y"},
    ),
    "two-neurons": Example(
        """
        ∂E/∂z2 = −(T − a2)·a2(1 − a2)
        ∂E/∂z1 = ∂E/∂z2·w2·a1(1 − a1)
        ∂E/∂w1 = ∂E/∂z1·x
        ∂E/∂b1 = ∂E/∂z1
        ∂E/∂w2 = ∂E/∂z2·a1
        ∂E/∂b2 = ∂E/∂z2
        """,
        {"w1": "−(T − a2)·a2(1 − a2)·w2·a1(1 − a1)·x", "b2": "−(T − a2)·a2(1 − a2)"},
        (0.1082296, 0.1032979),
        {"w1": 0.149591, "b1": 0.395914, "w2": 0.427172, "b2": 0.612097},
    ),
    "linear-rows": Example(
        """
        ∂error/∂h1 = Delta·w5
        ∂error/∂h2 = Delta·w6
        ∂error/∂w1 = ∂error/∂h1·i1
        ∂error/∂w2 = ∂error/∂h1·i2
        ∂error/∂w3 = ∂error/∂h2·i1
        ∂error/∂w4 = ∂error/∂h2·i2
        ∂error/∂w5 = Delta·h1
        ∂error/∂w6 = Delta·h2
        """,
        {"w1": "Delta·w5·i1", "w4": "Delta·w6·i2", "w6": "Delta·h2"},
        (0.087362, 0.0472007),
        {"w1": 0.108778, "w2": 0.213167, "w3": 0.309614, "w4": 0.414421, "w5": 0.22672, "w6": 0.26762},
    ),
}


@pytest.fixture(scope="module")
def networks():
    paths = examples()
    return {n: runpy.run_path(str(p))["network"] if p.suffix == ".py" else sb.load(p) for n, p in paths.items()}


def test_every_example_is_tested_and_found_by_name():
    assert set(EXAMPLES) == set(examples())
    assert {p.name for p in FOLDER.iterdir() if p.is_file()} == {p.name for p in examples().values()}


@pytest.mark.parametrize("name", [n for n, p in examples().items() if p.suffix == ".py"])
def test_run_as_a_script_it_prints_its_gradients(name, capsys):
    runpy.run_path(str(examples()[name]), run_name="__main__")
    assert capsys.readouterr().out.split("\n") == [*(line.strip() for line in EXAMPLES[name].lines.strip().splitlines()), ""]


@pytest.mark.parametrize("name", EXAMPLES)
def test_lines(name, networks):
    assert repr(networks[name].derive()).splitlines() == [line.strip() for line in EXAMPLES[name].lines.strip().splitlines()]


@pytest.mark.parametrize("name", EXAMPLES)
def test_over_the_names_of_the_forward_pass(name, networks):
    gradients = networks[name].derive().gradients
    found = {n: gradients[n].text(over="leaves").partition(" = ")[2] for n in EXAMPLES[name].leaves}
    assert found == EXAMPLES[name].leaves


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_gradient_and_step_passes_its_checks(name, networks):
    assert networks[name].derive().verify().ok


@pytest.mark.parametrize("name", [n for n, e in EXAMPLES.items() if e.loss])
def test_one_step_of_gradient_descent(name, networks):
    network, expected = networks[name], EXAMPLES[name]
    values = {n: v for n, v in network.program.values.items() if n != "rate"}
    model = network.derive().compile()
    after = model.step(values, rate=network.program.values["rate"])
    losses = model.gradients(values)[0], model.gradients({**values, **after})[0]
    assert tuple(map(float, losses)) == pytest.approx(expected.loss, abs=5e-7)
    for parameter, new in expected.after.items():
        numbers = after[parameter].tolist() if hasattr(after[parameter], "tolist") else after[parameter]
        assert _flat(numbers) == pytest.approx(_flat(new), abs=5e-7)


def _flat(value):
    return [n for part in value for n in _flat(part)] if isinstance(value, list) else [value]

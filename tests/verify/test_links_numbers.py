"""Hand arithmetic in chains: operands that are the numbers of the network, results that are rounded and not cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

import symback as sb
from symback.verify.links import Chains

SEEDS = Path(__file__).parent.parent / "seeds"
CHAINS = {name: Chains(sb.load(SEEDS / f"{name}.toml").program) for name in ("house", "neurons", "rows")}
SLOPE, STEP = r"\frac{\partial E}{\partial w_2} = -(0.25-0.7153)*0.7153*", r"w_2 = w_2 - \eta \frac{\partial E}{\partial w_2} = "
LOSS, HIDDEN = r"L = \frac12 (y-h^2_1)^2 = \frac12(-0.54-0.63)^2 = ", r"\frac{\partial L}{\partial w^1_{11}} = "
ROWS = [
    ("neurons", True, SLOPE + r"(1-0.7153)*0.6023 = 0.05707"),
    ("neurons", False, SLOPE + r"(1-0.7153)*0.6023 = 0.05706"),
    ("neurons", False, SLOPE + r"(1-0.6023)*0.6023 = 0.07972"),
    ("neurons", True, r"a_1 = \sigma(z_1) = \frac{1}{1+e^{-0.415}} = 0.6023"),
    ("neurons", False, r"a_1 = \sigma(z_1) = \frac{1}{1+e^{0.415}} = 0.3977"),
    ("neurons", True, r"z_2 = w_2 a_1 + b_2 = 0.45*0.6023+0.65 = 0.9210"),
    ("neurons", True, r"z_2 = w_2 a_1 + b_2 = 0.45*0.6023+0.65 = 0.271+0.65 = 0.921"),
    ("neurons", False, r"z_2 = w_2 a_1 + b_2 = 0.45*0.6023+0.65 = 0.281+0.65 = 0.931"),
    ("neurons", True, STEP + "0.45 - 0.4*0.05707 = 0.427"),
    ("neurons", False, STEP + "0.45 - 0.4*0.05707 = 0.428"),
    ("neurons", False, STEP + "0.45 + 0.4*0.05707 = 0.473"),
    ("neurons", True, r"E = \frac12(T-a_2)^2 = 0.5*(0.25-0.7153)^2 = 0.1083"),
    ("neurons", False, r"E = \frac12(T-a_2)^2 = (0.25-0.7153)^2 = 0.2165"),
    ("house", True, r"h^1_1 = \sigma(z^1_1) = \sigma(-0.063) = 0.484"),
    ("house", True, r"h^2_1 = 0.4 + 0.3*0.484 + 0.2*0.424 = 0.63"),
    ("house", False, r"h^2_1 = 0.4 + 0.3*0.484 - 0.2*0.424 = 0.46"),
    ("house", True, r"z^1_1 = 0.2*(-0.32)+0.15*(-0.66)+0.1 = -0.064-0.099+0.1 = -0.063"),
    ("house", True, LOSS + r"\frac12 (1.17)^2 = 0.684"),
    ("house", True, LOSS + r"\frac12 \cdot 1.3689 = 0.68445"),
    ("house", True, HIDDEN + r"1.17 \cdot 0.3 \cdot 0.2497 \cdot (-0.32) = -0.028"),
    ("house", True, HIDDEN + r"0.351 \cdot 0.2497 \cdot (-0.32) = -0.028"),
    ("house", False, HIDDEN + r"0.351 \cdot 0.2497 \cdot (-0.66) = -0.058"),
    ("house", False, HIDDEN + r"1.17 \cdot 0.3 \cdot 0.2498 \cdot (-0.33) = -0.029"),
    ("rows", True, r"prediction = 0.8*0.21+1.8*0.23 = 0.582"),
    ("rows", True, r"w_5 = 0.21 - 0.05*(-0.418)*0.8 = 0.21 + 0.01672 = 0.22672"),
    ("rows", True, r"w_5 = 0.21 - 0.05*(-0.418)*0.8 = 0.21 + 0.017 = 0.227"),
    ("rows", False, r"w_5 = 0.21 - 0.05*(-0.418)*0.8 = 0.21 + 0.016 = 0.226"),
    ("rows", False, r"w_6 = 0.21 - 0.05*(-0.418)*0.8 = 0.227"),
]


@pytest.mark.parametrize(("network", "right", "text"), ROWS)
def test_hand_arithmetic(network, right, text):
    found = CHAINS[network].check(text)
    assert (found.word in ("proved", "agrees")) is right, repr(found)
    assert right or found.word == "refuted"

"""Constants that were rounded when they were printed: a word of their own, never that of a real error, and no real error gets it."""

from __future__ import annotations

import math

import pytest

import symback as sb
from symback.cli import main

SYMBOLS = {"v": {"role": "weight"}, "x": {}}
GELU = "y = 0.5*v*(1 + tanh(sqrt(2/pi)*(v + 0.044715*v**3)))\nL = y"


def judged(forward, claim):
    return sb.check(sb.Network.from_dict({"symbols": SYMBOLS, "forward": forward, "loss": "L"}), claim)


def fast(a, b):
    return f"dL/dv = 0.5*(1 + tanh({a}*(v + 0.044715*v**3))) + 0.5*v*(1 - tanh({a}*(v + 0.044715*v**3))**2)*({a} + {b}*v**2)"


RIGHT = [
    (GELU, "dL/dv = 0.5 + (0.398942*v + 0.0535161*v**3)*(1 - tanh(0.797885*v + 0.0356774*v**3)**2) + 0.5*tanh(0.797885*v + 0.0356774*v**3)", 6,
     {"0.398942": "1/2·√(2/π)", "0.0535161": "3/2·0.044715·√(2/π)", "0.797885": "√(2/π)", "0.0356774": "0.044715·√(2/π)"}),
    (GELU, fast("0.79788456", "0.1070322243"), 8, {"0.79788456": "√(2/π)", "0.1070322243": "3·0.044715·√(2/π)"}),
    (GELU, fast("0.7979", "0.1070"), 4, {"0.7979": "√(2/π)", "0.1070": "3·0.044715·√(2/π)"}),
    ("L = v*Phi(v)", "dL/dv = Phi(v) + 0.39894228*v*exp(-v**2/2)", 8, {"0.39894228": "1/2·√(2/π)"}),
    ("L = v*Phi(v)", "dL/dv = Phi(v) + 0.3989*v*exp(-v**2/2)", 4, {"0.3989": "1/2·√(2/π)"}),
    ("L = log(v*v + x**2)/log(2)", "dL/dv = 1.442695*2*v/(v*v + x**2)", 7, {"1.442695": "1/log 2"}),
    ("L = log(v*v + x**2)/log(2)", r"\frac{\partial L}{\partial v} = \frac{2.88539008 v}{v^2 + x^2}", 9, {"2.88539008": "2/log 2"}),
    ("L = v*x/3", "dL/dv = 0.33333*x", 5, {"0.33333": "1/3"}),
    ("L = v*x*2/3", "dL/dv = 0.6667*x", 4, {"0.6667": "2/3"}),
    ("L = v*x*2/3", "dL/dv = 0.6666*x", 4, {"0.6666": "2/3"}),
]  # fmt: skip


@pytest.mark.parametrize(("forward", "claim", "digits", "constants"), RIGHT)
def test_a_rounded_constant_is_named(forward, claim, digits, constants):
    found = judged(forward, claim)
    assert (found.word, found.digits, dict(found.constants)) == ("agrees to digits", digits, constants)
    assert found.holds
    assert all(f"{text} is {what} " in found.why for text, what in constants.items())
    assert found.json()["constants"] == [list(pair) for pair in found.constants]


WRONG = [
    (GELU, fast("0.79788456", "0.1070322343")),
    (GELU, fast("0.7989", "0.1070")),
    (GELU, fast("0.7979", "0.1080")),
    ("L = v*Phi(v)", "dL/dv = Phi(v) + 0.3990*v*exp(-v**2/2)"),
    ("L = v*Phi(v)", "dL/dv = Phi(v) - 0.39894228*v*exp(-v**2/2)"),
    ("L = v*Phi(v)", "dL/dv = Phi(v) + 0.39894228*v*exp(-v**2)"),
    ("L = v*Phi(v)", "dL/dv = Phi(v) + 0.39894228*v*exp(-v**2/2) + 1e-9*v"),
    ("L = log(v*v + x**2)/log(2)", "dL/dv = 1.442795*2*v/(v*v + x**2)"),
    ("L = v*x*2", "dL/dv = 2.0001*x"),
    ("L = v*x*2", "dL/dv = 1.9999*x"),
    ("L = v*x/3", "dL/dv = 0.33334*x"),
    ("L = v*x*0.1235", "dL/dv = 0.1234*x"),
    ("L = v**2*x/3", "dL/dv = 0.3333*v*x"),
]


@pytest.mark.parametrize(("forward", "claim"), WRONG)
def test_an_error_is_no_rounding(forward, claim):
    assert judged(forward, claim).word == "refuted"


@pytest.mark.parametrize("digits", range(4, 12))
@pytest.mark.parametrize("constant", [math.sqrt(2 / math.pi), math.log(2), math.pi, math.e])
def test_as_many_digits_as_are_shown(constant, digits):
    network = {math.sqrt(2 / math.pi): "sqrt(2/pi)", math.log(2): "log(2)", math.pi: "pi", math.e: "exp(1)"}[constant]
    written = f"{constant:.{digits}g}"
    if len(written.replace(".", "").lstrip("0")) == digits:
        assert judged(f"L = tanh(v)*x*{network}", f"dL/dv = (1 - tanh(v)**2)*x*{written}").digits == digits


def test_on_the_command_line(tmp_path, capsys):
    net = tmp_path / "net.toml"
    net.write_text('[symbols]\nv = { role = "weight" }\n[forward]\ny = "v*pi"\n[loss]\nL = "y"\n')
    assert main(["check", str(net), "dL/dv = 3.1416"]) == 0
    assert "agrees to 5 digits; 3.1416 is π rounded" in capsys.readouterr().out
